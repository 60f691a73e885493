"""Time of grading a class of thirty, ten of them hostile, per chapter (all, or those named).

Twenty have solved everything, which is the slowest case of the honest ones, since every check runs
to its end.
"""

from __future__ import annotations

import getpass
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import nbformat
from nbgrader.utils import is_solution

from classroom import grade, isolation, plan, release

SOLVED = 20
# What stands in place of the first answer.
HOSTILE = {
    "deletes": "import shutil\nfor place in ('..', '/', {root!r}): shutil.rmtree(place, True)",
    "reads": "raise ValueError(open({root!r} + '/pyproject.toml').read())",
    "forks": "import os\nwhile True:\n    try: os.fork()\n    except OSError: pass",
    "fills the disk": "for n in range(1000): open(f'{{n}}', 'wb').write(b'x' * 90 * 2**20)",
    "fills the memory": "hoard = [b'x' * 2**28]\nwhile True: hoard.append(hoard[-1] * 2)",
    "hangs": "while True: pass",
    "floods": "while True: print('x' * 10_000)",
    "ends Python": "import os\nos.kill(os.getppid(), 9)\nos._exit(0)",
    "goes out": "import socket\nsocket.create_connection(('192.0.2.1', 80), 5)",
    "replaces checks": "from deskrec_tutorial import checks\nchecks.equal = checks.that = print",
}


def notebooks(chapter: str) -> dict[str, Any]:
    """Return what each student hands in."""
    source = nbformat.read(release.SOURCES / f"{chapter}.ipynb", as_version=4)
    answers = {c.metadata.nbgrader.grade_id: c.source for c in source.cells if is_solution(c)}
    first = next(iter(answers))
    attacks = {name: {first: code.format(root=str(release.ROOT))} for name, code in HOSTILE.items()}
    made = {}
    for name, changed in {**{f"solved {n:02d}": {} for n in range(SOLVED)}, **attacks}.items():
        made[name] = nbformat.read(release.ROOT / f"exercises/{chapter}.ipynb", as_version=4)
        for cell in filter(is_solution, made[name].cells):
            grade_id = cell.metadata.nbgrader.grade_id
            cell.source = changed.get(grade_id, answers[grade_id])
    return made


def main() -> int:
    jobs = os.cpu_count() or 1
    for lack in plan.what_is_missing():
        print(f"On this system {lack}.")
    total = SOLVED + len(HOSTILE)
    print(f"| {total} submissions, {jobs} cores, as {getpass.getuser()} | time |\n|---|---|")
    with tempfile.TemporaryDirectory() as name:
        course = Path(name) / "course"
        release.make_course(course)
        for chapter in sys.argv[1:] or release.chapters():
            for student, notebook in notebooks(chapter).items():
                (Path(name) / chapter / student).mkdir(parents=True)
                nbformat.write(notebook, Path(name) / chapter / student / f"{chapter}.ipynb")
            start = time.perf_counter()
            out = Path(name) / "out" / chapter
            graded = grade.grade(Path(name) / chapter, course, out, isolation.LIMITS, jobs)
            seconds = time.perf_counter() - start
            for one, marks in graded:
                lost = [mark.question for mark in marks if mark.points not in (None, mark.of)]
                assert bool(lost) == (one.student in HOSTILE), (one.student, lost)
            assert len(graded) == total
            print(f"| {chapter} | {seconds:.0f} s |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())

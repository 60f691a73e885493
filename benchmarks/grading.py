"""Time of grading a class of thirty, per chapter: python benchmarks/grading.py [CHAPTER ...]."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import nbformat
from nbgrader.utils import is_solution

from classroom import grade, isolation, release

STUDENTS = 30


def hand_in(chapter: str, folder: Path) -> None:
    """Thirty solved notebooks: the slowest case, since every check runs to its end."""
    source = nbformat.read(release.SOURCES / f"{chapter}.ipynb", as_version=4)
    answers = {c.metadata.nbgrader.grade_id: c.source for c in source.cells if is_solution(c)}
    notebook = nbformat.read(release.ROOT / f"exercises/{chapter}.ipynb", as_version=4)
    for cell in notebook.cells:
        if is_solution(cell):
            cell.source = answers[cell.metadata.nbgrader.grade_id]
    for number in range(STUDENTS):
        (folder / f"student {number:02d}").mkdir(parents=True)
        nbformat.write(notebook, folder / f"student {number:02d}" / f"{chapter}.ipynb")


def main() -> int:
    jobs = os.cpu_count() or 1
    print(f"| {STUDENTS} submissions, {jobs} cores | time |\n|---|---|")
    with tempfile.TemporaryDirectory() as name:
        course = Path(name) / "course"
        release.make_course(course)
        for chapter in sys.argv[1:] or release.chapters():
            hand_in(chapter, Path(name) / chapter)
            start = time.perf_counter()
            out = Path(name) / "out" / chapter
            graded = grade.grade(Path(name) / chapter, course, out, isolation.LIMITS, jobs)
            assert len(graded) == STUDENTS
            print(f"| {chapter} | {time.perf_counter() - start:.0f} s |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())

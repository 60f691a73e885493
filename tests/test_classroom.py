"""Handing out and grading: what is released, what a submission can and can't do."""

from __future__ import annotations

import contextlib
import csv
import html
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
import warnings
import zipfile
from pathlib import Path
from typing import Any

import nbformat
import pytest
from conftest import ROOT

pytest.importorskip("nbgrader", reason="the classroom needs nbgrader: pip install nbgrader")

from IPython.core.inputtransformer2 import TransformerManager
from nbgrader.utils import is_grade, is_solution

from classroom import grade, isolation, job, merging, plan, reading, release, submissions

CHAPTER = "01_data"
LIMITS = {**isolation.LIMITS, "cell_seconds": 8.0, "total_seconds": 60.0}


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    folder = tmp_path_factory.mktemp("course")
    release.make_course(folder)
    return folder


@pytest.fixture(scope="module")
def exercises(course):
    return grade.load_exercises(course)


def student_version(chapter: str = CHAPTER) -> Any:
    return nbformat.read(ROOT / f"exercises/{chapter}.ipynb", as_version=4)


def answers_of(chapter: str = CHAPTER) -> dict[str, str]:
    source = nbformat.read(release.SOURCES / f"{chapter}.ipynb", as_version=4)
    return {c.metadata.nbgrader.grade_id: c.source for c in source.cells if is_solution(c)}


def submission(chapter: str = CHAPTER, **changed: str) -> Any:
    """A student version with every question answered as in the source, but for the changed."""
    notebook = student_version(chapter)
    for cell in notebook.cells:
        if is_solution(cell):
            name = cell.metadata.nbgrader.grade_id
            cell.source = {**answers_of(chapter), **changed}[name]
    return notebook


def hand_in(folder: Path, student: str, notebook: Any, name: str = f"{CHAPTER}.ipynb") -> None:
    (folder / student).mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, folder / student / name)


def read_grades(out: Path) -> dict[tuple[str, str], dict[str, str]]:
    with (out / "grades.csv").open(encoding="utf-8-sig", newline="") as lines:
        return {(row["student"], row["question"]): row for row in csv.DictReader(lines)}


def points(row: dict[str, str]) -> float | None:
    return float(row["points"]) if row["points"] else None


# ------------------------------------------------------------------------- handing out


@pytest.mark.parametrize("chapter", release.chapters())
def test_student_versions_are_what_the_sources_make(course, chapter):
    fresh = release.released(course, chapter).read_bytes()
    assert (ROOT / f"exercises/{chapter}.ipynb").read_bytes() == fresh, "run: make classroom"


@pytest.mark.parametrize("chapter", release.chapters())
def test_a_student_version_gives_nothing_away(chapter):
    source = nbformat.read(release.SOURCES / f"{chapter}.ipynb", as_version=4)
    given = student_version(chapter)
    text = "\n".join(cell.source for cell in given.cells)
    assert "SOLUTION" not in text and "HIDDEN" not in text
    solutions = [c for c in source.cells if is_solution(c) and c.cell_type == "code"]
    elsewhere = "\n".join(c.source for c in source.cells if not is_solution(c))
    for cell in solutions:
        body = re.search(r"### BEGIN SOLUTION\n(.*?)### END", cell.source, flags=re.S)[1]
        lines = {line.strip() for line in body.splitlines() if len(line.strip()) > 20}
        secret = {line for line in lines if line not in elsewhere}
        assert secret and not any(line in text for line in secret)
    for cell in source.cells:
        if "note" in cell.metadata.get("tags", []):
            assert cell.source not in text
    assert text.count("**Expected output**") == len(solutions)
    assert not any(cell.get("outputs") for cell in given.cells)


def test_an_expected_cell_without_output_is_refused():
    source = nbformat.read(release.SOURCES / f"{CHAPTER}.ipynb", as_version=4)
    for cell in source.cells:
        if "expected" in cell.metadata.get("tags", []):
            cell.outputs = []
    with pytest.raises(ValueError, match="no stored output"):
        release.prepare(source)


def test_the_zip_works_in_a_room_without_a_network(course, tmp_path):
    release.make_zip(course, tmp_path / "handout.zip")
    with zipfile.ZipFile(tmp_path / "handout.zip") as archive:
        assert all(".." not in name and name.startswith("handout/") for name in archive.namelist())
        archive.extractall(tmp_path)
        modes = {entry.external_attr >> 16 & 0o444 for entry in archive.infolist()}
    assert modes == {0o444}  # who unpacks it for others lets them read
    room = tmp_path / "handout"
    links = [
        link
        for path in room.glob("*.ipynb")
        for link in re.findall(r"\]\((?!http)([^)#]+)", path.read_text(encoding="utf-8"))
    ]
    assert links and all((room / link).exists() for link in links)
    # The stub is replaced by an answer, and the package must come from the folder itself.
    notebook = nbformat.read(room / f"{CHAPTER}.ipynb", as_version=4)
    code = [c.source for c in notebook.cells if c.cell_type == "code" and "%pip" not in c.source]
    stubs = [source for source in code if "NotImplementedError" in source]
    assert len(stubs) == len(answers_of()) - 1
    script = "import sys; sys.path.insert(0, '')\n" + code[0] + f"\n{answers_of()['missing']}\n"
    script += f"{code[2]}\nprint(dr.__file__)\n"
    script += "import deskrec_simulator as sim; dr.simulate(60, 80, 1_500); print(sim.__file__)"
    command = [*plan.cut_off(), sys.executable, "-c", script]
    done = subprocess.run(command, cwd=room, capture_output=True, text=True, check=False)
    assert "✓" in done.stdout, done.stderr
    homes = [line for line in done.stdout.splitlines() if line.endswith("__init__.py")]
    assert [Path(home).parent.parent for home in homes] == [room, room], done.stderr


def test_start_says_what_is_not_installed(tmp_path):
    script = ROOT / "classroom/handout/start.py"
    command = [sys.executable, "-S", str(script)]  # -S: as if nothing were installed
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "Not installed: jupyterlab, implicit" in done.stderr


# ------------------------------------------------------------------ full marks and none


@pytest.mark.parametrize("chapter", release.chapters())
def test_solutions_get_all_points_and_the_untouched_version_none(exercises, chapter):
    exercise = exercises[chapter]
    found = [
        submissions.Submission(name, Path("x"), chapter, notebook)
        for name, notebook in (("solved", submission(chapter)), ("new", student_version(chapter)))
    ]
    (_, marks), (untouched, none) = grade.run_all(found, exercises, LIMITS, jobs=2)
    *checked, read = marks
    assert (read.points, read.message) == (None, grade.TO_READ)
    assert [(m.question, m.points) for m in checked] == list(exercise.questions.items())[:-1]
    assert {(m.points, m.message) for m in none} == {(0.0, "not answered")}
    errors = [o for c in untouched.cells for o in c.get("outputs", []) if o.output_type == "error"]
    assert {error.ename for error in errors} == {"NotImplementedError"}


def test_an_ordinary_nbgrader_course_gives_the_same_points(course, exercises, tmp_path):
    hand_in(
        tmp_path / "course/submitted/ana",
        CHAPTER,
        submission(titles="def ambiguous_titles(a):\n    return a"),
    )
    shutil.copytree(course, tmp_path / "course", dirs_exist_ok=True)  # works where it is copied to
    bin_folder = str(Path(sys.executable).parent)
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", "autograde", CHAPTER, "--student", "ana"],
        cwd=tmp_path / "course",
        env={**os.environ, "PATH": os.pathsep.join([bin_folder, os.environ["PATH"]])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    graded = nbformat.read(
        tmp_path / f"course/autograded/ana/{CHAPTER}/{CHAPTER}.ipynb", as_version=4
    )
    marks = {m.question: m.points for m in grade.marks_of(graded, exercises[CHAPTER])}
    assert marks == {"missing": 2, "titles": 0, "join": 3, "half": 3, "removed": None}


# ----------------------------------------------------------------------- what is found


def everything_known(exercises) -> dict[str, set[str]]:
    return {name: set(grade._ids(one)) for name, one in exercises.items()}


def test_folders_and_files_of_students_are_found(exercises, tmp_path):
    hand_in(tmp_path, "ana", submission(), "my homework (1).ipynb")
    hand_in(tmp_path, "bob", submission())
    nbformat.write(submission(), tmp_path / f"carla_{CHAPTER}.ipynb")
    (tmp_path / "bob/.ipynb_checkpoints").mkdir()
    (tmp_path / "bob/.ipynb_checkpoints/x.ipynb").write_text("{}")
    (tmp_path / "dan").mkdir()
    (tmp_path / "eve").mkdir()
    (tmp_path / "eve/answers.docx").write_bytes(b"PK")
    (tmp_path / "fay.ipynb").write_text('{"cells": [')
    found = submissions.find(tmp_path, everything_known(exercises))
    assert [(one.student, one.exercise) for one in found] == [
        (name, CHAPTER) for name in ("ana", "bob", "carla", "dan", "eve", "fay")
    ]
    problems = {one.student: one.problem for one in found if one.problem}
    assert set(problems) == {"dan", "eve", "fay"}
    assert problems["dan"] == "the folder is empty"
    assert "not a notebook" in problems["eve"]
    assert "can't be read as a notebook" in problems["fay"]


def test_of_two_notebooks_the_newer_readable_one_counts(exercises, tmp_path):
    hand_in(tmp_path, "ana", submission(), "old.ipynb")
    hand_in(tmp_path, "ana", submission(missing="# newer"), "new.ipynb")
    (tmp_path / f"ana/{CHAPTER}.ipynb").write_text("broken")
    os.utime(tmp_path / "ana/old.ipynb", (1, 1))
    [one] = submissions.find(tmp_path, everything_known(exercises))
    assert one.path.name == "new.ipynb"


def test_what_was_handed_out_to_read_is_no_submission(exercises, tmp_path):
    hand_in(tmp_path, "ana", submission())
    hand_in(tmp_path, "ana/chapters", nbformat.v4.new_notebook())
    for folder in ("chapters", "deskrec_tutorial", "deskrec_simulator"):
        hand_in(tmp_path, f"ana/{folder}", nbformat.v4.new_notebook(), "06_evaluation.ipynb")
    hand_in(tmp_path, "ana", nbformat.v4.new_notebook(), f"copy of {CHAPTER}.ipynb")
    os.utime(tmp_path / f"ana/{CHAPTER}.ipynb", (1, 1))
    [one] = submissions.find(tmp_path, everything_known(exercises))
    assert one.path == tmp_path / f"ana/{CHAPTER}.ipynb"


def test_submissions_sorted_by_exercise_are_found(exercises, tmp_path):
    (tmp_path / CHAPTER).mkdir()
    nbformat.write(submission(), tmp_path / CHAPTER / "ana.ipynb")
    nbformat.write(submission(), tmp_path / CHAPTER / f"bob_{CHAPTER} (1).ipynb")
    hand_in(tmp_path / "02_event_strength", "ana", submission("02_event_strength"), "x.ipynb")
    found = submissions.find(tmp_path, everything_known(exercises))
    assert [(one.student, one.exercise) for one in found] == [
        ("ana", CHAPTER),
        ("ana", "02_event_strength"),
        ("bob", CHAPTER),
    ]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems allow no such names")
def test_a_name_that_is_no_text_stops_nobody(course, tmp_path):
    folder = os.fsencode(tmp_path / "in")
    for name in (b"Jos\x82", b"ana"):
        os.makedirs(os.path.join(folder, name))
        Path(os.fsdecode(os.path.join(folder, name, b"J\x82.docx"))).touch()
    (tmp_path / "in" / ("x" * 250)).mkdir()
    grade.grade(tmp_path / "in", course, tmp_path / "out", LIMITS, jobs=2)
    assert {student for student, _ in read_grades(tmp_path / "out")} == {"Jos?", "ana", "x" * 250}
    assert len(list((tmp_path / "out/feedback").glob("*.html"))) == 3


@pytest.mark.parametrize("metadata", [[], "text", {"nbgrader": []}, {"nbgrader": {"grade_id": {}}}])
def test_odd_notebooks_cost_only_their_own_mark(exercises, tmp_path, metadata):
    notebook = {
        "cells": [{"cell_type": "code", "source": "1", "metadata": metadata}],
        "metadata": {},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    (tmp_path / f"ana_{CHAPTER}.ipynb").write_text(json.dumps(notebook))
    (tmp_path / f"ana_{CHAPTER} (1).ipynb").write_text(json.dumps(notebook))
    [one] = submissions.find(tmp_path, everything_known(exercises))
    assert "can't be read as a notebook" in one.problem
    _, marks = grade.execute(one, exercises[CHAPTER], LIMITS)
    assert {(m.points, m.message) for m in marks} == {(0.0, one.problem)}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{" * 600_000, "holds more than 500,000 lists and objects beside its outputs"),
        ("[" * 600_000, "holds more than 500,000 lists and objects beside its outputs"),
        ('{"outputs": [' + "[]," * 2_100_000, "has outputs of more than 2,000,000 parts"),
        ('"' + "x" * (reading.MOST_TEXT + 1), "is larger than 20 MB even without its outputs"),
        (
            nbformat.writes(student_version()).replace(
                '"cells": [',
                '"cells": [' + '{"cell_type": "raw", "metadata": {}, "source": ""},' * 2_001,
            ),
            "has more than 2,000 cells",
        ),
        ("]" * 10**7, "can't be read as a notebook"),
        ('{"cells": [' + '["' * 10**5, "can't be read as a notebook"),
    ],
)
def test_a_notebook_that_would_take_all_memory_is_not_read(exercises, tmp_path, text, why):
    (tmp_path / f"ana_{CHAPTER}.ipynb").write_text(text)
    start = time.monotonic()
    [one] = submissions.find(tmp_path, everything_known(exercises))
    assert why in one.problem and one.notebook is None
    assert time.monotonic() - start < 20


def test_a_file_of_any_size_is_not_even_opened(exercises, tmp_path):
    with (tmp_path / f"ana_{CHAPTER}.ipynb").open("wb") as file:
        file.truncate(reading.LARGEST + 1)
    [one] = submissions.find(tmp_path, everything_known(exercises))
    assert "is larger than 200 MB: clear all outputs and save again" in one.problem


def test_a_broken_notebook_belongs_to_the_exercise_in_whose_folder_it_lies(exercises, tmp_path):
    hand_in(tmp_path / "02_event_strength", "ana", submission("02_event_strength"))
    hand_in(tmp_path / CHAPTER, "ana", submission())
    hand_in(tmp_path, "bob", submission())
    (tmp_path / CHAPTER / "carla.ipynb").write_text("{")
    (tmp_path / "__MACOSX").mkdir()
    found = submissions.find(tmp_path, everything_known(exercises))
    assert [one.student for one in found] == ["ana", "ana", "bob", "carla"]
    assert found[-1].exercise == CHAPTER and found[-1].problem


def test_folders_that_nobody_may_enter_stop_nobody(tmp_path, monkeypatch):
    def refuse(path):
        raise PermissionError(path)

    (tmp_path / "ana").mkdir()
    (tmp_path / "ana/x.ipynb").touch()
    monkeypatch.setattr(Path, "is_file", refuse)
    [one] = submissions.find(tmp_path, {CHAPTER: set()})
    assert one.problem


# ------------------------------------------------------------------- the grader's copy


def sources(notebook: Any) -> list[str]:
    return [cell.source for cell in notebook.cells]


def found_in(folder, exercises) -> dict[tuple[str, str | None], submissions.Submission]:
    functions = {name: one.functions for name, one in exercises.items()}
    found = submissions.find(folder, everything_known(exercises), functions)
    return {(one.student, one.exercise): one for one in found}


def test_a_clone_handed_in_is_what_the_student_did_in_it(exercises, tmp_path):
    for chapter in (CHAPTER, "02_event_strength"):
        hand_in(tmp_path, "ana/exercises", student_version(chapter), f"{chapter}.ipynb")
        source = nbformat.read(release.SOURCES / f"{chapter}.ipynb", as_version=4)
        hand_in(tmp_path, "ana/exercises/source", source, f"{chapter}.ipynb")
    answered = submission()
    for cell in answered.cells:
        cell.metadata = nbformat.from_dict({})
    hand_in(tmp_path, "bob/exercises", answered)
    chapter = nbformat.read(ROOT / f"notebooks/{CHAPTER}.ipynb", as_version=4)
    hand_in(tmp_path, "bob/notebooks", chapter)  # newer, and of the same name
    hand_in(tmp_path, "carla", source, "source.ipynb")
    found = found_in(tmp_path, exercises)
    assert found["ana", CHAPTER].path.parent.name == "exercises"
    assert found["ana", "02_event_strength"].path.parent.name == "exercises"
    assert found["bob", CHAPTER].path.parent.name == "exercises"
    assert "the course's own notebook" in found["carla", "02_event_strength"].problem


def test_half_an_emoji_costs_nothing(exercises, tmp_path):
    hand_in(tmp_path, "ana", submission())
    path = tmp_path / f"ana/{CHAPTER}.ipynb"
    text = path.read_text(encoding="utf-8").replace(
        "def missing_table", "# \\ud83d\\ndef missing_table"
    )
    path.write_text(text, encoding="utf-8")
    [one] = submissions.find(tmp_path, everything_known(exercises))
    merged = merging.merge(exercises[CHAPTER].notebook, one.notebook)
    assert any("# ?" in source and "def missing_table" in source for source in sources(merged))
    nbformat.writes(merged).encode("utf-8")


def test_deleted_and_changed_checks_come_back(exercises):
    master = exercises[CHAPTER].notebook
    handed_in = submission()
    handed_in.cells = [c for c in handed_in.cells if c.cell_type == "code" and not is_grade(c)]
    merged = merging.merge(master, handed_in)
    whole = merging.merge(master, submission())
    tests = [c.source for c in merged.cells if is_grade(c) and not is_solution(c)]
    assert tests == [c.source for c in master.cells if is_grade(c) and not is_solution(c)]
    assert sources(merged)[:-1] == sources(whole)[:-1]
    changed = submission()
    for cell in changed.cells:
        if is_grade(cell) and cell.cell_type == "code":
            cell.source = "pass"
    assert sources(merging.merge(master, changed)) == sources(whole)


def test_own_cells_stay_where_they_were(exercises):
    notebook = submission()
    at = next(i for i, c in enumerate(notebook.cells) if is_solution(c))
    notebook.cells.insert(at + 1, nbformat.v4.new_code_cell("helper = 1"))
    notebook.cells.insert(at, nbformat.v4.new_code_cell("import math"))
    notebook.cells.append(nbformat.v4.new_code_cell("last = 1"))
    merged = sources(merging.merge(exercises[CHAPTER].notebook, notebook))
    place = merged.index(answers_of()["missing"])
    assert merged[place - 1] == "import math"
    assert merged[place + 1] == "helper = 1"
    assert merged[-1] == "last = 1"


def test_a_notebook_without_nbgrader_data_is_recognised_by_its_functions(exercises):
    notebook = submission()
    for cell in notebook.cells:
        cell.metadata = nbformat.from_dict({})
    merged = merging.merge(exercises[CHAPTER].notebook, notebook)
    given = {c.metadata.nbgrader.grade_id: c.source for c in merged.cells if is_solution(c)}
    assert given == answers_of()


def test_an_open_answer_in_a_new_cell_is_read(exercises):
    master = exercises[CHAPTER].notebook
    notebook = student_version()
    notebook.cells.insert(8, nbformat.v4.new_markdown_cell("I would keep them."))
    merged = merging.merge(master, notebook)
    given = {c.metadata.nbgrader.grade_id: c.source for c in merged.cells if is_solution(c)}
    assert given["removed"] == "I would keep them."
    notebook = submission()
    notebook.cells.insert(8, nbformat.v4.new_markdown_cell("A note to myself."))
    merged = merging.merge(master, notebook)
    assert answers_of()["removed"] in sources(merged)


# ------------------------------------------------ what right answers look like in real life


def cell(source: str, grade_id: str = "", **nbgrader: Any) -> Any:
    """A code cell; with an id one that nbgrader knows."""
    made = nbformat.v4.new_code_cell(source)
    if grade_id:
        is_answer = not grade_id.endswith(("_check", "_hidden"))
        data = {"grade_id": grade_id, "solution": is_answer, "grade": not is_answer, **nbgrader}
        made.metadata = nbformat.from_dict({"nbgrader": data})
    return made


def text(source: str) -> Any:
    return nbformat.v4.new_markdown_cell(source)


def book(*cells: Any) -> Any:
    """A notebook of these cells, each with an id of its own."""
    fresh = [nbformat.from_dict({**one, "id": f"cell-{n}"}) for n, one in enumerate(cells)]
    return nbformat.v4.new_notebook(cells=fresh)


STUB = '''def {}(x):
    """{} of x."""
    # YOUR CODE HERE
    raise NotImplementedError("no answer yet")'''
TWICE, THRICE = STUB.format("twice", "Two times"), STUB.format("thrice", "Three times")
HIDDEN = "# More tests\n### BEGIN HIDDEN TESTS\nassert {}(7) == {}, 'hidden'\n### END HIDDEN TESTS"
SETUP = cell("import math")
HEADING_1, HEADING_2 = text("## 1 · Twice"), text("## 2 · Thrice")
CHECK_1, CHECK_2 = (
    cell(f"assert {name}(2) == {result}, 'visible'", f"{q}_check", points=1)
    for q, name, result in (("two", "twice", 4), ("three", "thrice", 6))
)
MASTER = book(
    SETUP,
    HEADING_1,
    cell(TWICE, "two"),
    CHECK_1,
    cell(HIDDEN.format("twice", 14), "two_hidden", points=2),
    HEADING_2,
    cell(THRICE, "three"),
    CHECK_2,
    cell(HIDDEN.format("thrice", 21), "three_hidden", points=2),
)
HIDDEN_1, HIDDEN_2 = (cell("# More tests", f"{q}_hidden", points=2) for q in ("two", "three"))
SMALL = grade.Exercise("small", MASTER)
RIGHT_2, RIGHT_3 = "def twice(x):\n    return 2 * x", "def thrice(x):\n    return 3 * x"
WRONG_2 = "def twice(x):\n    return x"
SECOND = (HEADING_2, cell(RIGHT_3, "three"), CHECK_2, HIDDEN_2)


class Magic:
    """What cells with IPython's lines need, for `run_here`."""

    def __init__(self, names: dict[str, Any]) -> None:
        self.names = names

    def run_cell_magic(self, name: str, line: str, body: str) -> None:
        exec(body, self.names)

    def run_line_magic(self, name: str, line: str) -> None:
        raise OSError("no network")

    def system(self, command: str) -> None:
        raise OSError("no network")

    getoutput = system


def no_input(prompt: str = "") -> str:
    raise EOFError(f"nobody answers {prompt}")


def run_here(notebook: Any) -> Any:
    """Run the few cells of a small notebook as a kernel would, only faster."""
    names: dict[str, Any] = {"input": no_input}
    names["get_ipython"] = lambda: Magic(names)
    for one in notebook.cells:
        if one.cell_type == "code":
            try:
                exec(TransformerManager().transform_cell(one.source), names)
            except (Exception, SystemExit) as error:
                kind = type(error).__name__
                one.outputs = [nbformat.v4.new_output("error", ename=kind, evalue=str(error))]
    return notebook


def marked(*cells: Any) -> dict[str, Any]:
    """What a notebook gets for the two questions."""
    merged = merging.merge(MASTER, book(*cells))
    ours = [(c.source, c.metadata.nbgrader) for c in MASTER.cells if is_grade(c)]
    assert [(c.source, c.metadata.nbgrader) for c in merged.cells if is_grade(c)] == ours
    return {mark.question: mark for mark in grade.marks_of(run_here(merged), SMALL)}


def bare(*cells: Any) -> list[Any]:
    """The same cells after a program that drops nbgrader's data."""
    return [nbformat.from_dict({**c, "metadata": {}}) for c in cells]


ANSWER_1 = cell(RIGHT_2, "two")
HELPER = "def helper(x):\n    return x"
USES = "def twice(x):\n    return helper(x) + helper(x)"
FRONT = (SETUP, HEADING_1)
BACK = (CHECK_1, HIDDEN_1, *SECOND)
RETYPED = {
    "plain": RIGHT_2,
    "lambda": "twice = lambda x: 2 * x",
    "annotated": "from typing import Callable\ntwice: Callable = lambda x: 2 * x",
    "decorated": "import functools\n@functools.cache\ndef twice(x):\n    return 2 * x",
    "one of two names": "twice, other = (lambda x: 2 * x), 1",
    "alias": "def my_twice(x):\n    return 2 * x\ntwice = my_twice",
    "imported": "from operator import neg as twice\ntwice = (lambda x: 2 * x)",
    "in a block": "try:\n    import nowhere\nexcept ImportError:\n    twice = lambda x: 2 * x",
    "magic": f"%%time\n{RIGHT_2}",
    "line magic": f"%matplotlib inline\n!pip install \\\n   this\n{RIGHT_2}",
    "assigned command": f"files = !ls\n{RIGHT_2}",
    "help": f"print?\n{RIGHT_2}",
    "indented": "    def twice(x):\n        return 2 * x",
    "comment above": f"# mine\n\n{RIGHT_2}",
    "one line": "def twice(x): return 2 * x",
    "input above": f"name = input('who?')\n{RIGHT_2}",
    "failing import above": f"import nowhere\nimport math\n# so\n{RIGHT_2}",
    "failing plot above and below": f"plot()\n{RIGHT_2}\nplot()",
    "input between function and helper": f"{USES}\ninput()\n{HELPER}",
    "constant below what fails": "input()\nN = 2\ndef twice(x):\n    return N * x",
}
MARKED = {
    "as handed out": [*FRONT, ANSWER_1, *BACK],
    "split between functions": [*FRONT, cell(HELPER, "two"), cell(USES, "two"), *BACK],
    "split, the helper last": [*FRONT, cell(USES, "two"), cell(HELPER, "two"), *BACK],
    "split within the function": [
        *FRONT,
        cell("def twice(x):\n    y = x", "two"),
        cell("    z = y + y", "two"),
        cell("    return z", "two"),
        *BACK,
    ],
    "split after the docstring": [
        *FRONT,
        cell('def twice(x):\n    """Two."""', "two"),
        cell("    return 2 * x", "two"),
        *BACK,
    ],
    "split within brackets": [
        *FRONT,
        cell("def twice(x):\n    return sum([x,", "two"),
        cell("        x])", "two"),
        *BACK,
    ],
    "split with a cell between": [
        *FRONT, cell("N = 2", "two"), cell("M = N"),
        cell("def twice(x):\n    return M * x", "two"), *BACK,
    ],
    "copy at the end": [*FRONT, ANSWER_1, *BACK, cell(WRONG_2, "two")],
    "several copies at the end": [*FRONT, ANSWER_1, *BACK, *[cell(WRONG_2, "two")] * 3],
    "broken copy at the end": [*FRONT, ANSWER_1, *BACK, cell("def twice(x:", "two")],
    "emptied copy at the end": [*FRONT, ANSWER_1, *BACK, cell("", "two")],
    "stub at the end": [*FRONT, ANSWER_1, *BACK, cell(TWICE, "two")],
    "stub before": [*FRONT, cell(TWICE, "two"), ANSWER_1, *BACK],
    "stub after": [*FRONT, ANSWER_1, cell(TWICE, "two"), *BACK],
    "stub in other words after": [
        *FRONT, ANSWER_1, cell(TWICE.replace("Two", "2").replace("# YOUR", "#"), "two"), *BACK,
    ],
    "copy before": [*FRONT, cell(WRONG_2, "two"), ANSWER_1, *BACK],
    "broken copies on both sides": [
        *FRONT, cell("def twice(x:", "two"), ANSWER_1, cell("def twice(x:", "two"), *BACK,
    ],
    "copy without mark at the end": [*FRONT, ANSWER_1, *BACK, cell(WRONG_2)],
    "copy at the very top": [cell(WRONG_2, "two"), *FRONT, ANSWER_1, *BACK],
    "only behind the checks": [*FRONT, CHECK_1, HIDDEN_1, *SECOND, ANSWER_1],
    "behind the checks, stub before": [*FRONT, cell(TWICE, "two"), *BACK, cell(RIGHT_2)],
    "behind the checks, broken before": [
        *FRONT, cell("def twice(x:\n    return", "two"), *BACK, cell(RIGHT_2),
    ],
    "behind the checks with its helper below": [
        *FRONT, cell("", "two"), *BACK, cell(USES), cell(HELPER),
    ],
    "comment that says where": [*FRONT, cell("# see below", "two"), *BACK, cell(RIGHT_2)],
    "copied check at the top": [CHECK_1, *FRONT, ANSWER_1, *BACK],
    "copied check below": [*FRONT, ANSWER_1, CHECK_1, CHECK_1, HIDDEN_1, *SECOND, CHECK_1],
    "copied question at the end": [*FRONT, ANSWER_1, *BACK, cell(WRONG_2, "two"), CHECK_1],
    "without any check": [*FRONT, ANSWER_1, *SECOND],
    "without any check, copy at the end": [*FRONT, ANSWER_1, *SECOND, cell(WRONG_2, "two")],
    "retyped into the checks": [
        *FRONT, cell(f"{RIGHT_2}\n{CHECK_1.source}", "two_check"), HIDDEN_1, *SECOND,
    ],
    "merged with its check": [
        *FRONT, cell(f"{RIGHT_2}\n{CHECK_1.source}", "two"), HIDDEN_1, *SECOND,
    ],
    "call in the marked cell": [*FRONT, cell(RIGHT_2), cell("twice(3)", "two"), *BACK],
    "function below the marked cell": [*FRONT, cell("twice(3)", "two"), cell(RIGHT_2), *BACK],
    "both in the first": [
        *FRONT, cell(f"{RIGHT_2}\n\n{RIGHT_3}", "two"), CHECK_1, HIDDEN_1, HEADING_2,
        cell(THRICE, "three"), CHECK_2, HIDDEN_2,
    ],
    "both in the second": [
        *FRONT, cell(TWICE, "two"), CHECK_1, HIDDEN_1, HEADING_2,
        cell(f"{RIGHT_2}\n\n{RIGHT_3}", "three"), CHECK_2, HIDDEN_2,
    ],
    "exchanged": [
        *FRONT, cell(RIGHT_3, "two"), CHECK_1, HIDDEN_1, HEADING_2,
        cell(RIGHT_2, "three"), CHECK_2, HIDDEN_2,
    ],
    "second question first": [SETUP, *SECOND, HEADING_1, ANSWER_1, CHECK_1, HIDDEN_1],
    "a raw cell": [*FRONT, cell("", "two"), nbformat.v4.new_raw_cell(RIGHT_2), *BACK],
    "a text cell": [*FRONT, text(RIGHT_2), *BACK],
    "helper at the end": [*FRONT, cell(USES, "two"), *BACK, cell(HELPER)],
    "helper below what fails": [*FRONT, cell(f"input()\n{HELPER}"), cell(USES, "two"), *BACK],
    "one uses the other, in another order": [
        SETUP, HEADING_2, cell(f"BASE = 2\n{RIGHT_3}", "three"), CHECK_2, HIDDEN_2, HEADING_1,
        cell("def twice(x):\n    return thrice(x) - x", "two"), CHECK_1, HIDDEN_1,
    ],
    "a name of its own for what Python has": [
        *FRONT, cell("def twice(x):\n    return sum([x, x])", "two"), *BACK, cell("sum = None"),
    ],
    "a method and an inner function of that name": [
        *FRONT, ANSWER_1,
        cell("class C:\n    def twice(self):\n        return 0\ndef f():\n    def twice(x):\n"
             "        return 0"),
        *BACK,
    ],
    "last line without its end": [*FRONT, cell(RIGHT_2 + "\n\n\n", "two"), *BACK],
}  # fmt: skip
BARE = {
    "as handed out": bare(*FRONT, ANSWER_1, *BACK),
    "helper above": bare(*FRONT, cell(f"{HELPER}\n\n{USES}"), *BACK),
    "two in one cell": bare(*FRONT, cell(f"{RIGHT_2}\n\n{RIGHT_3}"), CHECK_1, CHECK_2),
    "helper in another cell": bare(*FRONT, cell(HELPER), cell(USES), *BACK),
    "helper below": bare(*FRONT, cell(USES), cell(HELPER), *BACK),
    "helper below everything": bare(cell(USES), cell(RIGHT_3), cell(HELPER)),
    "another order": bare(cell(RIGHT_3), cell(HELPER), cell(USES)),
    "another order, the helper first": bare(SETUP, cell(HELPER), *SECOND, cell(USES), CHECK_1),
    "only answers": bare(cell(RIGHT_2), cell(RIGHT_3)),
    "everything in one cell": bare(
        cell("\n".join(["import math", RIGHT_2, "twice(1 / 0)", CHECK_1.source, RIGHT_3]))
    ),
    "copy at the end": bare(*FRONT, ANSWER_1, *BACK, cell(WRONG_2)),
    "stubs at the end": bare(*FRONT, ANSWER_1, *BACK, cell(TWICE), cell(THRICE)),
    "split within the function": bare(
        *FRONT, cell("def twice(x):\n    y = 2 * x"), cell("    return y"), *BACK
    ),
    "one that ends the process below": bare(cell(RIGHT_2), CHECK_1, cell(RIGHT_3), cell("exit()")),
    "improved further down, no checks": bare(cell(WRONG_2), cell(RIGHT_3), cell(RIGHT_2)),
}


@pytest.mark.parametrize("cells", MARKED.values(), ids=MARKED)
def test_a_right_answer_gets_its_points_wherever_it_stands(cells):
    found = marked(*cells)
    assert {q: (m.points, m.message) for q, m in found.items()} == {
        "two": (3, "right"),
        "three": (3, "right"),
    }
    for mark in found.values():
        assert "def" in mark.answer and re.fullmatch(r"your cells? [\d, and]+", mark.found)


@pytest.mark.parametrize("cells", BARE.values(), ids=BARE)
def test_a_right_answer_gets_its_points_without_any_mark(cells):
    found = marked(*cells)
    assert {q: (m.points, m.message) for q, m in found.items()} == {
        "two": (3, "right"),
        "three": (3, "right"),
    }


@pytest.mark.parametrize("source", RETYPED.values(), ids=RETYPED)
@pytest.mark.parametrize("at", ["in its place", "at the end", "at the start", "marked"])
def test_a_retyped_answer_is_known_by_what_it_defines(source, at):
    cells = [*FRONT, *SECOND]  # answer and checks are gone
    new = cell(source, "two" if at == "marked" else "")
    cells.insert({"in its place": 2, "marked": 2, "at the start": 0}.get(at, len(cells)), new)
    mark = marked(*cells)["two"]
    assert (mark.points, mark.message) == (3, "right")
    assert mark.answer == source.strip("\n")
    assert mark.found == f"your cell {cells.index(new) + 1}"


@pytest.mark.parametrize(
    "source",
    [
        "class C:\n    def twice(self, x):\n        return 2 * x",
        "def outer():\n    def twice(x):\n        return 2 * x\n    return twice",
        "def outer():\n    twice = lambda x: 2 * x",
        "twice_as_much = 2",
        "print(twice(2))",
        "print('''\ndef twice(x):\n    return 2 * x\n''')",
        "x = dict(\ntwice=2)",
        "# def twice(x): return 2 * x",
        TWICE.replace("# YOUR CODE HERE", "# mine"),
    ],
)
def test_what_defines_nothing_under_the_name_is_no_answer(source):
    mark = marked(*FRONT, *SECOND, cell(source))["two"]
    assert (mark.points, mark.message, mark.answer) == (0, "not answered", "")


def test_the_page_says_where_the_graded_code_was_and_where_there_is_more(tmp_path):
    found = marked(*FRONT, cell(HELPER, "two"), cell(USES, "two"), *BACK, cell(WRONG_2, "two"))
    assert found["two"].answer == f"{HELPER}\n\n{USES}"
    assert (found["two"].found, found["two"].left_out) == ("your cells 3 and 4", "your cell 11")
    one = submissions.Submission("ana", Path("x"), "small")
    grade.write_feedback(tmp_path, [(one, list(found.values()))])
    page = (tmp_path / "ana.html").read_text(encoding="utf-8")
    assert "From your cells 3 and 4. What your cell 11 has under this name" in page
    assert "From your cell 8." in page and "counted from the top" in page
    assert "return helper(x)" in page


def test_what_no_name_tells_is_shown_where_it_gave_points():
    cells = [*FRONT, cell(TWICE, "two"), cell("exec('def twice(x): return 2 * x')"), *BACK]
    mark = marked(*cells)["two"]
    assert (mark.points, mark.message, mark.found) == (3, "right", "cells of your own")
    assert "exec(" in mark.answer


def test_cells_of_the_student_are_told_from_ours():
    cells = [*FRONT, cell(HELPER, "two"), cell("own = 1"), cell(USES, "two"), CHECK_1, HIDDEN_1,
             HEADING_2, cell(THRICE, "three"), CHECK_2, HIDDEN_2, cell("last = 1")]  # fmt: skip
    merged = merging.merge(MASTER, book(*cells))
    theirs = [c.source for c in merged.cells if c.metadata.get("student")]
    assert theirs == [HELPER, "own = 1", USES, "last = 1"]
    place = sources(merged).index(USES)
    assert sources(merged)[place - 2 : place] == [HELPER, "own = 1"]
    assert "nbgrader" not in merged.cells[place - 2].metadata
    assert merged.cells[place].metadata.nbgrader.grade_id == "two"
    stub = next(c for c in merged.cells if c.source == THRICE)
    assert "student" not in stub.metadata
    nbformat.validate(merged)


# --------------------------------------------------------------------- what a message says


@pytest.mark.parametrize(
    ("source", "points", "message"),
    [
        (f"input('name')\n{WRONG_2}", 0, "AssertionError: visible"),
        (f"{WRONG_2}\nplot()", 0, "AssertionError: visible"),
        (f"{RIGHT_2}\n1 / 0", 3, "right"),
        ("def twice(x):\n    return 4", 1, "AssertionError: hidden"),
        ("def twice(x):\n    return helper(x)", 0, "NameError: name 'helper' is not defined"),
        ("def twice(x)\n    return 2 * x", 0, "SyntaxError: expected ':' (line 1)"),
        ("1 / 0", 0, "ZeroDivisionError: division by zero"),
        ("def twise(x):\n    return 2 * x", 0, "NameError: name 'twice' is not defined"),
        ("def twice(x):\n    raise NotImplementedError('no answer yet')  # ", 0, "no answer yet"),
    ],
)
def test_the_message_is_the_cause(source, points, message):
    mark = marked(*FRONT, cell(source, "two"), *BACK)["two"]
    assert (mark.points, re.sub("<.*>, ", "", mark.message)) == (points, message)
    assert mark.answer == source


def test_a_check_that_gives_a_part_says_so():
    merged = merging.merge(MASTER, book(*FRONT, ANSWER_1, *BACK))
    check = next(c for c in merged.cells if c.source == CHECK_1.source)
    check.outputs = [nbformat.v4.new_output("execute_result", {"text/plain": "0.5"})]
    [mark, _] = grade.marks_of(merged, SMALL)
    assert (mark.points, mark.message) == (2.5, "the checks give a part of the points")


def test_an_open_answer_in_pieces_is_read_whole(exercises):
    master = exercises[CHAPTER].notebook
    notebook = student_version()
    [at] = [i for i, c in enumerate(notebook.cells) if is_solution(c) and is_grade(c)]
    pieces = [
        nbformat.from_dict({**notebook.cells[at], "source": s}) for s in ("1st", "2nd", "1st")
    ]
    notebook.cells[at:] = pieces
    given = {merging.question_of(c): c for c in merging.merge(master, notebook).cells}["removed"]
    assert given.source == given.metadata.answer == "1st\n\n2nd"
    assert given.metadata.found == f"your cells {at + 1} and {at + 2}"


def test_the_texts_of_the_zip_are_no_answers(course, exercises, tmp_path):
    release.make_zip(course, tmp_path / "handout.zip")
    with zipfile.ZipFile(tmp_path / "handout.zip") as archive:
        handed_out = nbformat.reads(archive.read(f"handout/{CHAPTER}.ipynb").decode(), as_version=4)
    merged = merging.merge(exercises[CHAPTER].notebook, handed_out)
    assert not any(c.metadata.get("student") for c in merged.cells)


# --------------------------------------------------------------------- what files look like


def saved(**changed: Any) -> str:
    """A solved notebook as a file, with these outputs in its first code cell."""
    notebook = submission()
    next(c for c in notebook.cells if c.cell_type == "code").update(nbformat.from_dict(changed))
    return nbformat.writes(notebook)


def printed(text: str) -> Any:
    return nbformat.v4.new_output("stream", text=text)


@pytest.mark.parametrize(
    "text",
    [
        saved(outputs=[printed("[{" * 1_300_000)]),
        saved(outputs=[printed('\\"[' * 900_000)]),
        saved(outputs=[printed("x" * 25 * 2**20)]),
        saved(outputs=[{"output_type": "display_data", "metadata": {},
                        "data": {"application/json": [[1]] * 600_000}}]),
        saved(attachments={"a.png": {"image/png": "A" * 25 * 2**20}}),
        saved(outputs=[printed("x")]).replace('"x"', "[" * 9_000 + "]" * 9_000),
    ],
    ids=["brackets", "quotes", "long", "parts", "picture", "deep"],
)  # fmt: skip
def test_outputs_cost_nothing(exercises, tmp_path, text):
    (tmp_path / "ana.ipynb").write_text(text, encoding="utf-8")
    [one] = submissions.find(tmp_path, everything_known(exercises))
    assert (one.problem, one.exercise) == ("", CHAPTER)
    assert not any(c.get("outputs") for c in one.notebook.cells)
    merged = merging.merge(exercises[CHAPTER].notebook, one.notebook)
    whole = merging.merge(exercises[CHAPTER].notebook, submission())
    assert sources(merged) == sources(whole)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_notebook_is_read_in_any_encoding(exercises, tmp_path, encoding):
    text = nbformat.writes(submission(missing="# für Zoë"))
    (tmp_path / "ana.ipynb").write_text(text, encoding=encoding)
    [one] = submissions.find(tmp_path, everything_known(exercises))
    assert not one.problem and "# für Zoë" in sources(one.notebook)


@pytest.mark.filterwarnings("error")
def test_odd_notebooks_make_no_remarks_without_a_name(exercises, tmp_path, capfd, caplog):
    notebook = json.loads(nbformat.writes(submission()))
    for one in notebook["cells"]:
        one.pop("id")
    notebook["cells"][3]["unknown"] = 1
    notebook["cells"].append(json.loads(json.dumps(notebook["cells"][2])) | {"id": "a"})
    notebook["cells"].append(notebook["cells"][-1])
    notebook["cells"].append({"cell_type": "code", "metadata": {}, "outputs": [], "source":
                              "print('\\d')", "execution_count": None})  # fmt: skip
    (tmp_path / "ana.ipynb").write_text(json.dumps(notebook))
    old = nbformat.convert(submission(), 3)
    (tmp_path / f"bob_{CHAPTER}.ipynb").write_text(json.dumps(old))
    for one in submissions.find(tmp_path, everything_known(exercises)):
        assert not one.problem
        merged = merging.merge(exercises[CHAPTER].notebook, one.notebook)
        assert answers_of()["titles"] in sources(merged)
        nbformat.validate(merged)
    assert capfd.readouterr() == ("", "") and not caplog.records


# --------------------------------------------------------------------- what students are called


@pytest.mark.parametrize(
    ("name", "student"),
    [
        (f"{CHAPTER.upper()}.IPYNB", CHAPTER.upper()),
        (f"ana_{CHAPTER.upper()}.IPYNB", "ana"),
        (f"Copy of {CHAPTER}.ipynb", f"Copy of {CHAPTER}"),
        (f"Copy of {CHAPTER} (2).ipynb", f"Copy of {CHAPTER} (2)"),
        (f"Kopie von {CHAPTER}.ipynb", f"Kopie von {CHAPTER}"),
        (f"Kopie von {CHAPTER}-ana.ipynb", "ana"),
        (f"Cópia de {CHAPTER}_Ana Souza.ipynb", "Ana Souza"),
        (f"Co\u0301pia de {CHAPTER} Ana.ipynb", "Ana"),
        (f"Copy of Copy of ana_{CHAPTER} (1).ipynb", "ana"),
        (f"{CHAPTER}-ana.ipynb", "ana"),
        (f"{CHAPTER}-Copy1.ipynb", f"{CHAPTER}-Copy1"),
        (f"ana_{CHAPTER}-Copy1.ipynb", "ana"),
        (f"ana_{CHAPTER} - Copy.ipynb", "ana"),
        (f"ana_{CHAPTER} - Copy (2).ipynb", "ana"),
        (f"ana_{CHAPTER}.ipynb.txt", "ana"),
        (f"Ana Souza - {CHAPTER}.ipynb", "Ana Souza"),
        ("Ana Souza - 01 data.ipynb", "Ana Souza"),
        (f"Ana Souza_12345_assignsubmission_file_{CHAPTER}.ipynb", "Ana Souza"),
        ("Ana Souza_12345_assignsubmission_file_/homework.ipynb", "Ana Souza"),
        (f"souzaana_123_4567_{CHAPTER}-1.ipynb", "souzaana"),
        (f"souzaana_LATE_123_4567_{CHAPTER}.ipynb", "souzaana"),
        (f"Exercise 1_asouza_attempt_2024-01-01-10-00-00_{CHAPTER}.ipynb", "asouza"),
        (f"123-4567 - Ana Souza - 1 January, 2024 1000 AM - {CHAPTER}.ipynb", "Ana Souza"),
        ("ana (1)/x.ipynb", "ana (1)"),
        ("Anna Copy/x.ipynb", "Anna Copy"),
    ],
)
def test_names_come_out_readable(exercises, tmp_path, name, student):
    hand_in(tmp_path, str(Path(name).parent), submission(), Path(name).name)
    [one] = submissions.find(tmp_path, everything_known(exercises))
    assert (one.student, one.exercise, one.problem) == (student, CHAPTER, "")


@pytest.mark.parametrize(
    ("names", "students"),
    [
        (
            [f"Ana Souza_{n}_assignsubmission_file_/x.ipynb" for n in (1, 2)],
            ["Ana Souza (1)", "Ana Souza (2)"],
        ),
        (
            [f"Ana Souza_{n}_assignsubmission_file_/{c}.ipynb" for n, c in
             ((1, CHAPTER), (2, "02_event_strength"))],
            ["Ana Souza (1)", "Ana Souza (2)"],
        ),
        (
            [f"{c}/Ana Souza_{n}_assignsubmission_file_/x.ipynb" for n, c in
             ((1, CHAPTER), (2, "02_event_strength"))],
            ["Ana Souza", "Ana Souza"],
        ),
        (
            ["Ana Souza_1_assignsubmission_file_/x.ipynb", f"Ana Souza - {CHAPTER}.ipynb"],
            ["Ana Souza (1)", "Ana Souza (Ana Souza)"],
        ),
        (
            [f"leean_{n}_4567_{CHAPTER}.ipynb" for n in (123, 124)],
            ["leean (123)", "leean (124)"],
        ),
        (
            [f"E 1_{n}_souza_attempt_2024-01-01-10-00-00_{CHAPTER}.ipynb" for n in "ab"],
            ["souza (E 1_a_souza)", "souza (E 1_b_souza)"],
        ),
        ([f"Copy of {CHAPTER}{n}.ipynb" for n in ("", " (1)")],
         [f"Copy of {CHAPTER}", f"Copy of {CHAPTER} (1)"]),
        ([f"ana_{CHAPTER}{n}.ipynb" for n in ("", " (1)")], ["ana"]),
        ([f"leean_123_{n}_{CHAPTER}-{n}.ipynb" for n in (4567, 4568)], ["leean"]),
        ([f"E 1_ana_attempt_2024-01-0{n}-10-00-00_{CHAPTER}.ipynb" for n in (1, 2)], ["ana"]),
    ],
)  # fmt: skip
def test_two_students_stay_two_and_one_stays_one(exercises, tmp_path, names, students):
    for name in names:
        chapter = "02_event_strength" if "02_event" in name else CHAPTER
        hand_in(tmp_path, str(Path(name).parent), submission(chapter), Path(name).name)
    found = submissions.find(tmp_path, everything_known(exercises))
    assert sorted(one.student for one in found) == students


def test_a_notebook_without_marks_and_under_another_name_is_recognised(exercises, tmp_path):
    for chapter in (CHAPTER, "06_evaluation"):
        notebook = submission(chapter)
        for one in notebook.cells:
            one.metadata.clear()
        hand_in(tmp_path, "ana", notebook, f"Untitled{chapter[:2]}.ipynb")
    asked = {name: one.functions for name, one in exercises.items()}
    found = submissions.find(tmp_path, everything_known(exercises), asked)
    assert [(one.exercise, one.problem) for one in found] == [(CHAPTER, ""), ("06_evaluation", "")]


def test_the_text_that_comes_with_an_attempt_is_no_second_submission(exercises, tmp_path):
    attempt = "Exercise 1_asouza_attempt_2024-01-01-10-00-00"
    hand_in(tmp_path, ".", submission(), f"{attempt}_{CHAPTER}.ipynb")
    hand_in(tmp_path, ".", submission("02_event_strength"), "bob_02_event_strength.ipynb")
    (tmp_path / f"{attempt}.txt").write_text("Name: Ana Souza (asouza)")
    found = submissions.find(tmp_path, everything_known(exercises))
    assert [(one.student, one.problem) for one in found] == [("asouza", ""), ("bob", "")]


def test_right_answers_of_real_life_get_all_points(course, exercises, tmp_path):
    right = answers_of()
    notebook = submission(
        missing=f"name = input('Who are you?')\n!pip install --retries 0 nothing-here\n"
        f"{right['missing']}\n%pip install ./nothing-here\nraise SystemExit",
        titles=f"%%time\n{right['titles']}\nambiguous_titles(3)",
        half=f"from google.colab import files\nfiles.upload()\n{right['half']}",
    )
    at = {c.metadata.nbgrader.grade_id: i for i, c in enumerate(notebook.cells) if is_solution(c)}
    notebook.cells[at["half"]].metadata.clear()
    join = notebook.cells[at["join"]]
    lines = right["join"].split("\n")
    join.source = "\n".join(lines[:3])
    pieces = [cell("\n".join(lines[3:]), "join"), cell("import matplotlib.pyplot as plt\nplt.x()")]
    copies = [cell("def with_titles(a, b):\n    return a", "join"), cell(right["half"][:-80])]
    notebook.cells[at["join"] + 1 : at["join"] + 1] = pieces
    notebook.cells += copies
    hand_in(tmp_path / "in", "ana", notebook, f"Copy of {CHAPTER}.IPYNB")
    [(_, marks)] = grade.grade(tmp_path / "in", course, tmp_path / "out", LIMITS, jobs=1)
    given = {mark.question: (mark.points, mark.message) for mark in marks}
    assert given.pop("removed") == (None, grade.TO_READ)
    assert given == {q: (exercises[CHAPTER].questions[q], "right") for q in given}
    page = (tmp_path / "out/feedback/ana.html").read_text(encoding="utf-8")
    assert f"your cells {at['join'] + 1} and {at['join'] + 2}. What your cell" in page
    assert all(html.escape(line, quote=False) in page.replace("&#34;", '"') for line in lines)


# ------------------------------------------------------------------------- the whole class


BROKEN = {
    "hang": submission(titles="while True:\n    pass"),
    "crash": submission(titles="import os\nos._exit(1)"),
    "flood": submission(titles="while True:\n    print('x' * 10_000)"),
}


def test_a_class_of_thirty_with_five_broken_submissions_is_graded(
    course, exercises, tmp_path, capfd
):
    folder, out = tmp_path / "in", tmp_path / "out"
    good = {f"student {n}": submission() if n < 3 else student_version() for n in range(24)}
    good["student 24"] = submission(half="def days_to_half(events, least=10):\n    return 2.0")
    for name, notebook in {**good, **BROKEN}.items():
        hand_in(folder, name, notebook)
    (folder / "wrong").mkdir()
    (folder / "wrong/photo.jpg").write_bytes(b"\xff\xd8")
    (folder / "empty").mkdir()
    graded = grade.grade(folder, course, out, LIMITS, jobs=2)
    assert len(graded) == 30
    rows = read_grades(out)
    assert len(rows) == 30 * len(exercises[CHAPTER].questions)
    for n in range(24):
        expected = [2, 3, 3, 3, None] if n < 3 else [0, 0, 0, 0, 0]
        assert [points(rows[f"student {n}", q]) for q in answers_of()] == expected
    assert points(rows["student 24", "half"]) == 1
    assert "another year" in rows["student 24", "half"]["message"]
    assert rows["hang", "titles"]["message"] == "stopped after 8 s"
    assert "Python process ended" in rows["crash", "titles"]["message"]
    assert rows["crash", "join"]["message"].startswith("not run: an earlier cell ended")
    for name in ("hang", "flood"):
        assert [points(rows[name, q]) for q in ("missing", "titles", "join")] == [2, 0, 3]
    assert points(rows["crash", "missing"]) == 2
    assert {rows["empty", q]["message"] for q in answers_of()} == {"the folder is empty"}
    assert {points(rows["wrong", q]) for q in answers_of()} == {0}
    assert len(list((out / "feedback").glob("*.html"))) == 30
    page = (out / "feedback/student_24.html").read_text(encoding="utf-8")
    assert "4 · How quickly is an article read?" in page and "1 of 3" in page
    assert "30/30" in capfd.readouterr().err
    assert "30 submissions of 30 students" in grade.summary(graded)


def not_run(monkeypatch) -> None:
    """Take over what was handed in as if it had been run, for tests of what comes after."""
    monkeypatch.setattr(grade, "run", lambda notebook, *_: (notebook, ""))


def enter_points(out: Path, student: str, of_before: str, of_after: str) -> None:
    file = out / "grades.csv"
    text = file.read_text(encoding="utf-8-sig")
    row = f"{student},{CHAPTER},removed,{of_before},3"
    assert row in text
    file.write_text(text.replace(row, row.replace(f",{of_before},", f",{of_after},")), "utf-8")


def test_points_by_hand_outlive_later_runs(course, tmp_path, monkeypatch, capsys):
    not_run(monkeypatch)
    folder, out = tmp_path / "in", tmp_path / "out"
    for student in ("007", "ana", "bob"):
        hand_in(folder, student, submission())

    def run() -> str:
        grade.grade(folder, course, out, LIMITS, jobs=1)
        return capsys.readouterr().out

    assert run() == run() == ""
    assert [path.name for path in out.glob("grades*")] == ["grades.csv"]
    for student in ("'007", "ana", "bob"):
        enter_points(out, student, "", "2.5")
    run()
    assert {points(row) for (_, q), row in read_grades(out).items() if q == "removed"} == {2.5}
    # Who hands in something broken keeps them, also through the runs after that.
    (folder / f"ana/{CHAPTER}.ipynb").write_text("{")
    (folder / f"bob/{CHAPTER}.ipynb").unlink()
    (folder / "bob").rmdir()
    told = run()
    [kept] = [path for path in out.glob("grades-*.csv") if str(path) in told]
    assert "removed of 'bob'" in told
    assert f"bob,{CHAPTER},removed,2.5,3" in kept.read_text("utf-8-sig")
    run()
    rows = read_grades(out)
    assert [points(rows[name, "removed"]) for name in ("'007", "ana")] == [2.5, 2.5]
    assert "can't be read" in rows["ana", "removed"]["message"]
    assert points(rows["ana", "missing"]) == 0 and ("bob", "removed") not in rows


def test_a_table_that_is_open_elsewhere_is_left_alone(tmp_path, monkeypatch):
    def refuse(path, target):
        raise PermissionError(path)

    file = tmp_path / "grades.csv"
    file.write_text("typed")
    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(SystemExit, match="open in another program"):
        grade.write_grades(file, [])
    assert file.read_text() == "typed" and (tmp_path / "grades.new").exists()


def test_a_gradebook_that_is_locked_costs_no_marks(course, tmp_path, monkeypatch, capsys):
    not_run(monkeypatch)

    def locked(*_):
        raise RuntimeError("database is locked")

    monkeypatch.setattr(grade, "enter", locked)
    hand_in(tmp_path / "in", "ana", student_version())
    grade.grade(tmp_path / "in", course, tmp_path / "out", LIMITS, jobs=1)
    assert points(read_grades(tmp_path / "out")["ana", "missing"]) == 2
    assert "could not take all points (database is locked)" in capsys.readouterr().out


def test_points_that_make_no_sense_are_refused(tmp_path):
    file = tmp_path / "grades.csv"
    file.write_text(
        f"student,exercise,question,points,of,message\nana,{CHAPTER},removed,7,3,{grade.TO_READ}\n"
    )
    with pytest.raises(SystemExit, match="line 2: points must be a number from 0 to 3, not '7'"):
        grade.marks_by_hand(file)


@pytest.mark.parametrize(
    ("mark", "encoding"), [(",", "utf-8-sig"), (";", "cp1252"), ("\t", "utf-8")]
)
def test_points_by_hand_are_read_however_a_spreadsheet_saved_them(tmp_path, mark, encoding):
    lines = [grade.FIELDS, ("Zoé", CHAPTER, "removed", "2,5" if mark != "," else "2.5", "3",
                            grade.TO_READ)]  # fmt: skip
    file = tmp_path / "grades.csv"
    file.write_text("\n".join(mark.join(line) for line in lines), encoding=encoding)
    assert grade.marks_by_hand(file) == {("Zoé", CHAPTER, "removed"): 2.5}


def test_a_table_that_is_none_of_ours_is_not_overwritten(tmp_path):
    file = tmp_path / "grades.csv"
    file.write_text("name,points\nana,3\n")
    with pytest.raises(SystemExit, match="has no columns student, exercise"):
        grade.marks_by_hand(file)


def test_cells_cannot_change_under_graded_submissions_and_the_release_stays(
    course, tmp_path, monkeypatch
):
    monkeypatch.setattr(release, "chapters", lambda: [CHAPTER])
    shutil.copytree(course, tmp_path, dirs_exist_ok=True)
    before = release.released(tmp_path, CHAPTER).read_bytes()
    with grade.Gradebook(grade.database(tmp_path)) as book:
        book.update_or_create_student("ana")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book.update_or_create_submission(CHAPTER, "ana")
    changed = tmp_path / "sources"
    changed.mkdir()
    source = nbformat.read(release.SOURCES / f"{CHAPTER}.ipynb", as_version=4)
    source.cells = [c for c in source.cells if c.id != "half-hidden"]
    nbformat.write(source, changed / f"{CHAPTER}.ipynb")
    monkeypatch.setattr(release, "SOURCES", changed)
    with pytest.raises(SystemExit, match="move .*gradebook.db"):
        release.make_course(tmp_path)
    assert release.released(tmp_path, CHAPTER).read_bytes() == before


def test_a_course_without_its_gradebook_is_made_anew(course, tmp_path, monkeypatch):
    shutil.copytree(course, tmp_path, dirs_exist_ok=True)
    (tmp_path / "gradebook.db").unlink()
    made = []

    def make(folder):
        made.append(folder)
        shutil.copy(course / "gradebook.db", folder)

    monkeypatch.setattr(grade, "make_course", make)
    assert set(grade.load_exercises(tmp_path)) == set(release.chapters())
    assert made == [tmp_path]


# --------------------------------------------------------------------- hostile submissions


@pytest.fixture(scope="module")
def hostile(exercises):
    """Messages and points of one notebook: first the network, then a careful one, then memory."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.1)
        answers = {
            "missing": "import socket\n"
            f"socket.create_connection(('127.0.0.1', {server.getsockname()[1]}), 2)",
            "titles": "import warnings\nwarnings.warn('careful')\n" + answers_of()["titles"],
            "join": "raise type('x' * 10**6, (Exception,), {})('y ' * 10**6)",
            "half": "hoard = bytearray(2**33)",
        }
        one = submissions.Submission("eve", Path("x"), CHAPTER, submission(**answers))
        _, marks = grade.execute(one, exercises[CHAPTER], LIMITS)
        with pytest.raises(TimeoutError) if plan.cut_off() else contextlib.nullcontext():
            server.accept()
    return {m.question: (m.points, m.message) for m in marks}


@pytest.mark.skipif(not plan.cut_off(), reason="this system gives no own network")
def test_a_submission_has_no_network(hostile):
    assert hostile["missing"] == (0, "OSError: [Errno 101] Network is unreachable")


def test_warnings_cost_nothing(hostile):
    assert hostile["titles"] == (3, "right")


def test_an_error_of_any_length_is_told_in_a_line(hostile):
    assert hostile["join"][0] == 0
    assert len(hostile["join"][1]) < 2_500 and hostile["join"][1].startswith("xxx")


@pytest.mark.skipif(sys.platform != "linux", reason="memory is limited on Linux only")
def test_a_submission_that_takes_all_memory_loses_its_own_points(hostile):
    assert hostile["half"][0] == 0
    assert hostile["half"][1].startswith("MemoryError") or "memory" in hostile["half"][1]


@pytest.mark.skipif("--mount-proc" not in plan.cut_off(), reason="this system hides no processes")
def test_a_submission_sees_no_other_process():
    command = [*plan.cut_off(), "ls", "/proc"]
    seen = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    assert len([name for name in seen if name.isdigit()]) == 1


@pytest.mark.parametrize("report", ["", '{"cells": [', '{"cells": [\n', "[" * 600_000, "\xff"])
def test_a_run_without_a_whole_report_has_no_result(tmp_path, report):
    (tmp_path / "report.json").write_text(report, encoding="latin-1")
    with pytest.raises(job.GraderFailed):
        job.executed(submission(), tmp_path / "report.json", "", "")


@pytest.mark.parametrize(
    "outputs",
    [
        5,
        [1],
        [{"output_type": "error", "ename": 1, "evalue": None}],
        # From nbgrader: more points than there are.
        [{"output_type": "execute_result", "data": {"text/plain": "99"}}],
    ],
)
def test_odd_outputs_cost_only_their_own_mark(exercises, monkeypatch, outputs):
    def forged(notebook, *_):
        notebook = nbformat.from_dict(notebook)
        for cell in notebook.cells:
            if cell.cell_type == "code":
                cell.outputs = nbformat.from_dict(outputs)
        return notebook, ""

    monkeypatch.setattr(grade, "run", forged)
    one = submissions.Submission("eve", Path("x"), CHAPTER, submission())
    executed, marks = grade.execute(one, exercises[CHAPTER], LIMITS)
    assert executed is None
    assert {(m.points, m.message[:20]) for m in marks} == {(0.0, "could not be graded ")}


def test_links_to_what_others_have_handed_in_are_left_out(tmp_path):
    (tmp_path / "bob").mkdir()
    nbformat.write(submission(), tmp_path / "bob/01_data.ipynb")
    try:
        (tmp_path / "mallory").symlink_to(tmp_path / "bob", target_is_directory=True)
    except OSError:
        pytest.skip("this user may make no links")
    (tmp_path / "eve.ipynb").symlink_to(tmp_path / "bob/01_data.ipynb")
    (tmp_path / CHAPTER).symlink_to(tmp_path, target_is_directory=True)
    found = submissions.find(tmp_path, {CHAPTER: {"missing"}})
    assert [one.student for one in found] == ["bob"]


def test_a_failure_of_the_grader_is_no_zero(exercises, monkeypatch):
    def failing(*_):
        raise job.GraderFailed("no sandbox: no room")

    monkeypatch.setattr(grade, "run", failing)
    one = submissions.Submission("ana", Path("x"), CHAPTER, submission())
    executed, marks = grade.execute(one, exercises[CHAPTER], LIMITS)
    assert executed is None and {mark.points for mark in marks} == {None}
    told = f"{job.FAILED} (no sandbox: no room): grade again; {grade.TO_READ}"
    assert {mark.message for mark in marks} == {told}
    assert all(mark.answer for mark in marks if mark.question != "removed")
    assert {row[3] for row in grade.rows(one, marks)} == {""}


def test_ctrl_c_ends_what_runs_and_starts_no_other(exercises, monkeypatch):
    started = []

    def run(notebook, limits, stop):
        started.append(notebook)
        assert stop.wait(20), "nobody ended it"
        return None, "ended"

    class Interrupted(list):
        def __iter__(self):
            while not started:
                time.sleep(0.01)
            raise KeyboardInterrupt

    monkeypatch.setattr(grade, "run", run)
    monkeypatch.setattr(grade, "tqdm", lambda runs, _: Interrupted(runs))
    one = submissions.Submission("ana", Path("x"), CHAPTER, submission())
    with pytest.raises(KeyboardInterrupt):
        grade.run_all([one] * 20, exercises, LIMITS, jobs=1)
    assert len(started) == 1


def test_a_run_that_is_stopped_leaves_no_process():
    stop = threading.Event()
    stop.set()
    cell = nbformat.v4.new_code_cell("import time\ntime.sleep(30)")
    start = time.monotonic()
    notebook, problem = isolation.run(nbformat.v4.new_notebook(cells=[cell]), LIMITS, stop)
    assert notebook is None and problem and time.monotonic() - start < 10


def test_a_result_of_another_shape_is_refused(exercises, monkeypatch):
    other = nbformat.v4.new_notebook()
    monkeypatch.setattr(grade, "run", lambda *_: (other, ""))
    one = submissions.Submission("eve", Path("x"), CHAPTER, submission())
    _, marks = grade.execute(one, exercises[CHAPTER], LIMITS)
    assert {m.message for m in marks} == {"could not be graded (ValueError)"}


def test_points_come_from_our_copy(exercises, monkeypatch):
    def generous(notebook, *_):
        notebook = nbformat.from_dict(notebook)
        for cell in notebook.cells:
            if is_grade(cell):
                cell.metadata.nbgrader.points = 1000
        return notebook, ""

    monkeypatch.setattr(grade, "run", generous)
    one = submissions.Submission("eve", Path("x"), CHAPTER, submission())
    _, marks = grade.execute(one, exercises[CHAPTER], LIMITS)
    assert max(m.of for m in marks) == 3


def test_an_answer_in_a_cell_of_its_own_counts(exercises):
    notebook = student_version()
    at = next(i for i, c in enumerate(notebook.cells) if is_solution(c))
    notebook.cells.insert(at + 1, nbformat.v4.new_code_cell(answers_of()["missing"]))
    one = submissions.Submission("ana", Path("x"), CHAPTER, notebook)
    _, marks = grade.execute(one, exercises[CHAPTER], LIMITS)
    found = {m.question: (m.points, m.message) for m in marks}
    assert found["missing"] == (2, "right")
    assert found["titles"] == (0, "not answered")


def test_what_students_write_is_escaped(tmp_path):
    one = submissions.Submission("=cmd()<b>", Path("x"), CHAPTER)
    evil = "<script>alert(1)</script>"
    marks = [grade.Mark("missing", 0.0, 2.0, f"=1+1 {evil}", answer=evil, title=evil)]
    grade.write_feedback(tmp_path, [(one, marks)])
    [page] = tmp_path.glob("*.html")
    assert page.parent == tmp_path
    assert "<script" not in page.read_text(encoding="utf-8")
    assert "<b>" not in page.read_text(encoding="utf-8")
    [row] = grade.rows(one, marks)
    assert row[0].startswith("'=") and row[5].startswith("'=")
    assert grade._plain(row[0]) == one.student


def test_names_of_students_cannot_leave_the_folder(tmp_path):
    names = ["../../up", "a/b", "ana", "Ana", "…", "ana?"]
    graded = [(submissions.Submission(n, Path("x"), CHAPTER), []) for n in names]
    grade.write_feedback(tmp_path / "feedback", graded)
    pages = list((tmp_path / "feedback").glob("*.html"))
    assert len(pages) == len(names)
    assert list(tmp_path.iterdir()) == [tmp_path / "feedback"]

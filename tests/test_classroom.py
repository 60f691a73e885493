"""Handing out and grading: what is released, what a submission can and can't do."""

from __future__ import annotations

import contextlib
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
from handed_in import (
    CHAPTER,
    answers_of,
    given,
    put,
    read_grades,
    source_of,
    student_version,
    submission,
    unmarked,
)
from IPython.core.inputtransformer2 import TransformerManager
from nbgrader.utils import is_grade, is_solution

from classroom import grade, isolation, job, merging, plan, reading, release, submissions

STRENGTH = "02_event_strength"
LIMITS = {**isolation.LIMITS, "cell_seconds": 8.0, "total_seconds": 60.0}


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    folder = tmp_path_factory.mktemp("course")
    release.make_course(folder)
    return folder


@pytest.fixture(scope="module")
def exercises(course):
    return grade.load_exercises(course)


@pytest.fixture
def find(exercises, tmp_path):
    """Find what was handed in, as the grader does."""
    ids = {name: set(grade._ids(one)) for name, one in exercises.items()}
    functions = {name: one.functions for name, one in exercises.items()}
    return lambda: submissions.find(tmp_path, ids, functions)


@pytest.fixture
def grade_all(course, tmp_path):
    """Grade everything in the folder `in`."""
    return lambda: grade.grade(tmp_path / "in", course, tmp_path / "out", LIMITS, jobs=2)


def execute(exercises, notebook: Any = None) -> tuple[Any, list[grade.Mark]]:
    one = submissions.Submission("eve", Path("x"), CHAPTER, notebook or submission())
    return grade.execute(one, exercises[CHAPTER], LIMITS)


def outcome(marks: list[grade.Mark]) -> dict[str, tuple[float | None, str]]:
    return {mark.question: (mark.points, mark.message) for mark in marks}


def points(row: dict[str, str]) -> float | None:
    return float(row["points"]) if row["points"] else None


def sources(notebook: Any) -> list[str]:
    return [cell.source for cell in notebook.cells]


def run_python(*arguments: object, **options: Any) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, **options)


# ------------------------------------------------------------------------- handing out


@pytest.mark.parametrize("chapter", release.chapters())
def test_student_versions_are_what_the_sources_make(course, chapter):
    fresh = release.released(course, chapter).read_bytes()
    assert (ROOT / f"exercises/{chapter}.ipynb").read_bytes() == fresh, "run: make classroom"


@pytest.mark.parametrize("chapter", release.chapters())
def test_a_student_version_gives_nothing_away(chapter):
    source, handed_out = source_of(chapter), student_version(chapter)
    text = "\n".join(sources(handed_out))
    assert "SOLUTION" not in text and "HIDDEN" not in text
    solutions = [c for c in source.cells if is_solution(c) and c.cell_type == "code"]
    elsewhere = "\n".join(c.source for c in source.cells if not is_solution(c))
    for cell in solutions:
        body = re.search(r"### BEGIN SOLUTION\n(.*?)### END", cell.source, flags=re.S)[1]
        lines = {line.strip() for line in body.splitlines() if len(line.strip()) > 20}
        secret = {line for line in lines if line not in elsewhere}
        assert secret and not any(line in text for line in secret)
    notes = [c.source for c in source.cells if "note" in c.metadata.get("tags", [])]
    assert not any(note in text for note in notes)
    assert text.count("**Expected output**") == len(solutions)
    assert not any(cell.get("outputs") for cell in handed_out.cells)


def test_an_expected_cell_without_output_is_refused():
    source = source_of()
    for cell in source.cells:
        if "expected" in cell.metadata.get("tags", []):
            cell.outputs = []
    with pytest.raises(ValueError, match="no stored output"):
        release.prepare(source)


def test_the_zip_works_in_a_room_without_a_network(course, exercises, tmp_path):
    page = course.parent / "site" / "notebooks" / "index.html"
    page.parent.mkdir(parents=True)
    page.write_text("pages", encoding="utf-8")
    release.make_zip(course, tmp_path / "handout.zip")
    with zipfile.ZipFile(tmp_path / "handout.zip") as archive:
        assert all(".." not in name and name.startswith("handout/") for name in archive.namelist())
        archive.extractall(tmp_path)
        modes = {entry.external_attr >> 16 & 0o444 for entry in archive.infolist()}
    assert modes == {0o444}  # who unpacks it for others lets them read
    room = tmp_path / "handout"
    assert (room / "site/notebooks/index.html").read_text(encoding="utf-8") == "pages"
    for page in (*room.glob("*.ipynb"), *room.glob("chapters/*.ipynb"), *room.glob("docs/*.md")):
        found = re.findall(
            r"\]\((?!http|#|attachment:)([^)#\\]+)", page.read_text(encoding="utf-8")
        )
        assert not [link for link in found if not (page.parent / link).exists()], page
        assert found or page.parent.name == "docs"
    notebook = nbformat.read(room / f"{CHAPTER}.ipynb", as_version=4)
    merged = merging.merge(exercises[CHAPTER].notebook, notebook)
    assert not any(cell.metadata.get("student") for cell in merged.cells)  # all texts are ours
    # The stub is replaced by an answer, and the package must come from the folder itself.
    code = [c.source for c in notebook.cells if c.cell_type == "code" and "%pip" not in c.source]
    assert sum("NotImplementedError" in source for source in code) == len(answers_of()) - 1
    script = f"import sys; sys.path.insert(0, '')\n{code[0]}\n{answers_of()['missing']}\n{code[2]}"
    script += "\nimport deskrec_simulator as sim; dr.simulate(60, 80, 1_500)"
    script += "\nprint(dr.__file__); print(sim.__file__)"
    command = [*plan.cut_off(), sys.executable, "-c", script]
    done = subprocess.run(command, cwd=room, capture_output=True, text=True, check=False)
    assert "✓" in done.stdout, done.stderr
    homes = [line for line in done.stdout.splitlines() if line.endswith("__init__.py")]
    assert [Path(home).parent.parent for home in homes] == [room, room], done.stderr


def test_start_says_what_is_not_installed():
    done = run_python("-S", ROOT / "classroom/handout/start.py")  # -S: as if nothing were installed
    assert done.returncode == 1
    assert "Not installed: jupyterlab, implicit" in done.stderr


# ------------------------------------------------------------------ full marks and none


@pytest.mark.parametrize("chapter", release.chapters())
def test_solutions_get_all_points_and_the_untouched_version_none(exercises, chapter):
    notebooks = {"solved": submission(chapter), "new": student_version(chapter)}
    found = [submissions.Submission(n, Path("x"), chapter, one) for n, one in notebooks.items()]
    (_, marks), (untouched, none) = grade.run_all(found, exercises, LIMITS, jobs=2)
    *checked, read = marks
    assert (read.points, read.message) == (None, grade.TO_READ)
    asked = list(exercises[chapter].questions.items())
    assert [(m.question, m.points) for m in checked] == asked[:-1]
    assert {(m.points, m.message) for m in none} == {(0.0, "not answered")}
    errors = [o for c in untouched.cells for o in c.get("outputs", []) if o.output_type == "error"]
    assert {error.ename for error in errors} == {"NotImplementedError"}


def test_an_ordinary_nbgrader_course_gives_the_same_points(course, exercises, tmp_path):
    wrong = submission(titles="def ambiguous_titles(a):\n    return a")
    put(tmp_path, f"submitted/ana/{CHAPTER}/{CHAPTER}.ipynb", wrong)
    shutil.copytree(course, tmp_path, dirs_exist_ok=True)  # works where it is copied to
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    arguments = ("-m", "nbgrader", "autograde", CHAPTER, "--student", "ana")
    done = run_python(*arguments, cwd=tmp_path, env={**os.environ, "PATH": path})
    assert done.returncode == 0, done.stderr
    graded = nbformat.read(tmp_path / f"autograded/ana/{CHAPTER}/{CHAPTER}.ipynb", as_version=4)
    marks = {m.question: m.points for m in grade.marks_of(graded, exercises[CHAPTER])}
    assert marks == {"missing": 2, "titles": 0, "join": 3, "half": 3, "removed": None}


# ----------------------------------------------------------------------- what is found

EMPTY = nbformat.v4.new_notebook()
ATTEMPT = "Exercise 1_asouza_attempt_2024-01-01-10-00-00"
# Files, the oldest first: a path, what is in it (None: everything solved), and if it counts,
# whose it is, for which exercise and what is wrong with it.
HANDED_IN = {
    "folders and files": [
        ("ana/my homework (1).ipynb", None, "ana"),
        ("bob/01_data.ipynb", None, "bob"),
        ("carla_01_data.ipynb", None, "carla"),
        ("bob/.ipynb_checkpoints/x.ipynb", "{}"),
        ("dan/", None, "dan", CHAPTER, "the folder is empty"),
        ("eve/answers.docx", b"PK", "eve", CHAPTER, "not a notebook"),
        ("fay.ipynb", '{"cells": [', "fay", CHAPTER, "can't be read as a notebook"),
    ],
    "of several the newest that can be read": [
        ("ana/old.ipynb", None),
        ("ana/new.ipynb", submission(missing="# newer"), "ana"),
        ("ana/01_data.ipynb", "broken"),
    ],
    "not what was handed out to read": [
        ("ana/01_data.ipynb", None, "ana"),
        ("ana/chapters/01_data.ipynb", EMPTY),
        ("ana/chapters/06_evaluation.ipynb", EMPTY),
        ("ana/deskrec_tutorial/06_evaluation.ipynb", EMPTY),
        ("ana/deskrec_simulator/06_evaluation.ipynb", EMPTY),
        ("ana/copy of 01_data.ipynb", EMPTY),
    ],
    "of a clone what the student did in it": [
        ("ana/exercises/01_data.ipynb", student_version(), "ana"),
        ("ana/exercises/source/01_data.ipynb", source_of()),
        ("ana/exercises/02_event_strength.ipynb", student_version(STRENGTH), "ana", STRENGTH),
        ("ana/exercises/source/02_event_strength.ipynb", source_of(STRENGTH)),
        ("bob/exercises/01_data.ipynb", unmarked(submission()), "bob"),
        ("bob/notebooks/01_data.ipynb", (ROOT / "notebooks/01_data.ipynb").read_bytes()),
        ("carla/a.ipynb", source_of(STRENGTH), "carla", STRENGTH, "the course's own notebook"),
    ],
    "sorted by exercise": [
        ("01_data/ana.ipynb", None, "ana"),
        ("01_data/bob_01_data (1).ipynb", None, "bob"),
        ("02_event_strength/ana/x.ipynb", submission(STRENGTH), "ana", STRENGTH),
    ],
    "a broken one is for the exercise in whose folder it lies": [
        ("02_event_strength/ana/01_data.ipynb", submission(STRENGTH), "ana", STRENGTH),
        ("01_data/ana/01_data.ipynb", None, "ana"),
        ("bob/01_data.ipynb", None, "bob"),
        ("01_data/carla.ipynb", "{", "carla", CHAPTER, "can't be read"),
        ("__MACOSX/", None),
    ],
    "without marks and under another name": [
        ("ana/Untitled01.ipynb", unmarked(submission()), "ana"),
        ("ana/Untitled06.ipynb", unmarked(submission("06_evaluation")), "ana", "06_evaluation"),
    ],
    "the text that comes with an attempt is no second one": [
        (f"{ATTEMPT}_01_data.ipynb", None, "asouza"),
        ("bob_02_event_strength.ipynb", submission(STRENGTH), "bob", STRENGTH),
        (f"{ATTEMPT}.txt", "Name: Ana Souza (asouza)"),
    ],
}


def counting(student: str, exercise: str = CHAPTER, problem: str = "") -> tuple[str, str, str]:
    return student, exercise, problem


@pytest.mark.parametrize("files", HANDED_IN.values(), ids=HANDED_IN)
def test_what_is_handed_in_is_found(find, tmp_path, files):
    for age, (name, content, *_) in enumerate(files, start=1):
        if name.endswith("/"):
            (tmp_path / name).mkdir()
        else:
            os.utime(put(tmp_path, name, content), (age, age))
    expected = {name.rstrip("/"): counting(*said) for name, _, *said in files if said}
    found = {one.path.relative_to(tmp_path).as_posix(): one for one in find()}
    assert {name: (one.student, one.exercise) for name, one in found.items()} == {
        name: said[:2] for name, said in expected.items()
    }
    for name, (*_, problem) in expected.items():
        assert problem in found[name].problem and bool(problem) == bool(found[name].problem)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems allow no such names")
def test_a_name_that_is_no_text_stops_nobody(grade_all, tmp_path):
    folder = os.fsencode(tmp_path / "in")
    for name in (b"Jos\x82", b"ana"):
        os.makedirs(os.path.join(folder, name))
        Path(os.fsdecode(os.path.join(folder, name, b"J\x82.docx"))).touch()
    (tmp_path / "in" / ("x" * 250)).mkdir()
    grade_all()
    assert {student for student, _ in read_grades(tmp_path / "out")} == {"Jos?", "ana", "x" * 250}
    assert len(list((tmp_path / "out/feedback").glob("*.html"))) == 3


@pytest.mark.parametrize("metadata", [[], "text", {"nbgrader": []}, {"nbgrader": {"grade_id": {}}}])
def test_odd_notebooks_cost_only_their_own_mark(find, exercises, tmp_path, metadata):
    cell = {"cell_type": "code", "source": "1", "metadata": metadata}
    notebook = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    for name in (f"ana_{CHAPTER}.ipynb", f"ana_{CHAPTER} (1).ipynb"):
        put(tmp_path, name, json.dumps(notebook))
    [one] = find()
    assert "can't be read as a notebook" in one.problem
    _, marks = grade.execute(one, exercises[CHAPTER], LIMITS)
    assert {(m.points, m.message) for m in marks} == {(0.0, one.problem)}


RAW_CELL = '{"cell_type": "raw", "metadata": {}, "source": ""},'
START = '"cells": ['


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{" * 600_000, "holds more than 500,000 lists and objects beside its outputs"),
        ("[" * 600_000, "holds more than 500,000 lists and objects beside its outputs"),
        ('{"outputs": [' + "[]," * 2_100_000, "has outputs of more than 2,000,000 parts"),
        ('"' + "x" * (reading.MOST_TEXT + 1), "is larger than 20 MB even without its outputs"),
        (
            nbformat.writes(student_version()).replace(START, START + RAW_CELL * 2_001),
            "has more than 2,000 cells",
        ),
        ("]" * 10**7, "can't be read as a notebook"),
        ('{"cells": [' + '["' * 10**5, "can't be read as a notebook"),
    ],
)
def test_a_notebook_that_would_take_all_memory_is_not_read(find, tmp_path, text, why):
    put(tmp_path, f"ana_{CHAPTER}.ipynb", text)
    start = time.monotonic()
    [one] = find()
    assert why in one.problem and one.notebook is None
    assert time.monotonic() - start < 20


def test_a_file_of_any_size_is_not_even_opened(find, tmp_path):
    with (tmp_path / f"ana_{CHAPTER}.ipynb").open("wb") as file:
        file.truncate(reading.LARGEST + 1)
    [one] = find()
    assert "is larger than 200 MB: clear all outputs and save again" in one.problem


def refuse(path: Path, *_: object) -> None:
    raise PermissionError(path)


def test_folders_that_nobody_may_enter_stop_nobody(find, tmp_path, monkeypatch):
    put(tmp_path, "ana/x.ipynb")
    monkeypatch.setattr(Path, "is_file", refuse)
    [one] = find()
    assert one.problem


def test_links_to_what_others_have_handed_in_are_left_out(find, tmp_path):
    put(tmp_path, "bob/01_data.ipynb")
    try:
        (tmp_path / "mallory").symlink_to(tmp_path / "bob", target_is_directory=True)
    except OSError:
        pytest.skip("this user may make no links")
    (tmp_path / "eve.ipynb").symlink_to(tmp_path / "bob/01_data.ipynb")
    (tmp_path / CHAPTER).symlink_to(tmp_path, target_is_directory=True)
    assert [one.student for one in find()] == ["bob"]


# --------------------------------------------------------------------- what files look like


def saved(**changed: Any) -> str:
    """A solved notebook as a file, with these outputs in its first code cell."""
    notebook = submission()
    next(c for c in notebook.cells if c.cell_type == "code").update(nbformat.from_dict(changed))
    return nbformat.writes(notebook)


def printed(text: str) -> str:
    return saved(outputs=[nbformat.v4.new_output("stream", text=text)])


PARTS = {"application/json": [[1]] * 600_000}
OUTPUTS = {
    "brackets": printed("[{" * 1_300_000),
    "quotes": printed('\\"[' * 900_000),
    "long": printed("x" * 25 * 2**20),
    "parts": saved(outputs=[{"output_type": "display_data", "metadata": {}, "data": PARTS}]),
    "picture": saved(attachments={"a.png": {"image/png": "A" * 25 * 2**20}}),
    "deep": printed("x").replace('"x"', "[" * 9_000 + "]" * 9_000),
}


@pytest.mark.parametrize("text", OUTPUTS.values(), ids=OUTPUTS)
def test_outputs_cost_nothing(find, exercises, tmp_path, text):
    put(tmp_path, "ana.ipynb", text)
    [one] = find()
    assert (one.problem, one.exercise) == ("", CHAPTER)
    assert not any(c.get("outputs") for c in one.notebook.cells)
    merged, whole = (
        merging.merge(exercises[CHAPTER].notebook, each) for each in (one.notebook, submission())
    )
    assert sources(merged) == sources(whole)


ODD_TEXT = nbformat.writes(submission(missing="# für Zoë"))
HALF_EMOJI = ODD_TEXT.replace("für Zoë", "\\ud83d")


@pytest.mark.parametrize(
    ("content", "shown"),
    [
        *(
            (ODD_TEXT.encode(encoding), "# für Zoë")
            for encoding in ("utf-8", "utf-8-sig", "utf-16")
        ),
        (HALF_EMOJI, "# ?"),
    ],
    ids=["utf-8", "utf-8-sig", "utf-16", "half an emoji"],
)
def test_a_notebook_is_read_in_any_encoding(find, exercises, tmp_path, content, shown):
    put(tmp_path, "ana.ipynb", content)
    [one] = find()
    assert not one.problem and shown in sources(one.notebook)
    nbformat.writes(merging.merge(exercises[CHAPTER].notebook, one.notebook)).encode("utf-8")


@pytest.mark.filterwarnings("error")
def test_odd_notebooks_make_no_remarks_without_a_name(find, exercises, tmp_path, capfd, caplog):
    notebook = json.loads(nbformat.writes(submission()))
    for one in notebook["cells"]:
        one.pop("id")
    notebook["cells"][3]["unknown"] = 1
    twice = {**notebook["cells"][2], "id": "a"}
    escape = {**json.loads(RAW_CELL.rstrip(",")), "cell_type": "code", "source": "print('\\d')"}
    notebook["cells"] += [twice, twice, {**escape, "outputs": [], "execution_count": None}]
    put(tmp_path, "ana.ipynb", json.dumps(notebook))
    put(tmp_path, f"bob_{CHAPTER}.ipynb", json.dumps(nbformat.convert(submission(), 3)))
    for one in find():
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
        (f"{ATTEMPT}_{CHAPTER}.ipynb", "asouza"),
        (f"123-4567 - Ana Souza - 1 January, 2024 1000 AM - {CHAPTER}.ipynb", "Ana Souza"),
        ("ana (1)/x.ipynb", "ana (1)"),
        ("Anna Copy/x.ipynb", "Anna Copy"),
    ],
)
def test_names_come_out_readable(find, tmp_path, name, student):
    put(tmp_path, name)
    [one] = find()
    assert (one.student, one.exercise, one.problem) == (student, CHAPTER, "")


MOODLE = "Ana Souza_{}_assignsubmission_file_/{}.ipynb"


@pytest.mark.parametrize(
    ("names", "students"),
    [
        (
            [MOODLE.format(1, "x"), MOODLE.format(2, "x")],
            ["Ana Souza (1)", "Ana Souza (2)"],
        ),
        (
            [MOODLE.format(1, CHAPTER), MOODLE.format(2, STRENGTH)],
            ["Ana Souza (1)", "Ana Souza (2)"],
        ),
        (
            [f"{CHAPTER}/{MOODLE.format(1, 'x')}", f"{STRENGTH}/{MOODLE.format(2, 'x')}"],
            ["Ana Souza", "Ana Souza"],
        ),
        (
            [MOODLE.format(1, "x"), f"Ana Souza - {CHAPTER}.ipynb"],
            ["Ana Souza (1)", "Ana Souza (Ana Souza)"],
        ),
        ([f"leean_{n}_4567_{CHAPTER}.ipynb" for n in (123, 124)], ["leean (123)", "leean (124)"]),
        (
            [f"E 1_{n}_souza_attempt_2024-01-01-10-00-00_{CHAPTER}.ipynb" for n in "ab"],
            ["souza (E 1_a_souza)", "souza (E 1_b_souza)"],
        ),
        (
            [f"Copy of {CHAPTER}{n}.ipynb" for n in ("", " (1)")],
            [f"Copy of {CHAPTER}", f"Copy of {CHAPTER} (1)"],
        ),
        ([f"ana_{CHAPTER}{n}.ipynb" for n in ("", " (1)")], ["ana"]),
        ([f"leean_123_{n}_{CHAPTER}-{n}.ipynb" for n in (4567, 4568)], ["leean"]),
        ([f"E 1_ana_attempt_2024-01-0{n}-10-00-00_{CHAPTER}.ipynb" for n in (1, 2)], ["ana"]),
    ],
)
def test_two_students_stay_two_and_one_stays_one(find, tmp_path, names, students):
    for name in names:
        put(tmp_path, name, submission(STRENGTH if STRENGTH in name else CHAPTER))
    assert sorted(one.student for one in find()) == students


# ------------------------------------------------------------------- the grader's copy


@pytest.mark.parametrize(
    ("notebook", "written", "answer"),
    [
        (student_version(), "I would keep them.", "I would keep them."),
        (submission(), "A note to myself.", answers_of()["removed"]),
    ],
)
def test_an_open_answer_in_a_new_cell_is_read(exercises, notebook, written, answer):
    notebook.cells.insert(8, nbformat.v4.new_markdown_cell(written))
    assert given(merging.merge(exercises[CHAPTER].notebook, notebook))["removed"] == answer


def test_an_open_answer_in_pieces_is_read_whole(exercises):
    notebook = student_version()
    [at] = [i for i, c in enumerate(notebook.cells) if is_solution(c) and is_grade(c)]
    asked = notebook.cells[at]
    notebook.cells[at:] = [
        nbformat.from_dict({**asked, "source": source}) for source in ("1st", "2nd", "1st")
    ]
    merged = merging.merge(exercises[CHAPTER].notebook, notebook)
    answer = next(c for c in merged.cells if merging.question_of(c) == "removed")
    assert answer.source == answer.metadata.answer == "1st\n\n2nd"
    assert answer.metadata.found == f"your cells {at + 1} and {at + 2}"


# ------------------------------------------------ what right answers look like in real life


def cell(source: str, grade_id: str = "", **nbgrader: Any) -> Any:
    """A code cell; with an id one that nbgrader knows."""
    made = nbformat.v4.new_code_cell(source)
    if grade_id:
        is_answer = not grade_id.endswith(("_check", "_hidden"))
        data = {"grade_id": grade_id, "solution": is_answer, "grade": not is_answer, **nbgrader}
        made.metadata = nbformat.from_dict({"nbgrader": data})
    return made


def two(*pieces: str) -> list[Any]:
    """Cells with the mark of the first question."""
    return [cell(source, "two") for source in pieces]


def text(source: str) -> Any:
    return nbformat.v4.new_markdown_cell(source)


def book(*cells: Any) -> Any:
    """A notebook of these cells, each with an id of its own."""
    fresh = [nbformat.from_dict({**one, "id": f"cell-{n}"}) for n, one in enumerate(cells)]
    return nbformat.v4.new_notebook(cells=fresh)


def asked_of(question: str, name: str, hidden: str) -> list[Any]:
    """The check and the hidden tests of a question."""
    factor = {"two": 2, "three": 3}[question]
    check = cell(f"assert {name}(2) == {2 * factor}, 'visible'", f"{question}_check", points=1)
    hidden = hidden.format(name, 7 * factor)
    return [check, cell(f"# More tests{hidden}", f"{question}_hidden", points=2)]


STUB = '''def {}(x):
    """{} of x."""
    # YOUR CODE HERE
    raise NotImplementedError("no answer yet")'''
TWICE, THRICE = STUB.format("twice", "Two times"), STUB.format("thrice", "Three times")
HIDDEN = "\n### BEGIN HIDDEN TESTS\nassert {}(7) == {}, 'hidden'\n### END HIDDEN TESTS"
FRONT = [cell("import math"), text("## 1 · Twice")]
HEADING_2 = text("## 2 · Thrice")
MASTER = book(
    *FRONT, *two(TWICE), *asked_of("two", "twice", HIDDEN),
    HEADING_2, cell(THRICE, "three"), *asked_of("three", "thrice", HIDDEN),
)  # fmt: skip
OURS = [{**one, "id": ""} for one in MASTER.cells if not is_solution(one)]
SMALL = grade.Exercise("small", MASTER)
TESTS_1, TESTS_2 = asked_of("two", "twice", ""), asked_of("three", "thrice", "")
CHECK_1, HIDDEN_1 = TESTS_1
RIGHT_2, RIGHT_3 = "def twice(x):\n    return 2 * x", "def thrice(x):\n    return 3 * x"
WRONG_2 = "def twice(x):\n    return x"
SECOND = [HEADING_2, cell(RIGHT_3, "three"), *TESTS_2]


def around(*answer: Any, after: tuple[Any, ...] = ()) -> list[Any]:
    """The whole small notebook with these cells for the first question."""
    return [*FRONT, *answer, *TESTS_1, *SECOND, *after]


def both(first: str, second: str) -> list[Any]:
    return [*FRONT, *two(first), *TESTS_1, HEADING_2, cell(second, "three"), *TESTS_2]


class Magic:
    """What cells with IPython's lines need, for `run_here`."""

    def __init__(self, names: dict[str, Any]) -> None:
        self.names = names

    def run_cell_magic(self, name: str, line: str, body: str) -> None:
        exec(body, self.names)

    def run_line_magic(self, *_: str) -> None:
        raise OSError("no network")

    system = getoutput = run_line_magic


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
    kept = [one for one in merged.cells if not is_solution(one) and "student" not in one.metadata]
    assert [{**one, "id": ""} for one in kept] == OURS
    return {mark.question: mark for mark in grade.marks_of(run_here(merged), SMALL)}


HELPER = "def helper(x):\n    return x"
USES = "def twice(x):\n    return helper(x) + helper(x)"
ANSWER = two(RIGHT_2)
BROKEN_ONE = "def twice(x:"
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
    "as handed out": around(*ANSWER),
    "split between functions": around(*two(HELPER, USES)),
    "split, the helper last": around(*two(USES, HELPER)),
    "split within the function": around(
        *two("def twice(x):\n    y = x", "    z = y + y", "    return z")
    ),
    "split after the docstring": around(
        *two('def twice(x):\n    """Two."""', "    return 2 * x")
    ),
    "split within brackets": around(
        *two("def twice(x):\n    return sum([x,", "        x])")
    ),
    "split with a cell between": around(
        *two("N = 2"), cell("M = N"), *two("def twice(x):\n    return M * x")
    ),
    "copy at the end": around(*ANSWER, after=two(WRONG_2)),
    "several copies at the end": around(*ANSWER, after=two(WRONG_2) * 3),
    "broken copy at the end": around(*ANSWER, after=two(BROKEN_ONE)),
    "emptied copy at the end": around(*ANSWER, after=two("")),
    "stub at the end": around(*ANSWER, after=two(TWICE)),
    "stub before": around(*two(TWICE, RIGHT_2)),
    "stub after": around(*two(RIGHT_2, TWICE)),
    "stub that passes after": around(*two(RIGHT_2, 'def twice(x):\n    """Two."""\n    pass')),
    "stub in other words after": around(
        *two(RIGHT_2, TWICE.replace("Two", "2").replace("# YOUR", "#"))
    ),
    "copy before": around(*two(WRONG_2, RIGHT_2)),
    "broken copies on both sides": around(*two(BROKEN_ONE, RIGHT_2, BROKEN_ONE)),
    "copy without mark at the end": around(*ANSWER, after=[cell(WRONG_2)]),
    "copy at the very top": [*two(WRONG_2), *around(*ANSWER)],
    "only behind the checks": around(after=ANSWER),
    "behind the checks, stub before": around(*two(TWICE), after=[cell(RIGHT_2)]),
    "behind the checks, broken before": around(
        *two("def twice(x:\n    return"), after=[cell(RIGHT_2)]
    ),
    "behind the checks with its helper below": around(
        *two(""), after=[cell(USES), cell(HELPER)]
    ),
    "comment that says where": around(*two("# see below"), after=[cell(RIGHT_2)]),
    "copied check at the top": [CHECK_1, *around(*ANSWER)],
    "copied check below": [*FRONT, *ANSWER, CHECK_1, *TESTS_1, *SECOND, CHECK_1],
    "copied question at the end": around(*ANSWER, after=[*two(WRONG_2), CHECK_1]),
    "without any check": [*FRONT, *ANSWER, *SECOND],
    "without any check, copy at the end": [*FRONT, *ANSWER, *SECOND, *two(WRONG_2)],
    "retyped into the checks": [
        *FRONT, cell(f"{RIGHT_2}\n{CHECK_1.source}", "two_check"), HIDDEN_1, *SECOND
    ],
    "merged with its check": [
        *FRONT, *two(f"{RIGHT_2}\n{CHECK_1.source}"), HIDDEN_1, *SECOND
    ],
    "call in the marked cell": around(cell(RIGHT_2), *two("twice(3)")),
    "function below the marked cell": around(*two("twice(3)"), cell(RIGHT_2)),
    "both in the first": both(f"{RIGHT_2}\n\n{RIGHT_3}", THRICE),
    "both in the second": both(TWICE, f"{RIGHT_2}\n\n{RIGHT_3}"),
    "exchanged": both(RIGHT_3, RIGHT_2),
    "second question first": [FRONT[0], *SECOND, FRONT[1], *ANSWER, *TESTS_1],
    "a raw cell": around(*two(""), nbformat.v4.new_raw_cell(RIGHT_2)),
    "a text cell": around(text(RIGHT_2)),
    "helper at the end": around(*two(USES), after=[cell(HELPER)]),
    "helper below what fails": around(cell(f"input()\n{HELPER}"), *two(USES)),
    "one uses the other, in another order": [
        FRONT[0], HEADING_2, cell(f"BASE = 2\n{RIGHT_3}", "three"), *TESTS_2,
        FRONT[1], *two("def twice(x):\n    return thrice(x) - x"), *TESTS_1,
    ],
    "one uses the last version of the other, in another order": [
        FRONT[0], HEADING_2, cell("def thrice(x):\n    return 0", "three"), *SECOND[1:],
        FRONT[1], *two("def twice(x):\n    return thrice(x) - x"), *TESTS_1,
    ],
    "a name of its own for what Python has": around(
        *two("def twice(x):\n    return sum([x, x])"), after=[cell("sum = None")]
    ),
    "a method and an inner function of that name": around(
        *ANSWER,
        cell("class C:\n    def twice(self):\n        return 0\n"
             "def f():\n    def twice(x):\n        return 0"),
    ),
    "last line without its end": around(*two(RIGHT_2 + "\n\n\n")),
}  # fmt: skip
BARE = {
    "as handed out": around(*ANSWER),
    "helper above": around(cell(f"{HELPER}\n\n{USES}")),
    "two in one cell": [*FRONT, cell(f"{RIGHT_2}\n\n{RIGHT_3}"), CHECK_1, TESTS_2[0]],
    "helper in another cell": around(cell(HELPER), cell(USES)),
    "helper below": around(cell(USES), cell(HELPER)),
    "helper below everything": [cell(USES), cell(RIGHT_3), cell(HELPER)],
    "another order": [cell(RIGHT_3), cell(HELPER), cell(USES)],
    "another order, the helper first": [FRONT[0], cell(HELPER), *SECOND, cell(USES), CHECK_1],
    "only answers": [cell(RIGHT_2), cell(RIGHT_3)],
    "everything in one cell": [
        cell("\n".join(["import math", RIGHT_2, "twice(1 / 0)", CHECK_1.source, RIGHT_3]))
    ],
    "copy at the end": around(*ANSWER, after=[cell(WRONG_2)]),
    "stubs at the end": around(*ANSWER, after=[cell(TWICE), cell(THRICE)]),
    "split within the function": around(
        cell("def twice(x):\n    y = 2 * x"), cell("    return y")
    ),
    "one that ends the process below": [cell(RIGHT_2), CHECK_1, cell(RIGHT_3), cell("exit()")],
    "improved further down, no checks": [cell(WRONG_2), cell(RIGHT_3), cell(RIGHT_2)],
}  # fmt: skip
PLACED = MARKED | {
    f"{name}, without marks": [nbformat.from_dict({**c, "metadata": {}}) for c in cells]
    for name, cells in BARE.items()
}


@pytest.mark.parametrize("cells", PLACED.values(), ids=PLACED)
def test_a_right_answer_gets_its_points_wherever_it_stands(cells):
    found = marked(*cells)
    assert outcome(found.values()) == {"two": (3, "right"), "three": (3, "right")}
    for mark in found.values():
        assert "def" in mark.answer and re.fullmatch(r"your cells? [\d, and]+", mark.found)


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
    found = marked(*around(*two(HELPER, USES), after=[cell(WRONG_2, "two")]))
    assert found["two"].answer == f"{HELPER}\n\n{USES}"
    assert (found["two"].found, found["two"].left_out) == ("your cells 3 and 4", "your cell 11")
    one = submissions.Submission("ana", Path("x"), "small")
    grade.write_feedback(tmp_path, [(one, list(found.values()))])
    page = (tmp_path / "ana.html").read_text(encoding="utf-8")
    assert "From your cells 3 and 4. What your cell 11 has under this name" in page
    assert "From your cell 8." in page and "counted from the top" in page
    assert "return helper(x)" in page


def test_what_no_name_tells_is_shown_where_it_gave_points():
    mark = marked(*around(*two(TWICE), cell("exec('def twice(x): return 2 * x')")))["two"]
    assert (mark.points, mark.message, mark.found) == (3, "right", "cells of your own")
    assert "exec(" in mark.answer


def test_cells_of_the_student_are_told_from_ours():
    cells = [*FRONT, *two(HELPER), cell("own = 1"), *two(USES), cell("more = 1"), *TESTS_1]
    cells += [HEADING_2, cell(THRICE, "three"), *TESTS_2, cell("last = 1")]
    merged = merging.merge(MASTER, book(*cells))
    theirs = [c.source for c in merged.cells if c.metadata.get("student")]
    assert theirs == [HELPER, "own = 1", USES, "more = 1", "last = 1"]
    place = sources(merged).index(USES)
    assert sources(merged)[place - 2 : place + 2] == theirs[:4]
    assert sources(merged)[-1] == "last = 1"
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
    mark = marked(*around(*two(source)))["two"]
    assert (mark.points, re.sub("<.*>, ", "", mark.message)) == (points, message)
    assert mark.answer == source


def test_a_check_that_gives_a_part_says_so():
    merged = merging.merge(MASTER, book(*around(*ANSWER)))
    check = next(c for c in merged.cells if c.source == CHECK_1.source)
    check.outputs = [nbformat.v4.new_output("execute_result", {"text/plain": "0.5"})]
    [mark, _] = grade.marks_of(merged, SMALL)
    assert (mark.points, mark.message) == (2.5, "the checks give a part of the points")


def test_right_answers_of_real_life_get_all_points(exercises, grade_all, tmp_path):
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
    put(tmp_path, f"in/ana/Copy of {CHAPTER}.IPYNB", notebook)
    [(_, marks)] = grade_all()
    full = {question: (of, "right") for question, of in exercises[CHAPTER].questions.items()}
    assert outcome(marks) == {**full, "removed": (None, grade.TO_READ)}
    page = (tmp_path / "out/feedback/ana.html").read_text(encoding="utf-8")
    assert f"your cells {at['join'] + 1} and {at['join'] + 2}. What your cell" in page
    assert all(html.escape(line, quote=False) in page.replace("&#34;", '"') for line in lines)


# ------------------------------------------------------------------------- the whole class


def test_a_class_of_thirty_with_five_broken_submissions_is_graded(
    exercises, grade_all, tmp_path, capfd
):
    out = tmp_path / "out"
    handed_in = {f"student {n}": submission() if n < 3 else student_version() for n in range(24)}
    handed_in |= {
        "student 24": submission(half="def days_to_half(events, least=10):\n    return 2.0"),
        "hang": submission(titles="while True:\n    pass"),
        "crash": submission(titles="import os\nos._exit(1)"),
        "flood": submission(titles="while True:\n    print('x' * 10_000)"),
    }
    for name, notebook in handed_in.items():
        put(tmp_path, f"in/{name}/{CHAPTER}.ipynb", notebook)
    put(tmp_path, "in/wrong/photo.jpg", b"\xff\xd8")
    (tmp_path / "in/empty").mkdir()
    graded = grade_all()
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


@pytest.fixture
def not_run(monkeypatch):
    """Take over what was handed in as if it had been run, for tests of what comes after."""
    monkeypatch.setattr(grade, "run", lambda notebook, *_: (notebook, ""))


def enter_points(file: Path, student: str) -> None:
    text, row = file.read_text(encoding="utf-8-sig"), f"{student},{CHAPTER},removed,,3"
    assert row in text
    file.write_text(text.replace(row, row.replace(",,", ",2.5,")), "utf-8")


def test_points_by_hand_outlive_later_runs(grade_all, tmp_path, not_run, capsys):
    folder, out = tmp_path / "in", tmp_path / "out"
    for student in ("007", "ana", "bob"):
        put(folder, f"{student}/{CHAPTER}.ipynb")

    def run() -> str:
        grade_all()
        return capsys.readouterr().out

    assert run() == run() == ""
    assert [path.name for path in out.glob("grades*")] == ["grades.csv"]
    for student in ("'007", "ana", "bob"):
        enter_points(out / "grades.csv", student)
    run()
    assert {points(row) for (_, q), row in read_grades(out).items() if q == "removed"} == {2.5}
    # Who hands in something broken keeps them, also through the runs after that.
    put(folder, f"ana/{CHAPTER}.ipynb", "{")
    shutil.rmtree(folder / "bob")
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
    file = tmp_path / "grades.csv"
    file.write_text("typed")
    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(SystemExit, match="open in another program"):
        grade.write_grades(file, [])
    assert file.read_text() == "typed" and (tmp_path / "grades.new").exists()


def test_a_gradebook_that_is_locked_costs_no_marks(
    grade_all, tmp_path, not_run, monkeypatch, capsys
):
    def locked(*_):
        raise RuntimeError("database is locked")

    monkeypatch.setattr(grade, "enter", locked)
    put(tmp_path, f"in/ana/{CHAPTER}.ipynb", student_version())
    grade_all()
    assert points(read_grades(tmp_path / "out")["ana", "missing"]) == 2
    assert "could not take all points (database is locked)" in capsys.readouterr().out


HEAD = "student,exercise,question,points,of,message"


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (
            f"{HEAD}\nana,{CHAPTER},removed,7,3,{grade.TO_READ}\n",
            "line 2: points must be a number from 0 to 3, not '7'",
        ),
        ("name,points\nana,3\n", "has no columns student, exercise"),
    ],
)
def test_a_table_that_makes_no_sense_is_refused(tmp_path, table, message):
    file = put(tmp_path, "grades.csv", table)
    with pytest.raises(SystemExit, match=message):
        grade.marks_by_hand(file)


@pytest.mark.parametrize(
    ("mark", "encoding"), [(",", "utf-8-sig"), (";", "cp1252"), ("\t", "utf-8")]
)
def test_points_by_hand_are_read_however_a_spreadsheet_saved_them(tmp_path, mark, encoding):
    entered = "2,5" if mark != "," else "2.5"
    row = ["Zoé", CHAPTER, "removed", entered, "3", grade.TO_READ]
    table = f"{mark.join(grade.FIELDS)}\n{mark.join(row)}"
    file = put(tmp_path, "grades.csv", table.encode(encoding))
    assert grade.marks_by_hand(file) == {("Zoé", CHAPTER, "removed"): 2.5}


@pytest.mark.parametrize(
    "student", ["=cmd()", "+1", "-ana", "@ana", "007", "12345678901", "12345.50", "1e5"]
)
def test_a_spreadsheet_changes_no_student(student):
    one = submissions.Submission(student, Path("x"), CHAPTER)
    [row] = grade.rows(one, [grade.Mark("missing", 1.0, 2.0, "right")])
    assert row[0] == f"'{student}" and grade._plain(row[0]) == student


def test_cells_cannot_change_under_graded_submissions_and_the_release_stays(
    course, tmp_path, monkeypatch
):
    monkeypatch.setattr(release, "chapters", lambda: [CHAPTER])
    shutil.copytree(course, tmp_path, dirs_exist_ok=True)
    before = release.released(tmp_path, CHAPTER).read_bytes()
    with grade.Gradebook(grade.database(tmp_path)) as book, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book.update_or_create_student("ana")
        book.update_or_create_submission(CHAPTER, "ana")
    source = source_of()
    source.cells = [c for c in source.cells if c.id != "half-hidden"]
    put(tmp_path, f"sources/{CHAPTER}.ipynb", source)
    monkeypatch.setattr(release, "SOURCES", tmp_path / "sources")
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


def test_what_a_cell_does_costs_its_own_question_at_most(exercises):
    """First the network, then a careful one, then an error without end, then all memory."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.1)
        port = server.getsockname()[1]
        answers = {
            "missing": f"import socket\nsocket.create_connection(('127.0.0.1', {port}), 2)",
            "titles": "import warnings\nwarnings.warn('careful')\n" + answers_of()["titles"],
            "join": "raise type('x' * 10**6, (Exception,), {})('y ' * 10**6)",
            "half": "hoard = bytearray(2**33)",
        }
        found = outcome(execute(exercises, submission(**answers))[1])
        with pytest.raises(TimeoutError) if plan.cut_off() else contextlib.nullcontext():
            server.accept()
    if plan.cut_off():
        assert found["missing"] == (0, "OSError: [Errno 101] Network is unreachable")
    assert found["titles"] == (3, "right")
    assert found["join"][0] == 0
    assert len(found["join"][1]) < 2_500 and found["join"][1].startswith("xxx")
    if sys.platform == "linux":  # elsewhere memory has no limit
        assert found["half"][0] == 0
        assert found["half"][1].startswith("MemoryError") or "memory" in found["half"][1]


@pytest.mark.skipif("--mount-proc" not in plan.cut_off(), reason="this system hides no processes")
def test_a_submission_sees_no_other_process():
    command = [*plan.cut_off(), "ls", "/proc"]
    seen = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    assert len([name for name in seen if name.isdigit()]) == 1


@pytest.mark.parametrize("report", ["", '{"cells": [', '{"cells": [\n', "[" * 600_000, "\xff"])
def test_a_run_without_a_whole_report_has_no_result(tmp_path, report):
    file = put(tmp_path, "report.json", report.encode("latin-1"))
    with pytest.raises(job.GraderFailed):
        job.executed(submission(), file, "", "")


def with_outputs(outputs: Any) -> Any:
    """What makes each code cell of a result have these outputs."""

    def change(notebook: Any) -> Any:
        for cell in notebook.cells:
            if cell.cell_type == "code":
                cell.outputs = nbformat.from_dict(outputs)
        return notebook

    return change


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        (with_outputs(5), "TypeError"),
        (with_outputs([1]), "AttributeError"),
        (with_outputs([{"output_type": "error", "ename": 1, "evalue": None}]), "TypeError"),
        # From nbgrader: more points than there are.
        (
            with_outputs([{"output_type": "execute_result", "data": {"text/plain": "99"}}]),
            "ValueError",
        ),
        (lambda _: EMPTY, "ValueError"),  # of another shape
    ],
)
def test_odd_results_cost_only_their_own_mark(exercises, monkeypatch, change, kind):
    monkeypatch.setattr(grade, "run", lambda book, *_: (change(nbformat.from_dict(book)), ""))
    executed, marks = execute(exercises)
    assert executed is None
    assert {(m.points, m.message) for m in marks} == {(0.0, f"could not be graded ({kind})")}


def test_a_failure_of_the_grader_is_no_zero(exercises, monkeypatch):
    def failing(*_):
        raise job.GraderFailed("no sandbox: no room")

    monkeypatch.setattr(grade, "run", failing)
    executed, marks = execute(exercises)
    assert executed is None and {mark.points for mark in marks} == {None}
    told = f"{job.FAILED} (no sandbox: no room): grade again; {grade.TO_READ}"
    assert {mark.message for mark in marks} == {told}
    assert all(mark.answer for mark in marks if mark.question != "removed")
    one = submissions.Submission("ana", Path("x"), CHAPTER)
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


def test_points_come_from_our_copy(exercises, monkeypatch):
    def generous(notebook, *_):
        notebook = nbformat.from_dict(notebook)
        for cell in notebook.cells:
            if is_grade(cell):
                cell.metadata.nbgrader.points = 1000
        return notebook, ""

    monkeypatch.setattr(grade, "run", generous)
    assert max(mark.of for mark in execute(exercises)[1]) == 3


def test_what_students_write_is_escaped(tmp_path):
    one = submissions.Submission("=cmd()<b>", Path("x"), CHAPTER)
    evil = "<script>alert(1)</script>"
    marks = [grade.Mark("missing", 0.0, 2.0, f"=1+1 {evil}", answer=evil, title=evil)]
    grade.write_feedback(tmp_path, [(one, marks)])
    [file] = tmp_path.glob("*.html")
    page = file.read_text(encoding="utf-8")
    assert "<script" not in page and "<b>" not in page
    [row] = grade.rows(one, marks)
    assert row[5].startswith("'=")


def test_names_of_students_cannot_leave_the_folder(tmp_path):
    names = ["../../up", "a/b", "ana", "Ana", "…", "ana?"]
    graded = [(submissions.Submission(n, Path("x"), CHAPTER), []) for n in names]
    grade.write_feedback(tmp_path / "feedback", graded)
    pages = list((tmp_path / "feedback").glob("*.html"))
    assert len(pages) == len(names)
    assert list(tmp_path.iterdir()) == [tmp_path / "feedback"]

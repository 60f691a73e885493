"""The exercises: sources score full marks, stubs none, and wrong answers get the right message."""

from __future__ import annotations

import contextlib
import io
import re
import tomllib
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
import pytest
from conftest import ROOT

from deskrec_tutorial.checks import CheckFailed

SOURCES = sorted((ROOT / "exercises/source").glob("*.ipynb"))
WRONG = ROOT / "tests/wrong_answers"


def grader(cell: Any) -> dict:
    return cell.metadata.get("nbgrader", {})


def run(code: str, names: dict[str, Any]) -> None:
    with contextlib.redirect_stdout(io.StringIO()):
        exec(compile(code, "cell", "exec"), names)


@cache
def solved(path: Path) -> tuple[Any, dict[str, Any]]:
    """A source, and the names it leaves behind after a run from top to bottom."""
    notebook = nbformat.read(path, as_version=4)
    names: dict[str, Any] = {"__name__": "__main__", "display": lambda *_: None}
    for cell in notebook.cells:
        if cell.cell_type == "code" and "%pip" not in cell.source:
            run(cell.source, names)
    return notebook, names


def wrong_answers() -> list[Any]:
    found = []
    for path in sorted(WRONG.glob("*.py")):
        parts = re.split(r"^# %% (\w+) \| (.+)$", path.read_text(encoding="utf-8"), flags=re.M)
        for question, message, code in zip(parts[1::3], parts[2::3], parts[3::3], strict=True):
            name = f"{path.stem}-{question}-{message[:30]}"
            found.append(pytest.param(path.stem, question, message, code, id=name))
    return found


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_solutions_pass_every_check(path):
    solved(path)


@pytest.mark.parametrize(("chapter", "question", "message", "code"), wrong_answers())
def test_a_wrong_answer_gets_the_right_message(chapter, question, message, code):
    notebook, names = solved(ROOT / f"exercises/source/{chapter}.ipynb")
    names = dict(names)
    run(code, names)
    tests = [c for c in notebook.cells if grader(c).get("grade_id", "").startswith(question + "_")]
    with pytest.raises(CheckFailed) as caught:
        for cell in tests:
            run(cell.source, names)
    assert message in re.sub(r"\s+", " ", str(caught.value))


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_every_question_has_two_wrong_answers_hints_and_hidden_tests(path):
    notebook = nbformat.read(path, as_version=4)
    count = Counter(p.values[1] for p in wrong_answers() if p.values[0] == path.stem)
    questions = [
        grader(c)["grade_id"]
        for c in notebook.cells
        if c.cell_type == "code" and grader(c).get("solution")
    ]
    assert 3 <= len(questions) <= 6
    assert {q: count[q] >= 2 for q in questions} == dict.fromkeys(questions, True)
    ids = {grader(c).get("grade_id"): c.source for c in notebook.cells}
    for question in questions:
        assert f"{question}_check" in ids
        assert "### BEGIN HIDDEN TESTS" in ids[f"{question}_hidden"]
    hints = sum(c.source.count("<summary>Hint") for c in notebook.cells)
    assert hints == 2 * len(questions)
    assert sum("expected" in c.metadata.get("tags", []) for c in notebook.cells) == len(questions)
    assert any(grader(c).get("solution") for c in notebook.cells if c.cell_type == "markdown")


STORED = [
    path
    for folder in ("exercises/source", "exercises")
    for path in sorted((ROOT / folder).glob("*.ipynb"))
]


@pytest.mark.parametrize("path", STORED, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_links_lead_somewhere_and_open_the_student_version(path):
    notebook = nbformat.read(path, as_version=4)
    with (ROOT / "pyproject.toml").open("rb") as file:
        url = tomllib.load(file)["project"]["urls"]["Repository"]
    slug = url.removeprefix("https://github.com/")
    top = notebook.cells[0].source
    assert f"github/{slug}/blob/main/exercises/{path.stem}.ipynb" in top
    assert f"gh/{slug}/main?urlpath=lab/tree/exercises/{path.stem}.ipynb" in top
    assert f"git+https://github.com/{slug}" in notebook.cells[1].source
    for cell in notebook.cells:
        for link in re.findall(r"\]\((?!http|#)([^)#]+)", cell.source * (cell.cell_type != "code")):
            assert (path.parent / link).exists(), link


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_sources_are_stored_executed(path):
    code = [c for c in nbformat.read(path, as_version=4).cells if c.cell_type == "code"]
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    for cell in code:
        for output in cell.outputs:
            assert output.output_type != "error" and output.get("name") != "stderr"
        longest = max(map(len, cell.source.splitlines()))
        assert longest <= 100

"""The exercises: sources score full marks, stubs none, and wrong answers get the right message."""

from __future__ import annotations

import contextlib
import io
import re
import textwrap
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import nbformat
import pytest
from conftest import ROOT, once

from deskrec_tutorial import checks
from deskrec_tutorial.checks import CheckFailed

SOURCES = sorted((ROOT / "exercises/source").glob("*.ipynb"))
WRONG = ROOT / "tests/wrong_answers"


STORED = [
    path
    for folder in ("exercises/source", "exercises")
    for path in sorted((ROOT / folder).glob("*.ipynb"))
]


def grader(cell: Any) -> dict:
    return cell.metadata.get("nbgrader", {})


def run(code: str, names: dict[str, Any]) -> None:
    with contextlib.redirect_stdout(io.StringIO()):
        exec(compile(code, "cell", "exec"), names)


@once
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
    for path in sorted(WRONG.glob("*.txt")):
        parts = re.split(r"^# (\w+) \| (.+)$", path.read_text(encoding="utf-8"), flags=re.M)
        for question, message, text in zip(parts[1::3], parts[2::3], parts[3::3], strict=True):
            name = f"{path.stem}-{question}-{message[:30]}"
            found.append(pytest.param(path.stem, question, message, text.strip("\n"), id=name))
    return found


def changed(solution: str, text: str) -> str:
    """An answer that differs from the solution as a text says: `old -> new`, or another body."""
    head, body, tail = re.split(r"^ *### (?:BEGIN|END) SOLUTION\n?", solution, flags=re.M)
    if not all(" ->" in line for line in text.splitlines()):
        return head + textwrap.indent(text, "    ") + tail
    new = body
    for line in text.splitlines():
        old, _, instead = line.partition(" ->")
        if not body.count(old) == new.count(old) == 1:
            raise ValueError(f"{old!r} must stand in the solution once")
        new = new.replace(old, instead.strip())
    return head + new + tail


def cell_of(notebook: Any, grade_id: str) -> str:
    return next(c.source for c in notebook.cells if grader(c).get("grade_id") == grade_id)


def questions(notebook: Any) -> list[str]:
    return [
        grader(c)["grade_id"]
        for c in notebook.cells
        if c.cell_type == "code" and grader(c).get("solution")
    ]


QUESTIONS = [
    pytest.param(path.stem, question, id=f"{path.stem}-{question}")
    for path in SOURCES
    for question in questions(nbformat.read(path, as_version=4))
]


def failing(chapter: str, question: str, text: str) -> tuple[str, str]:
    """Which of a question's checks refuses an answer, and with which message."""
    notebook, names = solved(ROOT / f"exercises/source/{chapter}.ipynb")
    names = dict(names)
    run(changed(cell_of(notebook, question), text), names)
    for part in ("check", "hidden"):
        try:
            run(cell_of(notebook, f"{question}_{part}"), names)
        except CheckFailed as error:
            return part, re.sub(r"\s+", " ", str(error))
    return "none", ""


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_solutions_pass_every_check(path):
    solved(path)


@pytest.mark.parametrize("path", STORED, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_visible_checks_are_at_most_three_lines(path):
    notebook = nbformat.read(path, as_version=4)
    for question in questions(notebook):
        assert len(cell_of(notebook, f"{question}_check").splitlines()) <= 3


def check_of(chapter: str, question: str) -> tuple[str, Any]:
    """The name of the function that answers a question, and its check."""
    notebook = nbformat.read(ROOT / f"exercises/{chapter}.ipynb", as_version=4)
    module, name, argument = re.fullmatch(
        r"checks\.(\w+)\.(\w+)\((\w+)\)", cell_of(notebook, f"{question}_check")
    ).groups()
    assert module == chapter.split("_", 1)[1] and name == argument
    return name, getattr(getattr(checks, module), name)


@pytest.mark.parametrize(("chapter", "question"), QUESTIONS)
def test_a_check_needs_nothing_but_a_function_that_can_be_called(chapter, question, capsys):
    notebook, names = solved(ROOT / f"exercises/source/{chapter}.ipynb")
    name, check = check_of(chapter, question)

    class Stand:
        __slots__ = ()

        def __call__(self, *args, **options):
            return names[name](*args, **options)

    assert check(Stand()) is None
    stored = next(c for c in notebook.cells if grader(c).get("grade_id") == f"{question}_check")
    assert capsys.readouterr().out == stored.outputs[0]["text"]
    assert check.__doc__.startswith("Check ")


def stub_of(chapter: str, question: str) -> str:
    notebook = nbformat.read(ROOT / f"exercises/{chapter}.ipynb", as_version=4)
    return cell_of(notebook, question)


@pytest.mark.parametrize(("chapter", "question"), QUESTIONS)
def test_an_untouched_stub_fails_every_check_also_where_nobody_grades(chapter, question):
    notebook, names = solved(ROOT / f"exercises/source/{chapter}.ipynb")
    names = dict(names)
    run(stub_of(chapter, question), names)
    for part in ("check", "hidden"):
        with pytest.raises(NotImplementedError, match="replace this line by your own code"):
            run(cell_of(notebook, f"{question}_{part}"), names)


def stops(code: str, names: dict[str, Any]) -> bool:
    try:
        run(code, names)
    except Exception:
        return True
    return False


def nothing_yet(chapter: str, question: str) -> dict[str, Any]:
    """Ways in which a function has not been begun."""
    stub = stub_of(chapter, question)
    head = stub[: stub.index("# YOUR CODE HERE")].rstrip()
    found: dict[str, Any] = {"...": ...}
    for way, body in {"empty": "", "dots": "\n    ...", "returned": "\n    return ..."}.items():
        names: dict[str, Any] = {}
        run(head + body, names)
        found[way] = names.popitem()[1]
    return found


@pytest.mark.parametrize(("chapter", "question"), QUESTIONS)
def test_a_function_that_is_not_begun_is_invited_and_earns_nothing(
    chapter, question, monkeypatch, capsys
):
    notebook, names = solved(ROOT / f"exercises/source/{chapter}.ipynb")
    name, check = check_of(chapter, question)
    for way, function in nothing_yet(chapter, question).items():
        monkeypatch.delenv("NBGRADER_EXECUTION", raising=False)
        check(function)
        assert capsys.readouterr().out == f"✎ your turn: {name}\n", way
        monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
        with pytest.raises(NotImplementedError, match=f"^{name}: there is no answer yet"):
            check(function)
        assert stops(cell_of(notebook, f"{question}_hidden"), {**names, name: function}), way


def test_checks_stay_short_enough_to_read():
    for path in sorted((ROOT / "deskrec_tutorial/checks").glob("*.py")):
        assert len(path.read_text(encoding="utf-8").splitlines()) <= 500, path


@pytest.mark.parametrize(("chapter", "question", "message", "text"), wrong_answers())
def test_a_wrong_answer_gets_the_right_message(chapter, question, message, text):
    assert message in failing(chapter, question, text)[1]


@pytest.mark.parametrize(("chapter", "question"), QUESTIONS)
def test_an_answer_made_for_the_visible_check_fails_in_the_hidden_tests(chapter, question):
    texts = [p.values[3] for p in wrong_answers() if p.values[:2] == (chapter, question)]
    assert "hidden" in [failing(chapter, question, text)[0] for text in texts]


def test_a_wrong_answer_must_name_one_place_of_the_solution():
    solution = "def f(x):\n    ### BEGIN SOLUTION\n    return x + x\n    ### END SOLUTION\n"
    assert changed(solution, "+ -> -") == "def f(x):\n    return x - x\n"
    assert changed(solution, "x + x -> 2 * x\nreturn ->") == "def f(x):\n     2 * x\n"
    assert changed(solution, "y = 2\nreturn y") == "def f(x):\n    y = 2\n    return y"
    for text in ("x -> y", "y -> x", "+ -> - z\nz -> x", "+ -> -\n+ -> *"):
        with pytest.raises(ValueError, match="must stand in the solution once"):
            changed(solution, text)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_every_question_has_two_wrong_answers_hints_and_hidden_tests(path):
    notebook = nbformat.read(path, as_version=4)
    count = Counter(p.values[1] for p in wrong_answers() if p.values[0] == path.stem)
    asked = questions(notebook)
    assert 3 <= len(asked) <= 6
    assert {q: count[q] >= 2 for q in asked} == dict.fromkeys(asked, True)
    for question in asked:
        assert "### BEGIN HIDDEN TESTS" in cell_of(notebook, f"{question}_hidden")
    hints = sum(c.source.count("<summary>Hint") for c in notebook.cells)
    assert hints == 2 * len(asked)
    assert sum("expected" in c.metadata.get("tags", []) for c in notebook.cells) == len(asked)
    assert any(grader(c).get("solution") for c in notebook.cells if c.cell_type == "markdown")


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

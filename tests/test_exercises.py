"""The exercises: sources score full marks, stubs none, and wrong answers get the right message."""

from __future__ import annotations

import contextlib
import io
import re
import textwrap
from collections import Counter
from functools import cache
from typing import Any

import nbformat
import pytest
from conftest import ROOT, once

from deskrec_tutorial import checks
from deskrec_tutorial.checks import CheckFailed

SOURCES = sorted((ROOT / "exercises/source").glob("*.ipynb"))
CHAPTERS = [path.stem for path in SOURCES]
WRONG = ROOT / "tests/wrong_answers"


def grader(cell: Any) -> dict:
    return cell.metadata.get("nbgrader", {})


def run(code: str, names: dict[str, Any]) -> None:
    with contextlib.redirect_stdout(io.StringIO()):
        exec(compile(code, "cell", "exec"), names)


@cache
def stored(chapter: str, folder: str = "exercises/source") -> Any:
    return nbformat.read(ROOT / folder / f"{chapter}.ipynb", as_version=4)


@once
def after_a_run(chapter: str) -> dict[str, Any]:
    names: dict[str, Any] = {"__name__": "__main__", "display": lambda *_: None}
    for cell in stored(chapter).cells:
        if cell.cell_type == "code" and "%pip" not in cell.source:
            run(cell.source, names)
    return names


def solved(chapter: str) -> tuple[Any, dict[str, Any]]:
    """A source, and the names it leaves behind after a run from top to bottom."""
    return stored(chapter), dict(after_a_run(chapter))


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
    pytest.param(chapter, question, id=f"{chapter}-{question}")
    for chapter in CHAPTERS
    for question in questions(stored(chapter))
]


def failing(chapter: str, question: str, text: str) -> tuple[str, str]:
    """Which of a question's checks refuses an answer, and with which message."""
    notebook, names = solved(chapter)
    run(changed(cell_of(notebook, question), text), names)
    for part in ("check", "hidden"):
        try:
            run(cell_of(notebook, f"{question}_{part}"), names)
        except CheckFailed as error:
            return part, re.sub(r"\s+", " ", str(error))
    return "none", ""


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_solutions_pass_every_check(chapter):
    solved(chapter)


def check_of(chapter: str, question: str) -> tuple[str, Any]:
    """The name of the function that answers a question, and its check."""
    line = cell_of(stored(chapter, "exercises"), f"{question}_check")
    module, name, argument = re.fullmatch(r"checks\.(\w+)\.(\w+)\((\w+)\)", line).groups()
    assert line == cell_of(stored(chapter), f"{question}_check")
    assert module == chapter.split("_", 1)[1] and name == argument
    return name, getattr(getattr(checks, module), name)


@pytest.mark.parametrize(("chapter", "question"), QUESTIONS)
def test_a_check_needs_nothing_but_a_function_that_can_be_called(chapter, question, capsys):
    notebook, names = solved(chapter)
    name, check = check_of(chapter, question)

    class Stand:
        __slots__ = ()

        def __call__(self, *args, **options):
            return names[name](*args, **options)

    assert check(Stand()) is None
    shown = next(c for c in notebook.cells if grader(c).get("grade_id") == f"{question}_check")
    assert capsys.readouterr().out == shown.outputs[0]["text"]
    assert check.__doc__.startswith("Check ")


@pytest.mark.parametrize(("chapter", "question"), QUESTIONS)
def test_an_untouched_stub_fails_every_check_also_where_nobody_grades(chapter, question):
    notebook, names = solved(chapter)
    run(cell_of(stored(chapter, "exercises"), question), names)
    for part in ("check", "hidden"):
        with pytest.raises(NotImplementedError, match="replace this line by your own code"):
            run(cell_of(notebook, f"{question}_{part}"), names)


def passes(code: str, names: dict[str, Any]) -> bool:
    try:
        run(code, names)
    except Exception:
        return False
    return True


def nothing_yet(chapter: str, question: str) -> dict[str, Any]:
    """Ways in which a function has not been begun."""
    stub = cell_of(stored(chapter, "exercises"), question)
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
    notebook, names = solved(chapter)
    name, check = check_of(chapter, question)
    for way, function in nothing_yet(chapter, question).items():
        monkeypatch.delenv("NBGRADER_EXECUTION", raising=False)
        check(function)
        assert capsys.readouterr().out == f"✎ your turn: {name}\n", way
        monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
        with pytest.raises(NotImplementedError, match=f"^{name}: there is no answer yet"):
            check(function)
        hidden = cell_of(notebook, f"{question}_hidden")
        assert not passes(hidden, {**names, name: function}), way


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


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_every_question_has_two_wrong_answers_hints_and_hidden_tests(chapter):
    notebook = stored(chapter)
    count = Counter(p.values[1] for p in wrong_answers() if p.values[0] == chapter)
    asked = questions(notebook)
    assert 3 <= len(asked) <= 6
    assert {q: count[q] >= 2 for q in asked} == dict.fromkeys(asked, True)
    for question in asked:
        assert "### BEGIN HIDDEN TESTS" in cell_of(notebook, f"{question}_hidden")
    hints = sum(c.source.count("<summary>Hint") for c in notebook.cells)
    assert hints == 2 * len(asked)
    assert sum("expected" in c.metadata.get("tags", []) for c in notebook.cells) == len(asked)
    assert any(grader(c).get("solution") for c in notebook.cells if c.cell_type == "markdown")

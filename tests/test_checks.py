"""The checks of the exercises: what passes, and what a learner is told."""

from __future__ import annotations

import doctest
import subprocess
import sys

import IPython
import nbformat
import numpy as np
import pandas as pd
import pytest
from IPython.core.interactiveshell import InteractiveShell
from scipy import sparse

from deskrec_tutorial import checks
from deskrec_tutorial.checks import CheckFailed, core
from deskrec_tutorial.checks.question import question
from deskrec_tutorial.checks.turn import inviting

ID = 9_007_199_254_740_993  # the first whole number that a decimal number can't hold
FRAME = pd.DataFrame({"id": [ID, 2], "share": [0.5, 0.25], "title": ["a", None]}, index=[4, 5])
BELOW_ZERO = FRAME.assign(id=[-ID, 2])

HOLLOW = np.empty(2, dtype=object)  # NumPy 2.0 finds it equal to any two values
HOLLOW[:] = [np.zeros(0), np.zeros(0)]


def told(check, *args, **options) -> str:
    with pytest.raises(CheckFailed) as caught:
        check(*args, **options)
    return " ".join(str(caught.value).split())


@pytest.mark.parametrize(
    "want",
    [
        3, 0.1 + 0.2, np.float64(2), "text", True, (1, "a"), [1, [2, 3]], {"a": 1},
        {1, 2}, np.arange(6).reshape(2, 3), np.array([np.nan, 1]), np.array(["a", "b"]),
        sparse.csr_matrix([[0, 1], [2, 0]]), FRAME, FRAME["share"], float("nan"),
    ],
    ids=repr,
)  # fmt: skip
def test_equal_things_pass_and_are_named(want, capsys):
    got = want.copy() if hasattr(want, "copy") else want
    checks.equal(got, want, "the same")
    assert capsys.readouterr().out == "✓ the same\n"


def test_a_column_does_for_a_list(capsys):
    column = pd.Series(["a", "b"], index=[5, 7])
    for got in (column, column.array, column.to_numpy(), pd.Index(column), column.astype("string")):
        checks.equal(got, ["a", "b"], "the names")
    assert capsys.readouterr().out.count("✓") == 5
    said = told(checks.equal, column.array, ["a", "c"], "the names")
    assert "Entry 1: 'c' is expected; you have 'b'." in said
    assert "A list is expected, not an array" in told(checks.equal, np.eye(2), [1, 0], "numbers")
    assert "A tuple is expected" in told(checks.equal, np.ones(2), (1, 1), "numbers")


@pytest.mark.parametrize(
    ("got", "want", "message"),
    [
        (2, 3, "n: 3 is expected; you have 2."),
        (ID, ID - 1, f"{ID - 1} is expected"),
        (0.25, 25.0, "100 times smaller: a share is not yet a percentage"),
        (25.0, 0.25, "100 times larger"),
        (-0.25, 0.25, "with the sign turned"),
        ("many", 3, "A number is expected, not a value of type str"),
        ([1, 2], [1, 2, 3], "3 entries are expected; you have 2"),
        ([1, 5, 3], [1, 2, 3], "Entry 1: 2 is expected; you have 5."),
        (np.zeros((3, 2)), np.zeros((2, 3)), "rows and columns are swapped"),
        (np.array([1.0, 2.0, 4.0]), np.array([1.0, 2.0, 3.0]), "1 of 3 values differ; at 2, 3"),
        (np.array([ID, 1]), np.array([ID - 1, 1]), f"1 of 2 values differ; at 0, {ID - 1} is"),
        (np.array([float(ID), 1]), np.array([ID, 1]), "must stay whole numbers, not float64"),
        (np.eye(2), sparse.csr_matrix(np.eye(2)), "A sparse matrix is expected"),
        (FRAME["share"], FRAME, "A table (DataFrame) is expected, not one column (Series)."),
        (FRAME[["share", "id", "title"]], FRAME, "The columns should be"),
        (FRAME.head(1), FRAME, "2 rows are expected; you have 1."),
        (FRAME[::-1], FRAME, "in another order than expected: 4, 5."),
        (FRAME.reset_index(drop=True), FRAME, "right, but the rows should be called 4, 5; yours"),
        (FRAME, FRAME.reset_index(drop=True), "`reset_index(drop=True)` numbers them."),
        (FRAME.assign(share=0).set_axis([1, 2]), FRAME, "The rows should be called 4, 5; you have"),
        ("text", np.nan, "Nothing is expected; you have 'text'."),
        (FRAME.assign(share=FRAME["share"] / 100), FRAME, "100 times smaller"),
        (FRAME.assign(title="a"), FRAME, "'title', row 5: nothing is expected; you have 'a'."),
        (FRAME.astype({"id": float}), FRAME, "must stay whole numbers"),
        (BELOW_ZERO.astype({"id": float}), BELOW_ZERO, "must stay whole numbers"),
        (FRAME.assign(id=[ID - 1, 2]), FRAME, f"{ID} is expected; you have {ID - 1}."),
        (None, 3, "A function without `return` gives None"),
        ("2.0", 2.0, "A number is expected, not a value of type str: '2.0' is text, whatever it"),
        (np.str_("5"), 5, "'5') is text"),
        (np.array("5"), 5, "is text, whatever it looks like."),
        (b"5", 5, "A number is expected, not a value of type bytes."),
        (np.array([2.0]), 2.0, "A number is expected, not an array of shape (1,)."),
        (True, 1, "A number is expected; you have True, which is a truth value."),
        (np.bool_(True), 1.0, "A number is expected; you have True, which is a truth value."),
        (1, True, "True is expected; you have 1."),
        ([True, True], [1, 1], "Entry 0: A number is expected; you have True"),
        (np.array([True]), np.array([1]), "Numbers are expected; yours are truth values."),
        (np.array([1]), np.array([True]), "Truth values are expected; yours are numbers."),
        (np.array(["5"]), np.array([5]), "Numbers are expected; yours are texts."),
        (HOLLOW, np.array([7, 8]), "Numbers are expected; yours are objects of any kind"),
        (HOLLOW, np.array([7.0, 8.0]), "Numbers are expected; yours are objects of any kind"),
        (HOLLOW, np.array([True, False]), "Truth values are expected; yours are objects of any"),
        (HOLLOW, np.array(["a", "b"]), "2 of 2 values differ"),
        (HOLLOW, np.array(["a", "b"], dtype=object), "2 of 2 values differ"),
        (np.array(["ahead"]), "ahead", "'ahead' is expected; you have array(['ahead']"),
        (FRAME.assign(title=HOLLOW), FRAME, "Column 'title', row 4: 'a' is expected"),
        (FRAME.assign(share=True), FRAME.assign(share=1), "row 4: 1 is expected; you have True."),
    ],
)
def test_what_is_wrong_is_said(got, want, message):
    assert message in told(checks.equal, got, want, "n")


def test_a_known_mistake_is_explained_and_comes_before_the_difference():
    found = told(checks.equal, 4, 2, "mean", mistakes={"That is the sum.": 4})
    assert found == "mean: That is the sum."
    # A mistake that happens to give the right value here can't be told from it.
    checks.equal(2, 2, "mean", mistakes={"That is the sum.": 2})


def no_body(x): ...


def described(x):
    """Twice a number."""


def always_three(x):
    """Three."""
    return 3


@question
def the_answer(answer):
    """Check that a function doubles."""
    core.kind(answer(2), object, "anything")
    core.equal(answer(2), 4, "twice two")
    core.equal(answer(3), 6, "twice three")


UNTOUCHED = {
    "number": lambda: checks.equal(..., 75.0, "the answer", mistakes={"Why.": 3}),
    "list": lambda: checks.equal([1, ...], [1, 2], "the answer"),
    "two": lambda: checks.equal((..., ...), (1, 2), "the answer"),
    "dictionary": lambda: checks.equal({"low": ..., "high": 1}, {"low": 0}, "the answer"),
    "array": lambda: checks.equal(np.array([1, ...]), np.array([1, 2]), "the answer"),
    "column": lambda: checks.equal(pd.Series(["a", ...]), FRAME["title"], "the answer"),
    "table": lambda: checks.equal(FRAME.assign(title=...), FRAME, "the answer"),
    "unchanged": lambda: checks.unchanged(FRAME, ..., "the answer"),
    "kind": lambda: checks.kind(..., pd.DataFrame, "the answer"),
    "that": lambda: checks.that(..., "Why it fails.", "the answer"),
    "ranking": lambda: checks.ranking(..., [1, 2], "the answer"),
    "ids": lambda: checks.ranking([..., 2], [1, 2], "the answer"),
    "question": lambda: the_answer(...),
    "pair": lambda: the_answer(lambda x: (x, ...)),
    "no body": lambda: the_answer(no_body),
    "a description": lambda: the_answer(described),
    "returns it": lambda: the_answer(lambda x: ...),
}


@pytest.mark.parametrize("check", UNTOUCHED.values(), ids=UNTOUCHED)
def test_while_there_is_no_answer_one_line_invites(check, capsys):
    check()
    shown = capsys.readouterr().out.replace("the_answer", "the answer")
    assert shown == "✎ your turn: the answer\n"


def test_the_examples_in_the_description_are_true():
    assert doctest.testmod(checks) == (0, 3)


def test_an_invitation_without_a_name(capsys):
    checks.that(..., "Why it fails.")
    assert capsys.readouterr().out == "✎ your turn\n"


@pytest.mark.parametrize("name", ["DESKREC_GRADING", "NBGRADER_EXECUTION"])
@pytest.mark.parametrize("check", UNTOUCHED.values(), ids=UNTOUCHED)
def test_while_marks_are_given_no_answer_is_an_error(check, name, monkeypatch, capsys):
    monkeypatch.setenv(name, "autograde")
    with pytest.raises(NotImplementedError, match="^the.answer: there is no answer yet") as caught:
        check()
    assert caught.type is NotImplementedError and capsys.readouterr().out == ""


def test_nbgrader_gives_no_points_for_an_invitation(tmp_path, monkeypatch):
    """Whatever nbgrader sets while it validates: an answer that still is `...` fails there."""
    pytest.importorskip("nbgrader", reason="the classroom needs nbgrader: pip install nbgrader")
    from nbgrader.validator import Validator

    monkeypatch.setenv("NBGRADER_EXECUTION", "")  # which nbgrader sets, and nobody takes back
    grade = {"grade": True, "locked": True, "solution": False, "points": 1, "schema_version": 3}
    new_cell = nbformat.v4.new_code_cell
    cells = [new_cell("from deskrec_tutorial import checks\nanswer, done = ..., 2")]
    for name in ("answer", "done"):
        metadata = {"nbgrader": grade | {"grade_id": name, "task": False}}
        cells.append(new_cell(f"checks.equal({name}, 2, 'two')", metadata=metadata))
    file = tmp_path / "notebook.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells), file)
    failed = Validator().validate(str(file))["failed"]
    assert [cell["source"] for cell in failed] == ["checks.equal(answer, 2, 'two')"]
    assert "✎ your turn: two" in failed[0]["error"]


def notebook_shows(code: str, capsys) -> str:
    shell = InteractiveShell()
    shell.run_line_magic("colors", "nocolor")
    shell.user_ns["the_answer"] = the_answer
    shell.run_cell(code)
    return capsys.readouterr().out


@pytest.mark.parametrize("stub", ["NotImplementedError", "NotImplementedError('no answer yet')"])
def test_a_stub_is_an_error_everywhere_and_shown_as_an_invitation(stub, capsys):
    names: dict = {}
    exec(f"def stub(x):\n    raise {stub}", names)
    with pytest.raises(NotImplementedError) as caught:
        the_answer(names["stub"])
    assert caught.type is NotImplementedError
    shown = notebook_shows(f"def stub(x):\n    raise {stub}\nthe_answer(stub)", capsys)
    assert shown.startswith("✎ your turn: the_answer") and len(shown.splitlines()) == 1
    assert ("no answer yet" in shown) == ("no answer yet" in stub)


def test_an_error_in_a_function_is_shown_without_the_insides_of_the_check(capsys):
    shown = notebook_shows("def f(x):\n    return x / 0\nthe_answer(f)", capsys)
    assert "return x / 0" in shown and "ZeroDivisionError: division by zero" in shown
    if IPython.version_info >= (8,):  # older ones show no notes
        assert "`checks.test_checks.the_answer?` says what your function was called with" in shown
    assert "question.py" not in shown and "twice two" not in shown


def test_what_a_library_does_not_implement_is_no_stub(capsys):
    code = "from scipy import sparse\nthe_answer(lambda x: sparse.csr_matrix([[x]]) + 1)"
    shown = notebook_shows(code, capsys)
    assert "adding a nonzero scalar" in shown and "your turn" not in shown


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (lambda x: 3, "twice two: 4 is expected; you have 3."),
        (lambda x: 4, "twice three: 6 is expected"),
        (always_three, "twice two: 4 is expected; you have 3."),
        (lambda x: [].sort(), "A function without `return` gives None"),
        (lambda: 4, "the_answer: Your function could not be called as the question says (Type"),
        (4, "takes the function itself, `checks.test_checks.the_answer(the_answer)`, not an"),
        (None, "takes the function itself"),
    ],
)
def test_what_a_question_says(answer, message):
    assert message in told(the_answer, answer)


def test_an_answer_that_a_check_can_not_look_at():
    @question
    def counts(answer):
        core.equal(len(answer()), 3, "how many")

    assert told(counts, lambda: 3) == (
        "counts: The check could not look at your answer (TypeError: object of type 'int' has no "
        "len()). Is it of the kind asked for?"
    )


class Stand:
    """What may stand for a function that runs elsewhere: it can be called, and that is all."""

    def __init__(self, function):
        self.call = function

    def __call__(self, *args, **options):
        return self.call(*args, **options)

    def __getattr__(self, name):
        return self


def test_what_stands_for_a_function_is_checked_like_one(capsys):
    the_answer(Stand(lambda x: 2 * x))
    assert capsys.readouterr().out == "✓ twice two\n✓ twice three\n"
    the_answer(Stand(lambda x: ...))
    assert capsys.readouterr().out == "✎ your turn: the_answer\n"
    assert "4 is expected" in told(the_answer, Stand(lambda x: 3))


def test_checks_of_exercises_load_when_they_are_asked_for():
    code = """
import sys, deskrec_tutorial
assert 'deskrec_tutorial.checks' not in sys.modules
from deskrec_tutorial import checks
before = set(sys.modules)
checks.data.missing_table(...)
print(sorted(set(sys.modules) - before), 'als_math' in dir(checks))"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    new = ["deskrec_tutorial.checks.data", "deskrec_tutorial.checks.question"]
    assert run.stdout == f"✎ your turn: missing_table\n{new} True\n"
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = checks.nothing


def test_rankings(capsys):
    checks.ranking([ID, 2], np.array([ID, 2]), "list")
    checks.ranking(pd.Series([3, 1]), [3, 1], "series")
    checks.ranking([], [], "nothing")
    checks.ranking(np.array([ID, 2], dtype=object), [ID, 2], "whole numbers in an object array")
    assert capsys.readouterr().out.count("✓") == 4


@pytest.mark.parametrize(
    ("got", "message"),
    [
        ([3.0, 2.0, 1.0], "The ids are decimal numbers"),
        ([3, 2], "3 ids are expected; you have 2."),
        ([1, 2, 3], "upside down"),
        ([3, 1, 2], "another order: place 2 should hold 2, you have 1."),
        ([3, 2, 9], "That was read already. For example 9."),
        ([3, 2, 8], "1 of the 3 expected ids are missing, the first is 1."),
        ([5, 6, 7], "You ranked people."),
        ([[3, 2, 1]], "A list of ids is expected"),
        ([3, [2, 1]], "A list of ids is expected"),
        ([3, 2, 2], "1 of the 3 expected ids are missing"),
        ([True, False, True], "Ids are whole numbers; yours are truth values."),
        (["3", "2", "1"], "Ids are whole numbers; yours are texts."),
        (np.array([3, "2", 1], dtype=object), "Ids are whole numbers; yours are objects of any"),
    ],
)
def test_what_is_wrong_with_a_ranking(got, message):
    unwanted, mistakes = {"That was read already.": [9]}, {"You ranked people.": [5, 6, 7]}
    found = told(checks.ranking, got, [3, 2, 1], "list", unwanted=unwanted, mistakes=mistakes)
    assert message in found


def test_kind(capsys):
    checks.kind(FRAME, pd.DataFrame, "table")
    checks.kind([1], (list, tuple), "list")
    assert capsys.readouterr().out == ""
    found = told(checks.kind, FRAME, pd.Series, "column")
    assert found == "column: The answer should be one column (Series), not a table (DataFrame)."
    found = told(checks.kind, 3, (np.ndarray, list), "list")
    assert "an array or a value of type list, not a value of type int" in found
    assert "without `return`" in told(checks.kind, None, list, "list")


def test_that(capsys):
    checks.that(True, "never said")
    checks.that(True, "never said", "what holds")
    assert capsys.readouterr().out == "✓ what holds\n"
    assert told(checks.that, False, "Why it fails.", "what") == "what: Why it fails."
    assert told(checks.that, False, "Why it fails.") == "Why it fails."


def test_unchanged():
    checks.unchanged(FRAME, FRAME.copy(), "left alone")
    assert "work on a copy" in told(checks.unchanged, FRAME, FRAME.assign(share=0.0), "left alone")


def test_an_answer_is_brought_into_the_form_that_is_compared(capsys):
    assert checks.core.changed([2, 1], sorted, "the numbers", "A list") == [1, 2]
    said = told(checks.core.changed, 5, sorted, "the numbers", "A list")
    assert "the numbers: A list is expected, not a value of type int." in said
    assert "The answer is None" in told(checks.core.changed, None, sorted, "numbers", "A list")
    for answer in (..., [1, ...], {...}, pd.Index([1, ...])):
        inviting(checks.core.changed)(answer, sorted, "the numbers", "A list")
        assert capsys.readouterr().out == "✎ your turn: the numbers\n"


def test_copies_keep_what_is_given_from_changes():
    frozen = np.arange(3)
    frozen.setflags(write=False)
    given = [FRAME, sparse.csr_matrix(np.eye(2)), [1, [2]], {"a": [1]}, np.arange(3), frozen]
    made = checks.copies(*given)
    for one, other in zip(given, made, strict=True):
        checks.equal(one, other, "the same")
        assert one is not other
    made[0]["share"] = 0.0
    made[1].data[:] = made[4][:] = 0
    made[2][1].clear()
    made[3]["a"].clear()
    assert FRAME["share"].tolist() == [0.5, 0.25] and given[1].sum() == 2
    assert given[2:4] == [[1, [2]], {"a": [1]}] and given[4].tolist() == [0, 1, 2]
    assert not made[5].flags.writeable


def test_long_messages_break_between_words():
    with pytest.raises(CheckFailed) as caught:
        checks.that(False, "word " * 60)
    assert max(map(len, str(caught.value).splitlines())) <= core.WIDTH


def test_a_notebook_shows_the_message_and_no_traceback(capsys):
    code = "from deskrec_tutorial import checks\nchecks.that(False, 'Why it fails.')"
    assert notebook_shows(code, capsys) == "✗ Why it fails.\n"

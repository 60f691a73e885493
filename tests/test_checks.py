"""The checks of the exercises: what passes, and what a learner is told."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from IPython.core.interactiveshell import InteractiveShell
from scipy import sparse

from deskrec_tutorial import checks
from deskrec_tutorial.checks import CheckFailed

ID = 9_007_199_254_740_993  # the first whole number that a decimal number can't hold
FRAME = pd.DataFrame({"id": [ID, 2], "share": [0.5, 0.25], "title": ["a", None]}, index=[4, 5])


def told(check, *args, **options) -> str:
    with pytest.raises(CheckFailed) as caught:
        check(*args, **options)
    return " ".join(str(caught.value).split())


@pytest.mark.parametrize(
    "want",
    [
        3, 0.1 + 0.2, np.float64(2), "text", True, None, (1, "a"), [1, [2, 3]], {"a": 1},
        {1, 2}, np.arange(6).reshape(2, 3), np.array([np.nan, 1]), np.array(["a", "b"]),
        sparse.csr_matrix([[0, 1], [2, 0]]), FRAME, FRAME["share"], float("nan"),
    ],
    ids=repr,
)  # fmt: skip
def test_equal_things_pass_and_are_named(want, capsys):
    got = want.copy() if hasattr(want, "copy") else want
    if want is None:
        return
    checks.equal(got, want, "the same")
    assert capsys.readouterr().out == "✓ the same\n"


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
        (
            FRAME.reset_index(drop=True),
            FRAME,
            "values are right, but the rows should be called 4, 5",
        ),
        (FRAME, FRAME.reset_index(drop=True), "`reset_index(drop=True)` numbers them."),
        (FRAME.assign(share=0).set_axis([1, 2]), FRAME, "The rows should be called 4, 5; you have"),
        ("text", np.nan, "Nothing is expected; you have 'text'."),
        (FRAME.assign(share=FRAME["share"] / 100), FRAME, "100 times smaller"),
        (
            FRAME.assign(title="a"),
            FRAME,
            "Column 'title', row 5: nothing is expected; you have 'a'.",
        ),
        (FRAME.assign(id=FRAME["id"].astype(float)), FRAME, "must stay whole numbers"),
        (FRAME.assign(id=[ID - 1, 2]), FRAME, f"{ID} is expected; you have {ID - 1}."),
        (None, 3, "A function without `return` gives None"),
    ],
)
def test_what_is_wrong_is_said(got, want, message):
    assert message in told(checks.equal, got, want, "n")


def test_a_known_mistake_is_explained_and_comes_before_the_difference():
    found = told(checks.equal, 4, 2, "mean", mistakes={"That is the sum.": 4})
    assert found == "mean: That is the sum."
    # A mistake that happens to give the right value here can't be told from it.
    checks.equal(2, 2, "mean", mistakes={"That is the sum.": 2})


def test_no_answer_yet_is_no_wrong_answer():
    with pytest.raises(NotImplementedError, match="no answer yet"):
        checks.equal(..., 3, "n")


def test_rankings(capsys):
    checks.ranking([ID, 2], np.array([ID, 2]), "list")
    checks.ranking(pd.Series([3, 1]), [3, 1], "series")
    checks.ranking([], [], "nothing")
    assert capsys.readouterr().out.count("✓") == 3


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
        ([3, 2, 2], "1 of the 3 expected ids are missing"),
    ],
)
def test_what_is_wrong_with_a_ranking(got, message):
    options = {"unwanted": {"That was read already.": [9]},
               "mistakes": {"You ranked people.": [5, 6, 7]}}  # fmt: skip
    assert message in told(checks.ranking, got, [3, 2, 1], "list", **options)


def test_kind(capsys):
    checks.kind(FRAME, pd.DataFrame, "table")
    checks.kind([1], (list, tuple), "list")
    assert capsys.readouterr().out == ""
    found = told(checks.kind, FRAME, pd.Series, "column")
    assert found == "column: The answer should be one column (Series), not a table (DataFrame)."
    assert "or a value of type list, not a value of type int" in told(
        checks.kind, 3, (np.ndarray, list), "list"
    )
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


def test_long_messages_break_between_words():
    with pytest.raises(CheckFailed) as caught:
        checks.that(False, "word " * 60)
    assert max(map(len, str(caught.value).splitlines())) <= checks.WIDTH


def test_a_notebook_shows_the_message_and_no_traceback(capsys):
    shell = InteractiveShell()
    shell.run_cell("from deskrec_tutorial import checks\nchecks.that(False, 'Why it fails.')")
    shown = capsys.readouterr().out
    assert "✗ Why it fails." in shown
    assert "Traceback" not in shown and "checks.py" not in shown

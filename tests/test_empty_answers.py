"""Answers that know nothing: whatever they do to their arguments or raise, they earn nothing."""

from __future__ import annotations

import copy
import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from test_exercises import QUESTIONS, cell_of, check_of, passes, solved

import deskrec_tutorial as dr
from deskrec_tutorial.checks import CheckFailed
from deskrec_tutorial.checks.turn import YourTurn

pytest.importorskip("nbgrader", reason="the classroom needs nbgrader: pip install nbgrader")

from classroom.proxy import KNOWN, error_from
from classroom.worker import describe_error


def emptied(value: Any) -> None:
    """Take everything out of a value in place."""
    if isinstance(value, np.ndarray):
        value.resize(0, refcheck=False) if value.flags.owndata else zeroed(value)
    elif isinstance(value, (pd.DataFrame, pd.Series)):
        value.drop(value.index, inplace=True)
    elif sparse.issparse(value):
        value.data, value.indices = value.data[:0], value.indices[:0]
        value.indptr = np.zeros_like(value.indptr)
    elif isinstance(value, (list, dict, set)):
        value.clear()
    else:
        inside(value, emptied)


def filled(number: float) -> Callable[[Any], None]:
    """Write one number over everything in a value."""

    def fill(value: Any) -> None:
        if isinstance(value, np.ndarray):
            if value.flags.writeable and value.dtype.kind in "biuf":
                value[...] = number
        elif isinstance(value, pd.DataFrame):
            for column in value:
                value[column] = number
        elif isinstance(value, pd.Series):
            value[:] = number
        elif sparse.issparse(value):
            value.data[:] = number
        elif isinstance(value, (list, dict)):
            for key in value if isinstance(value, dict) else range(len(value)):
                value[key] = number
        else:
            inside(value, fill)

    return fill


zeroed = filled(0)
CHANGES = {
    "left alone": lambda value: None,
    "emptied": emptied,
    "zeros": zeroed,
    "ones": filled(1),
}


def inside(value: Any, change: Callable[[Any], None]) -> None:
    for part in vars(value).values() if hasattr(value, "__dataclass_fields__") else ():
        change(part)


def of_empty_arrays(length: int) -> np.ndarray:
    made = np.empty(length, dtype=object)
    made[:] = [np.zeros(0)] * length
    return made


def long(args: tuple[Any, ...]) -> int:
    return max((len(one) for one in args if isinstance(one, (np.ndarray, list))), default=3)


def titled(args: tuple[Any, ...]) -> Any:
    """The first argument, with a new column where it is a table."""
    if isinstance(args[0], pd.DataFrame):
        args[0]["title"] = None
    return args[0]


RETURNED: dict[str, Callable[[tuple[Any, ...]], Any]] = {
    "a list": lambda args: [],
    "two": lambda args: ([], []),
    "the argument": titled,
    "both arguments": lambda args: (args[0], args[0]),
    "its first part": lambda args: args[0][0],
    "zeros": lambda args: np.zeros_like(args[0], dtype=float),
    "zeros, long": lambda args: np.zeros(long(args)),
    "nothing there": lambda args: np.full(long(args), np.nan),
    "empty arrays": lambda args: of_empty_arrays(long(args)),
    "a pair of NaN": lambda args: (np.nan, np.nan),
    "a table": lambda args: pd.DataFrame(),
    "a column": lambda args: pd.Series(dtype=float),
    "a matrix": lambda args: sparse.csr_matrix((3, 4)),
    "a dictionary": lambda args: {},
    **{repr(one): (lambda args, one=one: one) for one in (..., None, True, 0, 0.0, "", np.nan)},
}


def all_answers() -> dict[str, Callable[..., Any]]:
    """Ways to know nothing: each change of all arguments or of one, with each value."""

    def made(change: Callable[[Any], None], which: slice, value: Callable[..., Any]) -> Any:
        def answer(*args: Any, **options: Any) -> Any:
            for one in args[which]:
                change(one)
            return value(args)

        return answer

    of_all = {
        f"{how}, {what}": made(change, slice(None), value)
        for how, change in CHANGES.items()
        for what, value in RETURNED.items()
    }
    of_one = {
        f"argument {place} {how}, {what}": made(CHANGES[how], slice(place, place + 1), value)
        for place in range(3)
        for how in ("emptied", "zeros", "ones")
        for what, value in RETURNED.items()
        if what in ("a list", "the argument", "its first part")
    }
    return of_all | of_one


def raising(kind: type) -> Callable[..., Any]:
    """An answer that raises what the judge makes of an error of a class."""
    kinds = [[one.__module__, one.__name__] for one in kind.__mro__]

    def answer(*args: Any, **options: Any) -> Any:
        raise error_from({"kinds": kinds, "text": "", "args": []})

    return answer


def rebuilt() -> list[type]:
    """Return every class of errors that a stranger's process can name."""
    found, todo = set(), [Exception]
    while todo:
        kind = todo.pop()
        if kind not in found and kind.__module__.split(".")[0] in KNOWN:
            found.add(kind)
            todo += kind.__subclasses__()
    return sorted(found, key=str)


@pytest.fixture
def graded(monkeypatch):
    """Let marks be given, and make each simulated year once."""
    monkeypatch.setenv("DESKREC_GRADING", "1")
    made: dict[str, Any] = {}

    def once(function: Callable[..., Any]) -> Callable[..., Any]:
        def remembered(*args: Any, **options: Any) -> Any:
            key = f"{function.__name__}{args}{sorted(options.items())}"
            if key not in made:
                made[key] = function(*args, **options)
            return copy.deepcopy(made[key])

        return remembered

    monkeypatch.setattr(dr, "simulate", once(dr.simulate))


@pytest.mark.parametrize(("chapter", "question"), QUESTIONS)
def test_who_knows_nothing_earns_nothing(chapter, question, graded):
    notebook, names = solved(chapter)
    name, _ = check_of(chapter, question)
    passed = [
        (part, way)
        for part in ("check", "hidden")
        for way, answer in all_answers().items()
        if passes(cell_of(notebook, f"{question}_{part}"), {**names, name: answer})
    ]
    assert passed == []


def test_a_matrix_emptied_in_place_is_not_what_is_expected(graded):
    """Two matrices to turn, then one to refuse, time and again."""
    notebook, names = solved("02_event_strength")
    turn = itertools.cycle((False, False, True))

    def users_by_items(found: Any, per_person: Any) -> Any:
        if next(turn):
            raise ValueError
        emptied(found)
        people, items = found.shape
        return sparse.csr_matrix((people, items) if people == len(per_person) else (items, people))

    answers = {**names, "users_by_items": users_by_items}
    assert not passes(cell_of(notebook, "sides_hidden"), answers)


@pytest.mark.parametrize(("chapter", "question"), QUESTIONS)
def test_no_error_that_an_answer_can_raise_passes(chapter, question, graded):
    notebook, names = solved(chapter)
    name, check = check_of(chapter, question)
    visible, hidden = (cell_of(notebook, f"{question}_{part}") for part in ("check", "hidden"))
    caught = [Exception, ValueError, ZeroDivisionError, NotImplementedError, YourTurn, CheckFailed]
    trials = [(visible, kind) for kind in rebuilt()] + [(hidden, kind) for kind in caught]
    passed = [
        (code[:40], kind) for code, kind in trials if passes(code, {**names, name: raising(kind)})
    ]
    assert passed == []


@pytest.mark.parametrize("kind", [YourTurn, CheckFailed])
def test_what_a_check_says_an_answer_can_not_say(kind):
    class Own(kind):
        """One of the answer's own."""

    for error in (kind("✎ your turn"), Own("✎ your turn")):
        said = describe_error(error)
        made = error_from(said)
        assert type(made).__name__ == type(error).__name__ and str(made) == "✎ your turn"
        assert not isinstance(made, kind) and isinstance(made, kind.__mro__[1])


@pytest.mark.parametrize("grader", ["DESKREC_GRADING", "NBGRADER_EXECUTION"])
def test_an_invitation_that_an_answer_raises_in_the_same_process_is_an_error(grader, monkeypatch):
    """As in nbgrader's own autograder."""
    notebook, names = solved("01_data")

    def answer(*args: Any) -> Any:
        raise YourTurn("")

    monkeypatch.setenv(grader, "1")
    for part in ("check", "hidden"):
        assert not passes(cell_of(notebook, f"missing_{part}"), {**names, "missing_table": answer})

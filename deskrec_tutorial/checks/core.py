"""Compare an answer with what is expected, and say what is wrong and why."""

from __future__ import annotations

import copy
import textwrap
from collections.abc import Callable, Mapping, Sequence
from numbers import Integral, Number
from typing import Any, NoReturn, TypeVar

import numpy as np
import pandas as pd
from scipy import sparse

from .turn import no_answer, untouched

Changed = TypeVar("Changed")
WIDTH = 88
TYPE_NAMES = {
    pd.DataFrame: "a table (DataFrame)",
    pd.Series: "one column (Series)",
    np.ndarray: "an array",
}
SORTS = {"b": "truth values", "U": "texts", "S": "bytes", "M": "dates", "m": "durations",
         "O": "objects of any kind (dtype object)"}  # fmt: skip
TRUTH = (bool, np.bool_)
GOES_FOR = {"O": (*SORTS.values(), "numbers"), "U": (SORTS["O"],)}  # one by one, texts may do
# What is equal to one of these is of the same sort; others have to be of the same type.
ALIKE = (TRUTH, str, (set, frozenset), dict)


class CheckFailed(AssertionError):
    """An answer that is not right yet; its message says what is wrong and why."""

    def _render_traceback_(self) -> list[str]:
        """Return what a notebook shows in place of a traceback: the message alone."""
        return [f"✗ {self}"]


def that(condition: bool, problem: str, what: str = "") -> None:
    """Check that something holds.

    Parameters
    ----------
    condition : bool
        What must be true.
    problem : str
        What to say if it is not: what is wrong, why, and what to do.
    what : str
        What was checked; printed if it holds.  Without it, nothing is printed.

    Raises
    ------
    CheckFailed
        If `condition` is false.
    NotImplementedError
        If it still is ``...`` while marks are given; elsewhere a line invites.
    """
    if condition is ...:
        no_answer(what)
    if not condition:
        fail(what, problem)
    if what:
        _pass(what)


def kind(got: Any, wanted: type | tuple[type, ...], what: str) -> None:
    """Check that an answer is of the right type, before its parts are looked at.

    Parameters
    ----------
    got : object
        The answer.
    wanted : type or tuple of types
        What it may be.
    what : str
        What was checked, for the message; nothing is printed if the type is right.

    Raises
    ------
    CheckFailed
        If it is of another type.
    NotImplementedError
        If the answer still is ``...`` while marks are given; elsewhere a line invites.
    """
    _answered(got, what)
    if not isinstance(got, wanted):
        allowed = wanted if isinstance(wanted, tuple) else (wanted,)
        names = " or ".join(
            TYPE_NAMES.get(one, f"a value of type {one.__name__}") for one in allowed
        )
        fail(what, f"The answer should be {names}, not {_kind(got)}.")


def equal(
    got: Any,
    want: Any,
    what: str,
    *,
    mistakes: Mapping[str, Any] | None = None,
    tolerance: float = 1e-6,
) -> None:
    """Check that an answer equals what is expected: a number, text, array, matrix or table.

    Parameters
    ----------
    got : object
        The answer.
    want : object
        What it should be.  Its type decides how the two are compared: tables by columns, rows and
        values, arrays by shape and values, sparse matrices as arrays.
    what : str
        What was checked, for the message.
    mistakes : mapping of str to object, optional
        For wrong answers that people often give: an explanation, and the value that such a
        mistake leads to.
    tolerance : float
        How far numbers may be apart, relative to the expected one or in absolute terms.

    Raises
    ------
    CheckFailed
        If they differ; its message is the explanation of the mistake where one fits, otherwise
        the first difference.
    NotImplementedError
        If the answer still is ``...`` while marks are given; elsewhere a line invites.
    """
    _answered(got, what)
    problem = _difference(got, want, tolerance)
    if problem is None:
        return _pass(what)
    for explanation, wrong in (mistakes or {}).items():
        if _difference(wrong, want, tolerance) and _difference(got, wrong, tolerance) is None:
            fail(what, explanation)
    fail(what, problem)


def ranking(
    got: Sequence[int] | np.ndarray | pd.Series,
    want: Sequence[int] | np.ndarray | pd.Series,
    what: str,
    *,
    unwanted: Mapping[str, Any] | None = None,
    mistakes: Mapping[str, Any] | None = None,
) -> None:
    """Check a list of ids, best first.

    Parameters
    ----------
    got, want : sequence of int
        The answer and the expected list.  Ids are compared as whole numbers.
    what : str
        What was checked, for the message.
    unwanted : mapping of str to collection of int, optional
        Why certain ids must not be in the list, and those ids.
    mistakes : mapping of str to sequence of int, optional
        As in `equal`.

    Raises
    ------
    CheckFailed
        If the lists differ: ids that passed through a decimal number, unwanted ids, wrong length,
        wrong order or wrong ids, in this order.
    NotImplementedError
        If the answer still is ``...`` while marks are given; elsewhere a line invites.
    """
    ids = changed(got, np.asarray, what, "A list of ids")
    if ids.ndim != 1:
        fail(what, f"A list of ids is expected, not {_kind(got)}.")
    if ids.dtype == object and all(isinstance(one, Integral) for one in ids):
        ids = np.array(ids.tolist())
    if len(ids) and ids.dtype.kind == "f":
        fail(
            what,
            "The ids are decimal numbers. Those keep 15 digits and ids have 19: some of "
            "them have changed already. Keep ids as integers from beginning to end.",
        )
    if len(ids) and ids.dtype.kind not in "iu":
        fail(what, f"Ids are whole numbers; yours are {_sort(ids)}.")
    for explanation, those in (unwanted or {}).items():
        bad = [one for one in ids.tolist() if one in set(np.asarray(those).tolist())]
        if bad:
            fail(what, f"{explanation} For example {bad[0]}.")
    expected = np.asarray(want)
    for explanation, wrong in (mistakes or {}).items():
        if not np.array_equal(wrong, expected) and np.array_equal(ids, wrong):
            fail(what, explanation)
    if len(ids) != len(expected):
        fail(what, f"{len(expected)} ids are expected; you have {len(ids)}.")
    if np.array_equal(ids, expected):
        return _pass(what)
    if np.array_equal(ids, expected[::-1]):
        fail(what, "The order is upside down: the best comes first.")
    if set(ids.tolist()) == set(expected.tolist()):
        place = int(np.flatnonzero(ids != expected)[0])
        fail(
            what,
            f"The right ids in another order: place {place + 1} should hold "
            f"{expected[place]}, you have {ids[place]}.",
        )
    missing = [one for one in expected.tolist() if one not in set(ids.tolist())]
    fail(
        what,
        f"{len(missing)} of the {len(expected)} expected ids are missing, the first "
        f"is {missing[0]}."
        if missing
        else "Some ids are there more than once.",
    )


def unchanged(before: Any, after: Any, what: str) -> None:
    """Check that a function left alone what it was given.

    Raises
    ------
    CheckFailed
        If it did not.
    NotImplementedError
        If there still is ``...`` in its place while marks are given; elsewhere a line invites.
    """
    if untouched(after):
        no_answer(what)
    if _difference(after, before, 0.0) is not None:
        fail(
            what,
            "The function changed the data it was given. Whoever called it still needs "
            "them as they were: work on a copy.",
        )


def changed(answer: Any, change: Callable[[Any], Changed], what: str, wanted: str) -> Changed:
    """Return an answer in the form in which it is compared, such as its names in order.

    Whatever `change` raises says that the answer is of another kind than the one `wanted`.

    Raises
    ------
    CheckFailed
        If `change` can't be made.
    NotImplementedError
        If the answer still is ``...`` while marks are given; elsewhere a line invites.
    """
    _answered(answer, what)
    try:
        return change(answer)
    except Exception:
        fail(what, f"{wanted} is expected, not {_kind(answer)}.")


def copies(*values: Any) -> list[Any]:
    """Return copies to call an answer with, so that it can't change what is expected of it.

    Parameters
    ----------
    *values : object
        What an answer is to be called with.  An array that can't be written to stays so.

    Returns
    -------
    list
        A copy of each.
    """
    made = [copy.deepcopy(value) for value in values]
    for value, one in zip(values, made, strict=True):
        if isinstance(value, np.ndarray):
            one.setflags(write=value.flags.writeable)
    return made


def _pass(what: str) -> None:
    print(f"✓ {what}")


def fail(what: str, problem: str) -> NoReturn:
    """Raise `CheckFailed` with lines that fit a notebook."""
    text = f"{what}: {problem}" if what else problem
    raise CheckFailed(textwrap.fill(text, WIDTH, break_long_words=False, break_on_hyphens=False))


def _answered(got: Any, what: str) -> None:
    if untouched(got):
        no_answer(what)
    if got is None:
        fail(
            what,
            "The answer is None. A function without `return` gives None; printing a "
            "value does not return it.",
        )


def _kind(value: Any) -> str:
    """Name what a value is, as a learner would."""
    if sparse.issparse(value):
        return "a sparse matrix"
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}"
    return TYPE_NAMES.get(type(value), f"a value of type {type(value).__name__}")


def _difference(got: Any, want: Any, tolerance: float) -> str | None:
    """Return what sets the two apart, or None."""
    if _plain(want) is None:
        return None if _plain(got) is None else f"Nothing is expected; you have {got!r}."
    if isinstance(want, pd.DataFrame):
        return _table_difference(got, want, tolerance)
    if isinstance(want, pd.Series):
        if not isinstance(got, pd.Series):
            return f"One column (Series) is expected, not {_kind(got)}."
        return _table_difference(got.to_frame("value"), want.to_frame("value"), tolerance)
    if isinstance(want, np.ndarray) or sparse.issparse(want):
        return _array_difference(got, want, tolerance)
    if isinstance(want, (list, tuple)):
        return _list_difference(got, want, tolerance)
    if isinstance(want, Number) and not isinstance(want, TRUTH):
        return _number_difference(got, want, tolerance)
    alike = next((kinds for kinds in ALIKE if isinstance(want, kinds)), type(want))
    if isinstance(got, alike) and got == want:
        return None
    return f"{_python(want)!r} is expected; you have {_python(got)!r}."


def _number_difference(got: Any, want: Any, tolerance: float) -> str | None:
    if isinstance(got, np.ndarray) and got.ndim == 0:
        got = got[()]
    if isinstance(got, str):
        return f"A number is expected, not {_kind(got)}: {got!r} is text, whatever it looks like."
    if isinstance(got, TRUTH):
        return f"A number is expected; you have {got}, which is a truth value."
    if not isinstance(got, Number):
        return f"A number is expected, not {_kind(got)}."
    if all(isinstance(one, Integral) for one in (got, want)):
        return None if got == want else f"{want} is expected; you have {got}."
    try:
        number = float(got)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return f"A number is expected, not {_kind(got)}."
    if np.isclose(number, want, rtol=tolerance, atol=tolerance, equal_nan=True):
        return None
    return f"{want:.6g} is expected; you have {number:.6g}.{_scale(np.array([number]), want)}"


def _list_difference(got: Any, want: Sequence[Any], tolerance: float) -> str | None:
    # A column, its index and its values do for a list. (Texts stand in an array of pandas' own.)
    columns = (pd.Series, pd.Index, np.ndarray, pd.api.extensions.ExtensionArray)
    if isinstance(want, list) and isinstance(got, columns) and got.ndim == 1:
        got = list(got)
    if not isinstance(got, (list, tuple)):
        return f"A {type(want).__name__} is expected, not {_kind(got)}."
    if len(got) != len(want):
        return f"{len(want)} entries are expected; you have {len(got)}."
    for place, (one, other) in enumerate(zip(got, want, strict=True)):
        problem = _difference(one, other, tolerance)
        if problem:
            return f"Entry {place}: {problem}"
    return None


def _array_difference(got: Any, want: Any, tolerance: float) -> str | None:
    found, expected = _dense(got), _dense(want)
    if sparse.issparse(want) and not sparse.issparse(got):
        return f"A sparse matrix is expected, not {_kind(got)}."
    if found.shape != expected.shape:
        turned = " It lies on its side: rows and columns are swapped."
        return f"Shape {expected.shape} is expected; you have {found.shape}." + turned * (
            found.ndim == 2 and found.shape == expected.shape[::-1]
        )
    if expected.dtype.kind in "iu" and found.dtype.kind == "f" and _too_long(expected):
        return f"These are ids and must stay whole numbers, not {found.dtype}."
    if _sort(found) not in {_sort(expected), *GOES_FOR.get(expected.dtype.kind, ())}:
        return f"{_sort(expected).capitalize()} are expected; yours are {_sort(found)}."
    if "O" in (found.dtype.kind, expected.dtype.kind):
        wrong = np.reshape(
            [not _same(*pair, tolerance) for pair in zip(found.flat, expected.flat, strict=True)],
            expected.shape,
        )
    elif "f" not in (found.dtype.kind, expected.dtype.kind):  # whole numbers to the last digit
        wrong = found != expected
    else:
        wrong = ~np.isclose(found, expected, rtol=tolerance, atol=tolerance, equal_nan=True)
    if not wrong.any():
        return None
    place = tuple(int(i) for i in np.argwhere(wrong)[0])
    where = place[0] if len(place) == 1 else place
    return (
        f"{int(wrong.sum())} of {wrong.size} values differ; at {where}, {_show(expected[place])} "
        f"is expected and you have {_show(found[place])}."
    ) + (_scale(found, expected) if _sort(expected) == "numbers" else "")


def _sort(array: np.ndarray) -> str:
    return SORTS.get(array.dtype.kind, "numbers")


def _dense(matrix: Any) -> np.ndarray:
    return np.asarray(matrix.toarray() if hasattr(matrix, "toarray") else matrix)


def _table_difference(got: Any, want: pd.DataFrame, tolerance: float) -> str | None:
    if not isinstance(got, pd.DataFrame):
        return f"A table (DataFrame) is expected, not {_kind(got)}."
    if list(got.columns) != list(want.columns):
        return f"The columns should be {list(want.columns)}; you have {list(got.columns)}."
    if len(got) != len(want):
        return f"{len(want)} rows are expected; you have {len(got)}."
    if not _same_values(got.index, want.index, tolerance):
        relabelled = got.set_axis(want.index)
        if all(_same_values(relabelled[c], want[c], tolerance) for c in want.columns):
            return (
                f"The values are right, but the rows should be called {_few(want.index)}; yours "
                f"are called {_few(got.index)}."
                + " `reset_index(drop=True)` numbers them."
                * isinstance(want.index, pd.RangeIndex)
            )
        if set(got.index) == set(want.index):
            return f"The rows are in another order than expected: {_few(want.index)}."
        return f"The rows should be called {_few(want.index)}; you have {_few(got.index)}."
    for column in want.columns:
        if _holds_ids(want[column]) and not pd.api.types.is_integer_dtype(got[column]):
            found = got[column].dtype
            return f"Column {column!r} holds ids and must stay whole numbers, not {found}."
        if not _same_values(got[column], want[column], tolerance):
            return _cell_difference(got, want, column, tolerance)
    return None


def _cell_difference(got: pd.DataFrame, want: pd.DataFrame, column: str, tolerance: float) -> str:
    row = next(
        i
        for i in range(len(want))
        if not _same_values(got[column].iloc[[i]], want[column].iloc[[i]], tolerance)
    )
    text = (
        f"Column {column!r}, row {_python(want.index[row])!r}: {_show(want[column].iloc[row])} is "
        f"expected; you have {_show(got[column].iloc[row])}."
    )
    if all(pd.api.types.is_numeric_dtype(one[column]) for one in (got, want)):
        text += _scale(got[column].to_numpy(float), want[column].to_numpy(float))
    return text


def _holds_ids(column: pd.Series) -> bool:
    return pd.api.types.is_integer_dtype(column) and _too_long(column.to_numpy())


def _too_long(numbers: np.ndarray) -> bool:
    """Say whether these are whole numbers that decimal numbers could not keep apart."""
    return bool(((numbers > 2**53) | (numbers < -(2**53))).any())


def _same_values(got: Any, want: Any, tolerance: float) -> bool:
    if pd.api.types.is_bool_dtype(got) != pd.api.types.is_bool_dtype(want):
        return len(want) == 0
    if all(pd.api.types.is_numeric_dtype(one) for one in (got, want)):
        if pd.api.types.is_integer_dtype(want) and pd.api.types.is_integer_dtype(got):
            return bool((np.asarray(got) == np.asarray(want)).all())
        found, expected = np.asarray(got, dtype=float), np.asarray(want, dtype=float)
        return np.allclose(found, expected, rtol=tolerance, atol=tolerance, equal_nan=True)
    return all(_same(*pair, tolerance) for pair in zip(got, want, strict=True))


def _same(got: Any, want: Any, tolerance: float) -> bool:
    return _difference(got, want, tolerance) is None


def _plain(value: Any) -> Any:
    return None if pd.api.types.is_scalar(value) and pd.isna(value) else value


def _scale(got: np.ndarray, want: Any) -> str:
    """Recognise an answer that is right but for its unit or sign."""
    expected = np.broadcast_to(np.asarray(want, dtype=float), got.shape)
    if not np.isfinite(got).all() or not np.any(expected):
        return ""
    for factor, words in (
        (100, "100 times smaller: a share is not yet a percentage"),
        (0.01, "100 times larger: a percentage where a share is asked for"),
        (-1, "the expected ones with the sign turned"),
    ):
        if np.allclose(got * factor, expected, rtol=1e-3):
            return f" Your values are {words}."
    return ""


def _show(value: Any) -> str:
    if _plain(value) is None:
        return "nothing"
    return f"{value:.6g}" if isinstance(value, (float, np.floating)) else repr(_python(value))


def _python(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


def _few(index: pd.Index, count: int = 5) -> str:
    shown = ", ".join(repr(_python(one)) for one in index[:count])
    return shown + ", …" * (len(index) > count)

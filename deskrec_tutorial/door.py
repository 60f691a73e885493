"""The door that all data come through: what an id, a title, a value must be.

`load_clicks` brings other logs into this shape; the chapters' functions ask here for what they
need and trust it afterwards.

- An id is a whole number of 64 bits or a text. A column has one kind, and none is missing.
- A time is a whole number of seconds since 1970, UTC; `clock.py` sees to that.
- A title is a text.
"""

from __future__ import annotations

import decimal
import re
import uuid
from collections.abc import Sequence
from typing import Any, cast

import numpy as np
import pandas as pd

EXACT = 2**53  # from here on a float of 64 bits no longer holds every whole number
# What other programs write where there was nothing.
NOTHING = frozenset(("", "nan", "NaN", "None", "<NA>", "NaT", "null", "NULL"))


class DataError(ValueError):
    """A data file or table is not what the course needs; the message says where and what to do."""


def one_of(value: str, name: str, choices: Sequence[str]) -> str:
    """The value of the argument called `name`, if it is one of the choices."""
    if value not in choices:
        *others, last = (f'"{choice}"' for choice in choices)
        raise ValueError(f"{name} must be {', '.join(others)} or {last}, not {value!r}.")
    return value


# ------------------------------------------------------------------ tables


def need(table: Any, columns: tuple[str, ...], name: str, maker: str) -> None:
    """Refuse what is no table, lacks one of the columns, or has no rows.

    Parameters
    ----------
    table : pandas.DataFrame
        What was passed in.
    columns : tuple of str
        What it must have.
    name, maker : str
        What the table is called in messages, and the function that makes it.
    """
    if not isinstance(table, pd.DataFrame):
        raise TypeError(f"{name} must be a DataFrame as {maker} makes it, not {_a(table)}.")
    absent = [column for column in columns if column not in table.columns]
    if "timestamp" in absent:
        raise DataError(
            f"{name} has no column 'timestamp', and this needs to know when each event happened. "
            "Name the column of the times when you load the log: dr.load_clicks(…, time=…)."
        )
    if absent:
        raise DataError(f"{name} has no column {absent[0]!r}; make it with {maker}.")
    for column in columns:
        if isinstance(table[column], pd.DataFrame):
            raise DataError(f"{name} has the column {column!r} more than once: keep one of them.")
    if table.empty:
        raise DataError(f"{name} has no rows.")


def row_name(table: pd.DataFrame | pd.Series, place: int) -> object:
    """What to call a row in a message: its label, or its place where labels stand twice."""
    return table.index[place] if table.index.is_unique else place


def at(column: pd.Series, place: int, where: str) -> str:
    """The beginning of a sentence on one value of a column."""
    value = plain(column.iloc[place])
    return f"{where}: {column.name} in row {row_name(column, place)} of the table is {value!r}"


def all_there(column: pd.Series, gone: pd.Series, where: str, way: str = "Leave") -> None:
    """Refuse a column with gaps; `way` begins the sentence on what to do with those rows."""
    if gone.any():
        raise DataError(
            f"{_gap(column, gone.to_numpy(), where)}. {way} those rows out, with "
            f"dropna(subset=[{column.name!r}])."
        )


def _gap(column: pd.Series, gone: np.ndarray, where: str) -> str:
    return (
        f"{where}: {column.name} is missing in {_rows(int(gone.sum()))}, first in row "
        f"{row_name(column, int(gone.argmax()))} of the table"
    )


def _rows(number: int) -> str:
    return f"{number:,} row{'s' * (number != 1)}"


def _a(value: object) -> str:
    kind = type(value).__name__
    return f"{'an' if kind[0] in 'aeiouAEIOU' else 'a'} {kind}"


# ------------------------------------------------------------------ ids


def codes(column: pd.Series, name: str, where: str) -> tuple[np.ndarray, np.ndarray]:
    """Number the ids of a column.

    Parameters
    ----------
    column : pandas.Series
        Ids of whatever kind.
    name, where : str
        The column and the table, for messages.

    Returns
    -------
    codes : numpy.ndarray
        For each row the place of its id among the ids.
    ids : numpy.ndarray
        The different ids, ascending: int64 or uint64, or object where they are text.
    """
    if column.dtype == np.int64:
        return _in_order(*pd.factorize(column.to_numpy()))
    try:
        found, unique = pd.factorize(column)
    except TypeError:  # lists and the like, which have no hash
        ids(column, name, where)
        raise
    if len(found) and found.min() < 0 or pd.api.types.infer_dtype(column) in MIXED:
        ids(column, name, where)  # says what is missing, or of another kind
    if isinstance(column.dtype, pd.CategoricalDtype):
        unique = cast(Any, unique).categories.take(cast(Any, unique).codes)
    first = first_places(found, len(unique))
    checked = ids(pd.Series(unique), name, where, column.index.take(first))
    if len(set(checked.tolist())) < len(checked):  # such as 7 and 7.0 in a column of objects
        again, different = pd.factorize(checked)
        return _in_order(again[found], different)
    return _in_order(found, checked)


MIXED = ("mixed-integer", "mixed", "boolean")  # True is 1 to whoever only counts different values
BLOCK = 1_000_000  # rows at a time, where an array of all rows would cost memory


def _in_order(found: np.ndarray, unique: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Codes and ids, renumbered so that the ids ascend."""
    order = np.argsort(unique, kind="stable")
    place = np.empty(len(order), dtype=np.intp)
    place[order] = np.arange(len(order))
    return renumbered(found, place), unique[order]


def places(column: pd.Series, name: str, where: str, known: np.ndarray) -> np.ndarray:
    """For each row the place of its id among known ones, -1 where it is not there.

    Parameters
    ----------
    column, name, where
        As in `codes`.
    known : numpy.ndarray
        Different ids, as `ids` or `codes` returns them.
    """
    found, given = codes(column, name, where)
    return renumbered(found, pd.Index(known).get_indexer(pd.Index(given)))


def renumbered(found: np.ndarray, numbers: np.ndarray) -> np.ndarray:
    """``numbers[found]``, written over `found`."""
    for start in range(0, len(found), BLOCK):
        part = found[start : start + BLOCK]
        part[:] = numbers[part]
    return found


def first_places(found: np.ndarray, count: int) -> np.ndarray:
    """Where each of the codes 0 to count - 1 stands first."""
    first = np.empty(count, dtype=np.intp)
    for start in reversed(range(0, len(found), BLOCK)):
        part = found[start : start + BLOCK]
        first[part[::-1]] = np.arange(start + len(part))[: start - 1 if start else None : -1]
    return first


def ids(column: pd.Series, name: str, where: str, rows: pd.Index | None = None) -> np.ndarray:
    """Bring a column of ids into one kind, or say what is wrong with it.

    Parameters
    ----------
    column : pandas.Series
        Whole numbers of any type, whole floats that have all their digits, text, or UUIDs.
    name, where : str
        The column and the table, for messages.
    rows : pandas.Index, optional
        What to call each row in messages; by default the index of the column.

    Returns
    -------
    numpy.ndarray
        int64; uint64 where a number needs it; object where the ids are text.
    """
    if column.dtype == np.int64:
        return column.to_numpy()
    column = column if rows is None else column.set_axis(rows)
    column = column.rename(name)
    gone = no_id(column)
    if gone.any():
        raise missing_ids(column, gone, where)
    if isinstance(column.dtype, pd.CategoricalDtype):
        taken = column.cat.categories.take(column.cat.codes.to_numpy())
        column = pd.Series(taken, column.index, name=name)
    if column.dtype.kind == "i":
        return column.to_numpy(dtype=np.int64)
    if column.dtype.kind == "u":
        numbers = column.to_numpy(dtype=np.uint64)
        return numbers.astype(np.int64) if numbers.max(initial=0) < 2**63 else numbers
    if column.dtype.kind == "f":
        return _from_floats(column, where)
    if column.dtype.kind in "OUT" or pd.api.types.is_string_dtype(column.dtype):
        return _from_objects(column.astype(object), where)
    raise DataError(f"{at(column, 0, where)}, of the type {column.dtype}. {WHAT_IDS_ARE}")


WHAT_IDS_ARE = "Ids are whole numbers or text."


def no_id(column: pd.Series) -> np.ndarray:
    """True where an id is missing: nothing, blanks, or what a program writes for nothing."""
    gone = np.array(column.isna(), dtype=bool)
    if column.dtype.kind in "OUT" or isinstance(column.dtype, pd.CategoricalDtype):
        try:
            different = column.unique()
        except TypeError:  # lists and the like
            return gone
        text = [one for one in different if isinstance(one, str)]
        nothing = [one for one in text if one in NOTHING or one.isspace()]
        if nothing:
            gone |= column.isin(nothing).to_numpy(dtype=bool)
    return gone


def missing_ids(column: pd.Series, gone: np.ndarray, where: str) -> DataError:
    """The error for rows without an id."""
    first = column.iloc[int(gone.argmax())]
    instead = "" if pd.isna(first) else f" ({first!r} stands there)"
    return DataError(
        f"{_gap(column, gone, where)}{instead}. Nobody can be recommended anything without an id. "
        'Leave such rows out: load the log with dr.load_clicks(…, missing="drop").'
    )


def _from_floats(column: pd.Series, where: str) -> np.ndarray:
    """Whole numbers that stand as floats, as far as a float of that width keeps their digits."""
    numbers = column.to_numpy(dtype=np.float64)
    exact = 2.0 ** {2: 11, 4: 24}.get(getattr(column.dtype, "itemsize", 8), 53)
    for bad, what in (
        (~np.isfinite(numbers), "not a number"),
        (np.abs(numbers) >= exact, f"more than {column.dtype} keeps all digits of"),
        (np.trunc(numbers) != numbers, "not a whole number"),
    ):
        if bad.any():
            raise DataError(
                f"{at(column, int(bad.argmax()), where)}, {what}: the ids may be wrong already. "
                "Read the column as int64 or as text, from the original file."
            )
    return numbers.astype(np.int64)


def _from_objects(column: pd.Series, where: str) -> np.ndarray:
    """Ids that stand as Python objects: all text, or all whole numbers."""
    kinds = [_kind(value) for value in column]
    if "" in kinds:
        place = kinds.index("")
        bad = column.iloc[place]
        way = '.str.decode("utf-8")' if isinstance(bad, bytes) else ".astype(str)"
        raise DataError(
            f"{at(column, place, where)}, {_a(bad)}. {WHAT_IDS_ARE} Make text of them, with {way}."
        )
    if len(set(kinds)) > 1:
        place = next(p for p, kind in enumerate(kinds) if kind != kinds[0])
        raise DataError(
            f"{at(column, 0, where)}, {kinds[0]}, and in row {row_name(column, place)} it is "
            f"{column.iloc[place]!r}, {kinds[place]}. Ids must be of one kind: make all of them "
            "text, with .astype(str), in every table."
        )
    if not kinds or kinds[0] == "text":
        text = column.map(str)
        _check_powers(text, where)
        return text.to_numpy(dtype=object)
    floats = np.array([isinstance(value, (float, np.floating)) for value in column])
    for width in {np.dtype(type(value)) for value in column[floats]}:
        same = [isinstance(value, width.type) for value in column]
        _from_floats(column[same].astype(width), where)
    return _whole_numbers([int(value) for value in column], column, where)


def _whole_numbers(numbers: list[int], column: pd.Series, where: str) -> np.ndarray:
    """Python's whole numbers as int64 or uint64."""
    for dtype in (np.int64, np.uint64):
        limits = np.iinfo(dtype)
        if limits.min <= min(numbers) and max(numbers) <= limits.max:
            return np.array(numbers, dtype=dtype)
    place = next((p for p, n in enumerate(numbers) if not -(2**63) <= n < 2**64), 0)
    raise DataError(
        f"{at(column, place, where)}; the ids do not fit into 64 bits. Make all of them text, with "
        ".astype(str), in every table."
    )


def _kind(value: object) -> str:
    """What an id is: text, a whole number, or neither."""
    if isinstance(value, (str, uuid.UUID)):
        return "text"
    if isinstance(value, decimal.Decimal):
        return "a whole number" if value.is_finite() and value == int(value) else ""
    number = isinstance(value, (int, float, np.integer, np.floating))
    return "a whole number" if number and not isinstance(value, bool) else ""


def from_text(column: pd.Series, where: str) -> pd.Series:
    """Ids as a file spells them: numbers where every one is spelled as a whole number.

    ``007`` is a text, for as a number it would lose its zeros.
    """
    there = column[~no_id(column)]
    spelled = there.astype(str).str.strip()
    if len(there) and spelled.str.fullmatch(r"-?(0|[1-9]\d*)(\.0+)?").all():
        pointed = spelled.str.contains(".", regex=False)
        numbers = spelled.str.replace(r"\.0+$", "", regex=True).map(int).astype(object)
        large = pointed & (numbers.map(abs) >= EXACT)
        if large.any():
            raise _rounded(there[large], where)
        if numbers.map(lambda number: -(2**63) <= number < 2**64).all():
            return numbers.reindex(column.index)
    _check_powers(there, where)
    return column


def _check_powers(column: pd.Series, where: str) -> None:
    """Refuse texts that are all numbers, some of them as a spreadsheet writes what it rounded."""
    text = column.astype(str)
    powers = text.str.fullmatch(r"\s*[-+]?\d([.,]\d+[eE]\+?\d+|[eE]\+?(1[5-9]|[2-9]\d))\s*")
    if powers.any() and text.str.fullmatch(r"\s*[-+]?\d+([.,]\d+)?([eE]\+?\d+)?\s*").all():
        raise _rounded(column[powers], where)


def _rounded(column: pd.Series, where: str) -> DataError:
    return DataError(
        f"{at(column, 0, where)}: a decimal number keeps 15 digits, so ids may have been rounded, "
        "and two may have become one. A spreadsheet, or a column with gaps, does that; go back to "
        "the original file."
    )


def plain(value: Any) -> Any:
    """An id as Python has it: an int or a str."""
    return value.item() if isinstance(value, np.generic) else value


# ------------------------------------------------------------------ titles, kinds, values


def titles(column: pd.Series, items: np.ndarray) -> pd.Series:
    """Titles as text: numbers are written out, and where there is none stands the id.

    Parameters
    ----------
    column : pandas.Series
        One title per article.
    items : numpy.ndarray
        The ids of the articles.
    """
    gone = no_title(column)
    if pd.api.types.infer_dtype(column) == "string" and not gone.any():
        return column
    names = [
        str(item) if none else written(title)
        for title, none, item in zip(column, gone, items.tolist(), strict=True)
    ]
    return pd.Series(names, column.index, name=column.name)


def no_title(column: pd.Series) -> np.ndarray:
    """True where a title is missing or blank."""
    blank = np.array([not str(title).strip() for title in column.astype(object)], dtype=bool)
    return blank | column.isna().to_numpy(dtype=bool)


def titles_of(column: pd.Series, found: np.ndarray, items: np.ndarray) -> pd.Series:
    """The first title that each article has in a table, as text; its id where it has none.

    Parameters
    ----------
    column : pandas.Series
        A title per row.
    found : numpy.ndarray
        For each row the place of its article among the `items`.
    items : numpy.ndarray
        The ids of the articles.
    """
    rows = first_places(found, len(items))
    if no_title(column.iloc[rows]).any():
        titled = np.flatnonzero(~no_title(column))
        known, first = np.unique(found[titled], return_index=True)
        rows[known] = titled[first]
    return titles(column.iloc[rows], items)


def written(value: object) -> str:
    """A value as text; a whole number without the point that a column with gaps gives it."""
    whole = isinstance(value, (float, np.floating)) and value % 1 == 0
    return f"{value:.0f}" if whole else str(value)


def kinds(column: pd.Series, where: str) -> pd.Series:
    """Types of events as text, none missing."""
    gone = pd.Series(no_title(column), column.index)
    all_there(column, gone, where, "Say what happened there, with fillna, or leave")
    return column if pd.api.types.infer_dtype(column) == "string" else column.map(written)


def values(column: pd.Series, where: str) -> np.ndarray:
    """Numbers above 0, as float64."""
    if column.dtype.kind in "mMc" or isinstance(column.dtype, pd.DatetimeTZDtype):
        way = ".dt.total_seconds() makes numbers of durations." if column.dtype.kind == "m" else ""
        raise DataError(f"{at(column, 0, where)}, of the type {column.dtype}, no number. {way}")
    numbers = column if column.dtype.kind in "iuf" else pd.to_numeric(column, errors="coerce")
    found = numbers.to_numpy(dtype=np.float64, na_value=np.nan)
    bad = ~(np.isfinite(found) & (found > 0))
    if bad.any():
        first = int(bad.argmax())
        raise DataError(f"{at(column, first, where)}{_no_amount(column, found, bad, first)}")
    return found


def _no_amount(column: pd.Series, found: np.ndarray, bad: np.ndarray, first: int) -> str:
    """Why a value is no number above 0, and what to do."""
    text, many = column.iloc[first], f"({_rows(int(bad.sum()))} cannot be used.)"
    if isinstance(text, str) and re.fullmatch(r"\s*\d{1,3}(,\d{3})+(\.\d+)?\s*", text):
        return (
            ", and nobody can say whether the comma stands before decimals or between thousands. "
            "Read the file with pd.read_csv(…, decimal=',') or pd.read_csv(…, thousands=','), with "
            "the sep= of the file, and pass the DataFrame."
        )
    if isinstance(text, str) and re.fullmatch(r"\s*\d+,\d+\s*", text):
        return (
            ", with a decimal comma. Read the file with pd.read_csv(…, decimal=','), with the "
            "sep= of the file, and pass the DataFrame."
        )
    if np.isnan(found[first]) and not pd.isna(text):
        return f", which is no number. Make numbers of the column before it comes here. {many}"
    if not np.isfinite(found[first]):
        return f", no number that could be added up. Leave such rows out. {many}"
    return (
        f"; it must be above 0, because it says how much something happened. Leave out what did "
        f"not happen, or what was disliked: table[table[{column.name!r}] > 0]. {many}"
    )

"""The door that all data come through: what an id, a time, a title, a value must be.

`load_clicks` brings other logs into this shape; the chapters' functions ask here for what they
need and trust it afterwards.

- An id is a whole number of 64 bits or a text. A column has one kind, and none is missing.
- A time is a whole number of seconds since 1970, UTC.
- A title is a text.
"""

from __future__ import annotations

import decimal
import re
import uuid
from typing import Any, cast

import numpy as np
import pandas as pd

EXACT = 2**53  # from here on a float no longer holds every whole number
# Times before are those of toys; among real ones they stand for "unknown".
REAL, LATEST = (int(pd.Timestamp(day).timestamp()) for day in ("1980-01-01", "2100-01-01"))
UNITS = {1: "seconds", 10**3: "milliseconds", 10**6: "microseconds", 10**9: "nanoseconds"}
# What other programs write where there was nothing.
NOTHING = frozenset(("", "nan", "NaN", "None", "<NA>", "NaT", "null", "NULL"))
WITH_LOAD_CLICKS = "dr.load_clicks(…, time=…) reads them and makes seconds of them."


class DataError(ValueError):
    """A data file or table is not what the course needs; the message says where and what to do."""


class MissingIdsError(DataError):
    """Ids are missing, which may be left out on purpose."""


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
    if len(found) and found.min() < 0:
        ids(column, name, where)  # says which are missing
    if isinstance(column.dtype, pd.CategoricalDtype):
        unique = cast(Any, unique).categories.take(cast(Any, unique).codes)
    first = first_places(found, len(unique))
    checked = ids(pd.Series(unique), name, where, column.index.to_numpy()[first])
    if len(set(checked.tolist())) < len(checked):  # such as 7 and 7.0 in a column of objects
        again, different = pd.factorize(checked)
        return _in_order(again[found], different)
    return _in_order(found, checked)


BLOCK = 1_000_000  # rows at a time, where an array of all rows would cost memory


def _in_order(found: np.ndarray, unique: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Codes and ids, renumbered so that the ids ascend."""
    order = np.argsort(unique, kind="stable")
    place = np.empty(len(order), dtype=np.intp)
    place[order] = np.arange(len(order))
    return renumbered(found, place), unique[order]


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


def ids(column: pd.Series, name: str, where: str, rows: np.ndarray | None = None) -> np.ndarray:
    """Bring a column of ids into one kind, or say what is wrong with it.

    Parameters
    ----------
    column : pandas.Series
        Whole numbers of any type, whole floats below 2**53, text, or UUIDs.
    name, where : str
        The column and the table, for messages.
    rows : numpy.ndarray, optional
        What to call each row in messages; by default the index of the column.

    Returns
    -------
    numpy.ndarray
        int64; uint64 where a number needs it; object where the ids are text.
    """
    if column.dtype == np.int64:
        return column.to_numpy()
    rows = column.index.to_numpy() if rows is None else rows
    gone = no_id(column)
    if gone.any():
        raise MissingIdsError(missing_ids(gone, name, where, rows))
    if isinstance(column.dtype, pd.CategoricalDtype):
        column = pd.Series(column.cat.categories.take(column.cat.codes.to_numpy()))
    if column.dtype.kind in "iu":
        return _narrow(column.to_numpy(dtype=np.uint64 if column.dtype.kind == "u" else np.int64))
    if column.dtype.kind == "f":
        return _from_floats(column.to_numpy(dtype=np.float64), name, where, rows)
    if column.dtype.kind in "OUT" or pd.api.types.is_string_dtype(column.dtype):
        return _from_objects(column.to_numpy(dtype=object), name, where, rows)
    raise DataError(
        f"{where}: {name} is of the type {column.dtype}. Ids are whole numbers or text."
    )


def no_id(column: pd.Series) -> np.ndarray:
    """True where an id is missing: nothing, blanks, or what a program writes for nothing."""
    gone = np.array(column.isna(), dtype=bool)
    if column.dtype.kind in "OUT" or isinstance(column.dtype, pd.CategoricalDtype):
        text = [one for one in column.map(str, na_action="ignore").unique() if isinstance(one, str)]
        nothing = [one for one in text if one in NOTHING or one.isspace()]
        if nothing:
            gone |= column.isin(nothing).to_numpy(dtype=bool)
    return gone


def missing_ids(gone: np.ndarray, name: str, where: str, rows: np.ndarray) -> str:
    """The sentence on rows without an id."""
    number, first = int(gone.sum()), rows[gone.argmax()]
    return (
        f"{where}: {name} is missing in {number:,} row{'s' * (number > 1)}, first in row {first} "
        "of the table. Nobody can be recommended anything without an id: leave such rows out, "
        f"with dropna(subset=[{name!r}]) or, when you load the log, with "
        'dr.load_clicks(…, missing="drop").'
    )


def _narrow(numbers: np.ndarray) -> np.ndarray:
    """int64 wherever it holds all of the numbers."""
    if numbers.dtype == np.uint64 and (not len(numbers) or numbers.max() < 2**63):
        return numbers.astype(np.int64)
    return numbers


def _from_floats(numbers: np.ndarray, name: str, where: str, rows: np.ndarray) -> np.ndarray:
    for bad, what in (
        (~np.isfinite(numbers), "not a number"),
        (np.abs(numbers) >= EXACT, "a float with more digits than a float keeps"),
        (np.trunc(numbers) != numbers, "not a whole number"),
    ):
        if bad.any():
            place = int(bad.argmax())
            raise DataError(
                f"{where}: {name} in row {rows[place]} of the table is {plain(numbers[place])!r}, "
                f"{what}: "
                "the ids may be wrong already. Read the column as int64 or as text, from the "
                "original file."
            )
    return numbers.astype(np.int64)


def _from_objects(values: np.ndarray, name: str, where: str, rows: np.ndarray) -> np.ndarray:
    """Ids that stand as Python objects: all text, or all whole numbers."""
    kinds = [_kind(value) for value in values]
    other = [place for place, kind in enumerate(kinds) if kind != kinds[0]]
    if other or (kinds and not kinds[0]):
        place = next((p for p, kind in enumerate(kinds) if not kind), other[0] if other else 0)
        bad = values[place]
        if not kinds[place]:
            raise DataError(
                f"{where}: {name} in row {rows[place]} of the table is {bad!r}, {_a(bad)}. Ids are "
                "whole numbers or text."
            )
        raise DataError(
            f"{where}: {name} is {kinds[0]} in row {rows[0]} of the table ({values[0]!r}) and "
            f"{kinds[place]} in row {rows[place]} ({bad!r}). Ids must be of one kind: "
            f"make all of them text, with .astype(str), in every table."
        )
    if not kinds or kinds[0] == "text":
        text = pd.Series([str(value) for value in values], rows, dtype=object)
        _check_powers(text, name, where)
        return text.to_numpy()
    floats = np.array([isinstance(value, float) for value in values])
    if floats.any():
        _from_floats(values[floats].astype(np.float64), name, where, rows[floats])
    return whole_numbers([int(value) for value in values], name, where, rows)


def whole_numbers(numbers: list[int], name: str, where: str, rows: np.ndarray) -> np.ndarray:
    """Python's whole numbers as int64 or uint64."""
    for dtype in (np.int64, np.uint64):
        limits = np.iinfo(dtype)
        if limits.min <= min(numbers) and max(numbers) <= limits.max:
            return np.array(numbers, dtype=dtype)
    place = next((p for p, n in enumerate(numbers) if not -(2**63) <= n < 2**64), 0)
    raise DataError(
        f"{where}: {name} in row {rows[place]} of the table is {numbers[place]}; the ids do not "
        "fit into 64 bits. Make all of them text, with .astype(str), in every table."
    )


def _kind(value: object) -> str:
    """What an id is: text, a whole number, or neither."""
    if isinstance(value, (str, uuid.UUID)):
        return "text"
    number = isinstance(value, (int, float, np.integer, np.floating, decimal.Decimal))
    if not number or isinstance(value, (bool, np.bool_)):
        return ""
    if isinstance(value, decimal.Decimal):
        return "a whole number" if value.is_finite() and value == int(value) else ""
    return "a whole number"


def from_text(column: pd.Series, name: str, where: str) -> pd.Series:
    """Ids as a file spells them: numbers where every one is spelled as a whole number.

    ``007`` is a text, for as a number it would lose its zeros.
    """
    there = column[~no_id(column)]
    spelled = there.astype(str).str.strip()
    if spelled.str.fullmatch(r"-?(0|[1-9]\d*)(\.0+)?").all() and len(there):
        whole = spelled.str.removesuffix(".0") if spelled.str.endswith(".0").any() else spelled
        numbers = [int(float(s)) if "." in s else int(s) for s in whole]
        pointed = spelled.str.contains(".", regex=False).to_numpy()
        large = np.array([abs(n) >= EXACT for n in numbers]) & pointed
        if large.any():
            raise _rounded(there[large], name, where)
        if all(-(2**63) <= n < 2**64 for n in numbers):
            kept = pd.Series(numbers, index=there.index, dtype=object)
            return kept.reindex(column.index)
    _check_powers(there, name, where)
    return column


def _check_powers(column: pd.Series, name: str, where: str) -> None:
    """Refuse texts that are all numbers, some of them as a spreadsheet writes what it rounded."""
    powers = column.astype(str).str.fullmatch(r"\s*[-+]?\d([.,]\d+)?[eE]\+?\d+\s*")
    if not powers.any():
        return
    if column.astype(str).str.fullmatch(r"\s*[-+]?\d+([.,]\d+)?([eE]\+?\d+)?\s*").all():
        raise _rounded(column[powers], name, where)


def _rounded(column: pd.Series, name: str, where: str) -> DataError:
    return DataError(
        f"{where}: {name} in row {column.index[0]} of the table is {column.iloc[0]!r}: a decimal "
        "number keeps 15 digits, so ids may have been rounded, and two may have become one. A "
        "spreadsheet, or a column with gaps, does that; go back to the original file."
    )


def one_kind(first: np.ndarray, second: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Two arrays of ids in the one type that holds both, if they are of one kind."""
    kinds = {first.dtype.kind, second.dtype.kind}
    if kinds == {"i", "u"}:
        signed, unsigned = (first, second) if first.dtype.kind == "i" else (second, first)
        if (signed >= 0).all():
            signed = signed.astype(np.uint64)
        pair = (signed, unsigned)
        return pair if first.dtype.kind == "i" else pair[::-1]
    return first, second


def plain(value: Any) -> Any:
    """An id as Python has it: an int or a str."""
    return value.item() if isinstance(value, np.generic) else value


# ------------------------------------------------------------------ times


def times(column: pd.Series, where: str) -> np.ndarray:
    """Times that are whole seconds UTC of a plausible year, as int64, or an error that says why."""
    if column.dtype.kind not in "iuf":
        raise DataError(
            f"{_at(column, 0, where)}, of the type {column.dtype}; times are whole seconds since "
            f"1970, UTC. {WITH_LOAD_CLICKS}"
        )
    _all_there(column, column.isna(), where)
    values = column.to_numpy(dtype=np.float64 if column.dtype.kind == "f" else np.int64)
    fractions = values % 1 != 0 if column.dtype.kind == "f" else np.zeros(0, dtype=bool)
    if fractions.any():
        place = int(fractions.argmax())
        raise DataError(f"{_at(column, place, where)}; times are whole seconds. {WITH_LOAD_CLICKS}")
    values = values.astype(np.int64, copy=False)
    if len(values):
        _plausible(values, column, where)
    return values


def _plausible(values: np.ndarray, column: pd.Series, where: str) -> None:
    """Refuse seconds that are milliseconds, or that stand for an unknown time."""
    low, high = int(values.min()), int(values.max())
    if high >= LATEST:
        unit = next((u for u in UNITS if REAL <= high // u < LATEST), None)
        guess = f"; in {UNITS[unit]} it would be {_day(high // unit)}" if unit else ""
        raise DataError(
            f"{_at(column, int(values.argmax()), where)}, no plausible number of seconds since "
            f"1970{guess}. {WITH_LOAD_CLICKS}"
        )
    if low < -REAL or low < REAL <= high:
        raise DataError(
            f"{_at(column, int(values.argmin()), where)}, which is {_day(low)}; the latest time "
            f"there is {_day(high)}. If it stands for an unknown time, leave such rows out."
        )


def _at(column: pd.Series, place: int, where: str) -> str:
    """The beginning of a sentence on one value."""
    value = plain(column.iloc[place])
    return f"{where}: {column.name} in row {column.index[place]} of the table is {value!r}"


def _all_there(column: pd.Series, gone: pd.Series, where: str, way: str = "Leave") -> None:
    """Refuse a column with gaps."""
    number = int(gone.sum())
    if number:
        raise DataError(
            f"{where}: {column.name} is missing in {number:,} row{'s' * (number > 1)}, first in "
            f"row {column.index[int(gone.to_numpy().argmax())]} of the table. {way} "
            f"those rows out, with dropna(subset=[{column.name!r}])."
        )


def _day(second: int) -> str:
    try:
        return f"{pd.Timestamp(int(second), unit='s'):%Y-%m-%d}"
    except (ValueError, OverflowError):  # beyond what a calendar of 64 bits holds
        return "no date"


def seconds(column: pd.Series, where: str) -> tuple[np.ndarray, str]:
    """Make whole seconds UTC of times in whatever form.

    Parameters
    ----------
    column : pandas.Series
        Unix seconds, milliseconds or finer, datetimes with or without a zone, or ISO text.
    where : str
        The table, for messages.

    Returns
    -------
    times : numpy.ndarray
        int64.
    note : str
        What they were taken for.
    """
    way = "Load the log without time=, or leave"
    _all_there(column, column.isna() | column.isin(NOTHING), where, way)
    if isinstance(column.dtype, pd.CategoricalDtype):
        column = column.astype(column.cat.categories.dtype)
    if isinstance(column.dtype, pd.PeriodDtype):
        column = column.dt.to_timestamp()
    if pd.api.types.is_bool_dtype(column.dtype) or column.dtype.kind == "m":
        raise DataError(f"{where}: {column.name} is of the type {column.dtype}, which is no time.")
    if column.dtype.kind in "iuf":
        return _from_numbers(column, where)
    if column.dtype.kind == "M" or isinstance(column.dtype, pd.DatetimeTZDtype):
        return _from_datetimes(column, where)
    return _from_words(column, where)


def _from_numbers(column: pd.Series, where: str) -> tuple[np.ndarray, str]:
    values = column.to_numpy(dtype=np.float64 if column.dtype.kind == "f" else np.int64)
    middle = np.median(values)
    for unit, word in UNITS.items():
        if REAL * unit <= middle < LATEST * unit:
            odd = ~((values >= 0) & (values < LATEST * unit))
            if odd.any():
                raise DataError(
                    f"{_at(column, int(odd.argmax()), where)}. Most are Unix {word}, such as "
                    f"{middle:.0f}; this one is no plausible time in {word}. Bring all to one unit."
                )
            whole = np.floor_divide(values, unit).astype(np.int64)
            return times(pd.Series(whole, column.index, name=column.name), where), f"Unix {word}"
    dates = re.fullmatch(r"(19|20)\d\d(0[1-9]|1[0-2])([0-2]\d|3[01])", f"{middle:.0f}")
    parse = f'pd.to_datetime(table["{column.name}"].astype(str), format="%Y%m%d")'
    raise DataError(
        f"{_at(column, 0, where)}; such numbers are no Unix time, in seconds, milliseconds or "
        "finer, of the years 1980 to 2099. "
        + (f"They look like dates: {parse} parses them." if dates else "What do they count?")
    )


def _from_datetimes(column: pd.Series, where: str) -> tuple[np.ndarray, str]:
    zone = getattr(column.dtype, "tz", None)
    naive = column if zone is None else column.dt.tz_convert("UTC").dt.tz_localize(None)
    whole = naive.to_numpy(dtype="datetime64[s]").astype(np.int64)
    note = "datetimes without a zone, taken for UTC" if zone is None else f"datetimes, {zone}"
    return times(pd.Series(whole, column.index, name=column.name), where), note


ISO = r"\s*\d{4}([-/.])?\d\d?.*"
ZONE = r".*(Z|[+-]\d\d:?(\d\d)?)\s*"


def _from_words(column: pd.Series, where: str) -> tuple[np.ndarray, str]:
    """Datetimes that stand as objects, numbers that stand as text, or ISO text."""
    if pd.api.types.infer_dtype(column) in ("datetime", "datetime64", "date"):
        zones = column.map(lambda one: getattr(one, "tzinfo", None) is not None)
        note = "datetimes" + ("" if zones.all() else " without a zone, taken for UTC")
        return _from_datetimes(pd.to_datetime(column, utc=True), where)[0], note
    words = column.astype(str).str.strip()
    if words.str.fullmatch(r"[+-]?\d{9,}(\.\d*)?").all():
        return _from_numbers(pd.Series(pd.to_numeric(words), column.index, name=column.name), where)
    odd = ~words.str.fullmatch(ISO)
    if not odd.any():
        # Year first, so that day and month are where ISO has them, whatever stands between.
        iso = words.str.replace(r"^(\d{4})[/.](\d\d?)[/.](\d\d?)", r"\1-\2-\3", regex=True)
        iso = iso.str.replace(r"\s*(UTC|GMT|z)$", "Z", regex=True)
        parsed = pd.to_datetime(iso, format="ISO8601", utc=True, errors="coerce")
        odd = parsed.isna()
    if odd.any():
        raise _no_iso(column, words, int(odd.to_numpy().argmax()), where)
    without = ~iso.str.slice(10).str.fullmatch(ZONE)
    note = "ISO text" + (" without a zone, taken for UTC" if without.any() else "")
    return _from_datetimes(parsed, where)[0], note


def _no_iso(column: pd.Series, words: pd.Series, row: int, where: str) -> DataError:
    table = f'table["{column.name}"]'
    parts = words.str.extract(r"^(\d\d?)[/.-](\d\d?)[/.-](\d{4}|\d\d)\b")
    start = _at(column, row, where)
    if parts.isna().any(axis=None):
        return DataError(
            f"{start}, neither a Unix time nor an ISO date such as 2016-06-13T10:00:00. Parse the "
            f"column first: pd.to_datetime({table}, format=…), with the codes of your format."
        )
    sign = re.sub(r"\d", "", words.iloc[row][:3])[0]
    year = "%Y" if parts[2].str.len().max() == 4 else "%y"
    rest = words.iloc[row].split(" ", 1)[1:] and (
        " %H:%M:%S" if words.iloc[row].count(":") > 1 else " %H:%M"
    )
    day_first, month_first = (
        f'pd.to_datetime({table}, format="{sign.join((*order, year))}{rest or ""}")'
        for order in (("%d", "%m"), ("%m", "%d"))
    )
    first, second = (parts[part].astype(int).max() for part in (0, 1))
    if first > 12 >= second:
        return DataError(f"{start}, the day first. Parse the column first: {day_first}.")
    if second > 12 >= first:
        return DataError(f"{start}, the month first. Parse the column first: {month_first}.")
    return DataError(
        f"{start}: day and month cannot be told apart. Parse the column first: {day_first} if the "
        f"day comes first, {month_first} if the month does."
    )


# ------------------------------------------------------------------ titles, kinds, values


def titles(column: pd.Series, of: np.ndarray) -> pd.Series:
    """Titles as text: numbers are written out, and where there is none stands the id.

    Parameters
    ----------
    column : pandas.Series
        The titles.
    of : numpy.ndarray
        The ids of the articles.
    """
    if pd.api.types.infer_dtype(column) == "string" and not column.isna().any():
        return column
    names = [
        _written(title) if not pd.isna(title) and str(title).strip() else str(item)
        for title, item in zip(column.astype(object), of, strict=True)
    ]
    return pd.Series(names, index=column.index, name=column.name)


def _written(title: object) -> str:
    whole = isinstance(title, (float, np.floating)) and title % 1 == 0
    return f"{title:.0f}" if whole else str(title)


def kinds(column: pd.Series, where: str) -> pd.Series:
    """Types of events as text, none missing."""
    _all_there(column, column.isna(), where, "Say what happened there, with fillna, or leave")
    return column if pd.api.types.infer_dtype(column) == "string" else column.astype(str)


def values(column: pd.Series, where: str) -> np.ndarray:
    """Numbers above 0, as float64."""
    numbers = column if column.dtype.kind in "iuf" else pd.to_numeric(column, errors="coerce")
    found = numbers.to_numpy(dtype=np.float64, na_value=np.nan)
    bad = ~(np.isfinite(found) & (found > 0))
    if bad.any():
        number, first = int(bad.sum()), int(bad.argmax())
        if re.fullmatch(r"\d+,\d+", str(column.iloc[first])):
            raise DataError(
                f"{_at(column, first, where)}, with a decimal comma: read the file with "
                "pd.read_csv(…, decimal=',') and pass the DataFrame."
            )
        raise DataError(
            f"{_at(column, first, where)}; it must be a number above 0, because it "
            f"says how much something happened ({number:,} row{'s are' if number > 1 else ' is'} "
            "not). Leave out what did not happen, or what was disliked: "
            f"table[table[{column.name!r}] > 0]."
        )
    return found

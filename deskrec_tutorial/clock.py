"""Times: what the course's functions take for one, and how those of other logs become one.

Inside it is always whole seconds since 1970, UTC.
"""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from .door import NOTHING, DataError, all_there, at

# Times before are those of toys; among real ones they stand for "unknown".
REAL, LATEST = (int(pd.Timestamp(day).timestamp()) for day in ("1980-01-01", "2100-01-01"))
UNITS = {1: "seconds", 10**3: "milliseconds", 10**6: "microseconds", 10**9: "nanoseconds"}
WITH_LOAD_CLICKS = "dr.load_clicks(…, time=…) reads such times and makes seconds of them."
UNKNOWN = "If it stands for an unknown time, leave such rows out."


def times(column: pd.Series, where: str, way: str = WITH_LOAD_CLICKS) -> np.ndarray:
    """Check times that should be whole seconds already.

    Parameters
    ----------
    column : pandas.Series
        Whole numbers of a plausible year.
    where : str
        The table, for messages.
    way : str
        What to do about others, for messages.

    Returns
    -------
    numpy.ndarray
        int64.
    """
    if column.dtype.kind not in "iuf":
        raise DataError(
            f"{at(column, 0, where)}, of the type {column.dtype}; times are whole seconds since "
            f"1970, UTC. {way}"
        )
    all_there(column, column.isna(), where)
    values = _numbers(column, where)
    fractions = np.trunc(values) != values
    if fractions.any():
        place = int(fractions.argmax())
        raise DataError(f"{at(column, place, where)}; times are whole seconds. {way}")
    values = values.astype(np.int64, copy=False)
    if len(values):
        _plausible(values, column, where, way)
    return values


def _numbers(column: pd.Series, where: str) -> np.ndarray:
    """int64 or float64; floats that are too short for a time are refused."""
    if column.dtype.kind == "f" and getattr(column.dtype, "itemsize", 8) < 8:
        raise DataError(
            f"{where}: {column.name} is {column.dtype}, which keeps 7 digits or fewer: the times "
            "are off by a minute or more already. Read the column as int64 or float64."
        )
    return column.to_numpy(dtype=np.float64 if column.dtype.kind == "f" else np.int64)


def _plausible(values: np.ndarray, column: pd.Series, where: str, way: str) -> None:
    """Refuse seconds that are milliseconds, or that stand for an unknown time."""
    low, high = int(values.min()), int(values.max())
    if high >= LATEST:
        unit = next((u for u in UNITS if REAL <= high // u < LATEST), None)
        guess = f"; in {UNITS[unit]} it would be {_day(high // unit)}" if unit else ""
        raise DataError(
            f"{at(column, int(values.argmax()), where)}, which as seconds since 1970 is no "
            f"plausible time{guess}. {way}"
        )
    if low < -REAL or low < REAL <= high:
        raise DataError(
            f"{at(column, int(values.argmin()), where)}, which is {_day(low)}; the latest time "
            f"there is {_day(high)}. {UNKNOWN}"
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
    all_there(column, column.isna() | column.isin(NOTHING), where, way)
    if isinstance(column.dtype, pd.CategoricalDtype):
        column = column.astype(column.cat.categories.dtype)
    if isinstance(column.dtype, pd.PeriodDtype):
        column = column.dt.to_timestamp()
    if pd.api.types.is_bool_dtype(column.dtype) or column.dtype.kind in "mc":
        raise DataError(f"{where}: {column.name} is of the type {column.dtype}, which is no time.")
    if column.dtype.kind in "iuf":
        return _from_numbers(column, where)
    if column.dtype.kind == "M" or isinstance(column.dtype, pd.DatetimeTZDtype):
        return _from_datetimes(column, where)
    return _from_words(column, where)


def _from_numbers(column: pd.Series, where: str) -> tuple[np.ndarray, str]:
    values = _numbers(column, where)
    middle = np.median(values)
    unit = next((unit for unit in UNITS if REAL * unit <= middle < LATEST * unit), None)
    if unit is None:
        raise DataError(
            f"{at(column, 0, where)}; such numbers are no Unix time, in seconds, milliseconds or "
            f"finer, of the years 1980 to 2099. {_what_they_count(column)}"
        )
    odd = ~((values > 0) & (values < LATEST * unit))
    if odd.any():
        place = int(odd.argmax())
        value = column.iloc[place]
        way = UNKNOWN if value <= 0 or np.isinf(value) else "Bring all to one unit."
        raise DataError(
            f"{at(column, place, where)}, while most are Unix {UNITS[unit]}, such as "
            f"{middle:.0f}. {way}"
        )
    whole = np.floor_divide(values, unit).astype(np.int64)
    return times(_like(column, whole), where, ""), f"Unix {UNITS[unit]}"


def _like(column: pd.Series, values: np.ndarray) -> pd.Series:
    return pd.Series(values, column.index, name=column.name)


def _what_they_count(column: pd.Series) -> str:
    """The line that parses numbers which are dates in another guise, if it does."""
    table = f"table[{column.name!r}]"
    for form in ("%Y%m%d", "%Y%m%d%H%M%S"):
        if _plausible_dates(column.astype(str), format=form):
            line = f'pd.to_datetime({table}.astype(str), format="{form}")'
            return f"They look like dates: {line} parses them."
    if _plausible_dates(column, unit="D", origin="1899-12-30"):
        line = f'pd.to_datetime({table}, unit="D", origin="1899-12-30")'
        return f"They look like a spreadsheet's days: {line} parses them."
    return "What do they count?"


def _plausible_dates(column: pd.Series, **how: str) -> bool:
    parsed = _parsed(column, **how)
    return parsed is not None and bool(parsed.dt.year.between(1980, 2099).all())


def _parsed(column: pd.Series, **how: str) -> pd.Series | None:
    """What pandas makes of all of a column; None where it fails."""
    try:
        return pd.to_datetime(column, **how)  # type: ignore[call-overload]
    except (ValueError, OverflowError, TypeError):
        return None


def _from_datetimes(column: pd.Series, where: str) -> tuple[np.ndarray, str]:
    zone = getattr(column.dtype, "tz", None)
    naive = column if zone is None else column.dt.tz_convert("UTC").dt.tz_localize(None)
    whole = naive.to_numpy(dtype="datetime64[s]").astype(np.int64)
    note = "datetimes without a zone, taken for UTC" if zone is None else f"datetimes, {zone}"
    return times(_like(column, whole), where, ""), note


def _from_words(column: pd.Series, where: str) -> tuple[np.ndarray, str]:
    """Datetimes that stand as objects, numbers that stand as text, or ISO text."""
    if pd.api.types.infer_dtype(column) in ("datetime", "datetime64", "date"):
        bare = column.map(lambda one: getattr(one, "tzinfo", None) is None)
        last = column.map(lambda one: one.year)
        if last.max() >= 2100:  # pandas may not hold it
            place = int(last.to_numpy().argmax())
            raise DataError(f"{at(column, place, where)}, no plausible time. {UNKNOWN}")
        whole, _ = _from_datetimes(pd.to_datetime(column, utc=True), where)
        return whole, "datetimes" + _without_zone(bare)
    words = column.astype(str)
    if words.str.fullmatch(r"\s*[+-]?\d{9,}(\.\d*)?\s*").all():
        return _from_numbers(_like(column, pd.to_numeric(words).to_numpy()), where)
    parsed = _iso(words)
    if parsed.isna().any():
        # Year first, so that day and month are where ISO has them, whatever stands between.
        words = words.str.strip().str.replace(
            r"^(\d{4})[/.](\d\d?)[/.](\d\d?)", r"\1-\2-\3", regex=True
        )
        words = words.str.replace(r"\s*(UTC|GMT|z)$", "Z", regex=True)
        parsed = _iso(words)
    if parsed.isna().any():
        raise _no_iso(column, int(parsed.isna().to_numpy().argmax()), where)
    bare = ~words.str.slice(10).str.contains(r"[Zz+-]")
    return _from_datetimes(parsed, where)[0], "ISO text" + _without_zone(bare)


def _iso(words: pd.Series) -> pd.Series:
    """Datetimes of ISO text; a year, or a year and a month, say too little."""
    long = words.where(words.str.len() >= 8)
    return pd.to_datetime(long, format="ISO8601", utc=True, errors="coerce")


def _without_zone(bare: pd.Series) -> str:
    if not bare.any():
        return ""
    return f"{'' if bare.all() else f', {bare.sum():,} of them'} without a zone, taken for UTC"


DATE = r"(\d\d?)([/.-])(\d\d?)[/.-](\d{4}|\d\d)\b"
ORDERS = {"the day": "%d{0}%m{0}{1}", "the month": "%m{0}%d{0}{1}", "the year": "%y{0}%m{0}%d"}
# What a clock's part of a text looks like, and its code.
CODES = (
    (r"\d{1,2}:\d\d:\d\d", "%H:%M:%S"), (r"\d{1,2}:\d\d", "%H:%M"),
    (r"\d{1,2}\.\d\d\.\d\d", "%H.%M.%S"), (r"(?<!\d|:)\d{1,2}\.\d\d(?!\d)", "%H.%M"),
    (r"(?<=%S)\.\d{1,6}", ".%f"), (r"[+-]\d\d:?\d\d\b", "%z"), (r"\b[AaPp][Mm]\b", "%p"),
)  # fmt: skip


def _no_iso(column: pd.Series, row: int, where: str) -> DataError:
    """Say which line parses a column, or that day and month cannot be told apart."""
    start = at(column, row, where)
    text = str(column.iloc[row]).strip()
    table, as_text = f"table[{column.name!r}]", column.astype(str).str.strip()
    lines = {
        order: f'pd.to_datetime({table}, format="{form}")'
        for order, form in _formats(text).items()
        if _parsed(as_text, format=form) is not None
    }
    if not lines:
        return DataError(
            f"{start}, neither a Unix time nor an ISO date such as 2016-06-13T10:00:00. Parse the "
            f"column first: pd.to_datetime({table}, format=…), with the codes of your format."
        )
    if len(lines) == 1:
        order, line = next(iter(lines.items()))
        return DataError(f"{start}, {order} first. Parse the column first: {line}.")
    choices = ", ".join(f"{line} if {order} comes first" for order, line in lines.items())
    parts = "day, month and year" if len(lines) == 3 else "day and month"
    return DataError(f"{start}: {parts} cannot be told apart. Parse the column first: {choices}.")


def _formats(text: str) -> dict[str, str]:
    """For each order of day and month the format of such a text."""
    date = re.match(DATE, text)
    if not date:
        return {}
    rest = text[date.end() :].replace("%", "%%")
    for pattern, code in CODES:
        rest = re.sub(pattern, code, rest)
    if "%p" in rest:
        rest = rest.replace("%H", "%I")
    year = "%Y" if len(date[4]) == 4 else "%y"
    orders = [order for order in ORDERS if year == "%y" or order != "the year"]
    return {order: ORDERS[order].format(date[2], year) + rest for order in orders}

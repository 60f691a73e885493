"""Say in JSON what an answer has returned; `decode` makes it a value again.

Runs where the answers run.  Numbers, texts, containers, NumPy arrays, sparse matrices and pandas
tables are carried over; of anything else only its type.
"""

from __future__ import annotations

import base64
import datetime
import decimal
import fractions
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

LARGEST = 64 * 2**20  # characters of one reply
MOST = 5_000_000  # values in one value
_left = MOST  # of what is being encoded
DEEPEST = 60  # containers in containers
PLAIN = (bool, int, float, str, type(None))
NULLABLE = {
    "boolean",
    *("Float32", "Float64"),
    *(f"{sign}nt{bits}" for sign in ("I", "UI") for bits in (8, 16, 32, 64)),
}
BY_TEXT = (decimal.Decimal, fractions.Fraction)
BY_ISO = (datetime.datetime, datetime.date, datetime.time)
FORMATS = ("csr", "csc", "coo", "bsr", "dia", "dok", "lil")


def encode(value: Any, depth: int = 0) -> Any:
    """Turn a value into what JSON can hold; everything but plain values gets a kind.

    Raises
    ------
    ValueError
        If it has more than `MOST` parts.
    """
    global _left
    _left = _left if depth else MOST
    if type(value) in PLAIN:
        return value
    if depth > DEEPEST:
        return _other(value)
    for kinds, to_json in ENCODERS:
        if isinstance(value, kinds):
            return to_json(value, depth + 1)
    return _other(value)


def _many(values: Any, depth: int) -> list[Any]:
    """Encode values that stand in a row; all rows of a value together have a largest length."""
    global _left
    values = list(values)
    _left -= len(values)
    if _left < 0:
        raise ValueError(f"a value with more than {MOST:,} parts")
    if all(type(one) in PLAIN for one in values):
        return values
    return [encode(one, depth) for one in values]


def _other(value: Any) -> dict[str, Any]:
    return {"$": "other", "type": type(value).__name__[:60]}


def _container(kind: str) -> Callable[[Any, int], Any]:
    return lambda value, depth: {"$": kind, "items": _many(value, depth)}


def _dict(value: dict[Any, Any], depth: int) -> dict[str, Any]:
    return {
        "$": "dict",
        "keys": _many(value.keys(), depth),
        "values": _many(value.values(), depth),
    }


def _raw(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _array(value: np.ndarray, depth: int) -> dict[str, Any]:
    if isinstance(value, np.ma.MaskedArray) or value.dtype.kind not in "biufcmMSUO":
        return _other(value)
    kind = "matrix" if isinstance(value, np.matrix) else "array"
    if value.nbytes > LARGEST:
        raise ValueError(f"an array of {value.nbytes >> 20} MB")
    head = {"$": kind, "dtype": value.dtype.str, "shape": list(value.shape)}
    if value.dtype.kind == "O":
        return {**head, "items": _many(np.asarray(value).ravel().tolist(), depth)}
    return {**head, "data": _raw(np.ascontiguousarray(value).tobytes())}


def _scalar(value: np.generic, depth: int) -> dict[str, Any]:
    return {"$": "scalar", "array": _array(np.asarray(value), depth)}


def _sparse(value: Any, depth: int) -> dict[str, Any]:
    form = value.format
    if form not in FORMATS or value.ndim != 2:
        return _other(value)
    head = {
        "$": "sparse",
        "format": form,
        "matrix": isinstance(value, sparse.spmatrix),
        "shape": list(value.shape),
    }
    if form in ("csr", "csc"):
        parts = (value.data, value.indices, value.indptr)
    else:
        entries = value.tocoo()
        parts = (entries.data, entries.row, entries.col)
    return {**head, "parts": [_array(part, depth) for part in parts]}


def _column(values: Any, depth: int) -> dict[str, Any]:
    """Encode the values of one column or index, with what pandas knows of their type."""
    dtype = values.dtype
    if isinstance(dtype, np.dtype):
        return _array(np.asarray(values), depth)
    if isinstance(dtype, pd.CategoricalDtype):
        held = pd.Categorical(values)
        return {
            "$": "categories",
            "codes": _array(np.asarray(held.codes), depth),
            "categories": _index(held.categories, depth),
            "ordered": bool(held.ordered),
        }
    if isinstance(dtype, pd.DatetimeTZDtype):
        utc = pd.DatetimeIndex(values).tz_convert("UTC").tz_localize(None)
        return {"$": "zoned", "times": _array(utc.to_numpy(), depth), "zone": str(dtype.tz)}
    items = [None if one is pd.NA else one for one in pd.Series(values, dtype=dtype).tolist()]
    if isinstance(dtype, pd.StringDtype) or str(dtype) in NULLABLE:
        return {"$": "nullable", "dtype": str(dtype), "items": _many(items, depth)}
    filled = np.empty(len(items), dtype=object)
    filled[:] = items
    return _array(filled, depth)


def _index(value: pd.Index, depth: int) -> dict[str, Any]:
    names = {"names": _many(value.names, depth)}
    if isinstance(value, pd.RangeIndex):
        return {"$": "rangeindex", "range": [value.start, value.stop, value.step], **names}
    if isinstance(value, pd.MultiIndex):
        levels = [_index(level, depth) for level in value.levels]
        codes = [_array(np.asarray(code), depth) for code in value.codes]
        return {"$": "multiindex", "levels": levels, "codes": codes, **names}
    return {"$": "index", "values": _column(value, depth), **names}


def _series(value: pd.Series, depth: int) -> dict[str, Any]:
    return {
        "$": "series",
        "values": _column(value, depth),
        "index": _index(value.index, depth),
        "name": encode(value.name, depth),
    }


def _frame(value: pd.DataFrame, depth: int) -> dict[str, Any]:
    columns = [_column(value.iloc[:, i], depth) for i in range(value.shape[1])]
    return {
        "$": "frame",
        "columns": columns,
        "names": _index(value.columns, depth),
        "index": _index(value.index, depth),
    }


def _text(kind: str, text: Callable[[Any], Any]) -> Callable[[Any, int], Any]:
    return lambda value, depth: {"$": kind, "type": type(value).__name__, "text": text(value)}


def _time(value: Any, depth: int) -> dict[str, Any]:
    return {"$": "time", "column": _column(pd.Series([value]), depth)}


def _delta(value: datetime.timedelta) -> list[int]:
    return [value.days, value.seconds, value.microseconds]


# The first that fits counts.
ENCODERS: list[tuple[Any, Callable[[Any, int], Any]]] = [
    (np.ndarray, _array),
    (np.generic, _scalar),
    (pd.DataFrame, _frame),
    (pd.Series, _series),
    (pd.Index, _index),
    (pd.api.extensions.ExtensionArray, lambda value, depth: _column(pd.Series(value), depth)),
    ((sparse.spmatrix, sparse.sparray), _sparse),
    (type(...), lambda value, depth: {"$": "dots"}),
    (type(pd.NA), lambda value, depth: {"$": "na"}),
    (type(pd.NaT), lambda value, depth: {"$": "nat"}),
    ((pd.Timestamp, pd.Timedelta), _time),
    (BY_ISO, _text("iso", lambda value: value.isoformat())),
    (datetime.timedelta, _text("delta", _delta)),
    (BY_TEXT, _text("number", str)),
    (bool, lambda value, depth: bool(value)),
    (int, lambda value, depth: int(value)),
    (float, lambda value, depth: float(value)),
    (str, lambda value, depth: str.__str__(value)),
    (complex, lambda value, depth: {"$": "complex", "parts": [value.real, value.imag]}),
    ((bytes, bytearray), lambda value, depth: {"$": "bytes", "data": _raw(bytes(value))}),
    (range, lambda value, depth: {"$": "range", "range": [value.start, value.stop, value.step]}),
    (list, lambda value, depth: _many(value, depth)),
    (tuple, _container("tuple")),
    (frozenset, _container("frozenset")),
    (set, _container("set")),
    (dict, _dict),
]  # fmt: skip

"""Make values of what a stranger's process says in JSON: never pickle, and nothing is believed.

Whatever does not fit together raises `Garbled`.
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

from .encode import FORMATS, NULLABLE, PLAIN


class Garbled(Exception):
    """A message that nobody who plays by the rules would send."""


class Foreign:
    """Stands for a value of a type that is not carried over; its class has the type's name."""

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"


def foreign(name: str) -> Any:
    """Return a stand-in for a value of a type of this name."""
    return type(name[:60] or "object", (Foreign,), {})()


def decode(data: Any) -> Any:
    """Make a value of what JSON held."""
    if isinstance(data, list):
        return data if all(type(one) in PLAIN for one in data) else [decode(one) for one in data]
    if not isinstance(data, dict):
        return data
    return DECODERS[data["$"]](data)


def _array_from(data: dict[str, Any]) -> np.ndarray:
    dtype, shape = np.dtype(str(data["dtype"])), tuple(int(length) for length in data["shape"])
    if min(shape, default=0) < 0:
        raise Garbled("negative length")
    if dtype.kind == "O":
        flat = np.empty(len(data["items"]), dtype=object)
        flat[:] = decode(data["items"])
    elif dtype.kind in "biufcmMSU" and dtype.itemsize:
        flat = np.frombuffer(base64.b64decode(data["data"]), dtype=dtype).copy()
    else:
        raise Garbled("no type of an array")
    made = flat.reshape(shape)
    return np.asmatrix(made) if data["$"] == "matrix" else made


def _sparse_from(data: dict[str, Any]) -> Any:
    form, kind = str(data["format"]), "matrix" if data["matrix"] else "array"
    if form not in FORMATS:
        raise Garbled("no form of a matrix")
    rows, columns = (int(length) for length in data["shape"])
    values, first, second = (_array_from(part) for part in data["parts"])
    compressed = form in ("csr", "csc")
    make = getattr(sparse, f"{form if compressed else 'coo'}_{kind}")
    if compressed:
        made = make((values, first, second), shape=(rows, columns))
        made.check_format(full_check=True)  # SciPy's own loops trust these numbers
        return made
    return make((values, (first, second)), shape=(rows, columns)).asformat(form)


def _column_from(data: dict[str, Any]) -> Any:
    made = decode(data)
    if not isinstance(made, (np.ndarray, pd.api.extensions.ExtensionArray)):
        raise Garbled("no column")
    return made


def _index_from(data: dict[str, Any]) -> pd.Index:
    made = decode(data)
    if not isinstance(made, pd.Index):
        raise Garbled("no index")
    return made


def _multiindex_from(data: dict[str, Any]) -> pd.Index:
    levels: list[Any] = [_index_from(level) for level in data["levels"]]
    codes: list[Any] = [_array_from(code) for code in data["codes"]]
    return _named(pd.MultiIndex(levels=levels, codes=codes), data)


def _named(index: pd.Index, data: dict[str, Any]) -> pd.Index:
    index.names = decode(data["names"])
    return index


def _nullable_from(data: dict[str, Any]) -> Any:
    dtype = str(data["dtype"])
    if dtype not in NULLABLE and dtype not in ("string", "str"):
        raise Garbled("no type of a column")
    items = decode(data["items"])
    if dtype not in NULLABLE and not all(
        isinstance(one, (str, float, type(None))) for one in items
    ):
        raise Garbled("no texts")
    return pd.array(items, dtype=dtype)


def _one_series(values: Any, index: pd.Index) -> pd.Series:
    return pd.Series(values, index=index, dtype=values.dtype)  # or pandas guesses another type


def _frame_from(data: dict[str, Any]) -> pd.DataFrame:
    index = _index_from(data["index"])
    columns = [_one_series(_column_from(one), index) for one in data["columns"]]
    made = pd.DataFrame(dict(enumerate(columns)), index=index)
    made.columns = _index_from(data["names"])
    return made


def _series_from(data: dict[str, Any]) -> pd.Series:
    made = _one_series(_column_from(data["values"]), _index_from(data["index"]))
    made.name = decode(data["name"])
    return made


DECODERS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "other": lambda data: foreign(str(data["type"])),
    "dots": lambda data: ...,
    "na": lambda data: pd.NA,
    "nat": lambda data: pd.NaT,
    "array": _array_from,
    "matrix": _array_from,
    "scalar": lambda data: _array_from(data["array"]).reshape(())[()],
    "sparse": _sparse_from,
    "categories": lambda data: pd.Categorical.from_codes(
        _array_from(data["codes"]), _index_from(data["categories"]), ordered=bool(data["ordered"])
    ),
    "zoned": lambda data: (
        pd.DatetimeIndex(_array_from(data["times"]))
        .tz_localize("UTC")
        .tz_convert(str(data["zone"]))
        .array
    ),
    "nullable": _nullable_from,
    "rangeindex": lambda data: _named(pd.RangeIndex(range(*map(int, data["range"]))), data),
    "multiindex": _multiindex_from,
    "index": lambda data: _named(
        pd.Index(made := _column_from(data["values"]), dtype=made.dtype), data
    ),
    "series": _series_from,
    "frame": _frame_from,
    "time": lambda data: pd.Series(_column_from(data["column"])).iloc[0],
    "iso": lambda data: getattr(
        datetime, {"date": "date", "time": "time"}.get(data["type"], "datetime")
    ).fromisoformat(data["text"]),
    "delta": lambda data: datetime.timedelta(*map(int, data["text"])),
    "number": lambda data: (
        decimal.Decimal if data["type"] == "Decimal" else fractions.Fraction
    )(data["text"]),
    "complex": lambda data: complex(*map(float, data["parts"])),
    "bytes": lambda data: base64.b64decode(data["data"]),
    "range": lambda data: range(*map(int, data["range"])),
    "tuple": lambda data: tuple(decode(data["items"])),
    "set": lambda data: set(decode(data["items"])),
    "frozenset": lambda data: frozenset(decode(data["items"])),
    "dict": lambda data: dict(zip(decode(data["keys"]), decode(data["values"]), strict=True)),
}  # fmt: skip

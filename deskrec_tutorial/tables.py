"""Tables as the notebooks show them: whole titles, rounded numbers, no meaningless index."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

# Two titles with a dollar sign would otherwise become a formula.
NO_MATH = "tex2jax_ignore mathjax_ignore"
LONGEST = 200  # rows; a browser chokes on a whole log
LONG = 10_000  # a column that reaches this gets commas; a year or a row number does without
NO_COUNT = 10**12  # beyond this a whole number is an id or a time, and is copied, not compared


@dataclass(frozen=True, eq=False)
class Table:
    """A DataFrame that displays the same everywhere, escaped in HTML and aligned in plain text."""

    frame: pd.DataFrame
    digits: int = 3
    index: bool = False

    def _render(self, how: str) -> str:
        html = {"border": 0, "escape": True, "classes": NO_MATH} if how == "to_html" else {}
        text: str = getattr(self.frame.head(LONGEST), how)(
            index=self.index,
            float_format=f"{{:z,.{self.digits}f}}".format,
            formatters=[_commas(column) for _, column in self.frame.items()],
            **html,
        )
        more = len(self.frame) - LONGEST
        note = f"… and {more:,} more rows"
        return text if more <= 0 else text + (f"<p>{note}</p>" if html else f"\n{note}")

    def _repr_html_(self) -> str:
        """The HTML table, text to the left and numbers to the right."""
        sides = ["right" if dtype.kind in "iufb" else "left" for dtype in self.frame.dtypes]
        head, body = self._render("to_html").split("</thead>")
        levels = self.frame.index.nlevels if self.index else 0
        head = _align(head, "th", ["left"] * levels + sides)
        return head + "</thead>" + _align(body, "td", sides)

    def __repr__(self) -> str:
        return self._render("to_string")


def _commas(column: pd.Series) -> Callable[[int], str] | None:
    """How to write the numbers of a column of large counts; None for any other column."""
    name = str(column.name[-1] if isinstance(column.name, tuple) else column.name)
    values = column.dropna() if column.dtype.kind in "iu" else column.iloc[:0]
    if name.endswith(("Id", "timestamp")) or values.empty:
        return None
    # int, because the absolute value of the least 64-bit number is no 64-bit number
    largest = max(abs(int(values.min())), abs(int(values.max())))
    return "{:,}".format if LONG <= largest <= NO_COUNT else None


def _align(html: str, tag: str, sides: list[str]) -> str:
    around = itertools.cycle(sides)
    return re.sub(f"<{tag}>", lambda _: f'<{tag} style="text-align: {next(around)}">', html)


def table(frame: pd.DataFrame | pd.Series, digits: int = 3, index: bool | None = None) -> Table:
    """Show a table with whole titles, rounded floats and, unless asked for, no index.

    A column of whole numbers that reaches 10,000 has commas for the thousands. Ids and timestamps
    have none: columns whose name ends in "Id" or "timestamp", or with a number beyond 10**12.

    Parameters
    ----------
    frame : pandas.DataFrame or Series
        What to show, as it is; nothing is computed.
    digits : int
        Decimals of float columns.
    index : bool, optional
        Show the index, where it means something. Left out: yes for a Series, no for a DataFrame.

    Returns
    -------
    Table
        For display at the end of a cell; `.frame` is the data.
    """
    if isinstance(frame, pd.Series):
        return Table(frame.to_frame(), digits, index is not False)
    return Table(frame, digits, bool(index))

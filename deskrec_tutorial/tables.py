"""Tables as the notebooks show them: whole titles, rounded numbers, no meaningless index."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True)
class Table:
    """A DataFrame that displays the same everywhere, escaped in HTML and aligned in plain text."""

    frame: pd.DataFrame
    digits: int = 3
    index: bool = False

    def _render(self, how: str) -> str:
        # use_mathjax: two titles with a dollar sign would otherwise become a formula.
        options = {
            "display.max_colwidth": None,
            "display.max_columns": None,
            "display.html.use_mathjax": False,
        }
        with pd.option_context(*(part for option in options.items() for part in option)):
            html = {"border": 0, "escape": True} if how == "to_html" else {}
            text: str = getattr(self.frame, how)(
                index=self.index, float_format=f"{{:,.{self.digits}f}}".format, **html
            )
        return text

    def _repr_html_(self) -> str:
        """The HTML table, text to the left and numbers to the right."""
        sides = ["right" if dtype.kind in "iufb" else "left" for dtype in self.frame.dtypes]
        head, body = self._render("to_html").split("</thead>")
        levels = self.frame.index.nlevels if self.index else 0
        head = _align(head, "th", ["left"] * levels + sides)
        return head + "</thead>" + _align(body, "td", sides)

    def __repr__(self) -> str:
        return self._render("to_string")


def _align(html: str, tag: str, sides: list[str]) -> str:
    around = itertools.cycle(sides)
    return re.sub(f"<{tag}>", lambda _: f'<{tag} style="text-align: {next(around)}">', html)


def table(frame: pd.DataFrame | pd.Series, digits: int = 3, index: bool = False) -> Table:
    """Show a table with whole titles, rounded floats and, unless asked for, no index.

    Parameters
    ----------
    frame : pandas.DataFrame or Series
        What to show, as it is; nothing is computed.
    digits : int
        Decimals of float columns.
    index : bool
        Show the index, where it means something.

    Returns
    -------
    Table
        For display at the end of a cell; `.frame` is the data.
    """
    return Table(frame.to_frame() if isinstance(frame, pd.Series) else frame, digits, index)

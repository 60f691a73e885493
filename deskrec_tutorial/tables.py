"""Tables as the notebooks show them: whole titles, rounded numbers, no meaningless index."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True)
class Table:
    """A DataFrame that displays the same everywhere, escaped in HTML and aligned in plain text."""

    frame: pd.DataFrame
    digits: int = 3
    index: bool = False

    def _render(self, how: str) -> str:
        options = ("display.max_colwidth", None, "display.max_columns", None)
        with pd.option_context(*options):
            html = {"border": 0, "escape": True} if how == "to_html" else {}
            text: str = getattr(self.frame, how)(
                index=self.index, float_format=f"{{:,.{self.digits}f}}".format, **html
            )
        return text

    def _repr_html_(self) -> str:
        return self._render("to_html")

    def __repr__(self) -> str:
        return self._render("to_string")


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

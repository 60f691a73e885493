"""The small pieces of HTML that the live views and their static twins are built from.

Everything inherits the page's colours, so that it can be read in a light and in a dark theme, and
everything that comes from data goes through `escaped`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pandas as pd

from ..plots.colours import BLUE
from ..plots.core import NO_MATH, escaped


def some(number: int, thing: str) -> str:
    """``1 reader`` or ``1,234 readers``."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def heading(text: str) -> str:
    """A line in bold; `text` is plain."""
    return f'<div style="font-weight:600;margin:4px 0">{escaped(text)}</div>'


def sentence(text: object) -> str:
    """A paragraph; `text` is plain."""
    return f'<p style="margin:4px 0;line-height:1.4">{escaped(text)}</p>'


def bar(share: float, colour: str = BLUE, height: int = 10) -> str:
    """A bar over `share` (0 to 1) of the width that there is."""
    width = 100 * min(max(share, 0.0), 1.0)
    style = f"background:{colour};width:{width:.1f}%;height:{height}px;margin-top:4px"
    return f'<div style="{style}"></div>'


def table(columns: Sequence[str], rows: Iterable[Sequence[str]], widths: Sequence[str]) -> str:
    """A table over the whole width; cells are HTML already, columns named "#…" hold numbers."""
    padding = "padding:2px 8px 2px 0;vertical-align:top"
    left, right = f"text-align:left;{padding}", f"text-align:right;{padding};white-space:nowrap"
    styles = [right if name.startswith("#") else left for name in columns]
    head = "".join(
        f'<th style="{style};width:{width};font-weight:600">{escaped(name.lstrip("#"))}</th>'
        for name, style, width in zip(columns, styles, widths, strict=True)
    )
    lines = (
        "".join(f'<td style="{s}">{c}</td>' for s, c in zip(styles, row, strict=True))
        for row in rows
    )
    body = "".join(f"<tr>{line}</tr>" for line in lines)
    style = "width:100%;table-layout:fixed;border-collapse:collapse"
    return f'<table style="{style}"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


def plain(frame: pd.DataFrame, form: str = "{:g}") -> str:
    """A table as plain text, its numbers in that form."""
    return frame.to_string(index=False, float_format=form.format)


def side_by_side(*parts: str, basis: str = "300px") -> str:
    """Parts next to each other where there is room, else below each other."""
    cells = "".join(f'<div style="flex:1 1 {basis};min-width:0">{part}</div>' for part in parts)
    style = "display:flex;flex-wrap:wrap;gap:4px 28px;max-width:1100px;padding-right:12px;"
    style += "font-size:13px;line-height:1.4;overflow-wrap:anywhere"
    # No width of its own, or a long title would push it out of a narrow page.
    outer = f'<div class="{NO_MATH}" style="width:0;min-width:100%">'
    return f'{outer}<div style="{style}">{cells}</div></div>'

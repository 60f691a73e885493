"""What all figures share: the look, the caption, the way a picture is shown."""

from __future__ import annotations

import functools
import html
import io
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ParamSpec

import matplotlib.style
import numpy as np
import pandas as pd
from IPython.display import HTML, display
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import findfont, get_font

from ..tables import NO_MATH
from .colours import BLACK, BLUES, LOOKS

STYLE = Path(__file__).parent.parent / "deskrec.mplstyle"
UNITLESS = "Only nearness has a meaning: the axes have no unit."  # of a map

P = ParamSpec("P")
Drawn = tuple[Figure, str]  # what a plot function returns: the figure and its caption


def escaped(value: object) -> str:
    """A value as text that HTML cannot misunderstand."""
    return html.escape(" ".join(str(value).split()))


@dataclass(frozen=True)
class Picture:
    """A figure with the sentence that says what it shows.

    Attributes
    ----------
    figure : matplotlib.figure.Figure
        The figure, for changing or saving it.
    caption : str
        The finding in words, with its numbers: shown under the picture, and in its place where no
        picture can be shown.
    """

    figure: Figure
    caption: str
    png: bytes = field(repr=False)

    def __repr__(self) -> str:
        return self.caption

    def _ipython_display_(self) -> None:
        display({"image/png": self.png, "text/plain": self.caption}, raw=True)
        # JupyterLab shows no alternative text of an image: the caption has to be visible.
        display(HTML(f'<p class="{NO_MATH}"><em>{html.escape(self.caption)}</em></p>'))


def picture(draw: Callable[P, Drawn]) -> Callable[P, Picture]:
    """Turn a function that returns (figure, caption) into one that returns a styled Picture."""

    @functools.wraps(draw)
    def styled(*args: P.args, **kwargs: P.kwargs) -> Picture:
        with matplotlib.style.context(STYLE, after_reset=True):
            figure, caption = draw(*args, **kwargs)
            buffer = io.BytesIO()
            # No Software tag: the same picture is the same bytes under any matplotlib release.
            figure.savefig(buffer, format="png", metadata={"Software": None})
        return Picture(figure, caption, buffer.getvalue())

    return styled


def panel(height: float = 4, width: float = 8) -> tuple[Figure, Axes]:
    """A figure of so many inches with one pair of axes."""
    figure = Figure(figsize=(width, height))
    return figure, figure.subplots()


def title_over_all(figure: Figure, text: str) -> None:
    """A title above several axes that looks like that of a single one."""
    figure.suptitle(text, x=0.01, ha="left", fontsize=12, fontweight="bold")


def beside(
    axes: Axes, x: float, y: float, text: str, away: float = 8, up: float = 0, **look: Any
) -> None:
    """A small text so many points to the right of a place, to its left where `away` is below 0."""
    look = {"ha": "left" if away > 0 else "right", "va": "center", "fontsize": 8} | look
    axes.annotate(text, (x, y), (away, up), textcoords="offset points", **look)


def lines(axes: Axes, columns: Iterable[tuple[Hashable, Any]], places: Any, **look: Any) -> None:
    """A line for each named column, with a legend and a colour, marker and dash of its own."""
    for number, (name, values) in enumerate(columns):
        colour, marker, dash = LOOKS[number % len(LOOKS)]
        axes.plot(places, values, marker + dash, color=colour, label=str(name), **look)
    axes.legend()


def heat_map(
    axes: Axes, values: pd.DataFrame, top: float, text: pd.DataFrame | None = None
) -> None:
    """Cells coloured from 0 (white) to `top`, each with its text, names along the edges."""
    cells = values.to_numpy(dtype=float)
    axes.imshow(cells, cmap=BLUES, vmin=0, vmax=top, aspect="auto")
    for (row, column), label in np.ndenumerate([] if text is None else text.to_numpy()):
        colour = "white" if cells[row, column] > 0.6 * top else BLACK
        axes.text(column, row, label, ha="center", va="center", color=colour)
    columns = [shorten(str(name), 16).replace(" ", "\n", 1) for name in values.columns]
    axes.set_xticks(range(len(columns)), columns, fontsize=8)
    axes.set_yticks(range(len(values)), [shorten(str(name), 16) for name in values.index])
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)


@functools.cache
def _drawable() -> frozenset[int]:
    """Code points that the figures' font has; it comes with matplotlib."""
    return frozenset(get_font(findfont("DejaVu Sans")).get_charmap())


def shorten(title: str, width: int = 48) -> str:
    """A title cut to fit a figure, with what the figures' font cannot draw replaced by a dot."""
    drawable = "".join(c if ord(c) in _drawable() else "·" for c in " ".join(title.split()))
    return drawable if len(drawable) <= width else drawable[: width - 1].rstrip() + "…"

"""What all figures share: the look, the caption, the way a picture is shown."""

from __future__ import annotations

import functools
import html
import io
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import ParamSpec

import matplotlib.style
from IPython.display import HTML, display
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import findfont, get_font

from ..tables import NO_MATH

STYLE = Path(__file__).parent.parent / "deskrec.mplstyle"
BLUE, ORANGE, GREEN, PINK, SKY, RED, BLACK = (
    "#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#000000",
)  # fmt: skip
GREY = "#999999"

P = ParamSpec("P")


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


def picture(draw: Callable[P, tuple[Figure, str]]) -> Callable[P, Picture]:
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


@functools.cache
def _drawable() -> frozenset[int]:
    """Code points that the figures' font has; it comes with matplotlib."""
    return frozenset(get_font(findfont("DejaVu Sans")).get_charmap())


def shorten(title: str, width: int = 48) -> str:
    """A title cut to fit a figure, with what the figures' font cannot draw replaced by a dot."""
    drawable = "".join(c if ord(c) in _drawable() else "·" for c in " ".join(title.split()))
    return drawable if len(drawable) <= width else drawable[: width - 1].rstrip() + "…"

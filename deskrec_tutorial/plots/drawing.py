"""Shapes drawn once and shown twice: as SVG in a live picker, with matplotlib in its still."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes

from .colours import BLACK, GREY
from .core import escaped

INK = "currentColor"  # the page's own, in a light and in a dark theme
EDGE = 24  # around what an SVG shows, pixels
# Points start where they were before, unless the reader has asked for less motion.
MOTION = (
    "<style>@keyframes deskrec-move{from{transform:translate(var(--x),var(--y))}"
    "to{transform:none}}.deskrec-point{animation:deskrec-move .7s ease-in-out}"
    "@media(prefers-reduced-motion:reduce){.deskrec-point{animation:none}}</style>"
)

# From places in the units of the data to pixels.
ToPixels = Callable[[np.ndarray], np.ndarray]


class Dots(NamedTuple):
    """Many faint points, shape (points, 2)."""

    places: np.ndarray

    def svg(self, pixels: ToPixels) -> str:
        """The points as one path, so that thousands of them are drawn at once."""
        dots = "".join(f"M{x:.1f} {y:.1f}h0" for x, y in pixels(self.places))
        look = f'stroke="{INK}" stroke-opacity="0.35" stroke-width="2.5" stroke-linecap="round"'
        return f'<path d="{dots}" {look}/>'

    def draw(self, axes: Axes, scale: float) -> None:
        """The same on axes of matplotlib."""
        x, y = self.places.T
        axes.scatter(x, y, s=8, color=GREY, alpha=0.6, linewidths=0)


class Line(NamedTuple):
    """A way from place to place, shape (places, 2)."""

    way: np.ndarray
    colour: str = INK
    opacity: float = 1
    width: float = 1

    def svg(self, pixels: ToPixels) -> str:
        """The way as a path."""
        way = "L".join(f"{x:.1f} {y:.1f}" for x, y in pixels(self.way))
        look = f'stroke="{self.colour}" stroke-opacity="{self.opacity}"'
        return f'<path d="M{way}" fill="none" {look} stroke-width="{self.width}"/>'

    def draw(self, axes: Axes, scale: float) -> None:
        """The same on axes of matplotlib."""
        colour = BLACK if self.colour == INK else self.colour
        axes.plot(*self.way.T, color=colour, alpha=self.opacity, linewidth=0.8 * self.width)


class Mark(NamedTuple):
    """A circle "o", a square "s" or a diamond "D", with a code in it and a name to point at."""

    at: np.ndarray
    shape: str
    size: float  # across, pixels of the SVG
    colour: str
    filled: bool = True
    edge: float = 1
    code: str = ""
    name: str = ""
    before: np.ndarray | None = None  # from where it comes

    def svg(self, pixels: ToPixels) -> str:
        """The mark at its place, to which it moves."""
        x, y = pixels(self.at)
        size, half, corner = self.size, self.size / 2, self.size / 10
        shape = f'rect x="{-half}" y="{-half}" width="{size}" height="{size}" rx="{corner}"'
        if self.shape == "o":
            shape = f'circle r="{half}"'
        turn = ' transform="rotate(45)"' if self.shape == "D" else ""
        fill, stroke, ink = self._paint()
        inside = f"<title>{escaped(self.name)}</title>" if self.name else ""
        inside += f'<{shape}{turn} fill="{fill}" stroke="{stroke}" stroke-width="{self.edge}"/>'
        if self.code:
            inside += f'<text y="4" font-size="11" font-weight="{600 if self.filled else 400}" '
            inside += f'fill="{ink}" text-anchor="middle">{escaped(self.code)}</text>'
        if self.before is not None:  # only what moves is animated, which costs the browser time
            dx, dy = pixels(self.before) - (x, y)
            move = f'class="deskrec-point" style="--x:{dx:.1f}px;--y:{dy:.1f}px"'
            inside = f"<g {move}>{inside}</g>"
        return f'<g transform="translate({x:.1f} {y:.1f})">{inside}</g>'

    def _paint(self) -> tuple[str, str, str]:
        """The colours of the inside, of the edge and of the code."""
        own = self.colour
        return (own, "white", "white") if self.filled else ("none", own, own)

    def draw(self, axes: Axes, scale: float) -> None:
        """The same on axes of matplotlib."""
        fill, edge, ink = (BLACK if own == INK else own for own in self._paint())
        x, y = self.at
        axes.plot(x, y, self.shape, mfc=fill, mec=edge, mew=self.edge, ms=scale * self.size)
        if self.code:
            look = {"color": ink, "fontsize": 7.5, "weight": "bold"}
            axes.text(x, y, self.code, look, ha="center", va="center", clip_on=True)


Shape = Dots | Line | Mark


def draw(axes: Axes, shapes: Iterable[Shape], scale: float = 1) -> None:
    """Shapes on bare axes of matplotlib, their marks `scale` points large for each pixel."""
    for shape in shapes:
        shape.draw(axes, scale)
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set_visible(False)


def drawing(label: str, shapes: Iterable[Shape], corners: np.ndarray, width: int, most: int) -> str:
    """Shapes as an SVG of that width and at `most` that height, a unit as long both ways.

    `corners` are the lowest and the highest place that has to be seen, `label` says what it shows.
    """
    low, high = corners
    span = np.maximum(high - low, 1e-9)
    scale = ((np.array([width, most]) - 2 * EDGE) / span).min()
    height = float(scale * span[1] + 2 * EDGE)
    margin = (np.array([width, height]) - scale * span) / 2

    def pixels(places: np.ndarray) -> np.ndarray:
        placed: np.ndarray = (margin + scale * (places - low)) * (1, -1) + (0, height)
        return placed

    return (
        f'<svg viewBox="0 0 {width} {height:.0f}" role="img" aria-label="{escaped(label)}" '
        f'style="width:100%;max-width:{width}px">{MOTION}'
        f"{''.join(shape.svg(pixels) for shape in shapes)}</svg>"
    )

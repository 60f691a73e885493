"""Chapter 3: one person's loss over two numbers, and what moves its bottom."""

from __future__ import annotations

from collections.abc import Mapping

import ipywidgets
import numpy as np

from ..plots import Bowl, Picture, bottoms
from ..plots.bowl import RINGS
from ..plots.core import BLUE, GREY, RED
from .core import WIDE, Panel, row
from .html import escaped, sentence, side_by_side, svg, table

UNIT, WIDTH, HEIGHT = 120, 440, 380  # pixels; the origin is a little below the middle
ORIGIN = np.array([170, 270])


def bowl_view(bowls: Mapping[str, Bowl]) -> Picture:
    """Bowls beside each other, each under its name: no widget.

    Parameters
    ----------
    bowls : mapping of str to Bowl
        The first is the one that the others are compared with.
    """
    return bottoms(bowls)


class BowlPicker(Panel):
    """Change what an article is, or how strongly somebody read it, and watch the bottom move.

    Its controls are `article`, `strength`, `one`, `two` and `again`; its static twin is
    `bowl_view`.

    Parameters
    ----------
    person : Bowl
        Where to begin.
    """

    def __init__(self, person: Bowl) -> None:
        self._first = self.bowl = person
        names = [str(name) for name in person.articles.columns]
        self.article = ipywidgets.Dropdown(
            options=[(str(name), name) for name in person.strengths.index], description="Article"
        )
        most = max(12, int(person.strengths.max()))
        self.strength = ipywidgets.IntSlider(max=most, description="Strength", layout=WIDE)
        self.one, self.two = (
            ipywidgets.FloatSlider(min=-0.5, max=1.5, step=0.1, description=name, layout=WIDE)
            for name in names
        )
        self.again = ipywidgets.Button(description="Start again")
        self.article.observe(self._chosen, "value")
        self.again.on_click(self._restart)
        watch = (self.strength, self.one, self.two)
        self._chosen()
        self.assemble("The bowl", row(self.article, self.again), *watch, watch=watch)

    def _chosen(self, _: object = None) -> None:
        """Let the sliders say what the chosen article is now."""
        numbers = self.bowl.articles.loc[self.article.value]
        self._quiet = True
        self.strength.value = int(self.bowl.strengths[self.article.value])
        self.one.value, self.two.value = map(float, numbers)
        self._quiet = False

    def _restart(self, _: object = None) -> None:
        self.bowl = self._first
        self._chosen()
        self.refresh()

    def html(self) -> str:
        """The rings and the bottom as the sliders have it, and the scores there."""
        numbers = (self.one.value, self.two.value)
        self.bowl = self.bowl.change(self.article.value, self.strength.value, numbers)
        (x, y), before = self.bowl.bottom, self._first.bottom
        words = f"The bottom is at ({x:.2f}, {y:.2f}), {np.hypot(*(before - (x, y))):.2f} away "
        words += f"from where it began. The loss there is {self.bowl.loss(self.bowl.bottom):.2f}."
        return side_by_side(bowl_svg(self.bowl, before), sentence(words) + _scores(self.bowl))


bowl_picker = BowlPicker


def bowl_svg(person: Bowl, before: np.ndarray) -> str:
    """The rings of a bowl, its bottom, and where the bottom was before."""
    rings = (_pixels(person.ring(above)) for above in RINGS)
    valley = (
        f'<polygon points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in ring)}" fill="{BLUE}" '
        f'fill-opacity="0.12" stroke="{BLUE}"/>'
        for ring in rings
    )
    (x, y), (x0, y0), (left, base) = _pixels(np.array([person.bottom, before, (0, 0)]))
    cross = f'<path d="M0 {base}H{WIDTH}M{left} 0V{HEIGHT}" stroke="{GREY}"/>'
    marks = f'<path d="M{x0:.1f} {y0:.1f}L{x:.1f} {y:.1f}" stroke="{RED}" stroke-dasharray="4"/>'
    marks += f'<circle cx="{x0:.1f}" cy="{y0:.1f}" r="5" fill="none" stroke="{RED}"/>'
    marks += f'<circle cx="{x:.1f}" cy="{y:.1f}" r="6" fill="{RED}"/>'
    one, two = map(escaped, person.articles.columns)
    style = 'font-size="12" fill="currentColor"'
    names = f'<text x="{WIDTH - 4}" y="{base + 16}" text-anchor="end" {style}>{one} →</text>'
    names += f'<text x="{left + 6}" y="14" {style}>↑ {two}</text>'
    return svg("loss over two numbers", WIDTH, HEIGHT, cross, *valley, marks, names)


def _pixels(points: np.ndarray) -> np.ndarray:
    pixels: np.ndarray = ORIGIN + UNIT * points * (1, -1)
    return pixels


def _scores(person: Bowl) -> str:
    """What each article counts, and what the two numbers at the bottom make of it."""
    scores = person.articles.to_numpy() @ person.bottom
    facts = zip(person.strengths.index, person.strengths, person.confidence, scores, strict=True)
    rows = (
        (escaped(name), f"{strength:g}", f"{trust:g}", f"{score:.2f}")
        for name, strength, trust, score in facts
    )
    columns = ("article", "#strength", "#confidence", "#score")
    return table(columns, rows, ("46%", "18%", "18%", "18%"))

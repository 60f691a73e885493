"""Chapter 3: one person's loss over two numbers, and what moves its bottom."""

from __future__ import annotations

from collections.abc import Mapping

import ipywidgets
import numpy as np

from ..plots import Bowl, Picture, bottoms
from ..plots.bowl import RINGS, rings
from ..plots.drawing import Line, drawing
from .core import WIDE, Panel, row
from .html import escaped, heading, sentence, side_by_side, table

WIDTH, TALLEST = 440, 380


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
        numbers = person.articles.to_numpy()
        low, high = min(-0.5, numbers.min()), max(1.5, numbers.max())
        self.strength = _slider("Strength", 0, max(12.0, person.strengths.max()), 1)
        self.one, self.two = (_slider(name, low, high, 0.1) for name in names)
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
        self.strength.value = float(self.bowl.strengths[self.article.value])
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
        (x, y), first = self.bowl.bottom, self._first.bottom
        words = f"The bottom is at ({x:.2f}, {y:.2f}), {np.hypot(*(first - (x, y))):.2f} away "
        words += f"from where it began. The loss there is {self.bowl.loss(self.bowl.bottom):.2f}."
        outermost = [bowl.ring(RINGS[-1]) for bowl in (self._first, self.bowl)]
        around = np.concatenate([*outermost, np.zeros((1, 2))])
        low, high = around.min(axis=0) - 0.1, around.max(axis=0) + (0.6, 0.1)
        cross = [((low[0], 0), (high[0], 0)), ((0, low[1]), (0, high[1]))]
        shapes = [*(Line(np.array(ends), opacity=0.3) for ends in cross), *rings(self.bowl, first)]
        one, two = self.bowl.articles.columns
        drawn = heading(f"The loss of each pair of numbers: across {one}, up {two}")
        drawn += drawing("loss over two numbers", shapes, np.array([low, high]), WIDTH, TALLEST)
        return side_by_side(drawn, sentence(words) + _scores(self.bowl))


bowl_picker = BowlPicker


def _slider(name: str, low: float, high: float, step: float) -> ipywidgets.FloatSlider:
    return ipywidgets.FloatSlider(min=low, max=high, step=step, description=name, layout=WIDE)


def _scores(person: Bowl) -> str:
    """What each article counts, and what the two numbers at the bottom make of it."""
    scores = person.articles.to_numpy() @ person.bottom
    facts = zip(person.strengths.index, person.strengths, person.confidence, scores, strict=True)
    rows = (
        (escaped(name), f"{strength:g}", f"{trust:g}", f"{score:.2f}")
        for name, strength, trust, score in facts
    )
    columns = ("article", "#strength", "#confidence", "#score")
    return table(columns, rows, ("40%", "20%", "24%", "16%"))

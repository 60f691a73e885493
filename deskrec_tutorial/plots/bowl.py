"""Chapter 3: least squares, as a line through points and as a bowl over two numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ..als import check_number
from .colours import BLACK, BLUE, GREEN, GREY, PINK
from .core import Drawn, beside, panel, picture, shorten, title_over_all
from .drawing import Line, Mark, Shape

RINGS = (1, 4, 9, 16, 25)  # how far above the bottom: on a parabola equally wide apart
TURN = np.linspace(0, 2 * np.pi, 73)


@dataclass(frozen=True, eq=False)
class Bowl:
    """The loss of one person over their two numbers, while the articles stay fixed.

    Parameters
    ----------
    strengths : pandas.Series
        The strength of each article for this person, 0 where it was not read; indexed by title.
    articles : pandas.DataFrame
        The two numbers of each article, of the same titles; the columns say what they measure.
    alpha, regularization : float
        As in `ALS`.

    Raises
    ------
    ValueError
        If titles are missing or doubled, a strength is below 0, a number is missing, or the loss
        has no single bottom.
    """

    strengths: pd.Series
    articles: pd.DataFrame
    alpha: float = 15.0
    regularization: float = 1.0

    def __post_init__(self) -> None:
        if self.articles.shape != (len(self.strengths), 2):
            rows, columns = self.articles.shape
            raise ValueError(
                f"A bowl has two numbers for each of the {len(self.strengths)} articles; articles "
                f"has {rows} rows and {columns} columns."
            )
        titles = self.strengths.index
        if not titles.is_unique or set(titles) != set(self.articles.index):
            raise ValueError(
                "strengths and articles must be indexed by the same titles, each once; strengths "
                f"has {list(titles)}, articles {list(self.articles.index)}."
            )
        object.__setattr__(self, "strengths", self.strengths.astype(float))
        object.__setattr__(self, "articles", self.articles.reindex(titles).astype(float))
        self._check_numbers()

    def _check_numbers(self) -> None:
        """Refuse numbers with which there is no loss, or no bottom of it."""
        if not (np.isfinite(self.strengths).all() and np.isfinite(self.articles.to_numpy()).all()):
            raise ValueError("Strengths and the articles' numbers must be finite; one is not.")
        if (self.strengths < 0).any():
            raise ValueError(f"A strength must be 0 or more, not {self.strengths.min():g}.")
        check_number(self.alpha, "alpha", 0)
        check_number(self.regularization, "regularization", 0)
        if np.linalg.matrix_rank(self.left) < 2:
            raise ValueError(
                "The loss has no single bottom: the articles leave one direction open, and nothing "
                f"prices it. regularization must be above 0 here, not {self.regularization!r}."
            )

    @property
    def confidence(self) -> np.ndarray:
        """How much each article counts."""
        return np.asarray(1 + self.alpha * self.strengths, dtype=float)

    @cached_property
    def left(self) -> np.ndarray:
        """The matrix of the equations, half the second derivative of the loss."""
        y = self.articles.to_numpy(dtype=float)
        left: np.ndarray = y.T @ (self.confidence[:, None] * y) + self.regularization * np.eye(2)
        return left

    @cached_property
    def bottom(self) -> np.ndarray:
        """The two numbers with the least loss."""
        read = self.strengths.to_numpy() > 0
        return np.linalg.solve(self.left, self.articles.to_numpy().T @ (self.confidence * read))

    def loss(self, points: np.ndarray) -> np.ndarray:
        """The loss at each of some points, one a row."""
        errors = (self.strengths.to_numpy() > 0) - points @ self.articles.to_numpy().T
        return errors**2 @ self.confidence + self.regularization * (points**2).sum(axis=-1)

    def ring(self, above: float) -> np.ndarray:
        """The ellipse of the points at which the loss is so much above that of the bottom."""
        circle = np.sqrt(above) * np.array([np.cos(TURN), np.sin(TURN)])
        ring: np.ndarray = self.bottom + np.linalg.solve(np.linalg.cholesky(self.left).T, circle).T
        return ring

    def change(self, article: str, strength: float, numbers: tuple[float, float]) -> Bowl:
        """The bowl of the same person after one article has another strength or other numbers.

        A KeyError if there is no such article.
        """
        if article not in self.strengths.index:
            titles = ", ".join(map(repr, self.strengths.index))
            raise KeyError(f"There is no article {article!r}. The articles are {titles}.")
        strengths, articles = self.strengths.copy(), self.articles.copy()
        strengths[article], articles.loc[article] = strength, numbers
        return replace(self, strengths=strengths, articles=articles)


@picture
def fitted_line(
    amounts: pd.Series, strengths: pd.Series, alpha: float, regularization: float
) -> Drawn:
    """Preferences over how much of something each article has, with two lines through zero.

    One line counts each article once, the other by its confidence; both pay the price of length.
    """
    x, p = amounts.to_numpy(dtype=float), (strengths.to_numpy() > 0).astype(float)
    c = 1 + alpha * strengths.to_numpy()
    plain = x @ p / (x @ x + regularization)
    slope = x @ (c * p) / (x @ (c * x) + regularization)
    figure, axes = panel(3.8)
    ends = np.array([0, x.max() * 1.1])
    axes.plot(ends, plain * ends, "--", color=GREY, label=f"all count alike: slope {plain:.2f}")
    axes.plot(ends, slope * ends, color=GREEN, label=f"by confidence: slope {slope:.2f}")
    axes.vlines(x, p, slope * x, color=GREEN, linewidth=0.8, linestyle=":")
    axes.scatter(x, p, s=12 + 6 * c, color=BLACK, alpha=0.75, linewidths=0, zorder=3)
    for name, one, want, trust in zip(amounts.index, x, p, c, strict=True):
        words = f"{shorten(str(name), 20)} ({trust:.0f})".replace(" ", "\n", 1)
        over = want > slope * one  # on the side of the point where the line is not
        place, side = ((0, 13), "bottom") if over else ((0, -13 if want else -8), "top")
        axes.annotate(
            words, (one, want), place, textcoords="offset points", fontsize=8,
            ha="center", va=side, bbox={"fc": "white", "ec": "none", "alpha": 0.8, "pad": 1},
        )  # fmt: skip
    axes.set(xlabel=str(amounts.name), ylabel="preference", yticks=[0, 1], ylim=(-0.4, 1.45))
    axes.legend(loc="center left")
    axes.set_title(f"Firm points pull the line up, from slope {plain:.2f} to {slope:.2f}")
    return figure, (
        f"A point for each article, in brackets its confidence. With all points alike the slope is "
        f"{plain:.2f}; with the confidences, which go up to {c.max():.0f}, it is {slope:.2f}. "
        "Dotted: what is left of the errors."
    )


@picture
def bowl(person: Bowl, nudges: np.ndarray) -> Drawn:
    """The loss over two numbers as rings, its bottom, and where some nudges lead."""
    if np.ndim(nudges) != 2 or not len(nudges):
        raise ValueError(
            f"nudges must be one or more places, one a row, not of the shape {np.shape(nudges)}."
        )
    figure, axes = panel(4.6)
    _draw(axes, person)
    for above in RINGS:
        x, y = person.ring(above)[18]
        beside(axes, x, y, f"+{above}", 4, color=BLUE, va="bottom")
    axes.plot(*nudges.T, ".", color=PINK, markersize=5, label=f"{len(nudges)} nudges", zorder=1)
    axes.legend(loc="upper right")
    (x, y), low = person.bottom, person.loss(person.bottom)
    rises = person.loss(nudges) - low
    up = int((rises > 0).sum())
    which = "Every nudge" if up == len(nudges) else f"{up} of {len(nudges)} nudges"
    axes.set_title(f"{which} away from the bottom lead{'s' * (up == len(nudges))} uphill")
    return figure, (
        f"The loss is {low:.2f} at the bottom, ({x:.3f}, {y:.3f}), and on the rings it is higher "
        f"by {', '.join(map(str, RINGS))}. {up} of {len(nudges)} nudges raise it, by "
        f"{rises.min():.4f} to {rises.max():.1f}."
    )


@picture
def bottoms(bowls: Mapping[str, Bowl]) -> Drawn:
    """Several bowls beside each other, each with the bottom of the first to compare with."""
    if not bowls:
        raise ValueError("There is no bowl to show: give at least one, under its name.")
    figure = Figure(figsize=(10, 2.9))
    first = next(iter(bowls.values())).bottom
    row = figure.subplots(1, len(bowls), sharex=True, sharey=True, squeeze=False)[0]
    for axes, (name, person) in zip(row, bowls.items(), strict=True):
        _draw(axes, person, first)
        axes.set_title(
            f"{shorten(name, 24)}\n({person.bottom[0]:.2f}, {person.bottom[1]:.2f})", fontsize=10
        )
        axes.label_outer()
    moves = {n: float(np.linalg.norm(b.bottom - first)) for n, b in bowls.items()}
    furthest = max(moves, key=lambda name: moves[name])
    title = f"“{shorten(furthest)}” moves the bottom furthest, by {moves[furthest]:.2f}"
    title_over_all(figure, title)
    found = (f"“{n}” ({b.bottom[0]:.2f}, {b.bottom[1]:.2f})" for n, b in bowls.items())
    return figure, f"The bottom of the loss: {'; '.join(found)}. The hollow point is the first."


def rings(person: Bowl, first: np.ndarray | None = None) -> list[Shape]:
    """The rings of a bowl, its bottom, and where the bottom was first."""
    shapes: list[Shape] = [Line(person.ring(above), BLUE) for above in RINGS]
    if first is not None:
        shapes.append(Line(np.array([first, person.bottom]), GREEN, 0.6, 2))
        shapes.append(Mark(first, "o", 12, GREEN, filled=False, edge=2))
    return [*shapes, Mark(person.bottom, "o", 14, GREEN)]


def _draw(axes: Axes, person: Bowl, first: np.ndarray | None = None) -> None:
    """Rings over the two numbers, with the axes they are measured on."""
    for shape in rings(person, first):
        shape.draw(axes, 0.6)
    axes.axhline(0, color=GREY, linewidth=0.5)
    axes.axvline(0, color=GREY, linewidth=0.5)
    one, two = person.articles.columns
    axes.set(xlabel=f"place 1: {one}", ylabel=f"place 2: {two}", aspect="equal")

"""Still pictures that stand in for the pickers where no kernel runs."""

from __future__ import annotations

import string
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ..strength import InteractionMatrix
from .als import BLUES
from .core import BLACK, BLUE, GREY, PINK, RED, panel, picture, shorten, title_over_all

COLOURS = (BLUE, RED, PINK)  # of the tastes


@picture
def article_spot(
    matrix: InteractionMatrix, places: pd.DataFrame, item: int | str, similar: pd.DataFrame
) -> tuple[Figure, str]:
    """Where an article and those similar to it lie on the map of the articles.

    `places` has the columns `x` and `y` and the index contentId; `item` is the contentId of the
    article; `similar` is as `similar_articles` returns it, without the article itself.
    """
    title = matrix.titles[matrix.item_index(item)]
    ranks = {other: rank for rank, other in enumerate(similar["contentId"], start=1)}
    on_map = [other for other in ranks if other in places.index]
    figure, axes = panel(5.6)
    axes.scatter(places["x"], places["y"], s=8, color=GREY, alpha=0.6, linewidths=0)
    for other in reversed(on_map):
        x, y = places.loc[other, ["x", "y"]]
        axes.plot(x, y, "o", color=BLUE, markersize=14, markeredgecolor="white")
        axes.text(x, y, str(ranks[other]), color="white", ha="center", va="center", fontsize=8)
    if item in places.index:
        axes.plot(*places.loc[item, ["x", "y"]], "D", mfc="none", mec=RED, mew=2.5, ms=20)
    axes.set(xticks=[], yticks=[], xlabel="Only nearness has a meaning: the axes have no unit.")
    axes.spines[:].set_visible(False)
    axes.set_title(f"{len(on_map)} of the {len(ranks)} most similar articles are on the map")
    where = "the red diamond" if item in places.index else "not on the map"
    return figure, (
        f"“{title}” is {where}; the numbers are the places in the list of articles most similar to "
        f"it, of which {len(on_map)} are on the map. Grey dots: all {len(places):,} articles on it."
    )


@picture
def als_filmstrip(
    strengths: pd.DataFrame,
    users: np.ndarray,
    items: np.ndarray,
    losses: np.ndarray,
    moments: Sequence[int],
    tastes: Mapping[str, Sequence[str]],
) -> tuple[Figure, str]:
    """ALS with two factors at the half-steps `moments`: above the plane, below the scores.

    `users`, `items` and `losses` have an entry for the start and for each half-step, `strengths`
    is people × articles, `tastes` up to three tastes and who and what belongs to them.
    """
    figure = Figure(figsize=(11, 5.8))
    grid = figure.subplots(2, len(moments), squeeze=False, height_ratios=[1.15, 1])
    corners = np.concatenate([users, items], axis=1).reshape(-1, 2)
    low, high = np.minimum(corners.min(axis=0), 0), corners.max(axis=0)
    style = looks(strengths, tastes)
    for (above, below), at in zip(grid.T, moments, strict=True):
        _plane(above, users[: at + 1], items[: at + 1], style)
        above.set(xlim=(low[0] - 0.2, high[0] + 0.2), ylim=(low[1] - 0.2, high[1] + 0.2))
        moved = "start" if not at else "people" if at % 2 else "articles"
        above.set_title(f"{at}: {moved}\nloss {losses[at]:,.1f}", fontsize=10)
        _scores(below, strengths, users[at] @ items[at].T)
    grid[1, 0].set_ylabel("scores")
    names = ", ".join(f"{n} {shorten(str(a), 18)}" for n, a in enumerate(strengths.columns, 1))
    figure.supxlabel(f"Articles: {names}. Framed: read.", fontsize=8)
    title = f"From half-step {moments[0]} to {moments[-1]} the loss goes from "
    title += f"{losses[moments[0]]:,.1f} to {losses[moments[-1]]:,.1f}"
    title_over_all(figure, title)
    read, end = strengths.to_numpy() > 0, users[moments[-1]] @ items[moments[-1]].T
    return figure, (
        f"Above, people (circles) and articles (squares) in the plane of the two factors, with "
        f"the way they came; below, the scores. The loss starts at {losses[0]:,.1f} and is "
        + ", ".join(f"{losses[at]:,.1f} after half-step {at}" for at in moments)
        + f". In the end read cells score {end[read].mean():.2f} on average"
        + (f", empty ones {end[~read].mean():.2f}." if not read.all() else ".")
    )


def looks(strengths: pd.DataFrame, tastes: Mapping[str, Sequence[str]]) -> list[tuple[str, str]]:
    """The code and the colour of each person, then of each article."""
    colour_of = {n: c for c, t in zip(COLOURS, tastes, strict=False) for n in tastes[t]}
    people, articles = strengths.index, strengths.columns
    codes = [*string.ascii_uppercase[: len(people)], *map(str, range(1, len(articles) + 1))]
    names = [*people, *articles]
    return [(code, colour_of.get(name, GREY)) for code, name in zip(codes, names, strict=True)]


def _plane(axes: Axes, users: np.ndarray, items: np.ndarray, looks: list[tuple[str, str]]) -> None:
    """Points where they are now, and lines along which they came."""
    paths = np.concatenate([users, items], axis=1)
    axes.axhline(0, color=GREY, linewidth=0.5)
    axes.axvline(0, color=GREY, linewidth=0.5)
    for i, (code, colour) in enumerate(looks):
        marker = "o" if i < users.shape[1] else "s"
        axes.plot(*paths[:, i].T, color=colour, linewidth=0.8, alpha=0.5)
        axes.plot(*paths[-1, i], marker, color=colour, markersize=11, markeredgecolor="white")
        x, y = paths[-1, i]
        axes.text(x, y, code, color="white", ha="center", va="center", fontsize=7.5, weight="bold")
    axes.set(xticks=[], yticks=[], aspect="equal")
    axes.spines[:].set_visible(False)


def _scores(axes: Axes, strengths: pd.DataFrame, scores: np.ndarray) -> None:
    axes.imshow(scores, cmap=BLUES, vmin=0, vmax=1, aspect="auto")
    for row, column in np.argwhere(strengths.to_numpy() > 0):
        axes.plot(column, row, "s", markersize=12, markerfacecolor="none", color=BLACK, mew=0.7)
    numbers = [str(n) for n in range(1, strengths.shape[1] + 1)]
    axes.set_xticks(range(strengths.shape[1]), numbers, fontsize=8)
    axes.set_yticks(range(len(strengths)), string.ascii_uppercase[: len(strengths)], fontsize=8)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)

"""What pickers draw, and the still pictures that stand in for them where no kernel runs."""

from __future__ import annotations

import string
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from ..strength import InteractionMatrix
from .colours import BLACK, BLUE, GREY, RED, TASTES
from .core import UNITLESS, Drawn, heat_map, picture, shorten, title_over_all
from .drawing import Dots, Line, Mark, Shape, draw

Tastes = Mapping[str, Sequence[str]]  # the people and articles that belong to each


@picture
def article_spot(
    matrix: InteractionMatrix, places: pd.DataFrame, item: int | str, similar: pd.DataFrame
) -> Drawn:
    """Where an article and those similar to it lie on the map of the articles.

    `places` has the columns `x` and `y` and the index contentId; `item` is the contentId of the
    article; `similar` is as `similar_articles` returns it, without the article itself.
    """
    shapes, close_by, window = spot(matrix, places, item, similar)
    on_map = sum(shape.filled for shape in shapes if isinstance(shape, Mark))
    seen = sum(shape.filled for shape in close_by if isinstance(shape, Mark))
    figure = Figure(figsize=(9.5, 4.6))
    whole, close = figure.subplots(1, 2, width_ratios=[1.25, 1])
    draw(whole, shapes)
    draw(close, close_by)
    close.set(xlim=window[:, 0], ylim=window[:, 1], xlabel="The part in the frame.")
    close.spines[:].set_visible(True)
    whole.set(xlabel=UNITLESS)
    few = ("None of the similar articles is on the map", "One similar article is on the map")
    many = f"Of {on_map} similar articles on the map {seen} lie together"
    title_over_all(figure, few[on_map] if on_map < 2 else many)
    where = "the diamond" if item in places.index else "not on the map"
    return figure, (
        f"“{matrix.titles[matrix.item_index(item)]}” is {where}; the numbers are the places in the "
        f"list of articles most similar to it. {on_map} of them are on the map, {seen} of "
        f"these in the frame, which is enlarged on the right. Grey dots: all {len(places):,} "
        "articles on the map."
    )


def spot(
    matrix: InteractionMatrix, places: pd.DataFrame, item: int | str, similar: pd.DataFrame
) -> tuple[list[Shape], list[Shape], np.ndarray]:
    """The whole map with a frame, what is in the frame, and the frame's two corners.

    All articles are dots; those similar to `item` are marks, in the frame with their rank, and
    `item` is a diamond.
    """
    spots = places[["x", "y"]]
    marks = [
        Mark(
            spots.loc[other].to_numpy(), "o", 18, BLUE, code=str(rank),
            name=f"{rank} {matrix.titles[matrix.item_index(other)]}",
        )
        for rank, other in enumerate(similar["contentId"], start=1)
        if other in spots.index
    ]  # fmt: skip
    marks.reverse()  # the first lies on top
    if item in spots.index:
        marks.append(Mark(spots.loc[item].to_numpy(), "D", 20, RED, filled=False, edge=2.5))
    everywhere = spots.to_numpy()
    window = _window(np.array([mark.at for mark in marks]) if marks else everywhere, everywhere)
    inside = (everywhere >= window[0]).all(axis=1) & (everywhere <= window[1]).all(axis=1)
    near = [m for m in marks if (window[0] <= m.at).all() and (m.at <= window[1]).all()]
    (left, bottom), (right, top) = window
    edge = [(left, bottom), (right, bottom), (right, top), (left, top), (left, bottom)]
    small = [mark._replace(size=mark.size / 3, code="", edge=1) for mark in marks]
    whole: list[Shape] = [Dots(everywhere), *small, Line(np.array(edge))]
    return whole, [Dots(everywhere[inside]), *near], window


def _window(spots: np.ndarray, everywhere: np.ndarray) -> np.ndarray:
    """Two corners of a part of the map, of its shape, around more than half of the spots."""
    middle, span = np.median(spots, axis=0), np.maximum(np.ptp(everywhere, axis=0), 1e-9)
    away = (np.abs(spots - middle) / span).max(axis=1)
    reach = max(1.25 * np.quantile(away, 0.6), 0.04) * span
    return np.array([middle - reach, middle + reach])


@picture
def als_filmstrip(
    strengths: pd.DataFrame,
    users: np.ndarray,
    items: np.ndarray,
    losses: np.ndarray,
    moments: Sequence[int],
    tastes: Tastes,
) -> Drawn:
    """ALS with two factors at the half-steps `moments`: above the plane, below the scores.

    `users`, `items` and `losses` have an entry for the start and for each half-step, `strengths`
    is people × articles, `tastes` up to three tastes and who and what belongs to them.
    """
    if not len(moments):
        raise ValueError("There is no moment to show: name at least one half-step, such as 0.")
    low, high = corners(users, items) + [[-0.15], [0.15]]
    tall = float((high[1] - low[1]) / (high[0] - low[0]))  # so that no plane leaves a band free
    figure = Figure(figsize=(11, 1.5 + 1.8 * (tall + 0.9)))
    grid = figure.subplots(2, len(moments), squeeze=False, height_ratios=[tall, 0.9])
    for (above, below), at in zip(grid.T, moments, strict=True):
        shapes = plane(strengths, users, items, tastes, at)
        # Where codes would cover each other, colour and shape say enough.
        bare = (shape._replace(code="") if isinstance(shape, Mark) else shape for shape in shapes)
        draw(above, bare, 0.45)
        above.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]), aspect="equal")
        moved = "start" if not at else "people move" if at % 2 else "articles move"
        above.set_title(f"{at}: {moved}\nloss {losses[at]:,.1f}", fontsize=10)
        _scores(below, strengths, users[at] @ items[at].T)
    grid[1, 0].set_ylabel("scores")
    names = ", ".join(f"{n} {shorten(str(a), 18)}" for n, a in enumerate(strengths.columns, 1))
    figure.supxlabel(f"Articles: {names}. Framed: read.", fontsize=8)
    named = {name for members in tastes.values() for name in members}
    untold = {*strengths.index, *strengths.columns} - named
    taste_legend(figure, list(tastes), "both" if tastes and untold else "")
    read, end = strengths.to_numpy() > 0, users[moments[-1]] @ items[moments[-1]].T
    found = f"read cells score {end[read].mean():.2f} on average"
    found += f", empty ones {end[~read].mean():.2f}" if not read.all() else ""
    title_over_all(figure, f"People and articles take turns, until {found}")
    return figure, (
        "Above, people (circles) and articles (squares) in the plane of the two places, with the "
        f"way they came, bold where they went last; below, the scores. The loss starts at "
        f"{losses[0]:,.1f} and is "
        + ", ".join(f"{losses[at]:,.1f} after half-step {at}" for at in moments)
        + f". In the end {found}."
    )


def taste_legend(figure: Figure, tastes: Sequence[str], rest: str = "") -> None:
    """What circles, squares and colours stand for; `rest` names the grey ones."""
    marks = [("o", BLACK, "person"), ("s", BLACK, "article")]
    named = [shorten(taste, 20) for taste in tastes]
    marks += [("D", colour, taste) for colour, taste in zip(TASTES, named, strict=False)]
    marks += [("D", GREY, rest)] * bool(rest)
    handles = [Line2D([], [], linestyle="", marker=m, color=c, label=name) for m, c, name in marks]
    figure.legend(handles=handles, loc="outside right upper")


def taste_colours(tastes: Tastes) -> dict[str, str]:
    """The colour of whoever and whatever belongs to a taste."""
    return {n: colour for colour, t in zip(TASTES, tastes, strict=False) for n in tastes[t]}


def codes(strengths: pd.DataFrame) -> tuple[list[str], list[str]]:
    """A letter for each person and a number for each article."""
    people, articles = strengths.shape
    if people > len(string.ascii_uppercase):
        raise ValueError(
            f"Each person gets a letter, so there can be 26 of them, not {people}: choose fewer."
        )
    return [*string.ascii_uppercase[:people]], [str(n) for n in range(1, articles + 1)]


def corners(users: np.ndarray, items: np.ndarray) -> np.ndarray:
    """The lowest and the highest place of a whole run, with the origin between them."""
    places = np.concatenate([users, items], axis=1).reshape(-1, 2)
    return np.array([np.minimum(places.min(axis=0), 0), np.maximum(places.max(axis=0), 0)])


def plane(
    strengths: pd.DataFrame, users: np.ndarray, items: np.ndarray, tastes: Tastes, at: int
) -> list[Shape]:
    """After `at` half-steps people as circles, articles as squares, and the way they came.

    The way that a point went last is bold and begins with a ring.
    """
    names = [*strengths.index, *strengths.columns]
    colour_of = taste_colours(tastes)
    ways = np.concatenate([users, items], axis=1)[: at + 1].swapaxes(0, 1)
    (left, bottom), (right, top) = corners(users, items)
    cross = (((left, 0), (right, 0)), ((0, bottom), (0, top)))
    trails: list[Shape] = [Line(np.array(ends), opacity=0.25) for ends in cross]
    points: list[Shape] = []
    for i, (way, code, name) in enumerate(zip(ways, sum(codes(strengths), []), names, strict=True)):
        colour, before = colour_of.get(name, GREY), way[max(at - 1, 0)]
        trails.append(Line(way, colour, 0.35))
        if not np.allclose(way[-1], before):
            last = np.array([before, way[-1]])
            trails += [Line(last, colour, width=2.5), Mark(before, "o", 6, colour, filled=False)]
        shape = "o" if i < len(strengths) else "s"
        points.append(Mark(way[-1], shape, 20, colour, code=code, name=str(name), before=before))
    return [*trails, *points]


def _scores(axes: Axes, strengths: pd.DataFrame, scores: np.ndarray) -> None:
    heat_map(axes, pd.DataFrame(scores, *codes(strengths)), 1)
    for row, column in np.argwhere(strengths.to_numpy() > 0):
        axes.plot(column, row, "s", markersize=12, markerfacecolor="none", color=BLACK, mew=0.7)

"""Chapter 3: the toy matrix, the loss on its way down, the factors, and what alpha does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import LogLocator, NullLocator

from .colours import BLACK, GREEN, GREY, ORANGE, PINK
from .core import Drawn, heat_map, panel, picture, shorten, title_over_all
from .stills import taste_colours, taste_legend


@picture
def toy_matrix(strengths: pd.DataFrame) -> Drawn:
    """The strengths of a small matrix, people × articles; empty where nothing was read."""
    read, top = strengths.to_numpy() > 0, strengths.to_numpy().max()
    figure, axes = panel(3.7)
    # The square root keeps a single view visible beside a strength of twelve.
    text = strengths.map("{:.0f}".format).where(read, "")
    heat_map(axes, strengths**0.5, top**0.5, text)
    axes.set(xlabel="article", ylabel="person")
    axes.set_title(f"{read.sum()} of {read.size} cells hold a strength; the rest is silence")
    return figure, (
        f"{read.shape[0]} people (rows) and {read.shape[1]} articles (columns). A number is the "
        f"strength of what somebody did with an article, at most {top:.0f}; {(~read).sum()} of the "
        f"{read.size} cells are empty."
    )


@picture
def loss_staircase(losses: Sequence[float]) -> Drawn:
    """The loss after each half-step; `losses[0]` is the one before the first."""
    steps, values = np.arange(len(losses)), np.array(losses)
    figure, axes = panel(3.8)
    axes.step(steps, values, where="post", color=GREY, linewidth=1)
    axes.plot(0, values[0], "D", color=BLACK, label="random start")
    axes.plot(steps[1::2], values[1::2], "o", color=GREEN, label="people solved, articles fixed")
    axes.plot(steps[2::2], values[2::2], "s", color=PINK, label="articles solved, people fixed")
    axes.set(xlabel="half-step", ylabel="loss (logarithmic scale)", yscale="log")
    axes.yaxis.set(major_locator=LogLocator(subs=(1, 2, 5)), minor_locator=NullLocator())
    axes.yaxis.set_major_formatter("{x:g}")
    axes.legend()
    drops = -np.diff(values)
    falls, total = int((drops > 0).sum()), len(drops)
    which = "Every half-step lowers" if falls == total else f"{falls} of {total} half-steps lower"
    axes.set_title(f"{which} the loss: from {values[0]:,.1f} to {values[-1]:,.1f}")
    shares = np.cumsum(drops) / drops.sum()
    most = int(np.argmax(shares >= 0.95))
    return figure, (
        f"{falls} of {total} half-steps lower the loss, from {values[0]:,.1f} at the random start "
        f"to {values[-1]:,.1f} at the end. The first {most + 1} of them go {shares[most]:.0%} of "
        "the way."
    )


@picture
def factor_plane(
    people: pd.DataFrame, articles: pd.DataFrame, tastes: Mapping[str, Sequence[str]]
) -> Drawn:
    """Two factors as a plane; `tastes` maps two tastes to the names of their members."""
    colour_of = taste_colours(tastes)
    figure, axes = panel(5.2)
    for frame, marker in ((people, "o"), (articles, "s")):
        for name, (x, y) in zip(frame.index, frame.to_numpy(), strict=True):
            colour = colour_of.get(name, GREY)
            axes.plot([0, x], [0, y], color=colour, linewidth=0.8, alpha=0.4)
            axes.plot(x, y, marker, color=colour, markersize=8, mec="white")
    both = pd.concat([people, articles])
    _label_groups(axes, both)
    taste_legend(figure, list(tastes), "both" if set(both.index) - set(colour_of) else "")
    axes.set(xlabel="place 1", ylabel="place 2")
    axes.set_aspect("equal", adjustable="datalim")
    axes.margins(0.3, 0.12)
    members = [both.loc[list(names)].to_numpy() for names in tastes.values()]
    apart = _degrees(*(_direction(vectors) for vectors in members))
    within = max(_degrees(v, _direction(vectors)) for vectors in members for v in vectors)
    named = " and ".join(shorten(taste, 20) for taste in tastes)
    axes.set_title(f"Unasked, {named} end up {apart:.0f}° apart")
    return figure, (
        f"People and articles as points with two coordinates each. The mean directions of "
        f"{' and '.join(tastes)} are {apart:.0f}° apart; no member is more than {within:.0f}° off "
        "the mean direction of its own taste."
    )


@picture
def reconstructions(
    preference: pd.DataFrame, scores: Mapping[str, np.ndarray], gaps: np.ndarray
) -> Drawn:
    """Preferences beside the scores of several models; `gaps` says which cells get a frame.

    The frame is bold where the cell scores highest among what the person has not read.
    """
    read = preference.to_numpy() > 0
    figure = Figure(figsize=(10, 7.2))
    panels = {"P, the preferences": read.astype(int), **scores}
    firsts = {name: _first_unread(values, read) & gaps for name, values in scores.items()}
    for axes, (name, values) in zip(figure.subplots(2, 2).flat, panels.items(), strict=False):
        frame = pd.DataFrame(values, preference.index, preference.columns)
        text = frame.map(lambda v: f"{v}" if isinstance(v, int) else f"{v:z.2f}")
        heat_map(axes, frame, 1, text)
        count = f": {firsts[name].sum()} of {gaps.sum()} first" if name in firsts else ""
        axes.set_title(shorten(name, 24) + count, fontsize=11)
        for row, column in np.argwhere(gaps):
            bold = name not in firsts or firsts[name][row, column]
            # The edge shows in grey as well.
            for colour, width in ((BLACK, 4), (ORANGE, 2)) if bold else ((BLACK, 1.2),):
                corner, dash = (column - 0.5, row - 0.5), "-" if bold else "--"
                axes.add_patch(Rectangle(corner, 1, 1, fill=False, ec=colour, lw=width, ls=dash))
    ranked = sorted(firsts, key=lambda name: -firsts[name].sum())
    counts = [f"{name.partition(' (')[0]} {firsts[name].sum()} of {gaps.sum()}" for name in ranked]
    title_over_all(figure, f"Framed cells that come first: {', '.join(counts)}")
    parts = (
        f"with “{name}” {firsts[name].sum()} and {scores[name][gaps].mean():.2f}" for name in ranked
    )
    return figure, (
        f"Of the {gaps.sum()} framed cells, the number that score highest among what the person "
        f"has not read, and their mean score: {', '.join(parts)}. Dashed frames are not first."
    )


@picture
def alpha_scores(quantiles: pd.DataFrame) -> Drawn:
    """Scores of read and unread pairs; columns `alpha`, `pairs`, `low`, `middle`, `high`."""
    figure, axes = panel(3.8)
    alphas = sorted(quantiles["alpha"].unique())
    styles = {"read": (GREEN, "o", -0.08), "unread": (PINK, "s", 0.08)}
    for kind, (colour, marker, shift) in styles.items():
        rows = quantiles[quantiles["pairs"] == kind].sort_values("alpha")
        low, middle, high = rows[["low", "middle", "high"]].to_numpy().T
        spread = np.array([middle - low, high - middle])
        axes.errorbar(
            np.arange(len(rows)) + shift, middle, spread, color=colour,
            marker=marker, capsize=4, linestyle="", label=f"{kind} pairs: median, middle 80%",
        )  # fmt: skip
    axes.set_xticks(range(len(alphas)), [f"{alpha:g}" for alpha in alphas])
    axes.set(xlabel="alpha", ylabel="score")
    axes.legend(loc="upper left", ncols=2)
    axes.set_ylim(top=quantiles["high"].max() * 1.25)
    median = quantiles.set_index(["pairs", "alpha"])["middle"]
    first, last = alphas[0], alphas[-1]
    change = f"{median['read', first]:.2f} to {median['read', last]:.2f}"
    axes.set_title(f"A larger alpha moves the median score of a read pair from {change}")
    return figure, (
        f"As alpha goes from {first:g} to {last:g}, the median score of a read pair goes from "
        f"{change}, that of an unread pair from {median['unread', first]:.3f} to "
        f"{median['unread', last]:.3f}. Bars hold the middle 80% of the pairs."
    )


def _label_groups(axes: Axes, points: pd.DataFrame) -> None:
    """One label for points that lie together: outwards, unless another point is in the way."""
    places = points.to_numpy()
    low, high = places.min(axis=0), places.max(axis=0)
    near = 0.09 * float(np.hypot(*(high - low)))
    left = list(range(len(places)))
    while left:
        apart = np.hypot(*(places[left] - places[left[0]]).T)
        group = [i for i, gap in zip(left, apart, strict=True) if gap <= near]
        left = [i for i in left if i not in group]
        others = np.delete(places, group, axis=0)
        x, y = places[group].T
        right = x.mean() > (low[0] + high[0]) / 2
        ahead = (others[:, 0] - x.mean()) * (1 if right else -1)
        blocked = (np.abs(others[:, 1] - y.mean()) < near / 2) & (ahead > 0) & (ahead < 2 * near)
        right = right != blocked.any()
        edge, away, side = (x.max(), 8, "left") if right else (x.min(), -8, "right")
        axes.annotate(
            ",\n".join(shorten(str(name), 20) for name in points.index[group]),
            (edge, y.mean()), (away, 0), textcoords="offset points", ha=side, va="center",
            fontsize=9, linespacing=1,
        )  # fmt: skip


def _first_unread(scores: np.ndarray, read: np.ndarray) -> np.ndarray:
    """True for the cell of each row that scores highest among the unread."""
    masked = np.where(read, -np.inf, scores)
    first: np.ndarray = masked >= masked.max(axis=1, keepdims=True) - 1e-9
    return first & ~read


def _direction(vectors: np.ndarray) -> np.ndarray:
    mean: np.ndarray = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).mean(axis=0)
    return mean


def _degrees(first: np.ndarray, second: np.ndarray) -> float:
    cosine = first @ second / (np.linalg.norm(first) * np.linalg.norm(second))
    return float(np.degrees(np.arccos(np.clip(cosine, -1, 1))))


@picture
def product(
    people: pd.DataFrame, articles: pd.DataFrame, strengths: pd.DataFrame, pair: tuple[str, str]
) -> Drawn:
    """Two thin matrices, their product beside the strengths, and one dot product worked out."""
    x, y = people.to_numpy(), articles.to_numpy()
    u, i = list(people.index).index(pair[0]), list(articles.index).index(pair[1])
    terms = " + ".join(f"{a:g} · {b:g}" for a, b in zip(x[u], y[i], strict=True))
    worked = f"{terms} = {x[u] @ y[i]:g}"
    figure = Figure(figsize=(10, 4.6))
    grid = figure.subplots(2, 3, width_ratios=[2, 7, 7], height_ratios=[2, 6])
    scores = pd.DataFrame(x @ y.T, people.index, articles.index)
    for axes, frame in ((grid[0, 1], articles.T), (grid[1, 0], people), (grid[1, 1], scores)):
        heat_map(axes, frame, 1, frame.map("{:g}".format))
    text = strengths.map("{:g}".format).where(strengths > 0, "")
    heat_map(grid[1, 2], strengths**0.5, strengths.to_numpy().max() ** 0.5, text)
    for axes in (grid[0, 1], grid[1, 2]):
        axes.xaxis.tick_top()
        names = [shorten(str(name), 16) for name in articles.index]
        axes.set_xticks(range(len(names)), names, rotation=40, ha="left", fontsize=8)
    grid[1, 1].set(xticks=[], yticks=[], xlabel="their product: the scores")
    grid[1, 2].set(yticks=[], xlabel="the strengths")
    grid[0, 0].set_axis_off()
    grid[0, 2].set_axis_off()
    _frame(grid[1, 0], 0, u, x.shape[1], 1)
    _frame(grid[0, 1], i, 0, 1, x.shape[1])
    _frame(grid[1, 1], i, u, 1, 1)
    told = f"{pair[0]} × {pair[1]}:\n{worked}"
    grid[0, 2].text(0, 0.9, told, color=GREEN, fontsize=11, va="top")
    read, ones = strengths.to_numpy() > 0, x @ y.T >= 1
    hit, filled = (ones & read).sum(), (ones & ~read).sum()
    title_over_all(figure, f"Two numbers each give {hit} of {read.sum()} read cells a score of 1")
    return figure, (
        f"Left, the people's two numbers, above, the articles'; their product beside the "
        f"strengths. {pair[0]} × {pair[1]} is {worked}. At least 1 is the score of {hit} of the "
        f"{read.sum()} read cells and of {filled} of the {(~read).sum()} empty ones."
    )


def _frame(axes: Axes, column: float, row: float, width: float, height: float) -> None:
    """A frame around some cells of a heat map."""
    corner = (column - 0.5, row - 0.5)
    axes.add_patch(Rectangle(corner, width, height, fill=False, ec=GREEN, lw=3, clip_on=False))

"""Chapter 3: the toy matrix, the loss on its way down, the factors, and what alpha does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.ticker import LogLocator, NullLocator

from .colours import BLACK, BLUE, GREY, ORANGE
from .core import Drawn, heat_map, panel, picture, shorten, title_over_all


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
    axes.plot(steps[1::2], values[1::2], "o", color=BLUE, label="people solved, articles fixed")
    axes.plot(steps[2::2], values[2::2], "s", color=ORANGE, label="articles solved, people fixed")
    axes.set(xlabel="half-step", ylabel="loss (logarithmic scale)", yscale="log")
    axes.yaxis.set(major_locator=LogLocator(subs=(1, 2, 5)), minor_locator=NullLocator())
    axes.yaxis.set_major_formatter("{x:g}")
    axes.legend()
    drops = -np.diff(values)
    falls, total = int((drops > 0).sum()), len(drops)
    which = "Every half-step lowers" if falls == total else f"{falls} of {total} half-steps lower"
    axes.set_title(f"{which} the loss: from {values[0]:,.1f} to {values[-1]:,.1f}")
    most = int(np.argmax(np.cumsum(drops) >= 0.95 * drops.sum())) + 1
    return figure, (
        f"{falls} of {total} half-steps lower the loss, from {values[0]:,.1f} at the random start "
        f"to {values[-1]:,.1f} at the end. The first {most} of them go 95 % of the way."
    )


@picture
def factor_plane(
    people: pd.DataFrame, articles: pd.DataFrame, tastes: Mapping[str, Sequence[str]]
) -> Drawn:
    """Two factors as a plane; `tastes` maps two tastes to the names of their members."""
    colour_of = {n: c for c, t in zip((BLUE, ORANGE), tastes, strict=True) for n in tastes[t]}
    figure, axes = panel(4.8)
    for frame, marker in ((people, "o"), (articles, "s")):
        for name, (x, y) in zip(frame.index, frame.to_numpy(), strict=True):
            colour = colour_of.get(name, GREY)
            axes.plot([0, x], [0, y], color=colour, linewidth=0.8, alpha=0.6)
            axes.plot(x, y, marker, color=colour, markersize=8)
    both = pd.concat([people, articles])
    _label_beside(axes, both)
    _plane_legend(figure, list(tastes))
    axes.set(xlabel="factor 0", ylabel="factor 1")
    axes.set_aspect("equal", adjustable="datalim")
    members = [both.loc[list(names)].to_numpy() for names in tastes.values()]
    apart = _degrees(*(_direction(vectors) for vectors in members))
    within = max(_degrees(v, _direction(vectors)) for vectors in members for v in vectors)
    axes.set_title(f"The two tastes point {apart:.0f}° apart")
    return figure, (
        f"People and articles as points with two coordinates each. The mean directions of "
        f"{' and '.join(tastes)} are {apart:.0f}° apart; no member is more than {within:.0f}° off "
        "the mean direction of its own taste."
    )


@picture
def reconstructions(
    preference: pd.DataFrame, scores: Mapping[str, np.ndarray], gaps: np.ndarray
) -> Drawn:
    """Preferences beside the scores of several models; `gaps` says which cells get a frame."""
    read = preference.to_numpy() > 0
    figure = Figure(figsize=(10, 7.2))
    panels = {"P, the preferences": read.astype(int), **scores}
    for axes, (name, values) in zip(figure.subplots(2, 2).flat, panels.items(), strict=False):
        frame = pd.DataFrame(values, preference.index, preference.columns)
        text = frame.map(lambda v: f"{v}" if isinstance(v, int) else f"{v:.2f}")
        heat_map(axes, frame, 1, text.replace("-0.00", "0.00"))
        axes.set_title(name, fontsize=11)
        for row, column in np.argwhere(gaps):
            for colour, width in ((BLACK, 4), (ORANGE, 2)):  # an edge that shows in grey as well
                corner = (column - 0.5, row - 0.5)
                axes.add_patch(Rectangle(corner, 1, 1, fill=False, ec=colour, linewidth=width))
    groups = {"read": read, "framed": gaps, "all other empty": ~read & ~gaps}
    means = {n: {g: float(s[c].mean()) for g, c in groups.items()} for n, s in scores.items()}
    best = max(means, key=lambda name: means[name]["framed"] - means[name]["all other empty"])
    framed, other = means[best]["framed"], means[best]["all other empty"]
    title = f"“{best}” scores the framed cells {framed:.2f}, all other empty cells {other:.2f}"
    title_over_all(figure, title)
    parts = [
        f"“{name}”: " + ", ".join(f"{group} {mean:.2f}" for group, mean in by_group.items())
        for name, by_group in means.items()
    ]
    return figure, f"Mean score of the cells in each panel. {'; '.join(parts)}."


@picture
def alpha_scores(quantiles: pd.DataFrame) -> Drawn:
    """Scores of read and unread pairs; columns `alpha`, `pairs`, `low`, `middle`, `high`."""
    figure, axes = panel(3.8)
    alphas = sorted(quantiles["alpha"].unique())
    styles = {"read": (BLUE, "o", -0.08), "unread": (ORANGE, "s", 0.08)}
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
    axes.set_title(
        f"From alpha = {first:g} to {last:g} the median read pair goes from a score of {change}"
    )
    return figure, (
        f"As alpha goes from {first:g} to {last:g}, the median score of a read pair goes from "
        f"{change}, that of an unread pair from {median['unread', first]:.3f} to "
        f"{median['unread', last]:.3f}. Bars hold the middle 80% of the pairs."
    )


def _label_beside(axes: Axes, points: pd.DataFrame) -> None:
    """Names in two columns left and right of the points, so that close points stay legible."""
    low, high = points.min(), points.max()
    width, gap = high.iloc[0] - low.iloc[0], 0.07 * (high.iloc[1] - low.iloc[1])
    left = points.iloc[:, 0] <= (low.iloc[0] + high.iloc[0]) / 2
    for side, edge, align in (
        (left, low.iloc[0] - 0.15 * width, "right"),
        (~left, high.iloc[0] + 0.15 * width, "left"),
    ):
        ordered = points[side].sort_values(points.columns[1], kind="stable")
        heights = _spread(ordered.iloc[:, 1].to_numpy(), gap)
        for name, point, height in zip(ordered.index, ordered.to_numpy(), heights, strict=True):
            axes.annotate(
                shorten(str(name), 20), tuple(point), (edge, height), ha=align, va="center",
                fontsize=9, arrowprops={"arrowstyle": "-", "color": GREY, "linewidth": 0.6},
            )  # fmt: skip
    axes.margins(0.5, 0.15)


def _spread(heights: np.ndarray, gap: float) -> np.ndarray:
    """Ascending heights, moved apart to at least `gap`."""
    moved = heights.astype(float)
    for i in range(1, len(moved)):
        moved[i] = max(moved[i], moved[i - 1] + gap)
    return moved - (moved - heights).mean() if len(moved) else moved


def _plane_legend(figure: Figure, tastes: list[str]) -> None:
    marks = [("o", BLACK, "person"), ("s", BLACK, "article")]
    marks += [("D", colour, taste) for colour, taste in zip((BLUE, ORANGE), tastes, strict=True)]
    handles = [Line2D([], [], linestyle="", marker=m, color=c, label=name) for m, c, name in marks]
    figure.legend(handles=handles, loc="outside right upper")


def _direction(vectors: np.ndarray) -> np.ndarray:
    mean: np.ndarray = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).mean(axis=0)
    return mean


def _degrees(first: np.ndarray, second: np.ndarray) -> float:
    cosine = first @ second / (np.linalg.norm(first) * np.linalg.norm(second))
    return float(np.degrees(np.arccos(np.clip(cosine, -1, 1))))

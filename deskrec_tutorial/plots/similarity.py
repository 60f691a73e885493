"""Chapter 4: arrows, norms, two rankings, evidence, and the map of the articles."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import wrap
from typing import Any

import numpy as np
import pandas as pd
from implicit.cpu.als import AlternatingLeastSquares
from matplotlib.axes import Axes
from matplotlib.ticker import LogLocator, NullFormatter
from scipy.stats import spearmanr

from ..strength import InteractionMatrix
from .colours import BLACK, BLUE, GREEN, GREY, ORANGE, PINK, RED, SKY
from .core import UNITLESS, Drawn, beside, panel, picture, shorten

# Articles are classed by their number of readers; an edge is the smallest of its class.
EDGES = (1, 2, 3, 5, 10, 20, 50, np.inf)
CLASSES = ("1", "2", "3–4", "5–9", "10–19", "20–49", "50+")
# A colour and a shape for each topic that is named, so that the map can be read in grey.
LOOKS = (
    (BLUE, "o", "●"), (ORANGE, "s", "■"), (GREEN, "^", "▲"), (PINK, "D", "◆"), (RED, "v", "▼"),
    (BLACK, "P", "✚"), (SKY, "X", "✖"),
)  # fmt: skip
MOVED = BLUE, ORANGE  # the line of an article that stays at its place, and of one that moves


@picture
def arrows(vectors: Mapping[str, tuple[float, float]]) -> Drawn:
    """Vectors of two numbers as arrows; the others (two or three) are compared with the first."""
    (name, first), *others = ((key, np.array(pair, float)) for key, pair in vectors.items())
    norm = np.linalg.norm
    dots = {key: float(first @ pair) for key, pair in others}
    cosines = {key: dots[key] / float(norm(first) * norm(pair)) for key, pair in others}
    figure, axes = panel()
    colours = (BLACK, BLUE, RED, GREEN)
    for (key, pair), colour in zip([(name, first), *others], colours, strict=False):
        x, y = map(float, pair)
        style = {"arrowstyle": "-|>", "color": colour, "lw": 2.5, "shrinkA": 0, "shrinkB": 0}
        axes.annotate("", (x, y), (0, 0), arrowprops=style)
        label = f"{key} = ({x:g}, {y:g})"
        if key != name:
            angle = np.degrees(np.arccos(np.clip(cosines[key], -1, 1)))
            label += f"\ndot product {dots[key]:g}\nangle {angle:.0f}°, cosine {cosines[key]:.2f}"
        side = "top" if key == name else "bottom" if x < first[0] else "center"
        offset = (8, 14 if side == "bottom" else 4)  # clear of the label of the first arrow
        axes.annotate(label, (x, y), offset, textcoords="offset points", color=colour, va=side)
    ends = np.array([first, *(pair for _, pair in others)])
    low, high = np.minimum(ends.min(axis=0), 0), ends.max(axis=0)
    axes.set(xlim=(low[0], high[0] + 2.5), ylim=(low[1], high[1] + 1), aspect="equal")
    axes.set(xlabel="first number", ylabel="second number")
    by_dot, by_cosine = max(dots, key=lambda k: dots[k]), max(cosines, key=lambda k: cosines[k])
    axes.set_title(f"Nearest to {name}: {by_dot} by dot product, {by_cosine} by cosine")
    listed = "; ".join(f"{k}: dot product {dots[k]:g}, cosine {cosines[k]:.2f}" for k in dots)
    return figure, (
        f"Compared with {name}, {listed}. The dot product grows with the length of an arrow; the "
        "cosine depends on the angle alone."
    )


@picture
def norms_and_readers(model: AlternatingLeastSquares, matrix: InteractionMatrix) -> Drawn:
    """Length of each article's vector against its number of readers, both logarithmic."""
    norms, readers = np.linalg.norm(model.item_factors, axis=1), matrix.readers
    rho = float(spearmanr(norms, readers).statistic)
    table = pd.DataFrame({"readers": readers, "norm": norms})
    medians = table.groupby(_classes(readers), observed=True).median()
    figure, axes = panel(4.2)
    axes.loglog(readers, norms, ".", color=BLUE, alpha=0.25, markersize=5)
    as_many = "median of articles with about as many"
    axes.loglog(medians["readers"], medians["norm"], "-o", color=ORANGE, label=as_many)
    floor = 0.5 * float(np.quantile(norms, 0.005))
    axes.set(xlabel="readers of the article (log scale)", ylabel="length of its vector (log scale)")
    axes.set_ylim(floor, 1.5 * norms.max())
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axis.set_major_formatter("{x:g}")
        axis.set_minor_formatter(NullFormatter())
    axes.legend(loc="lower right")
    finding = "The more readers, the longer the vector" if rho > 0.5 else "Readers and length"
    axes.set_title(f"{finding} (rank correlation {rho:.2f})")
    lengths = [f"{medians['norm'].iloc[i]:.3f} with {_of(medians.index[i])}" for i in (0, -1)]
    hidden = int((norms < floor).sum())
    return figure, (
        f"Spearman's rank correlation of readers and vector length is {rho:.2f} over "
        f"{len(norms):,} articles. The median length is {' and '.join(lengths)}."
        + (f" Points below the frame: {hidden}." if hidden else "")
    )


@picture
def two_rankings(
    left: pd.DataFrame, right: pd.DataFrame, names: tuple[str, str] = ("cosine", "dot product")
) -> Drawn:
    """Two lists of articles side by side; a line joins the two places of the same article.

    `left` and `right` are as `similar_articles` returns them; `names` is what they are called.
    """
    rows = max(len(left), len(right))
    figure, axes = panel(0.38 * rows + 1.2)
    both = moves(left, right)
    for start, end in both:
        axes.plot([0, 1], [start, end], "-o", color=MOVED[start != end])
    _list(axes, 0, left, set(right["contentId"]), names[0])
    _list(axes, 1, right, set(left["contentId"]), names[1])
    axes.set(xlim=(-3.4, 4.4), ylim=(rows - 0.4, -1.2))  # about one inch for the lines
    axes.set_axis_off()
    means = left["readers"].mean(), right["readers"].mean()
    (few, less), (many, more) = sorted(zip(means, names, strict=True))
    axes.set_title(f"By {more} neighbours have {many:.0f} readers on average, by {less} {few:.0f}")
    moved = sum(start != end for start, end in both)
    return figure, (
        f"Articles in both lists: {len(both)}, of which {moved} at another place (orange lines). "
        f"Grey titles are in one list only. The articles listed by {names[0]} have {means[0]:.1f} "
        f"readers on average, those by {names[1]} {means[1]:.1f}."
    )


@picture
def evidence(readers: np.ndarray, agreement: np.ndarray, chance: float) -> Drawn:
    """Share of an article's nearest that are about its topic, by its number of readers.

    `readers` and that share, `agreement`, have one number per article; `chance` is the share to
    expect if the nearest were drawn at random.
    """
    groups = pd.Series(agreement).groupby(_classes(readers), observed=True)
    shares, counts = groups.mean(), groups.size()
    figure, axes = panel()
    bars = axes.bar(shares.index.astype(str), shares, color=BLUE, width=0.7)
    labels = [f"{share:.0%}\n({n:,})" for share, n in zip(shares, counts, strict=True)]
    axes.bar_label(bars, labels, padding=2, fontsize=9)
    axes.axhline(chance, color=ORANGE, linestyle="--")
    across = axes.get_yaxis_transform()
    axes.text(1.01, chance, f"chance\n{chance:.0%}", transform=across, va="center", fontsize=9)
    axes.set(xlabel="readers of the article (in brackets: number of such articles)")
    axes.set(ylabel="nearest on the same topic", ylim=(0, 1.25 * max(shares.max(), chance)))
    axes.yaxis.set_major_formatter("{x:.0%}")
    best, first, last = (str(name) for name in (shares.idxmax(), *shares.index[[0, -1]]))
    axes.set_title(
        f"Nearest on the same topic: {shares[first]:.0%} with {_of(first)}, "
        f"{shares[best]:.0%} with {_of(best)}"
    )
    return figure, (
        f"Of the articles nearest to one with {_of(first)}, {shares[first]:.0%} are on its topic; "
        f"with {_of(last)} it is {shares[last]:.0%}. The largest share, {shares[best]:.0%}, goes "
        f"with {_of(best)}. Two articles drawn at random share a topic in {chance:.1%} of cases."
    )


@picture
def article_map(
    places: np.ndarray,
    topics: np.ndarray | None = None,
    agreement: float | None = None,
    chance: float | None = None,
) -> Drawn:
    """Articles at their `places`, shape (articles, 2); the largest topics, where known, marked.

    With `topics`, one per article, goes the share of an article's nearest, by its whole vector,
    that are on its topic: `agreement`, and what it would be by `chance`.
    """
    figure, axes = panel(7.2, 9)
    colour = BLUE if topics is None else GREY
    axes.scatter(places[:, 0], places[:, 1], s=9, color=colour, alpha=0.6, linewidths=0)
    axes.set(xticks=[], yticks=[], xlabel=UNITLESS)
    axes.spines[:].set_visible(False)
    axes.margins(x=0.12, y=0.05)
    if topics is None:
        axes.set_title(f"{len(places):,} articles, placed by who read them")
        return figure, (
            f"{len(places):,} articles. Neighbours were read by similar people. These data do not "
            "say what an article is about, so all points have the same colour."
        )
    if agreement is None or chance is None:
        raise ValueError("With topics, say how many of the nearest share them: agreement, chance.")
    largest = _draw_topics(axes, places, topics)
    finding = (
        "Readers reveal the topic" if agreement >= 2 * chance else "Readers say little of the topic"
    )
    axes.set_title(f"{finding}: {agreement:.0%} of the nearest share it, {chance:.0%} by chance")
    return figure, (
        f"{len(places):,} articles; coloured shapes mark the {largest} largest topics. Of the "
        f"nearest articles, by all numbers of the vectors, {agreement:.0%} share the topic; chance "
        f"gives {chance:.1%}. The model was told no topic and no word."
    )


def _classes(readers: np.ndarray) -> pd.Series[str]:
    """The class of each article by its number of readers."""
    return pd.cut(pd.Series(readers), EDGES, right=False, labels=CLASSES)


def _of(readers: str) -> str:
    return "1 reader" if readers == "1" else f"{readers} readers"


def moves(left: pd.DataFrame, right: pd.DataFrame) -> list[tuple[int, int]]:
    """The two places, from 0, of each article that is in both lists."""
    place = {item: rank for rank, item in enumerate(right["contentId"])}
    return [(rank, place[item]) for rank, item in enumerate(left["contentId"]) if item in place]


def _list(axes: Axes, x: int, table: pd.DataFrame, shared: set[int | str], name: str) -> None:
    """One column of the slopegraph: the place beside the line, then the title on up to two rows."""
    out = 1 if x else -1
    beside(axes, x, -0.9, f"by {name} (readers)", 28 * out, weight="bold", fontsize=10)
    for rank, row in enumerate(table.itertuples()):
        readers = f" ({row.readers})"
        lines = wrap(shorten(str(row.title), 200), 42 - len(readers), max_lines=2, placeholder="…")
        colour = BLACK if row.contentId in shared else "#707070"
        for distance, words in ((9, f"{rank + 1}"), (28, "\n".join(lines) + readers)):
            look: dict[str, Any] = {"fontsize": 9, "linespacing": 1.05, "color": colour}
            beside(axes, x, rank, words, distance * out, **look)


def _draw_topics(axes: Axes, places: np.ndarray, topics: np.ndarray) -> int:
    """Mark the largest topics and label each above its densest part; return how many."""
    names, counts = np.unique(topics, return_counts=True)
    largest = names[np.argsort(-counts, kind="stable")][: len(LOOKS)]
    near = np.ptp(places, axis=0) * (0.25, 0.05)
    taken: list[np.ndarray] = []
    for topic, (colour, marker, glyph) in zip(largest, LOOKS, strict=False):
        own = places[topics == topic]
        axes.scatter(own[:, 0], own[:, 1], s=24, color=colour, marker=marker, linewidths=0)
        spot = _above_crowd(own) + (0, near[1] / 4)
        while any((np.abs(spot - other) < near).all() for other in taken):
            spot[1] += near[1] / 4  # up, where it would cover an earlier label
        taken.append(spot)
        box = {"boxstyle": "round,pad=0.25", "facecolor": "white", "edgecolor": colour}
        label = f"{glyph} {shorten(str(topic), 24)}"
        axes.text(spot[0], spot[1], label, ha="center", va="bottom", fontsize=9, bbox=box)
    highest = max(spot[1] for spot in taken) + near[1]
    axes.set_ylim(top=max(axes.get_ylim()[1], highest))
    return len(largest)


def _above_crowd(points: np.ndarray) -> np.ndarray:
    """A place above the three quarters of the points around the tightest spot."""
    apart = np.linalg.norm(points[:, None] - points[None], axis=2)
    middle = np.sort(apart, axis=1)[:, min(5, len(points) - 1)].argmin()
    crowd = points[np.argsort(apart[middle], kind="stable")[: len(points) * 3 // 4 + 1]]
    return np.array([crowd[:, 0].mean(), crowd[:, 1].max()])

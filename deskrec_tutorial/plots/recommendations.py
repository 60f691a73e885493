"""Chapter 5: scores, scaling, an explanation, what gets recommended, and two seeds."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from .colours import BLACK, BLUE, GREY, ORANGE
from .core import Drawn, beside, panel, picture, shorten, title_over_all
from .data import draw_tails


@picture
def score_range(scores: np.ndarray, has_read: np.ndarray) -> Drawn:
    """How raw scores (users × items) spread, where `has_read` is True and where it is not."""
    below, above = (scores < 0).mean(), (scores > 1).mean()
    figure, axes = panel(3.6)
    axes.axvspan(0, 1, color="#eeeeee", zorder=0, label="a probability would lie here")
    low, high = np.floor(scores.min() * 10), np.ceil(scores.max() * 10)
    groups = (("unread", scores[~has_read], BLUE, "-"), ("read", scores[has_read], ORANGE, "--"))
    for name, values, colour, line in groups:
        counts, bins = np.histogram(values, max(int(high - low), 1), (low / 10, high / 10))
        share = counts / max(len(values), 1)
        axes.stairs(share, bins, color=colour, linestyle=line, linewidth=2, label=name)
    axes.set(xlabel="score", ylabel="share of the read / unread pairs")
    axes.yaxis.set_major_formatter("{x:.0%}")
    axes.legend(title="pair of person and article")
    axes.set_title(
        f"A score is no probability: {below:.0%} are below zero, the largest is {scores.max():.1f}"
    )
    return figure, (
        f"Of {scores.size:,} scores {below:.1%} lie below 0 and {above:.1%} above 1; a probability "
        f"would stay in the grey band. Half of the unread pairs score {_quartiles(groups[0][1])}, "
        f"half of the read pairs {_quartiles(groups[1][1])}."
    )


@picture
def score_waterfall(parts: pd.DataFrame, title: str, most: int = 12) -> Drawn:
    """The contributions of past readings as steps that end at the score.

    `parts` comes from `explain`, `title` is the explained article's. Beyond `most` readings the
    smallest contributions are drawn as one step.
    """
    values, total = parts["contribution"].to_numpy(), parts["contribution"].sum()
    steps, labels = _steps(parts, most)
    figure, axes = panel(1.5 + 0.32 * len(steps), 9)
    _draw_steps(axes, steps, total)
    axes.set_yticks(range(len(steps) + 1), [*labels, "the score: all of them together"], fontsize=8)
    axes.set_xlabel(f"score of “{shorten(title, 60)}”")
    up, down = values[values >= 0], values[values < 0]
    back = (
        f", {len(down)} pull{'s' * (len(down) == 1)} it back by {abs(down.sum()):.3f}"
        if len(down)
        else ""
    )
    push = "reading pushes" if len(up) == 1 else "readings push"
    title_over_all(figure, f"{len(up)} {push} the score up by {up.sum():.3f}{back}")
    return figure, (
        f"“{title}” scores {total:.3f}. Steps forward: {len(up)} of {len(values)} past readings, "
        f"{up.sum():.3f} in all; steps back: {len(down)}, {abs(down.sum()):.3f} in all. The "
        f"largest part, {values.max():.3f}, comes from “{parts['title'].iloc[values.argmax()]}”."
    )


@picture
def concentration(readers: np.ndarray, times: np.ndarray) -> Drawn:
    """How few articles get most of the `readers`, and most of the `times` in somebody's list."""
    figure, axes = panel()
    counts = {"readings": pd.Series(readers), "recommendations": pd.Series(times)}
    readings, places = draw_tails(axes, counts)
    axes.set_xlabel("articles, most frequent first (% of them)")
    axes.set_ylabel("their share of the total (%)")
    axes.set_title(
        f"The top tenth takes {places:.0%} of the recommended places, "
        f"{readings:.0%} of the readings"
    )
    return figure, (
        f"{(times > 0).mean():.1%} of {len(times):,} articles appear in at least one list; the "
        f"other {(times == 0).sum():,} are recommended to nobody. The most recommended tenth fills "
        f"{places:.1%} of all places, while the most read tenth has {readings:.1%} of all readings."
    )


@picture
def two_seeds(first: pd.DataFrame, second: pd.DataFrame) -> Drawn:
    """How much of each list survives a change of seed: two results of `recommend_all`."""
    n = int(first["rank"].max())
    pairs = pd.MultiIndex.from_frame(second[["personId", "contentId"]])
    kept = pd.Series(pd.MultiIndex.from_frame(first[["personId", "contentId"]]).isin(pairs))
    shared = kept.groupby(first["personId"].to_numpy()).sum()
    by_rank = kept.groupby(first["rank"].to_numpy()).mean()
    figure = Figure(figsize=(9, 3.6))
    left, right = figure.subplots(1, 2)
    left.bar(range(n + 1), np.bincount(shared, minlength=n + 1), color=BLUE)
    left.axvline(shared.mean(), color=BLACK, linestyle="--", label=f"mean {shared.mean():.1f}")
    left.set(xlabel=f"titles of {n} in both lists", ylabel="people")
    left.margins(y=0.15)
    left.legend()
    right.plot(by_rank.index, by_rank, "o-", color=ORANGE)
    right.set(xlabel="rank in the first list", ylabel="share still in the other list", ylim=(0, 1))
    left.set_xticks(range(n + 1))
    right.set_xticks(range(1, n + 1))
    right.yaxis.set_major_formatter("{x:.0%}")
    left.set_title(f"Another seed keeps {shared.mean():.1f} of {n} titles")
    first_stay, last_stay = by_rank.iloc[0], by_rank.iloc[-1]
    right.set_title(f"{first_stay:.0%} of first places stay, {last_stay:.0%} of last")
    return figure, (
        f"Left: of {len(shared):,} people {(shared == n).sum():,} get the same {n} titles from "
        f"both seeds, {(shared <= n / 2).mean():.0%} share at most half of them, and "
        f"{shared.mean():.1f} is the mean. Right: "
        f"{first_stay:.0%} of the articles at rank 1 are still among the other list's {n}, "
        f"and {last_stay:.0%} of those at rank {n}."
    )


def _quartiles(values: np.ndarray) -> str:
    if not len(values):
        return "nothing (there are none)"
    low, high = np.quantile(values, [0.25, 0.75])
    return f"between {low:.2f} and {high:.2f}"


def _steps(parts: pd.DataFrame, most: int) -> tuple[np.ndarray, list[str]]:
    """The contributions to draw one by one, then the rest as one; and their labels."""
    values = parts["contribution"]
    largest = values.abs().sort_values(ascending=False, kind="stable").index[:most]
    shown = parts.loc[values.index.isin(largest)]
    steps, labels = shown["contribution"].to_numpy(), [shorten(t) for t in shown["title"]]
    rest = len(parts) - len(shown)
    if rest:
        steps = np.append(steps, values.sum() - steps.sum())
        labels.append(f"{rest} further readings together" if rest > 1 else "1 further reading")
    return steps, labels


def _draw_steps(axes: Axes, steps: np.ndarray, total: float) -> None:
    """One bar per step, each beginning where the one above ends; then the total from zero."""
    ends = np.cumsum(steps)
    for y, (step, end) in enumerate(zip(steps, ends, strict=True)):
        bar = axes.barh(y, step, left=end - step, height=0.7, edgecolor="white", color=BLUE)[0]
        if step < 0:
            bar.set(facecolor=ORANGE, hatch="///")
        axes.plot([end, end], [y, y + 1], color=GREY, linewidth=0.8, zorder=0)
        beside(axes, max(end, end - step), y, f"{step:+.3f}", 4)
    axes.barh(len(steps), total, color=BLACK, height=0.7)
    beside(axes, max(total, 0.0), len(steps), f"{total:.3f}", 4)
    axes.axvline(0, color=GREY, linewidth=0.8)
    axes.invert_yaxis()
    low, high = min(0.0, ends.min()), max(0.0, ends.max(), (ends - steps).max())
    axes.set_xlim(low - 0.03 * (high - low) * (low < 0), high + 0.1 * (high - low))

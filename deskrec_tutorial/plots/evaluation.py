"""Chapters 6 and 7: who is ahead, what lists show, whom they serve, settings, and time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from textwrap import fill

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import PercentFormatter

from ..evaluation import Evaluation, bootstrap_interval
from .colours import BLACK, BLUE, GREEN, GREY, LOOKS, ORANGE, RED
from .core import Drawn, beside, lines, panel, picture, shorten, title_over_all

ON_WHITE = {"facecolor": "white", "edgecolor": "none", "pad": 0.5}
LABELS = {"ndcg": "NDCG", "map": "MAP"}
ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth")


def _label(metric: str) -> str:
    """``ndcg@10`` as people write it."""
    name, at, k = metric.partition("@")
    return LABELS.get(name, name) + at + k


# ------------------------------------------------------------------ chapter 6


@picture
def scoreboard(results: Mapping[str, Evaluation], whom: str, metric: str = "ndcg@10") -> Drawn:
    """One metric of several recommenders with its 95 % intervals, the best at the top.

    The title says at which place `whom`, one of them, comes.
    """
    rows = pd.DataFrame({name: result.summary.loc[metric] for name, result in results.items()}).T
    rows = rows.astype(float).sort_values("value", kind="stable")
    best, people = rows.iloc[-1], len(next(iter(results.values())).per_user)
    figure, axes = panel(1.2 + 0.32 * len(rows))
    places = np.arange(len(rows))
    axes.hlines(places, rows["low"], rows["high"], color=GREY, linewidth=4)
    colours = [BLUE if name == whom else BLACK for name in rows.index]
    axes.scatter(rows["value"], places, 50, colours, zorder=3)
    for place, (value, high) in enumerate(zip(rows["value"], rows["high"], strict=True)):
        beside(axes, max(value, high), place, f"{value:.3f}", bbox=ON_WHITE)
    axes.set_yticks(places, list(rows.index))
    axes.set(xlabel=f"{_label(metric)}, mean over {people:,} people and its 95 % interval")
    axes.set_xlim(0, rows["high"].max() * 1.12)
    title_over_all(figure, _comes(whom, list(rows.index[::-1])))
    reach = rows.index[:-1][rows["high"][:-1] >= best["low"]]
    overlap = f"that of {' and '.join(reach)} overlaps with it" if len(reach) else "no other does"
    ranked = "; ".join(f"{name} {value:.3f}" for name, value in rows["value"][::-1].items())
    return figure, (
        f"{_label(metric)}, the best first: {ranked}. The interval of the best reaches from "
        f"{best['low']:.3f} to {best['high']:.3f}; {overlap}."
    )


def _comes(whom: str, ranked: Sequence[str]) -> str:
    """At which place somebody comes, and whose mean is the highest."""
    place = ranked.index(whom)
    ordinal = ORDINALS[place] if place < len(ORDINALS) else f"at place {place + 1}"
    ahead = f"; highest is {shorten(ranked[0], 24)}" if place else ""
    return f"{shorten(whom, 24)} comes {ordinal}{ahead}"


@picture
def noise(values: Mapping[str, Sequence[float]], metric: str = "ndcg@10") -> Drawn:
    """The same recommender measured again and again: one row of dots for each thing changed."""
    spreads = {name: float(np.std(v, ddof=1)) for name, v in values.items()}
    figure, axes = panel(1.3 + 0.5 * len(values))
    for place, (name, row) in enumerate(values.items()):
        colour, marker, _ = LOOKS[place % len(LOOKS)]
        axes.plot(row, np.full(len(row), place), marker, color=colour, alpha=0.7, markersize=8)
        axes.plot([np.mean(row)] * 2, [place - 0.25, place + 0.25], color=BLACK, linewidth=1.5)
        beside(axes, max(row), place, f"standard deviation {spreads[name]:.4f}", bbox=ON_WHITE)
    axes.set(yticks=range(len(values)), yticklabels=values, ylim=(len(values) - 0.5, -0.5))
    everything = np.concatenate([np.asarray(row) for row in values.values()])
    margin = max(float(np.ptp(everything)), 1e-3) * 0.15
    axes.set_xlim(everything.min() - margin, everything.max() + 3 * margin)
    axes.set_xlabel(_label(metric))
    most, least = max(spreads, key=spreads.__getitem__), min(spreads, key=spreads.__getitem__)
    title = f"{_label(metric)} of one recommender"
    if len(spreads) > 1 and spreads[least]:
        moves = f"moves {_label(metric)} {spreads[most] / spreads[least]:.1f} times as far as"
        title = f"{shorten(most, 26)} {moves} {shorten(least, 26)}"
        title = title[0].upper() + title[1:]
    title_over_all(figure, title)
    parts = [f"{name}, {len(values[name])} times: {sd:.4f}" for name, sd in spreads.items()]
    return figure, (
        f"Standard deviation of {_label(metric)} of one recommender when nothing but this is "
        f"changed: {'; '.join(parts)}. Bars mark the means."
    )


@picture
def what_lists_show(results: Mapping[str, Evaluation], opened: float, k: int = 10) -> Drawn:
    """Coverage and novelty of several recommenders, in the order of their NDCG.

    `opened` is the novelty of what people opened themselves, drawn as a line.
    """
    names = sorted(results, key=lambda name: results[name][f"ndcg@{k}"])
    figure = Figure(figsize=(9, 1.2 + 0.32 * len(names)))
    panels = figure.subplots(1, 2, sharey=True)
    for axes, metric, colour in zip(panels, ("coverage", "novelty"), (GREEN, ORANGE), strict=True):
        values = [results[name][f"{metric}@{k}"] for name in names]
        axes.barh(range(len(names)), values, color=colour, height=0.65)
        for place, value in enumerate(values):
            if metric == "coverage":
                beside(axes, value, place, f"{value:.1%}")
            else:  # at the foot of the bar, where the line can't strike it through
                beside(axes, 0, place, f"{value:.1f}")
        axes.set_xlim(0, max(values) * 1.18)
    panels[0].set_yticks(range(len(names)), names)
    panels[0].xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    panels[0].set_xlabel("coverage: articles in at least one list")
    panels[1].set_xlabel("novelty: bits of surprise per article")
    panels[1].axvline(
        opened, color=BLACK, linestyle="--", linewidth=1.2, label="what people opened"
    )
    panels[1].legend(loc="lower right", bbox_to_anchor=(1, 1), borderaxespad=0.2)
    left = sum(results[name][f"novelty@{k}"] < opened for name in names)
    cover = {name: results[name][f"coverage@{k}"] for name in names}
    best = names[-1]
    below = [results[name][f"novelty@{k}"] < opened for name in reversed(names)]
    leading = below.index(False) if False in below else len(below)
    title_over_all(
        figure,
        f"The {leading} best recommend more popular articles than people choose"
        if leading > 1
        else f"{best} has the highest NDCG and shows {cover[best]:.0%} of the articles",
    )
    least, most = min(names, key=cover.__getitem__), max(names, key=cover.__getitem__)
    return figure, (
        f"From top to bottom by NDCG@{k}. The lists of {best} show {cover[best]:.1%} of all "
        f"articles; least are shown by {least} ({cover[least]:.1%}), most by {most} "
        f"({cover[most]:.1%}). Novelty of {best}: {results[best][f'novelty@{k}']:.1f} bits, of "
        f"{most}: {results[most][f'novelty@{k}']:.1f}, of what people opened: {opened:.1f} "
        f"({left} of {len(names)} stay below it)."
    )


@picture
def served(results: Mapping[str, Evaluation], groups: pd.Series, metrics: Sequence[str]) -> Drawn:
    """Metrics by group of people, with 95 % intervals: one panel per metric.

    `groups` has the index of `per_user` and ordered categories.
    """
    figure = Figure(figsize=(9, 3.8))
    panels = np.atleast_1d(figure.subplots(1, len(metrics)))
    names = [str(group) for group in groups.cat.categories]
    means: dict[tuple[str, str], list[float]] = {}
    for axes, metric in zip(panels, metrics, strict=True):
        for number, (name, result) in enumerate(results.items()):
            values = [result.per_user.loc[groups == g, metric] for g in groups.cat.categories]
            means[metric, name] = [float(v.mean()) for v in values]
            _with_intervals(axes, values, name, number, len(results))
        axes.set_xticks(range(len(names)), names, fontsize=8)
        axes.set(xlabel=groups.name, ylabel=f"{_label(metric)} and its 95 % interval")
        axes.set_ylim(bottom=0)
    panels[0].legend()
    first = next(iter(results))
    trends = [_trend(means[metric, first], names, _label(metric)) for metric in metrics]
    title_over_all(
        figure,
        f"{shorten(first, 20)}: {_lowest([means[m, first] for m in metrics], names, metrics)}",
    )
    sizes = [
        f"{name}: {(groups == g).sum():,}"
        for name, g in zip(names, groups.cat.categories, strict=True)
    ]
    return figure, (
        f"{first}: {'; '.join(trends)}. People in each group, by {groups.name}: {', '.join(sizes)}."
    )


def _with_intervals(
    axes: Axes, values: Sequence[pd.Series], name: str, number: int, of: int
) -> None:
    """One line through the means of the groups, with an interval at each."""
    colour, marker, line = LOOKS[number % len(LOOKS)]
    means = [v.mean() for v in values]
    ends = [bootstrap_interval(v.to_numpy(), draws=400) for v in values]
    places = np.arange(len(values)) + 0.12 * (number - (of - 1) / 2)
    axes.vlines(places, *np.array(ends, dtype=float).T, color=colour, linewidth=1.5)
    axes.plot(places, means, marker + line, color=colour, label=name)


def _trend(means: Sequence[float], names: Sequence[str], metric: str) -> str:
    """Which group has least and which most."""
    low, high = int(np.argmin(means)), int(np.argmax(means))
    return f"{metric} from {means[low]:.3f} (“{names[low]}”) to {means[high]:.3f} (“{names[high]}”)"


def _lowest(means: Sequence[Sequence[float]], names: Sequence[str], metrics: Sequence[str]) -> str:
    """For which group each metric is lowest."""
    worst = [f"“{shorten(names[int(np.argmin(row))], 20)}”" for row in means]
    labels = [_label(metric) for metric in metrics]
    if len(labels) > 1 and len(set(worst)) == 1:
        return f"{' and '.join(labels)} are lowest for {worst[0]}"
    others = [f"{label} for {group}" for label, group in zip(labels[1:], worst[1:], strict=True)]
    return ", ".join([f"{labels[0]} is lowest for {worst[0]}", *others])


@picture
def two_protocols(sampled: pd.Series, full: pd.Series, holds: Sequence[tuple[str, str]]) -> Drawn:
    """The order of recommenders under two protocols, as lines.

    Of the pairs that cross (`flips`), those in `holds`, which cross on fresh splits too, are in
    colour, the others dashed.
    """
    ranks = [values.rank(ascending=False, method="first") for values in (sampled, full)]
    pairs = flips(sampled, full)
    lasting, crossing = ({name for pair in some for name in pair} for some in (holds, pairs))
    figure, axes = panel(1.4 + 0.34 * len(sampled))
    for name in sampled.index:
        colour, width = (RED, 2.4) if name in lasting else (GREY, 1.2)
        style = "o--" if name in crossing - lasting else "o-"
        y = [ranks[0][name], ranks[1][name]]
        axes.plot([0, 1], y, style, color=colour, linewidth=width)
        sides = ((0, f"{name}  {sampled[name]:.3f}", -9), (1, f"{full[name]:.3f}  {name}", 9))
        for x, text, away in sides:
            beside(axes, x, y[x], text, away, fontsize=9)
    axes.set(xlim=(-0.75, 1.75), ylim=(len(sampled) + 0.6, 0.2), yticks=[])
    axes.set_xticks([0, 1], ["sampled recall@10", "full recall@10"], fontsize=10)
    axes.spines[["left", "bottom"]].set_visible(False)
    axes.tick_params(length=0)
    axes.set_title(f"Fresh splits confirm {len(holds)} of {len(pairs)} changes of order")
    said = "".join(
        f" {x} is ahead of {y} by sampled recall@10 ({sampled[x]:.3f} to {sampled[y]:.3f}) and "
        f"behind by full recall@10 ({full[x]:.3f} to {full[y]:.3f}), here and on fresh splits."
        for x, y in holds
    )
    return figure, (
        f"Of {len(sampled) * (len(sampled) - 1) // 2} pairs of recommenders, {len(pairs)} change "
        f"their order on this split.{said} Changes that do not hold: {len(pairs) - len(holds)}."
    )


def flips(a: pd.Series, b: pd.Series) -> list[tuple[str, str]]:
    """Pairs (first, second) with first ahead in a and behind in b, the clearest first."""
    found = [(x, y) for x in a.index for y in a.index if a[x] > a[y] and b[x] < b[y]]
    # Clear is what is clear on both sides: the smaller of the two relative gaps.
    return sorted(found, key=lambda p: -min(a[p[0]] / a[p[1]], b[p[1]] / b[p[0]]))


# ------------------------------------------------------------------ chapter 7


@picture
def tuning_map(
    grid: pd.DataFrame, level: pd.DataFrame | None = None, metric: str = "ndcg@10"
) -> Drawn:
    """A metric for each pair of settings: one row per regularisation, one column per α.

    `level` is True in the cells that cannot be told apart from the best; they are framed.
    """
    values = grid.to_numpy(dtype=float)
    alphas, penalties = [f"{a:g}" for a in grid.columns], [f"{p:g}" for p in grid.index]
    figure, axes = panel(1.8 + 0.5 * len(grid))
    best = [alphas[column] for column in values.argmax(1)]
    least = max(values.min(), values.max() / 2)  # one hopeless cell must not eat the colours
    image = axes.imshow(values, aspect="auto", vmin=least, vmax=values.max())
    near = values == values.max() if level is None else level.to_numpy(dtype=bool)
    for (row, column), value in np.ndenumerate(values):
        weight = "bold" if value == values[row].max() else "normal"
        colour = "black" if value > (least + values.max()) / 2 else "white"
        axes.text(column, row, f"{value:.3f}", ha="center", va="center", color=colour,
                  fontweight=weight)  # fmt: skip
        if near[row, column]:
            axes.add_patch(Rectangle((column - 0.46, row - 0.42), 0.92, 0.84, fill=False,
                                     edgecolor=RED, linewidth=2.5))  # fmt: skip
    axes.set_xticks(range(len(alphas)), alphas)
    axes.set_yticks(range(len(penalties)), penalties)
    axes.set(xlabel="α, the confidence per unit of strength", ylabel="regularisation λ")
    extend = "min" if least > values.min() else "neither"
    figure.colorbar(image, ax=axes, label=f"{_label(metric)} on validation", extend=extend)
    ends = [f"{a} at λ = {p}" for a, p in zip(best, penalties, strict=True)]
    rises = best == sorted(best, key=float) and best[0] != best[-1]
    axes.set_title(f"The best α {'rises' if rises else 'goes'} from {ends[0]} to {ends[-1]}")
    return figure, (
        f"{_label(metric)} goes from {values.min():.3f} to {values.max():.3f}. The best α in each "
        f"row (bold): {', '.join(ends)}. Other cells not told apart from the best: "
        f"{near.sum() - 1 or 'none'} (framed, like the best)."
    )


@picture
def sweep(frame: pd.DataFrame, metric: str = "ndcg@10", on: str = "validation") -> Drawn:
    """A metric along one setting: the index is the setting, each column a line.

    What was not measured is NaN. `on` says which data it was measured on.
    """
    figure, axes = panel(3.8)
    settings, names = [f"{x:g}" for x in frame.index], [str(name) for name in frame.columns]
    values = frame.to_numpy(dtype=float)
    if np.isnan(values).all(axis=0).any():
        raise ValueError("A line of the sweep has no number at all: leave out its column.")
    peaks = np.nanargmax(values, axis=0)
    lines(axes, frame.items(), range(len(frame)))
    for number, (peak, top) in enumerate(zip(peaks, np.nanmax(values, axis=0), strict=True)):
        colour = LOOKS[number % len(LOOKS)][0]
        axes.plot(peak, top, "o", color=colour, markersize=15, fillstyle="none")
    axes.set_xticks(range(len(frame)), settings)
    axes.set(xlabel=frame.index.name, ylabel=f"{_label(metric)} on {on}")
    axes.margins(y=0.15)
    what, (low, high) = shorten(str(frame.index.name), 16), (peaks.argmin(), peaks.argmax())
    least, most = settings[peaks[low]], settings[peaks[high]]
    one, other = (shorten(names[line], 16) for line in (high, low))
    where = f"{what} = {most}" if len(what) == 1 else f"{most} {what}"  # a symbol, or a word
    title_over_all(
        figure,
        f"{one}: highest at {where}. {other}: at {least}"
        if least != most
        else f"Best {what}: {most}, on every line",
    )
    told = [
        f"{name}: {line[peak]:.3f} at {settings[peak]}, {line[-1]:.3f} at {settings[-1]}"
        for name, line, peak in zip(names, values.T, peaks, strict=True)
    ]
    return figure, f"{_label(metric)}, best and last of each line. {'; '.join(told)}."


@picture
def hits_by_length(rates: pd.DataFrame) -> Drawn:
    """Hit rates of lists of several lengths, one line per scorer, against the first one.

    `rates` has a row per scorer and columns such as ``hit@3``, the shortest list first.
    """
    figure, axes = panel(3.8, 9)
    lengths = [column.rpartition("@")[2] for column in rates.columns]
    lines(axes, rates.T.items(), lengths)
    axes.set(xlabel="places in the list", ylabel="readings foreseen")
    axes.set_ylim(bottom=0)
    axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    axes.legend(loc="upper left", bbox_to_anchor=(1, 1))
    values, names = rates.to_numpy(dtype=float), [str(name) for name in rates.index]
    best = int(values[:, 0].argmax())
    short, long = _finds(values[:, [0, -1]], best, shorten(names[0], 32))
    title = f"{shorten(names[best], 32)} finds {short} in a list of {lengths[0]}"
    title_over_all(figure, fill(f"{title}, {long} in {lengths[-1]}", 76))
    short, long = _finds(values[:, [0, -1]], best, names[0])
    parts = [
        f"{name} {', '.join(f'{x:.3f}' for x in row)}"
        for name, row in zip(names, values, strict=True)
    ]
    return figure, (
        f"Hit rates in lists of {', '.join(lengths)}: {'; '.join(parts)}. In a list of "
        f"{lengths[0]}, {names[best]} finds {short}; in a list of {lengths[-1]}, {long}."
    )


def _finds(ends: np.ndarray, best: int, first: str) -> tuple[str, str]:
    """What the best finds in the shortest and in the longest list: times what the first one finds.

    Where it is the first one itself, or that finds nothing, the share of the readings.
    """
    if best == 0 or not ends[0].all():
        short, long = ends[best]
        return f"{short:.1%} of the readings", f"{long:.1%}"
    short, long = ends[best] / ends[0]
    return f"{short:.1f} times what {first} finds", f"{long:.1f} times"

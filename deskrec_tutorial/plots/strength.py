"""Chapter 2: weights, strengths, and the sparse matrix."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle
from scipy import sparse

from .. import door
from ..strength import EVENT_WEIGHTS, InteractionMatrix, check_weights, weights_of
from .colours import BLACK, BLUE, GREEN, ORANGE, PINK, SKY
from .core import Drawn, panel, picture, title_over_all

UNKNOWN = "no act in these events"


@picture
def event_weights(events: pd.DataFrame, weights: Mapping[str, float] = EVENT_WEIGHTS) -> Drawn:
    """How often each type of event happens, beside what it weighs."""
    door.need(events, ("eventType",), "events", "dr.join_events")
    weights_of(events["eventType"], weights)  # for what it says of types without a weight
    known = check_weights(weights)
    counts = door.kinds(events["eventType"], "events").value_counts().sort_values(kind="stable")
    weighed = [known[kind] for kind in counts.index]
    figure = Figure(figsize=(8, 3))
    left, right = figure.subplots(1, 2, sharey=True, width_ratios=[3, 2])
    left.bar_label(left.barh(counts.index, counts, color=BLUE), fmt="{:,.0f}", padding=3)
    right.bar_label(right.barh(counts.index, weighed, color=ORANGE), fmt="{:g}", padding=3)
    left.set(xlim=(0, counts.max() * 1.2), xlabel="events")
    left.xaxis.set_major_formatter("{x:,.0f}")
    right.set(xlim=(0, max(weighed) * 1.15), xlabel="weight of one event")
    right.tick_params(left=False)
    # The index ascends by count: the first of every two is the rarer one (or as frequent).
    couples = [c for c in combinations(counts.index, 2) if counts[c[0]] < counts[c[1]]]
    odd = [f"{a} and {b}" for a, b in couples if not known[a] > known[b]]
    heavier = f"{len(couples) - len(odd)} of {len(couples)}"
    exceptions = f"; not so for {'; '.join(odd)}" if odd else ""
    folds = counts.max() / counts.min(), max(weighed) / min(weighed)
    title_over_all(figure, f"Counts differ {folds[0]:.0f}-fold, weights {folds[1]:.0f}-fold")
    listed = ", ".join(
        f"{kind} {n / len(events):.1%} (weight {weight:g})"
        for kind, n, weight in reversed([*zip(counts.index, counts, weighed, strict=True)])
    )
    return figure, (
        f"Shares of the {len(events):,} events: {listed}. The commonest type has {folds[0]:.0f} "
        f"times the events of the rarest, the largest weight is {folds[1]:.0f} times the smallest. "
        f"Compared two by two, the rarer type has the larger weight in {heavier} cases{exceptions}."
    )


@picture
def strength_distribution(strength: pd.DataFrame, events: pd.DataFrame, most: int = 12) -> Drawn:
    """The share of pairs with each strength, and which acts usually make it up."""
    shares = strength["eventStrength"].value_counts(normalize=True).sort_index()
    shown = shares.sort_values(ascending=False, kind="stable").head(most).sort_index()
    acts = _commonest_acts(strength, events)
    figure, axes = panel(0.7 + 0.3 * len(shown))
    labels = [f"{shown[value]:.1%}  {acts.get(value, UNKNOWN)}" for value in shown.index]
    axes.bar_label(axes.barh(range(len(shown)), 100 * shown, color=BLUE), labels, padding=4)
    axes.set(xlim=(0, 118), xticks=range(0, 101, 20), xlabel="share of pairs (%)")
    axes.set(ylabel="event strength", yticks=range(len(shown)))
    axes.set_yticklabels([f"{value:g}" for value in shown.index])
    axes.invert_yaxis()
    values = strength["eventStrength"]
    top = float(values.mode().iloc[0])
    axes.set_title(f"{shares.max():.1%} of the pairs have strength {top:g}")
    return figure, (
        f"{shares.max():.1%} of the {len(strength):,} pairs have strength {top:g}, most often "
        f"made of {acts.get(top, UNKNOWN)}. The mean is {values.mean():.2f}, the "
        f"largest {values.max():g}. Beside each bar: its share, and the acts that most often make "
        f"up that strength. The bars shown cover {shown.sum():.1%} of the pairs."
    )


def _commonest_acts(strength: pd.DataFrame, events: pd.DataFrame) -> dict[float, str]:
    """Per strength the most frequent combination of event types; ties go to the simpler one."""
    happened = Happened(events)
    place = happened.rows_of(strength)
    values = strength["eventStrength"].to_numpy()[place >= 0]
    # One number per combination, which ascends with the last type that is in it.
    there = happened.counts[place[place >= 0]][:, ::-1] > 0
    several, code = np.unique(there, axis=0, return_inverse=True)
    often = pd.Series(code.ravel()).groupby(values).agg(lambda codes: codes.mode().iloc[0])
    acts = [" + ".join(np.array(happened.kinds)[row[::-1]]) for row in several]
    return {float(value): acts[code] for value, code in zip(often.index, often, strict=True)}


class Happened:
    """How often each type of event happened in each pair of a person and an article.

    `counts` is an array of pairs × `kinds`, `amounts` the same with the sums of the values where
    events have one, else the counts. The pairs are in the order of `event_strength`; the kinds
    that the course knows come first, in its order; `others` are those that it does not know.
    """

    def __init__(self, events: pd.DataFrame) -> None:
        needed = ("personId", "contentId", "eventType")
        door.need(events, needed, "events", "dr.join_events")
        kind, names = pd.factorize(door.kinds(events["eventType"], "events"))
        self.others = sorted(set(names) - set(EVENT_WEIGHTS))
        self.kinds = [name for name in EVENT_WEIGHTS if name in set(names)] + self.others
        column = np.array([self.kinds.index(name) for name in names])[kind]
        users, self._users = door.codes(events["personId"], "personId", "events")
        items, self._items = door.codes(events["contentId"], "contentId", "events")
        self._pairs, pair = np.unique(self._key(users, items), return_inverse=True)
        cells, shape = pair * len(self.kinds) + column, (len(self._pairs), len(self.kinds))
        size = shape[0] * shape[1]
        self.counts = np.bincount(cells, minlength=size).reshape(shape)
        self.amounts: np.ndarray = self.counts
        if "value" in events.columns:
            values = door.values(events["value"], "events")
            self.amounts = np.bincount(cells, values, size).reshape(shape)

    def _key(self, users: np.ndarray, items: np.ndarray) -> np.ndarray:
        key: np.ndarray = users.astype(np.int64) * len(self._items) + items
        return key

    def rows_of(self, strength: pd.DataFrame) -> np.ndarray:
        """The row of `counts` of each pair of a table; -1 where nothing happened."""
        users = door.places(strength["personId"], "personId", "strength", self._users)
        items = door.places(strength["contentId"], "contentId", "strength", self._items)
        place = pd.Index(self._pairs).get_indexer(self._key(users, items))
        return np.where((users < 0) | (items < 0), -1, place)


@picture
def csr_drawing(small: sparse.csr_matrix) -> Drawn:
    """A small matrix as a grid, and the three arrays that CSR stores for it."""
    rows, columns = small.shape
    figure, axes = panel(0.5 + 0.7 * max(rows, 3))
    for (row, column), value in np.ndenumerate(small.toarray()):
        _box(axes, column, row, f"{value:g}" if value else "", row if value else None)
    for row in range(rows):
        axes.text(-0.2, row + 0.5, f"row {row}", ha="right", va="center", fontsize=9)
    for column in range(columns):
        axes.text(column + 0.5, -0.2, f"col. {column}", ha="center", fontsize=8)
    left = columns + 2.2
    _draw_arrays(axes, small, left)
    right = left + max(small.nnz, rows + 1)
    axes.set(xlim=(-1.2, right + 0.2), ylim=(max(rows, 3) + 0.4, -0.6), aspect="equal")
    axes.set_axis_off()
    axes.set_title(f"CSR stores {small.nnz} of the {rows * columns} cells, row after row")
    return figure, " ".join(_row_in_words(small, row) for row in range(rows))


def _draw_arrays(axes: Axes, small: sparse.csr_matrix, left: float) -> None:
    """The arrays data, indices and indptr, one below the other, boxes coloured by their row."""
    rows = len(small.indptr) - 1
    owners = np.repeat(np.arange(rows), np.diff(small.indptr)).tolist()
    for x, row in enumerate(owners):
        _box(axes, left + x, 0, f"{small.data[x]:g}", row)
        _box(axes, left + x, 1, f"{small.indices[x]}", row)
        axes.text(left + x + 0.5, -0.2, f"row {row}", ha="center", fontsize=8)
    for row, start in enumerate(small.indptr):
        _box(axes, left + row, 2, f"{start}", row if row < rows else None)
        label = f"row {row}" if row < rows else "end"
        axes.text(left + row + 0.5, 3.3, label, ha="center", fontsize=8)
    for y, name in enumerate(["data", "indices", "indptr"]):
        axes.text(left - 0.2, y + 0.5, name, ha="right", va="center", family="DejaVu Sans Mono")


def _box(axes: Axes, x: float, y: float, text: str, row: int | None) -> None:
    fill = "white" if row is None else (BLUE, ORANGE, PINK, GREEN)[row % 4]
    axes.add_patch(Rectangle((x, y), 1, 1, facecolor=fill, alpha=0.35, linewidth=0))
    axes.add_patch(Rectangle((x, y), 1, 1, fill=False, edgecolor=BLACK, linewidth=1))
    axes.text(x + 0.5, y + 0.5, text, ha="center", va="center")


def _row_in_words(small: sparse.csr_matrix, row: int) -> str:
    start, end = small.indptr[row], small.indptr[row + 1]
    if start == end:
        return f"Row {row} is empty: indptr repeats {end}."
    entries = zip(small.data[start:end], small.indices[start:end], strict=True)
    held = " and ".join(f"{value:g} in column {column}" for value, column in entries)
    return f"Row {row} owns the positions from {start} up to, not including, {end}: {held}."


@picture
def busiest_corner(matrix: InteractionMatrix, users: int = 50, items: int = 100) -> Drawn:
    """The cells of the most active people and the most read articles, by strength."""
    pairs, (all_users, all_items) = matrix.user_items.nnz, matrix.user_items.shape
    people = np.argsort(-np.diff(matrix.user_items.indptr), kind="stable")[:users]
    articles = np.argsort(-matrix.readers, kind="stable")[:items]
    corner = matrix.user_items[people][:, articles].toarray()
    groups = {"below 2": SKY, "2 to below 5": BLUE, "5 and more": BLACK}
    image = np.digitize(corner, [0, 2, 5]) * (corner > 0)
    rgb = np.array([to_rgb(colour) for colour in ("white", *groups.values())])
    figure, axes = panel(5.2, 9)
    axes.imshow(rgb[image], interpolation="nearest", aspect="auto",
                extent=(0.5, len(articles) + 0.5, len(people) + 0.5, 0.5))  # fmt: skip
    axes.set_xlabel(f"the {len(articles)} most read articles, most read first")
    axes.set_ylabel(f"the {len(people)} most active people, most active first")
    axes.spines[["top", "right"]].set_visible(True)
    handles = [Patch(color=colour, label=label) for label, colour in groups.items()]
    figure.legend(handles=handles, loc="outside lower center", ncols=3, title="event strength")
    filled, overall = np.mean(corner > 0), pairs / (all_users * all_items)
    axes.set_title(f"The busiest corner is {filled:.0%} filled, the whole matrix {overall:.2%}")
    return figure, (
        f"Of the {corner.size:,} cells of the {len(people)} most active people and the "
        f"{len(articles)} most read articles, {filled:.1%} hold a strength; of all "
        f"{all_users * all_items:,} cells, {overall:.2%}. In the corner, "
        f"{np.mean(corner[corner > 0] < 2):.0%} of the filled cells are below 2. It holds "
        f"{(corner > 0).sum() / pairs:.1%} of all pairs."
    )

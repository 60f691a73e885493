"""Chapter 2: turn the weights, and see what becomes of one person's strengths and of all."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from itertools import pairwise

import ipywidgets
import numpy as np
import pandas as pd

from .. import door
from ..plots.colours import GREY
from ..plots.strength import Happened
from ..strength import EVENT_WEIGHTS, UnknownIdError, check_weights, event_strength, index_of
from .core import WIDE, Panel, Still, row, still, switch
from .html import bar, escaped, heading, plain, sentence, side_by_side, table

REPEATS = {"dropped": "drop", "kept": "keep"}
COMBINE = {"sum": "sum", "strongest": "strongest"}
SHOWN = 12  # readings listed per person
EDGES = (1, 2, 4, 8, 16)  # of the classes of strengths, in units of `Counts.scale`


class Counts:
    """How often each type of event happened in each pair of a person and an article.

    Counting is the slow part and does not depend on the weights: it is done once.

    `pairs` is what `event_strength` gives with the `weights` and `repeats` to compare with: by
    default the course's, with 1 for a type that the course does not know. `kinds` are the event
    types that occur. Where events have a `value`, its sums stand in place of the counts.
    """

    def __init__(
        self,
        events: pd.DataFrame,
        weights: Mapping[str, float] | None = None,
        repeats: str = "drop",
    ) -> None:
        happened = Happened(events)
        self.has_values = happened.amounts is not happened.counts
        self.name, self.column = "the course's weights", "#course"
        self.weights = {**EVENT_WEIGHTS, **dict.fromkeys(happened.others, 1.0)}
        if weights is not None:
            self.weights = check_weights(weights)
            self.name, self.column = "the weights given", "#given"
        self.pairs = event_strength(events, self.weights, repeats)
        self.course = self.pairs["eventStrength"].to_numpy()
        self.kinds = [kind for kind in self.weights if kind in happened.kinds]
        order = [happened.kinds.index(kind) for kind in self.kinds]
        self.counts, self.amounts = happened.counts[:, order], happened.amounts[:, order]
        people, self._ids = door.codes(self.pairs["personId"], "personId", "events")
        self._starts = np.r_[0, np.bincount(people).cumsum()]  # of each person's pairs
        self.scale = 1.0 if weights is None and not self.has_values else _round(self.course)

    def strengths(
        self, weights: Mapping[str, float], repeats: str = "drop", combine: str = "sum"
    ) -> np.ndarray:
        """The strength of every pair, the arguments as in `weights_view`."""
        once = repeats == "drop" and not self.has_values
        parts = np.minimum(self.counts, 1) if once else self.amounts
        parts = parts * np.array([weights[kind] for kind in self.kinds])
        values: np.ndarray = parts.sum(axis=1) if combine == "sum" else parts.max(axis=1)
        return values

    def finding(self, now: np.ndarray) -> str:
        """What the weights that give the strengths `now` have moved, with numbers."""
        moved = np.mean(~np.isclose(now, self.course))
        values, times = np.unique(now.round(9), return_counts=True)
        return (
            f"{moved:.1%} of the {len(now):,} pairs have another strength than with {self.name} "
            f"(grey). The mean goes from {self.course.mean():.2f} to {now.mean():.2f}, the "
            f"largest from {self.course.max():g} to {now.max():g}. The most frequent strength is "
            f"{values[times.argmax()]:g}: {times.max() / len(now):.1%} of the pairs have it. "
            f"{self._immovable}"
        )

    @cached_property
    def _immovable(self) -> str:
        single = (self.counts > 0).sum(axis=1) == 1
        kinds = np.bincount(self.counts[single].argmax(axis=1), minlength=len(self.kinds))
        most = int(kinds.argmax())
        return (
            f"In {kinds[most] / len(self.counts):.1%} of the pairs nothing but {self.kinds[most]} "
            "happened: no other weight can move them."
        )

    def readings(self, now: np.ndarray, user: int | str) -> pd.DataFrame:
        """A person's strongest readings: title, what was done, strength now and before."""
        row = index_of(self._ids, user, "personId")
        own = np.arange(self._starts[row], self._starts[row + 1])
        frame = self.pairs.loc[own, ["title"]]
        frame["done"] = [self._done(pair) for pair in own]
        frame["now"], frame["before"] = now[own], self.course[own]
        # By the first strengths, so that the lines stay where they are when a slider moves.
        return frame.sort_values("before", ascending=False, kind="stable").head(SHOWN)

    def _done(self, pair: int) -> str:
        """What was done in a pair, and how often or how much."""
        return ", ".join(
            _short(kind)
            + (f" {amount:g}" if self.has_values else f" ×{times}" if times > 1 else "")
            for kind, times, amount in zip(
                self.kinds, self.counts[pair], self.amounts[pair], strict=True
            )
            if times
        )

    def people(self, user: int | str | None = None) -> dict[int | str, str]:
        """personId → label of people worth looking at; the given one first."""
        articles = np.diff(self._starts)
        kinds = (self.counts > 0).sum(axis=1)
        acts = np.add.reduceat(kinds, self._starts[:-1]) / articles
        chosen: dict[int, str] = {}
        if user is not None:
            try:
                chosen[index_of(self._ids, user, "personId")] = "chosen"
            except UnknownIdError:
                message = f"Nobody with the personId {user} is in these events."
                raise ValueError(message) from None
        some = (articles >= 8) & (articles <= 40)
        orders = {
            "varied": np.where(some | (not some.any()), -acts, np.inf),
            "typical": np.abs(articles - np.median(articles)),
            "most active": -articles,
        }
        for name, order in orders.items():
            chosen[int(np.argmin(order))] = name
        return {
            door.plain(who): f"{name}: {who} ({articles[row]:,} articles)"
            for row, name in chosen.items()
            for who in self._ids[row : row + 1]
        }


def _short(kind: str) -> str:
    """What to call an act: for the course's the first word, for others their name."""
    return kind.split()[0].lower() if kind in EVENT_WEIGHTS else kind


def _round(strengths: np.ndarray) -> float:
    """The lower decile, to one significant digit: a unit for classes of strengths."""
    return float(f"{np.quantile(strengths, 0.1):.0e}")


@still
def weights_view(
    events: pd.DataFrame,
    weights: Mapping[str, float] = EVENT_WEIGHTS,
    repeats: str = "drop",
    combine: str = "sum",
    user: int | str | None = None,
    baseline: Mapping[str, float] | None = None,
) -> Still:
    """What weights make of one person's readings and of all pairs: no widget.

    Each strength stands beside the one that the course's weights give, or those of `baseline`.
    Where there is nothing to show, a sentence says why.

    Parameters
    ----------
    events : pandas.DataFrame
        One row per interaction, as `join_events` returns it.
    weights : mapping of str to float
        The weight of each event type; must name every type that occurs.
    repeats : {"drop", "keep"}
        Count a type once however often it happened, or every event. Where events have a `value`,
        that is added up, and `repeats` plays no part, as in `event_strength`.
    combine : {"sum", "strongest"}
        Add the types up, or take the one that weighs most.
    user : int or str, optional
        The personId; by default somebody with a varied history.
    baseline : mapping of str to float, optional
        The weights to compare with, with the same `repeats`. Left out: the course's, where a type
        that the course does not know weighs 1, with repeats dropped.
    """
    event_strength(events, weights, repeats)  # for what it says of wrong arguments
    if combine not in COMBINE.values():
        raise ValueError(f"combine is 'sum' or 'strongest', not {combine!r}.")
    weights = check_weights(weights)
    counts = Counts(events, baseline, "drop" if baseline is None else repeats)
    person = next(iter(counts.people(user)))
    now = counts.strengths(weights, repeats, combine)
    listed = ", ".join(f"{kind} {weights[kind]:g}" for kind in counts.kinds)
    word = next(name for name, value in REPEATS.items() if value == repeats)
    counted = "values added up" if counts.has_values else f"repeats {word}"
    settings = f"Weights: {listed}; {counted}; combined by {combine}."
    readings = plain(counts.readings(now, person)[["now", "before", "done", "title"]])
    html = side_by_side(sentence(settings)) + weights_html(counts, now, person)
    return Still(html, f"{settings}\nPerson {person}:\n{readings}\n{counts.finding(now)}")


class WeightsExplorer(Panel):
    """Turn the weight of each type of event and see the strengths move, live.

    Its controls are `sliders` (per event type), `repeats`, `combine`, `person` and `reset`; its
    static twin is `weights_view`.

    Parameters
    ----------
    events, user
        As in `weights_view`.
    weights : mapping of str to float, optional
        Where the sliders begin, and what is compared with; must name every type of event that
        occurs. Left out: the course's weights, and 1 for a type that the course does not know.
    repeats : {"drop", "keep"}
        How repeats are counted at first.
    """

    def __init__(
        self,
        events: pd.DataFrame,
        user: int | str | None = None,
        weights: Mapping[str, float] | None = None,
        repeats: str = "drop",
    ) -> None:
        self._counts = counts = Counts(events, weights, repeats)
        self._first = repeats
        self.sliders = {kind: _slider(kind, counts.weights[kind]) for kind in counts.kinds}
        self.repeats = switch("Repeats", REPEATS, 90)
        self.repeats.value, self.repeats.disabled = repeats, counts.has_values
        self.combine = switch("Combine by", COMBINE, 90)
        people = [(label, who) for who, label in counts.people(user).items()]
        self.person = ipywidgets.Dropdown(options=people, description="Person", layout=WIDE)
        self.reset = ipywidgets.Button(description=counts.name, layout={"width": "180px"})
        self.reset.on_click(self._reset)
        sliders, switches = self.sliders.values(), (self.repeats, self.combine)
        children = row(*sliders), row(*switches, self.reset), self.person
        self.assemble("Turn the weights", *children, watch=(*sliders, *switches, self.person))

    def _reset(self, _: object) -> None:
        with self.quietly():
            for kind, slider in self.sliders.items():
                slider.value = self._counts.weights[kind]
            self.repeats.value, self.combine.value = self._first, "sum"

    def html(self) -> str:
        """The chosen person's strengths and all, now and with the course's weights."""
        weights = {kind: slider.value for kind, slider in self.sliders.items()}
        now = self._counts.strengths(weights, self.repeats.value, self.combine.value)
        return weights_html(self._counts, now, self.person.value)


weights_explorer = WeightsExplorer


def _slider(kind: str, weight: float) -> ipywidgets.FloatSlider:
    """From 0.5 to 10 as far as the weight lies there, else from a tenth of it to five times."""
    usual = 0.5 <= weight <= 10 and 2 * weight % 1 == 0
    low, high = (0.5, 10.0) if usual else (weight / 10, 5 * weight)
    return ipywidgets.FloatSlider(
        value=weight, min=low, max=high, step=low, description=kind,
        readout_format=".2f" if usual else ".3g",
        style={"description_width": "140px"}, layout={"width": "360px"},
    )  # fmt: skip


def weights_html(counts: Counts, now: np.ndarray, user: int | str) -> str:
    """One person's readings and the distribution over all pairs, beside the course's."""
    return side_by_side(
        heading(f"Person {user}: strength of each reading") + _readings_html(counts, now, user),
        heading("All pairs: how many have which strength") + _shares_html(counts, now),
    ) + side_by_side(sentence(counts.finding(now)))


def _two_bars(now: float, before: float, most: float) -> str:
    return bar(now / most) + bar(before / most, GREY, height=4)


def _readings_html(counts: Counts, now: np.ndarray, user: int | str) -> str:
    listed = counts.readings(now, user)
    most = max(listed["now"].max(), listed["before"].max())
    rows = [
        (
            f'{escaped(title)}<br><span style="opacity:0.7">{escaped(done)}</span>',
            _two_bars(new, old, most), f"{new:g}", f"{old:g}",
        )
        for title, done, new, old in listed.itertuples(index=False, name=None)
    ]  # fmt: skip
    return table(("article", "", "#now", counts.column), rows, ("auto", "25%", "44px", "56px"))


def _shares_html(counts: Counts, now: np.ndarray) -> str:
    edges = [counts.scale * edge for edge in EDGES]
    names = [f"up to {edges[0]:g}"]
    names += [f"over {low:g} to {high:g}" for low, high in pairwise(edges)]
    names += [f"over {edges[-1]:g}"]
    new, old = (
        np.bincount(np.searchsorted(np.round(edges, 9), values.round(9)), minlength=len(names))
        / len(values)
        for values in (now, counts.course)
    )
    rows = [
        (name, _two_bars(new[i], old[i], 1), f"{new[i]:.1%}", f"{old[i]:.1%}")
        for i, name in enumerate(names)
    ]
    return table(("strength", "", "#now", counts.column), rows, ("100px", "auto", "56px", "56px"))

"""Chapter 2: turn the weights, and see what becomes of one person's strengths and of all."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

import ipywidgets
import numpy as np
import pandas as pd

from ..plots.core import GREY
from ..strength import EVENT_WEIGHTS, event_strength
from .core import WIDE, Panel, Still, row, still, switch
from .html import bar, escaped, heading, sentence, side_by_side, table

REPEATS = {"dropped": "drop", "kept": "keep"}
COMBINE = {"sum": "sum", "strongest": "strongest"}
SHOWN = 12  # readings listed per person
EDGES = (0, 1, 2, 4, 8, 16, np.inf)
CLASSES = ("up to 1", "over 1 to 2", "over 2 to 4", "over 4 to 8", "over 8 to 16", "over 16")


class Counts:
    """How often each type of event happened in each pair of a person and an article.

    Counting is the slow part and does not depend on the weights: it is done once.

    `pairs` is what `event_strength` gives with the course's `weights` (1 for a type that the course
    does not know), `kinds` the event types that occur, `counts` an array of pairs × kinds.
    """

    def __init__(self, events: pd.DataFrame) -> None:
        unknown = sorted(set(events["eventType"]) - set(EVENT_WEIGHTS))
        self.weights = {**EVENT_WEIGHTS, **dict.fromkeys(unknown, 1.0)}
        self.pairs = event_strength(events, self.weights)
        self.course = self.pairs["eventStrength"].to_numpy()
        times = events.groupby(["personId", "contentId", "eventType"]).size()
        counts = times.unstack(fill_value=0)
        self.kinds = [kind for kind in self.weights if kind in counts]
        self.counts = counts[self.kinds].to_numpy()

    def strengths(
        self, weights: Mapping[str, float], repeats: str = "drop", combine: str = "sum"
    ) -> np.ndarray:
        """The strength of every pair, the arguments as in `weights_view`."""
        times = np.minimum(self.counts, 1) if repeats == "drop" else self.counts
        parts = times * np.array([weights[kind] for kind in self.kinds])
        values: np.ndarray = parts.sum(axis=1) if combine == "sum" else parts.max(axis=1)
        return values

    def finding(self, now: np.ndarray) -> str:
        """What the weights that give the strengths `now` have moved, with numbers."""
        moved = np.mean(~np.isclose(now, self.course))
        values, times = np.unique(now.round(9), return_counts=True)
        return (
            f"{moved:.1%} of the {len(now):,} pairs have another strength than with the course's "
            f"weights (grey). The mean goes from {self.course.mean():.2f} to {now.mean():.2f}, the "
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

    def readings(self, now: np.ndarray, user: int) -> pd.DataFrame:
        """A person's strongest readings: title, what was done, strength now and before."""
        own = np.flatnonzero(self.pairs["personId"] == user)
        frame = self.pairs.loc[own, ["title"]]
        frame["done"] = [self._done(times) for times in self.counts[own]]
        frame["now"], frame["before"] = now[own], self.course[own]
        # By the course's strengths, so that the lines stay where they are when a slider moves.
        return frame.sort_values("before", ascending=False, kind="stable").head(SHOWN)

    def _done(self, times: np.ndarray) -> str:
        return ", ".join(
            kind.split()[0].lower() + (f" ×{n}" if n > 1 else "")
            for kind, n in zip(self.kinds, times, strict=True)
            if n
        )

    def people(self, user: int | None = None) -> dict[int, str]:
        """personId → label of people worth looking at; the given one first."""
        pairs = self.pairs.assign(kinds=(self.counts > 0).sum(axis=1)).groupby("personId")["kinds"]
        articles, acts = pairs.size(), pairs.mean()
        if user is not None and user not in articles.index:
            raise ValueError(f"Nobody with the personId {user} is in these events.")
        some = articles.between(8, 40)
        orders = {
            "varied": -(acts[some] if some.any() else acts),
            "typical": (articles - articles.median()).abs(),
            "most active": -articles,
        }
        chosen = {} if user is None else {user: "chosen"}
        for name, order in orders.items():
            chosen[int(order.sort_values(kind="stable").index[0])] = name
        return {who: f"{name}: {who} ({articles[who]:,} articles)" for who, name in chosen.items()}


@still
def weights_view(
    events: pd.DataFrame,
    weights: Mapping[str, float] = EVENT_WEIGHTS,
    repeats: str = "drop",
    combine: str = "sum",
    user: int | None = None,
) -> Still:
    """What weights make of one person's readings and of all pairs: no widget.

    Each strength stands beside the one that the course's weights give. Where there is nothing to
    show, a sentence says why.

    Parameters
    ----------
    events : pandas.DataFrame
        One row per interaction, as `join_events` returns it.
    weights : mapping of str to float
        The weight of each event type.
    repeats : {"drop", "keep"}
        Count a type once however often it happened, or every event.
    combine : {"sum", "strongest"}
        Add the types up, or take the one that weighs most.
    user : int, optional
        The personId; by default somebody with a varied history.
    """
    event_strength(events, weights, repeats)  # for what it says of wrong arguments
    if combine not in COMBINE.values():
        raise ValueError(f"combine is 'sum' or 'strongest', not {combine!r}.")
    counts = Counts(events)
    person = next(iter(counts.people(user)))
    now = counts.strengths(weights, repeats, combine)
    listed = ", ".join(f"{kind} {weights[kind]:g}" for kind in counts.kinds)
    word = next(name for name, value in REPEATS.items() if value == repeats)
    settings = f"Weights: {listed}; repeats {word}; combined by {combine}."
    plain = counts.readings(now, person)[["now", "before", "done", "title"]].to_string(
        index=False, float_format="{:g}".format
    )
    html = side_by_side(sentence(settings)) + weights_html(counts, now, person)
    return Still(html, f"{settings}\nPerson {person}:\n{plain}\n{counts.finding(now)}")


class WeightsExplorer(Panel):
    """Turn the weight of each type of event and see the strengths move, live.

    Its controls are `sliders` (per event type), `repeats`, `combine`, `person` and `reset`; its
    static twin is `weights_view`.

    Parameters
    ----------
    events, user
        As in `weights_view`.
    """

    def __init__(self, events: pd.DataFrame, user: int | None = None) -> None:
        self._counts = counts = Counts(events)
        self.sliders = {kind: _slider(kind, counts.weights[kind]) for kind in counts.kinds}
        self.repeats = switch("Repeats", REPEATS, 90)
        self.combine = switch("Combine by", COMBINE, 90)
        people = [(label, who) for who, label in counts.people(user).items()]
        self.person = ipywidgets.Dropdown(options=people, description="Person", layout=WIDE)
        self.reset = ipywidgets.Button(
            description="the course's weights", layout={"width": "180px"}
        )
        self.reset.on_click(self._reset)
        sliders, switches = self.sliders.values(), (self.repeats, self.combine)
        children = row(*sliders), row(*switches, self.reset), self.person
        self.assemble("Turn the weights", *children, watch=(*sliders, *switches, self.person))

    def _reset(self, _: object) -> None:
        with self.quietly():
            for kind, slider in self.sliders.items():
                slider.value = self._counts.weights[kind]
            self.repeats.value, self.combine.value = "drop", "sum"

    def html(self) -> str:
        """The chosen person's strengths and all, now and with the course's weights."""
        weights = {kind: slider.value for kind, slider in self.sliders.items()}
        now = self._counts.strengths(weights, self.repeats.value, self.combine.value)
        return weights_html(self._counts, now, self.person.value)


weights_explorer = WeightsExplorer


def _slider(kind: str, weight: float) -> ipywidgets.FloatSlider:
    return ipywidgets.FloatSlider(
        value=weight, min=0.5, max=10, step=0.5, description=kind,
        style={"description_width": "140px"}, layout={"width": "360px"},
    )  # fmt: skip


def weights_html(counts: Counts, now: np.ndarray, user: int) -> str:
    """One person's readings and the distribution over all pairs, beside the course's."""
    return side_by_side(
        heading(f"Person {user}: strength of each reading") + _readings_html(counts, now, user),
        heading("All pairs: how many have which strength") + _shares_html(now, counts.course),
    ) + side_by_side(sentence(counts.finding(now)))


def _two_bars(now: float, before: float, most: float) -> str:
    return bar(now / most) + bar(before / most, GREY, height=4)


def _readings_html(counts: Counts, now: np.ndarray, user: int) -> str:
    listed = counts.readings(now, user)
    most = max(listed["now"].max(), listed["before"].max())
    rows = [
        (
            f'{escaped(title)}<br><span style="opacity:0.7">{escaped(done)}</span>',
            _two_bars(new, old, most), f"{new:g}", f"{old:g}",
        )
        for title, done, new, old in listed.itertuples(index=False, name=None)
    ]  # fmt: skip
    return table(("article", "", "#now", "#course"), rows, ("auto", "25%", "44px", "56px"))


def _shares_html(now: np.ndarray, before: np.ndarray) -> str:
    new, old = (
        pd.cut(values.round(9), EDGES, labels=CLASSES).value_counts() / len(values)
        for values in (now, before)
    )
    rows = [
        (name, _two_bars(new[name], old[name], 1), f"{new[name]:.1%}", f"{old[name]:.1%}")
        for name in CLASSES
    ]
    return table(("strength", "", "#now", "#course"), rows, ("100px", "auto", "56px", "56px"))

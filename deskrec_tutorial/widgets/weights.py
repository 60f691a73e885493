"""Chapter 2: turn the weights, and see what becomes of one person's strengths and of all."""

from __future__ import annotations

from collections.abc import Mapping

import ipywidgets
import numpy as np
import pandas as pd

from ..strength import EVENT_WEIGHTS
from .core import Panel, Still, row, sentence_of
from .html import BLUE, GREY, bar, escaped, heading, sentence, side_by_side, table

REPEATS = {"dropped": "drop", "kept": "keep"}
SHOWN = 12  # readings listed per person
EDGES = (0.0, 1.0, 2.0, 4.0, 8.0, 16.0, np.inf)
PAIR = ["personId", "contentId"]


class Counts:
    """How often each type of event happened in each pair of a person and an article.

    Counting is the slow part and does not depend on the weights: it is done once.

    Parameters
    ----------
    events : pandas.DataFrame
        One row per interaction, as `join_events` returns it.

    Attributes
    ----------
    kinds : list of str
        The event types that occur, in the course's order.
    pairs : pandas.DataFrame
        `personId` and `contentId` in ascending order, and `title`.
    counts : numpy.ndarray
        Shape (pairs, kinds).
    """

    def __init__(self, events: pd.DataFrame) -> None:
        if events.empty:
            raise ValueError("events has no rows: there is nothing to add up.")
        occurring = set(events["eventType"])
        self.kinds = [kind for kind in EVENT_WEIGHTS if kind in occurring]
        self.kinds += sorted(occurring - set(self.kinds))
        table = events.groupby([*PAIR, "eventType"]).size().unstack(fill_value=0)
        self.counts = table[self.kinds].to_numpy()
        titles = events.drop_duplicates("contentId").set_index("contentId")["title"]
        self.pairs = table.index.to_frame(index=False)
        self.pairs["title"] = self.pairs["contentId"].map(titles)

    def strengths(
        self, weights: Mapping[str, float], repeats: str = "drop", combine: str = "sum"
    ) -> np.ndarray:
        """The strength of every pair.

        Parameters
        ----------
        weights : mapping of str to float
            The weight of each kind.
        repeats : {"drop", "keep"}
            Count a type once however often it happened, or every event.
        combine : {"sum", "strongest"}
            Add the types up, or take the one that weighs most.

        Returns
        -------
        numpy.ndarray
            float64, shape (pairs,). With ``"sum"``, what `event_strength` gives.
        """
        times = np.minimum(self.counts, 1) if repeats == "drop" else self.counts
        parts = times * np.array([weights[kind] for kind in self.kinds])
        values: np.ndarray = parts.sum(axis=1) if combine == "sum" else parts.max(axis=1)
        return values

    def only(self) -> str:
        """How many pairs have no other event than those of one type, in words."""
        single = (self.counts > 0).sum(axis=1) == 1
        kinds = np.bincount(self.counts[single].argmax(axis=1), minlength=len(self.kinds))
        most = int(kinds.argmax())
        return (
            f"In {kinds[most] / len(self.counts):.1%} of the pairs nothing but {self.kinds[most]} "
            "happened: no other weight can move them."
        )


def weights_view(
    events: pd.DataFrame,
    weights: Mapping[str, float] = EVENT_WEIGHTS,
    repeats: str = "drop",
    combine: str = "sum",
    user: int | None = None,
) -> Still:
    """What weights make of one person's readings and of all pairs: no widget.

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

    Returns
    -------
    Still
        For display at the end of a cell, each strength beside the one that the course's weights
        give. Where there is nothing to show, a sentence says why.
    """
    return sentence_of(lambda: _still(Counts(events), weights, repeats, combine, user))


def weights_explorer(events: pd.DataFrame, user: int | None = None) -> WeightsExplorer:
    """Turn the weight of each type of event and see the strengths move, live.

    Parameters
    ----------
    events, user
        As in `weights_view`.

    Returns
    -------
    WeightsExplorer
        A widget. Its static twin is `weights_view`.
    """
    return WeightsExplorer(events, user)


class WeightsExplorer(Panel):
    """The widget of `weights_explorer`.

    Its controls are `sliders` (per event type), `repeats`, `combine`, `person` and `reset`.
    """

    def __init__(self, events: pd.DataFrame, user: int | None = None) -> None:
        self._counts = Counts(events)
        people = _people(self._counts, user)
        self.sliders = {
            kind: ipywidgets.FloatSlider(
                value=EVENT_WEIGHTS.get(kind, 1.0), min=0.5, max=10, step=0.5, description=kind,
                style={"description_width": "140px"}, layout={"width": "360px"},
            )
            for kind in self._counts.kinds
        }  # fmt: skip
        self.repeats = _switch("Repeats", REPEATS)
        self.combine = _switch("Combine by", {"sum": "sum", "strongest": "strongest"})
        self.person = ipywidgets.Dropdown(
            options=[(label, user) for user, label in people.items()], description="Person",
            layout={"width": "100%", "max_width": "480px"},
        )  # fmt: skip
        self.reset = ipywidgets.Button(
            description="the course's weights", layout={"width": "180px"}
        )
        self._connect()

    def _connect(self) -> None:
        for control in (*self.sliders.values(), self.repeats, self.combine, self.person):
            control.observe(self.refresh, "value")
        self.reset.on_click(self._reset)
        switches = row(self.repeats, self.combine, self.reset)
        self.assemble("Turn the weights", row(*self.sliders.values()), switches, self.person)

    def _reset(self, _: object) -> None:
        with self.quietly():
            for kind, slider in self.sliders.items():
                slider.value = EVENT_WEIGHTS.get(kind, 1.0)
            self.repeats.value, self.combine.value = "drop", "sum"

    def html(self) -> str:
        """The chosen person's strengths and all, now and with the course's weights."""
        weights = {kind: slider.value for kind, slider in self.sliders.items()}
        now = self._counts.strengths(weights, self.repeats.value, self.combine.value)
        return weights_html(self._counts, now, self.person.value)


def _switch(name: str, options: Mapping[str, str]) -> ipywidgets.ToggleButtons:
    return ipywidgets.ToggleButtons(
        options=list(options.items()), description=name, style={"button_width": "90px"}
    )


def _people(counts: Counts, user: int | None = None) -> dict[int, str]:
    """personId → label of people worth looking at; the given one first."""
    pairs = counts.pairs.assign(kinds=(counts.counts > 0).sum(axis=1))
    by_person = pairs.groupby("personId")["kinds"].agg(["size", "sum"])
    by_person["acts"] = by_person["sum"] / by_person["size"]
    some = by_person[by_person["size"].between(8, 40)]
    varied = (some if len(some) else by_person).sort_values("acts", ascending=False, kind="stable")
    typical = (by_person["size"] - by_person["size"].median()).abs().sort_values(kind="stable")
    active = by_person["size"].sort_values(ascending=False, kind="stable")
    chosen = {int(varied.index[0]): "varied", int(typical.index[0]): "typical"}
    chosen |= {int(active.index[0]): "most active"}
    if user is not None:
        if user not in by_person.index:
            raise ValueError(f"Nobody with the personId {user} is in these events.")
        chosen = {user: "chosen"} | chosen
    return {
        who: f"{name}: {who} ({by_person['size'][who]:,} articles)" for who, name in chosen.items()
    }


def _course(counts: Counts) -> np.ndarray:
    return counts.strengths({kind: EVENT_WEIGHTS.get(kind, 1.0) for kind in counts.kinds})


def weights_html(counts: Counts, now: np.ndarray, user: int) -> str:
    """One person's readings and the distribution over all pairs, beside the course's."""
    before = _course(counts)
    return side_by_side(
        heading(f"Person {user}: strength of each reading") + _readings_html(counts, now, user),
        heading("All pairs: how many have which strength") + _shares_html(now, before),
    ) + side_by_side(sentence(f"{finding(now, before)} {counts.only()}"))


def finding(now: np.ndarray, before: np.ndarray) -> str:
    """What the weights have moved, with numbers."""
    moved = np.mean(~np.isclose(now, before))
    values, times = np.unique(now.round(9), return_counts=True)
    return (
        f"{moved:.1%} of the {len(now):,} pairs have another strength than with the course's "
        f"weights (grey). The mean goes from {before.mean():.2f} to {now.mean():.2f}, the largest "
        f"from {before.max():g} to {now.max():g}. The most frequent strength is "
        f"{values[times.argmax()]:g}: {times.max() / len(now):.1%} of the pairs have it."
    )


def _of_person(counts: Counts, now: np.ndarray, user: int) -> pd.DataFrame:
    """The person's strongest readings: title, what was done, strength now and before."""
    own = np.flatnonzero(counts.pairs["personId"] == user)
    frame = pd.DataFrame(
        {
            "title": counts.pairs["title"].to_numpy()[own],
            "done": [_done(counts.kinds, counts.counts[i]) for i in own],
            "now": now[own],
            "before": _course(counts)[own],
        }
    )
    # By the course's strengths, so that the lines stay where they are when a slider moves.
    return frame.sort_values("before", ascending=False, kind="stable").head(SHOWN)


def _done(kinds: list[str], times: np.ndarray) -> str:
    done = [
        kind.split()[0].lower() + (f" ×{n}" if n > 1 else "")
        for kind, n in zip(kinds, times, strict=True)
        if n
    ]
    return ", ".join(done)


def _two_bars(now: float, before: float, most: float) -> str:
    return bar(now / most, BLUE) + bar(before / most, GREY, height=4)


def _readings_html(counts: Counts, now: np.ndarray, user: int) -> str:
    listed = _of_person(counts, now, user)
    most = max(listed["now"].max(), listed["before"].max())
    columns = (listed[column].tolist() for column in ("title", "done", "now", "before"))
    rows = [
        (
            f'{escaped(title)}<br><span style="opacity:0.7">{escaped(done)}</span>',
            _two_bars(new, old, most),
            f"{new:g}",
            f"{old:g}",
        )
        for title, done, new, old in zip(*columns, strict=True)
    ]
    return table(("article", "", "#now", "#course"), rows, ("auto", "25%", "44px", "56px"))


def _shares(values: np.ndarray) -> np.ndarray:
    """The share of the pairs in each class of strength; a class holds its upper edge."""
    inside = np.searchsorted(EDGES, values.round(9), side="left") - 1
    shares: np.ndarray = np.bincount(inside, minlength=len(EDGES) - 1) / len(values)
    return shares


def _shares_html(now: np.ndarray, before: np.ndarray) -> str:
    names = [f"up to {EDGES[1]:g}"]
    names += [f"over {a:g} to {b:g}" for a, b in zip(EDGES[1:-2], EDGES[2:-1], strict=True)]
    names += [f"over {EDGES[-2]:g}"]
    shares = list(zip(names, _shares(now), _shares(before), strict=True))
    rows = [(n, _two_bars(new, old, 1), f"{new:.1%}", f"{old:.1%}") for n, new, old in shares]
    return table(("strength", "", "#now", "#course"), rows, ("100px", "auto", "56px", "56px"))


def _still(
    counts: Counts, weights: Mapping[str, float], repeats: str, combine: str, user: int | None
) -> Still:
    person = next(iter(_people(counts, user)))
    now = counts.strengths(weights, repeats, combine)
    settings = ", ".join(f"{kind} {weights[kind]:g}" for kind in counts.kinds)
    word = next(name for name, value in REPEATS.items() if value == repeats)
    settings = f"Weights: {settings}; repeats {word}; combined by {combine}."
    plain = _of_person(counts, now, person)[["now", "before", "done", "title"]].to_string(
        index=False, float_format="{:g}".format
    )
    text = f"{settings}\nPerson {person}:\n{plain}\n{finding(now, _course(counts))}"
    text += f" {counts.only()}"
    return Still(side_by_side(sentence(settings)) + weights_html(counts, now, person), text)

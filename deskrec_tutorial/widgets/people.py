"""Chapter 5: pick a person, and see what they have read and what they should read next."""

from __future__ import annotations

import ipywidgets
import numpy as np
import pandas as pd
from implicit.cpu.als import AlternatingLeastSquares
from traitlets import Bunch

from .. import clock, door
from ..als import check_model, parts_apart
from ..plots.colours import GREY
from ..recommendations import history, recommend
from ..strength import InteractionMatrix
from .core import WIDE, Panel, Still, row, still
from .html import bar, escaped, heading, plain, sentence, side_by_side, some, table
from .reasons import answer, columns_of, contributions, nothing_left, reasons
from .search import id_typed

GROUP = 12  # people listed per group
SHOWN = 15  # readings listed per person


@still
def user_view(
    model: AlternatingLeastSquares,
    matrix: InteractionMatrix,
    strength: pd.DataFrame,
    user: int | str | None = None,
    n: int = 10,
) -> Still:
    """One person's history and recommendations side by side, with reasons: no widget.

    Where nothing can be recommended, a sentence says why. Where a model of somebody's own has
    other scores than the reasons add up to, a sentence says so, as `explain` does.

    Parameters
    ----------
    model, matrix
        As in `recommend`.
    strength : pandas.DataFrame
        As `event_strength` returns it: what people have read.
    user : int or str, optional
        The personId; by default somebody with a typical number of readings.
    n : int
        How many recommendations.
    """
    user = next(iter(groups(matrix)["typical"])) if user is None else user
    recommended = recommend(model, matrix, user, n)
    read = history(strength, user)
    done = plain(read.head(SHOWN)[["eventStrength", "title"]])
    text = f"Person {user} has read {some(len(read), 'article')}, strongest first:\n{done}"
    row = matrix.user_index(user)
    html, why = answer(
        "Recommended, and why",
        reasons(model, matrix, matrix.user_items[row], recommended),
        f"Person {user} {nothing_left(matrix)}",
        "" if recommended.empty else _note(model, matrix, row, recommended),
    )
    return Still(side_by_side(_history_html(user, read), html), f"{text}\n{why}")


def _note(
    model: AlternatingLeastSquares, matrix: InteractionMatrix, row: int, recommended: pd.DataFrame
) -> str:
    """What `explain` says where reasons and scores differ, for the article with the largest gap."""
    columns = columns_of(matrix, recommended)
    sums = contributions(model, matrix.user_items[row], columns).sum(axis=1)
    return parts_apart(model, matrix, row, columns, sums)


class UserPicker(Panel):
    """Pick a person and see their history beside their recommendations, live.

    Its controls are `group`, `people` and `by_id`; its static twin is `user_view`.

    Parameters
    ----------
    model, matrix, strength, user, n
        As in `user_view`.
    events : pandas.DataFrame, optional
        As `join_events` returns them. They hold the times; without events, or in a log without
        times, nobody can tell who is new: then the people with the shortest histories are offered
        instead.
    """

    def __init__(
        self,
        model: AlternatingLeastSquares,
        matrix: InteractionMatrix,
        strength: pd.DataFrame,
        user: int | str | None = None,
        n: int = 10,
        events: pd.DataFrame | None = None,
    ) -> None:
        check_model(model, matrix)
        self._model, self._matrix, self._strength, self._n = model, matrix, strength, n
        self._groups = groups(matrix, events)
        self.group = ipywidgets.ToggleButtons(
            options=list(self._groups), value="typical", description="People"
        )
        self.people = ipywidgets.Select(description="Person", rows=5, layout=WIDE)
        self.by_id = ipywidgets.Text(
            value="" if user is None else str(user), description="or by id",
            placeholder="personId, then Enter", continuous_update=False, layout=WIDE,
        )  # fmt: skip
        self._list()
        for control in (self.group, self.people, self.by_id):
            control.observe(self._chosen, "value")
        self.assemble("Pick a person", self.group, row(self.people, self.by_id))

    def _list(self) -> None:
        """List the people of the group; the first is chosen unless an id was typed."""
        listed = self._groups[self.group.value]
        with self.people.hold_sync():
            self.people.options = [(label, user) for user, label in listed.items()]
            self.people.index = None if self.by_id.value.strip() else 0

    def _chosen(self, change: Bunch) -> None:
        """Show whoever was named last, by the list or by the id, and clear the other one."""
        if self._quiet or (change.owner is self.people and change.new is None):
            return
        with self.quietly():
            if change.owner is not self.by_id:
                self.by_id.value = ""
            if change.owner is not self.people:
                self._list()

    @property
    def user(self) -> int | str:
        """The personId chosen; a ValueError if a number is needed and something else was typed."""
        typed, listed = self.by_id.value, self.people.value
        return id_typed(typed, self._matrix.user_ids, "personId") if typed.strip() else listed

    def html(self) -> str:
        """History and recommendations of the chosen person."""
        return user_view(self._model, self._matrix, self._strength, self.user, self._n).html


user_picker = UserPicker


def groups(
    matrix: InteractionMatrix, events: pd.DataFrame | None = None
) -> dict[str, dict[int | str, str]]:
    """People to choose from: per group, personId → what the list says about them.

    Who is newest can be told if the events have times.
    """
    articles = np.diff(matrix.user_items.indptr)
    people = np.flatnonzero(articles)
    if not len(people):
        raise ValueError("Nobody in this matrix has read anything.")
    count = articles[people]
    orders = {"most active": -count, "typical": np.abs(count - np.median(count))}
    since = np.full(len(people), -np.inf)
    if events is None or "timestamp" not in events.columns:
        orders["shortest history"] = count
    else:
        since = _first_times(matrix, events)[people]
        orders["newest"] = -since
    listed: dict[str, dict[int | str, str]] = {}
    for name, order in orders.items():
        chosen = np.argsort(order, kind="stable")[:GROUP]
        ids = [door.plain(user) for user in matrix.user_ids[people[chosen]]]
        labels = map(_label, ids, count[chosen], since[chosen])
        listed[name] = dict(zip(ids, labels, strict=True))
    return listed


def _label(user: int | str, articles: int, since: float) -> str:
    here = f", since {pd.Timestamp(since, unit='s'):%Y-%m-%d}" if np.isfinite(since) else ""
    return f"{user} ({some(articles, 'article')}{here})"


def _first_times(matrix: InteractionMatrix, events: pd.DataFrame) -> np.ndarray:
    """When each person of the matrix came, in seconds; -inf where the events do not say."""
    door.need(events, ("personId", "timestamp"), "events", "dr.join_events")
    times = clock.times(events["timestamp"], "events")
    place = door.places(events["personId"], "personId", "events", matrix.user_ids)
    if (place < 0).all():
        raise ValueError(
            "Not one person of the matrix is in events: personId is "
            f"{door.plain(events['personId'].iloc[0])!r} there, and such as "
            f"{door.plain(matrix.user_ids[0])!r} in the matrix. Pass the events it was made of."
        )
    first = np.full(len(matrix.user_ids), np.inf)
    np.minimum.at(first, place[place >= 0], times[place >= 0].astype(np.float64))
    return np.where(np.isfinite(first), first, -np.inf)


def _history_html(user: int | str, read: pd.DataFrame) -> str:
    top, shown = read["eventStrength"].max(), read.head(SHOWN)
    rows = [
        (escaped(title), bar(strength / top, GREY), f"{strength:g}")
        for title, strength in zip(shown["title"], shown["eventStrength"], strict=True)
    ]
    done = heading(f"Person {user} has read {some(len(read), 'article')}")
    done += table(("article", "", "#strength"), rows, ("auto", "20%", "64px"))
    if len(read) > SHOWN:
        done += sentence(f"and {len(read) - SHOWN:,} more, none of them stronger.")
    return done

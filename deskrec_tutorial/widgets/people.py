"""Chapter 5: pick a person, and see what they have read and what they should read next."""

from __future__ import annotations

from datetime import UTC, datetime

import ipywidgets
import numpy as np
import pandas as pd
from implicit.cpu.als import AlternatingLeastSquares

from ..als import check_model
from ..recommendations import history, recommend
from ..strength import InteractionMatrix
from .core import Panel, Still, row, sentence_of
from .html import GREY, bar, escaped, heading, sentence, side_by_side, table
from .reasons import Reasons, reasons, reasons_html

GROUP = 12  # people listed per group
SHOWN = 15  # readings listed per person


def user_view(
    model: AlternatingLeastSquares,
    matrix: InteractionMatrix,
    strength: pd.DataFrame,
    user: int | None = None,
    n: int = 10,
) -> Still:
    """One person's history and recommendations side by side, with reasons: no widget.

    Parameters
    ----------
    model : implicit.cpu.als.AlternatingLeastSquares
        A model fitted on `matrix`.
    matrix : InteractionMatrix
        The data.
    strength : pandas.DataFrame
        As `event_strength` returns it: what people have read.
    user : int, optional
        The personId; by default somebody with a typical number of readings.
    n : int
        How many recommendations.

    Returns
    -------
    Still
        For display at the end of a cell. Where nothing can be recommended, a sentence says why.
    """
    person = int(next(iter(groups(matrix)["typical"]))) if user is None else user

    def make() -> Still:
        read, listed = _of_person(model, matrix, strength, person, n)
        plain = "\n".join(f"{place}. {reason}" for place, reason in enumerate(listed, start=1))
        done = read.head(SHOWN)[["eventStrength", "title"]].to_string(
            index=False, float_format="{:g}".format
        )
        text = f"Person {person} has read {len(read):,} articles, strongest first:\n{done}\n"
        return Still(_user_html(person, read, listed), f"{text}Recommended, and why:\n{plain}")

    return sentence_of(make)


def user_picker(
    model: AlternatingLeastSquares,
    matrix: InteractionMatrix,
    strength: pd.DataFrame,
    user: int | None = None,
    n: int = 10,
    events: pd.DataFrame | None = None,
) -> UserPicker:
    """Pick a person and see their history beside their recommendations, live.

    Parameters
    ----------
    model, matrix, strength, user, n
        As in `user_view`.
    events : pandas.DataFrame, optional
        As `join_events` returns them. They hold the times, without which nobody can tell who is
        new: then the people with the shortest histories are offered instead.

    Returns
    -------
    UserPicker
        A widget. Its static twin is `user_view`.
    """
    return UserPicker(model, matrix, strength, user, n, events)


class UserPicker(Panel):
    """The widget of `user_picker`: `group`, `people` and `by_id` are its controls."""

    def __init__(
        self,
        model: AlternatingLeastSquares,
        matrix: InteractionMatrix,
        strength: pd.DataFrame,
        user: int | None = None,
        n: int = 10,
        events: pd.DataFrame | None = None,
    ) -> None:
        check_model(model, matrix)
        self._model, self._matrix, self._strength, self._n = model, matrix, strength, n
        self._groups = groups(matrix, events)
        self.group = ipywidgets.ToggleButtons(
            options=list(self._groups), value="typical", description="People"
        )
        self.people = ipywidgets.Select(
            description="Person", rows=5, layout={"width": "100%", "max_width": "480px"}
        )
        self.by_id = ipywidgets.Text(
            value="" if user is None else str(user),
            description="or by id", placeholder="personId, then Enter", continuous_update=False,
            layout={"width": "100%", "max_width": "480px"},
        )  # fmt: skip
        self._list()
        self._connect()

    def _connect(self) -> None:
        self.group.observe(self._group_chosen, "value")
        self.people.observe(self._person_chosen, "value")
        self.by_id.observe(self._id_typed, "value")
        self.assemble("Pick a person", self.group, row(self.people, self.by_id))

    def _list(self) -> None:
        """List the people of the group; the first is chosen unless an id was typed."""
        listed = self._groups[self.group.value]
        with self.people.hold_sync():
            self.people.options = [(label, user) for user, label in listed.items()]
            self.people.index = None if self.by_id.value.strip() else 0

    def _group_chosen(self, _: object) -> None:
        with self.quietly():
            self.by_id.value = ""
            self._list()

    def _person_chosen(self, _: object) -> None:
        if self._quiet or self.people.index is None:
            return
        with self.quietly():
            self.by_id.value = ""

    def _id_typed(self, _: object) -> None:
        if self._quiet:
            return
        with self.quietly():
            self.people.index = None if self.by_id.value.strip() else 0

    @property
    def user(self) -> int:
        """The personId chosen; a ValueError if what was typed is no whole number."""
        typed = self.by_id.value.strip()
        try:
            return int(typed) if typed else int(self.people.value)
        except ValueError:
            example = self._matrix.user_ids[0]
            message = f"“{typed}” is no personId. An id is a whole number, such as {example}."
            raise ValueError(message) from None

    def html(self) -> str:
        """History and recommendations of the chosen person."""
        parts = _of_person(self._model, self._matrix, self._strength, self.user, self._n)
        return _user_html(self.user, *parts)


def groups(
    matrix: InteractionMatrix, events: pd.DataFrame | None = None
) -> dict[str, dict[int, str]]:
    """People to choose from: per group, personId → what the list says about them."""
    lengths = np.diff(matrix.user_items.indptr)
    known = np.flatnonzero(lengths)
    middle = np.median(lengths[known])
    orders = {
        "most active": known[np.argsort(-lengths[known], kind="stable")],
        "typical": known[np.argsort(abs(lengths[known] - middle), kind="stable")],
    }
    notes: dict[int, str] = {}
    if events is None:
        orders["shortest history"] = known[np.argsort(lengths[known], kind="stable")]
    else:
        first = events.groupby("personId")["timestamp"].min().reindex(matrix.user_ids[known])
        orders["newest"] = known[np.argsort(-first.to_numpy(), kind="stable")]
        days = [datetime.fromtimestamp(int(t), UTC).date().isoformat() for t in first]
        notes = {int(i): f", here since {day}" for i, day in zip(known, days, strict=True)}
    return {
        name: {int(matrix.user_ids[i]): _label(matrix, lengths, i, notes) for i in order[:GROUP]}
        for name, order in orders.items()
    }


def _label(
    matrix: InteractionMatrix, lengths: np.ndarray, index: int, notes: dict[int, str]
) -> str:
    articles = f"{lengths[index]:,} article{'' if lengths[index] == 1 else 's'}"
    return f"{matrix.user_ids[index]} ({articles}{notes.get(index, '')})"


def _of_person(
    model: AlternatingLeastSquares,
    matrix: InteractionMatrix,
    strength: pd.DataFrame,
    user: int,
    n: int,
) -> tuple[pd.DataFrame, list[Reasons]]:
    recommended = recommend(model, matrix, user, n)
    readings = matrix.user_items[matrix.user_index(user)]
    return history(strength, user), reasons(model, matrix, readings, recommended)


def _user_html(user: int, read: pd.DataFrame, listed: list[Reasons]) -> str:
    top = read["eventStrength"].max()
    shown = read.head(SHOWN)
    rows = [
        (escaped(title), bar(strength / top, GREY), f"{strength:g}")
        for title, strength in zip(shown["title"], shown["eventStrength"], strict=True)
    ]
    done = heading(f"Person {user} has read {len(read):,} articles")
    done += table(("article", "", "#strength"), rows, ("auto", "20%", "64px"))
    if len(read) > SHOWN:
        done += sentence(f"and {len(read) - SHOWN:,} more, none of them stronger.")
    return side_by_side(done, heading("Recommended, and why") + reasons_html(listed))

"""Chapter 5: pick a person, and see what they have read and what they should read next."""

from __future__ import annotations

import ipywidgets
import numpy as np
import pandas as pd
from implicit.cpu.als import AlternatingLeastSquares
from traitlets import Bunch

from ..als import check_model
from ..plots.core import GREY
from ..recommendations import history, recommend
from ..strength import InteractionMatrix
from .core import WIDE, Panel, Still, row, still
from .html import bar, escaped, heading, sentence, side_by_side, table
from .reasons import reasons, reasons_html, reasons_text

GROUP = 12  # people listed per group
SHOWN = 15  # readings listed per person


@still
def user_view(
    model: AlternatingLeastSquares,
    matrix: InteractionMatrix,
    strength: pd.DataFrame,
    user: int | None = None,
    n: int = 10,
) -> Still:
    """One person's history and recommendations side by side, with reasons: no widget.

    Where nothing can be recommended, a sentence says why.

    Parameters
    ----------
    model, matrix
        As in `recommend`.
    strength : pandas.DataFrame
        As `event_strength` returns it: what people have read.
    user : int, optional
        The personId; by default somebody with a typical number of readings.
    n : int
        How many recommendations.
    """
    user = next(iter(groups(matrix)["typical"])) if user is None else user
    recommended = recommend(model, matrix, user, n)
    listed = reasons(model, matrix, matrix.user_items[matrix.user_index(user)], recommended)
    read = history(strength, user)
    done = read.head(SHOWN)[["eventStrength", "title"]].to_string(
        index=False, float_format="{:g}".format
    )
    text = f"Person {user} has read {len(read):,} articles, strongest first:\n{done}\n"
    html = side_by_side(_history_html(user, read), reasons_html("Recommended, and why", listed))
    return Still(html, f"{text}Recommended, and why:\n{reasons_text(listed)}")


class UserPicker(Panel):
    """Pick a person and see their history beside their recommendations, live.

    Its controls are `group`, `people` and `by_id`; its static twin is `user_view`.

    Parameters
    ----------
    model, matrix, strength, user, n
        As in `user_view`.
    events : pandas.DataFrame, optional
        As `join_events` returns them. They hold the times, without which nobody can tell who is
        new: then the people with the shortest histories are offered instead.
    """

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
        return user_view(self._model, self._matrix, self._strength, self.user, self._n).html


user_picker = UserPicker


def groups(
    matrix: InteractionMatrix, events: pd.DataFrame | None = None
) -> dict[str, dict[int, str]]:
    """People to choose from: per group, personId → what the list says about them."""
    articles = pd.Series(np.diff(matrix.user_items.indptr), matrix.user_ids)
    articles = articles[articles > 0]
    people = articles.map(lambda n: f"{n:,} article{'' if n == 1 else 's'}")
    orders = {"most active": -articles, "typical": (articles - articles.median()).abs()}
    if events is None:
        orders["shortest history"] = articles
    else:
        first = events.groupby("personId")["timestamp"].min().reindex(articles.index)
        orders["newest"] = -first
        people += pd.to_datetime(first, unit="s").dt.strftime(", here since %Y-%m-%d").fillna("")
    return {
        name: {int(user): f"{user} ({people[user]})" for user in _smallest(order)}
        for name, order in orders.items()
    }


def _smallest(values: pd.Series) -> pd.Index:
    return values.sort_values(kind="stable").index[:GROUP]


def _history_html(user: int, read: pd.DataFrame) -> str:
    top, shown = read["eventStrength"].max(), read.head(SHOWN)
    rows = [
        (escaped(title), bar(strength / top, GREY), f"{strength:g}")
        for title, strength in zip(shown["title"], shown["eventStrength"], strict=True)
    ]
    done = heading(f"Person {user} has read {len(read):,} articles")
    done += table(("article", "", "#strength"), rows, ("auto", "20%", "64px"))
    if len(read) > SHOWN:
        done += sentence(f"and {len(read) - SHOWN:,} more, none of them stronger.")
    return done

"""Articles, people and your own readings in one tabbed view, for a lecture or a page of its own."""

from __future__ import annotations

from collections.abc import Mapping

import ipywidgets
import pandas as pd
from implicit.cpu.als import AlternatingLeastSquares

from ..als import fit_als
from ..data import ClickStream, join_events, load_deskdrop
from ..strength import EVENT_WEIGHTS, InteractionMatrix, event_strength
from .articles import article_picker, article_view
from .core import Still
from .people import user_picker, user_view
from .reader import be_the_reader, reader_view

TITLES = ("Similar articles", "For a person", "Be the reader")


def explorer(
    clicks: ClickStream | None = None,
    weights: Mapping[str, float] = EVENT_WEIGHTS,
    repeats: str = "drop",
) -> ipywidgets.Tab:
    """The pickers of chapters 4 and 5 in one view of three tabs; the twin is `explorer_view`.

    Parameters
    ----------
    clicks : ClickStream, optional
        The data; by default what `load_deskdrop` gives. A model is fitted first, which takes some
        seconds.
    weights, repeats
        How strengths are made of events, as in `event_strength`.
    """
    events, strength, matrix, model = _fitted(clicks, weights, repeats)
    pickers = (
        article_picker(model, matrix),
        user_picker(model, matrix, strength, events=events),
        be_the_reader(model, matrix, weights=weights, repeats=repeats),
    )
    tabs = ipywidgets.Tab(pickers)
    for place, title in enumerate(TITLES):
        tabs.set_title(place, title)
    return tabs


def explorer_view(
    clicks: ClickStream | None = None,
    weights: Mapping[str, float] = EVENT_WEIGHTS,
    repeats: str = "drop",
) -> Still:
    """The first view of each tab of the `explorer`, one below the other: no widget."""
    _, strength, matrix, model = _fitted(clicks, weights, repeats)
    parts = (
        article_view(model, matrix),
        user_view(model, matrix, strength),
        reader_view(model, matrix, weights=weights),
    )
    return Still("".join(part.html for part in parts), "\n\n".join(part.text for part in parts))


def _fitted(
    clicks: ClickStream | None, weights: Mapping[str, float], repeats: str
) -> tuple[pd.DataFrame, pd.DataFrame, InteractionMatrix, AlternatingLeastSquares]:
    events = join_events(load_deskdrop() if clicks is None else clicks)
    strength = event_strength(events, weights, repeats)
    matrix = InteractionMatrix.from_strength(strength)
    return events, strength, matrix, fit_als(matrix)

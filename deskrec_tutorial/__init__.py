"""Helpers of the deskrec tutorial: implicit-feedback recommenders on Deskdrop's click stream.

The public API, in the order of the chapters:

    load_deskdrop → join_events → event_strength → InteractionMatrix → fit_als → similar_articles
                                                                               → recommend → explain

`plots` (figures) loads on first use.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from .als import ALS, als_loss, confidence, fit_als, half_step
from .data import (
    ClickStream,
    DataError,
    Truth,
    join_events,
    load_deskdrop,
    load_truth,
    long_tail,
    missing_share,
)
from .recommendations import explain, fold_in, history, recommend, recommend_all
from .similarity import similar_articles
from .strength import EVENT_WEIGHTS, InteractionMatrix, UnknownIdError, event_strength
from .tables import table

if TYPE_CHECKING:
    from . import plots
    from .sample.simulator import simulate

__version__ = "0.1.0"

__all__ = [
    "ALS",
    "EVENT_WEIGHTS",
    "ClickStream",
    "DataError",
    "InteractionMatrix",
    "Truth",
    "UnknownIdError",
    "als_loss",
    "confidence",
    "event_strength",
    "explain",
    "fit_als",
    "fold_in",
    "half_step",
    "history",
    "join_events",
    "load_deskdrop",
    "load_truth",
    "long_tail",
    "missing_share",
    "plots",
    "recommend",
    "recommend_all",
    "similar_articles",
    "simulate",
    "table",
]


def __getattr__(name: str) -> object:
    """Load what needs matplotlib or the simulator only when it is asked for."""
    if name == "plots":
        return importlib.import_module(".plots", __name__)
    if name == "simulate":
        return importlib.import_module(".sample.simulator", __name__).simulate
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

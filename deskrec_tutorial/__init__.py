"""Helpers of the deskrec tutorial: implicit-feedback recommenders on Deskdrop's click stream.

The public API, in the order of the chapters:

    load_deskdrop, load_clicks → join_events → event_strength → InteractionMatrix → fit_als
        → similar_articles, recommend → explain
    split → evaluate → compare, with the `recommenders` of chapter 6; replay

`plots` (figures), `widgets` (live pickers and their static twins) and `spark` (chapter 9, which
needs an extra) load on first use.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from .als import ALS, als_loss, confidence, fit_als, half_step
from .data import (
    ClickStream,
    Truth,
    join_events,
    load_deskdrop,
    load_truth,
    long_tail,
)
from .door import DataError
from .evaluation import Comparison, Evaluation, compare, evaluate
from .own_log import load_clicks
from .progress import progress
from .recommendations import explain, fold_in, history, recommend, recommend_all
from .replay import replay
from .sampled import draw_negatives, sampled_hits, sampled_recall
from .similarity import similar_articles
from .splits import Split, place, split
from .strength import EVENT_WEIGHTS, InteractionMatrix, UnknownIdError, event_strength
from .tables import table

if TYPE_CHECKING:
    from deskrec_simulator import simulate

    from . import plots, recommenders, widgets
    from . import spark as spark  # not in __all__: a star would fetch Spark
    from .widgets import (  # type: ignore[no-redef]  # the module explorer, says mypy
        als_stepper,
        als_view,
        article_picker,
        article_view,
        be_the_reader,
        bowl_picker,
        bowl_view,
        explorer,
        explorer_view,
        reader_view,
        user_picker,
        user_view,
        weights_explorer,
        weights_view,
    )

__version__ = "0.1.0"

__all__ = [
    "ALS",
    "EVENT_WEIGHTS",
    "ClickStream",
    "Comparison",
    "DataError",
    "Evaluation",
    "InteractionMatrix",
    "Split",
    "Truth",
    "UnknownIdError",
    "als_loss",
    "als_stepper",
    "als_view",
    "article_picker",
    "article_view",
    "be_the_reader",
    "bowl_picker",
    "bowl_view",
    "compare",
    "confidence",
    "draw_negatives",
    "evaluate",
    "event_strength",
    "explain",
    "explorer",
    "explorer_view",
    "fit_als",
    "fold_in",
    "half_step",
    "history",
    "join_events",
    "load_clicks",
    "load_deskdrop",
    "load_truth",
    "long_tail",
    "place",
    "plots",
    "progress",
    "reader_view",
    "recommend",
    "recommend_all",
    "recommenders",
    "replay",
    "sampled_hits",
    "sampled_recall",
    "similar_articles",
    "simulate",
    "split",
    "table",
    "user_picker",
    "user_view",
    "weights_explorer",
    "weights_view",
    "widgets",
]


def __getattr__(name: str) -> object:
    """Load figures, widgets, recommenders, Spark and the simulator only when they are asked for."""
    if name in ("plots", "recommenders", "spark", "widgets"):
        return importlib.import_module(f".{name}", __name__)
    if name == "simulate":
        return importlib.import_module("deskrec_simulator").simulate
    if name in __all__:  # what is left is a picker or its twin
        return getattr(importlib.import_module(".widgets", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})

"""Checks for exercises: compare an answer with what is expected, and say what is wrong and why.

A check prints one line when an answer is right and raises `CheckFailed` when it is not.  While
the answer still is ``...`` it invites.  They work in any notebook:

>>> from deskrec_tutorial import checks
>>> checks.equal(sum([1, 2]), 3, "the sum of 1 and 2")
✓ the sum of 1 and 2
>>> checks.equal(..., 75.0, "the percentage")
✎ your turn: the percentage

Each exercise has a module with a check per question, which loads on first use.  It takes the
function that answers the question, as in ``checks.data.missing_table(missing_table)``; its help,
``checks.data.missing_table?``, says what it tries.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from . import core
from .core import WIDTH, CheckFailed, unchanged
from .turn import inviting

if TYPE_CHECKING:
    from . import als_math, data, evaluation, event_strength, recommendations, similarity

EXERCISES = ("data", "event_strength", "als_math", "similarity", "recommendations", "evaluation")
__all__ = [
    "WIDTH",
    "CheckFailed",
    "als_math",
    "data",
    "equal",
    "evaluation",
    "event_strength",
    "kind",
    "ranking",
    "recommendations",
    "similarity",
    "that",
    "unchanged",
]

that = inviting(core.that)
kind = inviting(core.kind)
equal = inviting(core.equal)
ranking = inviting(core.ranking)


def __getattr__(name: str) -> object:
    """Load the checks of an exercise only when they are asked for."""
    if name in EXERCISES:
        return importlib.import_module(f".{name}", __name__)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})

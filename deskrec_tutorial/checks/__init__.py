"""Checks for exercises: compare an answer with what is expected, and say what is wrong and why.

A check prints one line when an answer is right and raises `CheckFailed` when it is not; while the
answer still is ``...``, it invites.  They work in any notebook:

>>> from deskrec_tutorial import checks
>>> checks.equal(sum([1, 2]), 3, "the sum of 1 and 2")
✓ the sum of 1 and 2
>>> checks.equal(..., 75.0, "the percentage")
✎ your turn: the percentage

Each exercise has a module here with a check per question, which takes the function that answers
it: ``checks.data.missing_table(missing_table)``.  Its help says what the function is tried on.
"""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
from types import ModuleType
from typing import TYPE_CHECKING

from . import core
from .core import CheckFailed, copies
from .turn import inviting

if TYPE_CHECKING:
    from . import (
        als_math,
        data,
        evaluation,
        event_strength,
        notebook_to_product,
        recommendations,
        similarity,
        tuning_and_time,
    )

__all__ = [
    "CheckFailed",
    "als_math",
    "copies",
    "data",
    "equal",
    "evaluation",
    "event_strength",
    "kind",
    "notebook_to_product",
    "ranking",
    "recommendations",
    "similarity",
    "that",
    "tuning_and_time",
    "unchanged",
]

that = inviting(core.that)
kind = inviting(core.kind)
equal = inviting(core.equal)
ranking = inviting(core.ranking)
unchanged = inviting(core.unchanged)


def __getattr__(name: str) -> ModuleType:
    """Load the checks of an exercise only when they are asked for."""
    if not name.startswith("_") and importlib.util.find_spec(f"{__name__}.{name}"):
        return importlib.import_module(f".{name}", __name__)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *(module.name for module in pkgutil.iter_modules(__path__))})

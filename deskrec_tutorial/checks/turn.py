"""Answers that nobody has begun: an invitation to a learner, an error where marks are given."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from typing import Any, NoReturn, ParamSpec

import numpy as np
import pandas as pd

P = ParamSpec("P")
# Set while marks are given: by our grader; by nbgrader while it grades or validates.
GRADERS = ("DESKREC_GRADING", "NBGRADER_EXECUTION")


class YourTurn(NotImplementedError):
    """An answer that nobody has begun; its message is the invitation to begin it."""


def inviting(check: Callable[P, None]) -> Callable[P, None]:
    """Let a check answer ``...`` with an invitation instead of an error.

    While marks are given an error it remains, whoever has raised it: an answer can, too.
    """

    @functools.wraps(check)
    def invited(*args: P.args, **options: P.kwargs) -> None:
        __tracebackhide__ = True
        try:
            check(*args, **options)
        except YourTurn as turn:
            if grading():
                raise
            print(turn)

    return invited


def grading() -> bool:
    """Say whether marks are given."""
    return any(os.environ.get(name) for name in GRADERS)


def untouched(answer: Any) -> bool:
    """Say whether an answer is ``...``, or a collection, array or table that still holds one."""
    if isinstance(answer, (dict, pd.DataFrame)):
        return any(untouched(part) for _, part in answer.items())
    if isinstance(answer, (np.ndarray, pd.Series, pd.Index)):
        return answer.dtype == object and untouched(answer.tolist())
    if isinstance(answer, (list, tuple, set, frozenset)):
        return any(map(untouched, answer))
    return answer is ...


def no_answer(what: str) -> NoReturn:
    """Stop a check whose answer has not been begun.

    Raises
    ------
    YourTurn
        While somebody learns: `inviting` makes a line of it.
    NotImplementedError
        While marks are given: what has not been begun earns none.
    """
    if grading():
        error = NotImplementedError(f"{what}: there is no answer yet".removeprefix(": "))
        raise shown_as_turn(error, what)
    raise shown_as_turn(YourTurn(_invitation(what)), what)


def shown_as_turn(error: NotImplementedError, what: str) -> NotImplementedError:
    """Let a notebook show an invitation in place of a traceback; an error it remains."""
    vars(error)["_render_traceback_"] = lambda: [_invitation(what)]
    return error


def _invitation(what: str) -> str:
    return f"✎ your turn: {what}" if what else "✎ your turn"

"""What the checks of all questions share: how they meet a function that somebody has written."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from types import CodeType, TracebackType
from typing import Any, TypeAlias

import numpy as np

from .core import fail
from .turn import inviting, no_answer, shown_as_turn, untouched

Answer: TypeAlias = Callable[..., Any]


def question(check: Callable[[Answer], None]) -> Callable[[Any], None]:
    """Make the check of a question, to be called with a learner's function or with ``...``.

    Parameters
    ----------
    check : callable
        Takes the function, calls it on small data and raises `CheckFailed` if an answer is not
        right.  It bears the name of the function that it checks.

    Returns
    -------
    callable
        The check.  It invites while the function is ``...``, has no body or returns ``...``, and
        keeps an error in the function apart from an answer that can't be looked at.
    """
    name = check.__name__
    where = f"checks.{check.__module__.rpartition('.')[2]}.{name}"

    @functools.wraps(check)
    def asking(function: Any) -> None:
        __tracebackhide__ = True
        if untouched(function) or _is_empty(function):
            no_answer(name)
        if not callable(function):
            fail(name, f"The check takes the function itself, `{where}({name})`, not an answer.")
        try:
            check(_watched(function, name))
        except Exception as error:
            if not hasattr(error, "_render_traceback_"):  # neither of ours nor an invitation
                error.__traceback__ = _theirs(error, name)
                error.add_note(f"`{where}?` says what your function was called with.")
            raise

    return inviting(asking)


def arrays(mistakes: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """Return explanations with arrays in place of lists, as `equal` compares them."""
    return {explanation: np.array(values) for explanation, values in mistakes.items()}


def _watched(function: Answer, name: str) -> Answer:
    """Let a function that gives no answer yet stop its check at once."""

    def watched(*args: Any, **options: Any) -> Any:
        got = function(*args, **options)
        if untouched(got):
            no_answer(name)
        return got

    return watched


def _theirs(error: Exception, name: str) -> TracebackType | None:
    """Return the part of a traceback that lies in a learner's function.

    Raises
    ------
    CheckFailed
        If there is none: the call itself failed, or the look at what came back.
    """
    trace = error.__traceback__
    while trace and not _is_call(trace):
        trace = trace.tb_next
    said = f"{type(error).__name__}: {error}"
    if not trace:
        fail(
            name, f"The check could not look at your answer ({said}). Is it of the kind asked for?"
        )
    if not trace.tb_next:
        fail(name, f"Your function could not be called as the question says ({said}).")
    if isinstance(error, NotImplementedError) and not trace.tb_next.tb_next:
        # Raised by the function itself, not by a library that it uses: the stub, still in place.
        shown_as_turn(error, f"{name} ({error})" if str(error) else name)
    return trace.tb_next


def _is_call(trace: TracebackType) -> bool:
    frame = trace.tb_frame
    return frame.f_globals is globals() and frame.f_code.co_name == "watched"


def _bare() -> None: ...


def _described() -> None:
    """Say something."""


NO_BODY = {_bare.__code__.co_code, _described.__code__.co_code}


def _is_empty(function: Any) -> bool:
    """Say whether there is nothing but ``...``, ``pass`` or a description in a function."""
    code = getattr(function, "__code__", None)  # what stands for a function may have none
    return (
        isinstance(code, CodeType)
        and code.co_code in NO_BODY
        and set(code.co_consts) <= {None, function.__doc__}
    )

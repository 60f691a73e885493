"""A progress bar for loops of more than a few seconds, which leaves a notebook as it should be."""

from __future__ import annotations

import html
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")


def progress(things: Iterable[T], label: str) -> Iterator[T]:
    """Go through things and show, in a notebook, how many are done.

    What stays in the notebook at the end is one line that is the same on every run: the label and
    the number of things. Outside notebooks nothing is shown.

    Parameters
    ----------
    things : iterable
        What to loop over.
    label : str
        What is being done, such as ``"models fitted"``.

    Yields
    ------
    object
        The things, one by one.
    """
    todo = list(things)
    show = _line(label, len(todo))
    for done, thing in enumerate(todo):
        show(done)
        yield thing
    show(len(todo))


def _line(label: str, total: int) -> Callable[[int], None]:
    """A function that shows how many are done, in one output that is written over."""
    ipython = sys.modules.get("IPython")
    if not hasattr(ipython and ipython.get_ipython(), "kernel"):
        return lambda done: None
    from IPython.display import display

    # It starts as it ends: whoever looks at the first state only (nbval does) sees the last.
    handle = display(_state(label, total, total), raw=True, display_id=True)
    start = time.monotonic()

    def show(done: int) -> None:
        handle.update(_state(label, done, total, time.monotonic() - start), raw=True)

    return show


def _state(label: str, done: int, total: int, seconds: float = 0.0) -> dict[str, str]:
    """What is shown: on the way with a bar and the seconds so far, at the end without."""
    text = f"{label}: {done} of {total}"
    shown = html.escape(text)
    if done < total:
        bar = f'<progress value="{done}" max="{total}"></progress>'
        shown = f"{bar} {shown}, {seconds:.0f} s"
    return {"text/plain": text, "text/html": f"<small>{shown}</small>"}

"""What all pickers share: the live panel, its still twin, and long work that can't start twice."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import ParamSpec

import ipywidgets
from IPython.display import display
from threadpoolctl import ThreadpoolController

from ..plots.core import Picture
from ..strength import UnknownIdError
from .html import sentence, side_by_side

# One answer is a few small products: threads would spend their time waiting for each other.
THREADS = ThreadpoolController()
# What the package raises, with a message for the reader, when there is nothing to show.
REFUSALS = (UnknownIdError, ValueError)
WIDE = {"width": "100%", "max_width": "480px"}

P = ParamSpec("P")


@dataclass(frozen=True)
class Still:
    """A view that needs no kernel: HTML, the same in plain text, and below it pictures if any."""

    html: str
    text: str
    pictures: tuple[Picture, ...] = ()

    def __repr__(self) -> str:
        return self.text

    def _ipython_display_(self) -> None:
        display({"text/html": self.html, "text/plain": self.text}, raw=True)
        for picture in self.pictures:
            picture._ipython_display_()


def still(view: Callable[P, Still]) -> Callable[P, Still]:
    """Turn what a view refuses to show into a view of the sentence that says why."""

    @functools.wraps(view)
    def answered(*args: P.args, **kwargs: P.kwargs) -> Still:
        try:
            return view(*args, **kwargs)
        except REFUSALS as error:
            return Still(side_by_side(sentence(error)), str(error))

    return answered


class Panel(ipywidgets.VBox):
    """Controls above their result; in plain text, a sentence in place of what needs a kernel.

    The controls are attributes, so that a program can do what a reader does: set their `.value`.
    """

    _name = ""
    _quiet = False

    def assemble(
        self, name: str, *children: ipywidgets.Widget, watch: Iterable[ipywidgets.Widget] = ()
    ) -> None:
        """Put the result below the controls; it follows the values of those in `watch`."""
        self._name, self.result = name, ipywidgets.HTML(layout={"width": "auto"})
        self.result.add_class("deskrec-result")
        super().__init__([*children, self.result])
        for control in watch:
            control.observe(self.refresh, "value")
        self.refresh()

    def html(self) -> str:
        """The result that belongs to what the controls say now."""
        raise NotImplementedError

    def refresh(self, _: object = None) -> None:
        """Show the result; what cannot be shown becomes a sentence, and nothing old remains."""
        if self._quiet:
            return
        try:
            with THREADS.limit(limits=1):
                self.result.value = self.html()
        except REFUSALS as error:
            self.result.value = sentence(error)

    @contextmanager
    def quietly(self) -> Iterator[None]:
        """Change several controls, and answer once when done."""
        self._quiet = True
        try:
            yield
        finally:
            self._quiet = False
        self.refresh()

    def __repr__(self) -> str:  # at most 110 characters: ipywidgets cuts the rest
        return f"{self._name}: alive while the notebook runs. Below, the same without a kernel."


def row(*children: ipywidgets.Widget) -> ipywidgets.HBox:
    """Widgets next to each other where there is room."""
    return ipywidgets.HBox(children, layout={"flex_flow": "row wrap", "align_items": "flex-end"})


def switch(name: str, options: Mapping[str, object], width: int) -> ipywidgets.ToggleButtons:
    """Buttons of which one is pressed, the first to begin with; `width` of each in pixels."""
    return ipywidgets.ToggleButtons(
        options=list(options.items()), description=name, style={"button_width": f"{width}px"}
    )


def alpha_switch(alphas: Iterable[float], chosen: float) -> ipywidgets.ToggleButtons:
    """Buttons for some values of alpha and the chosen one, which is pressed."""
    values = sorted({*map(float, alphas), float(chosen)})
    buttons = switch("alpha", {f"{alpha:g}": alpha for alpha in values}, 50)
    buttons.value = float(chosen)
    return buttons


class Work:
    """A progress bar for long work, which disables its `triggers` and can't be started twice."""

    def __init__(self, *triggers: ipywidgets.Widget) -> None:
        self.triggers = triggers
        self.running = False
        self.bar = ipywidgets.IntProgress(layout={"display": "none", "width": "300px"})

    @contextmanager
    def __call__(self, what: str, steps: int) -> Iterator[Callable[[], None]]:
        """Show the bar; yields a function to call after each of the steps."""
        self.bar.description, self.bar.value, self.bar.max = what, 0, steps
        self._show(running=True)
        try:
            yield self._step
        finally:
            self._show(running=False)

    def _show(self, running: bool) -> None:
        self.running = running
        self.bar.layout.display = "" if running else "none"
        for trigger in self.triggers:
            trigger.disabled = running

    def _step(self) -> None:
        self.bar.value += 1

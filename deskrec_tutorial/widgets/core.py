"""What all pickers share: the live panel, its still twin, and long work that can't start twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

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


@dataclass(frozen=True)
class Still:
    """A view that needs no kernel: HTML, the same in plain text, and pictures if any.

    Attributes
    ----------
    html : str
        What a notebook shows.
    text : str
        The same for where no HTML can be shown; equal from run to run.
    pictures : tuple of Picture
        Shown below.
    """

    html: str
    text: str
    pictures: tuple[Picture, ...] = ()

    def __repr__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        return self.html

    def _ipython_display_(self) -> None:
        display({"text/html": self.html, "text/plain": self.text}, raw=True)
        for picture in self.pictures:
            picture._ipython_display_()


class Panel(ipywidgets.VBox):
    """Controls above their result; in plain text, a sentence in place of what needs a kernel.

    The controls are attributes, so that a program can do what a reader does: set their `.value`.
    """

    _name = ""
    _quiet = False

    def assemble(self, name: str, *children: ipywidgets.Widget) -> None:
        """Put the controls together, the result below them, and fill it."""
        self._name, self.result = name, ipywidgets.HTML(layout={"width": "auto"})
        self.result.add_class("deskrec-result")
        super().__init__([*children, self.result])
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
    return ipywidgets.HBox(children, layout={"flex_flow": "row wrap", "align_items": "center"})


def sentence_of(make: Callable[[], Still]) -> Still:
    """The view, or the sentence that says why there is none."""
    try:
        return make()
    except REFUSALS as error:
        return Still(side_by_side(sentence(error)), str(error))


class Work:
    """A progress bar for long work that locks its triggers and can't be started twice.

    Parameters
    ----------
    *triggers : ipywidgets.Widget
        Controls to disable while the work lasts.
    """

    def __init__(self, *triggers: ipywidgets.Widget) -> None:
        self.triggers = triggers
        self.running = False
        self.bar = ipywidgets.IntProgress(layout={"display": "none", "width": "300px"})

    @contextmanager
    def __call__(self, what: str, steps: int) -> Iterator[Callable[[], None]]:
        """Show the bar; yields a function to call after each of the steps."""
        self.running, self.bar.value, self.bar.max = True, 0, steps
        self.bar.description = what
        self.bar.layout.display = ""
        for trigger in self.triggers:
            trigger.disabled = True
        try:
            yield self._step
        finally:
            for trigger in self.triggers:
                trigger.disabled = False
            self.bar.layout.display = "none"
            self.running = False

    def _step(self) -> None:
        self.bar.value += 1

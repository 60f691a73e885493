"""The search box and the list of titles under it, which two pickers share."""

from __future__ import annotations

from collections.abc import Callable

import ipywidgets

from .html import sentence
from .search import MOST, Articles

WIDE = {"width": "auto", "max_width": "760px"}


class Finder(ipywidgets.VBox):
    """Type words, pick a title.

    Parameters
    ----------
    articles : Articles
        What to search.
    column : int
        The article chosen at first.
    on_choice : callable
        Called without arguments whenever another article (or none) is chosen.
    """

    def __init__(self, articles: Articles, column: int, on_choice: Callable[[], object]) -> None:
        self._articles, self._on_choice, self._filling = articles, on_choice, False
        self.search = ipywidgets.Text(
            description="Search", placeholder="words of the title, in any order", layout=WIDE
        )
        self.matches = ipywidgets.Select(description="Article", rows=5, layout=WIDE)
        self.note = ipywidgets.HTML(layout={"margin": "0 0 0 90px"})
        super().__init__([self.search, self.matches, self.note])
        self._fill(column)
        self.search.observe(self._searched, "value")
        self.matches.observe(self._picked, "value")

    @property
    def column(self) -> int | None:
        """The chosen article's column in the matrix; None if no title was found."""
        value: int | None = self.matches.value
        return value

    def _fill(self, keep: int | None) -> None:
        """List what the search finds; what was chosen stays so as long as it is found."""
        found = self._articles.find(self.search.value)
        listed = found[:MOST]
        if keep in found and keep not in listed:
            listed = [keep, *listed[:-1]]
        self._filling = True
        with self.matches.hold_sync():
            self.matches.options = [(self._articles.labels[c], c) for c in listed]
            self.matches.value = keep if keep in listed else next(iter(listed), None)
        self._filling = False
        self.note.value = self._found(len(found))

    def _found(self, number: int) -> str:
        query = self.search.value.strip()
        if not number:
            return sentence(f"No title has all of these words: {query}")
        which = "titles have these words" if query else "articles"
        most = f", the {MOST} most read are listed" if number > MOST else ""
        return sentence("1 title has these words" if number == 1 else f"{number:,} {which}{most}")

    def _searched(self, _: object) -> None:
        self._fill(self.column)
        self._on_choice()

    def _picked(self, _: object) -> None:
        if not self._filling:
            self._on_choice()

"""Find an article by words of its title; the search box that two pickers share."""

from __future__ import annotations

import unicodedata
from collections import Counter

import ipywidgets
import numpy as np
import traitlets

from ..strength import InteractionMatrix
from .html import sentence

# A browser has no use for three thousand lines at once.
MOST = 60
LAYOUT = {"width": "auto", "max_width": "760px"}


def folded(text: str) -> str:
    """Text without case and accents: "Ação" and "ACAO" become "acao"."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


class Articles:
    """The articles of a matrix, to be searched and to be named.

    `labels` has one text per column: title and number of readers, and the id where another
    article has the same title, so that no two look alike.
    """

    def __init__(self, matrix: InteractionMatrix) -> None:
        self.order = np.argsort(-matrix.readers, kind="stable").tolist()
        self.titles = [" ".join(str(title).split()) for title in matrix.titles]
        self._folded = [folded(title) for title in self.titles]
        self._column_of = {str(item): column for column, item in enumerate(matrix.item_ids)}
        times = Counter(self._folded)
        same = [times[title] > 1 for title in self._folded]
        self.labels = [
            f"{title} ({n:,} reader{'' if n == 1 else 's'}{f', id {item}' if twice else ''})"
            for title, n, item, twice in zip(
                self.titles, matrix.readers, self._column_of, same, strict=True
            )
        ]

    def find(self, query: str) -> list[int]:
        """Columns whose title holds every word, in any order, most read first; or a whole id."""
        if query.strip() in self._column_of:
            return [self._column_of[query.strip()]]
        words = folded(query).split()
        return [c for c in self.order if all(word in self._folded[c] for word in words)]


class Finder(ipywidgets.VBox):
    """Type words in `search`, pick a title in `matches`; `column` is that of the chosen article.

    Another choice changes `column`, to be observed; it is None if no title was found.
    """

    column = traitlets.Int(None, allow_none=True)

    def __init__(self, articles: Articles, column: int) -> None:
        self._articles = articles
        self.search = ipywidgets.Text(
            description="Search", placeholder="words of the title, in any order", layout=LAYOUT
        )
        self.matches = ipywidgets.Select(description="Article", rows=5, layout=LAYOUT)
        self.note = ipywidgets.HTML(layout={"margin": "0 0 0 90px"})
        super().__init__([self.search, self.matches, self.note])
        self.column = column
        self._fill()
        self.search.observe(self._fill, "value")
        traitlets.dlink((self.matches, "value"), (self, "column"))

    def _fill(self, _: object = None) -> None:
        """List what the search finds; what was chosen stays so as long as it is found."""
        found, keep = self._articles.find(self.search.value), self.column
        listed = found[:MOST]
        if keep in found and keep not in listed:
            listed = [keep, *listed[:-1]]
        # Whoever observes `column` hears of the last choice only, not of those on the way to it.
        with self.hold_trait_notifications(), self.matches.hold_sync():
            self.matches.options = [(self._articles.labels[c], c) for c in listed]
            self.matches.value = keep if keep in listed else next(iter(listed), None)
        self.note.value = sentence(self._found(len(found)))

    def _found(self, number: int) -> str:
        query = self.search.value.strip()
        if not number:
            return f"No title has all of these words: {query}"
        if number == 1:
            return "1 title has these words"
        which = "titles have these words" if query else "articles"
        most = f", the {MOST} most read are listed" if number > MOST else ""
        return f"{number:,} {which}{most}"

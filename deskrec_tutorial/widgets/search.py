"""Find an article by words of its title; the search box that two pickers share."""

from __future__ import annotations

import bisect
import re
import unicodedata
from collections import Counter

import ipywidgets
import numpy as np
import traitlets

from ..strength import InteractionMatrix
from .html import sentence, some

# A browser has no use for three thousand lines at once.
MOST = 60
LAYOUT = {"width": "auto", "max_width": "760px"}


def folded(text: str) -> str:
    """Text without case and accents: "Ação" and "ACAO" become "acao"."""
    if text.isascii():
        return text.casefold()
    letters = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def id_typed(typed: str, ids: np.ndarray, name: str) -> int | str:
    """The id that somebody has typed, of the kind that `ids` are.

    A whole number where ids are numbers, and else the text as it is; blanks around it are left out
    unless there is an id that has them.

    Parameters
    ----------
    typed : str
        What stands in the box.
    ids : numpy.ndarray
        The ids, ascending.
    name : str
        What to call them in the ValueError where something else was typed.
    """
    if ids.dtype.kind == "O":
        place = bisect.bisect_left(ids, typed)
        return typed if place < len(ids) and ids[place] == typed else typed.strip()
    if not re.fullmatch(r"[+-]?\d{1,999}", typed.strip()):  # int would also take 1_000
        raise ValueError(
            f"“{typed.strip()}” is no {name}. An id is a whole number, such as {ids[0]}."
        )
    return int(typed)


class Articles:
    """The articles of a matrix, to be searched and to be named."""

    def __init__(self, matrix: InteractionMatrix) -> None:
        self._ids, self._readers = matrix.item_ids.tolist(), matrix.readers
        self.order = np.argsort(-self._readers, kind="stable").tolist()
        self.titles = [" ".join(str(title).split()) for title in matrix.titles]
        self._folded = [folded(title) for title in self.titles]
        self._column_of = {str(item): column for column, item in enumerate(self._ids)}
        self._times = Counter(self._folded)

    @property
    def labels(self) -> list[str]:
        """One text per column, as `label` gives it."""
        return [self.label(column) for column in range(len(self.titles))]

    def label(self, column: int, with_id: bool = False) -> str:
        """Title and number of readers, and the id if asked for or if two have the same title.

        So no two look alike.
        """
        with_id |= self._times[self._folded[column]] > 1
        named = f", id {self._ids[column]}" if with_id else ""
        return f"{self.titles[column]} ({some(int(self._readers[column]), 'reader')}{named})"

    def named(self, query: str) -> int | None:
        """The column of the article whose whole id was typed; None where it is none."""
        return self._column_of.get(query, self._column_of.get(query.strip()))

    def find(self, query: str) -> list[int]:
        """Columns whose title holds every word, in any order, most read first.

        An article whose whole id was typed comes before all others.
        """
        named, words = self.named(query), folded(query).split()
        found = [c for c in self.order if all(word in self._folded[c] for word in words)]
        return found if named is None else [named, *(c for c in found if c != named)]


class Finder(ipywidgets.VBox):
    """Type words in `search`, pick a title in `matches`; `column` is that of the chosen article.

    Another choice changes `column`, to be observed; it is None if no title was found.
    """

    column = traitlets.Int(None, allow_none=True)

    def __init__(self, articles: Articles, column: int) -> None:
        self._articles = articles
        self.search = ipywidgets.Text(
            description="Search",
            placeholder="words of the title, in any order, or a whole id",
            layout=LAYOUT,
        )
        self.matches = ipywidgets.Select(description="Article", rows=5, layout=LAYOUT)
        self.note = ipywidgets.HTML(layout={"margin": "0 0 0 90px"})
        super().__init__([self.search, self.matches, self.note])
        self.column = column
        self._fill()
        self.search.observe(self._fill, "value")
        traitlets.dlink((self.matches, "value"), (self, "column"))

    def _fill(self, _: object = None) -> None:
        """List what the search finds; what was chosen stays so as long as it is found.

        Unless somebody types the id of another.
        """
        found = self._articles.find(self.search.value)
        named = self._articles.named(self.search.value)
        keep = self.column if named is None else named
        listed = found[:MOST]
        if keep in found and keep not in listed:
            listed = [keep, *listed[:-1]]
        # Whoever observes `column` hears of the last choice only, not of those on the way to it.
        with self.hold_trait_notifications(), self.matches.hold_sync():
            self.matches.options = [(self._articles.label(c, c == named), c) for c in listed]
            self.matches.value = keep if keep in listed else next(iter(listed), None)
        self.note.value = sentence(self._found(len(found), named is not None))

    def _found(self, number: int, named: bool) -> str:
        query = self.search.value.strip()
        if not number:
            return f"No title has all of these words: {query}. It is no article's id, either."
        if named:
            others = f", and in {number - 1:,} titles" * (number > 1)
            return f"The article with this id{others}"
        if number == 1:
            return "1 title has these words"
        which = "titles have these words" if query else "articles"
        most = f", the {MOST} most read are listed" if number > MOST else ""
        return f"{number:,} {which}{most}"

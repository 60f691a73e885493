"""Find articles by words of their title, and name them so that no two look the same."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from itertools import count

import numpy as np

from ..strength import InteractionMatrix

# A browser has no use for three thousand lines at once.
MOST = 60


def folded(text: str) -> str:
    """Text without case and accents: "Ação" and "ACAO" become "acao"."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


class Articles:
    """The articles of a matrix, to be searched and to be named.

    Parameters
    ----------
    matrix : InteractionMatrix
        The data.

    Attributes
    ----------
    labels : list of str
        One per column: title and number of readers; the end of the id where another article has
        the same title.
    """

    def __init__(self, matrix: InteractionMatrix) -> None:
        self.readers = matrix.readers
        self.order = np.argsort(-self.readers, kind="stable").tolist()
        self.titles = [" ".join(str(title).split()) for title in matrix.titles]
        self._folded = [folded(title) for title in self.titles]
        self._column_of = {str(item): column for column, item in enumerate(matrix.item_ids)}
        ends = self._ends(list(self._column_of))
        self.labels = [
            f"{title} ({_readers(self.readers[column])}{ends.get(column, '')})"
            for column, title in enumerate(self.titles)
        ]

    def _ends(self, ids: list[str]) -> dict[int, str]:
        """For the columns that share a title: so many last digits of the id as tell them apart."""
        columns_of = defaultdict(list)
        for column, title in enumerate(self._folded):
            columns_of[title].append(column)
        ends: dict[int, str] = {}
        for columns in (group for group in columns_of.values() if len(group) > 1):
            own = [ids[column] for column in columns]
            digits = next(n for n in count(4) if len({i[-n:] for i in own}) == len(own))
            ends |= {column: f", id …{ids[column][-digits:]}" for column in columns}
        return ends

    def find(self, query: str) -> list[int]:
        """Columns whose title holds every word, in any order, most read first; or a whole id."""
        if query.strip() in self._column_of:
            return [self._column_of[query.strip()]]
        words = folded(query).split()
        return [c for c in self.order if all(word in self._folded[c] for word in words)]


def _readers(number: int) -> str:
    return f"{number:,} reader{'' if number == 1 else 's'}"

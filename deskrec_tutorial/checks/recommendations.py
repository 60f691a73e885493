"""Checks of exercise 5: a shortlist, two seeds' lists, a newcomer's vector, reasons by topic.

What they try lies here too: ``shared(*checks.recommendations.two_tables(), k=2)`` shows your own
answer.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from .core import equal, ranking, that, unchanged
from .question import Answer, arrays, question


def shortlist_of_five() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return scores of eight articles, which of them were read, and a shortlist of five."""
    scores = np.array([0.9, -0.2, 0.4, -0.5, 0.1, 0.7, -0.2, 0.6])
    read = np.array([True, False, False, False, False, False, False, True])
    return scores, read, np.array([6, 7, 1, 5, 3])


@question
def order_shortlist(answer: Answer) -> None:
    """Check the first three and ten of ``checks.recommendations.shortlist_of_five()``."""
    given = shortlist_of_five()
    ranking(
        answer(*given, n=3),
        [5, 1, 6],
        "the first three of a shortlist of five",
        unwanted=OFF_THE_LIST,
        mistakes=SHORTLIST_MISTAKES,
    )
    what = "the list if you ask for ten"
    ranking(answer(*given, n=10), [5, 1, 6, 3], what, unwanted={STILL_THERE: [7]})
    that(
        all(map(np.array_equal, shortlist_of_five(), given)),
        "The function changed an array it was given. The next reader's list is made from the same "
        "one: work on a copy.",
    )


OFF_THE_LIST = {
    "Article 7 has been read. Take it out; multiplied by zero, it would still beat every negative "
    "score.": [7],
    "Article 0 isn't on the shortlist. Are these places on the list, rather than columns? "
    "`argsort` returns places; pick from the columns by them.": [0],
}
SHORTLIST_MISTAKES = {
    "You ranked all articles. Only those on the shortlist are asked for.": [5, 2, 4],
    "Articles 1 and 6 have the same score, so the lower column comes first, whatever the order of "
    "the shortlist.": [5, 6, 1],
}
STILL_THERE = (
    "Article 7 has been read. At the end of the list it is still in the list: whoever asks for "
    "more than there is gets it. Take it out."
)


def two_tables() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return two tables with the lists of the same four people."""
    return (
        _lists({1: [10, 20, 30], 2: [20, 40, 50], 3: [60], 4: [50, 70, 80]}),
        _lists({1: [20, 10, 30], 2: [10, 40, 20], 3: [60], 4: [10, 20, 80]}),
    )


def _lists(people: dict[int, list[int]]) -> pd.DataFrame:
    rows = [(who, i + 1, what) for who, ids in people.items() for i, what in enumerate(ids)]
    return pd.DataFrame(rows, columns=["personId", "rank", "contentId"])


@question
def shared(answer: Answer) -> None:
    """Check what the first two have in common in ``checks.recommendations.two_tables()``.

    And in the first three of a table and itself.
    """
    one, other = two_tables()
    equal(
        answer(one, other, k=2),
        0.625,
        "four people's first two, of which they share 2, 1, 1 (a list of one) and 0",
        mistakes=SHARED_MISTAKES,
    )
    equal(answer(one, one, k=3), 1.0, "a table and itself")


SHARED_MISTAKES = {
    "You compared the whole lists. Only the first k count.": 0.75,
    "You compared place by place. A common article counts wherever it stands.": 0.375,
    "`rank` runs from 1 to k: place k itself belongs to the list.": 0.25,
    "Person 4 shares nothing and got lost; it counts, with 0.": 2.5 / 3,
    "You counted the common articles of all people together. Take each person's share first, then "
    "the mean, so that a short list counts as much as a long one.": 4 / 7,
    "You compared the articles of all people together. Compare each person's own lists.": 4 / 6,
    "Person 3 has a list of one article and shares it: that is 1 of 1, not 1 of 2.": 0.5,
    "You divided by all articles in either list. Divide by the length of one list.": 7 / 12,
}


@question
def newcomer_vector(answer: Answer) -> None:
    """Check the vector of a newcomer who opened two articles, and one without a vector.

    Articles 10, 20 and 30 with the vectors ``[[2, 0], [0, 1], [0, 2]]``, readings
    ``{10: 1.0, 15: 1.0, 20: 0.5}``, alpha 4 and regularization 4; then readings ``{15: 1.0}``.
    """
    y, ids = np.array([[2.0, 0], [0, 1], [0, 2]]), np.array([10, 20, 30])
    opened = {10: 1.0, 15: 1.0, 20: 0.5}
    before = dict(opened)
    equal(
        answer(y, ids, opened, alpha=4.0, regularization=4.0),
        np.array([0.4, 0.2]),
        "a newcomer who opened articles 10 and 20, and 15, which has no vector",
        mistakes=NEWCOMER_MISTAKES,
    )
    nobody = answer(y, ids, {15: 1.0}, alpha=4.0, regularization=4.0)
    equal(nobody, np.zeros(2), "nothing known, so the zero vector")
    unchanged(before, opened, "the readings that were passed in")


PAPER = "Your confidence is 1 + α·r. The library's reading of the paper, used here, is α·r."
TWICE = "A read article stands in YᵀY already, with confidence 1. Add c − 1, not c."
NO_PRICE = "The regularisation is missing: λ on the diagonal."
UNREAD = "Only read articles are in your matrix. The unread count too, with confidence 1: they pull"
NEWCOMER_MISTAKES = arrays(
    {
        PAPER: [10 / 24, 3 / 11],
        TWICE: [8 / 24, 2 / 11],
        NO_PRICE: [0.5, 2 / 6],
        "You took the strength r for the confidence. It is α·r.": [2 / 8, 0.5 / 8.5],
        f"{UNREAD} the scores towards 0.": [0.4, 2 / 6],
        "Article 15 has no vector, and you gave it the one of a neighbour: `searchsorted` says "
        "where an id would stand, not whether it is there.": [0.4, 6 / 13],
        "That is the right side of the equation, Yᵀ C p. Solve for x.": [8.0, 2.0],
    }
)


@question
def reasons(answer: Answer) -> None:
    """Check the reasons for two articles, given a reader of three.

    Vectors ``[[2, 0], [0, 1], [0, 2], [1, 1], [1, -1]]``; articles 0, 1 and 2 were read with the
    strengths 1, 1 and 0.5 and are labelled Cloud, Agile and Cloud; alpha 4, regularization 4.
    The targets are 3 and 4.
    """
    equal(
        _reasons_for(3, answer),
        _sums(8 / 22 + 4 / 18, 4 / 18),
        "two reasons for article 3",
        mistakes=REASONS_MISTAKES,
    )
    equal(
        _reasons_for(4, answer),
        _sums(8 / 22 - 4 / 18, -4 / 18),
        "a reason for article 4 and one against it",
        mistakes=SIGN_MISTAKES,
    )


def _reasons_for(target: int, answer: Answer) -> object:
    vectors = np.array([[2.0, 0], [0, 1], [0, 2], [1, 1], [1, -1]])
    columns, strengths = np.array([0, 1, 2]), np.array([1.0, 1.0, 0.5])
    labels = np.array(["Cloud", "Agile", "Cloud"])
    return answer(vectors, columns, strengths, labels, target, alpha=4.0, regularization=4.0)


def _sums(cloud: float, agile: float) -> pd.Series:
    return pd.Series([cloud, agile], index=["Cloud", "Agile"])


REASONS_MISTAKES = {
    "The smaller sum comes first: unsorted, as `groupby` leaves them in alphabetical order, or "
    "upside down. Sort by the sums, largest first.": _sums(8 / 22 + 4 / 18, 4 / 18)[::-1],
    "That is each label's mean. Contributions add up to the score, so take sums.": (
        _sums(4 / 22 + 2 / 18, 4 / 18)
    ),
    "The confidence c is missing in the contributions: W alone says how alike two articles are, "
    "not how sure we are of the reading.": _sums(2 / 22 + 2 / 18, 1 / 18),
    "You multiplied by the strength r. The confidence is α·r.": _sums(2 / 22 + 1 / 18, 1 / 18),
    "You took the strength r for the confidence, in W as well. It is α·r.": (
        _sums(2 / 10 + 1 / 9, 1 / 9)
    ),
    PAPER: _sums(10 / 26 + 6 / 23, 5 / 23),
    f"{UNREAD} the score towards 0.": _sums(8 / 20 + 4 / 16, 4 / 16),
    "That is chapter 4's dot product times c. Between the two vectors belongs W.": _sums(12, 4),
    TWICE: _sums(8 / 26 + 4 / 23, 4 / 23),
    NO_PRICE: _sums(8 / 18 + 4 / 14, 4 / 14),
    "Those are shares of the score. The contributions themselves are asked for.": (
        _sums(29 / 40, 11 / 40)
    ),
}
SIGN_MISTAKES = {
    "You sorted by size without the sign. What speaks against the article comes last.": (
        _sums(8 / 22 - 4 / 18, -4 / 18)[::-1]
    ),
    "You lost the sign. A reading can count against an article.": _sums(8 / 22 + 4 / 18, 4 / 18),
}

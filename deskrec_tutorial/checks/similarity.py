"""Checks of exercise 4: the nearest articles, namesakes, two measures, look-alikes.

What they try lies here too: ``nearest(checks.similarity.seven_vectors(), column=0, n=4)`` shows
your own answer.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from scipy import sparse

from .core import equal, kind, ranking, that, unchanged
from .question import Answer, arrays, question


def seven_vectors() -> np.ndarray:
    """Return the vectors of seven articles in two dimensions; articles 1 and 4 are unread."""
    return np.array([[3.0, 4], [0, 0], [4, 3], [-1, 0], [0, 0], [0, 9], [8, 6]])


@question
def nearest(answer: Answer) -> None:
    """Check the nearest of ``checks.similarity.seven_vectors()``.

    Four and ten like article 0, three like the unread article 1; and two like article 0 of
    ``[[1, 0], [1, 0.0001], [1, 0]]``.
    """
    vectors = seven_vectors()
    close = np.array([[1, 0], [1, 0.0001], [1, 0]])  # cosines with article 0: 0.999999995 and 1
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        four, many = answer(vectors, column=0, n=4), answer(vectors, column=0, n=10)
        of_unread, equal_ones = answer(vectors, column=1, n=3), answer(close, column=0, n=2)
    that(
        not np.array_equal(four, [0, 3, 2, 1]),
        "These are places among the candidates, not columns of articles. One more step leads back.",
    )
    what = "the four nearest to article 0"
    ranking(four, [2, 6, 5, 3], what, unwanted=OUT_OF_PLACE, mistakes=NEAREST_MISTAKES)
    ranking(many, [2, 6, 5, 3], "the list if you ask for ten", unwanted=AT_THE_END)
    what = "two articles whose cosines are equal to six decimals"
    ranking(equal_ones, [1, 2], what, mistakes={NINTH_DECIMAL: [2, 1]})
    nobody_near(of_unread)
    that(
        not caught,
        "The list is right, but NumPy warned on the way: something was divided by zero first and "
        "mended afterwards. Choose the candidates before you divide.",
    )
    unchanged(seven_vectors(), vectors, "the vectors that were passed in")


OUT_OF_PLACE = {
    "Articles 1 and 4 have no reader and don't belong in the list. 0 / 0 is NaN, which NumPy sorts "
    "as the largest number; a tiny norm makes it 0, and 0 still ranks before every negative "
    "cosine.": [1, 4],
    "The article itself takes one of the places.": [0],
}
NEAREST_MISTAKES = {
    "Articles 2 and 6 have the same cosine, so the lower column comes first. Turning a sorted list "
    "round turns its ties round, too.": [6, 2, 5, 3],
    "This is the order by dot product. The cosine divides by both norms.": [6, 5, 2, 3],
}
AT_THE_END = {
    "Articles without a reader are at the end of the list. Whoever asks for more than there is "
    "gets them: leave them out.": [1, 4],
    "The article itself is at the end of the list. Leave it out.": [0],
}
NINTH_DECIMAL = (
    "A difference in the ninth decimal has decided. Round the cosines to six decimals before you "
    "sort; then the lower column comes first."
)


def nobody_near(found: Any) -> None:
    """Check that an unread article's list is there and empty."""
    kind(found, (list, np.ndarray), "the list of an unread article")
    equal(len(found), 0, "the length of an unread article's list")


def seven_titles() -> np.ndarray:
    """Return the titles of seven articles, two of which occur twice."""
    return np.array(["News", "Cloud", "News", "Agile", "Cloud", "Python", "Go"], dtype=object)


def seven_scores() -> np.ndarray:
    """Return how similar seven articles are to article 0."""
    return np.array([0.85, 0.7, 0.9, 0.8, 0.8, -0.1, 0.7])


@question
def more_like_this(answer: Answer) -> None:
    """Check three and ten articles like article 0 of seven.

    By ``checks.similarity.seven_scores()``, with ``checks.similarity.seven_titles()``.
    """
    scores, titles = seven_scores(), seven_titles()
    ranking(
        answer(scores, titles, column=0, n=3),
        [3, 4, 6],
        "the three most similar of seven articles",
        unwanted=SEEN,
        mistakes=NAMESAKES_MISTAKES,
    )
    ten = answer(scores, titles, column=0, n=10)
    ranking(ten, [3, 4, 6, 5], "the list if you ask for ten")


SEEN = {
    "The article itself is in the list. It need not come first: with the dot product, another "
    "article may score higher. Take it out by its title, not by its place.": [0],
    "Article 2 has another id and the same title, “News”. The reader has just seen it.": [2],
}
NAMESAKES_MISTAKES = {
    "One article is left of three: you cut the list before you sifted it. Sort, sift, then cut.": [
        3
    ],
    "Two articles are left of three: you cut the list before you sifted it. Sort, sift, then "
    "cut.": [3, 4],
    "Two articles in this list are called “Cloud”.": [3, 4, 1],
    "Of the two called “Cloud”, you kept the one with the lower column. Keep the more similar one: "
    "sort before you drop.": [3, 1, 6],
    "Articles 3 and 4 are equally similar, so the lower column comes first.": [4, 3, 6],
}


def five_vectors() -> np.ndarray:
    """Return the vectors of five articles in two dimensions."""
    return np.array([[3.0, 1], [2, 2], [3, 4], [3, 2], [2, 1]])


@question
def shared_neighbours(answer: Answer) -> None:
    """Check what two lists have in common for each of ``checks.similarity.five_vectors()``.

    The two nearest of each; and the nearest of each of ``[[1, 0], [-1, 1], [-2, 5]]``.
    """
    vectors = five_vectors()
    equal(
        answer(vectors, n=2),
        np.array([0.5, 1.0, 1.0, 0.0, 0.5]),
        "two nearest of each of five articles",
        mistakes=OVERLAP_MISTAKES,
    )
    unchanged(five_vectors(), vectors, "the vectors that were passed in")
    equal(
        answer(np.array([[1.0, 0], [-1, 1], [-2, 5]]), n=1),
        np.array([0.0, 1.0, 1.0]),
        "the nearest of each of three articles; all scores of article 0 are negative",
        mistakes={ZERO_WINS: np.ones(3)},
    )


OVERLAP_MISTAKES = arrays(
    {
        "The article itself is in one or both of its lists.": [0.0, 0.5, 0.5, 0.5, 0.5],
        "You took the first entry of each list for the article itself. By dot product it need not "
        "come first; take it out by its column.": [0.5, 0.5, 1.0, 0.0, 1.0],
        "You compared place by place. An article in both lists counts wherever it stands.": (
            [0.5, 1.0, 0.0, 0.0, 0.0]
        ),
        "You divided by all articles in either list. Divide by n.": [1 / 3, 1.0, 1.0, 0.0, 1 / 3],
        "That is how many they share. Divide by n.": [1.0, 2.0, 2.0, 0.0, 1.0],
        "You divided the dot products once, by the article's own norm. That leaves its order as "
        "it was: the two lists are the same.": [1.0] * 5,
        "That is the mean. One number per article is asked for.": 0.6,
    }
)
ZERO_WINS = (
    "Article 0 is in both of its own lists. A zero on the diagonal beats every negative score; put "
    "a number there that never wins, such as −∞."
)


def nine_articles() -> sparse.csr_matrix:
    """Return strengths of three people and nine articles.

    One is a stored zero, of person 1 and article 3: so it looks after readings were held back.
    """
    strengths = np.array(
        [
            [5.0, 0.5, 0.0, 0.0, 1.0, 0.0, 0.0, 1.0, 0.0],
            [0.0, 0.5, 1.0, 9.0, 0.0, 0.0, 0.0, 0.0, 0.0],
            [0.0, 0.0, 0.0, 2.0, 0.0, 1.0, 0.0, 0.0, 0.0],
        ]
    )
    readings = sparse.csr_matrix(strengths)
    readings.data[readings.data == 9] = 0
    return readings


@question
def lookalikes(answer: Answer) -> None:
    """Check the look-alikes of ``checks.similarity.nine_articles()``."""
    readings = nine_articles()
    entries = readings.nnz
    equal(
        answer(readings),
        np.array([2, 0, 0, 1, 2, 1, 0, 2, 0]),
        "look-alikes among nine articles of three people",
        mistakes=LOOKALIKES_MISTAKES,
    )
    that(
        readings.nnz == entries,
        "The function changed the matrix it was given: the stored zero is gone. Whoever called it "
        "still needs the matrix as it was. Work on a copy.",
        "the matrix that was passed in",
    )


LOOKALIKES_MISTAKES = arrays(
    {
        "You counted the article itself. Only the others are asked for.": (
            [3, 0, 1, 2, 3, 2, 0, 3, 0]
        ),
        "The stored zero counts as a reading in yours: article 3 has one reader, person 2.": (
            [2, 0, 0, 0, 2, 0, 0, 2, 0]
        ),
        "You counted all articles of that person. Count those that they are the only reader of.": (
            [3, 0, 1, 1, 3, 1, 0, 3, 0]
        ),
        "You counted all articles with one reader. Only those with the same one look alike.": (
            [5, 0, 5, 5, 5, 5, 0, 5, 0]
        ),
        "Articles 6 and 8 have no reader in common: they have none at all. That makes 0.": (
            [2, 0, 0, 1, 2, 1, 1, 2, 1]
        ),
        "Strengths that add up to 1 are not one reader. Count readings, don't add strengths.": (
            [0, 2, 0, 0, 2, 0, 0, 2, 0]
        ),
    }
)

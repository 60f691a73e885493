"""Checks of exercise 2: repeats, changing favourites, which way round, a matrix of fixed shape.

What they try lies here too: ``drop_repeats(checks.event_strength.nine_events(), ["VIEW"])`` shows
your own answer.
"""

from __future__ import annotations

from typing import Any

import pandas as pd
from scipy import sparse

from .core import copies, equal, fail, kind, ranking, that, unchanged
from .question import Answer, arrays, question

WEIGHTS = {"VIEW": 1.0, "LIKE": 2.0, "BOOKMARK": 3.0, "COMMENT CREATED": 5.0}


def nine_events() -> pd.DataFrame:
    """Return nine events of two people on two articles, with repeated views, comments and likes."""
    rows = [
        (1, 7, 10, "VIEW"),
        (2, 7, 10, "VIEW"),
        (3, 7, 10, "COMMENT CREATED"),
        (4, 8, 10, "VIEW"),
        (5, 7, 20, "VIEW"),
        (6, 7, 10, "COMMENT CREATED"),
        (7, 7, 10, "VIEW"),
        (8, 8, 10, "LIKE"),
        (9, 8, 10, "LIKE"),
    ]
    return pd.DataFrame(rows, columns=["timestamp", "personId", "contentId", "eventType"])


@question
def drop_repeats(answer: Answer) -> None:
    """Check what is left of ``checks.event_strength.nine_events()``.

    Without repeats of ``["VIEW"]``, and without those of ``["VIEW", "LIKE"]``.
    """
    small = nine_events()
    got = answer(small, ["VIEW"])
    kind(got, pd.DataFrame, "nine events without repeated views")
    unchanged(nine_events(), small, "the events that were passed in")
    what = "what is left of nine events without repeated views"
    equal(sorted(got["timestamp"]), [1, 3, 4, 5, 6, 8, 9], what, mistakes=REPEATS_MISTAKES)
    equal(got["timestamp"].tolist(), [1, 3, 4, 5, 6, 8, 9], "the order of the rows")
    equal(list(got.columns), list(small.columns), "the columns")
    both = answer(small, ["VIEW", "LIKE"])["timestamp"].tolist()
    equal(both, [1, 3, 4, 5, 6, 8], "the same without repeated views and likes")


REPEATS_MISTAKES = {
    "Nothing is gone. No two rows are equal while the timestamp is compared too; name the columns "
    "that count.": [1, 2, 3, 4, 5, 6, 7, 8, 9],
    "The second comment (and the second like) went too. Repeats of types that are not in `kinds` "
    "stay.": [1, 3, 4, 5, 8],
    "Each pair has one row left. A comment after a view isn't a repeat: the type counts as well.": (
        [1, 4, 5]
    ),
    "All views are gone. The first view of each person and article isn't a repeat.": [3, 6, 8, 9],
    "Another person's view isn't a repeat. Person 8 has lost a view to person 7.": (
        [1, 3, 5, 6, 8, 9]
    ),
    "Another article's view isn't a repeat. Person 7 has read article 20 too.": [1, 3, 4, 6, 8, 9],
    "That is what to throw away, not what to keep.": [2, 7],
}


def five_readers() -> pd.DataFrame:
    """Return the events of five people on three articles."""
    acts = {
        (1, 10): ["VIEW", "COMMENT CREATED"],
        (1, 20): ["VIEW", "LIKE"],
        (2, 10): ["VIEW"],
        (2, 20): ["VIEW"],
        (3, 10): ["VIEW", "LIKE", "COMMENT CREATED"],
        (3, 20): ["VIEW"],
        (4, 10): ["VIEW", "LIKE", "BOOKMARK"],
        (4, 30): ["VIEW", "COMMENT CREATED"],
        (5, 10): ["VIEW"] * 5,
        (5, 20): ["VIEW", "LIKE"],
    }
    rows = [
        (user, item, kind, f"Article {item}")
        for (user, item), many in acts.items()
        for kind in many
    ]
    return pd.DataFrame(rows, columns=["personId", "contentId", "eventType", "title"])


@question
def who_changes(answer: Answer) -> None:
    """Check whose favourites change in ``checks.event_strength.five_readers()``.

    From ``checks.event_strength.WEIGHTS`` to the same with a like worth 6, and to all doubled.
    """
    what = "who changes favourites when a like weighs 6"
    got = as_list(answer(five_readers(), dict(WEIGHTS), WEIGHTS | {"LIKE": 6.0}), what)
    that(
        len(got) > 0,
        "Nobody changes, you say. Person 1 does: article 10 was worth 6 and article 20 was worth "
        "3, which a like of 6 turns into 7.",
    )
    ranking(got, [1, 4], what, mistakes=FAVOURITES_MISTAKES)
    what = "who changes when all weights are doubled"
    twice = {name: 2 * weight for name, weight in WEIGHTS.items()}
    got = as_list(answer(five_readers(), dict(WEIGHTS), twice), what)
    problem = f"Every strength doubles, so nobody's favourite can change; you say {got}."
    that(len(got) == 0, problem, what)


FAVOURITES_MISTAKES = {
    "One favourite per person is not enough: person 4 had two, articles 10 and 30 with 6 each, and "
    "the like decides between them. Compare sets.": [1],
    "You found whose strengths change. Person 3's like counts more, but the favourite is the same "
    "article as before.": [1, 3, 4, 5],
    "You let every event count. By default dr.event_strength counts repeats once, so five views of "
    "person 5 are worth 1.": [1, 4, 5],
    "Those are articles, not people.": [10, 20, 30],
    "Those are the people who do not change.": [2, 3, 5],
}


def as_list(got: Any, what: str) -> list[Any]:
    """Return an answer that is a list, an array or a Series as a list; of others say what they are.

    Parameters
    ----------
    got : object
        The answer.
    what : str
        What was checked, for the message.
    """
    listed = got.tolist() if hasattr(got, "tolist") else got
    kind(listed, list, what)
    return listed


@question
def users_by_items(answer: Answer) -> None:
    """Check a wide and a square matrix, each as it should lie and on its side, and two refusals.

    - ``[[3, 0, 0, 1], [0, 6, 0, 0], [0, 0, 0, 0]]`` and ``[[0, 5, 1], [0, 0, 2], [0, 0, 0]]``, of
      people who have read 2, 1 and 0 articles.
    - ``[[1, 2, 0], [0, 1, 0]]`` with the list 1, 2, and ``[[0, 3], [4, 0]]`` with the list 1, 1.
    """
    wide = sparse.csr_matrix([[3.0, 0, 0, 1], [0, 6, 0, 0], [0, 0, 0, 0]])
    square = sparse.csr_matrix([[0, 5.0, 1], [0, 0, 2], [0, 0, 0]])
    counts = pd.Series([2, 1, 0], index=[-5, 7, 9])
    what = "three people and four articles, as they should lie"
    equal(decided(answer, wide, counts, what), wide, what)
    what = "the same, found on its side"
    got = decided(answer, wide.T.tocsr(), counts, what)
    equal(got, wide, what)
    that(
        got.format == "csr",
        f"The matrix comes back as {got.format.upper()}. A transposed CSR matrix is CSC, arranged "
        "by column; add `.tocsr()`.",
        "the form of the turned matrix",
    )
    what = "a square matrix, as it should lie"
    equal(decided(answer, square, counts, what), square, what)
    what = "a square matrix, found on its side"
    got = decided(answer, square.T.tocsr(), counts, what)
    equal(got, square, what, mistakes={AS_IT_CAME: square.T})
    that(refuses(answer, [[1.0, 2, 0], [0, 1, 0]], [1, 2]), ANOTHER_LOG, "a list of other data")
    that(refuses(answer, [[0, 3.0], [4, 0]], [1, 1]), BOTH_WAYS, "a matrix that fits both ways")


AS_IT_CAME = (
    "You returned it as it came. A square matrix has the same shape both ways round, and here even "
    "the same counts in another order. Compare the counts row by row, in their order."
)
ANOTHER_LOG = (
    "The shape fits, but the first row has two entries and the list says one. That is another log: "
    "raise a ValueError."
)
BOTH_WAYS = (
    "Both rows and both columns have one entry, so the list fits both ways round. Raise a "
    "ValueError rather than guess."
)


def decided(answer: Answer, found: sparse.csr_matrix, counts: pd.Series, what: str) -> Any:
    """Return the answer where the counts decide, so that no error is called for.

    Parameters
    ----------
    answer : callable
        Takes a matrix and the counts to the matrix the right way round.
    found : csr_matrix
        The matrix as it was found.
    counts : Series
        How many articles each person has read.
    what : str
        What was checked, for the message.
    """
    try:
        return answer(*copies(found, counts))
    except ValueError as error:
        fail(
            what,
            f"your function stopped with a ValueError ({error}), but here the counts do decide. "
            "Compare them one by one, in their order; sorted ones can fit both ways round.",
        )


def refuses(answer: Answer, found: Any, counts: Any) -> bool:
    """Say whether a function raises a ValueError for a matrix and its list of counts."""
    try:
        answer(*copies(sparse.csr_matrix(found), pd.Series(counts)))
    except ValueError:
        return True
    return False


def four_pairs() -> pd.DataFrame:
    """Return a test side of four pairs, with a new person (4) and a new article (25)."""
    return pd.DataFrame(
        {
            "personId": [3, 5, 8, 4],
            "contentId": [10, 30, 25, 20],
            "eventStrength": [1.0, 2.0, 4.0, 5.0],
        }
    )


@question
def fixed_matrix(answer: Answer) -> None:
    """Check the matrix of ``checks.event_strength.four_pairs()``.

    For the people 3, 5, 8 and the articles 10, 20, 30, and for both in another order.
    """
    equal(
        _built(answer),
        sparse.csr_matrix([[1.0, 0, 0], [0, 0, 2], [0, 0, 0]]),
        "a test side with a new person and a new article",
        mistakes=SHAPE_MISTAKES,
    )
    got = answer(four_pairs(), [8, 3, 5], [20, 30, 10])
    equal(
        got,
        sparse.csr_matrix([[0.0, 0, 0], [0, 0, 1], [0, 2, 0]]),
        "the same with the ids in another order",
        mistakes=ORDER_MISTAKES,
    )
    that(
        got.format == "csr",
        f"The matrix comes in the form {got.format.upper()}; CSR is asked for.",
        "the form of the matrix",
    )


def _built(answer: Answer) -> Any:
    """Return the matrix for sorted ids, or say why SciPy has refused to build it."""
    try:
        return answer(four_pairs(), [3, 5, 8], [10, 20, 30])
    except ValueError as error:
        if "negative" not in str(error):
            raise
        fail(
            "",
            f"SciPy refuses ({error}). −1 means *not there*: leave out the pairs whose person or "
            "article has no number before you build the matrix.",
        )


SHAPE_MISTAKES = arrays(
    {
        "Still the colleague's matrix: person 4 and article 25 have no number, and their strengths "
        "went to the next larger id. Leave these pairs out.": [[1.0, 0, 0], [0, 5, 2], [0, 0, 4]],
        "The new article landed in the last column: −1 means *not there*, but as an index it means "
        "the last one.": [[1.0, 0, 0], [0, 0, 2], [0, 0, 4]],
        "The new person and the new article landed in the last row and column: −1 means *not "
        "there*, but as an index it means the last one.": [[1.0, 0, 0], [0, 0, 2], [0, 5, 4]],
    }
)
ORDER_MISTAKES = arrays(
    {
        "The ids got sorted on the way. Row 0 belongs to the first of `user_ids`, whatever its "
        "size.": [[1.0, 0, 0], [0, 0, 2], [0, 0, 0]],
        "The strength 1 of person 3 and article 10 isn't where it belongs. `searchsorted` needs "
        "sorted ids; yours come in any order.": [[1.0, 0, 0], [0, 0, 0], [0, 2, 0]],
    }
)

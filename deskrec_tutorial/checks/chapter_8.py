"""Checks of the blanks in chapter 8."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..replay import Board
from .core import equal
from .turn import inviting


@inviting
def either(answer: Any, board: Board, row: int, removed: np.ndarray) -> None:
    """Check the candidates: unread, not removed, and under two days old or read lately."""
    unread, there = board.candidates(row), removed > board.now
    young, lately = board.now - board.born < 2, board.popularity(1.0) >= 1
    equal(
        answer,
        unread & there & (young | lately),
        "unread, allowed, and fresh or read lately",
        mistakes={
            "`&` comes before `|`: without brackets, what was read lately gets in although it was "
            "removed or this person has read it.": unread & there & young | lately,
            "*Or*, not *and*: one of the two is enough.": unread & there & young & lately,
            "Some of these were removed before this moment: `removed > board.now`.": (
                unread & (young | lately)
            ),
            "Some of these this person has read, or nobody has opened yet: "
            "`board.candidates(row)`.": there & (young | lately),
            "`removed` is the day of the removal: what may be shown is removed later than now.": (
                unread & (removed < board.now) & (young | lately)
            ),
        },
    )


@inviting
def alike(answer: Any, together: np.ndarray) -> None:
    """Check the mean likeness of two different articles of a list."""
    n = len(together)
    others = together.sum() - np.trace(together)
    equal(
        answer,
        others / (n * (n - 1)),
        "mean likeness within a list",
        mistakes={
            "That counts each article's likeness with itself, which is 1, too.": together.mean(),
            "The diagonal is left out of the sum, but still counted: divide by the number of "
            "pairs.": others / n**2,
            "That is the sum. The mean is asked for.": others / 2,
            "The first row alone says how much the others are like the first one.": (
                together[0, 1:].mean()
            ),
        },
    )


@inviting
def newborn(answer: Any, everybody: np.ndarray, them: np.ndarray) -> None:
    """Check the vector of an article with a few readers, for α = 15 and λ = 100."""
    alpha, ridge = 15.0, 100.0 * np.eye(everybody.shape[1])
    gram, theirs, right = everybody.T @ everybody, them.T @ them, alpha * them.sum(axis=0)
    equal(
        answer,
        _solved(gram + (alpha - 1) * theirs + ridge, right),
        "the vector of a new article",
        mistakes={
            "The readers stand in the sum over everybody already, with weight 1: only α − 1 is "
            "added for them.": _solved(gram + alpha * theirs + ridge, right),
            "Those who have not read it count, too: the sum over everybody is missing.": _solved(
                (alpha - 1) * theirs + ridge, right
            ),
            "The regularisation is missing.": _solved(gram + (alpha - 1) * theirs, right),
            "The right side is α times the sum of the readers' vectors.": _solved(
                gram + (alpha - 1) * theirs + ridge, right / alpha
            ),
            "That is the mean of its readers. They are people's vectors, and an article's must "
            "give high scores with them and low ones with all others.": them.mean(axis=0),
        },
    )


def _solved(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    found: np.ndarray = np.linalg.lstsq(left, right, rcond=None)[0]  # also where one is singular
    return found

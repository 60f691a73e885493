"""Checks of exercise 3: the loss per person, the half-step, the library's 1, a newcomer."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from ..als import als_loss, confidence
from .core import copies, equal, that, unchanged
from .question import Answer, arrays, question


@question
def loss_per_person(answer: Answer) -> None:
    """Check the parts of the loss for two people, two articles and one factor.

    ``R = [[1, 0], [2, 3]]``, ``X = [[1], [0.5]]``, ``Y = [[1], [2]]``, alpha 2 and lam 2.
    """
    R = np.array([[1.0, 0.0], [2.0, 3.0]])
    X, Y = np.array([[1.0], [0.5]]), np.array([[1.0], [2.0]])
    equal(
        answer(R, X, Y, alpha=2, lam=2),
        np.array([6.0, 1.75]),
        "two people, two articles, one factor",
        mistakes=LOSS_MISTAKES,
    )


LOSS_MISTAKES = arrays(
    {
        "The price of the vectors is missing: lam times their squared lengths.": [4.0, 1.25],
        "You measured the distance to the strengths. The target is the preference, 0 or 1; the "
        "strengths say only how much an error counts.": [6.0, 39.75],
        "The errors are not weighted by the confidences.": [6.0, 0.75],
        "Your confidence of an unread article is 0. In the paper it is 1, a weak no.": [2.0, 1.5],
        "You added up the read articles only. An unread one counts too, with confidence 1.": (
            [2.0, 1.75]
        ),
        "A read pair has the confidence 1 + alpha times r; the 1 is missing.": [6.0, 1.5],
        "That is the price of the length. It is the *squared* length that costs.": [6.0, 2.25],
        "The price of the articles is in. It belongs to no person.": [16.0, 11.75],
        "You added up each column; people are the rows.": [3.25, 4.5],
    }
)


@question
def half_step(answer: Answer) -> None:
    """Check half-steps with one and with two factors, and that none raises the loss.

    - Strengths ``[[1, 0], [0, 0], [2, 1]]``, factors ``[[1], [2]]``, alpha 2 and lam 1.
    - Strengths ``[[1, 0]]``, factors ``[[1, 0], [0, 1]]``, alpha 2 and lam 1.
    - Six half-steps on random strengths of eight people and six articles.
    """
    three = sparse.csr_matrix([[1.0, 0.0], [0.0, 0.0], [2.0, 1.0]])
    equal(
        answer(three, np.array([[1.0], [2.0]]), alpha=2, lam=1),
        np.array([[3 / 8], [0], [11 / 18]]),
        "three people, two articles, one factor",
        mistakes=STEP_MISTAKES,
    )
    equal(
        answer(sparse.csr_matrix([[1.0, 0.0]]), np.eye(2), alpha=2, lam=1),
        np.array([[3 / 4, 0]]),
        "one person, two articles, two factors",
        mistakes={EVERYWHERE: np.array([[6 / 7, -3 / 7]])},
    )
    rng = np.random.default_rng(1)
    R = sparse.csr_matrix(rng.integers(1, 4, (8, 6)) * (rng.random((8, 6)) < 0.4), dtype=float)
    X, Y = rng.normal(size=(8, 2)), rng.normal(size=(6, 2))
    found = losses(answer, R, X, Y, 3, 0.5)
    that(
        not rises(found),
        f"The losses are {np.round(found, 2).tolist()}, and at least one is above the one before. "
        "The bottom of a bowl can't lie above another place in it.",
        "the losses after six half-steps with two factors",
    )


EVERYWHERE = (
    "lam stands in every cell of your left side. The identity matrix has it on the diagonal only."
)
STEP_MISTAKES = arrays(
    {
        "The unread articles are still left out. The first person has not read the second article, "
        "which adds 1 · 2 · 2 on the left: a weak no.": [[3 / 4], [0], [11 / 18]],
        "What was read counts once too often on the left: with 1 in the shared part and with c on "
        "top. Add c − 1.": [[3 / 9], [0], [11 / 23]],
        "On the right a read pair counts with its full c. There is no shared part there from which "
        "the 1 would come.": [[2 / 8], [0], [8 / 18]],
        "Your read pairs have the confidence alpha · r, as in the library. Here it is the paper's, "
        "1 + alpha · r.": [[2 / 7], [0], [8 / 13]],
        "The strengths are the target in yours. The target is the preference, 1 for everything "
        "that was read.": [[3 / 8], [0], [16 / 18]],
        "The regularisation is missing on the left.": [[3 / 7], [0], [11 / 17]],
        "Everything is in your right side, the unread too. Their preference is 0, so they add "
        "nothing there.": [[5 / 8], [3 / 6], [11 / 18]],
        "The unread articles are in your right side. Their preference is 0, so they add nothing "
        "there.": [[5 / 8], [0], [11 / 18]],
    }
)


def losses(
    step: Answer,
    R: sparse.csr_matrix,
    X: np.ndarray,
    Y: np.ndarray,
    alpha: float,
    lam: float,
) -> list[float]:
    """Return the loss at a start and after each of six half-steps, people and articles in turn.

    The half-step works on copies.

    Parameters
    ----------
    step : callable
        The half-step: strengths, factors of the columns, alpha and lam to factors of the rows.
    R : csr_matrix
        Strengths, people × articles.
    X, Y : ndarray
        Factors of the people and of the articles to start from.
    alpha, lam : float
        As in the loss.
    """
    confidences = confidence(R, alpha)
    found = [als_loss(confidences, X, Y, lam)]
    for _ in range(3):
        X = np.asarray(step(*copies(R, Y), alpha, lam))
        found.append(als_loss(confidences, X, Y, lam))
        Y = np.asarray(step(*copies(R.T.tocsr(), X), alpha, lam))
        found.append(als_loss(confidences, X, Y, lam))
    return found


def rises(found: list[float]) -> int:
    """Count the losses above the one before, by more than a computer's rounding."""
    pairs = zip(found, found[1:], strict=False)
    return sum(not after <= before * (1 + 1e-9) for before, after in pairs)


@question
def for_library(answer: Answer) -> None:
    """Check the values for the library on ``[[1, 0], [0, 4]]``, with alpha 2 and alpha 0.05."""
    small = sparse.csr_matrix([[1.0, 0.0], [0.0, 4.0]])
    before = small.copy()
    got = answer(small, 2)
    unchanged(before, small, "the matrix that was passed in")
    equal(
        got,
        sparse.csr_matrix([[1.5, 0.0], [0.0, 4.5]]),
        "what the library should be given with alpha 2",
        mistakes=LIBRARY_MISTAKES,
    )
    that(
        got.format == "csr" and got.nnz == 2,
        f"{got.nnz} cells in the form {got.format.upper()}: 2 cells in CSR form are expected.",
        "the form and the number of cells",
    )
    want = sparse.csr_matrix([[21.0, 0.0], [0.0, 24.0]])
    equal(answer(small, 0.05), want, "and with alpha 0.05")


LIBRARY_MISTAKES = arrays(
    {
        "With your values the confidences are 2 (1 + r). The library multiplies everything by "
        "alpha, also the 1 that you added.": [[2.0, 0], [0, 5]],
        "Those are the finished confidences, 1 + alpha r, and the library multiplies them by alpha "
        "once more.": [[3.0, 0], [0, 9]],
        "The empty cells are filled. The library gives them confidence 1 by itself; leave them "
        "empty.": [[1.5, 0.5], [0.5, 4.5]],
        "You subtracted; the confidence would be alpha r − 1.": [[0.5, 0], [0, 3.5]],
        "Nothing has changed: the library will take alpha r.": [[1.0, 0], [0, 4]],
    }
)


@question
def newcomer(answer: Answer) -> None:
    """Check a newcomer's vectors after three acts with one factor, and two acts with two.

    - ``Y = [[1], [2]]``, acts ``[(0, 1.0), (1, 1.0), (0, 2.0)]``, alpha 2 and lam 1.
    - ``Y = [[1, 0], [0, 1]]``, acts ``[(0, 1.0), (1, 2.0)]``, alpha 2 and lam 1.
    """
    Y = np.array([[1.0], [2.0]])
    before = Y.copy()
    equal(
        answer(Y, [(0, 1.0), (1, 1.0), (0, 2.0)], alpha=2, lam=1),
        np.array([[3 / 8], [9 / 16], [13 / 20]]),
        "three acts on two articles, one factor",
        mistakes=NEWCOMER_MISTAKES,
    )
    equal(
        answer(np.eye(2), [(0, 1.0), (1, 2.0)], alpha=2, lam=1),
        np.array([[3 / 4, 0], [3 / 4, 5 / 6]]),
        "two acts on two articles, two factors",
        mistakes=OUTER_MISTAKES,
    )
    unchanged(before, Y, "the factors of the articles")


NEWCOMER_MISTAKES = arrays(
    {
        "The last act adds a 1 on the right that is there already: article 0 had been read before. "
        "Its confidence goes from 3 to 7, by alpha times 2.": [[3 / 8], [9 / 16], [14 / 20]],
        "The last act replaced the strength of article 0. Strengths of one article add up, to 3.": (
            [[3 / 8], [9 / 16], [11 / 18]]
        ),
        "The last act left no trace; a second act on an article adds to its strength.": (
            [[3 / 8], [9 / 16], [9 / 16]]
        ),
        "The weak no is missing: articles that the newcomer has not read belong on the left as "
        "well, with confidence 1.": [[3 / 4], [9 / 16], [13 / 20]],
        "What was read counts once too often on the left: 1 is in the shared part already, so an "
        "article's first act adds c − 1.": [[3 / 9], [9 / 21], [13 / 25]],
        "The 1 of 1 + alpha r is missing on the right.": [[2 / 8], [6 / 16], [10 / 20]],
        "Your confidences are alpha r, the library's. Here they are the paper's.": (
            [[2 / 7], [6 / 11], [10 / 15]]
        ),
        "Each of your vectors knows only the last act. The earlier ones still count.": (
            [[3 / 8], [6 / 14], [5 / 10]]
        ),
        "The regularisation is missing on the left.": [[3 / 7], [9 / 15], [13 / 19]],
        "Each of your acts adds 1 + alpha s on both sides. On the left, the 1 is in YᵀY already: "
        "add alpha s. On the right, it comes with an article's first act alone.": (
            [[3 / 9], [9 / 21], [14 / 26]]
        ),
    }
)
OUTER_MISTAKES = arrays(
    {
        "You added one number to every cell on the left, because `y @ y` is a number. y yᵀ is a "
        "matrix: `np.outer(y, y)`.": [[1, -1 / 2], [-3 / 14, 11 / 14]],
        "`y * y` multiplies entry by entry. y yᵀ is a matrix: `np.outer(y, y)`.": (
            [[3 / 4, -3 / 4], [-1 / 8, 7 / 8]]
        ),
        EVERYWHERE: [[6 / 7, -3 / 7], [13 / 23, 17 / 23]],
    }
)

"""Checks of the blanks in chapter 3."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from .core import equal, ranking
from .turn import inviting


@inviting
def git_for_all(answer: Any, people: pd.DataFrame, strengths: pd.DataFrame) -> None:
    """Check the two numbers of *Git for all* that give each of its readers a score of 1."""
    readers = people[(strengths["Git for all"] > 0).to_numpy()].to_numpy()
    equal(
        answer if answer is ... else readers @ np.asarray(answer, dtype=float),
        np.ones(len(readers)),
        "its readers' scores",
        mistakes={
            "Davi's numbers are 0 for code and 1 for design: his score still is 0.": (
                readers @ np.array([1.0, 0.0])
            ),
            "Now Davi scores 1, but those who write code score 0.": readers @ np.array([0.0, 1.0]),
            "Half of each gives every reader a half: a dot product is a sum, not an average.": (
                readers @ np.array([0.5, 0.5])
            ),
        },
    )


@inviting
def slope(answer: Any, c: np.ndarray, p: np.ndarray, y: np.ndarray, lam: float) -> None:
    """Check the slope of the weighted line through zero."""
    above, below = (c * p * y).sum(), (c * y**2).sum()
    equal(
        answer,
        above / (below + lam),
        "Emi's slope",
        mistakes={
            "The price of length is missing: below the bar stands the sum plus `lam`.": (
                above / below
            ),
            "The confidences are missing, above the bar and below it.": (
                (p * y).sum() / ((y**2).sum() + lam)
            ),
            "Below the bar y is squared.": above / ((c * y).sum() + lam),
        },
    )


@inviting
def emis_list(answer: Any, scores: np.ndarray, strengths: np.ndarray) -> None:
    """Check the columns of what somebody has not read, best first."""
    unread = np.flatnonzero(strengths == 0)
    ranking(
        answer,
        unread[np.argsort(-scores[unread])],
        "the unread articles, best first",
        mistakes={
            "You sorted what Emi has read as well: sort the scores of `unread`.": (
                np.argsort(-scores)
            ),
            "`argsort` gives places within `unread`: look up which columns those are.": (
                np.argsort(-scores[unread])
            ),
        },
    )

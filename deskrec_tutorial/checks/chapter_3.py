"""Checks of the blanks in chapter 3."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from .core import equal, fail, ranking
from .turn import inviting, untouched


@inviting
def git_for_all(answer: Any, people: pd.DataFrame, strengths: pd.DataFrame) -> None:
    """Check the two numbers of *Git for all* that give each of its readers a score of 1."""
    what = "its readers' scores"
    if not untouched(answer) and np.shape(answer) != (2,):
        fail(what, "Two numbers are wanted, code and design: `[code, design]`.")
    readers = people[(strengths["Git for all"] > 0).to_numpy()].to_numpy()
    equal(
        answer if untouched(answer) else readers @ np.asarray(answer, dtype=float),
        np.ones(len(readers)),
        what,
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
            "Confidences and the price of length are both missing.": (p * y).sum() / (y**2).sum(),
            "Below the bar y is squared.": above / ((c * y).sum() + lam),
        },
    )


@inviting
def emis_list(answer: Any, scores: np.ndarray, strengths: np.ndarray) -> None:
    """Check the columns of what somebody has not read, best first."""
    what, unread = "the unread articles, best first", np.flatnonzero(strengths == 0)
    given = np.ravel(answer).tolist()
    if any(isinstance(one, float) for one in given):
        fail(what, "These are the scores; wanted are the columns they stand in.")
    if any(isinstance(one, str) for one in given):
        fail(what, "Give column numbers, not titles.")
    ranking(
        answer,
        unread[np.argsort(-scores[unread])],
        what,
        mistakes={
            "You sorted what Emi has read as well: sort the scores of `unread`.": (
                np.argsort(-scores)
            ),
            "`argsort` gives places within `unread`: look up which columns those are.": (
                np.argsort(-scores[unread])
            ),
        },
    )

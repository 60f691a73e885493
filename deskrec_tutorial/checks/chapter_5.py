"""Checks of the blanks in chapter 5."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from .core import equal, ranking
from .turn import inviting


@inviting
def ten_unread(answer: Any, scores: np.ndarray, read: np.ndarray) -> None:
    """Check the columns of one person's ten best unread articles."""
    masked = np.where(read, -np.inf, scores)
    ranking(
        answer,
        _first_ten(masked),
        "the ten best unread articles",
        mistakes={
            "Some of these were read. Mask them with minus infinity before you sort.": (
                _first_ten(scores)
            ),
            "Some of these were read: multiplied by 0 they still beat every negative score. Use "
            "minus infinity.": _first_ten(np.where(read, 0, scores)),
            "`argsort` puts the smallest first. Sort the scores with a minus sign.": (
                _first_ten(-masked)
            ),
        },
    )


def _first_ten(scores: np.ndarray) -> np.ndarray:
    return np.argsort(-scores, kind="stable")[:10]


@inviting
def parts(
    answer: Any, article: np.ndarray, W: np.ndarray, read: np.ndarray, confidence: np.ndarray
) -> None:
    """Check the parts of one score, one for each article that was read."""
    alike = article @ W @ read.T
    equal(
        answer,
        alike * confidence,
        "the parts of a score",
        mistakes={
            "That is how alike the articles are; each part is this times the confidence.": alike,
            "The W in the middle is missing: that is the plain dot product.": (
                article @ read.T * confidence
            ),
            "That is the score, the sum of the parts. Keep them apart.": alike @ confidence,
        },
    )


@inviting
def coverage(answer: Any, listed: pd.Series, articles: np.ndarray) -> None:
    """Check the share of the articles that are in somebody's list."""
    different = listed.nunique()
    equal(
        answer,
        different / len(articles),
        "the coverage",
        mistakes={
            "That is a number of articles: divide it by how many there are.": different,
            "You counted an article once for every list that has it. Count different ids.": (
                len(listed) / len(articles)
            ),
            "You divided by the places in the lists. Divide by the number of all articles.": (
                different / len(listed)
            ),
        },
    )

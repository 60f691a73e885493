"""Checks of the blanks in chapter 5."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from .core import changed, equal, ranking
from .turn import inviting


@inviting
def shortlist(answer: Any, scores: np.ndarray, read: np.ndarray) -> None:
    """Check the unread places of a shortlist, best first."""
    masked, unread = np.where(read, -np.inf, scores), (~read).sum()
    by_score = np.argsort(-masked, kind="stable")
    want, what = by_score[:unread], "the unread ones of a shortlist, best first"
    places = changed(answer, np.asarray, what, "A list of places")
    # Where scores are tied, any order of theirs is right.
    if np.array_equal(np.sort(places, axis=None), np.sort(want)):
        answer = want if np.array_equal(scores[places], scores[want]) else answer
    ranking(
        answer,
        want,
        what,
        mistakes={
            "Some of these were read. Mask them with minus infinity before you sort.": (
                np.argsort(-scores, kind="stable")[:unread]
            ),
            "Some of these were read: multiplied by 0 they still beat every negative score. Use "
            "minus infinity.": np.argsort(-np.where(read, 0, scores), kind="stable")[:unread],
            "`argsort` puts the smallest first. Sort the scores with a minus sign.": (
                np.argsort(np.where(read, np.inf, scores), kind="stable")[:unread]
            ),
            "The read ones still stand at the end: cut the list before them.": by_score,
        },
    )


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
            "The right parts, sorted: keep the order of the readings.": (
                np.sort(alike * confidence)[::-1]
            ),
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
        tolerance=1e-3,
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

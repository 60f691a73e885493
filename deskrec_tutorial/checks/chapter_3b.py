"""Checks of the blanks in chapter 3½."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..strength import InteractionMatrix
from .core import equal
from .turn import inviting


@inviting
def short_way(answer: Any, matrix: InteractionMatrix, k: int) -> None:
    """Check how many multiplications all people's matrices need with a shared part."""
    people, articles = matrix.user_items.shape
    read, table = matrix.user_items.nnz, k**2
    equal(
        answer,
        (articles + read) * table,
        "multiplications in the short way",
        mistakes={
            "The shared part is missing: one table for each article, once.": read * table,
            "The shared part is made once, not once for every person.": (
                (people * articles + read) * table
            ),
            "The read pairs are missing: each adds a table of its own.": articles * table,
            "That is the long way: one table for every pair.": people * articles * table,
            "Each article's table has k × k places, not k.": (articles + read) * k,
        },
    )


@inviting
def smallest_alpha(answer: Any, strengths: np.ndarray) -> None:
    """Check from which alpha on no read pair counts less than an unread one."""
    weakest = strengths.min()
    equal(
        answer,
        1 / weakest,
        "the smallest alpha that is safe",
        mistakes={
            "That keeps the strongest pair at 1: the weakest is the one in danger.": (
                1 / strengths.max()
            ),
            "That is the weakest strength itself: alpha times it must be 1.": weakest,
            "That was enough before the strengths were halved.": 1 / (2 * weakest),
            "That is an empty cell: look at `.data`, which holds the read pairs alone.": 0,
        },
    )


@inviting
def even_out(answer: Any, people_sum: float, articles_sum: float) -> None:
    """Check by what people are multiplied and articles divided to make both as long."""
    ratio = articles_sum / people_sum
    equal(
        answer,
        ratio**0.25,
        "the t that evens the lengths out",
        mistakes={
            "The lengths are squared, and so is t: take the root once more.": ratio**0.5,
            "That is the ratio of the sums: t works on both sides, and squared.": ratio,
            "The other way round: the people are too long, so t is below 1.": ratio**-0.25,
        },
    )

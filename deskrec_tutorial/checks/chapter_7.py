"""Checks of the blanks in chapter 7."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..replay import Board
from .core import equal
from .turn import inviting


@inviting
def ruler(answer: Any, grades: Sequence[float]) -> None:
    """Check three standard deviations of the grades that several seeds got."""
    deviation, narrow = (float(np.std(grades, ddof=ddof)) for ddof in (1, 0))
    equal(
        answer,
        3 * deviation,
        "three standard deviations of the seed",
        mistakes={
            "That is one standard deviation. Three are asked for.": deviation,
            "`np.std` divides by n. These are a few seeds out of many, so divide by n − 1: "
            "`ddof=1`.": 3 * narrow,
            "That is one standard deviation, and divided by n. Three are asked for, with "
            "`ddof=1`.": narrow,
            "That is three times the variance. The standard deviation is its root.": (
                3 * deviation**2
            ),
            "That is the range, which grows with every seed you add.": float(np.ptp(grades)),
        },
    )


@inviting
def fresh(answer: Any, board: Board, row: int) -> None:
    """Check the articles opened less than two days ago that a person has not read."""
    born = np.isfinite(board.born)
    young = board.now - board.born < 2
    equal(
        answer,
        board.candidates(row) & young,
        "unread articles under two days old",
        mistakes={
            "Some of these have been read by this person. `board.candidates(row)` leaves them "
            "out.": born & young,
            "Some of these have not been opened by anybody yet: their `born` is infinite. "
            "`board.candidates(row)` leaves them out.": young,
            "Some of these have not been opened by anybody yet, so the log doesn't know them: use "
            "`board.candidates(row)`.": young & ~board.read[row],
            "Those are the old ones.": board.candidates(row) & ~young,
            "Days, not hours: two days are 2.": board.candidates(row)
            & (board.now - board.born < 48),
        },
    )


@inviting
def twice_as_old(answer: Any, weights: Mapping[str, float]) -> None:
    """Check how the chance of an article changes when its age doubles."""
    weight = weights["age"]
    equal(
        answer,
        2**weight,
        "how many times as likely at twice the age",
        mistakes={
            "That is what happens at e times the age. Doubling adds log(2) to the clue, not 1.": (
                float(np.exp(weight))
            ),
            "That is what the score loses. The chance goes with exp(score).": (
                weight * float(np.log(2))
            ),
            "That is the other way round: at half the age.": 2**-weight,
            "The weight stands in the exponent: 2 ** weight.": 2 * weight,
        },
    )

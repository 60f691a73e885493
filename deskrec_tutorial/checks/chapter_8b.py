"""Checks of the blanks in chapter 8½."""

from __future__ import annotations

from typing import Any

import numpy as np

from .core import equal
from .turn import inviting


@inviting
def expected(answer: Any, liking: np.ndarray, looks: np.ndarray) -> None:
    """Check how many clicks a page gets on average."""
    chances = liking * looks
    equal(
        answer,
        float(chances.sum()),
        "expected clicks of this page",
        mistakes={
            "That is the mean of one place. A page has the sum of all.": float(chances.mean()),
            "That is what people would click who look at every place.": float(liking.sum()),
            "That is how many places are looked at: each look becomes a click with the "
            "chance in `liking`.": float(looks.sum()),
            "Those are the chances, place by place: add them up.": chances,
            "That is the chance of at least one click; two clicks count twice here.": float(
                1 - np.prod(1 - chances)
            ),
        },
    )


@inviting
def corrected(answer: Any, counts: np.ndarray, looks: np.ndarray) -> None:
    """Check clicks that each stand for as many as places further up would have had."""
    equal(
        answer,
        counts / looks,
        "clicks, each weighted by one over the chance of a look",
        mistakes={
            "Turn it round: a click at a place that few look at stands for more, not for less.": (
                counts * looks
            ),
            "Those are the weights alone.": 1 / looks,
            "Those are shares. The clicks themselves are asked for.": (
                counts / looks / (counts / looks).sum()
            ),
        },
    )


@inviting
def interval(answer: Any, first: int, second: int, people: int) -> None:
    """Check the two ends of the 95 % interval of a difference of two shares."""
    a, b = first / people, second / people
    variance = (a * (1 - a) + b * (1 - b)) / people
    ends = b - a + 1.96 * np.sqrt(variance) * np.array([-1, 1])
    half = (ends[1] - ends[0]) / 2
    equal(
        answer,
        ends.tolist(),
        "the interval of the difference",
        mistakes={
            "That reaches one standard error to either side. For 95 % it takes 1.96.": [
                b - a - half / 1.96,
                b - a + half / 1.96,
            ],
            "Second group minus first: yours is the other way round.": [-ends[1], -ends[0]],
            "That is the interval of the second share alone.": [b - half, b + half],
            "Those are people: divide by how many there are in a group.": (ends * people).tolist(),
            "The root is missing: that is the variance, not the standard error.": [
                b - a - 1.96 * variance,
                b - a + 1.96 * variance,
            ],
        },
    )

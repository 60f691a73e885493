"""Checks of the blanks in chapter 4."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ..recommendations import history
from .core import equal
from .turn import inviting


@inviting
def cosine(answer: Any, one: np.ndarray, other: np.ndarray) -> None:
    """Check the cosine of two arrows."""
    norms = np.linalg.norm(one), np.linalg.norm(other)
    dot = one @ other
    equal(
        answer,
        dot / (norms[0] * norms[1]),
        "the cosine of A and D",
        mistakes={
            "That is the dot product: divide it by both lengths.": dot,
            "Put brackets round the product of the lengths.": dot / norms[0] * norms[1],
            "One length is still in it: divide by the other too.": dot / norms[0],
            "One length is still in it; divide by the other too.": dot / norms[1],
        },
    )


@inviting
def same_person(
    answer: Any, guarded: pd.DataFrame, strength: pd.DataFrame, person: int | str
) -> None:
    """Check how many of the listed articles were read by one person."""
    theirs = guarded["contentId"].isin(history(strength, person)["contentId"])
    equal(
        answer,
        int(theirs.iloc[1:].sum()),
        "neighbours read by the same person",
        mistakes={
            "The article itself is counted: leave out the first row.": int(theirs.sum()),
            "Those are the ones that this person has not read.": int((~theirs).sum()),
        },
    )


@inviting
def safe(answer: Any, lengths: np.ndarray) -> None:
    """Check lengths in which no 0 is left."""
    equal(
        answer,
        np.where(lengths == 0, 1e-10, lengths),
        "lengths to divide by",
        tolerance=1e-12,
        mistakes={
            "The lengths above 0 must stay as they are.": np.full_like(lengths, 1e-10),
            "That is as safe; the task asks for 1e-10.": np.where(lengths == 0, 1, lengths),
            "The 0 is still there.": lengths,
            "You replaced those that are not 0.": np.where(lengths == 0, lengths, 1e-10),
        },
    )

"""Checks of the blanks in chapter 9."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..strength import InteractionMatrix
from .core import equal
from .turn import inviting


@inviting
def room(answer: Any, memory: float, each: float) -> None:
    """Check how many clicks fit into a memory, both in bytes."""
    equal(
        answer,
        memory / each,
        "how many clicks fit",
        tolerance=1e-3,
        mistakes={
            "That many bytes fit, not clicks: each click takes many.": memory,
            "The other way round: how many times does one click go into the memory?": each / memory,
            "Memory is in bytes here, not in gigabytes.": memory / 1e9 / each,
            "That is millions of clicks: give the number itself.": memory / each / 1e6,
        },
    )


@inviting
def price(answer: Any, matrix: InteractionMatrix, lam: float) -> None:
    """Check what stands on the diagonal of each person's equations in MLlib."""
    read = np.diff(matrix.user_items.indptr)
    equal(
        answer,
        lam * read,
        "the price of each person's length",
        mistakes={
            "That is what everybody pays in chapter 3. Who has read one article pays it; who has "
            "read two pays twice as much.": np.full(len(read), lam),
            "Articles are counted, not strengths: one commented on counts once.": (
                lam * np.asarray(matrix.user_items.sum(axis=1)).ravel()
            ),
            "That is the number of articles; λ itself is missing.": read,
            "That makes it cheaper to have read much. It is dearer.": lam / np.maximum(read, 1),
            "No root: who has read two articles pays twice as much.": lam * np.sqrt(read),
            "These are the articles: one price for each person is asked for.": lam * matrix.readers,
        },
    )


@inviting
def handed(answer: Any, strengths: np.ndarray, alpha: float) -> None:
    """Check the numbers that make MLlib's confidence alpha · r."""
    equal(
        answer,
        strengths - 1 / alpha,
        "what MLlib is handed",
        mistakes={
            "MLlib makes 1 + α · r of that: one too many.": strengths,
            "MLlib multiplies what you hand it by α, so the 1 has to be divided by α first.": (
                strengths - 1
            ),
            "MLlib multiplies by α itself: that would be done twice.": alpha * strengths - 1,
            "The 1 has to go, and you have added another.": strengths + 1 / alpha,
        },
    )


@inviting
def fair(answer: Any, lam: float, matrix: InteractionMatrix) -> None:
    """Check the λ with which MLlib charges, all in all, what `implicit` charges."""
    people, articles = (matrix.user_items.nnz / count for count in matrix.user_items.shape)
    equal(
        answer,
        lam / np.sqrt(people * articles),
        "the fair λ",
        mistakes={
            "The product of both prices counts, and λ stands in it twice: take the root.": (
                lam / (people * articles)
            ),
            "That is fair for people alone; articles pay, too.": lam / people,
            "That is fair for articles alone; people pay, too.": lam / articles,
            "The other way round: MLlib multiplies by n, so its λ has to be smaller.": (
                lam * np.sqrt(people * articles)
            ),
            "A product is matched by the root of the product, not by half of the sum.": (
                2 * lam / (people + articles)
            ),
        },
    )

"""Checks of the blanks in chapter 2."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scipy import sparse

from .core import equal
from .turn import inviting


@inviting
def pair(answer: Any, weights: Mapping[str, float]) -> None:
    """Check the strength of a pair with three views, a like and two comments."""
    view, like, comment = (weights[name] for name in ("VIEW", "LIKE", "COMMENT CREATED"))
    equal(
        answer,
        view + like + comment,
        "the strength of a pair",
        mistakes={
            "That counts every event; repeats are dropped, so each act counts once.": (
                3 * view + like + 2 * comment
            ),
            "That keeps the second comment, as one might wish; the rule drops it too.": (
                view + like + 2 * comment
            ),
            "That is how many different acts there are: add up their weights.": 3,
        },
    )


@inviting
def density(answer: Any, user_items: sparse.csr_matrix) -> None:
    """Check the share of cells that are filled."""
    filled = user_items.nnz / (user_items.shape[0] * user_items.shape[1])
    equal(
        answer,
        filled,
        "the density of the matrix",
        tolerance=1e-5,
        mistakes={
            "That is the share of empty cells.": 1 - filled,
            "That is in percent; give a share between 0 and 1.": 100 * filled,
        },
    )


@inviting
def second(answer: Any, small: sparse.csr_matrix) -> None:
    """Check the columns that the second row of a small matrix has read."""
    start, stop = small.indptr[1:3]
    equal(
        answer,
        small.indices[start:stop],
        "the columns that row 1 has read",
        mistakes={
            "Those are the values; the columns stand in `indices`.": small.data[start:stop],
            "That is row 0: row 1 starts at `indptr[1]`.": small.indices[: small.indptr[1]],
            "1 and 2 are numbers of rows; where these begin and end stands in `indptr`.": (
                small.indices[1:2]
            ),
        },
    )

"""Chapter 6: metrics. From scores to places, and from places to numbers.

What can be measured is anything with `scores(rows)`: for row numbers of the training matrix it
gives the scores of every article, float64, shape (rows, items), the higher the better. Everything
in `recommenders.py` has it.

Ties. Articles with the same score have no order, so a metric takes its mean over all orders they
could be in [1]_: of two articles tied for the last place each has half of it. Scores are compared
after rounding to nine decimals (in `replay`, where small ones count, as they are).

References
----------
.. [1] F. McSherry, M. Najork: Computing Information Retrieval Performance Measures Efficiently in
   the Presence of Tied Scores. ECIR 2008.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

import numpy as np
from scipy import sparse

from .recommendations import DECIMALS, kth_largest
from .strength import InteractionMatrix


class Scorer(Protocol):
    """What can be evaluated."""

    def scores(self, rows: np.ndarray) -> np.ndarray:
        """Scores of all items, float64, shape (rows, items)."""


def ask(recommender: Scorer, rows: np.ndarray, train: InteractionMatrix) -> np.ndarray:
    """The recommender's scores, or an error if they have the wrong shape."""
    scores = np.asarray(recommender.scores(rows), dtype=np.float64)
    expected = (len(rows), train.user_items.shape[1])
    if scores.shape != expected:
        raise ValueError(
            f"scores(rows) gave the shape {scores.shape} instead of {expected}: one row per "
            "person asked for, one column per article."
        )
    return scores


def rounded(scores: np.ndarray) -> np.ndarray:
    """A copy to compare by, or an error if there is nothing to compare."""
    if not np.isfinite(scores).all():
        raise ValueError(
            "scores(rows) holds NaN or infinite values, which have no place in a ranking. Do zero "
            "vectors get divided by their length? Give what you know nothing about a low number."
        )
    return np.round(scores, DECIMALS)


def judge(
    scores: np.ndarray, test: sparse.csr_matrix, ks: Sequence[int], information: np.ndarray
) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """The columns of `per_user` for a block of people; for each k, the articles in any list."""
    held_out = np.diff(test.indptr)
    edges = [kth_largest(scores, k) for k in ks]
    places = _places(scores, test, edges[-1])
    columns, shown = {"held_out": held_out}, []
    for k in ks:
        columns |= _accuracy(places, held_out, k)
    for k, edge in zip(ks, edges, strict=True):
        listed = _listed(scores, edge, k)
        columns[f"novelty@{k}"] = listed @ information / np.maximum(listed.sum(axis=1), 1)
        shown.append(listed.any(axis=0))
    return columns, np.array(shown)


def above_and_tied(scores: np.ndarray, own: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """How many scores of each row are higher than that row's own one, and how many the same."""
    return (scores > own).sum(axis=1, keepdims=True), (scores == own).sum(axis=1, keepdims=True)


class _Places(NamedTuple):
    """Where held-out articles stand: one row for each, shape (held out, 1) but for `person`."""

    person: np.ndarray  # row in the block, shape (held out,)
    above: np.ndarray  # articles with a higher score
    tied: np.ndarray  # articles with this score, itself counted
    held_above: np.ndarray  # the same two, held-out articles only
    held_tied: np.ndarray


def _places(scores: np.ndarray, test: sparse.csr_matrix, edge: np.ndarray) -> _Places:
    """The places of those that can be in the longest list: whose score is at least its last."""
    person, item = test.nonzero()
    near = scores[person, item] >= edge[person, 0]
    person, own = person[near], scores[person, item][near, None]
    held = np.where(test.astype(bool).toarray(), scores, -np.inf)
    among_all, among_held = (above_and_tied(every[person], own) for every in (scores, held))
    return _Places(person, *among_all, *among_held)


def _accuracy(places: _Places, n: np.ndarray, k: int) -> dict[str, np.ndarray]:
    """The metrics that look at places: sums per person, means over the orders of ties [1]_."""
    person, above, tied, held_above, held_tied = places
    place = np.arange(k)
    gain = 1 / np.log2(place + 2)
    inside = (place >= above) & (place < above + tied)
    chance = inside / tied  # to stand at each of the first k places
    # Held-out articles up to a place, given that this one stands there.
    up_to = held_above + 1 + (place - above) * ((held_tied - 1) / np.maximum(tied - 1, 1))
    hits, dcg, precisions = (
        np.bincount(person, each, len(n))
        for each in (chance.sum(axis=1), chance @ gain, (chance * up_to / (place + 1)).sum(axis=1))
    )
    missed = np.ones(len(n))
    np.minimum.at(missed, person, _chance_of_none(places, k))
    return {
        f"precision@{k}": hits / k,
        f"recall@{k}": hits / n,
        f"hit@{k}": 1 - missed,
        f"ndcg@{k}": dcg / np.cumsum(gain)[np.minimum(k, n) - 1],
        f"map@{k}": precisions / np.minimum(k, n),
    }


def _chance_of_none(places: _Places, k: int) -> np.ndarray:
    """The chance that no held-out article of this score is among the first k."""
    slot = np.arange(k)  # those that are left to the tied articles are filled one by one
    left = np.maximum(places.tied - slot, 1)
    others = np.maximum(places.tied - places.held_tied - slot, 0)
    used = slot < np.clip(k - places.above, 0, places.tied)
    return np.where(used, others / left, 1.0).prod(axis=1)


def _listed(scores: np.ndarray, edge: np.ndarray, k: int) -> np.ndarray:
    """True for the first k articles of each row, tied ones in the order of their columns."""
    listed = (scores >= edge) & (scores > -np.inf)
    crowded = np.flatnonzero(listed.sum(axis=1) > k)  # ties at the end of the list
    level = scores[crowded] == edge[crowded]
    room = k - (scores[crowded] > edge[crowded]).sum(axis=1, keepdims=True)
    listed[crowded] &= ~(level & (np.cumsum(level, axis=1) > room))
    return listed


def hit_share(above: np.ndarray, tied: np.ndarray, k: int) -> np.ndarray:
    """The chance to be among the first k below some articles and tied with some others."""
    return np.clip((k - above) / (tied + 1), 0, 1)

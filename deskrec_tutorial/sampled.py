"""Chapter 6: ranking among a hundred, the protocol of the published table.

References
----------
.. [1] W. Krichene, S. Rendle: On Sampled Metrics for Item Recommendation. KDD 2020.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from . import door
from .als import check_count
from .evaluation import check_question
from .metrics import Scorer, above_and_tied, ask, hit_share, rounded
from .recommendations import BLOCK, blocks, stored_cells
from .strength import InteractionMatrix


def sampled_recall(
    recommender: Scorer,
    train: InteractionMatrix,
    test: InteractionMatrix,
    k: int | Sequence[int] = (5, 10),
    negatives: int | np.ndarray = 100,
    average: str = "pairs",
    seed: int = 0,
) -> pd.Series:
    """Rank each held-out article among random ones: the protocol of the published table.

    A held-out article counts as found if it is among the first k of itself and its `negatives`,
    articles that the person has touched neither in train nor in test; tied articles share their
    places. Easier than it looks, and it need not keep the order of two recommenders [1]_: use
    `evaluate`, unless you want to compare with such a table.

    Parameters
    ----------
    recommender, train, test, k
        As in `evaluate`.
    negatives : int or numpy.ndarray
        How many to draw for each pair, or what `draw_negatives` drew.
    average : {"pairs", "users"}
        Mean over the held-out pairs, as published (busy people count more), or over people.
    seed : int
        Of the drawing.

    Returns
    -------
    pandas.Series
        ``recall@k`` for each k.
    """
    door.one_of(average, "average", ("pairs", "users"))
    hits = sampled_hits(recommender, train, test, k, negatives, seed)
    return (hits if average == "pairs" else hits.groupby(level="personId").mean()).mean()


def sampled_hits(
    recommender: Scorer,
    train: InteractionMatrix,
    test: InteractionMatrix,
    k: int | Sequence[int] = (5, 10),
    negatives: int | np.ndarray = 100,
    seed: int = 0,
) -> pd.DataFrame:
    """What `sampled_recall` is the mean of, with the same parameters: a row per held-out pair.

    Returns
    -------
    pandas.DataFrame
        ``recall@k`` for each k: 1 where the article was among the first k, 0 where it was not, in
        between where ties leave it open. Index: personId.
    """
    ks = check_question(recommender, train, test, k)
    if not isinstance(negatives, np.ndarray):
        negatives = draw_negatives(train, test, negatives, seed)
    if len(negatives) != test.user_items.nnz:
        raise ValueError(
            f"negatives has {len(negatives):,} rows for {test.user_items.nnz:,} held-out pairs: "
            "draw them for this split (dr.draw_negatives)."
        )
    indptr, counts = test.user_items.indptr, []
    for block in blocks(test, BLOCK):
        pairs = slice(indptr[block[0]], indptr[block[-1] + 1])
        scores = ask(recommender, block, train)
        counts.append(_among(scores, *stored_cells(test, block), negatives[pairs]))
    above, tied = np.concatenate(counts, axis=1)[..., 0]
    hits = {f"recall@{size}": hit_share(above, tied, size) for size in ks}
    people = np.repeat(train.user_ids, np.diff(indptr))
    return pd.DataFrame(hits, index=pd.Index(people, name="personId"))


def _among(
    scores: np.ndarray, row: np.ndarray, own: np.ndarray, others: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """How many other columns score higher in a row than its own one, and how many the same."""
    start = row[:, None] * scores.shape[1]
    score = rounded(scores.take(start + own[:, None]))
    rivals = rounded(scores.take(start + np.maximum(others, 0)))
    rivals[others < 0] = -np.inf  # fewer than asked for
    return above_and_tied(rivals, score)


def draw_negatives(
    train: InteractionMatrix, test: InteractionMatrix, n: int = 100, seed: int = 0
) -> np.ndarray:
    """For each held-out pair, n articles that the person touched neither in train nor in test.

    Parameters
    ----------
    train, test : InteractionMatrix
        The two sides of a split.
    n, seed : int
        How many, all different; and the seed of the drawing.

    Returns
    -------
    numpy.ndarray
        Columns, shape (held-out pairs, n), in the order of ``test.user_items.indices``. Where a
        person has left fewer than n untouched, all of them, then -1.
    """
    check_count(n, "n")
    rng = np.random.default_rng(seed)
    indptr = test.user_items.indptr
    drawn = np.full((test.user_items.nnz, n), -1)
    touched = (train.user_items + test.user_items).tocsr()
    items = np.arange(touched.shape[1])
    for row in np.concatenate([*blocks(test, BLOCK)]):
        free = np.delete(items, touched.indices[touched.indptr[row] : touched.indptr[row + 1]])
        for pair in range(indptr[row], indptr[row + 1]):
            drawn[pair, : len(free)] = rng.choice(free, min(n, len(free)), replace=False)
    return drawn

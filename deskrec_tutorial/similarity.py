"""Chapter 4: which articles are alike?"""

from __future__ import annotations

import numpy as np
import pandas as pd
from implicit.cpu.als import AlternatingLeastSquares

from . import door
from .als import check_count, check_model
from .strength import InteractionMatrix

# Scores are compared after rounding. Articles with the very same readers have the same direction up
# to what the solver leaves over, and no order should hang on that.
DECIMALS = 6


def similar_articles(
    model: AlternatingLeastSquares,
    matrix: InteractionMatrix,
    item: int | str,
    n: int = 10,
    method: str = "cosine",
    min_readers: int = 1,
) -> pd.DataFrame:
    """The articles whose vectors are most like the one of a given article.

    Parameters
    ----------
    model, matrix
        As in `recommend`: a model, and the InteractionMatrix that it was fitted on.
    item : int or str
        The contentId to start from.
    n : int
        Number of rows, the article itself included (as `implicit` counts).
    method : {"cosine", "dot"}
        ``"cosine"`` compares directions only (`implicit`'s `similar_items`), ``"dot"`` also
        rewards long vectors, which belong to popular articles.
    min_readers : int
        Leave out articles with fewer readers (the article itself always stays).

    Returns
    -------
    pandas.DataFrame
        `contentId`, `title`, `score`, `readers`: the article itself first, then by descending
        score, ties by ascending contentId.
    """
    check_model(model, matrix)
    check_count(n, "n")
    check_count(min_readers, "min_readers")
    index = matrix.item_index(item)
    scores = similarity_scores(model, index, method)
    readers = matrix.readers
    allowed = np.flatnonzero(readers >= min_readers)
    allowed = allowed[allowed != index]
    ranked = allowed[np.argsort(-scores[allowed], kind="stable")]
    best = np.concatenate([[index], ranked])[:n]
    return pd.DataFrame(
        {
            "contentId": matrix.item_ids[best],
            "title": matrix.titles[best],
            "score": scores[best],
            "readers": readers[best],
        }
    )


def similarity_scores(model: AlternatingLeastSquares, index: int, method: str) -> np.ndarray:
    """Similarity of every article to the one in column `index`: float64, shape (items,)."""
    if door.one_of(method, "method", ("cosine", "dot")) == "cosine":
        ids, sorted_scores = model.similar_items(index, N=len(model.item_factors))
        scores = np.empty(len(ids))
        scores[ids] = sorted_scores
    else:
        scores = model.item_factors @ model.item_factors[index]
    return np.round(scores.astype(np.float64), DECIMALS)

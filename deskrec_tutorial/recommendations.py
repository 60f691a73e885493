"""Chapter 5: what should this person read next, and why?"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd
from implicit.cpu.als import AlternatingLeastSquares
from scipy import sparse
from threadpoolctl import threadpool_limits

from . import door
from .als import check_count, check_model, parts_apart
from .strength import InteractionMatrix, index_of

# Scores are compared after rounding: an order that hangs on the last bit of a sum would change with
# the processor.
DECIMALS = 9
BLOCK = 2**19  # scores in memory at once
GROUP = 16  # columns represented by the largest of them in a first look


def recommend(
    model: AlternatingLeastSquares, matrix: InteractionMatrix, user: int | str, n: int = 10
) -> pd.DataFrame:
    """The unread articles with the highest scores for one person.

    Parameters
    ----------
    model : implicit.cpu.als.AlternatingLeastSquares
        A model fitted on `matrix`.
    matrix : InteractionMatrix
        The data.
    user : int or str
        The personId.
    n : int
        Number of articles; fewer come back where fewer are unread.

    Returns
    -------
    pandas.DataFrame
        `contentId`, `title`, `score`: by descending score, ties by ascending contentId. Nothing
        the person has read. A score is no probability; it ranks one person's articles.

    Raises
    ------
    KeyError
        If the personId is not in the matrix.
    ValueError
        If that person has no history, or the model does not belong to the matrix.
    """
    check_model(model, matrix)
    check_count(n, "n")
    row, starts = _row_with_history(matrix, user), matrix.user_items.indptr
    read = matrix.user_items.indices[starts[row] : starts[row + 1]]
    return _list_of_one(model, matrix, model.user_factors[row], read, n)


def recommend_all(
    model: AlternatingLeastSquares, matrix: InteractionMatrix, n: int = 10
) -> pd.DataFrame:
    """The same as `recommend`, for everybody who has a history, in one go.

    Parameters
    ----------
    model, matrix, n
        As in `recommend`.

    Returns
    -------
    pandas.DataFrame
        `personId`, `rank` (from 1), `contentId`, `title`, `score`, in ascending order of personId
        and rank.
    """
    check_model(model, matrix)
    check_count(n, "n")
    people, articles, parts = model.user_factors, model.item_factors, []
    # On busy cores a second BLAS thread gains nothing, and now and then has to be waited for.
    with threadpool_limits(1, "blas"):
        for rows in blocks(matrix, BLOCK):
            read = stored_cells(matrix, rows)
            person, *best = best_unread(people[rows], articles, read, n)
            parts.append((rows[person], *best))
    row, rank, columns, scores = (np.concatenate(part) for part in zip(*parts, strict=True))
    listing = _listing(matrix, columns, scores)
    listing.insert(0, "personId", matrix.user_ids[row])
    listing.insert(1, "rank", rank)
    return listing


def fold_in(
    model: AlternatingLeastSquares,
    matrix: InteractionMatrix,
    readings: Mapping[int | str, float],
    n: int = 10,
) -> pd.DataFrame:
    """Recommend to somebody the model has never seen, from what they have just read.

    Their vector is one ALS half-step against the fixed item factors (Hu et al. 2008, section 4);
    nothing is trained again.

    Parameters
    ----------
    model, matrix, n
        As in `recommend`.
    readings : mapping of int or str to float
        contentId → strength, such as ``{4460431: 1.0}``: 1 for a view, 5 for a comment (see
        `EVENT_WEIGHTS`).

    Returns
    -------
    pandas.DataFrame
        `contentId`, `title`, `score`, as from `recommend`.
    """
    check_model(model, matrix)
    check_count(n, "n")
    if not isinstance(readings, Mapping):
        raise TypeError("readings maps contentId to strength, such as {4460431: 1.0}.")
    if not readings:
        raise ValueError("readings is empty: with no history there is nothing to fold in.")
    columns = [matrix.item_index(item) for item in readings]
    strengths = np.array(list(readings.values()), dtype=np.float64)
    if not (np.isfinite(strengths) & (strengths > 0)).all():
        raise ValueError("Every strength in readings must be a number above 0.")
    row = sparse.csr_matrix(
        (strengths, ([0] * len(columns), columns)), shape=(1, len(matrix.item_ids))
    )
    return _list_of_one(model, matrix, model.recalculate_user(0, row), row.indices, n)


def explain(
    model: AlternatingLeastSquares, matrix: InteractionMatrix, user: int | str, item: int | str
) -> pd.DataFrame:
    """How much each past reading contributes to one score.

    Parameters
    ----------
    model, matrix, user
        As in `recommend`.
    item : int or str
        The contentId whose score is to be explained.

    Returns
    -------
    pandas.DataFrame
        `contentId`, `title`, `strength`, `contribution`, by descending contribution (which may be
        negative). The contributions add up to the score that follows from the history, the article
        vectors and the model's alpha (Hu et al. 2008, section 5). `recommend` shows that score, up
        to rounding, if the person's stored vector was solved last and from the same strengths, as
        `fit_als` does; a model that `implicit`'s own `fit` leaves, or one fitted on strengths that
        were multiplied before, stores another.

    Warns
    -----
    UserWarning
        If the contributions do not add up to the score that `recommend` shows: with both numbers,
        and what mends it.
    """
    check_model(model, matrix)
    person, column = _row_with_history(matrix, user), matrix.item_index(item)
    row = matrix.user_items[person]
    total, parts, _ = model.explain(0, row, column, N=row.nnz)
    why = parts_apart(model, matrix, person, np.array([column]), np.array([total]))
    if why:
        warnings.warn(why, stacklevel=2)
    parts = sorted(
        ((round(float(v), 12), column) for column, v in parts), key=lambda part: (-part[0], part[1])
    )
    columns = np.array([column for _, column in parts])
    return pd.DataFrame(
        {
            "contentId": matrix.item_ids[columns],
            "title": matrix.titles[columns],
            "strength": row.toarray()[0, columns],
            "contribution": [value for value, _ in parts],
        }
    )


def history(strength: pd.DataFrame, user: int | str) -> pd.DataFrame:
    """What one person has read, strongest first.

    Parameters
    ----------
    strength : pandas.DataFrame
        As `event_strength` returns it.
    user : int or str
        The personId.

    Returns
    -------
    pandas.DataFrame
        `contentId`, `title`, `eventStrength`: by descending strength, ties by ascending contentId.
    """
    own = _rows_of(strength["personId"], user)
    listed = strength[own].sort_values(
        ["eventStrength", "contentId"], ascending=[False, True], ignore_index=True
    )[["contentId", "title", "eventStrength"]]
    return listed.assign(title=door.titles(listed["title"], listed["contentId"].to_numpy()))


def _rows_of(people: pd.Series, user: int | str) -> np.ndarray:
    """True in the rows of one person, or an error that names near misses."""
    one = door.plain(user)
    if isinstance(one, str) or (people.dtype == np.int64 and type(one) is int):
        own = (people == one).to_numpy(dtype=bool, na_value=False)
        if own.any():  # numbering all ids takes a hundred times as long
            return own
    numbers, ids = door.codes(people, "personId", "strength")
    return np.asarray(numbers == index_of(ids, user, "personId"))


def _row_with_history(matrix: InteractionMatrix, user: int | str) -> int:
    row, starts = matrix.user_index(user), matrix.user_items.indptr
    if starts[row] == starts[row + 1]:
        raise ValueError(
            f"personId {user} has no history in this matrix, so there is nothing to go by. Offer "
            "what is popular, or ask for a few favourites and use dr.fold_in."
        )
    return row


def _list_of_one(
    model: AlternatingLeastSquares,
    matrix: InteractionMatrix,
    person: np.ndarray,
    read: np.ndarray,
    n: int,
) -> pd.DataFrame:
    _, _, columns, scores = best_unread(person[None], model.item_factors, (0, read), n)
    return _listing(matrix, columns, scores)


def _listing(matrix: InteractionMatrix, items: np.ndarray, scores: np.ndarray) -> pd.DataFrame:
    columns = {"contentId": matrix.item_ids[items], "title": matrix.titles[items], "score": scores}
    return pd.DataFrame(columns, copy=False)


# ------------------------------------------------------------------ ranking in blocks


def blocks(matrix: InteractionMatrix, size: int) -> Iterator[np.ndarray]:
    """The rows of the people who have a pair, as many at a time as have about `size` cells.

    Where nobody has one, a block of nobody.
    """
    rows = np.flatnonzero(np.diff(matrix.user_items.indptr))
    step = max(size // matrix.user_items.shape[1], 1)
    for start in range(0, max(len(rows), 1), step):
        yield rows[start : start + step]


def stored_cells(matrix: InteractionMatrix, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The pairs of some rows: for each, which of the rows, counted from 0, and the column."""
    pairs = matrix.user_items[rows]
    return np.repeat(np.arange(len(rows)), np.diff(pairs.indptr)), pairs.indices


def kth_largest(scores: np.ndarray, k: int) -> np.ndarray:
    """The k-th largest score of each row, shape (rows, 1); -inf where there are fewer than k."""
    if k > scores.shape[1]:
        return np.full((len(scores), 1), -np.inf)
    return np.partition(scores, -k, axis=1)[:, -k, None]


def best_unread(
    people: np.ndarray, articles: np.ndarray, read: tuple[int | np.ndarray, np.ndarray], n: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """The first n unread articles of each person: row, rank, column and score of each.

    A matrix product sums in an order that depends on how many rows it is given, so it only says
    which articles come into question; the scores to compare are then summed pair by pair.
    """
    scores = people @ articles.T
    scores[read] = -np.inf
    least = np.maximum(_floor(scores, n) - _blur(people, articles), np.finfo(scores.dtype).min)
    near = np.flatnonzero(scores >= least.astype(scores.dtype))
    rows, columns = np.divmod(near, len(articles))
    exact = np.round(_pair_by_pair(people, articles, rows, columns), DECIMALS)
    order = np.lexsort((-exact, rows))  # which leaves ties in the order of their columns
    rank = np.arange(1, len(rows) + 1) - np.searchsorted(rows, rows)
    kept = order[rank <= n]
    return rows[kept], rank[rank <= n], columns[kept], exact[kept]


def _floor(scores: np.ndarray, n: int) -> np.ndarray:
    """A number that the n-th largest score of each row does not fall below, shape (rows, 1).

    It is the n-th largest among the maxima of groups of columns, which are soon looked through.
    """
    items = scores.shape[1]
    groups = min(max(items // GROUP, n), items)
    size = items // groups
    within = scores[:, : size * groups].reshape(len(scores), size, groups)
    return kth_largest(within.max(axis=1), n)


def _blur(people: np.ndarray, articles: np.ndarray) -> np.ndarray:
    """How far below an n-th score one may lie that ties with it: rounding, and the product's own.

    For the latter see N. Higham: Accuracy and Stability of Numerical Algorithms, 2002, eq. 3.5.
    """
    largest = max(float(articles.max()), -float(articles.min()))
    bound = np.abs(people).sum(axis=1, dtype=np.float64, keepdims=True) * largest
    if not np.isfinite(bound).all():
        raise ValueError(
            "The model's factors hold NaN or infinite values, so its scores have no order: fit it "
            "again."
        )
    eps = np.finfo(np.result_type(people, articles)).eps
    return 10.0**-DECIMALS + 4 * people.shape[1] * eps * bound


def _pair_by_pair(
    people: np.ndarray, articles: np.ndarray, rows: np.ndarray, columns: np.ndarray
) -> np.ndarray:
    """The scores of some pairs, in float64: each the same whatever others are asked for."""
    scores, step = np.empty(len(rows)), max(BLOCK // people.shape[1], 1)
    for start in range(0, len(rows), step):
        part = slice(start, start + step)
        left = np.ascontiguousarray(people[rows[part]], dtype=np.float64)
        right = np.ascontiguousarray(articles[columns[part]], dtype=np.float64)
        scores[part] = np.einsum("pf,pf->p", left, right)
    return scores

"""Chapter 5: what should this person read next, and why?"""

from __future__ import annotations

import warnings
from collections.abc import Mapping

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
# Fetched beyond n, so that ties at the end of the list can be broken by id.
SPARE = 10


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
    user : int
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
    row = _row_of(matrix, user)
    return _listing(matrix, *_rank(model, matrix.user_index(user), row, n))


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
    history_lengths = np.diff(matrix.user_items.indptr)
    users = np.flatnonzero(history_lengths)
    unread = len(matrix.item_ids) - history_lengths[users]
    fetch = min(n + SPARE, len(matrix.item_ids))
    # implicit runs its own threads; BLAS threads on top make this three times slower.
    with threadpool_limits(1, "blas"):
        items, scores = model.recommend(users, matrix.user_items[users], N=fetch)
    scores[np.arange(fetch) >= unread[:, None]] = -np.inf  # the library pads short lists
    scores = np.round(scores, DECIMALS)
    order = np.lexsort((items, -scores))[:, :n]
    last = scores[:, -1]
    items, scores = np.take_along_axis(items, order, 1), np.take_along_axis(scores, order, 1)
    for i in np.flatnonzero((scores[:, -1] == last) & (unread > fetch)):  # ties beyond the spare
        items[i], scores[i] = _rank(model, users[i], matrix.user_items[users[i]], n)
    person, rank = np.nonzero(scores > -np.inf)
    items, scores = items[person, rank], scores[person, rank]
    listing = _listing(matrix, items, scores)
    listing.insert(0, "personId", matrix.user_ids[users[person]])
    listing.insert(1, "rank", rank + 1)
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
    return _listing(matrix, *_rank(model, 0, row, n, recalculate_user=True))


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
    row, person = _row_of(matrix, user), matrix.user_index(user)
    column = matrix.item_index(item)
    total, parts, _ = model.explain(0, row, column, N=row.nnz)
    why = parts_apart(model, matrix, person, np.array([column]), np.array([total]))
    if why:
        warnings.warn(why, stacklevel=2)
    parts = sorted(((round(float(v), 12), column) for column, v in parts), key=_largest_first)
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
    own = np.zeros(len(people), dtype=bool)
    if isinstance(one, str):
        own = (people == one).to_numpy(dtype=bool, na_value=False)
    elif people.dtype == np.int64 and type(one) is int and -(2**63) <= one < 2**63:
        own = people.to_numpy() == np.int64(one)
    if own.any():  # numbering all ids takes a hundred times as long
        return own
    numbers, ids = door.codes(people, "personId", "strength")
    return np.asarray(numbers == index_of(ids, user, "personId"))


def _largest_first(part: tuple[float, int]) -> tuple[float, int]:
    return -part[0], part[1]


def _row_of(matrix: InteractionMatrix, user: int | str) -> sparse.csr_matrix:
    row = matrix.user_items[matrix.user_index(user)]
    if row.nnz == 0:
        raise ValueError(
            f"personId {user} has no history in this matrix, so there is nothing to go by. Offer "
            "what is popular, or ask for a few favourites and use dr.fold_in."
        )
    return row


def _rank(
    model: AlternatingLeastSquares,
    index: int,
    row: sparse.csr_matrix,
    n: int,
    recalculate_user: bool = False,
) -> tuple[np.ndarray, np.ndarray]:
    """Columns and rounded scores of the best n unread items, ties by column."""
    unread = row.shape[1] - row.nnz
    fetch = min(n + SPARE, unread)
    if not fetch:
        return np.empty(0, dtype=np.intp), np.empty(0)
    while True:
        items, scores = model.recommend(index, row, N=fetch, recalculate_user=recalculate_user)
        scores = np.round(scores, DECIMALS)
        order = np.lexsort((items, -scores))[:n]
        if fetch == unread or scores[order[-1]] > scores[-1]:
            return items[order], scores[order]
        fetch = unread  # more ties at the end of the list than were fetched: look at all


def _listing(matrix: InteractionMatrix, items: np.ndarray, scores: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame(
        {"contentId": matrix.item_ids[items], "title": matrix.titles[items], "score": scores}
    )

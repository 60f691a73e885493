"""Chapter 2: from events to one strength per (person, article), and to the sparse matrix."""

from __future__ import annotations

import difflib
import operator
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pandas as pd
from scipy import sparse

# The original tutorial's weights: the rarer and the more deliberate an act, the more it counts.
EVENT_WEIGHTS: Mapping[str, float] = MappingProxyType(
    {"VIEW": 1.0, "LIKE": 2.0, "BOOKMARK": 3.0, "FOLLOW": 4.0, "COMMENT CREATED": 5.0}
)


class UnknownIdError(KeyError):
    """An id that is not in the matrix. (A plain KeyError would print its message in quotes.)"""

    def __str__(self) -> str:
        return str(self.args[0])


def event_strength(
    events: pd.DataFrame,
    weights: Mapping[str, float] = EVENT_WEIGHTS,
    repeats: str = "drop",
) -> pd.DataFrame:
    """Sum the weights of what each person did with each article.

    Parameters
    ----------
    events : pandas.DataFrame
        One row per interaction, as `join_events` returns it.
    weights : mapping of str to float
        The weight of each `eventType`; must name every type that occurs.
    repeats : {"drop", "keep"}
        ``"drop"`` counts a type once however often it happened, ``"keep"`` counts every event.

    Returns
    -------
    pandas.DataFrame
        One row per (personId, contentId), in ascending order of both: `personId`, `contentId`,
        `title`, `eventStrength` (float64). The order of `events` makes no
        difference, as long as an article has one title.
    """
    if repeats not in ("drop", "keep"):
        raise ValueError(f'repeats must be "drop" or "keep", not {repeats!r}.')
    _check_weights(events, weights)
    users, user_ids = pd.factorize(events["personId"].to_numpy(), sort=True)
    items, item_ids = pd.factorize(events["contentId"].to_numpy(), sort=True)
    codes, kinds = pd.factorize(events["eventType"])
    total = sparse.csr_matrix((len(user_ids), len(item_ids)))
    # Adding type by type in a fixed order: a sum of floats depends on the order of its terms.
    for kind, code in sorted(zip(kinds, range(len(kinds)), strict=True)):
        cells = (users[codes == code], items[codes == code])
        counts = sparse.csr_matrix((np.ones(len(cells[0])), cells), shape=total.shape)
        if repeats == "drop":
            counts.data[:] = 1
        total = total + weights[kind] * counts
    pairs = total.tocoo()
    titles = events["title"].iloc[_first_places(items)]
    return pd.DataFrame(
        {
            "personId": user_ids[pairs.row],
            "contentId": item_ids[pairs.col],
            "title": titles.array.take(pairs.col),
            "eventStrength": pairs.data,
        }
    )


def _first_places(codes: np.ndarray) -> np.ndarray:
    """Where each of the codes 0, 1, 2 … stands first."""
    first = np.empty(codes.max() + 1, dtype=np.intp)
    first[codes[::-1]] = np.arange(len(codes))[::-1]
    return first


def _check_weights(events: pd.DataFrame, weights: Mapping[str, float]) -> None:
    for column in ("personId", "contentId", "eventType", "title"):
        if column not in getattr(events, "columns", ()):
            raise ValueError(f"events has no column {column!r}; make it with dr.join_events.")
    if events.empty:
        raise ValueError("events has no rows: there is nothing to add up.")
    known = events["eventType"].isin(list(weights))
    if not known.all():
        row = int(np.flatnonzero(~known)[0])
        raise ValueError(
            f"eventType {events['eventType'].iloc[row]!r} in row {row} has no weight; weights "
            f"names {', '.join(weights)}. Add it to weights, or drop those rows on purpose."
        )
    for name, weight in weights.items():
        if not (np.isfinite(weight) and weight > 0):
            raise ValueError(f"The weight of {name} is {weight}; a weight must be above 0.")


@dataclass(frozen=True, eq=False)
class InteractionMatrix:
    """The strengths as a sparse matrix, with the ids and titles of its rows and columns.

    Attributes
    ----------
    user_items : scipy.sparse.csr_matrix
        Users × items, float64. Row and column numbers follow the ascending order of the ids.
    user_ids : numpy.ndarray
        int64, shape (users,): the personId of each row.
    item_ids : numpy.ndarray
        int64, shape (items,): the contentId of each column.
    titles : numpy.ndarray
        object, shape (items,): the title of each column.
    """

    user_items: sparse.csr_matrix
    user_ids: np.ndarray
    item_ids: np.ndarray
    titles: np.ndarray

    @classmethod
    def from_strength(cls, strength: pd.DataFrame) -> InteractionMatrix:
        """Build the matrix from a table with one row per (personId, contentId).

        Parameters
        ----------
        strength : pandas.DataFrame
            `personId`, `contentId`, `title`, `eventStrength`, as `event_strength` returns it.

        Returns
        -------
        InteractionMatrix
        """
        _check_strength(strength)
        rows, user_ids = pd.factorize(strength["personId"].to_numpy(np.int64), sort=True)
        columns, item_ids = pd.factorize(strength["contentId"].to_numpy(np.int64), sort=True)
        values = strength["eventStrength"].to_numpy(dtype=np.float64)
        user_items = sparse.csr_matrix(
            (values, (rows, columns)), shape=(len(user_ids), len(item_ids))
        )
        if user_items.nnz < len(strength):
            raise _repeated_pair(strength)
        titles = strength["title"].iloc[_first_places(columns)].to_numpy(dtype=object)
        return cls(user_items, user_ids, item_ids, titles)

    @property
    def readers(self) -> np.ndarray:
        """How many people touched each article: int64, shape (items,)."""
        return np.bincount(self.user_items.indices, minlength=len(self.item_ids))

    def user_index(self, user: int) -> int:
        """The row of a personId; an `UnknownIdError` (a KeyError) if it has none."""
        return index_of(self.user_ids, user, "personId")

    def item_index(self, item: int) -> int:
        """The column of a contentId; an `UnknownIdError` (a KeyError) if it has none."""
        return index_of(self.item_ids, item, "contentId")

    def __repr__(self) -> str:
        users, items = self.user_items.shape
        filled = self.user_items.nnz / (users * items)
        return (
            f"InteractionMatrix({users:,} users × {items:,} items, "
            f"{self.user_items.nnz:,} pairs, {filled:.2%} filled)"
        )


def _check_strength(strength: pd.DataFrame) -> None:
    for column in ("personId", "contentId", "title", "eventStrength"):
        if column not in strength.columns:
            raise ValueError(f"strength has no column {column!r}; make it with dr.event_strength.")
    for column in ("personId", "contentId"):
        if strength[column].dtype.kind != "i":
            raise TypeError(
                f"{column} is {strength[column].dtype}, not a whole number: ids of 64 bits do not "
                "survive a float, so they may be wrong already. Read them as int64."
            )
    if strength.empty:
        raise ValueError("strength has no rows: there is nothing to put into a matrix.")
    values = strength["eventStrength"].to_numpy(dtype=np.float64)
    bad = np.flatnonzero(~(np.isfinite(values) & (values > 0)))
    if len(bad):
        raise ValueError(
            f"eventStrength in row {bad[0]} is {values[bad[0]]}; every strength must be a number "
            "above 0. Leave out the pairs that did not happen."
        )


def _repeated_pair(strength: pd.DataFrame) -> ValueError:
    row = int(np.flatnonzero(strength.duplicated(["personId", "contentId"]))[0])
    user, item = strength["personId"].iloc[row], strength["contentId"].iloc[row]
    return ValueError(
        f"Row {row} repeats the pair personId {user}, contentId {item}. The matrix has one cell "
        "per pair: add the rows up first (dr.event_strength does)."
    )


def index_of(ids: np.ndarray, wanted: int, name: str) -> int:
    """The position of an id among ascending ids, or an error that names near misses."""
    try:
        number = operator.index(wanted)
    except TypeError:
        raise TypeError(
            f"{name} must be an integer, not {wanted!r} ({type(wanted).__name__}). An id of 64 "
            "bits does not survive a float or a text field."
        ) from None
    position = int(np.searchsorted(ids, number)) if -(2**63) <= number < 2**63 else len(ids)
    if position < len(ids) and ids[position] == number:
        return position
    raise UnknownIdError(_no_such_id(ids, number, name))


def _no_such_id(ids: np.ndarray, number: int, name: str) -> str:
    message = f"No {name} {number} among {len(ids):,}."
    if not len(ids):
        return message
    if 0 <= number < len(ids):
        return message + (
            f" If {number} is a row or column number: that one's {name} is {ids[number]}."
        )
    near = difflib.get_close_matches(str(number), [str(i) for i in ids], n=3, cutoff=0.8)
    if near:
        return message + f" Did you mean {' or '.join(near)}?"
    return message + f" Ids look like {ids[0]} or {ids[-1]}."

"""Chapter 2: from events to one strength per (person, article), and to the sparse matrix."""

from __future__ import annotations

import bisect
import difflib
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Any, cast

import numpy as np
import pandas as pd
from scipy import sparse

from . import door

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
        Where events have a `value` (a rating, plays, seconds), each row adds its value times the
        weight of its type, and `repeats` plays no part.

    Returns
    -------
    pandas.DataFrame
        One row per (personId, contentId), in ascending order of both: `personId`, `contentId`,
        `title`, `eventStrength` (float64). The order of `events` makes no
        difference, as long as an article has one title.
    """
    check_repeats(repeats)
    needed = ("personId", "contentId", "eventType", "title")
    door.need(events, needed, "events", "dr.join_events")
    kinds, of_kind = weights_of(events["eventType"], weights)
    users, user_ids = door.codes(events["personId"], "personId", "events")
    items, item_ids = door.codes(events["contentId"], "contentId", "events")
    titles = door.titles_of(events["title"], items, item_ids)
    values = door.values(events["value"], "events") if "value" in events.columns else None
    # One number says who and what: sorted, what belongs together stands together. In place, and
    # each array let go as soon as it has served, because a log may be large.
    del events
    key = users
    key *= len(item_ids)
    key += items
    del users, items
    if values is not None:
        amounts = values * of_kind[kinds]
        order = np.lexsort((amounts, key))  # a sum of floats depends on the order of its terms
        key, amounts = key[order], amounts[order]
    else:
        key *= len(of_kind)
        key += kinds
        key.sort()
        new = _begins(key)
        times = np.diff(np.append(np.flatnonzero(new), len(key))) if repeats == "keep" else 1
        key = key[new]
        amounts = of_kind[key % len(of_kind)] * times
        key //= len(of_kind)
    first = np.flatnonzero(_begins(key))
    pairs, total = key[first], np.add.reduceat(amounts, first)
    del key, amounts, first
    rows, columns = np.divmod(pairs, len(item_ids))
    strength = {
        "personId": user_ids[rows],
        "contentId": item_ids[columns],
        "title": titles.array.take(columns),
        "eventStrength": total,
    }
    return pd.DataFrame(strength, copy=False)


def _begins(key: np.ndarray) -> np.ndarray:
    """True where a sorted key is another than the one before."""
    new = np.ones(len(key), dtype=bool)
    np.not_equal(key[1:], key[:-1], out=new[1:])
    return new


def check_repeats(repeats: str) -> str:
    """The same, if it is "drop" or "keep"."""
    return door.one_of(repeats, "repeats", ("drop", "keep"))


def check_weights(weights: Mapping[str, float]) -> dict[str, float]:
    """The weights as a dict from text to floats, if they are numbers above 0."""
    if not isinstance(weights, Mapping):
        raise TypeError('weights maps types of events to numbers, such as {"VIEW": 1.0}.')
    if not weights:
        raise ValueError('weights names no type of event; an example is {"VIEW": 1.0}.')
    known: dict[str, float] = {}
    for name, weight in weights.items():
        text = door.written(name)
        if isinstance(weight, bool) or not isinstance(weight, (int, float, np.number)):
            raise ValueError(f"The weight of {name} is {weight!r}; a weight is a number above 0.")
        if not (np.isfinite(weight) and weight > 0):
            raise ValueError(f"The weight of {name} is {weight!r}; a weight must be above 0.")
        if text in known:
            raise ValueError(f"weights names {text!r} twice, as text and as a number.")
        known[text] = float(weight)
    return known


def weights_of(column: pd.Series, weights: Mapping[str, float]) -> tuple[np.ndarray, np.ndarray]:
    """For each event the code of its type, and the weight of each type, in alphabetical order."""
    known = dict(sorted(check_weights(weights).items()))
    names = pd.Index(list(known))
    codes = names.get_indexer(pd.Index(column))
    if (codes < 0).any():  # types that are no text, or have no weight
        text = door.kinds(column, "events")
        codes = names.get_indexer(pd.Index(text))
        if (codes < 0).any():
            row = int((codes < 0).argmax())
            kind = text.iloc[row]
            raise ValueError(
                f"eventType {kind!r} in row {door.row_name(column, row)} has no weight; weights "
                f"names {', '.join(map(str, weights))}. Say what it is worth, with "
                f"weights={{{kind!r}: 1.0, …}}, or leave those rows out on purpose."
            )
    small = np.int8 if len(known) < 128 else np.int64
    return codes.astype(small), np.array(list(known.values()))


def pairs_of(events: pd.DataFrame) -> InteractionMatrix:
    """Who touched what: a matrix with 1 in each pair that occurs, whatever happened there.

    Parameters
    ----------
    events : pandas.DataFrame
        `personId`, `contentId` and, if there is one, `title`.

    Returns
    -------
    InteractionMatrix
    """
    door.need(events, ("personId", "contentId"), "events", "dr.join_events")
    users, user_ids = door.codes(events["personId"], "personId", "events")
    items, item_ids = door.codes(events["contentId"], "contentId", "events")
    shape = len(user_ids), len(item_ids)
    touched = sparse.csr_matrix((np.ones(len(users)), (users, items)), shape=shape)
    touched.data[:] = 1
    named = events["title"] if "title" in events.columns else pd.Series([None] * len(events))
    titles = door.titles_of(named, items, item_ids).to_numpy(dtype=object)
    return InteractionMatrix(touched, user_ids, item_ids, titles)


@dataclass(frozen=True, eq=False)
class InteractionMatrix:
    """The strengths as a sparse matrix, with the ids and titles of its rows and columns.

    Attributes
    ----------
    user_items : scipy.sparse.csr_matrix
        Users × items, float64. Row and column numbers follow the ascending order of the ids.
    user_ids : numpy.ndarray
        Shape (users,): the personId of each row, ascending. int64, or uint64 where a number needs
        it; object where the ids are text.
    item_ids : numpy.ndarray
        Shape (items,): the contentId of each column, likewise.
    titles : numpy.ndarray
        object, shape (items,): the title of each column.
    """

    user_items: sparse.csr_matrix
    user_ids: np.ndarray
    item_ids: np.ndarray
    titles: np.ndarray

    def __post_init__(self) -> None:
        """Bring what was made by hand into the one form that everything here relies on."""
        matrix = _tidy(self.user_items)
        people = _ids_in_order(self.user_ids, "user_ids", matrix.shape[0])
        items = _ids_in_order(self.item_ids, "item_ids", matrix.shape[1])
        titles = pd.Series(self.titles, dtype=object)
        if len(titles) != len(items):
            raise ValueError(f"There are {len(titles):,} titles for {len(items):,} items.")
        named = door.titles(titles, items).to_numpy(dtype=object)
        self.__dict__.update(user_items=matrix, user_ids=people, item_ids=items, titles=named)

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
        needed = ("personId", "contentId", "title", "eventStrength")
        door.need(strength, needed, "strength", "dr.event_strength")
        rows, user_ids = door.codes(strength["personId"], "personId", "strength")
        columns, item_ids = door.codes(strength["contentId"], "contentId", "strength")
        values = door.values(strength["eventStrength"], "strength")
        user_items = sparse.csr_matrix(
            (values, (rows, columns)), shape=(len(user_ids), len(item_ids))
        )
        if user_items.nnz < len(strength):
            pairs = strength[["personId", "contentId"]]
            place = int(pairs.duplicated().argmax())
            user, item = pairs.iloc[place]
            raise ValueError(
                f"Row {door.row_name(pairs, place)} repeats the pair personId {user}, contentId "
                f"{item}. The matrix has one cell per pair: add the rows up first "
                "(dr.event_strength does)."
            )
        titles = door.titles_of(strength["title"], columns, item_ids)
        return cls(user_items, user_ids, item_ids, titles.to_numpy(dtype=object))

    @property
    def readers(self) -> np.ndarray:
        """How many people touched each article: int64, shape (items,)."""
        return np.bincount(self.user_items.indices, minlength=len(self.item_ids))

    def user_index(self, user: int | str) -> int:
        """The row of a personId; an `UnknownIdError` (a KeyError) if it has none."""
        return index_of(self.user_ids, user, "personId")

    def item_index(self, item: int | str) -> int:
        """The column of a contentId; an `UnknownIdError` (a KeyError) if it has none."""
        return index_of(self.item_ids, item, "contentId")

    def __repr__(self) -> str:
        users, items = self.user_items.shape
        filled = self.user_items.nnz / (users * items)
        return (
            f"InteractionMatrix({users:,} users × {items:,} items, "
            f"{self.user_items.nnz:,} pairs, {filled:.2%} filled)"
        )


def _tidy(given: Any) -> sparse.csr_matrix:
    """A sparse matrix as CSR of float64 without zeros or repeats; the given one is left alone."""
    if not sparse.issparse(given) or cast(Any, given).ndim != 2:
        raise TypeError(
            f"user_items must be a sparse matrix of users × items, not a {type(given).__name__}: "
            "make one with scipy.sparse.csr_matrix(…)."
        )
    tidy: sparse.csr_matrix = sparse.csr_matrix(cast(Any, given), dtype=np.float64)
    if not tidy.has_canonical_format or not tidy.data.all():
        tidy = tidy.copy()
        tidy.sum_duplicates()
        tidy.eliminate_zeros()
    bad = ~(np.isfinite(tidy.data) & (tidy.data > 0))
    if bad.any():
        place = int(bad.argmax())
        row = int(np.searchsorted(tidy.indptr, place, side="right")) - 1
        raise ValueError(
            f"user_items holds {tidy.data[place]} in row {row}, column {tidy.indices[place]}; "
            "strengths must be numbers above 0. Leave out the pairs that did not happen."
        )
    return tidy


def _ids_in_order(given: Any, name: str, count: int) -> np.ndarray:
    """Ids in ascending order, as many as there are rows or columns, or an error."""
    ids = given
    # A matrix is often made of another one: texts in order are not looked at one by one again.
    if not isinstance(given, np.ndarray) or pd.api.types.infer_dtype(given) != "string":
        ids = door.ids(pd.Series(given), name, "InteractionMatrix")
    if len(ids) != count:
        raise ValueError(f"{name} has {len(ids):,} ids for {count:,} rows or columns.")
    wrong = ids[1:] <= ids[:-1]
    if wrong.any():
        row = int(wrong.argmax()) + 1
        raise ValueError(
            f"{name} must rise, each id once; {ids[row]} follows {ids[row - 1]} in place {row}. "
            "dr.InteractionMatrix.from_strength numbers ids in order."
        )
    return ids


def index_of(ids: np.ndarray, wanted: int | str, name: str) -> int:
    """The position of an id among ascending ids, or an error that names near misses.

    Parameters
    ----------
    ids : numpy.ndarray
        Ascending: whole numbers, or text.
    wanted : int or str
        The id.
    name : str
        What to call it.
    """
    text = ids.dtype.kind == "O"
    one = _as_asked(wanted)
    if not isinstance(one, str if text else int) or isinstance(one, bool):
        example = f", such as {door.plain(ids[0])!r}" if len(ids) else ""
        way = "" if text else " An id of 64 bits does not survive a float or a text field."
        if isinstance(one, str) and re.fullmatch(r"-?\d+", one):
            way = f" Without the quotes it is one: int({one!r})."
        raise TypeError(
            f"{name} must be {'text' if text else 'an integer'}{example}, not {wanted!r} "
            f"({type(wanted).__name__}).{way}"
        )
    position = _position(ids, one)
    if position is None:
        raise UnknownIdError(_no_such_id(ids, one, name))
    return position


def _position(ids: np.ndarray, one: Any) -> int | None:
    """Where an id of the same kind stands among ascending ids, if it does."""
    if ids.dtype.kind != "O":
        limits = np.iinfo(ids.dtype)
        if not limits.min <= one <= limits.max:
            return None
        one = ids.dtype.type(one)
    position = int(np.searchsorted(ids, one))
    return position if position < len(ids) and ids[position] == one else None


def _as_asked(wanted: Any) -> Any:
    """An id as Python has it; a whole number in other clothes as an int."""
    one = str(wanted) if isinstance(wanted, uuid.UUID) else door.plain(wanted)
    if isinstance(one, (float, Decimal)) and -door.EXACT < one < door.EXACT and one % 1 == 0:
        return int(one)
    return one


def _no_such_id(ids: np.ndarray, wanted: int | str, name: str) -> str:
    typed = str(wanted)
    message = f"No {name} {typed[:80]}{'…' if len(typed) > 80 else ''} among {len(ids):,}."
    if not len(ids):
        return message
    if isinstance(wanted, int) and 0 <= wanted < len(ids):
        return message + (
            f" If {wanted} is a row or column number: that one's {name} is {ids[wanted]}."
        )
    near = _near(ids, wanted, typed[:200])
    if near:
        return message + f" Did you mean {' or '.join(near)}?"
    return message + f" Ids look like {ids[0]} or {ids[-1]}."


MANY = 10_000  # ids that are compared letter by letter; a million would take many seconds


def _near(ids: np.ndarray, wanted: int | str, typed: str) -> list[str]:
    """Up to three ids that somebody who typed this may have meant."""
    if len(ids) <= MANY:
        around = list(map(str, ids.tolist()))
        sure = [name for name in around if name.lstrip("0") == typed.lstrip("0")]
    else:
        place = bisect.bisect_left(ids, wanted)
        around = list(map(str, ids[max(place - 50, 0) : place + 50].tolist()))
        sure = [slip for slip in _slips(typed) if _is_there(ids, slip)]
    return sure[:3] or difflib.get_close_matches(typed, around, n=3, cutoff=0.8)


def _slips(typed: str) -> list[str]:
    """What becomes of a text when one letter is another, is missing, too many, or swapped."""
    letters = sorted(set(typed) | set("0123456789abcdefghijklmnopqrstuvwxyz-_"))
    halves = [(typed[:i], typed[i:]) for i in range(len(typed) + 1)]
    return list(
        dict.fromkeys(
            [
                *(typed.strip(), typed.lower(), typed.upper(), typed.strip().lower()),
                *(a + b[1] + b[0] + b[2:] for a, b in halves if len(b) > 1),
                *(a + b[1:] for a, b in halves if b),
                *(a + c + b[1:] for a, b in halves if b for c in letters),
                *(a + c + b for a, b in halves for c in letters),
            ]
        )
    )


def _is_there(ids: np.ndarray, name: str) -> bool:
    if ids.dtype.kind == "O":
        return _position(ids, name) is not None
    return bool(re.fullmatch(r"-?[1-9]\d*", name)) and _position(ids, int(name)) is not None

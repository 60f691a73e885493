"""Chapter 6: splits. What a recommender may learn from, and what is kept from it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy import sparse

from . import clock, door
from .als import check_count, check_number
from .strength import EVENT_WEIGHTS, InteractionMatrix, event_strength, index_of

HOW = ("random", "leave-k-out", "leave-last-out", "temporal")


@dataclass(frozen=True)
class Split:
    """What a recommender may learn from, and what is kept from it.

    Attributes
    ----------
    train, test : InteractionMatrix
        Of one shape, with the same ids in the same rows and columns. No pair is in both.
    train_events : pandas.DataFrame or None
        The events behind the train pairs, where `split` was given events.
    how : str
        ``"random"``, ``"leave-k-out"``, ``"leave-last-out"`` or ``"temporal"``.
    """

    train: InteractionMatrix
    test: InteractionMatrix
    train_events: pd.DataFrame | None
    how: str

    def __post_init__(self) -> None:
        """Refuse a pair on both sides, and a test side without pairs."""
        check_sides(self.train, self.test)

    def __repr__(self) -> str:
        return (
            f"Split({self.how}: {self.train.user_items.nnz:,} pairs to learn from, "
            f"{self.test.user_items.nnz:,} pairs of {count_people(self.test):,} people held out)"
        )


def split(
    data: pd.DataFrame | InteractionMatrix,
    how: str = "random",
    *,
    share: float = 0.2,
    k: int = 1,
    min_articles: int = 5,
    by_user: bool = True,
    events: pd.DataFrame | None = None,
    seed: int = 42,
    weights: Mapping[str, float] = EVENT_WEIGHTS,
    repeats: str = "drop",
) -> Split:
    """Hold readings out. Ids get their rows and columns first, so both sides have one shape.

    Parameters
    ----------
    data : pandas.DataFrame or InteractionMatrix
        Events (`join_events`), strengths (`event_strength`), or a matrix, such as the train side
        of another split: that is how to tune without touching what is held out.
    how : {"random", "leave-k-out", "leave-last-out", "temporal"}
        ``"random"`` holds out `share` of the pairs. ``"leave-k-out"`` holds out `k` random pairs
        of each person, ``"leave-last-out"`` the `k` that the person began last. All three leave
        everybody one pair in train, and train pairs keep all their events, also those after what
        is held out. ``"temporal"`` cuts the log where its last `share` of the events begins: train
        is all that came before, test the pairs that start later. The last two need timed events.
    share : float
        Above 0 and below 1.
    k : int
        For ``"leave-k-out"`` and ``"leave-last-out"``.
    min_articles : int
        People with fewer articles take no part: neither side has their pairs. (Temporal: people
        with fewer before the cut are not tested, but what they read before it stays in train.)
    by_user : bool
        For ``"random"``: `share` of each person's pairs, rounded at random, not of all together.
    events : pandas.DataFrame, optional
        The events behind `data`, where `data` has no times itself.
    seed : int
        Decides which pairs, also of those begun at one time; the order of the rows never does.
    weights, repeats
        How strengths are made of events, as in `event_strength`.

    Returns
    -------
    Split
        A ValueError if an argument is out of range, or nothing would be held out.
    """
    check_number(share, "share")
    if not 0 < share < 1:
        raise ValueError(f"share must lie between 0 and 1, not {share!r}.")
    check_count(k, "k")
    check_count(min_articles, "min_articles")
    if isinstance(data, pd.DataFrame) and "eventType" in data.columns:
        if events is not None and events is not data:
            raise ValueError("data holds events already: pass no others as events=.")
        data, events = event_strength(data, weights, repeats), data
    matrix = InteractionMatrix.from_strength(data) if isinstance(data, pd.DataFrame) else data
    if not isinstance(matrix, InteractionMatrix):
        raise TypeError(
            "split wants events (dr.join_events), strengths (dr.event_strength) or an "
            f"InteractionMatrix, not a {type(matrix).__name__}."
        )
    door.one_of(how, "how", HOW)
    begun = None
    if how in ("temporal", "leave-last-out"):
        if events is None:
            raise ValueError(f'how="{how}" needs to know when: pass events (dr.join_events).')
        if how == "temporal":
            return _split_in_time(matrix, events, share, min_articles, weights, repeats)
        begun = _beginnings(matrix, events)
    size = share if how == "random" else None
    train, test = _hold_out(matrix, size, k, min_articles, by_user, seed, begun)
    return Split(train, test, None if events is None else _events_of(train, events), how)


def _hold_out(
    matrix: InteractionMatrix,
    share: float | None,
    k: int,
    least: int,
    by_user: bool,
    seed: int,
    begun: np.ndarray | None,
) -> Iterator[InteractionMatrix]:
    """The train and the test side; `share` of the pairs, or `k` of each person where it is None.

    Which ones is left to chance, or to when each pair was `begun`: the last first, then chance.
    """
    rng = np.random.default_rng(seed)
    pairs, starts = matrix.user_items.tocoo(), matrix.user_items.indptr
    row, counts = pairs.row, np.diff(starts)
    last_first = np.zeros(pairs.nnz) if begun is None else -begun
    order = np.lexsort((rng.random(pairs.nnz), last_first, row))  # person by person
    place = np.arange(pairs.nnz) - starts[row]
    takes_part = counts[row] >= least
    if share is None:
        held = place < k
    elif by_user:
        # The share of n pairs, rounded up or down at random so that it is right on average.
        held = place < np.floor(counts * share + rng.random(len(counts)))[row]
    else:
        held = np.zeros(pairs.nnz, dtype=bool)
        held[rng.permutation(np.flatnonzero(takes_part))[: round(share * takes_part.sum())]] = True
    all_held = np.bincount(row, held, len(counts)) == counts
    held &= ~(all_held[row] & (place == counts[row] - 1))
    for side in (order[takes_part & ~held], order[takes_part & held]):
        values = pairs.data[side], (row[side], pairs.col[side])
        yield replace(matrix, user_items=sparse.csr_matrix(values, shape=pairs.shape))


def _beginnings(matrix: InteractionMatrix, events: pd.DataFrame) -> np.ndarray:
    """When each pair of the matrix had its first event."""
    timed, pairs = in_order(events), matrix.user_items.tocoo()
    first = pd.DataFrame(_whereabouts(timed, matrix, "events")).T.drop_duplicates()
    found = pd.MultiIndex.from_frame(first).get_indexer_for(
        pd.MultiIndex.from_arrays([pairs.row, pairs.col])
    )
    if (found < 0).any():
        raise ValueError(
            f"{(found < 0).sum():,} of the {len(found):,} pairs have no event, so nobody knows "
            "when they began: pass the events (dr.join_events) that the strengths were made of."
        )
    return timed["timestamp"].to_numpy()[first.index[found]]


def _split_in_time(
    matrix: InteractionMatrix,
    events: pd.DataFrame,
    share: float,
    least: int,
    weights: Mapping[str, float],
    repeats: str,
) -> Split:
    door.need(events, ("timestamp",), "events", "dr.join_events")
    times = clock.times(events["timestamp"], "events")
    cut = np.sort(times)[min(round((1 - share) * len(times)), len(times) - 1)]
    if times.min() == times.max():
        raise ValueError("All events happened at one time, so none comes before another.")
    early = pd.Series(times < cut, events.index)
    if not early.any():
        raise ValueError(f"No event comes before the last share={share!r} of them: lower share.")
    train, after = (
        place(event_strength(events[part], weights, repeats), matrix) for part in (early, ~early)
    )
    new = after.user_items - after.user_items.multiply(train.user_items.astype(bool))
    tested = sparse.diags_array((np.diff(train.user_items.indptr) >= least).astype(float))
    held = sparse.csr_matrix(tested @ new)
    held.eliminate_zeros()
    return Split(train, replace(matrix, user_items=held), events[early], "temporal")


def place(strength: pd.DataFrame, matrix: InteractionMatrix) -> InteractionMatrix:
    """Strengths in the rows and columns of a matrix that knows their ids.

    For splits of your own: build the matrix from everything, split the table, place both parts.

    Parameters
    ----------
    strength : pandas.DataFrame
        `personId`, `contentId`, `eventStrength`: each pair once, each id in `matrix`.
    matrix : InteractionMatrix
        Whose ids, rows, columns and titles are taken.

    Returns
    -------
    InteractionMatrix
        Of the same shape. A KeyError if an id is not in the matrix.
    """
    door.need(strength, (*PAIR, "eventStrength"), "strength", "dr.event_strength")
    values = door.values(strength["eventStrength"], "strength"), cells(strength, matrix, "strength")
    placed = sparse.csr_matrix(values, shape=matrix.user_items.shape)
    if placed.nnz < len(strength):
        raise ValueError("strength repeats a pair: add its rows up first (dr.event_strength does).")
    return replace(matrix, user_items=placed)


def cells(
    rows: pd.DataFrame, matrix: InteractionMatrix, name: str = "events"
) -> tuple[np.ndarray, np.ndarray]:
    """The row and the column in the matrix of each (personId, contentId) of a table."""
    found = _whereabouts(rows, matrix, name)
    for column, ids, place in zip(PAIR, (matrix.user_ids, matrix.item_ids), found, strict=True):
        strange = place < 0
        if strange.any():
            index_of(ids, door.codes(rows[column][strange], column, name)[1][0], column)  # says why
    return found


PAIR = ("personId", "contentId")


def _whereabouts(
    rows: pd.DataFrame, matrix: InteractionMatrix, name: str
) -> tuple[np.ndarray, np.ndarray]:
    """The same, with -1 for ids that the matrix does not have."""
    door.need(rows, PAIR, name, "dr.join_events")
    users = door.places(rows["personId"], "personId", name, matrix.user_ids)
    return users, door.places(rows["contentId"], "contentId", name, matrix.item_ids)


def _events_of(matrix: InteractionMatrix, events: pd.DataFrame) -> pd.DataFrame:
    """The events on the pairs of a matrix, and no others."""
    rows, columns = _whereabouts(events, matrix, "events")
    known = (rows >= 0) & (columns >= 0)
    held = matrix.user_items.astype(bool)
    known[known] = np.asarray(held[rows[known], columns[known]]).ravel()
    if not known.any():
        raise ValueError(
            "None of the events is on a pair of the data that is to be split: pass the events "
            "(dr.join_events) that the strengths were made of."
        )
    return events[known]


def in_order(events: pd.DataFrame) -> pd.DataFrame:
    """Events by time, equal times in the given order, and numbered anew."""
    door.need(events, ("timestamp",), "events", "dr.join_events")
    timed = events.assign(timestamp=clock.times(events["timestamp"], "events"))
    return timed.sort_values("timestamp", kind="stable", ignore_index=True)


def days_of(events: pd.DataFrame) -> np.ndarray:
    """When each event was: days since the first, with fractions."""
    times = events["timestamp"].to_numpy()
    return (times - times.min()) / 86_400.0


def check_sides(train: InteractionMatrix, test: InteractionMatrix) -> None:
    """Refuse sides of different shapes, a pair on both, and a test side without pairs."""
    if train.user_items.shape != test.user_items.shape:
        raise ValueError(
            f"train has the shape {train.user_items.shape}, test {test.user_items.shape}: rows and "
            "columns mean different ids. Give ids their numbers before splitting (dr.split does)."
        )
    if not test.user_items.nnz:
        raise ValueError(
            "Nothing is held out: nobody has both enough articles (min_articles) and, beside what "
            "is held out (share, k), one that stays in train; or after the cut nothing is new."
        )
    shared = pairs_in_common(train, test)
    if shared:
        raise ValueError(f"{shared:,} of the {test.user_items.nnz:,} test pairs are in train too.")


def pairs_in_common(a: InteractionMatrix, b: InteractionMatrix) -> int:
    """How many pairs are in both matrices."""
    return int(a.user_items.astype(bool).multiply(b.user_items.astype(bool)).nnz)


def count_people(matrix: InteractionMatrix) -> int:
    """How many people have a pair."""
    return int(np.count_nonzero(np.diff(matrix.user_items.indptr)))

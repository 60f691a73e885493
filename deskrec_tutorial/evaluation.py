"""Chapter 6: is it any good? Splits, metrics, comparisons, and a replay of the log.

What can be evaluated is anything with `scores(rows)`: for row numbers of the training matrix it
gives the scores of every article, float64, shape (rows, items), the higher the better. Everything
in `recommenders.py` has it.

Ties. Articles with the same score have no order, so a metric takes its mean over all orders they
could be in [1]_: of two articles tied for the last place each has half of it. Scores are compared
after rounding to nine decimals (in `replay`, where small ones count, as they are).

References
----------
.. [1] F. McSherry, M. Najork: Computing Information Retrieval Performance Measures Efficiently in
   the Presence of Tied Scores. ECIR 2008.
.. [2] K. Järvelin, J. Kekäläinen: Cumulated Gain-Based Evaluation of IR Techniques. TOIS 2002.
.. [3] M. Ge, C. Delgado-Battenfeld, D. Jannach: Beyond Accuracy: Evaluating Recommender Systems by
   Coverage and Serendipity. RecSys 2010.
.. [4] T. Zhou et al.: Solving the Apparent Diversity-Accuracy Dilemma of Recommender Systems.
   PNAS 2010.
.. [5] W. Krichene, S. Rendle: On Sampled Metrics for Item Recommendation. KDD 2020.
.. [6] B. Efron, R. Tibshirani: An Introduction to the Bootstrap. Chapman & Hall 1993.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, Protocol

import numpy as np
import pandas as pd
from scipy import sparse

from . import clock, door
from .als import check_count
from .recommendations import BLOCK, DECIMALS, blocks, kth_largest, stored_cells
from .strength import EVENT_WEIGHTS, InteractionMatrix, event_strength, index_of, pairs_of

SECONDS_A_DAY = 86_400.0


class Scorer(Protocol):
    """What can be evaluated."""

    def scores(self, rows: np.ndarray) -> np.ndarray:
        """Scores of all items, float64, shape (rows, items)."""


# ------------------------------------------------------------------ splits


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
        ``"random"``, ``"leave-k-out"`` or ``"temporal"``.
    """

    train: InteractionMatrix
    test: InteractionMatrix
    train_events: pd.DataFrame | None
    how: str

    def __post_init__(self) -> None:
        """Refuse a pair on both sides, and a test side without pairs."""
        _check_sides(self.train, self.test)

    def __repr__(self) -> str:
        return (
            f"Split({self.how}: {self.train.user_items.nnz:,} pairs to learn from, "
            f"{self.test.user_items.nnz:,} pairs of {_people(self.test):,} people held out)"
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
    how : {"random", "leave-k-out", "temporal"}
        ``"random"`` holds out `share` of the pairs. ``"leave-k-out"`` holds out `k` random pairs
        of each person. Both leave everybody one pair in train. ``"temporal"`` cuts the log where
        its last `share` of the events begins: train is all that came before, test the pairs that
        start later. It needs events, with times.
    share : float
        Above 0 and below 1.
    k : int
        For ``"leave-k-out"``.
    min_articles : int
        People with fewer articles take no part: neither side has their pairs. (Temporal: people
        with fewer before the cut are not tested, but what they read before it stays in train.)
    by_user : bool
        For ``"random"``: take `share` of each person's pairs, rounded up or down at random, rather
        than of all pairs together.
    events : pandas.DataFrame, optional
        The events behind `data`, where `data` has no times itself.
    seed : int
        Decides which pairs. The order of the rows of `data` makes no difference.
    weights, repeats
        How strengths are made of events, as in `event_strength`.

    Returns
    -------
    Split
        A ValueError if an argument is out of range, or nothing would be held out.
    """
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
    if how == "temporal":
        if events is None:
            raise ValueError('how="temporal" needs to know when: pass events (dr.join_events).')
        return _split_in_time(matrix, events, share, min_articles, weights, repeats)
    if how not in ("random", "leave-k-out"):
        raise ValueError(f'how must be "random", "leave-k-out" or "temporal", not {how!r}.')
    size = share if how == "random" else None
    train, test = _hold_out(matrix, size, k, min_articles, by_user, seed)
    return Split(train, test, None if events is None else _events_of(train, events), how)


def _hold_out(
    matrix: InteractionMatrix, share: float | None, k: int, least: int, by_user: bool, seed: int
) -> Iterator[InteractionMatrix]:
    """The train and the test side; `share` of the pairs, or `k` of each person where it is None."""
    rng = np.random.default_rng(seed)
    pairs, starts = matrix.user_items.tocoo(), matrix.user_items.indptr
    row, counts = pairs.row, np.diff(starts)
    order = np.lexsort((rng.random(pairs.nnz), row))  # person by person, shuffled
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
    return (
        door.places(rows["personId"], "personId", name, matrix.user_ids),
        door.places(rows["contentId"], "contentId", name, matrix.item_ids),
    )


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
    return (times - times.min()) / SECONDS_A_DAY


def _check_sides(train: InteractionMatrix, test: InteractionMatrix) -> None:
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
    shared = _pairs_in_common(train, test)
    if shared:
        raise ValueError(f"{shared:,} of the {test.user_items.nnz:,} test pairs are in train too.")


def _pairs_in_common(a: InteractionMatrix, b: InteractionMatrix) -> int:
    return int(a.user_items.astype(bool).multiply(b.user_items.astype(bool)).nnz)


def _people(matrix: InteractionMatrix) -> int:
    return int(np.count_nonzero(np.diff(matrix.user_items.indptr)))


# ------------------------------------------------------------------ ranking all articles


@dataclass(frozen=True)
class Evaluation:
    """What `evaluate` found.

    Attributes
    ----------
    per_user : pandas.DataFrame
        One row per person with something held out (index: personId): `held_out`, the number of
        held-out articles, and a column per metric.
    summary : pandas.DataFrame
        One row per metric: `value`, the mean over people, and `low` and `high`, the ends of its
        95 % bootstrap interval. Coverage is one number for all lists together and has no interval.
    """

    per_user: pd.DataFrame
    summary: pd.DataFrame

    def __getitem__(self, metric: str) -> float:
        """The value of one metric, such as ``result["ndcg@10"]``."""
        _check_metric(metric, self.summary.index)
        return float(self.summary["value"][metric])


def _check_metric(metric: str, names: Iterable[str]) -> None:
    if metric not in names:
        raise KeyError(f"no {metric!r} here; there are {', '.join(names)}")


def evaluate(
    recommender: Scorer,
    train: InteractionMatrix,
    test: InteractionMatrix,
    k: int | Sequence[int] = (5, 10),
    draws: int = 1000,
    seed: int = 0,
) -> Evaluation:
    """Rank, for each person, every article not read in train, and look where the held-out ones are.

    With n held-out articles, h of them among the first k::

        precision@k   h / k, however many were held out or could be ranked
        recall@k      h / n
        hit@k         1 if h > 0, else 0
        ndcg@k        sum of 1 / log2(place + 1) over the h places, divided by its largest possible
                      value, the sum over the places 1 to min(k, n)   [2]
        map@k         sum over the h places of (held-out articles up to there / place), divided by
                      min(k, n)
        novelty@k     mean of log2(people / readers) over the k articles, in bits   [4]
        coverage@k    share of all articles that are in at least one list   [3]

    A held-out article is relevant or not: its strength does not count. Somebody with nothing held
    out is left out of every mean. Where fewer than k articles can be ranked, the list is shorter.
    Tied articles share their places (see the top of this module); the lists behind novelty and
    coverage take tied articles in the order of their columns. In novelty an article without
    readers in train counts as one with one.

    Parameters
    ----------
    recommender : Scorer
        Fitted on `train`.
    train, test : InteractionMatrix
        The two sides of a split.
    k : int or sequence of int
        Lengths of the list.
    draws, seed
        Of the intervals, as in `bootstrap_interval`.

    Returns
    -------
    Evaluation
        A ValueError if train and test overlap or differ in shape, if the recommender was fitted on
        test pairs, or if its scores have the wrong shape or are not finite.
    """
    ks = _check_question(recommender, train, test, k)
    information = -np.log2(np.maximum(train.readers, 1) / max(_people(train), 1))
    parts, shown = [], np.zeros((len(ks), len(information)), dtype=bool)
    for block in blocks(test, BLOCK):
        scores = _rounded(_ask(recommender, block, train))
        scores[stored_cells(train, block)] = -np.inf
        part, listed = _judge(scores, test.user_items[block], ks, information)
        parts.append(pd.DataFrame(part, index=pd.Index(train.user_ids[block], name="personId")))
        shown |= listed
    per_user = pd.concat(parts)
    coverage = {f"coverage@{size}": covered.mean() for size, covered in zip(ks, shown, strict=True)}
    return Evaluation(per_user, _summary(per_user.drop(columns="held_out"), coverage, draws, seed))


def _ask(recommender: Scorer, rows: np.ndarray, train: InteractionMatrix) -> np.ndarray:
    """The recommender's scores, or an error if they have the wrong shape."""
    scores = np.asarray(recommender.scores(rows), dtype=np.float64)
    expected = (len(rows), train.user_items.shape[1])
    if scores.shape != expected:
        raise ValueError(
            f"scores(rows) gave the shape {scores.shape} instead of {expected}: one row per "
            "person asked for, one column per article."
        )
    return scores


def _rounded(scores: np.ndarray) -> np.ndarray:
    """A copy to compare by, or an error if there is nothing to compare."""
    if not np.isfinite(scores).all():
        raise ValueError(
            "scores(rows) holds NaN or infinite values, which have no place in a ranking. Do zero "
            "vectors get divided by their length? Give what you know nothing about a low number."
        )
    return np.round(scores, DECIMALS)


def _judge(
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


def _above_and_tied(scores: np.ndarray, own: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
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
    among_all, among_held = (_above_and_tied(every[person], own) for every in (scores, held))
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


def _summary(
    values: pd.DataFrame, coverage: Mapping[str, float], draws: int, seed: int
) -> pd.DataFrame:
    low, high = bootstrap_interval(values.to_numpy(), draws, seed=seed)
    means = pd.DataFrame({"value": values.mean(), "low": low, "high": high})
    whole = pd.DataFrame({"value": pd.Series(coverage), "low": np.nan, "high": np.nan})
    return pd.concat([means, whole]).rename_axis("metric")


def bootstrap_interval(
    values: np.ndarray, draws: int = 1000, level: float = 0.95, seed: int = 0
) -> tuple[np.ndarray, np.ndarray]:
    """How far a mean over people would move if other people had come: percentile bootstrap [6]_.

    Parameters
    ----------
    values : numpy.ndarray
        One row per person; one column per metric, or none.
    draws, seed : int
        How often as many people are drawn anew, with replacement; and the seed of the drawing.
    level : float
        Share of the drawn means between the two ends.

    Returns
    -------
    low, high : numpy.ndarray
        The ends, one number per column.
    """
    check_count(draws, "draws")
    people = len(values)
    if not people:
        raise ValueError("values has no rows: there is nobody to draw from.")
    rng = np.random.default_rng(seed)
    means = [values[rng.integers(people, size=people)].mean(axis=0) for _ in range(draws)]
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2], axis=0)
    return low, high


@dataclass(frozen=True)
class Comparison:
    """Two recommenders on the same people: how much the second is ahead of the first.

    Attributes
    ----------
    difference, low, high : float
        Mean of the metric over people, second minus first, and the ends of its 95 % interval.
    better, worse, equal : float
        Shares of the people for whom the second is better, worse, the same.
    """

    metric: str
    difference: float
    low: float
    high: float
    better: float
    worse: float
    equal: float

    def __repr__(self) -> str:
        verdict = "the interval holds zero" if self.low <= 0 <= self.high else "zero is outside"
        return (
            f"{self.metric}: {self.difference:+.4f}, 95 % interval {self.low:+.4f} to "
            f"{self.high:+.4f} ({verdict}); better for {self.better:.1%} of the people, worse for "
            f"{self.worse:.1%}, the same for {self.equal:.1%}"
        )


def compare(
    first: Evaluation, second: Evaluation, metric: str = "ndcg@10", draws: int = 2000, seed: int = 0
) -> Comparison:
    """Subtract person by person before averaging: what makes people differ cancels out.

    Parameters
    ----------
    first, second : Evaluation
        Of two recommenders on the same split.
    metric, draws, seed
        A column of `per_user`, and as in `bootstrap_interval`.

    Returns
    -------
    Comparison
        A ValueError if the two were not measured on the same held-out pairs.
    """
    a, b = first.per_user, second.per_user
    if not a["held_out"].equals(b["held_out"]):
        raise ValueError(
            "The two evaluations are of different splits. Compare on the same held-out pairs."
        )
    _check_metric(metric, a.columns[1:])
    gain = (b[metric] - a[metric]).to_numpy()
    low, high = bootstrap_interval(gain, draws, seed=seed)
    shares = (float(np.mean(part)) for part in (gain > 0, gain < 0, gain == 0))
    return Comparison(metric, float(gain.mean()), float(low), float(high), *shares)


def _check_question(
    recommender: Scorer, train: InteractionMatrix, test: InteractionMatrix, k: int | Sequence[int]
) -> list[int]:
    """The lengths asked for, ascending; an error if the question makes no sense."""
    ks = sorted(set(k)) if isinstance(k, Iterable) else [k]
    if not ks:
        raise ValueError("k is empty: say how long a list is, such as k=10 or k=(5, 10).")
    for size in ks:
        check_count(size, "k")
    _check_sides(train, test)
    _check_recommender(recommender, test)
    return ks


def _check_recommender(recommender: Scorer, test: InteractionMatrix) -> None:
    """Refuse a recommender that is not fitted, or that was fitted on what it is to be tested on."""
    fitted_on = getattr(recommender, "train", "unknown")
    if fitted_on is None:
        raise ValueError("This recommender has not been fitted: call fit(split.train) first.")
    if not isinstance(fitted_on, InteractionMatrix):
        return
    if fitted_on.user_items.shape != test.user_items.shape:
        raise ValueError(
            f"The recommender was fitted on the shape {fitted_on.user_items.shape}, the test side "
            f"has {test.user_items.shape}: fit it on the train side of the same split."
        )
    seen = _pairs_in_common(fitted_on, test)
    if seen:
        raise ValueError(
            f"The recommender has seen the answers: {seen:,} of the {test.user_items.nnz:,} "
            "held-out pairs were in what it was fitted on. Fit it on split.train alone."
        )


# ------------------------------------------------------------------ ranking among a hundred


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
    places. Easier than it looks, and it need not keep the order of two recommenders [5]_: use
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
    if average not in ("pairs", "users"):
        raise ValueError(f'average must be "pairs" or "users", not {average!r}.')
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
    ks = _check_question(recommender, train, test, k)
    if not isinstance(negatives, np.ndarray):
        negatives = draw_negatives(train, test, negatives, seed)
    if len(negatives) != test.user_items.nnz:
        raise ValueError(
            f"negatives has {len(negatives):,} rows for {test.user_items.nnz:,} held-out pairs: "
            "draw them for this split (dr.draw_negatives)."
        )
    indptr, items, counts = test.user_items.indptr, test.user_items.indices, []
    for block in blocks(test, BLOCK):
        row = np.repeat(np.arange(len(block)), np.diff(indptr)[block])
        pairs = slice(indptr[block[0]], indptr[block[-1] + 1])
        scores = _ask(recommender, block, train)
        counts.append(_among(scores, row, items[pairs], negatives[pairs]))
    above, tied = np.concatenate(counts, axis=1)[..., 0]
    hits = {f"recall@{size}": hit_share(above, tied, size) for size in ks}
    people = np.repeat(train.user_ids, np.diff(indptr))
    return pd.DataFrame(hits, index=pd.Index(people, name="personId"))


def _among(
    scores: np.ndarray, row: np.ndarray, own: np.ndarray, others: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """How many other columns score higher in a row than its own one, and how many the same."""
    start = row[:, None] * scores.shape[1]
    score = _rounded(scores.take(start + own[:, None]))
    rivals = _rounded(scores.take(start + np.maximum(others, 0)))
    rivals[others < 0] = -np.inf  # fewer than asked for
    return _above_and_tied(rivals, score)


def hit_share(above: np.ndarray, tied: np.ndarray, k: int) -> np.ndarray:
    """The chance to be among the first k below some articles and tied with some others."""
    return np.clip((k - above) / (tied + 1), 0, 1)


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


# ------------------------------------------------------------------ replaying the log


class Board:
    """What is known at one moment of a replay. What happens later cannot be reached from here.

    Attributes
    ----------
    now : float
        The moment, in days since the log began.
    position : int
        How many events came before.
    born : numpy.ndarray
        Per column, the day of the article's first event; infinity where there was none yet.
    read : numpy.ndarray
        Users × items, True where the person has touched the article so far.
    """

    def __init__(self, events: pd.DataFrame, matrix: InteractionMatrix) -> None:
        self._times = days_of(events)
        self._rows, self._columns = cells(events, matrix)
        self._last = np.zeros(len(matrix.item_ids))  # day of each article's last event
        self._faded: dict[float, np.ndarray] = {}  # popularity on that day, by half-life
        self._lengths = np.zeros(len(matrix.user_ids))  # articles read, by person
        self.position = 0
        self.now = 0.0
        self.born = np.full(len(matrix.item_ids), np.inf)
        self.read = np.zeros(matrix.user_items.shape, dtype=bool)
        self._read_by = np.zeros(self.read.shape[::-1], dtype=bool)  # the same, items × users

    def popularity(self, half_life: float) -> np.ndarray:
        """Events per article so far, each halved for every `half_life` days of its age.

        With ``half_life=float("inf")`` every event counts 1.
        """
        if half_life not in self._faded:
            past = slice(self.position)
            weight = 0.5 ** ((self._last[self._columns[past]] - self._times[past]) / half_life)
            self._faded[half_life] = np.bincount(self._columns[past], weight, len(self.born))
        return self._faded[half_life] * np.exp2((self._last - self.now) / half_life)

    def popularity_among(self, row: int, half_life: float) -> np.ndarray:
        """The same, but each event counts by how alike its reader and this person are.

        Alike: the cosine of what the two have read so far. The last ten half-lives count.
        """
        mine = np.flatnonzero(self.read[row])
        shared = self._read_by[mine].sum(axis=0)
        alike = shared / np.sqrt(np.maximum(self._lengths * len(mine), 1))
        first = np.searchsorted(self._times[: self.position], self.now - 10 * half_life)
        past = slice(first, self.position)
        weight = alike[self._rows[past]] * 0.5 ** ((self.now - self._times[past]) / half_life)
        return np.bincount(self._columns[past], weight, len(self.born))

    def candidates(self, row: int) -> np.ndarray:
        """True for the articles that somebody has opened by now, but not this person."""
        return np.isfinite(self.born) & ~self.read[row]

    def _next(self) -> tuple[int, int]:
        """Move to the moment of the next event, without taking note of it."""
        self.now = float(self._times[self.position])
        return int(self._rows[self.position]), int(self._columns[self.position])

    def _note(self, row: int, column: int) -> None:
        """Take note of the event."""
        for half_life, faded in self._faded.items():
            faded[column] *= 0.5 ** ((self.now - self._last[column]) / half_life)
            faded[column] += 1
        self._last[column] = self.now
        self.born[column] = min(self.born[column], self.now)
        self._lengths[row] += not self.read[row, column]
        self.read[row, column] = self._read_by[column, row] = True
        self.position += 1


BoardScorer = Callable[[Board, int], np.ndarray]  # a board and a row → one number per article


def replay(
    events: pd.DataFrame,
    scorers: Mapping[str, BoardScorer],
    start: float = 0.9,
    stop: float = 1.0,
    k: int = 10,
) -> pd.DataFrame:
    """Go through the log event by event, and ask before each reading whether it was foreseen.

    A reading is the first event of a person on an article. What could be recommended at that
    moment is what had been opened by then and not by this person. The first reader of an article
    therefore counts as a miss: no log can know of an article before somebody opens it.

    Parameters
    ----------
    events : pandas.DataFrame
        As `join_events` returns them, of whatever types; sorted by time here, equal times in the
        given order.
    scorers : mapping of str to callable
        Name → function of a `Board` and the person's row, giving one number per article. Rows and
        columns are those of ``InteractionMatrix.from_strength(event_strength(events))``: people
        and articles in ascending order of their ids.
    start, stop : float
        The window to measure, as shares of the log. What came before is only noted.
    k : int
        Length of the list.

    Returns
    -------
    pandas.DataFrame
        One row per reading in the window: `timestamp`, `personId`, `contentId`, `first_reader`,
        and per scorer the chance that the article was among the first k (0 or 1, in between
        only where articles are tied). The mean of such a column is hit@k.
    """
    check_count(k, "k")
    found = []
    for board, row, column in moments(events, start, stop):
        found.append([board.position, *_chances(board, scorers, row, column, k)])
    chances = pd.DataFrame(found, columns=["position", "first_reader", *scorers])
    ordered = in_order(events).loc[chances.pop("position"), ["timestamp", "personId", "contentId"]]
    return pd.concat([ordered.reset_index(drop=True), chances], axis=1)


def moments(
    events: pd.DataFrame, start: float = 0.9, stop: float = 1.0
) -> Iterator[tuple[Board, int, int]]:
    """The moments just before each reading in a window, as in `replay`, without the measuring.

    Yields
    ------
    board, row, column
        What is known, who is about to read, and what. The board is the same object each time.
    """
    if not 0 <= start < stop <= 1:
        raise ValueError(f"start and stop must rise within 0 to 1, not {start!r} and {stop!r}.")
    events = in_order(events)
    board = Board(events, pairs_of(events))
    first = round(start * len(events))
    while board.position < round(stop * len(events)):
        row, column = board._next()
        if board.position >= first and not board.read[row, column]:
            yield board, row, column
        board._note(row, column)


def _chances(
    board: Board, scorers: Mapping[str, BoardScorer], row: int, column: int, k: int
) -> list[float]:
    """Whether this is an article's first reader, and each scorer's chance of a hit."""
    if not np.isfinite(board.born[column]):
        return [True, *(0.0 for _ in scorers)]
    candidates, chances = board.candidates(row), []
    for name, scorer in scorers.items():
        scores = np.asarray(scorer(board, row))
        if scores.shape != candidates.shape or np.isnan(scores[candidates]).any():
            raise ValueError(
                f"The scorer {name!r} must give one number for each of the {len(candidates):,} "
                f"articles; it gave the shape {scores.shape}, or NaN among them."
            )
        above, tied = _above_and_tied(scores[None, candidates], scores[column])
        chances.append(hit_share(above, tied - 1, k).item())  # it is tied with itself
    return [False, *chances]

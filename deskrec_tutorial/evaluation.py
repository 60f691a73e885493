"""Chapter 6: is it any good? Splits, metrics, comparisons, and a replay of the log.

What can be evaluated is anything with `scores(rows)`: for row numbers of the training matrix it
gives the scores of every article, float64, shape (rows, items), the higher the better. Everything
in `recommenders.py` has it.

Ties. Articles with the same score have no order, so a metric takes its mean over all orders they
could be in (McSherry & Najork [1]_): of two articles tied for the last place each has half of it.
Scores are compared after rounding to nine decimals.

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

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
import pandas as pd
from scipy import sparse

from .als import check_count
from .recommendations import DECIMALS
from .strength import InteractionMatrix, UnknownIdError, _no_such_id, event_strength

BLOCK = 200  # users whose scores are in memory at once
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
        people = int(np.count_nonzero(np.diff(self.test.user_items.indptr)))
        return (
            f"Split({self.how}: {self.train.user_items.nnz:,} pairs to learn from, "
            f"{self.test.user_items.nnz:,} pairs of {people:,} people held out)"
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
) -> Split:
    """Hold readings out. Ids get their rows and columns first, so both sides have one shape.

    Parameters
    ----------
    data : pandas.DataFrame or InteractionMatrix
        Events (`join_events`), strengths (`event_strength`), or a matrix, such as the train side
        of another split: that is how to tune without touching what is held out.
    how : {"random", "leave-k-out", "temporal"}
        ``"random"`` holds out `share` of the pairs. ``"leave-k-out"`` holds out `k` random pairs
        of each person. ``"temporal"`` cuts the log where its last `share` of the events begins:
        train is all that came before, test the pairs that start later. It needs events.
    share : float
        Above 0 and below 1.
    k : int
        For ``"leave-k-out"``.
    min_articles : int
        People with fewer articles take no part: neither side has their pairs. (Temporal: people
        with fewer before the cut are not tested, but what they read before it stays in train.)
    by_user : bool
        For ``"random"``: take `share` of each person's pairs, rounded up or down at random, rather
        than of all pairs together. One pair of each person always stays in train.
    events : pandas.DataFrame, optional
        The events behind `data`, where `data` has no times itself.
    seed : int
        Decides which pairs. The order of the rows of `data` makes no difference.

    Returns
    -------
    Split

    Raises
    ------
    ValueError
        If an argument is out of range, or nothing would be held out.
    """
    if not 0 < share < 1:
        raise ValueError(f"share must lie between 0 and 1, not {share!r}.")
    check_count(k, "k")
    check_count(min_articles, "min_articles")
    if isinstance(data, pd.DataFrame) and {"eventType", "timestamp"} <= set(data.columns):
        data, events = event_strength(data), data
    matrix = InteractionMatrix.from_strength(data) if isinstance(data, pd.DataFrame) else data
    if how == "temporal":
        return _split_in_time(matrix, events, share, min_articles)
    if how not in ("random", "leave-k-out"):
        raise ValueError(f'how must be "random", "leave-k-out" or "temporal", not {how!r}.')
    size = share if how == "random" else None
    train, test = _hold_out(matrix, size, k, min_articles, by_user, np.random.default_rng(seed))
    return Split(train, test, None if events is None else _events_of(train, events), how)


def _hold_out(
    matrix: InteractionMatrix,
    share: float | None,
    k: int,
    least: int,
    by_user: bool,
    rng: np.random.Generator,
) -> tuple[InteractionMatrix, InteractionMatrix]:
    pairs = sparse.coo_matrix(matrix.user_items)
    counts = np.bincount(pairs.row, minlength=pairs.shape[0])
    order = np.lexsort((rng.random(pairs.nnz), pairs.row))  # person by person, shuffled
    row, of = pairs.row[order], np.repeat(counts, counts)
    place = np.arange(pairs.nnz) - np.repeat(np.cumsum(counts) - counts, counts)
    takes_part = of >= least
    if share is None:
        held = place < k
    elif by_user:
        # The share of n pairs, rounded up or down at random so that it is right on average.
        held = place < np.floor(counts * share + rng.random(len(counts)))[row]
    else:
        held = np.zeros(pairs.nnz, dtype=bool)
        held[rng.permutation(np.flatnonzero(takes_part))[: round(share * takes_part.sum())]] = True
    all_held = np.bincount(row, held, pairs.shape[0]) == counts
    held &= ~(all_held[row] & (place == of - 1))
    return (
        _some_pairs(matrix, pairs, order[takes_part & ~held]),
        _some_pairs(matrix, pairs, order[takes_part & held]),
    )


def _some_pairs(
    matrix: InteractionMatrix, pairs: sparse.coo_matrix, which: np.ndarray
) -> InteractionMatrix:
    values = pairs.data[which], (pairs.row[which], pairs.col[which])
    return replace(matrix, user_items=sparse.csr_matrix(values, shape=pairs.shape))


def _split_in_time(
    matrix: InteractionMatrix, events: pd.DataFrame | None, share: float, least: int
) -> Split:
    if events is None:
        raise ValueError('how="temporal" needs to know when: pass events (dr.join_events).')
    times = np.sort(events["timestamp"].to_numpy())
    early = events["timestamp"] < times[round((1 - share) * len(times))]
    train, after = (place(event_strength(events[part]), matrix) for part in (early, ~early))
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
        Of the same shape, with these strengths.

    Raises
    ------
    KeyError
        If an id is not in the matrix.
    """
    rows = _positions(matrix.user_ids, strength["personId"], "personId")
    columns = _positions(matrix.item_ids, strength["contentId"], "contentId")
    values = strength["eventStrength"].to_numpy(dtype=np.float64), (rows, columns)
    return replace(matrix, user_items=sparse.csr_matrix(values, shape=matrix.user_items.shape))


def _positions(ids: np.ndarray, wanted: pd.Series, name: str) -> np.ndarray:
    found = np.minimum(np.searchsorted(ids, wanted.to_numpy()), len(ids) - 1)
    strange = ids[found] != wanted.to_numpy()
    if strange.any():
        raise UnknownIdError(_no_such_id(ids, int(wanted[strange].iloc[0]), name))
    return found


def _events_of(matrix: InteractionMatrix, events: pd.DataFrame) -> pd.DataFrame:
    """The events on the pairs of a matrix, and no others."""
    rows, columns = matrix.user_items.nonzero()
    pairs = pd.MultiIndex.from_arrays([matrix.user_ids[rows], matrix.item_ids[columns]])
    of_event = pd.MultiIndex.from_frame(events[["personId", "contentId"]])
    return events[of_event.isin(pairs)]


def _check_sides(train: InteractionMatrix, test: InteractionMatrix) -> None:
    if train.user_items.shape != test.user_items.shape:
        raise ValueError(
            f"train has the shape {train.user_items.shape}, test {test.user_items.shape}: rows and "
            "columns mean different ids. Give ids their numbers before splitting (dr.split does)."
        )
    if not test.user_items.nnz:
        raise ValueError(
            "Nothing is held out. Is share too small, or does nobody have min_articles articles?"
        )
    shared = _pairs_in_common(train, test)
    if shared:
        raise ValueError(f"{shared:,} of the {test.user_items.nnz:,} test pairs are in train too.")


def _pairs_in_common(a: InteractionMatrix, b: InteractionMatrix) -> int:
    return int(a.user_items.astype(bool).multiply(b.user_items.astype(bool)).nnz)


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
        if metric not in self.summary.index:
            raise KeyError(f"no {metric!r} here; there are {', '.join(self.summary.index)}")
        return float(self.summary["value"][metric])


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
    draws : int
        Resamplings of people for the intervals.
    seed : int
        Of the resampling.

    Returns
    -------
    Evaluation

    Raises
    ------
    ValueError
        If train and test overlap or have different shapes, if the recommender was fitted on test
        pairs, or if its scores have the wrong shape or are not finite.
    """
    ks = _check_ks(k)
    _check_sides(train, test)
    _check_recommender(recommender, test)
    held_out = np.diff(test.user_items.indptr)
    rows = np.flatnonzero(held_out)
    information = -np.log2(np.maximum(train.readers, 1) / max(_people(train), 1))
    parts, covered = [], {size: np.zeros(len(information), dtype=bool) for size in ks}
    for block in _blocks(rows):
        scores = _rounded(_ask(recommender, block, train))
        scores[train.user_items[block].nonzero()] = -np.inf
        edges = {size: _kth_largest(scores, size) for size in ks}
        part = _accuracy(scores, test.user_items[block], edges)
        for size in ks:
            part[f"novelty@{size}"], listed = _novelty(scores, edges[size], size, information)
            covered[size] |= listed
        parts.append(part)
    per_user = pd.concat([pd.DataFrame(part) for part in parts], ignore_index=True)
    per_user.insert(0, "held_out", held_out[rows])
    per_user.index = pd.Index(train.user_ids[rows], name="personId")
    coverage = {f"coverage@{size}": float(covered[size].mean()) for size in ks}
    return Evaluation(per_user, _summary(per_user.drop(columns="held_out"), coverage, draws, seed))


def _people(train: InteractionMatrix) -> int:
    return int(np.count_nonzero(np.diff(train.user_items.indptr)))


def _blocks(rows: np.ndarray) -> Iterator[np.ndarray]:
    for start in range(0, len(rows), BLOCK):
        yield rows[start : start + BLOCK]


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


def _kth_largest(scores: np.ndarray, k: int) -> np.ndarray:
    """The k-th largest score of each row; -inf where there are fewer than k."""
    if k > scores.shape[1]:
        return np.full(len(scores), -np.inf)
    return np.partition(scores, -k, axis=1)[:, -k]


def _accuracy(
    scores: np.ndarray, test: sparse.csr_matrix, edges: Mapping[int, np.ndarray]
) -> dict[str, np.ndarray]:
    """The metrics of a block of people that look at the held-out articles' places."""
    person, item = test.nonzero()
    own = scores[person, item]
    near = own >= edges[max(edges)][person]  # the others are behind the first k for sure
    places = _Places.of(scores, person[near], own[near])
    n = np.diff(test.indptr)
    found: dict[str, np.ndarray] = {}
    for k in edges:
        total = places.totals(k, len(n))
        best = np.cumsum(_discount(k))[np.minimum(k, n) - 1]
        found |= {
            f"precision@{k}": total["hits"] / k,
            f"recall@{k}": total["hits"] / n,
            f"hit@{k}": total["hit"],
            f"ndcg@{k}": total["dcg"] / best,
            f"map@{k}": total["precisions"] / np.minimum(k, n),
        }
    return found


def _discount(k: int) -> np.ndarray:
    return 1 / np.log2(np.arange(k) + 2)


@dataclass(frozen=True)
class _Places:
    """Where held-out articles stand. Each is tied with others of its score, itself counted."""

    person: np.ndarray
    above: np.ndarray  # articles with a higher score
    tied: np.ndarray  # articles with this score
    held_above: np.ndarray  # the same two, held-out articles only
    held_tied: np.ndarray

    @classmethod
    def of(cls, scores: np.ndarray, person: np.ndarray, own: np.ndarray) -> _Places:
        """Count what is above and beside each held-out article."""
        order = np.lexsort((-own, person))
        person, own = person[order], own[order]
        theirs = scores[person]
        above, tied = (theirs > own[:, None]).sum(axis=1), (theirs == own[:, None]).sum(axis=1)
        place = np.arange(len(own))
        new_person = np.diff(person, prepend=-1) != 0
        new_group = new_person | (np.diff(own, prepend=np.inf) != 0)
        first = np.maximum.accumulate(np.where(new_group, place, 0))
        start = np.maximum.accumulate(np.where(new_person, place, 0))
        group = np.cumsum(new_group) - 1
        return cls(person, above, tied, first - start, np.bincount(group)[group])

    def totals(self, k: int, people: int) -> dict[str, np.ndarray]:
        """Sums per person, means over the orders of tied articles (McSherry & Najork 2008)."""
        place = np.arange(k)
        inside = (place >= self.above[:, None]) & (place < (self.above + self.tied)[:, None])
        chance = inside / self.tied[:, None]  # to stand at each of the first k places
        # Held-out articles up to a place, given that this one stands there.
        others = (place - self.above[:, None]) * (
            (self.held_tied - 1) / np.maximum(self.tied - 1, 1)
        )[:, None]
        up_to = self.held_above[:, None] + 1 + others
        each = {
            "hits": chance.sum(axis=1),
            "dcg": chance @ _discount(k),
            "precisions": (chance * up_to / (place + 1)).sum(axis=1),
        }
        totals = {name: np.bincount(self.person, value, people) for name, value in each.items()}
        missed = np.ones(people)
        np.minimum.at(missed, self.person, self._chance_of_none(k))
        return totals | {"hit": 1 - missed}

    def _chance_of_none(self, k: int) -> np.ndarray:
        """The chance that no held-out article of this score is among the first k."""
        slots = np.clip(k - self.above, 0, self.tied)
        chance = np.ones(len(self.above))
        for drawn in range(k):  # the slots are filled one by one
            others = np.maximum(self.tied - self.held_tied - drawn, 0)
            left = np.maximum(self.tied - drawn, 1)
            chance *= np.where(drawn < slots, others / left, 1.0)
        return chance


def _novelty(
    scores: np.ndarray, edge: np.ndarray, k: int, information: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Mean information of each row's first k articles, and which articles are in any list."""
    listed = (scores >= edge[:, None]) & (scores > -np.inf)
    crowded = np.flatnonzero(listed.sum(axis=1) > k)  # ties at the end of the list
    level = scores[crowded] == edge[crowded, None]
    room = k - (scores[crowded] > edge[crowded, None]).sum(axis=1, keepdims=True)
    listed[crowded] &= ~(level & (np.cumsum(level, axis=1) > room))
    novelty = listed @ information / np.maximum(listed.sum(axis=1), 1)
    return novelty, np.asarray(listed.any(axis=0))


def _summary(
    per_user: pd.DataFrame, coverage: Mapping[str, float], draws: int, seed: int
) -> pd.DataFrame:
    low, high = bootstrap_interval(per_user.to_numpy(), draws, seed=seed)
    summary = pd.DataFrame(
        {"value": per_user.mean(), "low": low, "high": high}, index=per_user.columns
    )
    whole = pd.DataFrame({"value": pd.Series(coverage), "low": np.nan, "high": np.nan})
    return pd.concat([summary, whole]).rename_axis("metric")


def bootstrap_interval(
    values: np.ndarray, draws: int = 1000, level: float = 0.95, seed: int = 0
) -> tuple[np.ndarray, np.ndarray]:
    """How far a mean over people would move if other people had come: percentile bootstrap [6]_.

    Parameters
    ----------
    values : numpy.ndarray
        One row per person; one column per metric, or none.
    draws : int
        How often as many people are drawn anew, with replacement.
    level : float
        Share of the drawn means between the two ends.
    seed : int
        Of the drawing.

    Returns
    -------
    low, high : numpy.ndarray
        The ends, one number per column.
    """
    check_count(draws, "draws")
    if len(values) == 0:
        raise ValueError("values has no rows: there is nobody to draw from.")
    rng = np.random.default_rng(seed)
    people = len(values)
    means = [values[rng.integers(people, size=people)].mean(axis=0) for _ in range(draws)]
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2], axis=0)
    return low, high


@dataclass(frozen=True)
class Comparison:
    """Two recommenders on the same people: how much the second is ahead of the first.

    Attributes
    ----------
    metric : str
        What was compared.
    difference, low, high : float
        Mean over people of second minus first, and the ends of its 95 % bootstrap interval.
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
    first: Evaluation,
    second: Evaluation,
    metric: str = "ndcg@10",
    draws: int = 2000,
    seed: int = 0,
) -> Comparison:
    """Subtract person by person before averaging: what makes people differ cancels out.

    Parameters
    ----------
    first, second : Evaluation
        Of two recommenders on the same split.
    metric : str
        A column of `per_user`.
    draws, seed : int
        Of the bootstrap over people.

    Returns
    -------
    Comparison

    Raises
    ------
    ValueError
        If the two were not measured on the same people.
    """
    a, b = first.per_user, second.per_user
    if not (a.index.equals(b.index) and a["held_out"].equals(b["held_out"])):
        raise ValueError(
            "The two evaluations are of different splits. Compare on the same held-out pairs."
        )
    if metric not in a.columns:
        raise KeyError(f"no {metric!r} here; there are {', '.join(a.columns[1:])}")
    gain = (b[metric] - a[metric]).to_numpy()
    low, high = bootstrap_interval(gain, draws, seed=seed)
    shares = (float(np.mean(part)) for part in (gain > 0, gain < 0, gain == 0))
    return Comparison(metric, float(gain.mean()), float(low), float(high), *shares)


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
    places. Easier than it looks, and it need not keep the order of two recommenders
    (Krichene & Rendle [5]_): use `evaluate`, unless you want to compare with such a table.

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
    if average == "users":
        hits = hits.groupby(level="personId").mean()
    return hits.mean()


def sampled_hits(
    recommender: Scorer,
    train: InteractionMatrix,
    test: InteractionMatrix,
    k: int | Sequence[int] = (5, 10),
    negatives: int | np.ndarray = 100,
    seed: int = 0,
) -> pd.DataFrame:
    """What `sampled_recall` is the mean of: one row per held-out pair.

    Parameters
    ----------
    recommender, train, test, k, negatives, seed
        As in `sampled_recall`.

    Returns
    -------
    pandas.DataFrame
        ``recall@k`` for each k: 1 where the article was among the first k, 0 where it was not, in
        between where ties leave it open. Index: personId.
    """
    ks = _check_ks(k)
    _check_sides(train, test)
    _check_recommender(recommender, test)
    if not isinstance(negatives, np.ndarray):
        negatives = draw_negatives(train, test, negatives, seed)
    above, tied = _above_and_tied(recommender, train, test, negatives)
    hits = {f"recall@{size}": np.clip((size - above) / (tied + 1), 0, 1) for size in ks}
    people = np.repeat(train.user_ids, np.diff(test.user_items.indptr))
    return pd.DataFrame(hits, index=pd.Index(people, name="personId"))


def _above_and_tied(
    recommender: Scorer, train: InteractionMatrix, test: InteractionMatrix, negatives: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """How many negatives score higher than each held-out article, and how many the same."""
    indptr, items = test.user_items.indptr, test.user_items.indices
    if negatives.shape[0] != len(items):
        raise ValueError(
            f"negatives has {len(negatives):,} rows for {len(items):,} held-out pairs: draw them "
            "for this split (dr.draw_negatives)."
        )
    above, tied = [], []
    for block in _blocks(np.flatnonzero(np.diff(indptr))):
        scores = _ask(recommender, block, train)
        pairs = slice(indptr[block[0]], indptr[block[-1] + 1])
        start = np.repeat(np.arange(len(block)), np.diff(indptr)[block])[:, None] * scores.shape[1]
        others = negatives[pairs]
        own = _rounded(scores.take(start + items[pairs, None]))
        rivals = _rounded(scores.take(start + np.maximum(others, 0)))
        rivals[others < 0] = -np.inf  # fewer than asked for
        above.append((rivals > own).sum(axis=1))
        tied.append((rivals == own).sum(axis=1))
    return np.concatenate(above), np.concatenate(tied)


def draw_negatives(
    train: InteractionMatrix, test: InteractionMatrix, n: int = 100, seed: int = 0
) -> np.ndarray:
    """For each held-out pair, n articles that the person touched neither in train nor in test.

    Parameters
    ----------
    train, test : InteractionMatrix
        The two sides of a split.
    n : int
        How many, all different.
    seed : int
        Of the drawing.

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
    touched = sparse.csr_matrix(train.user_items + test.user_items)
    for row in np.flatnonzero(np.diff(indptr)):
        untouched = np.ones(touched.shape[1], dtype=bool)
        untouched[touched.indices[touched.indptr[row] : touched.indptr[row + 1]]] = False
        free = np.flatnonzero(untouched)
        for pair in range(indptr[row], indptr[row + 1]):
            drawn[pair, : len(free)] = rng.choice(free, min(n, len(free)), replace=False)
    return drawn


def _check_ks(k: int | Sequence[int]) -> tuple[int, ...]:
    ks = (k,) if isinstance(k, (int, np.integer)) else tuple(k)
    if not ks:
        raise ValueError("k is empty: say how long a list is, such as k=10 or k=(5, 10).")
    for size in ks:
        check_count(size, "k")
    return tuple(sorted(set(ks)))


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
        times = events["timestamp"].to_numpy()
        self._times = (times - times[0]) / SECONDS_A_DAY
        self._rows = np.searchsorted(matrix.user_ids, events["personId"].to_numpy())
        self._columns = np.searchsorted(matrix.item_ids, events["contentId"].to_numpy())
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


def replay(
    events: pd.DataFrame,
    scorers: Mapping[str, Callable[[Board, int], np.ndarray]],
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
        As `join_events` returns them; sorted by time here, equal times in the given order.
    scorers : mapping of str to callable
        Name → function of a `Board` and the person's row, giving one number per article. Rows and
        columns are those of ``InteractionMatrix.from_strength(event_strength(events))``.
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
    ordered = _in_order(events).loc[chances.pop("position"), ["timestamp", "personId", "contentId"]]
    return pd.concat([ordered.reset_index(drop=True), chances], axis=1)


def moments(
    events: pd.DataFrame, start: float = 0.9, stop: float = 1.0
) -> Iterator[tuple[Board, int, int]]:
    """The moments just before each reading, one by one: `replay` without the measuring.

    Parameters
    ----------
    events, start, stop
        As in `replay`.

    Yields
    ------
    board, row, column
        What is known, who is about to read, and what. The board is the same object each time.
    """
    if not 0 <= start < stop <= 1:
        raise ValueError(f"start and stop must rise within 0 to 1, not {start!r} and {stop!r}.")
    events = _in_order(events)
    board = Board(events, InteractionMatrix.from_strength(event_strength(events)))
    first = round(start * len(events))
    while board.position < round(stop * len(events)):
        row, column = board._next()
        if board.position >= first and not board.read[row, column]:
            yield board, row, column
        board._note(row, column)


def _in_order(events: pd.DataFrame) -> pd.DataFrame:
    return events.sort_values("timestamp", kind="stable", ignore_index=True)


def _chances(
    board: Board,
    scorers: Mapping[str, Callable[[Board, int], np.ndarray]],
    row: int,
    column: int,
    k: int,
) -> list[float]:
    """Whether this is an article's first reader, and each scorer's chance of a hit."""
    if not np.isfinite(board.born[column]):
        return [True, *(0.0 for _ in scorers)]
    candidates, chances = board.candidates(row), []
    for scorer in scorers.values():
        scores = scorer(board, row)
        above = np.count_nonzero((scores > scores[column]) & candidates)
        tied = np.count_nonzero((scores == scores[column]) & candidates)
        chances.append(min(max((k - above) / tied, 0.0), 1.0))
    return [False, *chances]

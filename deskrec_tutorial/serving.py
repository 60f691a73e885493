"""Chapter 8: from notebook to product. Pages rearranged, newcomers found, an index timed.

References
----------
.. [1] Y. Malkov, D. Yashunin: Efficient and Robust Approximate Nearest Neighbor Search Using
   Hierarchical Navigable Small World Graphs. TPAMI 2020.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from .data import REMOVED, ClickStream
from .recommendations import DECIMALS
from .recommenders import Recommender
from .splits import in_order, place
from .strength import InteractionMatrix, pairs_of


def removal_days(clicks: ClickStream, events: pd.DataFrame) -> np.ndarray:
    """Per article, the day of its first removal, counted as on the `Board` of a replay.

    Infinity for what was never removed, and for all where the table of articles has no times.

    Parameters
    ----------
    clicks : ClickStream
        Whose articles may have rows "CONTENT REMOVED".
    events : pandas.DataFrame
        What is replayed, as `join_events` returns it.
    """
    columns = ["eventType", "contentId", "timestamp"]
    gone = clicks.articles.reindex(columns=columns)
    gone = gone[gone["eventType"] == REMOVED]
    first = gone.groupby("contentId")["timestamp"].min().reindex(pairs_of(events).item_ids)
    days: np.ndarray = ((first - events["timestamp"].min()) / 86_400).fillna(np.inf).to_numpy()
    return days


@dataclass(eq=False)
class Rearranged(Recommender):
    """The first places of another recommender's lists, in an order that a function chooses.

    Parameters
    ----------
    recommender : Recommender
        Fitted already.
    choose : callable
        Takes the scores of a person's best unread articles, the highest first, and their columns;
        gives the places, counted from 0, of those to show, the first one first.
    pool : int
        How many articles it may choose from.

    Attributes
    ----------
    lists : dict of int to numpy.ndarray
        By row, the columns chosen so far.
    """

    recommender: Recommender
    choose: Callable[[np.ndarray, np.ndarray], list[int]]
    pool: int = 50
    lists: dict[int, np.ndarray] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        train = self.recommender.train
        if train is None:
            raise ValueError("Fit the recommender before its lists are rearranged.")
        self.train, self._read = train, train.user_items

    def scores(self, rows: np.ndarray) -> np.ndarray:
        scores = np.array(self.recommender.scores(rows))  # they are changed below
        unread = np.where(self._read[rows].toarray() > 0, -np.inf, scores)
        pools = np.argsort(-unread.round(DECIMALS), axis=1, kind="stable")[:, : self.pool]
        for row, own, new, pool in zip(rows.tolist(), scores, unread, pools, strict=True):
            pool = pool[new[pool] > -np.inf]  # those who have read nearly all have fewer
            shown = pool[self.choose(own[pool], pool)]
            self.lists[row] = shown
            own[shown] = own.max() + np.arange(len(shown), 0, -1)
        return scores


def first_readings(
    events: pd.DataFrame, matrix: InteractionMatrix, key: str, new: np.ndarray, n: int
) -> InteractionMatrix:
    """All pairs, each with strength 1, but of some articles or people only the first n readings.

    Parameters
    ----------
    events : pandas.DataFrame
        As `join_events` returns them.
    matrix : InteractionMatrix
        Whose rows and columns are taken.
    key : {"contentId", "personId"}
        Of what the ids are.
    new : numpy.ndarray
        The ids of those who are new.
    n : int
        From 0.
    """
    firsts = in_order(events).drop_duplicates(["personId", "contentId"]).assign(eventStrength=1.0)
    kept = (firsts.groupby(key).cumcount() < n) | ~firsts[key].isin(new)
    return place(firsts[kept], matrix)


def auc(scores: np.ndarray, wanted: np.ndarray, known: np.ndarray) -> float:
    """The chance that something wanted scores above something that is not, a mean over rows.

    Of what takes part, each row needs something that is wanted and something that is not.

    Parameters
    ----------
    scores : numpy.ndarray
        One row per article (or person), one column per person (or article).
    wanted, known : numpy.ndarray
        True for what is to be found, and for what was known before and takes no part.
    """
    from sklearn.metrics import roc_auc_score

    rows: Iterable = zip(scores, wanted, ~known, strict=True)
    return float(np.mean([roc_auc_score(want[rest], score[rest]) for score, want, rest in rows]))


def likeness(vectors: np.ndarray) -> float:
    """The mean cosine of two different articles of a list; `vectors` are theirs, of length 1."""
    return float((vectors @ vectors.T)[np.triu_indices(len(vectors), k=1)].mean())


@dataclass(frozen=True)
class Race:
    """An index beside brute force: milliseconds per answer, seconds to build, and recall@10.

    Without the package `voyager` there is brute force alone, and NaN for the rest.
    """

    articles: int
    effort: int
    brute: float
    index: float
    recall: float
    built: float

    def __str__(self) -> str:
        slow = f"{self.articles:>9,} articles: brute force {self.brute:.3f} ms"
        if np.isnan(self.index):
            return f"{slow} (an index needs the package voyager: pip install voyager)"
        found = f"index {self.index:.3f} ms with recall {self.recall:.2f}"
        return f"{slow}, {found}, built in {self.built:.1f} s"


def race(
    ours: np.ndarray, people: np.ndarray, size: int, efforts: Sequence[int] = (100,)
) -> list[Race]:
    """Time the ten best of a catalogue of some size, by brute force and by an HNSW index [1]_.

    On one thread, in float32. The index needs `voyager` (the extra ``index``).

    Parameters
    ----------
    ours : numpy.ndarray
        Vectors of articles. The catalogue is drawn from them, each number changed by some 30 %.
    people : numpy.ndarray
        Vectors of those who ask.
    size : int
        Articles in the catalogue.
    efforts : sequence of int
        How many articles the index keeps in sight while it searches; a race for each.
    """
    rng = np.random.default_rng(0)
    articles = ours[rng.integers(len(ours), size=size)].astype(np.float32)
    articles *= 1 + 0.3 * rng.standard_normal(articles.shape, np.float32)
    asking = people.astype(np.float32)
    with threadpool_limits(1, "blas"):
        exact, slow = _timed(lambda x: np.argpartition(-(articles @ x), 10)[:10], asking)
        try:
            from voyager import Index, Space
        except ModuleNotFoundError:
            return [Race(size, 0, slow, np.nan, np.nan, np.nan)]
        index = Index(
            Space.InnerProduct, articles.shape[1], M=16, ef_construction=200, random_seed=1
        )
        start = time.perf_counter()
        index.add_items(articles, num_threads=1)
        built, races = time.perf_counter() - start, []
        for effort in efforts:
            near, fast = _timed(partial(_ten, index, effort), asking)
            recall = np.mean([np.isin(*two).mean() for two in zip(exact, near, strict=True)])
            races.append(Race(size, effort, slow, fast, float(recall), built))
    return races


def _ten(index: Any, effort: int, person: np.ndarray) -> np.ndarray:
    return np.asarray(index.query(person, k=10, query_ef=effort)[0])


def _timed(
    answer: Callable[[np.ndarray], np.ndarray], people: np.ndarray
) -> tuple[list[np.ndarray], float]:
    """The answers, and the median time of one in milliseconds."""
    answers, took = [], []
    for person in people:
        start = time.perf_counter()
        answers.append(answer(person))
        took.append(time.perf_counter() - start)
    return answers, 1000 * float(np.median(took))

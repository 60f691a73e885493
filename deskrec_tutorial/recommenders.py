"""Chapter 6: recommenders to compare, from a coin toss to a blend, on one small interface::

    recommender = Popularity().fit(train)
    recommender.scores(rows)        # one row per person asked for, one column per article

`fit` takes the train side of a split and, for those that look at the clock, the events behind it
(`split.train_events`). Scores have no unit; they order one person's articles.

References
----------
.. [1] P. Cremonesi, Y. Koren, R. Turrin: Performance of Recommender Algorithms on Top-N
   Recommendation Tasks. RecSys 2010. (SVD of the matrix with zeros.)
.. [2] H. Steck: Embarrassingly Shallow Autoencoders for Sparse Data. WWW 2019. (EASE.)
.. [3] S. Rendle et al.: BPR: Bayesian Personalized Ranking from Implicit Feedback. UAI 2009.
.. [4] B. Sarwar et al.: Item-Based Collaborative Filtering Recommendation Algorithms. WWW 2001.
.. [5] P. Lops, M. de Gemmis, G. Semeraro: Content-Based Recommender Systems. Recommender Systems
   Handbook, 2011.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Self

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.sparse.linalg import svds
from threadpoolctl import threadpool_limits

from . import door
from .als import check_number, fit_als
from .splits import cells, days_of, in_order
from .strength import InteractionMatrix

VALUES: dict[str, Callable] = {
    "strength": np.positive,
    "log": lambda r: np.log2(1 + r),
    "binary": np.ones_like,
}


class Recommender:
    """What all of them share: `fit`, then `scores`.

    Scores are a product, unless a class says otherwise: numbers that `_learn` finds for each
    person, times numbers for each article.

    Attributes
    ----------
    train : InteractionMatrix or None
        What it was fitted on; `evaluate` looks here for leaks. None before `fit`.
    """

    train: InteractionMatrix | None = None
    _people: Any  # an array or sparse matrix, people × as many numbers as it takes
    _articles: Any  # the same, as many numbers × articles

    def fit(self, train: InteractionMatrix, events: pd.DataFrame | None = None) -> Self:
        """Learn from one side of a split.

        Parameters
        ----------
        train : InteractionMatrix
            The pairs to learn from.
        events : pandas.DataFrame, optional
            The events behind them and no others, for recommenders that need times.

        Returns
        -------
        Recommender
            Itself.
        """
        self._learn(train, events)
        self.train = train
        return self

    def scores(self, rows: np.ndarray) -> np.ndarray:
        """Scores of all articles for some people.

        Parameters
        ----------
        rows : numpy.ndarray
            Row numbers of the training matrix.

        Returns
        -------
        numpy.ndarray
            float64, shape (rows, items). Articles already read are scored like the others.
        """
        if self.train is None:
            raise ValueError("This recommender has not been fitted: call fit(split.train) first.")
        product: Any = self._people[rows] @ self._articles
        return product if isinstance(product, np.ndarray) else product.toarray()

    def _learn(self, train: InteractionMatrix, events: pd.DataFrame | None) -> None:
        raise NotImplementedError


# ------------------------------------------------------------------ baselines


@dataclass(eq=False)
class Random(Recommender):
    """A coin toss: what any recommender must beat. The same tosses for a row every time."""

    seed: int = 0

    def _learn(self, train: InteractionMatrix, events: pd.DataFrame | None) -> None:
        self._items = train.user_items.shape[1]

    def scores(self, rows: np.ndarray) -> np.ndarray:
        tosses = [np.random.default_rng([self.seed, row]).random(self._items) for row in rows]
        return np.array(tosses).reshape(len(rows), self._items)


@dataclass(eq=False)
class Popularity(Recommender):
    """The number of readers, the same for everybody."""

    def _learn(self, train: InteractionMatrix, events: pd.DataFrame | None) -> None:
        self._people, self._articles = _alike(train, train.readers.astype(np.float64))


@dataclass(eq=False)
class RecentPopularity(Recommender):
    """Events per article, each halved for every `half_life` days of its age, as a logarithm.

    Articles without events come last. Needs events.
    """

    half_life: float = 1.0

    def _learn(self, train: InteractionMatrix, events: pd.DataFrame | None) -> None:
        check_number(self.half_life, "half_life", 0, above=True)
        _, columns, days = _when(train, events)
        score = np.full(len(train.item_ids), -np.inf)
        # In logarithms, or a year of halvings would end at zero for nearly all of them.
        np.logaddexp.at(score, columns, (days - days.max()) / self.half_life * np.log(2))
        self._people, self._articles = _alike(train, score)


@dataclass(eq=False)
class Newest(Recommender):
    """The day of the first event: newest first. Articles without events come last. Needs events."""

    def _learn(self, train: InteractionMatrix, events: pd.DataFrame | None) -> None:
        _, columns, days = _when(train, events)
        born = np.full(len(train.item_ids), np.inf)
        np.minimum.at(born, columns, days)
        self._people, self._articles = _alike(train, born)


def _alike(train: InteractionMatrix, score: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The two factors of one list for everybody; articles with an infinite score come last."""
    known = np.isfinite(score)
    score = np.where(known, score, score[known].min() - 1)
    return np.ones((len(train.user_ids), 1)), score[None]


def _when(
    train: InteractionMatrix, events: pd.DataFrame | None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The row, the column and the day of each event: days since the first, with fractions."""
    if events is None:
        raise ValueError(
            "This recommender looks at the clock: fit(train, events) with the events behind train "
            "(split.train_events; dr.split makes them when it is given events)."
        )
    events = in_order(events)
    rows, columns = cells(events, train)
    strange = np.count_nonzero(~np.asarray(train.user_items.astype(bool)[rows, columns]))
    if strange:
        raise ValueError(
            f"{strange:,} of the {len(events):,} events are on pairs that train does not have: "
            "they may give answers away. Pass split.train_events."
        )
    return rows, columns, days_of(events)


# ------------------------------------------------------------------ collaborative


def _seen(train: InteractionMatrix, values: str) -> sparse.csr_matrix:
    """The matrix with strengths as they are, as log2(1 + strength), or as 1."""
    if values not in VALUES:
        raise ValueError(f"values must be one of {', '.join(VALUES)}, not {values!r}.")
    matrix = train.user_items.copy()
    matrix.data = VALUES[values](matrix.data)
    return matrix


@dataclass(eq=False)
class ItemKNN(Recommender):
    """Nearest neighbours of what was read, by `implicit` [4]_.

    Parameters
    ----------
    similarity : {"cosine", "bm25"}
        Cosine of two articles' readers; or of readers weighted by BM25, which damps long histories.
    neighbours : int
        How many similar articles are kept for each.
    k1, b : float
        BM25's saturation and its correction for length.
    values : {"strength", "log", "binary"}
        What stands for a reading.
    """

    similarity: str = "cosine"
    neighbours: int = 1000
    k1: float = 1.2
    b: float = 0.3
    values: str = "binary"

    def _learn(self, train: InteractionMatrix, events: pd.DataFrame | None) -> None:
        from implicit.nearest_neighbours import BM25Recommender, CosineRecommender
        from implicit.utils import ParameterWarning

        door.one_of(self.similarity, "similarity", ("cosine", "bm25"))
        if self.similarity == "cosine":
            model = CosineRecommender(K=self.neighbours, num_threads=1)
        else:
            model = BM25Recommender(K=self.neighbours, K1=self.k1, B=self.b, num_threads=1)
        self._people = _seen(train, self.values)
        with warnings.catch_warnings():
            # It warns of the type of a matrix that it made itself.
            warnings.simplefilter("ignore", ParameterWarning)
            model.fit(self._people, show_progress=False)
        self._articles = model.similarity


@dataclass(eq=False)
class SVD(Recommender):
    """The best approximation of the matrix, zeros included, with a few factors [1]_ (SciPy)."""

    factors: int = 15
    values: str = "log"

    def _learn(self, train: InteractionMatrix, events: pd.DataFrame | None) -> None:
        matrix = _seen(train, self.values)
        start = np.ones(min(matrix.shape))  # instead of a random start
        users, sizes, self._articles = svds(matrix, k=self.factors, v0=start)
        self._people = users * sizes


@dataclass(eq=False)
class EASE(Recommender):
    """Each article as a weighted sum of the others: linear regression in closed form [2]_."""

    regularization: float = 200.0
    values: str = "binary"

    def _learn(self, train: InteractionMatrix, events: pd.DataFrame | None) -> None:
        self._people = _seen(train, self.values)
        gram = (self._people.T @ self._people).toarray()
        gram[np.diag_indices_from(gram)] += self.regularization
        inverse = np.linalg.inv(gram)
        self._articles = -inverse / np.diag(inverse)
        np.fill_diagonal(self._articles, 0.0)  # no article may explain itself


@dataclass(eq=False)
class ImplicitALS(Recommender):
    """Chapter 3's model, through `fit_als`; its parameters, and `values` as above."""

    factors: int = 20
    regularization: float = 0.1
    alpha: float = 15.0
    iterations: int = 50
    random_state: int = 42
    values: str = "strength"

    def _learn(self, train: InteractionMatrix, events: pd.DataFrame | None) -> None:
        seen = replace(train, user_items=_seen(train, self.values))
        self.model = fit_als(
            seen, self.factors, self.regularization, self.alpha, self.iterations, self.random_state
        )
        self._people, self._articles = self.model.user_factors, self.model.item_factors.T


@dataclass(eq=False)
class ImplicitBPR(Recommender):
    """Factors that put a read article above an unread one, pair by pair [3]_ (`implicit`).

    On one thread, because several would race for the same factors and never agree twice.
    """

    factors: int = 64
    learning_rate: float = 0.05
    regularization: float = 0.01
    iterations: int = 100
    random_state: int = 42

    def _learn(self, train: InteractionMatrix, events: pd.DataFrame | None) -> None:
        from implicit.cpu.bpr import BayesianPersonalizedRanking

        model = BayesianPersonalizedRanking(**asdict(self), num_threads=1, dtype=np.float64)
        with threadpool_limits(1, "blas"):
            model.fit(train.user_items, show_progress=False)
        self._people, self._articles = model.user_factors, model.item_factors.T


# ------------------------------------------------------------------ content, time, blends


@dataclass(eq=False)
class Content(Recommender):
    """How much an article's words resemble those of what the person has read [5]_ (scikit-learn).

    Parameters
    ----------
    articles : pandas.DataFrame, optional
        `contentId` and `text`, such as ``clicks.articles``. Without it, or where it has no column
        `text`, the titles alone are compared.
    pieces : {"words", "letters"}
        Compare whole words, or runs of three to five letters, which also catches *test* in
        *testing*, in any language.
    values : {"strength", "log", "binary"}
        How much each article read weighs in the person's profile.
    """

    articles: pd.DataFrame | None = None
    pieces: str = "words"
    values: str = "strength"

    def _learn(self, train: InteractionMatrix, events: pd.DataFrame | None) -> None:
        from sklearn.preprocessing import normalize

        words = tf_idf(_texts(train, self.articles), self.pieces)
        if not words.nnz:
            raise ValueError(
                f"The titles have no words to compare, such as {train.titles[0]!r}. Name the "
                "column of the titles when you load the log: dr.load_clicks(…, title=…)."
            )
        self._people, self._articles = normalize(_seen(train, self.values) @ words), words.T


def _texts(train: InteractionMatrix, articles: pd.DataFrame | None) -> Sequence[str]:
    if articles is None or "text" not in articles.columns:
        return list(train.titles)
    door.need(articles, ("contentId", "text"), "articles", "dr.load_clicks")
    place = door.places(articles["contentId"], "contentId", "articles", train.item_ids)
    if (place < 0).all():
        raise ValueError(
            "articles has a text for none of the articles in train, such as contentId "
            f"{door.plain(train.item_ids[0])!r}; its first is "
            f"{door.plain(articles['contentId'].iloc[0])!r}. Pass the articles of the same log."
        )
    bodies: dict[int, str] = {}
    for column, text in zip(place, articles["text"], strict=True):
        bodies.setdefault(column, "" if pd.isna(text) else text)
    return [f"{title} {bodies.get(column, '')}" for column, title in enumerate(train.titles)]


PIECES: dict[str, dict[str, Any]] = {
    "words": {},
    "letters": {"analyzer": "char_wb", "ngram_range": (3, 5)},
}


def tf_idf(texts: Sequence[str], pieces: str = "words") -> sparse.csr_matrix:
    """One row per text: how often each word is in it, rare words counting more, length 1.

    `pieces` are those of `Content`. A text without any of them has an empty row.
    """
    from sklearn.feature_extraction.text import TfidfVectorizer

    options = PIECES[door.one_of(pieces, "pieces", list(PIECES))]
    try:
        return TfidfVectorizer(sublinear_tf=True, **options).fit_transform(texts).tocsr()
    except ValueError as error:
        if "empty vocabulary" not in str(error):
            raise
        return sparse.csr_matrix((len(texts), 1))  # not one word of two letters


@dataclass(eq=False)
class Presence(Recommender):
    """Was the person about when the article was being read? No taste at all, only days.

    The share of the person's events on each day, and of the article's, both smeared over `days`
    to either side; the score is how far they overlap. It can fill gaps in the past of somebody
    whose other readings are known. It says nothing about tomorrow. Needs events.
    """

    days: float = 3.0

    def _learn(self, train: InteractionMatrix, events: pd.DataFrame | None) -> None:
        rows, columns, days = _when(train, events)
        day = days.astype(int)
        all_days = np.arange(day.max() + 1)
        smear = np.exp(-np.abs(np.subtract.outer(all_days, all_days)) / self.days)
        users, items = train.user_items.shape
        self._people = _shares(rows, day, users, len(smear)) @ smear
        self._articles = smear @ _shares(columns, day, items, len(smear)).T


def _shares(which: np.ndarray, day: np.ndarray, n: int, days: int) -> np.ndarray:
    """For each of n, the share of its events on each day; zeros where it has none."""
    counts = np.bincount(which * days + day, minlength=n * days).reshape(n, days)
    return counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)


def _fit_once(
    recommender: Recommender, train: InteractionMatrix, events: pd.DataFrame | None
) -> Recommender:
    """The recommender fitted on this matrix; if it is already, it is left alone."""
    return recommender if recommender.train is train else recommender.fit(train, events)


@dataclass(eq=False)
class Kept(Recommender):
    """Another recommender, whose scores are computed once: then many a `Blend` is tried quickly.

    A `recommender` that is fitted on the same matrix already is taken as it is.
    """

    recommender: Recommender

    def _learn(self, train: InteractionMatrix, events: pd.DataFrame | None) -> None:
        everybody = np.arange(train.user_items.shape[0])
        self._articles = _fit_once(self.recommender, train, events).scores(everybody)
        self._people = sparse.eye_array(len(everybody), format="csr")


@dataclass(eq=False)
class Only(Recommender):
    """Another recommender that may list some of the articles only: all others come last.

    Parameters
    ----------
    recommender : Recommender
        If it is fitted on the same matrix already, it is taken as it is.
    columns : numpy.ndarray
        True for the articles that may be listed.
    """

    recommender: Recommender
    columns: np.ndarray

    def _learn(self, train: InteractionMatrix, events: pd.DataFrame | None) -> None:
        if np.shape(self.columns) != train.item_ids.shape or self.columns.dtype != bool:
            raise ValueError(
                f"columns must hold True or False for each of the {len(train.item_ids):,} articles."
            )
        _fit_once(self.recommender, train, events)

    def scores(self, rows: np.ndarray) -> np.ndarray:
        scores = self.recommender.scores(rows)
        return np.where(self.columns, scores, scores.min(initial=0.0) - 1)


@dataclass(eq=False)
class Blend(Recommender):
    """A weighted sum of several recommenders' scores, put on one scale for each person.

    One scale: minus the mean, divided by the standard deviation, of the person's unread articles.

    Parameters
    ----------
    parts : sequence of (Recommender, float)
        The recommenders and their weights. Parts already fitted on the same matrix are taken as
        they are, so weights can be tried without fitting again.
    """

    parts: Sequence[tuple[Recommender, float]]

    def _learn(self, train: InteractionMatrix, events: pd.DataFrame | None) -> None:
        for part, _ in self.parts:
            _fit_once(part, train, events)
        self._read = train.user_items.astype(bool)

    def scores(self, rows: np.ndarray) -> np.ndarray:
        unread = ~self._read[rows].toarray()
        return np.sum([w * _standard(part.scores(rows), unread) for part, w in self.parts], axis=0)


def _standard(scores: np.ndarray, unread: np.ndarray) -> np.ndarray:
    n = np.maximum(unread.sum(axis=1, keepdims=True), 1)
    apart = scores - (scores * unread).sum(axis=1, keepdims=True) / n
    spread = np.sqrt((apart**2 * unread).sum(axis=1, keepdims=True) / n)
    return apart / np.maximum(spread, 1e-12)

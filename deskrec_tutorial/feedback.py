"""Chapter 8½: people who only click on what they are shown, and how many an A/B test needs.

A log holds what people did with the pages that somebody chose for them. Here that somebody is a
recommender of chapter 6, the people have the tastes that the sample was made with, and so we know
what they would have done with any other page.

References
----------
.. [1] N. Craswell et al.: An Experimental Comparison of Click Position-Bias Models. WSDM 2008.
   (Position-based: a click takes a look at the place and a liking for what stands there.)
.. [2] J. Fleiss, B. Levin, M. Paik: Statistical Methods for Rates and Proportions. Wiley 2003,
   chapter 4. (The size of two groups.)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from implicit.als import AlternatingLeastSquares
from scipy import sparse, stats
from threadpoolctl import threadpool_limits

from .als import check_count, check_number
from .data import Truth, long_tail
from .evaluation import evaluate
from .recommendations import DECIMALS
from .recommenders import ImplicitALS, Recommender
from .splits import split
from .strength import InteractionMatrix

PLACES = 10
LOOKS = 1 / np.log2(np.arange(2, PLACES + 2))  # NDCG's discount: 1 at the top, 0.29 at place ten
VISITS = 5  # a week


@dataclass(frozen=True, eq=False)
class World:
    """People and articles about which everything is known.

    Attributes
    ----------
    attraction : numpy.ndarray
        Shape (people, articles): the chance that somebody clicks on an article they look at.
    looks : numpy.ndarray
        Shape (places,): the chance that somebody looks at a place of the page at all.
    user_ids, item_ids, topics : numpy.ndarray
        Of the rows and columns; ids ascending.
    """

    attraction: np.ndarray
    looks: np.ndarray
    user_ids: np.ndarray
    item_ids: np.ndarray
    topics: np.ndarray

    @classmethod
    def of(cls, truth: Truth, people: int = 600, articles: int = 300, seed: int = 0) -> World:
        """Draw people and articles of the sample.

        Somebody's favourite topic attracts them with 0.95, a topic they care nothing for with 0.05,
        and the others in proportion to the taste; an article well or badly made keeps between 100 %
        and 30 % of that.
        """
        rng = np.random.default_rng(seed)
        them, those = truth.users.set_index("personId"), truth.articles.set_index("contentId")
        for name, wanted, table in (("people", people, them), ("articles", articles, those)):
            check_count(wanted, name)
            if wanted > len(table):
                raise ValueError(f"{name}={wanted:,}, but the sample has {len(table):,}.")
        them = them.iloc[rng.permutation(len(them))[:people]].sort_index()
        topic = those["topic"].iloc[rng.permutation(len(those))[:articles]].sort_index()
        taste = them.to_numpy() / them.max(axis=1).to_numpy()[:, None]
        attraction = 0.05 + 0.9 * taste[:, them.columns.get_indexer(pd.Index(topic))]
        attraction *= rng.uniform(0.3, 1.0, articles)
        return cls(attraction, LOOKS, *(np.array(x) for x in (them.index, topic.index, topic)))

    def expected_clicks(self, pages: np.ndarray) -> np.ndarray:
        """How many clicks each person's page gets on average: the sum of look × attraction.

        Parameters
        ----------
        pages : numpy.ndarray
            Shape (people, places): columns of articles, from the top of the page.

        Returns
        -------
        numpy.ndarray
            Shape (people,).
        """
        return np.take_along_axis(self.attraction, pages, axis=1) @ self.looks[: pages.shape[1]]

    def clicked(self, log: pd.DataFrame) -> InteractionMatrix:
        """The clicks of a log as a matrix that has all the people and articles of this world."""
        found = log[log["clicked"]]
        cells = (np.ones(len(found)), (found["row"], found["column"]))
        matrix = sparse.csr_matrix(cells, shape=self.attraction.shape)
        return InteractionMatrix(matrix, self.user_ids, self.item_ids, self.topics)

    def shown(self, log: pd.DataFrame) -> np.ndarray:
        """How often a log has each article shown to each person: shape (people, articles)."""
        cells = (np.ones(len(log)), (log["row"], log["column"]))
        return sparse.csr_matrix(cells, self.attraction.shape).toarray()


def top(scores: np.ndarray, places: int = PLACES) -> np.ndarray:
    """The columns of the highest scores in each row, ties by column: shape (rows, places)."""
    return np.argsort(-scores.round(DECIMALS), axis=1, kind="stable")[:, :places]


def live(
    world: World, recommender: Recommender | None, explore: float = 0.0, weeks: int = 10,
    seed: int = 0,
) -> pd.DataFrame:  # fmt: skip
    """Let a recommender choose the pages and learn from the clicks, week after week.

    In the first week all places are filled at random. After each week the recommender is fitted
    anew on everything clicked so far, and everybody gets five visits; an article that a person has
    clicked on is not shown to them again (while there are others left).

    Parameters
    ----------
    world : World
        Who comes, and what they like.
    recommender : Recommender or None
        It is given the clicks and, as events, this log. None fills every place at random.
    explore : float
        Between 0 and 1: the chance that a place gets an article drawn at random, not the
        recommender's next one.
    weeks, seed : int
        For how long, and the seed of pages and clicks.

    Returns
    -------
    pandas.DataFrame
        One row for each article shown: `week` and `visit` from 1, `row`, `column`, `place` from 0,
        `explored` (drawn at random) and `clicked`.
    """
    check_count(weeks, "weeks")
    check_number(explore, "explore", 0)
    if explore > 1:
        raise ValueError(f"explore is a share of the places, between 0 and 1, not {explore}.")
    if len(world.item_ids) < len(world.looks):
        raise ValueError(
            f"A page of {len(world.looks)} places needs as many articles, and this world has "
            f"{len(world.item_ids)}: World.of(…, articles={len(world.looks)}) or more."
        )
    rng, everybody = np.random.default_rng(seed), np.arange(len(world.user_ids))
    gone = np.zeros(world.attraction.shape, dtype=bool)
    logs: list[pd.DataFrame] = []
    scores, share = np.zeros(gone.shape), 1.0
    for week in range(1, weeks + 1):
        if week > 1 and recommender is not None:
            log = pd.concat(logs, ignore_index=True)
            scores = recommender.fit(world.clicked(log), log).scores(everybody)
            share = explore
        for visit in range(1, VISITS + 1):
            page, drawn = _pages(np.where(gone, -np.inf, scores), share, len(world.looks), rng)
            chance = np.take_along_axis(world.attraction, page, axis=1) * world.looks
            clicked = rng.random(page.shape) < chance
            rows, places = np.meshgrid(everybody, np.arange(page.shape[1]), indexing="ij")
            gone[rows[clicked], page[clicked]] = True
            shown = {"row": rows, "column": page, "place": places, "explored": drawn}
            flat = {name: cells.ravel() for name, cells in (shown | {"clicked": clicked}).items()}
            logs.append(pd.DataFrame({"week": week, "visit": visit} | flat))
    return pd.concat(logs, ignore_index=True)


def _pages(
    scores: np.ndarray, explore: float, places: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """A page for everybody, and which of its places were filled at random."""
    drawn = rng.random((len(scores), places)) < explore
    best = np.take_along_axis(top(scores, places), np.cumsum(~drawn, axis=1) - 1, axis=1)
    luck = np.where(np.isinf(scores), -1.0, rng.random(scores.shape))
    rows, kept = np.nonzero(~drawn)
    luck[rows, best[rows, kept]] = -2.0  # no article twice on a page, rather one clicked on before
    others = np.take_along_axis(top(luck, places), np.cumsum(drawn, axis=1) - 1, axis=1)
    return np.where(drawn, others, best), drawn


def by_week(log: pd.DataFrame) -> pd.DataFrame:
    """How each week of a log went.

    Returns
    -------
    pandas.DataFrame
        Index `week`; `clicks` per visit, and `half`, the number of articles that had half of all
        places between them.
    """
    weeks = log.groupby("week")
    visits = log.drop_duplicates(["week", "row", "visit"]).groupby("week").size()
    shares = weeks["column"].apply(lambda c: long_tail(c.value_counts())["share_of_total"])
    half = (shares < 0.5 - 1e-9).groupby("week").sum() + 1
    return pd.DataFrame({"clicks": weeks["clicked"].sum() / visits, "half": half})


def on_the_log(
    world: World, log: pd.DataFrame, contest: Mapping[str, Recommender], seed: int = 1
) -> pd.Series:
    """NDCG@10 on a fifth of the clicks that a log has, by name of the recommender.

    Where a click is held out, nothing of its pair stays in the log that `fit` is given: neither
    the click nor that the article was shown. The recommenders stay fitted on the rest.
    """
    sides, grades = split(world.clicked(log), min_articles=5, seed=seed), {}
    held = np.asarray(sides.test.user_items[log["row"], log["column"]]).ravel() > 0
    for name, one in contest.items():
        one.fit(sides.train, log[~held])
        grades[name] = evaluate(one, sides.train, sides.test, k=10, draws=1)["ndcg@10"]
    return pd.Series(grades)


@dataclass(eq=False)
class ImpressionALS(ImplicitALS):
    """ALS that knows what was shown: each time an article is passed over makes its 0 firmer.

    A pair clicked on weighs alpha; one shown n times without a click 1 + doubt · n, and one never
    shown 1. (`implicit` reads a negative value as that much confidence in a 0.)
    """

    doubt: float = 1.0

    def _learn(self, train: InteractionMatrix, events: pd.DataFrame | None) -> None:
        if events is None:
            raise ValueError("ImpressionALS needs what was shown: fit(clicks, log).")
        cells = (np.ones(len(events)), (events["row"], events["column"]))
        shown = sparse.csr_matrix(cells, shape=train.user_items.shape)
        passed = shown - shown.multiply(train.user_items.astype(bool))
        passed.eliminate_zeros()
        passed.data = -1.0 - self.doubt * passed.data
        with threadpool_limits(1, "blas"):
            self.model = AlternatingLeastSquares(
                self.factors, self.regularization, dtype=np.float64, use_gpu=False,
                iterations=self.iterations, random_state=self.random_state,
            )  # fmt: skip
            weights = (self.alpha * train.user_items + passed).tocsr()
            self.model.fit(weights, show_progress=False)
            # As `fit_als` does: the people once more, against the final articles.
            self.model.partial_fit_users(np.arange(weights.shape[0]), weights)
        self._people, self._articles = self.model.user_factors, self.model.item_factors.T


# ------------------------------------------------------------------ two groups


def people_needed(first: float, second: float, power: float = 0.8, level: float = 0.05) -> int:
    """How many people each of two groups needs to tell two shares apart [2]_.

    With the mean p of both shares, and z the quantiles of the normal distribution::

        n = (z(1 - level/2) √(2 p (1 - p)) + z(power) √(p₁(1 - p₁) + p₂(1 - p₂)))² / (p₁ - p₂)²

    Parameters
    ----------
    first, second : float
        The shares, between 0 and 1.
    power : float
        How often a difference of that size is to be found.
    level : float
        How often one may be found where there is none.

    Returns
    -------
    int
        People in each group, rounded up.
    """
    for name, share in (("first", first), ("second", second), ("power", power), ("level", level)):
        check_number(share, name, 0)
        if share > 1 or (name in ("power", "level") and share in (0, 1)):
            raise ValueError(f"{name} must be a share between 0 and 1, not {share!r}.")
    if first == second:
        raise ValueError("Two equal shares can't be told apart, however many people there are.")
    mean = (first + second) / 2
    alike = stats.norm.ppf(1 - level / 2) * np.sqrt(2 * mean * (1 - mean))
    apart = stats.norm.ppf(power) * np.sqrt(first * (1 - first) + second * (1 - second))
    return int(np.ceil(((alike + apart) / (first - second)) ** 2))


def z_score(first: np.ndarray, second: np.ndarray, people: np.ndarray | int) -> np.ndarray:
    """The difference of two groups' shares in standard errors of two groups that are alike [2]_.

    Parameters
    ----------
    first, second : numpy.ndarray
        How many said yes in each group; any shape, so that many tests are read at once.
    people : numpy.ndarray or int
        How many there are in each group, equally many in both.

    Returns
    -------
    numpy.ndarray
        Second minus first; beyond 1.96 on either side in 5 % of tests without a difference.
        0 where nobody or everybody said yes.
    """
    mean = (np.asarray(first) + second) / (2 * np.asarray(people))
    error = np.sqrt(2 * mean * (1 - mean) / people)
    gap = (np.asarray(second) - first) / people
    return np.divide(gap, error, out=np.zeros(np.shape(gap)), where=error > 0)

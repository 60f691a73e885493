"""Chapter 6: is it any good, and is another better? All articles ranked, with intervals.

References
----------
.. [1] K. Järvelin, J. Kekäläinen: Cumulated Gain-Based Evaluation of IR Techniques. TOIS 2002.
.. [2] M. Ge, C. Delgado-Battenfeld, D. Jannach: Beyond Accuracy: Evaluating Recommender Systems by
   Coverage and Serendipity. RecSys 2010.
.. [3] T. Zhou et al.: Solving the Apparent Diversity-Accuracy Dilemma of Recommender Systems.
   PNAS 2010.
.. [4] B. Efron, R. Tibshirani: An Introduction to the Bootstrap. Chapman & Hall 1993.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from .als import check_count
from .metrics import Scorer, ask, judge, rounded
from .recommendations import BLOCK, blocks, stored_cells
from .splits import check_sides, count_people, pairs_in_common
from .strength import InteractionMatrix


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
                      value, the sum over the places 1 to min(k, n)   [1]
        map@k         sum over the h places of (held-out articles up to there / place), divided by
                      min(k, n)
        novelty@k     mean of log2(people / readers) over the k articles, in bits   [3]
        coverage@k    share of all articles that are in at least one list   [2]

    A held-out article is relevant or not: its strength does not count. Somebody with nothing held
    out is left out of every mean. Where fewer than k articles can be ranked, the list is shorter.
    Tied articles share their places (see the top of `metrics.py`); the lists behind novelty and
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
    ks = check_question(recommender, train, test, k)
    information = -np.log2(np.maximum(train.readers, 1) / max(count_people(train), 1))
    parts, shown = [], np.zeros((len(ks), len(information)), dtype=bool)
    for block in blocks(test, BLOCK):
        scores = rounded(ask(recommender, block, train))
        scores[stored_cells(train, block)] = -np.inf
        part, listed = judge(scores, test.user_items[block], ks, information)
        parts.append(pd.DataFrame(part, index=pd.Index(train.user_ids[block], name="personId")))
        shown |= listed
    per_user = pd.concat(parts)
    coverage = {f"coverage@{size}": covered.mean() for size, covered in zip(ks, shown, strict=True)}
    return Evaluation(per_user, _summary(per_user.drop(columns="held_out"), coverage, draws, seed))


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
    """How far a mean over people would move if other people had come: percentile bootstrap [4]_.

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


def check_question(
    recommender: Scorer, train: InteractionMatrix, test: InteractionMatrix, k: int | Sequence[int]
) -> list[int]:
    """The lengths asked for, ascending; an error if the question makes no sense."""
    ks = sorted(set(k)) if isinstance(k, Iterable) else [k]
    if not ks:
        raise ValueError("k is empty: say how long a list is, such as k=10 or k=(5, 10).")
    for size in ks:
        check_count(size, "k")
    check_sides(train, test)
    fitted_on = getattr(recommender, "train", "unknown")
    if fitted_on is None:
        raise ValueError("This recommender has not been fitted: call fit(split.train) first.")
    if not isinstance(fitted_on, InteractionMatrix):
        return ks
    if fitted_on.user_items.shape != test.user_items.shape:
        raise ValueError(
            f"The recommender was fitted on the shape {fitted_on.user_items.shape}, the test side "
            f"has {test.user_items.shape}: fit it on the train side of the same split."
        )
    seen = pairs_in_common(fitted_on, test)
    if seen:
        raise ValueError(
            f"The recommender has seen the answers: {seen:,} of the {test.user_items.nnz:,} "
            "held-out pairs were in what it was fitted on. Fit it on split.train alone."
        )
    return ks

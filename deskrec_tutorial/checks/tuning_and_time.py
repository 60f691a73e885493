"""Checks of exercise 7: a ruler, a choice, candidates, hits with ties, a gain by day.

What they try lies here too: ``ruler(checks.tuning_and_time.seven_runs())`` shows your own answer.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from .core import equal, fail, kind, ranking, unchanged
from .question import Answer, arrays, question

HOUR = 3_600


def seven_runs() -> pd.DataFrame:
    """Return the grades of three settings: one with four runs, one with two, one with one."""
    nothing = np.nan
    return pd.DataFrame(
        {
            "small": [0.10, 0.12, 0.12, 0.14],
            "large": [0.20, nothing, 0.24, nothing],
            "huge": [nothing, 0.30, nothing, nothing],
        }
    )


@question
def ruler(answer: Answer) -> None:
    """Check the ruler of ``checks.tuning_and_time.seven_runs()``.

    The squares of *small* add up to 0.0008, and so do those of *large*.
    """
    runs = seven_runs()
    got = answer(runs)
    equal(got, 0.06, "the ruler: squares of 0.0016 over 3 + 1 + 0", mistakes=_ruler_mistakes())
    unchanged(seven_runs(), runs, "the runs that were passed in")


def _ruler_mistakes() -> dict[str, float]:
    runs = seven_runs()
    deviations = runs.std()
    squares = 0.0016
    return {
        "That is one standard deviation. The ruler is three of them.": 0.02,
        "That is the standard deviation of the whole table. Most of it is the gap between the "
        "settings; take each run's distance from the mean of its own setting.": (
            3 * float(np.nanstd(runs, ddof=1))
        ),
        "That is the standard deviation of the whole table, whatever setting a run belongs to. "
        "Take each run's distance from the mean of its own setting.": (3 * float(np.nanstd(runs))),
        "You took the mean of the settings' standard deviations. Add up squares first, divide, "
        "and take the root at the end.": 3 * float(deviations.mean()),
        "You took the mean of the settings' variances. A setting with four runs knows more than "
        "one with two: divide the sum of all squares by the sum of all n − 1.": (
            3 * float(runs.var().mean()) ** 0.5
        ),
        "You divided by the number of runs. Each setting's mean was made from its own runs, which "
        "costs one each: divide by the sum of n − 1.": 3 * (squares / 7) ** 0.5,
        "You took each run's distance from the mean of its seed, a row. Seeds are what is to "
        "differ: take the mean of its setting, a column.": _of_rows(runs),
        "You counted cells, made or not. A run that is NaN was not made.": (
            3 * (squares / 9) ** 0.5
        ),
        "You took n − 1 once for the whole table. It is n − 1 for each setting, added up.": (
            3 * (squares / 6) ** 0.5
        ),
        "That is three times the variance. The ruler has its square root.": 3 * squares / 4,
        "A missing run is NaN, and a sum with NaN is NaN. Leave missing runs out, as pandas "
        "does.": np.nan,
    }


def _of_rows(runs: pd.DataFrame) -> float:
    squares = runs.sub(runs.mean(axis=1), axis=0) ** 2
    return 3 * float(squares.sum().sum() / 4) ** 0.5


def eight_settings() -> pd.DataFrame:
    """Return settings of five sizes; the largest is the best, and one run broke off."""
    rows = [
        (64, 10, 0.101), (32, 10, 0.0935), (8, 10, 0.081), (128, 20, 0.102),
        (32, 40, 0.096), (16, 40, 0.090), (4, 80, np.nan), (8, 40, 0.083),
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["factors", "alpha", "ndcg"])


@question
def choose(answer: Answer) -> None:
    """Check what is chosen from ``checks.tuning_and_time.eight_settings()``.

    With rulers of 0.01, of 0.0001 and of 0.02.
    """
    tried = eight_settings()
    what = "the smallest within 0.01 of the best"
    got = chosen(answer, tried, 0.01, what)
    equal(got, [32, 40], what, mistakes=CHOICE_MISTAKES)
    what = "with a ruler so short that only the best is good enough"
    equal(chosen(answer, tried, 0.0001, what), [128, 20], what)
    what = "with a ruler of 0.02, where two of the smallest are in reach"
    close = {"Both have 8 factors and only one of them lies within 0.02 of 0.102.": [8, 10]}
    equal(chosen(answer, tried, 0.02, what), [8, 40], what, mistakes=close)
    unchanged(eight_settings(), tried, "the settings that were passed in")


CHOICE_MISTAKES: dict[str, list[int]] = {
    "That is the highest of all. Nobody can tell it from those within a ruler of it, and some of "
    "them are smaller.": [128, 20],
    "Both with 32 factors are good enough. Take the better of them, not the one that stands "
    "first, or that has the smaller alpha.": [32, 10],
    "You stopped at the first step that gained less than a ruler. Small steps add up: from 8 "
    "factors to 128 it is nearly two rulers. Compare with the best, not with the neighbour.": (
        [8, 40]
    ),
    "That is the smallest of all, however bad. Sift first: at most a ruler below the best.": (
        [8, 10]
    ),
    "That run broke off: its grade is NaN, so nobody knows whether it is good enough.": [4, 80],
    "You took the best of the others. Of those good enough, fewest factors come first.": [64, 10],
    "alpha came first. Return `factors, alpha`.": [40, 32],
}


def chosen(answer: Answer, tried: pd.DataFrame, length: float, what: str) -> list[Any]:
    """Return the two numbers of a choice, or say what came instead of them.

    Parameters
    ----------
    answer : callable
        Takes settings and a ruler to factors and alpha.
    tried : DataFrame
        The settings; the answer gets these, not a copy.
    length : float
        The ruler.
    what : str
        What was checked, for the message.
    """
    return _numbers(answer(tried, length), 2, "`return factors, alpha`", what)


def _numbers(got: Any, count: int, line: str, what: str) -> list[Any]:
    kind(got, object, what)
    if not isinstance(got, (tuple, list)) or len(got) != count:
        words = {2: "two", 3: "three"}[count]
        fail(what, f"{words} numbers are expected, as in {line}.")
    return list(got)


def twelve_events() -> pd.DataFrame:
    """Return a log of three people and eight articles, its rows in no order.

    At hour 100, person 1 has 15, 20 and 40 before them if what is under 24 hours old may be shown.
    """
    rows = [
        (95, 3, 10), (10, 2, 10), (90, 1, 30), (105, 1, 40), (85, 2, 40), (80, 3, 20),
        (99, 2, 15), (100, 1, 20), (110, 3, 60), (76, 2, 70), (91, 3, 30), (100, 2, 50),
    ]  # fmt: skip
    log = pd.DataFrame(rows, columns=["timestamp", "personId", "contentId"])
    return log.assign(timestamp=log["timestamp"] * HOUR)


@question
def candidates(answer: Answer) -> None:
    """Check what ``checks.tuning_and_time.twelve_events()`` has for person 1 at hour 100.

    Under 24 hours old, and under 8 hours old.
    """
    log = twelve_events()
    what = "unread and under 24 hours old"
    got = answer(log, 1, 100 * HOUR, 24)
    kind(got, (np.ndarray, list, pd.Series, pd.Index), what)
    ranking(got, [15, 20, 40], what, unwanted=UNWANTED, mistakes=MISSED)
    unchanged(twelve_events(), log, "the events that were passed in")
    ranking(answer(log, 1, 100 * HOUR, 8), [15], "unread and under 8 hours old")


UNWANTED = {
    "It was opened again five hours ago, but for the first time 90 hours ago. The age of an "
    "article counts from its first event, wherever that stands in the table.": [10],
    "Person 1 has read it, ten hours ago.": [30],
    "Its first event is at `now` or later. Nobody can know of it yet.": [50, 60],
    "It is exactly 24 hours old, which is not under 24.": [70],
}
MISSED: dict[str, list[int]] = {
    "Person 1 opens article 20 at hour 100 and article 40 at hour 105. At hour 100 neither is "
    "known, and both are unread.": [15],
    "Person 1 opens article 20 at `now`. That is the reading to be foreseen; it is not known "
    "yet.": [15, 40],
    "Person 1 opens article 40 at hour 105. At hour 100 that is the future, and the article is "
    "unread.": [15, 20],
    "There are three. `timestamp` and `now` are in seconds: an hour has 3,600 of them.": [],
    "The right ids, the oldest article first. In ascending order of their ids, please.": (
        [20, 40, 15]
    ),
    "The right ids, in the order of the log. In ascending order of their ids, please.": (
        [40, 20, 15]
    ),
}


def six_readings() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return scores, candidates and the columns opened, of six readings and five articles."""
    scores = [
        [9.0, 4.0, 5.0, 1.0, 2.0],  # the first is no candidate; one of the others is ahead
        [3.0, 1.0, 9.0, 4.0, 2.0],  # the first reader of what scores highest
        [7.0, 5.0, 5.0, 5.0, 5.0],  # one ahead, three tied, a fourth is no candidate
        [8.0, 7.0, 6.0, 2.0, 1.0],  # three ahead
        [6.0, 6.0, 6.0, 6.0, 1.0],  # none ahead, four tied
        [5.0, 5.0, 5.0, 5.0, 5.0],  # nothing else is in the running
    ]
    open_to = np.array(
        [
            [0, 1, 1, 1, 1],
            [1, 1, 0, 1, 1],
            [1, 1, 1, 1, 0],
            [1, 1, 1, 1, 1],
            [1, 1, 1, 1, 1],
            [0, 0, 0, 0, 1],
        ]
    )
    return np.array(scores), open_to == 1, np.array([1, 2, 3, 3, 0, 4])


@question
def hits(answer: Answer) -> None:
    """Check the chances of ``checks.tuning_and_time.six_readings()`` in a list of two."""
    readings = six_readings()
    got = answer(*readings, 2)
    what = "hit@2 of six readings, three of them clear"
    kind(got, (np.ndarray, list), what)
    want = np.array([1, 0, 1 / 3, 0, 1 / 2, 1])
    equal(np.asarray(got), want, what, mistakes=HIT_MISTAKES)
    for before, after in zip(six_readings(), readings, strict=True):
        unchanged(before, after, "the arrays that were passed in")


HIT_MISTAKES = arrays(
    {
        "You put what was opened on top of its ties. The third reading has one article ahead and "
        "three tied for one place: a third of a hit.": [1.0, 0, 1, 0, 1, 1],
        "You put what was opened at the end of its ties. The third reading has one article ahead "
        "and three tied for one place: a third of a hit.": [1.0, 0, 0, 0, 0, 1],
        "In the second reading the opened article is no candidate: nobody had opened it before. "
        "That is a miss, however high it scores.": [1, 1, 1 / 3, 0, 1 / 2, 1],
        "You let articles compete that are no candidates, such as the first in the first "
        "reading.": [0, 0, 1 / 4, 0, 1 / 2, 2 / 5],
        "Articles compete that are no candidates, and the first reader's article among them.": (
            [0, 1, 1 / 4, 0, 1 / 2, 2 / 5]
        ),
        "You left the opened article itself out of those tied with it.": [1, 0, 1 / 2, 0, 2 / 3, 1],
        "A chance lies between 0 and 1. Where more than k are ahead it is 0, and where all fit "
        "in it is 1: clip it.": [1, 0, 1 / 3, -1, 1 / 2, 2],
        "With k = 2 and one article ahead one place is left, not two: subtract those ahead.": (
            [1, 0, 2 / 3, 1, 1 / 2, 1]
        ),
    }
)


def two_days() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return moments and two scorers' hits: four readings of one evening, eight of the next day.

    The gain is a half on the first day and an eighth on the second.  The rows are mixed.
    """
    hours = np.array([25, 21, 30, 22, 26, 27, 20, 28, 33, 23, 29, 31])
    gained = np.isin(hours, [20, 22, 28])
    one = np.isin(hours, [23, 25, 30]).astype(float)
    return (100 * 24 + hours) * HOUR, one, one + gained


def three_days() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the same for three days with five, one and two readings, and a day without any."""
    days = np.array([204, 201, 201, 202, 201, 204, 201, 201])
    moments = days * 24 * HOUR + np.arange(1, 9) * HOUR
    return moments, np.array([0, 0, 1, 1, 0, 0, 0, 1.0]), np.array([1, 1, 1, 0, 1, 0, 0, 1.0])


@question
def gain_by_day(answer: Answer) -> None:
    """Check gains of ``checks.tuning_and_time.two_days()`` and ``three_days()`` of the same.

    With 1,000 draws and seed 1, and with 20 draws and seed 2.
    """
    given = two_days()
    what = "the gain over two days, 3 of 12"
    gain, *ends = three_numbers(answer, *given, 1000, 1, what)
    equal(gain, 0.25, what, mistakes=GAIN_MISTAKES)
    equal(ends, [0.125, 0.5], "the ends: either day, drawn twice", mistakes=_end_mistakes())
    for before, after in zip(two_days(), given, strict=True):
        unchanged(before, after, "the arrays that were passed in")
    what = "three days, one of them with a single reading"
    got = three_numbers(answer, *three_days(), 20, 2, what)
    equal(got, _drawn((201, 202, 204)), what, mistakes=_drawn_mistakes())


GAIN_MISTAKES = {
    "The sign is turned: `other` minus `one`.": -0.25,
    "That is the mean of two daily means. The second day has twice as many readings: take the "
    "mean over all readings.": 0.3125,
    "That is a sum. The gain is a mean over readings.": 3.0,
}


def _end_mistakes() -> dict[str, list[float]]:
    _, one, other = two_days()
    rng = np.random.default_rng(1)
    singly = (other - one)[rng.integers(12, size=(1000, 12))].mean(axis=1)
    return {
        "You drew single readings. Readings of one day stick together: draw days, and take all "
        "readings of each.": np.quantile(singly, [0.025, 0.975]).tolist(),
        "You divided by the same number in each draw. Divide by how many readings the days drawn "
        "have: eight if the first is drawn twice, sixteen if the second is.": [1 / 6, 1 / 3],
        "All twelve readings came out as one day. A day goes from midnight to midnight, "
        "`timestamps // 86_400`.": [0.25, 0.25],
        "The first of the two ends is the lower one.": [0.5, 0.125],
    }


def _drawn(order: tuple[int, ...], *, equally: bool = False) -> list[float]:
    """Return the gain of the three days and its interval, with 20 draws and seed 2.

    The days are numbered in an order; either every reading or every day drawn counts the same.
    """
    moments, one, other = three_days()
    days = [(other - one)[moments // (24 * HOUR) == day] for day in order]
    drawn = np.random.default_rng(2).integers(3, size=(20, 3)).tolist()
    if equally:
        days = [day.mean(keepdims=True) for day in days]
    means = [float(np.concatenate([days[day] for day in row]).mean()) for row in drawn]
    return [0.25, *np.quantile(means, [0.025, 0.975]).tolist()]


def _drawn_mistakes() -> dict[str, list[float]]:
    return {
        "Every day drawn counts the same in your draws. Take the mean over all readings of the "
        "days drawn: the sum of their differences, divided by their number.": (
            _drawn((201, 202, 204), equally=True)
        ),
        "Your days are numbered as they come up in the data. Number them in the order of time; "
        "`np.unique` does.": _drawn((204, 201, 202)),
    }


def three_numbers(
    answer: Answer,
    timestamps: np.ndarray,
    one: np.ndarray,
    other: np.ndarray,
    draws: int,
    seed: int,
    what: str,
) -> list[Any]:
    """Return a gain and the ends of its interval, or say what came instead of them.

    Parameters
    ----------
    answer : callable
        Takes moments, the hits of two scorers, and how and how often days are drawn.
    timestamps, one, other : numpy.ndarray
        The moments in seconds and the hits; the answer gets these, not copies.
    draws, seed : int
        How often days are drawn, and the seed of the drawing.
    what : str
        What was checked, for the message.
    """
    got = answer(timestamps, one, other, draws=draws, seed=seed)
    return _numbers(got, 3, "`return gain, low, high`", what)

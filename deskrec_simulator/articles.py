"""Articles: topic, language, birth and appeal of each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .calendar import (
    DAY,
    DAYS,
    HOUR_BIRTHS,
    MONTH_BIRTHS,
    WEEKDAY_BIRTHS,
    daily,
    months_and_weekdays,
    time_of_day,
)
from .draws import Bools, Floats, Ints, exp, normal_quantiles, quotas
from .sizes import ARTICLES, REMOVED_TOO, Sizes
from .titles import TOPICS

TOPIC_SPREAD = 0.55  # log-scale spread of how much is written per topic
# How many readers an article finds beside its author: (normal deviate, readers), the published
# quantiles before chance widens them.
POPULARITY_QUANTILES = (
    (-2.2, 0.4), (-1.28, 1.1), (-0.67, 2.8), (-0.25, 5.4), (0.0, 7.6), (0.385, 12.0), (0.67, 16.0),
    (1.04, 23.0), (1.28, 29.0), (1.645, 42.0), (2.05, 64.0), (2.33, 78.0), (2.58, 103.0),
    (2.88, 141.0), (3.6, 265.0),
)  # fmt: skip
# Mean readers of articles by month of birth (few people were around in March), and how strongly
# its logarithm pulls an article's deviate.
MONTH_POPULARITY = (7.6, 9.9, 13.3, 14.4, 16.0, 15.0, 16.2, 15.7, 13.5, 11.0, 14.6, 19.2)
MONTH_PULL = 0.9
# Languages over the 3,122 rows of the article file; the rest is English.
LANGUAGE_ROWS = {"pt": 850, "la": 4, "ja": 2, "es": 2}


@dataclass(frozen=True)
class Board:
    """The articles: one array entry each, in order of birth."""

    topic: Ints
    lang: npt.NDArray[np.str_]
    born: Ints  # seconds since the first day's midnight
    appeal: Floats
    removed: Ints  # 0 stays, 1 removed after having been shared, 2 only its removal is logged
    read: Bools
    order: Ints  # a shuffle, from which offices take their stretches


def make_board(sizes: Sizes, rng: np.random.Generator) -> Board:
    """Draw all articles of the year."""
    n = sizes.articles
    removed = _removed_flags(sizes, rng)
    born = _births(n, rng)
    return Board(
        topic=_topics(n, rng),
        lang=_languages(removed, rng),
        born=born,
        appeal=_appeal(born, rng),
        removed=removed,
        read=_read_flags(sizes, removed, rng),
        order=rng.permutation(n),
    )


def _topics(n: int, rng: np.random.Generator) -> Ints:
    share = exp(TOPIC_SPREAD * normal_quantiles(len(TOPICS), rng))
    return rng.permutation(np.repeat(np.arange(len(TOPICS)), quotas(n, share)))


def _births(n: int, rng: np.random.Generator) -> Ints:
    """Spread births over the year, in order."""
    per_day = quotas(n, daily(MONTH_BIRTHS, WEEKDAY_BIRTHS))
    day = np.repeat(np.arange(DAYS), per_day)
    day[0] = 0
    return np.sort(day * DAY + time_of_day(HOUR_BIRTHS, n, rng))


def _appeal(born: Ints, rng: np.random.Generator) -> Floats:
    """Deal the popularity quantiles to articles, the higher ones rather in busy months.

    Each month gets its even share of hits and duds, else a single hit could upset its events.
    """
    month = months_and_weekdays()[0][born // DAY]
    q = np.concatenate([normal_quantiles(n, rng) for n in np.bincount(month)])
    pull = MONTH_PULL * np.round(np.log(MONTH_POPULARITY), 9)[month]
    rank = np.argsort(np.argsort(q + pull, kind="stable"), kind="stable")
    anchors, readers = np.array(POPULARITY_QUANTILES).T
    deviate = np.sort(normal_quantiles(len(born), rng))
    return exp(np.interp(deviate, anchors, np.log(readers)))[rank]


def _removed_flags(sizes: Sizes, rng: np.random.Generator) -> Ints:
    flags = np.zeros(sizes.articles, dtype=np.int64)
    flags[: sizes.removed_too] = 1
    flags[sizes.removed_too : sizes.removed_too + sizes.removed_only] = 2
    return rng.permutation(flags)


def _read_flags(sizes: Sizes, removed: Ints, rng: np.random.Generator) -> Bools:
    """Choose the articles that somebody reads."""
    read = np.zeros(sizes.articles, dtype=bool)
    only = rng.permutation(np.flatnonzero(removed == 2))
    rest = rng.permutation(np.flatnonzero(removed < 2))
    read[only[: sizes.read_removed_only]] = True
    read[rest[: sizes.read - sizes.read_removed_only]] = True
    return read


def _languages(removed: Ints, rng: np.random.Generator) -> npt.NDArray[np.str_]:
    """Deal languages so that the article file's rows (removed ones count twice) add up."""
    rows = ARTICLES + REMOVED_TOO
    lang = np.full(len(removed), "en", dtype="<U2")
    twice = rng.permutation(np.flatnonzero(removed == 1))
    once = rng.permutation(np.flatnonzero(removed != 1))
    pt_share = LANGUAGE_ROWS["pt"] / rows
    both = round(pt_share * len(twice))
    lang[twice[:both]] = "pt"
    start = 0
    total = len(removed) + len(twice)
    for code, count in LANGUAGE_ROWS.items():
        want = round(total * count / rows) - (2 * both if code == "pt" else 0)
        lang[once[start : start + want]] = code
        start += want
    return lang


def cut(board: Board, seen: Ints) -> Board:
    """Return some of the articles, as one office sees them."""
    return Board(
        topic=board.topic[seen],
        lang=board.lang[seen],
        born=board.born[seen],
        appeal=board.appeal[seen],
        removed=board.removed[seen],
        read=board.read[seen],
        order=np.arange(len(seen)),
    )

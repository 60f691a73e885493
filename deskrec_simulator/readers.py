"""Readers: how much each reads, of what, in which languages and on which days."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .calendar import DAYS, MONTH_ARRIVALS, MONTH_PAIRS, WEEKDAY_EVENTS, daily
from .draws import Floats, Ints, exp, normal_quantiles
from .sizes import Quota
from .titles import TOPICS

# How many distinct articles a reader reads: (normal deviate, articles) as published quantiles.
READING_QUANTILES = (
    (-1.30, 1.0), (-1.05, 1.6), (-0.67, 2.55), (-0.26, 4.9), (0.0, 6.6), (0.25, 10.2), (0.52, 15.4),
    (0.67, 19.4), (0.84, 25.2), (1.04, 33.5), (1.28, 46.5), (1.645, 86.0), (2.05, 165.0),
    (2.33, 257.0), (2.58, 330.0), (2.88, 468.0), (3.47, 961.0),
)  # fmt: skip
# Gamma shapes of taste: most readers lean to one or two shelves, and to a few topics on them.
SHELF_SHAPE, TOPIC_SHAPE = 0.5, 0.08
BROAD_READS = 500  # who reads this much has topics for twice as many
PORTUGUESE_ONLY, ENGLISH_ONLY = 0.20, 0.25  # readers who mostly skip the other language
LANGUAGE_BARRIER = 0.03  # how far such a reader's interest drops
ACTIVITY_SHAPE = 0.28  # gamma shape of daily activity: many idle days, few busy ones
STEADY_READS = 150  # who reads this much comes twice as steadily
STAY_EXPONENT = 1.1  # light readers leave early, heavy ones stay to the end


@dataclass(frozen=True)
class Readers:
    """The readers of one office."""

    reads: Ints  # distinct articles each will read
    taste: Floats  # readers x topics, rows sum to 1
    speaks: Floats  # readers x (English, Portuguese, any other): interest by language
    active: Floats  # readers x days, rows sum to 1


def make_readers(quota: Quota, articles: int, rng: np.random.Generator) -> Readers:
    """Draw the readers of one office."""
    n = quota.users
    z = normal_quantiles(n, rng)
    reads = _reading_volumes(z, quota.pairs, articles)
    return Readers(
        reads=reads,
        taste=_tastes(reads, rng),
        speaks=_speaks(n, rng),
        active=_activity(reads, rng),
    )


def _tastes(reads: Ints, rng: np.random.Generator) -> Floats:
    """Draw each reader's shares of taste: first of the shelves, then of the topics on them."""
    shelves, shelf = np.unique([topic.shelf for topic in TOPICS], return_inverse=True)
    n = len(reads)
    leaning = np.round(rng.standard_gamma(SHELF_SHAPE, (n, len(shelves))), 9)
    breadth = TOPIC_SHAPE * (1 + reads / BROAD_READS)
    taste = np.round(rng.standard_gamma(breadth[:, None], (n, len(TOPICS))), 9)
    taste = (taste + 1e-9) * (leaning + 0.01)[:, shelf]
    return taste / taste.sum(axis=1, keepdims=True)


def _reading_volumes(z: Floats, pairs: int, articles: int) -> Ints:
    """Deal the pairs to readers along the published quantiles, scaled to the sizes at hand."""
    anchors, volume = np.array(READING_QUANTILES).T
    log = np.round(np.interp(z, anchors, np.log(volume)), 9)
    cap = max(2, int(0.6 * articles))
    low, high = -8.0, 8.0
    for _ in range(60):
        middle = (low + high) / 2
        total = _volumes(log + middle, cap).sum()
        low, high = (middle, high) if total <= pairs else (low, middle)
    reads = _volumes(log + low, cap)
    by_size = np.argsort(-reads * (reads < cap), kind="stable")
    reads[by_size[: pairs - reads.sum()]] += 1
    return reads


def _volumes(log: Floats, cap: int) -> Ints:
    return np.clip(np.floor(exp(log)), 1, cap).astype(np.int64)


def _speaks(n: int, rng: np.random.Generator) -> Floats:
    """Return interest by language: English, Portuguese, any other."""
    speaks = np.ones((n, 3))
    draw = rng.random(n)
    speaks[draw < PORTUGUESE_ONLY, 0] = LANGUAGE_BARRIER
    speaks[draw > 1 - ENGLISH_ONLY, 1] = LANGUAGE_BARRIER
    speaks[:, 2] = LANGUAGE_BARRIER
    return speaks


def _activity(reads: Ints, rng: np.random.Generator) -> Floats:
    """Draw on which days readers are around; days sum to the year's course, rows to 1."""
    n = len(reads)
    shape = ACTIVITY_SHAPE * (1 + reads / STEADY_READS)
    active = np.round(rng.standard_gamma(shape[:, None], (n, DAYS)), 6)
    first, last = _stays(reads, rng)
    day = np.arange(DAYS)
    active *= (day >= first[:, None]) & (day <= last[:, None])
    active[np.arange(n), first] += 1e-3  # nobody stays away for good
    course = daily(MONTH_PAIRS, WEEKDAY_EVENTS)
    volume = reads / reads.sum()
    for _ in range(5):
        active *= course / np.maximum((active * volume[:, None]).sum(axis=0), 1e-12)
        active /= active.sum(axis=1, keepdims=True)
    return active


def _stays(reads: Ints, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Return first and last day: people arrive through the year, and heavy readers stay on."""
    n = len(reads)
    rank = np.argsort(np.argsort(-reads, kind="stable"), kind="stable") / n  # 0: reads most
    arrivals = np.cumsum(daily(MONTH_ARRIVALS, WEEKDAY_EVENTS))
    where = np.round(rng.random(n) ** (1 + 9 * (1 - rank) ** 6), 9)
    first = np.minimum(np.searchsorted(arrivals, where), DAYS - 30)
    share = np.round(rng.random(n) ** (STAY_EXPONENT * rank), 9)
    return first, np.minimum(first + 5 + (share * (DAYS - first)).astype(np.int64), DAYS - 1)

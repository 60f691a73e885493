"""Simulate an office's article sharing with the schema and statistics of Deskdrop.

Every figure below is calibrated to published aggregates of the real data; no row, title
or id of the real data is used.  The story the simulator tells:

1. *Articles* are shared through the year.  Each has a topic, a language, an author and an
   appeal, and interest in it fades within days.
2. *Readers* differ in how much they read, in what (their tastes), on which days they are
   around and which language they read.  Each reads the articles that win a race whose speeds are
   appeal x taste x language x being there while the article is fresh.
3. *Events*: a reading is a VIEW, sometimes with likes, bookmarks, comments or follows, more
   often where the taste is strong; some pages are opened again and again.
4. *Columns*: sessions, browsers, places, missing values, in the real proportions.

Counts are quotas and deviates are stratified, so figures hardly move with the seed (the extremes,
such as the longest session, do).  Decisions rest on elementary arithmetic and on rounded values,
so that processors whose last bits of ``exp`` or ``pow`` differ still make the same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import ndtri

from deskrec_tutorial.data import ClickStream, Truth
from deskrec_tutorial.sample.titles import TOPICS, write_articles

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Names = npt.NDArray[np.object_]

# Of 24 seeds the one whose extremes, too, lie near the published ones; lessons hold for any.
DEFAULT_SEED = 24

# ---------------------------------------------------------------- sizes (the published counts)
USERS = 1_895
ARTICLES = 3_057  # distinct contentIds: 3,047 with a SHARED row, 10 with nothing but a REMOVED row
EVENTS = 72_312
SHARED = 3_047
REMOVED_TOO = 65  # removed after having been shared: they keep both rows
READ_ARTICLES = 2_987
READ_REMOVED_ONLY = 8
PAIRS = 40_710
SESSIONS = 28_740
AUTHORS = 252
REMOVED_ONLY_PAIRS, REMOVED_ONLY_EVENTS = 28, 43  # all of them views

# ---------------------------------------------------------------- the calendar
DAY = 86_400
FIRST_DAY = date(2016, 3, 14)
DAYS = 352  # to 2017-02-28
SHARE_LOG_DAY = 14  # the share log starts on 2016-03-28, two weeks after the reading log
# Events by month from 2016-03, and how many of them open a new (reader, article) pair: in
# June pages were reloaded three times as often as in other months.
MONTH_EVENTS = (858, 7048, 9072, 16315, 8097, 7945, 7005, 5085, 2629, 2454, 2895, 2909)
MONTH_PAIRS = (578, 4589, 5476, 6079, 4930, 4676, 4248, 3310, 1701, 1505, 1824, 1794)
MONTH_BIRTHS = (114, 524, 432, 428, 327, 294, 245, 193, 112, 118, 120, 80)
MONTH_ARRIVALS = (209, 659, 276, 230, 173, 81, 84, 49, 31, 32, 26, 46)  # readers' first days
WEEKDAY_EVENTS = (0.193, 0.189, 0.192, 0.197, 0.186, 0.023, 0.020)
WEEKDAY_BIRTHS = (0.169, 0.187, 0.200, 0.200, 0.178, 0.030, 0.036)
# Share per hour, UTC: São Paulo's morning and afternoon, and next to nothing at night.  Articles
# are shared all day; who reads on a later day mostly does so in the morning.
HOUR_BIRTHS = (
    0.028, 0.019, 0.023, 0.014, 0.008, 0.003, 0.003, 0.001, 0.001, 0.006, 0.027, 0.094,
    0.095, 0.097, 0.071, 0.063, 0.080, 0.077, 0.081, 0.060, 0.050, 0.040, 0.030, 0.028,
)  # fmt: skip
HOUR_READINGS = (
    0.022, 0.019, 0.015, 0.010, 0.006, 0.004, 0.004, 0.002, 0.003, 0.011, 0.058, 0.176,
    0.160, 0.126, 0.062, 0.048, 0.069, 0.066, 0.064, 0.056, 0.030, 0.017, 0.010, 0.010,
)  # fmt: skip

# ---------------------------------------------------------------- readers
# How many distinct articles a reader reads: (normal deviate, articles) as published quantiles.
READING_QUANTILES = (
    (-1.30, 1.0), (-1.05, 1.6), (-0.67, 2.55), (-0.26, 4.9), (0.0, 6.6), (0.25, 10.2), (0.52, 15.4),
    (0.67, 19.4), (0.84, 25.2), (1.04, 33.5), (1.28, 46.5), (1.645, 86.0), (2.05, 165.0),
    (2.33, 257.0), (2.58, 330.0), (2.88, 468.0), (3.47, 961.0),
)  # fmt: skip
# Gamma shapes of taste: most readers lean to one or two shelves, and to a few topics on them.
SHELF_SHAPE, TOPIC_SHAPE = 0.5, 0.08
BROAD_READS = 500  # who reads this much has topics for twice as many
TASTE_BACKGROUND = 0.0008  # curiosity about anything, as a share of taste
TOPIC_SPREAD = 0.55  # log-scale spread of how much is written per topic
PORTUGUESE_ONLY, ENGLISH_ONLY = 0.20, 0.25  # readers who mostly skip the other language
LANGUAGE_BARRIER = 0.03  # how far such a reader's interest drops
ACTIVITY_SHAPE = 0.28  # gamma shape of daily activity: many idle days, few busy ones
STEADY_READS = 150  # who reads this much comes twice as steadily
STAY_EXPONENT = 1.1  # light readers leave early, heavy ones stay to the end

# ---------------------------------------------------------------- articles
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
# Interest in an article of a given age: (days to fall to 1/e, share of it).  Fresh articles are
# taken by taste; old ones are searched for when needed, whatever one's tastes.
FADING = ((0.62, 0.755), (3.2, 0.185))
SEARCHED = ((25.0, 0.045), (160.0, 0.058), (1e9, 0.005))
SEARCH_INTEREST = 0.0180  # as if one's taste were spread over all topics
FIRST_DAY_PART = 0.455  # how much of its first day an article is there to be read
BALANCE_ROUNDS = 7  # both margins are then met to about a hundredth
# Languages and kinds over the 3,122 rows of the article file; the rest is English and HTML.
LANGUAGE_ROWS = {"pt": 850, "la": 4, "ja": 2, "es": 2}
CONTENT_TYPE_ROWS = {"VIDEO": 11, "RICH": 10}
REUSED_TITLES = (2,) * 31 + (3, 3, 4, 4, 8)  # some titles stand for several contentIds
MOST_TITLES = 12_000  # larger sets repeat titles
AUTHOR_FIELDS_MISSING = 2_442  # of 3,122 rows

# ---------------------------------------------------------------- events
EVENT_TYPES = ("VIEW", "LIKE", "BOOKMARK", "FOLLOW", "COMMENT CREATED")
VIEW, LIKE, BOOKMARK, FOLLOW, COMMENT = range(5)
# What readers do with an article: pairs by the set of event types (V, L, B, F, C).
COMBINATIONS = {
    "VL": 4010, "VB": 1011, "VLB": 673, "VFC": 514, "VLFC": 420, "VC": 211, "VF": 187, "VLC": 151,
    "VLF": 120, "VLBFC": 77, "VBF": 22, "VLBC": 22, "VBFC": 22, "VLBF": 26, "VBC": 5,
    "B": 295, "L": 121, "LB": 43, "LBF": 3, "FC": 2, "LBFC": 2, "LF": 1, "BF": 1, "LFC": 1,
}  # fmt: skip
LETTERS = "VLBFC"  # in the order of EVENT_TYPES
REPEATS = {LIKE: 75, BOOKMARK: 261, FOLLOW: 9, COMMENT: 184}  # beyond a pair's first of the type
TASTE_IN_DEEDS = 0.75  # weight of log taste in who likes, comments ...: deeds follow interest
READER_SPREAD_IN_DEEDS = 1.3  # some people like everything, most nothing
# Log-scale spreads of how often a page is opened again: in June some sessions reload everything.
REREAD_SPREAD = {
    "reader": 0.4, "article": 0.5, "session": 0.9, "June session": 1.65, "pair": 0.55,
}  # fmt: skip
REREAD_TASTE = 0.30  # what is to one's taste is re-read more: interest to this power
# Busy readers and popular articles see more re-reads: their count to this power.
REREAD_VOLUME = {"reader": 0.28, "article": 0.13}
REREAD_MOST, RETURN_MOST = 24.0, 5.0  # the most re-reads to expect of a pair: same day, later
REREAD_LATER = 0.31  # share of re-reads on another day than the first reading
# Seconds from an event to what follows on the same page: (median, log-scale spread).
LAG_FROM_SHARING, SOON_SHARE = (2000.0, 1.5), 0.38  # the rest reads later that day
NIGHT_ENDS = 9 * 3600  # who is shown an article in São Paulo's night reads it in the morning
LAG_REREAD, LAG_RELOAD = (90.0, 3.0), (6.0, 1.6)  # reloads are June's
LAG_DEED = (120.0, 1.5)  # from a view to a like, bookmark, follow or comment
LAG_RETURN_DAYS = (2.8, 1.8)  # in days: until a reader comes back to a page
JUNE = 3  # months are counted from 2016-03
CELLS = 12 * 7  # months x weekdays

# ---------------------------------------------------------------- browsers and places
# Events without browser and place: most of what is no VIEW, and many of June's views.
AGENT_MISSING = {LIKE: 0.781375, BOOKMARK: 0.805522, FOLLOW: 0.713575, COMMENT: 0.790192}
AGENT_MISSING_VIEWS = {2: 0.01573, JUNE: 0.44699, 4: 0.026003}
EVENTS_WITH_AGENT = 56_918
APP_EVENTS = {"Android - Native Mobile App": 6_761, "iOS - Native Mobile App": 103}
DEVICE_SWITCH, TRAVEL = 0.30, 0.04  # share of sessions away from one's usual device or place
SYSTEMS = tuple(
    (f"Mozilla/5.0 ({system}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{{}} Safari/537.36", w)
    for system, w in (
        ("Windows NT 10.0; WOW64", 24),
        ("Windows NT 10.0; Win64; x64", 12),
        ("Windows NT 6.1; WOW64", 16),
        ("X11; Linux x86_64", 20),
        ("Macintosh; Intel Mac OS X 10_11_5", 16),
        ("Macintosh; Intel Mac OS X 10_12_1", 8),
        ("Windows NT 6.3; Win64; x64", 4),
    )
)
VERSIONS = (
    "49.0.2623.87", "49.0.2623.112", "50.0.2661.75", "50.0.2661.94", "50.0.2661.102",
    "51.0.2704.84", "51.0.2704.103", "51.0.2704.106", "52.0.2743.82", "52.0.2743.116",
    "53.0.2785.89", "53.0.2785.116", "53.0.2785.143", "54.0.2840.59", "54.0.2840.71",
    "54.0.2840.99", "55.0.2883.75", "55.0.2883.87", "55.0.2883.95", "56.0.2924.76", "56.0.2924.87",
)  # fmt: skip
# Country, region and number of events.
PLACES: tuple[tuple[str, str | None, int], ...] = (
    ("BR", "SP", 40164), ("BR", "MG", 10229), ("US", "NY", 1257), ("US", "TX", 923),
    ("US", "GA", 910), ("BR", "RJ", 775), ("US", "NJ", 698), ("US", "CA", 238), ("CA", "ON", 202),
    ("KR", "?", 165), ("AU", "NSW", 138), ("US", "IL", 113), ("JP", "13", 105), ("BR", "PR", 88),
    ("US", "?", 88), ("US", "MI", 84), ("US", "PA", 72), ("KR", "49", 47), ("US", "FL", 49),
    ("BR", "RS", 38), ("US", "MA", 39), ("US", "WA", 63), ("JP", "?", 39), ("BR", "ES", 32),
    ("US", "VA", 30), ("US", "CO", 29), ("BR", "GO", 23), ("GB", "ENG", 22), ("US", "AZ", 20),
    ("DE", "BE", 19), ("CA", "BC", 18), ("US", "KS", 17), ("BR", "MS", 17), ("KR", "45", 27),
    ("US", "OH", 16), ("BR", "DF", 16), ("BR", "BA", 14), ("IE", "D", 14), ("IS", "?", 13),
    ("SG", None, 11), ("ZZ", "?", 11), ("US", "DC", 11), ("AR", "B", 7), ("CA", "QC", 6),
    ("PT", "11", 6), ("IN", "16", 3), ("ES", "M", 3), ("MY", "14", 2), ("IT", "25", 2),
    ("CN", "22", 1), ("NL", "NH", 1),
)  # fmt: skip


@dataclass(frozen=True)
class Sizes:
    """The counts of one simulation, in the proportions of the published ones."""

    users: int
    articles: int
    events: int
    shared: int
    removed_too: int
    read: int
    read_removed_only: int
    pairs: int
    sessions: int
    authors: int
    removed_only_pairs: int
    removed_only_events: int

    @property
    def removed_only(self) -> int:
        """Articles with nothing but a REMOVED row."""
        return self.articles - self.shared


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


@dataclass(frozen=True)
class Quota:
    """One office's part of the sizes."""

    users: int
    pairs: int
    events: int
    sessions: int
    authors: int
    removed_only_pairs: int
    removed_only_events: int


@dataclass(frozen=True)
class Pairs:
    """Who read what, and on which day first."""

    user: Ints
    article: Ints
    day: Ints


@dataclass(frozen=True)
class Readers:
    """The readers of one office."""

    reads: Ints  # distinct articles each will read
    taste: Floats  # readers x topics, rows sum to 1
    speaks: Floats  # readers x (English, Portuguese, any other): interest by language
    active: Floats  # readers x days, rows sum to 1


@dataclass(frozen=True)
class Office:
    """An office's readers, the articles it sees, and who of its people shared them."""

    quota: Quota
    board: Board
    home: Bools  # the articles that its own people share
    readers: Readers
    author: Ints  # -1 for articles shared elsewhere


@dataclass(frozen=True)
class Log:
    """Events as columns of codes: the interactions before ids and strings."""

    user: Ints
    article: Ints
    kind: Ints
    second: Ints  # since the first day's midnight


def simulate(
    users: int = USERS,
    articles: int = ARTICLES,
    events: int = EVENTS,
    seed: int = DEFAULT_SEED,
) -> tuple[ClickStream, Truth]:
    """Simulate a reading log with Deskdrop's schema.

    Parameters
    ----------
    users, articles, events : int
        Distinct readers, distinct articles and interactions.  Other counts (sessions, removed
        articles, ...) keep their proportions.  Many users are simulated in offices of about
        1,900, each with its own stretch of the articles, so time per event stays flat.
    seed : int
        The same seed makes the same bytes.

    Returns
    -------
    clicks : ClickStream
        The two raw tables.
    truth : Truth
        Each article's topic and each reader's share of taste per topic.

    Raises
    ------
    ValueError
        If the sizes do not fit together.

    Examples
    --------
    >>> clicks, truth = simulate(users=60, articles=80, events=1_500, seed=1)
    >>> clicks.interactions["personId"].nunique(), len(clicks.interactions)
    (60, 1500)
    """
    sizes = _sizes(users, articles, events)
    board_seed, id_seed, frame_seed, *office_seeds = np.random.SeedSequence(seed).spawn(
        3 + _office_count(users)
    )
    board = _make_board(sizes, _generator(board_seed))
    log, tastes, authors = _run_offices(sizes, board, office_seeds)
    ids = _make_ids(sizes, _generator(id_seed))
    return _frames(sizes, board, log, tastes, authors, ids, _generator(frame_seed))


def _generator(seed: np.random.SeedSequence) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(seed))


# ------------------------------------------------------------------------------- sizes


def _sizes(users: int, articles: int, events: int) -> Sizes:
    """Scale the published counts, or say why these sizes cannot be simulated."""
    for name, value, least in (("users", users, 10), ("articles", articles, 20)):
        if value != int(value) or value < least:
            raise ValueError(f"{name} must be a whole number of at least {least}, not {value!r}")
    if events != int(events):
        raise ValueError(f"events must be a whole number, not {events!r}")
    sizes = _scaled(int(users), int(articles), int(events))
    room = int(0.3 * sizes.users * min(sizes.read, _board_size(sizes)))
    if sizes.pairs < max(1.5 * sizes.users, 1.5 * sizes.read) or sizes.pairs > room:
        low = int(np.ceil(1.5 * max(sizes.users, sizes.read) * EVENTS / PAIRS)) + 1
        high = int(room * EVENTS / PAIRS)
        raise ValueError(
            f"{users} users and {articles} articles take {low} to {high} events, not {events}"
        )
    return sizes


def _scaled(users: int, articles: int, events: int) -> Sizes:
    def per_article(count: int) -> int:
        return round(articles * count / ARTICLES)

    def per_event(count: int) -> int:
        return round(events * count / EVENTS)

    shared = per_article(SHARED)
    read_removed_only = min(per_article(READ_REMOVED_ONLY), articles - shared)
    return Sizes(
        users=users,
        articles=articles,
        events=events,
        shared=shared,
        removed_too=per_article(REMOVED_TOO),
        read=per_article(READ_ARTICLES),
        read_removed_only=read_removed_only,
        pairs=per_event(PAIRS),
        sessions=per_event(SESSIONS),
        authors=max(3, min(per_article(AUTHORS), users // 5)),
        removed_only_pairs=max(read_removed_only, 0) and per_event(REMOVED_ONLY_PAIRS),
        removed_only_events=max(read_removed_only, 0) and per_event(REMOVED_ONLY_EVENTS),
    )


def _office_count(users: int) -> int:
    return max(1, round(users / USERS))


def _board_size(sizes: Sizes) -> int:
    """How many articles one office can see: all of them, or a Deskdrop's worth of a large set."""
    return min(sizes.articles, max(ARTICLES, -(-sizes.articles // _office_count(sizes.users))))


def _split(total: int, parts: int) -> Ints:
    """Split a count into nearly equal whole parts that add up to it."""
    return np.diff(np.arange(parts + 1) * total // parts)


# ------------------------------------------------------------------------------- small tools


def _normal_quantiles(n: int, rng: np.random.Generator) -> Floats:
    """Return n normal deviates without sampling noise: the quantiles, shuffled."""
    share: Floats = (np.arange(n) + 0.5) / n
    quantiles: Floats = ndtri(share)
    return rng.permutation(np.round(quantiles, 9))


def _exp(x: Floats) -> Floats:
    """``exp`` without its last bits, in which processors and libraries differ."""
    return np.round(np.exp(x), 9).astype(np.float64, copy=False)


def _quotas(total: int, weights: npt.ArrayLike) -> Ints:
    """Split a count in given proportions into whole numbers that add up to it."""
    cumulative = np.cumsum(np.asarray(weights, dtype=float))
    return np.diff(np.round(total * cumulative / cumulative[-1]).astype(np.int64), prepend=0)


def _top(score: Floats, count: int) -> Ints:
    """Return the positions of the highest scores, in ascending order of position."""
    if count <= 0:
        return np.empty(0, dtype=np.int64)
    count = min(count, len(score))
    cut = np.partition(score, len(score) - count)[len(score) - count]
    above, at = np.flatnonzero(score > cut), np.flatnonzero(score == cut)
    return np.sort(np.concatenate([above, at[: count - len(above)]]))


def _picks(weights: Floats, count: int, rng: np.random.Generator) -> Ints:
    """Draw positions with replacement, in proportion to their weights."""
    cumulative = np.cumsum(weights)
    where = np.searchsorted(cumulative, rng.random(count) * cumulative[-1], side="right")
    return np.minimum(where, len(weights) - 1)


def _calendar() -> tuple[Ints, Ints]:
    """Return month number (0 for 2016-03) and weekday (0 for Monday) of each simulated day."""
    days = np.datetime64(FIRST_DAY) + np.arange(DAYS)
    month = days.astype("datetime64[M]").astype(np.int64) - (2016 - 1970) * 12 - 2
    return month, (days.astype(np.int64) + 3) % 7


def _daily(by_month: tuple[int, ...], by_weekday: tuple[float, ...]) -> Floats:
    """Spread monthly totals over days by weekday; the year sums to 1."""
    month, weekday = _calendar()
    weight = np.asarray(by_weekday)[weekday]
    in_month = np.bincount(month, weights=weight)
    total = np.asarray(by_month, dtype=float)
    return weight / in_month[month] * total[month] / total.sum()


def _time_of_day(
    humps: tuple[float, ...], count: int, rng: np.random.Generator, after: Ints | int = 0
) -> Ints:
    """Draw seconds since midnight from the daily humps, later than a given second."""
    mass = np.concatenate([[0.0], np.cumsum(humps)])
    hours = np.arange(25) * 3600.0
    start = np.interp(after, hours, mass)
    draw = start + rng.random(count) * (mass[-1] - start)
    return np.minimum(np.interp(draw, mass, hours).astype(np.int64), DAY - 1)


def _lag(shape: tuple[float, float], count: int, rng: np.random.Generator) -> Ints:
    """Draw log-normal whole seconds."""
    median, spread = shape
    return np.floor(median * _exp(spread * rng.standard_normal(count))).astype(np.int64)


# ------------------------------------------------------------------------------- the articles


def _make_board(sizes: Sizes, rng: np.random.Generator) -> Board:
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
    share = _exp(TOPIC_SPREAD * _normal_quantiles(len(TOPICS), rng))
    return rng.permutation(np.repeat(np.arange(len(TOPICS)), _quotas(n, share)))


def _births(n: int, rng: np.random.Generator) -> Ints:
    """Spread births over the year, in order."""
    per_day = _quotas(n, _daily(MONTH_BIRTHS, WEEKDAY_BIRTHS))
    day = np.repeat(np.arange(DAYS), per_day)
    day[0] = 0
    return np.sort(day * DAY + _time_of_day(HOUR_BIRTHS, n, rng))


def _appeal(born: Ints, rng: np.random.Generator) -> Floats:
    """Deal the popularity quantiles to articles, the higher ones rather in busy months.

    Each month gets its even share of hits and duds, else a single hit could upset its events.
    """
    month = _calendar()[0][born // DAY]
    q = np.concatenate([_normal_quantiles(n, rng) for n in np.bincount(month)])
    pull = MONTH_PULL * np.round(np.log(MONTH_POPULARITY), 9)[month]
    rank = np.argsort(np.argsort(q + pull, kind="stable"), kind="stable")
    anchors, readers = np.array(POPULARITY_QUANTILES).T
    deviate = np.sort(_normal_quantiles(len(born), rng))
    return _exp(np.interp(deviate, anchors, np.log(readers)))[rank]


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


# ------------------------------------------------------------------------------- the offices


def _run_offices(
    sizes: Sizes, board: Board, seeds: list[np.random.SeedSequence]
) -> tuple[Log, Floats, Ints]:
    """Simulate office after office; return all events, all tastes and each article's author."""
    offices = len(seeds)
    parts = [
        _split(total, offices)
        for total in (
            sizes.users, sizes.pairs, sizes.events, sizes.sessions, sizes.authors,
            sizes.removed_only_pairs, sizes.removed_only_events,
        )
    ]  # fmt: skip
    author = np.full(sizes.articles, -1, dtype=np.int64)
    logs, tastes, first_user = [], [], 0
    for number, seed in enumerate(seeds):
        quota = Quota(*(int(part[number]) for part in parts))
        seen, home = _office_board(sizes, board, number, offices)
        log, taste, who = _run_office(quota, _cut(board, seen), home, _generator(seed))
        author[seen[home]] = who[home] + first_user
        logs.append(Log(log.user + first_user, seen[log.article], log.kind, log.second))
        tastes.append(taste)
        first_user += quota.users
    return _concatenate(logs), np.concatenate(tastes), author


def _concatenate(logs: list[Log]) -> Log:
    columns = (np.concatenate([getattr(log, name) for log in logs]) for name in Log.__annotations__)
    return Log(*columns)


def _office_board(sizes: Sizes, board: Board, number: int, offices: int) -> tuple[Ints, Bools]:
    """Return the articles an office sees, and which of them its own people share."""
    n, size = sizes.articles, _board_size(sizes)
    place = (number * size + np.arange(size)) % n
    rounds = max(1, offices * size // n)
    home = ((place % rounds) * n + place) // size == number
    seen = board.order[place]
    sort = np.argsort(seen, kind="stable")
    return seen[sort], home[sort]


def _cut(board: Board, seen: Ints) -> Board:
    return Board(
        topic=board.topic[seen],
        lang=board.lang[seen],
        born=board.born[seen],
        appeal=board.appeal[seen],
        removed=board.removed[seen],
        read=board.read[seen],
        order=np.arange(len(seen)),
    )


def _run_office(
    quota: Quota, board: Board, home: Bools, rng: np.random.Generator
) -> tuple[Log, Floats, Ints]:
    readers = _make_readers(quota, len(board.topic), rng)
    author = _choose_authors(quota, board, home, readers, rng)
    office = Office(quota, board, home, readers, author)
    fresh = [_freshness(readers.active, *fading) for fading in FADING + SEARCHED]
    speed = _speeds(office, fresh)
    must = _must_read(office, speed, rng)
    user, article = _race(office, speed, must, rng)
    day = _reading_days(office, fresh, user, article, rng)
    log = _events(office, Pairs(user, article, day), rng)
    return log, readers.taste, author


# ------------------------------------------------------------------------------- readers


def _make_readers(quota: Quota, articles: int, rng: np.random.Generator) -> Readers:
    n = quota.users
    z = _normal_quantiles(n, rng)
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
    return np.clip(np.floor(_exp(log)), 1, cap).astype(np.int64)


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
    course = _daily(MONTH_PAIRS, WEEKDAY_EVENTS)
    volume = reads / reads.sum()
    for _ in range(5):
        active *= course / np.maximum((active * volume[:, None]).sum(axis=0), 1e-12)
        active /= active.sum(axis=1, keepdims=True)
    return active


def _stays(reads: Ints, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Return first and last day: people arrive through the year, and heavy readers stay on."""
    n = len(reads)
    rank = np.argsort(np.argsort(-reads, kind="stable"), kind="stable") / n  # 0: reads most
    arrivals = np.cumsum(_daily(MONTH_ARRIVALS, WEEKDAY_EVENTS))
    where = np.round(rng.random(n) ** (1 + 9 * (1 - rank) ** 6), 9)
    first = np.minimum(np.searchsorted(arrivals, where), DAYS - 30)
    share = np.round(rng.random(n) ** (STAY_EXPONENT * rank), 9)
    return first, np.minimum(first + 5 + (share * (DAYS - first)).astype(np.int64), DAYS - 1)


# ------------------------------------------------------------------------------- who shares


def _choose_authors(
    quota: Quota, board: Board, home: Bools, readers: Readers, rng: np.random.Generator
) -> Ints:
    """Choose each home article's author among the busiest readers: by taste and presence."""
    author = np.full(len(home), -1, dtype=np.int64)
    people = _top(readers.reads * (1 + rng.random(len(readers.reads))), quota.authors)
    articles = np.flatnonzero(home)
    likes = TASTE_BACKGROUND + readers.taste[people][:, board.topic[articles]]
    there = 1e-4 + readers.active[people][:, board.born[articles] // DAY]
    race = rng.standard_exponential(likes.shape) / (
        likes * there * readers.reads[people, None] ** 2
    )
    author[articles] = people[np.argmin(race.astype(np.float32), axis=0)]
    return _spread_authors(author, articles, people, readers.reads)


def _spread_authors(author: Ints, articles: Ints, people: Ints, reads: Ints) -> Ints:
    """Give every author an article, and none more than half of what they read."""
    count = np.bincount(author[articles], minlength=len(reads))
    room = np.maximum(reads // 2, 1)
    for article in articles:
        idle = people[count[people] == 0]
        who = author[article]
        if count[who] > room[who] or (len(idle) and count[who] > 1):
            new = idle[0] if len(idle) else people[np.argmax((room - count)[people])]
            author[article] = new
            count[who] -= 1
            count[new] += 1
    return author


# ------------------------------------------------------------------------------- who reads what


def _speeds(office: Office, fresh: list[Floats]) -> Floats:
    """Return how readily each reader takes each article, appeal aside."""
    board, readers = office.board, office.readers
    missed = [(1 - FIRST_DAY_PART) * _kernel(*fading)[0] for fading in FADING + SEARCHED]
    there = [part - late * readers.active for part, late in zip(fresh, missed, strict=True)]
    by_taste = np.sum(there[: len(FADING)], axis=0)
    searched = np.sum(there[len(FADING) :], axis=0) * SEARCH_INTEREST
    born, interest = board.born // DAY, _interest(readers.taste)
    language = np.select([board.lang == "en", board.lang == "pt"], [0, 1], 2)
    speed = np.empty((len(interest), len(born)))
    for rows in _blocks(len(speed)):
        part = np.take(by_taste[rows], born, axis=1)
        part *= np.take(interest[rows], board.topic, axis=1)
        part += np.take(searched[rows], born, axis=1)
        np.multiply(part, np.take(readers.speaks[rows], language, axis=1), out=speed[rows])
    return speed


def _interest(taste: Floats) -> Floats:
    """Turn shares of taste into interest: nobody minds anything completely."""
    return TASTE_BACKGROUND + (1 - TASTE_BACKGROUND) * taste


def _interest_in(office: Office, user: Ints, article: Ints) -> Floats:
    """Return the interest of readers in the topics of articles, pair by pair."""
    return _interest(office.readers.taste[user, office.board.topic[article]])


def _kernel(days: float, share: float) -> tuple[float, float]:
    """Return interest on the day of birth and what is kept of it from one day to the next."""
    keep = round(float(np.exp(-1 / days)), 12)
    return share * max(1 - keep, 1 / DAYS), keep


def _freshness(active: Floats, days: float, share: float) -> Floats:
    """Sum a reader's activity from each day on, faded by the distance from that day."""
    at_birth, keep = _kernel(days, share)
    fresh = at_birth * active
    for day in range(DAYS - 2, -1, -1):
        fresh[:, day] += keep * fresh[:, day + 1]
    return fresh


def _must_read(office: Office, speed: Floats, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Return the settled pairs: authors with their articles, and readers of removed ones."""
    quota, board, author, home = office.quota, office.board, office.author, office.home
    own = np.flatnonzero(home & board.read)
    gone = np.flatnonzero(home & board.read & (board.removed == 2))
    user, article = [author[own]], [own]
    left = office.readers.reads - np.bincount(author[own], minlength=quota.users)
    extra = _split(max(quota.removed_only_pairs - len(gone), 0), max(len(gone), 1))
    for one, count in zip(gone, extra, strict=False):
        score = speed[:, one] * rng.random(quota.users) * (left > 1)
        score[author[one]] = 0
        chosen = _top(score, int(count))
        left[chosen] -= 1
        user.append(chosen)
        article.append(np.full(len(chosen), one))
    return np.concatenate(user), np.concatenate(article)


def _race(
    office: Office, speed: Floats, must: tuple[Ints, Ints], rng: np.random.Generator
) -> tuple[Ints, Ints]:
    """Let articles race for each reader's attention; the first ones home are read."""
    board, reads = office.board, office.readers.reads
    appeal = board.appeal * (board.read & (board.removed < 2))
    want = appeal * ((office.quota.pairs - len(must[1])) / appeal.sum())
    pull = _balance(speed, want, reads)
    key = np.empty(speed.shape, dtype=np.float32)  # rounding hides last bits that may differ
    for rows in _blocks(len(reads)):
        part = speed[rows] * pull
        part /= rng.standard_exponential(part.shape)
        key[rows] = part
    key[must] = np.inf
    return _winners(key, reads)


def _winners(key: npt.NDArray[np.float32], count: Ints) -> tuple[Ints, Ints]:
    """Return rows and columns of each row's highest keys, a given count per row."""
    users, articles = [], []
    for rows in _blocks(len(key)):
        part = key[rows]
        cut = np.sort(part, axis=1)[np.arange(len(part)), part.shape[1] - count[rows]]
        user, article = np.nonzero(part >= cut[:, None])
        users.append(user + rows.start)
        articles.append(article)
    return np.concatenate(users), np.concatenate(articles)


def _blocks(n: int, size: int = 64) -> list[slice]:
    """Cut rows into blocks that fit a processor's cache: several times faster than all at once."""
    return [slice(start, min(start + size, n)) for start in range(0, n, size)]


def _balance(speed: Floats, want: Floats, reads: Ints) -> Floats:
    """Find each article's pull, so that it can expect the readers it should have.

    Rows are scaled to what readers read and columns to the readers articles want, in turn, until
    both margins hold; readers have a pace of their own for that, which the race does not need.
    """
    want = np.minimum(want, 0.6 * len(reads))
    pull, pace = want / np.maximum(speed.sum(axis=0), 1e-300), np.ones(len(reads))
    for _ in range(BALANCE_ROUNDS):
        readers = np.zeros(len(want))
        for rows in _blocks(len(reads)):
            chance = _chance(speed[rows] * pull, pace[rows])
            readers += chance.sum(axis=0)
            pace[rows] *= reads[rows] / np.maximum(chance.sum(axis=1), 1e-12)
        total = readers.sum() / max(want.sum(), 1e-12)  # of which the pace takes care
        pull *= total * want / np.maximum(readers, 1e-12)
    return pull


def _chance(x: Floats, pace: Floats) -> Floats:
    """Return nearly 1 - exp(-x * pace), from operations that are exact on every processor."""
    x *= (pace / 8)[:, None]
    x += 1
    np.divide(1, x, out=x)
    for _ in range(3):
        np.multiply(x, x, out=x)
    return np.subtract(1, x, out=x)


def _reading_days(
    office: Office, fresh: list[Floats], user: Ints, article: Ints, rng: np.random.Generator
) -> Ints:
    """Draw the day of each reading: a fading kind of interest, then a day of presence."""
    board, readers = office.board, office.readers
    born = board.born[article] // DAY
    parts = np.stack([part[user, born] for part in fresh])
    parts[: len(FADING)] *= _interest_in(office, user, article)
    parts[len(FADING) :] *= SEARCH_INTEREST
    draw = rng.random(len(user)) * parts.sum(axis=0)
    kind = (draw > np.cumsum(parts, axis=0)[:-1]).sum(axis=0)
    day = born.copy()
    for number, fading in enumerate(FADING + SEARCHED):
        mine = np.flatnonzero(kind == number)
        _walk(day, mine, user[mine], _kernel(*fading)[0] * readers.active, fresh[number], rng)
    return np.where(office.author[article] == user, born, day)


def _walk(
    day: Ints, which: Ints, user: Ints, now: Floats, ahead: Floats, rng: np.random.Generator
) -> None:
    """Move readings on day by day until each has found its day."""
    part = FIRST_DAY_PART
    while len(which):
        here = day[which]
        today = now[user, here]
        stay = rng.random(len(which)) * (ahead[user, here] - (1 - part) * today) <= part * today
        stay |= here == DAYS - 1
        which, user, part = which[~stay], user[~stay], 1.0
        day[which] += 1


# ------------------------------------------------------------------------------- events


def _events(office: Office, pairs: Pairs, rng: np.random.Generator) -> Log:
    """Turn pairs into events: deeds, repeated deeds and re-reads, each an exact number."""
    start = _first_seconds(office, pairs, rng)
    deeds = _deeds(office, pairs, rng)
    first = _first_events(pairs, start, deeds, rng)
    so_far = _concatenate([first, _repeated_deeds(office.quota, first, rng)])
    opened = Log(pairs.user, pairs.article, deeds, start)
    return _concatenate([so_far, _rereads(office, opened, so_far, rng)])


def _first_seconds(office: Office, pairs: Pairs, rng: np.random.Generator) -> Ints:
    """Draw when a pair starts: soon after birth on the first day, else at any working hour."""
    board = office.board
    born = board.born[pairs.article]
    n = len(born)
    soon = _same_day(born, _lag(LAG_FROM_SHARING, n, rng))
    later = born // DAY * DAY + _time_of_day(HOUR_READINGS, n, rng, after=born % DAY)
    awake = born % DAY >= NIGHT_ENDS
    same_day = np.where((rng.random(n) < SOON_SHARE) & awake, soon, later)
    other_day = pairs.day * DAY + _time_of_day(HOUR_READINGS, n, rng)
    start = np.where(pairs.day == born // DAY, same_day, other_day)
    return np.where(office.author[pairs.article] == pairs.user, born, start)


def _deeds(office: Office, pairs: Pairs, rng: np.random.Generator) -> Ints:
    """Choose each pair's set of event types, as bits: exact numbers of each set."""
    n = len(pairs.user)
    fond = np.log(_interest_in(office, pairs.user, pairs.article))
    habit = READER_SPREAD_IN_DEEDS * rng.standard_normal((office.quota.users, len(LETTERS)))
    habit = 0.7 * habit + 0.7 * habit[:, :1]  # half one's own way with the type, half with all
    deeds = np.ones(n, dtype=np.int64)
    free = office.board.removed[pairs.article] < 2
    for letters, count in sorted(COMBINATIONS.items(), key=lambda item: (-len(item[0]), item[0])):
        columns = [LETTERS.index(letter) for letter in letters]
        score = habit[pairs.user][:, columns].mean(axis=1) + TASTE_IN_DEEDS * fond
        score = np.round(score + rng.standard_normal(n), 9)
        score[~free] = -np.inf
        chosen = _top(score, min(round(count * n / PAIRS), int(free.sum())))
        deeds[chosen] = sum(1 << column for column in columns)
        free[chosen] = False
    return deeds


def _first_events(pairs: Pairs, start: Ints, deeds: Ints, rng: np.random.Generator) -> Log:
    """List each pair's first event of every type it has; the view comes first."""
    begun = np.zeros(len(deeds), dtype=bool)
    logs = []
    for kind in range(len(EVENT_TYPES)):
        has = np.flatnonzero(deeds >> kind & 1)
        after = np.where(begun[has], 1 + _lag(LAG_DEED, len(has), rng), 0)
        when = _same_day(start[has], after)
        logs.append(Log(pairs.user[has], pairs.article[has], np.full(len(has), kind), when))
        begun[has] = True
    return _concatenate(logs)


def _same_day(start: Ints, after: Ints) -> Ints:
    """Add seconds, but within the day: a session is one reader's day."""
    rest = DAY - start % DAY
    return start + after % rest


def _repeated_deeds(quota: Quota, first: Log, rng: np.random.Generator) -> Log:
    """Repeat some likes, bookmarks, follows and comments."""
    logs = []
    for kind, count in REPEATS.items():
        have = np.flatnonzero(first.kind == kind)
        many = round(count * quota.pairs / PAIRS) if len(have) else 0
        who = have[rng.integers(0, max(len(have), 1), many)]
        when = _same_day(first.second[who], 1 + _lag(LAG_DEED, many, rng))
        logs.append(Log(first.user[who], first.article[who], first.kind[who], when))
    return _concatenate(logs)


def _rereads(office: Office, pairs: Log, so_far: Log, rng: np.random.Generator) -> Log:
    """Add views of pages already seen: on later days, on removed articles, on the same day.

    ``pairs.kind`` holds the pairs' sets of event types: what was never viewed isn't re-read.
    """
    quota = office.quota
    weight = _reread_weights(pairs, rng) * (pairs.kind & 1)
    weight *= _exp(REREAD_TASTE * np.log(_interest_in(office, pairs.user, pairs.article)))
    gone = office.board.removed[pairs.article] == 2
    stale = _stale_rereads(quota, gone, weight, rng)
    weight = np.where(gone, 0, weight)
    count = quota.events - len(so_far.kind) - len(stale)
    later, when = _later_rereads(quota, pairs, weight, count, rng)
    soon = _same_day(pairs.second[stale], 1 + stale % 600)
    logs = [so_far, _views(pairs, later, when), _views(pairs, stale, soon)]
    same = _same_day_rereads(quota, pairs, weight, _concatenate(logs), rng)
    again = _reload_seconds(pairs.second[same], rng)
    return _concatenate([*logs[1:], _views(pairs, same, again)])


def _stale_rereads(quota: Quota, gone: Bools, weight: Floats, rng: np.random.Generator) -> Ints:
    """Choose what is re-read of articles of which only the removal is logged."""
    pairs = np.flatnonzero(gone)
    count = max(quota.removed_only_events - len(pairs), 0) if len(pairs) else 0
    return pairs[_picks(weight[pairs], count, rng)] if count else pairs[:0]


def _views(pairs: Log, which: Ints, when: Ints) -> Log:
    return Log(pairs.user[which], pairs.article[which], np.zeros(len(which), dtype=np.int64), when)


def _reread_weights(pairs: Log, rng: np.random.Generator) -> Floats:
    """Return how prone each pair is to be opened again.

    Habits of readers and articles even out the more they read or are read, so that the extremes
    do not hang on a single draw.
    """
    weight = _exp(REREAD_SPREAD["pair"] * rng.standard_normal(len(pairs.user)))
    day = pairs.second // DAY
    _, session = np.unique(pairs.user * DAYS + day, return_inverse=True)
    june = _calendar()[0][day] == JUNE
    habit = rng.standard_normal(session.max() + 1)[session]
    weight *= _exp(np.where(june, REREAD_SPREAD["June session"], REREAD_SPREAD["session"]) * habit)
    for name, who in (("reader", pairs.user), ("article", pairs.article)):
        count = np.bincount(who)
        habit = REREAD_SPREAD[name] * rng.standard_normal(len(count)) / (1 + count / 100)
        weight *= _exp(habit + REREAD_VOLUME[name] * np.log(np.maximum(count, 1)))[who]
    return weight


def _later_rereads(
    quota: Quota, pairs: Log, weight: Floats, count: int, rng: np.random.Generator
) -> tuple[Ints, Ints]:
    """Bring readers back on later days: as many new reader-days as sessions are missing."""
    known = np.unique(pairs.user * DAYS + pairs.second // DAY)
    fresh_days = max(quota.sessions - len(known), 0)
    old_days = max(round(REREAD_LATER * count) - fresh_days, 0)
    weight = np.minimum(weight, RETURN_MOST * weight.sum() / max(fresh_days + old_days, 1))
    pool = _picks(weight, 6 * (fresh_days + old_days), rng)
    day = pairs.second[pool] // DAY + 1 + _lag(LAG_RETURN_DAYS, len(pool), rng)
    _, weekday = _calendar()
    day += np.where(weekday[np.minimum(day, DAYS - 1)] >= 5, 2, 0)
    pool, day = pool[day < DAYS], day[day < DAYS]
    key = pairs.user[pool] * DAYS + day
    seen = np.isin(key, known)
    _, unseen = np.unique(np.where(seen, -1, key), return_index=True)
    unseen = np.sort(unseen[~seen[unseen]])[:fresh_days]
    take = np.concatenate([unseen, np.flatnonzero(seen)[:old_days]])
    return pool[take], day[take] * DAY + _time_of_day(HOUR_READINGS, len(take), rng)


def _same_day_rereads(
    quota: Quota, pairs: Log, weight: Floats, so_far: Log, rng: np.random.Generator
) -> Ints:
    """Choose same-day re-reads so that each month and each weekday gets its events."""
    month, weekday = _calendar()
    cell_of_day = month * 7 + weekday
    cell = cell_of_day[pairs.second // DAY]
    mass = np.bincount(cell, weight, minlength=CELLS)
    have = np.bincount(cell_of_day[so_far.second // DAY], minlength=CELLS)
    need = _lacking(quota.events, have, mass > 0)
    weight = np.minimum(weight, (REREAD_MOST * mass / np.maximum(need, 1))[cell])
    mass = np.bincount(cell, weight, minlength=CELLS)
    order = np.argsort(cell, kind="stable")
    cumulative = np.cumsum(weight[order])
    draw = np.repeat(np.cumsum(mass) - mass, need)
    draw += rng.random(need.sum()) * np.repeat(mass, need)
    where = np.minimum(np.searchsorted(cumulative, draw, side="right"), len(order) - 1)
    return order[where]


def _lacking(events: int, have: Ints, possible: Bools) -> Ints:
    """Say how many events each month and weekday lacks, so that both margins come out."""
    month, weekday = _calendar()
    want = events * np.bincount(month * 7 + weekday, _daily(MONTH_EVENTS, WEEKDAY_EVENTS))
    gap = (want - have).reshape(-1, 7)
    lack = np.maximum(gap, 1e-9) * possible.reshape(-1, 7)
    rows, columns = np.maximum(gap.sum(axis=1), 0), np.maximum(gap.sum(axis=0), 0)
    for _ in range(20):
        lack *= (rows / np.maximum(lack.sum(axis=1), 1e-12))[:, None]
        lack *= columns / np.maximum(lack.sum(axis=0), 1e-12)
    return _quotas(events - have.sum(), np.round(lack.ravel(), 6) + 1e-9 * possible)


def _reload_seconds(start: Ints, rng: np.random.Generator) -> Ints:
    """Draw when a page is opened again on the same day: in June at once, else within hours."""
    month, _ = _calendar()
    june = month[start // DAY] == JUNE
    slow, fast = (1 + _lag(shape, len(start), rng) for shape in (LAG_REREAD, LAG_RELOAD))
    return _same_day(start, np.where(june, fast - 1, slow))


# ------------------------------------------------------------------------------- columns


@dataclass(frozen=True)
class Ids:
    """Random signed 64-bit ids, all different."""

    user: Ints
    article: Ints
    session: Ints


def _make_ids(sizes: Sizes, rng: np.random.Generator) -> Ids:
    bounds = np.iinfo(np.int64)
    total = sizes.users + sizes.articles + 2 * sizes.sessions
    ids = rng.integers(bounds.min, bounds.max, total, endpoint=True)
    while len(np.unique(ids)) < total:
        ids = rng.integers(bounds.min, bounds.max, total, endpoint=True)
    return Ids(*np.split(ids, [sizes.users, sizes.users + sizes.articles]))


def _frames(
    sizes: Sizes,
    board: Board,
    log: Log,
    tastes: Floats,
    author: Ints,
    ids: Ids,
    rng: np.random.Generator,
) -> tuple[ClickStream, Truth]:
    """Dress codes as the two raw tables and the hidden truth."""
    order = np.argsort(log.second, kind="stable")
    log = Log(*(getattr(log, name)[order] for name in Log.__annotations__))
    reader_days, session = np.unique(log.user * DAYS + log.second // DAY, return_inverse=True)
    interactions = _interaction_frame(log, session, ids, rng)
    sharing = _sharing_sessions(board, author, reader_days, ids)
    articles = _article_frame(board, log, author, sharing, ids, rng)
    names = np.array([topic.name for topic in TOPICS], dtype=object)
    truth = Truth(
        articles=pd.DataFrame({"contentId": ids.article, "topic": names[board.topic]}),
        users=pd.DataFrame(np.round(tastes, 4), columns=list(names)),
    )
    truth.users.insert(0, "personId", ids.user)
    return ClickStream(articles, interactions, "sample"), truth


def _sharing_sessions(board: Board, author: Ints, reader_days: Ints, ids: Ids) -> Ints:
    """Return the session in which each article was shared: the author's day, if it is logged."""
    day = author * DAYS + board.born // DAY
    found = np.minimum(np.searchsorted(reader_days, day), len(reader_days) - 1)
    spare = ids.session[len(ids.session) - 1 - np.arange(len(day)) % len(ids.session)]
    return np.where(reader_days[found] == day, ids.session[found], spare)


def _interaction_frame(log: Log, session: Ints, ids: Ids, rng: np.random.Generator) -> pd.DataFrame:
    known = _known_agents(log, rng)
    place = _places(log, session, known, rng)
    columns = {
        "timestamp": _unix(log.second),
        "eventType": np.array(EVENT_TYPES, dtype=object)[log.kind],
        "contentId": ids.article[log.article],
        "personId": ids.user[log.user],
        "sessionId": ids.session[session],
        "userAgent": _agents(log, session, known, rng),
        "userRegion": _named([region for _, region, _ in PLACES])[place],
        "userCountry": _named([country for country, _, _ in PLACES])[place],
    }
    return pd.DataFrame(columns)


def _named(names: Sequence[str | None]) -> Names:
    """Return names to pick from by code; code -1 picks the missing value."""
    return np.array([*names, None], dtype=object)


def _unix(second: Ints) -> Ints:
    start = np.datetime64(FIRST_DAY).astype("datetime64[s]").astype(np.int64)
    return start + second


def _known_agents(log: Log, rng: np.random.Generator) -> Bools:
    """Choose the events that carry browser and place: few but views, and not all of June's."""
    month, _ = _calendar()
    month_of = month[log.second // DAY]
    known = np.ones(len(log.kind), dtype=bool)
    groups = [(log.kind == kind, share) for kind, share in AGENT_MISSING.items()]
    groups += [
        ((log.kind == VIEW) & (month_of == number), share)
        for number, share in AGENT_MISSING_VIEWS.items()
    ]
    for group, share in groups:
        rows = rng.permutation(np.flatnonzero(group))
        known[rows[: round(share * len(rows))]] = False
    return known


def _ranked(session: Ints, user: Ints, stray: float, rng: np.random.Generator) -> Ints:
    """Order events by a personal number; some sessions stray from their reader's number."""
    own = rng.permutation(user.max() + 1)[user]
    away = rng.permutation(session.max() + 1) * (user.max() + 1) // (session.max() + 1)
    strays = rng.random(session.max() + 1) < stray
    key = np.where(strays[session], away[session], own) * 1.0
    return np.argsort(key * (session.max() + 1) + session, kind="stable")


def _places(log: Log, session: Ints, known: Bools, rng: np.random.Generator) -> Ints:
    """Deal places to events in the published numbers; -1 where unknown."""
    order = _ranked(session, log.user, TRAVEL, rng)
    order = order[known[order]]
    place = np.full(len(known), -1, dtype=np.int64)
    counts = _quotas(len(order), [count for _, _, count in PLACES])
    place[order] = np.repeat(np.arange(len(PLACES)), counts)
    return place


def _agents(log: Log, session: Ints, known: Bools, rng: np.random.Generator) -> Names:
    """Deal user agents: the two apps in the published numbers, browsers by reader and month."""
    order = _ranked(session, log.user, DEVICE_SWITCH, rng)
    order = order[known[order]]
    apps = _quotas(len(order), [*APP_EVENTS.values(), EVENTS_WITH_AGENT - sum(APP_EVENTS.values())])
    browsers, code = _browsers(log, rng)
    agent = np.full(len(known), -1, dtype=np.int64)
    agent[order] = code[order] + len(APP_EVENTS)
    agent[order[: apps[0] + apps[1]]] = np.repeat([0, 1], apps[:2])
    return _named([*APP_EVENTS, *browsers])[agent]


def _browsers(log: Log, rng: np.random.Generator) -> tuple[list[str], Ints]:
    """Give each reader a system, and each event the browser version of its month."""
    systems = rng.permutation(
        np.repeat(np.arange(len(SYSTEMS)), _quotas(log.user.max() + 1, [w for _, w in SYSTEMS]))
    )
    version = _versions(log.second, (log.user + log.article) % 3)
    names = [text.format(chrome) for text, _ in SYSTEMS for chrome in VERSIONS]
    return names, systems[log.user] * len(VERSIONS) + version


def _versions(second: Ints, ahead: Ints) -> Ints:
    """Return the browser version of a time: two new ones a month, not all updating at once."""
    month, _ = _calendar()
    return np.minimum(month[second // DAY] * 2 + ahead, len(VERSIONS) - 1)


def _article_frame(
    board: Board, log: Log, author: Ints, sharing: Ints, ids: Ids, rng: np.random.Generator
) -> pd.DataFrame:
    """Write the article file: a SHARED row each, and a REMOVED row for what was taken down."""
    words = _reuse_titles(_write(board, rng), board, rng)
    article, second, kind = _article_rows(board, log, rng)
    columns = {
        "timestamp": _unix(second),
        "eventType": kind,
        "contentId": ids.article[article],
        "authorPersonId": ids.user[author[article]],
        "authorSessionId": sharing[article],
        **_author_fields(second, rng),
        "contentType": _content_types(board, rng)[article],
        **{name: words[name].to_numpy(dtype=object)[article] for name in ("url", "title", "text")},
        "lang": board.lang[article].astype(object),
    }
    return pd.DataFrame(columns)


def _article_rows(board: Board, log: Log, rng: np.random.Generator) -> tuple[Ints, Ints, Names]:
    """Return article, time and event type of each row, in order of time."""
    shared, removed = np.flatnonzero(board.removed < 2), np.flatnonzero(board.removed > 0)
    article = np.concatenate([shared, removed])
    # What was born before the share log began is entered on its first day, one after another.
    entered = SHARE_LOG_DAY * DAY + 70_000 + np.arange(len(board.born))
    since = np.where(board.born < SHARE_LOG_DAY * DAY, entered, board.born)
    second = np.concatenate([since[shared], _removals(board, log, rng)[removed]])
    order = np.argsort(second, kind="stable")
    kinds = np.array(["CONTENT SHARED", "CONTENT REMOVED"], dtype=object)
    kind = np.repeat(kinds, [len(shared), len(removed)])
    return article[order], second[order], kind[order]


def _removals(board: Board, log: Log, rng: np.random.Generator) -> Ints:
    """Take articles down some days after their last event, by the end of the year at the latest."""
    last = board.born.copy()
    np.maximum.at(last, log.article, log.second)
    days = rng.integers(1, 30, len(last))
    return np.minimum(np.maximum(last, SHARE_LOG_DAY * DAY) + days * DAY, DAYS * DAY - 1)


def _write(board: Board, rng: np.random.Generator) -> pd.DataFrame:
    """Write titles, texts and addresses; beyond a point reuse those of the same shelf mark."""
    n = min(len(board.topic), MOST_TITLES)
    words = write_articles(board.topic[:n], board.lang[:n], rng)
    mark = np.char.add(board.lang, board.topic.astype(str))
    _, first, code = np.unique(mark, return_index=True, return_inverse=True)
    written = np.argsort(code[:n], kind="stable")
    start = np.searchsorted(code[:n][written], code[n:], side="left")
    end = np.searchsorted(code[:n][written], code[n:], side="right")
    which = start + np.floor(rng.random(len(code) - n) * (end - start)).astype(np.int64)
    like = np.where(end > start, written[np.minimum(which, n - 1)], first[code[n:]] % n)
    return words.iloc[np.concatenate([np.arange(n), like])].reset_index(drop=True)


def _reuse_titles(words: pd.DataFrame, board: Board, rng: np.random.Generator) -> pd.DataFrame:
    """Let some titles stand for several articles, as re-shared pages do."""
    columns = words[["title", "text", "url"]].to_numpy(dtype=object)
    order = rng.permutation(np.flatnonzero(board.removed == 0))
    mark = np.char.add(board.lang, board.topic.astype(str))[order]
    order = order[np.argsort(mark, kind="stable")]  # articles of one topic and language together
    kind = np.sort(mark)
    sizes = REUSED_TITLES[: len(REUSED_TITLES) * len(columns) // ARTICLES]
    starts = rng.permutation(len(order) // 10)[: len(sizes)] * 10
    for start, size in zip(starts, sizes, strict=False):
        same = order[start : start + size][kind[start : start + size] == kind[start]]
        columns[same, :2] = columns[same[0], :2]
    return pd.DataFrame(columns, columns=["title", "text", "url"])


def _content_types(board: Board, rng: np.random.Generator) -> Names:
    kinds = np.full(len(board.topic), "HTML", dtype=object)
    order = rng.permutation(np.flatnonzero(board.removed == 0))
    start = 0
    for kind, count in CONTENT_TYPE_ROWS.items():
        many = round(count * len(kinds) / ARTICLES)
        kinds[order[start : start + many]] = kind
        start += many
    return kinds


def _author_fields(second: Ints, rng: np.random.Generator) -> dict[str, Names]:
    """Leave most author fields empty, as in the real file; all three are empty together."""
    n = len(second)
    missing = rng.permutation(n) < round(n * AUTHOR_FIELDS_MISSING / (ARTICLES + REMOVED_TOO))
    place = _picks(np.array([float(count) for _, _, count in PLACES[:5]]), n, rng)
    system = _picks(np.array([float(weight) for _, weight in SYSTEMS]), n, rng)
    version = _versions(second, rng.integers(0, 3, n))
    agent = [SYSTEMS[s][0].format(VERSIONS[v]) for s, v in zip(system, version, strict=True)]
    columns = {
        "authorUserAgent": np.array(agent, dtype=object),
        "authorRegion": _named([region for _, region, _ in PLACES])[place],
        "authorCountry": _named([country for country, _, _ in PLACES])[place],
    }
    for column in columns.values():
        column[missing] = None
    return columns

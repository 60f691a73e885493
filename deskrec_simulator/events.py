"""Events: a reading is a view, at times with deeds; some pages are opened again and again."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .calendar import (
    DAY,
    DAYS,
    HOUR_READINGS,
    JUNE,
    MONTH_EVENTS,
    WEEKDAY_EVENTS,
    daily,
    lag,
    months_and_weekdays,
    same_day,
    time_of_day,
)
from .draws import Bools, Floats, Ints, exp, picks, quotas, top
from .readings import Office, Pairs, interest_in
from .sizes import PAIRS, Quota

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
CELLS = 12 * 7  # months x weekdays


@dataclass(frozen=True)
class Log:
    """Events as columns of codes: the interactions before ids and strings."""

    user: Ints
    article: Ints
    kind: Ints
    second: Ints  # since the first day's midnight


def concatenate(logs: list[Log]) -> Log:
    """Put logs one after another."""
    columns = (np.concatenate([getattr(log, name) for log in logs]) for name in Log.__annotations__)
    return Log(*columns)


def make_events(office: Office, pairs: Pairs, rng: np.random.Generator) -> Log:
    """Turn pairs into events: deeds, repeated deeds and re-reads, each an exact number."""
    start = _first_seconds(office, pairs, rng)
    deeds = _deeds(office, pairs, rng)
    first = _first_events(pairs, start, deeds, rng)
    so_far = concatenate([first, _repeated_deeds(office.quota, first, rng)])
    opened = Log(pairs.user, pairs.article, deeds, start)
    return concatenate([so_far, _rereads(office, opened, so_far, rng)])


def _first_seconds(office: Office, pairs: Pairs, rng: np.random.Generator) -> Ints:
    """Draw when a pair starts: soon after birth on the first day, else at any working hour."""
    board = office.board
    born = board.born[pairs.article]
    n = len(born)
    soon = same_day(born, lag(LAG_FROM_SHARING, n, rng))
    later = born // DAY * DAY + time_of_day(HOUR_READINGS, n, rng, after=born % DAY)
    awake = born % DAY >= NIGHT_ENDS
    first_day = np.where((rng.random(n) < SOON_SHARE) & awake, soon, later)
    other_day = pairs.day * DAY + time_of_day(HOUR_READINGS, n, rng)
    start = np.where(pairs.day == born // DAY, first_day, other_day)
    return np.where(office.author[pairs.article] == pairs.user, born, start)


def _deeds(office: Office, pairs: Pairs, rng: np.random.Generator) -> Ints:
    """Choose each pair's set of event types, as bits: exact numbers of each set."""
    n = len(pairs.user)
    fond = np.log(interest_in(office, pairs.user, pairs.article))
    habit = READER_SPREAD_IN_DEEDS * rng.standard_normal((office.quota.users, len(LETTERS)))
    habit = 0.7 * habit + 0.7 * habit[:, :1]  # half one's own way with the type, half with all
    deeds = np.ones(n, dtype=np.int64)
    free = office.board.removed[pairs.article] < 2
    for letters, count in sorted(COMBINATIONS.items(), key=lambda item: (-len(item[0]), item[0])):
        columns = [LETTERS.index(letter) for letter in letters]
        score = habit[pairs.user][:, columns].mean(axis=1) + TASTE_IN_DEEDS * fond
        score = np.round(score + rng.standard_normal(n), 9)
        score[~free] = -np.inf
        chosen = top(score, min(round(count * n / PAIRS), int(free.sum())))
        deeds[chosen] = sum(1 << column for column in columns)
        free[chosen] = False
    return deeds


def _first_events(pairs: Pairs, start: Ints, deeds: Ints, rng: np.random.Generator) -> Log:
    """List each pair's first event of every type it has; the view comes first."""
    begun = np.zeros(len(deeds), dtype=bool)
    logs = []
    for kind in range(len(EVENT_TYPES)):
        has = np.flatnonzero(deeds >> kind & 1)
        after = np.where(begun[has], 1 + lag(LAG_DEED, len(has), rng), 0)
        when = same_day(start[has], after)
        logs.append(Log(pairs.user[has], pairs.article[has], np.full(len(has), kind), when))
        begun[has] = True
    return concatenate(logs)


def _repeated_deeds(quota: Quota, first: Log, rng: np.random.Generator) -> Log:
    """Repeat some likes, bookmarks, follows and comments."""
    logs = []
    for kind, count in REPEATS.items():
        have = np.flatnonzero(first.kind == kind)
        many = round(count * quota.pairs / PAIRS) if len(have) else 0
        who = have[rng.integers(0, max(len(have), 1), many)]
        when = same_day(first.second[who], 1 + lag(LAG_DEED, many, rng))
        logs.append(Log(first.user[who], first.article[who], first.kind[who], when))
    return concatenate(logs)


def _rereads(office: Office, pairs: Log, so_far: Log, rng: np.random.Generator) -> Log:
    """Add views of pages already seen: on later days, on removed articles, on the same day.

    ``pairs.kind`` holds the pairs' sets of event types: what was never viewed isn't re-read.
    """
    quota = office.quota
    weight = _reread_weights(pairs, rng) * (pairs.kind & 1)
    weight *= exp(REREAD_TASTE * np.log(interest_in(office, pairs.user, pairs.article)))
    gone = office.board.removed[pairs.article] == 2
    stale = _stale_rereads(quota, gone, weight, rng)
    weight = np.where(gone, 0, weight)
    count = quota.events - len(so_far.kind) - len(stale)
    later, when = _later_rereads(quota, pairs, weight, count, rng)
    soon = same_day(pairs.second[stale], 1 + stale % 600)
    logs = [so_far, _views(pairs, later, when), _views(pairs, stale, soon)]
    same = _same_day_rereads(quota, pairs, weight, concatenate(logs), rng)
    again = _reload_seconds(pairs.second[same], rng)
    return concatenate([*logs[1:], _views(pairs, same, again)])


def _stale_rereads(quota: Quota, gone: Bools, weight: Floats, rng: np.random.Generator) -> Ints:
    """Choose what is re-read of articles of which only the removal is logged."""
    pairs = np.flatnonzero(gone)
    count = max(quota.removed_only_events - len(pairs), 0) if len(pairs) else 0
    return pairs[picks(weight[pairs], count, rng)] if count else pairs[:0]


def _views(pairs: Log, which: Ints, when: Ints) -> Log:
    return Log(pairs.user[which], pairs.article[which], np.zeros(len(which), dtype=np.int64), when)


def _reread_weights(pairs: Log, rng: np.random.Generator) -> Floats:
    """Return how prone each pair is to be opened again.

    Habits of readers and articles even out the more they read or are read, so that the extremes
    do not hang on a single draw.
    """
    weight = exp(REREAD_SPREAD["pair"] * rng.standard_normal(len(pairs.user)))
    day = pairs.second // DAY
    _, session = np.unique(pairs.user * DAYS + day, return_inverse=True)
    june = months_and_weekdays()[0][day] == JUNE
    habit = rng.standard_normal(session.max() + 1)[session]
    weight *= exp(np.where(june, REREAD_SPREAD["June session"], REREAD_SPREAD["session"]) * habit)
    for name, who in (("reader", pairs.user), ("article", pairs.article)):
        count = np.bincount(who)
        habit = REREAD_SPREAD[name] * rng.standard_normal(len(count)) / (1 + count / 100)
        weight *= exp(habit + REREAD_VOLUME[name] * np.log(np.maximum(count, 1)))[who]
    return weight


def _later_rereads(
    quota: Quota, pairs: Log, weight: Floats, count: int, rng: np.random.Generator
) -> tuple[Ints, Ints]:
    """Bring readers back on later days: as many new reader-days as sessions are missing."""
    known = np.unique(pairs.user * DAYS + pairs.second // DAY)
    fresh_days = max(quota.sessions - len(known), 0)
    old_days = max(round(REREAD_LATER * count) - fresh_days, 0)
    weight = np.minimum(weight, RETURN_MOST * weight.sum() / max(fresh_days + old_days, 1))
    pool = picks(weight, 6 * (fresh_days + old_days), rng)
    day = pairs.second[pool] // DAY + 1 + lag(LAG_RETURN_DAYS, len(pool), rng)
    _, weekday = months_and_weekdays()
    day += np.where(weekday[np.minimum(day, DAYS - 1)] >= 5, 2, 0)
    pool, day = pool[day < DAYS], day[day < DAYS]
    key = pairs.user[pool] * DAYS + day
    seen = np.isin(key, known)
    _, unseen = np.unique(np.where(seen, -1, key), return_index=True)
    unseen = np.sort(unseen[~seen[unseen]])[:fresh_days]
    take = np.concatenate([unseen, np.flatnonzero(seen)[:old_days]])
    return pool[take], day[take] * DAY + time_of_day(HOUR_READINGS, len(take), rng)


def _same_day_rereads(
    quota: Quota, pairs: Log, weight: Floats, so_far: Log, rng: np.random.Generator
) -> Ints:
    """Choose same-day re-reads so that each month and each weekday gets its events."""
    month, weekday = months_and_weekdays()
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
    month, weekday = months_and_weekdays()
    want = events * np.bincount(month * 7 + weekday, daily(MONTH_EVENTS, WEEKDAY_EVENTS))
    gap = (want - have).reshape(-1, 7)
    lack = np.maximum(gap, 1e-9) * possible.reshape(-1, 7)
    rows, columns = np.maximum(gap.sum(axis=1), 0), np.maximum(gap.sum(axis=0), 0)
    for _ in range(20):
        lack *= (rows / np.maximum(lack.sum(axis=1), 1e-12))[:, None]
        lack *= columns / np.maximum(lack.sum(axis=0), 1e-12)
    return quotas(events - have.sum(), np.round(lack.ravel(), 6) + 1e-9 * possible)


def _reload_seconds(start: Ints, rng: np.random.Generator) -> Ints:
    """Draw when a page is opened again on the same day: in June at once, else within hours."""
    month, _ = months_and_weekdays()
    june = month[start // DAY] == JUNE
    slow, fast = (1 + lag(shape, len(start), rng) for shape in (LAG_REREAD, LAG_RELOAD))
    return same_day(start, np.where(june, fast - 1, slow))

"""Columns: ids, sessions, browsers, places and missing values, in the real proportions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from deskrec_tutorial.data import ClickStream, Truth

from .articles import Board
from .calendar import DAY, DAYS, JUNE, SHARE_LOG_DAY, months_and_weekdays, unix
from .draws import Bools, Floats, Ints, Names, picks, quotas
from .events import BOOKMARK, COMMENT, EVENT_TYPES, FOLLOW, LIKE, VIEW, Log
from .sizes import ARTICLES, REMOVED_TOO, Sizes
from .titles import TOPICS, write_articles

# Kinds of content over the 3,122 rows of the article file; the rest is HTML.
CONTENT_TYPE_ROWS = {"VIDEO": 11, "RICH": 10}
REUSED_TITLES = (2,) * 31 + (3, 3, 4, 4, 8)  # some titles stand for several contentIds
MOST_TITLES = 12_000  # larger sets repeat titles
AUTHOR_FIELDS_MISSING = 2_442  # of 3,122 rows
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
class Ids:
    """Random signed 64-bit ids, all different."""

    user: Ints
    article: Ints
    session: Ints


def make_ids(sizes: Sizes, rng: np.random.Generator) -> Ids:
    """Draw ids for readers, articles, sessions and what was shared outside any session."""
    bounds = np.iinfo(np.int64)
    total = sizes.users + sizes.articles + 2 * sizes.sessions
    ids = rng.integers(bounds.min, bounds.max, total, endpoint=True)
    while len(np.unique(ids)) < total:
        ids = rng.integers(bounds.min, bounds.max, total, endpoint=True)
    return Ids(*np.split(ids, [sizes.users, sizes.users + sizes.articles]))


def make_tables(
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
        "timestamp": unix(log.second),
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


def _known_agents(log: Log, rng: np.random.Generator) -> Bools:
    """Choose the events that carry browser and place: few but views, and not all of June's."""
    month, _ = months_and_weekdays()
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
    counts = quotas(len(order), [count for _, _, count in PLACES])
    place[order] = np.repeat(np.arange(len(PLACES)), counts)
    return place


def _agents(log: Log, session: Ints, known: Bools, rng: np.random.Generator) -> Names:
    """Deal user agents: the two apps in the published numbers, browsers by reader and month."""
    order = _ranked(session, log.user, DEVICE_SWITCH, rng)
    order = order[known[order]]
    apps = quotas(len(order), [*APP_EVENTS.values(), EVENTS_WITH_AGENT - sum(APP_EVENTS.values())])
    browsers, code = _browsers(log, rng)
    agent = np.full(len(known), -1, dtype=np.int64)
    agent[order] = code[order] + len(APP_EVENTS)
    agent[order[: apps[0] + apps[1]]] = np.repeat([0, 1], apps[:2])
    return _named([*APP_EVENTS, *browsers])[agent]


def _browsers(log: Log, rng: np.random.Generator) -> tuple[list[str], Ints]:
    """Give each reader a system, and each event the browser version of its month."""
    systems = rng.permutation(
        np.repeat(np.arange(len(SYSTEMS)), quotas(log.user.max() + 1, [w for _, w in SYSTEMS]))
    )
    version = _versions(log.second, (log.user + log.article) % 3)
    names = [text.format(chrome) for text, _ in SYSTEMS for chrome in VERSIONS]
    return names, systems[log.user] * len(VERSIONS) + version


def _versions(second: Ints, ahead: Ints) -> Ints:
    """Return the browser version of a time: two new ones a month, not all updating at once."""
    month, _ = months_and_weekdays()
    return np.minimum(month[second // DAY] * 2 + ahead, len(VERSIONS) - 1)


def _article_frame(
    board: Board, log: Log, author: Ints, sharing: Ints, ids: Ids, rng: np.random.Generator
) -> pd.DataFrame:
    """Write the article file: a SHARED row each, and a REMOVED row for what was taken down."""
    words = _reuse_titles(_write(board, rng), board, rng)
    article, second, kind = _article_rows(board, log, rng)
    columns = {
        "timestamp": unix(second),
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
    place = picks(np.array([float(count) for _, _, count in PLACES[:5]]), n, rng)
    system = picks(np.array([float(weight) for _, weight in SYSTEMS]), n, rng)
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

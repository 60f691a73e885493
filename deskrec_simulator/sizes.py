"""The published counts, and how those of another world follow from them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

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
class Quota:
    """One office's part of the sizes."""

    users: int
    pairs: int
    events: int
    sessions: int
    authors: int
    removed_only_pairs: int
    removed_only_events: int


def sizes_of(users: int, articles: int, events: int) -> Sizes:
    """Scale the published counts, or say why these sizes cannot be simulated."""
    for name, value, least in (("users", users, 10), ("articles", articles, 20)):
        if value != int(value) or value < least:
            raise ValueError(f"{name} must be a whole number of at least {least}, not {value!r}")
    if events != int(events):
        raise ValueError(f"events must be a whole number, not {events!r}")
    sizes = _scaled(int(users), int(articles), int(events))
    room = int(0.3 * sizes.users * min(sizes.read, board_size(sizes)))
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


def office_count(users: int) -> int:
    """Return in how many offices of about the published size so many readers sit."""
    return max(1, round(users / USERS))


def board_size(sizes: Sizes) -> int:
    """How many articles one office can see: all of them, or a Deskdrop's worth of a large set."""
    return min(sizes.articles, max(ARTICLES, -(-sizes.articles // office_count(sizes.users))))

"""Put the parts together: office after office reads its stretch of the year's articles.

Many users are simulated in offices of about 1,900, each with its own stretch of the articles, so
time per event stays flat.
"""

from __future__ import annotations

import numpy as np

from deskrec_tutorial.data import ClickStream, Truth

from .articles import Board, cut, make_board
from .columns import make_ids, make_tables
from .draws import Bools, Floats, Ints, even_parts, generator
from .events import Log, concatenate, make_events
from .readers import make_readers
from .readings import Office, choose_authors, who_reads_what
from .sizes import ARTICLES, EVENTS, USERS, Quota, Sizes, board_size, office_count, sizes_of

# Of 24 seeds the one whose extremes, too, lie near the published ones; lessons hold for any.
DEFAULT_SEED = 24


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
    sizes = sizes_of(users, articles, events)
    board_seed, id_seed, frame_seed, *office_seeds = np.random.SeedSequence(seed).spawn(
        3 + office_count(users)
    )
    board = make_board(sizes, generator(board_seed))
    log, tastes, authors = _run_offices(sizes, board, office_seeds)
    ids = make_ids(sizes, generator(id_seed))
    return make_tables(sizes, board, log, tastes, authors, ids, generator(frame_seed))


def _run_offices(
    sizes: Sizes, board: Board, seeds: list[np.random.SeedSequence]
) -> tuple[Log, Floats, Ints]:
    """Simulate office after office; return all events, all tastes and each article's author."""
    offices = len(seeds)
    parts = [
        even_parts(total, offices)
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
        log, taste, who = _run_office(quota, cut(board, seen), home, generator(seed))
        author[seen[home]] = who[home] + first_user
        logs.append(Log(log.user + first_user, seen[log.article], log.kind, log.second))
        tastes.append(taste)
        first_user += quota.users
    return concatenate(logs), np.concatenate(tastes), author


def _office_board(sizes: Sizes, board: Board, number: int, offices: int) -> tuple[Ints, Bools]:
    """Return the articles an office sees, and which of them its own people share."""
    n, size = sizes.articles, board_size(sizes)
    place = (number * size + np.arange(size)) % n
    rounds = max(1, offices * size // n)
    home = ((place % rounds) * n + place) // size == number
    seen = board.order[place]
    sort = np.argsort(seen, kind="stable")
    return seen[sort], home[sort]


def _run_office(
    quota: Quota, board: Board, home: Bools, rng: np.random.Generator
) -> tuple[Log, Floats, Ints]:
    """Return an office's events, its readers' tastes and its articles' authors."""
    readers = make_readers(quota, len(board.topic), rng)
    author = choose_authors(quota, board, home, readers, rng)
    office = Office(quota, board, home, readers, author)
    return make_events(office, who_reads_what(office, rng), rng), readers.taste, author

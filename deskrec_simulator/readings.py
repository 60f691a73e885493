"""Who reads what: authors share, articles race for each reader, interest fades within days."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .articles import Board
from .calendar import DAY, DAYS
from .draws import Bools, Floats, Ints, blocks, even_parts, top
from .readers import Readers
from .sizes import Quota

TASTE_BACKGROUND = 0.0008  # curiosity about anything, as a share of taste
# Interest in an article of a given age: (days to fall to 1/e, share of it).  Fresh articles are
# taken by taste; old ones are searched for when needed, whatever one's tastes.
FADING = ((0.62, 0.755), (3.2, 0.185))
SEARCHED = ((25.0, 0.045), (160.0, 0.058), (1e9, 0.005))
SEARCH_INTEREST = 0.0180  # as if one's taste were spread over all topics
FIRST_DAY_PART = 0.455  # how much of its first day an article is there to be read
BALANCE_ROUNDS = 7  # both margins are then met to about a hundredth


@dataclass(frozen=True)
class Pairs:
    """Who read what, and on which day first."""

    user: Ints
    article: Ints
    day: Ints


@dataclass(frozen=True)
class Office:
    """An office's readers, the articles it sees, and who of its people shared them."""

    quota: Quota
    board: Board
    home: Bools  # the articles that its own people share
    readers: Readers
    author: Ints  # -1 for articles shared elsewhere


def choose_authors(
    quota: Quota, board: Board, home: Bools, readers: Readers, rng: np.random.Generator
) -> Ints:
    """Choose each home article's author among the busiest readers: by taste and presence."""
    author = np.full(len(home), -1, dtype=np.int64)
    people = top(readers.reads * (1 + rng.random(len(readers.reads))), quota.authors)
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


def who_reads_what(office: Office, rng: np.random.Generator) -> Pairs:
    """Run the race for every reader, and find the day of each reading."""
    fresh = [_freshness(office.readers.active, *fading) for fading in FADING + SEARCHED]
    speed = _speeds(office, fresh)
    user, article = _race(office, speed, _must_read(office, speed, rng), rng)
    return Pairs(user, article, _reading_days(office, fresh, user, article, rng))


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
    for rows in blocks(len(speed)):
        part = np.take(by_taste[rows], born, axis=1)
        part *= np.take(interest[rows], board.topic, axis=1)
        part += np.take(searched[rows], born, axis=1)
        np.multiply(part, np.take(readers.speaks[rows], language, axis=1), out=speed[rows])
    return speed


def _interest(taste: Floats) -> Floats:
    """Turn shares of taste into interest: nobody minds anything completely."""
    return TASTE_BACKGROUND + (1 - TASTE_BACKGROUND) * taste


def interest_in(office: Office, user: Ints, article: Ints) -> Floats:
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
    extra = even_parts(max(quota.removed_only_pairs - len(gone), 0), max(len(gone), 1))
    for one, count in zip(gone, extra, strict=False):
        score = speed[:, one] * rng.random(quota.users) * (left > 1)
        score[author[one]] = 0
        chosen = top(score, int(count))
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
    for rows in blocks(len(reads)):
        part = speed[rows] * pull
        part /= rng.standard_exponential(part.shape)
        key[rows] = part
    key[must] = np.inf
    return _winners(key, reads)


def _winners(key: npt.NDArray[np.float32], count: Ints) -> tuple[Ints, Ints]:
    """Return rows and columns of each row's highest keys, a given count per row."""
    users, articles = [], []
    for rows in blocks(len(key)):
        part = key[rows]
        cut = np.sort(part, axis=1)[np.arange(len(part)), part.shape[1] - count[rows]]
        user, article = np.nonzero(part >= cut[:, None])
        users.append(user + rows.start)
        articles.append(article)
    return np.concatenate(users), np.concatenate(articles)


def _balance(speed: Floats, want: Floats, reads: Ints) -> Floats:
    """Find each article's pull, so that it can expect the readers it should have.

    Rows are scaled to what readers read and columns to the readers articles want, in turn, until
    both margins hold; readers have a pace of their own for that, which the race does not need.
    """
    want = np.minimum(want, 0.6 * len(reads))
    pull, pace = want / np.maximum(speed.sum(axis=0), 1e-300), np.ones(len(reads))
    for _ in range(BALANCE_ROUNDS):
        readers = np.zeros(len(want))
        for rows in blocks(len(reads)):
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
    parts[: len(FADING)] *= interest_in(office, user, article)
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

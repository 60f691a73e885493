"""Chapter 7: what time does. The log gone through event by event, and a scorer that learns from it.

`dr.replay` is the function; ``from deskrec_tutorial.replay import Board`` brings the rest.

References
----------
.. [1] D. McFadden: Conditional Logit Analysis of Qualitative Choice Behavior. 1974.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from .als import check_count, check_number
from .metrics import above_and_tied, hit_share
from .splits import cells, days_of, in_order
from .strength import InteractionMatrix, pairs_of


class Board:
    """What is known at one moment of a replay. What happens later cannot be reached from here.

    Attributes
    ----------
    now : float
        The moment, in days since the log began.
    position : int
        How many events came before.
    user_ids, item_ids : numpy.ndarray
        Whom the rows and what the columns stand for.
    born : numpy.ndarray
        Per column, the day of the article's first event; infinity where there was none yet.
    read : numpy.ndarray
        Users × items, True where the person has touched the article so far.
    """

    def __init__(self, events: pd.DataFrame, matrix: InteractionMatrix) -> None:
        self._times = days_of(events)
        self._rows, self._columns = cells(events, matrix)
        self._last = np.zeros(len(matrix.item_ids))  # day of each article's last event
        self._faded: dict[float, np.ndarray] = {}  # popularity on that day, by half-life
        self._lengths = np.zeros(len(matrix.user_ids))  # articles read, by person
        self.user_ids, self.item_ids = matrix.user_ids, matrix.item_ids
        self.position = 0
        self.now = 0.0
        self.born = np.full(len(matrix.item_ids), np.inf)
        self.read = np.zeros(matrix.user_items.shape, dtype=bool)
        self._read_by = np.zeros(self.read.shape[::-1], dtype=bool)  # the same, items × users

    def popularity(self, half_life: float) -> np.ndarray:
        """Events per article so far, each halved for every `half_life` days of its age.

        With ``half_life=float("inf")`` every event counts 1.
        """
        if half_life not in self._faded:
            check_number(half_life, "half_life", 0, above=True)
            past = slice(self.position)
            weight = 0.5 ** ((self._last[self._columns[past]] - self._times[past]) / half_life)
            self._faded[half_life] = np.bincount(self._columns[past], weight, len(self.born))
        return self._faded[half_life] * np.exp2((self._last - self.now) / half_life)

    def popularity_among(self, row: int, half_life: float) -> np.ndarray:
        """The same, but each event counts by how alike its reader and this person are.

        Alike: the cosine of what the two have read so far. The last ten half-lives count.
        """
        check_number(half_life, "half_life", 0, above=True)
        mine = np.flatnonzero(self.read[row])
        shared = self._read_by[mine].sum(axis=0)
        alike = shared / np.sqrt(np.maximum(self._lengths * len(mine), 1))
        first = np.searchsorted(self._times[: self.position], self.now - 10 * half_life)
        past = slice(first, self.position)
        weight = alike[self._rows[past]] * 0.5 ** ((self.now - self._times[past]) / half_life)
        return np.bincount(self._columns[past], weight, len(self.born))

    def candidates(self, row: int) -> np.ndarray:
        """True for the articles that somebody has opened by now, but not this person."""
        return np.isfinite(self.born) & ~self.read[row]

    def _next(self) -> tuple[int, int]:
        """Move to the moment of the next event, without taking note of it."""
        self.now = float(self._times[self.position])
        return int(self._rows[self.position]), int(self._columns[self.position])

    def _note(self, row: int, column: int) -> None:
        """Take note of the event."""
        for half_life, faded in self._faded.items():
            faded[column] *= 0.5 ** ((self.now - self._last[column]) / half_life)
            faded[column] += 1
        self._last[column] = self.now
        self.born[column] = min(self.born[column], self.now)
        self._lengths[row] += not self.read[row, column]
        self.read[row, column] = self._read_by[column, row] = True
        self.position += 1


BoardScorer = Callable[[Board, int], np.ndarray]  # a board and a row → one number per article


def replay(
    events: pd.DataFrame,
    scorers: Mapping[str, BoardScorer],
    start: float = 0.9,
    stop: float = 1.0,
    k: int | Sequence[int] | np.ndarray = 10,
) -> pd.DataFrame:
    """Go through the log event by event, and ask before each reading whether it was foreseen.

    A reading is the first event of a person on an article. What could be recommended at that
    moment is what had been opened by then and not by this person. The first reader of an article
    therefore counts as a miss: no log can know of an article before somebody opens it.

    Parameters
    ----------
    events : pandas.DataFrame
        As `join_events` returns them, of whatever types; sorted by time here, equal times in the
        given order.
    scorers : mapping of str to callable
        Name → function of a `Board` and the person's row, giving one number per article. Rows and
        columns are those of ``InteractionMatrix.from_strength(event_strength(events))``: people
        and articles in ascending order of their ids.
    start, stop : float
        The window to measure, as shares of the log. What came before is only noted.
    k : int or sequence of int
        Length of the list, or several different lengths.

    Returns
    -------
    pandas.DataFrame
        One row per reading in the window: `timestamp`, `personId`, `contentId`, `first_reader`,
        and per scorer the chance that the article was among the first k (0 or 1, in between
        only where articles are tied). The mean of such a column is hit@k. Its name is the
        scorer's; with several lengths there is a column for each, such as `name@3`.
    """
    ks, several = _lengths(k)
    found = []
    with threadpool_limits(1, "blas"):  # thousands of small products: threads would only wait
        for board, row, column in moments(events, start, stop):
            found.append([board.position, *_chances(board, scorers, row, column, ks)])
    names = [f"{name}@{size}" for name in scorers for size in ks] if several else [*scorers]
    chances = pd.DataFrame(found, columns=["position", "first_reader", *names])
    # Where nothing was read in the window no value says of what type its column is.
    chances = chances.astype({"first_reader": bool} | dict.fromkeys(names, float))
    ordered = in_order(events).loc[chances.pop("position"), ["timestamp", "personId", "contentId"]]
    return pd.concat([ordered.reset_index(drop=True), chances], axis=1)


def _lengths(k: int | Sequence[int] | np.ndarray) -> tuple[list[int], bool]:
    """The lengths of the lists, and whether they were given as several."""
    if not isinstance(k, (Sequence, np.ndarray)) or isinstance(k, str):
        check_count(k, "k")
        return [int(k)], False
    for size in k:
        check_count(size, "k")
    if len(k) == 0 or len(set(k)) < len(k):
        raise ValueError(f"k must be one length or several different ones, not {list(k)!r}.")
    return [int(size) for size in k], True


def hit_rates(found: pd.DataFrame) -> pd.DataFrame:
    """The hit rates of a `replay` with several lengths: a row per scorer, a column per length."""
    rates: dict[str, dict[str, float]] = {}
    for column in found.columns:
        if measured := re.fullmatch(r"(.*)@(\d+)", str(column), re.DOTALL):
            name, k = measured.groups()
            rates.setdefault(name, {})[f"hit@{k}"] = float(found[column].mean())
    if not rates:
        raise ValueError(
            "No column is called like name@3: ask replay for several lengths, such as k=(3, 10)."
        )
    return pd.DataFrame.from_dict(rates, orient="index")


def moments(
    events: pd.DataFrame, start: float = 0.9, stop: float = 1.0
) -> Iterator[tuple[Board, int, int]]:
    """The moments just before each reading in a window, as in `replay`, without the measuring.

    Yields
    ------
    board, row, column
        What is known, who is about to read, and what. The board is the same object each time.
    """
    if not 0 <= start < stop <= 1:
        raise ValueError(f"start and stop must rise within 0 to 1, not {start!r} and {stop!r}.")
    events = in_order(events)
    board = Board(events, pairs_of(events))
    first = round(start * len(events))
    while board.position < round(stop * len(events)):
        row, column = board._next()
        if board.position >= first and not board.read[row, column]:
            yield board, row, column
        board._note(row, column)


def _chances(
    board: Board, scorers: Mapping[str, BoardScorer], row: int, column: int, ks: Sequence[int]
) -> list[float]:
    """Whether this is an article's first reader, and each scorer's chances of a hit."""
    if not np.isfinite(board.born[column]):
        return [True, *[0.0] * (len(scorers) * len(ks))]
    candidates, chances = board.candidates(row), []
    for name, scorer in scorers.items():
        scores = np.asarray(scorer(board, row))
        if scores.shape != candidates.shape or np.isnan(scores[candidates]).any():
            raise ValueError(
                f"The scorer {name!r} must give one number for each of the {len(candidates):,} "
                f"articles; it gave the shape {scores.shape}, or NaN among them."
            )
        above, tied = above_and_tied(scores[None, candidates], scores[column])
        for k in ks:  # it is tied with itself
            chances.append(hit_share(above, tied - 1, k).item())
    return [False, *chances]


CLUES = ("popularity", "age", "titles", "people")


@dataclass(eq=False)
class Trending:
    """For `replay`: several clues to what is read next, weighed against each other.

    The score is a weighted sum of the clues: the logarithm of the faded popularity, the logarithm
    of the article's age, how much its title resembles what the person has read, and the logarithm
    of the faded popularity among people who have read alike. The weights are those under which
    the articles opened in a window of the log were most likely to be chosen from all that could
    have been, the chance of each being proportional to exp(score): a conditional logit [1]_.

    Parameters
    ----------
    clues : sequence of str
        Some of ``"popularity"``, ``"age"``, ``"titles"``, ``"people"``.
    half_life, people_half_life : float
        Of the popularity, and of that among people alike, in days.
    choices, seed : int
        How many readings, drawn at random from the window, the weights are found on.

    Attributes
    ----------
    weights : dict of str to float
        One per clue.
    """

    clues: Sequence[str] = CLUES
    half_life: float = 0.1
    people_half_life: float = 2.0
    choices: int = 800
    seed: int = 0

    def fit(self, events: pd.DataFrame, start: float = 0.8, stop: float = 0.9) -> Self:
        """Find the weights on a window of the log, given as shares like those of `replay`.

        Parameters
        ----------
        events : pandas.DataFrame
            As `join_events` returns them. What happens after the window is not looked at.
        start, stop : float
            The window. It should end where the one to be measured begins.

        Returns
        -------
        Trending
            Itself.
        """
        from .recommenders import tf_idf  # late: they load on first use

        if not self.clues or set(self.clues) - set(CLUES):
            raise ValueError(f"clues must be some of {', '.join(CLUES)}, not {self.clues!r}.")
        self._words = tf_idf(list(pairs_of(events).titles))
        opened = ~in_order(events).duplicated(["personId", "contentId"])
        readings = opened[round(start * len(events)) : round(stop * len(events))].sum()
        looked_at = np.random.default_rng(self.seed).random(readings) * readings < self.choices
        choices = []
        for look, (board, row, column) in zip(looked_at, moments(events, start, stop), strict=True):
            if look and np.isfinite(board.born[column]):
                open_to = np.flatnonzero(board.candidates(row))
                taken = int(np.searchsorted(open_to, column))
                choices.append((self._clues(board, row)[:, open_to], taken))
        self.weights = dict(zip(self.clues, conditional_logit(choices).tolist(), strict=True))
        return self

    def __call__(self, board: Board, row: int) -> np.ndarray:
        """Scores of all articles at this moment."""
        return self.parts(board, row).sum(axis=0)

    def parts(self, board: Board, row: int) -> np.ndarray:
        """What each clue adds to each article's score at this moment, shape (clues, items)."""
        if not hasattr(self, "weights"):
            raise ValueError("Trending has no weights yet: call its fit(events) first.")
        return np.array(list(self.weights.values()))[:, None] * self._clues(board, row)

    def _clues(self, board: Board, row: int) -> np.ndarray:
        """Shape (clues, items)."""
        clues: dict[str, Callable[[], np.ndarray]] = {
            "popularity": lambda: np.log(board.popularity(self.half_life) + 1e-4),
            "age": lambda: np.log(np.maximum(board.now - board.born, 0) + 0.01),
            "titles": lambda: self._resemblance(np.flatnonzero(board.read[row])),
            "people": lambda: np.log(board.popularity_among(row, self.people_half_life) + 1e-3),
        }
        return np.array([clues[clue]() for clue in self.clues])

    def _resemblance(self, read: np.ndarray) -> np.ndarray:
        profile = np.asarray(self._words[read].sum(axis=0)).ravel()
        return (self._words @ profile) / max(len(read), 1) ** 0.5


def conditional_logit(
    choices: Sequence[tuple[np.ndarray, int]], penalty: float = 0.5
) -> np.ndarray:
    """The weights that make the choices made the most likely ones [1]_.

    Parameters
    ----------
    choices : sequence of (numpy.ndarray, int)
        For each choice what is known of the options, shape (clues, options), and which was taken.
    penalty : float
        Price of the squared length of the weights.

    Returns
    -------
    numpy.ndarray
        One weight per clue.
    """
    from scipy.optimize import minimize  # late: a fifth of a second
    from scipy.special import softmax

    if not choices:
        raise ValueError("There is no choice to learn from: is the window too short?")

    def unlikeliness(weights: np.ndarray) -> tuple[float, np.ndarray]:
        total, slope = penalty * weights @ weights, 2 * penalty * weights
        for clues, taken in choices:
            chance = softmax(weights @ clues)
            total -= np.log(chance[taken])
            slope = slope + clues @ chance - clues[:, taken]
        return total, slope

    return minimize(unlikeliness, np.zeros(len(choices[0][0])), jac=True, method="L-BFGS-B").x

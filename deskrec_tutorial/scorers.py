"""Chapter 7: scorers for the replay that are no model of their own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from .als import check_number
from .recommenders import ImplicitALS, Recommender
from .replay import Board
from .splits import in_order, place
from .strength import event_strength, pairs_of


@dataclass(eq=False)
class Refitted:
    """For `replay`: a recommender fitted anew, every so many days, on what has happened by then.

    Parameters
    ----------
    recommender : Recommender
        Fitted for the first time when the window begins; and again for each further replay.
    events : pandas.DataFrame
        The log that is replayed, with the same people and articles. What comes after the moment is
        not looked at.
    every : float
        After how many days to fit anew; ``float("inf")`` for never.
    """

    recommender: Recommender
    events: pd.DataFrame
    every: float = 7.0

    def __post_init__(self) -> None:
        check_number(self.every, "every", 0, above=True)
        self._events = in_order(self.events)
        self._everything = pairs_of(self._events)
        self._board: Board | None = None  # of the replay that the last fit belongs to
        self._fitted = 0.0

    def __call__(self, board: Board, row: int) -> np.ndarray:
        """Scores of all articles at this moment."""
        if board is not self._board:
            self._check_ids(board)
        if board is not self._board or board.now - self._fitted >= self.every:
            past = self._events[: board.position]
            self.recommender.fit(place(event_strength(past), self._everything), past)
            self._board, self._fitted = board, board.now
        return self.recommender.scores(np.array([row]))[0]

    def _check_ids(self, board: Board) -> None:
        """Refuse the moments of another log, whose rows and columns mean other ids."""
        mine = self._everything
        if not np.array_equal(mine.user_ids, board.user_ids) or not np.array_equal(
            mine.item_ids, board.item_ids
        ):
            raise ValueError(
                "The log that is replayed has other people or articles than the events of this "
                "Refitted: give both the same events."
            )


@dataclass(eq=False)
class HalfStepped:
    """For `replay`: ALS that learns of young articles between two fits.

    An article that was opened for the first time less than `days` ago gets its vector anew from
    whoever has read it by now: one half-step of chapter 3 against the people's vectors of the last
    fit, each reading with strength 1.

    Parameters
    ----------
    refitted : Refitted
        With an `ImplicitALS`.
    days : float
        How long an article is young.
    """

    refitted: Refitted
    days: float = 2.0

    def __post_init__(self) -> None:
        als = getattr(self.refitted, "recommender", self.refitted)
        if not isinstance(self.refitted, Refitted) or not isinstance(als, ImplicitALS):
            kind = type(als).__name__
            raise TypeError(f"A half-step is one of a Refitted ImplicitALS, not of {kind}.")
        check_number(self.days, "days", 0, above=True)
        self._als = als
        self._people = np.empty((0, 0))
        self._solved: dict[int, tuple[int, np.ndarray]] = {}  # by column: readers, vector

    def __call__(self, board: Board, row: int) -> np.ndarray:
        """Scores of all articles at this moment."""
        scores, als = self.refitted(board, row), self._als
        if self._people is not als.model.user_factors:
            self._people, self._solved = als.model.user_factors, {}
            self._gram = self._people.T @ self._people
            self._gram += als.regularization * np.eye(len(self._gram))
        young = np.isfinite(board.born) & (board.now - board.born < self.days)
        for column in np.flatnonzero(young).tolist():
            readers = np.flatnonzero(board.read[:, column])
            if self._solved.get(column, (0,))[0] != len(readers):
                them = self._people[readers]
                left = self._gram + (als.alpha - 1) * them.T @ them
                vector = np.linalg.solve(left, als.alpha * them.sum(axis=0))
                self._solved[column] = len(readers), vector
            scores[column] = self._solved[column][1] @ self._people[row]
        return scores


def fading(half_life: float) -> Callable[[Board, int], np.ndarray]:
    """For `replay`: popularity by now, each event halved for every `half_life` days of its age."""
    check_number(half_life, "half_life", 0, above=True)
    return lambda board, row: board.popularity(half_life)

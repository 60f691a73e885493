"""Chapter 7: scorers for the replay that are no model of their own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from .recommenders import Recommender
from .replay import Board
from .splits import in_order, place
from .strength import event_strength, pairs_of


@dataclass(eq=False)
class Refitted:
    """For `replay`: a recommender fitted anew, every so many days, on what has happened by then.

    Parameters
    ----------
    recommender : Recommender
        Fitted for the first time when the window begins.
    events : pandas.DataFrame
        The log that is replayed. What comes after the moment is not looked at.
    every : float
        After how many days to fit anew; ``float("inf")`` for never.
    """

    recommender: Recommender
    events: pd.DataFrame
    every: float = 7.0

    def __post_init__(self) -> None:
        self._events = in_order(self.events)
        self._everything = pairs_of(self._events)
        self._fitted = np.inf

    def __call__(self, board: Board, row: int) -> np.ndarray:
        """Scores of all articles at this moment."""
        if not 0 <= board.now - self._fitted < self.every:  # below zero: another replay
            past = self._events[: board.position]
            self.recommender.fit(place(event_strength(past), self._everything), past)
            self._fitted = board.now
        return self.recommender.scores(np.array([row]))[0]


def fading(half_life: float) -> Callable[[Board, int], np.ndarray]:
    """For `replay`: popularity by now, each event halved for every `half_life` days of its age."""
    return lambda board, row: board.popularity(half_life)

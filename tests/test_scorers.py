"""Scorers for the replay: what they know at a moment is what had happened by then."""

from __future__ import annotations

import numpy as np
import pandas as pd

from deskrec_tutorial.recommenders import Popularity
from deskrec_tutorial.replay import moments
from deskrec_tutorial.scorers import Refitted, fading

# Each a first reading, on days 0 to 9; articles 2 and 0 find more than one reader.
DAILY = pd.DataFrame(
    {
        "timestamp": np.array([0, 2, 4, 6, 8, 9]) * 86_400,
        "personId": np.arange(6),
        "contentId": [0, 1, 2, 2, 0, 2],
        "eventType": "VIEW",
        "title": "Title",
    }
)


def test_a_recommender_is_fitted_anew_on_what_has_happened_by_then():
    def seen(every: float, start: float = 0.2) -> list[list[int]]:
        """The readers per article that popularity has counted, at each moment."""
        scorer = Refitted(Popularity(), DAILY, every)
        return [
            scorer(board, row).astype(int).tolist() for board, row, _ in moments(DAILY, start, 1)
        ]

    daily = [[1, 0, 0], [1, 1, 0], [1, 1, 1], [1, 1, 2], [2, 1, 2]]
    assert seen(1.0) == daily
    assert seen(2.0) == daily[:4] + daily[3:4]  # the last one comes a day after the one before
    assert seen(4.0) == [daily[0], daily[0], daily[2], daily[2], daily[2]]
    assert seen(float("inf")) == [daily[0]] * 5
    assert seen(float("inf"), 0.5) == [daily[2]] * 3


def test_an_earlier_replay_does_not_see_what_a_later_one_was_fitted_on():
    scorer, shuffled = Refitted(Popularity(), DAILY, 30.0), DAILY.sample(frac=1, random_state=0)
    late = [scorer(board, row) for board, row, _ in moments(DAILY, 0.8, 1)]
    early = [scorer(board, row) for board, row, _ in moments(DAILY, 0.2, 0.4)]
    assert late[0].sum() == 5 and early[0].sum() == 1
    again = Refitted(Popularity(), shuffled, 30.0)
    board, row, _ = next(moments(shuffled, 0.5, 1))
    assert again(board, row).tolist() == [1, 1, 1]


def test_fading_popularity_is_what_the_board_says():
    for board, row, _ in moments(DAILY, 0.5, 1):
        for half_life in (0.5, float("inf")):
            np.testing.assert_array_equal(
                fading(half_life)(board, row), board.popularity(half_life)
            )

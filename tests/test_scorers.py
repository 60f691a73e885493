"""Scorers for the replay: what they know at a moment is what had happened by then."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from conftest import log
from scipy import sparse

from deskrec_tutorial.als import half_step
from deskrec_tutorial.recommenders import ImplicitALS, Popularity
from deskrec_tutorial.replay import moments
from deskrec_tutorial.scorers import HalfStepped, Refitted, fading

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


def test_a_later_window_is_not_measured_with_an_earlier_fit():
    scorer = Refitted(Popularity(), DAILY, 30.0)
    early, late = (
        [scorer(board, row).sum() for board, row, _ in moments(DAILY, start, stop)]
        for start, stop in ((0.2, 0.4), (0.8, 1))
    )
    assert early == [1] and late == [5]


def test_what_refitted_refuses():
    for every in (0, -1.0, float("nan")):
        with pytest.raises(ValueError, match="every must be above 0"):
            Refitted(Popularity(), DAILY, every)
    with pytest.raises(TypeError, match="every must be a number, not 'weekly'"):
        Refitted(Popularity(), DAILY, "weekly")
    board, row, _ = next(moments(DAILY.assign(personId=DAILY["personId"] + 1), 0.5, 1))
    with pytest.raises(ValueError, match="other people or articles.*give both the same events"):
        Refitted(Popularity(), DAILY)(board, row)


def test_fading_popularity_is_what_the_board_says():
    for board, row, _ in moments(DAILY, 0.5, 1):
        for half_life in (0.5, float("inf")):
            np.testing.assert_array_equal(
                fading(half_life)(board, row), board.popularity(half_life)
            )


# Articles 10 and 20 are old; 30 is opened on day 9 by persons 1 and 2, then 3 reads 20.
YOUNG = log((0, 1, 10), (1, 2, 10), (2, 2, 20), (3, 3, 10), (9, 1, 30), (9.1, 2, 30), (9.2, 3, 20))


def test_young_articles_are_half_stepped_between_fits():
    als = ImplicitALS(2, regularization=0.5, alpha=4.0, iterations=3)
    scorer = HalfStepped(Refitted(als, YOUNG, every=30.0))
    for board, row, _ in moments(YOUNG, 0.5, 1):
        scores, people = scorer(board, row), als.model.user_factors
        np.testing.assert_array_equal(scores[:2], als.scores(np.array([row]))[0][:2])
        readers = sparse.csr_matrix(4.0 * board.read[:, [2]].T)
        np.testing.assert_allclose(scores[2:], half_step(readers, people, 0.5) @ people[row])
    assert board.read[:, 2].sum() == 2 and scores[2] != 0


def test_a_half_step_needs_als():
    for other in (Refitted(Popularity(), YOUNG), Popularity()):
        with pytest.raises(TypeError, match="a Refitted ImplicitALS, not of Popularity"):
            HalfStepped(other)
    with pytest.raises(TypeError, match="a Refitted ImplicitALS, not of ImplicitALS"):
        HalfStepped(ImplicitALS())
    with pytest.raises(ValueError, match="days must be above 0, not 0"):
        HalfStepped(Refitted(ImplicitALS(), YOUNG), days=0)


def test_events_fade_by_some_half_life():
    board, row, _ = next(moments(DAILY, 0.5, 1))
    for ask in (fading, board.popularity, lambda days: board.popularity_among(row, days)):
        for half_life in (0, -1.0, float("nan")):
            with pytest.raises(ValueError, match="half_life must be above 0"):
                ask(half_life)
        with pytest.raises(TypeError, match="half_life must be a number, not None"):
            ask(None)

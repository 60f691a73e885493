"""Chapter 7's replay: by hand, never looking ahead, and the clues weighed against each other."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from conftest import log

import deskrec_tutorial as dr
from deskrec_tutorial.replay import Board, Trending, conditional_logit, hit_rates, moments

LOG = log((0, 1, 10), (1, 1, 20), (2, 2, 10), (2.5, 2, 10), (3, 2, 20), (4, 3, 30), (5, 3, 20))


def newest(board: Board, row: int) -> np.ndarray:
    return board.born


def test_replay_by_hand():
    found = dr.replay(LOG, {"newest": newest, "same": lambda b, r: np.zeros(3)}, 0, 1, k=1)
    # The event on day 2.5 is no first reading of the pair. First readers: 10, 20, 30.
    assert found["contentId"].tolist() == [10, 20, 10, 20, 30, 20]
    assert found["first_reader"].tolist() == [True, True, False, False, True, False]
    # Day 2: 20 is newer than 10. Day 3: 20 alone is left. Day 5: 30 is read, 20 newer than 10.
    assert found["newest"].tolist() == [0, 0, 0, 1, 0, 1]
    assert found["same"].tolist() == [0, 0, 1 / 2, 1, 0, 1 / 2]
    assert found["timestamp"].tolist() == LOG["timestamp"].drop(3).tolist()


def test_replay_measures_several_lengths_at_once():
    scorers = {"newest": newest, "same": lambda board, row: np.zeros(3)}
    found = dr.replay(LOG, scorers, 0, 1, k=(1, 2))
    assert list(found.columns[4:]) == ["newest@1", "newest@2", "same@1", "same@2"]
    for k in (1, 2):
        alone = dr.replay(LOG, scorers, 0, 1, k=k)
        for name in scorers:
            assert found[f"{name}@{k}"].tolist() == alone[name].tolist()
            assert hit_rates(found).loc[name, f"hit@{k}"] == alone[name].mean()


def test_one_length_or_several_in_any_form():
    scorers = {"newest": newest}
    alone = dr.replay(LOG, scorers, 0, 1, k=2)
    pd.testing.assert_frame_equal(dr.replay(LOG, scorers, 0, 1, k=np.int64(2)), alone)
    for several in ([2], (2,), np.array([2]), range(2, 3)):
        found = dr.replay(LOG, scorers, 0, 1, k=several)
        assert found["newest@2"].tolist() == alone["newest"].tolist()
        assert "newest" not in found
    with pytest.raises(TypeError, match=r"k must be a whole number, not 2\.0"):
        dr.replay(LOG, scorers, k=2.0)
    with pytest.raises(TypeError, match="k must be a whole number, not '10'"):
        dr.replay(LOG, scorers, k="10")
    for several in ([], [2, 2], np.array([1, 2, 1])):
        with pytest.raises(ValueError, match="one length or several different ones"):
            dr.replay(LOG, scorers, k=several)
    with pytest.raises(ValueError, match="k must be a whole number of at least 1"):
        dr.replay(LOG, scorers, k=(0, 1))


def test_hit_rates_need_several_lengths():
    with pytest.raises(ValueError, match="ask replay for several lengths"):
        hit_rates(dr.replay(LOG, {"newest": newest}, 0, 1, k=2))
    found = dr.replay(LOG, {"a@b": newest}, 0, 1, k=(1, 2))[["a@b@2", "a@b@1"]]
    assert hit_rates(found).columns.tolist() == ["hit@2", "hit@1"]
    assert hit_rates(found).index.tolist() == ["a@b"]


def test_a_window_without_a_reading():
    again = pd.concat(
        [LOG, LOG.assign(timestamp=LOG["timestamp"] + 10 * 86_400)], ignore_index=True
    )
    found = dr.replay(again, {"newest": newest}, 0.5, 1, k=(1, 2))
    assert found.empty and hit_rates(found).isna().all(axis=None)
    some = dr.replay(again, {"newest": newest}, 0, 1, k=(1, 2))
    assert found.dtypes.tolist() == some.dtypes.tolist()


def test_replay_measures_its_window_only():
    everything = dr.replay(LOG, {"newest": newest}, 0, 1, k=1)
    last = dr.replay(LOG, {"newest": newest}, 0.5, 1, k=1)
    pd.testing.assert_frame_equal(last, everything.iloc[-3:].reset_index(drop=True))
    assert len(dr.replay(LOG, {"newest": newest}, 0, 0.5, k=1)) == 3


def test_the_order_of_the_rows_makes_no_difference():
    shuffled = LOG.sample(frac=1, random_state=3)
    a, b = (dr.replay(rows, {"newest": newest}, 0, 1, k=1) for rows in (LOG, shuffled))
    pd.testing.assert_frame_equal(a, b)


def test_a_board_knows_nothing_of_later_events(events):
    early = events.sort_values("timestamp", kind="stable").iloc[:3000]
    changed = early.copy()
    later = changed.index[2500:]
    changed.loc[later, "personId"] = changed.loc[later, "personId"].to_numpy()[::-1]

    def looks(rows):
        for board, row, _ in moments(rows, 0.8, 0.83):
            yield board.popularity(0.5), board.popularity_among(row, 2.0), board.born, board.now

    compared = 0
    for a, b in itertools.islice(zip(looks(early), looks(changed), strict=False), 60):
        compared += 1
        assert a[3] == b[3]
        assert [x.shape for x in a[:3]] == [x.shape for x in b[:3]]
        for x, y in zip(a[:3], b[:3], strict=True):
            np.testing.assert_array_equal(x, y)
    assert compared == 60


@pytest.mark.parametrize("half_life", [0.3, 2.0, float("inf")])
def test_popularity_fades_by_half(events, half_life):
    some = events.sort_values("timestamp", kind="stable").iloc[:1500]
    ids = np.unique(some["contentId"])
    for number, (board, row, _) in enumerate(moments(some, 0.5, 1)):
        if number % 50:
            continue
        past = some.iloc[: board.position]
        age = board.now - (past["timestamp"] - some["timestamp"].iloc[0]) / 86_400
        weight = (0.5 ** (age / half_life)).groupby(past["contentId"]).sum()
        expected = weight.reindex(ids).fillna(0).to_numpy()
        np.testing.assert_allclose(board.popularity(half_life), expected, rtol=1e-9, atol=1e-12)
        assert not board.candidates(row)[~np.isfinite(board.born)].any()


def test_popularity_among_people_alike_by_hand():
    rows = log((0, 1, 10), (0, 1, 20), (0, 2, 10), (0, 3, 30), (1, 1, 40), (1, 3, 50), (2, 2, 40))
    again = log((0, 1, 20), (0, 1, 20))  # reading 20 once more makes nobody's history longer
    again["timestamp"] -= 20 * 86_400
    rows = pd.concat([again, rows], ignore_index=True)
    found = {}
    for board, row, column in moments(rows, 0, 1):
        found[row, column] = board.popularity_among(row, 1.0)
    # Person 2 has read 10. Person 1 has read 10, 20, 40: alike by 1 / √3. Person 3 shares nothing.
    expected = np.array([0.25 * (1 / np.sqrt(3) + 1), 0.25 / np.sqrt(3), 0, 0.5 / np.sqrt(3), 0])
    np.testing.assert_allclose(found[1, 3], expected)


def test_what_replay_refuses():
    for start, stop in ((0.5, 0.5), (-0.1, 1), (0, 1.1), (0.9, 0.8)):
        with pytest.raises(ValueError, match="start and stop"):
            dr.replay(LOG, {"newest": newest}, start, stop)
    with pytest.raises(ValueError, match="k must be"):
        dr.replay(LOG, {"newest": newest}, k=0)
    for bad in (np.zeros(2), np.array([np.nan, 0, 0]), 0.0):
        with pytest.raises(ValueError, match="'bad' must give one number for each of the 3"):
            dr.replay(LOG, {"bad": lambda board, row, bad=bad: bad}, 0, 1)
    with pytest.raises(ValueError, match="no column 'timestamp'"):
        dr.replay(LOG.drop(columns="timestamp"), {"newest": newest})


# ------------------------------------------------------------------ clues weighed


def test_conditional_logit_finds_the_weights_back():
    rng = np.random.default_rng(0)
    truth = np.array([1.5, -0.7])
    choices = []
    for _ in range(3000):
        clues = rng.normal(size=(2, 12))
        chance = np.exp(truth @ clues)
        choices.append((clues, int(rng.choice(12, p=chance / chance.sum()))))
    np.testing.assert_allclose(conditional_logit(choices), truth, atol=0.08)
    with pytest.raises(ValueError, match="no choice to learn from"):
        conditional_logit([])


def test_trending_beats_its_single_clues_on_the_sample(events):
    some = events.sort_values("timestamp", kind="stable")[:20_000]
    trending = Trending(choices=300).fit(some)
    assert list(trending.weights) == ["popularity", "age", "titles", "people"]
    assert trending.weights["titles"] > 0 > trending.weights["age"]
    found = dr.replay(
        some,
        {"trending": trending, "newest": lambda board, row: board.born},
        start=0.95,
    )
    assert found["trending"].mean() > found["newest"].mean()


def test_trending_with_one_clue_ranks_by_it(events):
    some = events.sort_values("timestamp", kind="stable")[:6000]
    trending = Trending(("age",), choices=100).fit(some)
    assert trending.weights["age"] < 0
    for board, row, _ in moments(some, 0.95, 0.96):
        scores = trending(board, row)
        born = np.isfinite(board.born)
        order = np.argsort(board.born[born])
        assert (np.diff(scores[born][order]) >= 0).all()


def test_what_the_clues_add_adds_up_to_the_score(events):
    some = events.sort_values("timestamp", kind="stable")[:6000]
    trending = Trending(choices=100).fit(some)
    board, row, _ = next(moments(some, 0.95))
    parts = trending.parts(board, row)
    np.testing.assert_allclose(parts.sum(axis=0), trending(board, row))
    log_age = np.log(np.maximum(board.now - board.born, 0) + 0.01)
    np.testing.assert_allclose(parts[1], trending.weights["age"] * log_age)


def test_trending_does_not_look_beyond_its_window(events):
    some = events.sort_values("timestamp", kind="stable")[:8000]
    changed = some.copy()
    later = changed.index[7600:]
    changed.loc[later, "personId"] = changed.loc[later, "personId"].to_numpy()[::-1]
    a, b = (Trending(choices=100).fit(rows, 0.85, 0.95).weights for rows in (some, changed))
    assert a == b


def test_what_trending_refuses(events):
    for clues in ((), ("popularity", "weather")):
        with pytest.raises(ValueError, match="clues must be some of popularity, age"):
            Trending(clues).fit(events)
    with pytest.raises(ValueError, match=r"no weights yet: call its fit\(events\) first"):
        dr.replay(LOG, {"trending": Trending()}, 0, 1)

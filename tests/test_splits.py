"""Chapter 6's splits: nothing on both sides, nothing lost, nothing from later."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from conftest import log, strengths
from hypothesis import given
from hypothesis import strategies as st

import deskrec_tutorial as dr


def pairs_of(matrix: dr.InteractionMatrix) -> set[tuple[int, int, float]]:
    coo = matrix.user_items.tocoo()
    return set(zip(coo.row.tolist(), coo.col.tolist(), coo.data.tolist(), strict=True))


@given(strengths(), st.floats(0.05, 0.95), st.integers(1, 4), st.booleans(), st.integers(0, 99))
def test_a_random_split_parts_the_pairs(strength, share, least, by_user, seed):
    options = {"share": share, "min_articles": least, "by_user": by_user, "seed": seed}
    try:
        halves = dr.split(strength, **options)
    except ValueError as error:
        assert "Nothing is held out" in str(error)
        return
    everything = dr.InteractionMatrix.from_strength(strength)
    train, test = pairs_of(halves.train), pairs_of(halves.test)
    many = np.diff(everything.user_items.indptr) >= least
    assert not train & test
    assert train | test == {pair for pair in pairs_of(everything) if many[pair[0]]}
    assert halves.train.user_items.shape == halves.test.user_items.shape
    np.testing.assert_array_equal(halves.test.item_ids, everything.item_ids)
    assert {pair[0] for pair in train} >= {pair[0] for pair in test}
    again = dr.split(strength.sample(frac=1, random_state=1), **options)
    assert pairs_of(again.test) == test


def test_everybody_gives_their_share_rounded_up_or_down(strength):
    halves = dr.split(strength, share=0.2, seed=1)
    n = np.diff(halves.train.user_items.indptr) + np.diff(halves.test.user_items.indptr)
    held = np.diff(halves.test.user_items.indptr)
    assert (n[n > 0] >= 5).all()
    assert (held >= np.floor(0.2 * n)).all()
    assert (held <= np.ceil(0.2 * n)).all()
    assert held.sum() == pytest.approx(0.2 * n.sum(), rel=0.02)
    both = dr.split(strength, share=0.2, by_user=False, min_articles=1, seed=1)
    assert both.test.user_items.nnz == pytest.approx(0.2 * len(strength), rel=0.02)


def test_another_seed_holds_other_pairs_out(strength):
    one, two, again = (dr.split(strength, seed=seed) for seed in (1, 2, 1))
    assert pairs_of(one.test) == pairs_of(again.test)
    common = len(pairs_of(one.test) & pairs_of(two.test)) / one.test.user_items.nnz
    assert 0.1 < common < 0.3


def test_leave_k_out(strength):
    halves = dr.split(strength, "leave-k-out", k=3, min_articles=2)
    held = np.diff(halves.test.user_items.indptr)
    n = np.diff(halves.train.user_items.indptr) + held
    np.testing.assert_array_equal(held, np.where(n == 0, 0, np.minimum(3, n - 1)))


def test_leave_last_out_takes_what_each_person_began_last(events):
    halves = dr.split(events.sample(frac=1, random_state=2), "leave-last-out", k=2)
    begun = events.groupby(["personId", "contentId"])["timestamp"].min().sort_values()
    by_person = begun.reset_index().groupby("personId")["contentId"]
    last = by_person.tail(2)[by_person.transform("size") >= 5]
    row, column = halves.test.user_items.nonzero()
    assert set(halves.test.item_ids[column]) <= set(last)
    assert len(row) == len(last)
    held = begun[list(zip(halves.test.user_ids[row], halves.test.item_ids[column], strict=True))]
    kept = begun.drop(held.index).groupby("personId").max()
    assert (held.groupby("personId").min() >= kept[np.unique(halves.test.user_ids[row])]).all()


def test_the_same_pairs_whatever_the_strengths(strength):
    log = strength.assign(eventStrength=np.log2(1 + strength["eventStrength"]))
    a, b = dr.split(strength, seed=3), dr.split(log, seed=3)
    np.testing.assert_array_equal(a.test.user_items.indices, b.test.user_items.indices)
    assert a.train_events is None


def test_events_come_along(events):
    halves = dr.split(events, seed=3)
    strength = dr.event_strength(halves.train_events)
    assert len(strength) == halves.train.user_items.nnz
    held = halves.test.user_items.nonzero()
    held = pd.MultiIndex.from_arrays([halves.test.user_ids[held[0]], halves.test.item_ids[held[1]]])
    of_train = pd.MultiIndex.from_frame(halves.train_events[["personId", "contentId"]])
    assert not of_train.isin(held).any()


def test_a_train_side_can_be_split_again(events):
    outer = dr.split(events, seed=1)
    inner = dr.split(outer.train, events=outer.train_events, min_articles=1, seed=2)
    assert inner.train.user_items.shape == outer.train.user_items.shape
    assert not pairs_of(inner.test) & pairs_of(outer.test)
    assert pairs_of(inner.train) | pairs_of(inner.test) == pairs_of(outer.train)
    assert len(inner.train_events) < len(outer.train_events)


def test_a_split_in_time(events):
    halves = dr.split(events, "temporal", share=0.1, min_articles=5)
    cut = np.sort(events["timestamp"])[round(0.9 * len(events))]
    assert halves.train_events["timestamp"].max() < cut
    before, after = events[events["timestamp"] < cut], events[events["timestamp"] >= cut]
    assert len(halves.train_events) == len(before)
    known = before.groupby("personId")["contentId"].nunique()
    busy = known.index[known >= 5]
    old = set(map(tuple, before[["personId", "contentId"]].drop_duplicates().to_numpy()))
    later = after.loc[after["personId"].isin(busy), ["personId", "contentId"]].drop_duplicates()
    expected = {pair for pair in map(tuple, later.to_numpy()) if pair not in old}
    row, column = halves.test.user_items.nonzero()
    ids = zip(halves.test.user_ids[row], halves.test.item_ids[column], strict=True)
    assert set(ids) == expected


def test_place_keeps_rows_and_columns(strength, matrix):
    part = strength.sample(frac=0.3, random_state=0)
    placed = dr.place(part, matrix)
    assert placed.user_items.shape == matrix.user_items.shape
    assert pairs_of(placed) <= pairs_of(matrix)
    assert placed.user_items.nnz == len(part)
    np.testing.assert_array_equal(
        dr.place(strength, matrix).user_items.toarray(), matrix.user_items.toarray()
    )
    for column in ("personId", "contentId"):
        strange = part.assign(**{column: part[column].to_numpy() ^ 1})
        with pytest.raises(KeyError, match=f"No {column} -?\\d+ among"):
            dr.place(strange, matrix)
    with pytest.raises(ValueError, match="strength repeats a pair"):
        dr.place(pd.concat([part, part[:1]]), matrix)


def test_a_cut_with_nothing_on_one_side_is_refused(events):
    strength = dr.event_strength(events)
    for log_of, says in (
        (events.assign(timestamp=0), "All events happened at one time"),
        (events, "No event comes before the last share"),
    ):
        with pytest.raises(ValueError, match=says):
            dr.split(strength, "temporal", share=1 - 1e-9, events=log_of)
    with pytest.raises(ValueError, match="Nothing is held out"):
        dr.split(events, "temporal", share=1e-9, min_articles=100)
    without = events.astype({"timestamp": float})
    without.loc[without.index[3], "timestamp"] = np.nan
    for bad, says in ((without, "missing in 1 row, first in row 3"), (strength, "no column 'time")):
        with pytest.raises(ValueError, match=says):
            dr.split(strength, "temporal", events=bad)


# Day and article: three began together on the last day.
TIED = [(0, 5), (1, 10), (1, 20), (1, 30)]


def test_chance_decides_between_what_began_at_one_time():
    rows = [(day, person, article) for person in range(40) for day, article in TIED]
    held = [
        dr.split(log(*rows), "leave-last-out", min_articles=2, seed=seed).test.user_items.indices
        for seed in (1, 1, 2)
    ]
    assert held[0].tolist() == held[1].tolist() != held[2].tolist()
    assert {*held[0]} == {*held[2]} == {1, 2, 3}  # never what was read on the day before


def test_what_split_refuses(strength, events):
    for how in ("temporal", "leave-last-out"):
        with pytest.raises(ValueError, match=f'how="{how}" needs to know when'):
            dr.split(strength, how)
    with pytest.raises(ValueError, match=r"pairs have no event.*pass the events"):
        dr.split(strength, "leave-last-out", events=events[:1000])
    with pytest.raises(ValueError, match='how must be "random", "leave-k-out"'):
        dr.split(strength, "by day")
    for share in (0, 1, -0.1, 1.5, float("nan")):
        with pytest.raises(ValueError, match="share must lie between"):
            dr.split(strength, share=share)
    for share in ("0.2", None):
        with pytest.raises(TypeError, match="share must be a number"):
            dr.split(strength, share=share)
    with pytest.raises(ValueError, match="min_articles"):
        dr.split(strength, min_articles=0)
    with pytest.raises(ValueError, match="Nothing is held out"):
        dr.split(strength, min_articles=100_000)


def test_a_split_says_what_it_is(events):
    halves = dr.split(events, seed=1)
    people = len(np.unique(halves.test.user_items.nonzero()[0]))
    assert repr(halves).startswith("Split(random: ")
    assert f"{halves.test.user_items.nnz:,} pairs of {people:,} people held out" in repr(halves)

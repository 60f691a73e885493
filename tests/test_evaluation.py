"""Chapter 6's measures: worked out by hand, against other libraries, and by trying every order."""

from __future__ import annotations

import importlib.util
import itertools
import json
from collections.abc import Sequence

import numpy as np
import pandas as pd
import pytest
from conftest import ROOT, strengths
from hypothesis import given
from hypothesis import strategies as st
from implicit.evaluation import ranking_metrics_at_k
from scipy import sparse, stats
from sklearn.metrics import ndcg_score

import deskrec_tutorial as dr
from deskrec_tutorial.evaluation import Board, bootstrap_interval, draw_negatives, moments


class Given:
    """A recommender whose scores are given."""

    def __init__(self, scores: Sequence[Sequence[float]]) -> None:
        self._scores = np.array(scores, dtype=float)

    def scores(self, rows: np.ndarray) -> np.ndarray:
        return self._scores[rows]


def matrix_of(dense: Sequence[Sequence[float]]) -> dr.InteractionMatrix:
    values = np.array(dense, dtype=float)
    users, items = values.shape
    return dr.InteractionMatrix(
        sparse.csr_matrix(values),
        np.arange(users) * 10,
        np.arange(items) * 100,
        np.array([f"Title {i}" for i in range(items)], dtype=object),
    )


# ------------------------------------------------------------------ metrics by hand

# One person who has read article 0. Of the other five, 2 and 5 are held out.
TRAIN, TEST = matrix_of([[1, 0, 0, 0, 0, 0]]), matrix_of([[0, 0, 1, 0, 0, 1]])
# In order of score: 1, 2, 4, 5, 3. The held-out ones stand at places 2 and 4.
SCORES = Given([[9.0, 5.0, 4.0, 1.0, 3.0, 2.0]])


def test_every_metric_worked_out_by_hand():
    found = dr.evaluate(SCORES, TRAIN, TEST, k=(1, 3, 4))
    assert [found[f"precision@{k}"] for k in (1, 3, 4)] == pytest.approx([0, 1 / 3, 2 / 4])
    assert [found[f"recall@{k}"] for k in (1, 3, 4)] == pytest.approx([0, 1 / 2, 1])
    assert [found[f"hit@{k}"] for k in (1, 3, 4)] == pytest.approx([0, 1, 1])
    best = 1 / np.log2(2) + 1 / np.log2(3)
    dcg = [0, 1 / np.log2(3), 1 / np.log2(3) + 1 / np.log2(5)]
    assert [found[f"ndcg@{k}"] for k in (1, 3, 4)] == pytest.approx(
        [0, dcg[1] / best, dcg[2] / best]
    )
    assert [found[f"map@{k}"] for k in (1, 3, 4)] == pytest.approx(
        [0, 1 / 2 / 2, (1 / 2 + 2 / 4) / 2]
    )


def test_a_list_of_one_is_judged_against_the_best_list_of_one():
    first = Given([[0, 0, 1.0, 0, 0, 0]])
    found = dr.evaluate(first, TRAIN, TEST, k=1)
    assert found["ndcg@1"] == found["map@1"] == found["precision@1"] == 1
    assert found["recall@1"] == 0.5


def test_novelty_and_coverage_by_hand():
    # Four people; article 0 has four readers, 1 has two, 2 one, 3 none.
    train = matrix_of([[1, 1, 0, 0], [1, 1, 0, 0], [1, 0, 1, 0], [1, 0, 0, 0]])
    test = matrix_of([[0, 0, 0, 1], [0, 0, 0, 0], [0, 0, 0, 0], [0, 1, 0, 0]])
    everybody = Given([[4.0, 3.0, 2.0, 1.0]] * 4)
    found = dr.evaluate(everybody, train, test, k=(1, 2))
    # The first person's list is 2, 3; the last one's 1, 2. No reader counts as one reader.
    per_user = found.per_user
    assert per_user["novelty@1"].tolist() == [np.log2(4 / 1), np.log2(4 / 2)]
    assert per_user["novelty@2"].tolist() == [2.0, 1.5]
    assert found["coverage@1"] == 2 / 4
    assert found["coverage@2"] == 3 / 4


def test_somebody_with_nothing_held_out_is_left_out_of_every_mean():
    train = matrix_of([[1, 0, 0, 0], [1, 0, 0, 0], [0, 0, 0, 1]])
    test = matrix_of([[0, 1, 0, 0], [0, 0, 0, 0], [1, 0, 0, 0]])
    found = dr.evaluate(Given([[0, 3, 2, 1.0]] * 3), train, test, k=1)
    assert found.per_user.index.tolist() == [0, 20]
    assert found.per_user.index.name == "personId"
    assert found.per_user["held_out"].tolist() == [1, 1]
    assert found["hit@1"] == 0.5


def test_fewer_candidates_than_k():
    train, test = matrix_of([[1, 1, 0, 0]]), matrix_of([[0, 0, 0, 1]])
    found = dr.evaluate(Given([[9, 9, 2.0, 1.0]]), train, test, k=(2, 3, 10))
    assert found["recall@10"] == found["hit@10"] == 1
    assert found["precision@10"] == 1 / 10
    assert found["precision@3"] == 1 / 3
    assert found["ndcg@10"] == pytest.approx(1 / np.log2(3))
    assert found["coverage@10"] == 2 / 4
    assert found["novelty@10"] == found["novelty@2"]


def test_what_was_read_in_train_is_never_a_candidate():
    found = dr.evaluate(Given([[9.0, 0, 8, 0, 0, 7]]), TRAIN, TEST, k=2)
    assert found["recall@2"] == 1


# ------------------------------------------------------------------ ties


def test_tied_articles_share_their_places():
    # 1 and 2 are tied for the first place, 5 stands alone at the end.
    tied = Given([[0, 5.0, 5.0, 3.0, 2.0, 1.0]])
    found = dr.evaluate(tied, TRAIN, TEST, k=(1, 2))
    assert found["hit@1"] == found["precision@1"] == 0.5
    assert found["hit@2"] == 1
    best = 1 + 1 / np.log2(3)
    assert found["ndcg@2"] == pytest.approx((1 + 1 / np.log2(3)) / 2 / best)


def test_lists_take_tied_articles_in_the_order_of_their_columns():
    train = matrix_of([[1, 0, 0, 0, 0], [0, 0, 1, 0, 0]])
    test = matrix_of([[0, 0, 0, 0, 1], [0, 0, 0, 0, 1]])
    found = dr.evaluate(Given(np.zeros((2, 5))), train, test, k=2)
    # The lists are 1, 2 and 0, 1: two readers in all, one of article 0 and one of 2.
    assert found["coverage@2"] == 3 / 5
    assert found.per_user["novelty@2"].tolist() == [1.0, 1.0]
    assert found["hit@2"] == 0.5


def test_a_recommender_without_an_opinion_gets_what_chance_gets():
    found = dr.evaluate(Given(np.zeros((1, 6))), TRAIN, TEST, k=(2, 5))
    assert found["recall@2"] == pytest.approx(2 / 5)
    assert found["hit@2"] == pytest.approx(1 - 3 / 5 * 2 / 4)
    assert found["recall@5"] == found["hit@5"] == 1


@given(
    st.lists(st.integers(0, 2), min_size=5, max_size=5),
    st.lists(st.booleans(), min_size=5, max_size=5).filter(any),
)
def test_a_metric_is_its_mean_over_all_orders_of_tied_articles(levels, held):
    train, test = [0] * 5 + [1], [*held, 0]
    found = dr.evaluate(Given([[*levels, 0]]), matrix_of([train]), matrix_of([test]), 3, draws=1)
    # One person per order: tied articles are put in it by a little extra.
    orders = np.array(list(itertools.permutations(range(5))))
    apart = Given(np.hstack([np.array(levels) + 0.01 * orders, np.zeros((120, 1))]))
    each = dr.evaluate(apart, matrix_of([train] * 120), matrix_of([test] * 120), 3, draws=1)
    for metric in ("precision@3", "recall@3", "hit@3", "ndcg@3", "map@3"):
        assert found[metric] == pytest.approx(each[metric])


# ------------------------------------------------------------------ against other libraries


@given(st.integers(0, 10_000), st.integers(2, 4))
def test_ndcg_is_scikit_learns_ties_included(seed, levels):
    rng = np.random.default_rng(seed)
    users, items = 5, 9
    state = rng.integers(0, 4, (users, items))  # 0 and 1: neither; 2: train; 3: test
    state[:, 0], state[:, 1] = 3, 0
    scores = rng.integers(0, levels, (users, items)).astype(float)
    train, test = matrix_of(state == 2), matrix_of(state == 3)
    found = dr.evaluate(Given(scores), train, test, k=(1, 4), draws=1)
    for user in range(users):
        open_to = state[user] != 2
        for k in (1, 4):
            theirs = ndcg_score([state[user, open_to] == 3], [scores[user, open_to]], k=k)
            assert found.per_user[f"ndcg@{k}"].iloc[user] == pytest.approx(theirs)


@pytest.fixture(scope="module")
def halves(strength):
    return dr.split(strength, seed=5)


@pytest.fixture(scope="module")
def fitted(halves):
    return dr.recommenders.ImplicitALS(iterations=5).fit(halves.train)


@pytest.fixture(scope="module")
def measured(fitted, halves):
    return dr.evaluate(fitted, halves.train, halves.test)


def test_metrics_are_those_of_implicit(fitted, halves, measured):
    with np.errstate(all="ignore"):
        theirs = ranking_metrics_at_k(
            fitted.model, halves.train.user_items, halves.test.user_items, K=10, show_progress=False
        )
    assert measured["ndcg@10"] == pytest.approx(theirs["ndcg"], abs=1e-9)
    assert measured["map@10"] == pytest.approx(theirs["map"], abs=1e-9)
    # Its precision pools all people and divides by no more than what was held out.
    rows = measured.per_user
    pooled = 10 * rows["precision@10"].sum() / np.minimum(10, rows["held_out"]).sum()
    assert pooled == pytest.approx(theirs["precision"], abs=1e-9)


def test_recall_by_counting_the_lists_of_recommend_all(fitted, halves, measured):
    lists = dr.recommend_all(fitted.model, halves.train)
    test = halves.test
    row, column = test.user_items.nonzero()
    held = pd.DataFrame({"personId": test.user_ids[row], "contentId": test.item_ids[column]})
    hits = held.merge(lists, on=["personId", "contentId"]).groupby("personId").size()
    recall = hits.div(held.groupby("personId").size()).fillna(0)
    assert measured["recall@10"] == pytest.approx(recall.mean())
    tested = lists[lists["personId"].isin(recall.index)]
    assert measured["coverage@10"] == pytest.approx(tested["contentId"].nunique() / 2979, abs=1e-3)


def test_blocks_do_not_show(fitted, halves, measured, monkeypatch):
    monkeypatch.setattr("deskrec_tutorial.evaluation.BLOCK", 37 * len(halves.train.item_ids))
    again = dr.evaluate(fitted, halves.train, halves.test)
    pd.testing.assert_frame_equal(again.per_user, measured.per_user)
    pd.testing.assert_frame_equal(again.summary, measured.summary)


# ------------------------------------------------------------------ intervals and comparisons


def test_the_bootstrap_is_scipys():
    values = np.random.default_rng(3).gamma(1.0, size=(300, 2))
    low, high = bootstrap_interval(values, draws=4000)
    for column in (0, 1):
        theirs = stats.bootstrap(
            (values[:, column],), np.mean, method="percentile", n_resamples=4000, rng=0
        ).confidence_interval
        assert low[column] == pytest.approx(theirs.low, abs=0.01)
        assert high[column] == pytest.approx(theirs.high, abs=0.01)


def test_the_interval_covers_the_truth_as_often_as_it_says():
    rng = np.random.default_rng(0)
    inside = 0
    for trial in range(200):
        low, high = bootstrap_interval(rng.normal(size=80), draws=200, seed=trial)
        inside += low <= 0 <= high
    assert 0.88 <= inside / 200 <= 0.99


def test_the_same_seed_gives_the_same_interval(fitted, halves, measured):
    again = dr.evaluate(fitted, halves.train, halves.test)
    pd.testing.assert_frame_equal(again.summary, measured.summary)
    other = dr.evaluate(fitted, halves.train, halves.test, seed=1)
    assert other["ndcg@10"] == measured["ndcg@10"]
    assert other.summary["low"]["ndcg@10"] != measured.summary["low"]["ndcg@10"]


def test_the_summary_has_an_interval_for_all_but_coverage(measured):
    summary = measured.summary
    names = ("precision", "recall", "hit", "ndcg", "map", "novelty", "coverage")
    assert sorted(summary.index) == sorted(f"{name}@{k}" for name in names for k in (5, 10))
    means = summary.drop(index=["coverage@5", "coverage@10"])
    assert (means["low"] < means["value"]).all()
    assert (means["value"] < means["high"]).all()
    assert summary.loc[["coverage@5", "coverage@10"], ["low", "high"]].isna().all(axis=None)


def test_compare_subtracts_person_by_person(fitted, halves, measured):
    popular = dr.evaluate(dr.recommenders.Popularity().fit(halves.train), halves.train, halves.test)
    gain = dr.compare(popular, measured)
    assert gain.difference == pytest.approx(measured["ndcg@10"] - popular["ndcg@10"])
    assert gain.better + gain.worse + gain.equal == pytest.approx(1)
    back = dr.compare(measured, popular)
    assert back.difference == pytest.approx(-gain.difference)
    assert (back.better, back.worse) == (gain.worse, gain.better)
    assert dr.compare(measured, measured).equal == 1


def test_a_paired_interval_is_narrower_where_people_differ():
    rng = np.random.default_rng(1)
    users, items = 400, 40
    taste = rng.random((users, items))
    test = taste > 0.9
    test[:, 0] |= ~test.any(axis=1)
    train = matrix_of(np.zeros((users, items)))
    good = np.where(rng.random((users, 1)) < 0.5, taste, rng.random((users, items)))
    better = good + 0.02 * test
    a, b = (dr.evaluate(Given(s), train, matrix_of(test), k=10) for s in (good, better))
    gain = dr.compare(a, b)
    apart = b.summary["high"]["ndcg@10"] - b.summary["low"]["ndcg@10"]
    assert gain.high - gain.low < apart / 2
    assert gain.low > 0
    assert "zero is outside" in repr(gain)


def test_evaluations_of_different_splits_are_not_compared(fitted, halves, measured, strength):
    other = dr.split(strength, seed=6)
    elsewhere = dr.evaluate(
        dr.recommenders.Popularity().fit(other.train), other.train, other.test, draws=1
    )
    with pytest.raises(ValueError, match="different splits"):
        dr.compare(measured, elsewhere)
    with pytest.raises(KeyError, match="no 'auc' here; there are precision@5"):
        dr.compare(measured, measured, "auc")
    with pytest.raises(KeyError, match="no 'auc' here"):
        measured["auc"]


# ------------------------------------------------------------------ what is refused


def test_a_recommender_that_has_seen_the_answers_is_refused(halves, matrix):
    leaky = dr.recommenders.Popularity().fit(matrix)
    seen = halves.test.user_items.nnz
    for measure in (dr.evaluate, dr.sampled_recall):
        with pytest.raises(ValueError, match=f"has seen the answers: {seen:,} of the {seen:,}"):
            measure(leaky, halves.train, halves.test)


def test_a_recommender_fitted_on_test_or_not_at_all_is_refused(halves):
    popularity = dr.recommenders.Popularity()
    with pytest.raises(ValueError, match="not been fitted"):
        dr.evaluate(popularity, halves.train, halves.test)
    with pytest.raises(ValueError, match="has seen the answers"):
        dr.evaluate(popularity.fit(halves.test), halves.train, halves.test)
    with pytest.raises(ValueError, match=r"fitted on the shape \(1, 6\)"):
        dr.evaluate(popularity.fit(TRAIN), halves.train, halves.test)


def test_sides_that_overlap_or_differ_in_shape_are_refused():
    with pytest.raises(ValueError, match="1 of the 1 test pairs are in train"):
        dr.evaluate(Given([[1, 2]]), matrix_of([[1, 1]]), matrix_of([[1, 0]]))
    with pytest.raises(ValueError, match=r"train has the shape \(1, 2\), test \(1, 3\)"):
        dr.evaluate(Given([[1, 2]]), matrix_of([[1, 1]]), matrix_of([[0, 0, 1]]))
    with pytest.raises(ValueError, match="Nothing is held out"):
        dr.evaluate(Given([[1, 2]]), matrix_of([[1, 0]]), matrix_of([[0, 0]]))


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_scores_that_cannot_be_ranked_are_refused(bad):
    with pytest.raises(ValueError, match="NaN or infinite"):
        dr.evaluate(Given([[0, 1, 2, 3, bad, 5]]), TRAIN, TEST)


def test_scores_of_the_wrong_shape_are_refused():
    with pytest.raises(ValueError, match=r"shape \(1, 3\) instead of \(1, 6\)"):
        dr.evaluate(Given([[0, 1, 2]]), TRAIN, TEST)


@pytest.mark.parametrize("bad", [0, -1, (), (5, 0), 2.5])
def test_a_list_has_at_least_one_place(bad):
    with pytest.raises((ValueError, TypeError)):
        dr.evaluate(SCORES, TRAIN, TEST, k=bad)


def test_the_bootstrap_needs_people_and_draws():
    with pytest.raises(ValueError, match="nobody to draw from"):
        bootstrap_interval(np.empty(0))
    with pytest.raises(ValueError, match="draws"):
        bootstrap_interval(np.ones(3), draws=0)


# ------------------------------------------------------------------ splits


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


def test_what_split_refuses(strength, events):
    with pytest.raises(ValueError, match="needs to know when"):
        dr.split(strength, "temporal")
    with pytest.raises(ValueError, match='how must be "random"'):
        dr.split(strength, "by day")
    for share in (0, 1, -0.1, 1.5, float("nan")):
        with pytest.raises(ValueError, match="share must lie between"):
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


# ------------------------------------------------------------------ the sampled protocol


def test_sampled_recall_by_hand():
    # The negatives 1, 3 and 4 score 5, 1 and 3: one beats article 2 (4), two beat article 5 (2).
    negatives = np.array([[1, 3, 4], [1, 3, 4]])
    found = dr.sampled_recall(SCORES, TRAIN, TEST, k=(1, 2, 3), negatives=negatives)
    assert found.to_dict() == {"recall@1": 0.0, "recall@2": 0.5, "recall@3": 1.0}


def test_sampled_recall_splits_ties():
    tied = Given([[9, 4.0, 4.0, 4.0, 0, 4.0]])
    negatives = np.array([[1, 3, 4], [1, 3, 4]])
    found = dr.sampled_recall(tied, TRAIN, TEST, k=(1, 2, 5), negatives=negatives)
    assert found.tolist() == pytest.approx([1 / 3, 2 / 3, 1])


def test_pairs_and_people_are_not_the_same_mean():
    train = matrix_of([[1, 0, 0, 0, 0, 0], [1, 0, 0, 0, 0, 0]])
    test = matrix_of([[0, 1, 1, 1, 0, 0], [0, 0, 0, 0, 1, 0]])
    scorer = Given([[0, 5, 4, 3, 2, 1], [0, 5, 4, 3, 2, 1]])
    options = {"k": 1, "negatives": 2}
    pairs = dr.sampled_recall(scorer, train, test, **options)["recall@1"]
    people = dr.sampled_recall(scorer, train, test, average="users", **options)["recall@1"]
    assert pairs == 3 / 4
    assert people == 1 / 2


def test_negatives_are_different_and_untouched(halves):
    drawn = draw_negatives(halves.train, halves.test, n=100, seed=4)
    assert drawn.shape == (halves.test.user_items.nnz, 100)
    assert (np.diff(np.sort(drawn, axis=1), axis=1) > 0).all()
    touched = (halves.train.user_items + halves.test.user_items).toarray() > 0
    rows = np.repeat(np.arange(len(touched)), np.diff(halves.test.user_items.indptr))
    assert not touched[rows[:, None], drawn].any()
    np.testing.assert_array_equal(drawn, draw_negatives(halves.train, halves.test, 100, seed=4))
    assert (drawn != draw_negatives(halves.train, halves.test, 100, seed=5)).any()


def test_every_untouched_article_is_drawn_equally_often():
    train, test = matrix_of([[1, 0] + [0] * 20] * 2000), matrix_of([[0, 1] + [0] * 20] * 2000)
    counts = np.bincount(draw_negatives(train, test, n=5).ravel(), minlength=22)
    assert not counts[:2].any()
    assert stats.chisquare(counts[2:]).pvalue > 0.001


def test_fewer_untouched_articles_than_negatives():
    drawn = draw_negatives(TRAIN, TEST, n=7)
    assert np.sort(drawn, axis=1).tolist() == [[-1, -1, -1, -1, 1, 3, 4]] * 2
    found = dr.sampled_recall(SCORES, TRAIN, TEST, k=(1, 2), negatives=7)
    assert found.tolist() == [0.0, 0.5]


def test_what_sampled_recall_refuses():
    with pytest.raises(ValueError, match='average must be "pairs" or "users"'):
        dr.sampled_recall(SCORES, TRAIN, TEST, average="items")
    with pytest.raises(ValueError, match="1 rows for 2 held-out pairs"):
        dr.sampled_recall(SCORES, TRAIN, TEST, negatives=np.array([[1, 3]]))


# ------------------------------------------------------------------ the replay


def log(*rows: tuple[float, int, int]) -> pd.DataFrame:
    """Events from (day, person, article)."""
    frame = pd.DataFrame(rows, columns=["day", "personId", "contentId"])
    frame["timestamp"] = (frame.pop("day") * 86_400).astype(np.int64) + 1_000_000
    frame["eventType"], frame["title"] = "VIEW", "Title"
    return frame


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

    for a, b in itertools.islice(zip(looks(early), looks(changed), strict=False), 60):
        assert a[3] == b[3]
        assert [x.shape for x in a[:3]] == [x.shape for x in b[:3]]
        for x, y in zip(a[:3], b[:3], strict=True):
            np.testing.assert_array_equal(x, y)


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


# ------------------------------------------------------------------ what the docs hold


@pytest.fixture(scope="module")
def measured_figures():
    return json.loads((ROOT / "docs/evaluation.json").read_text(encoding="utf-8"))


def means(figures: dict, source: str) -> dict[str, np.ndarray]:
    """Per recommender: sampled recall@5 and @10, recall@10, NDCG@10, means over the splits."""
    rows = figures[source]["held out"]["figures"]
    return {name: np.mean(splits, axis=0) for name, splits in rows.items()}


def test_the_page_is_made_of_the_stored_figures(measured_figures):
    spec = importlib.util.spec_from_file_location("table", ROOT / "scripts/evaluation_table.py")
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    page = (ROOT / "docs/evaluation.md").read_text(encoding="utf-8")
    assert script.page(measured_figures) == page


def test_the_real_data_reach_what_the_project_asks_for(measured_figures):
    real = means(measured_figures, "real")
    assert real["popularity"][:2] == pytest.approx([0.245, 0.372], abs=0.01)
    assert (real["ALS, this tutorial's settings"][:2] >= [0.405, 0.54]).all()
    assert (real["ALS, tuned"][[0, 1, 3]] >= [0.455, 0.60, 0.134]).all()
    blend = real["blend of collaborative and content"]
    assert (blend[[0, 1, 3]] >= [0.47, 0.615, 0.142]).all()
    replayed = measured_figures["real"]["replay"]["figures"]
    assert replayed["the same with age and titles"] >= 0.755 > replayed["newest first"]


@pytest.mark.parametrize("source", ["real", "sample"])
def test_both_data_sets_tell_the_same_story(measured_figures, source):
    found = means(measured_figures, source)
    story = ["random", "content (titles only)", "popularity", "SVD, 15 factors"]
    story += ["ALS, this tutorial's settings", "ALS, tuned", "blend of collaborative and content"]
    sampled = [found[name][1] for name in story]
    assert sampled == sorted(sampled)
    tutorial, bm25 = (found[n] for n in ("ALS, this tutorial's settings", "item kNN, BM25, tuned"))
    assert bm25[3] > tutorial[3]
    replayed = measured_figures[source]["replay"]["figures"]
    assert replayed["newest first"] > 10 * replayed["ALS, fitted anew every week"]
    assert max(replayed, key=replayed.get) == "the same with what people alike have just read"
    assert measured_figures[source]["cut"]["unseen"] > 0.85

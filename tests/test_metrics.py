"""Chapter 6's metrics: worked out by hand, against scikit-learn, and by trying every order."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from conftest import SCORES, TEST, TRAIN, Given, matrix_of
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import ndcg_score

import deskrec_tutorial as dr


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
    train = matrix_of([[1, 0, 0, 0], [1, 0, 0, 0], [0, 0, 0, 1]], apart=10)
    test = matrix_of([[0, 1, 0, 0], [0, 0, 0, 0], [1, 0, 0, 0]], apart=10)
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

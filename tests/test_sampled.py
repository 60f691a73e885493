"""Chapter 6's sampled protocol: by hand, its ties, and what is drawn."""

from __future__ import annotations

import numpy as np
import pytest
from conftest import SCORES, TEST, TRAIN, Given, matrix_of
from scipy import stats

import deskrec_tutorial as dr
from deskrec_tutorial.sampled import draw_negatives


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


def test_negatives_are_different_and_untouched(strength):
    halves = dr.split(strength, seed=5)
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

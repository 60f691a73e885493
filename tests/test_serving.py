"""Pages rearranged, newcomers found, an index timed."""

from __future__ import annotations

import sys

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

import deskrec_tutorial as dr
from deskrec_tutorial.recommenders import Popularity
from deskrec_tutorial.serving import Rearranged, auc, first_readings, likeness, race, removal_days

EVENTS = pd.DataFrame(
    {
        "timestamp": [40, 10, 20, 30, 50, 60],
        "personId": [1, 2, 3, 3, 1, 2],
        "contentId": [7, 7, 7, 8, 9, 7],
        "eventType": "VIEW",
        "title": "A title",
    }
)


@pytest.fixture
def small() -> dr.InteractionMatrix:
    return dr.InteractionMatrix.from_strength(dr.event_strength(EVENTS))


def test_the_day_of_an_article_s_first_removal() -> None:
    articles = pd.DataFrame(
        {
            "eventType": ["CONTENT SHARED", "CONTENT REMOVED", "CONTENT REMOVED", "CONTENT SHARED"],
            "contentId": [8, 8, 8, 7],
            "timestamp": [10, 10 + 3 * 86_400, 10 + 86_400, 20],
        }
    )
    clicks = dr.ClickStream(articles, EVENTS, "made up")
    assert removal_days(clicks, EVENTS).tolist() == [np.inf, 1.0, np.inf]  # 7, 8, 9
    without = dr.ClickStream(articles.drop(columns="timestamp"), EVENTS, "made up")
    assert removal_days(without, EVENTS).tolist() == [np.inf] * 3


def test_chosen_articles_come_first_in_the_order_chosen(small: dr.InteractionMatrix) -> None:
    asked: list[tuple] = []

    def choose(scores: np.ndarray, columns: np.ndarray) -> list[int]:
        asked.append((scores.tolist(), columns.tolist()))
        return [1, 0][-len(scores) :]

    page = Rearranged(Popularity().fit(small), choose, pool=2)
    scores = page.scores(np.array([1]))  # person 2 has read 7, which 3 people have
    assert asked == [([1.0, 1.0], [1, 2])]  # 8 and 9, unread, with a reader each
    assert page.lists[1].tolist() == [2, 1]
    assert scores.tolist() == [[3.0, 4.0, 5.0]]
    page = Rearranged(Popularity().fit(small), choose, pool=3)
    page.scores(np.array([0, 1, 2]))  # more places than anybody has unread articles
    assert [columns for _, columns in asked[1:]] == [[1], [1, 2], [2]]
    with pytest.raises(ValueError, match="Fit the recommender"):
        Rearranged(Popularity(), choose)


def test_the_order_as_it_was_changes_no_grade(events: pd.DataFrame) -> None:
    sides = dr.split(events)
    popular = Popularity().fit(sides.train)
    as_it_was = Rearranged(popular, lambda scores, columns: list(range(10)))
    graded = [
        dr.evaluate(one, sides.train, sides.test, k=10, draws=1)["hit@10"]
        for one in (popular, as_it_was)
    ]
    assert graded[0] == pytest.approx(graded[1], abs=0.005)  # ties are broken now


@pytest.mark.parametrize(
    ("key", "new", "n", "expected"),
    [
        ("contentId", [7], 0, [[0, 0, 1], [0, 0, 0], [0, 1, 0]]),
        ("contentId", [7], 1, [[0, 0, 1], [1, 0, 0], [0, 1, 0]]),  # person 2 came first
        ("contentId", [7], 2, [[0, 0, 1], [1, 0, 0], [1, 1, 0]]),
        ("personId", [3, 1], 1, [[1, 0, 0], [1, 0, 0], [1, 0, 0]]),
        ("personId", [], 0, [[1, 0, 1], [1, 0, 0], [1, 1, 0]]),
    ],
)
def test_of_the_new_only_the_first_readings_are_known(
    small: dr.InteractionMatrix, key: str, new: list[int], n: int, expected: list
) -> None:
    known = first_readings(EVENTS, small, key, np.array(new), n)
    assert known.user_items.toarray().tolist() == expected


def test_auc_leaves_out_what_was_known() -> None:
    scores = np.array([[0.9, 0.5, 0.4, 0.1], [1.0, 2.0, 3.0, 3.0]])
    wanted = np.array([[1, 1, 0, 0], [0, 0, 1, 0]], dtype=bool)
    known = np.array([[1, 0, 0, 0], [0, 0, 0, 0]], dtype=bool)
    # In the first row one of one is right; in the second two are, and one is tied.
    assert auc(scores, wanted, known) == pytest.approx((1 + 2.5 / 3) / 2)
    assert auc(-scores, wanted, known) == pytest.approx((0 + 0.5 / 3) / 2)


def test_an_index_finds_what_brute_force_finds() -> None:
    pytest.importorskip("voyager", reason="the extra `index` is not installed")
    vectors = np.random.default_rng(0).normal(size=(50, 8)) * np.linspace(0.1, 3, 50)[:, None]
    hasty, patient = race(vectors, vectors[:20], size=400, efforts=(10, 400))
    assert (hasty.articles, hasty.effort, patient.effort) == (400, 10, 400)
    assert patient.recall > 0.99 >= hasty.recall  # by the dot product, long vectors and short
    assert min(patient.brute, patient.index, patient.built) > 0
    assert str(patient).startswith("      400 articles: brute force 0.")


def test_without_an_index_brute_force_runs_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "voyager", None)
    vectors = np.random.default_rng(0).normal(size=(50, 8))
    (alone,) = race(vectors, vectors[:5], size=400, efforts=(10, 400))
    assert alone.brute > 0 and np.isnan(alone.recall)
    assert "brute force 0." in str(alone) and "pip install voyager" in str(alone)


def test_likeness_is_that_of_different_articles() -> None:
    assert likeness(np.array([[1.0, 0.0], [0.6, 0.8], [0.0, 1.0]])) == pytest.approx(1.4 / 3)


def test_the_step_of_the_chapter_is_the_library_s(matrix: dr.InteractionMatrix) -> None:
    """A new article's vector by `partial_fit_items` is chapter 3's half-step, exactly."""
    model = dr.fit_als(matrix, factors=8, regularization=10, iterations=2)
    readers = sparse.csr_matrix(
        ([1.0, 1.0, 1.0], ([0, 0, 1], [3, 9, 4])), (2, len(matrix.user_ids))
    )
    model.partial_fit_items(np.array([5, 6]), readers)
    by_hand = dr.half_step(15 * readers, model.user_factors, 10)
    np.testing.assert_allclose(model.item_factors[[5, 6]], by_hand, atol=1e-10)

"""Chapter 6's verdicts: against other libraries, intervals, comparisons, and what is refused."""

from __future__ import annotations

import importlib.util
import json

import numpy as np
import pandas as pd
import pytest
from conftest import ROOT, TEST, TRAIN, Given, matrix_of
from implicit.evaluation import ranking_metrics_at_k
from scipy import stats

import deskrec_tutorial as dr
from deskrec_tutorial.evaluation import bootstrap_interval

# ------------------------------------------------------------------ against other libraries


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
    for fitted_on, says in (
        (None, "not been fitted"),
        (halves.test, "has seen the answers"),
        (TRAIN, r"fitted on the shape \(1, 6\)"),
    ):
        with pytest.raises(ValueError, match=says):
            dr.evaluate(
                popularity.fit(fitted_on) if fitted_on else popularity, halves.train, halves.test
            )


REFUSED = [
    # scores, train, test, k, what it says
    ([1, 2], matrix_of([[1, 1]]), matrix_of([[1, 0]]), 5, "1 of the 1 test pairs are in train"),
    ([1, 2], matrix_of([[1, 1]]), matrix_of([[0, 0, 1]]), 5, r"shape \(1, 2\), test \(1, 3\)"),
    ([1, 2], matrix_of([[1, 0]]), matrix_of([[0, 0]]), 5, "Nothing is held out"),
    ([0, 1, 2, 3, np.nan, 5], TRAIN, TEST, 5, "NaN or infinite"),
    ([0, 1, 2, 3, np.inf, 5], TRAIN, TEST, 5, "NaN or infinite"),
    ([0, 1, 2, 3, -np.inf, 5], TRAIN, TEST, 5, "NaN or infinite"),
    ([0, 1, 2], TRAIN, TEST, 5, r"shape \(1, 3\) instead of \(1, 6\)"),
    (range(6), TRAIN, TEST, 0, "k must be a whole number of at least 1, not 0"),
    (range(6), TRAIN, TEST, -1, "at least 1, not -1"),
    (range(6), TRAIN, TEST, (5, 0), "at least 1, not 0"),
    (range(6), TRAIN, TEST, 2.5, "k must be a whole number, not 2.5"),
    (range(6), TRAIN, TEST, (), "k is empty"),
]  # fmt: skip


@pytest.mark.parametrize(("scores", "train", "test", "k", "says"), REFUSED)
def test_what_makes_no_sense_is_refused_in_words(scores, train, test, k, says):
    with pytest.raises((ValueError, TypeError), match=says):
        dr.evaluate(Given([scores]), train, test, k=k)


def test_the_bootstrap_needs_people_and_draws():
    with pytest.raises(ValueError, match="nobody to draw from"):
        bootstrap_interval(np.empty(0))
    with pytest.raises(ValueError, match="draws"):
        bootstrap_interval(np.ones(3), draws=0)


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

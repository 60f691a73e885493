"""Chapter 6's recommenders: one interface, and each against another way to compute it."""

from __future__ import annotations

import subprocess
import sys
import warnings
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from conftest import log, matrix_of
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import Ridge

import deskrec_tutorial as dr
from deskrec_tutorial.recommenders import (
    EASE,
    SVD,
    Blend,
    Content,
    ImplicitALS,
    ImplicitBPR,
    ItemKNN,
    Kept,
    Newest,
    Only,
    Popularity,
    Presence,
    Random,
    RecentPopularity,
    Recommender,
    tf_idf,
)

FAST = {
    "random": Random,
    "popularity": Popularity,
    "recent popularity": RecentPopularity,
    "newest": Newest,
    "cosine": ItemKNN,
    "bm25": lambda: ItemKNN("bm25"),
    "svd": SVD,
    "ease": EASE,
    "als": lambda: ImplicitALS(factors=4, iterations=2),
    "bpr": lambda: ImplicitBPR(factors=4, iterations=3),
    "content": Content,
    "letters": lambda: Content(pieces="letters"),
    "presence": Presence,
    "blend": lambda: Blend([(Popularity(), 1.0), (Content(), 0.5)]),
    "kept": lambda: Kept(Content()),
}


@pytest.fixture(scope="module")
def small(events):
    """The log of its first forty people, all ids mapped."""
    ids = np.unique(events["personId"])[:40]
    return events[events["personId"].isin(ids)]


@pytest.fixture(scope="module")
def halves(small):
    return dr.split(small, seed=1)


# ------------------------------------------------------------------ the interface


@pytest.mark.parametrize("make", FAST.values(), ids=FAST)
def test_one_interface(make, halves):
    recommender, before = make(), halves.train.user_items.copy()
    assert before.data.max() > 1
    assert recommender.train is None
    assert recommender.fit(halves.train, halves.train_events) is recommender
    assert recommender.train is halves.train
    users, items = halves.train.user_items.shape
    everybody = recommender.scores(np.arange(users))
    assert everybody.shape == (users, items)
    assert everybody.dtype == np.float64
    assert np.isfinite(everybody).all()
    some = np.array([7, 0, 3])
    np.testing.assert_allclose(recommender.scores(some), everybody[some], atol=1e-12)
    assert recommender.scores(np.array([], dtype=int)).shape == (0, items)
    again = make().fit(halves.train, halves.train_events).scores(np.arange(users))
    np.testing.assert_array_equal(again, everybody)
    dr.evaluate(recommender, halves.train, halves.test, draws=1)
    assert (before != halves.train.user_items).nnz == 0  # what it learned from stays as it was


@pytest.mark.parametrize("make", [RecentPopularity, Newest, Presence])
def test_who_looks_at_the_clock_asks_for_events_that_give_no_answers_away(make, small, halves):
    with pytest.raises(ValueError, match="looks at the clock"):
        make().fit(halves.train)
    seen = len(halves.train_events)
    with pytest.raises(ValueError, match=f"of the {len(small):,} events are on pairs that train"):
        make().fit(halves.train, small)
    stranger = small.assign(contentId=small["contentId"] ^ 1)
    with pytest.raises(KeyError, match="No contentId"):
        make().fit(halves.train, stranger)
    make().fit(halves.train, small.loc[halves.train_events.index][:seen])
    with pytest.raises(ValueError, match="no column 'timestamp'"):
        make().fit(halves.train, halves.train_events.drop(columns="timestamp"))


def test_a_recommender_says_what_it_is():
    assert repr(ItemKNN("bm25", b=0.2)).startswith("ItemKNN(similarity='bm25', neighbours=")
    assert repr(RecentPopularity(0.5)) == "RecentPopularity(half_life=0.5)"
    for unfitted in (Recommender(), Popularity()):
        with pytest.raises(ValueError, match="has not been fitted"):
            unfitted.scores(np.arange(2))
    with pytest.raises(NotImplementedError):
        Recommender().fit(matrix_of([[1]]))


@pytest.mark.parametrize("make", [ItemKNN, SVD, EASE, ImplicitALS, Content])
def test_values_says_what_stands_for_a_reading(make, halves):
    log2 = halves.train.user_items.copy()
    log2.data = np.log2(1 + log2.data)
    other = {"factors": 5} if make in (SVD, ImplicitALS) else {}
    a = make(values="log", **other).fit(halves.train)
    b = make(values="strength", **other).fit(replace(halves.train, user_items=log2))
    rows = np.arange(5)
    np.testing.assert_allclose(a.scores(rows), b.scores(rows), atol=1e-9)
    with pytest.raises(ValueError, match="values must be one of strength, log, binary"):
        make(values="stars").fit(halves.train)


def test_scikit_learn_is_loaded_by_those_who_need_it_only():
    code = (
        "import sys, deskrec_tutorial as dr; dr.recommenders.Popularity();"
        "assert 'sklearn' not in sys.modules and 'matplotlib' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


# ------------------------------------------------------------------ baselines


def test_popularity_counts_readers():
    train = matrix_of([[5, 1, 0], [1, 0, 0]])
    assert Popularity().fit(train).scores(np.array([0, 1])).tolist() == [[2, 1, 0]] * 2


def test_random_is_fair_and_seeded():
    train = matrix_of(np.ones((50, 400)))
    scores = Random().fit(train).scores(np.arange(50))
    assert scores.mean() == pytest.approx(0.5, abs=0.01)
    assert (Random(1).fit(train).scores(np.arange(50)) != scores).all()


def test_recent_popularity_by_hand():
    rows = log((0, 0, 0), (1, 1, 0), (3, 0, 1))
    train = matrix_of([[1, 1, 0], [1, 0, 0]])
    for half_life in (0, -1, float("nan")):
        with pytest.raises(ValueError, match="half_life must be above 0"):
            RecentPopularity(half_life).fit(train, rows)
    scores = RecentPopularity(half_life=2).fit(train, rows).scores(np.array([1]))[0]
    expected = np.log([0.5**1.5 + 0.5**1, 1.0])
    np.testing.assert_allclose(scores[:2], expected)
    assert scores[2] == pytest.approx(expected.min() - 1)


def test_recent_popularity_still_tells_the_oldest_apart():
    rows = log((0, 0, 0), (1, 1, 1), (900, 0, 2))
    train = matrix_of([[1, 0, 1, 0], [0, 1, 0, 0]])
    scores = RecentPopularity(half_life=0.1).fit(train, rows).scores(np.array([0]))[0]
    assert scores[2] > scores[1] > scores[0] > scores[3]


def test_newest_goes_by_the_first_event():
    rows = log((0, 0, 0), (2, 0, 1), (5, 1, 0))
    train = matrix_of([[1, 1, 0], [1, 0, 0]])
    assert Newest().fit(train, rows).scores(np.array([0])).tolist() == [[0, 2, -1]]


# ------------------------------------------------------------------ collaborative


@pytest.mark.parametrize("similarity", ["cosine", "bm25"])
def test_item_knn_ranks_as_implicit_does(halves, similarity):
    from implicit.nearest_neighbours import BM25Recommender, CosineRecommender

    read = halves.train.user_items
    binary = sparse.csr_matrix((np.ones(read.nnz), read.indices, read.indptr), read.shape)
    theirs = (
        CosineRecommender(K=30, num_threads=1)
        if similarity == "cosine"
        else BM25Recommender(K=30, K1=1.2, B=0.3, num_threads=1)
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs.fit(binary, show_progress=False)
    ours = ItemKNN(similarity, neighbours=30).fit(halves.train).scores(np.arange(10))
    for row in range(10):
        ids, scores = theirs.recommend(row, binary[row], N=5)
        np.testing.assert_allclose(ours[row, ids], scores, atol=1e-9)
    with pytest.raises(ValueError, match="similarity must be"):
        ItemKNN("dot").fit(halves.train)


def test_svd_is_numpys(halves):
    values = np.log2(1 + halves.train.user_items.toarray())
    left, sizes, right = np.linalg.svd(values, full_matrices=False)
    expected = (left[:, :6] * sizes[:6]) @ right[:6]
    ours = SVD(factors=6).fit(halves.train).scores(np.arange(len(values)))
    np.testing.assert_allclose(ours, expected, atol=1e-8)


def test_ease_is_a_ridge_regression_of_each_article_on_the_others():
    rng = np.random.default_rng(0)
    read = (rng.random((30, 8)) < 0.4).astype(float)
    model = EASE(regularization=3.0).fit(matrix_of(read))
    scores = model.scores(np.arange(30))
    for item in range(8):
        others = np.delete(read, item, axis=1)
        ridge = Ridge(alpha=3.0, fit_intercept=False).fit(others, read[:, item])
        np.testing.assert_allclose(scores[:, item], ridge.predict(others), atol=1e-9)


def test_als_is_the_one_of_chapter_3(halves):
    model = dr.fit_als(halves.train, factors=4, iterations=3)
    ours = ImplicitALS(factors=4, iterations=3).fit(halves.train).scores(np.arange(9))
    np.testing.assert_array_equal(ours, model.user_factors[:9] @ model.item_factors.T)


def test_bpr_puts_what_was_read_first(halves):
    scores = ImplicitBPR(factors=16, iterations=60).fit(halves.train).scores(np.arange(20))
    read = halves.train.user_items[:20].toarray() > 0
    above = [(s[r][:, None] > s[~r]).mean() for s, r in zip(scores, read, strict=True) if r.any()]
    assert np.mean(above) > 0.9


# ------------------------------------------------------------------ content, time, blends

TITLES = ["Green tea", "Black tea", "Fast cars", "Slow cars", "???"]


def test_content_is_the_cosine_of_words():
    train = matrix_of([[1, 0, 0, 0, 0], [0, 0, 2, 1, 0], [0, 0, 0, 0, 1]], TITLES)
    scores = Content().fit(train).scores(np.arange(3))
    words = TfidfVectorizer(sublinear_tf=True).fit_transform(TITLES).toarray()
    profile = 2 * words[2] + words[3]
    np.testing.assert_allclose(scores[0], words @ words[0])
    np.testing.assert_allclose(scores[1], words @ profile / np.linalg.norm(profile))
    assert not scores[2].any()  # a title without a word says nothing, and breaks nothing


def test_letters_find_what_words_miss():
    words, letters = (
        tf_idf(["testing tools", "how to test", "tea"], p) for p in ("words", "letters")
    )
    alike = [(pieces @ pieces.T).toarray() for pieces in (words, letters)]
    assert alike[0][0, 1] == 0
    assert alike[1][0, 1] > alike[1][0, 2]
    with pytest.raises(ValueError, match="pieces must be"):
        tf_idf(["a"], "lines")


def test_content_reads_the_texts_where_there_are_any():
    train = matrix_of([[1, 0, 0]], ["First", "Second", "Third"])
    articles = pd.DataFrame({"contentId": [0, 2, 2], "text": ["tea time", "tea leaves", "tea"]})
    scores = Content(articles).fit(train).scores(np.array([0]))[0]
    assert scores[2] > scores[1] == 0
    titles_only = Content(articles.drop(columns="text")).fit(train).scores(np.array([0]))[0]
    assert titles_only.tolist() == [1, 0, 0]


def test_presence_by_hand():
    # Person 0 was there on day 0 only, person 1 on day 2; article 0 was read on day 0, 1 on day 2.
    rows = log((0, 0, 0), (2, 1, 1))
    scores = Presence(days=1).fit(matrix_of([[1, 0, 0], [0, 1, 0]]), rows).scores(np.array([0, 1]))
    near = np.exp(-np.abs(np.subtract.outer(np.arange(3), np.arange(3))))
    same, apart = (near @ near)[0, 0], (near @ near)[0, 2]
    np.testing.assert_allclose(scores, [[same, apart, 0], [apart, same, 0]])


class Counts(Popularity):
    """Popularity that counts how often it is fitted and asked."""

    fits = asked = 0

    def _learn(self, train, events):
        self.fits += 1
        super()._learn(train, events)

    def scores(self, rows):
        self.asked += 1
        return super().scores(rows)


def test_kept_scores_are_the_same_and_computed_once(halves):
    plain, counted = Popularity().fit(halves.train), Counts().fit(halves.train)
    kept = Kept(counted).fit(halves.train)
    for rows in (np.array([3, 0]), np.arange(7)):
        np.testing.assert_array_equal(kept.scores(rows), plain.scores(rows))
    assert (counted.fits, counted.asked) == (1, 1)
    Kept(counted).fit(halves.test)
    assert counted.fits == 2
    with pytest.raises(ValueError, match="not been fitted"):
        Kept(counted).scores(np.array([0]))


def test_only_some_articles_are_listed_the_others_come_last(halves):
    content = Content().fit(halves.train)
    allowed = np.arange(len(halves.train.item_ids)) % 3 == 0
    rows = np.arange(10)
    found, free = Only(content, allowed).fit(halves.train).scores(rows), content.scores(rows)
    np.testing.assert_array_equal(found[:, allowed], free[:, allowed])
    assert (found[:, ~allowed] < free.min()).all()
    assert found.shape == free.shape and np.isfinite(found).all()
    assert Only(content, allowed).scores(np.array([], dtype=int)).shape == (0, len(allowed))


@pytest.mark.parametrize("columns", [np.ones(3, dtype=bool), np.array([0, 1])])
def test_only_wants_a_yes_or_no_for_each_article(columns):
    with pytest.raises(ValueError, match="True or False for each of the 2 articles"):
        Only(Popularity(), columns).fit(matrix_of([[1, 1], [1, 0]]))


def test_a_blend_puts_scores_on_one_scale(halves):
    popular, content = Popularity().fit(halves.train), Content().fit(halves.train)
    rows = np.flatnonzero(np.diff(halves.train.user_items.indptr))[:12]
    unread = halves.train.user_items[rows].toarray() == 0
    blend = Blend([(popular, 1.0), (content, 0.5)]).fit(halves.train).scores(rows)
    for row in range(len(rows)):
        parts = [part.scores(rows)[row] for part in (popular, content)]
        z = [(p - p[unread[row]].mean()) / p[unread[row]].std() for p in parts]
        np.testing.assert_allclose(blend[row], z[0] + 0.5 * z[1], atol=1e-9)


def test_a_blend_of_one_ranks_as_that_one(halves):
    one = ItemKNN().fit(halves.train)
    alone = dr.evaluate(one, halves.train, halves.test, draws=1)
    blend = Blend([(one, 3.0)]).fit(halves.train)
    mixed = dr.evaluate(blend, halves.train, halves.test, draws=1)
    pd.testing.assert_frame_equal(alone.per_user, mixed.per_user)


def test_a_blend_fits_only_what_is_not_fitted_yet(halves):
    part = Counts().fit(halves.train)
    Blend([(part, 1.0)]).fit(halves.train)
    assert part.fits == 1
    Blend([(part, 1.0)]).fit(halves.test)
    assert part.fits == 2


def test_a_blend_survives_somebody_who_has_read_everything():
    blend = Blend([(Popularity(), 1.0)]).fit(matrix_of([[1, 1], [1, 0]]))
    assert np.isfinite(blend.scores(np.arange(2))).all()

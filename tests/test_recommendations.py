"""Chapter 5's helpers: nothing twice, parts that add up, newcomers, the same for all at once."""

from __future__ import annotations

import re
import tracemalloc
import uuid
import warnings
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from conftest import matrix_of, strengths
from hypothesis import given
from hypothesis import strategies as st
from implicit.cpu.als import AlternatingLeastSquares
from scipy import sparse

import deskrec_tutorial as dr


@given(strengths())
def test_an_explanation_adds_up_to_the_score(strength: pd.DataFrame) -> None:
    matrix = dr.InteractionMatrix.from_strength(strength)
    model = dr.fit_als(matrix, factors=1, iterations=4)
    user = strength["personId"].iloc[0]
    for item, score in dr.recommend(model, matrix, user)[["contentId", "score"]].itertuples(False):
        parts = dr.explain(model, matrix, user, int(item))
        assert parts["contribution"].sum() == pytest.approx(score, abs=1e-6)
        assert set(parts["contentId"]) == set(dr.history(strength, user)["contentId"])
        assert (parts["contribution"].diff().dropna() <= 0).all()


@st.composite
def models(draw) -> tuple[AlternatingLeastSquares, dr.InteractionMatrix]:
    """A model by hand and some history: ties, near ties, in float32 as well."""
    people, articles, factors = (draw(st.integers(1, most)) for most in (7, 90, 5))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    read = rng.random((people, articles)) < draw(st.sampled_from([0.02, 0.3, 0.9, 1]))
    model = AlternatingLeastSquares(factors=factors)
    model.user_factors = rng.integers(-2, 3, (people, factors)).astype(np.float64)
    model.item_factors = rng.integers(-2, 3, (articles, factors)).astype(np.float64)
    kind = draw(st.sampled_from(["ties", "near ties", "all tied", "huge"]))
    if kind == "near ties":
        model.item_factors = 1 + 0.3e-9 * model.item_factors
    elif kind == "all tied":
        model.item_factors *= 1e-13
    elif kind == "huge":
        model.item_factors = 1e7 * rng.normal(size=(articles, factors))
    dtype = draw(st.sampled_from([np.float32, np.float64]))
    model.user_factors, model.item_factors = (
        side.astype(dtype) for side in (model.user_factors, model.item_factors)
    )
    ids = np.arange(articles) + 100
    titles = ids.astype(str).astype(object)
    strength = sparse.csr_matrix(read.astype(np.float64))
    return model, dr.InteractionMatrix(strength, np.arange(people) + 500, ids, titles)


@given(models(), st.sampled_from([1, 2, 10, 89, 300]), st.sampled_from([1, 200, 2**19]))
def test_every_list_is_what_sorting_all_scores_gives(
    made: tuple[AlternatingLeastSquares, dr.InteractionMatrix], n: int, block: int
) -> None:
    model, matrix = made
    expected = []
    for row, person in enumerate(matrix.user_ids):
        read = matrix.user_items.indices[slice(*matrix.user_items.indptr[row : row + 2])]
        pairs = model.user_factors[row].astype(float) * model.item_factors.astype(float)
        scores = pd.Series(np.round(pairs.sum(axis=1), 9), matrix.item_ids)
        unread = scores.drop(matrix.item_ids[read]).sort_values(ascending=False, kind="stable")
        if len(read):
            expected += [(person, item) for item in unread.index[:n]]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("deskrec_tutorial.recommendations.BLOCK", block)
        everybody = dr.recommend_all(model, matrix, n)
    found = everybody[["personId", "contentId"]].itertuples(index=False, name=None)
    assert list(found) == expected
    for person in everybody["personId"].unique():
        one = dr.recommend(model, matrix, person, n)
        same = everybody[everybody["personId"] == person].reset_index(drop=True)
        assert one.columns.tolist() == ["contentId", "title", "score"]
        pd.testing.assert_frame_equal(same[one.columns.to_list()], one, check_exact=True)
        assert same["rank"].tolist() == list(range(1, len(one) + 1))
        assert one["title"].tolist() == one["contentId"].astype(str).tolist()


def test_sums_in_float32_do_not_decide() -> None:
    """Scores that differ by less than such a sum is off: the order is that of exact ones."""
    rng = np.random.default_rng(5)
    model = AlternatingLeastSquares(factors=30)
    model.user_factors = rng.normal(size=(40, 30)).astype(np.float32)
    model.item_factors = (1 + 1e-7 * rng.integers(-3, 4, (500, 30))).astype(np.float32)
    ids = np.arange(500)
    read = sparse.csr_matrix((np.ones(40), (np.arange(40), np.zeros(40, int))), shape=(40, 500))
    matrix = dr.InteractionMatrix(read, ids[:40], ids, ids.astype(str).astype(object))
    exact = np.round(model.user_factors.astype(float) @ model.item_factors.T.astype(float), 9)
    for n in (1, 3):
        best = 1 + np.argsort(-exact[:, 1:], axis=1, kind="stable")[:, :n]
        assert dr.recommend_all(model, matrix, n)["contentId"].tolist() == best.ravel().tolist()
        alone = [dr.recommend(model, matrix, user, n)["contentId"].tolist() for user in range(40)]
        assert alone == best.tolist()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_one_person_everybody_and_a_newcomer_agree_to_the_last_bit(
    matrix: dr.InteractionMatrix, strength: pd.DataFrame, dtype: type
) -> None:
    model = AlternatingLeastSquares(factors=24, random_state=1, dtype=dtype)
    model.fit(matrix.user_items, show_progress=False)
    people = matrix.user_ids[::40]
    model.user_factors[::40] = model.recalculate_user(
        np.arange(len(matrix.user_ids))[::40], matrix.user_items[::40]
    )
    everybody = dr.recommend_all(model, matrix)
    assert everybody["score"].dtype == np.float64
    assert len(everybody) == 10 * len(matrix.user_ids)
    for person in people:
        one = dr.recommend(model, matrix, person)
        past = dr.history(strength, person).sort_values("contentId")
        readings = dict(zip(past["contentId"], past["eventStrength"], strict=True))
        same = everybody[everybody["personId"] == person].reset_index(drop=True)
        for listing in (same[one.columns.to_list()], dr.fold_in(model, matrix, readings)):
            pd.testing.assert_frame_equal(listing, one, check_exact=True)


def test_memory_is_that_of_a_block_even_where_everything_is_tied(
    matrix: dr.InteractionMatrix, monkeypatch: pytest.MonkeyPatch
) -> None:
    flat = dr.fit_als(matrix, regularization=1e9, iterations=1)
    all_scores = 8 * np.prod(matrix.user_items.shape)
    monkeypatch.setattr("deskrec_tutorial.recommendations.BLOCK", 2**14)
    tracemalloc.start()
    everybody = dr.recommend_all(flat, matrix, n=1)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(everybody) == len(matrix.user_ids)
    assert peak < all_scores / 10


def test_where_nobody_has_a_history_there_are_no_lists(
    model: AlternatingLeastSquares, matrix: dr.InteractionMatrix
) -> None:
    emptied = replace(matrix, user_items=sparse.csr_matrix(matrix.user_items.shape))
    listing = dr.recommend_all(model, emptied)
    assert listing.empty
    assert listing.columns.tolist() == ["personId", "rank", "contentId", "title", "score"]


def test_factors_that_are_no_numbers_are_refused(matrix: dr.InteractionMatrix) -> None:
    user, item = matrix.user_ids[3], matrix.item_ids[0]
    for side, wrong in (("user_factors", np.nan), ("item_factors", np.inf)):
        broken = dr.fit_als(matrix, factors=2, iterations=1)
        getattr(broken, side)[3, 1] = wrong
        with pytest.raises(ValueError, match="NaN or infinite"):
            dr.recommend(broken, matrix, user)
        with pytest.raises(ValueError, match="NaN or infinite"):
            dr.recommend_all(broken, matrix)
    with pytest.raises(ValueError, match="NaN or infinite"):
        dr.fold_in(broken, matrix, {item: 1})


def own_model(strengths: sparse.csr_matrix, alpha: float, dtype: type, factors: int = 20):
    """A model as somebody makes it who has never seen `fit_als`."""
    own = AlternatingLeastSquares(
        factors=factors, alpha=alpha, dtype=dtype, random_state=1, num_threads=1
    )
    own.fit(strengths, show_progress=False)
    return own


def gaps_and_warnings(model, matrix: dr.InteractionMatrix) -> tuple[np.ndarray, list[str]]:
    """How far parts and scores are apart for the best article of some people, and what is said."""
    gaps, said = [], []
    for user in matrix.user_ids[::150]:
        best = dr.recommend(model, matrix, user, n=1)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            parts = dr.explain(model, matrix, user, best["contentId"][0])
        gaps.append(abs(parts["contribution"].sum() - best["score"][0]))
        said += [str(warning.message) for warning in caught]
    return np.array(gaps), said


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("factors", "alpha"), [(20, 15.0), (100, 40.0), (20, 1.0)])
def test_a_model_that_fit_has_left_is_noticed_and_the_line_mends_it(
    matrix: dr.InteractionMatrix, dtype: type, factors: int, alpha: float
) -> None:
    model = own_model(matrix.user_items, alpha, dtype, factors)
    gaps, said = gaps_and_warnings(model, matrix)
    assert gaps.max() > 1e-3
    assert len(said) == (gaps > 5e-5).sum()
    assert all("is not the one that solves for these strengths" in text for text in said)
    user = matrix.user_ids[0]
    best = dr.recommend(model, matrix, user, n=1)
    with pytest.warns(UserWarning, match="This line does so") as caught:
        parts = dr.explain(model, matrix, user, best["contentId"][0])["contribution"].sum()
    text = str(caught[0].message)
    both = re.search(r"add up to ([\d.]+), while .* is ([\d.]+)\. ", text)
    assert both
    assert [float(number) for number in both.groups()] == pytest.approx(
        [parts, best["score"][0]], abs=1e-3
    )
    line = text.rpartition("are ")[2].partition(": ")[2]
    assert line.startswith("model.partial_fit_users(")
    exec(line, {"np": np}, {"model": model, "matrix": matrix})
    gaps, said = gaps_and_warnings(model, matrix)
    assert not said
    assert gaps.max() < (5e-5 if dtype is np.float32 else 1e-9)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_strengths_multiplied_before_fitting_are_another_cause(
    matrix: dr.InteractionMatrix, dtype: type
) -> None:
    everybody = np.arange(len(matrix.user_ids))
    model = own_model(15 * matrix.user_items, 1.0, dtype)
    gaps, said = gaps_and_warnings(model, matrix)
    assert gaps.min() > 0.05
    assert len(said) == len(gaps)
    assert all("times the strengths of this matrix, while model.alpha is 1" in s for s in said)
    assert not any("partial_fit_users" in text for text in said)
    model.partial_fit_users(everybody, 15 * matrix.user_items)
    said = gaps_and_warnings(model, matrix)[1]
    assert all("multiplied: model.alpha = 15, or" in text for text in said)
    model.alpha = 15.0
    gaps, said = gaps_and_warnings(model, matrix)
    assert not said
    assert gaps.max() < 5e-5
    model.alpha = 40.0  # changed after fitting
    assert all("model.alpha = 15, or" in text for text in gaps_and_warnings(model, matrix)[1])


def test_other_strengths_are_not_called_a_factor(matrix: dr.InteractionMatrix) -> None:
    """Trained on 1 wherever there is something: no factor makes that of the strengths."""
    model = own_model(matrix.user_items.astype(bool).astype(float), 15.0, np.float64)
    longest = int(np.diff(matrix.user_items.indptr).argmax())
    best = dr.recommend(model, matrix, matrix.user_ids[longest], n=1)
    with pytest.warns(UserWarning, match="is not the one that solves for these strengths with"):
        dr.explain(model, matrix, matrix.user_ids[longest], best["contentId"][0])


def test_a_model_of_the_course_is_never_warned_of(
    model: AlternatingLeastSquares, matrix: dr.InteractionMatrix
) -> None:
    for fitted in (model, dr.fit_als(matrix, factors=64, alpha=100, iterations=2)):
        gaps, said = gaps_and_warnings(fitted, matrix)
        assert not said
        assert gaps.max() < 1e-8


def test_history_takes_ids_as_they_are(strength: pd.DataFrame) -> None:
    some = strength.head(5_000)
    for change in (
        lambda ids: ids.map(lambda i: str(uuid.UUID(int=i % 2**128))),
        lambda ids: ids.map(lambda i: f"<b>{i}"),
        lambda ids: ids.astype("uint64"),
        lambda ids: ids.map(lambda i: str(i)).astype("category"),
        lambda ids: ids.astype(object),
    ):
        other = some.assign(personId=change(some["personId"]))
        for row in (0, 77, 4_999):
            user = other["personId"].iloc[row]
            read = dr.history(other, user)
            same = dr.history(some, some["personId"].iloc[row])
            assert read["contentId"].tolist() == same["contentId"].tolist()
    text = some.assign(personId=some["personId"].astype(str))
    with pytest.raises(dr.UnknownIdError, match="Did you mean"):
        dr.history(text, str(some["personId"].iloc[0])[:-1] + "x")
    with pytest.raises(TypeError, match="must be text"):
        dr.history(text, some["personId"].iloc[0])
    as_uuid = some.assign(personId=some["personId"].map(lambda i: uuid.UUID(int=i % 2**128)))
    assert len(dr.history(as_uuid, as_uuid["personId"].iloc[0]))
    assert len(dr.history(as_uuid, str(as_uuid["personId"].iloc[0])))
    ones = some.assign(personId=np.arange(len(some)) % 2)
    with pytest.raises(TypeError, match="must be an integer"):
        dr.history(ones, True)


def test_ties_are_broken_by_id_even_when_they_cross_the_end_of_the_list() -> None:
    """Forty articles with one and the same reader are equally good for everybody else."""
    matrix = matrix_of([[1] * 41, [1] + [0] * 40, [1] + [0] * 40])
    model = dr.fit_als(matrix, factors=2, iterations=5)
    assert dr.recommend(model, matrix, 1)["contentId"].tolist() == list(range(1, 11))
    everybody = dr.recommend_all(model, matrix)
    assert everybody.loc[everybody["personId"] == 2, "contentId"].tolist() == list(range(1, 11))
    parts = dr.explain(model, matrix, 0, 0)["contentId"].tolist()
    assert [item for item in parts if item] == list(range(1, 41))


def test_a_list_ends_where_nothing_is_unread() -> None:
    matrix = matrix_of([[1, 1], [1, 0]])
    model = dr.fit_als(matrix, factors=1, iterations=2)
    assert dr.recommend(model, matrix, 0).empty
    assert dr.recommend(model, matrix, 1)["contentId"].tolist() == [1]
    assert dr.recommend_all(model, matrix)["personId"].tolist() == [1]


def test_history_is_strongest_first(strength: pd.DataFrame) -> None:
    user = strength["personId"].iloc[0]
    past = dr.history(strength, user)
    assert past.columns.tolist() == ["contentId", "title", "eventStrength"]
    assert len(past) == (strength["personId"] == user).sum()
    assert (past["eventStrength"].diff().dropna() <= 0).all()
    with pytest.raises(KeyError, match="No personId 1 "):
        dr.history(strength, 1)
    for wrong in (float(user), str(user)):
        with pytest.raises(TypeError, match="must be an integer"):
            dr.history(strength, wrong)  # type: ignore[arg-type]
    with pytest.raises(KeyError, match="among 0"):
        dr.history(strength.iloc[:0], user)


def test_somebody_without_a_history_gets_a_sentence(
    model: AlternatingLeastSquares, matrix: dr.InteractionMatrix
) -> None:
    user_items = matrix.user_items.tolil()
    user_items[5] = 0
    emptied = replace(matrix, user_items=sparse.csr_matrix(user_items))
    user, item = matrix.user_ids[5], matrix.item_ids[0]
    for call in (
        lambda: dr.recommend(model, emptied, user),
        lambda: dr.explain(model, emptied, user, item),
    ):
        with pytest.raises(ValueError, match="has no history"):
            call()
    assert user not in dr.recommend_all(model, emptied)["personId"].tolist()


def test_a_model_of_the_transposed_or_of_another_matrix_is_noticed(
    matrix: dr.InteractionMatrix, strength: pd.DataFrame
) -> None:
    turned = replace(
        matrix,
        user_items=matrix.user_items.T.tocsr(),
        user_ids=matrix.item_ids,
        item_ids=matrix.user_ids,
        titles=matrix.user_ids.astype(str),
    )
    wrong = dr.fit_als(turned, factors=2, iterations=1)
    user, item = matrix.user_ids[0], matrix.item_ids[0]
    for call in (
        lambda: dr.recommend(wrong, matrix, user),
        lambda: dr.recommend_all(wrong, matrix),
        lambda: dr.explain(wrong, matrix, user, item),
        lambda: dr.fold_in(wrong, matrix, {item: 1}),
        lambda: dr.similar_articles(wrong, matrix, item),
    ):
        with pytest.raises(ValueError, match="transposed"):
            call()
    half = dr.InteractionMatrix.from_strength(strength.iloc[: len(strength) // 2])
    with pytest.raises(ValueError, match="other data"):
        dr.recommend(dr.fit_als(half, factors=2, iterations=1), matrix, user)
    with pytest.raises(ValueError, match="not been fitted"):
        dr.recommend(AlternatingLeastSquares(num_threads=1), matrix, user)


def test_bad_arguments_are_named(
    model: AlternatingLeastSquares, matrix: dr.InteractionMatrix
) -> None:
    user, item = matrix.user_ids[0], matrix.item_ids[0]
    for n, error in ((0, ValueError), (-3, ValueError), (2.5, TypeError), ("ten", TypeError)):
        with pytest.raises(error, match="n must be a whole number"):
            dr.recommend(model, matrix, user, n=n)  # type: ignore[arg-type]
        with pytest.raises(error, match="n must be a whole number"):
            dr.recommend_all(model, matrix, n=n)  # type: ignore[arg-type]
    with pytest.raises(KeyError, match="No personId"):
        dr.recommend(model, matrix, 0)
    with pytest.raises(KeyError, match="No contentId"):
        dr.explain(model, matrix, user, 0)
    with pytest.raises(ValueError, match="readings is empty"):
        dr.fold_in(model, matrix, {})
    with pytest.raises(TypeError, match="maps contentId to strength"):
        dr.fold_in(model, matrix, [item])  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="above 0"):
        dr.fold_in(model, matrix, {item: -1})
    with pytest.raises(KeyError, match="No contentId"):
        dr.fold_in(model, matrix, {0: 1})

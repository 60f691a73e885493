"""Chapter 5's helpers: nothing twice, parts that add up, newcomers, the same for all at once."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from conftest import strengths
from hypothesis import given
from implicit.cpu.als import AlternatingLeastSquares
from scipy import sparse

import deskrec_tutorial as dr


@given(strengths())
def test_nothing_read_comes_back_and_scores_fall(strength: pd.DataFrame) -> None:
    matrix = dr.InteractionMatrix.from_strength(strength)
    model = dr.fit_als(matrix, factors=1, iterations=4)
    everybody = dr.recommend_all(model, matrix, n=4)
    for user, rows in strength.groupby("personId"):
        listing = dr.recommend(model, matrix, user, n=4)
        read = set(rows["contentId"])
        assert not read & set(listing["contentId"])
        assert len(listing) == min(4, len(matrix.item_ids) - len(read))
        assert (listing["score"].diff().dropna() <= 0).all()
        same = everybody[everybody["personId"] == user].reset_index(drop=True)
        columns = ["contentId", "title", "score"]
        pd.testing.assert_frame_equal(same[columns], listing, check_dtype=False)
        assert same["rank"].tolist() == list(range(1, len(listing) + 1))


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


def test_for_everybody_in_the_sample(
    model: AlternatingLeastSquares, matrix: dr.InteractionMatrix
) -> None:
    everybody = dr.recommend_all(model, matrix)
    assert len(everybody) == 10 * len(matrix.user_ids)
    for user in matrix.user_ids[::50]:
        one = dr.recommend(model, matrix, user)
        same = everybody[everybody["personId"] == user]
        assert one["contentId"].tolist() == same["contentId"].tolist()
        for item, score in zip(one["contentId"][:2], one["score"][:2], strict=True):
            parts = dr.explain(model, matrix, user, item)
            assert parts["contribution"].sum() == pytest.approx(score, abs=1e-8)


def test_the_ranking_is_that_of_the_dot_products(
    model: AlternatingLeastSquares, matrix: dr.InteractionMatrix
) -> None:
    user = matrix.user_ids[100]
    scores = model.item_factors @ model.user_factors[100]
    scores[matrix.user_items[100].indices] = -np.inf
    best = np.argsort(-scores)[:10]
    listing = dr.recommend(model, matrix, user)
    assert listing.columns.tolist() == ["contentId", "title", "score"]
    assert listing["contentId"].tolist() == matrix.item_ids[best].tolist()
    np.testing.assert_allclose(listing["score"], scores[best], atol=1e-9)


def test_folding_in_an_existing_history_gives_that_person_s_list(
    model: AlternatingLeastSquares, matrix: dr.InteractionMatrix, strength: pd.DataFrame
) -> None:
    user = int(matrix.user_ids[7])
    past = dr.history(strength, user)
    readings = dict(zip(past["contentId"], past["eventStrength"], strict=True))
    pd.testing.assert_frame_equal(
        dr.fold_in(model, matrix, readings), dr.recommend(model, matrix, user)
    )


def test_ties_are_broken_by_id_even_when_they_cross_the_end_of_the_list() -> None:
    """Forty articles with one and the same reader are equally good for everybody else."""
    rows = [(1, item, "T", 1.0) for item in range(140, 100, -1)]
    rows += [(user, 1, "hub", 1.0) for user in (1, 2, 3)]
    columns = ["personId", "contentId", "title", "eventStrength"]
    matrix = dr.InteractionMatrix.from_strength(pd.DataFrame(rows, columns=columns))
    model = dr.fit_als(matrix, factors=2, iterations=5)
    expected = list(range(101, 111))
    assert dr.recommend(model, matrix, 2)["contentId"].tolist() == expected
    everybody = dr.recommend_all(model, matrix)
    assert everybody.loc[everybody["personId"] == 3, "contentId"].tolist() == expected


def test_a_list_ends_where_nothing_is_unread() -> None:
    rows = [(1, 1, "A", 1.0), (1, 2, "B", 1.0), (2, 1, "A", 1.0)]
    columns = ["personId", "contentId", "title", "eventStrength"]
    matrix = dr.InteractionMatrix.from_strength(pd.DataFrame(rows, columns=columns))
    model = dr.fit_als(matrix, factors=1, iterations=2)
    assert dr.recommend(model, matrix, 1).empty
    assert dr.recommend(model, matrix, 2)["contentId"].tolist() == [2]
    assert dr.recommend_all(model, matrix)["personId"].tolist() == [2]


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
    from dataclasses import replace

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
    from dataclasses import replace

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

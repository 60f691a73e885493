"""Chapter 4's helper: an article is most similar to itself, and ties do not flip."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from conftest import strengths
from hypothesis import given
from implicit.cpu.als import AlternatingLeastSquares

import deskrec_tutorial as dr


@given(strengths())
def test_an_article_comes_first_in_its_own_list_with_similarity_one(strength: pd.DataFrame) -> None:
    matrix = dr.InteractionMatrix.from_strength(strength)
    model = dr.fit_als(matrix, factors=2 if min(matrix.user_items.shape) > 1 else 1, iterations=5)
    for item in matrix.item_ids:
        similar = dr.similar_articles(model, matrix, item, n=5)
        assert similar["contentId"].iloc[0] == item
        assert similar["score"].iloc[0] == pytest.approx(1, abs=1e-6)
        assert (similar["score"] <= 1 + 1e-6).all()
        assert (similar["score"].iloc[1:].diff().dropna() <= 0).all()


def test_cosine_is_the_library_s_and_dot_is_numpy_s(
    model: AlternatingLeastSquares, matrix: dr.InteractionMatrix
) -> None:
    index = int(np.argmax(matrix.readers))
    item = matrix.item_ids[index]
    ids, scores = model.similar_items(index, N=10)
    ours = dr.similar_articles(model, matrix, item)
    assert ours.columns.tolist() == ["contentId", "title", "score", "readers"]
    assert ours["contentId"].tolist() == matrix.item_ids[ids].tolist()
    np.testing.assert_allclose(ours["score"], scores, atol=1e-6)
    dots = model.item_factors @ model.item_factors[index]
    by_dot = dr.similar_articles(model, matrix, item, method="dot", n=len(dots))
    order = [j for j in np.argsort(-dots) if j != index]
    np.testing.assert_allclose(by_dot["score"].iloc[1:], dots[order], atol=1e-6)


def test_readers_are_counted_and_can_be_asked_for(
    model: AlternatingLeastSquares, matrix: dr.InteractionMatrix, strength: pd.DataFrame
) -> None:
    item = strength["contentId"].value_counts().index[-1]
    similar = dr.similar_articles(model, matrix, item, n=30, min_readers=10)
    counts = strength["contentId"].value_counts()
    assert similar["readers"].tolist() == counts[similar["contentId"]].tolist()
    assert (similar["readers"].iloc[1:] >= 10).all()


def test_identical_vectors_are_ordered_by_id() -> None:
    rows = [(1, item, "T", 1.0) for item in (30, 10, 20)]
    rows += [(2, item, "U", 2.0) for item in (7, 8)]
    columns = ["personId", "contentId", "title", "eventStrength"]
    matrix = dr.InteractionMatrix.from_strength(pd.DataFrame(rows, columns=columns))
    # after few iterations the equal vectors differ by what the solver leaves over
    two = dr.fit_als(matrix, factors=2, iterations=5)
    assert dr.similar_articles(two, matrix, 20, n=3)["contentId"].tolist() == [20, 10, 30]


def test_an_article_nobody_read_gives_no_nan(
    model: AlternatingLeastSquares, matrix: dr.InteractionMatrix
) -> None:
    import copy

    blank = copy.deepcopy(model)
    blank.item_factors[3] = 0
    blank._item_norms = None
    for method in ("cosine", "dot"):
        scores = dr.similar_articles(blank, matrix, matrix.item_ids[3], method=method)["score"]
        assert scores.notna().all()


def test_bad_arguments_are_named(
    model: AlternatingLeastSquares, matrix: dr.InteractionMatrix
) -> None:
    item = matrix.item_ids[0]
    with pytest.raises(ValueError, match='"cosine" or "dot"'):
        dr.similar_articles(model, matrix, item, method="euclid")
    with pytest.raises(ValueError, match="n must be"):
        dr.similar_articles(model, matrix, item, n=0)
    with pytest.raises(ValueError, match="min_readers must be"):
        dr.similar_articles(model, matrix, item, min_readers=0)
    with pytest.raises(KeyError, match="No contentId"):
        dr.similar_articles(model, matrix, 1)

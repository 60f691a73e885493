"""MLlib's objective, without Spark: what λ·n and 1 + alpha · r change in the equations."""

from __future__ import annotations

import copy

import numpy as np
import pytest
from conftest import matrix_of

import deskrec_tutorial as dr
from deskrec_tutorial.mllib import MLlibALS
from deskrec_tutorial.widgets.reader import refit
from deskrec_tutorial.widgets.reasons import contributions

MATRIX = matrix_of([[1, 0, 2, 0], [3, 1, 0, 0], [0, 1, 5, 2], [0, 0, 0, 1], [2, 2, 0, 0]])
ALPHA, PRICE = 4.0, 0.3


def a_model(plus_one: bool = False, rounds: int = 3) -> MLlibALS:
    rng = np.random.default_rng(0)
    start = rng.random((5, 2)), rng.random((4, 2))
    model = MLlibALS(*start, PRICE, ALPHA, plus_one)
    model.iterations = rounds
    model.fit(MATRIX.user_items)
    model.partial_fit_users(np.arange(5), MATRIX.user_items)
    return model


def loss(model: MLlibALS) -> float:
    """The loss of the class's docstring, pair by pair."""
    r = MATRIX.user_items.toarray()
    c = np.where(r > 0, ALPHA * r + model.plus_one, 1)
    error = (c * ((r > 0) - model.user_factors @ model.item_factors.T) ** 2).sum()
    squares = ((r > 0).sum(1) @ (model.user_factors**2).sum(1), (r > 0).sum(0) @ (
        model.item_factors**2).sum(1))  # fmt: skip
    return float(error + PRICE * sum(squares))


@pytest.mark.parametrize("plus_one", [False, True])
def test_no_step_away_from_the_solved_users_lowers_the_loss(plus_one: bool) -> None:
    model = a_model(plus_one)
    least, rng = loss(model), np.random.default_rng(1)
    for _ in range(20):
        other = copy.deepcopy(model)
        other.user_factors += 1e-3 * rng.standard_normal((5, 2))
        assert loss(other) > least


@pytest.mark.parametrize("plus_one", [False, True])
def test_fit_goes_on_where_it_stands_and_lowers_the_loss(plus_one: bool) -> None:
    losses = [loss(a_model(plus_one, rounds)) for rounds in (1, 2, 5, 10)]
    assert losses == sorted(losses, reverse=True) and losses[0] > losses[-1]


@pytest.mark.parametrize("plus_one", [False, True])
def test_explanation_fold_in_and_picker_agree_with_the_stored_scores(plus_one: bool) -> None:
    model = a_model(plus_one)
    for row, user in enumerate(MATRIX.user_ids.tolist()):
        scores = model.item_factors @ model.user_factors[row]
        for item in MATRIX.item_ids.tolist():
            parts = dr.explain(model, MATRIX, user, item)["contribution"].sum()
            assert parts == pytest.approx(scores[item], abs=1e-9)
        own = MATRIX.user_items[row]
        at_once = contributions(model, own, np.arange(4)).sum(axis=1)
        np.testing.assert_allclose(at_once, scores, atol=1e-12)
        readings = dict(zip(own.indices.tolist(), own.data.tolist(), strict=True))
        folded = dr.fold_in(model, MATRIX, readings)
        np.testing.assert_allclose(folded["score"], dr.recommend(model, MATRIX, user)["score"])


def test_a_picker_trains_on_with_another_alpha_and_keeps_the_objective() -> None:
    steps: list[int] = []
    model = refit(a_model(), MATRIX, 9.0, lambda: steps.append(1), rounds=2)
    assert isinstance(model, MLlibALS) and model.alpha == 9.0 and len(steps) == 2
    solved = model.recalculate_user(np.arange(5), MATRIX.user_items)
    np.testing.assert_allclose(model.user_factors, solved)


def test_strengths_that_were_changed_since_are_noticed() -> None:
    model = a_model()
    twice = dr.InteractionMatrix(
        2 * MATRIX.user_items, MATRIX.user_ids, MATRIX.item_ids, MATRIX.titles
    )
    with pytest.warns(UserWarning, match=r"model\.alpha = 2, or the exact number"):
        dr.explain(model, twice, 0, 1)

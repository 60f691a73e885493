"""Chapter 3's ALS: it descends, and it is the library's own, to the last digits."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from conftest import strengths
from hypothesis import given
from hypothesis import strategies as st
from implicit.cpu.als import AlternatingLeastSquares
from scipy import sparse
from threadpoolctl import threadpool_limits

import deskrec_tutorial as dr


def library_run(user_items: sparse.csr_matrix, **settings) -> tuple[object, list[float]]:
    """Fit implicit's exact solver in float64 and collect the loss it reports."""
    losses: list[float] = []
    with threadpool_limits(1, "blas"):
        model = AlternatingLeastSquares(
            dtype=np.float64, use_cg=False, calculate_training_loss=True, **settings
        )
        model.fit(
            user_items, show_progress=False, callback=lambda i, seconds, loss: losses.append(loss)
        )
    return model, losses


@given(strengths(), st.sampled_from([0.01, 0.1, 10]), st.sampled_from([0.5, 1, 15]))
def test_no_half_step_raises_the_loss(
    strength: pd.DataFrame, regularization: float, alpha: float
) -> None:
    user_items = dr.InteractionMatrix.from_strength(strength).user_items
    als = dr.ALS(2, regularization, alpha, iterations=6).fit(user_items)
    assert len(als.loss_history) == 13
    falls = np.diff(als.loss_history)
    assert (falls <= 1e-9 * als.loss_history[0]).all()


@given(strengths(), st.integers(0, 5))
def test_the_numpy_als_is_implicit_s_on_the_same_objective(
    strength: pd.DataFrame, seed: int
) -> None:
    user_items = dr.InteractionMatrix.from_strength(strength).user_items
    ours = dr.ALS(2, 0.5, 2.0, iterations=5, random_state=seed).fit(user_items)
    c = dr.confidence(user_items, 2.0)
    theirs, losses = library_run(c, factors=2, regularization=0.5, iterations=5, random_state=seed)
    np.testing.assert_allclose(ours.user_factors, theirs.user_factors, atol=1e-10)
    np.testing.assert_allclose(ours.item_factors, theirs.item_factors, atol=1e-10)
    total = c.sum() + np.prod(c.shape) - c.nnz
    np.testing.assert_allclose(np.array(ours.loss_history[2::2]) / total, losses, rtol=1e-8)


def test_they_agree_on_the_whole_sample_too(matrix: dr.InteractionMatrix) -> None:
    ours = dr.ALS(20, 0.1, 15, iterations=3).fit(matrix.user_items)
    c = dr.confidence(matrix.user_items, 15)
    theirs, losses = library_run(c, factors=20, regularization=0.1, iterations=3, random_state=42)
    assert np.abs(ours.user_factors - theirs.user_factors).max() < 1e-10
    assert np.abs(ours.item_factors - theirs.item_factors).max() < 1e-10
    total = c.sum() + np.prod(c.shape) - c.nnz
    np.testing.assert_allclose(np.array(ours.loss_history[2::2]) / total, losses, rtol=1e-8)


def test_the_loss_is_the_sum_over_all_pairs() -> None:
    c = sparse.csr_matrix(np.array([[3.0, 0, 0], [0, 2, 5]]))
    x, y = np.array([[1.0, 0], [0.5, 2]]), np.array([[0.5, 1], [1, 0], [0, 0.25]])
    scores, dense = x @ y.T, c.toarray()
    p, weight = dense > 0, np.where(dense > 0, dense, 1)
    by_hand = (weight * (p - scores) ** 2).sum() + 0.1 * ((x**2).sum() + (y**2).sum())
    assert dr.als_loss(c, x, y, 0.1) == pytest.approx(by_hand, rel=1e-12)


def test_a_half_step_leaves_no_gradient_and_unread_rows_at_zero() -> None:
    rng = np.random.default_rng(0)
    c = sparse.csr_matrix(np.array([[4.0, 0, 2, 0], [0, 0, 0, 0], [0, 3, 0, 1.5]]))
    y = rng.normal(size=(4, 2))
    x = dr.half_step(c, y, 0.3)
    dense = c.toarray()
    weight = np.where(dense > 0, dense, 1)
    gradient = (weight * (x @ y.T - (dense > 0))) @ y + 0.3 * x
    np.testing.assert_allclose(gradient, 0, atol=1e-12)
    assert (x[1] == 0).all()


def test_fit_als_is_the_library_s_model_and_ends_on_the_user_side(
    matrix: dr.InteractionMatrix,
) -> None:
    model = dr.fit_als(matrix, factors=8, iterations=3)
    assert isinstance(model, AlternatingLeastSquares)
    with threadpool_limits(1, "blas"):
        plain = AlternatingLeastSquares(8, 0.1, dtype=np.float64, iterations=3, random_state=42)
        plain.fit(matrix.user_items * 15, show_progress=False)
    np.testing.assert_allclose(model.item_factors, plain.item_factors, atol=1e-12)
    again = model.recalculate_user(np.arange(len(matrix.user_ids)), matrix.user_items)
    assert np.array_equal(model.user_factors, again)
    assert model.user_factors.dtype == model.item_factors.dtype == np.float64


def test_a_seed_gives_the_same_model_and_another_seed_another(matrix: dr.InteractionMatrix) -> None:
    first, second = (dr.fit_als(matrix, factors=4, iterations=2) for _ in range(2))
    assert np.array_equal(first.item_factors, second.item_factors)
    other = dr.fit_als(matrix, factors=4, iterations=2, random_state=1)
    assert not np.allclose(first.item_factors, other.item_factors)


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"factors": 0}, "factors must be a whole number of at least 1"),
        ({"factors": 10**6}, "factors=1000000 is more than"),
        ({"factors": True}, "factors must be a whole number"),
        ({"iterations": -1}, "iterations must be"),
        ({"regularization": -0.1}, "regularization must be 0 or more"),
        ({"regularization": float("nan")}, "regularization must be"),
        ({"alpha": 0}, "alpha must be above 0"),
        ({"alpha": float("inf")}, "alpha must be above 0"),
    ],
)
def test_parameters_out_of_range_are_refused(
    matrix: dr.InteractionMatrix, settings: dict, says: str
) -> None:
    with pytest.raises(ValueError, match=says):
        dr.fit_als(matrix, **settings)
    if settings != {"factors": 10**6}:
        with pytest.raises(ValueError, match=says):
            dr.ALS(**settings)


@pytest.mark.parametrize("name", ["alpha", "regularization"])
@pytest.mark.parametrize("value", ["1", None, True])
def test_parameters_that_are_no_numbers_are_refused(
    matrix: dr.InteractionMatrix, name: str, value: object
) -> None:
    for fit in (dr.ALS, lambda **settings: dr.fit_als(matrix, **settings)):
        with pytest.raises(TypeError, match=f"{name} must be a number, not {value!r}"):
            fit(**{name: value})


def test_a_fraction_is_no_number_of_factors(matrix: dr.InteractionMatrix) -> None:
    with pytest.raises(TypeError, match="factors must be a whole number, not 2.5"):
        dr.fit_als(matrix, factors=2.5)  # type: ignore[arg-type]


def test_an_alpha_that_turns_reading_into_evidence_against_is_warned_of(
    matrix: dr.InteractionMatrix,
) -> None:
    with pytest.warns(UserWarning, match=r"confidence 0\.05, less than the 1"):
        dr.fit_als(matrix, factors=2, iterations=1, alpha=0.05)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        dr.fit_als(matrix, factors=2, iterations=1, alpha=1)


@pytest.mark.parametrize("strength", [-1.0, 0.0, np.nan, np.inf])
def test_strengths_that_are_no_strengths_are_refused_by_als(strength: float) -> None:
    stored = sparse.csr_matrix(([1.0, strength], ([0, 1], [0, 1])), shape=(2, 2))
    with pytest.raises(ValueError, match="numbers above 0"):
        dr.ALS().fit(stored)


def test_equations_without_a_single_solution_get_a_sentence() -> None:
    with pytest.raises(ValueError, match="regularization above 0"):
        dr.ALS(3, regularization=0).fit(sparse.csr_matrix([[1.0, 0], [2, 1]]))


def test_what_is_no_matrix_is_named(matrix: dr.InteractionMatrix) -> None:
    with pytest.raises(TypeError, match="not a csr_matrix: make it with"):
        dr.fit_als(matrix.user_items)  # type: ignore[arg-type]
    whole = dr.ALS(2, iterations=1).fit(matrix)
    same = dr.ALS(2, iterations=1).fit(matrix.user_items)
    assert np.array_equal(whole.item_factors, same.item_factors)
    with pytest.raises(TypeError, match="model of dr.fit_als and then the InteractionMatrix"):
        dr.recommend(whole, matrix, matrix.user_ids[0])  # type: ignore[arg-type]


def test_the_advice_about_alpha_works(matrix: dr.InteractionMatrix) -> None:
    from dataclasses import replace

    weak = replace(matrix, user_items=matrix.user_items * 3)
    with pytest.warns(UserWarning, match=r"alpha ≥ 0\.334"):
        dr.fit_als(weak, factors=2, iterations=1, alpha=0.333)


def test_use_gpu_says_what_is_missing_or_comes_back_on_the_cpu(
    matrix: dr.InteractionMatrix,
) -> None:
    import implicit.gpu

    if not implicit.gpu.HAS_CUDA:
        with pytest.raises(RuntimeError, match="no usable CUDA GPU"):
            dr.fit_als(matrix, use_gpu=True)
        return
    model = dr.fit_als(matrix, factors=32, use_gpu=True)
    assert isinstance(model, AlternatingLeastSquares)
    assert len(dr.recommend(model, matrix, matrix.user_ids[0])) == 10

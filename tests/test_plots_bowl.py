"""Least squares in pictures: the line, the bowl, its bottom."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

import deskrec_tutorial as dr
from deskrec_tutorial.plots import Bowl

NAMES = ["Git & co", "<b>Type</b>", "News $5"]
ARTICLES = pd.DataFrame([[1, 0], [0, 1], [1, 1]], NAMES, ["code", "design"])
STRENGTHS = pd.Series([0.0, 3.0, 1.0], NAMES)


@pytest.fixture
def emi() -> Bowl:
    return Bowl(STRENGTHS, ARTICLES)


def test_the_bottom_is_that_of_a_half_step(emi: Bowl) -> None:
    row = dr.confidence(sparse.csr_matrix(STRENGTHS.to_numpy()[None]), 15.0)
    assert emi.bottom == pytest.approx(dr.half_step(row, ARTICLES.to_numpy(dtype=float), 1.0)[0])
    assert emi.confidence.tolist() == [1, 46, 16]


def test_on_a_ring_the_loss_is_so_much_higher(emi: Bowl) -> None:
    for above in (0.5, 9):
        assert emi.loss(emi.ring(above)) - emi.loss(emi.bottom) == pytest.approx(above)
    x = emi.bottom + 0.1
    errors = [x @ [1, 0], 1 - x @ [0, 1], 1 - x @ [1, 1]]
    assert emi.loss(x) == pytest.approx([1, 46, 16] @ np.square(errors) + x @ x)


def test_a_change_leaves_the_first_bowl_alone(emi: Bowl) -> None:
    other = emi.change("Git & co", 1, (0.5, 0.5))
    assert other.strengths["Git & co"] == 1 and other.articles.loc["Git & co"].tolist() == [
        0.5,
        0.5,
    ]
    assert emi.strengths["Git & co"] == 0 and emi.articles.loc["Git & co"].tolist() == [1, 0]


def test_a_bowl_has_two_numbers_for_each_article() -> None:
    with pytest.raises(ValueError, match="each of the 3 articles; articles has 3 rows and 1 col"):
        Bowl(STRENGTHS, ARTICLES[["code"]])

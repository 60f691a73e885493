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


def test_the_bowl_counts_the_nudges_that_lead_uphill(emi: Bowl) -> None:
    nudges = emi.bottom + np.array([[0.1, 0], [0, -0.2]])
    picture = dr.plots.bowl(emi, nudges)
    axes = picture.figure.axes[0]
    assert axes.get_title(loc="left") == "Every nudge away from the bottom leads uphill"
    assert "2 of 2 nudges raise it" in picture.caption
    assert f"{emi.loss(emi.bottom):.2f} at the bottom" in picture.caption
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("place 1: code", "place 2: design")
    still = dr.plots.bowl(emi, np.array([emi.bottom, emi.bottom + 1]))
    assert still.figure.axes[0].get_title(loc="left").startswith("1 of 2 nudges away")


def test_the_still_says_what_moves_the_bottom_furthest(emi: Bowl) -> None:
    bowls = {"as it is": emi, "a little": emi.change("Git & co", 0, (0.9, 0))}
    bowls["much"] = far = emi.change("Git & co", 5, (1, 0))
    picture = dr.bowl_view(bowls)
    moved = np.linalg.norm(far.bottom - emi.bottom)
    assert picture.figure.get_suptitle() == f"“much” moves the bottom furthest, by {moved:.2f}"
    assert f"“much” ({far.bottom[0]:.2f}, {far.bottom[1]:.2f})" in picture.caption


def test_the_line_has_the_slope_of_the_formula() -> None:
    amounts = pd.Series([0.2, 1.0, 0.5], NAMES, name="how much design")
    picture = dr.plots.fitted_line(amounts, STRENGTHS, 15.0, 1.0)
    slope = (46 + 8) / (0.04 + 46 + 4 + 1)
    plain = 1.5 / 1.29
    words = f"from slope {plain:.2f} to {slope:.2f}"
    assert picture.figure.axes[0].get_title(loc="left").endswith(words)
    assert "go up to 46" in picture.caption

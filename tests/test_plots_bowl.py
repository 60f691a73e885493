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


def test_titles_bring_strengths_and_articles_together(emi: Bowl) -> None:
    turned = Bowl(STRENGTHS.astype(int), ARTICLES[::-1])
    assert turned.articles.index.tolist() == NAMES
    assert turned.bottom == pytest.approx(emi.bottom)
    assert turned.change("Git & co", 0.5, (1, 0)).strengths.tolist() == [0.5, 3, 1]
    assert emi != turned and len({emi, turned}) == 2


@pytest.mark.parametrize(
    ("strengths", "articles", "told"),
    [
        (STRENGTHS, ARTICLES.rename({"News $5": "?"}), "the same titles, each once"),
        (STRENGTHS.set_axis(["a", "a", "b"]), ARTICLES.set_axis(["a", "a", "b"]), "each once"),
        (STRENGTHS.replace(3, np.nan), ARTICLES, "must be finite"),
        (STRENGTHS, ARTICLES.replace(0, np.inf), "must be finite"),
        (-STRENGTHS, ARTICLES, "must be 0 or more, not -3"),
    ],
)
def test_what_a_bowl_refuses(strengths: pd.Series, articles: pd.DataFrame, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        Bowl(strengths, articles)


def test_a_bowl_without_a_bottom_is_refused(emi: Bowl) -> None:
    assert np.isfinite(Bowl(STRENGTHS, ARTICLES, regularization=0).bottom).all()
    with pytest.raises(ValueError, match="no single bottom.*regularization must be above 0"):
        Bowl(STRENGTHS, ARTICLES.assign(design=0), regularization=0)
    with pytest.raises(ValueError, match="regularization must be 0 or more"):
        Bowl(STRENGTHS, ARTICLES, regularization=-1)


def test_what_pictures_of_bowls_refuse(emi: Bowl) -> None:
    with pytest.raises(KeyError, match="no article 'Git'. The articles are 'Git & co', '<b>T"):
        emi.change("Git", 1, (0, 0))
    for nudges in (np.empty((0, 2)), emi.bottom):
        with pytest.raises(ValueError, match="one or more places, one a row"):
            dr.plots.bowl(emi, nudges)
    with pytest.raises(ValueError, match="at least one, under its name"):
        dr.bowl_view({})


def test_a_bowl_has_two_numbers_for_each_article() -> None:
    with pytest.raises(ValueError, match="each of the 3 articles; articles has 3 rows and 1 col"):
        Bowl(STRENGTHS, ARTICLES[["code"]])

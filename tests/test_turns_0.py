"""The blanks of chapter 0: right answers pass, usual mistakes are named."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from turns import try_out

import deskrec_tutorial as dr
from deskrec_tutorial import checks
from deskrec_tutorial.checks import chapter_0


@pytest.fixture(scope="module")
def small(strength: pd.DataFrame, matrix: dr.InteractionMatrix) -> tuple:
    people = strength.groupby("personId")["eventStrength"].agg(["size", "sum"])
    return dr.fit_als(matrix, factors=4, iterations=1), matrix, people


def test_articles_per_person(
    small: tuple, clicks: dr.ClickStream, capsys: pytest.CaptureFixture[str]
) -> None:
    filled = small[1].user_items.nnz
    right, wrong = filled / 1895, {"readers per article": filled / 2979}
    wrong |= {"clicks per person": 72_312 / 1895, "share of the grid": filled / 1895 / 2979}
    for rounded in (right, round(right, 1), round(right)):
        try_out((chapter_0.per_person, (small[1], clicks), rounded, wrong), capsys)


def test_a_small_mean_may_be_rounded_too(capsys: pytest.CaptureFixture[str]) -> None:
    few = SimpleNamespace(user_items=sparse.csr_matrix(np.tri(4, 6)))  # 10 cells of 4 people
    clicks = SimpleNamespace(interactions=range(16))
    wrong = {"clicks per person": 4, "readers per article": 10 / 6, "": 1.9}
    for rounded in (2, 2.5, 3):
        try_out((chapter_0.per_person, (few, clicks), rounded, wrong), capsys)


def test_five_recommendations(small: tuple, capsys: pytest.CaptureFixture[str]) -> None:
    model, matrix, people = small
    busiest = people["size"].idxmax()
    chapter_0.five(dr.recommend(model, matrix, busiest, n=5), model, matrix, people)
    chapter_0.five(..., model, matrix, people)
    assert capsys.readouterr().out == "✓ five recommendations\n✎ your turn: five recommendations\n"
    with pytest.raises(checks.CheckFailed, match="n=5"):
        chapter_0.five(dr.recommend(model, matrix, busiest), model, matrix, people)


def test_three_like_the_bicycle_trip(small: tuple, capsys: pytest.CaptureFixture[str]) -> None:
    model, matrix, _ = small
    column = pd.Series(matrix.titles).eq("Out of Portland: 9 days on a bicycle").idxmax()
    titles = dr.similar_articles(model, matrix, matrix.item_ids[column], n=4)["title"].tolist()
    chapter_0.bicycle(titles[1:], model, matrix)
    chapter_0.bicycle(pd.Series(titles[1:]).array, model, matrix)
    assert capsys.readouterr().out.count("✓ three articles like the bicycle trip") == 2
    chapter_0.bicycle(..., model, matrix)
    assert capsys.readouterr().out.startswith("✎ your turn: ")
    others = replace(matrix, titles=np.full_like(matrix.titles, "Another"))
    chapter_0.bicycle(titles[1:], model, others)
    assert capsys.readouterr().out.startswith("Only the embedded sample has this article")
    with pytest.raises(checks.CheckFailed, match="among the four"):
        chapter_0.bicycle(titles, model, matrix)

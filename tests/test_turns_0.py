"""The blanks of chapter 0: right answers pass, usual mistakes are named."""

from __future__ import annotations

import pandas as pd
import pytest

import deskrec_tutorial as dr
from deskrec_tutorial import checks
from deskrec_tutorial.checks import chapter_0


@pytest.fixture(scope="module")
def small(strength: pd.DataFrame, matrix: dr.InteractionMatrix) -> tuple:
    people = strength.groupby("personId")["eventStrength"].agg(["size", "sum"])
    return dr.fit_als(matrix, factors=4, iterations=1), matrix, people


def test_articles_per_person(small: tuple, capsys: pytest.CaptureFixture) -> None:
    _, matrix, _ = small
    chapter_0.per_person(matrix.user_items.nnz / 1895, matrix)
    chapter_0.per_person(..., matrix)
    assert capsys.readouterr().out == "✓ articles per person\n✎ your turn: articles per person\n"
    with pytest.raises(checks.CheckFailed, match="readers per article"):
        chapter_0.per_person(matrix.user_items.nnz / 2979, matrix)


def test_five_recommendations(small: tuple) -> None:
    model, matrix, people = small
    busiest = people["size"].idxmax()
    chapter_0.five(dr.recommend(model, matrix, busiest, n=5), model, matrix, people)
    with pytest.raises(checks.CheckFailed, match="n=5"):
        chapter_0.five(dr.recommend(model, matrix, busiest), model, matrix, people)


def test_three_like_the_bicycle_trip(small: tuple) -> None:
    model, matrix, _ = small
    column = pd.Series(matrix.titles).eq("Out of Portland: 9 days on a bicycle").idxmax()
    titles = dr.similar_articles(model, matrix, matrix.item_ids[column], n=4)["title"].tolist()
    chapter_0.bicycle(titles[1:], model, matrix)
    with pytest.raises(checks.CheckFailed, match="among the four"):
        chapter_0.bicycle(titles, model, matrix)

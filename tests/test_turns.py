"""The blanks of the chapters invite, accept what is right, and name what is wrong."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from turns import TURNS, Turn

import deskrec_tutorial as dr
from deskrec_tutorial import checks
from deskrec_tutorial.checks import chapter_0


def named(turn: Turn) -> str:
    """The check of a turn as ``chapter_1.orphans``."""
    return f"{turn[0].__module__.rpartition('.')[2]}.{turn[0].__name__}"


def told(turn: Turn, answer: Any) -> str:
    """What a wrong answer is told."""
    with pytest.raises(checks.CheckFailed) as failed:
        turn[0](answer, *turn[1])
    return " ".join(str(failed.value).split())


def without_numbers(text: str) -> str:
    """A text in which numbers, which come from the data, are alike."""
    return re.sub(r"\d+", "9", text)


def try_out(turn: Turn, capsys: pytest.CaptureFixture[str]) -> None:
    """Try what is not begun, half begun, right, wrong in a known way, and of another kind."""
    check, data, right, wrong = turn
    whole = right if np.ndim(right) or isinstance(right, set) else [right]
    for unfinished in (..., [*whole, ...]):
        check(unfinished, *data)
        assert capsys.readouterr().out.startswith("✎ your turn: ")
    check(right, *data)
    assert capsys.readouterr().out.startswith("✓ ")
    for words, answer in wrong.items():
        assert words in told(turn, answer)
    for strange in (None, "text", [*whole, *whole]):
        assert told(turn, strange)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("turn", TURNS, ids=named)
def test_a_blank(turn: Turn, capsys: pytest.CaptureFixture[str]) -> None:
    try_out(turn, capsys)


@pytest.mark.parametrize("name", dict.fromkeys(map(named, TURNS)))
def test_every_mistake_that_a_check_knows_is_made_once(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    turns = [turn for turn in TURNS if named(turn) == name]
    module, known = sys.modules[turns[0][0].__module__], set()

    def noting(compare: Callable[..., None]) -> Callable[..., None]:
        def noted(*args: Any, mistakes: dict[str, Any], **options: Any) -> None:
            known.update(mistakes)
            compare(*args, mistakes=mistakes, **options)

        return noted

    for compare in {"equal", "ranking"} & set(vars(module)):
        monkeypatch.setattr(module, compare, noting(getattr(module, compare)))
    answers = [(turn, answer) for turn in turns for answer in turn[3].values()]
    said = [without_numbers(told(turn, answer)) for turn, answer in answers]
    never = {one for one in known if not any(without_numbers(one) in text for text in said)}
    assert known and not never


# ------------------------------------------------------------------ chapter 0


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

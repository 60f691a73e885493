"""The pickers of the site: whatever they are asked, they answer as the package does.

Node runs `site/pickers.js` over all articles and all people of the sample (tests/pickers.js).
"""

from __future__ import annotations

import base64
import json
import subprocess
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from lacking import from_npm, program
from test_project import ROOT, script

import deskrec_tutorial as dr
from deskrec_tutorial.plots import Bowl
from deskrec_tutorial.widgets.reader import refit
from deskrec_tutorial.widgets.reasons import columns_of, contributions, reasons
from deskrec_tutorial.widgets.search import Articles, Finder
from deskrec_tutorial.widgets.stepper import als_steps, best_unread

BOTH = ("cosine", "dot")
ALPHAS = (1.0, 40.0)
LEAST = [
    (column, by, n, least)
    for column in range(0, 2979, 331)
    for by, n, least in product(BOTH, (1, 10), (5, 50, 500))
]
QUERIES = [
    "", "python", "PYTHON  para", "ação", "Acao", "zzz", " ", "the of", "<b>", "9", "º", "ＡＩ",
]  # fmt: skip
BOWLS = [
    (article, strength, numbers)
    for article in range(7)
    for strength in (0, 1, 5, 12)
    for numbers in product((-0.5, 0.3, 1.5), (-0.5, 0, 1.0))
]
NUMBERS = [0, 0.5, 1.5, 2.5, 12.25, 0.125, 0.35, 2.675, 1e-4, -0.0004, 1234.5, 123456.789, 0.045]
NAMES = {"people", "articles", "R", "toy", "Y_hand", "tastes", "bowl"}


@pytest.fixture(scope="module")
def maker():
    return script("model", "site")


@pytest.fixture(scope="module")
def folder(maker, clicks, strength, matrix, model, tmp_path_factory) -> Path:
    """Both scripts, with a map that need not be drawn."""
    target = tmp_path_factory.mktemp("pickers")
    places = pd.DataFrame({"x": 0.0, "y": np.arange(9.0)}, index=matrix.item_ids[:9])
    known = maker.known(clicks, strength, matrix, model, places)
    maker.script(target / "model.js", "data", known)
    maker.script(target / "toy.js", "toy", maker.toy())
    return target


@pytest.fixture(scope="module")
def answers(folder, matrix):
    """What node says."""
    node = program("node", "the pickers of the site are not compared with the package")
    asked = {
        "least": LEAST, "alphas": ALPHAS, "queries": queries(matrix), "bowls": BOWLS,
        "numbers": NUMBERS,
    }  # fmt: skip
    (folder / "asked.json").write_text(json.dumps(asked), encoding="utf-8")
    subprocess.run([node, str(ROOT / "tests/pickers.js"), str(folder)], check=True, timeout=120)
    return json.loads((folder / "answers.json").read_text(encoding="utf-8"))


def queries(matrix: dr.InteractionMatrix) -> list[str]:
    return [*QUERIES, str(matrix.item_ids[0]), f" {matrix.item_ids[-1]} ", matrix.titles[7]]


def same(listed: pd.DataFrame, ours: list[tuple[int, float]], matrix: dr.InteractionMatrix) -> bool:
    """The same articles in the same order, with scores that agree to a millionth."""
    columns = np.searchsorted(matrix.item_ids, listed["contentId"])
    scores = [score for _, score in ours]
    return columns.tolist() == [column for column, _ in ours] and np.allclose(
        listed["score"], scores, rtol=0, atol=1e-6
    )


def readings_of(matrix: dr.InteractionMatrix, row: int) -> dict[int, float]:
    own = matrix.user_items[row]
    return dict(zip(matrix.item_ids[own.indices].tolist(), own.data.tolist(), strict=True))


# ------------------------------------------------------------------ chapters 4 and 5


@pytest.mark.parametrize("by", BOTH)
def test_similar_articles_of_every_article(answers, model, matrix, by: str) -> None:
    listed = answers["similar"][by]
    assert len(listed) == len(matrix.item_ids)
    wrong = [
        item
        for item, ours in zip(matrix.item_ids.tolist(), listed, strict=True)
        if not same(dr.similar_articles(model, matrix, item, 11, by).iloc[1:], ours, matrix)
    ]
    assert not wrong


def test_fewer_readers_are_left_out(answers, model, matrix) -> None:
    for (column, by, n, least), ours in zip(LEAST, answers["least"], strict=True):
        item = int(matrix.item_ids[column])
        assert same(
            dr.similar_articles(model, matrix, item, n + 1, by, least).iloc[1:], ours, matrix
        )


def test_recommend_for_everybody(answers, model, matrix) -> None:
    everybody = dr.recommend_all(model, matrix)
    assert len(answers["folded"]) == everybody["personId"].nunique() == len(matrix.user_ids)
    for (_, listed), ours in zip(everybody.groupby("personId"), answers["folded"], strict=True):
        assert same(listed, ours, matrix)
    some = matrix.user_ids[::200].tolist()  # that both functions agree is tested elsewhere
    for user, ours in zip(some, answers["folded"][::200], strict=True):
        assert same(dr.recommend(model, matrix, user), ours, matrix)


def test_fold_in_of_everybody_s_readings(answers, model, matrix) -> None:
    for row, ours in enumerate(answers["folded"]):
        assert same(dr.fold_in(model, matrix, readings_of(matrix, row)), ours, matrix)


def test_explain_of_everybody_s_first_and_last(answers, model, matrix) -> None:
    for row, user in enumerate(matrix.user_ids.tolist()):
        read = matrix.user_items[row].indices
        for place in (0, -1):
            item = int(matrix.item_ids[answers["folded"][row][place][0]])
            parts = np.array(answers["parts"][row][place])
            order = np.lexsort((read, -parts.round(12)))
            told = dr.explain(model, matrix, user, item)
            assert told["contentId"].tolist() == matrix.item_ids[read[order]].tolist()
            assert np.allclose(told["contribution"], parts[order], rtol=0, atol=1e-6)


def test_reasons_of_everybody_s_recommendations(answers, model, matrix) -> None:
    """They are parts of what `explain` says, and add up as printed."""
    for row, listed in enumerate(answers["reasons"]):
        columns = np.array([one["column"] for one in listed])
        frame = pd.DataFrame(
            {"contentId": matrix.item_ids[columns], "title": matrix.titles[columns]}
        )
        own = matrix.user_items[row]
        parts = contributions(model, own, columns_of(matrix, frame))
        assert np.allclose(parts, answers["parts"][row], rtol=0, atol=1e-6)
        for theirs, ours in zip(reasons(model, matrix, own, frame), listed, strict=True):
            named = [(matrix.titles[r["column"]], r["part"]) for r in ours["readings"]]
            assert theirs.readings == named and theirs.score == ours["score"]
            assert [*theirs.others, *theirs.against] == [*ours["others"], *ours["against"]]


@pytest.mark.parametrize("alpha", ALPHAS)
def test_another_alpha_trains_the_same_model(answers, model, matrix, alpha: float) -> None:
    again, ours = refit(model, matrix, alpha, lambda: None), answers["trained"][f"{alpha:g}"]
    assert np.allclose(again.item_factors.ravel(), ours["y"], rtol=0, atol=1e-7)
    for row in range(0, len(matrix.user_ids), 3):
        listed = dr.fold_in(again, matrix, readings_of(matrix, row))
        assert same(listed, ours["folded"][row], matrix)


def test_the_search_finds_and_says_the_same(answers, matrix) -> None:
    articles = Articles(matrix)
    finder = Finder(articles, 0)
    assert answers["labels"] == articles.labels
    for query, (found, said) in zip(queries(matrix), answers["found"], strict=True):
        assert found == articles.find(query), query
        assert said == finder_says(finder, query), query


def finder_says(finder: Finder, query: str) -> str:
    finder.search.value = query
    found = finder._articles.find(query)
    return finder._found(len(found), finder._articles.named(query) is not None)


# ------------------------------------------------------------------ chapter 3


def test_every_half_step_for_every_alpha(answers, maker) -> None:
    toy, alphas = maker.assigned("03_als_math", NAMES, {})["toy"], maker.STEPPER_ALPHAS
    for alpha, ours in zip(alphas, answers["steps"], strict=True):
        steps = als_steps(toy, alpha)
        for name in ("users", "items", "losses"):
            assert np.allclose(getattr(steps, name), ours[name], rtol=1e-9, atol=1e-9), name
        best = [best_unread(steps, at) for at in range(len(steps.losses))]
        assert best == [tuple(cell) for cell in ours["best"]]


def test_every_turn_of_the_bowl(answers, maker) -> None:
    person = maker.assigned("03_als_math", NAMES, {})["bowl"]
    titles = person.strengths.index
    for (article, strength, numbers), ours in zip(BOWLS, answers["bowls"], strict=True):
        bowl: Bowl = person.change(titles[article], strength, numbers)
        assert np.allclose(bowl.bottom, ours["bottom"], rtol=0, atol=1e-9)
        assert np.isclose(bowl.loss(bowl.bottom), ours["loss"])
        assert np.allclose(bowl.ring(25), ours["ring"], rtol=0, atol=1e-9)


# ------------------------------------------------------------------ what is written


def test_numbers_are_written_as_python_writes_them(answers) -> None:
    for number, ours in zip(NUMBERS, answers["numbers"], strict=True):
        assert ours == [*(f"{number:,.{d}f}" for d in range(4)), f"{number:g}"], number


def test_packed_numbers_are_exact_and_small(maker) -> None:
    for values, kind in (([0, 255], "u1"), ([256], "u2"), ([-1], "f4"), ([0.1], "f8")):
        packed = maker.packed(values)
        back = np.frombuffer(base64.b64decode(packed["base64"]), f"<{packed['kind']}")
        assert packed["kind"] == kind and back.tolist() == values


def test_what_is_chosen_first_is_what_the_stills_show(folder, matrix) -> None:
    text = (folder / "model.js").read_text(encoding="utf-8")
    data = json.loads(text.partition("=")[2].rstrip(";\n"))
    first, ids = data["first"], data["people"]
    shown = {name: (ROOT / f"notebooks/{name}.ipynb").read_text("utf-8") for name in CHAPTERS}
    titles = [
        json.dumps(matrix.titles[column], ensure_ascii=False)[1:-1] for column in opened(first)
    ]
    assert f"Most similar to “{titles[0]}”" in shown["04_similarity"]
    assert f"Person {ids[first['person']]} has read" in shown["05_recommendations"]
    for title in titles[1:]:
        assert f"{title} (strength 1)" in shown["05_recommendations"]


CHAPTERS = ("04_similarity", "05_recommendations")


def opened(first: dict) -> list[int]:
    return [first["article"], *first["opened"]]


def test_types_hold() -> None:
    without = "the types of site/pickers.js are not checked"
    tsc = from_npm("typescript", "5.9.3", without) / "bin" / "tsc"
    flags = [
        "--noEmit",
        "--allowJs",
        "--checkJs",
        "--strict",
        "--noUnusedLocals",
        "--target",
        "es2023",
    ]
    command = [
        program("node", without),
        tsc,
        *flags,
        "--lib",
        "es2023,dom,dom.iterable",
        "site/pickers.js",
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert not done.returncode, done.stdout

"""The figures of chapter 3 say what the data say."""

import re

import numpy as np
import pandas as pd
import pytest

import deskrec_tutorial as dr

STRENGTHS = pd.DataFrame(
    [[1.0, 3.0, 0.0], [0.0, 12.0, 1.0]], ["Ana", "Emi"], ["Python", "Tests", "Sketching"]
)
AWKWARD = ["<b>5 $ & 10 $</b>", "日本語のタイトル " * 5, "a\nb_{x}^{y}$\\alpha$"]
PNG = b"\x89PNG"


def title(picture):
    figure = picture.figure
    return figure.get_suptitle() or figure.axes[0].get_title(loc="left")


@pytest.fixture(scope="module")
def fitted():
    strength = dr.event_strength(dr.join_events(dr.load_deskdrop()))
    matrix = dr.InteractionMatrix.from_strength(strength)
    return matrix, dr.ALS(factors=2, iterations=2).fit(matrix.user_items)


def test_toy_matrix_counts_filled_and_empty_cells():
    picture = dr.plots.toy_matrix(STRENGTHS)
    assert picture.png.startswith(PNG)
    assert title(picture).startswith("4 of 6 cells hold a strength")
    assert "2 people (rows) and 3 articles" in picture.caption
    assert "at most 12; 2 of the 6 cells are empty" in picture.caption


def test_toy_matrix_writes_nothing_into_an_empty_cell():
    written = [text.get_text() for text in dr.plots.toy_matrix(STRENGTHS).figure.axes[0].texts]
    assert written == ["1", "3", "", "", "12", "1"]


def test_toy_matrix_on_a_corner_of_the_sample(fitted):
    matrix, _ = fitted
    corner = matrix.user_items[:8, :12].toarray() + np.eye(8, 12)
    picture = dr.plots.toy_matrix(pd.DataFrame(corner, matrix.user_ids[:8], matrix.titles[:12]))
    assert title(picture).startswith(f"{(corner > 0).sum()} of 96 cells")


def test_loss_staircase_of_a_falling_loss():
    picture = dr.plots.loss_staircase([1000.0, 100.0, 50.0, 20.0, 19.0])
    assert picture.png.startswith(PNG)
    assert title(picture) == "Every half-step lowers the loss: from 1,000.0 to 19.0"
    # 900 of 981 are 92 %, 950 of 981 are 97 %.
    assert picture.caption.startswith("4 of 4 half-steps lower the loss")
    assert "The first 2 of them go 95 %" in picture.caption


def test_loss_staircase_admits_a_rise():
    picture = dr.plots.loss_staircase([10.0, 5.0, 6.0, 4.0])
    assert title(picture).startswith("2 of 3 half-steps lower the loss")
    assert picture.caption.startswith("2 of 3 half-steps")


def test_loss_staircase_on_the_sample(fitted):
    _, als = fitted
    picture = dr.plots.loss_staircase(als.loss_history)
    assert title(picture).startswith("Every half-step lowers the loss")
    assert f"{als.loss_history[0]:,.1f}" in title(picture)
    assert f"{als.loss_history[-1]:,.1f}" in picture.caption


def test_factor_plane_measures_the_angle():
    people = pd.DataFrame([[2.0, 0.0], [0.0, 3.0]], ["Ana", "Emi"])
    articles = pd.DataFrame([[1.0, 0.0], [0.0, 0.5], [1.0, 1.0]], ["Git", "Type", "News"])
    picture = dr.plots.factor_plane(
        people, articles, {"code": ["Ana", "Git"], "design": ["Emi", "Type"]}
    )
    assert picture.png.startswith(PNG)
    assert title(picture) == "Unasked, code and design end up 90° apart"
    assert "code and design are 90° apart" in picture.caption
    assert "more than 0° off" in picture.caption


def test_factor_plane_names_every_point_once():
    people = pd.DataFrame([[1.0, 0.1], [1.0, 0.1]], ["Ana", "Bruno"])  # the same place
    articles = pd.DataFrame([[0.1, 1.0]], ["Git"])
    picture = dr.plots.factor_plane(people, articles, {"a": ["Ana", "Bruno"], "b": ["Git"]})
    labels = picture.figure.axes[0].texts
    assert sorted(text.get_text() for text in labels) == ["Ana,\nBruno", "Git"]


def test_a_name_makes_room_for_the_next_point():
    articles = pd.DataFrame([[0.6, 0.9], [0.8, 0.9], [0.0, 0.0]], ["Git", "News", "Far"])
    people = pd.DataFrame([[1.0, 0.1]], ["Ana"])
    picture = dr.plots.factor_plane(people, articles, {"a": ["Ana"], "b": ["Git"]})
    sides = {text.get_text(): text.get_ha() for text in picture.figure.axes[0].texts}
    assert sides == {"Git": "right", "News": "left", "Far": "right", "Ana": "left"}
    words = [text.get_text() for text in picture.figure.legends[0].get_texts()]
    assert words == ["person", "article", "a", "b", "both"]


def test_factor_plane_on_the_sample(fitted):
    _, als = fitted
    people = pd.DataFrame(als.user_factors[:6], [f"person {i}" for i in range(6)])
    articles = pd.DataFrame(als.item_factors[:4], [f"article {i}" for i in range(4)])
    tastes = {"a": list(people.index[:3]), "b": list(people.index[3:])}
    picture = dr.plots.factor_plane(people, articles, tastes)
    units = als.user_factors[:6] / np.linalg.norm(als.user_factors[:6], axis=1, keepdims=True)
    a, b = units[:3].sum(axis=0), units[3:].sum(axis=0)
    apart = np.degrees(np.arccos(a @ b / np.linalg.norm(a) / np.linalg.norm(b)))
    assert title(picture) == f"Unasked, a and b end up {apart:.0f}° apart"


def test_reconstructions_count_the_framed_cells_that_come_first():
    preference = pd.DataFrame([[1.0, 0, 0], [0, 1, 0]], ["Ana", "Emi"], ["x", "y", "z"])
    gaps = np.array([[False, True, False], [True, False, False]])
    good = np.array([[1.0, 0.3, 0.2], [0.4, 1.0, 0.1]])
    half = np.array([[1.0, 0.3, 0.2], [0.4, 1.0, 0.5]])
    picture = dr.plots.reconstructions(preference, {"half: 2": half, "good: 1": good}, gaps)
    assert picture.png.startswith(PNG)
    assert title(picture) == "Framed cells that come first in their row: good 2 of 2, half 1 of 2"
    assert "with “good: 1” 2, with “half: 2” 1." in picture.caption
    names = [axes.get_title(loc="left") for axes in picture.figure.axes]
    assert names[:3] == ["P, the preferences", "half: 2 – 1 of 2 first", "good: 1 – 2 of 2 first"]
    dashed = [
        [p for p in axes.patches if p.get_linestyle() == "--"] for axes in picture.figure.axes
    ]
    assert [len(patches) for patches in dashed] == [0, 1, 0, 0]


def test_a_product_beside_the_strengths_with_one_cell_worked_out():
    people = pd.DataFrame([[1, 0], [0, 2]], ["Ana", "Emi"], ["code", "design"])
    articles = pd.DataFrame([[1, 0], [1, 1]], ["Git", "News"], ["code", "design"])
    strengths = pd.DataFrame([[3, 0], [0, 1]], people.index, articles.index)
    picture = dr.plots.product(people, articles, strengths, ("Emi", "News"))
    assert picture.png.startswith(PNG)
    assert title(picture) == "Two numbers each give 2 of 2 read cells a score of 1"
    assert "Emi × News is 0 · 1 + 2 · 1 = 2." in picture.caption
    assert "2 of the 2 read cells and of 1 of the 2 empty ones" in picture.caption


def test_alpha_scores_follow_the_table_in_any_order():
    rows = [
        (40, "unread", -0.1, 0.02, 0.3),
        (40, "read", 0.5, 0.87, 1.0),
        (1, "read", 0.0, 0.25, 0.8),
        (1, "unread", 0.0, 0.001, 0.1),
    ]
    table = pd.DataFrame(rows, columns=["alpha", "pairs", "low", "middle", "high"])
    picture = dr.plots.alpha_scores(table)
    assert picture.png.startswith(PNG)
    assert title(picture).endswith("the median score of a read pair from 0.25 to 0.87")
    assert "unread pair from 0.001 to 0.020" in picture.caption


def test_alpha_scores_on_the_sample(fitted):
    matrix, als = fitted
    read = matrix.user_items.toarray() > 0
    scores = als.user_factors @ als.item_factors.T
    rows = [
        (15, kind, *np.quantile(scores[cells], [0.1, 0.5, 0.9]))
        for kind, cells in (("read", read), ("unread", ~read))
    ]
    table = pd.DataFrame(rows, columns=["alpha", "pairs", "low", "middle", "high"])
    picture = dr.plots.alpha_scores(table)
    assert f"{np.median(scores[read]):.2f}" in title(picture)


@pytest.mark.parametrize("name", AWKWARD)
def test_awkward_names_are_drawn_as_they_are(name):
    strengths = STRENGTHS.rename(columns={"Tests": name})
    written = dr.plots.toy_matrix(strengths).figure.axes[0].get_xticklabels()[1].get_text()
    assert len(written) <= 17 and not re.search("[\u2e80-\uffff]", written)
    articles = pd.DataFrame([[0.0, 1.0], [1.0, 1.0]], [name, "News"])
    people = pd.DataFrame([[1.0, 0.0]], ["Ana"])
    picture = dr.plots.factor_plane(people, articles, {"a": ["Ana"], "b": [name]})
    assert title(picture) == "Unasked, a and b end up 90° apart"
    gaps = (strengths == 0).to_numpy() & (np.arange(3) == 0)
    scores = {"model": strengths.to_numpy() / 12}
    assert "“model”" in dr.plots.reconstructions(strengths, scores, gaps).caption

"""Chapter 4's figures say what the data say, on tiny data and on the embedded sample."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from scipy.stats import rankdata

import deskrec_tutorial as dr
from deskrec_tutorial.plots import similarity

NASTY = ["<b>$x_1$</b> & co", "日本語の記事 $5", "a\nb\t" + "very long " * 20, "%s {x} \\frac"]


def text_of(picture: dr.plots.Picture) -> str:
    """All words in a figure: title, labels, annotations."""
    axes = picture.figure.axes[0]
    words = [axes.get_title(loc) for loc in ("left", "center", "right")]
    return "\n".join(words + [axes.get_xlabel()] + [t.get_text() for t in axes.texts])


def title_of(picture: dr.plots.Picture) -> str:
    return picture.figure.axes[0].get_title(loc="left")


@pytest.fixture(scope="module")
def tiny():
    """Forty articles with 1 to 12 readers among fifteen people, some with awkward titles."""
    rng = np.random.default_rng(3)
    rows = [
        (int(person), item - 20, NASTY[item % 5] if item % 5 < 4 else f"title {item}", 1.0)
        for item in range(40)
        for person in rng.permutation(15)[: item % 12 + 1]
    ]
    columns = ["personId", "contentId", "title", "eventStrength"]
    matrix = dr.InteractionMatrix.from_strength(pd.DataFrame(rows, columns=columns))
    return matrix, dr.fit_als(matrix, factors=3, iterations=5)


@pytest.fixture(params=["tiny", "sample"])
def fitted(request):
    names = ("tiny",) if request.param == "tiny" else ("matrix", "model")
    values = [request.getfixturevalue(name) for name in names]
    return values if request.param == "sample" else values[0]


def test_a_figure_is_a_png_and_in_words_its_caption(fitted):
    matrix, model = fitted
    picture = dr.plots.norms_and_readers(model, matrix)
    assert picture.png.startswith(b"\x89PNG")
    assert repr(picture) == picture.caption


# ------------------------------------------------------------------ arrows


def test_arrows_name_the_winner_by_each_measure():
    picture = dr.plots.arrows({"A": (2, 2), "B": (1, 2), "C": (4, 1)})
    assert title_of(picture) == "Nearest to A: C by dot product, B by cosine"
    assert "B: dot product 6, cosine 0.95" in picture.caption
    assert "C: dot product 10, cosine 0.86" in picture.caption
    assert "angle 18°" in text_of(picture)


def test_arrows_follow_the_data_where_both_measures_agree():
    picture = dr.plots.arrows({"A": (1, 0), "B": (3, 0), "C": (0, 1)})
    assert title_of(picture) == "Nearest to A: B by dot product, B by cosine"
    assert "angle 0°" in text_of(picture) and "angle 90°" in text_of(picture)


# ------------------------------------------------------------------ norms


def test_norms_states_the_rank_correlation(fitted):
    matrix, model = fitted
    lengths = np.sqrt((model.item_factors**2).sum(axis=1))
    rho = np.corrcoef(rankdata(lengths), rankdata(matrix.readers))[0, 1]
    picture = dr.plots.norms_and_readers(model, matrix)
    assert f"{rho:.2f}" in title_of(picture) and f"{rho:.2f}" in picture.caption
    assert ("The more readers" in title_of(picture)) == (rho > 0.5)
    assert f"{np.median(lengths[matrix.readers == 1]):.3f} with 1 reader" in picture.caption


def test_norms_does_not_claim_what_the_data_deny(tiny):
    matrix, model = tiny
    other = dr.fit_als(matrix, factors=3, iterations=1)
    other.item_factors = np.eye(3)[np.zeros(40, int)] / matrix.readers[:, None]
    assert "The more readers" not in title_of(dr.plots.norms_and_readers(other, matrix))


def test_norms_counts_the_points_it_cannot_show(tiny):
    matrix, model = tiny
    other = dr.fit_als(matrix, factors=3, iterations=1)
    other.item_factors = np.vstack([np.full((1, 3), 1e-13), np.ones((39, 3))])
    other.item_factors[1:] *= matrix.readers[1:, None]
    # The frame reaches down to half of the 0.5 % quantile, which one tiny norm in forty pulls down.
    caption = dr.plots.norms_and_readers(other, matrix).caption
    assert "Points below the frame: 1." in caption


# ------------------------------------------------------------------ two rankings


@pytest.mark.parametrize("names", [("cosine", "dot product"), ("seed 1", "seed 2")])
def test_two_rankings_counts_who_stays_and_who_moves(fitted, names):
    matrix, model = fitted
    item = matrix.item_ids[matrix.readers.argmax()]
    left = dr.similar_articles(model, matrix, item, n=8).iloc[1:]
    right = dr.similar_articles(model, matrix, item, n=8, method="dot").iloc[1:]
    picture = dr.plots.two_rankings(left, right, names)
    a, b = left["contentId"].tolist(), right["contentId"].tolist()
    both = [i for i in a if i in b]
    moved = [i for i in both if a.index(i) != b.index(i)]
    assert f"in both lists: {len(both)}, of which {len(moved)} " in picture.caption
    assert f"{left['readers'].mean():.0f} by {names[0]}" in title_of(picture)
    assert f"{right['readers'].mean():.0f} by {names[1]}" in title_of(picture)
    lines = picture.figure.axes[0].lines
    assert len(lines) == len(both)


def test_two_rankings_joins_articles_by_id_and_not_by_title():
    left = pd.DataFrame({"contentId": [1, 2], "title": ["same", "same"], "readers": [3, 4]})
    right = pd.DataFrame({"contentId": [3, 1], "title": ["same", "same"], "readers": [5, 3]})
    picture = dr.plots.two_rankings(left, right)
    assert "in both lists: 1, of which 1 " in picture.caption
    assert [list(line.get_ydata()) for line in picture.figure.axes[0].lines] == [[0, 1]]


def test_two_rankings_keeps_awkward_titles_short_and_literal():
    table = pd.DataFrame({"contentId": range(4), "title": NASTY, "readers": [1, 2, 3, 4]})
    picture = dr.plots.two_rankings(table, table)
    text = text_of(picture)
    assert "<b>$x_1$</b> & co (1)" in text and "日" not in text
    assert "long… (3)" in text
    lines = [line for t in picture.figure.axes[0].texts for line in t.get_text().split("\n")]
    assert max(map(len, lines)) <= 42


def test_two_rankings_can_be_read_at_the_width_of_a_notebook(fitted):
    matrix, model = fitted
    item = matrix.item_ids[matrix.readers.argmax()]
    table = dr.similar_articles(model, matrix, item, n=10)
    table.loc[:1, "title"] = ["A LONG TITLE IN CAPITAL LETTERS " * 9, "Onewordonly" * 20]
    figure = dr.plots.two_rankings(table, table).figure
    FigureCanvasAgg(figure).draw()
    assert figure.get_figwidth() <= 8
    inside = figure.bbox.padded(-1)
    for text in figure.axes[0].texts:
        box = text.get_window_extent()
        assert text.get_fontsize() >= 9
        assert inside.contains(*box.min) and inside.contains(*box.max), text.get_text()


# ------------------------------------------------------------------ evidence


def test_evidence_states_the_shares_of_its_classes():
    readers = np.array([1, 1, 3, 4, 60])
    agreement = np.array([0.0, 0.2, 0.3, 0.5, 0.2])
    picture = dr.plots.evidence(readers, agreement, 0.05)
    assert title_of(picture) == "Nearest on the same topic: 10% with 1 reader, 40% with 3–4 readers"
    assert "with 50+ readers it is 20%" in picture.caption
    assert "5.0% of cases" in picture.caption
    assert "40%\n(2)" in text_of(picture)


def test_evidence_on_the_sample_agrees_with_the_truth(matrix, model):
    topic, agreement, chance = _agreement(matrix, model)
    picture = dr.plots.evidence(matrix.readers, agreement, chance)
    one = agreement[matrix.readers == 1].mean()
    many = agreement[matrix.readers >= 50].mean()
    assert f"{one:.0%} with 1 reader" in title_of(picture)
    assert f"with 50+ readers it is {many:.0%}" in picture.caption


# ------------------------------------------------------------------ map


def test_map_labels_the_largest_topics_where_they_are():
    rng = np.random.default_rng(0)
    topics = np.repeat([f"$t_{i}$ <b>" for i in range(10)], range(20, 10, -1))
    places = rng.normal(size=(len(topics), 2)) + 40 * np.repeat(
        rng.random((10, 2)), range(20, 10, -1), 0
    )
    picture = dr.plots.article_map(places, topics, agreement=0.5, chance=0.1)
    labels = [t.get_text() for t in picture.figure.axes[0].texts]
    assert labels == [f"{look[2]} $t_{i}$ <b>" for i, look in enumerate(similarity.LOOKS)]
    colours = [t.get_bbox_patch().get_edgecolor() for t in picture.figure.axes[0].texts]
    assert len(set(colours)) == len({look[1] for look in similarity.LOOKS}) == len(labels)
    assert (
        title_of(picture) == "Readers reveal the topic: 50% of the nearest share it, 10% by chance"
    )
    assert f"{len(topics):,} articles" in picture.caption and "7 largest topics" in picture.caption


def test_map_does_not_claim_what_the_data_deny():
    picture = dr.plots.article_map(
        np.random.default_rng(0).random((9, 2)), np.array(list("abc" * 3)), 0.3, 0.3
    )
    assert title_of(picture).startswith("Readers say little of the topic: 30%")
    assert "3 largest topics" in picture.caption


def test_map_labels_do_not_cover_each_other():
    topics = np.repeat([f"topic {i}" for i in range(8)], 6)
    places = np.random.default_rng(0).normal(size=(48, 2)) * 0.01 + [5, 5]
    picture = dr.plots.article_map(
        np.vstack([places, [[0, 0], [10, 10]]]), np.append(topics, ["x", "y"]), 1, 0.1
    )
    figure = picture.figure
    FigureCanvasAgg(figure).draw()
    boxes = [t.get_window_extent() for t in figure.axes[0].texts]
    inside = figure.bbox.padded(-1)
    assert all(inside.contains(*box.min) and inside.contains(*box.max) for box in boxes)
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])


def test_map_without_topics_says_so():
    picture = dr.plots.article_map(np.random.default_rng(0).random((1200, 2)))
    assert title_of(picture) == "1,200 articles, placed by who read them"
    assert re.search("do not say what an article is about", picture.caption)
    assert not picture.figure.axes[0].texts


def test_map_on_the_sample_states_the_agreement_of_whole_vectors(matrix, model):
    topic, agreement, chance = _agreement(matrix, model)
    many = matrix.readers >= 10
    places = model.item_factors[many][:, :2]
    picture = dr.plots.article_map(places, topic[many], agreement[many].mean(), chance)
    assert f"{agreement[many].mean():.0%} of the nearest share it" in title_of(picture)
    assert f"{many.sum():,} articles" in picture.caption


def _agreement(matrix, model):
    """Share of each article's ten nearest on its topic, by the library's neighbours."""
    topics = dr.load_truth().articles.set_index("contentId")["topic"]
    topic = topics.loc[matrix.item_ids].to_numpy()
    ids, _ = model.similar_items(np.arange(len(topic)), N=11)
    others = [[j for j in row if j != i][:10] for i, row in enumerate(ids)]
    agreement = (topic[np.array(others)] == topic[:, None]).mean(axis=1)
    counts = np.unique(topic, return_counts=True)[1]
    return topic, agreement, float(((counts / len(topic)) ** 2).sum())

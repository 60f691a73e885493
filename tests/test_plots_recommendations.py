"""Chapter 5's figures: what their titles and captions say is what the data say."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

import deskrec_tutorial as dr

NASTY = "Raises $15M & <b>bold</b> $x_1$ 新しい本"


def title(picture: dr.plots.Picture) -> str:
    figure = picture.figure
    return figure.get_suptitle() or figure.axes[0].get_title(loc="left")


def parts(*contributions: float) -> pd.DataFrame:
    """What `explain` returns, for made-up contributions."""
    return pd.DataFrame(
        {
            "contentId": range(len(contributions)),
            "title": [NASTY, *(f"Title {i}" for i in range(1, len(contributions)))],
            "strength": 1.0,
            "contribution": contributions,
        }
    )


def lists(*rows: tuple[int, list[int]]) -> pd.DataFrame:
    """What `recommend_all` returns, for made-up lists."""
    return pd.DataFrame(
        [
            {"personId": person, "rank": rank, "contentId": item, "title": NASTY, "score": 0.5}
            for person, items in rows
            for rank, item in enumerate(items, start=1)
        ]
    )


@pytest.fixture(scope="module")
def scores(model):
    return model.user_factors @ model.item_factors.T


@pytest.fixture(scope="module")
def has_read(matrix):
    return matrix.user_items.toarray() > 0


@pytest.fixture(scope="module")
def everyone(model, matrix):
    return dr.recommend_all(model, matrix)


# ------------------------------------------------------------------ the range of scores


def test_score_range_counts_what_is_outside_0_and_1():
    scores = np.array([[-0.5, 0.25, 1.5, 0.5], [0.0, 1.0, -0.125, 0.75]])
    has_read = np.array([[False, False, True, True], [False, True, False, True]])
    picture = dr.plots.score_range(scores, has_read)
    assert title(picture) == "A score is no probability: 25% are below zero, the largest is 1.5"
    assert "Of 8 scores 25.0% lie below 0 and 12.5% above 1" in picture.caption
    low, high = np.percentile([1.5, 0.5, 1.0, 0.75], [25, 75])
    assert f"half of the read pairs between {low:.2f} and {high:.2f}" in picture.caption


def test_score_range_does_not_claim_what_is_not_so():
    scores = np.array([[0.1, 0.9], [0.2, 0.8]])
    picture = dr.plots.score_range(scores, np.zeros((2, 2), dtype=bool))
    assert title(picture) == "A score is no probability: 0% are below zero, the largest is 0.9"
    assert "half of the read pairs nothing (there are none)" in picture.caption


def test_score_range_of_equal_scores():
    picture = dr.plots.score_range(np.zeros((2, 3)), np.eye(2, 3, dtype=bool))
    assert title(picture) == "A score is no probability: 0% are below zero, the largest is 0.0"


def test_score_range_on_the_sample(scores, has_read):
    picture = dr.plots.score_range(scores, has_read)
    below = np.count_nonzero(scores < 0) / scores.size
    assert f"{below:.0%} are below zero" in title(picture)
    assert f"Of {scores.size:,} scores {below:.1%} lie below 0" in picture.caption


def test_score_range_bars_add_up_to_one_per_group(scores, has_read):
    axes = dr.plots.score_range(scores, has_read).figure.axes[0]
    for steps in axes.patches:
        if hasattr(steps, "get_data"):
            assert steps.get_data().values.sum() == pytest.approx(1)


# ------------------------------------------------------------------ scaling


def test_scaled_best_names_the_range_and_the_ones_at_the_top():
    raw = np.array([0.4, 0.5, 0.505, 0.6])
    picture = dr.plots.scaled_best(raw, np.array([0.7, 1.0, 0.8, 1.0]))
    assert title(picture) == "Scaled, the best suggestion gets anything from 0.70 to 1.00"
    assert "One dot per person, 4 in all. 50% of the people" in picture.caption
    # The median is 0.5025, and the two closest to it are 0.5 and 0.505.
    assert "Of the 2 people whose raw score is closest to the median (0.50 to 0.51)" in (
        picture.caption
    )
    assert picture.caption.endswith("from 0.80 to 1.00.")


def test_scaled_best_of_two_people():
    picture = dr.plots.scaled_best(np.array([0.1, 0.9]), np.array([0.7, 0.9]))
    assert title(picture) == "Scaled, the best suggestion gets anything from 0.70 to 0.90"
    assert "2 in all. 0% of the people" in picture.caption


def test_scaled_best_on_the_sample(scores, has_read):
    best = np.array([row[~seen].max() for row, seen in zip(scores, has_read, strict=True)])
    low, high = scores.min(axis=1), scores.max(axis=1)
    can = high - low > 1e-9  # a person all of whose scores are 0 cannot be scaled
    scaled = (best[can] - low[can]) / (high[can] - low[can])
    picture = dr.plots.scaled_best(best[can], scaled)
    assert title(picture).endswith(f"from {np.min(scaled):.2f} to {np.max(scaled):.2f}")
    top = sum(b == h for b, h in zip(best[can], high[can], strict=True)) / can.sum()
    assert f"{top:.0%} of the people" in picture.caption


# ------------------------------------------------------------------ the staircase


def bars(picture: dr.plots.Picture) -> list[tuple[float, float]]:
    """(start, length) of each bar, top to bottom."""
    return [(bar.get_x(), bar.get_width()) for bar in picture.figure.axes[0].patches]


def labels(picture: dr.plots.Picture) -> list[str]:
    return [text.get_text() for text in picture.figure.axes[0].get_yticklabels()]


def test_waterfall_steps_begin_where_the_last_one_ended_and_end_at_the_score():
    picture = dr.plots.score_waterfall(parts(0.5, 0.3, -0.2), NASTY)
    assert np.allclose(bars(picture), [(0, 0.5), (0.5, 0.3), (0.8, -0.2), (0, 0.6)])
    assert title(picture) == "1 of 3 readings carries at least half of the score of 0.600"
    assert picture.caption == (
        f"“{NASTY}” scores 0.600. Steps forward: 2 of 3 past readings, 0.800 in all; steps back: "
        f"1, 0.200 in all. The largest part, 0.500, comes from “{NASTY}”."
    )


def test_waterfall_counts_how_many_readings_make_half():
    picture = dr.plots.score_waterfall(parts(0.2, 0.2, 0.2, 0.2, 0.2), "An article")
    assert title(picture) == "3 of 5 readings carry at least half of the score of 1.000"


def test_waterfall_of_a_score_below_zero_claims_no_half():
    picture = dr.plots.score_waterfall(parts(0.1, -0.4), "An article")
    assert title(picture) == "2 readings add up to a score of -0.300"
    assert np.allclose(bars(picture)[-1], (0, -0.3))


def test_waterfall_of_a_single_reading():
    picture = dr.plots.score_waterfall(parts(0.25), "An article")
    assert title(picture) == "1 of 1 readings carries at least half of the score of 0.250"
    assert "1 of 1 past readings, 0.250 in all; steps back: 0, 0.000 in all" in picture.caption


def test_waterfall_draws_small_contributions_as_one_step():
    picture = dr.plots.score_waterfall(parts(0.5, 0.3, 0.02, 0.01, -0.2), "An article", most=3)
    assert np.allclose([length for _, length in bars(picture)], [0.5, 0.3, -0.2, 0.03, 0.63])
    assert labels(picture)[-2:] == [
        "2 further readings together",
        "the score: all of them together",
    ]


def test_waterfall_labels_are_drawable_and_short():
    label = labels(dr.plots.score_waterfall(parts(0.5, 0.1), "An article"))[0]
    assert label == dr.plots.shorten(NASTY)
    assert "新" not in label


@pytest.mark.parametrize("contributions", [(0.5, 0.4, -0.01), (0.1, -0.9), (2.0,)])
def test_waterfall_nothing_is_cut_off(contributions):
    figure = dr.plots.score_waterfall(parts(*contributions), NASTY * 3).figure
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    axes = figure.axes[0]
    for text in (*axes.texts, *axes.get_yticklabels(), *figure.texts, axes.xaxis.label):
        box = text.get_window_extent(canvas.get_renderer())
        assert box.x0 >= -1 and box.x1 <= figure.bbox.x1 + 1, f"{text.get_text()} is cut off"
        assert box.y0 >= -1 and box.y1 <= figure.bbox.y1 + 1, f"{text.get_text()} is cut off"


def test_waterfall_on_the_sample(model, matrix, strength):
    lengths = strength.groupby("personId").size()
    reader = lengths.index[lengths == 20][0]
    first = dr.recommend(model, matrix, reader, n=1).iloc[0]
    explanation = dr.explain(model, matrix, reader, first["contentId"])
    picture = dr.plots.score_waterfall(explanation, first["title"])
    assert f"scores {first['score']:.3f}." in picture.caption
    assert bars(picture)[-1][1] == pytest.approx(first["score"])
    assert sum(length for _, length in bars(picture)[:-1]) == pytest.approx(first["score"])
    positive = (explanation["contribution"] >= 0).sum()
    assert f"Steps forward: {positive} of 20 past readings" in picture.caption


# ------------------------------------------------------------------ concentration


def test_concentration_compares_the_first_tenths():
    times = np.array([0, 12, 0, 4, 0, 0, 0, 0, 4, 0])
    readers = np.array([5, 2, 3, 1, 2, 2, 1, 1, 2, 1])
    picture = dr.plots.concentration(readers, times)
    assert title(picture) == (
        "The top tenth takes 60% of the recommended places, 25% of the readings"
    )
    assert picture.caption.startswith("30.0% of 10 articles appear in at least one list; the other")
    assert "the other 7 are recommended to nobody" in picture.caption


def test_concentration_on_the_sample(matrix, everyone):
    counts = everyone["contentId"].value_counts()
    times = counts.reindex(matrix.item_ids, fill_value=0).to_numpy()
    picture = dr.plots.concentration(matrix.readers, times)
    tenth = round(len(matrix.item_ids) / 10)
    places = counts.iloc[:tenth].sum() / len(everyone)
    readings = np.sort(matrix.readers)[-tenth:].sum() / matrix.user_items.nnz
    says = f"takes {places:.0%} of the recommended places, {readings:.0%} of the readings"
    assert says in title(picture)
    assert f"{len(counts) / len(matrix.item_ids):.1%} of {len(times):,}" in picture.caption


# ------------------------------------------------------------------ two seeds


def test_two_seeds_counts_shared_titles_and_ranks():
    first = lists((-7, [1, 2]), (2**62, [3, 4]), (5, [1, 3]))
    second = lists((-7, [2, 1]), (2**62, [3, 5]), (5, [2, 4]))
    picture = dr.plots.two_seeds(first, second)
    assert title(picture) == "Another seed keeps 1.0 of 2 titles on average"
    assert "of 3 people 1 get the same 2 titles" in picture.caption
    assert "67% share at most half" in picture.caption
    assert "67% of the articles at rank 1" in picture.caption
    assert "33% of those at rank 2" in picture.caption
    assert [bar.get_height() for bar in picture.figure.axes[0].patches] == [1, 1, 1]


def test_two_seeds_of_equal_lists():
    same = lists((1, [1, 2, 3]), (2, [3, 2, 1]))
    picture = dr.plots.two_seeds(same, same)
    assert title(picture) == "Another seed keeps 3.0 of 3 titles on average"
    assert "2 get the same 3 titles from both seeds, 0% share at most half" in picture.caption


def test_two_seeds_on_the_sample(matrix, everyone):
    other = dr.recommend_all(dr.fit_als(matrix, iterations=3, random_state=7), matrix)
    picture = dr.plots.two_seeds(everyone, other)
    both = everyone.merge(other, on=["personId", "contentId"])
    mean = len(both) / everyone["personId"].nunique()
    assert title(picture) == f"Another seed keeps {mean:.1f} of 10 titles on average"
    assert f"{(both['rank_x'] == 1).sum() / len(matrix.user_ids):.0%} of the" in picture.caption

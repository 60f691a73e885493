"""Chapter 2's figures: each says what its data say."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

import deskrec_tutorial as dr
from deskrec_tutorial.plots import (
    Picture,
    busiest_corner,
    csr_drawing,
    event_weights,
    strength_distribution,
)

PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def few_events() -> pd.DataFrame:
    """Two people, two articles; titles that hold markup, a formula and Japanese."""
    rows = [
        (1, 10, "VIEW"),
        (1, 10, "VIEW"),
        (1, 10, "LIKE"),
        (1, -20, "VIEW"),
        (-2, 10, "VIEW"),
        (-2, -20, "BOOKMARK"),
        (-2, -20, "VIEW"),
    ]
    events = pd.DataFrame(rows, columns=["personId", "contentId", "eventType"])
    titles = {10: "<b>Costs $x_1 & $5</b>", -20: "日本語の記事"}
    return events.assign(title=events["contentId"].map(titles), timestamp=range(len(rows)))


def suptitle(picture: Picture) -> str:
    return picture.figure.get_suptitle()


def title(picture: Picture) -> str:
    return picture.figure.axes[0].get_title(loc="left")


def texts(picture: Picture) -> list[str]:
    return [text.get_text() for text in picture.figure.axes[0].texts]


# ------------------------------------------------------------------ event_weights


def test_event_weights_counts_the_comparisons(few_events):
    picture = event_weights(few_events)
    # VIEW 5, LIKE 1, BOOKMARK 1: the last two are equally frequent, so two comparisons remain.
    assert picture.png.startswith(PNG)
    assert suptitle(picture) == "The rarer act weighs more in 2 of 2 comparisons"
    assert "VIEW 71.4% (weight 1)" in picture.caption
    assert "not so for" not in picture.caption


def test_event_weights_follow_the_weights_of_the_reader(few_events):
    picture = event_weights(few_events, {"VIEW": 3.0, "LIKE": 1.5, "BOOKMARK": 5.0})
    assert suptitle(picture) == "The rarer act weighs more in 1 of 2 comparisons"
    assert "not so for LIKE and VIEW." in picture.caption
    assert "LIKE 14.3% (weight 1.5)" in picture.caption


def test_event_weights_on_the_sample(events):
    picture = event_weights(events)
    counts = events["eventType"].value_counts().to_dict()
    rarer_first = [
        (a, b) for a in counts for b in counts if counts[a] < counts[b] and a in dr.EVENT_WEIGHTS
    ]
    heavier = sum(dr.EVENT_WEIGHTS[a] > dr.EVENT_WEIGHTS[b] for a, b in rarer_first)
    assert f"{heavier} of {len(rarer_first)} comparisons" in suptitle(picture)
    assert f"the {len(events):,} events" in picture.caption
    for kind, n in counts.items():
        assert f"{kind} {n / len(events):.1%}" in picture.caption
    ticks = [tick.get_text() for tick in picture.figure.axes[0].get_xticklabels()]
    assert "20,000" in ticks and not any("$" in tick for tick in ticks)


# ------------------------------------------------------------------ strength_distribution


def test_strength_distribution_names_share_and_acts(few_events):
    picture = strength_distribution(dr.event_strength(few_events), few_events)
    assert picture.png.startswith(PNG)
    assert title(picture) == "50.0% of the pairs have strength 1"
    assert texts(picture) == ["50.0%  VIEW", "25.0%  VIEW + LIKE", "25.0%  VIEW + BOOKMARK"]
    assert "The mean is 2.25, the largest 4." in picture.caption


def test_strength_distribution_follows_the_data(few_events):
    liked = few_events[few_events["eventType"] != "VIEW"]
    picture = strength_distribution(dr.event_strength(liked), liked)
    assert title(picture) == "50.0% of the pairs have strength 2"
    assert "most often made of LIKE." in picture.caption


def test_strength_distribution_on_the_sample(strength, events):
    picture = strength_distribution(strength, events)
    share = (strength["eventStrength"] == 1).mean()
    assert title(picture) == f"{share:.1%} of the pairs have strength 1"
    assert f"The mean is {strength['eventStrength'].mean():.2f}" in picture.caption
    done = events.groupby(["personId", "contentId"])["eventType"].agg(frozenset).reset_index()
    acts = done["eventType"][(strength["eventStrength"] == 10).to_numpy()].mode().iloc[0]
    tens = (strength["eventStrength"] == 10).mean()
    label = next(text for text in texts(picture) if text.endswith(" + ".join(_in_order(acts))))
    assert label.startswith(f"{tens:.1%}  ")


def _in_order(acts: frozenset[str]) -> list[str]:
    return [kind for kind in dr.EVENT_WEIGHTS if kind in acts]


def test_strength_distribution_says_how_much_it_leaves_out(events):
    kept = dr.event_strength(events, repeats="keep")
    picture = strength_distribution(kept, events, most=5)
    covered = kept["eventStrength"].value_counts(normalize=True).nlargest(5).sum()
    assert len(texts(picture)) == 5
    assert f"The bars shown cover {covered:.1%} of the pairs." in picture.caption


# ------------------------------------------------------------------ csr_drawing


@pytest.mark.parametrize("shape", [(1, 1), (3, 4), (6, 5)])
def test_csr_drawing_shows_every_number_of_the_arrays(shape):
    rng = np.random.default_rng(3)
    small = sparse.csr_matrix(rng.integers(0, 3, shape) * rng.integers(0, 2, shape))
    picture = csr_drawing(small)
    assert picture.png.startswith(PNG)
    assert f"CSR stores {small.nnz} of the {shape[0] * shape[1]} cells" in title(picture)
    numbers = sorted(text for text in texts(picture) if text.isdigit())
    arrays = [small.data, small.data, small.indices, small.indptr]
    assert numbers == sorted(str(number) for array in arrays for number in array)
    assert {"data", "indices", "indptr"} <= set(texts(picture))


def test_csr_drawing_puts_the_rows_into_words():
    small = sparse.csr_matrix(([3.0, 1.0, 6.0], ([0, 0, 1], [0, 3, 1])), shape=(3, 4))
    assert csr_drawing(small).caption == (
        "Row 0 owns the positions from 0 up to, not including, 2: 3 in column 0 and 1 in column 3. "
        "Row 1 owns the positions from 2 up to, not including, 3: 6 in column 1. "
        "Row 2 is empty: indptr repeats 3."
    )


# ------------------------------------------------------------------ busiest_corner


def test_busiest_corner_of_a_small_matrix(few_events):
    matrix = dr.InteractionMatrix.from_strength(dr.event_strength(few_events))
    picture = busiest_corner(matrix)
    assert picture.png.startswith(PNG)
    assert title(picture) == "The busiest corner is 100% filled, the whole matrix 100.00%"
    assert "Of the 4 cells of the 2 most active people and the 2 most read" in picture.caption
    assert "It holds 100.0% of all pairs." in picture.caption


def test_busiest_corner_on_the_sample(matrix, strength):
    picture = busiest_corner(matrix, users=30, items=40)
    people = strength["personId"].value_counts().sort_index().nlargest(30, keep="first").index
    articles = strength["contentId"].value_counts().sort_index().nlargest(40, keep="first").index
    inside = strength["personId"].isin(people) & strength["contentId"].isin(articles)
    density = len(strength) / (strength["personId"].nunique() * strength["contentId"].nunique())
    assert f"{inside.sum() / 1200:.0%} filled, the whole matrix {density:.2%}" in title(picture)
    below = (strength["eventStrength"][inside] < 2).mean()
    assert f"In the corner, {below:.0%} of the filled cells are below 2." in picture.caption
    assert f"It holds {inside.mean():.1%} of all pairs." in picture.caption


def test_busiest_corner_colours_by_strength():
    table = pd.DataFrame(
        {"personId": [1, 1, 1, 2], "contentId": [5, 6, 7, 5], "title": "t"}
    ).assign(eventStrength=[1.0, 2.0, 5.0, 4.9])
    picture = busiest_corner(dr.InteractionMatrix.from_strength(table))
    pixels = picture.figure.axes[0].images[0].get_array()
    assert pixels.shape == (2, 3, 3)
    white, black = np.ones(3), np.zeros(3)
    assert np.array_equal(pixels[0, 2], black)  # strength 5
    assert np.array_equal(pixels[1, 1], white) and np.array_equal(pixels[1, 2], white)  # no pair
    assert np.array_equal(pixels[0, 1], pixels[1, 0])  # 2 and 4.9 are in one group
    assert not np.array_equal(pixels[0, 0], pixels[0, 1])


# ------------------------------------------------------------------ all of them


def test_drawing_twice_gives_the_same_bytes(events, strength, matrix):
    assert event_weights(events).png == event_weights(events).png
    assert busiest_corner(matrix).png == busiest_corner(matrix).png
    once, twice = (strength_distribution(strength, events) for _ in range(2))
    assert (once.png, once.caption) == (twice.png, twice.caption)

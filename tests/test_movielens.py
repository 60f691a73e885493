"""MovieLens, a log of ratings with small ids: the course's pickers, used as a reader uses them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from conftest import ROOT
from test_widgets import seen

import deskrec_tutorial as dr

MOVIELENS = ROOT / "../shared/data/movielens-small.zip"


@pytest.fixture(scope="module")
def movielens():
    if not MOVIELENS.exists():
        pytest.skip("MovieLens is not here (../shared/data/movielens-small.zip)")
    clicks = dr.load_clicks(
        MOVIELENS, MOVIELENS, user="userId", item="movieId", time="timestamp", value="rating",
        title="title",
    )  # fmt: skip
    events = dr.join_events(clicks)
    strength = dr.event_strength(events)
    matrix = dr.InteractionMatrix.from_strength(strength)
    return events, strength, matrix, dr.fit_als(matrix)


# ------------------------------------------------------------------ the pickers


def test_pick_a_film(movielens) -> None:
    _, _, matrix, model = movielens
    picker = dr.article_picker(model, matrix)
    picker.finder.search.value = "toy story 1995"
    column = picker.finder.column
    assert matrix.titles[column] == "Toy Story (1995)"
    picker.method.value, picker.least.value = "dot", 50
    listed = dr.similar_articles(model, matrix, matrix.item_ids[column], 11, "dot", 50).iloc[1:]
    assert all(f"{row.title} {row.score:.3f}" in seen(picker) for row in listed.itertuples())
    picker.finder.search.value = str(matrix.item_ids[77])
    assert picker.finder.column == 77
    assert listed["title"].iloc[0] in repr(dr.article_view(model, matrix, 1, min_readers=50))


def test_pick_somebody_who_rates(movielens) -> None:
    events, strength, matrix, model = movielens
    picker = dr.user_picker(model, matrix, strength, events=events)
    picker.group.value = "newest"
    first = events.groupby("personId")["timestamp"].min()
    assert picker.user == first.idxmax()
    assert f"since {pd.Timestamp(first.max(), unit='s'):%Y-%m-%d}" in picker.people.label
    picker.by_id.value = "609"
    listed = dr.recommend(model, matrix, 609)
    rated = int((events["personId"] == 609).sum())
    assert f"Person 609 has read {rated} articles" in seen(picker)
    for row in listed.itertuples():
        assert f"{row.title} {row.score:.3f}" in seen(picker)
        parts = dr.explain(model, matrix, 609, row.contentId)["contribution"]
        assert parts.sum() == pytest.approx(row.score, abs=1e-6)
    picker.by_id.value = "100000"
    assert seen(picker).startswith("No personId 100000 among 671.")
    picker.by_id.value = "seven"
    assert "“seven” is no personId. An id is a whole number, such as 1." in seen(picker)
    assert listed["title"].iloc[0] in repr(dr.user_view(model, matrix, strength, 609))


def test_rate_films_and_get_some(movielens) -> None:
    _, _, matrix, model = movielens
    panel = dr.be_the_reader(model, matrix, weights={"rated 3": 3.0, "rated 5": 5.0})
    assert set(panel.readings.values()) == {3.0}
    panel.finder.search.value = "matrix 1999"
    item = int(matrix.item_ids[panel.finder.column])
    panel.act.value = "rated 5"
    panel.add.click()
    assert panel.readings[item] == 5.0
    listed = dr.fold_in(model, matrix, panel.readings)
    assert all(f"{row.title} {row.score:.3f}" in seen(panel) for row in listed.itertuples())
    assert all(
        title in repr(dr.reader_view(model, matrix, panel.readings)) for title in listed["title"]
    )


def test_turn_the_weight_of_a_rating(movielens) -> None:
    events, strength, matrix, _ = movielens
    panel = dr.weights_explorer(events, user=609)
    assert list(panel.sliders) == ["VIEW"]
    values = strength["eventStrength"]
    assert f"0.0% of the {len(strength):,} pairs" in seen(panel)
    assert f"The mean goes from {values.mean():.2f} to {values.mean():.2f}" in seen(panel)
    panel.sliders["VIEW"].value = 2
    doubled = dr.event_strength(events, {"VIEW": 2.0})["eventStrength"]
    assert np.allclose(doubled, 2 * values)
    assert f"to {doubled.mean():.2f}, the largest from 5 to 10." in seen(panel)

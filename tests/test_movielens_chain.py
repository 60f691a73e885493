"""A second real log through the whole course: other names, small ids, a number per row."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import deskrec_tutorial as dr
from deskrec_tutorial import recommenders as rec
from deskrec_tutorial.replay import Trending

ZIP = Path(__file__).parents[2] / "shared/data/movielens-small.zip"
pytestmark = pytest.mark.skipif(not ZIP.exists(), reason=f"no {ZIP.name} beside the repository")


@pytest.fixture(scope="module")
def films() -> dr.ClickStream:
    return dr.load_clicks(
        ZIP, ZIP, user="userId", item="movieId", time="timestamp", value="rating", title="title"
    )


@pytest.fixture(scope="module")
def rated(films: dr.ClickStream) -> pd.DataFrame:
    return dr.join_events(films)


@pytest.fixture(scope="module")
def film_matrix(rated: pd.DataFrame) -> dr.InteractionMatrix:
    return dr.InteractionMatrix.from_strength(dr.event_strength(rated))


@pytest.fixture(scope="module")
def film_model(film_matrix: dr.InteractionMatrix):
    return dr.fit_als(film_matrix, iterations=10)


def test_it_comes_in_as_it_is(films: dr.ClickStream, film_matrix: dr.InteractionMatrix) -> None:
    assert films.notes[0].startswith("100,004 interactions of 671 people with 9,066 articles")
    assert "1995-01-09 to 2016-10-16 (timestamp: Unix seconds)" in films.notes[0]
    assert film_matrix.user_items.shape == (671, 9066)
    assert film_matrix.user_items.nnz == 100_004
    assert film_matrix.user_items.sum() == films.interactions["value"].sum()
    assert film_matrix.titles[film_matrix.item_index(1)] == "Toy Story (1995)"


def test_similar_recommend_explain_and_fold_in(film_model, film_matrix, rated) -> None:
    alike = dr.similar_articles(film_model, film_matrix, 1)
    assert alike["contentId"].iloc[0] == 1
    assert "Star Wars: Episode IV - A New Hope (1977)" in alike["title"].tolist()
    user = int(film_matrix.user_ids[0])
    listed = dr.recommend(film_model, film_matrix, user)
    seen = set(dr.history(dr.event_strength(rated), user)["contentId"])
    assert len(listed) == 10 and not seen & set(listed["contentId"])
    everybody = dr.recommend_all(film_model, film_matrix)
    mine = everybody[everybody["personId"] == user]
    assert mine["contentId"].tolist() == listed["contentId"].tolist()
    best = listed.iloc[0]
    parts = dr.explain(film_model, film_matrix, user, best["contentId"])
    assert parts["contribution"].sum() == pytest.approx(best["score"], abs=1e-6)
    newcomer = dr.fold_in(film_model, film_matrix, {1: 5.0, 3114: 5.0})
    assert not {1, 3114} & set(newcomer["contentId"])


@pytest.mark.parametrize("how", ["random", "leave-k-out", "leave-last-out", "temporal"])
def test_every_split_and_evaluation(rated: pd.DataFrame, how: str) -> None:
    sides = dr.split(rated, how)
    if how == "temporal":
        after = rated.loc[~rated.index.isin(sides.train_events.index), "timestamp"]
        assert sides.train_events["timestamp"].max() < after.min()
    popular = dr.evaluate(rec.Popularity().fit(sides.train), sides.train, sides.test, draws=20)
    chance = dr.evaluate(rec.Random().fit(sides.train), sides.train, sides.test, draws=20)
    assert popular["recall@10"] > 3 * chance["recall@10"]


def test_the_replay_runs(rated: pd.DataFrame) -> None:
    last = rated.sort_values("timestamp").tail(6_000)
    trending = Trending(clues=("popularity", "age"), choices=100).fit(last, 0.6, 0.8)
    chances = dr.replay(last, {"trending": trending}, start=0.95)
    assert 0 < np.mean(chances["trending"]) < 1

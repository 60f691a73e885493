"""The still pictures that stand in for pickers say what the data say."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import deskrec_tutorial as dr

TITLES = ["<b>$x_1$</b> & co", "日本語の記事 $5", "%s {x} \\frac", "plain", "long " * 40]


@pytest.fixture(scope="module")
def tiny() -> dr.InteractionMatrix:
    rows = [(p, i - 3, TITLES[i], 1.0) for i in range(5) for p in range(3 + i)]
    columns = ["personId", "contentId", "title", "eventStrength"]
    return dr.InteractionMatrix.from_strength(pd.DataFrame(rows, columns=columns))


def test_the_spot_counts_what_is_on_the_map(tiny) -> None:
    similar = pd.DataFrame({"contentId": [-2, 0, 1]})
    places = pd.DataFrame(np.arange(6.0).reshape(3, 2), [-3, -2, 1], ["x", "y"])
    picture = dr.plots.article_spot(tiny, places, -3, similar)
    assert picture.figure.get_suptitle() == "Of 2 similar articles on the map 2 lie together"
    assert "2 of them are on the map, 2 of these in the frame" in picture.caption
    assert "all 3 articles on the map" in picture.caption
    assert TITLES[0] in picture.caption
    ranks = [text.get_text() for text in picture.figure.axes[1].texts]
    assert sorted(ranks) == ["1", "3"]
    assert "is not on the map" in dr.plots.article_spot(tiny, places, 0, similar).caption


def test_one_article_alone_on_the_map_is_in_the_frame(tiny) -> None:
    places = pd.DataFrame([[5.0, 7.0]], [-2], ["x", "y"])
    for others, title in (([-2, 0], "One similar article is on the map"), ([0], "None of the")):
        similar = pd.DataFrame({"contentId": others})
        picture = dr.plots.article_spot(tiny, places, -3, similar)
        assert picture.figure.get_suptitle().startswith(title)
    one = dr.plots.article_spot(tiny, places, -3, pd.DataFrame({"contentId": [-2, 0]}))
    assert "1 of them are on the map, 1 of these in the frame" in one.caption


def test_what_the_filmstrip_refuses() -> None:
    toy = pd.DataFrame(np.eye(27))
    with pytest.raises(ValueError, match="there can be 26 of them, not 27"):
        dr.plots.stills.codes(toy)
    steps = dr.widgets.stepper.als_steps(toy.iloc[:3, :3], iterations=1)
    with pytest.raises(ValueError, match="name at least one half-step"):
        dr.plots.als_filmstrip(
            toy.iloc[:3, :3], steps.users, steps.items, steps.losses, [], {"one": [0]}
        )


def test_the_filmstrip_shows_the_chosen_moments() -> None:
    strengths = pd.DataFrame(np.eye(3) + [[0, 0, 2], [0, 0, 0], [0, 0, 0]], TITLES[:3], TITLES[2:])
    steps = dr.widgets.stepper.als_steps(strengths, iterations=3)
    moments = (0, 1, 6)
    arguments = strengths, steps.users, steps.items, steps.losses, moments
    picture = dr.plots.als_filmstrip(*arguments, {"one": TITLES[:2]})
    titles = [axes.get_title(loc="left") for axes in picture.figure.axes[:3]]
    words = ("start", "people move", "articles move")
    assert titles == [
        f"{at}: {word}\nloss {steps.losses[at]:,.1f}"
        for at, word in zip(moments, words, strict=True)
    ]
    assert f"{steps.losses[6]:,.1f} after half-step 6" in picture.caption
    read = strengths.to_numpy() > 0
    end = steps.users[6] @ steps.items[6].T
    assert f"read cells score {end[read].mean():.2f} on average" in picture.caption
    assert f"empty ones {end[~read].mean():.2f}" in picture.caption
    told = [text.get_text() for text in picture.figure.legends[0].get_texts()]
    assert told == ["person", "article", "one", "both"]  # grey, for those of no taste

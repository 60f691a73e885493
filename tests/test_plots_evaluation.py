"""The figures of chapters 6 and 7: what their titles and captions say is what the data say."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

import deskrec_tutorial as dr
from deskrec_tutorial.evaluation import Evaluation

NASTY = "$x_1$ & <b>新しい</b>"


def title(picture: dr.plots.Picture) -> str:
    figure = picture.figure
    return figure.get_suptitle() or figure.axes[0].get_title(loc="left")


def made_up(values: list[float], novelty: float = 3.0, coverage: float = 0.5) -> Evaluation:
    """An Evaluation of as many people as there are values."""
    ids = pd.Index(range(len(values)), name="personId")
    per_user = pd.DataFrame({"held_out": 1, "ndcg@10": values, "recall@10": values}, index=ids)
    mean = float(np.mean(values))
    rows = {name: [mean, mean - 0.1, mean + 0.1] for name in ("ndcg@10", "recall@10")}
    rows |= {"novelty@10": [novelty] * 3, "coverage@10": [coverage, np.nan, np.nan]}
    summary = pd.DataFrame(rows, index=["value", "low", "high"]).T
    return Evaluation(per_user, summary)


@pytest.fixture(scope="module")
def halves(events):
    return dr.split(events, seed=2)


@pytest.fixture(scope="module")
def results(halves):
    some = {
        "popularity": dr.recommenders.Popularity(),
        "ALS": dr.recommenders.ImplicitALS(iterations=5),
        "random": dr.recommenders.Random(),
    }
    return {
        name: dr.evaluate(r.fit(halves.train), halves.train, halves.test, k=10)
        for name, r in some.items()
    }


# ------------------------------------------------------------------ chapter 6


def test_scoreboard_names_who_is_ahead():
    scores = {"one": made_up([0.1, 0.3]), "two": made_up([0.5, 0.7]), "three": made_up([0.4, 0.6])}
    picture = dr.plots.scoreboard(scores)
    assert title(picture) == "Highest NDCG@10: two (0.600)"
    assert "goes from 0.200 (one) to 0.600 (two)" in picture.caption
    assert "from 0.500 to 0.700; that of three overlaps with it" in picture.caption
    names = [label.get_text() for label in picture.figure.axes[0].get_yticklabels()]
    assert names == ["one", "three", "two"]


def test_scoreboard_says_when_nobody_else_comes_near():
    picture = dr.plots.scoreboard({"a": made_up([0.1]), "b": made_up([0.9])}, metric="recall@10")
    assert title(picture) == "Highest recall@10: b (0.900)"
    assert picture.caption.endswith("no other does.")


def test_scoreboard_on_the_sample(results):
    picture = dr.plots.scoreboard(results)
    best = max(results, key=lambda name: results[name].per_user["ndcg@10"].mean())
    assert title(picture) == f"Highest NDCG@10: {best} ({results[best]['ndcg@10']:.3f})"
    assert f"{len(results[best].per_user):,} people" in picture.figure.axes[0].get_xlabel()


def test_noise_says_from_where_to_where():
    values = {"another seed": [0.10, 0.11, 0.12], "another split": [0.1, 0.2, 0.3]}
    picture = dr.plots.noise(values)
    assert title(picture) == "One recommender: NDCG@10 from 0.100 to 0.300"
    assert "another seed, 3 times: 0.0100; another split, 3 times: 0.1000" in picture.caption


def test_noise_of_equal_values_draws():
    picture = dr.plots.noise({"nothing": [0.1, 0.1]})
    assert title(picture) == "One recommender: NDCG@10 from 0.100 to 0.100"


def test_what_lists_show_speaks_of_the_best_by_ndcg():
    scores = {
        "narrow": made_up([0.5], novelty=2.0, coverage=0.011),
        "best": made_up([0.6], novelty=4.0, coverage=0.25),
        "wide": made_up([0.1], novelty=9.0, coverage=0.98),
    }
    picture = dr.plots.what_lists_show(scores, opened=5.25)
    assert title(picture) == "best has the best NDCG and shows 25% of the articles"
    assert "least are shown by narrow (1.1%), most by wide (98.0%)" in picture.caption
    assert "Novelty of best: 4.0 bits, of wide: 9.0" in picture.caption
    assert "of what people opened: 5.2 (2 of 3 stay below it)" in picture.caption
    assert list(picture.figure.axes[1].lines[-1].get_xdata()) == [5.25, 5.25]
    names = [label.get_text() for label in picture.figure.axes[0].get_yticklabels()]
    assert names == ["wide", "narrow", "best"]  # drawn from the bottom


def test_served_finds_the_group_served_worst():
    result = made_up([0.1, 0.2, 0.6, 0.8, 0.4])
    groups = pd.Series(["a", "a", "b", "b", "c"], result.per_user.index, dtype="category")
    picture = dr.plots.served({"ALS": result}, groups.rename("kind"), ["ndcg@10", "recall@10"])
    assert title(picture) == "ALS: NDCG@10 and recall@10 are lowest for “a”"
    assert "NDCG@10 from 0.150 (“a”) to 0.700 (“b”); recall@10 from 0.150" in picture.caption
    assert picture.caption.endswith("by kind: a: 2, b: 2, c: 1.")


def test_served_names_a_group_for_each_metric_where_they_differ():
    result = made_up([0.1, 0.6, 0.4])
    result.per_user["recall@10"] = [0.5, 0.2, 0.4]
    groups = pd.Series(["a", "b", "c"], result.per_user.index, dtype="category").rename("kind")
    both = dr.plots.served({"ALS": result}, groups, ["recall@10", "ndcg@10"])
    assert title(both) == "ALS: recall@10 is lowest for “b”, NDCG@10 for “a”"
    alone = dr.plots.served({"ALS": result}, groups, ["ndcg@10"])
    assert title(alone) == "ALS: NDCG@10 is lowest for “a”"


def test_served_on_the_sample(results, halves):
    people = results["ALS"].per_user.index
    lengths = np.diff(halves.train.user_items.indptr)[
        np.searchsorted(halves.train.user_ids, people)
    ]
    groups = pd.cut(pd.Series(lengths, people), [0, 10, 50, 1e6]).rename("articles")
    means = results["ALS"].per_user["ndcg@10"].groupby(groups, observed=True).mean()
    few = {name: results[name] for name in ("ALS", "popularity")}
    picture = dr.plots.served(few, groups, ["ndcg@10"])
    assert f"NDCG@10 from {means.min():.3f} (“{means.idxmin()}”)" in picture.caption
    assert f"to {means.max():.3f} (“{means.idxmax()}”)" in picture.caption
    assert len(dr.plots.served(results, groups, ["recall@10", "ndcg@10"]).figure.axes) == 2


def test_two_protocols_counts_the_pairs_that_cross():
    sampled = pd.Series({"a": 0.9, "b": 0.8, "c": 0.5})
    full = pd.Series({"a": 0.10, "b": 0.20, "c": 0.05})
    picture = dr.plots.two_protocols(sampled, full)
    assert title(picture) == "1 of 3 pairs of recommenders change their order"
    assert "a is ahead of b by sampled recall@10 (0.900 to 0.800)" in picture.caption
    assert "behind by full recall@10 (0.100 to 0.200)" in picture.caption
    assert "2 take part in 1 change" in picture.caption
    assert dr.plots.flips(sampled, full) == [("a", "b")]


def test_two_protocols_does_not_claim_a_change_there_is_not():
    same = pd.Series({"a": 0.9, "b": 0.8})
    picture = dr.plots.two_protocols(same, same / 10)
    assert title(picture).startswith("0 of 1 pairs")
    assert "put the 2 recommenders in the same order" in picture.caption


def test_ties_are_no_change_of_order():
    picture = dr.plots.two_protocols(pd.Series({"a": 0.5, "b": 0.5}), pd.Series({"a": 1, "b": 2}))
    assert title(picture).startswith("0 of 1 pairs")


# ------------------------------------------------------------------ chapter 7


def test_tuning_map_finds_the_best_cell():
    grid = pd.DataFrame([[0.1, 0.2], [0.05, 0.4]], index=[0.1, 100], columns=[5, 40])
    picture = dr.plots.tuning_map(grid)
    assert title(picture) == "The best α goes from 40 at λ = 0.1 to 40 at λ = 100"
    assert "goes from 0.050 to 0.400" in picture.caption
    assert "(bold): 40 at λ = 0.1, 40 at λ = 100. Other cells" in picture.caption
    assert picture.caption.endswith("from the best: none (framed, like the best).")
    bold = [t.get_text() for t in picture.figure.axes[0].texts if t.get_fontweight() == "bold"]
    assert bold == ["0.200", "0.400"]
    assert len(picture.figure.axes[0].patches) == 1


def test_tuning_map_says_that_the_best_rises():
    grid = pd.DataFrame([[0.3, 0.2], [0.05, 0.4]], index=[0.1, 100], columns=[5, 40])
    assert title(dr.plots.tuning_map(grid)) == "The best α rises from 5 at λ = 0.1 to 40 at λ = 100"


def test_tuning_map_frames_what_is_level_with_the_best():
    grid = pd.DataFrame([[0.1, 0.2], [0.39, 0.4]], index=[0.1, 100], columns=[5, 40])
    picture = dr.plots.tuning_map(grid, grid > 0.3)
    assert picture.caption.endswith("from the best: 1 (framed, like the best).")
    frames = {(round(p.get_x()), round(p.get_y())) for p in picture.figure.axes[0].patches}
    assert frames == {(0, 1), (1, 1)}


def test_sweep_finds_the_best_point():
    frame = pd.DataFrame({"weak": [0.1, 0.3, 0.2], "strong": [0.1, 0.2, 0.5]}, index=[8, 64, 128])
    picture = dr.plots.sweep(frame.rename_axis("factors"))
    assert title(picture) == "More factors pay with strong: best at 128, not at 64"
    alone = dr.plots.sweep(frame[["weak"]].rename_axis("factors"))
    assert title(alone) == "Best factors: 64, on every line"
    assert "weak: 0.300 at 64, 0.200 at 128; strong: 0.500 at 128" in picture.caption


def test_hits_by_length_compares_the_best_order_with_the_first():
    rates = pd.DataFrame({"hit@1": [0.1, 0.3], "hit@10": [0.5, 0.6]}, index=["chance", "clock"])
    picture = dr.plots.hits_by_length(rates)
    assert title(picture).startswith("Order counts in short lists: 3.0 times the hits in a list of")
    turned = dr.plots.hits_by_length(pd.DataFrame({"hit@1": [0.5, 0.6], "hit@9": [0.1, 0.3]}))
    assert title(turned).startswith("Order counts in long lists as well: 1.2 times the hits in a")
    assert "in lists of 1, 10: chance 0.100, 0.500; clock 0.300, 0.600." in picture.caption
    assert "clock finds 3.0 times what chance finds" in picture.caption
    assert picture.figure.axes[0].lines[1].get_ydata().tolist() == [0.3, 0.6]


# ------------------------------------------------------------------ all of them


def every_picture(name: str) -> list[dr.plots.Picture]:
    """Each figure with `name` wherever a name goes."""
    a, b = made_up([0.1, 0.2, 0.4]), made_up([0.3, 0.5, 0.2])
    groups = pd.Series([name, name, "other"], a.per_user.index, dtype="category").rename(name)
    series = pd.Series({name: 0.3, "other": 0.4})
    return [
        dr.plots.scoreboard({name: a, "other": b}),
        dr.plots.noise({name: [0.1, 0.2], "other": [0.1, 0.3]}),
        dr.plots.what_lists_show({name: a, "other": b}, opened=4.0),
        dr.plots.served({name: a, "other": b}, groups, ["ndcg@10"]),
        dr.plots.two_protocols(series, -series),
        dr.plots.tuning_map(pd.DataFrame([[0.1]], index=[1], columns=[1])),
        dr.plots.sweep(pd.DataFrame({name: [0.1, 0.2]}, index=[1, 2]).rename_axis(name)),
        dr.plots.hits_by_length(pd.DataFrame({"hit@1": [0.1]}, index=[name])),
    ]


@pytest.mark.filterwarnings("ignore:Glyph")
def test_names_with_markup_do_no_harm():
    for picture in every_picture(NASTY):
        assert picture.png.startswith(b"\x89PNG")
        assert len(picture.caption) > 30


def test_nothing_is_cut_off():
    for picture in every_picture("a recommender with a rather long name"):
        canvas = FigureCanvasAgg(picture.figure)
        canvas.draw()
        box = picture.figure.get_tightbbox(canvas.get_renderer())
        width, height = picture.figure.get_size_inches()
        assert box.x0 >= -0.05 and box.x1 <= width + 0.05, title(picture)
        assert box.y0 >= -0.05 and box.y1 <= height + 0.05, title(picture)
        picture.figure.savefig(io.BytesIO(), format="svg")


def test_axes_are_labelled():
    for picture in every_picture("name"):
        for axes in picture.figure.axes:
            labelled = axes.get_xlabel() or axes.get_ylabel() or axes.get_xticklabels()
            assert labelled, title(picture)

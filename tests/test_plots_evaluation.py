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
    picture = dr.plots.scoreboard(scores, "three")
    assert title(picture) == "three comes second; highest is two"
    assert title(dr.plots.scoreboard(scores, "two")) == "two comes first"
    assert "NDCG@10, the best first: two 0.600; three 0.500; one 0.200." in picture.caption
    assert "from 0.500 to 0.700; that of three overlaps with it" in picture.caption
    names = [label.get_text() for label in picture.figure.axes[0].get_yticklabels()]
    assert names == ["one", "three", "two"]


def test_scoreboard_says_when_nobody_else_comes_near():
    scores = {"a": made_up([0.1]), "b": made_up([0.9])}
    picture = dr.plots.scoreboard(scores, "a", metric="recall@10")
    assert title(picture) == "a comes second; highest is b"
    assert picture.caption.endswith("no other does.")


def test_scoreboard_on_the_sample(results):
    picture = dr.plots.scoreboard(results, "random")
    best = max(results, key=lambda name: results[name].per_user["ndcg@10"].mean())
    assert title(picture) == f"random comes third; highest is {best}"
    assert f"{len(results[best].per_user):,} people" in picture.figure.axes[0].get_xlabel()


def test_noise_says_what_moves_it_most():
    values = {"another seed": [0.10, 0.11, 0.12], "another split": [0.1, 0.2, 0.3]}
    picture = dr.plots.noise(values)
    assert title(picture) == "NDCG@10 of one recommender: another split moves it most"
    assert "another seed, 3 times: 0.0100; another split, 3 times: 0.1000" in picture.caption


def test_noise_of_equal_values_draws():
    picture = dr.plots.noise({"nothing": [0.1, 0.1]})
    assert title(picture) == "NDCG@10 of one recommender: nothing else is changed"


def test_what_lists_show_speaks_of_the_best_by_ndcg():
    scores = {
        "narrow": made_up([0.5], novelty=2.0, coverage=0.011),
        "best": made_up([0.6], novelty=4.0, coverage=0.25),
        "wide": made_up([0.1], novelty=9.0, coverage=0.98),
    }
    picture = dr.plots.what_lists_show(scores, opened=5.25)
    assert title(picture) == "best has the highest NDCG and shows 25% of the articles"
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


def test_two_protocols_colours_only_what_holds():
    sampled = pd.Series({"a": 0.9, "b": 0.8, "c": 0.5, "d": 0.4})
    full = pd.Series({"a": 0.10, "b": 0.20, "c": 0.05, "d": 0.06})
    assert dr.plots.flips(sampled, full) == [("c", "d"), ("a", "b")]
    picture = dr.plots.two_protocols(sampled, full, [("a", "b")])
    assert title(picture) == "Fresh splits confirm 1 of 2 changes of order"
    assert "Of 6 pairs of recommenders, 2 change their order on this split" in picture.caption
    assert "a is ahead of b by sampled recall@10 (0.900 to 0.800)" in picture.caption
    assert "behind by full recall@10 (0.100 to 0.200)" in picture.caption
    assert picture.caption.endswith("Changes that do not hold: 1.")
    a, b, c, d = picture.figure.axes[0].lines
    assert a.get_color() == b.get_color() != c.get_color() == d.get_color()
    assert [line.get_linestyle() for line in (a, b, c, d)] == ["-", "-", "--", "--"]


def test_two_protocols_does_not_claim_a_change_there_is_not():
    same = pd.Series({"a": 0.9, "b": 0.8})
    picture = dr.plots.two_protocols(same, same / 10, [])
    assert title(picture) == "Fresh splits confirm 0 of 0 changes of order"


def test_ties_are_no_change_of_order():
    tied = pd.Series({"a": 0.5, "b": 0.5})
    assert dr.plots.flips(tied, pd.Series({"a": 1, "b": 2})) == []


# ------------------------------------------------------------------ chapter 7


def test_tuning_map_finds_the_best_cell():
    grid = pd.DataFrame([[0.1, 0.2], [0.05, 0.4]], index=[0.1, 100], columns=[5, 40])
    picture = dr.plots.tuning_map(grid)
    assert title(picture) == "Best: α = 40 with λ = 100"
    assert "goes from 0.050 to 0.400" in picture.caption
    assert "(bold): 40 at λ = 0.1, 40 at λ = 100. Other cells" in picture.caption
    assert picture.caption.endswith("from the best: none (framed, like the best).")
    bold = [t.get_text() for t in picture.figure.axes[0].texts if t.get_fontweight() == "bold"]
    assert bold == ["0.200", "0.400"]
    assert len(picture.figure.axes[0].patches) == 1


def test_tuning_map_frames_what_is_level_with_the_best():
    grid = pd.DataFrame([[0.1, 0.2], [0.39, 0.4]], index=[0.1, 100], columns=[5, 40])
    picture = dr.plots.tuning_map(grid, grid > 0.3)
    assert picture.caption.endswith("from the best: 1 (framed, like the best).")
    frames = {(round(p.get_x()), round(p.get_y())) for p in picture.figure.axes[0].patches}
    assert frames == {(0, 1), (1, 1)}


def test_sweep_finds_the_best_point():
    frame = pd.DataFrame({"weak": [0.1, 0.3, 0.2], "strong": [0.1, 0.2, 0.5]}, index=[8, 64, 128])
    picture = dr.plots.sweep(frame.rename_axis("factors"))
    assert title(picture) == "Best: 128 factors, strong (0.500)"
    assert "weak: 0.300 at 64, 0.200 at 128; strong: 0.500 at 128" in picture.caption


def test_differences_counts_those_whose_interval_leaves_zero_out():
    found = {
        "better": dr.Comparison("ndcg@10", 0.02, 0.01, 0.03, 0.5, 0.1, 0.4),
        "the same": dr.Comparison("ndcg@10", -0.001, -0.01, 0.01, 0.2, 0.3, 0.5),
        "worse": dr.Comparison("ndcg@10", -0.05, -0.06, -0.04, 0.1, 0.6, 0.3),
    }
    picture = dr.plots.differences(found, "the old way")
    assert title(picture) == "Zero lies outside for 2 of 3, on this split"
    assert "the same -0.0010 (-0.0100 to +0.0100)" in picture.caption
    assert picture.caption.endswith("Zero lies outside for better and worse.")
    alone = dr.plots.differences({"the same": found["the same"]}, "the old way")
    assert title(alone) == "Zero lies outside for 0 of 1, on this split"
    assert alone.caption.endswith("for none of them.")


def test_luck_says_what_is_left_of_the_lead():
    leads = pd.DataFrame({"here": [0.1, 0.2], "there": [0.02, -0.04]}, index=[1, 6])
    picture = dr.plots.luck(leads)
    assert title(picture) == "Best of 6: chosen for a lead of +0.2000, left with -0.0400"
    assert "best here and there: of 1 +0.1000, +0.0200; of 6 +0.2000, -0.0400." in picture.caption
    kept = picture.figure.axes[0].lines[-1]
    assert (list(kept.get_xdata()), list(kept.get_ydata())) == ([1, 6], [0.02, -0.04])


def replayed(*days: float) -> pd.DataFrame:
    """Four readings on these days of a replay."""
    found = {"first_reader": [True, False, False, False], "clock": [0, 1, 1, 1.0]}
    return pd.DataFrame(found | {"ALS": [0, 0, 0.5, 0]}).assign(timestamp=np.array(days) * 86_400)


def test_week_by_week_counts_weeks_and_hits():
    picture = dr.plots.week_by_week(replayed(0, 1, 7, 13.5), ["clock", "ALS"])
    assert title(picture) == "“clock” foresees 75%, “ALS” 12.5%"
    assert "4 readings, 25.0% of them by an article's first reader" in picture.caption
    assert "Drawn: 2 week(s). Hit@10: clock 0.750, ALS 0.125" in picture.caption
    lines = picture.figure.axes[0].lines
    assert lines[0].get_ydata().tolist() == [0.5, 1.0]


def test_week_by_week_leaves_out_a_last_week_that_is_not_whole():
    picture = dr.plots.week_by_week(replayed(0, 1, 2, 7.5), ["clock", "ALS"])
    assert "Drawn: 1 week(s); the rest, 1 reading(s) within 0.5 days, is only" in picture.caption
    assert "clock 0.750" in picture.caption
    assert picture.figure.axes[0].lines[0].get_ydata().tolist() == [pytest.approx(2 / 3)]


# ------------------------------------------------------------------ all of them


def every_picture(name: str) -> list[dr.plots.Picture]:
    """Each figure with `name` wherever a name goes."""
    a, b = made_up([0.1, 0.2, 0.4]), made_up([0.3, 0.5, 0.2])
    groups = pd.Series([name, name, "other"], a.per_user.index, dtype="category").rename(name)
    series = pd.Series({name: 0.3, "other": 0.4})
    found = pd.DataFrame({"timestamp": [1, 2], "first_reader": [False, True], name: [1.0, 0.0]})
    return [
        dr.plots.scoreboard({name: a, "other": b}, name),
        dr.plots.noise({name: [0.1, 0.2], "other": [0.1, 0.3]}),
        dr.plots.what_lists_show({name: a, "other": b}, opened=4.0),
        dr.plots.served({name: a, "other": b}, groups, ["ndcg@10"]),
        dr.plots.two_protocols(series, -series, dr.plots.flips(series, -series)),
        dr.plots.tuning_map(pd.DataFrame([[0.1]], index=[1], columns=[1])),
        dr.plots.sweep(pd.DataFrame({name: [0.1, 0.2]}, index=[1, 2]).rename_axis(name)),
        dr.plots.luck(pd.DataFrame({name: [0.1], "there": [0.05]}, index=[3])),
        dr.plots.differences({name: dr.compare(a, b)}, name),
        dr.plots.week_by_week(found, [name]),
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

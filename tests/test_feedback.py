"""Chapter 8½: what the simulation counts agrees with closed forms, and so does the A/B test."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import sparse, stats

import deskrec_tutorial as dr
from deskrec_tutorial import recommenders as rec
from deskrec_tutorial.feedback import (
    LOOKS,
    ImpressionALS,
    World,
    by_week,
    live,
    on_the_log,
    people_needed,
    top,
    z_score,
)


def world_of(attraction: np.ndarray, looks: np.ndarray = LOOKS) -> World:
    people, articles = attraction.shape
    topics = np.array([f"about {i}" for i in range(articles)], dtype=object)
    return World(attraction, looks, np.arange(people), np.arange(articles) - 5, topics)


class Fixed(rec.Recommender):
    """Shows everybody the articles in the order of their columns, whatever is clicked."""

    def _learn(self, train: dr.InteractionMatrix, events: pd.DataFrame | None) -> None:
        self._people = np.ones((len(train.user_ids), 1))
        self._articles = -np.arange(len(train.item_ids), dtype=float)[None]


@pytest.fixture(scope="module")
def small() -> World:
    return World.of(dr.load_truth(), people=80, articles=60, seed=3)


# ------------------------------------------------------------------ the world


def test_attraction_follows_the_known_tastes(small: World) -> None:
    truth = dr.load_truth()
    assert (np.diff(small.user_ids) > 0).all() and (np.diff(small.item_ids) > 0).all()
    assert small.attraction.shape == (80, 60)
    assert small.attraction.min() >= 0.05 * 0.3 and small.attraction.max() <= 0.95
    topic = truth.articles.set_index("contentId")["topic"][small.item_ids]
    assert list(small.topics) == topic.tolist()
    taste = truth.users.set_index("personId").loc[small.user_ids]
    liked = taste[topic].to_numpy() / taste.max(axis=1).to_numpy()[:, None]
    made = small.attraction / (0.05 + 0.9 * liked)  # how well an article is made, for everybody
    assert np.allclose(made, made[0]) and 0.3 <= made.min() < made.max() <= 1
    again, other = (World.of(truth, 80, 60, seed) for seed in (3, 4))
    assert np.array_equal(again.attraction, small.attraction)
    assert not np.array_equal(other.user_ids, small.user_ids)


@pytest.mark.parametrize(
    ("wanted", "said"),
    [({"people": 0}, "people must be a whole number"), ({"articles": 10**6}, "the sample has")],
)
def test_a_world_takes_no_more_than_there_is(wanted: dict, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        World.of(dr.load_truth(), **wanted)


def test_expected_clicks_are_looks_times_attraction_added_up() -> None:
    world = world_of(np.array([[0.5, 0.1, 0.2], [0.0, 1.0, 0.4]]), np.array([1.0, 0.5]))
    pages = np.array([[0, 2], [2, 1]])
    assert world.expected_clicks(pages) == pytest.approx([0.5 + 0.1, 0.4 + 0.5])
    assert world.expected_clicks(pages[:, :1]) == pytest.approx([0.5, 0.4])


def test_the_clicks_of_a_log_are_a_matrix_of_the_whole_world() -> None:
    world = world_of(np.full((3, 4), 0.5))
    log = pd.DataFrame({"row": [0, 2, 2], "column": [1, 3, 0], "clicked": [True, True, False]})
    matrix = world.clicked(log)
    assert matrix.user_items.toarray().tolist() == [[0, 1, 0, 0], [0] * 4, [0, 0, 0, 1]]
    assert matrix.item_ids.tolist() == [-5, -4, -3, -2]


def test_what_was_shown_is_counted_pair_by_pair() -> None:
    log = pd.DataFrame({"row": [0, 2, 2], "column": [1, 3, 3], "clicked": [True, False, True]})
    shown = world_of(np.full((3, 4), 0.5)).shown(log)
    assert shown.tolist() == [[0, 1, 0, 0], [0] * 4, [0, 0, 0, 2]]


def test_a_log_is_graded_without_a_trace_of_what_is_held_out(small: World) -> None:
    """The recommender sees the train side alone, and of held-out pairs not even that they stood
    on a page; its grade is that of `evaluate` on the same split."""
    log = live(small, None, weeks=4, seed=0)
    sides = dr.split(small.clicked(log), min_articles=5, seed=1)

    class Watching(rec.Popularity):
        def _learn(self, train: dr.InteractionMatrix, events: pd.DataFrame | None) -> None:
            assert events is not None and (train.user_items != sides.train.user_items).nnz == 0
            test = sides.test.user_items.toarray() > 0
            assert not (test & (small.shown(events) > 0)).any()
            assert np.array_equal(small.shown(events)[~test], small.shown(log)[~test])
            super()._learn(train, events)

    plain = dr.evaluate(rec.Popularity().fit(sides.train), sides.train, sides.test, draws=1)
    found = on_the_log(small, log, {"one": Watching()})
    assert found["one"] == pytest.approx(plain["ndcg@10"]) and found["one"] > 0


def test_the_top_takes_ties_by_column() -> None:
    assert top(np.array([[0.5, 1.0, 0.5 + 1e-12, 0.9]]), 3).tolist() == [[1, 3, 0]]


# ------------------------------------------------------------------ the loop


def test_a_fixed_page_gets_the_clicks_that_its_chances_add_up_to() -> None:
    """While nobody has clicked, week 2 shows columns 0, 1, …; the sum of look × attraction."""
    liking = np.linspace(0.02, 0.2, 40)
    world = world_of(np.tile(liking, (4000, 1)))
    log = live(world, Fixed(), weeks=2, seed=0)
    first = log.query("week == 1 and visit == 1")
    expected = liking.mean() * LOOKS.sum()  # a random page: any article at any place
    error = np.sqrt(expected / 4000)
    assert first["clicked"].sum() / 4000 == pytest.approx(expected, abs=4 * error)
    nothing_yet = log[log["week"] == 1].groupby("row")["clicked"].sum().eq(0)
    people = nothing_yet.index[nothing_yet]
    page = log.query("week == 2 and visit == 1 and row in @people")
    assert (page["column"] == page["place"]).all() and not page["explored"].any()
    assert len(people) > 100
    exact = world.expected_clicks(np.tile(np.arange(10), (1, 1)))[0]
    error = np.sqrt(exact / len(people))
    assert page["clicked"].sum() / len(people) == pytest.approx(exact, abs=4 * error)


def test_exploring_everywhere_shows_all_articles_alike() -> None:
    world = world_of(np.zeros((500, 30)))  # nobody clicks, so nothing is used up
    log = live(world, Fixed(), explore=1.0, weeks=3, seed=1)
    assert log["explored"].all()
    cells = log.groupby(["place", "column"]).size().unstack().to_numpy()
    assert cells.shape == (10, 30)
    even = stats.chisquare(cells.ravel())
    assert even.pvalue > 1e-3
    nobody = live(world, None, weeks=3, seed=1)
    pd.testing.assert_frame_equal(log, nobody)


@pytest.mark.parametrize("share", [0.0, 0.3])
def test_so_many_places_are_explored_and_the_rest_keep_their_order(share: float) -> None:
    world = world_of(np.zeros((300, 40)))
    log = live(world, Fixed(), explore=share, weeks=2, seed=2).query("week == 2")
    drawn = log["explored"].mean()
    assert drawn == pytest.approx(share, abs=4 * np.sqrt(share * (1 - share) / len(log)))
    visits = log.groupby(["row", "visit"])
    assert visits["column"].nunique().eq(10).all()  # no article twice on a page
    chosen = log[~log["explored"]].groupby(["row", "visit"])
    assert chosen["column"].apply(lambda c: c.tolist() == list(range(len(c)))).all()


def test_where_nearly_all_has_been_clicked_on_no_page_has_an_article_twice() -> None:
    log = live(world_of(np.full((20, 12), 0.9)), rec.Popularity(), explore=0.5, weeks=3)
    assert log.groupby(["week", "row", "visit"])["column"].nunique().eq(10).all()


def test_what_was_clicked_on_is_not_shown_again(small: World) -> None:
    log = live(small, rec.Popularity(), explore=0.2, weeks=3, seed=0)
    assert not log[log["clicked"]].duplicated(["row", "column"]).any()
    when = log["week"] * 10 + log["visit"]
    clicked = when[log["clicked"]].groupby([log["row"], log["column"]]).first()
    last = when.groupby([log["row"], log["column"]]).max()
    assert (last[clicked.index] == clicked).all()


def test_alone_popularity_keeps_luck_for_ever() -> None:
    """All articles are equally good; what leads after week 1 has half of all places from then on.

    At random, half of the places go to about half of the articles; in a loop of popularity the
    ten in front stay there but for the places that people's own clicks free.
    """
    world = world_of(np.full((400, 60), 0.02))
    loop, fair = (live(world, one, weeks=6, seed=5) for one in (rec.Popularity(), None))
    ahead = loop.query("week == 1 and clicked")["column"].value_counts()
    shown = loop.query("week == 6")["column"].value_counts()
    assert shown.index[0] in ahead[ahead >= ahead.iloc[9]].index
    assert by_week(loop)["half"].iloc[-1] <= 8 and by_week(fair)["half"].iloc[-1] >= 25
    # No page is better than another here, so both get the same clicks: 0.02 × the looks.
    for log in (loop, fair):
        expected = 0.02 * LOOKS.sum()
        error = np.sqrt(expected / (400 * 30))
        assert by_week(log)["clicks"].mean() == pytest.approx(expected, abs=4 * error)


def test_which_of_two_equal_articles_wins_is_a_coin_toss_and_then_it_has_everything() -> None:
    """Pages of one place: ahead after week 1 with a chance of 1/2, and from then on for everybody.

    So the expected share stays 1/2, while that of any single run is 0 or 1 (a Pólya urn taken to
    its extreme: the winner takes all).
    """
    world, won = world_of(np.full((30, 2), 0.06), looks=np.ones(1)), []
    for seed in range(120):
        log = live(world, rec.Popularity(), weeks=2, seed=seed)
        first, second = log[log["week"] == 1], log.query("week == 2 and visit == 1")
        clicks = first[first["clicked"]].groupby("column").size().reindex([0, 1], fill_value=0)
        undecided = ~second["row"].isin(first.loc[first["clicked"], "row"])
        if clicks[0] != clicks[1]:
            assert (second.loc[undecided, "column"] == clicks.idxmax()).all()
            won.append(int(clicks.idxmax()))
    assert len(won) > 80
    assert stats.binomtest(sum(won), len(won)).pvalue > 0.01


def test_a_loop_of_als_ends_below_pages_drawn_by_lot_and_impressions_open_it(small: World) -> None:
    alone = live(small, rec.ImplicitALS(8, iterations=5), weeks=6, seed=1)
    shown = live(small, ImpressionALS(8, iterations=5, doubt=5.0), weeks=6, seed=1)
    clicks = [by_week(log)["clicks"].iloc[-1] for log in (alone, live(small, None, 0, 6, 1), shown)]
    assert clicks[0] < clicks[1] < clicks[2]


def test_a_week_is_counted_by_visits_and_by_half_of_the_places() -> None:
    log = pd.DataFrame(
        {
            "week": [1] * 4 + [2] * 4,
            "row": [0, 0, 1, 1] * 2,
            "visit": 1,
            "column": [0, 1, 0, 2, 3, 4, 5, 6],
            "clicked": [True, False, True, True, False, False, False, True],
        }
    )
    assert by_week(log[log.index != 7])["clicks"].tolist() == [1.5, 0]
    assert by_week(log.drop([6, 7]))["clicks"].tolist() == [1.5, 0]  # one visit less that week
    found = by_week(log)
    assert found["clicks"].tolist() == [1.5, 0.5]
    assert found["half"].tolist() == [1, 2]  # article 0 has two of four places; four with one each


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"weeks": 0}, "weeks must be"),
        ({"explore": -0.1}, "explore must be"),
        ({"explore": 1.5}, "share of the places"),
    ],
)
def test_a_loop_is_told_what_it_can_not_do(small: World, wrong: dict, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        live(small, None, **wrong)
    with pytest.raises(ValueError, match="page of 10 places .* this world has 8"):
        live(world_of(np.full((5, 8), 0.1)), None)


# ------------------------------------------------------------------ impressions


def test_without_a_doubt_and_shown_to_nobody_it_is_plain_als(small: World) -> None:
    """Doubt 0 gives what was passed over the confidence 1 that an empty cell has anyway."""
    log = live(small, None, weeks=4, seed=0)
    matrix, everybody = small.clicked(log), np.arange(80)
    plain = rec.ImplicitALS(8, iterations=30).fit(matrix)
    same = ImpressionALS(8, iterations=30, doubt=0.0).fit(matrix, log)
    assert np.allclose(plain.scores(everybody), same.scores(everybody), atol=1e-6)


def test_the_people_solve_for_clicks_and_doubts() -> None:
    """Against the articles' vectors, each person's is the least-squares solution by hand."""
    rng = np.random.default_rng(0)
    world = world_of(rng.uniform(0.02, 0.3, (30, 20)))
    log = live(world, None, weeks=1, seed=0)
    found = ImpressionALS(4, 0.5, 10.0, iterations=5, doubt=2.0).fit(world.clicked(log), log)
    clicked = world.clicked(log).user_items.toarray() > 0
    times = log.groupby(["row", "column"]).size().unstack(fill_value=0)
    shown = times.reindex(columns=range(20), fill_value=0).to_numpy()
    confidence = np.where(clicked, 10.0, 1 + 2.0 * shown)
    y = found.model.item_factors
    x = found.model.user_factors
    for row in range(30):
        left = (y.T * confidence[row]) @ y + 0.5 * np.eye(4)
        solved = np.linalg.solve(left, (y.T * confidence[row]) @ clicked[row])
        assert np.allclose(x[row], solved, atol=1e-6)


def test_impressions_need_a_log(small: World) -> None:
    matrix = small.clicked(live(small, None, weeks=1))
    with pytest.raises(ValueError, match="what was shown"):
        ImpressionALS().fit(matrix)
    with pytest.raises(ValueError, match="not been fitted"):
        ImpressionALS().scores(np.arange(2))


# ------------------------------------------------------------------ two groups


def test_the_size_of_two_groups_is_the_published_one() -> None:
    """R's power.prop.test has these: 76.7 for .50 and .75 at 90 %, 685.6 for .10 and .15."""
    assert people_needed(0.50, 0.75, power=0.90) == 77
    assert people_needed(0.10, 0.15) == 686
    assert people_needed(0.15, 0.10) == 686
    # By hand: z 1.959964 and 0.841621, mean .26, √(2 · .26 · .74) = .620322 and
    # √(.25 · .75 + .27 · .73) = .620161; (1.737759 / .02)² = 7549.5.
    assert people_needed(0.25, 0.27) == 7550


@pytest.mark.parametrize(("first", "second"), [(0.25, 0.35), (0.5, 0.45), (0.02, 0.04)])
def test_so_many_people_find_it_four_times_in_five(first: float, second: float) -> None:
    people, rng = people_needed(first, second), np.random.default_rng(0)
    one, other = (rng.binomial(people, share, 40_000) for share in (first, second))
    assert np.mean(np.abs(z_score(one, other, people)) > 1.96) == pytest.approx(0.8, abs=0.012)
    same = rng.binomial(people, first, 40_000)
    assert np.mean(np.abs(z_score(one, same, people)) > 1.96) == pytest.approx(0.05, abs=0.006)


def test_the_z_score_is_the_root_of_the_chi_square() -> None:
    first, second, people = np.array([30, 75]), np.array([45, 70]), 100
    for a, b, z in zip(first, second, z_score(first, second, people), strict=True):
        table = [[a, people - a], [b, people - b]]
        assert z**2 == pytest.approx(stats.chi2_contingency(table, correction=False).statistic)
        assert np.sign(z) == np.sign(b - a)
    assert z_score(np.array([0, 10]), np.array([0, 10]), 10).tolist() == [0, 0]
    assert z_score(np.array([3, 6]), np.array([3, 7]), np.array([10, 20]))[0] == 0


def test_looking_every_day_raises_false_alarms_above_five_percent() -> None:
    """Two looks after equal halves: 1 - P(both inside), a bivariate normal with correlation √½."""
    rng = np.random.default_rng(0)
    a, b = (rng.binomial(2_000, 0.3, size=(40_000, 2)).cumsum(axis=1) for _ in "ab")
    z = np.abs(z_score(a, b, 2_000 * np.array([1, 2])))
    both = stats.multivariate_normal([0, 0], [[1, 0.5**0.5], [0.5**0.5, 1]])
    inside = both.cdf([1.96, 1.96], lower_limit=[-1.96, -1.96])
    assert np.mean((z > 1.96).any(axis=1)) == pytest.approx(1 - inside, abs=0.006)
    assert 1 - inside > 0.08


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ((0.2, 0.2), "can't be told apart"),
        ((0.2, 1.2), "second must be a share"),
        ((0.2, 0.3, 1.0), "power must be a share"),
        ((0.2, 0.3, 0.8, 0), "level must be a share"),
        ((-0.2, 0.3), "first must be"),
    ],
)
def test_a_test_that_can_not_be_sized_says_why(wrong: tuple, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        people_needed(*wrong)


# ------------------------------------------------------------------ what the chapter tells


def test_a_deleted_vector_follows_from_an_article_only_they_have_read() -> None:
    """y = (X'X + λI + (c - 1) x x')⁻¹ c x, so that (X'X + λI) y, X of the others, goes along x."""
    rng = np.random.default_rng(0)
    people = rng.normal(size=(20, 4))
    confidence = sparse.csr_matrix(([15.0], ([0], [7])), shape=(1, 20))
    vector = dr.half_step(confidence, people, 0.1)[0]
    others = np.delete(people, 7, axis=0)
    found = (others.T @ others + 0.1 * np.eye(4)) @ vector
    assert found / np.linalg.norm(found) == pytest.approx(people[7] / np.linalg.norm(people[7]))


def test_clicks_on_random_pages_put_recommenders_in_the_order_of_their_clicks(
    small: World,
) -> None:
    alone = live(small, rec.ImplicitALS(8, iterations=5), weeks=8, seed=1)
    matrix, everybody = small.clicked(alone), np.arange(80)
    week = small.clicked(live(small, None, weeks=2, seed=9)).user_items
    fair = replace(matrix, user_items=week - week.multiply(matrix.user_items.astype(bool)))
    two = (rec.ImplicitALS(8, iterations=5), ImpressionALS(8, iterations=5, doubt=5.0))
    grades, found = on_the_log(small, alone, dict(enumerate(two))), []
    for offline, one in zip(grades, two, strict=True):
        scores = one.fit(matrix, alone).scores(everybody)
        page = top(np.where(matrix.user_items.toarray() > 0, -np.inf, scores))
        honest = dr.evaluate(one, matrix, fair, draws=1)["ndcg@10"]
        found.append((offline, honest, small.expected_clicks(page).mean()))
    als, impressions = found
    assert als[0] > impressions[0]  # the log praises what has made it
    assert als[1] < impressions[1] and als[2] < impressions[2]

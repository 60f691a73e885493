"""Ids of every kind and logs of other kinds: pickers, twins and figures, used as a reader does.

The data are those of a small log in which nothing but the ids changes, so that the answers are the
same, and only the ids in them differ.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from test_widgets import Text, assert_safe, seen

import deskrec_tutorial as dr
from deskrec_tutorial.widgets import people, search
from deskrec_tutorial.widgets.weights import Counts

NASTY = (
    "<script>alert({})</script>",
    "a\"q'uote {}",
    "$5 & ${}$",
    "x" * 300 + "{}",
    "Ana.{}@ex.com",
)
DRAWN = [
    (person, item, kind, 1_460_000_000 + 50_000 * person + item)
    for rng in [np.random.default_rng(5)]
    for item in range(40)
    for person in rng.permutation(60)[: 6 + item % 9].tolist()
    for kind in rng.permutation(["VIEW", "LIKE", "BOOKMARK"])[: rng.integers(1, 3)].tolist()
]
# From a number to an id; all ascend alike, so that rows, columns and ties are the same.
IDS: dict[str, Callable[[int], object]] = {
    "plain": lambda i: i + 1_000,
    "uuid": lambda i: str(uuid.UUID(int=(i + 1) * 7919 * 10**30)),
    "nasty": lambda i: f"{i:02d} " + NASTY[i % len(NASTY)].format(i),
    "uint64": lambda i: 2**64 - 6_000 + 100 * i,
    "small": lambda i: i + 1,
    "negative": lambda i: -(2**63) + 100 * i,
}


def log(kind: str) -> pd.DataFrame:
    of = IDS[kind]
    rows = [(t, of(person), of(item), act, f"T {item}") for person, item, act, t in DRAWN]
    columns = ["timestamp", "personId", "contentId", "eventType", "title"]
    return pd.DataFrame(rows, columns=columns)


def fitted(events: pd.DataFrame, **weights: object):
    strength = dr.event_strength(events, **weights)
    matrix = dr.InteractionMatrix.from_strength(strength)
    return dr.fit_als(matrix, factors=4, iterations=5), matrix, strength


@pytest.fixture(scope="module")
def usual():
    events = log("plain")
    return events, *fitted(events)


@pytest.fixture(scope="module", params=[kind for kind in IDS if kind != "plain"])
def twin(request):
    """The same data with other ids."""
    events = log(request.param)
    return events, *fitted(events)


def same(answer: str, twins: tuple, usuals: tuple) -> str:
    """An answer with the ids of the usual data in place of the twin's."""
    for ids, other in zip(twins, usuals, strict=True):
        pairs = zip(map(str, ids.tolist()), map(str, other.tolist()), strict=True)
        for one, number in sorted(pairs, key=lambda pair: -len(pair[0])):
            answer = answer.replace(f"Person {one} ", f"Person {number} ")
            answer = answer.replace(f"Person {one}:", f"Person {number}:")
    return answer


# ------------------------------------------------------------------ ids


def test_the_rows_and_columns_are_the_same(twin, usual) -> None:
    assert (twin[2].user_items != usual[2].user_items).nnz == 0


def test_pick_an_article_by_its_id_and_by_words(twin, usual) -> None:
    _, model, matrix, _ = twin
    picker = dr.article_picker(model, matrix)
    other = dr.article_picker(usual[1], usual[2])
    assert seen(picker) == seen(other)
    for column, item in enumerate(matrix.item_ids.tolist()):
        picker.finder.search.value = f" {item} " if column % 2 else str(item)
        assert picker.finder.column == column
        assert picker.finder.matches.label == (
            f"T {column} ({matrix.readers[column]} readers, id {item})"
        )
        assert repr(dr.article_view(model, matrix, item)) == repr(
            dr.article_view(usual[1], usual[2], int(usual[2].item_ids[column]))
        )
    other.finder.search.value = str(usual[2].item_ids[-1])
    assert seen(picker) == seen(other)


def test_the_map_finds_its_articles(twin, usual) -> None:
    answers = []
    for _, model, matrix, _ in (twin, usual):
        xy = np.arange(2.0 * len(matrix.item_ids)).reshape(-1, 2) ** 2
        places = pd.DataFrame(xy, matrix.item_ids, ["x", "y"]).iloc[1:]
        item = matrix.item_ids[7].item() if matrix.item_ids.dtype != object else matrix.item_ids[7]
        picker = dr.article_picker(model, matrix, item, places=places)
        still = dr.article_view(model, matrix, item, places=places)
        answers.append((seen(picker), still.pictures[0].caption))
    assert "of them among the 10 dots nearest" in answers[0][0]
    assert answers[0] == answers[1]


def test_pick_a_person_by_the_list_and_by_id(twin, usual) -> None:
    events, model, matrix, strength = twin
    picker = dr.user_picker(model, matrix, strength, events=events)
    other = dr.user_picker(*usual[1:], events=usual[0])
    ids = (matrix.user_ids,), (usual[2].user_ids,)
    for group in ("newest", "most active", "typical"):
        picker.group.value = other.group.value = group
        picker.people.index = other.people.index = 2
        assert picker.user == matrix.user_ids[usual[2].user_index(other.user)]
        assert same(seen(picker), *ids) == seen(other).replace("  ", " ")
    for row, user in [*enumerate(matrix.user_ids.tolist())][::7]:
        picker.by_id.value = f" {user} " if row % 2 else str(user)
        other.by_id.value = str(usual[2].user_ids[row])
        assert picker.user == user and type(picker.user) is type(user)
        assert same(seen(picker), *ids) == seen(other)
        assert same(repr(dr.user_view(model, matrix, strength, user)), *ids) == repr(
            dr.user_view(*usual[1:], int(usual[2].user_ids[row]))
        )


def test_near_misses_of_what_was_typed(twin) -> None:
    _, model, matrix, strength = twin
    user = str(matrix.user_ids[7])
    typed = user[:-1] + ("7" if user[-1] != "7" else "6") if len(user) > 3 else "777"
    assert typed not in map(str, matrix.user_ids.tolist())
    picker = dr.user_picker(model, matrix, strength, user=typed)
    assert seen(picker).startswith("No personId ")
    assert len(user) <= 3 or "Did you mean" in seen(picker)
    assert "Recommended" not in seen(picker)
    picker.by_id.value = "no such id"
    numbers = matrix.user_ids.dtype != object
    assert ("is no personId. An id is a whole number" in seen(picker)) == numbers


def test_blanks_that_belong_to_an_id_count() -> None:
    ids = np.array([" a", "a", "b "], dtype=object)
    assert [search.id_typed(typed, ids, "id") for typed in (" a", "a", " a ", "b", "b ")] == [
        " a", "a", "a", "b", "b ",
    ]  # fmt: skip


def test_be_the_reader(twin, usual) -> None:
    answers = []
    for _, model, matrix, _ in (twin, usual):
        panel = dr.be_the_reader(model, matrix)
        panel.finder.search.value = "T 11"
        panel.act.value = "BOOKMARK"
        panel.add.click()
        item = matrix.item_ids[11]
        assert panel.readings[item] == 3
        assert all(type(one) in (int, str) for one in panel.readings)
        still = dr.reader_view(model, matrix, panel.readings)
        opened = dr.be_the_reader(model, matrix, opened=matrix.item_ids[3:5].tolist())
        answers.append([seen(panel), repr(still), seen(opened)])
        panel.away[11].click()
        assert item not in panel.readings
    assert answers[0] == answers[1]


def test_turn_the_weights(twin, usual) -> None:
    ids = (twin[2].user_ids,), (usual[2].user_ids,)
    answers = []
    for events, _, matrix, _ in (twin, usual):
        user = matrix.user_ids[9]
        panel = dr.weights_explorer(events, user)
        assert panel.person.value == user
        panel.sliders["LIKE"].value = 4.5
        shown = [seen(panel), repr(dr.weights_view(events, user=user))]
        panel.person.value = panel.person.options[1][1]
        answers.append([*shown, seen(panel)])
    assert [same(answer, *ids) for answer in answers[0]] == answers[1]


def captions(events, model, matrix, strength) -> list[str]:
    """Of every figure that looks at ids."""
    listed = dr.recommend_all(model, matrix)
    alike = [
        dr.similar_articles(model, matrix, matrix.item_ids[5], method=m) for m in ("dot", "cosine")
    ]
    first = listed["contentId"][listed["rank"] == 1].iloc[3]
    parts = dr.explain(model, matrix, matrix.user_ids[3], first)
    pictures = (
        dr.plots.strength_distribution(strength, events),
        dr.plots.two_seeds(listed, listed),
        dr.plots.two_rankings(*alike),
        dr.plots.score_waterfall(parts, "T"),
        dr.plots.busiest_corner(matrix, users=20, items=20),
    )
    return [picture.caption for picture in pictures]


@pytest.fixture(scope="module")
def usual_captions(usual) -> list[str]:
    return captions(*usual)


def test_figures_take_any_ids(twin, usual_captions) -> None:
    assert captions(*twin) == usual_captions


def test_nothing_of_an_id_becomes_markup_and_no_number_goes_to_the_browser(twin) -> None:
    events, model, matrix, strength = twin
    user = matrix.user_ids[0]
    panels = [
        dr.article_picker(model, matrix, matrix.item_ids[0]),
        dr.user_picker(model, matrix, strength, user, events=events),
        dr.be_the_reader(model, matrix, matrix.item_ids),
        dr.weights_explorer(events, user),
    ]
    assert f"Person {user}" in seen(panels[1])
    for panel in panels:
        assert_safe(panel)
    for view in (dr.user_view(model, matrix, strength, user), dr.weights_view(events, user=user)):
        assert "script" not in Text(view.html).elements
        assert str(user) in repr(view)


def test_an_article_without_a_title_goes_by_its_id(usual) -> None:
    events = log("uuid").assign(title=None)
    model, matrix, _ = fitted(events)
    picker = dr.article_picker(model, matrix)
    item = matrix.item_ids[12]
    picker.finder.search.value = item.upper()
    assert picker.finder.column == 12
    assert item in seen(picker)
    by_hand = dr.event_strength(events).assign(title=None)
    assert dr.history(by_hand, matrix.user_ids[0])["title"].isin(matrix.item_ids).all()
    numbered = by_hand.assign(title=2016.0)
    assert dr.user_view(model, matrix, numbered, matrix.user_ids[0]).text.count("2016") > 1


def test_a_typed_id_comes_before_titles_with_that_number() -> None:
    rows = [
        (person, item, f"Number {42 - item:02d}", 1.0) for person in range(3) for item in range(40)
    ]
    strength = pd.DataFrame(rows, columns=["personId", "contentId", "title", "eventStrength"])
    articles = search.Articles(dr.InteractionMatrix.from_strength(strength))
    assert articles.find("7")[0] == 7  # contentId 7, called Number 35
    assert articles.find("number 07") == [35]
    assert set(articles.find("7")) == {7, 35, 25, 15, 5}


# ------------------------------------------------------------------ times


def test_without_times_the_shortest_histories_are_offered(usual) -> None:
    events, model, matrix, strength = usual
    picker = dr.user_picker(model, matrix, strength, events=events.drop(columns="timestamp"))
    assert list(picker._groups) == ["most active", "typical", "shortest history"]
    assert "since" not in str(picker.people.options)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: t * 1000, "in milliseconds it would be 2016-"),
        (lambda t: pd.to_datetime(t, unit="s").astype(str), "times are whole seconds"),
        (lambda t: pd.to_datetime(t, unit="s"), "times are whole seconds"),
    ],
)
def test_times_of_another_kind_are_named(usual, change, message: str) -> None:
    events, model, matrix, strength = usual
    timed = events.assign(timestamp=change(events["timestamp"]))
    with pytest.raises(dr.DataError, match=message):
        dr.user_picker(model, matrix, strength, events=timed)


def test_who_is_not_in_the_events_is_not_among_the_newest(usual) -> None:
    events, _, matrix, _ = usual
    some = events[events["personId"] < 1_030]
    newest = people.groups(matrix, some)["newest"]
    assert max(newest) == 1_029
    assert all("since 2016-" in label for label in newest.values())
    with pytest.raises(ValueError, match="Not one person of the matrix is in events: .*'1027'"):
        people.groups(matrix, events.assign(personId=events["personId"].astype(str)))
    # The same people, whose ids stand there as another type.
    as_text = some.assign(personId=some["personId"].astype(object))
    assert people.groups(matrix, as_text)["newest"] == newest


# ------------------------------------------------------------------ weights


OWN = {"look": 0.1, "buy it": 25.0, "1/3": 1 / 3}


def own_kinds(events: pd.DataFrame) -> pd.DataFrame:
    names = dict(zip(("VIEW", "LIKE", "BOOKMARK"), OWN, strict=True))
    return events.assign(eventType=events["eventType"].map(names))


def test_given_weights_are_where_the_sliders_begin(usual) -> None:
    events = own_kinds(usual[0])
    events = pd.concat([events, events.iloc[:50]])
    for repeats in ("drop", "keep"):
        panel = dr.weights_explorer(events, weights=OWN, repeats=repeats)
        assert list(panel.sliders) == list(OWN)
        for kind, slider in panel.sliders.items():
            assert slider.value == OWN[kind]
            assert slider.min < OWN[kind] < slider.max
            assert (OWN[kind] - slider.min) / slider.step == pytest.approx(9)
        strength = dr.event_strength(events, OWN, repeats)["eventStrength"]
        assert "0.0% of the" in seen(panel)
        assert "with the weights given (grey)" in seen(panel)
        assert f"The mean goes from {strength.mean():.2f} to {strength.mean():.2f}" in seen(panel)
        before = panel.result.value
        panel.sliders["buy it"].value = 30
        other = dr.event_strength(events, OWN | {"buy it": 30}, repeats)["eventStrength"]
        assert f"{(other != strength).mean():.1%} of the" in seen(panel)
        assert f"the largest from {strength.max():g} to {other.max():g}" in seen(panel)
        panel.repeats.value = {"drop": "keep", "keep": "drop"}[repeats]
        panel.reset.click()
        assert panel.result.value == before
        assert panel.repeats.value == repeats
    assert "buy it" in seen(panel)  # not its first word


def test_the_classes_of_strengths_fit_the_weights(usual) -> None:
    events = own_kinds(usual[0])
    panel = dr.weights_explorer(events, weights=dict.fromkeys(OWN, 0.1))
    assert "up to 0.1 " in seen(panel) and "over 0.1 to 0.2 " in seen(panel)
    shares = re.findall(r"(?:up to|over) [\d.]+(?: to [\d.]+)? ([\d.]+)% ([\d.]+)%", seen(panel))
    assert sum(float(now) for now, _ in shares) == pytest.approx(100, abs=0.3)


def test_kinds_without_a_weight(usual) -> None:
    events = own_kinds(usual[0])
    assert dr.weights_explorer(events).sliders["buy it"].value == 1  # none given: all alike
    with pytest.raises(ValueError, match="'buy it' in row .* has no weight"):
        dr.weights_explorer(events, weights={"look": 1.0, "1/3": 1.0})
    assert "has no weight; weights names " in repr(dr.weights_view(events))
    with pytest.raises(ValueError, match="has no weight; weights names "):
        dr.plots.event_weights(events)
    assert "look" in dr.plots.event_weights(events, OWN).caption
    compared = repr(dr.weights_view(events, OWN, baseline=OWN, repeats="keep"))
    assert "0.0% of the" in compared and "the weights given" in compared


def test_a_log_of_values_is_added_up_as_event_strength_does(usual) -> None:
    rng = np.random.default_rng(3)
    events = pd.concat([usual[0], usual[0].iloc[:99]], ignore_index=True)
    events["value"] = rng.choice([0.5, 3.5, 4.0, 120.0], len(events))
    counts = Counts(events)
    for weights in (dr.EVENT_WEIGHTS, dict.fromkeys(dr.EVENT_WEIGHTS, 0.3)):
        for repeats in ("drop", "keep"):
            expected = dr.event_strength(events, weights, repeats)["eventStrength"].to_numpy()
            assert counts.strengths(weights, repeats) == pytest.approx(expected)
    parts = events["value"] * events["eventType"].map(dr.EVENT_WEIGHTS)
    keys = [events[name] for name in ("personId", "contentId", "eventType")]
    by_kind = parts.groupby(keys).sum().groupby(level=[0, 1]).max()
    strongest = counts.strengths(dr.EVENT_WEIGHTS, "drop", "strongest")
    assert strongest == pytest.approx(by_kind.to_numpy())
    panel = dr.weights_explorer(events)
    assert panel.repeats.disabled
    assert "0.0% of the" in seen(panel)
    panel.sliders["VIEW"].value = 2
    now = dr.event_strength(events, {**dr.EVENT_WEIGHTS, "VIEW": 2.0})["eventStrength"]
    assert f"to {now.mean():.2f}, the largest" in seen(panel)
    assert "values added up" in repr(dr.weights_view(events))


def test_a_log_of_one_kind(usual) -> None:
    events = usual[0].assign(eventType="VIEW")
    assert "100.0% of the pairs nothing but VIEW" in seen(dr.weights_explorer(events))
    model, matrix, _ = fitted(events)
    panel = dr.be_the_reader(model, matrix, weights={"VIEW": 1.0})
    assert panel.act.options == (("viewed (1)", "VIEW"),)
    panel.finder.search.value = "T 30"
    panel.add.click()
    assert panel.readings[1_030] == 1


def test_the_reader_does_what_the_log_knows(usual) -> None:
    _, model, matrix, _ = usual
    panel = dr.be_the_reader(model, matrix, weights=OWN | {"LIKE": 2.0}, repeats="keep")
    assert [label for label, _ in panel.act.options] == [
        "look (0.1)", "buy it (25)", "1/3 (0.333333)", "liked (2)",
    ]  # fmt: skip
    assert set(panel.readings.values()) == {0.1}
    panel.finder.search.value = "T 30"
    panel.act.value = "buy it"
    panel.add.click()
    panel.add.click()
    panel.act.value = "LIKE"
    panel.add.click()
    assert panel.readings[1_030] == 52
    line = panel._lines[30].children[1].value
    assert "buy it ×2 and liked: T 30" in line
    assert "(strength 0.1)" in repr(dr.reader_view(model, matrix, weights=OWN))
    dropped = dr.be_the_reader(model, matrix, opened=[1_030], weights=OWN)
    dropped.finder.search.value = "T 30"
    dropped.add.click()
    assert dropped.readings == {1_030: 0.1}
    for wrong, error in (({}, "names no type"), ({"VIEW": 0}, "must be above 0")):
        with pytest.raises(ValueError, match=error):
            dr.be_the_reader(model, matrix, weights=wrong)


def test_the_explorer_takes_a_log_of_ones_own(usual, capsys) -> None:
    events = own_kinds(log("uuid"))
    clicks = dr.load_clicks(
        events, user="personId", item="contentId", event="eventType", title="title"
    )
    tabs = dr.explorer(clicks, weights=OWN)
    assert "buy it (25)" in str(tabs.children[2].act.options)
    tabs.children[1].group.value = "shortest history"
    assert all(len(seen(panel)) > 500 for panel in tabs.children)
    assert "(strength 0.1)" in repr(dr.explorer_view(clicks, weights=OWN))


# ------------------------------------------------------------------ nothing to show


def test_who_has_read_everything_is_told_so(usual) -> None:
    _, model, matrix, strength = usual
    full = matrix.user_items.tolil()
    full[4] = 1
    # A score needs a vector: it may be the one of before.
    everything = replace(matrix, user_items=sparse.csr_matrix(full))
    user = int(matrix.user_ids[4])
    sentence = f"Person {user} has read all 40 articles: nothing is left to recommend."
    assert sentence in repr(dr.user_view(model, everything, strength, user))
    assert sentence in str(Text(dr.user_view(model, everything, strength, user).html))
    picker = dr.user_picker(model, everything, strength, user=user)
    assert sentence in seen(picker) and "Recommended" not in seen(picker)
    mine = "You have read all 40 articles: nothing is left to recommend."
    readings = dict.fromkeys(matrix.item_ids.tolist(), 1.0)
    assert mine in repr(dr.reader_view(model, matrix, readings))
    assert mine in str(Text(dr.reader_view(model, matrix, readings).html))
    panel = dr.be_the_reader(model, matrix, opened=matrix.item_ids)
    assert seen(panel) == mine
    panel.away[3].click()
    assert "1. T 3" in seen(panel)


def test_more_is_asked_for_than_there_is(usual) -> None:
    _, model, matrix, strength = usual
    user = int(matrix.user_ids[4])
    unread = 40 - matrix.user_items[4].nnz
    assert f"\n{unread}. " in repr(dr.user_view(model, matrix, strength, user, n=500))
    assert len(repr(dr.article_view(model, matrix, n=500)).splitlines()) == 2 * (39 + 1) + 4
    assert repr(dr.article_view(model, matrix, n=0)) == (
        "n must be a whole number of at least 1, not 0."
    )
    nobody = replace(matrix, user_items=sparse.csr_matrix(matrix.user_items.shape))
    assert "Nobody in this matrix" in repr(dr.user_view(model, nobody, strength))


# ------------------------------------------------------------------ figures


def test_figures_say_what_they_need(usual) -> None:
    events, _, _, strength = usual
    with pytest.raises(TypeError, match="dates with a time zone, not int64"):
        dr.plots.weekly_rhythm(events["timestamp"])
    with pytest.raises(TypeError, match="dates with a time zone"):
        dr.plots.weekly_rhythm(pd.to_datetime(events["timestamp"], unit="s"))
    apart = pd.to_datetime(events["timestamp"], unit="s").diff().fillna(pd.Timedelta(0))
    with pytest.raises(TypeError, match="numbers of days"):
        dr.plots.article_life(apart)
    with pytest.raises(dr.DataError, match="no column 'eventType'"):
        dr.plots.event_weights(events.drop(columns="eventType"))
    gap = events.assign(eventType=events["eventType"].where(events.index > 2))
    with pytest.raises(dr.DataError, match="eventType is missing in 3 rows, first in row 0"):
        dr.plots.event_weights(gap)
    numbered = events.assign(
        eventType=events["eventType"].map({"VIEW": 1, "LIKE": 2, "BOOKMARK": "b"})
    )
    weights = {1: 1.0, 2: 2.0, "b": 3.0}
    assert ", 2 30.8% (weight 2)" in dr.plots.event_weights(numbered, weights).caption
    other = strength.assign(contentId=strength["contentId"] + 10**6)
    assert "no act in these events" in dr.plots.strength_distribution(other, events).caption


def test_the_commonest_acts_of_a_strength_among_many_kinds() -> None:
    """Seventy kinds: their combinations fit into no number of 64 bits."""
    rows = [(1, item, f"kind {item:02d}", "T") for item in range(70)]
    rows += [(2, 0, "kind 69", "T"), (2, 0, "kind 01", "T")]
    events = pd.DataFrame(rows, columns=["personId", "contentId", "eventType", "title"])
    weights = dict.fromkeys(events["eventType"], 1.0)
    picture = dr.plots.strength_distribution(dr.event_strength(events, weights), events)
    assert "have strength 1, most often made of kind 00." in picture.caption
    labels = [text.get_text() for text in picture.figure.axes[0].texts]
    assert labels[1].endswith("kind 01 + kind 69")

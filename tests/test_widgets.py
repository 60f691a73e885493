"""The pickers without a browser: what they show belongs to what is chosen, and nothing slips in."""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from html.parser import HTMLParser

import ipywidgets
import numpy as np
import pandas as pd
import pytest
from conftest import ROOT
from hypothesis import given
from hypothesis import strategies as st
from implicit.cpu.als import AlternatingLeastSquares
from scipy import sparse

import deskrec_tutorial as dr
from deskrec_tutorial.widgets import core, people, reader, reasons, stepper
from deskrec_tutorial.widgets.explorer import TITLES as TABS
from deskrec_tutorial.widgets.search import MOST, Articles, folded
from deskrec_tutorial.widgets.weights import Counts

ATTACK = "<img src=x onerror=alert(1)>"
TITLES = [
    ATTACK, "Twice the same", "Twice the same", "TWICE THE SAME", "Ação e reação",
    "Ein Straßenfest im Grünen", "日本語の記事 $5 & co", "Data science for all",
]  # fmt: skip


class Text(HTMLParser):
    """The words of an HTML string, and the names of its elements."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.elements: set[str] = set()
        self.feed(html)

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def handle_starttag(self, tag: str, attrs: list) -> None:
        self.elements.add(tag)
        assert not [name for name, _ in attrs if name.startswith("on")]

    def __str__(self) -> str:
        return " ".join(" ".join(self.words).split())


def seen(panel: core.Panel) -> str:
    """What somebody reads in the result of a picker."""
    return str(Text(panel.result.value))


def all_widgets(widget: ipywidgets.Widget) -> list[ipywidgets.Widget]:
    children = [w for child in getattr(widget, "children", ()) for w in all_widgets(child)]
    return [widget, *children]


@pytest.fixture(scope="module")
def small():
    """Thirty people, eight articles with awkward titles and ids near the ends of 64 bits."""
    rng = np.random.default_rng(5)
    items = [2**63 - 1 - 7 * i if i % 2 else -(2**63) + 11 * i for i in range(len(TITLES))]
    rows = [
        (2**62 + person, items[i], TITLES[i], float(rng.integers(1, 6)))
        for i in range(len(TITLES))
        for person in rng.permutation(30)[: 6 + 2 * i]
    ]
    columns = ["personId", "contentId", "title", "eventStrength"]
    strength = pd.DataFrame(rows, columns=columns)
    matrix = dr.InteractionMatrix.from_strength(strength)
    return dr.fit_als(matrix, factors=4, iterations=5), matrix, strength


@pytest.fixture(scope="module")
def toy() -> pd.DataFrame:
    values = [
        [1, 3, 1, 0, 0, 0, 1], [1, 1, 0, 0, 0, 0, 1], [0, 4, 1, 0, 0, 0, 1],
        [0, 0, 1, 1, 1, 0, 1], [0, 0, 0, 3, 0, 1, 1], [0, 0, 0, 0, 12, 1, 1],
    ]  # fmt: skip
    return pd.DataFrame(values, ["Ana", "Bo", "Cy", "Di", "Ed", "Fi"], list("stuvwxy"), dtype=float)


def column_of(matrix: dr.InteractionMatrix, title: str) -> int:
    return int(np.flatnonzero(matrix.titles == title)[0])


# ------------------------------------------------------------------ loading


def test_only_the_widgets_package_imports_ipywidgets() -> None:
    for path in (ROOT / "deskrec_tutorial").rglob("*.py"):
        imported = {
            name.name
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.Import)
            for name in node.names
        }
        assert "ipywidgets" not in imported or path.parent.name == "widgets", path


def test_every_picker_has_a_twin_and_both_are_there() -> None:
    for live, still in {
        "article_picker": "article_view",
        "user_picker": "user_view",
        "be_the_reader": "reader_view",
        "weights_explorer": "weights_view",
        "als_stepper": "als_view",
        "bowl_picker": "bowl_view",
        "explorer": "explorer_view",
    }.items():
        assert getattr(dr, live) is getattr(dr.widgets, live)
        assert f"`{still}`" in getattr(dr, live).__doc__
        assert getattr(dr, still).__doc__


# ------------------------------------------------------------------ searching


def test_case_and_accents_do_not_matter() -> None:
    assert folded("Ação ÀÉÎÕÜ") == "acao aeiou"
    assert folded("STRASSE") == folded("Straße")


def test_words_are_found_in_any_order(small) -> None:
    matrix = small[1]
    articles = Articles(matrix)
    for query in ("for science", "ALL data", " science  ", "dat fo"):
        assert articles.find(query) == [column_of(matrix, "Data science for all")], query
    assert articles.find("reacao") == [column_of(matrix, "Ação e reação")]
    assert articles.find("grunen strassenfest") == [column_of(matrix, TITLES[5])]
    assert articles.find("data zebra") == []
    assert len(articles.find("")) == len(TITLES)


def test_found_are_the_most_read_first_and_a_whole_id_is_found(small) -> None:
    matrix = small[1]
    articles = Articles(matrix)
    readers = matrix.readers[articles.find("")]
    assert (np.diff(readers) <= 0).all()
    for column, item in enumerate(matrix.item_ids):
        assert articles.find(f" {item} ") == [column]


def test_no_two_labels_are_alike(small, matrix) -> None:
    for data in (small[1], matrix):
        labels = Articles(data).labels
        assert len({folded(label) for label in labels}) == len(labels)
    same = [label for label in Articles(small[1]).labels if folded(label).startswith("twice")]
    assert len(same) == 3
    ids = [re.search(r", id (-?\d+)\)$", label).group(1) for label in same]
    assert set(map(int, ids)) < set(small[1].item_ids.tolist())
    assert not [
        label for label in Articles(small[1]).labels if "science" in label and ", id" in label
    ]


def test_labels_differ_even_with_the_same_readers_and_tiny_ids() -> None:
    rows = [(person, item, "Same", 1.0) for person in (1, 2) for item in (3, 13, -3)]
    strength = pd.DataFrame(rows, columns=["personId", "contentId", "title", "eventStrength"])
    assert len(set(Articles(dr.InteractionMatrix.from_strength(strength)).labels)) == 3


# ------------------------------------------------------------------ pick an article


def test_the_first_article_teaches_and_matches_the_function(model, matrix) -> None:
    picker = dr.article_picker(model, matrix)
    column = picker.finder.column
    assert abs(int(matrix.readers[column]) - 30) == np.abs(matrix.readers - 30).min()
    expected = dr.similar_articles(model, matrix, matrix.item_ids[column], n=11).iloc[1:]
    for title, score in zip(expected["title"], expected["score"], strict=True):
        assert " ".join(title.split()) in seen(picker)
        assert f"{score:.3f}" in seen(picker)
    assert f"Mean readers: {expected['readers'].mean():.1f} by cosine" in seen(picker)


def test_whatever_is_set_the_result_belongs_to_it(model, matrix) -> None:
    picker = dr.article_picker(model, matrix, n=5)
    for query, method, least in [("data", "dot", 1), ("de", "cosine", 20), ("", "dot", 50)]:
        picker.finder.search.value = query
        picker.method.value = method
        picker.least.value = least
        picker.finder.matches.index = 2  # what a browser sends
        column = picker.finder.column
        assert type(picker.finder.matches.value) is int
        name = {"dot": "dot product", "cosine": "cosine"}[method]
        title = " ".join(matrix.titles[column].split())
        assert f"By {name}, most similar to “{title}”" in seen(picker)
        args = model, matrix, matrix.item_ids[column], 6, method, least
        readers = dr.similar_articles(*args)["readers"].iloc[1:]
        assert f"{readers.mean():.1f} by {name}" in seen(picker)


def test_a_search_keeps_the_choice_while_it_is_found(model, matrix) -> None:
    picker = dr.article_picker(model, matrix)
    chosen = picker.finder.column
    first, last = matrix.titles[chosen].split()[0], matrix.titles[chosen].split()[-1]
    picker.finder.search.value = first
    assert picker.finder.column == chosen
    picker.finder.search.value = f"{last} {first}"
    assert picker.finder.column == chosen
    picker.finder.search.value = ""
    assert picker.finder.column == chosen
    assert len(picker.finder.matches.options) == MOST


def test_a_search_without_a_result_is_a_sentence(small) -> None:
    model, matrix, _ = small
    picker = dr.article_picker(model, matrix)
    picker.finder.search.value = "no such words <b>"
    assert picker.finder.column is None
    assert "No title has all of these words: no such words &lt;b&gt;" in picker.finder.note.value
    assert seen(picker) == "No article is chosen: search for other words."
    picker.finder.search.value = "twice"
    assert "“twice the same”" in seen(picker).lower()


def test_more_readers_than_any_article_has(small) -> None:
    model, matrix, _ = small
    picker = dr.article_picker(model, matrix)
    picker.least.value = 50
    assert "No other article has so many readers." in seen(picker)
    assert "0 articles are in both lists" in seen(picker)


def test_the_map_says_what_is_on_it(small) -> None:
    model, matrix, _ = small
    placed = matrix.readers >= 10
    places = pd.DataFrame(
        np.arange(2.0 * placed.sum()).reshape(-1, 2), matrix.item_ids[placed], ["x", "y"]
    )
    on, off = int(matrix.item_ids[placed][0]), int(matrix.item_ids[~placed][0])
    shown = seen(dr.article_picker(model, matrix, item=on, places=places))
    assert f"Dots: {placed.sum()} of 8 articles, with 10 or more readers each." in shown
    assert f"{placed.sum() - 1} of the 7 listed are on it" in shown
    shown = seen(dr.article_picker(model, matrix, item=off, places=places))
    assert "the article itself has too few readers" in shown
    still = dr.article_view(model, matrix, item=off, places=places)
    assert "not on the map" in still.pictures[0].caption
    with pytest.raises(dr.UnknownIdError):
        dr.article_picker(model, matrix, places=places.set_index(places.index + 1))


def test_drawing_the_map_is_long_work_that_starts_once(small, monkeypatch) -> None:
    model, matrix, _ = small
    picker = dr.article_picker(model, matrix)
    places = pd.DataFrame(np.eye(8)[:, :2], matrix.item_ids, ["x", "y"])
    calls = []

    def slow(*_: object) -> pd.DataFrame:
        calls.append((picker.draw.disabled, picker.work.bar.layout.display))
        picker.draw.click()
        return places

    monkeypatch.setattr("deskrec_tutorial.widgets.articles.article_places", slow)
    assert "Dots:" not in seen(picker)
    picker.draw.click()
    picker.draw.click()
    assert calls == [(True, "")]
    assert "Dots: 8 of 8 articles" in seen(picker)
    assert picker.work.bar.layout.display == "none"


def test_too_few_articles_for_a_map(small) -> None:
    model, matrix, _ = small
    picker = dr.article_picker(model, matrix)
    picker._matrix = replace(matrix, user_items=matrix.user_items[:6], user_ids=matrix.user_ids[:6])
    before = picker.result.value
    picker.draw.click()
    assert picker.draw.description == "No map"
    assert "too few for a map" in picker.draw.tooltip
    assert picker.result.value == before


def test_a_map_is_made_as_in_chapter_4(small) -> None:
    model, matrix, _ = small
    places = dr.widgets.article_places(model, matrix, min_readers=8)
    assert list(places.index) == list(matrix.item_ids[matrix.readers >= 8])
    assert places.equals(dr.widgets.article_places(model, matrix, min_readers=8))
    with pytest.raises(ValueError, match="too few for a map"):
        dr.widgets.article_places(model, matrix, min_readers=20)


def test_the_article_twin_says_both_lists_in_plain_text(model, matrix) -> None:
    item = matrix.item_ids[7]
    view = dr.article_view(model, matrix, item, n=4)
    for method in ("cosine", "dot"):
        for title in dr.similar_articles(model, matrix, item, 5, method)["title"]:
            assert title in repr(view)
    assert "<" not in repr(view).replace(matrix.titles[7], "")
    assert repr(view) == repr(dr.article_view(model, matrix, item, n=4))
    unknown = dr.article_view(model, matrix, 5)
    assert repr(unknown).startswith("No contentId 5")


# ------------------------------------------------------------------ pick a person


def test_history_and_recommendations_are_the_functions_own(model, matrix, strength) -> None:
    user = int(matrix.user_ids[194])
    picker = dr.user_picker(model, matrix, strength, user=user)
    read, listed = dr.history(strength, user), dr.recommend(model, matrix, user)
    assert f"Person {user} has read {len(read):,} articles" in seen(picker)
    for title, score in zip(listed["title"], listed["score"], strict=True):
        assert f"{' '.join(title.split())} {score:.3f}" in seen(picker)
    plain = repr(dr.user_view(model, matrix, strength, user))
    assert all(title in plain for title in [*read["title"][:15], *listed["title"]])


@pytest.mark.parametrize(("read", "more"), [(15, []), (16, ["and 1 more, none of them stronger."])])
def test_of_a_long_history_fifteen_are_listed(small, read: int, more: list[str]) -> None:
    model, matrix, strength = small
    user = int(matrix.user_ids[0])
    past = pd.DataFrame({"personId": user, "contentId": range(read), "title": "T"})
    still = dr.user_view(model, matrix, past.assign(eventStrength=1.0), user)
    assert re.findall(r"and \d+ more, none of them stronger\.", str(Text(still.html))) == more


def test_contributions_are_those_of_explain(model, matrix, strength) -> None:
    for row in (0, 194, int(np.diff(matrix.user_items.indptr).argmax())):
        user = int(matrix.user_ids[row])
        listed = dr.recommend(model, matrix, user, 3)
        columns = np.searchsorted(matrix.item_ids, listed["contentId"])
        parts = reasons.contributions(model, matrix.user_items[row], columns)
        assert parts.sum(axis=1) == pytest.approx(listed["score"].to_numpy(), abs=1e-6)
        explained = dr.explain(model, matrix, user, int(listed["contentId"][0]))
        by_item = explained.set_index("contentId")["contribution"]
        own = by_item[matrix.item_ids[matrix.user_items[row].indices]]
        assert parts[0] == pytest.approx(own.to_numpy(), abs=1e-6)


@given(st.lists(st.floats(-2, 2, allow_nan=False), min_size=1, max_size=12))
def test_the_printed_parts_add_up_to_the_printed_score(values: list[float]) -> None:
    titles = np.array([f"t{i}" for i in range(len(values))], dtype=object)
    r = reasons.reasons_of("article", titles, np.array(values))
    parts = [part for _, part in r.readings] + [r.others[1], r.against[1]]
    assert round(sum(parts), 3) == pytest.approx(r.score, abs=1e-9)
    assert len(r.readings) + r.others[0] + r.against[0] == len(values)
    assert r.score == pytest.approx(sum(values), abs=0.00051)
    numbers = re.sub(r"“t\d+”|\d+ others?", "", str(r)).split("\n")[1]
    left, right = numbers.split("=")
    assert eval(right.replace("−", "-").replace("against it", "")) == pytest.approx(float(left))
    html = reasons.reasons_html("Recommended", [r])
    above = re.findall(r"width:([\d.]+)%", html.split("height:4px")[0])
    assert sum(map(float, above)) == pytest.approx(100 if r.gain > 0 else 0, abs=0.1)


def test_what_rounding_lost_goes_to_the_readings_without_a_name() -> None:
    titles = np.array([f"t{i}" for i in range(20)], dtype=object)
    r = reasons.reasons_of("article", titles, np.full(20, 0.0514))
    assert [part for _, part in r.readings] == [0.051] * 3  # as in the figure of the same parts
    assert (r.others, r.score) == ((17, 0.875), 1.028)


def test_groups_hold_whom_they_name(matrix, strength, events) -> None:
    lengths = strength["personId"].value_counts()
    groups = people.groups(matrix, events)
    assert list(groups) == ["most active", "typical", "newest"]
    assert set(lengths[list(groups["most active"])]) == set(lengths[:12])
    assert abs(lengths[list(groups["typical"])] - lengths.median()).max() <= 1
    first = events.groupby("personId")["timestamp"].min().sort_values(ascending=False)
    assert next(iter(groups["newest"])) == first.index[0]
    day = pd.Timestamp(first.iloc[0], unit="s").date().isoformat()
    assert f"since {day}" in groups["newest"][first.index[0]]
    shortest = people.groups(matrix)["shortest history"]
    assert lengths[list(shortest)].max() == lengths.min()


def test_list_and_id_take_turns(small) -> None:
    model, matrix, strength = small
    picker = dr.user_picker(model, matrix, strength)
    assert f"Person {picker.people.value} has read" in seen(picker)
    user = int(matrix.user_ids[7])
    picker.by_id.value = f" {user} "
    assert picker.people.index is None
    assert f"Person {user} has read" in seen(picker)
    picker.people.index = 2
    assert picker.by_id.value == ""
    assert f"Person {picker.people.value} has read" in seen(picker)
    picker.by_id.value = str(user)
    picker.group.value = "most active"
    assert picker.by_id.value == ""
    longest = int(matrix.user_ids[np.diff(matrix.user_items.indptr).argmax()])
    assert f"Person {longest} has read" in seen(picker)
    picker.by_id.value = str(user)
    picker.by_id.value = ""
    assert f"Person {longest} has read" in seen(picker)
    picker.people.index = None  # nobody is no choice: who was shown stays
    assert f"Person {longest} has read" in seen(picker)


@pytest.mark.parametrize(
    "typed", ["7", "no number", "1.5", "9" * 30, "9" * 9_999, "1_0", "<b>", "-", "２"]
)
def test_an_unknown_id_is_a_sentence_and_nothing_old_remains(small, typed: str) -> None:
    model, matrix, strength = small
    picker = dr.user_picker(model, matrix, strength)
    picker.by_id.value = typed
    assert re.match(r"No personId|“.*” is no personId", seen(picker))
    assert "Recommended" not in seen(picker)
    assert "has read" not in seen(picker)


def test_somebody_without_a_history_is_a_sentence(small) -> None:
    model, matrix, strength = small
    empty = matrix.user_items.tolil()
    empty[3] = 0
    emptied = replace(matrix, user_items=empty.tocsr())
    user = int(matrix.user_ids[3])
    picker = dr.user_picker(model, emptied, strength, user=user)
    assert seen(picker).startswith(f"personId {user} has no history")
    assert repr(dr.user_view(model, emptied, strength, user)).startswith(f"personId {user} has no")
    assert user not in picker._groups["typical"]


def test_a_model_of_ones_own_shows_the_sentence_of_explain_once(matrix, strength) -> None:
    own = AlternatingLeastSquares(factors=20, alpha=15, random_state=1, num_threads=1)
    own.fit(matrix.user_items, show_progress=False)
    user = int(matrix.user_ids[194])
    listed, sentence = dr.recommend(own, matrix, user), "the parts add up to"
    still = dr.user_view(own, matrix, strength, user)
    picker = dr.user_picker(own, matrix, strength, user=user)
    for shown in (repr(still), str(Text(still.html)), seen(picker)):
        assert shown.count(sentence) == 1
        item, parts, score = re.search(
            r"For contentId (-?\d+) the parts add up to ([\d.]+), .* is ([\d.]+)\. The", shown
        ).groups()
        row = listed[listed["contentId"] == int(item)].iloc[0]
        assert float(score) == pytest.approx(row["score"], abs=1e-3)
        with pytest.warns(UserWarning, match=f"For contentId {item} the parts add up to {parts},"):
            dr.explain(own, matrix, user, int(item))
    own.partial_fit_users(np.arange(len(matrix.user_ids)), matrix.user_items)
    assert sentence not in repr(dr.user_view(own, matrix, strength, user))
    assert sentence not in seen(dr.be_the_reader(own, matrix))


# ------------------------------------------------------------------ be the reader


def test_recommendations_are_folded_in(model, matrix) -> None:
    panel = dr.be_the_reader(model, matrix)
    assert len(panel.readings) == 4
    listed = dr.fold_in(model, matrix, panel.readings)
    for title, score in zip(listed["title"], listed["score"], strict=True):
        assert f"{' '.join(title.split())} {score:.3f}" in seen(panel)
    still = dr.reader_view(model, matrix, panel.readings)
    assert all(title in repr(still) for title in listed["title"])


def test_adding_and_taking_away_leads_back(small) -> None:
    model, matrix, _ = small
    panel = dr.be_the_reader(model, matrix, opened=matrix.item_ids[:2])
    before = panel.result.value
    panel.finder.search.value = "data"
    assert panel.result.value == before  # looking is not reading
    panel.act.value = "COMMENT CREATED"
    panel.add.click()
    column = column_of(matrix, "Data science for all")
    assert panel.readings[int(matrix.item_ids[column])] == 5
    assert panel.result.value != before
    panel.act.value = "VIEW"
    panel.add.click()
    panel.add.click()  # the same act again counts once
    assert panel.readings[int(matrix.item_ids[column])] == 6
    assert "viewed and commented" in panel._lines[column].children[1].value
    panel.away[column].click()
    assert panel.result.value == before
    assert column not in panel.away


def test_nothing_read_is_a_sentence_and_an_empty_search_adds_nothing(small) -> None:
    model, matrix, _ = small
    panel = dr.be_the_reader(model, matrix, opened=[])
    assert seen(panel) == reader.NOTHING
    panel.finder.search.value = "zebra"
    panel.add.click()
    assert panel.readings == {}
    assert seen(panel) == reader.NOTHING
    assert "nothing to fold in" in repr(dr.reader_view(model, matrix, {}))
    assert repr(dr.reader_view(model, matrix, {12345: 1.0})).startswith("No contentId 12345")


def test_another_alpha_trains_once_and_the_first_one_stays_as_it_was(small, monkeypatch) -> None:
    model, matrix, _ = small
    factors, calls = model.item_factors.copy(), []
    real = reader.refit

    def counted(*args: object) -> object:
        calls.append(args[2])
        return real(*args)

    monkeypatch.setattr(reader, "refit", counted)
    panel = dr.be_the_reader(model, matrix)
    before = panel.result.value
    for alpha in (40.0, 15.0, 40.0, 15.0):
        panel.alpha.value = alpha
        assert f"with alpha = {alpha:g}" in seen(panel)
    assert calls == [40.0]
    assert panel.result.value == before
    assert (model.item_factors == factors).all()
    assert model.alpha == 15


def test_while_training_nothing_old_is_shown_and_nothing_starts_twice(small, monkeypatch) -> None:
    model, matrix, _ = small
    panel = dr.be_the_reader(model, matrix)
    seen_meanwhile = []

    def slow(*args: object) -> object:
        alpha = args[2]
        seen_meanwhile.append((alpha, panel.alpha.disabled, seen(panel)))
        if alpha == 5.0:
            panel.alpha.value = 40.0  # a newer choice, made meanwhile
            panel.finder.search.value = "data"
            panel.add.click()
        return reader_refit(*args)

    reader_refit = reader.refit
    monkeypatch.setattr(reader, "refit", slow)
    panel.alpha.value = 5.0
    assert seen_meanwhile == [
        (alpha, True, f"Training with alpha = {alpha:g} …") for alpha in (5.0, 40.0)
    ]
    assert "with alpha = 40" in seen(panel)
    assert not panel.alpha.disabled
    listed = dr.fold_in(panel._models[40.0], matrix, panel.readings)
    assert all(" ".join(title.split()) in seen(panel) for title in listed["title"])


def test_a_failed_training_unlocks_its_trigger(small, monkeypatch) -> None:
    model, matrix, _ = small
    panel = dr.be_the_reader(model, matrix)

    def failing(*_: object) -> None:
        raise ValueError("no memory")

    monkeypatch.setattr(reader, "refit", failing)
    before = panel.result.value
    with pytest.raises(ValueError, match="no memory"):
        panel.alpha.value = 5.0
    assert not panel.alpha.disabled
    assert not panel.work.running
    assert panel.alpha.value == 15
    assert panel.result.value == before


def test_training_goes_on_from_the_model_and_shows_its_progress(model, matrix) -> None:
    steps = []
    again = reader.refit(model, matrix, 15.0, lambda: steps.append(1), rounds=2)
    assert len(steps) == 2
    assert np.abs(again.item_factors - model.item_factors).max() < 0.05
    assert again.alpha == 15
    other = reader.refit(model, matrix, 1.0, lambda: None)
    assert np.median(other.user_factors @ other.item_factors.T) < np.median(
        model.user_factors @ model.item_factors.T
    )


# ------------------------------------------------------------------ weights


@pytest.mark.parametrize("repeats", ["drop", "keep"])
def test_strengths_are_those_of_the_function(events, repeats: str) -> None:
    weights = {"VIEW": 0.5, "LIKE": 3.5, "BOOKMARK": 1.0, "FOLLOW": 7.0, "COMMENT CREATED": 2.5}
    counts = Counts(events)
    expected = dr.event_strength(events, weights, repeats)
    assert counts.pairs[["personId", "contentId"]].equals(expected[["personId", "contentId"]])
    assert counts.strengths(weights, repeats) == pytest.approx(expected["eventStrength"].to_numpy())
    strongest = counts.strengths(weights, "drop", "strongest")
    by_hand = events["eventType"].map(weights).groupby([events["personId"], events["contentId"]])
    assert strongest == pytest.approx(by_hand.max().to_numpy())


def test_sliders_move_what_they_touch(events) -> None:
    panel = dr.weights_explorer(events)
    before = panel.result.value
    assert "0.0% of the 40,682 pairs have another strength" in seen(panel)
    panel.sliders["VIEW"].value = 3.0
    now = dr.event_strength(events, dict(dr.EVENT_WEIGHTS) | {"VIEW": 3.0})["eventStrength"]
    base = dr.event_strength(events)["eventStrength"]
    assert f"{(now != base).mean():.1%} of the 40,682 pairs" in seen(panel)
    assert f"The mean goes from {base.mean():.2f} to {now.mean():.2f}" in seen(panel)
    panel.repeats.value = "keep"
    panel.combine.value = "strongest"
    panel.reset.click()
    assert panel.result.value == before


def test_another_person_is_shown_when_chosen(events) -> None:
    panel = dr.weights_explorer(events)
    for label, user in panel.person.options:
        panel.person.value = user
        assert f"Person {user}: strength of each reading" in seen(panel)
        assert str(user) in label
    chosen = int(events["personId"].iloc[5])
    assert dr.weights_explorer(events, user=chosen).person.value == chosen
    assert repr(dr.weights_view(events, user=5)) == (
        "Nobody with the personId 5 is in these events."
    )


def test_the_weights_twin_says_its_settings(events) -> None:
    view = dr.weights_view(events, dict.fromkeys(dr.EVENT_WEIGHTS, 1.0), repeats="keep")
    assert repr(view).startswith(
        "Weights: VIEW 1, LIKE 1, BOOKMARK 1, FOLLOW 1, COMMENT CREATED 1;"
    )
    assert "repeats kept" in repr(view)
    assert repr(dr.weights_view(events.iloc[:0])).startswith("events has no rows")
    assert "'LIKE'" in repr(dr.weights_view(events, {"VIEW": 1.0}))
    assert "repeats" in repr(dr.weights_view(events, repeats="once"))
    assert repr(dr.weights_view(events, combine="max")) == (
        "combine is 'sum' or 'strongest', not 'max'."
    )


def test_an_event_type_the_course_does_not_know_gets_weight_one(events) -> None:
    some = events.head(50).assign(eventType=["VIEW", ATTACK] * 25)
    panel = dr.weights_explorer(some)
    assert panel.sliders[ATTACK].value == 1
    assert "img" not in Text(panel.result.value).elements


# ------------------------------------------------------------------ ALS step by step


@pytest.mark.parametrize("alpha", [1.0, 15.0])
def test_the_steps_are_those_of_als(toy, alpha: float) -> None:
    steps = stepper.als_steps(toy, alpha)
    als = dr.ALS(factors=2, regularization=1.0, alpha=alpha, iterations=15)
    als.fit(sparse.csr_matrix(toy.to_numpy()))
    assert steps.losses == pytest.approx(als.loss_history)
    assert steps.users[-1] == pytest.approx(als.user_factors)
    assert steps.items[-1] == pytest.approx(als.item_factors)
    assert steps.users.shape == (31, 6, 2)
    assert (np.diff(steps.losses) <= 1e-9).all()


def test_each_half_step_moves_one_side_only(toy) -> None:
    steps = stepper.als_steps(toy)
    for at in range(1, 31):
        people_moved = not np.array_equal(steps.users[at], steps.users[at - 1])
        articles_moved = not np.array_equal(steps.items[at], steps.items[at - 1])
        assert (people_moved, articles_moved) == (at % 2 == 1, at % 2 == 0)


def test_slider_and_alpha_show_their_step(toy) -> None:
    panel = dr.als_stepper(toy, {"code": ["Ana", "s"], "design": ["Ed", "v"]})
    for alpha in (15.0, 0.0, 40.0):
        panel.alpha.value = alpha
        steps = stepper.als_steps(toy, alpha)
        for at in (1, 30, 0):
            panel.step.value = at
            loss = f"{steps.losses[at]:,.1f}."
            words = f"from {steps.losses[at - 1]:,.1f} to {loss}" if at else f"The loss is {loss}"
            assert words in seen(panel)
            name = f"Half-step {at} of 30" if at else "Start: small random numbers"
            assert name in seen(panel)
            scores = steps.scores(at)
            assert f"a read cell scores {scores[steps.read].mean():.2f}" in seen(panel)
            row, column = stepper.best_unread(steps, at)
            assert toy.iloc[row, column] == 0
            assert scores[row, column] == scores[~steps.read].max()
    assert (stepper.als_steps(toy, 0.0).confidence == 1).all()


def test_the_loss_has_circles_where_people_were_solved_and_squares_where_articles_were(toy) -> None:
    panel = dr.als_stepper(toy)
    panel.step.value = 3
    loss = panel.result.value.split("loss after each half-step")[1].split("</svg>")[0]
    marks = re.findall(r"<(circle|rect)", loss)[:4]  # the start, people, articles, people
    assert marks == ["rect", "circle", "rect", "circle"]


def test_a_full_matrix_and_too_many_people(toy) -> None:
    assert "there is no other" in seen(dr.als_stepper(toy + 1))
    with pytest.raises(ValueError, match="at most 26 rows"):
        dr.als_stepper(pd.DataFrame(np.eye(27)))


def test_the_als_twin_is_a_picture_with_its_numbers(toy) -> None:
    steps = stepper.als_steps(toy, 5.0)
    view = dr.als_view(toy, alpha=5.0, moments=(0, 3, 99))
    assert f"starts at {steps.losses[0]:,.1f}" in view.caption
    assert f"{steps.losses[3]:,.1f} after half-step 3" in view.caption
    assert f"{steps.losses[-1]:,.1f} after half-step 30" in view.caption
    read = steps.scores(-1)[steps.read].mean()
    assert f"until read cells score {read:.2f} on average" in view.figure.get_suptitle()
    assert view.png.startswith(b"\x89PNG")


# ------------------------------------------------------------------ the bowl


def bowl_of(names: list[str]) -> dr.plots.Bowl:
    articles = pd.DataFrame([[1, 0], [0, 1], [1, 1]], names, ["code", ATTACK])
    return dr.plots.Bowl(pd.Series([0, 3, 1], names), articles)


def test_sliders_move_the_bottom_and_stay_with_their_article() -> None:
    first = bowl_of(["x", "y", "z"])
    panel = dr.bowl_picker(first)
    assert (panel.article.value, panel.strength.value, panel.one.value) == ("x", 0, 1.0)
    panel.strength.value = 2
    moved = first.change("x", 2, (1, 0))
    assert f"({moved.bottom[0]:.2f}, {moved.bottom[1]:.2f})" in seen(panel)
    assert f"loss there is {moved.loss(moved.bottom):.2f}" in seen(panel)
    panel.article.value = "z"
    assert (panel.strength.value, panel.one.value, panel.two.value) == (1, 1.0, 1.0)
    assert panel.bowl.strengths.tolist() == [2, 3, 1]
    panel.two.value = 0.0
    assert panel.bowl.bottom == pytest.approx(moved.change("z", 1, (1, 0)).bottom)
    panel.article.value = "x"
    assert panel.strength.value == 2
    panel.again.click()
    assert panel.strength.value == 0 and "0.00 away" in seen(panel)
    assert panel.bowl.bottom == pytest.approx(first.bottom)


def test_sliders_reach_what_is_there_and_round_nothing() -> None:
    articles = pd.DataFrame([[2.25, 0], [0, -1.5]], ["x", "y"], ["code", "design"])
    first = dr.plots.Bowl(pd.Series([0.5, 40.25], ["x", "y"]), articles)
    panel = dr.bowl_picker(first)
    panel.article.value = "y"
    assert (panel.strength.value, panel.two.value) == (40.25, -1.5)
    assert panel.bowl.bottom == pytest.approx(first.bottom)


def test_the_bottom_and_its_rings_stay_in_the_picture() -> None:
    names = ["Sketching", "Office news"]
    articles = pd.DataFrame([[0, 1], [1, 1]], names, ["code", "design"])
    panel = dr.bowl_picker(dr.plots.Bowl(pd.Series([3, 1], names), articles))
    panel.article.value, panel.strength.value = "Office news", 12
    for panel.one.value, panel.two.value in ((-0.2, -0.4), (1.5, -0.5), (0, 0)):
        drawn = panel.html()
        box = re.search(r'viewBox="0 0 (\d+) (\d+)"', drawn).groups()
        places = re.findall(r"translate\((\S+) (\S+)\)", drawn)
        places += re.findall(r"[ML](\S+) ([\d.-]+)(?=[L\"])", drawn)
        assert len(places) > 100
        within = np.array(places, dtype=float) / np.array(box, dtype=float)
        assert within.min() >= 0 and within.max() <= 1


# ------------------------------------------------------------------ all of them


def every_panel(small, toy) -> dict[str, ipywidgets.Widget]:
    model, matrix, strength = small
    item = int(matrix.item_ids[column_of(matrix, ATTACK)])
    events = strength.assign(eventType="VIEW", timestamp=0)
    places = pd.DataFrame(np.eye(8)[:, :2], matrix.item_ids, ["x", "y"])
    nasty = toy.rename(index={"Ana": ATTACK}, columns={"s": ATTACK})
    return {
        "article": dr.article_picker(model, matrix, item, places=places),
        "user": dr.user_picker(model, matrix, strength, events=events),
        "reader": dr.be_the_reader(model, matrix, matrix.item_ids),
        "weights": dr.weights_explorer(
            events, events.loc[events["contentId"] == item, "personId"].iloc[0]
        ),
        "als": dr.als_stepper(nasty, {ATTACK: [ATTACK]}),
        "bowl": dr.bowl_picker(bowl_of([ATTACK, "y", "z"])),
    }


def numbers(value: object) -> list[float]:
    if isinstance(value, dict | list | tuple):
        inner = value.values() if isinstance(value, dict) else value
        return [n for part in inner for n in numbers(part)]
    return [value] if isinstance(value, int | float | np.number) else []


def assert_safe(panel: core.Panel) -> None:
    """Nothing of the data is markup, and no number is larger than a browser can hold."""
    for widget in all_widgets(panel):
        if isinstance(widget, ipywidgets.HTML):
            assert not {"img", "script", "b"} & Text(widget.value).elements
        assert all(abs(n) < 2**53 for n in numbers(widget.get_state()))


def test_every_panel_is_safe_shows_titles_as_text_and_names_its_controls(small, toy) -> None:
    unnamed = (ipywidgets.Box, ipywidgets.HTML, ipywidgets.Play)
    for name, panel in every_panel(small, toy).items():
        assert re.fullmatch(r"[\w ]+: alive while the notebook runs\. .*\.", repr(panel))
        assert len(repr(panel)) <= 110
        if name == "user":  # somebody who has not read it: it may be recommended
            panel.by_id.value = str(small[1].user_ids[4])
        assert_safe(panel)
        widgets = all_widgets(panel)
        html = [str(Text(w.value)) for w in widgets if isinstance(w, ipywidgets.HTML)]
        assert ATTACK in " ".join(html), name
        for widget in widgets:
            if isinstance(widget, ipywidgets.DOMWidget) and not isinstance(widget, unnamed):
                assert widget.description or widget is panel.work.bar, widget


def test_twins_escape_too(small, toy) -> None:
    model, matrix, strength = small
    item = int(matrix.item_ids[column_of(matrix, ATTACK)])
    events = strength.assign(eventType="VIEW", timestamp=0)
    for view in (
        dr.article_view(model, matrix, item),
        dr.user_view(model, matrix, strength),
        dr.reader_view(model, matrix, {item: 1.0}),
        dr.weights_view(events, user=events.loc[events["contentId"] == item, "personId"].iloc[0]),
    ):
        assert "img" not in Text(view.html).elements
        assert ATTACK in repr(view)


def test_a_model_of_other_data_is_refused(small, model) -> None:
    _, matrix, strength = small
    for make in (
        lambda: dr.article_picker(model, matrix),
        lambda: dr.user_picker(model, matrix, strength),
        lambda: dr.be_the_reader(model, matrix),
    ):
        with pytest.raises(ValueError, match="fit it again"):
            make()


def test_the_explorer_has_the_three_pickers(clicks) -> None:
    tabs = dr.explorer(clicks)
    assert len(tabs.children) == 3
    assert [tabs.get_title(i) for i in range(3)] == list(TABS)
    assert repr(tabs).count("alive while the notebook runs") == 3
    assert all(len(seen(panel)) > 500 for panel in tabs.children)
    still = dr.explorer_view(clicks)
    assert "By dot product" in repr(still)
    assert "Recommended, and why" in repr(still)

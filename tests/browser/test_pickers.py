"""The pickers of the site in a real browser, from the disk: no server, no kernel, no network."""

from __future__ import annotations

import html
import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import pandas as pd
import pytest
from test_project import ROOT, script

from deskrec_tutorial.widgets import articles, bowl, people, reader, stepper

from .conftest import Stopwatch, sync_api

CHOSEN = 50  # promised milliseconds from choosing to seeing
KINDS = ("article", "person", "reader", "bowl", "stepper")
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>Pickers</title>
<link rel="stylesheet" href="pickers.css"><script defer src="pickers.js"></script>
<main><h1 id="a-heading">Pickers</h1>{}</main></html>"""
BAD = '<img src=x onerror="window.harmed = 1"><script>window.harmed = 2</script>'
# From a key to the frame that shows what it leads to.
TIMES = """async keys => {
  const times = [], search = document.querySelector('[role=combobox]');
  for (const key of keys) {
    const start = performance.now();
    search.dispatchEvent(new KeyboardEvent('keydown', {key, bubbles: true}));
    await new Promise(seen => requestAnimationFrame(() => setTimeout(seen)));
    times.push(performance.now() - start);
  }
  return times;
}"""

CLICK = """(element, pointerType) =>
  element.dispatchEvent(new PointerEvent('click', {pointerType, bubbles: true}))"""
FOCUSED = "element => element === document.activeElement"

Visit = Callable[..., "sync_api.Page"]


@pytest.fixture(scope="module")
def maker():
    return script("model", "site")


@pytest.fixture(scope="module")
def toy(maker) -> dict:
    names = {"people", "articles", "R", "toy", "Y_hand", "tastes", "bowl"}
    return maker.assigned("03_als_math", names, {})


@pytest.fixture(scope="module")
def places(matrix, model) -> pd.DataFrame:
    """A map that is drawn at once, of the articles that are on the chapter's."""
    placed = matrix.readers >= 10
    return pd.DataFrame(model.item_factors[placed, :2], matrix.item_ids[placed], ["x", "y"])


@pytest.fixture(scope="module")
def site(maker, clicks, strength, matrix, model, places, tmp_path_factory) -> Path:
    """Two folders of pages: the sample's, and one whose titles do harm where they can."""
    target = tmp_path_factory.mktemp("site")
    known, toy = maker.known(clicks, strength, matrix, model, places), maker.toy()
    write(maker, target / "sample", known, toy)
    known = {**known, "titles": [f"{BAD} {i}" for i in range(len(known["titles"]))]}
    bad = json.loads(re.sub(r'"((?:[A-Z][a-z]+)(?: [\w ]+)?)"', r'"<b>\1</b>"', json.dumps(toy)))
    write(maker, target / "harm", known, {**bad, "tastes": {BAD: bad["people"]}})
    return target


def write(maker, folder: Path, known: dict, toy: dict) -> None:
    folder.mkdir()
    maker.script(folder / "model.js", "data", known)
    maker.script(folder / "toy.js", "toy", toy)
    for name in ("pickers.js", "pickers.css"):
        shutil.copy(ROOT / "site" / name, folder)
    for kinds in (*((kind,) for kind in KINDS), KINDS):
        divs = (f'<div class="deskrec-picker" data-picker="{kind}"></div>' for kind in kinds)
        name = kinds[0] if len(kinds) == 1 else "all"
        (folder / f"{name}.html").write_text(PAGE.format("".join(divs)), encoding="utf-8")


@pytest.fixture
def visit(chromium: sync_api.Browser, site: Path) -> Iterator[Visit]:
    """Open a page; in the end nothing was requested from elsewhere, and nothing went wrong."""
    pages, asked, wrong = [], [], []

    def opened(name: str, chosen: str = "", folder: str = "sample", width: int = 1280):
        page = chromium.new_page(viewport={"width": width, "height": 900})
        pages.append(page)
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: wrong.append(message.text))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.goto(f"{(site / folder / name).as_uri()}.html{chosen}")
        page.wait_for_function(
            "() => [...document.querySelectorAll('.deskrec-picker')].every("
            "place => place.classList.contains('deskrec-alive'))"
        )
        return page

    yield opened
    for page in pages:
        page.close()
    assert not wrong
    assert asked and all(url.startswith(site.as_uri()) for url in asked)


def text_of(shown: str) -> str:
    """What can be read of some HTML, without blanks and without marks that are drawn instead."""
    return bare(html.unescape(re.sub(r"<style>.*?</style>|<[^>]+>", "", shown)))


def bare(text: str) -> str:
    return re.sub(r"[\s■◆]+", "", text)


def read(page: sync_api.Page, place: int = 0) -> str:
    return bare(str(page.locator(".deskrec-result").nth(place).text_content()))


def heading(page: sync_api.Page) -> str:
    return str(page.locator(".deskrec-result .deskrec-heading").first.text_content())


def switch(page: sync_api.Page | sync_api.Locator, name: str) -> None:
    page.get_by_role("radio", name=name, exact=True).check()


# ------------------------------------------------------------------ the same words


@pytest.mark.parametrize(
    ("column", "by", "least"),
    [(None, "cosine", 1), (0, "cosine", 1), (7, "dot", 1), (700, "dot", 20), (1500, "cosine", 50)],
)
def test_article_picker_says_what_the_notebook_s_says(
    visit, model, matrix, places, column, by, least
) -> None:
    if column is None:  # the one that the chapter begins with
        page = visit("article")
        column = page.evaluate("deskrec.data.first.article")
    else:
        page = visit("article", f"#article={matrix.item_ids[column]}&by={by}&readers={least}")
    live = articles.article_picker(model, matrix, int(matrix.item_ids[column]), places=places)
    live.method.value, live.least.value = by, least
    assert read(page) == text_of(live.html())


@pytest.mark.parametrize("row", [None, 0, 500, 1894, "3", "+5", " x ", "99999999999999999999"])
def test_user_picker_says_what_the_notebook_s_says(visit, model, matrix, strength, row) -> None:
    live = people.user_picker(model, matrix, strength)
    if row is None:
        page = visit("person")
        row = page.evaluate("deskrec.data.first.person")
    else:
        typed = quote(row if isinstance(row, str) else str(matrix.user_ids[row]))
        page = visit("person", f"#person={typed}")
    live.by_id.value = row if isinstance(row, str) else str(matrix.user_ids[row])
    shown = live.result.value
    assert read(page) == text_of(shown)


def test_groups_of_people_are_the_notebook_s(visit, model, matrix, strength, events) -> None:
    live, page = people.user_picker(model, matrix, strength, events=events), visit("person")
    for name in live.group.options:
        live.group.value = name
        switch(page, name)
        assert page.get_by_label("or by id").input_value() == ""
        options = page.get_by_label("Person", exact=True).locator("option").all_text_contents()
        assert options == [label for label, _ in live.people.options]
        assert read(page) == text_of(live.html())
        live.people.index = 5
        page.get_by_label("Person", exact=True).select_option(index=5)
        assert read(page) == text_of(live.html())


def test_be_the_reader_says_what_the_notebook_s_says(visit, model, matrix) -> None:
    page = visit("reader")
    opened = page.evaluate("deskrec.data.first.opened.map(i => deskrec.data.articles[i])")
    live = reader.be_the_reader(model, matrix, map(int, opened))
    assert read(page) == text_of(live.html())
    for search, act in (("python", "commented (5)"), (str(matrix.item_ids[9]), "liked (2)")):
        live.finder.search.value = search
        live.act.value = dict(live.act.options)[act]
        live.add.click()
        page.get_by_label("Search").fill(search)
        switch(page, act)
        page.get_by_role("button", name="Add").click()
        assert read(page) == text_of(live.html())
    lines = [text_of(line.children[1].value) for line in live._rows.children]
    assert [bare(line) for line in page.locator(".deskrec-read span").all_text_contents()] == lines
    live.alpha.value = 40.0
    switch(page, "40")
    page.wait_for_function(
        "document.querySelector('.deskrec-result').textContent.includes('= 40,')"
    )
    assert read(page) == text_of(live.html())
    for _ in range(len(lines)):
        page.get_by_role("button", name="take away").first.click()
    assert read(page) == bare(reader.NOTHING)
    assert page.get_by_label("Search").evaluate("box => box === document.activeElement")


def test_the_bowl_says_what_the_notebook_s_says(visit, toy) -> None:
    live, page = bowl.bowl_picker(toy["bowl"]), visit("bowl")
    assert read(page) == text_of(live.html())
    for article, strength, one, two in (("Python tips", 1, 1.0, 0.0), ("Office news", 5, 1.0, 0.3)):
        live.article.value = article
        live.strength.value, live.one.value, live.two.value = strength, one, two
        page.get_by_label("Article").select_option(article)
        for name, value in (("Strength", strength), ("code", one), ("design", two)):
            page.get_by_label(name).fill(str(value))
        assert read(page) == text_of(live.html())
        said = page.locator(".deskrec-said").text_content()
        assert page.locator(".deskrec-live").text_content() == said
    page.get_by_role("button", name="Start again").click()
    assert read(page) == text_of(bowl.bowl_picker(toy["bowl"]).html())


def test_every_half_step_says_what_the_notebook_s_says(visit, toy) -> None:
    live, page = stepper.als_stepper(toy["toy"], toy["tastes"]), visit("stepper")
    assert read(page) == text_of(live.html())
    for alpha in (0.0, 15.0):
        switch(page, f"{alpha:g}")
        live.alpha.value = alpha
        for at in range(31):
            page.get_by_label("Half-step", exact=True).fill(str(at))
            live.step.value = at
            assert read(page) == text_of(live.html())
    said = page.locator(".deskrec-live").text_content()
    assert said == stepper.finding(live._steps[15.0], 30)


def test_play_goes_on_to_the_next_half_step_until_it_is_paused(visit) -> None:
    page = visit("stepper", "#step=28&alpha=15")
    page.get_by_role("button", name="Play").click()
    page.get_by_text("Half-step 30 of 30").wait_for()
    page.get_by_role("button", name="Play").click()  # from the beginning
    page.get_by_text("Start: small random numbers").wait_for()
    page.get_by_role("button", name="Pause").click()
    page.wait_for_timeout(1300)
    assert page.get_by_text("Start: small random numbers").is_visible()


# ------------------------------------------------------------------ keys, addresses, times


def test_keys_alone_are_enough_and_what_changes_is_said(visit) -> None:
    page = visit("article")
    page.keyboard.press("Tab")
    assert page.get_by_role("listbox").evaluate("list => list.scrollHeight > list.clientHeight")
    page.keyboard.press("Tab")  # past the list, which the arrows go through from the search
    assert page.get_by_role("radio", name="cosine").evaluate(FOCUSED)
    page.keyboard.press("Shift+Tab")
    page.keyboard.type("python")
    first = heading(page)
    page.keyboard.press("ArrowDown")
    assert heading(page) != first
    chosen = page.get_by_role("option", selected=True)
    assert chosen.get_attribute("id") == page.get_by_role("combobox").get_attribute(
        "aria-activedescendant"
    )
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    assert heading(page).startswith("By dot product, most similar to “")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    assert page.get_by_role("slider").input_value() == "2"
    _, title, _, score, *_ = page.locator(".deskrec-result tbody td").all_text_contents()
    in_front = f"In first place: “{title}”, {score}"
    assert page.locator(".deskrec-live").text_content() == f"{heading(page)}. {in_front}"
    assert page.get_by_role("status").text_content() == "3 titles have these words"


def test_a_touch_on_the_map_chooses_what_lies_there(visit, matrix) -> None:
    page = visit("article")
    first = page.locator(".deskrec-result tbody tr").first.locator("td").nth(1).text_content()
    enlarged = page.locator(".deskrec-drawing").nth(1)
    enlarged.locator("g", has_text=re.compile(r"^1 .*1$")).last.click()
    assert first and heading(page).endswith(f"“{first}”")
    assert page.get_by_role("option", selected=True).text_content().startswith(first)
    page.locator(".deskrec-drawing").first.click(position={"x": 2, "y": 2})  # nothing is near
    assert heading(page).endswith(f"“{first}”")


def test_training_gives_the_keyboard_back_and_says_what_is_first(visit) -> None:
    page = visit("reader")
    page.get_by_role("radio", name="15").focus()
    page.keyboard.press("ArrowRight")
    page.locator(".deskrec-heading", has_text="alpha = 40,").wait_for()
    assert page.get_by_role("radio", name="40").evaluate(FOCUSED)
    said = page.locator(".deskrec-live")
    before = str(said.text_content())
    page.get_by_role("button", name="take away").first.click()
    assert said.text_content() != before and "In first place: “" in before


def test_a_finger_chooses_without_calling_the_keyboard(visit) -> None:
    page = visit("article")
    option, search = page.get_by_role("option").nth(2), page.get_by_label("Search")
    for kind in ("touch", "mouse"):
        option.evaluate(CLICK, kind)
        assert option.get_attribute("aria-selected") == "true"
        assert search.evaluate(FOCUSED) == (kind == "mouse")


def test_where_nothing_is_chosen_no_link_leads_to_it(visit) -> None:
    page = visit("article")
    link = page.get_by_text("Link to this choice")
    assert link.is_visible()
    page.get_by_label("Search").fill("no such words")
    assert not link.is_visible()


@pytest.mark.parametrize("kind", KINDS)
def test_the_address_leads_back_to_what_was_chosen(visit, kind: str) -> None:
    page = visit("all")
    place = page.locator(f"[data-picker={kind}]")
    if kind == "person":
        place.get_by_label("Person", exact=True).select_option(index=2)
    elif kind == "reader":
        switch(place, "commented (5)")
        place.get_by_role("button", name="Add").click()
        place.get_by_role("button", name="take away").first.click()
        switch(place, "1")
        place.locator(".deskrec-heading", has_text="alpha = 1,").wait_for()
    elif kind == "article":
        place.get_by_label("Search").fill("design")
        place.get_by_role("option").nth(3).click()
        place.get_by_role("slider").fill("7")
    else:
        place.get_by_role("slider").first.fill("9")
    page.wait_for_function(f"location.hash.slice(1).startsWith({ADDRESS[kind]!r})")
    assert place.get_by_text("Link to this choice").evaluate("a => a.href") == page.url
    again = visit("all", "#" + page.url.partition("#")[2])
    number = KINDS.index(kind)
    if kind == "reader":
        again.locator(".deskrec-heading", has_text="alpha = 1,").wait_for()
    assert read(again, number) == read(page, number)
    assert again.locator(f"[data-picker={kind}]").evaluate(
        "e => Math.abs(e.getBoundingClientRect().top) < innerHeight / 2"
    )


ADDRESS = {
    "article": "article=", "person": "person=", "reader": "read=", "bowl": "bowl=",
    "stepper": "step=",
}  # fmt: skip


@pytest.mark.parametrize(
    "chosen",
    [
        "#a-heading", "#article=1", "#article=&by=x&readers=-3", "#person=%00",
        "#read=1:2,,:&alpha=x", "#read=&alpha=3", "#step=1e9&alpha=7", "#%",
        "#bowl=99:1:1:1,0:-1:0:0,0:1,x&shown=-4", "#bowl=-99:1:1:1,-1:1:1:1,0.5:1:1:1&shown=2.5",
        "#bowl=0:1e308:1e308:1e308", "#bowl=0:Infinity:-Infinity:NaN", "#article=%3Cscript%3E",
        "#article=1&readers=Infinity", "#step=Infinity", "#step=-1e400",
    ],
)  # fmt: skip
def test_an_address_that_means_nothing_does_no_harm(visit, chosen: str) -> None:
    visit("all", chosen)


def test_a_reader_is_told_what_the_address_asks_for_in_vain(visit, matrix) -> None:
    harm = "<b>" + "9" * 99
    page = visit("article", f"#article={quote(harm)}")
    sentence = page.get_by_text("The address asks for what isn't here")
    assert sentence.text_content().endswith(f"no article has the id “{harm[:40]}”.")
    assert page.locator(".deskrec-picker b").count() == 0
    page.get_by_role("slider").fill("7")  # another choice
    assert sentence.count() == 0
    good, first = matrix.item_ids[7], heading(page)
    page.evaluate(f"location.hash = '#article={good}'")
    shown = "document.querySelector('.deskrec-result .deskrec-heading').textContent"
    page.wait_for_function(f"said => {shown} !== said", arg=first)
    assert sentence.count() == 0
    page = visit("reader", f"#read={good}:viewed,1:viewed,x:viewed&alpha=15")
    assert "has the id “1”, “x”." in page.get_by_text("The address asks").text_content()
    assert page.locator(".deskrec-read li").count() == 1
    assert page.evaluate("location.hash").startswith(f"#read={good}")
    page.get_by_role("button", name="take away").click()
    assert page.get_by_text("The address asks").count() == 0


def test_numbers_in_an_address_are_those_of_the_sliders(visit, matrix) -> None:
    page = visit("bowl", "#bowl=2:999:-7:1e308,-1:12:1:1&shown=2")
    values = [slider.input_value() for slider in page.get_by_role("slider").all()]
    assert values[0] == "12" and values[1] == "-0.5" and float(values[2]) >= 1.5
    assert "NaN" not in page.locator(".deskrec-result").inner_html()
    page.get_by_label("Article").select_option(index=6)  # -1 is no place from the end
    assert page.get_by_role("slider").first.input_value() != "12"
    page = visit("article", f"#article={matrix.item_ids[0]}&readers=2.7")
    assert page.get_by_role("slider").input_value() == "2"
    assert page.get_by_text("Link to this choice").get_attribute("href").endswith("&readers=2")


def test_from_choosing_to_seeing(visit, watch: Stopwatch) -> None:
    """Beside each choice a key is pressed that chooses nothing: a busy machine slows both down."""
    page = visit("article")
    keys = ["ArrowDown", "Shift"] * 50 + ["ArrowUp", "Shift"] * 50
    times = page.evaluate(TIMES, keys)
    what, nothing = "site: an article and what is similar", "site: a key that chooses nothing"
    watch.times[what], watch.times[nothing] = times[::2], times[1::2]
    assert watch.p95(what) <= watch.p95(nothing) + CHOSEN, watch.lines()


# ------------------------------------------------------------------ harm, and narrow pages


def test_titles_are_text_whatever_they_hold(visit) -> None:
    page = visit("all", folder="harm")
    page.get_by_label("Search").first.fill("img")
    page.get_by_role("button", name="Add").click()
    page.wait_for_timeout(300)
    assert page.evaluate("window.harmed") is None
    assert page.locator(".deskrec-picker").locator("img, script, b").count() == 0
    assert BAD in heading(page)


@pytest.mark.parametrize("width", [390, 800])
def test_nothing_is_wider_than_the_page(visit, width: int) -> None:
    page = visit("all", width=width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("text", [None, "", "deskrec.data = {};", 'deskrec.data = {"articl'])
def test_without_the_model_a_sentence_says_so(visit, site: Path, chromium, tmp_path, text) -> None:
    """It did not come, or only a part of it."""
    for name in ("pickers.js", "pickers.css", "article.html"):
        shutil.copy(site / "sample" / name, tmp_path)
    if text is not None:
        (tmp_path / "model.js").write_text(text, encoding="ascii")
    page = chromium.new_page()
    page.goto((tmp_path / "article.html").as_uri())
    page.get_by_text("The picker could not be loaded.").wait_for(timeout=5000)
    assert page.locator(".deskrec-alive").count() == 0  # so the still stays
    page.close()
    visit("bowl")


def test_a_picker_that_fails_hides_no_still(site: Path, chromium, tmp_path) -> None:
    for name in ("pickers.js", "pickers.css", "stepper.html", "toy.js"):
        shutil.copy(site / "sample" / name, tmp_path)
    with (tmp_path / "toy.js").open("a", encoding="ascii") as script:
        script.write("deskrec.toy.tastes = null;")
    page = chromium.new_page()
    page.goto((tmp_path / "stepper.html").as_uri())
    page.get_by_text("The picker could not be loaded.").wait_for(timeout=5000)
    assert page.locator(".deskrec-alive").count() == 0
    page.close()

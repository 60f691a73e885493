"""The pickers in a real browser: search, pick, change, read the result, and how long it takes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

import deskrec_tutorial as dr
from deskrec_tutorial.widgets import articles, stepper, weights
from deskrec_tutorial.widgets.search import Articles

from .conftest import BUILD, NOTEBOOK, QUIET, ROOT, Open, Stopwatch, server, sync_api

# Promised times from choosing to seeing, in milliseconds. A median has to keep them; a p95 may
# exceed them by this factor, because other programs share the machine that runs the tests.
LIST, FIGURE, TRAINING = 150, 300, 1000
HEADROOM = 2.0
SHOTS = BUILD / "screenshots"
WIDTHS, THEMES = (1280, 800), {"light": "JupyterLab Light", "dark": "JupyterLab Dark"}

DATA = """import deskrec_tutorial as dr
clicks = dr.load_deskdrop("sample")
events = dr.join_events(clicks)
strength = dr.event_strength(events)
matrix = dr.InteractionMatrix.from_strength(strength)
model = dr.fit_als(matrix)"""
TOY = """import pandas as pd
people = ["Ana", "Bruno", "Carla", "Davi", "Emi", "Fabio"]
articles = ["Python tips", "Faster tests", "Git for all", "Logo colours", "Type on screen"]
articles += ["Sketching", "Office news"]
R = [[1, 3, 1, 0, 0, 0, 1], [1, 1, 0, 0, 0, 0, 1], [0, 4, 1, 0, 0, 0, 1],
     [0, 0, 1, 1, 1, 0, 1], [0, 0, 0, 3, 0, 1, 1], [0, 0, 0, 0, 12, 1, 1]]
toy = pd.DataFrame(R, people, articles, dtype=float)
tastes = {"code": people[:3] + articles[:3], "design": people[3:] + articles[3:6]}"""
# Small data whose titles would do harm if anything took them for HTML.
HARM = """import numpy as np, pandas as pd
import deskrec_tutorial as dr
bad = '<img src=x onerror="window.harmed = 1"><script>window.harmed = 2</script>'
rng = np.random.default_rng(0)
strength = pd.DataFrame(
    [(2**62 + p, 2**63 - 1 - i, f"{bad} {i}", 1.0)
     for i in range(12) for p in rng.permutation(30)[: 5 + 2 * i]],
    columns=["personId", "contentId", "title", "eventStrength"])
events = strength.assign(eventType="VIEW", timestamp=0)
matrix = dr.InteractionMatrix.from_strength(strength)
model = dr.fit_als(matrix, factors=4, iterations=5)
places = pd.DataFrame(rng.random((12, 2)), matrix.item_ids, ["x", "y"])
toy = pd.DataFrame(rng.integers(0, 2, (4, 5)) + 0.0, [f"{bad} {i}" for i in range(4)],
                   [f"{bad} {i}" for i in range(10, 15)])"""
ALL = [
    "dr.article_picker(model, matrix, places=places)",
    "dr.user_picker(model, matrix, strength, events=events)",
    "dr.be_the_reader(model, matrix)",
    "dr.weights_explorer(events)",
    "dr.als_stepper(toy, {bad: list(toy.index)})",
    "two = pd.DataFrame(np.eye(5, 2), toy.columns, [bad, 'y'])\n"
    "dr.bowl_picker(dr.plots.Bowl(toy.iloc[0], two))",
]


def ready(page: sync_api.Page, count: int = 1) -> None:
    """Wait until so many results are filled."""
    page.wait_for_function(
        "n => [...document.querySelectorAll('.deskrec-result')]"
        ".filter(e => e.textContent.length > 100).length >= n",
        arg=count, timeout=120_000,
    )  # fmt: skip
    page.wait_for_timeout(500)


def result(page: sync_api.Page) -> str:
    return str(page.locator(".deskrec-result:visible").first.text_content())


def box(page: sync_api.Page, name: str) -> sync_api.Locator:
    return page.locator(".jp-OutputArea").get_by_role("textbox", name=name)


def button(page: sync_api.Page, name: str) -> sync_api.Locator:
    return page.locator(".jp-OutputArea").get_by_role("button", name=name, exact=True)


def includes(*texts: str) -> str:
    """A JavaScript condition: all of these are to be read somewhere."""
    return " && ".join(f"text.includes({json.dumps(' '.join(text.split()))})" for text in texts)


def within(watch: Stopwatch, what: str, bar: float) -> None:
    assert watch.median(what) <= bar, watch.lines()
    assert watch.p95(what) <= HEADROOM * bar, watch.lines()


def cut_off(page: sync_api.Page) -> list[str]:
    """What is wider than the room it has, other than titles that end in dots on purpose."""
    found: list[str] = page.evaluate(
        """() => {
          const all = document.querySelectorAll('.jupyter-widgets, .jupyter-widgets *');
          const wide = [...all].filter(e => e.offsetParent
            && !e.closest('select, svg, .slider-container')
            && !(e.title && e.style.textOverflow) && e.tagName !== 'INPUT'
            && e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).display !== 'inline');
          return wide.map(e => e.tagName + '.' + e.className + ': ' + e.textContent.slice(0, 60));
        }"""
    )
    return found


def shoot(page: sync_api.Page, name: str) -> None:
    """The output at both widths in both themes, after a check that nothing is cut off."""
    SHOTS.mkdir(parents=True, exist_ok=True)
    page.evaluate("window.jupyterapp.shell.collapseLeft()")
    for theme, full_name in THEMES.items():
        page.evaluate(
            "theme => window.jupyterapp.commands.execute('apputils:change-theme', {theme})",
            full_name,
        )
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 2400})
            page.wait_for_timeout(1000)
            output = page.locator(".jp-Cell-outputArea:has(.jupyter-widgets)").last
            output.screenshot(path=SHOTS / f"{name}-{width}-{theme}.png")
            assert cut_off(page) == [], f"{name} at {width} pixels, {theme}"


# ------------------------------------------------------------------ one by one, on the full sample


def test_pick_an_article(open_notebook: Open, lab: str, watch: Stopwatch, matrix, model) -> None:
    cells = [DATA, "places = dr.widgets.article_places(model, matrix)"]
    page = open_notebook(f"{lab}/lab/tree", "article", [*cells, ALL[0]])
    ready(page)
    watch.listen(page)
    known, matches = Articles(matrix), page.locator(".widget-select select")
    chosen = articles.default_item(matrix)
    listed = [matrix.item_index(chosen), *known.order]
    for place in range(1, 25):
        title = f"By cosine, most similar to “{matrix.titles[listed[place]]}”"
        pick = partial(matches.select_option, index=place)
        watch.measure(page, "article: pick", pick, includes(title))
    _type(page, watch, known, listed[24])
    for name in ("dot product", "cosine") * 10:
        press = button(page, name).click
        watch.measure(page, "article: cosine or dot product", press, includes(f"By {name}, most"))
    column = _shown(page, known)
    page.locator(".noUi-handle").focus()
    before = result(page)
    for least in range(2, 20):
        lists = articles.neighbours(model, matrix, int(matrix.item_ids[column]), 10, least)
        press, shown = partial(page.keyboard.press, "ArrowRight"), articles.finding(lists)
        if shown in before:  # nothing to wait for, and no time to be measured
            press()
            page.wait_for_timeout(300)
        else:
            watch.measure(page, "article: least readers", press, includes(shown))
        before = result(page)
    box(page, "Search").fill("no such title")
    page.wait_for_function("document.body.textContent.includes('No title has all of these words')")
    assert result(page) == "No article is chosen: search for other words."
    box(page, "Search").fill("")
    ready(page)
    shoot(page, "article")
    for what in watch.times:
        if what.startswith("article"):
            within(watch, what, LIST)


def _type(page: sync_api.Page, watch: Stopwatch, known: Articles, column: int) -> None:
    """Type words letter by letter; each letter has its number of titles and its first title."""
    titles = [known.titles[known.order[place]] for place in (40, 400, 1400)]
    words_of = [sorted(title.split(), key=len)[-2:] for title in titles]
    search = box(page, "Search")
    for words in (" ".join(reversed(words)).upper()[:14] for words in words_of):
        search.fill("")
        page.wait_for_timeout(400)
        number = len(known.titles)
        for end in range(1, len(words) + 1):
            found = known.find(words[:end])
            column = column if column in found else found[0]
            press = partial(page.keyboard.type, words[end - 1])
            shown = includes(f"{len(found):,} title", f"most similar to “{known.titles[column]}”")
            if len(found) == number:
                press()
            else:
                watch.measure(page, "article: type a letter", press, shown)
            number = len(found)


def _shown(page: sync_api.Page, known: Articles) -> int:
    label = page.locator(".widget-select select option:checked").text_content()
    return known.labels.index(str(label).replace("\u00a0", " "))


def test_pick_a_person(
    open_notebook: Open, lab: str, watch: Stopwatch, matrix, model, strength
) -> None:
    page = open_notebook(f"{lab}/lab/tree", "user", [DATA, ALL[1]])
    ready(page)
    watch.listen(page)
    people, typed = page.locator(".widget-select select"), box(page, "or by id")
    for group in ("most active", "newest", "typical"):
        button(page, group).click()
        page.wait_for_timeout(500)
        for place in range(1, 9):
            user = int(str(people.locator("option").nth(place).text_content()).split()[0])
            first = dr.recommend(model, matrix, user, 1)["title"][0]
            shown = includes(f"Person {user} has read", f"1. {first}")
            pick = partial(people.select_option, index=place)
            watch.measure(page, "person: pick", pick, shown)
    for user in matrix.user_ids[5::200]:
        typed.fill(str(user))
        shown = includes(f"Person {user} has read")
        watch.measure(page, "person: by id", partial(typed.press, "Enter"), shown)
    typed.fill(str(int(matrix.user_ids[0]) + 1))
    typed.press("Enter")
    page.wait_for_function("document.body.textContent.includes('Did you mean')")
    assert str(matrix.user_ids[0]) in result(page)  # to the last digit
    assert "has read" not in result(page)
    button(page, "most active").click()
    page.wait_for_timeout(500)
    shoot(page, "user")
    for what in ("person: pick", "person: by id"):
        within(watch, what, LIST)


def test_be_the_reader(open_notebook: Open, lab: str, watch: Stopwatch, matrix, model) -> None:
    alphas = (1, 2, 3, 4, 5, 6, 8, 10, 12, 20, 25, 30, 40)
    cells = [DATA, f"dr.be_the_reader(model, matrix, alphas={alphas})"]
    page = open_notebook(f"{lab}/lab/tree", "reader", cells)
    ready(page)
    watch.listen(page)
    matches, before = page.locator(".widget-select select"), result(page)
    add = button(page, "Add")
    panel = dr.be_the_reader(model, matrix)
    button(page, "commented (5)").click()
    for place in range(1, 11):
        matches.select_option(index=place)
        column = panel.finder.matches.options[place][1]
        item = int(matrix.item_ids[column])
        first = dr.fold_in(model, matrix, panel.readings | {item: 5.0}, 1).iloc[0]
        shown = includes(f"{panel._articles.labels[column]}, strength 5", f"1. {first['title']}")
        watch.measure(page, "reader: add", add.click, shown)
        away = button(page, "take away").last
        first = dr.fold_in(model, matrix, panel.readings, 1).iloc[0]
        gone = f"!text.includes('strength 5') && {includes('1. ' + first['title'])}"
        watch.measure(page, "reader: take away", away.click, gone)
        assert result(page) == before
    for alpha in map(str, alphas):
        press = button(page, alpha).click
        shown = includes(f"Recommended to you with alpha = {alpha}, and why")
        watch.measure(page, "reader: another alpha (training)", press, shown)
    button(page, "15").click()
    page.wait_for_timeout(500)
    assert result(page) == before
    shoot(page, "reader")
    within(watch, "reader: add", LIST)
    within(watch, "reader: take away", LIST)
    within(watch, "reader: another alpha (training)", TRAINING)


def test_turn_the_weights(open_notebook: Open, lab: str, watch: Stopwatch, events) -> None:
    page = open_notebook(f"{lab}/lab/tree", "weights", [DATA, ALL[3]])
    ready(page)
    watch.listen(page)
    counts, now = weights.Counts(events), dict(dr.EVENT_WEIGHTS)
    for place, kind in enumerate(counts.kinds):
        page.locator(".noUi-handle").nth(place).focus()
        for _ in range(6):
            now[kind] += 0.5
            shown = includes(counts.finding(counts.strengths(now)))
            press = partial(page.keyboard.press, "ArrowRight")
            watch.measure(page, "weights: a slider", press, shown)
    for name, settings in {
        "kept": ("keep", "sum"),
        "strongest": ("keep", "strongest"),
        "dropped": ("drop", "strongest"),
    }.items():
        shown = includes(counts.finding(counts.strengths(now, *settings)))
        press = button(page, name).click
        watch.measure(page, "weights: a switch", press, shown)
    shoot(page, "weights")
    within(watch, "weights: a slider", LIST)


def test_als_step_by_step(open_notebook: Open, lab: str, watch: Stopwatch) -> None:
    cells = ["import deskrec_tutorial as dr", TOY, "dr.als_stepper(toy, tastes)"]
    page = open_notebook(f"{lab}/lab/tree", "als", cells)
    ready(page)
    watch.listen(page)
    names: dict = {}
    exec(TOY, names)
    steps = stepper.als_steps(names["toy"])
    handle = page.locator(".noUi-handle")
    handle.focus()
    for at in range(stepper.FIRST + 1, 31):
        shown = includes(f"Half-step {at} of 30", f"to {steps.losses[at]:,.1f}.")
        press = partial(page.keyboard.press, "ArrowRight")
        watch.measure(page, "als: a half-step (figure)", press, shown)
    for alpha in ("0", "1", "5", "40", "15"):
        loss = stepper.als_steps(names["toy"], float(alpha)).losses[30]
        press = button(page, alpha).click
        watch.measure(page, "als: another alpha", press, includes(f"to {loss:,.1f}."))
    handle.focus()
    page.keyboard.press("Home")
    page.wait_for_function("document.body.textContent.includes('Start: small random numbers')")
    page.locator(".jupyter-widgets.widget-play button").first.click()
    page.wait_for_function(
        "document.body.textContent.includes('Half-step 2 of 30')", timeout=15_000
    )
    page.locator(".jupyter-widgets.widget-play button").first.click()
    page.wait_for_timeout(1500)
    handle.focus()
    page.keyboard.press("Home")
    for _ in range(4):
        page.keyboard.press("ArrowRight")
        page.wait_for_timeout(300)
    shoot(page, "als")
    page.locator(".noUi-handle").focus()
    page.keyboard.press("End")
    page.wait_for_timeout(1500)
    shoot(page, "als-last")
    within(watch, "als: a half-step (figure)", FIGURE)
    within(watch, "als: another alpha", TRAINING)


# ------------------------------------------------------------------ in the chapters


@pytest.mark.parametrize(
    ("chapter", "controls"),
    [
        ("02_event_strength", [".noUi-handle"]),
        ("03_als_math", [".noUi-handle", ".noUi-handle"]),
        ("04_similarity", [".widget-select select"]),
        ("05_recommendations", [".widget-select select", "button:has-text('take away')"]),
    ],
)
def test_in_its_chapter(open_notebook: Open, lab: str, chapter: str, controls: list[str]) -> None:
    """Run all; each picker stands above its twin, answers, and fits the page."""
    page = open_notebook(f"{lab}/lab/tree", chapter)
    ready(page, count=len(controls))
    assert page.locator('[data-mime-type="application/vnd.jupyter.stderr"]').count() == 0
    assert page.locator('[data-mime-type="application/vnd.jupyter.error"]').count() == 0
    cells = page.locator(".jp-Cell:has(.deskrec-result)")
    assert cells.count() == len(controls)
    for place, control in enumerate(controls):
        cell = cells.nth(place)
        shown = cell.locator(".deskrec-result").text_content()
        still = cell.locator(".jp-OutputArea-child").last.text_content()
        target = cell.locator(control).first
        if "select" in control:
            target.select_option(index=1)
        elif "button" in control:
            target.click()
        else:
            target.focus()
            page.keyboard.press("ArrowRight")
        page.wait_for_timeout(1500)
        assert cell.locator(".deskrec-result").text_content() != shown
        assert cell.locator(".jp-OutputArea-child").last.text_content() == still
    assert cut_off(page) == []


# ------------------------------------------------------------------ together, and elsewhere


@pytest.fixture(scope="module")
def notebook_7(
    chromium: sync_api.Browser, folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    pytest.importorskip("notebook", reason="Notebook 7 is not installed")
    with server([*NOTEBOOK, *QUIET], folder, tmp_path_factory.mktemp("nb7"), "/tree") as address:
        yield address


@pytest.mark.parametrize("where", ["JupyterLab", "Notebook 7"])
def test_titles_with_markup_do_no_harm(
    open_notebook: Open, request: pytest.FixtureRequest, where: str
) -> None:
    fixture, path = {"JupyterLab": ("lab", "lab/tree"), "Notebook 7": ("notebook_7", "notebooks")}[
        where
    ]
    address = f"{request.getfixturevalue(fixture)}/{path}"
    page = open_notebook(address, f"harm-{where[:3]}", [HARM, *ALL])
    ready(page, count=len(ALL))
    assert page.locator(".deskrec-result").count() == len(ALL)
    box(page, "or by id").fill(str(2**62 + 3))
    box(page, "or by id").press("Enter")
    button(page, "dot product").click()
    box(page, "Search").first.fill('onerror="window')
    page.wait_for_timeout(1500)
    for text in page.locator(".deskrec-result").all_text_contents():
        assert '<img src=x onerror="window.harmed = 1">' in text
    assert page.locator(".jupyter-widgets img, .jupyter-widgets script").count() == 0
    assert page.evaluate("window.harmed") is None
    assert f"Person {2**62 + 3} has read" in " ".join(
        page.locator(".deskrec-result").all_text_contents()
    )  # not a digit lost


def test_the_explorer_is_a_page_of_its_own(
    chromium: sync_api.Browser, tmp_path_factory: pytest.TempPathFactory, watch: Stopwatch, matrix
) -> None:
    pytest.importorskip("voila", reason="Voilà is not installed (pip install -e '.[app]')")
    home = tmp_path_factory.mktemp("voila")
    arguments = ["-m", "voila", str(ROOT / "app" / "explorer.ipynb"), "--no-browser"]
    arguments += ["--VoilaConfiguration.allow_theme_override=YES"]
    with server(arguments, ROOT / "app", home, "/voila/static/voila.js") as address:
        for theme in THEMES:
            page = chromium.new_page(viewport={"width": 1280, "height": 1400})
            page.goto(f"{address}/?theme={theme}", timeout=180_000)
            page.wait_for_function(
                "document.querySelector('.deskrec-result')?.textContent.length > 100",
                timeout=180_000,
            )
            _walk_through_tabs(page, watch, Articles(matrix), theme)
            page.close()


def _walk_through_tabs(page: sync_api.Page, watch: Stopwatch, known: Articles, theme: str) -> None:
    SHOTS.mkdir(parents=True, exist_ok=True)
    watch.listen(page)
    matches = page.locator(".widget-select select:visible")
    for place in range(1, 11):
        label = matches.locator("option").nth(place).text_content()
        title = known.titles[known.labels.index(str(label).replace("\u00a0", " "))]
        pick = partial(matches.select_option, index=place)
        watch.measure(page, "Voilà, article: pick", pick, includes(f"most similar to “{title}”"))
    button(page, "Draw the map").click()
    page.wait_for_function("document.body.textContent.includes('Dots:')", timeout=120_000)
    for tab, name in enumerate(("articles", "people", "reader")):
        page.locator(".lm-TabBar-tab, .p-TabBar-tab").nth(tab).click()
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 2200})
            page.wait_for_timeout(700)
            shot = SHOTS / f"explorer-{name}-{width}-{theme}.png"
            page.locator(".jupyter-widgets.widget-tab, .jupyter-widget-tab").first.screenshot(
                path=shot
            )
            assert cut_off(page) == [], f"{name} at {width} pixels, {theme}"
    within(watch, "Voilà, article: pick", LIST)

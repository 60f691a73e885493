"""The site in a real browser: complete without a network, small, readable by everybody."""

from __future__ import annotations

import functools
import gzip
import http.server
import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from built_site import CHAPTERS, SITE, built
from lacking import from_npm

from .conftest import BUILD, sync_api

PAGES = [*CHAPTERS, "index", "exercises/01_data", "docs/glossary", "api/als", "TEACHING"]
SEEN = [name for name in CHAPTERS if re.search(r"/0[0345]_", name)] + ["index"]
SHOTS = BUILD / "screenshots"
# As somebody reads: to the end, so that every picture is asked for, and with all folds open.
READ = """async () => {
  document.querySelectorAll('details').forEach(fold => { fold.open = true; });
  for (let y = 0; y < document.documentElement.scrollHeight; y += 600) {
    window.scrollTo(0, y);
    await new Promise(requestAnimationFrame);
  }
  const seen = [...document.images].filter(picture => picture.checkVisibility());
  seen.forEach(picture => { picture.loading = 'eager'; });
  const late = new Promise(done => setTimeout(done, 10000));
  await Promise.race([late, Promise.all(seen.map(picture => picture.decode().catch(() => 0)))]);
}"""
ALIVE = "document.querySelectorAll('.deskrec-picker:not(.deskrec-alive)').length === 0"
AUDIT = "axe.run(document, {preload: false, resultTypes: ['violations']})"
FIRST = """async () => {
  const picture = document.querySelector('article img');
  document.querySelectorAll('details').forEach(fold => { fold.open = true; });
  picture.scrollIntoView();
  const there = () => picture.naturalWidth || performance.now() > 9000;
  while (!there()) await new Promise(requestAnimationFrame);
  return performance.now();
}"""


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def addresses() -> Iterator[dict[str, str]]:
    """Where the site is: on the disk, and behind a web server."""
    folder = built()
    serve = functools.partial(Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), serve) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield {"file": folder.as_uri(), "http": f"http://127.0.0.1:{server.server_port}"}
        server.shutdown()


Visit = Callable[..., "sync_api.Page"]


@pytest.fixture
def visit(chromium: sync_api.Browser, addresses: dict[str, str]) -> Iterator[Visit]:
    """A function that reads a page; fails if one asks for a network, lacks a file or complains."""
    complaints: list[str] = []
    contexts = []
    ours = tuple(addresses.values())

    def local_only(route: sync_api.Route) -> None:
        if route.request.url.startswith((*ours, "data:", "blob:")):
            route.continue_()
        else:
            complaints.append(f"asked for {route.request.url}")
            route.abort()

    def failed(request: sync_api.Request) -> None:
        if request.failure != "net::ERR_ABORTED":  # the page was left before it came
            complaints.append(f"lacks {request.url}")

    def visited(scheme: str = "file", width: int = 1280, theme: str = "light") -> sync_api.Page:
        context = chromium.new_context(
            viewport={"width": width, "height": 900}, color_scheme=theme, reduced_motion="reduce"
        )
        contexts.append(context)
        page = context.new_page()
        page.route("**/*", local_only)
        page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("requestfailed", failed)

        def read(name: str) -> sync_api.Page:
            page.goto(f"{addresses[scheme]}/{name}.html")
            page.evaluate(READ)
            page.wait_for_function(ALIVE, timeout=20_000)
            return page

        page.read = read
        return page

    yield visited
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.mark.parametrize("scheme", ["file", "http"])
def test_no_page_asks_for_a_network_or_complains_and_every_picker_answers(visit, scheme) -> None:
    page, pickers = visit(scheme), 0
    for name in PAGES:
        page.read(name)
        pickers += page.locator(".deskrec-alive").count()
        broken = "[...document.images].filter(i => i.complete && !i.naturalWidth).length"
        assert page.evaluate(broken) == 0, name
    assert pickers >= 6


def test_a_first_visit_is_light_and_the_next_chapter_lighter(visit) -> None:
    page, seen, sizes = visit("http"), set(), {}
    for name in CHAPTERS:
        asked: list[str] = []
        page.on("request", lambda request, asked=asked: asked.append(request.url))
        page.read(name)
        paths = {unquote(urlsplit(url).path) for url in asked if url.startswith("http")}
        sizes[name] = sum(len(gzip.compress((SITE / p[1:]).read_bytes())) for p in paths - seen)
        seen |= paths
    first, *others = sizes.values()
    # Chapters with pickers also fetch, once, what these compute with.
    model = len(gzip.compress((SITE / "_static/model.js").read_bytes()))
    print(model, sizes)
    assert first + model <= 1_500_000
    assert max(others) <= 300_000 + model, sizes
    assert sorted(others)[-2] <= 300_000, sizes


def test_the_first_picture_is_there_within_a_second(visit, addresses) -> None:
    page, times = visit("file"), []
    for name in CHAPTERS * 2:
        page.goto(f"{addresses['file']}/{name}.html", wait_until="domcontentloaded")
        times.append(page.evaluate(FIRST))
    assert sorted(times)[len(times) // 2] <= 1000, times


@pytest.mark.parametrize("scheme", ["file", "http"])
def test_search_finds_a_word(visit, addresses, scheme) -> None:
    page = visit(scheme)
    page.goto(f"{addresses[scheme]}/search.html?q=popularity")
    page.wait_for_selector("#search-results li a", timeout=20_000)
    found = page.locator("#search-results li a").all_text_contents()
    assert any("Similar articles" in title for title in found), found


def test_nothing_is_wider_than_the_page_whatever_its_width_and_theme(visit) -> None:
    SHOTS.mkdir(parents=True, exist_ok=True)
    for width in (390, 800, 1280):
        for theme in ("light", "dark"):
            page = visit("file", width, theme)
            for name in SEEN:
                page.read(name)
                wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
                assert wide <= 0, (name, width)
                shot = SHOTS / f"site-{Path(name).name}-{width}-{theme}.png"
                page.evaluate("window.scrollTo(0, 0)")
                page.screenshot(path=str(shot), full_page=width == 390)


def test_with_the_keyboard_alone_one_skips_to_the_text_and_opens_a_fold(visit) -> None:
    page = visit()
    page.read(CHAPTERS[0])
    page.evaluate("document.querySelectorAll('details').forEach(fold => { fold.open = false; })")
    page.evaluate("window.scrollTo(0, 0)")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to main content"
    fold = page.locator("article details > summary").first
    fold.focus()
    page.keyboard.press("Enter")
    assert fold.evaluate("summary => summary.parentElement.open")


def test_stills_stand_in_for_pickers_without_a_script_and_in_print(visit, chromium) -> None:
    page = visit()
    page.read(next(name for name in CHAPTERS if name.endswith("04_similarity")))
    still = page.locator(".cell_output:has(.deskrec-picker) img").first
    assert not still.is_visible()
    page.emulate_media(media="print")
    assert still.is_visible()
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((SITE / "notebooks/04_similarity.html").as_uri())
    assert page.locator(".cell_output:has(.deskrec-picker) img").first.is_visible()
    context.close()


@pytest.fixture(scope="module")
def axe() -> str:
    """The program of axe-core, which looks for faults of access."""
    folder = from_npm("axe-core", "4.14.1", "nothing looks for faults of access")
    return (folder / "axe.min.js").read_text(encoding="utf-8")


@pytest.mark.parametrize(("width", "theme"), [(1280, "light"), (390, "dark")])
def test_axe_finds_no_serious_fault_of_access(visit, axe: str, width: int, theme: str) -> None:
    page, faults = visit("file", width, theme), []
    for name in PAGES:
        page.read(name)
        page.wait_for_timeout(400)  # what scrolls by keyboard is marked a moment later
        page.evaluate(axe)
        for fault in page.evaluate(AUDIT)["violations"]:
            if fault["impact"] in ("serious", "critical"):
                faults.append((name, fault["id"], [node["html"][:120] for node in fault["nodes"]]))
    assert faults == []

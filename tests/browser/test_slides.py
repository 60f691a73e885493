"""The slides in a real browser: complete without a network, readable, and nothing out of reach."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from test_project import NOTEBOOKS, script

from .conftest import sync_api

WHY = "no slides without {} (pip install -e '.[classroom]')"
for needed in ("nbconvert", "latex2mathml"):
    pytest.importorskip(needed, reason=WHY.format(needed))

CHAPTER = next(path for path in NOTEBOOKS if path.stem.startswith("04"))
VISIT = """async () => {
  const found = [];
  for (const slide of document.querySelectorAll('.slides > section > section')) {
    const at = Reveal.getIndices(slide);
    Reveal.slide(at.h, at.v);
    await new Promise(requestAnimationFrame);
    const empty = [...slide.querySelectorAll('math, img, table')].filter(e => !e.clientHeight);
    found.push({
      at: [at.h, at.v],
      below: slide.scrollHeight - slide.clientHeight,
      beside: slide.scrollWidth - slide.clientWidth,
      text: parseFloat(getComputedStyle(slide).fontSize),
      empty: empty.length,
    });
  }
  return found;
}"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("slides")
    script("slides").build([CHAPTER], target)
    return target


@pytest.fixture
def page(chromium: sync_api.Browser, folder: Path) -> Iterator[sync_api.Page]:
    """The slides, shown to a room, without a network; fails if they ask for one or complain."""
    outside, complaints = [], []

    def local_only(route: sync_api.Route) -> None:
        if re.match("file:|data:", route.request.url):
            route.continue_()
        else:
            outside.append(route.request.url)
            route.abort()

    page = chromium.new_page(viewport={"width": 1280, "height": 720})
    page.route("**/*", local_only)
    page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("requestfailed", lambda request: complaints.append(request.url))
    page.goto((folder / f"{CHAPTER.stem}.html").as_uri())
    page.wait_for_function("window.Reveal && Reveal.isReady()")
    yield page
    page.close()
    assert (outside, complaints) == ([], [])


def test_slides_fit_and_can_be_read_from_the_last_row(page: sync_api.Page) -> None:
    slides = page.evaluate(VISIT)
    assert min(slide["text"] for slide in slides) >= 24
    assert not [slide["at"] for slide in slides if slide["empty"] or slide["beside"] > 1]
    long = [slide["at"] for slide in slides if slide["below"] > 1]
    assert len(long) < 0.1 * len(slides), long


def test_the_space_bar_reaches_the_end_of_a_long_slide_and_then_the_next(
    page: sync_api.Page,
) -> None:
    long = next(slide["at"] for slide in page.evaluate(VISIT) if slide["below"] > 1)
    page.evaluate("at => Reveal.slide(...at)", long)
    state = "[Reveal.getIndices().h, Reveal.getIndices().v]"
    scrolled = "Reveal.getCurrentSlide().scrollTop"
    assert page.evaluate(scrolled) == 0
    page.keyboard.press("Space")
    page.wait_for_function(f"{scrolled} > 100")
    assert page.evaluate(state) == long
    for _ in range(10):
        page.keyboard.press("Space")
    assert page.evaluate(state) != long


def test_formulas_use_the_font_that_comes_with_the_slides(page: sync_api.Page) -> None:
    page.evaluate("document.fonts.ready.then(() => true)")
    fonts = "[...document.fonts].map(font => font.family.replaceAll('\"', '') + ' ' + font.status)"
    page.evaluate(VISIT)
    page.wait_for_function(f"{fonts}.every(font => font.endsWith('loaded'))")
    assert page.evaluate(fonts) == ["STIX Two Math subset loaded"]

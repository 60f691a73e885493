"""The site: every page is there, links lead somewhere, and nothing is told too early."""

from __future__ import annotations

import base64
import html
import json
import re
import sys
import zipfile
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree

import nbformat
import pytest
import yaml
from built_site import CHAPTERS, built, run
from conftest import ROOT
from PIL import Image
from test_project import script

sys.path.append(str(ROOT / "site"))

EXERCISES = sorted((ROOT / "exercises").glob("[0-9]*.ipynb"))


class Page(HTMLParser):
    """Addresses, anchors, pictures and words of a page; and the words that are in its folds."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.fetched: list[str] = []
        self.anchors: set[str] = {""}
        self.pictures: list[dict[str, str]] = []
        self.words, self.folded, self.inside, self.pickers = "", "", 0, 0
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self.anchors |= {found[name] for name in ("id", "name") if name in found}
        self.inside += tag == "details"
        self.pickers += "deskrec-picker" in found.get("class", "").split()
        if tag == "img":
            self.pictures.append(found)
        if tag == "a" and "href" in found:
            self.links.append(found["href"])
        elif "src" in found or (tag == "link" and "canonical" not in found.get("rel", "")):
            self.fetched.append(found.get("src") or found.get("href", ""))

    def handle_endtag(self, tag: str) -> None:
        self.inside -= tag == "details"

    def handle_data(self, data: str) -> None:
        self.words += data
        self.folded += data if self.inside else ""


def read(folder: Path) -> dict[Path, Page]:
    return {path: Page(path.read_text(encoding="utf-8")) for path in folder.rglob("*.html")}


@pytest.fixture(scope="module")
def pages() -> dict[Path, Page]:
    return read(built())


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> dict[Path, Page]:
    """The pages that lie in the classroom's zip."""
    folder = tmp_path_factory.mktemp("classroom") / "site"
    run("--classroom", "--out", str(folder))
    return read(folder)


def test_every_chapter_exercise_and_text_is_a_page(pages: dict[Path, Page]) -> None:
    found = {path.relative_to(built()).with_suffix("").as_posix() for path in pages}
    texts = [f"docs/{path.stem}" for path in (ROOT / "docs").glob("*.md")]
    wanted = {*CHAPTERS, *texts, *(f"exercises/{path.stem}" for path in EXERCISES)}
    assert wanted | {"index", "search", "TEACHING", "CHANGELOG", "api/index", "api/als"} <= found
    assert len(CHAPTERS) >= 9
    for name in CHAPTERS:  # what a page offers to download
        stored = ROOT / f"{name}.ipynb"
        assert (built() / f"{name}.ipynb").read_bytes() == stored.read_bytes()


def lead_nowhere(pages: dict[Path, Page]) -> list[str]:
    """Links within a site whose file or anchor is not there."""
    lost = []
    for path, page in pages.items():
        for link in page.links + page.fetched:
            parts = urlsplit(link)
            if parts.scheme in ("http", "https", "mailto", "data", "javascript"):
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            there = target.is_file() and (
                target not in pages or unquote(parts.fragment) in pages[target].anchors
            )
            if not there:
                lost.append(f"{path.name}: {link}")
    return lost


def test_links_lead_somewhere_and_nothing_is_fetched_from_elsewhere(pages, room) -> None:
    for site in (pages, room):
        assert lead_nowhere(site) == []
        fetched = {link for page in site.values() for link in page.fetched}
        assert not [link for link in fetched if re.match(r"(?:https?:)?//", link)]


def test_a_link_that_leads_nowhere_is_found(pages: dict[Path, Page]) -> None:
    path = built() / "index.html"
    wrong = Page('<a href="no.html">a</a><a href="#no">b</a><a href="docs/glossary.html#no">c</a>')
    assert len(lead_nowhere({**pages, path: wrong})) == 3


def test_pictures_say_in_words_what_they_show(pages: dict[Path, Page]) -> None:
    for name in CHAPTERS:
        cells = nbformat.read(ROOT / f"{name}.ipynb", as_version=4).cells
        outputs = [o.data for c in cells for o in c.get("outputs", []) if "data" in o]
        captions = {" ".join(o["text/plain"].split()) for o in outputs if "image/png" in o}
        page = pages[built() / f"{name}.html"]
        alts = [picture["alt"] for picture in page.pictures]
        assert captions <= set(alts)
        assert min(map(len, alts)) > 30
        assert all(picture["width"] and picture["height"] for picture in page.pictures)


def test_what_only_a_notebook_needs_is_left_out(pages: dict[Path, Page]) -> None:
    for name in CHAPTERS:
        page = pages[built() / f"{name}.html"]
        assert not re.search(r"alive while|running notebook|google\.colab|✎ your turn", page.words)
        stored = (ROOT / f"{name}.ipynb").read_text(encoding="utf-8")
        live = set(re.findall(r'"text/plain": \[\s+"([^":]+): alive while', stored))
        assert page.pickers == len(live - {"Turn the weights"}), live
        hidden = stored.count('"hide-output"')
        assert page.words.count("Guess first, then look") == hidden


def test_what_readers_stumbled_over_stays_away(pages: dict[Path, Page]) -> None:
    texts = {path.stem: path.read_text(encoding="utf-8") for path in pages}
    weights = pages[built() / "notebooks/02_event_strength.html"].words
    assert "(It answers only in the notebook itself. The still below shows" in weights
    maths = texts["03_als_math"]
    assert "Stills stand below" not in maths
    ends = re.findall(r"</math>[,.;:](</span>)?", maths)  # on the line of their formula
    assert len(ends) > 10 and all(ends)
    assert re.search(r">-?\d{9}<wbr ?/?>\d+</td>", texts["00_start_here"])  # ids on a phone
    assert not any('class="upperalpha' in text for text in texts.values())  # "[2] H. Steck"


# ------------------------------------------------------------------ solutions


def lines_of(text: str) -> str:
    return re.sub(r"\s+", " ", html.unescape(text))


def secrets(marks: str) -> list[tuple[str, str]]:
    """What stands between two marks in the exercises' sources: exercise and code."""
    found = []
    for path in EXERCISES:
        source = ROOT / "exercises/source" / path.name
        for cell in nbformat.read(source, as_version=4).cells:
            between = re.findall(rf"### BEGIN {marks}\n(.*?)\n *### END {marks}", cell.source, re.S)
            found += [(path.stem, lines_of(code)) for code in between]
    assert len(found) > 25
    return found


def explanations() -> list[str]:
    """Pieces of what explains a solution, and of what a good open answer has, as they are read."""
    found = []
    for path in EXERCISES:
        for cell in nbformat.read(ROOT / "exercises/source" / path.name, as_version=4).cells:
            marks, tags = cell.metadata.get("nbgrader", {}), cell.metadata.get("tags", [])
            if cell.cell_type == "markdown" and (marks.get("solution") or "note" in tags):
                pieces = re.split(r"[^\w ,;:.!?-]+", cell.source)
                found += [lines_of(piece).strip() for piece in pieces if len(piece) > 40]
    assert len(found) > 50
    return found


def exercise(site: dict[Path, Page], name: str) -> Page:
    return next(page for path, page in site.items() if path.match(f"exercises/{name}.html"))


def test_solutions_are_in_folds_and_hidden_tests_nowhere(pages: dict[Path, Page]) -> None:
    for name, code in secrets("SOLUTION"):
        page = exercise(pages, name)
        assert code in lines_of(page.folded)
        assert lines_of(page.words).count(code) == 1
    for name, code in secrets("HIDDEN TESTS"):
        assert code not in lines_of(exercise(pages, name).words)
    everything = lines_of("".join(page.folded for page in pages.values()))
    assert [piece for piece in explanations() if piece not in everything] == []


def test_the_classroom_s_copy_gives_nothing_away(room: dict[Path, Page]) -> None:
    everything = lines_of("".join(page.words for page in room.values()))
    for marks in ("SOLUTION", "HIDDEN TESTS"):
        for _, code in secrets(marks):
            assert len(code) < 30 or code not in everything, code
    assert [piece for piece in explanations() if piece in everything] == []
    assert "look after you have tried" not in everything
    assert not [path for path in room if path.stem == "TEACHING"]  # it answers what is discussed
    assert "Discuss:" not in everything
    assert "Colab" not in exercise(room, EXERCISES[0].stem).words  # no network in the room
    folder = next(path.parent for path in room if path.name == "search.html")
    assert not [path for kind in ("*.ipynb", "*.md", "*.txt") for path in folder.rglob(kind)
                if "LICENSE" not in path.name]  # fmt: skip
    index = (folder / "searchindex.js").read_text(encoding="utf-8")
    assert "popular" in index and "TEACHING" not in index


def test_the_book_is_what_a_reader_of_books_can_open(tmp_path: Path) -> None:
    for name in ("content.opf", "gone.xhtml"):  # of a book that was made before
        (tmp_path / name).write_text("<html/>", encoding="utf-8")
    run("--epub", "--out", str(tmp_path))
    with zipfile.ZipFile(tmp_path / "course.epub") as book:
        pages = [name for name in book.namelist() if name.endswith(".xhtml")]
        texts = {name: ElementTree.fromstring(book.read(name)) for name in pages}
        package = book.read("content.opf").decode()
    assert {f"{name}.xhtml" for name in CHAPTERS} <= set(texts)
    assert "gone.xhtml" not in texts and "TEACHING.xhtml" not in texts
    assert package.count(".webp") > 30
    assert all("Open in Colab" not in "".join(text.itertext()) for text in texts.values())


# ------------------------------------------------------------------ its own rules


@pytest.fixture
def build() -> Any:
    return script("build", "site")


def test_a_folder_with_other_things_is_not_replaced(build, tmp_path: Path) -> None:
    letter = tmp_path / "letter.txt"
    letter.write_text("Dear …", encoding="utf-8")
    for make in (build.build, build.epub):
        with pytest.raises(SystemExit, match="holds other things"):
            make(tmp_path)
        with pytest.raises(SystemExit, match="holds other things"):
            make(letter)
    assert letter.exists()
    build.replaceable(tmp_path / "new", "searchindex.js")
    (tmp_path / "searchindex.js").touch()
    build.replaceable(tmp_path, "searchindex.js")


def test_the_model_is_made_anew_when_what_it_is_made_from_changes(
    build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = []

    def maker(command: list[str], **_: object) -> None:
        made.append(command)
        (Path(command[-1]) / "model.js").write_text(str(len(made)), encoding="ascii")

    root, folder = tmp_path / "root", tmp_path / "pickers"
    files = [root / "site/model.py", root / "notebooks/04_a.ipynb"]
    files += [root / "deskrec_tutorial/als.py", root / "deskrec_tutorial/sample/log.zip"]
    for file in files:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text('assigned("04_a", names)', encoding="utf-8")
    monkeypatch.setattr(build, "ROOT", root)
    monkeypatch.setattr(build, "HERE", root / "site")
    monkeypatch.setattr(build.subprocess, "run", maker)
    build.model(folder)
    (root / "deskrec_tutorial/als.pyc").touch()
    build.model(folder)
    assert len(made) == 1
    for number, file in enumerate(files, 2):
        file.write_text('assigned("04_a", others)', encoding="utf-8")
        build.model(folder)
        assert (folder / "model.js").read_text(encoding="ascii") == str(number), file
    monkeypatch.setattr(build, "version", lambda name: "0")
    build.model(folder)
    assert len(made) == len(files) + 2


def test_what_the_model_is_made_from_are_the_chapters_it_reads(build) -> None:
    stored = (ROOT / "site/model.py").read_text(encoding="utf-8")
    assert build.chapters_in(stored) == {"03_als_math", "04_similarity", "05_recommendations"}


HOSTILE = [
    "<img src=x onerror=alert(1)>", "![a](b) [c](javascript:alert(1))", "a\n\n# b\n\n<script>",
    "`code` &lt;b&gt; &amp; \\ $x$ **b** _c_ | d", '" onload="alert(1)', "](x) <!-- -->",
]  # fmt: skip


@pytest.mark.parametrize("title", HOSTILE)
def test_a_caption_from_data_is_text(title: str, tmp_path: Path) -> None:
    staging = pytest.importorskip("staging", reason="the site is not installed")
    markdown = pytest.importorskip("markdown_it", reason="the site is not installed")
    Image.new("L", (1, 1)).save(tmp_path / "a.png")
    png = base64.b64encode((tmp_path / "a.png").read_bytes()).decode()
    output = {"data": {"text/plain": title, "image/png": png}}
    (shown,) = staging.Stage(tmp_path)._outputs([output], Path("01_a.ipynb"), 1)
    page = Page(markdown.MarkdownIt("commonmark").render(shown["data"]["text/markdown"]))
    assert [set(picture) for picture in page.pictures] == [{"src", "alt"}]
    assert page.pictures[0]["alt"] == " ".join(title.split())
    assert not page.links and not page.words.strip() and page.anchors == {""}


def test_links_are_those_of_the_site_or_the_repository() -> None:
    staging = pytest.importorskip("staging", reason="the site is not installed")
    here, there = ROOT / "notebooks", f"{staging.address()}/blob/main"

    def link(target: str, folder: Path = here) -> str:
        return staging.relinked(f"[a]({target})", folder)[4:-1]

    assert link("01_data.ipynb") == "01_data.ipynb"
    assert link("../docs/glossary.md#cosine-similarity") == "../docs/glossary.md#cosine-similarity"
    assert link("../exercises/source/01_data.ipynb") == "../exercises/01_data.ipynb"
    assert link("../CONTRIBUTING.md#the-map") == f"{there}/CONTRIBUTING.md#the-map"
    assert link("../README.md") == "../index.md"
    assert link("exercises/", ROOT) == f"{staging.address()}/tree/main/exercises"
    assert link("https://example.org") == "https://example.org"
    assert link("../../notebooks/01_data.ipynb", ROOT / "exercises/source") == (
        "../../notebooks/01_data.ipynb"
    )


def test_the_front_page_counts(pages: dict[Path, Page]) -> None:
    pytest.importorskip("staging", reason="the site is not installed")
    import front

    assert [front.hours(m) for m in (60, 450, 44, 46)] == ["1", "7½", "½", "1"]
    words = lines_of(pages[built() / "index.html"].words)
    told = front.counts()
    chapters = [json.loads((ROOT / f"{name}.ipynb").read_text("utf-8")) for name in CHAPTERS]
    blanks = sum(
        "your-turn" in cell["metadata"].get("tags", [])
        for chapter in chapters
        for cell in chapter["cells"]
    )
    assert told["blanks"] == str(blanks) and f"{blanks} blanks in the chapters" in words
    for name in ("hours", "homework", "cells", "numbers", "pictures", "wrong", "tests"):
        assert re.search(rf"\b{re.escape(told[name])} (?!of)\w+", words), name


def test_the_workflow_that_publishes_it_runs_what_there_is() -> None:
    text = (ROOT / ".github/workflows/site.yml").read_text(encoding="utf-8")
    (job,) = yaml.safe_load(text)["jobs"].values()
    assert job["timeout-minutes"] and job["runs-on"]
    commands = [step["run"] for step in job["steps"] if "run" in step]
    targets = re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M)
    assert [command.removeprefix("make ") in targets for command in commands] == [True]
    assert any(step.get("with", {}).get("path") == "build/site" for step in job["steps"])

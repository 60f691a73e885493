"""The slides: what a chapter becomes, and that nothing in them comes from a network."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest
from test_project import NOTEBOOKS, script

WHY = "no slides without {} (pip install -e '.[classroom]')"
for needed in ("nbconvert", "latex2mathml"):
    pytest.importorskip(needed, reason=WHY.format(needed))

slides = script("slides")
CHAPTER = next(path for path in NOTEBOOKS if path.stem.startswith("04"))
HEADING = re.compile(r"^#{1,3} ", re.M)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The slides of one chapter, with a formula, figures, tables and a widget."""
    target = tmp_path_factory.mktemp("slides")
    slides.build([CHAPTER], target)
    return target


@pytest.fixture(scope="module")
def page(folder: Path) -> str:
    return (folder / f"{CHAPTER.stem}.html").read_text(encoding="utf-8")


Slides = list[tuple[str, str]]


def arranged(*cells: nbformat.NotebookNode) -> Slides:
    """Type and source of the cells of the slides that these cells become."""
    deck = slides.arrange(nbformat.v4.new_notebook(cells=list(cells)))
    return [(c.metadata.get("slideshow", {}).get("slide_type", ""), c.source) for c in deck.cells]


def prose(source: str) -> nbformat.NotebookNode:
    return nbformat.v4.new_markdown_cell(source)


def code(source: str, *outputs: nbformat.NotebookNode) -> nbformat.NotebookNode:
    return nbformat.v4.new_code_cell(source, outputs=list(outputs))


def shown(data: dict[str, object]) -> nbformat.NotebookNode:
    return nbformat.v4.new_output("display_data", data)


def text(words: str) -> nbformat.NotebookNode:
    return shown({"text/plain": words})


# ------------------------------------------------------------------ the page


def test_nothing_is_loaded_from_a_network(folder: Path, page: str) -> None:
    tag = r"<(?:script|link|img|iframe|source)\b[^>]*?\b(?:src|href)\s*=\s*[\"']?([^\"' >]*)"
    files = {address for address in re.findall(tag, page) if not address.startswith("data:")}
    assert "assets/reveal.js" in files
    for address in files:
        assert (folder / address).is_file(), address
    for style in [page, *(p.read_text(encoding="utf-8") for p in folder.glob("assets/*.css"))]:
        assert not re.findall(r"@import|url\(\s*[\"']?(?:https?:)?//", style)


def test_a_section_for_each_heading_and_more_slides_below(page: str) -> None:
    cells = nbformat.read(CHAPTER, as_version=4).cells
    headings = sum(len(HEADING.findall(c.source)) for c in cells if c.cell_type == "markdown")
    figures = sum("image/png" in o.get("data", {}) for c in cells for o in c.get("outputs", []))
    depth, at = 0, []
    for mark in re.findall(r"</?section\b", page):
        at += [depth] if mark == "<section" else []
        depth += 1 if mark == "<section" else -1
    assert depth == 0 and set(at) == {0, 1}
    assert at.count(0) == headings
    assert at.count(1) > headings + figures


def test_formulas_are_mathml(page: str) -> None:
    assert "$$" not in page and "\\frac" not in page
    displays = re.findall(r'<math\b[^>]*\bdisplay="(\w+)"', page)
    assert displays.count("inline") > 15 and displays.count("block") > 2


def test_the_still_stands_for_the_widget(page: str) -> None:
    assert slides.WIDGET not in page and "article_picker" not in page
    assert "picker needs a running notebook" not in page
    assert "By cosine, most similar to" in page and "article_view" in page


def test_the_index_leads_to_the_chapter(folder: Path, page: str) -> None:
    index = (folder / "index.html").read_text(encoding="utf-8")
    assert f'<a href="{CHAPTER.stem}.html">4 · Similar articles</a>' in index
    assert 'href="03_als_math.html"' in page and ".ipynb" not in page


# ------------------------------------------------------------------ the rules


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_all_else_of_a_chapter_is_shown_in_its_order(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    deck = slides.arrange(notebook)
    left = [o for c in deck.cells for o in c.get("outputs", [])]
    stored = [o for c in notebook.cells for o in c.get("outputs", [])]
    alive = re.compile(r".*alive while the notebook runs.*|[\w ]+: \d+ of \d+", re.S)
    kept = [o for o in stored if not alive.fullmatch(o.get("data", {}).get("text/plain", ""))]
    assert left == kept

    lines = [line for c in deck.cells if c.cell_type == "code" for line in c.source.splitlines()]
    for cell in notebook.cells[2:]:
        if cell.cell_type == "code":
            for line in cell.source.splitlines():
                assert line in lines or line.startswith("display(dr."), line
    words = " ".join(c.source for c in deck.cells if c.cell_type == "markdown")
    told = "\n".join(c.source for c in notebook.cells if c.cell_type == "markdown")
    for title in re.findall(r"^#{1,3} .*", told, re.M):
        assert title in words
    assert "Open in Colab" not in words and "Next: [" not in words


ARRANGED = {
    "code stays with what it prints, and its discussion comes later": (
        [prose("# T"), code("f()", text("out")), prose("See."), code("g()")],
        [("slide", "# T"), ("-", "f()"), ("-", ""), ("fragment", "See."), ("-", "g()")],
    ),
    "a formula stays with its announcement": (
        [prose("# T\n\nSo:\n\n$$x$$\n\nEnd.")],
        [("slide", "# T"), ("-", "So:\n\n$$x$$"), ("-", "End.")],
    ),
    "answers, badges and the installation are left out": (
        [
            prose("# T\n\n[Open in Colab](x)\n\nQ?\n\n<details>\n\nA!\n\n</details>"),
            code('if "google.colab" in sys.modules: ...'),
            prose("Next: [chapter](01_data.ipynb)."),
        ],
        [("slide", "# T"), ("-", "Q?")],
    ),
}


@pytest.mark.parametrize(("cells", "expected"), ARRANGED.values(), ids=ARRANGED)
def test_cells_become_slides(cells: list[nbformat.NotebookNode], expected: Slides) -> None:
    assert arranged(*cells) == expected


def test_what_does_not_fit_goes_below_with_the_section_as_its_head() -> None:
    long = "\n".join(["x = 1"] * 18)
    found = arranged(prose("# T & U\n\nWords."), code(long))
    head = ("subslide", '<p class="section">T &amp; U</p>')
    assert found == [("slide", "# T & U"), ("-", "Words."), head, ("", long)]
    # A table that fits below its code takes the code along; a longer one lets it go.
    words = " ".join(["word"] * 120)
    for rows, expected in ((12, ["slide", "-", "subslide", "", "-"]), (30, ["slide", "-", "-"])):
        cells = prose(f"# T\n\n{words}"), code("f()", text("row\n" * rows))
        assert [kind for kind, _ in arranged(*cells)][: len(expected)] == expected


def test_the_same_bytes_again(tmp_path: Path, page: str) -> None:
    slides.build([CHAPTER], tmp_path)
    assert (tmp_path / f"{CHAPTER.stem}.html").read_text(encoding="utf-8") == page


@pytest.mark.parametrize(
    "widgets",
    [
        {"application/vnd.jupyter.widget-state+json": {"1f": {"model_name": "HBoxModel"}}},
        {"application/vnd.jupyter.widget-state+json": {}},
        {},
    ],
)
def test_a_chapter_that_colab_has_saved_gives_the_same_slides(tmp_path, page, widgets) -> None:
    notebook = nbformat.read(CHAPTER, as_version=4)
    notebook.metadata.update(widgets=widgets, colab={"provenance": []}, accelerator="GPU")
    for number, cell in enumerate(notebook.cells):
        cell.metadata.update(id=f"c{number}", colab={"base_uri": "https://localhost:8080/"})
    nbformat.write(notebook, tmp_path / CHAPTER.name)
    slides.build([tmp_path / CHAPTER.name], tmp_path)
    assert (tmp_path / f"{CHAPTER.stem}.html").read_text(encoding="utf-8") == page


def test_outputs_of_other_programs_have_a_place(tmp_path: Path) -> None:
    view = {"model_id": "1f", "version_major": 2, "version_minor": 0}
    outputs = [
        nbformat.v4.new_output("error", ename="E", evalue="why", traceback=["one\ntwo", "E: why"]),
        shown({"image/svg+xml": "<svg></svg>"}),
        shown({"text/markdown": "**told**"}),
        shown({"text/plain": "HBox()", slides.VIEW: view}),
    ]
    notebook = nbformat.v4.new_notebook(cells=[prose("# T"), code("f()", *outputs)])
    nbformat.write(notebook, tmp_path / "t.ipynb")
    slides.build([tmp_path / "t.ipynb"], tmp_path)
    made = (tmp_path / "t.html").read_text(encoding="utf-8")
    assert "E: why" in made and "image/svg+xml" in made and "<strong>told</strong>" in made
    assert "HBox" not in made and slides.VIEW not in made

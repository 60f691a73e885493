"""Turn the chapters into slides that need no network: python scripts/slides.py [FOLDER].

nbconvert makes the pages, with the template in scripts/deck/. The chapters know nothing of slides;
the rules are here:

* a heading starts a new slide, to the right; what follows it goes on slides below;
* a slide takes what there is room for; prose about an output comes up at the next key;
* code keeps its output; only a figure that would get too small has the next slide to itself;
* what only makes sense in a running notebook is left out, and its still shown.

Heights are estimates, good enough to decide what goes together; deck/assets/deck.js measures and
chooses the size of the text.
"""

from __future__ import annotations

import base64
import html
import math
import re
import shutil
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import nbformat
from latex2mathml.converter import convert
from nbconvert.exporters import SlidesExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from traitlets.config import Config

ROOT = Path(__file__).resolve().parent.parent
DECK = ROOT / "scripts" / "deck"
ROOM = 640  # pixels of a slide for its content
LINE = 84  # letters of prose in a line
FIGURE = 500  # height

BADGES = re.compile(r"\[Open in Colab\]")
NEXT = re.compile(r"Next: \[")
FOLDED = re.compile(
    r"<details><summary>(?!Solution|Answers)(.*?)</summary>\s*(.*?)\s*</details>", re.S
)
ANSWERS = re.compile(r"<details>.*?</details>", re.S)
ALIVE = re.compile(r" ?\((?:A|The) picker needs a running notebook\.[^)]*\)")
CHAPTER = re.compile(r"(\]\(\d\d\w+)\.ipynb\)")
ELSEWHERE = re.compile(r"\[([^]]*)\]\(\.\./[^)]*\)")  # a file of the repository
HEADING = re.compile(r"(#{1,3}) (.*)")
UNFINISHED = re.compile(r"(:|\*\*)$")  # a formula or a list follows
WIDGET = "alive while the notebook runs"
VIEW = "application/vnd.jupyter.widget-view+json"
PROGRESS = re.compile(r"[\w ]+: \d+ of \d+")


class Piece(NamedTuple):
    """Something that stays together."""

    cell: nbformat.NotebookNode
    height: float  # of a slide
    title: str = ""  # if it is a heading
    follows: float = 0  # height of what should be on the same slide

    @property
    def is_code(self) -> bool:
        return self.cell.cell_type == "code"


# ----------------------------------------------------------------- what is shown


def pieces(notebook: nbformat.NotebookNode) -> Iterator[Piece]:
    """The parts of a chapter that are shown, in their order."""
    for cell in notebook.cells:
        yield from _prose(cell) if cell.cell_type == "markdown" else _code(cell)


def _prose(cell: nbformat.NotebookNode) -> Iterator[Piece]:
    source = ALIVE.sub("", ANSWERS.sub("", FOLDED.sub(r"**\1**\n\n\2", cell.source)))
    source = ELSEWHERE.sub(r"\1", CHAPTER.sub(r"\1.html)", source))
    blocks: list[str] = []
    for block in re.split(r"\n\s*\n(?=\S)", source.strip()):
        if not block or BADGES.match(block) or NEXT.match(block):
            continue
        if blocks and (UNFINISHED.search(blocks[-1]) or blocks[-1].count("```") % 2):
            blocks[-1] += "\n\n" + block
        else:
            blocks.append(block)
    for block in blocks:
        height = sum(map(_prose_height, block.splitlines())) + 16
        heading = HEADING.match(block)
        title = _plain(heading[2]) if heading else ""
        for name, files in cell.get("attachments", {}).items():  # pictures that lie in the cell
            if f"(attachment:{name})" in block:
                uri = f"(data:image/png;base64,{files['image/png']})"
                block, height = block.replace(f"(attachment:{name})", uri), FIGURE
        yield Piece(nbformat.v4.new_markdown_cell(block), height, title)


def _code(cell: nbformat.NotebookNode) -> Iterator[Piece]:
    if "google.colab" in cell.source:  # the installation
        return
    outputs = [output for output in cell.outputs if not _of_the_moment(output)]
    lines = cell.source.splitlines()
    if len(outputs) < len(cell.outputs):
        lines = [line for line in lines if not line.startswith("display(")]
    results = list(_results(outputs))
    if lines:
        height = 28 * len(lines) + 30
        follows = results[0].height if results and not _is_figure(outputs[0]) else 0
        source = nbformat.v4.new_code_cell("\n".join(lines))
        source.metadata.tags = ["wide"] if max(map(len, lines)) > 90 else []
        yield Piece(source, height, follows=follows)
    yield from results


def _results(outputs: list[nbformat.NotebookNode]) -> Iterator[Piece]:
    """What a cell shows: each figure with what follows it, its caption."""
    starts = [i for i, output in enumerate(outputs) if i == 0 or _is_figure(output)]
    for start, stop in pairwise([*starts, len(outputs)]):
        part = outputs[start:stop]
        cell = nbformat.v4.new_code_cell(outputs=part)
        cell.metadata.transient = {"remove_source": True}
        yield Piece(cell, sum(map(_output_height, part)))


def _is_figure(output: nbformat.NotebookNode) -> bool:
    return "image/png" in output.get("data", {})


def _of_the_moment(output: nbformat.NotebookNode) -> bool:
    """A widget without its kernel, or a progress bar that is done."""
    data = output.get("data", {})
    text = data.get("text/plain", "")
    return VIEW in data or WIDGET in text or PROGRESS.fullmatch(text) is not None


# ----------------------------------------------------------------- how high it is


def _plain(source: str) -> str:
    """The letters of a line of Markdown, roughly."""
    source = re.sub(r"\]\([^)]*\)", "", source)
    source = re.sub(r"\\[a-zA-Z]+|[{}$]", "", source)
    return re.sub(r"[*`\[]", "", source)


def _prose_height(line: str) -> float:
    if line.startswith("#"):
        return 60
    if line.startswith("$$"):
        return 90
    return 40 * math.ceil(len(_plain(line)) / LINE)


def _output_height(output: nbformat.NotebookNode) -> float:
    if output.output_type == "stream":
        return 30 * len(output.text.splitlines()) + 10
    if output.output_type == "error":
        return 30 * sum(line.count("\n") + 1 for line in output.traceback) + 10
    data = output.data
    if "image/png" in data:
        width, height = _size(data["image/png"])
        return min(FIGURE, 1200 * height / width)
    if "text/html" in data:
        page = data["text/html"]
        letters = len(html.unescape(re.sub(r"<[^>]*>|\s+", " ", page)))
        return 36 * max(page.count("<tr"), math.ceil(letters / 100))
    if any(kind.startswith("image/") for kind in data):
        return FIGURE
    return 30 * len(data.get("text/plain", "").splitlines()) + 10


def _size(png: str) -> tuple[int, int]:
    header = base64.b64decode(png[:64])
    return int.from_bytes(header[16:20], "big"), int.from_bytes(header[20:24], "big")


# ----------------------------------------------------------------- slides


def arrange(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """The cells of a slide show, each with the type of slide that it starts, if any."""
    # Widgets are left out, and what programs store of them is not always whole (Colab's isn't).
    known = {name: value for name, value in notebook.metadata.items() if name != "widgets"}
    deck = nbformat.v4.new_notebook(metadata=known)
    room, section, after_code = 0.0, "", False
    for piece in pieces(notebook):
        wanted = piece.height + piece.follows
        kind = "fragment" if after_code and not piece.is_code else "-"
        first = piece.cell
        if piece.title:
            kind, section = "slide", piece.title
            deck.metadata.setdefault("title", piece.title)
        elif (wanted if wanted <= ROOM else piece.height) > room:
            kind = "subslide"
            first = _running_head(section)
            deck.cells.append(first)
        first.metadata.slideshow = {"slide_type": kind}
        deck.cells.append(piece.cell)
        room = (ROOM if kind in {"slide", "subslide"} else room) - piece.height
        after_code = piece.is_code
    for number, cell in enumerate(deck.cells):
        cell.id = f"cell-{number}"  # not the random ids of new cells
    return deck


def _running_head(section: str) -> nbformat.NotebookNode:
    return nbformat.v4.new_markdown_cell(f'<p class="section">{html.escape(section)}</p>')


class _MathML(IPythonRenderer):
    """Formulas as MathML, which browsers show without any help."""

    def block_math(self, body: str) -> str:
        return _mathml(body, "block")

    def inline_math(self, body: str) -> str:
        return _mathml(body, "inline")


def _mathml(formula: str, display: str) -> str:
    # Bars that know their side are stretched, the left one more than the right one.
    return convert(re.sub(r"\\[lr]Vert\b", r"\\|", formula), display=display)


class _Exporter(SlidesExporter):
    def markdown2html(self, source: str) -> str:
        return MarkdownWithMath(_MathML(escape=False, exclude_anchor_links=True)).render(source)


def exporter() -> SlidesExporter:
    """nbconvert's slides with the template of this course."""
    settings = Config()
    settings.CSSHTMLHeaderPreprocessor.style = "friendly"
    settings.TemplateExporter.exclude_input_prompt = True
    settings.TemplateExporter.exclude_output_prompt = True
    return _Exporter(
        config=settings, template_name="deck", extra_template_basedirs=[str(DECK.parent)]
    )


INDEX = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Slides</title>
<style>
body {{ font: 24px/1.6 system-ui, sans-serif; max-width: 40em; margin: 2em auto; }}
</style>
</head>
<body>
<h1>Slides</h1>
<ul>
{links}
</ul>
<p>Space: on. Arrow keys: right to the next section, down within it. Esc: overview. F: full screen.
A slide with a shadow at its lower edge goes on below: space scrolls it first.</p>
</body>
</html>
"""


def build(notebooks: list[Path], folder: Path) -> None:
    """Write a page of slides for every notebook, an index, and the files they need."""
    shutil.copytree(DECK / "assets", folder / "assets", dirs_exist_ok=True)
    make, links = exporter(), []
    for path in notebooks:
        deck = arrange(nbformat.read(path, as_version=4))
        page, _ = make.from_notebook_node(deck)
        (folder / f"{path.stem}.html").write_text(page, encoding="utf-8")
        title = html.escape(deck.metadata.title)
        links.append(f'<li><a href="{path.stem}.html">{title}</a></li>')
    index = INDEX.format(links="\n".join(links))
    (folder / "index.html").write_text(index, encoding="utf-8")


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "build" / "slides"
    build(sorted((ROOT / "notebooks").glob("[0-9]*.ipynb")), target)
    print(f"Open {target / 'index.html'} in a browser; it needs no network.")

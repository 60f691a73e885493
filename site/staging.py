"""What becomes of a page before Sphinx reads it: links, pictures, pickers, solutions.

The stored notebooks know nothing of a site; the rules are here.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import posixpath
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = ("notebooks/[0-9]*.ipynb", "exercises/[0-9]*.ipynb")
TEXTS = ("docs/*.md", "TEACHING.md", "CHANGELOG.md")

Cell = dict[str, Any]

BADGES = re.compile(r"^\[Open in Colab\].*$", re.M)
ALIVE = re.compile(r"([^:]+): alive while the notebook runs")
OF_THE_MOMENT = re.compile(r"✎ your turn|[\w ]+: \d+ of \d+$")  # a check untouched, a bar done
KERNEL = re.compile(
    r" ?\((?:The picker needs a running notebook|If you are only|Stills stand below)[^)]*\)"
)
STILL = (  # chapter 2's picker has no twin on the site
    "A picker needs a running notebook. The still under it",
    "It answers only in the notebook itself. The still below",
)
ID = re.compile(r"(<t[dh][^>]*>-?[0-9a-f]{9})(?=[0-9a-f]{6,}<)")  # may break on a phone
PICKERS = {  # what a notebook calls it, and what site/pickers.js does
    "The bowl": "bowl",
    "ALS step by step": "stepper",
    "Pick an article": "article",
    "Pick a person": "person",
    "Be the reader": "reader",
}
LINK = re.compile(r"(?<=\]\()(?!https?:|#|attachment:)([^)#\s]+)(#[^)\s]*)?(?=\))")
ANCHOR = re.compile(r'^<a id="[\w-]+"></a>\n\n', re.M)  # headings have the same anchors
SIGNS = re.compile(r"([!-/:-@\[-`{-~])")  # what may mean something in Markdown


def pages(classroom: bool = False) -> list[Path]:
    """The files of the repository that become pages; students get no teacher's guide."""
    kinds = [each for each in NOTEBOOKS + TEXTS if not (classroom and each == "TEACHING.md")]
    return [path for pattern in kinds for path in sorted(ROOT.glob(pattern))]


def address() -> str:
    """The repository's address as pyproject.toml has it (`make address` puts it there)."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return str(project["urls"]["Repository"])


def text_of(source: str | list[str]) -> str:
    return source if isinstance(source, str) else "".join(source)


def relinked(text: str, folder: Path, classroom: bool = False) -> str:
    """A text with links that lead to pages of the site, or else to the repository."""
    known = {path.relative_to(ROOT).as_posix() for path in pages(classroom)}
    known.add("index.md")
    here = folder.relative_to(ROOT).as_posix()

    def link(match: re.Match[str]) -> str:
        target, anchor = posixpath.normpath(posixpath.join(here, match[1])), match[2] or ""
        target = target.replace("exercises/source/", "exercises/")
        target = "index.md" if target == "README.md" else target
        if target in known or target.endswith(".png"):
            return posixpath.relpath(target, here) + anchor
        kind = "tree" if (ROOT / target).is_dir() else "blob"
        return f"{address()}/{kind}/main/{target}{anchor}"

    return LINK.sub(link, ANCHOR.sub("", text))


@dataclass
class Stage:
    """Where the pages are put for Sphinx; a classroom's are without solutions, badges, guide."""

    folder: Path
    classroom: bool = False

    def put(self, path: Path) -> None:
        """Stage a page of the repository at the same place."""
        target = self.folder / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".ipynb":
            text = json.dumps(self.notebook(json.loads(text), path), ensure_ascii=False)
        else:
            text = relinked(text, path.parent, self.classroom)
        target.write_text(text, encoding="utf-8")

    def notebook(self, notebook: dict[str, Any], path: Path) -> dict[str, Any]:
        """A notebook as the site shows it."""
        cells = []
        for cell in notebook["cells"]:
            source = text_of(cell["source"])
            if cell["cell_type"] == "markdown":
                cells.append({**cell, "source": self._prose(cell, source, path)})
            elif "google.colab" not in source:  # the installation
                cells.append(cell)
                cell["outputs"] = list(self._outputs(cell["outputs"], path, len(cells)))
        if path.parent.name == "exercises" and not self.classroom:
            original = json.loads((path.parent / "source" / path.name).read_text(encoding="utf-8"))
            cells = list(_with_solutions(cells, original["cells"]))
        metadata = {k: v for k, v in notebook["metadata"].items() if k != "widgets"}
        return {**notebook, "cells": cells, "metadata": metadata}

    def _prose(self, cell: Cell, source: str, path: Path) -> str:
        source = KERNEL.sub("", source).replace(*STILL)
        source = relinked(source, path.parent, self.classroom)
        download = f' · <a href="{path.name}" download>Download the notebook</a>'
        source = BADGES.sub("" if self.classroom else rf"\g<0>{download}", source)
        for name, files in cell.pop("attachments", {}).items():
            stored = self._picture(text_of(files["image/png"]), f"{path.stem}-{Path(name).stem}")
            source = source.replace(f"(attachment:{name})", f"({stored})")
        return source

    def _picture(self, png: str, name: str) -> str:
        """Keep a picture, pixel by pixel the same in a third of the bytes; returns its name."""
        (self.folder / "notebooks").mkdir(parents=True, exist_ok=True)
        picture = Image.open(io.BytesIO(base64.b64decode(png)))
        picture.save(self.folder / "notebooks" / f"{name}.webp", lossless=True)
        return f"{name}.webp"

    def _outputs(self, outputs: list[Cell], path: Path, cell: int) -> Iterator[Cell]:
        """Outputs with pickers in the place of the sentence about them, and pictures named."""
        for number, output in enumerate(outputs):
            data = {kind: text_of(value) for kind, value in output.get("data", {}).items()}
            shown = data.get("text/plain", "")
            alive = ALIVE.match(shown)
            if alive and alive[1] in PICKERS:
                div = f'<div class="deskrec-picker" data-picker="{PICKERS[alive[1]]}"></div>'
                yield {**output, "data": {"text/html": div}}
            elif "image/png" in data:
                name = self._picture(data["image/png"], f"{path.stem}-{cell}-{number}")
                caption = SIGNS.sub(r"\\\1", " ".join(shown.split()))
                yield {**output, "data": {"text/markdown": f"![{caption}]({name})"}}
            elif not (alive or OF_THE_MOMENT.match(text_of(output.get("text", "")) or shown)):
                if "text/html" in data:  # books want XHTML
                    html = data["text/html"].replace("<br>", "<br/>")
                    data["text/html"] = ID.sub(r"\1<wbr/>", html)
                yield {**output, "data": data} if data else output


def _with_solutions(cells: list[Cell], original: list[Cell]) -> Iterator[Cell]:
    """An exercise with, at the end of each question, its solution in a fold."""
    solutions = _solutions(original)
    due = ""
    for cell in cells:
        source = text_of(cell["source"])
        if due and cell["cell_type"] == "markdown" and source.startswith("## "):
            yield _fold(due)
            due = ""
        yield cell
        due = solutions.get(cell["metadata"].get("nbgrader", {}).get("grade_id", ""), due)
    yield _fold(due)


def _fold(solution: str) -> Cell:
    summary = "<summary>Solution: look after you have tried</summary>"
    source = f"<details>{summary}\n\n{solution}\n\n</details>"
    name = f"solution-{hashlib.sha256(source.encode()).hexdigest()[:8]}"
    return {"cell_type": "markdown", "id": name, "metadata": {}, "source": source}


def _solutions(original: list[Cell]) -> dict[str, str]:
    """The solution of each question, with what explains it, by grade_id."""
    found: dict[str, list[str]] = {}
    for cell in original:
        source, marks = text_of(cell["source"]), cell["metadata"].get("nbgrader", {})
        if marks.get("solution"):
            code = re.sub(r"^ *### (?:BEGIN|END) SOLUTION\n?", "", source, flags=re.M).rstrip()
            is_code = cell["cell_type"] == "code"
            found[marks["grade_id"]] = [f"```python\n{code}\n```" if is_code else code]
        elif "note" in cell["metadata"].get("tags", []):
            up = source.replace("](../", "](")  # one folder up from where the source lies
            found[list(found)[-1]].append(relinked(up, ROOT / "exercises"))
    return {name: "\n\n".join(parts) for name, parts in found.items()}

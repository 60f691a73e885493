"""The chapters as stored, taken apart: prose, numbers, turns, minutes.

``python scripts/chapters.py FOLDER`` writes copies there with every blank filled in.  They are
executed as a test: a solution that its check refuses stops the notebook.
"""

from __future__ import annotations

import html
import json
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import nbformat

ROOT = Path(__file__).resolve().parent.parent
CHAPTERS = sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))
LISTED = ROOT / "tests/numbers_in_prose"

Cell = dict[str, Any]

NOT_PROSE = re.compile(
    r"```.*?```|\$\$.*?\$\$|\$[^$\n]+\$|`[^`]*`|\]\([^)]*\)|<[^>]+>|&\w+;"
    r"|(?:^#+ |\[)\d[\w½]* · |^\s*\d+\. "  # the number of a chapter, of an item in a list
    r"|\b(?:chapters?|exercises?|questions?|steps?|parts?|places?|Python|version)"
    r" \d[\d.½]*(?:(?:,| and| to|–) \d[\d.½]*)*",
    re.S | re.M | re.I,
)
UNITS = {"thousand": 1e3, "million": 1e6, "billion": 1e9}
NUMBER = re.compile(
    r"(?<![\w.@,])(\d+(?:,\d{3})*|\d+)(\.\d+)?(\s?%)?(?:\s(thousand|million|billion)\b)?(?![\w@])"
)
SHOWN = re.compile(r"(?<![\w.])(\d+(?:,\d{3})*|\d+)(\.\d+)?(%?)")


class Number(NamedTuple):
    """A number as it stands in a text."""

    text: str
    value: float
    unit: float  # half of it is how far rounding may have moved the number
    percent: bool

    def is_in(self, shown: list[Number]) -> bool:
        """Whether an output shows it, to the letter or with more digits."""
        return any(self._is(other.value, other.unit) for other in shown) or (
            self.percent
            and any(
                self._is(100 * other.value, 100 * other.unit) for other in shown if other.value <= 1
            )
        )

    def _is(self, value: float, unit: float) -> bool:
        """The same, or what rounding makes of it; one digit alone could be anything rounded."""
        if abs(value - self.value) <= 1e-9 * max(1.0, abs(value)):
            return True
        digits = len(re.sub(r"^[0.]+|\D", "", self.text))
        return digits > 1 and unit < self.unit and abs(value - self.value) <= self.unit / 2 + 1e-9


def read(path: Path) -> list[Cell]:
    """A notebook's cells, with each source as one text."""
    cells: list[Cell] = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return [{**cell, "source": "".join(cell["source"])} for cell in cells]


def code(cells: list[Cell]) -> list[Cell]:
    """The code cells but for the one that installs on Colab."""
    return [c for c in cells if c["cell_type"] == "code" and "google.colab" not in c["source"]]


def tagged(cells: list[Cell], tag: str) -> list[int]:
    """Where the cells with a tag are."""
    return [i for i, cell in enumerate(cells) if tag in cell["metadata"].get("tags", [])]


def output(cell: Cell) -> str:
    """What a cell shows, as text; a picture is its caption."""
    parts = []
    for one in cell.get("outputs", []):
        data = one.get("data", {})
        parts.append("".join(one.get("text", "") or data.get("text/plain", "")))
        if "text/html" in data:
            parts.append(html.unescape(re.sub(r"<[^>]+>", " ", "".join(data["text/html"]))))
    return "\n".join(parts)


def numbers(text: str, pattern: re.Pattern[str] = NUMBER) -> Iterator[Number]:
    """The numbers in a text; thousands may have commas, and `72 thousand` is one number."""
    for match in pattern.finditer(text.replace("−", "-")):
        whole, decimals, percent = match[1], match[2] or "", match[3]
        times = UNITS.get(match[4] or "", 1) if pattern is NUMBER else 1
        value = float(whole.replace(",", "") + decimals) * times
        unit = times * 10.0 ** -max(len(decimals) - 1, 0)
        yield Number(match[0].strip(), value, unit, bool(percent and percent.strip()))


def prose(source: str) -> str:
    """A markdown cell without code, formulas, addresses and the numbers of chapters."""
    return NOT_PROSE.sub(" ", source)


def listed(chapter: str) -> dict[str, str]:
    """Numbers of a chapter's prose that no output shows, each with where it comes from."""
    path = LISTED / f"{chapter}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def unshown(path: Path) -> Iterator[tuple[int, str]]:
    """Cell and number of each number in the prose that no output above it shows."""
    shown: list[Number] = []
    for position, cell in enumerate(read(path)):
        if cell["cell_type"] == "code":
            shown += numbers(output(cell), SHOWN)
        elif position:  # the first cell promises; what it says of minutes has a test of its own
            for number in numbers(prose(cell["source"])):
                if not number.is_in(shown):
                    yield position, number.text


def minutes(cells: list[Cell]) -> tuple[int, float]:
    """The minutes a chapter promises, and what words / 150 + lines of code / 5 come to."""
    text = "\n".join(c["source"] for c in cells if c["cell_type"] == "markdown")
    promised = re.search(r"\*\*Time:\*\* (\d+) minutes", text)
    assert promised, "the first cell says **Time:** N minutes"
    words = len(re.sub(r"\]\([^)]*\)", "]", text).split())
    lines = sum(len(cell["source"].splitlines()) for cell in code(cells))
    return int(promised[1]), words / 150 + lines / 5


def solution(cells: list[Cell], position: int) -> str:
    """The code below a blank, from the next fold that is called Solution."""
    after = cells[position + 1]["source"]
    found = re.search(r"<summary>Solution</summary>\s+```python\n(.*?)\n```", after, re.S)
    assert found, f"below cell {position} stands a <details> called Solution with the code"
    return found[1]


def solved(cells: list[Cell], position: int) -> str:
    """A blank filled in: the solution, and the cell's last line, which checks it."""
    return solution(cells, position) + "\n" + cells[position]["source"].splitlines()[-1]


def main(folder: Path) -> None:
    """Write every chapter with its blanks filled in and without outputs, and no other there."""
    folder.mkdir(parents=True, exist_ok=True)
    if folder.resolve() == CHAPTERS[0].parent:
        sys.exit("FOLDER holds the chapters themselves: name another, such as build/solved.")
    for stale in folder.glob("*.ipynb"):
        stale.unlink()
    for path in CHAPTERS:
        notebook, cells = nbformat.read(path, as_version=4), read(path)
        for position in tagged(cells, "your-turn"):
            notebook.cells[position].source = solved(cells, position)
        for cell in notebook.cells:
            if cell.cell_type == "code":
                cell.outputs, cell.execution_count = [], None
        nbformat.write(notebook, folder / path.name)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python scripts/chapters.py FOLDER")
    main(Path(sys.argv[1]))

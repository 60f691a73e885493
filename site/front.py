"""The front page: its words are in ``front.md``, its numbers are counted here."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from pathlib import Path
from string import Template

from staging import ROOT, address, pages, relinked

sys.path.append(str(ROOT / "scripts"))

import chapters

NOT_COMPARED = re.compile("nbval[-_]ignore", re.I)
ROW = re.compile(r"^\| \[([^]]+)\]\((notebooks/[^)]+)\) \| (\d+) \| (.*?) \|", re.M)


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def hours(minutes: int) -> str:
    """Minutes as hours and halves."""
    halves = round(minutes / 30)
    return f"{halves // 2 or ''}{'½' if halves % 2 else ''}"


def course() -> str:
    """A table of the chapters: minutes, and the README's words for what each is for."""
    said = {path: words for _, path, _, words in ROW.findall(read(ROOT / "README.md"))}
    lines = ["| chapter | minutes | what you will be able to do |", "|---|---|---|"]
    for path in chapters.CHAPTERS:
        cells, name = chapters.read(path), path.relative_to(ROOT).as_posix()
        title = cells[0]["source"].splitlines()[0].lstrip("# ")
        minutes = chapters.minutes(cells)[0]
        lines.append(f"| [{title}]({name}) | {minutes} | {said.get(name, '')} |")
    return "\n".join(lines)


def counts() -> dict[str, str]:
    """How much there is to read and to do, and how it is tested."""
    all_cells = [chapters.read(path) for path in chapters.CHAPTERS]
    minutes = {
        path.stem.partition("_")[0]: chapters.minutes(cells)[0]
        for path, cells in zip(chapters.CHAPTERS, all_cells, strict=True)
    }
    exempt = [cell for cells in all_cells for cell in cells if NOT_COMPARED.search(str(cell))]
    exercises = [read(path) for path in sorted((ROOT / "exercises").glob("[0-9]*.ipynb"))]
    homework = [int(m) for text in exercises for m in re.findall(r"Time:\*\* (\d+) minutes", text)]
    tests = [*(ROOT / "tests").rglob("test_*.py")]
    prose = [
        chapters.numbers(chapters.prose(cell["source"]))
        for cells in all_cells
        for cell in cells[1:]
        if cell["cell_type"] == "markdown"
    ]
    wrong = "\n".join(read(path) for path in (ROOT / "tests/wrong_answers").glob("*.txt"))
    found = {
        "chapters": len(all_cells),
        "exercises": len(exercises),
        "blanks": sum(len(chapters.tagged(cells, "your-turn")) for cells in all_cells),
        "cells": sum(len(chapters.code(cells)) for cells in all_cells),
        "pictures": sum(
            "image/png" in output.get("data", {})
            for cells in all_cells
            for cell in cells
            for output in cell.get("outputs", [])
        ),
        "numbers": sum(1 for each in prose for _ in each),
        "wrong": len(re.findall(r"^# .+ \| ", wrong, re.M)),
        "tests": sum(len(re.findall(r"^\s*def test_", read(path), re.M)) for path in tests),
    }
    times = {
        "hours": hours(sum(minutes.values())),
        "homework": hours(sum(homework)),
        "taste": hours(sum(minutes[number] for number in ("00", "04", "05"))),
        "but": ["", ", but for one, which says why", f", but for {len(exempt)}, which say why"][
            min(len(exempt), 2)
        ],
    }
    return {name: f"{count:,}" for name, count in found.items()} | times


def tree(title: str, names: Iterable[str]) -> str:
    """A part of the side bar; the pages themselves have the titles."""
    return "\n".join(["```{toctree}", ":hidden:", f":caption: {title}", "", *names, "```", ""])


def front(classroom: bool = False) -> str:
    """The text of the page."""
    text = Template(read(ROOT / "site" / "front.md")).substitute(
        counts(), course=course(), address=address()
    )
    names = [path.relative_to(ROOT).with_suffix("").as_posix() for path in pages(classroom)]

    def within(folder: str) -> list[str]:
        return [name for name in names if name.startswith(folder)]

    parts = {"The course": within("notebooks/"), "Exercises": within("exercises/")}
    parts |= {"To look things up": [*within("docs/"), "api/index"]}
    parts |= {"To teach with": [name for name in names if name.isupper()]}
    return "\n".join([relinked(text, ROOT, classroom), *(tree(*part) for part in parts.items())])

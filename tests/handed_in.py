"""Notebooks as they are handed out and handed in, for the tests of the classroom."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
import pytest
from conftest import ROOT

pytest.importorskip("nbgrader", reason="the classroom needs nbgrader: pip install nbgrader")

from nbgrader.utils import is_solution

from classroom import release

CHAPTER = "01_data"


def source_of(chapter: str = CHAPTER) -> Any:
    return nbformat.read(release.SOURCES / f"{chapter}.ipynb", as_version=4)


def student_version(chapter: str = CHAPTER) -> Any:
    return nbformat.read(ROOT / f"exercises/{chapter}.ipynb", as_version=4)


def given(notebook: Any) -> dict[str, str]:
    """What a notebook has for each question."""
    return {c.metadata.nbgrader.grade_id: c.source for c in notebook.cells if is_solution(c)}


@cache
def answers_of(chapter: str = CHAPTER) -> dict[str, str]:
    return given(source_of(chapter))


def submission(chapter: str = CHAPTER, before: str = "", **changed: str) -> Any:
    """Solved, but for what is changed; `before` stands in a cell above the first question."""
    notebook = student_version(chapter)
    for cell in notebook.cells:
        if is_solution(cell):
            cell.source = (answers_of(chapter) | changed)[cell.metadata.nbgrader.grade_id]
    if before:
        notebook.cells.insert(3, nbformat.v4.new_code_cell(before))
    return notebook


def unmarked(notebook: Any) -> Any:
    """The same after a program that drops nbgrader's data."""
    for cell in notebook.cells:
        cell.metadata = nbformat.from_dict({})
    return notebook


def put(folder: Path, name: str, content: Any = None) -> Path:
    """Hand in a notebook, the text of one or bytes; a solved notebook if nothing is said."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    content = submission() if content is None else content
    if not isinstance(content, str | bytes):
        content = nbformat.writes(content)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def read_grades(out: Path) -> dict[tuple[str, str], dict[str, str]]:
    """The rows of the table of marks, by student and question."""
    with (out / "grades.csv").open(encoding="utf-8-sig", newline="") as lines:
        return {(row["student"], row["question"]): row for row in csv.DictReader(lines)}

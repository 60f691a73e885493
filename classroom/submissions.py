"""Find what was handed in, and put each answer into the grader's own copy of the exercise."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.utils import is_grade, is_solution

from .release import PACKAGES

LARGEST = 20 * 2**20  # bytes of one notebook
MOST_PARTS = 500_000  # brackets in it: each becomes an object, and a chapter has some hundreds


@dataclass(frozen=True)
class Submission:
    """One student's notebook for one exercise, or what was found in its place."""

    student: str
    path: Path
    exercise: str | None
    notebook: Any = None
    problem: str = ""


def find(folder: Path, exercises: dict[str, set[str]]) -> list[Submission]:
    """Read a folder of submissions.

    Parameters
    ----------
    folder : Path
        Holds a folder per student with notebooks somewhere inside, or a notebook per student
        (``ana.ipynb``, ``ana_01_data.ipynb``), or both.
    exercises : dict
        Per exercise the ids of its questions, to recognise notebooks that were renamed.

    Returns
    -------
    list of Submission
        By student and exercise, one of each.  What can't be read has a `problem`.
    """
    found: dict[tuple[str, str | None], Submission] = {}
    for student, path in _candidates(folder, exercises):
        one = _read(student, path, folder, exercises)
        key = (one.student, one.exercise)
        earlier = found.get(key)
        if earlier is None or _rank(one) > _rank(earlier):
            found[key] = one
    everything = list(found.values())
    known = {one.exercise for one in everything if one.exercise}
    if len(known) == 1:  # one exercise was set: what can't be recognised was meant for it
        done = {one.student for one in everything if one.exercise}
        everything = [
            one if one.exercise else replace(one, exercise=next(iter(known)))
            for one in everything
            if one.exercise or one.student not in done
        ]
    return sorted(everything, key=lambda one: (one.student, one.exercise or ""))


def _rank(one: Submission) -> tuple[bool, bool, float]:
    """A readable notebook before anything else, with our cells before without, then the newest."""
    marked = not one.problem and any(map(_id, one.notebook.cells))
    return not one.problem, marked, one.path.stat().st_mtime


def _candidates(folder: Path, exercises: Collection[str]) -> Iterable[tuple[str, Path]]:
    for entry in sorted(folder.iterdir()):
        if entry.name.startswith(".") or entry.name == "__MACOSX":
            continue
        if entry.is_dir() and entry.name in exercises:  # sorted by exercise, then by student
            yield from _candidates(entry, exercises)
        elif entry.is_dir():
            files = [path for path in sorted(entry.rglob("*")) if _counts(path, entry)]
            notebooks = [path for path in files if path.suffix == ".ipynb"]
            for path in notebooks or files[:1] or [entry]:
                yield _name(entry.name), path
        elif entry.is_file():
            name = re.sub(r"\s*\(\d+\)$", "", entry.stem)  # a browser's second download
            for exercise in exercises:
                name = name.replace(exercise, "")
            yield _name(name.strip(" _-.") or entry.stem), entry


def _name(text: str) -> str:
    """Make a name that can be written down: file systems allow bytes that are no text."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _counts(path: Path, top: Path) -> bool:
    """Leave out hidden files, what we handed out to read, and links that may lead anywhere."""
    parts = path.relative_to(top).parts
    ours = any(part in ("chapters", *PACKAGES, "__MACOSX") for part in parts[:-1])
    hidden = any(part.startswith(".") for part in parts)
    try:
        return path.is_file() and not path.is_symlink() and not hidden and not ours
    except OSError:  # an archive may hold folders that nobody may enter
        return False


class TooLarge(Exception):
    """A notebook that would take more memory or time than is good for the others."""


def read_notebook(path: Path) -> Any:
    """Read a stranger's notebook; raises whatever it does to the parser, or `TooLarge`."""
    if path.stat().st_size > LARGEST:
        raise TooLarge
    text = path.read_text(encoding="utf-8-sig")
    if text.count("{") + text.count("[") > MOST_PARTS:
        raise TooLarge
    return nbformat.reads(text, as_version=4)


def _read(student: str, path: Path, folder: Path, exercises: dict[str, set[str]]) -> Submission:
    where = str(path.relative_to(folder))
    by_name = max((name for name in exercises if name in where), key=where.rfind, default=None)
    empty = Submission(student, path, by_name)
    if path.is_dir():
        return replace(empty, problem="the folder is empty")
    if path.suffix != ".ipynb":
        return replace(empty, problem=f"{path.name} is not a notebook: hand in the .ipynb file")
    try:
        notebook = read_notebook(path)
        notebook.cells = [cell for cell in notebook.cells if isinstance(cell.source, str)]
        ids = {cell.metadata.get("nbgrader", {}).get("grade_id") for cell in notebook.cells}
    except TooLarge:
        return replace(
            empty,
            problem=f"{path.name} is larger than {LARGEST >> 20} MB; clear all "
            "outputs and save again",
        )
    except Exception as error:
        return replace(
            empty,
            problem=f"{path.name} can't be read as a notebook "
            f"({type(error).__name__}): open it in Jupyter, save, hand in again",
        )
    best = max(exercises, key=lambda name: len(exercises[name] & ids))
    exercise = best if exercises[best] & ids else by_name
    problem = "" if exercise else f"{path.name} is none of the exercises"
    return replace(empty, exercise=exercise, notebook=notebook, problem=problem)


def merge(master: Any, submitted: Any) -> Any:
    """Put a student's answers and own cells into the grader's copy.

    The copy rules: its checks, its order and its first cells stand, whatever became of them in the
    submission.  Own cells come before the question that follows them.

    Parameters
    ----------
    master : NotebookNode
        The released notebook with the hidden tests in it.
    submitted : NotebookNode
        What the student handed in.

    Returns
    -------
    NotebookNode
        A new notebook, ready to run.
    """
    ours = {_id(cell): cell for cell in master.cells if _id(cell)}
    known = {cell.source.strip() for cell in master.cells} | {""}
    unmarked = not any(_id(cell) for cell in submitted.cells)
    answers: dict[str, str] = {}
    before: dict[str, list[Any]] = {name: [] for name in ours}
    own: list[Any] = []
    texts: list[str] = []
    for cell in submitted.cells:
        name = _id(cell) if _id(cell) in ours else _guess(cell, ours) if unmarked else ""
        if name:
            answers[name] = cell.source
            before[name] += own
            own = []
        elif cell.source.strip() not in known and cell.cell_type == "markdown":
            texts.append(cell.source)
        elif cell.source.strip() not in known and cell.cell_type == "code" and not is_grade(cell):
            own.append(nbformat.v4.new_code_cell(cell.source))
    for name, cell in ours.items():  # an open question may have been answered in a cell of its own
        unanswered = answers.get(name, "").strip() in known
        if texts and unanswered and is_grade(cell) and is_solution(cell):
            answers[name] = "\n\n".join(texts)
    cells: list[Any] = []
    for cell in master.cells:
        cells += before.get(_id(cell), [])
        if is_solution(cell):
            cell = nbformat.from_dict({**cell, "source": answers.get(_id(cell), cell.source)})
        cells.append(cell)
    return nbformat.from_dict({**master, "cells": cells + own})


def _id(cell: Any) -> str:
    return str(cell.metadata.get("nbgrader", {}).get("grade_id", ""))


def question_of(cell: Any) -> str:
    """Return the id of the question that a cell belongs to, or an empty text."""
    return re.sub("_(check|hidden)$", "", _id(cell))


def _guess(cell: Any, ours: dict[str, Any]) -> str:
    """Return the cell of ours that a cell stands for whose nbgrader data some program has dropped.

    By the function that it defines.
    """
    defined = re.search(r"^def \w+\(", cell.source, flags=re.M)
    for name, mine in ours.items():
        if defined and is_solution(mine) and f"\n{defined[0]}" in f"\n{mine.source}":
            return name
    return ""

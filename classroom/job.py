"""What the judge of a submission is told, and what is made of the report."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.utils import is_grade, is_solution

from .cells import functions
from .merging import question_of

FAILED = "the grader itself failed, which is not the student's fault"
LARGEST = 64 * 2**20  # bytes of a report
DIED = "the Python process ended here (out of memory, or a call that ends Python)"


class GraderFailed(Exception):
    """A run has ended by a fault of ours; nobody knows what the answers are worth."""


def prepare(cell: Any, seen: str) -> None:
    """Note in a code cell of ours what the runner needs to know of it.

    Parameters
    ----------
    cell : NotebookNode
        A cell of the grader's notebook; that it is ours is seen by this note.
    seen : str
        Its source as students have it, without what is hidden.
    """
    if cell.cell_type == "code":
        cell.metadata["seen"] = seen
        if is_solution(cell):
            cell.metadata["answers"] = sorted(functions(seen))


def job_of(notebook: Any, limits: dict[str, float]) -> dict[str, Any]:
    """Return what to do with each code cell of a merged notebook."""
    cells = list(_code_cells(notebook))
    answers = [name for cell in cells for name in cell.metadata.get("answers", [])]
    return {"limits": limits, "answers": answers, "cells": [_task(cell) for cell in cells]}


def _code_cells(notebook: Any) -> Iterator[Any]:
    return (cell for cell in notebook.cells if cell.cell_type == "code")


def _task(cell: Any) -> dict[str, Any]:
    """Say what runs in the student's process (there), and what in ours (here)."""
    task = {"question": question_of(cell), "place": place(cell)}
    if is_grade(cell) and not is_solution(cell):
        return {**task, "kind": "check", "there": "", "here": cell.source}
    theirs = cell.metadata.get("student") or is_solution(cell) or "seen" not in cell.metadata
    kind = "student" if theirs else "ours"
    return {**task, "kind": kind, "there": cell.source, "here": "" if theirs else cell.source}


def place(cell: Any) -> str:
    """Name a cell: its question, or how it begins."""
    name = cell.metadata.get("nbgrader", {}).get("grade_id")
    return name or repr(cell.source.strip().split("\n")[0][:40])


def executed(notebook: Any, report: Path, reason: str, ended: str) -> Any:
    """Return a notebook with the outputs that the judge reports.

    Parameters
    ----------
    notebook : NotebookNode
        The merged one.
    report : Path
        What the judge has written.
    reason : str
        Why the student's process was ended, where that is known.
    ended : str
        Why the judge was, where it was ended from outside: what it has reported by then counts.

    Raises
    ------
    GraderFailed
        Where it was not, and yet has not reported everything.
    """
    done = nbformat.from_dict(notebook)
    cells, found = list(_code_cells(done)), _reported(report)
    missing = len(cells) - len(found)
    if missing and not ended:
        raise GraderFailed("the process of the checks ended before it was done")
    rest = {"text": "", "value": "", "errors": [["NotRun", ended]]}
    for cell, below in zip(cells, [*found, *[rest] * missing], strict=True):
        cell.outputs = _outputs(below, reason)
    return done


def _reported(report: Path) -> list[dict[str, Any]]:
    """Return what the judge says of each cell, as far as it came."""
    with report.open("rb") as file:
        *lines, _ = file.read(LARGEST).split(b"\n")  # the last one is empty, or not whole
    try:
        said = [json.loads(line) for line in lines if line.startswith(b"{")]
    except (ValueError, RecursionError):
        raise GraderFailed("the report of the checks can't be read") from None
    for one in said:
        if "failed" in one:
            raise GraderFailed(one["failed"])
    if not said:
        told = b" ".join(lines).decode(errors="replace")[-300:]
        raise GraderFailed(told or "the process of the checks did not start")
    return said[1:]


def _outputs(below: dict[str, Any], reason: str) -> list[Any]:
    outputs = []
    if below["text"]:
        outputs.append(nbformat.v4.new_output("stream", name="stdout", text=below["text"]))
    if below["value"]:
        data = {"text/plain": below["value"]}
        outputs.append(nbformat.v4.new_output("execute_result", data=data))
    for name, text in below["errors"]:
        if name == "KernelDied":
            text = f"the Python process was ended here ({reason})" if reason else DIED
        outputs.append(failure(name, text))
    return outputs


def failure(name: str, message: str) -> Any:
    """Return the output of an error; a stranger chooses the length of both texts."""
    return nbformat.v4.new_output("error", ename=name[:100], evalue=message[:1000], traceback=[])

"""Put a student's answers and own cells into the grader's own copy of the exercise.

The copy rules: its checks, its order and its first cells stand, whatever became of them in the
submission.  An answer is known by its mark or by the function that it defines, in whichever cell.
"""

from __future__ import annotations

import builtins
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import nbformat
from nbgrader.utils import is_grade, is_solution

from .cells import Code, cut, functions, read

_HIDDEN = re.compile("### BEGIN HIDDEN TESTS.*?### END HIDDEN TESTS", re.S)
MOST_CODE = 500_000  # characters of a notebook that are parsed: an exercise has some thousands
MOST_TRIES = 20  # to join what was split within a function
LONGEST_SPLIT = 20_000  # characters of such an answer


@dataclass(frozen=True)
class _Cell:
    """A cell that was handed in."""

    number: int  # counted from the top, from 1
    kind: str
    source: str
    id: str  # nbgrader's, or ""
    place: int | None  # of the cell of ours that it is or was, in our copy
    code: Code
    numbers: tuple[int, ...]  # of the cells that were joined in it


@dataclass(frozen=True)
class Answer:
    """What was found for a question."""

    pieces: tuple[_Cell, ...] = ()  # in their order; all are run
    left_out: tuple[_Cell, ...] = ()  # other attempts, behind the checks
    seen: int | None = None  # the cell before which the notebook shows what its answers rest on
    in_place: bool = True  # the answer stands before what stands behind it in our copy

    @property
    def code(self) -> str:
        return "\n\n".join(piece.source.strip("\n") for piece in self.pieces)

    @property
    def where(self) -> str:
        return _places(self.pieces)


def merge(master: Any, submitted: Any) -> Any:
    """Put a student's answers and own cells into the grader's copy.

    Parameters
    ----------
    master : NotebookNode
        The released notebook with the hidden tests in it.
    submitted : NotebookNode
        What the student handed in.

    Returns
    -------
    NotebookNode
        A new notebook, ready to run.  The metadata of a cell say ``student`` where the source is
        the student's, ``piece`` (the question) where it is part of an answer; an answered cell
        has the ``answer`` as it was handed in, ``found`` (where) and ``left_out`` (where else).
    """
    return _Merger(master, submitted).merged()


def question_of(cell: Any) -> str:
    """Return the id of the question that a cell belongs to, or an empty text."""
    return re.sub("_(check|hidden)$", "", _id(cell))


def names_of(cell: Any) -> frozenset[str]:
    """Return what the answer that belongs into a cell of ours has to define."""
    return functions(cell.source) if cell.cell_type == "code" else frozenset()


def _id(cell: Any) -> str:
    return str(cell.metadata.get("nbgrader", {}).get("grade_id", ""))


def _same(source: str) -> str:
    """What is equal for cells that say the same: the zip has other links, editors strip lines."""
    seen = _HIDDEN.sub("", source.replace("(chapters/", "(../notebooks/"))
    lines = seen.strip().splitlines()
    return "\n".join(line.rstrip() for line in lines)


def _places(cells: Iterable[_Cell]) -> str:
    numbers = [str(number) for cell in cells for number in cell.numbers]
    *others, last = numbers or [""]
    return f"your cells {', '.join(others)} and {last}" if others else last and f"your cell {last}"


class _Merger:
    def __init__(self, master: Any, submitted: Any) -> None:
        self.master = master
        self.places = {_id(cell): place for place, cell in enumerate(master.cells) if _id(cell)}
        self.known: dict[str, int | None] = {}  # what our cells say; no place if several say it
        for place, cell in enumerate(master.cells):
            said = _same(cell.source)
            self.known[said] = None if said in self.known else place
        self.theirs = _joined(self._read(submitted))
        self.names = {_id(cell): names_of(cell) for cell in master.cells if is_solution(cell)}
        self.wanted = frozenset().union(*self.names.values())
        self.answers = {
            question_of(cell): self._answer(place, cell)
            for place, cell in enumerate(master.cells)
            if is_solution(cell)
        }
        pieces = {n for one in self.answers.values() for c in one.pieces for n in c.numbers}
        self.own = {
            cell.number: cell
            for cell in self.theirs
            if cell.number not in pieces and self._is_own(cell)
        }
        self.makers: dict[str, list[_Cell]] = defaultdict(list)  # of each name, in their order
        for cell in self.theirs:
            if cell.number in pieces or cell.number in self.own:
                for name in cell.code.defines:
                    self.makers[name].append(cell)
        self.given = set(dir(builtins)).union(
            *(read(cell.source).defines for cell in master.cells if not _id(cell))
        )
        self.cells: list[Any] = []
        self.defined: set[str] = set()  # by the student's cells so far

    def _read(self, submitted: Any) -> Iterator[_Cell]:
        room = MOST_CODE
        for number, cell in enumerate(submitted.cells, start=1):
            name = _id(cell) if _id(cell) in self.places else ""
            known = self.known.get(_same(cell.source)) if cell.source.strip() else None
            room -= len(cell.source) if cell.cell_type == "code" else 0
            code = read(cell.source, parse=room > 0)
            place = self.places.get(name, known)
            yield _Cell(number, cell.cell_type, cell.source, name, place, code, (number,))

    def _is_new(self, cell: _Cell) -> bool:
        """The student has written it, or at least changed it."""
        return bool(cell.source.strip()) and _same(cell.source) not in self.known

    # ------------------------------------------------------------- what is an answer

    def _answer(self, place: int, ours: Any) -> Answer:
        if ours.cell_type == "code":
            return self._code_answer(place, ours)
        written = [cell for cell in self.theirs if cell.place == place and self._is_new(cell)]
        if not written:  # it may stand in a text of its own
            written = [
                cell
                for cell in self.theirs
                if cell.kind == "markdown" and cell.place is None and self._is_new(cell)
            ]
        texts: dict[str, _Cell] = {}
        for cell in written:
            texts.setdefault(cell.source.strip(), cell)  # of copies the first
        return Answer(tuple(texts.values()))

    def _code_answer(self, place: int, ours: Any) -> Answer:
        names, mine = self.names[_id(ours)], _id(ours)
        marked = [cell for cell in self.theirs if cell.id == mine and self._is_new(cell)]
        defining = [cell for cell in self.theirs if self._defines(cell, names)]
        parsed = [cell for cell in defining if cell.code.parsed]
        basis = parsed or defining or marked
        checks = self._checks(place)
        limit = next((c for c in checks if any(cell.number <= c for cell in basis)), None)
        if defining:  # its mark may stand at what answers another question
            others = self.wanted - names
            marked = [
                cell
                for cell in marked
                if not cell.code.defines & others and not cell.code.unfinished & names
            ]
        attempts = sorted({*marked, *defining}, key=lambda cell: cell.number)
        pieces = [cell for cell in attempts if limit is None or cell.number <= limit]
        return Answer(
            tuple(pieces),
            tuple(attempts[len(pieces) :]),
            limit or next(iter(checks), None),
            in_place=not checks or limit is not None,
        )

    def _defines(self, cell: _Cell, names: frozenset[str]) -> bool:
        """Say if it gives the names a meaning; text is an answer only if it is Python."""
        is_code = cell.kind == "code" or cell.code.parsed
        return is_code and self._is_new(cell) and bool(names & cell.code.defines)

    def _checks(self, place: int) -> list[int]:
        """Return where the checks of an answer stand, or else where they would stand."""
        question = question_of(self.master.cells[place])
        checks = [
            number
            for number, cell in enumerate(self.master.cells)
            if question_of(cell) == question and number != place
        ]
        found = [cell.number for cell in self.theirs if cell.place in checks]
        behind = (
            cell.number
            for cell in self.theirs
            if cell.place is not None
            and cell.place > max(checks, default=place)
            and not is_solution(self.master.cells[cell.place])
        )
        return found or list(behind)[:1]

    def _is_own(self, cell: _Cell) -> bool:
        check = cell.place is not None and is_grade(self.master.cells[cell.place])
        stub = cell.code.unfinished & self.wanted  # it would undo the answer
        return cell.kind == "code" and self._is_new(cell) and not check and not stub

    # ------------------------------------------------------------- what is run, and when

    def merged(self) -> Any:
        for place, cell in enumerate(self.master.cells):
            answer = self.answers.get(question_of(cell), Answer())
            if is_solution(cell) and answer.pieces:
                self._add_answer(cell, answer)
                continue
            if _id(cell) and cell.cell_type == "code":
                self._add(self._own_before(self._first(place, answer)))
            self.cells.append(cell)
        self._add(self._own_before(sys.maxsize))
        return nbformat.from_dict({**self.master, "cells": self.cells})

    def _first(self, place: int, answer: Answer) -> int:
        """Return where the student's notebook has a cell of ours."""
        if answer.seen and not is_solution(self.master.cells[place]):
            return answer.seen
        return next((cell.number for cell in self.theirs if cell.place == place), 0)

    def _own_before(self, number: int) -> list[_Cell]:
        return [self.own.pop(other) for other in sorted(self.own) if other < number]

    def _add_answer(self, ours: Any, answer: Answer) -> None:
        code, question = ours.cell_type == "code", question_of(ours)
        *first, last = answer.pieces
        source = answer.code
        if code:
            before = self._own_before(last.number if answer.in_place else answer.seen or 0)
            before += first
            before += self._needed(answer, before)
            self._add(before, {cell.number: question for cell in first})
            *head, source = cut(last.source, self.names[_id(ours)])
            self._add_parts(head, question)
            self.defined |= last.code.defines
        metadata = {
            **ours.metadata,
            "student": True,
            "answer": answer.code,
            "found": answer.where,
            "left_out": _places(answer.left_out),
        }
        self.cells.append(nbformat.from_dict({**ours, "source": source, "metadata": metadata}))

    def _needed(self, answer: Answer, before: list[_Cell]) -> list[_Cell]:
        """Return cells from elsewhere that define what an answer uses and nothing so far defines.

        A helper may stand below, or the questions in another order than ours.
        """
        last, chosen = answer.pieces[-1].number, list[_Cell]()
        waiting = [*answer.pieces, *before]
        known = (self.given | self.defined).union(*(cell.code.defines for cell in waiting))
        while waiting:
            for name in waiting.pop().code.needs - known:
                makers = self.makers[name]
                makers = [cell for cell in makers if cell.number < last][-1:] or makers[:1]
                chosen += makers
                waiting += makers
                known.update({name}, *(cell.code.defines for cell in makers))
        for cell in chosen:
            self.own.pop(cell.number, None)
        return chosen

    def _add(self, cells: Iterable[_Cell], pieces: dict[int, str] | None = None) -> None:
        for cell in sorted(cells, key=lambda cell: cell.number):
            parts = cut(cell.source) if cell.code.parsed else [cell.source]
            self._add_parts(parts, (pieces or {}).get(cell.number, ""))
            self.defined |= cell.code.defines

    def _add_parts(self, parts: Iterable[str], question: str) -> None:
        for part in parts:
            metadata = {"student": True, **({"piece": question} if question else {})}
            self.cells.append(nbformat.v4.new_code_cell(part, metadata=metadata))


def _joined(cells: Iterable[_Cell]) -> list[_Cell]:
    """Join what was split within a function: neighbours that are Python only together."""
    joined: list[_Cell] = []
    tries = MOST_TRIES
    for cell in cells:
        if joined and tries and _may_be_parts(joined[-1], cell):
            tries -= 1
            cell = _whole(joined[-1], cell) or cell
            if len(cell.numbers) > 1:
                joined.pop()
        joined.append(cell)
    return joined


def _may_be_parts(one: _Cell, more: _Cell) -> bool:
    """Say if two cells may have been one: the second goes on, or one of them is no Python."""
    code = one.kind == more.kind == "code" and more.id in ("", one.id) and more.source.strip()
    inside = more.id and more.source[:1].isspace() and not one.source[:1].isspace()
    small = len(one.source) + len(more.source) < LONGEST_SPLIT
    return bool(code) and small and (bool(inside) or not (one.code.parsed and more.code.parsed))


def _whole(one: _Cell, more: _Cell) -> _Cell | None:
    source = f"{one.source}\n{more.source}"
    code = read(source)
    numbers = (*one.numbers, *more.numbers)
    whole = replace(one, number=more.number, source=source, code=code, numbers=numbers)
    return whole if code.parsed and not source.lstrip().startswith("%%") else None

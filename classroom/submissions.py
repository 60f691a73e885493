"""Find what was handed in: whose it is, and for which exercise."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path
from typing import Any

from .names import NOTEBOOK, Owner, owner_of_file, owner_of_folder, pattern
from .reading import TooLarge, read_answers
from .release import PACKAGES


@dataclass(frozen=True)
class Submission:
    """One student's notebook for one exercise, or what was found in its place."""

    student: str
    path: Path
    exercise: str | None
    notebook: Any = None
    problem: str = ""
    functions: int = 0  # of the exercise, that it defines


@dataclass(frozen=True)
class _Found:
    """Something that was handed in: what it is, whose, and the folder in which it was found."""

    one: Submission
    owner: Owner
    folder: Path

    @property
    def key(self) -> tuple[Owner, Path, str | None]:
        return self.owner, self.folder, self.one.exercise


def find(
    folder: Path,
    exercises: dict[str, set[str]],
    functions: Mapping[str, Collection[str]] | None = None,
) -> list[Submission]:
    """Read a folder of submissions.

    Parameters
    ----------
    folder : Path
        Holds a folder per student with notebooks somewhere inside, or a notebook per student
        (``ana.ipynb``, ``ana_01_data.ipynb``, or as a learning platform calls it), or both.
    exercises : dict
        Per exercise the ids of its questions, to recognise notebooks that were renamed.
    functions : dict, optional
        Per exercise the functions that it asks for, to recognise those that lost their ids, too.

    Returns
    -------
    list of Submission
        By student and exercise, one of each.  What can't be read has a `problem`.
    """
    everything = [
        _Found(_read(owner.name, path, folder, exercises, functions or {}), owner, place)
        for owner, path, place in _candidates(folder, exercises)
    ]
    found: dict[tuple[str, str | None], Submission] = {}
    for each, student in zip(everything, _told_apart(everything), strict=True):
        one = replace(each.one, student=student)
        key = (one.student, one.exercise)
        earlier = found.get(key)
        if earlier is None or _rank(one) >= _rank(earlier):
            found[key] = one
    return sorted(_assigned(found.values()), key=lambda one: (one.student, one.exercise or ""))


def _assigned(found: Iterable[Submission]) -> list[Submission]:
    """Say what the unrecognised was meant for, and leave it out where it is only in addition."""
    found = list(found)
    known = {one.exercise for one in found if one.exercise}
    done = {one.student for one in found if one.exercise}
    only = next(iter(known)) if len(known) == 1 else None  # one exercise was set
    return [
        one if one.exercise else replace(one, exercise=only)
        for one in found
        if one.exercise or one.student not in done or (not only and NOTEBOOK.search(one.path.name))
    ]


def _rank(one: Submission) -> tuple[bool, bool, bool, float]:
    """A readable notebook before anything else, then one with our cells, then one with answers.

    A chapter has the name of its exercise. Of equals the newest.
    """
    marked = not one.problem and any("nbgrader" in cell.metadata for cell in one.notebook.cells)
    return not one.problem, marked, bool(one.functions), one.path.stat().st_mtime


def _told_apart(everything: list[_Found]) -> list[str]:
    """Return a name for each: the short one, unless two people would become one by it."""
    levels = [0] * len(everything)
    for level in (1, 2):
        groups: dict[str, list[int]] = defaultdict(list)
        for index, each in enumerate(everything):
            groups[each.owner.labels[levels[index]]].append(index)
        for group in groups.values():
            people = {everything[index].key: everything[index] for index in group}.values()
            if any(_are_two(a, b) for a, b in combinations(people, 2)):
                for index in group:
                    levels[index] = level
    return [each.owner.labels[level] for each, level in zip(everything, levels, strict=True)]


def _are_two(a: _Found, b: _Found) -> bool:
    """Say if one name stands for two people; a platform's numbers may differ by exercise."""
    same = a.one.exercise == b.one.exercise or None in (a.one.exercise, b.one.exercise)
    numbered = a.owner.number != b.owner.number and a.folder == b.folder
    return a.owner != b.owner and (same or numbered)


def _candidates(folder: Path, exercises: Collection[str]) -> Iterable[tuple[Owner, Path, Path]]:
    """Return what is handed in: whose it is, where it lies, and the folder that was looked into."""
    for entry in sorted(folder.iterdir()):
        if entry.name.startswith(".") or entry.name == "__MACOSX" or entry.is_symlink():
            continue  # a link may lead to what somebody else has handed in
        if entry.is_dir() and entry.name.lower() in {
            name.lower() for name in exercises
        }:  # sorted by exercise, then by student
            yield from _candidates(entry, exercises)
        elif entry.is_dir():
            files = [path for path in sorted(entry.rglob("*")) if _counts(path, entry)]
            notebooks = [path for path in files if NOTEBOOK.search(path.name)]
            for path in notebooks or files[:1] or [entry]:
                yield owner_of_folder(entry.name), path, folder
        elif entry.is_file():
            yield owner_of_file(entry.name, exercises), entry, folder


def _counts(path: Path, top: Path) -> bool:
    """Leave out hidden files, what we handed out to read, and links that may lead anywhere."""
    parts = path.relative_to(top).parts
    ours = any(part in ("chapters", *PACKAGES, "__MACOSX") for part in parts[:-1])
    hidden = any(part.startswith(".") for part in parts)
    try:
        return path.is_file() and not path.is_symlink() and not hidden and not ours
    except OSError:  # an archive may hold folders that nobody may enter
        return False


def _read(
    student: str,
    path: Path,
    folder: Path,
    exercises: dict[str, set[str]],
    functions: Mapping[str, Collection[str]],
) -> Submission:
    empty = Submission(student, path, _by_name(str(path.relative_to(folder)), exercises))
    if path.is_dir():
        return replace(empty, problem="the folder is empty")
    if not NOTEBOOK.search(path.name):
        return replace(empty, problem=f"{path.name} is not a notebook: hand in the .ipynb file")
    try:
        notebook = read_answers(path)
        for cell in notebook.cells:  # all stay, so that their numbers do
            cell.setdefault("metadata", {})
            text = cell.source if isinstance(cell.source, str) else ""
            text = text.encode("utf-8", "replace").decode("utf-8")  # half an emoji is no text
            cell.source = text.replace("\r\n", "\n")
        ids = {cell.metadata.get("nbgrader", {}).get("grade_id") for cell in notebook.cells}
    except TooLarge as error:
        return replace(empty, problem=f"{path.name} {error}")
    except Exception as error:
        return replace(
            empty,
            problem=f"{path.name} can't be read as a notebook "
            f"({type(error).__name__}): open it in Jupyter, save, hand in again",
        )
    best = max(exercises, key=lambda name: len(exercises[name] & ids))
    exercise = best if exercises[best] & ids else empty.exercise
    exercise = exercise or _by_functions(notebook, functions)
    problem = "" if exercise else f"{path.name} is none of the exercises"
    if any("### BEGIN HIDDEN TESTS" in cell.source for cell in notebook.cells):
        problem = f"{path.name} is the course's own notebook with the solutions"
    known = len(_defined(notebook).intersection(functions.get(exercise or "", ())))
    return replace(empty, exercise=exercise, notebook=notebook, problem=problem, functions=known)


def _defined(notebook: Any) -> set[str]:
    """The functions that a notebook defines."""
    code = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
    return set(re.findall(r"^(?:async )?def (\w+)", code, re.M))


def _by_functions(notebook: Any, functions: Mapping[str, Collection[str]]) -> str | None:
    """Return the exercise of whose functions a notebook defines most."""
    defined = _defined(notebook)
    shared = {name: len(defined.intersection(asked)) for name, asked in functions.items()}
    best = max(shared, key=shared.__getitem__, default=None)
    return best if best is not None and shared[best] else None


def _by_name(where: str, exercises: Iterable[str]) -> str | None:
    """Return the exercise that the name of a file says, or else that of its folders."""
    last = {
        name: max((found.start() for found in re.finditer(pattern(name), where, re.I)), default=-1)
        for name in exercises
    }
    name = max(last, key=last.__getitem__, default=None)
    return name if name is not None and last[name] >= 0 else None

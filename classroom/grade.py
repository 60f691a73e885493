"""Grade a folder of submissions: python -m classroom.grade FOLDER.

Writes ``grades.csv`` (student, exercise, question, points, of, message) and one page of feedback
per student, and enters the points in the course's nbgrader gradebook.
"""

from __future__ import annotations

import argparse
import csv
import io
import os
import re
import shutil
import sys
import threading
import warnings
from collections import defaultdict
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import jinja2
import nbformat
from nbgrader.api import Gradebook
from nbgrader.preprocessors import SaveAutoGrades
from nbgrader.utils import determine_grade, is_grade, is_solution
from sqlalchemy.exc import SAWarning
from tqdm import tqdm

from .isolation import LIMITS, run
from .job import FAILED, GraderFailed, prepare
from .merging import merge, names_of, question_of
from .plan import what_is_missing
from .release import ASSETS, BUILD, chapters, make_course, released
from .submissions import Submission, find

FIELDS = ("student", "exercise", "question", "points", "of", "message")
TO_READ = "for the teacher to read"
LIMIT_ERRORS = ("KernelDied", "NotRun", "TimeLimit")  # what judge.py writes


@dataclass
class Mark:
    """Points for one question; None while a person has not read the answer."""

    question: str
    points: float | None
    of: float
    message: str
    answer: str = ""  # the code that was graded, or the text to read
    title: str = ""
    found: str = ""  # where the student's notebook has it
    left_out: str = ""  # and where it has more under the same name


@dataclass
class Exercise:
    """An exercise as the grader sees it: released, with the hidden tests in it."""

    name: str
    notebook: Any

    @property
    def questions(self) -> dict[str, float]:
        """The questions in order, with their points."""
        points: dict[str, float] = defaultdict(float)
        for cell in self.notebook.cells:
            if is_grade(cell):
                points[question_of(cell)] += float(cell.metadata.nbgrader["points"])
        return dict(points)

    @property
    def functions(self) -> frozenset[str]:
        """What the answers define."""
        return frozenset().union(*(names_of(c) for c in self.notebook.cells if is_solution(c)))

    @property
    def titles(self) -> dict[str, str]:
        """What the student sees of a question: the heading that it stands under."""
        titles, heading = {}, ""
        for cell in self.notebook.cells:
            if cell.cell_type == "markdown":
                heading = next(iter(re.findall("^## (.+)$", cell.source, flags=re.M)), heading)
            titles[question_of(cell)] = heading or question_of(cell)
        return titles


def load_exercises(course: Path) -> dict[str, Exercise]:
    """Read every exercise from the course: the release, its checks from the gradebook."""
    needed = [course / "gradebook.db", *(released(course, name) for name in chapters())]
    if not all(path.exists() for path in needed):
        make_course(course)
    exercises = {}
    with Gradebook(database(course)) as book:
        for name in chapters():
            notebook = nbformat.read(released(course, name), as_version=4)
            for cell in notebook.cells:
                prepare(cell, cell.source)
                if is_grade(cell) and not is_solution(cell):
                    grade_id = cell.metadata.nbgrader["grade_id"]
                    cell.source = book.find_source_cell(grade_id, name, name).source
            exercises[name] = Exercise(name, notebook)
    return exercises


def database(course: Path) -> str:
    return f"sqlite:///{course.resolve() / 'gradebook.db'}"


def execute(
    one: Submission,
    exercise: Exercise | None,
    limits: Mapping[str, float],
    stop: threading.Event | None = None,
) -> tuple[Any, list[Mark]]:
    """Run one submission.

    Returns
    -------
    merged : NotebookNode or None
        Our copy with its answers and outputs; None if it could not be run.
    marks : list of Mark
        One per question.
    """
    if exercise is None:
        return None, [Mark("?", 0.0, 0.0, one.problem or "none of the exercises")]
    problem = one.problem
    try:
        if not problem:
            merged = merge(exercise.notebook, one.notebook)
            executed, problem = run(merged, dict(limits), stop)
        if not problem:
            # Only outputs are taken over: the result was within reach of a stranger's code.
            for ours, theirs in zip(merged.cells, executed.cells, strict=True):
                if ours.cell_type == "code":
                    ours.outputs = theirs.outputs
            return merged, marks_of(merged, exercise)
    except GraderFailed as error:
        marks = marks_of(merged, exercise)  # for the answers, which a teacher wants to read
        for mark in marks:
            mark.points, mark.message = None, f"{FAILED} ({error}): grade again; {TO_READ}"
        return None, marks
    except Exception as error:  # whatever a stranger's notebook does: it costs its own mark only
        problem = f"could not be graded ({type(error).__name__})"
    return None, [Mark(question, 0.0, of, problem) for question, of in exercise.questions.items()]


def marks_of(executed: Any, exercise: Exercise) -> list[Mark]:
    """Points and a message per question."""
    cells: dict[str, list[Any]] = defaultdict(list)
    for cell in executed.cells:
        if "nbgrader" in cell.metadata:
            cells[question_of(cell)].append(cell)
        elif "piece" in cell.metadata:  # of an answer, before the cell with the rest of it
            cells[cell.metadata.piece].append(cell)
    own = "\n\n".join(
        cell.source
        for cell in executed.cells
        if cell.metadata.get("student") and "nbgrader" not in cell.metadata
    )
    return [
        _mark(question, of, cells[question], exercise, own)
        for question, of in exercise.questions.items()
    ]


def _mark(question: str, of: float, cells: list[Any], exercise: Exercise, own: str) -> Mark:
    answer = next(cell for cell in cells if is_solution(cell))
    stub = next(c for c in exercise.notebook.cells if is_solution(c) and question_of(c) == question)
    scores = [determine_grade(cell)[0] for cell in cells if is_grade(cell)]
    untouched = answer.source.strip() == stub.source.strip()
    code = answer.metadata.get("answer", answer.source)
    mark = Mark(question, None, of, TO_READ, code, found=answer.metadata.get("found", ""))
    mark.left_out = answer.metadata.get("left_out", "")
    if None not in scores:
        mark.points = float(sum(scores))
        mark.message = _message(mark, cells, names_of(stub))
    if untouched:  # if there are points, a cell of the student's own has given them
        mark.answer = own if mark.points else ""
        mark.found = "cells of your own" if mark.answer else ""
        mark.message = mark.message if any(scores) else "not answered"
    return mark


def _message(mark: Mark, cells: list[Any], names: frozenset[str]) -> str:
    """Say what the checks say: an error beside them tells only why there was nothing to check."""
    if mark.points == mark.of:
        return "right"
    checks = [cell for cell in cells if is_grade(cell)]
    told = next(filter(None, map(_error, checks)), "the checks give a part of the points")
    if any(_lacks_answer(cell, names) for cell in checks):
        return next(filter(None, (_error(cell) for cell in cells if not is_grade(cell))), told)
    return told


def _lacks_answer(check: Any, names: frozenset[str]) -> bool:
    """Say if a check had nothing to check: the function is not there, or it was not run at all."""
    undefined = {f"name '{name}' is not defined" for name in names}
    return any(
        error.ename == "NotRun" or (error.ename == "NameError" and error.evalue in undefined)
        for error in check.get("outputs", [])
        if error.output_type == "error"
    )


def _error(cell: Any) -> str:
    """Say in a line what went wrong in a cell."""
    errors = [output for output in cell.get("outputs", []) if output.output_type == "error"]
    if not errors:
        return ""
    error = errors[-1]  # after an interrupt the worker's own reason comes last
    name, text = (re.sub(r"\s+", " ", part).strip()[:1000] for part in (error.ename, error.evalue))
    text = re.sub(r"\(\d+\.py, line", "(line", text)  # the file is the kernel's name for a cell
    if name in ("CheckFailed", *LIMIT_ERRORS):
        return text
    if name == "NotImplementedError":
        return text or "not finished: it still raises NotImplementedError"
    return f"{name}: {text}"


def enter(book: Gradebook, one: Submission, executed: Any) -> None:
    """Enter a graded submission in nbgrader's gradebook."""
    nbgrader = {
        "notebook": one.exercise,
        "assignment": one.exercise,
        "student": one.student,
        "db_url": str(book.engine.url),
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SAWarning)  # nbgrader's way with newer SQLAlchemy
        book.update_or_create_student(one.student)
        book.update_or_create_submission(one.exercise, one.student)
        SaveAutoGrades().preprocess(executed, {"nbgrader": nbgrader})


def enter_all(course: Path, executed: list[tuple[Submission, Any]]) -> None:
    """Enter what could be run; the table of marks doesn't depend on it."""
    try:
        with Gradebook(database(course)) as book:
            for one, notebook in executed:
                if notebook:
                    enter(book, one, notebook)
    except Exception as error:  # a formgrader may have it locked
        print(f"nbgrader's gradebook could not take all points ({error}); the table has them.")


def marks_by_hand(file: Path) -> dict[tuple[str, str, str], float]:
    """Read the points that a teacher entered in an earlier ``grades.csv`` for open questions."""
    entered = {}
    for number, row in enumerate(_earlier(file), start=2):
        if TO_READ in row["message"] and row["points"].strip():
            try:
                points = float(row["points"].replace(",", "."))
            except ValueError:
                points = -1.0
            if not 0 <= points <= float(row["of"].replace(",", ".")):
                raise SystemExit(
                    f"{file}, line {number}: points must be a number from 0 to {row['of']}, "
                    f"not {row['points']!r}. Nothing was graded; correct it and try again."
                )
            entered[_plain(row["student"]), row["exercise"], row["question"]] = points
    return entered


def _earlier(file: Path) -> list[dict[str, str]]:
    """Read a table of marks, in whatever way a spreadsheet has saved it."""
    if not file.exists():
        return []
    content = file.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", "replace")
    first = text.split("\n", 1)[0]
    lines = io.StringIO(text, newline="")
    table = csv.DictReader(lines, delimiter=max(",;\t", key=first.count))
    if set(FIELDS) - set(table.fieldnames or ()):
        raise SystemExit(
            f"{file} has no columns {', '.join(FIELDS)}. Nothing was graded; to begin anew, "
            "move the file away."
        )
    return [{name: row.get(name) or "" for name in FIELDS} for row in table]


def _safe(text: str) -> str:
    """Keep a spreadsheet from taking text for a formula, or a name for a number that it rounds."""
    return f"'{text}" if re.match(r"[=+\-@\t\r]|(0\d+|\d{11,}|\d+[.,e]\d+)$", text) else text


def _plain(text: str) -> str:
    return text[1:] if text.startswith("'") and _safe(text[1:]) == text else text


def rows(one: Submission, marks: list[Mark]) -> Iterator[tuple[str, ...]]:
    for mark in marks:
        points = "" if mark.points is None else f"{mark.points:g}"
        yield (
            _safe(one.student),
            one.exercise or "?",
            mark.question,
            points,
            f"{mark.of:g}",
            _safe(mark.message),
        )


def write_grades(file: Path, graded: list[tuple[Submission, list[Mark]]]) -> Path | None:
    """Write the table; returns where the earlier one is kept, if it was another."""
    new, kept = file.with_suffix(".new"), None
    with new.open("w", encoding="utf-8-sig", errors="replace", newline="") as lines:
        table = csv.writer(lines)
        table.writerow(FIELDS)
        for one, marks in graded:
            table.writerows(rows(one, marks))
    if file.exists() and file.read_bytes() != new.read_bytes():
        time = datetime.fromtimestamp(file.stat().st_mtime)
        kept = file.with_name(f"grades-{time:%Y-%m-%d-%H%M%S}.csv")
        shutil.copy2(file, kept)
    try:
        new.replace(file)
    except PermissionError:  # Windows, while a spreadsheet has it open
        raise SystemExit(
            f"{file} can't be replaced; is it open in another program? Nothing in it was changed. "
            f"The new table is {new}; close the other program and try again."
        ) from None
    return kept


def write_feedback(folder: Path, graded: list[tuple[Submission, list[Mark]]]) -> None:
    """Write one page per student; everything that came from a student is escaped."""
    folder.mkdir(parents=True, exist_ok=True)
    page = jinja2.Environment(
        loader=jinja2.FileSystemLoader(ASSETS), autoescape=True, trim_blocks=True
    ).get_template("feedback.html.j2")
    by_student: dict[str, list[tuple[Submission, list[Mark]]]] = defaultdict(list)
    for one, marks in graded:
        by_student[one.student].append((one, marks))
    taken: set[str] = set()
    for student, parts in by_student.items():
        name = re.sub(r"[^\w.-]+", "_", student).strip(".")[:50] or "student"
        while name.casefold() in taken:
            name += "_"
        taken.add(name.casefold())
        text = page.render(student=student, parts=parts)
        (folder / f"{name}.html").write_text(text, encoding="utf-8", errors="replace")


def run_all(
    found: list[Submission],
    exercises: Mapping[str, Exercise],
    limits: Mapping[str, float],
    jobs: int,
) -> list[tuple[Any, list[Mark]]]:
    """Run all submissions, some at a time; Ctrl+C ends those that run and starts no other."""
    stop = threading.Event()
    with ThreadPoolExecutor(jobs) as pool:
        tasks = [
            pool.submit(execute, one, exercises.get(one.exercise or ""), limits, stop)
            for one in found
        ]
        try:
            return [task.result() for task in tqdm(tasks, "grading")]
        except BaseException:
            stop.set()
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def add_by_hand(mark: Mark, points: float) -> None:
    """Give a mark the points that a teacher entered, whatever has become of the answer."""
    mark.points = points
    if TO_READ not in mark.message:
        mark.message += f"; the points are for an earlier answer, {TO_READ}"


def grade(
    folder: Path, course: Path, out: Path, limits: Mapping[str, float], jobs: int
) -> list[tuple[Submission, list[Mark]]]:
    """Grade everything in a folder and write the results."""
    by_hand = marks_by_hand(out / "grades.csv")
    exercises = load_exercises(course)
    found = find(
        folder,
        {name: set(_ids(one)) for name, one in exercises.items()},
        {name: one.functions for name, one in exercises.items()},
    )
    if not found:
        raise SystemExit(f"{folder} holds no submissions: a folder or a notebook per student")
    done = run_all(found, exercises, limits, jobs)
    graded = []
    for one, (_, marks) in zip(found, done, strict=True):
        titles = exercises[one.exercise].titles if one.exercise else {}
        for mark in marks:
            mark.title = titles.get(mark.question, mark.question)
            points = by_hand.pop((one.student, one.exercise or "?", mark.question), None)
            if points is not None:
                add_by_hand(mark, points)
        graded.append((one, marks))
    out.mkdir(parents=True, exist_ok=True)
    kept = write_grades(out / "grades.csv", graded)
    write_feedback(out / "feedback", graded)
    enter_all(course, [(one, executed) for one, (executed, _) in zip(found, done, strict=True)])
    if kept:
        print(f"The table of marks as it was before: {kept}")
    for student, exercise, question in by_hand:
        print(f"Only there: your points for {exercise} {question} of {student!r}, not found here")
    return graded


def _ids(exercise: Exercise) -> Iterator[str]:
    for cell in exercise.notebook.cells:
        if "nbgrader" in cell.metadata:
            yield cell.metadata.nbgrader["grade_id"]


def summary(graded: list[tuple[Submission, list[Mark]]]) -> str:
    """Say in a few lines how the class did: the sums, and where most points were lost."""
    points: dict[tuple[str, str], list[Mark]] = defaultdict(list)
    for one, marks in graded:
        for mark in marks:
            points[one.exercise or "?", mark.question].append(mark)
    lines = [f"{len(graded)} submissions of {len({one.student for one, _ in graded})} students"]
    for (exercise, question), all_marks in points.items():
        reached = [mark.points for mark in all_marks if mark.points is not None]
        total = sum(mark.of for mark in all_marks)
        if total and len(reached) == len(all_marks):
            lines.append(f"  {exercise} {question}: {sum(reached) / total:.0%} of the points")
    unread = sum(mark.points is None for _, marks in graded for mark in marks)
    if unread:
        lines.append(f"{unread} answers are {TO_READ}: enter their points in grades.csv")
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--out", type=Path, help="default: build/classroom/grades/FOLDER")
    parser.add_argument("--course", type=Path, default=BUILD / "course")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    for name, value in LIMITS.items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=float, default=value)
    options = parser.parse_args()
    folder = options.folder.expanduser()  # not every shell does it behind SUBMISSIONS=
    if not folder.is_dir():
        parser.error(f"{folder} is not a folder")
    if options.jobs < 1:
        parser.error("--jobs must be at least 1")
    for lack in what_is_missing():
        print(f"On this system {lack}; see “What the isolation does” in TEACHING.md.")
    limits = {name: getattr(options, name) for name in LIMITS}
    out = options.out or BUILD / "grades" / folder.resolve().name
    try:
        graded = grade(folder, options.course, out, limits, options.jobs)
    except KeyboardInterrupt:
        print("\nStopped. The same command begins anew; points that you entered are kept.")
        return 130
    print(summary(graded))
    print(f"{out / 'grades.csv'} and {out / 'feedback'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

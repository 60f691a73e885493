"""Make what is handed out: student notebooks, the zip for the room, and an nbgrader course.

python -m classroom.release makes ``build/classroom`` and refreshes ``exercises/*.ipynb``.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.apps import NbGraderAPI
from nbgrader.utils import is_solution
from traitlets.config import Config

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ROOT / "exercises/source"
BUILD = ROOT / "build/classroom"
ASSETS = Path(__file__).parent
PACKAGES = ("deskrec_tutorial", "deskrec_simulator")  # what an exercise imports


def chapters() -> list[str]:
    return sorted(path.stem for path in SOURCES.glob("[0-9]*.ipynb"))


def prepare(source: Any) -> Any:
    """Turn a source into what nbgrader releases from.

    The stored output of a cell tagged ``expected`` becomes text above the stub; worked
    explanations (tagged ``note``) are left out.
    """
    cells: list[Any] = []
    for cell in source.cells:
        tags = cell.metadata.get("tags", [])
        if "expected" in tags:
            stub = max(i for i, earlier in enumerate(cells) if is_solution(earlier))
            cells.insert(stub, _expected(cell))
        elif "note" not in tags:
            # One folder up from where the source lies.
            text = cell.source.replace("(../../notebooks/", "(../notebooks/")
            cells.append(nbformat.from_dict({**cell, "source": text}))
    return nbformat.from_dict({**source, "cells": cells})


def _expected(cell: Any) -> Any:
    shown = "\n".join(
        output.get("text") or output.get("data", {}).get("text/plain", "")
        for output in cell.outputs
    ).rstrip()
    if not shown:
        raise ValueError(f"cell {cell.id} is tagged expected but has no stored output")
    text = f"**Expected output** of\n\n```python\n{cell.source}\n```\n\n```text\n{shown}\n```"
    return nbformat.v4.new_markdown_cell(text, id=cell.id)


def make_course(folder: Path) -> None:
    """Make an ordinary nbgrader course with every exercise released in it."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(ASSETS / "nbgrader_config.py", folder / "nbgrader_config.py")
    for chapter in chapters():
        notebook = prepare(nbformat.read(SOURCES / f"{chapter}.ipynb", as_version=4))
        target = folder / "source" / chapter / f"{chapter}.ipynb"
        target.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(notebook, target)
        _release(folder, chapter)


def _release(folder: Path, chapter: str) -> None:
    """Let nbgrader release an exercise; if it refuses, the earlier release stays."""
    release, kept = released(folder, chapter).parent, folder / f"release-{chapter}"
    if release.exists():
        shutil.copytree(release, kept, dirs_exist_ok=True)
    outcome = course_api(folder).generate_assignment(chapter, force=True)
    if not outcome["success"] and kept.exists():
        shutil.copytree(kept, release, dirs_exist_ok=True)
    shutil.rmtree(kept, ignore_errors=True)
    if not outcome["success"]:
        raise SystemExit(
            f"nbgrader could not release {chapter}:\n{outcome['log']}\nIf cells were added or "
            f"removed after submissions had been graded: move {folder / 'gradebook.db'} away (the "
            "marks in it stay readable there) and run make classroom again."
        )


def course_api(folder: Path) -> NbGraderAPI:
    """Return nbgrader's interface to a course, with the settings of its configuration file."""
    # nbgrader calls the `alembic` command of this environment, which need not be activated.
    programs = str(Path(sys.executable).parent)
    if programs not in os.environ["PATH"].split(os.pathsep):
        os.environ["PATH"] = os.pathsep.join([programs, os.environ["PATH"]])
    settings = Config()
    exec((ASSETS / "nbgrader_config.py").read_text(), {"get_config": lambda: settings})
    settings.CourseDirectory.root = str(folder)
    return NbGraderAPI(config=settings)


def released(course: Path, chapter: str) -> Path:
    return course / "release" / chapter / f"{chapter}.ipynb"


def make_site(folder: Path) -> None:
    """Make the pages that a browser reads without Jupyter; solutions are not among them."""
    shutil.rmtree(folder, ignore_errors=True)
    if importlib.util.find_spec("sphinx_book_theme") is None:
        print("The zip has no site/: that needs pip install -e '.[site]'.")
        return
    command = [sys.executable, str(ROOT / "site/build.py"), "--classroom", "--out", str(folder)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def make_zip(course: Path, target: Path) -> None:
    """Pack notebooks, the packages with their data, and the site beside the course, if any."""
    name, new = target.stem, target.with_suffix(".new")
    with zipfile.ZipFile(new, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in ("README.txt", "start.py"):
            archive.write(ASSETS / "handout" / file, f"{name}/{file}")

        def add(file: Path, inside: str, links: dict[str, str]) -> None:
            """A text with its links as they lead in the zip."""
            entry = zipfile.ZipInfo.from_file(file, f"{name}/{inside}")
            entry.external_attr = 0o644 << 16  # who unpacks it for others lets them read
            text = file.read_text(encoding="utf-8")
            for here, there in links.items():
                text = text.replace(f"(../{here}", f"({there}")
            archive.writestr(entry, text, zipfile.ZIP_DEFLATED)

        for chapter in chapters():
            exercise = released(course, chapter)
            add(exercise, exercise.name, {"notebooks/": "chapters/", "docs/": "docs/"})
        for path in sorted((ROOT / "notebooks").glob("[0-9]*.ipynb")):
            add(path, f"chapters/{path.name}", {"exercises/": "../"})
        for path in sorted((ROOT / "docs").glob("*.md")):
            add(path, f"docs/{path.name}", {"notebooks/": "../chapters/"})
        for path in sorted(file for package in PACKAGES for file in (ROOT / package).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                archive.write(path, f"{name}/{path.relative_to(ROOT)}")
        for path in sorted(file for file in (course.parent / "site").rglob("*") if file.is_file()):
            archive.write(path, f"{name}/site/{path.relative_to(course.parent / 'site')}")
    new.replace(target)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=BUILD)
    out = parser.parse_args().out
    make_course(out / "course")
    for chapter in chapters():
        shutil.copy(released(out / "course", chapter), ROOT / "exercises" / f"{chapter}.ipynb")
    make_site(out / "site")
    make_zip(out / "course", out / "deskrec-exercises.zip")
    print(f"For students:   {out / 'deskrec-exercises.zip'}")
    print(f"For the grader: {out / 'course'} (an ordinary nbgrader course)")
    return 0


if __name__ == "__main__":
    sys.exit(main())

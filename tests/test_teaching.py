"""TEACHING.md names exercises, points, commands and files; what it names must exist."""

from __future__ import annotations

import re
from collections import Counter

import nbformat
import pytest
from conftest import ROOT

import deskrec_tutorial as dr

TEXT = (ROOT / "TEACHING.md").read_text(encoding="utf-8")
SOURCES = sorted((ROOT / "exercises/source").glob("[0-9]*.ipynb"))


def section(title: str) -> str:
    """The text under a heading, up to the next heading of any level."""
    found = re.search(rf"^#+ {title}$\n(.*?)(?=^#|\Z)", TEXT, flags=re.M | re.S)
    assert found, f"no section {title!r}"
    return found[1]


def points_of(path) -> dict[str, float]:
    points: Counter[str] = Counter()
    for cell in nbformat.read(path, as_version=4).cells:
        data = cell.metadata.get("nbgrader", {})
        if data.get("grade"):
            points[re.sub("_(check|hidden)$", "", data["grade_id"])] += data["points"]
    return dict(points)


def minutes_of(path) -> int:
    cells = nbformat.read(path, as_version=4).cells
    return next(int(m[1]) for c in cells if (m := re.search(r"\*\*Time:\*\* (\d+) min", c.source)))


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_questions_and_points_are_those_of_the_exercise(path):
    number = int(path.stem[:2])
    text = section(f"Chapter {number}")
    told = re.findall(r"^\| `(\w+)` \| (\d+) \|", text, flags=re.M)
    assert [(name, float(of)) for name, of in told] == list(points_of(path).items())


def test_the_table_of_chapters_has_their_minutes_and_points():
    rows = re.findall(r"^\| \[\d½? [^|]*\(([^)]+)\) \| (\d+) \|.*$", section("The chapters"), re.M)
    notebooks = sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))
    assert rows == [(f"notebooks/{p.name}", str(minutes_of(p))) for p in notebooks]
    rows = re.findall(r"\(exercises/([^)]+)\) \| (\d+) \| (\d+) \|", section("The chapters"))
    assert rows == [
        (p.name, str(minutes_of(p)), f"{sum(points_of(p).values()):g}") for p in SOURCES
    ]
    everything = sum(sum(points_of(path).values()) for path in SOURCES)
    assert f"All eight exercises have {everything:g} points" in TEXT


def test_targets_options_names_and_files_exist():
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), flags=re.M))
    named = set(re.findall(r"(?:`|^)make ([a-z]+)", TEXT, flags=re.M))
    assert {"classroom", "grade", "site"} <= named <= targets
    for name in re.findall(r"`dr\.(\w+)", TEXT):
        assert hasattr(dr, name), name
    for path in re.findall(r"`((?:exercises|tests|classroom|scripts)/[\w./]+)`", TEXT):
        if "NN_name" not in path:
            assert (ROOT / path).exists(), path
    for path in re.findall(r"tests/test_\w+\.py", TEXT):
        assert (ROOT / path).exists(), path


def test_limits_are_those_of_the_grader():
    pytest.importorskip("nbgrader", reason="the classroom needs nbgrader: pip install nbgrader")
    from classroom import grade, isolation, reading

    told = dict(re.findall(r"^\| `--([a-z-]+)` \| (\d+) \|", TEXT, flags=re.M))
    assert {name.replace("-", "_"): float(value) for name, value in told.items()} == (
        isolation.LIMITS
    )
    assert f"larger than {reading.LARGEST >> 20} MB" in TEXT
    assert f"`{grade.TO_READ}`" in TEXT
    assert re.search(r"^## What the isolation does$", TEXT, flags=re.M)  # messages name it

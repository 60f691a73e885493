"""The picture of the house says what the imports say."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from conftest import ROOT
from test_project import script

house = script("house")


def tree(folder: Path, **modules: str) -> Path:
    """A small project; `a__b` stands for the file a/b.py."""
    (folder / "README.md").write_text("", encoding="utf-8")
    for name, code in {"deskrec_tutorial__low": "", **modules}.items():
        path = folder / (name.replace("__", "/") + ".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(code, encoding="utf-8")
    return folder


def written(picture: str) -> list[str]:
    return re.findall(r">([^<>\n]+)</text>", picture)


def arrows(picture: str) -> int:
    return picture.count("marker-end")


def test_the_picture_is_fresh() -> None:
    stored = house.TARGET.read_text(encoding="utf-8")
    assert stored == house.house(), "Run python scripts/house.py and commit docs/house.svg"


def test_it_is_an_image_with_every_room_and_its_chapter() -> None:
    picture = house.house()
    assert ElementTree.fromstring(picture).tag.endswith("svg")
    modules = {path.stem for path in (ROOT / "deskrec_tutorial").glob("[a-z]*.py")}
    assert modules | {"deskrec_tutorial", "plots", "classroom"} <= set(written(picture))
    assert "chapter 3" in written(picture)
    assert "prefers-color-scheme: dark" in picture


def test_boxes_do_not_overlap_and_stay_inside() -> None:
    picture = house.house()
    width, height = map(int, re.findall(r'viewBox="0 0 (\d+) (\d+)"', picture)[0])
    found = re.findall(r'class="room" x="(\d+)" y="(\d+)" width="(\d+)" height="(\d+)"', picture)
    boxes = [tuple(map(int, box)) for box in found]
    assert len(boxes) > 15
    for i, (x, y, w, h) in enumerate(boxes):
        assert x >= 0 and x + w <= width and y >= 0 and y + h <= height
        for x2, y2, w2, h2 in boxes[:i]:
            assert x + w < x2 or x2 + w2 < x or y + h < y2 or y2 + h2 < y


@pytest.mark.parametrize(
    ("code", "count"),
    [
        ("from . import low", 1),
        ("from .low import name", 1),
        ("import deskrec_tutorial.low", 1),
        ("if True:\n    from deskrec_tutorial.low import name", 1),
        ("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from . import low", 0),
        ("def late():\n    from . import low", 0),
        ("import numpy", 0),
    ],
)
def test_arrows_are_the_imports_carried_out(tmp_path: Path, code: str, count: int) -> None:
    picture = house.house(tree(tmp_path, deskrec_tutorial__high=code))
    assert arrows(picture) == count


def test_an_arrow_that_others_imply_is_left_out(tmp_path: Path) -> None:
    project = tree(
        tmp_path,
        deskrec_tutorial__middle="from . import low",
        deskrec_tutorial__high="from . import low, middle",
        simulator__world="from deskrec_tutorial.low import x",
        scripts__report="import deskrec_tutorial, simulator.world",
        beside__alone="",
        tests__test_it="import deskrec_tutorial",
    )
    picture = house.house(project)
    assert arrows(picture) == 4  # high, middle, low; scripts, simulator, the house
    assert {"simulator", "scripts", "beside"} <= set(written(picture))
    assert "tests" not in written(picture)


@pytest.mark.parametrize(
    ("low", "said"),
    [
        ("from . import high", r"circle: deskrec_tutorial\.(high|low) → "),
        ("import scripts.report", "low imports scripts, which stands on it"),
    ],
)
def test_imports_that_run_backwards_are_refused(tmp_path: Path, low: str, said: str) -> None:
    project = tree(
        tmp_path,
        deskrec_tutorial__low=low,
        deskrec_tutorial__high="from . import low",
        scripts__report="import deskrec_tutorial",
    )
    with pytest.raises(ValueError, match=said):
        house.house(project)

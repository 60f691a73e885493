"""Draw the house, its rooms and who imports from whom, from the imports: python scripts/house.py.

A room is a module of `deskrec_tutorial`, a package in it, or a folder beside it. Each stands above
those it imports from, and an arrow is left out where other arrows lead the same way. An import
inside a function waits for its first use, so it holds no room up and isn't drawn.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator, Mapping
from html import escape
from itertools import pairwise
from pathlib import Path
from statistics import mean
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "docs" / "house.svg"
HOUSE = "deskrec_tutorial"
NOT_ROOMS = {"tests", "build", "dist", "docs"}
GAP, STOREY, LINE, WIDEST = 20, 44, 16, 150
STYLE = """
  svg { --ink: #1f2328; --faint: #59636e; --paper: #ffffff; --wall: #eef2f7; --arrow: #0072b2 }
  @media (prefers-color-scheme: dark) {
    svg { --ink: #f0f6fc; --faint: #b3bcc6; --paper: #0d1117; --wall: #1c2430; --arrow: #56b4e9 }
  }
  text { font: 12px sans-serif; fill: var(--faint); text-anchor: middle }
  .name { font-size: 14px; font-weight: bold; fill: var(--ink) }
  rect { fill: var(--paper); stroke: var(--faint); rx: 6px }
  .wall { fill: var(--wall) }
  path { fill: none; stroke: var(--arrow); stroke-width: 1.5px }
  marker path { fill: var(--arrow); stroke: none }
"""

Edges = dict[str, set[str]]


# ------------------------------------------------------------------ who imports from whom


def code_of(path: Path) -> str:
    """The Python of a module, or of a notebook with its magic lines taken out."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        return text
    cells = [c for c in json.loads(text)["cells"] if c["cell_type"] == "code"]
    lines = "\n".join("".join(cell["source"]) for cell in cells)
    return re.sub(r"^(\s*)[%!].*", r"\1pass", lines, flags=re.M)


def imports(node: ast.AST) -> Iterator[ast.Import | ast.ImportFrom]:
    """The imports carried out as soon as a module is loaded."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import | ast.ImportFrom):
            yield child
        elif isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            continue
        elif not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from imports(child)


def targets(node: ast.Import | ast.ImportFrom, here: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The dotted names an import asks for, from within the package `here`."""
    if isinstance(node, ast.Import):
        yield from (tuple(alias.name.split(".")) for alias in node.names)
        return
    package = here[: len(here) - node.level + 1] if node.level else ()
    package += tuple(node.module.split(".")) if node.module else ()
    yield from ((*package, alias.name) for alias in node.names)


def rooms(root: Path) -> dict[str, list[Path]]:
    """The files of every room: modules and packages inside the house, folders beside it."""
    found: dict[str, list[Path]] = {}
    for folder in sorted(root.iterdir()):
        if folder.name.startswith(".") or folder.name in NOT_ROOMS:
            continue
        for path in sorted(p for end in ("py", "ipynb") for p in folder.rglob(f"*.{end}")):
            if any(part.startswith(".") for part in path.relative_to(folder).parts):
                continue  # such as what Jupyter keeps of a notebook that was opened
            inner = path.relative_to(folder).parts[0].removesuffix(".py")
            if folder.name != HOUSE:
                found.setdefault(folder.name, []).append(path)
            elif inner != "__init__":
                found.setdefault(f"{HOUSE}.{inner}", []).append(path)
    return found


def room_of(target: tuple[str, ...], names: Mapping[str, object]) -> str:
    """The room a dotted name lies in: the house itself for its own names, "" for others' code."""
    inner = ".".join(target[:2])
    if inner in names or target[0] in names:
        return inner if inner in names else target[0]
    return HOUSE if target[0] == HOUSE else ""


def read_imports(files: Mapping[str, list[Path]], root: Path) -> Edges:
    """The rooms that each room imports from."""
    edges: Edges = {name: set() for name in files}
    for name, paths in files.items():
        for path in paths:
            here = path.relative_to(root).parent.parts
            for node in imports(ast.parse(code_of(path))):
                edges[name] |= {room_of(target, files) for target in targets(node, here)}
        edges[name] -= {name, ""}
    return edges


# ------------------------------------------------------------------ where rooms stand


def floors(edges: Edges) -> dict[str, int]:
    """The floor of each room: one above the highest of those it stands on."""
    found: dict[str, int] = {}

    def climb(name: str, below: tuple[str, ...]) -> int:
        if name in below:
            circle = " → ".join((*below[below.index(name) :], name))
            raise ValueError(f"Imports go in a circle: {circle}. Move what they share below them.")
        if name not in found:
            found[name] = max(
                (climb(d, (*below, name)) + 1 for d in sorted(edges[name])), default=0
            )
        return found[name]

    for name in edges:
        climb(name, ())
    return found


def reach(edges: Edges, name: str) -> set[str]:
    """Everything a room stands on, directly or not."""
    return edges[name].union(*(reach(edges, below) for below in edges[name]))


def needed(edges: Edges) -> Edges:
    """The arrows without those that other arrows imply."""
    return {n: e - set().union(*(reach(edges, below) for below in e)) for n, e in edges.items()}


class Box(NamedTuple):
    """Where a room stands; an arrow that passes a floor goes through a narrow box."""

    x: float
    y: float
    width: float
    height: float

    @property
    def middle(self) -> float:
        return self.x + self.width / 2


class Layout(NamedTuple):
    """The boxes of rooms, the boxes each arrow goes through, and the size of it all."""

    boxes: dict[str, Box]
    arrows: list[list[str]]
    width: float
    height: float


def with_stairs(edges: Edges, floor: dict[str, int]) -> list[list[str]]:
    """Every arrow as the list of its boxes, from the importing room to the one below."""
    arrows = []
    for upper in edges:
        for lower in sorted(edges[upper]):
            passed = range(floor[upper] - 1, floor[lower], -1)
            arrows.append([upper, *(f"{upper}>{lower}@{f}" for f in passed), lower])
            floor |= {f"{upper}>{lower}@{f}": f for f in passed}
    return arrows


def in_order(floor: dict[str, int], arrows: list[list[str]]) -> list[list[str]]:
    """Floors from below, each ordered so that boxes stand near those they are joined with."""
    joined: dict[str, list[str]] = {name: [] for name in floor}
    for arrow in arrows:
        for upper, lower in pairwise(arrow):
            joined[upper].append(lower)
            joined[lower].append(upper)
    rows = [[n for n in floor if floor[n] == f] for f in range(max(floor.values()) + 1)]
    place = {n: (i + 0.5) / len(row) for row in rows for i, n in enumerate(row)}
    for sweep in range(12):
        for row in rows if sweep % 2 else rows[::-1]:
            near = {n: mean([place[j] for j in joined[n]] or [place[n]]) for n in row}
            row.sort(key=lambda n, near=near: (near[n], n))  # type: ignore[misc]
            place |= {n: (i + 0.5) / len(row) for i, n in enumerate(row)}
    return rows


def stand(edges: Edges, sizes: Mapping[str, tuple[float, float]]) -> Layout:
    """Stack the rooms: the floors from below, each in the middle."""
    floor = floors(edges)
    arrows = with_stairs(needed(edges), floor)
    rows = in_order(floor, arrows)
    heights = [max(sizes[n][1] for n in row if n in sizes) for row in rows]
    size = {n: sizes.get(n, (GAP, heights[floor[n]])) for n in floor}
    widths = [sum(size[n][0] + GAP for n in row) - GAP for row in rows]
    width, top = max(widths), 0.0
    boxes = {}
    for row, row_width, height in list(zip(rows, widths, heights, strict=True))[::-1]:
        x = (width - row_width) / 2
        for name in row:
            boxes[name] = Box(x, top + (height - size[name][1]) / 2, *size[name])
            x += size[name][0] + GAP
        top += height + STOREY
    return Layout(boxes, arrows, width, top - STOREY)


# ------------------------------------------------------------------ the drawing


def signs(root: Path, files: Mapping[str, list[Path]]) -> dict[str, list[str]]:
    """What is written on each room: its name, then its chapters or what is in it."""
    chapter: dict[str, list[str]] = {}
    for number, helpers in re.findall(
        r"^\| \[(\d\d) .*\| ([^|]*`[^|]*) \|[^|]*\|$",
        (root / "README.md").read_text(encoding="utf-8"),
        re.M,
    ):
        for module in re.findall(r"`(\w+)\.py`", helpers):
            chapter.setdefault(f"{HOUSE}.{module}", []).append(str(int(number)))
    found = {}
    for name, paths in files.items():
        below = f"chapter {' and '.join(chapter[name])}" if name in chapter else ""
        notebooks = sum(path.suffix == ".ipynb" for path in paths)
        if notebooks:
            below = f"{notebooks} notebook{'s' * (notebooks > 1)}"
        elif len(paths) > 1:
            below = ", ".join(path.stem for path in paths if not path.stem.startswith("__"))
        found[name] = [name.removeprefix(f"{HOUSE}."), *wrapped(below)]
    return found


def wrapped(text: str) -> list[str]:
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        lines = [*lines[:-1], longer] if 6 * len(longer) < WIDEST else [*lines, word]
    return [line for line in lines if line]


def size_of(sign: list[str]) -> tuple[float, float]:
    width = max(9.2 * len(sign[0]), *(6.2 * len(line) for line in sign))
    return round(width + 16), LINE * len(sign) + 12


def rectangle(box: Box, kind: str = "room") -> str:
    x, y, width, height = (f"{number:.0f}" for number in box)
    return f'<rect class="{kind}" x="{x}" y="{y}" width="{width}" height="{height}"/>'


def draw_room(box: Box, sign: list[str]) -> Iterator[str]:
    yield rectangle(box)
    for i, line in enumerate(sign):
        kind = "" if i else ' class="name"'
        x, y = box.middle, box.y + LINE * (i + 1) + 2
        yield f'<text{kind} x="{x:.0f}" y="{y:.0f}">{escape(line)}</text>'


def draw_arrow(through: list[Box]) -> str:
    """Down from one room to another, straight through the free places between."""
    drawn = f"M{through[0].middle:.0f}"
    for upper, lower in pairwise(through):
        y, end = upper.y + upper.height, lower.y
        drawn += f"{',' if upper is through[0] else 'V'}{y:.0f} "
        bend, to = (y + end) / 2, lower.middle
        drawn += f"C{upper.middle:.0f},{bend:.0f} {to:.0f},{bend:.0f} {to:.0f},{end:.0f} "
    return f'<path marker-end="url(#tip)" d="{drawn.strip()}"/>'


def draw(layout: Layout, sign: Mapping[str, list[str]]) -> Iterator[str]:
    """The rooms that have a sign, and the arrows."""
    for through in layout.arrows:
        yield draw_arrow([layout.boxes[name] for name in through])
    for name, box in layout.boxes.items():
        if name in sign:
            yield from draw_room(box, sign[name])


def moved(layout: Layout, dx: float, dy: float) -> Layout:
    boxes = {n: b._replace(x=b.x + dx, y=b.y + dy) for n, b in layout.boxes.items()}
    return layout._replace(boxes=boxes)


def split_house(edges: Edges) -> tuple[Edges, Edges]:
    """Arrows between rooms of the house, and between what stands on it (the house is one there)."""
    inside = {n: below for n, below in edges.items() if n.startswith(f"{HOUSE}.")}
    for name, below in inside.items():
        for other in sorted(below - set(inside)):
            raise ValueError(f"{name} imports {other}, which stands on it. Import what is below.")
    outside = {
        name: {HOUSE if other in inside else other for other in below}
        for name, below in edges.items()
        if name not in inside
    }
    return inside, {HOUSE: set(), **outside}


def house(root: Path = ROOT) -> str:
    """The picture of the tree at `root`, as SVG."""
    files = rooms(root)
    inside, outside = split_house(read_imports(files, root))
    sign = signs(root, files)
    sizes = {name: size_of(sign[name]) for name in files}
    inner = stand(inside, sizes)
    sizes[HOUSE] = inner.width + 2 * GAP, inner.height + 2 * GAP + LINE
    upstairs = {name: below | {HOUSE} - {name} for name, below in outside.items()}
    outer = moved(stand(upstairs, sizes), GAP, GAP)
    drawn = [a for a in outer.arrows if a[-1] in outside[a[0]]]  # some only stand beside the rest
    outer = outer._replace(arrows=drawn)
    wall = outer.boxes[HOUSE]
    inner = moved(inner, wall.x + GAP, wall.y + GAP + LINE)
    width, height = outer.width + 2 * GAP, outer.height + 2 * GAP
    return "\n".join(
        [
            '<svg xmlns="http://www.w3.org/2000/svg" role="img"'
            f' viewBox="0 0 {width:.0f} {height:.0f}">',
            "<title>The rooms of the project; each stands on those it imports from</title>",
            f"<style>{STYLE}</style>",
            '<marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7"'
            ' orient="auto"><path d="M0,0 L8,4 L0,8 z"/></marker>',
            '<rect width="100%" height="100%"/>',
            *draw(outer, sign),
            rectangle(wall, "wall"),
            f'<text class="name" x="{wall.middle:.0f}" y="{wall.y + LINE + 4:.0f}">{HOUSE}</text>',
            *draw(inner, sign),
            "</svg>\n",
        ]
    )


if __name__ == "__main__":
    TARGET.write_text(house(), encoding="utf-8")
    print(f"{TARGET.relative_to(ROOT)}: {TARGET.stat().st_size / 1024:.0f} KiB")

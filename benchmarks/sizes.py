"""How big the house is and how it reads: python benchmarks/sizes.py.

A function's length is its lines from ``def`` on without the docstring; one inside another is a part
of that one. Public is what no underscore begins, neither its own name nor that of its class. A
cell's length is its lines; the cell that installs on Colab is left out.
"""

from __future__ import annotations

import ast
import json
import re
import sys
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "deskrec_tutorial"

Function = ast.FunctionDef | ast.AsyncFunctionDef
Definition = Function | ast.ClassDef


class Named(NamedTuple):
    """A function, method or class as it stands in a file."""

    name: str
    lines: int | None  # of a function
    public: bool
    documented: bool


def modules() -> dict[str, Path]:
    """The package's modules by name, without the exercises' checks and the sample."""
    names = {path.relative_to(PACKAGE): path for path in sorted(PACKAGE.rglob("*.py"))}
    return {
        name.as_posix(): path
        for name, path in names.items()
        if name.parts[0] not in ("checks", "sample")
    }


def helpers() -> dict[str, list[str]]:
    """By chapter, the modules that the README's table names as its helpers."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| \[(\d\d\w?) [^|]*\|[^|]*\|[^|]*\|([^|]*)\|", readme, re.M)
    return {chapter: re.findall(r"`(\w+\.py)`", named) for chapter, named in rows}


def line_count(path: Path) -> int:
    """Lines of a file, empty ones and comments too."""
    return len(path.read_text(encoding="utf-8").splitlines())


def definitions(path: Path) -> list[Named]:
    """Functions, methods and classes of a module, but for what stands inside a function."""
    return list(_definitions(ast.parse(path.read_text(encoding="utf-8")), "", True))


def _definitions(parent: ast.AST, prefix: str, public: bool) -> Iterator[Named]:
    for node in ast.iter_child_nodes(parent):
        if isinstance(node, Definition):
            name, seen = prefix + node.name, public and not node.name.startswith("_")
            length = None if isinstance(node, ast.ClassDef) else _length(node)
            yield Named(name, length, seen, ast.get_docstring(node) is not None)
            if isinstance(node, ast.ClassDef):
                yield from _definitions(node, f"{name}.", seen)
        elif not isinstance(node, ast.expr):  # what stands under `if` counts like its neighbours
            yield from _definitions(node, prefix, public)


def _length(node: Function) -> int:
    first, docstring = node.body[0], 0
    if ast.get_docstring(node) is not None:
        docstring = (first.end_lineno or first.lineno) - first.lineno + 1
    return (node.end_lineno or node.lineno) - node.lineno + 1 - docstring


def cell_lengths(notebook: Path) -> list[int]:
    """Lines of each code cell, without the one that installs on Colab."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    sources = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    return [len(code.splitlines()) for code in sources if '"google.colab"' not in code]


def quantile(lengths: Iterable[int], share: float) -> int:
    """The length that this share of them does not pass."""
    return int(np.quantile(list(lengths), share, method="inverted_cdf"))


def spread(lengths: list[int]) -> str:
    """Median, 90 % and the longest, in words."""
    half, most = (quantile(lengths, share) for share in (0.5, 0.9))
    return f"median {half}, 90 % up to {most}, longest {max(lengths)}"


def package() -> None:
    """Print the sizes of modules and functions, and how many names are documented."""
    paths = modules()
    sizes = {name: line_count(path) for name, path in paths.items()}
    print(f"package without data, simulator and checks: {sum(sizes.values()):,} lines")
    for name, lines in sorted(sizes.items(), key=lambda item: -item[1]):
        print(f"  {lines:5,}  {name}")
    print(f"chapters' modules, lines: {spread([sizes[n] for n in chain(*helpers().values())])}")
    found = [named for path in paths.values() for named in definitions(path)]
    print(f"functions, lines: {spread([n.lines for n in found if n.lines is not None])}")
    public = [named for named in found if named.public]
    bare = ", ".join(named.name for named in public if not named.documented)
    documented = np.mean([named.documented for named in public])
    print(f"public names documented: {documented:.1%} of {len(public)}; not: {bare or 'none'}")


def notebooks() -> None:
    """Print the lengths of the chapters' code cells."""
    cells = {path.stem: cell_lengths(path) for path in sorted(ROOT.glob("notebooks/*.ipynb"))}
    print(f"code cells, lines: {spread([*chain(*cells.values())])}")
    for name, lengths in cells.items():
        print(f"  {name}: {spread(lengths)}")


def main() -> int:
    """Print every measure."""
    package()
    print(f"tests: {sum(map(line_count, (ROOT / 'tests').rglob('*.py'))):,} lines")
    notebooks()
    return 0


if __name__ == "__main__":
    sys.exit(main())

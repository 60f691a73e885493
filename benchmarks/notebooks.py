"""Time and peak memory of every chapter's kernel: python benchmarks/notebooks.py."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient

MEMORY = "import resource; print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)"


def main() -> int:
    total = 0.0
    print("| chapter | run time | peak memory |\n|---|---|---|")
    for path in sorted((Path(__file__).parent.parent / "notebooks").glob("[0-9]*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        notebook.cells.append(nbformat.v4.new_code_cell(MEMORY))
        start = time.perf_counter()
        NotebookClient(notebook, timeout=300, kernel_name="python3").execute()
        took = time.perf_counter() - start
        total += took
        memory = notebook.cells[-1].outputs[0].text.strip()
        print(f"| {path.stem} | {took:.1f} s | {memory} MB |", flush=True)
    print(f"together: {total:.1f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())

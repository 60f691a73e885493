"""Execute notebooks in place: python scripts/execute_notebooks.py [--check] [FILE ...].

Stored notebooks hold their sources and outputs and nothing that changes from run to run: no
execution times, no kernel version. A cell whose output differs each time says so
(NBVAL_IGNORE_OUTPUT) and keeps the output that is stored, unless it has none: clear it to have it
made anew.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient

ROOT = Path(__file__).resolve().parent.parent
EXEMPT = "NBVAL_IGNORE_OUTPUT"
# ipykernel's debugger prints a note about frozen modules on stderr otherwise.
QUIET = {"PYDEVD_DISABLE_FILE_VALIDATION": "1"}


def notebooks() -> list[Path]:
    """Every chapter, then every exercise with its solutions."""
    folders = (ROOT / "notebooks", ROOT / "exercises/source")
    return [path for folder in folders for path in sorted(folder.glob("[0-9]*.ipynb"))]


def execute(path: Path, timeout: float = 300) -> nbformat.NotebookNode:
    """Run every cell in a fresh kernel and return the notebook without volatile metadata."""
    notebook = nbformat.read(path, as_version=4)
    kept = {
        cell.id: cell.outputs
        for cell in notebook.cells
        if EXEMPT in cell.source and cell.get("outputs")
    }
    client = NotebookClient(
        notebook,
        timeout=timeout,
        kernel_name="python3",
        resources={"metadata": {"path": str(path.parent)}},
        record_timing=False,
        coalesce_streams=True,  # or the chunks a print arrives in would vary
    )
    client.execute()
    for cell in notebook.cells:
        cell.update({"outputs": kept[cell.id]} if cell.id in kept else {})
        for output in cell.get("outputs", []):
            if "execution_count" in output:  # the cell may have another place now
                output.execution_count = cell.execution_count
    return clean(notebook)


def clean(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    notebook.metadata = nbformat.from_dict(
        {
            "kernelspec": {
                "display_name": "Python 3 (ipykernel)",
                "language": "python",
                "name": "python3",
            },
            "language_info": {"name": "python"},
        }
    )
    notebook.nbformat_minor = 5
    for cell in notebook.cells:
        predicted = "hide-output" in cell.metadata.get("tags", ())  # its output stays folded
        for key in ("execution", "lines_to_next_cell", "jupyter", "collapsed", "scrolled"):
            if key != "jupyter" or not predicted:
                cell.metadata.pop(key, None)
        for output in cell.get("outputs", []):
            # A live widget has a random id and is dead without its kernel: its sentence remains.
            output.get("data", {}).pop("application/vnd.jupyter.widget-view+json", None)
    return notebook


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="*", type=Path, help="default: all")
    parser.add_argument("--check", action="store_true", help="run them, write nothing")
    options = parser.parse_args()
    os.environ.update(QUIET)
    for path in options.files or notebooks():
        start = time.perf_counter()
        notebook = execute(path)
        if not options.check:
            nbformat.write(notebook, path)
        print(f"{path.name}: ran in {time.perf_counter() - start:.1f} s", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Notebooks executed in place: what differs from run to run stays as it is stored."""

from __future__ import annotations

from pathlib import Path

import execute_notebooks
import nbformat
from nbformat.v4 import new_code_cell, new_notebook, new_output

TIMED = "# NBVAL_IGNORE_OUTPUT\nprint('now')"


def test_an_exempt_cell_keeps_the_output_it_has(tmp_path: Path) -> None:
    stored = new_output("stream", name="stdout", text="then\n")
    cells = [
        new_code_cell(TIMED, outputs=[stored]),
        new_code_cell(TIMED),
        new_code_cell("print(1)"),
    ]
    nbformat.write(new_notebook(cells=cells), tmp_path / "a.ipynb")
    done = execute_notebooks.execute(tmp_path / "a.ipynb").cells
    assert [cell.outputs[0].text for cell in done] == ["then\n", "now\n", "1\n"]
    assert [cell.execution_count for cell in done] == [1, 2, 3]

"""Notebooks executed in place: what differs from run to run stays as it is stored."""

from __future__ import annotations

from pathlib import Path

import execute_notebooks
import nbformat
from nbformat.v4 import new_code_cell, new_notebook, new_output

TIMED = "# NBVAL_IGNORE_OUTPUT\nprint('now')"


def test_an_exempt_cell_keeps_the_output_it_has(tmp_path: Path) -> None:
    stored = new_output("stream", name="stdout", text="then\n")
    result = new_output("execute_result", {"text/plain": "then"}, execution_count=1)
    cells = [
        new_code_cell(TIMED, outputs=[stored]),
        new_code_cell(TIMED),
        new_code_cell("print(1)"),
        new_code_cell("# NBVAL_IGNORE_OUTPUT\n'now'", outputs=[result]),
    ]
    nbformat.write(new_notebook(cells=cells), tmp_path / "a.ipynb")
    done = execute_notebooks.execute(tmp_path / "a.ipynb").cells
    *texts, last = (cell.outputs[0] for cell in done)
    assert [output.text for output in texts] == ["then\n", "now\n", "1\n"]
    assert [cell.execution_count for cell in done] == [1, 2, 3, 4]
    assert last.data == {"text/plain": "then"} and last.execution_count == 4

"""The progress bar: what it yields, and what it leaves in a notebook."""

from __future__ import annotations

import nbformat
from nbclient import NotebookClient

import deskrec_tutorial as dr


def test_outside_notebooks_it_only_loops(capsys):
    assert list(dr.progress(iter("abc"), "letters")) == ["a", "b", "c"]
    assert list(dr.progress([], "nothing")) == []
    captured = capsys.readouterr()
    assert captured.out == captured.err == ""


def test_in_a_notebook_it_leaves_one_line_the_same_on_every_run():
    source = (
        "import deskrec_tutorial as dr\n"
        "for x in dr.progress([1, 2], 'a <b> c'):\n"
        "    print(x)\n"
        "    if x == 2:\n"
        "        break"
    )
    whole = source.split("\n    if")[0]
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(code) for code in (whole, source)]
    )
    NotebookClient(notebook, kernel_name="python3", timeout=60, coalesce_streams=True).execute()
    line, printed = notebook.cells[0].outputs
    assert line.data == {
        "text/plain": "a <b> c: 2 of 2",
        "text/html": "<small>a &lt;b&gt; c: 2 of 2</small>",
    }
    assert printed.text == "1\n2\n"
    broken_off = notebook.cells[1].outputs[0]
    assert broken_off.data["text/plain"] == "a <b> c: 1 of 2"
    assert '<progress value="1" max="2">' in broken_off.data["text/html"]

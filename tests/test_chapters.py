"""The chapters as stored: what the prose says is shown, and the learner has something to do."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import chapters
import numpy as np
import pytest
from chapters import CHAPTERS


@pytest.fixture(params=CHAPTERS, ids=lambda path: path.stem)
def chapter(request: pytest.FixtureRequest) -> Path:
    return request.param


def test_every_number_of_the_prose_stands_in_an_output_above_it(chapter: Path) -> None:
    """Parameters, years and papers' constants are listed once, with where they come from."""
    known = chapters.listed(chapter.stem)
    missing = [(cell, text) for cell, text in chapters.unshown(chapter)]
    assert not [(cell, text) for cell, text in missing if text not in known]
    assert set(known) == {text for _, text in missing}, "listed, but shown or not said"
    assert all(len(source) > 5 for source in known.values())


@pytest.mark.parametrize(
    ("prose", "shown", "found"),
    [
        ("72,312 rows", "interactions=72,312 rows", True),
        ("72 thousand", "interactions=72,312 rows", True),
        ("71 thousand", "interactions=72,312 rows", False),
        ("35.6 %", "share 0.356", True),
        ("36 %", "share 0.356", True),
        ("0.65", "hit@10 0.653", True),
        ("0.66", "hit@10 0.653", False),
        ("7 of them", "0.653 7.2", False),  # one digit alone could be anything rounded
        ("7 of them", "0.653 7", True),
        ("1,895", "1895", True),
    ],
)
def test_a_number_is_found_where_it_is_shown(prose: str, shown: str, found: bool) -> None:
    one = next(chapters.numbers(prose))
    assert one.is_in(list(chapters.numbers(shown, chapters.SHOWN))) == found


def test_what_is_no_finding_is_no_number() -> None:
    text = "# 3 · The maths\n1. In chapters 4 and 5, `k=10` and $\\alpha = 15$ of recall@10"
    assert [n.text for n in chapters.numbers(chapters.prose(text))] == []


def test_the_learner_has_three_blanks_to_fill(chapter: Path) -> None:
    """A blank holds `...`, its last line checks it, and it is stored untouched."""
    cells = chapters.read(chapter)
    turns = chapters.tagged(cells, "your-turn")
    assert len(turns) >= 3
    for position in turns:
        *blank, check = cells[position]["source"].splitlines()
        assert any("..." in line for line in blank)
        assert check.startswith("checks."), check
        assert "✎ your turn" in chapters.output(cells[position])
        assert "..." not in chapters.solution(cells, position)
        compile(chapters.solved(cells, position), "solution", "exec")


def test_the_learner_predicts_before_seeing(chapter: Path) -> None:
    """Three times at least an answer is folded away: an output, or what is said about it."""
    cells = chapters.read(chapter)
    folded = chapters.tagged(cells, "hide-output")
    for position in folded:
        assert cells[position]["metadata"]["jupyter"] == {"outputs_hidden": True}
        assert "?" in cells[position - 1]["source"], "a question comes first"
        below = cells[position + 1]["source"]
        assert below.startswith(("<details>", "#")), "what is told below it is folded, too"
    told = [
        summary
        for cell in cells
        if cell["cell_type"] == "markdown"
        for summary in re.findall(r"<summary>(.*?)</summary>", cell["source"])
        if not re.match("Solution|Answers|Aside", summary)
    ]
    assert len(folded) + len(told) >= 3


def test_every_chapter_answers_its_own_questions(chapter: Path) -> None:
    last = "\n".join(cell["source"] for cell in chapters.read(chapter)[-4:])
    assert "## Check yourself" in last and "<summary>Answers</summary>" in last


def test_the_minutes_promised_are_enough(chapter: Path) -> None:
    promised, needed = chapters.minutes(chapters.read(chapter))
    if chapter.stem == "03_als_math":  # a derivation is not read at the pace of a story
        needed *= 2
    assert needed <= promised <= 75


def test_code_cells_are_short(chapter: Path) -> None:
    lengths = [len(cell["source"].splitlines()) for cell in chapters.code(chapters.read(chapter))]
    assert len(lengths) <= 26
    assert np.median(lengths) <= 5
    assert max(lengths) <= 20


def test_nine_cells_in_ten_have_twelve_lines_at_most() -> None:
    cells = [cell for path in CHAPTERS for cell in chapters.code(chapters.read(path))]
    lengths = [len(cell["source"].splitlines()) for cell in cells]
    assert np.quantile(lengths, 0.9, method="inverted_cdf") <= 12


def test_no_cell_is_hidden_but_what_the_learner_predicts(chapter: Path) -> None:
    for cell in chapters.code(chapters.read(chapter)):
        assert set(cell["metadata"].get("tags", [])) <= {"hide-output", "your-turn"}
        assert "collapsed" not in cell["metadata"]


def test_the_readme_promises_the_minutes_of_the_chapters() -> None:
    readme = (chapters.ROOT / "README.md").read_text(encoding="utf-8")
    told = re.findall(r"^\| \[[^]]*\]\(notebooks/([^)]+)\.ipynb\) \| (\d+) \|", readme, re.M)
    promised = [(p.stem, str(chapters.minutes(chapters.read(p))[0])) for p in CHAPTERS]
    assert told == promised


def test_filled_in_chapters_stand_alone_in_their_folder(tmp_path: Path) -> None:
    (tmp_path / "08_gone.ipynb").write_text("{}")
    chapters.main(tmp_path)
    assert [path.name for path in sorted(tmp_path.iterdir())] == [p.name for p in CHAPTERS]
    with pytest.raises(SystemExit, match="FOLDER holds the chapters themselves"):
        chapters.main(CHAPTERS[0].parent)
    script = [sys.executable, chapters.__file__]
    run = subprocess.run(script, capture_output=True, text=True, check=False)
    assert run.returncode and run.stderr == "usage: python scripts/chapters.py FOLDER\n"

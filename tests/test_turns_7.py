"""The blanks of chapter 7."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from turns import Turn, try_out

from deskrec_tutorial.checks import chapter_7

# Columns: old, young, young and read, read by the person long ago, not opened yet.
BORN, READ = np.array([1.0, 9.5, 9.0, 2.0, np.inf]), np.array([[False, False, True, True, False]])
BOARD = SimpleNamespace(
    now=10.0, born=BORN, read=READ, candidates=lambda row: np.isfinite(BORN) & ~READ[row]
)

TURNS: list[Turn] = [
    (
        chapter_7.ruler,
        ([1.0, 2.0, 4.0, 5.0],),
        3 * np.sqrt(10 / 3),
        {
            "one standard deviation. Three": np.sqrt(10 / 3),
            "divides by n.": 3 * np.sqrt(2.5),
            "and divided by n": np.sqrt(2.5),
            "variance": 10.0,
            "range": 4.0,
        },
    ),
    (
        chapter_7.fresh,
        (BOARD, 0),
        np.array([False, True, False, False, False]),
        {
            "read by this person": np.array([False, True, True, False, False]),
            "their `born` is infinite": np.array([False, True, True, False, True]),
            "doesn't know them": np.array([False, True, False, False, True]),
            "old ones": np.array([True, False, False, False, False]),
            "not hours": np.array([True, True, False, False, False]),
        },
    ),
    (
        chapter_7.twice_as_old,
        ({"age": -0.5},),
        2**-0.5,
        {
            "e times": np.exp(-0.5),
            "score loses": -0.5 * np.log(2),
            "half the age": 2**0.5,
            "exponent": -1.0,
        },
    ),
]


@pytest.mark.parametrize("turn", TURNS, ids=lambda turn: turn[0].__name__)
def test_a_blank_invites_accepts_and_explains(
    turn: Turn, capsys: pytest.CaptureFixture[str]
) -> None:
    try_out(turn, capsys)

"""The blanks of chapter 3½."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from turns import Turn, try_out

import deskrec_tutorial as dr
from deskrec_tutorial.checks import chapter_3b

ROWS = [(1, 1, "a", 0.5), (1, 2, "b", 4.0), (2, 2, "b", 1.0), (3, 3, "c", 1.0)]
COLUMNS = ["personId", "contentId", "title", "eventStrength"]
MATRIX = dr.InteractionMatrix.from_strength(pd.DataFrame(ROWS, columns=COLUMNS))

TURNS: list[Turn] = [
    (
        chapter_3b.short_way,
        (MATRIX, 2),
        28,
        {
            "shared part is missing": 16,
            "read pairs are missing": 12,
            "once for every person": 52,
            "the long way": 36,
            "k × k": 14,
        },
    ),
    (
        chapter_3b.smallest_alpha,
        (np.array([0.25, 2.0, 0.5]),),
        4.0,
        {"in danger": 0.5, "strength itself": 0.25, "were halved": 2.0, "empty cell": 0},
    ),
    (
        chapter_3b.even_out,
        (16.0, 1.0),
        0.5,
        {"once more": 0.25, "ratio of the sums": 1 / 16, "other way round": 2.0},
    ),
]


@pytest.mark.parametrize("turn", TURNS)
def test_a_blank(turn: Turn, capsys: pytest.CaptureFixture[str]) -> None:
    try_out(turn, capsys)

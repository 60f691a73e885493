"""The blanks of chapter 6."""

from __future__ import annotations

import numpy as np
import pytest
from turns import Turn, try_out

from deskrec_tutorial.checks import chapter_6

HIT = np.array([False, True, True, False])  # worth 1 / log2(3) and 1 / 2
GAINED = 1 / np.log2(3) + 1 / 2
MOST = 1 + GAINED  # three hidden articles
LOW, HIGH = np.array([-2.0, -1.0, 1.0]), np.array([-1.0, 1.0, 2.0])

TURNS: list[Turn] = [
    (
        chapter_6.precision,
        (HIT, 3),
        0.5,
        {"that is the recall": 2 / 3, "the number of hits": 2},
    ),
    (chapter_6.precision, (np.arange(4) < 1, 3), 0.25, {"without a hit": 0.75}),
    (chapter_6.precision, (HIT, 0), 0.5, {"the number of hits": 2}),
    (
        chapter_6.ndcg,
        (HIT, 3),
        GAINED / MOST,
        {
            "Divide it by the largest possible sum": GAINED,
            "blamed for what it missed": GAINED / (1 + 1 / np.log2(3)),
            "only 3 articles were hidden": GAINED / (MOST + 1 / np.log2(5)),
            "not by a sum of worths": GAINED / 3,
            "turn it round": MOST / GAINED,
        },
    ),
    (chapter_6.ndcg, (HIT.astype(int), 3), GAINED / MOST, {"turn it round": MOST / GAINED}),
    (chapter_6.ndcg, (np.zeros(4, dtype=bool), 3), 0.0, {"0 is expected": 0.5}),
    (
        chapter_6.leaves_zero_out,
        (LOW, HIGH),
        [True, False, True],
        {
            "below zero leaves zero out as well": LOW > 0,
            "Turn it round": [False, True, False],
        },
    ),
]


@pytest.mark.parametrize("turn", TURNS)
@pytest.mark.filterwarnings("error")
def test_a_blank(turn: Turn, capsys: pytest.CaptureFixture[str]) -> None:
    try_out(turn, capsys)

"""The blanks of chapter 2."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse
from turns import Turn, try_out

from deskrec_tutorial.checks import chapter_2

WEIGHTS = {"VIEW": 1.0, "LIKE": 2.0, "COMMENT CREATED": 5.0}
SMALL = sparse.csr_matrix(([3.0, 1.0, 6.0], ([0, 0, 1], [0, 3, 1])), shape=(3, 4))

TURNS: list[Turn] = [
    (
        chapter_2.pair,
        (WEIGHTS,),
        8,
        {"every event": 15, "second comment": 13, "different acts": 3},
    ),
    (chapter_2.density, (SMALL,), 0.25, {"empty cells": 0.75, "in percent": 25}),
    (
        chapter_2.second,
        (SMALL,),
        np.array([1], dtype="int32"),
        {
            "the values": np.array([6.0]),
            "row 0": np.array([0, 3]),
            "numbers of rows": np.array([3]),
        },
    ),
]


@pytest.mark.parametrize("turn", TURNS)
def test_a_blank(turn: Turn, capsys: pytest.CaptureFixture[str]) -> None:
    try_out(turn, capsys)

"""The blanks of chapter 4."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from turns import Turn, try_out

from deskrec_tutorial.checks import chapter_4

ARROWS = (np.array([3.0, 4.0]), np.array([0.0, 2.0]))
LISTED = pd.DataFrame({"contentId": [1, 2, 3, 4]})
READ = pd.DataFrame(
    {"personId": [7, 7, 7, 8], "contentId": [1, 2, 3, 4], "title": list("abcd"), "eventStrength": 1}
)
LENGTHS = np.array([0.5, 0.0, 2.0])

TURNS: list[Turn] = [
    (chapter_4.cosine, ARROWS, 0.8, {"dot product": 8, "by both": 8, "One length": 4}),
    (chapter_4.cosine, ARROWS, 0.8, {"One length": 1.6}),
    (
        chapter_4.same_person,
        (LISTED, READ, 7),
        2,
        {"first row": 3, "has not read": 1},
    ),
    (
        chapter_4.safe,
        (LENGTHS,),
        np.array([0.5, 1e-10, 2.0]),
        {
            "still there": LENGTHS,
            "asks for 1e-10": np.array([0.5, 1.0, 2.0]),
            "must stay": np.full(3, 1e-10),
            "not 0": np.array([1e-10, 0.0, 1e-10]),
        },
    ),
]


@pytest.mark.parametrize("turn", TURNS)
def test_a_blank(turn: Turn, capsys: pytest.CaptureFixture[str]) -> None:
    try_out(turn, capsys)

"""The blanks of chapter 3."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from turns import Turn, try_out

from deskrec_tutorial.checks import chapter_3

PEOPLE = pd.DataFrame([[1, 0], [0, 1], [0, 1]], ["Ana", "Davi", "Emi"], ["code", "design"])
STRENGTHS = pd.DataFrame({"Git for all": [1, 1, 0]}, PEOPLE.index)
C, P, Y = np.array([1.0, 16.0]), np.array([0.0, 1.0]), np.array([1.0, 0.5])
SCORES, READ = np.array([0.1, 0.9, 0.3, 1.0]), np.array([0.0, 0.0, 0.0, 2.0])

TURNS: list[Turn] = [
    (
        chapter_3.git_for_all,
        (PEOPLE, STRENGTHS),
        [1, 1],
        {
            "his score still is 0": [1, 0],
            "Davi scores 1, but": [0, 1],
            "not an average": [0.5, 0.5],
            "Two numbers are wanted": 1,
        },
    ),
    (
        chapter_3.slope,
        (C, P, Y, 1.0),
        8 / 6,
        {
            "price of length is missing": 8 / 5,
            "confidences are missing": 0.5 / 2.25,
            "both missing": 0.5 / 1.25,
            "squared": 0.8,
        },
    ),
    (
        chapter_3.emis_list,
        (SCORES, READ),
        [1, 2, 0],
        {
            "as well": [3, 1, 2, 0],
            "upside down": [0, 2, 1],
            "These are the scores": [0.9, 0.3, 0.1],
            "not titles": ["Type on screen"],
        },
    ),
    (
        chapter_3.emis_list,
        (np.array([0.0, 0.5, 0.2, 0.9]), np.array([1.0, 0.0, 0.0, 0.0])),
        [3, 1, 2],
        {"places within": [2, 0, 1]},
    ),
]


@pytest.mark.parametrize("turn", TURNS)
def test_a_blank(turn: Turn, capsys: pytest.CaptureFixture[str]) -> None:
    try_out(turn, capsys)

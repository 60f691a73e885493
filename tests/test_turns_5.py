"""The blanks of chapter 5."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from turns import Turn, try_out

from deskrec_tutorial.checks import chapter_5

# Twelve articles, of which two were read: the best of all, and the third best.
SCORES = np.array([0.9, 0.5, -0.1, 0.7, -0.2, -0.3, -0.4, 0.8, -0.5, -0.6, -0.7, -0.8])
READ = np.isin(np.arange(12), [0, 3])
TEN = [7, 1, 2, 4, 5, 6, 8, 9, 10, 11]

ARTICLE, W = np.array([1.0, 2.0]), np.array([[2.0, 0.0], [0.0, 1.0]])
SEEN, CONFIDENCE = np.array([[1.0, 0.0], [1.0, 1.0]]), np.array([15.0, 30.0])

LISTED, ARTICLES = pd.Series([1, 2, 2, 3, 3, 1]), np.arange(12)

TURNS: list[Turn] = [
    (
        chapter_5.shortlist,
        (SCORES, READ),
        TEN,
        {
            "Mask them": [0, 7, 3, 1, 2, 4, 5, 6, 8, 9],
            "multiplied by 0": [7, 1, 0, 3, 2, 4, 5, 6, 8, 9],
            "smallest first": [11, 10, 9, 8, 6, 5, 4, 2, 1, 7],
            "at the end": [*TEN, 0, 3],
        },
    ),
    (chapter_5.shortlist, (np.ones(4), np.arange(4) == 1), [3, 0, 2], {"Mask": [0, 1, 2]}),
    (
        chapter_5.shortlist,
        (np.array([0.5, 0.9, 0.5]), np.zeros(3, dtype=bool)),
        [1, 2, 0],
        {"another order": [0, 1, 2]},
    ),
    (
        chapter_5.parts,
        (ARTICLE, W, SEEN, CONFIDENCE),
        np.array([30.0, 120.0]),
        {
            "times the confidence": np.array([2.0, 4.0]),
            "W in the middle": np.array([15.0, 90.0]),
            "the sum of the parts": 150.0,
            "keep the order": np.array([120.0, 30.0]),
        },
    ),
    (
        chapter_5.coverage,
        (LISTED, ARTICLES),
        0.25,
        {"number of articles": 3, "Count different ids": 0.5, "100 times larger": 25.0},
    ),
    (chapter_5.coverage, (LISTED[:5], ARTICLES), 0.25, {"places in the lists": 0.6}),
]


@pytest.mark.parametrize("turn", TURNS)
def test_a_blank(turn: Turn, capsys: pytest.CaptureFixture[str]) -> None:
    try_out(turn, capsys)

"""The blanks of chapter 1."""

from __future__ import annotations

import pandas as pd
import pytest
from turns import Turn, try_out

from deskrec_tutorial.checks import chapter_1

LOG = pd.DataFrame({"contentId": [1, 1, 2, 7, 7], "where": ["x", None, "y", None, "z"]})
GONE, NEVER_SHARED = pd.Series([1, 7]), pd.Series([7])
READ = pd.DataFrame({"en": [9, 5, 10, 1], "pt": [1, 5, 0, 1]})

TURNS: list[Turn] = [
    (chapter_1.incomplete, (LOG,), ["where"], {"complete ones": ["contentId"]}),
    (chapter_1.incomplete, (LOG,), pd.Index(["where"]), {"all columns": list(LOG)}),
    (chapter_1.incomplete, (LOG,), {"where"}, {"pick the names": LOG.isna().any()}),
    (chapter_1.incomplete, (LOG,), ("where",), {"A list of names is expected, not": "where"}),
    (chapter_1.incomplete, (LOG,), ["where"], {"A list of names is expected": ["where", 3]}),
    (
        chapter_1.orphans,
        (LOG, GONE, NEVER_SHARED),
        2,
        {"the others": 3, "number of articles": 1, "all removed": 4},
    ),
    (chapter_1.both, (READ,), 0.667, {"all people": 0.75, "number of people": 2}),
]


@pytest.mark.parametrize("turn", TURNS)
def test_a_blank(turn: Turn, capsys: pytest.CaptureFixture[str]) -> None:
    try_out(turn, capsys)

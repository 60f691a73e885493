"""The blanks of chapter 1."""

from __future__ import annotations

import pandas as pd
import pytest
from turns import Turn, try_out

from deskrec_tutorial.checks import chapter_1

LOG = pd.DataFrame({"contentId": [1, 1, 2, 7, 7], "where": ["x", None, "y", None, "z"]})
SHARED = pd.DataFrame({"contentId": [1, 2]})
READ = pd.DataFrame({"en": [9, 5, 10, 1], "pt": [1, 5, 0, 1]})

TURNS: list[Turn] = [
    (chapter_1.incomplete, (LOG,), ["where"], {"complete ones": ["contentId"]}),
    (chapter_1.incomplete, (LOG,), pd.Index(["where"]), {"all columns": list(LOG)}),
    (chapter_1.orphans, (LOG, SHARED), 2, {"find an article": 3, "number of articles": 1}),
    (chapter_1.both, (READ,), 2 / 3, {"all people": 0.75, "number of people": 2}),
]


@pytest.mark.parametrize("turn", TURNS)
def test_a_blank(turn: Turn, capsys: pytest.CaptureFixture[str]) -> None:
    try_out(turn, capsys)

"""The blanks of chapter 1: right answers pass, usual mistakes are named, `...` invites."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from deskrec_tutorial import checks
from deskrec_tutorial.checks import chapter_1

LOG = pd.DataFrame({"contentId": [1, 1, 2, 7, 7], "where": ["x", None, "y", None, "z"]})
SHARED = pd.DataFrame({"contentId": [1, 2]})
READ = pd.DataFrame({"en": [9, 5, 10, 1], "pt": [1, 5, 0, 1]})

TURNS = [
    (chapter_1.incomplete, (LOG,), ["where"], {"complete ones": ["contentId"]}),
    (chapter_1.incomplete, (LOG,), pd.Index(["where"]), {"all columns": list(LOG)}),
    (chapter_1.orphans, (LOG, SHARED), 2, {"find an article": 3, "number of articles": 1}),
    (chapter_1.both, (READ,), 2 / 3, {"all people": 0.75, "number of people": 2}),
]


@pytest.mark.parametrize(("check", "data", "right", "wrong"), TURNS)
def test_a_blank(
    check: Callable[..., None],
    data: tuple,
    right: Any,
    wrong: dict[str, Any],
    capsys: pytest.CaptureFixture,
) -> None:
    check(..., *data)
    assert capsys.readouterr().out.startswith("✎ your turn: ")
    check(right, *data)
    assert capsys.readouterr().out.startswith("✓ ")
    for said, answer in wrong.items():
        with pytest.raises(checks.CheckFailed) as failed:
            check(answer, *data)
        assert said in " ".join(str(failed.value).split())

"""What every blank of the chapters must do: invite, accept what is right, name what is wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from deskrec_tutorial import checks

Turn = tuple[Callable[..., None], tuple[Any, ...], Any, Mapping[str, Any]]


def try_out(turn: Turn, capsys: pytest.CaptureFixture[str]) -> None:
    """Try a check, its data, the right answer, and wrong ones by words of their explanation."""
    check, data, right, wrong = turn
    check(..., *data)
    assert capsys.readouterr().out.startswith("✎ your turn: ")
    check(right, *data)
    assert capsys.readouterr().out.startswith("✓ ")
    for said, answer in wrong.items():
        with pytest.raises(checks.CheckFailed) as failed:
            check(answer, *data)
        assert said in " ".join(str(failed.value).split())

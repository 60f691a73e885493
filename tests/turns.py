"""What every blank of the chapters must do: invite, accept what is right, name what is wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest

from deskrec_tutorial import checks

Turn = tuple[Callable[..., None], tuple[Any, ...], Any, Mapping[str, Any]]


def try_out(turn: Turn, capsys: pytest.CaptureFixture[str]) -> None:
    """Try a check, its data, the right answer, and wrong ones by words of their explanation."""
    check, data, right, wrong = turn
    check(..., *data)
    assert capsys.readouterr().out.startswith("✎ your turn: ")
    check([*_as_list(right)[:-1], ...], *data)
    assert capsys.readouterr().out.startswith("✎ your turn: ")
    check(right, *data)
    assert capsys.readouterr().out.startswith("✓ ")
    twice = [*_as_list(right), *_as_list(right)]
    for said, answer in [*wrong.items(), ("", None), ("", "text"), ("", twice)]:
        with pytest.raises(checks.CheckFailed) as failed:
            check(answer, *data)
        assert said in " ".join(str(failed.value).split())


def _as_list(right: Any) -> list[Any]:
    """A right answer as a list, of one entry where it is a number."""
    alone = np.ndim(right) == 0 and not isinstance(right, (set, frozenset))
    return [right] if alone else list(right)

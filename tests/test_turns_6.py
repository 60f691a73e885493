"""The blanks of chapter 6: a right answer passes, each mistake gets its sentence, `...` invites."""

from __future__ import annotations

import numpy as np
import pytest

from deskrec_tutorial import checks

HIT = np.array([False, True, True, False])  # worth 1 / log2(3) and 1 / 2
GAINED = 1 / np.log2(3) + 1 / 2
MOST = 1 + GAINED  # three hidden articles
LOW, HIGH = np.array([-2.0, -1.0, 1.0]), np.array([-1.0, 1.0, 2.0])

ANSWERS = [
    ("precision", (HIT, 3), 0.5, ""),
    ("precision", (HIT, 3), 2 / 3, "that is the recall"),
    ("precision", (HIT, 3), 2, "the number of hits"),
    ("precision", (np.arange(4) < 1, 3), 0.75, "without a hit"),
    ("ndcg", (HIT, 3), GAINED / MOST, ""),
    ("ndcg", (HIT, 3), GAINED, "Divide it by the largest possible sum"),
    ("ndcg", (HIT, 3), GAINED / (1 + 1 / np.log2(3)), "blamed for what it missed"),
    ("ndcg", (HIT, 3), GAINED / (MOST + 1 / np.log2(5)), "only 3 articles were hidden"),
    ("ndcg", (HIT, 3), GAINED / 3, "not by a sum of worths"),
    ("ndcg", (HIT, 3), MOST / GAINED, "turn it round"),
    ("leaves_zero_out", (LOW, HIGH), [True, False, True], ""),
    ("leaves_zero_out", (LOW, HIGH), LOW > 0, "below zero leaves zero out as well"),
    ("leaves_zero_out", (LOW, HIGH), [False, True, False], "Turn it round"),
]


@pytest.mark.parametrize(("name", "data", "answer", "told"), ANSWERS)
def test_answers(name, data, answer, told, capsys):
    check = getattr(checks.chapter_6, name)
    if told:
        with pytest.raises(checks.CheckFailed) as caught:
            check(answer, *data)
        assert told in " ".join(str(caught.value).split())
    else:
        check(answer, *data)
        assert capsys.readouterr().out.startswith("✓")


@pytest.mark.parametrize(("name", "data"), {one[0]: one[1] for one in ANSWERS}.items())
def test_what_is_not_begun_is_invited(name, data, capsys):
    getattr(checks.chapter_6, name)(..., *data)
    assert capsys.readouterr().out.startswith("✎ your turn: the ")

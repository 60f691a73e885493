"""What all figures share: safe captions, the same bytes, titles that cannot break a drawing."""

from __future__ import annotations

import matplotlib
import numpy as np
import pytest
from matplotlib.figure import Figure

from deskrec_tutorial.plots import core
from deskrec_tutorial.plots.colours import BLACK, LOOKS
from deskrec_tutorial.plots.drawing import INK, Mark


@core.picture
def a_picture(title: str) -> tuple[Figure, str]:
    figure = Figure(figsize=(3, 2))
    figure.subplots().set_title(core.shorten(title))
    return figure, f"The title is {title}."


def shown(picture: core.Picture, monkeypatch: pytest.MonkeyPatch) -> list:
    outputs: list = []
    monkeypatch.setattr(core, "display", lambda value, **options: outputs.append(value))
    picture._ipython_display_()
    return outputs


def test_the_caption_stands_below_and_is_escaped(monkeypatch: pytest.MonkeyPatch) -> None:
    image, below = shown(a_picture("<b>bold</b> & $5 to $6"), monkeypatch)
    assert image["image/png"].startswith(b"\x89PNG")
    assert image["text/plain"] == "The title is <b>bold</b> & $5 to $6."
    assert "&lt;b&gt;bold&lt;/b&gt; &amp; $5 to $6" in below.data
    assert "<b>" not in below.data
    assert "mathjax_ignore" in below.data


@pytest.mark.parametrize(
    "title", ["$\\frac$ and $", "日本語のタイトル", "हिन्दी ⭐", "Ação é ótima"]
)
def test_no_title_breaks_a_drawing(title: str) -> None:
    assert a_picture(title).png


def test_shorten_keeps_what_can_be_drawn() -> None:
    assert core.shorten("Ação  é\nótima") == "Ação é ótima"
    assert core.shorten("日本 ok") == "·· ok"
    assert core.shorten("x" * 60, width=10) == "x" * 9 + "…"


def test_the_same_picture_is_the_same_bytes_whatever_the_user_has_set() -> None:
    plain = a_picture("T").png
    with matplotlib.rc_context({"font.weight": "bold", "savefig.dpi": 30}):
        assert a_picture("T").png == plain


def test_more_series_than_looks_begin_again_with_the_first() -> None:
    axes = Figure().subplots()
    core.lines(axes, ((str(n), [n, n]) for n in range(len(LOOKS) + 1)), [0, 1])
    assert axes.lines[-1].get_color() == axes.lines[0].get_color() == LOOKS[0][0]


def test_a_mark_in_ink_is_black_in_a_still() -> None:
    axes = Figure().subplots()
    for filled in (True, False):
        Mark(np.zeros(2), "o", 10, INK, filled=filled, code="A").draw(axes, 1)
    assert [mark.get_markeredgecolor() for mark in axes.lines] == ["white", BLACK]
    assert [text.get_color() for text in axes.texts] == ["white", BLACK]

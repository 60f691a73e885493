"""Tables as the notebooks show them."""

from __future__ import annotations

import pandas as pd

import deskrec_tutorial as dr

FRAME = pd.DataFrame(
    {"contentId": [-(2**63), 7], "title": ["<img src=x onerror=alert(1)>", "B & C" * 30]}
).assign(score=[0.123456, 1234.5])


def test_html_is_escaped_whole_and_aligned() -> None:
    html = dr.table(FRAME)._repr_html_()
    assert "<img" not in html
    assert "&lt;img src=x onerror=alert(1)&gt;" in html
    assert "B &amp; C" * 30 in html
    assert f'<td style="text-align: right">{-(2**63)}</td>' in html
    assert html.count('<td style="text-align: left">') == 2
    assert html.count("<th ") == 3
    assert "1,234.500" in html
    assert "mathjax_ignore" in html


def test_a_long_table_is_cut_and_says_so() -> None:
    long = pd.DataFrame({"row": range(1_200)})
    assert "… and 1,000 more rows" in dr.table(long)._repr_html_()
    assert repr(dr.table(long)).endswith("… and 1,000 more rows")
    assert "more rows" not in repr(dr.table(long.head(200)))


def test_plain_text_rounds_and_hides_the_index_unless_asked() -> None:
    text = repr(dr.table(FRAME, digits=1))
    assert "0.1" in text
    assert "0.12" not in text
    assert "\n0 " not in text
    assert "alpha" in repr(dr.table(pd.Series([1.0], ["alpha"], name="x")))
    with_index = dr.table(FRAME.set_index("contentId"), index=True)._repr_html_()
    assert '<th style="text-align: left">contentId</th>' in with_index

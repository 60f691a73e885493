"""Tables as the notebooks show them."""

from __future__ import annotations

import re

import pandas as pd
import pytest

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


def shown(name: object, *values: object, dtype: str = "int64") -> list[str]:
    """The cells of a table of one column, the same in plain text and in HTML."""
    one = dr.table(pd.Series(values, name=name, dtype=dtype).to_frame())
    cells = [line.strip() for line in repr(one).splitlines()[-len(values) :]]
    html = one._repr_html_()
    assert re.findall(r"<td[^>]*>(.*)</td>", html.replace("&lt;NA&gt;", "<NA>")) == cells
    return cells


@pytest.mark.parametrize("dtype", ["int64", "int32", "uint64", "Int64"])
def test_a_column_of_large_counts_has_commas(dtype: str) -> None:
    assert shown("events", 61_043, 5_745, 9, dtype=dtype) == ["61,043", "5,745", "9"]
    assert shown("events", 10**9, 0, dtype=dtype) == ["1,000,000,000", "0"]


def test_a_rounded_zero_has_no_sign() -> None:
    assert repr(dr.table(pd.Series([-0.001, -0.01]), digits=2)).split()[2:] == [
        "0.00",
        "1",
        "-0.01",
    ]


def test_small_and_missing_counts_stay_as_they_are() -> None:
    assert shown("year", 2016, 9_999) == ["2016", "9999"]
    assert shown("change", -10_000, 0) == ["-10,000", "0"]
    assert shown("events", 10_000, None, dtype="Int64") == ["10,000", "<NA>"]
    assert shown("events", None, dtype="Int64") == ["<NA>"]
    assert shown("read", True, False, dtype="bool") == ["True", "False"]
    assert "Empty DataFrame" in repr(dr.table(pd.DataFrame({"events": pd.Series(dtype="int64")})))


@pytest.mark.parametrize("name", ["contentId", "personId", "timestamp", "first timestamp"])
def test_ids_and_times_have_no_commas(name: str) -> None:
    assert shown(name, 1_457_919_092, -12_345) == ["1457919092", "-12345"]
    assert shown(("of the first", name), 12_345) == ["12345"]


def test_a_number_too_large_for_a_count_is_taken_for_an_id() -> None:
    assert shown("before", -(2**63), 20_000) == [str(-(2**63)), "20000"]
    assert shown("events", 10**12, 20_000) == ["1,000,000,000,000", "20,000"]
    assert shown("before", 10**12 + 1, 20_000) == [str(10**12 + 1), "20000"]
    assert shown("before", 2**64 - 1, 20_000, dtype="uint64") == [str(2**64 - 1), "20000"]


def test_each_column_is_judged_by_itself_even_where_names_repeat() -> None:
    frame = pd.DataFrame([[12_345, 12_345, 12_345.6]], columns=["events", "contentId", "events"])
    assert repr(dr.table(frame, digits=1)).split("\n")[1].split() == ["12,345", "12345", "12,345.6"]


def test_an_index_of_decimals_is_no_slice() -> None:
    """Old pandas takes `column[:0]` for labels where the index holds floats."""
    text = pd.DataFrame({"topics": ["5.5", "6.0"]}, index=[1.0, 0.9])
    assert "5.5" in repr(dr.table(text, index=True))

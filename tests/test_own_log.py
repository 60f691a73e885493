"""Somebody's own log: every way a column can be spelled, right or refused in words."""

from __future__ import annotations

import datetime as dt
import gzip
import io
import re
import tarfile
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import deskrec_tutorial as dr

T = [1465413032, 1465413046, 1465413190, 1465413742, 1465413832]
LOG = pd.DataFrame({"who": [1, 1, 2, 3, 2], "what": [10, 11, 10, 12, 12], "when": T})
SHELF = pd.DataFrame(
    {"what": [10, 11, 12], "name": ["Ten", "Eleven", "Twelve"], "lang": ["en"] * 3}
)
CSV = LOG.to_csv(index=False)
moments = pd.to_datetime(LOG["when"], unit="s")


def load(log=LOG, articles=None, **options) -> dr.ClickStream:
    named = {"user": "who", "item": "what", "time": "when"} | options
    return dr.load_clicks(log, articles, **{key: name for key, name in named.items() if name})


def chain(clicks: dr.ClickStream) -> dr.InteractionMatrix:
    return dr.InteractionMatrix.from_strength(dr.event_strength(dr.join_events(clicks)))


def put(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


# ------------------------------------------------------------------ what comes in


def test_the_two_tables_are_those_of_the_course(capsys: pytest.CaptureFixture[str]) -> None:
    clicks = load(articles=SHELF, title="name")
    assert clicks.interactions.columns.tolist() == [
        "timestamp", "eventType", "contentId", "personId",
    ]  # fmt: skip
    assert clicks.interactions["timestamp"].tolist() == T
    assert clicks.articles.columns.tolist() == ["eventType", "contentId", "title", "lang"]
    assert clicks.source == "DataFrame"
    note = (
        "5 interactions of 3 people with 3 articles, 2016-06-08 to 2016-06-08 (when: Unix seconds)."
    )
    assert clicks.notes == (note,)
    assert capsys.readouterr().out == note + "\n"
    assert chain(clicks).user_items.toarray().tolist() == [[1, 1, 0], [1, 0, 1], [0, 0, 1]]
    assert LOG.columns.tolist() == ["who", "what", "when"]  # what was passed in is left alone


GOOD_TIMES = {
    "milliseconds": (LOG["when"] * 1000 + 999, T, "Unix milliseconds"),
    "microseconds": (LOG["when"] * 10**6, T, "Unix microseconds"),
    "nanoseconds": (LOG["when"] * 10**9, T, "Unix nanoseconds"),
    "fractions": (LOG["when"] + 0.9, T, "Unix seconds"),
    "Int64": (LOG["when"].astype("Int64"), T, "Unix seconds"),
    "numbers as text": (LOG["when"].astype(str), T, "Unix seconds"),
    "datetimes": (moments, T, "datetimes without a zone, taken for UTC"),
    "datetimes to the second": (moments.astype("datetime64[s]"), T, "taken for UTC"),
    "datetimes, UTC": (moments.dt.tz_localize("UTC"), T, "datetimes, UTC"),
    "datetimes, elsewhere": (
        moments.dt.tz_localize("UTC").dt.tz_convert("America/Sao_Paulo"), T, "America/Sao_Paulo",
    ),
    "Python's": (
        pd.Series(list(moments.array.to_pydatetime()), dtype=object), T, "taken for UTC",
    ),
    "dates": (pd.Series([dt.date(2016, 6, 8)] * 5), [1465344000] * 5, "taken for UTC"),
    "ISO": (moments.astype(str), T, "ISO text without a zone, taken for UTC"),
    "ISO, Z": (moments.dt.strftime("%Y-%m-%dT%H:%M:%S.25Z"), T, "ISO text)"),
    "ISO, UTC": (moments.dt.strftime("%Y-%m-%d %H:%M:%S UTC"), T, "ISO text)"),
    "ISO, offset": (moments.dt.strftime("%Y-%m-%dT%H:%M:%S-0300"), [t + 10800 for t in T], "ISO"),
    "ISO, slashes": (moments.dt.strftime("%Y/%m/%d %H:%M:%S"), T, "taken for UTC"),
    "ISO, dates": (moments.dt.strftime("%Y-%m-%d"), [1465344000] * 5, "taken for UTC"),
    "categories": (moments.astype(str).astype("category"), T, "taken for UTC"),
}  # fmt: skip


@pytest.mark.parametrize("name", GOOD_TIMES)
def test_times_of_any_kind_become_whole_seconds_and_it_is_said(name: str) -> None:
    values, expected, says = GOOD_TIMES[name]
    clicks = load(LOG.assign(when=values))
    assert clicks.interactions["timestamp"].dtype == np.int64
    assert clicks.interactions["timestamp"].tolist() == expected
    assert says in clicks.notes[0]


def every(text: str) -> pd.Series:
    return pd.Series([text] * 5)


BAD_TIMES = {
    "ambiguous": (every("01/02/2016"), 'told apart.*"%d/%m/%Y"\\) if the day.*"%m/%d/%Y"'),
    "ambiguous, dots": (every("01.02.16 10:11:12"), 'day, month and year .*"%y.%m.%d %H:%M:%S"'),
    "ambiguous, dashes": (every("01-02-2016 10:11"), 'told apart.*"%d-%m-%Y %H:%M"'),
    "day first": (every("13/02/2016"), 'the day first.*format="%d/%m/%Y"'),
    "month first": (every("02/13/2016"), 'the month first.*format="%m/%d/%Y"'),
    "year first": (every("23-11-14"), r"told apart.*if the day .*if the year comes first"),
    "afternoons": (every("11/14/2023 10:26 PM"), 'the month first.*"%m/%d/%Y %I:%M %p"'),
    "commas": (every("14/11/2023, 22:26:19"), 'the day first.*"%d/%m/%Y, %H:%M:%S"'),
    "dots in hours": (every("14/11/2023 22.26"), '"%d/%m/%Y %H.%M"'),
    "fractions": (every("11/14/2023 22:26:19.000001"), '"%m/%d/%Y %H:%M:%S.%f"'),
    "offsets": (every("14/11/2023 22:26 +0000"), '"%d/%m/%Y %H:%M %z"'),
    "names of zones": (every("14/11/2023 22:26:19 UTC"), '"%d/%m/%Y %H:%M:%S UTC"'),
    "words": (every("Jun 3, 2016"), "row 0 .* neither a Unix time nor an ISO date"),
    "no such day": (every("2016-13-45"), "neither a Unix time nor an ISO date"),
    "a year": (every("2016"), "neither a Unix time"),
    "moment numbers": (LOG["when"] * 0 + 20160201101112, 'look like dates: .*"%Y%m%d%H%M%S"'),
    "short floats": (LOG["when"].astype("float32"), "keeps 7 digits or fewer"),
    "infinite": (LOG["when"].astype(float).where(LOG.index != 1, np.inf), "row 1 .* unknown time"),
    "far": (pd.Series([pd.Timestamp("2301-01-01")] * 5), "no plausible time"),
    "date numbers": (LOG["when"] * 0 + 20160201, r'look like dates: .*format="%Y%m%d"'),
    "days since 1900": (LOG["when"] * 0 + 42500.5, "look like a spreadsheet's days: .*1899-12-30"),
    "two units": (LOG["when"].where(LOG.index != 1, LOG["when"] * 1000), "row 1 .* one unit"),
    "zero": (LOG["when"].where(LOG.index != 2, 0), "row 2 .* is 0, while most are"),
    "zero among ms": (
        (LOG["when"] * 1000).where(LOG.index != 2, 0),
        "row 2 .* is 0, while most are",
    ),
    "minus one": (LOG["when"].where(LOG.index != 2, -1), "row 2 .* is -1"),
    "gap": (LOG["when"].where(LOG.index != 2), "missing in 1 row, first in row 2"),
    "no time": (moments.where(moments.index != 2), "missing in 1 row, first in row 2"),
    "durations": (pd.to_timedelta(LOG["when"], unit="s"), "no time"),
    "truths": (LOG["when"] > 0, "no time"),
}


@pytest.mark.parametrize("name", BAD_TIMES)
def test_times_that_say_too_little_are_refused_with_the_way_out(name: str) -> None:
    values, says = BAD_TIMES[name]
    table = LOG.assign(when=values)
    with pytest.raises(dr.DataError, match=f"^interactions: when .*{says}") as refused:
        load(table)
    lines = re.findall(r"pd\.to_datetime\([^…]*?(?:format|origin)=\"[^\"]+\"\)", str(refused.value))
    for line in lines:  # does the line that is named parse the column?
        parsed = eval(line, {"pd": pd, "table": table})
        assert len(load(table.assign(when=parsed)).interactions) == 5
    assert lines or "told apart" not in str(refused.value)


def test_missing_ids_are_one_error_or_left_out_with_their_number() -> None:
    gaps = LOG.assign(who=[1, None, 2, 3, 2], what=["a", "b", "", "c", None])
    with pytest.raises(dr.DataError, match='who is missing in 1 row, first in row 1 .*"drop"'):
        load(gaps)
    clicks = load(gaps, missing="drop")
    assert len(clicks.interactions) == 2
    assert clicks.notes[0] == (
        "interactions: 3 of 5 rows left out, because they have no who or no what "
        "(the first is row 1)."
    )
    assert clicks.interactions["personId"].tolist() == [1, 3]
    with pytest.raises(dr.DataError, match="nothing is left"):
        load(LOG.assign(who=None), missing="drop")
    with pytest.raises(dr.DataError, match="when in row 3 of the table"):  # counted before the drop
        load(gaps.assign(when=[*T[:3], 0, 0]), missing="drop")
    with pytest.raises(dr.DataError, match="articles: what is missing in 1 row, first in row 2"):
        load(articles=SHELF.assign(what=[10, 11, None]), title="name")
    with pytest.raises(ValueError, match="missing must be"):
        load(missing="ignore")


# ------------------------------------------------------------------ titles


def test_titles_are_text_and_two_articles_with_one_title_stay_two() -> None:
    def titles(**options) -> list[str]:
        return load(**options).articles["title"].tolist()

    assert titles(articles=SHELF) == ["10", "11", "12"]
    assert titles() == ["10", "11", "12"]
    named = SHELF.assign(name=["One", "One", None])
    assert titles(articles=named, title="name") == ["One", "One", "12"]
    assert chain(load(articles=named, title="name")).titles.tolist() == ["One", "One", "12"]
    numbers = SHELF.assign(name=[1984, 2.5, np.nan])
    assert titles(articles=numbers, title="name") == ["1984", "2.5", "12"]
    inside = LOG.assign(name=[None, "Eleven", "Ten", " ", "Twelve"])
    clicks = load(inside, title="name")
    assert clicks.articles["title"].tolist() == ["Ten", "Eleven", "Twelve"]
    assert len(clicks.notes) == 1
    other = load(inside.assign(name=["Ten", "Eleven", "Tin", None, 12.0]), title="name")
    assert other.articles["title"].tolist() == ["Ten", "Eleven", "12"]
    assert other.notes[1] == "1 article with more than one title: the first stands."
    assert titles(articles=SHELF, title="what") == ["10", "11", "12"]


def test_an_article_twice_is_one_and_with_two_titles_an_error() -> None:
    twice = pd.concat([SHELF, SHELF[:1]], ignore_index=True)
    clicks = load(articles=twice, title="name")
    assert len(clicks.articles) == 3
    assert "articles: rows that repeat an article are left out (1)." in clicks.notes[-1]
    twice.loc[3, "name"] = None
    assert load(articles=twice[::-1], title="name").articles["title"].tolist()[0] == "Ten"
    own = SHELF.assign(title="theirs", eventType=1)
    kept = load(articles=own, title="name")
    assert kept.articles["title"].tolist() == ["Ten", "Eleven", "Twelve"]
    assert "the columns eventType, title stayed out" in kept.notes[-1]
    twice.loc[3, "name"] = "Other"
    with pytest.raises(dr.DataError, match=r"what 10 has more than one title \(rows \[0, 3\]"):
        load(articles=twice, title="name")


# ------------------------------------------------------------------ events and values


def test_kinds_of_events_and_values() -> None:
    assert set(load().interactions["eventType"]) == {"VIEW"}
    own = load(LOG.assign(act=["buy", "see", "see", "buy", 3]), event="act")
    assert own.interactions["eventType"].tolist() == ["buy", "see", "see", "buy", "3"]
    with pytest.raises(ValueError, match="'buy' in row 0 has no weight"):
        chain(own)
    rated = load(LOG.assign(stars=["1", "2.5", "3", "4", "5"]), value="stars")
    assert rated.interactions["value"].tolist() == [1, 2.5, 3, 4, 5]
    assert chain(rated).user_items.toarray().tolist() == [[1, 2.5, 0], [3, 0, 5], [0, 0, 4]]
    both = load(LOG.assign(act=["buy", *["see"] * 4], s=[1, 2, 3, 4, 5.0]), event="act", value="s")
    strength = dr.event_strength(dr.join_events(both), {"buy": 10, "see": 1})
    assert strength["eventStrength"].tolist() == [10, 2, 3, 5, 4]


BAD_VALUES = {
    "zero": ([1, 0, 3, 0, 5], r"stars in row 1 .* is 0; .*> 0.*\(2 rows cannot"),
    "negative": ([1, -2, 3, 4, 5], r"row 1 .* is -2; .*\(1 row cannot"),
    "gap": ([1, None, 3, 4, 5], "row 1 of the table is nan"),
    "text": (["1", "2", "many", "4", "5"], "row 2 of the table is 'many', which is no number"),
    "no number": (["€1", *"1234"], "row 0 of the table is '€1', which is no number. Make numbers"),
    "thousands": (
        ["1,234"] * 5,
        "before decimals or between thousands.*decimal=','.*thousands=','",
    ),
    "durations": (pd.to_timedelta([1] * 5, unit="s"), "total_seconds"),
    "comma": (["1,5"] * 5, "decimal comma. .*decimal=','"),
    "infinite": ([1, np.inf, 3, 4, 5], "row 1 .* is inf, no number that could be added"),
}


@pytest.mark.parametrize("name", BAD_VALUES)
def test_values_are_numbers_above_zero(name: str) -> None:
    values, says = BAD_VALUES[name]
    with pytest.raises(dr.DataError, match=says):
        load(LOG.assign(stars=values), value="stars")


def test_a_missing_kind_and_a_log_pasted_twice_are_said() -> None:
    with pytest.raises(dr.DataError, match="act is missing in 1 row, first in row 1"):
        load(LOG.assign(act=["buy", None, "see", "see", "see"]), event="act")
    twice = load(pd.concat([LOG, LOG]))
    assert twice.notes[1] == "5 of the 10 rows repeat an earlier one in all of these."
    with pytest.warns(UserWarning, match="no row stands there only once"):
        dr.join_events(twice)
    timeless = load(pd.concat([LOG, LOG]), time=None)  # who says that nobody looks twice?
    assert "not one row stands there only once" in timeless.notes[1]
    assert len(dr.join_events(timeless)) == 10
    partly = pd.concat([LOG, LOG[:1]])
    assert load(partly).notes[1] == "1 of the 6 rows repeat an earlier one in all of these."
    assert len(load(partly, time=None).notes) == 1


# ------------------------------------------------------------------ files


def archive(path: Path, **members: str) -> Path:
    with zipfile.ZipFile(path, "w") as file:
        for name, text in members.items():
            file.writestr(name.replace("_", "/") + ".csv", text)
        file.writestr("README.md", "who,what,when")
    return path


def test_a_file_in_any_dialect_and_wrapping_is_the_same_log(tmp_path: Path) -> None:
    expected = load().interactions
    files = [
        put(tmp_path / "a.csv", CSV),
        put(tmp_path / "b.csv", LOG.to_csv(index=False, sep=";")),
        put(tmp_path / "c.tsv", LOG.to_csv(index=False, sep="\t")),
        put(tmp_path / "d.csv", CSV.encode("utf-8-sig").replace(b"\n", b"\r\n")),
        put(tmp_path / "e.csv.gz", gzip.compress(CSV.encode())),
        put(tmp_path / "f", CSV.rstrip("\n")),
        put(tmp_path / "i.csv", CSV.replace("\n", "\r")),
        put(tmp_path / "j.csv", "sep=;\n" + CSV.replace(",", ";")),
        put(
            tmp_path / "k.csv",
            CSV.replace(",", ";")
            .replace("when", "when;a (h,m,s,ms)", 1)
            .replace("\n", ";0\n")
            .replace("ms);0", "ms)"),
        ),
        archive(tmp_path / "g.zip", x_log=CSV),
        archive(tmp_path / "h.zip", log=CSV, other="who,what\n1,2\n"),
    ]
    for path in files:
        for given in (path, str(path)):
            clicks = load(given)
            pd.testing.assert_frame_equal(clicks.interactions, expected)
            assert clicks.source == str(path)


IDS = {
    "leading zeros stay": ("007\n7\n", ["007", "7"]),
    "plus signs stay": ("+7\n7\n", ["+7", "7"]),
    "64 bits": ("-8845298781299428018\n9223372036854775807\n", [-8845298781299428018, 2**63 - 1]),
    "unsigned": ("18446744073709551615\n7\n", [2**64 - 1, 7]),
    "longer than 64 bits": ("88452987812994280181234\n7\n", ["88452987812994280181234", "7"]),
    "whole floats": ("1430.0\n7.0\n", [1430, 7]),
    "hashes that look like floats": ("12e4\nab12\n", ["12e4", "ab12"]),
    "NA is Namibia": ("NA\nFR\n", ["NA", "FR"]),
    "quoted": ('"7"\n"8"\n', [7, 8]),
    "e-mails": ("ana@x.org\nbo@x.org\n", ["ana@x.org", "bo@x.org"]),
}


@pytest.mark.parametrize("name", IDS)
def test_ids_in_a_file_are_what_is_spelled_there(tmp_path: Path, name: str) -> None:
    text, expected = IDS[name]
    rows = "".join(f"{one},10,{T[0]}\n" for one in text.splitlines())
    clicks = load(put(tmp_path / "log.csv", "who,what,when\n" + rows))
    assert clicks.interactions["personId"].tolist() == expected


def test_a_gap_does_not_round_the_other_ids(tmp_path: Path) -> None:
    rows = f"-8845298781299428018,1,{T[0]}\n,2,{T[0]}\n-8845298781299428019,2,{T[0]}\n"
    path = put(tmp_path / "log.csv", "who,what,when\n" + rows)
    with pytest.raises(dr.DataError, match=r"log\.csv: who is missing in 1 row, first in row 1"):
        load(path)
    people = load(path, missing="drop").interactions["personId"].tolist()
    assert people == [-8845298781299428018, -8845298781299428019]


@pytest.mark.parametrize(
    ("one", "other"), [("-8.84529878129943E+18", "8e3"), ("8845298781299428018.0", "8")]
)
def test_ids_that_may_have_been_rounded_are_refused(tmp_path: Path, one: str, other: str) -> None:
    path = put(tmp_path / "log.csv", f"who,what,when\n{one},1,{T[0]}\n{other},2,{T[0]}\n")
    with pytest.raises(dr.DataError, match=r"log\.csv: who in row 0 .* keeps 15 digits"):
        load(path)
    rooms = put(tmp_path / "rooms.csv", f"who,what,when\n1E2,1,{T[0]}\n2E4,2,{T[0]}\n")
    assert load(rooms).interactions["personId"].tolist() == ["1E2", "2E4"]


def test_two_files_spell_their_ids_alike(tmp_path: Path) -> None:
    log = put(tmp_path / "log.csv", CSV)
    shelf = put(tmp_path / "shelf.csv", "what;name\n10;Ten\n11;Eleven\n12;Twelve\nx9;Other\n")
    clicks = load(log, shelf, title="name")
    assert chain(clicks).item_ids.tolist() == ["10", "11", "12"]
    assert clicks.interactions["personId"].dtype == np.int64


def tar(wrapped: str) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=wrapped) as file:
        entry = tarfile.TarInfo("log.csv")
        entry.size = len(CSV)
        file.addfile(entry, io.BytesIO(CSV.encode()))
    return buffer.getvalue()


BAD_FILES = {
    "a header inside": ((CSV + CSV).encode(), "row 5 of the table holds the names of the columns"),
    "a name twice": (b"who,what,when,who\n1,2,3,4\n", "two columns 'who'"),
    "a first name PK": (b"PK,what,when\n1,2,3\n", "'who' is missing"),
    "a web page": (b"<!DOCTYPE html><html><body>Sign in</body></html>", "a web page.*login"),
    "a tar": (tar("w"), "this is a tar archive.*Unpack"),
    "a tar in gzip": (tar("w:gz"), "this is a tar archive"),
    "gzip, cut": (gzip.compress(CSV.encode())[:-9], "gzip file is damaged"),
    "a workbook": (b"PK\x03\x04..[Content_Types].xml..", "an Excel workbook.*as CSV"),
    "a PDF": (b"%PDF-1.7 ...", "this is a PDF"),
    "a pickle": (b"\x80\x05\x95\x00\x00", "a Python pickle.*stays closed"),
    "JSON": (b'[{"who": 1}]', "this is JSON text"),
    "UTF-16": (CSV.encode("utf-16"), "UTF-16.*Save it as UTF-8"),
    "Latin-1": ("who,what,when\né,1,2\n".encode("latin-1"), "line 2 is not UTF-8 text"),
    "nothing": (b" \n", "the file is empty"),
    "no rows": (b"who,what,when\n", "no rows, only the names"),
    "another case": (CSV.replace("who", "Who").encode(), "'who' is missing.*mean 'Who'"),
    "no names": (b"1,10,1465413032\n2,10,1465413032\n", "first line holds numbers, not names"),
    "cut": (CSV[:-14].encode(), r"the last line \(row 4 .* was cut in the middle"),
    "semicolons": (b"who;what;when\n1;2;3;4\n", "holds the separator .semicolons here"),
    "an open quote": (b'who,what,when\n1,"2,3\n4,5,6\n', "opened and never closed"),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_file_is_named_as_what_it_is(tmp_path: Path, name: str) -> None:
    content, says = BAD_FILES[name]
    with pytest.raises(dr.DataError, match=rf"^log\.csv: .*{says}"):
        load(put(tmp_path / "log.csv", content))


def test_a_gzip_that_unpacks_to_far_too_much_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = put(tmp_path / "log.csv.gz", gzip.compress(CSV.encode()))
    monkeypatch.setattr(dr.files, "LARGEST_FILE", len(CSV))
    assert len(load(path).interactions) == 5
    monkeypatch.setattr(dr.files, "LARGEST_FILE", len(CSV) - 1)
    with pytest.raises(dr.DataError, match="unpacks to more than"):
        load(path)


def test_deskdrop_s_files_get_the_same_names_and_dialects(
    tmp_path: Path, clicks: dr.ClickStream, monkeypatch: pytest.MonkeyPatch
) -> None:
    for content, says in ((tar("w"), "a tar archive, not a zip"), (b"<html>", "a web page, not a")):
        with pytest.raises(dr.DataError, match=says):
            dr.load_deskdrop(put(tmp_path / "deskdrop.zip", content))
    clicks.articles.to_csv(tmp_path / "shared_articles.csv", sep=";", index=False)
    clicks.interactions.to_csv(tmp_path / "users_interactions.csv", sep="\t", index=False)
    loaded = dr.load_deskdrop(tmp_path)
    pd.testing.assert_frame_equal(loaded.interactions, clicks.interactions)
    pd.testing.assert_frame_equal(loaded.articles, clicks.articles)
    monkeypatch.setenv("DESKREC_DATA", " sample ")
    assert dr.load_deskdrop().source == "sample"
    late = clicks.interactions.assign(timestamp=clicks.interactions["timestamp"] * 1000)
    late.to_csv(tmp_path / "users_interactions.csv", index=False)
    with pytest.raises(dr.DataError, match=r"users_interactions\.csv: timestamp .* milliseconds"):
        dr.load_deskdrop(tmp_path)


def test_a_zip_of_several_tables_and_of_one_that_lies_outside(tmp_path: Path) -> None:
    with pytest.raises(dr.DataError, match="2 tables in this zip with the columns who, what, when"):
        load(archive(tmp_path / "a.zip", one=CSV, two=CSV))
    with pytest.raises(dr.DataError, match=r"no table \(\.csv.*\) in this zip"):
        load(archive(tmp_path / "b.zip", one="a,b\n1,2\n", two="c,d\n1,2\n"))
    with zipfile.ZipFile(tmp_path / "c.zip", "w") as file:
        file.writestr("../log.csv", CSV)
    with pytest.raises(dr.DataError, match="points outside"):
        load(tmp_path / "c.zip")


def test_a_parquet_file_says_what_it_needs(tmp_path: Path) -> None:
    path = tmp_path / "log.parquet"
    try:
        LOG.to_parquet(path)
    except ImportError:
        with pytest.raises(ImportError, match="pip install pyarrow"):
            load(put(path, b"PAR1...."))
    else:
        pd.testing.assert_frame_equal(load(path).interactions, load().interactions)


def test_arguments_that_make_no_sense(tmp_path: Path) -> None:
    cases = [
        (lambda: load(item="who"), ValueError, "'who' is named for two things"),
        (lambda: load(user="nobody"), ValueError, r"'nobody' is missing \(the table has: who"),
        (lambda: load([1, 2]), TypeError, "a DataFrame or a path, not a list"),
        (lambda: load(LOG[:0]), ValueError, "no rows"),
        (lambda: load(pd.concat([LOG, LOG[["who"]]], axis=1)), ValueError, "two columns 'who'"),
        (lambda: load("nowhere.csv"), FileNotFoundError, "no file 'nowhere.csv'"),
        (lambda: load(tmp_path), ValueError, "is a folder"),
        (lambda: load(articles=SHELF, title="titel"), ValueError, "articles: column 'titel'"),
    ]
    for call, error, says in cases:
        with pytest.raises(error, match=says):
            call()
    with pytest.raises(TypeError, match="user must be the name of one column, not"):
        load(user=["who"])
    with pytest.raises(dr.DataError, match="'who' is missing.*.reset_index"):
        load(LOG.set_index("who"))
    numbered = dr.load_clicks(LOG.set_axis([0, 1, 2], axis=1), user=0, item=1, time=2)
    assert numbered.interactions["timestamp"].tolist() == T
    swapped = LOG.rename(columns={"who": "contentId", "what": "personId"})
    renamed = load(swapped, user="contentId", item="personId")
    assert renamed.interactions["personId"].tolist() == [1, 1, 2, 3, 2]

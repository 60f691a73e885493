"""Chapter 1's helpers: loading, checking, joining; and every way a file can be wrong."""

from __future__ import annotations

import shutil
import sys
import types
import zipfile
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

import deskrec_tutorial as dr

ARTICLES = """timestamp,eventType,contentId,authorPersonId,contentType,title,lang
100,CONTENT SHARED,-5,9,HTML,"Why tests, of all things",en
101,CONTENT SHARED,7,9,HTML,NA,pt
102,CONTENT REMOVED,7,9,HTML,NA,pt
103,CONTENT SHARED,9223372036854775807,9,HTML,Third,en
"""
INTERACTIONS = """timestamp,eventType,contentId,personId,sessionId,userAgent,userRegion,userCountry
200,VIEW,-5,-1,1,,,
201,LIKE,-5,-1,1,"Mozilla/5.0 (X11, Linux)",SP,BR
202,VIEW,7,2,2,,,
203,VIEW,9223372036854775807,2,2,,,
204,VIEW,8,2,2,,,
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "shared_articles.csv").write_text(ARTICLES, encoding="utf-8")
    (tmp_path / "users_interactions.csv").write_text(INTERACTIONS, encoding="utf-8")
    return tmp_path


def edit(folder: Path, file: str, old: str, new: str) -> None:
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")


def test_a_folder_and_a_zip_of_it_load_the_same(folder: Path, tmp_path: Path) -> None:
    from_folder = dr.load_deskdrop(folder)
    zipped = shutil.make_archive(str(tmp_path / "z"), "zip", folder)
    from_zip = dr.load_deskdrop(zipped)
    pd.testing.assert_frame_equal(from_folder.interactions, from_zip.interactions)
    pd.testing.assert_frame_equal(from_folder.articles, from_zip.articles)
    assert from_folder.interactions["contentId"].tolist()[3] == 2**63 - 1
    assert from_folder.source == str(folder)


def test_what_is_not_the_sample_is_named() -> None:
    clicks = dr.load_deskdrop("sample")
    for source, named in (("DataFrame", "your own table"), ("/a/folder", "/a/folder")):
        shown = repr(replace(clicks, source=source))
        assert f"you are reading {named}, so your numbers differ." in shown
    assert "numbers differ" not in repr(clicks)


def test_a_title_that_spells_a_missing_value_stays_a_title(folder: Path) -> None:
    assert dr.load_deskdrop(folder).articles["title"].tolist()[1] == "NA"


def test_a_spreadsheet_s_mark_long_texts_and_a_missing_last_line_end_do_no_harm(
    folder: Path,
) -> None:
    file = folder / "shared_articles.csv"
    long = ARTICLES.replace("Third", '"' + "long, " * 30_000 + '"').rstrip("\n")
    file.write_text(long, encoding="utf-8-sig")
    assert len(dr.load_deskdrop(folder).articles["title"].iloc[-1]) == 180_000


def test_a_home_folder_is_understood(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("USERPROFILE", str(folder))
    assert len(dr.load_deskdrop("~").interactions) == 5


def test_the_environment_names_the_data_unless_an_argument_does(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DESKREC_DATA", str(folder))
    assert len(dr.load_deskdrop().interactions) == 5
    assert dr.load_deskdrop("sample").source == "sample"


def test_join_keeps_the_log_s_order_and_drops_what_was_never_shared(folder: Path) -> None:
    with pytest.warns(UserWarning, match=r"1 of the 5 interactions \(20.0%\) .* such as 8;"):
        events = dr.join_events(dr.load_deskdrop(folder))
    columns = ["timestamp", "personId", "contentId", "eventType", "title"]
    assert events.columns.tolist() == columns
    assert events["timestamp"].tolist() == [200, 201, 202, 203]


def test_removed_articles_stay_unless_asked_to_go(folder: Path) -> None:
    edit(folder, "users_interactions.csv", "204,VIEW,8,", "204,VIEW,-5,")
    clicks = dr.load_deskdrop(folder)
    assert 7 in dr.join_events(clicks)["contentId"].tolist()
    assert 7 not in dr.join_events(clicks, removed="drop")["contentId"].tolist()
    with pytest.raises(ValueError, match="keep"):
        dr.join_events(clicks, removed="yes")


def test_a_re_shared_article_would_multiply_rows_and_is_refused(folder: Path) -> None:
    edit(folder, "shared_articles.csv", "CONTENT REMOVED,7", "CONTENT SHARED,7")
    with pytest.raises(dr.DataError, match=r"contentId 7 is shared more than once \(rows \[1, 2\]"):
        dr.join_events(dr.load_deskdrop(folder))


def test_long_tail_adds_up_from_the_largest() -> None:
    tail = dr.long_tail(pd.Series([1, 6, 1, 2]))
    assert tail["share_of_rows"].tolist() == [0.25, 0.5, 0.75, 1.0]
    assert tail["share_of_total"].tolist() == [0.6, 0.8, 0.9, 1.0]


# ------------------------------------------------------------------ bad input

WRONG = [
    # file, what is replaced, by what, what the message says
    ("users_interactions.csv", "personId", "person", "column 'personId' is missing"),
    ("shared_articles.csv", "title", "headline", "column 'title' is missing"),
    ("users_interactions.csv", "202,VIEW,7,", "202,VIEW,seven,", "contentId in row 2 .* 'seven'"),
    ("users_interactions.csv", "202,VIEW,7,", "202,VIEW,7.0,", "contentId in row 2 .* '7.0'"),
    ("users_interactions.csv", "202,VIEW,7,", "202,VIEW,7e3,", "contentId in row 2 .* '7e3'"),
    ("users_interactions.csv", "202,VIEW,7,", "202,VIEW,,", "contentId in row 2 .* is empty"),
    ("users_interactions.csv", "203,", "noon,", "timestamp in row 3 .* 'noon'"),
    ("users_interactions.csv", "-1,1,,,", "9223372036854775808,1,,,", "row 0 .* 64-bit"),
    ("shared_articles.csv", "9223372036854775807", "-9223372036854775809", "row 3 .* 64-bit"),
    ("shared_articles.csv", "100,", "99999999999999999999999,", "timestamp in row 0 .* 64-bit"),
    ("users_interactions.csv", "LIKE", "LOVE", "eventType in row 1 .* 'LOVE'; known are VIEW"),
    ("users_interactions.csv", "LIKE", "", "eventType in row 1 "),
    ("shared_articles.csv", "CONTENT REMOVED", "PULLED", "eventType in row 2 .* 'PULLED'"),
    ("shared_articles.csv", "Third", "", "title in row 3 .* is empty"),
    ("shared_articles.csv", '"Why tests, of all things"', "Why tests, of all", "row 0 .* quotes"),
    ("shared_articles.csv", "Third", "Third, and last, of all", "not a readable CSV"),
]


@pytest.mark.parametrize(("file", "old", "new", "says"), WRONG)
def test_a_bad_value_is_named_with_file_column_and_row(
    folder: Path, file: str, old: str, new: str, says: str
) -> None:
    edit(folder, file, old, new)
    with pytest.raises(dr.DataError, match=f"^{file}: .*{says}"):
        dr.load_deskdrop(folder)


@pytest.mark.parametrize("keep", [0.97, 0.93, 0.85, 0.3])
def test_a_file_cut_in_the_middle_is_noticed(folder: Path, keep: float) -> None:
    file = folder / "users_interactions.csv"
    content = INTERACTIONS.replace(",,,", ',"Mozilla/5.0 (X11, Linux)",SP,BR')
    file.write_text(content[: int(len(content) * keep)], encoding="utf-8")
    with pytest.raises(dr.DataError, match=r"users_interactions\.csv: "):
        dr.load_deskdrop(folder)


def test_an_empty_file_an_empty_table_and_a_binary_file(folder: Path) -> None:
    file = folder / "users_interactions.csv"
    for content, says in [
        (b"", "empty"),
        (INTERACTIONS.splitlines()[0].encode(), "no rows"),
        (b"\x89PNG\r\n\x1a\n\xff\xfe\x00", "a PNG picture, not CSV text"),
        (b"timestamp,eventType\x00\x01", "binary"),
        ("título,é".encode("latin-1"), "not UTF-8"),
    ]:
        file.write_bytes(content)
        with pytest.raises(dr.DataError, match=says):
            dr.load_deskdrop(folder)


def test_missing_places_and_files_are_named(tmp_path: Path, folder: Path) -> None:
    with pytest.raises(FileNotFoundError, match="no folder or zip .*nowhere"):
        dr.load_deskdrop(tmp_path / "nowhere")
    (folder / "shared_articles.csv").unlink()
    with pytest.raises(FileNotFoundError, match="no shared_articles.csv .*users_interactions.csv"):
        dr.load_deskdrop(folder)


@pytest.mark.parametrize("name", ["../evil.csv", "/etc/evil.csv", "a\\..\\..\\evil", "C:/evil"])
def test_a_zip_that_tries_to_leave_its_folder_is_refused(tmp_path: Path, name: str) -> None:
    with zipfile.ZipFile(tmp_path / "z.zip", "w") as archive:
        archive.writestr("shared_articles.csv", ARTICLES)
        archive.writestr("users_interactions.csv", INTERACTIONS)
        archive.writestr(name, "x")
    with pytest.raises(dr.DataError, match="points outside"):
        dr.load_deskdrop(tmp_path / "z.zip")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["z.zip"]


def zipped(path: Path, **members: str) -> Path:
    """A zip of these files; `__` in a name stands for the folder it lies in."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(name.replace("__", "/") + ".csv", text)
    return path


def test_zips_that_are_broken_incomplete_or_too_large(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = zipped(tmp_path / "z.zip", data__shared_articles=ARTICLES)
    whole = path.read_bytes()
    with pytest.raises(FileNotFoundError, match="no users_interactions.csv in this zip"):
        dr.load_deskdrop(path)
    for damaged in (whole[:-30], whole[:80] + bytes([whole[80] ^ 0xFF]) + whole[81:]):
        path.write_bytes(damaged)
        with pytest.raises(dr.DataError, match="not a complete zip"):
            dr.load_deskdrop(path)
    path.write_bytes(whole)
    monkeypatch.setattr(dr.files, "LARGEST_FILE", len(ARTICLES) - 1)
    with pytest.raises(dr.DataError, match="unpacks to"):
        dr.load_deskdrop(path)


def test_zips_from_windows_and_odd_zips(tmp_path: Path, folder: Path) -> None:
    both = {"shared_articles": ARTICLES, "users_interactions": INTERACTIONS}
    windows = zipped(tmp_path / "w.zip", **{f"data\\{name}": text for name, text in both.items()})
    assert len(dr.load_deskdrop(windows).interactions) == 5
    twice = zipped(tmp_path / "t.zip", **both, copy__users_interactions=INTERACTIONS)
    with pytest.raises(dr.DataError, match="in this zip 2 times"):
        dr.load_deskdrop(twice)
    with pytest.raises(dr.DataError, match="pass the folder that holds both"):
        dr.load_deskdrop(folder / "users_interactions.csv")


def test_kaggle_without_kagglehub_offline_or_with_another_size_is_refused(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "kagglehub", None)
    with pytest.raises(ImportError, match="pip install .*Two ways out"):
        dr.load_deskdrop("kaggle")

    def refuse(handle: str) -> str:
        raise OSError("no network")

    for download, error, says in (
        (refuse, ConnectionError, "Two ways out"),
        (lambda handle: str(folder), dr.DataError, "instead of 3,122"),
    ):
        hub = types.SimpleNamespace(dataset_download=download)
        monkeypatch.setitem(sys.modules, "kagglehub", hub)
        with pytest.raises(error, match=says):
            dr.load_deskdrop("kaggle")


# ------------------------------------------------------------------ the real data


def test_the_real_files_give_the_published_figures(real_files: Path) -> None:
    clicks = dr.load_deskdrop(real_files)
    assert len(clicks.articles) == 3_122
    assert clicks.articles["eventType"].value_counts().to_dict() == {
        "CONTENT SHARED": 3_047,
        "CONTENT REMOVED": 75,
    }
    log = clicks.interactions
    assert log.shape == (72_312, 8)
    assert log["eventType"].value_counts().to_dict() == {
        "VIEW": 61_086,
        "LIKE": 5_745,
        "BOOKMARK": 2_463,
        "COMMENT CREATED": 1_611,
        "FOLLOW": 1_407,
    }
    assert log[["personId", "contentId", "sessionId"]].nunique().tolist() == [1_895, 2_987, 28_740]
    missing = (100 * log.isna().mean()).round(3)
    assert missing[["userAgent", "userRegion", "userCountry"]].tolist() == [21.288, 21.304, 21.288]
    assert len(log.drop_duplicates(["personId", "contentId", "eventType"])) == 50_938
    assert len(log.drop_duplicates(["personId", "contentId"])) == 40_710


def test_the_real_files_prepare_to_the_tutorial_s_matrix(real_files: Path) -> None:
    events = dr.join_events(dr.load_deskdrop(real_files))
    assert len(events) == 72_269
    assert (events["eventType"] == "VIEW").sum() == 61_043
    matrix = dr.InteractionMatrix.from_strength(dr.event_strength(events))
    assert matrix.user_items.shape == (1_895, 2_979)
    assert matrix.user_items.nnz == 40_682
    assert matrix.titles[1732] == "Analytics startup Amplitude raises $15M"
    assert matrix.user_items[1518].data.tolist() == [1.0] * 7

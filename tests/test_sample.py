"""The embedded sample: made by the simulator, like the real data, and teaching the same."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import deskrec_tutorial as dr
from deskrec_simulator import __main__ as command
from deskrec_simulator import lessons, report, simulate
from deskrec_simulator.__main__ import ARCHIVES, main
from deskrec_simulator.statistics import statistics
from deskrec_simulator.titles import TOPICS
from deskrec_tutorial.data import SAMPLE_FOLDER

SMALL = {"users": 60, "articles": 80, "events": 1_500}
ARTICLE_COLUMNS = [
    "timestamp", "eventType", "contentId", "authorPersonId", "authorSessionId", "authorUserAgent",
    "authorRegion", "authorCountry", "contentType", "url", "title", "text", "lang",
]  # fmt: skip
INTERACTION_COLUMNS = [
    "timestamp", "eventType", "contentId", "personId", "sessionId", "userAgent", "userRegion",
    "userCountry",
]  # fmt: skip


@pytest.fixture(scope="module")
def shipped(clicks) -> tuple[pd.DataFrame, pd.DataFrame]:
    return clicks.articles, clicks.interactions


@pytest.fixture(scope="module")
def small():
    return simulate(**SMALL, seed=1)


# ---------------------------------------------------------------- the shipped files


def test_shipped_zips_hold_what_they_should_and_are_small() -> None:
    for archive, members in ARCHIVES.items():
        with zipfile.ZipFile(SAMPLE_FOLDER / archive) as content:
            assert content.namelist() == [*members, "README.txt"]
            assert b"SIMULATED" in content.read("README.txt")
            assert {entry.date_time for entry in content.infolist()} == {(2017, 3, 1, 0, 0, 0)}
    assert (SAMPLE_FOLDER / "deskdrop-sample.zip").stat().st_size < 3.5 * 2**20


def test_shipped_files_are_what_the_simulator_makes_or_the_line_and_the_processor_are_named(
    tmp_path, capsys, monkeypatch
) -> None:
    made = command.sample_files()
    monkeypatch.setattr(command, "sample_files", lambda: made)  # so much takes seconds
    assert main(["--check"]) == 0, capsys.readouterr().out
    for file in (*ARCHIVES, "SHA256SUMS"):
        (tmp_path / file).write_bytes((SAMPLE_FOLDER / file).read_bytes())
    sums = (tmp_path / "SHA256SUMS").read_text().replace("articles.csv", "else.csv")
    (tmp_path / "SHA256SUMS").write_text(sums)
    assert main(["--check", "--out", str(tmp_path)]) == 1
    said = capsys.readouterr().out
    assert "does not match SHA256SUMS" in said and "numpy" in said


def test_the_command_that_the_zips_name_is_there() -> None:
    with zipfile.ZipFile(SAMPLE_FOLDER / "truth.zip") as content:
        named = re.search(r"`python (-m [\w.]+)`", content.read("README.txt").decode())
    assert named
    command = [sys.executable, *named.group(1).split(), "--help"]
    assert "--check" in subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_raw_schema_and_ids(shipped) -> None:
    articles, interactions = shipped
    assert list(articles) == ARTICLE_COLUMNS and list(interactions) == INTERACTION_COLUMNS
    assert interactions["timestamp"].dtype == np.int64
    for column in ("personId", "contentId", "sessionId"):
        ids = interactions[column]
        assert ids.dtype == np.int64 and 0.4 < (ids.drop_duplicates() < 0).mean() < 0.6
    assert interactions["contentId"].isin(articles["contentId"]).all()
    assert articles["authorPersonId"].isin(interactions["personId"]).all()
    assert not articles[["url", "title", "text", "lang"]].isna().to_numpy().any()


def test_removed_articles_are_as_in_the_real_file(shipped) -> None:
    articles, interactions = shipped
    shared = articles.loc[articles["eventType"] == "CONTENT SHARED", "contentId"]
    removed = articles.loc[articles["eventType"] == "CONTENT REMOVED", "contentId"]
    assert shared.is_unique and removed.is_unique
    assert (removed.isin(shared).sum(), (~removed.isin(shared)).sum()) == (65, 10)
    stale = interactions[~interactions["contentId"].isin(shared)]
    assert (len(stale), set(stale["eventType"])) == (43, {"VIEW"})


def test_a_session_is_one_readers_day(shipped) -> None:
    sessions = shipped[1].assign(day=shipped[1]["timestamp"] // 86_400).groupby("sessionId")
    assert (sessions[["personId", "day"]].nunique() == 1).to_numpy().all()


def test_truth_covers_every_article_and_reader(shipped) -> None:
    articles, users = dr.load_truth().articles, dr.load_truth().users
    names = [topic.name for topic in TOPICS]
    assert set(articles["contentId"]) == set(shipped[0]["contentId"])
    assert set(users["personId"]) == set(shipped[1]["personId"])
    assert set(articles["topic"]) == set(names) and list(users) == ["personId", *names]
    assert np.allclose(users[names].sum(axis=1), 1, atol=0.003)  # shares have four decimals


# ---------------------------------------------------------------- like the real data


def test_every_statistic_lies_in_its_band(clicks) -> None:
    figures = statistics(clicks)
    assert set(figures) == set(report.REAL_STATISTICS)
    outside = {}
    for name, real in report.REAL_STATISTICS.items():
        low, high = report.band(name, real)
        if not low <= figures[name] <= high:
            outside[name] = (figures[name], low, high)
    assert not outside


def test_every_lesson_holds(clicks) -> None:  # the slow one: 36 fits, about a minute
    figures = lessons.measure(clicks, report.true_topics())
    failed = {
        lesson.text: [figures[name] for name in lesson.figures]
        for lesson in report.LESSONS
        if not lesson.holds(figures)
    }
    assert not failed


def test_recorded_statistics_are_those_of_the_real_files(real_files) -> None:
    figures = statistics(dr.load_deskdrop(real_files))
    for name, value in figures.items():
        assert value == pytest.approx(report.REAL_STATISTICS[name], rel=1e-3), name


def test_nothing_is_copied_from_the_real_files(shipped, real_files) -> None:
    real = dr.load_deskdrop(real_files)
    theirs, ours = (real.articles, real.interactions), shipped
    titles = [set(tables[0]["title"].str.casefold().str.strip()) for tables in (theirs, ours)]
    assert not titles[0] & titles[1]
    for column in ("contentId", "personId", "sessionId"):
        assert not set(theirs[1][column]) & set(ours[1][column])
    assert not set(theirs[0]["contentId"]) & set(ours[0]["contentId"])


# ---------------------------------------------------------------- the simulator


def _bytes(clicks) -> bytes:
    return (clicks.articles.to_csv() + clicks.interactions.to_csv()).encode()


def test_same_seed_same_data_and_other_seed_other_data(small) -> None:
    again, _ = simulate(**SMALL, seed=1)
    other, _ = simulate(**SMALL, seed=2)
    assert _bytes(again) == _bytes(small[0]) != _bytes(other)
    assert not set(other.interactions["personId"]) & set(again.interactions["personId"])


def test_another_seed_keeps_the_counts(clicks) -> None:
    other, _ = simulate(seed=2_024)
    ours, theirs = statistics(clicks), statistics(other)
    for name in report.EXACT - {"last event (day)"}:
        assert theirs[name] == ours[name], name
    assert not set(other.articles["contentId"]) & set(clicks.articles["contentId"])


@pytest.mark.parametrize(
    ("users", "articles", "events"),
    [(10, 20, 80), (60, 80, 1_500), (300, 40, 2_000), (100, 900, 4_000), (3_000, 2_000, 75_000)],
)
def test_other_sizes(users: int, articles: int, events: int) -> None:
    clicks, truth = simulate(users, articles, events, seed=3)
    log = clicks.interactions
    assert (len(log), log["personId"].nunique()) == (events, users)
    assert clicks.articles["contentId"].nunique() == len(truth.articles) == articles
    assert len(truth.users) == users and log["timestamp"].is_monotonic_increasing
    assert 0.5 < log.drop_duplicates(["personId", "contentId"]).shape[0] / events < 0.6
    share = (clicks.articles["eventType"] == "CONTENT SHARED").mean()
    assert 0.95 < share <= 1 and clicks.source == "sample"


@pytest.mark.parametrize(
    ("sizes", "said"),
    [
        ({"users": 0}, "users must be"),
        ({"users": 60.5}, "users must be"),
        ({"articles": 5}, "articles must be"),
        ({"events": 100}, "take .* to .* events, not 100"),
        ({"users": 20, "articles": 30, "events": 5_000}, "take .* to .* events"),
    ],
)
def test_bad_sizes_are_refused(sizes: dict[str, int], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        simulate(**sizes)


def test_missing_values_are_missing_together(small) -> None:
    for frame, columns in (
        (small[0].interactions, ["userAgent", "userCountry"]),
        (small[0].articles, ["authorUserAgent", "authorRegion", "authorCountry"]),
    ):
        missing = frame[columns].isna()
        assert missing.to_numpy().any() and missing.nunique(axis=1).eq(1).all()


# ---------------------------------------------------------------- the yardstick


def pairs(*cells: tuple[int, int]) -> dr.InteractionMatrix:
    """A matrix with 1 in some cells."""
    strength = pd.DataFrame(cells, columns=["personId", "contentId"])
    return dr.InteractionMatrix.from_strength(strength.assign(title="Title", eventStrength=1.0))


def test_articles_with_one_reader_are_counted() -> None:
    # 10 has two readers; 20 and 30 share their only one, 40 is the only such article of its reader.
    matrix = pairs((1, 10), (2, 10), (1, 20), (1, 30), (2, 40))
    assert lessons.one_reader_articles(matrix) == (3, 2)


def test_followed_counts_pairs_not_events() -> None:
    rows = [(1, 10, "COMMENT CREATED"), (1, 10, "COMMENT CREATED"), (1, 10, "FOLLOW")]
    rows += [(2, 10, "COMMENT CREATED"), (2, 20, "FOLLOW"), (3, 10, "FOLLOW")]
    events = pd.DataFrame(rows, columns=["personId", "contentId", "eventType"])
    assert lessons.followed_share(events) == 0.5


def test_a_model_shares_every_list_with_itself_and_not_with_another_seed(matrix, model) -> None:
    other = dr.fit_als(matrix, random_state=1)
    assert lessons.shared_top10(model, model, matrix) == 1
    assert 0.4 < lessons.shared_top10(model, other, matrix) < 0.8


def test_neighbours_on_one_topic_and_on_topics_of_their_own(matrix, model) -> None:
    one, own = "cats", [f"topic {i}" for i in range(len(matrix.item_ids))]
    for topics, expected in ((one, (1, 1)), (own, (0, 0))):
        by_article = pd.Series(topics, index=matrix.item_ids)
        assert lessons.neighbours_share_topic(model, matrix, by_article, least=40) == expected


def test_unseen_pairs_are_those_on_articles_nobody_had_in_train() -> None:
    train, test = pairs((1, 10), (2, 20), (3, 30)), pairs((1, 20), (2, 10), (3, 30))
    train = replace(train, user_items=train.user_items.multiply([1, 1, 0]).tocsr())
    assert lessons.unseen_share(dr.Split(train, test, None, "mine")) == pytest.approx(1 / 3)


def test_bands_are_exact_narrow_or_wide_by_what_a_figure_is() -> None:
    assert report.band("users", 1895) == (1895, 1895)
    assert report.band("share at 03-09 h UTC", 0.02) == (0, 0.04)
    assert report.band("events per user: 10 %", 2) == (1, 3)
    assert report.band("events per user: 90 %", 100) == (85, 115)
    assert report.band("days since first event: 50 %", 1) == (0.85, 1.15)
    assert report.band("events per user: mean", 100) == (95, 105)


def test_the_page_says_what_lies_outside_and_is_the_one_in_docs(clicks) -> None:
    figures = {name: 0.0 for lesson in report.LESSONS for name in lesson.figures}
    table = report.lessons_table(report.REAL_LESSONS, figures | {"articles with one reader": 7})
    assert "| sampled recall@5, ALS | 0 | 0.4110 | 0.412 ± .05 | **no** |" in table
    page = (report.ROOT / "docs/sample.md").read_text(encoding="utf-8")
    assert report.INTRODUCTION.format(topics=len(TOPICS)).strip() in page
    measured = report.statistics_table(report.REAL_STATISTICS, statistics(clicks)).splitlines()
    for line in measured[2:]:  # as far as the sample's figure; the real ones are recorded rounded
        assert "|".join(line.split("|")[:3]) in page, line

"""The embedded sample: made by the simulator, like the real data, and teaching the same."""

from __future__ import annotations

import io
import zipfile

import numpy as np
import pandas as pd
import pytest

from deskrec_simulator import lessons, simulate
from deskrec_simulator import report as sample_report
from deskrec_simulator.__main__ import ARCHIVES, check_sample, main, processor
from deskrec_simulator.titles import TOPICS
from deskrec_tutorial.data import SAMPLE_FOLDER
from deskrec_tutorial.evaluation import hit_share

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
def shipped() -> tuple[pd.DataFrame, pd.DataFrame]:
    return lessons.read_tables(sample_report.SAMPLE)


@pytest.fixture(scope="module")
def small():
    return simulate(**SMALL, seed=1)


# ---------------------------------------------------------------- the shipped files


def test_shipped_files_are_what_the_simulator_makes() -> None:
    problems = check_sample()
    assert not problems, f"{problems} on {processor()}"


def test_shipped_zips_hold_what_they_should_and_are_small() -> None:
    for archive, members in ARCHIVES.items():
        with zipfile.ZipFile(SAMPLE_FOLDER / archive) as content:
            assert content.namelist() == [*members, "README.txt"]
            assert b"SIMULATED" in content.read("README.txt")
            assert {entry.date_time for entry in content.infolist()} == {(2017, 3, 1, 0, 0, 0)}
    assert (SAMPLE_FOLDER / "deskdrop-sample.zip").stat().st_size < 3.5 * 2**20


def test_check_names_the_line_and_the_processor(tmp_path, capsys) -> None:
    for file in (*ARCHIVES, "SHA256SUMS"):
        (tmp_path / file).write_bytes((SAMPLE_FOLDER / file).read_bytes())
    assert main(["--check", "--out", str(tmp_path)]) == 0
    sums = (tmp_path / "SHA256SUMS").read_text().replace("articles.csv", "else.csv")
    (tmp_path / "SHA256SUMS").write_text(sums)
    assert main(["--check", "--out", str(tmp_path)]) == 1
    said = capsys.readouterr().out
    assert "does not match SHA256SUMS" in said and "numpy" in said


def test_raw_schema_and_ids(shipped) -> None:
    articles, interactions = shipped
    assert list(articles) == ARTICLE_COLUMNS and list(interactions) == INTERACTION_COLUMNS
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
    with zipfile.ZipFile(sample_report.TRUTH) as archive:
        articles, users = (pd.read_csv(io.BytesIO(archive.read(n))) for n in ARCHIVES["truth.zip"])
    names = [topic.name for topic in TOPICS]
    assert set(articles["contentId"]) == set(shipped[0]["contentId"])
    assert set(users["personId"]) == set(shipped[1]["personId"])
    assert set(articles["topic"]) == set(names) and list(users) == ["personId", *names]
    assert np.allclose(users[names].sum(axis=1), 1, atol=0.003)  # shares have four decimals


# ---------------------------------------------------------------- like the real data


def test_every_statistic_lies_in_its_band(shipped) -> None:
    figures = sample_report.statistics(*shipped)
    assert set(figures) == set(sample_report.REAL_STATISTICS)
    outside = {}
    for name, real in sample_report.REAL_STATISTICS.items():
        low, high = sample_report.band(name, real)
        if not low <= figures[name] <= high:
            outside[name] = (figures[name], low, high)
    assert not outside


def test_every_lesson_holds(shipped) -> None:  # the slow one: 33 fits, about a minute
    figures = lessons.measure(*shipped, topics=sample_report.true_topics())
    failed = {
        lesson.text: [figures[name] for name in lesson.figures]
        for lesson in sample_report.LESSONS
        if not lesson.holds(figures)
    }
    assert not failed


def test_recorded_statistics_are_those_of_the_real_files(real_files) -> None:
    figures = sample_report.statistics(*lessons.read_tables(real_files))
    for name, value in figures.items():
        assert value == pytest.approx(sample_report.REAL_STATISTICS[name], rel=1e-3), name


def test_nothing_is_copied_from_the_real_files(shipped, real_files) -> None:
    theirs, ours = lessons.read_tables(real_files), shipped
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


def test_another_seed_keeps_the_counts(shipped) -> None:
    clicks, _ = simulate(seed=2_024)
    ours = sample_report.statistics(*shipped)
    theirs = sample_report.statistics(clicks.articles, clicks.interactions)
    for name in sample_report.EXACT - {"last event (day)"}:
        assert theirs[name] == ours[name], name
    assert not set(clicks.articles["contentId"]) & set(shipped[0]["contentId"])


@pytest.mark.parametrize(
    ("users", "articles", "events"),
    [(10, 20, 80), (60, 80, 1_500), (300, 40, 2_000), (100, 900, 4_000), (6_000, 4_000, 150_000)],
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


def test_ties_are_split() -> None:
    above, tied = np.array([0, 9, 9, 10, 0]), np.array([0, 0, 3, 5, 19])
    assert hit_share(above, tied, 10) == pytest.approx([1, 1, 0.25, 0, 0.5])


def test_a_perfect_and_a_blind_model_score_as_they_should(shipped) -> None:
    pairs = lessons.make_pairs(lessons.make_events(*shipped))
    split = lessons.holdout(pairs, seed=1)
    answers = split.test.matrix().astype(bool)
    blind = np.zeros(pairs.shape)
    negatives = lessons.draw_negatives(split)
    assert lessons.recall_sampled(lambda u: answers[u].toarray(), split, negatives)[0] == 1
    at10 = lessons.recall_sampled(lambda u: blind[u], split, negatives)[1]
    assert at10 == pytest.approx(10 / 101)
    assert lessons.recall_full(lambda u: blind[u], split) < 0.02
    assert len(split.test.user) == pytest.approx(0.2 * (len(split.train.user) * 1.25), abs=1)


def test_a_test_pair_in_train_is_refused(shipped) -> None:
    pairs = lessons.make_pairs(lessons.make_events(*shipped))
    with pytest.raises(ValueError, match="test pairs are in train"):
        lessons.Split(pairs, pairs.at(np.arange(3)))

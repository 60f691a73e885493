"""Chapter 1's figures: what their titles and captions say is what the data say."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest

import deskrec_tutorial as dr
from deskrec_tutorial.plots.data import duration

NASTY = "Raises $15M & <b>bold</b> $x_1$ 新しい本"


@pytest.fixture
def small() -> dr.ClickStream:
    """Two articles, three people, seven events; one gap in the browser column."""
    articles = pd.DataFrame(
        {
            "eventType": ["CONTENT SHARED", "CONTENT SHARED"],
            "contentId": [-5, 2**63 - 1],
            "title": [NASTY, "Plain"],
        }
    )
    monday = 1_458_518_400  # 2016-03-21 00:00 UTC
    interactions = pd.DataFrame(
        {
            "timestamp": monday + np.array([0, 3600, 7200, 86_400, 4, 5 * 86_400, 30 * 86_400]),
            "eventType": ["VIEW", "LIKE", "VIEW", "VIEW", "VIEW", "FOLLOW", "VIEW"],
            "contentId": [-5, -5, -5, -5, 2**63 - 1, -5, -5],
            "personId": [1, 1, 1, 1, 2, 3, 1],
            "userAgent": ["x", None, "x", "x", "x", "x", "x"],
        }
    )
    return dr.ClickStream(articles, interactions, "small")


def dates(clicks: dr.ClickStream) -> pd.Series:
    return pd.to_datetime(clicks.interactions["timestamp"], unit="s", utc=True)


def ages(events: pd.DataFrame) -> pd.Series:
    first = events["contentId"].map(events.groupby("contentId")["timestamp"].min())
    return (events["timestamp"] - first) / 86_400


def title(picture: dr.plots.Picture) -> str:
    figure = picture.figure
    return figure.get_suptitle() or figure.axes[0].get_title(loc="left")


def test_week_share_of_weekdays(clicks):
    picture = dr.plots.weekly_rhythm(dates(clicks))
    # Independently: 1970-01-01 was a Thursday, so day 2 after it is a Saturday.
    weekday = (clicks.interactions["timestamp"] // 86_400 + 3) % 7
    expected = f"{(weekday < 5).mean():.1%}"
    assert title(picture) == f"{expected} of the events fall on Monday to Friday"
    assert f"Monday to Friday hold {expected} of {len(weekday):,} events" in picture.caption
    early = clicks.interactions["timestamp"] % 86_400 < 10 * 3600
    assert f"00:00 to 09:59 UTC hold {early.mean():.1%}." in picture.caption


def test_week_names_the_busiest_hour(small):
    picture = dr.plots.weekly_rhythm(dates(small))
    # Two of seven events on Monday between 00:00 and 00:59; Saturday has the one of day 5.
    assert "starts on Monday at 00:00 UTC and has 28.6% of them" in picture.caption
    assert title(picture).startswith("85.7%")
    assert "00:00 to 09:59 UTC hold 100.0%" in picture.caption


def test_week_draws_every_event_once(clicks):
    image = dr.plots.weekly_rhythm(dates(clicks)).figure.axes[0].images[0]
    assert image.get_array().shape == (7, 24)
    assert image.get_array().sum() == pytest.approx(100)


def test_missing_values_of_the_sample(clicks):
    picture = dr.plots.missing_values(clicks)
    tables = {"articles": clicks.articles, "interactions": clicks.interactions}
    for name, table in tables.items():
        missing = {column: 1 - table[column].count() / len(table) for column in table}
        with_gaps = [column for column, share in missing.items() if share > 0]
        assert f"{len(with_gaps)} of {len(table.columns)} in {name}" in title(picture)
        assert f"In the {name} table" in picture.caption
        assert f"misses most: {max(missing.values()):.1%} of its rows" in picture.caption
        gaps = table[with_gaps].isna().sum(axis=1)
        together = (gaps == len(with_gaps)).sum() / (gaps > 0).sum()
        assert f"all of them are empty in {together:.1%} of the cases" in picture.caption


def test_missing_values_shows_every_column_with_its_number(clicks):
    for axes, table in zip(
        dr.plots.missing_values(clicks).figure.axes,
        (clicks.articles, clicks.interactions),
        strict=True,
    ):
        names = [label.get_text() for label in axes.get_yticklabels()]
        shown = dict(zip(names, (text.get_text() for text in axes.texts), strict=True))
        assert shown == {c: f"{table[c].isna().mean():.1%}" for c in table.columns}


def test_missing_values_without_gaps_or_with_one_column(small):
    picture = dr.plots.missing_values(small)
    assert title(picture) == "Columns with gaps: 0 of 3 in articles, 1 of 5 in interactions"
    assert picture.caption == (
        "The articles table has no missing values in its 3 columns. "
        "In the interactions table userAgent misses most: 14.3% of its rows."
    )


def test_event_types_of_the_sample(events):
    picture = dr.plots.event_types(events)
    counts = {kind: int((events["eventType"] == kind).sum()) for kind in dr.EVENT_WEIGHTS}
    most, least = max(counts, key=counts.get), min(counts, key=counts.get)
    share = f"{counts[most] / len(events):.1%}"
    assert title(picture) == f"{share} of the events are of one type, {most}"
    assert f"{counts[most]:,} of {len(events):,} events ({share})" in picture.caption
    assert f"rarest type is {least} with {counts[least]:,}" in picture.caption
    assert f"one for every {counts[most] / counts[least]:.0f} of type {most}" in picture.caption
    labels = {text.get_text() for text in picture.figure.axes[0].texts}
    assert labels == {f"{n:,} ({n / len(events):.1%})" for n in counts.values()}


def test_event_types_follow_the_data(small):
    events = dr.join_events(small).assign(eventType="LIKE")
    events.loc[0, "eventType"] = "VIEW"
    picture = dr.plots.event_types(events)
    assert title(picture) == "85.7% of the events are of one type, LIKE"
    assert "rarest type is VIEW with 1 (14.3%): one for every 6 of type LIKE" in picture.caption


def share_of_busiest(ids: pd.Series, part: float) -> float:
    """Independently of long_tail: the share of events on the busiest ids, by sorting counts."""
    counts = sorted((int(n) for n in ids.value_counts()), reverse=True)
    return sum(counts[: round(len(counts) * part)]) / sum(counts)


def how_many_make_half(ids: pd.Series) -> int:
    total = 0
    for rank, n in enumerate(ids.value_counts(), start=1):
        total += int(n)
        if 2 * total >= len(ids):
            return rank
    raise AssertionError


def test_long_tail_of_the_sample(events):
    picture = dr.plots.long_tail_curve(
        events.groupby("contentId").size(), events.groupby("personId").size()
    )
    articles, people = events["contentId"], events["personId"]
    got, made = (f"{share_of_busiest(ids, 0.1):.1%}" for ids in (articles, people))
    assert title(picture) == (
        f"A tenth of articles gets {got} of events; a tenth of people makes {made}"
    )
    halves = re.search(
        r"fall on ([\d,]+) of ([\d,]+) art.* by ([\d,]+) of ([\d,]+)", picture.caption
    )
    assert [int(n.replace(",", "")) for n in halves.groups()] == [
        how_many_make_half(articles),
        articles.nunique(),
        how_many_make_half(people),
        people.nunique(),
    ]


def test_long_tail_when_all_are_alike():
    same = pd.Series([3] * 20)
    picture = dr.plots.long_tail_curve(same, same)
    assert title(picture) == (
        "A tenth of articles gets 10.0% of events; a tenth of people makes 10.0%"
    )
    assert "fall on 10 of 20 articles" in picture.caption


def test_long_tail_with_fewer_than_ten():
    picture = dr.plots.long_tail_curve(pd.Series([1, 3]), pd.Series([4]))
    assert "gets 75.0% of events" in title(picture)


def test_article_life_of_the_sample(events):
    picture = dr.plots.article_life(ages(events))
    days = ages(events)
    assert title(picture) == (
        f"Half of all events come within {duration(days.median())} of an article's first"
    )
    for name, limit in {"1 hour": 1 / 24, "1 day": 1, "1 week": 7, "1 month": 30}.items():
        assert f"{(days <= limit).mean():.0%} within {name}" in picture.caption


def test_article_life_of_long_lived_articles():
    picture = dr.plots.article_life(pd.Series([0.0, 100.0, 200.0, 600.0, 700.0]))
    assert title(picture) == "Half of all events come within 200.0 days of an article's first"
    assert "20% within 1 hour, 20% within 1 day" in picture.caption
    assert picture.figure.axes[0].get_xlim()[1] >= 700


def test_article_life_if_every_article_is_read_once():
    picture = dr.plots.article_life(pd.Series([0.0, 0.0]))
    assert title(picture) == "Half of all events come within 0 seconds of an article's first"


@pytest.mark.parametrize(
    ("days", "text"),
    [
        (3.0, "3.0 days"),
        (1.5, "36.0 hours"),
        (1 / 24, "60.0 minutes"),
        (90 / 86_400, "90 seconds"),
        (0.0, "0 seconds"),
    ],
)
def test_duration_picks_the_unit(days, text):
    assert duration(days) == text


def test_odd_titles_do_no_harm(small):
    """No figure of this chapter prints a title, and none stumbles over one."""
    events = dr.join_events(small)
    assert NASTY in set(events["title"])
    for picture in (
        dr.plots.weekly_rhythm(dates(small)),
        dr.plots.missing_values(small),
        dr.plots.event_types(events),
        dr.plots.long_tail_curve(
            events.groupby("contentId").size(), events.groupby("personId").size()
        ),
        dr.plots.article_life(ages(events)),
    ):
        assert picture.png.startswith(b"\x89PNG")
        assert NASTY not in picture.caption


def test_column_names_with_markup_are_drawn_as_they_are(small):
    odd = small.interactions.rename(columns={"userAgent": "$a_1$ & <b>"})
    picture = dr.plots.missing_values(dr.ClickStream(small.articles, odd, "odd"))
    assert "In the interactions table $a_1$ & <b> misses most" in picture.caption

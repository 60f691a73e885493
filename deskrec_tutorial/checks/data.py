"""Checks of exercise 1: what is missing, ambiguous titles, a join that can't multiply, half-lives.

What they try lies here too: ``missing_table(checks.data.five_people())`` shows your own answer.
"""

from __future__ import annotations

import pandas as pd

from .core import equal, kind, that, unchanged
from .question import Answer, question

DAY = 86_400  # seconds


def five_people() -> pd.DataFrame:
    """Return a table of five people with gaps."""
    return pd.DataFrame(
        {
            "mail": [None, "a", "b", "c", "d"],
            "age": [31, 40, 25, 52, 38],
            "city": ["Recife", None, None, None, "Natal"],
            "team": ["x", None, "y", "z", "x"],
        }
    )


@question
def missing_table(answer: Answer) -> None:
    """Check the report on the gaps of ``checks.data.five_people()``."""
    what = "what a table of five people lacks"
    got = answer(five_people())
    kind(got, pd.DataFrame, what)
    that(
        list(got.index) != ["mail", "city", "team"],
        "The columns stand in the order of the table. A report begins with what is worst: sort.",
    )
    equal(got, _report(city=(3, 60.0), mail=(1, 20.0), team=(1, 20.0)), what, mistakes=GAPS)


def _report(**lacking: tuple[int, float]) -> pd.DataFrame:
    return pd.DataFrame.from_dict(lacking, orient="index", columns=["missing", "percent"])


GAPS = {
    "You left in a column with nothing missing; the report names only what is incomplete.": (
        _report(city=(3, 60.0), mail=(1, 20.0), team=(1, 20.0), age=(0, 0.0))
    ),
    "You counted the values that are there, not those that are missing.": (
        _report(city=(2, 40.0), mail=(4, 80.0), team=(4, 80.0))
    ),
}


def twelve_rows() -> pd.DataFrame:
    """Return twelve rows of articles, some shared twice and some with the title of another."""
    return pd.DataFrame(
        {
            "contentId": [1, 2, 2, 3, 4, 5, 5, 5, 5, 6, 7, 8],
            "title": ["News", "Jobs", "Jobs", "News", *["Cloud"] * 5, "News", "Agile", "Agile"],
        }
    )


@question
def ambiguous_titles(answer: Answer) -> None:
    """Check the titles that stand for several articles in ``checks.data.twelve_rows()``."""
    got = answer(twelve_rows())
    kind(got, pd.Series, "titles of several articles")
    jobs = got.get("Jobs", 0)
    that(
        jobs < 2,
        "“Jobs” has two rows but one article, shared twice. Count different ids, not rows.",
    )
    that(jobs == 0, "“Jobs” stands for one article. Keep only titles with at least two.")
    that(
        got.tolist() != [2, 2, 3],
        "Three articles are called “News”: it comes first. Sort, most first.",
    )
    equal(
        got.tolist(),
        [3, 2, 2],
        "one title with three articles, two with two",
        mistakes={"“Cloud” has five rows but two articles. Count ids, not rows.": [5, 3, 2]},
    )
    equal(got.index.tolist(), ["News", "Agile", "Cloud"], "equal numbers in alphabetical order")


def five_readings() -> pd.DataFrame:
    """Return a log of five readings."""
    return pd.DataFrame({"personId": [1, 2, 2, 3, 1], "contentId": [10, 10, 30, 20, 40]})


def six_shares() -> pd.DataFrame:
    """Return articles that were shared, shared again and removed, in no order of time."""
    rows = [
        (3, "CONTENT SHARED", 10, "Second name"),
        (5, "CONTENT SHARED", 10, "Last name"),
        (1, "CONTENT SHARED", 10, "First name"),
        (2, "CONTENT SHARED", 20, "Cloud"),
        (4, "CONTENT REMOVED", 20, "Cloud (removed)"),
        (6, "CONTENT REMOVED", 40, "Only removed"),
    ]
    return pd.DataFrame(rows, columns=["timestamp", "eventType", "contentId", "title"])


@question
def with_titles(answer: Answer) -> None:
    """Check the join of ``checks.data.five_readings()`` with ``checks.data.six_shares()``."""
    log = five_readings()
    got = answer(log, six_shares())
    kind(got, pd.DataFrame, "five readings with titles")
    that(
        len(got) <= 5,
        f"The log has 5 rows and yours {len(got)}. An article with several rows has multiplied its "
        "readings; keep one row per article before you join.",
    )
    that(
        len(got) == 5,
        f"The log has 5 rows and yours {len(got)}. A reading whose article was never shared got "
        "lost; an inner join drops it, a left join keeps it.",
    )
    columns = ["personId", "contentId", "title"]
    equal(list(got.columns), columns, "the columns of the log, and the title")
    equal(
        got["title"].tolist(),
        ["Last name", "Last name", None, "Cloud", None],
        "the titles of five readings",
        mistakes=TITLE_MISTAKES,
    )
    unchanged(five_readings(), log, "the log that was passed in")


TITLE_MISTAKES = {
    "You took the row that comes first in the table. It isn't sorted by time; the largest "
    "timestamp counts.": ["Second name", "Second name", None, "Cloud", None],
    "You took the row that comes last in the table. It isn't sorted by time; the largest "
    "timestamp counts.": ["First name", "First name", None, "Cloud", None],
    "A removal is no share: look at the `CONTENT SHARED` rows only.": (
        ["Last name", "Last name", None, "Cloud (removed)", "Only removed"]
    ),
}


def eleven_events() -> pd.DataFrame:
    """Return the events of four articles, one of which has a single one; time counts seconds."""
    days = [9, 1, 2, 30, 7, 5, 100, 0, 8, 9, 3]
    return pd.DataFrame(
        {
            "contentId": [1] * 4 + [2] * 3 + [3] * 3 + [4],
            "timestamp": [DAY * day for day in days],
        }
    )


@question
def days_to_half(answer: Answer) -> None:
    """Check the median wait over ``checks.data.eleven_events()``, with ``least=3``."""
    equal(
        answer(eleven_events(), least=3),
        2.0,
        "three articles, half read after 1, 2 and 8 days",
        mistakes=WAIT_MISTAKES,
    )


WAIT_MISTAKES = {
    "That is in seconds; divide by 86,400.": 2.0 * DAY,
    "That is the mean over the articles, ruled by the slowest. Take the median.": 11 / 3,
    "An article with fewer rows than `least` is still in.": 1.5,
    "Of 4 rows the 2nd completes half, of 3 rows the 2nd. Counted from 0, that is position "
    "(n - 1) // 2.": 8.0,
    "You took a value between two rows. Half is reached with a row that exists.": 4.5,
    "An article with exactly `least` rows counts, too.": 1.0,
    "The rows are not in order of time. Sort the timestamps of each article first.": -2.0,
}

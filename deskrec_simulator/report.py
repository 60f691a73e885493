"""Compare the simulated sample with the real data, figure by figure, and write docs/sample.md.

``python scripts/sample_report.py`` prints the tables and writes the page.  Real figures are
recomputed from the real files if they are at hand (``DESKREC_REAL`` or
``../shared/data/deskdrop-real.zip``), otherwise those recorded below are shown.
"""

from __future__ import annotations

import os
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from . import lessons

ROOT = Path(__file__).resolve().parents[1]
SAMPLE = ROOT / "deskrec_tutorial" / "sample" / "deskdrop-sample.zip"
TRUTH = ROOT / "deskrec_tutorial" / "sample" / "truth.zip"
PAGE = ROOT / "docs" / "sample.md"
REAL = Path(os.environ.get("DESKREC_REAL", ROOT.parent / "shared" / "data" / "deskdrop-real.zip"))

Figures = lessons.Figures
QUANTILES = {"10 %": 0.1, "25 %": 0.25, "50 %": 0.5, "75 %": 0.75, "90 %": 0.9, "99 %": 0.99}


# ------------------------------------------------------------------------------- statistics


def statistics(articles: pd.DataFrame, interactions: pd.DataFrame) -> Figures:
    """Compute every published statistic that the tables at hand allow."""
    return (
        _article_file(articles)
        | _interaction_file(interactions)
        | _calendar(interactions)
        | _places_and_agents(interactions)
        | _distributions(interactions)
        | _concentration(interactions)
        | _prepared(articles, interactions)
    )


def _article_file(articles: pd.DataFrame) -> Figures:
    figures: Figures = {
        "article rows": len(articles),
        "CONTENT SHARED rows": int((articles["eventType"] == "CONTENT SHARED").sum()),
        "CONTENT REMOVED rows": int((articles["eventType"] == "CONTENT REMOVED").sum()),
        "distinct contentIds": articles["contentId"].nunique(),
    }
    if "lang" not in articles:
        return figures
    figures["article columns"] = articles.shape[1]
    figures["authors"] = articles["authorPersonId"].nunique()
    for column in ("contentType", "lang"):
        figures |= {f"{column} {k}": n for k, n in articles[column].value_counts().items()}
    for column in ("authorUserAgent", "authorRegion", "authorCountry"):
        figures[f"missing {column} %"] = 100 * articles[column].isna().mean()
    ids_per_title = articles.groupby("title")["contentId"].nunique()
    figures["most contentIds of one title"] = ids_per_title.max()
    when = articles["timestamp"]
    return figures | {"first share (day)": _day(when.min()), "last share (day)": _day(when.max())}


def _day(timestamp: float) -> int:
    """Return a day as a number that can be read: 20160314."""
    return int(pd.Timestamp(timestamp, unit="s").strftime("%Y%m%d"))


def _interaction_file(interactions: pd.DataFrame) -> Figures:
    kinds = interactions["eventType"].value_counts()
    return {
        "interaction rows": len(interactions),
        "interaction columns": interactions.shape[1],
        **{f"{kind} events": n for kind, n in kinds.items()},
        "users": interactions["personId"].nunique(),
        "articles": interactions["contentId"].nunique(),
        "sessions": interactions["sessionId"].nunique(),
        "first event (day)": _day(interactions["timestamp"].min()),
        "last event (day)": _day(interactions["timestamp"].max()),
    }


def _calendar(interactions: pd.DataFrame) -> Figures:
    when = pd.to_datetime(interactions["timestamp"], unit="s").dt
    months = when.strftime("%Y-%m").value_counts().sort_index()
    weekday = when.strftime("%a").value_counts(normalize=True)
    hour = when.hour
    return {
        **{f"events in {month}": n for month, n in months.items()},
        **{
            f"share on {day}": weekday[day]
            for day in ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
        },
        "share at 11-13 h UTC": float(hour.between(11, 13).mean()),
        "share at 16-19 h UTC": float(hour.between(16, 19).mean()),
        "share at 03-09 h UTC": float(hour.between(3, 9).mean()),
    }


def _places_and_agents(interactions: pd.DataFrame) -> Figures:
    figures = {
        f"missing {column} %": 100 * float(interactions[column].isna().mean())
        for column in ("userAgent", "userCountry", "userRegion")
    }
    country = interactions["userCountry"].value_counts()
    region = interactions["userRegion"].value_counts()
    figures |= {f"country {c}": country[c] for c in ("BR", "US", "KR", "CA", "JP", "AU")}
    figures |= {f"region {r}": region[r] for r in ("SP", "MG", "NY", "TX", "GA")}
    agent = interactions["userAgent"].astype("str")
    figures["Android app events"] = int(agent.str.startswith("Android").sum())
    figures["iOS app events"] = int(agent.str.startswith("iOS").sum())
    return figures


def _distributions(interactions: pd.DataFrame) -> Figures:
    pairs = interactions.drop_duplicates(["personId", "contentId"])
    counts = {
        "events per user": interactions["personId"].value_counts(),
        "articles per user": pairs["personId"].value_counts(),
        "users per article": pairs["contentId"].value_counts(),
        "events per article": interactions["contentId"].value_counts(),
        "events per session": interactions["sessionId"].value_counts(),
    }
    figures: Figures = {}
    for name, values in counts.items():
        figures[f"{name}: mean"] = values.mean()
        figures |= {f"{name}: {label}": float(values.quantile(q)) for label, q in QUANTILES.items()}
        figures[f"{name}: max"] = values.max()
    first = interactions.groupby("contentId")["timestamp"].transform("min")
    days = (interactions["timestamp"] - first) / 86_400
    age = {
        f"days since first event: {label}": float(days.quantile(q))
        for label, q in QUANTILES.items()
    }
    return figures | age


def _concentration(interactions: pd.DataFrame) -> Figures:
    pairs = interactions.drop_duplicates(["personId", "contentId"])
    per_user = interactions["personId"].value_counts()
    per_article = interactions["contentId"].value_counts()
    return {
        "events of the busiest 10 % of users": _top_share(per_user),
        "events of the 10 % most read articles": _top_share(per_article),
        "users with at least 5 articles": int((pairs["personId"].value_counts() >= 5).sum()),
    }


def _top_share(counts: pd.Series) -> float:
    ordered = counts.sort_values(ascending=False)
    return ordered.iloc[: round(0.1 * len(ordered))].sum() / ordered.sum()


def _prepared(articles: pd.DataFrame, interactions: pd.DataFrame) -> Figures:
    """Compute what the tutorial's preparation leaves."""
    shared = articles.loc[articles["eventType"] == "CONTENT SHARED", "contentId"]
    joined = interactions[interactions["contentId"].isin(shared)]
    triples = interactions.drop_duplicates(["personId", "contentId", "eventType"])
    pairs = interactions.drop_duplicates(["personId", "contentId"])
    kinds = triples["eventType"].value_counts()
    return {
        "joined rows": len(joined),
        "joined VIEW rows": int((joined["eventType"] == "VIEW").sum()),
        "joined users": joined["personId"].nunique(),
        "joined articles": joined["contentId"].nunique(),
        "distinct (person, content, event type)": len(triples),
        "distinct (person, content)": len(pairs),
        **{f"pairs with a {kind}": n / len(pairs) for kind, n in kinds.items()},
        **_views_per_pair(interactions),
        **_strengths(joined),
    }


def _views_per_pair(interactions: pd.DataFrame) -> Figures:
    views = interactions[interactions["eventType"] == "VIEW"]
    per_pair = views.groupby(["personId", "contentId"]).size()
    points = {"50 %": 0.5, "90 %": 0.9, "99 %": 0.99, "max": 1.0}
    return {f"views per pair: {label}": float(per_pair.quantile(q)) for label, q in points.items()}


def _strengths(joined: pd.DataFrame) -> Figures:
    once = joined.drop_duplicates(["personId", "contentId", "eventType"])
    weight = once["eventType"].map(lessons.WEIGHTS)
    strength = weight.groupby([once["personId"], once["contentId"]]).sum()
    shares = {f"pairs of strength {s}": (strength == s).mean() for s in (1, 3, 4, 6, 10, 12, 15)}
    return shares | {"mean strength": strength.mean()}


# ------------------------------------------------------------------------------- real figures

# Statistics of the real files, as published and as `statistics` gives them there.
REAL_STATISTICS: Figures = {
    "article rows": 3122,
    "CONTENT SHARED rows": 3047,
    "CONTENT REMOVED rows": 75,
    "distinct contentIds": 3057,
    "article columns": 13,
    "authors": 252,
    "contentType HTML": 3101,
    "contentType VIDEO": 11,
    "contentType RICH": 10,
    "lang en": 2264,
    "lang pt": 850,
    "lang la": 4,
    "lang ja": 2,
    "lang es": 2,
    "missing authorUserAgent %": 78.219,
    "missing authorRegion %": 78.219,
    "missing authorCountry %": 78.219,
    "most contentIds of one title": 8,
    "first share (day)": 20160328,
    "last share (day)": 20170228,
    "interaction rows": 72312,
    "interaction columns": 8,
    "VIEW events": 61086,
    "LIKE events": 5745,
    "BOOKMARK events": 2463,
    "COMMENT CREATED events": 1611,
    "FOLLOW events": 1407,
    "users": 1895,
    "articles": 2987,
    "sessions": 28740,
    "first event (day)": 20160314,
    "last event (day)": 20170228,
    "events in 2016-03": 858,
    "events in 2016-04": 7048,
    "events in 2016-05": 9072,
    "events in 2016-06": 16315,
    "events in 2016-07": 8097,
    "events in 2016-08": 7945,
    "events in 2016-09": 7005,
    "events in 2016-10": 5085,
    "events in 2016-11": 2629,
    "events in 2016-12": 2454,
    "events in 2017-01": 2895,
    "events in 2017-02": 2909,
    "share on Mon": 0.19269,
    "share on Tue": 0.18896,
    "share on Wed": 0.19161,
    "share on Thu": 0.19708,
    "share on Fri": 0.18644,
    "share on Sat": 0.022942,
    "share on Sun": 0.020273,
    "share at 11-13 h UTC": 0.32562,
    "share at 16-19 h UTC": 0.29893,
    "share at 03-09 h UTC": 0.024201,
    "missing userAgent %": 21.288,
    "missing userCountry %": 21.288,
    "missing userRegion %": 21.304,
    "country BR": 51396,
    "country US": 4657,
    "country KR": 239,
    "country CA": 226,
    "country JP": 144,
    "country AU": 138,
    "region SP": 40164,
    "region MG": 10229,
    "region NY": 1257,
    "region TX": 923,
    "region GA": 910,
    "Android app events": 6761,
    "iOS app events": 103,
    "events per user: mean": 38.159,
    "events per user: 10 %": 2,
    "events per user: 25 %": 3,
    "events per user: 50 %": 10,
    "events per user: 75 %": 32,
    "events per user: 90 %": 88,
    "events per user: 99 %": 458.16,
    "events per user: max": 1885,
    "articles per user: mean": 21.483,
    "articles per user: 10 %": 1,
    "articles per user: 25 %": 2,
    "articles per user: 50 %": 6,
    "articles per user: 75 %": 19,
    "articles per user: 90 %": 46,
    "articles per user: 99 %": 257.24,
    "articles per user: max": 961,
    "users per article: mean": 13.629,
    "users per article: 10 %": 2,
    "users per article: 25 %": 4,
    "users per article: 50 %": 9,
    "users per article: 75 %": 17,
    "users per article: 90 %": 30,
    "users per article: 99 %": 79.28,
    "users per article: max": 268,
    "events per article: mean": 24.209,
    "events per article: 10 %": 2.6,
    "events per article: 25 %": 6,
    "events per article: 50 %": 14,
    "events per article: 75 %": 30,
    "events per article: 90 %": 54,
    "events per article: 99 %": 161.56,
    "events per article: max": 433,
    "events per session: mean": 2.5161,
    "events per session: 10 %": 1,
    "events per session: 25 %": 1,
    "events per session: 50 %": 2,
    "events per session: 75 %": 3,
    "events per session: 90 %": 5,
    "events per session: 99 %": 15,
    "events per session: max": 182,
    "days since first event: 10 %": 0.0046655,
    "days since first event: 25 %": 0.053987,
    "days since first event: 50 %": 0.64667,
    "days since first event: 75 %": 2.7064,
    "days since first event: 90 %": 12.818,
    "days since first event: 99 %": 142.07,
    "events of the busiest 10 % of users": 0.6303,
    "events of the 10 % most read articles": 0.40654,
    "users with at least 5 articles": 1140,
    "joined rows": 72269,
    "joined VIEW rows": 61043,
    "joined users": 1895,
    "joined articles": 2979,
    "distinct (person, content, event type)": 50938,
    "distinct (person, content)": 40710,
    "pairs with a VIEW": 0.98848,
    "pairs with a LIKE": 0.13928,
    "pairs with a BOOKMARK": 0.05409,
    "pairs with a COMMENT CREATED": 0.035053,
    "pairs with a FOLLOW": 0.03434,
    "views per pair: 50 %": 1,
    "views per pair: 90 %": 2,
    "views per pair: 99 %": 7,
    "views per pair: max": 46,
    "pairs of strength 1": 0.80483,
    "pairs of strength 3": 0.10582,
    "pairs of strength 4": 0.024851,
    "pairs of strength 6": 0.021754,
    "pairs of strength 10": 0.013274,
    "pairs of strength 12": 0.010324,
    "pairs of strength 15": 0.0018927,
    "mean strength": 1.7424,
}
# What must come out exactly, because it is a quota.
EXACT = {
    "article rows", "article columns", "CONTENT SHARED rows", "CONTENT REMOVED rows",
    "distinct contentIds", "authors", "contentType HTML", "contentType VIDEO", "contentType RICH",
    "lang en", "lang pt", "lang la", "lang ja", "lang es", "most contentIds of one title",
    "first share (day)", "last share (day)", "interaction rows", "interaction columns",
    "VIEW events", "LIKE events", "BOOKMARK events", "COMMENT CREATED events", "FOLLOW events",
    "users", "articles", "sessions", "first event (day)", "last event (day)", "joined rows",
    "joined VIEW rows", "joined users", "joined articles",
    "distinct (person, content, event type)", "distinct (person, content)",
}  # fmt: skip


def band(name: str, real: float) -> tuple[float, float]:
    """Return the lowest and highest figure that counts as the same as the real one.

    Exact for quotas; 15 % for quantiles, or 1 where that is less than 7 events or people; 5 % for
    the rest.  At night there is "next to nothing": at most 4 %.
    """
    if name in EXACT:
        return real, real
    if name == "share at 03-09 h UTC":
        return 0.0, 0.04
    if ": " in name and not name.endswith("mean"):
        counts = not name.startswith("days")
        room = max(0.15 * real, 1.0) if counts and real < 7 else 0.15 * real
        return real - room, real + room
    return real * 0.95, real * 1.05


# ------------------------------------------------------------------------------- lessons

# Lessons on the real files, as `lessons.measure` gives them there.
REAL_LESSONS: Figures = {
    "sampled recall@5, popularity": 0.2524,
    "sampled recall@10, popularity": 0.3766,
    "full recall@10, popularity": 0.0636,
    "sampled recall@5, ALS": 0.4088,
    "sampled recall@10, ALS": 0.5499,
    "full recall@10, ALS": 0.136,
    "sampled recall@10, titles": 0.222,
    "full recall@10, tuned ALS": 0.1695,
    "alpha 40 less alpha 5-10": -0.034,
    "full recall@10, binary less dropped": 0.002,
    "full recall@10, log less dropped": 0.0042,
    "full recall@10, kept less dropped": -0.0037,
    "Spearman of norm and readers": 0.9138,
    "articles with one reader": 241,
    "share of articles with one reader": 0.0809,
    "one-reader articles that share theirs": 183,
    "top-10s of two seeds in common": 0.5918,
    "commented pairs followed too": 0.7274,
    "new pairs on unseen articles": 0.9095,
    "recall@10 after cuts, ALS": 0.0065,
    "recall@10 after cuts, recent popularity": 0.0176,
    "replay hit@10, als": 0.0068,
    "replay hit@10, newest": 0.6589,
    "replay hit@10, decayed": 0.6885,
}


@dataclass(frozen=True)
class Lesson:
    """A lesson in words, the figures that carry it, and when the sample teaches it too."""

    text: str
    figures: tuple[str, ...]
    band: str
    holds: Callable[[Figures], bool]


def _near(name: str, published: float, room: float) -> Callable[[Figures], bool]:
    return lambda f: abs(f[name] - published) <= room


def _within(name: str, low: float, high: float) -> Callable[[Figures], bool]:
    return lambda f: low <= f[name] <= high


def _recalls() -> Iterator[Lesson]:
    published = {"popularity": (0.245, 0.372), "ALS": (0.412, 0.548)}
    for model, values in published.items():
        for k, value in zip((5, 10), values, strict=True):
            name = f"sampled recall@{k}, {model}"
            yield Lesson(name, (name,), f"{value} ± .05", _near(name, value, 0.05))


def _strength_lessons() -> Iterator[Lesson]:
    for strength in ("binary", "log", "kept"):
        name = f"full recall@10, {strength} less dropped"
        yield Lesson(name, (name,), "0 ± .01", _near(name, 0.0, 0.01))


FULL = tuple(f"full recall@10, {model}" for model in ("popularity", "ALS", "tuned ALS"))
AFTER = ("recall@10 after cuts, ALS", "recall@10 after cuts, recent popularity")
REPLAY = tuple(f"replay hit@10, {name}" for name in ("newest", "decayed", "als"))
TOPIC = ("neighbours of the same topic", "the same by chance")
LESSONS = (
    *_recalls(),
    Lesson(
        "sampled recall@10: content by title below ALS",
        ("sampled recall@10, titles", "sampled recall@10, ALS"),
        "same order",
        lambda f: f["sampled recall@10, titles"] < f["sampled recall@10, ALS"],
    ),
    Lesson(
        "full recall@10: popularity < ALS < tuned ALS",
        FULL,
        "steps ≥ .03 and ≥ .015",
        lambda f: f[FULL[1]] - f[FULL[0]] >= 0.03 and f[FULL[2]] - f[FULL[1]] >= 0.015,
    ),
    Lesson(
        "at regularisation 0.1, α = 40 is worse than α = 5–10 (sampled recall@10)",
        ("alpha 40 less alpha 5-10",),
        "≤ −.01",
        lambda f: f["alpha 40 less alpha 5-10"] <= -0.01,
    ),
    *_strength_lessons(),
    Lesson(
        "an item's norm follows its readers (Spearman)",
        ("Spearman of norm and readers",),
        "≥ .8",
        _within("Spearman of norm and readers", 0.8, 1.0),
    ),
    Lesson(
        "articles with one reader",
        ("articles with one reader", "share of articles with one reader"),
        "6–10 %",
        _within("share of articles with one reader", 0.06, 0.10),
    ),
    Lesson(
        "most of them share their reader with another",
        ("one-reader articles that share theirs", "articles with one reader"),
        "more than half",
        lambda f: f["one-reader articles that share theirs"] > f["articles with one reader"] / 2,
    ),
    Lesson(
        "top-10s that two model seeds have in common",
        ("top-10s of two seeds in common",),
        "50–70 %",
        _within("top-10s of two seeds in common", 0.5, 0.7),
    ),
    Lesson(
        "new pairs after a cut at 90 % of events on articles first seen after it",
        ("new pairs on unseen articles",),
        "85–97 %",
        _within("new pairs on unseen articles", 0.85, 0.97),
    ),
    Lesson(
        "recall@10 over all articles after a cut: ALS / recent popularity",
        AFTER,
        "ALS at most 0.6 ×",
        lambda f: f[AFTER[0]] <= 0.6 * f[AFTER[1]],
    ),
    Lesson(
        "replay: newest first and decayed popularity far ahead of ALS",
        REPLAY,
        "at least 10 ×",
        lambda f: min(f[REPLAY[0]], f[REPLAY[1]]) >= 10 * f[REPLAY[2]],
    ),
    Lesson(
        "commented pairs that are followed too",
        ("commented pairs followed too",),
        "65–80 %",
        _within("commented pairs followed too", 0.65, 0.80),
    ),
    Lesson(
        "an article's ten nearest share its topic (≥ 10 readers; hidden truth) / by chance",
        TOPIC,
        "at least 4 × chance, at most .85",
        lambda f: 4 * f[TOPIC[1]] <= f[TOPIC[0]] <= 0.85,
    ),
)


# ------------------------------------------------------------------------------- the page

INTRODUCTION = """\
# The embedded sample

**The sample is simulated.** Nobody read these articles and nobody wrote them. It has the columns,
the size and the published statistics of the Deskdrop data set, and not one row, title or id of
it. Firms, people and publications in its titles are invented.

Why not the real data? They are on Kaggle and `load_deskdrop("kaggle")` fetches them. But a
simulated set fits in the package, works without a network, and has what no real set offers: the
truth. Each article carries a hidden topic and each reader hidden tastes (`load_truth()`), so you
can check what a model has found.

## How it is made

`deskrec_tutorial/sample/simulator.py` tells this story; its constants are the parameters, each
with its reason.

- **Articles** are shared through the year, most of them in April to July, on working days. Each
  has one of {topics} topics and a language (mostly English, a good quarter Portuguese). A few find
  hundreds of readers, most a handful, one in twelve nobody but its author.
- **Interest fades**: about half of all readings fall on an article's first day, a fifth on the
  next. Old articles are read too, now and then, by search rather than by taste.
- **Readers** differ in how much they read (half of them six articles or fewer, the busiest nearly
  a thousand), in which days they are around, and in taste: most lean to one or two shelves of
  topics and to a few topics there; the busiest have broader tastes. Some read only one language.
- **Who reads what** is a race: an article's speed for a reader is its appeal × the reader's taste
  for its topic × language × being around while it is fresh, times luck. Authors read what they
  share.
- **Events**: a reading is a view, at times with a like, bookmark, comment or follow, more often
  where taste is strong. Three commented articles in four are followed as well. Pages are opened
  again, in June much more than in other months.
- **Columns** such as browsers, places and missing values follow the published proportions.

Counts are quotas and hardly move with the seed. Extremes, like the longest session, do: the
shipped seed is one of 24 tried and has them near the published ones. The lessons below came out
inside their bands with six seeds out of six.

## What is not realistic

- A reader's tastes never change, and an article has exactly one topic. Nobody recommends anything
  to anybody: there is no feedback from a recommender, no front page, no digest.
- Readers choose independently. Real colleagues point each other to articles.
- Texts are a few sentences put together from parts. They suit a bag of words, not a language
  model.
- A session is one reader's day. Times within it are drawn one by one.
- Rows are in order of time; the real files are not.
- An article removed later is read like any other until then.

## Make it again

`python -m deskrec_tutorial.sample` writes the shipped files, byte for byte, and
`python -m deskrec_tutorial.sample --check` says whether your computer would make the same. For
other data there is `from deskrec_tutorial.sample import simulate`:
`simulate(users=60, articles=80, events=1_500, seed=7)` makes a set for a class,
`simulate(users=18_950, articles=9_667, events=723_120)` one for a benchmark. Time per event stays
the same.

This page is written by `python scripts/sample_report.py`.
"""
BANDS = """\
Quotas are exact, quantiles may differ by 15 % (or by 1 below 7), the rest by 5 %. For the share at
night no figure was published, only "next to none": there at most 4 % will do.
"""
PROTOCOL = """\
The same code measures both (`scripts/lessons.py`): means over three splits or over cuts, ties
split. Sampled recall is a mean over held-out pairs, full recall over readers.
"""


def real_figures() -> tuple[Figures, Figures, bool]:
    """Return statistics and lessons of the real files: recomputed if at hand, else as recorded."""
    if not REAL.exists():
        return REAL_STATISTICS, REAL_LESSONS, False
    tables = lessons.read_tables(REAL)
    return REAL_STATISTICS | statistics(*tables), lessons.measure(*tables), True


def sample_figures() -> tuple[Figures, Figures]:
    """Return statistics and lessons of the shipped sample."""
    tables = lessons.read_tables(SAMPLE)
    return statistics(*tables), lessons.measure(*tables, topics=true_topics())


def true_topics() -> pd.Series:
    """Return the topic of each article by contentId."""
    with zipfile.ZipFile(TRUTH) as archive:
        return pd.read_csv(archive.open("articles.csv")).set_index("contentId")["topic"]


def _number(value: float | None) -> str:
    if value is None:
        return "–"
    if float(value).is_integer():
        return f"{value:.0f}"
    return f"{value:.4f}" if abs(value) < 1 else f"{value:.2f}"


def _table(header: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [header, tuple("---" for _ in header), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def statistics_table(real: Figures, sample: Figures) -> str:
    """Return the statistics of both data sets side by side, as Markdown."""
    rows = []
    for name, value in real.items():
        low, high = band(name, value)
        inside = "yes" if low <= sample[name] <= high else "**no**"
        shown = "exact" if low == high else f"{_number(low)} to {_number(high)}"
        rows.append((name, _number(sample[name]), _number(value), shown, inside))
    return _table(("statistic", "sample", "real", "band", "inside"), rows)


def lessons_table(real: Figures, sample: Figures) -> str:
    """Return the lessons of both data sets side by side, as Markdown."""
    rows = []
    for lesson in LESSONS:
        ours, theirs = (
            " / ".join(_number(figures.get(name)) for name in lesson.figures)
            for figures in (sample, real)
        )
        inside = "yes" if lesson.holds(sample) else "**no**"
        rows.append((lesson.text, ours, theirs, lesson.band, inside))
    return _table(("lesson", "sample", "real", "band", "inside"), rows)


def page(real: tuple[Figures, Figures], sample: tuple[Figures, Figures], topics: int) -> str:
    """Return the whole page."""
    parts = [
        INTRODUCTION.format(topics=topics),
        "## The lessons, on both data sets",
        PROTOCOL,
        lessons_table(real[1], sample[1]),
        "## The statistics, on both data sets",
        BANDS,
        statistics_table(real[0], sample[0]),
    ]
    return "\n\n".join(part.strip() for part in parts) + "\n"


def main() -> None:
    """Measure, print and write the page."""
    *real, fresh = real_figures()
    sample = sample_figures()
    text = page((real[0], real[1]), sample, true_topics().nunique())
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(text, encoding="utf-8")
    print(text)
    print("Real figures were", "recomputed." if fresh else "taken from the record.")


if __name__ == "__main__":
    main()

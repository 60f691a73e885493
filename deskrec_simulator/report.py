"""Compare the simulated sample with the real data, figure by figure, and write docs/sample.md.

``python -m deskrec_simulator.report`` prints the page and, in a checkout, writes it. Real figures
are recomputed from the real files if they are at hand (``DESKREC_REAL`` or
``../shared/data/deskdrop-real.zip``), otherwise those recorded in ``published.json`` are shown.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

import deskrec_tutorial as dr

from .lessons import measure
from .statistics import Figures, statistics

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "sample.md"
REAL = Path(os.environ.get("DESKREC_REAL", ROOT.parent / "shared" / "data" / "deskdrop-real.zip"))

# Statistics of the real files, as published and as `statistics` gives them there; which of them
# must come out exactly, because they are quotas; and lessons, as `measure` gives them there.
PUBLISHED = json.loads(Path(__file__).with_name("published.json").read_text(encoding="utf-8"))
REAL_STATISTICS: Figures = PUBLISHED["statistics"]
REAL_LESSONS: Figures = PUBLISHED["lessons"]
EXACT = frozenset(PUBLISHED["exact"])


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

`deskrec_simulator` tells this story, a module for each part of it; its constants are the
parameters, each with its reason.

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

`python -m deskrec_simulator` writes the shipped files, byte for byte, and
`python -m deskrec_simulator --check` says whether your computer would make the same. For other data
there is `dr.simulate`: `dr.simulate(users=60, articles=80, events=1_500, seed=7)` makes a set for a
class, `dr.simulate(users=18_950, articles=9_667, events=723_120)` one for a benchmark. Time per
event stays the same.

This page is written by `python -m deskrec_simulator.report`.
"""
BANDS = """\
Quotas are exact, quantiles may differ by 15 % (or by 1 below 7), the rest by 5 %. For the share at
night no figure was published, only "next to none": there at most 4 % will do.
"""
PROTOCOL = """\
The same code measures both (`deskrec_simulator/lessons.py`) with the functions of the course: means
over three splits or over cuts, ties split. Sampled recall is a mean over held-out pairs, full
recall over readers.
"""


def real_figures() -> tuple[Figures, Figures, bool]:
    """Return statistics and lessons of the real files: recomputed if at hand, else as recorded."""
    if not REAL.exists():
        return REAL_STATISTICS, REAL_LESSONS, False
    clicks = dr.load_deskdrop(REAL)
    return REAL_STATISTICS | statistics(clicks), measure(clicks), True


def sample_figures() -> tuple[Figures, Figures]:
    """Return statistics and lessons of the shipped sample."""
    clicks = dr.load_deskdrop("sample")
    return statistics(clicks), measure(clicks, true_topics())


def true_topics() -> pd.Series:
    """Return the topic of each article by contentId."""
    return dr.load_truth().articles.set_index("contentId")["topic"]


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
    if PAGE.parent.is_dir():  # not where the package is merely installed
        PAGE.write_text(text, encoding="utf-8")
    print(text)
    print("Real figures were", "recomputed." if fresh else "taken from the record.")


if __name__ == "__main__":
    main()

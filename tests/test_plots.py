"""Every figure says what its data say: one table of figures, data and words, then what all share.

The data are small enough for paper, so that each title and number here can be worked out by hand.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from conftest import matrix_of
from matplotlib.backends.backend_agg import FigureCanvasAgg
from scipy import sparse

import deskrec_tutorial as dr
from deskrec_tutorial import plots
from deskrec_tutorial.evaluation import Evaluation
from deskrec_tutorial.plots.data import duration

NASTY = "Raises $15M & <b>bold</b> $x_1$ \\frac 新しい本"
DRAWN = "Raises $15M & <b>bold</b> $x_1$ \\frac ····"  # the font of the figures has no Japanese
LONG = "a recommender with a rather long name"
DAY = 86_400


def title_of(picture: plots.Picture) -> str:
    return picture.figure.get_suptitle() or picture.figure.axes[0].get_title(loc="left")


def texts_of(picture: plots.Picture) -> list[str]:
    return [text.get_text() for text in picture.figure.axes[0].texts]


def rows_of(picture: plots.Picture) -> list[str]:
    """What stands along the vertical axis, from the bottom or, where it is inverted, the top."""
    return [label.get_text() for label in picture.figure.axes[0].get_yticklabels()]


# ------------------------------------------------------------------ data for paper

# Monday, 2016-03-21, 00:00 UTC, and so many seconds later.
WHEN = 1_458_518_400 + np.array([0, 3_600, 7_200, DAY, 4, 5 * DAY, 30 * DAY])
CLICKS = dr.ClickStream(
    pd.DataFrame({"eventType": "CONTENT SHARED", "contentId": [-5, 7], "title": [NASTY, "Plain"]}),
    pd.DataFrame(
        {
            "timestamp": WHEN,
            "eventType": ["VIEW", "LIKE", "VIEW", "VIEW", "VIEW", "FOLLOW", "VIEW"],
            "contentId": [-5, -5, -5, -5, 7, -5, -5],
            "personId": [1, 1, 1, 1, 2, 3, 1],
            "$a_1$ & <b>": ["x", None, "x", "x", "x", "x", "x"],
        }
    ),
    "small",
)
GAPS = dr.ClickStream(
    CLICKS.articles, CLICKS.interactions.assign(city=["x", None, None, *"xxxx"]), "gaps"
)
DATES = pd.to_datetime(pd.Series(WHEN), unit="s", utc=True)
# VIEW 5 times; LIKE and BOOKMARK once each, so that two comparisons remain.
EVENTS = pd.DataFrame(
    [
        (1, 10, "VIEW"), (1, 10, "VIEW"), (1, 10, "LIKE"), (1, -20, "VIEW"),
        (-2, 10, "VIEW"), (-2, -20, "BOOKMARK"), (-2, -20, "VIEW"),
    ],
    columns=["personId", "contentId", "eventType"],
).assign(title=NASTY, timestamp=0)  # fmt: skip
ACTED = EVENTS[EVENTS["eventType"] != "VIEW"]
CSR = sparse.csr_matrix(([3.0, 1.0, 6.0], ([0, 0, 1], [0, 3, 1])), shape=(3, 4))
TOY = pd.DataFrame([[1.0, 3, 0], [0, 12, 1]], ["Ana", "Emi"], ["Python", "Tests", NASTY])
PEOPLE = pd.DataFrame([[2.0, 0.0], [0.0, 3.0]], ["Ana", "Emi"])
ARTICLES = pd.DataFrame([[1.0, 0.0], [0.0, 0.5], [1.0, 1.0]], ["Git", "Type", "News"])
TASTES = {"code": ["Ana", "Git"], "design": ["Emi", "Type"]}
OPENED = pd.DataFrame([[3, 0, 1], [0, 0, 1]], PEOPLE.index, ARTICLES.index)
MUCH = pd.Series([0, 3], ["Git", NASTY])
BOWL = plots.Bowl(pd.Series([0, 3, 1], ARTICLES.index), ARTICLES.set_axis(["code", "b"], axis=1))
NEAR, FAR = BOWL.change("Git", 0, (0.9, 0)), BOWL.change("Git", 5, (1, 0))
SEEN = pd.DataFrame([[1.0, 0, 0], [0, 1, 0]], ["Ana", "Emi"], ["x", "y", "z"])
BEST = np.array([[1.0, 0.3, 0.2], [0.4, 1.0, 0.1]])
HALF = np.array([[1.0, 0.3, 0.2], [0.4, 1.0, 0.5]])
ASKED = np.array([[False, True, False], [True, False, False]])
GOOD = np.array([[0.9, 0.9, 0.9], [0.1, 0.9, 0.9]])
FRAMED = np.array([[False, False, True], [False, False, False]])
ALPHAS = pd.DataFrame(
    [
        (40, "unread", -0.1, 0.02, 0.3), (40, "read", 0.5, 0.87, 1.0),
        (1, "read", 0.0, 0.25, 0.8), (1, "unread", 0.0, 0.001, 0.1),
    ],
    columns=["alpha", "pairs", "low", "middle", "high"],
)  # fmt: skip
# Four articles with 1, 2, 3 and 4 readers.
READ = matrix_of(np.tril(np.ones((4, 4)))[:, ::-1])
LEFT = pd.DataFrame({"contentId": [1, 2, 4], "title": "same", "readers": [3, 4, 8]})
RIGHT = pd.DataFrame({"contentId": [3, 1, 4], "title": "same", "readers": [6, 3, 8]})
TOPICS = np.repeat([f"$t_{i}$ <b>" for i in range(10)], range(20, 10, -1))
SCORES = np.array([[-0.5, 0.25, 1.5, 0.5], [0.0, 1.0, -0.125, 0.75]])
HAS_READ = np.array([[False, False, True, True], [False, True, False, True]])
TIMES = np.array([0, 12, 0, 4, 0, 0, 0, 0, 4, 0])  # in somebody's list
READERS = np.array([5, 2, 3, 1, 2, 2, 1, 1, 2, 1])


def parts(*contributions: float) -> pd.DataFrame:
    """What `explain` returns, for made-up contributions."""
    titles = [NASTY, *(f"Title {i}" for i in range(1, len(contributions)))]
    return pd.DataFrame({"title": titles, "strength": 1.0, "contribution": contributions})


def lists(*rows: tuple[int, list[int]]) -> pd.DataFrame:
    """What `recommend_all` returns, for made-up lists."""
    places = [(p, rank, item) for p, items in rows for rank, item in enumerate(items, start=1)]
    frame = pd.DataFrame(places, columns=["personId", "rank", "contentId"])
    return frame.assign(title=NASTY, score=0.5)


SEEDS = [
    lists((-7, [1, 2]), (2**62, [3, 4]), (5, [1, 3])),
    lists((-7, [2, 1]), (2**62, [3, 5]), (5, [2, 4])),
]


def made_up(*values: float, novelty: float = 3.0, coverage: float = 0.5, **other) -> Evaluation:
    """An Evaluation of as many people as there are values; intervals reach 0.1 to each side."""
    people = pd.Index(range(len(values)), name="personId")
    per_user = pd.DataFrame({"held_out": 1, "ndcg@10": values, "recall@10": values}, people)
    per_user = per_user.assign(**other)
    mean = float(np.mean(values))
    rows = dict.fromkeys(("ndcg@10", "recall@10"), [mean, mean - 0.1, mean + 0.1])
    rows |= {"novelty@10": [novelty] * 3, "coverage@10": [coverage, np.nan, np.nan]}
    return Evaluation(per_user, pd.DataFrame(rows, index=["value", "low", "high"]).T)


def kinds(*names: str) -> pd.Series:
    return pd.Series(names, dtype="category", name="kind")


BOARD = {"one": made_up(0.1, 0.3), "two": made_up(0.5, 0.7), "three": made_up(0.4, 0.6)}
SHOWN = {
    "narrow": made_up(0.5, novelty=2.0, coverage=0.011),
    "best": made_up(0.6, novelty=4.0, coverage=0.25),
    "wide": made_up(0.1, novelty=9.0, coverage=0.98),
}
SERVED = {"ALS": made_up(0.1, 0.2, 0.6, 0.8, 0.4)}
APART = {"ALS": made_up(0.1, 0.6, 0.4, **{"recall@10": [0.5, 0.2, 0.4]})}
GRID = pd.DataFrame([[0.1, 0.2], [0.39, 0.4]], index=[0.1, 100], columns=[5, 40])
RISING = pd.DataFrame([[0.3, 0.2], [0.1, 0.4]], index=[0.1, 100], columns=[5, 40])
FACTORS = pd.DataFrame({"weak": [0.1, 0.3, 0.2], "strong": [0.1, 0.2, 0.5]}, index=[8, 64, 128])
SAMPLED = pd.Series({"a": 0.9, "b": 0.8, "c": 0.5, "d": 0.4})
FULL = pd.Series({"a": 0.10, "b": 0.20, "c": 0.05, "d": 0.06})
# Two weeks of one visit of one person: 1 and 0 clicks on two articles; 1 and 2 on one and two.
LOOP = pd.DataFrame({"week": [1, 1, 2, 2], "row": 0, "visit": 1, "column": [0, 1, 0, 1]})
WEEKS = {
    "alone": LOOP.assign(clicked=[True, False, False, True]),
    "open": LOOP.assign(clicked=[True, False, True, True], column=[0, 1, 2, 2]),
}
RATES = pd.DataFrame({"hit@1": [0.1, 0.3], "hit@10": [0.5, 0.6]}, index=["chance", "clock"])


PACES = pd.DataFrame(
    {"alone": [0.12, 0.1, 0.06], "stepped": [0.2, 0.2, 0.19]}, index=[1.0, 7.0, np.inf]
)


def norms(*lengths: float) -> plots.Picture:
    model = SimpleNamespace(item_factors=np.array(lengths)[:, None])
    return plots.norms_and_readers(model, READ)


def topic_map(**known: object) -> plots.Picture:
    """Ten topics in as many places, the largest first."""
    corners = np.repeat(np.arange(20.0).reshape(10, 2) ** 2, range(20, 10, -1), 0)
    noise = np.random.default_rng(0).normal(size=corners.shape)
    return plots.article_map(corners + noise, **known)


# ------------------------------------------------------------------ the table


@dataclass(frozen=True)
class Case:
    draw: Callable[[], plots.Picture]
    title: str
    says: tuple[str, ...]  # parts of the caption
    texts: list[str] | None = None  # all that is written into the first axes
    rows: list[str] | None = None  # along its vertical axis


def case(draw: Callable[[], plots.Picture], title: str, *says: str, **written: list[str]) -> Case:
    return Case(draw, title, says, **written)


CASES = {
    # ---------------------------------------------------------------- chapter 1
    "weekly rhythm": case(
        lambda: plots.weekly_rhythm(DATES),
        "85.7% of the events fall on Monday to Friday",  # one of seven is on day 5, a Saturday
        "Monday to Friday hold 85.7% of 7 events.",
        "starts on Monday at 00:00 UTC and has 28.6% of them; if all 168 hours were alike",
        "00:00 to 09:59 UTC hold 100.0%.",
        rows=["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
    ),
    "weekly rhythm, evenings elsewhere": case(
        lambda: plots.weekly_rhythm(DATES.dt.tz_convert("America/Sao_Paulo")),
        "42.9% of the events fall on Monday to Friday",
        "starts on Sunday at 21:00 America/Sao_Paulo",
        "00:00 to 09:59 America/Sao_Paulo hold 0.0%.",
    ),
    "long tail": case(
        lambda: plots.long_tail_curve(pd.Series([1] * 18 + [20, 2]), pd.Series([3] * 20)),
        "A tenth of articles gets 55.0% of events; a tenth of people makes 10.0%",
        "Half of all events fall on 1 of 20 articles, and half are made by 10 of 20 people.",
        texts=["55.0%", "10.0%"],
    ),
    "long tail, fewer than ten": case(
        lambda: plots.long_tail_curve(pd.Series([1, 3]), pd.Series([4])),
        "A tenth of articles gets 75.0% of events; a tenth of people makes 100.0%",
    ),
    "article life": case(
        lambda: plots.article_life(pd.Series([0.0, 100.0, 200.0, 7.0, 700.0])),
        "Half of all events come within 100.0 days of an article's first",
        "half of all 5 events come within 100.0 days; "
        "20% within 1 hour, 20% within 1 day, 40% within 1 week, 40% within 1 month.",
        texts=["half after 100.0 days", "20% after a day"],
    ),
    "article life, each read once": case(
        lambda: plots.article_life(pd.Series([0.0, 0.0])),
        "Half of all events come within 0 seconds of an article's first",
    ),
    # ---------------------------------------------------------------- chapter 2
    "event weights": case(
        lambda: plots.event_weights(EVENTS),
        "Counts differ 5-fold, weights 3-fold",
        "Shares of the 7 events: VIEW 71.4% (weight 1), ",
        "the rarer type has the larger weight in 2 of 2 cases.",
    ),
    "event weights, own": case(
        lambda: plots.event_weights(EVENTS, {"VIEW": 3.0, "LIKE": 1.5, "BOOKMARK": 5.0}),
        "Counts differ 5-fold, weights 3-fold",
        "LIKE 14.3% (weight 1.5)",
        "in 1 of 2 cases; not so for LIKE and VIEW.",
    ),
    "strengths": case(
        lambda: plots.strength_distribution(dr.event_strength(EVENTS), EVENTS),
        "50.0% of the pairs have strength 1",
        "50.0% of the 4 pairs have strength 1, most often made of VIEW.",
        "The mean is 2.25, the largest 4.",
        "The bars shown cover 100.0% of the pairs.",
        texts=["50.0%  VIEW", "25.0%  VIEW + LIKE", "25.0%  VIEW + BOOKMARK"],
        rows=["1", "3", "4"],
    ),
    "strengths, no views": case(
        lambda: plots.strength_distribution(dr.event_strength(ACTED), ACTED),
        "50.0% of the pairs have strength 2",
        "most often made of LIKE.",
    ),
    "strengths, the most frequent": case(
        lambda: plots.strength_distribution(dr.event_strength(EVENTS), EVENTS, most=2),
        "50.0% of the pairs have strength 1",
        "The bars shown cover 75.0% of the pairs.",
        texts=["50.0%  VIEW", "25.0%  VIEW + LIKE"],
    ),
    "CSR": case(
        lambda: plots.csr_drawing(CSR),
        "CSR stores 3 of the 12 cells, row after row",
        "Row 0 owns the positions from 0 up to, not including, 2: 3 in column 0 and 1 in column 3. "
        "Row 1 owns the positions from 2 up to, not including, 3: 6 in column 1. "
        "Row 2 is empty: indptr repeats 3.",
    ),
    "busiest corner": case(
        lambda: plots.busiest_corner(READ, users=3, items=3),
        "The busiest corner is 89% filled, the whole matrix 62.50%",
        "Of the 9 cells of the 3 most active people and the 3 most read articles, 88.9% hold",
        "of all 16 cells, 62.50%. In the corner, 100% of the filled cells are below 2.",
        "It holds 80.0% of all pairs.",
    ),
    # ---------------------------------------------------------------- chapter 3
    "toy matrix": case(
        lambda: plots.toy_matrix(TOY),
        "4 of 6 cells hold a strength; the rest is silence",
        "2 people (rows) and 3 articles",
        "at most 12; 2 of the 6 cells are empty",
        texts=["1", "3", "", "", "12", "1"],
        rows=["Ana", "Emi"],
    ),
    "loss that falls": case(
        lambda: plots.loss_staircase([1000.0, 100.0, 50.0, 20.0, 19.0]),
        "Every half-step lowers the loss: from 1,000.0 to 19.0",
        "4 of 4 half-steps lower the loss, from 1,000.0 at the random start to 19.0 at the end.",
        "The first 2 of them go 97% of the way.",  # 950 of 981; 900 are 92 %
    ),
    "loss that rises once": case(
        lambda: plots.loss_staircase([10.0, 5.0, 6.0, 4.0]),
        "2 of 3 half-steps lower the loss: from 10.0 to 4.0",
        "2 of 3 half-steps",
    ),
    "factor plane": case(
        lambda: plots.factor_plane(PEOPLE, ARTICLES, TASTES),
        "Unasked, code and design end up 90° apart",
        "code and design are 90° apart; no member is more than 0° off",
        texts=["Ana", "Emi", "Git", "Type", "News"],
    ),
    "factor plane, wide tastes": case(
        lambda: plots.factor_plane(
            PEOPLE, ARTICLES, {"code": ["Ana", "Git", "News"], "design": ["Emi", "Type"]}
        ),
        "Unasked, code and design end up 75° apart",
        "no member is more than 30° off",
    ),
    "product": case(
        lambda: plots.product(PEOPLE, ARTICLES, OPENED, ("Emi", "Type")),
        "Two numbers each give 3 of 3 read cells a score of 1",
        "Emi × Type is 0 · 0 + 3 · 0.5 = 1.5.",
        "score of 3 of the 3 read cells and of 1 of the 3 empty ones",
    ),
    "fitted line": case(
        lambda: plots.fitted_line(pd.Series([0.2, 1.0], ["Git", NASTY]), MUCH, 15.0, 1.0),
        "Firm points pull the line up, from slope 0.49 to 0.98",  # 1 / 2.04; 46 / 47.04
        "With all points alike the slope is 0.49; with the confidences, which go up to 46, it is 0",
        rows=["0", "1"],
    ),
    "bowl": case(
        lambda: plots.bowl(BOWL, BOWL.bottom + np.array([[0.1, 0], [0, -0.2]])),
        "Every nudge away from the bottom leads uphill",
        f"The loss is {BOWL.loss(BOWL.bottom):.2f} at the bottom, ({BOWL.bottom[0]:.3f}, ",
        "2 of 2 nudges raise it",
        texts=["+1", "+4", "+9", "+16", "+25"],
    ),
    "bowl, a nudge of nothing": case(
        lambda: plots.bowl(BOWL, np.array([BOWL.bottom, BOWL.bottom + 1])),
        "1 of 2 nudges away from the bottom lead uphill",
        "1 of 2 nudges raise it, by 0.0000",
    ),
    "bottoms": case(
        lambda: plots.bottoms({"as it is": BOWL, "a little": NEAR, NASTY: FAR}),
        f"“{DRAWN}” moves the bottom furthest, by {np.hypot(*(FAR.bottom - BOWL.bottom)):.2f}",
        f"“a little” ({NEAR.bottom[0]:.2f}, {NEAR.bottom[1]:.2f}); “{NASTY}”",
    ),
    "reconstructions": case(
        lambda: plots.reconstructions(SEEN, {"half (2)": HALF, "good (1)": BEST}, ASKED),
        "Framed cells that come first: good 2 of 2, half 1 of 2",
        "mean score: with “good (1)” 2 and 0.35, with “half (2)” 1 and 0.35. Dashed frames",
    ),
    "alpha": case(
        lambda: plots.alpha_scores(ALPHAS),
        "A larger alpha moves the median score of a read pair from 0.25 to 0.87",
        "that of an unread pair from 0.001 to 0.020",
    ),
    # ---------------------------------------------------------------- chapter 4
    "arrows, two winners": case(
        lambda: plots.arrows({"A": (2, 2), "B": (1, 2), "C": (4, 1)}),
        "Nearest to A: C by dot product, B by cosine",
        "B: dot product 6, cosine 0.95; C: dot product 10, cosine 0.86",
        texts=[
            "", "A = (2, 2)",
            "", "B = (1, 2)\ndot product 6\nangle 18°, cosine 0.95",
            "", "C = (4, 1)\ndot product 10\nangle 31°, cosine 0.86",
        ],
    ),
    "arrows, one winner": case(
        lambda: plots.arrows({"A": (1, 0), "B": (3, 0), "C": (0, 1)}),
        "Nearest to A: B by dot product, B by cosine",
        "C: dot product 0, cosine 0.00",
    ),
    "norms that grow": case(
        lambda: norms(0.1, 0.2, 0.3, 0.4),
        "The more readers, the longer the vector (rank correlation 1.00)",
        "vector length is 1.00 over 4 articles. "
        "The median length is 0.100 with 1 reader and 0.350 with 3–4 readers.",
    ),
    "norms that do not": case(
        lambda: norms(0.4, 0.2, 0.3, 0.1),
        "Readers and length (rank correlation -0.80)",
    ),
    "norms too small to show": case(
        lambda: norms(1e-13, 0.2, 0.3, 0.4),
        "The more readers, the longer the vector (rank correlation 1.00)",
        "Points below the frame: 1.",
    ),
    "two rankings, joined by id": case(
        lambda: plots.two_rankings(LEFT, RIGHT),
        "By dot product neighbours have 6 readers on average, by cosine 5",
        "Articles in both lists: 2, of which 1 at another place (orange lines).",
        "by cosine have 5.0 readers on average, those by dot product 5.7.",
        texts=["by cosine (readers)", "1", "same (3)", "2", "same (4)", "3", "same (8)",
               "by dot product (readers)", "1", "same (6)", "2", "same (3)", "3", "same (8)"],
    ),
    "two rankings of two seeds": case(
        lambda: plots.two_rankings(LEFT, LEFT, ("seed 1", "seed 2")),
        "By seed 2 neighbours have 5 readers on average, by seed 1 5",
        "Articles in both lists: 3, of which 0 at another place",
    ),
    "evidence": case(
        lambda: plots.evidence(
            np.array([1, 1, 3, 4, 60]), np.array([0.0, 0.2, 0.3, 0.5, 0.2]), 0.05
        ),
        "Nearest on the same topic: 10% with 1 reader, 40% with 3–4 readers",
        "with 50+ readers it is 20%.",
        "The largest share, 40%, goes with 3–4 readers.",
        "in 5.0% of cases",
        texts=["10%\n(2)", "40%\n(2)", "20%\n(1)", "chance\n5%"],
    ),
    "map with topics": case(
        lambda: topic_map(topics=TOPICS, agreement=0.5, chance=0.1),
        "Readers reveal the topic: 50% of the nearest share it, 10% by chance",
        "155 articles; coloured shapes mark the 7 largest topics.",
        "50% share the topic; chance gives 10.0%.",
        texts=[f"{glyph} $t_{i}$ <b>" for i, glyph in enumerate("●■▲◆▼✚✖")],
    ),
    "map where topics say little": case(
        lambda: topic_map(topics=np.resize(list("abc"), 155), agreement=0.3, chance=0.3),
        "Readers say little of the topic: 30% of the nearest share it, 30% by chance",
        "3 largest topics",
    ),
    "map without topics": case(
        topic_map,
        "155 articles, placed by who read them",
        "do not say what an article is about",
        texts=[],
    ),
    # ---------------------------------------------------------------- chapter 5
    "score range": case(
        lambda: plots.score_range(SCORES, HAS_READ),
        "A score is no probability: 25% are below zero, the largest is 1.5",
        "Of 8 scores 25.0% lie below 0 and 12.5% above 1",
        "Half of the unread pairs score between -0.22 and 0.06, "
        "half of the read pairs between 0.69 and 1.12.",
    ),
    "score range, none read": case(
        lambda: plots.score_range(np.array([[0.1, 0.9]]), np.zeros((1, 2), dtype=bool)),
        "A score is no probability: 0% are below zero, the largest is 0.9",
        "half of the read pairs nothing (there are none)",
    ),
    "score range, all equal": case(
        lambda: plots.score_range(np.zeros((2, 3)), np.eye(2, 3, dtype=bool)),
        "A score is no probability: 0% are below zero, the largest is 0.0",
    ),
    "waterfall": case(
        lambda: plots.score_waterfall(parts(0.5, 0.3, -0.2), NASTY),
        "2 readings push the score up by 0.800, 1 pulls it back by 0.200",
        f"“{NASTY}” scores 0.600. Steps forward: 2 of 3 past readings, 0.800 in all; steps back: "
        f"1, 0.200 in all. The largest part, 0.500, comes from “{NASTY}”.",
        texts=["+0.500", "+0.300", "-0.200", "0.600"],
        rows=[DRAWN, "Title 1", "Title 2", "the score: all of them together"],
    ),
    "waterfall, half of it": case(
        lambda: plots.score_waterfall(parts(0.2, 0.2, 0.2, 0.2, 0.2), "T"),
        "5 readings push the score up by 1.000",
    ),
    "waterfall below zero": case(
        lambda: plots.score_waterfall(parts(0.1, -0.4), "T"),
        "1 reading pushes the score up by 0.100, 1 pulls it back by 0.400",
        texts=["+0.100", "-0.400", "-0.300"],
    ),
    "waterfall of one": case(
        lambda: plots.score_waterfall(parts(0.25), "T"),
        "1 reading pushes the score up by 0.250",
        "1 of 1 past readings, 0.250 in all; steps back: 0, 0.000 in all",
    ),
    "waterfall, small parts as one": case(
        lambda: plots.score_waterfall(parts(0.5, 0.3, 0.02, 0.01, -0.2), "T", most=3),
        "4 readings push the score up by 0.830, 1 pulls it back by 0.200",
        texts=["+0.500", "+0.300", "-0.200", "+0.030", "0.630"],
        rows=[DRAWN, "Title 1", "Title 4", "2 further readings together",
              "the score: all of them together"],
    ),
    "concentration": case(
        lambda: plots.concentration(READERS, TIMES),
        "The top tenth takes 60% of the recommended places, 25% of the readings",
        "30.0% of 10 articles appear in at least one list; "
        "the other 7 are recommended to nobody. The most recommended tenth fills 60",
    ),
    "two seeds": case(
        lambda: plots.two_seeds(*SEEDS),
        "Another seed keeps 1.0 of 2 titles",
        "of 3 people 1 get the same 2 titles from both seeds, 67% share at most half",
        "67% of the articles at rank 1",
        "33% of those at rank 2",
    ),
    "two seeds, equal": case(
        lambda: plots.two_seeds(SEEDS[0], SEEDS[0]),
        "Another seed keeps 2.0 of 2 titles",
        "3 get the same 2 titles from both seeds, 0% share at most half",
    ),
    # ---------------------------------------------------------------- chapter 6
    "scoreboard": case(
        lambda: plots.scoreboard(BOARD, "three"),
        "three comes second; highest is two",
        "NDCG@10, the best first: two 0.600; three 0.500; one 0.200.",
        "from 0.500 to 0.700; that of three overlaps with it",
        texts=["0.200", "0.500", "0.600"],
        rows=["one", "three", "two"],
    ),
    "scoreboard, nobody near": case(
        lambda: plots.scoreboard({"a": made_up(0.1), "b": made_up(0.9)}, "b", "recall@10"),
        "b comes first",
        "; no other does.",
    ),
    "scoreboard, intervals that touch": case(
        lambda: plots.scoreboard({"a": made_up(0.3), "b": made_up(0.5)}, "a"),
        "a comes second; highest is b",
        "from 0.400 to 0.600; that of a overlaps with it.",
    ),
    "noise": case(
        lambda: plots.noise({"a seed": [0.10, 0.11, 0.12], "a split": [0.1, 0.2, 0.3]}),
        "A split moves NDCG@10 10.0 times as far as a seed",
        "a seed, 3 times: 0.0100; a split, 3 times: 0.1000",
        rows=["a seed", "a split"],
    ),
    "noise, none": case(
        lambda: plots.noise({"nothing": [0.1, 0.1]}),
        "NDCG@10 of one recommender",
    ),
    "what lists show": case(
        lambda: plots.what_lists_show(SHOWN, opened=5.25),
        "The 2 best recommend more popular articles than people choose",
        "least are shown by narrow (1.1%), most by wide (98.0%)",
        "Novelty of best: 4.0 bits, of wide: 9.0, of what people opened: 5.2 (2 of 3 stay below",
        texts=["98.0%", "1.1%", "25.0%"],
        rows=["wide", "narrow", "best"],
    ),
    "served": case(
        lambda: plots.served(SERVED, kinds(*"aabbc"), ["ndcg@10", "recall@10"]),
        "ALS: NDCG@10 and recall@10 are lowest for “a”",
        "NDCG@10 from 0.150 (“a”) to 0.700 (“b”); recall@10 from 0.150",
        "by kind: a: 2, b: 2, c: 1.",
    ),
    "served, worst by each": case(
        lambda: plots.served(APART, kinds(*"abc"), ["recall@10", "ndcg@10"]),
        "ALS: recall@10 is lowest for “b”, NDCG@10 for “a”",
    ),
    "served, one metric": case(
        lambda: plots.served(APART, kinds(*"abc"), ["ndcg@10"]),
        "ALS: NDCG@10 is lowest for “a”",
    ),
    "two protocols": case(
        lambda: plots.two_protocols(SAMPLED, FULL, [("a", "b")]),
        "Fresh splits confirm 1 of 2 changes of order",
        "Of 6 pairs of recommenders, 2 change their order on this split.",
        "a is ahead of b by sampled recall@10 (0.900 to 0.800) and behind by full recall@10 "
        "(0.100 to 0.200), here and on fresh splits. Changes that do not hold: 1.",
        texts=["a  0.900", "0.100  a", "b  0.800", "0.200  b",
               "c  0.500", "0.050  c", "d  0.400", "0.060  d"],
    ),
    "two protocols, no change": case(
        lambda: plots.two_protocols(SAMPLED, SAMPLED / 10, []),
        "Fresh splits confirm 0 of 0 changes of order",
        "0 change their order on this split. Changes that do not hold: 0.",
    ),
    "two protocols, a tie": case(
        lambda: plots.two_protocols(SAMPLED[["a", "b"]] * 0 + 0.5, FULL[["a", "b"]], []),
        "Fresh splits confirm 0 of 0 changes of order",
    ),
    # ---------------------------------------------------------------- chapter 7
    "tuning map": case(
        lambda: plots.tuning_map(GRID),
        "The best α goes from 40 at λ = 0.1 to 40 at λ = 100",
        "goes from 0.100 to 0.400",
        "(bold): 40 at λ = 0.1, 40 at λ = 100. Other cells",
        "from the best: none (framed, like the best).",
        texts=["0.100", "0.200", "0.390", "0.400"],
        rows=["0.1", "100"],
    ),
    "tuning map, two level": case(
        lambda: plots.tuning_map(GRID, GRID > 0.3),
        "The best α goes from 40 at λ = 0.1 to 40 at λ = 100",
        "from the best: 1 (framed, like the best).",
    ),
    "tuning map, the best rises": case(
        lambda: plots.tuning_map(RISING),
        "The best α rises from 5 at λ = 0.1 to 40 at λ = 100",
    ),
    "sweep": case(
        lambda: plots.sweep(FACTORS.rename_axis("factors")),
        "strong: highest at 128 factors. weak: at 64",
        "weak: 0.300 at 64, 0.200 at 128; strong: 0.500 at 128",
    ),
    "sweep, not all measured": case(
        lambda: plots.sweep(FACTORS.rename_axis("factors").mask(FACTORS == 0.5)),
        "Best factors: 64, on every line",
        "strong: 0.200 at 64, nan at 128",
    ),
    "sweep, of a symbol": case(
        lambda: plots.sweep(FACTORS.rename_axis("λ"), on="the test side"),
        "strong: highest at λ = 128. weak: at 64",
    ),
    "sweep, one line": case(
        lambda: plots.sweep(FACTORS[["weak"]].rename_axis("factors")),
        "Best factors: 64, on every line",
    ),
    "hits by length": case(
        lambda: plots.hits_by_length(RATES),
        "clock finds 3.0 times what chance finds in a list of 1, 1.2 times in 10",
        "in lists of 1, 10: chance 0.100, 0.500; clock 0.300, 0.600.",
        "clock finds 3.0 times what chance finds; in a list of 10, 1.2 times.",
    ),
    "hits by length, of the first alone": case(
        lambda: plots.hits_by_length(RATES[::-1].copy()),
        "clock finds 30.0% of the readings in a list of 1, 60.0% in 10",
        "In a list of 1, clock finds 30.0% of the readings; in a list of 10, 60.0%.",
    ),
    "hits by length, against nothing": case(
        lambda: plots.hits_by_length(RATES.replace(0.1, 0)),
        "clock finds 30.0% of the readings in a list of 1, 60.0% in 10",
    ),
    # ---------------------------------------------------------------- chapter 8
    "staleness": case(
        lambda: plots.staleness(PACES),
        "Stepped: 1.7 to 3.2 times the hits of alone",
        "Hit rates by the days between two trainings (1, 7, never again): alone 0.120, 0.100, "
        "0.060; stepped 0.200, 0.200, 0.190.",
    ),
    "staleness, other paces": case(
        lambda: plots.staleness(PACES[["alone"]].set_axis([0.5, 2, 14])),
        "Trained every 0.5 days → every 14 days: alone 12.0% → 6.0%",
    ),
    "staleness, against nothing": case(
        lambda: plots.staleness(PACES.replace(0.1, 0)),
        "Trained every day → never: alone 12.0% → 6.0%, stepped 20.0% → 19.0%",
    ),
    # ---------------------------------------------------------------- chapter 8½
    "loops": case(
        lambda: plots.loops(WEEKS),
        "In the last week “open” gets 2.0 times the clicks of “alone”",
        "the first and the last of 2 weeks",
        "alone: 1.00 to 1.00, and 1 articles; open: 1.00 to 2.00, and 1 articles.",
    ),
}  # fmt: skip


@functools.cache
def drawn(name: str) -> plots.Picture:
    return CASES[name].draw()


@pytest.mark.parametrize("name", CASES)
def test_title_caption_and_what_is_written_are_those_of_the_data(name: str) -> None:
    expected, picture = CASES[name], drawn(name)
    assert title_of(picture) == expected.title
    for part in expected.says:
        assert part in picture.caption
    assert expected.texts in (None, texts_of(picture))
    assert expected.rows in (None, rows_of(picture))


@pytest.mark.parametrize("name", CASES)
def test_every_figure_is_a_labelled_png_in_which_nothing_is_cut_off(name: str) -> None:
    picture = drawn(name)
    assert picture.png.startswith(b"\x89PNG")
    assert repr(picture) == picture.caption
    for axes in picture.figure.axes:
        assert axes.get_xlabel() or axes.get_ylabel() or axes.get_xticklabels() or not axes.axison
    assert_whole(picture)


def assert_whole(picture: plots.Picture) -> None:
    figure = picture.figure
    figure.draw_without_rendering()
    box, (width, height) = figure.get_tightbbox(), figure.get_size_inches()
    assert box.x0 >= -0.05 and box.x1 <= width + 0.05
    assert box.y0 >= -0.05 and box.y1 <= height + 0.05


# ------------------------------------------------------------------ marks


def bars(name: str) -> list[tuple[float, float]]:
    """(start, length) of each horizontal bar, from the first."""
    return [(bar.get_x(), bar.get_width()) for bar in drawn(name).figure.axes[0].patches]


def line(name: str, number: int, axes: int = 0) -> list[tuple[float, float]]:
    """The points of a line."""
    drawing = drawn(name).figure.axes[axes].lines[number]
    return list(zip(*np.asarray(drawing.get_data(), dtype=float).tolist(), strict=True))


@pytest.mark.parametrize(
    ("name", "number", "expected"),
    [
        ("loss that falls", 1, [(0, 1000)]),
        ("loss that falls", 2, [(1, 100), (3, 20)]),  # people are solved first
        ("loss that falls", 3, [(2, 50), (4, 19)]),
        ("two rankings, joined by id", 0, [(0, 0), (1, 1)]),
        ("two rankings, joined by id", 1, [(0, 2), (1, 2)]),
        ("noise", 2, [(0.1, 1), (0.2, 1), (0.3, 1)]),
        ("two protocols", 0, [(0, 1), (1, 2)]),
        ("two protocols", 2, [(0, 3), (1, 4)]),
        ("sweep", -1, [(2, 0.5)]),  # the ring around the best
        ("hits by length", 1, [(1, 0.3), (10, 0.6)]),
        ("staleness", 0, [(0, 0.12), (1, 0.1), (2, 0.06)]),
        ("long tail", 3, [(10, pytest.approx(55))]),
        ("article life", 0, [(7, 40), (100, 60), (200, 80), (700, 100)]),
    ],
)
def test_lines_go_through_their_points(name: str, number: int, expected: list) -> None:
    assert line(name, number)[-len(expected) :] == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("waterfall", [(0, 0.5), (0.5, 0.3), (0.8, -0.2), (0, 0.6)]),
        ("waterfall below zero", [(0, 0.1), (0.1, -0.4), (0, -0.3)]),
        ("waterfall, small parts as one",
         [(0, 0.5), (0.5, 0.3), (0.8, -0.2), (0.6, 0.03), (0, 0.63)]),
        ("strengths", [(0, 50), (0, 25), (0, 25)]),
    ],
)  # fmt: skip
def test_bars_begin_and_end_where_the_data_say(name: str, expected: list) -> None:
    np.testing.assert_allclose(bars(name), expected, atol=1e-12)


def test_steps_and_cells_are_where_the_data_say() -> None:
    assert {x for x, _ in line("what lists show", -1, axes=1)} == {5.25}  # what people opened
    steps = [p for p in drawn("score range").figure.axes[0].patches if hasattr(p, "get_data")]
    assert [step.get_data().values.sum() for step in steps] == pytest.approx([1, 1])
    titles = drawn("two seeds").figure.axes[0].patches
    assert [bar.get_height() for bar in titles] == [1, 1, 1]
    week = drawn("weekly rhythm").figure.axes[0].images[0].get_array()
    assert week.shape == (7, 24) and week.sum() == pytest.approx(100)
    assert week[0, :3].tolist() == pytest.approx([200 / 7, 100 / 7, 100 / 7])


def test_only_changes_of_order_that_hold_are_coloured() -> None:
    assert plots.flips(SAMPLED, FULL) == [("c", "d"), ("a", "b")]  # the clearest first
    a, b, c, d = drawn("two protocols").figure.axes[0].lines
    assert a.get_color() == b.get_color() != c.get_color() == d.get_color()
    assert [one.get_linestyle() for one in (a, b, c, d)] == ["-", "-", "--", "--"]


def test_the_tuning_map_frames_what_is_level_and_prints_the_best_of_each_row_bold() -> None:
    for name, frames in (("tuning map", {(1, 1)}), ("tuning map, two level", {(0, 1), (1, 1)})):
        axes = drawn(name).figure.axes[0]
        assert {(round(p.get_x()), round(p.get_y())) for p in axes.patches} == frames
        bold = [text.get_text() for text in axes.texts if text.get_fontweight() == "bold"]
        assert bold == ["0.200", "0.400"]


def test_points_that_lie_together_share_a_label_and_leave_room_for_the_next() -> None:
    people = pd.DataFrame([[1.0, 0.1], [1.0, 0.1]], ["Ana", "Bruno"])  # the same place
    articles = pd.DataFrame([[0.6, 0.9], [0.8, 0.9], [0.0, 0.0]], ["Git", "News", "Far"])
    picture = plots.factor_plane(people, articles, {"a": ["Ana", "Bruno"], "b": ["Git"]})
    sides = {text.get_text(): text.get_ha() for text in picture.figure.axes[0].texts}
    assert sides == {"Ana,\nBruno": "left", "Git": "right", "News": "left", "Far": "right"}
    told = [text.get_text() for text in picture.figure.legends[0].get_texts()]
    assert told == ["person", "article", "a", "b", "both"]


def test_a_frame_is_dashed_where_the_cell_is_not_first() -> None:
    panels = drawn("reconstructions").figure.axes
    dashed = [[p for p in axes.patches if p.get_linestyle() == "--"] for axes in panels]
    assert [len(patches) for patches in dashed] == [0, 1, 0, 0]
    assert panels[2].get_title(loc="left") == "good (1): 2 of 2 first"


@pytest.mark.parametrize("shape", [(1, 1), (3, 4), (6, 5)])
def test_csr_drawing_shows_every_number_of_the_arrays(shape: tuple[int, int]) -> None:
    rng = np.random.default_rng(3)
    small = sparse.csr_matrix(rng.integers(0, 3, shape) * rng.integers(0, 2, shape))
    written = texts_of(plots.csr_drawing(small))
    arrays = [small.data, small.data, small.indices, small.indptr]
    expected = sorted(str(number) for array in arrays for number in array)
    assert sorted(text for text in written if text.isdigit()) == expected
    assert {"data", "indices", "indptr"} <= set(written)


def test_the_busiest_corner_colours_by_strength() -> None:
    pixels = plots.busiest_corner(matrix_of([[1, 2, 5], [4.9, 0, 0]])).figure.axes[0].images[0]
    below_2, from_2, from_5 = pixels.get_array()[0].tolist()
    assert pixels.get_array()[1].tolist() == [from_2, [1, 1, 1], [1, 1, 1]]  # white: no pair
    assert from_5 == [0, 0, 0]
    assert below_2 != from_2


def test_colours_and_shapes_of_the_topics_differ_and_their_labels_do_not_cover_each_other() -> None:
    labels = drawn("map with topics").figure.axes[0].texts
    assert len({label.get_bbox_patch().get_edgecolor() for label in labels}) == 7
    crowd = np.random.default_rng(0).normal(size=(48, 2)) * 0.01 + [5, 5]
    topics = np.append(np.repeat([f"topic {i}" for i in range(8)], 6), ["x", "y"])
    figure = plots.article_map(np.vstack([crowd, [[0, 0], [10, 10]]]), topics, 1, 0.1).figure
    FigureCanvasAgg(figure).draw()
    boxes = [text.get_window_extent() for text in figure.axes[0].texts]
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])
    inside = figure.bbox.padded(-1)
    assert all(inside.contains(*box.min) and inside.contains(*box.max) for box in boxes)


@pytest.mark.parametrize(
    ("days", "text"),
    [
        (3.0, "3.0 days"), (2.0, "2.0 days"), (1.5, "36.0 hours"), (1 / 24, "60.0 minutes"),
        (90 / DAY, "90 seconds"), (0.0, "0 seconds"),
    ],
)  # fmt: skip
def test_duration_picks_the_unit(days: float, text: str) -> None:
    assert duration(days) == text


# ------------------------------------------------------------------ names from data


def wherever_a_name_goes(name: str) -> dict[str, Callable[[], plots.Picture]]:
    """Each figure that draws names, with `name` wherever one goes."""
    a, b = made_up(0.1, 0.2, 0.4), made_up(0.3, 0.5, 0.2)
    series = pd.Series({name: 0.3, "other": 0.4})
    table = pd.DataFrame({"contentId": range(10), "title": name, "readers": 1})
    crowd = np.random.default_rng(0).normal(size=(20, 2))
    toy = TOY.set_axis([name, "Emi"]).set_axis([name, "T", "U"], axis=1)
    return {
        "toy": lambda: plots.toy_matrix(toy),
        "plane": lambda: plots.factor_plane(
            PEOPLE, ARTICLES.rename({"Git": name}), {"code": [name], name: ["Emi"]}
        ),
        "reconstructions": lambda: plots.reconstructions(toy, {name: GOOD}, FRAMED),
        "rankings": lambda: plots.two_rankings(table, table),
        "map": lambda: plots.article_map(crowd, np.repeat([name, "other"], 10), 0.5, 0.1),
        "waterfall": lambda: plots.score_waterfall(parts(0.5, 0.1).assign(title=name), name),
        "scoreboard": lambda: plots.scoreboard({name: a, "other": b}, name),
        "noise": lambda: plots.noise({name: [0.1, 0.2], "other": [0.1, 0.3]}),
        "shown": lambda: plots.what_lists_show({name: a, "other": b}, opened=4.0),
        "served": lambda: plots.served({name: a, "other": b}, kinds(name, name, "x"), ["ndcg@10"]),
        "protocols": lambda: plots.two_protocols(series, -series, [("other", name)]),
        "sweep": lambda: plots.sweep(
            pd.DataFrame({name: [0.1, 0.2], f"{name}!": [2, 1]}, index=[1, 2]).rename_axis(name)
        ),
        "loops": lambda: plots.loops({name: WEEKS["open"], "other": WEEKS["alone"]}),
        "hits": lambda: plots.hits_by_length(
            pd.DataFrame({"hit@1": [0.1, 0.3], "hit@3": 0.4}, index=[name, f"{name}!"])
        ),
        "stale": lambda: plots.staleness(PACES.rename(columns={"alone": name})),
    }


SHORTENED = ("toy", "plane", "rankings", "map", "waterfall")


@pytest.mark.parametrize("others", [{}, {"nobody": WEEKS["open"].assign(clicked=False)}])
def test_a_loop_without_another_or_with_one_without_clicks_is_told_alone(others: dict) -> None:
    picture = plots.loops({"open": WEEKS["open"], **others})
    assert title_of(picture) == "In the last week “open” gets 2.00 clicks per visit"


@pytest.mark.filterwarnings("ignore:Glyph")
@pytest.mark.parametrize("figure", wherever_a_name_goes(NASTY))
def test_names_with_markup_are_drawn_as_they_are(figure: str) -> None:
    assert len(wherever_a_name_goes(NASTY)[figure]().caption) > 30
    for name in ("日本語のタイトル " * 5, "a\nb_{x}^{y}$\\alpha$") * (figure in SHORTENED):
        picture = wherever_a_name_goes(name)[figure]()
        names = picture.figure.axes[0].get_xticklabels()[:1] if figure == "toy" else []
        for text in (names or picture.figure.axes[0].texts)[-1:]:
            assert not re.search("[\u2e80-\uffff]", text.get_text())


@pytest.mark.parametrize("figure", [f for f in wherever_a_name_goes(LONG) if f not in SHORTENED])
def test_long_names_are_not_cut_off(figure: str) -> None:
    assert_whole(wherever_a_name_goes(LONG)[figure]())


def test_long_titles_are_wrapped_and_stay_legible_at_the_width_of_a_notebook() -> None:
    wide = ["A LONG TITLE IN CAPITAL LETTERS " * 9, "Onewordonly" * 20]
    table = pd.DataFrame({"contentId": [1, 2], "title": wide, "readers": [1, 2_345]})
    picture = plots.two_rankings(table, table)
    assert_whole(picture)
    assert picture.figure.get_figwidth() <= 8
    assert all(text.get_fontsize() >= 9 for text in picture.figure.axes[0].texts)
    assert max(len(row) for text in texts_of(picture) for row in text.split("\n")) <= 42


@pytest.mark.parametrize("name", ["event weights", "strengths", "busiest corner", "two seeds"])
def test_drawing_twice_gives_the_same_bytes(name: str) -> None:
    again = CASES[name].draw()
    assert (again.png, again.caption) == (drawn(name).png, drawn(name).caption)


# ------------------------------------------------------------------ on the sample


def test_week_and_types_on_the_sample(clicks, events) -> None:
    seconds = clicks.interactions["timestamp"]
    picture = plots.weekly_rhythm(pd.to_datetime(seconds, unit="s", utc=True))
    # 1970-01-01 was a Thursday, so day 2 after it is a Saturday.
    weekdays = ((seconds // DAY + 3) % 7 < 5).mean()
    assert title_of(picture) == f"{weekdays:.1%} of the events fall on Monday to Friday"
    assert f"UTC hold {(seconds % DAY < 36_000).mean():.1%}." in picture.caption
    ticks = plots.event_weights(events).figure.axes[0].get_xticklabels()
    assert "20,000" in [tick.get_text() for tick in ticks]


def test_similarity_on_the_sample_agrees_with_the_truth(matrix, model) -> None:
    """Share of each article's ten nearest on its topic, by the library's neighbours."""
    topic = dr.load_truth().articles.set_index("contentId")["topic"].loc[matrix.item_ids].to_numpy()
    ids, _ = model.similar_items(np.arange(len(topic)), N=11)
    others = [[j for j in row if j != i][:10] for i, row in enumerate(ids)]
    agreement = (topic[np.array(others)] == topic[:, None]).mean(axis=1)
    one, many = (agreement[side].mean() for side in (matrix.readers == 1, matrix.readers >= 50))
    picture = plots.evidence(matrix.readers, agreement, 0.05)
    assert f"{one:.0%} with 1 reader" in title_of(picture)
    assert f"with 50+ readers it is {many:.0%}" in picture.caption
    assert title_of(plots.norms_and_readers(model, matrix)).startswith("The more readers")


def test_explanations_and_lists_on_the_sample(model, matrix, strength) -> None:
    lengths = strength.groupby("personId").size()
    reader = lengths.index[lengths == 20][0]
    first = dr.recommend(model, matrix, reader, n=1).iloc[0]
    explanation = dr.explain(model, matrix, reader, first["contentId"])
    picture = plots.score_waterfall(explanation, first["title"])
    assert f"scores {first['score']:.3f}." in picture.caption
    steps = [bar.get_width() for bar in picture.figure.axes[0].patches]
    assert (steps[-1], sum(steps[:-1])) == pytest.approx((first["score"], first["score"]))
    everyone = dr.recommend_all(model, matrix)
    counts = everyone["contentId"].value_counts().reindex(matrix.item_ids, fill_value=0).to_numpy()
    tenth = round(len(counts) / 10)
    places = np.sort(counts)[-tenth:].sum() / len(everyone)
    readings = np.sort(matrix.readers)[-tenth:].sum() / matrix.user_items.nnz
    says = f"takes {places:.0%} of the recommended places, {readings:.0%} of the readings"
    assert says in title_of(plots.concentration(matrix.readers, counts))

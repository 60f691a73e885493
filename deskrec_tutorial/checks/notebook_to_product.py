"""Checks of exercise 8: a foreign log, a page, a model's reach, another's worth, a test's days.

What they try lies here too: ``tidy(*checks.notebook_to_product.thirteen_lines())`` shows your own
answer.  The logs of the exercise are made by `app_log` and `top_places`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ..feedback import World
from .core import changed, equal, fail, kind, ranking, unchanged
from .question import Answer, question

DAY = 86_400
ACTIONS = {"VIEW": "play", "LIKE": "like", "BOOKMARK": "save", "FOLLOW": "follow"}
REASONS = ("anonymous", "no time", "not wanted", "sent twice")


def app_log(events: pd.DataFrame, seed: int = 8) -> pd.DataFrame:
    """Return events as the app of a radio station would have logged them, with all that is odd.

    Parameters
    ----------
    events : DataFrame
        Events of the course: `timestamp`, `personId`, `contentId`, `eventType`.
    seed : int
        Decides which lines are odd.

    Returns
    -------
    DataFrame
        Text alone: `listener` (empty or missing where nobody was logged in), `episode`, `at` (a
        moment in milliseconds, or nothing that is one), `action`; a line in fifty stands there
        twice.
    """
    rng = np.random.default_rng(seed)
    events = events.drop_duplicates(["timestamp", "personId", "contentId", "eventType"])
    now = events["timestamp"].to_numpy() * 1000 + rng.integers(1000, size=len(events))
    log = pd.DataFrame(
        {
            "listener": [f"{code:05d}" for code in pd.factorize(events["personId"])[0]],
            "episode": [f"{code:04d}" for code in pd.factorize(events["contentId"])[0]],
            "at": now.astype(str),
            "action": events["eventType"].map(ACTIONS).fillna("skip").to_numpy(),
        }
    ).astype(object)
    odd = rng.random(len(log))
    log.loc[odd < 0.06, "listener"] = None
    log.loc[odd < 0.03, "listener"] = ""
    log.loc[rng.random(len(log)) < 0.01, "at"] = "n/a"
    again = log.sample(frac=0.02, random_state=seed)
    return pd.concat([log, again]).sample(frac=1, random_state=seed + 1, ignore_index=True)


def thirteen_lines() -> tuple[pd.DataFrame, set[str]]:
    """Return a log of thirteen lines, seven of which can stay, and the actions that are wanted.

    The phone of listener 9 has a clock that stands in 2001.
    """
    lines = [
        ("042", "1", "1700000001999", "play"),
        ("42", "1", "1700000000500", "play"),
        ("042", "1", "1700000001999", "play"),
        (None, "2", "1700000003000", "play"),
        ("", "2", "n/a", "like"),
        ("7", "1", "", "play"),
        ("7", "2", "1700000002900", "like"),
        ("7", "2", "1700000002100", "save"),
        ("7", "02", "1700000002900", "like"),
        ("7", "2", "1700000002300", "like"),
        ("7", "3", "1700000004000", "skip"),
        ("7", "3", "1700000004000", "skip"),
        ("9", "3", "999999999000", "play"),
    ]
    log = pd.DataFrame(lines, columns=["listener", "episode", "at", "action"])
    return log, {"play", "like", "save"}


# As they come out: moment in milliseconds, action, episode, listener.
SEVEN = [
    (999_999_999_000, "play", "3", "9"),
    (1_700_000_000_500, "play", "1", "42"),
    (1_700_000_001_999, "play", "1", "042"),
    (1_700_000_002_100, "save", "2", "7"),
    (1_700_000_002_300, "like", "2", "7"),
    (1_700_000_002_900, "like", "2", "7"),
    (1_700_000_002_900, "like", "02", "7"),
]


@question
def tidy(answer: Answer) -> None:
    """Check what becomes of ``checks.notebook_to_product.thirteen_lines()``."""
    log, wanted = thirteen_lines()
    events, left_out = events_and_counts(answer, log, wanted, "a log of thirteen lines")
    what = "what was left out, and why"
    equal(left_out, _counts(2, 1, 2, 1), what, mistakes=LEFT_OUT_MISTAKES)
    equal(events, as_events(SEVEN), "the seven lines that stay", mistakes=_tidy_mistakes())
    unchanged(thirteen_lines()[0], log, "the log that was passed in")


def _counts(*numbers: int) -> dict[str, int]:
    return dict(zip(REASONS, numbers, strict=True))


def as_events(rows: list[tuple[Any, ...]]) -> pd.DataFrame:
    """Return the events of lines of an app: moment in milliseconds, action, episode, listener."""
    events = pd.DataFrame(rows, columns=["timestamp", "eventType", "contentId", "personId"])
    return events.assign(timestamp=events["timestamp"] // 1000)


LEFT_OUT_MISTAKES = {
    "You counted a line once for each of its reasons. It is left out once: count the first reason "
    "that applies.": _counts(2, 2, 2, 2),
    "An empty text is no listener. Line 4 is anonymous, before anybody asks for its time.": (
        _counts(1, 2, 2, 1)
    ),
    "A missing listener (None) is anonymous, too.": _counts(1, 1, 2, 1),
    "You looked for repeated lines first. Line 11 repeats line 10, but neither is wanted, and that "
    "reason comes before.": _counts(2, 1, 1, 2),
    "Listener 7 liked episode 2 twice, 0.6 seconds apart: only what is the same in all four "
    "columns was sent twice. (Or did you count both copies of line 0? The first stays.)": (
        _counts(2, 1, 2, 2)
    ),
    "Line 2 is line 0 once more, to the millisecond.": _counts(2, 1, 2, 0),
}


def _tidy_mistakes() -> dict[str, pd.DataFrame]:
    right, order = as_events(SEVEN), [2, 1, 5, 3, 6, 4, 0]
    seconds = [moment // 1000 for moment, *_ in SEVEN]
    by_second = sorted(order, key=seconds.__getitem__)
    milli = right.assign(timestamp=[moment for moment, *_ in SEVEN])
    as_text = [1, 2, 3, 4, 5, 6, 0]
    return {
        "The course counts time in seconds; the app in milliseconds.": milli,
        "You rounded. Second 1,700,000,001 lasts until its last millisecond: divide by 1000 with "
        "`//`.": right.assign(timestamp=[round(moment / 1000) for moment, *_ in SEVEN]),
        "You sorted the moments as texts, and as a text 9… comes after 17…: the oldest line stands "
        "last. Make numbers of them first.": right.iloc[as_text].reset_index(drop=True),
        "The lines stand as in the log. Sort them by their moment.": (
            right.iloc[order].reset_index(drop=True)
        ),
        "You sorted by the second. Within one, milliseconds still say what came first.": (
            right.iloc[by_second].reset_index(drop=True)
        ),
        "You made numbers of the ids: listeners 042 and 42 have become one. Ids stay the texts "
        "they are.": right.assign(
            contentId=right["contentId"].astype(int), personId=right["personId"].astype(int)
        ),
    }


def events_and_counts(
    answer: Answer, log: pd.DataFrame, wanted: set[str], what: str
) -> tuple[pd.DataFrame, dict[str, int]]:
    """Return the two parts of a tidied log, or say what came instead of them.

    Parameters
    ----------
    answer : callable
        Takes a log and the actions that are wanted to events and counts.
    log : DataFrame
        The app's log; the answer gets this, not a copy.
    wanted : set of str
        Actions.
    what : str
        What was checked, for the message.
    """
    got = answer(log, wanted)
    kind(got, object, what)
    if not isinstance(got, (tuple, list)) or len(got) != 2:
        fail(what, "a table and a dictionary are expected, as in `return events, left_out`.")
    kind(got[0], pd.DataFrame, what)
    kind(got[1], (dict, pd.Series), what)
    return got[0], {reason: int(number) for reason, number in dict(got[1]).items()}


def eight_scores() -> tuple[pd.Series, pd.Series]:
    """Return the scores of eight articles and their topics, each in an order of its own.

    In the order of the ids, the topics are A, A, A, A, B, C, B, B; article 16 has no score.
    """
    scores = {15: 0.6, 13: 0.8, 11: 0.9, 16: np.nan, 12: 0.8, 18: 0.4, 14: 0.7, 17: 0.5}
    return pd.Series(scores), pd.Series(list("AAAABCBB"), index=range(11, 19))


@question
def page(answer: Answer) -> None:
    """Check pages made of ``checks.notebook_to_product.eight_scores()``.

    Five places with at most two of a topic, three places with at most one, and ten places.
    """
    scores, topics = eight_scores()
    what = "five places, at most two of a topic"
    wrong = {"Article 16 has no score: nobody knows whether it belongs on a page.": [16]}
    got = listed(answer(scores, topics, 5, 2), what)
    ranking(got, [11, 12, 15, 17, 13], what, unwanted=wrong, mistakes=PAGE_MISTAKES)
    what = "three places, at most one of a topic"
    got = listed(answer(scores, topics, 3, 1), what)
    ranking(got, [11, 15, 12], what, unwanted=wrong)
    what = "ten places for seven articles"
    got = listed(answer(scores, topics, 10, 2), what)
    ranking(got, [11, 12, 15, 17, 13, 14, 18], what, unwanted=wrong)
    for before, after in zip(eight_scores(), (scores, topics), strict=True):
        unchanged(before, after, "the scores and topics that were passed in")


PAGE_MISTAKES = {
    "The fifth place is empty. Where the rule leaves places, the best of those passed over fill "
    "them.": [11, 12, 15, 17],
    "That is the list by score alone: four of one topic.": [11, 12, 13, 14, 15],
    "Articles 12 and 13 have the same score: the lower id comes first, wherever it stands in the "
    "table.": [11, 13, 15, 17, 12],
    "The right articles, sorted by score once more. What was passed over comes after all that kept "
    "to the rule.": [11, 12, 13, 15, 17],
    "You took scores and topics by their position. They stand in different orders; the id is what "
    "they have in common.": [11, 12, 13, 14, 18],
    "You let the topics take turns. The best scores come first, until a topic is full.": (
        [11, 15, 12, 17, 13]
    ),
    "You filled up with the last of those passed over. The best of them is article 13.": (
        [11, 12, 15, 17, 18]
    ),
}


def listed(got: Any, what: str) -> np.ndarray:
    """Return the ids of a page, or say what came instead of them."""
    kind(got, (list, tuple, np.ndarray, pd.Series, pd.Index), what)
    return changed(got, np.asarray, what, "A list of ids")


TRAINED = 100 * DAY + 21_600  # six in the morning


def nineteen_events() -> pd.DataFrame:
    """Return a log of five people and six articles around ``checks.notebook_to_product.TRAINED``.

    Its rows are mixed. Eight events come before that moment.
    """
    rows = [
        (-9, 1, 10), (-8, 2, 10), (-7, 1, 20), (-6, 1, 20), (-5, 2, 30), (-4, 3, 40), (-3, 1, 40),
        (-2, 3, 50), (0, 3, 10), (1, 1, 30), (2, 1, 20), (3, 2, 20), (4, 3, 10),
        (24, 4, 10), (25, 2, 40), (26, 3, 30), (47, 3, 20), (73, 4, 40), (74, 2, 60),
    ]  # fmt: skip
    log = pd.DataFrame(rows, columns=["timestamp", "personId", "contentId"])
    log = log.assign(timestamp=TRAINED + log["timestamp"] * 3_600)
    return log.sample(frac=1, random_state=4)


@question
def reach(answer: Answer) -> None:
    """Check the reach of a model in ``checks.notebook_to_product.nineteen_events()``.

    It was trained at ``checks.notebook_to_product.TRAINED``; with two readers as the least, and
    with one.
    """
    log = nineteen_events()
    what = "the reach on three days, at least two readers"
    got = answer(log, TRAINED, 2)
    kind(got, pd.Series, what)
    equal(got, _by_day(1 / 3, 1 / 4, 0), what, mistakes=REACH_MISTAKES)
    unchanged(nineteen_events(), log, "the events that were passed in")
    equal(answer(log, TRAINED, 1), _by_day(1, 3 / 4, 0), "the reach, at least one reader")


def _by_day(*shares: float, days: tuple[int, ...] = (0, 1, 3)) -> pd.Series:
    return pd.Series(np.array(shares, dtype=float), index=list(days))


REACH_MISTAKES = {
    "Somebody who opens an article again does not find it anew. Count each pair of person and "
    "article once, at its first event.": _by_day(2 / 5, 1 / 4, 0),
    "You took pairs that were in the log before the training for readings after it.": (
        _by_day(1 / 4, 1 / 4, 0)
    ),
    "You counted events as readers. Person 1 opened article 20 twice before the training, and is "
    "one reader.": _by_day(2 / 3, 2 / 4, 0),
    "You counted readers who came after the training. The model has not seen them.": (
        _by_day(1, 3 / 4, 0)
    ),
    "A person who came after the training is nobody the model knows: person 4, on days 1 and 3.": (
        _by_day(1 / 3, 2 / 4, 1 / 2)
    ),
    "An event at the moment of the training is not known to the model. It is the first reading of "
    "day 0.": _by_day(0, 1 / 4, 0),
    "Your days begin at midnight. Day 0 begins with the training, at six in the morning.": (
        _by_day(1 / 3, 1 / 3, 0, 0, days=(0, 1, 2, 3))
    ),
    "Days are numbered from the training: 0, 1, 3. Yours are numbered from 1970.": (
        _by_day(1 / 3, 1 / 4, 0, days=(100, 101, 103))
    ),
    "A day without a reading has no share. Leave it out.": (
        _by_day(1 / 3, 1 / 4, np.nan, 0, days=(0, 1, 2, 3))
    ),
    "A day without a reading has no share, not a share of 0. Leave it out.": (
        _by_day(1 / 3, 1 / 4, 0, 0, days=(0, 1, 2, 3))
    ),
    "That is the share out of reach.": _by_day(2 / 3, 3 / 4, 1),
    "Those are numbers of readings. Divide by all readings of the day.": _by_day(1, 1, 0),
}


def top_places(world: World, visits: int = 20_000, seed: int = 8) -> pd.DataFrame:
    """Return visits to a site that fills one place by a lot in favour of what it believes in.

    Parameters
    ----------
    world : World
        The people who come, each equally often, and the articles that are drawn from.
    visits : int
        How many.
    seed : int
        The seed of everything that is drawn.

    Returns
    -------
    DataFrame
        One row per visit: `personId`, `contentId` of the article shown, `chance` that it was to be
        the one, between 0 and 1, and `clicked`.
    """
    rng = np.random.default_rng(seed)
    people = rng.integers(len(world.user_ids), size=visits)
    belief = world.attraction + rng.normal(0, 0.1, world.attraction.shape)
    chance = np.exp(4 * belief)
    chance /= chance.sum(axis=1, keepdims=True)
    item = (rng.random((visits, 1)) > chance[people, :-1].cumsum(axis=1)).sum(axis=1)
    return pd.DataFrame(
        {
            "personId": world.user_ids[people],
            "contentId": world.item_ids[item],
            "chance": chance[people, item],
            "clicked": rng.random(visits) < world.attraction[people, item],
        }
    )


def seven_visits() -> tuple[pd.DataFrame, np.ndarray]:
    """Return seven visits, and what another recommender would have shown: five times the same."""
    rows = [
        (11, 0.50, True), (12, 0.25, False), (13, 0.05, True), (11, 0.50, True),
        (11, 0.50, False), (12, 0.25, False), (12, 0.20, True),
    ]  # fmt: skip
    shown = pd.DataFrame(rows, columns=["contentId", "chance", "clicked"])
    return shown.set_axis([6, 2, 4, 0, 1, 5, 3]), np.array([11, 12, 13, 12, 11, 11, 12])


@question
def worth(answer: Answer) -> None:
    """Check what ``checks.notebook_to_product.seven_visits()`` are worth.

    With a cap of 8 the five visits that count weigh 2, 4, 8, 2 and 5. Then with a cap of 100, and
    for a recommender of which the log knows nothing.
    """
    shown, choice = seven_visits()
    what = "a rate from weights of 2, 4, 8, 2 and 5"
    rate, visits = two_numbers(answer, shown, choice, 8, what)
    equal(rate, 15 / 21, what, mistakes=RATE_MISTAKES)
    equal(visits, 21**2 / 113, "as many visits as that rests on", mistakes=VISITS_MISTAKES)
    for before, after in zip(seven_visits(), (shown, choice), strict=True):
        unchanged(before, after, "the visits that were passed in")
    what = "the same with a cap of 100"
    equal(two_numbers(answer, shown, choice, 100, what), [27 / 33, 33**2 / 449], what)
    what = "a recommender whose articles were never shown"
    equal(two_numbers(answer, shown, choice + 90, 8, what), [np.nan, 0], what)


RATE_MISTAKES = {
    "That is the plain mean of the visits that count. A visit whose article had a small chance "
    "stands for many others: weigh it by 1 / chance.": 3 / 5,
    "You left out the cap: the third visit weighs 8, not 20.": 27 / 33,
    "You left out the visit above the cap. It stays, with the cap as its weight.": 7 / 13,
    "You divided by the number of visits. Divide by the sum of the weights.": 15 / 7,
    "You divided by the number of visits that count. Divide by the sum of their weights.": 15 / 5,
    "You divided by the weights of all seven visits. In two of them the other recommender would "
    "have shown something else.": 15 / 27,
    "That is the rate of all seven visits, whatever the other would have shown.": 17 / 27,
    "You weighed by the chance. What was rarely shown weighs more, not less: 1 / chance.": 0.5,
    "You compared by the index. `choice` has one id per row, in the order of the rows.": 1.0,
}
VISITS_MISTAKES = {
    "That is the number of rows that count. They weigh differently, so it rests on fewer.": 5,
    "That is the sum of the weights. Square it, and divide by the sum of their squares.": 21,
    "You divided the sum of the weights by the sum of their squares. Square the sum, too.": 21
    / 113,
}


def two_numbers(
    answer: Answer, shown: pd.DataFrame, choice: np.ndarray, cap: float, what: str
) -> list[Any]:
    """Return a rate and a number of visits, or say what came instead of them.

    Parameters
    ----------
    answer : callable
        Takes visits, what another would have shown, and the cap.
    shown : DataFrame
        The visits; the answer gets these, not a copy.
    choice : numpy.ndarray
        Ids, one per visit.
    cap : float
        The largest weight.
    what : str
        What was checked, for the message.
    """
    got = answer(shown, choice, cap)
    kind(got, object, what)
    if not isinstance(got, (tuple, list)) or len(got) != 2:
        fail(what, "two numbers are expected in every case, as in `return rate, visits`.")
    return list(got)


def fourteen_visits() -> pd.DataFrame:
    """Return the visits of six people on days 100 to 107; nobody came on day 102."""
    people = {100: [1, 2], 101: [1, 2, 3], 103: [3, 4], 104: [2, 1, 4], 106: [5, 1, 5], 107: [6]}
    rows = [(day, person) for day, those in people.items() for person in those]
    visits = pd.DataFrame(rows, columns=["day", "personId"])
    return visits.sample(frac=1, random_state=2)


@question
def days_needed(answer: Answer) -> None:
    """Check tests with the people of ``checks.notebook_to_product.fourteen_visits()``.

    Three in each group, two in each, and four in each.
    """
    visits = fourteen_visits()
    what = "three people in each group"
    equal(answer(visits, 3), 14, what, mistakes=DAYS_MISTAKES)
    unchanged(fourteen_visits(), visits, "the visits that were passed in")
    equal(answer(visits, 2), 7, "two people in each group, who have come by day 103")
    what = "four people in each group, who never come"
    got = answer(visits, 4)
    kind(got, object, what)
    late = {"Six people come, and two groups of four are eight. Return `float('nan')`.": 14}
    equal(got, np.nan, what, mistakes=late)


DAYS_MISTAKES = {
    "The sixth person comes on day 107, which is the eighth day: two weeks. One week comes out if "
    "people who come again count as new (they have a group already), if only one of the groups "
    "gets its people, or if the first day is day 0.": 7,
    "The sixth person comes on day 107. That is the eighth day, and a test runs for whole weeks: "
    "14.": 8,
    "A test runs for whole weeks, and you are asked for days: 14.": 2,
    "Six people come, three for each group. Return `float('nan')` only if there are too few.": (
        np.nan
    ),
}

"""Checks of exercise 6: the grade of a list, a hit rate, a leak, a split, a verdict.

What they try lies here too: ``hit_rate(*checks.evaluation.lists_and_held_out())`` shows your own
answer.
"""

from __future__ import annotations

import warnings
from collections.abc import Collection, Sequence
from typing import Any

import numpy as np
import pandas as pd

from ..splits import Split, place
from ..strength import InteractionMatrix
from .core import copies, equal, fail, kind, that, unchanged
from .question import Answer, question

BIG = 6_000_000_000_000_000_000  # ids of articles that differ in their last digit alone


@question
def grade(answer: Answer) -> None:
    """Check recall and NDCG of three lists.

    - ``[11, 12, 13, 14, 15]`` with ``[13, 11, 15, 20]`` hidden and k = 3,
    - the same list with ``{13}`` hidden and k = 5,
    - ``[11, 12]`` with ``[]`` hidden and k = 2.
    """
    four = [13, 11, 15, 20]
    recall, ndcg = two_grades(answer, [11, 12, 13, 14, 15], four, 3, "four articles hidden, k = 3")
    what = "recall@3 with hits at places 1 and 3 and four articles hidden"
    equal(recall, 0.5, what, mistakes=RECALL_MISTAKES)
    want = 1.5 / (1 + 1 / np.log2(3) + 0.5)
    equal(ndcg, want, "NDCG@3 of the same list, 1.5 of 2.131", mistakes=NDCG_MISTAKES)
    got = two_grades(answer, [11, 12, 13, 14, 15], {13}, 5, "one article hidden, k = 5")
    equal(got, [1.0, 0.5], "one article hidden, found at place 3", mistakes=ONE_HIDDEN_MISTAKES)
    got = two_grades(answer, [11, 12], [], 2, "nothing hidden")
    what = "the grades where nothing was hidden"
    equal(got, [np.nan, np.nan], what, mistakes=NOTHING_HIDDEN_MISTAKES)


RECALL_MISTAKES = {
    "You divided by the length of the list, or by what fits into it. That is another grade; recall "
    "asks for the share of what was hidden, which is four articles.": 2 / 3,
    "You looked beyond the third place. Nobody sees those articles.": 0.75,
}
NDCG_MISTAKES = {
    "Divide by the largest possible sum: with four hidden articles, hits at the places 1, 2 and "
    "3.": 1.5,
    "Your largest possible sum has a place per hit that was made. It must not depend on the hits, "
    "or a list is not blamed for what it missed.": 1.5 / (1 + 1 / np.log2(3)),
    "Your largest possible sum has a place for each of the four hidden articles. The list has "
    "three places, so no list could reach 1.": 1.5 / sum(1 / np.log2([2, 3, 4, 5])),
    "You divided infinity by infinity. The first place is 1: 1 / log2(1 + 1) is 1, but "
    "1 / log2(0 + 1) is infinite.": np.nan,
    "Your sum is infinite. The first place is 1: 1 / log2(1 + 1) is 1, but 1 / log2(0 + 1) is "
    "infinite.": np.inf,
}
ONE_HIDDEN_MISTAKES = {
    "You divided the hits by k. With one article hidden nobody could reach more than a fifth; that "
    "grade is the precision.": [0.2, 0.5],
    "Your largest possible sum has hits at all five places, but one article was hidden, so no list "
    "could reach 1.": [1.0, 0.5 / sum(1 / np.log2([2, 3, 4, 5, 6]))],
}
NOTHING_HIDDEN_MISTAKES = {
    "Zero is the grade of a list that missed everything. Here there was nothing to find; a zero "
    "would pull down the mean.": [0.0, 0.0],
    "One is the grade of a list that found everything. Here there was nothing to find.": (
        [1.0, 1.0]
    ),
}


def two_grades(
    answer: Answer, ranked: Sequence[int], held_out: Collection[int], k: int, what: str
) -> list[Any]:
    """Return the two grades of a list, or say what came instead of them.

    Parameters
    ----------
    answer : callable
        Takes a list, what was hidden and k to recall and NDCG.
    ranked : sequence of int
        One person's list, best first.
    held_out : collection of int
        What was hidden.
    k : int
        How many places count.
    what : str
        What was checked, for the message.
    """
    try:
        with _quiet():
            got = answer(*copies(ranked, held_out), k)
    except ZeroDivisionError:
        reason = (
            "The first place is 1, not 0, and the grade of a list without a hit is 0."
            if len(held_out)
            else "Deal with the empty case first, before you divide."
        )
        fail(what, f"your function divides by zero. {reason}")
    kind(got, object, what)
    if not isinstance(got, (tuple, list)) or len(got) != 2:
        fail(what, "two numbers are expected in every case, as in `return recall, ndcg`.")
    return list(got)


def _quiet() -> warnings.catch_warnings[Any]:
    """Keep NumPy's warnings from a learner who is told in words."""
    return warnings.catch_warnings(action="ignore")


def lists_and_held_out() -> tuple[dict[str, list[int]], pd.DataFrame]:
    """Return the lists of six people and the table of what was held out of five, one without list.

    All ids of articles differ in their last digit alone.
    """
    places = {"-11": [1, 9], "12": [2], "13": [6, 3], "14": [1], "16": [4], "17": [5, 6]}
    lists = {person: [BIG + n for n in ids] for person, ids in places.items()}
    people = [-11, 12, 13, 13, 13, 13, 15, 17, 17, 17, 17]
    ids = [BIG + n for n in (1, 3, 7, 5, 3, 8, 1, 5, 9, 7, 6)]
    return lists, pd.DataFrame({"personId": people, "contentId": ids})


@question
def hit_rate(answer: Answer) -> None:
    """Check the hit rate of ``checks.evaluation.lists_and_held_out()``."""
    lists, held_out = lists_and_held_out()
    what = "the hit rate of five people, three hits"
    equal(answer(lists, held_out), 0.6, what, mistakes=HITS_MISTAKES)


HITS_MISTAKES = {
    "Nothing was found. Either the keys are still text and the ids of people numbers, or the ids "
    "of articles passed through decimal numbers, which round their last digits away; `int()` "
    "afterwards does not bring them back.": 0.0,
    "Person 12 has no hit: their list holds an article whose id differs from the held-out one in "
    "the last digit. Both became the same decimal number. Compare integers.": 0.8,
    "Person 15 had something held out and has no list. Leaving them out rewards a recommender for "
    "saying nothing.": 3 / 4,
    "You went through the lists. Persons 14 and 16 have one and nothing held out, so they can't "
    "have a hit. Person 15 has something held out and no list, which is a miss.": 0.5,
    "Persons 14 and 16 had nothing held out. They can't have a hit, so they are no misses either: "
    "leave them out.": 3 / 7,
    "You took one row per person. Person 13 has four, and the third is in their list.": 0.4,
    "You asked for all held-out articles of a person. One hit is enough: person 13 has one of four "
    "in their list.": 0.2,
    "You gave each person the share that was found, which is recall. One hit is enough, and counts "
    "as one.": 0.35,
    "You counted rows. Person 13 has four of them and counts once, like everybody.": 4 / 11,
}


def _pairs(*rows: tuple[int, int]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["personId", "contentId"])


def kept_and_held() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return six events to learn from and five held out, with two pairs on both sides."""
    kept = _pairs((3, 30), (1, 10), (1, 10), (1, 20), (2, 10), (5, 50))
    held = _pairs((3, 30), (1, 10), (1, 10), (2, 20), (4, 10))
    kept.insert(0, "timestamp", range(1, 7))
    held.insert(0, "timestamp", range(7, 12))
    return kept, held


@question
def shared_pairs(answer: Answer) -> None:
    """Check which pairs of ``checks.evaluation.kept_and_held()`` are on both sides."""
    got = answer(*kept_and_held())
    kind(got, pd.DataFrame, "pairs on both sides")
    that(
        list(got.columns) == ["personId", "contentId"],
        "A table with the columns personId and contentId is expected, and no others.",
    )
    that(
        len(got) > 0,
        "You found nothing, and two pairs are on both sides. The timestamps of two events always "
        "differ, so join on person and article alone.",
    )
    that(
        (2, 20) not in pairs_in(got),
        "Person 2 with article 20 is on one side only. Person 2 is on both, and article 20 is, but "
        "not together: the two columns have to agree in the same row.",
    )
    that(
        not got.duplicated().any(),
        "A pair with several events came out several times. Each pair once: drop duplicates.",
    )
    unsorted = {"Sort by personId, then by contentId.": _pairs((3, 30), (1, 10))}
    equal(got, _pairs((1, 10), (3, 30)), "two pairs on both sides", mistakes=unsorted)


def pairs_in(table: pd.DataFrame) -> set[tuple[int, int]]:
    """Return the pairs of person and article in a table of events."""
    return set(zip(table["personId"].tolist(), table["contentId"].tolist(), strict=True))


def twelve_events() -> pd.DataFrame:
    """Return twelve numbered events of seven pairs."""
    return pd.DataFrame(
        {
            "event": range(12),
            "personId": [1, 1, 2, 1, 3, 2, 2, 1, 3, 4, 1, 2],
            "contentId": [10, 10, 10, 20, 10, 30, 10, 10, 30, 20, 10, 10],
        }
    )


@question
def split_pairs(answer: Answer) -> None:
    """Check splits of ``checks.evaluation.twelve_events()`` with a share of 0.4.

    With the seeds 0 to 11, each twice, and with the rows in another order.
    """
    small = twelve_events()
    kept, held = _two_sides(answer(small, share=0.4, seed=3))
    twice = pairs_in(kept) & pairs_in(held)
    that(
        not twice,
        f"Person and article {min(twice, default='')} are on both sides. You drew events; a pair "
        "with several of them is then torn apart. Draw pairs.",
        "the sides of each pair",
    )
    splits = [answer(small, 0.4, seed) for seed in range(12)]
    that(
        any(set(a["personId"]) & set(b["personId"]) for a, b in splits),
        "With each of twelve seeds, whoever has a pair held out has nothing left to learn from. "
        "You drew people. Draw pairs.",
    )
    what = "the number of pairs held out, three of seven"
    equal(len(pairs_in(held)), 3, what, mistakes=NUMBER_MISTAKES)
    _seeds(answer, [pairs_in(b) for _, b in splits])
    unchanged(twelve_events(), small, "the events that were passed in")


NUMBER_MISTAKES = {
    "0.4 · 7 is 2.8, and `round` makes 3 of it; `int` cuts it off.": 2,
    "The larger side came second. Return `kept` first, then `held`.": 4,
}


def _two_sides(got: Any) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Check that a split has two sides with all columns, and every event on one of them."""
    kind(got, tuple, "twelve events split in two")
    that(len(got) == 2, "Two tables are expected: end the function with `return kept, held`.")
    kept, held = got
    for table in got:
        kind(table, pd.DataFrame, "either side")
    that(
        "event" in kept.columns and "event" in held.columns,
        "A column got lost. Return the events with all their columns.",
    )
    lost = "Events got lost: pairs with several events must keep all of them."
    equal(
        sorted([*kept["event"], *held["event"]]),
        list(range(12)),
        "the twelve events, each on one side",
        mistakes={lost: [0, 2, 3, 4, 5, 8, 9]},
    )
    return kept, held


def _seeds(answer: Answer, held: list[set[tuple[int, int]]]) -> None:
    """Check that seeds decide: the same ones again, others, and with the rows in another order."""

    def again(events: pd.DataFrame) -> bool:
        return all(pairs_in(answer(events, 0.4, n)[1]) == held[n] for n in range(12))

    that(again(twelve_events()), NO_SEED, "a second time with the same seeds")
    that(
        len(set(map(frozenset, held))) > 1,
        "Twelve seeds gave twelve times the same split. The seed has no effect.",
        "other seeds",
    )
    mixed = twelve_events().sample(frac=1, random_state=5)
    that(again(mixed), NO_ORDER, "the rows in another order, with the same seeds")


NO_SEED = "The same seed gave another split. Hand the seed to whatever draws."
NO_ORDER = (
    "The same seed and the same events in another order gave another split. Put the pairs into an "
    "order of their own before you draw."
)


def split_of_five_people() -> Split:
    """Return a split: article 10 has five readers in train, 20 three, 30 two, 40 one, 50 none."""
    shown = {1: [10, 20], 2: [10, 30], 3: [10, 20], 4: [10], 5: [10, 20, 30, 40]}
    hidden = {1: [30, 50], 2: [20, 50], 3: [50], 4: [20, 30, 40]}
    return as_split(*map(_as_pairs, (shown, hidden)))


def _as_pairs(read: dict[int, list[int]]) -> pd.DataFrame:
    return _pairs(*[(person, article) for person in read for article in read[person]])


def as_split(train: pd.DataFrame, test: pd.DataFrame) -> Split:
    """Return a split of two tables with a row per pair, each of strength 1.

    Parameters
    ----------
    train, test : DataFrame
        With the columns ``personId`` and ``contentId``.
    """
    sides = [table.assign(title="", eventStrength=1.0) for table in (train, test)]
    matrix = InteractionMatrix.from_strength(pd.concat(sides))
    return Split(place(sides[0], matrix), place(sides[1], matrix), None, "random")


@question
def against_popularity(answer: Answer) -> None:
    """Check two comparisons on ``checks.evaluation.split_of_five_people()``, with k = 2.

    Recalls of 1, 0.5, 1 and 1 for the people 1 to 4, given in another order, and of 1, 0, 0.5
    and 1/3.
    """
    got = compared(answer, split_of_five_people(), pd.Series({4: 1.0, 3: 1.0, 2: 0.5, 1: 1.0}), 2)
    kind(got, dict, "the comparison with popularity")
    that(
        set(got) == {"popularity", "low", "high", "verdict"},
        'A dictionary with the entries "popularity", "low", "high" and "verdict" is expected.',
    )
    what = "mean recall@2 of popularity: 1/2, 1/2, 0 and 2/3"
    equal(got["popularity"], 5 / 12, what, mistakes=POPULARITY_MISTAKES)
    what = "the interval of four differences, mean 11/24"
    equal([got["low"], got["high"]], [0.05, 13 / 15], what, mistakes=INTERVAL_MISTAKES)
    equal(got["verdict"], "ahead", "the verdict where the interval begins above zero")
    theirs = pd.Series({1: 1.0, 2: 0.0, 3: 0.5, 4: 1 / 3})
    got = compared(answer, split_of_five_people(), theirs, 2)
    what = "the verdict where zero is inside the interval"
    equal(got["verdict"], "no difference found", what, mistakes={MEAN_ALONE: "ahead"})


def compared(answer: Answer, split: Split, recall: pd.Series, k: int) -> Any:
    """Return the answer to a comparison of copies, without the warnings on the way."""
    with _quiet():
        return answer(*copies(split, recall), k=k)


POPULARITY_MISTAKES = {
    "You left in the list what the person has read. Articles read in train can't be hidden, so "
    "they waste places.": 5 / 24,
    "You counted readers in train and test together. Then popularity has seen the answers.": (
        11 / 12
    ),
    "Person 5 had nothing held out and counts as a zero in your mean. Leave them out.": 1 / 3,
    "You divided the hits by k. Recall divides by how many articles were held out.": 0.5,
}


def _around(half: float) -> list[float]:
    return [11 / 24 - half, 11 / 24 + half]


INTERVAL_MISTAKES = {
    "The sign is turned: the other recommender minus popularity.": [-13 / 15, -0.05],
    "You subtracted by position. The two have their people in different orders: subtract where the "
    "index, the `personId`, is the same.": _around(0.98 / 12),
    "That interval is for two groups of different people. These were the same people, so take the "
    "standard deviation of the differences.": _around(1.96 * np.sqrt((1 / 16 + 1 / 12) / 4)),
    "That is how far single people are apart. A mean of n people is steadier: divide by √n.": (
        _around(1.96 * 5 / 12)
    ),
    "Your standard deviation divides by n, as NumPy's does. Divide by n − 1 (`ddof=1`).": (
        _around(1.96 * 5 / 24 * np.sqrt(0.75))
    ),
}
MEAN_ALONE = (
    "The mean alone decides nothing. Here it is slightly above zero and the interval reaches far "
    "below: the whole interval has to be above."
)

"""Chapter 6's speed: python benchmarks/evaluation.py [DATA].

Ranking everybody against every article, in seconds; and the published sampled protocol against a
plain re-implementation of the published notebook's loop, on the same model and the same pairs. The
loop is written out again as plainly as the original has it: per person a sorted table of all
articles, per held-out article a set difference, a random sample and a filter of that table.
"""

from __future__ import annotations

import random
import sys
import time

import numpy as np
import pandas as pd

import deskrec_tutorial as dr
from deskrec_tutorial.evaluation import evaluate
from deskrec_tutorial.sampled import draw_negatives, sampled_recall


class Stored:
    """Scores computed beforehand, as both sides get them."""

    def __init__(self, scores: np.ndarray) -> None:
        self.all = scores

    def scores(self, rows: np.ndarray) -> np.ndarray:
        return self.all[rows]


class PublishedLoop:
    """The published evaluator: pair by pair, in pandas."""

    def __init__(self, halves: dr.Split, scores: np.ndarray) -> None:
        self.train, self.test = (frame(side) for side in (halves.train, halves.test))
        self.both = pd.concat([self.train, self.test])
        self.articles = set(halves.train.item_ids)
        self.predicted = pd.DataFrame(
            scores.T, index=halves.train.item_ids, columns=halves.train.user_ids
        )
        self.drawing = 0.0  # seconds spent on negatives
        self.drawn: dict[tuple[int, int], list[int]] = {}

    def recall(self) -> tuple[float, float]:
        hits: list[tuple[bool, bool]] = []
        for person in self.test.index.unique().values:
            hits += self._person(person)
        at_5, at_10 = np.mean(hits, axis=0)
        return float(at_5), float(at_10)

    def _person(self, person: int) -> list[tuple[bool, bool]]:
        held_out = set(self.test.loc[[person], "contentId"])
        listed = self._recommend(person, set(self.train.loc[[person], "contentId"]))
        found = []
        for item in held_out:
            among = set(self._sample(person, item)) | {item}
            valid = listed[listed["contentId"].isin(among)]["contentId"].values
            place = next(i for i, c in enumerate(valid) if c == item)
            found.append((place < 5, place < 10))
        return found

    def _recommend(self, person: int, ignore: set[int]) -> pd.DataFrame:
        ranked = self.predicted[person].sort_values(ascending=False).reset_index()
        ranked.columns = pd.Index(["contentId", "score"])
        return ranked[~ranked["contentId"].isin(ignore)].sort_values("score", ascending=False)

    def _sample(self, person: int, item: int) -> list[int]:
        start = time.perf_counter()
        touched = set(self.both.loc[[person], "contentId"])
        random.seed(item % 2**32)
        drawn = random.sample(sorted(self.articles - touched), 100)
        self.drawing += time.perf_counter() - start
        self.drawn[person, item] = drawn
        return drawn


def frame(side: dr.InteractionMatrix) -> pd.DataFrame:
    rows, columns = side.user_items.nonzero()
    pairs = {"personId": side.user_ids[rows], "contentId": side.item_ids[columns]}
    return pd.DataFrame(pairs).set_index("personId")


def their_negatives(halves: dr.Split, drawn: dict[tuple[int, int], list[int]]) -> np.ndarray:
    """What the loop drew, as columns in our order of pairs."""
    rows, columns = halves.test.user_items.nonzero()
    people, items = halves.test.user_ids[rows], halves.test.item_ids[columns]
    lists = [drawn[pair] for pair in zip(people, items, strict=True)]
    return np.searchsorted(halves.test.item_ids, lists)


def fastest(call, rounds: int = 7) -> float:  # type: ignore[no-untyped-def]
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return float(np.median(times))


def main() -> int:
    clicks = dr.load_deskdrop(sys.argv[1] if len(sys.argv) > 1 else None)
    source = "sample" if clicks.source == "sample" else "real data"
    halves = dr.split(dr.join_events(clicks), seed=1)
    train, test = halves.train, halves.test
    model = dr.recommenders.ImplicitALS().fit(train)
    full = fastest(lambda: evaluate(model, train, test))
    print(f"{source}: every article ranked for {(np.diff(test.user_items.indptr) > 0).sum():,} "
          f"people and judged at k = 5 and 10 in {full:.2f} s (bar: 0.3 s)")  # fmt: skip

    stored = Stored(model.scores(np.arange(len(train.user_ids))))
    loop = PublishedLoop(halves, stored.all)
    start = time.perf_counter()
    theirs = loop.recall()
    total = time.perf_counter() - start
    same = sampled_recall(stored, train, test, negatives=their_negatives(halves, loop.drawn))
    print(f"recall@5, recall@10 of the loop {theirs[0]:.4f}, {theirs[1]:.4f}; ours on the same "
          f"negatives {same.iloc[0]:.4f}, {same.iloc[1]:.4f}")  # fmt: skip

    negatives = draw_negatives(train, test)
    drawing = fastest(lambda: draw_negatives(train, test))
    ranking = fastest(lambda: sampled_recall(stored, train, test, negatives=negatives))
    print("| sampled protocol | published loop | here | ratio |\n|---|---|---|---|")
    for name, a, b in (
        ("ranking, negatives drawn before", total - loop.drawing, ranking),
        ("drawing and ranking", total, drawing + ranking),
    ):
        print(f"| {name} ({test.user_items.nnz:,} pairs, {source}) | {a:.1f} s | {b * 1000:.0f} ms "
              f"| {a / b:,.0f} × |")  # fmt: skip
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""The same steps on 1 ×, 10 ×, 100 × the events: python benchmarks/growth.py [LARGEST [IDS ...]].

LARGEST is a factor (100 unless said; 400 makes 28.9 million events), IDS are "numbers", "text" or,
unless said, both. Users and articles grow with the events, so that the density of a row stays what
it is. Each size runs in a process of its own. A step's peak memory is what the system says of that
process, so the log and Python itself are in it. (Only Linux tells the steps apart; elsewhere it is
the peak by the end of the step.)
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import numpy as np
import pandas as pd

import deskrec_tutorial as dr

EVENTS, USERS, ARTICLES = 72_312, 1_895, 3_057
RUNS = {1: 5, 10: 3, 100: 1, 400: 1}  # a small size is over in a moment: the best of a few runs
STEPS = ("log", "prepare", "fit")
PEAK_UNIT = 1 if sys.platform == "darwin" else 1024  # bytes in what the system counts in
RESET = Path("/proc/self/clear_refs")

Result = TypeVar("Result")


def measure(factor: int, ids: str) -> dict[str, float]:
    """Make a log, prepare and fit once: for each step the seconds and the peak in bytes."""
    row: dict[str, float] = {}

    def step(name: str, work: Callable[[], Result]) -> Result:
        if RESET.exists():
            RESET.write_text("5")  # the peak starts anew, from what is in use now
        start = time.perf_counter()
        result = work()
        row[name] = time.perf_counter() - start
        row[f"{name} peak"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * PEAK_UNIT
        return result

    clicks = step("log", lambda: a_log(factor, ids))
    matrix = step("prepare", lambda: prepared(clicks))
    step("fit", lambda: dr.fit_als(matrix, iterations=5))
    return row | {"events": len(clicks.interactions), "pairs": matrix.user_items.nnz}


def a_log(factor: int, ids: str) -> dr.ClickStream:
    # The number of articles grows more slowly than that of people, as on real platforms.
    articles = int(ARTICLES * factor**0.5)
    clicks, _ = dr.simulate(users=USERS * factor, articles=articles, events=EVENTS * factor, seed=1)
    return with_text_ids(clicks) if ids == "text" else clicks


def with_text_ids(clicks: dr.ClickStream) -> dr.ClickStream:
    """The same log as it comes from a shop or an app: u03f1… reads a91c4…."""
    read, articles = clicks.interactions, clicks.articles
    return replace(
        clicks,
        interactions=read.assign(
            personId=as_text(read["personId"], "u"), contentId=as_text(read["contentId"], "a")
        ),
        articles=articles.assign(contentId=as_text(articles["contentId"], "a")),
    )


def as_text(ids: pd.Series, letter: str) -> pd.Series:
    codes, numbers = pd.factorize(ids)
    texts = [f"{letter}{number:016x}" for number in numbers.astype(np.uint64).tolist()]
    return pd.Series(np.array(texts, dtype=object)[codes], ids.index)


def prepared(clicks: dr.ClickStream) -> dr.InteractionMatrix:
    return dr.InteractionMatrix.from_strength(dr.event_strength(dr.join_events(clicks)))


def best_of(factor: int, ids: str) -> dict[str, float]:
    """The smallest of each number over a few runs, so that noise does not decide."""
    command, rows = [sys.executable, __file__, "--one", str(factor), ids], []
    for _ in range(RUNS[factor]):
        run = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
        rows.append(json.loads(run.stdout))
    return {key: min(row[key] for row in rows) for key in rows[0]}


def table(ids: str, largest: int) -> None:
    first: dict[str, float] = {}
    for factor in [f for f in RUNS if f <= largest]:
        row = best_of(factor, ids)
        first = first or row
        events = row["events"]
        growth = {step: row[step] / first[step] / (events / first["events"]) for step in STEPS}
        peaks = [row[f"{step} peak"] for step in STEPS]
        print(
            f"| {ids} | {events:,} | {row['pairs']:,} | {row['log']:.1f} s "
            f"| {1e6 * row['prepare'] / events:.2f} s ({growth['prepare']:.2f} ×) "
            f"| {1e6 * row['fit'] / events:.2f} s ({growth['fit']:.2f} ×) |",
            *(f"{size / 2**20:,.0f} MB, {size / events:,.0f} bytes |" for size in peaks),
            flush=True,
        )


def main() -> int:
    if sys.argv[1:2] == ["--one"]:
        print(json.dumps(measure(int(sys.argv[2]), sys.argv[3])))
        return 0
    print("(n ×): time per event, against the first size")
    print(
        "| ids | events | pairs | log made | prepare, per million | fit, per million "
        "| peak memory, and by event: log | prepare | fit |\n|" + "---|" * 9
    )
    for ids in sys.argv[2:] or ("numbers", "text"):
        table(ids, int(sys.argv[1]) if len(sys.argv) > 1 else 100)
    return 0


if __name__ == "__main__":
    sys.exit(main())

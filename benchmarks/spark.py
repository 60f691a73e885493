"""What Spark costs, and what its model is worth, written into docs/spark.md.

    python benchmarks/spark.py cost [FACTOR ...]  1 ×, 100 ×, 400 × the events, or those
    python benchmarks/spark.py quality DATA       three splits of the real files

Cost: from the same Parquet file to factors, with pandas and `implicit` and with Spark, each in a
process of its own, one after the other. Memory is the peak that the system says of Python and, for
Spark, of Java; so it runs on Linux. Quality: both are tuned on the same validation splits over the
same grid, and judged once on what was held out.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
from growth import a_log

import deskrec_tutorial as dr

PAGE = Path(__file__).parent.parent / "docs/spark.md"
SIZES = (1, 100, 400)
FACTORS, ITERATIONS = 20, 5  # of both, where cost is measured
ALPHAS, LAMBDAS = (5.0, 20.0), (0.1, 2.0)  # of both, where they are tuned
GB = 2**30


def blocks(factor: int) -> int:
    """More blocks for more events: less memory for each."""
    return max(2, 8 * factor // 100)


def make_log(factor: int, path: str) -> dict[str, float]:
    dr.join_events(a_log(factor, "numbers")).to_parquet(path)
    return {}


def with_pandas(factor: int, path: str) -> dict[str, float]:
    start = time.perf_counter()
    events = pd.read_parquet(path)
    rows = len(events)
    strength = dr.event_strength(events)
    del events
    matrix = dr.InteractionMatrix.from_strength(strength)
    del strength
    dr.fit_als(matrix, FACTORS, iterations=ITERATIONS)
    spent = time.perf_counter() - start
    pairs = matrix.user_items.nnz
    return {"events": rows, "pairs": pairs, "seconds": spent, "memory": python_peak()}


def with_spark(factor: int, path: str) -> dict[str, float]:
    from pyspark import SparkContext

    start = time.perf_counter()
    spark = dr.spark.session(partitions=blocks(factor))
    started = time.perf_counter() - start
    strength = dr.spark.event_strength(spark.read.parquet(path))
    fit = dr.spark.fit_als(strength, FACTORS, iterations=ITERATIONS, blocks=blocks(factor))
    fit.model()
    spent = time.perf_counter() - start
    java = java_peak(SparkContext._gateway.proc.pid)
    spark.stop()
    return {"seconds": spent, "started": started, "memory": python_peak() + java, "java": java}


def python_peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def java_peak(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    return 1024 * float(status.partition("VmHWM:")[2].split()[0])


STEPS = {step.__name__: step for step in (make_log, with_pandas, with_spark)}


def apart(step: str, factor: int, path: str) -> dict[str, float]:
    """One step in a process of its own."""
    command = [sys.executable, __file__, "--one", step, str(factor), path]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def cost(factors: list[int]) -> str:
    lines = [
        f"{FACTORS} factors, {ITERATIONS} iterations, a heap of 1 GB for Java; two cores.",
        "",
        "| events | pairs | pandas + `implicit` | memory | Spark | of which starting | memory "
        "| of which Java | blocks |",
        "|" + "---:|" * 9,
    ]
    for factor in factors:
        with tempfile.TemporaryDirectory() as folder:
            path = f"{folder}/events.parquet"
            apart("make_log", factor, path)
            one, other = (apart(step, factor, path) for step in ("with_pandas", "with_spark"))
        lines.append(
            f"| {one['events']:,} | {one['pairs']:,} | {one['seconds']:.1f} s "
            f"| {one['memory'] / GB:.1f} GB | {other['seconds']:.1f} s | {other['started']:.1f} s "
            f"| {other['memory'] / GB:.1f} GB | {other['java'] / GB:.1f} GB | {blocks(factor)} |"
        )
        print(lines[-1], flush=True)
    return "\n".join(lines)


# ------------------------------------------------------------------ quality


def recall(recommender: dr.recommenders.Recommender, halves: dr.Split) -> float:
    judged = dr.evaluate(recommender.fit(halves.train), halves.train, halves.test, 10)
    return float(judged.summary["value"]["recall@10"])


def makers(spark, mean: float):  # type: ignore[no-untyped-def]
    """The two recommenders, of one grid: λ for `implicit`, λ / n for MLlib, which takes it n ×."""

    def implicit(alpha: float, price: float) -> dr.recommenders.Recommender:
        return dr.recommenders.ImplicitALS(FACTORS, price, alpha, iterations=15)

    def mllib(alpha: float, price: float) -> dr.recommenders.Recommender:
        made: dr.recommenders.Recommender = dr.spark.SparkALS(spark, FACTORS, price / mean, alpha)
        return made

    return {"implicit": implicit, "MLlib": mllib}


def overlap(a, b, train: dr.InteractionMatrix) -> float:  # type: ignore[no-untyped-def]
    """The mean share of a list of ten that both have."""
    lists = [dr.recommend_all(one.model, train) for one in (a, b)]
    both = lists[0].merge(lists[1], on=["personId", "contentId"])
    return len(both) / len(lists[0])


def quality(data: str) -> str:
    events = dr.join_events(dr.load_deskdrop(data))
    lines = [
        "| split | `implicit`: λ, α | recall@10 | MLlib: λ · n, α | recall@10 | lists in common |",
        "|---|---|---:|---|---:|---:|",
    ]
    with dr.spark.session() as spark:
        for seed in (1, 2, 3):
            halves = dr.split(events, seed=seed)
            inner = dr.split(halves.train, seed=seed)
            pairs = halves.train.user_items
            mean = float(np.mean([pairs.nnz / size for size in pairs.shape]))
            row, fitted = [f"| {seed} "], []
            for make in makers(spark, mean).values():
                grid = list(product(ALPHAS, LAMBDAS))
                alpha, price = grid[int(np.argmax([recall(make(*one), inner) for one in grid]))]
                fitted.append(make(alpha, price))
                row.append(f"| {price:g}, {alpha:g} | {recall(fitted[-1], halves):.3f} ")
            row.append(f"| {overlap(fitted[0], fitted[1], halves.train):.0%} |")
            lines.append("".join(row))
            print(lines[-1], flush=True)
    return "\n".join(lines)


def write(name: str, text: str) -> None:
    """Put a part of the page between its marks."""
    page = PAGE.read_text(encoding="utf-8")
    begin, end = f"<!-- {name} begins -->\n", f"\n<!-- {name} ends -->"
    before, after = page.partition(begin)[0], page.partition(end)[2]
    PAGE.write_text(before + begin + text + end + after, encoding="utf-8")


def main() -> int:
    what, *more = sys.argv[1:] or ["cost"]
    if what == "--one":
        step, factor, path = more
        print(json.dumps(STEPS[step](int(factor), path)))
    elif what == "cost":
        write("cost", cost([int(factor) for factor in more] or list(SIZES)))
    else:
        write("quality", quality(*more))
    return 0


if __name__ == "__main__":
    sys.exit(main())

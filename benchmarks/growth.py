"""The same steps on 1 ×, 10 ×, 100 × the events: python benchmarks/growth.py [LARGEST FACTOR].

Users and articles grow with the events, so that the density of a row stays what it is. Each size
runs in a process of its own, whose peak memory is what the system says of it.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time

import deskrec_tutorial as dr

EVENTS, USERS, ARTICLES = 72_312, 1_895, 3_057


def measure(factor: int) -> dict[str, float]:
    """Simulate, prepare and fit once; seconds for each and the peak memory in MB."""
    times = [time.perf_counter()]

    def lap() -> None:
        times.append(time.perf_counter())

    # The number of articles grows more slowly than that of people, as on real platforms.
    articles = int(ARTICLES * factor**0.5)
    clicks, _ = dr.simulate(users=USERS * factor, articles=articles, events=EVENTS * factor, seed=1)
    lap()
    matrix = dr.InteractionMatrix.from_strength(dr.event_strength(dr.join_events(clicks)))
    lap()
    dr.fit_als(matrix, iterations=5)
    lap()
    simulated, prepared, fitted = (b - a for a, b in zip(times, times[1:], strict=False))
    return {
        "events": len(clicks.interactions),
        "pairs": matrix.user_items.nnz,
        "simulate": simulated,
        "prepare": prepared,
        "fit": fitted,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def main() -> int:
    if sys.argv[1:2] == ["--one"]:
        print(json.dumps(measure(int(sys.argv[2]))))
        return 0
    largest = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    print("| events | pairs | simulate | prepare, per million | fit, per million | peak memory |")
    print("|---|---|---|---|---|---|")
    first: dict[str, float] = {}
    for factor in [f for f in (1, 10, 100) if f <= largest]:
        command = [sys.executable, __file__, "--one", str(factor)]
        # A small size is over in a moment: the best of a few runs, so that noise does not decide.
        runs = [
            json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
            for _ in range({1: 5, 10: 3, 100: 1}[factor])
        ]
        row = {key: min(run[key] for run in runs) for key in runs[0]}
        millions = row["events"] / 1e6
        first = first or row
        print(
            f"| {row['events']:,} | {row['pairs']:,} | {row['simulate']:.1f} s "
            f"| {row['prepare'] / millions:.2f} s | {row['fit'] / millions:.2f} s "
            f"| {row['peak_mb']:,.0f} MB |",
            flush=True,
        )
    size = row["events"] / first["events"]
    prepare, fit = (row[step] / first[step] / size for step in ("prepare", "fit"))
    print(f"time per event, last against first: preparation {prepare:.2f} ×, fit {fit:.2f} ×")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""What an approximate index costs and saves: python benchmarks/index.py [LARGEST].

Brute force (one product of a matrix and a vector, and the ten largest) beside an HNSW index in the
inner-product space, one thread, vectors of the course's model in float32. LARGEST is a number of
articles (a million unless said). Beyond the catalogue's own three thousand each article is one of
them, its numbers changed by some 30 %. Needs the extra `index`.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits
from voyager import Index, Space

import deskrec_tutorial as dr

SIZES = (3_000, 30_000, 300_000, 1_000_000)
QUESTIONS, EFFORTS = 500, (50, 100, 200)
M, EF_CONSTRUCTION = 16, 200


def timed(answer: Callable[[np.ndarray], Any], people: np.ndarray) -> tuple[list[Any], float]:
    """The answers, and the median time of one in milliseconds."""
    answers, took = [], []
    for person in people:
        start = time.perf_counter()
        answers.append(answer(person))
        took.append(time.perf_counter() - start)
    return answers, 1000 * float(np.median(took))


def stretched(ours: np.ndarray, size: int) -> np.ndarray:
    rng = np.random.default_rng(0)
    articles = ours[rng.integers(len(ours), size=size)]
    articles *= 1 + 0.3 * rng.standard_normal(articles.shape, "float32")
    return articles


def row(articles: np.ndarray, people: np.ndarray) -> str:
    index = Index(
        Space.InnerProduct, articles.shape[1], M=M, ef_construction=EF_CONSTRUCTION, random_seed=1
    )
    start = time.perf_counter()
    index.add_items(articles, num_threads=1)
    built = time.perf_counter() - start
    exact, slow = timed(lambda x: np.argpartition(-(articles @ x), 10)[:10], people)
    cells = [f"{len(articles):,}", f"{slow:.3f} ms", f"{built:.1f} s"]
    for effort in EFFORTS:
        near, fast = timed(lambda x, ef=effort: index.query(x, k=10, query_ef=ef)[0], people)
        recall = np.mean([np.isin(*both).mean() for both in zip(exact, near, strict=True)])
        cells.append(f"{fast:.3f} ms, recall {recall:.2f}")
    return f"| {' | '.join(cells)} |"


def main() -> int:
    largest = int(sys.argv[1]) if len(sys.argv) > 1 else SIZES[-1]
    strength = dr.event_strength(dr.join_events(dr.load_deskdrop()))
    matrix = dr.InteractionMatrix.from_strength(strength)
    model = dr.fit_als(matrix, regularization=100, iterations=10)
    ours, people = (f.astype("float32") for f in (model.item_factors, model.user_factors))
    efforts = [f"index, effort {effort}" for effort in EFFORTS]
    print(f"| articles | brute force | index built in | {' | '.join(efforts)} |\n{'|---' * 6}|")
    with threadpool_limits(1):
        for size in (size for size in SIZES if size <= largest):
            print(row(stretched(ours, size), people[:QUESTIONS]), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())

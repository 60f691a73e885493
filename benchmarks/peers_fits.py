"""One fit of one library, in an environment of its own; `benchmarks/peers.py` starts this file.

``python peers_fits.py JOB PAIRS.npz FACTORS.npz REPEATS`` fits JOB to the strengths in PAIRS,
writes the factors and prints the seconds of each fit as JSON. Only what the job's own environment
has is imported. What comes before and after a fit (ids, a library's own kind of table) is not
timed.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from typing import Any

import numpy as np
from scipy import sparse

FACTORS, ITERATIONS, REGULARIZATION, ALPHA, SEED = 20, 15, 0.1, 15.0, 42
Factors = tuple[np.ndarray, np.ndarray]
Fit = Callable[[], Any]


def implicit_job(pairs: sparse.csr_matrix, **how: Any) -> tuple[Fit, Callable[[Any], Factors]]:
    """`implicit` on the confidences 1 + α r, which it would not add the 1 to by itself."""
    from implicit.cpu.als import AlternatingLeastSquares
    from threadpoolctl import threadpool_limits

    threadpool_limits(1, "blas")
    confidences = pairs.copy()
    confidences.data = 1 + ALPHA * pairs.data

    def fit() -> Any:
        model = AlternatingLeastSquares(
            FACTORS, REGULARIZATION, iterations=ITERATIONS, random_state=SEED, **how
        )
        model.fit(confidences, show_progress=False)
        return model

    return fit, lambda model: (model.user_factors, model.item_factors)


def course_job(pairs: sparse.csr_matrix) -> tuple[Fit, Callable[[Any], Factors]]:
    """Chapter 3's NumPy."""
    from threadpoolctl import threadpool_limits

    import deskrec_tutorial as dr

    threadpool_limits(1, "blas")
    als = dr.ALS(FACTORS, REGULARIZATION, ALPHA, ITERATIONS, SEED)
    return lambda: als.fit(pairs), lambda model: (model.user_factors, model.item_factors)


def lenskit_job(pairs: sparse.csr_matrix) -> tuple[Fit, Callable[[Any], Factors]]:
    """LensKit's ImplicitMF; its ids are our row and column numbers."""
    import pandas as pd
    from lenskit.als import ImplicitMFScorer
    from lenskit.data import from_interactions_df
    from lenskit.training import TrainingOptions

    coo = pairs.tocoo()
    table = pd.DataFrame({"user_id": coo.row, "item_id": coo.col, "rating": coo.data})
    data = from_interactions_df(table)

    def fit() -> Any:
        model = ImplicitMFScorer(
            embedding_size=FACTORS,
            epochs=ITERATIONS,
            regularization=REGULARIZATION,
            weight=ALPHA,
            use_ratings=True,
        )
        model.train(data, TrainingOptions(rng=SEED))
        return model

    def factors(model: Any) -> Factors:
        people = spread(model.users.ids(), model.user_embeddings, pairs.shape[0])
        return people, spread(model.items.ids(), model.item_embeddings, pairs.shape[1])

    return fit, factors


def cornac_job(pairs: sparse.csr_matrix, passes: int) -> tuple[Fit, Callable[[Any], Factors]]:
    """Cornac's WMF at its own settings but for the factors; it wants what is read to be 1."""
    import tensorflow  # noqa: F401  # WMF imports it in its first fit
    from cornac.data import Dataset
    from cornac.models import WMF

    coo = pairs.tocoo()
    data = Dataset.from_uir(list(zip(coo.row, coo.col, np.ones(coo.nnz), strict=True)), seed=SEED)

    def factors(model: Any) -> Factors:
        people = spread(data.uid_map, model.U[list(data.uid_map.values())], pairs.shape[0])
        articles = model.V[list(data.iid_map.values())]
        return people, spread(data.iid_map, articles, pairs.shape[1])

    return lambda: WMF(k=FACTORS, max_iter=passes, seed=SEED, verbose=False).fit(data), factors


def spread(ids: Iterable[int], vectors: np.ndarray, rows: int) -> np.ndarray:
    """The vectors at their rows; what the library never saw stays zero."""
    everywhere = np.zeros((rows, vectors.shape[1]))
    everywhere[np.fromiter(ids, np.int64)] = vectors
    return everywhere


JOBS: dict[str, Callable[[sparse.csr_matrix], tuple[Fit, Callable[[Any], Factors]]]] = {
    "implicit": partial(implicit_job, dtype=np.float32),
    "implicit-1": partial(implicit_job, dtype=np.float32, num_threads=1),
    "implicit-64": partial(implicit_job, dtype=np.float64),
    "implicit-exact": partial(implicit_job, dtype=np.float32, use_cg=False),
    "implicit-exact-1": partial(implicit_job, dtype=np.float32, use_cg=False, num_threads=1),
    "course": course_job,
    "lenskit": lenskit_job,
    "cornac": partial(cornac_job, passes=ITERATIONS),
    "cornac-100": partial(cornac_job, passes=100),
}


def seconds(work: Callable[[], Any]) -> tuple[float, Any]:
    """Wall-clock seconds of a call, and what it returns."""
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


# ------------------------------------------------------------------ the second core


def half_steps(solver: str, pairs: sparse.csr_matrix, threads: int = 1) -> float:
    """Seconds of ten half-steps of `implicit`'s solver for the people, and of nothing else."""
    from implicit.cpu import _als

    rng = np.random.default_rng(SEED)
    people, articles = (rng.random((n, FACTORS), dtype=np.float32) * 0.01 for n in pairs.shape)
    step = partial(getattr(_als, solver), pairs, people, articles, 0.1, num_threads=threads)
    return seconds(lambda: [step() for _ in range(10)])[0]


def second_core(pairs: sparse.csr_matrix, rounds: int) -> dict[str, dict[str, float]]:
    """The best of many rounds: one thread; two of OpenMP; two jobs as threads, as processes.

    The two jobs share nothing that they work on. Side by side as processes they share the
    machine, as threads of one process also what the process has once.
    """
    from threadpoolctl import threadpool_limits

    pairs = sparse.csr_matrix((1 + ALPHA * pairs.data, pairs.indices, pairs.indptr), pairs.shape)
    pairs = pairs.astype(np.float32)
    found: dict[str, dict[str, float]] = {}
    with ProcessPoolExecutor(2, get_context("spawn")) as pool:
        for solver in ("least_squares_cg", "least_squares"):
            job = partial(half_steps, solver, pairs)
            with threadpool_limits(1, "blas"):
                kinds = {
                    "one thread": job,
                    "two threads": partial(job, 2),
                    "two jobs, one process": partial(as_threads, job),
                    "two jobs, two processes": partial(as_processes, pool, job),
                }
                taken = [[kind() for kind in kinds.values()] for _ in range(rounds)]
            found[solver] = dict(zip(kinds, np.min(taken, axis=0).tolist(), strict=True))
    return found


def as_threads(job: Callable[[], float]) -> float:
    """The longer of two at once in this process."""
    taken: list[float] = []
    both = [threading.Thread(target=lambda: taken.append(job())) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    return max(taken)


def as_processes(pool: ProcessPoolExecutor, job: Callable[[], float]) -> float:
    """The longer of two at once in two processes."""
    return max(pool.map(call, [job, job]))


def call(job: Callable[[], float]) -> float:
    """A job, with BLAS on one thread."""
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1, "blas"):
        return job()


def main(job: str, pairs: str, factors: str, repeats: str) -> None:
    """Fit, time, write."""
    matrix = sparse.csr_matrix(sparse.load_npz(pairs))
    if job == "second-core":
        print(json.dumps(second_core(matrix, int(repeats))))
        return
    fit, factors_of = JOBS[job](matrix)
    if int(repeats) > 1:
        fit()  # a first one warms up: pools of threads, what a library loads late
    taken = [seconds(fit) for _ in range(int(repeats))]
    print(json.dumps([spent for spent, _ in taken]))
    people, articles = factors_of(taken[-1][1])
    np.savez(factors, people=people, articles=articles)


if __name__ == "__main__":
    main(*sys.argv[1:])

"""Other libraries' implicit factorisations beside `implicit`: python benchmarks/peers.py.

Writes docs/peers.md. LensKit and Cornac get environments of their own in build/peers, made at the
first run (LensKit needs Python 3.12.5 or newer: ``PEERS_PYTHON=path`` where the one on the path is
older, and PyTorch, which on Linux brings CUDA's libraries, 6 GB in all, unless
``PIP_EXTRA_INDEX_URL`` names its CPU index). Each fit runs in a process of its own, the libraries
take turns, and the best of the rounds counts: whatever else the machine does only adds to a time.
"""

from __future__ import annotations

import itertools
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from growth import a_log, prepared
from peers_fits import ALPHA, FACTORS, ITERATIONS, REGULARIZATION
from scipy import sparse

import deskrec_tutorial as dr

ROOT = Path(__file__).resolve().parents[1]
WORK, PAGE = ROOT / "build" / "peers", ROOT / "docs" / "peers.md"
PINS = {
    "lenskit": ["lenskit==2026.4.0", "torch==2.14.1"],
    "cornac": ["cornac==3.0.1", "tensorflow-cpu==2.21.0"],
}
# job: name, objective, solver and dtype
ROWS = {
    "implicit": ("`implicit`, as it comes", "same", "3 conjugate-gradient steps, float32"),
    "implicit-64": ("`implicit`", "same", "3 conjugate-gradient steps, float64"),
    "implicit-exact": ("`implicit`, `use_cg=False`", "same", "exact, float32"),
    "course": ("`dr.ALS`, chapter 3's NumPy", "same", "exact, float64"),
    "lenskit": ("LensKit", "same", "exact, float32"),
    "cornac": ("Cornac's WMF, as many passes", "its own", "Adam in batches, float32"),
    "cornac-100": ("Cornac's WMF, its 100 passes", "its own", "Adam in batches, float32"),
    "implicit-1": ("`implicit`, one thread", "same", "3 conjugate-gradient steps, float32"),
    "implicit-exact-1": ("`implicit`, exact, one thread", "same", "exact, float32"),
}
SLOW = {"course", "cornac", "cornac-100"}  # a single fit


@dataclass
class Fitted:
    """Factors, as `dr.evaluate` asks for scores."""

    people: np.ndarray
    articles: np.ndarray

    def scores(self, rows: np.ndarray) -> np.ndarray:
        """Of all articles for some people."""
        return np.asarray(self.people[rows] @ self.articles.T)


# ------------------------------------------------------------------ environments and processes


def newer_python() -> str:
    """A Python that LensKit takes, or an error that says how to name one."""
    named = [os.environ.get("PEERS_PYTHON"), sys.executable, *map(shutil.which, CANDIDATES)]
    ask = "import sys; sys.exit(sys.version_info < (3, 12, 5))"
    for python in filter(None, named):
        if subprocess.run([python, "-c", ask], stderr=subprocess.DEVNULL).returncode == 0:
            return python
    raise SystemExit("LensKit needs Python 3.12.5 or newer: PEERS_PYTHON=path names one.")


CANDIDATES = ("python3.14", "python3.13", "python3.12")


def python_of(job: str) -> str:
    """The Python of a job's environment, which is made where it is missing."""
    library = job.split("-")[0]
    if library not in PINS:
        return sys.executable
    done = WORK / library / "pins.txt"
    python = WORK / library / "bin" / "python"
    if not done.exists() or done.read_text(encoding="utf-8").split() != PINS[library]:
        base = newer_python() if library == "lenskit" else sys.executable
        subprocess.run([base, "-m", "venv", "--clear", str(WORK / library)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "-q", *PINS[library]], check=True)
        done.write_text("\n".join(PINS[library]), encoding="utf-8")
    return str(python)


def run(job: str, pairs: str, repeats: int) -> Any:
    """What a job says; its factors are in build/peers afterwards."""
    fits = str(ROOT / "benchmarks" / "peers_fits.py")
    told = [str(WORK / f"{pairs}.npz"), str(WORK / f"{pairs}-{job}.npz"), str(repeats)]
    done = subprocess.run(
        [python_of(job), fits, job, *told], stdout=subprocess.PIPE, text=True, check=True
    )
    return json.loads(done.stdout.splitlines()[-1])


def times(pairs: str, rounds: int) -> dict[str, list[float]]:
    """Seconds of each job's fits; the jobs take turns."""
    found: dict[str, list[float]] = {job: [] for job in ROWS}
    for number, job in itertools.product(range(rounds), ROWS):
        if job not in SLOW:
            found[job] += run(job, pairs, 5)
        elif not number and (pairs, job) != ("ten", "cornac-100"):  # minutes
            found[job] += run(job, pairs, 1)
    return found


# ------------------------------------------------------------------ what they learned


def factors(pairs: str, job: str) -> Fitted:
    """The factors that a job wrote."""
    with np.load(WORK / f"{pairs}-{job}.npz") as stored:
        return Fitted(stored["people"].astype(float), stored["articles"].astype(float))


def learned(log: dr.InteractionMatrix, split: dr.Split) -> dict[str, tuple[float, float, float]]:
    """Loss and squared error on the log, recall@10 on what a split holds out."""
    confidences = dr.confidence(log.user_items, ALPHA)
    found = {}
    for job in ROWS:
        fit = factors("log", job)
        loss, error = (
            dr.als_loss(confidences, fit.people, fit.articles, price)
            for price in (REGULARIZATION, 0)
        )
        run(job, "train", 1)
        kept = dr.evaluate(factors("train", job), split.train, split.test, 10, 1)
        found[job] = (loss, error, kept["recall@10"])
    return found


# ------------------------------------------------------------------ the page


def page(figures: dict[str, Any]) -> str:
    """The whole of docs/peers.md."""
    head = ["library", "objective", "solver", *figures["sizes"], "loss", "squared error"]
    lines = ["| " + " | ".join([*head, "recall@10"]) + " |", "|---" * 8 + "|"]
    for job, words in ROWS.items():
        loss, error, recall = figures["learned"][job]
        spent = [best(figures[size].get(job)) for size in ("log", "ten")]
        cells = [*words, *spent, f"{loss:,.0f}", f"{error:,.0f}", f"{recall:.3f}"]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(
        [TOP.format(**figures).strip(), "", *lines, "", NOTES.strip(), "", core(figures)]
    )


def best(seconds: list[float] | None) -> str:
    """The smallest and, of several, the median."""
    if not seconds:
        return "–"
    middle = f" ({np.median(seconds):.2f})" if len(seconds) > 1 else ""
    return f"{min(seconds):.2f} s{middle}"


TOP = f"""
# Other libraries beside `implicit`

`python benchmarks/peers.py` makes this page anew. {ITERATIONS} iterations of {FACTORS} factors on
{{source}}, and on a simulated log of ten times as many events, with each
library's own number of threads on {{cores}} cores: seconds of the fit alone, best (median) of
the rounds in which all took turns.
Load average when it was measured: {{load}}, so that only a row beside another says something.
Loss and squared error are chapter 3's `als_loss` on the smaller log, recall@10 is that of the same
settings on one split (seed 1).
"""

NOTES = f"""
*Same*: Σ c (p − x·y)² + λ (|x|² + |y|²) with c = 1 + α r, α = {ALPHA:g}, plain λ =
{REGULARIZATION}.
LensKit computes this c from `weight=α, use_ratings=True`; `implicit` takes α r for c, so it is
handed 1 + α r. *Its own*: Cornac's WMF knows no strengths. Its c is 1 for a read pair and 0.01 for
an unread one, its λ is 0.01, halved, and paid by all people in each batch of articles anew. It is
Adam, not ALS: a pass is no iteration, and its loss by our formula only shows that it seeks
something else.

Those that minimise the same reach squared errors within one per cent of
each other; where their losses differ, their starts do ([chapter
3½](../notebooks/03b_als_knobs.ipynb)).
"""


def core(figures: dict[str, Any]) -> str:
    """What a second thread gains, and where the rest is."""
    found = figures["core"]
    lines = ["| solver | " + " | ".join(found["least_squares"]) + " |", "|---" * 5 + "|"]
    for solver, kinds in found.items():
        cells = " | ".join(f"{1000 * value:.1f} ms" for value in kinds.values())
        lines.append(f"| `{solver}` | {cells} |")
    cg, exact = found["least_squares_cg"], found["least_squares"]
    return CORE.format(
        table="\n".join(lines),
        cg=cg["one thread"] / cg["two threads"],
        exact=exact["one thread"] / exact["two threads"],
        threads=2 * cg["one thread"] / cg["two jobs, one process"],
        processes=2 * cg["one thread"] / cg["two jobs, two processes"],
    )


CORE = """
## Why a second core does not make `implicit` twice as fast

Ten half-steps of its solvers alone, best of many:

{table}

Two jobs at once do {processes:.2f} × the work of one as two processes: neither cores nor memory are
short. As two threads of one process, which share no data either, they do {threads:.2f} ×, so it is
something that a process has once. Most likely that is OpenBLAS's pool of buffers, which stands
behind one lock for the whole process: the solver calls `symv` once per row and once more per step,
each call asks for a buffer, and with 20 factors a row takes two microseconds. (In a profile by
`perf`, locking takes 5 % of one thread's time, and of two threads' 16 %, and 21 % more in the
kernel, where they fall asleep and wake. No build without the lock was tried.) The exact solver asks
once per row and works longer on it, so a second thread makes it {exact:.2f} × as fast, the default
{cg:.2f} ×. On a busy machine the second thread can cost more than it brings: `num_threads=1` is
faster there.
""".lstrip()


def main() -> int:
    """Measure and write the page."""
    WORK.mkdir(parents=True, exist_ok=True)
    real = Path(os.environ.get("DESKREC_REAL", ROOT / "../shared/data/deskdrop-real.zip"))
    clicks = dr.load_deskdrop(str(real) if real.exists() else "sample")
    events = dr.join_events(clicks)
    log, split = prepared(clicks), dr.split(events, seed=1)
    ten = prepared(a_log(10, "numbers"))
    for name, matrix in {"log": log, "ten": ten, "train": split.train}.items():
        sparse.save_npz(WORK / f"{name}.npz", matrix.user_items)
    figures: dict[str, Any] = {
        "source": "the real files" if real.exists() else "the sample",
        "sizes": [f"{matrix.user_items.nnz:,} pairs" for matrix in (log, ten)],
        "log": times("log", 4),
        "ten": times("ten", 2),
        "learned": learned(log, split),
        "core": run("second-core", "log", 100),
        "cores": os.cpu_count(),
        "load": f"{os.getloadavg()[1]:.1f}",
    }
    (WORK / "figures.json").write_text(json.dumps(figures, indent=1), encoding="utf-8")
    PAGE.write_text(page(figures), encoding="utf-8")
    print(PAGE.read_text(encoding="utf-8"))
    return 0


if __name__ == "__main__":
    sys.exit(main())

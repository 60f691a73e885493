"""What the tests share: the embedded sample, prepared and fitted once."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Callable, Iterator, Sequence
from functools import cache, wraps
from pathlib import Path
from typing import Any

# Tests run beside each other, one a core. More threads wait for one another: a fit of ten pairs
# took seconds, and most of these tests are such fits. It must be said before NumPy is loaded.
os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import pandas as pd
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from implicit.cpu.als import AlternatingLeastSquares
from scipy import sparse

import deskrec_tutorial as dr

# Same examples on every run; no deadline, because the machines that run the tests are shared.
settings.register_profile("course", derandomize=True, deadline=None, max_examples=60, database=None)
settings.register_profile("quick", parent=settings.get_profile("course"), max_examples=15)
settings.load_profile("course")

ROOT = Path(__file__).parent.parent


FEW_PAIRS = 2_000  # a fit of so many takes no time


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--quick", action="store_true", help="skip what fits the sample or starts a process"
    )


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("quick"):
        settings.load_profile("quick")


def is_small(_: object, user_items: sparse.csr_matrix, *args: object, **options: object) -> bool:
    return getattr(user_items, "nnz", 0) <= FEW_PAIRS  # what is no matrix is refused at once


def looks_for_a_library(_: object, command: object, *args: object, **options: object) -> bool:
    """What ctypes starts to find a library is over in a moment."""
    name = command[0] if isinstance(command, (list, tuple)) and command else command
    return Path(str(name)).name in ("ldconfig", "gcc", "cc", "ld", "objdump")


def skipping(function: Callable[..., Any], reason: str, small: Callable[..., bool]) -> Any:
    @wraps(function)
    def guarded(*args: Any, **options: Any) -> Any:
        if not small(*args, **options):
            pytest.skip(reason)
        return function(*args, **options)

    return guarded


def once(function: Callable[..., Any]) -> Callable[..., Any]:
    """`functools.cache`, which also remembers that there is nothing but a skip to be had.

    A skip is an exception, and `cache` keeps none: what leads to it would run for every test anew.
    """

    @cache
    def tried(*args: Any) -> tuple[Any, BaseException | None]:
        try:
            return function(*args), None
        except pytest.skip.Exception as skipped:
            return None, skipped

    @wraps(function)
    def remembered(*args: Any) -> Any:
        value, skipped = tried(*args)
        if skipped:
            pytest.skip(str(skipped))
        return value

    return remembered


@pytest.fixture(scope="session", autouse=True)
def _nothing_long_if_quick(request: pytest.FixtureRequest) -> Iterator[None]:
    """With --quick, a test is skipped where it begins something long: none has to be marked."""
    with pytest.MonkeyPatch.context() as patch:
        if request.config.getoption("quick"):
            start = skipping(subprocess.Popen.__init__, "starts a process", looks_for_a_library)
            patch.setattr(subprocess.Popen, "__init__", start)
            for owner in (AlternatingLeastSquares, dr.ALS):
                patch.setattr(owner, "fit", skipping(owner.fit, "needs a fit", is_small))
            with contextlib.suppress(ImportError):  # not among the oldest versions
                from nbgrader.apps import NbGraderAPI

                begin = skipping(NbGraderAPI.__init__, "makes a course", lambda *a, **k: False)
                patch.setattr(NbGraderAPI, "__init__", begin)
        yield


@pytest.fixture(scope="session")
def quick(request: pytest.FixtureRequest) -> bool:
    """Whether what is large may be smaller: `make quick`."""
    return bool(request.config.getoption("quick"))


@pytest.fixture(autouse=True)
def _no_data_source_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DESKREC_DATA", raising=False)


@pytest.fixture(scope="session")
def clicks():
    return dr.load_deskdrop("sample")


@pytest.fixture(scope="session")
def events(clicks):
    return dr.join_events(clicks)


@pytest.fixture(scope="session")
def strength(events):
    return dr.event_strength(events)


@pytest.fixture(scope="session")
def matrix(strength):
    return dr.InteractionMatrix.from_strength(strength)


@pytest.fixture(scope="session")
def model(matrix):
    return dr.fit_als(matrix)


@pytest.fixture(scope="session")
def real_files() -> Path:
    """The real data, where they are."""
    candidates = [os.environ.get("DESKREC_REAL"), ROOT / "../shared/data/deskdrop-real.zip"]
    for candidate in candidates:
        if candidate and Path(candidate).exists():
            return Path(candidate)
    pytest.skip("the real Deskdrop files are not here (set DESKREC_REAL to their zip)")


@st.composite
def strengths(draw, max_users: int = 12, max_items: int = 10) -> pd.DataFrame:
    """A small table of strengths with far-apart signed ids, each user and item at least once."""
    big = st.integers(-(2**63), 2**63 - 1)
    users = draw(st.lists(big, min_size=2, max_size=max_users, unique=True))
    items = draw(st.lists(big, min_size=2, max_size=max_items, unique=True))
    pairs = draw(
        st.lists(
            st.tuples(st.sampled_from(users), st.sampled_from(items)),
            min_size=2,
            max_size=len(users) * len(items),
            unique=True,
        )
    )
    values = draw(
        st.lists(st.sampled_from([1.0, 2, 3, 5, 6.5, 15]), min_size=len(pairs), max_size=len(pairs))
    )
    frame = pd.DataFrame(pairs, columns=["personId", "contentId"]).astype(np.int64)
    frame["title"] = [f"Title of {item}" for item in frame["contentId"]]
    frame["eventStrength"] = values
    return frame


def matrix_of(
    dense: Sequence[Sequence[float]], titles: Sequence[str] | None = None, apart: int = 1
) -> dr.InteractionMatrix:
    """A matrix of these strengths; ids are row and column numbers, times `apart`."""
    values = np.array(dense, dtype=float)
    users, items = values.shape
    return dr.InteractionMatrix(
        sparse.csr_matrix(values),
        np.arange(users) * apart,
        np.arange(items) * apart,
        np.array(titles or [f"Title {i}" for i in range(items)], dtype=object),
    )


def log(*rows: tuple[float, int, int]) -> pd.DataFrame:
    """Events from (day, person, article)."""
    frame = pd.DataFrame(rows, columns=["day", "personId", "contentId"])
    frame["timestamp"] = (frame.pop("day") * 86_400).astype(np.int64) + 1_000_000
    frame["eventType"], frame["title"] = "VIEW", "Title"
    return frame


class Given:
    """A recommender whose scores are given."""

    def __init__(self, scores: Sequence[Sequence[float]]) -> None:
        self._scores = np.array(scores, dtype=float)

    def scores(self, rows: np.ndarray) -> np.ndarray:
        return self._scores[rows]


# One person who has read article 0. Of the other five, 2 and 5 are held out.
TRAIN, TEST = matrix_of([[1, 0, 0, 0, 0, 0]]), matrix_of([[0, 0, 1, 0, 0, 1]])
# In order of score: 1, 2, 4, 5, 3. The held-out ones stand at places 2 and 4.
SCORES = Given([[9.0, 5.0, 4.0, 1.0, 3.0, 2.0]])

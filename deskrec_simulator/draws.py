"""Draws and small tools that come out the same on every computer.

Counts are quotas and deviates are stratified, so figures hardly move with the seed (the extremes,
such as the longest session, do). Decisions rest on elementary arithmetic and on rounded values, so
that processors whose last bits of ``exp`` or ``pow`` differ still make the same bytes.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Names = npt.NDArray[np.object_]


def generator(seed: np.random.SeedSequence) -> np.random.Generator:
    """Return a generator of the one kind that all draws come from."""
    return np.random.Generator(np.random.PCG64(seed))


def even_parts(total: int, parts: int) -> Ints:
    """Split a count into nearly equal whole parts that add up to it."""
    return np.diff(np.arange(parts + 1) * total // parts)


def normal_quantiles(n: int, rng: np.random.Generator) -> Floats:
    """Return n normal deviates without sampling noise: the quantiles, shuffled."""
    share: Floats = (np.arange(n) + 0.5) / n
    quantiles: Floats = ndtri(share)
    return rng.permutation(np.round(quantiles, 9))


def exp(x: Floats) -> Floats:
    """``exp`` without its last bits, in which processors and libraries differ."""
    return np.round(np.exp(x), 9).astype(np.float64, copy=False)


def quotas(total: int, weights: npt.ArrayLike) -> Ints:
    """Split a count in given proportions into whole numbers that add up to it."""
    cumulative = np.cumsum(np.asarray(weights, dtype=float))
    return np.diff(np.round(total * cumulative / cumulative[-1]).astype(np.int64), prepend=0)


def top(score: Floats, count: int) -> Ints:
    """Return the positions of the highest scores, in ascending order of position."""
    if count <= 0:
        return np.empty(0, dtype=np.int64)
    count = min(count, len(score))
    cut = np.partition(score, len(score) - count)[len(score) - count]
    above, at = np.flatnonzero(score > cut), np.flatnonzero(score == cut)
    return np.sort(np.concatenate([above, at[: count - len(above)]]))


def picks(weights: Floats, count: int, rng: np.random.Generator) -> Ints:
    """Draw positions with replacement, in proportion to their weights."""
    cumulative = np.cumsum(weights)
    where = np.searchsorted(cumulative, rng.random(count) * cumulative[-1], side="right")
    return np.minimum(where, len(weights) - 1)


def blocks(n: int, size: int = 64) -> list[slice]:
    """Cut rows into blocks that fit a processor's cache: several times faster than all at once."""
    return [slice(start, min(start + size, n)) for start in range(0, n, size)]

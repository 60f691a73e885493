"""Checks of the blanks in chapter 6: two grades of one list, and which intervals leave zero out."""

from __future__ import annotations

from typing import Any

import numpy as np

from .core import changed, equal
from .turn import inviting


@inviting
def precision(answer: Any, hit: np.ndarray, hidden: int) -> None:
    """Check the precision of a list: `hit` is True where a place holds one of `hidden` articles."""
    hits, places = int(np.sum(hit)), len(hit)
    mistakes = {
        f"You divided by what was hidden, {hidden}: that is the recall.": _share(hits, hidden),
        f"That is the number of hits. Which share of the {places} places are they?": hits,
        "That is the share of the places without a hit.": 1 - hits / places,
    }
    equal(answer, hits / places, f"the precision@{places} of this list", mistakes=mistakes)


@inviting
def ndcg(answer: Any, hit: np.ndarray, hidden: int) -> None:
    """Check the NDCG of a list: `hit` is True where a place holds one of `hidden` articles."""
    hit = np.asarray(hit, dtype=bool)  # of 0 and 1 as well
    worth = 1 / np.log2(np.arange(len(hit)) + 2)
    gained, most = worth[hit].sum(), worth[:hidden].sum()
    mistakes = {
        "That is the sum of the worths, the DCG. Divide it by the largest possible sum.": gained,
        "Your largest possible sum has a place for each hit that was made, so the list isn't "
        f"blamed for what it missed. {hidden} hits were possible.": (
            _share(gained, worth[: np.sum(hit)].sum())
        ),
        f"Your largest possible sum has hits at all {len(hit)} places, but only {hidden} articles "
        "were hidden.": gained / worth.sum(),
        "You divided by a number of articles, not by a sum of worths.": _share(gained, hidden),
        "You divided the best sum by the one of this list: turn it round.": _share(most, gained),
    }
    equal(answer, _share(gained, most), f"the NDCG@{len(hit)} of this list", mistakes=mistakes)


def _share(part: float, whole: float) -> float:
    """One number divided by another; where there is nothing to divide by, NaN."""
    return part / whole if whole else np.nan


@inviting
def leaves_zero_out(answer: Any, low: np.ndarray, high: np.ndarray) -> None:
    """Check which of several intervals, from `low` to `high`, do not hold zero."""
    low, high = np.asarray(low), np.asarray(high)
    mistakes = {
        "An interval that lies below zero leaves zero out as well: there the first of the two is "
        "ahead.": low > 0,
        "These are the intervals that hold zero. Turn it round.": (low <= 0) & (high >= 0),
    }
    want, what = (low > 0) | (high < 0), "the intervals that leave zero out"
    equal(changed(answer, np.asarray, what, "An array"), want, what, mistakes=mistakes)

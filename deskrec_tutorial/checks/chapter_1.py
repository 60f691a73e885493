"""Checks of the blanks in chapter 1."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from .core import changed, equal, that
from .turn import inviting


@inviting
def incomplete(answer: Any, interactions: pd.DataFrame) -> None:
    """Check the names of the columns with a gap."""
    gaps = interactions.isna().any()
    what = "the incomplete columns"
    that(
        not (isinstance(answer, pd.Series) and answer.dtype == bool),
        "That says True or False for each column; pick the names where it says True.",
    )
    equal(
        changed(answer, _in_order, what, "A list of names"),
        sorted(interactions.columns[gaps]),
        what,
        mistakes={
            "Those are the complete ones.": sorted(interactions.columns[~gaps]),
            "These are all columns: `any()` says True or False for each of them; keep the True.": (
                sorted(interactions.columns)
            ),
        },
    )


def _in_order(names: Any) -> list[str]:
    """Names in alphabetical order; a text would fall apart into letters."""
    if not isinstance(names, (list, tuple, set, frozenset, pd.Index, pd.Series, np.ndarray)):
        raise TypeError("no collection of names")
    return sorted(names)


@inviting
def orphans(answer: Any, log: pd.DataFrame, gone: pd.Series, never_shared: pd.Series) -> None:
    """Check the number of interactions on articles that were never shared."""
    theirs = log["contentId"].isin(never_shared)
    equal(
        answer,
        int(theirs.sum()),
        "interactions on articles that were never shared",
        mistakes={
            "Those are all the others.": int((~theirs).sum()),
            "That is the number of articles: count rows of the log.": len(never_shared),
            "Those are rows on all removed articles; most of them had been shared.": (
                int(log["contentId"].isin(gone).sum())
            ),
        },
    )


@inviting
def both(answer: Any, read_in: pd.DataFrame) -> None:
    """Check the share of people with ten or more articles who have read both languages."""
    many = read_in[read_in.sum(axis=1) >= 10]
    equal(
        answer,
        _both(many).mean(),
        "readers of both languages",
        tolerance=0.004,
        mistakes={
            "That is the share of all people: leave out those with fewer than ten articles.": (
                _both(read_in).mean()
            ),
            "That is a number of people: divide by how many have read ten or more.": (
                _both(many).sum()
            ),
        },
    )


def _both(read_in: pd.DataFrame) -> pd.Series[bool]:
    return read_in.reindex(columns=["en", "pt"], fill_value=0).gt(0).all(axis=1)

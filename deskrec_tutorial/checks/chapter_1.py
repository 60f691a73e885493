"""Checks of the blanks in chapter 1."""

from __future__ import annotations

from typing import Any

import pandas as pd

from .core import equal
from .turn import inviting


@inviting
def incomplete(answer: Any, interactions: pd.DataFrame) -> None:
    """Check the names of the columns with a gap."""
    gaps = interactions.isna().any()
    equal(
        list(answer) if isinstance(answer, pd.Index) else answer,
        interactions.columns[gaps].tolist(),
        "the incomplete columns",
        mistakes={
            "Those are the complete ones.": interactions.columns[~gaps].tolist(),
            "These are all columns: `any()` says True or False for each of them; keep the True.": (
                interactions.columns.tolist()
            ),
        },
    )


@inviting
def orphans(answer: Any, log: pd.DataFrame, shared: pd.DataFrame) -> None:
    """Check the number of interactions on articles that were never shared."""
    known = log["contentId"].isin(shared["contentId"])
    equal(
        answer,
        int((~known).sum()),
        "interactions on articles that were never shared",
        mistakes={
            "Those are the rows that find an article: `~` turns True and False round.": (
                int(known.sum())
            ),
            "That is the number of articles: count rows of the log.": (
                log.loc[~known, "contentId"].nunique()
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

"""Chapter 1: load the two Deskdrop tables and join them."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True)
class ClickStream:
    """The two raw tables of a reading log, with the raw column names."""

    articles: pd.DataFrame
    interactions: pd.DataFrame
    source: str


@dataclass(frozen=True)
class Truth:
    """The hidden side of the simulated sample: what only a simulator can know."""

    articles: pd.DataFrame
    users: pd.DataFrame

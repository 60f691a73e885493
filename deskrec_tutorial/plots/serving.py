"""Chapter 8: what training often brings, and what half-steps bring."""

from __future__ import annotations

from textwrap import fill

import numpy as np
import pandas as pd
from matplotlib.ticker import MaxNLocator, PercentFormatter

from .core import Drawn, lines, panel, picture, shorten, title_over_all


@picture
def staleness(rates: pd.DataFrame) -> Drawn:
    """Hit rates by how often a model is trained: a row per interval, a line per column.

    The index holds the days between two trainings, ascending; infinity stands for never again.
    """
    figure, axes = panel(3.6)
    ages = ["never again" if np.isinf(age) else f"{age:g}" for age in rates.index]
    lines(axes, rates.items(), range(len(rates)))
    axes.set_xticks(range(len(rates)), ages)
    axes.set(xlabel="days between two trainings", ylabel="readings foreseen")
    axes.set_ylim(bottom=0)
    axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    axes.yaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
    title_over_all(figure, fill(_finding(rates), 76))
    parts = [f"{name} {', '.join(f'{x:.3f}' for x in rate)}" for name, rate in rates.items()]
    return figure, (
        f"Hit rates by the days between two trainings ({', '.join(ages)}): {'; '.join(parts)}."
    )


def _finding(rates: pd.DataFrame) -> str:
    """What the last column finds beside the first one; of one column, what becomes of it."""
    names = [shorten(str(name), 24) for name in rates]
    first, last = rates.iloc[:, 0], rates.iloc[:, -1]
    if len(names) > 1 and (first > 0).all():
        times = (last / first).to_numpy(dtype=float)
        low, high = times.min(), times.max()
        title = f"{names[-1]}: {low:.1f} to {high:.1f} times the hits of {names[0]}"
        return title[:1].upper() + title[1:]
    often = " → ".join(_every(age) for age in (rates.index[0], rates.index[-1]))
    told = (
        f"{n} {a:.1%} → {z:.1%}" for n, a, z in zip(names, *rates.to_numpy()[[0, -1]], strict=True)
    )
    return f"Trained {often}: {', '.join(told)}"


def _every(age: float) -> str:
    """How often somebody trains who trains after so many days."""
    if np.isinf(age):
        return "never"
    return "every day" if age == 1 else f"every {age:g} days"

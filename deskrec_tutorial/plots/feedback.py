"""Chapter 8½: what becomes of pages and clicks when a recommender learns from itself."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from ..feedback import by_week
from .core import Drawn, lines, picture, shorten, title_over_all


@picture
def loops(logs: Mapping[str, pd.DataFrame]) -> Drawn:
    """Clicks per visit, and how many articles had half of the places, week by week.

    `logs` holds a log of `deskrec_tutorial.feedback.live` for each way to choose the pages.
    """
    weeks = {name: by_week(log) for name, log in logs.items()}
    figure = Figure(figsize=(9, 4))
    panels = figure.subplots(1, 2)
    for axes, column, label in zip(
        panels,
        ("clicks", "half"),
        ("clicks per visit", "articles that had half of all places"),
        strict=True,
    ):
        series = pd.DataFrame({name: found[column] for name, found in weeks.items()})
        lines(axes, series.items(), series.index, markersize=4, linewidth=1.5)
        axes.set(xlabel="week", ylabel=label, ylim=(0, None))
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    panels[0].get_legend().remove()
    handles, names = panels[1].get_legend_handles_labels()
    panels[1].get_legend().remove()
    figure.legend(handles, names, loc="outside lower center", ncols=3, fontsize=8)
    last = {name: found["clicks"].iloc[-1] for name, found in weeks.items()}
    worst, best = min(last, key=last.__getitem__), max(last, key=last.__getitem__)
    gets = f"{last[best]:.2f} clicks per visit"
    if last[best] > last[worst] > 0:
        gets = f"{last[best] / last[worst]:.1f} times the clicks of “{shorten(worst, 24)}”"
    title_over_all(figure, f"In the last week “{shorten(best, 30)}” gets {gets}")
    parts = [
        f"{name}: {found['clicks'].iloc[0]:.2f} to {found['clicks'].iloc[-1]:.2f}, and "
        f"{found['half'].iloc[-1]} articles"
        for name, found in weeks.items()
    ]
    return figure, (
        f"Clicks per visit in the first and the last of {len(weeks[best])} weeks, and how many "
        f"articles had half of all places in the last: {'; '.join(parts)}."
    )

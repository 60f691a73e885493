"""Start here: the map of the course."""

from __future__ import annotations

import pandas as pd
from implicit.cpu.als import AlternatingLeastSquares

from ..data import ClickStream
from ..strength import InteractionMatrix
from .colours import BLUE, ORANGE
from .core import Drawn, panel, picture


@picture
def course_map(
    clicks: ClickStream,
    events: pd.DataFrame,
    strength: pd.DataFrame,
    matrix: InteractionMatrix,
    model: AlternatingLeastSquares,
) -> Drawn:
    """The five stations of the course, with the size of the data at each."""
    users, items = matrix.user_items.shape
    factors = model.user_factors.shape[1]
    stations = [
        ("clicks", f"{len(clicks.interactions):,}\ninteractions"),
        ("events", f"{len(events):,}\nwith a title"),
        ("strength", f"{len(strength):,}\npairs"),
        ("matrix", f"{users:,} people ×\n{items:,} articles"),
        ("model", f"{factors} numbers for\neach of them"),
    ]
    arrows = ["join_events", "event_strength", "InteractionMatrix", "fit_als"]
    figure, axes = panel(2.2, 9)
    for x, (name, size) in enumerate(stations):
        box = {"boxstyle": "round,pad=0.6", "facecolor": "white", "edgecolor": BLUE, "linewidth": 2}
        axes.text(x, 0, f"{name}\n\n{size}", ha="center", va="center", fontsize=9, bbox=box)
    for x, name in enumerate(arrows):  # from the top of one box to the top of the next
        look = {"arrowstyle": "-|>", "color": ORANGE, "connectionstyle": "arc3,rad=-0.3"}
        axes.annotate("", (x + 0.93, 0.3), (x + 0.07, 0.3), arrowprops=look)
        axes.text(x + 0.5, 0.58, name, ha="center", fontsize=9, family="DejaVu Sans Mono")
    axes.set(xlim=(-0.5, len(stations) - 0.5), ylim=(-0.4, 0.8))
    axes.set_axis_off()
    kept = len(strength) / len(clicks.interactions)
    axes.set_title(f"Four functions turn {len(clicks.interactions):,} clicks into a model")
    return figure, (
        f"{len(clicks.interactions):,} interactions become {len(strength):,} person–article pairs "
        f"({kept:.0%} as many), a grid of {users:,} × {items:,}, and {factors} numbers for each "
        f"person and each article. recommend and similar_articles start from there."
    )

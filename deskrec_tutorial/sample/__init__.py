"""The embedded sample: a *simulated* data set with Deskdrop's schema, size and statistics.

Nobody read these articles and nobody wrote them: readers, articles, titles and clicks come from
`simulate`, calibrated to published figures of the real data (``docs/sample.md``).  The files:

- ``deskdrop-sample.zip``: the two raw tables, in a zip shaped like Kaggle's;
- ``truth.zip``: the hidden side, each article's topic and each reader's tastes;
- ``SHA256SUMS``: checksums of the four CSV files inside.

``python -m deskrec_tutorial.sample`` makes the same files again, byte for byte, and
``python -m deskrec_tutorial.sample --check`` says whether this computer would.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from deskrec_tutorial.sample.simulator import simulate

__all__ = ["simulate"]


def __getattr__(name: str) -> Any:
    """Import the simulator on first use only: readers of the shipped files don't need it."""
    if name == "simulate":
        from deskrec_tutorial.sample.simulator import simulate

        return simulate
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

"""Chapter 3: ALS one half-step at a time, on a matrix small enough to see."""

from __future__ import annotations

import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import ipywidgets
import numpy as np
import pandas as pd
from scipy import sparse

from ..als import als_loss, confidence, half_step
from ..plots import Picture, als_filmstrip
from .core import WIDE, Panel, alpha_switch, row
from .frame import frame_html

ALPHAS = (0.0, 1.0, 5.0, 15.0, 40.0)
# The factors have found their sides, and every next half-step can still be seen to move.
FIRST = 4


@dataclass(frozen=True)
class Steps:
    """Every half-step of ALS with two factors: where people and articles are, and the loss."""

    strengths: pd.DataFrame  # people × articles, 0 where nothing was read
    confidence: np.ndarray  # 1 + alpha · strength, same shape
    users: np.ndarray  # shape (half-steps + 1, people, 2); entry 0 is the random start
    items: np.ndarray  # shape (half-steps + 1, articles, 2)
    losses: np.ndarray  # shape (half-steps + 1,)

    @cached_property
    def read(self) -> np.ndarray:
        """True where something was read."""
        read: np.ndarray = self.strengths.to_numpy() > 0
        return read

    def scores(self, at: int) -> np.ndarray:
        """The dot products after `at` half-steps, people × articles."""
        scores: np.ndarray = self.users[at] @ self.items[at].T
        return scores


def als_steps(strengths: pd.DataFrame, alpha: float = 15.0, iterations: int = 15) -> Steps:
    """Run ALS with two factors as `ALS` does, λ = 1, and remember every half-step.

    One iteration solves for the people, then for the articles. An alpha of 0 takes the strengths
    out.
    """
    if len(strengths) > len(string.ascii_uppercase):
        raise ValueError("The steps have a letter for each person: strengths has at most 26 rows.")
    values = strengths.to_numpy(dtype=np.float64)
    by_user = confidence(sparse.csr_matrix(values), alpha)
    by_item = by_user.T.tocsr()
    rng = np.random.default_rng(42)
    users, items = ([rng.random((size, 2)) * 0.01] for size in strengths.shape)
    for _ in range(iterations):
        users += [half_step(by_user, items[-1], 1.0)] * 2
        items += [items[-1], half_step(by_item, users[-1], 1.0)]
    losses = [als_loss(by_user, x, y, 1.0) for x, y in zip(users, items, strict=True)]
    return Steps(strengths, 1 + alpha * values, np.array(users), np.array(items), np.array(losses))


def als_view(
    strengths: pd.DataFrame,
    tastes: Mapping[str, Sequence[str]] | None = None,
    alpha: float = 15.0,
    moments: Sequence[int] = (1, 2, 4, 8, 30),
) -> Picture:
    """ALS at a few half-steps, beside each other: no widget.

    Parameters
    ----------
    strengths : pandas.DataFrame
        People × articles, 0 where nothing was read; at most 26 people.
    tastes : mapping of str to sequence of str, optional
        Up to three tastes and the people and articles that belong to each: they get a colour.
    alpha : float
        How fast confidence grows with strength.
    moments : sequence of int
        Which half-steps to show.
    """
    steps = als_steps(strengths, alpha)
    shown = [min(at, len(steps.losses) - 1) for at in moments]
    return als_filmstrip(strengths, steps.users, steps.items, steps.losses, shown, tastes or {})


class Stepper(Panel):
    """Walk through ALS one half-step at a time, live.

    Its controls are `step`, `play` and `alpha`; its static twin is `als_view`.

    Parameters
    ----------
    strengths, tastes, alpha
        As in `als_view`.
    """

    def __init__(
        self,
        strengths: pd.DataFrame,
        tastes: Mapping[str, Sequence[str]] | None = None,
        alpha: float = 15.0,
    ) -> None:
        self._strengths, self._tastes = strengths, tastes or {}
        self._steps = {float(alpha): als_steps(strengths, alpha)}
        last = len(self._steps[alpha].losses) - 1
        self.play = ipywidgets.Play(value=FIRST, max=last, interval=1100)
        self.step = ipywidgets.IntSlider(
            value=FIRST, max=last, description="Half-step", layout=WIDE
        )
        # In the browser, so that the kernel hears of each step once.
        self._link = ipywidgets.jslink((self.play, "value"), (self.step, "value"))
        self.alpha = alpha_switch(ALPHAS, alpha)
        watch, controls = (self.step, self.alpha), row(self.play, self.step)
        self.assemble("ALS step by step", controls, self.alpha, watch=watch)

    def html(self) -> str:
        """The planes and maps of the chosen half-step and alpha; runs are kept."""
        alpha = self.alpha.value
        if alpha not in self._steps:
            self._steps[alpha] = als_steps(self._strengths, alpha)
        return frame_html(self._steps[alpha], self.step.value, self._tastes)


als_stepper = Stepper

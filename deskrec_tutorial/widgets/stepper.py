"""Chapter 3: ALS one half-step at a time, on a matrix small enough to see."""

from __future__ import annotations

import string
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import ipywidgets
import numpy as np
import pandas as pd
from scipy import sparse

from ..als import als_loss, confidence, half_step
from ..plots import Picture, als_filmstrip
from ..plots.colours import ORANGE, TASTES
from ..plots.drawing import INK, Line, Mark, Shape, drawing
from ..plots.stills import Tastes, corners, plane
from .core import WIDE, Panel, alpha_switch, row
from .html import escaped, heading, sentence, side_by_side

ALPHAS = (0.0, 1.0, 5.0, 15.0, 40.0)
# The factors have found their sides, and every next half-step can still be seen to move.
FIRST = 4
# What is shown is SVG and HTML: there in a few milliseconds, at any size and in any theme.
WIDTH, TALLEST = 440, 420
CHART_WIDTH, CHART_HEIGHT = 320, 128


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


# ------------------------------------------------------------------ what it shows


def frame_html(steps: Steps, at: int, tastes: Tastes) -> str:
    """Everything there is to see after `at` half-steps."""
    shapes = plane(steps.strengths, steps.users, steps.items, tastes, at)
    ends = corners(steps.users, steps.items)
    drawn = heading("The plane of the two factors")
    drawn += drawing("plane of the two factors", shapes, ends, WIDTH, TALLEST) + _legend(tastes)
    title = f"Half-step {at} of {len(steps.losses) - 1}" if at else "Start: small random numbers"
    loss = heading(title) + sentence(finding(steps, at))
    loss += heading("The loss so far") + loss_svg(steps.losses, at)
    articles = (f"{n} {name}" for n, name in enumerate(steps.strengths.columns, start=1))
    names = side_by_side(sentence("Articles: " + " · ".join(articles)))
    return side_by_side(drawn, loss) + side_by_side(*_maps(steps, at), basis="270px") + names


def _maps(steps: Steps, at: int) -> Iterator[str]:
    scores, read, trust = steps.scores(at), steps.read, steps.confidence
    yield _map("P: read or not", read, np.where(read, "1", ""), steps)
    two_digits, short = np.vectorize("{:.2f}".format), np.vectorize("{:g}".format)
    name, best = "Scores: what the factors make of it", best_unread(steps, at)
    yield _map(name, scores, two_digits(scores), steps, best)
    # The root of the confidence, so that 16 stays visible beside 181.
    shades = np.sqrt((trust - 1) / max(float(trust.max()) - 1, 1e-9))
    yield _map("Confidence: how much each cell counts", shades, short(trust), steps)


def finding(steps: Steps, at: int) -> str:
    """What this half-step did, with numbers."""
    scores, read = steps.scores(at), steps.read
    text = f"The loss is {steps.losses[at]:,.1f}. "
    if at:
        moved, still = ("people", "articles") if at % 2 else ("articles", "people")
        text = f"The {moved} were solved while the {still} stayed where they are. The loss went "
        text += f"from {steps.losses[at - 1]:,.1f} to {steps.losses[at]:,.1f}. "
    text += f"On average a read cell scores {scores[read].mean():.2f}"
    best = best_unread(steps, at)
    if best is None:
        return text + "; there is no other."
    person, article = steps.strengths.index[best[0]], steps.strengths.columns[best[1]]
    text += f", an empty one {scores[~read].mean():.2f}. The empty cell with the highest score is "
    return text + f"{person} × {article} ({scores[best]:.2f})."


def best_unread(steps: Steps, at: int) -> tuple[int, int] | None:
    """Row and column of the empty cell with the highest score; None if no cell is empty."""
    if steps.read.all():
        return None
    masked = np.where(steps.read, -np.inf, steps.scores(at).round(9))
    place, column = np.unravel_index(int(masked.argmax()), masked.shape)
    return int(place), int(column)


def _legend(tastes: Tastes) -> str:
    words = ["● person", "■ article"] + [
        f'<span style="color:{colour}">◆</span> {escaped(taste)}'
        for colour, taste in zip(TASTES, tastes, strict=False)
    ]
    return f'<p style="margin:4px 0">{" &nbsp; ".join(words)} &nbsp; ○ where it was before</p>'


def loss_svg(losses: np.ndarray, at: int) -> str:
    """The loss as a staircase down to where we are; the axes are those of the whole run."""
    heights = np.log(np.maximum(losses, 1e-12))
    heights = CHART_HEIGHT * (heights - heights.min()) / max(float(np.ptp(heights)), 1e-9)
    places = np.c_[np.linspace(0, CHART_WIDTH, len(losses)), heights]
    stairs = np.repeat(places[: at + 1], 2, axis=0)
    (left, bottom), top = (-8, -8), CHART_HEIGHT + 8
    words = {
        (left - 24, CHART_HEIGHT): f"{losses.max():,.1f}",
        (left - 24, 0): f"{losses.min():,.1f}",
        (0, bottom - 16): "start",
        (CHART_WIDTH / 2, bottom - 16): "half-step (loss: logarithmic axis)",
        (CHART_WIDTH, bottom - 16): str(len(losses) - 1),
    }
    axes = np.array([(left, top), (left, bottom), (CHART_WIDTH + 8, bottom)])
    shapes: list[Shape] = [Line(axes, opacity=0.4)]
    shapes.append(Line(np.c_[stairs[1:, 0], stairs[:-1, 1]], opacity=0.6))
    shapes += [_step_mark(i, places[i], i == at) for i in range(at + 1)]
    shapes += [Mark(np.array(spot), "o", 0, INK, False, code=word) for spot, word in words.items()]
    ends = np.array([(left - 24, bottom - 16), (CHART_WIDTH, CHART_HEIGHT)])
    return drawing("loss after each half-step", shapes, ends, 400, 200)


def _step_mark(step: int, at: np.ndarray, last: bool) -> Mark:
    """A circle when people were solved, a square when articles were; the last one is filled."""
    return Mark(at, "o" if step % 2 else "s", 12 if last else 7, ORANGE if last else INK, last)


def _map(
    name: str,
    shades: np.ndarray,
    texts: np.ndarray,
    steps: Steps,
    framed: tuple[int, int] | None = None,
) -> str:
    """A table whose cells are the bluer the nearer their shade is to 1."""
    head = "".join(
        f'<th title="{escaped(article)}" style="font-weight:400;padding:2px">{number}</th>'
        for number, article in enumerate(steps.strengths.columns, start=1)
    )
    body = ""
    for place, person in enumerate(steps.strengths.index):
        body += '<tr><th style="font-weight:400;text-align:left;padding:2px 6px 2px 0">'
        body += f"{string.ascii_uppercase[place]} {escaped(person)}</th>"
        for column, (shade, text) in enumerate(zip(shades[place], texts[place], strict=True)):
            body += _cell(shade, text, (place, column) == framed)
        body += "</tr>"
    style = "border-collapse:collapse;font-size:11px;width:100%;max-width:340px;table-layout:fixed"
    return (
        f'{heading(name)}<table style="{style}"><tr><th style="width:64px"></th>{head}</tr>'
        f"{body}</table>"
    )


def _cell(shade: float, text: str, framed: bool) -> str:
    share = min(max(float(shade), 0.0), 1.0)
    ink = "white" if share > 0.55 else "inherit"
    edge = f"2px solid {ORANGE}" if framed else "1px solid rgba(128,128,128,0.35)"
    style = f"background:rgba(0,114,178,{share:.2f});color:{ink};border:{edge}"
    return f'<td style="{style};text-align:center;padding:3px 0">{text}</td>'

"""Chapter 5: why an article is recommended, as parts that visibly add up to its score."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from implicit.cpu.als import AlternatingLeastSquares
from scipy import sparse

from ..als import equations_of
from ..plots.colours import BLUE, GREEN, GREY, PINK, RED
from ..strength import InteractionMatrix
from .html import escaped, heading, sentence, some

# One per reading that is named; these stand out on white as well as on black.
SHADES = (BLUE, GREEN, PINK)
HATCHED = f"repeating-linear-gradient(45deg,{RED} 0 2px,transparent 2px 5px)"


@dataclass(frozen=True)
class Reasons:
    """Why one article is recommended: parts that add up to its score, to the last printed digit."""

    title: str
    score: float  # the sum of all parts, rounded to three decimals as they are
    readings: list[tuple[str, float]]  # those that speak most for it, largest part first
    others: tuple[int, float]  # how many further readings speak for it, and their sum
    against: tuple[int, float]  # how many readings speak against it, and their sum (at most 0)

    @property
    def gain(self) -> float:
        """The sum of all that speaks for the article."""
        return sum(value for _, value in self.readings) + self.others[1]

    def __str__(self) -> str:
        parts = [f"{value:.3f} “{title}”" for title, value in self.readings]
        if self.others[0]:
            parts.append(f"{self.others[1]:.3f} {some(self.others[0], 'other')}")
        minus = f" − {-self.against[1]:.3f} against it" if self.against[0] else ""
        return f"{self.title}\n    {self.score:.3f} = {' + '.join(parts) or '0'}{minus}"


def contributions(
    model: AlternatingLeastSquares, readings: sparse.csr_matrix, columns: np.ndarray
) -> np.ndarray:
    """What each reading adds to the scores of some articles: `dr.explain` for all of them at once.

    `readings` are one person's strengths, shape (1, items). A row of the result, of shape
    (len(columns), readings.nnz), adds up to the score of that article.
    """
    y, (c, price) = model.item_factors, equations_of(model, readings.data)
    read = y[readings.indices]
    gram = y.T @ y + (read.T * (c - 1)) @ read + price * np.eye(y.shape[1])
    parts: np.ndarray = (y[columns] @ np.linalg.solve(gram, read.T)) * c
    return parts


def columns_of(matrix: InteractionMatrix, listed: pd.DataFrame) -> np.ndarray:
    """The columns of the matrix of some listed articles."""
    return np.array([matrix.item_index(item) for item in listed["contentId"]], dtype=np.intp)


def reasons(
    model: AlternatingLeastSquares,
    matrix: InteractionMatrix,
    readings: sparse.csr_matrix,
    recommended: pd.DataFrame,
) -> list[Reasons]:
    """The reasons for each recommended article, in the order of the recommendations."""
    columns = columns_of(matrix, recommended)
    titles = matrix.titles[readings.indices]
    parts = contributions(model, readings, columns)
    return [
        reasons_of(str(title), titles, values)
        for title, values in zip(recommended["title"], parts, strict=True)
    ]


def reasons_of(title: str, titles: np.ndarray, values: np.ndarray) -> Reasons:
    """The reasons for one article, given the `titles` of what was read and what each adds."""
    order = np.argsort(-values, kind="stable")
    best = [i for i in order[: len(SHADES)] if values[i] > 0]
    rest = np.delete(values, best)
    parts = [round(float(values[i]), 3) for i in best]
    others, against = (round(float(rest[side].sum()), 3) for side in (rest >= 0, rest < 0))
    score = round(float(values.sum()), 3)
    counts = int((rest >= 0).sum()), int((rest < 0).sum())
    # The sum must be true: what rounding lost goes to the readings without a name, if it can.
    lost = score - sum(parts) - others - against
    if counts[0] and others + lost >= 0:
        others = round(others + lost, 3)
    elif parts:
        parts[0] = round(parts[0] + lost, 3)
    readings = [(str(titles[i]), part) for i, part in zip(best, parts, strict=True)]
    return Reasons(title, score, readings, (counts[0], others), (counts[1], against))


def nothing_left(matrix: InteractionMatrix, has: str = "has") -> str:
    """The end of a sentence about somebody who has read everything."""
    articles = len(matrix.item_ids)
    which = f"all {articles:,} articles" if articles > 1 else "the only article"
    return f"{has} read {which}: nothing is left to recommend."


def answer(name: str, listed: list[Reasons], nothing: str, note: str = "") -> tuple[str, str]:
    """Recommendations and why, as HTML and as text; the sentence `nothing` if there are none."""
    if not listed:
        return sentence(nothing), nothing
    lines = [f"{place}. {reason}" for place, reason in enumerate(listed, start=1)]
    below = [note] if note else []
    html = reasons_html(name, listed) + "".join(map(sentence, below))
    return html, "\n".join(["Recommended, and why:", *lines, *below])


def reasons_html(name: str, listed: list[Reasons]) -> str:
    """Recommendations, each with "because you read …" and bars that add up to its score."""
    widest = max((r.gain for r in listed), default=1.0) or 1.0
    key = "Upper bar: what speaks for it. Lower bar: its score; hatched, what speaks against."
    above = heading(name) + sentence(key)
    return above + "".join(
        f'<div style="margin-bottom:9px"><div style="display:flex;gap:8px">'
        f'<div style="flex:1 1 auto">{place}. {escaped(r.title)}</div>'
        f'<div style="flex:none;font-weight:600">{r.score:.3f}</div></div>'
        f"{_bars(r, widest)}{_because(r)}</div>"
        for place, r in enumerate(listed, start=1)
    )


def _bars(r: Reasons, widest: float) -> str:
    """Above, what speaks for it, piece by piece; below, the score and what is taken off."""
    above = [(value, colour) for (_, value), colour in zip(r.readings, SHADES, strict=False)]
    below = [(max(r.score, 0.0), "currentColor"), (min(-r.against[1], r.gain), HATCHED)]
    return _strip([*above, (r.others[1], GREY)], widest, 9) + _strip(below, widest, 4)


def _strip(pieces: list[tuple[float, str]], widest: float, height: int) -> str:
    boxes = "".join(
        f'<div style="background:{colour};width:{100 * value / widest:.2f}%"></div>'
        for value, colour in pieces
        if value > 0
    )
    return f'<div style="display:flex;height:{height}px;margin-top:1px">{boxes}</div>'


def _because(r: Reasons) -> str:
    parts = [(f"“{escaped(title)}”", value) for title, value in r.readings]
    others = [(some(r.others[0], "other"), r.others[1])] if r.others[0] else []
    colours = [*SHADES[: len(parts)], GREY]
    words = [
        f'<span style="color:{colour}">■</span> {name} {value:.3f}'
        for colour, (name, value) in zip(colours, parts + others, strict=False)
    ]
    minus = f" − {-r.against[1]:.3f} for {r.against[0]} against it" if r.against[0] else ""
    text = f"because you read {' + '.join(words)}{minus}"
    return f'<div style="font-size:12px;opacity:0.85">{text}</div>'

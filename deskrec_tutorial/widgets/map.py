"""The map of the articles, and where one of them and those similar to it lie."""

from __future__ import annotations

import numpy as np
import pandas as pd
from implicit.cpu.als import AlternatingLeastSquares

from ..plots.core import BLUE, RED
from ..strength import InteractionMatrix
from .html import escaped, sentence, svg

WIDTH, HEIGHT, EDGE = 420, 320, 12  # pixels


def article_places(
    model: AlternatingLeastSquares, matrix: InteractionMatrix, min_readers: int = 10
) -> pd.DataFrame:
    """A map of the articles, as chapter 4 makes it; takes some seconds.

    Parameters
    ----------
    model, matrix
        As in `article_view`.
    min_readers : int
        Leave out articles with fewer readers, whose vectors say little.

    Returns
    -------
    pandas.DataFrame
        `x` and `y` (no unit), index contentId.
    """
    from sklearn.manifold import TSNE
    from threadpoolctl import threadpool_limits

    norms = np.linalg.norm(model.item_factors, axis=1)
    placed = (matrix.readers >= min_readers) & (norms > 0)
    if placed.sum() < 4:
        raise ValueError(f"Fewer than 4 articles have {min_readers} readers: too few for a map.")
    directions = model.item_factors[placed] / norms[placed, None]
    perplexity = min(30.0, (placed.sum() - 1) / 3)
    with threadpool_limits(1):  # several threads would add up in another order each time
        tsne = TSNE(init="pca", max_iter=500, random_state=0, perplexity=perplexity)
        xy = tsne.fit_transform(directions)
    return pd.DataFrame(xy, index=matrix.item_ids[placed], columns=["x", "y"])


class ArticleMap:
    """The map as SVG: all articles of `places` as dots, one and its neighbours on top."""

    def __init__(self, matrix: InteractionMatrix, places: pd.DataFrame) -> None:
        readers = matrix.readers[[matrix.item_index(item) for item in places.index]]
        self._dots = f"{len(places):,} of {len(matrix.item_ids):,} articles, with {readers.min()}"
        xy = places[["x", "y"]]
        span = np.ptp(xy.to_numpy(), axis=0)
        size = np.array([WIDTH, HEIGHT]) - 2 * EDGE
        self._spots = (xy - xy.min()) / np.where(span > 0, span, 1) * size + EDGE
        self._spots["y"] = HEIGHT - self._spots["y"]

    def html(self, item: int, listed: pd.DataFrame) -> str:
        """The map with one article and those similar to it, and a sentence about them."""
        ranked = enumerate(zip(listed["contentId"], listed["title"], strict=True), start=1)
        on_map = [(rank, *article) for rank, article in ranked if article[0] in self._spots.index]
        marks = "".join(self._mark(*article) for article in reversed(on_map))
        dots = "".join(f"M{x:.1f} {y:.1f}h0" for x, y in self._spots.to_numpy())
        dots = f'<path d="{dots}" stroke="currentColor" stroke-opacity="0.35"'
        dots += ' stroke-width="2.5" stroke-linecap="round"/>'
        drawing = svg("map of the articles", WIDTH, HEIGHT, dots, marks, self._diamond(item))
        return drawing + sentence(self._finding(item, listed, len(on_map)))

    def _mark(self, rank: int, item: int, title: str) -> str:
        x, y = self._spots.loc[item]
        return (
            f'<g><title>{rank} {escaped(title)}</title><circle cx="{x:.1f}" cy="{y:.1f}" r="7.5" '
            f'fill="{BLUE}" stroke="white"/><text x="{x:.1f}" y="{y + 3.5:.1f}" font-size="10" '
            f'fill="white" text-anchor="middle">{rank}</text></g>'
        )

    def _diamond(self, item: int) -> str:
        if item not in self._spots.index:
            return ""
        x, y = self._spots.loc[item]
        corners = f"M{x:.1f} {y - 14:.1f}l14 14l-14 14l-14 -14z"
        return f'<path d="{corners}" fill="none" stroke="{RED}" stroke-width="3"/>'

    def _finding(self, item: int, listed: pd.DataFrame, on_map: int) -> str:
        text = f"Dots: {self._dots} or more readers each. {on_map} of the {len(listed)} listed are "
        text += "on it (numbered)"
        if item not in self._spots.index:
            return text + "; the article itself has too few readers."
        apart = (self._spots - self._spots.loc[item]).pow(2).sum(axis=1).drop(item)
        nearest = apart.sort_values(kind="stable").index[: len(listed)]
        both = listed["contentId"].isin(nearest).sum()
        return text + f", {both} of them among the {len(listed)} dots nearest to the diamond."

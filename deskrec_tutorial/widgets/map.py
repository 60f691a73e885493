"""The map of the articles, and where one of them and those similar to it lie."""

from __future__ import annotations

import numpy as np
import pandas as pd
from implicit.cpu.als import AlternatingLeastSquares

from ..strength import InteractionMatrix
from .html import BLUE, RED, escaped, sentence, svg


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
    """The map as SVG: all articles as dots, the chosen one and its neighbours on top.

    Parameters
    ----------
    matrix : InteractionMatrix
        The data.
    places : pandas.DataFrame
        Columns `x` and `y`, index contentId.
    """

    WIDTH, HEIGHT, EDGE = 420, 320, 12

    def __init__(self, matrix: InteractionMatrix, places: pd.DataFrame) -> None:
        columns = [matrix.item_index(item) for item in places.index]
        self._least, self._items = int(matrix.readers[columns].min()), len(matrix.item_ids)
        self._titles = matrix.titles
        low, span = places[["x", "y"]].min(), np.ptp(places[["x", "y"]].to_numpy(), axis=0)
        size = np.array([self.WIDTH, self.HEIGHT]) - 2 * self.EDGE
        spots = (places[["x", "y"]] - low).to_numpy() / np.where(span > 0, span, 1) * size
        spots[:, 1] = size[1] - spots[:, 1]
        self._spot = dict(zip(places.index.tolist(), (spots + self.EDGE).tolist(), strict=True))
        self._dots = "".join(f"M{x:.1f} {y:.1f}h0" for x, y in self._spot.values())

    def html(self, item: int, listed: pd.DataFrame) -> str:
        """The map with one article and those similar to it, and a sentence about them."""
        ranked = enumerate(zip(listed["contentId"], listed["title"], strict=True), start=1)
        on_map = [(rank, *article) for rank, article in ranked if article[0] in self._spot]
        marks = "".join(self._mark(*article) for article in reversed(on_map))
        star = self._star(item) if item in self._spot else ""
        dots = f'<path d="{self._dots}" stroke="currentColor" stroke-opacity="0.35"'
        dots += ' stroke-width="2.5" stroke-linecap="round"/>'
        drawing = svg("map of the articles", self.WIDTH, self.HEIGHT, dots, marks, star)
        return drawing + sentence(self._finding(item, listed, len(on_map)))

    def _mark(self, rank: int, item: int, title: str) -> str:
        x, y = self._spot[item]
        return (
            f'<g><title>{rank} {escaped(title)}</title><circle cx="{x:.1f}" cy="{y:.1f}" r="7.5" '
            f'fill="{BLUE}" stroke="white"/><text x="{x:.1f}" y="{y + 3.5:.1f}" font-size="10" '
            f'fill="white" text-anchor="middle">{rank}</text></g>'
        )

    def _star(self, item: int) -> str:
        x, y = self._spot[item]
        corners = f"M{x:.1f} {y - 14:.1f}l14 14l-14 14l-14 -14z"
        return f'<path d="{corners}" fill="none" stroke="{RED}" stroke-width="3"/>'

    def _finding(self, item: int, listed: pd.DataFrame, on_map: int) -> str:
        text = f"Dots: {len(self._spot):,} of {self._items:,} articles, with {self._least} or more "
        text += f"readers each. {on_map} of the {len(listed)} listed are on it (numbered)"
        if item not in self._spot:
            return text + "; the article itself has too few readers."
        spots = np.array(list(self._spot.values()))
        apart = np.linalg.norm(spots - self._spot[item], axis=1)
        order = np.array(list(self._spot))[np.argsort(apart, kind="stable")]
        nearest = set(order[order != item][: len(listed)].tolist())
        both = len(nearest & set(listed["contentId"].tolist()))
        return text + f", {both} of them among the {len(listed)} dots nearest to the diamond."

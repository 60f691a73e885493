"""Chapter 4: pick an article, and see what is similar, by which measure, and where it lies."""

from __future__ import annotations

import ipywidgets
import numpy as np
import pandas as pd
from implicit.cpu.als import AlternatingLeastSquares

from .. import door
from ..als import check_count, check_model
from ..plots import article_spot
from ..plots.drawing import EDGE, drawing
from ..plots.similarity import MOVED, moves
from ..plots.stills import spot
from ..similarity import similar_articles
from ..strength import InteractionMatrix
from .core import Panel, Still, Work, row, still, switch
from .html import bar, escaped, heading, plain, sentence, side_by_side, table
from .search import Articles, Finder

METHODS = {"cosine": "cosine", "dot": "dot product"}
# The chapter's rule: enough readers to say something, too few to be everybody's article.
TEACHING_READERS = 30
ROW = 24  # height of a line of the slopegraph, pixels
WIDTH, TALLEST = 420, 320  # of the map, pixels


@still
def article_view(
    model: AlternatingLeastSquares,
    matrix: InteractionMatrix,
    item: int | str | None = None,
    n: int = 10,
    min_readers: int = 1,
    places: pd.DataFrame | None = None,
) -> Still:
    """The most similar articles by cosine, and the place of each by dot product: no widget.

    If there is no such article, a sentence that says so.

    Parameters
    ----------
    model, matrix
        As in `similar_articles`.
    item : int or str, optional
        The contentId to start from; by default an article with about thirty readers.
    n : int
        How many articles to list.
    min_readers : int
        Leave out articles with fewer readers.
    places : pandas.DataFrame, optional
        Where articles lie on the map: columns `x` and `y`, index contentId. With it comes a
        picture of the map.
    """
    item = default_item(matrix) if item is None else item
    title = matrix.titles[matrix.item_index(item)]
    lists = neighbours(model, matrix, item, n, min_readers)
    lines = [f"Most similar to “{title}”"]
    for method, listed in lists.items():
        shown = plain(listed[["score", "readers", "title"]], "{:.3f}")
        lines.append(f"By {METHODS[method]}:\n{shown}")
    lines.append(finding(lists))
    html = side_by_side(listing(title, lists, "cosine")) + side_by_side(slopegraph(lists))
    pictures = () if places is None else (article_spot(matrix, places, item, lists["cosine"]),)
    return Still(html, "\n".join(lines), pictures)


class ArticlePicker(Panel):
    """Search an article by words of its title and see what is most similar to it, live.

    Its controls are `finder`, `method`, `least` and `draw`; its static twin is `article_view`.

    Parameters
    ----------
    model, matrix, item, n, places
        As in `article_view`. Without `places` a button draws the map, which takes some seconds.
    """

    def __init__(
        self,
        model: AlternatingLeastSquares,
        matrix: InteractionMatrix,
        item: int | str | None = None,
        n: int = 10,
        places: pd.DataFrame | None = None,
    ) -> None:
        check_model(model, matrix)
        self._model, self._matrix, self._n = model, matrix, n
        self._map = None if places is None else ArticleMap(matrix, places)
        column = matrix.item_index(default_item(matrix) if item is None else item)
        self.finder = Finder(Articles(matrix), column)
        self.finder.observe(self.refresh, "column")
        self.method = switch("Compare by", {name: key for key, name in METHODS.items()}, 110)
        self.least = ipywidgets.IntSlider(
            value=1, min=1, max=50, description="Readers ≥", layout={"width": "360px"}
        )
        self.draw = ipywidgets.Button(description="Draw the map", tooltip="takes some seconds")
        self.draw.on_click(self._draw_map)
        self.work, watch = Work(self.draw), (self.method, self.least)
        controls = row(*watch, self.draw) if self._map is None else row(*watch)
        self.assemble("Pick an article", self.finder, controls, self.work.bar, watch=watch)

    def html(self) -> str:
        """What is similar to the chosen article, as the controls say."""
        if self.finder.column is None:
            return sentence("No article is chosen: search for other words.")
        item = door.plain(self._matrix.item_ids[self.finder.column])
        title = self._matrix.titles[self.finder.column]
        lists = neighbours(self._model, self._matrix, item, self._n, self.least.value)
        parts = [listing(title, lists, self.method.value)]
        if self._map is not None:
            parts.append(self._map.html(item, lists[self.method.value]))
        return side_by_side(*parts) + side_by_side(slopegraph(lists))

    def _draw_map(self, _: object) -> None:
        if self.work.running or self._map is not None:
            return
        with self.work("Placing …", 1):
            try:
                self._map = ArticleMap(self._matrix, article_places(self._model, self._matrix))
            except ValueError as error:  # too few articles
                self.draw.description, self.draw.tooltip = "No map", str(error)
                return
        self.draw.layout.display = "none"
        self.refresh()


article_picker = ArticlePicker


def default_item(matrix: InteractionMatrix) -> int | str:
    """The contentId of an article with about thirty readers, the one with the smallest id."""
    item: int | str = door.plain(
        matrix.item_ids[np.abs(matrix.readers - TEACHING_READERS).argmin()]
    )
    return item


def neighbours(
    model: AlternatingLeastSquares,
    matrix: InteractionMatrix,
    item: int | str,
    n: int,
    min_readers: int,
) -> dict[str, pd.DataFrame]:
    """The `n` most similar articles by each measure, without the article itself."""
    check_count(n, "n")
    return {
        method: similar_articles(model, matrix, item, n + 1, method, min_readers).iloc[1:]
        for method in METHODS
    }


def listing(title: str, lists: dict[str, pd.DataFrame], method: str) -> str:
    """The most similar articles by one measure: title, a bar, the score, the readers."""
    listed, name = lists[method], f"By {METHODS[method]}, most similar to “{title}”"
    if listed.empty:
        return heading(name) + sentence("No other article has so many readers.")
    top = 1.0 if method == "cosine" else listed["score"].max()
    columns = listed[["title", "score", "readers"]].itertuples(index=False, name=None)
    rows = [
        (str(place), escaped(title), bar(score / top), f"{score:.3f}", f"{readers:,}")
        for place, (title, score, readers) in enumerate(columns, start=1)
    ]
    names = ("", "article", "", "#score", "#readers")
    return heading(name) + table(names, rows, ("24px", "auto", "22%", "56px", "64px"))


def finding(lists: dict[str, pd.DataFrame]) -> str:
    """How many articles are in both lists, how many of them move, and their mean readers."""
    both = moves(*(lists[method] for method in METHODS))
    means = [
        f"{lists[method]['readers'].mean():.1f} by {name}"
        for method, name in METHODS.items()
        if len(lists[method])
    ]
    return (
        f"Left by cosine, right by dot product: {len(both)} articles are in both lists, "
        f"{sum(start != end for start, end in both)} of them at another place (orange lines). "
        f"Mean readers: {' and '.join(means) or 'none'}."
    )


def slopegraph(lists: dict[str, pd.DataFrame]) -> str:
    """Both rankings side by side; a line joins the two places of the same article."""
    left, right = (lists[method] for method in METHODS)
    height = ROW * max(len(left), len(right), 1)
    slopes = f'<svg viewBox="0 0 100 {height}" preserveAspectRatio="none" aria-hidden="true" '
    slopes += f'style="flex:0 0 90px;height:{height}px">'
    slopes += "".join(_line(start, end) for start, end in moves(left, right)) + "</svg>"
    sides = _column(left, right, "flex-end"), _column(right, left, "flex-start")
    graph = f'<div style="display:flex;line-height:{ROW}px">{sides[0]}{slopes}{sides[1]}</div>'
    return heading("Which articles move?") + sentence(finding(lists)) + graph


def _line(start: int, end: int) -> str:
    return (
        f'<line x1="3" y1="{ROW * (start + 0.5)}" x2="97" y2="{ROW * (end + 0.5)}" '
        f'stroke="{MOVED[start != end]}" stroke-width="2" '
        'vector-effect="non-scaling-stroke"/>'
    )


def _column(listed: pd.DataFrame, other: pd.DataFrame, side: str) -> str:
    """One ranking, fainter where an article is in no other list; only titles may be cut."""
    line = f"display:flex;justify-content:{side};gap:4px;height:{ROW}px;padding:0 6px"
    shared = listed["contentId"].isin(other["contentId"])
    rows = enumerate(zip(listed["title"], listed["readers"], shared, strict=True), start=1)
    lines = "".join(
        f'<div style="{line};white-space:nowrap;opacity:{1 if in_both else 0.55}">'
        f'<span style="flex:none">{place}.</span><span style="overflow:hidden;'
        f'text-overflow:ellipsis" title="{escaped(title)}">{escaped(title)}</span>'
        f'<span style="flex:none">({readers:,})</span></div>'
        for place, (title, readers, in_both) in rows
    )
    return f'<div style="flex:1 1 0;min-width:0">{lines}</div>'


# ------------------------------------------------------------------ the map


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
        span = np.ptp(places[["x", "y"]].to_numpy(), axis=0)
        room = np.array([WIDTH, TALLEST]) - 2 * EDGE
        self._matrix = matrix
        self._places = places[["x", "y"]] / np.where(span > 0, span, 1) * room  # in pixels
        self._corners = np.array([self._places.min(), self._places.max()])

    def html(self, item: int | str, listed: pd.DataFrame) -> str:
        """The map with one article and those similar to it, and a sentence about them."""
        whole, near, window = spot(self._matrix, self._places, item, listed)
        drawn = drawing("map of the articles", whole, self._corners, WIDTH, TALLEST)
        drawn += sentence(f"{self._finding(item, listed)} The frame, enlarged:")
        return drawn + drawing("the part in the frame", near, window, WIDTH, TALLEST)

    def _finding(self, item: int | str, listed: pd.DataFrame) -> str:
        on_map = listed["contentId"].isin(self._places.index).sum()
        text = f"Dots: {self._dots} or more readers each. {on_map} of the {len(listed)} listed are "
        text += "on it (numbered)"
        if item not in self._places.index:
            return text + "; the article itself has too few readers."
        apart = (self._places - self._places.loc[item]).pow(2).sum(axis=1).drop(item)
        nearest = apart.sort_values(kind="stable").index[: len(listed)]
        both = listed["contentId"].isin(nearest).sum()
        return text + f", {both} of them among the {len(listed)} dots nearest to the diamond."

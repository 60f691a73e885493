"""Chapter 4: pick an article, and see what is similar, by which measure, and where it lies."""

from __future__ import annotations

import ipywidgets
import numpy as np
import pandas as pd
from implicit.cpu.als import AlternatingLeastSquares

from ..als import check_model
from ..plots import article_spot
from ..similarity import similar_articles
from ..strength import InteractionMatrix
from .core import Panel, Still, Work, row, sentence_of
from .finder import Finder
from .html import BLUE, RED, bar, escaped, heading, sentence, side_by_side, table
from .map import ArticleMap, article_places
from .search import Articles

METHODS = {"cosine": "cosine", "dot": "dot product"}
# The chapter's rule: enough readers to say something, too few to be everybody's article.
TEACHING_READERS = 30
ROW = 24  # height of a line of the slopegraph, pixels


def article_view(
    model: AlternatingLeastSquares,
    matrix: InteractionMatrix,
    item: int | None = None,
    n: int = 10,
    min_readers: int = 1,
    places: pd.DataFrame | None = None,
) -> Still:
    """The most similar articles by cosine, and the place of each by dot product: no widget.

    Parameters
    ----------
    model : implicit.cpu.als.AlternatingLeastSquares
        A model fitted on `matrix`.
    matrix : InteractionMatrix
        The data.
    item : int, optional
        The contentId to start from; by default an article with about thirty readers.
    n : int
        How many articles to list.
    min_readers : int
        Leave out articles with fewer readers.
    places : pandas.DataFrame, optional
        Where articles lie on the map: columns `x` and `y`, index contentId. With it comes a
        picture of the map.

    Returns
    -------
    Still
        For display at the end of a cell. If there is no such article, a sentence that says so.
    """
    item = default_item(matrix) if item is None else item
    return sentence_of(lambda: _article_still(model, matrix, item, n, min_readers, places))


def article_picker(
    model: AlternatingLeastSquares,
    matrix: InteractionMatrix,
    item: int | None = None,
    n: int = 10,
    places: pd.DataFrame | None = None,
) -> ArticlePicker:
    """Search an article by words of its title and see what is most similar to it, live.

    Parameters
    ----------
    model, matrix, item, n, places
        As in `article_view`. Without `places` a button draws the map, which takes some seconds.

    Returns
    -------
    ArticlePicker
        A widget. Its static twin is `article_view`.
    """
    return ArticlePicker(model, matrix, item, n, places)


class ArticlePicker(Panel):
    """The widget of `article_picker`: `finder`, `method`, `least`, `draw` are its controls."""

    def __init__(
        self,
        model: AlternatingLeastSquares,
        matrix: InteractionMatrix,
        item: int | None = None,
        n: int = 10,
        places: pd.DataFrame | None = None,
    ) -> None:
        check_model(model, matrix)
        self._model, self._matrix, self._n = model, matrix, n
        self._map = None if places is None else ArticleMap(matrix, places)
        column = matrix.item_index(default_item(matrix) if item is None else item)
        self.finder = Finder(Articles(matrix), column, self.refresh)
        self.method = ipywidgets.ToggleButtons(
            options=[(name, method) for method, name in METHODS.items()],
            description="Compare by", style={"button_width": "110px"},
        )  # fmt: skip
        self.least = ipywidgets.IntSlider(
            value=1, min=1, max=50, description="Readers ≥", layout={"width": "360px"}
        )
        self.draw = ipywidgets.Button(description="Draw the map", tooltip="takes some seconds")
        self.work = Work(self.draw)
        self._connect()

    def _connect(self) -> None:
        for control in (self.method, self.least):
            control.observe(self.refresh, "value")
        self.draw.on_click(self._draw_map)
        controls = [self.method, self.least] + ([self.draw] if self._map is None else [])
        self.assemble("Pick an article", self.finder, row(*controls), self.work.bar)

    def html(self) -> str:
        """What is similar to the chosen article, as the controls say."""
        if self.finder.column is None:
            return sentence("No article is chosen: search for other words.")
        item = int(self._matrix.item_ids[self.finder.column])
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


def default_item(matrix: InteractionMatrix) -> int:
    """The contentId of an article with about thirty readers, the one with the smallest id."""
    return int(matrix.item_ids[np.abs(matrix.readers - TEACHING_READERS).argmin()])


def neighbours(
    model: AlternatingLeastSquares,
    matrix: InteractionMatrix,
    item: int,
    n: int,
    min_readers: int,
) -> dict[str, pd.DataFrame]:
    """The `n` most similar articles by each measure, without the article itself."""
    return {
        method: similar_articles(model, matrix, item, n + 1, method, min_readers).iloc[1:]
        for method in METHODS
    }


def listing(title: str, lists: dict[str, pd.DataFrame], method: str) -> str:
    """The most similar articles by one measure: title, a bar, the score, the readers."""
    listed, name = lists[method], f"By {METHODS[method]}, most similar to “{title}”"
    if listed.empty:
        return heading(name) + sentence("No other article has so many readers.")
    top = 1.0 if method == "cosine" else float(listed["score"].max())
    columns = (listed[column].tolist() for column in ("title", "score", "readers"))
    rows = [
        (str(place), escaped(title), bar(score / top), f"{score:.3f}", f"{readers:,}")
        for place, (title, score, readers) in enumerate(zip(*columns, strict=True), start=1)
    ]
    names = ("", "article", "", "#score", "#readers")
    return heading(name) + table(names, rows, ("24px", "auto", "22%", "56px", "64px"))


def slopegraph(lists: dict[str, pd.DataFrame]) -> str:
    """Both rankings side by side; a line joins the two places of the same article."""
    left, right = (lists[method]["contentId"].tolist() for method in METHODS)
    lines = "".join(_line(left.index(i), right.index(i)) for i in left if i in right)
    height = ROW * max(len(left), len(right), 1)
    slopes = f'<svg viewBox="0 0 100 {height}" preserveAspectRatio="none" aria-hidden="true" '
    slopes += f'style="flex:0 0 90px;height:{height}px">{lines}</svg>'
    names = _column(lists["cosine"], set(right), "right"), _column(lists["dot"], set(left), "left")
    graph = f'<div style="display:flex;line-height:{ROW}px">{names[0]}{slopes}{names[1]}</div>'
    return heading("Which articles move?") + sentence(_finding(lists)) + graph


def _finding(lists: dict[str, pd.DataFrame]) -> str:
    left, right = (lists[method]["contentId"].tolist() for method in METHODS)
    both = [item for item in left if item in right]
    moved = sum(left.index(item) != right.index(item) for item in both)
    means = [
        f"{lists[method]['readers'].mean():.1f} by {name}"
        for method, name in METHODS.items()
        if len(lists[method])
    ]
    return (
        f"Left by cosine, right by dot product: {len(both)} articles are in both lists, {moved} of "
        f"them at another place (red lines). Mean readers: {' and '.join(means) or 'none'}."
    )


def _line(start: int, end: int) -> str:
    y = [ROW * (place + 0.5) for place in (start, end)]
    colour = BLUE if start == end else RED
    return (
        f'<line x1="3" y1="{y[0]}" x2="97" y2="{y[1]}" stroke="{colour}" stroke-width="2" '
        'vector-effect="non-scaling-stroke"/>'
    )


def _column(listed: pd.DataFrame, shared: set[int], align: str) -> str:
    columns = (listed[name].tolist() for name in ("contentId", "title", "readers"))
    lines = [
        _place(place, title, readers, align, 1 if item in shared else 0.55)
        for place, (item, title, readers) in enumerate(zip(*columns, strict=True), start=1)
    ]
    return f'<div style="flex:1 1 0;min-width:0">{"".join(lines)}</div>'


def _place(place: int, title: str, readers: int, align: str, opacity: float) -> str:
    """One line of a ranking; where there is little room, only the title gets shorter."""
    side = "flex-end" if align == "right" else "flex-start"
    line = f"display:flex;justify-content:{side};gap:4px;height:{ROW}px;padding:0 6px"
    return (
        f'<div style="{line};white-space:nowrap;opacity:{opacity}">'
        f'<span style="flex:none">{place}.</span><span style="overflow:hidden;'
        f'text-overflow:ellipsis" title="{escaped(title)}">{escaped(title)}</span>'
        f'<span style="flex:none">({readers:,})</span></div>'
    )


def _article_still(
    model: AlternatingLeastSquares,
    matrix: InteractionMatrix,
    item: int,
    n: int,
    min_readers: int,
    places: pd.DataFrame | None,
) -> Still:
    title = matrix.titles[matrix.item_index(item)]
    lists = neighbours(model, matrix, item, n, min_readers)
    columns = ["score", "readers", "title"]
    plain = [
        f"By {METHODS[method]}:\n"
        + listed[columns].to_string(index=False, float_format="{:.3f}".format)
        for method, listed in lists.items()
    ]
    text = "\n".join([f"Most similar to “{title}”", *plain, _finding(lists)])
    html = side_by_side(listing(title, lists, "cosine")) + side_by_side(slopegraph(lists))
    pictures = () if places is None else (article_spot(matrix, places, item, lists["cosine"]),)
    return Still(html, text, pictures)

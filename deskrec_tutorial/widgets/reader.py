"""Chapter 5: be the reader, and watch the recommendations follow what you say you have read."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Mapping, Sequence

import ipywidgets
import numpy as np
from implicit.cpu.als import AlternatingLeastSquares
from scipy import sparse
from threadpoolctl import threadpool_limits

from ..als import check_model
from ..recommendations import fold_in
from ..similarity import similar_articles
from ..strength import EVENT_WEIGHTS, InteractionMatrix
from .articles import default_item
from .core import Panel, Still, Work, row, sentence_of
from .finder import Finder
from .html import heading, sentence, side_by_side
from .reasons import Reasons, reasons, reasons_html
from .search import Articles

ALPHAS = (1.0, 5.0, 15.0, 40.0)
# From a trained model so many rounds lead most of the way to the one of another alpha.
ROUNDS = 20
ACTS = {
    "VIEW": "viewed",
    "LIKE": "liked",
    "BOOKMARK": "bookmarked",
    "FOLLOW": "followed",
    "COMMENT CREATED": "commented",
}
NOTHING = "You have read nothing yet, so there is nothing to go by. Choose an article and add it."


def reader_view(
    model: AlternatingLeastSquares,
    matrix: InteractionMatrix,
    readings: Mapping[int, float] | None = None,
    n: int = 10,
) -> Still:
    """Recommendations for somebody new, from what they have read, with reasons: no widget.

    Parameters
    ----------
    model : implicit.cpu.als.AlternatingLeastSquares
        A model fitted on `matrix`.
    matrix : InteractionMatrix
        The data.
    readings : mapping of int to float, optional
        contentId → strength, as for `fold_in`; by default one view each of four articles that
        are alike.
    n : int
        How many recommendations.

    Returns
    -------
    Still
        For display at the end of a cell. Where nothing can be recommended, a sentence says why.
    """
    given = dict.fromkeys(opened_first(model, matrix), 1.0) if readings is None else dict(readings)

    def make() -> Still:
        listed = _folded(model, matrix, given, n)
        lines = [
            f"{matrix.titles[matrix.item_index(item)]} (strength {strength:g})"
            for item, strength in given.items()
        ]
        plain = "\n".join(f"{place}. {reason}" for place, reason in enumerate(listed, start=1))
        done = heading("You have read") + "".join(sentence(line) for line in lines)
        html = side_by_side(done, heading("Recommended to you, and why") + reasons_html(listed))
        return Still(html, "\n".join(["You have read", *lines, "Recommended, and why:", plain]))

    return sentence_of(make)


def be_the_reader(
    model: AlternatingLeastSquares,
    matrix: InteractionMatrix,
    opened: Iterable[int] | None = None,
    n: int = 10,
    alphas: Sequence[float] = ALPHAS,
) -> Reader:
    """Say what you have read and did with it; the recommendations follow at once, live.

    Your vector is one half-step against the fixed article factors (`fold_in`). Choosing another
    alpha trains the articles some rounds further with it, from where the model stands.

    Parameters
    ----------
    model, matrix, n
        As in `reader_view`.
    opened : iterable of int, optional
        The contentIds you have viewed at first; by default four articles that are alike.
    alphas : sequence of float
        The values of alpha to choose from.

    Returns
    -------
    Reader
        A widget. Its static twin is `reader_view`.
    """
    return Reader(model, matrix, opened, n, alphas)


class Reader(Panel):
    """The widget of `be_the_reader`; `finder`, `act`, `add`, `away`, `alpha` are its controls."""

    def __init__(
        self,
        model: AlternatingLeastSquares,
        matrix: InteractionMatrix,
        opened: Iterable[int] | None = None,
        n: int = 10,
        alphas: Sequence[float] = ALPHAS,
    ) -> None:
        check_model(model, matrix)
        self._matrix, self._n, self._articles = matrix, n, Articles(matrix)
        self._models = {float(model.alpha): model}
        self._first, self._acts = model, dict[int, set[str]]()
        self._lines: dict[int, ipywidgets.HBox] = {}
        self.finder = Finder(self._articles, matrix.item_index(default_item(matrix)), lambda: None)
        self.act = ipywidgets.ToggleButtons(
            options=[(f"{word} ({EVENT_WEIGHTS[act]:g})", act) for act, word in ACTS.items()],
            description="You have", style={"button_width": "134px"},
        )  # fmt: skip
        self.add = ipywidgets.Button(description="Add", button_style="primary")
        self.alpha = ipywidgets.ToggleButtons(
            options=[(f"{a:g}", a) for a in sorted({*map(float, alphas), float(model.alpha)})],
            value=float(model.alpha), description="alpha", style={"button_width": "50px"},
        )  # fmt: skip
        self.work, self._rows = Work(self.alpha), ipywidgets.VBox()
        self._connect(opened_first(model, matrix) if opened is None else opened)

    def _connect(self, opened: Iterable[int]) -> None:
        self.add.on_click(self._add)
        self.alpha.observe(self._alpha_chosen, "value")
        for item in opened:
            self._note(self._matrix.item_index(item), "VIEW")
        children = self.finder, row(self.act, self.add), self._rows, row(self.alpha, self.work.bar)
        self.assemble("Be the reader", *children)

    @property
    def away(self) -> dict[int, ipywidgets.Button]:
        """Per column of the matrix that you have read, the button that takes it away."""
        return {column: line.children[0] for column, line in self._lines.items()}

    @property
    def readings(self) -> dict[int, float]:
        """contentId → strength of what you have read, as `fold_in` takes it."""
        return {
            int(self._matrix.item_ids[column]): sum(EVENT_WEIGHTS[act] for act in acts)
            for column, acts in self._acts.items()
        }

    def html(self) -> str:
        """The recommendations that follow from the readings."""
        if self.work.running:
            return sentence(f"Training with alpha = {self.alpha.value:g} …")
        if not self._acts:
            return sentence(NOTHING)
        alpha = self.alpha.value
        listed = _folded(self._models[alpha], self._matrix, self.readings, self._n)
        name = f"Recommended to you with alpha = {alpha:g}, and why"
        return side_by_side(heading(name) + reasons_html(listed))

    def _add(self, _: object) -> None:
        if self.finder.column is not None:
            self._note(self.finder.column, self.act.value)
            self.refresh()

    def _note(self, column: int, act: str) -> None:
        """Remember one act, and show the reading with a button that takes it away."""
        self._acts.setdefault(column, set()).add(act)
        if column not in self._lines:
            button = ipywidgets.Button(description="take away", layout={"flex": "0 0 100px"})
            button.on_click(lambda _: self._take_away(column))
            self._lines[column] = ipywidgets.HBox([button, ipywidgets.HTML()])
            self._rows.children = list(self._lines.values())
        words = " and ".join(word for act, word in ACTS.items() if act in self._acts[column])
        strength = self.readings[int(self._matrix.item_ids[column])]
        text = f"{words}: {self._articles.labels[column]}, strength {strength:g}"
        self._lines[column].children[1].value = sentence(text)

    def _take_away(self, column: int) -> None:
        line = self._lines.pop(column)
        del self._acts[column]
        self._rows.children = list(self._lines.values())
        for part in (*line.children, line):
            part.close()
        self.refresh()

    def _alpha_chosen(self, _: object) -> None:
        """Train for the chosen alpha unless that was done; a choice made meanwhile is next."""
        if not self.work.running:
            while self.alpha.value not in self._models:
                self._train(self.alpha.value)
            self.refresh()

    def _train(self, alpha: float) -> None:
        try:
            with self.work(f"alpha = {alpha:g}", ROUNDS) as step:
                self.refresh()
                self._models[alpha] = refit(self._first, self._matrix, alpha, step)
        except Exception:
            self.alpha.value = float(self._first.alpha)  # whose model is there
            raise


def refit(
    model: AlternatingLeastSquares,
    matrix: InteractionMatrix,
    alpha: float,
    step: Callable[[], None] = lambda: None,
    rounds: int = ROUNDS,
) -> AlternatingLeastSquares:
    """Train some rounds further with another alpha, from where a model stands.

    Parameters
    ----------
    model : implicit.cpu.als.AlternatingLeastSquares
        A model fitted on `matrix`; it stays as it is.
    matrix : InteractionMatrix
        The data.
    alpha : float
        Confidence per unit of strength, above 0.
    step : callable
        Called after each round.
    rounds : int
        How many iterations.

    Returns
    -------
    implicit.cpu.als.AlternatingLeastSquares
        Another model, its users solved against its final articles as `fit_als` has it.
    """
    again = copy.deepcopy(model)
    # With so little to do, threads that wait for each other on a busy machine only slow it down.
    again.alpha, again.iterations, again.num_threads = alpha, rounds, 1
    with threadpool_limits(1, "blas"):
        again.fit(matrix.user_items, show_progress=False, callback=lambda *_: step())
        again.partial_fit_users(np.arange(len(matrix.user_ids)), matrix.user_items)
    return again


def opened_first(model: AlternatingLeastSquares, matrix: InteractionMatrix) -> list[int]:
    """contentIds of an article with about thirty readers and the three most like it."""
    first = default_item(matrix)
    alike = similar_articles(model, matrix, first, n=4, min_readers=min(20, matrix.readers.max()))
    return [int(item) for item in alike["contentId"]]


def _folded(
    model: AlternatingLeastSquares, matrix: InteractionMatrix, readings: Mapping[int, float], n: int
) -> list[Reasons]:
    recommended = fold_in(model, matrix, readings, n)
    columns = [matrix.item_index(item) for item in readings]
    values = np.array(list(readings.values()), dtype=np.float64)
    shape = (1, len(matrix.item_ids))
    given = sparse.csr_matrix((values, ([0] * len(columns), columns)), shape=shape)
    return reasons(model, matrix, given, recommended)

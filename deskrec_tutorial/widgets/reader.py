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
from .core import Panel, Still, Work, alpha_switch, row, still, switch
from .html import heading, sentence, side_by_side
from .reasons import Reasons, reasons, reasons_html, reasons_text
from .search import Articles, Finder

ALPHAS = (1.0, 5.0, 15.0, 40.0)
# From a trained model so many rounds lead most of the way to the one of another alpha.
ROUNDS = 20
ACTS = {
    "VIEW": "viewed", "LIKE": "liked", "BOOKMARK": "bookmarked", "FOLLOW": "followed",
    "COMMENT CREATED": "commented",
}  # fmt: skip
NOTHING = "You have read nothing yet, so there is nothing to go by. Choose an article and add it."


@still
def reader_view(
    model: AlternatingLeastSquares,
    matrix: InteractionMatrix,
    readings: Mapping[int, float] | None = None,
    n: int = 10,
) -> Still:
    """Recommendations for somebody new, from what they have read, with reasons: no widget.

    Where nothing can be recommended, a sentence says why.

    Parameters
    ----------
    model, matrix
        As in `recommend`.
    readings : mapping of int to float, optional
        contentId → strength, as for `fold_in`; by default one view each of four articles that
        are alike.
    n : int
        How many recommendations.
    """
    given = dict.fromkeys(opened_first(model, matrix), 1.0) if readings is None else readings
    listed = folded_in(model, matrix, given, n)
    lines = [
        f"{matrix.titles[matrix.item_index(item)]} (strength {strength:g})"
        for item, strength in given.items()
    ]
    done = heading("You have read") + "".join(map(sentence, lines))
    html = side_by_side(done, reasons_html("Recommended to you, and why", listed))
    text = "\n".join(["You have read", *lines, "Recommended, and why:", reasons_text(listed)])
    return Still(html, text)


class Reader(Panel):
    """Say what you have read and did with it; the recommendations follow at once, live.

    Your vector is one half-step against the fixed article factors (`fold_in`). Choosing another
    alpha trains the articles some rounds further with it, from where the model stands. The
    controls are `finder`, `act`, `add`, `away` and `alpha`; the static twin is `reader_view`.

    Parameters
    ----------
    model, matrix, n
        As in `reader_view`.
    opened : iterable of int, optional
        The contentIds you have viewed at first; by default four articles that are alike.
    alphas : sequence of float
        The values of alpha to choose from.
    """

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
        self._first, self._models = model, {float(model.alpha): model}
        self._acts: dict[int, set[str]] = {}
        self._lines: dict[int, ipywidgets.HBox] = {}
        self.finder = Finder(self._articles, matrix.item_index(default_item(matrix)))
        acts = {f"{word} ({EVENT_WEIGHTS[act]:g})": act for act, word in ACTS.items()}
        self.act = switch("You have", acts, 134)
        self.add = ipywidgets.Button(description="Add", button_style="primary")
        self.add.on_click(self._add)
        self.alpha = alpha_switch(alphas, model.alpha)
        self.alpha.observe(self._alpha_chosen, "value")
        self.work, self._rows = Work(self.alpha), ipywidgets.VBox()
        for item in opened_first(model, matrix) if opened is None else opened:
            self._note(matrix.item_index(item), "VIEW")
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
        alpha = self.alpha.value
        if self.work.running:
            return sentence(f"Training with alpha = {alpha:g} …")
        if not self._acts:
            return sentence(NOTHING)
        listed = folded_in(self._models[alpha], self._matrix, self.readings, self._n)
        name = f"Recommended to you with alpha = {alpha:g}, and why"
        return side_by_side(reasons_html(name, listed))

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


be_the_reader = Reader


def refit(
    model: AlternatingLeastSquares,
    matrix: InteractionMatrix,
    alpha: float,
    step: Callable[[], None],
    rounds: int = ROUNDS,
) -> AlternatingLeastSquares:
    """A model trained some rounds further with another alpha, from where the given one stands.

    `step` is called after each round. The users are solved against the final articles, as
    `fit_als` has it.
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
    return alike["contentId"].tolist()


def folded_in(
    model: AlternatingLeastSquares, matrix: InteractionMatrix, readings: Mapping[int, float], n: int
) -> list[Reasons]:
    """What `fold_in` recommends, with the reasons."""
    recommended = fold_in(model, matrix, readings, n)
    columns = [matrix.item_index(item) for item in readings]
    strengths = np.array(list(readings.values()), dtype=np.float64)
    shape = (1, len(matrix.item_ids))
    given = sparse.csr_matrix((strengths, ([0] * len(columns), columns)), shape=shape)
    return reasons(model, matrix, given, recommended)

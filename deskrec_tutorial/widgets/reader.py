"""Chapter 5: be the reader, and watch the recommendations follow what you say you have read."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence

import ipywidgets
import numpy as np
from implicit.cpu.als import AlternatingLeastSquares
from scipy import sparse
from threadpoolctl import threadpool_limits

from ..als import check_model
from ..door import plain
from ..recommendations import fold_in
from ..similarity import similar_articles
from ..strength import EVENT_WEIGHTS, InteractionMatrix, check_repeats, check_weights
from .articles import default_item
from .core import Panel, Still, Work, alpha_switch, row, still, switch
from .html import heading, sentence, side_by_side
from .reasons import Reasons, answer, nothing_left, reasons
from .search import Articles, Finder

ALPHAS = (1.0, 5.0, 15.0, 40.0)
# From a trained model so many rounds lead most of the way to the one of another alpha.
ROUNDS = 20
# The course's words for Deskdrop's acts; others go by their own name.
WORDS = {
    "VIEW": "viewed", "LIKE": "liked", "BOOKMARK": "bookmarked", "FOLLOW": "followed",
    "COMMENT CREATED": "commented",
}  # fmt: skip
NOTHING = "You have read nothing yet, so there is nothing to go by. Choose an article and add it."


@still
def reader_view(
    model: AlternatingLeastSquares,
    matrix: InteractionMatrix,
    readings: Mapping[int | str, float] | None = None,
    n: int = 10,
    weights: Mapping[str, float] = EVENT_WEIGHTS,
) -> Still:
    """Recommendations for somebody new, from what they have read, with reasons: no widget.

    Where nothing can be recommended, a sentence says why.

    Parameters
    ----------
    model, matrix
        As in `recommend`.
    readings : mapping of int or str to float, optional
        contentId → strength, as for `fold_in`; by default one view each of four articles that
        are alike.
    n : int
        How many recommendations.
    weights : mapping of str to float
        The weight of each event type. Where none is called a view, the first takes its place.
    """
    known = check_weights(weights)
    once = known[first_act(known)]
    given = dict.fromkeys(opened_first(model, matrix), once) if readings is None else readings
    listed = folded_in(model, matrix, given, n)
    lines = [
        f"{matrix.titles[matrix.item_index(item)]} (strength {strength:g})"
        for item, strength in given.items()
    ]
    done = heading("You have read") + "".join(map(sentence, lines))
    nothing = f"You {nothing_left(matrix, 'have')}"
    html, why = answer("Recommended to you, and why", listed, nothing)
    return Still(side_by_side(done, html), "\n".join(["You have read", *lines, why]))


class Reader(Panel):
    """Say what you have read and did with it; the recommendations follow at once, live.

    Your vector is one half-step against the fixed article factors (`fold_in`). Choosing another
    alpha trains the articles some rounds further with it, from where the model stands. The
    controls are `finder`, `act`, `add`, `away` and `alpha`; the static twin is `reader_view`.

    Parameters
    ----------
    model, matrix, n
        As in `reader_view`.
    opened : iterable of int or str, optional
        The contentIds you have viewed at first; by default four articles that are alike.
    alphas : sequence of float
        The values of alpha to choose from.
    weights : mapping of str to float
        What you can do with an article, and what it weighs: the weights of the log. For a log of
        values, such as ratings, name a few: ``{"rated 3": 3.0, "rated 5": 5.0}``.
    repeats : {"drop", "keep"}
        Whether the same act again counts once or again, as in `event_strength`.
    """

    def __init__(
        self,
        model: AlternatingLeastSquares,
        matrix: InteractionMatrix,
        opened: Iterable[int | str] | None = None,
        n: int = 10,
        alphas: Sequence[float] = ALPHAS,
        weights: Mapping[str, float] = EVENT_WEIGHTS,
        repeats: str = "drop",
    ) -> None:
        check_model(model, matrix)
        self._weights, self._repeats = check_weights(weights), check_repeats(repeats)
        self._matrix, self._n, self._articles = matrix, n, Articles(matrix)
        self._first, self._models = model, {float(model.alpha): model}
        self._acts: dict[int, Counter[str]] = {}
        self._lines: dict[int, ipywidgets.HBox] = {}
        self.finder = Finder(self._articles, matrix.item_index(default_item(matrix)))
        acts = {f"{WORDS.get(act, act)} ({w:g})": act for act, w in self._weights.items()}
        self.act = switch("You have", acts, 134)
        self.add = ipywidgets.Button(description="Add", button_style="primary")
        self.add.on_click(self._add)
        self.alpha = alpha_switch(alphas, model.alpha)
        self.alpha.observe(self._alpha_chosen, "value")
        self.work, self._rows = Work(self.alpha), ipywidgets.VBox()
        for item in opened_first(model, matrix) if opened is None else opened:
            self._note(matrix.item_index(item), first_act(self._weights))
        children = self.finder, row(self.act, self.add), self._rows, row(self.alpha, self.work.bar)
        self.assemble("Be the reader", *children)

    @property
    def away(self) -> dict[int, ipywidgets.Button]:
        """Per column of the matrix that you have read, the button that takes it away."""
        return {column: line.children[0] for column, line in self._lines.items()}

    @property
    def readings(self) -> dict[int | str, float]:
        """contentId → strength of what you have read, as `fold_in` takes it."""
        return {
            plain(self._matrix.item_ids[column]): sum(
                self._weights[act] * times for act, times in acts.items()
            )
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
        nothing = f"You {nothing_left(self._matrix, 'have')}"
        return side_by_side(answer(name, listed, nothing)[0])

    def _add(self, _: object) -> None:
        if self.finder.column is not None:
            self._note(self.finder.column, self.act.value)
            self.refresh()

    def _note(self, column: int, act: str) -> None:
        """Remember one act, and show the reading with a button that takes it away."""
        acts = self._acts.setdefault(column, Counter())
        acts[act] = 1 if self._repeats == "drop" else acts[act] + 1
        if column not in self._lines:
            button = ipywidgets.Button(description="take away", layout={"flex": "0 0 100px"})
            button.on_click(lambda _: self._take_away(column))
            self._lines[column] = ipywidgets.HBox([button, ipywidgets.HTML()])
            self._rows.children = list(self._lines.values())
        words = " and ".join(
            WORDS.get(act, act) + (f" ×{acts[act]}" if acts[act] > 1 else "")
            for act in self._weights
            if acts[act]
        )
        strength = self.readings[plain(self._matrix.item_ids[column])]
        text = f"{words}: {self._articles.label(column)}, strength {strength:g}"
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


def first_act(weights: Mapping[str, float]) -> str:
    """What somebody has done at least with what they have opened: a view, or the first act."""
    return "VIEW" if "VIEW" in weights else next(iter(weights))


def opened_first(model: AlternatingLeastSquares, matrix: InteractionMatrix) -> list[int | str]:
    """contentIds of an article with about thirty readers and the three most like it."""
    first = default_item(matrix)
    alike = similar_articles(model, matrix, first, n=4, min_readers=min(20, matrix.readers.max()))
    return alike["contentId"].tolist()


def folded_in(
    model: AlternatingLeastSquares,
    matrix: InteractionMatrix,
    readings: Mapping[int | str, float],
    n: int,
) -> list[Reasons]:
    """What `fold_in` recommends, with the reasons."""
    recommended = fold_in(model, matrix, readings, n)
    columns = [matrix.item_index(item) for item in readings]
    strengths = np.array(list(readings.values()), dtype=np.float64)
    shape = (1, len(matrix.item_ids))
    given = sparse.csr_matrix((strengths, ([0] * len(columns), columns)), shape=shape)
    return reasons(model, matrix, given, recommended)

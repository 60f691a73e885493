"""Chapter 9: the model that Spark's MLlib fits, as one of `implicit`'s, without Spark.

MLlib minimises chapter 3's loss with another price: λ times the number of ratings of each person
and of each article, as in [1]_, instead of one λ for all.

References
----------
.. [1] Y. Zhou, D. Wilkinson, R. Schreiber, R. Pan: Large-Scale Parallel Collaborative Filtering
   for the Netflix Prize. AAIM 2008. (The λ that is weighted with n.)
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import numpy as np
from implicit.cpu.als import AlternatingLeastSquares
from scipy import sparse
from threadpoolctl import threadpool_limits

from .als import half_step


class MLlibALS(AlternatingLeastSquares):
    """A model of `implicit` whose equations are MLlib's, so that all helpers work on its factors.

    ``dr.spark.fit_als(…).model()`` makes one. The loss, over all user factors x and item factors y
    (n_u and n_i are the numbers of their readings)::

        sum_ui c_ui (p_ui - x_u · y_i)² + regularization · (sum_u n_u |x_u|² + sum_i n_i |y_i|²)

    Parameters
    ----------
    user_factors, item_factors : numpy.ndarray
        Shapes (users, factors) and (items, factors).
    regularization : float
        λ, which is taken n times.
    alpha : float
        How fast confidence grows with strength.
    plus_one : bool
        Confidence is 1 + alpha · r, as Hu et al. (2008) have it, instead of alpha · r.
    """

    def __init__(
        self,
        user_factors: np.ndarray,
        item_factors: np.ndarray,
        regularization: float,
        alpha: float,
        plus_one: bool = False,
    ) -> None:
        with threadpool_limits(1, "blas"):  # implicit warns of more as soon as a model is made
            super().__init__(item_factors.shape[1], regularization, alpha, dtype=np.float64)
        self.user_factors = np.array(user_factors, dtype=np.float64)
        self.item_factors = np.array(item_factors, dtype=np.float64)
        self.plus_one = plus_one

    def equations_of(self, strengths: np.ndarray) -> tuple[np.ndarray, float]:
        """The confidences of one row's readings, and the price of that row's vector: c and λ·n."""
        return self.plus_one + self.alpha * strengths, self.regularization * len(strengths)

    def fit(
        self,
        user_items: sparse.csr_matrix,
        show_progress: bool = False,
        callback: Callable[[int, float, float | None], None] | None = None,
    ) -> None:
        """Go on from the factors as they are, for `iterations` rounds of chapter 3's half-steps."""
        users, items = (np.arange(size) for size in user_items.shape)
        for iteration in range(self.iterations):
            self.partial_fit_users(users, user_items)
            self.partial_fit_items(items, user_items.T.tocsr())
            if callback:
                callback(iteration, 0.0, None)

    def recalculate_user(self, userid: Any, user_items: sparse.csr_matrix) -> np.ndarray:
        """The vectors of some people, solved against the item factors; nothing is stored."""
        return self._solved(userid, user_items, self.item_factors)

    def recalculate_item(self, itemid: Any, item_users: sparse.csr_matrix) -> np.ndarray:
        """The vectors of some articles, solved against the user factors; nothing is stored."""
        return self._solved(itemid, item_users, self.user_factors)

    def _solved(self, number: Any, rows: sparse.csr_matrix, fixed: np.ndarray) -> np.ndarray:
        """Chapter 3's half-step, for the rows with one n at a time."""
        solved, counts = np.zeros((rows.shape[0], fixed.shape[1])), np.diff(rows.indptr)
        for n in np.unique(counts[counts > 0]):
            alike = np.flatnonzero(counts == n)
            part = rows[alike].astype(np.float64)
            part.data = self.equations_of(part.data)[0]
            solved[alike] = half_step(part, fixed, self.regularization * n)
        return solved[0] if np.isscalar(number) else solved

    def explain(
        self,
        userid: int,
        user_items: sparse.csr_matrix,
        itemid: int,
        user_weights: Any = None,
        N: int = 10,
    ) -> tuple[float, list[tuple[int, float]], Any]:
        """As in `implicit`, with the confidences and the λ·n of that person."""
        one = user_items[userid].astype(np.float64)
        plain = copy.copy(self)
        one.data, plain.regularization = self.equations_of(one.data)
        plain.alpha = 1.0
        return super(MLlibALS, plain).explain(0, one, itemid, user_weights, N)

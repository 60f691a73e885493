"""Chapter 3: alternating least squares, in NumPy to read and through `implicit` to use.

References
----------
.. [1] Y. Hu, Y. Koren, C. Volinsky: Collaborative Filtering for Implicit Feedback Datasets.
   ICDM 2008.
.. [2] G. Takács, I. Pilászy, D. Tikk: Applications of the Conjugate Gradient Method for Implicit
   Feedback Collaborative Filtering. RecSys 2011.
"""

from __future__ import annotations

import operator
import warnings
from dataclasses import dataclass, field
from numbers import Real

import implicit.gpu
import numpy as np
from implicit.als import AlternatingLeastSquares as _implicit_als
from implicit.cpu.als import AlternatingLeastSquares
from scipy import sparse
from threadpoolctl import threadpool_limits

from .strength import InteractionMatrix

LARGEST = 1e15  # confidence: beyond it a float no longer sees the weak no beside it


@dataclass(eq=False, repr=False)
class ALS:
    """Implicit-feedback ALS in plain NumPy: chapter 3's code, to be read rather than deployed.

    It minimises, over all user factors x and item factors y [1]_, ::

        sum_ui c_ui (p_ui - x_u · y_i)² + regularization · (sum_u |x_u|² + sum_i |y_i|²)

    (eq. 3 of the paper), where p is 1 for a read pair and 0 otherwise, and c = 1 + alpha · r. One
    iteration solves for all users, then for all items, exactly; `implicit` by default takes a few
    conjugate-gradient steps instead [2]_.

    Parameters
    ----------
    factors : int
        Length of each user's and item's vector.
    regularization : float
        The paper's λ, at least 0. (At 0 the equations of a small matrix may have no single
        solution, which is an error.)
    alpha : float
        How fast confidence grows with strength, above 0.
    iterations : int
        Passes over users and items.
    random_state : int or None
        Seed of the random start, which is the one `implicit` makes from the same seed.

    Attributes
    ----------
    user_factors : numpy.ndarray
        float64, shape (users, factors).
    item_factors : numpy.ndarray
        float64, shape (items, factors).
    loss_history : list of float
        The loss before the first half-step, then after each: 1 + 2 · iterations values.
    """

    factors: int = 20
    regularization: float = 0.1
    alpha: float = 15.0
    iterations: int = 15
    random_state: int | None = 42
    user_factors: np.ndarray = field(init=False)
    item_factors: np.ndarray = field(init=False)
    loss_history: list[float] = field(init=False)

    def __post_init__(self) -> None:
        check_parameters(self.factors, self.regularization, self.alpha, self.iterations)

    def fit(self, user_items: sparse.csr_matrix | InteractionMatrix) -> ALS:
        """Learn both sets of factors.

        Parameters
        ----------
        user_items : scipy.sparse.csr_matrix
            Users × items, the strengths r, each above 0; or the InteractionMatrix that holds it.

        Returns
        -------
        ALS
            Itself, with the attributes set.
        """
        if isinstance(user_items, InteractionMatrix):
            user_items = user_items.user_items
        by_user = confidence(user_items, self.alpha)
        by_item = by_user.T.tocsr()
        rng = np.random.default_rng(self.random_state)
        self.user_factors = rng.random((by_user.shape[0], self.factors)) * 0.01
        self.item_factors = rng.random((by_user.shape[1], self.factors)) * 0.01
        self.loss_history = [self._loss(by_user)]
        for _ in range(self.iterations):
            self.user_factors = half_step(by_user, self.item_factors, self.regularization)
            self.loss_history.append(self._loss(by_user))
            self.item_factors = half_step(by_item, self.user_factors, self.regularization)
            self.loss_history.append(self._loss(by_user))
        return self

    def _loss(self, by_user: sparse.csr_matrix) -> float:
        return als_loss(by_user, self.user_factors, self.item_factors, self.regularization)


def confidence(user_items: sparse.csr_matrix, alpha: float) -> sparse.csr_matrix:
    """The confidences c = 1 + alpha · r of the read pairs (Hu et al. 2008, section 4).

    Parameters
    ----------
    user_items : scipy.sparse.csr_matrix
        Users × items, the strengths r.
    alpha : float
        How fast confidence grows with strength.

    Returns
    -------
    scipy.sparse.csr_matrix
        Same shape and pattern, float64. Pairs not stored have confidence 1.
    """
    strengths = sparse.csr_matrix(user_items, dtype=np.float64, copy=True)
    strengths.sum_duplicates()
    bad = strengths.data[~(np.isfinite(strengths.data) & (strengths.data > 0))]
    if len(bad):
        raise ValueError(
            f"user_items holds the strength {bad[0]}; stored strengths must be numbers above 0. A "
            "pair that did not happen is left out of a sparse matrix."
        )
    strengths.data = 1.0 + alpha * strengths.data
    return strengths


def half_step(by_row: sparse.csr_matrix, fixed: np.ndarray, regularization: float) -> np.ndarray:
    """Solve for the factors of every row while those of the columns stay fixed.

    Parameters
    ----------
    by_row : scipy.sparse.csr_matrix
        Confidences, rows × columns: of users to update users, transposed to update items.
    fixed : numpy.ndarray
        Shape (columns, factors): the side that stays.
    regularization : float
        The paper's λ.

    Returns
    -------
    numpy.ndarray
        Shape (rows, factors). A row with no entries gets the zero vector.
    """
    gram = fixed.T @ fixed + regularization * np.eye(fixed.shape[1])
    solved = np.zeros((by_row.shape[0], fixed.shape[1]))
    for row in range(by_row.shape[0]):
        entries = slice(by_row.indptr[row], by_row.indptr[row + 1])
        c, seen = by_row.data[entries], fixed[by_row.indices[entries]]
        if len(c):
            # Yᵀ C Y = Yᵀ Y + Yᵀ (C - 1) Y, and C - 1 is zero wherever nothing was read.
            left = gram + (seen.T * (c - 1)) @ seen
            try:
                solved[row] = np.linalg.solve(left, seen.T @ c)
            except np.linalg.LinAlgError:
                raise ValueError(
                    f"The equations of row {row} have no single solution: choose a regularization "
                    "above 0, or fewer factors."
                ) from None
    return solved


def als_loss(
    by_user: sparse.csr_matrix,
    user_factors: np.ndarray,
    item_factors: np.ndarray,
    regularization: float,
) -> float:
    """The loss that ALS minimises, over all pairs, without visiting the unread ones.

    Parameters
    ----------
    by_user : scipy.sparse.csr_matrix
        Confidences, users × items.
    user_factors, item_factors : numpy.ndarray
        Shapes (users, factors) and (items, factors).
    regularization : float
        The paper's λ.

    Returns
    -------
    float
        The weighted squared error plus the penalty. Divided by the sum of all confidences this is
        what `implicit` reports as its training loss.
    """
    users = np.repeat(np.arange(by_user.shape[0]), np.diff(by_user.indptr))
    scores = np.einsum("nf,nf->n", user_factors[users], item_factors[by_user.indices])
    everywhere = np.sum((user_factors.T @ user_factors) * (item_factors.T @ item_factors))
    read = np.sum(by_user.data * (1 - scores) ** 2 - scores**2)
    penalty = regularization * (np.sum(user_factors**2) + np.sum(item_factors**2))
    return float(everywhere + read + penalty)


def fit_als(
    matrix: InteractionMatrix,
    factors: int = 20,
    regularization: float = 0.1,
    alpha: float = 15.0,
    iterations: int = 50,
    random_state: int | None = 42,
    use_gpu: bool = False,
) -> AlternatingLeastSquares:
    """Train `implicit`'s ALS on alpha · r, with float64 factors, the same on every machine.

    After the last iteration the user factors are solved once more against the final item factors
    (`partial_fit_users`), so that a stored score, a folded-in one and an explanation agree.

    Parameters
    ----------
    matrix : InteractionMatrix
        The strengths r.
    factors, regularization, iterations, random_state
        As in `implicit.als.AlternatingLeastSquares`.
    alpha : float
        Confidence per unit of strength: a read pair weighs alpha · r, an unread one 1. (The paper
        has 1 + alpha · r, Hu et al. 2008; the library takes what it is given.)
    use_gpu : bool
        Train on a CUDA GPU where `implicit` finds one, in float32 and with the number of factors
        rounded up to a multiple of 32; the model comes back on the CPU.

    Returns
    -------
    implicit.cpu.als.AlternatingLeastSquares
        `user_factors` (users × factors) and `item_factors` (items × factors).

    Raises
    ------
    ValueError
        If a parameter is out of range.
    RuntimeError
        If `use_gpu` is set where there is no usable GPU.

    Warns
    -----
    UserWarning
        If alpha · r is below 1 for some pair: that pair then counts less than an unread one.
    """
    check_parameters(factors, regularization, alpha, iterations)
    if not isinstance(matrix, InteractionMatrix):
        raise TypeError(
            f"fit_als wants an InteractionMatrix, not a {type(matrix).__name__}: make it with "
            "dr.InteractionMatrix.from_strength(strength)."
        )
    if factors > min(matrix.user_items.shape):
        raise ValueError(
            f"factors={factors} is more than this matrix of {matrix.user_items.shape[0]:,} users × "
            f"{matrix.user_items.shape[1]:,} items can use; choose a smaller number."
        )
    _check_alpha(alpha, matrix.user_items.data)
    if use_gpu and not implicit.gpu.HAS_CUDA:
        raise RuntimeError(
            "use_gpu=True, but implicit finds no usable CUDA GPU here. On Colab choose Runtime → "
            "Change runtime type → GPU and install rmm; or leave use_gpu out: this data set "
            "trains in seconds on a CPU."
        )
    # implicit runs its own threads, one user each; BLAS threads on top only slow it down, and it
    # warns of them as soon as a model is made.
    with threadpool_limits(1, "blas"):
        model = _implicit_als(
            factors,
            regularization,
            alpha,
            dtype=np.float32 if use_gpu else np.float64,
            use_gpu=use_gpu,
            iterations=iterations,
            random_state=random_state,
        )
        model.fit(matrix.user_items, show_progress=False)
        if use_gpu:
            model = model.to_cpu()
        model.partial_fit_users(np.arange(len(matrix.user_ids)), matrix.user_items)
    return model


def _check_alpha(alpha: float, strengths: np.ndarray) -> None:
    """Refuse confidences beside which the weak no is lost, and warn of those below it."""
    strongest = alpha * strengths.max()
    if strongest > LARGEST:
        raise ValueError(
            f"alpha={alpha:g} gives the strongest read pair confidence {strongest:.3g}; beyond "
            f"{LARGEST:.0e} the 1 of an unread pair is lost beside it. Make the strengths smaller, "
            "such as their logarithms."
        )
    weakest = alpha * strengths.min()
    if weakest < 1:
        warnings.warn(
            f"alpha={alpha} gives the weakest read pair confidence {weakest:.3g}, less than the 1 "
            f"of an unread pair. Use alpha ≥ {np.ceil(1000 * alpha / weakest) / 1000:g}.",
            stacklevel=3,
        )


def check_model(model: AlternatingLeastSquares, matrix: InteractionMatrix) -> None:
    """Raise a ValueError unless the model's factors fit the matrix's rows and columns."""
    if not isinstance(model, AlternatingLeastSquares) or not isinstance(matrix, InteractionMatrix):
        raise TypeError(
            f"Pass the model of dr.fit_als and then the InteractionMatrix, not a "
            f"{type(model).__name__} and a {type(matrix).__name__}. (dr.ALS is for reading.)"
        )
    if model.user_factors is None:
        raise ValueError("This model has not been fitted: make one with dr.fit_als(matrix).")
    fitted = (len(model.user_factors), len(model.item_factors))
    if fitted == matrix.user_items.shape:
        return
    users, items = matrix.user_items.shape
    has = f"The model has {fitted[0]:,} users and {fitted[1]:,} items, the matrix {users:,} users "
    has += f"and {items:,} items. "
    if fitted == (items, users):
        raise ValueError(has + "It was fitted on the transposed matrix: fit wants users × items.")
    raise ValueError(has + "It was fitted on other data: fit it again on this matrix.")


# How far a score may be from the sum of its parts by rounding alone, for scores of about 1.
ROUNDING = {"float64": 1e-6, "float32": 5e-5}


def parts_apart(
    model: AlternatingLeastSquares,
    matrix: InteractionMatrix,
    row: int,
    columns: np.ndarray,
    sums: np.ndarray,
) -> str:
    """Say why the parts of some scores do not add up to the stored scores; "" where they do.

    An explanation solves for a person once more, from the article vectors, the matrix and alpha.
    The vector that the model stores for them need not be that solution: `fit` of `implicit` ends
    with the articles, and what it was given may have been multiplied before.

    Parameters
    ----------
    model, matrix
        The model and the data.
    row : int
        Of the person.
    columns, sums : numpy.ndarray
        Some articles, and what the parts of the score of each add up to.
    """
    history, y = matrix.user_items[row], model.item_factors[columns]
    stored = (y @ model.user_factors[row]).astype(np.float64)
    solved = (y @ model.recalculate_user(row, history)).astype(np.float64)
    gaps, left = np.abs(stored - sums), np.abs(solved - sums)
    if not len(columns) or not np.isfinite(gaps).all():
        return ""
    worst = int(gaps.argmax())
    floor = ROUNDING.get(str(y.dtype), 5e-5) * max(1.0, abs(stored[worst]))
    # What is left after solving again is rounding, which differs from one article to the next.
    if gaps[worst] <= floor + 2 * left.max():
        return ""
    written = f"{{:.{max(3, int(np.ceil(1 - np.log10(gaps[worst]))))}f}}".format
    said = (
        f"For contentId {matrix.item_ids[columns[worst]]} the parts add up to "
        f"{written(sums[worst])}, while the model's own score, which dr.recommend shows, is "
        f"{written(stored[worst])}. "
    )
    factor = _factor_of(model, matrix)
    if not 0.8 < factor / model.alpha < 1.25:  # fit leaves it within a few percent
        fixed = model.item_factors.astype(np.float64)
        price = equations_of(model, history.data)[1]
        other = y[worst] @ half_step(factor * history, fixed, price)[0]
        if abs(other - stored[worst]) < gaps[worst] / 2:
            return (
                f"{said}The stored vectors fit confidences of {factor:.3g} times the strengths of "
                f"this matrix, while model.alpha is {model.alpha:g}: strengths were multiplied "
                "before fitting, or alpha was changed afterwards. Tell the model by what they were "
                f"multiplied: model.alpha = {factor:.3g}, or the exact number if you know it."
            )
    said += (
        "The vector that the model stores for this person is not the one that solves for these "
        f"strengths with alpha = {model.alpha:g} and the final article vectors. (implicit's fit "
        "ends with the articles; dr.fit_als solves for the people once more.)"
    )
    if left[worst] < max(floor, gaps[worst] / 10):
        said += (
            f" This line does so, and then both are {written(solved[worst])}: "
            "model.partial_fit_users(np.arange(len(matrix.user_ids)), matrix.user_items)"
        )
    return said


def _factor_of(model: AlternatingLeastSquares, matrix: InteractionMatrix) -> float:
    """By what the strengths must be multiplied to give the stored vectors: a median over a hundred.

    The normal equations of one person, (YᵀY + λI - Y_rᵀY_r) x = k Y_rᵀ (r (1 - Y_r x)), hold for
    one k if x was solved from k · r, and are least squares for k otherwise.
    """
    people = np.flatnonzero(np.diff(matrix.user_items.indptr))
    y = model.item_factors.astype(np.float64)
    squares, found = y.T @ y, []
    for row in people[:: max(len(people) // 100, 1)]:
        one = matrix.user_items[row]
        gram = squares + equations_of(model, one.data)[1] * np.eye(y.shape[1])
        x, seen = model.user_factors[row].astype(np.float64), y[one.indices]
        scores = seen @ x
        right = seen.T @ (one.data * (1 - scores))
        found.append(right @ (gram @ x - seen.T @ scores) / max(float(right @ right), 1e-300))
    return float(np.median(found))


def equations_of(model: AlternatingLeastSquares, strengths: np.ndarray) -> tuple[np.ndarray, float]:
    """What goes into the equations of one person: the confidences of what they read, and λ.

    Those of `implicit`, alpha · r and `regularization`, unless the model has equations of its own
    (chapter 9).
    """
    own = getattr(model, "equations_of", None)
    return own(strengths) if own else (model.alpha * strengths, model.regularization)


def check_count(value: int, name: str, least: int = 1) -> None:
    """Raise an error in the learner's terms unless `value` is an integer ≥ `least`."""
    try:
        number = operator.index(value)
    except TypeError:
        raise TypeError(f"{name} must be a whole number, not {value!r}.") from None
    if isinstance(value, bool) or number < least:
        raise ValueError(f"{name} must be a whole number of at least {least}, not {value!r}.")


def check_number(
    value: float, name: str, least: float | None = None, *, above: bool = False
) -> None:
    """Raise an error in the learner's terms unless `value` is a number ≥ `least`, or `above` it."""
    if not isinstance(value, Real) or isinstance(value, bool):
        raise TypeError(f"{name} must be a number, not {value!r}.")
    # NaN is neither.
    if least is not None and not (value > least if above else value >= least):
        wanted = f"above {least}" if above else f"{least} or more"
        raise ValueError(f"{name} must be {wanted}, not {value!r}.")


def check_parameters(factors: int, regularization: float, alpha: float, iterations: int) -> None:
    """Raise an error in the learner's terms unless ALS can be fitted with these numbers."""
    check_count(factors, "factors")
    check_count(iterations, "iterations")
    check_number(regularization, "regularization", 0)
    check_number(alpha, "alpha")
    if np.isinf(regularization):
        raise ValueError("regularization must be finite: at infinity all factors are 0.")
    if not (np.isfinite(alpha) and alpha > 0):
        raise ValueError(
            f"alpha must be above 0, not {alpha!r}: it says how much a reading weighs."
        )

"""Chapter 9: the course's chain on Apache Spark, for more clicks than one machine holds.

    spark = session()
    events = spark.read.parquet("events.parquet")
    fit = fit_als(event_strength(events))           # Spark's MLlib does the work [1]_
    recommend_all(fit)                              # lists for everybody, a Spark table
    matrix = fit.matrix()                           # back to the helpers of chapters 2 to 7
    model = fit.model(matrix)

No table goes through pandas. A Spark table has no order: sort what is to be looked at.

References
----------
.. [1] X. Meng et al.: MLlib: Machine Learning in Apache Spark. JMLR 17 (34), 2016.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from scipy import sparse

try:
    import pyarrow as pa
    from pyspark import StorageLevel
    from pyspark.ml.recommendation import ALS, ALSModel
    from pyspark.sql import DataFrame
    from pyspark.sql import functions as F
except ImportError as error:
    raise ImportError(
        f"Chapter 9 needs Spark, and {error.name} isn't installed here. `make spark` installs it "
        "apart (450 MB to fetch; Java 17 is needed, too), then `.venv-spark/bin/python -m jupyter "
        "lab` opens the chapter. Or: python -m pip install 'pyspark>=4.2' pyarrow. If you only "
        "want to read: `git checkout notebooks` brings the stored outputs back (and takes answers "
        "of yours away)."
    ) from None

from . import door
from .als import check_count, check_parameters
from .java import find_java
from .mllib import MLlibALS
from .recommendations import BLOCK, best_unread
from .recommenders import Recommender
from .spark_session import LOG, SparkSession, session
from .strength import EVENT_WEIGHTS, InteractionMatrix, check_repeats, check_weights

__all__ = ["SparkALS", "SparkFit", "event_strength", "find_java", "fit_als", "number_ids"]
__all__ += ["recommend_all", "session", "strength_of"]

LISTED = "array<struct<rank: int, column: int, score: double>>"
BLANK = r"(?U)^\s*$"
WHOLE = ("tinyint", "smallint", "int", "bigint")


def event_strength(
    events: DataFrame, weights: Mapping[str, float] = EVENT_WEIGHTS, repeats: str = "drop"
) -> DataFrame:
    """The same as `dr.event_strength`, on a Spark table.

    Parameters
    ----------
    events : pyspark.sql.DataFrame
        `personId`, `contentId`, `eventType`, `title` and, if there is one, `value`, as
        `dr.join_events` returns them: ``events.to_parquet(…)``, ``spark.read.parquet(…)``.
    weights, repeats
        As in `dr.event_strength`.

    Returns
    -------
    pyspark.sql.DataFrame
        One row per (personId, contentId), in no order: `personId`, `contentId`, `title` (null
        where no event of the pair has one), `eventStrength` (double): the course's strengths, up
        to the order in which weights that are no whole numbers, and values, are added.

    Raises
    ------
    DataError, ValueError
        If a column or an id is missing, or a type of events has no weight.
    """
    check_repeats(repeats)
    known = dict(sorted(check_weights(weights).items()))
    _need(events, ("personId", "contentId", "eventType", "title"), "events")
    events = events.withColumn("eventType", F.col("eventType").cast("string"))
    _check_events(events, known)
    pairs = events.groupBy("personId", "contentId")
    title = _title(F.col("title").cast("string"))
    if "value" in events.columns:
        weight = F.create_map(*[F.lit(one) for pair in known.items() for one in pair])
        amount = F.sum(F.col("value").try_cast("double") * weight[F.col("eventType")])
    else:
        # A sum of floats depends on the order of its terms; here it is that of the names.
        amount = F.lit(0.0)
        for kind, one in known.items():
            times = F.count_if(F.col("eventType") == kind)
            amount = amount + one * (times if repeats == "keep" else (times > 0).cast("int"))
    return pairs.agg(title, amount.cast("double").alias("eventStrength"))


def strength_of(spark: SparkSession, matrix: InteractionMatrix) -> DataFrame:
    """The pairs of a matrix, such as the train side of a split, as `event_strength` has them."""
    pairs = matrix.user_items.tocoo()
    columns = {
        "personId": pa.array(matrix.user_ids[pairs.row]),
        "contentId": pa.array(matrix.item_ids[pairs.col]),
        "title": pa.array(matrix.titles[pairs.col], pa.string()),
        "eventStrength": pa.array(pairs.data),
    }
    return spark.createDataFrame(pa.table(columns))


def number_ids(table: DataFrame, column: str, number: str) -> DataFrame:
    """Number the ids of a column from 0, in their ascending order, as an InteractionMatrix does.

    MLlib wants whole numbers of 32 bits. `monotonically_increasing_id` soon exceeds them, and
    hashes of 32 bits collide.

    Parameters
    ----------
    table : pyspark.sql.DataFrame
        It has the ids.
    column, number : str
        The column of the ids, and what to call that of their numbers.

    Returns
    -------
    pyspark.sql.DataFrame
        One row per id: `column`, and `number` (int).
    """
    ids = table.select(column).distinct().orderBy(column).zipWithIndex(number)
    return ids.withColumn(number, F.col(number).cast("int"))


@dataclass(frozen=True, eq=False)
class SparkFit:
    """What MLlib has learned, on Spark, and the way back to the course.

    Attributes
    ----------
    mllib : pyspark.ml.recommendation.ALSModel
        Its factors are tables of `id` (our row or column) and `features`.
    users, items : pyspark.sql.DataFrame
        `personId` and `row`; `contentId`, `column` and `title`.
    pairs : pyspark.sql.DataFrame
        `row`, `column`, `eventStrength`.
    regularization, alpha, plus_one
        As given to `fit_als`.
    """

    mllib: ALSModel
    users: DataFrame
    items: DataFrame
    pairs: DataFrame
    regularization: float
    alpha: float
    plus_one: bool

    def matrix(self) -> InteractionMatrix:
        """The strengths as the course's matrix: the same rows, columns and titles."""
        users, items = self.users.orderBy("row").toArrow(), self.items.orderBy("column").toArrow()
        pairs = self.pairs.toArrow()
        row, column, values = (pairs[name].to_numpy() for name in self.pairs.columns)
        shape = len(users), len(items)
        cells = sparse.csr_matrix((values, (row, column)), shape=shape)
        if cells.nnz < len(values):
            raise ValueError(
                f"{len(values) - cells.nnz:,} pairs of personId and contentId are there more than "
                "once, and counted so: add them up first (dr.spark.event_strength does)."
            )
        people, articles = users["personId"].to_numpy(), items["contentId"].to_numpy()
        return InteractionMatrix(cells, people, articles, items["title"].to_numpy())

    def model(self, matrix: InteractionMatrix | None = None) -> MLlibALS:
        """The factors as a model for the helpers of the course.

        Parameters
        ----------
        matrix : InteractionMatrix, optional
            Whose rows and columns it shall have; by default `matrix`'s. People and articles that
            Spark has not seen get zeros. (MLlib's own `transform` says NaN for them.)
        """
        people, articles = _factors(self.mllib.userFactors), _factors(self.mllib.itemFactors)
        if matrix is not None:
            users, items = self.users.orderBy("row").toArrow(), self.items.orderBy("column")
            people = _placed(people, users["personId"].to_numpy(), matrix.user_ids)
            articles = _placed(articles, items.toArrow()["contentId"].to_numpy(), matrix.item_ids)
        return MLlibALS(people, articles, self.regularization, self.alpha, self.plus_one)


def fit_als(
    strength: DataFrame,
    factors: int = 20,
    regularization: float = 0.006,
    alpha: float = 15.0,
    iterations: int = 15,
    seed: int = 42,
    blocks: int = 2,
    plus_one: bool = False,
) -> SparkFit:
    """Fit the implicit ALS of Spark's MLlib.

    Its confidence is 1 + alpha · r and its price λ·n (see `MLlibALS`). By default it is handed
    r - 1/alpha, which makes the confidence alpha · r, that of `dr.fit_als`.

    Parameters
    ----------
    strength : pyspark.sql.DataFrame
        `personId`, `contentId`, `title`, `eventStrength`, as `event_strength` returns it. Ids of
        64 bits and text are numbered here; MLlib itself would refuse them.
    factors, alpha, iterations
        As in `dr.fit_als`.
    regularization : float
        λ, which MLlib multiplies with the number of ratings of each person and article. That of
        `dr.fit_als`, divided by the geometric mean of the two mean numbers, is the fair pairing.
    seed, blocks : int
        The random start depends on both: another number of blocks is another start, not only
        another way to share the work. More blocks need less memory each.
    plus_one : bool
        Hand over r itself: confidence is 1 + alpha · r.

    Returns
    -------
    SparkFit
        It rests on the strengths, which stay on disk until ``strength.unpersist()`` or the end of
        the session.

    Raises
    ------
    DataError, ValueError
        If an id or a strength is missing, a parameter is out of range, the equations have no
        single solution, or the session has no folder for checkpoints.
    MemoryError
        If Java runs out of memory.
    """
    check_parameters(factors, regularization, alpha, iterations)
    check_count(blocks, "blocks")
    _need(strength, ("personId", "contentId", "title", "eventStrength"), "strength")
    if strength.sparkSession.sparkContext.getCheckpointDir() is None:
        raise ValueError(
            "This Spark session has no folder for checkpoints, without which many iterations end "
            "in a StackOverflowError. Start it with dr.spark.session(), or name a folder: "
            "spark.sparkContext.setCheckpointDir(…)."
        )
    als = ALS(
        rank=factors, maxIter=iterations, regParam=regularization, alpha=alpha,
        implicitPrefs=True, seed=seed, numUserBlocks=blocks, numItemBlocks=blocks,
        userCol="row", itemCol="column", ratingCol="rating",
    )  # fmt: skip
    with _in_words(strength.sparkSession, blocks):
        strength = strength.persist(StorageLevel.DISK_ONLY)
        _check_strength(strength, 0.0 if plus_one else 1 / alpha)
        users, items = number_ids(strength, "personId", "row"), _articles(strength)
        pairs = (
            strength.join(F.broadcast(users), "personId")
            .join(F.broadcast(items.drop("title")), "contentId")
            .select("row", "column", "eventStrength")
        )
        rating = F.col("eventStrength") - (0.0 if plus_one else 1 / alpha)
        fitted = als.fit(pairs.select("row", "column", rating.alias("rating")))
    return SparkFit(fitted, users, items, pairs, regularization, alpha, plus_one)


def recommend_all(fit: SparkFit, n: int = 10) -> DataFrame:
    """The lists of `dr.recommend_all`, made where the data are, block by block.

    (MLlib's own `recommendForAllUsers` lists what was read as well.)

    Parameters
    ----------
    fit : SparkFit
        What `fit_als` returns.
    n : int
        Number of articles; fewer come back where fewer are unread.

    Returns
    -------
    pyspark.sql.DataFrame
        `personId`, `rank` (from 1), `contentId`, `title`, `score`, in no order. On a cluster the
        course's package must be installed on the workers.
    """
    check_count(n, "n")
    read = fit.pairs.groupBy("row").agg(F.collect_list("column").alias("read"))
    people = fit.mllib.userFactors.withColumnRenamed("id", "row").join(read, "row")
    articles = _factors(fit.mllib.itemFactors)

    def best(features: pa.Array, read: pa.Array) -> pa.Array:
        return _lists(features, read, articles, n)

    each = F.inline(F.arrow_udf(best, LISTED)("features", "read"))
    listed = people.select("row", each)
    named = listed.join(F.broadcast(fit.users), "row").join(F.broadcast(fit.items), "column")
    return named.select("personId", "rank", "contentId", "title", "score")


@dataclass(eq=False)
class SparkALS(Recommender):
    """`fit_als` as one of chapter 6's recommenders, to be judged beside the others."""

    spark: SparkSession
    factors: int = 20
    regularization: float = 0.006
    alpha: float = 15.0
    iterations: int = 15
    seed: int = 42
    blocks: int = 2
    plus_one: bool = False

    def _learn(self, train: InteractionMatrix, events: Any) -> None:
        given = {one.name: getattr(self, one.name) for one in fields(self)}
        strength = strength_of(given.pop("spark"), train)
        self.model = fit_als(strength, **given).model(train)
        strength.unpersist()
        self._people, self._articles = self.model.user_factors, self.model.item_factors.T


# ------------------------------------------------------------------ guards and small steps


def _need(table: Any, columns: tuple[str, ...], name: str) -> None:
    """Refuse what is no Spark table, lacks a column, or has ids that MLlib cannot be handed."""
    if not isinstance(table, DataFrame):
        raise TypeError(
            f"{name} must be a Spark DataFrame, not {type(table).__name__}: write it with "
            f'{name}.to_parquet("{name}.parquet") and read it with spark.read.parquet.'
        )
    types = dict(table.dtypes)
    for column in columns:
        if column not in types:
            raise door.DataError(f"{name} has no column {column!r}.")
        if column.endswith("Id") and types[column] not in (*WHOLE, "string"):
            raise door.DataError(
                f"{name}: {column} is of the type {types[column]}. {door.WHAT_IDS_ARE} Make text "
                f'of them: withColumn("{column}", F.col("{column}").cast("string")).'
            )


def _no_id(column: str) -> Any:
    """True where an id is missing: nothing, blanks, or what a program writes for nothing."""
    text = F.col(column).cast("string")
    return text.isNull() | text.isin(*door.NOTHING) | text.rlike(BLANK)


def _refuse_missing_ids(found: Mapping[str, int], name: str) -> None:
    for column in ("personId", "contentId"):
        if found[column]:
            raise door.DataError(
                f"{name}: {column} is missing in {found[column]:,} rows. Nobody can be recommended "
                f'anything without an id. Leave such rows out: {name}.dropna(subset="{column}").'
            )


def _check_events(events: DataFrame, known: Mapping[str, float]) -> None:
    """Refuse rows without an id, types without a weight and values that are not above 0."""
    kind, ids = F.col("eventType"), ("personId", "contentId")
    strange = F.when(~F.coalesce(kind.isin(*known), F.lit(False)), F.coalesce(kind, F.lit("")))
    checks = [F.count_if(_no_id(column)).alias(column) for column in ids]
    checks += [F.min(strange).alias("strange"), F.count("*").alias("rows")]
    if "value" in events.columns:
        checks.append(F.count_if(_not_above(F.col("value"), 0)).alias("bad"))
    found = events.agg(*checks).collect()[0].asDict()
    if not found["rows"]:
        raise door.DataError("events has no rows.")
    _refuse_missing_ids(found, "events")
    if found["strange"] == "":
        raise door.DataError(
            "events: eventType is missing in some rows. Say what happened there, with fillna, or "
            'leave them out: events.dropna(subset="eventType").'
        )
    if found["strange"] is not None:
        raise ValueError(
            f"eventType {found['strange']!r} has no weight; weights names "
            f"{', '.join(known)}. Say what it is worth, with "
            f"weights={{{found['strange']!r}: 1.0, …}}, or leave those rows out on purpose."
        )
    if found.get("bad"):
        raise door.DataError(f"events: value is no number above 0 in {found['bad']:,} rows.")


def _check_strength(strength: DataFrame, above: float) -> None:
    """Refuse rows without an id, and strengths that MLlib would take for a no."""
    value, ids = F.col("eventStrength"), ("personId", "contentId")
    checks = [F.count_if(_no_id(column)).alias(column) for column in ids]
    checks += [F.count_if(_not_above(value, 0)).alias("bad"), F.count("*").alias("rows")]
    checks.append(F.min(value.try_cast("double")).alias("least"))
    found = strength.agg(*checks).collect()[0].asDict()
    if not found["rows"]:
        raise door.DataError("strength has no rows.")
    _refuse_missing_ids(found, "strength")
    if found["bad"]:
        raise door.DataError(
            f"strength: eventStrength is no number above 0 in {found['bad']:,} rows."
        )
    if found["least"] <= above:
        raise ValueError(
            f"alpha={1 / above:g} gives the weakest read pair confidence "
            f"{found['least'] / above:.3g}, no more than the 1 of an unread pair, and MLlib would "
            f"take it for a no. Use alpha above {1 / found['least']:g}, or plus_one=True."
        )


def _not_above(value: Any, least: float) -> Any:
    number = value.try_cast("double")
    odd = F.isnan(number) | (number <= least) | (number == float("inf"))
    return F.coalesce(odd, F.lit(True))


def _title(title: Any) -> Any:
    """The title of an article, which has one, from its rows; null where all of them are blank."""
    return F.min(F.when(~title.rlike(BLANK), title)).alias("title")


def _articles(strength: DataFrame) -> DataFrame:
    """`contentId`, `column`, and `title`, which is the id where there is none."""
    titles = strength.groupBy("contentId").agg(_title(F.col("title")))
    items = number_ids(strength, "contentId", "column").join(titles, "contentId")
    named = F.coalesce(F.col("title"), F.col("contentId").cast("string"))
    return items.withColumn("title", named)


def _factors(table: DataFrame) -> np.ndarray:
    """MLlib's factors as float64, one row per id, in the order of the ids."""
    return _vectors(table.orderBy("id").toArrow()["features"].combine_chunks())


def _vectors(features: Any) -> np.ndarray:
    """A column of lists of one length, as float64, one row per list."""
    flat = features.flatten().to_numpy(zero_copy_only=False).astype(np.float64)
    return flat.reshape(len(features), -1)


def _lists(features: Any, read: Any, articles: np.ndarray, n: int) -> Any:
    """What the workers do: the first n unread articles of some people, a list of each."""
    step, parts = max(BLOCK // len(articles), 1), []
    for start in range(0, len(features), step):
        seen = read.slice(start, step)
        person = np.repeat(np.arange(len(seen)), seen.value_lengths().to_numpy())
        people = _vectors(features.slice(start, step))
        who, *best = best_unread(people, articles, (person, seen.flatten().to_numpy()), n)
        parts.append((start + who, *best))
    who, rank, column, score = (np.concatenate(part) for part in zip(*parts, strict=True))
    fields = {"rank": rank.astype(np.int32), "column": column.astype(np.int32), "score": score}
    rows = pa.StructArray.from_arrays([pa.array(one) for one in fields.values()], list(fields))
    offsets = np.searchsorted(who, np.arange(len(features) + 1)).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(offsets), rows)


def _placed(factors: np.ndarray, ids: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """The vectors of the wanted ids, both in ascending order; zeros for those that are not here."""
    if ids.dtype.kind != wanted.dtype.kind:
        raise door.DataError(
            f"The matrix has ids of the type {wanted.dtype}, and Spark was given {ids.dtype}: read "
            "both from the same table."
        )
    place = np.minimum(np.searchsorted(ids, wanted), len(ids) - 1)
    return np.where((ids[place] == wanted)[:, None], factors[place], 0.0)


@contextmanager
def _in_words(spark: SparkSession, blocks: int) -> Iterator[None]:
    """Say in a sentence that Java has run out of memory or found no solution, if it has.

    The error itself says so, or only that Spark was shut down; then the log does.
    """
    log = Path(spark.conf.get("spark.local.dir", os.devnull), LOG)
    before = log.stat().st_size if log.exists() else 0
    try:
        yield
    except Exception as error:
        said = str(error)
        if log.exists():
            said += log.read_bytes()[before:].decode(errors="replace")
        if "SingularMatrixException" in said:
            raise ValueError(
                "The equations of somebody have no single solution: choose a regularization above "
                "0, fewer factors, or a smaller alpha."
            ) from error
        if "OutOfMemoryError" not in said:
            raise
        raise MemoryError(
            f"Java ran out of memory with {blocks} blocks. After spark.stop(), use more blocks, "
            f"blocks={4 * blocks} (which is another start), or give it more: "
            'dr.spark.session(memory="4g").'
        ) from error

"""The course's chain on Spark gives the course's own numbers, and says in words what is wrong.

One session for all: two cores, 1 GB, two partitions and blocks. (Without Spark or Java: the
conftest.py beside the README skips this file and says why.)
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from conftest import log

import deskrec_tutorial as dr

ALPHA, PRICE = 15.0, 0.006
ENOUGH = 2  # iterations: what is tested here does not ask for a good model


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    from pyspark import SparkContext

    quick = "-XX:TieredStopAtLevel=1"  # a short life is not worth compiling well
    running = dr.spark.session(spark_driver_extraJavaOptions=quick)
    folder = Path(running.conf.get("spark.local.dir"))
    assert (folder / "checkpoints").exists() and (folder / "spark.log").exists()
    java = SparkContext._gateway.proc
    yield running
    running.stop()
    assert not folder.exists() and java.poll() is not None


@pytest.fixture(scope="module")
def on_spark(spark, events, tmp_path_factory) -> Any:
    """The sample's events as a Spark table."""
    return parquet(spark, events, tmp_path_factory.mktemp("events"))


@pytest.fixture(scope="module")
def fit(on_spark) -> Any:
    strength = dr.spark.event_strength(on_spark)
    return dr.spark.fit_als(strength, 10, PRICE, ALPHA, ENOUGH)


@pytest.fixture(scope="module")
def back(fit) -> tuple[Any, dr.InteractionMatrix]:
    matrix = fit.matrix()
    return fit.model(matrix), matrix


def parquet(spark: Any, table: pd.DataFrame, folder: Path) -> Any:
    table.to_parquet(folder / "table.parquet")
    return spark.read.parquet(str(folder / "table.parquet"))


def assert_same(spark_table: Any, ours: pd.DataFrame) -> None:
    ordered = spark_table.orderBy("personId", "contentId").toArrow()
    assert ordered.column_names == ours.columns.tolist()
    for column in ours:
        np.testing.assert_array_equal(ordered[column].to_numpy(), ours[column].to_numpy())


# ------------------------------------------------------------------ strengths and ids


@pytest.mark.parametrize("repeats", ["drop", "keep"])
def test_strengths_are_the_course_s(on_spark, events, repeats: str) -> None:
    found = dr.spark.event_strength(on_spark, repeats=repeats)
    assert_same(found, dr.event_strength(events, repeats=repeats))


def test_values_are_added_up(spark, tmp_path: Path) -> None:
    rated = log((1, 1, 7), (2, 1, 7), (3, 2, 7)).assign(value=[2.0, 3.0, 4.5])
    found = dr.spark.event_strength(parquet(spark, rated, tmp_path), {"VIEW": 2.0})
    assert_same(found, dr.event_strength(rated, {"VIEW": 2.0}))


def test_texts_are_told_from_nothing_as_in_the_course(spark, tmp_path: Path) -> None:
    odd = log((1, 1, 7), (2, 1, 8), (3, 2, 7), (4, 2, 8), (5, 2, 9))
    odd["personId"] = ["nan ", "nan ", " 1", " 1", " 1"]
    odd["title"] = [" ", None, "Seven", "\t", None]
    odd["value"] = ["1", "2", "3.5", "4", "5"]
    strength = dr.spark.event_strength(parquet(spark, odd, tmp_path))
    ours = dr.InteractionMatrix.from_strength(dr.event_strength(odd))
    found = dr.spark.fit_als(strength, 2, iterations=1).matrix()
    assert (found.user_items != ours.user_items).nnz == 0
    assert found.user_ids.tolist() == ours.user_ids.tolist() == [" 1", "nan "]
    assert found.titles.tolist() == ours.titles.tolist() == ["Seven", "8", "9"]


def test_the_real_strengths_and_rows_are_the_course_s(spark, real_files, tmp_path) -> None:
    events = dr.join_events(dr.load_deskdrop(real_files))
    ours = dr.event_strength(events)
    assert len(ours) == 40_682
    strength = dr.spark.event_strength(parquet(spark, events, tmp_path))
    assert_same(strength, ours)
    matrix = dr.InteractionMatrix.from_strength(ours)
    for column, ids in (("personId", matrix.user_ids), ("contentId", matrix.item_ids)):
        numbered = dr.spark.number_ids(strength, column, "number").orderBy("number").toArrow()
        np.testing.assert_array_equal(numbered[column].to_numpy(), ids)
        np.testing.assert_array_equal(numbered["number"].to_numpy(), np.arange(len(ids)))


@pytest.mark.parametrize("ids", [["é", "z", "Z", "日"], [-(2**63), -1, 5, 2**63 - 1]])
def test_ids_are_numbered_in_the_course_s_order(spark, tmp_path: Path, ids: list) -> None:
    table = pd.DataFrame({"personId": ids * 2, "contentId": ids[::-1] + ids})
    table = table.assign(title="A title", eventStrength=1.0)[::-1].drop_duplicates()
    strength = parquet(spark, table, tmp_path)
    found = dr.spark.number_ids(strength, "personId", "row").orderBy("row").collect()
    assert [(one["personId"], one["row"]) for one in found] == list(
        zip(sorted(ids), range(4), strict=True)
    )
    assert dr.InteractionMatrix.from_strength(table).user_ids.tolist() == sorted(ids)


# ------------------------------------------------------------------ factors, and the way back


def test_the_matrix_comes_back_as_the_course_makes_it(back, matrix) -> None:
    _, found = back
    assert (found.user_items != matrix.user_items).nnz == 0
    for name in ("user_ids", "item_ids", "titles"):
        assert getattr(found, name).tolist() == getattr(matrix, name).tolist()


@pytest.mark.parametrize("plus_one", [False, True])
def test_mllib_s_users_are_its_half_step_on_its_items(fit, on_spark, matrix, plus_one) -> None:
    if plus_one:
        strength = dr.spark.event_strength(on_spark)
        fit = dr.spark.fit_als(strength, 10, PRICE, ALPHA, 1, plus_one=True)
    model = fit.model()
    counts = np.diff(matrix.user_items.indptr)
    c = matrix.user_items.copy()
    c.data = plus_one + ALPHA * c.data
    for n in np.unique(counts):  # with chapter 3's own code
        alike = counts == n
        solved = dr.half_step(c[alike], model.item_factors, PRICE * n)
        gap = np.linalg.norm(solved - model.user_factors[alike])
        assert gap <= 1e-6 * np.linalg.norm(solved)
    again = model.recalculate_user(np.arange(len(counts)), matrix.user_items)
    size = np.linalg.norm(again)
    assert np.linalg.norm(again - model.user_factors) <= 1e-6 * size
    plain = dr.half_step(c, model.item_factors, PRICE)
    assert np.linalg.norm(plain - model.user_factors) > 1e-4 * size, "λ is taken n times"


def test_a_rerun_gives_the_same_bytes_and_other_blocks_another_start(fit, on_spark) -> None:
    strength = dr.spark.event_strength(on_spark.repartition(3))
    same = dr.spark.fit_als(strength, 10, PRICE, ALPHA, ENOUGH).model()
    other = dr.spark.fit_als(strength, 10, PRICE, ALPHA, 1, blocks=3).model()
    assert same.user_factors.tobytes() == fit.model().user_factors.tobytes()
    assert np.abs(other.user_factors - same.user_factors).max() > 1e-3


def test_a_matrix_with_other_ids_is_refused(fit, matrix) -> None:
    texts = np.array(sorted(map(str, matrix.user_ids)), dtype=object)
    with pytest.raises(dr.DataError, match="ids of the type object, and Spark was given int64"):
        fit.model(replace(matrix, user_ids=texts))


def test_lists_for_everybody_are_the_course_s(fit, back) -> None:
    model, matrix = back
    ours = dr.recommend_all(model, matrix, 7)
    theirs = dr.spark.recommend_all(fit, 7).orderBy("personId", "rank").toArrow()
    for column in ours:
        np.testing.assert_array_equal(theirs[column].to_numpy(), ours[column].to_numpy())


def test_who_has_read_all_there_is_gets_no_list(spark, tmp_path: Path) -> None:
    strength = dr.spark.event_strength(parquet(spark, log((1, 1, 7)), tmp_path))
    fit = dr.spark.fit_als(strength, 2, iterations=1)
    assert dr.spark.recommend_all(fit).collect() == []


def test_the_helpers_of_the_course_work_on_the_model(back, strength) -> None:
    model, matrix = back
    row = int(np.diff(matrix.user_items.indptr).argmax())
    reader, own = matrix.user_ids[row], matrix.user_items[row]
    first = dr.recommend(model, matrix, reader, 1).iloc[0]
    parts = dr.explain(model, matrix, reader, first["contentId"])["contribution"]
    assert parts.sum() == pytest.approx(first["score"], abs=1e-6)
    readings = dict(zip(matrix.item_ids[own.indices].tolist(), own.data.tolist(), strict=True))
    folded = dr.fold_in(model, matrix, readings, 1).iloc[0]
    assert folded["contentId"] == first["contentId"]
    assert folded["score"] == pytest.approx(first["score"], abs=1e-6)
    assert len(dr.similar_articles(model, matrix, first["contentId"], n=3)) == 3
    assert dr.user_view(model, matrix, strength)
    assert dr.reader_view(model, matrix) and dr.article_view(model, matrix)


def test_it_is_judged_as_the_others_are(spark, events) -> None:
    """The temporal split has people and articles that Spark never sees: zeros, not NaN."""
    halves = dr.split(events, "temporal")
    judged = dr.spark.SparkALS(spark, factors=10, iterations=ENOUGH).fit(halves.train)
    cold = np.diff(halves.train.user_items.indptr) == 0
    assert cold.any() and not judged.model.user_factors[cold].any()
    found = dr.evaluate(judged, halves.train, halves.test, 10).summary["value"]
    assert 0 < found["recall@10"] < 1 and 0 < found["coverage@10"] < 1


# ------------------------------------------------------------------ what goes wrong


def test_mllib_itself_refuses_ids_of_64_bits(spark) -> None:
    from pyspark.ml.recommendation import ALS

    table = spark.createDataFrame([(2**40, 1, 1.0)], ["row", "column", "rating"])
    als = ALS(userCol="row", itemCol="column", ratingCol="rating", implicitPrefs=True)
    with pytest.raises(Exception, match="CAST_OVERFLOW|not.*within Integer range"):
        als.fit(table)


def test_without_a_folder_for_checkpoints_nothing_is_fitted(
    on_spark, monkeypatch: pytest.MonkeyPatch
) -> None:
    strength = dr.spark.event_strength(on_spark)
    monkeypatch.setattr("pyspark.SparkContext.getCheckpointDir", lambda self: None)
    with pytest.raises(ValueError, match="no folder for checkpoints.*StackOverflowError"):
        dr.spark.fit_als(strength)


def test_events_are_refused_in_words(spark, tmp_path: Path) -> None:
    good = log((1, 1, 7), (2, 1, 8), (3, 2, 7))
    with pytest.raises(TypeError, match="must be a Spark DataFrame, not DataFrame: write it with"):
        dr.spark.event_strength(good)
    bad = {
        "eventType 'WISH' has no weight; weights names": {"eventType": ["VIEW", "WISH", "VIEW"]},
        "personId is missing in 1 rows": {"personId": [1, None, 2]},
        "contentId is missing in 3 rows": {"contentId": ["\t", "nan", " \u2003"]},
        "eventType is missing in some rows": {"eventType": ["VIEW", None, "WISH"]},
        "value is no number above 0 in 2 rows": {"value": ["1.5", "many", "-1"]},
        "personId is of the type double": {"personId": [1.5, 2.5, 3.5]},
        "value is no number above 0 in 1 rows": {"value": [1.0, 2.0, -1.0]},
    }
    for number, (message, columns) in enumerate(bad.items()):
        table = good.assign(**columns)
        if "missing in 1" in message:
            table["personId"] = table["personId"].astype("Int64")
        (folder := tmp_path / str(number)).mkdir()
        with pytest.raises(ValueError, match=message):
            dr.spark.event_strength(parquet(spark, table, folder))
    table = parquet(spark, good.drop(columns="title"), tmp_path)
    with pytest.raises(dr.DataError, match="events has no column 'title'"):
        dr.spark.event_strength(table)


def test_strengths_that_mllib_would_take_for_a_no_are_refused(spark, tmp_path: Path) -> None:
    strength = dr.event_strength(log((1, 1, 7), (2, 1, 8), (3, 2, 7)))
    table = parquet(spark, strength, tmp_path)
    with pytest.raises(ValueError, match="Use alpha above 1, or plus_one=True"):
        dr.spark.fit_als(table, 2, alpha=1.0)
    (other := tmp_path / "0").mkdir()
    zero = parquet(spark, strength.assign(eventStrength=[1.0, 0.0, 2.0]), other)
    with pytest.raises(dr.DataError, match="eventStrength is no number above 0 in 1 rows"):
        dr.spark.fit_als(zero, 2)
    for none in ([None] * 3, ["a", "b", "-1"]):
        empty = spark.createDataFrame(
            [(1, 2, "A", one) for one in none],
            "personId int, contentId int, title string, eventStrength string",
        )
        with pytest.raises(dr.DataError, match="no number above 0 in 3 rows"):
            dr.spark.fit_als(empty, 2)
    with pytest.raises(dr.DataError, match="strength has no rows"):
        dr.spark.fit_als(empty.limit(0), 2)
    with pytest.raises(ValueError, match="no single solution: choose a regularization above 0"):
        dr.spark.fit_als(table, 9, regularization=0.0, iterations=2)
    twice = dr.spark.fit_als(table.union(table), 2, iterations=1)
    with pytest.raises(ValueError, match="3 pairs .* more than once"):
        twice.matrix()


def test_a_session_is_one_at_a_time_and_wants_enough_memory(spark) -> None:
    assert dr.spark.session() is spark
    with pytest.raises(RuntimeError, match=r"driver.memory = 1g, not 2g.*spark\.stop\(\)"):
        dr.spark.session(memory="2g")
    with pytest.raises(ValueError, match='memory="400m" is too little for Spark'):
        dr.spark.session(memory="400m")
    with pytest.raises(ValueError, match="number of megabytes or gigabytes"):
        dr.spark.session(memory="plenty")
    with pytest.raises(ValueError, match="checkpoints is missing"):
        dr.spark.session("spark://there:7077")


@pytest.mark.parametrize("told", [True, False])
def test_where_java_runs_out_of_memory_the_way_out_is_named(
    spark, on_spark, monkeypatch: pytest.MonkeyPatch, told: bool
) -> None:
    """As seen with 512 MB: one such error names its cause, one leaves it to the log."""
    cause, log = "java.lang.OutOfMemoryError: Java heap space", spark.conf.get("spark.local.dir")

    def full(*_: object) -> None:
        if not told:
            with (Path(log) / "spark.log").open("a") as file:
                file.write(f"ERROR Executor: Exception in task 1.0 in stage 9.0\n{cause}\n")
        raise RuntimeError(cause if told else "Job 9 cancelled: SparkContext was shut down")

    strength = dr.spark.event_strength(on_spark)
    monkeypatch.setattr("pyspark.ml.recommendation.ALS.fit", full)
    with pytest.raises(MemoryError, match=r"2 blocks.*stop.*blocks=8 .*memory="):
        dr.spark.fit_als(strength)
    monkeypatch.setattr("pyspark.ml.recommendation.ALS.fit", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        dr.spark.fit_als(strength)


ENDS = """
import os, signal
import deskrec_tutorial as dr
from pathlib import Path
from pyspark import SparkContext
try:
    dr.spark.session("spark://nowhere", checkpoints="there")
except RuntimeError as error:
    print("Invalid master URL" in str(error), SparkContext._gateway)
folder = dr.spark.session().conf.get("spark.local.dir")
print(Path(folder).exists(), folder, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_however_python_ends_java_ends_and_no_folder_is_left(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", ENDS], capture_output=True, text=True,
        env=os.environ | {"TMPDIR": str(tmp_path)},
    )  # fmt: skip
    first, second = done.stdout.splitlines()
    assert first == "True None" and done.returncode == -signal.SIGKILL
    there, folder = second.split()
    assert there == "True" and Path(folder).parent == tmp_path
    until = time.monotonic() + 60
    while Path(folder).exists() and time.monotonic() < until:
        time.sleep(0.1)
    assert not list(tmp_path.glob("deskrec-spark-*"))

"""A Spark session on one machine or a cluster: Java is found, little is said, nothing is left."""

from __future__ import annotations

import atexit
import os
import re
import shutil
import sys
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pyspark import SparkContext
from pyspark.logger import PySparkLogger
from pyspark.sql import SparkSession

from .java import find_java

LOG = "spark.log"
LEAST = 512  # MB: with less Spark refuses to start


def session(
    master: str = "local[2]",
    memory: str = "1g",
    partitions: int = 2,
    checkpoints: str | None = None,
    **settings: Any,
) -> SparkSession:
    """Start Spark, or give the session that runs already with the same settings.

    It has a folder of its own for checkpoints, spilled data and its log, which goes when the
    session stops (``spark.stop()``, the end of a ``with`` block, or of Python, however it ends).
    Locally it listens
    on the loopback address only. There is no web page, and what Java says goes to the log.

    Parameters
    ----------
    master : str
        ``"local[2]"`` is two cores of this machine; or the URL of a cluster, ``"spark://…:7077"``.
    memory : str
        The heap of the driver, and on a cluster of each executor: ``"512m"``, ``"1g"``, ….
    partitions : int
        Into how many parts a table is cut when its rows are regrouped.
    checkpoints : str, optional
        A folder that all machines of a cluster see, such as ``"hdfs:///tmp/deskrec"``.
    **settings
        Further settings of Spark, with ``_`` for the dots: ``spark_executor_cores=4``.

    Returns
    -------
    pyspark.sql.SparkSession

    Raises
    ------
    RuntimeError
        If there is no Java, or an old one; if another session runs; or if Spark does not start.
    ValueError
        If Spark cannot start with so little memory, or a cluster gets no folder for checkpoints.
    """
    local = master.startswith("local")
    _check_memory(memory)
    if not local and checkpoints is None:
        raise ValueError(
            f"checkpoints is missing: the machines of {master} share no temporary folder of this "
            'one. Name one that all of them see, such as checkpoints="hdfs:///tmp/deskrec".'
        )
    wanted = _settings(master, memory, partitions, local)
    wanted |= {name.replace("_", "."): str(value) for name, value in settings.items()}
    running = SparkSession.getActiveSession()
    if running is not None:
        return _the_same(running, wanted)
    find_java()
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)  # workers run the same Python
    folder = Path(tempfile.mkdtemp(prefix="deskrec-spark-"))
    wanted |= {"spark.local.dir": str(folder), "spark.sql.warehouse.dir": str(folder / "tables")}
    started = _start(wanted, folder)
    started.sparkContext.setCheckpointDir(checkpoints or str(folder / "checkpoints"))
    _put_away_at_the_end(started, folder)
    # Each error would be printed a second time, as JSON.
    PySparkLogger.getLogger("DataFrameQueryContextLogger").setLevel("CRITICAL")
    return started


def _check_memory(memory: str) -> None:
    found = re.fullmatch(r"(\d+)([mg])", memory)
    if not found:
        raise ValueError(f'memory is a number of megabytes or gigabytes, "512m" or "1g": {memory}.')
    if int(found[1]) * (1024 if found[2] == "g" else 1) < LEAST:
        raise ValueError(f'memory="{memory}" is too little for Spark: give it "{LEAST}m" or more.')


def _settings(master: str, memory: str, partitions: int, local: bool) -> dict[str, str]:
    here = {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}
    return {
        "spark.master": master,
        "spark.app.name": "deskrec",
        "spark.driver.memory": memory,
        "spark.sql.shuffle.partitions": str(partitions),
        "spark.default.parallelism": str(partitions),
        "spark.driver.maxResultSize": "0",  # factors come back whole, however many there are
        "spark.sql.session.timeZone": "UTC",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        **(here if local else {"spark.executor.memory": memory}),
    }


def _the_same(running: SparkSession, wanted: dict[str, str]) -> SparkSession:
    """The running session if it has these settings; Spark itself would ignore the new ones."""
    for name, value in wanted.items():
        has = running.conf.get(name, None)
        if has != value:
            raise RuntimeError(
                f"A Spark session is running with {name} = {has}, not {value}. There is one at a "
                "time: stop it first, with spark.stop()."
            )
    return running


def _start(wanted: dict[str, str], folder: Path) -> SparkSession:
    builder = SparkSession.builder
    for name, value in wanted.items():
        builder = builder.config(name, value)
    log = folder / LOG
    try:
        # It says of pandas 3 what concerns nobody who hands it no pandas table.
        with _stderr_to(log), warnings.catch_warnings(action="ignore", category=FutureWarning):
            started = builder.getOrCreate()
    except Exception as error:  # which asks Java what to say
        said = f"{log.read_text(encoding='utf-8', errors='replace')}\n{error}".splitlines()
        _end_java()
        shutil.rmtree(folder, ignore_errors=True)
        told = [line for line in said if line.strip() and not line.startswith("\tat ")]
        raise RuntimeError("\n".join(["Spark did not start. It said:", *told[-6:]])) from None
    started.sparkContext.setLogLevel("ERROR")
    return started


@contextmanager
def _stderr_to(path: Path) -> Iterator[None]:
    """What processes started within say on stderr goes to a file, for as long as they live."""
    sys.stderr.flush()
    before = os.dup(2)
    with path.open("ab") as file:
        os.dup2(file.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(before, 2)
        os.close(before)


def _end_java() -> None:
    """End Java, whose memory could not be chosen again, unless it has started us (spark-submit)."""
    gateway = SparkContext._gateway
    if gateway is not None and gateway.proc is not None:
        gateway.shutdown()
        gateway.proc.stdin.close()  # at which Java ends
        gateway.proc.wait()
        SparkContext._gateway = SparkContext._jvm = None


def _put_away_at_the_end(started: SparkSession, folder: Path) -> None:
    """Have `stop` also end Java and remove the folder; where Python is killed, Java removes it."""
    stop, java = started.stop, started.sparkContext._jvm
    there = java.java.io.File(str(folder))
    java.org.apache.spark.util.ShutdownHookManager.registerShutdownDeleteDir(there)

    def stop_all() -> None:
        stop()
        _end_java()
        shutil.rmtree(folder, ignore_errors=True)
        atexit.unregister(stop_all)

    started.stop = stop_all
    atexit.register(stop_all)

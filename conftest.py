"""What needs Spark is skipped where Spark or Java is missing, and the reason is printed.

For tests and notebooks alike. With DESKREC_SPARK=required (`make spark`) it is an error instead.
"""

from __future__ import annotations

import importlib.util
import os
from functools import cache

import pytest

NEED_SPARK = ("test_spark.py", "09_more_clicks_than_one_machine.ipynb")


@cache
def why_no_spark() -> str:
    """Why Spark cannot run here; "" where it can."""
    if importlib.util.find_spec("pyspark") is None:
        return "pyspark isn't installed here: make spark"
    from deskrec_tutorial.java import find_java

    try:
        find_java()
    except RuntimeError as error:
        return str(error)
    return ""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    those = [item for item in items if item.path.name in NEED_SPARK]
    if those and why_no_spark():
        if os.environ.get("DESKREC_SPARK") == "required":
            raise pytest.UsageError(why_no_spark())
        for item in those:
            item.add_marker(pytest.mark.skip(reason=why_no_spark()))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    skipped = {
        report.nodeid.partition("::")[0]
        for report in terminalreporter.stats.get("skipped", [])
        if report.nodeid.partition("::")[0].endswith(NEED_SPARK)
    }
    for name in sorted(skipped) if why_no_spark() else ():
        terminalreporter.write_line(f"{name} skipped: {why_no_spark()}")

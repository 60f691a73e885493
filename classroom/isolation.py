"""Run one submission: the student's cells in one process, our checks in another.

The second (`judge.py`) asks the first (`worker.py`) for every call; `plan.py` says what either
may see of this machine.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from .job import GraderFailed, executed, job_of
from .plan import start
from .sandbox import TOO_MANY, TOO_MUCH

LIMITS = {
    "cell_seconds": 30.0,
    "total_seconds": 120.0,
    "memory_mb": 4096.0,
    "file_mb": 100.0,
    "disk_mb": 300.0,
    "processes": 32.0,
    "output_characters": 100_000.0,
}
SLACK = 180.0  # seconds for two Pythons to start on a busy machine, and for interrupts
REASONS: dict[int | None, str] = {TOO_MANY: "too many processes", TOO_MUCH: "out of memory"}


def run(
    notebook: Any, limits: dict[str, float], stop: threading.Event | None = None
) -> tuple[Any, str]:
    """Execute a notebook under limits.

    Parameters
    ----------
    notebook : NotebookNode
        What to execute.
    limits : dict
        As in `LIMITS`.
    stop : threading.Event, optional
        Ends the run when it is set.

    Returns
    -------
    notebook : NotebookNode or None
        The executed one.
    problem : str
        Why there is none.

    Raises
    ------
    GraderFailed
        Where a fault of ours has ended the run, and another one after it.
    """
    try:
        return _run(notebook, limits, stop)
    except GraderFailed:  # a machine that was short of something may have it by now
        return _run(notebook, limits, stop)


def _run(notebook: Any, limits: dict[str, float], stop: threading.Event | None) -> tuple[Any, str]:
    try:
        return _run_in_folder(notebook, limits, stop)
    except OSError as error:  # nothing of the submission has come into this process
        raise GraderFailed(f"{type(error).__name__}: {error}") from error


def _run_in_folder(
    notebook: Any, limits: dict[str, float], stop: threading.Event | None
) -> tuple[Any, str]:
    # What can't be removed afterwards must not stop the others.
    with tempfile.TemporaryDirectory(prefix="deskrec-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        (folder / "job.json").write_text(json.dumps(job_of(notebook, limits)), encoding="utf-8")
        with contextlib.ExitStack() as running:
            judge, student = _start_both(folder, limits, running)
            end, ended = time.monotonic() + limits["total_seconds"] + SLACK, ""
            while judge.poll() is None and not ended:
                if stop and stop.is_set():
                    return None, "the grading was stopped"
                if time.monotonic() > end:
                    ended = "it would not stop and was ended"
                time.sleep(0.05)
            reason = "" if ended else REASONS.get(_code(student), "")
        return executed(notebook, folder / "report.json", reason, ended), ""


def _start_both(
    folder: Path, limits: dict[str, float], running: contextlib.ExitStack
) -> tuple[subprocess.Popen[bytes], subprocess.Popen[bytes]]:
    """Start the judge and the student's process, each at the other's ends."""
    questions, replies = os.pipe(), os.pipe()
    try:
        (folder / "student").mkdir()
        student = start(
            ["-m", "classroom.worker", json.dumps(limits)],
            folder / "student",
            limits,
            stdin=questions[0],
            stdout=replies[1],
            stderr=subprocess.DEVNULL,
        )
        running.callback(_end, student)
        (folder / "judge").mkdir()
        with (folder / "report.json").open("wb") as report:
            judge = start(
                ["-m", "classroom.judge", str(folder / "job.json")],
                folder / "judge",
                limits,
                {"DESKREC_GRADING": "1"},
                [folder / "job.json"],
                stdin=replies[0],
                stdout=questions[1],
                stderr=report,
            )
        running.callback(_end, judge)
    finally:
        for number in (*questions, *replies):
            os.close(number)
    return judge, student


def _code(process: subprocess.Popen[bytes]) -> int | None:
    with contextlib.suppress(subprocess.TimeoutExpired):
        return process.wait(1)
    return None


def _end(process: subprocess.Popen[bytes]) -> None:
    if os.name == "nt":
        process.kill()
    else:  # macOS permits no signal to a group that has just ended
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()

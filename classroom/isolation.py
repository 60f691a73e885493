"""Run one submission in a process of its own, as cut off as this system allows."""

from __future__ import annotations

import contextlib
import functools
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import nbformat

from .submissions import read_notebook

WORKER = Path(__file__).with_name("worker.py")
LIMITS = {
    "cell_seconds": 30.0,
    "total_seconds": 120.0,
    "memory_mb": 4096.0,
    "file_mb": 100.0,
    "output_characters": 100_000.0,
}
# Own namespaces: no network but an empty one, and no process outlives the first.
UNSHARE = ("unshare", "--user", "--net", "--pid", "--fork", "--kill-child")


@functools.cache
def cut_off() -> tuple[str, ...]:
    """Return the command that starts a program in namespaces of its own; empty if there is none.

    The first choice also hides all other processes (their environment, their memory).
    """
    if sys.platform != "linux" or shutil.which("unshare") is None:
        return ()
    for more in (("--map-current-user", "--mount-proc"), ("--map-root-user",)):
        command = (*UNSHARE, *more)
        if not subprocess.run([*command, "true"], capture_output=True, check=False).returncode:
            return command
    return ()


def what_is_missing() -> list[str]:
    """Name, for the teacher, what this system can't do."""
    missing = []
    if not cut_off():
        missing.append("the network can't be cut off, and a process may outlive its time")
    if os.name == "nt":
        missing.append("neither memory nor the size of files can be limited")
    elif sys.platform != "linux":
        missing.append("memory can't be limited")
    return missing


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
    """
    # What can't be removed afterwards must not stop the others.
    with tempfile.TemporaryDirectory(prefix="deskrec-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        source, result = folder / "work" / "exercise.ipynb", folder / "result.ipynb"
        source.parent.mkdir()
        nbformat.write(notebook, source)
        command = [*cut_off(), sys.executable, str(WORKER)]
        command += [str(source), str(result), json.dumps(limits)]
        end = time.monotonic() + limits["total_seconds"] + 30
        with (folder / "log.txt").open("wb") as log:
            process = subprocess.Popen(
                command,
                cwd=source.parent,
                env=_environment(folder),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
            try:
                while process.poll() is None:
                    if time.monotonic() > end or (stop and stop.is_set()):
                        return None, "it would not stop and was ended"
                    time.sleep(0.05)
            finally:
                _end(process)
        return _result(result)


def _result(file: Path) -> tuple[Any, str]:
    """Read what a run has left: a notebook, none, half of one, or something else in its place."""
    try:
        if file.is_symlink() or not file.is_file():  # a pipe would block
            raise FileNotFoundError(file)
        return read_notebook(file), ""
    except Exception:
        return None, "the run ended without a result (out of memory, or it ended itself)"


def _end(process: subprocess.Popen[bytes]) -> None:
    if os.name == "nt":
        process.kill()
    else:  # macOS permits no signal to a group that has just ended
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _environment(folder: Path) -> dict[str, str]:
    """Pass on nothing of this user but where programs are."""
    kept = {
        name: os.environ[name]
        for name in ("PATH", "LANG", "LC_ALL", "SYSTEMROOT", "PYTHONPATH")
        if name in os.environ
    }
    home = ("HOME", "USERPROFILE", "TMPDIR", "TEMP")  # as Unix and as Windows call them
    return kept | {
        **dict.fromkeys(home, str(folder)),
        "IPYTHONDIR": str(folder / "ipython"),
        "JUPYTER_RUNTIME_DIR": str(folder / "r"),
        "JUPYTER_PREFER_ENV_PATH": "1",
        "MPLCONFIGDIR": str(folder / "mpl"),
        "MPLBACKEND": "agg",
        "PYTHONHASHSEED": "0",
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
    }

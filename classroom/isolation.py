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
from pathlib import Path
from typing import Any

import nbformat

WORKER = Path(__file__).with_name("worker.py")
LIMITS = {
    "cell_seconds": 30.0,
    "total_seconds": 120.0,
    "memory_mb": 4096.0,
    "file_mb": 100.0,
    "output_characters": 100_000.0,
}
# Own namespaces: no network but an empty one, and no process outlives the first.
UNSHARE = ["unshare", "--user", "--map-root-user", "--net", "--pid", "--fork", "--kill-child"]


@functools.cache
def can_unshare() -> bool:
    """Say whether this system lets us cut off the network and hold all processes together."""
    if sys.platform != "linux" or shutil.which("unshare") is None:
        return False
    return subprocess.run([*UNSHARE, "true"], capture_output=True, check=False).returncode == 0


def what_is_missing() -> list[str]:
    """Name, for the teacher, what this system can't do."""
    missing = []
    if not can_unshare():
        missing.append("the network can't be cut off, and a process may outlive its time")
    if os.name == "nt":
        missing.append("neither memory nor the size of files can be limited")
    elif sys.platform != "linux":
        missing.append("memory can't be limited")
    return missing


def run(notebook: Any, limits: dict[str, float]) -> tuple[Any, str]:
    """Execute a notebook under limits.

    Returns
    -------
    notebook : NotebookNode or None
        The executed one.
    problem : str
        Why there is none.
    """
    # Not ignore_cleanup_errors alone: whatever was left behind must not stop the others.
    with tempfile.TemporaryDirectory(prefix="deskrec-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        source, result = folder / "work" / "exercise.ipynb", folder / "result.ipynb"
        source.parent.mkdir()
        nbformat.write(notebook, source)
        command = [*(UNSHARE if can_unshare() else []), sys.executable, str(WORKER)]
        command += [str(source), str(result), json.dumps(limits)]
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
                process.wait(limits["total_seconds"] + 30)
            except subprocess.TimeoutExpired:
                return None, "it would not stop and was ended"
            finally:
                _end(process)
        try:
            if result.is_symlink() or not result.is_file():  # a pipe would block
                raise FileNotFoundError(result)
            return nbformat.read(result, as_version=4), ""
        except Exception:  # none, half of one, or something else in its place
            return None, "the run ended without a result (out of memory, or it ended itself)"


def _end(process: subprocess.Popen[bytes]) -> None:
    if os.name == "nt":
        process.kill()
    else:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _environment(folder: Path) -> dict[str, str]:
    """Pass on nothing of this user but where programs are."""
    kept = {
        name: os.environ[name]
        for name in ("PATH", "LANG", "LC_ALL", "SYSTEMROOT", "PYTHONPATH")
        if name in os.environ
    }
    return kept | {
        "HOME": str(folder),
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

"""Run one notebook under limits: python worker.py NOTEBOOK RESULT LIMITS (JSON).

Runs in a process of its own.  What it executes is a stranger's code, so everything is bounded:
memory and file size by the operating system, seconds per cell and in all, characters of output.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellControlSignal, DeadKernelError
from traitlets.config import Config


class Runner(NotebookClient):
    """Executes cell by cell, keeps going after errors, stops for good when limits are reached."""

    def __init__(self, notebook: Any, limits: dict[str, float], **settings: Any) -> None:
        super().__init__(notebook, **settings)
        self.limits = limits
        self.room = 0  # characters of output that the present cell may still produce
        self.seconds = 0.0  # that it may take
        self.timeout_func = lambda cell: max(1, round(self.seconds))
        self.on_cell_executed = self._keep_error

    def run(self) -> None:
        """Execute every code cell; a cell that can't be run gets an error that says why."""
        end = time.monotonic() + self.limits["total_seconds"]
        stopped = ""
        with self.setup_kernel():
            for index, cell in enumerate(self.nb.cells):
                if cell.cell_type != "code":
                    continue
                self.seconds = min(self.limits["cell_seconds"], end - time.monotonic())
                if not stopped and self.seconds <= 0:
                    stopped = f"stopped after {self.limits['total_seconds']:g} s in all"
                if stopped:
                    cell.outputs = [failure("NotRun", stopped)]
                    continue
                self.room = int(self.limits["output_characters"])
                try:
                    self.execute_cell(cell, index)
                except (DeadKernelError, CellControlSignal):
                    stopped = (
                        "the Python process ended here (out of memory, or a call that ends Python)"
                    )
                    cell.outputs = [failure("KernelDied", stopped)]
                    stopped = f"not run: an earlier cell ended the process ({place(cell)})"

    def output(
        self, outs: list[Any], msg: dict[str, Any], display_id: str | None, cell_index: int
    ) -> Any:
        """Drop what exceeds the room, and warnings: nbgrader takes text on stderr for failure."""
        content = msg["content"]
        if msg["msg_type"] == "stream" and content.get("name") == "stderr":
            return None
        if msg["msg_type"] == "error":  # a message of any length, but no room to take away
            content = failure(str(content.get("ename")), str(content.get("evalue")))
            return super().output(outs, {**msg, "content": content}, display_id, cell_index)
        size = len(json.dumps(content, default=str))
        if size > self.room:
            content = {"name": "stdout", "text": "\n… more output was cut off\n" * (self.room > 0)}
            msg = {**msg, "msg_type": "stream", "content": content}
            msg["header"] = {**msg["header"], "msg_type": "stream"}
            self.room = 0
        else:
            self.room -= size
        return super().output(outs, msg, display_id, cell_index)

    def _keep_error(self, cell: Any, cell_index: int, execute_reply: dict[str, Any]) -> None:
        """Trust the reply, not what was displayed: an error counts even if nobody saw it."""
        reply = execute_reply["content"]
        if reply["status"] != "error":
            return
        text = reply["evalue"] or f"stopped after {self.seconds:.0f} s"
        error = failure(reply["ename"], text)
        if not any(one.get("ename") == error.ename for one in cell.outputs):
            cell.outputs.append(error)


def failure(name: str, message: str) -> Any:
    """Return the output of an error; a stranger chooses the length of both texts."""
    return nbformat.v4.new_output("error", ename=name[:100], evalue=message[:1000], traceback=[])


def place(cell: Any) -> str:
    """Name a cell: its question, or how it begins."""
    name = cell.metadata.get("nbgrader", {}).get("grade_id")
    return name or repr(cell.source.strip().split("\n")[0][:40])


def limit_resources(memory_mb: float, file_mb: float) -> None:
    try:
        import resource
    except ImportError:  # not on Windows
        return
    for kind, megabytes in ((resource.RLIMIT_AS, memory_mb), (resource.RLIMIT_FSIZE, file_mb)):
        if sys.platform == "linux" or kind != resource.RLIMIT_AS:
            limit, hard = int(megabytes * 2**20), resource.getrlimit(kind)[1]
            if hard != resource.RLIM_INFINITY:
                limit = min(limit, hard)  # it can't be raised
            resource.setrlimit(kind, (limit, limit))


def main(source: Path, result: Path, limits: dict[str, float]) -> None:
    limit_resources(limits["memory_mb"], limits["file_mb"])
    notebook = nbformat.read(source, as_version=4)
    # Unix sockets instead of TCP: nobody else can connect, and they work without any network.
    transport = "tcp" if os.name == "nt" else "ipc"
    runner = Runner(
        notebook,
        limits,
        config=Config({"KernelManager": {"transport": transport}}),
        resources={"metadata": {"path": str(source.parent)}},
        kernel_name="python3",
        allow_errors=True,
        interrupt_on_timeout=True,
        error_on_timeout={"ename": "TimeLimit", "evalue": "", "traceback": []},
        record_timing=False,
        store_widget_state=False,
        shutdown_kernel="immediate",
    )
    runner.run()
    result.unlink(missing_ok=True)  # whatever the notebook has put there
    nbformat.write(notebook, result)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), json.loads(sys.argv[3]))

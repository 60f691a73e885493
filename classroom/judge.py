"""Judge one submission: python -m classroom.judge JOB, with the student's process at both ends.

Here run our own cells: what sets up, and the checks, visible and hidden.  No line of a student
runs here.  Where a check calls an answer, the call is done in the student's process
(`worker.py`), and what comes back is read as a stranger's word.
"""

from __future__ import annotations

import ast
import builtins
import contextlib
import json
import os
import queue
import signal
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from . import wire
from .encode import LARGEST
from .proxy import answer_from
from .shell import Outcome, Shell, make_shell, run_cell
from .worker import describe_error, limit_resources

PATIENCE = 3  # seconds after an interrupt
Error = list[str]  # its name and what it says


class TimeLimit(BaseException):
    """The time of a cell is over; nothing that a check catches."""


class Gone(BaseException):
    """The student's process has ended, or doesn't answer any more."""


class Student:
    """The student's process, seen from here."""

    def __init__(self, streams: tuple[BinaryIO, BinaryIO]) -> None:
        self.replies, self.questions = streams
        self.arrived: queue.Queue[tuple[int, bytes] | None] = queue.Queue(2)
        self.number = self.answered = 0
        self.gone = ""
        self.end = time.monotonic()  # until when there is time to wait
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self) -> None:
        with contextlib.suppress(EOFError, OSError):
            while True:
                _, number, body = wire.receive(self.replies, LARGEST + 2**20)
                self.arrived.put((number, body))
        self.arrived.put(None)

    def post(self, kind: bytes, body: bytes) -> int:
        """Ask without waiting for the reply."""
        if self.gone:
            raise Gone
        self.number += 1
        self.gone = "would not stop"  # unless it is read to the end: half a question is none
        try:
            wire.send(self.questions, kind, self.number, body)
            self.gone = ""
        except OSError:
            self.gone = "ended"
        return self.number

    def wait(self, number: int) -> Any:
        """Return the reply to a question."""
        while not self.gone:
            try:
                arrived = self.arrived.get(timeout=max(0.0, self.end - time.monotonic()))
            except queue.Empty:
                raise TimeLimit from None
            if arrived is None:
                self.gone = "ended"
            elif arrived[0] == number:  # anything else comes too late, or out of the blue
                self.answered = number
                with contextlib.suppress(ValueError, RecursionError):
                    return json.loads(arrived[1])
                return {}
        raise Gone

    def ask(self, kind: bytes, body: bytes) -> Any:
        return self.wait(self.post(kind, body))

    def interrupt(self) -> None:
        """End what still runs there; who does not stop is gone."""
        if self.gone or self.answered == self.number:
            return
        for _ in range(PATIENCE):
            with contextlib.suppress(OSError), contextlib.suppress(TimeLimit, Gone):
                wire.send(self.questions, wire.INTERRUPT, self.number)
                self.end = time.monotonic() + 1
                self.wait(self.number)
                return
        self.gone = self.gone or "would not stop"


@contextlib.contextmanager
def alarm(seconds: float) -> Iterator[None]:
    """Raise `TimeLimit` here when the time is over, where the system can do it."""

    def ring(*_: Any) -> None:
        raise TimeLimit

    if not hasattr(signal, "setitimer"):
        yield
        return
    signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, max(seconds, 0.01))
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


class Judge:
    """Goes through the cells of one submission."""

    def __init__(self, job: dict[str, Any], shell: Shell, student: Student) -> None:
        self.cells, self.limits, self.answers = job["cells"], job["limits"], set(job["answers"])
        self.shell, self.student = shell, student
        self.room = int(self.limits["output_characters"])
        self.theirs: set[str] = set()  # names that stand for what the student has defined
        # What we define ourselves is never asked for there, even where we have failed to.
        self.own = set().union(*(names_of(shell, cell["here"])[1] for cell in self.cells))
        self.hung: set[str] = set()  # questions whose check ran out of time
        self.stopped = ""

    def run(self) -> list[dict[str, Any]]:
        """Return what stands below each cell."""
        end = time.monotonic() + self.limits["total_seconds"]
        return [self.judge(cell, end) for cell in self.cells]

    def judge(self, cell: dict[str, Any], end: float) -> dict[str, Any]:
        seconds = min(self.limits["cell_seconds"], end - time.monotonic())
        if not self.stopped and seconds <= 0:
            self.stopped = f"stopped after {self.limits['total_seconds']:g} s in all"
        if self.stopped:
            return below(errors=[["NotRun", self.stopped]])
        if cell["kind"] == "check" and cell["question"] in self.hung:
            return below(errors=[["TimeLimit", "not run: the check before it took too long"]])
        done: dict[str, Any] = below()
        try:
            for step in (self.there, self.here):
                self.student.end = time.monotonic() + seconds
                with alarm(seconds):
                    done = step(cell, done)
        except TimeLimit:
            if cell["kind"] == "check":
                self.hung.add(cell["question"])
            done["errors"].append(["TimeLimit", f"stopped after {seconds:.0f} s"])
        except Gone:
            pass
        self.student.interrupt()
        if self.student.gone:
            what = "ended the process" if self.student.gone == "ended" else "would not stop"
            self.stopped = f"not run: an earlier cell {what} ({cell['place']})"
            if self.student.gone == "ended":
                done["errors"].append(["KernelDied", ""])
        return done

    def there(self, cell: dict[str, Any], done: dict[str, Any]) -> dict[str, Any]:
        """Run a cell in the student's process; what a check says there is not asked for."""
        if not cell["there"]:
            return done
        said = self.student.ask(wire.RUN, cell["there"].encode())
        error = said.get("error")
        if cell["kind"] == "check":
            return done
        errors = [[str(error["kinds"][0][1]), str(error["text"])]] if error else []
        return below(str(said.get("text", ""))[: self.room + 100], errors)

    def here(self, cell: dict[str, Any], done: dict[str, Any]) -> dict[str, Any]:
        """Run a cell of ours in this process; only of a check somebody wants to know the end."""
        if cell["kind"] == "student":
            return done
        self.bind(cell["here"])
        outcome = run_cell(self.shell, cell["here"], self.room)
        if isinstance(outcome.error, (TimeLimit, Gone)):
            raise outcome.error
        return judged(outcome) if cell["kind"] == "check" else done

    def bind(self, source: str) -> None:
        """Let names of the student's stand for what they have defined by now."""
        space = self.shell.user_ns
        used, _ = names_of(self.shell, source)
        wanted = sorted(self.answers | (used - self.own - set(space)) | self.theirs)
        said = self.student.ask(wire.NAMES, json.dumps(wanted).encode()) if wanted else {}
        for name in wanted:
            space.pop(name, None)
            if name in said:
                with contextlib.suppress(Exception):  # garbled: there is no such name
                    space[name] = answer_from(name, said[name], self.call)
                    self.theirs.add(name)

    def call(self, body: bytes) -> Any:
        return self.student.ask(wire.CALL, body)


def names_of(shell: Shell, source: str) -> tuple[set[str], set[str]]:
    """Return the names that a cell uses, and those that it defines (or Python does)."""
    try:
        tree = ast.parse(shell.transform_cell(source))
    except SyntaxError:
        return set(), set()
    used: set[str] = set()
    own: set[str] = set(vars(builtins))
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            (used if isinstance(node.ctx, ast.Load) else own).add(node.id)
        elif isinstance(node, (ast.FunctionDef, ast.ClassDef, ast.AsyncFunctionDef)):
            own.add(node.name)
        elif isinstance(node, ast.arg):
            own.add(node.arg)
        elif isinstance(node, ast.alias):
            own.add((node.asname or node.name).split(".")[0])
        elif isinstance(node, ast.ExceptHandler) and node.name:
            own.add(node.name)
    return used, own


def below(text: str = "", errors: list[Error] | None = None, value: str = "") -> dict[str, Any]:
    """What stands below a cell."""
    return {"text": text, "errors": errors or [], "value": value}


def judged(outcome: Outcome) -> dict[str, Any]:
    """What stands below a check."""
    errors = []
    if outcome.error is not None:
        said = describe_error(outcome.error)
        errors.append([said["kinds"][0][1], said["text"]])
    value = "" if outcome.value is None else repr(outcome.value)[:1000]
    return below(outcome.text, errors, value)


def main() -> None:
    job = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    streams = wire.own_streams()
    report = os.fdopen(os.dup(2), "w", encoding="utf-8")
    os.dup2(0, 2)
    limit_resources(job["limits"]["memory_mb"], job["limits"]["file_mb"])
    done = Judge(job, make_shell(), Student(streams)).run()
    json.dump(done, report)
    report.flush()
    os._exit(0)  # whoever still hangs at the other end is not waited for


if __name__ == "__main__":
    main()

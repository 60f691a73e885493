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
from .cells import names_in
from .encode import LARGEST
from .proxy import answer_from
from .shell import Outcome, Shell, make_shell, run_cell
from .worker import describe_error, limit_resources

PATIENCE = 3  # seconds after an interrupt
START = 90.0  # seconds until the student's process can answer; Python itself is loading
MOST_TEXT = 8 * 2**20  # characters of output of a whole notebook
UNREAD = ["Garbled", "what the process of these cells says can't be read"]
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
        with contextlib.suppress(EOFError, OSError, MemoryError):
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

    def wait(self, number: int) -> dict[str, Any]:
        """Return the reply to a question; an empty one where it can't be read."""
        while not self.gone:
            try:
                arrived = self.arrived.get(timeout=max(0.0, self.end - time.monotonic()))
            except queue.Empty:
                raise TimeLimit from None
            if arrived is None:
                self.gone = "ended"
            elif arrived[0] == number:  # anything else comes too late, or out of the blue
                self.answered = number
                return understood(arrived[1])
        raise Gone

    def ask(self, kind: bytes, body: bytes) -> dict[str, Any]:
        return self.wait(self.post(kind, body))

    def starts(self) -> bool:
        """Wait until it answers, before any line of a student has run."""
        self.end = time.monotonic() + START
        with contextlib.suppress(TimeLimit, Gone):
            return self.ask(wire.NAMES, b"[]") == {} and not self.gone
        return False

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


def understood(body: bytes) -> dict[str, Any]:
    """Read what a stranger says as names with values, whatever else it may be."""
    with contextlib.suppress(ValueError, RecursionError, MemoryError):
        said = json.loads(body)
        if isinstance(said, dict):
            return said
    return {}


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
        self.left = MOST_TEXT

    def run(self) -> Iterator[dict[str, Any]]:
        """Yield what stands below each cell."""
        end = time.monotonic() + self.limits["total_seconds"]
        for cell in self.cells:
            done = self.judge(cell, end)
            done["text"] = done["text"][: self.left]
            self.left -= len(done["text"])
            yield done

    def judge(self, cell: dict[str, Any], end: float) -> dict[str, Any]:
        in_all = f"stopped after {self.limits['total_seconds']:g} s in all"
        if not self.stopped and time.monotonic() >= end:
            self.stopped = in_all
        if self.stopped:
            return below(errors=[["NotRun", self.stopped]])
        if cell["kind"] == "check" and cell["question"] in self.hung:
            return below(errors=[["TimeLimit", "not run: the check before it took too long"]])
        done: dict[str, Any] = below()
        said = ""
        try:
            for step in (self.there, self.here):
                seconds = min(self.limits["cell_seconds"], end - time.monotonic())
                whole = seconds == self.limits["cell_seconds"]
                said = f"stopped after {seconds:.0f} s" if whole else in_all
                self.student.end = time.monotonic() + seconds
                with alarm(seconds):
                    done = step(cell, done)
        except TimeLimit:
            if cell["kind"] == "check":
                self.hung.add(cell["question"])
            done["errors"].append(["TimeLimit", said])
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
        """Run a cell in the student's process; a check runs here alone."""
        if not cell["there"]:
            return done
        said = self.student.ask(wire.RUN, cell["there"].encode())
        return below(str(said.get("text", ""))[: self.room + 100], errors_in(said))

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


def errors_in(said: dict[str, Any]) -> list[Error]:
    """Return the error that has ended a cell, as a stranger tells it."""
    with contextlib.suppress(KeyError, IndexError, TypeError):
        error = said["error"]
        return [[str(error["kinds"][0][1])[:100], str(error["text"])[:1000]]] if error else []
    return [UNREAD]


def names_of(shell: Shell, source: str) -> tuple[set[str], set[str]]:
    """Return the names that a cell uses, and those that it defines (or Python does)."""
    try:
        tree = ast.parse(shell.transform_cell(source))
    except SyntaxError:
        return set(), set()
    used, own = names_in(tree)
    return used, own | set(vars(builtins))


def below(text: str = "", errors: list[Error] | None = None, value: str = "") -> dict[str, Any]:
    """What stands below a cell."""
    return {"text": text, "errors": errors or [], "value": value}


def judged(outcome: Outcome) -> dict[str, Any]:
    """What stands below a check."""
    errors = []
    if outcome.error is not None:
        said = describe_error(outcome.error)
        errors.append([said["kinds"][0][1], said["text"]])
    value = ""
    with contextlib.suppress(Exception):  # what an answer has made may not be for showing
        value = "" if outcome.value is None else repr(outcome.value)[:1000]
    return below(outcome.text, errors, value)


def reports(job: dict[str, Any], student: Student) -> Iterator[dict[str, Any]]:
    """Yield what is written down: that both processes run, then what stands below each cell."""
    shell = make_shell()
    if not student.starts():
        yield {"failed": "the process for the student's cells did not start"}
        return
    yield {"started": True}
    yield from Judge(job, shell, student).run()


def main() -> None:
    job = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    streams = wire.own_streams()
    report = os.fdopen(os.dup(2), "w", encoding="utf-8")
    os.dup2(0, 2)
    limit_resources(job["limits"]["memory_mb"], max(128.0, job["limits"]["file_mb"]))
    try:
        for done in reports(job, Student(streams)):
            report.write(f"{json.dumps(done)}\n")  # at once: what was earned stays
            report.flush()
    except BaseException as error:
        report.write(f"{json.dumps({'failed': f'{type(error).__name__}: {error}'[:300]})}\n")
        report.flush()
    os._exit(0)  # whoever still hangs at the other end is not waited for


if __name__ == "__main__":
    main()

"""Run a student's cells, and call what they define when asked: python -m classroom.worker LIMITS.

Runs in a process of its own, as cut off as the system allows.  All that it says is a stranger's
word: the process that judges (`judge.py`) asks, this one answers, in JSON.
"""

from __future__ import annotations

import contextlib
import inspect
import json
import os
import pickle
import queue
import re
import signal
import sys
import threading
import warnings
from collections.abc import Callable
from typing import Any, BinaryIO

from . import wire
from .encode import LARGEST, encode
from .shell import Shell, captured, make_shell, run_cell

MUTABLE = ("ndarray", "DataFrame", "Series", "list", "tuple", "dict", "set")


class Worker:
    """Answers one question after the other; a thread listens, so that it can be interrupted."""

    def __init__(self, shell: Shell, streams: tuple[BinaryIO, BinaryIO], room: int) -> None:
        self.shell, (self.questions, self.replies), self.room = shell, streams, room
        self.waiting: queue.Queue[tuple[bytes, int, bytes]] = queue.Queue()
        self.busy = 0  # the number of the question that may be interrupted
        self.lock = threading.Lock()
        self.answer: dict[bytes, Callable[[bytes], Any]] = {
            wire.RUN: self.run,
            wire.NAMES: self.names,
            wire.CALL: self.call,
        }

    def serve(self) -> None:
        """Answer until nobody asks any more."""
        threading.Thread(target=self.listen, daemon=True).start()
        while True:
            with contextlib.suppress(KeyboardInterrupt):  # too late for what it was meant for
                kind, number, body = self.waiting.get()
                wire.send(self.replies, wire.REPLY, number, self.reply(kind, number, body))

    def listen(self) -> None:
        with contextlib.suppress(EOFError, OSError):
            while True:
                kind, number, body = wire.receive(self.questions)
                if kind != wire.INTERRUPT:
                    self.waiting.put((kind, number, body))
                else:
                    self.interrupt(number)
        os._exit(0)

    def interrupt(self, number: int) -> None:
        with self.lock:
            if self.busy == number:
                if hasattr(signal, "pthread_kill"):  # also ends a call that sleeps
                    signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
                else:
                    signal.raise_signal(signal.SIGINT)

    def reply(self, kind: bytes, number: int, body: bytes) -> bytes:
        try:
            try:
                self.busy = number
                said = self.answer[kind](body)
            finally:
                with self.lock:
                    self.busy = 0
            text = json.dumps(said)
            if len(text) > LARGEST:
                size = f"{len(text) >> 20} MB; at most {LARGEST >> 20} MB are taken"
                raise ValueError(f"what comes back has {size}")
        except BaseException as error:
            text = json.dumps({"error": describe_error(error)})
        return text.encode()

    def run(self, body: bytes) -> dict[str, Any]:
        """Run a cell."""
        outcome = run_cell(self.shell, body.decode(), self.room)
        return {"text": outcome.text, "error": outcome.error and describe_error(outcome.error)}

    def names(self, body: bytes) -> dict[str, Any]:
        """Say what stands behind names, as far as they are defined."""
        space = self.shell.user_ns
        return {name: describe(space[name]) for name in json.loads(body) if name in space}

    def call(self, body: bytes) -> dict[str, Any]:
        """Call a function; say what it returns or raises, prints, and does to its arguments."""
        name, args, kwargs = pickle.loads(body)
        given = [*args, *kwargs.values()]
        before = [encode(one) if is_mutable(one) else None for one in given]
        caught: list[warnings.WarningMessage] = []

        def call() -> Any:
            with warnings.catch_warnings(record=True) as log:
                warnings.simplefilter("always")
                try:
                    return self.shell.user_ns[name](*args, **kwargs), None
                except BaseException as error:
                    return None, error
                finally:
                    caught.extend(log[:50])

        text, (result, error) = captured(self.room, call)
        said = {"text": text, "warnings": [describe_warning(one) for one in caught]}
        said["changed"] = [
            [place, after]
            for place, (one, was) in enumerate(zip(given, before, strict=True))
            if was is not None and (after := encode(one)) != was
        ]
        if error is not None:
            return {**said, "error": describe_error(error)}
        place = next((i for i, one in enumerate(given) if one is result and is_mutable(one)), None)
        return {**said, "value": encode(result) if place is None else {"$": "given", "i": place}}


def is_mutable(value: Any) -> bool:
    """Say whether a function can change it so that the caller sees it."""
    kinds = [kind.__name__ for kind in type(value).__mro__]
    return any(kind in MUTABLE for kind in kinds) or hasattr(value, "tocsr")


def describe(value: Any) -> dict[str, Any]:
    """Say what the name of an answer stands for: what a check may look at before it calls."""
    if not callable(value):
        return {"value": encode(value)}
    found: dict[str, Any] = {"callable": type(value).__name__}
    for name in ("__name__", "__qualname__", "__doc__"):
        text = getattr(value, name, None)
        found[name] = text[:10_000] if isinstance(text, str) else None
    with contextlib.suppress(Exception):
        found["parameters"] = [
            [one.name, int(one.kind), *([encode(one.default)] * (one.default is not one.empty))]
            for one in inspect.signature(value).parameters.values()
        ]
    return found


def describe_error(error: BaseException) -> dict[str, Any]:
    """Name an error, its ancestors and what it says."""
    kinds = [[kind.__module__, kind.__name__[:100]] for kind in type(error).__mro__[:20]]
    try:
        text = re.sub(r"\(<ipython-input[^>]*>, line", "(line", str(error))[:1000]
    except BaseException:  # a stranger wrote it
        text = ""
    args = error.args if all(type(one) in (str, int, float) for one in error.args) else ()
    return {"kinds": kinds, "text": text, "args": list(args) if len(repr(args)) < 2000 else []}


def describe_warning(warning: warnings.WarningMessage) -> list[Any]:
    kinds = [[kind.__module__, kind.__name__[:100]] for kind in warning.category.__mro__[:20]]
    return [kinds, str(warning.message)[:1000]]


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


def main() -> None:
    limits = json.loads(sys.argv[1])
    # A shell's background jobs ignore interrupts, and so would all that they start.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    streams = wire.own_streams()
    os.dup2(1, 2)
    limit_resources(limits["memory_mb"], limits["file_mb"])
    sys.argv = [""]
    Worker(make_shell(), streams, int(limits["output_characters"])).serve()


if __name__ == "__main__":
    main()

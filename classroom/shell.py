"""Run the cells of a notebook in this very process, as IPython does in a kernel."""

from __future__ import annotations

import builtins
import getpass
import io
import sys
import types
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from typing import Any, NoReturn

from IPython.core.displayhook import DisplayHook
from IPython.core.error import StdinNotImplementedError
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config


class Room(io.TextIOBase):
    """Holds what is printed, up to a number of characters."""

    encoding = "utf-8"

    def __init__(self, room: int) -> None:
        self.parts: list[str] = []
        self.room = room

    def write(self, text: str) -> int:
        if self.room >= 0:
            self.parts.append(text[: self.room])
            self.room -= len(text)
            if self.room < 0:
                self.parts.append("\n… more output was cut off\n")
        return len(text)

    def text(self) -> str:
        return "".join(self.parts)


@dataclass
class Outcome:
    """What a cell has left: text that it printed, its last value, and the error that ended it."""

    text: str
    value: Any
    error: BaseException | None


class Quiet(DisplayHook):
    """Keeps the last value of a cell instead of showing it."""

    last: Any = None

    def __call__(self, result: Any = None) -> None:
        self.last = result
        if result is not None:
            self.update_user_ns(result)


class Shell(InteractiveShell):
    """IPython without a front end: no history, no tracebacks, nobody to ask."""

    displayhook_class = Quiet

    def enable_gui(self, gui: Any = None) -> None:
        pass

    def ask_exit(self) -> None:
        pass

    def showtraceback(self, *_: Any, **__: Any) -> None:
        pass

    showsyntaxerror = showindentationerror = showtraceback

    @contextmanager
    def _tee(self, channel: str) -> Iterator[None]:
        """Keep no second copy of what is printed: there may be no end of it."""
        yield

    def show_usage_error(self, exc: Any) -> None:
        pass


def make_shell() -> Shell:
    """Make this process one in which cells run, in a module ``__main__`` of their own."""
    module = types.ModuleType("__main__")
    config = Config(
        {"HistoryManager": {"enabled": False}, "DisplayFormatter": {"active_types": []}}
    )
    shell = Shell.instance(config=config, user_module=module, user_ns=module.__dict__)
    sys.modules["__main__"] = module
    builtins.input = getpass.getpass = _nobody_to_ask
    return shell


def _nobody_to_ask(*_: Any, **__: Any) -> NoReturn:
    raise StdinNotImplementedError("input() was called, but nobody is there to answer.")


def run_cell(shell: Shell, source: str, room: int) -> Outcome:
    """Run a cell to its end or to its first error."""
    hook = shell.displayhook
    hook.last = None
    printed, result = captured(room, lambda: shell.run_cell(source, store_history=False))
    error = result.error_before_exec or result.error_in_exec
    return Outcome(printed, hook.last, error)


def captured(room: int, what: Callable[[], Any]) -> tuple[str, Any]:
    """Do something and keep what it prints; what goes to stderr is thrown away."""
    printed = Room(room)
    with redirect_stdout(printed), redirect_stderr(Room(0)):
        result = what()
    return printed.text(), result

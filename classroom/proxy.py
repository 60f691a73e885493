"""What a check sees of an answer: a function whose calls are done in the student's process."""

from __future__ import annotations

import builtins
import contextlib
import inspect
import io
import pickle
import sys
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from .decode import Garbled, decode
from .encode import encode

# Whoever expects an error of one of these catches it; of others the nearest builtin ancestor.
KNOWN = ("builtins", "deskrec_tutorial", "numpy", "pandas", "scipy", "sklearn")
OURS = "deskrec_tutorial.checks"  # what a check says of an answer, an answer can't say itself
Caller = Callable[[bytes], Any]


class Carrier(pickle.Pickler):
    """Takes arguments to the student's process; an array that can't be written to stays so."""

    def reducer_override(self, obj: Any) -> Any:
        if type(obj) is np.ndarray and not obj.flags.writeable:
            return frozen, (obj.copy(),)
        return NotImplemented


def frozen(array: np.ndarray) -> np.ndarray:
    """Return an array that can't be written to."""
    array.setflags(write=False)
    return array


def answer_from(name: str, said: Any, ask: Caller) -> Any:
    """Return what stands for an answer: its value, or a function that asks for the call."""
    if "callable" not in said:
        with _unheard():
            return decode(said["value"])

    def answer(*args: Any, **kwargs: Any) -> Any:
        return call(name, args, kwargs, ask)

    for attribute in ("__name__", "__qualname__", "__doc__"):
        text = said[attribute]
        setattr(answer, attribute, str(text) if text or attribute == "__doc__" else name)
    answer.__module__ = "__main__"
    if "parameters" in said:
        answer.__signature__ = _signature(said["parameters"])  # type: ignore[attr-defined]
    return answer


def _signature(parameters: list[Any]) -> inspect.Signature | None:
    try:
        return inspect.Signature(
            [
                inspect.Parameter(
                    str(name),
                    inspect._ParameterKind(kind),
                    default=decode(default[0]) if default else inspect.Parameter.empty,
                )
                for name, kind, *default in parameters
            ]
        )
    except Exception:
        return None


def call(name: str, args: tuple[Any, ...], kwargs: dict[str, Any], ask: Caller) -> Any:
    """Have a function called, and let happen here what the call has done there."""
    body = io.BytesIO()
    Carrier(body, 5).dump((name, args, kwargs))
    said = ask(body.getvalue())
    given = [*args, *kwargs.values()]
    try:
        text = str(said.get("text", ""))
        caught = [
            (class_from(kinds, Warning), str(text)) for kinds, text in said.get("warnings", [])
        ]
        error = error_from(said["error"]) if "error" in said else None
        with _unheard():
            changed = [(given[place], decode(value)) for place, value in said.get("changed", [])]
            result = None if error else _result(said["value"], given)
            for target, value in changed:
                write_back(target, value)
    except Exception as problem:
        raise Garbled(f"the answer can't be read ({type(problem).__name__})") from None
    print(end=text)
    for category, message in caught:
        warnings.warn_explicit(message, category, "answer", 1)
    if error:
        raise error
    return result


@contextlib.contextmanager
def _unheard() -> Iterator[None]:
    """Keep what carrying values over warns of from a check that listens to the answer."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _result(said: Any, given: list[Any]) -> Any:
    if isinstance(said, dict) and said.get("$") == "given":  # the very thing that was passed in
        return given[said["i"]]
    return decode(said)


def class_from(kinds: list[Any], least: type) -> type:
    """Return a class of the first name that can be used wherever its known ancestors can."""
    name = str(kinds[0][1])
    for module, ancestor in kinds:
        if str(module).split(".")[0] in KNOWN:
            found = getattr(sys.modules.get(str(module), builtins), str(ancestor), None)
            if (
                isinstance(found, type)
                and issubclass(found, least)
                and not found.__module__.startswith(OURS)
            ):
                return found if [module, ancestor] == kinds[0] else type(name, (found,), {})
    return type(name, (least,), {})


def error_from(said: Any) -> Exception:
    """Make the error again that a stranger's code has raised; none of those that end Python."""
    text, kind = str(said["text"])[:1000], class_from(said["kinds"], Exception)
    if kind.__module__ == "builtins" and getattr(builtins, kind.__name__, None) is kind:
        try:
            error = kind(*map(decode, said["args"]))
            if str(error) == text:
                return error
        except Exception:  # some want arguments of their own kind
            pass
    told = {"__str__": lambda self: text, "__init__": lambda self: None, "__module__": "answer"}
    return type(kind.__name__, (kind,), told)()


def write_back(target: Any, value: Any) -> bool:
    """Change a value in place into what the student's process has made of its copy.

    Returns
    -------
    bool
        False if that can't be done: whoever holds the value puts the new one in its place.
    """
    if encode(target) == encode(value):
        return True
    if isinstance(target, np.ndarray):
        if not (isinstance(value, np.ndarray) and target.shape == value.shape):
            return False
        target[...] = value
    elif isinstance(target, (list, tuple)) and isinstance(value, (list, tuple)):
        old = list(target)
        new = [
            old[i] if i < len(old) and write_back(old[i], one) else one
            for i, one in enumerate(value)
        ]
        if isinstance(target, list):
            target[:] = new
    elif isinstance(target, dict) and isinstance(value, dict):
        kept = dict(target)
        target.clear()
        for key, one in value.items():
            target[key] = kept[key] if key in kept and write_back(kept[key], one) else one
    elif isinstance(target, set) and isinstance(value, set):
        target.clear()
        target.update(value)
    elif isinstance(target, (pd.DataFrame, pd.Series)) and type(target) is type(value):
        target._update_inplace(value)  # type: ignore[operator]
    elif sparse.issparse(target) and type(target) is type(value):
        vars(target).update(vars(value))
    else:
        return False
    return True

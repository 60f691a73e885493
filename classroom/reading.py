"""Read strangers' notebooks: whatever is in the file, it costs neither memory nor time."""

from __future__ import annotations

import json
import logging
import re
from pathlib import Path
from typing import Any

import nbformat

LARGEST = 200 * 2**20  # bytes of a file, outputs and pasted pictures included
MOST_TEXT = 20 * 2**20  # characters without them
MOST_PARTS = 500_000  # lists and objects: a chapter has some hundreds
MOST_DROPPED = 2_000_000  # of them in what is thrown away: each takes its time
MOST_CELLS = 2_000
CLEAR = "clear all outputs and save again"

_KEY = r'"(?:outputs|attachments|widgets)"\s*+:\s*+(?=[\[{])'
# A bracket, the key of something to drop, or all that stands up to the next of them.
_TOKEN = re.compile(
    rf'(?P<open>[\[{{])|(?P<close>[\]}}])|(?P<drop>{_KEY})|(?:(?!{_KEY})"(?:[^"\\]++|\\.?)*+(?:"|\Z)'
    r'[^"\[\]{}]*+)++|[^"\[\]{}]++',
    re.S,
)


class TooLarge(Exception):
    """A notebook that would take more memory or time than is good for the others.

    Its text completes the sentence "the notebook …".
    """


def read_answers(path: Path) -> Any:
    """Read what a student wrote: outputs are thrown away before anything is counted.

    Raises whatever the file does to the parser, or `TooLarge`.
    """
    logger = logging.getLogger("traitlets")  # nbformat's; it would not say whose notebook is odd
    before, logger.disabled = logger.disabled, True
    try:
        # Parsed without nbformat's check, which warns of missing ids and the like.
        notebook = nbformat.convert(nbformat.reader.reads(_bounded(_text(path))), 4)
    finally:
        logger.disabled = before
    if len(notebook.cells) > MOST_CELLS:
        raise TooLarge(f"has more than {MOST_CELLS:,} cells")
    return notebook


def _text(path: Path) -> str:
    if path.stat().st_size > LARGEST:
        raise TooLarge(f"is larger than {LARGEST >> 20} MB: {CLEAR}")
    content = path.read_bytes()
    return content.decode(json.detect_encoding(content)).removeprefix("\ufeff")


def _bounded(text: str) -> str:
    """Return the text of a notebook, without what is to be dropped; too many parts are refused."""
    kept: list[str] = []
    depth = parts = 0
    dropped_at, dropped, start = -1, 0, 0
    for token in _TOKEN.finditer(text):
        kind = token.lastgroup
        if kind == "open":
            parts, dropped = parts + (dropped_at < 0), dropped + (dropped_at >= 0)
            depth += 1
        elif kind == "close":
            depth -= 1
            if depth < 0:
                raise json.JSONDecodeError("more is closed than opened", "", token.start())
            if depth == dropped_at:
                kept.append("[]" if token[0] == "]" else "{}")
                dropped_at, start = -1, token.end()
        elif kind == "drop" and dropped_at < 0:
            kept.append(text[start : token.end()])
            dropped_at = depth
        if parts > MOST_PARTS:
            raise TooLarge(
                f"holds more than {MOST_PARTS:,} lists and objects beside its outputs: "
                "hand in what Jupyter saves"
            )
        if dropped > MOST_DROPPED:
            raise TooLarge(f"has outputs of more than {MOST_DROPPED:,} parts: {CLEAR}")
    kept.append(text[start:] if dropped_at < 0 else "")
    bounded = "".join(kept)
    if len(bounded) > MOST_TEXT:
        raise TooLarge(f"is larger than {MOST_TEXT >> 20} MB even without its outputs")
    return bounded

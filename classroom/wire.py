"""Messages between the process of the answers and the one that judges them: a kind, then bytes."""

from __future__ import annotations

import os
import struct
import sys
from typing import BinaryIO

HEAD = struct.Struct(">cQ")
RUN, NAMES, CALL, INTERRUPT, REPLY = b"R", b"N", b"C", b"I", b"A"


def send(stream: BinaryIO, kind: bytes, number: int, body: bytes = b"") -> None:
    """Write one message; `number` says which question it is, or answers."""
    stream.write(HEAD.pack(kind, len(body) + 8) + number.to_bytes(8, "big") + body)
    stream.flush()


def receive(stream: BinaryIO, largest: float = float("inf")) -> tuple[bytes, int, bytes]:
    """Read one message; raises `EOFError` where there is no more, or none of ours."""
    kind, length = HEAD.unpack(_exactly(stream, HEAD.size))
    if not 8 <= length <= largest:
        raise EOFError
    body = _exactly(stream, length)
    return kind, int.from_bytes(body[:8], "big"), body[8:]


def _exactly(stream: BinaryIO, length: int) -> bytes:
    data = stream.read(length)
    if len(data) < length:
        raise EOFError
    return data


def own_streams() -> tuple[BinaryIO, BinaryIO]:
    """Take standard input and output away from everything that runs in this process.

    Returns
    -------
    tuple of BinaryIO
        The only ways in and out.  In their place stand an empty input and an output to nowhere.
    """
    taken = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1):
        os.dup2(nothing, number)
    sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: SIM115 (for as long as Python runs)
    return taken

"""Text frames that are whole, as nearly all of a load run are, without a state machine (RFC 6455 5.2).

What ``websockets`` does for any frame, in some thirty calls, is done here for these in a few. Everything else is left
to it: fragments, control frames, the closing handshake, and what breaks the protocol.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator

from websockets.frames import apply_mask  # type: ignore[attr-defined]  # the one in C, where there is one

_WHOLE_TEXT = 0x81
"""The first byte: the only frame of its message, without extension, the opcode of a text."""

_MASKED = 0x80
_SHORT, _LONG = 126, 65_536
"""Bytes from which on the length takes two bytes more, or eight."""


def text_frame(text: bytes) -> bytes:
    """Return the frame in which a client sends a text."""
    size = len(text)
    if size < _SHORT:
        head = bytes((_WHOLE_TEXT, _MASKED | size))
    elif size < _LONG:
        head = struct.pack("!BBH", _WHOLE_TEXT, _MASKED | 126, size)
    else:
        head = struct.pack("!BBQ", _WHOLE_TEXT, _MASKED | 127, size)
    mask = next(_masks)
    return head + mask + apply_mask(text, mask)


def whole_text(data: bytes) -> bytes | None:
    """Return the text where bytes of a server are one short text frame and nothing else, None for all others."""
    size = len(data)
    if size < 2 or data[0] != _WHOLE_TEXT:
        return None
    if data[1] < _SHORT:
        return data[2:] if size == 2 + data[1] else None
    if data[1] == _SHORT and size > 3 and size == 4 + int.from_bytes(data[2:4]):
        return data[4:]
    return None


def size_of(text: bytes | bytearray | memoryview) -> int:
    """Return how many bytes the frame of a server takes that carries some."""
    size = len(text)
    return size + (2 if size < _SHORT else 4 if size < _LONG else 10)


def _masking() -> Iterator[bytes]:
    """Yield masks that nobody can foresee (RFC 6455 5.3); the system is asked for many at once."""
    while True:
        some = os.urandom(4096)
        for start in range(0, len(some), 4):
            yield some[start : start + 4]


_masks = _masking()

"""Values inside a page that are unpacked only when a reader looks at them."""

from __future__ import annotations

import json
import zlib
from base64 import b64encode
from collections.abc import Sequence

CHUNK = 256 * 1024
"""Characters of JSON after which a chunk is closed: small enough to be unpacked at once, large enough to be small."""

_RAW = -zlib.MAX_WBITS


class Pack:
    """Collects JSON values in chunks, each of them compressed by itself."""

    def __init__(self) -> None:
        self._closed: list[str] = []
        self._open: list[str] = []
        self._size = 0

    def add(self, value: object) -> str:
        """Keep a value, and return its place: the numbers of its chunk, and of the value within it."""
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        if self._open and self._size + len(text) > CHUNK:
            self._close()
        self._open.append(text)
        self._size += len(text)
        return f"{len(self._closed)}/{len(self._open) - 1}"

    def chunks(self) -> Sequence[str]:
        """Return all chunks: JSON lists of values, as base64 of what raw deflate (RFC 1951) made of them."""
        if self._open:
            self._close()
        return tuple(self._closed)

    def _close(self) -> None:
        packer = zlib.compressobj(9, wbits=_RAW)
        whole = f"[{','.join(self._open)}]".encode()
        self._closed.append(b64encode(packer.compress(whole) + packer.flush()).decode())
        self._open, self._size = [], 0

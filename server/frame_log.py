"""The log of every frame as one JSON line, with secrets redacted."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, BinaryIO, Protocol

import orjson

MAX_LOGGED = 4096
"""Characters of one frame that the log keeps."""

SECRET_KEYS = frozenset({"authorizationkey"})
"""Configuration keys, case-folded, whose values never reach the log."""

_REDACTED = "***"


class _Logger(Protocol):
    def info(self, event: str, **members: Any) -> Any: ...
    def error(self, event: str, **members: Any) -> Any: ...


class FrameLog:
    """Writes what passes over the wire; a log that is off costs one test of ``enabled``."""

    def __init__(self, target: str = "off") -> None:
        """Open the log: "-" for stderr, "off", or the path of a file that is appended to."""
        self.enabled = target != "off"
        self._file: BinaryIO | None = None
        self._logger: _Logger | None = None
        if self.enabled:
            self._file = sys.stderr.buffer if target == "-" else Path(target).open("ab")  # noqa: SIM115  (closed by close)
            self._logger = _structured(self._file)

    def frame(self, station: str, direction: str, data: bytes) -> None:
        """Note a frame; ``direction`` is "received" or "sent"."""
        if self._logger is not None:
            self._logger.info("frame", station=station, direction=direction, text=redacted(data))

    def note(self, event: str, **members: Any) -> None:
        """Note something else that an operator may want to know."""
        if self._logger is not None:
            self._logger.info(event, **members)

    def failure(self, event: str, error: BaseException, **members: Any) -> None:
        """Note a defect with its traceback."""
        if self._logger is not None:
            self._logger.error(event, exc_info=error, **members)

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.flush()
            if self._file is not sys.stderr.buffer:
                self._file.close()
        self._logger, self.enabled = None, False


def redacted(data: bytes) -> str:
    """Return a frame as text in which the values of secret configuration keys are hidden."""
    if b"\\u" in data or any(key.encode() in data.lower() for key in SECRET_KEYS):
        try:
            data = orjson.dumps(hidden(orjson.loads(data)))
        except (orjson.JSONDecodeError, orjson.JSONEncodeError, RecursionError):
            return f"{_REDACTED} ({len(data)} bytes)"
    text = data.decode("utf-8", "replace")
    return text if len(text) <= MAX_LOGGED else f"{text[:MAX_LOGGED]}… ({len(text)} characters in all)"


def hidden(value: Any) -> Any:
    """Return JSON in which the values of secret configuration keys are hidden."""
    match value:
        case {"key": str(key)} if key.casefold() in SECRET_KEYS and "value" in value:
            return {**value, "value": _REDACTED}
        case dict():
            return {name: hidden(member) for name, member in value.items()}
        case list():
            return [hidden(member) for member in value]
    return value


def _structured(file: BinaryIO) -> _Logger:
    import structlog  # a third of the start-up time, and only a log that is on needs it

    logger: _Logger = structlog.wrap_logger(
        structlog.BytesLogger(file),
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.dict_tracebacks,
            structlog.processors.JSONRenderer(serializer=orjson.dumps),
        ],
        cache_logger_on_first_use=True,
    )
    return logger

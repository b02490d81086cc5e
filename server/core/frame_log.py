"""The log of every frame as one JSON line, with secrets redacted."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, Protocol

import orjson

from server.core.settings import another

MAX_LOGGED = 4096
"""Characters of one frame that the log keeps."""

SECRET_KEYS = frozenset({"authorizationkey", "basicauthpassword"})
"""Configuration keys and variables, case-folded, whose values never reach the log."""

SECRET_MEMBERS = frozenset({"apnPassword", "simPin", "vpn"})
"""Members of a network profile that never reach the log (OCPP 2.0.1 B09)."""

_TELLTALE = tuple(name.casefold().encode() for name in (*SECRET_KEYS, *SECRET_MEMBERS))

_REDACTED = "***"


class _Logger(Protocol):
    def info(self, event: str, **members: Any) -> Any: ...
    def error(self, event: str, **members: Any) -> Any: ...


DEFECTS = logging.getLogger("plugfest.defects")
"""Tells of each defect of a central system, whether its log is on or off."""

DEFECTS.addHandler(logging.NullHandler())
DEFECTS.propagate = False


class LogError(OSError):
    """A log that cannot be opened; the text names the setting that chooses another."""


class FrameLog:
    """Writes what passes over the wire; a log that is off costs one test of ``enabled``.

    A line that cannot be written, on a full disk say, is ``lost``: the log never stops the service.
    """

    def __init__(self, target: str = "off") -> None:
        """Open the log: "-" for stderr, "off", or the path of a file that is appended to; raises LogError."""
        self.enabled = target != "off"
        self.lost = 0
        self._file: BinaryIO | None = None
        self._logger: _Logger | None = None
        if self.enabled:
            self._file = sys.stderr.buffer if target == "-" else _opened(target)
            self._logger = _structured(self._file)

    def frame(self, station: str, direction: str, data: bytes) -> None:
        """Note a frame; ``direction`` is "received", "sent", or "unsent" if it was too late."""
        if self._logger is not None:
            self.note("frame", station=station, direction=direction, text=redacted(data))

    def note(self, event: str, **members: Any) -> None:
        """Note something else that an operator may want to know."""
        if self._logger is not None:
            with self._unfailing():
                self._logger.info(event, **members)

    def failure(self, event: str, error: BaseException, **members: Any) -> None:
        """Note a defect with its traceback; whoever listens to ``DEFECTS`` in this process hears of it too."""
        DEFECTS.error("%s: %s: %s", event, type(error).__name__, error)
        if self._logger is not None:
            with self._unfailing():
                self._logger.error(event, exc_info=error, **members)

    def watch(self, work: asyncio.Future[Any], event: str, **members: Any) -> None:
        """Note ``event`` where work fails whose result nobody waits for."""

        def ended(work: asyncio.Future[Any]) -> None:
            if not work.cancelled() and (error := work.exception()) is not None:
                self.note(event, reason=str(error) or type(error).__name__, **members)

        work.add_done_callback(ended)

    @contextmanager
    def taking_over(self) -> Iterator[None]:
        """Write what libraries log as warnings and errors here too, so that the whole log is JSON lines."""
        if not self.enabled:
            yield
            return
        handler = _Handler(self)
        logging.getLogger().addHandler(handler)
        try:
            yield
        finally:
            logging.getLogger().removeHandler(handler)

    def close(self) -> None:
        """Close the file."""
        self._logger, self.enabled = None, False
        if self._file is not None:
            with self._unfailing():
                self._file.flush() if self._file is sys.stderr.buffer else self._file.close()

    @contextmanager
    def _unfailing(self) -> Iterator[None]:
        try:
            yield
        except OSError:
            self.lost += 1


def _opened(path: str) -> BinaryIO:
    try:
        return Path(path).open("ab")
    except OSError as error:
        raise LogError(f"the log {path} cannot be written ({error.strerror}): {another('log')}") from error


class _Handler(logging.Handler):
    def __init__(self, log: FrameLog) -> None:
        super().__init__(logging.WARNING)
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        members = {"logger": record.name, "detail": record.getMessage()}
        if record.exc_info and record.exc_info[1] is not None:
            self._log.failure("library", record.exc_info[1], **members)
        else:
            self._log.note("library", **members)


def redacted(data: bytes) -> str:
    """Return a frame as text in which what is secret is hidden."""
    if b"\\u" in data or any(name in data.lower() for name in _TELLTALE):
        try:
            data = orjson.dumps(hidden(orjson.loads(data)))
        except (orjson.JSONDecodeError, orjson.JSONEncodeError, RecursionError):
            return f"{_REDACTED} ({len(data)} bytes)"
    text = data.decode("utf-8", "replace")
    return text if len(text) <= MAX_LOGGED else f"{text[:MAX_LOGGED]}… ({len(text)} characters in all)"


def hidden(value: Any) -> Any:
    """Return JSON in which passwords, as far as the versions have places for them, are hidden."""
    match value:
        case {"key": str(key)} if key.casefold() in SECRET_KEYS and "value" in value:
            return {**value, "value": _REDACTED}
        case {"variable": {"name": str(name)}, "attributeValue": _} if name.casefold() in SECRET_KEYS:
            return {**value, "attributeValue": _REDACTED}
        case dict():
            return {name: _REDACTED if name in SECRET_MEMBERS else hidden(member) for name, member in value.items()}
        case list():
            return [hidden(member) for member in value]
    return value


def _in_order(_: Any, __: str, line: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """Return a line with what all lines have at its beginning."""
    return {name: line.pop(name) for name in ("timestamp", "level", "event")} | dict(line)


def _structured(file: BinaryIO) -> _Logger:
    import structlog  # a third of the start-up time, and only a log that is on needs it

    logger: _Logger = structlog.wrap_logger(
        structlog.BytesLogger(file),
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.dict_tracebacks,
            _in_order,
            structlog.processors.JSONRenderer(serializer=orjson.dumps),
        ],
        cache_logger_on_first_use=True,
    )
    return logger

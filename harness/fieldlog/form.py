"""A form is how one product logs frames: what stands before one, and who sent it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from functools import cached_property
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, TypeAdapter, ValidationError

from harness.settings import said

SECONDS, ISO = "seconds", "iso"


class FormError(Exception):
    """A description of forms that cannot be used; the text names file, form and key."""


class Turn(StrEnum):
    """What becomes of a connection; LOST is one that the network ended."""

    OPENED = "opened"
    REFUSED = "refused"
    CLOSED = "closed"
    LOST = "lost"


def _compiled(pattern: str) -> str:
    try:
        unknown = set(re.compile(pattern).groupindex) - {"time", "station", "word"}
    except re.error as error:
        raise ValueError(f"no regular expression: {error}") from None
    if unknown:
        raise ValueError(f"unknown group {', '.join(sorted(unknown))}; there are time, station and word")
    return pattern


class Form(BaseModel):
    """One form; its fields are described in ``forms.toml``, which has those that are known."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    before: Annotated[str, AfterValidator(_compiled)] | None = None
    about: Annotated[str, AfterValidator(_compiled)] | None = None
    members: Mapping[Literal["frame", "time", "station", "word", "connection", "event"], str] | None = None
    keys: Mapping[Literal["type", "id", "action", "payload", "code", "description"], str] | None = None
    station: Sequence[str] = ()
    central: Sequence[str] = ()
    opened: Sequence[str] = ()
    refused: Sequence[str] = ()
    closed: Sequence[str] = ()
    lost: Sequence[str] = ()
    time: str | None = None

    @cached_property
    def pattern(self) -> re.Pattern[str] | None:
        """What stands before a frame."""
        return None if self.before is None else re.compile(self.before)

    @cached_property
    def connections(self) -> re.Pattern[str] | None:
        """A line about a connection."""
        return None if self.about is None else re.compile(self.about, re.MULTILINE)

    def turn(self, word: str | None) -> Turn | None:
        """Return what a word says of a connection, None where it says nothing of one."""
        return next((turn for turn in Turn if word in getattr(self, turn.value)), None)

    def sender(self, word: str | None) -> bool | None:
        """Return whether the station sent a frame with this word before it, None where that cannot be told."""
        if word in self.station:
            return True
        return False if word in self.central else None

    def moment(self, text: Any) -> float | None:
        """Return a time in seconds since an epoch of the log, None where there is none."""
        if text is None or self.time is None:
            return None
        try:
            if self.time == SECONDS:
                return float(text)
            read = datetime.fromisoformat(text) if self.time == ISO else datetime.strptime(text, self.time)
        except ValueError:
            return None
        return (read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp()


_FORMS = TypeAdapter(dict[str, Form])


def builtin_forms() -> Mapping[str, Form]:
    """Return the forms that are known, by name."""
    return _parsed((resources.files(__package__) / "forms.toml").read_text("utf-8"), "forms.toml")


def load_forms(path: Path) -> Mapping[str, Form]:
    """Return the forms that a file describes, in the manner of ``forms.toml``; raises FormError."""
    try:
        text = path.read_text("utf-8")
    except OSError as error:
        raise FormError(f"{path}: cannot be read: {error.strerror}") from None
    return _parsed(text, str(path))


def _parsed(text: str, place: str) -> Mapping[str, Form]:
    try:
        return _FORMS.validate_python(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise FormError(f"{place}: {error}") from None
    except ValidationError as error:
        first = error.errors()[0]
        raise FormError(f"{place}: {'.'.join(map(str, first['loc']))}: {said(first)}") from None

"""The driver itself: has a person perform operations, and keeps what was answered."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Collection, Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from harness.csms import Operation, Receipt, Refused, Skipped, Unsupported, v16, v201
from harness.drivers.manual.person import Answer, Person, Word
from harness.settings import Settings, SettingsError, explain, hint

_EVERY = (*v16.OPERATIONS.values(), *v201.OPERATIONS.values())
_SAYS = "says the person who operates it"


class Table(BaseModel):
    """``[driver.manual]``: the seconds that a person has for one thing, and the operations that the product lacks.

    ``answers`` is the file, beside the target file, in which answers are kept.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    time: Annotated[float, Field(gt=0, le=3600)] = 120.0
    without: tuple[str, ...] = ()
    answers: Path | None = None


class ManualDriver:
    """Has operations performed by a person, one at a time.

    What the person says the product cannot do is never asked for again: the ``answers`` of earlier runs count too.
    Raises SettingsError where they cannot be read.
    """

    def __init__(self, operations: Collection[type[Operation]], time: float, answers: Path, person: Person) -> None:
        self._operations = frozenset(operations)
        self._time = time
        self._answers = answers
        self._person = person
        self._turn = asyncio.Lock()
        self._awaited: dict[int, asyncio.Event] = {}
        self._cannot = {
            (line["version"], line["action"]): line["reason"] or _SAYS
            for line in _kept(answers)
            if line["answer"] == Word.CANNOT
        }

    @property
    def operations(self) -> Collection[type[Operation]]:
        """All operations of the versions that the system speaks, but for those that the product lacks."""
        return self._operations

    @property
    def time(self) -> float:
        """Seconds that the person has for one thing."""
        return self._time

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    def arrived(self, operation: Operation) -> None:
        """Take note that the CALL of an operation has arrived at its station, so that nobody need say so."""
        if awaited := self._awaited.get(id(operation)):
            awaited.set()

    async def perform(self, operation: Operation) -> Receipt | None:
        """Ask the person, and return once it is done, or has arrived.

        Raises Refused if the central system did, Unsupported if it has no such function, Skipped for neither.
        """
        if (reason := self._cannot.get(_kind(operation))) is not None:
            raise Unsupported(reason)
        awaited = self._awaited[id(operation)] = asyncio.Event()
        try:
            async with self._turn:
                began = time.monotonic()
                answer = await self._person.ask(_told(operation), self._time, awaited)
                self._keep(operation, answer, time.monotonic() - began)
        finally:
            del self._awaited[id(operation)]
        self._heed(operation, answer)
        return None

    def _heed(self, operation: Operation, answer: Answer) -> None:
        match answer.word:
            case Word.REFUSED:
                raise Refused(answer.reason or _SAYS)
            case Word.CANNOT:
                reason = self._cannot[_kind(operation)] = answer.reason or _SAYS
                raise Unsupported(reason)
            case Word.SKIPPED:
                raise Skipped(answer.reason or "the person who operates it skipped this")
            case Word.LATE:
                raise Skipped(f"nobody did it within {self._time:g} s")

    def _keep(self, operation: Operation, answer: Answer, seconds: float) -> None:
        version, action = _kind(operation)
        line = {
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "station": operation.station,
            "version": version,
            "action": action,
            "payload": operation.payload(),
            "answer": answer.word.value,
            "reason": answer.reason,
            "seconds": round(seconds, 1),
        }
        with self._answers.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")


def from_settings(settings: Settings, person: Person | None = None) -> ManualDriver:
    """Return the driver that ``[driver.manual]`` describes; raises SettingsError."""
    place = f"{settings.path or 'built-in target'}: driver.manual"
    try:
        table = Table(**settings.driver.get("manual", {}))
    except ValidationError as error:
        raise explain(place, Table, error) from None
    spoken = {kind.action(): kind for kind in _EVERY if kind.version in settings.csms.versions}
    for name in table.without:
        if name not in spoken:
            raise SettingsError(f"{place}: without: there is no operation {name!r}{hint(name, spoken)}")
    operations = [one for one in _EVERY if one.version in settings.csms.versions and one.action() not in table.without]
    stem = settings.path.stem if settings.path else "manual"
    answers = settings.resolve(table.answers or f"{stem}.answers.jsonl")
    return ManualDriver(operations, table.time, answers, person or Person())


def _kind(operation: Operation) -> tuple[str, str]:
    return operation.version, operation.action()


def _told(operation: Operation) -> Iterator[str]:
    """Yield what to do: for which station, what, and with which values."""
    yield f"── {operation.station}: {operation.action()} (OCPP {operation.version})"
    for name, value in operation.payload().items():
        yield f"   {name} = {value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)}"


def _kept(answers: Path) -> Iterator[dict[str, Any]]:
    """Yield the answers of earlier runs."""
    if answers.exists():
        for number, text in enumerate(answers.read_text(encoding="utf-8").splitlines(), 1):
            try:
                line = json.loads(text)
                yield {name: line[name] for name in ("version", "action", "answer", "reason")}
            except (ValueError, KeyError, TypeError):
                raise SettingsError(f"{answers}:{number}: not an answer; mend the line, or remove it") from None

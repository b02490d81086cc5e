"""One transaction, as a station tells of it in four messages, whatever the OCPP version."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from harness.csms import Operation
from harness.ocppj import Payload
from simulators.observation import Answer
from simulators.station import Station

Said = tuple[str, Payload]
"""A CALL of a station: its action and its payload."""


class Moment(StrEnum):
    """The messages of a tale, in their order."""

    AUTHORIZE = "authorize"
    START = "start"
    VALUES = "values"
    STOP = "stop"


_ORDER = tuple(Moment)
IN_TRANSACTION = (Moment.START, Moment.VALUES, Moment.STOP)
"""What a station without connection tells afterwards."""


class Tale(ABC):
    """One transaction of a station; whenever it is told again, a message is the same to the letter.

    The register stands at ``meter`` Wh when it begins, 500 Wh further in between, and 1000 Wh at its end. It is told as
    it happens, or afterwards where it ``began`` without connection; then it lasted for half an hour. ``ordered`` has
    the payloads of CALLs that the station has accepted, by the moment of the message that follows from each.
    """

    def __init__(
        self, station: Station, id_tag: str, *, place: int = 1, meter: int = 1000, began: datetime | None = None
    ) -> None:
        self.station = station
        self.id_tag = id_tag
        self.place = place
        self.meter_start, self.reading, self.meter_stop = meter, meter + 500, meter + 1000
        self.offline = began is not None
        self.started = began or datetime.now(UTC).replace(microsecond=0) - timedelta(seconds=2)
        self.read = self.started + (timedelta(minutes=10) if self.offline else timedelta(seconds=1))
        self.stopped = self.started + (timedelta(minutes=30) if self.offline else timedelta(seconds=2))
        self.confirmed: list[Moment] = []
        self.ordered: dict[Moment, Payload] = {}

    @property
    @abstractmethod
    def id(self) -> int | str | None:
        """The id of the transaction, None as long as the station does not know it."""

    @abstractmethod
    def says(self, moment: Moment) -> Said:
        """Return the message of a moment; what comes after a start may take the id of the transaction."""

    @abstractmethod
    def order(self, moment: Moment) -> Operation:
        """Return the operation that has a transaction start, or stop."""

    @abstractmethod
    def status(self, answer: Answer) -> object:
        """Return what an answer says of the tag."""

    def hears(self, moment: Moment, answer: Answer) -> Answer:
        """Take note of an answer, and return it."""
        if moment not in self.confirmed:
            self.confirmed.append(moment)
        return answer

    async def tell(self, *moments: Moment) -> Sequence[Answer]:
        """Send the messages of some moments in their order, and return the answers, which are owed."""
        return [self.hears(moment, await self.station.call(*self.says(moment))) for moment in moments]

    async def begin(self, until: Moment) -> Sequence[Answer]:
        """Tell what comes before a moment."""
        return await self.tell(*_ORDER[: _ORDER.index(until)])

    async def finish(self, since: Moment) -> Sequence[Answer]:
        """Tell what comes after a moment."""
        return await self.tell(*_ORDER[_ORDER.index(since) + 1 :])

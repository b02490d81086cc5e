"""A station of a session: what it knows, what it owes the central system, and how it delivers that."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from harness.ocppj import Payload
from harness.verdict import Inconclusive
from scenarios.exploration.model import Tag
from simulators.connection import Closed, Party
from simulators.observation import Answer, Observation
from simulators.v16 import ChargePoint, messages

DARK = timedelta(hours=3)
"""How long ago a station lost its network that has never had any in a session."""

MINUTE = timedelta(minutes=1)


@dataclass(slots=True)
class Message:
    """A message that a station has to deliver; its payload follows from what it knows by then.

    ``judge`` takes what came back, and whether the message was answered before.
    """

    action: str
    payload: Callable[[], Payload]
    judge: Callable[[Observation, bool], None]
    id: str
    answered: bool = False


class Actor:
    """One station of a session; ``verify`` ends the session where what came back is not allowed.

    ``met`` is whether it has ever been connected. Messages of transactions wait in ``queue`` for their turn, also
    while it is away (OCPP 1.6 3.7).
    """

    def __init__(self, name: str, station: ChargePoint, verify: Callable[[], None]) -> None:
        self.name = name
        self.station = station
        self.met = False
        self.queue: deque[Message] = deque()
        self.latest: Message | None = None
        self.statuses = dict.fromkeys(station.connectors, "Available")
        self._verify = verify
        self._meter = itertools.count(1000, 100)
        self._dark: datetime | None = None

    @property
    def away(self) -> bool:
        """Whether it has no connection, as far as it knows."""
        return not self.station.connected

    @property
    def dark(self) -> bool:
        """Whether it has had no network so far."""
        return self._dark is not None

    def go_dark(self) -> None:
        """Have it begin without a network, some hours ago."""
        self._dark = datetime.now(UTC).replace(microsecond=0) - DARK

    def reached(self) -> None:
        """Take note that it is connected; its clock is right from now on."""
        self.met, self._dark = True, None

    def moment(self) -> datetime:
        """Return the present, as its clock shows it."""
        if self._dark is None:
            present = datetime.now(UTC)
            return present.replace(microsecond=present.microsecond // 1000 * 1000)
        self._dark += MINUTE
        return self._dark

    def reading(self) -> int:
        """Return what its meter shows, in Wh: more each time."""
        return next(self._meter)

    @property
    def free(self) -> Sequence[int]:
        """The connectors that are in order."""
        return [one for one, status in self.statuses.items() if status not in ("Faulted", "Unavailable")]

    # CALLs

    async def call(self, action: str, payload: Payload) -> Answer:
        """Send a CALL that is no part of a transaction, and return its CALLRESULT, which is owed."""
        answer = await self.station.call(action, payload)
        self._verify()
        return answer

    async def status(self, connector: int, status: str, error: str = "NoError") -> None:
        """Take a connector into another state, and report it if there is a connection."""
        for one in (connector,) if connector else tuple(self.statuses):
            self.statuses[one] = status
        if not self.away:
            await self.call("StatusNotification", messages.status_notification(connector, status, error))

    async def tag_status(self, tag: Tag) -> Answer:
        """Present an idTag, and return what is said of it."""
        return await self.call("Authorize", messages.authorize(tag.text))

    # Messages of transactions

    def message(
        self, action: str, payload: Callable[[], Payload], judge: Callable[[Observation, bool], None]
    ) -> Message:
        """Return a message with an id of its own."""
        return Message(action, payload, judge, self.station.new_id())

    async def tell(self, message: Message, *, answer_lost: bool = False) -> None:
        """Deliver a message after all others that wait; without a connection it waits.

        With ``answer_lost``, the connection is lost before the station has read the answer: it does not know it.
        """
        self.queue.append(message)
        if not self.away:
            await self.deliver(forget_last=answer_lost)

    async def deliver(self, *, forget_last: bool = False) -> None:
        """Send what waits, in order."""
        while self.queue:
            message = self.queue[0]
            await self._send(message)
            if forget_last and len(self.queue) == 1:
                await self.station.drop()
                return
            self.latest = self.queue.popleft()

    async def repeat(self) -> None:
        """Send the latest message of a transaction once more, under an id of its own."""
        assert self.latest is not None, "there is one"
        self.latest.id = self.station.new_id()
        await self._send(self.latest)

    async def _send(self, message: Message) -> None:
        outcome = await self.station.attempt(message.action, message.payload(), unique_id=message.id)
        if isinstance(outcome, Closed) and outcome.by is not Party.THEM:
            raise Inconclusive(str(outcome))
        message.judge(outcome, message.answered)
        message.answered = message.answered or isinstance(outcome, Answer)
        self._verify()

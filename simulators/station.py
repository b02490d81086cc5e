"""A station of any OCPP version: its connection, its trace, and waits that know what their expiry means."""

from __future__ import annotations

import asyncio
import contextlib
import uuid
from abc import ABC, abstractmethod
from collections.abc import Coroutine, Mapping, Sequence
from typing import Any, ClassVar

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from harness import rules
from harness.judgement import judge_request
from harness.ocppj import Call, CallError, CallResult, Frame, Payload, encode, parse
from harness.rules import Ruling
from harness.schemas import schemas
from harness.trace import Direction, Entry, Event, Trace
from harness.verdict import SHALL, Inconclusive, Level, Nonconformity
from simulators.connection import (
    FLOOD,
    Closed,
    Declined,
    Endpoint,
    Handshake,
    Socket,
    Unreachable,
    Upgraded,
    abort,
    close,
    closed,
    open_socket,
)
from simulators.correspondence import Correspondence
from simulators.credentials import basic
from simulators.inbox import Inbox, IncomingCall
from simulators.manners import Conduct, Manners
from simulators.observation import Answer, ConnectionGone, Observation, Refusal, Silence
from simulators.rawsocket import RawSocket

__all__ = ["Answer", "Closed", "ConnectionGone", "IncomingCall", "Observation", "Refusal", "Silence", "Station"]


class Station(ABC):
    """One simulated station, speaking one OCPP version over one connection at a time.

    ``patience`` is the time in seconds that the central system has for what it owes; ``conduct`` that of its identity,
    shared with everything else that connects under it. With a ``password`` it gives Basic credentials wherever it
    connects (OCPP-J 1.6 6.2.2).
    """

    version: ClassVar[str]
    subprotocol: ClassVar[str]

    def __init__(
        self,
        id: str,
        endpoint: Endpoint,
        trace: Trace,
        *,
        patience: float = 5.0,
        conduct: Conduct | None = None,
        password: bytes | None = None,
    ) -> None:
        self.id = id
        self.endpoint = endpoint
        self.password = password
        self.trace = trace
        self.patience = patience
        self.conduct = conduct or Manners().of(id)
        self._number = 1
        self._connection: Upgraded | None = None
        self._reader: asyncio.Task[None] | None = None
        self._closed: asyncio.Future[Closed] | None = None
        self._answers: dict[str, asyncio.Future[Answer | Refusal]] = {}
        self._correspondence = Correspondence(self.version)
        self._inbox = self._new_inbox()
        self._tasks: set[asyncio.Task[Any]] = set()
        self._fault: BaseException | None = None

    # Connection

    async def knock(
        self,
        *,
        subprotocols: Sequence[str] | None = None,
        headers: Mapping[str, str] | None = None,
        compression: bool = False,
    ) -> Handshake:
        """Ask for a connection and return what came of it; an upgrade is kept open as this station's connection.

        ``headers``, even empty ones, take the place of the station's credentials.
        """
        if self.connected:
            await self.disconnect()
        await self.conduct.approach()
        names = [self.subprotocol] if subprotocols is None else list(subprotocols)
        outcome = await open_socket(
            self.endpoint,
            self.id,
            patience=self.patience,
            subprotocols=names,
            headers=self._credentials() if headers is None else headers,
            compression=compression,
        )
        if not isinstance(outcome, Upgraded):
            self._number = self.conduct.vacant
            if isinstance(outcome, Declined):
                self.trace.regard(self._note(Direction.RECEIVED, Event.REFUSED, str(outcome)))
            else:
                self._note(Direction.SENT, Event.CLOSED, str(outcome))
            return outcome
        await self._end_reader()
        self._number = self.conduct.opened()
        self.trace.regard(self._note(Direction.RECEIVED, Event.OPENED, str(outcome)))
        self._connection = outcome
        self._closed = asyncio.get_running_loop().create_future()
        self._correspondence.reconnected()
        self._reader = asyncio.create_task(self._read(outcome, self._closed), name=f"reader of {self.id}")
        await self.conduct.settle()
        return outcome

    async def connect(self, *, compression: bool = False, headers: Mapping[str, str] | None = None) -> Upgraded:
        """Connect, as a precondition of the scenario; raises Inconclusive where that is not granted."""
        outcome = await self.knock(compression=compression, headers=headers)
        if isinstance(outcome, Upgraded):
            return outcome
        prefix = "" if isinstance(outcome, Unreachable) else f"{self.id} was not let in: "
        raise Inconclusive(f"{prefix}{outcome}")

    @property
    def connected(self) -> bool:
        """Whether the connection is open as far as this side knows."""
        return self._closed is not None and not self._closed.done()

    @property
    def pings(self) -> int:
        """How many WebSocket pings the central system has sent on this connection; each is answered at once."""
        socket = self._connection.socket if self._connection else None
        return socket.pings if isinstance(socket, Socket) else 0

    async def disconnect(self) -> None:
        """Close the connection properly."""
        await self._hang_up(self.patience)

    async def drop(self) -> None:
        """Lose the connection: no close frame, a TCP reset."""
        connection, self._connection = self._connection, None
        if connection:
            await abort(connection.socket)
        await self._end_reader()

    def raw_socket(self) -> RawSocket:
        """Return a connection of this station's own below the WebSocket library; entering it connects."""
        headers, patience = self._credentials(), self.patience
        return RawSocket(self.endpoint, self.id, self.trace, patience=patience, headers=headers, conduct=self.conduct)

    async def wait_closed(self) -> Closed:
        """Wait for the central system to end the connection, which it owes; raises Nonconformity."""
        assert self._closed is not None, "the station never connected"
        try:
            async with asyncio.timeout(self.patience):
                return await asyncio.shield(self._closed)
        except TimeoutError:
            observed = f"a connection still open after {self.patience:g} s"
            raise Nonconformity("the connection closed by the central system", observed, clause="RFC 6455 7") from None

    async def linger(self, seconds: float, *, every: float | None = None) -> Closed | None:
        """Stay connected for a time with nothing but pings, or not even those; return how the connection ended if so.

        ``every`` is the time in seconds between two pings.
        """
        assert self._closed is not None, "the station never connected"
        end = asyncio.get_running_loop().time() + seconds
        while (left := end - asyncio.get_running_loop().time()) > 0:
            await asyncio.wait({self._closed}, timeout=min(every or left, left))
            if self._closed.done():
                return self._closed.result()
            if every is not None:
                await self.ping()
        return None

    async def ping(self, data: bytes = b"") -> None:
        """Send a WebSocket ping and wait for its pong, which is owed; raises Nonconformity."""
        socket = self._socket()
        self._note(Direction.SENT, Event.PING, data.hex())
        try:
            async with asyncio.timeout(self.patience):
                await (await socket.ping(data))
        except TimeoutError:
            raise Nonconformity("a pong", f"none within {self.patience:g} s", clause="RFC 6455 5.5.2") from None
        except ConnectionClosed:
            raise Nonconformity("a pong", str(await self.wait_closed()), clause="RFC 6455 5.5.2") from None
        self._note(Direction.RECEIVED, Event.PONG, data.hex())

    # Sending

    async def send(self, message: Frame | Sequence[Any] | str | bytes) -> Entry:
        """Send a frame, a list that passes for one, a raw text, or raw bytes as a binary message.

        Raises Inconclusive when the connection is gone.
        """
        await self.conduct.turn()
        socket = self._socket()
        if self._closed is not None and self._closed.done():
            raise ConnectionGone(self.id, self._closed.result())
        data = message if isinstance(message, str | bytes) else encode(message)
        frame = self._correspondence.note_sent(message)
        event = Event.BINARY if isinstance(data, bytes) else Event.TEXT
        text = data.hex() if isinstance(data, bytes) else data
        entry = self._note(Direction.SENT, event, text, frame=frame)
        try:
            async with asyncio.timeout(self.patience):
                await socket.send(data)
        except ConnectionClosed as error:
            raise ConnectionGone(self.id, closed(error, socket)) from None
        except TimeoutError:
            raise Inconclusive(f"{self.id} could not send: the central system stopped reading") from None
        return entry

    async def attempt(
        self, action: str, payload: Any = None, *, unique_id: str | None = None, patience: float | None = None
    ) -> Observation:
        """Send a CALL, valid or not, and return what comes back."""
        unique_id = unique_id or self.new_id()
        return await self.attempt_raw(
            [2, unique_id, action, {} if payload is None else payload], unique_id, patience=patience
        )

    async def attempt_raw(
        self, message: Sequence[Any] | str, unique_id: str, *, patience: float | None = None
    ) -> Observation:
        """Send any message, and return what comes back under ``unique_id``."""
        answer: asyncio.Future[Answer | Refusal] = asyncio.get_running_loop().create_future()
        self._answers[unique_id] = answer
        try:
            await self.send(message)
        except ConnectionGone as gone:
            return gone.closed
        return await self.observe(answer, patience=patience)

    async def observe(self, answer: asyncio.Future[Answer | Refusal], *, patience: float | None = None) -> Observation:
        """Wait for an answer, the end of the connection, or the end of patience, whichever comes first."""
        assert self._closed is not None, "the station never connected"
        limit = self.patience if patience is None else patience
        either: set[asyncio.Future[Any]] = {answer, self._closed}
        await asyncio.wait(either, timeout=limit, return_when=asyncio.FIRST_COMPLETED)
        if answer.done():
            self.trace.regard(answer.result().entry)
            return answer.result()
        return self._closed.result() if self._closed.done() else Silence(limit)

    async def call(
        self, action: str, payload: Mapping[str, Any] | None = None, *, unique_id: str | None = None
    ) -> Answer:
        """Send a valid CALL and return its CALLRESULT, which is owed; raises Nonconformity for anything else."""
        outcome = await self.attempt(action, dict(payload or {}), unique_id=unique_id)
        if isinstance(outcome, Answer):
            return outcome
        if isinstance(outcome, Closed) and outcome.ours:
            raise Inconclusive(f"{self.id} left before {action} was answered")
        evidence = outcome.entry.index if isinstance(outcome, Refusal) else None
        raise Nonconformity(f"a CALLRESULT to {action}", str(outcome), clause="OCPP-J 1.6 4.2", evidence=evidence)

    def pipeline(self, *calls: tuple[str, Mapping[str, Any]]) -> list[tuple[Call, asyncio.Future[Answer | Refusal]]]:
        """Prepare CALLs that are to be sent without waiting: each with the future of its answer."""
        prepared = []
        for action, payload in calls:
            call = Call(self.new_id(), action, dict(payload))
            answer: asyncio.Future[Answer | Refusal] = asyncio.get_running_loop().create_future()
            self._answers[call.unique_id] = answer
            prepared.append((call, answer))
        return prepared

    @staticmethod
    def new_id() -> str:
        """Return a message id that no other message of the run has."""
        return str(uuid.uuid4())

    @abstractmethod
    async def probe(self, *, patience: float | None = None) -> Observation:
        """Ask for a sign of life on this connection: a Heartbeat and what comes back for it."""

    # CALLs of the central system

    @abstractmethod
    async def respond(self, call: Call) -> Payload | CallError:
        """Return the answer that a correct station gives to a CALL that no scenario has taken over."""

    async def answer_by_default(self, incoming: IncomingCall) -> None:
        """Answer a CALL as a correct station does; one that its schema forbids is refused (OCPP-J 1.6 4.2.3)."""
        call, known = incoming.call, schemas(self.version)
        ruling = Ruling()
        if call.action in known.actions:
            judge_request(ruling, known, call.action, call.payload)
        broken = next((problem for problem in ruling.problems if problem.level is SHALL), None)
        if broken is not None:
            await incoming.refuse("FormationViolation", broken.expected[:255])
            return
        outcome = await self.respond(call)
        if isinstance(outcome, CallError):
            await incoming.refuse(outcome.code, outcome.description, outcome.details)
        else:
            await incoming.answer(outcome)

    def expect(self, action: str) -> asyncio.Event:
        """Claim the next CALL of this action for the scenario, and return an event that is set when it arrives."""
        return self._inbox.claim(action, len(self.trace))

    def release(self, action: str) -> None:
        """Give up the latest claim on an action; without any left, the station answers again by itself."""
        self._inbox.release(action, latest=True)

    async def next_call(
        self, action: str, *, patience: float | None = None, level: Level = SHALL, **members: Any
    ) -> IncomingCall:
        """Wait for a CALL of the central system, which is owed, and take it over.

        ``level`` says how strongly it is owed. ``members`` are payload members it must have; a CALL of the same
        action without them is one that the central system makes of its own accord, and is answered by the station.
        Raises Nonconformity.
        """
        if not self._inbox.claimed(action):
            self.expect(action)
        limit = self.patience if patience is None else patience
        wanted = f"a CALL {action} with {members}" if members else f"a CALL {action}"
        try:
            async with asyncio.timeout(limit):
                while (incoming := self._inbox.take(action, members)) is None:
                    if self._closed is not None and self._closed.done():
                        raise self._not_delivered(wanted, self._closed.result(), level)
                    await self._inbox.news()
                self.trace.regard(incoming.entry)
                return incoming
        except TimeoutError:
            if self._connection is None:
                raise Inconclusive(f"{self.id} is not connected") from None
            raise self._owed(wanted, f"no such CALL within {limit:g} s", level) from None
        finally:
            self._inbox.release(action)

    def write_off(self, incoming: IncomingCall) -> None:
        """Leave a CALL unanswered for good; others that follow it are no longer held against the central system."""
        self._correspondence.write_off(incoming.unique_id)

    async def calls_until_probe(self, action: str) -> list[Entry]:
        """Return the CALLs of an action that nobody took over since it was claimed, after a barrier exchange.

        Without a claim, all of this station count.
        """
        await self.probe()
        arrived = self._inbox.untaken(action)
        self._inbox.release(action)
        return arrived

    def received(self, since: int = 0) -> list[Entry]:
        """Return what the central system sent to this station from trace entry ``since`` on."""
        return [
            entry
            for entry in self.trace
            if entry.index >= since and entry.station == self.id and entry.direction is Direction.RECEIVED
        ]

    # From one scenario to the next

    @property
    def at_rest(self) -> bool:
        """Whether the connection is open, and nobody owes anybody anything."""
        return self.connected and self._correspondence.settled and not self._tasks

    def begin_page(self, trace: Trace) -> None:
        """Record onto another trace from now on; what was claimed so far is forgotten."""
        self.trace = trace
        self._inbox = self._new_inbox()

    # The end

    async def leave(self) -> None:
        """End everything this station still has going on, within bounds; called once, at the end of a scenario.

        What a reaction of this station raised comes to light here.
        """
        tasks = set(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for answer in self._answers.values():
            answer.cancel()
        limit = min(self.patience, 1.0)
        with contextlib.suppress(Inconclusive, TimeoutError):
            async with asyncio.timeout(limit):
                for incoming in self._inbox.empty():
                    await self.answer_by_default(incoming)
        await self._hang_up(limit)
        if self._fault is not None:
            raise self._fault

    # Inside

    def _new_inbox(self) -> Inbox:
        return Inbox(lambda incoming: self._spawn(self.answer_by_default(incoming)))

    def _credentials(self) -> dict[str, str]:
        return {} if self.password is None else basic(self.id, self.password)

    def _socket(self) -> ClientConnection:
        if self._connection is None:
            raise Inconclusive(f"{self.id} is not connected")
        return self._connection.socket

    def _note(self, direction: Direction, event: Event, text: str, **more: Any) -> Entry:
        return self.trace.add(self.id, direction, event, text, connection=self._number, **more)

    def _not_delivered(self, wanted: str, ended: Closed, level: Level) -> Nonconformity | Inconclusive:
        if ended.ours:
            return Inconclusive(f"{self.id} left before {wanted} arrived")
        return self._owed(wanted, str(ended), level)

    def _owed(self, wanted: str, observed: str, level: Level) -> Nonconformity:
        evidence = self.trace.evidence()
        return Nonconformity(wanted, observed, clause="OCPP-J 1.6 4.2.1", level=level, evidence=evidence)

    async def _read(self, connection: Upgraded, ended: asyncio.Future[Closed]) -> None:
        try:
            while True:
                self._take(await connection.socket.recv())
        except ConnectionClosed as error:
            ended.set_result(self._note_end(connection, error))
        except Exception as error:  # a fault of this side: every wait raises it, so that none takes it for an end
            ended.set_exception(error)
            raise
        finally:
            ended.cancel()  # without effect unless this task was cancelled
            self.conduct.ended(self._number)
            self._inbox.wake()

    def _note_end(self, connection: Upgraded, error: ConnectionClosed) -> Closed:
        outcome = closed(error, connection.socket)
        flooded = outcome.violation == FLOOD
        ruling = Ruling()
        ruling.that(not flooded, rules.FLOOD, "one CALL at a time", FLOOD)
        proper = flooded or outcome.violation is None
        ruling.that(proper, rules.FRAMES, "frames that RFC 6455 allows", str(outcome.violation))
        if self._connection is not connection and outcome.violation is None:
            outcome = Closed(None, "", ours=True)
            self._note(Direction.SENT, Event.CLOSED, str(outcome), ruling=ruling)
            return outcome
        self._note(Direction.RECEIVED, Event.CLOSED, str(outcome), ruling=ruling)
        return outcome

    def _take(self, message: str | bytes) -> None:
        if isinstance(message, bytes):
            ruling = Ruling()
            ruling.that(False, rules.TEXT, "a text message", f"a binary message of {len(message)} bytes")
            self._note(Direction.RECEIVED, Event.BINARY, message[:1000].hex(), ruling=ruling)
            return
        parsed = parse(message)
        ruling = self._correspondence.judge(parsed)
        entry = self._note(Direction.RECEIVED, Event.TEXT, message, frame=parsed.frame, ruling=ruling)
        match parsed.frame:
            case Call() as call:
                self._inbox.put(IncomingCall(self, call, entry))
            case CallResult(unique_id, payload):
                self._settle_answer(unique_id, Answer(payload, entry))
            case CallError(unique_id, code, description):
                self._settle_answer(unique_id, Refusal(code, description, entry))

    def _settle_answer(self, unique_id: str, answer: Answer | Refusal) -> None:
        waiting = self._answers.pop(unique_id, None)
        if waiting is not None and not waiting.done():
            waiting.set_result(answer)

    def _spawn(self, work: Coroutine[Any, Any, Any]) -> None:
        """React without making the reader wait; what is owed for it is judged where a scenario asks for it."""
        task = asyncio.create_task(work, name=f"reaction of {self.id}")
        self._tasks.add(task)
        task.add_done_callback(self._reacted)

    def _reacted(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if task.cancelled():
            return
        error = task.exception()
        if error is not None and not isinstance(error, Inconclusive | Nonconformity):
            self._fault = self._fault or error

    async def _hang_up(self, patience: float) -> None:
        connection, self._connection = self._connection, None
        if connection:
            await close(connection.socket, patience)
        await self._end_reader()

    async def _end_reader(self) -> None:
        """Let the reader of an ended connection finish, and raise what went wrong in it."""
        reader, self._reader = self._reader, None
        if reader is not None:
            await reader

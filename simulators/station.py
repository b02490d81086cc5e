"""A station of any OCPP version: its verbs, and waits that know what their expiry means."""

from __future__ import annotations

import asyncio
import contextlib
import uuid
from abc import ABC, abstractmethod
from collections.abc import Coroutine, Mapping, Sequence
from typing import Any

from harness.judgement import judge_request
from harness.ocppj import Call, CallError, CallResult, Frame, Payload
from harness.rules import Ruling
from harness.trace import Entry, Trace
from harness.verdict import SHALL, Inconclusive, Level, Nonconformity
from simulators.connection import Closed, Party
from simulators.inbox import Inbox, IncomingCall
from simulators.line import Line
from simulators.members import Received
from simulators.observation import Answer, ConnectionGone, Observation, Refusal, Silence

__all__ = ["Answer", "Closed", "ConnectionGone", "IncomingCall", "Observation", "Refusal", "Silence", "Station"]


class Station(Line, ABC):
    """One simulated station that speaks one OCPP version over its line.

    ``identity`` is what it tells of itself in a BootNotification.
    """

    identity: Payload

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._answers: dict[str, asyncio.Future[Answer | Refusal]] = {}
        self._inbox = self._new_inbox()
        self._tasks: set[asyncio.Task[Any]] = set()
        self._fault: BaseException | None = None

    # CALLs of the station

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
        if isinstance(outcome, Closed) and outcome.by is not Party.THEM:
            raise Inconclusive(f"{action} of {self.id} was not answered before {outcome}")
        evidence = outcome.entry.index if isinstance(outcome, Refusal) else None
        clause = f"OCPP-J {self.version} 4.2"
        raise Nonconformity(f"a CALLRESULT to {action}", str(outcome), clause=clause, evidence=evidence)

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

    # What the versions have in common

    @abstractmethod
    def belong(self, organisation: str, security_profile: int) -> None:
        """Take over whose station it is and how it connects, so that its configuration tells of that."""

    @abstractmethod
    def core_calls(self, id_tag: str) -> Sequence[tuple[str, Payload]]:
        """Return one valid CALL of each kind that every central system serves, BootNotification first."""

    @abstractmethod
    async def token_status(self, token: str) -> object:
        """Send Authorize, and return the status that the central system gives a token, None where it gives none."""

    @abstractmethod
    async def announce(self) -> None:
        """Report the connectors as they are after an accepted boot."""

    async def boot(self, *, announce: bool = True, **members: Any) -> Answer:
        """Connect if need be, send BootNotification, and once accepted announce the connectors."""
        if not self.connected:
            await self.connect()
        answer = await self.call("BootNotification", {**self.identity, **members})
        if announce and answer.payload.get("status") == "Accepted":
            await self.announce()
            self.trace.regard(answer.entry)
        return answer

    async def ready(self, *, announce: bool = True, **members: Any) -> Answer:
        """Connect and boot as a precondition; raises Inconclusive unless the station is accepted."""
        answer = await self.boot(announce=announce, **members)
        if answer.payload.get("status") != "Accepted":
            raise Inconclusive(f"{self.id} was not accepted: {answer}")
        return answer

    async def reboot(self) -> None:
        """Lose the connection as a rebooting station does, and connect again without booting yet."""
        await self.drop()
        await self.connect()

    async def heartbeat(self) -> Answer:
        """Send Heartbeat."""
        return await self.call("Heartbeat")

    async def probe(self, *, patience: float | None = None) -> Observation:
        """Ask for a sign of life on this connection: a Heartbeat and what comes back for it."""
        return await self.attempt("Heartbeat", patience=patience)

    # CALLs of the central system

    @abstractmethod
    async def respond(self, call: Call) -> Payload | CallError:
        """Return the answer that a correct station gives to a CALL that no scenario has taken over."""

    async def answer_by_default(self, incoming: IncomingCall) -> None:
        """Answer a CALL as a correct station does; one that its schema forbids is refused (OCPP-J 4.2.3)."""
        call, ruling = incoming.call, Ruling(self.version)
        if call.action in self.version.schemas.actions:
            judge_request(ruling, self.version, call.action, call.payload)
        broken = next((problem for problem in ruling.problems if problem.level is SHALL), None)
        if broken is not None:
            await incoming.refuse(self.version.malformed, broken.expected[:255])
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
        self._wire.write_off(incoming.unique_id)

    async def calls_until_probe(self, action: str) -> list[Entry]:
        """Return the CALLs of an action that nobody took over since it was claimed, after a barrier exchange.

        Without a claim, all of this station count.
        """
        await self.probe()
        arrived = self._inbox.untaken(action)
        self._inbox.release(action)
        return arrived

    # From one scenario to the next

    @property
    def at_rest(self) -> bool:
        """Whether the connection is open, and nobody owes anybody anything."""
        return self.connected and self._wire.settled and not self._tasks

    def begin_page(self, trace: Trace) -> None:
        """Record onto another trace from now on; what was claimed so far is forgotten."""
        self._wire.trace = trace
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

    def _not_delivered(self, wanted: str, ended: Closed, level: Level) -> Nonconformity | Inconclusive:
        if ended.by is not Party.THEM:
            return Inconclusive(f"{wanted} did not arrive at {self.id} before {ended}")
        return self._owed(wanted, str(ended), level)

    def _owed(self, wanted: str, observed: str, level: Level) -> Nonconformity:
        clause, evidence = f"OCPP-J {self.version} 4.2.1", self.trace.evidence()
        return Nonconformity(wanted, observed, clause=clause, level=level, evidence=evidence)

    def heard(self, frame: Frame, entry: Entry) -> None:
        """Give a CALL to whom it concerns, and an answer to who waits for it."""
        match frame:
            case Call() as call:
                self._inbox.put(IncomingCall(self, call, entry))
            case CallResult(unique_id, payload):
                self._settle_answer(unique_id, Answer(Received(payload), entry))
            case CallError(unique_id, code, description):
                self._settle_answer(unique_id, Refusal(code, description, entry))

    def ended(self) -> None:
        """Let everyone who waits for a CALL see that none will come."""
        self._inbox.wake()

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

"""The steps of a session in which the operator acts: what he orders reaches the station as it was meant, once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from harness.csms import Operation, Outcome, OutcomeReader, Refused, Unsupported, v16
from harness.csms.console import Csms, Request
from harness.judgement import seconds_off
from harness.ocppj import Call
from harness.verdict import SHOULD, Checks, Inconclusive
from scenarios.exploration.actor import Actor
from scenarios.exploration.charging import Charging, Tags
from scenarios.exploration.model import End, Model, Reservation, Tag
from scenarios.exploration.steps import FORMS, Step, Verb
from simulators.inbox import IncomingCall
from simulators.v16 import timestamp

CALLS, RECONNECTING = "OCPP-J 1.6 4.1.1", "OCPP-J 1.6 5.4"
MINUTE = 60.0
"""Seconds by which an expiry may differ from what was asked for: some consoles take whole minutes only."""

LOST = "lost"
"""The word of a step whose CALL is not answered before the connection is lost."""


@dataclass(frozen=True, slots=True)
class Order:
    """An order whose station was away, or lost before it answered; ``since`` is where the trace stood then.

    ``request`` is None once the central system has been killed, which may have ended it.
    """

    action: str
    request: Request | None
    since: int


class Ordering:
    """Carries out what the operator does; each step returns whether it made sense as things stood."""

    def __init__(
        self, model: Model, check: Checks, csms: Csms, tags: Tags, charging: Charging, verify: Callable[[], None]
    ) -> None:
        self._model = model
        self._check = check
        self._csms = csms
        self._tags = tags
        self._charging = charging
        self._verify = verify
        self._open: dict[str, list[Order]] = {}
        self._was_killed = False

    @property
    def steps(self) -> Mapping[Verb, Callable[[Actor, Step], Awaitable[bool]]]:
        """What carries out the steps of each verb."""
        return {
            Verb.RESERVE: self.reserve,
            Verb.CANCEL: self.cancel,
            Verb.REMOTE_START: self.remote_start,
            Verb.REMOTE_STOP: self.remote_stop,
            Verb.RESET: self.reset,
            Verb.AVAILABILITY: self.availability,
            Verb.UNLOCK: self.unlock,
        }

    # Reservations

    async def reserve(self, actor: Actor, step: Step) -> bool:
        """Have a connector reserved, or with 0 any of them."""
        kind, reaction, group = step.words
        tag, parent = await self._tags(kind), None
        if not actor.away:
            parent = (await actor.tag_status(tag)).member("idTagInfo", "parentIdTag")
        if group and parent is None:
            return False
        expiry = datetime.now(UTC) + timedelta(hours=1)
        order = v16.ReserveNow(
            station=actor.station.id,
            connector_id=step.connector,
            expiry_date=timestamp(expiry),
            id_tag=tag.text,
            parent_id_tag=parent if group else None,
        )
        answer = self._room(actor, step.connector) if reaction == "Accepted" else reaction
        call = await self._order(
            actor, order, answer, lambda call: self._judge_reservation(call, order, expiry, parent)
        )
        if call is not None and answer == "Accepted":
            await self._reserved(actor, call, step.connector, tag, group=bool(group) or "parentIdTag" in call.payload)
        return True

    def _room(self, actor: Actor, connector: int) -> str:
        """Return what a station answers to a reservation as things stand (OCPP 1.6 5.13)."""
        standing = self._model.standing(actor.name, connector)
        places = [connector] if connector else list(actor.statuses)
        if not any(one in actor.free for one in places):
            return "Faulted" if "Faulted" in actor.statuses.values() else "Unavailable"
        busy = all(actor.statuses[one] == "Preparing" or self._model.running(actor.name, one) for one in places)
        return "Occupied" if busy or standing is not None else "Accepted"

    def _judge_reservation(self, call: IncomingCall, order: v16.ReserveNow, expiry: datetime, parent: object) -> None:
        sent, clause, at = call.payload, "OCPP 1.6 6.37", call.entry.index
        that = self._check.that
        named, number = sent.get("connectorId"), sent.get("reservationId")
        that(named == order.connector_id, "the connector that the operator chose", observed=named, clause=clause, at=at)
        named = sent.get("idTag")
        that(named == order.id_tag, "the idTag that the operator chose", observed=named, clause=clause, at=at)
        off = seconds_off(sent.get("expiryDate"), expiry)
        expected = "the expiry that the operator chose"
        that(abs(off) <= MINUTE, expected, observed=sent.get("expiryDate"), clause=clause, at=at)
        named, allowed = sent.get("parentIdTag"), (order.parent_id_tag,) if order.parent_id_tag else (None, parent)
        that(named in allowed, "the parentIdTag that the operator chose", observed=named, clause=clause, at=at)
        fresh = number not in self._model.numbers
        that(fresh, "a reservationId that no other reservation has", observed=number, clause=clause, at=at)
        if type(number) is int:
            self._model.numbers.add(number)

    async def _reserved(self, actor: Actor, call: IncomingCall, connector: int, tag: Tag, *, group: bool) -> None:
        number = call.payload["reservationId"]
        self._model.reservations.append(Reservation(actor.name, number, connector, tag, group))
        if connector:
            await actor.status(connector, "Reserved")

    async def cancel(self, actor: Actor, step: Step) -> bool:
        """Have the latest reservation that stands cancelled."""
        (reaction,) = step.words
        found = [one for one in self._model.reservations if one.station == actor.name and one.stands]
        if not found:
            return False
        reservation = found[-1]
        order = v16.CancelReservation(station=actor.station.id, reservation_id=reservation.id)

        def judge(call: IncomingCall) -> None:
            expected = "the number under which the reservation was made"
            named = call.payload.get("reservationId")
            self._check.that(
                named == reservation.id, expected, observed=named, clause="OCPP 1.6 6.5", at=call.entry.index
            )

        call = await self._order(actor, order, reaction, judge)
        if call is not None and reaction == "Accepted":
            reservation.over("cancelled")
            if reservation.connector and actor.statuses[reservation.connector] == "Reserved":
                await actor.status(reservation.connector, "Available")
        return True

    # Transactions

    async def remote_start(self, actor: Actor, step: Step) -> bool:
        """Have a transaction started, on a connector of the operator's choice or on any."""
        kind, reaction = step.words
        tag = await self._tags(kind)
        order = v16.RemoteStartTransaction(
            station=actor.station.id, id_tag=tag.text, connector_id=step.connector or None
        )
        places = [one for one in actor.free if not self._model.running(actor.name, one)]
        places = [one for one in places if self._model.standing(actor.name, one) is None]
        connector = next((one for one in places if step.connector in (0, one)), None)
        answer = "Rejected" if reaction == "Accepted" and connector is None else reaction

        def judge(call: IncomingCall) -> None:
            named = call.payload.get("idTag"), call.payload.get("connectorId")
            held = named == (tag.text, step.connector or None)
            expected = "idTag and connectorId as the operator chose them"
            self._check.that(held, expected, observed=named, clause="OCPP 1.6 6.33", at=call.entry.index)

        call = await self._order(actor, order, answer, judge)
        if call is not None and answer == "Accepted" and connector is not None:
            status = (await actor.tag_status(tag)).member("idTagInfo", "status")
            self._model.judge_tag(self._check, tag, status, clause="OCPP 1.6 5.11")
            self._verify()
            await self._charging.begin(actor, connector, tag)
        return True

    async def remote_stop(self, actor: Actor, step: Step) -> bool:
        """Have the transaction on a connector stopped."""
        (reaction,) = step.words
        transaction = self._model.running(actor.name, step.connector)
        if transaction is None or transaction.id is None or not transaction.accepted or actor.queue:
            return False
        order = v16.RemoteStopTransaction(station=actor.station.id, transaction_id=transaction.id)

        def judge(call: IncomingCall) -> None:
            named = call.payload.get("transactionId")
            expected = "the transactionId of the transaction"
            self._check.that(
                named == transaction.id, expected, observed=named, clause="OCPP 1.6 6.35", at=call.entry.index
            )

        call = await self._order(actor, order, reaction, judge)
        if call is not None and reaction == "Accepted":
            transaction.end = End(actor.reading(), actor.moment(), "Remote", None)
            await self._charging.end(actor, transaction)
        return True

    # The station as a whole

    async def reset(self, actor: Actor, step: Step) -> bool:
        """Have the station reset: it ends its transactions, and boots (OCPP 1.6 5.14)."""
        kind, reaction = step.words
        order = v16.Reset(station=actor.station.id, type=kind)
        call = await self._order(actor, order, reaction, lambda call: self._judge_payload(call, {"type": kind}))
        if call is not None and reaction == "Accepted":
            for transaction in self._model.all_running(actor.name):
                transaction.end = End(actor.reading(), actor.moment(), f"{kind}Reset", None)
                await self._charging.end(actor, transaction)
            await actor.station.drop()
        return True

    async def availability(self, actor: Actor, step: Step) -> bool:
        """Have a connector taken in or out of operation; one that is in use only later (OCPP 1.6 5.2)."""
        kind, reaction = step.words
        if actor.away:
            return False
        order = v16.ChangeAvailability(station=actor.station.id, connector_id=step.connector, type=kind)
        places = [step.connector] if step.connector else list(actor.statuses)
        busy = kind == "Inoperative" and any(self._model.running(actor.name, one) for one in places)
        answer = "Scheduled" if busy and reaction == "Accepted" else reaction
        wanted = {"connectorId": step.connector, "type": kind}
        call = await self._order(actor, order, answer, lambda call: self._judge_payload(call, wanted))
        if call is not None and answer == "Accepted":
            await actor.status(step.connector, "Available" if kind == "Operative" else "Unavailable")
            if kind == "Inoperative":
                self._model.out_of_order(actor.name, step.connector)
        return True

    async def unlock(self, actor: Actor, step: Step) -> bool:
        """Have a connector unlocked."""
        order = v16.UnlockConnector(station=actor.station.id, connector_id=step.connector)
        wanted = {"connectorId": step.connector}
        await self._order(actor, order, step.words[0], lambda call: self._judge_payload(call, wanted))
        return True

    def _judge_payload(self, call: IncomingCall, wanted: Mapping[str, Any]) -> None:
        clause, at = f"OCPP 1.6 {_CLAUSES[call.action]}", call.entry.index
        self._check.that(call.payload == wanted, "what the operator chose", observed=call.payload, clause=clause, at=at)

    # Orders

    async def _order(
        self, actor: Actor, order: Operation, answer: str, judge: Callable[[IncomingCall], None]
    ) -> IncomingCall | None:
        """Have an order carried out, and return its CALL once it is answered; None where it did not come to that.

        Where the station is away, or the connection is lost before the answer, what becomes of it is seen later.
        """
        action, station = order.action(), actor.station
        if any(one.action == action for one in self._open.get(actor.name, ())):
            return None
        since = len(station.trace)
        try:
            request = await self._csms.perform(order)
        except (Refused, Unsupported):
            return None
        if actor.away:
            station.release(action)
            self._open.setdefault(actor.name, []).append(Order(action, request, since))
            return None
        call = await station.next_call(action)
        judge(call)
        self._verify()
        if answer == LOST:
            await station.drop()
            self._open.setdefault(actor.name, []).append(Order(action, request, len(station.trace)))
            return None
        await call.answer(status=answer)
        await self._judge_outcome(request, answer)
        return call

    async def _judge_outcome(self, request: Request, answer: str) -> None:
        if (outcome := await self._outcome(request)) is not None:
            told = outcome.state, outcome.status
            self._check.that(told == ("answered", answer), "the answer of the station is told to the operator",
                             observed=outcome, clause="OCPP 1.6 5", level=SHOULD)  # fmt: skip
            self._verify()

    async def _outcome(self, request: Request) -> Outcome | None:
        """Return what the operator is told of an order, None where the product does not tell."""
        if not self._csms.offers(OutcomeReader):
            return None
        try:
            return await self._csms.outcome(request)
        except Inconclusive:
            return None

    async def settle(self, actor: Actor, since: int) -> None:
        """See what became of the orders that were open when a station came back (OCPP-J 1.6 4.1.1).

        ``since`` is where the trace stood then: what was answered before does not come again.
        """
        orders = self._open.pop(actor.name, [])
        self._judge_unasked(actor, since, {order.action for order in orders})
        for order in orders:
            outcome = await self._outcome(order.request) if order.request else None
            await actor.station.probe()
            came = self._came(actor, order)
            expected = "a CALL that is delivered once at most"
            self._check.that(len(came) <= 1, expected, observed=came, clause=RECONNECTING)
            if outcome is not None:
                true = bool(came) or outcome.state != "answered"
                expected = "no answer told to the operator that the station has not given"
                self._check.that(true, expected, observed=outcome, clause=CALLS)
                told = outcome.state != "pending"
                expected = "the operator told in time what became of an order"
                self._check.that(told, expected, observed=outcome, clause=CALLS, level=SHOULD)
            self._verify()

    def _judge_unasked(self, actor: Actor, since: int, asked: Collection[str]) -> None:
        unasked = [
            one.text
            for one in actor.station.received(since)
            if isinstance(one.frame, Call) and one.frame.action in _ORDERED and one.frame.action not in asked
        ]
        if not self._was_killed:
            expected = "no CALL that nobody has ordered, or that was answered before"
            self._check.that(not unasked, expected, observed=unasked, clause=RECONNECTING)

    def killed(self) -> None:
        """Take note that the central system was killed: open orders are delivered once, or not at all."""
        self._was_killed = True
        self._open = {name: [replace(one, request=None) for one in orders] for name, orders in self._open.items()}

    def _came(self, actor: Actor, order: Order) -> list[str]:
        frames = ((one, one.frame) for one in actor.station.received(order.since))
        return [one.text for one, frame in frames if isinstance(frame, Call) and frame.action == order.action]


_ORDERED = {kind.action() for form in FORMS.values() if (kind := form.needs) and issubclass(kind, Operation)}
"""The CALLs that a central system sends for its operator only."""

_CLAUSES = {"Reset": "6.39", "ChangeAvailability": "6.7", "UnlockConnector": "6.53"}

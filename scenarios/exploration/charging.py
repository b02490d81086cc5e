"""The steps of a session in which stations act: transactions, idTags, connectors."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from harness.ocppj import Payload
from harness.verdict import Checks
from scenarios.exploration.actor import Actor
from scenarios.exploration.model import STATUS, End, Model, Reservation, Tag, Transaction
from scenarios.exploration.steps import Step, Verb
from simulators.observation import Observation
from simulators.v16 import messages, timestamp

NEVER_GIVEN, MINUS_ONE = 2_147_480_000, -1
"""Ids of no transaction; the second stands for one that the station has never learnt (OCPP 1.6 errata 3.18)."""

MANY = 120
"""Meter values of a stop that has many."""

MEASURED: Mapping[str, Mapping[str, str]] = {
    "energy": {},
    "frequency": {"measurand": "Frequency"},
    "celsius": {"measurand": "Temperature", "unit": "Celsius"},
    "interrupted": {"context": "Interruption.Begin"},
    "signed": {"format": "SignedData"},
}
"""The members of a sampled value, by the word of a step."""

LONG = 5000
"""Characters of signed data."""

Tags = Callable[[str], Awaitable[Tag]]
"""Returns the idTag of the session that is of a kind; raises Inconclusive where there is none."""


class Charging:
    """Carries out what stations do; each step returns whether it made sense as things stood."""

    def __init__(self, model: Model, check: Checks, tags: Tags) -> None:
        self._model = model
        self._check = check
        self._tags = tags

    @property
    def steps(self) -> Mapping[Verb, Callable[[Actor, Step], Awaitable[bool]]]:
        """What carries out the steps of each verb."""
        return {
            Verb.START: self.start,
            Verb.STOP: self.stop,
            Verb.METER: self.meter,
            Verb.AUTHORIZE: self.authorize,
            Verb.REPEAT: self.repeat,
            Verb.STRAY: self.stray_stop,
            Verb.PLUG: self.plug,
            Verb.UNPLUG: self.unplug,
            Verb.FAIL: self.fail,
            Verb.REPAIR: self.repair,
        }

    # Transactions

    async def start(self, actor: Actor, step: Step) -> bool:
        """Begin a transaction on a connector that is free, and held for nobody else."""
        kind, told, named, meter = step.words
        if step.connector not in actor.free or self._model.running(actor.name, step.connector):
            return False
        tag = await self._tags(kind)
        held = self._model.standing(actor.name, step.connector)
        if held is not None and tag.good and not held.lets_start(tag):
            return False
        if held is not None and tag.good:
            held.over("active", "used", "expired")
        reservation = held if named == "reservation-named" else None
        await self.begin(actor, step.connector, tag, reservation, meter=-5 if meter else None, lost=told != "told")
        return True

    async def begin(
        self,
        actor: Actor,
        connector: int,
        tag: Tag,
        reservation: Reservation | None = None,
        *,
        meter: int | None = None,
        lost: bool = False,
    ) -> None:
        """Tell of a new transaction."""
        begun = actor.reading() if meter is None else meter
        transaction = Transaction(actor.name, connector, tag, begun, actor.moment())
        self._model.transactions.append(transaction)
        members = {"timestamp": timestamp(transaction.started), "reservationId": reservation and reservation.id}
        payload = messages.start_transaction(tag.text, connector, begun, **members)

        def judge(outcome: Observation, again: bool) -> None:
            self._model.judge_start(self._check, transaction, outcome, again=again)
            if reservation is not None and not reservation.stands and transaction.accepted:
                reservation.status = ("used",)
            if transaction.id is None and transaction.end is None:  # a station without an id gives up
                transaction.end = End(begun, transaction.started, "Other", None, plausible=False)

        await actor.tell(actor.message("StartTransaction", lambda: payload, judge), answer_lost=lost)

    async def stop(self, actor: Actor, step: Step) -> bool:
        """End the transaction that runs on a connector."""
        reason, by, data, told, odd = step.words
        transaction = self._model.running(actor.name, step.connector)
        if transaction is None:
            return False
        stopper = await self._stopper(transaction, by)
        meter = transaction.meter if odd == "nothing-charged" else actor.reading()
        at = datetime(2001, 1, 1, tzinfo=UTC) if odd == "year-2001" else actor.moment()
        transaction.end = End(meter, at, reason if reason != "none" else "Local", stopper, odd != "year-2001")
        more = {"reason": None if reason == "none" else reason, "transactionData": _data(data, actor, at)}
        await self.end(actor, transaction, lost=told != "told", **more)
        return True

    async def end(self, actor: Actor, transaction: Transaction, *, lost: bool = False, **more: Any) -> None:
        """Tell of the end of a transaction, which it has already; ``more`` are further members."""
        end = transaction.end
        assert end is not None, "it has ended"
        tag = end.tag and end.tag.text

        def payload() -> Payload:
            members = {"timestamp": timestamp(end.at), "idTag": tag, "reason": end.reason, **more}
            return messages.stop_transaction(_id(transaction), end.meter, **members)

        def judge(outcome: Observation, again: bool) -> None:
            self._model.judge_stop(self._check, transaction, outcome, again=again)

        await actor.tell(actor.message("StopTransaction", payload, judge), answer_lost=lost)

    async def meter(self, actor: Actor, step: Step) -> bool:
        """Send meter values: of the transaction on the connector, if one runs."""
        kind, told = step.words
        transaction = self._model.running(actor.name, step.connector)
        if transaction is None and actor.away:
            return False
        reading, at = actor.reading(), actor.moment()
        value = messages.sampled("F" * LONG if kind == "signed" else reading, **MEASURED[kind])
        taken = messages.meter_value(value, at=timestamp(at))

        def payload() -> Payload:
            id = None if transaction is None else _id(transaction)
            return messages.meter_values(taken, connector=step.connector, transaction=id)

        def judge(outcome: Observation, again: bool) -> None:
            confirmed = self._model.judge_values(self._check, outcome, again=again)
            if (
                confirmed
                and transaction is not None
                and kind != "signed"
                and float(reading) not in transaction.readings
            ):
                transaction.readings.append(float(reading))

        await actor.tell(actor.message("MeterValues", payload, judge), answer_lost=told != "told")
        return True

    async def repeat(self, actor: Actor, step: Step) -> bool:
        """Send the latest message of a transaction once more."""
        if actor.away or actor.latest is None:
            return False
        await actor.repeat()
        return True

    async def stray_stop(self, actor: Actor, step: Step) -> bool:
        """Tell of the end of a transaction that is not the station's to end, and that nothing comes of."""
        (kind,) = step.words
        id = self._stray_id(actor, kind)
        if actor.away or id is None:
            return False
        payload = messages.stop_transaction(id, actor.reading())

        def judge(outcome: Observation, again: bool) -> None:
            self._model.judge_stray_stop(self._check, outcome, strict=kind == "minus-one")

        await actor.tell(actor.message("StopTransaction", lambda: payload, judge))
        actor.latest = None
        return True

    def _stray_id(self, actor: Actor, kind: str) -> int | None:
        known = [one for one in self._model.transactions if one.accepted]
        match kind:
            case "never-given":
                return NEVER_GIVEN
            case "minus-one":
                return MINUS_ONE
            case "ended":
                return next((one.id for one in known if one.station == actor.name and one.confirmed), None)
        return next((one.id for one in known if one.station != actor.name and one.end is None), None)

    async def _stopper(self, transaction: Transaction, by: str) -> Tag | None:
        if by == "by-nobody":
            return None
        return transaction.tag if by == "by-same" else await self._tags(by.removeprefix("by-"))

    # Tags and connectors

    async def authorize(self, actor: Actor, step: Step) -> bool:
        """Present an idTag."""
        if actor.away:
            return False
        tag = await self._tags(step.words[0])
        status = (await actor.tag_status(tag)).member("idTagInfo", "status")
        self._model.judge_tag(self._check, tag, status, clause=STATUS)
        return True

    async def plug(self, actor: Actor, step: Step) -> bool:
        """Plug a cable in."""
        return await self._change(actor, step.connector, ("Available", "Reserved"), "Preparing")

    async def unplug(self, actor: Actor, step: Step) -> bool:
        """Take a cable out."""
        return await self._change(actor, step.connector, ("Preparing",), "Available")

    async def fail(self, actor: Actor, step: Step) -> bool:
        """Have a connector fail, which ends its reservation (OCPP 1.6 5.13)."""
        failed = await self._change(
            actor, step.connector, ("Available", "Reserved", "Preparing"), "Faulted", "GroundFailure"
        )
        if failed:
            self._model.out_of_order(actor.name, step.connector)
        return failed

    async def repair(self, actor: Actor, step: Step) -> bool:
        """Have a faulty connector in order again."""
        return await self._change(actor, step.connector, ("Faulted",), "Available")

    async def _change(
        self, actor: Actor, connector: int, before: tuple[str, ...], after: str, error: str = "NoError"
    ) -> bool:
        if actor.away or actor.statuses[connector] not in before:
            return False
        await actor.status(connector, after, error)
        return True


def _id(transaction: Transaction) -> int:
    """Return the id under which a station tells of a transaction."""
    return MINUS_ONE if transaction.id is None else transaction.id


def _data(kind: str, actor: Actor, at: datetime) -> list[Payload] | None:
    """Return the transactionData of a stop."""
    reactive = {"measurand": "Power.Reactive.Import", "unit": "var"}
    match kind:
        case "empty-data":
            return []
        case "one-value":
            return [
                messages.meter_value(messages.sampled(actor.reading(), context="Transaction.End"), at=timestamp(at))
            ]
        case "reactive":
            return [messages.meter_value(messages.sampled(actor.reading(), **reactive), at=timestamp(at))]
        case "many-values":
            return [messages.meter_value(messages.sampled(actor.reading()), at=timestamp(at)) for _ in range(MANY)]
    return None

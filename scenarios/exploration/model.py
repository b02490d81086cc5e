"""What a central system may say of a session and have on record of it, as far as OCPP 1.6 and the session decide that.

Where the text is open, more than one outcome is allowed. Nothing here waits for anything.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from harness.csms import ReservationView, TransactionView
from harness.ocppj import Payload
from harness.verdict import SHALL, SHOULD, Checks, Level
from simulators.observation import Answer, Observation

START, STOP, AGAIN, OFFLINE = "OCPP 1.6 4.8", "OCPP 1.6 4.10", "OCPP 1.6 3.7.1", "OCPP 1.6 3.7"
STATUS, UNIQUE, RESERVED = "OCPP 1.6 7.2", "OCPP 1.6 errata 3.54", "OCPP 1.6 5.13"

SECOND = timedelta(seconds=1)

OVER = ("terminated", "cancelled", "expired", "used")
"""What may be on record of a reservation that has ended without a transaction."""

_WORTH: Mapping[str, tuple[str, ...]] = {"blocked": ("Blocked",), "expired": ("Expired",), "unknown": ("Invalid",)}


@dataclass(frozen=True, slots=True)
class Tag:
    """An idTag of a session; ``kind`` is a word of ``steps.TAGS``."""

    kind: str
    text: str

    @property
    def good(self) -> bool:
        """Whether the central system has to accept it."""
        return self.kind not in _WORTH


@dataclass(frozen=True, slots=True)
class End:
    """How a transaction ended, as its station tells it; ``meter`` in Wh, ``tag`` None where nobody ended it."""

    meter: int
    at: datetime
    reason: str
    tag: Tag | None
    plausible: bool = True


@dataclass(slots=True, eq=False)
class Transaction:
    """A transaction as its station knows it; ``id`` and ``status`` are what the central system has said of it.

    ``confirmed`` is whether its end was. ``ids`` are all that the central system has given it.
    """

    station: str
    connector: int
    tag: Tag
    meter: int
    started: datetime
    id: int | None = None
    status: object = None
    ids: set[int] = field(default_factory=set)
    end: End | None = None
    confirmed: bool = False
    readings: list[float] = field(default_factory=list)

    @property
    def accepted(self) -> bool:
        """Whether the central system has accepted its start."""
        return self.status == "Accepted"


@dataclass(slots=True, eq=False)
class Reservation:
    """A reservation that its station has accepted; ``status`` are the words that may be on record of it.

    ``stands`` is whether its station holds the connector for it.
    """

    station: str
    id: int
    connector: int
    tag: Tag
    group: bool
    status: Collection[str] = ("active",)
    stands: bool = True

    def over(self, *status: str) -> None:
        """Have its station hold the connector for it no more, so that one of these is to be on record of it."""
        self.status, self.stands = status, False

    def lets_start(self, tag: Tag) -> bool:
        """Whether its station lets an idTag start."""
        return tag.text == self.tag.text or (self.group and tag.kind in ("member", "sibling"))


class Model:
    """The transactions and reservations of a session; ``own_tags`` is whether nobody else uses its idTags."""

    def __init__(self, *, own_tags: bool, parallel_use: str | None) -> None:
        self.transactions: list[Transaction] = []
        self.reservations: list[Reservation] = []
        self.numbers: set[int] = set()
        self._own_tags = own_tags
        self._parallel_use = parallel_use

    # What stations know

    def running(self, station: str, connector: int) -> Transaction | None:
        """Return the transaction that runs on a connector, as its station sees it."""
        return next((one for one in self.all_running(station) if one.connector == connector), None)

    def all_running(self, station: str) -> list[Transaction]:
        """Return the transactions that run on a station, as it sees them."""
        return [one for one in self.transactions if one.station == station and one.end is None]

    def standing(self, station: str, connector: int) -> Reservation | None:
        """Return the reservation for which a station holds a connector, first the one that means this very one."""
        found = [one for one in self.reservations if one.station == station and one.stands]
        return next((one for one in found if one.connector == connector), None) or next(
            (one for one in found if one.connector == 0), None
        )

    # What may be answered

    def judge_tag(self, check: Checks, tag: Tag, status: object, *, clause: str, level: Level = SHALL) -> None:
        """Check what an idTag is told to be worth."""
        tolerable = ("Invalid",) if tag.kind in ("blocked", "expired") else ()
        good = _WORTH.get(tag.kind, ("Accepted",))
        if tag.good and self._may_be_concurrent(tag):
            good = ("Accepted", "ConcurrentTx")
        check.graded(status, good=good, tolerable=tolerable, clause=clause, level=level)

    def judge_start(self, check: Checks, transaction: Transaction, outcome: Observation, *, again: bool) -> None:
        """Check the answer to a start, and take it in; one that is told ``again`` is the same transaction."""
        sane = transaction.meter >= 0 and not again
        _judge_kind(check, outcome, clause=AGAIN if again else START, strange=not sane)
        if not isinstance(outcome, Answer):
            return
        id, status = outcome.payload.get("transactionId"), outcome.member("idTagInfo", "status")
        if again:
            check.that(id == transaction.id, "the transactionId of before", observed=id, clause=AGAIN, level=SHOULD)
            check.that(
                status == transaction.status, "the status of before", observed=status, clause=AGAIN, level=SHOULD
            )
        else:
            self.judge_tag(check, transaction.tag, status, clause=START)
        if type(id) is not int:
            return
        if status == "Accepted":
            self._judge_id(check, transaction, id)
        transaction.id, transaction.status = id, status
        transaction.ids.add(id)

    def judge_stop(self, check: Checks, transaction: Transaction, outcome: Observation, *, again: bool) -> None:
        """Check the answer to a stop, and take it in."""
        assert transaction.end is not None, "its end is being told"
        _judge_kind(check, outcome, clause=AGAIN if again else STOP, strange=again or not transaction.end.plausible)
        if isinstance(outcome, Answer):
            self._judge_tag_at_stop(check, transaction, outcome.payload)
            transaction.confirmed = True

    def judge_stray_stop(self, check: Checks, outcome: Observation, *, strict: bool) -> None:
        """Check the answer to a stop that means no transaction of its station; unless ``strict`` it may be refused."""
        _judge_kind(check, outcome, clause="OCPP 1.6 errata 3.18" if strict else STOP, strange=not strict)

    def judge_values(self, check: Checks, outcome: Observation, *, again: bool) -> bool:
        """Check the answer to meter values, and return whether they are confirmed."""
        _judge_kind(check, outcome, clause=AGAIN if again else "OCPP 1.6 4.7", strange=again)
        return isinstance(outcome, Answer)

    def out_of_order(self, station: str, connector: int) -> None:
        """Take note that a connector, or with 0 each, is out of order, which ends its reservation (OCPP 1.6 5.13)."""
        for one in self.reservations:
            if one.station == station and one.stands and connector in (0, one.connector):
                one.over(*OVER)

    def _judge_tag_at_stop(self, check: Checks, transaction: Transaction, payload: Payload) -> None:
        """Check the idTagInfo that came with a stop, if one did: it is optional."""
        assert transaction.end is not None, "its end is being told"
        tag, info = transaction.end.tag, payload.get("idTagInfo")
        if tag is None or not isinstance(info, dict):
            return
        group = tag.kind == "sibling" and transaction.tag.kind == "member"
        self.judge_tag(check, tag, info.get("status"), clause="OCPP 1.6 3.10", level=SHALL if group else SHOULD)

    def _judge_id(self, check: Checks, transaction: Transaction, id: int) -> None:
        others = [one for one in self.transactions if one is not transaction and id in one.ids and one.accepted]
        beside = any(one.end is None and one.station == transaction.station for one in others)
        expected = "a transactionId that no other transaction has"
        check.that(not others, expected, observed=id, clause=UNIQUE, level=SHALL if beside else SHOULD)

    def _may_be_concurrent(self, tag: Tag) -> bool:
        if self._parallel_use == "allowed":
            return False
        used = (one for one in self.transactions if one.tag.text == tag.text and one.ids)
        return not self._own_tags or any(not one.confirmed or len(one.ids) > 1 for one in used)

    # What may be on record

    def judge_transactions(
        self, check: Checks, station: str, views: Sequence[TransactionView], *, all_shown: bool
    ) -> None:
        """Check what is on record of a station's transactions against what it has told and was confirmed.

        Unless ``all_shown``, there may be others from before the session.
        """
        by_id = {str(view.id): view for view in views}
        for one in self._told(station):
            if (view := by_id.get(str(one.id))) is not None:
                _judge_record(check, one, view)
            else:
                told = "a confirmed transaction is on record"
                check.that(False, told, observed=sorted(by_id), clause=AGAIN, level=SHOULD)
        given = {str(id) for one in self.transactions if one.station == station for id in one.ids}
        doubled = [id for one in self._told(station) for id in one.ids - {one.id} if str(id) in by_id]
        nameless = any(one.id is None or one.id <= 0 for one in self.transactions if one.station == station)
        strange = sorted(set(by_id) - given) if all_shown and not nameless else []
        check.that(not strange and not doubled, "no other transaction is on record",
                   observed=[*strange, *doubled], clause=AGAIN, level=SHOULD)  # fmt: skip

    def _told(self, station: str) -> Iterator[Transaction]:
        """Yield the transactions of a station that the central system has accepted."""
        return (one for one in self.transactions if one.station == station and one.accepted)

    def judge_reservations(self, check: Checks, station: str, views: Iterable[ReservationView]) -> None:
        """Check what is on record of a station's reservations."""
        shown = {view.id: view.status for view in views}
        for one in self.reservations:
            if one.station == station:
                expected = f"a reservation that is {' or '.join(one.status)}"
                status = shown.get(one.id, "none")
                check.that(status in one.status, expected, observed=status, clause=RESERVED, level=SHOULD)


def _judge_kind(check: Checks, outcome: Observation, *, clause: str, strange: bool) -> None:
    """Check that a message was confirmed; one that is ``strange``, or comes again, may be refused for a remark."""
    good, tolerable = ["CALLRESULT"], ["CALLERROR"] if strange else []
    observed = outcome.kind if outcome.kind in (*good, *tolerable) else str(outcome)
    check.graded(observed, good=good, tolerable=tolerable, clause=clause)


def _judge_record(check: Checks, one: Transaction, view: TransactionView) -> None:
    if one.end is None or not one.confirmed:
        untold = one.end is None
        check.that(
            view.active, "a transaction that runs on", observed=view, clause=STOP, level=SHALL if untold else SHOULD
        )
    elif one.end.plausible:
        foreign = one.end.tag is not None and not _may_stop(one, one.end.tag)
        level = SHOULD if foreign else SHALL
        check.that(not view.active, "a transaction that has ended", observed=view, clause=STOP, level=level)
        _same(check, "reason", view.reason, one.end.reason, clause="OCPP-J 1.6 errata 2.5", level=SHALL)
        _same(check, "meterStop", view.meter_stop, one.end.meter, clause=STOP)
        _near(check, "time of the stop", view.stopped, one.end.at)
    _same(check, "meterStart", view.meter_start, one.meter, clause=START)
    _same(check, "connectorId", view.connector_id, one.connector, clause=START)
    _same(check, "idTag", view.id_tag and view.id_tag.casefold(), one.tag.text.casefold(), clause=START)
    _near(check, "time of the start", view.started, one.started)
    if view.meter_values is not None:
        values = [value for value in map(_number, view.meter_values) if value is not None]
        lacking = [reading for reading in one.readings if reading not in values]
        doubled = [reading for reading in one.readings if values.count(reading) > 1]
        observed = {"lacking": lacking, "doubled": doubled}
        expected = "every meter value once on record"
        check.that(not (lacking or doubled), expected, observed=observed, clause=AGAIN, level=SHOULD)


def _may_stop(transaction: Transaction, tag: Tag) -> bool:
    return tag.text == transaction.tag.text or {tag.kind, transaction.tag.kind} <= {"member", "sibling"}


def _number(value: object) -> float | None:
    try:
        return float(value["value"])  # type: ignore[index]
    except (KeyError, TypeError, ValueError):
        return None


def _same(check: Checks, what: str, shown: object, told: object, *, clause: str, level: Level = SHOULD) -> None:
    if shown is not None:
        observed = f"{shown}, where {told} was told"
        check.that(shown == told, f"the {what} on record as it was told", observed=observed, clause=clause, level=level)


def _near(check: Checks, what: str, shown: datetime | None, told: datetime) -> None:
    if shown is not None:
        near, observed = abs(shown - told) <= SECOND, f"{shown}, where {told} was told"
        expected = f"the {what} on record as it was told"
        check.that(near, expected, observed=observed, clause=OFFLINE, level=SHOULD)

"""What is allowed, as far as the session decides it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from harness.csms import ReservationView, TransactionView
from harness.trace import Direction, Entry, Event
from harness.verdict import Check, Checks
from scenarios.exploration.model import End, Model, Reservation, Tag, Transaction
from simulators.observation import Answer, Observation, Refusal, Silence

ENTRY = Entry(0, 0.0, "A", 1, Direction.RECEIVED, Event.TEXT, "")
BEGAN = datetime(2026, 1, 5, 8, tzinfo=UTC)
GOOD = Tag("accepted", "TAG")
STARTED = {"transactionId": 7, "idTagInfo": {"status": "Accepted"}}


def model(parallel_use: str | None = None) -> Model:
    """Return one whose idTags nobody else uses."""
    return Model(own_tags=True, parallel_use=parallel_use)


def begun(of: Model, id: int = 7, *, connector: int = 1, tag: Tag = GOOD, station: str = "A") -> Transaction:
    """Have a transaction begin that is accepted under an id."""
    one = Transaction(station, connector, tag, 1000, BEGAN, id, "Accepted", {id})
    of.transactions.append(one)
    return one


def broken(check: Checks) -> list[Check]:
    """Return what did not hold."""
    return [one for one in check.made if not one.held]


def fresh() -> Checks:
    """Return checks that have evidence."""
    return Checks(lambda: 0, version="1.6")


def of_start(of: Model, one: Transaction, outcome: Observation, *, again: bool = False) -> list[Check]:
    """Return what is broken by the answer to a start."""
    check = fresh()
    of.judge_start(check, one, outcome, again=again)
    return broken(check)


@pytest.mark.parametrize(
    ("kind", "status", "failing"),
    [
        ("accepted", "Accepted", []),
        ("accepted", "Blocked", [True]),
        ("accepted", "ConcurrentTx", [True]),
        ("blocked", "Blocked", []),
        ("blocked", "Invalid", [False]),
        ("blocked", "Accepted", [True]),
        ("expired", "Expired", []),
        ("unknown", "Invalid", []),
        ("unknown", "Accepted", [True]),
    ],
)
def test_worth_of_tags(kind: str, status: str, failing: list[bool]) -> None:
    """An idTag is worth what it was made; Invalid for one that is known and not accepted is for a remark."""
    check = fresh()
    model().judge_tag(check, Tag(kind, "TAG"), status, clause="C")
    assert [one.failing for one in broken(check)] == failing


@pytest.mark.parametrize(("parallel", "failing"), [(None, []), ("refused", []), ("allowed", [True])])
def test_tag_in_use(parallel: str | None, failing: list[bool]) -> None:
    """An idTag whose transaction may run may be told ConcurrentTx, unless its parallel use is declared as allowed."""
    check, one = fresh(), model(parallel)
    begun(one)
    one.judge_tag(check, GOOD, "ConcurrentTx", clause="C")
    assert [each.failing for each in broken(check)] == failing


def test_start_is_taken_in() -> None:
    """An answer to a start gives the transaction its id and status."""
    one = Transaction("A", 1, GOOD, 1000, BEGAN)
    assert of_start(model(), one, Answer(STARTED, ENTRY)) == []
    assert (one.id, one.accepted) == (7, True)


def test_ids_of_transactions() -> None:
    """An id that runs already on the station is broken, one of another station is for a remark."""
    for station, failing in (("A", [True]), ("B", [False])):
        other = model()
        begun(other, connector=2, station=station)
        found = of_start(other, Transaction("A", 1, Tag("second", "T2"), 1000, BEGAN), Answer(STARTED, ENTRY))
        assert [one.failing for one in found] == failing


def test_unanswered_start() -> None:
    """A start that is not answered is broken; one of an odd meter may be refused for a remark."""
    assert of_start(model(), Transaction("A", 1, GOOD, 1000, BEGAN), Silence(1))[0].failing
    refusal = Refusal("InternalError", "", ENTRY)
    assert of_start(model(), Transaction("A", 1, GOOD, 1000, BEGAN), refusal)[0].failing
    assert not of_start(model(), Transaction("A", 1, GOOD, -5, BEGAN), refusal)[0].failing


def test_start_that_comes_again() -> None:
    """Another id or status for a start that comes again is for a remark."""
    one = model()
    found = of_start(
        one, begun(one), Answer({"transactionId": 8, "idTagInfo": {"status": "Blocked"}}, ENTRY), again=True
    )
    assert [(each.expected, each.failing) for each in found] == [
        ("the transactionId of before", False),
        ("the status of before", False),
    ]


def record(of: Model, *views: TransactionView, all_shown: bool = True) -> list[tuple[str, bool]]:
    """Return what is broken by what is on record of station A, and whether that is failing."""
    check = fresh()
    of.judge_transactions(check, "A", views, all_shown=all_shown)
    return [(one.expected, one.failing) for one in broken(check)]


def view(**members: Any) -> TransactionView:
    """Return the record of a transaction that runs."""
    usual = {"id": 7, "active": True, "connector_id": 1, "id_tag": "tag", "meter_start": 1000, "started": BEGAN}
    return TransactionView(**{**usual, **members})


def test_record_of_a_running_transaction() -> None:
    """A transaction that runs is on record as it was told, and nothing else is."""
    one = model()
    begun(one)
    assert record(one, view()) == []
    assert record(one, view(active=False)) == [("a transaction that runs on", True)]
    assert record(one, view(meter_start=1, connector_id=None)) == [("the meterStart on record as it was told", False)]
    assert record(one) == [("a confirmed transaction is on record", False)]
    assert record(one, view(), view(id=8)) == [("no other transaction is on record", False)]
    assert record(one, view(), view(id=8), all_shown=False) == []


def test_record_of_a_start_without_an_id() -> None:
    """A refused start whose transaction got no id of its own may be on record under any."""
    one = model()
    one.transactions.append(Transaction("A", 1, GOOD, 1000, BEGAN, -1, "Blocked", {-1}))
    assert record(one, view(id=9)) == []


def test_record_of_a_transaction_that_has_ended() -> None:
    """A transaction whose end was confirmed has ended, for the reason and with the meter that were told."""
    one = model()
    transaction = begun(one)
    transaction.end = End(2000, BEGAN, "Local", None)
    assert record(one, view()) == []
    transaction.confirmed = True
    ended = {"active": False, "reason": "Local", "meter_stop": 2000, "stopped": BEGAN}
    assert record(one, view(**ended)) == []
    assert record(one, view(**ended | {"active": True})) == [("a transaction that has ended", True)]
    assert record(one, view(**ended | {"reason": "Other"})) == [("the reason on record as it was told", True)]
    assert record(one, view(**ended | {"meter_stop": 1})) == [("the meterStop on record as it was told", False)]


def test_record_of_meter_values() -> None:
    """Confirmed meter values are on record once; those of a form that cannot be read are passed over."""
    one = model()
    begun(one).readings.append(1100.0)
    kept = {"value": "1100"}
    assert record(one, view(meter_values=[kept, {"value": "x"}, {}])) == []
    assert record(one, view(meter_values=[])) == [("every meter value once on record", False)]
    assert record(one, view(meter_values=[kept, kept])) == [("every meter value once on record", False)]


def test_reservations() -> None:
    """A reservation lets its idTag start, and its group where it is for one; it ends with its connector."""
    one = model()
    of_member = Reservation("A", 5, 1, Tag("member", "M"), group=True)
    one.reservations.append(of_member)
    assert one.standing("A", 1) is of_member
    assert of_member.lets_start(Tag("sibling", "S"))
    assert not of_member.lets_start(GOOD)
    check = fresh()
    one.judge_reservations(check, "A", [ReservationView(id=5, status="active")])
    assert broken(check) == []
    one.out_of_order("A", 1)
    assert one.standing("A", 1) is None
    one.judge_reservations(check, "A", [ReservationView(id=5, status="active")])
    assert [each.observed for each in broken(check)] == ["active"]


@pytest.mark.parametrize(("by", "status", "failing"), [("sibling", "Invalid", [True]), ("second", "Invalid", [False])])
def test_tag_at_a_stop(by: str, status: str, failing: list[bool]) -> None:
    """An idTag of the group is to be accepted at a stop; of any other that is for a remark."""
    one, check = model(), fresh()
    transaction = begun(one, tag=Tag("member", "M"))
    transaction.end = End(2000, BEGAN, "Local", Tag(by, "OTHER"))
    one.judge_stop(check, transaction, Answer({"idTagInfo": {"status": status}}, ENTRY), again=False)
    assert [each.failing for each in broken(check)] == failing
    assert transaction.confirmed

"""What stations say under load, in both versions: it is valid, complete, and in order."""

from __future__ import annotations

from random import Random

import pytest

from harness.ocppj import Call, CallError
from harness.schemas import Kind, schemas
from harness.versions import VERSIONS
from simulators.load.dialect import Charging, Dialect, Message, messages_of
from simulators.load.of_v16 import ChargePoints
from simulators.load.of_v201 import ChargingStations

CHARGING = Charging(lasts=60.0, every=20.0)
DIALECTS: tuple[Dialect, ...] = (ChargePoints(), ChargingStations())
by_version = pytest.mark.parametrize("dialect", DIALECTS, ids=lambda one: one.version.name)


def sent(dialect: Dialect, message: Message) -> str:
    """See that the payload of a message is valid, have it answered, and return its action."""
    payload = message.payload()
    assert payload is not None
    assert dialect.version.schemas.violations(message.action, Kind.REQUEST, payload) == ()
    message.answered({"transactionId": 7} if message.action == "StartTransaction" else {})
    assert message.action in dialect.actions
    return message.action


@by_version
def test_messages_of_a_day_are_valid(dialect: Dialect) -> None:
    """What a station says beside transactions."""
    boot = dialect.boot(lambda answer: None)
    for message in (boot, *dialect.statuses(), dialect.heartbeat(), dialect.reading(), dialect.authorization("A")):
        sent(dialect, message)


@by_version
def test_transaction_takes_as_many_messages_as_are_counted_on(dialect: Dialect) -> None:
    """The rate of a workload follows from their number; they are valid, and due in order."""
    steps = list(dialect.transaction("A", CHARGING, Random(1)))
    assert len(steps) == messages_of(CHARGING)
    assert [after for after, _ in steps] == sorted(after for after, _ in steps)
    first, *_ = [sent(dialect, message) for _, message in steps]
    assert first == "Authorize"


@by_version
def test_backlog_is_kept_and_carries_its_own_times(dialect: Dialect) -> None:
    """What happened offline has the times at which it happened."""
    messages = list(dialect.backlog("A", 3600.0, CHARGING, Random(1)))
    assert len(messages) == 2 + CHARGING.readings
    assert all(message.kept for message in messages)
    for message in messages:
        sent(dialect, message)


def test_transaction_that_was_not_confirmed_is_not_ended() -> None:
    """Without a transactionId there is nothing to tell of it."""
    (_, _), (_, start), *rest = ChargePoints().transaction("A", CHARGING, Random(1))
    start.payload()
    start.answered({})
    assert [message.payload() for _, message in rest if message.kept] == [None] * (1 + CHARGING.readings)


@by_version
def test_orders_are_answered_validly(dialect: Dialect) -> None:
    """An order that a station knows has a valid answer, any other is not implemented."""
    for action in sorted(schemas(dialect.version.name).actions):
        answer = dialect.answer(Call("1", action))
        if isinstance(answer, CallError):
            assert answer.code in VERSIONS[dialect.version.name].error_codes
        else:
            assert dialect.version.schemas.violations(action, Kind.RESPONSE, answer) == ()
    assert isinstance(dialect.answer(Call("1", "NoSuch")), CallError)

"""A transaction is told in four messages, the same way each time, in both versions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from harness.csms import v16, v201
from harness.judgement import judge_request
from harness.rules import Ruling
from harness.trace import Trace
from scenarios.resilience.tales import IN_TRANSACTION, Moment, tale_of
from simulators.connection import Endpoint
from simulators.station import Station
from simulators.v16 import ChargePoint
from simulators.v201 import ChargingStation, id_token
from tests.simulators.central import central_system, oblige

KINDS = (ChargePoint, ChargingStation)
BEGAN = datetime(2030, 1, 1, 12, tzinfo=UTC)


def station(kind: type[Station], endpoint: Endpoint | None = None) -> Station:
    """Return a station that is not connected."""
    return kind("CP1", endpoint or Endpoint("ws://127.0.0.1:9"), Trace(), patience=1.0)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("began", [None, BEGAN])
@pytest.mark.parametrize("moment", Moment)
def test_message_is_valid(kind: type[Station], began: datetime | None, moment: Moment) -> None:
    """What is said breaks no rule."""
    action, payload = tale_of(station(kind), "TAG", began=began).says(moment)
    ruling = Ruling(kind.version)
    judge_request(ruling, kind.version, action, payload)
    assert ruling.problems == []


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("moment", Moment)
def test_message_is_the_same_each_time(kind: type[Station], moment: Moment) -> None:
    """What is told again is told to the letter."""
    tale = tale_of(station(kind), "TAG")
    assert tale.says(moment) == tale.says(moment)


@pytest.mark.parametrize("kind", KINDS)
def test_tale_of_the_past_keeps_its_times(kind: type[Station]) -> None:
    """What began without connection lasted for half an hour, and its messages name those times."""
    tale = tale_of(station(kind), "TAG", began=BEGAN)
    told = [str(tale.says(moment)[1]) for moment in IN_TRANSACTION]
    assert ["12:00:00" in told[0], "12:10:00" in told[1], "12:30:00" in told[2]] == [True] * 3
    assert tale.stopped - tale.started == timedelta(minutes=30)


def test_events_of_the_past_are_marked() -> None:
    """Events of a time without connection say so, those of the present do not."""
    charging = station(ChargingStation)
    marks = [tale_of(charging, "TAG", began=began).says(Moment.VALUES)[1].get("offline") for began in (BEGAN, None)]
    assert marks == [True, None]


async def test_id_is_that_of_the_answer() -> None:
    """In OCPP 1.6 a transaction has the id -1 until the central system has told another."""
    async with central_system(oblige) as endpoint:
        point = station(ChargePoint, endpoint)
        await point.connect()
        tale = tale_of(point, "TAG")
        assert (tale.id, tale.says(Moment.STOP)[1]["transactionId"]) == (None, -1)
        await tale.begin(Moment.VALUES)
        assert (tale.id, tale.says(Moment.STOP)[1]["transactionId"]) == (7, 7)
        await tale.finish(Moment.VALUES)
        assert tale.confirmed == [Moment.AUTHORIZE, Moment.START, Moment.STOP]
        await point.leave()


ORDERED = {Moment.START: {"remoteStartId": 5}, Moment.STOP: {}}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("moment", ORDERED)
async def test_ordered_message_is_valid(kind: type[Station], moment: Moment) -> None:
    """What follows from an order breaks no rule, and the order has the station do what its message tells."""
    tale = tale_of(station(kind), "TAG")
    tale.ordered = ORDERED
    action, payload = tale.says(moment)
    ruling = Ruling(kind.version)
    judge_request(ruling, kind.version, action, payload)
    assert ruling.problems == []
    assert ("Remote" in str(payload)) is (moment is Moment.STOP or kind is ChargingStation)


async def test_orders_name_the_transaction() -> None:
    """A start is ordered for tag and place, a stop for the id that the transaction has by then."""
    async with central_system(oblige) as endpoint:
        point = station(ChargePoint, endpoint)
        await point.connect()
        tale = tale_of(point, "TAG", place=2)
        assert tale.order(Moment.START) == v16.RemoteStartTransaction(station="CP1", id_tag="TAG", connector_id=2)
        await tale.tell(Moment.START)
        assert tale.order(Moment.STOP) == v16.RemoteStopTransaction(station="CP1", transaction_id=7)
        await point.leave()
    other = tale_of(station(ChargingStation), "TAG", place=2)
    start, stop = other.order(Moment.START), other.order(Moment.STOP)
    assert start == v201.RequestStartTransaction(station="CP1", id_token=id_token("TAG"), evse_id=2)
    assert stop == v201.RequestStopTransaction(station="CP1", transaction_id=str(other.id))

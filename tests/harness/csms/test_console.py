"""Tests of the central system as a scenario sees it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from itertools import count
from types import TracebackType
from typing import Any, Self

import pytest

from harness.csms import (
    ConfigurationReader,
    DriverError,
    Outcome,
    Receipt,
    Refused,
    Registration,
    ReservationView,
    Restart,
    SecureHosting,
    Settled,
    StationReader,
    StationView,
    TransactionView,
    Unknown,
)
from harness.csms.console import Csms, Request, shown
from harness.csms.operation import Operation
from harness.csms.v16 import Reset, SendLocalList
from harness.verdict import Inconclusive

RESET = Reset(station="CP1", type="Hard")


class Plain:
    """A driver without abilities, whose performance the test scripts."""

    operations = (Reset,)

    def __init__(self, perform: Callable[[Operation], Awaitable[Receipt | None]] | None = None) -> None:
        self._perform = perform
        self.asked: list[object] = []

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    async def perform(self, operation: Operation) -> Receipt | None:
        """Do as the test says."""
        self.asked.append(operation)
        return await self._perform(operation) if self._perform else Receipt("1")


class Able(Plain):
    """A driver that can do everything; its readers return what they are given."""

    reading: Any = Unknown("it does not tell")

    async def _read(self, *question: object) -> Any:
        self.asked.append(question)
        if isinstance(self.reading, Unknown):
            raise self.reading
        return self.reading

    outcome = station = connector = transactions = configuration = _read
    local_list_version = reservations = charging_profiles = tasks = security_events = _read
    secure_endpoint = client_certificate = _read

    async def _do(self, *order: object) -> None:
        self.asked.append(order)

    set_registration = provision_station = remove_station = kill = restart = _do
    set_security = revoke_certificate = _do


class Listening:
    """A station that only counts claims."""

    id = "CP1"

    def __init__(self) -> None:
        self.claims: list[asyncio.Event] = []

    def expect(self, action: str) -> asyncio.Event:
        """Claim the action."""
        self.claims.append(asyncio.Event())
        return self.claims[-1]

    def release(self, action: str) -> None:
        """Give the latest claim up."""
        self.claims.pop()


@pytest.fixture
def station() -> Listening:
    """A station."""
    return Listening()


@pytest.fixture
async def console(station: Listening) -> AsyncIterator[Callable[..., Csms]]:
    """Makes consoles that watch the station, and ends them."""
    made: list[Csms] = []

    def make(driver: Plain, **options: Any) -> Csms:
        csms = Csms(driver, **{"patience": 0.1, "limit": 0.1, **options})
        csms.watch(station)
        made.append(csms)
        return csms

    yield make
    for csms in made:
        await csms.leave()


Making = Callable[..., Csms]


async def never(operation: Operation) -> Receipt | None:
    """Block for ever."""
    await asyncio.Event().wait()
    return None


async def test_operation_is_taken_when_the_driver_returns(console: Making, station: Listening) -> None:
    """The next CALL of the action is claimed before the driver is asked, and stays claimed."""
    driver = Plain()
    request = await console(driver).perform(RESET)
    assert request.dispatch.result() == Receipt("1")
    assert driver.asked == [RESET]
    assert len(station.claims) == 1


async def test_operation_that_is_said_at_once_to_have_failed(station: Listening) -> None:
    """What failed before its CALL arrived was refused, and the claim on it is given up."""
    failed = Settled("1", Outcome(state="failed", reason="no connection"))

    async def perform(operation: Operation) -> Receipt:
        return failed

    csms = Csms(Plain(perform), patience=1)
    csms.watch(station)
    with pytest.raises(Refused, match="Reset: no connection"):
        await csms.perform(RESET)
    assert station.claims == []


async def test_numbers_fill_what_the_central_system_leaves_open() -> None:
    """What the operator leaves open and the central system does not choose is given by the suite."""
    driver = Plain()
    csms = Csms(driver, patience=1, numbers={"list_version": count(7)})
    await csms.perform(SendLocalList(station="CP1", update_type="Full"))
    assert driver.asked == [SendLocalList(station="CP1", update_type="Full", list_version=7)]


def test_firmware_may_be_fetched_after_the_lead_of_the_central_system() -> None:
    """The earliest time of retrieval is as far ahead as the central system demands."""
    lead = Csms(Plain(), patience=1, firmware_lead=3600).retrieval - Csms(Plain(), patience=1).retrieval
    assert abs(lead.total_seconds() - 3600) < 60


async def test_operation_is_taken_when_its_call_arrives(console: Making, station: Listening) -> None:
    """A console that blocks until the station has answered is no obstacle."""

    async def block(operation: Operation) -> Receipt | None:
        station.claims[-1].set()
        return await never(operation)

    request = await console(Plain(block), limit=60.0).perform(RESET)
    assert not request.dispatch.done()


async def test_receipt_that_comes_after_the_call_still_leads_to_the_outcome(
    console: Making, station: Listening
) -> None:
    """A driver that returns late has the receipt all the same."""
    answered = asyncio.Event()

    async def lag(operation: Operation) -> Receipt | None:
        station.claims[-1].set()
        await answered.wait()
        return Receipt("late")

    driver = Able(lag)
    driver.reading = Outcome(state="answered", status="Accepted")
    csms = console(driver, limit=60.0)
    request = await csms.perform(RESET)
    answered.set()
    assert await csms.outcome(request) == driver.reading
    assert driver.asked[-1] == (Receipt("late"), 0.1)


async def test_operation_for_an_unwatched_station_is_performed(console: Making) -> None:
    """A station that is not simulated here is no reason to refuse."""
    driver = Plain()
    await console(driver).perform(Reset(station="another", type="Soft"))
    assert driver.asked == [Reset(station="another", type="Soft")]


async def refusal(csms: Csms, operation: Operation) -> str:
    """Return with which word an operation is refused."""
    outcome = await csms.attempt(operation)
    assert isinstance(outcome, Refused)
    return outcome.reason


async def test_refused_operation_gives_the_claim_up(console: Making, station: Listening) -> None:
    """Where the request never got in, nothing is to come: the station answers by itself again."""

    async def refuse(operation: Operation) -> Receipt | None:
        raise Refused("the station is rejected")

    csms = console(Plain(refuse))
    with pytest.raises(Refused, match=r"refused to the operator: Reset: the station is rejected"):
        await csms.perform(RESET)
    assert await refusal(csms, RESET) == "Reset: the station is rejected"
    assert station.claims == []


async def test_refusal_for_an_unwatched_station_is_raised(console: Making) -> None:
    """A refusal is a refusal also where there is no claim to give up."""

    async def refuse(operation: Operation) -> Receipt | None:
        raise Refused("unknown station")

    assert await refusal(console(Plain(refuse)), Reset(station="x", type="Soft")) == "Reset: unknown station"


async def test_attempt_returns_the_request_that_was_taken(console: Making) -> None:
    """What may be refused may also be taken."""
    assert isinstance(await console(Plain()).attempt(RESET), Request)


@pytest.mark.parametrize("target", ["CP1", "another"])
async def test_driver_that_does_not_return_is_an_error(console: Making, station: Listening, target: str) -> None:
    """A driver has a limit of its own, which is not the central system's fault."""
    with pytest.raises(DriverError, match=r"did not return from Reset within 0\.1 s"):
        await console(Plain(never)).perform(Reset(station=target, type="Hard"))
    assert station.claims == []


async def test_leaving_cancels_what_is_under_way(console: Making, station: Listening) -> None:
    """No request outlives its scenario."""

    async def block(operation: Operation) -> Receipt | None:
        station.claims[-1].set()
        return await never(operation)

    csms = console(Plain(block))
    request = await csms.perform(RESET)
    await csms.leave()
    assert request.dispatch.cancelled()


async def test_driver_that_owes_its_receipt_is_an_error(console: Making, station: Listening) -> None:
    """Waiting for a receipt is bounded too."""

    async def block(operation: Operation) -> Receipt | None:
        station.claims[-1].set()
        return await never(operation)

    csms = console(Able(block))
    request = await csms.perform(RESET)
    with pytest.raises(DriverError, match="did not return from its request"):
        await csms.outcome(request)


async def test_driver_without_receipts_makes_the_outcome_inconclusive(console: Making) -> None:
    """What became of an operation cannot be asked without a receipt."""

    async def take(operation: Operation) -> Receipt | None:
        return None

    csms = console(Able(take))
    with pytest.raises(Inconclusive, match="no receipt"):
        await csms.outcome(await csms.perform(RESET))


async def test_reader_shows_what_the_product_tells(console: Making) -> None:
    """A reader returns the view; what the product does not tell is inconclusive, with its reason."""
    driver = Able()
    csms = console(driver)
    with pytest.raises(Inconclusive, match="it does not tell"):
        await csms.ask(StationReader).station("CP1")
    driver.reading = StationView(online=True)
    assert await csms.ask(StationReader).station("CP1") == driver.reading
    driver.reading = {"Key": None}
    assert await csms.ask(ConfigurationReader).configuration("CP1") == {"Key": None}


async def test_reader_that_does_not_return_is_an_error(console: Making, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading is bounded, and the sentence says by how much."""
    driver = Able()
    monkeypatch.setattr(driver, "station", lambda station: never(RESET))
    with pytest.raises(DriverError, match=r"did not return from station within 0\.2 s"):
        await console(driver).ask(StationReader).station("CP1")


async def test_null_member_is_as_good_as_none(console: Making) -> None:
    """A product that shows a member as null tells no more than one that leaves it out."""
    driver = Able()
    driver.reading = [TransactionView(id=7, active=True, meter_values=[{"value": "1", "unit": None}])]
    csms = console(driver)
    assert (await csms.transaction("CP1", 7)).meter_values == [{"value": "1"}]
    request = await csms.perform(RESET)
    driver.reading = Outcome(state="answered", payload={"schedule": {"periods": [{"limit": 1, "phases": None}]}})
    assert (await csms.outcome(request)).payload == {"schedule": {"periods": [{"limit": 1}]}}


async def test_one_transaction_is_found_among_all(console: Making) -> None:
    """A transaction that the product does not show is inconclusive."""
    driver = Able()
    driver.reading = [TransactionView(id=7, active=True), TransactionView(id=8, active=False)]
    csms = console(driver)
    assert not (await csms.transaction("CP1", 8)).active
    with pytest.raises(Inconclusive, match="no transaction 9 of CP1"):
        await csms.transaction("CP1", 9)


async def test_one_reservation_is_found_among_all(console: Making) -> None:
    """A reservation that the product does not show is inconclusive."""
    driver = Able()
    driver.reading = [ReservationView(id=7, status="active"), ReservationView(id=8, status="used")]
    csms = console(driver)
    assert (await csms.reservation("CP1", 8)).status == "used"
    with pytest.raises(Inconclusive, match="no reservation 9 of CP1"):
        await csms.reservation("CP1", 9)


def test_field_that_is_not_shown_is_inconclusive() -> None:
    """None in a view means that the product does not show it."""
    assert shown(0, "the meter") == 0
    with pytest.raises(Inconclusive, match="does not show the meter"):
        shown(None, "the meter")


async def test_orders_reach_the_driver(console: Making) -> None:
    """What a scenario arranges at the console is passed on as it is."""
    driver = Able()
    csms = console(driver)
    await csms.set_registration("CP1", Registration.PENDING)
    await csms.register("CP2")
    await csms.forget("CP2")
    await csms.ask(SecureHosting).set_security("CP1", 2, b"secret")
    await csms.ask(SecureHosting).revoke_certificate("chain")
    await csms.ask(Restart).kill()
    await csms.ask(Restart).restart()
    assert driver.asked == [
        ("CP1", Registration.PENDING),
        ("CP2",),
        ("CP2",),
        ("CP1", 2, b"secret"),
        ("chain",),
        (),
        (),
    ]


def test_ability_that_the_driver_lacks_is_an_error(console: Making) -> None:
    """A scenario that uses what it did not list in its needs is told so."""
    with pytest.raises(DriverError, match="StationReader, which it does not list"):
        console(Plain()).ask(StationReader)


def test_abilities_of_the_driver_are_known(console: Making) -> None:
    """Whether a driver has an ability can be asked before it is used."""
    assert [console(driver).offers(StationReader) for driver in (Plain(), Able())] == [False, True]


async def test_kept_station_is_neither_registered_nor_forgotten(console: Making) -> None:
    """A station that the target file lists is left as it is, whoever wants to make or delete it."""
    driver = Able()
    csms = console(driver, kept=["CP1"])
    await csms.register("CP1")
    await csms.forget("CP1")
    assert driver.asked == []


async def test_kept_station_is_let_in_again(console: Making) -> None:
    """A station that is not deleted after the scenario is accepted again, if the scenario kept it out."""
    driver = Able()
    csms = console(driver, kept=["CP1"])
    await csms.set_registration("CP1", Registration.REJECTED)
    await csms.set_registration("CP2", Registration.REJECTED)
    await csms.leave()
    assert driver.asked[2:] == [("CP1", Registration.ACCEPTED)]

"""Tests of the trial of a target: what it says, and that it does no harm."""

from __future__ import annotations

from types import TracebackType
from typing import Any, Self

import pytest
from websockets.typing import Subprotocol

from harness.csms import DriverError, Receipt, StationView, Unknown, v16
from harness.settings import Settings, load
from scenarios.stage import trial
from scenarios.stage.trial import Step, Trial
from server.driver import ReferenceDriver
from simulators.connection import Endpoint
from tests.simulators.central import answer, central_system, oblige, receive, say_nothing


class Scripted:
    """A driver of a system at an endpoint; it does what the test gives it."""

    operations: frozenset[Any] = frozenset()

    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint.url

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    async def perform(self, operation: object) -> Receipt | None:
        """Take every order, and forget it."""
        return None


def target(**variables: str) -> Settings:
    """Return the settings of a quick target with these environment variables."""
    usual = {"csms_patience": "0.3", "policies_call_timeout": "1"}
    return load(None, {f"PLUGFEST_{name.upper()}": value for name, value in {**usual, **variables}.items()})


async def tried(driver: Any, settings: Settings | None = None) -> list[Step]:
    """Return the steps of a trial."""
    return [step async for step in Trial(settings or target(), driver).steps()]


def failed(steps: list[Step]) -> list[str]:
    """Return what the steps that failed say."""
    return [step.text for step in steps if step.fine is False]


OTHERS = ("Configuration", "Connector", "LocalList", "Reservation", "Task", "SecurityEvent")


async def test_reference_passes_every_step() -> None:
    """A system and driver that do everything right fail no step, and each ability is tried."""
    steps = await tried(ReferenceDriver(), target(csms_patience="5"))
    assert failed(steps) == []
    text = "\n".join(step.text for step in steps)
    for words in (
        "connected: 101 with subprotocol ocpp1.6",
        "BootNotification: Accepted",
        "GetConfiguration reached the station",
        "StationReader: online True, registration Accepted, ",
        "TransactionReader: 0 entries",
        *(
            f"{one}Reader: "
            for one in ("Configuration", "Connector", "LocalList", "Reservation", "Task", "SecurityEvent")
        ),
        "OutcomeReader: ",
        "RegistrationControl: ",
        "is accepted",
        "call_timeout = 1 is declared",
        "proposed: [csms] patience = ",
    ):
        assert words in text, words


async def test_listed_station_is_neither_made_nor_deleted(monkeypatch: pytest.MonkeyPatch) -> None:
    """A station of the target file is used as it is, and is still there afterwards."""

    async def never(self: object, station: str) -> None:
        raise AssertionError(f"{station} is listed")

    async with ReferenceDriver() as running:
        await running.provision_station("CP-1")
        monkeypatch.setattr(ReferenceDriver, "provision_station", never)
        monkeypatch.setattr(ReferenceDriver, "remove_station", never)
        monkeypatch.setattr(ReferenceDriver, "__aenter__", lambda self: _ready(self))
        monkeypatch.setattr(ReferenceDriver, "__aexit__", lambda self, *error: _ready(None))
        steps = await tried(running, target(csms_patience="5", stations_identities="CP-1"))
        monkeypatch.undo()
    assert failed(steps) == []
    assert any(step.text.startswith("CP-1 connected") for step in steps)


async def _ready(value: Any) -> Any:
    return value


async def test_call_timeout_is_measured_where_it_is_not_declared() -> None:
    """The time after which the system sends its next CALL, though the first was not answered, is proposed."""
    variables = {"PLUGFEST_CSMS_PATIENCE": "5"}
    steps = await tried(ReferenceDriver(call_timeout=0.7), load(None, variables))
    (proposed,) = (step.text for step in steps if "call_timeout" in step.text)
    assert proposed.startswith("proposed: [policies] call_timeout = ")
    assert 0.7 <= float(proposed.rpartition(" ")[2]) < 3


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"subprotocols": None}, "the subprotocol must be ocpp1.6"),
        ({"subprotocols": [Subprotocol("ocpp2.0.1")]}, "was not let in"),
    ],
)
async def test_subprotocol_is_asked_for(options: dict[str, Any], complaint: str) -> None:
    """A connection without the subprotocol is complained of."""
    async with central_system(oblige, **options) as endpoint:
        assert complaint in failed(await tried(Scripted(endpoint)))[0]


async def test_system_that_does_not_answer() -> None:
    """A BootNotification that is not answered ends the trial."""
    async with central_system(say_nothing) as endpoint:
        steps = await tried(Scripted(endpoint))
    assert "BootNotification" in failed(steps)[0]
    assert steps[-1].fine is False


async def test_nobody_there() -> None:
    """A system that cannot be reached ends the trial."""
    assert "cannot be reached" in failed(await tried(Scripted(Endpoint("ws://127.0.0.1:1"))))[0]


async def test_operation_that_does_not_arrive() -> None:
    """An order that the console takes and the station never sees is a failure; without any order, that is told."""
    async with central_system(oblige) as endpoint:
        driver = Scripted(endpoint)
        assert any("no operation was tried" in step.text for step in await tried(driver))
        driver.operations = frozenset({v16.TriggerMessage})
        assert "TriggerMessage" in failed(await tried(driver))[0]


@pytest.mark.parametrize(
    ("answer", "fine"),
    [(StationView(online=True), True), (Unknown("it does not tell"), None), (DriverError("500"), False)],
)
async def test_reader_is_tried_once(answer: object, fine: bool | None) -> None:
    """A reader that fails is a failure; one that does not know is only told."""
    asked: list[str] = []

    async def station(station: str) -> object:
        asked.append(station)
        if isinstance(answer, DriverError | Unknown):
            raise answer
        return answer

    async with central_system(oblige) as endpoint:
        driver = Scripted(endpoint)
        driver.station = station  # type: ignore[attr-defined]
        (step,) = (step for step in await tried(driver) if step.text.startswith("StationReader"))
    assert step.fine is fine
    assert asked == [trial.STATION]


async def test_tag_that_is_not_accepted_is_a_failure() -> None:
    """A tag that the driver says it has made, but the system does not accept, is complained of."""

    async def provision_tag(tag: object) -> None: ...

    async def invalid(socket: Any) -> None:

        while True:
            message = await receive(socket)
            wrong = {"idTagInfo": {"status": "Invalid"}} if message[2] == "Authorize" else {}
            await answer(socket, message, **wrong)

    async with central_system(invalid) as endpoint:
        driver = Scripted(endpoint)
        driver.provision_tag = provision_tag  # type: ignore[attr-defined]
        assert failed(await tried(driver)) == ["TagProvisioning: a tag that was provisioned is answered Invalid"]


async def test_driver_that_does_not_start() -> None:
    """A driver that fails is named as what failed."""

    class Broken(Scripted):
        async def __aenter__(self) -> Self:
            raise DriverError("no console")

    assert await tried(Broken(Endpoint("ws://127.0.0.1:1"))) == [Step(False, "the driver failed: no console")]


async def test_trial_is_of_a_version_that_the_target_speaks() -> None:
    """A target that speaks OCPP 2.0.1 is tried with a charging station."""
    async with central_system(oblige, subprotocols=[Subprotocol("ocpp2.0.1")]) as endpoint:
        steps = await tried(Scripted(endpoint), target(csms_versions="2.0.1"))
    assert failed(steps) == []
    assert any("101 with subprotocol ocpp2.0.1" in step.text for step in steps)

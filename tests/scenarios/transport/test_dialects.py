"""Tests of the words of the transport: each is valid in its version, or breaks the rule that it is to break."""

from __future__ import annotations

import pytest

from harness.csms import Operation
from harness.scenario import Takes
from harness.schemas import Kind
from harness.trace import Trace
from scenarios.stage.population import KINDS
from scenarios.transport.dialects import CLEAR_CACHE, EVERY_VERSION, Dialect, Said, dialect, needs
from simulators.connection import Endpoint
from simulators.station import Station

TAG = "0123456789ABCDEF"


@pytest.fixture(params=EVERY_VERSION)
def station(request: pytest.FixtureRequest) -> Station:
    """A station of each version, which is not connected."""
    return KINDS[request.param]("S1", Endpoint("ws://localhost"), Trace())


@pytest.fixture
def say(station: Station) -> Dialect:
    """The dialect of that station."""
    return dialect(station)


def broken(station: Station, said: Said) -> set[str]:
    """Return the rules of its schema that a CALL breaks."""
    action, payload = said
    if action not in station.version.schemas.actions:
        return {"action"}
    return {one.rule for one in station.version.schemas.violations(action, Kind.REQUEST, payload)}


def test_operations_are_those_of_the_version(say: Dialect, station: Station) -> None:
    """What is ordered is valid and of the version that the station speaks."""
    orders: tuple[Operation, ...] = (say.clear_cache(), say.read(), say.write(), *map(say.reset, say.resets))
    for order in orders:
        assert (order.version, order.station) == (station.version.name, station.id)
        assert broken(station, (order.action(), order.payload())) == set()
    assert say.reset().payload()["type"] == say.resets[0]


def test_good_words_are_valid(say: Dialect, station: Station) -> None:
    """What every central system serves keeps the schemas."""
    boots = [("BootNotification", one) for one in (say.least_boot(), {**station.identity, **say.firmware("1.0")})]
    words = [say.status(), say.authorize(TAG), say.start(TAG), say.meter_values(3), say.told("x" * 50)]
    for said in (*words, *boots, *say.longest(TAG), say.timed("2026-01-02T03:04:05.678Z")):
        assert broken(station, said) == set(), said


def test_invalid_words_are_invalid(say: Dialect, station: Station) -> None:
    """Of the words that break a rule, each breaks that one; the other direction is valid but for that."""
    rules = {
        "required": say.incomplete(),
        "type": say.mistyped(),
        "enum": say.misspelt(),
        "maxLength": say.overlong(),
        "additionalProperties": say.extended(),
        "format": [say.timed("yesterday")],
    }
    for rule, words in rules.items():
        for said in words:
            assert rule in broken(station, said), (rule, said)
            assert broken(station, said), said
    assert all(broken(station, said) for said in say.harmful())
    assert [broken(station, said) for said in say.foreign] == [set(), set()]


def test_invalid_calls_are_of_all_kinds(say: Dialect, station: Station) -> None:
    """Among the CALLs that nobody can serve, only that of the other direction keeps its schema."""
    valid = [said for said in say.invalid if not broken(station, said)]
    assert [action for action, _ in valid] == ["Reset"]


def test_operations_that_are_needed_are_those_of_the_version() -> None:
    """A need that differs is that of the version, another is the same everywhere."""
    found = needs(CLEAR_CACHE, Takes(5))
    assert {name: list(one) for name, one in found.items()} == {
        name: [CLEAR_CACHE[name], Takes(5)] for name in EVERY_VERSION
    }

"""Tests of the description of a central system: what follows from what was seen."""

from __future__ import annotations

import json

import pytest

from harness.ocppj import Call, CallError, CallResult, Frame
from harness.trace import Direction, Event, Trace
from simulators.description import Description, Encryption, patience_for, response_times


def described(endpoint: str = "ws://host/ocpp", **members: object) -> Description:
    """Return a description in which only these members were learned."""
    return Description(endpoint=endpoint, station="CP1", **members)  # type: ignore[arg-type]


def encrypted(*, wanted: bool) -> Encryption:
    """Return what was seen of TLS."""
    return Encryption(
        versions=("TLS_1_2",), suites=(), compression=False, client_certificate_wanted=wanted, certificate=None
    )


@pytest.mark.parametrize(
    ("seen", "profile"),
    [
        (described(), 0),
        (described(challenge="Basic"), 1),
        (described("wss://host"), 2),
        (described("wss://host", challenge="Basic", encryption=encrypted(wanted=True)), 2),
        (described("wss://host", encryption=encrypted(wanted=True)), 3),
    ],
)
def test_security_profile_follows_from_the_way_in(seen: Description, profile: int) -> None:
    """TLS, a client certificate that is wanted and Basic authentication tell the security profile."""
    assert seen.security_profile == profile


def test_settings_are_those_that_were_learned() -> None:
    """A target file gets what was seen, and nothing that was not; of the versions those that the suite plays."""
    assert described().settings() == {"csms": {"endpoint": "ws://host/ocpp"}, "security": {"profile": 0}}
    seen = described(
        subprotocols=("ocpp1.5", "ocpp1.6", "ocpp2.0.1", "ocpp2.1"),
        unknown_stations="refused",
        response_times={"Heartbeat": 0.52},
    )
    assert seen.settings() == {
        "csms": {"endpoint": "ws://host/ocpp", "versions": ["1.6", "2.0.1"], "patience": 5.5},
        "security": {"profile": 0},
        "policies": {"unknown_stations": "refused"},
    }


def test_description_is_json() -> None:
    """Everything that was seen fits into a JSON object, with the settings."""
    told = json.loads(json.dumps(described(encryption=encrypted(wanted=False), subprotocols=("ocpp1.6",)).to_json()))
    assert told["encryption"]["versions"] == ["TLS_1_2"]
    assert told["settings"]["csms"]["versions"] == ["1.6"]


@pytest.mark.parametrize(("longest", "patience"), [(0.01, 2.0), (0.2, 2.0), (0.21, 2.5), (3.0, 30.0)])
def test_patience_leaves_headroom(longest: float, patience: float) -> None:
    """Patience is ten times the longest answer, in half seconds, and never below two."""
    assert patience_for([0.001, longest]) == patience


def test_response_times_are_those_of_answered_calls() -> None:
    """A CALL and what answers it on its connection make a time; what is not answered makes none."""
    moments = iter([0.0, 0.0, 1.0, 1.5, 1.75, 2.0, 3.0])
    trace = Trace(clock=lambda: next(moments))

    def add(direction: Direction, frame: Frame, connection: int = 1) -> None:
        trace.add("CP1", direction, Event.TEXT, frame=frame, connection=connection)

    add(Direction.SENT, Call("1", "Heartbeat", {}))
    add(Direction.SENT, Call("2", "Authorize", {}))
    add(Direction.RECEIVED, CallResult("1", {}))
    add(Direction.RECEIVED, CallError("2", "GenericError", "", {}), connection=2)
    add(Direction.RECEIVED, CallError("2", "GenericError", "", {}))
    add(Direction.RECEIVED, CallResult("9", {}))
    assert response_times(trace) == {"Heartbeat": [1.5], "Authorize": [1.0]}

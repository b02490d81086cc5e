"""Tests of ``plugfest probe``: its arguments, its words and its exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from harness.verdict import Inconclusive
from plugfest.probe import STATION, probe, told
from simulators.connection import Endpoint
from simulators.description import Description, Encryption, Growth, ServerCertificate
from simulators.observer import Observer

SEEN = Description(
    endpoint="wss://host/ocpp",
    station="CP1",
    entry="101 with subprotocol ocpp1.6",
    challenge='Basic realm="OCPP"',
    subprotocols=("ocpp1.6", "ocpp2.0.1"),
    without_subprotocol="HTTP 400 Bad Request",
    compression=False,
    stranger="HTTP 404 Not Found",
    unknown_stations="refused",
    encryption=Encryption(
        versions=("TLS_1_2", "TLS_1_3"),
        suites=("TLS_1_3 TLS_AES_128_GCM_SHA256",),
        compression=True,
        client_certificate_wanted=True,
        certificate=ServerCertificate(subject="CN=host", issuer="CN=root", expires="2030-01-01", key="EC 256"),
    ),
    registration="Accepted",
    heartbeat_interval=300,
    response_times={"Heartbeat": 0.0125},
    calls={"GetConfiguration": 2},
    pings=3,
    listened=15.0,
    pong=False,
    longest_message=Growth(answered=16384, limit="65536 bytes: close 1009"),
    reactions={"a binary message": "no answer; not served any more"},
    unfinished=("pings",),
)


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> list[Observer]:
    """The observers that were sent out; each comes back with SEEN at once."""
    sent: list[Observer] = []

    async def describe(self: Observer) -> Description:
        sent.append(self)
        return SEEN

    monkeypatch.setattr(Observer, "describe", describe)
    return sent


def test_everything_that_was_seen_is_told() -> None:
    """Each thing that was learned has its place in the text."""
    text = "\n".join(told(SEEN))
    for words in (
        "wss://host/ocpp, as station CP1",
        '101 with subprotocol ocpp1.6, asks for Basic realm="OCPP"',
        "TLS_1_2, TLS_1_3, with compression",
        "TLS_1_3 TLS_AES_128_GCM_SHA256",
        "CN=host, EC 256, by CN=root, until 2030-01-01",
        "client certificate     asked for",
        "ocpp1.6, ocpp2.0.1",
        "no subprotocol         HTTP 400 Bad Request",
        "compression            none",
        "unknown stations       HTTP 404 Not Found",
        "Accepted, interval 300",
        "12 ms at most for Heartbeat",
        "2 × GetConfiguration",
        "3 within 15 s; does not answer those of the station",
        "16384 bytes of text answered; 65536 bytes: close 1009",
        "to a binary message: no answer; not served any more",
        "pings: the time was up",
    ):
        assert words in text, words


def test_what_was_not_learned_is_left_out() -> None:
    """A description of next to nothing is two lines."""
    assert len(list(told(Description(endpoint="ws://host", station="CP1", entry="HTTP 401 Unauthorized")))) == 2


def test_object_carries_the_settings(seen: list[Observer]) -> None:
    """With --json there is one object, with the settings that a target file gets from it."""
    done = CliRunner().invoke(probe, ["ws://host/ocpp", "--json"])
    assert (done.exit_code, len(seen)) == (0, 1)
    assert json.loads(done.stdout)["settings"]["csms"]["versions"] == ["1.6", "2.0.1"]


def test_station_and_manners_are_those_of_the_options(monkeypatch: pytest.MonkeyPatch) -> None:
    """A station that is given counts as known; one that is made up does not."""
    asked: list[tuple[Endpoint, str, dict[str, object]]] = []

    class Noting:
        def __init__(self, endpoint: Endpoint, station: str, **options: object) -> None:
            asked.append((endpoint, station, options))

        async def describe(self) -> Description:
            return SEEN

    monkeypatch.setattr("plugfest.probe.Observer", Noting)
    options = ["--settle=1", "--pace=2", "--reconnect-gap=3", "--password=secret"]
    CliRunner().invoke(probe, ["ws://host", "--station=CP1", *options])
    CliRunner().invoke(probe, ["wss://host"])
    (_, first, given), (endpoint, second, usual) = asked
    manners = given["manners"]
    assert (first, given["known"], given["password"]) == ("CP1", True, b"secret")
    assert (manners.settle, manners.pace, manners.reconnect_gap) == (1, 2, 3)  # type: ignore[attr-defined]
    assert (second, usual["known"], usual["password"]) == (STATION, False, None)
    assert endpoint.ssl is not None


@pytest.mark.parametrize("url", ["http://host", "host", "ws://", "ws://host:99999", "ws://[::1"])
def test_url_that_is_none(url: str) -> None:
    """A URL that no station can connect to is wrong usage, and the error says what to write."""
    done = CliRunner().invoke(probe, [url])
    assert done.exit_code == 2
    assert "ws://HOST" in done.stderr or "is no URL" in done.stderr


def test_authority_that_is_none(tmp_path: Path) -> None:
    """A file without a certificate is wrong usage."""
    (tmp_path / "ca.pem").write_text("hello")
    done = CliRunner().invoke(probe, ["wss://host", f"--authority={tmp_path / 'ca.pem'}"])
    assert done.exit_code == 2
    assert "holds no certificate in PEM" in done.stderr


def test_nobody_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nobody answers, the work could not be carried out."""

    async def nobody(self: Observer) -> Description:
        raise Inconclusive("ws://host cannot be reached")

    monkeypatch.setattr(Observer, "describe", nobody)
    done = CliRunner().invoke(probe, ["ws://host"])
    assert (done.exit_code, done.stderr) == (3, "plugfest: ws://host cannot be reached\n")

"""What a central system is like, as far as a station can see it: observed, never judged."""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from harness.ocppj import Call, CallError, CallResult
from harness.trace import Direction, Entry
from harness.versions import VERSIONS

SUBPROTOCOLS: Mapping[str, str] = {
    "ocpp1.2": "1.2",
    "ocpp1.5": "1.5",
    "ocpp1.6": "1.6",
    "ocpp2.0": "2.0",
    "ocpp2.0.1": "2.0.1",
    "ocpp2.1": "2.1",
}
"""Registered subprotocol → OCPP version."""

HEADROOM = 10
"""How many times the longest answer that was seen a central system should be given at least."""

SHORTEST_PATIENCE = 2.0
"""Seconds below which patience is not proposed, however quick a central system is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerCertificate:
    """The leaf of the chain that a central system shows; ``expires`` is ISO 8601, ``key`` kind and bits."""

    subject: str
    issuer: str
    expires: str
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Encryption:
    """What a central system agrees to in TLS; suites and certificate are those up to TLS 1.2 unless it has only 1.3."""

    versions: tuple[str, ...]
    suites: tuple[str, ...]
    compression: bool
    client_certificate_wanted: bool
    certificate: ServerCertificate | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """How long a message may be, in bytes: the longest that was answered, and what became of the next longer one."""

    answered: int
    limit: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """What was seen of a central system; a member that is None was not learned.

    ``entry`` is what became of the station's own handshake, ``challenge`` the WWW-Authenticate header of a refusal.
    ``stranger`` is what became of a station that nobody knows, ``unknown_stations`` the policy that follows from it in
    the words of a target file. ``response_times`` are the longest by action, in seconds; ``calls`` counts the CALLs
    that came unasked; ``pings`` counts those that came within ``listened`` seconds, ``pong`` says whether one of the
    station's was answered, ``dropped`` how the idle connection ended if it did. ``reactions`` is what followed each
    message that is no proper one; ``unfinished`` what there was no time for.
    """

    endpoint: str
    station: str
    entry: str | None = None
    challenge: str | None = None
    subprotocols: tuple[str, ...] | None = None
    without_subprotocol: str | None = None
    compression: bool | None = None
    served: bool = False
    stranger: str | None = None
    unknown_stations: str | None = None
    encryption: Encryption | None = None
    registration: str | None = None
    heartbeat_interval: int | None = None
    response_times: Mapping[str, float] = field(default_factory=dict)
    calls: Mapping[str, int] | None = None
    pings: int | None = None
    listened: float | None = None
    pong: bool | None = None
    dropped: str | None = None
    longest_message: Growth | None = None
    reactions: Mapping[str, str] | None = None
    unfinished: tuple[str, ...] = ()

    @property
    def versions(self) -> tuple[str, ...]:
        """The OCPP versions that it speaks."""
        return tuple(SUBPROTOCOLS[name] for name in self.subprotocols or ())

    @property
    def security_profile(self) -> int:
        """The security profile that it asks of stations, 0 to 3 (security white paper 2)."""
        basic = self.challenge is not None
        if not self.endpoint.startswith("wss://"):
            return 1 if basic else 0
        wanted = self.encryption is not None and self.encryption.client_certificate_wanted
        return 3 if wanted and not basic else 2

    def settings(self) -> dict[str, dict[str, Any]]:
        """Return what a target file says of it, section by section; what was not learned is left out."""
        csms: dict[str, Any] = {"endpoint": self.endpoint}
        if played := [version for version in self.versions if version in VERSIONS]:
            csms["versions"] = played
        if self.response_times:
            csms["patience"] = patience_for(self.response_times.values())
        found: dict[str, dict[str, Any]] = {"csms": csms, "security": {"profile": self.security_profile}}
        if self.unknown_stations is not None:
            found["policies"] = {"unknown_stations": self.unknown_stations}
        return found

    def to_json(self) -> dict[str, Any]:
        """Return everything as one JSON object, the settings that follow from it included."""
        return {**asdict(self), "settings": self.settings()}


def response_times(trace: Iterable[Entry]) -> Mapping[str, Sequence[float]]:
    """Return how long each CALL of the stations of a trace waited for its answer, in seconds by action."""
    asked: dict[tuple[str, int, str], tuple[str, float]] = {}
    times: defaultdict[str, list[float]] = defaultdict(list)
    for entry in trace:
        match entry.direction, entry.frame:
            case Direction.SENT, Call() as call:
                asked[entry.station, entry.connection, call.unique_id] = call.action, entry.at
            case Direction.RECEIVED, CallResult() | CallError() as answer:
                if known := asked.pop((entry.station, entry.connection, answer.unique_id), None):
                    times[known[0]].append(entry.at - known[1])
    return times


def patience_for(times: Iterable[float]) -> float:
    """Return the patience in seconds that suits a central system with these response times, rounded to 0.5 s."""
    wanted = max([*times, 0.0]) * HEADROOM
    return max(SHORTEST_PATIENCE, round(wanted * 2 + 0.49) / 2)


def in_words(times: Sequence[float]) -> str:
    """Return the median and the longest of some times for a person."""
    return f"{statistics.median(times) * 1000:.0f} ms, longest {max(times) * 1000:.0f} ms"

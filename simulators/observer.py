"""A station that looks at a central system, politely and within bounds, and describes what it saw."""

from __future__ import annotations

import asyncio
import secrets
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from typing import Any

from harness.ocppj import Call
from harness.trace import Direction, Trace
from harness.verdict import Inconclusive, Nonconformity
from simulators import tls_probe
from simulators.aftermath import aftermath
from simulators.certificates import Certificate, from_der
from simulators.connection import Declined, Endpoint, Unreachable, Upgraded
from simulators.description import SUBPROTOCOLS, Description, Encryption, Growth, ServerCertificate, response_times
from simulators.manners import Manners
from simulators.observation import Answer, Refusal
from simulators.station import Station
from simulators.tls_probe import DEFLATE, NULL_COMPRESSION, ORDINARY, UNSUITABLE, Negotiated, Version
from simulators.v16 import ChargePoint
from simulators.v201 import ChargingStation

HEARTBEATS = 5
"""How many Heartbeats the response time is taken from."""

SIZES = tuple(1024 * 4**step for step in range(6))
"""Bytes of text in the messages with which the limit is looked for: 1 KiB to 1 MiB."""

IMPROPER: Mapping[str, str | bytes] = {
    "text that is no JSON": "hello",
    "JSON that is no array": '{"action":"Heartbeat"}',
    "a CALL without payload": '[2,"{id}","Heartbeat"]',
    "an unknown action": '[2,"{id}","MakeCoffee",{}]',
    "a binary message": b"\x00\x01\x02",
}
"""Messages that no proper station sends; {id} stands for a fresh message id."""

KINDS: Mapping[str, type[Station]] = {kind.version.subprotocol: kind for kind in (ChargePoint, ChargingStation)}
"""Subprotocol → the station that speaks it."""

SHOWN = 200
"""Characters of a reaction that are kept."""

_SUITES = {**ORDINARY, **UNSUITABLE}
_POLICIES = {"Accepted": "accepted", "Rejected": "rejected"}

Members = dict[str, Any]


class Observer:
    """Looks at one central system under one identity; ``known`` says whether it is one that is known there.

    ``patience`` bounds each wait and ``limit`` the whole; ``listen`` is how long pings are waited for (seconds).
    """

    def __init__(
        self,
        endpoint: Endpoint,
        identity: str,
        *,
        known: bool,
        manners: Manners,
        password: bytes | None = None,
        patience: float = 5.0,
        listen: float = 15.0,
        limit: float = 120.0,
    ) -> None:
        self._endpoint = endpoint
        self._known = known
        self._manners = manners
        self._patience = patience
        self._listen = listen
        self._limit = limit
        self._trace = Trace()
        self._password = password
        self._station = self._make(identity, ChargePoint, password=password)
        self._found: Members = {}

    async def describe(self) -> Description:
        """Return what can be seen; raises Inconclusive where nobody answers at all."""
        steps = self._steps()
        try:
            async with asyncio.timeout(self._limit):
                for name in tuple(steps):
                    self._found |= await steps[name]()
                    del steps[name]
        except TimeoutError:
            self._found["unfinished"] = tuple(steps)
        finally:
            await self._station.leave()
        received = (entry.frame for entry in self._trace if entry.direction is Direction.RECEIVED)
        times, known = response_times(self._trace), self._station.version.schemas.actions
        return Description(
            endpoint=self._endpoint.url,
            station=self._station.id,
            response_times={action: max(times[action]) for action in times if action in known},
            calls=dict(Counter(frame.action for frame in received if isinstance(frame, Call))),
            **self._found,
        )

    def _steps(self) -> dict[str, Callable[[], Awaitable[Members]]]:
        """Return the steps in their order, by what they find out."""
        return {
            "the way in": self._entry,
            "encryption": self._encryption,
            "subprotocols": self._subprotocols,
            "compression": self._compression,
            "response times": self._session,
            "unknown stations": self._stranger,
            "pings": self._pings,
            "the longest message": self._growth,
            "improper messages": self._reactions,
        }

    def _make(self, identity: str, kind: type[Station], *, password: bytes | None = None) -> Station:
        conduct, patience = self._manners.of(identity), self._patience
        return kind(identity, self._endpoint, self._trace, patience=patience, conduct=conduct, password=password)

    # The handshake

    async def _entry(self) -> Members:
        outcome = await self._station.knock()
        if isinstance(outcome, Unreachable) and not outcome.tls:
            raise Inconclusive(str(outcome))
        challenge = outcome.headers.get("www-authenticate") if isinstance(outcome, Declined) else None
        return {"entry": str(outcome), "challenge": challenge}

    async def _subprotocols(self) -> Members:
        outcomes = {name: await self._station.knock(subprotocols=[name]) for name in SUBPROTOCOLS}
        spoken = [name for name, one in outcomes.items() if isinstance(one, Upgraded) and one.subprotocol == name]
        if not any(isinstance(one, Upgraded) for one in outcomes.values()):
            return {}
        await self._speak(next((KINDS[name] for name in spoken if name in KINDS), ChargePoint))
        without = await self._station.knock(subprotocols=[])
        served = isinstance(without, Upgraded) and isinstance(await self._station.probe(), Answer | Refusal)
        how = "served" if served else "let in, but not served" if isinstance(without, Upgraded) else str(without)
        return {"subprotocols": tuple(spoken), "without_subprotocol": how}

    async def _speak(self, kind: type[Station]) -> None:
        """Go on as a station of the oldest version that is spoken."""
        if not isinstance(self._station, kind):
            await self._station.leave()
            self._station = self._make(self._station.id, kind, password=self._password)

    async def _compression(self) -> Members:
        outcome = await self._station.knock(compression=True)
        if not isinstance(outcome, Upgraded):
            return {}
        return {"compression": "permessage-deflate" in outcome.headers.get("sec-websocket-extensions", "")}

    async def _stranger(self) -> Members:
        """Say how a station is received that nobody knows; under a second identity only a connection is asked for."""
        if not self._known and (told := self._found.get("registration")):
            return {"stranger": f"let in, then told {told}", "unknown_stations": _POLICIES.get(told)}
        stranger = self._make(f"PLUGFEST-{secrets.token_hex(4)}", type(self._station))
        outcome = await stranger.knock()
        await stranger.leave()
        return {"stranger": str(outcome), "unknown_stations": "refused" if isinstance(outcome, Declined) else None}

    # Encryption

    async def _encryption(self) -> Members:
        agreed = {version: await self._offer(version) for version in Version if self._endpoint.encrypted}
        spoken = {version: one for version, one in agreed.items() if one and one.version == version}
        if not spoken:
            return {}
        chain = next((one.chain for one in spoken.values() if one.chain), ())
        squeezed = await self._offer(min(Version.TLS_1_2, max(spoken)), compressions=(DEFLATE, NULL_COMPRESSION))
        found = Encryption(
            versions=tuple(version.name for version in spoken),
            suites=tuple([suite for version in spoken async for suite in self._suites(version)]),
            compression=squeezed is not None and squeezed.compression != NULL_COMPRESSION,
            client_certificate_wanted=any(one.client_certificate_wanted for one in spoken.values()),
            certificate=_told(from_der(chain)[0]) if chain else None,
        )
        return {"encryption": found}

    async def _suites(self, version: Version) -> AsyncIterator[str]:
        """Yield the suites that are agreed on with a version, in the order in which the central system prefers them."""
        left = dict(_SUITES)
        while left and (one := await self._offer(version, left)) and one.version == version and one.suite in left:
            yield f"{version.name} {one.suite}"
            del left[one.suite]

    async def _offer(
        self, version: Version, suites: Mapping[str, int] = _SUITES, compressions: Sequence[int] = (NULL_COMPRESSION,)
    ) -> Negotiated | None:
        try:
            outcome = await tls_probe.probe(self._station, version=version, suites=suites, compressions=compressions)
        except Inconclusive:
            return None
        return outcome if isinstance(outcome, Negotiated) else None

    # The session

    async def _session(self) -> Members:
        if not isinstance(await self._station.knock(), Upgraded):
            return {}
        booted = await self._station.attempt("BootNotification", self._station.identity)
        beats = [await self._station.probe() for _ in range(HEARTBEATS if isinstance(booted, Answer) else 1)]
        served = any(isinstance(one, Answer | Refusal) for one in (booted, *beats))
        if not isinstance(booted, Answer):
            return {"registration": str(booted), "served": served}
        interval = booted.member("interval")
        return {"registration": str(booted.member("status")), "heartbeat_interval": interval, "served": served}

    async def _pings(self) -> Members:
        """Listen for a while, and count the pings of the central system."""
        if not self._station.connected:
            return {}
        before, heard = self._station.pings, Members(listened=self._listen)
        try:
            ended = await self._station.linger(self._listen, every=self._listen)
        except Nonconformity:
            heard["pong"] = False
        else:
            heard |= {"dropped": str(ended)} if ended else {"pong": True}
        return {"pings": self._station.pings - before, **heard}

    async def _growth(self) -> Members:
        """Send longer and longer messages until one is not answered any more."""
        answered = 0
        for size in SIZES if self._found.get("served") and await self._connected() else ():
            outcome = await self._station.attempt("DataTransfer", {"vendorId": "org.plugfest", "data": "x" * size})
            if not isinstance(outcome, Answer | Refusal):
                return {"longest_message": Growth(answered=answered, limit=f"{size} bytes: {outcome}")}
            answered = size
        return {"longest_message": Growth(answered=answered)} if answered else {}

    async def _reactions(self) -> Members:
        """Send messages that are no proper ones, and note what follows each."""
        seen: dict[str, str] = {}
        for name, message in IMPROPER.items() if self._found.get("served") else ():
            if not await self._connected():
                break
            filled = message.replace("{id}", self._station.new_id()) if isinstance(message, str) else message
            after = await aftermath(self._station, filled)
            said = ", ".join(text[:SHOWN] for text in after.texts) or "no answer"
            seen[name] = f"{said}; {after.life}"
        return {"reactions": seen} if seen else {}

    async def _connected(self) -> bool:
        return self._station.connected or isinstance(await self._station.knock(), Upgraded)


def _told(one: Certificate) -> ServerCertificate:
    """Return what a certificate says, in words."""
    return ServerCertificate(
        subject=one.raw.subject.rfc4514_string(),
        issuer=one.raw.issuer.rfc4514_string(),
        expires=one.raw.not_valid_after_utc.isoformat(),
        key=f"{one.algorithm} {one.bits}",
    )

"""A stage with nobody on it, and scenarios to be played there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from harness.csms import Operation, Receipt
from harness.csms.v16 import ClearCache
from harness.evidence import Evidence
from harness.playing import Player, Scene, Terms
from harness.record import Result
from harness.rules import ARRAY, Ruling
from harness.scenario import Need, Part, Scenario, parts_of, scenario
from harness.trace import Direction, Event, Trace
from harness.verdict import SHALL, Level
from harness.versions import V16


class Idle:
    """A driver that can clear a cache and does nothing."""

    operations: Collection[type[Operation]] = (ClearCache,)

    async def __aenter__(self) -> Idle:
        return self

    async def __aexit__(self, *_: object) -> None: ...

    async def perform(self, operation: Operation) -> Receipt | None:
        """Do nothing."""


class Empty:
    """A stage that brings checks, trace and case; ``plays`` tells on what scenes, which are ``used`` where that is set.

    ``entering``, ``before`` and ``after`` are what goes wrong around it and around a scenario.
    """

    def __init__(
        self, *, entering: Exception | None = None, before: Exception | None = None, after: Exception | None = None
    ) -> None:
        self.driver = Idle()
        self.entered = 0
        self.used = False
        self.plays: list[str] = []
        self.asked: list[frozenset[str]] = []
        self.missing: Mapping[str, str] = {}
        self._entering = entering
        self._before = before
        self._after = after

    async def __aenter__(self) -> Empty:
        self.entered += 1
        if self._entering:
            raise self._entering
        return self

    async def __aexit__(self, *_: object) -> None: ...

    def lack(self, component: str) -> str | None:
        """Have every component."""
        return None

    def unfit(self, scenario: Scenario) -> str | None:
        """Play everything."""
        return None

    async def absent(self, scenarios: Collection[Scenario]) -> Mapping[str, str]:
        """Say which scenarios have nothing to be played with."""
        self.asked.append(frozenset(one.id for one in scenarios))
        return self.missing

    @asynccontextmanager
    async def scene(self, part: Part, evidence: Evidence, *, fresh: bool) -> AsyncIterator[Scene]:
        """Bring what the scenario names."""
        if self._before:
            raise self._before
        props = {"check": evidence.checks, "trace": evidence.trace, "case": part.case}
        used = self.used and not fresh
        self.plays.append("used" if used else "fresh")
        yield Scene({name: props[name] for name in part.arguments}, used)
        if self._after:
            raise self._after


def hear(trace: Trace, breaks: Level | None = None) -> None:
    """Put a message of the central system into a trace; ``breaks`` is how badly it breaks a rule of the wire."""
    ruling = Ruling(V16)
    ruling.that(breaks is None, ARRAY, "an array", "an object", level=breaks or SHALL)
    trace.add("CP", Direction.RECEIVED, Event.TEXT, '[3,"1",{}]', ruling=ruling)


def part(function: Callable[..., Any], name: str = "one", *needs: Need) -> Part:
    """Return a scenario that a function plays, under the id v16.core.feature.NAME."""
    function.__doc__ = "It does."
    (only,) = parts_of(scenario(f"v16.core.feature.{name}", spec=["OCPP 1.6 1"], needs=needs)(function))
    return only


async def play(*parts: Part, stage: Empty | None = None, terms: Terms, at_once: int = 64) -> Mapping[str, Result]:
    """Play scenarios, and return their results by the end of their ids, in the order in which they came."""
    results: list[Result] = []
    await Player(stage or Empty(), replace(terms, at_once=at_once), results.append).play(parts)
    return {result.id.rpartition(".")[2]: result for result in results}


class Turnstile:
    """Counts who is inside at the same time; nobody leaves before ``together`` have come in, or all have."""

    def __init__(self, together: int) -> None:
        self.inside = self.most = 0
        self._together = together
        self._full = asyncio.Event()

    async def pass_through(self) -> None:
        """Come in, wait for the others, and leave."""
        self.inside += 1
        self.most = max(self.most, self.inside)
        if self.inside >= self._together:
            self._full.set()
        await self._full.wait()
        self.inside -= 1


def several(function: Callable[..., Any], names: Sequence[str]) -> list[Part]:
    """Return scenarios that one function plays."""

    def anew(name: str) -> Part:
        async def played(check: Any, trace: Any) -> None:
            await function(name)
            hear(trace)
            check.equal(1, 1, clause="c")

        return part(played, name)

    return [anew(name) for name in names]

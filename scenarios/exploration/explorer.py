"""Exploring a target: sessions one after the other, bounded in time, and what came of all of them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field

from harness.csms import Driver, Hosted
from harness.csms.console import Csms
from harness.csms.operation import Operation
from harness.settings import Settings
from harness.trace import Trace
from harness.verdict import Check, Inconclusive, Nonconformity
from scenarios.exploration.search import Over, search, sessions, shortened
from scenarios.exploration.session import Broken, Cause, Played, Session, cause
from scenarios.exploration.steps import FORMS, STATIONS, Step, Verb, parse
from scenarios.stage.access import endpoint_of
from scenarios.stage.identities import Identities, Loan
from scenarios.stage.numbers import numbers_of
from scenarios.stage.population import Population, Tags
from simulators.connection import Endpoint
from simulators.v16 import ChargePoint

AGAIN = 2
"""How often a counterexample is played once more, to see whether it shows each time."""

SHORTENING = 15.0
"""Seconds for which a session that breaks something is made shorter, and played again."""

ROUNDS = 1_000_003
"""What a seed is multiplied with, so that the rounds of different seeds differ."""


TRIAL = parse("plug A.1")
"""The session that shows whether there is anybody to explore."""


@dataclass(frozen=True, slots=True)
class Counterexample:
    """A session that shows what the central system may not do, as short as it could be made.

    ``session`` is the number of the session in which it was found; ``shown`` is how often it showed again, of ``AGAIN``
    times.
    """

    played: Played
    check: Check
    session: int
    shown: int


@dataclass(slots=True)
class Explored:
    """What was done, and what came of it; ``verbs`` are those that could be drawn."""

    verbs: Sequence[Verb] = ()
    sessions: int = 0
    steps: int = 0
    seconds: float = 0.0
    unknown: int = 0
    counterexamples: list[Counterexample] = field(default_factory=list)
    remarks: dict[Cause, tuple[Check, Played]] = field(default_factory=dict)
    interrupted: bool = False


class Explorer:
    """Explores one target; all chance follows from ``seed``.

    With ``first``, it ends with the first counterexample. ``strict`` counts what is only recommended, too. ``begun`` is
    called once the target has served a station.
    """

    def __init__(
        self,
        settings: Settings,
        driver: Driver,
        *,
        seed: int,
        seconds: float,
        strict: bool = False,
        first: bool = False,
        begun: Callable[[], None] = lambda: None,
    ) -> None:
        self._settings = settings
        self._driver = driver
        self._seed, self._seconds = seed, seconds
        self._strict, self._first = strict, first
        self._begun = begun
        self._endpoint = Endpoint("")
        self._identities = Identities(settings)
        self._numbers = numbers_of(settings.features)
        self._known: set[Cause] = set()
        self._sure: set[Cause] = set()
        self._trouble: Exception | None = None
        self._ended = False
        self.explored = Explored()

    async def explore(self) -> Explored:
        """Explore until the time is over; raises Unreached, DriverError, SettingsError.

        Whoever cancels it gets what was done until then, whatever went wrong in the session that was cut short.
        """
        try:
            await self._explore()
        except asyncio.CancelledError:
            self.explored.interrupted = True
        if self._trouble is not None and not self.explored.interrupted:
            raise self._trouble
        return self.explored

    async def replay(self, steps: Sequence[Step]) -> Explored:
        """Play one session; raises Unreached, DriverError, SettingsError."""
        async with AsyncExitStack() as life:
            await self._enter(life)
            played = await self._play(steps)
        if played.broken is not None:
            self.explored.counterexamples.append(Counterexample(played, played.broken, 1, AGAIN))
        return self.explored

    async def _explore(self) -> None:
        async with AsyncExitStack() as life:
            await self._enter(life)
            began = time.monotonic()
            await self._play(TRIAL)
            self._begun()
            thread = asyncio.create_task(asyncio.to_thread(self._search, began, asyncio.get_running_loop()))
            try:
                await asyncio.shield(thread)
            finally:
                self._ended = True
                await thread
                self.explored.seconds = time.monotonic() - began

    async def _enter(self, life: AsyncExitStack) -> None:
        self._driver = await life.enter_async_context(self._driver)
        self._endpoint = await endpoint_of(self._settings, self._driver)
        self.explored.verbs = [verb for verb in Verb if self._offers(verb)]

    def _offers(self, verb: Verb) -> bool:
        """Return whether the driver can do what steps of a verb need, and the target has their feature profile."""
        form, profiles = FORMS[verb], self._settings.features.profiles
        if profiles is not None and form.profile not in profiles:
            return False
        need = form.needs
        if need is None:
            return True
        return need in self._driver.operations if issubclass(need, Operation) else isinstance(self._driver, need)

    # Searching, in a thread of its own: it draws one session after the other, and each is played in the event loop

    def _search(self, began: float, loop: asyncio.AbstractEventLoop) -> None:
        listed = len(self._settings.stations.identities)
        strategy = sessions(self.explored.verbs, min(listed, len(STATIONS)) if listed else len(STATIONS))

        def play(steps: Sequence[Step]) -> Played:
            if self._ended or time.monotonic() > end:
                raise Over
            try:
                return asyncio.run_coroutine_threadsafe(self._play(steps), loop).result()
            except Exception as trouble:  # not for the library to see, which would take it for what it looks for
                self._trouble, self._ended = trouble, True
                raise Over from trouble

        rounds, until = 0, began + self._seconds
        while not self._ended and time.monotonic() < until:
            rounds, end = rounds + 1, until
            found = search(strategy, play, by=self._seed * ROUNDS + rounds, known=self._known)
            if found is None:
                continue
            number, end = self.explored.sessions, time.monotonic() + SHORTENING
            self._sure = {cause(found.broken)} if found.broken else set()
            best, self._sure = shortened(found, play), set()
            self._found(best, number, play)
            if self._first:
                break

    def _found(self, found: Played, session: int, play: Callable[[Sequence[Step]], Played]) -> None:
        """Note a counterexample, once it has been played again."""
        assert found.broken is not None, "it is one"
        self._known.add(cause(found.broken))
        shown = 0
        with suppress(Over):
            for _ in range(AGAIN):
                again = play(found.steps).broken
                shown += again is not None and cause(again) == cause(found.broken)
        self.explored.counterexamples.append(Counterexample(found, found.broken, session, shown))

    async def _play(self, steps: Sequence[Step]) -> Played:
        """Play one session with stations of its own."""
        trace = Trace()
        async with AsyncExitStack() as life:
            loan = await life.enter_async_context(self._identities.loan(several=True))
            stations = self._populate(loan, trace)
            life.push_async_callback(stations.leave)
            life.push_async_callback(stations.csms.leave)
            tags = Tags(self._settings, self._driver)
            known = self._known | self._sure | self.explored.remarks.keys()
            session = Session(self._settings, stations, tags, trace, strict=self._strict, known=known)
            played = await session.play(steps)
            if not isinstance(self._driver, Hosted):
                await self._tidy(session)
        self._note(played)
        return played

    def _populate(self, loan: Loan, trace: Trace) -> Population[ChargePoint]:
        csms = Csms(
            self._driver,
            patience=self._settings.csms.patience,
            kept=self._settings.stations.identities,
            numbers=self._numbers,
            firmware_lead=self._settings.features.firmware_lead,
        )
        return Population(ChargePoint, self._settings, loan, self._driver, csms, self._endpoint, trace)

    async def _tidy(self, session: Session) -> None:
        try:
            await session.tidy()
        except (Broken, Nonconformity, Inconclusive):
            return

    def _note(self, played: Played) -> None:
        self.explored.sessions += 1
        self.explored.steps += len(played.steps)
        self.explored.unknown += played.unknown is not None
        for check in played.remarks:
            self.explored.remarks.setdefault(cause(check), (check, played))

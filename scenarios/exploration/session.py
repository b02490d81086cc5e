"""One session: steps, played with stations of its own until they end, or something is broken."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from harness.csms import (
    ReservationReader,
    Restart,
    StationReader,
    TagProvisioning,
    TransactionReader,
)
from harness.csms.console import Csms
from harness.findings import kind
from harness.settings import Settings
from harness.trace import Trace
from harness.verdict import CONFORMANCE, SHOULD, Check, Checks, Inconclusive, Nonconformity
from scenarios.exploration.actor import Actor
from scenarios.exploration.charging import Charging
from scenarios.exploration.model import End, Model, Tag
from scenarios.exploration.ordering import Ordering
from scenarios.exploration.steps import FORMS, Place, Step, Verb
from scenarios.resilience.comeback import HEARTBEAT, come_back
from scenarios.stage.population import Stations, Tags
from scenarios.transport.clauses import BOOT, RECONNECTING
from simulators.connection import Unreachable, Upgraded
from simulators.observation import Answer
from simulators.v16 import messages

PAUSE = 0.05
"""Seconds between two looks at records that do not show yet what they should."""


class Unreached(Exception):
    """Nobody serves stations at the endpoint."""


class Broken(Exception):
    """The central system has done what it may not."""

    def __init__(self, check: Check) -> None:
        super().__init__(check.expected)
        self.check = check


@dataclass(frozen=True, slots=True)
class Played:
    """What came of a session: the steps that made sense, what was broken first, and what else is to be remarked.

    ``unknown`` says why it ended before its last step, if nothing was broken.
    """

    steps: Sequence[Step]
    broken: Check | None
    remarks: Sequence[Check]
    trace: Trace
    unknown: str | None = None


Cause = tuple[str, str]
"""What is common to all that is broken for the same reason: the clause, and the kind of expectation."""


def cause(check: Check) -> Cause:
    """Return the cause of what is broken."""
    return check.clause, kind(check.expected)


class Session:
    """Plays one session with stations that are its own; ``known`` are the causes that need no second look."""

    def __init__(
        self,
        settings: Settings,
        stations: Stations,
        tags: Tags,
        trace: Trace,
        *,
        strict: bool,
        known: Collection[Cause],
    ) -> None:
        self._stations = stations
        self._csms: Csms = stations.csms
        self._settings = settings
        self._making = tags
        self._trace = trace
        self._known = set(known)
        self._check = Checks(trace.evidence, strict=strict, version="1.6")
        self._seen, self._judged = 0, 0
        self._tags: dict[str, Tag] = {}
        self._actors: dict[str, Actor] = {}
        own = self._csms.offers(TagProvisioning)
        self._model = Model(own_tags=own, parallel_use=settings.policies.parallel_tag_use)
        charging = Charging(self._model, self._check, self._tag)
        self._ordering = Ordering(self._model, self._check, self._csms, self._tag, charging, self._verify)
        self._charging = charging
        self._steps: Mapping[Verb, Callable[[Actor, Step], Awaitable[bool]]] = {
            **charging.steps,
            **self._ordering.steps,
            Verb.LOSE: self._lose,
            Verb.RETURN: self._return,
            Verb.REBOOT: self._reboot,
            Verb.OVERTAKE: self._overtake,
        }

    async def play(self, steps: Sequence[Step]) -> Played:
        """Play steps, and return what came of them; raises Unreached, DriverError."""
        made: list[Step] = []
        broken, unknown = None, None
        try:
            for step in steps:
                made.append(step)
                if await self._play(step):
                    await self._look(step)
                else:
                    made.pop()
                self._verify()
            await self._look()
            self._verify()
        except (Broken, Nonconformity) as error:
            broken = error.check
        except Inconclusive as error:
            unknown = str(error)
        remarks = [one for one in self._check.made if not one.held and one is not broken]
        return Played(made, broken, remarks, self._trace, unknown)

    async def tidy(self) -> None:
        """End the transactions that run: the central system stays, and so may the stations and idTags."""
        for actor in self._actors.values():
            if actor.away and self._model.all_running(actor.name):
                await self._connect(actor, boots=False)
            for transaction in self._model.all_running(actor.name):
                transaction.end = End(actor.reading(), actor.moment(), "Local", None)
                await self._charging.end(actor, transaction)

    async def _play(self, step: Step) -> bool:
        if FORMS[step.verb].place is Place.SYSTEM:
            return await self._restart()
        actor = await self._actor(step.station)
        if not actor.met and not actor.dark:
            if step.verb is Verb.LOSE:
                actor.go_dark()
                return True
            await self._connect(actor)
        return await self._steps[step.verb](actor, step)

    # Those who take part

    async def _actor(self, name: str) -> Actor:
        if name not in self._actors:
            self._actors[name] = Actor(name, await self._stations.new(), self._verify)
        return self._actors[name]

    async def _tag(self, kind: str) -> Tag:
        """Return the idTag of a kind; an unknown one is another each time, for it may be known afterwards."""
        if kind == "unknown":
            return Tag(kind, self._making.invalid())
        if kind not in self._tags:
            if kind in ("member", "sibling"):
                family = await self._making.family()
                self._tags |= {one: Tag(one, text) for one, text in zip(("member", "sibling"), family, strict=True)}
            else:
                made = await {
                    "accepted": self._making.accepted,
                    "second": self._making.second,
                    "blocked": self._making.blocked,
                    "expired": self._making.expired,
                }[kind]()
                self._tags[kind] = Tag(kind, made)
        return self._tags[kind]

    # Connections

    async def _lose(self, actor: Actor, step: Step) -> bool:
        if actor.away:
            return False
        await (actor.station.drop() if step.words[0] == "lost" else actor.station.disconnect())
        return True

    async def _return(self, actor: Actor, step: Step) -> bool:
        ids, boots = step.words
        if not actor.away:
            return False
        if ids == "new-ids":
            for message in actor.queue:
                message.id = actor.station.new_id()
        await self._connect(actor, boots=boots == "boots" or not actor.met)
        return True

    async def _reboot(self, actor: Actor, step: Step) -> bool:
        if actor.away:
            return False
        await actor.station.drop()
        await self._connect(actor)
        return True

    async def _overtake(self, actor: Actor, step: Step) -> bool:
        """Connect beside a connection that is open; where the new one is let in, the end of the old one is no harm."""
        if actor.away:
            return False
        old, new = actor.station, self._stations.twin(actor.station)
        outcome = await new.knock()
        if not isinstance(outcome, Upgraded) or not isinstance(await new.probe(), Answer):
            await new.drop()
            self._csms.watch(old)
            return False
        await old.drop()
        actor.station = new
        served = await new.probe()
        expected = "the new connection of a station served when its old one has ended"
        self._check.that(isinstance(served, Answer), expected, observed=served, clause=RECONNECTING)
        return True

    async def _connect(self, actor: Actor, *, boots: bool = True) -> None:
        """Have a station connect, boot if it does, and do what is due then."""
        since = len(self._trace)
        said = ("BootNotification", actor.station.identity) if boots else HEARTBEAT
        outcome = await come_back(actor.station, said)
        if isinstance(outcome, Unreachable):
            raise Unreached(str(outcome))
        if not actor.met and not (isinstance(outcome, Answer) and outcome.member("status") == "Accepted"):
            raise Unreached(f"{actor.station.id} is not let in: {outcome}")
        expected = "a station served again that comes back"
        self._check.that(isinstance(outcome, Answer), expected, observed=str(outcome), clause=RECONNECTING)
        if boots and isinstance(outcome, Answer):
            self._check.equal(outcome.member("status"), "Accepted", clause=BOOT)
        self._verify()
        actor.reached()
        if boots:
            for connector, status in (*actor.statuses.items(),):
                await actor.call("StatusNotification", messages.status_notification(connector, status))
        await actor.deliver()
        await self._ordering.settle(actor, since)

    async def _restart(self) -> bool:
        """Kill the central system and start it again; what was confirmed is still known afterwards."""
        await self._csms.ask(Restart).kill()
        for actor in self._actors.values():
            await actor.station.drop()
        await self._csms.ask(Restart).restart()
        self._ordering.killed()
        return True

    # Judging

    def _verify(self) -> None:
        """Raise Broken for the first thing that the central system may not do."""
        for index in range(self._seen, len(self._trace)):
            entry = self._trace[index]
            for problem in entry.problems:
                told = problem.clause, problem.level, CONFORMANCE, problem.expected, problem.observed
                self._check.add(Check(*told, held=False, evidence=index))
        self._seen = len(self._trace)
        made = self._check.made
        self._judged, news = len(made), made[self._judged :]
        if broken := next((one for one in news if one.failing), None):
            raise Broken(broken)

    async def _look(self, step: Step | None = None) -> None:
        """Look at the records of every station, after a step only of the one that it concerns.

        Those that do not show yet what they should may do so soon.
        """
        end = asyncio.get_running_loop().time() + self._settings.csms.patience
        concerned = list(self._actors.values())
        if step is not None and step.verb is not Verb.STRAY:
            concerned = [one for one in concerned if one.name == step.station]
        for actor in concerned:
            while True:
                found = Checks(self._trace.evidence, version="1.6")
                await self._read(actor, found)
                news = [one for one in found.made if not one.held and cause(one) not in self._known]
                if not news or asyncio.get_running_loop().time() >= end:
                    break
                await asyncio.sleep(PAUSE)
            self._known.update(map(cause, news))  # once in vain is enough
            for check in found.made:
                self._check.add(check)

    async def _read(self, actor: Actor, found: Checks) -> None:
        id, csms = actor.station.id, self._csms
        if not actor.met:
            return
        if csms.offers(TransactionReader):
            views = await csms.ask(TransactionReader).transactions(id)
            self._model.judge_transactions(
                found, actor.name, views, all_shown=id not in self._settings.stations.identities
            )
        if csms.offers(ReservationReader):
            self._model.judge_reservations(found, actor.name, await csms.ask(ReservationReader).reservations(id))
        if csms.offers(StationReader) and not actor.away:
            online = (await csms.ask(StationReader).station(id)).online
            found.that(online is not False, "a connected station shown as online", observed=online,
                       clause=RECONNECTING, level=SHOULD)  # fmt: skip

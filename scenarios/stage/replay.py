"""A recorded log, played again against a target: all its stations side by side, known there as the log shows them."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

from harness import rules
from harness.adversity import Adversity
from harness.csms import Driver, Registration, RegistrationControl, StationProvisioning, Tag, TagProvisioning, TagStatus
from harness.csms.console import Csms
from harness.fieldlog.comparison import Deviation, Difference, Sort
from harness.fieldlog.reading import Fieldlog
from harness.fieldlog.rewriting import Rewriting, later
from harness.fieldlog.score import Part, Score, Step, score
from harness.fieldlog.verdicts import judge
from harness.judgement import iso8601
from harness.settings import Settings
from harness.trace import Trace
from harness.verdict import Inconclusive
from scenarios.stage.access import endpoint_of, equip
from scenarios.stage.identities import Identities
from scenarios.stage.numbers import numbers_of
from scenarios.stage.replaying import Finds, PartPlayer
from scenarios.stage.rig import Rig
from simulators.connection import Endpoint
from simulators.replayed import REPLAYED, Replayed

_OF_FRAMES = frozenset(rules.OF_FRAMES) - {rules.ID_KNOWN}
_UNSURE = frozenset({rules.ID_FRESH, rules.ONE_ANSWER})


class InOrder:
    """Each step begins as soon as the one before it in the log is done."""

    def __init__(self, steps: Sequence[Step]) -> None:
        ordered = sorted(step.index for step in steps)
        self._gates = {index: asyncio.Event() for index in ordered}
        self._next = dict(pairwise(ordered))
        if ordered:
            self._gates[ordered[0]].set()

    async def turn(self, step: Step) -> None:
        """Wait until the step before is done."""
        await self._gates[step.index].wait()

    def done(self, step: Step) -> None:
        """Let the next step begin."""
        if (following := self._next.get(step.index)) is not None:
            self._gates[following].set()


class InTime:
    """Each step begins at its time, which runs ``speed`` times as fast as in the log."""

    def __init__(self, first: float, speed: float) -> None:
        self._first, self._speed = first, speed
        self._began = asyncio.get_running_loop().time()

    async def turn(self, step: Step) -> None:
        """Wait until it is time; a step without a time follows the one before."""
        if step.at is not None:
            due = self._began + (step.at - self._first) / self._speed
            await asyncio.sleep(max(0.0, due - asyncio.get_running_loop().time()))

    def done(self, step: Step) -> None:
        """Take no notice."""


class Replay:
    """Plays a log; ``speed`` is None for as fast as order allows. ``trace`` is the wire, ``finds`` what came of it."""

    def __init__(
        self,
        settings: Settings,
        driver: Driver,
        log: Fieldlog,
        *,
        speed: float | None = None,
        adversity: Adversity,
        ignored: Collection[str] = (),
    ) -> None:
        self._settings, self._driver, self._log = settings, driver, log
        self._speed, self._ignored = speed, ignored
        self._rig = Rig(settings, adversity)
        self.score: Score = score(log)
        self.trace, self.finds = Trace(), Finds()
        self._names: dict[str, str] = {}

    async def play(self) -> Finds:
        """Play all parts, and return what came of it; raises Unreached, DriverError, SettingsError, ToxiproxyError."""
        async with AsyncExitStack() as life:
            life.push_async_callback(self._rig.leave)
            driver = await life.enter_async_context(self._driver)
            endpoint = await endpoint_of(self._settings, driver)
            if network := self._rig.network("replay"):
                life.push_async_callback(network.leave)
                endpoint = await network.reach(endpoint)
            csms = Csms(driver, patience=self._settings.csms.patience, numbers=numbers_of(self._settings.features))
            life.push_async_callback(csms.leave)
            company = Company(self._settings, driver, self.finds)
            shift = self._shift()
            tokens = await company.tokens(self.score.parts, shift)
            rewritings: dict[str, Rewriting] = {}
            self._names = company.identities([part.station for part in self.score.parts])
            players = []
            for part in self.score.parts:
                if part.station not in self._names:
                    self.finds.unplayed["the target file lists too few identities"] += len(part.steps)
                    continue
                station = await self._station(part, endpoint, driver)
                life.push_async_callback(station.leave)
                rewriting = rewritings.setdefault(part.station, Rewriting(part.version, shift, tokens))
                player = PartPlayer(
                    part,
                    station,
                    rewriting,
                    csms,
                    company,
                    self.finds,
                    operations=driver.operations,
                    ignored=self._ignored,
                )
                csms.watch(player)
                players.append((part, player))
            await self._play(players)
        self._compare_rules()
        return self.finds

    async def _play(self, players: Sequence[tuple[Part, PartPlayer]]) -> None:
        steps = [step for part, _ in players for step in part.steps]
        order = InTime(self.score.first, self._speed) if self._speed else InOrder(steps)
        try:
            async with asyncio.TaskGroup() as group:
                for _, player in players:
                    group.create_task(player.play(order, self.score.moment))
        except* Exception as errors:
            raise errors.exceptions[0] from None

    async def _station(self, part: Part, endpoint: Endpoint, driver: Driver) -> Replayed:
        identity, patience = self._names[part.station], self._settings.csms.patience
        conduct = Identities(self._settings).manners.of(identity)
        station = REPLAYED[part.version.name](identity, endpoint, self.trace, patience=patience, conduct=conduct)
        station.belong(self._settings.security.organisation, self._settings.security.profile)
        station.faults = self._rig.faults("replay")
        await equip(station, self._settings, driver, known=True)
        return station

    def _shift(self) -> timedelta:
        """Return by how much moments are later now, so that the log ends when the replay does."""
        ended = self.score.ended
        if ended is None:
            return timedelta()
        lasts = (self.score.last - self.score.first) / self._speed if self._speed else 0.0
        shift = datetime.now(UTC) + timedelta(seconds=lasts) - ended
        self.finds.note(
            f"moments are later by {shift}, so that the log ends when its replay does: none lies in the future, "
            "and what lay between them stays"
        )
        return shift

    def _compare_rules(self) -> None:
        """Find the rules for frames that only one of record and replay breaks, beyond the differences found."""
        unsure = frozenset() if self._log.changes else _UNSURE
        told = {one.line for one in self.finds.differences}
        broken: list[dict[tuple[str, str], tuple[int, str]]] = [{}, {}]
        for one in judge(self._log):
            if not one.by_station and one.problem.demand in _OF_FRAMES - unsure:
                place = 0 if one.frame.line in told else one.frame.line
                broken[0].setdefault((one.frame.station or "", one.problem.rule.id), (place, one.problem.observed))
        recorded = {now: was for was, now in self._names.items()}
        for entry in self.trace:
            for problem in entry.problems:
                if problem.demand in _OF_FRAMES - unsure:
                    place = 0 if entry.index in self.finds.differing else 1
                    key = recorded[entry.station], problem.rule.id
                    broken[1].setdefault(key, (place, problem.observed))
        for key in sorted(broken[0].keys() ^ broken[1].keys()):
            (station, rule), was, now = key, broken[0].get(key), broken[1].get(key)
            place = (was or now or (0, ""))[0]
            if place:
                deviation = Deviation(Sort.RULE, was[1] if was else "kept", now[1] if now else "kept")
                line = place if was else 0
                self.finds.differences.append(Difference(line, station, rule, deviation))


class Company:
    """Makes the stations and idTags of a log known to a central system, as far as its driver can."""

    def __init__(self, settings: Settings, driver: Driver, finds: Finds) -> None:
        self._settings, self._driver, self._finds = settings, driver, finds
        self._names: dict[str, str] = {}
        self._registered: set[str] = set()
        self._registrations: dict[str, object] = {}

    def identities(self, recorded: Sequence[str]) -> dict[str, str]:
        """Return the identities that take the place of recorded ones: the same, or those that the target file lists."""
        names = list(dict.fromkeys(recorded))
        listed = self._settings.stations.identities
        if listed:
            self._names = dict(zip(names, listed, strict=False))
        else:
            self._names = {name: name for name in names}
        for was, now in self._names.items():
            if was != now:
                self._finds.note(f"{was} is played by {now}, which the target file lists")
        return self._names

    async def register(self, station: str) -> None:
        """Make a station known, which it stays."""
        if station in self._registered:
            return
        self._registered.add(station)
        if self._settings.stations.identities:
            return
        if isinstance(self._driver, StationProvisioning):
            await self._driver.provision_station(self._names[station])
            self._registrations[station] = Registration.ACCEPTED
            await asyncio.sleep(self._settings.features.first_contact)
        else:
            self._finds.note("the driver cannot make stations known: their identities are used as recorded")

    async def registration(self, station: str, status: object) -> None:
        """Have the next BootNotification of a station answered as it was recorded."""
        await self.register(station)
        if status == self._registrations.get(station, status) or status not in set(Registration):
            return
        self._registrations[station] = status
        if not isinstance(self._driver, RegistrationControl):
            self._finds.note(f"the driver cannot have {station} registered as {status}")
            return
        try:
            await self._driver.set_registration(self._names[station], Registration(str(status)))
        except Inconclusive as error:
            self._finds.note(f"{station} cannot be registered as {status}: {error}")

    async def tokens(self, parts: Sequence[Part], shift: timedelta) -> Mapping[str, str]:
        """Make idTags known in the state that the log shows first, and return those that are used in place of some."""
        tags: dict[str, Tag] = {}
        for part in parts:
            for call, answer in part.calls:
                if answer is not None and (tag := _tag(call, answer, shift)):
                    tags.setdefault(tag.id_tag, tag)
        if isinstance(self._driver, TagProvisioning):
            for tag in tags.values():
                await self._provision(self._driver, tag)
            return {}
        return self._of_file(tags)

    async def _provision(self, driver: TagProvisioning, tag: Tag) -> None:
        try:
            await driver.provision_tag(tag)
        except Inconclusive as error:
            self._finds.note(f"idTag {tag.id_tag} cannot be made known as {tag.status}: {error}")

    def _of_file(self, tags: Mapping[str, Tag]) -> Mapping[str, str]:
        """Return the tags of the target file that are used in place of recorded ones in the same state."""
        given = self._settings.id_tags
        left = {
            TagStatus.ACCEPTED: [given.accepted, given.second],
            TagStatus.BLOCKED: [given.blocked],
            TagStatus.EXPIRED: [given.expired],
        }
        replaced = {}
        for tag in tags.values():
            if now := next((one for one in left[tag.status] if one), None):
                left[tag.status].remove(now)
                replaced[tag.id_tag] = now
                self._finds.note(f"idTag {tag.id_tag} is replaced by {now} of the target file")
            else:
                self._finds.note(f"idTag {tag.id_tag} is used as recorded: the driver cannot make it known")
        return replaced


def _tag(call: Step, answer: Step, shift: timedelta) -> Tag | None:
    """Return the idTag of a CALL in the state that its answer shows, None where it shows none."""
    if not isinstance(call.payload, dict) or not isinstance(answer.payload, dict):
        return None
    token: Any = call.payload.get("idTag", call.payload.get("idToken"))
    info: Any = answer.payload.get("idTagInfo", answer.payload.get("idTokenInfo"))
    if isinstance(token, dict):
        token = token.get("idToken")
    if not isinstance(token, str) or not token or not isinstance(info, dict):
        return None
    shown = {"ConcurrentTx": TagStatus.ACCEPTED, **{status.value: status for status in TagStatus}}
    status = shown.get(str(info.get("status")))
    group: Any = info.get("parentIdTag", info.get("groupIdToken"))
    parent = group.get("idToken") if isinstance(group, dict) else group
    until: Any = info.get("expiryDate")
    expires = iso8601(later(until, shift)) if isinstance(until, str) else None
    return Tag(id_tag=token, status=status, parent=parent, expires=expires) if status else None

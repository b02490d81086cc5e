"""The stations and idTags of a log, made known to a central system as far as its driver can."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from harness.csms import Driver, Registration, RegistrationControl, StationProvisioning, Tag, TagProvisioning, TagStatus
from harness.fieldlog.rewriting import later
from harness.fieldlog.score import Part, Step
from harness.judgement import iso8601
from harness.settings import Settings
from harness.verdict import Inconclusive
from scenarios.stage.access import equip
from scenarios.stage.replay.finds import Finds
from simulators.station import Station


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

    async def equip(self, station: Station, recorded: str) -> None:
        """Give a station what the security profile of the target demands; it is made known before."""
        if self._settings.security.profile:
            await self.register(recorded)
        await equip(station, self._settings, self._driver, known=True)

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

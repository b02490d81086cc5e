"""Stations and idTags of a log are made known as far as a driver can, and what it cannot is said."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from harness.csms import Refused, Registration, Tag, TagStatus
from harness.fieldlog.form import builtin_forms
from harness.fieldlog.reading import read
from harness.fieldlog.score import Part, score
from harness.settings import IdTagsSection, Settings, StationsSection
from scenarios.stage.replay.company import Company
from scenarios.stage.replay.finds import Finds


class Unable:
    """A driver that can nothing."""

    operations: frozenset[Any] = frozenset()


class Able(Unable):
    """A driver that notes what it is asked; it refuses a tag called BAD, and a station called BAD."""

    def __init__(self) -> None:
        self.asked: list[object] = []

    async def provision_station(self, station: str) -> None:
        """Note it."""
        self.asked.append(station)

    async def remove_station(self, station: str) -> None:
        """Note it."""
        raise AssertionError("what was made known stays")

    async def provision_tag(self, tag: Tag) -> None:
        """Note it."""
        if tag.id_tag == "BAD":
            raise Refused("no such tag")
        self.asked.append(tag)

    async def set_registration(self, station: str, registration: Registration) -> None:
        """Note it."""
        if station == "BAD":
            raise Refused("no such station")
        self.asked.append((station, registration))


def company(driver: Any, **sections: Any) -> tuple[Company, Finds]:
    """Return the company of a target, and what it notes."""
    finds = Finds()
    return Company(Settings(**sections), driver, finds), finds


def parts(*exchanges: tuple[str, dict[str, Any], dict[str, Any]]) -> Sequence[Part]:
    """Return the part of a log of exchanges: action, payload and answer."""
    frames = []
    for id, (action, payload, answer) in enumerate(exchanges):
        frames += [[2, str(id), action, payload], [3, str(id), answer]]
    return score(read("".join(f"{json.dumps(frame)}\n" for frame in frames), builtin_forms())).parts


def authorized(tag: str, **info: Any) -> tuple[str, dict[str, Any], dict[str, Any]]:
    """Return an Authorize that was answered so."""
    return "Authorize", {"idTag": tag}, {"idTagInfo": info}


async def test_tags_are_known_as_they_were_shown_first() -> None:
    """State, parent and expiry are those of the first answer; a tag in use was accepted, an unknown one stays so."""
    driver = Able()
    shown = parts(
        authorized("A", status="Accepted", parentIdTag="P", expiryDate="2026-01-05T08:00:00Z"),
        authorized("A", status="Blocked"),
        authorized("B", status="Blocked"),
        authorized("C", status="ConcurrentTx"),
        authorized("D", status="Invalid"),
        authorized("", status="Accepted"),
        ("Heartbeat", {}, {}),
    )
    made, _ = company(driver)
    assert await made.tokens(shown, timedelta(days=1)) == {}
    assert driver.asked == [
        Tag(id_tag="A", parent="P", expires=datetime(2026, 1, 6, 8, tzinfo=UTC)),
        Tag(id_tag="B", status=TagStatus.BLOCKED),
        Tag(id_tag="C"),
    ]


async def test_tokens_of_a_later_version() -> None:
    """In OCPP 2.0.1 a token is a structure, and so is its group."""
    driver = Able()
    token = {"idToken": {"idToken": "A", "type": "ISO14443"}}
    answer = {"idTokenInfo": {"status": "Accepted", "groupIdToken": {"idToken": "P", "type": "Central"}}}
    made, _ = company(driver)
    await made.tokens(parts(("Authorize", token, answer)), timedelta())
    assert driver.asked == [Tag(id_tag="A", parent="P")]


async def test_tag_that_is_refused_is_noted() -> None:
    """The replay goes on without it."""
    made, finds = company(Able())
    await made.tokens(parts(authorized("BAD", status="Accepted")), timedelta())
    assert finds.notes == ["idTag BAD cannot be made known as Accepted: refused to the operator: no such tag"]


async def test_tags_of_the_target_file_take_their_place() -> None:
    """Where the driver cannot provision, tags in the same state are used, as many as there are."""
    states = ["Accepted"] * 3 + ["Blocked"]
    shown = parts(*(authorized(tag, status=status) for tag, status in zip("ABCD", states, strict=True)))
    made, finds = company(Unable(), id_tags=IdTagsSection(accepted="X", second="Y"))
    assert await made.tokens(shown, timedelta()) == {"A": "X", "B": "Y"}
    assert finds.notes[2:] == [
        f"idTag {tag} is used as recorded: the driver cannot make it known" for tag in ("C", "D")
    ]


async def test_listed_identities_take_the_place_of_recorded_ones() -> None:
    """They are there already; what there are too few of is left out."""
    driver = Able()
    made, finds = company(driver, stations=StationsSection(identities=("X", "Y")))
    assert made.identities(["A", "Y", "A", "C"]) == {"A": "X", "Y": "Y"}
    assert finds.notes == ["A is played by X, which the target file lists"]
    await made.register("A")
    assert driver.asked == []


async def test_station_is_made_known_once() -> None:
    """And stays known."""
    driver = Able()
    made, _ = company(driver)
    made.identities(["A"])
    await made.register("A")
    await made.register("A")
    assert driver.asked == ["A"]


async def test_driver_that_knows_no_stations() -> None:
    """That is said, once."""
    made, finds = company(Unable())
    made.identities(["A", "B"])
    await made.register("A")
    await made.register("B")
    assert finds.notes == ["the driver cannot make stations known: their identities are used as recorded"]


async def test_registration_follows_the_log() -> None:
    """Only a change is passed on, and nothing that is no registration."""
    driver = Able()
    made, _ = company(driver)
    made.identities(["A"])
    for status in ("Accepted", "Pending", "Pending", "Unlisted", "Accepted"):
        await made.registration("A", status)
    assert driver.asked[1:] == [("A", Registration.PENDING), ("A", Registration.ACCEPTED)]


async def test_registration_that_cannot_be_had() -> None:
    """It is noted, whether the driver cannot or the central system will not."""
    made, finds = company(Able())
    made.identities(["BAD"])
    await made.registration("BAD", "Rejected")
    assert "BAD cannot be registered as Rejected" in finds.notes[0]

    class OnlyStations(Unable):
        async def provision_station(self, station: str) -> None: ...

        async def remove_station(self, station: str) -> None: ...

    made, finds = company(OnlyStations())
    made.identities(["A"])
    await made.registration("A", "Pending")
    assert finds.notes == ["the driver cannot have A registered as Pending"]

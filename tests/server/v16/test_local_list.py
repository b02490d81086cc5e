"""Local lists: their versions, their entries, and what follows from the answers."""

from __future__ import annotations

from typing import Any

import pytest

from server.core.operator import Conflict, Impossible
from server.core.tags import Tag
from tests.server.v16.desk import Desk

FULL = {"updateType": "Full"}
DIFFERENTIAL = {"updateType": "Differential"}
ACCEPTED = {"status": "Accepted"}


def entry(id_tag: str, status: str = "Accepted") -> dict[str, Any]:
    """Return the entry of a tag."""
    return {"idTag": id_tag, "idTagInfo": {"status": status}}


def tag(id_tag: str, **members: Any) -> Tag:
    """Return a tag."""
    return Tag(id_tag=id_tag, **members)


async def version(desk: Desk) -> int | None:
    """Return the version that the station is believed to hold."""
    found: int | None = (await desk.operator.local_list(desk.station.id))["version"]
    return found


async def test_full_list_of_all_tags(desk: Desk) -> None:
    """A Full list without entries takes those of all known tags, and the first version is 1."""
    await desk.operator.provision_tag(tag("AA", parent="P"))
    await desk.operator.provision_tag(tag("BB", status="Blocked"))
    assert await version(desk) is None
    sent, _ = await desk.ask("SendLocalList", FULL, ACCEPTED)
    info = {"status": "Accepted", "parentIdTag": "P"}
    entries = [{"idTag": "AA", "idTagInfo": info}, entry("BB", "Blocked")]
    assert sent == {"listVersion": 1, "updateType": "Full", "localAuthorizationList": entries}
    assert await version(desk) == 1


async def test_empty_list_has_a_version(desk: Desk) -> None:
    """An empty list is no list of version 0."""
    sent, _ = await desk.ask("SendLocalList", FULL, ACCEPTED)
    assert sent == {"listVersion": 1, "updateType": "Full", "localAuthorizationList": []}


async def test_same_tag_twice(desk: Desk) -> None:
    """Tags that differ in case are one tag and one entry."""
    for id_tag in ("ab", "AB"):
        await desk.operator.provision_tag(tag(id_tag))
    sent, _ = await desk.ask("SendLocalList", FULL, ACCEPTED)
    assert sent["localAuthorizationList"] == [entry("AB")]


async def test_differential_list_of_changes(desk: Desk) -> None:
    """A Differential list without entries takes what has changed since the list that was accepted."""
    for id_tag in ("AA", "BB"):
        await desk.operator.provision_tag(tag(id_tag))
    await desk.ask("SendLocalList", FULL, ACCEPTED)
    await desk.operator.provision_tag(tag("CC"))
    await desk.operator.provision_tag(tag("BB", status="Blocked"))
    sent, _ = await desk.ask("SendLocalList", DIFFERENTIAL, ACCEPTED)
    assert sent["localAuthorizationList"] == [entry("BB", "Blocked"), entry("CC")]
    assert sent["listVersion"] == 2


async def test_tag_that_is_gone(desk: Desk) -> None:
    """An entry that is on the list of the station and is no known tag is removed."""
    await desk.ask("SendLocalList", FULL | {"localAuthorizationList": [entry("XX")]}, ACCEPTED)
    sent, _ = await desk.ask("SendLocalList", DIFFERENTIAL, ACCEPTED)
    assert sent["localAuthorizationList"] == [{"idTag": "XX"}]
    sent, _ = await desk.ask("SendLocalList", DIFFERENTIAL, ACCEPTED)
    assert sent["localAuthorizationList"] == []


async def test_version_that_the_station_tells(desk: Desk) -> None:
    """A Differential list is newer than what the station holds."""
    await desk.ask("GetLocalListVersion", {}, {"listVersion": 7})
    assert await version(desk) == 7
    sent, _ = await desk.ask("SendLocalList", DIFFERENTIAL | {"localAuthorizationList": [entry("AA")]}, ACCEPTED)
    assert sent["listVersion"] == 8


async def test_version_that_was_expected(desk: Desk) -> None:
    """A station that tells the version it was sent holds the entries it was sent."""
    await desk.operator.provision_tag(tag("AA"))
    await desk.ask("SendLocalList", FULL, ACCEPTED)
    await desk.ask("GetLocalListVersion", {}, {"listVersion": 1})
    assert (await desk.ask("SendLocalList", DIFFERENTIAL, ACCEPTED))[0]["localAuthorizationList"] == []


async def test_version_that_was_not_expected(desk: Desk) -> None:
    """Of a station that tells another version than it was sent, the entries are not known."""
    await desk.operator.provision_tag(tag("AA"))
    await desk.ask("SendLocalList", FULL, ACCEPTED)
    await desk.ask("GetLocalListVersion", {}, {"listVersion": 0})
    assert (await desk.ask("SendLocalList", DIFFERENTIAL, ACCEPTED))[0]["localAuthorizationList"] == [entry("AA")]


@pytest.mark.parametrize("status", ["Failed", "NotSupported"])
async def test_full_list_that_is_refused(desk: Desk, status: str) -> None:
    """A refusal of a Full list ends the attempt."""
    _, outcome = await desk.ask("SendLocalList", FULL, {"status": status})
    assert outcome.status == status
    assert await version(desk) is None
    assert await desk.station.alive()


@pytest.mark.parametrize("status", ["Failed", "VersionMismatch"])
async def test_full_list_follows(desk: Desk, status: str) -> None:
    """A Full list follows a Differential one that does not fit."""
    await desk.ask("SendLocalList", FULL | {"localAuthorizationList": [entry("AA"), entry("BB")]}, ACCEPTED)
    changes = [{"idTag": "aa"}, entry("CC")]
    _, outcome = await desk.ask("SendLocalList", DIFFERENTIAL | {"localAuthorizationList": changes}, {"status": status})
    assert outcome.status == status
    sent = await desk.take("SendLocalList", {"status": "Failed"})
    assert sent == {"listVersion": 2, "updateType": "Full", "localAuthorizationList": [entry("BB"), entry("CC")]}
    assert await desk.station.alive()
    assert await version(desk) == 1


async def test_no_list_follows_where_lists_are_not_supported(desk: Desk) -> None:
    """A station that has told -1 is sent nothing by itself."""
    await desk.ask("GetLocalListVersion", {}, {"listVersion": -1})
    await desk.ask("SendLocalList", DIFFERENTIAL, {"status": "Failed"})
    assert await desk.station.alive()
    assert await version(desk) == -1


async def test_nothing_follows_a_list_that_is_not_supported(desk: Desk) -> None:
    """NotSupported ends the attempt for a Differential list too."""
    await desk.ask("SendLocalList", DIFFERENTIAL, {"status": "NotSupported"})
    assert await desk.station.alive()


@pytest.mark.parametrize("number", [0, -1])
async def test_version_that_no_list_has(desk: Desk, number: int) -> None:
    """0 and -1 mean something else."""
    await desk.refused("SendLocalList", FULL | {"listVersion": number}, Impossible)


async def test_version_that_is_no_step_forward(desk: Desk) -> None:
    """A Differential list must be newer; a Full one need not."""
    await desk.ask("GetLocalListVersion", {}, {"listVersion": 7})
    await desk.refused("SendLocalList", DIFFERENTIAL | {"listVersion": 7}, Conflict)
    assert (await desk.ask("SendLocalList", FULL | {"listVersion": 3}, ACCEPTED))[0]["listVersion"] == 3


@pytest.mark.parametrize("entries", [[entry("AA"), entry("aa")], [{"idTag": "AA"}]])
async def test_entries_that_no_full_list_has(desk: Desk, entries: list[Any]) -> None:
    """A tag comes once, and with what it is worth."""
    await desk.refused("SendLocalList", FULL | {"localAuthorizationList": entries}, Impossible)


async def test_limit_of_one_message(desk: Desk) -> None:
    """A list that is longer than one message may be is refused."""
    await desk.report(SendLocalListMaxLength="1", LocalAuthListMaxLength="5")
    entries = [entry("AA"), entry("BB")]
    await desk.refused("SendLocalList", FULL | {"localAuthorizationList": entries}, Conflict)


async def test_limit_of_the_whole_list(desk: Desk) -> None:
    """A change that makes the list of the station too long is refused."""
    await desk.report(SendLocalListMaxLength="5", LocalAuthListMaxLength="2")
    entries = [entry("AA"), entry("BB")]
    await desk.ask("SendLocalList", FULL | {"localAuthorizationList": entries}, ACCEPTED)
    changes = [entry("CC")]
    await desk.refused("SendLocalList", DIFFERENTIAL | {"localAuthorizationList": changes}, Conflict)
    changes.append({"idTag": "AA"})
    await desk.ask("SendLocalList", DIFFERENTIAL | {"localAuthorizationList": changes}, ACCEPTED)

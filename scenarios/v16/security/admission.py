"""Who is let in, and who is not.

A refusal proves something only where the same endpoint lets the station in with the right credentials before and after:
for a scenario about refusals that is a precondition, so there the station simply connects.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from harness.verdict import Checks
from scenarios.v16.service import back_in_service
from simulators.connection import Declined, Handshake, Upgraded
from simulators.credentials import basic
from simulators.v16 import ChargePoint

PAPER = "OCPP 1.6 security white paper"
ACCEPTED = "OCPP 1.6 4.2"

REFUSALS = ("401", "4xx", "closed")
"""What may come of a request that must be refused: an HTTP answer, or the end of the connection (A00.FR.407)."""

BREAKDOWNS = ("5xx", "no upgrade")
"""What keeps a station out, too, but is no proper refusal."""


def gist(outcome: Handshake) -> str:
    """Return in one word what came of a request: "101", "401", "4xx", "5xx", "no upgrade" or "closed"."""
    match outcome:
        case Upgraded():
            return "101"
        case Declined(401):
            return "401"
        case Declined(int(status)) if 400 <= status < 500:
            return "4xx"
        case Declined(int(status)) if status >= 500:
            return "5xx"
        case Declined():
            return "no upgrade"
    return "closed"


def credentials(user: str, password: bytes) -> Mapping[str, str]:
    """Return the headers of a request with Basic credentials that need not be good."""
    return basic(user, password)


async def admitted(station: ChargePoint, check: Checks, *, clause: str) -> None:
    """Check that the station gets in with what it has."""
    outcome = await station.knock()
    check.that(isinstance(outcome, Upgraded), "an upgrade for good credentials", observed=outcome, clause=clause)


async def refused(
    station: ChargePoint,
    check: Checks,
    *,
    clause: str,
    headers: Mapping[str, str] | None = None,
    good: Sequence[str] = REFUSALS,
) -> None:
    """Check that the station does not get in; refusals other than the ``good`` ones are tolerable."""
    outcome = gist(await station.knock(headers=headers))
    tolerable = {*REFUSALS, *BREAKDOWNS} - set(good)
    check.graded(outcome, good=good, tolerable=tolerable, clause=clause)


async def served(station: ChargePoint, check: Checks, *, clause: str) -> None:
    """Check that the station gets in, boots, and is answered every status."""
    await admitted(station, check, clause=clause)
    await back_in_service(station, check)

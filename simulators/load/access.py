"""How the stations of a fleet are called and prove themselves, as the target file has it (security profiles 0 to 3)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from harness.load.plan import FleetError, Plan
from harness.settings import Settings, SettingsError, load
from simulators.connection import Endpoint
from simulators.credentials import Trust, basic
from simulators.load.id_tags import tags
from simulators.load.transport import Access, resolved


def access(plan: Plan) -> Access:
    """Return how stations get to the central system; raises FleetError where the target file does not allow for it."""
    try:
        settings = load(plan.target)
        endpoint = _endpoint(plan, settings)
        return Access(
            endpoint=endpoint,
            place=resolved(endpoint),
            name=_names(plan, settings),
            headers=_headers(settings),
            tags=tags(settings),
        )
    except (SettingsError, OSError) as error:
        raise FleetError(str(error)) from None


def _endpoint(plan: Plan, settings: Settings) -> Endpoint:
    if not plan.endpoint.startswith("wss:"):
        return Endpoint(plan.endpoint)
    security = settings.security
    authority, chain, key = (
        settings.resolve(path).read_text("ascii") if path else None
        for path in (security.authority, security.client_certificate, security.client_key)
    )
    return Endpoint(plan.endpoint, Trust(authority=authority, chain=chain, key=key).context(), authority)


def _names(plan: Plan, settings: Settings) -> Callable[[int], str]:
    """Return the identity of each number: those that the target file lists, or ones of our own."""
    listed = settings.stations.identities
    if listed and len(listed) < plan.stations:
        raise FleetError(
            f"{plan.target}: stations.identities lists {len(listed)} stations, {plan.stations} are to be played; "
            "list more, leave the list out, or ask for fewer with --stations"
        )
    return settings.stations.identity


def _headers(settings: Settings) -> Callable[[str], Mapping[str, str]]:
    security = settings.security
    if security.profile not in (1, 2):
        return lambda station: {}
    password = security.password_bytes
    if password is None:
        raise FleetError(
            f"{settings.path or 'built-in target'}: security.password: stations of profile {security.profile} "
            "under load share one; give it"
        )
    return lambda station: basic(station, password)

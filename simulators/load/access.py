"""How the stations of a fleet are called and prove themselves, as the target file has it (security profiles 0 to 3)."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Mapping

from harness.load.plan import FleetError, Plan
from harness.settings import Settings, SettingsError, load
from simulators.connection import Endpoint
from simulators.credentials import Trust, basic
from simulators.load.credentials import Credentials
from simulators.load.id_tags import tags
from simulators.load.transport import Access, resolved


def access(plan: Plan) -> Access:
    """Return how stations get to the central system; raises FleetError where the target file does not allow for it."""
    given = Credentials(plan.credentials) if plan.credentials else None
    try:
        settings = load(plan.target)
        endpoint = Endpoint(plan.endpoint)
        return Access(
            endpoint=endpoint,
            place=resolved(endpoint),
            name=_names(plan, settings),
            headers=_headers(settings, given),
            context=_context(settings, given) if endpoint.encrypted else lambda station: None,
            tags=tags(settings),
        )
    except (SettingsError, OSError) as error:
        raise FleetError(str(error)) from None


def _context(settings: Settings, given: Credentials | None) -> Callable[[str], ssl.SSLContext]:
    """Return the TLS context of each station: one for all, unless each was given a certificate of its own."""
    security = settings.security
    authority, chain, key = (
        settings.resolve(path).read_text("ascii") if path else None
        for path in (security.authority, security.client_certificate, security.client_key)
    )
    authority = authority or (given.authority if given else None)
    shared = Trust(authority=authority, chain=chain, key=key).context()

    def context(station: str) -> ssl.SSLContext:
        own = given.certificate(station) if given else None
        if own is None:
            return shared
        made = Trust(authority=authority).context()
        made.load_cert_chain(*own)
        return made

    return context


def _names(plan: Plan, settings: Settings) -> Callable[[int], str]:
    """Return the identity of each number: those that the target file lists, or ones of our own."""
    listed = settings.stations.identities
    if listed and len(listed) < plan.stations:
        raise FleetError(
            f"{plan.target}: stations.identities lists {len(listed)} stations, {plan.stations} are to be played; "
            "list more, leave the list out, or ask for fewer with --stations"
        )
    return settings.stations.identity


def _headers(settings: Settings, given: Credentials | None) -> Callable[[str], Mapping[str, str]]:
    security = settings.security
    if security.profile not in (1, 2):
        return lambda station: {}
    password = security.password_bytes or (given.password if given else None)
    if password is None:
        raise FleetError(
            f"{settings.path or 'built-in target'}: security.password: stations of profile {security.profile} "
            "under load share one; give it, or name a driver that sets passwords"
        )
    return lambda station: basic(station, password)

"""The target files that plugfest ships."""

from __future__ import annotations

import json
import os
import re
import tomllib
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

import tomli_w

from harness.settings import ENVIRONMENT_PREFIX

if TYPE_CHECKING:
    from server.variants import Variant  # which takes the whole server along

CALM: Mapping[str, Any] = {
    "csms": {"at_once": 16},
    "policies": {"call_timeout": 2.0, "silence_limit": 2.0},
    "driver": {"reference": {"call_timeout": 2.0, "ping_interval": 1.0}},
}
"""How a variant is hurried less than the reference: others are played in other processes of the same machine."""

REFERENCE = Path(__file__).with_name("reference.toml")
"""The target file of the reference central system in the process of the run."""

FOREIGN = Path(__file__).with_name("foreign.toml")
"""The target file of a central system of which only the endpoint is given."""

_PLACEHOLDER = re.compile(r'"@(\w+)@"')


def target_of(given: Path | None, endpoint: str | None) -> Path:
    """Return the target file of a command: the given one, else what fits an endpoint, else the reference's.

    The endpoint may also stand in the environment.
    """
    if given is not None:
        return given
    return FOREIGN if endpoint or f"{ENVIRONMENT_PREFIX}CSMS_ENDPOINT" in os.environ else REFERENCE


def render(
    endpoint: str,
    operator: str,
    token: str,
    *,
    unknown_stations: str = "refused",
    parallel_tag_use: bool = True,
    call_timeout: float | None = None,
    silence_limit: float | None = None,
    data_transfer_vendor: str = "org.plugfest",
    security_profile: int = 0,
    authority: Path | None = None,
    organisation: str = "plugfest",
) -> str:
    """Return the target file of a reference central system that runs elsewhere.

    ``endpoint`` is the URL to which stations append their identity, ``operator`` that of the operator API, ``token``
    what the API demands, "" for nothing; "${NAME}" keeps the token in the environment. The policies are those that
    it was started with; ``call_timeout`` and ``silence_limit`` (seconds) are not declared when they are None.
    ``authority`` is the PEM file of the CA that stations trust.
    """
    values = {
        "endpoint": endpoint,
        "operator": operator,
        "authorization": f"Bearer {token}" if token else None,
        "unknown_stations": unknown_stations,
        "parallel_tag_use": "allowed" if parallel_tag_use else "refused",
        "call_timeout": call_timeout,
        "silence_limit": silence_limit,
        "data_transfer_vendor": data_transfer_vendor,
        "security_profile": security_profile,
        "authority": str(authority.absolute()) if authority else None,
        "organisation": organisation,
    }
    return filled("reference-http.toml", values)


def filled(file: str, values: Mapping[str, Any]) -> str:
    """Return a file with the values for what stands between @, without the lines that have none."""
    lines = (resources.files("plugfest.targets") / file).read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in lines if not (found := _PLACEHOLDER.search(line)) or values[found[1]] is not None]
    return _PLACEHOLDER.sub(lambda found: json.dumps(values[found[1]], ensure_ascii=False), "".join(kept))


def write_target(variant: Variant, folder: Path) -> Path:
    """Write the target file of a variant in the process of the run: what its maker would truthfully say of it."""
    tables = tomllib.loads(REFERENCE.read_text(encoding="utf-8"))
    driver = "reference-over-http" if variant.over_http else "reference"
    named = {"csms": {"name": f"reference with the habit {variant.name}", "driver": driver}}
    served = {"driver": {"reference": {"variant": variant.name}}}
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "target.toml"
    path.write_text(tomli_w.dumps(merged(tables, CALM, named, served, variant.target)), encoding="utf-8")
    return path


def merged(tables: Mapping[str, Any], *changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return tables with changes made to them, one after the other; a member that becomes None is taken out."""
    result = dict(tables)
    for change in changes:
        for name, value in change.items():
            if value is None:
                result.pop(name, None)
            else:
                result[name] = merged(result.get(name, {}), value) if isinstance(value, Mapping) else value
    return result

"""The statement of conformance: what a central system claims, how it did, where it deviates; a page to be signed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from harness.findings import Finding
from harness.verdict import Verdict
from harness.versions import VERSIONS
from reports import coverage, model
from reports.html import environment, style
from reports.model import Group, Report


class Claim(StrEnum):
    """Whether a feature is claimed, as the target file says; some are there in every central system."""

    YES = "yes"
    NO = "no"
    ALWAYS = "always"
    UNKNOWN = "not recorded"


@dataclass(frozen=True, slots=True)
class Feature:
    """A feature profile or functional block: whether it is claimed, and how its scenarios ended."""

    version: str
    name: str
    claimed: Claim
    verdicts: Mapping[Verdict, int]


def render(report: Report) -> str:
    """Return the HTML text, which needs no script."""
    deviations = [one for one in report.findings if one.verdict is Verdict.FAILED]
    return (
        environment()
        .get_template("statement.html.j2")
        .render(
            report=report,
            header=report.run.header,
            model=model,
            identification=list(_identification(report)),
            features=list(features(report)),
            certification=coverage.certification(report.run.results),
            deviations=deviations,
            others=[one for one in report.findings if one not in deviations],
            reasons=reasons(report, deviations),
            style=style(),
        )
    )


def features(report: Report) -> Iterator[Feature]:
    """Yield the profiles and blocks that were played, in the order of the report."""
    for group in report.groups:
        if group.profile != "Wire":
            claimed = _claimed(report.run.header.settings, group)
            yield Feature(group.version, group.profile, claimed, group.totals.verdicts)


def reasons(report: Report, deviations: Sequence[Finding]) -> dict[str, str]:
    """Return why deviations were expected, by their ids, for those of which the list of expected verdicts tells it."""
    told: dict[str, str] = {}
    for result in report.results:
        for cause in result.causes:
            if result.expectation:
                told.setdefault(cause, result.expectation)
    return {one.id: told[one.id] for one in deviations if one.id in told}


def _claimed(settings: Mapping[str, Any] | None, group: Group) -> Claim:
    if settings is None:
        return Claim.UNKNOWN
    if group.version in VERSIONS and group.profile in VERSIONS[group.version].always:
        return Claim.ALWAYS
    claimed = settings.get("features", {}).get("profiles")
    return Claim.YES if claimed is None or group.profile in claimed else Claim.NO


def _identification(report: Report) -> Iterator[tuple[str, str]]:
    header, settings = report.run.header, report.run.header.settings or {}
    yield "central system", header.target
    yield "endpoint", header.endpoint or "in the process of the test"
    yield (
        "OCPP versions",
        ", ".join(settings.get("csms", {}).get("versions", dict.fromkeys(g.version for g in report.groups))),
    )
    if (profile := settings.get("security", {}).get("profile")) is not None:
        yield "security profile", str(profile)
    yield "operated by", f"driver {header.driver}"
    yield "tested with", f"plugfest {header.plugfest}{', strict' if header.strict else ''}"
    yield "test began", header.started
    if header.network:
        yield "network", header.network
    if header.mutant:
        yield "mutant", header.mutant

"""The certification package: what a run was to show, what it showed, and the evidence, in one archive."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import reports
from harness.disclosure import SECRET, user_information
from harness.record import Run
from reports import statement
from reports.model import Report, report_of

PLAN, SETTINGS, FEATURES, SUMS = "plan.json", "settings.json", "features.json", "SHA256SUMS"


class PackageError(Exception):
    """A record of which no package can be made; the text says why, and what to do."""


def write(run: Run, archive: Path) -> None:
    """Write the package of a whole run; ``sha256sum --check SHA256SUMS`` holds among what was in it.

    It is the same whenever it is made. Raises PackageError where something is missing, OSError where it cannot be
    written.
    """
    files = _files(run)
    sums = "".join(f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in sorted(files.items()))
    unfinished = archive.with_name(f"{archive.name}.part")
    with ZipFile(unfinished, "w") as packed:
        for name, data in [*sorted(files.items()), (SUMS, sums.encode())]:
            info = ZipInfo(name, datetime.fromisoformat(run.header.started).timetuple()[:6])
            info.compress_type = ZIP_DEFLATED
            packed.writestr(info, data)
    unfinished.replace(archive)


def _files(run: Run) -> dict[str, bytes]:
    """Return the contents of the package by their names."""
    if run.header.watched:
        raise PackageError(f"{run.path}: no suite was played there; package the record of plugfest run")
    if run.truncated:
        raise PackageError(f"{run.path}: {report_of(run).shortfall} Run it again to the end.")
    if run.header.settings is None:
        raise PackageError(f"{run.path}: the record has no settings, an earlier plugfest wrote it; run again")
    report = report_of(run)
    told = {PLAN: _plan(run), SETTINGS: run.header.settings, FEATURES: _features(report)}
    texts = {name: json.dumps(value, indent=1, ensure_ascii=False) + "\n" for name, value in told.items()}
    texts |= reports.documents(report)
    texts[run.path.name] = run.path.read_text(encoding="utf-8")
    hidden = user_information(run.header.endpoint or "")
    shown = {name: text.replace(hidden, SECRET) if hidden else text for name, text in texts.items()}
    return {name: text.encode(errors="backslashreplace") for name, text in shown.items()} | dict(_traces(run))


def _traces(run: Run) -> Iterator[tuple[str, bytes]]:
    folder = run.path.parent
    for result in run.results:
        if result.trace is None:
            continue
        path = folder / result.trace
        if not path.resolve().is_relative_to(folder.resolve()):
            raise PackageError(f"{run.path}: the trace {result.trace} lies outside the folder of the record")
        try:
            yield result.trace, path.read_bytes()
        except OSError as error:
            raise PackageError(f"{path}: {error.strerror}; a package has all evidence, run again") from None


def _plan(run: Run) -> dict[str, Any]:
    """Return what was to be played, and how."""
    header = run.header
    return {
        "plugfest": header.plugfest,
        "started": header.started,
        "options": list(header.options),
        "strict": header.strict,
        "network": header.network,
        "faults": list(header.faults),
        "seed": header.seed,
        "scenarios": [
            {
                "id": one.id,
                "title": one.title,
                "clauses": list(one.clauses),
                "certification_cases": list(one.octt),
                "requirements": list(one.requirements),
            }
            for one in sorted(run.results, key=lambda result: result.id)
        ],
    }


def _features(report: Report) -> dict[str, Any]:
    """Return what the central system claims, and what could not be asked of it, by reason."""
    claims: Mapping[str, Any] = (report.run.header.settings or {}).get("features", {})
    features: defaultdict[str, dict[str, Any]] = defaultdict(dict)
    for one in statement.features(report):
        counted = {verdict.value: count for verdict, count in one.verdicts.items() if count}
        features[one.version][one.name] = {"claimed": one.claimed, "verdicts": counted}
    return {
        "claims": claims,
        "features": features,
        "not_applicable": {why: [one.id for one in them] for why, them in report.not_applicable.items()},
    }

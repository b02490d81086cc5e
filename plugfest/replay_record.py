"""The record of a replay: what the central system said to each station, beside what it had said before."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from harness import findings, tally
from harness.conversation import CENTRAL_SYSTEM, PROFILES
from harness.expected import Expectations, Standing
from harness.fieldlog.comparison import Difference
from harness.fieldlog.reading import Fieldlog
from harness.record import NAME, Header, Recorder, Result
from harness.service import service_of
from harness.settings import Settings
from harness.trace import Direction, Entry, faults
from harness.verdict import POLICY, SHOULD, Check, judge
from harness.versions import V16
from plugfest.watching.logbook import TRACES, trace_of
from scenarios.stage.replay.replay import Replay

LOG = "the log"
"""What a check of a replay cites in place of a clause."""

SHOWN = 6
"""Up to which check the message of a result tells them."""


class ReplayRecord:
    """Writes the record of a replay and its traces, one for each station, into a folder."""

    def __init__(self, folder: Path, settings: Settings, log: Fieldlog, played: Replay) -> None:
        self._folder, self._settings = folder, settings
        self._log, self._played = log, played

    def write(self, expectations: Expectations, **about: Any) -> Path:
        """Write all of it, and return the path of the record; ``about`` are members of its header."""
        (self._folder / TRACES).mkdir(parents=True, exist_ok=True)
        results = [self._result(was, now, expectations) for was, now in sorted(self._played.names.items())]
        path = self._folder / NAME
        header = Header(
            plugfest=version("plugfest"),
            target=self._settings.csms.name,
            endpoint=self._settings.csms.endpoint,
            driver=self._settings.csms.driver,
            started=datetime.now(UTC).isoformat(timespec="seconds"),
            selected=len(results),
            watched=True,
            **about,
        )
        with Recorder(path, header) as recorder:
            for result in results:
                recorder.add(result)
            for rule in tally.rule_results(results, expectations):
                recorder.add_rule(rule)
            recorder.finish(max((entry.at for entry in self._played.trace), default=0.0))
        return path

    def _result(self, recorded: str, identity: str, expectations: Expectations) -> Result:
        """Return what became of one station, its trace written."""
        spoken = self._log.versions.get(recorded, V16)
        entries = [entry for entry in self._played.trace if entry.station == identity]
        trace = trace_of(recorded, spoken)
        lines = (json.dumps(entry.to_json(), ensure_ascii=False) + "\n" for entry in entries)
        (self._folder / trace).write_text("".join(lines), encoding="utf-8", errors="backslashreplace")
        differences = [one for one in self._played.finds.differences if one.station == recorded]
        checks = _checks(differences, entries)
        verdict, counted = judge(checks), tally.tally(entries)
        message = "; ".join(
            f"{one.clause}: expected {one.expected}, observed {one.observed}" for one in checks[1:SHOWN]
        )
        result = Result(
            id=f"{spoken.prefix}.{CENTRAL_SYSTEM}.{recorded}",
            title=f"What the central system said to {recorded} when its log was played again.",
            version=spoken.name,
            profile=PROFILES[CENTRAL_SYSTEM],
            clauses=(LOG,),
            octt=(),
            requirements=(),
            verdict=verdict,
            standing=Standing.AS_EXPECTED,
            seconds=round(entries[-1].at - entries[0].at, 4) if entries else 0.0,
            message=message,
            checks=checks,
            judged=counted.judged,
            breaches=counted.breaches,
            causes=findings.causes(verdict, checks, message),
            trace=trace,
            struck=faults(entries),
            service=service_of(entries, self._settings.csms.patience),
        )
        standing, expectation = expectations.judge(result)
        return replace(result, standing=standing, expectation=expectation)


def _checks(differences: Sequence[Difference], entries: Sequence[Entry]) -> tuple[Check, ...]:
    """Return a check for each difference, and one for all that came back as it was recorded."""
    latest = next((entry.index for entry in reversed(entries) if entry.direction is Direction.RECEIVED), None)
    made = [Check(LOG, SHOULD, POLICY, "what was recorded", "", held=True, evidence=latest)]
    for one in differences:
        expected = f"{f'{one.what} {one.deviation.place}'.strip()}: {one.deviation.recorded}"
        observed = f"{one.deviation.now} (line {one.line})" if one.line else one.deviation.now
        evidence = latest if one.entry is None else one.entry
        made.append(Check(LOG, SHOULD, POLICY, expected, observed, held=False, evidence=evidence))
    return tuple(made)

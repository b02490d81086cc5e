"""A realistic run record with traces: every verdict, news and expected, and texts that try to break documents."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from harness.expected import Standing
from harness.findings import cause_of_rule, causes
from harness.record import Breach, Header, Recorder, Result
from harness.rules import JSON, Ruling
from harness.trace import Direction, Event, Trace
from harness.verdict import CONFORMANCE, POLICY, SHALL, SHOULD, Axis, Check, Level, Verdict
from harness.versions import V16

BROKEN_RULE = V16.rule(JSON).id

SENT, RECEIVED = Direction.SENT, Direction.RECEIVED
NEWS, AS_EXPECTED = Standing.NEWS, Standing.AS_EXPECTED
HOSTILE = "</script><img src=x onerror=alert(1)> ]]> | a\tb\nc \x00\x07\x1b \u202e \ufffe <!-- ünï 電気 {{ 7*7 }}"
LONG_TEXT = "é" * 16_384


def header(selected: int) -> Header:
    """Return the header of a run against a target whose name carries markup."""
    return Header(
        plugfest="0.1.0",
        target="ACME CSMS 4.2 | <b>beta</b>",
        endpoint="wss://csms.example/ocpp",
        driver="http",
        started="2026-03-01T10:00:00Z",
        selected=selected,
    )


def check(
    expected: str,
    observed: str,
    *,
    held: bool,
    evidence: int | None = 2,
    level: Level = SHALL,
    axis: Axis = CONFORMANCE,
    clause: str = "OCPP 1.6 4.2",
) -> Check:
    """Return a check on the answer to the boot notification, unless told otherwise."""
    return Check(clause, level, axis, expected, observed, held, evidence)


HELD = check("Accepted", "Accepted", held=True)
VIOLATED = check("{'type': 'Hard'}", "{'type': 'Soft'}", held=False, evidence=5, clause="OCPP 1.6 6.39")
REMARK = check("an interval above 0", "0", held=False, level=SHOULD)


def result(id: str, title: str, verdict: Verdict, standing: Standing = AS_EXPECTED, **members: Any) -> Result:
    """Return a result of the Core profile, with a held check unless told otherwise."""
    given: dict[str, Any] = {
        "version": "1.6",
        "profile": "Core",
        "clauses": ("OCPP 1.6 4.2",),
        "octt": (),
        "requirements": (),
        "seconds": 0.125,
        "checks": (HELD,),
        "trace": f"traces/{id}.jsonl",
    }
    given |= members
    given["causes"] = causes(verdict, given["checks"], given.get("message", ""))
    return Result(id=id, title=title, verdict=verdict, standing=standing, **given)


_CHECK = check("one JSON text", "nonsense", held=False, clause="OCPP-J 1.6 4.1.2")
BREAKING = result(
    "v16.core.garbled",
    "A scenario whose messages break a rule.",
    Verdict.PASSED,
    judged={BROKEN_RULE: 7},
    breaches=(Breach(BROKEN_RULE, 3, (_CHECK,)),),
)
BROKEN = replace(
    result(
        BROKEN_RULE,
        JSON.title,
        Verdict.FAILED,
        NEWS,
        profile="Wire",
        judged={BROKEN_RULE: 7},
        checks=(_CHECK,),
    ),
    causes=(cause_of_rule(BROKEN_RULE),),
    message="3 of 7 in 1 scenario",
)
"""A rule of the wire that the scenario before broke."""


def results() -> list[Result]:
    """Return one result of every kind, in the order in which parallel workers might have ended them."""
    return [
        result("v16.core.boot.accepted", "A known charge point is accepted.", Verdict.PASSED, octt=("TC_001_CSMS",)),
        result(
            "v16.core.reset.hard",
            "A hard reset ordered by the operator arrives as such, and the reboot is accepted.",
            Verdict.FAILED,
            NEWS,
            octt=("TC_013_CSMS",),
            requirements=("CORE-5.14-a",),
            clauses=("OCPP 1.6 5.14", "OCPP 1.6 6.39"),
            checks=(HELD, VIOLATED, REMARK),
        ),
        result(
            "v16.core.boot.interval",
            "The heartbeat interval is one that a charge point can use.",
            Verdict.REMARKED,
            checks=(HELD, REMARK, check("one answer", "two", held=False, axis=POLICY)),
        ),
        result(
            "v16.core.start.retried",
            "A retried StartTransaction opens no second transaction.",
            Verdict.FAILED,
            expectation="duplicates are not recognised (finding ACME-17)",
            message="OCPP 1.6 3.7.1: expected one transaction, observed 2",
            checks=(HELD, check("one transaction", "2", held=False)),
        ),
        result(
            "v16.core.hostile.text",
            f"Texts of a hostile central system stay texts {HOSTILE}",
            Verdict.ERROR,
            NEWS,
            message=f"the driver failed: {HOSTILE}",
            checks=(check(HOSTILE, HOSTILE + LONG_TEXT, held=False, evidence=6),),
            details=f"Traceback (most recent call last):\n  {HOSTILE}",
        ),
        result(
            "v16.core.unlock.status",
            "The outcome of UnlockConnector is shown to the operator.",
            Verdict.INCONCLUSIVE,
            NEWS,
            message="the central system never asked the station to unlock",
            checks=(),
        ),
        result(
            "v16.core.stop.unknown",
            "StopTransaction for an unknown transaction is confirmed.",
            Verdict.PASSED,
            NEWS,
            expectation="unknown transactions are refused (finding ACME-3)",
        ),
        *(
            result(
                f"v16.reservation.{name}",
                f"A reservation can be {name}.",
                Verdict.NOT_APPLICABLE,
                profile="Reservation",
                message="the target does not claim the profile Reservation",
                checks=(),
                trace=None,
                seconds=0.0,
            )
            for name in ("made", "cancelled")
        ),
        result(
            "v16.transport.subprotocol",
            "The subprotocol is confirmed in the handshake.",
            Verdict.INCONCLUSIVE,
            profile="Transport",
            expectation="the proxy in front strips the header (finding ACME-9)",
            message="the handshake was refused with status 403",
            checks=(),
            trace="traces/never-written.jsonl",
        ),
    ]


def trace(station: str = "PLUGFEST-0001") -> Trace:
    """Return the wire of a boot and a reset, with a frame that is none, a hostile one and a long one."""
    now = iter(n / 64 for n in range(1_000))
    wire = Trace(clock=lambda: next(now))
    boot = {"chargePointVendor": "plugfest", "chargePointModel": "simulator"}
    answer = {"status": "Accepted", "currentTime": "2026-03-01T10:00:00Z", "interval": 0}
    wire.add(station, SENT, Event.OPENED, "ocpp1.6")
    wire.add(station, SENT, Event.TEXT, json.dumps([2, "boot-1", "BootNotification", boot]))
    wire.add(station, RECEIVED, Event.TEXT, json.dumps([3, "boot-1", answer]))
    wire.add(station, RECEIVED, Event.PING, "")
    wire.add(station, SENT, Event.PONG, "")
    wire.add(station, RECEIVED, Event.TEXT, json.dumps([2, "reset-1", "Reset", {"type": "Soft"}]))
    ruling = Ruling(V16)
    ruling.that(False, JSON, "one JSON text", HOSTILE)
    wire.add(station, RECEIVED, Event.TEXT, HOSTILE, ruling=ruling)
    wire.add(station, SENT, Event.TEXT, '[4, "reset-1", "InternalError", "", {}]')
    wire.add(station, RECEIVED, Event.TEXT, f'[2, "long-1", "DataTransfer", {{"data": "{LONG_TEXT}"}}]')
    wire.add(station, SENT, Event.BINARY, "00ff")
    wire.add(f"{station}-B", RECEIVED, Event.REFUSED, "HTTP 403")
    wire.add(station, RECEIVED, Event.CLOSED, "1000")
    return wire


def write(
    folder: Path,
    written: Sequence[Result] | None = None,
    *,
    rules: Sequence[Result] = (),
    selected: int | None = None,
    gates: Sequence[str] = (),
    end: bool = True,
) -> Path:
    """Write a record of ``results()`` or of those given, and a trace for each that names one; return its path."""
    chosen = results() if written is None else list(written)
    (folder / "traces").mkdir(parents=True, exist_ok=True)
    path = folder / "run.jsonl"
    told = replace(header(len(chosen) if selected is None else selected), gates=gates)
    with Recorder(path, told) as recorder:
        for each in chosen:
            recorder.add(each)
            if each.trace and "never" not in each.trace:
                text = "".join(line + "\n" for line in trace().lines())
                (folder / each.trace).write_text(text, encoding="utf-8")
        for rule in rules:
            recorder.add_rule(rule)
        if end:
            recorder.finish(1.75)
    return path

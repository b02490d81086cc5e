"""JUnit XML of a run: one suite per profile, one test case per scenario."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from harness.findings import Finding
from harness.gates import Judged
from harness.record import Header, Result
from harness.verdict import Verdict
from reports.model import (
    Group,
    Report,
    is_known,
    is_news,
    reason,
    sentence,
    shortened,
    told,
    violations,
    visible,
)

LONGEST_TEXT = 20_000
"""Characters of one text that a test case keeps."""

LONGEST_NAME = 200


def render(report: Report) -> str:
    """Return the XML text: the findings and the gates as suites of their own, then a suite per profile.

    What is news is a failure or an error, so that the outcome agrees with the exit code of the run; a
    nonconformity that was expected passes and names its finding.
    """
    whole = report.totals
    root = Element("testsuites", name="plugfest", time=f"{whole.seconds:.3f}")
    if report.findings:
        root.append(_findings(report))
    if report.gates:
        root.append(_filled([gate_case(one) for one in report.gates], "gates", 0.0, report.run.header))
    for group in report.groups:
        root.append(_suite(group, report))
    if report.shortfall:
        root.append(_cut_short(report.shortfall))
    for count in ("tests", "failures", "errors", "skipped"):
        root.set(count, str(sum(int(suite.get(count, "0")) for suite in root)))
    indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def _findings(report: Report) -> Element:
    return _filled([_finding(report, one) for one in report.findings], "findings", 0.0, report.run.header)


def _finding(report: Report, finding: Finding) -> Element:
    what = f"{finding.clause}: {told(finding)}" if finding.clause else told(finding)
    case = Element("testcase", classname="findings", name=_text(f"{finding.id} {what[:LONGEST_NAME]}"), time="0.000")
    about = {"verdict": finding.verdict.value, "rule": finding.rule or "", "first": finding.first}
    _properties(case, {name: value for name, value in about.items() if value})
    lines = [what, report.extent(finding), f"again: {report.command(finding)}", *finding.scenarios]
    tag = "failure" if finding.verdict is Verdict.FAILED else "error"
    element = SubElement(case, tag, type=finding.verdict.value, message=_text(what)) if finding.news else None
    (SubElement(case, "system-out") if element is None else element).text = _text("\n".join(lines))
    return case


def gate_case(one: Judged) -> Element:
    """Return the test case of a gate, which fails where it was missed."""
    case = Element("testcase", classname="gates", name=visible(f"{one.gate} {one.limit}"), time="0.000")
    said = f"observed {one.observed}, limit {one.limit}"
    if one.met:
        SubElement(case, "system-out").text = visible(said)
    else:
        where = f", in {one.place}" if one.place else ""
        SubElement(case, "failure", type="gate", message=visible(f"{said}, missed by {one.by}{where}"))
    return case


def _suite(group: Group, report: Report) -> Element:
    cases = [_case(result) for result in group.results]
    return _filled(cases, group.name, group.totals.seconds, report.run.header, report.figures)


def _filled(
    cases: list[Element], name: str, seconds: float, header: Header, figures: Sequence[tuple[str, str]] = ()
) -> Element:
    suite = Element("testsuite", _counts(cases, seconds), name=visible(name), timestamp=visible(header.started))
    about = {"target": header.target, "driver": header.driver, "plugfest": header.plugfest}
    if header.endpoint:
        about["endpoint"] = header.endpoint
    if header.mutant:
        about["mutant"] = header.mutant
    if header.network:
        about["network"] = header.network
    _properties(suite, about | dict(figures))
    suite.extend(cases)
    return suite


def _counts(cases: list[Element], seconds: float) -> dict[str, str]:
    kinds = {"failures": "failure", "errors": "error", "skipped": "skipped"}
    counts = {name: str(sum(case.find(tag) is not None for case in cases)) for name, tag in kinds.items()}
    return {"tests": str(len(cases)), **counts, "time": f"{seconds:.3f}"}


def _case(result: Result) -> Element:
    case = Element(
        "testcase",
        classname=visible(".".join(result.id.split(".")[:2])),
        name=visible(result.id),
        time=f"{result.seconds:.3f}",
    )
    _properties(case, _about(result))
    _outcome(case, result)
    account = _account(result)
    if account:
        SubElement(case, "system-out").text = _text(account)
    return case


def _about(result: Result) -> dict[str, str]:
    about = {
        "title": result.title,
        "verdict": result.verdict.value,
        "standing": result.standing.value,
        "clauses": ", ".join(result.clauses),
        "octt": ", ".join(result.octt),
        "requirements": ", ".join(result.requirements),
        "trace": result.trace or "",
    }
    if is_known(result):
        about["finding"] = result.expectation or "not recorded"
    return {name: value for name, value in about.items() if value}


def _outcome(case: Element, result: Result) -> None:
    if result.verdict is Verdict.NOT_APPLICABLE:
        SubElement(case, "skipped", message=_text(reason(result)))
    elif is_news(result):
        tag = "error" if result.verdict in (Verdict.ERROR, Verdict.INCONCLUSIVE) else "failure"
        kind = result.verdict.value
        if result.verdict in (Verdict.PASSED, Verdict.REMARKED):
            kind = f"unexpected-{kind}"
        element = SubElement(case, tag, type=kind, message=_text(reason(result)))
        lines = [sentence(check) for check in violations(result)]
        element.text = _text("\n".join([*lines, result.details] if result.details else lines))


def _account(result: Result) -> str:
    if is_known(result):
        finding = result.expectation or "the finding is not recorded"
        return f"Known, {result.verdict} as expected: {finding}\n{reason(result)}".rstrip()
    if result.verdict is Verdict.REMARKED:
        return "\n".join(f"Remark: {sentence(check)}" for check in violations(result))
    return ""


def _cut_short(shortfall: str) -> Element:
    suite = Element("testsuite", name="run", tests="1", failures="0", errors="1", skipped="0", time="0.000")
    case = SubElement(suite, "testcase", classname="run", name="run.complete", time="0.000")
    SubElement(case, "error", type="incomplete", message=shortfall)
    return suite


def _properties(parent: Element, members: dict[str, str]) -> None:
    properties = SubElement(parent, "properties")
    for name, value in members.items():
        SubElement(properties, "property", name=name, value=_text(value))


def _text(text: str) -> str:
    return shortened(visible(text), LONGEST_TEXT)

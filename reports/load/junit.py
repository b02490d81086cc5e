"""The gates of a load run as JUnit XML: a test case for each, and one for the run itself."""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement, indent, tostring

from reports.junit import gate_case
from reports.load.model import LoadReport
from reports.model import visible


def render(report: LoadReport) -> str:
    """Return the XML text, which agrees with the exit code: what is no measurement is an error, an outage a failure."""
    header = report.run.header
    cases = [gate_case(one) for one in report.judged]
    cases.append(_run(report))
    suite = Element("testsuite", name="load", timestamp=visible(header.started))
    suite.set("tests", str(len(cases)))
    for name, tag in (("failures", "failure"), ("errors", "error")):
        suite.set(name, str(sum(case.find(tag) is not None for case in cases)))
    properties = SubElement(suite, "properties")
    about = {"target": header.target, "endpoint": header.endpoint, "workload": header.workload}
    for name, value in [*about.items(), *report.facts]:
        SubElement(properties, "property", name=visible(name), value=visible(value))
    suite.extend(cases)
    root = Element("testsuites", {key: suite.get(key, "0") for key in ("tests", "failures", "errors")}, name="plugfest")
    root.append(suite)
    indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def _run(report: LoadReport) -> Element:
    """Return the case of the run itself: whether it was a measurement, and without an outage."""
    seconds = report.run.footer.seconds if report.run.footer else 0.0
    case = Element("testcase", classname="run", name="run.complete", time=f"{seconds:.3f}")
    if report.ending.code == 3:
        SubElement(case, "error", type="no-measurement", message=visible(report.ending.text))
    elif report.run.outages:
        SubElement(case, "failure", type="outage", message=visible(report.ending.text))
    return case

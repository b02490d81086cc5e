"""The HTML report is one safe file that holds every result with its checks and its wire."""

from __future__ import annotations

import hashlib
import json
import zlib
from base64 import b64decode, b64encode
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from harness.record import Result, read
from harness.verdict import Check, Verdict
from reports.html import render
from reports.model import Report, report_of
from reports.scenario import LATE_FRAME, LONGEST_CELL, LONGEST_FRAME, LONGEST_WIRE
from tests.reports import sample


@dataclass
class Scenario:
    """One scenario as the page shows it."""

    attributes: dict[str, str]
    text: str = ""
    body: dict[str, Any] = field(default_factory=dict)


class Page(HTMLParser):
    """Takes a report apart as a browser would, as far as the tests look at it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.addresses: list[str] = []
        self.handlers: list[str] = []
        self.policy = ""
        self.scripts: list[str] = []
        self.chunks: list[list[dict[str, Any]]] = []
        self.findings: list[str] = []
        self.scenarios: dict[str, Scenario] = {}
        self.text = ""
        self._scenario: Scenario | None = None
        self._script: str | None = None
        self.feed(text)
        self.close()
        for scenario in self.scenarios.values():
            chunk, number = map(int, scenario.attributes["data-place"].split("/"))
            scenario.body = self.chunks[chunk][number]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note scenarios, findings, and whatever could load or run something."""
        members = {name: value or "" for name, value in attrs}
        self.tags.add(tag)
        self.addresses += [members[name] for name in ("src", "href", "action", "data") if name in members]
        self.handlers += [name for name in members if name.startswith("on")]
        if tag == "meta" and "content-security-policy" in members.get("http-equiv", "").lower():
            self.policy = members["content"]
        if tag == "script":
            self._script = members.get("type", "")
        if tag == "details" and "scenario" in members.get("class", ""):
            self._scenario = self.scenarios.setdefault(members["id"], Scenario(members))
        if tag == "details" and "finding" in members.get("class", ""):
            self.findings.append(members["class"])

    def handle_endtag(self, tag: str) -> None:
        """Leave scripts and scenarios."""
        if tag == "script":
            self._script = None
        if tag == "details":
            self._scenario = None

    def handle_data(self, data: str) -> None:
        """Keep the text of the scenario that is open, and unpack what opens with it."""
        if self._script == "text/plain":
            self.chunks.append(json.loads(zlib.decompress(b64decode(data), wbits=-zlib.MAX_WBITS)))
        elif self._script is not None:
            self.scripts.append(data)
        elif self._scenario:
            self._scenario.text += data
        else:
            self.text += data


@pytest.fixture
def page(report: Report) -> Page:
    """Return the report of the sample run."""
    return Page(render(report))


def _of(folder: Path, results: list[Result]) -> Page:
    return Page(render(report_of(read(sample.write(folder, results)))))


def _wire(page: Page, id: str) -> dict[str, Any]:
    wire: dict[str, Any] | None = page.scenarios[id].body["wire"]
    assert wire is not None
    return wire


def _links(page: Page, id: str) -> dict[str, dict[str, str]]:
    """Return the facts of a scenario: texts, and where each leads."""
    return {name: dict(values) for name, values in page.scenarios[id].body["facts"]}


def test_every_result_is_on_the_page(page: Page) -> None:
    """Each scenario carries what the filters look at."""
    told = {id: (s.attributes["data-verdict"], s.attributes["data-news"]) for id, s in page.scenarios.items()}

    assert told == {r.id: (r.verdict.value, "yes" if r.standing == "news" else "no") for r in sample.results()}
    reset = page.scenarios["v16.core.reset.hard"].attributes
    assert reset["data-profile"] == "OCPP 1.6 Core"
    assert {"tc_013_csms", "core-5.14-a", "6.39"} <= set(reset["data-words"].split())


def test_nothing_is_loaded_from_anywhere(page: Page) -> None:
    """The file has no address outside of itself, no image, no frame and no linked style."""
    assert all(address.startswith("#") for address in page.addresses)
    assert not page.tags & {"img", "iframe", "link", "object", "embed"}


def test_only_the_script_of_the_report_may_run(page: Page) -> None:
    """The policy of the page names the one script by its hash, and there is no inline handler."""
    assert len(page.scripts) == 1
    digest = b64encode(hashlib.sha256(page.scripts[0].encode()).digest()).decode()
    assert page.policy == f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'"
    assert page.handlers == []


def test_hostile_texts_stay_texts(page: Page) -> None:
    """Markup in a title, check, detail or frame reaches the reader as text, control characters as escapes."""
    scenario = page.scenarios["v16.core.hostile.text"]
    (check,) = scenario.body["checks"]
    shown = (
        "</script><img src=x onerror=alert(1)> ]]> | a\tb\nc \\x00\\x07\\x1b \\u202e \\ufffe <!-- ünï 電気 {{ 7*7 }}"
    )
    assert scenario.text.count(shown) == 2
    assert all(shown in text for text in (check["expected"], check["observed"], scenario.body["details"]))
    frame = _wire(page, "v16.core.hostile.text")["messages"][6]
    assert frame["text"] == shown
    assert shown in frame["problems"][0]


def test_checks_show_their_outcome(page: Page) -> None:
    """A violated check, a remark and one that held are told apart."""
    checks = page.scenarios["v16.core.reset.hard"].body["checks"]
    assert [check["outcome"] for check in checks] == ["held", "violated", "remarked"]
    assert checks[1]["clause"] == "OCPP 1.6 6.39"


def test_checks_lead_to_the_frame_that_was_judged(page: Page) -> None:
    """Each check names its frame, and all scenarios of its clause can be shown."""
    checks = page.scenarios["v16.core.reset.hard"].body["checks"]
    assert [check["evidence"] for check in checks] == [2, 5, 2]
    assert checks[1]["address"] == "#?words=%22ocpp+1.6+6.39%22"


def test_facts_lead_to_what_else_covers_them(page: Page) -> None:
    """A certification case and a requirement show what else covers them, a finding its place."""
    links = _links(page, "v16.core.reset.hard")
    assert links["certification cases"] == {"TC_013_CSMS": "#?words=%22tc_013_csms%22"}
    assert links["requirements"] == {"CORE-5.14-a": "#?words=%22core-5.14-a%22"}
    assert [address.startswith("#finding-") for address in links["findings"].values()] == [True]
    assert links["link to this"] == {"v16.core.reset.hard": "#v16.core.reset.hard"}


def test_a_scenario_without_checks_says_so(page: Page) -> None:
    """An open question is not mistaken for a pass; what could not be asked needs no such words."""
    assert page.scenarios["v16.core.unlock.status"].body["unchecked"]
    assert not page.scenarios["v16.reservation.made"].body["unchecked"]


def test_standing_and_expectation_are_shown(page: Page) -> None:
    """News and known findings are marked, the latter with their reason."""
    known = page.scenarios["v16.core.start.retried"]

    assert "as expected" in known.text
    assert "finding ACME-17" in known.body["expectation"]
    assert "news" in page.scenarios["v16.core.stop.unknown"].text


def test_the_wire_tells_who_sent_what_when(page: Page) -> None:
    """Lanes, directions, times and labels of the sequence diagram come from the trace."""
    wire = _wire(page, "v16.core.reset.hard")

    assert wire["stations"] == ["PLUGFEST-0001", "PLUGFEST-0001-B"]
    boot = wire["messages"][1]
    assert (boot["index"], boot["at"], boot["lane"], boot["direction"]) == (1, 0.031, 0, "sent")
    assert (boot["shape"], boot["label"]) == ("call", "BootNotification")
    assert wire["messages"][10]["lane"] == 1


def test_the_evidence_of_a_check_is_marked_in_the_wire(page: Page) -> None:
    """A frame names the checks that it violated, remarked or met by their numbers."""
    messages = _wire(page, "v16.core.reset.hard")["messages"]

    marks = {m["index"]: {k: m[k] for k in ("violated", "remarked", "held") if k in m} for m in messages}
    assert {index: mark for index, mark in marks.items() if mark} == {
        2: {"held": [1], "remarked": [3]},
        5: {"violated": [2]},
    }


def test_a_frame_of_16_kib_is_shown_whole(page: Page) -> None:
    """A long but usual frame is not cut."""
    assert sample.LONG_TEXT in _wire(page, "v16.core.reset.hard")["messages"][8]["text"]


def test_a_missing_trace_is_said(page: Page) -> None:
    """The place of the diagram says why there is none."""
    wire = _wire(page, "v16.transport.subprotocol")

    assert wire["messages"] == []
    assert "never-written.jsonl cannot be read" in wire["remark"]


def test_a_scenario_that_never_ran_has_no_wire(page: Page) -> None:
    """A scenario without trace has neither diagram nor remark."""
    body = page.scenarios["v16.reservation.made"].body
    assert (body["wire"], body["trace"]) == (None, None)


def test_long_texts_of_checks_are_cut(page: Page) -> None:
    """What a check observed cannot swell the page."""
    (check,) = page.scenarios["v16.core.hostile.text"].body["checks"]
    assert LONGEST_CELL < len(check["observed"]) < 1.1 * LONGEST_CELL


def test_frames_are_cut_and_a_flood_more_so(tmp_path: Path) -> None:
    """A frame has a limit, and so have all frames of one scenario together."""
    result = replace(sample.results()[0], checks=())
    record = sample.write(tmp_path, [result])
    count = LONGEST_WIRE // LONGEST_FRAME + 10
    entry = {"at": 0, "station": "CP1", "direction": "received", "event": "text", "text": "x" * (LONGEST_FRAME + 1)}
    lines = (json.dumps({"index": index, **entry}) + "\n" for index in range(count))
    (tmp_path / str(result.trace)).write_text("".join(lines), encoding="utf-8")

    texts = [message["text"] for message in _wire(Page(render(report_of(read(record)))), result.id)["messages"]]

    assert texts[0].startswith("x" * LONGEST_FRAME + "… (")
    assert texts[-1].startswith("x" * LATE_FRAME + "… (")


def test_an_incomplete_run_is_said_on_top(report: Report) -> None:
    """The sentence stands before the totals, and no duration is claimed."""
    page = Page(render(report_of(replace(report.run, footer=None))))

    assert page.text.index("The run was cut short") < page.text.index("10 scenarios")
    assert "took" not in page.text


def test_mode_and_mutant_are_named(report: Report) -> None:
    """A strict run against a mutant says so; an endpoint that nobody gave is left out."""
    header = replace(sample.header(10), strict=True, mutant="deaf", endpoint=None)

    text = Page(render(report_of(replace(report.run, header=header)))).text

    assert "strict" in text
    assert "deaf" in text
    assert "endpointwss" not in "".join(text.split())


def test_a_check_on_nothing_has_no_frame(tmp_path: Path) -> None:
    """An answer that never came is judged without a frame to show."""
    silence: Check = sample.check("an answer", "none within 5 s", held=False, evidence=None)
    page = _of(tmp_path, [replace(sample.results()[1], checks=(silence,))])

    (check,) = page.scenarios["v16.core.reset.hard"].body["checks"]
    assert (check["outcome"], check["evidence"]) == ("violated", None)
    assert not any("violated" in message for message in _wire(page, "v16.core.reset.hard")["messages"])


def test_findings_come_first_and_lead_to_their_scenarios(report: Report, page: Page) -> None:
    """The most telling finding stands on top, with the command that shows it again; each link has its place."""
    text = render(report)
    first = report.findings[0]
    assert page.findings[0] == "finding failed"
    assert len(page.findings) == len(report.findings)
    assert text.index(f'id="finding-{first.id}"') < text.index('id="totals"') < text.index('details class="scenario')
    assert f"plugfest reproduce {first.first}" in page.text
    places = {address[1:].split("/")[0] for address in page.addresses if not address.startswith("#?")}
    assert all(f'id="{place}"' in text for place in places)


def test_rule_of_the_wire_tells_how_many_messages_it_judged(tmp_path: Path) -> None:
    """A rule is shown like a scenario, with its count; a scenario that breaks it leads there."""
    text = render(report_of(read(sample.write(tmp_path, [sample.BREAKING], rules=[sample.BROKEN]))))
    page = Page(text)
    assert _links(page, sample.BROKEN.id)["messages judged"] == {"7": ""}
    assert _links(page, sample.BREAKING.id)["broken on the wire"] == {sample.BROKEN.id: f"#{sample.BROKEN.id}"}
    assert page.scenarios[sample.BREAKING.id].attributes["data-verdict"] == "passed"


def test_certification_cases_show_their_verdict_by_feature(page: Page) -> None:
    """A case leads to its scenarios; what was not played is told from what passed."""
    assert "OCPP 1.6: 2 judged of 2 applicable, of 77" in page.text
    assert "#?words=%22tc_013_csms%22" in page.addresses
    assert "013 failed" in " ".join(page.text.split())
    assert "003 not-played" in " ".join(page.text.split())


def test_page_of_a_whole_run_is_small(tmp_path: Path) -> None:
    """A tenth of three thousand scenarios, each with a wire that no other has, fits into a tenth of 5 MB."""
    many = [sample.result(f"v16.core.many.n{n}", f"Scenario {n}.", Verdict.PASSED) for n in range(300)]
    record = sample.write(tmp_path, many)
    for one in many:
        path = tmp_path / str(one.trace)
        lines = path.read_text(encoding="utf-8").replace(sample.LONG_TEXT, "x").splitlines()
        told = [line.replace("boot-1", uuid4().hex).replace("PLUGFEST", one.id[-6:]) for line in lines * 3]
        path.write_text("\n".join(told) + "\n", encoding="utf-8")

    assert len(render(report_of(read(record))).encode()) < 500_000


def test_gates_stand_before_the_findings(report: Report) -> None:
    """A gate that was missed is told with what was observed."""
    header = replace(report.run.header, gates=("coverage=100%",))
    page = render(report_of(replace(report.run, header=header)))
    assert page.index('id="gates"') < page.index("not met") < page.index('id="findings"')

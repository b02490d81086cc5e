"""Tests of expected verdicts and standing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from harness.expected import Expectation, ExpectationError, Expectations, Standing, load
from harness.verdict import Verdict

RESET = "v16.core.reset.hard"
KNOWN = {RESET}
FAILS = Expectation(Verdict.FAILED, "hard resets are lost", "ACME-17")
ENTRY = f'["{RESET}"]\nverdict = "failed"\nreason = "hard resets are lost"\nfinding = "ACME-17"\n'
TODAY = date(2030, 1, 31)


@dataclass(frozen=True)
class Played:
    """A scenario that was judged."""

    verdict: Verdict
    id: str = RESET
    causes: Sequence[str] = ()


def standing(verdict: Verdict, *causes: str, **entries: Expectation) -> Standing:
    """Return the standing of a verdict on the reset under a list, whose keys spell ``finding_`` for ``finding:``."""
    listed = {key.replace("finding_", "finding:").replace("reset", RESET): one for key, one in entries.items()}
    return Expectations(listed, today=TODAY).judge(Played(verdict, causes=causes))[0]


@pytest.mark.parametrize("verdict", [Verdict.PASSED, Verdict.REMARKED, Verdict.NOT_APPLICABLE])
def test_unlisted_scenario_is_expected_to_be_satisfied(verdict: Verdict) -> None:
    """Without an entry everything but a failure is as expected."""
    assert standing(verdict) is Standing.AS_EXPECTED


@pytest.mark.parametrize("verdict", [Verdict.FAILED, Verdict.INCONCLUSIVE, Verdict.ERROR])
def test_unlisted_failure_is_news(verdict: Verdict) -> None:
    """Without an entry a failure is news."""
    assert standing(verdict) is Standing.NEWS


def test_listed_failure_is_as_expected() -> None:
    """A failure that is listed is no news, and its reason is told with the finding, if there is one."""
    assert Expectations({RESET: FAILS}).judge(Played(Verdict.FAILED)) == (
        Standing.AS_EXPECTED,
        "ACME-17: hard resets are lost",
    )
    assert str(Expectation(Verdict.FAILED, "so it is")) == "so it is"


@pytest.mark.parametrize("verdict", [Verdict.PASSED, Verdict.REMARKED, Verdict.INCONCLUSIVE])
def test_any_other_verdict_than_the_listed_one_is_news(verdict: Verdict) -> None:
    """An unexpected pass is news too."""
    assert standing(verdict, reset=FAILS) is Standing.NEWS


def test_error_is_never_excused() -> None:
    """An error is news, whatever the list says."""
    assert standing(Verdict.ERROR, reset=Expectation(Verdict.ERROR, "r")) is Standing.NEWS


def test_scenario_that_does_not_apply_is_no_news() -> None:
    """A listed scenario that the target cannot be asked is as expected."""
    assert standing(Verdict.NOT_APPLICABLE, reset=FAILS) is Standing.AS_EXPECTED


@pytest.mark.parametrize(
    ("verdict", "expected"),
    [
        (Verdict.FAILED, Standing.AS_EXPECTED),
        (Verdict.PASSED, Standing.AS_EXPECTED),
        (Verdict.INCONCLUSIVE, Standing.NEWS),
    ],
)
def test_glob_excuses_its_verdict_only(verdict: Verdict, expected: Standing) -> None:
    """A glob covers many scenarios, of which some may well pass."""
    assert Expectations({"v16.core.*": FAILS}).judge(Played(verdict))[0] is expected


@pytest.mark.parametrize(
    ("causes", "expected"),
    [(["a1"], Standing.AS_EXPECTED), (["a1", "b2"], Standing.AS_EXPECTED), (["a1", "c3"], Standing.NEWS)],
)
def test_finding_excuses_what_rests_on_it_alone(causes: list[str], expected: Standing) -> None:
    """A scenario is excused where each of its causes is listed; a new failing check in it is news."""
    assert standing(Verdict.FAILED, *causes, finding_a1=FAILS, finding_b2=FAILS) is expected


def test_finding_excuses_no_other_verdict() -> None:
    """A finding that is expected to remark does not excuse a failure."""
    assert standing(Verdict.FAILED, "a1", finding_a1=Expectation(Verdict.REMARKED, "r")) is Standing.NEWS


@pytest.mark.parametrize(("day", "expected"), [(31, Standing.AS_EXPECTED), (30, Standing.NEWS)])
def test_entry_excuses_until_its_day(day: int, expected: Standing) -> None:
    """An entry holds on its last day, and no longer."""
    assert standing(Verdict.FAILED, reset=Expectation(Verdict.FAILED, "r", until=date(2030, 1, day))) is expected


def test_what_is_to_be_mended_in_the_list_is_said() -> None:
    """Entries that have expired, were not played, match nothing or were not needed are told."""
    entries = {
        "v16.core.late": Expectation(Verdict.FAILED, "r", until=date(2030, 1, 30)),
        "v16.core.absent": FAILS,
        "v16.core.inapplicable": FAILS,
        "v16.firmware.*": FAILS,
        "v16.core.res*": FAILS,
        "v16.core.boot*": FAILS,
        "finding:a1": FAILS,
        "finding:b2": FAILS,
    }
    played = [
        Played(Verdict.FAILED, "v16.core.boot", ["c3"]),
        Played(Verdict.FAILED, "v16.core.clear", ["a1"]),
        Played(Verdict.PASSED),
        Played(Verdict.NOT_APPLICABLE, "v16.core.inapplicable"),
    ]
    assert list(Expectations(entries, today=TODAY).remarks(played)) == [
        "of the expected list these have expired and excuse nothing any more: v16.core.late",
        "of the expected list these were not played: v16.core.absent, v16.core.inapplicable",
        "of the expected list these match nothing that was played: v16.firmware.*",
        "of the expected list these were not needed: v16.core.res*, finding:b2",
    ]


def test_nothing_is_said_of_a_list_that_fits() -> None:
    """A list whose every entry is needed needs no mending."""
    assert list(Expectations({RESET: FAILS}).remarks([Played(Verdict.FAILED)])) == []


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A list of expected verdicts yet to be written."""
    return tmp_path / "acme.expected.toml"


def test_list(file: Path) -> None:
    """A list gives verdict and reason by scenario id, glob or finding; the finding and the date are optional."""
    more = '["v16.core.*"]\nverdict = "remarked"\nreason = "r"\nuntil = 2030-01-31\n["finding:a1"]\n'
    file.write_text(ENTRY + more + 'verdict = "failed"\nreason = "r"\n')
    listed = load(file, KNOWN)
    assert len(listed) == 3
    assert listed.judge(Played(Verdict.FAILED)) == (Standing.AS_EXPECTED, "ACME-17: hard resets are lost")


MEMBERS = 'verdict = "failed"\nreason = "r"\n'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (ENTRY.replace("hard", "warm", 1), "no scenario or rule has the id 'v16.core.reset.warm'"),
        (ENTRY.replace(f'"{RESET}"', RESET), "no scenario or rule has the id 'v16'; write ids in"),
        (ENTRY.replace("finding", "ticket"), "'ticket' is unknown; give verdict, reason, finding and until"),
        (ENTRY.replace("ACME-17", ""), "finding must be a text"),
        (ENTRY.replace("reason", "until"), "reason is missing"),
        (f'["{RESET}"]\n{MEMBERS}until = "2030-01-31"\n', "until must be a date, such as 2030-01-31"),
        (f'["{RESET}"]\n{MEMBERS}until = 2030-01-31T00:00:00Z\n', "until must be a date, such as 2030-01-31"),
        (f'"{RESET}" = "failed"', "write a table with verdict and reason"),
        (ENTRY.replace('"failed"', '"passed"'), "'passed' cannot be expected; choose failed, inconclusive, remarked"),
        (ENTRY.replace('"failed"', '"error"'), "'error' cannot be expected"),
        ("[", "not a TOML file"),
    ],
)
def test_list_that_cannot_be_used(file: Path, text: str, message: str) -> None:
    """A list with a mistake stops the run, and the mistake is named with its file."""
    file.write_text(text)
    with pytest.raises(ExpectationError) as caught:
        load(file, KNOWN)
    assert str(caught.value).startswith(f"{file}: ")
    assert message in str(caught.value)


def test_list_that_is_not_there(file: Path) -> None:
    """A missing list is named with the reason."""
    with pytest.raises(ExpectationError, match="cannot be read: No such file"):
        load(file, KNOWN)

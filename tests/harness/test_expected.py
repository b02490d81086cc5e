"""Tests of expected verdicts and standing."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.expected import Expectation, ExpectationError, Standing, load, standing
from harness.verdict import Verdict

KNOWN = {"v16.core.reset.hard"}
FAILS = Expectation(Verdict.FAILED, "hard resets are lost", "ACME-17")
ENTRY = '["v16.core.reset.hard"]\nverdict = "failed"\nreason = "hard resets are lost"\nfinding = "ACME-17"\n'


@pytest.mark.parametrize("verdict", [Verdict.PASSED, Verdict.REMARKED, Verdict.NOT_APPLICABLE])
def test_unlisted_scenario_is_expected_to_be_satisfied(verdict: Verdict) -> None:
    """Without an entry everything but a failure is as expected."""
    assert standing(verdict, None) is Standing.AS_EXPECTED


@pytest.mark.parametrize("verdict", [Verdict.FAILED, Verdict.INCONCLUSIVE, Verdict.ERROR])
def test_unlisted_failure_is_news(verdict: Verdict) -> None:
    """Without an entry a failure is news."""
    assert standing(verdict, None) is Standing.NEWS


def test_listed_failure_is_as_expected() -> None:
    """A failure that is listed is no news."""
    assert standing(Verdict.FAILED, FAILS) is Standing.AS_EXPECTED


@pytest.mark.parametrize("verdict", [Verdict.PASSED, Verdict.REMARKED, Verdict.INCONCLUSIVE])
def test_any_other_verdict_than_the_listed_one_is_news(verdict: Verdict) -> None:
    """An unexpected pass is news too."""
    assert standing(verdict, FAILS) is Standing.NEWS


def test_error_is_never_excused() -> None:
    """An error is news, whatever the list says."""
    assert standing(Verdict.ERROR, Expectation(Verdict.ERROR, "r", "f")) is Standing.NEWS


def test_scenario_that_does_not_apply_is_no_news() -> None:
    """A listed scenario that the target cannot be asked is as expected."""
    assert standing(Verdict.NOT_APPLICABLE, FAILS) is Standing.AS_EXPECTED


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A list of expected verdicts yet to be written."""
    return tmp_path / "acme.expected.toml"


def test_list(file: Path) -> None:
    """A list gives verdict, reason and finding by scenario id."""
    file.write_text(ENTRY)
    assert load(file, KNOWN) == {"v16.core.reset.hard": FAILS}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (ENTRY.replace("hard", "warm"), "no scenario has the id 'v16.core.reset.warm'"),
        (ENTRY.replace('"v16.core.reset.hard"', "v16.core.reset.hard"), "no scenario has the id 'v16'; write ids in"),
        (ENTRY.replace("finding", "ticket"), "give exactly verdict, reason and finding"),
        (ENTRY.replace("ACME-17", ""), "give exactly verdict, reason and finding"),
        ('"v16.core.reset.hard" = "failed"', "give exactly verdict, reason and finding"),
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

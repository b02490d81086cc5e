"""Wrong usage of the command line: exit code 2, with the place and the valid choices."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from plugfest.command import main


def usage(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: Sequence[str]) -> str:
    """Run the command with wrong arguments, and return what it says about them."""
    monkeypatch.setattr(sys, "argv", ["plugfest", *arguments])
    with pytest.raises(SystemExit) as leaving:
        main()
    assert leaving.value.code == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert "Traceback" not in told.err
    return told.err


TARGETS = [
    ("[csms", ["target.toml: not a TOML file"]),
    ("\xff", ["target.toml: not a TOML file"]),
    ("csms = 5", ["target.toml: csms"]),
    ("[csm]", ["target.toml: csm: unknown key; did you mean 'csms'?", "stations"]),
    ('[csms]\nendpont = "ws://h"', ["target.toml: csms.endpont: unknown key; did you mean 'endpoint'?", "patience"]),
    ('[csms]\nendpoint = "http://h"', ["target.toml: csms", "ws:// or wss://", "'http://h'"]),
    (
        '[csms]\ndriver = "reference"\nendpoint = "ws://h"',
        ["target.toml: csms", "leave out endpoint, or name the driver"],
    ),
    ("[csms]\npatience = 0", ["target.toml: csms.patience", "greater than 0"]),
    ('[csms]\nversions = ["1.5"]', ["target.toml: csms.versions.0", "'1.6'"]),
    ('[csms]\ndriver = "htpp"', ["target.toml: csms.driver", "'htpp' is no driver", "http, manual, none, reference"]),
    ('[csms]\ndriver = "absent.py:Driver"', ["target.toml: csms.driver", "there is no file", "absent.py"]),
    ('[csms]\ndriver = "broken.py:Driver"', ["broken.py cannot be imported: ZeroDivisionError"]),
    ('[csms]\ndriver = "broken.py"', ["'broken.py' is no driver"]),
    ('[csms]\ndriver = "empty.py:Driver"', ["empty.py has no class 'Driver' with a method perform"]),
    ('[csms]\nexpected = "absent.toml"', ["absent.toml: cannot be read"]),
    ('[csms]\nexpected = "unknown.toml"', ["unknown.toml: no scenario or rule has the id 'v16.core.rest.hard'"]),
    ('[policies]\nparallel_tag_use = "maybe"', ["target.toml: policies.parallel_tag_use", "'allowed' or 'refused'"]),
]


@pytest.mark.parametrize(("text", "words"), TARGETS, ids=[text for text, _ in TARGETS])
def test_target_file_that_cannot_be_used(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path, text: str, words: list[str]
) -> None:
    """A malformed target file, an unknown key or a wrong value is told with file, key and valid choices."""
    monkeypatch.chdir(tmp_path)
    Path("target.toml").write_bytes(text.encode("latin-1"))
    Path("broken.py").write_text("1 / 0", encoding="utf-8")
    Path("empty.py").write_text("", encoding="utf-8")
    Path("unknown.toml").write_text('["v16.core.rest.hard"]\n', encoding="utf-8")
    told = usage(monkeypatch, capsys, ["run", "--target=target.toml", "--scenario=v16.core.reset.hard", "--out=o"])
    assert [word for word in words if word not in told] == [], told
    assert not Path("o").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--target=absent.toml"], ["absent.toml: cannot be read"]),
        (["--scenario=v16.core.rest.hard"], ["--scenario v16.core.rest.hard", "did you mean", "v16.core.reset.hard"]),
        (["--requirement=CORE-5.14-z"], ["--requirement CORE-5.14-z", "did you mean", "CORE-5.14-a"]),
        (["--octt=TC_O13_CSMS"], ["--octt TC_O13_CSMS", "did you mean", "TC_013_CSMS"]),
        (["--profile=Cor"], ["--profile Cor", "Core"]),
        (["--mutant=reset-type-swaped"], ["reset-type-swaped", "reset-type-swapped"]),
        (["--mutant=reset-type-swapped", "--target=plain.toml"], ["--mutant goes with the bundled reference"]),
        (["--endpoint=127.0.0.1:80"], ["ws:// or wss://", "127.0.0.1:80"]),
        (["-n", "many"], ["many"]),
        (["--sternly"], ["--sternly"]),
    ],
)
def test_selection_that_names_something_unknown(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    arguments: list[str],
    words: list[str],
) -> None:
    """An unknown scenario, requirement, certification case, profile or mutant is told with what is near."""
    monkeypatch.chdir(tmp_path)
    Path("plain.toml").write_text('[csms]\ndriver = "http"\n', encoding="utf-8")
    told = usage(monkeypatch, capsys, ["run", *arguments])
    assert [word for word in words if word not in told] == [], told
    assert not Path("out").exists()


def test_variable_that_cannot_be_used(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """A wrong value in the environment is told like one in the target file."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(os.environ, "PLUGFEST_CSMS_PATIENCE", "soon")
    assert "csms.patience" in usage(monkeypatch, capsys, ["run", "--scenario=v16.core.reset.hard"])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["run", "--profile=Transport", "--octt=TC_013_CSMS"], ["matches no scenario"]),
        (["mutants", "no-such"], ["no-such"]),
        (["serve", "--interval=soon"], ["interval", "soon"]),
        (["serve", "--operator-host=0.0.0.0"], ["token"]),
        (["reproduce", "v16.core.reset.hart"], ["v16.core.reset.hard"]),
        (["nonsense"], ["nonsense"]),
    ],
    ids=lambda one: " ".join(one),
)
def test_command_that_cannot_be_carried_out(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: list[str], words: list[str]
) -> None:
    """Every command tells wrong usage with exit code 2."""
    told = usage(monkeypatch, capsys, arguments)
    assert [word for word in words if word not in told] == [], told

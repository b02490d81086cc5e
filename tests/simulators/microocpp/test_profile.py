"""Test configurations of MicroOCPP."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.settings import SettingsError
from simulators.microocpp.profile import BUILT_IN, profile

NAMES = sorted(path.stem for path in BUILT_IN.glob("*.toml"))


@pytest.mark.parametrize("name", NAMES)
def test_profiles_that_come_along_are_valid(name: str) -> None:
    """Each profile can be read, and says what it is for."""
    assert profile(name, {}).about.endswith(".")


def test_profiles_for_each_purpose_come_along() -> None:
    """There is one for each of the usual purposes."""
    usual = {"default", "short-intervals", "offline-capable", "local-list", "basic-auth", "metering", "ocpp-2.0.1"}
    assert set(NAMES) == usual


def test_environment_overrides_keys() -> None:
    """Keys are set by the environment, as truth values, numbers or texts."""
    told = {"PLUGFEST_MICROOCPP_SET": "MeterValueSampleInterval=7; LocalPreAuthorize=true;Cst_FreeVendIdTag=A-1;"}
    found = profile("metering", told).configuration
    assert found["MeterValueSampleInterval"] == 7
    assert found["LocalPreAuthorize"] is True
    assert found["Cst_FreeVendIdTag"] == "A-1"
    assert found["StopTxnSampledData"] == "Energy.Active.Import.Register"


def test_profile_of_ones_own(tmp_path: Path) -> None:
    """A path of a TOML file is taken in the place of a name."""
    path = tmp_path / "mine.toml"
    path.write_text('about = "Mine."\n[configuration]\nConnectionTimeOut = 3\n')
    assert profile(str(path), {}).configuration == {"ConnectionTimeOut": 3}


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ('about = "x"\nspeed = 1\n', "speed: Extra inputs"),
        ("about = 1\n", "about: "),
        ('about = "x"\n[configuration]\nA = "100 %"\n', "configuration.A"),
        (f'about = "x"\n[connection]\nA = "{"a" * 128}"\n', "connection.A"),
        ("about = \n", "Invalid value"),
    ],
)
def test_wrong_profiles_are_told_with_their_place(tmp_path: Path, content: str, told: str) -> None:
    """A profile that cannot be used is told with file and key; so is a value that MicroOCPP would choke on."""
    path = tmp_path / "wrong.toml"
    path.write_text(content)
    with pytest.raises(SettingsError, match=f"(?s){path.name}: .*{told}"):
        profile(str(path), {})


def test_unknown_profile_is_told_with_the_known_ones() -> None:
    """A name that is mistyped is told with the one that was probably meant."""
    with pytest.raises(SettingsError, match="did you mean 'metering'"):
        profile("meterin", {})


def test_override_that_is_none() -> None:
    """What is no Key=value is told."""
    with pytest.raises(SettingsError, match="PLUGFEST_MICROOCPP_SET: 'loud' is not Key=value"):
        profile("default", {"PLUGFEST_MICROOCPP_SET": "loud"})

"""Tests of settings: a target file, and variables over it."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.settings import Settings, SettingsError, load


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """A target file yet to be written."""
    return tmp_path / "acme.toml"


def error_of(path: Path | None, environment: dict[str, str] | None = None) -> str:
    """Return what is said about settings that cannot be used."""
    with pytest.raises(SettingsError) as caught:
        load(path, environment or {})
    return str(caught.value)


def test_no_target_file_means_the_reference() -> None:
    """Without a target file the target is the reference central system in process."""
    settings = load(None, {})
    assert settings == Settings()
    assert settings.csms.driver == "reference"
    assert settings.resolve("x.toml") == Path("x.toml")


def test_profile_that_there_is_not(target: Path) -> None:
    """A misspelt profile is an error with the choices, for it would leave out nothing."""
    target.write_text('[features]\nprofiles = ["Reservations"]')
    message = error_of(target)
    assert "features.profiles.0: " in message
    assert "unknown profile 'Reservations'; did you mean 'Reservation'? Valid here: Authorization, " in message


def test_versions_are_those_that_the_suite_plays(target: Path) -> None:
    """A target may speak any version that the suite knows, and no other."""
    target.write_text('[csms]\nversions = ["1.6", "2.0.1"]')
    assert load(target, {}).csms.versions == ("1.6", "2.0.1")
    target.write_text('[csms]\nversions = ["2.0.2"]')
    assert "csms.versions.0: " in (message := error_of(target))
    assert "unknown version '2.0.2'; did you mean '2.0.1'? Valid here: 1.6, 2.0.1" in message


def test_endpoint_without_a_driver_is_operated_by_nobody() -> None:
    """A foreign system is never taken for the bundled reference because its target file names no driver."""
    assert load(None, {}, endpoint="ws://h/ocpp").csms.driver == "none"
    assert load(None, {"PLUGFEST_CSMS_ENDPOINT": "ws://h"}).csms.driver == "none"
    assert load(None, {"PLUGFEST_CSMS_DRIVER": "http"}, endpoint="ws://h").csms.driver == "http"


def test_reference_is_not_operated_in_the_place_of_another(target: Path) -> None:
    """The reference driver together with an endpoint is an error with the remedy."""
    target.write_text('[csms]\ndriver = "reference"\nendpoint = "ws://h/ocpp"')
    message = error_of(target)
    assert f"{target}: csms: " in message
    assert "leave out endpoint, or name the driver of that system" in message


def test_target_file(target: Path) -> None:
    """A target file fills the settings, and its paths are relative to it."""
    target.write_text(
        """
        [csms]
        name = "ACME"
        endpoint = "wss://acme.test/{station}/"
        driver = "http"
        expected = "acme.expected.toml"
        [features]
        profiles = ["Reservation"]
        [driver.http]
        base_url = "https://acme.test"
        """
    )
    settings = load(target, {})
    assert settings.csms.name == "ACME"
    assert settings.features.profiles == ("Reservation",)
    assert settings.driver["http"] == {"base_url": "https://acme.test"}
    assert settings.csms.expected is not None
    assert settings.resolve(settings.csms.expected) == target.parent / "acme.expected.toml"


def test_unknown_key_is_explained(target: Path) -> None:
    """An unknown key is named with file, the likely meaning and all valid keys."""
    target.write_text('[csms]\nendpiont = "ws://localhost"')
    message = error_of(target)
    assert f"{target}: csms.endpiont: unknown key; did you mean 'endpoint'?" in message
    assert "Valid here: at_once, driver, endpoint, expected, name, patience, versions" in message


def test_unknown_section_is_explained(target: Path) -> None:
    """An unknown section lists the sections, and nothing that a file cannot set."""
    target.write_text("[zzz]")
    assert error_of(target).endswith(
        "zzz: unknown key. Valid here: csms, driver, features, gates, id_tags, policies, security, stations"
    )


def test_every_problem_is_told(target: Path) -> None:
    """All problems of a file are told at once, one line each."""
    target.write_text('[csms]\npatience = 0\nversions = ["9.9"]\n[stations]\npace = "slow"')
    assert len(error_of(target).splitlines()) == 3


@pytest.mark.parametrize("text", ["[csms", "a = 1\na = 2", "\x00"])
def test_file_that_is_no_toml(target: Path, text: str) -> None:
    """A file that is no TOML is named."""
    target.write_text(text)
    assert error_of(target).startswith(f"{target}: not a TOML file: ")


def test_file_that_is_no_text(target: Path) -> None:
    """A file that is no UTF-8 is no TOML."""
    target.write_bytes(b"\xff\xfe")
    assert "not a TOML file" in error_of(target)


def test_file_that_is_not_there(target: Path) -> None:
    """A missing file is named with the reason."""
    assert error_of(target) == f"{target}: cannot be read: No such file or directory"


def test_endpoint_is_a_websocket_url(target: Path) -> None:
    """An endpoint of another scheme is refused."""
    target.write_text('[csms]\nendpoint = "http://localhost"')
    assert "must begin with ws:// or wss://" in error_of(target)


def test_environment_overrides_the_file(target: Path) -> None:
    """A variable wins over the file, and is converted to the type of the key."""
    target.write_text('[csms]\nname = "ACME"\npatience = 1')
    settings = load(target, {"PLUGFEST_CSMS_PATIENCE": "2.5", "PLUGFEST_STATIONS_IDENTITIES": "CP1, CP2"})
    assert (settings.csms.name, settings.csms.patience) == ("ACME", 2.5)
    assert settings.stations.identities == ("CP1", "CP2")


def test_endpoint_overrides_everything() -> None:
    """An endpoint given on the command line wins over file and environment."""
    settings = load(None, {"PLUGFEST_CSMS_ENDPOINT": "ws://a.test"}, endpoint="ws://b.test")
    assert settings.csms.endpoint == "ws://b.test"


def test_environment_can_be_wrong() -> None:
    """A variable with an unusable value is an error like one in the file."""
    assert "csms.patience" in error_of(None, {"PLUGFEST_CSMS_PATIENCE": "soon"})


def test_other_variables_are_left_alone() -> None:
    """Variables that name no setting are none of our business."""
    assert load(None, {"PLUGFEST_SERVER_PORT": "1", "HOME": "/", "PLUGFEST_DRIVER_HTTP": "x"}) == Settings()


def test_section_that_is_no_table(target: Path) -> None:
    """A section given as a value is an error, with a variable for it as without."""
    target.write_text("csms = 1")
    assert "csms" in error_of(target)
    assert "csms" in error_of(target, {"PLUGFEST_CSMS_NAME": "ACME"})


def test_real_environment_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a mapping the variables of the process count."""
    monkeypatch.setenv("PLUGFEST_CSMS_NAME", "ACME")
    assert load().csms.name == "ACME"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("profile = 4", "security.profile"),
        ('password = "a"\npassword_hex = "00"', "either password or password_hex"),
        ('password_hex = "abc"', "pairs of hexadecimal digits"),
        ('client_key = "x.pem"', "belong together"),
        ('authority = "gone.pem"', "security.authority: there is no file"),
        (
            'profile = 2\n[csms]\nendpoint = "ws://csms.test"',
            "security.profile 2 needs an endpoint that begins with wss",
        ),
        (
            'profile = 1\n[csms]\nendpoint = "wss://csms.test"',
            "security.profile 1 needs an endpoint that begins with ws:",
        ),
    ],
)
def test_security_that_makes_no_sense(target: Path, text: str, reason: str) -> None:
    """What [security] says must fit together, and its files must be there."""
    target.write_text(f"[security]\n{text}")
    assert reason in error_of(target)


def test_security_files_lie_beside_the_target_file(target: Path) -> None:
    """A relative file name counts from the folder of the target file."""
    (target.parent / "ca.pem").write_text("")
    target.write_text('[security]\nprofile = 2\nauthority = "ca.pem"\n[csms]\nendpoint = "wss://csms.test"')
    assert load(target, {}).security.authority == Path("ca.pem")


@pytest.mark.parametrize(
    ("key", "text", "raw"), [("PASSWORD", "grün", "grün".encode()), ("PASSWORD_HEX", "00fF3a", b"\x00\xff:")]
)
def test_password_is_taken_from_the_environment(key: str, text: str, raw: bytes) -> None:
    """A password may be a text or raw bytes in hexadecimal, and is shown in no representation."""
    security = load(None, {f"PLUGFEST_SECURITY_{key}": text}).security
    assert security.password_bytes == raw
    assert text not in repr(security)


def test_gates_of_a_target(target: Path) -> None:
    """Limits stand in a table of their own; a dotted name need not be quoted."""
    target.write_text('[gates]\np95 = "100ms"\np99.Authorize = "50ms"\n"p99.9" = "1s"\nerrors = 0\n', encoding="utf-8")
    assert [one.name for one in load(target, {}).gates] == ["p95", "p99.Authorize", "p99.9", "errors"]


def test_gate_that_there_is_not(target: Path) -> None:
    """A gate that is none is told with its file and with examples."""
    target.write_text('[gates]\np95 = "fast"\n', encoding="utf-8")
    with pytest.raises(SettingsError, match=r"acme.toml: gates: .*p95=fast: .* write it as in p95=100ms"):
        load(target, {})

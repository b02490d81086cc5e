"""The frame log: one JSON line per frame, without secrets."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from types import SimpleNamespace

import orjson
import pytest

from server.frame_log import MAX_LOGGED, FrameLog, redacted


@pytest.mark.parametrize(
    "text",
    [
        '[2,"a","ChangeConfiguration",{"key":"AuthorizationKey","value":"s3cret"}]',
        '[2,"a","ChangeConfiguration",{"key":"authorizationkey","value":"s3cret"}]',
        '[2,"a","ChangeConfiguration",{"key":"Authorization\\u004bey","value":"s3cret"}]',
        '[3,"a",{"configurationKey":[{"key":"AuthorizationKey","readonly":false,"value":"s3cret"}]}]',
        '[2,"a","X",{"key":"AuthorizationKey","value":"s3cret"',
        '{"a":' * 500 + '{"key":"AuthorizationKey","value":"s3cret"}' + "}" * 500,
    ],
)
def test_secret_is_hidden(text: str) -> None:
    """The value of the key never shows, however it is spelt."""
    assert "s3cret" not in redacted(text.encode())


def test_other_values_show() -> None:
    """What is no secret is logged as it came."""
    text = '[2,"a","ChangeConfiguration",{"key":"HeartbeatInterval","value":"60"}]'
    assert redacted(text.encode()) == text


def test_members_beside_a_secret_show() -> None:
    """Only the value is hidden."""
    assert '"readonly":true' in redacted(b'[3,"a",{"k":[{"key":"AuthorizationKey","readonly":true,"value":"x"}]}]')


def test_long_frame_is_cut() -> None:
    """A long frame is cut with a note of its length."""
    text = redacted(b"x" * (MAX_LOGGED + 1))
    assert text.endswith(f"({MAX_LOGGED + 1} characters in all)")


def test_log_that_is_off_writes_nothing(tmp_path: Path) -> None:
    """A log that is off takes everything and does nothing."""
    log = FrameLog("off")
    log.frame("CS-1", "sent", b"x")
    log.note("connected")
    log.failure("failure", RuntimeError())
    log.close()
    assert not log.enabled


def test_defect_is_logged_with_its_traceback(tmp_path: Path) -> None:
    """The log has what a station is not told."""
    log = FrameLog(str(tmp_path / "log"))
    try:
        raise RuntimeError("defect")
    except RuntimeError as error:
        log.failure("failure", error, station="CS-1")
    log.close()
    line = orjson.loads((tmp_path / "log").read_bytes())
    assert (line["level"], line["station"]) == ("error", "CS-1")
    assert line["exception"][0]["exc_value"] == "defect"


def test_stderr_stays_open(monkeypatch: pytest.MonkeyPatch) -> None:
    """A log on stderr leaves it to others."""
    buffer = io.BytesIO()
    monkeypatch.setattr(sys, "stderr", SimpleNamespace(buffer=buffer))
    log = FrameLog("-")
    log.note("connected", station="CS-1")
    log.close()
    assert orjson.loads(buffer.getvalue())["event"] == "connected"

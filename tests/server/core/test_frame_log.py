"""The frame log: one JSON line per frame, without secrets."""

from __future__ import annotations

import asyncio
import io
import logging
import sys
from pathlib import Path
from types import SimpleNamespace

import orjson
import pytest

from server.core.frame_log import MAX_LOGGED, FrameLog, LogError, redacted


@pytest.mark.parametrize(
    "text",
    [
        '[2,"a","ChangeConfiguration",{"key":"AuthorizationKey","value":"s3cret"}]',
        '[2,"a","ChangeConfiguration",{"key":"authorizationkey","value":"s3cret"}]',
        '[2,"a","ChangeConfiguration",{"key":"Authorization\\u004bey","value":"s3cret"}]',
        '[3,"a",{"configurationKey":[{"key":"AuthorizationKey","readonly":false,"value":"s3cret"}]}]',
        '[2,"a","X",{"key":"AuthorizationKey","value":"s3cret"',
        '[2,"a","SetVariables",{"setVariableData":[{"variable":{"name":"BasicAuthPassword"},"attributeValue":"s3cret"}]}]',
        '[2,"a","SetNetworkProfile",{"connectionData":{"vpn":{"password":"s3cret","key":"s3cret"}}}]',
        '[2,"a","SetNetworkProfile",{"connectionData":{"apn":{"apnPassword":"s3cret","simPin":"s3cret"}}}]',
        '{"a":' * 500 + '{"key":"AuthorizationKey","value":"s3cret"}' + "}" * 500,
    ],
)
def test_secret_is_hidden(text: str) -> None:
    """What is secret never shows, however it is spelt."""
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


class _Full(io.BytesIO):
    def write(self, data: object, /) -> int:
        raise OSError(28, "No space left on device")


def test_full_disk_loses_lines_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    """A log that cannot be written does not stop the service."""
    monkeypatch.setattr(sys, "stderr", SimpleNamespace(buffer=_Full()))
    log = FrameLog("-")
    log.note("first")
    log.frame("CS-1", "received", b"x")
    log.failure("defect", ValueError())
    log.close()
    assert log.lost == 3


def test_log_that_cannot_be_opened_names_its_setting(tmp_path: Path) -> None:
    """Whoever names a log that cannot be written learns which option chooses another."""
    with pytest.raises(LogError, match="--log"):
        FrameLog(str(tmp_path / "nowhere" / "log"))


def test_lines_begin_alike(tmp_path: Path) -> None:
    """Time, level and event come first in every line."""
    log = FrameLog(str(tmp_path / "log"))
    log.note("connected", station="CS-1")
    log.close()
    assert list(orjson.loads((tmp_path / "log").read_bytes())) == ["timestamp", "level", "event", "station"]


def test_libraries_log_into_the_same_file(tmp_path: Path) -> None:
    """Warnings and tracebacks of libraries become JSON lines, as long as that is wanted."""
    log = FrameLog(str(tmp_path / "log"))
    with log.taking_over():
        logging.getLogger("asyncio").warning("slow %s", "callback")
        logging.getLogger("uvicorn.error").error("defect", exc_info=ValueError("broken"))
        logging.getLogger("uvicorn.error").info("chatter")
    log.close()
    first, second = map(orjson.loads, (tmp_path / "log").read_bytes().splitlines())
    assert (first["event"], first["logger"], first["detail"]) == ("library", "asyncio", "slow callback")
    assert (second["detail"], second["exception"][0]["exc_value"]) == ("defect", "broken")


def test_log_that_is_off_leaves_libraries_alone() -> None:
    """Where there is no log, what libraries say goes where it always goes."""
    handlers = logging.getLogger().handlers[:]
    with FrameLog("off").taking_over():
        assert logging.getLogger().handlers == handlers


async def test_watched_work_is_noted_when_it_fails(tmp_path: Path) -> None:
    """Work that nobody waits for tells of its failure, and of nothing else."""
    log, loop = FrameLog(str(tmp_path / "log")), asyncio.get_running_loop()
    good, bad, given_up = loop.create_future(), loop.create_future(), loop.create_future()
    for work in (good, bad, given_up):
        log.watch(work, "not stored", station="CS-1")
    good.set_result(None)
    bad.set_exception(OSError())
    given_up.cancel()
    await asyncio.gather(good, bad, given_up, return_exceptions=True)
    log.close()
    [line] = map(orjson.loads, (tmp_path / "log").read_bytes().splitlines())
    assert (line["event"], line["station"], line["reason"]) == ("not stored", "CS-1", "OSError")

"""The command that plays a log again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from harness import record
from harness.verdict import Verdict
from plugfest.replay import replay
from simulators.network.finding import Absent, install

FRAMES = (
    '[2,"1","BootNotification",{"chargePointVendor":"V","chargePointModel":"M"}]',
    '[3,"1",{"status":"Accepted","currentTime":"2026-01-05T08:00:00Z","interval":300}]',
    '[2,"2","Heartbeat",{}]',
    '[3,"2",{"currentTime":"2026-01-05T08:00:01Z"}]',
)
SAME = "".join(f"{frame}\n" for frame in FRAMES)
OTHER = SAME.replace('"interval":300', '"interval":300,"more":1')


def played(folder: Path, text: str, *options: str) -> Result:
    """Play a log against the bundled reference."""
    path = folder / "field.log"
    path.write_text(text)
    return CliRunner().invoke(replay, [str(path), *options])


def test_same_answers(tmp_path: Path) -> None:
    """Where nothing differs the exit code is 0; what was rewritten is said."""
    ended = played(tmp_path, SAME)
    assert (ended.exit_code, ended.output.splitlines()[-1]) == (
        0,
        "2 frames of 1 station played, OCPP 1.6, against reference central system: 0 differences",
    )
    assert "note: moments are later by " in ended.output


def test_other_answers(tmp_path: Path) -> None:
    """What differs is told with line, station and place, and makes the exit code 1; what is ignored does not."""
    ended = played(tmp_path, OTHER)
    assert ended.exit_code == 1
    assert "line 2  CP-1  BootNotification.conf /more: recorded 1, now absent" in ended.output
    assert played(tmp_path, OTHER, "--ignore=more").exit_code == 0


def test_difference_is_told_once(tmp_path: Path) -> None:
    """One that is found again and again is counted."""
    beats = '[2,"{0}","Heartbeat",{{}}]\n[3,"{0}",{{"currentTime":"2026-01-05T08:00:01Z","more":1}}]\n'
    ended = played(tmp_path, SAME + "".join(beats.format(number) for number in (3, 4, 5)))
    assert "line 6  CP-1  Heartbeat.conf /more: recorded 1, now absent (3 times)" in ended.output


def test_json_and_files(tmp_path: Path) -> None:
    """All of it is there for machines, and the new trace for the other commands."""
    ended = played(tmp_path, f'[2,"0","Hea\n{OTHER}', "--json", f"--out={tmp_path}/o", "--speed=max")
    (one,) = json.loads(ended.stdout)["differences"]
    assert (one["line"], one["sort"], one["place"]) == (3, "member", "/more")
    told = json.loads((tmp_path / "o/replay.json").read_text())
    assert told["passed_over"][0]["line"] == 1
    assert played(tmp_path, (tmp_path / "o/traces/v16.CP-1.jsonl").read_text()).exit_code == 0


def test_record_and_documents(tmp_path: Path) -> None:
    """Each station is a result: a difference remarks, and what came now is its evidence; answer times are there."""
    played(tmp_path, OTHER, f"--out={tmp_path}/o")
    done = record.read(tmp_path / "o/run.jsonl")
    (result,) = done.results
    assert (result.id, result.verdict) == ("v16.central-system.CP-1", Verdict.REMARKED)
    (check,) = (one for one in result.checks if not one.held)
    lines = (tmp_path / "o" / (result.trace or "")).read_text().splitlines()
    assert [json.loads(line)["index"] for line in lines if '\\"status\\"' in line] == [check.evidence]
    assert result.service is not None
    assert result.service.answers.keys() == {"BootNotification", "Heartbeat"}
    assert done.rules
    assert (tmp_path / "o/report.html").exists()


def test_replay_without_a_difference_passes(tmp_path: Path) -> None:
    """And an older replay in the same folder is gone."""
    for text in (OTHER, SAME):
        played(tmp_path, text, f"--out={tmp_path}/o")
    assert [one.verdict for one in record.read(tmp_path / "o/run.jsonl").results] == [Verdict.PASSED]


@pytest.mark.parametrize("option", ["--speed=0", "--speed=fast", "--network=nowhere", "--mutant=nobody"])
def test_wrong_usage(tmp_path: Path, option: str) -> None:
    """What cannot be meant is told before anything starts."""
    ended = played(tmp_path, SAME, option)
    assert ended.exception is not None
    assert ended.exit_code != 3


def test_speed_is_taken(tmp_path: Path) -> None:
    """A number is a speed; without times in the log it makes no difference."""
    assert played(tmp_path, SAME, "--speed=10").exit_code == 0


def test_nobody_there(tmp_path: Path) -> None:
    """Where the target is not reached the exit code is 3."""
    ended = played(tmp_path, SAME, "--endpoint=ws://127.0.0.1:9/ocpp")
    assert (ended.exit_code, "127.0.0.1:9" in ended.output) == (3, True)


def test_nothing_to_play(tmp_path: Path) -> None:
    """A log without a frame cannot be played, and what to do is said."""
    ended = played(tmp_path, "nothing\n")
    assert (ended.exit_code, "--forms" in ended.output) == (2, True)


def test_network_lies_between(tmp_path: Path) -> None:
    """A log can be played under a network condition; without Toxiproxy that could not be carried out."""
    try:
        install()
    except Absent:
        pytest.skip("this test needs Toxiproxy")
    ended = played(tmp_path, SAME, "--network=satellite", f"--out={tmp_path}/o")
    assert ended.exit_code == 0
    done = record.read(tmp_path / "o/run.jsonl")
    assert done.header.network == "satellite"
    (result,) = done.results
    assert result.service is not None
    assert min(result.service.times) > 0.4

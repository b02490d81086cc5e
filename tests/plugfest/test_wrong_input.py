"""Wrong input at the command line: a sentence that names place and remedy, an exit code, and never a traceback."""

from __future__ import annotations

from pathlib import Path

import pytest

from plugfest.command import main


def told(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *arguments: str) -> tuple[object, str]:
    """Run the command line in this process; return its exit code and what it told."""
    monkeypatch.setattr("sys.argv", ["plugfest", *arguments])
    with pytest.raises(SystemExit) as leaving:
        main()
    captured = capsys.readouterr()
    return leaving.value.code, captured.out + captured.err


@pytest.mark.parametrize(
    ("arguments", "code", "reason"),
    [
        (["run", "--mutant=nope"], 2, "--mutant: there is no mutant 'nope'; plugfest serve --mutant=list names all"),
        (["run", "--variant=nope"], 2, "plugfest serve --variant=list"),
        (["run", "--resume=folder"], 2, "--resume folder: no run has left its record there"),
        (["run", "--out=a-file"], 2, "'a-file' is a file"),
        (["run", "--out=/proc/none"], 3, "plugfest: /proc/none: "),
        (["rehearse", "--out=/proc/none"], 3, "plugfest: /proc/none: "),
        (["run", "--endpoint=nowhere"], 2, "csms: endpoint must begin with ws:// or wss://"),
        (["mutants", "reset-type-swapped", "--out=a-file"], 2, "'a-file' is a file"),
        (["variants", "times-in-seconds", "--out=a-file"], 2, "'a-file' is a file"),
        (["explore", "--out=a-file"], 2, "'a-file' is a file"),
        (["replay", "a-file"], 2, "no frame of OCPP-J found"),
        (["load", "--workload=nope", "--out=load"], 2, "there is no workload 'nope'"),
        (["init", "acme.toml", "--endpoint=nowhere"], 2, "plugfest: acme.toml: csms: endpoint must begin with"),
        (["report", "folder"], 2, "plugfest: folder/run.jsonl: cannot be read: No such file or directory\n"),
        (["gate", "a-file", "--gate=p95=1s"], 2, "plugfest: a-file:1: not JSON"),
    ],
)
def test_wrong_input_is_told(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    arguments: list[str],
    code: int,
    reason: str,
) -> None:
    """Nothing has begun by then, and nothing is lost."""
    (tmp_path / "a-file").write_text("what was here before\n", encoding="utf-8")
    (tmp_path / "folder").mkdir()
    monkeypatch.chdir(tmp_path)
    found, text = told(capsys, monkeypatch, *arguments)
    assert (found, reason in text) == (code, True), text
    assert (tmp_path / "a-file").read_text(encoding="utf-8") == "what was here before\n"


def test_folder_of_results_without_links(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Where links are forbidden, as they may be on Windows, a run has its folder all the same."""
    from plugfest.output import new_folder

    def forbidden(*_: object, **__: object) -> None:
        raise PermissionError

    monkeypatch.setattr(Path, "symlink_to", forbidden)
    monkeypatch.chdir(tmp_path)
    assert new_folder().is_dir()

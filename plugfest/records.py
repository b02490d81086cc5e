"""Which record a path on the command line means."""

from __future__ import annotations

from pathlib import Path

from harness import record
from harness.load import record as load_record
from harness.load.record import LoadRun
from harness.record import Run

LATEST = Path("out/latest")


def record_at(path: Path) -> Path:
    """Return the file of a record, given as itself or by the folder of its run."""
    if path.suffix or path.is_file():
        return path
    load = path / load_record.NAME
    return load if load.exists() else path / record.NAME


def read(path: Path) -> Run | LoadRun:
    """Read the record of a conformance run or of a load run, given by its file or folder; raises RecordError."""
    file = record_at(path)
    return load_record.read(file) if load_record.is_load(file) else record.read(file)

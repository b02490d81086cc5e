"""The logbook of a watch: each conversation with its trace, written as it goes on, and at the end the run record."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TextIO
from urllib.parse import quote

from harness import record, tally
from harness.conversation import Conversation
from harness.expected import Expectations
from harness.record import Header, Recorder, Run
from harness.settings import Settings
from harness.trace import Entry
from harness.versions import Version

TRACES = "traces"
LONGEST_NAME = 150
"""Characters of an identity that the name of its trace has."""

Heard = Callable[[Conversation, Entry], None]


class Logbook:
    """Keeps what a relay hears in a ``folder``; a context manager that has its traces open.

    All in ``listeners`` are told of each entry once it is written.
    """

    def __init__(self, folder: Path, settings: Settings, *, strict: bool = False) -> None:
        self.folder = folder
        self.conversations: dict[tuple[str, str], Conversation] = {}
        self._settings = settings
        self.listeners: list[Heard] = []
        self._strict = strict
        self._files: dict[Conversation, TextIO] = {}
        self._life = ExitStack()
        self._began = time.monotonic()
        self._started = datetime.now(UTC)

    def __enter__(self) -> Self:
        (self.folder / TRACES).mkdir(parents=True, exist_ok=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._life.close()

    def conversation(self, station: str, spoken: Version) -> Conversation:
        """Return the conversation of a station in one version, a new one the first time."""
        key = station, spoken.name
        if key not in self.conversations:
            made = Conversation(
                station, spoken, patience=self._settings.csms.patience, heard=self._write, strict=self._strict
            )
            path = self.folder / trace_of(station, spoken)
            # line by line, so that nothing is lost however the watch ends
            file = path.open("w", encoding="utf-8", errors="backslashreplace", buffering=1)
            self._files[made] = self._life.enter_context(file)
            self.conversations[key] = made
        return self.conversations[key]

    def finish(self, expectations: Expectations, **about: Any) -> Run:
        """Write the record of all that was heard, and return it; ``about`` are members of its header."""
        spoken = sorted(self.conversations.values(), key=lambda one: (one.version.name, one.station))
        results = [result for one in spoken for result in one.results(expectations, trace_of(one.station, one.version))]
        header = Header(
            plugfest=version("plugfest"),
            target=self._settings.csms.name,
            driver=self._settings.csms.driver,
            started=self._started.isoformat(timespec="seconds"),
            selected=len(results),
            strict=self._strict,
            watched=True,
            **about,
        )
        path = self.folder / "run.jsonl"
        with Recorder(path, header) as recorder:
            for result in results:
                recorder.add(result)
            for rule in tally.rule_results(results, expectations):
                recorder.add_rule(rule)
            recorder.finish(round(time.monotonic() - self._began, 3))
        return record.read(path)

    def _write(self, conversation: Conversation, entry: Entry) -> None:
        self._files[conversation].write(json.dumps(entry.to_json(), ensure_ascii=False) + "\n")
        for heard in self.listeners:
            heard(conversation, entry)


def trace_of(station: str, spoken: Version) -> str:
    """Return the path of the trace of a station in one version, relative to the record."""
    name = quote(station, safe="")
    if len(name) > LONGEST_NAME:
        digest = hashlib.sha256(station.encode(errors="surrogateescape")).hexdigest()
        name = f"{name[:LONGEST_NAME]}-{digest[:8]}"
    return f"{TRACES}/{spoken.prefix}.{name}.jsonl"

"""The log of MicroOCPP: what it says beside the messages that it sends and receives."""

from __future__ import annotations

from collections.abc import Callable

_OF_THE_WIRE = ("[MO] Send:", "[MO] Recv:")


class Log:
    """Takes the log of one instance in pieces, and tells ``heard`` of each line that is complete.

    Messages are left out: the wire has them. ``last`` is the latest line, of those too.
    """

    def __init__(self, heard: Callable[[str], object]) -> None:
        self.last = ""
        self._heard = heard
        self._begun = ""

    def add(self, text: str) -> None:
        """Take what was added to it."""
        *complete, self._begun = (self._begun + text).splitlines(keepends=True) or [""]
        if self._begun.endswith("\n"):
            complete, self._begun = [*complete, self._begun], ""
        for line in complete:
            self._tell(line.strip())

    def end(self) -> None:
        """Take what was begun for complete: its process has ended."""
        begun, self._begun = self._begun, ""
        self._tell(begun.strip())

    def _tell(self, line: str) -> None:
        if line:
            self.last = line
        if line and not line.startswith(_OF_THE_WIRE):
            self._heard(line)

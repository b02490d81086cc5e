"""The person in the terminal: is asked one thing at a time, and answers in a letter."""

from __future__ import annotations

import asyncio
import signal
import sys
import threading
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, TextIO

TICK = 1.0
"""Seconds after which the time that is left is told anew."""

HOW = "Enter: done · r: refused · c: cannot · s: skip · q: leave the run (a reason may follow a letter)"


class Word(StrEnum):
    """What became of a thing that was asked for; ARRIVED is seen at the station before anybody has said so."""

    DONE = "done"
    ARRIVED = "arrived"
    REFUSED = "refused"
    CANNOT = "cannot"
    SKIPPED = "skipped"
    LATE = "late"


_LETTERS = {"": Word.DONE, "r": Word.REFUSED, "c": Word.CANNOT, "s": Word.SKIPPED}
_LEAVE = "q"


@dataclass(frozen=True, slots=True)
class Answer:
    """A word and, where the person gave one, the reason for it."""

    word: Word
    reason: str = ""


class Heard(Protocol):
    """Where answers are typed: the standard input, or something like it."""

    def readline(self) -> str:
        """Return the next line, "" at the end."""
        ...

    def isatty(self) -> bool:
        """Whether it is a terminal."""
        ...


class Person:
    """Reads answers from one text stream and writes questions to another.

    Whoever leaves, and an input that ends, interrupts the run as Ctrl-C does.
    """

    def __init__(self, heard: Heard | None = None, told: TextIO | None = None) -> None:
        self._heard: Heard = heard or sys.stdin
        self._told = told or sys.stderr
        self._lines: asyncio.Queue[str] | None = None

    async def ask(self, what: Iterable[str], seconds: float, arrived: asyncio.Event) -> Answer:
        """Tell what to do, and return what came of it: an answer in time, or the arrival at the station."""
        lines = self._listening()
        self._tell("\n".join(["", *what, HOW]))
        deadline = asyncio.get_running_loop().time() + seconds
        arrival = asyncio.create_task(arrived.wait())
        try:
            self._tell_left(seconds)
            while (left := deadline - asyncio.get_running_loop().time()) > 0:
                line = asyncio.create_task(lines.get())
                await asyncio.wait({line, arrival}, timeout=min(TICK, left), return_when=asyncio.FIRST_COMPLETED)
                if arrival.done():
                    line.cancel()
                    self._tell("it has arrived")
                    return Answer(Word.ARRIVED)
                if not line.done():
                    line.cancel()
                    self._tell_left(left, again=True)
                elif answer := self._understood(line.result()):
                    return answer
            self._tell("too late")
            return Answer(Word.LATE)
        finally:
            arrival.cancel()

    def _understood(self, line: str) -> Answer | None:
        letter, _, reason = line.strip().partition(" ")
        if letter == _LEAVE or not line:
            signal.raise_signal(signal.SIGINT)
        elif letter in _LETTERS:
            return Answer(_LETTERS[letter], reason.strip())
        else:
            self._tell(f"{letter} is no answer. {HOW}")
        return None

    def _listening(self) -> asyncio.Queue[str]:
        """Return the lines that were heard, since now on a terminal: what was typed before answers nothing."""
        if self._lines is None:
            self._lines = asyncio.Queue()
            what = (asyncio.get_running_loop(), self._lines)
            threading.Thread(target=self._listen, args=what, name="answers", daemon=True).start()
        while self._heard.isatty() and not self._lines.empty():
            self._lines.get_nowait()
        return self._lines

    def _listen(self, loop: asyncio.AbstractEventLoop, lines: asyncio.Queue[str]) -> None:
        """Hear lines in a thread of its own, for not every input can be waited for; an empty one is the end."""
        with suppress(RuntimeError):  # the loop is closed, nobody listens any more
            for line in iter(self._heard.readline, ""):
                loop.call_soon_threadsafe(lines.put_nowait, line)
            loop.call_soon_threadsafe(lines.put_nowait, "")

    def _tell(self, text: str) -> None:
        self._told.write(f"{text}\n")
        self._told.flush()

    def _tell_left(self, left: float, *, again: bool = False) -> None:
        """Show how much time is left before what is typed; told again, the cursor stays where it is."""
        if self._told.isatty():
            text = f"\r{left:4.0f} s left> "
            self._told.write(f"\x1b7{text}\x1b8" if again else text)
            self._told.flush()

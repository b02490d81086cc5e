"""Tests of the driver that has a person act."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Iterator
from io import StringIO
from pathlib import Path
from queue import Queue
from typing import Any

import pytest

from harness.csms import Refused, Skipped, Unsupported
from harness.csms.console import Csms
from harness.csms.v16 import ClearCache, Reset
from harness.drivers.manual import ManualDriver, from_settings
from harness.drivers.manual.person import Answer, Person, Word
from harness.settings import Settings, SettingsError

RESET = Reset(station="CP-1", type="Hard")


class Terminal:
    """What a person types, and what is shown to him."""

    def __init__(self) -> None:
        self._typed: Queue[str] = Queue()
        self.told = StringIO()

    def type(self, text: str) -> None:
        """Type lines."""
        for line in text.splitlines(keepends=True):
            self._typed.put(line)

    def close(self) -> None:
        """End the input."""
        self._typed.put("")

    def readline(self) -> str:
        """Return what is typed."""
        return self._typed.get()

    def isatty(self) -> bool:
        """Return that it is none, so that it is heard whenever it was typed."""
        return False


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    """A terminal whose input ends with the test."""
    one = Terminal()
    yield one
    one.close()


@pytest.fixture
def person(terminal: Terminal) -> Person:
    """The person at the terminal."""
    return Person(terminal, terminal.told)


def driven(folder: Path, person: Person, **table: Any) -> ManualDriver:
    """Return the driver of a target file in a folder."""
    settings = Settings(
        csms={"endpoint": "ws://127.0.0.1:9", "driver": "manual"}, driver={"manual": table}, path=folder / "acme.toml"
    )
    return from_settings(settings, person)


def kept(folder: Path) -> list[dict[str, Any]]:
    """Return the answers that were kept."""
    return [json.loads(line) for line in (folder / "acme.answers.jsonl").read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("\n", Answer(Word.DONE)),
        ("r no right\n", Answer(Word.REFUSED, "no right")),
        ("c\n", Answer(Word.CANNOT)),
        ("s later\n", Answer(Word.SKIPPED, "later")),
        ("what?\n\n", Answer(Word.DONE)),
    ],
)
async def test_answer_is_understood(terminal: Terminal, person: Person, typed: str, answer: Answer) -> None:
    """A letter says what came of it, a reason may follow, and what is no answer is asked again."""
    terminal.type(typed)
    assert await person.ask(["Reset"], 60, asyncio.Event()) == answer
    assert terminal.told.getvalue().startswith("\nReset\nEnter: done")
    assert ("is no answer" in terminal.told.getvalue()) is typed.startswith("what")


async def test_arrival_needs_no_answer(person: Person) -> None:
    """What has arrived at its station is done, whether anybody says so or not."""
    arrived = asyncio.Event()
    asking = asyncio.create_task(person.ask(["Reset"], 60, arrived))
    arrived.set()
    assert await asking == Answer(Word.ARRIVED)


async def test_time_is_bounded(person: Person, terminal: Terminal) -> None:
    """Who does not answer in time is told so."""
    assert await person.ask(["Reset"], 0.01, asyncio.Event()) == Answer(Word.LATE)
    assert "too late" in terminal.told.getvalue()


@pytest.mark.parametrize("leave", ["q\n", None], ids=("letter", "end of the input"))
async def test_who_leaves_interrupts_the_run(
    person: Person, terminal: Terminal, leave: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To leave, or to close the input, is as Ctrl-C."""
    raised: list[int] = []
    interrupted = asyncio.Event()

    def interrupt(number: int) -> None:
        raised.append(number)
        interrupted.set()

    monkeypatch.setattr("signal.raise_signal", interrupt)
    asking = asyncio.create_task(person.ask(["Reset"], 60, asyncio.Event()))
    terminal.type(leave) if leave else terminal.close()
    await interrupted.wait()
    asking.cancel()
    assert len(raised) == 1


async def test_operation_is_told_with_its_values(tmp_path: Path, person: Person, terminal: Terminal) -> None:
    """The person reads station, operation and members, and what was answered is kept."""
    terminal.type("\n")
    assert await driven(tmp_path, person).perform(RESET) is None
    assert "── CP-1: Reset (OCPP 1.6)\n   type = Hard\n" in terminal.told.getvalue()
    (line,) = kept(tmp_path)
    assert (line["station"], line["action"], line["payload"], line["answer"]) == (
        "CP-1", "Reset", {"type": "Hard"}, "done",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "kind", "reason"),
    [("r busy\n", Refused, "busy"), ("s\n", Skipped, "skipped this"), ("c no button\n", Unsupported, "no button")],
)
async def test_answer_has_its_meaning(
    tmp_path: Path, person: Person, terminal: Terminal, typed: str, kind: type[Exception], reason: str
) -> None:
    """A refusal, a lack and a skipped thing are what a scenario knows them as, with the reason."""
    terminal.type(typed)
    with pytest.raises(kind, match=reason):
        await driven(tmp_path, person).perform(RESET)


async def test_late_person_skips(tmp_path: Path, person: Person) -> None:
    """What nobody does in time counts as skipped."""
    with pytest.raises(Skipped, match=r"within 0\.01 s"):
        await driven(tmp_path, person, time=0.01).perform(RESET)


async def test_nobody_is_asked_again_for_what_cannot_be_done(
    tmp_path: Path, person: Person, terminal: Terminal
) -> None:
    """What the product lacks is asked for once, over all runs; other things are asked for still."""
    terminal.type("c no button\n\n")
    driver = driven(tmp_path, person)
    for _ in range(2):
        with pytest.raises(Unsupported, match="no button"):
            await driver.perform(RESET)
    with pytest.raises(Unsupported, match="no button"):
        await driven(tmp_path, person).perform(RESET)
    await driver.perform(ClearCache(station="CP-1"))
    assert [line["action"] for line in kept(tmp_path)] == ["Reset", "ClearCache"]


class Patient(Person):
    """A person who answers when he is let, and counts how many things he is asked for at once."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()
        self.at_once: list[int] = []
        self._now = 0

    async def ask(self, what: Iterable[str], seconds: float, arrived: asyncio.Event) -> Answer:
        """Answer once the CALL has arrived."""
        self._now += 1
        self.at_once.append(self._now)
        self.asked.set()
        await arrived.wait()
        self._now -= 1
        return Answer(Word.ARRIVED)


async def test_one_thing_at_a_time(tmp_path: Path) -> None:
    """A second thing is asked for once the first is done."""
    person = Patient()
    driver, orders = driven(tmp_path, person), [Reset(station="CP-1", type=type) for type in ("Hard", "Soft")]
    performing = [asyncio.create_task(driver.perform(order)) for order in orders]
    await person.asked.wait()
    for order in orders:
        driver.arrived(order)
    await asyncio.gather(*performing)
    assert person.at_once == [1, 1]


class Station:
    """A station at which what was asked for arrives."""

    id = "CP-1"

    def __init__(self) -> None:
        self.arrived = asyncio.Event()

    def expect(self, action: str) -> asyncio.Event:
        """Claim a CALL."""
        return self.arrived

    def release(self, action: str) -> None:
        """Give the claim up."""


async def test_driver_learns_of_the_arrival(tmp_path: Path) -> None:
    """A CALL that has arrived ends the question, so that the next can be asked."""
    person, station = Patient(), Station()
    csms = Csms(driven(tmp_path, person), patience=5)
    csms.watch(station)
    performing = asyncio.create_task(csms.perform(RESET))
    await person.asked.wait()
    station.arrived.set()
    request = await performing
    assert await request.dispatch is None
    assert kept(tmp_path)[0]["answer"] == "arrived"


def test_operations_are_those_of_the_versions_but_for_what_is_lacking(tmp_path: Path, person: Person) -> None:
    """Whatever OCPP has in the versions that the system speaks is asked for, but for what the target leaves out."""
    driver = driven(tmp_path, person, without=["Reset"])
    assert ClearCache in driver.operations
    assert Reset not in driver.operations
    assert {one.version for one in driver.operations} == {"1.6"}


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"tiem": 5}, "did you mean 'time'"),
        ({"time": 0}, "greater than 0"),
        ({"without": ["Rset"]}, "did you mean 'Reset'"),
    ],
)
def test_wrong_table_is_refused(tmp_path: Path, person: Person, table: dict[str, Any], message: str) -> None:
    """A key or an operation that there is not is told with its place and what was probably meant."""
    with pytest.raises(SettingsError, match=message):
        driven(tmp_path, person, **table)


@pytest.mark.parametrize("line", ["no JSON", "{}", "[]"])
def test_spoilt_answers_are_told(tmp_path: Path, person: Person, line: str) -> None:
    """A file of answers that cannot be read is told with the line, and nothing in it is lost."""
    (tmp_path / "acme.answers.jsonl").write_text(f"{line}\n", encoding="utf-8")
    with pytest.raises(SettingsError, match=r"acme\.answers\.jsonl:1: not an answer"):
        driven(tmp_path, person)

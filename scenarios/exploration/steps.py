"""The steps of a session, and how they are written down: ``start A.1 accepted``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from harness.csms import Operation, Restart, v16
from harness.settings import SettingsError, hint

STATIONS = ("A", "B")
"""The stations of a session; A is drawn more often, so that something happens to one and the same."""

TAGS = ("accepted", "second", "member", "sibling", "blocked", "expired", "unknown")
"""The idTags of a session: two of their own, two of one group, and three that are not accepted."""

REASONS = (
    "Local", "Remote", "HardReset", "SoftReset", "PowerLoss", "EVDisconnected", "UnlockCommand", "EmergencyStop", "none"
)  # fmt: skip


class Verb(StrEnum):
    """What happens in a step."""

    START = "start"
    STOP = "stop"
    METER = "meter"
    AUTHORIZE = "authorize"
    LOSE = "lose"
    RETURN = "return"
    REPEAT = "repeat"
    STRAY = "stray-stop"
    PLUG = "plug"
    UNPLUG = "unplug"
    FAIL = "fail"
    REPAIR = "repair"
    REBOOT = "reboot"
    OVERTAKE = "overtake"
    RESERVE = "reserve"
    CANCEL = "cancel"
    REMOTE_START = "remote-start"
    REMOTE_STOP = "remote-stop"
    RESET = "reset"
    AVAILABILITY = "availability"
    UNLOCK = "unlock"
    RESTART = "restart"


class Place(StrEnum):
    """What a step concerns."""

    SYSTEM = "the central system"
    STATION = "a station"
    CONNECTOR = "a connector"
    ANY = "a connector or the whole station"


@dataclass(frozen=True, slots=True)
class Form:
    """How a step of one verb is written: a sentence, its place, and the choices of each word, the plainest first.

    ``weight`` is how often it is drawn beside others; a driver has to offer ``needs``, and the target ``profile``.
    """

    meaning: str
    place: Place
    choices: tuple[tuple[str, ...], ...] = ()
    weight: int = 1
    needs: type[Operation] | type[Restart] | None = None
    profile: str = "Core"


_TOLD = ("told", "answer-lost")
_GOOD = ("accepted", "second", "member")
_REACTIONS = ("Accepted", "Rejected", "lost")

FORMS: Mapping[Verb, Form] = {
    Verb.START: Form(
        "A transaction begins.", Place.CONNECTOR, (TAGS, _TOLD, ("reservation-named", "unnamed"), ("", "meter=-5")), 8
    ),
    Verb.STOP: Form(
        "A transaction ends.",
        Place.CONNECTOR,
        (
            REASONS,
            ("by-nobody", "by-same", "by-sibling", "by-second", "by-blocked", "by-unknown"),
            ("no-data", "empty-data", "one-value", "reactive", "many-values"),
            _TOLD,
            ("", "nothing-charged", "year-2001"),
        ),
        7,
    ),
    Verb.METER: Form(
        "Meter values are sent.",
        Place.ANY,
        (("energy", "frequency", "celsius", "interrupted", "signed"), _TOLD),
        4,
    ),
    Verb.AUTHORIZE: Form("An idTag is presented.", Place.STATION, (TAGS,), 2),
    Verb.LOSE: Form("The connection is lost, or closed.", Place.STATION, (("lost", "closed"),), 4),
    Verb.RETURN: Form(
        "The station connects again, and sends what it owes.",
        Place.STATION,
        (("same-ids", "new-ids"), ("boots", "boots-not")),
        6,
    ),
    Verb.REPEAT: Form("The latest message of a transaction is sent once more.", Place.STATION, weight=2),
    Verb.STRAY: Form(
        "The end of a transaction is told that is not the station's to end.",
        Place.STATION,
        (("never-given", "minus-one", "ended", "of-other-station"),),
        3,
    ),
    Verb.PLUG: Form("A cable is plugged in.", Place.CONNECTOR, weight=2),
    Verb.UNPLUG: Form("A cable is taken out.", Place.CONNECTOR),
    Verb.FAIL: Form("A connector becomes faulty.", Place.CONNECTOR, weight=2),
    Verb.REPAIR: Form("A connector is in order again.", Place.CONNECTOR),
    Verb.REBOOT: Form("The station reboots, transactions go on.", Place.STATION, weight=2),
    Verb.OVERTAKE: Form("The station connects while its old connection is still open.", Place.STATION),
    Verb.RESERVE: Form(
        "The operator reserves a connector, or any of them.",
        Place.ANY,
        (_GOOD, _REACTIONS, ("", "for-group")),
        6,
        v16.ReserveNow,
        "Reservation",
    ),
    Verb.CANCEL: Form(
        "The operator cancels a reservation.", Place.STATION, (_REACTIONS,), 3, v16.CancelReservation, "Reservation"
    ),
    Verb.REMOTE_START: Form(
        "The operator starts a transaction.",
        Place.ANY,
        (_GOOD, _REACTIONS),
        3,
        v16.RemoteStartTransaction,
    ),
    Verb.REMOTE_STOP: Form(
        "The operator stops a transaction.", Place.CONNECTOR, (_REACTIONS,), 3, v16.RemoteStopTransaction
    ),
    Verb.RESET: Form("The operator resets the station.", Place.STATION, (("Hard", "Soft"), _REACTIONS), 2, v16.Reset),
    Verb.AVAILABILITY: Form(
        "The operator takes a connector, or all, in or out of operation.",
        Place.ANY,
        (("Inoperative", "Operative"), ("Accepted", "Rejected")),
        2,
        v16.ChangeAvailability,
    ),
    Verb.UNLOCK: Form(
        "The operator unlocks a connector.", Place.CONNECTOR, (("Unlocked", "NotSupported"),), 1, v16.UnlockConnector
    ),
    Verb.RESTART: Form("The central system is killed and started again.", Place.SYSTEM, weight=1, needs=Restart),
}
"""All steps there are."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step: ``station`` is "" for the central system, ``connector`` 0 for the whole station."""

    verb: Verb
    station: str = ""
    connector: int = 0
    words: tuple[str, ...] = ()

    def __str__(self) -> str:
        connector = FORMS[self.verb].place in (Place.CONNECTOR, Place.ANY)
        place = f"{self.station}.{self.connector}" if connector else self.station
        usual = zip(self.words, FORMS[self.verb].choices, strict=True)
        kept = [word for number, (word, among) in enumerate(usual) if number == 0 or word != among[0]]
        return " ".join(part for part in (self.verb.value, place, *kept) if part)


def written(steps: Iterable[Step]) -> str:
    """Return a session as a text that ``parse`` reads."""
    return "; ".join(map(str, steps))


def parse(text: str) -> tuple[Step, ...]:
    """Return the steps of a text, separated by semicolons or lines; raises SettingsError that names the step."""
    lines = [part.strip() for part in text.replace("\n", ";").split(";")]
    return tuple(_step(line) for line in lines if line and not line.startswith("#"))


def _step(text: str) -> Step:
    name, *rest = text.split()
    if name not in set(Verb):
        raise SettingsError(f"step {text!r}: unknown {name!r}{hint(name, Verb)}")
    verb = Verb(name)
    form = FORMS[verb]
    station, connector = _place(text, form, rest.pop(0) if rest and form.place is not Place.SYSTEM else "")
    words = []
    for among in form.choices:
        given = next((word for word in rest if word in among), None)
        words.append(among[0] if given is None else given)
        if given is not None:
            rest.remove(given)
    if rest:
        raise SettingsError(f"step {text!r}: unknown {rest[0]!r}{hint(rest[0], _words(form.choices))}")
    return Step(verb, station, connector, tuple(words))


def _place(text: str, form: Form, given: str) -> tuple[str, int]:
    station, _, number = given.partition(".")
    wants_connector = form.place in (Place.CONNECTOR, Place.ANY)
    known = {"1", "2"} | ({"0"} if form.place is Place.ANY else set()) if wants_connector else {""}
    if form.place is Place.SYSTEM:
        return "", 0
    if station not in STATIONS or number not in known:
        raise SettingsError(
            f"step {text!r}: {given!r} is not {form.place}, such as {'A.1' if wants_connector else 'A'}"
        )
    return station, int(number or 0)


def _words(choices: Sequence[Sequence[str]]) -> list[str]:
    return [word for among in choices for word in among if word]

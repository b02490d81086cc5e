"""Central systems that despair over a message: its station is not served any more, or nobody is (OCPP-J 1.6 4.2)."""

from __future__ import annotations

from collections.abc import Callable

from ocpp.exceptions import OCPPError
from ocpp.messages import Call

from server.core.session import Session
from server.mutants.registry import mutant
from server.mutants.rows import Row

Over = Callable[[str, str, str], bool]
"""Returns whether to despair: of the action, if one could be read, the problem, and the code of the refusal, if any."""


class _Desperate(Session):
    """Serves a connection until it despairs."""

    mute = False

    def receive(self, data: bytes) -> None:
        if not self.mute:
            super().receive(data)

    def fall_mute(self) -> None:
        """Leave the connection open, and read nothing more from it."""
        self.mute = True

    def lock_out(self) -> None:
        """End the connection, and do not let the station in again."""
        self.stations._known.pop(self.station.id, None)
        self.connection.abort()

    def stop_others(self) -> None:
        """End the connections of all other stations."""
        for link in self.links:
            if link is not self:
                link.abort()

    def stop_everything(self) -> None:
        """End all connections."""
        for link in self.links:
            link.abort()


def _despairs(reaction: Callable[[_Desperate], None], *rows: Row[Over]) -> None:
    for row in rows:
        row.declare(_despairing(reaction, row.how))


def _despairing(reaction: Callable[[_Desperate], None], over: Over) -> type[Session]:
    class Despairing(_Desperate):
        def ignore(self, problem: str) -> None:
            super().ignore(problem)
            if over("", problem, ""):
                reaction(self)

        def refuse(self, call: Call, error: OCPPError) -> None:
            super().refuse(call, error)
            if over(call.action, error.description, error.code):
                reaction(self)

    return Despairing


def _unread(word: str) -> Over:
    """Despair of what cannot be read for a reason in which a word occurs."""
    return lambda action, problem, _: not action and word in problem


def _refused(*codes: str) -> Over:
    """Despair of what is refused with one of some codes."""
    return lambda _action, _problem, code: code in codes


_MALFORMED = _refused("FormationViolation", "FormatViolation")

_despairs(_Desperate.lock_out,
    Row("unknown-type-locks-out", "A station that has sent an unknown message type is not served any more.",
        _unread("unknown message type")),
    Row("improper-id-locks-out", "A station that has sent an improper unique id is not served any more.",
        _unread("unique id")),
    Row("unreadable-locks-out", "A station that has sent an unreadable text is not served any more.", _unread("JSON")),
    Row("malformed-call-locks-out", "A station that has sent a malformed CALL is not served any more.", _MALFORMED),
)  # fmt: skip
_despairs(_Desperate.fall_mute,
    Row("unreadable-wedges", "A connection on which an unreadable text came stays open and mute.", _unread("JSON")),
    Row("improper-id-wedges", "A connection on which an improper unique id came stays open and mute.",
        _unread("unique id")),
    Row("foreign-action-wedges", "A connection on which a CALL of the other direction came stays open and mute.",
        _refused("NotSupported")),
)  # fmt: skip
_despairs(_Desperate.stop_others,
    Row("unreadable-stops-others", "An unreadable text of one station ends the connections of all others.",
        _unread("JSON")),
    Row("malformed-call-stops-others", "A malformed CALL of one station ends the connections of all others.",
        _MALFORMED),
    Row("hostile-message-stops-others",
        "After a message that is no proper one, the central system serves nobody any more.", lambda *_: True),
)  # fmt: skip
_despairs(_Desperate.stop_everything,
    Row("invalid-field-stops-everything",
        "After a member that is too long, null or of the wrong type, the central system serves nobody any more.",
        _refused("TypeConstraintViolation", "PropertyConstraintViolation"),
        faults=["citrineos/citrineos#131", "thoughtworks/maeve-csms@2992547"]),
)  # fmt: skip


@mutant(
    "unanswered-call-wedges",
    "A connection stays open and mute once a CALL comes while one of the central system's own is unanswered.",
    faults=["citrineos/citrineos#178", "citrineos/citrineos#189"],
)
class _UnansweredCallWedges(_Desperate):
    def serve(self, call: Call, began: float) -> None:
        if self._outstanding:
            self.fall_mute()
        else:
            super().serve(call, began)

"""Central systems that leave a connection open and serve it no more (OCPP-J 1.6 4.1, 4.2)."""

from __future__ import annotations

from ocpp.exceptions import NotSupportedError, OCPPError
from ocpp.messages import Call

from server.core.session import Session
from server.mutants.registry import mutant


class _Wedged(Session):
    """Reads nothing more from a connection once it is wedged; ``despair`` is a word for what is ignored last."""

    wedged = False
    despair: str | None = None

    def receive(self, data: bytes) -> None:
        if not self.wedged:
            super().receive(data)

    def ignore(self, problem: str) -> None:
        super().ignore(problem)
        self.wedged = self.despair is not None and self.despair in problem

    def refuse(self, call: Call, error: OCPPError) -> None:
        super().refuse(call, error)
        self.wedged = self.despair is not None and self.despair in error.description


@mutant("unreadable-wedges", "A connection on which an unreadable text came stays open and mute.")
class _UnreadableWedges(_Wedged):
    despair = "JSON"


@mutant("improper-id-wedges", "A connection on which an improper unique id came stays open and mute.")
class _ImproperIdWedges(_Wedged):
    despair = "unique id"


@mutant("foreign-action-wedges", "A connection on which a CALL of the other direction came stays open and mute.")
class _ForeignActionWedges(_Wedged):
    def refuse(self, call: Call, error: OCPPError) -> None:
        super().refuse(call, error)
        self.wedged = isinstance(error, NotSupportedError)


@mutant(
    "unanswered-call-wedges",
    "A connection stays open and mute once a CALL comes while one of the central system's own is unanswered.",
    faults=["citrineos/citrineos#178", "citrineos/citrineos#189"],
)
class _UnansweredCallWedges(_Wedged):
    def serve(self, call: Call, began: float) -> None:
        self.wedged = bool(self._outstanding)
        if not self.wedged:
            super().serve(call, began)

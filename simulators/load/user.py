"""Charge points as Locust users, and what Locust is told so that they report, share numbers and end together.

A locustfile needs one line, ``from simulators.load.user import ChargePoint``; users of one's own are subclasses.
"""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import Any, ClassVar

from gevent.event import AsyncResult
from locust import User
from locust.exception import StopUser

from harness.ocppj import Payload
from simulators.load import post
from simulators.load.dialect import Message

__all__ = ["ChargePoint", "ChargePointUser"]


class NotAnswered(Exception):
    """A CALL that was refused, not answered in time, or lost with its connection."""


class ChargePointUser(User):
    """A charge point that connects, boots, and does as the workload says.

    The tasks of a subclass are done beside the workload (``--workload=idle`` leaves most to them); ``call`` sends a
    message and waits for its answer, ``stay`` is the task of one that has nothing else to do.
    """

    abstract = True

    def __init__(self, environment: Any) -> None:
        super().__init__(environment)
        self._number: int | None = None

    def on_start(self) -> None:
        """Take a number, and connect when its time has come."""
        here = post.of(self.environment)
        self._number = here.numbers.take()
        self.station = here.worker.enlist(self._number)

    def on_stop(self) -> None:
        """Leave."""
        here = post.of(self.environment)
        if self._number is not None:
            here.worker.dismiss(self._number)
            here.numbers.give_back(self._number)

    def stay(self) -> None:
        """Do as the workload says until all is over."""
        post.of(self.environment).worker.over.wait()
        raise StopUser

    def call(self, action: str, payload: Payload) -> Payload:
        """Send a CALL once the station is there and those before it are answered, and return the payload of its answer.

        Raises NotAnswered.
        """
        answer: AsyncResult[Payload | None] = AsyncResult()
        message = Message(action, lambda: payload, answer.set, lambda: answer.set(None), kept=True)
        self.station.say(message, monotonic())
        found: Payload | None = answer.get()
        if found is None:
            raise NotAnswered(action)
        return found


class ChargePoint(ChargePointUser):
    """A charge point that does as the workload says and nothing else."""

    tasks: ClassVar[list[Callable[..., None]]] = [ChargePointUser.stay]

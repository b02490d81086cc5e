"""A charge point as somebody who stands before it has to do with it: real firmware as well as a simulated one."""

from __future__ import annotations

from typing import Protocol

from simulators.dialogue import Dialogue


class Device(Protocol):
    """A charge point that decides by itself what it sends; one can only do something to it, and listen.

    Connectors are counted from 1. What it says is in its ``dialogue``, which begins anew with each thing done to
    it. Raises Inconclusive where it does not do what its kind should.
    """

    @property
    def id(self) -> str:
        """Its identity."""
        ...

    @property
    def dialogue(self) -> Dialogue:
        """What it and the central system say to each other."""
        ...

    async def switch_on(self) -> None:
        """Give it power: it connects and boots."""
        ...

    async def restart(self) -> None:
        """Take the power away and give it back."""
        ...

    async def plug(self, connector: int = 1) -> None:
        """Plug a car in that wants to charge."""
        ...

    async def unplug(self, connector: int = 1) -> None:
        """Unplug the car."""
        ...

    async def suspend(self, connector: int = 1) -> None:
        """Have the car stop charging for a while; it stays plugged in."""
        ...

    async def present(self, id_tag: str, connector: int = 1) -> None:
        """Hold a card before the reader."""
        ...

    async def lose_network(self) -> None:
        """Take its network away."""
        ...

    async def regain_network(self) -> None:
        """Give its network back; it connects by itself when it is time."""
        ...

    async def status(self, connector: int = 1) -> str:
        """Return the status of a connector as it sees it, in the words of OCPP 1.6."""
        ...

    async def obeys(self, limit: float, connector: int = 1) -> None:
        """Wait until it delivers power, but not more than a limit in W."""
        ...

    async def leave(self) -> None:
        """Switch it off for good."""
        ...

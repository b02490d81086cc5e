"""What acts by itself, as a real charge point does, in whatever version: it stays connected, and comes back."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod

from simulators.dialogue import Dialogue
from simulators.post import PREPARATION, Post
from simulators.station import Station


class Acting(ABC):
    """Has a body that connects and boots once it is switched on; what it and its central system say is a dialogue."""

    def __init__(self, body: Station, dialogue: Dialogue) -> None:
        self.dialogue = dialogue
        self._post = Post(body, self._tell_all)

    @property
    def id(self) -> str:
        """Its identity."""
        return self.dialogue.id

    async def switch_on(self) -> None:
        """Give it power: it connects and boots."""
        self.dialogue.anew()
        self._post.open()

    async def restart(self) -> None:
        """Take the power away and give it back; a transaction goes on afterwards."""
        self.dialogue.anew()
        await self._post.start_over()

    async def lose_network(self) -> None:
        """Take its network away."""
        self.dialogue.anew()
        await self._post.unplug()

    async def regain_network(self) -> None:
        """Give its network back."""
        self.dialogue.anew()
        self._post.plug()

    async def leave(self) -> None:
        """End everything it does by itself."""
        await self._post.close()

    async def _boot_again(self) -> None:
        """Boot once what was queued is told."""
        await asyncio.sleep(PREPARATION)
        await self._post.all_told()
        await self._post.start_over()

    @abstractmethod
    def _tell_all(self) -> None:
        """Tell the status of each connector, as is due after a boot."""

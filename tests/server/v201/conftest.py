"""An operator with one accepted charging station for every test."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from server.central_system import CentralSystem
from tests.server.v201.desk import Desk, desk_of


@pytest.fixture
async def desk(system: CentralSystem) -> AsyncIterator[Desk]:
    """Sit down before a central system with one accepted charging station."""
    async with desk_of(system) as desk:
        yield desk

"""The HTTP interface of the MicroOCPP simulator: what a person at the charger could do and see."""

from __future__ import annotations

import re
from typing import Any

import httpx

REQUEST_LIMIT = 5.0
"""Seconds that one request may take."""

_IDENTITY = re.compile(rb'"chargeBoxId":\s*"([^"]*)"')


class PanelError(Exception):
    """The simulator did not do what it was told to: a fault of the test bed, never of the central system."""


class Panel:
    """The interface of one instance at ``url``. All raise PanelError."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._client = httpx.AsyncClient(base_url=url, timeout=REQUEST_LIMIT, trust_env=False)

    async def close(self) -> None:
        """Have its connections closed."""
        await self._client.aclose()

    async def identity(self) -> str:
        """Return whose panel it is: one that did not get its port leaves it to somebody else.

        The answer repeats the password as it is, so that it need not be JSON.
        """
        answer = await self._request("GET", "/api/websocket")
        found = _IDENTITY.search(answer.content)
        return found[1].decode() if found else ""

    async def set(self, connector: int, **inputs: bool) -> None:
        """Set inputs of a connector: ``evPlugged``, ``evsePlugged``, ``evReady``, ``evseReady``."""
        await self._ask("POST", f"/api/connector/{connector}/evse", inputs)

    async def status(self, connector: int) -> str:
        """Return the status of a connector in the words of OCPP 1.6."""
        return str((await self._ask("GET", f"/api/connector/{connector}/evse"))["chargePointStatus"])

    async def present(self, id_tag: str, connector: int) -> None:
        """Hold a card before the reader."""
        await self._ask("POST", f"/api/connector/{connector}/transaction", {"idTag": id_tag})

    async def power(self, connector: int) -> float:
        """Return the power in W that a connector delivers."""
        return float((await self._ask("GET", f"/api/connector/{connector}/meter"))["power"])

    async def _ask(self, method: str, path: str, body: Any = None) -> Any:
        answer = await self._request(method, path, body)
        try:
            return answer.json()
        except ValueError:
            raise PanelError(f"MicroOCPP answered {method} {path} with no JSON: {answer.text[:200]}") from None

    async def _request(self, method: str, path: str, body: Any = None) -> httpx.Response:
        try:
            answer = await self._client.request(method, path, json=body)
            return answer.raise_for_status()
        except httpx.HTTPError as error:
            raise PanelError(f"MicroOCPP did not carry out {method} {path}: {error or type(error).__name__}") from None

"""One exchange with an HTTP API: a request made of templates, and its answer."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import httpx

from harness.csms import DriverError, Refused
from harness.drivers.http.table import HttpTable, Request
from harness.drivers.http.template import ABSENT, fill, fill_path

EXCERPT = 300
"""Characters of an answer's body that an error shows."""

_NOT_LET_IN = frozenset({401, 403, 407})
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class Console:
    """The client of one API; opened and closed once."""

    def __init__(self, table: HttpTable) -> None:
        self._base_url = table.base_url
        self._limit = table.timeout
        # a proxy named by the environment cannot reach the loopback interface of this machine
        remote = httpx.URL(table.base_url).host not in _LOOPBACK
        self._client = httpx.AsyncClient(
            headers=table.headers,
            timeout=None,  # noqa: S113 - send() limits the exchange as a whole
            trust_env=remote,
        )

    async def close(self) -> None:
        """Close the connections to the API."""
        await self._client.aclose()

    async def send(self, request: Request, values: Mapping[str, Any], *, extra: float = 0.0) -> httpx.Response:
        """Fill the templates, send the request and return the answer, whatever its status code.

        Waits for the time that the table allows, and ``extra`` seconds. Raises DriverError that names the URL.
        """
        try:
            url = self._base_url + fill_path(request.path, values)
        except KeyError as error:
            raise DriverError(f"{request.method} {request.path}: there is no value for {error}") from None
        body = None if request.body is None else fill(request.body, values)
        content = {} if body is None or body is ABSENT else {"json": body}
        limit = self._limit + extra
        try:
            async with asyncio.timeout(limit):
                target = httpx.URL(url)
                if request.query:
                    target = target.copy_merge_params(fill(request.query, values))
                return await self._client.request(request.method, target, **content)
        except TimeoutError:
            raise DriverError(f"{request.method} {url}: no answer within {limit:g} s") from None
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise DriverError(f"{request.method} {url}: {type(error).__name__}: {error}") from error


def trouble(answer: httpx.Response) -> DriverError | Refused:
    """Return what an answer means that is not as the table has it: a refusal, unless the driver was not let in."""
    refused = answer.is_error and answer.status_code not in _NOT_LET_IN
    return (Refused if refused else DriverError)(describe(answer))


def document(answer: httpx.Response) -> Any:
    """Return the JSON body of an answer; raises DriverError when it has none."""
    try:
        return answer.json()
    except (ValueError, RecursionError):
        raise DriverError(f"{describe(answer)} (not JSON)") from None


def describe(answer: httpx.Response) -> str:
    """Return request, status code and the beginning of the body, on one line."""
    excerpt = " ".join(answer.text[:EXCERPT].split())
    return f"{answer.request.method} {answer.request.url}: {answer.status_code} {excerpt}".strip()

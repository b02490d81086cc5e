"""Exchanges with an HTTP API: requests made of templates, one after the other, and what their answers mean."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from harness.csms import DriverError, Refused, Unsupported
from harness.drivers.http.found import Sources, Unmapped, first
from harness.drivers.http.table import Entry, HttpTable, Request, Step
from harness.drivers.http.template import ABSENT, fill, fill_path, point, value_at

EXCERPT = 300
"""Characters of an answer's body that an error shows."""

KEPT = 1.0
"""Seconds for which an idle connection may be used again.

Servers end one after five or more, and a request that meets just that moment fails, though nobody did anything wrong.
"""

AT_ONCE = 100
"""Connections at most."""

_NOT_LET_IN = frozenset({401, 403, 407})
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


@dataclass(frozen=True, slots=True)
class Exchanged:
    """The answer to the request of an entry, and the values that it was filled with, those of its steps too."""

    answer: httpx.Response
    values: Mapping[str, Any]


class Console:
    """The client of one API; opened and closed once."""

    def __init__(self, table: HttpTable) -> None:
        self._base_url = table.base_url
        self._limit = table.timeout
        # a proxy named by the environment cannot reach the loopback interface of this machine
        remote = httpx.URL(table.base_url).host not in _LOOPBACK
        login = table.basic_auth
        self._client = httpx.AsyncClient(
            headers=table.headers,
            auth=(login.username, login.password) if login else None,
            timeout=None,  # noqa: S113 - send() limits the exchange as a whole
            trust_env=remote,
            limits=httpx.Limits(max_connections=AT_ONCE, keepalive_expiry=KEPT),
        )

    async def close(self) -> None:
        """Close the connections to the API."""
        await self._client.aclose()

    async def exchange(self, entry: Entry, values: Mapping[str, Any], *, extra: float = 0.0) -> Exchanged:
        """Take the steps of an entry, send its request, and return the answer, whatever it means.

        Raises as ``send`` does, and what ``judge`` makes of the answer to a step.
        """
        known = dict(values)
        for step in entry.before:
            if _applies(step, known):
                known |= self._kept(step, await self.send(step, known))
        return Exchanged(await self.send(entry, known, extra=extra), known)

    async def send(self, request: Request, values: Mapping[str, Any], *, extra: float = 0.0) -> httpx.Response:
        """Fill the templates, send the request and return the answer, whatever its status code.

        Waits for the time that the table allows, and ``extra`` seconds. Raises Unsupported where the path needs a value
        that there is none of, DriverError that names the URL where nobody answers.
        """
        try:
            url = self._base_url + fill_path(request.path, values)
        except KeyError as error:
            raise Unsupported(f"{request.method} {request.path} needs a value for {error}, and there is none") from None
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

    def _kept(self, step: Step, answer: httpx.Response) -> dict[str, Any]:
        judge(step, answer)
        if not step.keep:
            return {}
        record = document(answer)
        found = {name: find(answer, record, sources) for name, sources in step.keep.items()}
        return {name: value for name, value in found.items() if value is not ABSENT and value is not None}


def _applies(step: Step, values: Mapping[str, Any]) -> bool:
    if step.when is not None and value_at(values, step.when) is ABSENT:
        return False
    return step.unless is None or value_at(values, step.unless) is ABSENT


def judge(request: Request, answer: httpx.Response) -> None:
    """Return if an answer says that the request was taken.

    Raises Refused where the central system said no, be it by its status code or in the body, and DriverError where
    the driver was not let in or the code is none that the table knows.
    """
    code = answer.status_code
    if code in request.refused:
        raise Refused(describe(answer))
    if code not in request.taken:
        refused = answer.is_error and code not in _NOT_LET_IN
        raise (Refused if refused else DriverError)(describe(answer))
    if request.success:
        told = document(answer)
        if any(point(told, pointer) not in valid for pointer, valid in request.success.items()):
            raise Refused(describe(answer))


def find(answer: httpx.Response, record: Any, sources: Sources) -> Any:
    """Return what sources find in a record of an answer, ABSENT where nothing; raises DriverError if unmapped."""
    try:
        return first(record, sources)
    except Unmapped as error:
        raise DriverError(f"{describe(answer)} ({error})") from None


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

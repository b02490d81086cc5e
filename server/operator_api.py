"""The operator API: the console of the central system over HTTP, described at ``/docs``."""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

import psutil
from fastapi import APIRouter, Body, Depends, FastAPI, HTTPException, Query, Request, Response
from fastapi.responses import JSONResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from fastapi_offline import FastAPIOffline
from pydantic import BaseModel, ConfigDict

from server.asyncapi import description
from server.central_system import CentralSystem
from server.core.authority import AuthorityError
from server.core.operator import Conflict, Impossible, Refused, UnknownOperation, UnknownStation, UnknownTag
from server.core.store import StoreError
from server.core.tags import Tag
from server.reading_api import reading_routes
from server.security_api import security_routes

MAX_WAIT = 300.0
"""Longest time in seconds that a request for an outcome is held."""

_bearer = HTTPBearer(auto_error=False, description="The token of the setting of that name, where there is one.")

_STATUS_CODES: Mapping[type[Refused], int] = {
    UnknownStation: 404,
    UnknownTag: 404,
    UnknownOperation: 404,
    Impossible: 422,
    Conflict: 409,
}


class RegistrationBody(BaseModel):
    """What the next BootNotification of a station is answered: Accepted, Pending or Rejected."""

    model_config = ConfigDict(extra="forbid")
    registration: str


class TagBody(BaseModel):
    """An idTag as it is to be treated; tags with the same parent form a group."""

    model_config = ConfigDict(extra="forbid")
    status: str = "Accepted"
    parent: str | None = None
    expires: datetime | None = None


class KnownTagBody(TagBody):
    """An idTag that is known, as it was provisioned."""

    id_tag: str


class OperationOutcome(BaseModel):
    """What became of an operation: pending, answered or failed; one that is pending says what it waits for."""

    id: str
    state: str
    status: str | None = None
    payload: dict[str, Any] | None = None
    reason: str | None = None
    waits_for: str | None = None


def application(system: CentralSystem) -> FastAPI:
    """Return the web application that operates a central system; its documentation needs no other host."""
    app = FastAPIOffline(
        redoc_url=None,
        title="Operator API of the reference central system",
        version="1",
        description="Bodies of operations are the payloads of OCPP in wire spelling.",
    )
    app.include_router(_open_routes(system))
    app.include_router(_provisioning(system), dependencies=[Depends(_authorize(system.settings.token))])
    app.include_router(_operating(system), dependencies=[Depends(_authorize(system.settings.token))])
    app.include_router(reading_routes(system), dependencies=[Depends(_authorize(system.settings.token))])
    app.include_router(security_routes(system), dependencies=[Depends(_authorize(system.settings.token))])
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(StoreError, _store_failed)
    app.add_exception_handler(AuthorityError, _authority_failed)
    return app


def _authorize(token: str | None) -> Any:
    def check(credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]) -> None:
        if token is None:
            return
        given = credentials.credentials if credentials else ""
        if not hmac.compare_digest(given.encode(), token.encode()):
            raise HTTPException(401, "a bearer token is needed", headers={"WWW-Authenticate": "Bearer"})

    return check


async def _refused(request: Request, refusal: Exception) -> Response:
    code = _STATUS_CODES.get(type(refusal), 422) if isinstance(refusal, Refused) else 500
    return JSONResponse({"detail": str(refusal)}, code)


async def _store_failed(request: Request, error: Exception) -> Response:
    return JSONResponse({"detail": f"the store failed: {error}"}, 503)


async def _authority_failed(request: Request, error: Exception) -> Response:
    return JSONResponse({"detail": str(error)}, 503)


def _open_routes(system: CentralSystem) -> APIRouter:
    router = APIRouter(tags=["health"])

    @router.get("/health")
    async def health() -> dict[str, Any]:
        """Tell whether the central system serves stations and can write its store; 503 says why not."""
        await system.operator.ping()
        return {
            "status": "ok",
            "endpoint": system.endpoint,
            "mutant": system.settings.mutant,
            "variant": system.settings.variant,
        }

    @router.get("/asyncapi.json")
    async def asyncapi() -> dict[str, Any]:
        """Return the AsyncAPI document of the WebSocket endpoint."""
        return description(system)

    @router.get("/metrics", response_class=Response)
    async def metrics() -> Response:
        """Return all figures in the text format of Prometheus."""
        return Response(system.metrics.text(), media_type="text/plain; version=0.0.4")

    @router.get("/memory")
    async def memory() -> dict[str, int]:
        """Return the bytes that this process has in memory."""
        return {"bytes": psutil.Process().memory_info().rss}

    return router


def _provisioning(system: CentralSystem) -> APIRouter:
    router = APIRouter(tags=["provisioning"])

    @router.put("/stations/{station}", status_code=204)
    async def provision_station(station: str) -> None:
        """Register a station so that its next BootNotification is Accepted; repeating it changes nothing."""
        await system.operator.provision_station(station)

    @router.delete("/stations/{station}", status_code=204)
    async def remove_station(station: str) -> None:
        """Forget a station and all that was recorded of it; one that is not known is no error."""
        await system.operator.remove_station(station)

    @router.put("/stations/{station}/registration", status_code=204)
    async def set_registration(station: str, body: RegistrationBody) -> None:
        """Set what the next BootNotification of a known station is answered."""
        await system.operator.set_registration(station, body.registration)

    @router.put("/tags/{id_tag:path}", status_code=204)
    async def provision_tag(id_tag: str, body: TagBody) -> None:
        """Create an idTag, or change it where it exists."""
        await system.operator.provision_tag(
            Tag(id_tag=id_tag, status=body.status, parent=body.parent, expires=body.expires)
        )

    @router.get("/tags")
    async def tags() -> list[KnownTagBody]:
        """Return all tags that are known."""
        return [KnownTagBody(**asdict(tag)) for tag in system.operator.tags()]

    @router.get("/tags/{id_tag:path}")
    async def tag(id_tag: str) -> KnownTagBody:
        """Return a tag that is known."""
        return KnownTagBody(**asdict(system.operator.tag(id_tag)))

    @router.delete("/tags/{id_tag:path}", status_code=204)
    async def remove_tag(id_tag: str) -> None:
        """Forget a tag; one that is not known is no error."""
        await system.operator.remove_tag(id_tag)

    return router


def _operating(system: CentralSystem) -> APIRouter:
    router = APIRouter(tags=["operations"])

    @router.post(
        "/stations/{station}/operations/{action}", status_code=system.orders.taken, response_model_exclude_unset=True
    )
    async def perform(
        station: str,
        action: str,
        payload: Annotated[dict[str, Any] | None, Body()] = None,
        version: Annotated[str | None, Query(description="Of OCPP; by default what the station spoke last.")] = None,
    ) -> OperationOutcome:
        """Take an operation; it waits for its turn and for the station. 422 and 409 say why one is refused."""
        try:
            return OperationOutcome(**await system.orders.take(station, action, payload or {}, version))
        except Refused as refusal:
            if system.orders.refused is None:
                raise
            raise HTTPException(system.orders.refused, str(refusal)) from None

    @router.get("/operations/{operation}")
    async def outcome(operation: str, wait: Annotated[float, Query(ge=0, le=MAX_WAIT)] = 0) -> OperationOutcome:
        """Return what became of an operation, waiting up to ``wait`` seconds for it."""
        found = await system.operator.outcome(operation, wait)
        if found is None:
            raise UnknownOperation(f"there is no operation {operation!r}")
        return OperationOutcome(id=operation, **asdict(found))

    @router.delete("/operations/{operation}", status_code=204)
    async def withdraw(operation: str) -> None:
        """Have an operation not performed; 409 for one that has been sent or is over."""
        await system.operator.withdraw(operation)

    @router.get("/stations/{station}/operations")
    async def operations(station: str, pending: bool = False) -> Sequence[dict[str, Any]]:
        """Return the operations of a station, the oldest first; with ``pending`` only those without an outcome."""
        found = await system.operator.operations_of(station)
        return [one for one in found if one["state"] == "pending" or not pending]

    return router

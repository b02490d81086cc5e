"""The operator API describes itself as OpenAPI, without a need of any other host."""

from __future__ import annotations

from openapi_spec_validator import validate

from server.central_system import CentralSystem
from server.operator_api import application


async def test_document_is_openapi(system: CentralSystem) -> None:
    """The document is valid, and has every path under which the guide lists something."""
    document = application(system).openapi()
    validate(document)
    assert {"/stations/{station}", "/stations/{station}/operations/{action}", "/asyncapi.json"} <= set(
        document["paths"]
    )

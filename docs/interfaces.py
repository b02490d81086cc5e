"""What the reference central system says of its own interfaces: two documents, and a page that shows one of them."""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

from server.asyncapi import description
from server.central_system import CentralSystem
from server.core.settings import ServerSettings
from server.operator_api import application

Schema = Mapping[str, Any]

PLACE = "<!-- messages -->"
_OMITTED = "customData"
"""A member of every object of OCPP 2.0.1."""


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the documents, which the pages show and readers may take along."""
    for name, document in documents().items():
        files.append(File.generated(config, name, content=json.dumps(document)))
    return files


def on_page_markdown(markdown: str, page: Page, **_: object) -> str:
    """Put the messages into the page of the endpoint."""
    return markdown.replace(PLACE, "\n".join(_messages(documents()["asyncapi.json"])))


@cache
def documents() -> Mapping[str, dict[str, Any]]:
    """Return the documents by file name, as a central system that runs gives them."""
    return asyncio.run(_asked())


async def _asked() -> Mapping[str, dict[str, Any]]:
    with tempfile.TemporaryDirectory() as folder:
        usual = ServerSettings(database=Path(folder) / "csms.sqlite3", log="off")
        async with CentralSystem(replace(usual, port=0)) as system:
            told = description(system, CentralSystem(usual).ports)
            return {"asyncapi.json": told, "openapi.json": application(system).openapi()}


def _messages(document: Schema) -> Iterator[str]:
    for name, channel in document["channels"].items():
        yield f"## {channel['title']}\n"
        for direction, who in (("receive", "A station sends"), ("send", "The central system sends")):
            yield f"### {who} ({channel['title']})\n"
            found = [one for key, one in document["operations"].items() if key.startswith(f"{name}.{direction}.")]
            for one in found:
                yield f"#### {one['title']} {{: #{name}-{direction}-{one['title'].lower()} }}\n"
                yield from _payloads(document, f"{name}.{one['title']}")


def _payloads(document: Schema, name: str) -> Iterator[str]:
    """Yield a table of the members of both payloads of an action; a type that has a name is shown in its place."""
    schemas = document["components"]["schemas"]
    for kind in ("request", "response"):
        rows = [f"| `{path}` | {type} | {need} |" for path, type, need in _members(schemas, schemas[f"{name}.{kind}"])]
        yield "\n".join([f"| {kind} | type | |", "|---|---|---|", *(rows or ["| no members | | |"]), ""])


def _members(schemas: Schema, schema: Schema, path: str = "") -> Iterator[tuple[str, str, str]]:
    for name, member in schema.get("properties", {}).items():
        if name == _OMITTED:
            continue
        resolved = _resolved(schemas, member)
        inner = _resolved(schemas, resolved.get("items", resolved))
        place = f"{path}{name}" + ("[]" if inner is not resolved else "")
        yield place, _type(inner), "required" if name in schema.get("required", ()) else ""
        yield from _members(schemas, inner, f"{place}.")


def _type(schema: Schema) -> str:
    if "enum" in schema:
        return ", ".join(map(str, schema["enum"]))
    limit = f", at most {schema['maxLength']} characters" if "maxLength" in schema else ""
    return f"{schema.get('format', schema.get('type', 'any'))}{limit}"


def _resolved(schemas: Schema, schema: Schema) -> Schema:
    return schemas[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema

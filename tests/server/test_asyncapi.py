"""The AsyncAPI document says what the reference central system really does, and is one."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import jsonschema_rs
import pytest
from websockets.typing import Subprotocol

from server.asyncapi import CALL, CALLERROR, CALLRESULT, description
from server.central_system import CentralSystem
from server.core.bundle import Bundle
from server.core.settings import ServerSettings
from server.parts import BUNDLES
from server.serving import Ready, running
from tests.processes import PLUGFEST
from tests.server.charger import BOOT, charger

Document = dict[str, Any]

GOOD = (
    "v16.core.stop-transaction.record",
    "v16.core.get-configuration.all-keys",
    "v16.core.remote-start.plugged-in-first",
    "v16.smart-charging.composite-schedule.of-a-connector",
    "v201.provisioning.get-variables.single",
    "v201.remote-control.start.plugged-in-first",
    "v201.transactions.local-start.cable-first",
)
BOOTS: dict[str, dict[str, Any]] = {
    "1.6": BOOT,
    "2.0.1": {"reason": "PowerUp", "chargingStation": {"vendorName": "Acme", "model": "One"}},
}
UNKNOWN = {"NotImplemented", "NotSupported"}

PARSER = "@asyncapi/parser@3.6.3"
PROGRAM = """
import { readFileSync } from "node:fs";
import { Parser } from "@asyncapi/parser";
const { document, diagnostics } = await new Parser().parse(readFileSync(0, "utf8"));
for (const one of diagnostics.filter((one) => one.severity < 2)) console.log(one.path.join("."), one.message);
process.exit(document ? 0 : 1);
"""


@pytest.fixture(scope="module")
async def ready(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Ready]:
    """A reference central system with its operator API."""
    database = tmp_path_factory.mktemp("csms") / "csms.sqlite3"
    async with running(ServerSettings(port=0, operator_port=0, database=database, log="off")) as ready:
        yield ready


@pytest.fixture(scope="module")
async def document(ready: Ready) -> Document:
    """The document that the central system serves."""
    async with httpx.AsyncClient() as client:
        found: Document = (await client.get(f"{ready.operator}/asyncapi.json")).raise_for_status().json()
        return found


def frames(document: Document, version: str, kind: str, action: str) -> jsonschema_rs.Draft7Validator:
    """Return what judges the frames of a message of the document."""
    message = document["channels"][version]["messages"][f"{action}.{kind}"]
    return jsonschema_rs.Draft7Validator({**message["payload"], "components": document["components"]})


def test_document_is_asyncapi(document: Document, tmp_path: Path) -> None:
    """The official parser finds no error in it."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("there is no npm to get the parser with")
    (tmp_path / "package.json").write_text('{"type": "module"}', encoding="utf-8")
    (tmp_path / "check.js").write_text(PROGRAM, encoding="utf-8")
    quiet = ["--silent", "--no-audit", "--no-fund", "--prefer-offline"]
    subprocess.run([npm, "install", *quiet, PARSER], cwd=tmp_path, check=True, timeout=300)
    text = json.dumps(document)
    checked = subprocess.run(
        ["node", "check.js"], cwd=tmp_path, input=text, capture_output=True, text=True, timeout=120, check=False
    )
    assert (checked.returncode, checked.stdout) == (0, "")


def test_servers_are_where_stations_connect(document: Document, ready: Ready) -> None:
    """The document names the addresses of the very central system that serves it."""
    plain = document["servers"]["plain"]
    assert f"{plain['protocol']}://{plain['host']}{plain['pathname']}" == ready.endpoint
    assert {one["protocol"] for name, one in document["servers"].items() if name != "plain"} == {"wss"}


def test_versions_are_channels_with_their_subprotocol(document: Document) -> None:
    """A station chooses the channel by its subprotocol."""
    headers = {
        name: one["bindings"]["ws"]["headers"]["properties"]["Sec-WebSocket-Protocol"]["const"]
        for name, one in document["channels"].items()
    }
    assert headers == {"v16": "ocpp1.6", "v201": "ocpp2.0.1"}


def test_schemas_refer_to_what_there_is(document: Document) -> None:
    """No reference leads out of the document."""
    text = json.dumps(document)
    wanted = {part.partition('"')[0] for part in text.split('"$ref": "')[1:]}
    for reference in wanted:
        found: Any = document
        for step in reference.removeprefix("#/").split("/"):
            found = found[step]


@pytest.fixture(scope="module")
def traced(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, str, str]]:
    """Version, direction and text of the frames of good sessions with the reference, in both versions."""
    folder = tmp_path_factory.mktemp("run")
    command = [*PLUGFEST, "run", *(f"--scenario={one}" for one in GOOD), f"--out={folder}"]
    subprocess.run(command, cwd=folder, check=True, timeout=300, capture_output=True)
    entries = [
        (path.name.partition(".")[0], json.loads(line))
        for path in (folder / "traces").iterdir()
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    return [(version, one["direction"], one["text"]) for version, one in entries if one["event"] == "text"]


def test_frames_are_as_the_document_describes(document: Document, traced: list[tuple[str, str, str]]) -> None:
    """Each CALL and its answer, of either side, fits the message that the document has for it."""
    asked: dict[str, str] = {}
    seen = set()
    for version, direction, text in traced:
        kind, unique_id, *rest = frame = json.loads(text)
        action = asked.setdefault(unique_id, rest[0]) if kind == CALL else asked[unique_id]
        name = {CALL: "CALL", CALLRESULT: "CALLRESULT"}[kind]
        assert [str(one) for one in frames(document, version, name, action).iter_errors(frame)] == []
        side = {("CALL", "sent"): "receive", ("CALL", "received"): "send"}.get((name, direction))
        seen |= {f"{version}.{side}.{action}"} if side else set()
    assert seen <= set(document["operations"])
    assert len(seen) > 8


def test_frame_that_is_another_message_does_not_fit(document: Document) -> None:
    """The document can tell a good frame from a bad one."""
    beat = frames(document, "v16", "CALL", "Heartbeat")
    assert beat.is_valid([2, "1", "Heartbeat", {}])
    assert not beat.is_valid([2, "1", "Heartbeat", {"extra": 1}])
    assert not beat.is_valid([2, "1", "Heartbeat"])
    assert not beat.is_valid([2, "1", "Authorize", {}])


@pytest.mark.parametrize("bundle", BUNDLES, ids=lambda one: one.version)
async def test_actions_are_those_that_are_served(system: CentralSystem, bundle: Bundle) -> None:
    """An action that stations send by the document is served, and any other one is refused as not known."""
    operations = description(system)["operations"]
    spoken = [Subprotocol(bundle.subprotocol)]
    async with charger(system, boot=False, subprotocols=spoken) as station:
        await station.result("BootNotification", BOOTS[bundle.version])
        for action in sorted(bundle.actions):
            answer = await station.call(action)
            refused = answer[0] == CALLERROR and answer[2] in UNKNOWN
            assert refused is not (f"v{bundle.version.replace('.', '')}.receive.{action}" in operations), action


def test_orders_are_those_that_an_operator_can_give(document: Document, ready: Ready) -> None:
    """What the central system sends by the document are the operations that its operator API takes."""
    sent = {name for name in document["operations"] if ".send." in name}
    assert sent == {f"v{one.version.replace('.', '')}.send.{action}" for one in BUNDLES for action in one.orders}

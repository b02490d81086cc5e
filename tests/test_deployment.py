"""The test bed of compose.yaml, as far as it can be seen without an engine for containers."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from click import Context
from prometheus_client.parser import text_string_to_metric_families

from plugfest.serve import serve
from server.driver import ReferenceDriver
from simulators.microocpp.profile import Profile
from simulators.microocpp.store import Place, write

ROOT = Path(__file__).parents[1]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
SERVICES: dict[str, Any] = COMPOSE["services"]
BOARD = json.loads((ROOT / "deploy/grafana/board.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", SERVICES)
def test_service_is_looked_after(name: str) -> None:
    """Each service has a health check, and waits for the health of what it needs."""
    service = SERVICES[name]
    assert service["healthcheck"]["test"]
    for needed, how in service.get("depends_on", {}).items():
        assert needed in SERVICES
        assert how == {"condition": "service_healthy"}


@pytest.mark.parametrize("name", SERVICES)
def test_service_is_published_on_the_loopback_only(name: str) -> None:
    """Nobody else on the network reaches the test bed."""
    assert [port for port in SERVICES[name].get("ports", []) if not port.startswith("127.0.0.1:")] == []


@pytest.mark.parametrize("name", SERVICES)
def test_mounted_files_are_there(name: str) -> None:
    """What a service is given is a file of the project, which it cannot write."""
    mounted = [volume.split(":") for volume in SERVICES[name].get("volumes", []) if volume.startswith("./")]
    assert [path for path, _, how in mounted if not (ROOT / path).is_file() or how != "ro"] == []


def test_command_of_the_central_system_is_understood() -> None:
    """The options of the reference are those that it has."""
    command, *options = SERVICES["csms"]["command"]
    assert command == "serve"
    with Context(serve) as context:
        serve.parse_args(context, options)


def test_microocpp_is_told_an_address() -> None:
    """MicroOCPP resolves no names, so that Toxiproxy has an address in the network, and one name for the network."""
    (address,) = (one["ipv4_address"] for one in SERVICES["toxiproxy"]["networks"].values())
    assert SERVICES["microocpp"]["environment"]["CSMS"] == f"ws://{address}:9220/ocpp"
    (config,) = COMPOSE["networks"]["default"]["ipam"]["config"]
    assert address.rpartition(".")[0] == config["subnet"].rpartition(".")[0]


def test_microocpp_in_a_container_has_a_store_of_its_own(tmp_path: Path) -> None:
    """Its script writes what plugfest writes for its own instances, and becomes MicroOCPP."""
    (tmp_path / "build").mkdir()
    program = tmp_path / "build/mo_simulator"
    program.write_text("#!/bin/sh\necho started\n")
    program.chmod(0o755)
    command = ["sh", str(ROOT / "deploy/microocpp.sh")]
    environment = {**os.environ, "CSMS": "ws://192.0.2.1:9220/ocpp"}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout == "started\n"
    identity = subprocess.run(["hostname"], capture_output=True, text=True, check=True).stdout.strip()
    profile = Profile(about="x", connection={"Cst_ReconnectInterval": 5})
    write(tmp_path / "ours", profile, Place(identity, environment["CSMS"]))
    theirs, ours = (json.loads((tmp_path / at / "ws-conn.jsn").read_text()) for at in ("mo_store", "ours/mo_store"))
    for one in (theirs, ours):
        one["configurations"].sort(key=lambda key: key["key"])
    assert theirs == ours


def test_toxiproxy_leads_to_the_central_system() -> None:
    """The proxy listens where stations connect, and leads to the port of the central system."""
    (proxy,) = json.loads((ROOT / "deploy/toxiproxy.json").read_text(encoding="utf-8"))
    assert (proxy["listen"], proxy["upstream"]) == ("0.0.0.0:9220", "csms:9000")


async def test_board_shows_what_is_measured() -> None:
    """Each panel asks for metrics that the reference has."""
    async with ReferenceDriver() as driver:
        families = text_string_to_metric_families(driver._system.metrics.text().decode())
        served = {family.name for family in families}
    asked = {
        re.sub("_(total|bucket)$", "", name)
        for panel in BOARD["panels"]
        for target in panel["targets"]
        for name in re.findall(r"plugfest_\w+", target["expr"])
    }
    assert asked - served == set()

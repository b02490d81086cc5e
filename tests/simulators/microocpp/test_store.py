"""What MicroOCPP reads before its first start."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from simulators.microocpp.profile import Profile
from simulators.microocpp.store import Place, serve_panel, write

PLACE = Place("CP1", "ws://127.0.0.1:9/ocpp", b"secret")


def _listed(path: Path) -> dict[str, Any]:
    told = json.loads(path.read_text())
    assert told["head"] == {"content-type": "ocpp_config_file", "version": "2.0"}
    return {one["key"]: (one["type"], one["value"]) for one in told["configurations"]}


def test_connection_and_configuration(tmp_path: Path) -> None:
    """Where it connects, as whom, and how it is configured are written with their types."""
    about = Profile(about="x", connection={"Cst_ReconnectInterval": 1}, configuration={"LocalPreAuthorize": True})
    write(tmp_path, about, PLACE)
    assert _listed(tmp_path / "mo_store/ws-conn.jsn") == {
        "Cst_ReconnectInterval": ("int", 1),
        "Cst_BackendUrl": ("string", "ws://127.0.0.1:9/ocpp"),
        "Cst_ChargeBoxId": ("string", "CP1"),
        "AuthorizationKey": ("string", b"secret".hex()),
    }
    assert _listed(tmp_path / "mo_store/ocpp-config.jsn") == {"LocalPreAuthorize": ("bool", True)}


def test_version_is_written_in_both_places(tmp_path: Path) -> None:
    """OCPP 2.0.1 takes its own file too, without which it would call a public central system."""
    write(tmp_path, Profile(about="x", version="2.0.1"), PLACE)
    assert _listed(tmp_path / "mo_store/simulator.jsn") == {"OcppVersion": ("string", "2.0.1")}
    variables = json.loads((tmp_path / "mo_store/ws-conn-v201.jsn").read_text())["variables"]
    assert {one["name"]: one["valActual"] for one in variables} == {
        "CsmsUrl": "ws://127.0.0.1:9/ocpp",
        "Identity": "CP1",
        "BasicAuthPassword": "secret",
    }


@pytest.mark.parametrize("backend", ["ws://127.0.0.1/" + "a" * 128, "ws://127.0.0.1/%41"])
def test_what_it_would_not_take_is_refused(tmp_path: Path, backend: str) -> None:
    """Nothing is written that MicroOCPP would replace by a public address, or crash of."""
    with pytest.raises(ValueError, match="MicroOCPP takes no"):
        write(tmp_path, Profile(about="x"), Place("CP1", backend))
    assert list(tmp_path.iterdir()) == []


def test_panel_can_move(tmp_path: Path) -> None:
    """The port of its interface is another one with each start, the rest stays."""
    write(tmp_path, Profile(about="x"), PLACE)
    serve_panel(tmp_path, "http://127.0.0.1:8")
    assert json.loads((tmp_path / "mo_store/api.jsn").read_text()) == {"url": "http://127.0.0.1:8"}

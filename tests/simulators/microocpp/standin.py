"""A program with the HTTP interface of the MicroOCPP simulator, and nothing behind it; run as a script."""

from __future__ import annotations

import json
import re
import signal
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

IDLE = {"evPlugged": False, "evsePlugged": False, "evReady": False, "evseReady": False}


def main() -> None:
    """Serve what the store says until SIGINT."""
    signal.signal(signal.SIGINT, lambda *_: sys.exit(0))
    store = Path("mo_store")
    told = {one["key"]: one["value"] for one in json.loads((store / "ws-conn.jsn").read_text())["configurations"]}
    inputs: dict[str, dict[str, Any]] = {"1": dict(IDLE), "2": dict(IDLE)}
    cards: list[dict[str, str]] = []

    class Panel(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/api/websocket":
                self._answer({"chargeBoxId": told["Cst_ChargeBoxId"]})
            elif match := re.fullmatch(r"/api/connector/(\d)/(evse|meter)", self.path):
                at = inputs[match[1]]
                charging = all(at.values())
                status = "Charging" if charging else "Preparing" if at["evPlugged"] else "Available"
                power = 11_000.0 if charging else 0.0
                self._answer({"power": power} if match[2] == "meter" else {**at, "chargePointStatus": status})
            elif self.path == "/cards":
                self._answer(cards)
            else:
                self.send_error(404)

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            match = re.fullmatch(r"/api/connector/(\d)/(evse|transaction)", self.path)
            if match is None:
                self.send_error(400)
                return
            if match[2] == "evse":
                inputs[match[1]].update(body)
            else:
                cards.append(body)
            self._answer(body)

        def _answer(self, value: Any) -> None:
            content = json.dumps(value).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    place = urlsplit(json.loads((store / "api.jsn").read_text())["url"])
    sys.stdout.write("[Sim] serving\n")
    sys.stdout.flush()
    HTTPServer((str(place.hostname), int(place.port or 0)), Panel).serve_forever()


if __name__ == "__main__":
    main()

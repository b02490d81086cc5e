"""A page of charts in Locust's web UI, and the link to it on Locust's own page."""

from __future__ import annotations

from importlib import resources
from typing import Any

from flask import Blueprint, Response, jsonify, request

from harness.load.generator import BUSY, LAG
from simulators.load.web.timeline import Timeline

_POLICY = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src data:"
_KINDS = {
    "": ("page.html", "text/html"),
    "page.js": ("page.js", "text/javascript"),
    "page.css": ("page.css", "text/css"),
}

LINK = (
    '<a href="plugfest/" style="position: fixed; left: 1rem; bottom: 1rem; z-index: 1200; padding: .5rem 1rem; '
    'border-radius: .4rem; background: #1a58c4; color: #fff; font: 600 1rem sans-serif; text-decoration: none">'
    "plugfest charts</a>"
)
"""Locust's page is built as a whole: what it has no place for is laid over it."""


def show(web: Any, base: str, timeline: Timeline) -> None:
    """Have Locust's web UI show the charts of a timeline at ``plugfest/``, under the base path of the UI."""
    pages = Blueprint("plugfest", __name__, url_prefix=f"{base}/plugfest")

    def asset(name: str = "") -> Response:
        file, kind = _KINDS[name]
        text = (resources.files(__package__) / file).read_text(encoding="utf-8")
        return Response(text, mimetype=kind, headers={"Content-Security-Policy": _POLICY})

    def points() -> Response:
        again = request.args.get("run", type=int) == timeline.run
        told = timeline.since(request.args.get("since", 0, type=int) if again else 0)
        return jsonify(
            run=timeline.run,
            width=timeline.width,
            settled=timeline.settled,
            points=told,
            incidents=timeline.incidents,
            limits={"cpu": 100 * BUSY, "lag": 1000 * LAG},
        )

    guarded = web.auth_required_if_enabled
    pages.add_url_rule("/", "page", guarded(asset))
    for name in filter(None, _KINDS):
        pages.add_url_rule(f"/{name}", name.replace(".", "_"), guarded(asset), defaults={"name": name})
    pages.add_url_rule("/points", "points", guarded(points))
    web.app.register_blueprint(pages)
    web.app.after_request(_linked)


def _linked(response: Response) -> Response:
    """Put the link on Locust's page."""
    if request.endpoint == "locust.index" and response.mimetype == "text/html":
        response.set_data(response.get_data(as_text=True).replace("</body>", f"{LINK}</body>"))
    return response

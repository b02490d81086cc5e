"""Tests of the styles of names."""

from __future__ import annotations

import pytest

from harness.drivers.http.naming import Style


@pytest.mark.parametrize(
    ("style", "spelt"),
    [
        (Style.CAMEL, ["idTag", "remoteStartTransaction", "getLog2"]),
        (Style.PASCAL, ["IdTag", "RemoteStartTransaction", "GetLog2"]),
        (Style.SNAKE, ["id_tag", "remote_start_transaction", "get_log2"]),
        (Style.KEBAB, ["id-tag", "remote-start-transaction", "get-log2"]),
    ],
)
def test_names_are_spelt_in_a_style(style: Style, spelt: list[str]) -> None:
    """Members and actions are taken apart at their capitals."""
    assert [style.spell(name) for name in ("idTag", "RemoteStartTransaction", "GetLog2")] == spelt


def test_members_are_respelt_at_any_depth() -> None:
    """Names change, values do not."""
    given = {"idTag": "idTag", "listOf": ({"idTagInfo": {"expiryDate": None}}, 1)}
    assert Style.SNAKE.respell(given) == {"id_tag": "idTag", "list_of": [{"id_tag_info": {"expiry_date": None}}, 1]}

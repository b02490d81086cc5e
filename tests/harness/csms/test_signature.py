"""Tests of what the signatures of the abilities say."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from harness.csms import CertificateRequest, Receipt, Tag, TagStatus, TransactionView
from harness.csms.signature import Shape, functions


def test_functions_are_those_of_the_protocols() -> None:
    """Every function of every ability is known, in one place."""
    known = functions()
    assert {"provision_station", "outcome", "kill", "revoke_certificate"} <= known.keys()
    assert "endpoint" not in known
    assert {one.ability.__name__ for one in known.values()} >= {"Restart", "SecureHosting", "TransactionReader"}


@pytest.mark.parametrize(
    ("name", "takes", "shape", "tells"),
    [
        ("set_registration", ("station", "registration"), Shape.NOTHING, ()),
        ("provision_tag", ("id_tag", "status", "parent", "expires"), Shape.NOTHING, ()),
        ("set_security", ("station", "profile", "password_hex"), Shape.NOTHING, ()),
        ("outcome", ("receipt", "patience"), Shape.RECORD, ("state", "status", "payload", "reason")),
        ("client_certificate", tuple(CertificateRequest.__dataclass_fields__), Shape.RECORD, ("chain", "key")),
        ("transactions", ("station",), Shape.RECORDS, tuple(TransactionView.__dataclass_fields__)),
        ("configuration", ("station",), Shape.PAIRS, ("key", "value")),
        ("local_list_version", ("station",), Shape.VALUE, ("value",)),
        ("restart", (), Shape.NOTHING, ()),
    ],
)
def test_signature(name: str, takes: tuple[str, ...], shape: Shape, tells: tuple[str, ...]) -> None:
    """What a function takes and tells follows from its parameters and its views."""
    function = functions()[name]
    assert (function.takes, function.shape, function.tells) == (takes, shape, tells)


@pytest.mark.parametrize(
    ("name", "arguments", "values"),
    [
        ("outcome", (Receipt("7"), 2.5), {"receipt": "7", "patience": 2.5}),
        ("set_security", ("CP1", 2, b"\x00\xff"), {"station": "CP1", "profile": 2, "password_hex": "00ff"}),
        ("set_security", ("CP1", 3), {"station": "CP1", "profile": 3}),
        (
            "provision_tag",
            (Tag(id_tag="T", status=TagStatus.BLOCKED, expires=datetime(2026, 1, 1, tzinfo=UTC)),),
            {"id_tag": "T", "status": "Blocked", "expires": "2026-01-01T00:00:00+00:00"},
        ),
    ],
)
def test_values_of_a_call(name: str, arguments: tuple[object, ...], values: Mapping[str, object]) -> None:
    """The arguments of a call are told by name, as JSON; what is None is not told."""
    assert functions()[name].values(*arguments) == values


def test_values_that_need_not_be_said() -> None:
    """A default is the usual value; what every call gives has none."""
    tag, certificate = functions()["provision_tag"], functions()["client_certificate"]
    assert tag.required == {"id_tag"}
    assert (tag.usual("status", "Accepted"), tag.usual("status", "Blocked")) == (True, False)
    assert (certificate.usual("authority", True), certificate.usual("authority", False)) == (True, False)
    assert not tag.usual("id_tag", "T")

"""What has to be another thing when it is played again becomes one, and nothing else does."""

from __future__ import annotations

from datetime import timedelta

import pytest

from harness.fieldlog.rewriting import Rewriting, later
from harness.schemas import Kind
from harness.versions import V16, V201


@pytest.mark.parametrize(
    ("text", "moved"),
    [
        ("2026-01-05T07:01:01Z", "2026-01-06T07:01:01Z"),
        ("2026-01-05T07:01:01.5+02:00", "2026-01-06T07:01:01.7+02:00"),
        ("2026-01-05T07:01:01.123456789Z", "2026-01-06T07:01:01.373456000Z"),
        ("2026-01-05T07:01:01", "2026-01-06T07:01:01"),
        ("0001-01-01T00:00:00Z", "0001-01-02T00:00:00Z"),
        ("9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z"),
        ("yesterday", "yesterday"),
    ],
)
def test_moment_is_later_and_written_alike(text: str, moved: str) -> None:
    """Zone and digits stay; what is no moment, or would leave the calendar, stays altogether."""
    assert later(text, timedelta(days=1, milliseconds=250)) == moved


def test_moments_are_found_through_the_schema() -> None:
    """A text that looks like a moment stays where the schema has none."""
    moment = "2026-01-05T07:01:01Z"
    reading = {"timestamp": moment, "sampledValue": [{"value": moment}]}
    rewriting = Rewriting(V16, timedelta(days=1))
    call = rewriting.sent([2, "1", "MeterValues", {"connectorId": 1, "meterValue": [reading]}], "MeterValues")
    assert call[3]["meterValue"] == [{"timestamp": "2026-01-06T07:01:01Z", "sampledValue": [{"value": moment}]}]


def test_ids_of_messages_are_new_and_always_the_same() -> None:
    """A message that was sent twice has one id; an id that no message may have stays."""
    rewriting = Rewriting(V16)
    once, again, other = (rewriting.sent([2, id, "Heartbeat", {}], "Heartbeat")[1] for id in ("1", "1", "2"))
    assert once == again
    assert len({once, other, "1", "2"}) == 4
    for odd in ("", "x" * 37, 7):
        assert rewriting.sent([2, odd, "Heartbeat", {}], "Heartbeat")[1] == odd


def test_reference_is_that_of_the_new_answer() -> None:
    """The id of a transaction is what the central system gives it now, one that nobody knows stays."""
    rewriting = Rewriting(V16)
    assert rewriting.same("transactionId", 7, 19)
    stop = [2, "1", "StopTransaction", {"transactionId": 7, "meterStop": 1, "timestamp": "2026-01-05T07:01:01Z"}]
    assert rewriting.sent(stop, "StopTransaction")[3]["transactionId"] == 19
    assert rewriting.reference("transactionId", 8) == 8


def test_what_were_two_are_two() -> None:
    """A reference that now names something else is not the same, nor are two that have become one."""
    rewriting = Rewriting(V16)
    assert rewriting.same("transactionId", 7, 19)
    assert rewriting.same("transactionId", 7, 19)
    assert not rewriting.same("transactionId", 8, 19)
    assert not rewriting.same("transactionId", 7, 20)


def test_station_names_its_transactions_anew_in_later_versions() -> None:
    """In OCPP 2.0.1 the station chooses the id of a transaction, which nobody may have used before."""
    rewriting = Rewriting(V201)
    event = [2, "1", "TransactionEvent", {"transactionInfo": {"transactionId": "T"}}]
    first, again = (rewriting.sent(event, "TransactionEvent")[3]["transactionInfo"] for _ in range(2))
    assert first == again != {"transactionId": "T"}
    assert rewriting.reference("transactionId", "T") == first["transactionId"]


def test_tags_are_replaced() -> None:
    """A tag that the target does not have is replaced, wherever it stands."""
    rewriting = Rewriting(V201, tokens={"OLD": "NEW"})
    payload = {"idToken": {"idToken": "OLD", "type": "ISO14443"}}
    assert rewriting.payload(payload, "Authorize", Kind.REQUEST, timedelta())["idToken"]["idToken"] == "NEW"


@pytest.mark.parametrize("frame", [[4, "1", "GenericError", "", {}], [2, "1", "Heartbeat"]])
def test_frame_without_a_payload_stays(frame: list[object]) -> None:
    """There is nothing to rewrite in a CALLERROR, nor in a CALL that lacks its payload."""
    assert Rewriting(V16).sent(frame, "Heartbeat")[2:] == frame[2:]

"""DataTransfer from a station: OCPP 1.6 section 4.3."""

from harness.scenario import Declares, scenario
from harness.settings import PoliciesSection
from harness.verdict import POLICY, SHALL, SHOULD, Checks
from simulators.observation import gist
from simulators.station import Answer
from simulators.v16 import ChargePoint

CLAUSE = "OCPP 1.6 4.3"
STATUSES = ("Accepted", "Rejected", "UnknownMessageId", "UnknownVendorId")


@scenario(
    "v16.core.data-transfer.unknown-vendor",
    spec=[CLAUSE, "OCPP 1.6 7.14"],
    octt=["TC_064_CSMS"],
    requirements=["CORE-4.3-a"],
    mutants=[
        "unknown-vendor-accepted",
        "unknown-vendor-call-error",
        "data-transfer-vendor-refused",
        "data-transfer-echoed",
    ],
    smoke=True,
)
async def test_unknown_vendor_is_named_so(station: ChargePoint, policies: PoliciesSection, check: Checks) -> None:
    """DataTransfer of a vendor that nobody knows is answered UnknownVendorId, without data.

    A product that serves no vendor at all, and says that it does not implement DataTransfer, is remarked on.
    """
    await station.ready()

    payload = {"vendorId": "org.example.unknown", "messageId": "question", "data": "forty-two"}
    answer = await station.attempt("DataTransfer", payload)
    if not isinstance(answer, Answer):
        unserved = policies.data_transfer_vendor is None and gist(answer) in ("NotImplemented", "NotSupported")
        level = SHOULD if unserved else SHALL
        check.that(False, "UnknownVendorId", observed=answer, clause=CLAUSE, level=level)
        return

    status = answer.payload.get("status")
    if status == "Accepted":
        check.that(False, "UnknownVendorId", observed=status, clause=CLAUSE, level=SHOULD, axis=POLICY)
    else:
        tolerable = ["Rejected", "UnknownMessageId"]
        check.graded(status, good=["UnknownVendorId"], tolerable=tolerable, clause=CLAUSE)
    check.that("data" not in answer.payload, "no data", observed=str(answer), clause=CLAUSE)


@scenario(
    "v16.core.data-transfer.unknown-message",
    spec=[CLAUSE, "OCPP 1.6 7.14"],
    requirements=["CORE-4.3-b"],
    needs=[Declares("data_transfer_vendor")],
    mutants=["data-transfer-message-accepted"],
)
async def test_unknown_message_is_named_so(station: ChargePoint, policies: PoliciesSection, check: Checks) -> None:
    """DataTransfer of a known vendor with a messageId that it does not have is answered UnknownMessageId."""
    await station.ready()

    answer = await station.data_transfer(policies.data_transfer_vendor or "", messageId="no-such-message")

    check.equal(answer.payload.get("status"), "UnknownMessageId", clause=CLAUSE)


@scenario(
    "v16.core.data-transfer.optional-members",
    spec=[CLAUSE, "OCPP 1.6 6.15"],
    requirements=["CORE-4.3-c"],
)
async def test_data_is_text_of_any_length(station: ChargePoint, check: Checks) -> None:
    """DataTransfer is answered with a status without messageId and data, with empty and with very long data."""
    await station.ready()

    for members in ({}, {"data": ""}, {"messageId": "m"}, {"messageId": "m", "data": "x" * 60_000}):
        outcome = await station.attempt("DataTransfer", {"vendorId": "org.example.unknown", **members})
        status = outcome.payload.get("status") if isinstance(outcome, Answer) else str(outcome)
        check.that(status in STATUSES, "an answer with a status", observed=status, clause=CLAUSE, level=SHOULD)


@scenario(
    "v16.core.data-transfer.data-is-text",
    spec=["OCPP 1.6 6.15"],
    requirements=["CORE-4.3-c"],
)
async def test_data_that_is_no_text_is_refused(station: ChargePoint, check: Checks) -> None:
    """DataTransfer whose data is an object instead of a text is refused."""
    await station.ready()

    outcome = await station.attempt("DataTransfer", {"vendorId": "org.example.unknown", "data": {"a": 1}})

    check.equal(outcome.kind, "CALLERROR", clause="OCPP 1.6 6.15", level=SHOULD)

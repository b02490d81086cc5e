"""What makes a transaction start (TxStartPoint): OCPP 2.0.1 E01."""

from dataclasses import dataclass, replace
from typing import Any

from harness.scenario import Member, family
from harness.verdict import Checks
from scenarios.stage.population import Tags
from scenarios.v201.answers import accepted
from simulators.v201 import ChargingStation, meter_value, sampled

VERIFIED = "OCPP 2.0.1 E01.FR.12"
SIGNED = {
    "signedMeterData": "T0NNRnx7fXx7fQ==",
    "signingMethod": "ECDSA-secp256r1-SHA256",
    "encodingMethod": "OCMF",
    "publicKey": "",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """The ``trigger`` of the first event, the charging ``state`` and the ``values`` that it tells.

    Unless ``authorized``, no token has been presented yet; unless ``plugged``, no cable is in.
    """

    trigger: str
    state: str | None = None
    values: tuple[dict[str, Any], ...] = ()
    authorized: bool = True
    plugged: bool = True

    @property
    def at(self) -> str:
        """The charging state in words, where it is told."""
        return f" at {self.state}" if self.state else ""


SIGNED_VALUE = sampled(100, context="Transaction.Begin", signedMeterValue=SIGNED)
IN_BAY = Case(trigger="EVDetected", authorized=False, plugged=False)
MEMBERS = (
    ("parking-bay-occupied", "TC_E_12", "01", "start-without-token-refused", IN_BAY),
    ("ev-connected", "TC_E_09", "02", "start-without-token-refused",
     replace(IN_BAY, trigger="CablePluggedIn", state="EVConnected", plugged=True)),
    ("authorized", "TC_E_10", "03", "event-without-token-info", Case(trigger="Authorized", plugged=False)),
    ("data-signed", "TC_E_11", "04", "signed-value-refused",
     Case(trigger="SignedDataReceived", state="EVConnected", values=(SIGNED_VALUE,))),
    ("power-path-closed", "TC_E_01", "05", "suspension-refused",
     Case(trigger="ChargingStateChanged", state="SuspendedEVSE")),
    ("energy-transfer", "TC_E_02", "06", "event-without-token-info",
     Case(trigger="ChargingStateChanged", state="Charging")),
)  # fmt: skip


@family(
    Member(
        id=f"v201.transactions.start-option.{name}",
        title=f"A transaction that starts by {case.trigger}{case.at} is taken, and its token accepted.",
        case=case,
        spec=[f"OCPP 2.0.1 E01.FR.{number}", VERIFIED],
        octt=[f"{octt}_CSMS"],
        mutants=[mutant],
    )
    for name, octt, number, mutant, case in MEMBERS
)
async def test_start_is_taken(station: ChargingStation, tags: Tags, check: Checks, case: Case) -> None:
    """A transaction is taken, whatever the station is configured to start it by."""
    tag = await tags.accepted()
    await station.ready()
    if case.authorized:
        accepted(check, await station.authorize(tag), clause="OCPP 2.0.1 C01.FR.07")
    if case.plugged:
        await station.status(1, 1, "Occupied")

    transaction = station.transaction(tag)
    told = {"meterValue": [meter_value(*case.values)]} if case.values else {}
    named = {"idToken": transaction.id_token} if case.authorized else {}
    answer = await transaction.started(case.trigger, info={"chargingState": case.state}, **told, **named)
    accepted(check, answer if case.authorized else await transaction.authorized(), clause=VERIFIED)
    await transaction.charging_state("Charging")

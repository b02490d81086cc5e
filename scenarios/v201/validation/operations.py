"""One ordinary operation of each kind, to be answered by a charging station in every way.

What an operation refers to exists: the transaction runs, the token is accepted, the variable is one of every station.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress

from harness.csms import v201
from harness.csms.console import Csms
from harness.csms.operation import Operation
from harness.verdict import Inconclusive, Nonconformity
from scenarios.stage.population import Tags
from simulators.v201 import ChargingStation, component, evse, id_token, variable

_THRESHOLD = {"component": component("OCPPCommCtrlr"), "variable": variable("OfflineThreshold")}

_CONNECTION = {
    "ocppVersion": "OCPP20",
    "ocppTransport": "JSON",
    "ocppCsmsUrl": "wss://csms.example/ocpp",
    "messageTimeout": 30,
    "securityProfile": 2,
    "ocppInterface": "Wired0",
}

_PLAIN: Mapping[str, Callable[[str], Operation]] = {
    "ChangeAvailability": lambda to: v201.ChangeAvailability(station=to, operational_status="Operative", evse=evse(1)),
    "ClearCache": lambda to: v201.ClearCache(station=to),
    "DataTransfer": lambda to: v201.DataTransfer(station=to, vendor_id="org.plugfest", message_id="corpus"),
    "GetBaseReport": lambda to: v201.GetBaseReport(station=to, report_base="SummaryInventory"),
    "GetReport": lambda to: v201.GetReport(station=to, component_variable=(_THRESHOLD,)),
    "GetVariables": lambda to: v201.GetVariables(station=to, get_variable_data=(_THRESHOLD,)),
    "Reset": lambda to: v201.Reset(station=to, type="OnIdle"),
    "SetNetworkProfile": lambda to: v201.SetNetworkProfile(
        station=to, configuration_slot=1, connection_data=_CONNECTION
    ),
    "SetVariables": lambda to: v201.SetVariables(
        station=to, set_variable_data=({**_THRESHOLD, "attributeValue": "60"},)
    ),
    "TriggerMessage": lambda to: v201.TriggerMessage(station=to, requested_message="Heartbeat"),
    "UnlockConnector": lambda to: v201.UnlockConnector(station=to, evse_id=1, connector_id=1),
}
"""Action → an operation of that action on a station, which refers to nothing that has to exist."""

_OF_A_TRANSACTION: Mapping[str, Callable[[str, str], Operation]] = {
    "GetTransactionStatus": lambda to, which: v201.GetTransactionStatus(station=to, transaction_id=which),
    "RequestStopTransaction": lambda to, which: v201.RequestStopTransaction(station=to, transaction_id=which),
}
"""Action → an operation of that action on a station, for a transaction that is ongoing."""


@asynccontextmanager
async def ordinary(action: str, station: ChargingStation, csms: Csms, tags: Tags) -> AsyncIterator[Operation]:
    """Yield an operation of an action on a booted station; a transaction that it is about ends with it."""
    if action in _PLAIN:
        yield _PLAIN[action](station.id)
    elif action == "RequestStartTransaction":
        token = id_token(await tags.accepted())
        yield v201.RequestStartTransaction(station=station.id, id_token=token, evse_id=1)
    else:
        transaction = await station.charging(await tags.accepted())
        try:
            yield _OF_A_TRANSACTION[action](station.id, transaction.id)
        finally:
            with suppress(Inconclusive, Nonconformity):
                await transaction.ended()

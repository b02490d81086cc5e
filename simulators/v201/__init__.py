"""A station that speaks OCPP 2.0.1."""

from simulators.moments import later, now, timestamp
from simulators.v201.answers import token_info, token_status
from simulators.v201.charging_station import ChargingStation
from simulators.v201.messages import (
    component,
    event_data,
    evse,
    id_token,
    meter_value,
    sampled,
    variable,
)
from simulators.v201.transaction import Transaction

__all__ = [
    "ChargingStation",
    "Transaction",
    "component",
    "event_data",
    "evse",
    "id_token",
    "later",
    "meter_value",
    "now",
    "sampled",
    "timestamp",
    "token_info",
    "token_status",
    "variable",
]

"""A station that speaks OCPP 1.6."""

from simulators.moments import later, now, timestamp
from simulators.v16.answers import tag_info, tag_status, transaction_id
from simulators.v16.charge_point import ChargePoint, Transaction
from simulators.v16.messages import meter_value, sampled

__all__ = [
    "ChargePoint",
    "Transaction",
    "later",
    "meter_value",
    "now",
    "sampled",
    "tag_info",
    "tag_status",
    "timestamp",
    "transaction_id",
]

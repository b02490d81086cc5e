"""A transaction as a charging station tells of it in OCPP 2.0.1."""

from __future__ import annotations

import uuid
from typing import Any

from harness.csms import Operation, v201
from harness.ocppj import Payload
from scenarios.resilience.tales.tale import Moment, Said, Tale
from simulators.observation import Answer
from simulators.v201 import evse, id_token, messages, meter_value, sampled, timestamp, token_status


class TaleOfV201(Tale):
    """Authorize, and the events Started, Updated and Ended with the seqNos 0 to 2."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._id = str(uuid.uuid4())

    @property
    def id(self) -> str:
        return self._id

    def says(self, moment: Moment) -> Said:
        holder, offline = id_token(self.id_tag), True if self.offline else None
        info: Payload
        match moment:
            case Moment.AUTHORIZE:
                return "Authorize", messages.authorize(holder)
            case Moment.START:
                members = self._read(self.meter_start, self.started, "Transaction.Begin")
                members |= {"idToken": holder, "evse": evse(self.place, 1), "offline": offline}
                kind, trigger, number, info = "Started", "Authorized", 0, {"chargingState": "Charging"}
                if moment in self.ordered:
                    trigger, info["remoteStartId"] = "RemoteStart", self.ordered[moment]["remoteStartId"]
            case Moment.VALUES:
                members = self._read(self.reading, self.read, "Sample.Periodic") | {"offline": offline}
                kind, trigger, number, info = "Updated", "MeterValuePeriodic", 1, {}
            case Moment.STOP:
                members = self._read(self.meter_stop, self.stopped, "Transaction.End")
                members |= {"idToken": holder, "offline": offline}
                kind, trigger, number, info = "Ended", "StopAuthorized", 2, {"stoppedReason": "Local"}
                if moment in self.ordered:
                    trigger, info, members["idToken"] = "RemoteStop", {"stoppedReason": "Remote"}, None
        return "TransactionEvent", messages.transaction_event(kind, trigger, self._id, number, info=info, **members)

    def order(self, moment: Moment) -> Operation:
        if moment is Moment.START:
            holder = id_token(self.id_tag)
            return v201.RequestStartTransaction(station=self.station.id, id_token=holder, evse_id=self.place)
        return v201.RequestStopTransaction(station=self.station.id, transaction_id=self._id)

    def status(self, answer: Answer) -> object:
        return token_status(answer)

    def _read(self, register: int, at: Any, context: str) -> Payload:
        value = meter_value(sampled(register, context=context), at=timestamp(at))
        return {"timestamp": timestamp(at), "meterValue": [value]}

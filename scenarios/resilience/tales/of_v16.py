"""A transaction as a charge point tells of it in OCPP 1.6."""

from __future__ import annotations

from typing import Any

from harness.csms import Operation, v16
from scenarios.resilience.tales.tale import Moment, Said, Tale
from simulators.observation import Answer
from simulators.v16 import messages, meter_value, sampled, tag_status, timestamp, transaction_id

UNKNOWN = -1
"""The id by which a charge point ends a transaction whose id it was never told (OCPP 1.6 errata 3.18)."""


class TaleOfV16(Tale):
    """Authorize, StartTransaction, MeterValues and StopTransaction."""

    _id: int | None = None

    @property
    def id(self) -> int | None:
        return self._id

    def says(self, moment: Moment) -> Said:
        id = UNKNOWN if self._id is None else self._id
        match moment:
            case Moment.AUTHORIZE:
                return "Authorize", messages.authorize(self.id_tag)
            case Moment.START:
                at = timestamp(self.started)
                start = messages.start_transaction(self.id_tag, self.place, self.meter_start, timestamp=at)
                return "StartTransaction", start
            case Moment.VALUES:
                value = meter_value(sampled(self.reading), at=timestamp(self.read))
                return "MeterValues", messages.meter_values(value, connector=self.place, transaction=id)
            case Moment.STOP:
                local: dict[str, Any] = {"reason": "Local", "idTag": self.id_tag}
                members = {"reason": "Remote"} if moment in self.ordered else local
                stop = messages.stop_transaction(id, self.meter_stop, timestamp=timestamp(self.stopped), **members)
                return "StopTransaction", stop

    def order(self, moment: Moment) -> Operation:
        if moment is Moment.START:
            return v16.RemoteStartTransaction(station=self.station.id, id_tag=self.id_tag, connector_id=self.place)
        assert self._id is not None, "a transaction without an id cannot be stopped"
        return v16.RemoteStopTransaction(station=self.station.id, transaction_id=self._id)

    def status(self, answer: Answer) -> object:
        return tag_status(answer)

    def hears(self, moment: Moment, answer: Answer) -> Answer:
        if moment is Moment.START:
            self._id = transaction_id(answer)
        return super().hears(moment, answer)

"""What stations are told as they boot, and what time it is: alike in every version."""

from __future__ import annotations

from server.core import instants
from server.core.settings import ServerSettings
from server.core.stations import Registration, Station
from server.core.validation import Payload


class Registrar:
    """Decides on stations, and tells them the time; what serves BootNotification in a version derives from it."""

    settings: ServerSettings

    def registration(self, station: Station) -> str:
        """Return what a station's BootNotification is answered."""
        return station.registration

    def boot_answer(self, status: str) -> Payload:
        """Return the answer to a BootNotification for a decision."""
        return {"status": status, "currentTime": self.current_time(), "interval": self.interval(status)}

    def interval(self, status: str) -> int:
        """Return the heartbeat period of an accepted station, for others the time until their next boot."""
        accepted = status == Registration.ACCEPTED
        return self.settings.interval if accepted else self.settings.retry_interval

    def current_time(self) -> str:
        """Return the present time as it is sent."""
        return instants.to_wire(instants.now())

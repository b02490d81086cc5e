"""The central system as a scenario sees it: a driver, and the stations that will see what it does."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol, TypeVar, cast

from harness.csms.abilities import (
    CertificateRequest,
    ChargingProfileReader,
    ChargingProfileView,
    ClientCertificate,
    ConfigurationReader,
    ConnectorReader,
    ConnectorView,
    LocalListReader,
    Outcome,
    OutcomeReader,
    Registration,
    RegistrationControl,
    ReservationReader,
    ReservationView,
    Restart,
    SecureEndpoint,
    SecureHosting,
    SecurityEventReader,
    SecurityEventView,
    Settled,
    StationProvisioning,
    StationReader,
    StationView,
    TaskReader,
    TaskView,
    TransactionReader,
    TransactionView,
    Unknown,
)
from harness.csms.driver import Driver, DriverError, Receipt, Refused, Unsupported
from harness.csms.operation import Operation
from harness.verdict import Inconclusive

T = TypeVar("T")


class Listener(Protocol):
    """A station that can be told what is coming."""

    id: str

    def expect(self, action: str) -> asyncio.Event:
        """Claim the next CALL of this action, and return an event that is set when it arrives."""
        ...

    def release(self, action: str) -> None:
        """Give the claim up."""
        ...


@dataclass(frozen=True, slots=True)
class Request:
    """An operation that the central system took; ``dispatch`` ends with its receipt once the driver returns."""

    dispatch: asyncio.Task[Receipt | None]


def _failure(receipt: Receipt | None) -> Refused | None:
    """Return the refusal that a receipt is which tells, before anything has arrived, that the operation failed."""
    if isinstance(receipt, Settled) and receipt.outcome.state == "failed":
        return Refused(receipt.outcome.reason or "it failed at once")
    return None


def shown(value: T | None, what: str) -> T:
    """Return what a reader shows; raises Inconclusive where the product does not show it."""
    if value is None:
        raise Inconclusive(f"the central system does not show {what}")
    return value


class Csms:
    """The central system under test, as its operator sees it.

    ``numbers`` are given for members of this name that the operator leaves open and the central system does not choose.
    ``firmware_lead`` are the seconds between an order and the earliest time at which firmware may be fetched.
    ``limit`` bounds, in seconds, how long a driver may take for one request. A reader that answers Unknown makes
    the scenario Inconclusive. The stations ``kept`` are there already and stay: they are never registered, never
    forgotten, and accepted again at the end of a scenario that kept them out.
    """

    def __init__(
        self,
        driver: Driver,
        *,
        patience: float,
        limit: float = 60.0,
        kept: Collection[str] = (),
        numbers: Mapping[str, Iterator[int]] | None = None,
        firmware_lead: float = 0.0,
    ) -> None:
        self._driver = driver
        self._patience = patience
        self._numbers = numbers or {}
        self._firmware_lead = timedelta(seconds=firmware_lead)
        self._limit = limit
        self._kept = frozenset(kept)
        self._kept_out: set[str] = set()
        self._stations: dict[str, Listener] = {}
        self._dispatches: set[asyncio.Task[Receipt | None]] = set()

    def watch(self, station: Listener) -> None:
        """Tell a station from now on what is coming to it."""
        self._stations[station.id] = station

    @property
    def retrieval(self) -> datetime:
        """The earliest time at which it lets a station fetch firmware that is ordered now."""
        return datetime.now(UTC) + self._firmware_lead

    async def perform(self, operation: Operation) -> Request:
        """Have the operation performed; return once it was taken, or its CALL has arrived at the station.

        Raises Refused and Unsupported, which name it, and DriverError. A product whose console only returns after the
        station has answered is no different from one that returns at once: the arrival of the CALL proves that it was
        taken.
        """
        operation = operation.with_numbers(self._numbers)
        station = self._stations.get(operation.station)
        arrived = station.expect(operation.action()) if station else asyncio.Event()
        dispatch = asyncio.create_task(self._driver.perform(operation), name=f"dispatch of {operation.action()}")
        self._dispatches.add(dispatch)
        arrival = asyncio.create_task(arrived.wait())
        either: set[asyncio.Future[Any]] = {dispatch, arrival}
        try:
            await asyncio.wait(either, timeout=self._limit, return_when=asyncio.FIRST_COMPLETED)
        finally:
            arrival.cancel()
        if not dispatch.done():
            if arrived.is_set():
                return Request(dispatch)
            if station:
                station.release(operation.action())
            raise DriverError(f"the driver did not return from {operation.action()} within {self._limit:g} s")
        self._dispatches.discard(dispatch)
        error = dispatch.exception() or (None if arrived.is_set() else _failure(dispatch.result()))
        if error is not None:
            if station:
                station.release(operation.action())
            if isinstance(error, Refused | Unsupported):
                raise type(error)(f"{operation.action()}: {error.reason}") from error
            raise error
        return Request(dispatch)

    async def attempt(self, operation: Operation) -> Request | Refused:
        """Have the operation performed, or learn that the central system would not."""
        try:
            return await self.perform(operation)
        except Refused as refusal:
            return refusal

    async def outcome(self, request: Request, *, patience: float | None = None) -> Outcome:
        """Return what became of an operation, once it is no longer pending or patience ends."""
        try:
            async with asyncio.timeout(self._limit):
                receipt = await asyncio.shield(request.dispatch)
        except TimeoutError:
            raise DriverError(f"the driver did not return from its request within {self._limit:g} s") from None
        if receipt is None:
            raise Inconclusive("the driver hands out no receipt for this operation")
        limit = self._patience if patience is None else patience
        outcome = await self._read(self._able(OutcomeReader).outcome(receipt, limit))
        return replace(outcome, payload=_told(outcome.payload))

    async def station(self, station: str) -> StationView:
        """Return what the central system believes of a station."""
        return await self._read(self._able(StationReader).station(station))

    async def connector(self, station: str, connector_id: int) -> ConnectorView:
        """Return what the central system believes of a connector."""
        return await self._read(self._able(ConnectorReader).connector(station, connector_id))

    async def transactions(self, station: str) -> Sequence[TransactionView]:
        """Return the transactions recorded of a station, in the order in which they began."""
        views = await self._read(self._able(TransactionReader).transactions(station))
        return [replace(view, meter_values=_told(view.meter_values)) for view in views]

    async def transaction(self, station: str, transaction: int) -> TransactionView:
        """Return the record of one transaction; raises Inconclusive if there is none."""
        for view in await self.transactions(station):
            if view.id == transaction:
                return view
        raise Inconclusive(f"the central system shows no transaction {transaction} of {station}")

    async def configuration(self, station: str) -> Mapping[str, str | None]:
        """Return the configuration that the central system has stored of a station."""
        return await self._read(self._able(ConfigurationReader).configuration(station))

    async def local_list_version(self, station: str) -> int | None:
        """Return the version of the local list that the station is believed to hold, None where none is known."""
        return await self._read(self._able(LocalListReader).local_list_version(station))

    async def reservations(self, station: str) -> Sequence[ReservationView]:
        """Return the reservations recorded of a station, in the order in which they were made."""
        return await self._read(self._able(ReservationReader).reservations(station))

    async def reservation(self, station: str, reservation: int) -> ReservationView:
        """Return the record of one reservation; raises Inconclusive if there is none."""
        for view in await self.reservations(station):
            if view.id == reservation:
                return view
        raise Inconclusive(f"the central system shows no reservation {reservation} of {station}")

    async def charging_profiles(self, station: str) -> Sequence[ChargingProfileView]:
        """Return the charging profiles that are believed to be installed at a station."""
        return await self._read(self._able(ChargingProfileReader).charging_profiles(station))

    async def tasks(self, station: str) -> Sequence[TaskView]:
        """Return how firmware updates and uploads of a station stand, the latest last."""
        return await self._read(self._able(TaskReader).tasks(station))

    async def set_registration(self, station: str, registration: Registration) -> None:
        """Decide what the station's next BootNotification is answered."""
        if station in self._kept:
            self._kept_out.add(station)
        await self._able(RegistrationControl).set_registration(station, registration)

    async def register(self, station: str) -> None:
        """Make a station known to the central system."""
        if station not in self._kept:
            await self._able(StationProvisioning).provision_station(station)

    async def forget(self, station: str) -> None:
        """Make a station unknown to the central system."""
        if station not in self._kept:
            await self._able(StationProvisioning).remove_station(station)

    async def secure_endpoint(self, profile: int) -> SecureEndpoint:
        """Return where stations of a security profile connect."""
        return await self._read(self._able(SecureHosting).secure_endpoint(profile))

    async def set_security(self, station: str, profile: int, password: bytes | None = None) -> None:
        """Set the security profile of a station, and for the profiles 1 and 2 its password as raw bytes."""
        await self._able(SecureHosting).set_security(station, profile, password)

    async def client_certificate(self, request: CertificateRequest) -> ClientCertificate:
        """Return a client certificate of the operator of the stations, good or flawed as asked."""
        return await self._read(self._able(SecureHosting).client_certificate(request))

    async def revoke_certificate(self, chain: str) -> None:
        """Revoke a client certificate."""
        await self._able(SecureHosting).revoke_certificate(chain)

    async def security_events(self, station: str) -> Sequence[SecurityEventView]:
        """Return the security events recorded of a station, in the order in which they came."""
        return await self._read(self._able(SecurityEventReader).security_events(station))

    async def kill(self) -> None:
        """End the central system without warning."""
        await self._able(Restart).kill()

    async def restart(self) -> None:
        """Start the central system again on what it had stored."""
        await self._able(Restart).restart()

    async def leave(self) -> None:
        """Cancel the requests that are still under way and let kept stations in again, at the end of a scenario."""
        for dispatch in self._dispatches:
            dispatch.cancel()
        await asyncio.gather(*self._dispatches, return_exceptions=True)
        self._stations.clear()
        for station in self._kept_out:
            await self._able(RegistrationControl).set_registration(station, Registration.ACCEPTED)

    def _able(self, ability: type[T]) -> T:
        if not isinstance(self._driver, ability):
            raise DriverError(f"the scenario uses {ability.__name__}, which it does not list in its needs")
        return cast(T, self._driver)

    async def _read(self, reading: Awaitable[T | Unknown]) -> T:
        limit = self._limit + self._patience
        try:
            async with asyncio.timeout(limit):
                found = await reading
        except TimeoutError:
            raise DriverError(f"the driver did not return from reading within {limit:g} s") from None
        if isinstance(found, Unknown):
            raise Inconclusive(found.reason)
        return found


def _told(value: Any) -> Any:
    """Return what a product shows without the members that it shows as null: they tell as little as absent ones."""
    match value:
        case Mapping():
            return {name: _told(member) for name, member in value.items() if member is not None}
        case list() | tuple():
            return [_told(item) for item in value]
    return value

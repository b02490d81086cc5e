"""The central system as a scenario sees it: a driver, and the stations that will see what it does."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol, TypeVar, cast

from harness.csms.abilities import (
    Outcome,
    OutcomeReader,
    Registration,
    RegistrationControl,
    ReservationReader,
    ReservationView,
    Settled,
    StationProvisioning,
    TransactionReader,
    TransactionView,
)
from harness.csms.driver import Attended, Driver, DriverError, Receipt, Refused, Unsupported
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
    ``limit`` bounds, in seconds, how long a driver may take for one request; an attended one keeps to its own.
    The stations ``kept`` are there already and stay: they are never registered, never forgotten, and accepted again at
    the end of a scenario that kept them out.
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
        self._limit = math.inf if isinstance(driver, Attended) else limit
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
                if isinstance(self._driver, Attended):
                    self._driver.arrived(operation)
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
        return await self.ask(OutcomeReader).outcome(receipt, limit)

    def offers(self, ability: type[Any]) -> bool:
        """Return whether the driver has an ability."""
        return isinstance(self._driver, ability)

    def ask(self, ability: type[T]) -> T:
        """Return what the driver can do by an ability, such as ``csms.ask(TaskReader).tasks(station.id)``.

        A request is bounded in time, and what it tells has no members that the product shows as null. Raises
        DriverError for an ability that the driver lacks.
        """
        if not self.offers(ability):
            raise DriverError(f"the scenario uses {ability.__name__}, which it does not list in its needs")
        return cast(T, _Bounded(self._driver, self._limit + self._patience))

    async def transaction(self, station: str, transaction: int | str) -> TransactionView:
        """Return the record of one transaction; raises Inconclusive if there is none."""
        for view in await self.ask(TransactionReader).transactions(station):
            if str(view.id) == str(transaction):
                return view
        raise Inconclusive(f"the central system shows no transaction {transaction} of {station}")

    async def reservation(self, station: str, reservation: int) -> ReservationView:
        """Return the record of one reservation; raises Inconclusive if there is none."""
        for view in await self.ask(ReservationReader).reservations(station):
            if view.id == reservation:
                return view
        raise Inconclusive(f"the central system shows no reservation {reservation} of {station}")

    async def set_registration(self, station: str, registration: Registration) -> None:
        """Decide what the station's next BootNotification is answered."""
        if station in self._kept:
            self._kept_out.add(station)
        await self.ask(RegistrationControl).set_registration(station, registration)

    async def register(self, station: str) -> None:
        """Make a station known to the central system."""
        if station not in self._kept:
            await self.ask(StationProvisioning).provision_station(station)

    async def forget(self, station: str) -> None:
        """Make a station unknown to the central system."""
        if station not in self._kept:
            await self.ask(StationProvisioning).remove_station(station)

    async def leave(self) -> None:
        """Cancel the requests that are still under way and let kept stations in again, at the end of a scenario."""
        for dispatch in self._dispatches:
            dispatch.cancel()
        await asyncio.gather(*self._dispatches, return_exceptions=True)
        self._stations.clear()
        for station in self._kept_out:
            await self.ask(RegistrationControl).set_registration(station, Registration.ACCEPTED)


class _Bounded:
    """A driver whose functions end in time; ``limit`` in seconds."""

    def __init__(self, driver: object, limit: float) -> None:
        self._driver = driver
        self._limit = limit

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        function = getattr(self._driver, name)

        async def asked(*args: Any, **kwargs: Any) -> Any:
            try:
                async with asyncio.timeout(self._limit) as bound:
                    return _shown(await function(*args, **kwargs))
            except TimeoutError as error:
                if not bound.expired():
                    raise
                raise DriverError(f"the driver did not return from {name} within {self._limit:g} s") from error

        return asked


def _shown(answer: Any) -> Any:
    """Return views without the members, in wire spelling, that the product shows as null."""
    if isinstance(answer, list):
        return [_shown(view) for view in answer]
    if is_dataclass(answer) and not isinstance(answer, type):
        return replace(answer, **{one.name: _told(getattr(answer, one.name)) for one in fields(answer)})
    return answer


def _told(value: Any) -> Any:
    """Return a value without members that are null: they tell as little as absent ones."""
    match value:
        case Mapping():
            return {name: _told(member) for name, member in value.items() if member is not None}
        case list() | tuple():
            return [_told(item) for item in value]
    return value

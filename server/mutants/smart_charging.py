"""Mutants that mishandle charging profiles (OCPP 1.6 3.13, 5.5, 5.7, 5.16)."""

from __future__ import annotations

import struct
from asyncio import Future
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any, ClassVar

from ocpp.v16.enums import Action, ChargingProfilePurposeType
from sqlalchemy import Connection, select

from server.core import instants, tables
from server.core.bundle import UnsuitableOperation
from server.core.call_queue import CallFailed, Operation
from server.core.stations import Station
from server.core.validation import Payload
from server.mutants.registry import mutant
from server.v16.core import CoreHandlers
from server.v16.operations import Operations
from server.v16.smart_charging import SmartCharging

_DEFAULT = ChargingProfilePurposeType.tx_default_profile.value

# What an operator enters


@mutant("profile-input-unchecked", "A charging profile is sent as the operator enters it, for whatever connector.")
class _ProfileInputUnchecked(SmartCharging):
    def prepare(self, tx: Connection, station: Station, action: str, payload: Payload) -> Payload:
        return payload


@mutant("profile-form-unchecked", "A charging profile is sent as the operator enters it, even against its schema.")
class _ProfileFormUnchecked(Operations):
    def prepare(self, tx: Connection, station: Station, action: str, payload: Payload) -> Payload:
        return payload if action == Action.set_charging_profile else super().prepare(tx, station, action, payload)


@mutant("profile-transaction-latest", "A TxProfile is sent for the latest transaction, on whatever connector.")
class _ProfileTransactionLatest(SmartCharging):
    def transaction(self, tx: Connection, station: str, connector_id: int, profile: Payload) -> int:
        known = tables.transactions.c
        latest = select(known.id).where(known.station == station, known.active).order_by(known.number.desc())
        id: int = tx.execute(latest.limit(1)).scalar_one()
        return id


@mutant(
    "profile-without-transaction",
    "A TxProfile is sent though no transaction is running on its connector.",
    remarks=True,
)
class _ProfileWithoutTransaction(SmartCharging):
    def prepare_set(self, tx: Connection, station: str, payload: Payload) -> Payload:
        try:
            return super().prepare_set(tx, station, payload)
        except UnsuitableOperation:
            return payload


@mutant("profile-recurrency-unchecked", "A recurrencyKind is sent with a profile that does not recur.", remarks=True)
class _ProfileRecurrencyUnchecked(SmartCharging):
    def prepare_set(self, tx: Connection, station: str, payload: Payload) -> Payload:
        profile = dict(payload["csChargingProfiles"])
        kind = {"recurrencyKind": profile.pop("recurrencyKind")} if "recurrencyKind" in profile else {}
        prepared = super().prepare_set(tx, station, payload | {"csChargingProfiles": profile})
        return prepared | {"csChargingProfiles": prepared["csChargingProfiles"] | kind}


# What a station is asked for


class _Altered(SmartCharging):
    """Alters the CALLs of one action."""

    action: ClassVar[str] = Action.set_charging_profile.value

    def requests(self, tx: Connection, operation: Operation) -> Sequence[Payload]:
        """Return what is sent in place of what was asked for."""
        asked = super().requests(tx, operation)
        return [self.alter(dict(payload)) for payload in asked] if operation.action == self.action else asked

    def alter(self, payload: Payload) -> Payload:
        """Return the payload that is sent in place of another."""
        raise NotImplementedError


class _AlteredProfile(_Altered):
    """Alters the charging profile of a SetChargingProfile."""

    def alter(self, payload: Payload) -> Payload:
        """Return the payload with an altered profile."""
        return payload | {"csChargingProfiles": self.alter_profile(payload["csChargingProfiles"])}

    def alter_profile(self, profile: Payload) -> Payload:
        """Return the profile that is sent in place of another."""
        schedule = profile["chargingSchedule"]
        return profile | {"chargingSchedule": self.alter_schedule(schedule, schedule["chargingSchedulePeriod"])}

    def alter_schedule(self, schedule: Payload, periods: list[Payload]) -> Payload:
        """Return the schedule that is sent in place of another."""
        return schedule | {"chargingSchedulePeriod": self.alter_periods(periods)}

    def alter_periods(self, periods: list[Payload]) -> list[Payload]:
        """Return the periods that are sent in place of others."""
        return [period | {"limit": self.alter_limit(period["limit"])} for period in periods]

    def alter_limit(self, limit: float) -> float:
        """Return the limit that is sent in place of another."""
        return limit


@mutant("profile-connector-shifted", "A charging profile is set on the connector after the one that is meant.")
class _ProfileConnectorShifted(_Altered):
    def alter(self, payload: Payload) -> Payload:
        return payload | {"connectorId": payload["connectorId"] + 1}


@mutant("profile-purpose-default", "Charging profiles of all purposes are sent as default profiles.")
class _ProfilePurposeDefault(_AlteredProfile):
    def alter_profile(self, profile: Payload) -> Payload:
        return profile | {"chargingProfilePurpose": _DEFAULT}


@mutant("profile-id-constant", "All charging profiles have the same id.")
class _ProfileIdConstant(_AlteredProfile):
    def alter_profile(self, profile: Payload) -> Payload:
        return profile | {"chargingProfileId": 1}


@mutant("profile-stack-level-lost", "All charging profiles are sent for stack level 0.")
class _ProfileStackLevelLost(_AlteredProfile):
    def alter_profile(self, profile: Payload) -> Payload:
        return profile | {"stackLevel": 0}


@mutant("profile-transaction-lost", "A charging profile for a transaction does not name it.")
class _ProfileTransactionLost(_AlteredProfile):
    def alter_profile(self, profile: Payload) -> Payload:
        return _without(profile, "transactionId")


@mutant("profile-transaction-mistaken", "A charging profile names an id that belongs to no transaction.")
class _ProfileTransactionMistaken(_AlteredProfile):
    def alter_profile(self, profile: Payload) -> Payload:
        return profile | ({"transactionId": profile["transactionId"] ^ 1} if "transactionId" in profile else {})


@mutant("profile-transaction-invented", "A charging profile that is for no transaction names transaction 0.")
class _ProfileTransactionInvented(_AlteredProfile):
    def alter_profile(self, profile: Payload) -> Payload:
        return {"transactionId": 0} | profile


@mutant("profile-recurrency-invented", "A charging profile that does not recur has a recurrencyKind.")
class _ProfileRecurrencyInvented(_AlteredProfile):
    def alter_profile(self, profile: Payload) -> Payload:
        return {"recurrencyKind": "Daily"} | profile


@mutant("profile-recurrency-lost", "A charging profile that recurs does not say how often.")
class _ProfileRecurrencyLost(_AlteredProfile):
    def alter_profile(self, profile: Payload) -> Payload:
        return _without(profile, "recurrencyKind")


@mutant("profile-validity-lost", "A charging profile leaves validFrom and validTo out.")
class _ProfileValidityLost(_AlteredProfile):
    def alter_profile(self, profile: Payload) -> Payload:
        return _without(profile, "validFrom", "validTo")


@mutant("profile-members-null", "Optional members of a charging profile that were left out are sent as null.")
class _ProfileMembersNull(_AlteredProfile):
    def alter_profile(self, profile: Payload) -> Payload:
        return dict.fromkeys(("transactionId", "recurrencyKind", "validFrom", "validTo")) | profile


@mutant("profile-start-lost", "A charging profile leaves startSchedule out.")
class _ProfileStartLost(_AlteredProfile):
    def alter_schedule(self, schedule: Payload, periods: list[Payload]) -> Payload:
        return _without(schedule, "startSchedule")


@mutant("profile-start-invented", "A charging profile always has a startSchedule.")
class _ProfileStartInvented(_AlteredProfile):
    def alter_schedule(self, schedule: Payload, periods: list[Payload]) -> Payload:
        return {"startSchedule": instants.to_wire(instants.now())} | schedule


@mutant("profile-time-shifted", "The start of a charging profile is sent in local time, marked as UTC.")
class _ProfileTimeShifted(_AlteredProfile):
    def alter_schedule(self, schedule: Payload, periods: list[Payload]) -> Payload:
        if "startSchedule" not in schedule:
            return schedule
        local = instants.parse(schedule["startSchedule"]) + timedelta(hours=2)
        return schedule | {"startSchedule": instants.to_wire(local)}


@mutant("profile-unit-fixed", "All charging profiles are sent in amperes.")
class _ProfileUnitFixed(_AlteredProfile):
    def alter_schedule(self, schedule: Payload, periods: list[Payload]) -> Payload:
        return schedule | {"chargingRateUnit": "A"}


@mutant("profile-periods-reversed", "The periods of a charging profile are sent in the wrong order.")
class _ProfilePeriodsReversed(_AlteredProfile):
    def alter_periods(self, periods: list[Payload]) -> list[Payload]:
        return periods[::-1]


@mutant("profile-periods-shifted", "The periods of a charging profile begin with second 1.")
class _ProfilePeriodsShifted(_AlteredProfile):
    def alter_periods(self, periods: list[Payload]) -> list[Payload]:
        return [period | {"startPeriod": period["startPeriod"] + 1} for period in periods]


@mutant("profile-periods-lost", "Of the periods of a charging profile only the first is sent.")
class _ProfilePeriodsLost(_AlteredProfile):
    def alter_periods(self, periods: list[Payload]) -> list[Payload]:
        return periods[:1]


@mutant("profile-phases-lost", "The periods of a charging profile leave numberPhases out.")
class _ProfilePhasesLost(_AlteredProfile):
    def alter_periods(self, periods: list[Payload]) -> list[Payload]:
        return [_without(period, "numberPhases") for period in periods]


@mutant("profile-limit-inexact", "The limits of a charging profile are sent with more than one decimal.")
class _ProfileLimitInexact(_AlteredProfile):
    def alter_limit(self, limit: float) -> float:
        return limit + 0.01


@mutant("profile-limit-single", "The limits of a charging profile go through a number of single precision.")
class _ProfileLimitSingle(_AlteredProfile):
    def alter_limit(self, limit: float) -> float:
        single: float = struct.unpack("f", struct.pack("f", limit))[0]
        return single


@mutant("profile-limit-integer", "The limits of a charging profile are sent as whole numbers.")
class _ProfileLimitInteger(_AlteredProfile):
    def alter_limit(self, limit: float) -> float:
        return int(limit)


# Profiles for a transaction that begins


class _Unasked(CoreHandlers):
    """Sends a charging profile of its own for every transaction."""

    def send_profile(self, station: Station, payload: Payload, conf: Payload) -> Future[Payload]:
        """Send a profile for a transaction, and return the future of the answer."""
        assert station.session is not None, "it has just sent a StartTransaction"
        period = {"startPeriod": 0, "limit": 16.0}
        profile = {
            "chargingProfileId": 1,
            "transactionId": conf["transactionId"],
            "stackLevel": 0,
            "chargingProfilePurpose": ChargingProfilePurposeType.tx_profile.value,
            "chargingProfileKind": "Relative",
            "chargingSchedule": {"chargingRateUnit": "A", "chargingSchedulePeriod": [period]},
        }
        request = {"connectorId": payload["connectorId"], "csChargingProfiles": profile}
        return station.session.call(Action.set_charging_profile.value, request)


@mutant("profile-before-start-conf", "A charging profile for a transaction is sent before its start is confirmed.")
class _ProfileBeforeStartConf(_Unasked):
    async def start_transaction(self, station: Station, payload: Payload) -> Payload:
        conf = await super().start_transaction(station, payload)
        self.send_profile(station, payload, conf).add_done_callback(_ignore)
        return conf


@mutant("start-held-for-profile", "The start of a transaction is not confirmed before a charging profile is set.")
class _StartHeldForProfile(_Unasked):
    async def start_transaction(self, station: Station, payload: Payload) -> Payload:
        conf = await super().start_transaction(station, payload)
        with suppress(CallFailed):
            await self.send_profile(station, payload, conf)
        return conf


# Profiles in a remote start


class _AlteredStart(_Altered):
    """Alters the charging profile of a RemoteStartTransaction."""

    action = Action.remote_start_transaction.value
    changes: ClassVar[Mapping[str, Any]]

    def alter(self, payload: Payload) -> Payload:
        """Return the remote start with other members in its profile."""
        profile = payload.get("chargingProfile")
        return payload | ({"chargingProfile": profile | self.changes} if profile else {})


@mutant("remote-start-profile-lost", "RemoteStartTransaction leaves the charging profile out.")
class _RemoteStartProfileLost(_AlteredStart):
    def alter(self, payload: Payload) -> Payload:
        return _without(payload, "chargingProfile")


@mutant("remote-start-profile-default", "The charging profile of a RemoteStartTransaction is a default profile.")
class _RemoteStartProfileDefault(_AlteredStart):
    changes: ClassVar[Mapping[str, Any]] = {"chargingProfilePurpose": _DEFAULT}


@mutant("remote-start-profile-bound", "The charging profile of a RemoteStartTransaction names a transaction.")
class _RemoteStartProfileBound(_AlteredStart):
    changes: ClassVar[Mapping[str, Any]] = {"transactionId": 0}


# Clearing


class _AlteredClear(_Altered):
    action = Action.clear_charging_profile.value


@mutant("clear-profile-id-mistaken", "ClearChargingProfile names another id than that of the profile.")
class _ClearProfileIdMistaken(_AlteredClear):
    def alter(self, payload: Payload) -> Payload:
        return payload | ({"id": payload["id"] + 1} if "id" in payload else {})


@mutant("clear-profile-criteria-lost", "ClearChargingProfile leaves all criteria out.")
class _ClearProfileCriteriaLost(_AlteredClear):
    def alter(self, payload: Payload) -> Payload:
        return _without(payload, "connectorId", "chargingProfilePurpose", "stackLevel")


@mutant("clear-profile-zero-lost", "ClearChargingProfile leaves out the members that are 0.")
class _ClearProfileZeroLost(_AlteredClear):
    def alter(self, payload: Payload) -> Payload:
        return {name: value for name, value in payload.items() if value}


@mutant("clear-profile-all-narrowed", "A ClearChargingProfile for all profiles is sent for connector 0.")
class _ClearProfileAllNarrowed(_AlteredClear):
    def alter(self, payload: Payload) -> Payload:
        return payload or {"connectorId": 0}


# Composite schedules


class _AlteredComposite(_Altered):
    action = Action.get_composite_schedule.value


@mutant("composite-schedule-connector-shifted", "GetCompositeSchedule names the connector after the one meant.")
class _CompositeScheduleConnectorShifted(_AlteredComposite):
    def alter(self, payload: Payload) -> Payload:
        return payload | {"connectorId": payload["connectorId"] + 1}


@mutant("composite-schedule-duration-minutes", "GetCompositeSchedule gives its duration in minutes.")
class _CompositeScheduleDurationMinutes(_AlteredComposite):
    def alter(self, payload: Payload) -> Payload:
        return payload | {"duration": payload["duration"] // 60}


@mutant("composite-schedule-unit-lost", "GetCompositeSchedule leaves out the unit that was chosen.")
class _CompositeScheduleUnitLost(_AlteredComposite):
    def alter(self, payload: Payload) -> Payload:
        return _without(payload, "chargingRateUnit")


# Answers


@mutant("composite-schedule-cut-short", "Of a composite schedule only the first period is shown.")
class _CompositeScheduleCutShort(Operations):
    def merge(self, answers: Sequence[Payload]) -> Payload:
        merged = super().merge(answers)
        if (schedule := merged.get("chargingSchedule")) is None:
            return merged
        return merged | {
            "chargingSchedule": schedule | {"chargingSchedulePeriod": schedule["chargingSchedulePeriod"][:1]}
        }


def _without(members: Payload, *names: str) -> Payload:
    return {name: value for name, value in members.items() if name not in names}


def _ignore(answer: Future[Payload]) -> None:
    """Take an answer that nobody waits for, so that asyncio does not report it as lost."""
    if not answer.cancelled():
        answer.exception()

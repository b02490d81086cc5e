"""Mutants that mishandle charging profiles (OCPP 1.6 3.13, 5.5, 5.7, 5.16)."""

from __future__ import annotations

import struct
from asyncio import Future
from collections.abc import Sequence
from contextlib import suppress
from functools import partial

from ocpp.messages import Call
from ocpp.v16.enums import Action, ChargingProfilePurposeType
from sqlalchemy import Connection, select

from server.core import instants
from server.core.bundle import Handler, UnsuitableOperation
from server.core.links import CallFailed
from server.core.session import Session
from server.core.stations import Station
from server.core.validation import Payload
from server.mutants.registry import mutant
from server.mutants.rows import Change, Row, alters, drop, fill, put, shifted, turn, within
from server.mutants.v16 import request
from server.v16 import tables
from server.v16.operations import Operations
from server.v16.smart_charging import SmartCharging

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

_DEFAULT = put(chargingProfilePurpose="TxDefaultProfile")


def _profile(how: Change) -> Change:
    return within("csChargingProfiles", how=how)


def _schedule(how: Change) -> Change:
    return within("csChargingProfiles", "chargingSchedule", how=how)


def _periods(how: Change) -> Change:
    return within("csChargingProfiles", "chargingSchedule", "chargingSchedulePeriod", how=how)


def _single(number: float) -> float:
    single: float = struct.unpack("f", struct.pack("f", number))[0]
    return single


def _begun_now(schedule: Payload) -> Payload:
    return {"startSchedule": instants.to_wire(instants.now()), **schedule}


alters(request("SetChargingProfile"),
    Row("profile-connector-shifted", "A charging profile is set on the connector after the one that is meant.",
        turn(connectorId=lambda number: number + 1)),
    Row("profile-purpose-default", "Charging profiles of all purposes are sent as default profiles.",
        _profile(_DEFAULT)),
    Row("profile-id-constant", "All charging profiles have the same id.", _profile(put(chargingProfileId=1))),
    Row("profile-stack-level-lost", "All charging profiles are sent for stack level 0.", _profile(put(stackLevel=0))),
    Row("profile-transaction-lost", "A charging profile for a transaction does not name it.",
        _profile(drop("transactionId"))),
    Row("profile-transaction-mistaken", "A charging profile names an id that belongs to no transaction.",
        _profile(turn(transactionId=lambda number: number ^ 1))),
    Row("profile-transaction-invented", "A charging profile that is for no transaction names transaction 0.",
        _profile(fill(transactionId=0))),
    Row("profile-recurrency-invented", "A charging profile that does not recur has a recurrencyKind.",
        _profile(fill(recurrencyKind="Daily"))),
    Row("profile-recurrency-lost", "A charging profile that recurs does not say how often.",
        _profile(drop("recurrencyKind"))),
    Row("profile-validity-lost", "A charging profile leaves validFrom and validTo out.",
        _profile(drop("validFrom", "validTo"))),
    Row("profile-members-null", "Optional members of a charging profile that were left out are sent as null.",
        _profile(fill(transactionId=None, recurrencyKind=None, validFrom=None, validTo=None))),
    Row("profile-start-lost", "A charging profile leaves startSchedule out.", _schedule(drop("startSchedule"))),
    Row("profile-start-invented", "A charging profile always has a startSchedule.", _schedule(_begun_now)),
    Row("profile-time-shifted", "The start of a charging profile is sent in local time, marked as UTC.",
        _schedule(turn(startSchedule=shifted(hours=2)))),
    Row("profile-unit-fixed", "All charging profiles are sent in amperes.", _schedule(put(chargingRateUnit="A"))),
    Row("profile-periods-reversed", "The periods of a charging profile are sent in the wrong order.",
        _schedule(turn(chargingSchedulePeriod=lambda periods: periods[::-1]))),
    Row("profile-periods-lost", "Of the periods of a charging profile only the first is sent.",
        _schedule(turn(chargingSchedulePeriod=lambda periods: periods[:1]))),
    Row("profile-periods-shifted", "The periods of a charging profile begin with second 1.",
        _periods(turn(startPeriod=lambda second: second + 1))),
    Row("profile-phases-lost", "The periods of a charging profile leave numberPhases out.",
        _periods(drop("numberPhases"))),
    Row("profile-limit-inexact", "The limits of a charging profile are sent with more than one decimal.",
        _periods(turn(limit=lambda limit: limit + 0.01))),
    Row("profile-limit-single", "The limits of a charging profile go through a number of single precision.",
        _periods(turn(limit=_single))),
    Row("profile-limit-integer", "The limits of a charging profile are sent as whole numbers.",
        _periods(turn(limit=int))),
)  # fmt: skip

alters(request("RemoteStartTransaction"),
    Row("remote-start-profile-lost", "RemoteStartTransaction leaves the charging profile out.",
        drop("chargingProfile")),
    Row("remote-start-profile-default", "The charging profile of a RemoteStartTransaction is a default profile.",
        within("chargingProfile", how=_DEFAULT)),
    Row("remote-start-profile-bound", "The charging profile of a RemoteStartTransaction names a transaction.",
        within("chargingProfile", how=put(transactionId=0))),
)  # fmt: skip

alters(request("ClearChargingProfile"),
    Row("clear-profile-id-mistaken", "ClearChargingProfile names another id than that of the profile.",
        turn(id=lambda number: number + 1)),
    Row("clear-profile-criteria-lost", "ClearChargingProfile leaves all criteria out.",
        drop("connectorId", "chargingProfilePurpose", "stackLevel")),
    Row("clear-profile-zero-lost", "ClearChargingProfile leaves out the members that are 0.",
        lambda payload: {name: value for name, value in payload.items() if value}),
    Row("clear-profile-all-narrowed", "A ClearChargingProfile for all profiles is sent for connector 0.",
        lambda payload: payload or {"connectorId": 0}),
)  # fmt: skip

alters(request("GetCompositeSchedule"),
    Row("composite-schedule-connector-shifted", "GetCompositeSchedule names the connector after the one meant.",
        turn(connectorId=lambda number: number + 1)),
    Row("composite-schedule-duration-minutes", "GetCompositeSchedule gives its duration in minutes.",
        turn(duration=lambda seconds: seconds // 60)),
    Row("composite-schedule-unit-lost", "GetCompositeSchedule leaves out the unit that was chosen.",
        drop("chargingRateUnit")),
)  # fmt: skip

# Profiles for a transaction that begins


class _Unasked(Session):
    """Sends a charging profile of its own for every transaction."""

    def send_profile(self, payload: Payload, conf: Payload) -> Future[Payload]:
        """Send a profile for a transaction, and return the future of the answer."""
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
        return self.call(Action.set_charging_profile.value, request)


@mutant("profile-before-start-conf", "A charging profile for a transaction is sent before its start is confirmed.")
class _ProfileBeforeStartConf(_Unasked):
    def answer(self, call: Call, payload: Payload, began: float) -> None:
        if call.action == Action.start_transaction:
            self.send_profile(call.payload, payload).add_done_callback(_ignore)
        super().answer(call, payload, began)


@mutant("start-held-for-profile", "The start of a transaction is not confirmed before a charging profile is set.")
class _StartHeldForProfile(_Unasked):
    def route(self, action: str) -> Handler:
        handler = super().route(action)
        return partial(self.held, handler) if action == Action.start_transaction else handler

    async def held(self, handler: Handler, station: Station, payload: Payload) -> Payload:
        """Book a start, and return its answer once the station has answered a profile for it."""
        answer = handler(station, payload)
        conf = answer if isinstance(answer, dict) else await answer
        with suppress(CallFailed):
            await self.send_profile(payload, conf)
        return conf


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


def _ignore(answer: Future[Payload]) -> None:
    """Take an answer that nobody waits for, so that asyncio does not report it as lost."""
    if not answer.cancelled():
        answer.exception()

"""BootNotification: OCPP 1.6 section 4.2."""

from datetime import UTC, datetime
from typing import Any

from harness.judgement import seconds_off
from harness.ocppj import Call
from harness.scenario import scenario
from harness.verdict import POLICY, SHOULD, Checks
from scenarios.stage.population import Tags
from scenarios.v16.service import back_in_service
from simulators.v16 import ChargePoint

CONF = "OCPP 1.6 6.4"


@scenario(
    "v16.core.boot.cold-boot",
    spec=["OCPP 1.6 4.2", "OCPP 1.6 4.6", "OCPP 1.6 4.9"],
    octt=["TC_001_CSMS"],
    requirements=["CORE-4.2-f", "CORE-4.9-a", "CORE-4.6-a"],
    mutants=["boot-pending", "status-connector-zero-refused"],
    smoke=True,
)
async def test_cold_boot_is_accepted(station: ChargePoint, check: Checks) -> None:
    """A registered station is accepted at its first boot, and its statuses and heartbeats are answered."""
    await back_in_service(station, check)
    for _ in range(2):
        check.equal(sorted((await station.heartbeat()).payload), ["currentTime"], clause="OCPP 1.6 6.30")


@scenario(
    "v16.core.boot.answer",
    spec=["OCPP 1.6 4.2", CONF],
    requirements=["CORE-4.2-a"],
    mutants=["boot-time-missing", "boot-with-registration", "nothing-answered"],
)
async def test_boot_answer_is_complete(station: ChargePoint, check: Checks) -> None:
    """A BootNotification with the mandatory members is answered status, currentTime and interval, nothing else."""
    await station.connect()

    boot = await station.call("BootNotification", {"chargePointVendor": "plugfest", "chargePointModel": "bare"})

    check.equal(sorted(boot.payload), ["currentTime", "interval", "status"], clause=CONF)


@scenario(
    "v16.core.boot.answered-first",
    spec=["OCPP 1.6 4.2"],
    mutants=["call-before-boot-answered"],
)
async def test_boot_is_answered_first(station: ChargePoint, check: Checks) -> None:
    """No CALL comes before the answer to the BootNotification; the text allows it, but stations loop over it."""
    await station.connect()

    boot = await station.call("BootNotification", station.identity)

    earlier = station.received()[: station.received().index(boot.entry)]
    early = [entry.label() for entry in earlier if isinstance(entry.frame, Call)]
    check.equal(early, [], clause="OCPP 1.6 4.2", level=SHOULD, axis=POLICY)


@scenario(
    "v16.core.boot.interval",
    octt=["TC_001_CSMS"],
    spec=[CONF, "OCPP-J 1.6 errata 2.3"],
    requirements=["CORE-4.2-b", "CORE-4.2-d"],
    mutants=["boot-interval-negative", "boot-interval-fractional"],
)
async def test_boot_answer_has_a_usable_interval(station: ChargePoint, check: Checks) -> None:
    """The interval told to an accepted station is a whole number of seconds that serves as heartbeat period."""
    interval: Any = (await station.ready()).payload.get("interval")

    if not check.that(type(interval) is int, "an integer interval", observed=interval, clause="OCPP-J 1.6 errata 2.3"):
        return
    check.that(interval >= 0, "an interval of 0 or more", observed=interval, clause=CONF)
    usable = 1 <= interval <= 86_400
    check.that(usable, "an interval of 1 s to 1 day", observed=interval, clause="OCPP 1.6 4.2", level=SHOULD)


@scenario(
    "v16.core.boot.current-time",
    spec=[CONF],
    requirements=["CORE-4.2-c"],
    mutants=["clock-hour-behind", "clock-local"],
)
async def test_boot_answer_tells_the_time(station: ChargePoint, check: Checks) -> None:
    """The currentTime of BootNotification.conf is the present time."""
    told = (await station.ready()).payload.get("currentTime")

    off = seconds_off(told, datetime.now(UTC))
    check.close(off, 0, within=60, clause=CONF)
    check.close(off, 0, within=5, clause=CONF, level=SHOULD)


@scenario(
    "v16.core.boot.full-members",
    spec=["OCPP 1.6 6.3"],
    requirements=["CORE-4.2-e"],
    mutants=["boot-long-firmware-refused"],
)
async def test_every_boot_member_at_its_longest(station: ChargePoint, check: Checks) -> None:
    """A BootNotification with every optional member at its greatest length is accepted."""
    lengths = {"chargePointVendor": 20, "chargePointModel": 20, "chargePointSerialNumber": 25, "iccid": 20, "imsi": 20}
    lengths |= {"chargeBoxSerialNumber": 25, "firmwareVersion": 50, "meterType": 25, "meterSerialNumber": 25}
    await station.connect()

    boot = await station.call("BootNotification", {name: "X" * length for name, length in lengths.items()})

    check.equal(boot.payload.get("status"), "Accepted", clause="OCPP 1.6 6.3")


@scenario(
    "v16.core.boot.unknown-vendor",
    spec=["OCPP 1.6 6.3"],
    requirements=["CORE-4.2-e"],
    mutants=["boot-vendor-refused"],
)
async def test_unknown_vendor_and_model(station: ChargePoint, check: Checks) -> None:
    """A vendor and a model that nobody has heard of do not keep a registered station out."""
    await station.connect()

    boot = await station.call("BootNotification", {"chargePointVendor": "Zzyzx & Sons", "chargePointModel": "#7/b"})

    check.equal(boot.payload.get("status"), "Accepted", clause="OCPP 1.6 6.3")


@scenario(
    "v16.core.boot.again",
    spec=["OCPP 1.6 4.2", "OCPP-J 1.6 5.4"],
    requirements=["CORE-4.2-f"],
    mutants=["repeated-boot-pending"],
)
async def test_accepted_station_boots_again(station: ChargePoint, check: Checks) -> None:
    """A station that was accepted before is accepted again, with a changed firmware too."""
    await station.ready(firmwareVersion="1.0")
    await station.reboot()

    boot = await station.boot(firmwareVersion="1.1")

    check.equal(boot.payload.get("status"), "Accepted", clause="OCPP 1.6 4.2")


@scenario(
    "v16.core.boot.after-power-loss",
    spec=["OCPP 1.6 4.2", "OCPP 1.6 4.10"],
    octt=["TC_032_1_CSMS"],
    requirements=["CORE-4.2-o"],
    mutants=["repeated-boot-pending", "stop-by-power-loss-refused", "stop-after-boot-refused"],
)
async def test_power_loss_during_a_transaction(station: ChargePoint, tags: Tags, check: Checks) -> None:
    """A station that lost power while charging boots, reports its connectors and ends the transaction."""
    transaction = await station.charging(await tags.accepted())
    await station.reboot()

    boot = await station.call("BootNotification", station.identity)
    check.equal(boot.payload.get("status"), "Accepted", clause="OCPP 1.6 4.2")
    for connector, status in ((0, "Available"), (1, "Finishing"), (2, "Available")):
        check.equal((await station.status(connector, status)).payload, {}, clause="OCPP 1.6 6.48")
    stop = await station.stop_transaction(transaction.id, reason="PowerLoss")
    check.that(set(stop.payload) <= {"idTagInfo"}, "nothing but idTagInfo", observed=str(stop), clause="OCPP 1.6 6.50")

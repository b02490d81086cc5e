"""SetNetworkProfile: OCPP 2.0.1 B09."""

from harness.csms.console import Csms
from harness.csms.v201 import SetNetworkProfile
from harness.scenario import Member, family
from harness.verdict import Checks
from scenarios.v201.ordered import ordered
from simulators.v201 import ChargingStation

CONNECTION = {
    "ocppVersion": "OCPP20",
    "ocppTransport": "JSON",
    "ocppCsmsUrl": "wss://csms.example/ocpp",
    "messageTimeout": 30,
    "securityProfile": 2,
    "ocppInterface": "Wired0",
}


@family(
    Member(
        id=f"v201.provisioning.network-profile.{name}",
        title=f"A network connection profile reaches its slot of the station, which answers {status}.",
        case=status,
        spec=[f"OCPP 2.0.1 {requirement}"],
        octt=octt,
        needs=[SetNetworkProfile],
        mutants=mutants,
    )
    for name, status, requirement, octt, mutants in (
        ("accepted", "Accepted", "B09.FR.01", ["TC_B_42_CSMS"], ["network-slot-shifted", "network-profile-downgraded"]),
        ("failed", "Failed", "B09.FR.03", ["TC_B_44_CSMS"], ["network-slot-shifted", "failed-profile-closes"]),
        ("rejected", "Rejected", "B09.FR.02", [], ["network-slot-shifted"]),
    )
)
async def test_network_profile(station: ChargingStation, csms: Csms, check: Checks, case: str) -> None:
    """The operator writes a profile into a slot; the CSMS goes on whatever the station answers."""
    await station.ready()

    order = SetNetworkProfile(station=station.id, configuration_slot=3, connection_data=CONNECTION)
    call = await ordered(station, csms, order, check, clause="OCPP 2.0.1 B09.FR.01")
    await call.answer(status=case)
    await station.heartbeat()

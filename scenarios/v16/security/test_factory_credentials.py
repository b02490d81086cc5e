"""Stations with the credentials of their factory: security white paper A00.FR.406, A00.FR.805, A00.FR.806."""

from harness.csms import ClientCertificate, Operation, Registration, RegistrationControl, SecureHosting
from harness.csms.console import Csms
from harness.csms.v16 import ChangeConfiguration, ExtendedTriggerMessage
from harness.scenario import scenario
from harness.verdict import POLICY, SHOULD, Checks
from scenarios.stage.population import SecureStations
from scenarios.v16.security.admission import PAPER, gist
from scenarios.v16.security.signing import CHAIN, SIGNS, check_leaf
from simulators.certificates import StationKey, from_pem
from simulators.v16 import ChargePoint

HELD = f"{PAPER} A00.FR.406, A00.FR.805"
RENEWED = f"{PAPER} A00.FR.806"


async def _pending(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """Have the station held back at its first boot."""
    await csms.set_registration(station.id, Registration.PENDING)
    status = (await station.boot(chargePointSerialNumber=station.id)).payload.get("status")
    check.equal(status, "Pending", clause=HELD, level=SHOULD, axis=POLICY)


async def _ordered(station: ChargePoint, csms: Csms, order: Operation) -> None:
    """Have a station that is held back sent something, and accept."""
    await csms.perform(order)
    await (await station.next_call(order.action(), level=SHOULD)).answer(status="Accepted")


async def _accepted(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """Check that the station gets in with its new credentials, and is accepted."""
    await csms.set_registration(station.id, Registration.ACCEPTED)
    check.equal(gist(await station.knock()), "101", clause=RENEWED, level=SHOULD, axis=POLICY)
    status = (await station.boot()).payload.get("status")
    check.equal(status, "Accepted", clause=RENEWED, level=SHOULD, axis=POLICY)


@scenario(
    "v16.security.factory-credentials.password",
    spec=[HELD, RENEWED],
    requirements=["SEC-A00.406"],
    needs=[SecureHosting, RegistrationControl, ChangeConfiguration],
)
async def test_password_is_renewed_while_pending(secure: SecureStations, csms: Csms, check: Checks) -> None:
    """A station that is held Pending gets a new password, and is accepted when it comes back with it."""
    station = await secure.station(1)
    await _pending(station, csms, check)

    password = bytes(range(100, 120))
    await _ordered(station, csms, ChangeConfiguration(station=station.id, key="AuthorizationKey", value=password.hex()))
    await station.disconnect()
    station.password = password
    await _accepted(station, csms, check)


@scenario(
    "v16.security.factory-credentials.certificate",
    spec=[HELD, RENEWED],
    requirements=["SEC-A00.406"],
    needs=[SIGNS, SecureHosting, RegistrationControl, ExtendedTriggerMessage],
)
async def test_certificate_is_renewed_while_pending(secure: SecureStations, csms: Csms, check: Checks) -> None:
    """A station that is held Pending is asked for a request, and is accepted with the certificate that it then gets."""
    station, key = await secure.station(3), StationKey.ecdsa()
    await _pending(station, csms, check)

    order = ExtendedTriggerMessage(station=station.id, requested_message="SignChargePointCertificate")
    await _ordered(station, csms, order)
    station.expect("CertificateSigned")
    outcome = await station.attempt("SignCertificate", {"csr": key.request(station.id, secure.organisation)})
    check.equal(outcome.kind, "CALLRESULT", clause=HELD, level=SHOULD, axis=POLICY)
    signed = await station.next_call("CertificateSigned", level=SHOULD)
    chain = str(signed.payload.get("certificateChain"))
    check_leaf(check, from_pem(chain, clause=CHAIN)[0], key, station.id)
    await signed.answer(status="Accepted")
    await station.disconnect()
    station.endpoint = await secure.endpoint(3, certificate=ClientCertificate(chain=chain, key=key.pem))
    await _accepted(station, csms, check)

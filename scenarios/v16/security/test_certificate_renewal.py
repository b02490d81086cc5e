"""The renewal of a client certificate on demand of the central system: security white paper A02."""

from harness.csms import ClientCertificate, OutcomeReader, SecureHosting
from harness.csms.console import Csms
from harness.csms.v16 import ExtendedTriggerMessage
from harness.scenario import scenario
from harness.verdict import SHOULD, Checks
from scenarios.stage.orders import delivered
from scenarios.stage.population import SecureStations
from scenarios.v16.security.admission import PAPER, admitted, served
from scenarios.v16.security.signing import CHAIN, SIGNS, TRIGGER, check_leaf, requested, triggered
from simulators.certificates import StationKey, from_pem
from simulators.v16 import ChargePoint, now

REJECTION = f"{PAPER} A02.FR.07"


@scenario(
    "v16.security.certificate-renewal.on-demand",
    spec=[TRIGGER, CHAIN],
    octt=["TC_074_CSMS"],
    requirements=["SEC-A02.trig", "SEC-A02.flow", "SEC-A02.11"],
    needs=[SIGNS, SecureHosting, ExtendedTriggerMessage],
    mutants=[
        "extended-trigger-with-connector",
        "certificate-signed-by-nobody",
        "certificate-for-another-key",
        "certificate-valid-for-a-minute",
        "certificate-signed-with-pss",
    ],
)
async def test_new_certificate_is_used(secure: SecureStations, csms: Csms, check: Checks) -> None:
    """A station that is asked to renew its certificate gets one, and gets in with it."""
    station = await secure.station(3)
    for key in (StationKey.ecdsa(), StationKey.rsa()):
        await station.ready(chargePointSerialNumber=station.id)

        await triggered(station, csms, check)
        signed = await requested(station, check, key.request(station.id, secure.organisation))
        chain = str(signed.payload.get("certificateChain"))
        check_leaf(check, from_pem(chain, clause=CHAIN)[0], key, station.id)
        check.that("\r" not in chain, "lines that end with LF", clause=CHAIN, level=SHOULD)
        await signed.answer(status="Accepted")

        await station.disconnect()
        station.endpoint = await secure.endpoint(3, certificate=ClientCertificate(chain=chain, key=key.pem))
        await served(station, check, clause=CHAIN)


@scenario(
    "v16.security.certificate-renewal.rejected",
    spec=[TRIGGER, REJECTION],
    octt=["TC_077_CSMS"],
    requirements=["SEC-A02.07", "SEC-A04.03"],
    needs=[SIGNS, SecureHosting, ExtendedTriggerMessage],
    mutants=[
        "certificate-sent-again",
        "extended-trigger-with-connector",
        "certificate-never-sent",
        "security-event-answer-filled",
    ],
)
async def test_rejected_certificate_is_reported(secure: SecureStations, csms: Csms, check: Checks) -> None:
    """A station that rejects its new certificate reports that, is not sent it again, and gets in with the old one."""
    station, key = await secure.station(3), StationKey.ecdsa()
    await station.ready(chargePointSerialNumber=station.id)

    await triggered(station, csms, check)
    signed = await requested(station, check, key.request(station.id, secure.organisation))
    check_leaf(check, from_pem(signed.payload.get("certificateChain"), clause=CHAIN)[0], key, station.id)
    await signed.answer(status="Rejected")
    event = {"type": "InvalidChargePointCertificate", "timestamp": now()}
    check.equal((await station.call("SecurityEventNotification", event)).payload, {}, clause=f"{PAPER} 5.16")
    await station.status(0, "Available")

    await station.disconnect()
    await admitted(station, check, clause=REJECTION)
    await station.boot()
    await station.probe()
    sent = [entry.label() for entry in station.received() if entry.label() == "CALL CertificateSigned"]
    check.equal(len(sent), 1, clause=REJECTION, level=SHOULD)


@scenario(
    "v16.security.certificate-renewal.declined",
    spec=[TRIGGER],
    requirements=["SEC-A02.trig"],
    needs=[ExtendedTriggerMessage, OutcomeReader],
    mutants=["extended-trigger-with-connector", "unsuccessful-answer-closes", "unsuccessful-answer-blocks"],
)
async def test_declined_renewal_changes_nothing(station: ChargePoint, csms: Csms, check: Checks) -> None:
    """A station that rejects the request to renew its certificate, or cannot do so, is served on."""
    await station.ready()

    for status in ("Rejected", "NotImplemented"):
        order = ExtendedTriggerMessage(station=station.id, requested_message="SignChargePointCertificate")
        payload = (await delivered(station, csms, order, status=status)).payload
        check.equal(payload, {"requestedMessage": "SignChargePointCertificate"}, clause=TRIGGER)
        await station.heartbeat()

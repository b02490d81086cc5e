"""Authorize: OCPP 1.6 sections 4.1 and 7.2."""

from datetime import UTC, datetime, timedelta

from harness.csms import TagProvisioning
from harness.judgement import seconds_off
from harness.scenario import scenario
from harness.verdict import POLICY, SHOULD, Checks
from scenarios.stage.population import Tags, fresh_tag
from simulators.v16 import ChargePoint, tag_info, tag_status

STATUS = "OCPP 1.6 7.2"
INFO = "OCPP 1.6 7.27"


@scenario(
    "v16.core.authorize.accepted",
    spec=["OCPP 1.6 4.1", "OCPP 1.6 6.2"],
    requirements=["CORE-4.1-a"],
    mutants=["tag-valid-refused", "authorize-with-user"],
    smoke=True,
)
async def test_valid_tag_is_accepted(station: ChargePoint, tags: Tags, check: Checks) -> None:
    """Authorize of a valid idTag is answered Accepted, in idTagInfo and nothing else."""
    await station.ready()

    answer = await station.authorize(await tags.accepted())

    check.equal(tag_status(answer), "Accepted", clause=STATUS)
    check.equal(sorted(answer.payload), ["idTagInfo"], clause="OCPP 1.6 6.2")


@scenario(
    "v16.core.authorize.unknown",
    spec=["OCPP 1.6 4.1", STATUS],
    octt=["TC_023_1_CSMS"],
    requirements=["CORE-4.1-b"],
    mutants=["tag-unknown-accepted", "tag-unknown-blocked"],
    smoke=True,
)
async def test_unknown_tag_is_invalid(station: ChargePoint, tags: Tags, check: Checks) -> None:
    """Authorize of an idTag that nobody knows is answered Invalid."""
    await station.ready()

    check.equal(tag_status(await station.authorize(tags.invalid())), "Invalid", clause=STATUS)


@scenario(
    "v16.core.authorize.blocked",
    spec=["OCPP 1.6 4.1", STATUS],
    octt=["TC_023_3_CSMS"],
    requirements=["CORE-4.1-c"],
    mutants=["tag-blocked-invalid", "tag-blocked-accepted"],
)
async def test_blocked_tag_is_blocked(station: ChargePoint, tags: Tags, check: Checks) -> None:
    """Authorize of a blocked idTag is answered Blocked."""
    await station.ready()

    status = tag_status(await station.authorize(await tags.blocked()))

    check.graded(status, good=["Blocked"], tolerable=["Invalid"], clause=STATUS)


@scenario(
    "v16.core.authorize.expired",
    spec=["OCPP 1.6 4.1", STATUS],
    octt=["TC_023_2_CSMS"],
    requirements=["CORE-4.1-d"],
    mutants=["tag-expired-invalid", "tag-expired-accepted"],
)
async def test_expired_tag_is_expired(station: ChargePoint, tags: Tags, check: Checks) -> None:
    """Authorize of an expired idTag is answered Expired."""
    await station.ready()

    status = tag_status(await station.authorize(await tags.expired()))

    check.graded(status, good=["Expired"], tolerable=["Invalid"], clause=STATUS)


@scenario(
    "v16.core.authorize.expiry-date-passed",
    spec=["OCPP 1.6 4.1", STATUS, INFO],
    requirements=["CORE-4.1-d"],
    needs=[TagProvisioning],
    mutants=["tag-expiry-ignored"],
)
async def test_tag_expires_on_its_date(station: ChargePoint, tags: Tags, check: Checks) -> None:
    """An idTag whose expiry lies ahead is answered Accepted, and Expired once that has passed."""
    await station.ready()

    tag = await tags.accepted(expires=datetime.now(UTC) + timedelta(hours=1))
    check.equal(tag_status(await station.authorize(tag)), "Accepted", clause=STATUS)

    await tags.accepted(tag, expires=datetime.now(UTC) - timedelta(hours=1))
    status = tag_status(await station.authorize(tag))
    check.graded(status, good=["Expired"], tolerable=["Invalid"], clause=STATUS)


@scenario(
    "v16.core.authorize.expiry-date-told",
    spec=[INFO],
    requirements=["CORE-4.1-f"],
    needs=[TagProvisioning],
)
async def test_told_expiry_lies_ahead(station: ChargePoint, tags: Tags, check: Checks) -> None:
    """The expiryDate of an accepted idTag, where it is told, lies in the future."""
    await station.ready()

    answer = await station.authorize(await tags.accepted(expires=datetime.now(UTC) + timedelta(days=1)))

    check.equal(tag_status(answer), "Accepted", clause=STATUS, level=SHOULD)
    if (expiry := tag_info(answer).get("expiryDate")) is not None:
        ahead = seconds_off(expiry, datetime.now(UTC)) > 0
        check.that(ahead, "an expiryDate ahead", observed=expiry, clause=INFO, level=SHOULD)


@scenario(
    "v16.core.authorize.parent-group",
    spec=["OCPP 1.6 3.10", INFO],
    requirements=["CORE-4.1-e"],
)
async def test_group_shares_one_parent(station: ChargePoint, tags: Tags, check: Checks) -> None:
    """The parentIdTag, where it is told, is the same for two idTags of one group."""
    await station.ready()

    family = await tags.family()
    parents = [tag_info(await station.authorize(tag)).get("parentIdTag") for tag in family]

    same = str(parents[0]).casefold() == str(parents[1]).casefold()
    check.that(same, "one parentIdTag for both", observed=parents, clause=INFO, level=SHOULD, axis=POLICY)


@scenario(
    "v16.core.authorize.no-concurrency",
    spec=[STATUS],
    requirements=["CORE-4.1-g"],
)
async def test_authorize_knows_no_concurrency(station: ChargePoint, tags: Tags, check: Checks) -> None:
    """Authorize of an idTag that is charging is not answered ConcurrentTx, which only starts can be."""
    transaction = await station.charging(await tags.accepted())

    status = tag_status(await station.authorize(transaction.id_tag))

    check.that(status != "ConcurrentTx", "not ConcurrentTx", observed=status, clause=STATUS, level=SHOULD)


@scenario(
    "v16.core.authorize.letter-case",
    spec=["OCPP 1.6 7.28", "OCPP 1.6 errata 3.73"],
    requirements=["CORE-7.28-a"],
    mutants=["tag-case-matters"],
)
async def test_letter_case_makes_no_difference(station: ChargePoint, tags: Tags, check: Checks) -> None:
    """An idTag is worth the same in capitals, in small letters and mixed."""
    await station.ready()
    tag = await tags.accepted()

    for form in (tag, tag.upper(), tag.lower(), tag.lower().title(), tag.swapcase()):
        status = tag_status(await station.authorize(form))
        check.equal(status, "Accepted", clause="OCPP 1.6 7.28", level=SHOULD)


@scenario(
    "v16.core.authorize.opaque-text",
    spec=["OCPP 1.6 3.9", "OCPP 1.6 7.28"],
    requirements=["CORE-3.9-a"],
    needs=[TagProvisioning],
    mutants=["tag-hyphen-refused", "tag-hexadecimal-only"],
)
async def test_tags_are_opaque_text(station: ChargePoint, tags: Tags, check: Checks) -> None:
    """Any idTag of 1 to 20 characters is taken as it is, not only a hexadecimal number of some length."""
    await station.ready()
    own = fresh_tag()

    for form in ("A", f"{own}ZZZZ", "dot.dash-_*/", f"{own[:4]} space", own[:7], "0", "f" * 20):
        tag = await tags.accepted(form)
        check.equal(tag_status(await station.authorize(tag)), "Accepted", clause="OCPP 1.6 3.9")

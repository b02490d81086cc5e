"""An operator who acts while the station is away: what is ordered is delivered once, or told as not delivered."""

from collections.abc import Sequence

from harness.csms import Operation, OutcomeReader, Refused
from harness.csms.console import Csms, Request
from harness.scenario import PROXY, scenario
from harness.verdict import SHOULD, Checks
from scenarios.resilience.comeback import calls_of, served_again
from scenarios.stage.orders import delivered
from scenarios.transport.clauses import RECONNECTING
from scenarios.transport.dialects import CLEAR_CACHE, EVERY_VERSION, READ, RESET, WRITE, dialect, needs
from simulators.network.network import Network
from simulators.station import Station

CALLS = "OCPP-J {version} 4.1.1"


async def _while_away(
    station: Station, csms: Csms, network: Network, *orders: Operation
) -> Sequence[Request | Refused]:
    """Have orders given while a station is away, and return what came of each; their CALLs remain claimed."""
    async with network.down():
        await station.knock()
        return [await csms.attempt(order) for order in orders]


@scenario(
    "resilience.away.delivered-once",
    versions=EVERY_VERSION,
    spec=[RECONNECTING],
    needs=needs(RESET, PROXY),
    mutants=["away-order-delivered-twice"],
)
async def test_order_is_delivered_once(station: Station, csms: Csms, network: Network, check: Checks) -> None:
    """An order that is given while the station is away does not come twice; one that is given later comes."""
    await station.ready()
    say = dialect(station)

    await _while_away(station, csms, network, say.reset(say.resets[0]))
    await served_again(station, check)
    await csms.perform(say.reset(say.resets[1]))
    await (await station.next_call("Reset", type=say.resets[1])).answer(status="Rejected")
    await station.probe()

    came = [one.payload for one in calls_of(station, "Reset") if one.payload["type"] == say.resets[0]]
    check.that(len(came) <= 1, "one CALL at most", observed=came, clause=RECONNECTING)


@scenario(
    "resilience.away.told-truly",
    versions=EVERY_VERSION,
    spec=[CALLS],
    needs=needs(RESET, OutcomeReader, PROXY),
    mutants=["away-order-taken-for-accepted", "away-order-forgotten"],
)
async def test_order_is_told_as_what_it_was(station: Station, csms: Csms, network: Network, check: Checks) -> None:
    """An order that is given while the station is away is delivered when it comes back, or told as not delivered."""
    await station.ready()
    await delivered(station, csms, dialect(station).reset(), status="Rejected")
    left = len(station.trace)

    [order] = await _while_away(station, csms, network, dialect(station).reset())
    station.release("Reset")
    await served_again(station, check)

    told = "refused"
    if isinstance(order, Request):
        outcome = await csms.outcome(order)
        told = f"{outcome.state}, {'delivered' if calls_of(station, 'Reset', since=left) else 'not delivered'}"
    good = ["refused", "answered, delivered", "failed, not delivered"]
    tolerable = ["failed, delivered", "pending, delivered", "pending, not delivered"]
    check.graded(told, good=good, tolerable=tolerable, clause=CALLS)


@scenario(
    "resilience.away.in-order",
    versions=EVERY_VERSION,
    spec=[CALLS],
    needs=needs(CLEAR_CACHE, READ, WRITE, RESET, PROXY),
    mutants=["away-orders-reversed"],
)
async def test_orders_come_in_order(station: Station, csms: Csms, network: Network, check: Checks) -> None:
    """Of the orders that are given while the station is away, those that come do so in their order."""
    await station.ready()
    say = dialect(station)
    orders = (say.read(), say.clear_cache(), say.write())
    actions = [order.action() for order in orders]
    left = len(station.trace)

    await _while_away(station, csms, network, *orders)
    for action in actions:
        station.release(action)
    await served_again(station, check)
    await csms.perform(say.reset())
    await (await station.next_call("Reset")).answer(status="Rejected")

    came = [one.action for one in calls_of(station, *actions, since=left)]
    check.equal(came, [action for action in actions if action in came], clause=CALLS, level=SHOULD)


@scenario(
    "resilience.away.one-at-a-time",
    versions=EVERY_VERSION,
    spec=[CALLS],
    needs=needs(CLEAR_CACHE, READ, RESET, PROXY),
    mutants=["calls-not-queued"],
)
async def test_orders_come_one_at_a_time(station: Station, csms: Csms, network: Network, check: Checks) -> None:
    """The orders that are given while the station is away do not all come at once when it is back."""
    await station.ready()
    say = dialect(station)
    orders = (say.read(), say.clear_cache())
    actions = [order.action() for order in orders]
    left = len(station.trace)

    await _while_away(station, csms, network, *orders)
    await served_again(station, check)
    await station.heartbeat()  # by its answer, what was sent at the same time as the first order is there
    unanswered = [one.action for one in calls_of(station, *actions, since=left)]
    for action in actions:
        station.release(action)
    await csms.perform(say.reset())
    await (await station.next_call("Reset")).answer(status="Rejected")

    check.that(len(unanswered) <= 1, "one CALL at a time", observed=unanswered, clause=CALLS, level=SHOULD)

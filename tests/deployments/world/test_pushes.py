"""What Ozon and Yandex Market push: their bodies, what they take for an answer, when they try again, and what may go wrong on the way."""

from collections.abc import Callable

import pytest

from tests.deployments.world.odd import World

HUB = "http://hub.example/secret"
ROOMS = {"ozon": "/secret", "yandex_market": "/secret/notification"}
ORDERED = {"ozon": "TYPE_NEW_POSTING", "yandex_market": "ORDER_CREATED"}


def kinds(world: World, path: str) -> list[str]:
    return [body.get("message_type", body.get("notificationType")) for body in world.hub.bodies(path)]


def connect(world: World, room: str, **details: float) -> str:
    """Pushes on, the ping over; the path that the hub hears."""
    world.put(room)
    world.order(room, "PUT", "/push", {"url": HUB, **details})
    world.deliver(room)
    world.hub.forget()
    return ROOMS[room]


@pytest.mark.parametrize(("room", "path"), ROOMS.items())
def test_a_ping_comes_first_and_wants_to_hear_who_is_there(world: World, room: str, path: str) -> None:
    world.order(room, "PUT", "/push", {"url": HUB})
    assert world.deliver(room) == 1
    assert kinds(world, path) == ["TYPE_PING" if room == "ozon" else "PING"]
    assert world.pushed(room) == ["delivered"]


@pytest.mark.parametrize("room", ROOMS)
def test_nothing_is_pushed_before_anybody_says_so_under_a_clock_that_stands_still(world: World, room: str) -> None:
    path = connect(world, room)
    world.buy(room)
    assert world.hub.bodies(path) == []
    assert world.deliver(room) == 1
    assert kinds(world, path) == [ORDERED[room]]


def test_ozon_tells_of_a_new_posting_its_moves_and_its_end(world: World) -> None:
    path = connect(world, "ozon")
    number = world.buy("ozon", 2)
    world.order("ozon", "PUT", f"/orders/{number}", {"status": "awaiting_deliver"})
    world.order("ozon", "DELETE", f"/orders/{number}")
    world.deliver("ozon")
    new, moved, cancelled = world.hub.bodies(path)
    assert (new["message_type"], new["posting_number"], new["seller_id"]) == ("TYPE_NEW_POSTING", number, 17)
    assert [(one["offer_id"], one["quantity"]) for one in new["products"]] == [("A", 2)]
    assert (moved["message_type"], moved["new_state"]) == ("TYPE_STATE_CHANGED", "posting_transferring_to_delivery")
    assert (cancelled["message_type"], cancelled["new_state"]) == ("TYPE_POSTING_CANCELLED", "posting_canceled")
    assert (cancelled["old_state"], cancelled["reason"]["id"]) == ("posting_transferring_to_delivery", 0)


def test_the_market_tells_of_a_new_order_its_change_and_its_end(world: World) -> None:
    path = connect(world, "yandex_market")
    ref = world.buy("yandex_market", 2)
    world.order("yandex_market", "DELETE", f"/orders/{ref}/lines", {"sku": "A", "pcs": 1})
    world.order("yandex_market", "DELETE", f"/orders/{ref}")
    world.deliver("yandex_market")
    new, changed, moved, cancelled = world.hub.bodies(path)
    assert kinds(world, path) == ["ORDER_CREATED", "ORDER_UPDATED", "ORDER_STATUS_UPDATED", "ORDER_CANCELLED"]
    assert {(one["orderId"], one["campaignId"]) for one in (new, changed, moved, cancelled)} == {(int(ref), 2001)}
    assert (new["items"], changed["items"]) == ([{"offerId": "A", "count": 2}], [{"offerId": "A", "count": 1}])
    assert (moved["status"], moved["substatus"]) == ("CANCELLED", "USER_CHANGED_MIND")
    assert {"createdAt"} <= new.keys()
    assert {"cancelledAt"} <= cancelled.keys()


@pytest.mark.parametrize(("status", "body"), [(500, {}), (200, {"result": False}), (200, []), (200, None)])
def test_ozon_tries_again_with_growing_pauses_until_it_hears_that_the_push_was_taken(world: World, status: int, body: object) -> None:
    path = connect(world, "ozon")
    for _ in range(2):
        world.hub.answer(path, status, body)
    world.buy("ozon")
    tries = []
    for second in range(21):
        tries += [second] * world.deliver("ozon")
        world.clock.pass_(1)
    assert tries == [0, 5, 15]
    assert world.pushed("ozon") == ["delivered", "delivered"]


def test_ozon_gives_up_after_five_tries_more_at_the_longest_pause(world: World) -> None:
    path = connect(world, "ozon")
    for _ in range(99):
        world.hub.answer(path, 503)
    world.buy("ozon")
    tries = 0
    for _ in range(600):
        tries += world.deliver("ozon")
        world.clock.pass_(10)
    assert (tries, world.pushed("ozon")) == (1 + 7 + 1 + 5, ["delivered", "given_up"])


def test_ozon_stops_pushing_after_a_day_of_failures_until_it_is_connected_anew(world: World) -> None:
    path = connect(world, "ozon")
    for _ in range(2):
        world.hub.answer(path, 503)
    world.buy("ozon")
    world.deliver("ozon")
    world.clock.pass_(24 * 3600)
    world.deliver("ozon")
    world.buy("ozon")
    assert world.pushed("ozon") == ["delivered", "dropped"]
    world.order("ozon", "PUT", "/push", {"url": HUB})
    world.buy("ozon")
    world.deliver("ozon")
    assert world.pushed("ozon")[2:] == ["delivered", "delivered"]


def test_the_market_tries_each_minute_for_an_hour_then_each_quarter(world: World) -> None:
    path = connect(world, "yandex_market")
    for _ in range(999):
        world.hub.answer(path, 200, {"result": True})
    world.buy("yandex_market")
    by_hour = [0, 0]
    for minute in range(120):
        by_hour[minute // 60] += world.deliver("yandex_market")
        world.clock.pass_(60)
    assert by_hour == [60, 4]


@pytest.mark.parametrize("room", ROOMS)
@pytest.mark.parametrize(("mischief", "heard"), [("lose", 0), ("repeat", 2)])
def test_pushes_are_lost_and_repeated_to_order(world: World, room: str, mischief: str, heard: int) -> None:
    path = connect(world, room)
    world.order(room, "POST", "/push/mischief", {"kind": mischief})
    world.buy(room)
    world.deliver(room)
    assert len(world.hub.bodies(path)) == heard
    world.buy(room)
    assert world.deliver(room) == 1


@pytest.mark.parametrize("room", ROOMS)
def test_pushes_come_late_and_in_reverse_to_order(world: World, room: str) -> None:
    path = connect(world, room)
    of: Callable[[dict[str, object]], str] = lambda body: str(body.get("posting_number", body.get("orderId")))  # noqa: E731
    world.order(room, "POST", "/push/mischief", {"kind": "delay", "seconds": 30})
    late, soon = world.buy(room), world.buy(room)
    world.deliver(room)
    world.clock.pass_(30)
    world.deliver(room)
    assert [of(body) for body in world.hub.bodies(path)] == [soon, late]
    world.hub.forget()
    world.order(room, "POST", "/push/mischief", {"kind": "reorder", "times": 2})
    first, second = world.buy(room), world.buy(room)
    world.deliver(room)
    assert [of(body) for body in world.hub.bodies(path)] == [second, first]


@pytest.mark.parametrize("room", ROOMS)
def test_an_order_is_not_told_of_before_it_can_be_seen(world: World, room: str) -> None:
    connect(world, room, delay_s=5)
    world.order(room, "PUT", "/lags", {"order_visible_s": 60})
    world.buy(room)
    world.clock.pass_(64)
    assert world.deliver(room) == 0
    world.clock.pass_(1)
    assert world.deliver(room) == 1


@pytest.mark.parametrize("room", ROOMS)
def test_no_address_is_no_pushes(world: World, room: str) -> None:
    connect(world, room)
    world.buy(room)
    world.order(room, "PUT", "/push", {"url": ""})
    world.buy(room)
    assert world.deliver(room) == 0

"""Lives of orders, random, at once, and those that once broke a law: shipped and waiting and cancelled are what was ordered."""

import random
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from adapters.hub.hub import Hub
from tasks.rules.parts import PartTold
from tests.adapters.hub.lives.carrier import MOODS, STATES
from tests.adapters.hub.lives.laws import Laws
from tests.adapters.hub.lives.machine import Lives
from tests.adapters.hub.lives.shop import OZON, SITE, LifeShop
from tests.adapters.hub.order_shop import report
from tests.adapters.hub.shipping import CARRIER, ShippingShop
from tests.adapters.hub.sold_once.hand import HandClock
from validation.returns import WORKBOOK

AT_ONCE = 5
ROUNDS = 12
Act = Callable[[], object]


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def hub(database_url: str, clock: HandClock) -> Iterator[Hub]:
    with Hub(database_url, clock=clock) as opened:
        yield opened


@pytest.fixture
def shop(hub: Hub, clock: HandClock) -> LifeShop:
    return LifeShop(hub, clock)


@pytest.fixture
def laws(shop: LifeShop) -> Laws:
    return Laws(shop)


def test_random_lives_of_orders_obey_the_law(hub: Hub) -> None:
    run_state_machine_as_test(
        type("LivesOfThisHub", (Lives,), {"hub": hub}),
        settings=settings(
            max_examples=10,
            stateful_step_count=30,
            deadline=None,
            database=None,
            derandomize=True,
            phases=(Phase.generate, Phase.shrink),
            suppress_health_check=list(HealthCheck),
            print_blob=False,
        ),
    )


@pytest.mark.parametrize("seed", range(2))
def test_the_law_holds_where_several_do_everything_to_the_same_orders_at_once(shop: LifeShop, laws: Laws, seed: int) -> None:
    dice = random.Random(seed)
    refs = [
        ref for ref in (shop.buys_on_site({"iron": 4, "board": 2}), shop.buys_on_site({"iron": 3}), shop.buys_on_ozon({"iron": 2})) if ref
    ]
    for _ in range(ROUNDS):
        at_once([some_act(shop, dice, refs) for _ in range(AT_ONCE)])
        laws.assert_all()
        shop.clock.wait(dice.choice([1, 70, 700]))
    laws.assert_comes_to_rest()


def at_once(acts: list[Act]) -> None:
    """Every act begins at the same moment, each on a connection of its own."""
    gate = Barrier(len(acts))

    def run(act: Act) -> None:
        gate.wait()
        act()

    with ThreadPoolExecutor(len(acts)) as threads:
        list(threads.map(run, acts))


def some_act(shop: LifeShop, dice: random.Random, refs: list[str]) -> Act:
    """Somebody's next step, chosen before anybody begins."""
    ref = dice.choice(refs)
    order = shop.orders[ref]
    first = order.versions[0]["lines"]
    source, pcs = dice.choice([order.channel, "cdek", WORKBOOK]), dice.randint(1, 2)
    row = {"return_ref": f"{dice.choice('ab')}{ref}", "order_ref": ref, "sku": "iron", "pcs": pcs}
    state = dice.choice(["coming", "received", "cancelled"])
    shop.carrier.mood = dice.choice(MOODS)
    if dice.random() < 0.2:
        shop.says(ref, {sku: dice.randint(0, most) for sku, most in first.items()})
    if dice.random() < 0.3:
        for key in sorted(shop.carrier.contents):
            shop.carrier.move(key, dice.choice(STATES))
    if dice.random() < 0.2:
        shop.site.count({item_id: dice.randint(8, 20) for item_id in shop.items.values()}, formed_at=None)
    version, mood = dice.randrange(len(order.versions)), shop.carrier.mood
    asked = [row[0] for row in shop.rows("select number from shipment where state = 'asked'")]
    acts: list[Act] = [
        lambda: shop.hears(ref, version),
        lambda: shop.hears(ref, version),
        shop.site.plan,
        shop.site.plan,
        shop.ozon.plan,
        lambda: shop.books(mood),
        lambda: shop.books("takes"),
        lambda: shop.calls_off(mood),
        shop.follows,
        shop.site.ledger.post_counts,
        lambda: [shop.site.shipments.correct(number, {"city": "Тула"}) for number in asked],
        lambda: shop.site.weigh("board", 2500),
        lambda: shop.tells_parts(SITE, PartTold(number="", outcome="accepted")),
        lambda: shop.tells_parts(OZON, PartTold(number="", outcome="accepted")),
        lambda: shop.returned(source, state=state, channel=order.channel if source == order.channel else None, **row),
    ]
    return dice.choice(acts)


def bought(shop: LifeShop, lines: dict[str, int]) -> str:
    """An order of the site; its ref."""
    ref = shop.buys_on_site(lines)
    assert ref is not None
    return ref


def shipped(shop: LifeShop, ref: str) -> str:
    """An order planned and given to the carrier; the key of its newest waybill."""
    shop.site.plan()
    shop.books("takes")
    return str(shop.site.parts(ref)[-1].carrier_ref)


def amended(shop: LifeShop, ref: str, **lines: int) -> None:
    """The site has a newer version of an order, and it is heard of."""
    shop.hears(ref, shop.says(ref, lines))


def travelled(shop: LifeShop, key: str, *states: str) -> None:
    """A parcel goes this way, and the carrier is asked each time."""
    for state in states:
        assert shop.carrier.move(key, state)  # type: ignore[arg-type]
        shop.clock.wait(120)
        shop.follows()


def test_a_rest_that_is_cancelled_after_the_first_part_has_come_does_not_leave(shop: LifeShop) -> None:
    ref = bought(shop, {"iron": 3})
    travelled(shop, shipped(shop, ref), "delivered")
    amended(shop, ref, iron=4)
    shop.site.plan()
    amended(shop, ref, iron=3)
    shop.site.plan()
    assert shop.site.stands(ref) == [("delivered", {"iron": 3}), ("cancelled", {"iron": 1})]


def test_what_was_called_off_leaves_anew_only_when_the_carrier_has_taken_it_back(shop: LifeShop) -> None:
    ref = bought(shop, {"iron": 3})
    shipped(shop, ref)
    amended(shop, ref, iron=1)
    shop.site.plan()
    assert shop.site.stands(ref) == [("booked", {"iron": 3})]
    shop.calls_off("takes")
    shop.site.plan()
    assert shop.site.stands(ref) == [("cancelled", {"iron": 3}), ("planned", {"iron": 1})]


def test_an_order_restored_after_its_parcel_left_is_not_sent_twice(shop: LifeShop) -> None:
    ref = bought(shop, {"iron": 3})
    key = shipped(shop, ref)
    travelled(shop, key, "accepted")
    amended(shop, ref, iron=0)
    shop.site.plan()
    shop.calls_off("takes")
    amended(shop, ref, iron=3)
    shop.site.plan()
    assert [one.state for one in shop.site.parts(ref)] == ["handed"]
    shop.site.shipments.turn_back(shop.site.parts(ref)[0].number)
    shop.clock.wait(120)
    shop.calls_off("takes")
    shop.site.plan()
    assert shop.site.stands(ref) == [("coming_back", {"iron": 3}), ("planned", {"iron": 3})]


def test_boxes_of_a_shipment_whose_order_became_less_are_not_packed_again(shop: LifeShop) -> None:
    ref = bought(shop, {"board": 2})
    shop.site.plan()
    shop.books("takes")
    (number,) = (one.number for one in shop.site.parts(ref))
    shop.site.weigh("board", 2500)
    shop.site.shipments.correct(number, {})
    amended(shop, ref, board=1)
    assert [one.is_moot for one in shop.site.shipments.claim(CARRIER, most=9)] == [True]


def test_what_waits_for_a_new_plan_is_owed_still(shop: LifeShop, laws: Laws) -> None:
    ref = bought(shop, {"iron": 2})
    shop.site.plan()
    amended(shop, ref, iron=1)
    shop.books("takes")
    assert shop.carrier.contents == {}
    amended(shop, ref, iron=2)
    laws.assert_all()
    shop.clock.wait(60)
    shipped(shop, ref)
    assert shop.site.stands(ref) == [("booked", {"iron": 2})]


def test_what_the_carrier_refuses_and_nobody_wants_any_more_is_over(shop: LifeShop, laws: Laws) -> None:
    ref = bought(shop, {"iron": 2})
    shop.carrier.turn_invalid(shipped(shop, ref))
    amended(shop, ref, iron=0)
    shop.site.plan()
    shop.follows()
    laws.assert_all()
    assert [(one.state, one.settled_at is None) for one in shop.site.parts(ref)] == [("cancelled", False)]
    assert shop.site.questions() == []


def test_what_was_taken_back_stays_so_whatever_the_carrier_shows_later(shop: LifeShop, laws: Laws) -> None:
    ref = bought(shop, {"iron": 2})
    key = shipped(shop, ref)
    amended(shop, ref, iron=0)
    shop.site.plan()
    shop.calls_off("takes")
    laws.assert_all()
    shop.carrier.stands[key] = "in_transit"
    track, began_at = shop.carrier.read_track(key), shop.clock.now()
    shop.site.shipments.record_tracks(CARRIER, [(shop.site.parts(ref)[0].number, began_at, track)], again=timedelta(minutes=1))
    laws.assert_all()


def test_a_reading_of_a_waybill_that_was_replaced_says_nothing_of_the_new_one(shop: LifeShop) -> None:
    ref = bought(shop, {"iron": 2})
    old = shipped(shop, ref)
    shop.carrier.turn_invalid(old)
    shop.follows()
    number = shop.site.parts(ref)[0].number
    shop.site.shipments.correct(number, {"city": "Тула"})
    new = shipped(shop, ref)
    shop.site.shipments.record_tracks(CARRIER, [(number, shop.clock.now(), shop.carrier.read_track(old))], again=timedelta(minutes=1))
    (one,) = shop.site.parts(ref)
    assert (one.state, one.carrier_ref, new != old) == ("booked", new, True)


def test_the_site_hears_that_a_number_is_void_also_where_the_carriers_reading_says_so(shop: LifeShop) -> None:
    ref = bought(shop, {"iron": 2})
    key = shipped(shop, ref)
    shop.tells_parts(SITE, PartTold(number="", outcome="accepted"))
    shop.carrier.stands[key] = "cancelled"
    shop.clock.wait(120)
    shop.follows()
    number = shop.site.parts(ref)[0].number
    assert ("channel:site", "ship_part", number) in shop.site.owed()


def test_a_rest_that_follows_a_part_that_the_marketplace_split_off_has_a_number_of_its_own(hub: Hub) -> None:
    shop = ShippingShop(hub, channel="ozon")
    shop.goods()
    shop.record(report("1", {"iron": 3}))
    shop.waits_for("1", "iron", 2)
    shop.plan()
    shop.execute("update shipment set carrier_ref = '1-2', state = 'booked'")
    shop.record(report("1-2", {"iron": 1}, parent_ref="1"))
    shop.plan()
    shop.receipt_comes(2)
    shop.plan()
    number = shop.number()
    assert [one.number for one in (*shop.parts("1-2"), *shop.parts("1"))] == [f"{number}-1", f"{number}-2"]


def test_of_an_order_that_left_in_part_no_more_comes_back_than_left(shop: LifeShop) -> None:
    shop.counts_now({"iron": 6, "board": 12})
    ref = bought(shop, {"iron": 4})
    assert shop.site.pieces(ref) == ("backordered", 4, 0)
    shipped(shop, ref)
    told = shop.returned(WORKBOOK, return_ref="a", order_ref=ref, pcs=3, state="received", condition="sellable")
    assert [(row.outcome, row.reason) for row in told.rows] == [("refused", "return_is_within_sold")]
    told = shop.returned(WORKBOOK, return_ref="a", order_ref=ref, pcs=2, state="received", condition="sellable")
    assert [row.outcome for row in told.rows] == ["taken"]


def test_a_question_about_a_return_that_is_not_coming_after_all_is_over(shop: LifeShop, laws: Laws) -> None:
    ref = shop.buys_on_ozon({"iron": 1})
    shop.hears(ref, shop.says(ref, {"iron": 1}, state="shipped"))
    told = {"return_ref": "r", "channel": OZON, "order_ref": ref}
    shop.returned(OZON, **told, state="received")
    assert [reason for _, reason in shop.ozon.questions()] == ["return_waits_for_decision"]
    shop.returned(OZON, **told, state="cancelled")
    assert shop.ozon.questions() == []
    laws.assert_all()


def test_two_who_tell_of_one_piece_each_tell_of_one_also_where_a_third_told_of_both(shop: LifeShop, laws: Laws) -> None:
    ref = shop.buys_on_ozon({"iron": 2})
    shop.hears(ref, shop.says(ref, {"iron": 2}, state="shipped"))
    for return_ref, state in (("r1", "coming"), ("r2", "coming")):
        shop.returned(OZON, return_ref=return_ref, channel=OZON, order_ref=ref, state=state)
    shop.returned("cdek", return_ref="c", channel=None, order_ref=ref)
    shop.returned(OZON, return_ref="r1", channel=OZON, order_ref=ref, state="cancelled")
    laws.assert_all()
    assert [one.returned for one in laws.lines()] == [1]

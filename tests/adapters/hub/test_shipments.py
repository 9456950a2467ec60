"""Orders leave in parts, never more than is sold; what is cancelled is called off; a person is asked before a carrier is."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text

from adapters.hub.hub import Hub
from adapters.hub.shipment_rows import Overshipped, PackageRow, add_shipment
from adapters.hub.shipments import Question
from tasks.rules.carrier import Booked
from tasks.rules.parcels import as_carried
from tasks.rules.shipping_rules import ChannelShipping, ShippingRules
from tests.adapters.hub.order_shop import report
from tests.adapters.hub.shipping import BUYER, CARRIER, CHANNEL, ShippingShop
from tests.adapters.hub.sold_once.hand import HandClock


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def hub(database_url: str, clock: HandClock) -> Iterator[Hub]:
    with Hub(database_url, clock=clock) as opened:
        yield opened


@pytest.fixture
def shop(hub: Hub) -> ShippingShop:
    shop = ShippingShop(hub)
    shop.goods()
    shop.goods("board", weight_g=40_000)
    return shop


def order(shop: ShippingShop, lines: dict[str, int] | None = None, **head: object) -> None:
    shop.record(report("1", lines or {"iron": 2}, **{"buyer": BUYER, **head}))


def test_a_paid_order_becomes_a_shipment_that_its_carrier_is_owed(shop: ShippingShop) -> None:
    order(shop)
    number = shop.number()
    assert shop.plan() == [(f"{number}-1", None)]
    (one,) = shop.parts()
    assert (one.state, one.pcs, one.target) == ("planned", {"iron": 2}, CARRIER)
    assert [(box.weight_g, dict(box.pcs)) for box in one.packages] == [(1800, {"iron": 2})]
    assert (CARRIER, "shipment", f"{number}-1") in shop.owed()


def test_planning_again_plans_nothing(shop: ShippingShop) -> None:
    order(shop)
    shop.plan()
    assert shop.plan() == []
    assert len(shop.parts()) == 1


@pytest.mark.parametrize("state", ["unpaid", "shipped", "delivered"])
def test_what_is_not_paid_or_has_left_is_not_planned(shop: ShippingShop, state: str) -> None:
    order(shop, state=state)
    assert shop.plan() == []


def test_an_order_with_unknown_goods_waits_for_the_answer(shop: ShippingShop) -> None:
    order(shop, {"iron": 1, "mystery": 1})
    assert shop.plan() == [(None, "asked")]


def test_an_order_with_an_open_question_waits_until_a_person_dismisses_it(shop: ShippingShop) -> None:
    order(shop)
    put = """
        insert into quarantine (source, entity, key, reason, sentence, payload, state, first_seen_at, last_seen_at)
        values (:channel, 'order', '1', 'order_state_is_known', 's', '{}', 'open', now(), now())
    """
    shop.execute(put, channel=CHANNEL)
    assert shop.plan() == [(None, "asked")]
    shop.execute("update quarantine set state = 'dismissed'")
    assert [reason for _, reason in shop.plan()] == [None]


def test_a_rest_that_waits_for_a_receipt_follows_when_it_is_counted(shop: ShippingShop) -> None:
    order(shop, {"iron": 3})
    shop.waits_for("1", "iron", 2)
    number = shop.number()
    assert shop.plan() == [(f"{number}-1", "backordered")]
    assert shop.plan() == [(None, "backordered")]
    shop.receipt_comes(1)
    assert shop.plan() == [(f"{number}-2", "backordered")]
    shop.receipt_comes(1)
    assert shop.plan() == [(f"{number}-3", None)]
    assert shop.stands() == [("planned", {"iron": 1})] * 3


def test_without_consent_to_parts_an_order_waits_for_all_of_it(hub: Hub) -> None:
    shop = ShippingShop(hub, own=ChannelShipping(carrier="cdek", parts=False))
    shop.goods()
    order(shop, {"iron": 3})
    shop.waits_for("1", "iron", 2)
    assert shop.plan() == [(None, "backordered")]
    shop.receipt_comes(2)
    assert shop.stands() == []
    shop.plan()
    assert shop.stands() == [("planned", {"iron": 3})]


def test_boxes_are_no_heavier_than_the_settings_say(shop: ShippingShop) -> None:
    order(shop, {"iron": 2, "board": 2})
    shop.plan()
    (one,) = shop.parts()
    assert [(box.weight_g, dict(box.pcs)) for box in one.packages] == [(40_000, {"board": 1})] * 2 + [(1800, {"iron": 2})]


def test_more_than_is_sold_never_leaves(shop: ShippingShop) -> None:
    order(shop, {"iron": 2})
    shop.plan()
    found = shop.orders.find(CHANNEL, "1")
    assert found is not None
    values = {"order_id": found.order_id, "part": 2, "number": "x-2", "target": CARRIER, "state": "planned", "planned_at": found.seen_at}
    box = PackageRow(package_no=1, weight_g=900, sides_mm=None, pcs={"iron": 1})
    with pytest.raises(Overshipped), shop.hub.engine.begin() as connection:
        add_shipment(connection, values, [box])
    assert len(shop.parts()) == 1


def test_two_planners_at_once_plan_one_shipment(shop: ShippingShop) -> None:
    for ref in map(str, range(1, 9)):
        shop.record(report(ref, {"iron": 1}, buyer=BUYER))
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: shop.shipments.plan(CHANNEL), range(4)))
    assert [len(shop.parts(str(ref))) for ref in range(1, 9)] == [1] * 8


def test_what_was_cancelled_before_anybody_was_told_is_given_up(shop: ShippingShop) -> None:
    order(shop)
    shop.plan()
    order(shop, state="cancelled", status="cancelled")
    assert [one.called_off for one in shop.shipments.plan(CHANNEL)] == [(f"{shop.number()}-1",)]
    assert shop.stands() == [("cancelled", {"iron": 2})]
    assert shop.shipments.claim(CARRIER, most=9)[0].is_moot


def test_a_part_of_an_order_that_is_cancelled_is_planned_anew_without_it(shop: ShippingShop) -> None:
    order(shop, {"iron": 3}, minute=1)
    shop.plan()
    order(shop, {"iron": 1}, minute=2)
    shop.plan()
    assert shop.stands() == [("cancelled", {"iron": 3}), ("planned", {"iron": 1})]


def test_what_the_carrier_has_is_called_off_and_its_pieces_wait_until_that_is_so(shop: ShippingShop) -> None:
    order(shop, {"iron": 3}, minute=1)
    booked(shop)
    order(shop, {"iron": 1}, minute=2)
    shop.plan()
    number = shop.number()
    assert (CARRIER, "call_off", f"{number}-1") in shop.owed()
    assert shop.stands() == [("booked", {"iron": 3})]
    claimed, rows = shop.shipments.claim_call_offs(CARRIER, most=9)
    assert [row.carrier_ref for row in rows.values()] == ["uuid"]
    assert len(claimed) == 1


def test_a_question_is_put_into_the_quarantine_and_leaves_it_when_it_is_answered(shop: ShippingShop, clock: HandClock) -> None:
    order(shop, buyer=None)
    shop.plan()
    number = f"{shop.number()}-1"
    claimed = shop.shipments.claim(CARRIER, most=9)
    shop.shipments.settle(CARRIER, claimed, {number: (Question("shipment_has_phone"), Question("address_has_city", "Какой город?"))}, {})
    assert [one.state for one in shop.parts()] == ["asked"]
    assert shop.questions() == [(number, "address_has_city"), (number, "shipment_has_phone")]
    assert shop.shipments.claim(CARRIER, most=9) == []
    assert shop.shipments.correct(number, {"phone": "+79160000000", "city": "Тула", "line": "ул. Мира, 1", "name": "Пётр"})
    (again,) = shop.shipments.claim(CARRIER, most=9)
    assert again.carry is not None
    assert again.carry.destination.phone == "+79160000000"
    shop.shipments.settle(CARRIER, [again], {number: (Question("address_has_city"),)}, {})
    assert shop.questions() == [(number, "address_has_city")]
    clock.wait(700)
    shop.plan()
    assert [one.claimed.subject for one in shop.shipments.claim(CARRIER, most=9)] == [number]


def test_a_correction_names_only_parts_of_a_destination(shop: ShippingShop) -> None:
    order(shop)
    shop.plan()
    with pytest.raises(ValueError, match="colour"):
        shop.shipments.correct(f"{shop.number()}-1", {"colour": "red"})
    assert not shop.shipments.correct("none-1", {"city": "Тула"})


def test_a_weight_that_1c_learns_later_fills_the_boxes(hub: Hub) -> None:
    shop = ShippingShop(hub, shop=ShippingRules(package_most_g=1000))
    shop.goods(weight_g=None)
    order(shop)
    shop.plan()
    (one,) = shop.parts()
    assert [box.weight_g for box in one.packages] == [None]
    shop.weigh("iron", 900)
    (claim,) = shop.shipments.claim(CARRIER, most=9)
    assert claim.carry is not None
    assert [box.weight_g for box in claim.carry.boxes] == [900, 900]
    assert [box.weight_g for box in shop.parts()[0].packages] == [900, 900]


def test_goods_that_need_codes_wait_for_them(hub: Hub) -> None:
    shop = ShippingShop(hub)
    shop.goods(requisites={"Подлежит маркировке": "Да"})
    order(shop)
    shop.plan()
    (claim,) = shop.shipments.claim(CARRIER, most=9)
    assert claim.carry is not None
    assert claim.carry.marks_missing == 2


def booked(shop: ShippingShop, tracking: str | None = "TRACK") -> None:
    """Plan and book everything."""
    shop.plan()
    claimed = shop.shipments.claim(CARRIER, most=9)
    for one in claimed:
        assert one.carry is not None
        assert shop.shipments.mark(CARRIER, one.claimed.subject, as_carried(one.carry, "P1"))
    said = {one.claimed.subject: Booked(ref="x", state="accepted", carrier_ref="uuid", tracking=tracking) for one in claimed}
    shop.shipments.settle(CARRIER, claimed, said, {})


def test_a_booked_shipment_is_told_to_the_crm_the_channel_and_1c(shop: ShippingShop) -> None:
    order(shop)
    booked(shop)
    number = shop.number()
    (one,) = shop.parts()
    assert (one.state, one.tracking, one.carrier_ref) == ("booked", "TRACK", "uuid")
    assert {("crm:main", "order", number), (f"channel:{CHANNEL}", "ship_part", f"{number}-1")} <= set(shop.owed())
    assert shop.papers()[number]["tracking"] == "TRACK"


def test_several_tracking_numbers_of_an_order_are_all_told_to_1c(shop: ShippingShop) -> None:
    order(shop, {"iron": 2})
    shop.waits_for("1", "iron", 1)
    booked(shop, "T1")
    shop.receipt_comes(1)
    booked(shop, "T2")
    assert shop.papers()[shop.number()]["tracking"] == "T1, T2"


def test_what_was_called_off_while_it_was_prepared_is_not_sent(shop: ShippingShop) -> None:
    order(shop)
    shop.plan()
    (claim,) = shop.shipments.claim(CARRIER, most=9)
    order(shop, state="cancelled", status="cancelled")
    shop.plan()
    assert claim.carry is not None
    assert not shop.shipments.mark(CARRIER, claim.claimed.subject, as_carried(claim.carry, "P1"))


def test_a_refusal_is_a_question_and_waits_for_a_correction(shop: ShippingShop, clock: HandClock) -> None:
    order(shop)
    shop.plan()
    (claim,) = shop.shipments.claim(CARRIER, most=9)
    number = claim.claimed.subject
    assert claim.carry is not None
    shop.shipments.mark(CARRIER, number, as_carried(claim.carry, "P1"))
    shop.shipments.settle(CARRIER, [claim], {number: Booked(ref=number, state="refused", sentence="Не туда.")}, {})
    (one,) = shop.parts()
    assert (one.state, one.sentence, shop.questions()) == ("asked", "Не туда.", [(number, "shipment_is_refused")])
    clock.wait(90_000)
    shop.plan()
    assert shop.shipments.claim(CARRIER, most=9) == []
    shop.shipments.correct(number, {}, tariff="137")
    (again,) = shop.shipments.claim(CARRIER, most=9)
    assert again.carry is not None
    assert again.carry.tariff == "137"


def test_a_channel_that_ships_itself_is_followed_by_the_state_of_its_order(hub: Hub) -> None:
    shop = ShippingShop(hub, channel="ozon")
    shop.goods()
    order(shop)
    shop.plan()
    assert shop.stands() == [("planned", {"iron": 2})]
    assert not any(target.startswith("carrier:") for target, _, _ in shop.owed())
    for state, stands in {"shipped": "handed", "delivered": "delivered"}.items():
        order(shop, state=state, status=state)
        shop.plan()
        assert [one.state for one in shop.parts()] == [stands]
    (one,) = shop.parts()
    assert one.handed_at is not None
    assert one.settled_at is not None


@pytest.mark.parametrize("told_ref", ["1-2", None], ids=["the channel told its number", "its answer was lost"])
def test_a_part_that_the_channel_made_an_order_of_its_own_goes_with_it(hub: Hub, told_ref: str | None) -> None:
    shop = ShippingShop(hub, channel="ozon")
    shop.goods()
    order(shop, {"iron": 3})
    shop.waits_for("1", "iron", 2)
    shop.plan()
    assert (f"channel:{shop.channel}", "ship_part", f"{shop.number()}-1") in shop.owed()
    shop.execute("update shipment set carrier_ref = :ref, state = 'booked'", ref=told_ref)
    shop.record(report("1-2", {"iron": 1}, parent_ref="1"))
    shop.plan()
    assert shop.parts("1") == []
    assert shop.stands("1-2") == [("booked", {"iron": 1})]


def test_orders_that_are_not_ours_are_not_shipped(shop: ShippingShop) -> None:
    order(shop, is_by_channel=True)
    assert shop.plan() == []


def test_the_ledger_is_not_touched_by_shipping(shop: ShippingShop) -> None:
    order(shop)
    with shop.hub.engine.begin() as connection:
        before = connection.execute(text("select * from ledger_balance order by 1, 2, 3")).all()
    booked(shop)
    with shop.hub.engine.begin() as connection:
        assert connection.execute(text("select * from ledger_balance order by 1, 2, 3")).all() == before
    shop.assert_conserved()


def test_a_shipment_of_a_shop_that_confirms_first_waits_for_it(hub: Hub) -> None:
    shop = ShippingShop(hub, own=ChannelShipping(carrier="cdek", states=["confirmed"]))
    shop.goods()
    order(shop, minute=1)
    assert shop.plan() == []
    order(shop, state="confirmed", minute=2)
    assert [reason for _, reason in shop.plan()] == [None]

"""What packers need: labels as files, codes, the picking list, and an alarm before it is late."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.hub.hub import Hub
from adapters.hub.incidents import Incidents
from adapters.hub.labels import Labels
from adapters.hub.marks import Marks
from adapters.hub.shipment_views import MISSED, NEAR, ShipmentViews
from tasks.rules.labels import LabelMade
from tasks.rules.parts import PartShipped, PartTold
from tasks.rules.shipping_rules import ChannelShipping
from tasks.shipment_papers import fetch_forms, fetch_labels, tell_parts
from tasks.shipments import book_with
from tests.adapters.hub.order_shop import report
from tests.adapters.hub.shipping import BUYER, CARRIER, PlayedCarrier, ShippingShop
from tests.adapters.hub.sold_once.hand import HandClock

CODES = [f"0104600439931256215cVBd?-)kC,Y{number}" for number in range(3)]


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
    return shop


def order(shop: ShippingShop, ref: str = "1", **head: object) -> str:
    shop.record(report(ref, {"iron": 2}, **{"buyer": BUYER, **head}))
    shop.plan()
    return f"{shop.number(ref)}-1"


def test_a_carriers_papers_are_asked_for_and_fetched_when_they_are_made(shop: ShippingShop, clock: HandClock, tmp_path: Path) -> None:
    number, carrier = order(shop), PlayedCarrier()
    list(book_with(shop.shipments, CARRIER, carrier))  # type: ignore[arg-type]
    assert fetch_forms(shop.hub, CARRIER, carrier, tmp_path).counts == {"labels": 0}  # type: ignore[arg-type]
    clock.wait(10)
    assert fetch_forms(shop.hub, CARRIER, carrier, tmp_path).counts == {"labels": 2}  # type: ignore[arg-type]
    kept = Labels(shop.hub).of(number)
    assert [one.kind for one in kept] == ["barcode", "waybill"]
    assert all((tmp_path / one.path).read_bytes().startswith(b"%PDF") for one in kept)
    assert fetch_forms(shop.hub, CARRIER, carrier, tmp_path).counts == {"labels": 0}  # type: ignore[arg-type]


class Printer:
    """A channel that makes labels when its orders have come so far."""

    def __init__(self, content: bytes = b"<svg/>") -> None:
        self.is_ready = False
        self.content = content
        self.asked: list[str] = []

    def make_labels(self, asked):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
        self.asked += [one.order_ref for one in asked]
        if self.is_ready:
            return [LabelMade(subject=one.subject, state="ready", content=self.content) for one in asked]
        return [LabelMade(subject=one.subject, state="not_yet", sentence="Рано.") for one in asked]


def test_a_channels_label_is_asked_for_again_when_it_was_too_early(hub: Hub, clock: HandClock, tmp_path: Path) -> None:
    shop, printer = ShippingShop(hub, channel="ozon"), Printer()
    shop.goods()
    number = order(shop)
    assert fetch_labels(hub, "ozon", printer, tmp_path).counts == {"labels": 0}
    fetch_labels(hub, "ozon", printer, tmp_path)
    assert printer.asked == ["1"]
    printer.is_ready = True
    clock.wait(200)
    assert fetch_labels(hub, "ozon", printer, tmp_path).counts == {"labels": 1}
    (kept,) = Labels(hub).of(number)
    assert (tmp_path / kept.path).suffix == ".svg"


def test_what_is_no_label_is_not_kept_and_asked_for_again(hub: Hub, clock: HandClock, tmp_path: Path) -> None:
    shop, printer = ShippingShop(hub, channel="ozon"), Printer(content=b"<html>busy</html>")
    shop.goods()
    number = order(shop)
    printer.is_ready = True
    assert fetch_labels(hub, "ozon", printer, tmp_path).counts == {"labels": 0}
    assert Labels(hub).of(number) == []
    assert list(tmp_path.rglob("*.*")) == []
    ((sentence,),) = shop.rows("select sentence from shipment_label")
    assert "не напечатать" in sentence
    printer.content = b"^XA^XZ"
    clock.wait(200)
    assert fetch_labels(hub, "ozon", printer, tmp_path).counts == {"labels": 1}
    (kept,) = Labels(hub).of(number)
    assert kept.path == f"labels/ozon/{number} этикетка.zpl"


def test_a_channel_that_takes_no_parts_is_told_none(shop: ShippingShop) -> None:
    order(shop)
    list(book_with(shop.shipments, CARRIER, PlayedCarrier()))  # type: ignore[arg-type]
    assert any(kind == "ship_part" for _, kind, _ in shop.owed())
    list(tell_parts(shop.shipments, "site", object()))
    assert not any(kind == "ship_part" for _, kind, _ in shop.owed())


class Packer:
    """A channel that makes an order of its own of each part."""

    def __init__(self) -> None:
        self.told: list[PartShipped] = []

    def ship_parts(self, parts):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
        self.told += parts
        return [PartTold(number=one.number, outcome="accepted", channel_ref=f"of {one.number}") for one in parts]


def test_a_part_is_told_with_what_the_channel_calls_the_others(hub: Hub) -> None:
    shop, packer = ShippingShop(hub, channel="ozon"), Packer()
    shop.goods()
    shop.record(report("1", {"iron": 2}, buyer=BUYER))
    shop.waits_for("1", "iron", 1)
    shop.plan()
    list(tell_parts(shop.shipments, "ozon", packer))
    shop.receipt_comes(1)
    shop.plan()
    list(tell_parts(shop.shipments, "ozon", packer))
    number = shop.number()
    assert [(one.number, one.known_refs) for one in packer.told] == [
        (f"{number}-1", frozenset()),
        (f"{number}-2", frozenset({f"of {number}-1"})),
    ]


def test_goods_with_codes_leave_when_every_piece_has_its_own(hub: Hub) -> None:
    shop, carrier = ShippingShop(hub), PlayedCarrier()
    shop.goods(requisites={"Подлежит маркировке": "Да"})
    number, marks = order(shop), Marks(hub, shop.ships)
    list(book_with(shop.shipments, CARRIER, carrier))  # type: ignore[arg-type]
    assert shop.questions() == [(number, "shipment_needs_marks")]
    ((said,),) = shop.rows("select sentence from quarantine")
    assert "не хватает 2" in said
    assert marks.enter(number, "iron", [CODES[0], "4600439931256"]).refused == (
        "Код 2 не читается как код маркировки: отсканируйте его ещё раз.",
    )
    list(book_with(shop.shipments, CARRIER, carrier))  # type: ignore[arg-type]
    assert carrier.taken == {}
    assert marks.enter(number, "iron", CODES[:2]).taken == 1
    list(book_with(shop.shipments, CARRIER, carrier))  # type: ignore[arg-type]
    assert carrier.taken[number].parcels[0].items[0].marks == tuple(sorted(CODES[:2]))
    assert shop.questions() == []


def test_a_code_is_on_one_piece_in_the_world(hub: Hub) -> None:
    shop = ShippingShop(hub)
    marks = Marks(hub, shop.ships)
    shop.goods(requisites={"Подлежит маркировке": "Да"})
    first, second = order(shop, "1"), order(shop, "2")
    assert marks.enter(first, "iron", CODES[:1]).taken == 1
    assert marks.enter(first, "iron", CODES[:1]).taken == 0
    said = marks.enter(second, "iron", CODES[:1])
    assert (said.taken, said.refused) == (0, ("Код 1 уже стоит в другом отправлении: он с другой штуки.",))
    assert (marks.count(first), marks.count(second), marks.count("none")) == (1, 0, 0)
    assert marks.enter("none", "iron", CODES).refused != ()


def test_a_shipment_says_which_of_its_goods_need_codes_and_how_many_are_there(hub: Hub) -> None:
    shop = ShippingShop(hub)
    shop.goods(requisites={"Подлежит маркировке": "Да"}, barcode="4600439931256")
    number, marks = order(shop), Marks(hub, shop.ships)
    marks.enter(number, "iron", CODES[:1])
    (line,) = marks.lines(number)
    assert (line.line_ref, line.wanted, line.entered, line.barcodes) == ("iron", 2, 1, ("4600439931256",))
    assert marks.lines("none") == []


def test_goods_that_need_no_codes_are_not_among_those(shop: ShippingShop) -> None:
    assert Marks(shop.hub, shop.ships).lines(order(shop)) == []


def test_the_picking_list_has_the_barcodes_of_the_goods(hub: Hub) -> None:
    shop = ShippingShop(hub)
    shop.goods(barcode="4600439931256")
    order(shop)
    assert [pick.barcode for pick in ShipmentViews(hub, shop.ships).to_pick()] == ["4600439931256"]


def test_the_picking_list_names_places_of_the_ledger(shop: ShippingShop) -> None:
    number = order(shop)
    (pick,) = ShipmentViews(shop.hub, shop.ships).to_pick()
    assert (pick.place, pick.item_ref, pick.pcs, pick.shipment, pick.order_ref) == ("main", "iron", 2, number, "1")


def test_what_was_handed_over_is_not_picked_again(hub: Hub) -> None:
    shop = ShippingShop(hub, channel="ozon")
    shop.goods()
    order(shop)
    assert len(ShipmentViews(hub, shop.ships).to_pick()) == 1
    order(shop, state="shipped", status="shipped")
    assert ShipmentViews(hub, shop.ships).to_pick() == []


def test_a_person_hears_of_what_must_leave_soon_once_and_that_it_has_left(shop: ShippingShop, clock: HandClock) -> None:
    views = ShipmentViews(shop.hub, shop.ships)
    order(shop, ship_by_at=clock.now() + timedelta(hours=5))
    assert views.tell_alarms() == 0
    clock.wait(2 * 3600)
    assert views.tell_alarms() == views.tell_alarms() == 1
    (told,) = Incidents(shop.hub).live(kind=NEAR)
    assert (told.times, shop.number() in told.sentence) == (1, True)
    clock.wait(4 * 3600)
    assert views.tell_alarms() == 1
    assert [one.kind for one in Incidents(shop.hub).live()] == [MISSED]
    order(shop, state="shipped", status="shipped")
    assert views.tell_alarms() == 0
    assert Incidents(shop.hub).live() == []


def test_a_site_that_names_no_time_is_held_to_the_settings(hub: Hub, clock: HandClock) -> None:
    shop = ShippingShop(hub, own=ChannelShipping(carrier="cdek", within_h=1))
    shop.goods()
    order(shop, placed_at=clock.now())
    assert [one.is_missed for one in ShipmentViews(hub, shop.ships).alarms()] == [False]


def test_a_shipment_is_found_by_whatever_people_call_it(shop: ShippingShop) -> None:
    number = order(shop)
    list(book_with(shop.shipments, CARRIER, PlayedCarrier()))  # type: ignore[arg-type]
    views = ShipmentViews(shop.hub, shop.ships)
    for word in (number, shop.number(), "1", f"T{number}", None):
        assert views.shown(word)["number"].to_list() == [number]
    assert views.shown("nothing").is_empty()


def test_what_a_channel_fetches_says_that_it_lacks_codes_until_every_piece_has_one(hub: Hub) -> None:
    shop = ShippingShop(hub, channel="ozon")
    shop.goods(requisites={"Подлежит маркировке": "Да"})
    number, marks = order(shop), Marks(hub, shop.ships)
    assert shop.questions() == [(number, "shipment_needs_marks")]
    marks.enter(number, "iron", CODES[:1])
    assert shop.questions() == [(number, "shipment_needs_marks")]
    marks.enter(number, "iron", CODES[1:2])
    assert shop.questions() == []

"""`utyug why ORDER`: everything that became of one order, in words, without personal data."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from rich.console import Console

from adapters.errors import Misconfigured
from adapters.hub.hub import Hub
from adapters.hub.marks import Marks
from adapters.hub.outbox import Answer, Outbox
from adapters.hub.returns import Returns
from deployments.why import explain
from tasks.rules.onward import ChannelTells, Onward
from tasks.rules.order_news import tells_of
from tasks.rules.parts import PartTold
from tasks.rules.return_rules import ReturnRules
from tasks.rules.shipping_rules import ChannelShipping
from tasks.shipment_papers import fetch_forms
from tasks.shipments import book_with
from tests.adapters.hub.order_shop import CHANNEL, RULES, OrderShop, as_json, report
from tests.adapters.hub.return_shop import coming
from tests.adapters.hub.shipping import BUYER as SITE_BUYER
from tests.adapters.hub.shipping import CARRIER, PlayedCarrier, ShippingShop, shown
from tests.adapters.hub.shipping import CHANNEL as SITE
from tests.adapters.hub.sold_once.hand import HandClock
from tests.adapters.hub.test_onward import LONG_AGO, number, said

ONWARD = Onward(crms={CHANNEL: ("main",)}, tells={CHANNEL: ChannelTells(tells=tells_of("ozon", {}))})
BUYER = {"customer": {"name": "Утюгов Пётр", "phone": "+79161234567"}}


@pytest.fixture
def shop(database_url: str) -> Iterator[OrderShop]:
    """An order of two irons and of a thing nobody knows; the CRM has it, 1C has cancelled it, and the channel is owed that."""
    with Hub(database_url, clock=HandClock()) as hub:
        shop = OrderShop(hub, rules=replace(RULES, onward=ONWARD))
        shop.orders.connect(CHANNEL)
        shop.sells(10, 5)
        shop.record(report("old", placed_at=LONG_AGO))
        shop.record(report("1", {"iron": 2, "kettle": 1}, buyer=as_json(BUYER), basket_ref="basket-9"))
        outbox = Outbox(hub)
        claimed = outbox.claim("crm:main", ["order"], most=10)
        outbox.settle("crm:main", claimed, [Answer(outbox_id=one.outbox_id, outcome="accepted", foreign_ref="315") for one in claimed])
        said(shop, is_cancelled=True, status="Не согласован")
        yield shop


def told(shop: OrderShop, word: str) -> str:
    console = Console(record=True, width=200)
    explain(shop.hub, word, None, console, time_zone="Europe/Moscow")
    return console.export_text()


def test_every_system_stands_in_the_story(shop: OrderShop) -> None:
    story = told(shop, number(shop))
    for part in ("ozon № 1", "iron", "товар неизвестен", "crm:main", "315", "Не согласован, отменён", "channel:ozon", "отмена"):
        assert part in story


def test_accounts_and_reasons_are_told_in_words(shop: OrderShop) -> None:
    story = told(shop, number(shop))
    assert "может продать площадка ozon" in story
    assert "продано, 1С ещё не списала" in story


def test_a_line_that_is_cancelled_is_not_called_sold(shop: OrderShop) -> None:
    assert "отменено" not in told(shop, number(shop))
    shop.record(report("1", {"iron": 2, "kettle": 1}, state="cancelled", buyer=as_json(BUYER), basket_ref="basket-9"))
    assert "отменено" in told(shop, number(shop))


def test_what_was_asked_stands_with_its_sentence(shop: OrderShop) -> None:
    assert "В заказе есть артикул, которого Utyug на этой площадке не знает" in told(shop, number(shop)).replace("\n", " ")


def test_the_buyer_is_not_to_be_recognized(shop: OrderShop) -> None:
    story = told(shop, number(shop))
    assert "Утюгов" not in story
    assert "9161234567" not in story


@pytest.mark.parametrize("word", ["1", "basket-9", "ozon-1"])
def test_an_order_is_found_by_whatever_name_people_have_for_it(shop: OrderShop, word: str) -> None:
    assert "ozon № 1" in told(shop, word)


def test_another_order_is_not_told_with_it(shop: OrderShop) -> None:
    assert "ozon № old" not in told(shop, number(shop))


def test_a_word_that_means_nothing_is_said_to(shop: OrderShop) -> None:
    with pytest.raises(Misconfigured, match="не найдено"):
        told(shop, "77777777")


@pytest.fixture
def shipped(database_url: str, tmp_path: Path) -> Iterator[ShippingShop]:
    """Two irons of a site's order: one left by the carrier and came, the other waits for a receipt; the first came back half broken."""
    clock = HandClock()
    with Hub(database_url, clock=clock) as hub:
        shop = ShippingShop(hub, own=ChannelShipping(carrier="cdek", parts=True, tariff="136"))
        shop.goods(requisites={"Подлежит маркировке": "Да"})
        shop.record(report("1", {"iron": 3}, buyer=SITE_BUYER))
        shop.waits_for("1", "iron", 1)
        shop.plan()
        number, carrier = f"{shop.number()}-1", PlayedCarrier()
        list(book_with(shop.shipments, CARRIER, carrier))  # type: ignore[arg-type]
        clock.wait(60)
        Marks(hub, shop.ships).enter(number, "iron", [f"0104600439931256215cVBd?-)kC,Y{code}" for code in range(2)])
        list(book_with(shop.shipments, CARRIER, carrier))  # type: ignore[arg-type]
        for _ in range(2):
            clock.wait(60)
            fetch_forms(hub, CARRIER, carrier, tmp_path)  # type: ignore[arg-type]
        claimed, _ = shop.shipments.claim_parts(SITE, most=9)
        told_ = {one.subject: PartTold(number=one.subject, outcome="accepted") for one in claimed}
        shop.shipments.settle_parts(SITE, claimed, told_, {})
        clock.wait(60)
        now = clock.now()
        track = shown(f"u-{number}", "delivered", (0, "TAKEN", "in_transit"), (9, "DELIVERED", "delivered"), at=now, tracking=f"T{number}")
        shop.shipments.record_tracks(CARRIER, [(number, now, track)], again=timedelta(hours=1))
        clock.wait(3600)
        rules = ReturnRules(onward=ONWARD, refunds=frozenset({SITE}))
        written = coming("a", channel=None, state="received", condition="defect", decision="write_off", received_at=clock.now())
        Returns(hub).record("workbook", written, rules=rules)
        yield shop


def happenings(shop: ShippingShop) -> str:
    return " ".join(told(shop, shop.number()).split())


def test_the_whole_way_of_a_parcel_is_told_in_its_order(shipped: ShippingShop) -> None:
    story = happenings(shipped)
    way = (
        "к отправке собрано 2 шт., повезёт перевозчик cdek",
        "спрошено:",
        "отсканировано кодов «Честный ЗНАК»: 2",
        "передаётся: перевозчик cdek, тариф 136",
        f"перевозчик cdek принял отправление, трек T{shipped.number()}-1",
        "готова этикетка перевозчика: labels/",
        "площадка site знает, что часть уехала",
        "посылка отдана",
        "итог: вручено",
        "DELIVERED",
    )
    told_at = [story.find(part) for part in way]
    assert -1 not in told_at
    assert told_at == sorted(told_at)


def test_what_came_back_is_told_with_who_said_so_its_decision_and_its_papers(shipped: ShippingShop) -> None:
    story = happenings(shipped)
    for part in (
        "сообщает книга Excel: 1 шт., товар у нас",
        "пришло 1 шт.: брак; решение: списать",
        "1С должна это оприходовать",
        "документ ждёт передачи: бухгалтер",
        "возврат денег ждёт передачи: площадка site",
    ):
        assert part in story


def test_an_order_without_parcels_and_returns_has_no_such_tables(shop: OrderShop) -> None:
    story = told(shop, number(shop))
    assert "Что было с отправлениями" not in story
    assert "Возвраты" not in story

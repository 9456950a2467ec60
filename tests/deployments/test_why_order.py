"""`utyug why ORDER`: everything that became of one order, in words, without personal data."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from rich.console import Console

from adapters.errors import Misconfigured
from adapters.hub.hub import Hub
from adapters.hub.outbox import Answer, Outbox
from deployments.why import explain
from tasks.rules.onward import ChannelTells, Onward
from tasks.rules.order_news import tells_of
from tests.adapters.hub.order_shop import CHANNEL, RULES, OrderShop, as_json, report
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

"""Orders out, orders back, dictionaries."""

from collections.abc import Callable

import pytest
from lxml import etree

from adapters.hub.incidents import Incidents
from adapters.hub.sale import SaleDesk
from tests.adapters.gateway.conftest import Door, Flow, Talk, document
from tests.adapters.hub.order_shop import OrderShop, report

ORDERS = b'<?xml version="1.0" encoding="UTF-8"?><x/>'


class Desk:
    """What the exchange asks of the book of orders, and with what."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.asked: list[tuple[str, ...]] = []
        monkeypatch.setattr(SaleDesk, "offer", lambda _, source, session_ref: self._note("offer", source, session_ref))
        monkeypatch.setattr(SaleDesk, "acknowledge", lambda _, session_ref: self._note("acknowledge", session_ref))

    def _note(self, *asked: str) -> bytes:
        self.asked.append(asked)
        return ORDERS


def test_query_is_xml_from_its_first_byte_and_success_confirms_that_very_session(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk(monkeypatch)
    talk.opened("sale", init=False)
    answer = talk.answer("query", exchange="sale")
    assert answer.content == ORDERS
    assert answer.headers["content-type"] == "text/xml; charset=utf-8"
    assert int(answer.headers["content-length"]) == len(ORDERS)
    assert talk("success", exchange="sale") == "success"
    assert talk("success", exchange="sale") == "success"
    assert desk.asked == [("offer", "main", talk.session_ref), *[("acknowledge", talk.session_ref)] * 2]


def test_a_base_with_no_orders_reads_an_empty_package(talk: Talk) -> None:
    body = talk.opened("sale", init=False)("query", exchange="sale")
    assert body.startswith("<?xml")
    assert etree.fromstring(body.encode()).findall("Документ") == []
    assert talk("success", exchange="sale") == "success"


def test_an_order_file_is_taken_without_any_import(talk: Talk) -> None:
    talk.opened("sale").file("orders-1_1.xml", document(), exchange="sale")
    (feed,) = talk.door.inbox.waiting()
    assert (feed.name, feed.exchange, feed.source) == ("orders-1_1.xml", "sale", "main")


def test_an_import_of_an_order_file_is_answered_and_repeats_harmlessly(talk: Talk) -> None:
    talk.opened("sale").file("orders-1_1.xml", document(), exchange="sale")
    with Flow(talk.door, sentence="Заказов принято: 1.") as flow:
        for _ in range(2):
            assert talk("import", exchange="sale", filename="orders-1_1.xml") == "success\nЗаказов принято: 1."
    assert flow.recorded == ["orders-1_1.xml"]


def test_dictionaries_are_windows_1251_with_the_reference_servers_own_spelling(talk: Talk) -> None:
    answer = talk.opened("sale", init=False).answer("info", exchange="sale")
    assert answer.headers["content-type"] == "text/xml; charset=windows-1251"
    assert answer.content.startswith(b'<?xml version="1.0" encoding="windows-1251"?>')
    root = etree.fromstring(answer.content)
    assert root.tag == "Справочник"
    assert [group.tag for group in root] == ["C" + "татусы", "ПлатежныеСистемы", "СлужбыДоставки"]
    assert all(element.findtext("Ид") and element.findtext("Название") for element in root.iter("Элемент"))
    assert "Не согласован" in [element.findtext("Название") for element in root[0]]


@pytest.mark.parametrize("mode", ["query", "success", "info"])
def test_nothing_of_the_sale_goes_without_a_session(talk: Talk, mode: str, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk(monkeypatch)
    assert talk(mode, exchange="sale").startswith("failure\n")
    assert desk.asked == []


def test_orders_of_one_base_are_never_asked_for_another(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk(monkeypatch)
    for talk in (Talk(door), Talk(door, login="склад", password="пароль-2")):
        talk.opened("sale", init=False)("query", exchange="sale")
    assert [asked[1] for asked in desk.asked] == ["main", "second"]


def test_an_order_that_1c_says_nothing_of_for_so_many_exchanges_is_told_to_a_person(open_door: Callable[..., Door]) -> None:
    door = open_door(silent_exchanges=3)
    shop = OrderShop(door.hub)
    shop.sells(5, 3)
    shop.record(report("1"))
    heard = []
    for _ in range(4):
        Talk(door).opened("sale", init=False)("query", exchange="sale")
        heard.append(len(Incidents(door.hub).live(kind="report_missing")))
    assert heard == [0, 0, 0, 1], "the first of the four gave it the order"

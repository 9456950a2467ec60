"""Rows that leave the quarantine although 1C does not send the very same row again."""

from pathlib import Path

import pytest

from adapters.hub.hub import Hub
from adapters.hub.quarantine import Quarantine
from adapters.hub.retries import Retries
from adapters.onec.reader import Reading
from adapters.onec.rows import RowsReading
from tasks.rules.intake import judged
from tests.adapters.hub.export import Onec, barcode, count, offer, product, recipe, refused


@pytest.fixture
def onec(hub: Hub) -> Onec:
    return Onec(hub)


@pytest.fixture
def quarantine(hub: Hub) -> Quarantine:
    return Quarantine(hub)


def test_a_recipe_is_taken_when_the_part_it_waited_for_comes(onec: Onec, quarantine: Quarantine) -> None:
    onec.send(product=[product("set"), product("mat")], recipe=[recipe("set", "mat", 2), recipe("set", "ghost#red"), recipe("set", "elf")])
    assert onec.rows("select 1 from bundle_recipe") == []
    onec.send(product=[product("ghost")])
    assert onec.rows("select 1 from bundle_recipe") == []
    assert quarantine.counts()["component_is_known"] == 2
    onec.send(product=[product("elf")])
    assert onec.rows("select component_ref, pcs from bundle_recipe order by 1") == [("elf", 1), ("ghost#red", 1), ("mat", 2)]
    assert quarantine.counts() == {}


def test_waiting_for_a_part_is_not_counted_as_seen_again(onec: Onec) -> None:
    onec.send(product=[product("set")], recipe=[recipe("set", "ghost")])
    onec.send(product=[product("mat")])
    assert onec.one("select times from quarantine") == 1


def test_a_recipe_that_was_restated_without_the_missing_part_is_not_taken_back(onec: Onec, quarantine: Quarantine) -> None:
    onec.send(product=[product("set"), product("mat")], recipe=[recipe("set", "mat"), recipe("set", "ghost")])
    onec.send(recipe=[recipe("set", "mat", 3)])
    onec.send(product=[product("ghost")])
    assert onec.rows("select component_ref, pcs from bundle_recipe") == [("mat", 3)]
    assert quarantine.counts() == {}


def test_a_recipe_with_another_fault_waits_for_that_to_be_mended(onec: Onec) -> None:
    bad = refused("recipe", "set|mat", "recipe_pcs_is_whole", bundle_ref="set")
    onec.send(product=[product("set"), product("mat")], recipe=[recipe("set", "ghost")], refused=bad)
    onec.send(product=[product("ghost")])
    assert onec.rows("select 1 from bundle_recipe") == []


def test_figures_that_state_an_item_as_a_whole_right_it_at_every_place(onec: Onec, quarantine: Quarantine) -> None:
    onec.send(product=[product("iron")], offer=[offer("iron")], refused=refused("count", "iron|", "count_is_a_number"))
    onec.send(count=[count("iron", 1, "north")])
    assert quarantine.counts() == {"count_is_a_number": 1}
    onec.send(count=[count("iron", 1, "north", is_whole=True)])
    assert quarantine.counts() == {}


ORDER = (
    '<КоммерческаяИнформация ВерсияСхемы="2.07"><Документ><Ид>d</Ид><Номер>1042</Номер><Дата>2026-01-02</Дата>'
    "<ХозОперация>Заказ товара</ХозОперация><Роль>Продавец</Роль><Валюта>RUB</Валюта><Товары><Товар><Ид>iron</Ид><Наименование>Утюг</Наименование>"
    "<ЦенаЗаЕдиницу>100</ЦенаЗаЕдиницу><Количество>{pcs}</Количество><Сумма>100</Сумма></Товар></Товары></Документ></КоммерческаяИнформация>"
)


def test_a_line_of_a_document_that_comes_right_leaves_the_quarantine(onec: Onec, quarantine: Quarantine, tmp_path: Path) -> None:
    path = tmp_path / "orders.xml"
    for pcs, left in (("много", 1), ("1", 0)):
        path.write_text(ORDER.format(pcs=pcs), encoding="utf-8")
        onec.record(onec.put(name="orders-1.xml"), judged(Reading(path)))
        assert sum(quarantine.counts().values()) == left


def test_a_card_that_is_tried_again_keeps_its_barcode(onec: Onec, hub: Hub, tmp_path: Path) -> None:
    code = "4600000000008"
    onec.send(product=[product("iron")], barcode=[barcode("iron", code, "product")])
    text = "<КоммерческаяИнформация><Каталог><Товары><Товар><Ид>iron</Ид><Наименование>Утюг</Наименование><СтавкиНалогов><СтавкаНалога>"
    text += "<Ставка>33</Ставка></СтавкаНалога></СтавкиНалогов></Товар></Товары></Каталог></КоммерческаяИнформация>"
    path = tmp_path / "import.xml"
    path.write_text(text, encoding="utf-8")
    onec.record(onec.put(), judged(Reading(path)))
    (feed_id,) = Retries(hub).enqueue(entity="product")
    path.write_bytes(onec.inbox.fetch(feed_id, tmp_path / "rows").read_bytes().replace(b'"33"', b'"20"'))
    onec.record(onec.inbox.feed(feed_id), judged(RowsReading(path)))
    assert onec.rows("select vat, barcode from product") == [("20", code)]

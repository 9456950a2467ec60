"""What a marketplace, CDEK and Excel tell of the same pieces is one return, in whatever order they tell, and everybody hears of it once."""

from collections.abc import Iterator
from itertools import permutations
from pathlib import Path

import pytest

from adapters.errors import Misconfigured
from adapters.hub.hub import Hub
from flows.returns import returns
from tasks.rules.carrier import label_code
from tests.flows.returning import IRON, Shop, opened_shop

pytestmark = [pytest.mark.usefixtures("prefect_server"), pytest.mark.slow, pytest.mark.timeout(400)]


@pytest.fixture
def shop(hub: Hub, database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Shop]:
    with opened_shop(hub) as (shop, environment):
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("UTYUG_TOML", str(tmp_path / "none.toml"))
        monkeypatch.setenv("UTYUG_DATABASE_URL", database_url)
        monkeypatch.setenv("UTYUG_VAR_DIR", str(tmp_path))
        shop.folder = tmp_path / "returns"
        shop.folder.mkdir()
        yield shop


def test_a_marketplace_the_carrier_and_excel_tell_of_one_return_in_every_order(shop: Shop) -> None:
    ways = list(permutations(("marketplace", "carrier", "workbook")))
    told = dict(zip(shop.sold("ozon", 2, count=len(ways)), ways, strict=True))
    for turn in range(3):
        shop.told("ozon", 2, {order_ref: way[turn] for order_ref, way in told.items()})
    for order_ref, way in told.items():
        assert (way, [row[1:] for row in shop.returned("ozon", order_ref)]) == (way, [(2, "received", "restock")])
        assert (way, shop.tellers("ozon", order_ref)) == (way, {"ozon", "carrier:cdek", "workbook"})
    assert shop.rows("select count(*) from goods_return") == [(len(ways),)]
    shop.delivered()
    documents = shop.documents()
    assert [sum(line["Количество"] for line in one["Товары"]) for one in documents] == [2] * len(ways)
    assert {one["Posted"] for one in documents} == {False}
    assert shop.crm_orders() == sorted(f"ozon-{order_ref}" for order_ref in told)
    assert shop.questions() == []


def test_the_sites_refund_follows_a_return_that_the_carrier_and_excel_tell_of_once(shop: Shop) -> None:
    first, second = shop.sold("site", 2, count=2)
    shop.told("site", 2, {first: "carrier", second: "workbook"})
    shop.delivered()
    assert (shop.refunds(first), shop.refunds(second)) == ([], [2])
    shop.told("site", 2, {first: "workbook", second: "carrier"})
    for order_ref in (first, second):
        shop.carrier("site", order_ref, "POST", "/came_back", {})
    shop.delivered()
    shop.told("site", 2, {first: "workbook", second: "workbook"})
    shop.delivered()
    for order_ref in (first, second):
        assert [row[1:] for row in shop.returned("site", order_ref)] == [(2, "received", "restock")]
        assert shop.refunds(order_ref) == [2]
    assert len(shop.documents()) == 2
    assert shop.crm_orders() == sorted(f"site-{order_ref}" for order_ref in (first, second))


def test_half_of_an_order_that_the_buyer_did_not_keep_ends_with_a_managers_decision_in_1c(shop: Shop) -> None:
    (order_ref,) = shop.sold("site", 4)
    shop.carrier("site", order_ref, "POST", "/delivered_in_part", {"kept": {label_code(IRON): 2}})
    shop.until("site", order_ref, "delivered")
    returns()
    assert [row[1:] for row in shop.returned("site", order_ref)] == [(2, "coming", "ask")]
    shop.carrier("site", order_ref, "POST", "/came_back", {})
    returns()
    assert [row[1:] for row in shop.returned("site", order_ref)] == [(2, "received", "ask")]
    assert shop.questions() == ["return_waits_for_decision"]
    shop.delivered()
    assert shop.documents() == []
    shop.workbook((order_ref, 1, "годен", None), (order_ref, 1, "брак", "списать"))
    returns("workbook")
    assert sorted(row[1:] for row in shop.returned("site", order_ref)) == [(1, "received", "restock"), (1, "received", "write_off")]
    shop.delivered()
    (document,) = shop.documents()
    assert (document["Posted"], [line["Количество"] for line in document["Товары"]]) == (False, [1, 1])
    assert "Вручено не всё" in document["Комментарий"]
    assert (shop.refunds(order_ref), shop.questions()) == ([2], [])
    returns()
    assert shop.resting() == {"sellable": 1, "written_off": 1}
    shop.post(document["Ref_Key"])
    returns()
    assert shop.resting() == {"written_off": 1}


def test_a_carrier_alone_may_be_read_and_one_that_is_not_there_is_a_sentence(shop: Shop) -> None:
    (order_ref,) = shop.sold("site", 1)
    shop.carrier("site", order_ref, "POST", "/refused", {})
    shop.until("site", order_ref, "coming_back")
    assert returns("carrier:cdek", dry_run=True).rows_in == 1
    assert shop.returned("site", order_ref) == []
    assert returns("carrier:cdek").accepted == 1
    assert returns("carrier:cdek").accepted == 0
    with pytest.raises(Misconfigured, match="carrier:boxberry"):
        returns("carrier:boxberry")

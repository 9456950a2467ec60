"""What 1C reports of orders: the newest word is kept, older ones change nothing, and the ledger hears of it."""

import json
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from sqlalchemy import insert, select

from adapters.hub.hub import Hub
from adapters.hub.inbox import Inbox
from adapters.hub.journal import Journal
from adapters.hub.sale import SaleDesk, record_documents
from adapters.hub.tables.catalog import item
from adapters.hub.tables.sale import onec_report
from adapters.onec.orders_writer import Buyer, OrderDocument, OrderLine
from adapters.onec.reader import FeedHeader
from tasks.rules.ledger_draw import Wanted
from tasks.rules.orders import judge_documents, judge_lines
from tests.adapters.hub.shop import NOON, OURS, SOURCE, Shop, minute
from tests.adapters.onec.conftest import read_all
from validation.orders import DocumentRead, LineRead

TEXT: dict[str, Any] = dict.fromkeys(DocumentRead.to_schema().columns, pl.String) | {"row": pl.Int64}
LINE_TEXT: dict[str, Any] = dict.fromkeys(LineRead.to_schema().columns, pl.String) | {"row": pl.Int64}
POSTED = {"posted": "true", "onec_number": "УТ-1", "status": "Согласован"}
SHIPPED = POSTED | {"shipped_number": "О-1", "status": "Закрыт"}
NAMES = count(1)


class Onec:
    """1C, whose sale files go straight to the hub."""

    def __init__(self, hub: Hub, *, reserves_when: str = "shipped") -> None:
        self.hub = hub
        self.inbox = Inbox(hub)
        self.reserves_when = reserves_when

    def report(
        self,
        said: dict[str, str],
        lines: dict[str, str] | None = None,
        *,
        formed_at: datetime | None = NOON,
        is_day_only: bool = False,
        lines_stated: int | None = None,
    ) -> int:
        """One document of order 1001 with these items and pieces; says how many were news."""
        stated = lines_stated if lines_stated is not None else None if lines is None else len(lines)
        document = {
            "row": 1, "part": "0", "number": "1001", "operation": "Заказ товара", "buyers": "1",
            "lines_stated": None if stated is None else str(stated),
        } | said  # fmt: skip
        rows = [
            {"row": 1, "part": "0", "number": "1001", "line_no": str(n), "item_ref": ref, "quantity": pcs, "total": "10.00"}
            for n, (ref, pcs) in enumerate((lines or {}).items(), 1)
        ]
        return self.send(
            pl.DataFrame([document], schema=TEXT), pl.DataFrame(rows, schema=LINE_TEXT), formed_at=formed_at, is_day_only=is_day_only
        )

    def send(self, documents: pl.DataFrame, lines: pl.DataFrame, *, formed_at: datetime | None = NOON, is_day_only: bool = False) -> int:
        """Whole frames of text."""
        feed_id = self.inbox.begin(source=SOURCE, exchange="sale", name=f"orders-{next(NAMES)}.xml", kind="xml")
        feed = self.inbox.complete(feed_id)
        header = FeedHeader(formed_at=formed_at, is_day_only=is_day_only)
        with self.hub.engine.begin() as connection:
            return record_documents(
                connection, feed, header, judge_documents(documents).passed, judge_lines(lines).passed, self.hub.clock.now(),
                reserves_when=self.reserves_when,
            )  # fmt: skip

    def reports(self) -> list[dict[str, Any]]:
        """Everything the hub keeps, by order."""
        with self.hub.engine.begin() as connection:
            rows = connection.execute(select(onec_report).order_by(onec_report.c.order_number, onec_report.c.number)).mappings()
            return [dict(row) for row in rows]

    def kept(self) -> dict[str, Any]:
        """The one report there is."""
        (report,) = self.reports()
        return report


@pytest.fixture
def onec(hub: Hub) -> Onec:
    return Onec(hub)


@pytest.fixture
def shop(hub: Hub) -> Shop:
    """Ten irons counted, four of them sold in order 1001."""
    shop = Shop(hub)
    item_id = shop.stock(10)
    shop.ledger.sell([Wanted(item_id=item_id, pcs=4, line_ref="site:1001:1")], source=SOURCE, order_number="1001", reference="site:1001")
    return shop


def sold(shop: Shop) -> tuple[int, int, bool]:
    """Pieces reserved by 1C's word, pieces that left `sold`, and whether 1C gave the line up."""
    with shop.hub.engine.begin() as connection:
        row = connection.exec_driver_sql("select reserved_pcs, left_pcs, is_given_up from sold_line").one()
        return row.reserved_pcs, row.left_pcs, row.is_given_up


def test_what_1c_says_is_kept_with_its_stamp_and_its_file(onec: Onec) -> None:
    assert onec.report(SHIPPED | {"onec_ref": "guid", "tracking": "TRK", "requisites": '{"Метод оплаты": "Картой"}'}, {"iron": "2"}) == 1
    kept = onec.kept()
    expected = {
        "source": SOURCE, "order_number": "1001", "number": "1001", "operation": "Заказ товара", "onec_ref": "guid", "onec_number": "УТ-1",
        "is_posted": True, "is_shipped": True, "shipped_number": "О-1", "is_paid": False, "is_cancelled": False, "status": "Закрыт",
        "tracking": "TRK", "requisites": {"Метод оплаты": "Картой"}, "buyers": 1, "formed_at": NOON,
    }  # fmt: skip
    assert {name: kept[name] for name in expected} == expected
    assert [(line["item_ref"], line["pcs"], line["sum_kopecks"]) for line in kept["lines"]] == [("iron", 2, 1000)]


def test_the_same_file_again_is_the_same_report(onec: Onec) -> None:
    onec.report(SHIPPED, {"iron": "2"})
    before = onec.kept()
    onec.report(SHIPPED, {"iron": "2"})
    after = onec.kept()
    assert {name: before[name] for name in before if name not in ("received_at", "feed_id")} == {
        name: after[name] for name in after if name not in ("received_at", "feed_id")
    }


def test_an_older_file_never_replaces_a_newer_report(onec: Onec) -> None:
    onec.report(SHIPPED, {"iron": "2"}, formed_at=minute(5))
    assert onec.report(POSTED, {"iron": "1"}, formed_at=minute(4)) == 0
    assert (onec.kept()["status"], onec.kept()["lines"][0]["pcs"]) == ("Закрыт", 2)


def test_a_file_without_a_stamp_never_replaces_one_that_has_it_but_another_without(onec: Onec) -> None:
    onec.report(POSTED, {"iron": "1"}, formed_at=None)
    assert onec.report(SHIPPED, {"iron": "2"}, formed_at=None) == 1
    assert onec.report(SHIPPED, {"iron": "3"}, formed_at=minute(1)) == 1
    assert onec.report(POSTED, {"iron": "1"}, formed_at=None) == 0
    assert onec.kept()["lines"][0]["pcs"] == 3


def test_the_list_of_lines_replaces_the_former_one_whole(onec: Onec) -> None:
    onec.report(POSTED, {"iron": "2", "kettle": "1"}, formed_at=minute(1))
    onec.report(POSTED, {"kettle": "1"}, formed_at=minute(2))
    assert [line["item_ref"] for line in onec.kept()["lines"]] == ["kettle"]
    onec.report(POSTED, {}, formed_at=minute(3))
    assert onec.kept()["lines"] == []


def test_a_document_that_does_not_speak_of_its_lines_leaves_them_as_they_were(onec: Onec) -> None:
    onec.report(POSTED, {"iron": "2"}, formed_at=minute(1))
    onec.report(SHIPPED, None, formed_at=minute(2))
    assert (onec.kept()["status"], [line["item_ref"] for line in onec.kept()["lines"]]) == ("Закрыт", ["iron"])


def test_a_shipment_is_kept_beside_its_order(onec: Onec) -> None:
    onec.report(POSTED, {"iron": "2"})
    onec.report({"number": "О-1", "parent_number": "1001", "operation": "Отпуск товара"}, {"iron": "1"})
    assert [(row["order_number"], row["operation"], row["number"]) for row in onec.reports()] == [
        ("1001", "Заказ товара", "1001"), ("1001", "Отпуск товара", "О-1"),
    ]  # fmt: skip


def test_an_order_that_1c_never_had_from_us_is_kept_and_journalled_once(hub: Hub, onec: Onec) -> None:
    onec.report(POSTED, {"iron": "2"}, formed_at=minute(1))
    onec.report(SHIPPED, {"iron": "2"}, formed_at=minute(2))
    (entry,) = Journal(hub).entries(kind="report_of_unknown_order")
    assert entry.detail == {"orders": 1, "numbers": ["1001"]}


def test_an_order_that_1c_had_from_us_is_no_stranger(hub: Hub, onec: Onec) -> None:
    with hub.engine.begin() as connection:
        connection.execute(insert(item).values(source=SOURCE, item_ref="iron", product_ref="iron", feed_id=1, changed_at=OURS))
    order = OrderDocument(
        number="1001",
        placed_at=datetime(2026, 1, 1, tzinfo=UTC),
        buyer=Buyer(ref="1", name="Петров"),
        lines=(OrderLine(item_ref="iron", name="Утюг", pcs=2, price_kopecks=500),),
    )
    SaleDesk(hub).enqueue(source=SOURCE, document=order, key="created:1001")
    onec.report(POSTED, {"iron": "2"})
    assert Journal(hub).entries(kind="report_of_unknown_order") == []


def test_the_ledger_hears_that_shipped_pieces_are_out_of_1cs_figure(onec: Onec, shop: Shop) -> None:
    onec.report(POSTED, {"iron": "4"}, formed_at=minute(1))
    assert sold(shop) == (0, 0, False)
    onec.report(SHIPPED, {"iron": "4"}, formed_at=minute(2))
    assert sold(shop) == (4, 0, False)


def test_posting_counts_as_reserving_only_where_the_shop_says_so(hub: Hub, shop: Shop) -> None:
    Onec(hub, reserves_when="posted").report(POSTED, {"iron": "4"}, formed_at=minute(1))
    assert sold(shop) == (4, 0, False)


@pytest.mark.parametrize("said", [{"cancelled": "true"}, {"marked_deleted": "true"}])
def test_a_cancelled_or_deleted_order_reserves_nothing_and_is_given_up(onec: Onec, shop: Shop, said: dict[str, str]) -> None:
    onec.report(SHIPPED | said, {"iron": "4"}, formed_at=minute(1))
    assert sold(shop) == (0, 0, True)


def test_a_line_that_vanished_from_a_shipped_order_is_given_up(onec: Onec, shop: Shop) -> None:
    onec.report(SHIPPED, {"kettle": "1"}, formed_at=minute(1))
    assert sold(shop) == (0, 0, True)


@pytest.mark.parametrize("lines", [None, {"iron": "4", "kettle": "полтора"}])
def test_a_shipped_order_whose_lines_are_not_all_known_reserves_nothing_and_gives_nothing_up(
    onec: Onec, shop: Shop, lines: dict[str, str] | None
) -> None:
    onec.report(SHIPPED, lines, formed_at=minute(1))
    assert sold(shop) == (0, 0, False)
    assert onec.kept()["lines"] is None


def test_a_stamp_of_a_day_releases_nothing(onec: Onec, shop: Shop) -> None:
    onec.report(SHIPPED, {"iron": "4"}, is_day_only=True)
    assert sold(shop)[0] == 0


def test_an_older_report_does_not_take_back_what_a_newer_one_reserved(onec: Onec, shop: Shop) -> None:
    onec.report(SHIPPED, {"iron": "4"}, formed_at=minute(5))
    onec.report({}, {"iron": "4"}, formed_at=minute(4))
    assert sold(shop)[0] == 4


def test_a_shipment_with_the_orders_own_number_is_not_the_order(onec: Onec, shop: Shop) -> None:
    onec.report(SHIPPED, {"iron": "4"}, formed_at=minute(1))
    onec.report({"parent_number": "1001", "operation": "Отпуск товара"}, {}, formed_at=minute(2))
    assert sold(shop)[0] == 4


def test_a_file_without_documents_is_recorded_as_nothing(onec: Onec) -> None:
    assert onec.send(pl.DataFrame(schema=TEXT), pl.DataFrame(schema=LINE_TEXT)) == 0


def test_of_a_document_that_stands_twice_in_a_file_the_last_counts(onec: Onec) -> None:
    said = {"part": "0", "number": "1001", "operation": "Заказ товара", "buyers": "0"}
    documents = pl.DataFrame([said | {"row": 1, "status": "Первый"}, said | {"row": 2, "status": "Второй"}], schema=TEXT)
    assert onec.send(documents, pl.DataFrame(schema=LINE_TEXT)) == 1
    assert onec.kept()["status"] == "Второй"


def test_every_real_orders_file_is_recorded_and_no_person_is_kept(onec: Onec, contracts_dir: Path) -> None:
    for sample in ("ArgentCrusade__commerceml__tests_fixtures_documents-example.xml", "irpsv__commerceml__tests_assets_off-doc-1c_orders.xml",
                   "carono__php-commerceml__tests_xml_orders.xml", "dobromyslov__commerceml-parser__data_bitrix-query-response-full.xml",
                   "RBDI__epc__1c_orders-00162dd9-fc43-42b5-ba79-49d23840966b.xml"):  # fmt: skip
        header, frames = read_all(contracts_dir / "commerceml" / "samples" / sample)
        onec.send(frames["document"], frames["line"], formed_at=header.formed_at, is_day_only=header.is_day_only)
    reports = onec.reports()
    assert sorted(row["order_number"] for row in reports) == ["132", "133", "142", "20", "235", "36", "4512", "92", "93"]
    everything = json.dumps(reports, default=str, ensure_ascii=False)
    assert not [word for word in ("Петров", "Иванов", "Смирнов", "Kikinda", "порошочков", "87698", "admin") if word in everything]

"""Orders that tell too little: reserved and handed on as far as they are known, asked about, and whole again with a person's answer."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import psycopg
import pytest

from adapters.hub.hub import Hub
from adapters.hub.order_rows import OrderRow
from adapters.hub.outbox import Answer, Outbox
from adapters.hub.quarantine import Quarantine
from tasks.rules.crm import CrmChange, CrmGoods
from tasks.rules.onward import Onward
from tests.adapters.hub.order_shop import CHANNEL, RULES, OrderShop, as_json, report
from tests.adapters.hub.test_killed import awaited, plain
from tests.adapters.hub.test_ledger_races import wait_until_one_waits

NO_PHONE = as_json({"billing": {"first_name": "Пётр", "phone": "домофон 12"}})
IN_COMMENT = as_json({"billing": {"first_name": "Пётр", "city": "Тула", "phone": "89161234567"}, "note": "ул. Мира, 5, кв. 7"})


class Counter(OrderShop):
    """A channel whose orders go to 1C and to a CRM, with a manager at the CRM."""

    def answer(self, order_ref: str = "1", **fields: Any) -> int:
        """What stands in the CRM's order is read."""
        change = CrmChange(ref=f"{CHANNEL}-{order_ref}", foreign_ref="5", status="any", state=None, **fields)
        return self.orders.answer(CHANNEL, {order_ref: change}, rules=self.rules).questions

    def order(self, order_ref: str = "1") -> OrderRow:
        order = self.orders.find(CHANNEL, order_ref)
        assert order is not None
        return order

    def paper(self, order_ref: str = "1") -> dict[str, Any]:
        """What 1C is told of the order."""
        return self.papers()[self.order(order_ref).number or ""]

    def owed(self) -> list[tuple[str, str]]:
        return list(Outbox(self.hub).waiting().select("target", "kind").iter_rows())

    def settle(self) -> None:
        """The CRM has taken all that it is owed."""
        outbox = Outbox(self.hub)
        claimed = outbox.claim("crm:main", ["order"], most=100)
        outbox.settle("crm:main", claimed, [Answer(outbox_id=one.outbox_id, outcome="accepted") for one in claimed])


@pytest.fixture
def shop(hub: Hub) -> Iterator[Counter]:
    shop = Counter(hub, rules=replace(RULES, onward=Onward(crms={CHANNEL: ("main",)})))
    yield shop
    shop.assert_conserved()


def goods(line_ref: str | None, *names: str, pcs: int = 1, price_kopecks: int | None = None) -> CrmGoods:
    return CrmGoods(line_ref=line_ref, names=names, pcs=pcs, price_kopecks=price_kopecks)


class TestUnknownGoods:
    """A code that no card has."""

    def test_the_rest_of_the_order_is_reserved_and_handed_on(self, shop: Counter) -> None:
        item_id, exposure = shop.sells(10, 5)
        shop.record(report(lines={"iron": 2, "mystery": 1}))
        assert shop.questions() == [("1|mystery", "order_line_is_known")]
        assert shop.accounts(item_id) == {"pool": 5, exposure: 3, shop.sold("1"): 2}
        assert [line["item_ref"] for line in shop.paper()["lines"]] == ["iron"]
        assert shop.owed() == [("crm:main", "order")]

    def test_a_card_that_is_found_releases_it_at_the_next_reading(self, shop: Counter) -> None:
        item_id = shop.stock(10)
        shop.record(report(lines={"mystery": 2}))
        shop.enlist(item_id, "mystery")
        shop.poll()
        assert (shop.questions(), shop.pieces("1", "mystery")) == ([], ("sold", 2, 0))
        assert shop.accounts(item_id)["pool"] == 8

    def test_a_product_chosen_in_the_crm_is_this_orders_alone_and_takes_its_pieces(self, shop: Counter) -> None:
        item_id = shop.stock(10)
        shop.record(report(lines={"mystery": 2}))
        shop.settle()
        assert shop.answer(goods=(goods("mystery", "iron", pcs=2),)) == 1
        assert (shop.questions(), shop.pieces("1", "mystery")) == ([], ("sold", 2, 0))
        assert shop.accounts(item_id) == {"pool": 8, shop.sold("1", "mystery"): 2}
        assert [(line["item_ref"], line["pcs"]) for line in shop.paper()["lines"]] == [("iron", 2)]
        assert shop.owed() == [("crm:main", "order")]
        shop.record(report("2", lines={"mystery": 1}))
        assert shop.questions() == [("2|mystery", "order_line_is_known")]

    def test_the_answer_outlives_reports_that_repeat_the_code_and_their_cancellation_gives_the_pieces_back(self, shop: Counter) -> None:
        item_id = shop.stock(10)
        shop.record(report(lines={"mystery": 2}))
        shop.answer(goods=(goods("mystery", "iron"),))
        shop.record(report(lines={"mystery": 2}, status="another"))
        assert (shop.questions(), shop.pieces("1", "mystery")) == ([], ("sold", 2, 0))
        shop.record(report(lines={"mystery": 1}, status="fewer"))
        assert shop.accounts(item_id)["pool"] == 9
        shop.record(report(lines={"mystery": 1}, status="none", state="cancelled"))
        assert shop.accounts(item_id)["pool"] == 10

    def test_pieces_that_were_cancelled_before_the_answer_are_not_kept(self, shop: Counter) -> None:
        item_id = shop.stock(10)
        shop.record(report(lines={"mystery": 3}))
        shop.record(report(lines={"mystery": 1}, status="fewer"))
        shop.answer(goods=(goods("mystery", "iron"),))
        assert shop.accounts(item_id) == {"pool": 9, shop.sold("1", "mystery"): 1}

    @pytest.mark.parametrize("name", ["nobody", "twice"])
    def test_a_word_that_names_no_one_item_is_no_answer(self, shop: Counter, name: str) -> None:
        for ref in ("a", "b"):
            shop.add_item(ref)
        shop.execute("update item set article = 'twice'")
        shop.record(report(lines={"mystery": 1}))
        assert shop.answer(goods=(goods("mystery", name),)) == 0
        assert shop.questions() == [("1|mystery", "order_line_is_known")]

    def test_an_article_names_an_item_and_the_same_answer_twice_is_one(self, shop: Counter) -> None:
        item_id = shop.stock(10)
        shop.execute("update item set article = 'КР-7/2'")
        shop.record(report(lines={"mystery": 1}))
        assert [shop.answer(goods=(goods("mystery", "КР-7/2"),)) for _ in range(2)] == [1, 0]
        assert shop.accounts(item_id)["pool"] == 9

    @pytest.mark.parametrize("claim", ["is_umbrella", "is_deleted"])
    def test_what_cannot_lie_on_a_shelf_is_no_answer(self, shop: Counter, claim: str) -> None:
        shop.add_item("iron", **{claim: True})
        shop.record(report(lines={"mystery": 1}))
        assert shop.answer(goods=(goods("mystery", "iron"),)) == 0

    def test_a_bundle_without_a_recipe_is_no_answer(self, shop: Counter) -> None:
        shop.add_item("set", is_bundle=True)
        shop.record(report(lines={"mystery": 1}))
        assert shop.answer(goods=(goods("mystery", "set"),)) == 0
        assert shop.questions() == [("1|mystery", "order_line_is_known")]


class TestPriceOfZero:
    """A price of nothing, or none at all."""

    @pytest.mark.parametrize(("price", "reason"), [(0, "order_price_is_positive"), (None, "order_price_is_known")])
    def test_it_is_reserved_and_1c_has_it_at_once_and_a_price_of_the_crm_follows(
        self, shop: Counter, price: int | None, reason: str
    ) -> None:
        item_id, _ = shop.sells(10, 5)
        shop.record(report(price_kopecks=price))
        assert shop.questions() == [("1|iron", reason)]
        assert shop.accounts(item_id)[shop.sold("1")] == 1
        assert [line["price_kopecks"] for line in shop.paper()["lines"]] == [0]
        shop.settle()
        assert shop.answer(goods=(goods("iron", "iron", price_kopecks=990_00),)) == 1
        assert shop.questions() == []
        assert [line["price_kopecks"] for line in shop.paper()["lines"]] == [990_00]
        assert shop.owed() == [("crm:main", "order")]

    def test_the_answer_outlives_reports_that_repeat_the_zero(self, shop: Counter) -> None:
        shop.sells(10, 5)
        shop.record(report(price_kopecks=0))
        shop.answer(goods=(goods("iron", price_kopecks=990_00),))
        shop.record(report(price_kopecks=0, status="another"))
        assert (shop.questions(), shop.order().lines["iron"].price_kopecks) == ([], 990_00)

    @pytest.mark.parametrize("price", [0, None])
    def test_a_price_that_the_channel_tells_later_is_the_answer(self, shop: Counter, price: int | None) -> None:
        shop.sells(10, 5)
        shop.record(report(price_kopecks=price))
        shop.record(report(price_kopecks=500_00))
        assert (shop.questions(), [line["price_kopecks"] for line in shop.paper()["lines"]]) == ([], [500_00])

    def test_a_price_that_is_known_is_not_lost_to_a_report_without_it(self, shop: Counter) -> None:
        shop.sells(10, 5)
        shop.record(report())
        shop.record(report(price_kopecks=0, status="another"))
        assert (shop.questions(), shop.order().lines["iron"].price_kopecks) == ([], 100_00)

    def test_a_gift_that_a_person_dismissed_is_not_asked_about_again(self, shop: Counter) -> None:
        shop.sells(10, 5)
        shop.record(report(price_kopecks=0))
        assert Quarantine(shop.hub).dismiss(reason="order_price_is_positive") == 1
        shop.record(report(price_kopecks=0, status="another", state="confirmed"))
        shop.record(report(price_kopecks=0, status="sent", state="shipped"))
        assert shop.questions() == []

    def test_a_cancelled_order_asks_nothing(self, shop: Counter) -> None:
        shop.sells(10, 5)
        shop.record(report(price_kopecks=0, buyer=NO_PHONE))
        shop.record(report(price_kopecks=0, buyer=NO_PHONE, state="cancelled", status="cancelled"))
        assert shop.questions() == []

    def test_a_question_of_an_order_that_waits_for_goods_stands_although_no_report_names_it(self, shop: Counter) -> None:
        shop.record(report(lines={"mystery": 1}, price_kopecks=0))
        asked = shop.questions()
        shop.enlist(shop.stock(5), "mystery")
        shop.poll()
        assert [reason for _, reason in asked] == ["order_line_is_known", "order_price_is_positive"]
        assert shop.questions() == [("1|mystery", "order_price_is_positive")]


class TestBuyers:
    """A phone that nobody can read, an address where a comment should be."""

    @pytest.mark.parametrize(
        ("buyer", "reason", "answer"),
        [
            (NO_PHONE, "buyer_phone_is_read", {"phone": "8 916 765-43-21"}),
            (IN_COMMENT, "buyer_address_in_comment", {"address": "Тула, ул. Мира, 5, кв. 7"}),
        ],
        ids=["phone", "address"],
    )
    def test_it_is_asked_answered_told_1c_and_outlives_the_same_report(
        self, shop: Counter, buyer: str, reason: str, answer: dict[str, str]
    ) -> None:
        item_id, _ = shop.sells(10, 5)
        shop.record(report(buyer=buyer))
        assert (shop.questions(), shop.accounts(item_id)[shop.sold("1")]) == ([("1", reason)], 1)
        shop.settle()
        before = shop.paper()
        assert [shop.answer(**answer) for _ in range(2)] == [1, 0]
        assert shop.questions() == []
        assert shop.paper() != before
        assert shop.owed() == [("crm:main", "order")]
        shop.record(report(buyer=buyer, status="another"))
        assert shop.questions() == []

    def test_an_address_that_the_channel_tells_later_is_the_answer(self, shop: Counter) -> None:
        shop.sells(10, 5)
        shop.record(report(buyer=IN_COMMENT))
        shop.record(report(buyer=as_json({"shipping": {"city": "Тула", "address_1": "ул. Мира, 5"}, "note": "ул. Мира, 5"})))
        assert shop.questions() == []

    def test_where_the_buyer_comes_himself_or_the_order_has_left_no_address_is_asked_for(self, shop: Counter) -> None:
        shop.sells(10, 5)
        shop.record(report("1", buyer=IN_COMMENT, terms=as_json({"delivery_method": "Самовывоз"})), report("2", buyer=IN_COMMENT))
        assert shop.questions() == [("2", "buyer_address_in_comment")]
        shop.record(report("2", buyer=IN_COMMENT, state="shipped"))
        assert shop.questions() == []

    def test_the_question_says_nothing_of_the_buyer(self, shop: Counter) -> None:
        shop.sells(10, 5)
        shop.record(report(buyer=IN_COMMENT))
        assert "Мира" not in str(shop.rows("select payload, sentence from quarantine"))

    def test_a_dismissed_comment_is_not_asked_about_again(self, shop: Counter) -> None:
        shop.sells(10, 5)
        shop.record(report(buyer=IN_COMMENT))
        Quarantine(shop.hub).dismiss(reason="buyer_address_in_comment")
        shop.record(report(buyer=IN_COMMENT, status="another"))
        assert shop.questions() == []


def test_several_questions_of_one_order_are_answered_at_once(shop: Counter) -> None:
    shop.stock(10)
    shop.record(report(lines={"mystery": 1}, price_kopecks=None, buyer=NO_PHONE))
    assert len(shop.questions()) == 3
    assert shop.answer(phone="8 916 765-43-21", goods=(goods("mystery", "iron", price_kopecks=1_00),)) == 3
    assert shop.questions() == []


def test_what_nobody_asked_is_no_answer(shop: Counter) -> None:
    shop.sells(10, 5)
    shop.record(report())
    before = shop.order()
    assert shop.answer(phone="8 916 765-43-21", address="Тула, Мира 5", goods=(goods("iron", "iron", price_kopecks=1_00),)) == 0
    assert shop.order() == before


def test_an_answer_in_the_very_moment_in_which_the_order_is_recorded_anew_is_not_lost_nor_is_the_report(
    shop: Counter, database_url: str
) -> None:
    shop.sells(10, 5)
    shop.record(report(buyer=NO_PHONE))
    with psycopg.connect(plain(database_url)) as holder, ThreadPoolExecutor(2) as threads:
        holder.execute("select from ledger_balance where account = 'pool' for update")
        recording = threads.submit(shop.record, report(buyer=NO_PHONE, status="another", state="confirmed"))
        wait_until_one_waits(shop)
        answering = threads.submit(shop.answer, phone="8 916 765-43-21")
        wait_until_two_wait(database_url)
        holder.rollback()
        assert recording.result().changed_refs == ("1",)
        assert answering.result() == 1
    order = shop.order()
    assert (order.status, order.state) == ("another", "confirmed")
    assert shop.questions() == []


def wait_until_two_wait(database_url: str) -> None:
    """The recording waits for the pool, the answer for the recording or for the pool."""
    waiting = "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"
    with psycopg.connect(plain(database_url), autocommit=True) as watcher:
        awaited(lambda: (watcher.execute(waiting).fetchone() or (0,))[0] == 2)

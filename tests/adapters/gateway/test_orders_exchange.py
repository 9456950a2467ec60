"""Orders exchanged with 1C bases that were written from the reference alone: УТ's habits and УНФ's, over real HTTP and a real hub."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Literal

import pytest
from sqlalchemy import select

from adapters.hub.catalog import Catalog
from adapters.hub.journal import Journal
from adapters.hub.sale import SaleDesk
from adapters.hub.tables.sale import onec_outgoing, onec_report
from adapters.onec.order_document import Address, Buyer, OrderDocument, OrderLine
from adapters.onec.reader import Reading
from deployments.world.clock import HandClock
from deployments.world.onec import OnecClient
from deployments.world.onec_base import OnecBase
from deployments.world.onec_documents import Item
from deployments.world.onec_exchange import Exchanged, exchange
from tasks.rules.gate import decide
from tasks.rules.intake import judged
from tests.adapters.gateway.conftest import Door, Flow
from tests.adapters.hub.export import ROOMY
from tests.adapters.hub.order_shop import OrderShop, as_json, report
from tests.adapters.hub.shop import SOURCE
from tests.deployments.world.onec_said import line as said_line
from tests.deployments.world.onec_said import order as said_order
from tests.deployments.world.onec_said import package as said_package

Habit = Literal["ut", "unf"]
HABITS: list[Habit] = ["ut", "unf"]
both = pytest.mark.parametrize("habit", HABITS)
ITEMS = ("iron", "board")
PLACED = datetime(2026, 3, 2, 6, 51, 39, tzinfo=UTC)
ORDER = OrderDocument(
    number="1001",
    placed_at=PLACED,
    buyer=Buyer(ref="+79123456789", name="Петров Пётр", phone="+79123456789", address=Address(text="Москва", city="Москва")),
    lines=(
        OrderLine(item_ref="iron", name="Утюг", pcs=2, price_kopecks=999_50, vat="20"),
        OrderLine(item_ref="board", name="Доска", pcs=1, price_kopecks=500_00, discount_kopecks=1, vat="20"),
    ),
    site="Ozon",
    channel_number="12345678-0001-1",
    delivery_kopecks=350_00,
)


class Recorder(Flow):
    """The flow's part, done in earnest."""

    def round(self) -> None:
        inbox = self.door.inbox
        for feed in inbox.waiting():
            with tempfile.TemporaryDirectory() as scratch:
                reading = Reading(inbox.fetch(feed.feed_id, Path(scratch) / "feed"))
                Catalog(self.door.hub).record(feed, reading.header, judged(reading), partial(decide, limits=ROOMY))


class Street:
    """A shop whose orders go to 1C, and the 1C base at the other end."""

    def __init__(self, door: Door, habit: Habit, **client: Any) -> None:
        self.door = door
        self.hub = door.hub
        self.shop = OrderShop(door.hub)
        self.ids = {ref: self.shop.stock(50, ref=ref) for ref in ITEMS}
        self.clock = HandClock(epoch_at=PLACED)
        self.base = OnecBase(habit, [Item(ref=ref, name=ref, article=ref) for ref in ITEMS], clock=self.clock)
        self.client = OnecClient(url=door.address, login="onec", password="secret-1", habit=habit, rest_s=0, **client)
        door.on_close.callback(self.client.close)

    def run(self, **how: Any) -> Exchanged:
        """One exchange, a minute after the last."""
        self.clock.pass_(60)
        with self.recording():
            return exchange(self.base, self.client, **how)

    @contextmanager
    def recording(self) -> Iterator[None]:
        """Files of 1C are recorded while the block lasts, and all of them when it is over."""
        recorder = Recorder(self.door)
        with recorder:
            yield
        recorder.round()

    def enqueue(self, number: str = "1001", **changed: Any) -> None:
        """An order goes into 1C's queue, or a change of it."""
        document = replace(ORDER, number=number, **changed)
        SaleDesk(self.hub).enqueue(source=SOURCE, document=document, key=f"{number}:{changed}")

    def pending(self) -> list[str]:
        """Numbers that 1C has not confirmed."""
        q = onec_outgoing.c
        with self.hub.engine.begin() as connection:
            waiting = select(q.order_number).where(q.acknowledged_version < q.version).order_by(q.order_number)
            return list(connection.execute(waiting).scalars())

    def reports(self) -> list[dict[str, Any]]:
        """What the hub keeps of 1C's word."""
        with self.hub.engine.begin() as connection:
            rows = connection.execute(select(onec_report).order_by(onec_report.c.order_number)).mappings()
            return [dict(row) for row in rows]

    def kept(self, number: str = "1001") -> dict[str, Any]:
        """The one report of an order."""
        (kept,) = [row for row in self.reports() if row["order_number"] == number]
        return kept

    def sells(self, *reports: Any) -> list[str]:
        """The channel's orders are recorded; their numbers for 1C."""
        self.shop.record(*reports)
        return sorted(self.shop.papers())

    def goods(self, number: str) -> dict[str, int]:
        """Pieces in the order as 1C has it."""
        return {ref: int(pcs) for ref, pcs in self.base.order(number).ordered().items()}

    def is_clean(self, *, cards: int) -> bool:
        """Whether our orders have left nothing in 1C's books but so many buyers."""
        return self.base.created_items == [] and len(self.base.cards) == cards


@pytest.fixture
def street(door: Door) -> Callable[..., Street]:
    return partial(Street, door)


@both
@pytest.mark.parametrize("loses", [None, "before", "after"])
def test_orders_are_in_1c_exactly_once_also_when_the_confirmation_is_lost(
    street: Callable[..., Street], habit: Habit, loses: str | None
) -> None:
    there = street(habit)
    for number in ("1001", "1002"):
        there.enqueue(number)
    assert there.run(loses_success=loses).read == ("1001", "1002")
    assert there.pending() == (["1001", "1002"] if loses == "before" else [])
    again = there.run()
    assert (again.read, again.stopped) == (("1001", "1002") if loses == "before" else (), ())
    assert there.run().read == ()
    assert [made.site_number for made in there.base.orders] == ["1001", "1002"]
    assert there.is_clean(cards=1)


@both
def test_an_order_says_the_same_in_1c_as_here(street: Callable[..., Street], habit: Habit) -> None:
    there = street(habit)
    there.enqueue(ship_on=datetime(2026, 3, 5).date(), is_paid=True, payment_method="Картой", comment="Позвонить")  # noqa: DTZ001
    there.run()
    made = there.base.order("1001")
    lines = [(one.item.name, one.item.kind, int(one.pcs), one.sum_kopecks) for one in made.lines]
    assert lines == [("iron", "Товар", 2, 199900), ("board", "Товар", 1, 49999), ("Доставка", "Услуга", 1, 35000)]
    assert made.sum_kopecks == ORDER.sum_kopecks
    assert (made.currency, made.vat, made.placed_stamp) == ("RUB", "included", datetime(2026, 3, 2, 9, 51, 39))  # noqa: DTZ001
    assert made.comment.startswith("№ на площадке: 12345678-0001-1")
    said = {"Сайт": "Ozon", "Дата отгрузки": "2026-03-05", "Заказ оплачен": "true", "Метод оплаты": "Картой", "Отменен": "false"}
    assert {name: made.requisites.get(name) for name in said} == said


@both
def test_an_answer_that_broke_off_loses_no_order(street: Callable[..., Street], habit: Habit) -> None:
    there = street(habit)
    there.enqueue()
    cut = there.run(cuts_query=2)
    assert (cut.read, len(cut.stopped), there.pending()) == ((), 1, ["1001"])
    assert there.run().read == ("1001",)
    assert (there.pending(), len(there.base.orders)) == ([], 1)


@both
def test_a_change_between_query_and_success_comes_next_time(
    street: Callable[..., Street], habit: Habit, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = street(habit)
    there.enqueue()
    take = there.base.take

    def interrupted(text: str) -> list[str]:
        numbers = take(text)
        monkeypatch.setattr(there.base, "take", take)
        there.enqueue(lines=(replace(ORDER.lines[0], pcs=5),))
        there.enqueue("1002")
        return numbers

    monkeypatch.setattr(there.base, "take", interrupted)
    first = there.run()
    assert (first.read, first.stopped, there.pending()) == (("1001",), (), ["1001", "1002"])
    assert there.goods("1001") == {"iron": 2, "board": 1}
    assert sorted(there.run().read) == ["1001", "1002"]
    assert there.goods("1001") == {"iron": 5}
    assert there.pending() == []


@both
def test_a_package_that_1c_cannot_take_keeps_the_orders_before_and_comes_again(street: Callable[..., Street], habit: Habit) -> None:
    there = street(habit)
    for number in ("1001", "1002"):
        there.enqueue(number)
    there.base.unwritable = {"1002"}
    stopped = there.run()
    assert (stopped.read, len(stopped.stopped), there.pending()) == (("1001",), 1, ["1001", "1002"])
    there.enqueue("1003")
    assert "1003" in there.run().read
    there.base.unwritable.clear()
    assert sorted(there.run().read) == ["1001", "1002", "1003"]
    assert there.pending() == []
    assert sorted(made.site_number or "" for made in there.base.orders) == ["1001", "1002", "1003"]
    assert there.is_clean(cards=1)


@both
def test_orders_of_one_firm_are_on_one_card(street: Callable[..., Street], habit: Habit) -> None:
    there = street(habit)
    firm = Buyer(ref="8", name="Анна", official_name="ООО «Утюг»", inn="7701234567", kpp="770101001")
    for number in ("1001", "1002"):
        there.enqueue(number, buyer=firm)
    there.run()
    assert [(card.name, card.inn, card.kpp) for card in there.base.cards] == [("ООО «Утюг»", "7701234567", "770101001")]


@both
def test_a_channels_orders_add_no_goods_and_no_more_than_one_buyer(street: Callable[..., Street], habit: Habit) -> None:
    there = street(habit)
    there.shop.offer(there.shop.enlist(there.ids["iron"], "iron"), {there.ids["iron"]: 9})
    numbers = there.sells(report("1"), report("2", {"iron": 3}), report("3", {"iron": 1, "нет такого": 2}))
    assert len(numbers) == 3
    for _ in range(2):
        there.run(loses_success="before")
    there.run()
    assert [there.goods(number) for number in numbers] == [{"iron": 1}, {"iron": 3}, {"iron": 1}]
    assert there.is_clean(cards=1)


@both
def test_a_buyer_who_comes_again_is_on_the_same_card(street: Callable[..., Street], habit: Habit) -> None:
    there = street(habit)
    there.shop.offer(there.shop.enlist(there.ids["iron"], "iron"), {there.ids["iron"]: 9})
    buyer = as_json({"billing": {"first_name": "Пётр", "last_name": "Петров", "phone": "8 912 345-67-89"}})
    there.sells(report("1", buyer=buyer), report("2", buyer=buyer))
    there.run()
    assert len(there.base.orders) == 2
    assert there.is_clean(cards=1)


@both
@pytest.mark.parametrize("price_kopecks", [100_01, 99_99, 1, 0])
def test_a_bundle_is_its_parts_in_1c_and_their_sums_are_its_price(street: Callable[..., Street], habit: Habit, price_kopecks: int) -> None:
    there = street(habit)
    iron, board = (there.ids[ref] for ref in ITEMS)
    bundle = there.shop.add_item("set", is_bundle=True)
    there.shop.offer(there.shop.enlist(bundle, "set"), {iron: 9, board: 18}, recipe=[[iron, 1], [board, 2]])
    (number,) = there.sells(report("1", {"set": 3}, price_kopecks=price_kopecks))
    there.run()
    assert there.goods(number) == {"iron": 3, "board": 6}
    assert there.base.order(number).sum_kopecks == 3 * price_kopecks
    assert there.is_clean(cards=1)


@both
def test_a_delivery_is_a_service(street: Callable[..., Street], habit: Habit) -> None:
    there = street(habit)
    there.shop.offer(there.shop.enlist(there.ids["iron"], "iron"), {there.ids["iron"]: 9})
    terms = as_json({"delivery_kopecks": 350_00, "delivery_method": "Курьер"})
    (number,) = there.sells(report("1", price_kopecks=100_00, terms=terms))
    there.run()
    made = there.base.order(number)
    assert [(one.item.kind, one.sum_kopecks) for one in made.lines] == [("Товар", 100_00), ("Услуга", 350_00)]
    assert made.requisites["Способ доставки"] == "Курьер"
    assert there.is_clean(cards=1)


@both
@pytest.mark.parametrize("is_approved", [False, True])
def test_a_cancellation_arrives_and_a_smaller_order_too(street: Callable[..., Street], habit: Habit, is_approved: bool) -> None:
    there = street(habit)
    there.shop.offer(there.shop.enlist(there.ids["iron"], "iron"), {there.ids["iron"]: 9})
    (number,) = there.sells(report("1", {"iron": 3}))
    there.run()
    there.sells(report("1", {"iron": 2}, minute=1))
    there.run()
    assert there.goods(number) == {"iron": 2}
    if is_approved:
        there.base.set_status(number, "Согласован")
    there.sells(report("1", {"iron": 2}, state="cancelled", minute=2))
    assert not there.base.order(number).is_cancelled
    there.run()
    assert there.base.order(number).is_cancelled
    assert len(there.base.orders) == 1


WAYS: list[tuple[Habit, bool]] = [("ut", True), ("ut", False), ("unf", True)]
in_every_way = pytest.mark.parametrize(("habit", "waits_for_import"), WAYS)


def reported(street: Callable[..., Street], habit: Habit, **client: Any) -> Street:
    """A street whose order 1C has and has said nothing of."""
    there: Street = street(habit, **client)
    there.enqueue()
    there.run()
    assert there.reports() == []
    return there


@in_every_way
def test_what_a_manager_does_in_1c_comes_back(street: Callable[..., Street], habit: Habit, waits_for_import: bool) -> None:
    there = reported(street, habit, waits_for_import=waits_for_import)
    base = there.base
    base.post("1001")
    base.set_status("1001", "Согласован")
    base.change_lines("1001", {"iron": 1, "board": 0})
    base.set_track("1001", "10012345678", by="СДЭК")
    assert there.run().stopped == ()
    made, kept = base.order("1001"), there.kept()
    expected = {
        "source": SOURCE, "operation": "Заказ товара", "number": "1001", "onec_ref": made.ref, "onec_number": made.number,
        "onec_stamp": made.stamp, "placed_stamp": made.placed_stamp, "currency": "RUB", "sum_kopecks": 999_50 + 350_00,
        "is_posted": True, "is_shipped": False, "shipped_number": None, "is_cancelled": False, "is_marked_deleted": False, "is_paid": False,
        "status": "Согласован", "tracking": "10012345678", "buyers": 1, "formed_at": datetime(2026, 3, 2, 9, 53, 39),  # noqa: DTZ001
    }  # fmt: skip
    assert {name: kept[name] for name in expected} == expected
    assert [(one["item_ref"], one["kind"], one["pcs"], one["sum_kopecks"]) for one in kept["lines"]] == [
        ("iron", "goods", 1, 999_50), (kept["lines"][1]["item_ref"], "service", 1, 350_00),
    ]  # fmt: skip
    assert kept["requisites"]["Способ доставки"] == "СДЭК"


@in_every_way
def test_shipped_paid_cancelled_and_unposted_come_back(street: Callable[..., Street], habit: Habit, waits_for_import: bool) -> None:
    there = reported(street, habit, waits_for_import=waits_for_import)
    base = there.base

    def after(act: Callable[[], None], *names: str) -> list[Any]:
        act()
        there.run()
        return [there.kept()[name] for name in names]

    assert after(lambda: base.ship("1001", {"iron": 2}), "is_posted", "is_shipped") == [True, False]
    assert after(lambda: base.ship("1001", {"board": 1}), "is_shipped") == [True]
    shipment = base.order("1001").shipment
    assert shipment is not None
    assert (there.kept()["shipped_number"], there.kept()["shipped_stamp"]) == shipment
    assert after(lambda: base.pay("1001"), "is_paid", "paid_number") == [True, (base.order("1001").payment or ("",))[0]]
    assert after(lambda: base.unpost("1001"), "is_posted") == [False]
    assert after(lambda: base.cancel("1001"), "is_cancelled", "is_marked_deleted") == [True, False]
    assert after(lambda: base.mark_deleted("1001"), "is_marked_deleted") == [True]


@both
def test_orders_go_out_and_come_back_in_one_run(street: Callable[..., Street], habit: Habit) -> None:
    there = reported(street, habit)
    there.base.post("1001")
    there.enqueue("1002")
    done = there.run()
    assert (done.read, len(done.sent)) == (("1002",), 1)
    assert [(row["order_number"], row["is_posted"]) for row in there.reports()] == [("1001", True)]
    there.run()
    assert [(row["order_number"], row["is_posted"]) for row in there.reports()] == [("1001", True), ("1002", False)]


@both
def test_the_same_file_twice_is_one_report(street: Callable[..., Street], habit: Habit) -> None:
    there = reported(street, habit)
    there.base.post("1001")
    assert len(there.run(sends_twice=True).sent) == 2
    assert there.kept()["is_posted"]
    assert there.run().sent == ()


@both
def test_a_file_whose_answer_was_lost_comes_again_and_is_one_report(street: Callable[..., Street], habit: Habit) -> None:
    there = reported(street, habit)
    there.base.post("1001")
    there.client.wire.cut("file", "after")
    assert len(there.run().stopped) == 1
    there.base.ship("1001")
    assert there.run().stopped == ()
    assert there.kept()["is_shipped"]


@both
def test_an_older_file_never_replaces_a_newer_report(street: Callable[..., Street], habit: Habit) -> None:
    there = reported(street, habit)
    there.base.post("1001")
    older = there.base.report(changed_only=False) if there.base.begin_run() is None else None
    assert older is not None
    there.base.ship("1001")
    there.run()
    newer = there.kept()
    with there.recording():
        there.client.push_orders(older.package)
    assert there.kept() == newer
    assert newer["is_shipped"]


@both
def test_an_order_that_1c_never_had_from_us_is_kept_and_journalled(street: Callable[..., Street], habit: Habit) -> None:
    there = reported(street, habit)
    there.base.take(said_package(said_order("777", [said_line("iron")])))
    there.run()
    (entry,) = Journal(there.hub).entries(kind="report_of_unknown_order")
    assert (entry.detail["numbers"], there.kept("777")["operation"]) == (["777"], "Заказ товара")
    there.base.post("777")
    there.run()
    assert len(Journal(there.hub).entries(kind="report_of_unknown_order")) == 1
    assert there.kept("777")["is_posted"]


@both
def test_an_order_born_in_1c_never_comes(street: Callable[..., Street], habit: Habit) -> None:
    there = reported(street, habit)
    there.base.born({"iron": 1})
    there.run()
    assert [row["order_number"] for row in there.reports()] == ["1001"]

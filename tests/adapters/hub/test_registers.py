"""What a reading of 1C's registers may change in the hub: only down, only if nothing has overtaken it, and never what files decide."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import polars as pl
import pytest

from adapters.hub.hub import Hub
from adapters.hub.incidents import Incidents
from adapters.hub.ledger import Ledger, Wanted, note_report
from adapters.hub.registers import Registers, Taken
from tasks.rules.gate import PASSED, FeedShape, GateLimits, Verdict, decide
from tests.adapters.hub.export import NOON, ROOMY, SOURCE, Onec, count, offer, price, product
from tests.adapters.hub.sold_once.hand import HandClock
from validation.odata import PriceOfItem, PriceTypeRead

MAIN, FAR = "main", "far"
RETAIL, WHOLESALE = "retail", "wholesale"


def passes(_: FeedShape) -> Verdict:
    return PASSED


class Base:
    """A base that files have told of two items, and its registers."""

    def __init__(self, hub: Hub, clock: HandClock) -> None:
        self.hub, self.clock = hub, clock
        self.onec, self.ledger, self.registers = Onec(hub), Ledger(hub), Registers(hub, SOURCE)
        self.file(product=[product("iron"), product("kettle")], offer=[offer("iron"), offer("kettle", "Чайник")])

    def file(self, minute: int = 0, **rows: Any) -> None:
        """A file of 1C, formed so many minutes after noon."""
        self.onec.send(said={"formed_at": NOON + timedelta(minutes=minute)}, **rows)
        self.ledger.post_counts()

    def counted(self, minute: int, iron: int, kettle: int = 9) -> None:
        self.file(minute, count=[count("iron", iron, MAIN, is_whole=True), count("kettle", kettle, MAIN, is_whole=True)])

    def read(self, iron: int, *, place: str = MAIN, began_at: datetime | None = None, gate: Any = passes) -> Taken:
        """A reading that says so of the iron, posted."""
        frame = pl.DataFrame({"item_id": [self.item("iron")], "place": [place], "pcs": [iron]})
        taken = self.registers.lower_counts(frame, began_at=began_at or self.clock.now(), decide=gate)
        self.ledger.post_counts()
        return taken

    def item(self, ref: str) -> int:
        return int(self.onec.one("select item_id from item where item_ref = :ref", ref=ref))

    def free(self, ref: str = "iron", place: str = MAIN) -> dict[str, int]:
        """What is in each account."""
        told = "select account, pcs from ledger_balance where item_id = :item and place = :place and pcs <> 0"
        return dict(self.onec.rows(told, item=self.item(ref), place=place))

    def hub_pcs(self) -> int:
        return int(self.onec.one("select pcs from stock_count where item_id = :item and place = 'main'", item=self.item("iron")))

    def sell(self, pcs: int) -> None:
        wanted = [Wanted(item_id=self.item("iron"), pcs=pcs, line_ref="o1/1")]
        self.ledger.sell(wanted, source=SOURCE, order_number="1", reference="o1")

    def report(self, pcs: int, *, minute: int) -> None:
        """1C reports that it has reserved the order."""
        with self.hub.engine.begin() as connection:
            note_report(
                connection, source=SOURCE, order_number="1", lines=[("iron", pcs)], is_reserved=True,
                formed_at=NOON + timedelta(minutes=minute), received_at=self.clock.now(), is_cancelled=False,
            )  # fmt: skip

    def prices(self, kopecks: int, price_type: str = WHOLESALE, *, gate: Any = passes) -> Taken:
        row = {"item_id": self.item("iron"), "item_ref": "iron", "price_type": price_type, "onec_kopecks": kopecks, "onec_currency": "RUB"}
        types = pl.DataFrame({"price_type": [price_type], "name": ["Оптовая"]}, schema=PriceTypeRead.empty().schema)
        told = pl.DataFrame([row], schema=PriceOfItem.empty().schema)
        return self.registers.load_prices(told, types, began_at=self.clock.now(), decide=gate)

    def price(self, price_type: str = WHOLESALE) -> int | None:
        rows = self.onec.rows("select price_kopecks from price where price_type_ref = :ref", ref=price_type)
        return rows[0][0] if rows else None


@pytest.fixture
def base(database_url: str) -> Iterator[Base]:
    clock = HandClock()
    with Hub(database_url, clock=clock) as hub:
        opened = Base(hub, clock)
        yield opened
        assert opened.ledger.check_conservation().is_empty()


def test_a_smaller_count_is_taken_and_the_ledger_has_it(base: Base) -> None:
    base.counted(1, iron=5)
    taken = base.read(2)
    assert (taken.state, taken.changed, base.free()) == ("taken", 1, {"pool": 2})


def test_a_larger_count_waits_for_its_file(base: Base) -> None:
    """What of it is reserved may stand in a register that nobody named: raised, it could be sold twice."""
    base.counted(1, iron=5)
    taken = base.read(50)
    assert (taken.changed, taken.feed_id, base.free()) == (0, None, {"pool": 5})


def test_the_same_reading_again_changes_nothing(base: Base) -> None:
    base.counted(1, iron=5)
    base.read(2)
    feeds = base.onec.one("select count(*) from feed")
    assert (base.read(2).changed, base.onec.one("select count(*) from feed")) == (0, feeds)


def test_what_no_file_has_counted_is_not_added(base: Base) -> None:
    base.counted(1, iron=5)
    assert base.read(3, place=FAR).changed == 0
    assert base.free(place=FAR) == {}


def test_a_file_counts_as_if_nothing_had_been_read(base: Base) -> None:
    base.counted(1, iron=5)
    base.read(2)
    base.counted(2, iron=5)
    assert base.free() == {"pool": 5}


def test_an_older_file_is_still_older_than_the_one_before_the_reading(base: Base) -> None:
    base.counted(5, iron=5)
    base.read(2)
    base.counted(4, iron=7)
    assert base.hub_pcs() == 2


def test_a_reading_that_a_file_overtook_is_dropped(base: Base) -> None:
    base.counted(1, iron=5)
    began_at = base.clock.now()
    base.counted(2, iron=8)
    taken = base.read(2, began_at=began_at)
    assert (taken.state, taken.changed, base.hub_pcs()) == ("overtaken", 0, 8)
    assert "в следующий раз" in taken.sentence


def test_a_file_that_says_the_same_overtakes_a_reading_too(base: Base) -> None:
    """A figure that fell and rose again meanwhile looks untouched: only the file's arrival tells."""
    base.counted(1, iron=5)
    began_at = base.clock.now()
    base.counted(2, iron=5)
    assert base.read(2, began_at=began_at).state == "overtaken"


@pytest.mark.parametrize("exchange", ["catalog", "sale"])
def test_a_reading_is_dropped_while_something_of_the_base_waits(base: Base, exchange: str) -> None:
    base.counted(1, iron=5)
    base.onec.put(exchange=exchange)
    assert (base.read(2).state, base.hub_pcs()) == ("overtaken", 5)


def test_a_reading_is_dropped_while_the_ledger_lacks_a_file(base: Base) -> None:
    """Overwritten before it is posted, the file would never let its orders leave."""
    base.counted(1, iron=5)
    base.onec.send(count=[count("iron", 6, MAIN)], said={"formed_at": NOON + timedelta(minutes=2)})
    frame = pl.DataFrame({"item_id": [base.item("iron")], "place": [MAIN], "pcs": [2]})
    assert base.registers.lower_counts(frame, began_at=base.clock.now(), decide=passes).state == "overtaken"
    base.ledger.post_counts()


def test_sale_files_do_not_hold_a_reading_up_once_they_are_recorded(base: Base) -> None:
    base.counted(1, iron=5)
    began_at = base.clock.now()
    base.onec.record(base.onec.put(exchange="sale"), [])
    assert base.read(2, began_at=began_at).state == "taken"


def test_of_two_readings_the_one_that_began_first_does_not_come_last(base: Base) -> None:
    base.counted(1, iron=9)
    began_at = base.clock.now()
    base.read(7)
    assert (base.read(3, began_at=began_at).state, base.hub_pcs()) == ("overtaken", 7)


def test_another_base_holds_nothing_up(base: Base) -> None:
    base.counted(1, iron=5)
    Onec(base.hub, source="other").put()
    assert base.read(2).state == "taken"


def test_nothing_sold_leaves_at_a_reading(base: Base) -> None:
    """Reserved in 1C and in its figure, the pieces are lacking twice until a file proves it: less than there is, never more."""
    base.counted(1, iron=5)
    base.sell(2)
    base.report(2, minute=2)
    base.read(3)
    assert base.free() == {"pool": 1, "sold:o1/1": 2}
    base.counted(3, iron=3)
    assert base.free() == {"pool": 3}


def test_not_even_by_the_stamp_of_the_file_before_it(base: Base) -> None:
    """The row keeps that stamp; a report that was formed before it and read after it must let nothing go at a reading."""
    base.counted(9, iron=5)
    base.sell(2)
    base.report(2, minute=2)
    base.onec.rows("update sold_line set report_received_at = report_received_at - interval '1 day' returning 1")
    base.read(3)
    assert base.free() == {"pool": 1, "sold:o1/1": 2}


def test_a_reading_that_would_empty_the_shop_is_held_and_told(base: Base) -> None:
    limits = GateLimits(**{**{name: getattr(ROOMY, name) for name in ROOMY.__slots__}, "at_least": 1})
    base.counted(1, iron=5, kettle=0)
    taken = base.read(0, gate=lambda shape: decide(shape, limits))
    assert (taken.state, base.hub_pcs(), base.onec.one("select count(*) from feed where kind = 'odata'")) == ("held", 5, 0)
    (told,) = Incidents(base.hub).live(kind="feed_held")
    assert "OData" in told.sentence
    assert "utyug accept" in (told.advice or "")
    base.read(4, gate=lambda shape: decide(shape, limits))
    assert Incidents(base.hub).live(kind="feed_held") == []


def test_what_a_reading_emptied_counts_for_the_next_files_gate(base: Base) -> None:
    base.counted(1, iron=5)
    taken = base.read(0)
    assert base.onec.one("select outcome -> 'gate' ->> 'zeroed' from feed where feed_id = :feed", feed=taken.feed_id) == "1"


def test_totals_bundles_and_what_is_gone_are_not_compared(base: Base) -> None:
    base.counted(1, iron=5)
    assert set(base.registers.counts()["item_ref"]) == {"iron", "kettle"}
    base.file(2, offer=[offer("kettle", "Чайник", is_deleted=True)])
    base.onec.rows("update item set is_bundle = true where item_ref = 'iron' returning 1")
    assert base.registers.counts().is_empty()
    assert base.registers.items()["item_ref"].to_list() == ["iron"]


def test_counts_are_known_by_names_that_a_manager_knows(base: Base) -> None:
    base.file(1, warehouse=[{"warehouse_ref": MAIN, "name": "Основной"}], count=[count("kettle", 1, MAIN)])
    assert base.registers.counts().select("name", "place_name").rows() == [("Чайник", "Основной")]


def test_a_price_type_that_no_file_brings_is_taken_with_its_name(base: Base) -> None:
    assert (base.prices(100).changed, base.price()) == (1, 100)
    assert base.onec.one("select name from price_type where price_type_ref = 'wholesale'") == "Оптовая"
    assert (base.prices(100).changed, base.prices(120).changed, base.price()) == (0, 1, 120)


def test_a_price_type_that_a_file_brings_is_the_files(base: Base) -> None:
    base.file(1, price=[price("kettle", 500, WHOLESALE)])
    assert (base.prices(100).changed, base.price()) == (0, 500)
    assert base.registers.prices().select("item_ref", "kopecks").rows() == [("kettle", 500)]


def test_a_file_takes_a_price_type_over(base: Base) -> None:
    base.prices(100)
    assert base.registers.prices().is_empty()
    base.file(1, price=[price("iron", 100, WHOLESALE)])
    assert (base.prices(70).changed, base.price()) == (0, 100)


def test_a_price_beyond_the_gates_factor_is_not_taken(base: Base) -> None:
    base.prices(100)
    taken = base.prices(10_000, gate=lambda shape: decide(shape, ROOMY))
    assert (taken.state, base.price()) == ("held", 100)


def test_prices_wait_for_no_posting(base: Base) -> None:
    taken = base.prices(100)
    assert base.onec.one("select posted_at is not null from feed where feed_id = :feed", feed=taken.feed_id)

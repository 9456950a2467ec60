from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from deployments.story.goods import CHANNELS, Good, Shelf
from deployments.story.mirror_book import MirrorBook
from validation.stock import StockSent

NOON = datetime(2026, 3, 2, 9, tzinfo=UTC)
IRON = Good(sku="IRON", name="Утюг", roubles=1000, channels=CHANNELS, parts={"IRON": 1})
KIT = Good(sku="KIT", name="Набор", roubles=1900, channels=CHANNELS, parts={"IRON": 2})
LISTINGS = pl.DataFrame({"listing_id": [1, 2], "channel_sku": ["IRON", "KIT"], "refs": ["{}", "{}"]})


@pytest.fixture
def book() -> MirrorBook:
    return MirrorBook(shelf=Shelf(goods={"IRON": IRON, "KIT": KIT}, pcs={"IRON": 5}))


def order(ref: str, sku: str = "IRON", pcs: int = 1, state: str = "new") -> pl.DataFrame:
    line = {"order_ref": ref, "line_ref": ref, "basket_ref": None, "channel_sku": sku, "pcs": pcs, "state": state}
    return pl.DataFrame([line], schema_overrides={"basket_ref": pl.String})


def figures(book: MirrorBook, *, second: float = 0, pause_s: float = 0, channel: str = "wb") -> dict[str, int]:
    offered = book.differing(channel, LISTINGS, "7", pause_s=pause_s, now=NOON + timedelta(seconds=second))
    return {} if offered is None else dict(offered.select("channel_sku", "pcs").iter_rows())


def write(book: MirrorBook, *, outcome: str = "accepted", second: float = 0, channel: str = "wb") -> None:
    now = NOON + timedelta(seconds=second)
    offered = book.differing(channel, LISTINGS, "7", pause_s=0, now=now)
    assert offered is not None
    nothing = pl.lit(None, pl.String)
    sent = offered.select("listing_id", "warehouse_ref", "pcs", outcome=pl.lit(outcome), reason=nothing, sentence=nothing)
    book.note(channel, LISTINGS, StockSent.validate(sent), now)


def test_every_channel_is_told_the_same_number_and_sets_by_what_they_are_made_of(book: MirrorBook) -> None:
    assert figures(book, channel="wb") == figures(book, channel="ozon") == {"IRON": 5, "KIT": 2}


def test_an_order_anywhere_takes_from_the_number_of_all(book: MirrorBook) -> None:
    assert book.record("ozon", order("1", "KIT")) == {"KIT"}
    assert figures(book) == {"IRON": 3, "KIT": 1}


def test_the_same_order_again_changes_nothing(book: MirrorBook) -> None:
    book.record("ozon", order("1"))
    assert book.record("ozon", order("1")) == set()
    assert figures(book)["IRON"] == 4


def test_a_cancelled_order_gives_its_pieces_back(book: MirrorBook) -> None:
    book.record("ozon", order("1", pcs=2))
    assert book.record("ozon", order("1", pcs=2, state="cancelled")) == {"IRON"}
    assert figures(book)["IRON"] == 5


def test_a_figure_that_was_taken_is_not_written_again(book: MirrorBook) -> None:
    write(book)
    assert figures(book) == {}


def test_a_figure_that_was_not_taken_is_written_again(book: MirrorBook) -> None:
    write(book, outcome="unsent")
    assert figures(book) == {"IRON": 5, "KIT": 2}


def test_a_pair_is_not_written_sooner_than_its_channel_allows(book: MirrorBook) -> None:
    write(book)
    book.record("ozon", order("1"))
    assert figures(book, second=29, pause_s=30) == {}
    assert figures(book, second=30, pause_s=30) == {"IRON": 4}


def test_what_a_channel_may_have_changed_by_itself_is_written_again(book: MirrorBook) -> None:
    write(book)
    book.forget("wb", ["KIT"])
    assert figures(book) == {"KIT": 2}
    book.forget("wb")
    assert figures(book) == {"IRON": 5, "KIT": 2}


def test_of_what_was_sold_beyond_stock_the_newest_orders_are_refused(book: MirrorBook) -> None:
    for number in range(1, 4):
        book.record("wb", order(f"{number}", pcs=2))
    assert figures(book)["IRON"] == 0
    assert [line.order_ref for line in book.beyond_stock()] == ["3"]

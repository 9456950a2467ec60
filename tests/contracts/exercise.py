"""Everything that a channel can do, done once: well, against refusals, and while the other side is in trouble."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any, get_args

import polars as pl

from adapters.capabilities import Channel, PrintsLabels, RefundsReturns, ShipsParts
from adapters.clock import Clock
from adapters.errors import SyncError
from adapters.ozon.labels import OzonLabels
from adapters.wildberries.labels import WildberriesLabels
from tasks.rules.labels import LabelAsked
from tasks.rules.parts import PartShipped
from tasks.rules.return_documents import ReturnRefund
from tests.contracts.stage import Stage
from validation.listings import CardPending, CardWanted
from validation.order_news import Action, OrderNews
from validation.prices import PriceOffered
from validation.stock import StockOffered

ILLEGAL = ["", " ", "Ж" * 300, "К\nР"]
LISTING = ("listing_id", "channel_sku", "refs")
TROUBLES: list[dict[str, Any]] = [
    {"kind": "error_before", "status": 503},
    {"kind": "error_after", "status": 500},
    {"kind": "html", "status": 200},
    {"kind": "garbage"},
]


def exercise(
    channel: Channel,
    *,
    stage: Stage,
    clock: Clock,
    skus: Sequence[str],
    new_cards: Sequence[dict[str, Any]],
    warehouses: Sequence[str],
    campaigns: Sequence[str],
) -> None:
    """Walk through every capability.

    Args:
        channel: ours.
        stage: its room.
        clock: the channel's.
        skus: codes of goods that are there, more than a page of them.
        new_cards: what cards that are not there say, where it differs from a good card.
        warehouses: that figures are given for, the last of them unknown to the vendor.
        campaigns: with prices of their own.
    """
    channel.examine()
    channel.read_warehouses()
    listed = listings(channel, skus)
    _cards(channel, stage, clock, listed, new_cards)
    listed = listings(channel, skus)
    _prices(channel, stage, listed, campaigns)
    _stock(channel, stage, listed, warehouses)
    orders = channel.read_orders(since=clock.now() - timedelta(days=40), until=clock.now())
    _returns(channel, clock, orders)
    _papers(channel, orders)
    _news(channel, orders)
    _in_trouble(channel, stage, clock, listed, warehouses, campaigns)


def listings(channel: Channel, skus: Sequence[str]) -> pl.DataFrame:
    """Listings of these codes, numbered from 1, asked for among codes that nobody could hold."""
    found = channel.find_listings([*skus, "НЕТ-ТАКОГО", *ILLEGAL]).passed
    return found.with_row_index("listing_id", 1).with_columns(pl.col("listing_id").cast(pl.Int64)).select(LISTING)


def cards(*changes: dict[str, Any]) -> pl.DataFrame:
    """`CardWanted`, good but for these changes; items numbered from 1."""
    good = {
        "refs": None,
        "group_sku": None,
        "title": "Фонарь налобный",
        "description": "Светит далеко, весит мало.",
        "brand": "Утюг и Ко",
        "category": None,
        "attributes": "[]",
        "characteristics": "{}",
        "vat": "22",
        "barcodes": "[]",
        "weight_g": 350,
        "length_mm": 100,
        "width_mm": 90,
        "height_mm": 110,
        "pictures": '["https://shop.example/1.jpg"]',
        "price_kopecks": 149_000,
        "content_hash": "hash",
    }
    types = {name: column.dtype.type for name, column in CardWanted.to_schema().columns.items()}
    rows = [{"item_id": number, **good, **change} for number, change in enumerate(changes, 1)]
    return CardWanted.validate(pl.DataFrame(rows, schema=types))


def prices(listed: pl.DataFrame, campaign: str, kopecks: Sequence[int], old_kopecks: int | None) -> pl.DataFrame:
    """`PriceOffered` for the first listings."""
    offered = listed[: len(kopecks)].with_columns(
        campaign_ref=pl.lit(campaign),
        item_ref=pl.lit("item"),
        price_kopecks=pl.Series(kopecks, dtype=pl.Int64),
        old_kopecks=pl.lit(old_kopecks, pl.Int64),
    )
    return PriceOffered.validate(offered.select(PriceOffered.to_schema().columns.keys()))


def stock(listed: pl.DataFrame, warehouse: str, pcs: Sequence[int], *, is_alone: bool = False) -> pl.DataFrame:
    """`StockOffered` for the first listings."""
    offered = listed[: len(pcs)].with_columns(
        warehouse_ref=pl.lit(warehouse), item_ref=pl.lit("item"), pcs=pl.Series(pcs, dtype=pl.Int64), is_alone=pl.lit(is_alone)
    )
    return StockOffered.validate(offered.select(StockOffered.to_schema().columns.keys()))


def _cards(channel: Channel, stage: Stage, clock: Clock, listed: pl.DataFrame, new_cards: Sequence[dict[str, Any]]) -> None:
    known = [{**new_cards[0], "channel_sku": row["channel_sku"], "refs": row["refs"]} for row in listed[:2].to_dicts()]
    sent_at = clock.now()
    with stage.one_bad_row(new_cards[1]["channel_sku"]):
        sent = channel.send_cards(cards(*new_cards, *known))
    for _ in range(2):
        pending = sent.filter(pl.col("outcome") == "pending").with_columns(sent_at=pl.lit(sent_at, pl.Datetime("us", "UTC")))
        clock.sleep_until(clock.now() + timedelta(minutes=10))
        sent = channel.read_card_results(CardPending.validate(pending.select(CardPending.to_schema().columns.keys())))


def _prices(channel: Channel, stage: Stage, listed: pl.DataFrame, campaigns: Sequence[str]) -> None:
    channel.read_prices(listed, campaigns)
    for campaign in campaigns:
        channel.send_prices(prices(listed, campaign, [149_000, 179_000, 1_000], 199_000))
        with stage.one_bad_row(listed["channel_sku"][1]):
            channel.send_prices(prices(listed, campaign, [150_000, 150_000], None))
    channel.read_prices(listed, campaigns)


def _stock(channel: Channel, stage: Stage, listed: pl.DataFrame, warehouses: Sequence[str]) -> None:
    for warehouse in warehouses:
        _tried(channel.send_stock, stock(listed, warehouse, [0, 3, 5, 0]))
        with stage.one_bad_row(listed["channel_sku"][2]):
            _tried(channel.send_stock, stock(listed, warehouse, [0, 4, 6, 0]))
    _tried(channel.read_stock, listed, warehouses[:-1])
    _tried(channel.read_stock, listed[:1], warehouses[-1:])
    stage.order("DELETE", "/goods", params={"sku": listed["channel_sku"][0]})
    _tried(channel.send_stock, stock(listed, warehouses[0], [4, 7], is_alone=True))


def _returns(channel: Channel, clock: Clock, orders: pl.DataFrame) -> None:
    """What comes back; money is paid back where the channel takes that, once and then again."""
    channel.read_returns(since=clock.now() - timedelta(days=40), until=clock.now())
    if isinstance(channel, RefundsReturns):
        row = orders.sort("order_ref").row(-1, named=True)
        wanted = ReturnRefund(return_id=1, order_ref=row["order_ref"], pcs={row["line_ref"]: 1}, reason="Брак")
        for _ in range(2):
            channel.refund_returns([wanted])


def _papers(channel: Channel, orders: pl.DataFrame) -> None:
    """Labels of whatever there is, and parts: one that leaves a rest, one that does not."""
    rows = orders.sort("order_ref").unique("order_ref", keep="first", maintain_order=True).to_dicts()
    if isinstance(channel, ShipsParts):
        for row in rows:
            rest = {row["line_ref"]: row["pcs"] - 1} if row["pcs"] > 1 else {}
            box = {row["line_ref"]: 1}
            told = PartShipped(number="777-1", order_ref=row["order_ref"], boxes=(box,), rest_pcs=rest, tracking="T1", may_remove=True)
            _tried(channel.ship_parts, [told])
    if isinstance(channel, PrintsLabels) and not isinstance(channel, OzonLabels):
        asked = [LabelAsked(subject="777-1", order_ref=row["order_ref"]) for row in rows]
        _tried(channel.make_labels, asked)
    if isinstance(channel, WildberriesLabels):
        channel.tell_orders([OrderNews(order_ref=rows[-1]["order_ref"], number="777", action="confirm")])
        for supply in channel.open_supplies():
            _tried(channel.hand_over, supply.id)
            _tried(channel.make_labels, [LabelAsked(subject=supply.id, order_ref="", kind="supply")])


def _news(channel: Channel, orders: pl.DataFrame) -> None:
    """A part cancelled, a whole order, then everything that may happen to the others."""
    lines = orders.sort("order_ref").unique("order_ref", keep="first", maintain_order=True)
    refs = [*lines["order_ref"], "7", "семь"]
    actions: tuple[Action, ...] = get_args(Action)
    left = zip(lines["order_ref"], lines["line_ref"], strict=True)
    channel.tell_orders([OrderNews(order_ref=ref, number="777", action="cancel", left_pcs={line: 1}) for ref, line in left])
    channel.tell_orders([OrderNews(order_ref=refs[0], number="777", action="cancel")])
    for action in actions:
        channel.tell_orders([OrderNews(order_ref=ref, number="777", action=action) for ref in refs])


def _in_trouble(
    channel: Channel, stage: Stage, clock: Clock, listed: pl.DataFrame, warehouses: Sequence[str], campaigns: Sequence[str]
) -> None:
    """The same calls while the other side is in trouble: their shape must not change."""
    for trouble in TROUBLES:
        with stage.fault(**trouble):
            channel.examine()
            _tried(channel.send_stock, stock(listed[5:], warehouses[0], [0, 3]))
            _tried(channel.send_prices, prices(listed[5:], campaigns[0], [149_000], None))
            _tried(channel.read_orders, since=clock.now() - timedelta(days=1), until=clock.now())
            _tried(channel.read_returns, since=clock.now() - timedelta(days=1), until=clock.now())
            _tried(channel.tell_orders, [OrderNews(order_ref="7", number="777", action="cancel")])
    stage.order("POST", "/faults", json={"kind": "rate_limited", "retry_after": "1", "times": 2})
    _tried(channel.read_stock, listed, warehouses[:1])
    stage.order("DELETE", "/faults")


def _tried(call: Callable[..., object], *told: object, **named: object) -> None:
    """The call, which the other side may well refuse: what is looked at is what was said."""
    with suppress(SyncError):
        call(*told, **named)

"""Which line of which order a source means: by the channel's keys, or by what people call them."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from sqlalchemy import ARRAY, BigInteger, Connection, Text, bindparam, select, text

from adapters.hub.order_rows import LineRow, OrderRow, load_orders
from adapters.hub.tables.orders import sale_order
from adapters.hub.tables.returns import return_telling

NAMED = text("""
    select told.channel, told.word, o.order_id, o.channel as found, o.order_ref
    from unnest(:channels, :words) told (channel, word)
    join sale_order o on case when told.channel is null
        then o.number = told.word or o.order_ref = told.word or o.channel || '-' || o.order_ref = told.word
        else o.channel = told.channel and o.order_ref = told.word end
    order by o.order_id
""").bindparams(bindparam("channels", type_=ARRAY(Text)), bindparam("words", type_=ARRAY(Text)))

CALLED = text("""
    select i.item_id, word.word
    from item i
    left join product p on p.source = i.source and p.product_ref = i.product_ref
    cross join lateral (values (i.article), (p.article), (i.item_ref)) word (word)
    where i.item_id = any (:item_ids) and word.word is not null
""").bindparams(bindparam("item_ids", type_=ARRAY(BigInteger)))

Word = tuple[str | None, str]
"""A channel, or none, and what the order is called."""


class Named(NamedTuple):
    """An order that a source may mean."""

    channel: str
    order_ref: str


def find_orders(connection: Connection, words: Iterable[Word]) -> dict[Word, list[Named]]:
    """The orders behind these words; without a channel by our number, the channel's key, or both joined as CRMs have them."""
    asked = sorted(set(words), key=lambda word: (word[0] or "", word[1]))
    found: dict[Word, list[Named]] = {word: [] for word in asked}
    lists = {"channels": [channel for channel, _ in asked], "words": [word for _, word in asked]}
    for row in connection.execute(NAMED, lists) if asked else ():
        found[row.channel, row.word].append(Named(row.found, row.order_ref))
    return found


def orders_told_of(connection: Connection, source: str, group_refs: Iterable[str]) -> set[Named]:
    """The orders that a source told of these returns before: a row that is corrected may have named another."""
    o, t = sale_order.c, return_telling.c
    told = select(o.channel, o.order_ref).join(return_telling, o.order_id == t.order_id)
    rows = connection.execute(told.where(t.source == source, t.group_ref.in_(set(group_refs))))
    return {Named(row.channel, row.order_ref) for row in rows}


def load_named(connection: Connection, named: Iterable[Named]) -> dict[Named, OrderRow]:
    """The orders themselves."""
    by_channel: dict[str, list[str]] = {}
    for one in named:
        by_channel.setdefault(one.channel, []).append(one.order_ref)
    loaded = (load_orders(connection, channel, refs).values() for channel, refs in sorted(by_channel.items()))
    return {Named(order.channel, order.order_ref): order for orders in loaded for order in orders}


def goods_called(connection: Connection, orders: Iterable[OrderRow]) -> dict[int, set[str]]:
    """What people may call the goods of these orders: articles and 1C's ``Ид``, in lower case, by item."""
    item_ids = sorted({line.item_id for order in orders for line in order.lines.values() if line.item_id})
    words: dict[int, set[str]] = {}
    for row in connection.execute(CALLED, {"item_ids": item_ids}) if item_ids else ():
        words.setdefault(row.item_id, set()).add(row.word.strip().casefold())
    return words


def line_of(
    order: OrderRow, told: Mapping[str, Any], called: Mapping[int, set[str]], rank: Callable[[LineRow], tuple[Any, ...]]
) -> LineRow | str:
    """The line that a source means, or the reason why it cannot be told.

    Args:
        order: the order.
        told: a row of `ReturnReceived`.
        called: what the goods are called (`goods_called`).
        rank: of several lines with the same goods, the least goes first.
    """
    if told["line_ref"] is not None:
        return order.lines.get(told["line_ref"]) or "return_line_is_known"
    if told["sku"] is None:
        return next(iter(order.lines.values())) if len(order.lines) == 1 else "return_line_is_one"
    word = told["sku"].strip().casefold()
    by_code = [line for line in order.lines.values() if line.channel_sku.strip().casefold() == word]
    fitting = by_code or [line for line in order.lines.values() if word in called.get(line.item_id or 0, ())]
    if not fitting:
        return "return_line_is_known"
    return min(fitting, key=lambda line: (*rank(line), line.line_ref))

"""What a channel sold beyond its quota: written down, told with a proposal whom to disappoint, and closed when the pool is whole again."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Connection, bindparam, select, text

from adapters.hub.incidents import recover_incident, report_incident
from adapters.hub.journal import write
from adapters.hub.tables.catalog import item
from tasks.rules.oversell import CANCELLABLE, OpenOrder, Proposal, pieces_of, propose
from tasks.rules.penalties import Penalties, Penalty

OVERSELL, BEYOND_QUOTA = "oversell", "sold_beyond_quota"
QUIET = timedelta(hours=1)
"""A channel that sold beyond its quota and was covered by the pool is told as recovered after so long without another such sale."""

NAMED = 10
UNKNOWN = Penalties().of("unknown")

OPEN_ORDERS = text("""
    select o.order_id, o.channel, o.order_ref, o.state, o.placed_at,
           l.recipe, l.pcs - l.cancelled_pcs as units, l.price_kopecks, l.state = 'sold' as is_held,
           o.payload ~ '"isZeroOrder"\\s*:\\s*true' as is_free_to_cancel
    from sale_order o join sale_line l using (order_id)
    where o.state in :states and not o.is_prior and not o.is_by_channel and l.pcs > l.cancelled_pcs
      and exists (
          select from sale_line s, jsonb_array_elements(s.recipe) part
          where s.order_id = o.order_id and s.state = 'sold' and s.pcs > s.cancelled_pcs and (part ->> 0)::bigint = :item_id
      )
    order by o.order_id, l.line_ref
""").bindparams(bindparam("states", expanding=True))

COSTS = text("""
    select p.item_id, max(p.price_kopecks) as kopecks
    from price p join item i using (item_id) join price_type t on t.source = i.source and t.price_type_ref = p.price_type_ref
    where p.item_id = any (:item_ids) and t.name = :price_type and p.currency = 'RUB' group by p.item_id
""").bindparams(bindparam("item_ids", type_=ARRAY(BigInteger)))

LIVE = text("""
    select kind, cause, last_at from incident where kind in (:oversell, :beyond) and recovered_at is null
""")

OWING = text("""
    select item_id from ledger_balance where account = 'pool' and pcs < 0 and item_id = any (:item_ids)
""").bindparams(bindparam("item_ids", type_=ARRAY(BigInteger)))


@dataclass(frozen=True, kw_only=True, slots=True)
class Beyond:
    """Pieces that an order took beyond what its channel might sell.

    Args:
        channel: where it was placed.
        order_number: as people and the channel know it.
        channel_sku: what was sold.
        item_id: the item that was taken, of a bundle one of its parts.
        pcs: so many pieces came from the pool.
        pool_pcs: what the pool holds after; below zero: somebody will not get his piece.
    """

    channel: str
    order_number: str
    channel_sku: str
    item_id: int
    pcs: int
    pool_pcs: int


def report_beyond(
    connection: Connection,
    at: datetime,
    beyond: Sequence[Beyond],
    *,
    penalties: Mapping[str, Penalty] | None = None,
    cost_price_type: str | None = None,
) -> None:
    """Write every sale beyond a quota down, and tell a person, in the caller's transaction; the orders are recorded already.

    Where the pool owes pieces the incident is the item's, with the orders to cancel; where the pool covered it, the channel's.

    Args:
        connection: the caller's transaction.
        at: now.
        beyond: sales beyond a quota.
        penalties: channel → what cancelling costs there; what is assumed where nothing is published, for those left out.
        cost_price_type: 1C's price type that says what goods cost the shop; without it no margin is known.
    """
    for one in beyond:
        kind = OVERSELL if one.pool_pcs < 0 else BEYOND_QUOTA
        lacking = f" Не хватает {-one.pool_pcs} шт." if one.pool_pcs < 0 else " Хватило свободного остатка."
        sentence = f"Заказ {one.order_number} («{one.channel}») взял «{one.channel_sku}» сверх квоты площадки: {one.pcs} шт.{lacking}"
        detail = {"channel": one.channel, "order": one.order_number, "item_id": one.item_id, "pcs": one.pcs, "pool_pcs": one.pool_pcs}
        write(connection, at, kind, f"item:{one.item_id}", sentence, detail)
    for item_id in sorted({one.item_id for one in beyond if one.pool_pcs < 0}):
        of_item = [one for one in beyond if one.item_id == item_id]
        missing_pcs = -min(one.pool_pcs for one in of_item)
        proposed = proposals(connection, item_id, missing_pcs=missing_pcs, penalties=penalties or {}, cost_price_type=cost_price_type)
        _tell_oversell(connection, at, of_item, proposed, missing_pcs)
    for channel in sorted({one.channel for one in beyond if one.pool_pcs >= 0}):
        _tell_beyond_quota(connection, at, [one for one in beyond if one.channel == channel and one.pool_pcs >= 0])


def judge(connection: Connection, at: datetime, item_ids: Collection[int] | None = None) -> None:
    """Close the incidents of items whose pools owe nothing any more, and those of channels that have kept to their quotas for a while.

    Args:
        connection: the caller's transaction.
        at: now.
        item_ids: which items are judged; all that have an incident by default.
    """
    live = connection.execute(LIVE, {"oversell": OVERSELL, "beyond": BEYOND_QUOTA}).all()
    if not live:
        return
    told = {int(cause.removeprefix("item:")) for kind, cause, _ in live if kind == OVERSELL}
    asked = sorted(told if item_ids is None else set(item_ids))
    owing = set(connection.execute(OWING, {"item_ids": asked}).scalars())
    whole = {f"item:{item_id}" for item_id in asked if item_id not in owing}
    for kind, cause, last_at in live:
        if (kind == OVERSELL and cause in whole) or (kind == BEYOND_QUOTA and last_at <= at - QUIET):
            recover_incident(connection, at, kind=kind, cause=cause)


def proposals(
    connection: Connection, item_id: int, *, missing_pcs: int, penalties: Mapping[str, Penalty], cost_price_type: str | None = None
) -> list[Proposal]:
    """Which open orders of an item to cancel: `tasks.rules.oversell.propose` on the orders as recorded."""
    rows = connection.execute(OPEN_ORDERS, {"states": list(CANCELLABLE), "item_id": item_id}).all()
    by_order: dict[int, list[Any]] = {}
    for row in rows:
        by_order.setdefault(row.order_id, []).append(row)
    parts = {int(part) for row in rows for part, _ in row.recipe or ()}
    told = connection.execute(COSTS, {"item_ids": sorted(parts), "price_type": cost_price_type}).all() if cost_price_type else ()
    costs = {row.item_id: int(row.kopecks) for row in told}
    orders = [_open_order(lines, item_id, penalties, costs) for lines in by_order.values()]
    return propose(orders, missing_pcs=missing_pcs)


def _open_order(lines: Sequence[Any], item_id: int, penalties: Mapping[str, Penalty], costs: Mapping[int, int]) -> OpenOrder:
    first = lines[0]
    prices = [None if line.price_kopecks is None else line.price_kopecks * line.units for line in lines]
    price_kopecks = None if None in prices else sum(price for price in prices if price is not None)
    return OpenOrder(
        channel=first.channel,
        number=first.order_ref,
        state=first.state,
        placed_at=first.placed_at,
        pcs=pieces_of(item_id, [(line.recipe, line.units) for line in lines if line.is_held and line.recipe]),
        price_kopecks=price_kopecks,
        margin_kopecks=_margin(lines, price_kopecks, costs),
        penalty=penalties.get(first.channel, UNKNOWN),
        is_free_to_cancel=first.is_free_to_cancel,
    )


def _margin(lines: Sequence[Any], price_kopecks: int | None, costs: Mapping[int, int]) -> int | None:
    """The price less what the goods cost; None where a part of the order is without a known cost."""
    if price_kopecks is None or any(line.recipe is None for line in lines):
        return None
    parts = [(part, pcs * line.units) for line in lines for part, pcs in line.recipe]
    if any(part not in costs for part, _ in parts):
        return None
    cost_kopecks: int = sum(costs[part] * pcs for part, pcs in parts)
    return price_kopecks - cost_kopecks


def _tell_oversell(connection: Connection, at: datetime, beyond: Sequence[Beyond], proposed: Sequence[Proposal], missing_pcs: int) -> None:
    item_id = beyond[0].item_id
    told = connection.execute(select(item.c.name, item.c.article, item.c.item_ref).where(item.c.item_id == item_id)).one_or_none()
    name = (told.name or told.article or told.item_ref) if told is not None else beyond[0].channel_sku
    channels = "», «".join(sorted({one.channel for one in beyond}))
    report_incident(
        connection,
        at,
        kind=OVERSELL,
        cause=f"item:{item_id}",
        sentence=f"«{name}» продан лишний раз (площадка «{channels}» продала больше, чем ей отведено): не хватает {missing_pcs} шт.",
        meaning="Кому-то из покупателей товара не достанется. Новых продаж этого товара Утюг не допускает; сам он ничего не отменяет.",
        advice=_advice(proposed, missing_pcs),
    )


def _advice(proposed: Sequence[Proposal], missing_pcs: int) -> str:
    left_pcs = missing_pcs - sum(one.frees_pcs for one in proposed)
    if not proposed:
        return "Пересчитайте товар на складе и докупите: отменять нечего, все его заказы уже собираются или отправлены."
    said = ["Пересчитайте товар на складе. Если его правда нет и докупить нельзя, дешевле всего отменить:"]
    said += [one.sentence for one in proposed[:NAMED]]
    if len(proposed) > NAMED:
        said.append(f"И ещё заказов: {len(proposed) - NAMED}.")
    if left_pcs > 0:
        said.append(f"Этого мало: ещё {left_pcs} шт. надо докупить, остальные заказы уже собираются или отправлены.")
    return "\n".join(said)


def _tell_beyond_quota(connection: Connection, at: datetime, beyond: Sequence[Beyond]) -> None:
    channel, pcs = beyond[0].channel, sum(one.pcs for one in beyond)
    orders = ", ".join(sorted({one.order_number for one in beyond})[:NAMED])
    report_incident(
        connection,
        at,
        kind=BEYOND_QUOTA,
        cause=f"channel:{channel}",
        sentence=f"«{channel}» продала сверх отведённого ей {pcs} шт. (заказы {orders}); свободного остатка хватило.",
        meaning="Все покупатели получат товар, но в другой раз остатка может не хватить: площадка показывает заказы или принимает остатки "
        "медленнее, чем считает Утюг, или остаток правили в кабинете руками.",
        advice="Не правьте остатки в кабинете и выключите другие программы, которые их шлют. Если повторяется, увеличьте сроки в разделе "
        f"[channels.{channel}.bounds].",
    )

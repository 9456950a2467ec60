"""The demo's six buyers, whose orders leave in parts, abroad and for nothing, and partly come back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlalchemy import text

from adapters.hub.backorders import Receipts
from adapters.hub.hub import Hub
from deployments.demo_channels import KINDS
from deployments.world.hands import Hands

ABROAD = "TR"
LONG_WAIT = timedelta(days=3)

GOODS = text("""
    select l.channel, l.channel_sku, i.item_ref, coalesce(sum(b.pcs) filter (where b.account = 'pool'), 0)::bigint as pool_pcs
    from listing l join item i using (item_id) left join ledger_balance b using (item_id)
    where l.lost_at is null and not i.is_bundle and not i.is_umbrella
    group by l.channel, l.channel_sku, i.item_ref order by l.channel, i.item_ref
""")
ORDERS = text("""
    select channel, order_ref, number, state, status from sale_order where (channel, order_ref) in (
        select * from unnest(cast(:channels as text[]), cast(:refs as text[])))
""")


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """A buyer of the story.

    Args:
        title: what becomes of the order, for whoever reads along.
        channel: where it is placed.
        pcs: how many of one thing.
        buyer: the address at the site's checkout.
        waits: the last piece is still to come.
    """

    title: str
    channel: str
    pcs: int = 1
    buyer: Mapping[str, str] = field(default_factory=dict)
    waits: bool = False


def _buyer(first: str, last: str, phone: str, **place: str) -> dict[str, str]:
    return {"first_name": first, "last_name": last, "phone": phone, "email": f"{phone[-7:]}@example.com", "country": "RU", **place}


STORY: dict[str, Wanted] = {
    "parts": Wanted(
        title="две части, два трека",
        channel="site",
        buyer=_buyer("Пётр", "Ёлкин", "8 (916) 111-22-33", city="г. Новосибирск ", address_1="ул. Ленина, д.5, кв. 12", postcode="630099"),
        waits=True,
    ),
    "abroad": Wanted(
        title="за границу, латиницей",
        channel="site",
        buyer=_buyer("Юлия", "Щеглова", "+90 532 123 45 67", city="Стамбул", address_1="ул. Истикляль, 40", postcode="34000")
        | {"country": ABROAD},
    ),
    "refused": Wanted(
        title="получатель отказался",
        channel="site",
        buyer=_buyer("Анна", "Короткова", "8-903-765-43-21", city="Новосибирск", address_1="Красный проспект, дом 20", postcode="630099"),
    ),
    "market": Wanted(title="возврат площадки", channel="ozon"),
    "excel": Wanted(title="возврат из книги Excel", channel="wb"),
    "half": Wanted(title="вернулась половина", channel="ym", pcs=2),
}
"""The orders of the story; how many pieces of ``parts`` there are follows from the shelf."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Bought:
    """An order of the story that was placed.

    Args:
        key: the room's own of it; Wildberries' is the basket's.
        ref: the order's in the hub; of a Wildberries' basket of one piece its task.
    """

    name: str
    channel: str
    key: str
    ref: str
    sku: str
    item_ref: str
    pcs: int


class Cast:
    """The buyers and what they ordered.

    Args:
        hub: the demo's.
        world: a hand on its rooms.
    """

    def __init__(self, hub: Hub, world: Hands) -> None:
        self._hub, self._world = hub, world
        self.bought: dict[str, Bought] = {}

    def buy(self, today: date) -> bool:
        """Everybody orders; nobody where the shop has nothing fit for one of them.

        Args:
            today: the shop's day.
        """
        goods = self._goods()
        if any(name not in goods for name in STORY):
            return False
        for name, wanted in STORY.items():
            sku, item_ref, shown = goods[name]
            pcs = shown + 1 if wanted.waits else wanted.pcs
            if wanted.waits:
                Receipts(self._hub).open(item_ref, pcs=1, expected_on=today + LONG_WAIT, note="демо")
            said = {"sku": sku, "pcs": pcs, "buyer": dict(wanted.buyer), "waits": wanted.waits}
            told = self._world.tell(KINDS[wanted.channel], "POST", "/orders", {key: value for key, value in said.items() if value})
            key, (ref, *_) = str(told["order_ref"]), [str(one) for one in told.get("task_ids", [told["order_ref"]])]
            self.bought[name] = Bought(name=name, channel=wanted.channel, key=key, ref=ref, sku=sku, item_ref=item_ref, pcs=pcs)
        return True

    def are_known(self) -> bool:
        """Whether the hub has every order under a number."""
        orders = self.orders()
        return orders.keys() == STORY.keys() and all(one["number"] for one in orders.values())

    def orders(self) -> dict[str, dict[str, Any]]:
        """The orders as the hub has them, by name: ``channel, order_ref, number, state, status``."""
        told = {"channels": [one.channel for one in self.bought.values()], "refs": [one.ref for one in self.bought.values()]}
        with self._hub.engine.begin() as connection:
            known = {(row["channel"], row["order_ref"]): dict(row) for row in connection.execute(ORDERS, told).mappings()}
        return {one.name: known[one.channel, one.ref] for one in self.bought.values() if (one.channel, one.ref) in known}

    def _goods(self) -> dict[str, tuple[str, str, int]]:
        """For each order something of which its channel shows enough, no two the same: code, item, shown pieces."""
        with self._hub.engine.begin() as connection:
            rows = connection.execute(GOODS).all()
        shown = {name: self._world.tell(kind, "GET", "/goods") for name, kind in KINDS.items()}
        taken: set[str] = set()
        found: dict[str, tuple[str, str, int]] = {}
        for name, wanted in STORY.items():
            most = 3 if wanted.waits else 10_000
            for row in rows:
                if row.channel != wanted.channel or row.item_ref in taken:
                    continue
                card = shown[row.channel].get(row.channel_sku, {})
                pcs = sum(card.get("pcs", {}).values())
                if card.get("is_sellable") and wanted.pcs <= pcs <= most:
                    found[name] = (row.channel_sku, row.item_ref, pcs)
                    taken.add(row.item_ref)
                    break
        return found

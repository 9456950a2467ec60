"""Orders as deals of a Bitrix24 portal.

A deal's title, source and pipeline are written when it is made: they never change with us, and people may put them otherwise. The
contact is linked where there is none, comments are only added to, the stage goes by `adapters.bitrix24.stages`; the sum and the goods
are the order's.

Source: `reference/services.md` §4; https://apidocs.bitrix24.com/api-reference/crm/universal/object-fields.html
"""

import html
import re
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from adapters.bitrix24 import answers, people
from adapters.bitrix24.client import parsed
from adapters.bitrix24.commands import DEAL, MADE, Command, Made, added, changed
from adapters.bitrix24.contacts import Bitrix24Contacts, twins
from adapters.bitrix24.puts import Plan
from adapters.bitrix24.stages import pipeline, places_of
from tasks.rules.crm import CrmLine, CrmOrder, Put

NAME_MAX = 250
"""Characters of a line's name; the portal keeps 255."""

FIELDS = ("stageId", "categoryId", "opportunity", "contactId", "contactIds", "comments", "updatedTime", "updatedBy", "movedBy")
MARKUP = re.compile(r"<[^>]*>|\[/?[a-z*]+(?:=[^\]]*)?\]", re.IGNORECASE)
Goods = list[tuple[str, int, int]]


class Bitrix24Deals(Bitrix24Contacts):
    """Finds, makes and changes deals."""

    def put_orders(self, orders: Sequence[CrmOrder]) -> list[Put]:
        """One answer per order; `adapters.capabilities.Crm`.

        Raises:
            SyncError: nothing at all was done.
        """
        return self.put(orders, self._order_plans)

    def stages(self) -> list[answers.Stage]:
        """Stages of the pipeline; none where there is no such pipeline.

        Raises:
            SyncError: as `Bitrix24Client.ask`.
        """
        return parsed(answers.STAGES, self.ask({"stages": self.stages_command})["stages"])

    @property
    def stages_command(self) -> Command:
        """What asks for them."""
        return Command(method="crm.status.list", params={"filter": {"ENTITY_ID": pipeline(self._category_id)}, "order": {"SORT": "ASC"}})

    def _order_plans(self, orders: Sequence[CrmOrder]) -> list[Plan]:
        found: dict[str, list[answers.Deal]] = {}
        for there in self.marked(DEAL, [one.ref for one in orders], answers.DEALS, FIELDS):
            found.setdefault(there.origin_id, []).append(there)
        cards = self.cards(one.customer for one in orders if one.customer)
        own = {one.ref: found[one.ref][0] for one in orders if one.ref in found}
        goods = self._goods([one.id for one in own.values()])
        plans = []
        for order in orders:
            buyer_id = next(iter(cards.get(order.customer.ref, [])), None) if order.customer else None
            deal = own.get(order.ref)
            if deal is None:
                plans.append(self._new(order, buyer_id))
            else:
                others = [one.id for one in found[order.ref][1:]]
                plans.append(self._changed(order, deal, goods[deal.id], buyer_id, others))
        return plans

    def _new(self, order: CrmOrder, buyer_id: int | None) -> Plan:
        fields: dict[str, Any] = {
            "title": f"Заказ {order.number} · {order.channel_title} {order.channel_ref}",
            "categoryId": self._category_id,
            "originatorId": self._originator,
            "originId": order.ref,
            "sourceDescription": order.channel_title,
            "comments": "\n".join(_remarks(order)),
            **_sum(order),
        }
        stage = self._stages.codes.get(order.state)
        fields |= {"stageId": stage} if stage else {}
        fields |= {"contactIds": [buyer_id]} if buyer_id else {}
        steps = (added(DEAL, fields), *([_set_goods(MADE, order)] if order.lines else []))
        return Plan(ref=order.ref, item_id=None, steps=steps, private=_private(order))

    def _changed(self, order: CrmOrder, deal: answers.Deal, goods: Goods, buyer_id: int | None, others: Sequence[int]) -> Plan:
        places = {} if self._stages.is_ranked(deal.stage_id) else self._places
        stage = self._stages.step(order.state, deal.stage_id, places)
        fields: dict[str, Any] = {"stageId": stage} if stage else {}
        if deal.opportunity is None or round(deal.opportunity * 100) != order.sum_kopecks:
            fields |= _sum(order)
        if buyer_id is not None and deal.buyer_id is None:
            fields |= {"contactIds": [buyer_id]}
        if lacking := [one for one in _remarks(order) if _plain(one) not in _plain(deal.comments)]:
            fields |= {"comments": "\n".join([deal.comments, *lacking] if deal.comments else lacking)}
        steps = [changed(DEAL, deal.id, fields)] if fields else []
        steps += [_set_goods(deal.id, order)] if order.lines and sorted(goods) != sorted(_goods_of(order)) else []
        sentence = twins("сделок", order.ref, deal.id, others)
        return Plan(ref=order.ref, item_id=deal.id, steps=tuple(steps), sentence=sentence, private=_private(order))

    def _goods(self, deal_ids: Sequence[int]) -> dict[int, Goods]:
        commands = {
            str(one): Command(method="crm.item.productrow.list", params={"filter": {"=ownerType": "D", "=ownerId": one}})
            for one in deal_ids
        }
        return {int(key): _told_goods(parsed(answers.GOODS, one).product_rows) for key, one in self.ask(commands).items()}

    @cached_property
    def _places(self) -> Mapping[str, tuple[bool, int]]:
        return places_of(self.stages())


def _sum(order: CrmOrder) -> dict[str, str]:
    """The order's sum, kept by hand: the portal would count it from the goods. Nothing where no price is known."""
    if all(line.price_kopecks is None for line in order.lines):
        return {}
    return {"opportunity": _roubles(order.sum_kopecks), "isManualOpportunity": "Y", "currencyId": "RUB"}


def _set_goods(deal_id: int | Made, order: CrmOrder) -> Command:
    rows = [{"productName": name, "price": _roubles(price), "quantity": pcs} for name, price, pcs in _goods_of(order)]
    return Command(method="crm.item.productrow.set", params={"ownerType": "D", "ownerId": deal_id, "productRows": rows})


def _ask_goods(deal_id: int) -> Command:
    return Command(method="crm.item.productrow.list", params={"filter": {"=ownerType": "D", "=ownerId": deal_id}})


def _goods_of(order: CrmOrder) -> Goods:
    return [(_name(line), line.price_kopecks or 0, line.pcs) for line in order.lines]


def _told_goods(rows: Sequence[answers.GoodsRow]) -> Goods:
    return [(html.unescape(one.product_name).strip(), round(one.price * 100), round(one.quantity)) for one in rows]


def _name(line: CrmLine) -> str:
    """With the code, by which a shop finds the thing."""
    code = f" [{line.sku}]" if line.name and line.sku else ""
    return f"{(line.name or line.sku)[: NAME_MAX - len(code)]}{code}".strip()


def _remarks(order: CrmOrder) -> list[str]:
    told = {"Адрес": order.address, "Покупатель пишет": order.comment, "Трек-номер": order.tracking}
    said = [f"{what}: {' '.join(value.split())}" for what, value in told.items() if value and value.strip()]
    return [f"{order.channel_title}, заказ {order.channel_ref}", *said]


def _plain(comments: str) -> str:
    """Words alone: the portal keeps comments with markup of its own."""
    return " ".join(MARKUP.sub(" ", html.unescape(comments)).split())


def _private(order: CrmOrder) -> tuple[str, ...]:
    known = people.private(order.customer) if order.customer else ()
    return (*known, *(one for one in (order.address, order.comment) if one))


def _roubles(kopecks: int) -> str:
    return f"{kopecks // 100}.{kopecks % 100:02d}"

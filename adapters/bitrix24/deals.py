"""Orders as deals of a Bitrix24 portal.

A deal's title, source and pipeline are written when it is made: they never change with us, and people may put them otherwise. The
contact is linked where there is none, comments are only added to, the stage goes by `adapters.bitrix24.stages`; the sum and the goods
are the order's.

Source: `reference/services.md` §4; https://apidocs.bitrix24.com/api-reference/crm/universal/object-fields.html
"""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from adapters.bitrix24 import answers, people
from adapters.bitrix24.client import parsed
from adapters.bitrix24.commands import DEAL, MADE, Command, added, changed, got
from adapters.bitrix24.contacts import tier_name_of, twins
from adapters.bitrix24.goods import Bitrix24Goods, Goods, goods_of, roubles, set_goods, told_goods
from adapters.bitrix24.puts import Plan
from adapters.bitrix24.reasons import GONE
from adapters.bitrix24.remarks import lacking, remarks_of
from adapters.bitrix24.stages import pipeline, places_of
from tasks.rules.crm import CrmOrder, Put

FIELDS = ("stageId", "categoryId", "opportunity", "contactId", "contactIds", "comments", "updatedTime", "updatedBy", "movedBy")


class Bitrix24Deals(Bitrix24Goods):
    """Finds, makes and changes deals."""

    def put_orders(self, orders: Sequence[CrmOrder]) -> list[Put]:
        """One answer per order; `adapters.capabilities.Crm`. A deal that people deleted is not made anew.

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
        for there in self.marked(DEAL, [one.ref for one in orders], answers.DEALS, [*FIELDS, *self.own_fields]):
            found.setdefault(there.origin_id, []).append(there)
        cards = self.cards(one.customer for one in orders if one.customer)
        found |= self._taken_before([one for one in orders if one.ref not in found])
        rows = self.rows_of(found[one.ref][0].id for one in orders if one.ref in found)
        plans = []
        for order in orders:
            buyer_id = next(iter(cards.get(order.customer.ref, [])), None) if order.customer else None
            if order.ref in found:
                deal, *others = found[order.ref]
                goods = told_goods(rows.get(deal.id, []))
                plans.append(self._changed(order, deal, goods, buyer_id, [one.id for one in others]))
            elif order.foreign_ref is None:
                plans.append(self._new(order, buyer_id))
            else:
                plans.append(Plan(ref=order.ref, item_id=None, steps=(), is_gone=True))
        return plans

    def _taken_before(self, orders: Sequence[CrmOrder]) -> dict[str, list[answers.Deal]]:
        """Deals that lists do not show under our mark, although the portal took them: lists are late, what is asked for by its id is not.

        One that is not there, or bears another mark, was deleted by people.
        """
        asked = {one.foreign_ref: one.ref for one in orders if one.foreign_ref is not None}
        told = self.ask({deal_id: got(DEAL, int(deal_id)) for deal_id in asked}, but=GONE)
        deals = [parsed(answers.ONE_DEAL, one).item for one in told.values()]
        return {one.origin_id: [one] for one in deals if one.originator_id == self._originator and one.origin_id == asked.get(str(one.id))}

    def _new(self, order: CrmOrder, buyer_id: int | None) -> Plan:
        fields: dict[str, Any] = {
            "title": f"Заказ {order.number} · {order.channel_title} {order.channel_ref}",
            "categoryId": self._category_id,
            "originatorId": self._originator,
            "originId": order.ref,
            "sourceDescription": order.channel_title,
            "comments": "\n".join(remarks_of(order)),
            **_sum(order),
            **self._own(order, {}),
        }
        stage = self._stages.codes.get(order.state)
        fields |= {"stageId": stage} if stage else {}
        fields |= {"contactIds": [buyer_id]} if buyer_id else {}
        steps = (added(DEAL, fields), *([set_goods(MADE, goods_of(order, []))] if order.lines else []))
        return Plan(ref=order.ref, item_id=None, steps=steps, private=_private(order))

    def _changed(self, order: CrmOrder, deal: answers.Deal, goods: Goods, buyer_id: int | None, others: Sequence[int]) -> Plan:
        places = {} if self._stages.is_ranked(deal.stage_id) else self._places
        stage = self._stages.step(order.state, deal.stage_id, places)
        fields: dict[str, Any] = {"stageId": stage} if stage else {}
        if deal.opportunity is None or round(deal.opportunity * 100) != order.sum_kopecks:
            fields |= _sum(order)
        if buyer_id is not None and deal.buyer_id is None:
            fields |= {"contactIds": [buyer_id]}
        if more := lacking(order, deal.comments):
            fields |= {"comments": "\n".join([deal.comments, *more] if deal.comments else more)}
        fields |= self._own(order, deal.model_extra or {})
        steps = [changed(DEAL, deal.id, fields)] if fields else []
        wanted = goods_of(order, goods)
        steps += [set_goods(deal.id, wanted)] if order.lines and sorted(goods) != sorted(wanted) else []
        sentence = twins("сделок", order.ref, deal.id, others)
        return Plan(ref=order.ref, item_id=deal.id, steps=tuple(steps), sentence=sentence, private=_private(order))

    @cached_property
    def own_fields(self) -> Mapping[str, str]:
        """Fields of the portal's own, as calls name them, and what each holds; one that deals do not have is left out.

        Raises:
            SyncError: as `Bitrix24Client.ask`.
        """
        if not self._deal_fields:
            return {}
        told = parsed(answers.FIELDS, self.ask({"fields": self.deal_fields_command})["fields"]).fields
        return {name: what for field, what in self._deal_fields.items() if (name := tier_name_of(field, told)) is not None}

    @property
    def deal_fields_command(self) -> Command:
        """What asks for the fields of deals."""
        return Command(method="crm.item.fields", params={"entityTypeId": DEAL})

    def _own(self, order: CrmOrder, there: Mapping[str, Any]) -> dict[str, str]:
        """What of the portal's own fields differs."""
        told = {"tracking": order.tracking or "", "way": "\n".join(order.way)}
        return {name: told[what] for name, what in self.own_fields.items() if str(there.get(name) or "").split() != told[what].split()}

    @cached_property
    def _places(self) -> Mapping[str, tuple[bool, int]]:
        return places_of(self.stages())


def _sum(order: CrmOrder) -> dict[str, str]:
    """The order's sum, kept by hand: the portal would count it from the goods. Nothing where no price is known."""
    if all(line.price_kopecks is None for line in order.lines):
        return {}
    return {"opportunity": roubles(order.sum_kopecks), "isManualOpportunity": "Y", "currencyId": "RUB"}


def _private(order: CrmOrder) -> tuple[str, ...]:
    known = people.private(order.customer) if order.customer else ()
    return (*known, *(one for one in (order.address, order.comment) if one))

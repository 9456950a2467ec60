"""Boxes of a Yandex Market order. An order is never split there: what is not in the boxes may only be taken out of it, for ever.

The boxes are replaced whole and may be told as often as wanted until the order is ready. Leaving something out tells the buyer at once and
cannot be undone, so it is done only with the shop's consent.

Source: setOrderBoxLayout of the vendor's specification; `reference/marketplaces.md` §3 (Boxes/partial).
"""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import TypeAdapter

from adapters.errors import OutcomeUnknown, Rejected
from adapters.yandex_market.answers import Told
from adapters.yandex_market.labels import YandexMarketLabels
from adapters.yandex_market.limits import BOXES, of_campaign
from adapters.yandex_market.order_answers import Order
from adapters.yandex_market.order_status import words_of
from tasks.rules.parts import PartShipped, PartTold
from validation.order_news import NEWS_SENTENCES, OrderNews

NO_CONSENT = (
    "Яндекс Маркет не делит заказы: остальное можно только навсегда убрать из заказа, и покупатель сразу узнает об этом. "
    "Дождитесь товара и отправьте заказ целиком, или разрешите удаление настройкой removes_missing этого канала."
)
ASSEMBLED = frozenset({"READY_TO_SHIP", "SHIPPED"})


class Boxed(Told):
    """``SetOrderBoxLayoutResponse``."""

    result: Any = None


BOXED = TypeAdapter(Boxed)


class YandexMarketParts(YandexMarketLabels):
    """`adapters.capabilities.ShipsParts`."""

    def ship_parts(self, parts: Sequence[PartShipped]) -> list[PartTold]:
        """Each order's boxes; a rest is taken out of it where the shop consents, else the part is refused.

        Raises:
            SyncError: nothing was done.
        """
        news = [OrderNews(order_ref=one.order_ref, number="", action="ready") for one in parts]
        orders = self._orders_by_id(news)
        return [self._box(one, orders.get(one.order_ref)) for one in parts]

    def _box(self, part: PartShipped, order: Order | None) -> PartTold:
        answer = _standing(part, order)
        if answer is not None or order is None:
            return answer or PartTold(number=part.number, outcome="refused", sentence=NEWS_SENTENCES["order_is_gone"])
        campaign_ref = str(order.campaign_id)
        body = {"boxes": [{"items": _items(box)} for box in part.boxes], "allowRemove": bool(part.rest_pcs) and part.may_remove}
        try:
            self.tell(
                "PUT", boxes_of(campaign_ref, part.order_ref), body, BOXED, limits=of_campaign(campaign_ref, BOXES), is_repeatable=True
            )  # fmt: skip
        except OutcomeUnknown as error:
            return PartTold(number=part.number, outcome="unknown", sentence=error.sentence)
        except Rejected as error:
            said = words_of(error)
            sentence = "Яндекс Маркет не принял раскладку заказа по коробкам" + (f": «{said}»." if said else ".")
            return PartTold(number=part.number, outcome="refused", sentence=sentence)
        return PartTold(number=part.number, outcome="accepted")


def boxes_of(campaign_ref: str, order_ref: str) -> str:
    """Where an order's boxes are told."""
    return f"/v2/campaigns/{campaign_ref}/orders/{order_ref}/boxes"


def _standing(part: PartShipped, order: Order | None) -> PartTold | None:
    if order is None or order.status == "CANCELLED":
        reason = "order_is_gone" if order is None else "order_is_cancelled"
        return PartTold(number=part.number, outcome="refused", sentence=NEWS_SENTENCES[reason])
    shown = {str(item.id): item.count for item in order.items if item.count}
    if order.substatus in ASSEMBLED or order.status != "PROCESSING":
        is_told = shown == part.pcs
        return PartTold(number=part.number, outcome="already" if is_told else "later", sentence=NEWS_SENTENCES["order_waits_for_channel"])
    if part.rest_pcs and shown != part.pcs and not part.may_remove:
        return PartTold(number=part.number, outcome="refused", sentence=NO_CONSENT)
    return None


def _items(box: Mapping[str, int]) -> list[dict[str, int]]:
    return [{"id": int(ref), "fullCount": pcs} for ref, pcs in sorted(box.items())]

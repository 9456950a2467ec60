"""Labels of Yandex Market's orders, a PDF with one for each box.

Source: generateOrderLabels of the vendor's specification; `reference/marketplaces.md` §3 (Labels).
"""

from collections.abc import Sequence

from adapters.errors import ContractBroken, Rejected
from adapters.yandex_market.limits import LABELS, of_campaign
from adapters.yandex_market.order_status import YandexMarketOrderStatus, words_of
from tasks.rules.labels import LabelAsked, LabelMade
from validation.order_news import OrderNews

FORMAT = "A7"
"""The size of a label printer's paper; the Market's own default is a label for each box on A7 too."""
PDF = b"%PDF"
NOT_YET = "Ярлыки Маркет даёт, пока заказ собирают. Utyug попросит их ещё раз."


class YandexMarketLabels(YandexMarketOrderStatus):
    """`adapters.capabilities.PrintsLabels`."""

    def make_labels(self, asked: Sequence[LabelAsked]) -> list[LabelMade]:
        """PDF labels, in their order; of an order that is not there none.

        Raises:
            SyncError: the Market could not be asked.
        """
        orders = self._orders_by_id([OrderNews(order_ref=one.order_ref, number="", action="ready") for one in asked])
        return [self._label(one, str(orders[one.order_ref].campaign_id) if one.order_ref in orders else None) for one in asked]

    def _label(self, asked: LabelAsked, campaign_ref: str | None) -> LabelMade:
        if campaign_ref is None:
            return LabelMade(subject=asked.subject, state="not_yet", sentence=NOT_YET)
        limits = of_campaign(campaign_ref, LABELS)
        try:
            response = self._connection.call("GET", labels_of(campaign_ref, asked.order_ref), params={"format": FORMAT}, limits=limits)
        except Rejected as error:
            said = words_of(error)
            return LabelMade(
                subject=asked.subject, state="not_yet", sentence=NOT_YET + (f" Площадка пишет: «{said}»." if said else "")
            )  # fmt: skip
        if not response.content.startswith(PDF):
            sentence = "Яндекс Маркет ответил не так, как описано в его документации: ярлыки не PDF."
            raise ContractBroken(sentence, system="yandex_market", fragment="pdf")
        return LabelMade(subject=asked.subject, state="ready", content=response.content)


def labels_of(campaign_ref: str, order_ref: str) -> str:
    """Where an order's labels are."""
    return f"/v2/campaigns/{campaign_ref}/orders/{order_ref}/delivery/labels"

"""News of orders for a site: its statuses, our number beside the order, and refunds of pieces that cannot be sent.

Source: `reference/services.md` §3, measured on WooCommerce 10.0.2.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from adapters.errors import Rejected
from adapters.order_news import Lot, Send, by_state, in_their_order, refused, standing, tell_lots
from adapters.woocommerce import order_answers, paths
from adapters.woocommerce.order_answers import OneOrder, OneRefund
from adapters.woocommerce.orders import STATES, WooCommerceOrders
from adapters.woocommerce.reasons import words_of
from adapters.woocommerce.refunds import is_everything, parts_to_refund, refund_body
from tasks.rules.order_news import answered, told
from validation.order_news import Action, OrderNews, OrderTold, Why

NUMBER = "_utyug_number"
"""Our number, kept beside the order."""

STATUSES: Mapping[Action, str] = {"confirm": "processing", "shipped": "completed", "delivered": "completed", "cancel": "cancelled"}
REACHED: Mapping[Action, str] = {"confirm": "confirmed", "shipped": "delivered", "delivered": "delivered", "cancel": "cancelled"}
"""In our words: an order in ``processing`` is in work, whether or not anybody has told of it."""
IN_WORK = "processing"

WORDS: Mapping[Why, str] = {
    "out_of_stock": "Товар закончился",
    "defective": "Остался только брак",
    "other": "Товар не может быть отправлен",
}


@dataclass(frozen=True, kw_only=True)
class Shown:
    """An order with its refunds."""

    order: OneOrder
    refunds: Sequence[OneRefund]


class WooCommerceOrderStatus(WooCommerceOrders):
    """`adapters.capabilities.TakesOrderNews`."""

    def tell_orders(self, news: Sequence[OrderNews]) -> list[OrderTold]:
        """Statuses by `STATUSES`; a part that is cancelled is refunded by hand, and the money is the shop's own affair.

        Raises:
            SyncError: nothing was done.
        """
        found = {ref: self._shown(ref) for ref in dict.fromkeys(one.order_ref for one in news if one.action in STATUSES)}
        answers, due = by_state(news, lambda asked: [_answered(one, found.get(one.order_ref)) for one in asked])
        orders = {ref: shown for ref, shown in found.items() if shown is not None}
        return in_their_order(news, [*answers, *tell_lots([self._lot(one, orders[one.order_ref]) for one in due])])

    def _lot(self, news: OrderNews, shown: Shown) -> Lot:
        send: Send = partial(self._refund if _is_part(news, shown) else self._move, shown)
        return Lot(news=[news], send=send, look=self._look, words=lambda error: words_of(error)[1])

    def _look(self, news: Sequence[OrderNews]) -> list[OrderTold | None]:
        return [_answered(one, self._shown(one.order_ref)) for one in news]

    def _shown(self, order_ref: str) -> Shown | None:
        """The order as it is now; none where the site does not know it."""
        if not order_ref.isdecimal():
            return None
        try:
            order = self.ask(paths.one_order(order_ref), order_answers.ORDER)
        except Rejected:
            return None
        return Shown(order=order, refunds=self.refunds_of(order_ref) if order.refunds else [])

    def _move(self, shown: Shown, news: Sequence[OrderNews]) -> list[OrderTold]:
        """Telling it again could take up an order that was cancelled since, so it is not told again unseen."""
        for one in news:
            body: dict[str, Any] = {"meta_data": [{"key": NUMBER, "value": one.number}]}
            if _by_status(one, shown.order) is None:
                body["status"] = STATUSES[one.action]
            self.tell("PUT", paths.one_order(one.order_ref), body, order_answers.ORDER, is_repeatable=False)
        return [told(one, "accepted") for one in news]

    def _refund(self, shown: Shown, news: Sequence[OrderNews]) -> list[OrderTold]:
        for one in news:
            body = refund_body(parts_to_refund(shown.order, shown.refunds, one.left_pcs), WORDS[one.why])
            self.tell("POST", paths.refunds(one.order_ref), body, order_answers.REFUND, is_repeatable=False)
        return [told(one, "accepted") for one in news]


def _answered(news: OrderNews, shown: Shown | None) -> OrderTold | None:
    """The number is put beside an order that is there already, too."""
    if news.action not in STATUSES:
        return refused(news, "news_is_not_taken")
    if shown is None:
        return refused(news, "order_is_gone")
    answer = _by_status(news, shown.order)
    if news.action == "cancel" and answer is None and news.left_pcs and not parts_to_refund(shown.order, shown.refunds, news.left_pcs):
        return told(news, "already")
    is_alive = STATES.get(shown.order.status) in {"new", "delivered"}
    if news.action != "cancel" and answer is not None and is_alive and not shown.order.keeps(NUMBER, news.number):
        return None
    return answer


def _by_status(news: OrderNews, order: OneOrder) -> OrderTold | None:
    """What its status answers."""
    state = "confirmed" if order.status == IN_WORK else STATES.get(order.status, "other")
    return standing(news, answered(news, state, reached=REACHED[news.action]))


def _is_part(news: OrderNews, shown: Shown) -> bool:
    """Whether some pieces go and others stay."""
    if news.action != "cancel" or not news.left_pcs:
        return False
    return not is_everything(shown.order, shown.refunds, parts_to_refund(shown.order, shown.refunds, news.left_pcs))

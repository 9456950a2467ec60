"""News of orders for Yandex Market: our number (external id), ready to be shipped, cancelled by the shop.

Source: updateExternalOrderId, updateOrderStatuses of the vendor's specification; `reference/marketplaces.md` §3.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from pydantic import TypeAdapter, ValidationError

from adapters.errors import Rejected
from adapters.order_news import Lot, Send, by_state, in_lots, in_their_order, refused, standing, tell_lots, unknown
from adapters.yandex_market.answers import WRITTEN, Told
from adapters.yandex_market.client import shop
from adapters.yandex_market.limits import EXTERNAL_IDS, ORDERS, ORDERS_PARALLEL, STATUSES_SENT, of_campaign
from adapters.yandex_market.order_answers import ORDERS as ORDERS_SHAPE
from adapters.yandex_market.order_answers import Order
from adapters.yandex_market.orders import YandexMarketOrders, state_of
from tasks.rules.order_news import answered, told
from validation.order_news import Action, OrderNews, OrderTold

OK = "OK"
STATUS: Mapping[Action, Mapping[str, str]] = {
    "ready": {"status": "PROCESSING", "substatus": "READY_TO_SHIP"},
    "cancel": {"status": "CANCELLED", "substatus": "SHOP_FAILED"},
}
TAKEN: frozenset[Action] = frozenset({"confirm", *STATUS})
READY = frozenset({"READY_TO_SHIP", "SHIPPED"})


class StatusTold(Told):
    """``UpdateOrderStatusDTO``: what became of one order of several."""

    id: int | None = None
    update_status: str | None = None
    error_details: str | None = None


class StatusesTold(Told):
    """``UpdateOrderStatusesDTO``."""

    orders: list[StatusTold]


class StatusesWritten(Told):
    """``UpdateOrderStatusesResponse``."""

    result: StatusesTold


STATUSES_WRITTEN = TypeAdapter(StatusesWritten)


class YandexMarketOrderStatus(YandexMarketOrders):
    """`adapters.capabilities.TakesOrderNews`."""

    # getBusinessOrders, by ids
    IDS_MAX = 50
    # updateOrderStatuses
    STATUSES_MAX = 30

    def tell_orders(self, news: Sequence[OrderNews]) -> list[OrderTold]:
        """``confirm`` gives the order our number, which is done once; ``ready`` and ``cancel`` change its status.

        A part of an order cannot be cancelled by its status: that is for the cabinet.

        Raises:
            SyncError: nothing was done.
        """
        orders = self._orders_by_id(news)
        shops = {ref: str(order.campaign_id) for ref, order in orders.items()}
        answers, due = by_state(news, lambda asked: [_answered(one, orders.get(one.order_ref)) for one in asked])
        return in_their_order(news, [*answers, *tell_lots(list(self._news_lots(due, shops)))])

    def _news_lots(self, news: Sequence[OrderNews], shops: Mapping[str, str]) -> Iterator[Lot]:
        """Numbers one by one, statuses by shop and kind; numbers first: an order that is ready takes none."""
        for one in news:
            if one.action == "confirm":
                yield self._lot([one], partial(self._number, shops[one.order_ref]))
        alike: dict[tuple[str, Action], list[OrderNews]] = {}
        for one in news:
            if one.action in STATUS:
                alike.setdefault((shops[one.order_ref], one.action), []).append(one)
        for (campaign_ref, action), group in alike.items():
            for part in in_lots(group, self.STATUSES_MAX):
                yield self._lot(part, partial(self._move, campaign_ref, STATUS[action]))

    def _lot(self, news: Sequence[OrderNews], send: Send) -> Lot:
        return Lot(news=news, send=send, look=self._look, words=words_of)

    def _look(self, news: Sequence[OrderNews]) -> list[OrderTold | None]:
        orders = self._orders_by_id(news)
        return [_answered(one, orders.get(one.order_ref)) for one in news]

    def _number(self, campaign_ref: str, news: Sequence[OrderNews]) -> list[OrderTold]:
        for one in news:
            path, limits = external_id(campaign_ref, one.order_ref), of_campaign(campaign_ref, EXTERNAL_IDS)
            self.tell("POST", path, {"externalOrderId": one.number}, WRITTEN, limits=limits, is_repeatable=False)
        return [told(one, "accepted") for one in news]

    def _move(self, campaign_ref: str, status: Mapping[str, str], news: Sequence[OrderNews]) -> list[OrderTold]:
        """What the Market says of each; where it says no, the order's state says why."""
        numbers = list(dict.fromkeys(int(one.order_ref) for one in news))
        body = {"orders": [{"id": number, **status} for number in numbers]}
        limits = of_campaign(campaign_ref, STATUSES_SENT, len(numbers))
        path = shop(campaign_ref, "orders/status-update")
        written = self.tell("POST", path, body, STATUSES_WRITTEN, limits=limits, is_repeatable=False)
        verdicts = {str(one.id): one for one in written.result.orders}
        bad = [one for one in news if one.order_ref in verdicts and verdicts[one.order_ref].update_status != OK]
        why = dict(zip(map(id, bad), self._look(bad) if bad else [], strict=True))
        return [_judged(one, verdicts.get(one.order_ref), why.get(id(one))) for one in news]

    def _orders_by_id(self, news: Sequence[OrderNews]) -> dict[str, Order]:
        found: dict[str, Order] = {}
        numbers = list(dict.fromkeys(int(one.order_ref) for one in news if one.order_ref.isdecimal()))
        for start in range(0, len(numbers), self.IDS_MAX):
            pages = self.pages(
                "POST",
                self.business("orders", version=1),
                ORDERS_SHAPE,
                limits={ORDERS_PARALLEL: 1, ORDERS: 1},
                limit=self.ORDERS_MAX,
                body={"orderIds": numbers[start : start + self.IDS_MAX]},
            )
            found |= {str(order.order_id): order for page in pages for order in page.orders}
        return found


def external_id(campaign_ref: str, order_ref: str) -> str:
    """The address of our number of an order."""
    return f"/v2/campaigns/{campaign_ref}/orders/{order_ref}/external-id"


def _answered(news: OrderNews, order: Order | None) -> OrderTold | None:
    if news.action not in TAKEN:
        return refused(news, "news_is_not_taken")
    if order is None:
        return refused(news, "order_is_gone")
    if news.action == "cancel" and news.left_pcs:
        return _of_part(news, order)
    if news.action == "confirm" and order.external_order_id:
        is_ours = order.external_order_id == news.number
        return told(news, "already") if is_ours else refused(news, "other_number_is_given")
    state = state_of(order)
    if news.action == "ready" and state == "new" and order.status != "PROCESSING":
        return refused(news, "order_waits_for_channel")
    return standing(news, answered(news, "new" if state == "confirmed" and order.substatus not in READY else state, reached="confirmed"))


def _of_part(news: OrderNews, order: Order) -> OrderTold | None:
    """What remains of an order is the order itself, or nothing of it, or a part that the Market cannot be told of."""
    left = {str(item.id): min(item.count, news.left_pcs.get(str(item.id), item.count)) for item in order.items}
    if all(left[str(item.id)] == item.count for item in order.items):
        return told(news, "already")
    if any(left.values()):
        return refused(news, "part_is_not_taken")
    return standing(news, answered(news, state_of(order), reached="confirmed"))


def _judged(news: OrderNews, verdict: StatusTold | None, why: OrderTold | None) -> OrderTold:
    if verdict is None:
        return unknown(news)
    if verdict.update_status == OK:
        return told(news, "accepted")
    return why or refused(news, "channel_refuses_news", verdict.error_details)


def words_of(error: Rejected) -> str:
    """The Market's own words in a refusal."""
    try:
        errors = WRITTEN.validate_json(error.answer).errors or []
    except ValidationError:
        return ""
    return "; ".join(one.message or one.code for one in errors)

"""Telling channels what happens to their orders: what the outbox owes them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from adapters.capabilities import TakesOrderNews
from adapters.errors import SyncError
from adapters.hub.hub import Hub
from adapters.hub.order_less import KIND as LESS
from adapters.hub.order_less import STAYS
from adapters.hub.orders import Orders
from adapters.hub.outbox import Answer, Claimed, Outbox
from tasks.deliver import Delivered, drained, failed
from tasks.rules.order_news import ORDER_OF_ACTIONS
from validation.order_news import PASSING, Action, OrderNews, OrderTold

OUTCOMES: Mapping[str, Literal["accepted", "refused", "unknown"]] = {
    "accepted": "accepted",
    "already": "accepted",
    "refused": "refused",
    "unknown": "unknown",
}
AFTER_LESS = "Сначала площадке сообщается, чего в заказе не будет."


def deliver_news(hub: Hub, name: str, shop: TakesOrderNews) -> Iterator[Delivered]:
    """Tell a channel of every order it is owed, a batch at a time, until nothing is due."""

    def tell(claimed: Sequence[Claimed]) -> tuple[list[Answer], SyncError | None]:
        return _told(shop, claimed, Orders(hub).refs([one.subject for one in claimed]))

    yield from drained(Outbox(hub), f"channel:{name}", (*ORDER_OF_ACTIONS, LESS), tell)


def _told(shop: TakesOrderNews, claimed: Sequence[Claimed], refs: Mapping[str, str]) -> tuple[list[Answer], SyncError | None]:
    """An answer for each; what a cancellation makes pointless is not told, and what follows one of a part is told after it."""
    cancelled = {one.subject for one in claimed if one.kind == "cancel"}
    moot = [one for one in claimed if one.subject not in refs or (one.kind != "cancel" and one.subject in cancelled) or _is_empty(one)]
    lessened = {one.subject for one in claimed if one.kind == LESS and one not in moot}
    waits = [one for one in claimed if one not in moot and one.kind != LESS and one.subject in lessened]
    due = [one for one in claimed if one not in moot and one not in waits]
    due.sort(key=lambda one: (ORDER_OF_ACTIONS.index(_action(one)), one.outbox_id))
    answers = [Answer(outbox_id=one.outbox_id, outcome="accepted") for one in moot]
    answers += [Answer(outbox_id=one.outbox_id, outcome="later", sentence=AFTER_LESS) for one in waits]
    news = [_news(one, refs[one.subject]) for one in due]
    try:
        told = shop.tell_orders(news) if news else []
    except SyncError as error:
        return answers + failed([one.outbox_id for one in due], error), error
    return answers + [_answer(one, answer) for one, answer in zip(due, told, strict=True)], None


def _news(one: Claimed, order_ref: str) -> OrderNews:
    return OrderNews(order_ref=order_ref, number=one.subject, action=_action(one), left_pcs=_left(one))


def _left(one: Claimed) -> Mapping[str, int]:
    left: Mapping[str, int] = (one.detail or {}).get(STAYS, {})
    return left


def _is_empty(one: Claimed) -> bool:
    """A part that names no line: told as it is, it would be the whole order."""
    return one.kind == LESS and not _left(one)


def _answer(one: Claimed, told: OrderTold) -> Answer:
    """A refusal that passes by itself is told again later."""
    outcome = "later" if told.reason in PASSING else OUTCOMES[told.outcome]
    return Answer(outbox_id=one.outbox_id, outcome=outcome, sentence=told.sentence)


def _action(one: Claimed) -> Action:
    return "cancel" if one.kind == LESS else next(action for action in ORDER_OF_ACTIONS if action == one.kind)

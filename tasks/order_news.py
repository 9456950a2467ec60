"""Telling channels what happens to their orders: what the outbox owes them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from adapters.capabilities import TakesOrderNews
from adapters.errors import SyncError
from adapters.hub.hub import Hub
from adapters.hub.orders import Orders
from adapters.hub.outbox import Answer, Claimed, Outbox
from tasks.deliver import Delivered, drained, failed
from tasks.rules.order_news import ORDER_OF_ACTIONS
from validation.order_news import PASSING, OrderNews, OrderTold

OUTCOMES: Mapping[str, Literal["accepted", "refused", "unknown"]] = {
    "accepted": "accepted",
    "already": "accepted",
    "refused": "refused",
    "unknown": "unknown",
}


def deliver_news(hub: Hub, name: str, shop: TakesOrderNews) -> Iterator[Delivered]:
    """Tell a channel of every order it is owed, a batch at a time, until nothing is due."""

    def tell(claimed: Sequence[Claimed]) -> tuple[list[Answer], SyncError | None]:
        return _told(shop, claimed, Orders(hub).refs([one.subject for one in claimed]))

    yield from drained(Outbox(hub), f"channel:{name}", ORDER_OF_ACTIONS, tell)


def _told(shop: TakesOrderNews, claimed: Sequence[Claimed], refs: Mapping[str, str]) -> tuple[list[Answer], SyncError | None]:
    """An answer for each; what a cancellation makes pointless is not told."""
    cancelled = {one.subject for one in claimed if one.kind == "cancel"}
    moot = [one for one in claimed if one.subject not in refs or (one.kind != "cancel" and one.subject in cancelled)]
    due = sorted((one for one in claimed if one not in moot), key=lambda one: (ORDER_OF_ACTIONS.index(_action(one)), one.outbox_id))
    answers = [Answer(outbox_id=one.outbox_id, outcome="accepted") for one in moot]
    news = [OrderNews(order_ref=refs[one.subject], number=one.subject, action=_action(one)) for one in due]
    try:
        told = shop.tell_orders(news) if news else []
    except SyncError as error:
        return answers + failed([one.outbox_id for one in due], error), error
    return answers + [_answer(one, answer) for one, answer in zip(due, told, strict=True)], None


def _answer(one: Claimed, told: OrderTold) -> Answer:
    """A refusal that passes by itself is told again later."""
    outcome = "later" if told.reason in PASSING else OUTCOMES[told.outcome]
    return Answer(outbox_id=one.outbox_id, outcome=outcome, sentence=told.sentence)


def _action(one: Claimed) -> Literal["confirm", "ready", "shipped", "delivered", "cancel"]:
    return next(action for action in ORDER_OF_ACTIONS if action == one.kind)

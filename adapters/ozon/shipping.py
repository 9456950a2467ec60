"""News of orders for Ozon: assembled in one package («собрано»), cancelled whole or in part.

There is nothing to confirm on Ozon. Assembling goes on after its answer, which therefore says nothing: the posting is looked at.

Source: the operations of the same paths at https://docs.ozon.ru/api/seller/; `reference/marketplaces.md` §2.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial

from adapters.errors import Rejected
from adapters.order_news import Lot, Send, by_state, in_their_order, refused, standing, tell_lots, unknown
from adapters.ozon import paths, posting_answers
from adapters.ozon.client import message_of
from adapters.ozon.limits import ALL
from adapters.ozon.orders import OzonOrders, line_refs, state_of
from adapters.ozon.posting_answers import OnePosting, Reason
from tasks.rules.order_news import answered, told
from validation.order_news import Action, OrderNews, OrderTold, Why

TAKEN: frozenset[Action] = frozenset({"ready", "cancel"})
TO_ASSEMBLE = "awaiting_packaging"
IS_ASSEMBLING = "ship_async_in_process"
HAS_FAILED = "ship_failed"

SELLER = "seller"
OTHER_REASON = 402
REASONS: Mapping[Why, tuple[int, str]] = {
    "out_of_stock": (352, "Товар закончился на складе продавца"),
    "defective": (400, "Остался только бракованный товар"),
    "other": (OTHER_REASON, "Продавец не может отправить товар"),
}
"""Ozon's numbers of the seller's own reasons, and what is said beside them; a buyer's reasons are never given."""


class OzonShipping(OzonOrders):
    """`adapters.capabilities.TakesOrderNews`."""

    def tell_orders(self, news: Sequence[OrderNews]) -> list[OrderTold]:
        """``ready`` assembles all pieces of a posting in one package, ``cancel`` cancels it or the pieces that do not stay.

        Raises:
            SyncError: nothing was done.
        """
        found = {ref: self._posting(ref) for ref in dict.fromkeys(one.order_ref for one in news if one.action in TAKEN)}
        answers, due = by_state(news, lambda asked: [_answered(one, found.get(one.order_ref)) for one in asked])
        postings = {ref: posting for ref, posting in found.items() if posting is not None}
        return in_their_order(news, [*answers, *tell_lots([self._lot(one, postings[one.order_ref]) for one in due])])

    def _lot(self, news: OrderNews, posting: OnePosting) -> Lot:
        send: Send = partial(self._ship if news.action == "ready" else self._cancel, posting)
        return Lot(news=[news], send=send, look=self._look, words=lambda error: message_of(error.answer))

    def _look(self, news: Sequence[OrderNews]) -> list[OrderTold | None]:
        return [_answered(one, self._posting(one.order_ref)) for one in news]

    def _posting(self, order_ref: str) -> OnePosting | None:
        """The posting as it is now, with those that were made of it; none where Ozon does not know it."""
        body = {"posting_number": order_ref, "with": {"related_postings": True}}
        try:
            return self.ask(paths.POSTING, body, posting_answers.POSTING).result
        except Rejected:
            return None

    def _ship(self, posting: OnePosting, news: Sequence[OrderNews]) -> list[OrderTold]:
        """In ``product_id`` goes Ozon's SKU."""
        products = [{"product_id": sku, "quantity": pcs} for sku, pcs in _pieces(posting).items()]
        body = {"posting_number": posting.posting_number, "packages": [{"products": products}]}
        self.tell(paths.SHIP, body, posting_answers.SHIPPED, limits={ALL: 1}, is_repeatable=False)
        return [_assembled(one, self._posting(one.order_ref)) for one in news]

    def _cancel(self, posting: OnePosting, news: Sequence[OrderNews]) -> list[OrderTold]:
        return [self._cancel_one(posting, one) for one in news]

    def _cancel_one(self, posting: OnePosting, news: OrderNews) -> OrderTold:
        offered = self.ask(paths.CANCEL_REASONS, {"related_posting_numbers": [posting.posting_number]}, posting_answers.REASONS).result
        reason = _chosen([reason for one in offered if one.posting_number == posting.posting_number for reason in one.reasons], news.why)
        if reason is None:
            return refused(news, "cancel_is_not_offered")
        body = {"posting_number": posting.posting_number, "cancel_reason_id": reason, "cancel_reason_message": REASONS[news.why][1]}
        dropped = _dropped(posting, news)
        items = {"items": [{"sku": sku, "quantity": pcs} for sku, pcs in dropped.items()]} if dropped != _pieces(posting) else {}
        path = paths.CANCEL_PRODUCTS if items else paths.CANCEL
        done = self.tell(path, {**body, **items}, posting_answers.CANCELLED, limits={ALL: 1}, is_repeatable=False)
        return told(news, "accepted") if done.result is not False else refused(news, "channel_refuses_news")


def _answered(news: OrderNews, posting: OnePosting | None) -> OrderTold | None:
    if news.action not in TAKEN:
        return refused(news, "news_is_not_taken")
    if posting is None:
        return refused(news, "order_is_gone")
    state = state_of(posting.status, is_in_process=posting.in_process_at is not None)
    answer = standing(news, answered(news, state, reached="confirmed"))
    if answer is not None:
        return answer
    if news.action == "cancel":
        return None if _dropped(posting, news) else told(news, "already")
    if posting.status != TO_ASSEMBLE:
        return refused(news, "order_waits_for_channel")
    return unknown(news, reason="assembly_goes_on") if IS_ASSEMBLING in posting.available_actions else None


def _assembled(news: OrderNews, posting: OnePosting | None) -> OrderTold:
    """What a posting shows after it was to be assembled."""
    answer = _answered(news, posting)
    if answer is None:
        has_failed = posting is not None and posting.substatus == HAS_FAILED
        return unknown(news, reason="assembly_has_failed" if has_failed else "assembly_goes_on")
    return told(news, "accepted") if answer.outcome == "already" else answer


def _pieces(posting: OnePosting) -> Counter[int]:
    """All pieces by SKU."""
    pieces: Counter[int] = Counter()
    for line in posting.products:
        pieces[line.sku] += line.quantity
    return +pieces


def _dropped(posting: OnePosting, news: OrderNews) -> Counter[int]:
    """Pieces by SKU that do not stay."""
    if not news.left_pcs:
        return _pieces(posting)
    dropped: Counter[int] = Counter()
    for line_ref, line in zip(line_refs(line.sku for line in posting.products), posting.products, strict=True):
        dropped[line.sku] += max(0, line.quantity - news.left_pcs.get(line_ref, line.quantity))
    return +dropped


def _chosen(offered: Sequence[Reason], why: Why) -> int | None:
    """The seller's reason that says why, else the one that says nothing, else any of the seller's; none where none is offered."""
    ours = [reason.id for reason in offered if reason.type_id == SELLER]
    wished = (REASONS[why][0], OTHER_REASON, *ours)
    return next((reason for reason in wished if reason in ours), None)

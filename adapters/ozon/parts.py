"""A part of an Ozon posting, packed by itself: it becomes a posting of its own, the rest stays to be assembled under its number.

The call is not repeated unseen: a posting that has no more than the rest shows that its part has left it.

Source: POST /v4/posting/fbs/ship/package at https://docs.ozon.ru/api/seller/; `reference/marketplaces.md` §2 (Partial).
"""

from collections import Counter
from collections.abc import Mapping, Sequence

from pydantic import TypeAdapter

from adapters.errors import OutcomeUnknown, Rejected
from adapters.ozon import paths
from adapters.ozon.answers import Answer
from adapters.ozon.client import message_of
from adapters.ozon.labels import OzonLabels
from adapters.ozon.limits import ALL
from adapters.ozon.orders import line_refs
from adapters.ozon.posting_answers import OnePosting
from adapters.ozon.shipping import TO_ASSEMBLE
from tasks.rules.parts import PartShipped, PartTold
from validation.order_news import NEWS_SENTENCES, OrderNews


class PartPacked(Answer):
    """Of /v4/posting/fbs/ship/package: the number that the part has now."""

    result: str


PACKED = TypeAdapter(PartPacked)
GONE = frozenset({"cancelled", "not_accepted"})


class OzonParts(OzonLabels):
    """`adapters.capabilities.ShipsParts`."""

    def ship_parts(self, parts: Sequence[PartShipped]) -> list[PartTold]:
        """A part that leaves a rest is packed by itself; the last one is assembled as the posting that it is.

        Raises:
            SyncError: nothing was done.
        """
        return [self._ship_part(one) for one in parts]

    def _ship_part(self, part: PartShipped) -> PartTold:
        if not part.rest_pcs:
            return self._ship_rest(part)
        posting = self._posting(part.order_ref)
        answer = _standing(part, posting)
        if answer is not None or posting is None:
            return answer or PartTold(number=part.number, outcome="refused", sentence=NEWS_SENTENCES["order_is_gone"])
        products = [{"product_id": sku, "quantity": pcs} for sku, pcs in sorted(_by_sku(posting, part.pcs).items())]
        body = {"posting_number": part.order_ref, "products": products}
        try:
            told = self.tell(paths.SHIP_PACKAGE, body, PACKED, limits={ALL: 1}, is_repeatable=False)
        except OutcomeUnknown as error:
            shown = _standing(part, self._posting(part.order_ref))
            if shown is not None and shown.outcome == "already":
                return PartTold(number=part.number, outcome="accepted")
            return PartTold(number=part.number, outcome="unknown", sentence=error.sentence)
        except Rejected as error:
            shown = _standing(part, self._posting(part.order_ref))
            return shown or PartTold(number=part.number, outcome="refused", sentence=_words(error))
        return PartTold(number=part.number, outcome="accepted", channel_ref=told.result)

    def _ship_rest(self, part: PartShipped) -> PartTold:
        (told,) = self.tell_orders([OrderNews(order_ref=part.order_ref, number="", action="ready")])
        return PartTold(number=part.number, outcome=told.outcome, sentence=told.sentence)


def _standing(part: PartShipped, posting: OnePosting | None) -> PartTold | None:
    """What the posting shows by itself; None: the part is still in it, and may leave it."""
    if posting is None or posting.status in GONE:
        reason = "order_is_gone" if posting is None else "order_is_cancelled"
        return PartTold(number=part.number, outcome="refused", sentence=NEWS_SENTENCES[reason])
    left = _pieces(posting)
    rest = _by_sku(posting, part.rest_pcs)
    if left == rest:
        return PartTold(number=part.number, outcome="already")
    if posting.status != TO_ASSEMBLE:
        return PartTold(number=part.number, outcome="later", sentence=NEWS_SENTENCES["order_waits_for_channel"])
    if any(left[sku] < pcs for sku, pcs in _by_sku(posting, part.pcs).items()):
        return PartTold(number=part.number, outcome="refused", sentence=NEWS_SENTENCES["order_state_is_odd"])
    return None


def _by_sku(posting: OnePosting, pcs: Mapping[str, int]) -> Counter[int]:
    """Pieces by Ozon's SKU, of lines by our refs."""
    counted: Counter[int] = Counter()
    for line_ref, line in zip(line_refs(one.sku for one in posting.products), posting.products, strict=True):
        counted[line.sku] += pcs.get(line_ref, 0)
    return +counted


def _pieces(posting: OnePosting) -> Counter[int]:
    counted: Counter[int] = Counter()
    for line in posting.products:
        counted[line.sku] += line.quantity
    return +counted


def _words(error: Rejected) -> str:
    said = message_of(error.answer)
    return "Ozon не принял часть отправления" + (f": «{said}»." if said else ".")

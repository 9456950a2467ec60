"""A part of an Ozon posting, packed by itself: it becomes a posting of its own, the rest stays to be assembled under its number.

The call is not repeated unseen: the posting names those that were made of it, and one of them with the part's pieces, that is no other
part's, is the part. Packing goes on after its answer, as all assembling does: the new posting is looked at, and assembled again where
it is still to be.

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
            SyncError: nothing was done of the first that has no answer, nor of those after it.
        """
        return [self._ship_part(one) for one in parts]

    def _ship_part(self, part: PartShipped) -> PartTold:
        posting = self._posting(part.order_ref)
        made = self._made_of(part, posting)
        if made is not None or not part.rest_pcs:
            return self._assemble(part, made or part.order_ref)
        answer = _standing(part, posting)
        if answer is not None or posting is None:
            return answer or PartTold(number=part.number, outcome="refused", sentence=NEWS_SENTENCES["order_is_gone"])
        products = [{"product_id": sku, "quantity": pcs} for sku, pcs in sorted(_by_sku(part.pcs).items())]
        body = {"posting_number": part.order_ref, "products": products}
        try:
            told = self.tell(paths.SHIP_PACKAGE, body, PACKED, limits={ALL: 1}, is_repeatable=False)
        except OutcomeUnknown as error:
            return self._looked(part) or PartTold(number=part.number, outcome="unknown", sentence=error.sentence)
        except Rejected as error:
            refusal = PartTold(number=part.number, outcome="refused", sentence=_words(error))
            return self._looked(part) or _standing(part, self._posting(part.order_ref)) or refusal
        return self._packed(part, told.result)

    def _made_of(self, part: PartShipped, posting: OnePosting | None) -> str | None:
        """The number of the posting that this part has become."""
        for ref in posting.parts if posting is not None else ():
            shown = self._posting(ref) if ref not in part.known_refs else None
            if shown is not None and _pieces(shown) == _by_sku(part.pcs):
                return ref
        return None

    def _looked(self, part: PartShipped) -> PartTold | None:
        """What became of a call that nobody knows of."""
        made = self._made_of(part, self._posting(part.order_ref))
        return self._packed(part, made) if made is not None else None

    def _packed(self, part: PartShipped, ref: str) -> PartTold:
        """How far the new posting is; that it is still to be assembled may mean no more than that it is being."""
        shown = self._posting(ref)
        if shown is not None and shown.status != TO_ASSEMBLE:
            return PartTold(number=part.number, outcome="accepted", channel_ref=ref)
        return PartTold(number=part.number, outcome="unknown", channel_ref=ref, sentence=NEWS_SENTENCES["assembly_goes_on"])

    def _assemble(self, part: PartShipped, ref: str) -> PartTold:
        """A posting that is this part, assembled whole unless it is already or is being."""
        (told,) = self.tell_orders([OrderNews(order_ref=ref, number="", action="ready")])
        own_ref = ref if ref != part.order_ref else None
        return PartTold(number=part.number, outcome=told.outcome, channel_ref=own_ref, sentence=told.sentence)


def _standing(part: PartShipped, posting: OnePosting | None) -> PartTold | None:
    """What the posting shows by itself; None: the part is still in it, and may leave it."""
    if posting is None or posting.status in GONE:
        reason = "order_is_gone" if posting is None else "order_is_cancelled"
        return PartTold(number=part.number, outcome="refused", sentence=NEWS_SENTENCES[reason])
    left = _pieces(posting)
    if left == _by_sku(part.rest_pcs):
        return PartTold(number=part.number, outcome="already")
    if posting.status != TO_ASSEMBLE:
        return PartTold(number=part.number, outcome="later", sentence=NEWS_SENTENCES["order_waits_for_channel"])
    if any(left[sku] < pcs for sku, pcs in _by_sku(part.pcs).items()):
        return PartTold(number=part.number, outcome="refused", sentence=NEWS_SENTENCES["order_state_is_odd"])
    return None


def _by_sku(pcs: Mapping[str, int]) -> Counter[int]:
    """Pieces by Ozon's SKU, of lines by our refs (`adapters.ozon.orders.line_refs`)."""
    counted: Counter[int] = Counter()
    for line_ref, of_line in pcs.items():
        counted[int(line_ref.partition("-")[0])] += of_line
    return +counted


def _pieces(posting: OnePosting) -> Counter[int]:
    counted: Counter[int] = Counter()
    for line in posting.products:
        counted[line.sku] += line.quantity
    return +counted


def _words(error: Rejected) -> str:
    said = message_of(error.answer)
    return "Ozon не принял часть отправления" + (f": «{said}»." if said else ".")

"""Tracking numbers of a site's order, one field beside it for each part that a carrier brings: the site's own letters show them.

Source: `reference/services.md` §3; the fields of an order are the site's own (``meta_data``).
"""

from collections.abc import Sequence
from typing import Any

from adapters.errors import OutcomeUnknown, Rejected
from adapters.woocommerce import order_answers, paths
from adapters.woocommerce.order_answers import OneOrder
from adapters.woocommerce.order_status import WooCommerceOrderStatus
from adapters.woocommerce.reasons import words_of
from tasks.rules.parts import PartShipped, PartTold
from validation.order_news import NEWS_SENTENCES

FIELD = "_utyug_tracking_"
"""Before our number of the shipment; the value is «carrier number», empty where it holds no longer."""


class WooCommerceParts(WooCommerceOrderStatus):
    """`adapters.capabilities.ShipsParts`."""

    def ship_parts(self, parts: Sequence[PartShipped]) -> list[PartTold]:
        """Each part's number is put beside its order, and remarked where the settings say so; the same again is not sent.

        Raises:
            SyncError: nothing was done.
        """
        return [self._told(one) for one in parts]

    def _told(self, part: PartShipped) -> PartTold:
        shown = self._shown(part.order_ref)
        if shown is None:
            return PartTold(number=part.number, outcome="refused", sentence=NEWS_SENTENCES["order_is_gone"])
        body: dict[str, Any] = {"meta_data": [{"key": FIELD + part.number, "value": _value(part)}]}
        is_there = _has(shown.order, part)
        try:
            if not is_there:
                self.tell("PUT", paths.one_order(part.order_ref), body, order_answers.ORDER, is_repeatable=True)
            is_remarked = self._remark(part)
        except OutcomeUnknown as error:
            return PartTold(number=part.number, outcome="unknown", sentence=error.sentence)
        except Rejected as error:
            return PartTold(number=part.number, outcome="refused", sentence=f"Сайт не принял трек: «{words_of(error)[1]}».")
        return PartTold(number=part.number, outcome="already" if is_there and not is_remarked else "accepted")

    def _remark(self, part: PartShipped) -> bool:
        """Whether a remark was added: a letter to the buyer leaves once, so that those that are there are looked at first."""
        if self._tracking_note == "none" or part.tracking is None:
            return False
        there = self.ask(paths.notes(part.order_ref), order_answers.NOTES)
        if any(part.number in one.note and part.tracking in one.note for one in there):
            return False
        carrier = f", {part.carrier}" if part.carrier else ""
        body = {
            "note": f"Отправление {part.number}{carrier}: трек-номер {part.tracking}.",
            "customer_note": self._tracking_note == "buyer",
        }
        self.tell("POST", paths.notes(part.order_ref), body, order_answers.NOTE, is_repeatable=False)
        return True


def _has(order: OneOrder, part: PartShipped) -> bool:
    """What holds no longer is there already where it never was."""
    kept = next((str(one.value or "") for one in order.meta_data if one.key == FIELD + part.number), "")
    return kept == _value(part)


def _value(part: PartShipped) -> str:
    return f"{part.carrier} {part.tracking}".strip() if part.tracking else ""

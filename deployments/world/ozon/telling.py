"""What Ozon pushes: unsigned bodies, growing pauses between tries, and silence after a day without an answer.

Source: the specification's tags ``push_start``, ``push_types`` and ``push_resending``; `reference/marketplaces.md` §2. Its rule that half
of the answers must be 200 names no period and is not played. The first pause, "some seconds", is ours.
"""

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from deployments.world.ozon.asking import stamp
from deployments.world.ozon.posting_books import Posting
from deployments.world.ozon.postings import ASSEMBLED_WITHIN, REASONS
from deployments.world.pushes import Answer, Mail, Push

TIMEOUT_S = 5.0
LONGEST_S = 600.0
PAUSES_S = (*(5.0 * 2**number for number in range(7)), *[LONGEST_S] * 6)
SUSPENDED_AFTER = timedelta(hours=24)
EVERYONE = "seller"

STATES = {
    "acceptance_in_progress": "posting_acceptance_in_progress",
    "awaiting_approve": "posting_created",
    "awaiting_packaging": "posting_created",
    "awaiting_registration": "posting_awaiting_registration",
    "awaiting_deliver": "posting_transferring_to_delivery",
    "arbitration": "posting_in_arbitration",
    "client_arbitration": "posting_in_client_arbitration",
    "delivering": "posting_on_way_to_city",
    "driver_pickup": "posting_driver_pick_up",
    "delivered": "posting_delivered",
    "cancelled": "posting_canceled",
    "not_accepted": "posting_not_in_sort_center",
}


@dataclass(kw_only=True)
class OzonMail(Mail):
    """Where the cabinet's pushes go, and those on their way."""

    seller_id: int = 0
    url: str = ""
    delay_s: float = 0.0
    failing_since: datetime | None = field(default=None)
    is_suspended: bool = False

    def connect(self, url: str, delay_s: float, now: datetime) -> None:
        """Another address, or none; it is asked whether it is there."""
        self.drop(self.waiting.values())
        self.url, self.delay_s, self.failing_since, self.is_suspended = url, delay_s, None, False
        if url:
            self.send({"message_type": "TYPE_PING", "time": stamp(now)}, to=EVERYONE, url=url, now=now)

    def tell_new(self, one: Posting, now: datetime) -> None:
        """A new posting."""
        product = {"sku": one.sku, "offer_id": one.offer_id, "quantity": one.pcs}
        shipped_by = stamp(one.created_at + ASSEMBLED_WITHIN)
        delivered = {"delivery_date_begin": stamp(one.created_at + 2 * ASSEMBLED_WITHIN)}
        self._tell(
            one,
            now,
            message_type="TYPE_NEW_POSTING",
            products=[product],
            in_process_at=stamp(one.in_process_at) if one.in_process_at else None,
            shipment_date=shipped_by,
            tpl_integration_type="ozon",
            is_express=False,
            tracking_number="",
            **delivered,
            delivery_date_end=stamp(one.created_at + 3 * ASSEMBLED_WITHIN),
        )

    def tell_cancelled(self, one: Posting, old_status: str, now: datetime) -> None:
        """A posting is cancelled."""
        self._tell(
            one,
            now,
            message_type="TYPE_POSTING_CANCELLED",
            products=[{"sku": one.sku, "quantity": one.pcs}],
            old_state=STATES[old_status],
            new_state=STATES["cancelled"],
            changed_state_date=stamp(now),
            reason={"id": one.cancel_reason_id, "message": REASONS.get(one.cancel_reason_id, ("Покупатель отменил заказ",))[0]},
        )

    def tell_moved(self, one: Posting, now: datetime) -> None:
        """A posting is in another status."""
        self._tell(one, now, message_type="TYPE_STATE_CHANGED", new_state=STATES[one.status], changed_state_date=stamp(now))

    def answered(self, push: Push, answer: Answer | None, now: datetime) -> None:
        """A try is over: good is what the specification asks for, and nothing else."""
        if answer is not None and _is_good(push, answer):
            self.failing_since = None
            self.end(push, "delivered")
            return
        self.failing_since = self.failing_since or now
        if now - self.failing_since >= SUSPENDED_AFTER:
            self.is_suspended = True
            self.drop(self.waiting.values())
        elif push.tries > len(PAUSES_S):
            self.end(push, "given_up")
        else:
            push.next_at = now + timedelta(seconds=PAUSES_S[push.tries - 1])

    def _tell(self, one: Posting, now: datetime, **body: Any) -> None:  # noqa: ANN401 - whatever JSON can say
        """A posting that cannot be seen yet is not told of yet."""
        if not self.url or self.is_suspended:
            return
        told = {**body, "posting_number": one.posting_number, "warehouse_id": one.warehouse_id, "seller_id": self.seller_id}
        self.send(told, to=EVERYONE, url=self.url, now=now, at=max(now, one.visible_at) + timedelta(seconds=self.delay_s))


def _is_good(push: Push, answer: Answer) -> bool:
    if answer.status != 200:
        return False
    try:
        told = json.loads(answer.body)
    except ValueError:
        return False
    if not isinstance(told, dict):
        return False
    return {"version", "name", "time"} <= told.keys() if push.body["message_type"] == "TYPE_PING" else told.get("result") is True

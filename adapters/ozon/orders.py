"""Orders of an Ozon cabinet: postings that the seller ships (FBS and rFBS).

Source: `reference/marketplaces.md` §2; https://docs.ozon.ru/api/seller/#operation/PostingAPI_FbsPostingList
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl

from adapters.ozon import answers, paths
from adapters.ozon.client import OzonClient
from adapters.ozon.money import kopecks
from validation.sales import OrderReceived

STATES = {
    "awaiting_registration": "new",
    "awaiting_approve": "new",
    "awaiting_verification": "new",
    "awaiting_packaging": "new",
    "awaiting_deliver": "confirmed",
    "not_accepted": "confirmed",
    "acceptance_in_progress": "shipped",
    "arbitration": "shipped",
    "client_arbitration": "shipped",
    "delivering": "shipped",
    "driver_pickup": "shipped",
    "delivered": "delivered",
    "cancelled": "cancelled",
    "cancelled_from_split_pending": "cancelled",
}
"""``cancelled_from_split_pending``: its pieces go on in the postings that name it as their parent."""

INSTANT = pl.Datetime("us", "UTC")
LINE = {
    "order_ref": pl.String(),
    "line_ref": pl.String(),
    "basket_ref": pl.String(),
    "parent_ref": pl.String(),
    "channel_sku": pl.String(),
    "pcs": pl.Int64(),
    "price_kopecks": pl.Int64(),
    "warehouse_ref": pl.String(),
    "status": pl.String(),
    "state": pl.String(),
    "placed_at": INSTANT,
    "changed_at": INSTANT,
    "ship_by_at": INSTANT,
    "is_by_channel": pl.Boolean(),
    "buyer": pl.String(),
    "payload": pl.String(),
}


class OzonOrders(OzonClient):
    """Tells postings placed in a period, and those placed within a year whose status changed in it."""

    # https://docs.ozon.ru/api/seller/#operation/PostingAPI_FbsPostingList
    POSTINGS_MAX = 100
    # A day short of the longest period that may be asked about.
    YEAR = timedelta(days=364)

    def read_orders(self, *, since: datetime, until: datetime) -> pl.DataFrame:
        """Postings of all statuses.

        Args:
            since: at most a year before ``until``.
            until: the end of the period.

        Returns:
            `OrderReceived`; ``line_ref`` is Ozon's SKU, ``basket_ref`` the buyer's order. Ozon does not say when a posting changed. One
            that has no date of its own yet (paid for late) is given the deadline of its shipment or, without that, ``until``.

        Raises:
            SyncError: Ozon could not be asked.
        """
        placed = self._postings(since=since, until=until)
        changed = self._postings(since=until - self.YEAR, until=until, changed_since=since)
        postings = {posting.posting_number: (posting, raw) for period in (placed, changed) for posting, raw in period}
        lines = [line for posting, raw in postings.values() for line in _lines(posting, raw, until)]
        told = pl.DataFrame(lines, schema=LINE, orient="row").with_columns(terms=pl.lit(None, pl.String))
        return OrderReceived.validate(told.select(OrderReceived.to_schema().columns.keys()))

    def _postings(
        self, *, since: datetime, until: datetime, changed_since: datetime | None = None
    ) -> Iterator[tuple[answers.Posting, dict[str, Any]]]:
        changed = {"last_changed_status_date": {"from": _instant(changed_since), "to": _instant(until)}} if changed_since else {}
        body = {
            "filter": {"since": _instant(since), "to": _instant(until), **changed},
            "limit": self.POSTINGS_MAX,
            "sort_dir": "ASC",
            "with": {"analytics_data": True, "legal_info": True},
        }
        for page in self.pages(paths.POSTINGS, body, answers.POSTING_PAGE):
            yield from zip(page.postings, page.raw, strict=True)


def _lines(posting: answers.Posting, raw: dict[str, Any], until: datetime) -> Iterator[tuple[Any, ...]]:
    payload = json.dumps(raw, ensure_ascii=False)
    state = state_of(posting.status, is_in_process=posting.in_process_at is not None)
    for line_ref, line in zip(line_refs(line.sku for line in posting.products), posting.products, strict=True):
        yield (
            posting.posting_number,
            line_ref,
            posting.order_number or None,
            posting.parent_posting_number or None,
            line.offer_id,
            line.quantity,
            kopecks(line.price.amount) if line.price and line.price.currency == "RUB" else None,
            _warehouse(posting),
            posting.status,
            state,
            posting.in_process_at or posting.shipment_date or until,
            None,
            posting.shipment_date,
            False,
            _buyer(posting),
            payload,
        )


def _warehouse(posting: answers.Posting) -> str:
    """Empty where Ozon has not chosen one yet."""
    told = (place.warehouse_id for place in (posting.delivery_method, posting.analytics_data) if place)
    return next((str(one) for one in told if one), "")


def line_refs(skus: Iterable[int]) -> Iterator[str]:
    """The key of each line of a posting: Ozon's SKU, numbered where it repeats."""
    seen: Counter[int] = Counter()
    for sku in skus:
        seen[sku] += 1
        yield f"{sku}" if seen[sku] == 1 else f"{sku}-{seen[sku]}"


def state_of(status: str, *, is_in_process: bool) -> str:
    """Ours; a posting that is new and not in process yet waits for a company's money."""
    state = STATES.get(status, "other")
    return "unpaid" if state == "new" and not is_in_process else state


def _buyer(posting: answers.Posting) -> str | None:
    known = {"customer": posting.customer, "addressee": posting.addressee, "legal_info": posting.legal_info}
    told = {name: value for name, value in known.items() if value and any(value.values())}
    return json.dumps(told, ensure_ascii=False) if told else None


def _instant(at: datetime) -> str:
    """To the second, as Ozon's pattern has it."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

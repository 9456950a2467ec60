"""Which orders a request asks for: by ids, or within windows of at most 30 days."""

from datetime import date, datetime, time, timedelta
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from deployments.world.yandex_market.order_books import Order
from deployments.world.yandex_market.order_words import Status, Substatus
from deployments.world.yandex_market.refusals import refuse
from deployments.world.yandex_market.shapes import MOSCOW, Flag, Id, Moment, Sent, Text, Unlike, as_moment, text_only

LONGEST = timedelta(days=30)

Day = Annotated[date, BeforeValidator(text_only)]


class Dates(Sent):
    """``OrderDatesFilterDTO``: days are Moscow's, and the last one is not within."""

    creation_date_from: Day | None = None
    creation_date_to: Day | None = None
    shipment_date_from: Day | None = None
    shipment_date_to: Day | None = None
    update_date_from: Moment | None = None
    update_date_to: Moment | None = None


class AskedOrders(Sent):
    """``GetBusinessOrdersRequest``."""

    order_ids: Annotated[list[Annotated[int, Field(strict=True)]], Field(min_length=1, max_length=50), Unlike] | None = None
    external_order_ids: Annotated[list[Annotated[Text, Field(min_length=1)]], Field(min_length=1, max_length=50), Unlike] | None = None
    program_types: Annotated[list[Literal["FBY", "FBS", "DBS", "EXPRESS", "LAAS"]], Field(min_length=1), Unlike] | None = None
    campaign_ids: Annotated[list[Id], Field(min_length=1, max_length=50), Unlike] | None = None
    statuses: Annotated[list[Status], Field(min_length=1), Unlike] | None = None
    substatuses: Annotated[list[Substatus], Field(min_length=1), Unlike] | None = None
    dates: Dates | None = None
    fake: Flag = False
    waiting_for_cancellation_approve: Flag = False
    source_platforms: Annotated[list[Literal["MARKET", "OZON", "WILDBERRIES", "OTHER"]], Field(min_length=1), Unlike] | None = None

    @property
    def names_orders(self) -> bool:
        """Whether it asks for orders by their ids."""
        return self.order_ids is not None or self.external_order_ids is not None

    def suits(self, order: Order) -> bool:
        """Whether an order is asked for, its dates apart; no order here has another platform's origin."""
        return (
            (self.order_ids is None or order.id in self.order_ids)
            and (self.external_order_ids is None or order.external_id in self.external_order_ids)
            and (self.program_types is None or "FBS" in self.program_types)
            and (self.campaign_ids is None or order.campaign_id in self.campaign_ids)
            and (self.statuses is None or order.status in self.statuses)
            and (self.substatuses is None or order.substatus in self.substatuses)
            and (self.source_platforms is None or "MARKET" in self.source_platforms)
            and order.is_fake == self.fake
            and not self.waiting_for_cancellation_approve
        )


class Windows:
    """The windows of time that a request asks for; without any, and without ids, the last 30 days by creation."""

    def __init__(self, asked: AskedOrders, now: datetime) -> None:
        dates = asked.dates or Dates()
        self.created = _days(dates.creation_date_from, dates.creation_date_to, "creation", now)
        self.shipped = _days(dates.shipment_date_from, dates.shipment_date_to, "shipment", now)
        self.updated = _between(dates.update_date_from, dates.update_date_to, now)
        if not asked.names_orders and (self.created, self.shipped, self.updated) == (None, None, None):
            self.created = (now - LONGEST, now + timedelta(days=1))

    def hold(self, order: Order) -> bool:
        """Whether all of an order's moments are within."""
        shipped_at = datetime.combine(shipment_day(order), time(), MOSCOW)
        return _within(order.created_at, self.created) and _within(shipped_at, self.shipped) and _within(order.updated_at, self.updated)


def shipment_day(order: Order) -> date:
    """The day on which an order is to be handed over: the next one."""
    return order.created_at.astimezone(MOSCOW).date() + timedelta(days=1)


Window = tuple[datetime, datetime] | None


def _days(first: date | None, last: date | None, what: str, now: datetime) -> Window:
    if first is None and last is None:
        return None
    today = now.astimezone(MOSCOW).date()
    end = last or today + timedelta(days=1)
    start = first or end - LONGEST
    if start > end:
        raise refuse(400, f"Order {what} start date is required to be less than end date")
    if end - start > LONGEST + (timedelta(0) if last is not None else timedelta(days=1)):
        raise refuse(400, f"Invalid filters: interval between {start} and {end} is more than {LONGEST.days} days.")
    end = max(end, start + timedelta(days=1))
    return datetime.combine(start, time(), MOSCOW), datetime.combine(end, time(), MOSCOW)


def _between(start: datetime | None, end: datetime | None, now: datetime) -> Window:
    if start is None and end is None:
        return None
    until = end or now + timedelta(seconds=1)
    since = start or until - LONGEST
    if since >= until:
        raise refuse(400, "Order update start is required to be less than end date")
    if until - since > LONGEST + timedelta(seconds=1):
        raise refuse(400, f"Invalid filters: interval between {as_moment(since)} and {as_moment(until)} is more than {LONGEST.days} days.")
    return since, until


def _within(at: datetime, window: Window) -> bool:
    return window is None or window[0] <= at < window[1]

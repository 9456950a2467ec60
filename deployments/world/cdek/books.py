"""What the carrier remembers: orders and what was asked of them, print forms, intakes, agreements, subscriptions, pushes."""

import heapq
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from deployments.world.cdek.answers import Errors, ref_of, stamp
from deployments.world.cdek.directory import Directory
from deployments.world.cdek.order_bodies import OrderSaid
from deployments.world.cdek.pushes import Post

FIRST_CDEK_NUMBER = 1_100_000_000

Action = Literal["create", "change", "remove", "refuse", "form", "intake", "drop_intake", "agree"]
Kind = Literal["straight", "return", "reverse", "client_return"]


@dataclass(kw_only=True)
class Ask:
    """Something asked of CDEK, which it works through by ``due_at``; its state is a request's, never an order's."""

    ref: str
    action: Action
    type: str
    entity: str
    at: datetime
    due_at: datetime
    outcome: Literal["SUCCESSFUL", "INVALID"] | None = None
    errors: Errors = field(default_factory=list)
    warnings: Errors = field(default_factory=list)
    changes: dict[str, Any] = field(default_factory=dict)

    def state(self, now: datetime, waiting_as: str) -> str:
        """ACCEPTED first, then waiting, then what came of it."""
        half = self.at + (self.due_at - self.at) / 2
        return self.outcome or ("ACCEPTED" if now < half or self.action == "remove" else waiting_as)


@dataclass(kw_only=True)
class Status:
    """Where an order, a form or an intake was; a deleted one was taken back."""

    code: str
    at: datetime
    city_code: int | None = None
    reason_code: int | None = None
    is_deleted: bool = False


@dataclass(kw_only=True)
class Order:
    """An order; what it says is kept as it was said. ``kept``: what the buyer kept of it, by ware_key; None: it has not come to that."""

    uuid: str
    said: OrderSaid
    created_at: datetime
    kind: Kind = "straight"
    cdek_number: str | None = None
    statuses: list[Status] = field(default_factory=list)
    asks: list[Ask] = field(default_factory=list)
    related: list[dict[str, str]] = field(default_factory=list)
    problems: list[dict[str, str]] = field(default_factory=list)
    is_refusal_charged: bool = False
    kept: dict[str, int] | None = None

    @property
    def code(self) -> str:
        """The status it is in: the newest that was not taken back."""
        standing = [one for one in self.statuses if not one.is_deleted]
        return max(standing, key=lambda one: one.at).code if standing else "ACCEPTED"

    @property
    def is_there(self) -> bool:
        """Neither removed nor found incorrect."""
        return self.code not in ("REMOVED", "INVALID")

    def move(self, status: Status) -> None:
        """A status more, after all that are there."""
        self.statuses.append(status)


@dataclass(kw_only=True)
class Form:
    """A print form: a waybill or barcodes of some orders."""

    uuid: str
    sort: Literal["orders", "barcodes"]
    body: dict[str, Any]
    order_refs: list[str]
    ask: Ask


@dataclass(kw_only=True)
class Intake:
    """A courier is asked to come."""

    uuid: str
    body: dict[str, Any]
    order_ref: str | None
    place: tuple[str, str]
    asks: list[Ask]
    statuses: list[Status] = field(default_factory=list)

    @property
    def is_there(self) -> bool:
        """Not taken back."""
        return not any(one.code == "REMOVED" for one in self.statuses)


@dataclass(kw_only=True)
class Agreement:
    """When and where a recipient waits."""

    uuid: str
    body: dict[str, Any]
    order_ref: str
    ask: Ask


@dataclass(kw_only=True)
class Books:
    """All of it."""

    directory: Directory
    orders: dict[str, Order] = field(default_factory=dict)
    by_number: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    by_cdek_number: dict[str, str] = field(default_factory=dict)
    forms: dict[str, Form] = field(default_factory=dict)
    intakes: dict[str, Intake] = field(default_factory=dict)
    agreements: dict[str, Agreement] = field(default_factory=dict)
    post: Post = field(default_factory=Post)
    address: str = ""
    made: int = 0
    due: list[tuple[datetime, int, Ask]] = field(default_factory=list)

    def link(self, form: Form) -> str:
        """Where a form is fetched, at the address by which the room was last called."""
        return f"{self.address}/v2/print/{form.sort}/{form.uuid}.pdf"

    def next_ref(self, kind: str) -> str:
        """A uuid that was never given."""
        self.made += 1
        return ref_of(kind, self.made)

    def ask(self, action: Action, type_: str, entity: str, *, at: datetime, due_at: datetime) -> Ask:
        """Something to be worked through."""
        asked = Ask(ref=self.next_ref("request"), action=action, type=type_, entity=entity, at=at, due_at=due_at)
        heapq.heappush(self.due, (due_at, self.made, asked))
        return asked

    def next_due_at(self) -> datetime | None:
        """When something is worked through next."""
        return self.due[0][0] if self.due else None

    def pop_due(self, now: datetime) -> Ask | None:
        """What is to be worked through now, in its order."""
        return heapq.heappop(self.due)[2] if self.due and self.due[0][0] <= now else None

    def keep(self, order: Order) -> None:
        """A new order; its number may be another's."""
        self.orders[order.uuid] = order
        if order.said.number and order.kind == "straight":
            self.by_number[order.said.number].append(order.uuid)

    def give_number(self, order: Order) -> None:
        """CDEK's own number, which appears when an order is worked through."""
        order.cdek_number = str(FIRST_CDEK_NUMBER + len(self.by_cdek_number) + 1)
        self.by_cdek_number[order.cdek_number] = order.uuid

    def numbered(self, number: str) -> Iterable[Order]:
        """Orders under a shop's number: the one that is there first, then incorrect ones, the newest first."""
        orders = [self.orders[uuid] for uuid in reversed(self.by_number.get(number, []))]
        return sorted((order for order in orders if order.code != "REMOVED"), key=lambda order: not order.is_there)


def request_rows(asks: Iterable[Ask], now: datetime, waiting_as: str) -> list[dict[str, Any]]:
    """``requests[]`` of an entity."""
    return [
        {
            "request_uuid": ask.ref,
            "type": ask.type,
            "date_time": stamp(ask.at),
            "state": ask.state(now, waiting_as),
            "errors": ask.errors,
            "warnings": ask.warnings,
        }
        for ask in asks
    ]

"""News of orders for Wildberries: tasks put into an open supply («поставка»), and tasks cancelled.

A task that is in a supply is ``confirm``; there is no other call for it. One supply takes tasks of one warehouse, one class of size, one
kind of buyer and one side of the border. So that a lost answer never makes two supplies, ours are named by the day and by what their
tasks have in common, and an open one of that name is looked for before another is made.

Source: the operations of the tags «Сборочные задания FBS» and «Поставки FBS» of `03-orders-fbs.yaml`; `reference/marketplaces.md` §1.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from zoneinfo import ZoneInfo

import polars as pl

from adapters.errors import OutcomeUnknown
from adapters.order_news import (
    Lot,
    by_state,
    in_lots,
    in_their_order,
    refused,
    standing,
    tell_lots,
    unknown,
)
from adapters.wildberries.client import words_of
from adapters.wildberries.limits import CANCELS, ORDERS
from adapters.wildberries.orders import WildberriesOrders, state_of_statuses
from adapters.wildberries.supply_answers import NEW_TASKS, SUPPLIES, SUPPLY_MADE, NewTask
from tasks.rules.order_news import answered, told
from validation.order_news import OrderNews, OrderTold

MOSCOW = ZoneInfo("Europe/Moscow")
CARGO = {1: "МГТ", 2: "СГТ", 3: "КГТ"}
"""Classes of size («габаритный тип»), as the cabinet calls them."""


class WildberriesSupplies(WildberriesOrders):
    """`adapters.capabilities.TakesOrderNews`. Handing a supply over is a shipment and no news of an order."""

    ADDED_MAX = 100
    """Tasks that enter a supply in one call: PATCH /api/marketplace/v3/supplies/{supplyId}/orders."""
    SUPPLIES_MAX = 1000
    """Supplies on a page: GET /api/v3/supplies."""

    def tell_orders(self, news: Sequence[OrderNews]) -> list[OrderTold]:
        """``confirm`` puts the task into today's supply, ``cancel`` cancels it; anything else Wildberries is not told.

        Raises:
            SyncError: nothing was done.
        """
        answers, due = by_state(news, self._look)
        cancels = [Lot(news=[one], send=self._cancel, look=self._look, words=words_of) for one in due if one.action == "cancel"]
        hidden, confirms = self._confirms([one for one in due if one.action == "confirm"])
        waiting = [(one, unknown(one, reason="order_waits_for_channel")) for one in hidden]
        return in_their_order(news, [*answers, *waiting, *tell_lots([*cancels, *confirms])])

    def _look(self, news: Sequence[OrderNews]) -> list[OrderTold | None]:
        ids = pl.Series([int(one.order_ref) for one in news if one.order_ref.isdecimal()], dtype=pl.Int64).unique(maintain_order=True)
        statuses = self._statuses_of(ids).select(pl.col("id").cast(pl.String), state=state_of_statuses())
        states = dict(statuses.iter_rows())
        return [_answered(one, states) for one in news]

    def _confirms(self, news: Sequence[OrderNews]) -> tuple[list[OrderNews], list[Lot]]:
        """News of tasks that the list of new ones does not show yet, and the others by the supply they go into."""
        tasks = {str(task.id): task for task in self._tasks_to_confirm()} if news else {}
        alike: dict[str, list[OrderNews]] = {}
        for one in news:
            if one.order_ref in tasks:
                alike.setdefault(self._supply_name(tasks[one.order_ref]), []).append(one)
        supplies = OpenSupplies(self)
        lots = [
            Lot(news=part, send=partial(self._confirm, supplies, name), look=self._look, words=words_of)
            for name, group in alike.items()
            for part in in_lots(group, self.ADDED_MAX)
        ]
        return [one for one in news if one.order_ref not in tasks], lots

    def _tasks_to_confirm(self) -> list[NewTask]:
        connection = self._services["marketplace"]
        response = connection.call("GET", "/api/v3/orders/new", limits={ORDERS: 1})
        return connection.read(response, NEW_TASKS, is_repeatable=True).orders

    def _confirm(self, supplies: "OpenSupplies", name: str, news: Sequence[OrderNews]) -> list[OrderTold]:
        body = {"orders": list(dict.fromkeys(int(one.order_ref) for one in news))}
        path = f"/api/marketplace/v3/supplies/{supplies.named(name)}/orders"
        self._services["marketplace"].call("PATCH", path, json=body, limits={ORDERS: 1})
        return [told(one, "accepted") for one in news]

    def _cancel(self, news: Sequence[OrderNews]) -> list[OrderTold]:
        for one in news:
            path = f"/api/v3/orders/{one.order_ref}/cancel"
            self._services["marketplace"].call("PATCH", path, limits={CANCELS: 1})
        return [told(one, "accepted") for one in news]

    def _supply_name(self, task: NewTask) -> str:
        """By the day in Moscow, and by all that must be alike in a supply."""
        parts = [f"Утюг {self._clock.now().astimezone(MOSCOW):%Y-%m-%d}", f"склад {task.warehouse_id}"]
        parts.append(CARGO.get(task.cargo_type, f"тип {task.cargo_type}"))
        parts += ["юрлица"] if task.options and task.options.is_b2b else []
        parts += ["трансграничная"] if task.cross_border_type else []
        return ", ".join(parts)

    def find_supply(self, name: str) -> str | None:
        """The open supply of this name; the first where there are several.

        Raises:
            SyncError: Wildberries could not be asked.
        """
        connection = self._services["marketplace"]
        start, seen = 0, set[str]()
        while True:
            params = {"limit": self.SUPPLIES_MAX, "next": start}
            response = connection.call("GET", "/api/v3/supplies", params=params, limits={ORDERS: 1})
            page = connection.read(response, SUPPLIES, is_repeatable=True)
            found = next((supply.id for supply in page.supplies if supply.name == name and not supply.done), None)
            if found is not None or not page.supplies or page.next == 0:
                return found
            start = page.next
            self.not_seen(seen, str(start), "marketplace")

    def make_supply(self, name: str) -> str:
        """A new supply.

        Raises:
            OutcomeUnknown: it may be there; an open one of this name is to be looked for before another is made.
            SyncError: it was not made.
        """
        connection = self._services["marketplace"]
        response = connection.call("POST", "/api/v3/supplies", json={"name": name}, limits={ORDERS: 1})
        return connection.read(response, SUPPLY_MADE, is_repeatable=False).id


class OpenSupplies:
    """Today's supplies, each looked for once and made at most once while news are told."""

    def __init__(self, cabinet: WildberriesSupplies) -> None:
        self._cabinet = cabinet
        self._refs: dict[str, str] = {}
        self._doubtful: dict[str, OutcomeUnknown] = {}

    def named(self, name: str) -> str:
        """The open supply of this name, made where there is none.

        Raises:
            OutcomeUnknown: nobody knows whether it was made, and it does not show yet.
        """
        if name not in self._refs:
            self._refs[name] = self._cabinet.find_supply(name) or self._made(name)
        return self._refs[name]

    def _made(self, name: str) -> str:
        if name in self._doubtful:
            raise self._doubtful[name]
        try:
            return self._cabinet.make_supply(name)
        except OutcomeUnknown as error:
            found = self._cabinet.find_supply(name)
            if found is not None:
                return found
            self._doubtful[name] = error
            raise


def _answered(news: OrderNews, states: Mapping[str, str]) -> OrderTold | None:
    """A task is one piece: a cancellation that leaves it is none."""
    if news.action not in {"confirm", "cancel"}:
        return refused(news, "news_is_not_taken")
    if news.order_ref not in states:
        return refused(news, "order_is_gone")
    if news.action == "cancel" and any(news.left_pcs.values()):
        return told(news, "already")
    return standing(news, answered(news, states[news.order_ref], reached="confirmed"))

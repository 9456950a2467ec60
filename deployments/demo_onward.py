"""The demo's way onward: every order in 1C and in the CRM exactly once although deliveries are cut, and what people do there comes back."""

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import cycle
from threading import Event
from typing import Any, Literal

import httpx
import polars as pl
from rich.console import Console
from rich.table import Table
from sqlalchemy import text

from adapters.hub.crm_orders import crm_ref
from adapters.hub.hub import Hub
from adapters.hub.outbox import Outbox
from deployments.demo_channels import KINDS
from deployments.demo_tables import TITLE_OF
from deployments.processes import await_until
from deployments.world.onec import OnecClient
from deployments.world.onec_base import OnecBase
from deployments.world.onec_documents import Item
from deployments.world.onec_exchange import Exchanged, exchange

TOLD_WITHIN_S = 180.0
CRM = "main"
UPLOADS = ("customers/upload", "orders/upload")
CUT = {"kind": "error_after", "status": 502, "times": None, "share": 0.5}
"""What comes between us and every other delivery: it is done, and nobody says so."""
LOST: tuple[Literal["before", "after"] | None, ...] = ("before", None, "after", None)
"""1C's confirmation, exchange by exchange: cut on its way there, or its answer on the way back."""
ASKS_EVERY_S = 6.0
"""A minute by the shop's clock."""

OWED = text("""
    select o.channel, o.order_ref, o.number, o.state,
        extract(epoch from q.acknowledged_at - o.placed_at) as onec_s, extract(epoch from t.told_at - o.placed_at) as crm_s,
        q.order_number is not null as is_for_onec
    from sale_order o
    left join onec_outgoing q on q.order_number = o.number
    left join outbox t on t.subject = o.number and t.target = :crm and t.kind = 'order'
    where o.number is not null
    order by o.order_id
""")
ITEMS = text("""
    select i.item_ref, coalesce(i.name, p.name, i.item_ref) as name, coalesce(i.article, p.article) as article
    from item i left join product p on p.source = i.source and p.product_ref = i.product_ref
    where i.source = 'main' and not i.is_umbrella
""")


@dataclass(frozen=True, kw_only=True)
class OrderTold:
    """One order of ``orders`` in ``report.json``: how often it is in a system, and how soon it was, by the shop's clock.

    Args:
        channel: its name.
        ref: the channel's own number.
        state: as it stands now; an order that was over before it was firm is no business of 1C's.
        onec: ``documents, seconds``.
        crm: ``records, seconds``.
    """

    channel: str
    ref: str
    state: str
    onec: dict[str, Any]
    crm: dict[str, Any]


class OnwardDemo:
    """1C's base and the CRM at the other ends.

    Args:
        hub: the demo's.
        world: the stand-in world's address.
        client: of 1C.
        deliver: starts a run of deliver and waits for its end.
        check: tells whether a claim holds.

    Attributes:
        base: 1C's orders.
    """

    def __init__(
        self, hub: Hub, world: str, client: OnecClient, *, deliver: Callable[[], None], check: Callable[[str, bool], None]
    ) -> None:
        self._hub, self._world, self._client, self._deliver, self._check = hub, world, client, deliver, check
        with hub.engine.begin() as connection:
            items = [Item(ref=row.item_ref, name=row.name, article=row.article or "") for row in connection.execute(ITEMS)]
        self.base = OnecBase("ut", items)
        self._exchanged: list[tuple[str | None, Exchanged]] = []

    @contextmanager
    def cut_off(self) -> Iterator[None]:
        """1C asks for orders every minute, and while this lasts every other confirmation and half of what the CRM answers is lost."""
        for path in UPLOADS:
            httpx.post(f"{self._world}/_control/retailcrm/faults", json={**CUT, "path": path}, timeout=30).raise_for_status()
        is_over = Event()
        with ThreadPoolExecutor(1, "1c") as desk:
            asking = desk.submit(self._ask_until, is_over)
            try:
                yield
            finally:
                is_over.set()
            asking.result()
        httpx.delete(f"{self._world}/_control/retailcrm/faults", timeout=30).raise_for_status()

    def _ask_until(self, is_over: Event) -> None:
        for loses in cycle(LOST):
            self._exchanged.append((loses, exchange(self.base, self._client, loses_success=loses)))
            if is_over.wait(ASKS_EVERY_S):
                return

    def exchange(self) -> None:
        """One exchange in which nothing is lost."""
        self._exchanged.append((None, exchange(self.base, self._client)))

    def hand_over(self) -> list[OrderTold]:
        """The last exchange, in which nothing is lost; what 1C and the CRM have then."""
        self._await_told(f"crm:{CRM}")
        self.exchange()
        rows, records = self._orders(), self._records()
        documents = Counter(order.site_number for order in self.base.orders)
        told = [
            OrderTold(
                channel=row["channel"],
                ref=row["order_ref"],
                state=row["state"],
                onec={"documents": documents[row["number"]], "seconds": _rounded(row["onec_s"])},
                crm={"records": records[crm_ref(row["channel"], row["order_ref"])], "seconds": _rounded(row["crm_s"])},
            )
            for row in rows
        ]
        wanted = [row["number"] for row in rows if row["is_for_onec"]]
        lost = [loses for loses, one in self._exchanged if loses is not None and one.read]
        is_once = all(documents[number] == 1 for number in wanted) and len(documents) == len(wanted)
        self._check(
            f"1С забрала заказов: {len(wanted)}, подтверждений потеряно: {len(lost)}; каждый заказ в ней один", is_once and bool(lost)
        )
        self._check("что 1С не подтвердила, она получила ещё раз целиком", self._is_repeated())
        self._check("в каталоге 1С не завелось чужих товаров", not self.base.created_items)
        cut = self._cut()
        claim = f"в CRM заказов: {len(rows)}, каждый один раз; просьб, которые она выполнила и не ответила: {cut}"
        self._check(claim, cut > 0 and all(one.crm["records"] == 1 for one in told) and records.total() == len(rows))
        return told

    def bring_back(self) -> str | None:
        """A manager works in 1C and in the CRM; the channels hear of it, and it comes back.

        Returns:
            The number of the order that 1C cancelled; None where there are too few orders to work on.
        """
        at_work = [row for row in self._orders() if row["is_for_onec"] and row["state"] in ("new", "confirmed")]
        if len(at_work) < 2:
            return None
        by_onec, by_crm, *others = at_work
        self._deliver()
        for row in others:
            self.base.post(row["number"])
        self.base.cancel(by_onec["number"])
        exchange(self.base, self._client)
        ids = {one.get("externalId"): one["id"] for one in self._crm_books().values()}
        there = ids[crm_ref(by_crm["channel"], by_crm["order_ref"])]
        httpx.put(f"{self._world}/_control/retailcrm/orders/{there}", json={"status": "cancel-other"}, timeout=30).raise_for_status()
        self._deliver()
        cancelled = [by_onec["number"], by_crm["number"]]
        returned = await_until(partial(self._are, cancelled, "cancelled"), timeout_s=TOLD_WITHIN_S)
        self._check("отмены из 1С и из CRM дошли до площадок и вернулись", returned)
        exchange(self.base, self._client)
        self._check("и в 1С оба заказа отменены", all(self.base.order(number).is_cancelled for number in cancelled))
        self._await_told(f"crm:{CRM}")
        statuses = {one.get("externalId"): one["status"] for one in self._crm_books().values()}
        refs = [crm_ref(row["channel"], row["order_ref"]) for row in (by_onec, by_crm)]
        self._check("и в CRM оба отменены", all(statuses[ref] == "cancel-other" for ref in refs))
        return str(by_onec["number"])

    def _is_repeated(self) -> bool:
        """Whether every exchange whose confirmation never arrived was followed by one that brought the same orders again."""
        pairs = zip(self._exchanged, self._exchanged[1:], strict=False)
        return all(set(one.read) <= set(after.read) for (loses, one), (_, after) in pairs if loses == "before")

    def _cut(self) -> int:
        thrown = httpx.get(f"{self._world}/_control/retailcrm/faults", timeout=60).raise_for_status().json()
        return int(thrown.get(CUT["kind"], 0))

    def _await_told(self, target: str) -> None:
        is_told = await_until(lambda: target not in Outbox(self._hub).counts(), timeout_s=TOLD_WITHIN_S)
        self._check(f"{target}: передано всё", is_told)

    def _are(self, numbers: list[str], state: str) -> bool:
        states = {row["number"]: row["state"] for row in self._orders()}
        return all(states[number] == state for number in numbers)

    def _orders(self) -> list[dict[str, Any]]:
        with self._hub.engine.begin() as connection:
            return [dict(row) for row in connection.execute(OWED, {"crm": f"crm:{CRM}"}).mappings()]

    def _records(self) -> Counter[str]:
        return Counter(str(one.get("externalId")) for one in self._crm_books().values())

    def _crm_books(self) -> dict[str, Any]:
        books: dict[str, Any] = httpx.get(f"{self._world}/_control/retailcrm/books", timeout=60).raise_for_status().json()["orders"]
        return books


def show_onward(told: list[OrderTold], console: Console) -> None:
    """One row per channel: how many, and how soon."""
    frame = pl.DataFrame(
        [(one.channel, one.onec["seconds"], one.crm["seconds"]) for one in told],
        schema={"channel": pl.String, "onec": pl.Float64, "crm": pl.Float64},
        orient="row",
    )
    table = Table("Площадка", "Заказов", "В 1С за, с (половина / 95 %)", "В CRM за, с (половина / 95 %)", title="Куда дошли заказы")
    for name, kind in KINDS.items():
        mine = frame.filter(pl.col("channel") == name)
        seconds = [" / ".join(map(str, quantiles(mine[column]).values())) for column in ("onec", "crm")]
        table.add_row(TITLE_OF[kind], str(mine.height), *seconds)
    console.print(table)


def took(told: list[OrderTold]) -> dict[str, dict[str, float | None]]:
    """Quantiles over all orders, by system."""
    onec = pl.Series([one.onec["seconds"] for one in told], dtype=pl.Float64)
    crm = pl.Series([one.crm["seconds"] for one in told], dtype=pl.Float64)
    return {"onec": quantiles(onec), "crm": quantiles(crm)}


def quantiles(seconds: pl.Series) -> dict[str, float | None]:
    """Of what is known, by the shop's clock."""
    return {"p50": _rounded(seconds.quantile(0.5)), "p95": _rounded(seconds.quantile(0.95))}


def _rounded(seconds: Any) -> float | None:  # noqa: ANN401 - a number of any kind
    return None if seconds is None else round(float(seconds), 1)

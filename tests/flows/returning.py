"""A shop whose orders of the site and of a marketplace are carried by CDEK, with 1C's OData and a CRM beside it, all in one world."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_bytes
from typing import Any

import httpx
from fastapi import FastAPI
from sqlalchemy import insert, select, text

from adapters.hub.hub import Hub
from adapters.hub.pushes import Pushes
from adapters.hub.return_views import ReturnViews
from adapters.hub.shipment_rows import ShipmentRow
from adapters.hub.tables.catalog import item
from adapters.hub.tables.listing import listing
from adapters.settings import read_settings
from deployments.world.app import make_world
from deployments.world.cdek.knobs import Knobs
from deployments.world.cdek.make import furnish_cdek
from deployments.world.clock import WorldClock
from deployments.world.odata.make import furnish_odata
from deployments.world.ozon.make import furnish_ozon
from deployments.world.retailcrm.make import furnish_retailcrm
from deployments.world.served import served
from flows.deliver import deliver
from flows.orders import orders
from flows.returns import returns
from flows.shipments import shipments
from tasks.shipments import shipments_of
from tests.adapters.retailcrm.vendor import API_KEY
from tests.adapters.workbook.sheet import save
from tests.deployments.world.odata.conftest import LOGIN, PASSWORD
from tests.deployments.world.odata.conftest import ref as guid
from tests.flows.cabinets import OZON_CLIENT, OZON_KEY, SOURCE, Cabinets, environment, settings_of, tell_1c
from tests.world import SITE_KEY, SITE_SECRET

SPEED = 60.0
ACCOUNT, SECRET = "account-of-the-shop", "password-of-the-shop"
IRON = guid(1)
"""Its Ид, and the article under which it is sold everywhere: longer than what a carrier takes for a code."""
BUYER = {"first_name": "Юлия", "last_name": "Щеглова", "phone": "+79161234567", "city": "Новосибирск", "address_1": "ул. Мира, 1"}
FOUND_OUT = {"name": "Юлия Щеглова", "phone": "+79161234567", "city": "Новосибирск", "line": "ул. Мира, 1"}
HEADERS = ("Заказ", "Артикул", "Вернулось, шт.", "Состояние", "Решение", "Ключ строки")
RETURN = "Document_ВозвратТоваровОтКлиента"
ROUNDS = 20


class Shop:
    """A tester's hand on all of it."""

    def __init__(self, hub: Hub, cabinets: Cabinets, folder: Path) -> None:
        self.hub, self.cabinets, self.folder = hub, cabinets, folder

    def sold(self, channel: str, pcs: int, *, count: int = 1) -> list[str]:
        """Orders that CDEK has and the channel calls shipped; their keys there."""
        buyer = {"buyer": BUYER} if channel == "site" else {}
        bought = [self.cabinets.order(channel, "POST", "/orders", json={"sku": IRON, "pcs": pcs, **buyer}) for _ in range(count)]
        refs = [str(one["order_ref"]) for one in bought]
        orders()
        shipments()
        if channel != "site":
            book = shipments_of(self.hub, read_settings())
            assert all(book.correct(self.part(channel, order_ref).number, FOUND_OUT) for order_ref in refs)
        for order_ref in refs:
            self.until(channel, order_ref, "booked")
            left = {"status": "completed" if channel == "site" else "delivering"}
            self.cabinets.order(channel, "PUT", f"/orders/{order_ref}", json=left)
            self.carrier(channel, order_ref, "PUT", "/status", {"code": "SENT_TO_RECIPIENT_CITY"})
        for order_ref in refs:
            self.until(channel, order_ref, "on_way")
        orders()
        return refs

    def part(self, channel: str, order_ref: str) -> ShipmentRow:
        """The shipment of an order."""
        (one,) = shipments_of(self.hub, read_settings()).of_order(channel, order_ref)
        return one

    def until(self, channel: str, order_ref: str, state: str) -> None:
        """Runs until the shipment is so far: a carrier settles in its own time."""
        for _ in range(ROUNDS):
            if self.part(channel, order_ref).state == state:
                return
            shipments()
        raise AssertionError(self.part(channel, order_ref))

    def carrier(self, channel: str, order_ref: str, method: str, path: str, body: Any = None) -> Any:
        """An order to CDEK's room about a shipment, and the push that tells us to look."""
        carrier_ref = self.part(channel, order_ref).carrier_ref
        answer = httpx.request(method, f"{self.cabinets.base}/_control/cdek/orders/{carrier_ref}{path}", json=body, timeout=10)
        answer.raise_for_status()
        Pushes(self.hub).keep("cdek", topic="ORDER_STATUS", order_ref=carrier_ref, digest=token_bytes(32), is_signed=False)
        return answer.json()

    def workbook(self, *rows: tuple[Any, ...]) -> None:
        """A manager puts a workbook into the folder: order, pieces, condition and decision; the same row again is the same."""
        seen: Counter[str] = Counter()
        keyed = []
        for order_ref, *rest in rows:
            seen[order_ref] += 1
            keyed.append((order_ref, IRON, *rest, f"{order_ref}-{seen[order_ref]}"))
        save(self.folder / "книга.xlsx", keyed, headers=HEADERS)

    def told(self, channel: str, pcs: int, by: Mapping[str, str]) -> None:
        """Of each order one of those who see a return tells that all of it came back, by order; then everybody is listened to."""
        for order_ref in (ref for ref, source in by.items() if source == "marketplace"):
            self.cabinets.order(channel, "POST", f"/orders/{order_ref}/returns", json={"pcs": pcs})
        refused = [ref for ref, source in by.items() if source == "carrier"]
        for order_ref in refused:
            self.carrier(channel, order_ref, "POST", "/refused", {})
        for order_ref in refused:
            self.until(channel, order_ref, "coming_back")
        if written := [(ref, pcs, "годен", None) for ref, source in by.items() if source == "workbook"]:
            self.workbook(*written)
        returns()

    def returned(self, channel: str, order_ref: str) -> list[tuple[int, int, str, str]]:
        """Return, pieces, state and decision of what came back of an order."""
        query = """
            select l.return_id, l.pcs, l.state, l.decision from return_line l join sale_order o using (order_id)
            where o.channel = :channel and o.order_ref = :order_ref order by l.return_line_id
        """
        return [(row[0], row[1], row[2], row[3]) for row in self.rows(query, channel=channel, order_ref=order_ref)]

    def tellers(self, channel: str, order_ref: str) -> set[str]:
        """Who told of it."""
        query = (
            "select distinct t.source from return_telling t join sale_order o using (order_id) where o.channel = :c and o.order_ref = :r"
        )
        return {row[0] for row in self.rows(query, c=channel, r=order_ref)}

    def documents(self) -> list[dict[str, Any]]:
        """Returns that 1C has documents of."""
        answer = httpx.get(f"{self.cabinets.base}/_control/odata/books", timeout=10)
        answer.raise_for_status()
        return list(answer.json()["ut"]["objects"].get(RETURN, {}).values())

    def post(self, ref_key: str) -> None:
        """The accountant posts a document of a return."""
        where = f"{self.cabinets.base}/odata/ut/odata/standard.odata/{RETURN}(guid'{ref_key}')/Post"
        httpx.post(where, auth=(LOGIN.encode(), PASSWORD.encode()), params={"$format": "json"}, timeout=10).raise_for_status()

    def resting(self) -> dict[str, int]:
        """Pieces that came back and are not in 1C's figure, by where they rest."""
        return {row["account"]: row["pcs"] for row in ReturnViews(self.hub).resting().to_dicts()}

    def refunds(self, order_ref: str) -> list[int]:
        """Pieces of each refund that the site was told to write of an order."""
        told = [one["body"] for one in self.cabinets.heard("site", "POST", f"/orders/{order_ref}/refunds")]
        return [sum(line["quantity"] for line in body["line_items"]) for body in told]

    def crm_orders(self) -> list[str]:
        """What the CRM has, by our references, as often as it has it."""
        answer = httpx.get(f"{self.cabinets.base}/_control/retailcrm/books", timeout=10)
        answer.raise_for_status()
        return sorted(one.get("externalId", "") for one in answer.json()["orders"].values())

    def delivered(self) -> None:
        """Everybody is told until there is nothing more to tell."""
        for _ in range(ROUNDS):
            if not deliver().accepted:
                break
        assert self.rows("select target, kind from outbox where told_version < version and kind in ('return', 'refund', 'order')") == []

    def questions(self) -> list[str]:
        """What people are asked about returns."""
        return [row[0] for row in self.rows("select reason from quarantine where state = 'open' and reason like 'return%' order by 1")]

    def rows(self, query: str, **parameters: Any) -> list[tuple[Any, ...]]:
        with self.hub.engine.begin() as connection:
            return [tuple(row) for row in connection.execute(text(query), parameters)]


@contextmanager
def opened_shop(hub: Hub) -> Iterator[tuple[Shop, dict[str, str]]]:
    """The shop with forty irons on its shelf, and its settings as the environment has them."""
    clock = WorldClock(epoch_at=datetime.now(UTC), speed=SPEED)
    world: FastAPI = make_world(site_key=SITE_KEY, site_secret=SITE_SECRET, clock=clock)
    furnish_ozon(world, clock=clock, client_id=OZON_CLIENT, api_key=OZON_KEY)
    knobs = Knobs(findable_s=0.0, settling_s=1.0, printing_s=0.0, removing_s=1.0)
    furnish_cdek(world, clock=clock, account=ACCOUNT, secret=SECRET, knobs=knobs)
    furnish_retailcrm(world, clock=clock, api_key=API_KEY)
    furnish_odata(world, clock=clock, login=LOGIN, password=PASSWORD)
    with served(world) as base:
        cabinets = Cabinets(base, clock)
        tell_1c(hub, {IRON: (40, 1000)})
        channels = {name: told for name, told in settings_of(cabinets).items() if name in {"site", "ozon"}}
        for name in channels:
            cabinets.put(name, {IRON: (20, 1000)})
            with hub.engine.begin() as connection:
                item_id = connection.execute(select(item.c.item_id)).scalar_one()
                row = {"channel": name, "item_id": item_id, "channel_sku": IRON, "refs": {}, "matched_at": clock.now()}
                connection.execute(insert(listing).values(**row))
        channels = {name: {**told, "shipping": {"carrier": "cdek", "parts": True}} for name, told in channels.items()}
        channels["site"]["refunds_returns"] = True
        cdek = {"kind": "cdek", "url": f"{base}/cdek", "account": ACCOUNT, "secret": SECRET, "shipment_point": "MSK5", "poll_s": 3600}
        crm = {"kind": "retailcrm", "url": f"{base}/retailcrm", "api_key": API_KEY, "timeout_s": 5}
        names = {"documents": {"return": {"values": {"Организация_Key": guid(5), "Партнер_Key": guid(6), "Склад_Key": guid(7)}}}}
        odata = {
            "url": f"{base}/odata/ut", "user": LOGIN, "password": PASSWORD, "timeout_s": 5, "documents": ["return"], "names": names,
        }  # fmt: skip
        told = {
            **environment(cabinets, channels),
            "UTYUG_CARRIERS": json.dumps({"cdek": cdek}),
            "UTYUG_CRM": json.dumps({"main": crm}),
            "UTYUG_ONEC": json.dumps({"bases": {SOURCE: {"login": "1c", "password": "1c", "odata": odata}}}),
            "UTYUG_RETURNS": json.dumps({"documents": "odata"}),
        }
        yield Shop(hub, cabinets, Path()), told
        cabinets.close()

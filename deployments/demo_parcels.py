"""The demo's parcels: what leaves in parts and abroad, what comes back from where, until every book says the same."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import xlsxwriter
from sqlalchemy import text

from adapters.hub.backorders import Receipts
from adapters.hub.hub import Hub
from adapters.hub.return_views import ReturnViews
from adapters.hub.shipment_views import ShipmentViews
from adapters.hub.shipments import Shipments
from adapters.settings import Settings
from adapters.workbook.returns_form import write_form
from deployments.demo_books import Books, BookTold, ReturnTold, returns_told
from deployments.demo_channels import KINDS
from deployments.demo_onward import CRM, OnwardDemo
from deployments.demo_rounds import Rounds
from deployments.processes import await_until
from deployments.sample.counts import write_counts
from deployments.world.onec import OnecClient
from tasks.shipments import shipments_of

WITHIN_S = 180.0
CARRIER = "cdek"
ABROAD = "TR"
BASE = "ut"
"""The world's 1C that documents are written to by OData."""
RETURN = "Document_ВозвратТоваровОтКлиента"
BUYER = {"Партнер_Key": "0a1b2c3d-0000-4000-8000-000000000001", "Контрагент_Key": "0a1b2c3d-0000-4000-8000-000000000002"}
"""«Розничный покупатель», whom the accountant chooses."""
PAPERS = {
    "passport_series": "4510",
    "passport_number": "000000",
    "passport_issued_on": "2015-06-20",
    "passport_issued_by": "ОВД Тверского района",
    "born_on": "1990-02-11",
    "inn": "770000000000",
}
"""What customs want to know of a recipient abroad."""

GOODS = text("""
    select l.channel, l.channel_sku, i.item_ref, coalesce(sum(b.pcs) filter (where b.account = 'pool'), 0)::bigint as pool_pcs
    from listing l join item i using (item_id) left join ledger_balance b using (item_id)
    where l.lost_at is null and not i.is_bundle and not i.is_umbrella
    group by l.channel, l.channel_sku, i.item_ref order by l.channel, i.item_ref
""")
COUNTS = text("""
    select i.item_ref, c.place, c.pcs from stock_count c join item i using (item_id) where i.item_ref = any (:refs)
""")
ORDERS = text("""
    select channel, order_ref, number, state, status from sale_order where (channel, order_ref) in (
        select * from unnest(cast(:channels as text[]), cast(:refs as text[])))
""")


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """A buyer of the story.

    Args:
        title: what becomes of the order, for whoever reads along.
        channel: where it is placed.
        pcs: how many of one thing.
        buyer: the address at the site's checkout.
        waits: the last piece is still to come.
    """

    title: str
    channel: str
    pcs: int = 1
    buyer: Mapping[str, str] = field(default_factory=dict)
    waits: bool = False


def _buyer(first: str, last: str, phone: str, **place: str) -> dict[str, str]:
    return {"first_name": first, "last_name": last, "phone": phone, "email": f"{phone[-7:]}@example.com", "country": "RU", **place}


STORY: dict[str, Wanted] = {
    "parts": Wanted(
        title="две части, два трека",
        channel="site",
        buyer=_buyer("Пётр", "Ёлкин", "8 (916) 111-22-33", city="г. Новосибирск ", address_1="ул. Ленина, д.5, кв. 12", postcode="630099"),
        waits=True,
    ),
    "abroad": Wanted(
        title="за границу, латиницей",
        channel="site",
        buyer=_buyer("Юлия", "Щеглова", "+90 532 123 45 67", city="Стамбул", address_1="ул. Истикляль, 40", postcode="34000")
        | {"country": ABROAD},
    ),
    "refused": Wanted(
        title="получатель отказался",
        channel="site",
        buyer=_buyer("Анна", "Короткова", "8-903-765-43-21", city="Новосибирск", address_1="Красный проспект, дом 20", postcode="630099"),
    ),
    "market": Wanted(title="возврат площадки", channel="ozon"),
    "excel": Wanted(title="возврат из книги Excel", channel="wb"),
    "half": Wanted(title="вернулась половина", channel="ym", pcs=2),
}
"""The orders of the story; how many pieces of ``parts`` there are follows from the shelf."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Bought:
    """An order of the story that was placed.

    Args:
        key: the room's own of it; Wildberries' is the basket's.
        ref: the order's in the hub; of a Wildberries' basket of one piece its task.
    """

    name: str
    channel: str
    key: str
    ref: str
    sku: str
    item_ref: str
    pcs: int


class ParcelsDemo:
    """What leaves and what comes back.

    Args:
        hub: the demo's.
        settings: the demo's.
        world: the stand-in world's address.
        onward: 1C and the CRM.
        client: of 1C.
        rounds: runs that are started by hand.
        check: tells whether a claim holds.
        step: says what is being done.
        accountant: how to get into 1C by OData.
        var_dir: where files lie.
        stamp: 1C's clock.
    """

    def __init__(
        self,
        hub: Hub,
        settings: Settings,
        world: str,
        onward: OnwardDemo,
        client: OnecClient,
        *,
        rounds: Rounds,
        check: Callable[[str, bool], None],
        step: Callable[[str], AbstractContextManager[None]],
        accountant: tuple[str, str],
        var_dir: Path,
        stamp: Callable[[], datetime],
    ) -> None:
        self._hub, self._settings, self._world, self._onward, self._client = hub, settings, world, onward, client
        self._rounds, self._check, self._step, self._accountant, self._var_dir, self._stamp = (
            rounds,
            check,
            step,
            accountant,
            var_dir,
            stamp,
        )
        self._views = ShipmentViews(hub, {name: settings.ships_of(name) for name in settings.channels})
        self.bought: dict[str, Bought] = {}
        self._exports = 0

    def play(self) -> bool:
        """The whole story; whether there were goods for it."""
        with self._step("Шесть покупателей: в двух частях, за границу, с отказом, с возвратами"):
            if not self._buy():
                return False
        with self._step("Посылки уезжают: первая часть сейчас, вторая с поступлением"):
            self._ship()
        with self._step("Перевозчик везёт, площадки отдают покупателям"):
            self._carry()
        with self._step("Возвраты: отказ у СДЭК, Ozon, Маркет и книга менеджера"):
            self._come_back()
        with self._step("1С проводит отгрузки и возвраты и выгружает остатки"):
            self._book()
        return True

    def _buy(self) -> bool:
        goods = self._goods()
        if any(name not in goods for name in STORY):
            return False
        for name, wanted in STORY.items():
            sku, item_ref, shown = goods[name]
            pcs = shown + 1 if wanted.waits else wanted.pcs
            if wanted.waits:
                expected_on = self._settings.today(self._hub.clock.now()) + timedelta(days=3)
                Receipts(self._hub).open(item_ref, pcs=1, expected_on=expected_on, note="демо")
            said = {
                "sku": sku,
                "pcs": pcs,
                **({"buyer": dict(wanted.buyer)} if wanted.buyer else {}),
                **({"waits": True} if wanted.waits else {}),
            }
            told = self._tell(KINDS[wanted.channel], "POST", "/orders", json=said)
            key, (ref, *_) = str(told["order_ref"]), [str(one) for one in told.get("task_ids", [told["order_ref"]])]
            self.bought[name] = Bought(name=name, channel=wanted.channel, key=key, ref=ref, sku=sku, item_ref=item_ref, pcs=pcs)
        self._wait("Utyug знает все шесть заказов", lambda: all(one["number"] for one in self.orders().values()) and self._are_known())
        return True

    def _goods(self) -> dict[str, tuple[str, str, int]]:
        """For each order something of which its channel shows enough, no two the same: code, item, shown pieces."""
        with self._hub.engine.begin() as connection:
            rows = connection.execute(GOODS).all()
        shown = {name: self._tell(kind, "GET", "/goods") for name, kind in KINDS.items()}
        taken: set[str] = set()
        found: dict[str, tuple[str, str, int]] = {}
        for name, wanted in STORY.items():
            most = 3 if wanted.waits else 10_000
            for row in rows:
                if row.channel != wanted.channel or row.item_ref in taken:
                    continue
                card = shown[row.channel].get(row.channel_sku, {})
                pcs = sum(card.get("pcs", {}).values())
                if card.get("is_sellable") and wanted.pcs <= pcs <= most:
                    found[name] = (row.channel_sku, row.item_ref, pcs)
                    taken.add(row.item_ref)
                    break
        return found

    def _ship(self) -> None:
        self._wait("адреса проверены; о загранице спросили человека", partial(self._is_asked, "abroad"))
        self._answer_abroad()
        first = dict.fromkeys(("parts", "abroad", "refused"), 1)
        self._wait("три посылки у СДЭК, по одной на заказ", lambda: self._carried() == first)
        self._export({self.bought["parts"].item_ref: 1})
        self._wait("поступление посчитано, вторая часть заказа у СДЭК под своим треком", lambda: self._carried() == first | {"parts": 2})
        tracks = {row["tracking"] for row in self.parcels("parts")}
        self._check("у двух частей два трека", len(tracks) == 2)
        self._rounds.deliver()

    def _is_asked(self, name: str) -> bool:
        return any(row["state"] in ("asked", "booked") for row in self.parcels(name))

    def _answer_abroad(self) -> None:
        """A person tells what customs want and no order form asks for."""
        (parcel,) = self.parcels("abroad")
        book: Shipments = shipments_of(self._hub, self._settings)
        book.correct(parcel["number"], PAPERS)

    def _carried(self) -> dict[str, int]:
        told = {name: sum(row["tracking"] is not None for row in self.parcels(name)) for name in ("parts", "abroad", "refused")}
        return {name: count for name, count in told.items() if count}

    def _carry(self) -> None:
        for name in ("parts", "abroad", "refused"):
            for row in self.parcels(name):
                self._move(row["number"], "RECEIVED_AT_SHIPMENT_WAREHOUSE")
        for name in ("parts", "abroad"):
            for row in self.parcels(name):
                self._move(row["number"], "DELIVERED")
        (refused,) = self.parcels("refused")
        self._move(refused["number"], "NOT_DELIVERED", reason_code=11, kept={})
        self._market_moves()
        self._rounds.ship()
        self._rounds.deliver()
        over = {"parts": {"delivered"}, "abroad": {"delivered"}, "refused": {"coming_back", "returned"}}
        self._wait(
            "вручены обе части и посылка за границу, от третьей отказались",
            lambda: all({row["state"] for row in self.parcels(name)} <= states for name, states in over.items()),
        )
        left = ("market", "excel", "half")
        self._wait("заказы площадок отгружены", lambda: all(self.orders()[name]["state"] in ("shipped", "delivered") for name in left))

    def _market_moves(self) -> None:
        ozon, wb, ym = (self.bought[name].key for name in ("market", "excel", "half"))
        self._tell("ozon", "PUT", f"/orders/{ozon}", json={"status": "delivering"})
        self._tell("wildberries", "PUT", f"/orders/{wb}/state", json={"supplier_status": "complete", "wb_status": "sorted"})
        self._tell("yandex_market", "PUT", f"/orders/{ym}", json={"status": "DELIVERY"})

    def _come_back(self) -> None:
        ozon, ym = self.bought["market"], self.bought["half"]
        self._tell("ozon", "POST", f"/orders/{ozon.ref}/returns", json={"pcs": 1})
        self._tell("yandex_market", "POST", f"/orders/{ym.ref}/returns", json={"pieces": [["IN_TRANSIT", "FIT"]]})
        self._send_home()
        self._rounds.returns()
        self._wait("о трёх возвратах уже рассказали: СДЭК, Ozon и Маркет", lambda: self._returned().keys() == {"refused", "market", "half"})
        self._fill_in()
        self._rounds.returns()
        self._check("строка «вернулось больше, чем продано» вернулась менеджеру красной, остальные приняты", self._is_answered())
        self._check(
            "возвратов четыре, хотя рассказали о них площадки, СДЭК и менеджер: каждый записан один раз",
            len(self.returns()) == 4 and all("workbook" in one.told_by for one in self.returns()),
        )

    def _send_home(self) -> None:
        """The carrier's own way back of what was refused."""
        for uuid, one in self._carrier_books().items():
            if one["kind"] == "return":
                self._tell("cdek", "PUT", f"/orders/{uuid}/status", json={"code": "DELIVERED"})

    def _fill_in(self) -> None:
        """The managers' workbook: the form of Utyug, and what a manager has put into it."""
        now = self._hub.clock.now()
        folder = self._settings.returns_folder()
        lines = ReturnViews(self._hub).returnable(now - timedelta(days=30))
        write_form(folder / "бланки" / "Возвраты.xlsx", lines, form_ref="demo", at=now, today=self._settings.today(now))
        numbers = {name: row["number"] for name, row in self.orders().items()}
        rows: list[tuple[object, ...]] = [
            (numbers["excel"], self.bought["excel"].sku, 1, "годен", "", "привезли в магазин", "к-1"),
            (numbers["refused"], self.bought["refused"].sku, 1, "годен", "", "отказ", "к-2"),
            (numbers["market"], self.bought["market"].sku, 1, "брак", "списать", "не греет", "к-3"),
            (numbers["half"], self.bought["half"].sku, 1, "годен", "", "одна из двух", "к-4"),
            (numbers["half"], self.bought["half"].sku, 5, "годен", "", "лишний ноль", "к-5"),
        ]
        _write_book(folder / "Возвраты за день.xlsx", rows)

    def _is_answered(self) -> bool:
        folder = self._settings.returns_folder() / "исправить"
        return folder.is_dir() and len(list(folder.glob("*.xlsx"))) == 1

    def _book(self) -> None:
        """1C ships what has left, takes the returns, and tells what lies on its shelves."""
        base = self._onward.base
        self._onward.exchange()
        for name, row in self.orders().items():
            base.ship(row["number"], {self.bought[name].item_ref: self.bought[name].pcs})
        self._onward.exchange()
        self._rounds.deliver()
        self._wait("документы возвратов лежат в 1С непроведёнными", lambda: len(self.documents()) == len(self.returns()))
        self._post_returns()
        sold = {one.item_ref: -one.pcs for one in self.bought.values()}
        back = {self.bought[name].item_ref: pcs for name, pcs in self._returned(is_sellable=True).items()}
        self._export({ref: sold.get(ref, 0) + back.get(ref, 0) for ref in sold})
        self._rounds.returns()
        self._rounds.ship()
        self._rounds.deliver()

    def _post_returns(self) -> None:
        """The accountant fills in the buyer, whom no site tells 1C by reference, and posts."""
        for ref in self.documents():
            self._tell("odata", "PATCH", f"/{BASE}/objects/{RETURN}/{ref}", json=BUYER)
            address = f"{self._world}/odata/{BASE}/odata/standard.odata/{RETURN}(guid'{ref}')/Post"
            httpx.post(address, auth=self._accountant, timeout=60).raise_for_status()

    def books(self) -> dict[str, BookTold]:
        """All books side by side, once they have had time to agree."""
        await_until(lambda: not any(told.differences for told in self._compared().values()), timeout_s=WITHIN_S)
        return self._compared()

    def _compared(self) -> dict[str, BookTold]:
        return Books(
            self._hub,
            self._settings,
            self._world,
            base=self._onward.base,
            documents=self.documents(),
            orders=self.orders(),
            crm=CRM,
        ).compared()

    def documents(self) -> dict[str, dict[str, Any]]:
        """1C's documents of returns, by key."""
        found: dict[str, dict[str, Any]] = self._tell("odata", "GET", "/books")[BASE]["objects"].get(RETURN, {})
        return found

    def returns(self) -> list[ReturnTold]:
        """The returns of the story as the hub has them."""
        return [one for one in returns_told(self._hub) if one.order_ref in {bought.ref for bought in self.bought.values()}]

    def _returned(self, *, is_sellable: bool = False) -> dict[str, int]:
        """Pieces that came back, by order; only those that are fit to be sold again if asked."""
        by_ref = {one.ref: one.name for one in self.bought.values()}
        found: dict[str, int] = {}
        for one in self.returns():
            if not is_sellable or one.decision == "restock":
                found[by_ref[one.order_ref]] = found.get(by_ref[one.order_ref], 0) + one.pcs
        return found

    def parcels(self, name: str) -> list[dict[str, Any]]:
        """The shipments of an order of the story that still count."""
        rows = self._views.shown(self.bought[name].ref).to_dicts()
        return sorted(
            (row for row in rows if row["channel"] == self.bought[name].channel and not row["is_unwanted"]), key=lambda row: row["part"]
        )

    def orders(self) -> dict[str, dict[str, Any]]:
        """The orders of the story as the hub has them, by name."""
        told = {"channels": [one.channel for one in self.bought.values()], "refs": [one.ref for one in self.bought.values()]}
        with self._hub.engine.begin() as connection:
            rows = [dict(row) for row in connection.execute(ORDERS, told).mappings()]
        known = {(row["channel"], row["order_ref"]): row for row in rows}
        return {one.name: known[one.channel, one.ref] for one in self.bought.values() if (one.channel, one.ref) in known}

    def _are_known(self) -> bool:
        return self.orders().keys() == STORY.keys()

    def _move(self, number: str, code: str, **told: object) -> None:
        uuid = next(uuid for uuid, one in self._carrier_books().items() if one["number"] == number and one["kind"] == "straight")
        self._tell("cdek", "PUT", f"/orders/{uuid}/status", json={"code": code, **told})

    def _carrier_books(self) -> dict[str, dict[str, Any]]:
        orders: dict[str, dict[str, Any]] = self._tell("cdek", "GET", "/books")["orders"]
        return orders

    def _export(self, changes: Mapping[str, int]) -> None:
        """1C tells of so many pieces more, or fewer, of these items: at the first warehouse that has them."""
        with self._hub.engine.begin() as connection:
            counts: dict[str, dict[str, int]] = {}
            for row in connection.execute(COUNTS, {"refs": sorted(changes)}):
                counts.setdefault(row.item_ref, {})[row.place] = int(row.pcs)
        for ref, change in changes.items():
            place = max(counts[ref], key=lambda place: counts[ref][place])
            counts[ref][place] += change
        self._exports += 1
        folder = self._var_dir / "export" / f"counts{self._exports}"
        write_counts(folder, counts, formed_at=self._stamp())
        self._client.push_catalog(folder)

    def _wait(self, claim: str, holds: Callable[[], bool]) -> None:
        self._check(claim, await_until(holds, timeout_s=WITHIN_S))

    def _tell(self, room: str, method: str, path: str, **call: Any) -> Any:  # noqa: ANN401 - JSON
        answer = httpx.request(method, f"{self._world}/_control/{room}{path}", timeout=60, **call).raise_for_status()
        return answer.json() if answer.content else None


def _write_book(path: Path, rows: Sequence[Sequence[object]]) -> None:
    """What a manager typed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Возвраты")
        for number, row in enumerate([("Заказ", "Артикул", "Вернулось, шт.", "Состояние", "Решение", "Причина", "Ключ строки"), *rows]):
            sheet.write_row(number, 0, row)

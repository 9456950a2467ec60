"""The demo's parcels: what leaves in parts and abroad, what comes back from where, until every book says the same."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import xlsxwriter

from adapters.hub.hub import Hub
from adapters.hub.return_views import ReturnViews
from adapters.hub.shipment_views import ShipmentViews
from adapters.settings import Settings
from adapters.workbook.returns_form import write_form
from deployments.demo_back_office import BackOffice
from deployments.demo_books import Books, BookTold, ReturnTold, returns_told
from deployments.demo_cast import Cast
from deployments.demo_onward import CRM, OnwardDemo
from deployments.demo_rounds import Rounds
from deployments.processes import await_until
from deployments.world.hands import Hands
from tasks.shipments import shipments_of

WITHIN_S = 180.0
CARRIER = "cdek"
CARRIED = ("parts", "abroad", "refused")
PAPERS = {
    "passport_series": "4510",
    "passport_number": "000000",
    "passport_issued_on": "2015-06-20",
    "passport_issued_by": "ОВД Тверского района",
    "born_on": "1990-02-11",
    "inn": "770000000000",
}
"""What customs want to know of a recipient abroad."""
HEADERS = ("Заказ", "Артикул", "Вернулось, шт.", "Состояние", "Решение", "Причина", "Ключ строки")


class ParcelsDemo:
    """What leaves and what comes back.

    Args:
        hub: the demo's.
        settings: the demo's.
        world: a hand on its rooms.
        cast: the buyers.
        onward: 1C's orders and the CRM.
        office: people at work in 1C.
        rounds: runs that are started by hand.
        check: tells whether a claim holds.
        step: says what is being done.
    """

    def __init__(
        self,
        hub: Hub,
        settings: Settings,
        world: Hands,
        *,
        cast: Cast,
        onward: OnwardDemo,
        office: BackOffice,
        rounds: Rounds,
        check: Callable[[str, bool], None],
        step: Callable[[str], AbstractContextManager[None]],
    ) -> None:
        self._hub, self._settings, self._world = hub, settings, world
        self._cast, self._onward, self._office = cast, onward, office
        self._rounds, self._check, self._step = rounds, check, step
        self._views = ShipmentViews(hub, {name: settings.ships_of(name) for name in settings.channels})

    def play(self) -> bool:
        """The whole story; whether there were goods for it."""
        with self._step("Шесть покупателей: в двух частях, за границу, с отказом, с возвратами"):
            if not self._cast.buy(self._settings.today(self._hub.clock.now())):
                return False
            self._wait("Utyug знает все шесть заказов", self._cast.are_known)
        with self._step("Посылки уезжают: первая часть сейчас, вторая с поступлением"):
            self._ship()
        with self._step("Перевозчик везёт, площадки отдают покупателям"):
            self._carry()
        with self._step("Возвраты: отказ у СДЭК, Ozon, Маркет и книга менеджера"):
            self._come_back()
        with self._step("1С проводит отгрузки и возвраты и выгружает остатки"):
            self._book()
        return True

    def _ship(self) -> None:
        self._wait("адреса проверены; о загранице спросили человека", partial(self._is_asked, "abroad"))
        self._answer_abroad()
        first = dict.fromkeys(CARRIED, 1)
        self._wait("три посылки у СДЭК, по одной на заказ", lambda: self._carried() == first)
        self._office.count({self._cast.bought["parts"].item_ref: 1})
        self._wait("поступление посчитано, вторая часть заказа у СДЭК под своим треком", lambda: self._carried() == first | {"parts": 2})
        tracks = {row["tracking"] for row in self.parcels("parts")}
        self._check("у двух частей два трека", len(tracks) == 2)
        self._rounds.deliver()

    def _is_asked(self, name: str) -> bool:
        return any(row["state"] in ("asked", "booked") for row in self.parcels(name))

    def _answer_abroad(self) -> None:
        """A person tells what customs want and no order form asks for."""
        (parcel,) = self.parcels("abroad")
        shipments_of(self._hub, self._settings).correct(parcel["number"], PAPERS)

    def _carried(self) -> dict[str, int]:
        told = {name: sum(row["tracking"] is not None for row in self.parcels(name)) for name in CARRIED}
        return {name: count for name, count in told.items() if count}

    def _carry(self) -> None:
        for name in CARRIED:
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
        self._wait(
            "заказы площадок отгружены", lambda: all(self._cast.orders()[name]["state"] in ("shipped", "delivered") for name in left)
        )

    def _have_left(self) -> bool:
        orders = self._cast.orders()
        return all(orders[name]["state"] in ("shipped", "delivered") for name in ("market", "excel", "half"))

    def _market_moves(self) -> None:
        ozon, wb, ym = (self._cast.bought[name].key for name in ("market", "excel", "half"))
        self._world.tell("ozon", "PUT", f"/orders/{ozon}", {"status": "delivering"})
        self._world.tell("wildberries", "PUT", f"/orders/{wb}/state", {"supplier_status": "complete", "wb_status": "sorted"})
        self._world.tell("yandex_market", "PUT", f"/orders/{ym}", {"status": "DELIVERY"})

    def _come_back(self) -> None:
        ozon, ym = self._cast.bought["market"], self._cast.bought["half"]
        self._world.tell("ozon", "POST", f"/orders/{ozon.ref}/returns", {"pcs": 1})
        self._world.tell("yandex_market", "POST", f"/orders/{ym.ref}/returns", {"pieces": [["IN_TRANSIT", "FIT"]]})
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
                self._world.tell("cdek", "PUT", f"/orders/{uuid}/status", {"code": "DELIVERED"})

    def _fill_in(self) -> None:
        """The managers' workbook: the form of Utyug, and what a manager has put into it."""
        now = self._hub.clock.now()
        folder = self._settings.returns_folder()
        lines = ReturnViews(self._hub).returnable(now - timedelta(days=30))
        write_form(folder / "бланки" / "Возвраты.xlsx", lines, form_ref="demo", at=now, today=self._settings.today(now))
        numbers = {name: row["number"] for name, row in self._cast.orders().items()}
        rows: list[tuple[object, ...]] = [
            (numbers["excel"], self._cast.bought["excel"].sku, 1, "годен", "", "привезли в магазин", "к-1"),
            (numbers["refused"], self._cast.bought["refused"].sku, 1, "годен", "", "отказ", "к-2"),
            (numbers["market"], self._cast.bought["market"].sku, 1, "брак", "списать", "не греет", "к-3"),
            (numbers["half"], self._cast.bought["half"].sku, 1, "годен", "", "одна из двух", "к-4"),
            (numbers["half"], self._cast.bought["half"].sku, 5, "годен", "", "лишний ноль", "к-5"),
        ]
        _write_book(folder / "Возвраты за день.xlsx", rows)

    def _is_answered(self) -> bool:
        folder = self._settings.returns_folder() / "исправить"
        return folder.is_dir() and len(list(folder.glob("*.xlsx"))) == 1

    def _book(self) -> None:
        """1C ships what has left, takes the returns, and tells what lies on its shelves."""
        self._office.ship(self._cast)
        self._rounds.deliver()
        self._wait("документы возвратов лежат в 1С непроведёнными", lambda: len(self._office.documents()) == len(self.returns()))
        self._office.post_returns()
        counted = {one.item_ref: -one.pcs for one in self._cast.bought.values()}
        for name, pcs in self._returned(is_sellable=True).items():
            counted[self._cast.bought[name].item_ref] += pcs
        self._office.count(counted)
        self._rounds.returns()
        self._rounds.ship()
        self._rounds.deliver()

    @property
    def refs(self) -> set[tuple[str, str]]:
        """Channel and reference of the story's orders."""
        return {(one.channel, one.ref) for one in self._cast.bought.values()}

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
            documents=self._office.documents(),
            orders=self._cast.orders(),
            crm=CRM,
        ).compared()

    def returns(self) -> list[ReturnTold]:
        """The returns of the story as the hub has them."""
        return [one for one in returns_told(self._hub) if one.order_ref in {bought.ref for bought in self._cast.bought.values()}]

    def _returned(self, *, is_sellable: bool = False) -> dict[str, int]:
        """Pieces that came back, by order; only those that are fit to be sold again if asked."""
        by_ref = {one.ref: one.name for one in self._cast.bought.values()}
        found: dict[str, int] = {}
        for one in self.returns():
            if not is_sellable or one.decision == "restock":
                found[by_ref[one.order_ref]] = found.get(by_ref[one.order_ref], 0) + one.pcs
        return found

    def parcels(self, name: str) -> list[dict[str, Any]]:
        """The shipments of an order of the story that still count."""
        order = self._cast.bought[name]
        rows = [row for row in self._views.shown(order.ref).to_dicts() if row["channel"] == order.channel and not row["is_unwanted"]]
        return sorted(rows, key=lambda row: row["part"])

    def _move(self, number: str, code: str, **told: object) -> None:
        uuid = next(uuid for uuid, one in self._carrier_books().items() if one["number"] == number and one["kind"] == "straight")
        self._world.tell("cdek", "PUT", f"/orders/{uuid}/status", {"code": code, **told})

    def _carrier_books(self) -> dict[str, dict[str, Any]]:
        orders: dict[str, dict[str, Any]] = self._world.tell("cdek", "GET", "/books")["orders"]
        return orders

    def _wait(self, claim: str, holds: Callable[[], bool]) -> None:
        self._check(claim, await_until(holds, timeout_s=WITHIN_S))


def _write_book(path: Path, rows: Sequence[Sequence[object]]) -> None:
    """What a manager typed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Возвраты")
        for number, row in enumerate([HEADERS, *rows]):
            sheet.write_row(number, 0, row)

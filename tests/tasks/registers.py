"""1C bases of the world beside a hub that their files have told of the same goods."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import httpx
from fastapi import FastAPI

from adapters.hub.hub import Hub
from adapters.hub.ledger import Ledger
from adapters.settings import Settings
from deployments.world.clock import HandClock as WorldHand
from deployments.world.odata.make import furnish_odata
from deployments.world.served import served
from tasks.odata import FigureRead, read_base
from tests.adapters.hub.export import NOON, Onec, count, offer, price, product
from tests.adapters.hub.sold_once.hand import MORNING, HandClock
from tests.adapters.onec.odata.conftest import adapter_to, settings_of
from tests.deployments.world.odata.conftest import LOGIN, PASSWORD, Hand, ref

IRON, KETTLE, RED, MAIN, FAR, RETAIL, WHOLESALE, ROUBLE = (ref(number) for number in range(1, 9))
NAME = "main"


@contextmanager
def opened_world() -> Iterator[dict[str, Hand]]:
    """A hand on a base of each configuration, its registers empty, its time that of the tests' hubs."""
    world, clock = FastAPI(), WorldHand(epoch_at=MORNING)
    room = furnish_odata(world, clock=clock, login=LOGIN, password=PASSWORD)
    with served(world) as address:
        hands = {base: Hand(address, base, room, clock) for base in ("ut", "unf")}
        yield hands
        for hand in hands.values():
            hand.close()


class Shop:
    """A hub, and one base by both ways."""

    def __init__(self, hub: Hub, clock: HandClock, hand: Hand) -> None:
        self.hub, self.clock, self.hand = hub, clock, hand
        self.files, self.ledger = Onec(hub, source=NAME), Ledger(hub)
        self.file(
            product=[product(IRON), product(KETTLE, "Чайник")],
            offer=[offer(IRON), offer(f"{KETTLE}#{RED}", "Чайник красный")],
            warehouse=[{"warehouse_ref": MAIN, "name": "Основной"}],
            price_type=[{"price_type_ref": RETAIL, "name": "Розничная"}],
        )
        hand.make("Catalog_Валюты", {"Ref_Key": ROUBLE, "Code": "643"})
        named = ((RETAIL, "Розничная"), (WHOLESALE, "Оптовая"))
        hand.make("Catalog_ВидыЦен", *({"Ref_Key": key, "Description": name, "ВалютаЦены_Key": ROUBLE} for key, name in named))

    def file(self, minute: int = 0, **rows: Any) -> None:
        """A file of 1C, formed so many minutes after noon, posted."""
        self.files.send(said={"formed_at": NOON + timedelta(minutes=minute)}, **rows)
        self.ledger.post_counts()

    def counted(self, iron: int, kettle: int, *, place: str = MAIN, minute: int = 1) -> None:
        self.file(minute, count=[count(IRON, iron, place), count(f"{KETTLE}#{RED}", kettle, place)])

    def priced(self, iron: int, kettle: int, *, minute: int = 1) -> None:
        self.file(minute, price=[price(IRON, iron, RETAIL), price(f"{KETTLE}#{RED}", kettle, RETAIL)])

    def lies(self, iron: Any, kettle: Any = 1, *, place: str = MAIN, reserved: int = 0) -> None:
        """What 1C's registers have of it."""
        self.hand.stock(
            {"product": IRON, "place": place, "pcs": iron, "reserved": reserved},
            {"product": KETTLE, "characteristic": RED, "place": place, "pcs": kettle},
        )

    def costs(self, product: str, roubles: str, price_type: str = RETAIL, **rest: Any) -> None:
        """A price in 1C's register."""
        currency = {"Валюта_Key": ROUBLE} if self.hand.base == "ut" else {}
        self.hand.tell("PUT", "/prices", [{"product": product, "price_type": price_type, "price": roubles, "rest": {**currency, **rest}}])

    def settings(self, **told: Any) -> Settings:
        odata = settings_of(self.hand, **{"balances": "off", "prices": "off", "documents": [], **told})
        bases = {NAME: {"login": "u", "password": "x", "odata": odata}}
        return Settings.model_validate({"onec": {"bases": bases}, "gate": {"at_least": 1, "zeroed_share": 0.9}})

    def read(
        self, *, dry_run: bool = False, page: int = 1000, transport: httpx.BaseTransport | None = None, **told: Any
    ) -> list[FigureRead]:
        """One look at the registers, as the flow has it."""
        settings = self.settings(**told)
        with adapter_to(self.hand, transport=transport) as onec:
            onec.PAGE = page
            return read_base(self.hub, settings, NAME, onec, dry_run=dry_run)

    def pcs(self) -> dict[str, int]:
        """The hub's counts at the main warehouse."""
        told = "select i.item_ref, c.pcs from stock_count c join item i using (item_id) where c.place = :place"
        return dict(self.files.rows(told, place=MAIN))

    def written(self) -> dict[str, int]:
        """Rows of everything that a reading may write."""
        tables = ("feed", "journal", "incident", "quarantine", "cursor", "price", "price_type", "ledger_movement")
        return {table: self.files.one(f"select count(*) from {table}") for table in tables}

"""A told channel's listings in the hub, and the steps of its sender by hand."""

from collections.abc import Mapping
from typing import Any

import polars as pl

from adapters.hub.hub import Hub
from adapters.hub.listings import Listings
from adapters.hub.offers import Advanced, Offers, Told
from tasks.rules.bounds import Bounds
from tasks.rules.offer import Stride
from tests.adapters.hub.checkout import Checkout
from tests.adapters.hub.sold_once.hand import HandClock

BOUNDS = Bounds(visible_s=30, effective_s=60, stale_s=10, restored_s=200)
Places = Mapping[str, list[str] | None]


class Book(Checkout):
    """A told channel's listings, and the steps of its sender by hand."""

    def __init__(self, hub: Hub, clock: HandClock, places_of: Places | None = None) -> None:
        super().__init__(hub)
        self.clock = clock
        self.offers = Offers(hub)
        self.told = Told(channel="wb", bounds=BOUNDS, places_of=places_of or {"1": None}, stride=Stride(grows_by=0, shrinks_by=0))

    def offer(self, item_id: int, sku: str, recipe: str | None = None) -> int:
        """A listing with an offer at each warehouse; returns its id."""
        self.list_on("wb", item_id, sku)
        rows = Listings(self.hub).offered("wb").filter(channel_sku=sku)
        self.wanted(rows["listing_id"][0], recipe or f"[[{item_id}, 1]]")
        return int(rows["listing_id"][0])

    def wanted(self, listing_id: int, recipe: str, promotion: str = "") -> None:
        """What an offer is to stand under."""
        for warehouse in self.told.places_of:
            self.offers.open("wb", self.wishes(listing_id, warehouse, recipe, promotion))

    @staticmethod
    def wishes(listing_id: int, warehouse: str, recipe: str, promotion: str = "") -> pl.DataFrame:
        """A recipe in force, as the sender brings it."""
        columns = ["listing_id", "warehouse_ref", "recipe", "promotion"]
        return pl.DataFrame([(listing_id, warehouse, recipe, promotion)], schema=columns, orient="row")

    def look(self, shown: Mapping[int, int | None], *, reserved: int = 0, warehouse: str = "1", **may: bool) -> Advanced:
        """A reading that is over at once, and all that it leads to."""
        began_at = self.clock.now()
        rows = [(one, warehouse, pcs, reserved, may.get("may_write", True), may.get("may_freeze", True)) for one, pcs in shown.items()]
        schema = {"listing_id": pl.Int64, "warehouse_ref": pl.String, "shown_pcs": pl.Int64, "reserved_pcs": pl.Int64,
                  "may_write": pl.Boolean, "may_freeze": pl.Boolean}  # fmt: skip
        seen = pl.DataFrame(rows, schema=schema, orient="row")
        return self.offers.advance(self.told, seen, began_at=began_at, ended_at=self.clock.now())

    def wants(self, listing_id: int, pcs: int) -> None:
        self.execute("update offer set target_pcs = :pcs where listing_id = :listing_id", pcs=pcs, listing_id=listing_id)

    def complete_poll(self) -> None:
        """Every order of the channel was read and recorded just now."""
        self.execute(
            "insert into channel_watch (channel, connected_at, poll_began_at) values ('wb', :now, :now) "
            "on conflict (channel) do update set poll_began_at = excluded.poll_began_at",
            now=self.clock.now(),
        )

    def settle(self, shown: Mapping[int, int | None]) -> Advanced:
        """Long after everything: a reading, a poll that follows it, and another look."""
        self.clock.wait(1000)
        self.look(shown, may_write=False, may_freeze=False)
        self.clock.wait(31)
        self.complete_poll()
        return self.look(shown, may_write=False, may_freeze=False)

    def connected(self, shown: Mapping[int, int]) -> None:
        """These listings show what they show, and all of it is known."""
        self.settle(shown)

    def answered(self, figures: pl.DataFrame, outcome: str) -> None:
        self.offers.note_left(self.told, figures.select("listing_id", "warehouse_ref", outcome=pl.lit(outcome)))

    def row(self, listing_id: int, warehouse: str = "1") -> dict[str, Any]:
        return self.offers.known("wb").filter(listing_id=listing_id, warehouse_ref=warehouse).row(0, named=True)

    def exposed(self, item_id: int, listing_id: int, *, warehouse: str = "1", place: str = "main") -> int:
        return self.accounts(item_id, place).get(f"exposure:wb:{listing_id}:{warehouse}", 0)

"""The demo's 1C: what an accountant and a storekeeper do there with parcels and returns."""

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import text

from adapters.hub.hub import Hub
from deployments.demo_cast import Cast
from deployments.demo_onward import OnwardDemo
from deployments.sample.counts import write_counts
from deployments.world.hands import PATIENCE_S, Hands
from deployments.world.onec import OnecClient

BASE = "ut"
"""The world's 1C that documents are written to by OData."""
RETURN = "Document_ВозвратТоваровОтКлиента"
CHOSEN = {
    "Партнер_Key": "0a1b2c3d-0000-4000-8000-000000000001",
    "Контрагент_Key": "0a1b2c3d-0000-4000-8000-000000000002",
    "Организация_Key": "0a1b2c3d-0000-4000-8000-000000000003",
}
"""«Розничный покупатель» and the shop's own legal entity, which the accountant chooses."""

COUNTS = text("""
    select i.item_ref, c.place, c.pcs from stock_count c join item i using (item_id) where i.item_ref = any (:refs)
""")


class BackOffice:
    """People at work in 1C.

    Args:
        hub: the demo's.
        world: a hand on its rooms.
        onward: 1C's orders, and the exchange.
        client: of 1C.
        accountant: how to get into 1C by OData.
        folder: where exports are written.
        stamp: 1C's clock.
    """

    def __init__(
        self,
        hub: Hub,
        world: Hands,
        onward: OnwardDemo,
        client: OnecClient,
        *,
        accountant: tuple[str, str],
        folder: Path,
        stamp: Callable[[], datetime],
    ) -> None:
        self._hub, self._world, self._onward, self._client = hub, world, onward, client
        self._accountant, self._folder, self._stamp = accountant, folder, stamp
        self._exports = 0

    def ship(self, cast: Cast) -> None:
        """Everything that has left is written off, and the site hears of it."""
        self._onward.exchange()
        for name, row in cast.orders().items():
            self._onward.base.ship(row["number"], {cast.bought[name].item_ref: cast.bought[name].pcs})
        self._onward.exchange()

    def documents(self) -> dict[str, dict[str, Any]]:
        """Documents of returns, by key."""
        found: dict[str, dict[str, Any]] = self._world.tell("odata", "GET", "/books")[BASE]["objects"].get(RETURN, {})
        return found

    def post_returns(self) -> None:
        """The accountant looks at each, fills in what no site can know, and posts."""
        for ref in self.documents():
            self._world.tell("odata", "PATCH", f"/{BASE}/objects/{RETURN}/{ref}", CHOSEN)
            address = f"{self._world.base}/odata/{BASE}/odata/standard.odata/{RETURN}(guid'{ref}')/Post"
            httpx.post(address, auth=self._accountant, timeout=PATIENCE_S).raise_for_status()

    def count(self, changes: Mapping[str, int]) -> None:
        """The storekeeper has counted: so many pieces more, or fewer, of these items, where the most of them lie; 1C exports it."""
        counts: dict[str, dict[str, int]] = {}
        with self._hub.engine.begin() as connection:
            for row in connection.execute(COUNTS, {"refs": sorted(changes)}):
                counts.setdefault(row.item_ref, {})[row.place] = int(row.pcs)
        for ref, change in changes.items():
            place = max(counts[ref], key=counts[ref].__getitem__)
            counts[ref][place] += change
        self._exports += 1
        folder = self._folder / f"counts{self._exports}"
        write_counts(folder, counts, formed_at=self._stamp())
        self._client.push_catalog(folder)

"""A 1C base for tests: frames as the judgement leaves them, sent through the inbox into the catalogue."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import polars as pl
from sqlalchemy import text

from adapters.hub.catalog import Catalog, Recorded
from adapters.hub.feeds import Feed
from adapters.hub.hub import Hub
from adapters.hub.inbox import Inbox
from adapters.hub.series import Closed, Series
from adapters.onec.reader import FeedHeader
from tasks.rules.gate import GateLimits, decide
from validation import catalog, stock
from validation.quarantine import NONE_REFUSED, Judged
from validation.reasons import sentence_of

SOURCE = "main"
NOON = datetime(2026, 3, 1, 12)  # noqa: DTZ001 - a stamp of 1C has no zone
MODELS = {
    "product": catalog.ProductListed,
    "offer": catalog.OfferListed,
    "price": catalog.PriceQuoted,
    "count": stock.StockCounted,
    "barcode": catalog.BarcodeListed,
    "recipe": catalog.RecipeListed,
    "price_type": catalog.PriceTypeListed,
    "warehouse": catalog.WarehouseListed,
    "group": catalog.GroupListed,
    "property": catalog.PropertyListed,
    "property_value": catalog.PropertyValueListed,
}
ROOMY = GateLimits(zeroed_share=0.5, price_factor=5, shrunk_share=0.3, at_least=20)
Rows = Sequence[dict[str, Any]]


def frame(kind: str, rows: Rows) -> pl.DataFrame:
    """A frame of the kind's model; what a row does not say is null, or false."""
    empty = MODELS[kind].empty()
    filled = [dict.fromkeys(empty.columns) | {"row": n} | row for n, row in enumerate(rows, 1)]
    return MODELS[kind].validate(pl.DataFrame(filled, schema=empty.schema))


def product(ref: str, name: str | None = "Утюг", **said: Any) -> dict[str, Any]:
    return {"product_ref": ref, "name": name, "kind": "goods", "is_deleted": False, **said}


def offer(ref: str, name: str | None = "Утюг", **said: Any) -> dict[str, Any]:
    product_ref, _, characteristic = ref.partition("#")
    return {
        "item_ref": ref, "product_ref": product_ref, "characteristic_ref": characteristic or None, "name": name, "is_deleted": False, **said,
    }  # fmt: skip


def price(ref: str, kopecks: int, type_ref: str = "retail", currency: str | None = "RUB") -> dict[str, Any]:
    return {"item_ref": ref, "price_type_ref": type_ref, "price_kopecks": kopecks, "currency": currency}


def count(ref: str, pcs: int, place: str = "", *, is_whole: bool = False) -> dict[str, Any]:
    return {"item_ref": ref, "place": place, "pcs": pcs, "is_whole": is_whole}


def recipe(bundle: str, component: str, pcs: int = 1) -> dict[str, Any]:
    return {"bundle_ref": bundle, "component_ref": component, "pcs": pcs}


def barcode(ref: str, code: str, owner: str = "item") -> dict[str, Any]:
    return {"owner": owner, "ref": ref, "barcode": code}


def refused(entity: str, key: str, reason: str, **payload: Any) -> pl.DataFrame:
    row = {"entity": entity, "key": key, "reason": reason, "sentence": sentence_of(reason), "row": 1, "payload": json.dumps(payload)}
    return pl.DataFrame([row], schema=NONE_REFUSED.schema)


class Onec:
    """One 1C base beside its hub."""

    def __init__(self, hub: Hub, *, source: str = SOURCE, limits: GateLimits = ROOMY) -> None:
        self.hub = hub
        self.source = source
        self.limits = limits
        self.inbox = Inbox(hub)
        self.catalog = Catalog(hub)
        self.series = Series(hub)

    def put(self, *, name: str = "import0_1.xml", exchange: str = "catalog") -> Feed:
        """A file that waits in the inbox."""
        feed_id = self.inbox.begin(source=self.source, exchange=exchange, name=name, kind="xml")
        return self.inbox.complete(feed_id)

    def record(self, feed: Feed, portions: Iterable[tuple[str, Judged]], **said: Any) -> Recorded:
        """Record a file that waits; ``said`` is what its header says."""
        told: dict[str, Any] = {"formed_at": NOON, "is_changes_only": True} | said
        header = FeedHeader(**told)
        return self.catalog.record(feed, header, portions, lambda shape: decide(shape, self.limits))

    def send(
        self, *, refused: pl.DataFrame = NONE_REFUSED, name: str = "import0_1.xml", said: dict[str, Any] | None = None, **rows: Rows
    ) -> Recorded:
        """A file with these rows by kind, put and recorded."""
        portions = [(kind, Judged(frame(kind, listed), NONE_REFUSED)) for kind, listed in rows.items()]
        portions += [(entity, Judged(frame(entity, []), refused)) for entity in refused["entity"].unique() if entity in MODELS]
        return self.record(self.put(name=name), portions, **said or {})

    def close(self) -> list[Closed]:
        """The full exports of this base are over."""
        return self.series.close(self.source, now=self.hub.clock.now(), decide=lambda shape: decide(shape, self.limits))

    def rows(self, statement: str, **names: Any) -> list[tuple[Any, ...]]:
        """Whatever the hub holds."""
        with self.hub.engine.begin() as connection:
            return [tuple(row) for row in connection.execute(text(statement), names)]

    def one(self, statement: str, **names: Any) -> Any:
        """The single value the statement gives."""
        ((value,),) = self.rows(statement, **names)
        return value

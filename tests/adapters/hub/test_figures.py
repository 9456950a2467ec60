from datetime import timedelta

import polars as pl
import pytest
from sqlalchemy import select

from adapters.hub.figures import Figures
from adapters.hub.hub import Hub
from adapters.hub.listings import Listings
from adapters.hub.tables.listing import listing_stock
from tests.adapters.hub.test_listings import match, put_item
from validation.stock import StockSent, StockShown


def listed(hub: Hub) -> int:
    put_item(hub, "a", "X")
    return int(match(hub, "X")["listing_id"][0])


def told(listing_id: int, outcome: str, *, pcs: int = 4, reason: str | None = None) -> pl.DataFrame:
    row = {"listing_id": listing_id, "warehouse_ref": "507", "pcs": pcs, "outcome": outcome, "reason": reason, "sentence": None}
    return StockSent.validate(pl.DataFrame([row], schema_overrides={"reason": pl.String, "sentence": pl.String}))


def test_a_refused_figure_is_remembered_until_one_is_taken(hub: Hub) -> None:
    listing_id, book = listed(hub), Figures(hub)
    book.note_leaving(told(listing_id, "unknown"))
    for outcome, remembered in (("refused", (4, "batch_is_refused")), ("unknown", (4, "batch_is_refused")), ("accepted", (None, None))):
        book.note_sent(told(listing_id, outcome, reason="batch_is_refused" if outcome == "refused" else None))
        assert book.kept("site").select("refused_pcs", "refused_reason").rows() == [remembered]


def test_what_is_about_to_leave_is_taken_for_sent_until_it_is_known_that_it_never_did(hub: Hub) -> None:
    listing_id, book = listed(hub), Figures(hub)
    book.note_leaving(told(listing_id, "unknown"))
    left = book.kept("site").row(0, named=True)
    assert left["sent_pcs"] == 4
    assert left["sent_at"] > hub.clock.now() - timedelta(minutes=1)
    book.note_sent(told(listing_id, "unknown"))
    assert book.kept("site")["sent_at"].to_list() == [left["sent_at"]]
    book.note_sent(told(listing_id, "unsent"))
    assert book.kept("site")["sent_at"].to_list() == [None]


@pytest.mark.parametrize(("outcome", "is_open"), [("accepted", False), ("refused", False), ("unknown", True), ("pending", True)])
def test_a_figure_is_open_until_its_channel_took_or_refused_it(hub: Hub, outcome: str, is_open: bool) -> None:
    listing_id, book = listed(hub), Figures(hub)
    book.note_leaving(told(listing_id, "unknown"))
    book.note_sent(told(listing_id, outcome))
    assert book.kept("site")["is_open"].to_list() == [is_open]
    book.note_leaving(told(listing_id, "unknown"))
    assert book.kept("site")["is_open"].to_list() == [True]


def test_figures_are_kept_per_warehouse_with_what_is_reserved_there(hub: Hub) -> None:
    listing_id = listed(hub)
    rows = [(listing_id, "507", 4, 1), (listing_id, "508", 9, None)]
    schema = {"listing_id": pl.Int64, "warehouse_ref": pl.String, "pcs": pl.Int64, "reserved_pcs": pl.Int64}
    Figures(hub).note_shown(StockShown.validate(pl.DataFrame(rows, schema=schema, orient="row")))
    c = listing_stock.c
    with hub.engine.begin() as connection:
        kept = connection.execute(select(c.warehouse_ref, c.shown_pcs, c.reserved_pcs).order_by(c.warehouse_ref)).all()
    assert [tuple(row) for row in kept] == [("507", 4, 1), ("508", 9, None)]


def test_figures_of_a_listing_that_passed_to_another_item_are_forgotten(hub: Hub) -> None:
    listing_id = listed(hub)
    Figures(hub).note_leaving(told(listing_id, "unknown"))
    listings = Listings(hub)
    listings.note_lost(listings.offered("site"))
    match(hub, "X")
    assert Figures(hub).kept("site").is_empty()

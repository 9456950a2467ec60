from datetime import timedelta
from typing import Any

import polars as pl
import pytest
from sqlalchemy import select

from adapters.hub.hub import Hub
from adapters.hub.price_figures import PriceFigures
from adapters.hub.tables.listing import listing_price
from tests.adapters.hub.test_listings import match, put_item
from tests.tasks.rules.shelf import frame
from validation.prices import PriceSent, PriceShown


@pytest.fixture
def listing_id(hub: Hub) -> int:
    put_item(hub, "a", "A")
    return int(match(hub, "A")["listing_id"][0])


def sent(listing_id: int, outcome: str, kopecks: int = 90, campaign: str = "") -> pl.DataFrame:
    row = {"listing_id": listing_id, "campaign_ref": campaign, "price_kopecks": kopecks, "outcome": outcome}
    return frame(PriceSent, [row | {"reason": None, "sentence": None}])


def shown(listing_id: int, kopecks: int | None) -> pl.DataFrame:
    return frame(PriceShown, [{"listing_id": listing_id, "campaign_ref": "", "price_kopecks": kopecks}])


def only(hub: Hub) -> dict[str, Any]:
    with hub.engine.begin() as connection:
        return dict(connection.execute(select(listing_price)).mappings().one())


def test_a_price_that_was_taken_is_remembered_shown_or_not(hub: Hub, listing_id: int) -> None:
    book = PriceFigures(hub)
    for outcome, kopecks in (("pending", 90), ("accepted", 91)):
        book.note_sent(sent(listing_id, outcome, kopecks))
        assert PriceFigures(hub).kept("site").select("accepted_kopecks", "refused_kopecks").rows() == [(kopecks, None)]
        assert hub.clock.now() - only(hub)["accepted_at"] < timedelta(minutes=1)


def test_a_refused_price_is_remembered_until_one_is_taken(hub: Hub, listing_id: int) -> None:
    book = PriceFigures(hub)
    book.note_sent(sent(listing_id, "accepted", 80))
    book.note_sent(sent(listing_id, "refused", 90))
    row = book.kept("site").row(0, named=True)
    assert (row["accepted_kopecks"], row["refused_kopecks"], row["refused_at"] is None) == (80, 90, False)
    book.note_sent(sent(listing_id, "accepted", 95))
    row = book.kept("site").row(0, named=True)
    assert (row["accepted_kopecks"], row["refused_kopecks"], row["refused_at"]) == (95, None, None)


@pytest.mark.parametrize("outcome", ["unknown", "unsent"])
def test_what_nobody_knows_of_changes_nothing(hub: Hub, listing_id: int, outcome: str) -> None:
    PriceFigures(hub).note_sent(sent(listing_id, "accepted", 80))
    before = only(hub)
    PriceFigures(hub).note_sent(sent(listing_id, outcome))
    assert only(hub) == before


def test_what_is_shown_stands_beside_what_was_taken(hub: Hub, listing_id: int) -> None:
    book = PriceFigures(hub)
    book.note_sent(sent(listing_id, "accepted"))
    book.note_shown(shown(listing_id, 100))
    assert (only(hub)["accepted_kopecks"], only(hub)["shown_kopecks"]) == (90, 100)
    book.note_shown(shown(listing_id, None))
    book.note_sent(sent(listing_id, "refused", 95))
    assert (only(hub)["shown_kopecks"], only(hub)["refused_kopecks"]) == (None, 95)


def test_campaigns_and_channels_have_prices_of_their_own(hub: Hub, listing_id: int) -> None:
    book = PriceFigures(hub)
    book.note_sent(pl.concat([sent(listing_id, "accepted", 90, "7"), sent(listing_id, "refused", 95, "8")]))
    told = book.kept("site").sort("campaign_ref").select("campaign_ref", "accepted_kopecks", "refused_kopecks")
    assert told.rows() == [("7", 90, None), ("8", None, 95)]
    assert book.kept("other").is_empty()

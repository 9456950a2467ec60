from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl

from tasks.rules.price_writes import (
    PRICE_REFUSED_WAITS,
    offer_prices,
    price_differences,
    price_outcomes,
    price_refusals,
    prices_held_back,
    prices_overdue,
    settle_prices,
)
from tests.tasks.rules.shelf import frame
from validation.listings import ListingKept
from validation.prices import PriceOffered, PriceRemembered, PriceSent, PriceShown
from validation.quarantine import RowRefused

NOW = datetime(2026, 3, 8, 12, tzinfo=UTC)


def listings(*rows: tuple[int, bool]) -> pl.DataFrame:
    told = [
        {"listing_id": n, "item_id": n * 10, "item_ref": f"ref-{n}", "channel_sku": f"SKU-{n}", "refs": "{}", "is_live": is_live}
        for n, is_live in rows
    ]
    return frame(ListingKept, told)


def priced(*rows: tuple[int, str, int]) -> pl.DataFrame:
    schema = {"item_id": pl.Int64, "campaign_ref": pl.String, "price_kopecks": pl.Int64, "old_kopecks": pl.Int64, "why": pl.String}
    return pl.DataFrame([(*row, None, "«Розничная»") for row in rows], schema=schema, orient="row")


def offered(*rows: tuple[int, int] | tuple[int, int, str]) -> pl.DataFrame:
    told = [
        {
            "listing_id": n,
            "campaign_ref": "".join(place),
            "item_ref": f"ref-{n}",
            "channel_sku": f"SKU-{n}",
            "refs": "{}",
            "price_kopecks": price,
            "old_kopecks": None,
        }
        for n, price, *place in rows
    ]
    return frame(PriceOffered, told)


def shown(*rows: tuple[int, int | None] | tuple[int, int | None, str]) -> pl.DataFrame:
    return frame(PriceShown, [{"listing_id": n, "campaign_ref": "".join(place), "price_kopecks": price} for n, price, *place in rows])


def sent(*rows: tuple[int, int, str], **told: Any) -> pl.DataFrame:
    why: dict[str, Any] = {"reason": None, "sentence": None}
    return frame(
        PriceSent,
        [{"listing_id": n, "campaign_ref": "", "price_kopecks": price, "outcome": outcome} | why | told for n, price, outcome in rows],
    )


def remembered(listing_id: int, **told: Any) -> pl.DataFrame:
    nothing = dict.fromkeys(PriceRemembered.to_schema().columns)
    return frame(PriceRemembered, [nothing | {"listing_id": listing_id, "campaign_ref": ""} | told])


def refused_before(listing_id: int, price: int, ago: timedelta) -> pl.DataFrame:
    return remembered(listing_id, refused_kopecks=price, refused_at=NOW - ago)


def taken_before(listing_id: int, price: int, ago_s: float, **told: Any) -> pl.DataFrame:
    return remembered(listing_id, accepted_kopecks=price, accepted_at=NOW - timedelta(seconds=ago_s), **told)


def ids(rows: pl.DataFrame) -> list[int]:
    return rows["listing_id"].to_list()


def test_each_listing_asks_for_its_items_price_in_every_campaign() -> None:
    found = offer_prices(listings((1, True), (2, True)), priced((10, "7", 100), (10, "8", 120), (20, "7", 90)))
    assert found.select("listing_id", "campaign_ref", "price_kopecks").rows() == [(1, "7", 100), (1, "8", 120), (2, "7", 90)]


def test_a_listing_without_a_price_or_a_live_item_keeps_the_price_it_has() -> None:
    assert ids(offer_prices(listings((1, True), (2, False), (3, True)), priced((10, "", 100), (20, "", 100)))) == [1]


def test_only_what_is_not_shown_is_sent_and_what_rises_first() -> None:
    differing = price_differences(offered((1, 90), (2, 100), (3, 110), (4, 100)), shown((1, 100), (2, 100), (3, 100), (4, None)))
    assert ids(differing) == [3, 4, 1]


def test_a_listing_that_is_not_there_is_not_written_to() -> None:
    assert price_differences(offered((1, 90)), shown()).is_empty()


def test_campaigns_are_compared_each_with_its_own() -> None:
    differing = price_differences(offered((1, 90, "7"), (1, 95, "8")), shown((1, 90, "7"), (1, 90, "8")))
    assert differing["campaign_ref"].to_list() == ["8"]


def test_a_refused_price_waits_an_hour_unless_it_changed() -> None:
    differing = price_differences(offered((1, 90)), shown((1, 100)))
    just_now, long_ago = timedelta(minutes=59), PRICE_REFUSED_WAITS
    assert ids(prices_held_back(differing, refused_before(1, 90, just_now), NOW)) == []
    assert ids(prices_held_back(differing, refused_before(1, 90, long_ago), NOW)) == [1]
    assert ids(prices_held_back(differing, refused_before(1, 91, just_now), NOW)) == [1]
    assert ids(prices_held_back(differing, refused_before(2, 90, just_now), NOW)) == [1]


def test_what_is_read_back_decides_and_not_what_was_answered() -> None:
    differing = price_differences(offered((1, 90), (2, 90), (3, 90), (4, 90), (5, 90)), shown(*((n, 100) for n in range(1, 6))))
    answers = [
        sent((1, 90, "accepted"), (2, 90, "accepted"), (5, 90, "pending")),
        sent((3, 90, "refused"), (4, 90, "unknown"), reason="r", sentence="s"),
    ]
    settled = settle_prices(differing, answers, shown((1, 90), (2, 100), (3, 90), (4, 100), (5, 100)))
    assert dict(settled.select("listing_id", "outcome").iter_rows()) == {
        1: "accepted",
        2: "refused",
        3: "accepted",
        4: "unknown",
        5: "pending",
    }
    assert settled.filter(listing_id=2).select("reason").item() == "price_is_not_shown"
    assert "1,00 ₽ вместо 0,90 ₽" in settled.filter(listing_id=2)["sentence"].item()
    assert settled.filter(listing_id=3).select("reason", "sentence").row(0) == (None, None)


def test_a_success_whose_listing_shows_nothing_afterwards_is_no_success() -> None:
    differing = price_differences(offered((1, 90), (2, 90)), shown((1, 100), (2, 100)))
    settled = settle_prices(differing, [sent((1, 90, "accepted"), (2, 90, "accepted"))], shown((1, None)))
    assert settled["outcome"].to_list() == ["refused", "refused"]
    assert "без цены" in settled["sentence"][1]


def test_a_price_that_may_not_be_shown_yet_is_neither_sent_again_nor_a_refusal() -> None:
    differing = price_differences(offered((1, 90)), shown((1, 100)))
    assert ids(prices_held_back(differing, taken_before(1, 90, 899), NOW, shows_within_s=900)) == []
    assert ids(prices_held_back(differing, taken_before(1, 90, 900), NOW, shows_within_s=900)) == [1]
    assert ids(prices_held_back(differing, taken_before(1, 91, 899), NOW, shows_within_s=900)) == [1]
    assert ids(prices_held_back(differing, taken_before(1, 90, 0), NOW)) == [1]
    settled = settle_prices(differing, [sent((1, 90, "accepted"))], shown((1, 100)), shows_within_s=900)
    assert settled.select("outcome", "reason", "sentence").row(0) == ("pending", None, None)
    assert settle_prices(differing, [sent((1, 90, "accepted"))], shown((1, 90)), shows_within_s=900)["outcome"].to_list() == ["accepted"]


def test_a_price_whose_time_to_be_shown_is_over_is_told() -> None:
    differing = price_differences(offered((1, 90)), shown((1, 100)))
    late = prices_overdue(differing, taken_before(1, 90, 900), NOW, shows_within_s=900)
    assert late.select("outcome", "reason").row(0) == ("refused", "price_is_not_shown")
    assert "1,00 ₽ вместо 0,90 ₽" in late["sentence"][0]
    assert prices_overdue(differing, taken_before(1, 90, 899), NOW, shows_within_s=900).is_empty()
    assert prices_overdue(differing, taken_before(1, 91, 900), NOW, shows_within_s=900).is_empty()
    assert prices_overdue(differing, taken_before(1, 90, 900), NOW, shows_within_s=0).is_empty()
    refused = taken_before(1, 90, 900, refused_kopecks=90, refused_at=NOW)
    assert prices_overdue(differing, refused, NOW, shows_within_s=900).is_empty()


def test_refusals_are_known_by_code_and_campaign() -> None:
    differing = price_differences(offered((1, 90), (2, 90, "7")), shown((1, 100), (2, 100, "7")))
    answer = pl.concat(
        [
            sent((1, 90, "refused"), reason="r", sentence="s"),
            sent((2, 90, "refused"), reason="r", sentence="s").with_columns(campaign_ref=pl.lit("7")),
        ]
    )
    refused = RowRefused.validate(price_refusals(settle_prices(differing, [answer], shown()), differing))
    assert refused.select("entity", "key", "reason", "sentence").rows() == [("price", "SKU-1", "r", "s"), ("price", "SKU-2|7", "r", "s")]
    assert price_refusals(sent((1, 90, "accepted")), differing).is_empty()


def test_people_see_what_would_be_sent_and_what_came_of_it() -> None:
    differing = price_differences(offered((1, 90)), shown((1, 100)))
    assert price_outcomes(differing).rows() == [("SKU-1", "", 100, 90, "differing", None)]
    assert price_outcomes(differing, sent((1, 90, "accepted"))).rows() == [("SKU-1", "", 100, 90, "accepted", None)]

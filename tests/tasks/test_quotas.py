"""From the ledger, the sales and the settings to the targets of the offers."""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import polars as pl
import pytest

from adapters.hub.hub import Hub
from adapters.hub.offers import Offers
from adapters.settings import Settings
from tasks.quotas import offers_wanted, recipes_today, shelves
from tests.adapters.hub.sold_once.hand import HandClock
from tests.adapters.hub.sold_once.market import RECIPES, Market, settings_of_market
from tests.adapters.hub.sold_once.sender import Luck
from tests.adapters.hub.sold_once.truth import come_to_rest

Opens = Callable[..., Market]


@pytest.fixture
def opened(database_url: str) -> Iterator[Opens]:
    """Opens the small shop with so many irons and kettles, its channels connected and showing nothing."""
    clock = HandClock()
    with Hub(database_url, clock=clock) as hub:

        def opens(irons: int = 6, kettles: int = 6, settings: Settings | None = None) -> Market:
            market = Market(hub=hub, clock=clock, settings=settings or settings_of_market())
            market.open({"iron": irons, "kettle": kettles})
            return market

        yield opens


def targets(market: Market, column: str = "target_pcs") -> dict[tuple[str, str], Any]:
    """By channel and code."""
    frames = {name: Offers(market.hub).known(name) for name in market.told}
    return {(name, row["channel_sku"]): row[column] for name, known in frames.items() for row in known.iter_rows(named=True)}


def changed(**channels: dict[str, Any]) -> Settings:
    """The shop's settings with something else told of some channels."""
    told = settings_of_market()
    return told.model_copy(
        update={"channels": {name: one.model_copy(update=channels.get(name, {})) for name, one in told.channels.items()}}
    )


def test_everything_that_is_sold_somewhere_has_a_target_and_no_piece_has_two(opened: Opens) -> None:
    market = opened()
    assert market.renew()
    given = targets(market)
    assert None not in given.values()
    pieces: Counter[str] = Counter()
    for (_, sku), pcs in given.items():
        for ref, qty in RECIPES[sku]:
            pieces[ref] += qty * pcs
    assert sum(pieces.values()) > 0
    assert all(pieces[ref] <= 6 for ref in pieces)


def test_targets_are_not_set_again_before_something_moved_or_a_minute_passed(opened: Opens) -> None:
    market = opened()
    assert market.renew()
    assert not market.renew()
    market.reserve("iron")
    assert market.renew()
    assert not market.renew()
    market.clock.wait(61)
    assert market.renew()


def test_what_was_promised_at_the_checkout_is_offered_nowhere(opened: Opens) -> None:
    market = opened(irons=1, kettles=0)
    market.reserve("iron")
    market.renew()
    assert set(targets(market).values()) == {0}


def test_an_asking_site_leaves_its_share_in_the_pool(opened: Opens) -> None:
    market = opened(irons=3, kettles=0)
    market.renew()
    given = targets(market)
    assert given["wb", "iron"] + given["ozon", "iron"] < 3


def test_a_channel_that_sells_faster_gets_the_last_piece(opened: Opens) -> None:
    market = opened(irons=4, kettles=0)
    market.renew()
    market.want("ozon", "iron", 3)
    market.senders["ozon"].play(Luck())
    for _ in range(3):
        market.buy("ozon", "iron")
    market.wait(121)
    market.poll_all()
    market.renew()
    given = targets(market)
    assert (given["wb", "iron"], given["ozon", "iron"]) == (0, 1)


def test_a_bundle_with_another_recipe_sells_nothing_until_nothing_of_it_stands_exposed(opened: Opens) -> None:
    market = opened()
    market.want("wb", "set", 1)
    market.senders["wb"].play(Luck())
    assert market.told["wb"].shown["set"] == 1
    market.shop.execute("update bundle_recipe set pcs = 1 where component_ref = 'kettle'")
    market.renew()
    assert (targets(market)["wb", "set"], targets(market, "target_rule")["wb", "set"]) == (0, "frozen")
    for _ in range(5):
        market.wait(400)
        market.poll_all()
        market.play_rounds()
    assert targets(market, "recipe")["wb", "set"] == "[[1, 1], [2, 1]]"
    market.renew()
    assert targets(market)["wb", "set"] > 0


def test_a_lost_listing_is_given_nothing(opened: Opens) -> None:
    market = opened()
    market.shop.execute("update listing set lost_at = now() where channel = 'wb' and channel_sku = 'iron'")
    market.renew()
    given = targets(market)
    assert given["wb", "iron"] == 0
    assert given["ozon", "iron"] > 0


def test_a_listing_that_somebody_edited_is_given_nothing(opened: Opens) -> None:
    market = opened()
    market.told["wb"].show("iron", 5)
    market.senders["wb"].play(Luck())
    market.renew()
    assert (targets(market)["wb", "iron"], targets(market, "target_rule")["wb", "iron"]) == (0, "frozen")


def test_a_short_item_is_offered_nowhere_nor_is_a_bundle_of_it(opened: Opens) -> None:
    market = opened(irons=1, kettles=6)
    market.reserve("iron")
    market.lose("iron", 1)
    market.count()
    market.renew()
    given = targets(market)
    assert given.pop(("ozon", "kettle")) > 0
    assert set(given.values()) == {0}


def test_a_mirrored_item_has_no_quota(opened: Opens) -> None:
    mirror = settings_of_market().channels["wb"].mirror.model_copy(update={"articles": ["iron"]})
    market = opened(settings=changed(wb={"mirror": mirror}))
    market.shop.describe("iron")
    market.renew()
    given = targets(market)
    assert given["wb", "iron"] is None
    assert given["ozon", "iron"] > 0


def test_an_item_that_was_never_counted_there_has_no_target_rather_than_none(opened: Opens) -> None:
    market = opened(
        settings=changed(wb={"warehouses": {"1": ["nowhere"]}}, ozon={"warehouses": {"2": ["main"]}}, site={"places": ["main"]})
    )
    market.renew()
    given = targets(market)
    assert given["wb", "iron"] is None
    assert given["ozon", "iron"] > 0


def test_what_the_allocation_gives_comes_to_be_shown(opened: Opens) -> None:
    market = opened()
    market.renew()
    come_to_rest(market)
    market.renew()
    come_to_rest(market)
    assert targets(market) == {(name, sku): market.told[name].shown[sku] for name, sku in targets(market)}


def test_an_offer_stands_under_the_parts_of_its_bundle_and_an_item_under_itself(opened: Opens) -> None:
    market = opened()
    wanted = offers_wanted(market.listings("wb"), ["1", "9"], recipes_today(market.hub, market.settings))
    iron, kettle = market.item_ids["iron"], market.item_ids["kettle"]
    found = wanted.join(market.listings("wb"), on="listing_id").select("channel_sku", "warehouse_ref", "recipe").sort(pl.all())
    both = [("iron", f"[[{iron}, 1]]"), ("set", f"[[{iron}, 1], [{kettle}, 2]]")]
    assert found.rows() == [(sku, warehouse, recipe) for sku, recipe in both for warehouse in ("1", "9")]


@pytest.mark.parametrize(
    ("place_sets", "shelf_of"),
    [
        ([["a"], ["b"]], {"a": "a", "b": "b"}),
        ([["a"], ["b"], ["b", "a"]], {"a": "a", "b": "a"}),
        ([["a", "b"], ["c", "d"], ["d", "a"]], dict.fromkeys("abcd", "a")),
        ([["a"], None], {}),
    ],
    ids=["apart", "joined by a third", "chained", "somebody draws on all"],
)
def test_places_that_somebody_draws_on_together_are_one_shelf(place_sets: list[list[str] | None], shelf_of: dict[str, str]) -> None:
    assert shelves(place_sets) == shelf_of

"""A run of listings killed with -9 between sending and remembering, and run again, leaves what an undisturbed one leaves."""

from datetime import timedelta

import pytest

from adapters.hub.cards import Cards
from adapters.hub.hub import Hub
from adapters.hub.quarantine import Quarantine
from flows.listings import listings
from tests.flows.cabinets import Cabinets
from tests.flows.dying import run_and_die
from tests.flows.goods import rename, sell
from tests.flows.test_listings import cabinets, hub, names, sent, wait

__all__ = ["cabinets", "hub"]
pytestmark = [pytest.mark.usefixtures("prefect_server"), pytest.mark.slow]

MODULE = "tests.flows.publishing"


def test_cards_that_left_before_the_death_are_not_made_twice_and_stay_ours(hub: Hub, cabinets: Cabinets) -> None:
    sell(hub, "КР-7/2")
    run_and_die(MODULE, "wb", "cards")
    issued = Cards(hub).issued("wb").rows()
    wait(hub)
    listings(channel="wb")
    wait(hub)
    assert names(cabinets, "wb") == {"КР-7-2": "Утюг КР-7/2"}
    assert Cards(hub).issued("wb").rows() == issued
    rename(hub, "КР-7/2", "Другое имя")
    listings(channel="wb")
    wait(hub)
    assert names(cabinets, "wb") == {"КР-7-2": "Другое имя"}
    assert Quarantine(hub).list(source="wb").is_empty()


def test_prices_that_left_before_the_death_are_found_right(hub: Hub, cabinets: Cabinets) -> None:
    cabinets.put("ozon", {"А-1": (1, 900)})
    sell(hub, "А-1")
    run_and_die(MODULE, "ozon", "prices")
    assert cabinets.books("ozon")["А-1"][1] == 100_000
    wait(hub, timedelta(minutes=1))
    assert sent(listings(channel="ozon")) == {"ozon cards": 0, "ozon prices": 0}
    assert Quarantine(hub).list(source="ozon").is_empty()

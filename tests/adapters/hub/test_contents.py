from adapters.hub.contents import contents
from adapters.hub.hub import Hub
from tests.adapters.hub.export import Onec, count, offer, price, product


def test_an_empty_hub_holds_nothing(hub: Hub) -> None:
    assert contents(hub) == {"products": 0, "offers": 0, "prices": 0, "counts": 0}


def test_rows_are_counted_by_kind(hub: Hub) -> None:
    Onec(hub).send(
        product=[product("iron"), product("mat")],
        offer=[offer("iron#red"), offer("iron#blue")],
        price=[price("iron#red", 100), price("iron#red", 90, "wholesale"), price("iron#blue", 100)],
        count=[count("iron#red", 1, "north"), count("iron#red", 0, "south")],
    )
    assert contents(hub) == {"products": 2, "offers": 2, "prices": 3, "counts": 2}


def test_an_offer_whose_card_never_came_does_not_count_and_neither_do_its_figures(hub: Hub) -> None:
    Onec(hub).send(offer=[offer("ghost")], price=[price("ghost", 100)], count=[count("ghost", 1)])
    assert contents(hub) == {"products": 0, "offers": 0, "prices": 0, "counts": 0}


def test_a_card_of_another_base_describes_nothing_here(hub: Hub) -> None:
    Onec(hub, source="other").send(product=[product("iron")])
    Onec(hub).send(offer=[offer("iron")])
    assert contents(hub) == {"products": 1, "offers": 0, "prices": 0, "counts": 0}

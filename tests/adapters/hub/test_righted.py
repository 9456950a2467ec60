"""Rows that leave the quarantine although 1C does not send the very same row again."""

import pytest

from adapters.hub.hub import Hub
from adapters.hub.quarantine import Quarantine
from tests.adapters.hub.export import Onec, count, offer, product, recipe, refused


@pytest.fixture
def onec(hub: Hub) -> Onec:
    return Onec(hub)


@pytest.fixture
def quarantine(hub: Hub) -> Quarantine:
    return Quarantine(hub)


def test_a_recipe_is_taken_when_the_part_it_waited_for_comes(onec: Onec, quarantine: Quarantine) -> None:
    onec.send(product=[product("set"), product("mat")], recipe=[recipe("set", "mat", 2), recipe("set", "ghost#red"), recipe("set", "elf")])
    assert onec.rows("select 1 from bundle_recipe") == []
    onec.send(product=[product("ghost")])
    assert onec.rows("select 1 from bundle_recipe") == []
    assert quarantine.counts()["component_is_known"] == 2
    onec.send(product=[product("elf")])
    assert onec.rows("select component_ref, pcs from bundle_recipe order by 1") == [("elf", 1), ("ghost#red", 1), ("mat", 2)]
    assert quarantine.counts() == {}


def test_waiting_for_a_part_is_not_counted_as_seen_again(onec: Onec) -> None:
    onec.send(product=[product("set")], recipe=[recipe("set", "ghost")])
    onec.send(product=[product("mat")])
    assert onec.one("select times from quarantine") == 1


def test_a_recipe_that_was_restated_without_the_missing_part_is_not_taken_back(onec: Onec, quarantine: Quarantine) -> None:
    onec.send(product=[product("set"), product("mat")], recipe=[recipe("set", "mat"), recipe("set", "ghost")])
    onec.send(recipe=[recipe("set", "mat", 3)])
    onec.send(product=[product("ghost")])
    assert onec.rows("select component_ref, pcs from bundle_recipe") == [("mat", 3)]
    assert quarantine.counts() == {}


def test_a_recipe_with_another_fault_waits_for_that_to_be_mended(onec: Onec) -> None:
    bad = refused("recipe", "set|mat", "recipe_pcs_is_whole", bundle_ref="set")
    onec.send(product=[product("set"), product("mat")], recipe=[recipe("set", "ghost")], refused=bad)
    onec.send(product=[product("ghost")])
    assert onec.rows("select 1 from bundle_recipe") == []


def test_figures_that_state_an_item_as_a_whole_right_it_at_every_place(onec: Onec, quarantine: Quarantine) -> None:
    onec.send(product=[product("iron")], offer=[offer("iron")], refused=refused("count", "iron|", "count_is_a_number"))
    onec.send(count=[count("iron", 1, "north")])
    assert quarantine.counts() == {"count_is_a_number": 1}
    onec.send(count=[count("iron", 1, "north", is_whole=True)])
    assert quarantine.counts() == {}

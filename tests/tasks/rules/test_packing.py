"""Boxes: nothing is lost, nothing is too heavy, what nobody weighed stays unknown."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.rules.packing import ToPack, packed
from tasks.rules.shipping_rules import Box, ShippingRules

RULES = ShippingRules(package_most_g=1000)


def test_light_things_go_together_the_heaviest_first() -> None:
    boxes = packed([ToPack(line_ref="pin", pcs=2, weight_g=100), ToPack(line_ref="iron", pcs=1, weight_g=800)], RULES)
    assert [(dict(box.pcs), box.weight_g) for box in boxes] == [({"iron": 1, "pin": 2}, 1000)]


def test_what_is_too_heavy_for_one_box_goes_into_several_and_a_giant_alone() -> None:
    boxes = packed([ToPack(line_ref="iron", pcs=3, weight_g=500), ToPack(line_ref="safe", pcs=1, weight_g=9000)], RULES)
    assert [(dict(box.pcs), box.weight_g) for box in boxes] == [({"safe": 1}, 9000), ({"iron": 2}, 1000), ({"iron": 1}, 500)]


def test_the_box_itself_weighs_too() -> None:
    (box,) = packed([ToPack(line_ref="iron", pcs=1, weight_g=500)], ShippingRules(packing_g=150))
    assert box.weight_g == 650


def test_a_weight_that_nobody_knows_leaves_the_box_without_one_unless_the_shop_says_what_is_usual() -> None:
    lines = [ToPack(line_ref="iron", pcs=2), ToPack(line_ref="pin", pcs=1, weight_g=100)]
    assert [box.weight_g for box in packed(lines, RULES)] == [None]
    assert [box.weight_g for box in packed(lines, ShippingRules(usual_g=400))] == [900]


def test_units_lie_flat_on_each_other_and_unknown_sides_are_the_shops_box() -> None:
    known = ToPack(line_ref="iron", pcs=2, weight_g=100, sides_mm=(100, 300, 200))
    assert packed([known], RULES)[0].sides_mm == (300, 200, 200)
    lines = [known, ToPack(line_ref="pin", pcs=1, weight_g=100)]
    assert packed(lines, RULES)[0].sides_mm is None
    box = Box(length_mm=400, width_mm=300, height_mm=200)
    assert packed(lines, ShippingRules(box=box))[0].sides_mm == (400, 300, 200)


@given(
    st.lists(st.tuples(st.integers(1, 20), st.integers(1, 1500)), min_size=1, max_size=6),
    st.integers(0, 200),
)
def test_every_unit_is_in_one_box_and_no_box_but_a_giants_is_too_heavy(told: list[tuple[int, int]], packing_g: int) -> None:
    rules = ShippingRules(package_most_g=1000, packing_g=packing_g)
    lines = [ToPack(line_ref=str(at), pcs=pcs, weight_g=weight) for at, (pcs, weight) in enumerate(told)]
    boxes = packed(lines, rules)
    counted = sum((Counter(dict(box.pcs)) for box in boxes), Counter[str]())
    assert counted == Counter({line.line_ref: line.pcs for line in lines})
    weights = {line.line_ref: line.weight_g or 0 for line in lines}
    for box in boxes:
        assert box.weight_g == packing_g + sum(weights[ref] * pcs for ref, pcs in box.pcs.items())
        assert box.weight_g <= 1000 or sum(box.pcs.values()) == 1
    assert packed(list(reversed(lines)), rules) == boxes


@pytest.mark.parametrize("pcs", [1, 7])
def test_the_same_lines_give_the_same_boxes(pcs: int) -> None:
    lines = [ToPack(line_ref="b", pcs=pcs, weight_g=300), ToPack(line_ref="a", pcs=pcs, weight_g=300)]
    assert packed(lines, RULES) == packed(lines[::-1], RULES)

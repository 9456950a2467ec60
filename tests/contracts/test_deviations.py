"""The deviations themselves. That each is needed is asserted where its vendor is walked."""

import pytest

from tests.contracts.deviation import Deviation
from tests.contracts.deviations import DEVIATIONS, OZON, WILDBERRIES, WOOCOMMERCE


def test_their_number_is_known() -> None:
    assert (len(OZON), len(WILDBERRIES), len(WOOCOMMERCE)) == (20, 2, 33)
    assert len(DEVIATIONS) == 55
    assert len({one.name for one in DEVIATIONS}) == len(DEVIATIONS)


def test_each_says_who_contradicts_the_spec() -> None:
    assert all(one.source for one in DEVIATIONS)


def test_one_that_finds_nothing_to_be_read_otherwise_says_so() -> None:
    schema = {"type": "object", "properties": {"stocks": {"type": "array", "items": {"type": "object", "properties": {"sku": {}}}}}}
    gone = Deviation("ozon", "POST /", "request", "/stocks/*/sku", "optional", "nobody")
    with pytest.raises(LookupError):
        gone.applied(schema)
    with pytest.raises(LookupError):
        gone._replace(field="/goods/*/sku", change="schema", schema={}).applied(schema)


def test_one_changes_a_copy() -> None:
    schema = {"anyOf": [{"type": "null"}, {"type": "object", "properties": {"sku": {"type": "string"}}, "required": ["sku"]}]}
    free = Deviation("ozon", "POST /", "request", "/sku", "optional", "nobody").applied(schema)
    assert free["anyOf"][1]["required"] == []
    assert schema["anyOf"][1]["required"] == ["sku"]  # type: ignore[index]

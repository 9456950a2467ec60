"""Lines of an order."""

import pytest
from pydantic import TypeAdapter

from adapters.retailcrm import answers
from adapters.retailcrm.lines import Offers, goods
from adapters.retailcrm.money import kopecks, roubles

ITEMS = TypeAdapter(list[answers.Item])


def test_a_cancelled_line_is_not_told() -> None:
    told = b'[{"id": 1, "quantity": 2, "offer": {"xmlId": "a"}}, {"id": 2, "quantity": 3, "offer": {"xmlId": "a"}, "isCanceled": true}]'
    assert [(one.names, one.pcs) for one in goods(ITEMS.validate_json(told))] == [(("a",), 2)]


@pytest.mark.parametrize("errors", [[], ["status: bad"], ["items[5].offer.xmlId: not found"], ["items[0].quantity: bad"]])
def test_a_refusal_of_something_else_teaches_nothing_of_offers(errors: list[str]) -> None:
    offers = Offers()
    assert not offers.learn([{"offer": {"xmlId": "a"}}], errors)
    assert offers.named("a") == {"xmlId": "a"}


def test_an_offer_is_tried_under_both_keys_and_then_no_more() -> None:
    offers = Offers()
    tried = []
    while (offer := offers.named("a")) is not None:
        tried.append(offer)
        assert offers.learn([{"productName": "b"}, {"offer": offer}], ["items[1].offer.id: Offer not found."])
    assert tried == [{"xmlId": "a"}, {"externalId": "a"}]


@pytest.mark.parametrize("sum_kopecks", [0, 1, 29, 100, 129905, 999999999999])
def test_roubles_come_back_as_the_kopecks_they_were(sum_kopecks: int) -> None:
    item = ITEMS.validate_json(f'[{{"id": 1, "quantity": 1, "initialPrice": {roubles(sum_kopecks)!r}}}]')[0]
    assert kopecks(item.initial_price) == sum_kopecks

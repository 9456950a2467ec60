"""What may be judged again, and what has no file behind it."""

import json

import polars as pl
import pytest

from adapters.hub.channel_refusals import ChannelRefusals
from adapters.hub.hub import Hub
from adapters.hub.quarantine import Quarantine
from adapters.hub.retries import Retries
from adapters.onec.reader import COLUMNS
from tests.adapters.hub.export import Onec, refused
from validation.quarantine import NONE_REFUSED


def put_channels_row(hub: Hub, entity: str) -> None:
    payload = json.dumps(dict.fromkeys(COLUMNS.get(entity, ("channel_sku",)), "x"))
    row = pl.DataFrame([(entity, "A", "channel_rejects", "почему", None, payload)], schema=NONE_REFUSED.schema, orient="row")
    ChannelRefusals(hub).settle("site", entity=entity, keys=[], refused=row)


@pytest.mark.parametrize("entity", ["listing", "stock", "price"])
def test_a_channels_row_has_no_file_and_stays_where_it_is(hub: Hub, entity: str) -> None:
    put_channels_row(hub, entity)
    assert Quarantine(hub).list()["feed_id"].to_list() == [None]
    assert Retries(hub).enqueue() == []
    assert Quarantine(hub).counts() == {"channel_rejects": 1}


def test_a_channels_row_does_not_hinder_a_row_of_1c(hub: Hub) -> None:
    put_channels_row(hub, "price")
    Onec(hub).send(refused=refused("price", "iron|retail", "price_is_positive", **dict.fromkeys(COLUMNS["price"][1:], "0")))
    assert len(Retries(hub).enqueue()) == 1

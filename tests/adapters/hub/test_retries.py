"""What may be judged again, and what has no file behind it."""

import json

import polars as pl
import pytest
from sqlalchemy import update

from adapters.hub.channel_refusals import ChannelRefusals
from adapters.hub.hub import Hub
from adapters.hub.quarantine import Quarantine
from adapters.hub.retries import Retries
from adapters.hub.tables.journal import quarantine
from adapters.onec.reader import COLUMNS
from tests.adapters.hub.export import NOON, Onec, barcode, offer, product, recipe, refused
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


WHOLE = dict.fromkeys(COLUMNS["price"][1:], "0")


def test_rows_of_one_file_go_together_and_keep_its_base_and_stamp(hub: Hub) -> None:
    main, other = Onec(hub), Onec(hub, source="other")
    main.send(refused=refused("price", "iron|retail", "price_is_positive", **WHOLE))
    main.send(name="a.xml", refused=pl.concat([refused("price", f"{ref}|retail", "price_is_positive", **WHOLE) for ref in ("mat", "pan")]))
    other.send(refused=refused("price", "iron|retail", "price_is_positive", **WHOLE), said={"formed_at": None})
    feeds = [main.inbox.feed(feed_id) for feed_id in Retries(hub).enqueue()]
    assert [(feed.source, feed.name, feed.state, feed.kind) for feed in feeds] == [
        ("main", "карантин из import0_1.xml", "waiting", "rows"),
        ("main", "карантин из a.xml", "waiting", "rows"),
        ("other", "карантин из import0_1.xml", "waiting", "rows"),
    ]
    headers = [head(main, feed.feed_id) for feed in feeds]
    assert [(header["formed_at"], rows) for header, rows in headers] == [(NOON.isoformat(), 1), (NOON.isoformat(), 2), (None, 1)]


def test_only_the_chosen_rows_are_tried(hub: Hub) -> None:
    onec = Onec(hub)
    onec.send(refused=pl.concat([refused("price", f"{ref}|retail", "price_is_positive", **WHOLE) for ref in ("iron", "mat")]))
    chosen = Quarantine(hub).list()["quarantine_id"].to_list()[0]
    (feed_id,) = Retries(hub).enqueue(ids=[chosen])
    assert head(onec, feed_id)[1] == 1
    assert Retries(hub).enqueue(ids=[]) == []
    assert Retries(hub).enqueue(entity="product") == []


def test_a_row_tried_twice_does_not_gather_names(hub: Hub) -> None:
    onec = Onec(hub)
    onec.send(refused=refused("price", "iron|retail", "price_is_positive", **WHOLE))
    (first,) = Retries(hub).enqueue()
    with hub.engine.begin() as connection:
        connection.execute(update(quarantine).values(feed_id=first))
    (second,) = Retries(hub).enqueue()
    assert onec.inbox.feed(second).name == "карантин из import0_1.xml"


def test_what_comparing_rows_found_is_left(hub: Hub) -> None:
    onec = Onec(hub)
    same = "4600000000015"
    onec.send(
        product=[product("iron"), product("mat")], barcode=[barcode("iron", same, "product"), barcode("iron", "4600000000022", "product")]
    )
    onec.send(
        offer=[offer("ghost")], product=[product("iron", article="1"), product("mat", article="1")], recipe=[recipe("iron", "nowhere")]
    )
    onec.send(offer=[offer("iron"), offer("mat")])
    assert set(Quarantine(hub).counts()) == {"is_not_repeated", "product_is_unknown", "article_repeats", "component_is_known"}
    assert Retries(hub).enqueue() == []


def head(onec: Onec, feed_id: int) -> tuple[dict[str, object], int]:
    """The first line of a file of rows, and how many rows follow."""
    first, *rows = b"".join(onec.inbox.body(feed_id)).splitlines()
    return json.loads(first), len(rows)

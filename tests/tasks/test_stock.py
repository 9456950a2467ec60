from datetime import date

from sqlalchemy import insert

from adapters.hub.hub import Hub
from adapters.hub.tables.catalog import item
from adapters.hub.tables.ledger import ledger_balance
from tasks.stock import read_free

TODAY = date(2026, 3, 8)


def shelve(hub: Hub, ref: str, **pcs: int) -> int:
    """An item with so many free pieces at each place."""
    named = {"source": "main", "item_ref": ref, "product_ref": ref, "feed_id": 1, "changed_at": hub.clock.now()}
    with hub.engine.begin() as connection:
        item_id = int(connection.execute(insert(item).values(**named).returning(item.c.item_id)).scalar_one())
        for place, figure in pcs.items():
            connection.execute(insert(ledger_balance).values(item_id=item_id, place=place, account="pool", pcs=figure))
    return item_id


def free(hub: Hub, places: list[str] | None) -> dict[int, int]:
    return dict(read_free(hub, {"": places}, TODAY).select("item_id", "pcs").rows())


def test_a_channel_draws_on_its_own_places_only(hub: Hub) -> None:
    here, elsewhere, uncounted = shelve(hub, "a", near=2, far=5), shelve(hub, "b", far=3), shelve(hub, "c")
    assert free(hub, None) == {here: 7, elsewhere: 3}
    assert free(hub, ["near"]) == {here: 2, elsewhere: 0}
    assert uncounted not in free(hub, ["near"])

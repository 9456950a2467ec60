"""Several tell at once: of a line no more comes back than was sold, and the same return is one."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy.exc import IntegrityError

from adapters.hub import return_recording
from adapters.hub.hub import Hub
from adapters.hub.returns import ReturnsRecorded
from tasks.rules.returns import Batch, Placed
from tests.adapters.hub.return_shop import ReturnShop, brought, coming

AT_ONCE = 8


@pytest.fixture
def shop(hub: Hub) -> ReturnShop:
    return ReturnShop(hub)


def test_many_rows_at_once_bring_back_what_was_sold_and_not_a_piece_more(shop: ReturnShop) -> None:
    shop.ships(3)

    def one(number: int) -> ReturnsRecorded:
        return shop.written(brought(f"row-{number}"))

    with ThreadPoolExecutor(AT_ONCE) as pool:
        recorded = list(pool.map(one, range(AT_ONCE)))
    assert sum(told.count("taken") for told in recorded) == 3
    assert sum(told.count("refused") for told in recorded) == AT_ONCE - 3
    assert shop.returned() == 3


def test_all_who_tell_of_one_return_at_once_tell_of_one(shop: ReturnShop) -> None:
    shop.ships(2)

    def one(number: int) -> ReturnsRecorded:
        return shop.told(f"source-{number}", coming("r", pcs=2))

    with ThreadPoolExecutor(AT_ONCE) as pool:
        recorded = list(pool.map(one, range(AT_ONCE)))
    assert len({return_id for told in recorded for row in told.rows for return_id in row.return_ids}) == 1
    assert shop.returned() == 2


def test_the_table_itself_refuses_more_than_was_sold(shop: ReturnShop, monkeypatch: pytest.MonkeyPatch) -> None:
    def careless(batches: tuple[Batch, ...], source: str, return_ref: str, pcs: int, *, sold_pcs: int) -> Placed:
        return Placed(batches=(*batches, Batch(pcs=pcs, tellers={source: return_ref})))

    monkeypatch.setattr(return_recording, "place", careless)
    shop.ships(1)
    shop.written(brought("a"))
    with pytest.raises(IntegrityError, match="no_more_than_sold"):
        shop.written(brought("b"))
    assert shop.returned() == 1

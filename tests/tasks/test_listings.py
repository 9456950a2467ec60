from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any, cast

import polars as pl
import pytest

from adapters.capabilities import SellsCatalog
from adapters.channel_settings import OzonSettings
from adapters.clock import Clock
from adapters.errors import OutcomeUnknown, SyncError, Unavailable
from adapters.hub.cards import Cards
from adapters.hub.hub import Hub
from adapters.hub.listings import Listings
from adapters.hub.quarantine import Quarantine
from tasks.listings import Goods, hear_results, look_under_codes, priced, send_cards
from tests.adapters.hub.test_cards import codes
from tests.adapters.hub.test_listings import put_item
from tests.tasks.rules.shelf import frame, items, kept
from tests.tasks.rules.test_card_writes import CARD, refused_row
from validation.listings import CardSent, CardWanted, ListingFound
from validation.quarantine import NONE_REFUSED, Judged

SPEED = 40.0
"""The minute that a run stays to hear is a second and a half."""


class Shop:
    """A channel that answers as it was told to; what is ``there`` is found."""

    def __init__(self, *answers: str, there: Sequence[str] = (), archived: Sequence[str] = (), fails: SyncError | None = None) -> None:
        self.answers, self.there, self.archived, self.fails = list(answers), there, archived, fails
        self.asked = 0

    def find_listings(self, skus: Sequence[str]) -> Judged:
        found = frame(ListingFound, [{"channel_sku": sku, "refs": "{}"} for sku in skus if sku in self.there])
        return Judged(found, pl.concat([NONE_REFUSED, *(refused_row(sku) for sku in skus if sku in self.archived)]))

    def send_cards(self, cards: pl.DataFrame) -> pl.DataFrame:
        if self.fails:
            raise self.fails
        return self._told(cards)

    def read_card_results(self, pending: pl.DataFrame) -> pl.DataFrame:
        self.asked += 1
        return self._told(pending)

    def _told(self, cards: pl.DataFrame) -> pl.DataFrame:
        outcome = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        is_bad, is_pending = outcome == "refused", outcome == "pending"
        why = {"reason": "card_is_refused" if is_bad else None, "sentence": "Нет." if is_bad else None}
        rows = [(*row, outcome, "172" if is_pending else None, *why.values()) for row in cards.select("item_id", "channel_sku").rows()]
        schema = {name: column.dtype.type for name, column in CardSent.to_schema().columns.items()}
        return CardSent.validate(pl.DataFrame(rows, schema=schema, orient="row"))


@pytest.fixture
def hub(hub: Hub, database_url: str) -> Any:
    """On a fast clock."""
    with Hub(database_url, clock=Clock(epoch_at=datetime.now(UTC), speed=SPEED)) as fast:
        yield fast


@pytest.fixture
def wanted(hub: Hub) -> pl.DataFrame:
    """One new card under an issued code."""
    item_id = put_item(hub, "a", "А-1")
    Cards(hub).issue("wb", codes(**{"А-1": item_id}))
    return frame(CardWanted, [CARD | {"item_id": item_id, "channel_sku": "А-1", "content_hash": "h1"}])


def send(hub: Hub, shop: Shop, wanted: pl.DataFrame) -> pl.DataFrame:
    return send_cards.fn(hub, "wb", cast("SellsCatalog", shop), wanted)


def hear(hub: Hub, shop: Shop, *, waits: bool = True) -> list[str]:
    heard: pl.DataFrame = hear_results.fn(hub, "wb", cast("SellsCatalog", shop), waits=waits)
    return heard["outcome"].to_list()


def card(hub: Hub) -> dict[str, Any]:
    return Cards(hub).kept("wb").row(0, named=True)


def test_a_run_stays_to_hear_what_became_of_its_cards(hub: Hub, wanted: pl.DataFrame) -> None:
    shop = Shop("pending", "pending", "accepted")
    send(hub, shop, wanted)
    assert hear(hub, shop) == ["accepted"]
    assert (shop.asked, card(hub)["accepted_hash"], card(hub)["task_ref"]) == (2, "h1", None)


def test_what_is_not_decided_within_the_minute_is_the_next_runs_to_hear(hub: Hub, wanted: pl.DataFrame) -> None:
    shop = Shop("pending")
    send(hub, shop, wanted)
    assert hear(hub, shop, waits=False) == []
    assert shop.asked == 1
    assert hear(hub, shop) == []
    assert shop.asked > 2
    assert hear(hub, Shop("accepted"), waits=False) == ["accepted"]
    assert hear(hub, Shop("accepted")) == []


@pytest.mark.parametrize(("there", "is_ours"), [((), False), (("А-1",), True)])
def test_a_refused_card_is_ours_where_it_is_there_all_the_same(
    hub: Hub, wanted: pl.DataFrame, there: tuple[str, ...], is_ours: bool
) -> None:
    send(hub, Shop("pending"), wanted)
    assert hear(hub, Shop("refused", there=there)) == ["refused"]
    assert (card(hub)["is_ours"], card(hub)["refs"] is not None) == (is_ours, is_ours)
    assert Quarantine(hub).list()["key"].to_list() == ["А-1"]


@pytest.mark.parametrize(
    ("error", "is_ours"),
    [(Unavailable("Нет ответа.", system="wb"), False), (OutcomeUnknown("Неизвестно.", system="wb"), True)],
    ids=["nothing left", "nobody knows"],
)
def test_a_card_that_may_have_left_is_ours_and_one_that_has_not_is_nobodys(
    hub: Hub, wanted: pl.DataFrame, error: SyncError, is_ours: bool
) -> None:
    with pytest.raises(type(error)):
        send(hub, Shop(fails=error), wanted)
    assert card(hub)["is_ours"] is is_ours


def test_a_refusal_is_in_the_quarantine_before_the_book_forgets_to_ask(
    hub: Hub, wanted: pl.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(hub, Shop("pending"), wanted)

    def dies(*_: Any) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as killed:
        killed.setattr(Cards, "note_sent", dies)
        with pytest.raises(ZeroDivisionError):
            hear(hub, Shop("refused"))
    assert Quarantine(hub).list().height == 1
    assert hear(hub, Shop("refused")) == ["refused"]


def test_what_is_there_under_a_new_code_is_the_items_and_what_cannot_be_sold_by_is_told(hub: Hub, wanted: pl.DataFrame) -> None:
    shop = cast("SellsCatalog", Shop(archived=["А-1"]))
    assert look_under_codes.fn(hub, "wb", shop, wanted).refused["key"].to_list() == ["А-1"]
    assert Quarantine(hub).list()["reason"].to_list() == ["listing_is_archived"]
    look_under_codes.fn(hub, "wb", cast("SellsCatalog", Shop(there=["А-1"])), wanted)
    assert Listings(hub).offered("wb")["channel_sku"].to_list() == ["А-1"]
    assert Quarantine(hub).list().is_empty()


def test_prices_are_made_of_what_is_sold_there_only() -> None:
    told = {"kind": "ozon", "client_id": "1", "api_key": "k", "warehouses": {"1": []}, "prices": {"price_type": "Розничная"}}
    settings = OzonSettings.model_validate(told)
    goods = Goods(
        date(2026, 3, 8),
        items({}, {}),
        kept((1, "Розничная", 100)),
        pl.DataFrame(schema={"bundle_id": pl.Int64, "component_id": pl.Int64, "pcs": pl.Int64, "promotion": pl.String}),
    )
    assert priced(goods, settings).refused["reason"].to_list() == ["price_is_missing"]
    made = priced(goods, settings, pl.DataFrame({"item_id": [1]}))
    assert (made.passed["item_id"].to_list(), made.refused.height) == ([1], 0)
    assert priced(goods, settings.model_copy(update={"prices": None})).passed.is_empty()

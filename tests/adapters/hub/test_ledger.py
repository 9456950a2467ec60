"""The ledger on a real hub: counts, carts, orders, reports, cancellations."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from adapters.hub.hub import Hub
from adapters.hub.incidents import Incidents
from adapters.hub.journal import Journal
from adapters.hub.ledger import Shortage, Taken, Wanted
from adapters.hub.ledger_moves import Movement, Overdrawn, move
from tests.adapters.hub.shop import SOURCE, Shop, minute, our_minute


@pytest.fixture
def shop(hub: Hub) -> Shop:
    """An empty shop."""
    return Shop(hub)


def sell(shop: Shop, item_id: int, pcs: int = 1, *, number: str = "1", returns_to: str | None = None) -> Taken | list[Shortage]:
    """An order of one line."""
    line = Wanted(item_id=item_id, pcs=pcs, line_ref=f"{number}-1")
    return shop.ledger.sell([line], source=SOURCE, order_number=number, reference=f"sale-{number}", returns_to=returns_to)


def leave(shop: Shop, item_id: int, pcs: int) -> None:
    """1C ships order 1 and says so, then counts ``pcs``."""
    shop.hand_over("1")
    shop.report("1", {"iron": 1}, formed_at=minute(1), received_at=our_minute(1))
    shop.count({item_id: pcs}, formed_at=minute(2), began_at=our_minute(2))
    shop.ledger.post_counts()


def test_a_first_count_is_the_pool(shop: Shop) -> None:
    item_id = shop.add_item()
    shop.count({item_id: 5})
    posting = shop.ledger.post_counts()
    assert (posting.items, posting.places, posting.moved_in, posting.moved_out) == (1, 1, 5, 0)
    assert shop.accounts(item_id) == {"pool": 5}
    shop.assert_conserved()


def test_posting_twice_moves_nothing(shop: Shop) -> None:
    item_id = shop.stock(5)
    assert shop.ledger.post_counts().places == 0
    assert shop.accounts(item_id) == {"pool": 5}


def test_the_difference_goes_to_the_pool_which_may_owe(shop: Shop) -> None:
    item_id = shop.stock(5)
    shop.ledger.take([Wanted(item_id=item_id, pcs=4)], to_account="hold:a", reason="held", reference="a")
    shop.count({item_id: 2}, formed_at=minute(1))
    posting = shop.ledger.post_counts()
    assert posting.moved_out == 3
    assert shop.accounts(item_id) == {"pool": -2, "hold:a": 4}
    shop.assert_conserved()


def test_a_whole_cart_or_nothing_and_every_shortage_is_named(shop: Shop) -> None:
    iron, kettle, pan = shop.stock(1), shop.stock(0, ref="kettle"), shop.stock(2, ref="pan")
    cart = [Wanted(item_id=iron, pcs=1), Wanted(item_id=kettle, pcs=1), Wanted(item_id=pan, pcs=3)]
    refused = shop.ledger.take(cart, to_account="hold:a", reason="held", reference="a")
    assert refused == [
        Shortage(item_id=kettle, place=None, wanted_pcs=1, free_pcs=0),
        Shortage(item_id=pan, place=None, wanted_pcs=3, free_pcs=2),
    ]
    assert shop.accounts(iron) == {"pool": 1}


def test_the_same_taking_twice_takes_once_and_answers_the_same(shop: Shop) -> None:
    item_id = shop.stock(5)
    take: Callable[[], Taken | list[Shortage]] = lambda: shop.ledger.take(  # noqa: E731
        [Wanted(item_id=item_id, pcs=2)], to_account="hold:a", reason="held", reference="a"
    )
    assert take() == take()
    assert shop.accounts(item_id) == {"pool": 3, "hold:a": 2}


def test_a_refused_taking_may_be_tried_again(shop: Shop) -> None:
    item_id = shop.stock(0)
    cart = [Wanted(item_id=item_id, pcs=1)]
    assert isinstance(shop.ledger.take(cart, to_account="hold:a", reason="held", reference="a"), list)
    shop.count({item_id: 1}, formed_at=minute(1))
    shop.ledger.post_counts()
    assert isinstance(shop.ledger.take(cart, to_account="hold:a", reason="held", reference="a"), Taken)
    assert shop.accounts(item_id) == {"pool": 0, "hold:a": 1}


def test_a_taking_draws_on_places_in_the_order_stated(shop: Shop) -> None:
    item_id = shop.stock(2, place="a")
    shop.count({item_id: 2}, place="b")
    shop.ledger.post_counts()
    cart = [Wanted(item_id=item_id, pcs=3)]
    shop.ledger.take(cart, to_account="hold:x", reason="held", reference="x", places=["b", "a"])
    assert shop.accounts(item_id, "b") == {"pool": 0, "hold:x": 2}
    assert shop.accounts(item_id, "a") == {"pool": 1, "hold:x": 1}


def test_what_was_taken_is_given_back_once(shop: Shop) -> None:
    item_id = shop.stock(3)
    shop.ledger.take([Wanted(item_id=item_id, pcs=2)], to_account="hold:a", reason="held", reference="a")
    assert sum(part.pcs for part in shop.ledger.give_back(reference="a", reason="expired").pieces) == 2
    assert shop.ledger.give_back(reference="a", reason="expired").pieces == ()
    assert shop.accounts(item_id) == {"pool": 3}
    shop.assert_conserved()


def test_only_what_a_hold_still_holds_is_given_back(shop: Shop) -> None:
    item_id = shop.stock(3)
    shop.ledger.take([Wanted(item_id=item_id, pcs=2)], to_account="hold:a", reason="held", reference="a")
    line = Wanted(item_id=item_id, pcs=1, line_ref="1-1")
    shop.ledger.sell([line], source=SOURCE, order_number="1", reference="1", from_account="hold:a")
    shop.ledger.give_back(reference="a", reason="expired")
    assert shop.accounts(item_id) == {"pool": 2, "sold:1-1": 1}


def test_a_sale_repeated_by_its_reference_sells_once(shop: Shop) -> None:
    item_id = shop.stock(3)
    assert sell(shop, item_id) == sell(shop, item_id)
    assert shop.accounts(item_id) == {"pool": 2, "sold:1-1": 1}
    shop.assert_conserved()


def test_an_account_never_gives_more_than_it_holds(shop: Shop) -> None:
    item_id = shop.stock(1)
    wish = Movement(item_id, "main", "pool", "hold:a", 2, "held")
    with pytest.raises(Overdrawn), shop.hub.engine.begin() as connection:
        move(connection, our_minute(0), [wish], reference="a")
    assert shop.accounts(item_id) == {"pool": 1}


def test_an_order_leaves_sold_at_the_count_that_shows_it(shop: Shop) -> None:
    item_id = shop.stock(5)
    sell(shop, item_id)
    leave(shop, item_id, 4)
    assert shop.accounts(item_id) == {"pool": 4}
    shop.assert_conserved()


@pytest.mark.parametrize(
    ("formed", "began", "place"),
    [(1, 2, "main"), (2, 1, "main"), (None, 2, "main"), (2, 2, "other")],
    ids=["formed with the report", "session began with the report", "no stamp", "another place"],
)
def test_an_order_stays_sold_at_a_count_that_proves_nothing(shop: Shop, formed: int | None, began: int, place: str) -> None:
    item_id = shop.stock(5)
    sell(shop, item_id)
    shop.hand_over("1")
    shop.report("1", {"iron": 1}, formed_at=minute(1), received_at=our_minute(1))
    formed_at = None if formed is None else minute(formed)
    shop.count({item_id: 4}, place=place, formed_at=formed_at, began_at=our_minute(began))
    assert shop.ledger.post_counts().released == 0
    assert shop.accounts(item_id)["sold:1-1"] == 1


def test_a_figure_that_dropped_before_the_report_is_doubt_and_not_a_shortfall(shop: Shop) -> None:
    item_id = shop.stock(1)
    sell(shop, item_id)
    shop.hand_over("1")
    shop.count({item_id: 0}, formed_at=minute(1))
    assert shop.ledger.post_counts().shortfalls == 0
    assert shop.accounts(item_id) == {"pool": -1, "sold:1-1": 1}
    assert shop.ledger.free_by_item()["pcs"].to_list() == [0]


def test_a_shortfall_freezes_alerts_once_and_recovers(shop: Shop) -> None:
    item_id = shop.stock(1)
    shop.count({item_id: 5}, place="other")
    shop.ledger.post_counts()
    shop.ledger.take([Wanted(item_id=item_id, pcs=1, place="main")], to_account="hold:a", reason="held", reference="a")
    shop.count({item_id: 0}, formed_at=minute(1))
    assert shop.ledger.post_counts().shortfalls == 1
    assert shop.ledger.free_by_item()["pcs"].to_list() == [0]
    assert [one.cause for one in Incidents(shop.hub).live(kind="shortfall")] == ["source:main"]
    assert len(Journal(shop.hub).entries(kind="shortfall")) == 1
    shop.count({item_id: 0}, formed_at=minute(2))
    shop.ledger.post_counts()
    assert [one.times for one in Incidents(shop.hub).live(kind="shortfall")] == [1]
    shop.count({item_id: 1}, formed_at=minute(3))
    shop.ledger.post_counts()
    assert Incidents(shop.hub).live(kind="shortfall") == []
    assert shop.ledger.free_by_item()["pcs"].to_list() == [5]


def test_a_negative_figure_of_an_item_that_nobody_was_promised_alarms_nobody(shop: Shop) -> None:
    item_id = shop.add_item()
    shop.count({item_id: -3})
    assert shop.ledger.post_counts().shortfalls == 0
    assert shop.accounts(item_id) == {"pool": -3}
    shop.assert_conserved()


def test_unposting_puts_the_pieces_back_and_a_person_hears_of_it(shop: Shop) -> None:
    item_id = shop.stock(5)
    sell(shop, item_id)
    leave(shop, item_id, 4)
    shop.report("1", {"iron": 1}, is_reserved=False, formed_at=minute(3), received_at=our_minute(3))
    assert shop.accounts(item_id) == {"pool": 3, "sold:1-1": 1}
    assert [one.cause for one in Incidents(shop.hub).live(kind="order_unreserved")] == ["order:main:1"]
    shop.assert_conserved()
    shop.report("1", {"iron": 1}, formed_at=minute(4), received_at=our_minute(4))
    assert Incidents(shop.hub).live(kind="order_unreserved") == []


def test_a_line_that_vanished_from_the_document_goes_back_to_sold(shop: Shop) -> None:
    item_id = shop.stock(5)
    sell(shop, item_id)
    leave(shop, item_id, 4)
    shop.report("1", {"kettle": 1}, formed_at=minute(3), received_at=our_minute(3))
    assert shop.accounts(item_id) == {"pool": 3, "sold:1-1": 1}


def test_an_older_report_that_comes_again_changes_nothing(shop: Shop) -> None:
    item_id = shop.stock(5)
    sell(shop, item_id)
    shop.report("1", {"iron": 1}, is_reserved=False, formed_at=minute(3), received_at=our_minute(3))
    shop.report("1", {"iron": 1}, formed_at=minute(1), received_at=our_minute(4))
    shop.count({item_id: 5}, formed_at=minute(5), began_at=our_minute(5))
    shop.ledger.post_counts()
    assert shop.accounts(item_id) == {"pool": 4, "sold:1-1": 1}


def test_a_report_of_an_order_that_is_not_ours_speaks_of_no_line(shop: Shop) -> None:
    assert shop.report("404", {"iron": 1}) == 0


def test_a_cancelled_order_of_the_site_goes_back_to_the_pool(shop: Shop) -> None:
    item_id = shop.stock(5)
    sell(shop, item_id, 2)
    assert shop.ledger.cancel(source=SOURCE, order_number="1") == 1
    assert shop.ledger.cancel(source=SOURCE, order_number="1") == 0
    assert shop.accounts(item_id) == {"pool": 5}
    shop.assert_conserved()


def test_a_cancelled_order_of_a_told_channel_goes_to_its_exposure(shop: Shop) -> None:
    item_id = shop.stock(5)
    sell(shop, item_id, returns_to="exposure:ozon:7")
    shop.ledger.cancel(source=SOURCE, order_number="1")
    assert shop.accounts(item_id) == {"pool": 4, "exposure:ozon:7": 1}


def test_cancelled_after_leaving_the_pool_owes_the_exposure_until_1c_releases(shop: Shop) -> None:
    item_id = shop.stock(1)
    sell(shop, item_id, returns_to="exposure:ozon:7")
    leave(shop, item_id, 0)
    shop.ledger.cancel(source=SOURCE, order_number="1")
    assert shop.accounts(item_id) == {"pool": -1, "exposure:ozon:7": 1}
    shop.count({item_id: 0}, formed_at=minute(3), began_at=our_minute(3))
    assert shop.ledger.post_counts().shortfalls == 0
    shop.report("1", {"iron": 1}, is_reserved=False, is_cancelled=True, formed_at=minute(4), received_at=our_minute(4))
    shop.count({item_id: 1}, formed_at=minute(5), began_at=our_minute(5))
    shop.ledger.post_counts()
    assert shop.accounts(item_id) == {"pool": 0, "exposure:ozon:7": 1}
    shop.count({item_id: 0}, formed_at=minute(6), began_at=our_minute(6))
    assert shop.ledger.post_counts().shortfalls == 1, "released pieces are no longer doubted"
    shop.assert_conserved()


def test_a_cancellation_that_heals_a_shortfall_lifts_the_freeze(shop: Shop) -> None:
    item_id = shop.stock(2)
    sell(shop, item_id, 2)
    shop.count({item_id: 1}, formed_at=minute(1))
    assert shop.ledger.post_counts().shortfalls == 1
    shop.ledger.cancel(source=SOURCE, order_number="1")
    assert shop.ledger.free_by_item()["pcs"].to_list() == [1]


def test_a_hold_given_back_lifts_the_freeze_it_caused(shop: Shop) -> None:
    item_id = shop.stock(1)
    shop.ledger.take([Wanted(item_id=item_id, pcs=1)], to_account="hold:a", reason="held", reference="a")
    shop.count({item_id: 0}, formed_at=minute(1))
    assert shop.ledger.post_counts().shortfalls == 1
    shop.ledger.give_back(reference="a", reason="expired")
    assert Incidents(shop.hub).live(kind="shortfall") == []
    shop.count({item_id: 2}, formed_at=minute(2))
    shop.ledger.post_counts()
    assert shop.ledger.free_by_item()["pcs"].to_list() == [2]


def test_a_piece_lost_after_its_order_left_sold_is_a_shortfall(shop: Shop) -> None:
    item_id = shop.stock(1)
    sell(shop, item_id)
    leave(shop, item_id, 0)
    shop.count({item_id: -1}, formed_at=minute(3), began_at=our_minute(3))
    assert shop.ledger.post_counts().shortfalls == 1


def test_an_order_that_1c_keeps_silent_about_is_told_to_a_person(shop: Shop) -> None:
    item_id = shop.stock(5)
    sell(shop, item_id)
    shop.hand_over("1")
    for number in (1, 2):
        assert shop.ledger.tell_silence(source=SOURCE, limit=2) == 0
        shop.exchange(number)
    assert shop.ledger.tell_silence(source=SOURCE, limit=2) == 1
    assert [one.kind for one in Incidents(shop.hub).live()] == ["report_missing"]
    shop.report("1", {"iron": 1}, is_reserved=False, formed_at=minute(0), received_at=shop.hub.clock.now() + timedelta(minutes=1))
    assert shop.ledger.tell_silence(source=SOURCE, limit=2) == 0, "any word of 1C begins the count anew"
    assert shop.ledger.tell_silence(source=SOURCE, limit=1) == 1
    leave(shop, item_id, 4)
    assert shop.ledger.tell_silence(source=SOURCE, limit=1) == 0
    assert Incidents(shop.hub).live() == []


def test_free_pieces_are_summed_over_the_places_asked_for(shop: Shop) -> None:
    item_id = shop.stock(2, place="a")
    shop.count({item_id: 3}, place="b")
    shop.ledger.post_counts()
    assert shop.ledger.free_by_item().rows(named=True) == [{"item_id": item_id, "item_ref": "iron", "article": "iron", "pcs": 5}]
    assert shop.ledger.free_by_item(["b"])["pcs"].to_list() == [3]


def test_deleted_items_are_free_of_nothing_and_umbrellas_and_bundles_are_left_out(shop: Shop) -> None:
    claims = ("is_deleted", "is_absent", "is_umbrella", "is_bundle")
    items = {claim: shop.add_item(claim, **{claim: True}) for claim in claims}
    shop.add_item("never counted")
    shop.count(dict.fromkeys(items.values(), 4))
    shop.ledger.post_counts()
    free = shop.ledger.free_by_item()
    assert dict(zip(free["item_ref"], free["pcs"], strict=True)) == {"is_deleted": 0, "is_absent": 0}


def test_why_shows_the_accounts_and_the_movements_behind_a_number(shop: Shop) -> None:
    item_id = shop.stock(5)
    sell(shop, item_id)
    accounts, movements = shop.ledger.why("iron")
    assert dict(zip(accounts["account"], accounts["pcs"], strict=True)) == {"pool": 4, "sold:1-1": 1}
    assert movements["reason"].to_list() == ["sold", "count"]


@pytest.mark.parametrize(
    ("damage", "fault"),
    [
        ("update ledger_balance set pcs = pcs + 1 where account = 'pool'", {"count", "movements"}),
        ("update stock_count set pcs = pcs + 1", {"count"}),
        ("delete from stock_count", {"count"}),
        ("delete from ledger_movement", {"movements"}),
        ("update sold_line set left_pcs = 1", {"lines"}),
        ("delete from sold_line", {"lines"}),
    ],
)
def test_a_piece_that_went_astray_is_found(shop: Shop, damage: str, fault: set[str]) -> None:
    sell(shop, shop.stock(5))
    shop.assert_conserved()
    shop.execute(damage)
    assert set(shop.ledger.check_conservation()["fault"]) == fault

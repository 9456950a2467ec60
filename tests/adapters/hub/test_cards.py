import polars as pl
import pytest

from adapters.hub.cards import Cards
from adapters.hub.hub import Hub
from adapters.hub.listings import Listings
from adapters.hub.tables.catalog import item
from tests.adapters.hub.test_listings import change, found, match, put_item
from validation.assortment import CodeIssued
from validation.listings import CardSent

SENT = {
    "item_id": pl.Int64,
    "channel_sku": pl.String,
    "outcome": pl.String,
    "task_ref": pl.String,
    "reason": pl.String,
    "sentence": pl.String,
}


def codes(**told: int) -> pl.DataFrame:
    rows = [(item_id, code) for code, item_id in told.items()]
    return CodeIssued.validate(pl.DataFrame(rows, schema={"item_id": pl.Int64, "code": pl.String}, orient="row"))


def leaving(item_id: int, content: str, *, refs: str | None = None) -> pl.DataFrame:
    return pl.DataFrame({"item_id": [item_id], "content_hash": [content], "refs": [refs]}, schema_overrides={"refs": pl.String})


def told(item_id: int, outcome: str, *, task_ref: str | None = None) -> pl.DataFrame:
    return CardSent.validate(pl.DataFrame([(item_id, "A", outcome, task_ref, None, None)], schema=SENT, orient="row"))


def only(hub: Hub) -> dict[str, object]:
    return Cards(hub).kept("wb").row(0, named=True)


def test_a_code_is_given_once_and_never_to_another_item(hub: Hub) -> None:
    one, other = put_item(hub, "a", "X"), put_item(hub, "b", "Y")
    book = Cards(hub)
    assert book.issue("wb", codes(**{"КР-7-2": one})) == 1
    assert book.issue("wb", codes(**{"кр-7-2": other})) == 0
    assert book.issue("wb", codes(NEW=one)) == 0
    assert book.issue("ozon", codes(NEW=one)) == 1
    assert book.issued("wb").rows() == [(one, "КР-7-2")]


def test_a_code_found_on_the_channel_belongs_to_its_item_even_after_the_card_is_lost(hub: Hub) -> None:
    item_id = put_item(hub, "a", "X")
    listings = Listings(hub)
    listings.note_lost(match(hub, "X"))
    assert Cards(hub).issued("site").rows() == [(item_id, "X")]


def test_a_card_is_looked_for_under_its_issued_code_once_it_was_sent(hub: Hub) -> None:
    one, _other = put_item(hub, "a", "X"), put_item(hub, "b", "X")
    book, listings = Cards(hub), Listings(hub)
    book.issue("wb", codes(**{"X-7Q": one}))
    assert listings.unmatched("wb").is_empty()
    book.note_leaving("wb", leaving(one, "h1"))
    assert listings.unmatched("wb")["channel_sku"].to_list() == ["X-7Q"]
    listings.save_matches("wb", listings.unmatched("wb"), found("X-7Q"))
    assert only(hub) | {"channel_sku": "X-7Q", "is_ours": True} == only(hub)
    assert only(hub)["refs"] is not None


def test_a_card_found_ready_is_not_ours(hub: Hub) -> None:
    item_id = put_item(hub, "a", "X")
    Cards(hub).issue("site", codes(X=item_id))
    match(hub, "X")
    Cards(hub).note_leaving("site", leaving(item_id, "h1", refs="{}"))
    assert Cards(hub).kept("site")["is_ours"].to_list() == [False]


@pytest.mark.parametrize(("outcome", "accepted", "refused"), [("accepted", "h1", None), ("refused", None, "h1"), ("unknown", None, None)])
def test_what_became_of_a_card_is_remembered_by_what_it_said(hub: Hub, outcome: str, accepted: str | None, refused: str | None) -> None:
    item_id = put_item(hub, "a", "X")
    book = Cards(hub)
    book.issue("wb", codes(A=item_id))
    book.note_leaving("wb", leaving(item_id, "h1"))
    book.note_sent("wb", told(item_id, outcome))
    assert (only(hub)["accepted_hash"], only(hub)["refused_hash"]) == (accepted, refused)
    book.note_leaving("wb", leaving(item_id, "h2"))
    book.note_sent("wb", told(item_id, "accepted"))
    assert (only(hub)["accepted_hash"], only(hub)["refused_hash"]) == ("h2", None)


def test_a_pending_card_is_asked_about_until_the_channel_has_decided(hub: Hub) -> None:
    item_id = put_item(hub, "a", "X")
    book = Cards(hub)
    book.issue("wb", codes(A=item_id))
    book.note_leaving("wb", leaving(item_id, "h1"))
    book.note_sent("wb", told(item_id, "pending", task_ref="172"))
    assert book.pending("wb").select("item_id", "channel_sku", "task_ref").rows() == [(item_id, "A", "172")]
    book.note_sent("wb", told(item_id, "accepted"))
    assert book.pending("wb").is_empty()


def test_an_items_code_stays_whatever_its_article_becomes(hub: Hub) -> None:
    item_id = put_item(hub, "a", "X")
    book = Cards(hub)
    book.issue("wb", codes(X=item_id))
    change(hub, item, "a", article="Z")
    assert book.issued("wb").rows() == [(item_id, "X")]


@pytest.mark.parametrize("outcome", ["refused", "unsent"])
def test_a_card_that_was_not_made_is_not_ours_when_somebody_else_makes_it(hub: Hub, outcome: str) -> None:
    item_id = put_item(hub, "a", "A")
    book = Cards(hub)
    book.issue("site", codes(A=item_id))
    book.note_leaving("site", leaving(item_id, "h1"))
    assert Cards(hub).kept("site")["is_ours"].to_list() == [True]
    book.note_sent("site", told(item_id, outcome))
    assert Cards(hub).kept("site")["is_ours"].to_list() == [False]


def test_a_refused_card_that_is_there_stays_ours_and_so_does_one_that_was_taken_before(hub: Hub) -> None:
    there, taken = put_item(hub, "a", "A"), put_item(hub, "b", "B")
    book = Cards(hub)
    book.issue("site", codes(A=there, B=taken))
    book.note_leaving("site", pl.concat([leaving(there, "h1"), leaving(taken, "h1")]))
    match(hub, "A")
    book.note_sent("site", pl.concat([told(there, "unknown"), told(taken, "accepted")]))
    book.note_sent("site", pl.concat([told(there, "refused"), told(taken, "refused")]))
    assert book.kept("site")["is_ours"].to_list() == [True, True]

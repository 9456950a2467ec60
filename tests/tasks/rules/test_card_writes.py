from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
import pytest

from tasks.rules.card_writes import (
    CARD_REFUSED_WAITS,
    card_differences,
    card_outcomes,
    card_refusals,
    card_trials,
    new_codes,
    not_found,
    settled_codes,
    unseen,
    unsent_cards,
    writes_cards,
)
from tests.tasks.rules.shelf import frame
from validation.listings import CardKept, CardSent, CardWanted, ListingFound
from validation.quarantine import NONE_REFUSED, Judged, RowRefused

NOW = datetime(2026, 3, 8, 12, tzinfo=UTC)
NOTHING = dict.fromkeys(CardWanted.to_schema().columns)
CARD = NOTHING | {"title": "Утюг", "attributes": "[]", "characteristics": "{}", "barcodes": "[]", "pictures": "[]"}
THERE = '{"id": 7}'


def wanted(*ids: int, refs: str | None = None, content: str = "h1") -> pl.DataFrame:
    rows = [CARD | {"item_id": n, "channel_sku": f"A-{n}", "refs": refs, "content_hash": content} for n in ids]
    return frame(CardWanted, rows)


def kept(item_id: int = 1, **told: Any) -> pl.DataFrame:
    nothing = dict.fromkeys(CardKept.to_schema().columns)
    return frame(CardKept, [nothing | {"item_id": item_id, "channel_sku": f"A-{item_id}", "is_ours": False} | told])


def sent(*rows: tuple[int, str], **told: Any) -> pl.DataFrame:
    why: dict[str, Any] = {"task_ref": None, "reason": None, "sentence": None}
    return frame(CardSent, [{"item_id": n, "channel_sku": f"A-{n}", "outcome": outcome} | why | told for n, outcome in rows])


def differing(cards: pl.DataFrame, known: pl.DataFrame, *, creates: bool = True, updates: bool = True) -> list[int]:
    return card_differences(cards, known, NOW, creates=creates, updates=updates)["item_id"].to_list()


def refused_row(key: str) -> pl.DataFrame:
    told = [("listing", key, "listing_is_archived", "В архиве.", None, "{}")]
    return pl.DataFrame(told, schema=NONE_REFUSED.schema, orient="row")


def test_a_card_that_is_not_there_is_made_only_where_that_is_allowed() -> None:
    assert differing(wanted(1, 2), kept(1)) == [1, 2]
    assert differing(wanted(1), kept(1), creates=False) == []


@pytest.mark.parametrize(
    ("is_ours", "creates", "updates", "writes"),
    [(False, True, False, True), (True, False, True, True), (True, False, False, False), (False, False, True, False)],
)
def test_where_no_cards_are_made_ours_are_still_changed(is_ours: bool, creates: bool, updates: bool, writes: bool) -> None:
    assert writes_cards(kept(1, is_ours=is_ours), creates=creates, updates=updates) is writes
    assert writes_cards(kept(1).clear(), creates=False, updates=True) is False


@pytest.mark.parametrize(("is_ours", "updates", "written"), [(True, True, [1]), (True, False, []), (False, True, [])])
def test_a_card_that_is_there_is_changed_only_where_we_made_it_and_may(is_ours: bool, updates: bool, written: list[int]) -> None:
    known = kept(1, refs=THERE, is_ours=is_ours, accepted_hash="h0")
    assert differing(wanted(1, refs=THERE), known, updates=updates) == written


def test_a_card_that_says_what_it_should_is_left_alone() -> None:
    assert differing(wanted(1, refs=THERE), kept(1, refs=THERE, is_ours=True, accepted_hash="h1")) == []


def test_a_card_that_is_there_and_never_accepted_is_told_again() -> None:
    assert differing(wanted(1, refs=THERE), kept(1, refs=THERE, is_ours=True, sent_hash="h1")) == [1]


def test_nothing_is_sent_while_the_fate_of_the_last_is_not_known() -> None:
    assert differing(wanted(1), kept(1, is_ours=True, sent_hash="h0", task_ref="172")) == []


def test_a_refused_card_waits_a_day_unless_it_says_something_else() -> None:
    just_now, long_ago = NOW - CARD_REFUSED_WAITS + timedelta(minutes=1), NOW - CARD_REFUSED_WAITS
    assert differing(wanted(1), kept(1, refused_hash="h1", refused_at=just_now)) == []
    assert differing(wanted(1), kept(1, refused_hash="h1", refused_at=long_ago)) == [1]
    assert differing(wanted(1), kept(1, refused_hash="h0", refused_at=just_now)) == [1]


def test_refusals_are_over_where_the_card_says_what_it_should_or_is_not_ours_to_write() -> None:
    known = pl.concat([kept(1, accepted_hash="h1"), kept(2, accepted_hash="h0"), kept(3), kept(4, accepted_hash="h1")])
    assert settled_codes(wanted(1, 2, 3), known) == ["A-1", "A-4"]


def test_what_is_on_the_channel_already_under_a_new_code_is_not_written_over() -> None:
    cards = pl.concat([wanted(1, 2, 3), wanted(4, refs=THERE)])
    assert new_codes(cards) == ["A-1", "A-2", "A-3"]
    found = frame(ListingFound, [{"channel_sku": "A-1", "refs": THERE}, {"channel_sku": "A-4", "refs": THERE}])
    assert unseen(cards, Judged(found, refused_row("A-2")))["item_id"].to_list() == [3, 4]


def test_a_trial_does_not_speak_of_cards_that_its_search_has_found() -> None:
    cards = pl.concat([wanted(1, 2), wanted(3, refs=THERE)])
    assert not_found(cards, pl.DataFrame({"item_id": [1, 3]}))["item_id"].to_list() == [2, 3]


def test_people_see_what_was_heard_last_of_what_was_sent() -> None:
    told = card_outcomes(sent((1, "pending"), (2, "pending"), (3, "refused")), sent((2, "accepted"), (9, "accepted")))
    assert told.rows() == [("A-1", "pending", None), ("A-2", "accepted", None), ("A-3", "refused", None)]
    assert card_trials(wanted(1)).rows() == [("A-1", "differing", None)]


def test_refused_cards_are_known_by_their_codes() -> None:
    refused = RowRefused.validate(card_refusals(sent((1, "refused"), reason="r", sentence="s").vstack(sent((2, "accepted")))))
    assert refused.select("entity", "key", "reason", "sentence").rows() == [("card", "A-1", "r", "s")]
    assert card_refusals(sent((1, "pending"))).is_empty()


def test_cards_that_never_left_are_unsent() -> None:
    assert unsent_cards(wanted(1, 2)).select("channel_sku", "outcome").rows() == [("A-1", "unsent"), ("A-2", "unsent")]

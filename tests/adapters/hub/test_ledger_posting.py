"""Counts are posted feed by feed: a feed's rows are in the ledger exactly when the feed says so."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import IntegrityError

from adapters.hub.hub import Hub
from adapters.hub.ledger import Wanted
from adapters.hub.work import Work
from tests.adapters.hub.export import Onec, count, frame, offer
from tests.adapters.hub.shop import SOURCE, Shop, minute
from validation.quarantine import NONE_REFUSED, Judged


@pytest.fixture
def shop(hub: Hub) -> Shop:
    """An empty shop."""
    return Shop(hub)


@pytest.fixture
def onec(hub: Hub) -> Onec:
    """The 1C beside the same hub."""
    return Onec(hub)


def posted(hub: Hub) -> list[int]:
    with hub.engine.begin() as connection:
        return list(connection.scalars(text("select feed_id from feed where posted_at is not null order by 1")))


@contextmanager
def meanwhile(hub: Hub, moment: str, act: Callable[[], object]) -> Iterator[None]:
    """Act once, in another transaction, just before the first such statement (or ``commit``) of what runs inside."""
    acts = [act]

    def before_statement(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if moment in statement and acts:
            acts.pop()()

    def before_commit(_connection: Any) -> None:
        if moment == "commit" and acts:
            acts.pop()()

    event.listen(hub.engine, "before_cursor_execute", before_statement)
    event.listen(hub.engine, "commit", before_commit)
    yield
    event.remove(hub.engine, "before_cursor_execute", before_statement)
    event.remove(hub.engine, "commit", before_commit)
    assert not acts, "the moment never came"


def test_a_feed_posted_alone_leaves_the_others_for_later(shop: Shop) -> None:
    first, second = shop.add_item("first"), shop.add_item("second")
    older = shop.count({first: 1, second: 2})
    newer = shop.count({second: 3}, formed_at=minute(1))
    assert shop.ledger.post_counts(newer).places == 1
    assert posted(shop.hub) == [newer]
    shop.assert_conserved()
    assert shop.ledger.post_counts().places == 1
    assert posted(shop.hub) == [older, newer]
    assert (shop.accounts(first), shop.accounts(second)) == ({"pool": 1}, {"pool": 3})


def test_a_feed_whose_every_count_was_written_over_is_posted_with_nothing(shop: Shop) -> None:
    item_id = shop.add_item()
    older, newer = shop.count({item_id: 5}), shop.count({item_id: 3}, formed_at=minute(1))
    assert shop.ledger.post_counts(older).places == 0
    assert posted(shop.hub) == [older]
    shop.assert_conserved()
    assert shop.ledger.post_counts().moved_in == 3
    assert posted(shop.hub) == [older, newer]


def test_a_feed_is_posted_once(shop: Shop) -> None:
    item_id = shop.add_item()
    feed_id = shop.count({item_id: 5})
    shop.ledger.post_counts()
    shop.execute("update stock_count set pcs = 7")
    assert shop.ledger.post_counts(feed_id).places == 0
    assert shop.accounts(item_id) == {"pool": 5}


@pytest.mark.parametrize(
    "moment", ["create temp table counted", "create temp table posting", "insert into ledger_balance", "UPDATE feed", "commit"]
)
def test_a_count_written_over_during_a_posting_is_corrected_by_the_next(shop: Shop, moment: str) -> None:
    same, changed = shop.add_item("same"), shop.add_item("changed")
    older = shop.count({same: 2, changed: 5})
    with meanwhile(shop.hub, moment, lambda: shop.count({changed: 9}, formed_at=minute(1))):
        shop.ledger.post_counts()
    assert posted(shop.hub) == [older]
    shop.assert_conserved()
    assert shop.ledger.post_counts().places == 1
    assert len(posted(shop.hub)) == 2
    assert (shop.accounts(same), shop.accounts(changed)) == ({"pool": 2}, {"pool": 9})
    shop.assert_conserved()


def test_a_posting_does_not_wait_for_a_feed_that_is_being_recorded(shop: Shop, onec: Onec) -> None:
    onec.send(count=[count("iron", 5), count("mat", 1)])
    feed = onec.put()
    postings = []
    with meanwhile(shop.hub, "commit", lambda: postings.append(shop.ledger.post_counts())):
        onec.record(feed, [("count", Judged(frame("count", [count("iron", 8)]), NONE_REFUSED))])
    assert postings[0].moved_in == 6
    shop.assert_conserved()
    assert Work(shop.hub).oldest_count() == feed.feed_id
    assert shop.ledger.post_counts().moved_in == 3
    shop.assert_conserved()


def test_a_posting_that_dies_leaves_nothing(shop: Shop) -> None:
    item_id = shop.stock(5)
    line = Wanted(item_id=item_id, pcs=1, line_ref="1-1")
    shop.ledger.sell([line], source=SOURCE, order_number="1", reference="sale-1")
    feed_id = shop.count({item_id: 9}, formed_at=minute(1))
    shop.execute("alter table feed add constraint dies check (posted_at is null) not valid")
    with pytest.raises(IntegrityError):
        shop.ledger.post_counts()
    shop.execute("alter table feed drop constraint dies")
    assert shop.accounts(item_id) == {"pool": 4, "sold:1-1": 1}
    assert Work(shop.hub).oldest_count() == feed_id
    assert shop.ledger.post_counts().moved_in == 4
    shop.assert_conserved()


def test_counts_of_rows_judged_anew_are_posted_too(shop: Shop, onec: Onec) -> None:
    feed_id = onec.inbox.begin(source=SOURCE, exchange="retry", name="карантин", kind="rows")
    onec.record(onec.inbox.complete(feed_id), [("count", Judged(frame("count", [count("iron", 5)]), NONE_REFUSED))])
    assert Work(shop.hub).oldest_count() == feed_id
    assert shop.ledger.post_counts().moved_in == 5
    assert onec.inbox.feed(feed_id).posted_at is not None


def test_the_oldest_feed_with_counts_waits_for_the_ledger(shop: Shop, onec: Onec) -> None:
    onec.send(offer=[offer("iron")])
    first = onec.send(count=[count("iron", 5)])
    second = onec.send(count=[count("mat", 5)])
    work = Work(shop.hub)
    assert work.oldest_count() == first.feed_id
    shop.ledger.post_counts(first.feed_id)
    assert work.oldest_count() == second.feed_id
    shop.ledger.post_counts()
    assert work.oldest_count() is None


def test_nothing_but_recorded_counts_waits_for_the_ledger(hub: Hub, onec: Onec) -> None:
    archive = onec.inbox.begin(source=SOURCE, exchange="catalog", name="a.zip", kind="archive")
    onec.inbox.complete(archive)
    onec.inbox.finish_archive(archive, "Распакован.")
    picture = onec.inbox.begin(source=SOURCE, exchange="catalog", name="a.jpg", kind="picture")
    onec.inbox.complete(picture)
    refused = onec.put()
    onec.inbox.refuse(refused.feed_id, "Не читается.", reason="unreadable")
    onec.put()
    assert Work(hub).oldest_count() is None

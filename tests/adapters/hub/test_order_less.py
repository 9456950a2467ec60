"""What a manager takes out of an order in 1C is owed to its channel once, and only while 1C says so beyond doubt."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import count
from typing import Any

import pytest
from sqlalchemy import insert

from adapters.hub.hub import Hub
from adapters.hub.incidents import Incidents
from adapters.hub.order_differences import KIND as DIFFERS
from adapters.hub.order_differences import judge_differences
from adapters.hub.order_less import KIND, STAYS
from adapters.hub.order_tells import owe_reported
from adapters.hub.outbox import DEAD, Answer, Claimed, Outbox
from adapters.hub.sale import SaleDesk
from adapters.hub.tables.sale import onec_report
from tasks.rules.onward import ChannelTells, Onward
from tasks.rules.order_less import Less
from tasks.rules.order_news import tells_of
from tests.adapters.hub.order_shop import CHANNEL, RULES, OrderShop, report
from tests.adapters.hub.shop import SOURCE
from tests.adapters.hub.sold_once.hand import HandClock

TARGET = f"channel:{CHANNEL}"
SESSIONS = count(1)
EVERY = ("confirm", "ready", "shipped", "delivered", "cancel", KIND)


def onward(less: Less = "cancel") -> Onward:
    return Onward(tells={CHANNEL: ChannelTells(tells=tells_of("ozon", {}), less=less)})


class Street(OrderShop):
    """A shop with a channel, and 1C's side of its orders."""

    def take(self, *sources: str) -> None:
        """1C takes everything it is offered."""
        for source in sources or (SOURCE,):
            session = f"s{next(SESSIONS)}"
            SaleDesk(self.hub).offer(source, session)
            SaleDesk(self.hub).acknowledge(session)

    def said(self, pieces: Mapping[str, int] | None, *, source: str = SOURCE, onward: Onward | None = None, **claims: Any) -> None:
        """1C's report of the order is recorded."""
        now, number = self.hub.clock.now(), self.number()
        lines = None if pieces is None else [{"item_ref": ref, "pcs": pcs, "kind": "goods"} for ref, pcs in pieces.items()]
        row = {
            "source": source, "order_number": number, "operation": "Заказ товара", "number": number, "is_cancelled": False, "lines": lines,
            "is_marked_deleted": False, "is_paid": False, "is_shipped": False, "buyers": 1, "received_at": now, "feed_id": 1,
        }  # fmt: skip
        with self.hub.engine.begin() as connection:
            connection.execute(onec_report.delete().where(onec_report.c.source == source))
            connection.execute(insert(onec_report).values(row | claims))
            owe_reported(connection, now, onward or self.rules.onward, [number])
            judge_differences(connection, now, source, [number])

    def number(self) -> str:
        order = self.orders.find(CHANNEL, "1")
        assert order is not None
        assert order.number is not None
        return order.number

    def owed(self) -> list[tuple[str, dict[str, int] | None]]:
        """What the channel is owed: kind, and units that stay."""
        waiting = "select kind, detail from outbox where target = :target and told_version < version and not is_dead order by outbox_id"
        return [(kind, (detail or {}).get(STAYS)) for kind, detail in self.rows(waiting, target=TARGET)]

    def claim(self) -> list[Claimed]:
        return Outbox(self.hub).claim(TARGET, EVERY, most=10)

    def settle(self, outcome: Any = "accepted") -> None:
        claimed = self.claim()
        answers = [Answer(outbox_id=one.outbox_id, outcome=outcome, sentence="Так.") for one in claimed]
        Outbox(self.hub).settle(TARGET, claimed, answers)

    def told(self) -> tuple[str | None, str | None]:
        """What a person is told: what it means, and what to do."""
        (incident,) = Incidents(self.hub).live(kind=DIFFERS)
        return incident.meaning, incident.advice


@pytest.fixture
def shop(database_url: str) -> Iterator[Street]:
    """Three irons and a board are sold in one order, which 1C has."""
    with Hub(database_url, clock=HandClock()) as hub:
        street = Street(hub, rules=replace(RULES, onward=onward()))
        street.orders.connect(CHANNEL)
        for ref in ("iron", "board"):
            street.sells(10, 5, ref=ref)
        street.record(report("1", {"iron": 3, "board": 1}))
        street.take()
        yield street


def test_pieces_taken_out_are_owed_as_what_stays(shop: Street) -> None:
    shop.said({"iron": 2, "board": 1})
    assert shop.owed() == [(KIND, {"iron": 2})]
    assert "Делать ничего не нужно" in (shop.told()[1] or "")


def test_a_removed_line_and_an_emptied_document_are_owed_too(shop: Street) -> None:
    shop.said({"iron": 3})
    assert shop.owed() == [(KIND, {"board": 0})]
    shop.said({})
    assert shop.owed() == [(KIND, {"board": 0, "iron": 0})]


def test_the_same_word_again_is_not_owed_again_while_it_is_told(shop: Street) -> None:
    shop.said({"iron": 2, "board": 1})
    claimed = shop.claim()
    shop.said({"iron": 2, "board": 1}, is_posted=True)
    Outbox(shop.hub).settle(TARGET, claimed, [Answer(outbox_id=one.outbox_id, outcome="accepted") for one in claimed])
    assert (len(claimed), shop.owed()) == (1, [])


def test_what_was_told_and_is_not_shown_yet_is_not_owed_again(shop: Street) -> None:
    shop.said({"iron": 2, "board": 1})
    shop.settle()
    shop.said({"iron": 2, "board": 1}, is_posted=True)
    assert shop.owed() == []
    shop.said({"iron": 1, "board": 1})
    assert shop.owed() == [(KIND, {"iron": 1})]


def test_what_is_put_back_before_it_was_told_is_not_owed_and_may_be_taken_out_again(shop: Street) -> None:
    shop.said({"iron": 2, "board": 1})
    shop.said({"iron": 3, "board": 1})
    assert shop.owed() == []
    assert Incidents(shop.hub).live() == []
    shop.said({"iron": 2, "board": 1})
    assert shop.owed() == [(KIND, {"iron": 2})]


def test_what_is_put_back_while_it_is_told_and_refused_is_nobodys_worry(shop: Street) -> None:
    shop.said({"iron": 2, "board": 1})
    claimed = shop.claim()
    shop.said({"iron": 3, "board": 1})
    refused = [Answer(outbox_id=one.outbox_id, outcome="refused", sentence="Нет.") for one in claimed]
    assert Outbox(shop.hub).settle(TARGET, claimed, refused) == 0
    assert Outbox(shop.hub).counts() == {}


def test_what_the_channel_refuses_waits_for_a_person_until_1c_and_the_channel_agree(shop: Street) -> None:
    shop.said({"iron": 2, "board": 1})
    shop.settle("refused")
    assert [one.kind for one in Incidents(shop.hub).live()] == [DIFFERS, DEAD]
    shop.said({"iron": 2, "board": 1}, is_posted=True)
    assert (shop.owed(), "Если этих штук не будет" in (shop.told()[1] or "")) == ([], True)
    shop.record(report("1", {"iron": 2, "board": 1}))
    assert Incidents(shop.hub).live(kind=DEAD) == []


def test_pieces_that_the_channel_cancelled_go_to_its_exposure_once_and_1c_is_told_once(shop: Street) -> None:
    shop.said({"iron": 2, "board": 1})
    shop.settle()
    (item_id,), *_ = shop.rows("select item_id from item where item_ref = 'iron'")
    before = shop.accounts(item_id)
    shop.record(report("1", {"iron": 2, "board": 1}))
    shop.record(report("1", {"iron": 2, "board": 1}))
    (exposure,) = [name for name in before if name.startswith("exposure:")]
    after = shop.accounts(item_id)
    assert (after[exposure] - before[exposure], after["pool"] - before["pool"]) == (1, 0)
    assert [pcs for *_, pcs in shop.withdrawn()] == [1]
    shop.assert_conserved()
    shop.take()
    shop.said({"iron": 2, "board": 1})
    assert (shop.owed(), Incidents(shop.hub).live()) == ([], [])
    assert shop.rows("select version, acknowledged_version from onec_outgoing") == [(2, 2)]


def test_nothing_else_is_told_of_an_order_until_the_channel_shows_what_is_left(shop: Street) -> None:
    shop.said({"iron": 2, "board": 1}, is_posted=True, is_shipped=True)
    assert [kind for kind, _ in shop.owed()] == [KIND]
    shop.settle()
    shop.record(report("1", {"iron": 2, "board": 1}))
    assert shop.owed() == [("ready", None)]


def test_by_default_a_person_is_asked(shop: Street) -> None:
    assert ChannelTells(tells={}).less == "ask"
    shop.said({"iron": 2, "board": 1}, onward=onward("ask"))
    assert shop.owed() == []
    assert 'less = "cancel"' in (shop.told()[1] or "")


def test_a_shop_that_changes_its_mind_is_asked_about_what_was_not_told_yet(shop: Street) -> None:
    shop.said({"iron": 2, "board": 1})
    shop.said({"iron": 2, "board": 1}, onward=onward("ask"))
    assert shop.owed() == []


@pytest.mark.parametrize(
    "pieces",
    [{"iron": 4, "board": 1}, {"iron": 4}, {"iron": 2, "cup": 1}, None],
    ids=["more than sold", "more and less", "other goods instead", "lines unknown"],
)
def test_what_may_mean_something_else_is_not_told(shop: Street, pieces: Mapping[str, int] | None) -> None:
    shop.said(pieces)
    assert shop.owed() == []


@pytest.mark.parametrize("claims", [{"is_cancelled": True}, {"is_marked_deleted": True}], ids=lambda claims: next(iter(claims)))
def test_a_cancelled_document_is_a_cancellation_and_nothing_less(shop: Street, claims: dict[str, Any]) -> None:
    shop.said({"iron": 2}, **claims)
    assert shop.owed() == [("cancel", None)]


@pytest.mark.parametrize("state", ["shipped", "delivered", "cancelled", "other", "unpaid"])
def test_an_order_that_does_not_wait_to_be_shipped_is_left_to_a_person(shop: Street, state: str) -> None:
    shop.execute("update sale_order set state = :state", state=state)
    shop.said({"iron": 2, "board": 1})
    assert shop.owed() == []


def test_what_1c_has_not_confirmed_yet_it_cannot_have_changed(shop: Street) -> None:
    shop.record(report("1", {"iron": 3, "board": 1}, state="confirmed", status="in work"))
    shop.said({"iron": 2, "board": 1})
    assert shop.owed() == []


def test_a_report_from_before_1c_took_the_newest_document_says_nothing_of_it(shop: Street) -> None:
    shop.said({"iron": 2, "board": 1}, onward=onward("ask"))
    shop.record(report("1", {"iron": 3, "board": 1}, state="confirmed", status="in work"))
    shop.take()
    shop.record(report("1", {"iron": 3, "board": 1}, state="confirmed", status="ready"))
    assert shop.owed() == []


def test_what_was_added_after_1c_had_the_order_may_be_lacking_because_it_never_took_it(shop: Street) -> None:
    shop.execute("update sale_order set changed_at = placed_at")
    shop.record(report("1", {"iron": 4, "board": 1}, minute=1))
    shop.take()
    shop.said({"iron": 3, "board": 1})
    assert shop.owed() == []
    assert "молча не взяла правку" in (shop.told()[0] or "")


def test_what_was_added_before_1c_had_the_order_changes_nothing(database_url: str) -> None:
    with Hub(database_url, clock=HandClock()) as hub:
        shop = Street(hub, rules=replace(RULES, onward=onward()))
        shop.orders.connect(CHANNEL)
        shop.sells(10, 5)
        shop.record(report("1", {"iron": 1}, minute=0))
        shop.record(report("1", {"iron": 3}, minute=1))
        shop.take()
        shop.said({"iron": 2})
        assert shop.owed() == [(KIND, {"iron": 2})]


def test_a_set_without_one_of_its_parts_is_no_set(database_url: str) -> None:
    with Hub(database_url, clock=HandClock()) as hub:
        shop = Street(hub, rules=replace(RULES, onward=onward()))
        shop.orders.connect(CHANNEL)
        iron, cup = (shop.stock(10, ref=ref) for ref in ("iron", "cup"))
        bundle = shop.add_item("set", is_bundle=True)
        shop.offer(shop.enlist(bundle, "set"), {iron: 2, cup: 6}, recipe=[[iron, 1], [cup, 3]])
        shop.record(report("1", {"set": 2}))
        shop.take()
        shop.said({"iron": 2, "cup": 5})
        assert shop.owed() == [(KIND, {"set": 1})]
        shop.settle()
        shop.record(report("1", {"set": 1}))
        shop.take()
        shop.said({"iron": 2, "cup": 5})
        assert shop.owed() == []
        assert "«iron» продано 1, в 1С 2" in Incidents(hub).live(kind=DIFFERS)[0].sentence
        shop.assert_conserved()


def test_of_an_order_of_two_bases_nothing_is_told_until_both_have_spoken(database_url: str) -> None:
    with Hub(database_url, clock=HandClock()) as hub:
        shop = Street(hub, rules=replace(RULES, onward=onward(), onec_sources=frozenset({SOURCE, "second"})))
        shop.orders.connect(CHANNEL)
        for ref in ("iron", "board"):
            shop.sells(10, 5, ref=ref)
        shop.execute("update item set source = 'second' where item_ref = 'board'")
        shop.record(report("1", {"iron": 3, "board": 2}))
        shop.take(SOURCE, "second")
        shop.said({"iron": 2})
        assert shop.owed() == []
        shop.said({"board": 2}, source="second")
        assert shop.owed() == [(KIND, {"iron": 2})]


def test_goods_of_a_base_that_is_not_told_of_orders_are_not_missed(database_url: str) -> None:
    with Hub(database_url, clock=HandClock()) as hub:
        shop = Street(hub, rules=replace(RULES, onward=onward()))
        shop.orders.connect(CHANNEL)
        for ref in ("iron", "board"):
            shop.sells(10, 5, ref=ref)
        shop.execute("update item set source = 'second' where item_ref = 'board'")
        shop.record(report("1", {"iron": 3, "board": 2}))
        shop.take()
        shop.said({"iron": 3})
        assert shop.owed() == []

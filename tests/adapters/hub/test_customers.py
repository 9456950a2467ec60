import json
import threading
from datetime import timedelta
from typing import Any

import polars as pl
import pytest

from adapters.errors import Unavailable
from adapters.hub.customers import Customers, Learned
from adapters.hub.hub import Hub
from adapters.hub.quarantine import Quarantine
from tasks.rules.customers import CustomerRules
from tests.adapters.hub.order_shop import PLACED, OrderShop, report
from tests.adapters.hub.test_ledger_races import wait_until_one_waits
from validation.customers import TierEarned

RULES = CustomerRules()
PHONE, OTHER = "+79123456789", "+79123456780"


def billing(name: str, phone: str = "", email: str = "") -> str:
    first, _, last = name.partition(" ")
    return json.dumps({"billing": {"first_name": first, "last_name": last, "phone": phone, "email": email}}, ensure_ascii=False)


class Till(OrderShop):
    """A site whose orders are learned."""

    def __init__(self, hub: Hub) -> None:
        super().__init__(hub, channel="site")
        self.book = Customers(hub)

    def ordered(
        self, order_ref: str, buyer: str | None, *, state: str = "delivered", lines: dict[str, int] | None = None, **head: Any
    ) -> None:
        self.record(report(order_ref, lines, buyer=buyer, state=state, **head))

    def learn(self, *, rules: CustomerRules = RULES, real: frozenset[str] = frozenset({"site"}), **how: Any) -> Learned:
        return self.book.learn(rules, real=real, **how)

    def whose(self) -> dict[str, int | None]:
        """Buyer by order."""
        found = self.rows("select o.order_ref, c.customer_id from customer_order c join sale_order o using (order_id)")
        return {row[0]: row[1] for row in found}

    def order_id(self, order_ref: str) -> int:
        order = self.orders.find(self.channel, order_ref)
        assert order is not None
        return order.order_id


@pytest.fixture
def till(hub: Hub) -> Till:
    return Till(hub)


def earned(*rows: tuple[int, str | None]) -> pl.DataFrame:
    return TierEarned.validate(pl.DataFrame(rows, schema={"customer_id": pl.Int64, "tier": pl.String}, orient="row"))


def test_orders_with_one_phone_are_one_buyer_under_his_fullest_name(till: Till) -> None:
    till.ordered("1", billing("Пётр", "8 912 345-67-89"))
    till.ordered("2", billing("Пётр Петров", PHONE, "P@mail.example"))
    assert till.learn() == Learned(orders=2, founded=1)
    assert len(set(till.whose().values())) == 1
    assert till.rows("select name ->> 'full', name ->> 'last' from customer") == [("Петров Пётр", "Петров")]
    assert till.rows("select kind, value from customer_contact order by 1") == [("email", "p@mail.example"), ("phone", PHONE)]


def test_the_same_again_changes_nothing(till: Till) -> None:
    till.ordered("1", billing("Пётр Петров", PHONE))
    till.ordered("2", billing("Анна Иванова", PHONE))
    till.learn()
    tables = ("customer", "customer_contact", "customer_order", "quarantine")
    before = [till.rows(f"select * from {table} order by 1") for table in tables]
    assert till.learn() == Learned()
    till.learn(order_ids=[till.order_id("1"), till.order_id("2")])
    assert [till.rows(f"select * from {table} order by 1") for table in tables] == before


def test_an_order_of_a_later_day_finds_its_buyer(till: Till) -> None:
    till.ordered("1", billing("Пётр Петров", PHONE))
    till.learn()
    till.ordered("2", billing("", OTHER, "p@mail.example"))
    till.learn()
    till.ordered("3", billing("Петров", PHONE))
    assert till.learn() == Learned(orders=1)
    whose = till.whose()
    assert whose["3"] == whose["1"] != whose["2"]


def test_two_people_on_one_phone_are_two_buyers_and_a_question_without_their_names(till: Till) -> None:
    till.ordered("1", billing("Пётр Петров", PHONE))
    till.ordered("2", billing("Анна Иванова", PHONE, "a@mail.example"))
    assert till.learn() == Learned(orders=2, founded=2, asked=1)
    asked = Quarantine(till.hub).list(source="site", entity="customer").row(0, named=True)
    assert (asked["key"], asked["reason"]) == ("2", "customer_name_conflicts")
    assert not any(word in str(asked) for word in ("Анна", "Иванова", "a@mail.example", PHONE))


def test_an_email_that_an_order_was_delivered_under_is_another_buyers(till: Till) -> None:
    till.ordered("1", billing("", PHONE, "p@mail.example"), state="new")
    till.learn()
    till.ordered("2", billing("", PHONE, "second@mail.example"), state="new")
    assert till.learn() == Learned(orders=1)
    till.ordered("2", billing("", PHONE, "second@mail.example"), state="delivered", minute=1)
    till.ordered("3", billing("", PHONE, "third@mail.example"), state="new")
    assert till.learn() == Learned(orders=1, founded=1, asked=1)


def test_the_shops_own_email_confirms_nobody(till: Till) -> None:
    rules = CustomerRules(own_contacts=["shop@shop.example"])
    till.ordered("1", billing("Пётр", PHONE, "shop@shop.example"))
    till.learn(rules=rules)
    till.ordered("2", billing("Пётр", PHONE, "p@mail.example"))
    assert till.learn(rules=rules) == Learned(orders=1)
    assert till.whose()["1"] == till.whose()["2"]


def test_contacts_of_a_marketplace_are_not_kept(till: Till) -> None:
    till.ordered("1", billing("Пётр Петров", PHONE))
    till.ordered("2", billing("Пётр Петров", PHONE))
    assert till.learn(real=frozenset()) == Learned(orders=2, founded=2)
    assert till.rows("select * from customer_contact") == []


def test_an_order_that_does_not_tell_who_bought_is_nobodys_and_not_looked_at_again(till: Till) -> None:
    till.ordered("1", json.dumps({"note": "звонить"}))
    till.ordered("2", None)
    assert till.learn() == Learned(orders=1)
    assert till.learn() == Learned()
    assert till.whose() == {"1": None}
    assert till.rows("select * from customer") == []


def test_an_order_whose_phone_was_put_right_is_looked_at_when_it_is_named(till: Till) -> None:
    till.ordered("1", billing("Пётр Петров", PHONE))
    till.ordered("2", billing("", "12"), state="new")
    till.learn()
    assert till.whose()["2"] is None
    till.ordered("2", billing("", PHONE), state="new", minute=1)
    till.learn(order_ids=[till.order_id("2")])
    assert till.whose()["2"] == till.whose()["1"]


def test_so_many_at_once_and_the_oldest_first(till: Till) -> None:
    for number in range(3):
        till.ordered(str(number), billing("Пётр Петров", PHONE))
    assert till.learn(limit=2).orders == 2
    assert set(till.whose()) == {"0", "1"}
    assert till.learn(limit=2).orders == 1


def test_of_two_who_learn_at_once_one_waits_for_the_other(till: Till) -> None:
    till.ordered("1", billing("Пётр Петров", PHONE))
    learned: list[Learned] = []
    with till.hub.engine.begin() as other:
        other.exec_driver_sql("select pg_advisory_xact_lock(hashtextextended('customers', 0))")
        waiting = threading.Thread(target=lambda: learned.append(till.learn()))
        waiting.start()
        wait_until_one_waits(till)
        assert learned == []
    waiting.join()
    assert learned == [Learned(orders=1, founded=1)]


def test_a_buyer_is_found_by_what_somebody_typed(till: Till) -> None:
    till.ordered("1", billing("Пётр Петров", PHONE, "p@mail.example"))
    till.learn()
    whose = till.whose()["1"]
    for found in (
        till.book.find(phone="8 (912) 345-67-89"),
        till.book.find(email="P@Mail.example"),
        till.book.find(phone=OTHER, email="p@mail.example"),
    ):
        assert found is not None
        assert (found.customer_id, found.tier) == (whose, None)
    for nobody in ({"phone": OTHER}, {"phone": "12"}, {"email": "x"}, {}):
        assert till.book.find(**nobody) is None


def test_a_phone_of_two_buyers_finds_neither_without_an_email(till: Till) -> None:
    till.ordered("1", billing("Пётр Петров", PHONE))
    till.ordered("2", billing("Анна Иванова", PHONE, "a@mail.example"))
    till.learn()
    assert till.book.find(phone=PHONE) is None
    found = till.book.find(phone=PHONE, email="a@mail.example")
    assert found is not None
    assert found.customer_id == till.whose()["2"]


def test_only_what_was_delivered_and_not_returned_was_bought(till: Till) -> None:
    for number, state in enumerate(("delivered", "new", "shipped", "returned", "cancelled")):
        till.ordered(str(number), billing("Пётр Петров", PHONE), state=state, lines={"iron": 2, "board": 1}, price_kopecks=150_00)
    till.learn()
    assert till.book.purchases().rows() == [(till.whose()["0"], PLACED, 450_00)]


def test_what_was_placed_together_is_one_purchase(till: Till) -> None:
    for number, basket in enumerate(("b", "b", None)):
        till.ordered(str(number), billing("Пётр Петров", PHONE), basket_ref=basket, placed_at=PLACED + timedelta(minutes=number))
    till.learn()
    found = till.book.purchases().select("paid_at", "kopecks").rows()
    assert found == [(PLACED, 200_00), (PLACED + timedelta(minutes=2), 100_00)]


def test_purchases_may_be_asked_since_an_instant(till: Till) -> None:
    for number in range(3):
        till.ordered(str(number), billing("Пётр Петров", PHONE), placed_at=PLACED + timedelta(days=number))
    till.learn()
    assert till.book.purchases(PLACED + timedelta(days=1)).height == 2


def test_tiers_are_as_earned_and_only_what_changed_is_told(till: Till) -> None:
    for number in range(3):
        till.ordered(str(number), billing(f"Пётр {number}"))
    till.learn()
    one, two, three = (who for _, who in sorted(till.whose().items()) if who is not None)
    assert till.book.set_tiers(earned((one, "gold"), (two, "silver"), (three, None))) == [one, two]
    assert till.book.set_tiers(earned((one, "gold"), (two, "gold"))) == [two]
    assert till.book.set_tiers(earned((two, "gold"))) == [one]
    assert till.book.set_tiers(earned()) == [two]
    assert till.rows("select tier from customer where tier is not null") == []


def test_the_tier_of_a_buyer_is_found_with_him(till: Till) -> None:
    till.ordered("1", billing("Пётр Петров", PHONE))
    till.learn()
    (who,) = (one for one in till.whose().values() if one is not None)
    till.book.set_tiers(earned((who, "gold")))
    found = till.book.find(phone=PHONE)
    assert found is not None
    assert found.tier == "gold"


def test_a_hub_that_is_away_is_unavailable(hub: Hub) -> None:
    with Hub("postgresql+psycopg://utyug:x@127.0.0.1:1/utyug", clock=hub.clock) as away, pytest.raises(Unavailable):
        Customers(away).find(phone=PHONE)

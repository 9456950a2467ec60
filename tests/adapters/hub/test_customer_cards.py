"""Buyers put right by people: no rule undoes what a person decided, and nobody sees more than he needs."""

import pytest

from adapters.errors import Misconfigured
from adapters.hub.customer_cards import CustomerCards
from adapters.hub.hub import Hub
from adapters.hub.journal import Journal
from adapters.hub.outbox import Outbox
from adapters.hub.quarantine import Quarantine
from tests.adapters.hub.test_customers import OTHER, PHONE, RULES, Till, billing

REAL = frozenset({"site"})


class Bureau(Till):
    """A site with a manager who knows her buyers."""

    def __init__(self, hub: Hub) -> None:
        super().__init__(hub)
        self.cards = CustomerCards(hub, crms=["main"])

    def bought(self, order_ref: str, name: str, phone: str = "", email: str = "") -> None:
        self.ordered(order_ref, billing(name, phone, email))
        self.learn()

    def ref(self, order_ref: str) -> str:
        return f"b{self.whose()[order_ref]}"

    def split(self, ref: str, *numbers: str) -> str:
        return self.cards.split(ref, set(numbers), rules=RULES, real=REAL)

    def contacts(self, ref: str) -> list[str]:
        found = self.rows("select value from customer_contact where customer_id = :id order by 1", id=int(ref.removeprefix("b")))
        return [row[0] for row in found]

    def asked(self) -> list[str]:
        return sorted(Quarantine(self.hub).list(source="site", entity="customer")["key"])


@pytest.fixture
def bureau(hub: Hub) -> Bureau:
    return Bureau(hub)


def test_a_buyer_is_found_by_phone_email_order_and_reference_and_shown_masked(bureau: Bureau) -> None:
    bureau.bought("ord-1", "Пётр Петров", PHONE, "p@mail.example")
    ref = bureau.ref("ord-1")
    for word in ("8 (912) 345-67-89", "P@mail.example", "ord-1", ref):
        (card,) = bureau.cards.find(word)
        assert (card.ref, card.who, card.emails, card.orders) == (ref, "П. П., …67-89", ("p***@mail.example",), card.orders)
        assert len(card.orders) == 1
    assert bureau.cards.find("b999999") == bureau.cards.find("nobody") == []


def test_two_that_a_person_put_together_are_one_also_for_later_orders_under_either_name(bureau: Bureau) -> None:
    bureau.bought("1", "Пётр Петров", PHONE)
    bureau.bought("2", "Анна Иванова", PHONE, "a@mail.example")
    keep, other = bureau.ref("1"), bureau.ref("2")
    assert bureau.asked() == ["2"]
    assert bureau.cards.merge(keep, other) == 1
    assert (bureau.ref("2"), bureau.asked(), bureau.contacts(keep)) == (keep, [], [PHONE, "a@mail.example"])
    assert bureau.cards.find(other) == []
    for order_ref, name in (("3", "Анна Иванова"), ("4", "Пётр Петров"), ("5", "Анна Сергеевна Иванова")):
        bureau.bought(order_ref, name, PHONE)
    assert {bureau.ref(one) for one in "12345"} == {keep}
    bureau.bought("6", "Семён Ильин", PHONE)
    assert bureau.ref("6") != keep
    assert bureau.rows("select name ->> 'full' from customer where customer_id = :id", id=int(keep[1:])) == [("Петров Пётр",)]


def test_of_two_names_that_may_be_one_the_fuller_stays_whoever_is_kept(bureau: Bureau) -> None:
    bureau.bought("1", "Пётр", PHONE)
    bureau.bought("2", "Пётр Петров", OTHER)
    bureau.cards.merge(bureau.ref("1"), bureau.ref("2"))
    assert bureau.rows("select name ->> 'full', name -> 'also' from customer") == [("Петров Пётр", None)]


def test_orders_that_a_person_took_apart_are_not_put_together_again(bureau: Bureau) -> None:
    bureau.bought("1", "Пётр", PHONE)
    bureau.bought("2", "Пётр Петров", PHONE, "p@mail.example")
    whole = bureau.ref("1")
    assert bureau.ref("2") == whole
    new = bureau.split(whole, "2")
    assert (bureau.ref("1"), bureau.ref("2")) == (whole, new)
    assert (bureau.contacts(whole), bureau.contacts(new)) == ([PHONE], [PHONE, "p@mail.example"])
    bureau.ordered("2", billing("Пётр Петров", PHONE), minute=1)
    bureau.learn(order_ids=[bureau.order_id("1"), bureau.order_id("2")])
    assert (bureau.ref("1"), bureau.ref("2")) == (whole, new)


def test_a_later_order_that_fits_both_parts_is_asked_about_and_given_to_neither(bureau: Bureau) -> None:
    bureau.bought("1", "Пётр", PHONE)
    bureau.bought("2", "Пётр Петров", PHONE)
    new = bureau.split(bureau.ref("1"), "2")
    bureau.bought("3", "Пётр Петров", PHONE)
    assert bureau.ref("3") not in {bureau.ref("1"), new}
    assert bureau.asked() == ["3"]


def test_a_wrong_merge_is_taken_back_with_its_names_and_contacts(bureau: Bureau) -> None:
    bureau.bought("1", "Пётр Петров", PHONE)
    bureau.bought("2", "Анна Иванова", OTHER)
    keep = bureau.ref("1")
    bureau.cards.merge(keep, bureau.ref("2"))
    new = bureau.split(keep, "2")
    assert (bureau.contacts(keep), bureau.contacts(new)) == ([PHONE], [OTHER])
    names = dict(bureau.rows("select 'b' || customer_id, name ->> 'full' from customer where name -> 'also' is null"))
    assert names == {keep: "Петров Пётр", new: "Иванова Анна"}


def test_contacts_of_a_marketplace_are_not_learned_by_taking_apart(bureau: Bureau) -> None:
    bureau.bought("1", "Пётр Петров", PHONE)
    bureau.bought("2", "Пётр Петров", PHONE)
    new = bureau.cards.split(bureau.ref("1"), {"2"}, rules=RULES, real=frozenset())
    assert bureau.contacts(new) == []


@pytest.mark.parametrize("numbers", [("1", "2"), ("3",), ("1", "nobody")], ids=["all", "another's", "nobody's"])
def test_only_a_part_of_ones_own_orders_is_taken(bureau: Bureau, numbers: tuple[str, ...]) -> None:
    bureau.bought("1", "Пётр Петров", PHONE)
    bureau.bought("2", "Пётр Петров", PHONE)
    bureau.bought("3", "Анна Иванова", OTHER)
    with pytest.raises(Misconfigured):
        bureau.split(bureau.ref("1"), *numbers)
    assert bureau.ref("1") == bureau.ref("2") != bureau.ref("3")


@pytest.mark.parametrize("other", ["b999999", "x", "himself"])
def test_nobody_is_merged_with_nobody_nor_with_himself(bureau: Bureau, other: str) -> None:
    bureau.bought("1", "Пётр Петров", PHONE)
    keep = bureau.ref("1")
    with pytest.raises(Misconfigured):
        bureau.cards.merge(keep, keep if other == "himself" else other)
    assert bureau.ref("1") == keep


def test_crms_are_owed_the_news_and_the_journal_keeps_it_without_a_word_of_who_it_is(bureau: Bureau) -> None:
    bureau.bought("1", "Пётр Петров", PHONE)
    bureau.bought("2", "Анна Иванова", OTHER, "a@mail.example")
    keep, other = bureau.ref("1"), bureau.ref("2")
    bureau.cards.merge(keep, other)
    new = bureau.split(keep, "2")
    assert set(Outbox(bureau.hub).waiting("crm:main")["subject"]) == {keep, new}
    split, merged = Journal(bureau.hub).entries(subject=f"customer:{keep}")
    assert (merged.kind, merged.detail["merged"], split.kind, split.detail["new"]) == ("customers_merged", other, "customers_split", new)
    assert not any(word in str([split, merged]) for word in ("Петров", "Анна", PHONE, OTHER, "mail.example"))

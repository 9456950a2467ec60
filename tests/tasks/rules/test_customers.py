from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.rules.buyers import read_phone
from tasks.rules.customers import (
    EMAIL,
    PHONE,
    Contact,
    CustomerRules,
    Decision,
    KnownBuyer,
    NewBuyer,
    buyer_of,
    contacts_told,
    decide,
    whose,
)
from tests.tasks.rules.shelf import patient
from validation.reasons import sentence_of

RULES = CustomerRules()
PHONES = [f"+791234567{number:02}" for number in range(4)]


def contacts(*told: str) -> frozenset[Contact]:
    return frozenset(Contact(EMAIL if "@" in one else PHONE, one) for one in told)


def new(order_id: int, name: str = "", *told: str) -> NewBuyer:
    return NewBuyer(order_id=order_id, name=name, contacts=contacts(*told))


def known(customer_id: int, name: str = "", *told: str, confirmed: str = "") -> KnownBuyer:
    return KnownBuyer(customer_id=customer_id, name=name, contacts=contacts(*told), confirmed=frozenset(confirmed.split()))


def verdict(buyer: NewBuyer, *there: KnownBuyer, rules: CustomerRules = RULES) -> tuple[str, str, int | None]:
    (decision,) = decide(there, [buyer], rules)
    return decision.verdict, decision.reason, decision.customer_id


def whose_orders(decisions: list[Decision]) -> dict[int, tuple[int | None, int]]:
    return {one.order_id: (one.customer_id, one.founder) for one in decisions}


def test_the_same_phone_is_the_same_buyer() -> None:
    assert verdict(new(1, "Пётр Петров", PHONES[0]), known(7, "Петров Пётр", PHONES[0])) == ("adopt", "same_phone", 7)


def test_the_same_email_is_the_same_buyer() -> None:
    there = known(7, "Петров Пётр", "p@mail.example", PHONES[0])
    assert verdict(new(1, "Пётр Петров", "p@mail.example", PHONES[1]), there) == ("adopt", "same_email", 7)


@pytest.mark.parametrize("name", ["", "Пётр", "петр ПЕТРОВ", "Петров Пётр Ильич"])
def test_a_name_that_says_less_or_more_does_not_conflict(name: str) -> None:
    assert verdict(new(1, name, PHONES[0]), known(7, "Пётр Петров", PHONES[0]))[0] == "adopt"


@pytest.mark.parametrize("name", ["Анна Петрова", "Пётр Сидоров", "Петров Павел Ильич"])
def test_another_name_on_the_phone_is_another_buyer_and_a_question(name: str) -> None:
    assert verdict(new(1, name, PHONES[0]), known(7, "Пётр Петров", PHONES[0])) == ("ambiguous", "customer_name_conflicts", None)


def test_another_confirmed_email_on_the_phone_is_another_buyer_and_a_question() -> None:
    sure = known(7, "", PHONES[0], "p@mail.example", confirmed="p@mail.example")
    assert verdict(new(1, "", PHONES[0], "a@mail.example"), sure) == ("ambiguous", "customer_email_conflicts", None)
    assert verdict(new(1, "", PHONES[0], "p@mail.example"), sure)[0] == "adopt"
    assert verdict(new(1, "", PHONES[0]), sure)[0] == "adopt"
    unsure = replace(sure, confirmed=frozenset())
    assert verdict(new(1, "", PHONES[0], "a@mail.example"), unsure)[0] == "adopt"


def test_who_fits_several_buyers_is_apart_and_a_question() -> None:
    both = (known(7, "Пётр Петров", PHONES[0]), known(8, "Анна Петрова", PHONES[0]))
    assert verdict(new(1, "", PHONES[0]), *both) == ("ambiguous", "customer_fits_several", None)
    assert verdict(new(1, "Анна", PHONES[0]), *both) == ("adopt", "same_phone", 8)
    assert verdict(new(1, "", PHONES[0], PHONES[1]), known(7, "", PHONES[0]), known(8, "", PHONES[1]))[1] == "customer_fits_several"


def test_of_two_faults_that_of_the_older_buyer_is_asked_whatever_comes_first() -> None:
    named = known(7, "Анна Петрова", PHONES[0])
    mailed = known(8, "Пётр", PHONES[0], "p@mail.example", confirmed="p@mail.example")
    asking = new(1, "Пётр", PHONES[0], "a@mail.example")
    assert verdict(asking, named, mailed) == verdict(asking, mailed, named) == ("ambiguous", "customer_name_conflicts", None)


def test_a_phone_with_many_names_tells_nothing() -> None:
    there = [known(number, name, PHONES[0]) for number, name in enumerate(("Пётр Петров", "Анна Иванова"), 7)]
    assert verdict(new(1, "Олег Попов", PHONES[0]), *there) == ("new", "phone_is_shared", None)
    assert verdict(new(1, "Пётр Петров", PHONES[0]), *there) == ("adopt", "same_phone", 7)
    assert verdict(new(1, "Олег Попов", PHONES[0]), *there, rules=CustomerRules(shared_names=4))[0] == "ambiguous"
    third = known(9, "Олег Попов", PHONES[0])
    assert verdict(new(1, "Пётр Петров", PHONES[0]), *there, third) == ("new", "phone_is_shared", None)


def test_shorter_forms_of_one_name_are_not_many_names() -> None:
    there = known(7, "Пётр Ильич Петров", PHONES[0])
    orders = [new(1, "Пётр", PHONES[0]), new(2, "Петров Пётр", PHONES[0]), new(3, "Петров", PHONES[0])]
    assert {one.customer_id for one in decide([there], orders, CustomerRules(shared_names=2))} == {7}


def test_who_has_a_shared_phone_is_still_known_by_an_email() -> None:
    there = [known(number, name, PHONES[0], f"{number}@mail.example") for number, name in enumerate(("А Б", "В Г", "Д Е"), 7)]
    assert verdict(new(1, "В Г", PHONES[0], "8@mail.example"), *there) == ("adopt", "same_email", 8)


def test_a_flood_of_names_in_one_call_shares_the_phone_from_its_first_order_on() -> None:
    orders = [new(number, name, PHONES[0]) for number, name in enumerate(("Пётр", "Анна", "Олег", "Пётр"), 1)]
    decisions = decide([], orders, RULES)
    assert {one.reason for one in decisions} == {"phone_is_shared"}
    assert len(set(whose_orders(decisions).values())) == 4


def test_orders_of_one_call_are_one_buyer_who_begins_with_the_first_of_them() -> None:
    orders = [new(3, "Пётр", PHONES[0], "p@mail.example"), new(1, "Пётр Петров", PHONES[0]), new(2, "", "p@mail.example")]
    decisions = decide([], orders, RULES)
    assert [(one.order_id, one.verdict, one.reason, one.founder) for one in decisions] == [
        (1, "new", "first_seen", 1),
        (2, "new", "first_seen", 2),
        (3, "ambiguous", "customer_fits_several", 3),
    ]
    linked = decide([], [orders[1], new(2, "Пётр", PHONES[0], "p@mail.example"), new(4, "", "p@mail.example")], RULES)
    assert {one.founder for one in linked} == {1}


def test_a_second_name_is_kept_so_that_a_third_one_is_held_against_the_fullest() -> None:
    orders = [new(1, "Пётр", PHONES[0]), new(2, "Петров Пётр", PHONES[0]), new(3, "Пётр Сидоров", PHONES[0])]
    assert [one.verdict for one in decide([], orders, RULES)] == ["new", "adopt", "ambiguous"]


def test_without_contacts_every_order_is_somebody_else_and_says_why() -> None:
    bare = NewBuyer(order_id=1, name="Пётр Петров", untold="contact_is_hidden")
    decisions = decide([known(7, "Пётр Петров")], [bare, replace(bare, order_id=2)], RULES)
    assert [(one.verdict, one.reason) for one in decisions] == [("new", "contact_is_hidden")] * 2
    assert len(set(whose_orders(decisions).values())) == 2


names = st.sampled_from(["", "Пётр", "Пётр Петров", "Петров Пётр Ильич", "Анна", "Анна Петрова", "Олег Попов"])
values = st.sampled_from([*PHONES, "p@mail.example", "a@mail.example", "o@mail.example"])
buyers = st.lists(st.tuples(names, st.sets(values, max_size=3)), max_size=8).map(
    lambda told: [new(order_id, name, *given) for order_id, (name, given) in enumerate(told, 100)]
)
there_before = st.lists(st.tuples(names, st.sets(values, min_size=1, max_size=3), st.booleans()), max_size=4).map(
    lambda told: [
        known(number, name, *given, confirmed=" ".join(one for one in given if "@" in one) if is_sure else "")
        for number, (name, given, is_sure) in enumerate(told, 1)
    ]
)


def after(there: list[KnownBuyer], orders: list[NewBuyer], decisions: list[Decision]) -> list[KnownBuyer]:
    """What a hub would know then, every buyer numbered."""
    numbered = {one.customer_id: one for one in there}
    by_order = {one.order_id: one for one in orders}
    for decision in decisions:
        customer_id, order = decision.customer_id or 1000 + decision.founder, by_order[decision.order_id]
        was = numbered.get(customer_id, KnownBuyer(customer_id=customer_id))
        fullest = max(was.name, order.name, key=lambda name: len(name.split()))
        numbered[customer_id] = replace(was, name=fullest, contacts=was.contacts | order.contacts, orders=was.orders | {order.order_id})
    return list(numbered.values())


@patient
@given(there_before, buyers, st.randoms(use_true_random=False))
def test_the_order_of_what_comes_does_not_matter(there: list[KnownBuyer], orders: list[NewBuyer], random: Any) -> None:
    mixed = decide(random.sample(there, len(there)), random.sample(orders, len(orders)), RULES)
    assert mixed == decide(there, orders, RULES)


@patient
@given(there_before, buyers)
def test_twice_is_once(there: list[KnownBuyer], orders: list[NewBuyer]) -> None:
    first = decide(there, orders, RULES)
    then = after(there, orders, first)
    again = decide(then, orders, RULES)
    assert {one.reason for one in again} <= {"same_order"}
    assert [one.customer_id for one in again] == [one.customer_id or 1000 + one.founder for one in first]
    assert after(then, orders, again) == then


@patient
@given(there_before, buyers)
def test_names_that_conflict_are_never_one_buyer(there: list[KnownBuyer], orders: list[NewBuyer]) -> None:
    decisions = decide(there, orders, RULES)
    by_order = {one.order_id: one for one in orders}
    told: dict[tuple[int | None, int], list[set[str]]] = {(one.customer_id, 0): [set(one.name.split())] for one in there}
    for decision in decisions:
        told.setdefault((decision.customer_id, decision.founder), []).append(set(by_order[decision.order_id].name.split()))
    for group in told.values():
        fullest = max(group, key=len)
        assert all(name <= fullest for name in group)


@patient
@given(there_before, buyers)
def test_whoever_is_adopted_shares_a_contact(there: list[KnownBuyer], orders: list[NewBuyer]) -> None:
    mine: dict[tuple[int | None, int], frozenset[Contact]] = {(one.customer_id, 0): one.contacts for one in there}
    by_order = {one.order_id: one for one in orders}
    for decision in decide(there, orders, RULES):
        who, given = (decision.customer_id, decision.founder), by_order[decision.order_id].contacts
        if decision.verdict == "adopt":
            assert mine[who] & given
        else:
            assert (decision.customer_id, decision.founder) == (None, decision.order_id)
            assert who not in mine
        mine[who] = mine.get(who, frozenset()) | given


def test_every_question_has_a_sentence() -> None:
    assert all(sentence_of(code) for code in ("customer_name_conflicts", "customer_email_conflicts", "customer_fits_several"))


PETROV = {"name": {"full": "Пётр Петров"}, "phones": [{"raw": "8", "e164": PHONES[0]}], "email": "P@Mail.example"}


def read(buyer: dict[str, Any], *, is_real: bool = True, **rules: Any) -> NewBuyer:
    found = buyer_of(1, buyer, is_real=is_real, rules=CustomerRules(**rules))
    assert found is not None
    return found


def test_a_buyer_is_read_as_orders_keep_him() -> None:
    found = read(PETROV)
    assert (found.name, found.contacts) == ("Пётр Петров", contacts(PHONES[0], "p@mail.example"))


def test_contacts_of_a_marketplace_are_not_believed() -> None:
    found = read(PETROV, is_real=False)
    assert (found.contacts, found.untold) == (frozenset(), "contact_is_hidden")


def test_the_shops_own_contacts_tell_nothing() -> None:
    found = read(PETROV, own_contacts=["8 (912) 345-67-00", "p@MAIL.example"])
    assert (found.contacts, found.untold) == (frozenset(), "contact_is_own")
    assert read(PETROV, own_contacts=[PHONES[0]]).contacts == contacts("p@mail.example")


def test_what_cannot_be_a_contact_is_none() -> None:
    found = read({"name": {"full": "Пётр"}, "phones": [{"raw": "12"}], "email": "p***@mail.example"})
    assert (found.contacts, found.untold) == (frozenset(), "has_no_contact")


def test_an_extension_is_part_of_the_phone() -> None:
    desk = read({"phones": [{"raw": "8", "e164": PHONES[0], "extension": "12"}]})
    assert desk.contacts == contacts(f"{PHONES[0]};ext=12")
    assert contacts_told("8 912 345-67-00 доб. 12", None) == desk.contacts


def test_a_recipients_phone_tells_nothing_of_the_buyer() -> None:
    both = [{"raw": "8", "e164": PHONES[0]}, {"raw": "8", "e164": PHONES[1]}]
    assert read({**PETROV, "phones": both, "recipient": {"full": "Анна"}, "email": ""}).contacts == contacts(PHONES[0])
    assert read({**PETROV, "phones": both, "recipient": {"full": "Петров Пётр"}, "email": ""}).contacts == contacts(*PHONES[:2])


def test_an_order_that_tells_nothing_of_its_buyer_has_none() -> None:
    assert buyer_of(1, {"address": {"city": "Омск"}, "comment": "звонить"}, is_real=True, rules=RULES) is None


def test_a_phone_is_found_however_it_is_typed() -> None:
    assert read_phone("8 912 345-67-00").e164 == PHONES[0]
    assert contacts_told("8 (912) 345-67-00", " P@mail.example ") == contacts(PHONES[0], "p@mail.example")
    assert contacts_told("12", "nobody") == contacts_told(None, None) == frozenset()


@pytest.mark.parametrize(
    ("by_phone", "by_email", "found"),
    [
        ([], [], None),
        ([1], [], 1),
        ([], [1], 1),
        ([1], [1], 1),
        ([1, 2], [], None),
        ([1, 2], [2], 2),
        ([1], [2], None),
        ([1, 2], [1, 2], None),
    ],
)
def test_a_buyer_is_found_only_where_nobody_else_is_meant(by_phone: list[int], by_email: list[int], found: int | None) -> None:
    assert whose(by_phone, by_email) == found

"""Our states and an account's statuses."""

import pytest

from adapters.retailcrm.states import States
from tests.adapters.retailcrm.vendor import STATUSES

STATES = States(statuses=STATUSES, read_statuses={"no-product": "cancelled", "send-to-delivery": "shipped"})


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("new", "new"),
        ("assembling", "confirmed"),
        ("delivering", "shipped"),
        ("complete", "delivered"),
        ("cancel-other", "cancelled"),
        ("no-product", "cancelled"),
        ("return", "returned"),
        ("client-confirmed", None),
        ("send-to-assembling", "confirmed"),
        ("arrived-in-pickup-point", "shipped"),
        *((code, "cancelled") for code in ("no-call", "already-buyed", "delyvery-did-not-suit", "prices-did-not-suit")),
    ],
)
def test_a_status_is_a_state_by_the_mapping(status: str, state: str | None) -> None:
    assert STATES.state_of(status) == state


def test_a_status_of_several_states_is_the_earliest_of_them() -> None:
    one = States(statuses={"returned": "LOSE", "cancelled": "LOSE", "unpaid": "NEW", "new": "NEW"}, read_statuses={})
    assert (one.state_of("LOSE"), one.state_of("NEW")) == ("cancelled", "new")


def test_the_mapping_of_reading_comes_first() -> None:
    assert States(statuses=STATUSES, read_statuses={"new": "unpaid"}).state_of("new") == "unpaid"


def test_what_the_settings_say_of_a_standard_status_counts_more() -> None:
    other = States(statuses={"shipped": "assembling-complete"}, read_statuses={"no-call": "other"})
    assert (other.state_of("assembling-complete"), other.state_of("no-call")) == ("shipped", "other")


def test_every_status_that_is_named_is_known() -> None:
    assert STATES.codes == {*STATUSES.values(), "no-product", "send-to-delivery"}


@pytest.mark.parametrize(
    ("state", "shown", "sent"),
    [
        ("confirmed", "new", "assembling"),
        ("cancelled", "delivering", "cancel-other"),
        ("returned", "complete", "return"),
        ("delivered", "delivering", "complete"),
        ("new", "new", None),
        ("unpaid", "new", None),
        ("shipped", "send-to-delivery", None),
        ("cancelled", "no-product", None),
        ("new", "assembling", None),
        ("confirmed", "cancel-other", None),
        ("confirmed", "complete", None),
        ("new", "client-confirmed", None),
        ("confirmed", "client-confirmed", None),
        ("shipped", "client-confirmed", "delivering"),
        ("cancelled", "client-confirmed", "cancel-other"),
        ("other", "new", None),
    ],
)
def test_a_status_is_sent_where_ours_is_further_and_means_something_else(state: str, shown: str, sent: str | None) -> None:
    assert STATES.to_send(state, shown) == sent


def test_a_state_that_is_not_mapped_is_not_sent() -> None:
    assert States(statuses={"new": "new"}, read_statuses={}).to_send("shipped", "new") is None

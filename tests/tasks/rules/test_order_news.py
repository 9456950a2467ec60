from itertools import product
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.rules.order_news import DEFAULT_TELLS, EVENTS, TAKEN, Event, OnecSaid, Standing, Tell, answered, due, events_of, tells_of, wanted
from validation.order_news import Action, OrderNews
from validation.sales import STATES

POSTED, SHIPPED, CANCELLED = (
    OnecSaid(is_posted=True),
    OnecSaid(is_posted=True, is_shipped=True),
    OnecSaid(is_posted=True, is_cancelled=True),
)
MARKET, OZON, SITE, WB = (DEFAULT_TELLS[kind] for kind in ("yandex_market", "ozon", "woocommerce", "wildberries"))

said = st.builds(OnecSaid, is_posted=st.booleans(), is_shipped=st.booleans(), is_cancelled=st.booleans())
standings = st.builds(Standing, state=st.sampled_from(STATES), said=said)


def news(action: Action) -> OrderNews:
    return OrderNews(order_ref="1", number="2", action=action)


@pytest.mark.parametrize(
    ("kind", "onec", "actions"),
    [
        ("wildberries", POSTED, ("confirm",)),
        ("wildberries", SHIPPED, ("confirm",)),
        ("ozon", POSTED, ()),
        ("ozon", SHIPPED, ("ready",)),
        ("yandex_market", POSTED, ("confirm",)),
        ("yandex_market", SHIPPED, ("confirm", "ready")),
        ("woocommerce", POSTED, ("confirm",)),
        ("woocommerce", SHIPPED, ("confirm", "shipped")),
        ("ozon", OnecSaid(), ()),
        *((kind, CANCELLED, ("cancel",)) for kind in DEFAULT_TELLS),
    ],
)
def test_what_each_kind_of_channel_is_told_by_default(kind: str, onec: OnecSaid, actions: tuple[Action, ...]) -> None:
    assert due(None, Standing(state="new", said=onec), tells=tells_of(kind, {})) == actions


def test_a_cancelled_order_is_told_nothing_but_that() -> None:
    both = OnecSaid(is_posted=True, is_shipped=True, is_cancelled=True)
    assert due(None, Standing(state="new", said=both), tells=MARKET) == ("cancel",)


def test_what_was_asked_before_is_not_due_again() -> None:
    posted = Standing(state="new", said=POSTED)
    assert due(posted, posted, tells=MARKET) == ()
    assert due(posted, Standing(state="new", said=SHIPPED), tells=MARKET) == ("ready",)


def test_what_was_not_paid_for_is_told_when_it_is() -> None:
    unpaid = Standing(state="unpaid", said=POSTED)
    assert due(None, unpaid, tells=MARKET) == ()
    assert due(unpaid, Standing(state="new", said=POSTED), tells=MARKET) == ("confirm",)


@pytest.mark.parametrize("state", ["confirmed", "shipped", "delivered", "cancelled", "returned"])
def test_a_channel_that_is_further_is_not_told_to_confirm(state: str) -> None:
    assert due(None, Standing(state=state, said=POSTED), tells=WB) == ()


def test_an_order_that_the_channel_cancelled_is_not_cancelled_again_but_one_that_has_left_is_asked_about() -> None:
    assert due(None, Standing(state="cancelled", said=CANCELLED), tells=OZON) == ()
    assert due(None, Standing(state="shipped", said=CANCELLED), tells=OZON) == ("cancel",)


def test_what_the_channel_ships_itself_is_its_own_affair() -> None:
    assert due(None, Standing(state="new", said=SHIPPED, is_by_channel=True), tells=MARKET) == ()


def test_an_event_that_is_switched_off_is_not_told() -> None:
    assert due(None, Standing(state="new", said=SHIPPED), tells=tells_of("yandex_market", {"shipped": "none"})) == ("confirm",)


def test_one_event_may_be_told_as_another() -> None:
    assert due(None, Standing(state="new", said=POSTED), tells=tells_of("ozon", {"reserved": "ready"})) == ("ready",)


def test_a_status_of_1c_says_what_its_flags_do_not() -> None:
    delivered = OnecSaid(is_posted=True, is_shipped=True, status=" ПОЛУЧЕН ")
    statuses: dict[str, Event] = {"Получен": "delivered", "Отказ": "cancelled"}
    assert events_of(delivered, statuses) == {"reserved", "shipped", "delivered"}
    assert due(None, Standing(state="new", said=delivered), tells=SITE, statuses=statuses) == ("confirm", "shipped", "delivered")
    assert events_of(OnecSaid(status="В работе"), statuses) == set()
    nameless: dict[str, Event] = {"": "shipped"}
    assert events_of(OnecSaid(), nameless) == set()


@given(standings)
def test_nothing_is_due_where_nothing_has_changed(standing: Standing) -> None:
    for tells in DEFAULT_TELLS.values():
        assert due(standing, standing, tells=tells) == ()


@given(standings, standings)
def test_nothing_is_due_that_is_not_wanted_now(before: Standing, after: Standing) -> None:
    for tells in DEFAULT_TELLS.values():
        assert set(due(before, after, tells=tells)) <= set(wanted(after, tells=tells, statuses={}))


@pytest.mark.parametrize("kind", DEFAULT_TELLS)
def test_the_defaults_name_every_event_and_only_what_the_channel_takes(kind: str) -> None:
    assert set(DEFAULT_TELLS[kind]) == set(EVENTS)
    assert set(DEFAULT_TELLS[kind].values()) <= TAKEN[kind] <= set(get_args(Tell))


@pytest.mark.parametrize(("action", "state"), list(product(("confirm", "ready", "shipped", "delivered"), ("cancelled", "unpaid", "other"))))
def test_what_cannot_be_confirmed_says_why(action: Action, state: str) -> None:
    why = {"cancelled": "order_is_cancelled", "unpaid": "order_is_unpaid", "other": "order_state_is_odd"}
    assert answered(news(action), state, reached="confirmed") == ("refused", why[state])


@pytest.mark.parametrize(
    ("state", "answer"),
    [("new", None), ("confirmed", ("already", None)), ("delivered", ("already", None)), ("returned", ("already", None))],
)
def test_a_state_that_is_reached_or_passed_is_already(state: str, answer: object) -> None:
    assert answered(news("ready"), state, reached="confirmed") == answer


@pytest.mark.parametrize(
    ("state", "answer"),
    [
        ("unpaid", None),
        ("new", None),
        ("confirmed", None),
        ("shipped", ("refused", "order_has_left")),
        ("delivered", ("refused", "order_has_left")),
        ("returned", ("already", None)),
        ("cancelled", ("already", None)),
        ("other", ("refused", "order_state_is_odd")),
    ],
)
def test_a_cancellation_is_for_what_has_not_left(state: str, answer: object) -> None:
    assert answered(news("cancel"), state, reached="confirmed") == answer

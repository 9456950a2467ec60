"""What follows from a person's change in the CRM."""

import pytest

from tasks.rules.crm import CrmChange
from tasks.rules.crm_changes import Ordered, follows


def change(state: str | None = None, *, ref: str | None = "wb-7", is_deleted: bool = False) -> CrmChange:
    return CrmChange(ref=ref, foreign_ref="12", status="any", state=state, is_deleted=is_deleted)


def ordered(state: str = "new") -> Ordered:
    return Ordered(number="100007", channel="wb", state=state)


@pytest.mark.parametrize("state", ["unpaid", "new", "confirmed", "other"])
def test_an_open_order_cancelled_in_the_crm_is_cancelled_on_its_channel(state: str) -> None:
    found = follows(change("cancelled"), ordered(state))
    assert found.tell == "cancel"
    assert found.sentence is not None
    assert "100007" in found.sentence


@pytest.mark.parametrize("state", ["shipped", "delivered", "returned"])
def test_what_has_left_is_not_cancelled_but_somebody_is_told(state: str) -> None:
    found = follows(change("cancelled"), ordered(state))
    assert found.tell is None
    assert found.sentence is not None


def test_what_is_cancelled_already_is_no_news() -> None:
    assert follows(change("cancelled"), ordered("cancelled")) == follows(change(None), ordered())


def test_a_new_order_confirmed_in_the_crm_is_confirmed_on_its_channel_once() -> None:
    assert follows(change("confirmed"), ordered("new")).tell == "confirm"
    assert follows(change("confirmed"), ordered("confirmed")).tell is None


def test_a_deleted_order_stays_ours_and_is_told_of() -> None:
    found = follows(change("cancelled", is_deleted=True), ordered())
    assert found.tell is None
    assert found.sentence is not None


def test_an_order_we_never_had_is_told_of_only_if_it_bears_our_mark() -> None:
    assert follows(change("cancelled", ref=None), None).sentence is None
    assert follows(change("cancelled"), None).sentence is not None

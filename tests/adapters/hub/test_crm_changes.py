"""What people did in a CRM, on a real hub."""

from dataclasses import replace

import pytest

from adapters.hub.crm_changes import CrmInbox
from adapters.hub.hub import Hub
from adapters.hub.outbox import Outbox
from tasks.rules.crm import CrmChange, CrmChanges
from tests.adapters.hub.order_shop import RULES, OrderShop, report


@pytest.mark.parametrize("channel", ["wb", "wb-2"])
@pytest.mark.parametrize("order_ref", ["7", "1234-0001-1"])
def test_an_order_is_found_by_its_mark_whatever_hyphens_are_in_it(hub: Hub, channel: str, order_ref: str) -> None:
    shop = OrderShop(hub, rules=replace(RULES, title=channel), channel=channel)
    shop.orders.connect(channel)
    shop.sells(5, 3)
    shop.record(report(order_ref))
    cancelled = CrmChange(ref=f"{channel}-{order_ref}", foreign_ref="1", status="cancel-other", state="cancelled")
    taken = CrmInbox(hub, "main").take(CrmChanges(changes=(cancelled,), cursor="1"))
    assert taken.told == 1
    assert Outbox(hub).waiting().select("target", "kind").rows() == [(f"channel:{channel}", "cancel")]

"""A CRM's history, read into the hub: what people did there, and what follows from it."""

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from adapters.capabilities import Crm
from adapters.hub.crm_changes import CrmInbox, Taken
from adapters.hub.customers import Customers
from adapters.hub.hub import Hub
from adapters.hub.orders import Orders
from adapters.hub.runs import Cursors
from adapters.settings import Settings
from tasks.orders import channel_orders
from tasks.rules.tiers import tier_of

ENTITY, READ = "orders", "orders_read_at"


def renew_tiers(hub: Hub, settings: Settings) -> int:
    """Give every buyer the tier that his purchases earn by now, and have the CRMs told; how many changed."""
    if not settings.tiers.levels:
        return 0
    customers = Customers(hub)
    now = hub.clock.now().astimezone(ZoneInfo(settings.time_zone))
    return len(customers.set_tiers(tier_of(customers.purchases(), now, settings.tiers), crms=settings.crm))


def read_if_old(hub: Hub, settings: Settings, name: str, crm: Crm) -> Taken | None:
    """`read_crm`, where the last reading is older than the CRM's settings want it."""
    read_at = Cursors(hub).read(f"crm:{name}", READ)
    now = hub.clock.now()
    if read_at is not None and datetime.fromisoformat(read_at) + timedelta(seconds=settings.crm[name].read_every_s) > now:
        return None
    taken = read_crm(hub, settings, name, crm)
    Cursors(hub).move(f"crm:{name}", READ, now.isoformat())
    return taken


def read_crm(hub: Hub, settings: Settings, name: str, crm: Crm) -> Taken:
    """Everything that people changed since the last reading; the first one only learns where to begin.

    What they answered goes into the orders first, channel by channel, and to their buyers; the cursor moves last, so that a reading that
    died is read again.
    """
    changes = crm.read_changes(Cursors(hub).read(f"crm:{name}", ENTITY))
    inbox, orders = CrmInbox(hub, name), Orders(hub)
    answered = [
        orders.answer(channel, left, rules=channel_orders(settings, channel))
        for channel, left in sorted(inbox.by_channel(changes).items())
        if channel in settings.channels
    ]
    if order_ids := [order_id for one in answered for order_id in one.order_ids]:
        Customers(hub).learn(settings.customers, real=settings.channels_with_real_contacts(), order_ids=order_ids)
    return replace(inbox.take(changes), answered=sum(one.questions for one in answered))

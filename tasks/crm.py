"""A CRM's history, read into the hub: what people did there, and what follows from it."""

from adapters.capabilities import Crm
from adapters.hub.crm_changes import CrmInbox, Taken
from adapters.hub.hub import Hub
from adapters.hub.runs import Cursors

ENTITY = "orders"


def read_crm(hub: Hub, name: str, crm: Crm) -> Taken:
    """Everything that people changed since the last reading; the first one only learns where to begin.

    The cursor moves in the transaction that takes the changes in, so that a reading that died is read again.
    """
    cursor = Cursors(hub).read(f"crm:{name}", ENTITY)
    return CrmInbox(hub, name).take(crm.read_changes(cursor))

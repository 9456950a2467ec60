"""What people did in a CRM, taken into the hub in one transaction: the cursor, what channels are told of it, what was deleted there.

Answers to questions about orders go before it, channel by channel, through `adapters.hub.orders.Orders.answer`: each in a transaction under
that channel's recorder lock, never two of them at once. A reading that died between them is read again, and answers nothing twice.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, select, update

from adapters.hub import journal
from adapters.hub.crm_deletions import deleted_among, forget_deletions, forget_missed, note_deletions
from adapters.hub.crm_orders import crm_ref
from adapters.hub.hub import Hub
from adapters.hub.incidents import recover_incident, report_incident
from adapters.hub.outbox import Owed, owe
from adapters.hub.runs import put_cursor
from adapters.hub.tables.journal import cursor, incident
from adapters.hub.tables.orders import sale_order
from adapters.hub.tables.outbox import outbox
from tasks.rules.crm import CrmChange, CrmChanges
from tasks.rules.crm_changes import Ordered, follows

RETOLD = timedelta(days=30)
"""Orders so old are told once more to a CRM that was set back to an older copy."""
RESTORED = "crm_restored"
ORDER = "order"


@dataclass(frozen=True, kw_only=True)
class Taken:
    """What a reading of a CRM's history came to: orders people changed, channels that are told, questions answered, orders told anew."""

    changed: int = 0
    told: int = 0
    answered: int = 0
    retold: int = 0


class CrmInbox:
    """The hub's side of one CRM's history.

    Args:
        hub: the hub.
        name: the CRM's, in settings.
    """

    def __init__(self, hub: Hub, name: str) -> None:
        self._hub = hub
        self._target = f"crm:{name}"

    def by_channel(self, changes: CrmChanges) -> dict[str, dict[str, CrmChange]]:
        """The changed orders of ours: channel → the channel's own key → the order as it stands in the CRM."""
        found: dict[str, dict[str, CrmChange]] = {}
        with self._hub.engine.begin() as connection:
            orders = _orders(connection, changes.changes)
        for change in changes.changes:
            if (row := orders.get(change.ref or "")) is not None:
                found.setdefault(row.channel, {})[row.order_ref] = change
        return found

    def take(self, changes: CrmChanges) -> Taken:
        """Write down where the reading ended, with everything that follows from it. The same changes again change nothing."""
        now = self._hub.clock.now()
        with self._hub.engine.begin() as connection:
            orders = _orders(connection, changes.changes)
            told: list[Owed] = []
            for change in changes.changes:
                row = orders.get(change.ref or "")
                found = follows(change, Ordered(number=row.number, channel=row.channel, state=row.state) if row is not None else None)
                if row is not None and found.tell is not None:
                    told.append(Owed(target=f"channel:{row.channel}", kind=found.tell, subject=row.number, is_once=True))
                if found.sentence is not None:
                    journal.write(connection, now, "crm_change", f"{self._target}:{change.foreign_ref}", found.sentence)
            owe(connection, now, told)
            self._heed_deletions(connection, now, changes, orders)
            retold = self._retell(connection, now) if changes.was_restored else 0
            put_cursor(connection, now, self._target, "orders", changes.cursor)
        return Taken(changed=len(changes.changes), told=len(told), retold=retold)

    def end_restoration(self) -> bool:
        """Close the incident of a CRM that was set back, once it has all that was owed anew; whether that is so now.

        An order that never was in the CRM, and is first owed since, is another matter; one that died keeps the incident open.
        """
        now, o, i = self._hub.clock.now(), outbox.c, incident.c
        with self._hub.engine.begin() as connection:
            live = select(i.last_at).where(i.kind == RESTORED, i.cause == self._target, i.recovered_at.is_(None))
            restored_at = connection.execute(live).scalar()
            if restored_at is None:
                return False
            is_lost = (o.enqueued_at <= restored_at) | and_(o.told_version > 0, o.told_at < restored_at)
            owed = select(o.outbox_id).where(o.target == self._target, o.kind == ORDER, o.told_version < o.version, is_lost)
            if connection.execute(owed.limit(1)).first() is not None:
                return False
            return recover_incident(connection, now, kind=RESTORED, cause=self._target)

    def _heed_deletions(self, connection: Connection, now: datetime, changes: CrmChanges, orders: Mapping[str, Any]) -> None:
        """What was deleted there stays away; what people have there again is told as before.

        Only the order that the CRM took from us last counts: an older one under the same mark may have been made anew since. Of a CRM
        that was set back, the whole history is read: what it says of deletions is old.
        """
        here = [(change, orders[change.ref or ""].number) for change in changes.changes if (change.ref or "") in orders]
        o = outbox.c
        rows = connection.execute(
            select(o.subject, o.foreign_ref).where(o.target == self._target, o.kind == ORDER, o.subject.in_([number for _, number in here]))
        ).all()
        refs = {row.subject: row.foreign_ref for row in rows}
        if not changes.was_restored:
            note_deletions(
                connection,
                now,
                self._target,
                {number for change, number in here if change.is_deleted and refs.get(number) == change.foreign_ref},
            )
        back = deleted_among(connection, self._target, {number for change, number in here if not change.is_deleted})
        forget_deletions(connection, now, self._target, back)
        owe(connection, now, [Owed(target=self._target, kind=ORDER, subject=number) for number in back])

    def _retell(self, connection: Connection, now: datetime) -> int:
        """A CRM that lost its last days is told of them anew: what it still has is found there and changed, not made twice.

        Its own ids are forgotten: what it called ours since the copy is not there, or is something else. So is what was missed there since
        the last reading, which nobody need have deleted.
        """
        o = sale_order.c
        connection.execute(update(outbox).where(outbox.c.target == self._target).values(foreign_ref=None))
        read_at = connection.execute(select(cursor.c.moved_at).where(cursor.c.system == self._target, cursor.c.entity == "orders")).scalar()
        forget_missed(connection, now, self._target, since=read_at)
        recent = select(o.number).where(o.number.is_not(None), o.recorded_at >= now - RETOLD)
        retold = owe(connection, now, [Owed(target=self._target, kind=ORDER, subject=number) for number in connection.scalars(recent)])
        report_incident(
            connection,
            now,
            kind=RESTORED,
            cause=self._target,
            sentence=f"{self._target}: CRM восстановлена из старой копии.",
            meaning=f"Заказы и клиенты последних дней в ней могли пропасть. Utyug передаёт заново {retold} заказов за {RETOLD.days} дней.",
            advice="Проверьте в CRM задачи и комментарии этих дней: их Utyug не хранит. Когда все заказы дойдут, сообщение закроется само.",
        )
        return retold


def _orders(connection: Connection, changes: Sequence[CrmChange]) -> dict[str, Any]:
    """Our orders by their reference there; a channel's name may have hyphens too."""
    refs = {change.ref for change in changes if change.ref is not None}
    o = sale_order.c
    endings = {ref[at + 1 :] for ref in refs for at, letter in enumerate(ref) if letter == "-"}
    wanted = select(o.order_id, o.channel, o.order_ref, o.number, o.state).where(o.number.is_not(None), o.order_ref.in_(endings))
    return {ref: row for row in connection.execute(wanted) if (ref := crm_ref(row.channel, row.order_ref)) in refs}

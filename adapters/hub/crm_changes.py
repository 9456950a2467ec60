"""What people did in a CRM, taken into the hub in one transaction: the cursor, what channels are told of it, answers to questions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, select, update

from adapters.hub import journal
from adapters.hub.channel_refusals import settle_rows
from adapters.hub.crm_orders import crm_ref
from adapters.hub.hub import Hub
from adapters.hub.incidents import report_incident
from adapters.hub.outbox import Owed, owe
from adapters.hub.runs import put_cursor
from adapters.hub.tables.orders import sale_order
from tasks.rules.buyers import Phone, answered, questions
from tasks.rules.crm import CrmChange, CrmChanges
from tasks.rules.crm_changes import Ordered, follows
from tasks.rules.sales import ENTITY
from validation.quarantine import NONE_REFUSED

RETOLD = timedelta(days=30)
"""Orders so old are told once more to a CRM that was set back to an older copy."""


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

    def take(self, changes: CrmChanges) -> Taken:
        """Write down where the reading ended, with everything that follows from it. The same changes again change nothing."""
        now = self._hub.clock.now()
        with self._hub.engine.begin() as connection:
            orders = _orders(connection, changes.changes)
            told: list[Owed] = []
            answers = 0
            for change in changes.changes:
                row = orders.get(change.ref or "")
                found = follows(change, _ordered(row) if row is not None else None)
                if row is not None and found.tell is not None:
                    told.append(Owed(target=f"channel:{row.channel}", kind=found.tell, subject=row.number, is_once=True))
                if row is not None and found.phone is not None:
                    _answer(connection, row, found.phone)
                    settle_rows(connection, now, row.channel, entity=ENTITY, keys=[row.order_ref], refused=NONE_REFUSED)
                    told.append(Owed(target=self._target, kind="order", subject=row.number))
                    answers += 1
                if found.sentence is not None:
                    journal.write(connection, now, "crm_change", f"{self._target}:{change.foreign_ref}", found.sentence)
            owe(connection, now, told)
            retold = self._retell(connection) if changes.was_restored else 0
            put_cursor(connection, now, self._target, "orders", changes.cursor)
        return Taken(changed=len(changes.changes), told=len(told) - answers, answered=answers, retold=retold)

    def _retell(self, connection: Connection) -> int:
        """A CRM that lost its last days is told of them anew: what it still has is found there and changed, not made twice."""
        now, o = self._hub.clock.now(), sale_order.c
        recent = select(o.number).where(o.number.is_not(None), o.recorded_at >= now - RETOLD)
        retold = owe(connection, now, [Owed(target=self._target, kind="order", subject=number) for number in connection.scalars(recent)])
        report_incident(
            connection,
            now,
            kind="crm_restored",
            cause=self._target,
            sentence=f"{self._target}: CRM восстановлена из старой копии.",
            meaning=f"Заказы и клиенты последних дней в ней могли пропасть. Utyug передаёт заново {retold} заказов за {RETOLD.days} дней.",
            advice="Проверьте в CRM задачи и комментарии этих дней: их Utyug не хранит.",
        )
        return retold


def _orders(connection: Connection, changes: Sequence[CrmChange]) -> dict[str, Any]:
    """Our orders by their reference there, locked; a channel's name may have hyphens too."""
    refs = {change.ref for change in changes if change.ref is not None}
    o = sale_order.c
    endings = {ref[at + 1 :] for ref in refs for at, letter in enumerate(ref) if letter == "-"}
    wanted = (
        select(o.order_id, o.channel, o.order_ref, o.number, o.state, o.buyer)
        .where(o.number.is_not(None), o.order_ref.in_(endings))
        .order_by(o.order_id)
        .with_for_update()
    )
    return {ref: row for row in connection.execute(wanted) if (ref := crm_ref(row.channel, row.order_ref)) in refs}


def _ordered(row: Any) -> Ordered:  # noqa: ANN401 - a row
    return Ordered(number=row.number, channel=row.channel, state=row.state, lacks_phone=bool(questions(row.buyer)))


def _answer(connection: Connection, row: Any, phone: Phone) -> None:  # noqa: ANN401 - a row
    """The phone that a person wrote in the CRM."""
    connection.execute(update(sale_order).where(sale_order.c.order_id == row.order_id).values(buyer=answered(row.buyer, phone)))

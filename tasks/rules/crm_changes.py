"""What follows from what people did to an order in the CRM, beside the questions that they answer (`tasks.rules.crm_answers`).

The channel's word on an order is final: a status in the CRM never becomes the order's state here. It makes us tell the channel, and what
the channel then shows is recorded, and goes on to 1C and back to the CRM.
"""

from dataclasses import dataclass
from typing import Literal

from tasks.rules.crm import CrmChange
from tasks.rules.order_changes import CANCELLED, OPEN

Tell = Literal["cancel", "confirm"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Ordered:
    """An order as the hub has it."""

    number: str
    channel: str
    state: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Follows:
    """What is to be done.

    Args:
        tell: what the order's channel is told.
        sentence: what the journal keeps; without personal data.
    """

    tell: Tell | None = None
    sentence: str | None = None


def follows(change: CrmChange, order: Ordered | None) -> Follows:
    """What follows from a change; nothing where it says what is known already.

    Args:
        change: the order as it stands in the CRM.
        order: ours; None: we have none by that reference.
    """
    if order is None:
        known = f"Заказ {change.ref} есть в CRM, а в Utyug его нет. Ничего не сделано." if change.ref is not None else None
        return Follows(sentence=known)
    if change.is_deleted:
        return Follows(sentence=f"Заказ {order.number} удалён в CRM. На площадке и в 1С он остался; отмените его там, если он не нужен.")
    if change.state == CANCELLED and order.state in OPEN:
        return Follows(tell="cancel", sentence=f"Заказ {order.number} отменён в CRM: отменяем на площадке {order.channel}.")
    if change.state == CANCELLED and order.state != CANCELLED:
        return Follows(sentence=f"Заказ {order.number} отменён в CRM, но уже отгружен: оформите возврат.")
    if change.state == "confirmed" and order.state == "new":
        return Follows(tell="confirm")
    return Follows()

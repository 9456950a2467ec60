"""News of an order for the channel that sold it: what is told, what became of it, and why the channel did not take it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Action = Literal["confirm", "ready", "shipped", "delivered", "cancel"]
"""``confirm``: the shop has it in work; ``ready``: packed and waiting to be handed over; ``cancel``: the shop cannot send it."""

Why = Literal["out_of_stock", "defective", "other"]
"""Why the shop cancels; a buyer cancels on the channel by themselves."""

Outcome = Literal["accepted", "already", "refused", "unknown"]


@dataclass(frozen=True, kw_only=True, slots=True)
class OrderNews:
    """One thing to tell of one order.

    Args:
        order_ref: the channel's key of the order.
        number: ours, digits.
        action: what has happened.
        left_pcs: for a ``cancel`` of a part: pieces that stay in each line named, by the channel's key of the line, none for a line that
            goes whole; lines that are not named stay as they are. Empty: the whole order. These are figures and not differences, so
            that the same news twice takes nothing twice.
        why: the shop cancels.
    """

    order_ref: str
    number: str
    action: Action
    left_pcs: Mapping[str, int] = field(default_factory=dict)
    why: Why = "other"


@dataclass(frozen=True, kw_only=True, slots=True)
class OrderTold:
    """What became of it.

    Args:
        order_ref: the channel's key of the order.
        outcome: accepted; already (the channel is there or further, nothing was sent); refused; unknown (nobody can tell, or it never
            left: telling it again looks at the channel first and does no harm).
        reason: why it is not taken or not known; one of `NEWS_SENTENCES`.
        sentence: the same for a manager.
    """

    order_ref: str
    outcome: Outcome
    reason: str | None = None
    sentence: str | None = None


NEWS_SENTENCES = {
    "order_is_gone": "Такого заказа на площадке нет: сообщать о нём некому. Проверьте, тот ли это кабинет.",
    "order_is_cancelled": "Заказ на площадке уже отменён: подтверждать и собирать его не нужно. Снимите его с отгрузки в 1С.",
    "order_is_unpaid": "Заказ на площадке ещё не оплачен и сборки не ждёт. Как только оплата придёт, Utyug сообщит о нём сам.",
    "order_waits_for_channel": "Площадка ещё не открыла заказ для сборки: проверяет его или ждёт покупателя. "
    "Как только откроет, Utyug сообщит о нём сам.",
    "order_has_left": "Заказ уже отгружен, и отменить его площадка не даёт. Если товара на самом деле нет, обратитесь в её поддержку; "
    "если покупатель отказался, ждите возврата.",
    "order_state_is_odd": "Заказ на площадке в состоянии, которого Utyug не знает: менять его вслепую нельзя. Посмотрите заказ в кабинете.",
    "news_is_not_taken": "Площадка такого сообщения о заказе не принимает. Уберите его из настройки news этого канала.",
    "part_is_not_taken": "Отменить часть заказа эта площадка не даёт, только весь. Уберите товар из заказа в её кабинете "
    "или отмените заказ целиком.",
    "other_number_is_given": "У заказа на площадке уже есть номер от другой программы, а даётся он один раз: в документах Маркета "
    "останется прежний. Проверьте, не принимает ли заказы ещё кто-то.",
    "cancel_is_not_offered": "Площадка не предлагает для этого заказа ни одной причины отмены продавцом: отменить его нельзя. "
    "Посмотрите заказ в кабинете.",
    "channel_refuses_news": "Площадка не приняла сообщение о заказе. Посмотрите заказ в кабинете и сделайте это там.",
    "assembly_goes_on": "Площадка ещё собирает заказ у себя. Utyug посмотрит снова, делать ничего не нужно.",
    "assembly_has_failed": "Площадка не смогла отметить заказ собранным и просит повторить. Utyug повторит сам.",
    "news_outcome_is_unknown": "Площадка не сказала, приняла ли сообщение о заказе. Utyug посмотрит заказ и, если нужно, повторит.",
    "news_has_not_left": "Площадка перестала отвечать раньше, чем дошла очередь до этого заказа. Utyug сообщит о нём в следующий раз.",
}

PASSING = frozenset({"order_is_unpaid", "order_waits_for_channel"})
"""Refusals that pass by themselves: worth telling again when the channel shows the order in another state."""

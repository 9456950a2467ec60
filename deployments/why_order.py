"""`utyug why ORDER`: one order's life across all systems."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from adapters.hub.order_views import OrderLife
from adapters.hub.shipment_tells import STATES
from deployments.why_parcels import happened
from deployments.why_words import ACCOUNTS, REASONS
from tasks.rules.buyers import masked
from tasks.rules.sale_documents import STATUSES

LINE_STATES = {
    "sold": "продано",
    "unknown": "товар неизвестен",
    "apart": "не из наших остатков",
    "backordered": "ждёт поступления",
}
KINDS = {
    "order": "заказ",
    "customer": "покупатель",
    "confirm": "подтверждение",
    "ready": "собран",
    "shipped": "отгружен",
    "delivered": "доставлен",
    "cancel": "отмена",
    "less": "отмена части",
    "ship_part": "трек или часть",
}
HEARD = {"poll": "опросом", "push": "из уведомления"}


def tell_life(life: OrderLife, console: Console, local: Callable[[datetime | None], str]) -> None:
    """Print it: the order, its goods, its pieces, 1C, CRMs and channels, what left and what came back, questions."""
    order = life.order
    console.print(f"\n[bold]Заказ {order.number or 'без номера'}[/]  {escape(order.channel)} № {escape(order.order_ref)}")
    for line in _head(life, local):
        console.print(f"  • {escape(line)}")
    _print("Товары", ("Код на площадке", "Штук", "Отменено", "Цена, ₽", "Состав", "Состояние"), _goods(life), console)
    moved = [
        (local(row["at"]), row["article"], *map(_account, (row["from_account"], row["to_account"])), row["pcs"], _why(row["reason"]))
        for row in life.movements.iter_rows(named=True)
    ]
    _print("Штуки в книге", ("Когда", "Товар", "Откуда", "Куда", "Штук", "Почему"), moved, console)
    _print("1С", ("База", "Передано", "1С приняла", "1С сообщила", "Что"), [_in_onec(row, local) for row in life.onec.to_dicts()], console)
    owed = [_owed(row, local) for row in life.owed.to_dicts()]
    _print("CRM и площадки", ("Куда", "Что", "В очереди с", "Передано", "Там это", "Почему нет"), owed, console)
    sent = [_sent(row, local) for row in life.shipments.to_dicts()]
    _print("Отправления", ("Номер", "Кто везёт", "Штук", "Состояние", "Трек", "Собрано", "Передано", "Что мешает"), sent, console)
    for title, column, events in (("Что было с отправлениями", "Отправление", life.parcels), ("Возвраты", "Возврат", life.returns)):
        rows = [(local(row["at"]), row["number"] or "", happened(row)) for row in events.iter_rows(named=True)]
        _print(title, ("Когда", column, "Что"), rows, console)
    asked = [(local(row["first_seen_at"]), row["sentence"], _answered(row, local)) for row in life.questions.to_dicts()]
    _print("Вопросы", ("Когда", "Вопрос", "Ответ"), asked, console)


def _head(life: OrderLife, local: Callable[[datetime | None], str]) -> list[str]:
    order = life.order
    lines = [
        f"сделан {local(order.placed_at)}, узнали {local(order.seen_at)} {HEARD[order.heard_by]}",
        f"сейчас: {STATUSES[order.state]} (на площадке «{order.status}»)",
        f"покупатель: {masked(order.buyer)}",
    ]
    if order.changed_at:
        lines.append(f"изменён на площадке {local(order.changed_at)}")
    if order.basket_ref:
        lines.append(f"корзина {order.basket_ref}")
    if order.parent_ref:
        lines.append(f"выделен из {order.parent_ref}")
    if order.ship_by_at:
        lines.append(f"отгрузить до {local(order.ship_by_at)}")
    if order.cancelled_at:
        lines.append(f"об отмене узнали {local(order.cancelled_at)}")
    if order.is_apart:
        lines.append("в остатках не участвует: " + ("склад площадки" if order.is_by_channel else "был до Utyug"))
    return lines


def _account(account: str) -> str:
    """An account in words, with the channel it belongs to."""
    kind, _, owner = account.partition(":")
    return ACCOUNTS.get(kind, account) + (f" {owner.partition(':')[0]}" if kind == "exposure" else "")


def _why(reason: str) -> str:
    return REASONS.get(reason, reason)


def _goods(life: OrderLife) -> list[tuple[Any, ...]]:
    return [
        (
            line.channel_sku,
            line.pcs,
            line.cancelled_pcs or "",
            "" if line.price_kopecks is None else f"{line.price_kopecks / 100:.2f}",
            f"набор, частей {len(line.recipe)}{f', {line.promotion}' if line.promotion else ''}"
            if line.recipe and len(line.recipe) > 1
            else "",
            LINE_STATES[line.state] if line.live_pcs else "отменено",
        )
        for _, line in sorted(life.order.lines.items())
    ]


def _in_onec(row: dict[str, Any], local: Callable[[datetime | None], str]) -> tuple[str, ...]:
    taken = local(row["acknowledged_at"]) if row["acknowledged_version"] == row["version"] else f"ждёт, предложений {row['offered_times']}"
    facts = {"проведён": "is_posted", "отгружен": "is_shipped", "отменён": "is_cancelled"}
    said = [row["status"], *(word for word, name in facts.items() if row[name]), row["tracking"] and f"трек {row['tracking']}"]
    number = f"№ {row['onec_number']}" if row["onec_number"] else None
    return (
        row["source"],
        f"{local(row['enqueued_at'])}, версия {row['version']}",
        taken,
        local(row["reported_at"]) if row["reported_at"] else "",
        ", ".join(part for part in (number, *said) if part),
    )


def _owed(row: dict[str, Any], local: Callable[[datetime | None], str]) -> tuple[str, ...]:
    is_told = row["told_version"] >= row["version"]
    waits = "нужен человек" if row["is_dead"] else f"ждёт до {local(row['due_at'])}, попыток {row['attempts']}"
    return (
        row["target"],
        KINDS.get(row["kind"], row["kind"]),
        local(row["enqueued_at"]),
        local(row["told_at"]) if is_told else waits,
        row["foreign_ref"] or "",
        "" if is_told else row["sentence"] or "",
    )


def _sent(row: dict[str, Any], local: Callable[[datetime | None], str]) -> tuple[str, ...]:
    state = STATES[row["state"]] + (", больше не нужно" if row["is_unwanted"] and row["state"] != "cancelled" else "")
    handed = local(row["handed_at"]) if row["handed_at"] else ""
    who, pcs = row["target"].partition(":")[2], str(row["pcs"])
    return row["number"], who, pcs, state, row["tracking"] or "", local(row["planned_at"]), handed, row["sentence"] or ""


def _answered(row: dict[str, Any], local: Callable[[datetime | None], str]) -> str:
    return "" if row["state"] == "open" else f"{local(row['closed_at'])} {'закрыт' if row['state'] == 'dismissed' else 'решён'}"


def _print(title: str, columns: tuple[str, ...], rows: list[tuple[Any, ...]], console: Console) -> None:
    if rows:
        table = Table(*columns, title=title, title_justify="left")
        for row in rows:
            table.add_row(*(escape(str(cell)) for cell in row))
        console.print(table)

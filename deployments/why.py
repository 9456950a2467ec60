"""`utyug why SKU [CHANNEL]`: why a channel shows this number, from the accounts to the last read-back."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.table import Table

from adapters.errors import Misconfigured
from adapters.hub.hub import Hub
from adapters.hub.ledger import Ledger
from adapters.hub.offer_views import OfferViews
from adapters.hub.order_views import OrderViews
from deployments.why_order import tell_life
from deployments.why_words import ACCOUNTS, FROZEN, REASONS
from validation.quotas import QUOTA_RULES

MOVEMENTS_SHOWN = 20


def explain(hub: Hub, sku: str, channel: str | None, console: Console, *, time_zone: str) -> None:
    """Print everything that led to a number of an item, or that became of an order; a word may mean both.

    Raises:
        Misconfigured: there is no such item and no such order.
    """
    views, clock = OfferViews(hub), _Local(time_zone)
    items = views.items(sku)
    lives = OrderViews(hub).lives(sku)
    if items.is_empty() and not lives:
        raise Misconfigured(
            f"«{sku}» не найдено: нет ни товара с таким артикулом, кодом на площадке, штрихкодом или Ид из 1С, ни заказа с таким номером."
        )
    for life in lives:
        tell_life(life, console, clock)
    for item in items.iter_rows(named=True):
        console.print(f"\n[bold]{item['name'] or item['article']}[/]  артикул {item['article']}, Ид {item['item_ref']}")
        told = Ledger(hub).why(item["item_ref"], limit=MOVEMENTS_SHOWN)
        _show_accounts(told.accounts.to_dicts(), console)
        for offer in views.offers(item["item_id"], channel).iter_rows(named=True):
            _show_offer(offer, console, clock)
        _show_movements(told.movements.to_dicts(), console, clock)


class _Local:
    """Instants as the shop's wall clock shows them."""

    def __init__(self, time_zone: str) -> None:
        self._zone = ZoneInfo(time_zone)

    def __call__(self, instant: datetime | None) -> str:
        return instant.astimezone(self._zone).strftime("%d.%m %H:%M:%S") if instant else "никогда"


def _show_accounts(accounts: list[dict[str, Any]], console: Console) -> None:
    table = Table("Место 1С", "Счёт", "Что это", "Штук", title=f"Книга: всего {sum(row['pcs'] for row in accounts)} шт. по 1С")
    for row in accounts:
        table.add_row(row["place"] or "—", row["account"], ACCOUNTS.get(row["account"].partition(":")[0], ""), str(row["pcs"]))
    console.print(table)


def _show_offer(offer: dict[str, Any], console: Console, local: _Local) -> None:
    where = f"{offer['channel']}, {offer['channel_sku']}" + (f", склад {offer['warehouse_ref']}" if offer["warehouse_ref"] else "")
    part = f" (комплект; частей на комплект: {offer['recipe']})" if offer["is_bundle"] else ""
    shown = "не читалось" if offer["shown_pcs"] is None else f"{offer['shown_pcs']} шт."
    lines = [
        f"показывает {shown}, прочитано {local(offer['shown_at'])}",
        f"может ещё продать или продала без нашего ведома: {offer['exposed_pcs']} шт.",
    ]
    if offer["target_pcs"] is not None:
        lines.append(
            f"должна показывать {offer['target_pcs']} шт. (решено {local(offer['target_at'])}): {QUOTA_RULES[offer['target_rule']]}"
        )
    if offer["phase"] != "open":
        lines.append("подключается: ждём чтения остатка и полного списка заказов")
    if offer["frozen_for"]:
        lines.append(FROZEN.get(offer["frozen_for"], offer["frozen_for"]))
    if offer["write_pcs"] is not None:
        sent = f"ушла {local(offer['sent_at'])}" if offer["sent_at"] else "ещё не ушла"
        lines.append(f"запись {offer['write_pcs']} шт. не подтверждена: {sent}, подействует не позже {local(offer['alive_until_at'])}")
    if offer["read_began_at"]:
        lines.append(f"подтверждает чтение {local(offer['read_began_at'])} ({offer['read_pcs']} шт.), ждём опроса заказов после него")
    if offer["refused_reason"]:
        lines.append(f"последнюю запись площадка не приняла: {offer['refused_reason']}")
    lines.append(f"заказы опрошены {local(offer['poll_began_at'])}; число меняли {local(offer['moved_at'])}")
    console.print(f"[bold]{where}[/]{part}")
    for line in lines:
        console.print(f"  • {line}")


def _show_movements(movements: list[dict[str, Any]], console: Console, local: _Local) -> None:
    table = Table("Когда", "Откуда", "Куда", "Штук", "Почему", "Из-за чего", title="Последние движения")
    for row in movements:
        why = REASONS.get(row["reason"], row["reason"])
        table.add_row(local(row["at"]), row["from_account"], row["to_account"], str(row["pcs"]), why, row["reference"])
    console.print(table)

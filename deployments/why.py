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
from validation.quotas import QUOTA_RULES

MOVEMENTS_SHOWN = 20
ACCOUNTS = {
    "pool": "общий запас, никому не обещано",
    "exposure": "может продать площадка",
    "hold": "отложено на оформлении",
    "sold": "продано, 1С ещё не списала",
    "safety": "страховой запас",
    "onec": "1С",
}
REASONS = {
    "count": "1С пересчитала",
    "connected": "площадка уже продавала это до нас",
    "offered": "отдано площадке перед записью",
    "settled": "площадка не продала, вернулось",
    "write_withdrawn": "запись не ушла, вернулось",
    "edited": "в кабинете показано больше разрешённого",
    "released": "площадке квота больше не нужна",
    "sold": "продано",
    "left_sold": "1С учла продажу в своём остатке",
    "cancelled": "заказ отменён",
    "cancelled_after_leaving": "заказ отменён, 1С ещё держит резерв",
    "recipe_changed": "состав набора с тех пор изменился",
    "unreserved": "1С сняла резерв",
    "held": "отложено на оформлении",
    "hold_expired": "корзину не оплатили вовремя, вернулось",
    "hold_released": "покупатель отказался от корзины, вернулось",
    "hold_reconciled": "заказ по оплаченной корзине так и не пришёл, вернулось",
    "backorder_served": "отдано по предзаказу",
}
FROZEN = {
    "edited": "остановлено: кто-то правил остаток в кабинете",
}


def explain(hub: Hub, sku: str, channel: str | None, console: Console, *, time_zone: str) -> None:
    """Print everything that led to a number.

    Raises:
        Misconfigured: there is no such item.
    """
    views, clock = OfferViews(hub), _Local(time_zone)
    items = views.items(sku)
    if items.is_empty():
        raise Misconfigured(f"Товара {sku} нет: ни по артикулу, ни по коду на площадке, ни по штрихкоду, ни по Ид из 1С.")
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

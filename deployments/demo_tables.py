"""What the demo prints of the channels."""

from collections.abc import Mapping

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from deployments.demo_channels import KINDS, ChannelTold
from tasks.publishing import TITLES
from validation.reasons import SENTENCES

TITLE_OF = {"woocommerce": "сайт", "wildberries": "Wildberries", "ozon": "Ozon", "yandex_market": "Яндекс Маркет"}
CODES_SHOWN = 6


def show_channels(told: Mapping[str, ChannelTold], console: Console) -> None:
    """Per channel what left, what became of it, why not, and which codes had to be made legal."""
    console.print(_sent(told))
    console.print(_refused(told))
    for name, channel in told.items():
        if channel.codes:
            shown = ", ".join(f"{article} → {code}" for code, article in list(channel.codes.items())[:CODES_SHOWN])
            more = f" и ещё {len(channel.codes) - CODES_SHOWN}" if len(channel.codes) > CODES_SHOWN else ""
            console.print(f"  {_titled(name)}: артикул не годится или занят, код площадки свой: {escape(shown)}{more}")


def _sent(told: Mapping[str, ChannelTold]) -> Table:
    table = Table("Площадка", "Что", "Отправлено", "Принято", "Не принято", "Показывает верно", title="Площадки")
    for name, channel in told.items():
        for part, figures in channel.parts.items():
            seen = f"{channel.read_back[f'{part}_equal']} из {channel.read_back[part]}" if part in channel.read_back else ""
            table.add_row(_titled(name), TITLES[part], *(str(figures[key]) for key in ("sent", "accepted", "refused")), seen)
    return table


def _refused(told: Mapping[str, ChannelTold]) -> Table:
    table = Table("Площадка", "Строк", "Почему", title="Не ушло на площадки или не принято ими")
    for name, channel in told.items():
        for reason, rows in sorted(channel.reasons.items(), key=lambda pair: -pair[1]):
            table.add_row(_titled(name), str(rows), SENTENCES.get(reason, reason))
    return table


def _titled(name: str) -> str:
    return TITLE_OF[KINDS[name]]

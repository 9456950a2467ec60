"""«Документ»: an order as 1C pushes it back to the site."""

from collections.abc import Sequence
from datetime import datetime

from deployments.sample.assortment import kopecks, roubles
from deployments.sample.catalog_file import write_requisite, write_unit
from deployments.sample.goods import Offer
from deployments.sample.markup import Markup

PIECES = 2


def write_order(markup: Markup, order_ref: str, number: str, at: datetime, lines: Sequence[Offer]) -> None:
    """One order of `PIECES` of each line; ``Номер`` and ``Дата`` are the site's, the requisites are 1C's own."""
    total_kopecks = sum(_sum_kopecks(line) for line in lines)
    with markup.inside("Документ"):
        markup.leaf("Ид", order_ref)
        markup.leaf("Номер", number)
        markup.leaf("Дата", at.date().isoformat())
        markup.leaf("ХозОперация", "Заказ товара")
        markup.leaf("Роль", "Продавец")
        markup.leaf("Валюта", "RUB")
        markup.leaf("Курс", "1")
        markup.leaf("Сумма", roubles(total_kopecks))
        with markup.inside("Контрагенты"), markup.inside("Контрагент"):
            markup.leaf("Ид", order_ref[::-1])
            markup.leaf("Наименование", "Покупатель с сайта")
            markup.leaf("ПолноеНаименование", "Покупатель с сайта")
            markup.leaf("Роль", "Покупатель")
        markup.leaf("Время", at.time().isoformat(timespec="seconds"))
        markup.leaf("СрокПлатежа", "0001-01-01")
        with markup.inside("Налоги"), markup.inside("Налог"):
            markup.leaf("Наименование", "НДС")
            markup.leaf("УчтеноВСумме", "true")
            markup.leaf("Сумма", "0")
        with markup.inside("Товары"):
            for line in lines:
                _write_line(markup, line)
        with markup.inside("ЗначенияРеквизитов"):
            for name, value in _requisites(number, at).items():
                write_requisite(markup, name, value)


def _write_line(markup: Markup, line: Offer) -> None:
    price = line.prices[0]
    with markup.inside("Товар"):
        markup.leaf("Ид", line.ref)
        markup.leaf("Артикул", line.article)
        markup.leaf("Наименование", line.name)
        write_unit(markup)
        markup.leaf("ЦенаЗаЕдиницу", price.amount)
        markup.leaf("Количество", str(PIECES))
        markup.leaf("Сумма", roubles(_sum_kopecks(line)))
        markup.leaf("Единица", "шт")
        markup.leaf("Коэффициент", "1")


def _sum_kopecks(line: Offer) -> int:
    return PIECES * kopecks(line.prices[0].amount)


def _requisites(number: str, at: datetime) -> dict[str, str]:
    return {
        "Номер по 1С": f"УТ00-{int(number):06d}",
        "Дата по 1С": f"{at.date().isoformat()}T{at.hour}:{at:%M:%S}",
        "ПометкаУдаления": "false",
        "Проведен": "true",
        "Статус заказа": "К обеспечению",
    }

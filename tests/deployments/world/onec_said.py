"""Packages of a site's orders as literal text, and what a 1C base says back."""

from collections.abc import Iterable, Mapping

from lxml import etree

from deployments.world.onec_base import OnecBase

IRON, BOARD = "0a1b-iron#red", "0a1b-board"


def line(ref: str = IRON, *, pcs: str = "1", price: str = "1000.00", total: str = "1000.00", **said: str) -> str:
    kind = said.get("kind", "Товар")
    return f"""
      <Товар>
        <Ид>{ref}</Ид><Артикул>{said.get("article", "")}</Артикул><Наименование>{said.get("name", "Вещь")}</Наименование>
        <БазоваяЕдиница Код="796" НаименованиеПолное="Штука">шт</БазоваяЕдиница>
        <ЗначенияРеквизитов>
          <ЗначениеРеквизита><Наименование>ВидНоменклатуры</Наименование><Значение>{kind}</Значение></ЗначениеРеквизита>
          <ЗначениеРеквизита><Наименование>ТипНоменклатуры</Наименование><Значение>{kind}</Значение></ЗначениеРеквизита>
        </ЗначенияРеквизитов>
        <ЦенаЗаЕдиницу>{price}</ЦенаЗаЕдиницу><Количество>{pcs}</Количество><Сумма>{total}</Сумма>
        <Единица>шт</Единица><Коэффициент>1</Коэффициент>
      </Товар>"""


DELIVERY = line("ORDER_DELIVERY", price="350.00", total="350.00", name="Доставка заказа", kind="Услуга")
INCLUDED = "<Налоги><Налог><Наименование>НДС</Наименование><УчтеноВСумме>true</УчтеноВСумме><Сумма>0</Сумма></Налог></Налоги>"
PERSON = "<Ид>7</Ид><Наименование>Петров Пётр</Наименование><ПолноеНаименование>Петров Пётр</ПолноеНаименование>"
FIRM = (
    "<Ид>8</Ид><Наименование>Анна</Наименование><ОфициальноеНаименование>{name}</ОфициальноеНаименование>"
    "<ИНН>7701234567</ИНН><КПП>770101001</КПП>"
)


def order(
    number: str = "1001",
    lines: Iterable[str] = (line(),),
    *,
    operation: str = "Заказ товара",
    currency: str = "RUB",
    taxes: str = INCLUDED,
    party: str = PERSON,
    said: Mapping[str, str] | None = None,
    day: str = "2026-03-02",
) -> str:
    pairs = "".join(
        f"<ЗначениеРеквизита><Наименование>{name}</Наименование><Значение>{value}</Значение></ЗначениеРеквизита>"
        for name, value in (said or {}).items()
    )
    return f"""
    <Документ>
      <Ид>{number}</Ид><Номер>{number}</Номер><Дата>{day}</Дата><Время>09:51:39</Время>
      <ХозОперация>{operation}</ХозОперация><Роль>Продавец</Роль><Валюта>{currency}</Валюта><Курс>1</Курс><Сумма>0</Сумма>
      <Контрагенты><Контрагент>{party}<Роль>Покупатель</Роль></Контрагент></Контрагенты>
      <Комментарий>позвонить</Комментарий>{taxes}
      <Товары>{"".join(lines)}</Товары>
      <ЗначенияРеквизитов>{pairs}</ЗначенияРеквизитов>
    </Документ>"""


def package(*orders: str) -> str:
    head = '<?xml version="1.0" encoding="UTF-8"?>\n<КоммерческаяИнформация ВерсияСхемы="2.08" ДатаФормирования="2026-03-02T10:00:00">'
    return f"{head}{''.join(orders)}</КоммерческаяИнформация>"


def told(base: OnecBase, *, changed_only: bool = True) -> dict[str, dict[str, str]]:
    """The реквизиты that a new run reports of each order, by the site's number."""
    base.begin_run()
    report = base.report(changed_only=changed_only)
    if report is None:
        return {}
    root = etree.fromstring(report.package)
    return {
        document.findtext("{*}Номер") or "": {
            pair.findtext("{*}Наименование") or "": pair.findtext("{*}Значение") or ""
            for pair in document.iterfind("{*}ЗначенияРеквизитов/{*}ЗначениеРеквизита")
        }
        for document in root.iterfind("{*}Документ")
    }

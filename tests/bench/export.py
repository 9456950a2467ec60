"""A generated export of any size for the benchmarks: valid, repeatable, written once.

Two files as UT 11 writes them: the cards, and the offers with all prices and counts. Text is put together by hand and written in
blocks: at full size the offers are about a gigabyte.
"""

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import Any

FORMED_AT = datetime(2026, 3, 2, 9, 0, 0)  # noqa: DTZ001 1C's stamps are naive
LAYOUT = 1
"""Raised when the text changes, so that files written before are written anew."""
ROWS_IN_BLOCK = 2_000
COLOURS = ("Белый", "Чёрный", "Синий", "Красный", "Зелёный", "Бежевый", "Серый", "Мятный")
GROUPS = 40


def write_big(
    folder: Path,
    *,
    products: int = 100_000,
    offers: int = 300_000,
    price_types: int = 4,
    warehouses: int = 5,
    formed_at: datetime = FORMED_AT,
) -> tuple[Path, Path]:
    """Write the two files unless they are there already, of this very size; offers are spread evenly over the products.

    Returns:
        Paths of the cards and of the offers.
    """
    wanted = {
        "layout": LAYOUT,
        "products": products,
        "offers": offers,
        "price_types": price_types,
        "warehouses": warehouses,
        "formed_at": formed_at.isoformat(),
    }
    cards_path, offers_path = folder / "import0_1.xml", folder / "offers0_1.xml"
    manifest = folder / "manifest.json"
    if _is_written(manifest, wanted, (cards_path, offers_path)):
        return cards_path, offers_path
    folder.mkdir(parents=True, exist_ok=True)
    manifest.unlink(missing_ok=True)
    _write(cards_path, chain([_cards_head(formed_at)], map(_card, range(products)), ["\t\t</Товары>\r\n\t</Каталог>\r\n", TAIL]))
    _write(
        offers_path,
        chain(
            [_offers_head(formed_at, price_types, warehouses)],
            _offers(products, offers, price_types, warehouses),
            ["\t\t</Предложения>\r\n\t</ПакетПредложений>\r\n", TAIL],
        ),
    )
    sizes = {path.name: path.stat().st_size for path in (cards_path, offers_path)}
    manifest.write_text(json.dumps({**wanted, "sizes": sizes}), encoding="utf-8")
    return cards_path, offers_path


TAIL = "</КоммерческаяИнформация>"
CATALOG = "a0000000-0000-4000-8000-000000000001"
UNIT = (
    '\t\t\t\t<БазоваяЕдиница Код="796 " НаименованиеПолное="Штука" МеждународноеСокращение="PCE">\r\n'
    "\t\t\t\t\t<Пересчет>\r\n\t\t\t\t\t\t<Единица>796</Единица>\r\n\t\t\t\t\t\t<Коэффициент>1</Коэффициент>\r\n"
    "\t\t\t\t\t</Пересчет>\r\n\t\t\t\t</БазоваяЕдиница>\r\n"
)


def _is_written(manifest: Path, wanted: dict[str, Any], paths: Iterable[Path]) -> bool:
    if not manifest.exists():
        return False
    found = json.loads(manifest.read_text(encoding="utf-8"))
    sizes = found.pop("sizes")
    return found == wanted and all(path.exists() and path.stat().st_size == sizes[path.name] for path in paths)


def _write(path: Path, rows: Iterable[str]) -> None:
    with path.open("wb") as file:
        file.write(b"\xef\xbb\xbf")
        block: list[str] = []
        for row in rows:
            block.append(row)
            if len(block) == ROWS_IN_BLOCK:
                file.write("".join(block).encode())
                block.clear()
        file.write("".join(block).encode())


def _root(formed_at: datetime) -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\r\n<КоммерческаяИнформация xmlns="urn:1C.ru:commerceml_2" ВерсияСхемы="2.07" '
        f'ДатаФормирования="{formed_at.isoformat(timespec="seconds")}">\r\n'
    )


def _cards_head(formed_at: datetime) -> str:
    groups = "".join(
        f"\t\t\t<Группа>\r\n\t\t\t\t<Ид>{_ref('9', n)}</Ид>\r\n\t\t\t\t<Наименование>Группа {n}</Наименование>\r\n\t\t\t</Группа>\r\n"
        for n in range(GROUPS)
    )
    return (
        f"{_root(formed_at)}\t<Классификатор>\r\n\t\t<Ид>{CATALOG}</Ид>\r\n\t\t<Наименование>Классификатор</Наименование>\r\n"
        f"\t\t<Группы>\r\n{groups}\t\t</Группы>\r\n\t</Классификатор>\r\n"
        f'\t<Каталог СодержитТолькоИзменения="false">\r\n\t\t<Ид>{CATALOG}</Ид>\r\n\t\t<ИдКлассификатора>{CATALOG}</ИдКлассификатора>\r\n'
        "\t\t<Наименование>Каталог товаров</Наименование>\r\n\t\t<Товары>\r\n"
    )


def _offers_head(formed_at: datetime, price_types: int, warehouses: int) -> str:
    types = "".join(
        f"\t\t\t<ТипЦены>\r\n\t\t\t\t<Ид>{_ref('7', n)}</Ид>\r\n\t\t\t\t<Наименование>Цена {n}</Наименование>\r\n"
        "\t\t\t\t<Валюта>RUB</Валюта>\r\n\t\t\t</ТипЦены>\r\n"
        for n in range(price_types)
    )
    places = "".join(
        f"\t\t\t<Склад>\r\n\t\t\t\t<Ид>{_ref('8', n)}</Ид>\r\n\t\t\t\t<Наименование>Склад {n}</Наименование>\r\n\t\t\t</Склад>\r\n"
        for n in range(warehouses)
    )
    return (
        f'{_root(formed_at)}\t<ПакетПредложений СодержитТолькоИзменения="false">\r\n\t\t<Ид>{CATALOG}#</Ид>\r\n'
        f"\t\t<Наименование>Пакет предложений</Наименование>\r\n\t\t<ИдКаталога>{CATALOG}</ИдКаталога>\r\n"
        f"\t\t<ТипыЦен>\r\n{types}\t\t</ТипыЦен>\r\n\t\t<Склады>\r\n{places}\t\t</Склады>\r\n\t\t<Предложения>\r\n"
    )


def _card(n: int) -> str:
    return (
        f"\t\t\t<Товар>\r\n\t\t\t\t<Ид>{_ref('1', n)}</Ид>\r\n\t\t\t\t<Артикул>АРТ-{n:06d}</Артикул>\r\n"
        f"\t\t\t\t<Наименование>Утюг паровой «Образец-{n}»</Наименование>\r\n{UNIT}"
        f"\t\t\t\t<Группы>\r\n\t\t\t\t\t<Ид>{_ref('9', n % GROUPS)}</Ид>\r\n\t\t\t\t</Группы>\r\n"
        f"\t\t\t\t<Описание>Образец для измерений, номер {n}: подошва из керамики, паровой удар, шнур два метра.</Описание>\r\n"
        "\t\t\t\t<СтавкиНалогов>\r\n\t\t\t\t\t<СтавкаНалога>\r\n\t\t\t\t\t\t<Наименование>НДС</Наименование>\r\n"
        "\t\t\t\t\t\t<Ставка>20</Ставка>\r\n\t\t\t\t\t</СтавкаНалога>\r\n\t\t\t\t</СтавкиНалогов>\r\n"
        "\t\t\t\t<ЗначенияРеквизитов>\r\n"
        f"{_requisite('ВидНоменклатуры', 'Товары магазина')}{_requisite('ТипНоменклатуры', 'Товар')}"
        f"{_requisite('Полное наименование', f'Утюг паровой «Образец-{n}»')}{_requisite('Вес', f'1.{n % 10}')}"
        "\t\t\t\t</ЗначенияРеквизитов>\r\n\t\t\t</Товар>\r\n"
    )


def _requisite(name: str, value: str) -> str:
    return (
        f"\t\t\t\t\t<ЗначениеРеквизита>\r\n\t\t\t\t\t\t<Наименование>{name}</Наименование>\r\n"
        f"\t\t\t\t\t\t<Значение>{value}</Значение>\r\n\t\t\t\t\t</ЗначениеРеквизита>\r\n"
    )


def _offers(products: int, offers: int, price_types: int, warehouses: int) -> Iterator[str]:
    price_refs = [_ref("7", n) for n in range(price_types)]
    place_refs = [_ref("8", n) for n in range(warehouses)]
    for n in range(offers):
        product = n % products
        colour = COLOURS[n // products % len(COLOURS)]
        counts = [(n * 7 + place * 13) % 40 for place in range(warehouses)]
        prices = "".join(_price(ref, 1000 + n % 9000 + 100 * step) for step, ref in enumerate(price_refs))
        places = "".join(
            f'\t\t\t\t<Склад ИдСклада="{ref}" КоличествоНаСкладе="{pcs}"/>\r\n' for ref, pcs in zip(place_refs, counts, strict=True)
        )
        yield (
            f"\t\t\t<Предложение>\r\n\t\t\t\t<Ид>{_ref('1', product)}#{_ref('2', n)}</Ид>\r\n"
            f"\t\t\t\t<Штрихкод>{_barcode(n)}</Штрихкод>\r\n\t\t\t\t<Артикул>АРТ-{product:06d}</Артикул>\r\n"
            f"\t\t\t\t<Наименование>Утюг паровой «Образец-{product}» ({colour})</Наименование>\r\n{UNIT}"
            "\t\t\t\t<ХарактеристикиТовара>\r\n\t\t\t\t\t<ХарактеристикаТовара>\r\n\t\t\t\t\t\t<Наименование>Цвет</Наименование>\r\n"
            f"\t\t\t\t\t\t<Значение>{colour}</Значение>\r\n\t\t\t\t\t</ХарактеристикаТовара>\r\n\t\t\t\t</ХарактеристикиТовара>\r\n"
            f"\t\t\t\t<Цены>\r\n{prices}\t\t\t\t</Цены>\r\n\t\t\t\t<Количество>{sum(counts)}</Количество>\r\n{places}"
            "\t\t\t</Предложение>\r\n"
        )


def _price(ref: str, roubles: int) -> str:
    return (
        f"\t\t\t\t\t<Цена>\r\n\t\t\t\t\t\t<Представление>{roubles} RUB за шт</Представление>\r\n"
        f"\t\t\t\t\t\t<ИдТипаЦены>{ref}</ИдТипаЦены>\r\n\t\t\t\t\t\t<ЦенаЗаЕдиницу>{roubles}</ЦенаЗаЕдиницу>\r\n"
        "\t\t\t\t\t\t<Валюта>RUB</Валюта>\r\n\t\t\t\t\t\t<Единица>шт</Единица>\r\n"
        "\t\t\t\t\t\t<Коэффициент>1</Коэффициент>\r\n\t\t\t\t\t</Цена>\r\n"
    )


def _ref(kind: str, n: int) -> str:
    return f"{kind}0000000-0000-4000-8000-{n:012d}"


def _barcode(n: int) -> str:
    digits = f"200{n:09d}"
    weighed = sum(map(int, digits[0::2])) + 3 * sum(map(int, digits[1::2]))
    return f"{digits}{-weighed % 10}"

import os
from pathlib import Path

import polars as pl
import pytest
from lxml import etree

from adapters.errors import FeedRefused
from adapters.onec.reader import Reading
from tests.adapters.onec.conftest import Write, read_all

OFFER = "<ПакетПредложений><Предложения><Предложение>{}</Предложение></Предложения></ПакетПредложений>"
PRODUCT = "<Каталог><Ид>c</Ид><Товары><Товар>{}</Товар></Товары></Каталог>"


def counts(path: Path) -> list[tuple[str | None, ...]]:
    return read_all(path)[1]["count"].select("item_ref", "place", "count", "total").rows()


@pytest.mark.parametrize(
    "xmlns",
    ["", *(f'xmlns="urn:1C.ru:commerceml{tail}"' for tail in ("_2", "_205", "_208", "_210", "_3", " 2"))],
)
def test_the_namespace_does_not_matter(write: Write, xmlns: str) -> None:
    header, frames = read_all(write(PRODUCT.format("<Ид>p</Ид><Наименование>Утюг</Наименование>"), root=f'{xmlns} ВерсияСхемы="2.08"'))
    assert frames["product"].select("product_ref", "name").rows() == [("p", "Утюг")]
    assert header.schema_version == "2.08"


def test_a_prefixed_namespace_does_not_matter(write: Write) -> None:
    body = (
        '<?xml version="1.0"?><c:КоммерческаяИнформация xmlns:c="urn:1C.ru:commerceml_2"><c:Каталог><c:Товары><c:Товар><c:Ид>p</c:Ид>'
        "</c:Товар></c:Товары></c:Каталог></c:КоммерческаяИнформация>"
    )
    assert read_all(write(body))[1]["product"]["product_ref"].to_list() == ["p"]


@pytest.mark.parametrize(
    ("declared", "written"),
    [
        ("UTF-8", "utf-8"),
        ("UTF-8", "utf-8-sig"),
        ("UTF-8", "cp1251"),
        ("windows-1251", "cp1251"),
        ("windows-1251", "utf-8"),
        (None, "cp1251"),
    ],
)
def test_the_encoding_is_what_the_bytes_are_not_what_they_declare(write: Write, declared: str | None, written: str) -> None:
    declaration = f'<?xml version="1.0" encoding="{declared}"?>' if declared else '<?xml version="1.0"?>'
    body = (
        f"{declaration}<КоммерческаяИнформация>{PRODUCT.format('<Ид>p</Ид><Наименование>Утюг №5</Наименование>')}</КоммерческаяИнформация>"
    )
    header, frames = read_all(write(body, encoding=written))
    assert frames["product"]["name"].to_list() == ["Утюг №5"]
    assert header.encoding == ("windows-1251" if written == "cp1251" else "utf-8")


def test_schema_1_0_is_written_in_attributes(write: Write) -> None:
    body = (
        '<?xml version="1.0" encoding="windows-1251"?><КоммерческаяИнформация><Каталог Идентификатор="c1">'
        '<Свойство Идентификатор="s1" Наименование="Цвет"/>'
        '<Группа Идентификатор="g1" Наименование="Утюги"/><Группа Идентификатор="g2" Наименование="Паровые" Родитель="g1"/>'
        '<Товар Идентификатор="t1" Наименование="Утюг" Единица="шт" ИдентификаторВКаталоге="У-1" Родитель="g2">'
        '<ЗначениеСвойства ИдентификаторСвойства="s1" Значение="синий"/></Товар></Каталог>'
        '<ПакетПредложений><Предложение ИдентификаторТовара="t1" Цена="1500.50" Валюта="RUR" Количество="3"/></ПакетПредложений>'
        "</КоммерческаяИнформация>"
    )
    header, frames = read_all(write(body, encoding="cp1251"))
    assert frames["product"].select("product_ref", "name", "article", "unit", "group_refs", "properties").rows() == [
        ("t1", "Утюг", "У-1", "шт", '["g2"]', '{"s1": "синий"}')
    ]
    assert frames["group"].select("group_ref", "name", "parent_ref").rows() == [("g1", "Утюги", None), ("g2", "Паровые", "g1")]
    assert frames["price"].select("item_ref", "price", "currency").rows() == [("t1", "1500.50", "RUR")]
    assert frames["count"].select("item_ref", "count").rows() == [("t1", "3")]
    assert header.catalog_ref == "c1"


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("<Ид>i</Ид><Количество>5</Количество>", [("i", None, "5", "5")]),
        (
            '<Ид>i</Ид><Количество>5</Количество><Склад ИдСклада="a" КоличествоНаСкладе="2"/><Склад ИдСклада="b" КоличествоНаСкладе="3"/>',
            [("i", "a", "2", "5"), ("i", "b", "3", "5")],
        ),
        (
            '<Ид>i</Ид><ИдХарактеристики>x</ИдХарактеристики><Количество>1</Количество><Склады><Склад ИдСклада="a" КоличествоНаСкладе="1"/></Склады>',
            [("i#x", "a", "1", "1")],
        ),
        (
            '<Ид>i</Ид><Количество>3</Количество><Склады ИдСклада="a" КоличествоНаСкладе="1"/><Склады ИдСклада="b" КоличествоНаСкладе="2"/>',
            [("i", "a", "1", "3"), ("i", "b", "2", "3")],
        ),
        (
            "<Ид>i</Ид><Остатки><Остаток><Склад><Ид>a</Ид><Количество>4</Количество></Склад></Остаток>"
            "<Остаток><Склад><Ид>b</Ид><Количество>0</Количество></Склад></Остаток></Остатки>",
            [("i", "a", "4", None), ("i", "b", "0", None)],
        ),
        ("<Ид>i</Ид><Остатки><Остаток><Количество>7</Количество></Остаток></Остатки>", [("i", None, "7", "7")]),
        (
            "<Ид>i</Ид><КоличествоНаСкладах><КоличествоНаСкладе><ИдСклада>a</ИдСклада><Количество>2</Количество></КоличествоНаСкладе></КоличествоНаСкладах>",
            [("i", "a", "2", None)],
        ),
    ],
)
def test_stock_is_read_in_every_form(write: Write, form: str, expected: list[tuple[str | None, ...]]) -> None:
    assert counts(write(OFFER.format(form))) == expected


def test_an_offer_without_stock_says_nothing_of_stock(write: Write) -> None:
    _, frames = read_all(write(OFFER.format("<Ид>i</Ид><Наименование>Утюг</Наименование>")))
    assert set(frames) == {"offer"}


@pytest.mark.parametrize(
    "mark",
    [
        '<Товар Статус="Удален"><Ид>p</Ид></Товар>',
        "<Товар><Ид>p</Ид><Статус>Удален</Статус></Товар>",
        "<Товар><Ид>p</Ид><ПометкаУдаления>true</ПометкаУдаления></Товар>",
    ],
)
def test_deletion_is_read_in_its_three_forms(write: Write, mark: str) -> None:
    _, frames = read_all(
        write(f"<Каталог><Товары>{mark}<Товар><Ид>q</Ид><ПометкаУдаления>false</ПометкаУдаления></Товар></Товары></Каталог>")
    )
    assert frames["product"].select("product_ref", "deleted").rows() == [("p", "true"), ("q", "false")]


@pytest.mark.parametrize(
    ("unit", "code", "name"),
    [
        ('<БазоваяЕдиница Код="796 " НаименованиеПолное="Штука">шт</БазоваяЕдиница>', "796", "шт"),
        ('<БазоваяЕдиница Код="796" НаименованиеПолное="Штука"/>', "796", "Штука"),
        ("<БазоваяЕдиница>796 </БазоваяЕдиница>", "796", None),
        ('<БазоваяЕдиница Код="    ">шт</БазоваяЕдиница>', None, "шт"),
        (
            '<БазоваяЕдиница Код="2009">шт<Пересчет><Единица>2010</Единица><Коэффициент>10</Коэффициент></Пересчет></БазоваяЕдиница>',
            "2009",
            "шт",
        ),
    ],
)
def test_the_base_unit_is_read_in_every_form(write: Write, unit: str, code: str | None, name: str | None) -> None:
    _, frames = read_all(write(PRODUCT.format(f"<Ид>p</Ид>{unit}")))
    assert frames["product"].select("unit_code", "unit").rows() == [(code, name)]


def test_a_product_keeps_its_groups_pictures_properties_requisites_parts_and_barcode(write: Write) -> None:
    _, frames = read_all(
        write(
            PRODUCT.format(
                "<Ид>p</Ид><Штрихкод>4600000000008</Штрихкод><Группы><Ид>g1</Ид><Ид>g2</Ид></Группы><Картинка>a.jpg</Картинка><Картинка>b.jpg</Картинка>"
                "<ЗначенияСвойств><ЗначенияСвойства><Ид>s</Ид><Значение>v</Значение></ЗначенияСвойства></ЗначенияСвойств>"
                "<СтавкиНалогов><СтавкаНалога><Наименование>НДС</Наименование><Ставка>22</Ставка></СтавкаНалога></СтавкиНалогов>"
                "<ЗначенияРеквизитов><ЗначениеРеквизита><Наименование>ТипНоменклатуры</Наименование><Значение>Услуга</Значение></ЗначениеРеквизита>"
                "<ЗначениеРеквизита><Наименование>Вес</Наименование><Значение>1.5</Значение></ЗначениеРеквизита></ЗначенияРеквизитов>"
                "<Комплектующие><Комплектующее><Ид>c#x</Ид><Количество>2</Количество></Комплектующее></Комплектующие>"
            )
        )
    )
    row = frames["product"].to_dicts()[0]
    assert row["group_refs"] == '["g1", "g2"]'
    assert row["pictures"] == '["a.jpg", "b.jpg"]'
    assert row["properties"] == '{"s": "v"}'
    assert (row["vat"], row["item_kind"], row["weight"]) == ("22", "Услуга", "1.5")
    assert frames["barcode"].rows() == [(1, "product", "p", "4600000000008")]
    assert frames["recipe"].rows() == [(1, "p", "c#x", "2")]


def test_prices_of_several_types_and_packages_are_rows(write: Write) -> None:
    price = "<Цена><ИдТипаЦены>{}</ИдТипаЦены><ЦенаЗаЕдиницу>{}</ЦенаЗаЕдиницу><Валюта>RUB</Валюта><Коэффициент>{}</Коэффициент></Цена>"
    _, frames = read_all(write(OFFER.format(f"<Ид>i#x</Ид><Цены>{price.format('a', '10.50', 1)}{price.format('b', '120', 12)}</Цены>")))
    assert frames["price"].rows() == [(1, "i#x", "a", "10.50", "RUB", "1"), (1, "i#x", "b", "120", "RUB", "12")]


def test_nested_groups_know_their_parents(write: Write) -> None:
    body = (
        "<Классификатор><Группы><Группа><Ид>1</Ид><Наименование>А</Наименование><Группы><Группа><Ид>2</Ид><Наименование>Б</Наименование>"
        "<Группы><Группа><Ид>3</Ид><Наименование>В</Наименование></Группа></Группы></Группа></Группы></Группа></Группы></Классификатор>"
    )
    header, frames = read_all(write(body))
    assert frames["group"].select("group_ref", "parent_ref").sort("group_ref").rows() == [("1", None), ("2", "1"), ("3", "2")]
    assert header.kinds == ["classifier"]


def test_a_file_whose_root_is_the_classifier_is_read(write: Write) -> None:
    body = '<?xml version="1.0"?><Классификатор><Свойства><Свойство><Ид>s</Ид><Наименование>Цвет</Наименование><ВариантыЗначений><Справочник><ИдЗначения>v</ИдЗначения><Значение>красный</Значение></Справочник></ВариантыЗначений></Свойство></Свойства></Классификатор>'
    header, frames = read_all(write(body))
    assert frames["property_value"].rows() == [(1, "s", "v", "красный")]
    assert header.kinds == ["classifier"]


def test_goods_of_an_order_are_not_goods_of_the_catalogue(write: Write) -> None:
    body = (
        "<Документ><Номер>7</Номер><ХозОперация>Заказ товара</ХозОперация><Контрагенты><Контрагент><Ид>x</Ид></Контрагент></Контрагенты>"
        "<Товары><Товар><Ид>p</Ид><Количество>1</Количество></Товар></Товары></Документ>"
    )
    header, frames = read_all(write(body))
    assert "product" not in frames
    assert frames["line"].height == 1
    assert header.kinds == ["orders"]
    assert header.contractors == 0


def test_the_header_is_known_before_the_first_offer(write: Write) -> None:
    path = write(
        '<ИзмененияПакетаПредложений СодержитТолькоИзменения="true"><ИдКаталога>c</ИдКаталога><Предложения><Предложение><Ид>i</Ид><Количество>1</Количество></Предложение></Предложения></ИзмененияПакетаПредложений>'
    )
    reading = Reading(path)
    next(iter(reading))
    assert reading.header.is_changes_only is True
    assert reading.header.catalog_ref == "c"
    assert str(reading.header.formed_at) == "2026-01-02 03:04:05"
    assert "changes" in reading.header.kinds


@pytest.mark.parametrize(
    ("stamp", "formed_at", "is_day_only"),
    [
        ("2017-01-01", "2017-01-01 00:00:00", True),
        ("2014-12-12T9:51:39", "2014-12-12 09:51:39", False),
        ("2020-01-02T03:04:05.123+03:00", "2020-01-02 03:04:05.123000", False),
        ("0001-01-01", "None", False),
        ("вчера", "None", False),
        ("2020-13-45T00:00:00", "None", False),
    ],
)
def test_stamps_are_read_as_1c_writes_them(write: Write, stamp: str, formed_at: str, is_day_only: bool) -> None:
    header, _ = read_all(write(OFFER.format("<Ид>i</Ид>"), root=f'ДатаФормирования="{stamp}"'))
    assert (str(header.formed_at), header.is_day_only) == (formed_at, is_day_only)


def test_portions_are_cut_by_rows_and_lose_nothing(write: Write) -> None:
    offers = "".join(f"<Предложение><Ид>i{n}</Ид><Количество>{n}</Количество></Предложение>" for n in range(1000))
    path = write(f"<ПакетПредложений><Предложения>{offers}</Предложения></ПакетПредложений>")
    assert max(frame.height for _, frame in Reading(path, rows_in_portion=7)) < 300
    _, frames = read_all(path, rows_in_portion=7)
    assert frames["count"]["item_ref"].to_list() == [f"i{n}" for n in range(1000)]
    assert frames["count"]["row"].to_list() == list(range(1, 1001))


def test_every_real_file_is_read_as_an_independent_look_counts_it(contracts_dir: Path) -> None:
    paths = sorted((contracts_dir / "commerceml" / "samples").glob("*.xml"))
    assert paths
    for path in paths:
        _, frames = read_all(path)
        tree = etree.parse(os.fspath(path))
        for kind, xpath in (
            ("product", "//*[local-name()='Каталог']//*[local-name()='Товар']"),
            ("offer", "//*[local-name()='Предложение']"),
            ("price", "//*[local-name()='Предложение']/*[local-name()='Цены']/*[local-name()='Цена']"),
            ("group", "//*[local-name()='Группа']"),
            ("property", "//*[local-name()='Свойства']/*[local-name()='Свойство']"),
        ):
            assert frames.get(kind, pl.DataFrame()).height == len(tree.xpath(xpath)), (path.name, kind)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "empty"),
        (b"  \n ", "empty"),
        (b"<html><body>\xd0\xbe\xd0\xb9</body></html>", "not_commerceml"),
        ("Ошибка: нет доступа".encode(), "not_xml"),
        ("<?xml version='1.0' encoding='UTF-16'?><КоммерческаяИнформация/>".encode("utf-16"), "encoding"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "encoding"),
        ('<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><КоммерческаяИнформация>&a;</КоммерческаяИнформация>'.encode(), "hostile"),
        ('<?xml version="1.0"?><!-- x --> <!DOCTYPE x SYSTEM "file:///etc/passwd"><КоммерческаяИнформация/>'.encode(), "hostile"),
        ("<КоммерческаяИнформация><Каталог><Товары><Товар><Ид>1</Ид></Товар>".encode(), "truncated"),
        ("<КоммерческаяИнформация><Каталог><Товары><Товар><Ид>1</И".encode(), "truncated"),
        ("<КоммерческаяИнформация/><КоммерческаяИнформация/>".encode(), "doubled"),
        ('<?xml version="1.0"?><КоммерческаяИнформация/><?xml version="1.0"?><КоммерческаяИнформация/>'.encode(), "doubled"),
        ("<КоммерческаяИнформация><Каталог></КоммерческаяИнформация>".encode(), "damaged"),
        ("<КоммерческаяИнформация>\x01</КоммерческаяИнформация>".encode(), "damaged"),
        ("<КоммерческаяИнформация>Утюг".encode() + b"\xd0 \xff</\xd0", "damaged"),
        ("<КоммерческаяИнформация>&lol;</КоммерческаяИнформация>".encode(), "damaged"),
        (("<КоммерческаяИнформация>" + "<а>" * 100_000).encode(), "hostile"),
        (("<КоммерческаяИнформация>" + "я" * 6_000_000 + "</КоммерческаяИнформация>").encode(), "hostile"),
    ],
)
def test_a_broken_or_hostile_file_is_refused_with_a_sentence(tmp_path: Path, body: bytes, reason: str) -> None:
    path = tmp_path / "file.xml"
    path.write_bytes(body)
    with pytest.raises(FeedRefused) as refusal:
        read_all(path)
    assert refusal.value.reason == reason
    assert len(refusal.value.sentence) > 20


def test_a_long_stretch_without_goods_is_refused_before_it_fills_memory(tmp_path: Path) -> None:
    from adapters.onec.stream import ended_elements

    path = tmp_path / "file.xml"
    path.write_text("<КоммерческаяИнформация>" + "<x/>" * 500_000 + "</КоммерческаяИнформация>")
    with pytest.raises(FeedRefused) as refusal:
        list(ended_elements(path, encoding="utf-8", names=("Товар",), whole=frozenset(), silent_bytes=1_000_000))
    assert refusal.value.reason == "hostile"

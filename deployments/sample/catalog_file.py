"""«import»: the classifier and the cards of the goods."""

from collections.abc import Sequence

from deployments.sample.goods import Component, Group, Product, Property, Shop
from deployments.sample.markup import Markup

OWNER = "ООО «Утюг и Ко»"


def write_classifier(markup: Markup, shop: Shop, *, is_full: bool) -> None:
    """«Классификатор»; the offers' file repeats only its head."""
    with markup.inside("Классификатор"):
        markup.leaf("Ид", shop.catalog_ref)
        markup.leaf("Наименование", "Классификатор (Каталог товаров)")
        write_owner(markup, shop)
        if not is_full:
            return
        _write_groups(markup, shop.groups)
        with markup.inside("Свойства"):
            for each in shop.properties:
                _write_property(markup, each)


def write_owner(markup: Markup, shop: Shop) -> None:
    """«Владелец»."""
    with markup.inside("Владелец"):
        markup.leaf("Ид", shop.owner_ref)
        markup.leaf("Наименование", OWNER)
        markup.leaf("ОфициальноеНаименование", OWNER)
        markup.leaf("ИНН", "7700000000")
        markup.leaf("КПП", "770001001")


def write_catalog(markup: Markup, shop: Shop, products: Sequence[Product], *, is_changes_only: bool) -> None:
    """«Каталог» with some of the goods."""
    with markup.inside("Каталог", СодержитТолькоИзменения=str(is_changes_only).lower()):
        markup.leaf("Ид", shop.catalog_ref)
        markup.leaf("ИдКлассификатора", shop.catalog_ref)
        markup.leaf("Наименование", "Каталог товаров")
        write_owner(markup, shop)
        with markup.inside("Товары"):
            for product in products:
                _write_product(markup, product)


def write_unit(markup: Markup) -> None:
    """«БазоваяЕдиница»: pieces, with the code's trailing space that UT prints."""
    with markup.inside("БазоваяЕдиница", Код="796 ", НаименованиеПолное="Штука", МеждународноеСокращение="PCE"), markup.inside("Пересчет"):
        markup.leaf("Единица", "796")
        markup.leaf("Коэффициент", "1")


def _write_groups(markup: Markup, groups: tuple[Group, ...]) -> None:
    with markup.inside("Группы"):
        for group in groups:
            with markup.inside("Группа"):
                markup.leaf("Ид", group.ref)
                markup.leaf("Наименование", group.name)
                if group.groups:
                    _write_groups(markup, group.groups)


def _write_property(markup: Markup, each: Property) -> None:
    with markup.inside("Свойство"):
        markup.leaf("Ид", each.ref)
        markup.leaf("Наименование", each.name)
        markup.leaf("ТипЗначений", "Справочник" if each.values else "Число")
        if each.values:
            with markup.inside("ВариантыЗначений"):
                for ref, value in each.values:
                    with markup.inside("Справочник"):
                        markup.leaf("ИдЗначения", ref)
                        markup.leaf("Значение", value)


def _write_product(markup: Markup, product: Product) -> None:
    with markup.inside("Товар", **({"Статус": "Удален"} if product.deletion == "attribute" else {})):
        markup.leaf_if_known("Ид", product.ref)
        markup.leaf_if_known("Штрихкод", product.barcode)
        markup.leaf("Артикул", product.article)
        markup.leaf("Наименование", product.name)
        write_unit(markup)
        with markup.inside("Группы"):
            markup.leaf("Ид", product.group_ref)
        markup.leaf("Описание", product.description)
        for picture in product.pictures:
            markup.leaf("Картинка", picture)
        if product.maker:
            with markup.inside("Изготовитель"):
                markup.leaf("Наименование", product.maker)
        _write_properties(markup, product)
        with markup.inside("СтавкиНалогов"), markup.inside("СтавкаНалога"):
            markup.leaf("Наименование", "НДС")
            markup.leaf("Ставка", product.vat)
        _write_components(markup, product.components)
        if product.deletion == "element":
            markup.leaf("Статус", "Удален")
        if product.deletion == "mark":
            markup.leaf("ПометкаУдаления", "true")
        _write_requisites(markup, product)


def _write_properties(markup: Markup, product: Product) -> None:
    if not product.properties:
        return
    with markup.inside("ЗначенияСвойств"):
        for ref, value in product.properties:
            with markup.inside("ЗначенияСвойства"):
                markup.leaf("Ид", ref)
                markup.leaf("Значение", value)


def _write_components(markup: Markup, components: tuple[Component, ...]) -> None:
    if not components:
        return
    with markup.inside("Комплектующие"):
        for component in components:
            with markup.inside("Комплектующее"):
                markup.leaf("Ид", component.ref)
                markup.leaf("Наименование", component.name)
                markup.leaf("Количество", component.pcs)


def _write_requisites(markup: Markup, product: Product) -> None:
    requisites = {
        "ВидНоменклатуры": "Товары магазина",
        "ТипНоменклатуры": product.kind,
        "Полное наименование": product.name,
        "Вес": product.weight_kg,
    }
    with markup.inside("ЗначенияРеквизитов"):
        for name, value in requisites.items():
            if value:
                write_requisite(markup, name, value)


def write_requisite(markup: Markup, name: str, value: str) -> None:
    """«ЗначениеРеквизита»."""
    with markup.inside("ЗначениеРеквизита"):
        markup.leaf("Наименование", name)
        markup.leaf("Значение", value)

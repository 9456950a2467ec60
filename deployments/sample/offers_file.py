"""«offers»: items with their prices and counts, whole or as quick changes."""

from collections.abc import Sequence

from deployments.sample.catalog_file import write_owner, write_unit
from deployments.sample.goods import Offer, Price, Shop
from deployments.sample.markup import Markup


def write_package(markup: Markup, shop: Shop, offers: Sequence[Offer], *, is_first: bool, is_changes_only: bool) -> None:
    """«ПакетПредложений»; price types and warehouses are listed in the first portion."""
    with markup.inside("ПакетПредложений", СодержитТолькоИзменения=str(is_changes_only).lower()):
        markup.leaf("Ид", f"{shop.catalog_ref}#")
        markup.leaf("Наименование", "Пакет предложений (Каталог товаров)")
        markup.leaf("ИдКаталога", shop.catalog_ref)
        markup.leaf("ИдКлассификатора", shop.catalog_ref)
        write_owner(markup, shop)
        if is_first:
            _write_price_types(markup, shop)
            _write_warehouses(markup, shop)
        with markup.inside("Предложения"):
            for offer in offers:
                _write_offer(markup, offer)


def write_quick_changes(markup: Markup, shop: Shop, offers: Sequence[Offer]) -> None:
    """«ИзмененияПакетаПредложений»: product and characteristic apart, order and tags of the 2.07 schema."""
    with markup.inside("ИзмененияПакетаПредложений", СодержитТолькоИзменения="true"):
        markup.leaf("Ид", f"{shop.catalog_ref}#")
        markup.leaf("ИдКаталога", shop.catalog_ref)
        with markup.inside("Предложения"):
            for offer in offers:
                with markup.inside("Предложение"):
                    markup.leaf("Ид", offer.product_ref)
                    markup.leaf_if_known("ИдХарактеристики", offer.characteristic_ref)
                    _write_places(markup, offer, tag="Склады")
                    _write_prices(markup, offer.prices)
                    markup.leaf_if_known("Количество", offer.total or "")


def _write_price_types(markup: Markup, shop: Shop) -> None:
    with markup.inside("ТипыЦен"):
        for ref, name in shop.price_types:
            with markup.inside("ТипЦены"):
                markup.leaf("Ид", ref)
                markup.leaf("Наименование", name)
                markup.leaf("Валюта", "RUB")
                with markup.inside("Налог"):
                    markup.leaf("Наименование", "НДС")
                    markup.leaf("УчтеноВСумме", "true")
                    markup.leaf("Акциз", "false")


def _write_warehouses(markup: Markup, shop: Shop) -> None:
    with markup.inside("Склады"):
        for ref, name in shop.warehouses:
            with markup.inside("Склад"):
                markup.leaf("Ид", ref)
                markup.leaf("Наименование", name)


def _write_offer(markup: Markup, offer: Offer) -> None:
    with markup.inside("Предложение"):
        markup.leaf("Ид", offer.ref)
        markup.leaf_if_known("Штрихкод", offer.barcode)
        markup.leaf("Артикул", offer.article)
        markup.leaf("Наименование", offer.name)
        write_unit(markup)
        if offer.characteristics:
            with markup.inside("ХарактеристикиТовара"):
                for name, value in offer.characteristics:
                    with markup.inside("ХарактеристикаТовара"):
                        markup.leaf("Наименование", name)
                        markup.leaf("Значение", value)
        _write_prices(markup, offer.prices)
        markup.leaf_if_known("Количество", offer.total or "")
        _write_places(markup, offer, tag="Склад")


def _write_prices(markup: Markup, prices: tuple[Price, ...]) -> None:
    if not prices:
        return
    with markup.inside("Цены"):
        for price in prices:
            with markup.inside("Цена"):
                markup.leaf("Представление", f"{price.amount} {price.currency} за {price.unit}")
                markup.leaf_if_known("ИдТипаЦены", price.type_ref)
                markup.leaf("ЦенаЗаЕдиницу", price.amount)
                markup.leaf("Валюта", price.currency)
                markup.leaf("Единица", price.unit)
                markup.leaf("Коэффициент", price.factor)


def _write_places(markup: Markup, offer: Offer, *, tag: str) -> None:
    for ref, pcs in offer.places:
        markup.leaf(tag, ИдСклада=ref, КоличествоНаСкладе=pcs)

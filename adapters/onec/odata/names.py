"""What a base of 1C calls its registers, catalogues, documents and fields.

Configurations and their releases differ, so every name is a setting; the defaults are УТ 11.5 and УНФ 3.0.
Source: `reference/commerceml.md` §5.
"""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from validation.part import Part

Configuration = Literal["ut", "unf"]
DocumentKind = Literal["shipment", "return"]


def _or_none(given: object) -> object:
    """A settings file cannot say "none": it says an empty text."""
    return given or None


Name = Annotated[str, Field(min_length=1)]
MaybeName = Annotated[str | None, BeforeValidator(_or_none)]


class BalanceNames(Part):
    """A register of balances and what of it is read. References are named without ``_Key``."""

    register_name: Name = Field(description="AccumulationRegister_…")
    item: Name = "Номенклатура"
    characteristic: MaybeName = "Характеристика"
    place: MaybeName = Field(description="the dimension of the warehouse; of reserves empty: they are held against every warehouse")
    pcs: Name = Field(description="the resource that counts")
    less: MaybeName = Field(default=None, description="a resource of the same register that is not free")


class PriceNames(Part):
    """The register of prices. ``package``: a price whose package is filled is no price of a piece."""

    register_name: Name = Field(description="InformationRegister_…")
    item: Name = "Номенклатура"
    characteristic: MaybeName = "Характеристика"
    price_type: Name
    price: Name = "Цена"
    currency: MaybeName = Field(description="empty: the currency of the price type counts")
    package: MaybeName
    actual: MaybeName = Field(description="a flag without which a price no longer holds")


class DictionaryNames(Part):
    """Catalogues that prices lean on."""

    price_types: Name = "Catalog_ВидыЦен"
    price_type_currency: Name = "ВалютаЦены"
    currencies: Name = "Catalog_Валюты"


class DocumentNames(Part):
    """A document, its header and its lines. A field with an empty name is not written.

    ``basis`` may be an order or a shipment of several kinds, so its type is written beside it. ``values`` and ``line_values`` are written
    as they are: the organization, the agreement, the VAT rate of a shop that has only one. A return is not posted unless the settings say
    so: a person looks at it first.
    """

    name: Name = Field(description="Document_…")
    table: Name
    posts: bool = Field(default=True, description="whether it is posted at once; otherwise the accountant does")
    place: MaybeName
    partner: MaybeName
    counterparty: MaybeName
    organization: MaybeName = "Организация"
    currency: MaybeName
    basis: MaybeName
    basis_type: MaybeName = Field(description="Document_… of the basis")
    comment: MaybeName = "Комментарий"
    total: MaybeName = "СуммаДокумента"
    item: Name = "Номенклатура"
    characteristic: MaybeName = "Характеристика"
    pcs: Name = "Количество"
    price: Name = "Цена"
    sum: Name = "Сумма"
    values: dict[str, str | bool | int] = Field(default_factory=dict, description="further fields of the header")
    line_values: dict[str, str | bool | int] = Field(default_factory=dict, description="further fields of every line")


class OdataNames(Part):
    """All names of a base."""

    stock: BalanceNames
    reserves: BalanceNames | None = Field(default=None, description="a second register, less which the stock is free; УТ needs none")
    prices: PriceNames
    dictionaries: DictionaryNames = DictionaryNames()
    documents: dict[DocumentKind, DocumentNames]


UT = OdataNames(
    stock=BalanceNames(
        register_name="AccumulationRegister_ЗапасыИПотребности", place="Склад", pcs="ВНаличии", less="РезервироватьНаСкладе"
    ),
    prices=PriceNames(
        register_name="InformationRegister_ЦеныНоменклатуры", price_type="ВидЦены", currency="Валюта", package="Упаковка", actual=None
    ),
    documents={
        "shipment": DocumentNames(
            name="Document_РеализацияТоваровУслуг",
            table="Товары",
            place="Склад",
            partner="Партнер",
            counterparty="Контрагент",
            currency="Валюта",
            basis="ЗаказКлиента",
            basis_type="Document_ЗаказКлиента",
        ),
        "return": DocumentNames(
            name="Document_ВозвратТоваровОтКлиента",
            table="Товары",
            place="Склад",
            partner="Партнер",
            counterparty="Контрагент",
            currency="Валюта",
            basis="ДокументРеализации",
            basis_type="Document_РеализацияТоваровУслуг",
            posts=False,
        ),
    },
)

UNF = OdataNames(
    stock=BalanceNames(register_name="AccumulationRegister_ЗапасыНаСкладах", place="СтруктурнаяЕдиница", pcs="Количество"),
    reserves=BalanceNames(register_name="AccumulationRegister_РезервыТоваровОрганизаций", place="СтруктурнаяЕдиница", pcs="Количество"),
    prices=PriceNames(
        register_name="InformationRegister_ЦеныНоменклатуры", price_type="ВидЦен", currency=None, package=None, actual="Актуальность"
    ),
    documents={
        "shipment": DocumentNames(
            name="Document_РасходнаяНакладная",
            table="Запасы",
            place="СтруктурнаяЕдиница",
            partner=None,
            counterparty="Контрагент",
            currency="ВалютаДокумента",
            basis="Заказ",
            basis_type="Document_ЗаказПокупателя",
            values={"ВидОперации": "ПродажаПокупателю"},
        ),
        "return": DocumentNames(
            name="Document_ПриходнаяНакладная",
            table="Запасы",
            place="СтруктурнаяЕдиница",
            partner=None,
            counterparty="Контрагент",
            currency="ВалютаДокумента",
            basis="ДокументОснование",
            basis_type="Document_РасходнаяНакладная",
            posts=False,
            values={"ВидОперации": "ВозвратОтПокупателя"},
        ),
    },
)

NAMES: dict[Configuration, OdataNames] = {"ut": UT, "unf": UNF}

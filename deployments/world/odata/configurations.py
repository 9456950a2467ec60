"""УТ 11.5 and УНФ 3.0: the objects that matter to a shop.

Source: `reference/commerceml.md` §5 (table of names); fields of documents beside those named there are as public integrations use them.
"""

from deployments.world.odata.shapes import (
    Accumulation,
    Catalog,
    Configuration,
    Document,
    Fields,
    Information,
    Shelf,
    flags,
    mixed,
    numbers,
    refs,
    texts,
)

GOODS = refs("Номенклатура", "Характеристика")
LINE: Fields = (*GOODS, *numbers("Количество", "Цена", "Сумма", "СуммаНДС"))

CURRENCIES = Catalog()
PRODUCTS = Catalog(own=(*texts("Артикул"), *refs("ЕдиницаИзмерения")))
PRICE_TYPES = Catalog(own=refs("ВалютаЦены"))

UT = Configuration(
    shapes={
        "Catalog_Номенклатура": PRODUCTS,
        "Catalog_ХарактеристикиНоменклатуры": Catalog(own=mixed("Владелец")),
        "Catalog_Склады": Catalog(),
        "Catalog_ВидыЦен": PRICE_TYPES,
        "Catalog_Валюты": CURRENCIES,
        "AccumulationRegister_ТоварыНаСкладах": Accumulation(
            dimensions=(*GOODS, *refs("Назначение", "Склад", "Помещение", "Серия")), resources=numbers("ВНаличии", "КОтгрузке")
        ),
        "AccumulationRegister_ЗапасыИПотребности": Accumulation(
            dimensions=(*GOODS, *refs("Склад", "Назначение"), *mixed("Заказ")),
            resources=numbers("ВНаличии", "Поступит", "Заказано", "РезервироватьНаСкладе"),
        ),
        "InformationRegister_ЦеныНоменклатуры": Information(
            dimensions=(*GOODS, *refs("ВидЦены")), resources=(*numbers("Цена"), *refs("Упаковка", "Валюта"))
        ),
        "InformationRegister_ЦеныНоменклатуры25": Information(
            dimensions=refs("Номенклатура", "ХарактеристикаЦО", "СерияЦО", "УпаковкаЦО", "ВидЦены"),
            resources=(*numbers("Цена"), *refs("Валюта")),
        ),
        "Document_ЗаказКлиента": Document(
            own=(*refs("Партнер", "Контрагент", "Организация", "Склад", "Валюта", "Соглашение"), *texts("Статус", "НомерПоДаннымКлиента")),
            table="Товары",
            columns=LINE,
            sign=0,
            required=(),
            place="Склад_Key",
        ),
        "Document_РеализацияТоваровУслуг": Document(
            own=(
                *refs("Партнер", "Контрагент", "Организация", "Склад", "Валюта", "Соглашение"),
                *mixed("ЗаказКлиента"),
                *texts("Статус", "Комментарий"),
                *numbers("СуммаДокумента"),
                *flags("ЦенаВключаетНДС"),
            ),
            table="Товары",
            columns=LINE,
            sign=-1,
            required=("Организация_Key", "Партнер_Key", "Склад_Key"),
            place="Склад_Key",
        ),
        "Document_ВозвратТоваровОтКлиента": Document(
            own=(
                *refs("Партнер", "Контрагент", "Организация", "Склад", "Валюта"),
                *mixed("ДокументРеализации"),
                *texts("Комментарий", "ПричинаВозврата"),
                *numbers("СуммаДокумента"),
                *flags("ЦенаВключаетНДС"),
            ),
            table="Товары",
            columns=LINE,
            sign=1,
            required=("Организация_Key", "Партнер_Key", "Склад_Key"),
            place="Склад_Key",
        ),
    },
    shelves=(
        Shelf(register="AccumulationRegister_ЗапасыИПотребности", place="Склад_Key", resource="ВНаличии"),
        Shelf(register="AccumulationRegister_ТоварыНаСкладах", place="Склад_Key", resource="ВНаличии"),
    ),
    reserve=Shelf(register="AccumulationRegister_ЗапасыИПотребности", place="Склад_Key", resource="РезервироватьНаСкладе"),
    prices="InformationRegister_ЦеныНоменклатуры",
    price_type="ВидЦены_Key",
)

UNF = Configuration(
    shapes={
        "Catalog_Номенклатура": PRODUCTS,
        "Catalog_ХарактеристикиНоменклатуры": Catalog(own=mixed("Владелец")),
        "Catalog_СтруктурныеЕдиницы": Catalog(),
        "Catalog_ВидыЦен": PRICE_TYPES,
        "Catalog_Валюты": CURRENCIES,
        "AccumulationRegister_ЗапасыНаСкладах": Accumulation(
            dimensions=refs("Организация", "Номенклатура", "Характеристика", "Партия", "СтруктурнаяЕдиница", "Ячейка"),
            resources=numbers("Количество"),
        ),
        "AccumulationRegister_РезервыТоваровОрганизаций": Accumulation(
            dimensions=(*refs("Организация", "Номенклатура", "Характеристика", "Партия", "СтруктурнаяЕдиница"), *mixed("Заказ")),
            resources=numbers("Количество"),
        ),
        "InformationRegister_ЦеныНоменклатуры": Information(
            dimensions=(*refs("ВидЦен"), *GOODS), resources=(*numbers("Цена"), *flags("Актуальность"))
        ),
        "Document_ЗаказПокупателя": Document(
            own=(*refs("Контрагент", "Организация", "СтруктурнаяЕдиница", "СостояниеЗаказа", "ВидЦен"), *texts("ВариантЗавершения")),
            table="Запасы",
            columns=LINE,
            sign=0,
            required=(),
            place="СтруктурнаяЕдиница_Key",
        ),
        "Document_РасходнаяНакладная": Document(
            own=(
                *refs("Контрагент", "Договор", "Организация", "СтруктурнаяЕдиница", "ВалютаДокумента"),
                *mixed("Заказ"),
                *texts("ВидОперации", "Комментарий"),
                *numbers("СуммаДокумента"),
            ),
            table="Запасы",
            columns=LINE,
            sign=-1,
            required=("Организация_Key", "Контрагент_Key", "СтруктурнаяЕдиница_Key"),
            place="СтруктурнаяЕдиница_Key",
        ),
        "Document_ПриходнаяНакладная": Document(
            own=(
                *refs("Контрагент", "Договор", "Организация", "СтруктурнаяЕдиница", "ВалютаДокумента"),
                *mixed("Заказ", "ДокументОснование"),
                *texts("ВидОперации", "Комментарий"),
                *numbers("СуммаДокумента"),
            ),
            table="Запасы",
            columns=LINE,
            sign=1,
            required=("Организация_Key", "Контрагент_Key", "СтруктурнаяЕдиница_Key", "ВидОперации"),
            place="СтруктурнаяЕдиница_Key",
            moved_by="ВозвратОтПокупателя",
        ),
    },
    shelves=(Shelf(register="AccumulationRegister_ЗапасыНаСкладах", place="СтруктурнаяЕдиница_Key", resource="Количество"),),
    reserve=Shelf(register="AccumulationRegister_РезервыТоваровОрганизаций", place="СтруктурнаяЕдиница_Key", resource="Количество"),
    prices="InformationRegister_ЦеныНоменклатуры",
    price_type="ВидЦен_Key",
)

CONFIGURATIONS = {"ut": UT, "unf": UNF}

"""How orders are shipped: the section ``shipping`` of the settings, and of each channel."""

from typing import Literal

from pydantic import Field

from tasks.rules.latin import Country, LatinRules
from validation.part import Part


class ChannelShipping(Part):
    """How the orders of a channel leave."""

    carrier: str | None = Field(default=None, description="имя из carriers; без него заказы забирает сама площадка")
    carrier_title: str | None = Field(default=None, description="как называть перевозчика покупателям")
    parts: bool = Field(default=False, description="отправлять то, что есть, не дожидаясь остального; остальное уедет следом")
    removes_missing: bool = Field(
        default=False,
        description="Яндекс Маркет: согласие навсегда убрать из заказа то, чего нет в коробках; разделить заказ там нельзя",
    )
    states: list[Literal["new", "confirmed"]] = Field(
        default=["new", "confirmed"], min_length=1, description="в каких состояниях на канале заказ готов к отправке"
    )
    within_h: float | None = Field(default=None, gt=0, description="за сколько часов отправить, где площадка сама не говорит")
    collects: bool = Field(default=False, description="неоплаченный заказ оплачивают при получении")
    point_fields: list[str] = Field(default_factory=list, description="мета-поля заказа сайта с кодом выбранного пункта выдачи")
    tariff: str | None = Field(default=None, description="код тарифа перевозчика; без него тариф из настроек перевозчика")


class Box(Part):
    """A box of the shop's own."""

    length_mm: int = Field(gt=0)
    width_mm: int = Field(gt=0)
    height_mm: int = Field(gt=0)


class ShippingRules(Part):
    """Boxes, alerts, and goods with codes of «Честный ЗНАК»."""

    near_h: float = Field(default=4.0, gt=0, description="за сколько часов до срока отгрузки предупредить")
    package_most_g: int = Field(default=30_000, gt=0, description="тяжелее одна коробка не бывает")
    packing_g: int = Field(default=0, ge=0, description="сколько весит сама коробка")
    usual_g: int | None = Field(default=None, gt=0, description="вес штуки, у которой он в 1С не указан; без него спросит человека")
    box: Box | None = Field(default=None, description="коробка, если размеры товаров неизвестны; без неё размеры не сообщаются")
    length_property: str | None = Field(default=None, description="свойство 1С с длиной в упаковке")
    width_property: str | None = None
    height_property: str | None = None
    brand_property: str | None = Field(default=None, description="свойство 1С с брендом: его спрашивает таможня")
    origin_property: str | None = Field(default=None, description="свойство 1С со страной происхождения")
    usual_brand: str = Field(default="", description="бренд товара, у которого он в 1С не указан")
    usual_origin: Country | None = Field(default=None, description="страна (ISO, две буквы) такого товара")
    size_unit: Literal["cm", "mm"] = Field(default="cm", description="в чём эти свойства измерены")
    marked_properties: list[str] = Field(
        default=["Подлежит маркировке", "Вид маркировки", "Особенность учета", "Вид продукции ИС"],
        description="реквизиты и свойства 1С; товар, у которого в одном из них не «нет», ждёт кода «Честный ЗНАК»",
    )
    marked_articles: list[str] = Field(default_factory=list, description="артикулы, которым код нужен, что бы ни говорила 1С")


class Ships(Part):
    """A channel's own rules beside those of the whole shop.

    Args:
        latin: which routes of its carrier are written in Latin.
        time_zone: of the shop, by which an invoice has its day.
    """

    channel: str
    own: ChannelShipping = ChannelShipping()
    shop: ShippingRules = ShippingRules()
    latin: LatinRules = LatinRules()
    time_zone: str = "Europe/Moscow"

    @property
    def target(self) -> str:
        """Who carries its shipments, as the outbox names it."""
        return f"carrier:{self.own.carrier}" if self.own.carrier is not None else f"channel:{self.channel}"

"""How a channel's cards are made of 1C's: the section ``cards`` of a channel's settings."""

from typing import Literal

from pydantic import Field, field_validator, model_validator

from validation.part import Part


class AttributeRule(Part):
    """An attribute of the channel: the value of a property or characteristic of 1C, or the same for all."""

    id: int
    property: str | None = Field(default=None, description="имя свойства, реквизита или характеристики 1С")
    value: str | None = None

    @model_validator(mode="after")
    def _is_one_of_two(self) -> "AttributeRule":
        if (self.property is None) == (self.value is None):
            raise ValueError(f"у характеристики {self.id} нужно задать либо property, либо value")
        return self


class CategoryRule(Part):
    """Goods of a group of 1C, with everything below it, are of this category on the channel. The longest group wins."""

    group: str = Field(min_length=1)
    category: int
    type: int | None = Field(default=None, description="тип товара; есть только у Ozon")
    attributes: list[AttributeRule] = Field(default_factory=list)


class GroupSizes(Part):
    """Size and weight in the package of goods of a group whose own are not known. The longest group wins."""

    group: str = Field(min_length=1)
    length_mm: int | None = Field(default=None, gt=0)
    width_mm: int | None = Field(default=None, gt=0)
    height_mm: int | None = Field(default=None, gt=0)
    weight_g: int | None = Field(default=None, gt=0)


class CardRules(Part):
    """Whether and how cards are made on a channel. Without ``creates`` only stock and prices go there."""

    creates: bool = Field(default=False, description="заводить карточки товаров, которых на площадке нет")
    updates: bool = Field(default=True, description="обновлять карточки, которые завёл Utyug; чужие он не трогает никогда")
    groups: list[str] | None = Field(default=None, description="группы 1С, которые там продаются, как «Глажение/Утюги»; по умолчанию все")
    categories: list[CategoryRule] = Field(default_factory=list)
    brand_property: str | None = Field(default=None, description="свойство 1С с названием бренда")
    brand: str | None = Field(default=None, description="бренд товаров, у которых он не указан")
    length_property: str | None = None
    width_property: str | None = None
    height_property: str | None = None
    size_unit: Literal["cm", "mm"] = Field(default="cm", description="в чём эти свойства измерены")
    sizes: list[GroupSizes] = Field(default_factory=list)
    pictures_url: str | None = Field(default=None, description="адрес, под которым лежат файлы картинок из 1С")
    code_forbids: str | None = Field(default=None, description="знаки, которых не должно быть в артикуле на площадке")

    @field_validator("pictures_url")
    @classmethod
    def _is_an_address(cls, url: str | None) -> str | None:
        if url is not None and not url.startswith(("http://", "https://")):
            raise ValueError("адрес картинок начинается с http:// или https://")
        return url.rstrip("/") if url else None

    @field_validator("code_forbids")
    @classmethod
    def _leaves_something(cls, signs: str | None) -> str | None:
        if signs and any(sign.isalnum() for sign in signs):
            raise ValueError("буквы и цифры в артикуле запретить нельзя: из них состоят сами артикулы")
        if signs and set("-_.~") <= set(signs):
            raise ValueError("разрешите в артикуле хотя бы один из знаков - _ . ~: им заменяются запрещённые")
        return signs

"""An offer as it is sent to the catalogue: the fields that the specification still knows after 2026-10-12."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from deployments.world.yandex_market.shapes import Flag, Id, Number, Positive, Sent, Sku, Text, Texts, Unlike

Url = Annotated[str, Field(strict=True, min_length=1, max_length=2000)]
Period = Literal["HOUR", "DAY", "WEEK", "MONTH", "YEAR"]

# What ``deleteParameters`` calls a field.
DELETABLE = {
    "ADDITIONAL_EXPENSES": "additionalExpenses",
    "ADULT": "adult",
    "AGE": "age",
    "BARCODES": "barcodes",
    "BOX_COUNT": "boxCount",
    "CERTIFICATES": "certificates",
    "COMMODITY_CODES": "commodityCodes",
    "CONDITION": "condition",
    "CUSTOMS_COMMODITY_CODE": "customsCommodityCode",
    "DESCRIPTION": "description",
    "DOWNLOADABLE": "downloadable",
    "GUARANTEE_PERIOD": "guaranteePeriod",
    "LIFE_TIME": "lifeTime",
    "MANUALS": "manuals",
    "MANUFACTURER_COUNTRIES": "manufacturerCountries",
    "PARAMETERS": "parameterValues",
    "PICTURES": "pictures",
    "PURCHASE_PRICE": "purchasePrice",
    "SHELF_LIFE": "shelfLife",
    "TAGS": "tags",
    "TYPE": "type",
    "VENDOR_CODE": "vendorCode",
    "VIDEOS": "videos",
}
BECOME_FALSE = ("adult", "downloadable")


def _deletable(name: str) -> str:
    if name not in DELETABLE:
        raise PydanticCustomError("unknown", "unknown")
    return name


NEEDED_AT_FIRST = ("name", "marketCategoryId", "pictures", "vendor", "description")


class Manual(Sent):
    """``OfferManualDTO``."""

    url: Url
    title: Annotated[str, Field(strict=True, max_length=500)] | None = None


class Dimensions(Sent):
    """``OfferWeightDimensionsDTO``, centimetres and kilograms."""

    length: Number
    width: Number
    height: Number
    weight: Number


class TimePeriod(Sent):
    """``TimePeriodDTO``."""

    time_period: Annotated[int, Field(strict=True)]
    time_unit: Period
    comment: Annotated[str, Field(strict=True, max_length=500)] | None = None


class CommodityCode(Sent):
    """``CommodityCodeDTO``."""

    code: Text
    type: Literal["CUSTOMS_COMMODITY_CODE", "IKPU_CODE"]


class Condition(Sent):
    """``OfferConditionDTO``."""

    type: Literal["PREOWNED", "SHOWCASESAMPLE", "REFURBISHED", "REDUCTION", "RENOVATED", "NOT_SPECIFIED"] | None = None
    quality: Literal["PERFECT", "EXCELLENT", "GOOD", "NOT_SPECIFIED"] | None = None
    reason: Text | None = None


class Age(Sent):
    """``AgeDTO``."""

    value: Number
    age_unit: Literal["YEAR", "MONTH"]


class ParameterValue(Sent):
    """``ParameterValueDTO``."""

    parameter_id: Id
    unit_id: Annotated[int, Field(strict=True)] | None = None
    value_id: Annotated[int, Field(strict=True)] | None = None
    value: Text | None = None


class Money(Sent):
    """``BasePriceDTO``."""

    value: Positive
    currency_id: Annotated[str, Field(strict=True, pattern="^[A-Z]{2,3}$")]


class DiscountedMoney(Money):
    """``PriceWithDiscountDTO``."""

    discount_base: Positive | None = None


class OfferFields(Sent):
    """``UpdateOfferDTO``."""

    offer_id: Sku
    name: Annotated[str, Field(strict=True, max_length=256)] | None = None
    market_category_id: Id | None = None
    pictures: Annotated[list[Url], Field(min_length=1, max_length=30)] | None = None
    videos: Annotated[list[Url], Field(min_length=1, max_length=6)] | None = None
    manuals: Annotated[list[Manual], Field(min_length=1, max_length=6)] | None = None
    vendor: Text | None = None
    barcodes: Texts | None = None
    description: Annotated[str, Field(strict=True, max_length=6000)] | None = None
    manufacturer_countries: Texts | None = None
    weight_dimensions: Dimensions | None = None
    vendor_code: Text | None = None
    tags: Annotated[list[Text], Field(min_length=1, max_length=50), Unlike] | None = None
    shelf_life: TimePeriod | None = None
    life_time: TimePeriod | None = None
    guarantee_period: TimePeriod | None = None
    commodity_codes: Annotated[list[CommodityCode], Field(min_length=1)] | None = None
    certificates: Annotated[list[Text], Field(min_length=1, max_length=6)] | None = None
    box_count: Id | None = None
    condition: Condition | None = None
    type: Literal["DEFAULT", "MEDICINE", "BOOK", "AUDIOBOOK", "ARTIST_TITLE", "ON_DEMAND", "ALCOHOL"] | None = None
    downloadable: Flag | None = None
    adult: Flag | None = None
    age: Age | None = None
    parameter_values: Annotated[list[ParameterValue], Field(min_length=1, max_length=300)] | None = None
    basic_price: DiscountedMoney | None = None
    purchase_price: Money | None = None
    additional_expenses: Money | None = None
    delete_parameters: Annotated[list[Annotated[Text, AfterValidator(_deletable)]], Field(min_length=1), Unlike] | None = None

    def told(self) -> dict[str, Any]:
        """The fields that were sent, by the vendor's names."""
        return self.model_dump(by_alias=True, exclude_unset=True, exclude_none=True)


class Mapping(Sent):
    """``UpdateMappingDTO``."""

    market_sku: Id | None = None


class OfferMapping(Sent):
    """``UpdateOfferMappingDTO``."""

    offer: OfferFields
    mapping: Mapping | None = None


class OfferMappings(Sent):
    """``UpdateOfferMappingsRequest``."""

    offer_mappings: Annotated[list[OfferMapping], Field(min_length=1, max_length=500)]
    only_partner_media_content: Flag | None = None

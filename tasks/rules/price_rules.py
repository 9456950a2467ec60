"""How a channel's prices are made of 1C's: the section ``prices`` of a channel's settings."""

from datetime import date
from decimal import Decimal
from typing import Literal

from pydantic import Field, model_validator

from validation.part import Part

BASIS = 10_000
"""Percent are counted in hundredths."""


def basis_points(percent: Decimal) -> int:
    """Hundredths of a percent."""
    return int(percent * 100)


class Rounding(Part):
    """What a price is a multiple of, and which way it goes there. 1 kopeck by default: not rounded."""

    unit_kopecks: int = Field(default=1, gt=0, le=100_000_000, description="1 копейка, 100 рубль, 1000 десять рублей …")
    ending_kopecks: int = Field(default=0, ge=0, description="чем цена оканчивается: 9000 при шаге 10000 даёт …90 рублей")
    to: Literal["up", "down", "nearest"] = "nearest"

    @model_validator(mode="after")
    def _ending_fits(self) -> "Rounding":
        if self.ending_kopecks >= self.unit_kopecks:
            raise ValueError(f"окончание цены ({self.ending_kopecks}) должно быть меньше шага округления ({self.unit_kopecks})")
        return self


class Floor(Part):
    """A price is never below so many percent of another price type."""

    price_type: str = Field(description="тип цены 1С, обычно закупочная")
    percent: Decimal = Field(default=Decimal(100), gt=0, le=1000, decimal_places=2)


class Promotion(Part):
    """A price for a time: lower by percent, or that of another price type. Without groups and articles it is for all goods."""

    name: str = Field(min_length=1)
    valid_from: date | None = Field(default=None, description="первый день; без него акция уже идёт")
    valid_to: date | None = Field(default=None, description="последний день, включительно; без него акция не кончается")
    groups: list[str] = Field(default_factory=list, description="группы 1С, как «Глажение/Утюги», со всем, что ниже")
    articles: list[str] = Field(default_factory=list)
    percent: Decimal | None = Field(default=None, gt=0, lt=100, decimal_places=2)
    price_type: str | None = None

    @model_validator(mode="after")
    def _is_whole(self) -> "Promotion":
        if (self.percent is None) == (self.price_type is None):
            raise ValueError(f"у акции «{self.name}» нужно задать либо percent, либо price_type")
        if self.valid_from and self.valid_to and self.valid_from > self.valid_to:
            raise ValueError(f"акция «{self.name}» кончается раньше, чем начинается")
        return self

    def is_on(self, today: date) -> bool:
        """Whether it is in force."""
        return (self.valid_from is None or self.valid_from <= today) and (self.valid_to is None or today <= self.valid_to)


class CampaignPrices(Part):
    """What differs for a region or campaign; what is not told is as for the whole account."""

    price_type: str | None = None
    markup_percent: Decimal | None = Field(default=None, gt=-100, le=10_000, decimal_places=2)
    old_price_type: str | None = None


class PriceRules(Part):
    """From 1C's price types to a channel's prices."""

    price_type: str = Field(description="вид цены 1С, с которого всё начинается, по имени: «Розничная»")
    markup_percent: Decimal = Field(default=Decimal(0), gt=-100, le=10_000, decimal_places=2, description="наценка; скидка с минусом")
    rounding: Rounding = Rounding()
    floor: Floor | None = None
    old_price_type: str | None = Field(default=None, description="вид цены, которая показывается зачёркнутой, когда она выше")
    promotions: list[Promotion] = Field(default_factory=list)
    campaigns: dict[str, CampaignPrices] = Field(default_factory=dict, description="магазин Яндекс Маркета или регион → чем он отличается")

    def for_campaign(self, campaign_ref: str) -> "PriceRules":
        """The rules with what differs for a campaign put in."""
        differing = self.campaigns.get(campaign_ref, CampaignPrices()).model_dump(exclude_none=True)
        return self.model_copy(update=differing | {"campaigns": {}})

    def on(self, today: date) -> "PriceRules":
        """The rules with the promotions of a day only."""
        return self.model_copy(update={"promotions": [promotion for promotion in self.promotions if promotion.is_on(today)]})

    @property
    def markups(self) -> list[Decimal]:
        """Percent, each of what the one before left."""
        return [self.markup_percent]

    @property
    def floors(self) -> list[Floor]:
        """All that a price is never below."""
        return [] if self.floor is None else [self.floor]

    @property
    def price_types(self) -> list[str]:
        """Every price type it speaks of, the first one first."""
        promoted = [promotion.price_type for promotion in self.promotions]
        named = [self.price_type, self.old_price_type, *(floor.price_type for floor in self.floors), *promoted]
        return list(dict.fromkeys(name for name in named if name is not None))


class BuyerRules(PriceRules):
    """A channel's rules as they are for one buyer; never a section of the settings: `tasks.rules.quotes` makes them.

    What his history earns is one more promotion of them, so that he gets the lower price of the two.
    """

    region_percent: Decimal = Decimal(0)
    least: Floor | None = None

    @property
    def markups(self) -> list[Decimal]:
        """The channel's, then the region's."""
        return [self.markup_percent, self.region_percent]

    @property
    def floors(self) -> list[Floor]:
        """The channel's and the one of quotes; a price is below neither."""
        return [floor for floor in (self.floor, self.least) if floor is not None]

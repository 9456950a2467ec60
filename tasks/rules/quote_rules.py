"""What a buyer's region and history change in a price: the section ``quotes`` of the settings."""

from collections import Counter
from collections.abc import Mapping
from decimal import Decimal

from pydantic import Field, model_validator

from tasks.rules.price_rules import BuyerRules, Floor, PriceRules, Promotion
from tasks.rules.tiers import Tier
from validation.part import Part


class RegionPrices(Part):
    """A region with prices of its own: another price type to begin with, a markup on top of the channel's, or both."""

    title: str = Field(min_length=1, description="как регион называют покупателю: «Сибирь»")
    codes: list[str] = Field(default_factory=list, description="как ещё его может назвать сайт: «54», «Новосибирская область»")
    price_type: str | None = None
    markup_percent: Decimal | None = Field(default=None, gt=-100, le=10_000, decimal_places=2, description="наценка; скидка с минусом")

    @model_validator(mode="after")
    def _differs(self) -> "RegionPrices":
        if self.price_type is None and self.markup_percent is None:
            raise ValueError(f"у региона «{self.title}» нужно задать price_type, markup_percent или оба")
        return self

    @property
    def names(self) -> set[str]:
        """All that it is called by, as `named` reads them."""
        return {named(name) for name in (self.title, *self.codes)}


class TierPrices(Part):
    """What a tier pays: the price of another price type, or so much less."""

    price_type: str | None = None
    discount_percent: Decimal | None = Field(default=None, gt=0, lt=100, decimal_places=2)

    @model_validator(mode="after")
    def _is_whole(self) -> "TierPrices":
        if (self.discount_percent is None) == (self.price_type is None):
            raise ValueError("у уровня нужно задать либо price_type, либо discount_percent")
        return self

    def promotion(self, tier: Tier) -> Promotion:
        """The same as a promotion for one buyer."""
        return Promotion(name=tier.title, percent=self.discount_percent, price_type=self.price_type)


class QuoteRules(Part):
    """How `POST /quotes` makes a price. A site whose prices Utyug keeps is quoted by those same rules."""

    channels: dict[str, PriceRules] = Field(
        default_factory=dict, description="сайт, цены которого Utyug не ведёт → из чего их делать; иначе действует его раздел prices"
    )
    regions: list[RegionPrices] = Field(default_factory=list)
    tiers: dict[str, TierPrices] = Field(default_factory=dict, description="код уровня → что он платит")
    floor: Floor | None = Field(default=None, description="не ниже этого, сверх такого же пола площадки")
    validity_s: float = Field(default=900.0, gt=0, le=86_400, description="сколько держится названная цена; не дольше полуночи магазина")

    @model_validator(mode="after")
    def _regions_differ(self) -> "QuoteRules":
        counted = Counter(name for region in self.regions for name in region.names)
        if twice := sorted(name for name, times in counted.items() if times > 1):
            raise ValueError(f"так названы два региона: {', '.join(twice)}")
        return self

    def region(self, told: str | None) -> RegionPrices | None:
        """The region that a site means, by its title or one of its codes; none where it has no prices of its own."""
        wanted = named(told or "")
        return next((region for region in self.regions if wanted in region.names), None)

    def base(self, channel: str, kept: Mapping[str, PriceRules]) -> PriceRules | None:
        """What the prices of a site begin with; none where nobody told.

        Args:
            channel: the site.
            kept: the rules of the channels whose prices Utyug keeps.
        """
        return kept.get(channel) or self.channels.get(channel)

    def for_buyer(self, base: PriceRules, region: RegionPrices | None, tier: Tier | None) -> BuyerRules:
        """The rules of a site with what one buyer's region and history change; without either they make the site's own prices.

        Args:
            base: the site's, with the promotions of the day only.
            region: where it goes.
            tier: what he has earned.
        """
        earned = self.tiers.get(tier.code) if tier else None
        told = dict(base) | {"least": self.floor}
        if region is not None:
            told |= {"price_type": region.price_type or base.price_type, "region_percent": region.markup_percent or Decimal(0)}
        if earned is not None and tier is not None:
            told["promotions"] = [*base.promotions, earned.promotion(tier)]
        return BuyerRules(**told)


def named(name: str) -> str:
    """A name as it is compared: «  Новосибирская  ОБЛАСТЬ» is «новосибирская область»."""
    return " ".join(name.casefold().replace("ё", "е").split())

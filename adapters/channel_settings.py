"""Settings of the channels, one class per kind. Every host is a setting; the defaults are the vendors' production hosts.

Source of hosts and credentials: `reference/marketplaces.md` §0–§3.
"""

from typing import Annotated, Literal, Self, TypeAlias, get_args

from pydantic import Field, SecretStr, model_validator

from tasks.rules.bounds import Bounds
from tasks.rules.card_rules import CardRules
from tasks.rules.order_less import LESS_TAKEN, Less
from tasks.rules.order_news import TAKEN, Event, Tell, tells_of
from tasks.rules.price_rules import PriceRules
from tasks.rules.shipping_rules import ChannelShipping
from validation.part import Part


class OrderSettings(Part):
    """How orders of a channel are taken."""

    poll_s: float = Field(default=30.0, gt=0, description="a poll comes after so long even where no push did")
    overlap_s: float = Field(default=3600.0, ge=0, description="every poll looks so far back behind the one before")
    adopts: Literal["new", "none"] = Field(
        default="new",
        description="of the orders that were there before Utyug, those that nobody has confirmed yet are taken over, or none are; "
        "the rest is left to 1C as it is",
    )
    push_secret: SecretStr | None = Field(
        default=None, description="WooCommerce: the webhook's secret; elsewhere the secret part of the address pushes are sent to"
    )
    push_networks: list[str] | None = Field(default=None, description="where pushes may come from; the vendor's own networks by default")


class MirrorSettings(Part):
    """One shared number less a buffer, instead of a quota: reach before certainty. Such items may be sold twice."""

    articles: list[str] = Field(default_factory=list, description="of the items; * for all")
    buffer_pcs: int = Field(default=1, ge=0)


class NewsSettings(Part):
    """What a channel is told of its orders when 1C says what happens to them."""

    tells: dict[Event, Tell] = Field(
        default_factory=dict,
        description="reserved, shipped, delivered or cancelled in 1C → confirm, ready, shipped, delivered, cancel or none; "
        "what is not named goes as it usually does on such a channel",
    )
    onec_statuses: dict[str, Event] = Field(
        default_factory=dict, description="names of 1C's own order statuses that mean reserved, shipped, delivered or cancelled"
    )
    less: Less = Field(
        default="ask",
        description="pieces that a manager takes out of an order in 1C: ask a person what to do, or cancel them on the channel; "
        "Yandex Market only asks: it takes goods out of an order for ever",
    )


class AnyChannel(Part):
    """What every channel is told."""

    kind: str
    news: NewsSettings = NewsSettings()
    timeout_s: float = Field(default=30.0, gt=0, description="of one call")
    orders: OrderSettings = OrderSettings()
    mirror: MirrorSettings = MirrorSettings()
    cards: CardRules = CardRules()
    shipping: ChannelShipping = ChannelShipping()
    prices: PriceRules | None = Field(default=None, description="how prices are made of 1C's; none: Utyug leaves prices alone")

    @property
    def tells(self) -> dict[Event, Tell]:
        """What it is told of each event in 1C."""
        return tells_of(self.kind, self.news.tells)

    @model_validator(mode="after")
    def _is_told_what_it_takes(self) -> Self:
        if odd := sorted(set(self.news.tells.values()) - TAKEN[self.kind]):
            takes = ", ".join(sorted(TAKEN[self.kind]))
            raise ValueError(f"канал вида {self.kind} не принимает: {', '.join(odd)}; ему можно сообщать {takes}")
        if self.news.less not in LESS_TAKEN[self.kind]:
            raise ValueError(f"канал вида {self.kind} не принимает less = {self.news.less}: товар из заказа там убирает только человек")
        return self


class WooCommerceSettings(AnyChannel):
    """A WooCommerce site. Over plain http the keys are used to sign (OAuth 1.0a), over https they are sent as Basic."""

    kind: Literal["woocommerce"] = "woocommerce"
    url: str
    consumer_key: SecretStr
    consumer_secret: SecretStr
    places: list[str] | None = Field(default=None, description="1C warehouse ids it sells from; all by default")
    asks: bool = Field(default=False, description="its checkout asks Utyug (the must-use plugin is in place), so it needs no quota")
    reservation_key: SecretStr | None = Field(default=None, description="what its checkout shows at the gateway")
    refunds_returns: bool = Field(
        default=False, description="what came back is written into the site's order as a refund; the money itself is paid back by hand"
    )
    tracking_note: Literal["none", "shop", "buyer"] = Field(
        default="none", description="a tracking number is also remarked in the order: for the shop, or for the buyer, who gets a letter"
    )
    bounds: Bounds = Bounds(visible_s=60, effective_s=60, stale_s=0, restored_s=60)

    @property
    def is_asking(self) -> bool:
        """Whether it sells only what the hub granted at checkout."""
        return self.asks

    @property
    def places_of(self) -> dict[str, list[str] | None]:
        """1C's warehouses that each warehouse of the channel draws on; none for all of them."""
        return {"": self.places}

    @property
    def campaigns(self) -> tuple[str, ...]:
        """Campaigns with prices of their own, the empty one for the whole account."""
        return ("",)


class Marketplace(AnyChannel):
    """A marketplace that is told figures per warehouse of the seller."""

    warehouses: dict[str, list[str]] = Field(
        min_length=1, description="the seller's warehouse on the channel → 1C warehouse ids it draws on; an empty list for all of them"
    )

    @property
    def is_asking(self) -> bool:
        """A marketplace is told a number and sells by itself."""
        return False

    @property
    def places_of(self) -> dict[str, list[str] | None]:
        """1C's warehouses that each warehouse of the channel draws on; none for all of them."""
        return {warehouse: places or None for warehouse, places in self.warehouses.items()}

    @property
    def campaigns(self) -> tuple[str, ...]:
        """Campaigns with prices of their own, the empty one for the whole account."""
        return ("",)


WildberriesService = Literal["common", "content", "discounts-prices", "marketplace", "seller-analytics"]
WILDBERRIES_SERVICES: tuple[WildberriesService, ...] = get_args(WildberriesService)
IN_SANDBOX: frozenset[WildberriesService] = frozenset({"content", "discounts-prices", "marketplace"})
"""What the sandbox has; nobody there tells whose cabinet it is. Source: `reference/marketplaces.md` §1."""


class WildberriesSettings(Marketplace):
    """A Wildberries cabinet. ``sandbox`` needs a test token; cards are made there at once, and only one call a second is allowed."""

    kind: Literal["wildberries"]
    bounds: Bounds = Bounds(visible_s=120, effective_s=90, stale_s=30, restored_s=300)
    token: SecretStr
    environment: Literal["production", "sandbox"] = "production"
    hosts: dict[WildberriesService, str] = Field(default_factory=dict, description="service → address, where it is not the vendor's own")
    token_prefix: Literal["", "Bearer "] = Field(default="", description="the vendor's texts disagree; the bare token is what clients send")

    def host(self, service: WildberriesService) -> str:
        """The address of a service; one that the sandbox has not is the real one, which a test token opens nothing of."""
        suffix = "-sandbox" if self.environment == "sandbox" and service in IN_SANDBOX else ""
        return self.hosts.get(service, f"https://{service}-api{suffix}.wildberries.ru").rstrip("/")


class OzonSettings(Marketplace):
    """An Ozon cabinet."""

    kind: Literal["ozon"]
    bounds: Bounds = Bounds(visible_s=120, effective_s=90, stale_s=60, restored_s=300)
    client_id: str
    api_key: SecretStr
    url: str = "https://api-seller.ozon.ru"


class YandexMarketSettings(Marketplace):
    """A Yandex Market business.

    Without warehouse groups ``warehouses`` are named by ``partnerWarehouseId``; with groups a figure is given per campaign, so they are
    named by ``campaignId``.
    """

    kind: Literal["yandex_market"]
    bounds: Bounds = Bounds(visible_s=180, effective_s=1200, stale_s=900, restored_s=900)
    business_id: int
    api_key: SecretStr
    has_warehouse_groups: bool = False
    price_campaigns: list[int] = Field(default_factory=list, description="campaigns with prices of their own; none: one price for all")
    url: str = "https://api.partner.market.yandex.ru"

    @property
    def campaigns(self) -> tuple[str, ...]:
        """Campaigns with prices of their own, the empty one for the whole account."""
        return tuple(map(str, self.price_campaigns)) or ("",)

    @model_validator(mode="after")
    def _warehouses_are_numbers(self) -> "YandexMarketSettings":
        if odd := [warehouse for warehouse in self.warehouses if not warehouse.isdigit()]:
            raise ValueError(f"номер склада или магазина Яндекс Маркета состоит из цифр: {', '.join(odd)}")
        return self


ChannelSettings: TypeAlias = Annotated[
    WooCommerceSettings | WildberriesSettings | OzonSettings | YandexMarketSettings, Field(discriminator="kind")
]

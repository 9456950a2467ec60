"""What Yandex Market tells of a cabinet: its key, settings, shops and warehouses."""

from pydantic import TypeAdapter

from adapters.yandex_market.answers import Result, Rows, Told


class WarehouseModel(Told):
    """``PartnerWarehouseModelDTO``."""

    placement_type: str
    api_availability: str


class Warehouse(Told):
    """``PartnerWarehouseDTO``."""

    id: int
    name: str
    models: list[WarehouseModel]


class Warehouses(Rows):
    """``PartnerWarehousesDTO``."""

    warehouses: list[Warehouse]


class Group(Told):
    """``WarehouseGroupInfoDTO``."""

    id: int
    name: str


class WarehouseStatus(Told):
    """``WarehouseStatusDTO``."""

    status: str


class ShopWarehouse(Told):
    """``WarehouseDetailsDTO``."""

    id: int
    name: str
    campaign_id: int
    group_info: Group | None = None
    status: WarehouseStatus | None = None


class ShopWarehouses(Rows):
    """``PagedWarehousesDTO``."""

    warehouses: list[ShopWarehouse]


class Business(Told):
    """``BusinessDTO``."""

    id: int | None = None


class Campaign(Told):
    """``CampaignDTO``."""

    id: int
    domain: str | None = None
    business: Business | None = None
    placement_type: str | None = None
    api_availability: str | None = None


class Campaigns(Rows):
    """``GetCampaignsResponse``, in no shell."""

    campaigns: list[Campaign]


class ApiKey(Told):
    """``ApiKeyDTO``."""

    name: str
    auth_scopes: list[str]


class Token(Rows):
    """``TokenDTO``."""

    api_key: ApiKey


class BusinessSettings(Told):
    """``BusinessSettingsDTO``."""

    currency: str | None = None


class BusinessInfo(Rows):
    """``GetBusinessSettingsInfoDTO``."""

    settings: BusinessSettings | None = None


WAREHOUSES = TypeAdapter(Result[Warehouses])
SHOP_WAREHOUSES = TypeAdapter(Result[ShopWarehouses])
TOKEN = TypeAdapter(Result[Token])
BUSINESS_INFO = TypeAdapter(Result[BusinessInfo])
CAMPAIGNS = TypeAdapter(Campaigns)

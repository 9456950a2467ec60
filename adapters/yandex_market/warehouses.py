"""The seller's warehouses on Yandex Market, as both kinds of cabinet tell them."""

from functools import cached_property

import polars as pl

from adapters.yandex_market.cabinet_answers import CAMPAIGNS, SHOP_WAREHOUSES, WAREHOUSES, Campaign, ShopWarehouse, Warehouse
from adapters.yandex_market.client import YandexMarketClient
from adapters.yandex_market.limits import CAMPAIGNS as CAMPAIGNS_LIMIT
from adapters.yandex_market.limits import GROUPED_WAREHOUSES
from adapters.yandex_market.limits import WAREHOUSES as WAREHOUSES_LIMIT
from validation.listings import WarehouseFound

NOTES = {
    "DISABLED_BY_INACTIVITY": "API магазина выключено: на витрине больше 90 дней не было товаров",
    "DISABLED_BY_NO_ACTIVE_CONTRACT": "API магазина выключено: нет действующего договора с Маркетом",
    "DISABLED_BY_NO_PLACEMENT_TYPE": "API магазина выключено: магазин не подключён к модели работы",
    "MANUALLY_DISABLED": "API магазина выключено вручную в кабинете",
}
AVAILABLE = "AVAILABLE"


class YandexMarketWarehouses(YandexMarketClient):
    """Warehouses and shops. Both lists may be asked for a hundred times an hour, so they are asked for once."""

    # getPartnerWarehouses and getPagedWarehouses
    WAREHOUSES_MAX = 30
    CAMPAIGNS_MAX = 100

    def read_warehouses(self) -> pl.DataFrame:
        """The places that figures may be given for.

        Returns:
            `WarehouseFound`: ``warehouse_ref`` is a warehouse's id, or its campaign's where there are warehouse groups.

        Raises:
            SyncError: the Market could not be asked.
        """
        rows = [_of_shop(one, self.campaigns) for one in self.shop_warehouses] if self._has_groups else map(_of_cabinet, self._partner())
        return WarehouseFound.validate(pl.DataFrame(list(rows), schema=_FOUND, orient="row"))

    @cached_property
    def campaigns(self) -> dict[int, Campaign]:
        """The cabinet's shops.

        Raises:
            SyncError: the Market could not be asked.
        """
        pages = self.pages("GET", "/v2/campaigns", CAMPAIGNS, limits={CAMPAIGNS_LIMIT: 1}, limit=self.CAMPAIGNS_MAX)
        return {one.id: one for page in pages for one in page.campaigns}

    @cached_property
    def shop_warehouses(self) -> list[ShopWarehouse]:
        """Warehouses with their shops and groups.

        Raises:
            SyncError: the Market could not be asked.
        """
        pages = self.pages(
            "POST",
            self.business("warehouses"),
            SHOP_WAREHOUSES,
            limits={GROUPED_WAREHOUSES: 1},
            limit=self.WAREHOUSES_MAX,
            body={"components": ["STATUS"]},
        )
        return [one for page in pages for one in page.result.warehouses]

    def _partner(self) -> list[Warehouse]:
        pages = self.pages(
            "POST", self.business("warehouses", version=3), WAREHOUSES, limits={WAREHOUSES_LIMIT: 1}, limit=self.WAREHOUSES_MAX, body={}
        )
        return [one for page in pages for one in page.result.warehouses]


_FOUND = {"warehouse_ref": pl.String, "name": pl.String, "is_open": pl.Boolean, "note": pl.String}


def note_of(api_availability: str | None) -> str | None:
    """Why a shop's API is off; none where it is on, or nothing is said."""
    if api_availability in (None, AVAILABLE):
        return None
    return NOTES.get(api_availability or "", f"API магазина недоступно ({api_availability})")


def _of_cabinet(one: Warehouse) -> tuple[str, str, bool, str | None]:
    """A warehouse takes figures while any of its models is on."""
    notes = [note_of(model.api_availability) for model in one.models]
    is_open = not notes or None in notes
    return str(one.id), one.name, is_open, None if is_open else notes[0]


def _of_shop(one: ShopWarehouse, campaigns: dict[int, Campaign]) -> tuple[str, str, bool, str | None]:
    name = f"{one.name} (группа «{one.group_info.name}»)" if one.group_info else one.name
    campaign = campaigns.get(one.campaign_id)
    note = note_of(campaign.api_availability if campaign else None)
    if one.status and one.status.status == "DISABLED_MANUALLY":
        note = "склад отключён в кабинете"
    return str(one.campaign_id), name, note is None, note

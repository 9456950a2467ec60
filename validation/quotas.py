"""Frames of quotas: what there is to sell, which listings want it, how much each may sell.

A *shelf* is a group of 1C places that some channel's warehouse draws on together; ``shelf_ref`` names it. Stages:
`SupplyKept`, `ListingToFill` → `QuotaSet`.
"""

from typing import Annotated

import pandera.polars as pa
import polars as pl

from validation.catalog import Strict

QUOTA_RULES = {
    "cover": "Товара хватает: площадке дано столько, сколько она продаст за срок запаса из настроек. Остальное ждёт в общем запасе.",
    "cap": "Больше не даёт предел для площадки, заданный в настройках. Остальное ждёт в общем запасе.",
    "share": "Товара меньше, чем хотели бы все площадки вместе: он поделён по скорости продаж и приоритету площадок.",
    "last_pieces": "Товара осталось на ближайшие часы: последние штуки отданы туда, где они быстрее и выгоднее продаются.",
    "yields": "Показано больше нового числа, а другой площадке из-за этого показать нечего: лишнее снимается и отдаётся ей.",
    "bundle_parts": "Комплекту достались не все детали: часть их нужна другим товарам или кончилась.",
    "no_supply": "Продавать нечего: свободного остатка нет, или его не хватает и на один комплект.",
    "frozen": "Продажа остановлена: идёт подключение, меняется состав комплекта или товара не досчитались. "
    "Откроется сама, когда это кончится.",
    "mirror": "Площадка показывает общий остаток за вычетом запаса (режим mirror): одну и ту же штуку могут продать дважды.",
}
"""Which consideration set a quota, as a sentence for the manager."""


class SupplyKept(Strict):
    """What there is to sell, one row per item and shelf that was ever counted.

    ``sellable_pcs`` is the pool with the exposures of all channels, ``pool_pcs`` the pool alone; both may be negative.
    """

    item_id: int
    shelf_ref: str
    sellable_pcs: int
    pool_pcs: int


class ListingToFill(Strict):
    """A listing that wants pieces, one row per listing and warehouse of its channel; the item may be a bundle.

    ``exposure_pcs``: the most it has sold unseen or may still sell. ``shown_pcs``: what it shows, null where that is not known.
    ``rate_per_day``: pieces (or bundles) sold there, smoothed. ``worth``: of one piece of stock sold there, compared with the same piece
    elsewhere; a bundle's is that of one of its parts. ``cap_pcs``: a limit of this very listing, null where it has none.
    ``is_asking``: its channel takes from the pool at checkout, so its share stays there. ``mirror_buffer_pcs``: it shows all there is
    less so many, null where it has a quota of its own.
    """

    listing_id: int
    channel: str
    warehouse_ref: str
    shelf_ref: str
    item_id: int
    exposure_pcs: int = pa.Field(ge=0)
    shown_pcs: int = pa.Field(nullable=True, ge=0)
    rate_per_day: float = pa.Field(gt=0)
    worth: float = pa.Field(gt=0)
    cap_pcs: int = pa.Field(nullable=True, ge=0)
    is_asking: bool
    is_frozen: bool
    mirror_buffer_pcs: int = pa.Field(nullable=True, ge=0)


class QuotaSet(Strict):
    """How many pieces a listing is to be allowed to sell, one row per listing and warehouse of a told channel.

    ``direct_pcs``: so many of them the pool could give in one write now, whatever the exposure is (DESIGN §4 rule 2).
    ``rule`` is a key of `QUOTA_RULES`.
    """

    listing_id: int
    warehouse_ref: str
    target_pcs: int = pa.Field(ge=0)
    direct_pcs: int = pa.Field(ge=0)
    rule: str = pa.Field(isin=tuple(QUOTA_RULES))


class ListingSold(Strict):
    """Pieces sold on a listing at an instant, one row per order line."""

    listing_id: int
    sold_at: Annotated[pl.Datetime, "us", "UTC"]
    pcs: int = pa.Field(gt=0)


class ListingRate(Strict):
    """How fast a listing is thought to sell, one row per listing."""

    listing_id: int
    rate_per_day: float = pa.Field(gt=0)

"""What the prices of a few codes of a site are made of, read at checkout: as `Assortment` reads the whole shop, and no other way."""

from collections.abc import Iterable, Sequence
from datetime import date

import polars as pl
from sqlalchemy import ARRAY, BigInteger, bindparam, text

from adapters.errors import Unavailable
from adapters.hub.assortment import GROUP_PATHS, IS_SOLD, PRICE, PRICES
from adapters.hub.driver import driver_of
from adapters.hub.hold_skus import Meant, meant
from adapters.hub.holds import AWAY
from adapters.hub.hub import Hub
from tasks.rules.quotes import Goods, Wanted
from validation.assortment import PriceKept, RecipeInForce

ITEMS = text(f"""
    with recursive {GROUP_PATHS}
    select i.item_id, i.item_ref, nullif(trim(i.article), '') as article, nullif(trim(p.article), '') as product_article,
        path.path as group_path
    from item i
    join product p on p.source = i.source and p.product_ref = i.product_ref
    left join path on path.source = p.source and path.group_ref = p.group_refs ->> 0
    where i.item_id = any (:item_ids) and {IS_SOLD}
    order by i.item_id
""").bindparams(bindparam("item_ids", type_=ARRAY(BigInteger)))  # noqa: S608 - put together of constants

PRICES_OF = text(f"select * from ({PRICES.partition('order by')[0]}) price where price.item_id = any (:item_ids)").bindparams(  # noqa: S608
    bindparam("item_ids", type_=ARRAY(BigInteger))
)

ITEM = {"item_id": pl.Int64, "item_ref": pl.String, "article": pl.String, "product_article": pl.String, "group_path": pl.String}
PART = {"bundle_id": pl.Int64, "component_id": pl.Int64, "pcs": pl.Int64, "promotion": pl.String}


class QuoteGoods:
    """The goods of quotes."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    def read(self, channel: str, lines: Sequence[tuple[str, int]], today: date) -> tuple[list[Wanted], Goods]:
        """What these codes of a site mean today, line by line, and what their prices are made of.

        Args:
            channel: the site.
            lines: code and pieces.
            today: the shop's day.

        Raises:
            Unavailable: the hub does not answer.
        """
        try:
            with self._hub.engine.begin() as connection:
                found = meant(driver_of(connection), ((channel, sku) for sku, _ in lines), today)
                recipes = _recipes(found.values())
                item_ids = sorted({one.item_id for one in found.values() if one.item_id is not None and one.why_not is None})
                items = connection.execute(ITEMS, {"item_ids": item_ids}).all()
                prices = connection.execute(PRICES_OF, {"item_ids": sorted({*item_ids, *recipes["component_id"]})}).all()
        except AWAY as error:
            raise Unavailable("База Utyug не отвечает.", system="hub") from error
        goods = Goods(
            items=pl.DataFrame(items, schema=ITEM, orient="row"),
            prices=PriceKept.validate(pl.DataFrame(prices, schema=PRICE, orient="row")),
            recipes=recipes,
        )
        return [_wanted(sku, pcs, found[channel, sku]) for sku, pcs in lines], goods


def _wanted(sku: str, pcs: int, found: Meant) -> Wanted:
    return Wanted(sku=sku, pcs=pcs, item_id=found.item_id, why_not=found.why_not)


def _recipes(found: Iterable[Meant]) -> pl.DataFrame:
    """`RecipeInForce` of the bundles among these; what is its own recipe is no bundle."""
    told = {one.item_id: one for one in found if one.why_not is None and one.recipe != ((one.item_id, 1),)}
    rows = [(one.item_id, component_id, pcs, one.promotion) for one in told.values() for component_id, pcs in one.recipe]
    return RecipeInForce.validate(pl.DataFrame(rows, schema=PART, orient="row"))

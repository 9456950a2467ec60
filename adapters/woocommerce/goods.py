"""Goods of a WooCommerce site, read by code."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import polars as pl

from adapters.woocommerce import answers, paths
from adapters.woocommerce.client import WooCommerceClient, page_count

REFS = pl.Struct({"id": pl.Int64, "parent_id": pl.Int64})
GOODS = {
    "id": pl.Int64(),
    "type": pl.String(),
    "sku": pl.String(),
    "parent_id": pl.Int64(),
    "manage_stock": pl.String(),
    "stock_quantity": pl.Float64(),
    "regular_price": pl.String(),
    "sale_price": pl.String(),
    "on_sale": pl.Boolean(),
}


class GoodsFound(NamedTuple):
    """Goods found by code, and the codes whose search did not come to its end: what the site has of those is not known."""

    goods: list[answers.Goods]
    unasked: list[str]


class GoodsRead(NamedTuple):
    """The same as a frame."""

    goods: pl.DataFrame
    unasked: list[str]


class WooCommerceGoods(WooCommerceClient):
    """Reads products and variations."""

    # A code may be long and Cyrillic; nginx takes 8 KB of address by default (large_client_header_buffers).
    SKUS_PER_CALL = 50
    SKU_BYTES_PER_CALL = 3000
    # So many goods with a code like the one searched for are looked through.
    SEARCH_PAGES_MAX = 30
    # More codes than this are looked for together, among all goods with a comma in their code.
    SEARCHES_MAX = 20

    def read_goods(self, skus: pl.Series) -> GoodsRead:
        """`find_goods` as a frame, one row per goods; ``pcs`` is null where stock is not managed by the goods themselves."""
        found = self.find_goods(skus)
        rows = [tuple(getattr(one, name) if name != "manage_stock" else str(one.manage_stock) for name in GOODS) for one in found.goods]
        pcs = pl.when(pl.col("manage_stock") == "True").then(pl.col("stock_quantity").floor().cast(pl.Int64))
        goods = pl.DataFrame(rows, schema=GOODS, orient="row").with_columns(pcs=pcs)
        return GoodsRead(goods.drop("manage_stock", "stock_quantity"), found.unasked)

    def find_goods(self, skus: pl.Series) -> GoodsFound:
        """Products and variations with exactly these codes.

        Codes go into the ``sku`` filter many at a time; a comma separates them there, so a code that holds one goes alone into
        ``search_sku``, which finds parts of codes. A site's comparison ignores case, ours does not.

        Source: arguments of GET /wc/v3/products in the recorded index of 10.0.2. Variations are found as well as products:
        prepare_objects_query in class-wc-rest-products-controller.php asks for both post types with either argument, and
        add_search_criteria_to_wp_query_where compares ``LIKE %code%`` with each one's own code (seen in versions before and after 10.0).

        Raises:
            SyncError: the site could not be asked.
        """
        asked = pl.DataFrame({"sku": skus.unique(maintain_order=True)})
        has_comma = pl.col("sku").str.contains(",", literal=True)
        size = pl.col("sku").str.len_bytes() * 3
        lots = (
            asked.filter(~has_comma)
            .with_columns(by_number=pl.int_range(pl.len()) // self.SKUS_PER_CALL, by_size=size.cum_sum() // self.SKU_BYTES_PER_CALL)
            .partition_by("by_number", "by_size", maintain_order=True)
        )
        listed = [one for lot in lots for one in self._listed(",".join(lot["sku"]))]
        searched = self._search(asked.filter(has_comma)["sku"].to_list())
        wanted = set(skus)
        return GoodsFound([one for one in (*listed, *searched.goods) if one.sku in wanted], searched.unasked)

    def _listed(self, sku: str) -> Iterator[answers.Goods]:
        page = pages = 1
        while page <= pages:
            shown, pages = self._page(page, sku=sku)
            yield from shown
            page += 1

    def _search(self, skus: Sequence[str]) -> GoodsFound:
        """Codes with a comma, one by one; all goods with a comma at once where that is less to ask and comes to its end."""
        if len(skus) > self.SEARCHES_MAX:
            goods, is_whole = self._look_through(",")
            if is_whole:
                return GoodsFound(goods, [])
        looked = {sku: self._look_through(sku) for sku in skus}
        exact = [one for sku, (goods, _) in looked.items() for one in goods if one.sku == sku]
        return GoodsFound(exact, [sku for sku, (_, is_whole) in looked.items() if not is_whole])

    def _look_through(self, part: str) -> tuple[list[answers.Goods], bool]:
        """Goods whose code holds ``part``, and whether these are all of them: not where they are too many or a page repeats."""
        goods: dict[int, answers.Goods] = {}
        page = pages = 1
        while page <= min(pages, self.SEARCH_PAGES_MAX):
            shown, pages = self._page(page, search_sku=part)
            if pages and not _new(shown, goods):
                return list(goods.values()), False
            goods = {one.id: one for one in shown} | goods
            page += 1
        return list(goods.values()), page > pages

    def _page(self, page: int, **wanted: str) -> tuple[list[answers.Goods], int]:
        """One page of goods, and how many pages there are."""
        response = self.get(paths.PRODUCTS, {**wanted, "per_page": self.PAGE_MAX, "page": page})
        return self._connection.read(response, answers.GOODS, is_repeatable=True), page_count(response)


def _new(shown: Iterable[answers.Goods], known: dict[int, answers.Goods]) -> bool:
    return any(one.id not in known for one in shown)

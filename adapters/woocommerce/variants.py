"""Products that variants belong to: found by the code the variants share, made where there is none, given the options they lack."""

from collections.abc import Sequence
from typing import Any

import polars as pl

from adapters.errors import OutcomeUnknown, Rejected
from adapters.woocommerce import answers, paths
from adapters.woocommerce.answers import Attribute, Goods
from adapters.woocommerce.card import Row, attribute_body, new_parent, new_variation, with_options
from adapters.woocommerce.goods import WooCommerceGoods
from adapters.woocommerce.reasons import SKU_IS_TAKEN, words_of

VARIABLE = "variable"


class Parents:
    """The products of one sending.

    Args:
        site: where.
        group_skus: codes that the variants share; looked up at once.

    Raises:
        SyncError: the site could not be asked.
    """

    def __init__(self, site: WooCommerceGoods, group_skus: pl.Series) -> None:
        self._site = site
        self._known: dict[str, Goods] = {one.sku: one for one in site.find_goods(group_skus).goods}

    def variations(self, rows: Sequence[Row]) -> tuple[int, list[dict[str, Any]]]:
        """The product of these variants, all of one group, and what is to be created under it.

        Raises:
            SyncError: the product could not be made or changed.
            LookupError: the group's code stands at something that is no variable product.
        """
        group_sku = rows[0]["group_sku"]
        parent = self._known.get(group_sku) or self._made(group_sku, rows)
        if parent.type != VARIABLE:
            raise LookupError(group_sku)
        attributes = with_options(rows, parent.attributes)
        if attributes != parent.attributes:
            parent = self._widened(parent, attributes)
        self._known[group_sku] = parent
        return parent.id, [new_variation(row, attributes) for row in rows]

    def _made(self, group_sku: str, rows: Sequence[Row]) -> Goods:
        body = new_parent(rows, with_options(rows, ()))
        try:
            return self._site.tell("POST", paths.PRODUCTS, body, answers.ONE_GOODS, is_repeatable=False)
        except OutcomeUnknown:
            if (found := self._found(group_sku)) is None:
                raise
        except Rejected as error:
            if words_of(error)[0] != SKU_IS_TAKEN or (found := self._found(group_sku)) is None:
                raise
        return found

    def _widened(self, parent: Goods, attributes: Sequence[Attribute]) -> Goods:
        body = {"attributes": [attribute_body(one) for one in attributes]}
        return self._site.tell("PUT", paths.product(parent.id), body, answers.ONE_GOODS, is_repeatable=True)

    def _found(self, group_sku: str) -> Goods | None:
        return next(iter(self._site.find_goods(pl.Series([group_sku])).goods), None)

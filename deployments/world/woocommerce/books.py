"""The site's books: products, variations, orders and settings.

Measured on a running 10.0.2: `reference/services.md` §3.
"""

import re
from collections.abc import Iterable
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal, Self

from deployments.world.slowness import Later, Slowness
from deployments.world.woocommerce.hook_books import HookMail
from deployments.world.woocommerce.order_books import REDUCING, RESTORING, Line, Order

SETTINGS = {
    "general": {"woocommerce_currency": "RUB", "woocommerce_price_num_decimals": "2"},
    "products": {"woocommerce_manage_stock": "yes", "woocommerce_weight_unit": "kg", "woocommerce_dimension_unit": "cm"},
}


@dataclass(kw_only=True)
class Goods:
    """A product or, with a parent, a variation. Lists and objects in it are replaced whole and never changed."""

    goods_id: int
    type: str
    name: str
    sku: str
    parent_id: int = 0
    manage_stock: bool | Literal["parent"] = False
    stock_quantity: int | None = None
    regular_price: str = ""
    sale_price: str = ""
    status: str = "publish"
    description: str = ""
    short_description: str = ""
    weight: str = ""
    dimensions: dict[str, str] = field(default_factory=dict)
    categories: tuple[int, ...] = (15,)
    attributes: tuple[dict[str, Any], ...] = ()
    images: tuple[dict[str, Any], ...] = ()
    meta_data: tuple[dict[str, Any], ...] = ()
    children: tuple[int, ...] = ()
    total_sales: int = 0
    created_at: datetime
    modified_at: datetime

    @property
    def is_on_sale(self) -> bool:
        """As WC_Product::is_on_sale: a sale price that is not below the regular one is none."""
        sale, regular = kopecks(self.sale_price), kopecks(self.regular_price)
        return sale is not None and regular is not None and sale < regular

    @property
    def price(self) -> str:
        """What a buyer pays."""
        return self.sale_price if self.is_on_sale else self.regular_price


class Books:
    """One request at a time changes them, as a database transaction would."""

    def __init__(self, settings: dict[str, dict[str, str]] | None = None) -> None:
        self.goods: dict[int, Goods] = {}
        self.orders: dict[int, Order] = {}
        self.mail = HookMail()
        self.slowness = Slowness()
        self.later: Later[int] = Later()
        self.settings = {group: dict(values) for group, values in (settings or SETTINGS).items()}
        self._by_sku: dict[str, tuple[int, ...]] = {}
        self._last_id = 9
        self._last_line_id = 0

    def __deepcopy__(self, _: dict[int, Any]) -> Self:
        """Shallow where nothing is changed in place: a shop of 20 000 goods is copied in an instant."""
        copied = type(self)(self.settings)
        copied.goods = {goods_id: _copied(one) for goods_id, one in self.goods.items()}
        copied.orders = {order_id: replace(one, lines=tuple(map(_copied, one.lines))) for order_id, one in self.orders.items()}
        copied._by_sku = dict(self._by_sku)
        copied.mail, copied.later, copied.slowness = deepcopy(self.mail), deepcopy(self.later), self.slowness
        copied._last_id, copied._last_line_id = self._last_id, self._last_line_id
        return copied

    def coded(self, sku: str) -> list[Goods]:
        """Goods with this code, of which a site normally has one; a database's comparison ignores case."""
        return [self.goods[goods_id] for goods_id in self._by_sku.get(sku.casefold(), ())]

    def variations(self, parent: Goods) -> list[Goods]:
        """In their order."""
        return [self.goods[goods_id] for goods_id in parent.children]

    def twin(self, sku: str, besides: Goods | None) -> Goods | None:
        """Whose code this is already."""
        return next((one for one in self.coded(sku) if one is not besides), None)

    def create(self, *, kind: str, name: str, sku: str, now: datetime, parent_id: int = 0, regular_price: str = "") -> Goods:
        """New goods under the next id."""
        goods = Goods(
            goods_id=self.next_id(),
            type=kind,
            name=name,
            sku="",
            parent_id=parent_id,
            regular_price=regular_price,
            created_at=now,
            modified_at=now,
        )
        self.goods[goods.goods_id] = goods
        self.recode(goods, sku)
        if parent_id:
            parent = self.goods[parent_id]
            parent.children = (*parent.children, goods.goods_id)
        return goods

    def recode(self, goods: Goods, sku: str) -> None:
        """Goods get a code, or another one."""
        if old := goods.sku.casefold():
            self._by_sku[old] = tuple(at for at in self._by_sku[old] if at != goods.goods_id)
        goods.sku = sku
        if new := sku.casefold():
            self._by_sku[new] = (*self._by_sku.get(new, ()), goods.goods_id)

    def remove(self, goods: Goods) -> None:
        """Goods and their variations leave."""
        for child in [*self.variations(goods), goods]:
            self.recode(child, "")
            del self.goods[child.goods_id]
        if goods.parent_id in self.goods:
            parent = self.goods[goods.parent_id]
            parent.children = tuple(at for at in parent.children if at != goods.goods_id)

    def set_stock(self, goods: Goods, pcs: int | None, now: datetime) -> None:
        """An absolute figure; ``None``: stock is no longer managed."""
        goods.manage_stock = pcs is not None
        goods.stock_quantity = pcs
        goods.modified_at = now

    def shown_pcs(self, goods: Goods) -> int | None:
        """What buyers may take: its product's figure where that counts."""
        return self.goods[goods.parent_id].stock_quantity if goods.manage_stock == "parent" else goods.stock_quantity

    def order(
        self,
        bought: Iterable[tuple[Goods | None, int]],
        *,
        status: str,
        now: datetime,
        billing: dict[str, str] | None = None,
        note: str = "",
        created_via: str = "checkout",
        meta_data: Iterable[tuple[str, Any]] = (),
        is_seen: bool = False,
    ) -> Order:
        """A new order; nobody looks whether there is enough, nor whether there are such goods."""
        order_id = self.next_id()
        one = Order(
            order_id=order_id,
            status="pending",
            lines=tuple(self._line(goods, pcs) for goods, pcs in bought),
            billing=billing or {},
            note=note,
            created_via=created_via,
            created_at=now,
            modified_at=now,
            seen_from=now if is_seen else self.slowness.visible_at(now, order_id),
        )
        self.orders[one.order_id] = one
        self.annotate(one, meta_data)
        self.mail.tell("order.created", order_id, now, seen_from=one.seen_from)
        self.move(one, status, now)
        return one

    def annotate(self, order: Order, meta_data: Iterable[tuple[str, Any]]) -> None:
        """What others keep beside an order: a key told again has its value changed."""
        kept = {one["key"]: one for one in order.meta_data}
        for key, value in meta_data:
            kept[key] = {"id": kept[key]["id"] if key in kept else self.next_line_id(), "key": key, "value": value}
        order.meta_data = tuple(kept.values())

    def touch(self, order: Order, now: datetime) -> None:
        """The order has changed, and whoever wants to hear of it does."""
        order.modified_at = now
        self.mail.tell("order.updated", order.order_id, now, seen_from=order.seen_from)

    def move(self, order: Order, status: str, now: datetime) -> None:
        """Another status: goods leave the shelf, or what of them is still away comes back."""
        order.status = status
        self.touch(order, now)
        if status in ("processing", "completed"):
            order.paid_at = order.paid_at or now
        if status == "completed":
            order.completed_at = now
        for line in order.lines:
            if status in REDUCING and not line.reduced_pcs:
                self.take(line, line.pcs - line.refunded_pcs, now)
        if status in RESTORING and any(line.reduced_pcs for line in order.lines):
            self._restore(order, now)

    def settle(self, now: datetime) -> None:
        """What was to come back on sale by now does, unless its order was taken up again."""
        for at, order_id in self.later.due(now):
            if order_id in self.orders and self.orders[order_id].status in RESTORING:
                self._put_back(self.orders[order_id], at)

    def _restore(self, order: Order, now: datetime) -> None:
        restored_at = self.slowness.restored_at(now)
        if restored_at == now:
            self._put_back(order, now)
        elif restored_at is not None:
            self.later.put(order.order_id, restored_at)

    def _put_back(self, order: Order, now: datetime) -> None:
        for line in order.lines:
            self.take(line, -line.reduced_pcs, now)

    def take(self, line: Line, pcs: int, now: datetime) -> None:
        """Pieces of a line leave the shelf, or come back where they are fewer than none."""
        goods = self.goods.get(line.goods_id)
        if goods is None or not pcs:
            return
        goods.total_sales += pcs
        keeper = self.goods[goods.parent_id] if goods.manage_stock == "parent" else goods
        if keeper.stock_quantity is not None:
            keeper.stock_quantity -= pcs
            line.reduced_pcs += pcs
        keeper.modified_at = goods.modified_at = now
        self.mail.tell("product.updated", keeper.goods_id, now)

    def next_line_id(self) -> int:
        """Lines and what is kept beside orders are rows of tables without a past."""
        self._last_line_id += 1
        return self._last_line_id

    def _line(self, goods: Goods | None, pcs: int) -> Line:
        if goods is None:
            return Line(line_id=self.next_line_id(), goods_id=0, parent_id=0, sku=None, name="", pcs=pcs, total_kopecks=0)
        return Line(
            line_id=self.next_line_id(),
            goods_id=goods.goods_id,
            parent_id=goods.parent_id,
            sku=goods.sku,
            name=goods.name,
            pcs=pcs,
            total_kopecks=(kopecks(goods.price) or 0) * pcs,
        )

    def next_id(self) -> int:
        """Products and orders are posts of one table."""
        self._last_id += 1
        return self._last_id


def price_as_stored(text: str) -> str:
    """Prices are strings and nobody checks them: «abc» becomes empty, «1 490,50» becomes 149050."""
    return re.sub(r"\.(?=.*\.)|[^0-9.\-]", "", text)


def kopecks(price: str) -> int | None:
    """Of what is stored; none where it is no price."""
    found = re.fullmatch(r"(-?)(\d+)(?:\.(\d{1,2})0*)?", price)
    if found is None:
        return None
    amount = int(found[2]) * 100 + int((found[3] or "").ljust(2, "0"))
    return -amount if found[1] else amount


def _copied(one: Any) -> Any:  # noqa: ANN401 - any dataclass; faster than replace, which runs __init__
    twin = object.__new__(type(one))
    twin.__dict__.update(one.__dict__)
    return twin

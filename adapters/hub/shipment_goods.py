"""What the lines of orders weigh and measure as they are sold, whether they need codes, and what of them still has to come."""

import json
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Connection, Text, bindparam, text

from adapters.hub.order_rows import BACKORDERED, LineRow, OrderRow
from tasks.rules.address_cleaning import folded
from tasks.rules.address_words import COUNTRY_OF
from tasks.rules.marking import is_marked, marked_on_channel
from tasks.rules.shipping_rules import ShippingRules

GOODS = text("""
    with named as (
        select p.product_id, jsonb_object_agg(coalesce(n.name, told.key), coalesce(to_jsonb(v.value), told.value)) as properties
        from product p
        cross join lateral jsonb_each(coalesce(p.requisites, '{}') || coalesce(p.properties, '{}')) told
        left join property n on n.source = p.source and n.property_ref = told.key
        left join property_value v on v.source = p.source and v.property_ref = told.key and v.value_ref = told.value #>> '{}'
        where (p.source, p.product_ref) in (select i.source, i.product_ref from item i where i.item_id = any (:item_ids))
        group by p.product_id
    )
    select i.item_id, i.item_ref, coalesce(i.name, p.name, i.article, i.item_ref) as name,
        coalesce(nullif(trim(i.article), ''), nullif(trim(p.article), '')) as article, p.weight_g, p.vat,
        coalesce(nullif(trim(i.barcode), ''), nullif(trim(p.barcode), '')) as barcode,
        coalesce(named.properties, '{}') as properties
    from item i
    left join product p on p.source = i.source and p.product_ref = i.product_ref
    left join named on named.product_id = p.product_id
    where i.item_id = any (:item_ids)
""").bindparams(bindparam("item_ids", type_=ARRAY(BigInteger)))

EXPECTED = text("""
    select account, item_id, sum(pcs - served_pcs)::bigint as pcs from backorder
    where ended_at is null and account = any (:accounts)
    group by account, item_id having sum(pcs - served_pcs) > 0
""").bindparams(bindparam("accounts", type_=ARRAY(Text)))

NUMBER = re.compile(r"^(\d{1,6}(?:[.,]\d{1,3})?)")
MM = {"cm": 10, "mm": 1}


@dataclass(frozen=True, kw_only=True, slots=True)
class ShippedGoods:
    """An item as it is packed; ``is_marked``: every piece needs a code; ``brand`` and ``origin`` (ISO) are empty where nobody knows."""

    item_id: int
    item_ref: str
    name: str
    article: str | None
    weight_g: int | None
    sides_mm: tuple[int, int, int] | None
    vat: str | None
    is_marked: bool
    brand: str = ""
    origin: str = ""
    barcode: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class UnitGoods:
    """A unit of a line as it is packed: a bundle weighs what its parts do; ``marks`` codes are needed for each."""

    weight_g: int | None
    sides_mm: tuple[int, int, int] | None
    vat: str | None
    name: str | None
    marks: int
    brand: str = ""
    origin: str = ""


def read_shipped_goods(connection: Connection, item_ids: Collection[int], rules: ShippingRules) -> dict[int, ShippedGoods]:
    """Items as they are packed, by id."""
    rows = connection.execute(GOODS, {"item_ids": sorted(item_ids)})
    return {
        row.item_id: ShippedGoods(
            item_id=row.item_id,
            item_ref=row.item_ref,
            name=row.name,
            article=row.article,
            weight_g=row.weight_g or None,
            sides_mm=_sides(row.properties, rules),
            vat=row.vat,
            is_marked=is_marked(row.properties, row.article, rules),
            brand=_brand(row.properties, rules),
            origin=_origin(row.properties, rules),
            barcode=row.barcode,
        )
        for row in rows
    }


def unit_of(order: OrderRow, line: LineRow, goods: Mapping[int, ShippedGoods]) -> UnitGoods:
    """A unit of a line, out of its parts and what the channel itself wants."""
    parts = [(goods[item_id], pcs) for item_id, pcs in line.recipe or () if item_id in goods]
    weights = [part.weight_g for part, _ in parts]
    is_known = bool(parts) and None not in weights
    is_one = len(parts) == 1 and parts[0][1] == 1
    marks = sum(pcs for part, pcs in parts if part.is_marked)
    wanted = marked_on_channel(order.payload)
    if not marks and wanted & {"*", line.line_ref, line.channel_sku}:
        marks = sum(pcs for _, pcs in parts) or 1
    return UnitGoods(
        weight_g=sum((part.weight_g or 0) * pcs for part, pcs in parts) if is_known else None,
        sides_mm=parts[0][0].sides_mm if is_one else None,
        vat=next((part.vat for part, _ in parts if part.vat), None),
        name=parts[0][0].name if len(parts) == 1 else None,
        marks=marks,
        brand=_same(part.brand for part, _ in parts),
        origin=_same(part.origin for part, _ in parts),
    )


def expected_units(connection: Connection, order: OrderRow) -> dict[str, int]:
    """Units of backordered lines whose pieces have not come yet, by line.

    What an order's cart waits for is told by item: lines that share one each wait for all of it.
    """
    waiting = [line for line in order.lines.values() if line.state == BACKORDERED and line.recipe]
    if not waiting:
        return {}
    accounts = [f"hold:{order.hold_id}", *(f"sold:{order.line(line)}" for line in waiting)]
    pieces: dict[int, int] = {}
    for row in connection.execute(EXPECTED, {"accounts": accounts}):
        pieces[row.item_id] = pieces.get(row.item_id, 0) + int(row.pcs)
    return {line.line_ref: _units(line, pieces) for line in waiting}


def _units(line: LineRow, pieces: Mapping[int, int]) -> int:
    needed = (-(-pieces.get(item_id, 0) // per_unit) for item_id, per_unit in line.recipe or ())
    return min(line.live_pcs, max(needed, default=0))


def _same(told: Iterable[str]) -> str:
    """What all parts of a bundle have in common; empty where they differ."""
    found = set(told)
    return found.pop() if len(found) == 1 else ""


def _brand(properties: Any, rules: ShippingRules) -> str:  # noqa: ANN401 - of a JSON column
    return str(_told(properties).get(rules.brand_property or "") or "").strip() or rules.usual_brand


def _origin(properties: Any, rules: ShippingRules) -> str:  # noqa: ANN401
    """As 1C's classifier of countries calls it: «РОССИЯ», «Китай»; a country that is not known is asked, not taken for the usual one."""
    named = folded(str(_told(properties).get(rules.origin_property or "") or ""))
    return COUNTRY_OF.get(named, "") if named else rules.usual_origin or ""


def _told(properties: Any) -> Mapping[str, Any]:  # noqa: ANN401
    told: Mapping[str, Any] = json.loads(properties) if isinstance(properties, str) else properties
    return told


def _sides(properties: Any, rules: ShippingRules) -> tuple[int, int, int] | None:  # noqa: ANN401
    told = _told(properties)
    named = (rules.length_property, rules.width_property, rules.height_property)
    found = [_millimetres(told.get(name), MM[rules.size_unit]) for name in named if name]
    sides = [side for side in found if side]
    return (sides[0], sides[1], sides[2]) if len(sides) == 3 else None


def _millimetres(told: object, unit_mm: int) -> int | None:
    number = NUMBER.match(str(told).strip()) if told is not None else None
    if number is None:
        return None
    return int((Decimal(number[1].replace(",", ".")) * unit_mm).to_integral_value(rounding=ROUND_CEILING)) or None

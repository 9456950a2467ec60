"""What a manager took out of an order in 1C, where its document says so beyond doubt.

1C's document has the parts of bundles, so a bundle stays only where every part of it does: what is left are whole bundles. Where two
readings are possible nothing is read at all, and a person is asked: goods put in place of others, or a piece that several lines have.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from tasks.rules.sale_documents import Recipe

Less = Literal["ask", "cancel"]
"""What becomes of pieces that 1C no longer has: a person is asked, or they are cancelled on the channel."""

LESS_TAKEN: Mapping[str, frozenset[Less]] = {
    "wildberries": frozenset({"ask", "cancel"}),
    "ozon": frozenset({"ask", "cancel"}),
    "yandex_market": frozenset({"ask"}),
    "woocommerce": frozenset({"ask", "cancel"}),
}
"""What may be chosen for each kind of channel. Yandex Market takes goods out of an order for ever: that is for a person to do."""


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenLine:
    """A line of an order that waits to be shipped: units sold and not cancelled, and the items that a unit is made of."""

    line_ref: str
    units: int
    recipe: Recipe


def left_units(lines: Sequence[OpenLine], found: Mapping[int, int]) -> dict[str, int] | None:
    """Units that stay of each line that loses some; empty where none does, None where 1C does not say which.

    Args:
        lines: of one order, with something sold in each.
        found: item → pieces in 1C's document; whatever else is there is of no item of ours.
    """
    sold = sold_pcs(lines)
    if any(pcs > sold[item_id] for item_id, pcs in found.items()):
        return None
    stays = {line.line_ref: min(line.units, *(found.get(item_id, 0) // pcs for item_id, pcs in line.recipe)) for line in lines}
    if any(pcs > found.get(item_id, 0) for item_id, pcs in _pieces(lines, stays).items()):
        return None
    return {line.line_ref: stays[line.line_ref] for line in lines if stays[line.line_ref] < line.units}


def stated_pcs(lines: Collection[Mapping[str, Any]]) -> Counter[str]:
    """Pieces by 1C's Ид in the lines of a document or of its report; services and lines of nothing are left out."""
    pieces = Counter[str]()
    for line in lines:
        if line.get("kind", "goods") == "goods" and line["pcs"]:
            pieces[str(line["item_ref"])] += line["pcs"]
    return pieces


def sold_pcs(lines: Sequence[OpenLine]) -> Counter[int]:
    """Pieces by item that are sold in an order."""
    return _pieces(lines, {line.line_ref: line.units for line in lines})


def _pieces(lines: Sequence[OpenLine], units: Mapping[str, int]) -> Counter[int]:
    pieces = Counter[int]()
    for line in lines:
        for item_id, pcs in line.recipe:
            pieces[item_id] += pcs * units[line.line_ref]
    return pieces

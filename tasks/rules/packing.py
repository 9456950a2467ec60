"""How the pieces of a shipment go into boxes. Grams and millimetres; what nobody measured stays unknown and is asked for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tasks.rules.shipping_rules import ShippingRules

Sides = tuple[int, int, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class ToPack:
    """Units of a line; weight and sides are of one unit, packed as it is sold. ``weight_g`` None: nobody knows."""

    line_ref: str
    pcs: int
    weight_g: int | None = None
    sides_mm: Sides | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Packed:
    """A box: units by line, its weight with everything in it, its sides where they are known."""

    pcs: Mapping[str, int]
    weight_g: int | None
    sides_mm: Sides | None


@dataclass(slots=True)
class _Box:
    weight_g: int
    pcs: dict[str, int] = field(default_factory=dict)


def packed(lines: Sequence[ToPack], rules: ShippingRules) -> list[Packed]:
    """Boxes, filled the heaviest unit first, each as full as `ShippingRules.package_most_g` lets it; the same lines give the same boxes.

    A unit heavier than that goes alone. Where a weight is not known everything is one box without a weight.
    """
    known = {line.line_ref: line.weight_g or rules.usual_g for line in lines}
    sides = {line.line_ref: line.sides_mm for line in lines}
    if any(weight is None for weight in known.values()):
        pcs = {line.line_ref: line.pcs for line in lines}
        return [Packed(pcs=pcs, weight_g=None, sides_mm=_sides(pcs, sides, rules))]
    weights = {ref: weight for ref, weight in known.items() if weight is not None}
    boxes: list[_Box] = []
    for line in sorted(lines, key=lambda line: (-weights[line.line_ref], line.line_ref)):
        _fill(boxes, line.line_ref, line.pcs, weights[line.line_ref], rules)
    return [Packed(pcs=box.pcs, weight_g=box.weight_g, sides_mm=_sides(box.pcs, sides, rules)) for box in boxes]


def _fill(boxes: list[_Box], ref: str, pcs: int, weight_g: int, rules: ShippingRules) -> None:
    for box in boxes:
        fits = min(pcs, (rules.package_most_g - box.weight_g) // weight_g)
        if fits > 0:
            box.pcs[ref] = box.pcs.get(ref, 0) + fits
            box.weight_g += fits * weight_g
            pcs -= fits
    while pcs:
        fits = min(pcs, max(1, (rules.package_most_g - rules.packing_g) // weight_g))
        boxes.append(_Box(weight_g=rules.packing_g + fits * weight_g, pcs={ref: fits}))
        pcs -= fits


def _sides(pcs: Mapping[str, int], sides: Mapping[str, Sides | None], rules: ShippingRules) -> Sides | None:
    """Units lie flat on each other; the shop's own box where the sides of one are not known."""
    known = [(sorted(one, reverse=True), pcs[ref]) for ref in pcs if (one := sides.get(ref)) is not None]
    if len(known) < len(pcs):
        box = rules.box
        return (box.length_mm, box.width_mm, box.height_mm) if box is not None else None
    length, width = max(one[0] for one, _ in known), max(one[1] for one, _ in known)
    return length, width, sum(one[2] * count for one, count in known)

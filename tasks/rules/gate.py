"""The gate: what a feed would do to the shop, and whether a person must look at it first (DESIGN §6).

A list of changes names only what changed, so what it zeroes is compared with the whole shop, together with what earlier files zeroed
lately: a catastrophe in portions is the same catastrophe. A part of a full export is a fair sample of the shop, so it is compared
with what it names as well, and a ruinous export is stopped at its first part.
"""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class GateLimits:
    """What is still believed.

    ``zeroed_share`` and ``shrunk_share`` are shares of 1; fewer rows than ``at_least`` never hold a feed for a share.
    ``price_factor`` holds for a single price already: one slip of two digits is sold within the hour.
    """

    zeroed_share: float = 0.5
    price_factor: float = 5.0
    shrunk_share: float = 0.3
    at_least: int = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class PriceJump:
    """A price that a feed changes, and by how much."""

    name: str
    price_type: str
    before_kopecks: int
    after_kopecks: int

    def exceeds(self, factor: float) -> bool:
        """Whether it rises or falls by more than the factor."""
        return max(self.before_kopecks, self.after_kopecks) > factor * min(self.before_kopecks, self.after_kopecks)

    @property
    def factor(self) -> float:
        """How many times it rises or falls."""
        return max(self.before_kopecks, self.after_kopecks) / min(self.before_kopecks, self.after_kopecks)


@dataclass(frozen=True, kw_only=True, slots=True)
class Shrinkage:
    """Cards that would leave the catalogue; ``before`` counts those alive, ``missing_lately`` those that earlier files took."""

    entity: str
    before: int
    missing: int
    missing_lately: int = 0
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class FeedShape:
    """What a feed would do.

    Args:
        is_full: it is a part of a full export.
        items_in_stock: items of the source with a figure above zero before it.
        items_counted_in_stock: those of them that the feed names.
        items_zeroed: those of them that it leaves with nothing.
        items_zeroed_lately: what earlier files left with nothing in the last hour.
        zeroed_examples: names of some.
        prices_compared: prices it states for which there was one before.
        price_jumps: the greatest changes among them, the worst first.
        has_more_jumps: there are more changes than these.
        shrinkages: per entity, what it deletes.
    """

    is_full: bool = False
    items_in_stock: int = 0
    items_counted_in_stock: int = 0
    items_zeroed: int = 0
    items_zeroed_lately: int = 0
    zeroed_examples: tuple[str, ...] = ()
    prices_compared: int = 0
    price_jumps: tuple[PriceJump, ...] = ()
    has_more_jumps: bool = False
    shrinkages: tuple[Shrinkage, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the feed is held, and the sentences that say why."""

    is_held: bool
    sentences: tuple[str, ...] = ()


PASSED = Verdict(is_held=False)
ENTITIES = {"product": "товаров", "item": "предложений"}


def decide(shape: FeedShape, limits: GateLimits) -> Verdict:
    """Hold a feed that would zero, reprice or remove too much."""
    found = (
        *_zeroed(shape, limits),
        *_repriced(shape, limits),
        *(sentence for shrinkage in shape.shrinkages for sentence in _shrunk(shrinkage, limits)),
    )
    return Verdict(is_held=bool(found), sentences=found)


def _zeroed(shape: FeedShape, limits: GateLimits) -> tuple[str, ...]:
    zeroed = shape.items_zeroed + shape.items_zeroed_lately
    of_shop = zeroed, shape.items_in_stock + shape.items_zeroed_lately
    of_named = shape.items_zeroed, shape.items_counted_in_stock
    if shape.items_zeroed and _is_too_much(*of_shop, limits.zeroed_share, limits):
        part, whole = of_shop
    elif shape.is_full and _is_too_much(*of_named, limits.zeroed_share, limits):
        part, whole = of_named
    else:
        return ()
    return (
        f"Обнулит остаток у {part} предложений из {whole}, что были в наличии"
        f" ({part / whole:.0%}, предел {limits.zeroed_share:.0%}){_examples(shape.zeroed_examples)}.",
    )


def _repriced(shape: FeedShape, limits: GateLimits) -> tuple[str, ...]:
    jumps = [jump for jump in shape.price_jumps if jump.exceeds(limits.price_factor)]
    if not jumps:
        return ()
    at_least = "не меньше " if shape.has_more_jumps and len(jumps) == len(shape.price_jumps) else ""
    worst = max(jumps, key=lambda jump: jump.factor)
    return (
        f"Изменит цены больше чем в {limits.price_factor:g} раз: {at_least}{len(jumps)} из {shape.prices_compared}; сильнее всего"
        f" «{worst.name}», {worst.price_type}: {_roubles(worst.before_kopecks)} → {_roubles(worst.after_kopecks)}.",
    )


def _shrunk(shrinkage: Shrinkage, limits: GateLimits) -> tuple[str, ...]:
    part = shrinkage.missing + shrinkage.missing_lately
    whole = shrinkage.before + shrinkage.missing_lately
    if not shrinkage.missing or not _is_too_much(part, whole, limits.shrunk_share, limits):
        return ()
    return (
        f"Уберёт из каталога {part} {ENTITIES[shrinkage.entity]} из {whole}"
        f" ({part / whole:.0%}, предел {limits.shrunk_share:.0%}){_examples(shrinkage.examples)}.",
    )


def _is_too_much(part: int, whole: int, share: float, limits: GateLimits) -> bool:
    return part >= limits.at_least and part > share * whole


def _examples(names: tuple[str, ...]) -> str:
    return f", например: {', '.join(f'«{name}»' for name in names[:3])}" if names else ""


def _roubles(kopecks: int) -> str:
    return f"{kopecks // 100:,}".replace(",", "\N{NO-BREAK SPACE}") + f",{kopecks % 100:02d}"

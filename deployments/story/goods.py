"""The assortment of an hour: a small shop with a few pieces of each thing, and sets that share them.

A piece is a thing on a shelf. A set («комплект») lies on no shelf: it is as many as its parts make.
"""

import random
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

CHANNELS = ("wb", "ozon", "ym", "site")
SOLD_EVERYWHERE = 0.6
"""Share of things that all channels sell; the others are on two or three."""
THINGS = 15
PCS = (2, 15)
ROUBLES = (490, 5990)
KINDS = ("Утюг", "Отпариватель", "Гладильная доска", "Чехол", "Парогенератор", "Сушилка", "Вода для утюга")
SETS: tuple[tuple[str, tuple[tuple[int, int], ...]], ...] = (
    ("Набор «Дорожный»", ((0, 1), (1, 1))),
    ("Набор «Семейный»", ((1, 1), (2, 2))),
    ("Набор «Мастер»", ((2, 1), (3, 1))),
)
"""Name, and what is in it: the number of a thing and its pieces. The second and the third share parts with the one before."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Good:
    """Something sold under one code; ``parts`` are pieces of things by their codes: itself once, or what a set is made of."""

    sku: str
    name: str
    roubles: int
    channels: tuple[str, ...]
    parts: Mapping[str, int]

    @property
    def is_set(self) -> bool:
        """It lies on no shelf."""
        return self.sku not in self.parts


@dataclass(frozen=True, kw_only=True, slots=True)
class Shelf:
    """What is sold, and how many pieces of each thing there are."""

    goods: Mapping[str, Good]
    pcs: Mapping[str, int]

    def on(self, channel: str) -> list[Good]:
        """What a channel sells."""
        return [good for good in self.goods.values() if channel in good.channels]

    def holding(self, things: Iterable[str]) -> list[Good]:
        """What is any of these things, or has it in it."""
        wanted = set(things)
        return [good for good in self.goods.values() if wanted & good.parts.keys()]

    def taken(self, sku: str, pcs: int) -> Counter[str]:
        """Pieces of things that so many of a good are."""
        return Counter({thing: each * pcs for thing, each in self.goods[sku].parts.items()})

    def makes(self, sku: str, left: Mapping[str, int]) -> int:
        """How many of a good the pieces left are; never below none."""
        return max(0, min(left[thing] // each for thing, each in self.goods[sku].parts.items()))


def make_shelf(seed: int) -> Shelf:
    """The shop of a seed."""
    dice = random.Random(f"{seed} goods")  # noqa: S311 - a repeatable story needs repeatable dice
    things = [_thing(number, dice) for number in range(THINGS)]
    sets = [
        Good(
            sku=f"SET-{number:02}",
            name=name,
            roubles=sum(things[at].roubles * pcs for at, pcs in parts) * 9 // 10,
            channels=CHANNELS,
            parts={things[at].sku: pcs for at, pcs in parts},
        )
        for number, (name, parts) in enumerate(SETS, 1)
    ]
    return Shelf(goods={good.sku: good for good in [*things, *sets]}, pcs={thing.sku: dice.randint(*PCS) for thing in things})


def _thing(number: int, dice: random.Random) -> Good:
    sku = f"UT-{number:03}"
    channels = CHANNELS if dice.random() < SOLD_EVERYWHERE else tuple(sorted(dice.sample(CHANNELS, dice.randint(2, 3)), key=CHANNELS.index))
    return Good(
        sku=sku, name=f"{KINDS[number % len(KINDS)]} {number}", roubles=dice.randint(*ROUBLES) // 10 * 10, channels=channels, parts={sku: 1}
    )

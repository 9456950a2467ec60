"""Tariffs for an online shop's parcels, and what a parcel costs by them; the sums are the room's own.

Modes: 1 door–door, 2 door–office, 3 office–door, 4 office–office, 6 door–locker, 7 office–locker (`reference/services.md` §1).
"""

import math
from collections.abc import Iterable

TARIFFS: dict[int, tuple[int, str, int]] = {
    136: (4, "Посылка склад-склад", 200),
    137: (3, "Посылка склад-дверь", 320),
    138: (2, "Посылка дверь-склад", 330),
    139: (1, "Посылка дверь-дверь", 450),
    366: (6, "Посылка дверь-постамат", 310),
    368: (7, "Посылка склад-постамат", 190),
    231: (1, "Экономичная посылка дверь-дверь", 360),
    232: (2, "Экономичная посылка дверь-склад", 270),
    233: (3, "Экономичная посылка склад-дверь", 260),
    234: (4, "Экономичная посылка склад-склад", 160),
    378: (7, "Экономичная посылка склад-постамат", 150),
    480: (1, "Экспресс дверь-дверь", 800),
    481: (2, "Экспресс дверь-склад", 650),
    482: (3, "Экспресс склад-дверь", 640),
    483: (4, "Экспресс склад-склад", 500),
}
"""Mode, name, roubles for the first kilogram."""

TO_LOCKER = frozenset({6, 7})
PER_KG = 40
LOCKER_MOST_G = 15_000
REVERSE_MOST_G = 30_000
G_PER_CM3 = 0.2
INSURANCE = 0.0075


def mode_of(tariff_code: int) -> int:
    """How a parcel goes by it."""
    return TARIFFS[tariff_code][0]


def charged_g(parcels: Iterable[tuple[int, int, int, int]]) -> int:
    """The weight that is paid for: of each (g, cm, cm, cm) the heavier of the weighed and the voluminous."""
    return sum(max(weight_g, math.ceil(length * width * height * G_PER_CM3)) for weight_g, length, width, height in parcels)


def cost_of(tariff_code: int, weight_g: int) -> float:
    """Roubles for the carriage alone."""
    return float(TARIFFS[tariff_code][2] + PER_KG * max(0, math.ceil(weight_g / 1000) - 1))

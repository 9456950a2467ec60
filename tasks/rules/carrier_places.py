"""Towns and points of a carrier: which one is meant, and whether it will do. What is not certain is a person's to choose."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from tasks.rules.carrier import Parcel

PointKind = Literal["office", "locker"]
"""«ПВЗ», «постамат»."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CityAsked:
    """A town as a buyer or a channel wrote it; what is not known is empty.

    Args:
        name: without «г.».
        country: ISO 3166-1, two letters.
        fias: its key in the state's register of addresses.
    """

    name: str
    region: str = ""
    postcode: str = ""
    country: str = "RU"
    fias: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class City:
    """A row of the carrier's directory.

    Args:
        city_ref: the carrier's key; naming it leaves no room for a misunderstanding.
        district: «район», where two towns of one region share a name.
    """

    city_ref: str
    name: str
    region: str = ""
    district: str = ""
    country: str = "RU"

    @property
    def title(self) -> str:
        """As a person tells it from its namesakes."""
        return ", ".join(part for part in (self.name, self.district, self.region, self.country if self.country != "RU" else "") if part)


@dataclass(frozen=True, kw_only=True, slots=True)
class CityFound:
    """Which town is meant.

    Args:
        state: found (``city`` is it); ambiguous (a person chooses one of ``candidates``); unknown (``candidates`` are the nearest names).
        sentence: what to do where it was not found, for a manager.
    """

    state: Literal["found", "ambiguous", "unknown"]
    city: City | None = None
    candidates: tuple[City, ...] = ()
    sentence: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Point:
    """A place of the carrier's where parcels are given out.

    Args:
        hands_out: gives parcels to buyers.
        takes_in: takes parcels from senders.
        takes_money: lets a buyer pay for what he gets.
        weight_max_g: of a whole shipment; none for any.
        cells_mm: of a locker: the sizes of its cells, sides from the longest; empty where the carrier does not tell.
    """

    point_ref: str
    kind: PointKind
    city_ref: str
    name: str
    address: str
    hands_out: bool
    takes_in: bool
    takes_money: bool
    weight_max_g: int | None = None
    cells_mm: tuple[tuple[int, int, int], ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class PointFound:
    """Whether a point may be named in a shipment.

    Args:
        state: found; unsuited (it is there, but will not do for these parcels); unknown (there is no such point, or not any more).
        candidates: points of the same town that will do, for a person to choose from.
        sentence: what is wrong, for a manager.
    """

    state: Literal["found", "unsuited", "unknown"]
    point: Point | None = None
    candidates: tuple[Point, ...] = ()
    sentence: str | None = None


def unsuited(point: Point, parcels: Sequence[Parcel], *, collects: bool) -> str | None:
    """Why a point will not do for these parcels, in a sentence; none where it will.

    Args:
        point: it.
        parcels: of one shipment.
        collects: the buyer pays there.
    """
    if not point.hands_out:
        return f"Пункт {point.point_ref} не выдаёт посылки."
    if collects and not point.takes_money:
        return f"В пункте {point.point_ref} нельзя оплатить заказ при получении."
    return _too_big(point, parcels)


def _too_big(point: Point, parcels: Sequence[Parcel]) -> str | None:
    weight_g = sum(parcel.weight_g for parcel in parcels)
    if point.weight_max_g is not None and weight_g > point.weight_max_g:
        return f"Посылка весит {_kg(weight_g)}, а пункт {point.point_ref} принимает до {_kg(point.weight_max_g)}."
    if point.kind != "locker":
        return None
    if len(parcels) > 1:
        return f"В постамат {point.point_ref} можно положить только одно место, а в отправлении их {len(parcels)}."
    sides = parcels[0].sides_mm if parcels else None
    if sides and point.cells_mm and not _fits(sides, point.cells_mm):
        return f"Коробка {' × '.join(f'{side / 10:g}' for side in sides)} см не помещается ни в одну ячейку постамата {point.point_ref}."
    return None


def _fits(sides: tuple[int, int, int], cells: Iterable[tuple[int, int, int]]) -> bool:
    return any(all(side <= room for side, room in zip(sides, cell, strict=True)) for cell in cells)


def _kg(weight_g: int) -> str:
    return f"{weight_g / 1000:g} кг".replace(".", ",")

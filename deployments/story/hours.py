"""Kinds of hour: what buyers want in them, and in what proportion to what there is.

quiet    far fewer buyers than pieces
promo    two and a half times as many as pieces, all hour long
flash    as many, most of them within eight minutes and for the hot third of the goods
broken   a promo hour in which the channels break the bounds that Utyug was told; counted apart
"""

import random
from dataclasses import dataclass
from typing import Literal

from deployments.story.goods import Good, Shelf
from deployments.world.demand import DAY_S, Demand, Plan, Promotion

Hour = Literal["quiet", "promo", "flash", "broken"]
COUNTED: tuple[Hour, ...] = ("quiet", "promo", "flash")
TITLES: dict[str, str] = {"quiet": "тихий час", "promo": "акция", "flash": "распродажа", "broken": "сроки нарушены"}

HOUR_S = 3600.0
WEIGHTS = {"wb": 0.42, "ozon": 0.30, "ym": 0.18, "site": 0.10}
"""How a thing's buyers fall to the channels; what a thing is not sold on falls to the others."""
TWO_SHARE = 0.1
"""Of buyers, who want two of a thing; the others want one."""
PCS_MEAN = 1 + TWO_SHARE
CANCELLED_SHARE, CANCELLED_AFTER_S = 0.08, 900.0
SETS_SHARE = 0.4
"""A set is wanted so often as a thing."""
FLASH_BEGINS_S, FLASH_LASTS_S = 1200.0, 480.0
FLASH_SHARE, HOT_SHARE = 0.85, 1 / 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Pull:
    """How strong demand is: wanted pieces for each piece that there is, over the hour; of it, in a flash."""

    pcs: float
    in_flash: float = 0.0


PULLS: dict[Hour, Pull] = {
    "quiet": Pull(pcs=0.35),
    "promo": Pull(pcs=2.6),
    "flash": Pull(pcs=2.6, in_flash=FLASH_SHARE),
    "broken": Pull(pcs=2.6),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Script:
    """An hour as it is played.

    Args:
        hour: its kind.
        plan: what buyers want.
        lasts_s: so long buyers come.
        aftermath_s: so long it goes on after the last one: late orders are seen, what cannot be shipped is taken back.
        is_broken: the channels are slower than they should be.
    """

    hour: Hour
    plan: Plan
    lasts_s: float = HOUR_S
    aftermath_s: float = 480.0
    is_broken: bool = False


def make_script(seed: int, hour: Hour, shelf: Shelf) -> Script:
    """The hour of a seed; where orders come later than they should, so does its end."""
    plan = make_plan(seed, hour, shelf)
    return Script(hour=hour, plan=plan, aftermath_s=1800.0, is_broken=True) if hour == "broken" else Script(hour=hour, plan=plan)


def hour_of(seed: int) -> Hour:
    """Kinds take turns."""
    return COUNTED[seed % len(COUNTED)]


def make_plan(seed: int, hour: Hour, shelf: Shelf) -> Plan:
    """What buyers want in the hour; instants count from its beginning, and whoever comes after it is not heard."""
    pull = PULLS[hour]
    # In pieces of things: a set takes several, and what a seed's sets take is not wanted of its things.
    wanted_pcs = sum(shelf.pcs.values()) * pull.pcs
    goods = list(shelf.goods.values())
    worth = {good.sku: (SETS_SHARE if good.is_set else 1.0) for good in goods}
    takes_pcs = sum(worth[good.sku] * sum(good.parts.values()) for good in goods)
    per_worth = wanted_pcs / takes_pcs / PCS_MEAN
    hot = frozenset(_dice(seed).sample(sorted(worth), round(len(worth) * HOT_SHARE))) if pull.in_flash else frozenset()
    calm = per_worth * (1 - pull.in_flash)
    demand = [one for good in goods for channel in good.channels for one in _demands(good, channel, calm * worth[good.sku])]
    return Plan(
        seed=seed,
        demand=tuple(demand),
        promotions=(_flash(pull, worth, hot),) if hot else (),
        cancelled_share=CANCELLED_SHARE,
        cancelled_after_s=CANCELLED_AFTER_S,
    )


def _flash(pull: Pull, worth: dict[str, float], hot: frozenset[str]) -> Promotion:
    """The factor that brings the flash's share of all buyers within its minutes, all of them for what is hot."""
    of_hot = sum(worth[sku] for sku in hot) / sum(worth.values())
    calm_pcs_s = (1 - pull.in_flash) * of_hot / HOUR_S
    factor = 1 + pull.in_flash / (calm_pcs_s * FLASH_LASTS_S)
    return Promotion(from_s=FLASH_BEGINS_S, to_s=FLASH_BEGINS_S + FLASH_LASTS_S, factor=factor, skus=hot)


def _demands(good: Good, channel: str, per_hour: float) -> list[Demand]:
    """Of those who want one or two, half want two."""
    share = WEIGHTS[channel] / sum(WEIGHTS[name] for name in good.channels)
    per_day = per_hour * share * DAY_S / HOUR_S
    kinds = {1: 1 - 2 * TWO_SHARE, 2: 2 * TWO_SHARE}
    return [Demand(channel=channel, sku=good.sku, per_day=per_day * part, pcs_most=most) for most, part in kinds.items()]


def _dice(seed: int) -> random.Random:
    return random.Random(f"{seed} hot")  # noqa: S311 - a repeatable story needs repeatable dice

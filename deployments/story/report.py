"""`report.json` of a story: every seed, and the sums of those that count."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from deployments.story.hours import COUNTED, Hour
from deployments.story.truth import Outcome

SUMMED = ("orders", "sold_pcs", "sellable_pcs", "oversold_pcs", "cancelled_orders", "refused_buyers", "penalties_roubles")


@dataclass(frozen=True, kw_only=True)
class Alarm:
    """What a person was told of."""

    kind: str
    cause: str
    sentence: str
    times: int


@dataclass(frozen=True, kw_only=True)
class SeedTold:
    """Both runs of one seed; ``split_sold_pcs`` is what the best shares that never move would have sold (`deployments.story.split`)."""

    seed: int
    hour: Hour
    mirror: Outcome
    utyug: Outcome
    split_sold_pcs: int
    alarms: list[Alarm] = field(default_factory=list)
    seconds: float = 0.0


def total(outcomes: Sequence[Outcome]) -> Outcome:
    """Sums; ``known_everywhere_s`` is the mean over all orders."""
    sums: Counter[str] = Counter()
    for outcome in outcomes:
        sums.update({name: getattr(outcome, name) for name in SUMMED})
    known = sum(outcome.known_everywhere_s * outcome.orders for outcome in outcomes) / max(1, sums["orders"])
    return Outcome(**{name: sums[name] for name in SUMMED}, known_everywhere_s=known)


def as_told(outcome: Outcome) -> dict[str, Any]:
    """As the report has it; shares and seconds rounded to what they are worth."""
    return {
        "orders": outcome.orders,
        "sold_pcs": outcome.sold_pcs,
        "oversold_pcs": outcome.oversold_pcs,
        "cancelled_orders": outcome.cancelled_orders,
        "refused_buyers": outcome.refused_buyers,
        "sold_share": round(outcome.sold_share, 4),
        "known_everywhere_s": round(outcome.known_everywhere_s, 1),
        "penalties_roubles": outcome.penalties_roubles,
    }


def split_told(told: Sequence[SeedTold]) -> dict[str, Any]:
    """Pieces that the shares would have sold, and their share of what both runs could sell."""
    sold_pcs, sellable_pcs = sum(one.split_sold_pcs for one in told), sum(one.utyug.sellable_pcs for one in told)
    return {"sold_pcs": sold_pcs, "sold_share": round(sold_pcs / sellable_pcs, 4) if sellable_pcs else 1.0}


def make_report(told: Iterable[SeedTold]) -> dict[str, Any]:
    """Seeds in their order; broken hours apart, with the alarms they raised, and in no sum."""
    ordered = sorted(told, key=lambda one: (one.hour not in COUNTED, one.seed))
    counted = [one for one in ordered if one.hour in COUNTED]
    return {
        "seeds": len(counted),
        "mirror": as_told(total([one.mirror for one in counted])),
        "utyug": as_told(total([one.utyug for one in counted])),
        "split": split_told(counted),
        "per_seed": [_row(one) for one in counted],
        "broken": [{**_row(one), "alarms": [asdict(alarm) for alarm in one.alarms]} for one in ordered if one.hour not in COUNTED],
    }


def save_report(told: Iterable[SeedTold], path: Path) -> None:
    """Write it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(make_report(told), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _row(one: SeedTold) -> dict[str, Any]:
    return {"seed": one.seed, "hour": one.hour, "mirror": as_told(one.mirror), "utyug": as_told(one.utyug), "split": split_told([one])}

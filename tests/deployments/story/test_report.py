import json
from pathlib import Path

from rich.console import Console

from deployments.story.hours import Hour
from deployments.story.report import Alarm, SeedTold, make_report, save_report, total
from deployments.story.story import summary
from deployments.story.truth import Outcome

FIGURES = {
    "orders",
    "sold_pcs",
    "oversold_pcs",
    "cancelled_orders",
    "refused_buyers",
    "sold_share",
    "known_everywhere_s",
    "penalties_roubles",
}


def outcome(*, orders: int = 10, oversold: int = 0, known: float = 0.0, sold: int = 8, sellable: int = 10) -> Outcome:
    return Outcome(
        orders=orders, sold_pcs=sold, sellable_pcs=sellable, oversold_pcs=oversold, cancelled_orders=oversold,
        refused_buyers=3, known_everywhere_s=known, penalties_roubles=oversold * 100,
    )  # fmt: skip


def told(seed: int, hour: Hour, *, mirror: Outcome | None = None, utyug: Outcome | None = None, alarms: int = 0) -> SeedTold:
    raised = [Alarm(kind="bound_breached", cause="wb", sentence="Заказ пришёл поздно.", times=2)] * alarms
    return SeedTold(
        seed=seed, hour=hour, mirror=mirror or outcome(oversold=4), utyug=utyug or outcome(), split_sold_pcs=6, alarms=raised
    )  # fmt: skip


def test_the_report_has_exactly_the_figures_it_promises(tmp_path: Path) -> None:
    path = tmp_path / "story" / "report.json"
    save_report([told(2, "flash"), told(1, "promo")], path)
    report = json.loads(path.read_text(encoding="utf-8"))
    assert report.keys() == {"seeds", "mirror", "utyug", "split", "per_seed", "broken"}
    assert report["seeds"] == 2
    assert set(report["mirror"]) == set(report["utyug"]) == FIGURES
    assert [(row["seed"], row["hour"]) for row in report["per_seed"]] == [(1, "promo"), (2, "flash")]
    assert all(set(row["utyug"]) == FIGURES for row in report["per_seed"])
    assert all(row.keys() == {"seed", "hour", "mirror", "utyug", "split"} for row in report["per_seed"])
    assert report["split"] == {"sold_pcs": 12, "sold_share": 0.6}


def test_a_broken_hour_is_told_with_its_alarms_and_is_in_no_sum() -> None:
    report = make_report([told(1, "promo"), told(1, "broken", utyug=outcome(oversold=7), alarms=1)])
    assert (report["seeds"], report["utyug"]["oversold_pcs"], len(report["per_seed"])) == (1, 0, 1)
    assert report["broken"][0]["utyug"]["oversold_pcs"] == 7
    assert report["broken"][0]["alarms"] == [{"kind": "bound_breached", "cause": "wb", "sentence": "Заказ пришёл поздно.", "times": 2}]


def test_sums_weigh_seconds_by_orders_and_shares_by_pieces() -> None:
    summed = total([outcome(orders=30, known=10, sold=9, sellable=10), outcome(orders=10, known=50, sold=10, sellable=90)])
    assert (summed.orders, summed.known_everywhere_s, summed.sold_share) == (40, 20.0, 0.19)


def test_the_summary_names_each_kind_of_hour_that_was_played() -> None:
    console = Console(width=160, record=True, quiet=True)
    console.quiet = False
    with console.capture() as shown:
        console.print(summary([told(1, "promo"), told(2, "flash"), told(1, "broken")]))
    assert all(word in shown.get() for word in ("акция", "распродажа", "сроки нарушены", "Utyug"))
    assert "тихий час" not in shown.get()

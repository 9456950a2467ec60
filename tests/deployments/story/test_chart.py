from datetime import UTC, datetime, timedelta
from pathlib import Path

from rich.console import Console

from deployments.story.chart import Pair, blocks, draw, hottest, print_chart, series_of
from deployments.story.goods import CHANNELS, Good, Shelf
from deployments.story.run import Played
from deployments.story.truth import Outcome
from deployments.story.watcher import Look

NOON = datetime(2026, 3, 2, 9, tzinfo=UTC)
GOODS = {sku: Good(sku=sku, name=sku.title(), roubles=1000, channels=CHANNELS, parts={sku: 1}) for sku in ("IRON", "BOARD")}
SHELF = Shelf(goods=GOODS, pcs={"IRON": 5, "BOARD": 9})
OUTCOME = Outcome(
    orders=3, sold_pcs=2, sellable_pcs=4, oversold_pcs=1, cancelled_orders=1, refused_buyers=0, known_everywhere_s=1, penalties_roubles=0
)


def played(*irons: int) -> Played:
    looks = [
        Look(
            at=NOON + timedelta(minutes=10 * number),
            shown={channel: {"IRON": 2, "BOARD": 1} for channel in CHANNELS},
            left={"IRON": pcs, "BOARD": 9},
        )
        for number, pcs in enumerate(irons)
    ]
    return Played(outcome=OUTCOME, looks=looks, opens_at=NOON)


def pair() -> Pair:
    return Pair(seed=1, hour="flash", shelf=SHELF, mirror=played(5, 1, -2), utyug=played(5, 3, 0))


def test_the_hottest_thing_is_the_one_sold_furthest_beyond_its_stock() -> None:
    assert hottest(pair()) == "IRON"


def test_a_series_has_what_is_left_and_what_each_channel_shows_within_the_hour() -> None:
    series = series_of(played(5, 4, 3, 2, 1, 0, -1, -2), SHELF, ["IRON"])
    assert (series.minutes, series.left) == ([0, 10, 20, 30, 40, 50, 60], [5, 4, 3, 2, 1, 0, -1])
    assert series.total == [8] * 7


def test_a_column_is_as_high_as_its_minute_began_with() -> None:
    told = blocks([0, 10, 50], [8, 4, 0], 8)
    assert (len(told), told[0], told[9], told[10], told[49], told[50]) == (60, "█", "█", "▄", "▄", " ")


def test_a_single_piece_is_still_seen_and_a_debt_is_nothing() -> None:
    assert blocks([0], [1], 1000)[0] == "▁"
    assert blocks([0], [-3], 10)[0] == " "


def test_the_picture_and_the_rows_are_drawn(tmp_path: Path) -> None:
    draw(pair(), tmp_path / "deep" / "story.png")
    assert (tmp_path / "deep" / "story.png").read_bytes().startswith(b"\x89PNG")
    console = Console(width=120)
    with console.capture() as shown:
        print_chart(pair(), console)
    assert shown.get().count("на полке") == 2
    assert "Utyug" in shown.get()

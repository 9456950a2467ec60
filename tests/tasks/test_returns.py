"""Workbooks of returns from the folder into the hub, each row once, whatever dies meanwhile."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from adapters.clock import Clock
from adapters.errors import Unavailable
from adapters.hub.hub import Hub
from adapters.hub.incidents import Incidents
from adapters.hub.outbox import Outbox
from adapters.hub.runs import Cursors
from adapters.settings import Settings
from adapters.workbook import folder as folders
from adapters.workbook.returns_form import HEADER_ROW, PLACE
from adapters.workbook.returns_read import read_returns
from tasks import return_papers, returns
from tasks.return_papers import deliver_papers, deliver_refunds
from tasks.returns import read_channel, read_folder
from tasks.rules.return_documents import ReturnRefund
from tasks.rules.return_rules import ReturnRules, ReturnSettings
from tests.adapters.hub.order_shop import CHANNEL, report
from tests.adapters.hub.return_shop import ReturnShop, brought, coming
from tests.adapters.workbook.parts import red_cells
from tests.adapters.workbook.sheet import save
from validation.order_news import OrderTold

HEADERS = ("Заказ", "Артикул", "Вернулось, шт.", "Состояние", "Решение", "Ключ строки")


@pytest.fixture
def shop(hub: Hub) -> ReturnShop:
    shop = ReturnShop(hub)
    shop.ships(3)
    return shop


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(var_dir=tmp_path, returns=ReturnSettings())


@pytest.fixture
def place(settings: Settings) -> Path:
    settings.returns_folder().mkdir(parents=True)
    return settings.returns_folder()


def put(place: Path, *rows: tuple[Any, ...], name: str = "книга.xlsx") -> Path:
    return save(place / name, rows, headers=HEADERS)


def take(shop: ReturnShop, settings: Settings, *, dry_run: bool = False) -> list[returns.ReturnsRead]:
    return read_folder(shop.hub, settings, dry_run=dry_run)


def in_folder(place: Path) -> list[str]:
    return sorted(file.relative_to(place).as_posix() for file in place.rglob("*") if file.is_file())


def test_a_right_workbook_is_taken_and_put_away(shop: ReturnShop, settings: Settings, place: Path) -> None:
    put(place, ("1", "iron", 2, "годен", None, "a"))
    take(shop, settings)
    assert [row[1:] for row in shop.batches()] == [(2, "received", "sellable", "restock")]
    assert [name.split("/")[0] for name in in_folder(place)] == ["принято"]
    assert Incidents(shop.hub).live() == []


def test_the_same_workbook_twice_and_a_copy_of_it_take_each_row_once(shop: ReturnShop, settings: Settings, place: Path) -> None:
    rows = [("1", "iron", 1, "годен", None, "a"), ("1", "iron", 1, "брак", "списать", "b")]
    for name in ("книга.xlsx", "книга.xlsx", "книга (копия).xlsx"):
        put(place, *rows, name=name)
        take(shop, settings)
    assert shop.returned() == 2


def test_an_edited_copy_changes_the_row_and_adds_none(shop: ReturnShop, settings: Settings, place: Path) -> None:
    put(place, ("1", "iron", 1, "неизвестно", None, "a"))
    take(shop, settings)
    put(place, ("1", "iron", 2, "годен", None, "a"), name="книга правленая.xlsx")
    take(shop, settings)
    assert [row[1:] for row in shop.batches()] == [(2, "received", "sellable", "restock")]


def test_right_rows_are_taken_and_wrong_ones_come_back_in_a_red_copy(shop: ReturnShop, settings: Settings, place: Path) -> None:
    put(place, ("1", "iron", 1, "годен", None, "a"), ("77", "iron", 1, "годен", None, "b"), ("1", "iron", 9, "норм", None, "c"))
    take(shop, settings)
    copy = place / "исправить" / "книга — исправить.xlsx"
    assert red_cells(copy) == {"A3", "D4"}
    assert shop.returned() == 1
    (incident,) = Incidents(shop.hub).live(kind="returns_wrong")
    assert "не приняты строки: 2; принято: 1" in incident.sentence


def test_the_corrected_copy_takes_the_rest_and_ends_the_incident(shop: ReturnShop, settings: Settings, place: Path) -> None:
    put(place, ("1", "iron", 1, "годен", None, "a"), ("77", "iron", 1, "годен", None, "b"))
    take(shop, settings)
    copy = place / "исправить" / "книга — исправить.xlsx"
    table = read_returns(copy).table
    assert table["key"].to_list() == ["a", "b"]
    put(place, ("1", "iron", 1, "годен", None, "a"), ("1", "iron", 1, "годен", None, "b"), name=copy.name)
    take(shop, settings)
    assert shop.returned() == 2
    assert not copy.exists()
    assert Incidents(shop.hub).live() == []


def test_more_returned_than_sold_is_red_at_its_number(shop: ReturnShop, settings: Settings, place: Path) -> None:
    put(place, ("1", "iron", 4, "годен", None, "a"))
    take(shop, settings)
    assert red_cells(place / "исправить" / "книга — исправить.xlsx") == {"C2"}


class Died(BaseException):
    """The process is no more."""


KILLS = {
    "before the copy": (returns, "write_errors"),
    "before the incident": (returns, "_tell"),
    "before the file is put away": (folders.WorkbookFolder, "put_away"),
}


@pytest.mark.parametrize("killed", KILLS.values(), ids=KILLS.keys())
def test_killed_anywhere_each_row_is_taken_once_and_the_errors_are_told(
    shop: ReturnShop, settings: Settings, place: Path, killed: tuple[Any, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    put(place, ("1", "iron", 1, "годен", None, "a"), ("77", "iron", 1, "годен", None, "b"))

    def dies(*_args: object, **_named: object) -> None:
        raise Died

    with monkeypatch.context() as patched:
        patched.setattr(*killed, dies)
        with pytest.raises(Died):
            take(shop, settings)
    assert "книга.xlsx" in in_folder(place)
    take(shop, settings)
    assert shop.returned() == 1
    assert red_cells(place / "исправить" / "книга — исправить.xlsx") == {"A3"}
    assert len(Incidents(shop.hub).live(kind="returns_wrong")) == 1
    assert "книга.xlsx" not in in_folder(place)


def test_a_workbook_open_in_excel_waits_and_is_taken_when_it_is_closed(shop: ReturnShop, settings: Settings, place: Path) -> None:
    put(place, ("1", "iron", 1, "годен", None, "a"))
    (place / "~$книга.xlsx").write_bytes(b"\x05")
    assert sum(one.waiting for one in take(shop, settings)) == 1
    assert shop.returned() == 0
    (place / "~$книга.xlsx").unlink()
    take(shop, settings)
    assert shop.returned() == 1


class LateClock(Clock):
    """A clock that a test moves on."""

    @property
    def late_by(self) -> timedelta:
        return timedelta(seconds=LATE[-1])

    def now(self) -> datetime:
        return datetime(2026, 11, 23, 9, tzinfo=UTC) + self.late_by


LATE = [0.0]


@pytest.fixture
def slow_hub(database_url: str) -> Iterator[Hub]:
    LATE[:] = [0.0]
    with Hub(database_url, clock=LateClock()) as opened:
        yield opened


def test_a_half_saved_workbook_is_waited_for_and_given_up_when_nobody_finishes_it(slow_hub: Hub, settings: Settings, place: Path) -> None:
    file = put(place, ("1", "iron", 1, "годен", None, "a"))
    body = file.read_bytes()
    file.write_bytes(body[: len(body) // 2])
    for late_s in (0, 600):
        LATE[:] = [late_s]
        assert sum(one.waiting for one in read_folder(slow_hub, settings, dry_run=False)) == 1
    LATE[:] = [1000]
    read_folder(slow_hub, settings, dry_run=False)
    assert [name.split("/")[0] for name in in_folder(place)] == ["не прочитано"] * 2
    assert "не дописан" in Incidents(slow_hub).live(kind="returns_unread")[0].sentence


def test_a_file_that_grows_is_given_its_time_anew(slow_hub: Hub, settings: Settings, place: Path) -> None:
    file = put(place, ("1", "iron", 1, "годен", None, "a"))
    body = file.read_bytes()
    for late_s in (0, 800, 1600, 2400):
        LATE[:] = [late_s]
        file.write_bytes(body[: 100 + int(late_s / 8)])
        read_folder(slow_hub, settings, dry_run=False)
    assert in_folder(place) == ["книга.xlsx"]


def test_what_is_no_workbook_of_returns_is_refused_with_the_reason(shop: ReturnShop, settings: Settings, place: Path) -> None:
    save(place / "цены.xlsx", [("1", 2)], headers=("артикул", "цена"))
    (place / "письмо.docx").write_bytes(b"text")
    take(shop, settings)
    assert [name.rsplit("/", 1)[-1] for name in in_folder(place)] == ["письмо.docx", "письмо.docx.txt", "цены.xlsx", "цены.xlsx.txt"]
    assert len(Incidents(shop.hub).live(kind="returns_unread")) == 2


def test_a_dry_run_moves_and_writes_nothing(shop: ReturnShop, settings: Settings, place: Path) -> None:
    put(place, ("1", "iron", 1, "годен", None, "a"), ("1", None, 1, "годен", None, "b"))
    told = take(shop, settings, dry_run=True)
    assert (told[0].read, told[0].faults) == (2, 1)
    assert in_folder(place) == ["книга.xlsx"]
    assert shop.returned() == 0


class Channel:
    """A channel that tells of one return, and remembers since when it was asked."""

    def __init__(self, told: pl.DataFrame, *, fails: bool = False) -> None:
        self.told, self.fails, self.since = told, fails, list[datetime]()

    def read_returns(self, *, since: datetime, until: datetime) -> pl.DataFrame:
        self.since.append(since)
        if self.fails:
            raise Unavailable("Площадка не отвечает.", system="ozon")
        assert since < until
        return self.told


def test_a_channel_is_read_from_where_the_last_whole_reading_was(shop: ReturnShop, settings: Settings) -> None:
    channel = Channel(coming("r1"))
    read_channel(shop.hub, settings, CHANNEL, channel, since=None, dry_run=False)
    read_channel(shop.hub, settings, CHANNEL, channel, since=None, dry_run=False)
    assert channel.since[1] - channel.since[0] > timedelta(days=40)
    assert shop.returned() == 1
    channel.fails = True
    before = Cursors(shop.hub).read(CHANNEL, returns.POLLED)
    with pytest.raises(Unavailable):
        read_channel(shop.hub, settings, CHANNEL, channel, since=None, dry_run=False)
    assert Cursors(shop.hub).read(CHANNEL, returns.POLLED) == before


def test_a_dry_run_of_a_channel_leaves_no_cursor(shop: ReturnShop, settings: Settings) -> None:
    read_channel(shop.hub, settings, CHANNEL, Channel(coming("r1")), since=None, dry_run=True)
    assert Cursors(shop.hub).read(CHANNEL, returns.POLLED) is None
    assert shop.returned() == 0


def test_the_accountant_gets_each_return_in_one_workbook_also_when_the_writer_dies(
    shop: ReturnShop, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.written(brought("a"))
    with monkeypatch.context() as patched:
        patched.setattr(return_papers, "Answer", _dies)
        with pytest.raises(Died):
            list(deliver_papers(shop.hub, settings))
    shop.written(brought("b"))
    shop.execute("update outbox set claimed_until = null")
    list(deliver_papers(shop.hub, settings))
    folder = settings.returns_folder() / return_papers.FOR_ACCOUNTANT
    assert sorted(file.name for file in folder.iterdir()) == ["Возвраты для 1С № 1.xlsx", "Возвраты для 1С № 2.xlsx"]
    assert Outbox(shop.hub).counts() == {"crm:main": (1, 0)}


def test_a_disk_that_takes_no_workbook_is_tried_again(shop: ReturnShop, settings: Settings) -> None:
    shop.written(brought("a"))
    settings.returns_folder().parent.mkdir(exist_ok=True)
    settings.returns_folder().write_text("a file stands where the folder should")
    (told,) = deliver_papers(shop.hub, settings)
    assert (told.told, told.unsettled, told.dead) == (0, 1, 0)


class Site:
    """A site that pays back, and says how that went."""

    def __init__(self, outcome: Any = "accepted") -> None:
        self.outcome, self.asked = outcome, list[ReturnRefund]()

    def refund_returns(self, refunds: Any) -> list[OrderTold]:
        self.asked += refunds
        return [OrderTold(order_ref=one.order_ref, outcome=self.outcome) for one in refunds]


@pytest.mark.parametrize(("outcome", "left"), [("accepted", 0), ("already", 0), ("unknown", 1), ("refused", 1)])
def test_a_refund_is_owed_until_the_site_has_it(shop: ReturnShop, outcome: str, left: int) -> None:
    shop.record(report("2", {"iron": 1}, state="shipped"))
    shop.written(brought("a", order_ref="2"), rules=ReturnRules(refunds=frozenset({CHANNEL})))
    site = Site(outcome)
    list(deliver_refunds(shop.hub, CHANNEL, site))
    assert [(one.order_ref, dict(one.pcs)) for one in site.asked] == [("2", {"iron": 1})]
    assert len(Outbox(shop.hub).waiting(f"channel:{CHANNEL}")) == left


def test_the_form_says_where_its_columns_stand() -> None:
    assert HEADER_ROW < 20
    assert len(PLACE) == len(set(PLACE.values()))


def _dies(*_args: object, **_named: object) -> None:
    raise Died

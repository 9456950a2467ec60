from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import httpx
import pytest
import yaml  # type: ignore[import-untyped]
from sqlalchemy import text

from adapters.hub.hub import Hub
from adapters.hub.inbox import Inbox
from adapters.hub.outbox import Answer, Outbox, Owed
from adapters.hub.pushes import CARRIER_NOTICE, Pushes
from adapters.hub.runs import Runs
from adapters.hub.tables.inbox import feed
from adapters.hub.work import Work
from deployments.dispatcher import DEPLOYMENTS, Dispatcher, Lane
from deployments.prefect_api import Deployment
from tests.adapters.hub.order_shop import report
from tests.adapters.hub.shipping import BUYER, ShippingShop
from tests.adapters.hub.sold_once.hand import HandClock
from tests.adapters.workbook.sheet import save

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
Opened = Callable[..., Dispatcher]


class Played:
    """A deployment whose runs a test begins and ends."""

    def __init__(self) -> None:
        self.started: list[dict[str, object]] = []
        self.busy = False
        self.away = False

    def is_under_way(self, now: datetime) -> bool:  # noqa: ARG002
        if self.away:
            raise httpx.ConnectError("away")
        return self.busy

    def start(self, parameters: dict[str, object]) -> str:
        self.started.append(parameters)
        self.busy = True
        return "brave-iron"


@pytest.fixture
def catalog() -> Played:
    return Played()


@pytest.fixture
def stock() -> Played:
    return Played()


@pytest.fixture
def listings() -> Played:
    return Played()


@pytest.fixture
def orders() -> Played:
    return Played()


@pytest.fixture
def deliver() -> Played:
    return Played()


@pytest.fixture
def shipments() -> Played:
    return Played()


@pytest.fixture
def returns() -> Played:
    return Played()


@pytest.fixture
def shop(
    catalog: Played, listings: Played, orders: Played, stock: Played, deliver: Played, shipments: Played, returns: Played, tmp_path: Path
) -> Opened:
    """Opens a dispatcher of a shop with a carrier and a folder of workbooks."""

    def open_(hub: Hub, *, has_channels: bool = True) -> Dispatcher:
        return Dispatcher(
            hub,
            catalog=catalog,
            listings=listings,
            orders=orders,
            stock=stock,
            deliver=deliver,
            shipments=shipments,
            returns=returns,
            carriers=["cdek"],
            workbooks=tmp_path / "returns",
            has_channels=has_channels,
        )

    return open_


@pytest.fixture
def dispatcher(hub: Hub, shop: Opened) -> Dispatcher:
    return shop(hub)


def feed_waits(hub: Hub) -> int:
    inbox = Inbox(hub)
    feed_id = inbox.begin(source="main", exchange="catalog", name="import.xml", kind="xml")
    inbox.append(feed_id, BytesIO(b"<a/>"))
    inbox.complete(feed_id)
    return feed_id


def test_a_waiting_feed_starts_a_shift_and_a_second_look_starts_nothing(
    hub: Hub, dispatcher: Dispatcher, catalog: Played, stock: Played
) -> None:
    dispatcher.look(NOW)
    assert catalog.started == []
    feed_waits(hub)
    dispatcher.look(NOW)
    dispatcher.look(NOW + timedelta(hours=1))
    assert catalog.started == [{"rounds": None}]


def test_a_feed_that_came_while_a_run_worked_starts_the_next_one_when_it_ended(hub: Hub, dispatcher: Dispatcher, catalog: Played) -> None:
    catalog.busy = True
    feed_waits(hub)
    dispatcher.look(NOW)
    assert catalog.started == []
    catalog.busy = False
    dispatcher.look(NOW)
    assert len(catalog.started) == 1


def test_a_feed_that_no_run_takes_is_tried_with_growing_pauses(hub: Hub, dispatcher: Dispatcher, catalog: Played) -> None:
    feed_waits(hub)
    at: list[int] = []
    for second in range(130):
        catalog.busy = False
        dispatcher.look(NOW + timedelta(seconds=second))
        at += [second] * (len(catalog.started) - len(at))
    assert at == [0, 4, 12, 28, 60, 124]


def test_the_next_feed_is_not_paused_for_the_one_before_it(hub: Hub, dispatcher: Dispatcher, catalog: Played) -> None:
    first = feed_waits(hub)
    dispatcher.look(NOW)
    catalog.busy = False
    Inbox(hub).refuse(first, "Не читается.", reason="truncated")
    feed_waits(hub)
    dispatcher.look(NOW + timedelta(seconds=1))
    assert len(catalog.started) == 2


def test_counts_that_the_ledger_does_not_have_start_a_stock_run() -> None:
    stock, oldest = Played(), [7]
    lane = Lane(deployment=stock, parameters={}, oldest=lambda: oldest[0] if oldest else None)
    assert lane.look(NOW)
    oldest.clear()
    stock.busy = False
    assert not lane.look(NOW)


def test_orders_and_stock_are_looked_after_in_shifts_one_after_the_other(dispatcher: Dispatcher, orders: Played, stock: Played) -> None:
    dispatcher.look(NOW)
    dispatcher.look(NOW + timedelta(minutes=1))
    assert orders.started == stock.started == [{"rounds": None}]
    orders.busy = stock.busy = False
    dispatcher.look(NOW + timedelta(minutes=10))
    assert len(orders.started) == len(stock.started) == 2


def test_a_shift_that_ends_at_once_is_tried_with_growing_pauses_until_one_lasts(dispatcher: Dispatcher, stock: Played) -> None:
    for second in range(60):
        stock.busy = False
        dispatcher.look(NOW + timedelta(seconds=second))
    assert len(stock.started) < 6
    stock.busy = False
    dispatcher.look(NOW + timedelta(minutes=5))
    dispatcher.look(NOW + timedelta(minutes=15))
    stock.busy, before = False, len(stock.started)
    dispatcher.look(NOW + timedelta(minutes=15, seconds=1))
    assert len(stock.started) == before + 1


def test_a_shop_without_channels_starts_no_run_for_them(
    hub: Hub, shop: Opened, listings: Played, orders: Played, stock: Played, deliver: Played, shipments: Played, returns: Played
) -> None:
    recorded(hub, changed={"prices": 3})
    shop(hub, has_channels=False).look(NOW)
    assert listings.started == orders.started == stock.started == deliver.started == shipments.started == returns.started == []


def test_a_debt_of_a_shipment_starts_a_shift_that_ships(hub: Hub, dispatcher: Dispatcher, deliver: Played, shipments: Played) -> None:
    dispatcher.look(NOW)
    assert shipments.started == []
    Outbox(hub).owe([Owed(target="carrier:cdek", kind="shipment", subject="1-1")])
    dispatcher.look(NOW)
    assert (shipments.started, deliver.started) == ([{"rounds": None}], [])


@pytest.mark.parametrize(("name", "runs"), [("cdek", 1), ("site", 0)])
def test_a_push_of_a_carrier_starts_a_shift_that_ships_until_it_is_answered(
    hub: Hub, dispatcher: Dispatcher, shipments: Played, name: str, runs: int
) -> None:
    pushes = Pushes(hub)
    pushes.keep(name, topic="ORDER_STATUS", order_ref="u", digest=b"1", is_signed=False, notice=CARRIER_NOTICE)
    dispatcher.look(NOW)
    assert len(shipments.started) == runs
    pushes.settle(name, pushes.waiting(name)[-1].push_id, hub.clock.now())
    shipments.busy = False
    dispatcher.look(NOW + timedelta(hours=1))
    assert len(shipments.started) == runs


@pytest.fixture
def street(database_url: str) -> Iterator[ShippingShop]:
    """A shop in which orders are no older than its clock."""
    with Hub(database_url, clock=HandClock()) as hub:
        street = ShippingShop(hub)
        street.goods()
        yield street


@pytest.mark.parametrize(("state", "runs"), [("confirmed", 1), ("unpaid", 0), ("shipped", 0)])
def test_an_order_that_may_leave_starts_a_shift_until_it_is_planned(
    street: ShippingShop, shop: Opened, shipments: Played, state: str, runs: int
) -> None:
    street.record(report("1", {"iron": 1}, buyer=BUYER, state=state))
    shop(street.hub).look(NOW)
    assert len(shipments.started) == runs
    street.plan()
    assert Work(street.hub).newest_unplanned() is None


def test_an_order_that_is_cancelled_after_it_was_planned_starts_a_shift_that_calls_its_parcel_off(
    street: ShippingShop, shop: Opened, shipments: Played
) -> None:
    street.record(report("1", {"iron": 1}, buyer=BUYER, state="confirmed"))
    street.plan()
    street.execute("update outbox set told_version = version")
    dispatcher = shop(street.hub)
    dispatcher.look(NOW)
    assert shipments.started == []
    street.record(report("1", {"iron": 1}, buyer=BUYER, state="cancelled", minute=5))
    dispatcher.look(NOW)
    assert len(shipments.started) == 1
    street.plan()
    assert Work(street.hub).oldest_unwanted() is None


def test_an_order_that_nobody_can_plan_holds_up_none_that_comes_after_it(street: ShippingShop) -> None:
    seen = []
    for ref in "12":
        street.record(report(ref, {"mystery": 1}, buyer=BUYER))
        street.plan()
        seen.append(Work(street.hub).newest_unplanned())
    assert None not in seen
    assert seen[0] != seen[1]


def test_an_order_that_nobody_could_plan_for_long_starts_nothing_more(street: ShippingShop) -> None:
    street.record(report("1", {"mystery": 1}, buyer=BUYER))
    assert isinstance(street.hub.clock, HandClock)
    street.hub.clock.wait(3700)
    assert Work(street.hub).newest_unplanned() is None


def test_a_workbook_put_into_the_folder_starts_a_run_that_reads_the_folder_alone(
    dispatcher: Dispatcher, returns: Played, tmp_path: Path
) -> None:
    dispatcher.look(NOW)
    assert returns.started == []
    save(tmp_path / "returns" / "книга.xlsx", [("1", "A-1", 1)], headers=("Заказ", "Артикул", "Вернулось, шт."))
    dispatcher.look(NOW)
    assert returns.started == [{"channel": "workbook"}]


def test_a_workbook_that_is_open_or_not_whole_starts_nothing(dispatcher: Dispatcher, returns: Played, tmp_path: Path) -> None:
    folder = tmp_path / "returns"
    folder.mkdir()
    save(folder / "открыта.xlsx", [("1", "A-1", 1)], headers=("Заказ", "Артикул", "Вернулось, шт."))
    (folder / "~$открыта.xlsx").write_bytes(b"Excel")
    (folder / "половина.xlsx").write_bytes((folder / "открыта.xlsx").read_bytes()[:200])
    dispatcher.look(NOW)
    assert returns.started == []


def test_a_folder_that_cannot_be_read_stops_no_other_work(
    hub: Hub, dispatcher: Dispatcher, catalog: Played, returns: Played, tmp_path: Path
) -> None:
    (tmp_path / "returns").write_text("a file in its place")
    feed_waits(hub)
    dispatcher.look(NOW)
    assert (len(catalog.started), returns.started) == (1, [])


def test_every_lane_is_of_a_deployment_that_prefect_yaml_has() -> None:
    told = yaml.safe_load((Path(__file__).parents[2] / "prefect.yaml").read_text(encoding="utf-8"))["deployments"]
    there = {f"{Path(one['entrypoint']).name.split(':')[1]}/{one['name']}" for one in told}
    assert set(DEPLOYMENTS.values()) <= there


def test_a_debt_to_another_system_starts_a_shift_that_tells_it(hub: Hub, dispatcher: Dispatcher, deliver: Played) -> None:
    dispatcher.look(NOW)
    assert deliver.started == []
    Outbox(hub).owe([Owed(target="crm:main", kind="order", subject="1")])
    dispatcher.look(NOW)
    assert deliver.started == [{"rounds": None}]


def test_a_debt_that_is_being_told_or_was_given_up_starts_nothing(hub: Hub, dispatcher: Dispatcher, deliver: Played) -> None:
    outbox = Outbox(hub)
    outbox.owe([Owed(target="crm:main", kind="order", subject=subject) for subject in "12"])
    claimed = outbox.claim("crm:main", ["order"], most=2)
    dispatcher.look(NOW)
    outbox.settle("crm:main", claimed, [Answer(outbox_id=one.outbox_id, outcome="refused") for one in claimed])
    dispatcher.look(NOW)
    assert deliver.started == []


def recorded(hub: Hub, **outcome: dict[str, int]) -> int:
    feed_id = feed_waits(hub)
    with hub.engine.begin() as connection:
        told = feed.update().where(feed.c.feed_id == feed_id)
        connection.execute(told.values(state="recorded", recorded_at=hub.clock.now(), outcome=outcome, posted_at=hub.clock.now()))
    return feed_id


def listed(hub: Hub, state: str = "completed") -> None:
    runs = Runs(hub)
    runs.end(runs.begin("listings", channel=None, flow_run_ref=None), state=state, rows_in=0, refused=0, changed=0, accepted=0, detail=None)


def test_goods_and_prices_that_no_run_has_carried_to_the_channels_start_one(hub: Hub, dispatcher: Dispatcher, listings: Played) -> None:
    recorded(hub, changed={"counts": 5}, inserted={})
    assert Work(hub).oldest_unlisted() is None
    feed_id = recorded(hub, changed={}, inserted={"products": 2})
    recorded(hub, changed={"prices": 1}, inserted={})
    assert Work(hub).oldest_unlisted() == feed_id
    dispatcher.look(NOW)
    assert listings.started == [{}]
    listed(hub, "failed")
    assert Work(hub).oldest_unlisted() == feed_id
    listed(hub)
    assert Work(hub).oldest_unlisted() is None


def test_cards_wait_until_all_of_1cs_files_are_in(hub: Hub) -> None:
    recorded(hub, changed={"prices": 1})
    waits = feed_waits(hub)
    assert Work(hub).oldest_unlisted() is None
    Inbox(hub).refuse(waits, "Не читается.", reason="truncated")
    assert Work(hub).oldest_unlisted() is not None


def test_a_server_that_is_down_only_delays(hub: Hub, dispatcher: Dispatcher, catalog: Played, stock: Played) -> None:
    feed_waits(hub)
    catalog.away = True
    with pytest.raises(httpx.ConnectError):
        dispatcher.look(NOW)
    catalog.away = False
    dispatcher.look(NOW)
    assert len(catalog.started) == len(stock.started) == 1


def test_pictures_wait_for_nobody(hub: Hub) -> None:
    inbox = Inbox(hub)
    feed_id = inbox.begin(source="main", exchange="catalog", name="a.jpg", kind="picture")
    with hub.engine.begin() as connection:
        connection.execute(text("update feed set state = 'waiting' where feed_id = :id"), {"id": feed_id})
    assert Work(hub).oldest_feed() is None


@contextmanager
def runs_are(monkeypatch: pytest.MonkeyPatch, *runs: tuple[str, timedelta]) -> Iterator[Deployment]:
    deployment = Deployment("http://prefect.test/api", "catalog/1c")
    told = [{"state_name": state, "expected_start_time": (NOW + due_in).isoformat()} for state, due_in in runs]
    answer = httpx.Response(200, json=told, request=httpx.Request("POST", "http://prefect.test"))
    monkeypatch.setattr(httpx.Client, "post", lambda *_given, **_kept: answer)
    yield deployment
    deployment.close()


@pytest.mark.parametrize(
    ("state", "due_in", "is_under_way"),
    [
        ("Running", timedelta(hours=-1), True),
        ("Pending", timedelta(), True),
        ("Late", timedelta(minutes=-5), True),
        ("AwaitingConcurrencySlot", timedelta(seconds=30), True),
        ("Scheduled", timedelta(seconds=5), True),
        ("Scheduled", timedelta(minutes=10), False),
    ],
)
def test_a_run_the_schedule_made_ahead_is_not_under_way(
    monkeypatch: pytest.MonkeyPatch, state: str, due_in: timedelta, is_under_way: bool
) -> None:
    with runs_are(monkeypatch, (state, due_in)) as deployment:
        assert deployment.is_under_way(NOW) is is_under_way


def test_no_run_at_all_is_none_under_way(monkeypatch: pytest.MonkeyPatch) -> None:
    with runs_are(monkeypatch) as deployment:
        assert not deployment.is_under_way(NOW)


def test_a_debt_of_a_shipment_starts_a_shift_of_shipments_and_of_nothing_else(
    hub: Hub, dispatcher: Dispatcher, deliver: Played, shipments: Played
) -> None:
    Outbox(hub).owe([Owed(target="carrier:cdek", kind="shipment", subject="100001-1")])
    dispatcher.look(hub.clock.now())
    assert (shipments.started, deliver.started) == ([{"rounds": None}], [])

"""Registers of the world's УТ and УНФ, read beside files over HTTP into a real hub."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pydantic import SecretStr

from adapters.errors import Unauthorized, Unavailable
from adapters.hub.hub import Hub
from adapters.hub.incidents import Incidents
from adapters.hub.journal import Journal
from adapters.hub.quarantine import Quarantine
from tasks.odata import FigureRead, read_base
from tasks.reporting import fail_where_stopped
from tests.adapters.hub.sold_once.hand import HandClock
from tests.adapters.onec.odata.conftest import Watched, adapter_to
from tests.deployments.world.odata.conftest import Hand, ref
from tests.tasks.registers import FAR, IRON, KETTLE, MAIN, NAME, RED, RETAIL, WHOLESALE, Shop, opened_world

Open = Callable[[str], Shop]


@pytest.fixture
def opened(database_url: str) -> Iterator[Open]:
    clock = HandClock()
    with opened_world() as hands, Hub(database_url, clock=clock) as hub:
        yield lambda base: Shop(hub, clock, hands[base])


@pytest.fixture(params=["ut", "unf"])
def shop(request: pytest.FixtureRequest, opened: Open) -> Shop:
    """A shop with a base of each configuration in turn."""
    return opened(request.param)


@pytest.fixture
def ut(opened: Open) -> Shop:
    return opened("ut")


def differing(read: FigureRead) -> dict[str, tuple[str, str]]:
    return {row["item_ref"]: (row["hub_said"], row["onec_said"]) for row in read.differing.to_dicts()}


def test_registers_are_compared_with_files_and_nothing_changes(shop: Shop) -> None:
    shop.counted(iron=5, kettle=1)
    shop.lies(iron=5, reserved=2)
    (read,) = shop.read(balances="compare")
    assert (read.rows_in, differing(read), read.taken) == (2, {IRON: ("5 шт.", "3 шт.")}, None)
    assert shop.pcs()[IRON] == 5
    (entry,) = Journal(shop.hub).entries(kind="onec_compared")
    assert entry.detail[0]["name"] == "Утюг"


def test_a_smaller_balance_counts_at_once_where_the_shop_wants_it(shop: Shop) -> None:
    shop.counted(iron=5, kettle=1)
    shop.lies(iron=5, kettle=9, reserved=2)
    (read,) = shop.read(balances="lower")
    assert (read.taken and read.taken.changed, shop.pcs()) == (1, {IRON: 3, f"{KETTLE}#{RED}": 1})
    assert shop.files.one("select pcs from ledger_balance where account = 'pool' and pcs = 3") == 3


def test_a_second_look_with_nothing_new_changes_nothing(shop: Shop) -> None:
    shop.counted(iron=5, kettle=1)
    shop.priced(iron=100, kettle=200)
    shop.lies(iron=2)
    shop.costs(IRON, "1")
    shop.costs(IRON, "7", WHOLESALE)
    shop.read(balances="lower", prices="load")
    shop.read(balances="lower", prices="load")
    before = shop.written()
    balances, prices = shop.read(balances="lower", prices="load")
    assert (balances.taken and balances.taken.changed, prices.taken and prices.taken.changed) == (0, 0)
    assert shop.written() == before


def test_registers_longer_than_a_page_are_compared_whole(ut: Shop) -> None:
    refs = [ref(100 + number) for number in range(7)]
    ut.file(product=[{"product_ref": one, "name": one, "kind": "goods", "is_deleted": False} for one in refs])
    ut.file(1, offer=[{"item_ref": one, "product_ref": one, "is_deleted": False} for one in refs])
    ut.file(2, count=[{"item_ref": one, "place": MAIN, "pcs": 2, "is_whole": False} for one in refs])
    ut.hand.stock(*({"product": one, "place": MAIN, "pcs": 2} for one in refs[:-1]))
    (read,) = ut.read(balances="compare", page=3)
    assert differing(read) == {refs[-1]: ("2 шт.", "0 шт.")}


def test_a_fraction_is_quarantined_and_leaves_when_it_is_mended(shop: Shop) -> None:
    shop.counted(iron=5, kettle=1)
    shop.lies(iron="2.5")
    (read,) = shop.read(balances="lower")
    (row,) = Quarantine(shop.hub).list(source=f"odata:{NAME}").to_dicts()
    assert (row["reason"], row["key"], differing(read), shop.pcs()[IRON]) == ("count_is_whole", f"{IRON}|{MAIN}", {}, 5)
    assert "дробный" in row["sentence"]
    shop.lies(iron=5)
    shop.read(balances="lower")
    assert Quarantine(shop.hub).list().is_empty()


def test_a_difference_that_stands_is_told_and_over_with_the_next_file(shop: Shop) -> None:
    shop.counted(iron=5, kettle=1)
    shop.lies(iron=3)
    shop.read(balances="compare")
    shop.clock.wait(3600)
    shop.read(balances="compare")
    (told,) = Incidents(shop.hub).live(kind="onec_differs")
    assert "Утюг (Основной): в Utyug 5 шт., в 1С 3 шт." in told.sentence
    shop.counted(iron=3, kettle=1, minute=2)
    shop.read(balances="compare")
    assert Incidents(shop.hub).live(kind="onec_differs") == []


def test_files_and_registers_that_undo_each_other_are_told(shop: Shop) -> None:
    """A file that keeps saying 5 where the register keeps saying 3: taken each time, and each time the same difference again."""
    for number in range(3):
        shop.counted(iron=5, kettle=1, minute=1 + number)
        shop.lies(iron=3)
        shop.read(balances="lower")
        shop.clock.wait(3600)
    assert len(Incidents(shop.hub).live(kind="onec_differs")) == 1


def test_a_warehouse_that_1c_does_not_show_is_named_and_left_alone(ut: Shop) -> None:
    ut.counted(iron=5, kettle=1)
    ut.counted(iron=4, kettle=2, place=FAR, minute=2)
    ut.lies(iron=5)
    (read,) = ut.read(balances="lower")
    assert (read.unread, differing(read)) == ((FAR,), {})
    (asked,) = ut.read(balances="lower", warehouses=[MAIN])
    assert asked.unread == ()


def test_a_shop_that_no_file_has_told_of_anything_has_nothing_to_compare(ut: Shop) -> None:
    ut.lies(iron=5)
    (read,) = ut.read(balances="lower")
    assert (read.differing.height, "Файлов обмена ещё не было" in read.sentence) == (0, True)


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"kind": "error_before", "status": 500}, Unavailable),
        ({"kind": "timeout_before"}, Unavailable),
        ({"kind": "html", "status": 503}, Unavailable),
    ],
)
def test_a_base_that_does_not_answer_changes_nothing(shop: Shop, fault: dict[str, Any], error: type[Exception]) -> None:
    shop.counted(iron=5, kettle=1)
    shop.lies(iron=3)
    shop.read(balances="compare")
    before = shop.written()
    shop.hand.order("POST", "/faults", {**fault, "times": None})
    read = shop.read(balances="lower", prices="load")
    assert [type(one.stopped_by) for one in read] == [error, error]
    assert (shop.written(), shop.pcs()[IRON]) == (before, 5)
    with pytest.raises(ExceptionGroup, match=NAME):
        fail_where_stopped(read)


def test_a_wrong_password_stops_the_reading_and_is_not_shown(ut: Shop) -> None:
    settings = ut.settings(balances="compare")
    with adapter_to(ut.hand, password=SecretStr("wrong-word")) as onec:
        (read,) = read_base(ut.hub, settings, NAME, onec, dry_run=False)
    assert isinstance(read.stopped_by, Unauthorized)
    assert "wrong-word" not in read.stopped_by.sentence


def test_prices_that_cannot_be_read_take_nothing_from_the_balances(ut: Shop) -> None:
    ut.counted(iron=5, kettle=1)
    ut.lies(iron=3)
    ut.hand.tell("PUT", "/enabled", {"InformationRegister_ЦеныНоменклатуры": False})
    balances, prices = ut.read(balances="lower", prices="compare")
    assert (ut.pcs()[IRON], balances.stopped_by, prices.stopped_by is None) == (3, None, False)


def test_a_file_that_comes_while_registers_are_read_goes_before_them(ut: Shop) -> None:
    ut.counted(iron=5, kettle=1)
    ut.lies(iron=3)
    arrived: list[int] = []

    def arrive(request: Any) -> None:
        if "Balance" in str(request.url) and not arrived:
            arrived.append(1)
            ut.counted(iron=9, kettle=1, minute=2)

    (read,) = ut.read(balances="lower", transport=Watched(arrive))
    assert (read.taken and read.taken.state, ut.pcs()[IRON]) == ("overtaken", 9)


def test_prices_are_compared_by_kopecks(shop: Shop) -> None:
    shop.priced(iron=10000, kettle=20000)
    shop.costs(IRON, "120.50")
    shop.costs(KETTLE, "200")
    (read,) = shop.read(prices="compare")
    assert differing(read) == {IRON: ("100,00 RUB", "120,50 RUB")}
    assert shop.files.one("select count(*) from price where price_kopecks = 10000") == 1


def test_a_price_of_a_package_is_quarantined(ut: Shop) -> None:
    ut.priced(iron=10000, kettle=20000)
    ut.costs(IRON, "1200", Упаковка_Key=ref(90))
    (read,) = ut.read(prices="compare")
    assert Quarantine(ut.hub).list()["reason"].to_list() == ["price_is_per_piece"]
    assert read.differing.is_empty()


def test_price_types_that_no_file_brings_are_taken_others_only_compared(shop: Shop) -> None:
    shop.priced(iron=10000, kettle=20000)
    shop.costs(IRON, "120.50")
    shop.costs(IRON, "80", WHOLESALE)
    shop.costs(KETTLE, "90", WHOLESALE)
    (read,) = shop.read(prices="load")
    taken = dict(
        shop.files.rows("select item_ref, price_kopecks from price join item using (item_id) where price_type_ref = :w", w=WHOLESALE)
    )
    assert (read.taken and read.taken.changed, taken) == (2, {IRON: 8000, f"{KETTLE}#{RED}": 9000})
    assert shop.files.one("select name from price_type where price_type_ref = :w", w=WHOLESALE) == "Оптовая"
    assert shop.files.one("select price_kopecks from price join item using (item_id) where price_type_ref = :r and item_ref = :i", r=RETAIL, i=IRON) == 10000  # fmt: skip


def test_goods_of_others_are_neither_compared_nor_quarantined(ut: Shop) -> None:
    ut.counted(iron=5, kettle=1)
    ut.priced(iron=10000, kettle=20000)
    ut.lies(iron=5)
    ut.hand.stock({"product": ref(77), "place": MAIN, "pcs": "0.5"})
    ut.costs(ref(77), "0.005")
    read = ut.read(balances="compare", prices="load")
    assert [one.differing.height for one in read] == [0, 0]
    assert Quarantine(ut.hub).list().is_empty()


def test_a_dry_run_shows_the_same_and_writes_nothing(shop: Shop) -> None:
    shop.counted(iron=5, kettle=1)
    shop.lies(iron=2.5, kettle=0)
    shop.costs(IRON, "80", WHOLESALE)
    before = shop.written()
    balances, prices = shop.read(balances="lower", prices="load", dry_run=True)
    assert (differing(balances), balances.refused.height, balances.taken, prices.taken) == (
        {f"{KETTLE}#{RED}": ("1 шт.", "0 шт.")}, 1, None, None,
    )  # fmt: skip
    assert shop.written() == before


def test_a_base_that_takes_nothing_this_way_is_not_asked(ut: Shop) -> None:
    network = Watched()
    assert ut.read(transport=network) == []
    assert network.asked == []


def test_each_configuration_is_read_by_its_own_names(shop: Shop) -> None:
    network = Watched()
    shop.counted(iron=5, kettle=1)
    shop.read(balances="compare", prices="compare", transport=network)
    asked = {name for name in _registers(shop.hand) if any(name in request.url.path for request in network.asked)}
    names = {
        "ut": {"AccumulationRegister_ЗапасыИПотребности", "InformationRegister_ЦеныНоменклатуры"},
        "unf": {
            "AccumulationRegister_ЗапасыНаСкладах",
            "AccumulationRegister_РезервыТоваровОрганизаций",
            "InformationRegister_ЦеныНоменклатуры",
        },
    }
    assert asked == names[shop.hand.base]


def _registers(hand: Hand) -> list[str]:
    return [name for name in hand.room.books.bases[hand.base].configuration.shapes if "Register_" in name]

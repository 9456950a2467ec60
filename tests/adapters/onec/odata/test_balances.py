import httpx
import polars as pl
import pytest

from adapters.errors import ContractBroken, Misconfigured, Unauthorized, Unavailable
from adapters.onec.odata.base import OnecOdata
from adapters.onec.odata.client import NotEnabled
from tests.adapters.onec.odata.conftest import Watched, adapter_to, base_that, said
from tests.deployments.world.odata.conftest import EMPTY, LOGIN, PASSWORD, Hand, ref
from validation.odata import BalanceCounted
from validation.quarantine import judge

IRON, KETTLE, RED, MAIN, FAR = (ref(number) for number in range(1, 6))


def counted(onec: OnecOdata, *warehouses: str) -> dict[tuple[str, str], int | None]:
    return {(row["item_ref"], row["place"]): row["pcs"] for row in onec.read_balances(warehouses).to_dicts()}


def test_free_stock_is_what_lies_there_less_what_is_reserved(hand: Hand, onec: OnecOdata) -> None:
    hand.stock(
        {"product": IRON, "place": MAIN, "pcs": 5, "reserved": 2},
        {"product": IRON, "place": FAR, "pcs": 1},
        {"product": KETTLE, "characteristic": RED, "place": MAIN, "pcs": 4, "reserved": 4},
    )
    assert counted(onec) == {(IRON, MAIN): 3, (IRON, FAR): 1, (f"{KETTLE}#{RED}", MAIN): 0}


def test_only_the_warehouses_asked_for_are_read(hand: Hand, onec: OnecOdata) -> None:
    hand.stock(*({"product": IRON, "place": place, "pcs": 2, "reserved": 1} for place in (MAIN, FAR, RED)))
    assert counted(onec, MAIN, FAR) == {(IRON, MAIN): 1, (IRON, FAR): 1}


def test_a_warehouse_that_is_no_reference_is_a_setting_to_be_mended(onec: OnecOdata) -> None:
    with pytest.raises(Misconfigured, match="Основной"):
        onec.read_balances(["Основной"])


def test_free_stock_may_be_negative(hand: Hand, onec: OnecOdata) -> None:
    hand.stock({"product": IRON, "place": MAIN, "pcs": -3}, {"product": KETTLE, "place": MAIN, "pcs": 0, "reserved": 2})
    assert counted(onec) == {(IRON, MAIN): -3, (KETTLE, MAIN): -2}


def test_a_fraction_is_kept_and_judged_never_rounded(hand: Hand, onec: OnecOdata) -> None:
    hand.stock({"product": IRON, "place": MAIN, "pcs": "2.5"}, {"product": KETTLE, "place": MAIN, "pcs": "0.3", "reserved": "0.1"})
    read = onec.read_balances()
    assert read["pcs"].to_list() == [None, None]
    assert sorted(read["pcs_millionths"]) == [200_000, 2_500_000]
    judged = judge(read, BalanceCounted, entity="count", key=pl.concat_str("item_ref", "place", separator="|"))
    assert (judged.passed.height, judged.refused["reason"].to_list()) == (0, ["count_is_whole"] * 2)


def test_an_empty_base_has_no_rows(onec: OnecOdata) -> None:
    assert onec.read_balances().is_empty()


@pytest.mark.parametrize("page", [2, 3, 7, 14])
def test_more_rows_than_a_page_are_all_read_once(hand: Hand, onec: OnecOdata, page: int) -> None:
    onec.PAGE = page
    hand.stock(*({"product": ref(100 + number), "place": MAIN, "pcs": number, "reserved": 1} for number in range(2, 16)))
    assert counted(onec) == {(ref(100 + number), MAIN): number - 1 for number in range(2, 16)}


def test_a_row_that_goes_between_two_pages_hides_no_other(hands: dict[str, Hand]) -> None:
    hand = hands["ut"]
    hand.stock(*({"product": ref(100 + number), "place": MAIN, "pcs": 1} for number in range(6)))
    sold = [{"product": ref(100), "place": MAIN, "pcs": 0}]
    network = Watched(lambda request: hand.stock(*sold) if "skip" in str(request.url) and sold else None)
    with adapter_to(hand, transport=network) as onec:
        onec.PAGE = 3
        assert counted(onec).keys() == {(ref(100 + number), MAIN) for number in range(1, 6)}


def test_a_base_that_never_stands_still_is_read_next_time() -> None:
    pages = iter(range(100))

    def say(request: httpx.Request) -> httpx.Response:
        return said({"value": [row(ref(next(pages))), row(ref(next(pages)))]})

    def row(item: str) -> dict[str, object]:
        refs = {"Номенклатура_Key": item, "Характеристика_Key": EMPTY, "Склад_Key": MAIN}
        return {**refs, "ВНаличииBalance": 1, "РезервироватьНаСкладеBalance": 0}

    onec = base_that(say)
    onec.PAGE = 2
    with pytest.raises(Unavailable, match="быстрее"):
        onec.read_balances()


@pytest.mark.parametrize(
    ("register", "lies", "free"),
    [
        ("ЗапасыНаСкладах", {"pcs": 5, "reserved": 2}, 3),
        ("РезервыТоваровОрганизаций", {"pcs": 4, "reserved": 0}, 4),
    ],
    ids=["reserved after the first look at reserves", "shipped before the last look at them"],
)
def test_what_happens_between_two_registers_makes_no_stock(hands: dict[str, Hand], register: str, lies: dict[str, int], free: int) -> None:
    """5 lay there, 1 of them reserved."""
    hand = hands["unf"]
    hand.stock({"product": IRON, "place": MAIN, "pcs": 5, "reserved": 1})
    asked: list[str] = []

    def act(request: httpx.Request) -> None:
        if register in request.url.path and len(asked) > 0:
            hand.stock({"product": IRON, "place": MAIN, **lies})
        asked.append(request.url.path)

    with adapter_to(hand, transport=Watched(act)) as onec:
        assert counted(onec) == {(IRON, MAIN): free}


def test_reserves_without_a_warehouse_are_held_against_every_one(hands: dict[str, Hand]) -> None:
    hand = hands["unf"]
    hand.stock({"product": IRON, "place": MAIN, "pcs": 5, "reserved": 2}, {"product": IRON, "place": FAR, "pcs": 3})
    with adapter_to(hand, names={"reserves": {"place": ""}}) as onec:
        assert counted(onec) == {(IRON, MAIN): 3, (IRON, FAR): 1}


def test_a_reserve_below_zero_frees_nothing(hands: dict[str, Hand]) -> None:
    hands["unf"].stock({"product": IRON, "place": MAIN, "pcs": 5, "reserved": -4})
    with adapter_to(hands["unf"]) as onec:
        assert counted(onec) == {(IRON, MAIN): 5}


def test_another_register_may_be_named(hands: dict[str, Hand]) -> None:
    hands["ut"].stock({"product": IRON, "place": MAIN, "pcs": 5, "reserved": 2})
    stock = {"register_name": "AccumulationRegister_ТоварыНаСкладах", "less": ""}
    with adapter_to(hands["ut"], names={"stock": stock}) as onec:
        assert counted(onec) == {(IRON, MAIN): 5}


def test_an_address_is_ascii_with_cyrillic_percent_encoded_and_quotes_doubled(hands: dict[str, Hand]) -> None:
    network = Watched()
    with adapter_to(hands["ut"], transport=network) as onec:
        onec.read_balances([MAIN])
    raw = network.asked[0].url.raw_path.decode("ascii")
    assert "AccumulationRegister_%D0%97" in raw
    assert "+" not in raw
    heard = hands["ut"].order("GET", "/exchanges")[0]
    dimensions, condition = "Dimensions='Номенклатура,Характеристика,Склад'", f"Condition='Склад_Key eq guid''{MAIN}'''"
    assert heard["path"].endswith(f"AccumulationRegister_ЗапасыИПотребности/Balance({dimensions},{condition})")
    assert (heard["query"]["$format"], heard["query"]["allowedOnly"]) == ("json", "true")
    assert "$select" in heard["query"]


def test_a_register_that_is_not_enabled_is_named(hand: Hand, onec: OnecOdata) -> None:
    name = {"ut": "AccumulationRegister_ЗапасыИПотребности", "unf": "AccumulationRegister_РезервыТоваровОрганизаций"}[hand.base]
    hand.tell("PUT", "/enabled", {name: False})
    with pytest.raises(NotEnabled, match=name):
        onec.read_balances()


def test_rows_kept_from_the_user_are_left_out(hand: Hand, onec: OnecOdata) -> None:
    hand.stock(*({"product": IRON, "place": place, "pcs": 2} for place in (MAIN, FAR)))
    hand.tell("PUT", "/users", {"login": LOGIN, "password": PASSWORD, "hidden": [FAR]})
    assert counted(onec) == {(IRON, MAIN): 2}


def test_a_user_without_the_right_is_unauthorized(hand: Hand, onec: OnecOdata) -> None:
    hand.tell("PUT", "/users", {"login": LOGIN, "password": PASSWORD, "reads": []})
    with pytest.raises(Unauthorized):
        onec.read_balances()


@pytest.mark.parametrize("fault", ["error_before", "timeout_before", "html"])
def test_a_read_that_fails_may_be_tried_again(hand: Hand, onec: OnecOdata, fault: str) -> None:
    hand.order("POST", "/faults", {"kind": fault, "status": 500})
    with pytest.raises(Unavailable):
        onec.read_balances()
    assert onec.read_balances().is_empty()


def test_no_free_licence_may_be_tried_again(hand: Hand, onec: OnecOdata) -> None:
    hand.order("PUT", "/habits", {"sessions_max": 0})
    with pytest.raises(Unavailable):
        onec.read_balances()


@pytest.mark.parametrize("body", [b'{"value": [{"\xd0\x9d', b"<feed/>", b'{"value": [{"x": 1}]}', b'{"rows": []}'])
def test_a_cut_or_foreign_answer_is_no_stock(body: bytes) -> None:
    with pytest.raises(ContractBroken):
        base_that(lambda _: httpx.Response(200, content=body)).read_balances()


@pytest.mark.parametrize(("figure", "pcs"), [(3, 3), (3.0, 3), ("3", 3), ("3.000", 3), (0.1 + 0.2, None), (1e12, 10**12)])
def test_a_figure_comes_as_a_number_or_as_text(figure: object, pcs: int | None) -> None:
    row = {"Номенклатура_Key": IRON.upper(), "Характеристика_Key": EMPTY, "Склад_Key": MAIN, "ВНаличииBalance": figure}
    onec = base_that(lambda _: said({"value": [{**row, "РезервироватьНаСкладеBalance": 0}]}))
    assert counted(onec) == {(IRON, MAIN): pcs}


@pytest.mark.parametrize("figure", [None, True, "много", [], "NaN", 1e13])
def test_a_figure_that_is_no_number_breaks_the_contract(figure: object) -> None:
    row = {"Номенклатура_Key": IRON, "Характеристика_Key": EMPTY, "Склад_Key": MAIN, "ВНаличииBalance": figure}
    with pytest.raises(ContractBroken):
        base_that(lambda _: said({"value": [{**row, "РезервироватьНаСкладеBalance": 0}]})).read_balances()

"""`reference/commerceml.md` §5: virtual tables of registers, in both configurations."""

import pytest

from tests.deployments.world.odata.conftest import EMPTY, LOCAL, Hand, ref

UT_FREE = "AccumulationRegister_ЗапасыИПотребности"
UNF_STOCK, UNF_RESERVES = "AccumulationRegister_ЗапасыНаСкладах", "AccumulationRegister_РезервыТоваровОрганизаций"
PRICES = "InformationRegister_ЦеныНоменклатуры"
IRON, KETTLE, RED, MAIN, FAR = (ref(number) for number in range(1, 6))


def test_ut_keeps_free_stock_and_reserves_in_one_register(ut: Hand) -> None:
    ut.stock({"product": IRON, "characteristic": RED, "place": MAIN, "pcs": 5, "reserved": 2})
    (row,) = ut.rows(f"{UT_FREE}/Balance(Dimensions='Номенклатура,Характеристика,Склад')")
    assert (row["Номенклатура_Key"], row["Характеристика_Key"], row["Склад_Key"]) == (IRON, RED, MAIN)
    assert (row["ВНаличииBalance"], row["РезервироватьНаСкладеBalance"]) == (5, 2)


def test_unf_keeps_reserves_in_a_register_of_their_own(unf: Hand) -> None:
    unf.stock({"product": IRON, "place": MAIN, "pcs": 5, "reserved": 2})
    for register, pcs in ((UNF_STOCK, 5), (UNF_RESERVES, 2)):
        (row,) = unf.rows(f"{register}/Balance()")
        assert (row["СтруктурнаяЕдиница_Key"], row["КоличествоBalance"]) == (MAIN, pcs)


def test_stock_counted_again_is_what_was_counted_last(ut: Hand) -> None:
    ut.stock({"product": IRON, "place": MAIN, "pcs": 5}, {"product": IRON, "place": MAIN, "pcs": 3.5})
    ut.stock({"product": IRON, "place": MAIN, "pcs": -2})
    (row,) = ut.rows(f"{UT_FREE}/Balance()")
    assert row["ВНаличииBalance"] == -2


def test_a_balance_is_summed_over_dimensions_that_are_not_named(unf: Hand) -> None:
    unf.stock(*({"product": IRON, "place": place, "pcs": 2} for place in (MAIN, FAR)))
    assert [row["КоличествоBalance"] for row in unf.rows(f"{UNF_STOCK}/Balance(Dimensions='Номенклатура')")] == [4]
    assert unf.get(f"{UNF_STOCK}/Balance(Dimensions='Склад')").status_code == 400


def test_what_has_come_to_nothing_is_not_listed(ut: Hand) -> None:
    ut.stock({"product": IRON, "place": MAIN, "pcs": 5})
    ut.stock({"product": IRON, "place": MAIN, "pcs": 0})
    assert ut.rows(f"{UT_FREE}/Balance()") == []


def test_a_condition_in_doubled_quotes_chooses_dimensions(ut: Hand) -> None:
    ut.stock(*({"product": product, "place": MAIN, "pcs": 1} for product in (IRON, KETTLE)))
    (row,) = ut.rows(f"{UT_FREE}/Balance(Condition='Номенклатура_Key eq guid''{KETTLE}''')")
    assert row["Номенклатура_Key"] == KETTLE
    assert ut.get(f"{UT_FREE}/Balance(Condition='Номенклатура_Key eq guid'{KETTLE}'')").status_code == 400
    assert ut.get(f"{UT_FREE}/Balance(Condition='ВНаличии gt 0')").status_code == 400


def test_a_balance_of_a_moment_counts_what_was_before(ut: Hand) -> None:
    for day in ("2026-01-10", "2026-01-20"):
        ut.tell("POST", f"/records/{UT_FREE}", [{"Номенклатура_Key": IRON, "ВНаличии": 3, "Period": f"{day}T00:00:00"}])
    (row,) = ut.rows(f"{UT_FREE}/Balance(Period=datetime'2026-01-15T00:00:00')")
    assert row["ВНаличииBalance"] == 3
    assert ut.get(f"{UT_FREE}/Balance(Period='2026-01-15T00:00:00')").status_code == 400
    assert ut.get(f"{UT_FREE}/Balance(Moment=datetime'2026-01-15T00:00:00')").status_code == 400


def test_rows_of_a_table_are_filtered_ordered_and_cut_like_any(ut: Hand) -> None:
    ut.stock(*({"product": ref(number), "place": MAIN, "pcs": number} for number in (10, 11, 12)))
    path = f"{UT_FREE}/Balance(Dimensions='Номенклатура')"
    rows = ut.rows(path, filter="ВНаличииBalance gt 10", orderby="ВНаличииBalance desc", top=1, select="ВНаличииBalance")
    assert rows == [{"ВНаличииBalance": 12}]
    assert ut.get(path, select="Склад_Key").status_code == 400


@pytest.mark.parametrize(("base", "price_type"), [("ut", "ВидЦены_Key"), ("unf", "ВидЦен_Key")])
def test_the_last_price_is_the_last_that_began(ut: Hand, unf: Hand, base: str, price_type: str) -> None:
    onec = ut if base == "ut" else unf
    for price, day in ((100, "2026-01-01"), (120.55, "2026-02-01"), (150, "2027-01-01")):
        onec.tell("PUT", "/prices", [{"product": IRON, "price_type": RED, "price": price, "rest": {"Period": f"{day}T00:00:00"}}])
    (row,) = onec.rows(f"{PRICES}/SliceLast(Period=datetime'{LOCAL}',Condition='{price_type} eq guid''{RED}''')")
    assert (row["Цена"], row["Номенклатура_Key"], row["Характеристика_Key"]) == (120.55, IRON, EMPTY)
    assert [row["Цена"] for row in onec.rows(f"{PRICES}/SliceLast()")] == [150]


def test_a_register_has_only_the_tables_of_its_sort(ut: Hand) -> None:
    for path in (f"{PRICES}/Balance()", f"{UT_FREE}/SliceLast()", f"{UT_FREE}/Turnover()"):
        assert (ut.get(path).status_code, ut.get(path).json()["odata.error"]["code"]) == (404, "6")

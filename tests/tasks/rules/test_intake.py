from collections.abc import Mapping
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.onec.reader import COLUMNS
from tasks.rules.intake import judge_portion
from validation.quarantine import Judged
from validation.reasons import SENTENCES

few = settings(max_examples=20)
"""A judgement asks polars a dozen questions, and on a busy machine a hundred judgements outlast a test: an example has many rows instead."""


def rows_of(kind: str, *rows: Mapping[str, object]) -> pl.DataFrame:
    schema = {name: pl.Int64 if name == "row" else pl.String for name in COLUMNS[kind]}
    return pl.DataFrame([{"row": number, **row} for number, row in enumerate(rows, 1)], schema=schema)


def reasons(judged: Judged) -> list[str]:
    return judged.refused["reason"].to_list()


def price(value: str | None, *, factor: str | None = "1", currency: str | None = "RUB", price_type: str | None = "t") -> Judged:
    row = {"item_ref": "i", "price_type_ref": price_type, "price": value, "currency": currency, "factor": factor}
    return judge_portion("price", rows_of("price", row))


@pytest.mark.parametrize(
    ("written", "kopecks"),
    [("10", 1000), ("10.5", 1050), ("10,50", 1050), ("1 490.50", 149050), ("1\xa0490,50", 149050), ("0.01", 1), ("10.5000", 1050)],
)
def test_a_price_is_read_in_whole_kopecks(written: str, kopecks: int) -> None:
    assert price(written).passed["price_kopecks"].to_list() == [kopecks]


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("по запросу", "price_is_a_number"),
        ("", "price_is_a_number"),
        (None, "price_is_a_number"),
        ("1e5", "price_is_a_number"),
        ("0", "price_is_positive"),
        ("-5", "price_is_positive"),
        ("10.005", "price_is_in_whole_kopecks"),
        ("99999999999", "price_is_sane"),
    ],
)
def test_what_is_no_price_is_refused_with_its_reason(written: str | None, reason: str) -> None:
    judged = price(written)
    assert reasons(judged) == [reason]
    assert judged.passed.is_empty()


def test_the_price_of_a_package_is_divided_by_its_pieces_if_it_divides() -> None:
    assert price("120", factor="12").passed["price_kopecks"].to_list() == [1000]
    assert reasons(price("100", factor="3")) == ["price_is_in_whole_kopecks"]
    assert reasons(price("100", factor="0")) == ["factor_is_positive"]
    assert reasons(price("100", factor="пачка")) == ["factor_is_positive"]


@pytest.mark.parametrize(("written", "code"), [("руб", "RUB"), ("RUR", "RUB"), ("грн", "UAH"), ("rub", "RUB"), (None, None)])
def test_currencies_are_named_as_in_the_standard(written: str | None, code: str | None) -> None:
    assert price("1", currency=written).passed["currency"].to_list() == [code]


def test_a_withdrawn_currency_and_a_missing_price_type_are_refused() -> None:
    assert reasons(price("1", currency="BYR")) == ["currency_is_known"]
    assert reasons(price("1", price_type=None)) == ["has_price_type"]


def counts(*rows: tuple[int, str, str | None, str | None]) -> Judged:
    frame = rows_of("count", *({"item_ref": "i", "place": place, "count": count, "total": total} for _, place, count, total in rows))
    return judge_portion("count", frame.with_columns(row=pl.Series([row[0] for row in rows], dtype=pl.Int64)))


@pytest.mark.parametrize(("written", "pcs"), [("5", 5), ("1.000", 1), ("-3", -3), ("0", 0), ("1 000", 1000)])
def test_a_count_is_whole_pieces_and_may_be_negative(written: str, pcs: int) -> None:
    assert counts((1, "a", written, None)).passed["pcs"].to_list() == [pcs]


@pytest.mark.parametrize(
    ("written", "reason"),
    [("1.5", "count_is_whole"), ("много", "count_is_a_number"), (None, "count_is_a_number"), ("900000000", "count_is_sane")],
)
def test_what_is_no_count_is_refused_with_its_reason(written: str | None, reason: str) -> None:
    assert reasons(counts((1, "a", written, None))) == [reason]


def test_an_offer_is_whole_only_where_its_total_says_so() -> None:
    def is_whole(*rows: tuple[int, str, str | None, str | None]) -> list[bool]:
        return counts(*rows).passed["is_whole"].to_list()

    assert is_whole((1, "a", "2", "5"), (1, "b", "3", "5")) == [True, True]
    assert is_whole((1, "a", "2", "6"), (1, "b", "3", "6")) == [False, False]
    assert is_whole((1, "a", "2", None)) == [False]
    assert is_whole((1, "", "0", "0")) == [True]
    assert is_whole((1, "a", "2", "2"), (1, "b", "x", "2")) == [False]
    assert is_whole((1, "a", "2", "2"), (2, "b", "3", "7")) == [True, False]


def test_a_total_that_differs_is_noted_once_and_the_places_are_taken() -> None:
    judged = counts((1, "a", "2", "6"), (1, "b", "3", "6"))
    assert judged.passed["pcs"].to_list() == [2, 3]
    assert judged.refused.select("reason", "key").rows() == [("total_differs", "i|total")]


def barcode(*written: str) -> Judged:
    return judge_portion("barcode", rows_of("barcode", *({"owner": "item", "ref": "i", "barcode": one} for one in written)))


@pytest.mark.parametrize("written", ["4006381333931", "96385074", "036000291452", "10012345678902"])
def test_good_barcodes_pass(written: str) -> None:
    assert barcode(written).passed["barcode"].to_list() == [written]


@few
@given(st.integers(0, 10**12 - 1))
def test_any_single_wrong_digit_of_a_barcode_is_found(stem: int) -> None:
    body = f"{stem:012d}"
    check = -sum(int(digit) * (1, 3)[number % 2] for number, digit in enumerate(body)) % 10
    right = f"{body}{check}"
    wrong = [f"{right[:place]}{digit}{right[place + 1 :]}" for place in range(13) for digit in range(10) if right[place] != str(digit)]
    judged = barcode(right, *wrong)
    assert judged.passed["barcode"].to_list() == [right]
    assert reasons(judged) == ["barcode_check_digit"] * (13 * 9)


@pytest.mark.parametrize("written", ["ABC12345", "123", "123456789", "12345678901234567"])
def test_what_marketplaces_do_not_take_for_a_barcode_is_refused(written: str) -> None:
    assert reasons(barcode(written)) == ["barcode_is_digits"]


def product(**fields: object) -> Judged:
    return judge_portion("product", rows_of("product", {"product_ref": "p", "name": "Утюг", "deleted": "false", **fields}))


@pytest.mark.parametrize(
    ("written", "vat"),
    [("20", "20"), ("18%", "18"), ("Без налога", "none"), ("Без НДС", "none"), ("20.00", "20"), (None, None), ("0", "0")],
)
def test_vat_rates_are_read(written: str | None, vat: str | None) -> None:
    assert product(vat=written).passed["vat"].to_list() == [vat]


@pytest.mark.parametrize(("written", "grams"), [("1.5", 1500), ("0,25", 250), ("0", None), (None, None)])
def test_weights_become_grams_and_zero_means_unknown(written: str | None, grams: int | None) -> None:
    assert product(weight=written).passed["weight_g"].to_list() == [grams]


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"product_ref": None}, "has_ref"),
        ({"product_ref": "p" * 129}, "ref_is_short"),
        ({"name": None}, "has_name"),
        ({"name": "у" * 1001}, "name_is_short"),
        ({"vat": "17"}, "vat_is_known"),
        ({"weight": "тяжёлый"}, "weight_is_a_number"),
        ({"weight": "-2"}, "weight_is_sane"),
        ({"weight": "20000"}, "weight_is_sane"),
    ],
)
def test_a_bad_card_is_refused_with_its_reason(fields: dict[str, object], reason: str) -> None:
    judged = product(**fields)
    assert reasons(judged) == [reason]
    assert SENTENCES[reason] in judged.refused["sentence"].to_list()


def test_a_deleted_product_needs_no_name() -> None:
    assert product(name=None, deleted="true").passed.height == 1


def test_a_service_is_told_from_goods() -> None:
    assert product(item_kind="Услуга").passed["kind"].to_list() == ["service"]
    assert product(item_kind="Запас").passed["kind"].to_list() == ["goods"]


def recipe(component: str | None, count: str | None) -> Judged:
    return judge_portion("recipe", rows_of("recipe", {"bundle_ref": "b", "component_ref": component, "count": count}))


def test_recipes_are_whole_pieces_of_others() -> None:
    assert recipe("c", "2").passed["pcs"].to_list() == [2]
    assert recipe("c", None).passed["pcs"].to_list() == [1]
    assert reasons(recipe("c", "0")) == ["recipe_pcs_is_whole"]
    assert reasons(recipe("c", "1.5")) == ["recipe_pcs_is_whole"]
    assert reasons(recipe("b", "1")) == ["recipe_is_not_its_own_part"]
    assert reasons(recipe(None, "1")) == ["has_ref"]


def test_a_refused_row_keeps_everything_it_held() -> None:
    payload = price("по запросу").refused["payload"].to_list()[0]
    assert "по запросу" in payload


@pytest.mark.parametrize("kind", ["group", "price_type", "warehouse", "property", "property_value"])
def test_a_dictionary_row_without_a_reference_is_refused_and_not_an_error(kind: str) -> None:
    assert reasons(judge_portion(kind, rows_of(kind, {"name": "x"} if "name" in COLUMNS[kind] else {"value": "x"}))) == ["has_ref"]


@few
@given(
    st.lists(
        st.tuples(
            st.one_of(st.text(max_size=6), st.decimals(-(10**7), 10**7, places=2).map(str), st.none()),
            st.sampled_from(["1", "3", "x", None]),
        ),
        min_size=1,
        max_size=100,
    )
)
def test_every_price_row_is_either_passed_or_refused_and_never_both(rows: list[tuple[str | None, str | None]]) -> None:
    frame = rows_of("price", *({"item_ref": f"i{n}", "price_type_ref": "t", "price": p, "factor": f} for n, (p, f) in enumerate(rows)))
    judged = judge_portion("price", frame)
    assert sorted(judged.passed["row"].to_list() + judged.refused["row"].to_list()) == list(range(1, len(rows) + 1))


@few
@given(st.lists(st.decimals("0.01", "999999.99", places=2), min_size=1, max_size=100))
def test_money_is_never_rounded(values: list[Decimal]) -> None:
    told = ({"item_ref": "i", "price_type_ref": "t", "price": str(value), "factor": "1"} for value in values)
    judged = judge_portion("price", rows_of("price", *told))
    assert judged.passed["price_kopecks"].to_list() == [int(value * 100) for value in values]

"""`reference/commerceml.md` §5: filters, literals, pages."""

import pytest

from tests.deployments.world.odata.conftest import EMPTY, Hand, ref

PRODUCTS = "Catalog_Номенклатура"


def names(onec: Hand, filter_: str) -> list[str]:
    return sorted(row["Description"] for row in onec.rows(PRODUCTS, filter=filter_, select="Description"))


@pytest.fixture
def shelf(ut: Hand) -> Hand:
    goods = [("Утюг", "УТ-1", False), ("Утюг 'Люкс'", "УТ-2", False), ("Чайник", "ЧЙ-1", True)]
    ut.make(PRODUCTS, *({"Description": name, "Артикул": article, "DeletionMark": gone} for name, article, gone in goods))
    return ut


@pytest.mark.parametrize(
    ("filter_", "found"),
    [
        ("Description eq 'Чайник'", ["Чайник"]),
        ("Description ne 'Чайник'", ["Утюг", "Утюг 'Люкс'"]),
        ("Description eq 'Утюг ''Люкс'''", ["Утюг 'Люкс'"]),
        ("DeletionMark eq true", ["Чайник"]),
        ("substringof('юкс', Description)", ["Утюг 'Люкс'"]),
        ("startswith(Артикул, 'УТ') and not (Description eq 'Утюг')", ["Утюг 'Люкс'"]),
        ("like(Description, 'Чай%')", ["Чайник"]),
        ("endswith(Description, 'ник') or Артикул eq 'УТ-1'", ["Утюг", "Чайник"]),
        ("Description eq 'Утюг' or Description eq 'Чайник' and DeletionMark eq false", ["Утюг"]),
        (f"Parent_Key eq guid'{EMPTY}'", ["Утюг", "Утюг 'Люкс'", "Чайник"]),
        ("Артикул ge 'УТ-2' and Артикул lt 'ЧЙ-1'", ["Утюг 'Люкс'"]),
    ],
)
def test_a_filter_chooses(shelf: Hand, filter_: str, found: list[str]) -> None:
    assert names(shelf, filter_) == found


@pytest.mark.parametrize(
    "filter_",
    [
        "Нет eq 'x'",
        f"Parent_Key eq '{EMPTY}'",
        "Description eq guid'00000000-0000-0000-0000-000000000000'",
        "Parent_Key eq guid'не ссылка'",
        "Description eq 'незакрыта",
        "Description is 'x'",
        "Description eq 'x' Description",
        "DeletionMark eq yes",
        f"Description eq cast(guid'{EMPTY}','Catalog_Номенклатура')",
    ],
)
def test_a_filter_that_1c_would_not_read_is_refused(shelf: Hand, filter_: str) -> None:
    answer = shelf.get(PRODUCTS, filter=filter_)
    assert (answer.status_code, answer.json()["odata.error"]["code"]) == (400, "6")


def test_a_mixed_reference_is_compared_by_key_and_kind(ut: Hand) -> None:
    kinds = {"Document_ЗаказКлиента": ref(1), "Document_РеализацияТоваровУслуг": ref(2)}
    for kind, key in kinds.items():
        ut.make("Document_РеализацияТоваровУслуг", {"ЗаказКлиента": ref(7), "ЗаказКлиента_Type": f"StandardODATA.{kind}", "Ref_Key": key})
    found = ut.rows("Document_РеализацияТоваровУслуг", filter=f"ЗаказКлиента eq cast(guid'{ref(7)}','Document_ЗаказКлиента')")
    assert [row["Ref_Key"] for row in found] == [ref(1)]


def test_dates_are_compared_as_dates(ut: Hand) -> None:
    ut.make("Document_ЗаказКлиента", {"Date": "2026-01-31T00:00:00"}, {"Date": "2026-02-01T00:00:00"})
    found = ut.rows("Document_ЗаказКлиента", filter="Date gt datetime'2026-01-31T00:00:00'")
    assert [row["Date"] for row in found] == ["2026-02-01T00:00:00"]
    assert ut.get("Document_ЗаказКлиента", filter="Date gt '2026-01-31'").status_code == 400


def test_pages_follow_each_other_in_the_order_asked_for(shelf: Hand) -> None:
    pages = [shelf.rows(PRODUCTS, orderby="Артикул desc", top=2, skip=skip, select="Артикул") for skip in (0, 2)]
    assert [row["Артикул"] for page in pages for row in page] == ["ЧЙ-1", "УТ-2", "УТ-1"]


def test_inlinecount_makes_top_and_skip_ignored(shelf: Hand) -> None:
    told = shelf.get(PRODUCTS, inlinecount="allpages", top=1, skip=1).json()
    assert (len(told["value"]), told["odata.count"]) == (3, "3")


def test_count_counts_what_the_filter_chooses(shelf: Hand) -> None:
    assert shelf.get(f"{PRODUCTS}/$count", filter="startswith(Description, 'Утюг')").text == "2"


def test_keys_are_compared_in_an_order_of_their_own(ut: Hand) -> None:
    ut.make(PRODUCTS, *({"Ref_Key": ref(number)} for number in (0x0100_0000, 1)))
    low, high = (row["Ref_Key"] for row in ut.rows(PRODUCTS, orderby="Ref_Key"))
    assert (low, high) == (ref(0x0100_0000), ref(1))
    assert [row["Ref_Key"] for row in ut.rows(PRODUCTS, filter=f"Ref_Key gt guid'{low}'")] == [high]
    ut.order("PUT", "/habits", {"compares_refs": False})
    assert ut.get(PRODUCTS, filter=f"Ref_Key gt guid'{low}'").status_code == 400


def test_select_leaves_the_tables_out(ut: Hand) -> None:
    ut.make("Document_ЗаказКлиента", {"Товары": [{"Номенклатура_Key": ref(1), "Количество": 2}]})
    (whole,) = ut.rows("Document_ЗаказКлиента")
    assert (whole["Товары"][0]["Номенклатура_Key"], whole["Товары"][0]["Количество"]) == (ref(1), 2)
    assert ut.rows("Document_ЗаказКлиента", select="Ref_Key") == [{"Ref_Key": whole["Ref_Key"]}]
    assert ut.get("Document_ЗаказКлиента", select="Нет").status_code == 400
    (line,) = ut.rows("Document_ЗаказКлиента_Товары", select="Ref_Key,LineNumber,Количество")
    assert line == {"Ref_Key": whole["Ref_Key"], "LineNumber": "1", "Количество": 2}


def test_a_misspelt_option_is_refused(ut: Hand) -> None:
    assert ut.get(PRODUCTS, slect="Ref_Key").status_code == 400


def test_what_nobody_filled_is_an_empty_reference_or_an_empty_date(ut: Hand) -> None:
    ut.tell("POST", "/records/InformationRegister_ЦеныНоменклатуры", [{"Period": "0001-01-01T00:00:00"}])
    (row,) = ut.rows("InformationRegister_ЦеныНоменклатуры_RecordType")
    assert (row["ВидЦены_Key"], row["Period"], row["Цена"]) == (EMPTY, "0001-01-01T00:00:00", 0)

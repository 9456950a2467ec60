import json
from typing import Any

import polars as pl
import pytest
from pydantic import ValidationError

from tasks.rules.card_rules import CardRules
from tasks.rules.cards import cards, content_hashes
from tasks.rules.formats import OZON, WILDBERRIES, WOOCOMMERCE, YANDEX_MARKET, Format
from tests.tasks.rules.shelf import items
from validation.listings import CardWanted
from validation.quarantine import Judged

GROUP = "Глажение/Утюги/Утюги паровые"
MAPPED: dict[str, Any] = {
    "creates": True,
    "categories": [{"group": "Глажение", "category": 100, "type": 7}],
    "sizes": [{"group": "Глажение", "length_mm": 300, "width_mm": 150, "height_mm": 140, "weight_g": 1500}],
    "brand_property": "Марка",
    "pictures_url": "https://shop.example/files/",
}


def made(
    shelf: pl.DataFrame,
    channel: Format = WOOCOMMERCE,
    *,
    there: dict[int, tuple[str | None, bool]] | None = None,
    prices: dict[int, int] | None = None,
    **rules: Any,
) -> Judged:
    codes = shelf.select("item_id", code=pl.format("SKU-{}", "item_id"))
    rows = [(item_id, *told) for item_id, told in (there or {}).items()]
    kept = pl.DataFrame(rows, schema={"item_id": pl.Int64, "refs": pl.String, "is_ours": pl.Boolean}, orient="row")
    told = dict.fromkeys(shelf["item_id"], 1000_00) if prices is None else prices
    priced = pl.DataFrame(
        [(item_id, "", price) for item_id, price in told.items()],
        schema={"item_id": pl.Int64, "campaign_ref": pl.String, "price_kopecks": pl.Int64},
        orient="row",
    )
    return cards(shelf, codes, kept, priced, rules=CardRules.model_validate(MAPPED | rules), channel=channel)


def card(row: dict[str, Any] | None = None, channel: Format = WOOCOMMERCE, **rules: Any) -> dict[str, Any]:
    passed, refused = made(items(row or {}), channel, **rules)
    assert refused.is_empty()
    return passed.row(0, named=True)


def refused(judged: Judged) -> list[tuple[str, str]]:
    return judged.refused.select("key", "reason").rows()


@pytest.mark.parametrize("channel", [WOOCOMMERCE, WILDBERRIES, OZON, YANDEX_MARKET])
def test_a_complete_item_makes_a_card_on_every_channel(channel: Format) -> None:
    passed, bad = made(items({}), channel)
    assert bad.is_empty()
    CardWanted.validate(passed)
    assert passed.select("channel_sku", "title", "brand", "refs", "price_kopecks").rows() == [
        ("SKU-1", "Утюг паровой «Зарница-2000»", "Зарница", None, 1000_00)
    ]


def test_nothing_is_made_unless_the_settings_say_so() -> None:
    passed, bad = made(items({}), creates=False)
    assert passed.is_empty()
    assert bad.is_empty()


@pytest.mark.parametrize(("is_ours", "updates", "is_written"), [(True, True, True), (True, False, False), (False, True, False)])
def test_only_a_card_that_we_made_is_ever_changed(is_ours: bool, updates: bool, is_written: bool) -> None:
    passed, _ = made(items({}), there={1: ('{"id":5}', is_ours)}, updates=updates, creates=False)
    assert passed["refs"].to_list() == (['{"id":5}'] if is_written else [])


def test_a_code_that_is_issued_but_has_no_card_yet_makes_one() -> None:
    assert made(items({}), there={1: (None, False)}).passed.height == 1


def test_only_the_groups_that_are_sold_there_go_there() -> None:
    shelf = items({}, {"group_path": "Глажение/Доски"}, {"group_path": "Глажение/Утюги-автоматы"}, {"group_path": None})
    assert made(shelf, groups=["Глажение/Утюги"]).passed["item_id"].to_list() == [1]
    assert made(shelf, groups=["Глажение/Утюги", "/Глажение/Доски/"]).passed["item_id"].to_list() == [1, 2]
    assert made(shelf).passed.height == 4


def test_the_longest_group_of_the_mapping_table_wins() -> None:
    table = [{"group": "Глажение", "category": 1}, {"group": GROUP, "category": 3, "type": 9}, {"group": "Глажение/Утюги", "category": 2}]
    assert json.loads(card(categories=table)["category"]) == {"category": 3, "type": 9}
    assert json.loads(card({"group_path": "Глажение/Утюги"}, categories=table)["category"]) == {"category": 2}


def test_groups_without_a_category_are_one_row_each_whatever_the_number_of_goods() -> None:
    shelf = items(*[{"group_path": "Климат/Обогреватели"}] * 5, {"group_path": "Кухня"}, {})
    judged = made(shelf, WILDBERRIES)
    assert sorted(refused(judged)) == [("Климат/Обогреватели", "card_has_category"), ("Кухня", "card_has_category")]
    assert judged.passed["item_id"].to_list() == [7]
    assert '"items":5' in judged.refused.filter(key="Климат/Обогреватели")["payload"].item()


def test_a_site_needs_no_categories() -> None:
    assert card({"group_path": None}, WOOCOMMERCE, categories=[])["category"] is None


def test_ozon_needs_a_type_beside_the_category() -> None:
    assert refused(made(items({}), OZON, categories=[{"group": "Глажение", "category": 100}])) == [(GROUP, "card_has_type")]


def test_attributes_are_taken_from_characteristics_then_properties_or_are_the_same_for_all() -> None:
    attributes = [
        {"id": 85, "property": "Марка"},
        {"id": 10096, "property": "Цвет"},
        {"id": 1, "property": "Материал"},
        {"id": 9, "value": "dict:61576"},
    ]
    row = {"properties": '{"Марка": ["Зар\\"ница", "Б"], "Цвет": "любой"}', "characteristics": '{"Цвет": "Белый"}', "item_ref": "r#1"}
    made_of = card(row, categories=[{"group": "Глажение", "category": 1, "attributes": attributes}])["attributes"]
    assert json.loads(made_of) == [
        {"id": 85, "values": ['Зар"ница', "Б"]},
        {"id": 10096, "values": ["Белый"]},
        {"id": 9, "values": ["dict:61576"]},
    ]


@pytest.mark.parametrize(
    ("said", "unit", "length_mm"),
    [("30", "cm", 300), ("30,25 см", "cm", 303), ("301", "mm", 301), ("0", "cm", 300), ("длинный", "cm", 300), ("-5", "cm", 300)],
)
def test_sides_are_the_items_own_or_its_groups(said: str, unit: str, length_mm: int) -> None:
    row = {"properties": json.dumps({"Длина": said}, ensure_ascii=False)}
    assert card(row, length_property="Длина", size_unit=unit)["length_mm"] == length_mm


def test_the_weight_of_1c_goes_before_the_groups() -> None:
    assert [card({"weight_g": weight})["weight_g"] for weight in (1350, 0, None)] == [1350, 1500, 1500]


def test_goods_without_sides_or_weight_are_refused_where_they_are_needed() -> None:
    shelf = items({}, {"properties": '{"Д": "1", "Ш": "2", "В": "3"}'}, {"properties": '{"Д": "1", "Ш": "2", "В": "3"}', "weight_g": None})
    named: dict[str, Any] = {"length_property": "Д", "width_property": "Ш", "height_property": "В"}
    judged = made(shelf, WILDBERRIES, sizes=[], **named)
    assert sorted(refused(judged)) == [("SKU-1", "card_has_size"), ("SKU-3", "card_has_weight")]
    assert judged.passed["item_id"].to_list() == [2]
    assert made(shelf, WOOCOMMERCE, sizes=[], **named).refused.is_empty()


def test_a_fault_that_all_goods_of_a_group_have_is_one_row() -> None:
    assert refused(made(items({}, {}, {}), WILDBERRIES, sizes=[])) == [(GROUP, "card_has_size")]


def test_the_fault_of_a_groups_only_item_is_told_of_the_item() -> None:
    assert refused(made(items({}), WILDBERRIES, sizes=[])) == [("SKU-1", "card_has_size")]


GOOD, WRONG_DIGIT, LETTERS, CARTON = "4600000000015", "4600000000016", "НЕТ", "14600000000012"


def barcodes(*rows: dict[str, Any], channel: Format = WOOCOMMERCE) -> list[list[str]]:
    return [json.loads(told) for told in made(items(*rows), channel).passed["barcodes"]]


def test_a_bad_barcode_is_left_out_and_the_card_still_made() -> None:
    rows = [{"barcode": code} for code in (GOOD, WRONG_DIGIT, LETTERS, None, "123")]
    assert barcodes(*rows) == [[GOOD], [], [], [], []]


def test_a_barcode_of_two_goods_is_nobodys() -> None:
    assert barcodes({"barcode": GOOD}, {"product_barcode": GOOD}) == [[], []]


def test_a_products_barcode_is_its_only_items_and_no_variants() -> None:
    assert barcodes({"product_barcode": GOOD}) == [[GOOD]]
    assert barcodes({"product_barcode": GOOD, "item_ref": "ref-1#x"}) == [[]]


def test_a_cartons_barcode_is_not_for_yandex_market() -> None:
    assert barcodes({"barcode": CARTON}) == [[CARTON]]
    assert barcodes({"barcode": CARTON}, channel=YANDEX_MARKET) == [[]]


def test_pictures_become_addresses_that_a_vendor_can_open() -> None:
    told = card({"pictures": '["import_files/a1/утюг 1.png", "https://cdn.example/x.jpg", "b\\\\c.png"]'})["pictures"]
    assert json.loads(told) == [
        "https://shop.example/files/import_files/a1/%D1%83%D1%82%D1%8E%D0%B3%201.png",
        "https://cdn.example/x.jpg",
        "https://shop.example/files/b/c.png",
    ]


def test_no_more_pictures_than_the_channel_takes() -> None:
    assert len(json.loads(card({"pictures": json.dumps([f"{n}.png" for n in range(40)])}, OZON)["pictures"])) == 30


def test_without_a_picture_yandex_market_gets_no_card() -> None:
    shelf = items({}, {"pictures": "[]"})
    assert refused(made(shelf, YANDEX_MARKET)) == [("SKU-2", "card_has_picture")]
    assert refused(made(shelf, YANDEX_MARKET, pictures_url=None)) == [(GROUP, "card_has_picture")]


@pytest.mark.parametrize(
    ("row", "channel", "reason"),
    [
        ({"vat": "18"}, OZON, "card_vat_is_taken"),
        ({"vat": None}, OZON, "card_has_vat"),
        ({"properties": "{}"}, YANDEX_MARKET, "card_has_brand"),
        ({"description": " <br> "}, YANDEX_MARKET, "card_has_description"),
        ({"description": None}, YANDEX_MARKET, "card_has_description"),
        ({"name": "\u200b ", "product_name": ""}, WOOCOMMERCE, "card_has_title"),
    ],
)
def test_what_a_channel_would_refuse_is_refused_before(row: dict[str, Any], channel: Format, reason: str) -> None:
    assert refused(made(items(row, {}), channel)) == [("SKU-1", reason)]


def test_an_ozon_card_needs_a_price_and_others_do_not() -> None:
    assert refused(made(items({}, {}), OZON, prices={1: 100})) == [("SKU-2", "card_has_price")]
    assert made(items({}), WOOCOMMERCE, prices={}).passed["price_kopecks"].to_list() == [None]


def test_a_card_shows_the_price_of_the_whole_account_or_of_the_first_campaign() -> None:
    shelf = items({}, {})
    codes, rules = shelf.select("item_id", code="item_ref"), CardRules.model_validate(MAPPED)
    kept = pl.DataFrame(schema={"item_id": pl.Int64, "refs": pl.String, "is_ours": pl.Boolean})
    prices = pl.DataFrame(
        [(1, "7", 70), (1, "", 50), (2, "8", 80), (2, "7", 70)], schema=["item_id", "campaign_ref", "price_kopecks"], orient="row"
    )
    assert cards(shelf, codes, kept, prices, rules=rules, channel=YANDEX_MARKET).passed["price_kopecks"].to_list() == [50, 70]


def test_a_brand_may_be_the_same_for_all_that_have_none() -> None:
    assert card({"properties": "{}"}, YANDEX_MARKET, brand="Без бренда")["brand"] == "Без бренда"
    assert card({}, YANDEX_MARKET, brand="Без бренда")["brand"] == "Зарница"


def test_a_channel_that_takes_no_vat_is_told_none() -> None:
    assert card({"vat": "18"}, WILDBERRIES)["vat"] is None
    assert card({"vat": "none"}, OZON)["vat"] == "none"


def test_variants_of_a_product_share_a_code_that_does_not_depend_on_its_article() -> None:
    rows = [{"product_ref": "p", "item_ref": f"p#{n}", "product_article": article} for n, article in enumerate(("А", "А"))]
    first = made(items(*rows, {})).passed["group_sku"].to_list()
    assert first[0] == first[1] is not None
    assert first[2] is None
    later = made(items(*({**row, "product_article": "Б"} for row in rows), {})).passed["group_sku"].to_list()
    assert later == first


def test_a_hash_is_of_what_the_card_says_and_not_of_the_price_or_the_channels_ids() -> None:
    usual = made(items({})).passed["content_hash"].item()
    assert made(items({}), prices={1: 5}).passed["content_hash"].item() == usual
    assert made(items({}), there={1: ("{}", True)}).passed["content_hash"].item() == usual
    for row in ({"name": "Другой"}, {"description": None}, {"weight_g": 5}, {"properties": "{}"}, {"pictures": "[]"}, {"barcode": GOOD}):
        assert made(items(row)).passed["content_hash"].item() != usual


def test_a_hash_tells_nothing_from_empty_and_one_column_from_the_next() -> None:
    bare = made(items({})).passed
    told = [bare, bare.with_columns(description=pl.lit("")), bare.with_columns(description=pl.lit(None, pl.String))]
    moved = bare.with_columns(description=pl.col("brand"), brand=pl.col("description"))
    assert len({content_hashes(frame).item() for frame in (*told, moved)}) == 4


def test_a_hash_is_the_same_in_every_version() -> None:
    assert made(items({})).passed["content_hash"].item() == "920336bb0b4cc71a585ced39e63b3fc6"


@pytest.mark.parametrize(
    ("rules", "words"),
    [
        ({"pictures_url": "files/"}, "начинается с http"),
        ({"code_forbids": "/A"}, "буквы и цифры"),
        ({"code_forbids": "-_.~/"}, "хотя бы один"),
        ({"categories": [{"group": "А", "category": 1, "attributes": [{"id": 5}]}]}, "либо property, либо value"),
        (
            {"categories": [{"group": "А", "category": 1, "attributes": [{"id": 5, "value": "x", "property": "y"}]}]},
            "либо property, либо value",
        ),
        ({"size_unit": "m"}, "cm"),
        ({"create": True}, "extra"),
    ],
)
def test_a_rule_that_cannot_be_meant_is_refused(rules: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=f"(?i){words}"):
        CardRules.model_validate(rules)


def test_goods_of_no_group_are_told_as_such() -> None:
    refused = made(items({"group_path": None}), OZON, **MAPPED).refused
    assert refused.select("key", "reason").rows() == [("без группы", "card_has_category")]

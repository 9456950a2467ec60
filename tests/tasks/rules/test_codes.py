import re
from collections import Counter
from typing import NamedTuple

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from tasks.rules import codes
from tasks.rules.codes import CodeRules, code_rules, folded, issue_codes
from tasks.rules.formats import FORMATS, OZON, WILDBERRIES, WOOCOMMERCE, YANDEX_MARKET
from tests.tasks.rules.shelf import patient

WANTED = {"item_id": pl.Int64, "item_ref": pl.String, "article": pl.String, "product_article": pl.String}
ISSUED = {"item_id": pl.Int64, "code": pl.String}
SHOP_SKU = re.compile(r"^(?=.*\S.*)[^\x00-\x08\x0A-\x1f\x7f]{1,255}$")
RULES = {kind: code_rules(channel) for kind, channel in FORMATS.items()}

few = st.text(alphabet=st.sampled_from("аАБ1-/\\<% \t\u200b\u00a0ßẞςσ"), max_size=8)
anything = st.text(alphabet=st.characters(exclude_categories=["Cs", "Cn"]), max_size=90)
articles = st.none() | few | anything | st.sampled_from(["КР-7/2", "КР-7-2", "кр-7-2", "УТ-101", "ut-101", "УТ-101 "])
rules_of_a_channel = st.sampled_from(sorted(RULES)).map(RULES.__getitem__) | st.builds(
    CodeRules, st.integers(24, 60), st.sampled_from(["", " ", "-", "-_.", "[]^\\", "/"])
)


class Row(NamedTuple):
    item_id: int
    item_ref: str
    article: str | None
    product_article: str | None


@st.composite
def catalogues(draw: st.DrawFn) -> list[Row]:
    named = draw(st.lists(st.tuples(articles, articles), min_size=1, max_size=12))
    return [Row(number, f"ref-{number}", *pair) for number, pair in enumerate(named)]


def wanted(*rows: tuple[int, str, str | None, str | None]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=WANTED, orient="row")


def issued(**code: str) -> pl.DataFrame:
    return pl.DataFrame([(int(item[1:]), text) for item, text in code.items()], schema=ISSUED, orient="row")


def issue(rows: list[Row], rules: CodeRules, before: dict[int, str] | None = None) -> dict[int, str]:
    known = pl.DataFrame(list((before or {}).items()), schema=ISSUED, orient="row")
    frame = issue_codes(wanted(*rows), known, rules)
    assert frame["item_id"].to_list() == [row.item_id for row in rows]
    return dict(frame.iter_rows())


def of(rows: list[Row]) -> dict[int, str | None]:
    return {row.item_id: row.article or row.product_article or None for row in rows}


def fold(text: str) -> str:
    return text.lower().upper().lower()


def is_legal(code: str, rules: CodeRules) -> bool:
    plain = code == code.strip() and "  " not in code and code.isprintable()
    return 0 < len(code) <= rules.longest and plain and not set(code) & set(rules.forbids) and SHOP_SKU.match(code) is not None


@patient
@given(catalogues(), rules_of_a_channel)
def test_every_item_gets_a_code_that_is_legal_on_its_channel(rows: list[Row], rules: CodeRules) -> None:
    for code in issue(rows, rules).values():
        assert is_legal(code, rules), repr(code)


@patient
@given(catalogues(), catalogues(), rules_of_a_channel)
def test_no_two_items_ever_have_codes_that_differ_only_in_case(rows: list[Row], gone: list[Row], rules: CodeRules) -> None:
    before = {row.item_id + 1000: code for row, code in zip(gone, issue(gone, rules).values(), strict=True)}
    now = issue(rows, rules, before)
    everyone = [*before.values(), *now.values()]
    assert len({code.casefold() for code in everyone}) == len(everyone)


@patient
@given(catalogues(), st.data(), rules_of_a_channel)
def test_a_code_is_kept_whatever_the_article_becomes(rows: list[Row], data: st.DataObject, rules: CodeRules) -> None:
    first = issue(rows, rules)
    renamed = [row._replace(article=data.draw(articles), product_article=data.draw(articles)) for row in rows]
    newcomers = [row._replace(item_id=row.item_id + 100, item_ref=f"new-{row.item_id}") for row in data.draw(catalogues())]
    second = issue(renamed + newcomers, rules, first)
    assert {item_id: second[item_id] for item_id in first} == first


@patient
@given(catalogues(), st.randoms(use_true_random=False), rules_of_a_channel)
def test_the_order_of_rows_does_not_matter(rows: list[Row], dice: object, rules: CodeRules) -> None:
    shuffled = sorted(rows, key=lambda row: hash((row.item_id, dice.random())))  # type: ignore[attr-defined]
    assert issue(rows, rules) == issue(shuffled, rules)


@patient
@given(catalogues(), rules_of_a_channel)
def test_a_code_is_the_article_wherever_that_is_legal_and_nobody_elses(rows: list[Row], rules: CodeRules) -> None:
    named = of(rows)
    count = Counter(fold(article) for article in named.values() if article)
    given_out = issue(rows, rules)
    for item_id, article in named.items():
        if article and is_legal(article, rules) and count[fold(article)] == 1:
            assert given_out[item_id] == article


@patient
@given(catalogues(), catalogues(), rules_of_a_channel)
def test_a_code_leads_back_to_one_item_through_the_table(rows: list[Row], gone: list[Row], rules: CodeRules) -> None:
    before = {row.item_id + 1000: code for row, code in zip(gone, issue(gone, rules).values(), strict=True)}
    table = before | issue(rows, rules, before)
    back = {code: item_id for item_id, code in table.items()}
    assert {back[code]: code for code in table.values()} == table


def test_our_folding_tells_apart_nothing_that_unicode_holds_for_the_same() -> None:
    letters = pl.Series([chr(point) for point in range(0x110000) if not 0xD800 <= point < 0xE000])
    other = pl.Series([letter.casefold() for letter in letters])
    assert (folded(letters) == folded(other)).all()
    is_plain = ~letters.str.to_lowercase().str.contains(codes.ODD_CASES)
    assert is_plain.sum() > 256
    assert (folded(letters.filter(is_plain)) == folded(letters).filter(is_plain)).all()


def test_a_slash_stays_where_it_is_allowed_and_goes_where_it_is_not() -> None:
    shop = wanted((1, "a", "КР-7/2", None))
    kept = {kind: issue_codes(shop, issued(), rules)["code"].item() for kind, rules in RULES.items()}
    assert kept == {"woocommerce": "КР-7/2", "yandex_market": "КР-7/2", "wildberries": "КР-7-2", "ozon": "КР-7-2"}


def test_what_a_channel_forbids_is_a_setting() -> None:
    shop = wanted((1, "a", "КР-7/2", None))
    assert issue_codes(shop, issued(), code_rules(OZON, ""))["code"].item() == "КР-7/2"
    assert issue_codes(shop, issued(), code_rules(WOOCOMMERCE, "-"))["code"].item() == "КР_7/2"


def test_who_is_called_so_goes_before_who_would_only_look_so() -> None:
    shop = wanted((1, "a", "КР-7/2", None), (2, "b", "КР-7-2", None))
    one, other = issue_codes(shop, issued(), code_rules(OZON))["code"]
    assert other == "КР-7-2"
    assert re.fullmatch(r"КР-7-2-[A-Z2-7]{6}", one)


def test_two_articles_that_would_look_the_same_both_get_a_suffix() -> None:
    shop = wanted((1, "a", "КР-7/2", None), (2, "b", "КР-7\\2", None))
    assert all(re.fullmatch(r"КР-7-2-[A-Z2-7]{6}", code) for code in issue_codes(shop, issued(), code_rules(OZON))["code"])


def test_a_shared_article_is_told_apart_by_the_reference_and_stays_readable() -> None:
    shop = wanted((1, "a", None, "УТ-101"), (2, "b", None, "УТ-101"), (3, "c", "УТ-102", "УТ-101"))
    first, second, third = issue_codes(shop, issued(), code_rules(WILDBERRIES))["code"]
    assert first.startswith("УТ-101-")
    assert second.startswith("УТ-101-")
    assert first != second
    assert third == "УТ-102"
    again = issue_codes(shop.with_columns(item_id=pl.col("item_id") + 50), issued(), code_rules(WILDBERRIES))["code"]
    assert again.to_list() == [first, second, third]


def test_an_article_that_became_another_items_is_shared_with_it() -> None:
    shop = wanted((1, "a", "УТ-2", None), (2, "b", "УТ-2", None))
    kept, new = issue_codes(shop, issued(i1="УТ-1"), code_rules(OZON))["code"]
    assert kept == "УТ-1"
    assert new.startswith("УТ-2-")


def test_the_code_of_an_item_that_is_gone_is_never_issued_again() -> None:
    assert issue_codes(wanted((2, "b", "УТ-1", None)), issued(i1="ут-1"), code_rules(OZON))["code"].item() != "УТ-1"


def test_a_missing_article_and_one_of_signs_only_still_make_a_code() -> None:
    shop = wanted((1, "a", None, None), (2, "b", "//", None), (3, "c", "", ""))
    assert all(code.startswith("ТОВАР-") for code in issue_codes(shop, issued(), code_rules(OZON))["code"])


def test_a_long_article_is_cut_to_what_the_channel_takes() -> None:
    long = "Я" * 60
    shop = wanted((1, "a", long, None), (2, "b", f"{long}2", None))
    assert issue_codes(shop, issued(), code_rules(WILDBERRIES))["code"].to_list() == [long, f"{long}2"]
    assert {len(code) for code in issue_codes(shop, issued(), code_rules(OZON))["code"]} == {50}
    assert issue_codes(shop.head(1), issued(), code_rules(OZON))["code"].item() == "Я" * 50


def test_a_suffix_that_is_taken_grows_until_it_is_free() -> None:
    shop = wanted((1, "a", None, None))
    first = issue_codes(shop, issued(), code_rules(YANDEX_MARKET))["code"].item()
    second = issue_codes(shop, issued(i7=first.lower()), code_rules(YANDEX_MARKET))["code"].item()
    assert second.casefold() != first.casefold()
    assert len(second) == len(first) + 1


def test_a_suffixed_code_gives_way_to_an_article_that_looks_like_it() -> None:
    shared = wanted((1, "a", "УТ", None), (2, "b", "УТ", None))
    suffix = issue_codes(shared, issued(), code_rules(OZON))["code"][0].removeprefix("УТ-")
    shop = pl.concat([shared, wanted((3, "c", f"УТ/{suffix}", None))])
    first, _, third = issue_codes(shop, issued(), code_rules(OZON))["code"]
    assert third == f"УТ-{suffix}"
    assert first != third


def test_the_same_reference_in_two_bases_still_makes_two_codes() -> None:
    shop = wanted((1, "a", "УТ", None), (2, "a", "УТ", None))
    assert issue_codes(shop, issued(), code_rules(OZON))["code"].n_unique() == 2


def test_of_two_codes_that_an_item_somehow_has_it_is_always_the_same_that_speaks() -> None:
    shop = wanted((1, "a", "УТ-1", None))
    both = pl.DataFrame([(1, "УТ-9"), (1, "УТ-2")], schema=ISSUED, orient="row")
    assert {issue_codes(shop, rows, code_rules(OZON))["code"].item() for rows in (both, both.reverse())} == {"УТ-2"}


def test_a_suffix_is_the_same_in_every_version() -> None:
    assert codes.suffix_of("bd72d8f9-55bc-11d9-848a-00112f43529a")[:6] == "VEPOST"


def test_nothing_wanted_is_nothing_issued() -> None:
    assert issue_codes(wanted(), issued(i1="x"), code_rules(OZON)).is_empty()

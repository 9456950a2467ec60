import json
from collections.abc import Callable
from typing import Any

import httpx
import polars as pl
import pytest

from adapters.errors import Unauthorized, Unavailable
from adapters.woocommerce.site import WooCommerceSite
from tests.adapters.woocommerce.listed import cards, goods_of, outcomes
from tests.adapters.woocommerce.vendor import said, site_that
from tests.world import Site
from validation.listings import CardPending

ACCEPTED = ("accepted", None)
COLOURS = {"channel_sku": "М-К", "group_sku": "ГР1", "title": "Майка (красный, M)", "characteristics": '{"Цвет":"красный","Размер":"M"}'}
BLUE = {"channel_sku": "М-С", "group_sku": "ГР1", "title": "Майка (синий, M)", "characteristics": '{"Цвет":"синий","Размер":"M"}'}


def became(sent: pl.DataFrame) -> dict[str, tuple[str, str | None]]:
    return outcomes(sent, "channel_sku")


def refs(shop: WooCommerceSite, sku: str) -> str:
    found: str = shop.find_listings([sku]).passed["refs"][0]
    return found


def shown(site: Site, shop: WooCommerceSite, sku: str) -> dict[str, Any]:
    """A card as the site shows it."""
    shop.find_listings([sku])
    return next(one for one in site.heard("GET")[-1]["answer"] if one["sku"] == sku)


def whenever(shop: WooCommerceSite, monkeypatch: pytest.MonkeyPatch, path: str, do: Callable[[], object]) -> None:
    """Something happens just before the first write to an address."""
    real, todo = shop._connection.call, [do]

    def call(method: str, address: str, **rest: Any) -> httpx.Response:
        if method == "POST" and address == path and todo:
            todo.pop()()
        return real(method, address, **rest)

    monkeypatch.setattr(shop._connection, "call", call)


def test_a_card_is_made_whole_and_sells_nothing_until_it_has_a_figure(site: Site, shop: WooCommerceSite) -> None:
    category = {"category": '{"category": 44}', "pictures": '["https://a.example/1.jpg","https://a.example/2.jpg"]'}
    attributes = {"attributes": '[{"id": 3, "values": ["Фарфор"]}]'}
    assert became(shop.send_cards(cards(category | attributes))) == {"КР-7/2": ACCEPTED}
    made = shown(site, shop, "КР-7/2")
    said_of_it = {name: made[name] for name in ("type", "name", "description", "regular_price", "weight", "manage_stock", "stock_quantity")}
    assert said_of_it == {
        "type": "simple",
        "name": "Кружка фарфоровая 350 мл",
        "description": "Для чая.",
        "regular_price": "490.05",
        "weight": "0.350",
        "manage_stock": True,
        "stock_quantity": 0,
    }
    assert made["dimensions"] == {"length": "10.5", "width": "9.0", "height": "11.0"}
    assert [one["id"] for one in made["categories"]] == [44]
    assert [one["src"] for one in made["images"]] == ["https://a.example/1.jpg", "https://a.example/2.jpg"]
    assert [(one["id"], one["options"]) for one in made["attributes"]] == [(3, ["Фарфор"])]


def test_what_is_not_known_of_a_card_is_not_said(site: Site, shop: WooCommerceSite) -> None:
    nothing = dict.fromkeys(("description", "weight_g", "length_mm", "width_mm", "height_mm", "price_kopecks"))
    assert became(shop.send_cards(cards(nothing))) == {"КР-7/2": ACCEPTED}
    assert set(site.heard("POST")[0]["body"]["create"][0]) == {
        "type", "sku", "name", "manage_stock", "stock_quantity", "images", "attributes",
    }  # fmt: skip


def test_a_known_card_is_changed_but_for_its_pictures_price_and_stock(site: Site, shop: WooCommerceSite) -> None:
    site.put({"sku": "A", "pcs": 5, "price": "10.00"})
    change = {"channel_sku": "A", "refs": refs(shop, "A"), "title": "Новое имя", "pictures": '["https://a.example/1.jpg"]'}
    assert became(shop.send_cards(cards(change))) == {"A": ACCEPTED}
    card = shown(site, shop, "A")
    assert (card["name"], card["weight"], card["images"]) == ("Новое имя", "0.350", [])
    assert goods_of(site)["A"] | {"name": ""} == {"name": "", "price_kopecks": 1000, "pcs": {"": 5}, "is_sellable": True}


def test_a_known_variation_is_changed_under_its_product_and_keeps_its_name(site: Site, shop: WooCommerceSite) -> None:
    site.put({"sku": "P", "variations": [{"sku": "P-S", "name": "S"}]})
    assert became(shop.send_cards(cards({"channel_sku": "P-S", "refs": refs(shop, "P-S")}))) == {"P-S": ACCEPTED}
    assert "/variations/batch" in site.heard("POST")[0]["path"]
    card = shown(site, shop, "P-S")
    assert (card["name"], card["description"]) == ("S", "Для чая.")


def test_a_card_that_is_gone_is_told(site: Site, shop: WooCommerceSite) -> None:
    site.put({"sku": "A"})
    known = refs(shop, "A")
    site.remove("A")
    assert became(shop.send_cards(cards({"channel_sku": "A", "refs": known}))) == {"A": ("refused", "listing_is_gone")}


def test_variants_get_a_product_with_their_options(site: Site, shop: WooCommerceSite) -> None:
    assert became(shop.send_cards(cards(COLOURS, BLUE))) == {"М-К": ACCEPTED, "М-С": ACCEPTED}
    parent = shown(site, shop, "ГР1")
    assert (parent["type"], parent["name"]) == ("variable", "Майка")
    options = [(one["name"], one["variation"], one["options"]) for one in parent["attributes"]]
    assert options == [("Цвет", True, ["красный", "синий"]), ("Размер", True, ["M"])]
    child = shown(site, shop, "М-С")
    assert (child["parent_id"], child["name"], child["regular_price"]) == (parent["id"], "синий, M", "490.05")
    assert (child["manage_stock"], child["stock_quantity"]) == (True, 0)


def test_a_variant_that_comes_later_joins_its_product_and_widens_its_options(site: Site, shop: WooCommerceSite) -> None:
    shop.send_cards(cards(COLOURS))
    site.forget()
    assert became(shop.send_cards(cards(BLUE))) == {"М-С": ACCEPTED}
    assert [(call["method"], len(call["body"])) for call in site.heard() if call["method"] != "GET"] == [("PUT", 1), ("POST", 1)]
    parent = shown(site, shop, "ГР1")
    assert [(one["name"], one["options"]) for one in parent["attributes"]] == [("Цвет", ["красный", "синий"]), ("Размер", ["M"])]
    assert shown(site, shop, "М-С")["name"] == "синий, M"


def test_a_variant_whose_options_are_all_there_changes_nothing_of_its_product(site: Site, shop: WooCommerceSite) -> None:
    shop.send_cards(cards(COLOURS, BLUE))
    site.remove("М-С")
    site.forget()
    assert became(shop.send_cards(cards(BLUE))) == {"М-С": ACCEPTED}
    assert site.heard("PUT") == []


def test_an_attribute_of_the_whole_site_is_named_by_its_id(site: Site, shop: WooCommerceSite) -> None:
    parent = {"type": "variable", "name": "Майка", "sku": "ГР1", "attributes": [{"id": 5, "variation": True, "options": ["красный"]}]}
    shop._connection.call("POST", "products", json=parent)
    assert became(shop.send_cards(cards(BLUE | {"characteristics": '{"Свойство 5":"синий"}'}))) == {"М-С": ACCEPTED}
    assert site.heard("PUT")[0]["body"]["attributes"] == [
        {"id": 5, "position": 0, "visible": False, "variation": True, "options": ["красный", "синий"]}
    ]
    assert site.heard("POST")[-1]["body"]["create"][0]["attributes"] == [{"id": 5, "option": "синий"}]


def test_a_value_with_the_sign_between_options_stays_one_option(site: Site, shop: WooCommerceSite) -> None:
    shop.send_cards(cards(BLUE | {"characteristics": '{"Цвет":"синий|белый"}'}))
    assert shown(site, shop, "М-С")["name"] == "синий/белый"
    assert shown(site, shop, "ГР1")["attributes"][0]["options"] == ["синий/белый"]


def test_a_variant_that_nothing_tells_apart_is_refused_and_the_others_are_made(site: Site, shop: WooCommerceSite) -> None:
    sent = shop.send_cards(cards(COLOURS, BLUE | {"characteristics": '{"Цвет":""}'}, {"channel_sku": "A"}))
    assert became(sent) == {"М-К": ACCEPTED, "М-С": ("refused", "variant_is_nameless"), "A": ACCEPTED}


def test_variants_whose_code_stands_at_another_card_are_refused(site: Site, shop: WooCommerceSite) -> None:
    site.put({"sku": "ГР1"})
    assert became(shop.send_cards(cards(COLOURS, {"channel_sku": "A"}))) == {"М-К": ("refused", "group_sku_is_taken"), "A": ACCEPTED}


def test_a_card_that_is_there_is_changed_instead_of_made(site: Site, shop: WooCommerceSite) -> None:
    site.put({"sku": "КР-7/2"})
    assert became(shop.send_cards(cards({}))) == {"КР-7/2": ACCEPTED}
    assert [list(call["body"]) for call in site.heard("POST")] == [["update"]]
    assert goods_of(site)["КР-7/2"]["name"] == "Кружка фарфоровая 350 мл"


def test_sending_twice_makes_one_card(site: Site, shop: WooCommerceSite) -> None:
    for _ in range(2):
        assert became(shop.send_cards(cards({}, COLOURS, BLUE))) == dict.fromkeys(("КР-7/2", "М-К", "М-С"), ACCEPTED)
    assert sorted(goods_of(site)) == ["КР-7/2", "М-К", "М-С"]


@pytest.mark.parametrize("kind", ["timeout_after", "error_after", "garbage"])
def test_a_card_that_was_made_without_an_answer_is_found_and_not_made_again(site: Site, shop: WooCommerceSite, kind: str) -> None:
    site.fault(kind, method="POST")
    assert became(shop.send_cards(cards({}, {"channel_sku": "A"}))) == {"КР-7/2": ACCEPTED, "A": ACCEPTED}
    assert len([call for call in site.heard("POST") if call["body"].get("create")]) == 1


def test_a_card_that_was_not_made_and_not_answered_is_unknown(site: Site, shop: WooCommerceSite) -> None:
    site.fault("timeout_before", method="POST")
    assert became(shop.send_cards(cards({}))) == {"КР-7/2": ("unknown", "outcome_is_unknown")}
    assert became(shop.send_cards(cards({}))) == {"КР-7/2": ACCEPTED}


def test_a_site_that_stopped_answering_is_not_asked_for_ever() -> None:
    heard: list[str] = []

    def say(request: httpx.Request) -> httpx.Response:
        heard.append(request.method)
        return said([]) if "POST" not in heard else httpx.Response(503)

    sent = site_that(say).send_cards(cards(*[{"channel_sku": f"S-{number}"} for number in range(450)]))
    assert sent["outcome"].value_counts(sort=True).rows() == [("unknown", 300), ("unsent", 150)]
    assert heard.count("POST") == 3


def test_a_site_that_cannot_be_asked_for_codes_is_told_nothing(site: Site, shop: WooCommerceSite) -> None:
    site.fault("error_before", method="GET", times=99)
    with pytest.raises(Unavailable):
        shop.send_cards(cards({}))
    assert site.heard("POST") == []


@pytest.mark.parametrize("kind", ["timeout_after", "error_after"])
def test_a_product_of_variants_made_without_an_answer_is_found(site: Site, shop: WooCommerceSite, kind: str) -> None:
    site.fault(kind, method="POST")
    assert became(shop.send_cards(cards(COLOURS, BLUE))) == {"М-К": ACCEPTED, "М-С": ACCEPTED}
    assert len([call for call in site.heard("POST") if call["path"].endswith("/products")]) == 1


def test_a_code_taken_between_look_and_write_is_adopted(site: Site, shop: WooCommerceSite, monkeypatch: pytest.MonkeyPatch) -> None:
    whenever(shop, monkeypatch, "products/batch", lambda: site.put({"sku": "КР-7/2", "name": "Чужое имя"}))
    assert became(shop.send_cards(cards({}, {"channel_sku": "A"}))) == {"КР-7/2": ACCEPTED, "A": ACCEPTED}
    assert goods_of(site)["КР-7/2"]["name"] == "Кружка фарфоровая 350 мл"


def test_a_product_of_variants_made_between_look_and_write_is_adopted(
    site: Site, shop: WooCommerceSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    whenever(shop, monkeypatch, "products", lambda: site.put({"sku": "ГР1", "variations": [{"sku": "X"}]}))
    assert became(shop.send_cards(cards(COLOURS))) == {"М-К": ACCEPTED}
    assert shown(site, shop, "ГР1")["variations"] != []


def test_a_code_that_the_site_takes_for_another_is_not_adopted(site: Site, shop: WooCommerceSite) -> None:
    site.put({"sku": "кр-7/2", "name": "Чужое имя"})
    sent = shop.send_cards(cards({}, {"channel_sku": "A"}))
    assert became(sent) == {"КР-7/2": ("refused", "sku_is_taken"), "A": ACCEPTED}
    assert "Invalid or duplicated SKU" in sent.filter(pl.col("channel_sku") == "КР-7/2")["sentence"][0]
    assert goods_of(site)["кр-7/2"]["name"] == "Чужое имя"


@pytest.mark.parametrize(
    ("goods", "reason"),
    [
        ([{"sku": "A", "variations": [{"sku": "A-1"}]}], "is_not_sold_by_piece"),
        ([{"sku": "A"}, {"sku": "A"}], "sku_repeats_on_channel"),
    ],
)
def test_a_code_that_cannot_be_sold_by_is_refused(site: Site, shop: WooCommerceSite, goods: list[dict[str, Any]], reason: str) -> None:
    site.put(*goods)
    sent = shop.send_cards(cards({"channel_sku": "A"}, {}))
    assert became(sent) == {"A": ("refused", reason), "КР-7/2": ACCEPTED}


def test_a_picture_that_the_site_cannot_fetch_refuses_its_card_alone(site: Site, shop: WooCommerceSite) -> None:
    sent = shop.send_cards(cards({"pictures": '["ftp://a.example/1.jpg"]'}, {"channel_sku": "A"}))
    assert became(sent) == {"КР-7/2": ("refused", "card_picture_is_not_taken"), "A": ACCEPTED}


def test_a_hundred_leave_in_one_call(site: Site, shop: WooCommerceSite) -> None:
    sent = shop.send_cards(cards(*[{"channel_sku": f"S-{number}"} for number in range(130)]))
    assert set(sent["outcome"]) == {"accepted"}
    assert [len(call["body"]["create"]) for call in site.heard("POST")] == [100, 30]


def test_an_answer_for_fewer_cards_than_sent_stops_the_channel(site: Site) -> None:
    def say(request: httpx.Request) -> httpx.Response:
        return said([]) if request.method == "GET" else said({"create": [{"id": 7}]})

    sent = site_that(say).send_cards(cards({}, {"channel_sku": "A"}))
    assert became(sent) == dict.fromkeys(("КР-7/2", "A"), ("unknown", "contract_is_broken"))


def test_rows_are_told_apart_by_their_place_in_the_answer(site: Site) -> None:
    error = {"code": "woocommerce_rest_cannot_create", "message": "No."}

    def say(request: httpx.Request) -> httpx.Response:
        return said([]) if request.method == "GET" else said({"create": [{"id": 0, "error": error}, {"id": 8}, {"id": 0, "error": error}]})

    sent = site_that(say).send_cards(cards({}, {"channel_sku": "A"}, {"channel_sku": "B"}))
    assert became(sent) == {"КР-7/2": ("refused", "channel_forbids"), "A": ACCEPTED, "B": ("refused", "channel_forbids")}


def test_keys_that_may_only_read_make_nothing(site: Site, shop: WooCommerceSite) -> None:
    site.order("PUT", "/key", params={"permissions": "read"})
    with pytest.raises(Unauthorized):
        shop.send_cards(cards({}))


def test_nothing_wanted_is_nothing_sent(site: Site, shop: WooCommerceSite) -> None:
    assert shop.send_cards(cards({})[:0]).is_empty()
    assert site.heard() == []


def test_a_card_asked_about_is_there_or_unknown(site: Site, shop: WooCommerceSite) -> None:
    site.put({"sku": "A"})
    rows = {"item_id": [1, 2], "channel_sku": ["A", "B"], "task_ref": ["", ""], "sent_at": [None, None]}
    pending = pl.DataFrame(rows, schema_overrides={"sent_at": pl.Datetime("us", "UTC")})
    instant = pending.with_columns(sent_at=pl.lit(0, pl.Int64).cast(pl.Datetime("us", "UTC")))
    told = shop.read_card_results(CardPending.validate(instant))
    assert became(told) == {"A": ACCEPTED, "B": ("unknown", "outcome_is_unknown")}


def test_refs_of_a_new_card_are_those_found_for_it(site: Site, shop: WooCommerceSite) -> None:
    shop.send_cards(cards(COLOURS))
    told = json.loads(refs(shop, "М-К"))
    assert told["parent_id"] == shown(site, shop, "ГР1")["id"]

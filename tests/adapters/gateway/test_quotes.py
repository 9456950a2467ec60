"""Prices for one buyer over real HTTP."""

import json
import logging
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import polars as pl
import pytest
from pydantic import ValidationError
from sqlalchemy import insert

from adapters.hub.customers import Customers
from adapters.hub.hub import Hub
from adapters.hub.listings import Listings
from adapters.hub.tables.catalog import price, price_type, product, product_group
from adapters.hub.tables.customers import customer, customer_contact
from adapters.settings import Settings
from tasks.listings import priced, read_goods
from tests.adapters.gateway.conftest import Door, running
from tests.adapters.hub.checkout import KEY, Checkout, site
from tests.adapters.hub.shop import OURS, SOURCE
from tests.adapters.hub.test_listings import change
from validation.customers import TierEarned

RETAIL, CLUB, COST = "Розничная", "Клубная", "Закупочная"
SIBERIA = {"title": "Сибирь", "codes": ["54"], "markup_percent": 5}
GOLD = {"code": "gold", "title": "Золото", "from_orders": 1}
PHONE, EMAIL = "+79123456789", "p@mail.example"
DOCUMENT = Path(__file__).parents[3] / "docs" / "quotes.md"
PRICES: dict[str, Any] = {
    "price_type": RETAIL,
    "rounding": {"unit_kopecks": 100},
    "promotions": [{"name": "Утюги", "groups": ["Глажение"], "percent": 10}],
}


def settings_of(**told: Any) -> Settings:
    channels = {
        "site": site(prices=PRICES),
        "told": site(prices=PRICES, asks=False, reservation_key="told-key"),
        "bare": site(reservation_key="bare-key"),
    }
    quotes = {"regions": [SIBERIA], "tiers": {"gold": {"discount_percent": 20}}}
    return Settings.model_validate({"channels": channels, "quotes": quotes, "tiers": {"levels": [GOLD]}} | told)


class PriceShop(Checkout):
    """A site with prices and buyers."""

    def __init__(self, hub: Hub, settings: Settings) -> None:
        super().__init__(hub, settings)
        rows = [{"source": SOURCE, "price_type_ref": name, "name": name} for name in (RETAIL, CLUB, COST)]
        with hub.engine.begin() as connection:
            connection.execute(insert(price_type), rows)
            connection.execute(insert(product_group).values(source=SOURCE, group_ref="g", name="Глажение"))

    def priced(self, sku: str, kopecks: int | None = None, *, group: str | None = None, **types: int) -> int:
        """A listed item with its prices."""
        item_id = self.add_item(sku)
        self.list_on("site", item_id, sku)
        self.tell(sku, item_id, {RETAIL: kopecks, **types}, group=group)
        return item_id

    def tell(self, sku: str, item_id: int, prices: dict[str, int | None], *, group: str | None = None) -> None:
        self.describe(sku)
        change(self.hub, product, sku, group_refs=[group] if group else [])
        rows = [
            {"item_id": item_id, "price_type_ref": name, "price_kopecks": one, "currency": "RUB", "feed_id": 1, "changed_at": OURS}
            for name, one in prices.items()
            if one is not None
        ]
        if rows:
            with self.hub.engine.begin() as connection:
                connection.execute(insert(price), rows)

    def known(self, *, tier: str | None = "gold", phone: str = PHONE, email: str = EMAIL) -> None:
        """A buyer who has earned something."""
        with self.hub.engine.begin() as connection:
            added = insert(customer).values(name={"full": "Пётр Петров"}, founded_at=OURS, changed_at=OURS)
            customer_id = int(connection.execute(added.returning(customer.c.customer_id)).scalar_one())
            rows = [
                {"kind": kind, "value": value, "customer_id": customer_id, "told_at": OURS}
                for kind, value in (("phone", phone), ("email", email))
            ]
            connection.execute(insert(customer_contact), rows)
        Customers(self.hub).set_tiers(
            TierEarned.validate(
                pl.DataFrame({"customer_id": [customer_id], "tier": [tier]}, schema={"customer_id": pl.Int64, "tier": pl.String})
            )
        )


@pytest.fixture
def shop(hub: Hub) -> PriceShop:
    return PriceShop(hub, settings_of())


@pytest.fixture
def door(shop: PriceShop, hub: Hub) -> Iterator[Door]:
    with ExitStack() as stack:
        yield stack.enter_context(running(hub, shop.settings))


Ask = Callable[..., httpx.Response]


@pytest.fixture
def ask(door: Door) -> Ask:
    def asked(body: Any = None, *, key: str | None = KEY, **more: Any) -> httpx.Response:
        headers = {} if key is None else {"Authorization": f"Bearer {key}"}
        return httpx.post(f"{door.url}/quotes", json=body, headers=headers, timeout=10, **more)

    return asked


def one(answer: httpx.Response) -> dict[str, Any]:
    assert answer.status_code == 200, answer.text
    (line,) = answer.json()["lines"]
    assert isinstance(line, dict)
    return line


WANTED = {"lines": [{"sku": "iron", "pcs": 2}]}


def test_a_price_is_told_in_kopecks_and_roubles_with_why_and_until_when(shop: PriceShop, ask: Ask) -> None:
    shop.priced("iron", 1990_00)
    answer = ask(WANTED)
    told = answer.json()
    assert one(answer) == {
        "sku": "iron", "pcs": 2, "price_kopecks": 1990_00, "price": "1990.00", "old_price_kopecks": None, "sum_kopecks": 3980_00,
        "explanation": ["Розничная 1\N{NO-BREAK SPACE}990\N{NO-BREAK SPACE}₽"],
    }  # fmt: skip
    assert (told["currency"], told["region"], told["tier"]) == ("RUB", None, None)
    left = datetime.fromisoformat(told["valid_until"]) - shop.hub.clock.now()
    assert timedelta(0) < left <= timedelta(minutes=15)


@pytest.mark.parametrize("who", [{"phone": "8 (912) 345-67-89"}, {"email": "P@mail.example"}, {"phone": PHONE, "email": EMAIL}])
def test_region_and_history_are_in_the_price(shop: PriceShop, ask: Ask, who: dict[str, str]) -> None:
    shop.priced("iron", 1000_00)
    shop.known()
    answer = ask({**WANTED, "region": "54", "customer": who})
    assert one(answer)["price_kopecks"] == 840_00
    assert [step.partition(":")[0] for step in one(answer)["explanation"][1:]] == ["Регион Сибирь", "Постоянный покупатель (Золото)"]
    assert (answer.json()["region"], answer.json()["tier"]) == ("Сибирь", "Золото")


@pytest.mark.parametrize("who", [{}, {"phone": "+79990000000"}, {"phone": "12"}, {"email": "nobody"}, None])
def test_whoever_is_not_known_pays_the_usual_price(shop: PriceShop, ask: Ask, who: Any) -> None:
    shop.priced("iron", 1000_00)
    shop.known()
    answer = ask({**WANTED, "customer": who, "region": "77"})
    assert (one(answer)["price_kopecks"], answer.json()["tier"], answer.json()["region"]) == (1000_00, None, None)


def test_a_tier_is_not_given_to_one_of_two_who_have_the_phone(shop: PriceShop, ask: Ask) -> None:
    shop.priced("iron", 1000_00)
    shop.known()
    shop.known(email="a@mail.example")
    assert ask({**WANTED, "customer": {"phone": PHONE}}).json()["tier"] is None
    assert ask({**WANTED, "customer": {"phone": PHONE, "email": "a@mail.example"}}).json()["tier"] == "Золото"


def test_a_tier_that_the_settings_no_longer_have_is_none(shop: PriceShop, ask: Ask) -> None:
    shop.priced("iron", 1000_00)
    shop.known(tier="platinum")
    assert ask({**WANTED, "customer": {"phone": PHONE}}).json()["tier"] is None


def test_a_line_that_cannot_be_priced_has_a_sentence_and_the_others_a_price(shop: PriceShop, ask: Ask) -> None:
    shop.priced("iron", 1000_00)
    shop.priced("bare")
    shop.mark(shop.priced("gone", 1000_00), is_deleted=True)
    skus = ("what", "iron", "bare", "gone")
    answer = ask({"lines": [{"sku": sku, "pcs": 1} for sku in skus]})
    lines = answer.json()["lines"]
    assert answer.status_code == 200
    assert [(line["sku"], line["price_kopecks"], line["price"]) for line in lines] == [
        ("what", None, None), ("iron", 1000_00, "1000.00"), ("bare", None, None), ("gone", None, None),
    ]  # fmt: skip
    assert [bool(line.get("reason")) for line in lines] == [True, False, True, True]


def test_the_same_code_may_stand_in_several_lines(shop: PriceShop, ask: Ask) -> None:
    shop.priced("iron", 1000_00)
    lines = ask({"lines": [{"sku": "iron", "pcs": 1}, {"sku": "iron", "pcs": 3}]}).json()["lines"]
    assert [(line["pcs"], line["sum_kopecks"]) for line in lines] == [(1, 1000_00), (3, 3000_00)]


def test_without_region_and_buyer_every_quote_is_the_price_of_its_card(shop: PriceShop, ask: Ask) -> None:
    shop.priced("iron", 1999_49, group="g")
    shop.priced("board", 1234_56)
    kit = shop.bundle("set", {"iron": 1, "board": 2})
    shop.tell("set", kit, {})
    gift = shop.bundle("gift", {"board": 1})
    shop.recipe("gift", {"iron": 1}, promotion="Март", valid_from=shop.today(), valid_to=shop.today())
    shop.tell("gift", gift, {}, group="g")
    own = shop.bundle("own", {"iron": 1})
    shop.tell("own", own, {RETAIL: 777_00})
    goods = read_goods.fn(shop.hub, shop.today())
    cards = priced(goods, shop.settings.channels["site"], Listings(shop.hub).offered("site").select("item_id")).passed
    kept = Listings(shop.hub).offered("site").join(cards, on="item_id")
    shown = dict(kept.select("channel_sku", pl.struct("price_kopecks", "old_kopecks")).iter_rows())
    answer = ask({"lines": [{"sku": sku, "pcs": 1} for sku in shown]})
    quoted = {
        line["sku"]: {"price_kopecks": line["price_kopecks"], "old_kopecks": line["old_price_kopecks"]} for line in answer.json()["lines"]
    }
    assert quoted == shown
    assert set(shown) == {"iron", "board", "set", "gift", "own"}
    assert (shown["set"]["price_kopecks"], shown["gift"]["price_kopecks"], shown["own"]["price_kopecks"]) == (4469_00, 1800_00, 777_00)


def test_a_bundle_is_priced_by_parts_that_nobody_asked_for(shop: PriceShop, ask: Ask) -> None:
    shop.priced("iron", 1000_00)
    shop.tell("set", shop.bundle("set", {"iron": 2}), {})
    assert one(ask({"lines": [{"sku": "set", "pcs": 1}]}))["price_kopecks"] == 2000_00


def test_a_site_needs_no_till_but_prices(shop: PriceShop, ask: Ask) -> None:
    shop.list_on("told", shop.priced("iron", 1000_00), "iron")
    assert one(ask(WANTED, key="told-key"))["price_kopecks"] == 1000_00
    refused = ask(WANTED, key="bare-key")
    assert refused.status_code == 403
    assert "quotes.channels.bare" in refused.json()["message"]


def test_a_site_whose_prices_utyug_does_not_keep_is_quoted_by_rules_of_its_own(hub: Hub) -> None:
    settings = settings_of(channels={"site": site()}, quotes={"channels": {"site": {"price_type": CLUB}}})
    shop = PriceShop(hub, settings)
    shop.priced("iron", 1000_00, Клубная=900_00)
    with running(hub, settings) as door:
        answer = httpx.post(f"{door.url}/quotes", json=WANTED, headers={"Authorization": f"Bearer {KEY}"})
    assert one(answer)["price_kopecks"] == 900_00


@pytest.mark.parametrize("key", [None, "wrong", KEY[:-1]])
def test_a_stranger_is_not_let_in(shop: PriceShop, ask: Ask, key: str | None) -> None:
    shop.priced("iron", 1000_00)
    answer = ask(WANTED, key=key)
    assert answer.status_code == 401
    assert "1000" not in answer.text


@pytest.mark.parametrize(
    "body",
    [
        {}, [], "lines", {"lines": []}, {"lines": [{"sku": "iron"}]}, {"lines": [{"sku": "iron", "pcs": 0}]},
        {"lines": [{"sku": "iron", "pcs": 1.5}]}, {"lines": [{"sku": "", "pcs": 1}]}, {**WANTED, "extra": 1},
        {**WANTED, "customer": {"name": "Пётр"}}, {**WANTED, "customer": {"phone": "9" * 201}}, {**WANTED, "region": 54},
        {**WANTED, "customer": PHONE}, {"lines": [{"sku": f"s{n}", "pcs": 1} for n in range(101)]}, {**WANTED, "region": "a\0b"},
    ],
)  # fmt: skip
def test_what_is_no_question_is_unprocessable_and_nothing_of_it_is_repeated(ask: Ask, body: Any) -> None:
    answer = ask(body)
    assert answer.status_code == 422
    assert answer.json()["message"]
    assert not any(word in answer.text for word in ("Пётр", "9" * 20, PHONE))


def test_a_body_without_end_is_refused(ask: Ask) -> None:
    assert ask(content=b"[" * 1_000_000).status_code == 413


def test_a_question_is_only_posted(shop: PriceShop, door: Door) -> None:
    assert httpx.get(f"{door.url}/quotes", params={"sku": "iron"}, headers={"Authorization": f"Bearer {KEY}"}).status_code == 405


def test_a_defect_is_logged_without_who_asked(
    shop: PriceShop, ask: Ask, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("defect")

    shop.priced("iron", 1000_00)
    monkeypatch.setattr("adapters.gateway.quotes.quote", broken)
    with caplog.at_level(logging.DEBUG):
        answer = ask({**WANTED, "customer": {"phone": PHONE, "email": EMAIL}})
    assert answer.status_code == 500
    assert "defect" in caplog.text
    assert not any(word in caplog.text + answer.text for word in (PHONE, PHONE[2:], EMAIL))


def test_a_hub_that_is_away_is_said_at_once(shop: PriceShop, hub: Hub) -> None:
    away = Hub("postgresql+psycopg://utyug:x@127.0.0.1:1/utyug", clock=hub.clock)
    with running(hub, shop.settings) as door:
        kept, hub.engine = hub.engine, away.engine
        try:
            answer = httpx.post(f"{door.url}/quotes", json=WANTED, headers={"Authorization": f"Bearer {KEY}"}, timeout=2)
        finally:
            hub.engine = kept
            away.close()
    assert (answer.status_code, bool(answer.json()["message"])) == (503, True)


def test_the_example_of_the_documentation_is_so(hub: Hub) -> None:
    asked, told = (json.loads(block) for block in re.findall(r"```json\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), flags=re.DOTALL))
    settings = settings_of(
        channels={"site": site(prices={"price_type": RETAIL})},
        quotes={"regions": [SIBERIA], "tiers": {"gold": {"discount_percent": 7}}},
    )
    shop = PriceShop(hub, settings)
    shop.priced("УТ-101", 1990_00)
    shop.known()
    with running(hub, settings) as door:
        answer = httpx.post(f"{door.url}/quotes", json=asked, headers={"Authorization": f"Bearer {KEY}"})
    shown = json.loads(answer.text.replace("\N{NO-BREAK SPACE}", " "))
    assert shown | {"valid_until": None} == told | {"valid_until": None}


def test_prices_told_twice_and_tiers_that_nobody_has_are_refused() -> None:
    with pytest.raises(ValidationError, match=r"quotes\.channels: site"):
        settings_of(quotes={"channels": {"site": {"price_type": RETAIL}}})
    with pytest.raises(ValidationError, match=r"tiers\.levels: glod"):
        settings_of(quotes={"tiers": {"glod": {"discount_percent": 5}}})


def test_contacts_are_believed_of_sites_unless_told_otherwise() -> None:
    assert settings_of().channels_with_real_contacts() == {"site", "told", "bare"}
    assert settings_of(customers={"channels": ["crm"]}).channels_with_real_contacts() == {"crm"}

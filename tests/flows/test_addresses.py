"""Addresses on their way from the site to the carrier, through the flow on a real Prefect server and over HTTP to the world's CDEK."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from deployments.cli import app
from deployments.world.cdek.directory import CITIES, City
from flows.shipments import shipments
from tests.adapters.hub.order_shop import as_json, report
from tests.flows.street import Street, opened_street

pytestmark = pytest.mark.usefixtures("prefect_server")
MIRNY, FAR_MIRNY, KALUGA = 1_001, 1_002, 1_003
TOWNS = (
    City(code=MIRNY, city="Мирный", english="Mirny", region="Архангельская область", region_code=29),
    City(code=FAR_MIRNY, city="Мирный", english="Mirny", region="Республика Саха (Якутия)", region_code=14),
    City(code=KALUGA, city="Калуга", english="Kaluga", region="Калужская область", region_code=40, postal_codes=("248000",)),
)
PAPERS = ("passport_series=4510", "passport_number=123456", "passport_issued_on=02.01.2020", "passport_issued_by=ОВД", "born_on=04.03.1990",
          "inn=770000000000")  # fmt: skip
ANSWER = re.compile(r'utyug shipment fix (\S+) "(city=[^"]+)"')


CONTRACT: dict[str, Any] = {
    "latin": {"abroad": True}, "shipper_name": "Utyug Store", "shipper_address": "Moscow, Tverskaya, 1",
    "seller": {"address": "Москва, Тверская, 1"},
}  # fmt: skip


@pytest.fixture
def street(database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Street]:
    monkeypatch.setenv("UTYUG_SHIPPING", json.dumps({"brand_property": "Бренд", "usual_origin": "RU"}))
    monkeypatch.setenv("COLUMNS", "250")
    with opened_street(database_url, monkeypatch, tmp_path, cities=(*CITIES, *TOWNS), **CONTRACT) as opened:
        opened.shop.execute("update product set requisites = :told", told=json.dumps({"Бренд": "Щука"}))
        opened.shop.execute("update item set name = 'Утюг дорожный'")
        yield opened


def bought(street: Street, **billing: Any) -> str:
    """An order of somebody with this address; its key on the site."""
    told = {"first_name": "Юлия", "last_name": "Щеглова", "phone": "+79161234567", "address_1": "ул. Мира, 1, кв. 5"}
    return street.order(buyer=as_json({"billing": told | billing}))


def sent(street: Street) -> list[dict[str, Any]]:
    """Bodies of the orders that CDEK was told, whatever became of them."""
    calls = httpx.get(f"{street.base}/_control/cdek/exchanges", timeout=10).json()
    return [one["body"] for one in calls if one["method"] == "POST" and one["path"].strip("/") == "v2/orders"]


def said(*words: str) -> str:
    return CliRunner().invoke(app, ["shipment", *words]).output


def today(street: Street) -> str:
    return street.settings.today(street.shop.hub.clock.now()).isoformat()


def asked(street: Street) -> dict[str, str]:
    return {
        row[0]: row[1] for row in street.shop.rows("select reason, sentence from quarantine where entity = 'shipment' and state = 'open'")
    }


def test_a_messy_russian_address_goes_in_clean_cyrillic(street: Street) -> None:
    ref = bought(
        street,
        first_name=" Пeтр",
        last_name="Петров 😀",
        phone="8 (916) 123-45-67",
        state="Новосибирская обл",
        city="г. Новосибирcк ",
        postcode="630099",
        address_1="ул.Ленина д.5к2 ,кв10, позвонить за час",
    )
    street.until(ref, "booked")
    (body,) = sent(street)
    assert body["to_location"] == {"code": 270, "address": "ул. Ленина, д. 5, корп. 2, кв. 10"}
    assert (body["recipient"]["name"], body["recipient"]["phones"]) == ("Петров Петр", [{"number": "+79161234567"}])
    assert body["comment"] == "позвонить за час"
    assert "date_invoice" not in body
    assert not {"name_i18n", "weight_gross", "brand", "country_code"} & body["packages"][0]["items"][0].keys()
    assert asked(street) == {}


def test_an_order_abroad_goes_in_latin_and_the_original_stays_beside_it(street: Street) -> None:
    ref = bought(street, phone="+905321234567", country="TR", city="Стамбул", postcode="34000", address_1="ул. Щорса, 1, кв. 5")
    shipments()
    assert (list(asked(street)), sent(street)) == (["shipment_has_papers"], [])
    number = street.shop.parts(ref)[0].number
    assert "Исправлено" in said("fix", number, *PAPERS)
    began_on = today(street)
    street.until(ref, "booked")
    (body,) = sent(street)
    assert body["to_location"] == {"code": 24001, "address": "ul. Shchorsa, 1, kv. 5"}
    assert (body["recipient"]["name"], body["recipient"]["passport_date_of_issue"]) == ("Shcheglova Iuliia", "2020-01-02")
    assert began_on <= body["date_invoice"] <= today(street)
    assert body["shipper_name"] == "Utyug Store"
    item = body["packages"][0]["items"][0]
    assert (item["name"], item["name_i18n"], item["brand"], item["country_code"]) == ("Утюг дорожный", "Utiug dorozhnyi", "Shchuka", "RU")
    assert item["weight_gross"] == item["weight"]
    shown = said("show", number)
    for original, latin in (
        ("Щеглова Юлия", "Shcheglova Iuliia"),
        ("Стамбул", "Stambul"),
        ("ул. Щорса, 1, кв. 5", "ul. Shchorsa, 1, kv. 5"),
        ("Утюг дорожный", "Utiug dorozhnyi"),
    ):
        assert any(original in line and latin in line for line in shown.splitlines()), shown
    assert "123456" not in shown


@pytest.mark.parametrize(
    ("city", "reason", "named", "code"),
    [
        ("Мирный", "address_city_is_one", "Мирный? Мирный, Архангельская область / Мирный, Республика Саха (Якутия).", MIRNY),
        ("Калугга", "address_city_is_known", "Калугга? Калуга, Калужская область", KALUGA),
        ("Масква", "address_city_is_known", "Масква? Москва", 44),
    ],
    ids=["several", "misspelt", "misspelt from the beginning"],
)
def test_a_town_that_is_not_certain_is_asked_with_the_nearest_and_nothing_is_sent_until_it_is_answered(
    street: Street, city: str, reason: str, named: str, code: int
) -> None:
    ref = bought(street, city=city)
    shipments()
    questions = asked(street)
    assert list(questions) == [reason]
    assert named in questions[reason]
    shipments()
    assert (sent(street), street.carried(), [one.state for one in street.shop.parts(ref)]) == ([], [], ["asked"])
    answer = ANSWER.search(questions[reason])
    assert answer is not None
    assert "Исправлено" in said("fix", *answer.groups())
    street.until(ref, "booked")
    (body,) = sent(street)
    assert body["to_location"] == {"code": code, "address": "ул. Мира, д. 1, кв. 5"}
    assert asked(street) == {}


def test_an_address_that_is_put_right_on_the_site_is_asked_no_more(street: Street) -> None:
    ref = bought(street, city="Калуга", address_1="ул. Мира")
    shipments()
    assert list(asked(street)) == ["address_has_house"]
    street.shop.execute("update shipment set ask_at = now() - interval '100 years'")
    whole = {"first_name": "Юлия", "last_name": "Щеглова", "phone": "+79161234567", "city": "Калуга", "address_1": "ул. Мира, 1, кв. 5"}
    street.shop.record(report(ref, {"iron": 1}, buyer=as_json({"billing": whole}), minute=5))
    street.until(ref, "booked")
    assert (asked(street), sent(street)[0]["to_location"]["code"]) == ({}, KALUGA)

"""Our figures against the vendors' own specifications."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tasks.rules.formats import FORMATS, OZON, WILDBERRIES, YANDEX_MARKET
from validation.catalog import VAT_RATES


@pytest.fixture(scope="module")
def ozon_card(contracts_dir: Path) -> dict[str, Any]:
    spec = json.loads((contracts_dir / "ozon" / "swagger.json").read_text(encoding="utf-8"))
    card: dict[str, Any] = spec["components"]["schemas"]["v3ImportProductsRequestItem"]
    return card


@pytest.fixture(scope="module")
def wildberries(contracts_dir: Path) -> str:
    return (contracts_dir / "wildberries" / "02-items.yaml").read_text(encoding="utf-8")


def yandex(contracts_dir: Path, schema: str) -> str:
    return (contracts_dir / "yandex_market" / "openapi" / "components" / "schemas" / f"{schema}.yaml").read_text(encoding="utf-8")


def number(pattern: str, text: str) -> int:
    found = re.search(pattern, text, flags=re.DOTALL)
    assert found is not None
    return int(found[1])


def test_every_kind_of_channel_has_a_format_that_could_be_met() -> None:
    assert set(FORMATS) == {"woocommerce", "wildberries", "ozon", "yandex_market"}
    for channel in FORMATS.values():
        assert channel.vat <= set(VAT_RATES)
        assert channel.code_max >= 24
        assert not any(sign.isalnum() or sign in "-_" for sign in channel.code_forbids)


def test_wildberries_says_the_same(wildberries: str) -> None:
    upload = wildberries[wildberries.index("/content/v2/cards/upload:") :]
    assert WILDBERRIES.code_max == number(r"vendorCode:.{0,120}?maxLength: (\d+)", upload)
    assert WILDBERRIES.title_max == number(r"title:.{0,160}?maxLength: (\d+)", upload)
    assert WILDBERRIES.description_max == number(r"Стандарт — (\d+)", upload)
    assert WILDBERRIES.pictures_max == number(
        r"максимум изображений для одной карточки товара\\?_?[\s ]?— (\d+)", wildberries.replace("\\_", " ")
    )
    assert WILDBERRIES.price_unit_kopecks == 100
    assert "Price should be a whole number" in wildberries


def test_ozon_says_the_same(ozon_card: dict[str, Any]) -> None:
    told = {name: field.get("description", "") for name, field in ozon_card["properties"].items()}
    assert OZON.code_max == number(r"(\d+) символов", told["offer_id"])
    assert OZON.title_max == number(r"До (\d+) символов", told["name"])
    assert OZON.pictures_max == number(r"До (\d+) штук", told["images"])
    rates = {"none" if rate == "0" else f"{float(rate) * 100:g}" for rate in re.findall(r"`([\d.]+)`", told["vat"])}
    assert OZON.vat == rates | {"0"}
    assert {"category", "price", "type"} <= OZON.needs
    assert set(ozon_card["required"]) == {"description_category_id", "type_id", "offer_id", "price"}


def test_yandex_market_says_the_same(contracts_dir: Path) -> None:
    assert YANDEX_MARKET.code_max == number(r"maxLength: (\d+)", yandex(contracts_dir, "ShopSku"))
    assert YANDEX_MARKET.title_max == number(r"maxLength: (\d+)", yandex(contracts_dir, "OfferName"))
    about = yandex(contracts_dir, "OfferDescription")
    assert YANDEX_MARKET.description_max == number(r"maxLength: (\d+)", about)
    assert set(re.findall(r"\\<([a-z]+)>", about)) == set(YANDEX_MARKET.description_tags)
    assert YANDEX_MARKET.pictures_max == number(r"  pictures:.*?maxItems: (\d+)", yandex(contracts_dir, "BaseOfferDTO"))
    least, most = re.findall(r"от (\d+) до (\d+)%", yandex(contracts_dir, "DiscountBase"))[0]
    assert YANDEX_MARKET.old_price.percent == (int(least), int(most))
    assert "Число должно быть целым" in yandex(contracts_dir, "DiscountBase")
    assert "EAN-13, EAN-8, UPC-A" in " ".join(yandex(contracts_dir, "OfferBarcodes").split()).replace("\n", " ")

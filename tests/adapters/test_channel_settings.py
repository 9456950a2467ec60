from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from adapters.channel_settings import WILDBERRIES_SERVICES, ChannelSettings, WildberriesSettings


def wildberries(**told: Any) -> WildberriesSettings:
    return WildberriesSettings(kind="wildberries", token="t", warehouses={"1": []}, **told)


def hosts(**told: Any) -> dict[str, str]:
    return {service: wildberries(**told).host(service) for service in WILDBERRIES_SERVICES}


def test_each_service_of_wildberries_has_its_own_address() -> None:
    assert hosts() == {
        "common": "https://common-api.wildberries.ru",
        "content": "https://content-api.wildberries.ru",
        "discounts-prices": "https://discounts-prices-api.wildberries.ru",
        "marketplace": "https://marketplace-api.wildberries.ru",
        "seller-analytics": "https://seller-analytics-api.wildberries.ru",
    }


def test_the_sandbox_is_asked_only_where_it_is() -> None:
    assert hosts(environment="sandbox") == {
        "common": "https://common-api.wildberries.ru",
        "content": "https://content-api-sandbox.wildberries.ru",
        "discounts-prices": "https://discounts-prices-api-sandbox.wildberries.ru",
        "marketplace": "https://marketplace-api-sandbox.wildberries.ru",
        "seller-analytics": "https://seller-analytics-api.wildberries.ru",
    }


def test_an_address_of_the_settings_goes_before_either() -> None:
    told = {"content": "http://127.0.0.1:9000/content/"}
    assert hosts(environment="sandbox", hosts=told)["content"] == "http://127.0.0.1:9000/content"


def test_an_address_of_a_service_that_is_not_is_refused() -> None:
    with pytest.raises(ValidationError, match="hosts"):
        wildberries(hosts={"contents": "http://127.0.0.1:9000"})


def test_a_warehouse_of_yandex_market_is_a_number() -> None:
    told = {"kind": "yandex_market", "business_id": 1, "api_key": "k", "warehouses": {"Главный": []}}
    with pytest.raises(ValidationError, match="состоит из цифр: Главный"):
        TypeAdapter(ChannelSettings).validate_python(told)


@pytest.mark.parametrize("kind", ["wildberries", "ozon", "yandex_market"])
def test_a_marketplace_without_a_warehouse_is_refused(kind: str) -> None:
    told = {"kind": kind, "token": "t", "client_id": "1", "api_key": "k", "business_id": 1, "warehouses": {}}
    with pytest.raises(ValidationError, match="warehouses"):
        TypeAdapter(ChannelSettings).validate_python(told)


def test_a_warehouse_of_no_places_draws_on_all_of_them() -> None:
    assert wildberries().places_of == {"1": None}
    assert wildberries().model_copy(update={"warehouses": {"1": ["near"]}}).places_of == {"1": ["near"]}


def ozon(**told: Any) -> Any:
    settings = {"kind": "ozon", "client_id": "1", "api_key": "k", "warehouses": {"1": []}, **told}
    return TypeAdapter(ChannelSettings).validate_python(settings)


def test_a_channel_is_told_what_is_usual_for_its_kind_but_for_what_is_chosen() -> None:
    assert ozon().tells == {"reserved": "none", "shipped": "ready", "delivered": "none", "cancelled": "cancel"}
    assert ozon(news={"tells": {"cancelled": "none"}}).tells["cancelled"] == "none"


def test_a_channel_that_cannot_be_told_something_refuses_the_setting() -> None:
    with pytest.raises(ValidationError, match="канал вида ozon не принимает: confirm"):
        ozon(news={"tells": {"reserved": "confirm"}})


@pytest.mark.parametrize("news", [{"tells": {"eaten": "cancel"}}, {"tells": {"shipped": "eaten"}}, {"onec_statuses": {"Ушёл": "eaten"}}])
def test_an_event_or_action_that_is_not_known_is_refused(news: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        ozon(news=news)


def test_of_pieces_taken_out_in_1c_a_person_is_asked_unless_the_shop_says_otherwise() -> None:
    assert ozon().news.less == "ask"
    assert ozon(news={"less": "cancel"}).news.less == "cancel"


def test_goods_are_taken_out_of_an_order_of_the_market_by_a_person_alone() -> None:
    market = {"kind": "yandex_market", "business_id": 1, "api_key": "k", "warehouses": {"1": []}}
    with pytest.raises(ValidationError, match="только человек"):
        TypeAdapter(ChannelSettings).validate_python(market | {"news": {"less": "cancel"}})

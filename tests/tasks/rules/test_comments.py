"""Whether a comment looks like an address, and whether there is one elsewhere."""

from typing import Any

import pytest

from tasks.rules.buyers import read_address
from tasks.rules.comments import holds_address, is_exact, lacks_address


@pytest.mark.parametrize(
    "comment",
    [
        "ул. Мира, 5",
        "улица Ленина дом 12 кв 4",
        "Доставьте на пр-т Победы 10",
        "пр. Строителей, 3а",
        "г. Тула, д. 3, кв. 7",
        "454000, д. 12",
        "город Омск, 644000",
        "Москва, Ленина 5-12",
        "Нижний Новгород, Большая Покровская 18",
        "везите на: Советская пл., 1, пер. Узкий 4",
        "д. 5 корп. 2 кв. 18",
    ],
)
def test_an_address_is_seen(comment: str) -> None:
    assert holds_address(comment)


@pytest.mark.parametrize(
    "comment",
    [
        "",
        "Позвоните за час",
        "кв. 12, домофон 45К1234",
        "подъезд 3, этаж 5",
        "с 9 до 18, кроме субботы",
        "заказ 123456 отмените, этот оставьте",
        "подарок, день рождения 5 мая",
        "г. Тула, жду с нетерпением",
        "Москва. Позвоните после 18",
        "Казань, Доставка 5 мая",
        "дом с синей крышей",
        "ул. Мира",
        "нужны 2 утюга по 1290 руб",
        "пришлите чек на a@example.com",
        "перезвоните 89161234567",
    ],
)
def test_what_is_no_address_is_let_be(comment: str) -> None:
    assert not holds_address(comment)


@pytest.mark.parametrize(
    ("text", "exact"),
    [
        ("ул. Мира, 5", True),
        ("Мира 5", True),
        ("г. Омск", False),
        ("644000, Омская обл., г. Омск", False),
        ("Омск, склад 7", True),
        ("", False),
    ],
)
def test_an_address_is_exact_where_more_than_a_city_is_said(text: str, exact: bool) -> None:
    assert is_exact(read_address(text) if text else None) is exact


def test_digits_of_a_city_that_the_channel_tells_apart_are_no_house() -> None:
    assert not is_exact({"postcode": "644000", "city": "Омск", "text": "644000, Омск"})


@pytest.mark.parametrize(
    ("buyer", "method", "lacks"),
    [
        ({"comment": "ул. Мира, 5"}, None, True),
        ({"comment": "ул. Мира, 5", "address": {"city": "Тула", "text": "Тула"}}, "Курьер", True),
        ({"comment": "ул. Мира, 5", "address": {"street": "ул. Ленина", "text": "ул. Ленина, 1"}}, None, False),
        ({"comment": "ул. Мира, 5"}, "Самовывоз со склада", False),
        ({"comment": "ул. Мира, 5"}, "СДЭК до ПВЗ", False),
        ({"comment": "позвоните"}, None, False),
        ({}, None, False),
    ],
)
def test_an_address_lacks_where_only_the_comment_has_it(buyer: dict[str, Any], method: str | None, lacks: bool) -> None:
    assert lacks_address(buyer, method) is lacks

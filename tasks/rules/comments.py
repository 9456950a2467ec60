"""What a buyer wrote in a comment and should have written elsewhere: where to deliver.

A comment is never read as an address: it may hold a neighbour's, or yesterday's. It is only enough to ask a person.
"""

import re
from collections.abc import Mapping

_START = r"(?:^|(?<=[\s,.;:(]))"
POSTCODE = re.compile(r"(?<!\d)[1-6]\d{5}(?!\d)")
"""Russian ones: the first digit is a region's."""
STREET = re.compile(
    _START + r"(?:ул(?:ица|\.)?|пр(?:-?к?т\.?|осп(?:ект|\.)|\.)|пер(?:еулок|\.)|ш(?:оссе|\.)|наб(?:ережная|\.)|б(?:ульва|-)р\.?|проезд|"
    r"пл(?:ощадь|\.)|мкр(?:н|\.)?|микрорайон|тупик|аллея)\s*[^\d\W][^,;\n]*?(?:,\s*(?:д(?:ом|\.)?\s*)?)?\d",
    re.IGNORECASE,
)
"""With a number behind it: a street without a house is no address."""
HOUSE = re.compile(_START + r"(?:д(?:ом|\.)|корп(?:ус|\.)|вл(?:адение|\.))\s*№?\s*\d", re.IGNORECASE)
FLAT = re.compile(_START + r"(?:кв(?:артира|\.)|оф(?:ис|\.))\s*№?\s*\d", re.IGNORECASE)
PLACE = re.compile(_START + r"(?:(?:г|гор|пос|пгт|дер|с|ст-ца)\.\s*|(?:город|пос[её]лок|деревня|село|станица)\s+)[А-ЯЁ]")
CITY = re.compile(
    _START + r"(?:Москва|Санкт-Петербург|СПб|Петербург|Новосибирск|Екатеринбург|Казань|Красноярск|Нижний Новгород|Челябинск|Уфа|Самара|"
    r"Ростов(?:-на-Дону)?|Краснодар|Омск|Воронеж|Пермь|Волгоград|Саратов|Тюмень|Тула|Тольятти|Ижевск|Барнаул|Иркутск|Хабаровск|"
    r"Владивосток|Ярославль|Томск|Оренбург|Кемерово|Рязань|Пенза|Киров|Липецк|Калининград|Тверь|Сочи)(?![а-яё])",
    re.IGNORECASE,
)
"""The biggest, as people begin an address without «г.»."""
BARE = re.compile(
    r"[А-ЯЁ][а-яё]+(?:\s[А-ЯЁ][а-яё]+)?,?\s\d{1,3}[а-я]?(?:[/-]\d{1,4})?(?!\d|\s*(?:шт|час|мин|руб|р\.|янв|фев|мар|апр|ма|июн|июл|авг|сен|окт|ноя|дек))"
)
"""«Ленина 5-12»: a street of which only the name is written; tells something beside a city only."""

PICKED_UP = re.compile(r"самовывоз|пункт|пвз|постамат|заберу|pick.?up", re.IGNORECASE)
"""Ways of delivery that need no address of the buyer's."""
GENERAL = ("postcode", "country", "region", "city")


def holds_address(comment: str) -> bool:
    """Whether a comment looks like an address: «ул. Мира, 5», «г. Тула, д. 3 кв. 7», «Москва, Ленина 5-12».

    How to get there («кв. 12, домофон 45», «подъезд 3») and when («с 9 до 18») is not one, nor is any number of six digits.
    """
    if STREET.search(comment):
        return True
    where = bool(PLACE.search(comment) or CITY.search(comment))
    is_house = bool(HOUSE.search(comment))
    if is_house and (where or FLAT.search(comment) or POSTCODE.search(comment)):
        return True
    return where and bool(POSTCODE.search(comment) or BARE.search(comment))


def is_exact(address: Mapping[str, str] | None) -> bool:
    """Whether something can be delivered by an address, as `tasks.rules.buyers.read_address` leaves it: more than a city is said."""
    told = address or {}
    if told.get("street") or told.get("house"):
        return True
    rest = told.get("text", "")
    for name in GENERAL:
        rest = rest.replace(told.get(name) or "\0", " ")
    return any(letter.isdigit() for letter in rest)


def lacks_address(buyer: Mapping[str, object], delivery_method: str | None) -> bool:
    """Whether an order that is to be delivered has its address in the comment and nowhere else.

    Args:
        buyer: as `tasks.rules.buyers.normalised` leaves it.
        delivery_method: as the channel calls it, where it does.
    """
    address, comment = buyer.get("address"), buyer.get("comment")
    if PICKED_UP.search(delivery_method or "") or not isinstance(comment, str):
        return False
    return not is_exact(address if isinstance(address, Mapping) else None) and holds_address(comment)

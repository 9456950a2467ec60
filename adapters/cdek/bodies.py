"""A shipment in CDEK's words: grams, centimetres, roubles for one piece; and what it would not take, found before it is asked.

Source: `reference/services.md` §1, Orders, Body, and what an order abroad must have besides, Latin or Cyrillic.
"""

import math
from collections.abc import Iterator
from typing import Any

from adapters.cdek.limits import ITEM_ROWS_MAX, LOCKER_MAX_G
from adapters.cdek.terms import Terms, Way
from tasks.rules.carrier import REF_MOST, Address, CarrierShipment, Parcel, ParcelItem, Person, label_code

ONLINE_SHOP = 1
TEXT_MOST = 255


def order_body(shipment: CarrierShipment, terms: Terms) -> dict[str, Any]:
    """The body of a new order."""
    return _filled(
        {
            "type": ONLINE_SHOP,
            "number": shipment.ref,
            "tariff_code": tariff_of(shipment, terms),
            "comment": shipment.comment[:TEXT_MOST],
            **leaves_from(terms),
            **_goes_to(shipment.to),
            "delivery_recipient_cost": money(shipment.delivery_kopecks, shipment.delivery_vat_percent),
            "recipient": _recipient(shipment.recipient),
            "seller": terms.seller.model_dump(exclude_none=True),
            "packages": [_package(parcel) for parcel in shipment.parcels],
            **_abroad(shipment, terms),
        }
    )


def leaves_from(terms: Terms) -> dict[str, Any]:
    """The office, or the warehouse: never both."""
    if terms.origin is None:
        return {"shipment_point": terms.shipment_point}
    return {"from_location": {"code": terms.origin.city_code, "address": terms.origin.line}}


def way_of(shipment: CarrierShipment) -> Way:
    """Where it is given to the buyer."""
    if isinstance(shipment.to, Address):
        return "door"
    return "locker" if shipment.to_locker else "office"


def tariff_of(shipment: CarrierShipment, terms: Terms) -> int:
    """The tariff it names, or the one that was agreed for its way."""
    return int(shipment.tariff) if shipment.tariff else terms.tariff(way_of(shipment))


def money(kopecks: int, vat_percent: int | None) -> dict[str, Any]:
    """A sum with the VAT in it; without a rate it is «без НДС»."""
    said: dict[str, Any] = {"value": roubles(kopecks)}
    if kopecks:
        said |= {"vat_rate": vat_percent}
    if kopecks and vat_percent is not None:
        said |= {"vat_sum": roubles((2 * kopecks * vat_percent + 100 + vat_percent) // (2 * (100 + vat_percent)))}
    return said


def roubles(kopecks: int) -> int | float:
    """1299.05 for 129905: JSON has no other number, and 15 digits of one are exact."""
    return kopecks // 100 if kopecks % 100 == 0 else kopecks / 100


def sizes(parcel: Parcel) -> dict[str, int]:
    """Grams, and centimetres begun."""
    sides = {"length": parcel.length_mm, "width": parcel.width_mm, "height": parcel.height_mm}
    return {"weight": parcel.weight_g} | {name: math.ceil(side / 10) for name, side in sides.items() if side}


def faults_of(shipment: CarrierShipment, terms: Terms) -> list[str]:
    """What is wrong with it as far as is known here, in sentences; what CDEK refuses later costs a manager a day."""
    found = [*_faults_of_head(shipment), *_faults_of_parcels(shipment), *_faults_of_goods(shipment, terms)]
    return found if shipment.invoiced_on is None else [*found, *_faults_abroad(shipment, terms)]


def of_person(shipment: CarrierShipment) -> list[str]:
    """What nobody may read in a refusal."""
    person = shipment.recipient
    line = shipment.to.line if isinstance(shipment.to, Address) else ""
    passport = (person.passport.series, person.passport.number) if person.passport else ()
    return [person.name, *person.name.split(), person.phone, person.email, person.inn, line, shipment.comment, *passport]


def _goes_to(to: str | Address) -> dict[str, Any]:
    if isinstance(to, str):
        return {"delivery_point": to}
    return {"to_location": {"code": int(to.city_ref), "address": to.line}}


def _recipient(person: Person) -> dict[str, Any]:
    passport = person.passport
    papers = (
        {
            "passport_series": passport.series,
            "passport_number": passport.number,
            "passport_date_of_issue": passport.issued_on.isoformat(),
            "passport_organization": passport.issued_by,
            "passport_date_of_birth": passport.born_on.isoformat(),
        }
        if passport
        else {}
    )
    return _filled(
        {
            "name": person.name,
            "phones": [_filled({"number": person.phone, "additional": person.extension})],
            "email": person.email,
            "company": person.company,
            "contragent_type": "LEGAL_ENTITY" if person.company else None,
            "tin": person.inn,
            **papers,
        }
    )


def _package(parcel: Parcel) -> dict[str, Any]:
    return {"number": parcel.number, **sizes(parcel), "items": [row for item in parcel.items for row in _rows(item)]}


def _rows(item: ParcelItem) -> Iterator[dict[str, Any]]:
    """One row; a row has one code of «Честный ЗНАК», so that marked pieces have a row each."""
    row = {
        "name": item.name[:TEXT_MOST],
        "ware_key": label_code(item.sku),
        "payment": money(item.collect_kopecks, item.vat_percent),
        "cost": roubles(item.cost_kopecks),
        "weight": item.weight_g,
        "amount": item.pcs,
        **_filled(
            {
                "weight_gross": item.gross_weight_g,
                "name_i18n": item.latin_name[:TEXT_MOST],
                "brand": item.brand,
                "country_code": item.origin,
            }
        ),
    }
    if not item.marks:
        yield row
    yield from (row | {"amount": 1, "marking": mark} for mark in item.marks)


def _abroad(shipment: CarrierShipment, terms: Terms) -> dict[str, Any]:
    if shipment.invoiced_on is None:
        return {}
    return {
        "date_invoice": shipment.invoiced_on.isoformat(),
        "shipper_name": terms.shipper_name,
        "shipper_address": terms.shipper_address,
    }


def _faults_of_head(shipment: CarrierShipment) -> Iterator[str]:
    if not 0 < len(shipment.ref) <= REF_MOST:
        yield f"Номер отправления должен быть не длиннее {REF_MOST} знаков."
    if not shipment.recipient.name.strip() or len(shipment.recipient.name) > TEXT_MOST:
        yield f"Имя получателя не указано или длиннее {TEXT_MOST} знаков."
    if not shipment.recipient.phone:
        yield "Не указан телефон получателя: СДЭК не сможет сообщить ему о посылке."
    if isinstance(shipment.to, Address) and not (shipment.to.city_ref.isdecimal() and shipment.to.line.strip()):
        yield "Адрес не годится: нужны город из справочника СДЭК, улица и дом."
    if shipment.tariff is not None and not shipment.tariff.isdecimal():
        yield f"Тариф «{shipment.tariff}» не похож на тариф СДЭК: это число, например 136."


def _faults_of_parcels(shipment: CarrierShipment) -> Iterator[str]:
    parcels = shipment.parcels
    if not parcels or not all(parcel.items for parcel in parcels):
        yield "В отправлении есть пустое место: впишите, что в нём лежит."
    if any(parcel.weight_g <= 0 for parcel in parcels):
        yield "Не указан вес места."
    if len({parcel.number for parcel in parcels}) < len(parcels):
        yield "Два места с одним номером."
    if way_of(shipment) == "locker" and len(parcels) > 1:
        yield "В постамат можно отправить только одно место: выберите пункт выдачи или соберите заказ в одну коробку."
    if way_of(shipment) == "locker" and shipment.weight_g > LOCKER_MAX_G:
        yield "Посылка тяжелее 15 кг, в постамат её не положат: выберите пункт выдачи."


def _faults_of_goods(shipment: CarrierShipment, terms: Terms) -> Iterator[str]:
    items = [item for parcel in shipment.parcels for item in parcel.items]
    for item in items:
        if item.marks and len(item.marks) != item.pcs:
            yield f"«{item.name}»: кодов «Честный ЗНАК» {len(item.marks)}, а штук {item.pcs}. Внесите код каждой штуки."
    rows = sum(max(1, len(item.marks)) for item in items)
    if rows > ITEM_ROWS_MAX:
        yield f"В отправлении {rows} строк товара, а СДЭК берёт до {ITEM_ROWS_MAX}: разделите его на два."
    rates = {item.vat_percent for item in items if item.collect_kopecks} | (
        {shipment.delivery_vat_percent} if shipment.delivery_kopecks else set()
    )
    if odd := sorted(rate for rate in rates if rate is not None and rate not in terms.vat_percents):
        yield f"СДЭК не знает ставки НДС {odd[0]} %. Если она новая, впишите её в vat_percents в настройках перевозчика."


def _faults_abroad(shipment: CarrierShipment, terms: Terms) -> Iterator[str]:
    ours = {"shipper_name": terms.shipper_name, "shipper_address": terms.shipper_address, "seller.address": terms.seller.address}
    if lacking := [name for name, value in ours.items() if not value]:
        yield f"Для отправки за границу впишите в настройки перевозчика: {', '.join(lacking)}."
    if shipment.recipient.passport is None or not shipment.recipient.inn:
        yield "Для отправки за границу нужны паспорт и ИНН получателя."
    items = [item for parcel in shipment.parcels for item in parcel.items]
    if not all(item.latin_name and item.brand and item.origin and item.gross_weight_g for item in items):
        yield "Для отправки за границу у каждого товара нужны название латиницей, бренд, страна происхождения и вес."


def _filled(told: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in told.items() if value not in (None, "", {}, [])}

"""Statuses of an order: the code is what counts; the number is deprecated, and all the later ones share 1000.

Two vocabularies are abroad for the same events: one speaks of cities, the other of offices (`reference/services.md` §1, Statuses).
"""

from typing import Literal

Vocabulary = Literal["cities", "offices"]

LATER = 1000
REFUSED = 11
"""The reason of a refusal by the recipient."""
IN_PART = 20
"""The reason that stands beside a delivery of which the recipient did not keep all."""

STATUSES: dict[str, tuple[int, str]] = {
    "ACCEPTED": (0, "Принят"),
    "CREATED": (1, "Создан"),
    "REMOVED": (2, "Удален"),
    "RECEIVED_AT_SHIPMENT_WAREHOUSE": (3, "Принят на склад отправителя"),
    "DELIVERED": (4, "Вручен"),
    "NOT_DELIVERED": (5, "Не вручен"),
    "READY_TO_SHIP_AT_SENDING_OFFICE": (6, "Выдан на отправку в г. отправителе"),
    "READY_FOR_SHIPMENT_IN_SENDER_CITY": (6, "Выдан на отправку в г. отправителе"),
    "TAKEN_BY_TRANSPORTER_FROM_SENDER_CITY": (7, "Сдан перевозчику в г. отправителе"),
    "SENT_TO_RECIPIENT_CITY": (8, "Отправлен в г. получатель"),
    "ACCEPTED_IN_RECIPIENT_CITY": (9, "Встречен в г. получателе"),
    "ACCEPTED_AT_RECIPIENT_CITY_WAREHOUSE": (10, "Принят на склад доставки"),
    "TAKEN_BY_COURIER": (11, "Выдан на доставку"),
    "ACCEPTED_AT_PICK_UP_POINT": (12, "Принят на склад до востребования"),
    "ACCEPTED_AT_TRANSIT_WAREHOUSE": (13, "Принят на склад транзита"),
    "RETURNED_TO_SENDER_CITY_WAREHOUSE": (16, "Возвращен на склад отправителя"),
    "RETURNED_TO_TRANSIT_WAREHOUSE": (17, "Возвращен на склад транзита"),
    "RETURNED_TO_RECIPIENT_CITY_WAREHOUSE": (18, "Возвращен на склад доставки"),
    "READY_FOR_SHIPMENT_IN_TRANSIT_CITY": (19, "Выдан на отправку в г. транзите"),
    "TAKEN_BY_TRANSPORTER_FROM_TRANSIT_CITY": (20, "Сдан перевозчику в г. транзите"),
    "SENT_TO_TRANSIT_CITY": (21, "Отправлен в г. транзит"),
    "ACCEPTED_IN_TRANSIT_CITY": (22, "Встречен в г. транзите"),
    "SENT_TO_SENDER_CITY": (27, "Отправлен в г. отправитель"),
    "ACCEPTED_IN_SENDER_CITY": (28, "Встречен в г. отправителе"),
    "ENTERED_TO_TRANSIT_WAREHOUSE": (LATER, "Поступил на склад транзита"),
    "ENTERED_TO_RECIPIENT_CITY_WAREHOUSE": (LATER, "Поступил на склад доставки"),
    "ENTERED_TO_PICK_UP_POINT": (LATER, "Поступил в пункт выдачи"),
    "IN_CUSTOMS_INTERNATIONAL": (LATER, "Таможенное оформление в стране отправления"),
    "SHIPPED_TO_DESTINATION": (LATER, "Отправлено в страну назначения"),
    "PASSED_TO_TRANSIT_CARRIER": (LATER, "Передано транзитному перевозчику"),
    "IN_CUSTOMS_LOCAL": (LATER, "Таможенное оформление в стране назначения"),
    "CUSTOMS_COMPLETE": (LATER, "Таможенное оформление завершено"),
    "POSTOMAT_POSTED": (LATER, "Заложен в постамат"),
    "POSTOMAT_SEIZED": (LATER, "Изъят из постамата курьером"),
    "POSTOMAT_RECEIVED": (LATER, "Изъят из постамата клиентом"),
    "INVALID": (404, "Некорректный заказ"),
}

OFFICES = {
    "READY_FOR_SHIPMENT_IN_SENDER_CITY": "READY_TO_SHIP_AT_SENDING_OFFICE",
    "RETURNED_TO_SENDER_CITY_WAREHOUSE": "RETURNED_TO_SENDER_WAREHOUSE",
    "TAKEN_BY_TRANSPORTER_FROM_SENDER_CITY": "PASSED_TO_CARRIER_AT_SENDING_OFFICE",
    "SENT_TO_TRANSIT_CITY": "SEND_TO_TRANSIT_OFFICE",
    "ACCEPTED_IN_TRANSIT_CITY": "MET_AT_TRANSIT_OFFICE",
    "ACCEPTED_AT_TRANSIT_WAREHOUSE": "ACCEPTED_TO_OFFICE_TRANSIT_WAREHOUSE",
    "READY_FOR_SHIPMENT_IN_TRANSIT_CITY": "READY_TO_SHIP_IN_TRANSIT_OFFICE",
    "TAKEN_BY_TRANSPORTER_FROM_TRANSIT_CITY": "PASSED_TO_CARRIER_AT_TRANSIT_OFFICE",
    "SENT_TO_SENDER_CITY": "SEND_TO_SENDING_OFFICE",
    "SENT_TO_RECIPIENT_CITY": "SEND_TO_RECIPIENT_OFFICE",
    "ACCEPTED_IN_SENDER_CITY": "MET_AT_SENDING_OFFICE",
    "ACCEPTED_IN_RECIPIENT_CITY": "MET_AT_RECIPIENT_OFFICE",
    "ACCEPTED_AT_RECIPIENT_CITY_WAREHOUSE": "ACCEPTED_AT_DELIVERY_WAREHOUSE",
    "ACCEPTED_AT_PICK_UP_POINT": "ACCEPTED_AT_WAREHOUSE_ON_DEMAND",
    "TAKEN_BY_COURIER": "ISSUED_FOR_DELIVERY",
    "RETURNED_TO_RECIPIENT_CITY_WAREHOUSE": "RETURNED_TO_DELIVERY_WAREHOUSE",
    "ENTERED_TO_TRANSIT_WAREHOUSE": "ENTERED_TO_OFFICE_TRANSIT_WAREHOUSE",
    "ENTERED_TO_RECIPIENT_CITY_WAREHOUSE": "ENTERED_TO_DELIVERY_WAREHOUSE",
    "ENTERED_TO_PICK_UP_POINT": "ENTERED_TO_WAREHOUSE_ON_DEMAND",
}
"""What the vocabulary of offices calls an event of the vocabulary of cities."""

FINAL = frozenset({"DELIVERED", "NOT_DELIVERED", "REMOVED", "INVALID"})
CHANGEABLE = frozenset({"ACCEPTED", "CREATED"})


def spoken(code: str, vocabulary: Vocabulary) -> str:
    """A status as the vocabulary has it."""
    return OFFICES.get(code, code) if vocabulary == "offices" else code


def number_of(code: str) -> int:
    """The deprecated number; 1000 for what has none of its own."""
    return STATUSES.get(code, (LATER, code))[0]


def name_of(code: str) -> str:
    """What a person reads."""
    return STATUSES.get(code, (LATER, code))[1]

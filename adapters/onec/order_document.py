"""An order as it goes to 1C: what УТ and УНФ need to take it, and what they would take wrongly.

Money is in kopecks and adds up by construction: a line is its price times its pieces less its discount, an order the sum of its lines.
Source: `reference/commerceml.md` §2.4.
"""

from dataclasses import dataclass
from datetime import date, datetime

NUMBER_DIGITS = 11
"""УТ looks an order up in a field of so many characters; УНФ keeps only the digits of a number."""
REF_LENGTH = 80
"""Идентификатор80 of the schemas."""


class OrderRefused(Exception):
    """An order that 1C would refuse, or would take for something else; the sentence says why, for a manager."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True, kw_only=True, slots=True)
class Address:
    """``text`` is the whole address in one line; the parts are what is known of it."""

    text: str
    postcode: str | None = None
    country: str | None = None
    region: str | None = None
    district: str | None = None
    town: str | None = None
    city: str | None = None
    street: str | None = None
    house: str | None = None
    block: str | None = None
    flat: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Buyer:
    """A person, or a legal entity where ``official_name`` is set; ``ref`` is the channel's id of them."""

    ref: str
    name: str
    last_name: str | None = None
    first_name: str | None = None
    middle_name: str | None = None
    official_name: str | None = None
    inn: str | None = None
    kpp: str | None = None
    address: Address | None = None
    phone: str | None = None
    email: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class OrderLine:
    """Pieces of one item.

    Args:
        item_ref: 1C's own Ид, ``product`` or ``product#characteristic``. A channel's code here would make 1C create a new product.
        price_kopecks: of one piece, before the discount.
        discount_kopecks: of the whole line.
        vat: percent without sign, ``none`` for without VAT, None where unknown.
        kind: goods | service.
    """

    item_ref: str | None
    name: str
    pcs: int
    price_kopecks: int
    discount_kopecks: int = 0
    article: str | None = None
    unit_code: str = "796"
    unit_name: str = "шт"
    vat: str | None = None
    kind: str = "goods"

    @property
    def sum_kopecks(self) -> int:
        """What the buyer pays for the line."""
        return self.price_kopecks * self.pcs - self.discount_kopecks


@dataclass(frozen=True, kw_only=True, slots=True)
class OrderDocument:
    """One order.

    Args:
        number: ours, short and digits only; by it alone 1C knows the order again.
        placed_at: the instant the buyer placed it.
        channel_number: the channel's own number; travels in the comment.
        site: the channel's name, for the requisite «Сайт».
        delivery_kopecks: a line of its own, where it is not zero.
        tracking: the numbers of its parcels, in one line.
        pickup_place: 1C's id of the warehouse the buyer fetches it from.
        requisites: further name and value pairs that the shop's 1C expects.
    """

    number: str
    placed_at: datetime
    buyer: Buyer
    lines: tuple[OrderLine, ...]
    currency: str = "RUB"
    channel_number: str | None = None
    site: str | None = None
    comment: str | None = None
    status: str | None = None
    status_ref: str | None = None
    is_cancelled: bool = False
    is_paid: bool = False
    paid_on: date | None = None
    payment_number: str | None = None
    payment_method: str | None = None
    payment_method_ref: str | None = None
    ship_on: date | None = None
    delivery_method: str | None = None
    delivery_address: Address | None = None
    delivery_comment: str | None = None
    delivery_kopecks: int = 0
    delivery_vat: str | None = None
    recipient: str | None = None
    tracking: str | None = None
    pickup_place: str | None = None
    requisites: tuple[tuple[str, str], ...] = ()

    @property
    def sum_kopecks(self) -> int:
        """What the buyer pays, delivery included."""
        return sum(line.sum_kopecks for line in self.lines) + self.delivery_kopecks


def refuse_unwritable(order: OrderDocument) -> None:
    """Stop an order that would break the package or 1C's catalogue.

    Raises:
        OrderRefused: with what is wrong and what to do.
    """
    named = f"Заказ {order.number}"
    if not (order.number.isascii() and order.number.isdigit() and len(order.number) <= NUMBER_DIGITS):
        raise OrderRefused(f"{named} не передан в 1С: номер должен быть из цифр, не длиннее {NUMBER_DIGITS}, иначе 1С создаст его заново.")
    if len(order.currency) != 3:
        raise OrderRefused(f"{named} не передан в 1С: валюта «{order.currency}» не из трёх букв, 1С отвергнет весь пакет.")
    if order.placed_at.tzinfo is None:
        raise OrderRefused(f"{named} не передан в 1С: неизвестно, по каким часам указано время заказа.")
    if not order.lines or order.delivery_kopecks < 0:
        raise OrderRefused(f"{named} не передан в 1С: в нём нет товаров или доставка меньше нуля.")
    for line_no, line in enumerate(order.lines, 1):
        _refuse_unwritable_line(f"{named}, строка {line_no}", line)


def _refuse_unwritable_line(named: str, line: OrderLine) -> None:
    if not line.item_ref or not line.item_ref.strip() or len(line.item_ref) > REF_LENGTH:
        raise OrderRefused(
            f"{named} «{line.name}»: нет Ид товара из 1С. Заказ не передан, иначе 1С завела бы новый товар; сопоставьте товар."
        )
    if line.pcs < 1 or line.price_kopecks < 0 or not 0 <= line.discount_kopecks <= line.price_kopecks * line.pcs:
        raise OrderRefused(f"{named} «{line.name}»: количество, цена или скидка невозможны. Заказ не передан в 1С; исправьте его.")

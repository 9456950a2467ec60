"""What the Market says of a price that a seller sends: refused, held in the quarantine, or taken."""

from datetime import timedelta
from decimal import Decimal

from deployments.world.yandex_market.books import Offer, Price, Quarantined
from deployments.world.yandex_market.offer_fields import DiscountedMoney
from deployments.world.yandex_market.refusals import refuse
from deployments.world.yandex_market.room import Market

CURRENCY = "RUR"
LEAST_DISCOUNT, MOST_DISCOUNT = 5, 99
MOST_DIGITS = 7


def refuse_bad_price(price: DiscountedMoney, *, index: int, field: str) -> None:
    """A price that is never taken: another currency, too many digits, a discount out of bounds.

    Raises:
        Refusal: of the whole request.
    """
    if price.currency_id != CURRENCY:
        raise refuse(400, f"Offer at index {index} should not have {field} with {price.currency_id} currency")
    if _digits(price.value) > MOST_DIGITS:
        raise refuse(400, f"Offer at index {index} should not have {field} with too many digits")
    if price.discount_base is not None:
        refuse_bad_discount(price.value, price.discount_base, f"Offer at index {index}")


def refuse_bad_discount(value: float, discount_base: float, who: str) -> None:
    """A crossed-out price is whole and 5 to 99 % above.

    Raises:
        Refusal: of the whole request.
    """
    discount = round((1 - value / discount_base) * 100)
    if not LEAST_DISCOUNT <= discount <= MOST_DISCOUNT or discount_base != int(discount_base):
        bounds = f"Discount percentage must be between {LEAST_DISCOUNT} and {MOST_DISCOUNT}, actual {discount}"
        raise refuse(400, f"{who} should have valid discount value. {bounds}")


def take_price(room: Market, offer: Offer, price: Price) -> None:
    """A price for all shops; one that changes too sharply waits in the quarantine, and the old one stays."""
    last = offer.price.latest
    if last is not None and not 1 / room.quarantine_factor < price.value / last.value < room.quarantine_factor:
        room.books.quarantine[offer.sku] = Quarantined(current=price, last_valid=last)
        return
    room.books.quarantine.pop(offer.sku, None)
    offer.price.accept(price, seen_at=price.updated_at + room.lags.price)


def confirm_price(room: Market, sku: str, *, lag: timedelta) -> None:
    """The seller insists on a price in the quarantine."""
    held = room.books.quarantine.pop(sku, None)
    if held is not None:
        room.books.offers[sku].price.accept(held.current, seen_at=room.clock.now() + lag)


def _digits(value: float) -> int:
    exponent = Decimal(repr(value)).as_tuple().exponent
    return -exponent if isinstance(exponent, int) else 0

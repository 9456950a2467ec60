"""What is wrong with an order: some of it is said at once, some only when the order is worked through."""

from collections.abc import Iterator

from deployments.world.cdek.answers import Errors, error
from deployments.world.cdek.directory import Directory, Location
from deployments.world.cdek.knobs import Knobs
from deployments.world.cdek.order_bodies import OrderSaid
from deployments.world.cdek.tariffs import LOCKER_MOST_G, REVERSE_MOST_G, TARIFFS

ITEMS_MOST = 126
NEIGHBOURS = frozenset({"RU", "BY", "KZ", "AM", "KG"})
RECIPIENT_ABROAD = (
    "passport_series",
    "passport_number",
    "passport_date_of_issue",
    "passport_organization",
    "passport_date_of_birth",
    "tin",
)
ITEM_ABROAD = ("weight_gross", "name_i18n", "brand", "country_code")


def at_once(said: OrderSaid, directory: Directory, knobs: Knobs) -> Errors:
    """What the static validation finds: the answer is 400 and there is no order."""
    return [*_places(said, directory), *_contents(said, knobs), *_abroad(said, directory)]


def later(said: OrderSaid, directory: Directory) -> Errors:
    """What only the working through finds, an answer of 202 notwithstanding; a number used twice is looked for then too."""
    found: Errors = []
    if said.shipment_point and said.shipment_point not in directory.points:
        found.append(error("shipment_location_is_not_recognized"))
    if said.delivery_point:
        point = directory.points.get(said.delivery_point)
        if point is None:
            found.append(error("delivery_location_is_not_recognized"))
        elif point.type == "POSTAMAT" and len(said.packages) > 1:
            found.append(error("error_validate_postamat_package_count"))
        elif point.type == "POSTAMAT" and said.weight_g > LOCKER_MOST_G:
            found.append(error("error_validate_postamat_package_weight"))
    return found


def reverse(said: OrderSaid) -> Errors:
    """Why an order may have no reverse one."""
    return [error("v2_unable_add_service", "max 30 kg")] if said.weight_g > REVERSE_MOST_G else []


def _places(said: OrderSaid, directory: Directory) -> Iterator[dict[str, str]]:
    yield from _end(
        said.shipment_point,
        said.from_location,
        directory,
        both="v2_shipment_address_multivalued",
        none="v2_order_location_from_and_shipment_point_empty",
        unknown="v2_sender_location_not_recognized",
    )
    yield from _end(
        said.delivery_point,
        said.to_location,
        directory,
        both="v2_delivery_address_multivalued",
        none="v2_order_location_to_and_delivery_point_empty",
        unknown="v2_recipient_location_not_recognized",
    )


def _end(
    point: str | None, location: Location | None, directory: Directory, *, both: str, none: str, unknown: str
) -> Iterator[dict[str, str]]:
    if point and location:
        yield error(both)
    elif not point and not location:
        yield error(none)
    elif location and directory.recognised(location) is None:
        yield error(unknown)


def _contents(said: OrderSaid, knobs: Knobs) -> Iterator[dict[str, str]]:
    items = [item for package in said.packages for item in package.items]
    if said.tariff_code not in TARIFFS:
        yield error("v2_invalid_format", "tariff_code")
    if said.type == 2 and said.sender is None:
        yield error("v2_field_is_empty", "sender")
    if said.type == 1 and not all(package.items for package in said.packages):
        yield error("v2_field_is_empty", "packages.items")
    if len(items) > ITEMS_MOST:
        yield error("v2_number_items_is_more_126")
    if len({package.number for package in said.packages}) < len(said.packages):
        yield error("v2_invalid_format", "packages.number")
    if any(len(item.ware_key) > knobs.ware_key_most for item in items):
        yield error("v2_invalid_format", "packages.items.ware_key")
    money = [item.payment for item in items] + ([said.delivery_recipient_cost] if said.delivery_recipient_cost else [])
    if any(sum_.vat_rate not in knobs.vat_rates for sum_ in money):
        yield error("v2_invalid_format", "vat_rate")
    if said.has_reverse_order:
        yield from reverse(said)


def _abroad(said: OrderSaid, directory: Directory) -> Iterator[dict[str, str]]:
    """Fields that an international order must have besides."""
    city = directory.recognised(said.to_location) if said.to_location else None
    if city is None or city.country_code in NEIGHBOURS:
        return
    items = [item for package in said.packages for item in package.items]
    wanted = {name: getattr(said, name) for name in ("date_invoice", "shipper_name", "shipper_address")}
    wanted |= {f"recipient.{name}": getattr(said.recipient, name) for name in RECIPIENT_ABROAD}
    wanted["seller.address"] = said.seller and said.seller.address
    wanted |= {f"items.{name}": all(getattr(item, name) for item in items) for name in ITEM_ABROAD}
    yield from (error("v2_field_is_empty", name) for name, value in wanted.items() if not value)

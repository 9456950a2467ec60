"""What an order says: fields, types and lengths that are checked before it is accepted (`reference/services.md` §1, Orders, Body)."""

from typing import Annotated, Literal

from pydantic import Field

from deployments.world.cdek.answers import Said
from deployments.world.cdek.directory import Location

NUMBER_MOST = 32

Text = Annotated[str, Field(min_length=1, max_length=255)]
Rub = Annotated[float, Field(ge=0)]
Count = Annotated[int, Field(ge=1)]


class Money(Said):
    """A sum; ``vat_rate`` null is «without VAT»."""

    value: Rub
    vat_sum: Rub | None = None
    vat_rate: int | None = None


class Phone(Said):
    """A number, and what to dial after it."""

    number: Annotated[str, Field(min_length=1, max_length=24)]
    additional: Annotated[str, Field(max_length=255)] | None = None


class Contact(Said):
    """A sender or a recipient."""

    name: Text
    company: str | None = None
    email: str | None = None
    phones: tuple[Phone, ...] = ()
    contragent_type: Literal["LEGAL_ENTITY", "INDIVIDUAL"] | None = None
    tin: Annotated[str, Field(max_length=12)] | None = None
    passport_series: Annotated[str, Field(max_length=4)] | None = None
    passport_number: Annotated[str, Field(max_length=6)] | None = None
    passport_date_of_issue: str | None = None
    passport_organization: str | None = None
    passport_date_of_birth: str | None = None


class Seller(Said):
    """Whose goods they are."""

    name: str | None = None
    inn: str | None = None
    phone: str | None = None
    ownership_form: int | None = None
    address: str | None = None


class Service(Said):
    """An additional service."""

    code: Text
    parameter: str | None = None


class Returned(Said):
    """Where a returned item was sold."""

    direct_order_number: str | None = None
    direct_order_uuid: str | None = None
    direct_package_number: str | None = None


class Item(Said):
    """Goods in a package; money and weight are those of one piece."""

    name: Text
    ware_key: Text
    payment: Money
    cost: Rub
    weight: Annotated[int, Field(ge=0)]
    weight_gross: int | None = None
    amount: Count
    marking: str | None = None
    name_i18n: str | None = None
    brand: str | None = None
    country_code: str | None = None
    url: str | None = None
    excise: bool | None = None
    jewel_uin: str | None = None
    return_item_detail: Returned | None = None


class Package(Said):
    """A parcel: grams and centimetres."""

    number: Text
    weight: Count
    length: Count | None = None
    width: Count | None = None
    height: Count | None = None
    comment: Annotated[str, Field(max_length=255)] | None = None
    items: tuple[Item, ...] = ()
    package_id: str | None = None


class OrderSaid(Said):
    """A new order; type 1 is an online shop's, 2 a delivery."""

    type: Literal[1, 2] = 1
    number: Annotated[str, Field(min_length=1, max_length=NUMBER_MOST)] | None = None
    tariff_code: int
    comment: Annotated[str, Field(max_length=255)] | None = None
    developer_key: str | None = None
    widget_token: str | None = None
    shipment_point: str | None = None
    delivery_point: str | None = None
    from_location: Location | None = None
    to_location: Location | None = None
    date_invoice: str | None = None
    shipper_name: str | None = None
    shipper_address: str | None = None
    delivery_recipient_cost: Money | None = None
    recipient: Contact
    sender: Contact | None = None
    seller: Seller | None = None
    services: tuple[Service, ...] = ()
    packages: Annotated[tuple[Package, ...], Field(min_length=1)]
    print: Literal["WAYBILL", "BARCODE"] | None = None
    is_client_return: bool = False
    has_reverse_order: bool = False

    @property
    def weight_g(self) -> int:
        """Of all parcels."""
        return sum(package.weight for package in self.packages)


class ChangeSaid(Said):
    """A change of an order: what is absent stays."""

    uuid: str | None = None
    cdek_number: str | int | None = None
    tariff_code: int | None = None
    comment: Annotated[str, Field(max_length=255)] | None = None
    shipment_point: str | None = None
    delivery_point: str | None = None
    from_location: Location | None = None
    to_location: Location | None = None
    delivery_recipient_cost: Money | None = None
    recipient: Contact | None = None
    sender: Contact | None = None
    seller: Seller | None = None
    services: tuple[Service, ...] | None = None
    packages: Annotated[tuple[Package, ...], Field(min_length=1)] | None = None

"""What CDEK answers, as far as we use it. What it does not know it leaves out or says null; numbers come as numbers or as text.

Source: `reference/services.md` §1; the answers of the typed SDK shevernitskiy/cdek, the vendor's own cdek-it/sdk2.0.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, TypeAdapter


def _empty(told: object) -> object:
    return [] if told is None else told


def _text(told: object) -> object:
    return str(told) if isinstance(told, int) and not isinstance(told, bool) else told


def _instant(told: object) -> object:
    """The zone stands without a colon, which pydantic does not read."""
    try:
        return datetime.fromisoformat(told) if isinstance(told, str) else told
    except ValueError:
        return told


Listed = BeforeValidator(_empty)
"""A list that may be null. What is in it is no JSON to pydantic any more, so that numbers and days there are read leniently."""
Number = Annotated[Decimal, Field(strict=False)]
Day = Annotated[date, Field(strict=False)]
Instant = Annotated[AwareDatetime, BeforeValidator(_instant)]
Text = Annotated[str, BeforeValidator(_text)]
"""A number that some answers write as text and some do not."""


class Answer(BaseModel):
    """Frozen, types as they are; fields that we do not use are left alone."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)


class Token(Answer):
    """What opens everything else for a while."""

    access_token: SecretStr
    expires_in: int


class Error(Answer):
    """One error: codes are compared whole, since one is the beginning of another."""

    code: Text = ""
    message: str | None = None


class Request(Answer):
    """Something asked of an entity; ``state`` is the request's, never the entity's. A word that nobody knows is no failure."""

    type: str | None = None
    date_time: Instant | None = None
    state: str
    errors: Annotated[list[Error], Listed] = []


class Related(Answer):
    """Something else of the same order."""

    type: str
    uuid: str | None = None
    cdek_number: Text | None = None


class Named(Answer):
    """An entity by its uuid."""

    uuid: str


class Accepted(Answer):
    """202: nothing more is promised than that the body had the right form."""

    entity: Named | None = None
    requests: Annotated[list[Request], Listed] = []


class Status(Answer):
    """Where something was; ``deleted``: it was taken back."""

    code: str
    name: str | None = None
    date_time: Instant
    reason_code: Text | None = None
    city: str | None = None
    deleted: bool | None = None


class Returned(Answer):
    """Where a returned item was sold."""

    direct_order_number: Text | None = None


class Item(Answer):
    """Goods in a package; ``delivery_amount``: so many the buyer kept."""

    ware_key: str
    amount: int
    delivery_amount: int | None = None
    return_item_detail: Returned | None = None


class Package(Answer):
    """A parcel."""

    number: str
    items: Annotated[list[Item], Listed] = []


class Order(Answer):
    """An order."""

    uuid: str
    number: str | None = None
    cdek_number: Text | None = None
    is_return: bool | None = None
    is_reverse: bool | None = None
    is_client_return: bool | None = None
    packages: Annotated[list[Package], Listed] = []
    statuses: Annotated[list[Status], Listed] = []
    planned_delivery_date: date | None = None


class Shown(Answer):
    """An order with everything that was asked of it."""

    entity: Order
    requests: Annotated[list[Request], Listed] = []
    related_entities: Annotated[list[Related], Listed] = []


class Thing(Answer):
    """A print form or an intake."""

    uuid: str
    statuses: Annotated[list[Status], Listed] = []


class ThingShown(Answer):
    """It, with what was asked of it."""

    entity: Thing
    requests: Annotated[list[Request], Listed] = []


class City(Answer):
    """A row of the directory."""

    code: int
    city: str
    country_code: str
    region: str | None = None
    sub_region: str | None = None


class Suggested(Answer):
    """A town whose name begins so; its region is in ``full_name``."""

    code: int
    full_name: str
    country_code: str | None = None


class Cell(Answer):
    """Of a locker, centimetres."""

    width: Number
    height: Number
    depth: Number


class Whereabouts(Answer):
    """Of a point."""

    city_code: int
    address: str | None = None
    address_full: str | None = None


class Point(Answer):
    """An office (PVZ) or a locker (POSTAMAT); ``weight_max`` in kilograms, none or 0 for any."""

    code: str
    name: str | None = None
    type: str
    location: Whereabouts
    is_handout: bool | None = None
    is_reception: bool | None = None
    allowed_cod: bool | None = None
    weight_max: Decimal | None = None
    dimensions: Annotated[list[Cell], Listed] = []


class Priced(Answer):
    """What a delivery costs, in roubles, services included; days of the calendar where they are told."""

    total_sum: Decimal
    period_min: int | None = None
    period_max: int | None = None
    calendar_min: int | None = None
    calendar_max: int | None = None


class Days(Answer):
    """On which a courier comes."""

    days: Annotated[list[Day], Listed] = Field(default=[], alias="date")


class Subscription(Answer):
    """Where events of a type go; the address holds a secret."""

    uuid: str
    url: str = Field(repr=False)
    type: str


class Subscriptions(Answer):
    """The list as an entity; some answers are the bare list."""

    entity: Annotated[list[Subscription], Listed] = []


class RefusedRow(Answer):
    """A request, as far as its errors go."""

    errors: Annotated[list[Error], Listed] = []


class Refusal(Answer):
    """Errors wherever they stand: in the requests, at the top, or a single one, which may be a word."""

    requests: Annotated[list[RefusedRow], Listed] = []
    errors: Annotated[list[Error], Listed] = []
    error: Any = None


ACCEPTED = TypeAdapter(Accepted)
SHOWN = TypeAdapter(Shown)
THING = TypeAdapter(ThingShown)
CITIES = TypeAdapter(list[City])
SUGGESTED = TypeAdapter(list[Suggested])
POINTS = TypeAdapter(list[Point])
PRICED = TypeAdapter(Priced)
DAYS = TypeAdapter(Days)
SUBSCRIPTIONS: TypeAdapter[Subscriptions | list[Subscription]] = TypeAdapter(Subscriptions | list[Subscription])
REFUSAL = TypeAdapter(Refusal)

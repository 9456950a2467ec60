"""Orders to 1C's room: who may do what, what is enabled, what lies on the shelves and what it costs, and the books themselves."""

from decimal import Decimal
from typing import Any, Literal

from fastapi import HTTPException, Request
from pydantic import BaseModel, ConfigDict

from deployments.world.odata.books import Base, Row, User
from deployments.world.odata.room import Published
from deployments.world.odata.saying import told
from deployments.world.odata.shapes import EMPTY_REF, Catalog, Document, Fields, Named
from deployments.world.room import make_control

control = make_control()


class Ordered(BaseModel):
    """An order to the room: what it does not know is refused."""

    model_config = ConfigDict(extra="forbid")


class NewUser(Ordered):
    """A user of a base; ``reads`` and ``writes`` none for everything; ``hidden``: keys that rows with them are kept from."""

    login: str
    password: str
    reads: frozenset[str] | None = None
    writes: frozenset[str] | None = None
    hidden: frozenset[str] = frozenset()


class Lying(Ordered):
    """Pieces of an item at a warehouse from now on, and how many of them are reserved."""

    product: str
    characteristic: str = EMPTY_REF
    place: str
    pcs: Decimal
    reserved: Decimal = Decimal(0)


class Priced(Ordered):
    """A price from now on; ``rest`` are further fields of the record."""

    product: str
    characteristic: str = EMPTY_REF
    price_type: str
    price: Decimal
    rest: dict[str, Any] = {}


class HabitsTold(Ordered):
    """What is told changes, the rest stays."""

    session_s: float | None = None
    sessions_max: int | None = None
    key_again: Literal["refused", "overwrites"] | None = None
    compares_refs: bool | None = None


@control.get("/books")
async def read_books(request: Request) -> dict[str, Any]:
    """The room's own truth: by base, objects by name and key, and records by register."""
    return {name: _shown(base) for name, base in _room(request).books.bases.items()}


@control.put("/habits")
async def set_habits(request: Request, told_habits: HabitsTold) -> None:
    """The web server behaves so from now on."""
    for name, value in told_habits.model_dump(exclude_none=True).items():
        setattr(_room(request).habits, name, value)


@control.put("/{base}/users")
async def put_user(request: Request, base: str, user: NewUser) -> None:
    """A user of the base, or a change of one."""
    _base(request, base).users[user.login] = User(password=user.password, reads=user.reads, writes=user.writes, hidden=set(user.hidden))


@control.put("/{base}/enabled")
async def enable(request: Request, base: str, names: dict[str, bool]) -> None:
    """Objects join the automatic REST service or leave it."""
    opened = _base(request, base)
    for name, is_enabled in names.items():
        if name not in opened.configuration.shapes:
            raise HTTPException(404, f"{name} is no object of the configuration")
        (opened.enabled.add if is_enabled else opened.enabled.discard)(name)


@control.put("/{base}/negative")
async def forbid_negative(request: Request, base: str, is_forbidden: bool) -> None:
    """Whether a document that takes more than there is is not posted."""
    _base(request, base).forbids_negative = is_forbidden


@control.post("/{base}/objects/{name}")
async def make_objects(request: Request, base: str, name: str, said: list[dict[str, Any]]) -> list[str]:
    """Objects entered by hand; their keys."""
    opened = _base(request, base)
    if not isinstance(opened.configuration.shapes.get(name), Catalog | Document):
        raise HTTPException(404, f"{name} has no objects")
    return [opened.add(name, one, _room(request).now(), overwrites=True)["Ref_Key"] for one in said]


@control.patch("/{base}/objects/{name}/{key}")
async def edit_object(request: Request, base: str, name: str, key: str, said: dict[str, Any]) -> None:
    """An accountant changes an object."""
    opened = _base(request, base)
    row = opened.objects.get(name, {}).get(key)
    if row is None:
        raise HTTPException(404, f"{key} is not there")
    opened.change(name, row, said)


@control.post("/{base}/records/{name}")
async def make_records(request: Request, base: str, name: str, said: list[dict[str, Any]]) -> None:
    """Records of a register as they are told."""
    opened = _base(request, base)
    shape = opened.configuration.shapes.get(name)
    if shape is None or isinstance(shape, Catalog | Document):
        raise HTTPException(404, f"{name} is no register")
    for one in said:
        unknown = one.keys() - {field.name for field in shape.fields}
        if unknown:
            raise HTTPException(422, f"{min(unknown)} is no field")
        opened.record(name, one, _room(request).now())


@control.put("/{base}/stock")
async def set_stock(request: Request, base: str, lying: list[Lying]) -> None:
    """Pieces are counted: each register gets the record that makes its balance so."""
    opened = _base(request, base)
    configuration = opened.configuration
    for shelf in (*configuration.shelves, configuration.reserve):
        is_reserve = shelf == configuration.reserve
        names = ("Номенклатура_Key", "Характеристика_Key", shelf.place)
        by: Fields = tuple(Named(name, "guid") for name in names)
        resource = f"{shelf.resource}Balance"
        left = {tuple(row[name] for name in names): row[resource] for row in opened.balance(shelf.register, by, None)}
        for one in lying:
            key = (one.product, one.characteristic, one.place)
            wanted = one.reserved if is_reserve else one.pcs
            difference = wanted - left.get(key, Decimal(0))
            if difference:
                record = {**dict(zip(names, key, strict=True)), shelf.resource: difference}
                opened.record(shelf.register, record, _room(request).now())
                left[key] = wanted


@control.put("/{base}/prices")
async def set_prices(request: Request, base: str, priced: list[Priced]) -> None:
    """Prices are set."""
    opened = _base(request, base)
    configuration = opened.configuration
    fields = {one.name for one in configuration.shapes[configuration.prices].fields}
    for one in priced:
        record: Row = {
            "Номенклатура_Key": one.product,
            "Характеристика_Key": one.characteristic,
            configuration.price_type: one.price_type,
            "Цена": one.price,
            **({"Актуальность": True} if "Актуальность" in fields else {}),
            **one.rest,
        }
        opened.record(configuration.prices, record, _room(request).now())


def _room(request: Request) -> Published:
    room: Published = request.app.state.room
    return room


def _base(request: Request, name: str) -> Base:
    base = _room(request).books.bases.get(name)
    if base is None:
        raise HTTPException(404, f"{name} is no base")
    return base


def _shown(base: Base) -> dict[str, Any]:
    shapes = base.configuration.shapes
    objects = {name: {key: told(row, shapes[name].fields) for key, row in rows.items()} for name, rows in base.objects.items() if rows}
    records = {name: [told(row, shapes[name].fields) for row in rows] for name, rows in base.records.items() if rows}
    return {"objects": objects, "records": records}

"""The export as plain data: texts as they are written into the file, so that a defect is one replaced text."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Price:
    """«Цена»: ``amount`` is for ``unit``, which holds ``factor`` pieces."""

    type_ref: str
    amount: str
    currency: str = "RUB"
    unit: str = "шт"
    factor: str = "1"


@dataclass(frozen=True)
class Component:
    """«Комплектующее»: a simple product that a bundle holds."""

    ref: str
    name: str
    pcs: str


@dataclass(frozen=True)
class Product:
    """«Товар»; ``deletion`` is ``attribute``, ``element``, ``mark`` or empty."""

    ref: str
    article: str
    name: str
    group_ref: str
    barcode: str = ""
    kind: str = "Товар"
    vat: str = "20"
    weight_kg: str = ""
    maker: str = ""
    description: str = ""
    properties: tuple[tuple[str, str], ...] = ()
    pictures: tuple[str, ...] = ()
    components: tuple[Component, ...] = ()
    deletion: str = ""


@dataclass(frozen=True)
class Offer:
    """«Предложение»; ``total`` None: the file does not say how many there are."""

    ref: str
    name: str
    article: str
    barcode: str = ""
    characteristics: tuple[tuple[str, str], ...] = ()
    prices: tuple[Price, ...] = ()
    total: str | None = None
    places: tuple[tuple[str, str], ...] = ()

    @property
    def product_ref(self) -> str:
        """The part of ``Ид`` before the hash sign."""
        return self.ref.partition("#")[0]

    @property
    def characteristic_ref(self) -> str:
        """The part after it; empty where the product is one item."""
        return self.ref.partition("#")[2]

    @property
    def count_rows(self) -> int:
        """Figures the file gives: one per warehouse, or the total alone."""
        return len(self.places) or int(self.total is not None)


@dataclass(frozen=True)
class Group:
    """«Группа» of the classifier."""

    ref: str
    name: str
    groups: tuple["Group", ...] = ()


@dataclass(frozen=True)
class Property:
    """«Свойство»; ``values`` (ref, text) make it a dictionary."""

    ref: str
    name: str
    values: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Shop:
    """Everything one export says."""

    catalog_ref: str
    owner_ref: str
    groups: tuple[Group, ...]
    properties: tuple[Property, ...]
    price_types: tuple[tuple[str, str], ...]
    warehouses: tuple[tuple[str, str], ...]
    products: tuple[Product, ...]
    offers: tuple[Offer, ...] = field(repr=False)

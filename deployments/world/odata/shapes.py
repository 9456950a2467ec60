"""What a configuration of 1C is made of, as its OData interface names it: catalogs, documents with their tables, registers.

Source: `reference/commerceml.md` §5.
"""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["guid", "string", "double", "int64", "boolean", "datetime"]

EMPTY_REF = "00000000-0000-0000-0000-000000000000"
EMPTY_DATE = "0001-01-01T00:00:00"
NOTHING: dict[Kind, object] = {
    "guid": EMPTY_REF,
    "string": "",
    "double": 0,
    "int64": 0,
    "boolean": False,
    "datetime": EMPTY_DATE,
}
"""What a field holds that nobody filled."""


@dataclass(frozen=True)
class Named:
    """A field and its type."""

    name: str
    kind: Kind


Fields = tuple[Named, ...]


def refs(*names: str) -> Fields:
    """References: ``<Имя>_Key``."""
    return tuple(Named(f"{name}_Key", "guid") for name in names)


def mixed(*names: str) -> Fields:
    """References to one of several kinds of objects: ``<Имя>`` and ``<Имя>_Type``, both text."""
    return tuple(one for name in names for one in (Named(name, "string"), Named(f"{name}_Type", "string")))


def texts(*names: str) -> Fields:
    """Text, and enumerations, which travel as text."""
    return tuple(Named(name, "string") for name in names)


def numbers(*names: str) -> Fields:
    """Numbers with a fraction."""
    return tuple(Named(name, "double") for name in names)


def flags(*names: str) -> Fields:
    """Yes or no."""
    return tuple(Named(name, "boolean") for name in names)


@dataclass(frozen=True, kw_only=True)
class Catalog:
    """A catalogue."""

    own: Fields = ()

    @property
    def fields(self) -> Fields:
        """Those that all catalogues have, and its own."""
        common = (
            Named("Ref_Key", "guid"),
            Named("DataVersion", "string"),
            Named("DeletionMark", "boolean"),
            Named("Parent_Key", "guid"),
            Named("IsFolder", "boolean"),
            Named("Code", "string"),
            Named("Description", "string"),
        )
        return (*common, *self.own)


@dataclass(frozen=True, kw_only=True)
class Document:
    """A document with one table; posting it moves the shelves by the pieces of its lines: ``sign`` is -1, 1, or 0 for not at all.

    ``moved_by``: the operation (`ВидОперации`) that it must be of to move anything so; none for any. ``required``: fields without which
    it is not posted. ``place``: the field that names the warehouse.
    """

    own: Fields
    table: str
    columns: Fields
    sign: int
    required: tuple[str, ...]
    place: str
    moved_by: str | None = None

    @property
    def fields(self) -> Fields:
        """Those that all documents have, and its own."""
        common = (
            Named("Ref_Key", "guid"),
            Named("DataVersion", "string"),
            Named("DeletionMark", "boolean"),
            Named("Number", "string"),
            Named("Date", "datetime"),
            Named("Posted", "boolean"),
        )
        return (*common, *self.own)

    @property
    def rows(self) -> Fields:
        """Fields of a line."""
        return (Named("LineNumber", "int64"), *self.columns)


@dataclass(frozen=True, kw_only=True)
class Accumulation:
    """A register of balances."""

    dimensions: Fields
    resources: Fields

    @property
    def fields(self) -> Fields:
        """Fields of a record."""
        common = (Named("Recorder", "string"), Named("Recorder_Type", "string"), Named("Period", "datetime"))
        rest = (Named("LineNumber", "int64"), Named("Active", "boolean"), Named("RecordType", "string"))
        return (*common, *rest, *self.dimensions, *self.resources)


@dataclass(frozen=True, kw_only=True)
class Information:
    """A register of facts; a periodic one has a slice of the last."""

    dimensions: Fields
    resources: Fields
    is_periodic: bool = True

    @property
    def fields(self) -> Fields:
        """Fields of a record."""
        common = (Named("Period", "datetime"),) if self.is_periodic else ()
        return (*common, *self.dimensions, *self.resources)


Shape = Catalog | Document | Accumulation | Information


@dataclass(frozen=True, kw_only=True)
class Shelf:
    """Where the configuration keeps pieces: the register, the field of the warehouse, and the resource."""

    register: str
    place: str
    resource: str


@dataclass(frozen=True, kw_only=True)
class Configuration:
    """One configuration: its objects, and what its shelves, reserves and prices are for whoever sets the stage."""

    shapes: dict[str, Shape]
    shelves: tuple[Shelf, ...]
    reserve: Shelf
    prices: str
    price_type: str

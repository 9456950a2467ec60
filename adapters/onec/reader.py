"""Reading a CommerceML file as a stream of frames, whatever its size.

The kind of a file is decided by what is in it, never by its name. What a frame does not mention is not in the file: absence is never
zero. Schema versions 1.0 to 3.1, any namespace, UTF-8 and windows-1251 (`reference/commerceml.md` §1.3, §1.5, §2, §3).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import polars as pl
from lxml.etree import _Element

from adapters.onec import dictionaries as words
from adapters.onec.cards import PRODUCT_COLUMNS, product_rows
from adapters.onec.documents import DOCUMENT_COLUMNS, LINE_COLUMNS, document_rows
from adapters.onec.elements import BARCODE_COLUMNS, RECIPE_COLUMNS, Row, children, local
from adapters.onec.head import read_head
from adapters.onec.offers import COUNT_COLUMNS, OFFER_COLUMNS, PRICE_COLUMNS, offer_rows
from adapters.onec.stamps import read_stamp
from adapters.onec.stream import ended_elements

ROWS_IN_PORTION = 20_000
LOOK_EVERY = 256
"""Elements between two looks at whether a portion is full."""
WHOLE = frozenset({"Товар", "Предложение", "Документ", "Контрагент"})
PACKAGES = ("ПакетПредложений", "ИзмененияПакетаПредложений")

COLUMNS: dict[str, tuple[str, ...]] = {
    "group": words.GROUP_COLUMNS,
    "price_type": words.PRICE_TYPE_COLUMNS,
    "warehouse": words.WAREHOUSE_COLUMNS,
    "property": words.PROPERTY_COLUMNS,
    "property_value": words.PROPERTY_VALUE_COLUMNS,
    "product": PRODUCT_COLUMNS,
    "offer": OFFER_COLUMNS,
    "barcode": BARCODE_COLUMNS,
    "recipe": RECIPE_COLUMNS,
    "price": PRICE_COLUMNS,
    "count": COUNT_COLUMNS,
    "document": DOCUMENT_COLUMNS,
    "line": LINE_COLUMNS,
}


class Portion(NamedTuple):
    """Rows of one kind, as text: columns of `COLUMNS`, ``row`` being the ordinal of the element in the file."""

    kind: str
    frame: pl.DataFrame


@dataclass(kw_only=True, slots=True)
class FeedHeader:
    """What a file says of itself.

    ``formed_at`` is a stamp of 1C's clock, without zone. It, the schema's version and ``is_changes_only`` are known before the first
    portion of products, offers or documents; ``kinds`` after the last. ``contractors`` counts people and firms, who are not kept.
    """

    encoding: str = "utf-8"
    schema_version: str | None = None
    formed_at: datetime | None = None
    is_day_only: bool = False
    catalog_ref: str | None = None
    is_changes_only: bool | None = None
    kinds: list[str] = field(default_factory=list)
    contractors: int = 0

    def saw(self, kind: str) -> None:
        """Note that the file holds this kind of content."""
        if kind not in self.kinds:
            self.kinds.append(kind)


class Reading:
    """One pass over one file; iterate it once.

    Args:
        path: the file.
        rows_in_portion: how many rows of a kind make a portion.

    Raises:
        FeedRefused: at once or while iterating, when the file cannot be read as a whole; portions already given are void then.
    """

    def __init__(self, path: Path, *, rows_in_portion: int = ROWS_IN_PORTION) -> None:
        self.path = path
        self.header = FeedHeader(encoding=read_head(path).encoding)
        self._rows_in_portion = rows_in_portion
        self._gathered: dict[str, list[Row]] = {kind: [] for kind in COLUMNS}
        self._takers: dict[str, Callable[[_Element, int], None]] = {
            "Товар": self._take_product,
            "Предложение": self._take_offer,
            "Документ": self._take_document,
            "Контрагент": self._take_contractor,
            "Группа": self._take_group,
            "Свойство": self._take_property,
            "ТипЦены": self._take_price_type,
            "Склады": self._take_warehouses,
        }

    def __iter__(self) -> Iterator[Portion]:
        """Portions in the order of the file."""
        ordinals = dict.fromkeys(self._takers, 0)
        is_begun = False
        for element in ended_elements(self.path, encoding=self.header.encoding, names=tuple(self._takers), whole=WHOLE):
            name = local(element)
            if name not in self._takers:
                self._note_frame(element)
                break
            if not is_begun:
                self._note_frame(element)
                is_begun = name in WHOLE
            ordinals[name] += 1
            self._takers[name](element, ordinals[name])
            if ordinals[name] % LOOK_EVERY == 0:
                yield from self._portions(self._rows_in_portion)
        yield from self._portions(1)

    def _portions(self, enough: int) -> Iterator[Portion]:
        for kind, gathered in self._gathered.items():
            if len(gathered) >= enough:
                yield Portion(kind, _frame(kind, gathered))
                gathered.clear()

    def _note_frame(self, element: _Element) -> None:
        """What the root and the catalogue or package around the rows say."""
        root = element.getroottree().getroot()
        self.header.schema_version = root.get("ВерсияСхемы")
        if stamp := read_stamp(root.get("ДатаФормирования")):
            self.header.formed_at, self.header.is_day_only = stamp
        for part in (root, *root):
            name = local(part)
            if name == "Классификатор":
                self.header.saw("classifier")
            elif name == "Каталог":
                self.header.saw("catalog")
                self._note_completeness(part, children(part).get("Ид"))
            elif name in PACKAGES:
                self._note_completeness(part, children(part).get("ИдКаталога"))
                if name == "ИзмененияПакетаПредложений":
                    self.header.is_changes_only = True
                    self.header.saw("changes")
            elif name == "Контрагенты":
                self.header.saw("contractors")

    def _note_completeness(self, part: _Element, catalog_ref: str | None) -> None:
        self.header.catalog_ref = catalog_ref or part.get("Идентификатор") or self.header.catalog_ref
        if (mark := part.get("СодержитТолькоИзменения")) is not None:
            self.header.is_changes_only = mark.strip().lower() in ("true", "1", "да")

    def _take_product(self, element: _Element, row: int) -> None:
        self.header.saw("products")
        taken = product_rows(element, row)
        self._gathered["product"].append(taken.product)
        self._gathered["barcode"].extend(taken.barcodes)
        self._gathered["recipe"].extend(taken.recipe)

    def _take_offer(self, element: _Element, row: int) -> None:
        taken = offer_rows(element, row)
        for kind, held in (("offers", taken.is_named), ("prices", taken.prices), ("counts", taken.counts)):
            if held and kind not in self.header.kinds:
                self.header.kinds.append(kind)
        self._gathered["offer"].append(taken.offer)
        self._gathered["barcode"].extend(taken.barcodes)
        self._gathered["recipe"].extend(taken.recipe)
        self._gathered["price"].extend(taken.prices)
        self._gathered["count"].extend(taken.counts)

    def _take_document(self, element: _Element, row: int) -> None:
        self.header.saw("orders")
        documents, lines = document_rows(element)
        self._gathered["document"].extend((row, *document) for document in documents)
        self._gathered["line"].extend((row, *line) for line in lines)

    def _take_contractor(self, _element: _Element, _row: int) -> None:
        self.header.saw("contractors")
        self.header.contractors += 1

    def _take_group(self, element: _Element, row: int) -> None:
        self._gathered["group"].append(words.group_row(element, row))

    def _take_property(self, element: _Element, row: int) -> None:
        named, values = words.property_rows(element, row)
        self._gathered["property"].append(named)
        self._gathered["property_value"].extend(values)

    def _take_price_type(self, element: _Element, row: int) -> None:
        self._gathered["price_type"].append(words.price_type_row(element, row))

    def _take_warehouses(self, element: _Element, row: int) -> None:
        self._gathered["warehouse"].extend(words.warehouse_rows(element, row))


def _frame(kind: str, gathered: list[Row]) -> pl.DataFrame:
    """The gathered rows as columns; text without outer white space, and null where nothing is left."""
    columns = zip(COLUMNS[kind], zip(*gathered, strict=True), strict=True)
    frame = pl.DataFrame([pl.Series(name, values, dtype=pl.Int64 if name == "row" else pl.String) for name, values in columns])
    text = pl.col(pl.String).str.strip_chars()
    return frame.with_columns(pl.when(text != "").then(text))

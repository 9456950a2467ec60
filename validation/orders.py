"""Frames of documents: what an orders file says (`…Read`, all text) and what passed the judgement (`…Reported`).

A document is an order that 1C reports back, an order of a site's package for 1C, or a shipment or payment subordinate to one.
``row`` is the ordinal of the Документ in its file, from 1, and ``part`` counts within it: 0 the document itself, then those
subordinate to it; the two join lines to their document. Buyers are counted, never kept.
Source: `reference/commerceml.md` §2.4, §2.5.
"""

from typing import Annotated, TypeAlias

import pandera.polars as pa
import polars as pl
from pandera.polars import PolarsData

from validation.catalog import Strict
from validation.checks import is_short, is_true, is_within

Stamp: TypeAlias = Annotated[pl.Datetime, "us", None]
"""A stamp of somebody's local clock, without zone."""

ORDER = "Заказ товара"
OPERATIONS = (
    ORDER,
    "Счет на оплату",
    "Отпуск товара",
    "Счет-фактура",
    "Возврат товара",
    "Передача товара на комиссию",
    "Возврат комиссионного товара",
    "Отчет о продажах комиссионного товара",
    "Отчет о списании комиссионного товара",
    "Выплата наличных денег",
    "Возврат наличных денег",
    "Выплата безналичных денег",
    "Возврат безналичных денег",
    "Переоценка товаров",
    "Передача прав",
    "Прочие",
    "Эквайринговая операция",
    "Запись на услугу",
)
"""ХозОперация of the schemas, and two that УНФ and Bitrix write besides."""


class DocumentRead(Strict):
    """What a Документ says, one row per document, subordinate ones included; null where the file does not say it.

    ``requisites`` is JSON of the remaining ones; ``lines_stated`` is how many lines the document has, null where it
    has no Товары section.
    """

    row: int
    part: str
    parent_number: str = pa.Field(nullable=True)
    onec_ref: str = pa.Field(nullable=True)
    number: str = pa.Field(nullable=True)
    date: str = pa.Field(nullable=True)
    time: str = pa.Field(nullable=True)
    operation: str = pa.Field(nullable=True)
    role: str = pa.Field(nullable=True)
    currency: str = pa.Field(nullable=True)
    total: str = pa.Field(nullable=True)
    posted: str = pa.Field(nullable=True)
    cancelled: str = pa.Field(nullable=True)
    marked_deleted: str = pa.Field(nullable=True)
    onec_number: str = pa.Field(nullable=True)
    onec_date: str = pa.Field(nullable=True)
    paid: str = pa.Field(nullable=True)
    paid_number: str = pa.Field(nullable=True)
    paid_date: str = pa.Field(nullable=True)
    shipped: str = pa.Field(nullable=True)
    shipped_number: str = pa.Field(nullable=True)
    shipped_date: str = pa.Field(nullable=True)
    status: str = pa.Field(nullable=True)
    status_ref: str = pa.Field(nullable=True)
    tracking: str = pa.Field(nullable=True)
    place: str = pa.Field(nullable=True)
    requisites: str = pa.Field(nullable=True)
    buyers: str
    lines_stated: str = pa.Field(nullable=True)


class LineRead(Strict):
    """What a document's Товар says, one row per line."""

    row: int
    part: str
    number: str = pa.Field(nullable=True)
    line_no: str
    item_ref: str = pa.Field(nullable=True)
    article: str = pa.Field(nullable=True)
    name: str = pa.Field(nullable=True)
    quantity: str = pa.Field(nullable=True)
    price: str = pa.Field(nullable=True)
    total: str = pa.Field(nullable=True)
    unit: str = pa.Field(nullable=True)
    unit_factor: str = pa.Field(nullable=True)
    item_kind: str = pa.Field(nullable=True)
    place: str = pa.Field(nullable=True)


class DocumentReported(Strict):
    """What a document claims, one row per document; ``key`` is ``number``.

    Stamps are local to the base that wrote them, without zone. ``is_posted`` is null where the file does not say it (a site's own
    package never does); the other claims are false where nothing is said. ``parent_number`` is the order a shipment or payment is for.
    ``lines_stated``: a document of so many lines, whether or not each of them passed; null where it does not speak of them.
    """

    row: int
    part: int
    parent_number: str = pa.Field(nullable=True)
    onec_ref: str = pa.Field(nullable=True)
    number: str = pa.Field(nullable=True)
    placed_stamp: Stamp = pa.Field(nullable=True)
    operation: str = pa.Field(nullable=True)
    role: str = pa.Field(nullable=True)
    currency: str = pa.Field(nullable=True)
    sum_kopecks: int = pa.Field(nullable=True)
    is_posted: bool = pa.Field(nullable=True)
    is_cancelled: bool
    is_marked_deleted: bool
    onec_number: str = pa.Field(nullable=True)
    onec_stamp: Stamp = pa.Field(nullable=True)
    is_paid: bool
    paid_number: str = pa.Field(nullable=True)
    paid_stamp: Stamp = pa.Field(nullable=True)
    is_shipped: bool
    shipped_number: str = pa.Field(nullable=True)
    shipped_stamp: Stamp = pa.Field(nullable=True)
    status: str = pa.Field(nullable=True)
    status_ref: str = pa.Field(nullable=True)
    tracking: str = pa.Field(nullable=True)
    place: str = pa.Field(nullable=True)
    requisites: str = pa.Field(nullable=True)
    buyers: int
    lines_stated: int = pa.Field(nullable=True)

    @pa.check("number", ignore_na=False)
    def has_number(cls, data: PolarsData) -> pl.LazyFrame:
        """1C and the site know an order by its number only."""
        return is_true(data, pl.col(data.key).is_not_null())

    @pa.check("number", "parent_number", "onec_ref")
    def ref_is_short(cls, data: PolarsData) -> pl.LazyFrame:
        """УНФ keeps a hundred characters of a number."""
        return is_short(data, 128)

    @pa.check("operation", ignore_na=False)
    def operation_is_known(cls, data: PolarsData) -> pl.LazyFrame:
        """Only what is known can be told from an order."""
        return is_true(data, pl.col(data.key).is_in(OPERATIONS))


class LineReported(Strict):
    """A line of a document, one row per line; ``key`` is ``number|line_no``.

    ``pcs`` are pieces, whatever the package; ``price_kopecks`` is for one ``unit`` of ``factor`` pieces, as the document states it;
    ``factor`` is null where a unit is not whole pieces.
    """

    row: int
    part: int
    number: str = pa.Field(nullable=True)
    line_no: int
    item_ref: str = pa.Field(nullable=True)
    article: str = pa.Field(nullable=True)
    name: str = pa.Field(nullable=True)
    pcs: int
    price_kopecks: int = pa.Field(nullable=True)
    sum_kopecks: int = pa.Field(nullable=True)
    unit: str = pa.Field(nullable=True)
    factor: int = pa.Field(nullable=True)
    is_service: bool
    kind: str = pa.Field(isin=("goods", "service", "delivery"))
    place: str = pa.Field(nullable=True)

    @pa.check("item_ref", ignore_na=False)
    def line_has_ref(cls, data: PolarsData) -> pl.LazyFrame:
        """A service draws on no shelf and may do without."""
        return is_true(data, pl.col("item_ref").is_not_null() | pl.col("is_service"))

    @pa.check("item_ref")
    def ref_is_short(cls, data: PolarsData) -> pl.LazyFrame:
        """Two GUIDs and a hash sign are 73."""
        return is_short(data, 128)

    @pa.check("pcs")
    def line_count_is_sane(cls, data: PolarsData) -> pl.LazyFrame:
        """Nobody orders ten million pieces of one thing."""
        return is_within(data, 1, 10_000_000)

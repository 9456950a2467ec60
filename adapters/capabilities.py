"""What a channel can do, one small Protocol per capability. Flows know these and no adapter.

Every method may raise a `SyncError`: nothing at all was done then, unless it is `OutcomeUnknown`. What happened to single rows is in the
frame that comes back.
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol, runtime_checkable

import polars as pl
from pydantic import SecretStr

from tasks.rules.crm import CrmChanges, CrmCustomer, CrmOrder, Put
from tasks.rules.return_documents import ReturnRefund
from validation.order_news import OrderNews, OrderTold
from validation.quarantine import Judged


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that an examination of an account found.

    Args:
        subject: credential | right | limits | host | clock | warehouse | cabinet | pushes.
        level: whether it is good, will go wrong, or is wrong.
        sentence: what was found, for the owner.
        advice: what to do about it, in one sentence; none where it is good.
    """

    subject: str
    level: Literal["good", "warning", "fault"]
    sentence: str
    advice: str | None = None


class SellsCatalog(Protocol):
    """Has a catalogue of its own, in which our codes may be found and cards made."""

    def find_listings(self, skus: Sequence[str]) -> Judged:
        """`ListingFound` for the codes found, `RowRefused` for those that cannot be asked or sold by; the rest is not there."""
        ...

    def send_cards(self, cards: pl.DataFrame) -> pl.DataFrame:
        """`CardSent`, one row per row of `CardWanted`: made where ``refs`` is null, changed where it is not. Repeating does no harm."""
        ...

    def read_card_results(self, pending: pl.DataFrame) -> pl.DataFrame:
        """`CardSent`, one row per row of `CardPending`: what the vendor has decided since; ``pending`` where it has not."""
        ...


class SellsPrices(Protocol):
    """Asks a price of its buyers and takes one from us."""

    def read_prices(self, listings: pl.DataFrame, campaigns: Sequence[str]) -> pl.DataFrame:
        """`PriceShown` for ``listings`` (``listing_id, channel_sku, refs``) in each of the campaigns; empty: the whole account."""
        ...

    def send_prices(self, offered: pl.DataFrame) -> pl.DataFrame:
        """`PriceSent`, one row per row of `PriceOffered`. Repeating does no harm."""
        ...


class SellsStock(Protocol):
    """Shows a figure of stock and takes an absolute one."""

    def read_stock(self, listings: pl.DataFrame, warehouses: Sequence[str]) -> pl.DataFrame:
        """`StockShown`, one row per listing of ``listings`` (``listing_id, channel_sku, refs``) still there and per warehouse."""
        ...

    def send_stock(self, offered: pl.DataFrame) -> pl.DataFrame:
        """`StockSent`, one row per row of `StockOffered`: which were accepted, which refused and why, which nobody knows of.

        A positive figure leaves at most once, a zero may be repeated (DESIGN §4 rule 6).
        """
        ...

    def read_warehouses(self) -> pl.DataFrame:
        """`WarehouseFound`: the places that figures may be given for; the ``warehouse_ref`` of the other methods is theirs."""
        ...


class GivesOrders(Protocol):
    """Tells what was sold on it."""

    def read_orders(self, *, since: datetime, until: datetime) -> pl.DataFrame:
        """`OrderReceived`: every order placed or changed from ``since`` up to ``until``, whatever its status; one row per line."""
        ...


class GivesReturns(Protocol):
    """Tells what comes back of it."""

    def read_returns(self, *, since: datetime, until: datetime) -> pl.DataFrame:
        """`ReturnReceived`: returns opened or changed from ``since`` up to ``until``, whatever their state; a row per line."""
        ...


@runtime_checkable
class RefundsReturns(Protocol):
    """Can be told that the money of a return is paid back."""

    def refund_returns(self, refunds: Sequence[ReturnRefund]) -> list[OrderTold]:
        """One answer per refund, in their order. Repeating does no harm: what is paid back already is not paid back again."""
        ...


@runtime_checkable
class TakesOrderNews(Protocol):
    """Can be told what the shop does with an order."""

    def tell_orders(self, news: Sequence[OrderNews]) -> list[OrderTold]:
        """One answer per piece of news, in their order. Each order is looked at first, and again where nobody knows what became of a call.

        Repeating does no harm: what the channel shows already, or has gone beyond, is not sent.
        """
        ...


@runtime_checkable
class Subscribes(Protocol):
    """Can be told by itself where to send its pushes."""

    def ensure_webhooks(self, url: str, *, secret: SecretStr) -> Sequence[object]:
        """Have its pushes sent to this address, signed with this secret; repeating changes nothing."""
        ...


class Examined(Protocol):
    """Can be asked whether everything is in order."""

    def examine(self) -> list[Finding]:
        """Address, credential, rights, limits, clock and warehouses, one finding each; raises nothing."""
        ...


class Channel(
    SellsCatalog, SellsPrices, SellsStock, GivesOrders, GivesReturns, TakesOrderNews, Examined, AbstractContextManager["Channel"], Protocol
):
    """An account where things are sold.

    Attributes:
        pause_s: the shortest time between two figures of stock for one listing and warehouse; 0 where the vendor sets none.
        shows_within_s: how long a figure or a price that was taken may need until the channel shows it; 0: at once.
        figures_at_once: so many figures of stock are worth sending in one go: they leave within seconds.
    """

    figures_at_once: int
    pause_s: float
    shows_within_s: float


class Crm(Examined, AbstractContextManager["Crm"], Protocol):
    """Keeps buyers and orders for people to look at.

    Putting is by our own references and may be repeated: what is there is changed, what is not is made, and whatever nobody can tell of is
    looked up first. What became of single rows is in the answers.
    """

    def put_customers(self, customers: Sequence[CrmCustomer]) -> list[Put]:
        """One answer per customer, in their order. A card that people merged into another one is found through it."""
        ...

    def put_orders(self, orders: Sequence[CrmOrder]) -> list[Put]:
        """One answer per order, in their order. Their customers were put before."""
        ...

    def read_changes(self, cursor: str | None) -> CrmChanges:
        """What people changed since a cursor; None: from now on, which only gives a cursor."""
        ...

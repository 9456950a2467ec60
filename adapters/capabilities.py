"""What a channel can do, one small Protocol per capability. Flows know these and no adapter.

Every method may raise a `SyncError`: nothing at all was done then, unless it is `OutcomeUnknown`. What happened to single rows is in the
frame that comes back.
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, Protocol, runtime_checkable

import polars as pl
from pydantic import SecretStr

from tasks.rules.carrier import Address, Booked, CalledOff, CarrierShipment, Parcel, Quote
from tasks.rules.carrier_papers import Form, FormKind, Pickup, PickupSaid
from tasks.rules.carrier_places import CityAsked, CityFound, PointFound, PointKind
from tasks.rules.carrier_tracks import Track
from tasks.rules.crm import CrmChanges, CrmCustomer, CrmOrder, Put
from tasks.rules.labels import LabelAsked, LabelMade
from tasks.rules.parts import HandedOver, PartShipped, PartTold, SupplyOpen
from tasks.rules.return_documents import ReturnRefund
from validation.order_news import OrderNews, OrderTold
from validation.quarantine import Judged


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that an examination of an account found.

    Args:
        subject: credential | right | limits | host | clock | warehouse | cabinet | pushes | folder | carrier.
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
class PrintsLabels(Protocol):
    """Makes what is stuck on the parcels of its orders."""

    def make_labels(self, asked: Sequence[LabelAsked]) -> list[LabelMade]:
        """One answer per label, in their order. Asking again makes no second one."""
        ...


@runtime_checkable
class HandsOver(Protocol):
    """Takes orders in supplies («поставки»), each handed over as a whole."""

    def open_supplies(self) -> Sequence[SupplyOpen]:
        """Those that we made and nobody has handed over."""
        ...

    def hand_over(self, supply_ref: str) -> HandedOver:
        """Hand one over with whatever is in it. It is looked at first: one that has left is not told again."""
        ...

    def make_labels(self, asked: Sequence[LabelAsked]) -> list[LabelMade]:
        """Codes of supplies, as of orders (`PrintsLabels`)."""
        ...


@runtime_checkable
class ShipsParts(Protocol):
    """Can be told that a part of an order leaves, and by which number it is followed."""

    def ship_parts(self, parts: Sequence[PartShipped]) -> list[PartTold]:
        """One answer per part, in their order. Each order is looked at first: what the channel shows already is not sent."""
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
        """One answer per order, in their order. Their customers were put before. One that people deleted is ``gone``, and not made anew."""
        ...

    def read_changes(self, cursor: str | None) -> CrmChanges:
        """What people changed since a cursor; None: from now on, which only gives a cursor."""
        ...


class Carrier(Examined, AbstractContextManager["Carrier"], Protocol):
    """Takes parcels to buyers and brings some of them back.

    Nothing it is told is done at once: what it took is *pending* until it says otherwise, and a pending thing is asked for again, never
    sent again. A shortage of knowledge is data (pending, ambiguous, refused), not an exception.

    Attributes:
        settles_within_s: how long it may need to settle what it was told; asking again sooner than `asks_again_s` is of no use.
        asks_again_s: the shortest sensible time between two questions about one pending thing.
    """

    asks_again_s: float
    settles_within_s: float

    def find_city(self, asked: CityAsked) -> CityFound:
        """The town meant, or those it may be; never a guess."""
        ...

    def find_point(self, point_ref: str, parcels: Sequence[Parcel], *, collects: bool) -> PointFound:
        """Whether the parcels may go to this point, and where else in its town they may."""
        ...

    def find_points(
        self, city_ref: str, parcels: Sequence[Parcel], *, collects: bool, kind: PointKind | None = None, near: str = ""
    ) -> PointFound:
        """The points of a town that will do for these parcels, as ``candidates``; nearest words of ``near`` first. ``unknown``: none."""
        ...

    def quote(self, shipment: CarrierShipment) -> Quote:
        """What the shipment would cost by its tariff, and whether it can go so at all."""
        ...

    def put_shipment(self, shipment: CarrierShipment, *, carrier_ref: str | None = None) -> Booked:
        """Book it, or ask how far it is: the same call until it is settled.

        It is looked up by its reference before it is made, so that whatever became of an earlier call, there is one. A shipment refused
        before may be put again once it was corrected, without a ``carrier_ref``.

        Args:
            shipment: whole.
            carrier_ref: what a pending answer gave.
        """
        ...

    def cancel_shipment(self, carrier_ref: str, *, turn_back: bool = False) -> CalledOff:
        """Take a shipment back the way that costs nothing; the same call until it is settled.

        Args:
            carrier_ref: of the shipment.
            turn_back: consent to let it come back at the shop's expense where it has left already.
        """
        ...

    def ask_form(self, carrier_refs: Sequence[str], kind: FormKind) -> Form:
        """Have papers made for these shipments."""
        ...

    def read_form(self, form_ref: str, kind: FormKind) -> Form:
        """The papers, when they are made."""
        ...

    def ask_pickup(self, pickup: Pickup) -> PickupSaid:
        """Call a courier."""
        ...

    def read_pickup(self, pickup_ref: str) -> PickupSaid:
        """How it stands with the courier."""
        ...

    def cancel_pickup(self, pickup_ref: str) -> PickupSaid:
        """Nobody need come; the same call until it is settled."""
        ...

    def pickup_days(self, address: Address, *, until: date | None = None) -> list[date]:
        """Days on which a courier would come there."""
        ...

    def read_track(self, carrier_ref: str) -> Track | None:
        """A shipment as it is now; None: the carrier does not know it (yet, or any more)."""
        ...

    def ask_return(self, carrier_ref: str, *, ref: str, tariff: str | None = None) -> Booked:
        """Let a buyer who has a shipment send it back («клиентский возврат»). Settled by `read_track` of its ``carrier_ref``.

        Args:
            carrier_ref: of the delivered shipment.
            ref: ours for the answer.
            tariff: the carrier's code; none: the one in settings.
        """
        ...

"""A 1C base that takes a site's orders as УТ and УНФ do, and that a manager works in.

Orders are known again by Номер alone: УТ looks for its first 11 characters, УНФ keeps nothing but its digits. Goods that are not found
become new elements of the catalogue. УТ changes an order only while it «Ожидается согласование», later no more than its реквизиты; УНФ
changes it always. Source: `reference/commerceml.md` §1.6, §2.4, §2.6; what it does not tell is said where it is decided.
"""

import uuid
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, tzinfo
from decimal import Decimal
from zoneinfo import ZoneInfo

from lxml.etree import _Element

from deployments.world.clock import WorldClock
from deployments.world.onec import OnecStopped, number_of, read_package
from deployments.world.onec_catalog import Books, Habit, rounded
from deployments.world.onec_documents import Card, Item, Line, Order, SaidOrder, read_order
from deployments.world.onec_reports import Report, write_reports

MOSCOW = ZoneInfo("Europe/Moscow")
LOOKED_FOR = 11
"""Characters of Номер that УТ looks for."""
UNAPPROVED, APPROVED = "Не согласован", "Согласован"
STATUSES = {"ut": (UNAPPROVED, APPROVED, "Закрыт"), "unf": ("Открыт", "В работе", "Завершен")}
APPOINTMENT = "запись на услугу"
"""The one other ХозОперация that УНФ takes; it is no order."""


class OnecBase:
    """One base, worked in by one thread at a time.

    Args:
        habit: whose configuration it has.
        items: what is in its catalogue.
        kits: sets that УНФ knows, as pieces of their parts by Ид; УТ knows none.
        statuses: the site's status → the base's own; its own names are known anyway.
        clock: what its stamps show.
        zone: where its server stands.

    Attributes:
        books: its catalogue and its buyers.
        orders: all of them, the oldest first.
        unwritable: numbers of orders that cannot be written now: their form is open, their period closed.
        read_now: numbers of the orders that were read in the run that goes on.
        notes: what the user reads of orders that were not taken as they are.
    """

    def __init__(
        self,
        habit: Habit,
        items: Iterable[Item] = (),
        *,
        kits: Mapping[str, Mapping[str, int]] | None = None,
        statuses: Mapping[str, str] | None = None,
        clock: WorldClock | None = None,
        zone: tzinfo = MOSCOW,
    ) -> None:
        self.habit: Habit = habit
        self.books = Books(habit, items, kits or {})
        self.orders: list[Order] = []
        self.unwritable: set[str] = set()
        self.read_now: list[str] = []
        self.notes: list[str] = []
        self._statuses = {name: name for name in STATUSES[habit]} | dict(statuses or {})
        self._clock = clock or WorldClock()
        self._zone = zone
        self._documents = 0
        self._changed: set[str] = set()

    @property
    def created_items(self) -> list[Item]:
        """What orders have added to the catalogue, which nobody wanted."""
        return self.books.created_items

    @property
    def cards(self) -> list[Card]:
        """Buyers."""
        return self.books.cards

    def order(self, number: str) -> Order:
        """The one order of this number of the site's.

        Raises:
            LookupError: there is none, or there are several.
        """
        found = [order for order in self.orders if order.site_number == number]
        if len(found) != 1:
            raise LookupError(f"{len(found)} orders of number {number}")
        return found[0]

    def begin_run(self) -> None:
        """An exchange begins: nothing has been read in it yet."""
        self.read_now = []

    def take(self, text: str) -> list[str]:
        """Write a package of the site's orders; a bad one stops it, and those before it stay written.

        Returns:
            The orders' numbers.

        Raises:
            OnecStopped: at the document that cannot be taken; the site is not to be told `success`.
        """
        self.begin_run()
        for document in read_package(text, habit=self.habit):
            if self.habit == "unf" and (document.findtext("{*}ХозОперация") or "").lower() == APPOINTMENT:
                self.notes.append(f"Документ {document.findtext('{*}Номер')}: запись на услугу")
            else:
                self._take(number_of(document), document)
        return list(self.read_now)

    def born(self, lines: Mapping[str, int]) -> Order:
        """An order that a manager enters here; the site never hears of it."""
        order = self._new(self._next_number())
        order.lines = [self.books.typed(ref, Decimal(pcs)) for ref, pcs in lines.items()]
        self._register(order)
        return order

    def post(self, number: str) -> None:
        """«Провести»."""
        self._at_work(number).is_posted = True

    def unpost(self, number: str) -> None:
        """«Отменить проведение»."""
        self._at_work(number).is_posted = False

    def ship(self, number: str, pieces: Mapping[str, int] | None = None) -> None:
        """Ship everything, or these pieces by Ид; what is shipped was approved and posted."""
        order = self._at_work(number)
        order.shipped.update(pieces if pieces is not None else Counter({ref: int(pcs) for ref, pcs in order.ordered().items()}))
        order.shipment = (self._next_number(), self._now())
        order.is_posted = True
        if order.status == UNAPPROVED:
            order.status = APPROVED

    def cancel(self, number: str) -> None:
        """«Отменить»: the lines stay as they are."""
        self._at_work(number).is_cancelled = True

    def set_status(self, number: str, status: str) -> None:
        """Give an order a status of the base's own."""
        self._at_work(number).status = status

    def change_lines(self, number: str, pieces: Mapping[str, int]) -> None:
        """So many pieces of these items instead, by Ид; none is a line that disappears, a new item one of its own price."""
        order = self._at_work(number)
        kept = [_resized(line, Decimal(pieces.get(line.item.ref, line.pcs))) for line in order.lines]
        there = {line.item.ref for line in order.lines}
        added = [self.books.typed(ref, Decimal(pcs)) for ref, pcs in pieces.items() if ref not in there]
        order.lines = [line for line in kept + added if line.pcs]

    def set_track(self, number: str, tracking: str, *, by: str = "") -> None:
        """Write down the carrier's number, and the way it goes."""
        order = self._at_work(number)
        order.tracking = tracking
        if by:
            order.requisites["Способ доставки"] = by

    def mark_deleted(self, number: str) -> None:
        """«Пометить на удаление», which takes the posting back."""
        order = self._at_work(number)
        order.is_marked_deleted, order.is_posted = True, False

    def pay(self, number: str) -> None:
        """All of it is paid."""
        self._at_work(number).payment = (self._next_number(), self._now())

    def report(self, *, changed_only: bool = True) -> Report | None:
        """The orders that have changed, or all, as one package for the site; None where there are none.

        Orders born here are never in it, nor those read in this run. Whether these are sent by the next run is not told; here they are.
        """
        told = [
            order
            for order in self.orders
            if order.site_number is not None and order.site_number not in self.read_now and (order.ref in self._changed or not changed_only)
        ]
        if not told:
            return None
        package = write_reports(told, habit=self.habit, formed_at=self._now())
        return Report(package=package, versions={order.ref: order.version for order in told})

    def forget_changes(self, report: Report) -> None:
        """The site has taken a report: what has not changed since needs no other."""
        self._changed -= {order.ref for order in self.orders if report.versions.get(order.ref) == order.version}

    def _take(self, number: str, document: _Element) -> None:
        try:
            said = read_order(document)
        except (ArithmeticError, ValueError) as error:
            raise OnecStopped(f"Заказ {number}: не удалось прочитать документ") from error
        if number in self.unwritable:
            raise OnecStopped(f"Заказ {number}: не удалось записать документ")
        order = self._known(number)
        if order is not None and self.habit == "ut" and not _awaits_approval(order):
            self.notes.append(f"Заказ {number}: не в состоянии «Ожидается согласование», изменены только реквизиты")
        else:
            order = order or self._new(self._next_number() if self.habit == "ut" else _digits(number))
            self._fill(order, said)
        order.requisites.update(said.requisites)
        order.is_cancelled |= said.requisites.get("Отменен") == "true"
        self._register(order)
        self.read_now.append(number)

    def _known(self, number: str) -> Order | None:
        if self.habit == "ut":
            return next((order for order in reversed(self.orders) if order.site_number == number[:LOOKED_FOR]), None)
        return next((order for order in self.orders if order.number == _digits(number)), None)

    def _new(self, number: str) -> Order:
        order = Order(ref=str(uuid.uuid4()), number=number, stamp=self._now(), status=STATUSES[self.habit][0])
        self.orders.append(order)
        return order

    def _fill(self, order: Order, said: SaidOrder) -> None:
        """УНФ takes an order without Налоги as not taxed; what УТ does of it is not told."""
        order.site_number, order.placed_stamp = said.number, said.placed_stamp
        order.buyer = self.books.card(said.buyer)
        order.currency, order.comment, order.place = said.currency, said.comment, said.place
        order.vat = None if self.habit == "ut" and said.vat == "none" else said.vat
        order.lines = [line for one in said.lines for line in self.books.lines(one)]
        order.status = self._status(order, said)

    def _status(self, order: Order, said: SaidOrder) -> str:
        """By the site's реквизиты. УТ takes an unknown one for unapproved; what УНФ does is not told, here it changes nothing."""
        names = ("Статус заказа",) if self.habit == "ut" else ("Статуса заказа ИД", "Статус заказа")
        told = [self._statuses[text] for name in names if (text := said.requisites.get(name, "")) in self._statuses]
        return told[0] if told else UNAPPROVED if self.habit == "ut" else order.status

    def _at_work(self, number: str) -> Order:
        order = self.order(number)
        self._register(order)
        return order

    def _register(self, order: Order) -> None:
        order.version += 1
        self._changed.add(order.ref)

    def _next_number(self) -> str:
        self._documents += 1
        return f"УТ00-{self._documents:06}" if self.habit == "ut" else f"НФНФ-{self._documents:06}"

    def _now(self) -> datetime:
        return self._clock.now().astimezone(self._zone).replace(tzinfo=None, microsecond=0)


def _awaits_approval(order: Order) -> bool:
    """What 1C calls «Ожидается согласование»."""
    return order.status == UNAPPROVED and not order.is_cancelled


def _resized(line: Line, pcs: Decimal) -> Line:
    return replace(line, pcs=pcs, sum_kopecks=rounded(line.sum_kopecks * pcs / line.pcs))


def _digits(number: str) -> str:
    return "".join(figure for figure in number if figure.isdigit())

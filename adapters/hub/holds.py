"""Carts reserved at checkout (DESIGN §4 rule 1): all or nothing, idempotent by the site's own key, given back when their time is over.

A hold is ``held``, then ``committed`` before money is taken, then ``ordered`` when its order is recorded; or it ends ``expired``,
``released``, or ``reconciled`` where it was committed and its order never came. Whoever comes back to one that ended takes again from
the pool, or hears what is short.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple, TypeVar
from zoneinfo import ZoneInfo

import psycopg
from sqlalchemy import Connection, exc, select, update

from adapters.errors import Unavailable
from adapters.hub.backorders import expected_of
from adapters.hub.driver import driver_of
from adapters.hub.hold_carts import LIVE, Cart, Held, HeldLine, Hold, Refused
from adapters.hub.hold_ending import COLUMNS, end, end_some, find_holds, give_back, is_overdue, is_unordered, tell_unordered
from adapters.hub.hold_skus import meant
from adapters.hub.hold_taking import FROZEN, Changed, Terms, take
from adapters.hub.hub import Hub
from adapters.hub.ledger_moves import lock_pools
from adapters.hub.tables.orders import hold
from adapters.settings import Settings
from tasks.rules.checkout import Expected, free_pcs
from tasks.rules.ledger_draw import free_of

__all__ = ["Busy", "Cart", "Held", "HeldLine", "HoldTaken", "Holds", "OtherOrder", "Refused", "Stock", "consume", "let_go"]

Made = TypeVar("Made")
ATTEMPTS = 5
AWAY = (psycopg.OperationalError, psycopg.InterfaceError, exc.OperationalError, exc.InterfaceError, exc.TimeoutError)
POOLS = "select item_id, place, pcs from ledger_balance where account = 'pool' and item_id = any (%s::bigint[])"


class Busy(Unavailable):
    """Somebody held these goods for longer than a buyer waits."""


class OtherOrder(NamedTuple):
    """A hold cannot be had: it is committed, or is for another order already."""

    state: str
    order_ref: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Stock:
    """What can be sold of a site's code now, and what may be promised."""

    sku: str
    free_pcs: int
    preorder_pcs: int = 0
    expected_on: date | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class HoldTaken:
    """The hold that an order was paid by.

    Args:
        hold_id: its id.
        account: where its pieces are.
        lines: its cart, each line with the recipe it was sold under.
        has_pieces: the account holds them; else it ended before its order came, and the order is sold from the pool.
        was: its state before: ``committed``; ``held``, where the order came before the commit; ``expired`` and the like.
    """

    hold_id: str
    account: str
    lines: tuple[HeldLine, ...]
    has_pieces: bool
    was: str


class Holds:
    """The book of carts at checkout.

    Args:
        hub: the hub.
        settings: how long carts are held, and the sites with the warehouses they sell from.
    """

    def __init__(self, hub: Hub, settings: Settings) -> None:
        self._hub = hub
        self._terms = settings.reservations
        self._zone = ZoneInfo(settings.time_zone)
        self._places = {name: channel.places_of.get("") for name, channel in settings.channels.items()}

    def reserve(self, carts: Sequence[Cart], *, patience_ms: int = 0) -> list[Held | Refused]:
        """Reserve carts in one transaction, in order of arrival, each all or nothing; the answers in the same order.

        Args:
            carts: each key of a site once.
            patience_ms: how long a locked row is waited for; 0: for ever.

        Raises:
            Busy: somebody held the goods for longer than that.
            Unavailable: the hub does not answer.
        """
        return self._in_one(lambda connection, at: take(driver_of(connection), at, carts, self._at(at), patience_ms=patience_ms))

    def extend(self, channel: str, hold_id: str, *, ttl_s: float | None = None) -> Held | Refused | None:
        """Hold a cart for so long from now on; one that ended is taken again. None: the site has no such cart.

        Raises:
            Unavailable: the hub does not answer.
        """

        def extended(connection: Connection, at: datetime) -> Held | Refused | None:
            known = _find(connection, channel, hold_id)
            if known is None:
                return None
            if known.state in LIVE - {"held"}:
                return known.held()
            if known.state != "held":
                return self._again(connection, at, known, ttl_s)
            expires_at = self._at(at).expires_at(at, ttl_s)
            if not _change(connection, known, "held", {"expires_at": expires_at}):
                raise Changed
            return replace(known.held(), expires_at=expires_at)

        return self._in_one(extended)

    def commit(self, channel: str, hold_id: str, *, order_ref: str | None = None) -> Held | Refused | OtherOrder | None:
        """Promise a cart to the order that is about to be paid; one that ended is taken again. None: the site has no such cart.

        Once for one order: `OtherOrder` where it is committed for another.

        Raises:
            Unavailable: the hub does not answer.
        """

        def committed(connection: Connection, at: datetime) -> Held | Refused | OtherOrder | None:
            known = _find(connection, channel, hold_id)
            if known is None:
                return None
            if known.state in LIVE - {"held"}:
                return _same_order(connection, known, order_ref)
            if known.state != "held":
                taken = self._again(connection, at, known, None)
                if isinstance(taken, Refused):
                    return taken
                known = replace(known, lines=taken.lines, expires_at=taken.expires_at)
            if not _change(connection, known, "held", {"state": "committed", "committed_at": at, "order_ref": order_ref}):
                raise Changed
            return replace(known.held(), state="committed", order_ref=order_ref)

        return self._in_one(committed)

    def release(self, channel: str, hold_id: str) -> Held | OtherOrder | None:
        """Give a cart back; the second time does nothing. None: the site has no such cart; `OtherOrder`: it is committed.

        Raises:
            Unavailable: the hub does not answer.
        """

        def released(connection: Connection, at: datetime) -> Held | OtherOrder | None:
            known = _find(connection, channel, hold_id)
            if known is None:
                return None
            if known.state not in LIVE:
                return known.held()
            if known.state != "held":
                return OtherOrder(known.state, known.order_ref)
            if not end(connection, at, [known], hold.c.state == "held", state="released"):
                raise Changed
            return replace(known.held(), state="released")

        return self._in_one(released)

    def stock(self, channel: str, sku: str) -> Stock | None:
        """What can be sold of a site's code now; None where the site has no such code.

        Raises:
            Unavailable: the hub does not answer.
        """

        def counted(connection: Connection, at: datetime) -> Stock | None:
            raw, today = driver_of(connection), self._at(at).today
            found = meant(raw, [(channel, sku)], today)[channel, sku]
            if found.item_id is None:
                return None
            item_ids = [item_id for item_id, _ in found.recipe]
            places = self._places.get(channel)
            ill = raw.execute(FROZEN, {"item_ids": item_ids}).fetchall()
            pools = {(item_id, place): pcs for item_id, place, pcs in raw.execute(POOLS, (item_ids,)).fetchall()}
            gone = {item_id for item_id, place in ill if place is None or places is None or place in places}
            free = free_of({shelf: pcs for shelf, pcs in pools.items() if shelf[0] not in gone}, places)
            is_plain = found.recipe == ((found.item_id, 1),)
            expected = expected_of(raw, [found.item_id], today, is_locked=False) if is_plain and not gone else []
            return _stock(sku, free_pcs(found.recipe, free), expected)

        return self._in_one(counted)

    def expire(self) -> int:
        """Give back carts whose time is over; how many they were."""
        return self._end_all(is_overdue, state="expired")

    def reconcile(self) -> int:
        """Give back committed carts whose order never came, and tell a person; how many they were."""
        within = timedelta(seconds=self._terms.order_within_s)
        return self._end_all(lambda at: is_unordered(at, within=within), state="reconciled")

    def _end_all(self, which: Callable[[datetime], Any], *, state: str) -> int:
        ended = 0
        while True:
            with self._hub.engine.begin() as connection:
                at = self._hub.clock.now()
                some = end_some(connection, at, which(at), state=state)
                if state == "reconciled":
                    tell_unordered(connection, at, some)
            if not some:
                return ended
            ended += len(some)

    def _again(self, connection: Connection, at: datetime, known: Hold, ttl_s: float | None) -> Held | Refused:
        (answer,) = take(driver_of(connection), at, [known.cart(ttl_s=ttl_s)], self._at(at))
        return answer

    def _at(self, at: datetime) -> Terms:
        return Terms(self._terms.ttl_s, self._terms.longest_s, self._places, at.astimezone(self._zone).date())

    def _in_one(self, act: Callable[[Connection, datetime], Made]) -> Made:
        """One transaction, begun anew where somebody else did the same at the same moment."""
        for attempt in range(ATTEMPTS):
            try:
                with self._hub.engine.begin() as connection:
                    return act(connection, self._hub.clock.now())
            except Changed:
                if attempt == ATTEMPTS - 1:
                    raise Unavailable("Эту корзину меняют одновременно: повторите.", system="hub") from None
            except AWAY as error:
                raise _unavailable(error) from error
        raise AssertionError("unreachable")


def consume(connection: Connection, at: datetime, *, channel: str, hold_id: str | None, order_ref: str) -> HoldTaken | None:
    """The hold that an order was paid by, which is this order's from now on; to be called in the transaction that records the order.

    Found by its id, which the order carries, else by the order it was committed for. The same order again gets the same answer. None:
    there is no such hold of this channel, or it is another order's.

    Args:
        connection: the transaction; it locks the pools of the hold's goods before anything else here.
        at: now.
        channel: the site.
        hold_id: as the order carries it; None where it carries none.
        order_ref: the order's key on the site.
    """
    known = _find(connection, channel, hold_id) if hold_id is not None else None
    if known is None:
        known = _paid_for(connection, channel, order_ref)
    if known is None:
        return None
    lock_pools(connection, known.item_ids)
    (known,) = find_holds(connection, select(*COLUMNS).where(hold.c.hold_id == known.hold_id).with_for_update())
    if known.order_ref not in {None, order_ref}:
        return None
    has_pieces = known.state in LIVE
    changed: dict[str, Any] = {"state": "ordered", "ended_at": at} if has_pieces else {}
    connection.execute(update(hold).where(hold.c.hold_id == known.hold_id).values(order_ref=order_ref, **changed))
    return HoldTaken(hold_id=known.hold_id, account=known.account, lines=known.lines, has_pieces=has_pieces, was=known.state)


def let_go(connection: Connection, at: datetime, hold_id: str) -> int:
    """What an order left in its hold goes back to the pool, and it waits for nothing more: the order is cancelled. Returns the pieces."""
    (known,) = find_holds(connection, select(*COLUMNS).where(hold.c.hold_id == hold_id))
    lock_pools(connection, known.item_ids)
    return give_back(connection, at, [known], reason="cancelled")


def _find(connection: Connection, channel: str, hold_id: str) -> Hold | None:
    return next(iter(find_holds(connection, select(*COLUMNS).where(hold.c.hold_id == hold_id, hold.c.channel == channel))), None)


def _paid_for(connection: Connection, channel: str, order_ref: str) -> Hold | None:
    wanted = select(*COLUMNS).where(hold.c.channel == channel, hold.c.order_ref == order_ref).order_by(hold.c.committed_at.desc()).limit(1)
    return next(iter(find_holds(connection, wanted)), None)


def _change(connection: Connection, known: Hold, state: str, changed: dict[str, Any]) -> bool:
    """Change a hold that is in this state; false where it no longer is."""
    is_same = (hold.c.hold_id == known.hold_id, hold.c.state == state)
    return connection.execute(update(hold).where(*is_same).values(changed)).rowcount == 1


def _same_order(connection: Connection, known: Hold, order_ref: str | None) -> Held | OtherOrder:
    if order_ref is None or order_ref == known.order_ref:
        return known.held()
    if known.order_ref is not None or not _change(connection, known, known.state, {"order_ref": order_ref}):
        return OtherOrder(known.state, known.order_ref)
    return replace(known.held(), order_ref=order_ref)


def _stock(sku: str, pcs: int, expected: Sequence[Expected]) -> Stock:
    return Stock(
        sku=sku,
        free_pcs=pcs,
        preorder_pcs=sum(one.free_pcs for one in expected),
        expected_on=min((one.expected_on for one in expected), default=None),
    )


def _unavailable(error: Exception) -> Unavailable:
    if isinstance(error, psycopg.errors.LockNotAvailable):
        return Busy("Этот товар сейчас пересчитывается: повторите.", system="hub")
    return Unavailable("База Utyug не отвечает.", system="hub")

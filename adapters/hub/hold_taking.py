"""Many carts in one transaction: each gets all of its pieces or none, in order of arrival.

Checkout is where a buyer waits, so it speaks to the driver directly: a fixed number of statements for any number of carts, several of
them on one way to the server and back. Pools are locked first, in key order, like everywhere in the ledger; rows of holds after them.
"""

import json
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import NamedTuple

from adapters.hub.backorders import expected_of, keep_promises
from adapters.hub.driver import Driver
from adapters.hub.hold_carts import LIVE, Cart, Held, HeldLine, Hold, Refused, account_of
from adapters.hub.hold_skus import Meant, meant
from adapters.hub.ledger_moves import NOTICE
from tasks.rules.checkout import Asked, Expected, Got, Promised, Short, serve_cart
from tasks.rules.ledger_draw import Shelf, free_at, shelves_at

KNOWN = """
    select h.hold_id, h.channel, h.key, h.state, h.order_ref, h.cart, h.expires_at, h.committed_at
    from unnest(%s::text[], %s::text[]) as v (channel, key) join hold h using (channel, key)
"""

IMPATIENT = "select set_config('lock_timeout', %s, true)"

LOCK = """
    select item_id, place, pcs from ledger_balance
    where account = 'pool' and item_id = any (%s::bigint[])
    order by item_id, place
    for update
"""

FROZEN = """
    select item_id, place from shortfall where item_id = any (%(item_ids)s::bigint[])
    union all
    select item_id, null from item where item_id = any (%(item_ids)s::bigint[]) and (is_deleted or is_absent)
    union all
    select (part ->> 0)::bigint, null from offer cross join lateral jsonb_array_elements(recipe) part
    where phase = 'connecting' and (part ->> 0)::bigint = any (%(item_ids)s::bigint[])
"""
"""What is sold nowhere now: short, gone from 1C, or sold by a channel whose earlier orders are not all known yet."""

WRITE = """
    with held as (
        insert into hold (hold_id, channel, key, state, cart, held_at, expires_at)
        select hold_id, channel, key, 'held', cart::jsonb, %(at)s, expires_at
        from unnest(%(hold_ids)s::text[], %(channels)s::text[], %(keys)s::text[], %(carts)s::text[], %(expire)s::timestamptz[])
            as v (hold_id, channel, key, cart, expires_at)
        on conflict (channel, key) do nothing
        returning hold_id
    ), paid as (
        update ledger_balance b set pcs = b.pcs - v.pcs
        from unnest(%(pool_items)s::bigint[], %(pool_places)s::text[], %(pool_pcs)s::bigint[]) as v (item_id, place, pcs)
        where b.item_id = v.item_id and b.place = v.place and b.account = 'pool' and b.pcs >= v.pcs
        returning b.item_id
    ), got as (
        insert into ledger_balance (item_id, place, account, pcs)
        select item_id, place, 'hold:' || hold_id, sum(pcs)
        from unnest(%(items)s::bigint[], %(places)s::text[], %(holders)s::text[], %(pcs)s::bigint[]) as v (item_id, place, hold_id, pcs)
        group by item_id, place, hold_id
        on conflict (item_id, place, account) do update set pcs = ledger_balance.pcs + excluded.pcs
    ), moved as (
        insert into ledger_movement (at, item_id, place, from_account, to_account, pcs, reason, reference)
        select %(at)s, item_id, place, 'pool', 'hold:' || hold_id, pcs, 'held', 'hold:' || hold_id
        from unnest(%(items)s::bigint[], %(places)s::text[], %(holders)s::text[], %(pcs)s::bigint[]) as v (item_id, place, hold_id, pcs)
    )
    select (select count(*) from held), (select count(*) from paid), pg_notify(%(notice)s, '')
"""

TAKE_AGAIN = """
    update hold h set state = 'held', cart = v.cart::jsonb, held_at = %(at)s, expires_at = v.expires_at,
        committed_at = null, ended_at = null, order_ref = null
    from unnest(%(hold_ids)s::text[], %(states)s::text[], %(carts)s::text[], %(expire)s::timestamptz[])
        as v (hold_id, state, cart, expires_at)
    where h.hold_id = v.hold_id and h.state = v.state
"""


class Changed(Exception):
    """Somebody else had the same key at the same moment: the transaction is undone, look again."""


class Terms(NamedTuple):
    """What the settings say of checkout: how long carts are held, where each site draws on, which day it is in the shop."""

    ttl_s: float
    longest_s: float
    places: Mapping[str, Sequence[str] | None]
    today: date

    def expires_at(self, at: datetime, ttl_s: float | None) -> datetime:
        """When a cart expires that is held from now on."""
        return at + timedelta(seconds=min(ttl_s or self.ttl_s, self.longest_s))


@dataclass(slots=True)
class _Taking:
    """One cart on its way: what it is known as, what it got."""

    cart: Cart
    known: Hold | None
    hold_id: str
    expires_at: datetime
    asked: list[Asked] = field(default_factory=list)
    got: list[Got] = field(default_factory=list)

    @property
    def lines(self) -> tuple[HeldLine, ...]:
        return tuple(HeldLine.of(part) for part in self.got)

    @property
    def promised(self) -> list[Promised]:
        return [part for got in self.got for part in got.promised]

    @property
    def kept(self) -> str:
        return json.dumps([line.as_kept() for line in self.lines], ensure_ascii=False)


def take(raw: Driver, at: datetime, carts: Sequence[Cart], terms: Terms, *, patience_ms: int = 0) -> list[Held | Refused]:
    """Reserve carts, in order of arrival; the answers in the same order.

    Args:
        raw: a connection inside the caller's transaction.
        at: now.
        carts: each key of a site once.
        terms: of the settings.
        patience_ms: how long one lock is waited for; 0: for ever.

    Raises:
        Changed: to be tried again in a new transaction.
        psycopg.errors.LockNotAvailable: somebody holds the goods for longer than that.
    """
    known, meanings = _read(raw, carts, terms.today, patience_ms)
    answers: dict[int, Held | Refused] = {}
    takings: dict[int, _Taking] = {}
    for number, cart in enumerate(carts):
        hold = known.get((cart.channel, cart.key))
        if hold is not None and {line.sku: line.pcs for line in hold.lines} != dict(cart.lines):
            answers[number] = Refused(is_other_cart=True)
        elif hold is not None and hold.state in LIVE and (hold.state != "held" or hold.expires_at > at):
            answers[number] = hold.held()
        else:
            expires_at = terms.expires_at(at, cart.ttl_s)
            taking = _Taking(cart, hold, hold.hold_id if hold else secrets.token_hex(10), expires_at)
            taking.asked = [meanings[cart.channel, sku].asked(sku, pcs) for sku, pcs in cart.lines.items()]
            takings[number] = taking
    answers |= _serve(raw, at, takings, terms)
    return [answers[number] for number in range(len(carts))]


def _serve(raw: Driver, at: datetime, takings: Mapping[int, _Taking], terms: Terms) -> dict[int, Held | Refused]:
    answers: dict[int, Held | Refused] = {
        number: replace(one.known.held(), expires_at=one.expires_at, is_new=True)
        for number, one in takings.items()
        if one.known is not None and one.known.state == "held"
    }
    late = [takings[number] for number in answers]
    fresh = {number: one for number, one in takings.items() if number not in answers}
    if fresh:
        goods = _Goods.locked(raw, fresh.values(), terms)
        short = {number: goods.serve(one, terms.places.get(one.cart.channel)) for number, one in fresh.items()}
        granted = {number: one for number, one in fresh.items() if not short[number]}
        answers |= {number: Refused(shortages=tuple(lines)) for number, lines in short.items() if lines}
        if granted:
            _write(raw, at, list(granted.values()))
            keep_promises(raw, at, [(account_of(one.hold_id), part) for one in granted.values() for part in one.promised])
        for number, one in granted.items():
            answers[number] = Held(hold_id=one.hold_id, state="held", expires_at=one.expires_at, lines=one.lines, is_new=True)
    again = [one for one in takings.values() if one.known is not None and one.got]
    _renew(raw, at, sorted(late + again, key=lambda one: one.hold_id))
    return answers


def _read(
    raw: Driver, carts: Sequence[Cart], today: date, patience_ms: int
) -> tuple[dict[tuple[str, str], Hold], dict[tuple[str, str], Meant]]:
    with raw.pipeline():
        raw.execute(IMPATIENT, (str(patience_ms),))
        cursor = raw.execute(KNOWN, ([cart.channel for cart in carts], [cart.key for cart in carts]))
        meanings = meant(raw, ((cart.channel, sku) for cart in carts for sku in cart.lines), today)
        names = [column.name for column in cursor.description or ()]
        holds = [Hold.kept(dict(zip(names, row, strict=True))) for row in cursor.fetchall()]
    return {(hold.channel, hold.key): hold for hold in holds}, meanings


@dataclass(slots=True)
class _Goods:
    """What there is for these carts, less what the ones before got."""

    free: dict[int, dict[Shelf, int]]
    frozen: set[Shelf]
    gone: set[int]
    expected: list[Expected]

    @classmethod
    def locked(cls, raw: Driver, takings: Iterable[_Taking], terms: Terms) -> "_Goods":
        """Lock the pools of everything these carts are made of."""
        takings = list(takings)
        item_ids = sorted({item_id for one in takings for line in one.asked for item_id, _ in line.recipe})
        with raw.pipeline():
            pools = raw.execute(LOCK, (item_ids,))
            ill = raw.execute(FROZEN, {"item_ids": item_ids})
            free: dict[int, dict[Shelf, int]] = {}
            for item_id, place, pcs in pools.fetchall():
                free.setdefault(item_id, {})[item_id, place] = pcs
            told = ill.fetchall()
        patient = {line.item_id for one in takings if one.cart.accepts_backorder for line in one.asked if line.is_plain and line.item_id}
        return cls(
            free=free,
            frozen={(item_id, place) for item_id, place in told if place is not None},
            gone={item_id for item_id, place in told if place is None},
            expected=expected_of(raw, patient, terms.today) if patient else [],
        )

    def serve(self, one: _Taking, places: Sequence[str] | None) -> list[Short]:
        """What one cart is short of; nothing where it got all of its lines."""
        free: dict[Shelf, int] = {}
        for line in one.asked:
            for item_id, _ in line.recipe:
                shelves = self.free.get(item_id, {})
                here = shelves_at(shelves, places)
                if item_id not in self.gone and not self.frozen.intersection(here):
                    free |= free_at(shelves, here)
        served = serve_cart(one.asked, free, self.expected if one.cart.accepts_backorder else (), places=places)
        got = [part for part in served if isinstance(part, Got)]
        if len(got) < len(served):
            return [part for part in served if isinstance(part, Short)]
        one.got = got
        for part in got:
            for drawn in part.drawn:
                self.free[drawn.item_id][drawn.item_id, drawn.place] -= drawn.pcs
            self._owe(part.promised)
        return []

    def _owe(self, promised: Sequence[Promised]) -> None:
        owed = {part.receipt_id: part.pcs for part in promised}
        if owed:
            self.expected = [replace(one, free_pcs=one.free_pcs - owed.get(one.receipt_id, 0)) for one in self.expected]


def _write(raw: Driver, at: datetime, granted: Sequence[_Taking]) -> None:
    new = sorted((one for one in granted if one.known is None), key=lambda one: (one.cart.channel, one.cart.key))
    drawn = [(part.item_id, part.place, one.hold_id, part.pcs) for one in granted for got in one.got for part in got.drawn]
    paid: dict[Shelf, int] = {}
    for item_id, place, _, pcs in drawn:
        paid[item_id, place] = paid.get((item_id, place), 0) + pcs
    shelves = sorted(paid)
    row = raw.execute(
        WRITE,
        {
            "at": at,
            "notice": NOTICE,
            "hold_ids": [one.hold_id for one in new],
            "channels": [one.cart.channel for one in new],
            "keys": [one.cart.key for one in new],
            "carts": [one.kept for one in new],
            "expire": [one.expires_at for one in new],
            "pool_items": [item_id for item_id, _ in shelves],
            "pool_places": [place for _, place in shelves],
            "pool_pcs": [paid[shelf] for shelf in shelves],
            "items": [part[0] for part in drawn],
            "places": [part[1] for part in drawn],
            "holders": [part[2] for part in drawn],
            "pcs": [part[3] for part in drawn],
        },
    ).fetchone()
    if row is None or row[:2] != (len(new), len(shelves)):
        raise Changed


def _renew(raw: Driver, at: datetime, again: Sequence[_Taking]) -> None:
    """Holds that were there before; one that is no longer as it was read is somebody else's doing."""
    if not again:
        return
    done = raw.execute(
        TAKE_AGAIN,
        {
            "at": at,
            "hold_ids": [one.hold_id for one in again],
            "states": [one.known.state for one in again if one.known],
            "carts": [one.kept if one.got else _as_was(one) for one in again],
            "expire": [one.expires_at for one in again],
        },
    )
    if done.rowcount != len(again):
        raise Changed


def _as_was(one: _Taking) -> str:
    return json.dumps([line.as_kept() for line in one.known.lines] if one.known else [], ensure_ascii=False)

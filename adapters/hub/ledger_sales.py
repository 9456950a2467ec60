"""Many order lines at once in the ledger: sold, cancelled in part or whole, taken over by a split; the items are locked all the while."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ARRAY, BigInteger, Connection, Text, bindparam, text
from sqlalchemy.dialects.postgresql import insert as upsert

from adapters.hub.ledger_moves import Movement, lock_pools, move, notify
from adapters.hub.ledger_parts import PART, Part, alive, is_same, live, read_parts, read_sources, write_parts
from adapters.hub.ledger_shortfall import judge_again
from adapters.hub.tables.ledger import ledger_balance
from tasks.rules.ledger import POOL, Line, Move, cancel, sold_account, split, take_over
from tasks.rules.ledger_draw import Shelf

RESTATED = "recipe_changed"

Recipe = Sequence[tuple[int, int]]
HELD = text("""
    select item_id, place, account, pcs from ledger_balance where account = any (:accounts) and item_id = any (:item_ids)
""").bindparams(bindparam("accounts", type_=ARRAY(Text)), bindparam("item_ids", type_=ARRAY(BigInteger)))


@dataclass(frozen=True, kw_only=True, slots=True)
class Sale:
    """Units of a line to be sold.

    Args:
        line: its name, ``<order>/<line>``.
        recipe: what a unit is made of.
        units: how many.
        order_number: the order as 1C knows it.
        reference: the cause, for the movements.
        account: an exposure or a hold that gives first; None: the pool alone.
        places: what the pool is drawn on, in this order; None: any place.
        returns_to: where cancelled pieces go; None: the pool.
        only_account: what the account does not hold waits: it is promised of a receipt.
    """

    line: str
    recipe: Recipe
    units: int
    order_number: str
    reference: str
    account: str | None = None
    places: Sequence[str] | None = None
    returns_to: str | None = None
    only_account: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class FromPool:
    """Pieces of an item that the sale's own account did not hold; ``owed_pcs`` of them nobody had: its places, or all places together."""

    line: str
    item_id: int
    pcs: int
    owed_pcs: int


class SalesDesk:
    """The sold lines of some items between their locks and the end of the transaction; nothing is written before `write`.

    Args:
        connection: the caller's transaction.
        at: now.
        item_ids: all that anything here is about; they are locked from now on, in key order.
        order_numbers: of the orders whose lines may be changed.
        accounts: exposures and holds that may be taken from.
    """

    def __init__(
        self, connection: Connection, at: datetime, *, item_ids: Collection[int], order_numbers: Collection[str], accounts: Collection[str]
    ) -> None:
        self._connection = connection
        self._at = at
        self._held: dict[tuple[int, str, str], int] = {(*shelf, POOL): pcs for shelf, pcs in _locked(connection, item_ids).items()}
        asked = {"accounts": sorted(accounts), "item_ids": sorted(item_ids)}
        self._held |= {(row.item_id, row.place, row.account): row.pcs for row in connection.execute(HELD, asked)}
        self._places = _places_of(self._held)
        self._sources = read_sources(connection, item_ids)
        self._parts = read_parts(connection, item_ids, order_numbers)
        self._movements: list[Movement] = []
        self._came_back: set[Shelf] = set()

    def held_units(self, account: str, recipe: Recipe) -> int:
        """Whole units that an account holds."""
        held: dict[int, int] = {}
        for (item_id, _, name), pcs in self._held.items():
            if name == account:
                held[item_id] = held.get(item_id, 0) + pcs
        return min(held.get(item_id, 0) // pcs for item_id, pcs in recipe)

    def sold_units(self, line: str, recipe: Recipe) -> int:
        """Units of a line that are sold and not cancelled."""
        item_id, per_unit = recipe[0]
        return sum(now.pcs for part in self._parts.get(line, ()) if part.item_id == item_id and (now := live(part))) // per_unit

    def sell(self, sale: Sale) -> list[FromPool]:
        """Sell units, below zero of the pool if need be; what the sale's own account did not hold."""
        line_ref = self._next_ref(sale.line)
        units = min(sale.units, self.held_units(sale.account, sale.recipe)) if sale.only_account and sale.account else sale.units
        lacking = [] if not units else [self._sell_part(sale, line_ref, item_id, pcs * units) for item_id, pcs in sale.recipe]
        return [one for one in lacking if one.pcs or one.owed_pcs]

    def cancel(self, line: str, recipe: Recipe, units: int, *, reference: str) -> dict[str | None, int]:
        """Cancel units of a line; where they went back to, in pieces of the recipe's first item (None: the pool)."""
        parted_ref = self._next_ref(line)
        back: dict[str | None, int] = {}
        for item_id, per_unit in recipe:
            for part, pcs in self._choose(line, item_id, per_unit * units):
                returns_to = self._cancel_part(line, part, pcs, parted_ref, reference)
                if item_id == recipe[0][0]:
                    back[returns_to] = back.get(returns_to, 0) + pcs
        return back

    def restate(self, account: str, *, was: Recipe, stands: Recipe, units: int, places: Sequence[str] | None, reference: str) -> None:
        """Units that came back to an exposure are units of another recipe now: it is to hold what these need, and nothing else.

        Args:
            account: the exposure.
            was: the recipe that the units came back under.
            stands: the one that the exposure stands under; empty where nothing may be sold of it any more.
            units: how many.
            places: where the pool gives what is needed, in this order, below zero if need be; None: any place.
            reference: the cause, for the movements.
        """
        had, needs = dict(was), dict(stands)
        for item_id in sorted(had.keys() | needs.keys()):
            pcs = (needs.get(item_id, 0) - had.get(item_id, 0)) * units
            source, target = (POOL, account) if pcs > 0 else (account, POOL)
            shares = self._from_pool(item_id, places, pcs) if pcs > 0 else self._held_at(account, item_id, -pcs)
            moves = [Move(place=place, from_account=source, to_account=target, pcs=share, reason=RESTATED) for place, share in shares]
            self._note(item_id, moves, reference)

    def take_over(self, line: str, heir: str, recipe: Recipe, units: int, *, order_number: str, reference: str) -> int:
        """Units go on in another order's line, sold as they are; returns how many there were."""
        taken = min(units, self.sold_units(line, recipe))
        for item_id, per_unit in recipe:
            for part, pcs in self._choose(line, item_id, per_unit * taken):
                made = take_over(alive(part), pcs, line_ref=heir)
                part.now = made.kept
                self._note(item_id, made.moves, reference)
                self._inherit(heir, part, made.parted, order_number)
        return taken

    def write(self) -> None:
        """Write everything down."""
        write_parts(self._connection, self._at, [part for parts in self._parts.values() for part in parts])
        move(self._connection, self._at, self._movements, reference="sales", may_owe=True)
        if self._came_back:
            judge_again(self._connection, self._at, self._came_back)
        if self._movements:
            notify(self._connection)

    def _sell_part(self, sale: Sale, line_ref: str, item_id: int, pcs: int) -> FromPool:
        missing = pcs
        places = self._places.get(item_id, []) if sale.places is None else list(sale.places)
        if sale.account is not None:
            everywhere = [*places, *(place for place in self._places.get(item_id, []) if place not in places)]
            for place in everywhere:
                missing -= self._draw(sale, line_ref, (item_id, place), sale.account, missing)
        from_pool = missing
        there = sum(self._held.get((item_id, place, POOL), 0) for place in self._places.get(item_id, []))
        for place in places:
            missing -= self._draw(sale, line_ref, (item_id, place), POOL, missing)
        owed = max(missing, from_pool - max(0, there))
        if missing:
            self._take(sale, line_ref, (item_id, self._owing_place(item_id, places)), POOL, missing)
        return FromPool(line=sale.line, item_id=item_id, pcs=from_pool, owed_pcs=owed)

    def _draw(self, sale: Sale, line_ref: str, shelf: Shelf, account: str, wanted_pcs: int) -> int:
        pcs = min(wanted_pcs, max(0, self._held.get((*shelf, account), 0)))
        if pcs:
            self._take(sale, line_ref, shelf, account, pcs)
        return pcs

    def _take(self, sale: Sale, line_ref: str, shelf: Shelf, account: str, pcs: int) -> None:
        item_id, place = shelf
        self._move(Movement(item_id, place, account, sold_account(line_ref), pcs, "sold", sale.reference))
        line = Line(line_ref=line_ref, place=place, pcs=pcs, returns_to=sale.returns_to)
        self._join(sale.line, item_id, line, sale.order_number)

    def _cancel_part(self, line: str, part: Part, pcs: int, parted_ref: str, reference: str) -> str | None:
        whole = alive(part)
        if pcs < whole.pcs:
            parted = split(whole, pcs, line_ref=parted_ref)
            self._note(part.item_id, parted.moves, reference)
            part.now = parted.kept
            part = Part(item_id=part.item_id, source=part.source, order_number=part.order_number, before=None, now=parted.parted)
            self._parts[line].append(part)
        told = cancel(alive(part))
        part.now = told.line
        self._note(part.item_id, told.moves, reference)
        return told.line.returns_to

    def _choose(self, line: str, item_id: int, pcs: int) -> list[tuple[Part, int]]:
        """Live parts that give so many pieces: those that 1C's figure does not show yet first."""
        given = [(part, now) for part in self._parts.get(line, ()) if part.item_id == item_id and (now := live(part))]
        chosen: list[tuple[Part, int]] = []
        for part, now in sorted(given, key=lambda one: (one[1].left_pcs, one[1].line_ref, one[1].place)):
            taken = min(pcs, now.pcs)
            if taken:
                chosen.append((part, taken))
                pcs -= taken
        return chosen

    def _inherit(self, heir: str, of: Part, parted: Line, order_number: str) -> None:
        same = next((part for part in self._parts.get(heir, ()) if is_same(part, of.item_id, parted)), None)
        if same is None:
            made = Part(item_id=of.item_id, source=of.source, order_number=order_number, before=None, now=parted)
            self._parts.setdefault(heir, []).append(made)
        else:
            now = alive(same)
            same.now = replace(now, pcs=now.pcs + parted.pcs, is_handed_over=now.is_handed_over or parted.is_handed_over)

    def _join(self, line: str, item_id: int, sold: Line, order_number: str) -> None:
        """Pieces of one sale from one place are one row, whichever accounts they came from."""
        same = next((part for part in self._parts.get(line, ()) if is_same(part, item_id, sold)), None)
        if same is not None:
            now = alive(same)
            same.now = replace(now, pcs=now.pcs + sold.pcs)
            return
        made = Part(item_id=item_id, source=self._sources[item_id], order_number=order_number, before=None, now=sold)
        self._parts.setdefault(line, []).append(made)

    def _next_ref(self, line: str) -> str:
        """The line itself the first time, then its parts."""
        known = {now.line_ref for part in self._parts.get(line, ()) for now in (part.now, part.before) if now}
        return line if line not in known else next(ref for n in range(1, len(known) + 2) if (ref := f"{line}{PART}{n}") not in known)

    def _from_pool(self, item_id: int, places: Sequence[str] | None, pcs: int) -> list[tuple[str, int]]:
        """Where the pool gives so many pieces: what there is, in the order of the places, and the rest of it owed."""
        asked = self._places.get(item_id, []) if places is None else places
        shares: list[tuple[str, int]] = []
        for place in asked:
            share = min(pcs, max(0, self._held.get((item_id, place, POOL), 0)))
            shares, pcs = [*shares, (place, share)], pcs - share
        return [one for one in (*shares, (self._owing_place(item_id, asked) if pcs else "", pcs)) if one[1]]

    def _held_at(self, account: str, item_id: int, pcs: int) -> list[tuple[str, int]]:
        """Where an account holds so many pieces."""
        shares: list[tuple[str, int]] = []
        for place in sorted((place for item, place, name in self._held if (item, name) == (item_id, account)), reverse=True):
            share = min(pcs, self._held[item_id, place, account])
            shares, pcs = [*shares, (place, share)], pcs - share
        return [one for one in shares if one[1]]

    def _owing_place(self, item_id: int, places: Sequence[str]) -> str:
        """Where a sale of what is not there is written: the first place that 1C ever counted the item at."""
        counted = self._places.get(item_id, [])
        place = next((place for place in places if place in counted), next(iter(places), next(iter(counted), "")))
        if (item_id, place, POOL) not in self._held:
            empty = upsert(ledger_balance).values(item_id=item_id, place=place, account=POOL, pcs=0)
            self._connection.execute(empty.on_conflict_do_nothing())
            self._held[item_id, place, POOL] = 0
        return place

    def _note(self, item_id: int, moves: Iterable[Move], reference: str) -> None:
        for one in moves:
            self._move(Movement(item_id, one.place, one.from_account, one.to_account, one.pcs, one.reason, reference))
            if POOL in {one.to_account, one.from_account}:
                self._came_back.add((item_id, one.place))

    def _move(self, one: Movement) -> None:
        for account, pcs in ((one.from_account, -one.pcs), (one.to_account, one.pcs)):
            key = (one.item_id, one.place, account)
            self._held[key] = self._held.get(key, 0) + pcs
        self._movements.append(one)


def _locked(connection: Connection, item_ids: Collection[int]) -> dict[Shelf, int]:
    return lock_pools(connection, item_ids) if item_ids else {}


def _places_of(held: Mapping[tuple[int, str, str], int]) -> dict[int, list[str]]:
    places: dict[int, set[str]] = {}
    for item_id, place, _ in held:
        places.setdefault(item_id, set()).add(place)
    return {item_id: sorted(names) for item_id, names in places.items()}

"""A small 1C, a shelf with one item, buyers, and the hub as `tasks.rules.ledger` decides.

1C posts when it likes, forms files early, repeats and delays them, lists only changes, reports late or never, un-posts, and releases
late. The hub's part is nothing but calls of the real rules. A rule is dropped by handing the real function what it would see if the
rule did not exist; the rules themselves have no switches.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import lru_cache
from itertools import product

from tasks.rules.ledger import (
    POOL,
    Count,
    Line,
    Move,
    Posted,
    Report,
    Told,
    cancel,
    is_overtaken,
    is_reserved,
    is_silent,
    post_count,
    shortfall_pcs,
    tell_report,
)
from tests.models.world import (
    CANCELLED,
    CREATED,
    ELSEWHERE,
    EXPOSURE,
    GIVEN_UP,
    HERE,
    KEPT_FILES,
    LEFT,
    NONE,
    NOON,
    OURS,
    POSTED,
    RELEASED,
    SECOND,
    SILENCE,
    SOLD,
    UNKNOWN,
    File,
    Order,
    State,
    World,
    figure,
    remembered,
    stamp_of,
)


class Model:
    """The steps of a world, the hub obeying every rule but the dropped one."""

    def __init__(self, world: World, *, dropped: str | None = None) -> None:
        self.world = world
        self.dropped = dropped
        self._posted = lru_cache(maxsize=None)(self._post)

    def start(self) -> State:
        """Nothing sold, 1C's figure known."""
        return State(self.world.pieces, self.world.pieces, (Order(),) * self.world.orders, self.world.budget)

    def fault(self, state: State) -> str | None:
        """More orders than pieces (pieces lost from the shelf are excused), or an alarm of shortage where nothing was lost."""
        lost = self.world.budget.shrinks - state.budget.shrinks
        wanted = sum(order.is_wanted for order in state.orders) + state.unseen + state.unreported
        if wanted > state.shelf + lost:
            return "OVERSELL"
        lines = [self._line(state, number) for number in range(len(state.orders))]
        if self.dropped == "doubt is no shortfall":
            lines = [replace(line, is_handed_over=False) for line in lines]
        if self.dropped == "cancelled is doubted until released":
            lines = [replace(line, is_released=True) for line in lines]
        return "FALSE SHORTFALL" if not lost and shortfall_pcs(state.pool, lines) else None

    def is_good(self, state: State) -> bool:
        """Every piece that nobody wants can be sold, or a person was told that some cannot."""
        lines = [self._line(state, number) for number, order in enumerate(state.orders) if order.hub == SOLD]
        is_heard = self.dropped != "silence is an alarm" and any(is_silent(line, exchanges=state.quiet, limit=SILENCE) for line in lines)
        return is_heard or state.pool == state.shelf - sum(order.is_wanted for order in state.orders)

    def steps(self, state: State) -> Iterator[tuple[str, State]]:
        """Everything that may happen next."""
        for number, order in enumerate(state.orders):
            yield from self._order_steps(state, number, order)
        yield from self._shelf_steps(state)
        yield from self._file_steps(state)
        yield from self._session_steps(state)

    def _order_steps(self, state: State, number: int, order: Order) -> Iterator[tuple[str, State]]:
        name = f"#{number}"
        if order.hub == NONE:
            if state.pool > 0 and (number == 0 or state.orders[number - 1].hub != NONE):
                yield f"{name} sold", self._with(state, number, order._replace(hub=SOLD, is_wanted=1), pool=state.pool - 1)
            return
        if order.onec == UNKNOWN and order.hub == SOLD:
            yield f"1C takes {name}", self._with(state, number, order._replace(onec=CREATED))
        if order.onec == CREATED:
            yield f"1C posts {name}", self._with(state, number, order._replace(onec=POSTED))
        yield from self._report_steps(state, number, order)
        if order.is_wanted and state.budget.cancels:
            yield from self._cancellations(state, number, order)
        if order.hub in (CANCELLED, RELEASED) and order.onec in (CREATED, POSTED):
            yield f"1C releases {name}", self._with(state, number, order._replace(onec=GIVEN_UP))
        if order.onec == POSTED and order.is_wanted and state.budget.unposts:
            yield from self._unpostings(state, number, order)

    def _cancellations(self, state: State, number: int, order: Order) -> Iterator[tuple[str, State]]:
        told = self._told(state, number, cancel(self._line(state, number)))
        if self.dropped == "cancelled after leaving" and order.hub == LEFT:
            told = self._with(state, number, order._replace(hub=CANCELLED))
        told = self._with(told, number, told.orders[number]._replace(is_wanted=0))
        told = told._replace(budget=state.budget._replace(cancels=state.budget.cancels - 1))
        for back in (0, 1) if self.world.is_told else (0,):
            yield f"#{number} cancelled, {back} restored", told._replace(shown=told.shown + back)

    def _unpostings(self, state: State, number: int, order: Order) -> Iterator[tuple[str, State]]:
        spent = state._replace(budget=state.budget._replace(unposts=state.budget.unposts - 1))
        if self.world.reports_unposting_first and order.reports:
            unposted = self._with(spent, number, order._replace(onec=CREATED, reports=order.reports + "U"))
            yield f"1C un-posts #{number} and says so", self._hears(unposted, number, len(order.reports) + 1)
        else:
            yield f"1C un-posts #{number}", self._with(spent, number, order._replace(onec=CREATED))

    def _report_steps(self, state: State, number: int, order: Order) -> Iterator[tuple[str, State]]:
        world = self.world
        unposted = "U" if order.reports.endswith("R") else "" if world.reserves_on_posting else "P"
        content = {CREATED: unposted, POSTED: "R", GIVEN_UP: "G" if world.reports_releases else ""}
        new = content.get(order.onec, "") if world.reports else ""
        if new and not order.reports.endswith(new):
            formed = self._with(state, number, order._replace(reports=order.reports + new))
            yield f"report {new} of #{number} formed", formed
            if world.stamps_coarsely and state.files and (last := state.files[-1]).marks is not None:
                marks = list(last.marks)
                marks[number] = 2 * len(order.reports) + 1
                yield (
                    f"report {new} of #{number} formed in the last file's second",
                    formed._replace(files=(*state.files[:-1], last._replace(marks=tuple(marks)))),
                )
        if order.known < len(order.reports):
            yield f"report of #{number} received", self._hears(state, number, order.known + 1)
        if world.repeats_reports:
            for old in range(1, order.known):
                yield f"report {old} of #{number} received again", self._hears(state, number, old)

    def _shelf_steps(self, state: State) -> Iterator[tuple[str, State]]:
        if state.shown:
            yield "channel sells a restored piece", state._replace(shown=state.shown - 1, unseen=state.unseen + 1)
        if state.unseen:
            yield (
                "its order is seen",
                state._replace(unseen=state.unseen - 1, exposure=state.exposure - 1, unreported=state.unreported + 1),
            )
        if state.budget.deliveries:
            spent = state.budget._replace(deliveries=state.budget.deliveries - 1)
            yield "delivery", self._noted(state, state._replace(shelf=state.shelf + 1, budget=spent))
        if state.budget.shrinks and state.shelf:
            spent = state.budget._replace(shrinks=state.budget.shrinks - 1)
            yield "piece lost", self._noted(state, state._replace(shelf=state.shelf - 1, budget=spent))

    def _file_steps(self, state: State) -> Iterator[tuple[str, State]]:
        world = self.world
        if not (world.forms_files_early or state.session is not None):
            return
        if world.stamps_late and state.reading is None:
            yield "1C reads its figure", state._replace(reading=figure(state))
            return
        said = state.reading if state.reading is not None else figure(state)
        is_due = bool(not world.lists_changes_only or state.dirty)
        listings = {is_due, is_due or world.exports_all_too, is_due and not (world.lists_changes_only and world.loses_portions)}
        marks = tuple(2 * len(order.reports) for order in state.orders)
        for is_listed, stamp in product(sorted(listings), (marks, None) if world.omits_stamps else (marks,)):
            file = File(said if is_listed else None, stamp)
            dirty = (0 if world.forgets_when == "formed" else 2) if state.dirty and is_listed else state.dirty
            if not state.files or state.files[-1] != file or state.reading is not None:
                slid = len(state.files) == KEPT_FILES
                yield (
                    f"file says {file.figure}" + ("" if stamp else ", without stamp"),
                    state._replace(
                        files=(*state.files, file)[-KEPT_FILES:],
                        newest=max(-1, state.newest - slid),
                        dirty=dirty,
                        reading=None,
                    ),
                )
            elif state.dirty == 1:
                yield "the same file again", state._replace(dirty=dirty)

    def _session_steps(self, state: State) -> Iterator[tuple[str, State]]:
        if state.session is None:
            began = tuple(2 * order.known for order in state.orders)
            yield "session begins", state._replace(session=began)
            return
        quiet = min(SILENCE, state.quiet + 1) if self.world.counts_silence else 0
        ended = state._replace(session=None, reading=None, quiet=quiet)
        if not self.world.forms_files_early:
            ended = ended._replace(files=(), newest=-1)
        yield "session ends", ended
        for index, file in enumerate(state.files):
            if self.world.repeats_files or index > state.newest or index == len(state.files) - 1:
                yield from self._arrival(state, ended, index, file)

    def _arrival(self, state: State, ended: State, index: int, file: File) -> Iterator[tuple[str, State]]:
        assert state.session is not None
        stamps = [stamp_of(at) if kept.marks is not None else None for at, kept in enumerate(state.files)]
        newest = stamp_of(state.newest) if state.newest >= 0 else None
        if is_overtaken(stamps[index], newest) and self.dropped not in ("newest count", "no stamp proves nothing"):
            return
        lines = tuple(self._line(state, number, file, state.session) for number in range(len(state.orders)))
        if self.world.names_other_place:
            posted = self._posted(lines, ELSEWHERE, 0, file.marks is not None, 0, 0)
            yield f"count of the other place arrives with file {index}", self._settled(ended, posted)
        believed = state.pool + state.exposure + state.unreported + sum(order.hub == SOLD for order in state.orders)
        posted = self._posted(lines, HERE, file.figure, file.marks is not None, believed, state.pool)
        arrived = self._settled(ended, posted)
        is_answered = state.dirty == 2 and file.figure is not None and index == len(state.files) - 1
        kept = ended.newest if file.marks is None or not ended.files else max(ended.newest, index)
        yield f"file {index} ({file.figure}) arrives", arrived._replace(newest=kept, dirty=0 if is_answered else state.dirty)

    def _post(self, lines: tuple[Line, ...], place: str, pcs: int | None, has_stamp: bool, believed: int, pool: int) -> Posted:
        formed_at = NOON if has_stamp or self.dropped == "no stamp proves nothing" else None
        began_at = OURS
        if self.dropped == "session began after the report":
            began_at += timedelta(days=1)
        if self.dropped == "file formed after the report":
            formed_at = NOON + timedelta(days=1)
        if self.dropped == "strictly later" and formed_at is not None:
            formed_at += timedelta(microseconds=1)
        if self.dropped == "same place":
            lines = tuple(replace(line, place=place) for line in lines)
        if pcs is None and self.dropped != "absent means nothing":
            return Posted(lines=lines, moves=(), shortfall_pcs=0)
        count = Count(place=place, pcs=believed if pcs is None else pcs, formed_at=formed_at, session_began_at=began_at)
        return post_count(lines, count, believed_pcs=believed, pool_pcs=pool)

    def _line(self, state: State, number: int, file: File | None = None, session: tuple[int, ...] | None = None) -> Line:
        """The hub's row of an order; its stamps are set before, at or after those of the file and the session it is judged with."""
        order = state.orders[number]
        mark = 2 * order.known
        formed, received = NOON, OURS - SECOND
        if file is not None and file.marks is not None and file.marks[number] != mark - 1:
            formed += SECOND if file.marks[number] < mark else -SECOND
        if session is not None and session[number] < mark:
            received = OURS + SECOND
        is_known = order.known > 0
        return Line(
            line_ref=str(number),
            place=HERE,
            pcs=1,
            returns_to=EXPOSURE if self.world.is_told else None,
            is_handed_over=order.onec != UNKNOWN,
            reserved_pcs=order.reserved,
            left_pcs=int(order.hub == LEFT),
            report_formed_at=formed if is_known else None,
            report_received_at=received if is_known else None,
            is_cancelled=order.hub in (CANCELLED, RELEASED),
            is_given_up=order.reports[: order.known].endswith("G"),
            is_released=order.hub == RELEASED,
        )

    def _hears(self, state: State, number: int, report: int) -> State:
        order = state.orders[number]
        content = order.reports[report - 1]
        reserves_when = "posted" if self.world.reserves_on_posting or self.dropped == "shipped reserves" else "shipped"
        reserved = is_reserved(reserves_when=reserves_when, is_posted=content in "PR", is_shipped=content == "R")
        is_deaf = self.dropped == "un-posting puts back" and content == "U"
        line = replace(
            self._line(state, number),
            report_formed_at=stamp_of(order.known) if order.known and self.dropped != "newest report" else None,
        )
        told = tell_report(
            line,
            Report(
                reserved_pcs=int(reserved or is_deaf),
                is_given_up=content == "G",
                formed_at=stamp_of(report),
                received_at=OURS,
            ),
        )
        known = report if told.line.report_formed_at == stamp_of(report) else order.known
        return self._told(self._with(state._replace(quiet=0), number, order._replace(known=known)), number, told)

    def _told(self, state: State, number: int, told: Told) -> State:
        return self._moved(self._with(state, number, remembered(state.orders[number], told.line)), told.moves)

    def _settled(self, state: State, posted: Posted) -> State:
        orders = tuple(remembered(order, line) if order.hub else order for order, line in zip(state.orders, posted.lines, strict=True))
        return self._moved(state._replace(orders=orders), posted.moves)

    def _moved(self, state: State, moves: tuple[Move, ...]) -> State:
        for move in moves:
            pool = (move.to_account == POOL) - (move.from_account == POOL)
            exposure = (move.to_account == EXPOSURE) - (move.from_account == EXPOSURE)
            state = state._replace(pool=state.pool + pool * move.pcs, exposure=state.exposure + exposure * move.pcs)
        return state

    def _with(self, state: State, number: int, order: Order, *, pool: int | None = None) -> State:
        orders = (*state.orders[:number], order, *state.orders[number + 1 :])
        return self._noted(state, state._replace(orders=orders, pool=state.pool if pool is None else pool))

    def _noted(self, before: State, after: State) -> State:
        """1C remembers that the item's figure changed."""
        return after._replace(dirty=1) if figure(before) != figure(after) else after

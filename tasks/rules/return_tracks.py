"""What a carrier's tracks say of goods that come back: what a buyer did not take, what he did not keep, what he sends back later.

What is not taken comes back as a shipment of the carrier's own, which appears after the refusal: until then it is known by the refusal
alone. So one telling stands for all that comes back of a shipment that was not taken, under our number of the shipment, whatever shipments
of the carrier's bring it. What a buyer had and sends back is another return, under the number and the carrier's key of it.

A shipment that goes back and that the carrier has not taken yet may never leave: nothing is told of it.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import polars as pl

from tasks.rules.carrier import label_code
from tasks.rules.carrier_tracks import Track, TrackEvent, TrackLine, TrackState
from tasks.rules.returns import CANCELLED, RANKS
from validation.returns import ReturnReceived

GOES_BACK: Mapping[TrackState, str] = {"ready": "ready", "delivered": "received", "lost": "gone"}
"""Of a shipment that goes back, as a return is called here; anything else of it is on its way (``coming``)."""
COMING = "coming"
UNMOVED: frozenset[TrackState] = frozenset({"registered", "cancelled", "refused", "other"})
"""The carrier has nothing of it in its hands."""
VOID: frozenset[TrackState] = frozenset({"cancelled", "refused"})
NOT_TAKEN, NOT_ALL_KEPT, SENT_BACK = "Не вручено", "Вручено не всё", "Покупатель вернул через перевозчика"


@dataclass(frozen=True, kw_only=True, slots=True)
class SentLine:
    """Units of an order's line in a box; ``sku``: the code that the carrier was told, before `label_code`."""

    line_ref: str
    parcel: str
    sku: str
    pcs: int


@dataclass(frozen=True, kw_only=True, slots=True)
class SentShipment:
    """What a shipment of ours carried; ``number`` is ours."""

    number: str
    channel: str
    order_ref: str
    lines: tuple[SentLine, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Back:
    """Units of a line that come back, as one telling of the carrier's.

    Args:
        return_ref: of the telling.
        line_ref: None: the carrier names goods that were not in the shipment.
        changed_at: when it came into this state, by the carrier's clock.
        brought_by: what brings it: the carrier's key, number and status of each shipment that goes back.
    """

    return_ref: str
    line_ref: str | None
    sku: str
    pcs: int
    state: str
    status: str
    reason: str
    reported_at: datetime | None
    changed_at: datetime | None
    brought_by: tuple[tuple[str, str | None, str], ...] = ()

    @property
    def key(self) -> tuple[str, str | None]:
        """Of the telling."""
        return self.return_ref, self.line_ref


@dataclass(frozen=True, kw_only=True, slots=True)
class KnownBack:
    """What the carrier told of a line before."""

    return_ref: str
    line_ref: str
    pcs: int
    state: str
    changed_at: datetime | None


def coming_back(sent: SentShipment, direct: Track, others: Sequence[Track]) -> list[Back]:
    """All that comes back of a shipment, one row per return and line.

    Args:
        sent: what it carried.
        direct: its own track.
        others: tracks of the shipments that are related to it.
    """
    live = [track for track in others if track.state not in VOID]
    not_taken = _not_taken(sent, direct, [track for track in live if track.kind == "return"])
    sent_back = (_sent_back(sent, direct, track) for track in live if track.kind == "client_return" and track.state not in UNMOVED)
    return [*not_taken, *(row for rows in sent_back for row in rows)]


def corrected(told: Sequence[Back], known: Sequence[KnownBack], began_at: datetime) -> list[Back]:
    """What is to be recorded, when what the carrier told before is compared with it.

    What a carrier takes back has no instant of its own: it is of the reading. A return that it tells nothing of any more is called off.

    Args:
        told: `coming_back` of every shipment that was read.
        known: of these shipments.
        began_at: when the reading began.
    """
    before = {(one.return_ref, one.line_ref): one for one in known}
    dated = [_dated(row, before.get((row.return_ref, row.line_ref or "")), began_at) for row in told]
    alive = {row.return_ref for row in told}
    gone = [_called_off(one, began_at) for one in known if one.return_ref not in alive and one.state != CANCELLED]
    return [*dated, *gone]


def as_received(rows: Sequence[tuple[SentShipment, Back]]) -> pl.DataFrame:
    """`ReturnReceived`: nobody has looked at what a carrier brings, so that its condition is unknown and nothing is decided."""
    return ReturnReceived.validate(pl.DataFrame([_row(sent, back) for sent, back in rows], schema=_RECEIVED))


def _not_taken(sent: SentShipment, direct: Track, returns: Sequence[Track]) -> list[Back]:
    """Of a refusal everything comes back; of a delivery in part what its return has, or what was not kept until there is one."""
    is_refused = direct.state in {"not_delivered", "returned"} or (direct.state == "lost" and bool(returns))
    moving = [track for track in returns if track.state not in UNMOVED]
    by_track = {track.carrier_ref: _shared(sent.lines, _of(direct, track.lines)) for track in returns}
    if is_refused:
        pieces = _all(sent.lines)
    elif direct.is_partial:
        pieces = _summed(by_track.values()) or _shared(sent.lines, _left(direct.lines))
    else:
        pieces = _summed(by_track[track.carrier_ref] for track in moving)
    event = next((one for one in reversed(direct.events) if one.state in {"not_delivered", "delivered"}), None)
    reason = _reason(NOT_TAKEN if is_refused else NOT_ALL_KEPT, event, returns)
    rows = []
    for named, pcs in pieces.items():
        bringing = [track for track in returns if named in by_track[track.carrier_ref]] or returns
        rows.append(_back(sent.number, named, pcs, bringing, told=event, reason=reason))
    return rows


def _sent_back(sent: SentShipment, direct: Track, track: Track) -> list[Back]:
    """What the buyer sends back of what he had: all of it where the carrier does not say what."""
    pieces = _shared(sent.lines, _of(direct, track.lines)) or _all(sent.lines)
    taken = next((event for event in track.events if event.state not in UNMOVED), None)
    reason = _reason(SENT_BACK, None, [track])
    return_ref = f"{sent.number}/{track.carrier_ref}"
    return [_back(return_ref, named, pcs, [track], told=taken, reason=reason) for named, pcs in pieces.items()]


Named = tuple[str | None, str]
"""A line, or none, and what the goods are called."""


def _back(return_ref: str, named: Named, pcs: int, bringing: Sequence[Track], *, told: TrackEvent | None, reason: str) -> Back:
    """Of several shipments that bring pieces of one line the least advanced counts: the others' pieces wait for it."""
    last = min(bringing, key=lambda track: RANKS[GOES_BACK.get(track.state, COMING)], default=None)
    state = GOES_BACK.get(last.state, COMING) if last is not None else COMING
    reached = next((event for event in reversed(last.events) if event.state == last.state), None) if last and state != COMING else None
    by = reached or told
    return Back(
        return_ref=return_ref,
        line_ref=named[0],
        sku=named[1],
        pcs=pcs,
        state=state,
        status=by.code if by is not None else state,
        reason=reason,
        reported_at=told.at if told is not None else None,
        changed_at=by.at if by is not None else None,
        brought_by=tuple((one.carrier_ref, one.tracking, one.events[-1].code if one.events else "") for one in bringing),
    )


def _reason(words: str, event: TrackEvent | None, returns: Sequence[Track]) -> str:
    """Why, in words that a manager can act upon: with the number by which the parcel is looked for."""
    code = f" (код причины {event.reason})" if event is not None and event.reason else ""
    numbers = ", ".join(track.tracking for track in returns if track.tracking)
    return f"{words}{code}" + (f". Едет назад под номером {numbers}" if numbers else "")


def _of(direct: Track, lines: Iterable[TrackLine]) -> list[TrackLine]:
    """Without what was sold in another shipment."""
    return [line for line in lines if line.direct_tracking in {None, direct.tracking}]


def _left(lines: Iterable[TrackLine]) -> list[TrackLine]:
    """What the buyer did not keep, where the carrier says what he kept."""
    told = [(line, line.pcs - line.delivered_pcs) for line in lines if line.delivered_pcs is not None]
    return [replace(line, pcs=pcs) for line, pcs in told if pcs > 0]


def _all(lines: Iterable[SentLine]) -> Counter[Named]:
    pieces: Counter[Named] = Counter()
    for line in lines:
        pieces[line.line_ref, line.sku] += line.pcs
    return pieces


def _shared(sent: Sequence[SentLine], told: Iterable[TrackLine]) -> Counter[Named]:
    """What a carrier names, by the lines it was told of: of the same box before others, never more than was in them."""
    left = {number: line.pcs for number, line in enumerate(sent)}
    pieces: Counter[Named] = Counter()
    for one in told:
        fitting = [number for number, line in enumerate(sent) if label_code(line.sku) == one.sku]
        due = one.pcs
        for number in sorted(fitting, key=lambda number: sent[number].parcel != one.parcel):
            taken = min(left[number], due)
            if taken:
                pieces[sent[number].line_ref, sent[number].sku] += taken
                left[number] -= taken
                due -= taken
        if due:
            pieces[None, one.sku] += due
    return pieces


def _summed(shares: Iterable[Counter[Named]]) -> Counter[Named]:
    return sum(shares, Counter[Named]())


def _dated(row: Back, known: KnownBack | None, began_at: datetime) -> Back:
    if known is None or known.changed_at is None or (row.state, row.pcs) == (known.state, known.pcs):
        return row
    is_older = row.changed_at is None or row.changed_at <= known.changed_at
    return replace(row, changed_at=began_at) if is_older else row


def _called_off(known: KnownBack, began_at: datetime) -> Back:
    return Back(
        return_ref=known.return_ref,
        line_ref=known.line_ref,
        sku="",
        pcs=known.pcs,
        state=CANCELLED,
        status=CANCELLED,
        reason="",
        reported_at=None,
        changed_at=began_at,
    )


def _row(sent: SentShipment, back: Back) -> dict[str, Any]:
    brought = [{"carrier_ref": ref, "tracking": tracking, "status": status} for ref, tracking, status in back.brought_by]
    return {
        "return_ref": back.return_ref,
        "group_ref": None,
        "channel": sent.channel,
        "order_ref": sent.order_ref,
        "line_ref": back.line_ref,
        "sku": back.sku or None,
        "pcs": back.pcs,
        "state": back.state,
        "status": back.status,
        "condition": "unknown",
        "decision": None,
        "reason": back.reason or None,
        "reported_at": back.reported_at,
        "changed_at": back.changed_at,
        "received_at": back.changed_at if back.state == "received" else None,
        "payload": json.dumps({"shipment": sent.number, "brought_by": brought}),
    }


_RECEIVED = {name: column.dtype.type for name, column in ReturnReceived.to_schema().columns.items()}

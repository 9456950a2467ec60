"""Returns that a carrier brings: what its tracks say of shipments that were not taken, were taken in part, or are sent back."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta

from adapters.capabilities import Carrier
from adapters.errors import Retryable, SyncError, Unauthorized
from adapters.hub.hub import Hub
from adapters.hub.return_carriers import CarrierReturns, ToAskBack
from adapters.hub.returns import Returns
from adapters.hub.runs import Cursors
from adapters.settings import Settings
from tasks.returns import ReturnsRead, return_rules
from tasks.rules.carrier_tracks import Related, Track
from tasks.rules.return_tracks import Back, SentShipment, as_received, coming_back, corrected

LOOKED, HEARD = "returns_looked_at", "returns_heard_push"
AT_ONCE = 50
"""Shipments that are asked about before what they came to is written down."""
HINTS_AT_ONCE = 200

Read = list[tuple[SentShipment, Back]]


def read_carrier(
    hub: Hub, settings: Settings, target: str, carrier: Carrier, *, since: datetime | None, dry_run: bool
) -> Iterator[ReturnsRead]:
    """Ask a carrier what comes back of its shipments, and record it, a page of shipments at a time; the last says what stopped it.

    A shipment that the carrier cannot speak of keeps no other one waiting: the rest is read, and all of it is looked at again.

    Args:
        hub: the hub.
        settings: of the shop.
        target: ``carrier:<name>``, which is the source of these tellings too.
        carrier: itself.
        since: look at all that ended from then on, whenever it was last looked at.
        dry_run: nothing is written.
    """
    cursors, now = Cursors(hub), hub.clock.now()
    told_at = cursors.read(target, LOOKED)
    begins_at = now - timedelta(days=settings.returns.look_back_days)
    looked_at = since or (datetime.fromisoformat(told_at) if told_at is not None else begins_at)
    stopped_by: SyncError | None = None
    try:
        pushed = CarrierReturns(hub).pushed(target, after=cursors.read(target, HEARD) or 0, most=HINTS_AT_ONCE)
        hinted = pushed.ours | {ref for other in pushed.others for ref in _sold_as(carrier, other)}
        for due in _pages(hub, target, begins_at=min(begins_at, looked_at), looked_at=looked_at, hinted=hinted):
            rows, unread = _ask_about(hub, carrier, due)
            yield _recorded(hub, settings, target, rows, dry_run=dry_run)
            stopped_by = stopped_by or unread
    except SyncError as error:
        stopped_by = error
    if stopped_by is None and not dry_run:
        cursors.move(target, LOOKED, now.isoformat())
        cursors.move(target, HEARD, pushed.push_id)
    yield ReturnsRead(source=target, stopped_by=stopped_by)


def _pages(hub: Hub, target: str, *, begins_at: datetime, looked_at: datetime, hinted: Collection[str]) -> Iterator[list[ToAskBack]]:
    book, after = CarrierReturns(hub), 0
    while due := book.due(target, begins_at=begins_at, looked_at=looked_at, hinted=hinted, after=after, most=AT_ONCE):
        yield due
        after = due[-1].shipment_id


def _recorded(hub: Hub, settings: Settings, target: str, rows: Read, *, dry_run: bool) -> ReturnsRead:
    if dry_run or not rows:
        return ReturnsRead(source=target, read=len(rows))
    return ReturnsRead(source=target, read=len(rows), recorded=Returns(hub).record(target, as_received(rows), rules=return_rules(settings)))


def _ask_about(hub: Hub, carrier: Carrier, due: Sequence[ToAskBack]) -> tuple[Read, SyncError | None]:
    """What comes back of these shipments, and why of one of them nobody knows.

    Raises:
        SyncError: the carrier is away.
    """
    rows: Read = []
    unread: SyncError | None = None
    for one in due:
        began_at = hub.clock.now()
        try:
            rows += [(one.sent, back) for back in _read_one(carrier, one, began_at)]
        except (Retryable, Unauthorized):
            raise
        except SyncError as error:
            unread = error
    return rows, unread


def _read_one(carrier: Carrier, one: ToAskBack, began_at: datetime) -> list[Back]:
    """What comes back of a shipment; where the carrier does not show all of it, nothing that it said before is taken back."""
    direct = carrier.read_track(one.carrier_ref)
    if direct is None:
        return []
    others = [(other, carrier.read_track(other.carrier_ref)) for other in direct.related if other.kind != "direct"]
    if one.known and any(track is None for _, track in others):
        return []
    return corrected(coming_back(one.sent, direct, [track or _unshown(other) for other, track in others]), one.known, began_at)


def _unshown(other: Related) -> Track:
    """One that the carrier has only named so far."""
    return Track(carrier_ref=other.carrier_ref, kind=other.kind, state="registered", tracking=other.tracking)


def _sold_as(carrier: Carrier, carrier_ref: str) -> list[str]:
    """The shipments that something is coming back of; none of what is no return, or cannot be read: polling finds it without a push.

    Raises:
        SyncError: the carrier is away.
    """
    try:
        track = carrier.read_track(carrier_ref)
    except (Retryable, Unauthorized):
        raise
    except SyncError:
        return []
    if track is None or track.kind == "direct":
        return []
    return [other.carrier_ref for other in track.related if other.kind == "direct"]

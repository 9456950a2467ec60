"""Which shipments a carrier is to be asked about for what comes back of them, and what it told of them before."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ARRAY, BigInteger, Connection, Text, bindparam, text

from adapters.hub.hub import Hub
from tasks.rules.return_tracks import KnownBack, SentLine, SentShipment

HOUR, DAY = timedelta(hours=1), timedelta(days=1)

DUE = text("""
    select h.shipment_id, h.number, h.carrier_ref, o.channel, o.order_ref
    from shipment h join sale_order o using (order_id)
    cross join lateral (select case when :now - h.settled_at < :day then :hour else :day end as step) look
    where h.target = :target and h.carrier_ref is not null and not h.is_unwanted and h.shipment_id > :after and (
        h.state = 'coming_back' or h.carrier_ref = any (:hinted)
        or exists (
            select from return_telling t
            where t.source = h.target and t.order_id = h.order_id and split_part(t.return_ref, '/', 1) = h.number
                and t.state in ('announced', 'coming', 'ready')
        )
        or (
            h.state in ('delivered', 'returned', 'lost') and h.settled_at >= :begins_at
            and floor(extract(epoch from :now - h.settled_at) / extract(epoch from look.step))
                <> floor(extract(epoch from :looked_at - h.settled_at) / extract(epoch from look.step))
        )
    )
    order by h.shipment_id limit :most
""").bindparams(bindparam("hinted", type_=ARRAY(Text)))

LINES = text("""
    select l.shipment_id, l.package_no, l.line_ref, l.pcs, coalesce(s.channel_sku, l.line_ref) as sku
    from shipment_line l left join sale_line s on s.order_id = l.order_id and s.line_ref = l.line_ref
    where l.shipment_id = any (:ids) order by l.shipment_id, l.package_no, l.line_ref
""").bindparams(bindparam("ids", type_=ARRAY(BigInteger)))

KNOWN = text("""
    select split_part(return_ref, '/', 1) as number, return_ref, line_ref, pcs, state, changed_at from return_telling
    where source = :target and split_part(return_ref, '/', 1) = any (:numbers)
""").bindparams(bindparam("numbers", type_=ARRAY(Text)))

HINTS = text("""
    select max(push_id) as push_id, order_ref from push
    where channel = :name and push_id > :after and order_ref is not null
    group by order_ref order by 1 limit :most
""")

OURS = text("select carrier_ref from shipment where target = :target and carrier_ref = any (:refs)").bindparams(
    bindparam("refs", type_=ARRAY(Text))
)


@dataclass(frozen=True, kw_only=True, slots=True)
class ToAskBack:
    """A shipment that its carrier is to be asked about; ``known``: what of it the carrier said is coming back."""

    shipment_id: int
    carrier_ref: str
    sent: SentShipment
    known: tuple[KnownBack, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class PushedAbout:
    """What a carrier has pushed about.

    Args:
        push_id: the newest push.
        ours: keys of shipments of ours.
        others: keys of something else, a shipment that goes back perhaps.
    """

    push_id: int
    ours: frozenset[str]
    others: tuple[str, ...]


class CarrierReturns:
    """Of carriers' shipments, what comes back."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    def pushed(self, target: str, *, after: int, most: int) -> PushedAbout:
        """What the carrier has pushed since, whether or not its pushes were answered: a return's own key says nothing to who answers them.

        Args:
            target: ``carrier:<name>``.
            after: the newest push that was looked at.
            most: so many at once, the oldest first.
        """
        name = target.partition(":")[2]
        with self._hub.engine.begin() as connection:
            rows = connection.execute(HINTS, {"name": name, "after": after, "most": most}).all()
            refs = [row.order_ref for row in rows]
            ours = frozenset(connection.scalars(OURS, {"target": target, "refs": refs}))
        newest = max((int(row.push_id) for row in rows), default=after)
        return PushedAbout(push_id=newest, ours=ours, others=tuple(ref for ref in refs if ref not in ours))

    def due(
        self, target: str, *, begins_at: datetime, looked_at: datetime, hinted: Collection[str], after: int, most: int
    ) -> list[ToAskBack]:
        """Shipments to ask about: those that are on their way back, those of which something is, those hinted at, and those that ended.

        A buyer may send back what he has had for weeks, so that what ended is looked at every hour of its first day, and every day then.
        A shipment that nobody wants any more is not among them: its pieces are cancelled, and nobody's return.

        Args:
            target: ``carrier:<name>``.
            begins_at: what ended before is looked at no more.
            looked_at: when all of them were last looked at.
            hinted: the carrier's own keys.
            after: the last shipment of the page before.
            most: of a page.
        """
        asked = {"target": target, "now": self._hub.clock.now(), "begins_at": begins_at, "looked_at": looked_at, "hour": HOUR, "day": DAY}
        with self._hub.engine.begin() as connection:
            rows = connection.execute(DUE, {**asked, "hinted": sorted(hinted), "after": after, "most": most}).all()
            lines = _lines(connection, [row.shipment_id for row in rows])
            known = _known(connection, target, [row.number for row in rows])
        return [
            ToAskBack(
                shipment_id=row.shipment_id,
                carrier_ref=row.carrier_ref,
                sent=SentShipment(
                    number=row.number, channel=row.channel, order_ref=row.order_ref, lines=tuple(lines.get(row.shipment_id, ()))
                ),
                known=tuple(known.get(row.number, ())),
            )
            for row in rows
        ]


def _lines(connection: Connection, shipment_ids: list[int]) -> dict[int, list[SentLine]]:
    found: dict[int, list[SentLine]] = {}
    for row in connection.execute(LINES, {"ids": shipment_ids}):
        line = SentLine(line_ref=row.line_ref, parcel=str(row.package_no), sku=row.sku, pcs=row.pcs)
        found.setdefault(row.shipment_id, []).append(line)
    return found


def _known(connection: Connection, target: str, numbers: list[str]) -> dict[str, list[KnownBack]]:
    found: dict[str, list[KnownBack]] = {}
    for row in connection.execute(KNOWN, {"target": target, "numbers": numbers}):
        told = KnownBack(return_ref=row.return_ref, line_ref=row.line_ref, pcs=row.pcs, state=row.state, changed_at=row.changed_at)
        found.setdefault(row.number, []).append(told)
    return found

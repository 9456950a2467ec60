"""The book of labels: what packers still need, what was fetched, where the file is."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, text
from sqlalchemy.dialects.postgresql import insert

from adapters.hub.hub import Hub
from adapters.hub.tables.shipments import shipment_label
from tasks.rules.labels import LabelAsked, LabelKind, LabelMade

WAITS = {"pending": timedelta(seconds=5), "not_yet": timedelta(minutes=2), "refused": timedelta(hours=1)}
"""After such an answer a label is asked for again."""

MISSING = text("""
    select h.number, case when h.target like 'channel:%' then coalesce(h.carrier_ref, o.order_ref) else o.order_ref end as order_ref,
        h.carrier_ref, l.form_ref
    from shipment h join sale_order o using (order_id)
    left join shipment_label l on l.subject = h.number and l.kind = :kind
    where h.target = :target and h.settled_at is null and h.handed_at is null and not h.is_unwanted
        and (h.state = 'booked' or (h.state = 'planned' and h.target like 'channel:%'))
        and (l.subject is null or (l.path is null and l.due_at <= :now))
    order by o.ship_by_at nulls last, h.number limit :most
""")


@dataclass(frozen=True, kw_only=True, slots=True)
class Missing:
    """A label that packers need; ``carrier_ref`` is the carrier's key of the shipment, or the channel's of its part."""

    asked: LabelAsked
    carrier_ref: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """A label that was fetched: its file below ``var_dir``."""

    subject: str
    kind: str
    path: str
    digest: str


class Labels:
    """Labels of all shipments."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    def missing(self, target: str, kind: LabelKind, *, most: int) -> list[Missing]:
        """Labels of this kind that a target has not made yet and may be asked for, the earliest to leave first."""
        asked = {"target": target, "kind": kind, "now": self._hub.clock.now(), "most": most}
        with self._hub.engine.begin() as connection:
            rows = connection.execute(MISSING, asked).all()
        return [
            Missing(
                asked=LabelAsked(subject=row.number, order_ref=row.order_ref, kind=kind, form_ref=row.form_ref),
                carrier_ref=row.carrier_ref,
            )
            for row in rows
        ]

    def keep(self, owner: str, made: Sequence[tuple[LabelMade, tuple[str, str] | None]]) -> int:
        """Write down what became of labels, each with path and digest of its file where there is one; returns how many are there now."""
        now = self._hub.clock.now()
        rows = [_row(owner, one, file, now) for one, file in made]
        if rows:
            put = insert(shipment_label)
            told = {name: put.excluded[name] for name in ("form_ref", "path", "digest", "sentence", "due_at", "fetched_at")}
            with self._hub.engine.begin() as connection:
                connection.execute(put.on_conflict_do_update(index_elements=["subject", "kind"], set_=told), rows)
        return sum(row["path"] is not None for row in rows)

    def want(self, owner: str, subjects: Collection[str], kind: LabelKind) -> None:
        """Remember that these labels are needed, before anything is done that nobody tells of twice."""
        now = self._hub.clock.now()
        rows = [{"subject": subject, "kind": kind, "channel": owner, "due_at": now} for subject in sorted(subjects)]
        if rows:
            with self._hub.engine.begin() as connection:
                connection.execute(insert(shipment_label).on_conflict_do_nothing(), rows)

    def wanted(self, owner: str, kind: LabelKind) -> list[str]:
        """Subjects whose labels are needed, not there, and may be asked for now."""
        l = shipment_label.c  # noqa: E741
        is_due = l.path.is_(None) & (l.due_at <= self._hub.clock.now())
        with self._hub.engine.begin() as connection:
            found = connection.scalars(select(l.subject).where(l.channel == owner, l.kind == kind, is_due).order_by(l.subject))
            return list(found)

    def forget(self, subjects: Collection[str], kind: LabelKind) -> None:
        """These labels are not needed after all."""
        l = shipment_label.c  # noqa: E741
        with self._hub.engine.begin() as connection:
            connection.execute(delete(shipment_label).where(l.subject.in_(subjects), l.kind == kind, l.path.is_(None)))

    def of(self, subject: str) -> list[Kept]:
        """The files of a shipment or a supply."""
        l = shipment_label.c  # noqa: E741
        wanted = select(l.subject, l.kind, l.path, l.digest).where(l.subject == subject, l.path.is_not(None)).order_by(l.kind)
        with self._hub.engine.begin() as connection:
            return [Kept(**row) for row in connection.execute(wanted).mappings()]

    def has(self, subject: str, kind: LabelKind) -> bool:
        """Whether a label is there."""
        return any(one.kind == kind for one in self.of(subject))


def _row(owner: str, one: LabelMade, file: tuple[str, str] | None, now: datetime) -> dict[str, Any]:
    path, digest = file or (None, None)
    return {
        "subject": one.subject,
        "kind": one.kind,
        "channel": owner,
        "form_ref": one.form_ref if file is None else None,
        "path": path,
        "digest": digest,
        "sentence": one.sentence,
        "due_at": now + WAITS.get(one.state, timedelta(0)),
        "fetched_at": now if file is not None else None,
    }

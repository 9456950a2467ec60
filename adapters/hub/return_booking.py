"""Which returns 1C was given a document of that nobody has heard to be posted."""

from collections.abc import Mapping

from sqlalchemy import text

from adapters.hub.hub import Hub
from tasks.rules.return_rules import DOCUMENT

UNBOOKED = text("""
    select r.return_id, o.subject from goods_return r
    join outbox o on o.target = :target and o.kind = :kind and split_part(o.subject, '-', 1) = cast(r.return_id as text)
    where r.documented_at is not null
        and exists (select from return_line l where l.return_id = r.return_id and l.state = 'received' and l.booked_at is null)
        and not exists (
            select from outbox w where w.target = o.target and w.kind = o.kind and w.told_version < w.version
                and split_part(w.subject, '-', 1) = cast(r.return_id as text)
        )
    order by r.return_id, o.subject
""")


def unbooked(hub: Hub, target: str) -> Mapping[int, list[str]]:
    """Our references of the documents, by return, of returns whose every document the target has taken."""
    found: dict[int, list[str]] = {}
    with hub.engine.begin() as connection:
        for row in connection.execute(UNBOOKED, {"target": target, "kind": DOCUMENT}):
            found.setdefault(row.return_id, []).append(row.subject)
    return found

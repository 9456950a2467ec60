"""What only comparing rows with each other can find: repeated articles and barcodes, offers without a product."""

# ruff: noqa: S608 - the statements put together here are constants of this module

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, text

from validation.reasons import sentence_of

SHOWN = 50
"""Bearers of one article that a quarantine row names; a dash instead of an article may have thousands."""

LIVE = """
select i.item_ref, i.product_ref, coalesce(i.name, p.name) as name, i.characteristic_ref,
  coalesce(i.article, p.article) as article, i.barcode
from item i left join product p on p.source = i.source and p.product_ref = i.product_ref
where i.source = :source and not i.is_deleted and not i.is_absent and not i.is_umbrella
  and not coalesce(p.is_deleted or p.is_absent, false)
"""

ARTICLES = f"""
with live as materialized (select * from ({LIVE}) live where article is not null),
repeated as (select article from live group by article having min(product_ref) <> max(product_ref))
select article as key, jsonb_build_object('article', article, 'times', count(*), 'items', (array_agg(
    jsonb_build_object('item_ref', item_ref, 'product_ref', product_ref, 'name', name) order by item_ref))[1:{SHOWN}]) as payload
from live join repeated using (article)
group by article
"""

BARCODES = f"""
select barcode as key, jsonb_build_object('barcode', barcode, 'times', count(*), 'items', (array_agg(
    jsonb_build_object('item_ref', ref, 'product_ref', product_ref, 'name', name) order by ref))[1:{SHOWN}]) as payload
from (
  select item_ref as ref, product_ref, name, barcode from ({LIVE}) live where barcode is not null
  union all
  select p.product_ref, p.product_ref, p.name, p.barcode from product p
  where p.source = :source and p.barcode is not null and not p.is_deleted and not p.is_absent
    and not exists (
      select from item i
      where i.source = p.source and i.product_ref = p.product_ref and i.barcode = p.barcode and not i.is_deleted
        and not i.is_absent and not i.is_umbrella)
) carried
group by barcode having count(distinct ref) > 1
"""

ORPHANS = """
select i.item_ref as key,
  jsonb_build_object('item_ref', i.item_ref, 'product_ref', i.product_ref, 'name', i.name) as payload
from item i
where i.source = :source and not i.is_deleted and not i.is_absent
  and not exists (select from product p where p.source = i.source and p.product_ref = i.product_ref)
  and not exists (select from product p where p.source = i.source and p.product_ref = i.item_ref)
"""


class Finding(NamedTuple):
    """One thing to look for: where it goes in the quarantine and the rows that show it."""

    entity: str
    reason: str
    statement: str


FINDINGS = (
    Finding("article", "article_repeats", ARTICLES),
    Finding("barcode_pair", "barcode_repeats", BARCODES),
    Finding("offer", "product_is_unknown", ORPHANS),
)

RESOLVE = """
update quarantine q set state = 'resolved', closed_at = :now
where q.source = :source and q.entity = :entity and q.reason = :reason and q.state = 'open'
  and not exists (select from found f where f.key = q.key)
"""

PUT_IN = """
insert into quarantine
  (source, entity, key, reason, sentence, payload, feed_id, state, first_seen_at, last_seen_at)
select :source, :entity, f.key, :reason, :sentence, f.payload, :feed_id, 'open', :now, :now from found f
where not exists (
  select from quarantine q
  where q.source = :source and q.entity = :entity and q.key = f.key and q.reason = :reason
    and (q.state = 'open' or q.state = 'dismissed') and q.payload = f.payload
)
on conflict (source, entity, key, reason) where state = 'open' do update
set payload = excluded.payload, times = quarantine.times + 1, last_seen_at = excluded.last_seen_at, feed_id = excluded.feed_id
"""

UNMATCHABLE = f"""
select count(*) from (
  select product_ref, article from ({LIVE}) live where article is not null group by product_ref, article having count(*) > 1
) shared
"""


def restate_findings(connection: Connection, *, source: str, feed_id: int | None, now: datetime) -> dict[str, int]:
    """Bring the quarantine in line with what the source's live rows show now; returns findings by reason, where there are any.

    ``articles_shared`` counts articles that several characteristics of one product share: no repeat across products, but a channel
    cannot tell them apart by article either.
    """
    found: dict[str, int] = {}
    for finding in FINDINGS:
        names = {"source": source, "feed_id": feed_id, "now": now, "entity": finding.entity, "reason": finding.reason}
        connection.execute(text(f"create temporary table found on commit drop as {finding.statement}"), names)
        connection.execute(text(RESOLVE), names)
        connection.execute(text(PUT_IN), names | {"sentence": sentence_of(finding.reason)})
        found[finding.reason] = int(connection.execute(text("select count(*) from found")).scalar_one())
        connection.execute(text("drop table found"))
    found["articles_shared"] = int(connection.execute(text(UNMATCHABLE), {"source": source}).scalar_one())
    return {reason: rows for reason, rows in found.items() if rows}

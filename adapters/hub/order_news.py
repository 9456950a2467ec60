"""Which orders of a frame are to be looked at: a poll mostly tells what the poll before it told.

A report that was folded into an order once changes nothing when it comes again (`tasks.rules.order_changes`), unless something of the
order waits for what comes from elsewhere: goods to be known, pieces of a receipt, an answer to a question, a base of 1C that was not told.
"""

import polars as pl
from sqlalchemy import ARRAY, BigInteger, Connection, Text, bindparam, text

from tasks.rules.order_changes import FIRM
from tasks.rules.sales import ENTITY, ChannelOrders

AT_REST = text("""
    select o.order_ref
    from unnest(:order_refs, :digests) told (order_ref, digest)
    join sale_order o on o.channel = :channel and o.order_ref = told.order_ref and o.told_digest = told.digest
    where not exists (select from sale_line s where s.order_id = o.order_id and s.state in ('unknown', 'backordered'))
      and not exists (select from sale_order split where split.channel = o.channel and split.parent_ref = o.order_ref)
      and o.order_ref not in (
          select split_part(q.key, '|', 1) from quarantine q where q.source = :channel and q.entity = :entity and q.state = 'open'
      )
      and not (o.state = any (:due) and not o.is_by_channel and not o.is_prior and exists (
          select from sale_line s
          cross join jsonb_array_elements(case jsonb_typeof(s.recipe) when 'array' then s.recipe else '[]' end) part
          join item i on i.item_id = (part ->> 0)::bigint
          where s.order_id = o.order_id and i.source = any (:sources)
            and not exists (select from onec_outgoing q where q.source = i.source and q.order_number = o.number)
      ))
""").bindparams(
    bindparam("order_refs", type_=ARRAY(Text)),
    bindparam("digests", type_=ARRAY(BigInteger)),
    bindparam("due", type_=ARRAY(Text)),
    bindparam("sources", type_=ARRAY(Text)),
)

REMEMBER = text("""
    update sale_order o set told_digest = told.digest
    from unnest(:order_refs, :digests) told (order_ref, digest)
    where o.channel = :channel and o.order_ref = told.order_ref and o.told_digest is distinct from told.digest
""").bindparams(bindparam("order_refs", type_=ARRAY(Text)), bindparam("digests", type_=ARRAY(BigInteger)))


def digests(received: pl.DataFrame) -> pl.DataFrame:
    """``order_ref, digest``: what a frame tells of each order in a number, whatever the order of its rows.

    Args:
        received: `OrderReceived`.
    """
    rows = received.select("order_ref", digest=received.select(sorted(received.columns)).hash_rows())
    return rows.group_by("order_ref", maintain_order=True).agg(pl.col("digest").sum().reinterpret(signed=True))


def news_of(connection: Connection, channel: str, received: pl.DataFrame, told: pl.DataFrame, rules: ChannelOrders) -> pl.DataFrame:
    """The rows of orders that tell something new, or that wait for something; and of what those were split from.

    Args:
        connection: the transaction, in which nobody else records the channel's orders.
        channel: its name.
        received: `OrderReceived`.
        told: its `digests`.
        rules: how its orders are taken.
    """
    if received.is_empty():
        return received
    named = {"order_refs": told["order_ref"].to_list(), "digests": told["digest"].to_list()}
    rest = {"channel": channel, "entity": ENTITY, "due": sorted(FIRM), "sources": sorted(rules.onec_sources)}
    at_rest = list(connection.scalars(AT_REST, {**named, **rest}))
    if not at_rest:
        return received
    news = received.filter(~pl.col("order_ref").is_in(at_rest))
    return received.filter(~pl.col("order_ref").is_in(at_rest) | pl.col("order_ref").is_in(news["parent_ref"].drop_nulls().to_list()))


def remember(connection: Connection, channel: str, told: pl.DataFrame) -> None:
    """These reports are folded into the orders.

    Args:
        connection: the transaction.
        channel: its name.
        told: `digests` of them.
    """
    if told.height:
        connection.execute(REMEMBER, {"channel": channel, "order_refs": told["order_ref"].to_list(), "digests": told["digest"].to_list()})

"""By which code a channel is asked for an item."""

from sqlalchemy import ColumnElement, FromClause, Subquery, and_, case, exists, func, not_, or_, select

from adapters.hub.tables.catalog import item, product
from adapters.hub.tables.listing import card


def is_there(table: FromClause) -> ColumnElement[bool]:
    """The item, and its product where it is known, are in 1C's export."""
    owner = product.alias("owner")
    of_item = and_(owner.c.source == table.c.source, owner.c.product_ref == table.c.product_ref)
    left_with_product = exists().where(of_item, or_(owner.c.is_deleted, owner.c.is_absent))
    return and_(not_(or_(table.c.is_deleted, table.c.is_absent, table.c.is_umbrella)), not_(left_with_product))


def live_codes() -> Subquery:
    """``item_id, item_ref, channel_sku, bearers``: items in 1C's export, the code each goes by, and how many go by the same.

    The code is the item's article, else its product's.
    """
    of_item = and_(product.c.source == item.c.source, product.c.product_ref == item.c.product_ref)
    own, product_own = (func.nullif(func.trim(table.c.article), "") for table in (item, product))
    code = func.coalesce(own, product_own)
    return (
        select(item.c.item_id, item.c.item_ref, code.label("channel_sku"), func.count().over(partition_by=code).label("bearers"))
        .outerjoin(product, of_item)
        .where(is_there(item), code.is_not(None))
        .subquery("live")
    )


def codes_on(channel: str) -> Subquery:
    """``item_id, item_ref, channel_sku, is_made``: items in 1C's export and the one code by which each can be looked for on the channel.

    The code under which its card was sent there; without one, an article that no other live item has. ``is_made``: the channel took our
    card, so it must appear.
    """
    live = live_codes()
    own = and_(card.c.channel == channel, card.c.item_id == item.c.item_id, card.c.sent_at.is_not(None))
    code = func.coalesce(card.c.channel_sku, case((live.c.bearers == 1, live.c.channel_sku)))
    return (
        select(item.c.item_id, item.c.item_ref, code.label("channel_sku"), card.c.accepted_at.is_not(None).label("is_made"))
        .outerjoin(live, live.c.item_id == item.c.item_id)
        .outerjoin(card, own)
        .where(is_there(item), code.is_not(None))
        .subquery("on_channel")
    )

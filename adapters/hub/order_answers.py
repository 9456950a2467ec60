"""Answers that people gave, put into recorded orders: from there on they are the order's own, and no report of the channel undoes them.

A report that repeats the bad value changes nothing (`tasks.rules.buyers.with_answers`, `adapters.hub.order_folding`); which item a line is
was said of this order alone, and makes no listing.
"""

from collections.abc import Collection, Mapping
from typing import NamedTuple

from sqlalchemy import ARRAY, Connection, Text, bindparam, text

from adapters.hub.order_folding import Act, Fold, Folding
from adapters.hub.order_questions import asked_of
from adapters.hub.order_rows import SOLD, LineRow, OrderRow
from tasks.rules.buyers import answered, answered_address
from tasks.rules.crm import CrmChange
from tasks.rules.crm_answers import Answers, answers_of, words_of

MEANT = text("""
    with meant as (
        select told.word, i.item_id, i.is_bundle from unnest(:words) told (word) join item i on told.word in (i.item_ref, i.article)
        where not i.is_umbrella and not i.is_deleted
        union
        select told.word, i.item_id, i.is_bundle from unnest(:words) told (word)
        join product p on p.article = told.word
        join item i on i.source = p.source and i.product_ref = p.product_ref and coalesce(trim(i.article), '') = ''
        where not i.is_umbrella and not i.is_deleted
    )
    select word, min(item_id) as item_id,
        bool_or(is_bundle) or exists (select from told_recipe t where t.bundle_id = min(item_id)) as is_bundle
    from meant group by word having count(distinct item_id) = 1
""").bindparams(bindparam("words", type_=ARRAY(Text)))
"""1C's Ид or an article, where it means one item and no other."""


class Meant(NamedTuple):
    """Items of ours by words that mean exactly one, and which of them are bundles."""

    items: Mapping[str, int]
    bundles: Collection[int]


def meant_by(connection: Connection, orders: Mapping[str, OrderRow], changes: Mapping[str, CrmChange]) -> Meant:
    """What people may have meant in the lines of orders of which nobody knows what was sold."""
    asked = [ref for ref, order in orders.items() if any(line.is_unknown for line in asked_of(order).lines)]
    words = sorted({word for ref in asked for word in words_of(changes[ref])})
    rows = connection.execute(MEANT, {"words": words}).all() if words else []
    return Meant(items={row.word: row.item_id for row in rows}, bundles={row.item_id for row in rows if row.is_bundle})


def found_answers(orders: Mapping[str, OrderRow], changes: Mapping[str, CrmChange], meant: Meant) -> dict[str, Answers]:
    """What these changes answer of the orders, by ``order_ref``; those that answer nothing are left out."""
    found = {ref: answers_of(changes[ref], asked_of(order), meant.items) for ref, order in orders.items() if not order.is_apart}
    return {ref: answers for ref, answers in found.items() if answers.count}


def put_answers(fold: Fold, folding: Folding, answers: Mapping[str, Answers], meant: Meant) -> int:
    """The orders with what people found out; a line that is known now is sold. Returns how many questions that settles."""
    settled = 0
    for ref, found in answers.items():
        order = fold.orders[ref]
        if found.phone is not None:
            order.buyer = answered(order.buyer, found.phone)
        if found.address is not None:
            order.buyer = answered_address(order.buyer, found.address)
        for line_ref, kopecks in found.prices.items():
            order.lines[line_ref].price_kopecks = kopecks
        lines = [order.lines[line_ref] for line_ref, item_id in found.items.items() if _is_sold(folding, order, line_ref, item_id, meant)]
        fold.unknown = [one for one in fold.unknown if not any(one[1] is line for line in lines)]
        fold.acts += [Act(order=order, line=line, sold=line.pcs, cancelled=line.cancelled_pcs) for line in lines]
        settled += found.count - len(found.items) + len(lines)
    return settled


def _is_sold(folding: Folding, order: OrderRow, line_ref: str, item_id: int, meant: Meant) -> bool:
    """Whether a line can be sold as this item: a bundle has to have a recipe on the order's day."""
    line: LineRow = order.lines[line_ref]
    recipe = folding.recipe_of(order, item_id) if item_id in meant.bundles else ([(item_id, 1)], "")
    if recipe is None:
        return False
    line.item_id, line.state = item_id, SOLD
    line.recipe, line.promotion = recipe
    return True

"""Assembling a posting goes on after its answer, and may fail: it is to be assembled again then.

How long it takes the specification does not say (``Knobs.assembly_s``).
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from deployments.world.ozon import sales
from deployments.world.ozon.books import Books
from deployments.world.ozon.posting_books import Assembly, Posting
from deployments.world.ozon.postings import TO_ASSEMBLE

ASSEMBLED = "awaiting_deliver"


def begin(books: Books, one: Posting, parts: Sequence[int], now: datetime, takes: timedelta) -> list[Posting]:
    """The seller has assembled a posting; the postings that are known of at once."""
    one.assembles, one.has_failed = Assembly(due_at=now + takes, parts=tuple(parts)), False
    books.assembling.append(one.posting_number)
    return [one, *settle(books, now)]


def settle(books: Books, now: datetime) -> list[Posting]:
    """What is assembled by now; the new postings that were made of it."""
    due = [one for one in (books.postings[number] for number in books.assembling) if one.assembles and one.assembles.due_at <= now]
    return [part for one in due for part in _ended(books, one)]


def _ended(books: Books, one: Posting) -> list[Posting]:
    assembly, one.assembles = one.assembles, None
    books.assembling.remove(one.posting_number)
    if assembly is None or one.status != TO_ASSEMBLE:
        return []
    if one.assembly_fails:
        one.assembly_fails -= 1
        one.has_failed, one.changed_at = True, assembly.due_at
        return []
    parts = sales.split(books, one, list(assembly.parts), assembly.due_at)
    for posting in (one, *parts):
        sales.hand_over(books, posting, ASSEMBLED, assembly.due_at)
    return parts

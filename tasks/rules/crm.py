"""What a CRM is told of buyers and orders, and what it tells back: the words between the hub and any CRM, none of a vendor's own.

References of ours are external keys in the CRM, so that whatever is sent twice is one: a buyer's ``b<number>``, an order's
``<channel>-<the channel's own number>``, since a CRM may want them unique over all channels.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

LineState = Literal["shipped", "delivered", "returned"]


@dataclass(frozen=True, kw_only=True, slots=True)
class CrmCustomer:
    """A buyer.

    Args:
        ref: ours, stable for ever.
        name: the whole name as told, where its parts are not known; parts are empty then.
        phones: E.164, the main one first.
        emails: lower case, the main one first.
        tier: the code of what a buyer's history earns; none where nothing is earned.
    """

    ref: str
    name: str = ""
    last_name: str = ""
    first_name: str = ""
    middle_name: str = ""
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    tier: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class CrmLine:
    """Pieces that are still sold of one thing; a bundle is one line.

    Args:
        line_ref: the channel's key of the line.
        item_ref: 1C's Ид, which a CRM that has its catalogue from 1C knows it by; none where it is not known which item it is.
        sku: the channel's code.
        pcs: that are still sold; never none.
        price_kopecks: of one; none where the channel did not tell.
        state: what has become of every piece of it; none where they are not all so far, or not all alike.
    """

    line_ref: str
    item_ref: str | None
    sku: str
    name: str
    pcs: int
    price_kopecks: int | None
    state: LineState | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class CrmOrder:
    """An order as it is now, whole.

    Args:
        ref: ours, stable for ever.
        number: short, as 1C and people know it.
        channel: the channel's name in settings, and its title for people in ``channel_title``.
        channel_ref: the channel's own number.
        state: unpaid | new | confirmed | shipped | delivered | cancelled | returned | other.
        customer: whose it is; none where the channel does not tell who bought.
        lines: of a cancelled order as it was.
        address: in one line, as told.
        tracking: the carrier's number; of several parcels all of them, with commas.
        way: a sentence for each parcel, and for each return.
        foreign_ref: the CRM's own id, where it has taken the order before: one that is not there any more was deleted by people.
    """

    ref: str
    number: str
    channel: str
    channel_title: str
    channel_ref: str
    state: str
    placed_at: datetime
    customer: CrmCustomer | None
    lines: tuple[CrmLine, ...]
    address: str = ""
    comment: str = ""
    tracking: str | None = None
    way: tuple[str, ...] = ()
    foreign_ref: str | None = None

    @property
    def sum_kopecks(self) -> int:
        """Of what is priced."""
        return sum(line.pcs * (line.price_kopecks or 0) for line in self.lines)


@dataclass(frozen=True, kw_only=True, slots=True)
class Put:
    """What became of one customer or order that was sent.

    Args:
        ref: ours.
        outcome: accepted; refused (it will not be taken as it is); unknown (nobody can tell: it is looked up before it is sent again);
            gone (people deleted it there: it was not made anew).
        foreign_ref: the CRM's own id, where it is known.
        sentence: why it was refused, for a manager; without personal data.
    """

    ref: str
    outcome: Literal["accepted", "refused", "unknown", "gone"]
    foreign_ref: str | None = None
    sentence: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class CrmGoods:
    """A line of an order as people left it in the CRM.

    Args:
        line_ref: our key of the line, where the CRM keeps it; none of a line that people added.
        sku: the channel's code, where the CRM keeps only that.
        names: what its product is known by there, the likelier first: 1C's Ид, a code, an article; none where it goes by its title alone.
        pcs: none where that is no number of pieces.
        price_kopecks: of one; none where there is none, or a fraction of a kopeck.
    """

    line_ref: str | None
    pcs: int | None
    price_kopecks: int | None = None
    sku: str | None = None
    names: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class CrmChange:
    """An order of ours as a person left it in the CRM: what stands there now, not the steps to it.

    Args:
        ref: ours; none for an order that was born in the CRM.
        foreign_ref: the CRM's own id.
        status: the CRM's own code.
        state: what that is by the mapping in settings; none for one that is not mapped.
        phone: as it stands there, raw.
        address: where to deliver, as it stands there.
        goods: its lines.
        is_deleted: a person deleted it there.
    """

    ref: str | None
    foreign_ref: str
    status: str
    state: str | None
    phone: str | None = None
    address: str | None = None
    goods: tuple[CrmGoods, ...] = ()
    is_deleted: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class CrmChanges:
    """What people changed in a CRM since a cursor; our own changes are not among them.

    Args:
        changes: one per order, in the order of their last change.
        cursor: where the next reading begins; the CRM's own word, kept as it is.
        was_restored: the CRM no longer knows the cursor it once gave: it was set back to an older copy, and was read from its beginning.
    """

    changes: tuple[CrmChange, ...]
    cursor: str
    was_restored: bool = False

"""What people changed in deals of ours, by the portal's own clock.

Source: https://apidocs.bitrix24.com/api-reference/crm/universal/crm-item-list.html
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from pydantic import AwareDatetime, BaseModel, ConfigDict

from adapters.bitrix24 import answers
from adapters.bitrix24.client import repeated_page
from adapters.bitrix24.commands import DEAL
from adapters.bitrix24.goods import Bitrix24Goods, goods_left
from adapters.bitrix24.limits import PAGE
from adapters.bitrix24.remarks import told_address
from tasks.rules.crm import CrmChange, CrmChanges

FIELDS = ("originatorId", "originId", "stageId", "contactId", "contactIds", "comments", "updatedTime", "updatedBy", "movedBy")


class Mark(BaseModel):
    """How far deals were read: the newest change, and what was seen of those shortly before it; nothing where there was no deal."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    at: AwareDatetime | None = None
    seen: dict[int, str] = {}


class Bitrix24Changes(Bitrix24Goods):
    """Reads deals that changed."""

    OVERLAP = timedelta(seconds=120)
    """A change is stamped when it begins and shown when it is saved, after the portal's robots: a call lasts up to a minute."""

    def read_changes(self, cursor: str | None) -> CrmChanges:
        """Deals of ours that people changed since; `adapters.capabilities.Crm`.

        A deal that our own webhook changed last is left out, unless people moved it to the stage where it stands. A person who deletes
        the deal that changed last looks like a portal that was set back: all is read again, which does no harm. Deleted deals are not
        told of: the portal lists only those it has.

        Raises:
            SyncError: nothing was read.
        """
        if cursor is None:
            return CrmChanges(changes=(), cursor=_mark(self._shortly_before(self._newest())).model_dump_json())
        mark = Mark.model_validate_json(cursor)
        deals = self._changed_since(mark.at and mark.at - self.OVERLAP)
        was_restored = mark.at is not None and all(one.updated_time < mark.at for one in deals)
        if was_restored:
            mark, deals = Mark(), self._changed_since(None)
        fresh = [one for one in deals if mark.seen.get(one.id) != _seen(one) and not self._is_own(one)]
        return CrmChanges(changes=self._changes(fresh), cursor=_mark(deals).model_dump_json(), was_restored=was_restored)

    def _newest(self) -> datetime | None:
        filter_ = {"=originatorId": self._originator}
        page = self.listed(DEAL, answers.DEALS, filter_=filter_, order={"updatedTime": "DESC"}, select=FIELDS)
        return page[0].updated_time if page else None

    def _shortly_before(self, at: datetime | None) -> list[answers.Deal]:
        return [] if at is None else self._changed_since(at - self.OVERLAP)

    def _changed_since(self, since: datetime | None) -> list[answers.Deal]:
        """Deals by their last change, from an instant on; all of ours where there is none.

        The next page begins at the last change seen and not at a count: a deal that changes meanwhile leaves its place, and another
        would be skipped.
        """
        found: dict[int, answers.Deal] = {}
        while True:
            page = self._page(since, [one.id for one in found.values() if one.updated_time == since])
            if any(found.get(one.id) == one for one in page):
                raise repeated_page()
            for one in page:
                found.pop(one.id, None)
                found[one.id] = one
            if len(page) < PAGE:
                return list(found.values())
            since = page[-1].updated_time

    def _page(self, since: datetime | None, but: Sequence[int]) -> list[answers.Deal]:
        from_there = {} if since is None else {">=updatedTime": since.isoformat()}
        filter_ = {"=originatorId": self._originator, **from_there, **({"!@id": list(but)} if but else {})}
        return self.listed(DEAL, answers.DEALS, filter_=filter_, order={"updatedTime": "ASC", "id": "ASC"}, select=FIELDS)

    def _is_own(self, deal: answers.Deal) -> bool:
        return deal.updated_by == self._user_id and deal.moved_by in (None, self._user_id)

    def _changes(self, deals: Sequence[answers.Deal]) -> tuple[CrmChange, ...]:
        buyers = self.whole(one.buyer_id for one in deals if one.buyer_id is not None)
        rows = self.rows_of(one.id for one in deals)
        return tuple(self._as_left(one, buyers.get(one.buyer_id) if one.buyer_id else None, rows.get(one.id, [])) for one in deals)

    def _as_left(self, deal: answers.Deal, buyer: answers.Contact | None, rows: Sequence[answers.GoodsRow]) -> CrmChange:
        return CrmChange(
            ref=deal.origin_id or None,
            foreign_ref=str(deal.id),
            status=deal.stage_id,
            state=self._stages.state(deal.stage_id),
            phone=next(iter(buyer.reached_by("PHONE")), None) if buyer else None,
            address=told_address(deal.comments),
            goods=tuple(goods_left(one) for one in rows),
        )


def _mark(deals: Iterable[answers.Deal]) -> Mark:
    """Kept of deals that were read, in the order of their changes."""
    read = list(deals)
    if not read:
        return Mark()
    newest = max(one.updated_time for one in read)
    return Mark(at=newest, seen={one.id: _seen(one) for one in read if one.updated_time >= newest - Bitrix24Changes.OVERLAP})


def _seen(deal: answers.Deal) -> str:
    """Stamps are of whole seconds: a second change within one differs by where the deal stands."""
    return f"{deal.updated_time.isoformat()} {deal.stage_id}"

"""What people changed in RetailCRM, learned from the history of orders.

Source: `reference/services.md` §2; the vendor's «WorkingHistoryAPI».
"""

from collections.abc import Iterator, Sequence

from adapters.errors import ContractBroken
from adapters.retailcrm import answers, paths
from adapters.retailcrm.client import SYSTEM, RetailCrmClient
from adapters.retailcrm.limits import FIND_MAX, HISTORY_MAX
from adapters.retailcrm.lines import goods
from tasks.rules.crm import CrmChange, CrmChanges


class RetailCrmHistory(RetailCrmClient):
    """Tells what people changed."""

    def read_changes(self, cursor: str | None) -> CrmChanges:
        """Orders that somebody else than we changed, as they are now.

        Reading begins at the record that the cursor names, not after it: where that record is not there any more, the account was set
        back to an older copy, and whatever happened in it since may stand under any number. So it is read from its beginning then.

        Args:
            cursor: the number of the last record known; none only learns it.

        Raises:
            SyncError: the account could not be asked.
        """
        if cursor is None:
            return CrmChanges(changes=(), cursor=str(self._newest_id()))
        last_id = int(cursor)
        records = list(self._records(max(0, last_id - 1)))
        was_restored = last_id > 0 and (not records or records[0].id != last_id)
        if was_restored:
            records = list(self._records(0))
        changes = self._changes([one for one in records if was_restored or one.id > last_id])
        newest_id = records[-1].id if records else 0
        return CrmChanges(changes=tuple(changes), cursor=str(newest_id), was_restored=was_restored)

    def _newest_id(self) -> int:
        """The last record of the last page; one that was added meanwhile is read the next time."""
        query: dict[str, str | int] = {"limit": HISTORY_MAX, "page": 1}
        first = self.ask(paths.ORDERS_HISTORY, answers.HISTORY, query)
        pages = first.pagination.total_page_count
        last = first if pages <= 1 else self.ask(paths.ORDERS_HISTORY, answers.HISTORY, query | {"page": pages})
        return last.history[-1].id if last.history else 0

    def _records(self, since_id: int) -> Iterator[answers.Record]:
        """All records after one, page by page; ``page`` beside ``sinceId`` is refused."""
        while True:
            query: dict[str, str | int] = {"filter[sinceId]": since_id, "limit": HISTORY_MAX}
            page = self.ask(paths.ORDERS_HISTORY, answers.HISTORY, query).history
            yield from page
            if len(page) < HISTORY_MAX:
                return
            if page[-1].id <= since_id:
                sentence = "RetailCRM повторяет страницу истории: её так не прочитать до конца."
                raise ContractBroken(sentence, system=SYSTEM, fragment=f"sinceId: {since_id}")
            since_id = page[-1].id

    def _changes(self, records: Sequence[answers.Record]) -> Iterator[CrmChange]:
        """One per order, in the order of its last record; an order that another one was merged into changed with it."""
        refs: dict[int, answers.Ref] = {}
        deleted: set[int] = set()
        for record in records:
            if record.api_key is not None and record.api_key.current:
                continue
            for ref in (record.order, record.combined_to):
                if ref is not None and self.is_ours(ref.site):
                    refs.pop(ref.id, None)
                    refs[ref.id] = ref
            if record.deleted and record.order is not None:
                deleted.add(record.order.id)
        ids = list(refs)
        found = [one for at in range(0, len(ids), FIND_MAX) for one in self._orders(ids[at : at + FIND_MAX])]
        there = {one.id: one for one in found}
        for order_id, ref in refs.items():
            if order_id in there and self.is_ours(there[order_id].site):
                yield self._change(there[order_id])
            elif order_id in deleted:
                yield _deleted(ref)

    def _orders(self, ids: Sequence[int]) -> list[answers.Order]:
        return self.ask("orders", answers.ORDERS, self.listed("ids", ids) | {"limit": FIND_MAX}).orders

    def _change(self, order: answers.Order) -> CrmChange:
        return CrmChange(
            ref=order.external_id,
            foreign_ref=str(order.id),
            status=order.status,
            state=self.states.state_of(order.status),
            phone=order.phone,
            address=order.delivery.address.text,
            goods=goods(order.items or []),
        )


def _deleted(ref: answers.Ref) -> CrmChange:
    """The history is the last to know of it."""
    return CrmChange(ref=ref.external_id, foreign_ref=str(ref.id), status="", state=None, is_deleted=True)

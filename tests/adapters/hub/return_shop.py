"""A shop that things come back to, for the tests of returns."""

from typing import Any

import polars as pl

from adapters.hub.hub import Hub
from adapters.hub.returns import Returns, ReturnsRecorded
from tasks.rules.onward import Onward
from tasks.rules.return_rules import ReturnRules
from tests.adapters.hub.order_shop import CHANNEL, OrderShop, report
from tests.adapters.hub.shop import SOURCE
from validation.returns import WORKBOOK, ReturnReceived

RULES = ReturnRules(onward=Onward(crms={CHANNEL: ["main"]}))
ODATA = ReturnRules(documents={SOURCE: f"odata:{SOURCE}"})
BLANK: dict[str, Any] = {
    "group_ref": None, "channel": CHANNEL, "order_ref": "1", "line_ref": None, "sku": "iron", "pcs": 1, "state": "coming", "status": "told",
    "condition": "unknown", "decision": None, "reason": None, "reported_at": None, "changed_at": None, "received_at": None, "payload": None,
}  # fmt: skip


def coming(return_ref: str = "r1", **told: Any) -> pl.DataFrame:
    """One row of a source's report."""
    schema = {name: column.dtype.type for name, column in ReturnReceived.to_schema().columns.items()}
    return ReturnReceived.validate(pl.DataFrame([{**BLANK, "return_ref": return_ref, **told}], schema=schema).select(*schema))


def brought(key: str = "5f-1", **told: Any) -> pl.DataFrame:
    """A row of a manager's workbook: good goods lie before him."""
    return coming(key, **{"channel": None, "state": "received", "condition": "sellable", **told})


class ReturnShop(OrderShop):
    """A shop with orders that were shipped."""

    def __init__(self, hub: Hub) -> None:
        super().__init__(hub)
        self.returns = Returns(hub)

    def ships(self, pcs: int = 2, *, order_ref: str = "1", stock: int = 10, **lines: int) -> int:
        """An order of so many irons, shipped; the item's id."""
        item_id, _ = self.sells(stock, pcs)
        self.record(report(order_ref, {"iron": pcs, **lines}))
        self.record(report(order_ref, {"iron": pcs, **lines}, state="shipped"))
        return item_id

    def told(self, source: str, *rows: pl.DataFrame, rules: ReturnRules = RULES) -> ReturnsRecorded:
        """A source tells."""
        return self.returns.record(source, pl.concat(rows), rules=rules)

    def written(self, *rows: pl.DataFrame, rules: ReturnRules = RULES) -> ReturnsRecorded:
        """A workbook tells."""
        return self.told(WORKBOOK, *rows, rules=rules)

    def batches(self) -> list[tuple[int, int, str, str, str]]:
        """Return, pieces, state, condition and decision of every batch."""
        return [
            (row[0], row[1], row[2], row[3], row[4])
            for row in self.rows("select return_id, pcs, state, condition, decision from return_line order by return_line_id")
        ]

    def tellers(self) -> list[str]:
        """Who tells of each batch."""
        query = "select string_agg(source, ' ' order by source) from return_teller group by return_line_id order by return_line_id"
        return [row[0] for row in self.rows(query)]

    def returned(self, line_ref: str = "iron") -> int:
        """Pieces of a line that came back, as its row says."""
        found = self.rows("select returned_pcs from returned_line where line_ref = :line_ref", line_ref=line_ref)
        summed = self.rows("select coalesce(sum(pcs), 0)::bigint from return_line where line_ref = :line_ref", line_ref=line_ref)
        assert (found[0][0] if found else 0) == summed[0][0]
        return int(summed[0][0])

    def owed(self) -> list[tuple[str, str, str]]:
        """What others are to be told: target, kind, subject."""
        return [(row[0], row[1], row[2]) for row in self.rows("select target, kind, subject from outbox order by target, kind, subject")]

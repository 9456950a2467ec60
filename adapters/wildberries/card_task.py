"""What a card that Wildberries still thinks about is asked about by."""

from datetime import datetime
from typing import Any

import polars as pl
from pydantic import BaseModel

from adapters.lots import vendors_words
from adapters.wildberries.answers import ErrorBatch

SENT: dict[str, type[pl.DataType]] = {
    "item_id": pl.Int64,
    "channel_sku": pl.String,
    "outcome": pl.String,
    "task_ref": pl.String,
    "reason": pl.String,
    "sentence": pl.String,
}
"""Columns of `CardSent`."""


class Task(BaseModel):
    """Kept as JSON in ``task_ref``.

    Args:
        errors_until: of the newest batch of errors before the card was sent, by Wildberries' clock.
        batch_ref: that batch.
        nm_id: the card, where it was there already.
        card_at: its last change before that, by Wildberries' clock.
        pictures: to be given to the card once it is there.
    """

    errors_until: datetime | None
    batch_ref: str | None
    nm_id: int | None = None
    card_at: datetime | None = None
    pictures: list[str] = []

    def is_news(self, batch: ErrorBatch) -> bool:
        """Whether a batch of errors came after the card was sent."""
        if self.errors_until is None or batch.updated_at > self.errors_until:
            return True
        return batch.updated_at == self.errors_until and batch.batch_ref != self.batch_ref


def told(item_id: int, sku: str, outcome: str, reason: str | None = None, words: str | None = None) -> dict[str, Any]:
    """A row of `CardSent`; ``words`` are the vendor's."""
    sentence = vendors_words(reason, words) if reason else None
    return {"item_id": item_id, "channel_sku": sku, "outcome": outcome, "task_ref": None, "reason": reason, "sentence": sentence}

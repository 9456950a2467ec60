"""What became of cards: Wildberries decides within half an hour, by the list of errors and the list of cards.

Source: POST /content/v2/cards/error/list, /content/v2/get/cards/list, /content/v3/media/save of the vendor's spec.
"""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

import polars as pl

from adapters.errors import Rejected, Retryable
from adapters.wildberries.answers import VERDICT, Card
from adapters.wildberries.card_list import WildberriesCardList
from adapters.wildberries.card_task import SENT, Task, told
from adapters.wildberries.client import words_of
from adapters.wildberries.limits import CONTENT, MEDIA
from validation.listings import CardSent

PICTURES_MAX = 30
SYNC = timedelta(minutes=30)
"""Wildberries' own bound for a change to reach all of its services."""
LOST_AFTER = timedelta(hours=2)
CLOCKS_APART = timedelta(hours=1)

Row = Mapping[str, Any]


class WildberriesCardResults(WildberriesCardList):
    """Asks what became of cards, and gives them their pictures."""

    def read_card_results(self, pending: pl.DataFrame) -> pl.DataFrame:
        """An error told since the card was sent, or the card as it stands now, which gets its pictures then.

        Pictures replace those that the card has; giving them again does no harm. A card that stands unchanged half an hour after it
        was sent, without an error, says already what it was to say.

        Returns:
            `CardSent`; ``unknown`` for a card that two hours after it was sent is neither there nor in the list of errors.
        """
        tasks = {row["channel_sku"]: Task.model_validate_json(row["task_ref"]) for row in pending.iter_rows(named=True)}
        words = self._errors_of(tasks)
        cards = self._changed_since(pending["sent_at"], tasks.keys() - words.keys())
        rows = [self._result(row, tasks[row["channel_sku"]], words, cards) for row in pending.iter_rows(named=True)]
        return CardSent.validate(pl.DataFrame(self._with_pictures(rows, tasks, cards), schema=SENT))

    def _errors_of(self, tasks: Mapping[str, Task]) -> dict[str, str]:
        """What was said of each card since it was sent, the newest word of it."""
        if not tasks:
            return {}
        marks = [task.errors_until for task in tasks.values() if task.errors_until]
        batches = self.read_card_errors(since=min(marks) if len(marks) == len(tasks) else None)
        return {
            sku: "; ".join(texts)
            for batch in reversed(batches)
            for sku, texts in batch.errors.items()
            if sku in tasks and tasks[sku].is_news(batch)
        }

    def _changed_since(self, sent_at: pl.Series, skus: Collection[str]) -> dict[str, Card]:
        """The cards among those that changed since the first of them was sent."""
        if not skus:
            return {}
        since: datetime = sent_at.min() - CLOCKS_APART  # type: ignore[operator, assignment]
        found: dict[str, Card] = {}
        for card in self.read_cards(newest_first=True):
            if card.vendor_code in skus:
                found[card.vendor_code] = card
            if len(found) == len(skus) or card.updated_at < since:
                break
        return found

    def _result(self, row: Row, task: Task, words: Mapping[str, str], cards: Mapping[str, Card]) -> dict[str, Any]:
        item_id, sku = row["item_id"], row["channel_sku"]
        passed = self._clock.now() - row["sent_at"]
        if sku in words:
            return told(item_id, sku, "refused", "card_is_refused", words[sku])
        is_changed = sku in cards and cards[sku].updated_at != task.card_at
        if is_changed or (task.nm_id is not None and passed > SYNC):
            return told(item_id, sku, "accepted")
        if task.nm_id is None and passed > LOST_AFTER:
            return told(item_id, sku, "unknown", "card_is_lost")
        return told(item_id, sku, "pending") | {"task_ref": row["task_ref"]}

    def _with_pictures(self, rows: list[dict[str, Any]], tasks: Mapping[str, Task], cards: Mapping[str, Card]) -> list[dict[str, Any]]:
        """The rows; accepted cards have their pictures, or are pending where Wildberries stopped answering before it took them.

        Raises:
            Retryable: it stopped before anything was learned.
        """
        done: list[dict[str, Any]] = []
        silence: Retryable | None = None
        for row in rows:
            task = tasks[row["channel_sku"]]
            if row["outcome"] != "accepted" or not task.pictures:
                done.append(row)
                continue
            card = cards.get(row["channel_sku"])
            try:
                refused = None if silence else self._save_pictures(card.nm_id if card else task.nm_id, task.pictures)
            except Retryable as error:
                silence = error
            if silence:
                done.append(row | {"outcome": "pending", "task_ref": task.model_dump_json()})
            elif refused is not None:
                done.append(told(row["item_id"], row["channel_sku"], "refused", "pictures_are_refused", refused))
            else:
                done.append(row)
        if silence and all(row["outcome"] == "pending" for row in done):
            raise silence
        return done

    def _save_pictures(self, nm_id: int | None, pictures: list[str]) -> str | None:
        """None where Wildberries took them, else what it says."""
        connection = self._services["content"]
        body = {"nmId": nm_id, "data": pictures[:PICTURES_MAX]}
        try:
            response = connection.call("POST", "/content/v3/media/save", json=body, limits={MEDIA: 1, CONTENT: 1}, is_repeatable=True)
        except Rejected as error:
            return words_of(error)
        verdict = connection.read(response, VERDICT, is_repeatable=True)
        return verdict.error_text if verdict.error else None

"""Reading cards, what was wrong with them, and what their subjects know: the content service.

Source: POST /content/v2/get/cards/list, POST /content/v2/cards/error/list, GET /content/v2/object/charcs/{subjectId}.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from adapters.wildberries.answers import CARDS, CHARCS, ERRORS, Card, Charc, ErrorBatch, ErrorsData
from adapters.wildberries.client import WildberriesClient
from adapters.wildberries.limits import CARDS_ERRORS, CONTENT

PAGE_MAX = 100
ANY_CARDS = {"withPhoto": -1}
"""0 was «without a photo» until 2026-06-16 and is «any» since."""


class WildberriesCardList(WildberriesClient):
    """Pages of the content service."""

    def read_cards(self, *, newest_first: bool = False) -> Iterator[Card]:
        """Every card that is not in the bin.

        Oldest change first, a card that changes meanwhile comes again at the end; newest first, it may be missed.

        Raises:
            ContractBroken: a page's end repeats.
        """
        cursor: dict[str, Any] = {"limit": PAGE_MAX}
        seen: set[str] = set()
        while True:
            settings = {"sort": {"ascending": not newest_first}, "filter": ANY_CARDS, "cursor": cursor}
            connection = self._services["content"]
            response = connection.call(
                "POST", "/content/v2/get/cards/list", json={"settings": settings}, limits={CONTENT: 1}, is_repeatable=True
            )
            page = connection.read(response, CARDS, is_repeatable=True)
            yield from page.cards
            if page.cursor.total < PAGE_MAX:
                return
            cursor = {"limit": PAGE_MAX, "updatedAt": page.cursor.updated_at, "nmID": page.cursor.nm_id}
            self.not_seen(seen, f"{page.cursor.updated_at} {page.cursor.nm_id}", "content")

    def read_card_errors(self, *, since: datetime | None) -> list[ErrorBatch]:
        """Batches of errors of ``since`` and later, the newest first.

        Raises:
            ContractBroken: a page's end repeats.
        """
        cursor: dict[str, Any] = {"limit": PAGE_MAX}
        seen: set[str] = set()
        batches: list[ErrorBatch] = []
        while True:
            page = self._errors(cursor)
            batches += [batch for batch in page.items if since is None or batch.updated_at >= since]
            is_older = since is not None and any(batch.updated_at < since for batch in page.items)
            if is_older or not page.items or not page.cursor.next:
                return batches
            cursor = {"limit": PAGE_MAX, "updatedAt": page.cursor.updated_at, "batchUUID": page.cursor.batch_ref}
            self.not_seen(seen, f"{page.cursor.updated_at} {page.cursor.batch_ref}", "content")

    def read_newest_error(self) -> ErrorBatch | None:
        """The batch of errors that was told last: by it, later ones are known without comparing anybody's clocks."""
        batches = self._errors({"limit": 1}).items
        return batches[0] if batches else None

    def read_charcs(self, subject_ref: int) -> dict[int, Charc]:
        """What a card of the subject may say of itself."""
        connection = self._services["content"]
        response = connection.call("GET", f"/content/v2/object/charcs/{subject_ref}", limits={CONTENT: 1})
        return {charc.charc_id: charc for charc in connection.read(response, CHARCS, is_repeatable=True).data}

    def _errors(self, cursor: dict[str, Any]) -> ErrorsData:
        connection = self._services["content"]
        body = {"cursor": cursor, "order": {"ascending": False}}
        limits = {CARDS_ERRORS: 1, CONTENT: 1}
        response = connection.call("POST", "/content/v2/cards/error/list", json=body, limits=limits, is_repeatable=True)
        return connection.read(response, ERRORS, is_repeatable=True).data

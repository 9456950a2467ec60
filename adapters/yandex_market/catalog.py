"""Our codes and cards in a Yandex Market business."""

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

import polars as pl

from adapters.errors import Rejected
from adapters.lots import isolated, send_lots, vendors_words
from adapters.yandex_market.answers import CARDS, CARDS_WRITTEN, OFFERS_MAPPED, Card
from adapters.yandex_market.client import REFS, YandexMarketClient
from adapters.yandex_market.limits import CARDS_READ, OFFERS_READ, OFFERS_SENT, of_business
from adapters.yandex_market.reasons import Complaints, card_complaints, complaints, complaints_of, sent_without_the_bad
from validation.listings import CardSent, ListingFound
from validation.quarantine import Judged, refuse

# Schema ShopSku: the Market trims it; no control characters but the tab, 255 characters.
EDGES = " \t"
LEGAL = r"^[^\x00-\x08\x0A-\x1F\x7F]{1,255}$"

PROCESSING = frozenset({"HAS_CARD_CAN_UPDATE_PROCESSING", "NO_CARD_PROCESSING"})
WRONG = {
    "HAS_CARD_CAN_UPDATE_ERRORS": "card_is_refused",
    "NO_CARD_ERRORS": "card_is_refused",
    "NO_CARD_NEED_CONTENT": "card_needs_content",
}
NEEDED = ("title", "description", "brand", "category", "pictures")
"""A new offer needs them: updateOfferMappings."""


class YandexMarketCatalog(YandexMarketClient):
    """Finds offers by SKU, makes and changes them."""

    # getOfferMappings: such a list comes whole, without pages
    OFFERS_ASKED_MAX = 100
    # "Already now do not send more than 100", the specification says of updateOfferMappings.
    CARDS_MAX = 100
    # getOfferCardsContentStatus
    RESULTS_MAX = 200
    # "The catalogue is not updated at once, it takes up to several minutes": until then the card told of is the one before.
    CATALOG_LAG = timedelta(minutes=3)

    def find_listings(self, skus: Sequence[str]) -> Judged:
        """Codes found in the catalogue.

        Args:
            skus: our codes; spaces around one are not the Market's.

        Returns:
            `ListingFound`, one row per code; `RowRefused` for a code that the Market does not allow, codes that differ by the spaces
            around them alone, and one whose offer lies in the archive. A code in neither is not there.

        Raises:
            SyncError: the Market could not be asked.
        """
        asked = (
            pl.DataFrame({"sku": skus}, schema={"sku": pl.String})
            .unique(maintain_order=True)
            .with_columns(offer_id=pl.col("sku").str.strip_chars(EDGES))
            .with_columns(
                reason=pl.when(~pl.col("offer_id").str.contains(LEGAL) | (pl.col("offer_id").str.strip_chars() == ""))
                .then(pl.lit("sku_is_illegal"))
                .when(pl.len().over("offer_id") > 1)
                .then(pl.lit("skus_differ_by_spaces"))
            )
        )
        offers = self._offers(asked.filter(pl.col("reason").is_null())["offer_id"].to_list())
        read = asked.join(offers, on="offer_id", how="left", maintain_order="left").with_columns(
            reason=pl.coalesce("reason", pl.when(pl.col("is_archived")).then(pl.lit("listing_is_archived")))
        )
        found = read.filter(pl.col("reason").is_null() & pl.col("is_archived").is_not_null())
        refused = read.filter(pl.col("reason").is_not_null()).drop("is_archived")
        return Judged(
            ListingFound.validate(found.select(channel_sku="sku", refs=pl.struct("offer_id").struct.json_encode())),
            refuse(refused.with_columns(row=pl.lit(None, pl.Int64)), entity="listing", key=pl.col("sku")),
        )

    def send_cards(self, cards: pl.DataFrame) -> pl.DataFrame:
        """Add offers, and change what we know of those there; at most 100 in a call, which are taken all or none.

        Dimensions that the Market does not let change are left out and the rest of the card is sent again.

        Args:
            cards: `CardWanted`.

        Returns:
            `CardSent`, one row per card; ``pending`` where taken, until `read_card_results` tells what became of it.

        Raises:
            Retryable: nothing at all was sent, and it may be tried again.
            Unauthorized: nothing at all was sent, the key is bad.
        """
        is_new = pl.col("refs").is_null()
        lacks = pl.any_horizontal(pl.col(name).is_null() | pl.col(name).is_in(["", "[]", "{}"]) for name in NEEDED)
        wanted = cards.with_columns(
            offer_id=pl.coalesce(
                pl.col("refs").str.json_decode(REFS).struct.field("offer_id"), pl.col("channel_sku").str.strip_chars(EDGES)
            ),
            is_ready=~(is_new & lacks),
        )
        ready, unready = wanted.filter("is_ready"), wanted.filter(~pl.col("is_ready"))
        lots = [ready[start : start + self.CARDS_MAX] for start in range(0, ready.height, self.CARDS_MAX)]
        sent = send_lots(lots, lambda lot: isolated(lot, self._send_cards))
        unsent = unready.with_columns(
            outcome=pl.lit("refused"), reason=pl.lit("card_lacks_required"), sentence=pl.lit(vendors_words("card_lacks_required", None))
        )
        told = pl.concat([unsent, sent], how="diagonal")
        is_taken = pl.col("outcome") == "accepted"
        return CardSent.validate(
            told.with_columns(
                outcome=pl.when(is_taken).then(pl.lit("pending")).otherwise("outcome"),
                task_ref=pl.when(is_taken).then("offer_id"),
            ).select("item_id", "channel_sku", "outcome", "task_ref", "reason", "sentence")
        )

    def read_card_results(self, pending: pl.DataFrame) -> pl.DataFrame:
        """What became of cards that were taken.

        Args:
            pending: `CardPending`.

        Returns:
            `CardSent`; ``pending`` while the Market checks the card, has not heard of it, or may still show the one before.

        Raises:
            SyncError: the Market could not be asked.
        """
        is_due = pl.col("sent_at") <= self._clock.now() - self.CATALOG_LAG
        asked = pending.filter(is_due)["task_ref"].to_list()
        cards = {card.offer_id: card for lot in _parts(asked, self.RESULTS_MAX) for card in self._cards(lot)}
        told = pl.DataFrame([_told(ref, cards.get(ref)) for ref in asked], schema=_TOLD).unique("task_ref")
        joined = pending.join(told, on="task_ref", how="left", maintain_order="left").with_columns(pl.col("outcome").fill_null("pending"))
        return CardSent.validate(
            joined.with_columns(task_ref=pl.when(pl.col("outcome") == "pending").then("task_ref")).select(
                "item_id", "channel_sku", "outcome", "task_ref", "reason", "sentence"
            )
        )

    def _offers(self, offer_ids: Sequence[str]) -> pl.DataFrame:
        """``offer_id, is_archived`` of those in the catalogue."""
        ask = partial(self.ask, "POST", self.business("offer-mappings"), OFFERS_MAPPED, limits=of_business(OFFERS_READ))
        answers = [ask(body={"offerIds": lot}).result for lot in _parts(offer_ids, self.OFFERS_ASKED_MAX)]
        offers = [mapped.offer for answer in answers for mapped in answer.offer_mappings if mapped.offer]
        rows = {"offer_id": [one.offer_id for one in offers], "is_archived": [bool(one.archived) for one in offers]}
        return pl.DataFrame(rows, schema={"offer_id": pl.String, "is_archived": pl.Boolean}).unique("offer_id")

    def _cards(self, offer_ids: Sequence[str]) -> list[Card]:
        pages = self.pages(
            "POST",
            self.business("offer-cards"),
            CARDS,
            limits=of_business(CARDS_READ),
            limit=self.RESULTS_MAX,
            body={"offerIds": list(offer_ids)},
        )
        return [card for page in pages for card in page.result.offer_cards]

    def _send_cards(self, lot: pl.DataFrame) -> pl.DataFrame:
        """A lot; cards whose only fault are dimensions that are locked go again without them."""
        sent = sent_without_the_bad(lot, self._write_cards)
        is_locked = (pl.col("reason") == "dimensions_are_locked").fill_null(False) & pl.col("weight_g").is_not_null()
        locked = sent.filter(is_locked)
        if locked.is_empty():
            return sent
        lighter = locked.select(lot.columns).with_columns(weight_g=pl.lit(None, pl.Int64))
        return pl.concat([sent.filter(~is_locked), self._send_cards(lighter)])

    def _write_cards(self, lot: pl.DataFrame) -> Complaints | None:
        skus = lot["offer_id"].to_list()
        body = {"offerMappings": [{"offer": _offer(row)} for row in lot.to_dicts()]}
        limits = of_business(OFFERS_SENT, lot.height)
        try:
            told = self.tell("POST", self.business("offer-mappings/update"), body, CARDS_WRITTEN, limits=limits)
        except Rejected as error:
            return complaints_of(error, skus, reason="card_is_refused")
        if told.status == "OK":
            return None
        found = card_complaints(told.results or (), skus)
        return found if found.rows else complaints(told.errors or (), skus, reason="card_is_refused")


_TOLD = {"task_ref": pl.String, "outcome": pl.String, "reason": pl.String, "sentence": pl.String}


def _parts(values: Sequence[str], size: int) -> list[Sequence[str]]:
    return [values[start : start + size] for start in range(0, len(values), size)]


def _told(task_ref: str, card: Card | None) -> Mapping[str, str | None]:
    status = card.card_status if card else None
    if card is None or status is None or status in PROCESSING:
        return {"task_ref": task_ref, "outcome": "pending", "reason": None, "sentence": None}
    reason = WRONG.get(status)
    if reason is None:
        return {"task_ref": task_ref, "outcome": "accepted", "reason": None, "sentence": None}
    words = "; ".join(": ".join(filter(None, (error.message, error.comment))) for error in card.errors or ())
    return {"task_ref": task_ref, "outcome": "refused", "reason": reason, "sentence": vendors_words(reason, words)}


def _offer(card: Mapping[str, Any]) -> dict[str, Any]:
    """``UpdateOfferDTO`` of what we have: what is left out stays as it is. Centimetres and kilograms."""
    sizes = [card[name] for name in ("length_mm", "width_mm", "height_mm", "weight_g")]
    offer = {
        "offerId": card["offer_id"],
        "name": card["title"],
        "marketCategoryId": json.loads(card["category"] or "{}").get("category"),
        "pictures": json.loads(card["pictures"]),
        "vendor": card["brand"],
        "barcodes": json.loads(card["barcodes"]),
        "description": card["description"],
        "parameterValues": [
            {"parameterId": one["id"], "value": value} for one in json.loads(card["attributes"]) for value in one["values"]
        ],
        "weightDimensions": {
            "length": card["length_mm"] / 10,
            "width": card["width_mm"] / 10,
            "height": card["height_mm"] / 10,
            "weight": card["weight_g"] / 1000,
        }
        if all(sizes)
        else None,
    }
    return {name: value for name, value in offer.items() if value}

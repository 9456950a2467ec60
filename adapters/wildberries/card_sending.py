"""Sending cards to Wildberries: those that are not there are made, those that are are overwritten.

Source: POST /content/v2/cards/upload, /cards/update of the vendor's spec.
"""

import json
from collections.abc import Mapping
from typing import Any

import polars as pl

from adapters.errors import Rejected
from adapters.lots import all_rows, send_lots, vendors_words
from adapters.wildberries.answers import VERDICT, Card, Charc, Verdict
from adapters.wildberries.card_list import WildberriesCardList
from adapters.wildberries.card_task import SENT, Task, told
from adapters.wildberries.cards import changed_card, new_card, subject_of, unfit
from adapters.wildberries.client import refusals, words_of
from adapters.wildberries.limits import CARDS_UPDATE, CARDS_UPLOAD, CONTENT
from validation.listings import CardSent

GROUPS_MAX = 100
GROUP_MAX = 30
LOT_MAX = 500
"""Of 3000 cards that a call may change and 100 groups of 30 that it may make: with long descriptions more would pass 10 MB."""

Row = Mapping[str, Any]
Bodies = Mapping[str, dict[str, Any]]


class WildberriesCardSending(WildberriesCardList):
    """Makes and overwrites cards."""

    def send_cards(self, cards: pl.DataFrame) -> pl.DataFrame:
        """Make the cards that are not there and overwrite those that are, barcodes excepted.

        The cabinet is looked through first: a card that an unanswered attempt has made is overwritten, not made again. Pictures follow
        when the card is there (`read_card_results`). Goods of one ``group_sku`` sent together become one group of cards; a card is not
        joined to a group that is there already.

        Returns:
            `CardSent`: ``pending`` where Wildberries took the card to think about.
        """
        if cards.is_empty():
            return CardSent.validate(pl.DataFrame(schema=SENT))
        wanted = {row["channel_sku"]: row for row in cards.iter_rows(named=True)}
        there = self._there(wanted)
        refused, fit = self._judged(wanted, there)
        newest = self.read_newest_error() if fit else None
        mark = {"errors_until": newest.updated_at, "batch_ref": newest.batch_ref} if newest else {"errors_until": None, "batch_ref": None}
        rows = [_row(wanted[sku], there.get(sku), mark) for sku in fit]
        bodies = {sku: _body(wanted[sku], there.get(sku), charcs) for sku, charcs in fit.items()}
        sent = send_lots(_lots(rows), lambda lot: self._send_card_lot(lot, bodies))
        is_pending = pl.col("outcome") == "pending"
        done = sent.with_columns(task_ref=pl.when(is_pending).then("task_ref")).select(SENT.keys()) if rows else pl.DataFrame(schema=SENT)
        return CardSent.validate(pl.concat([pl.DataFrame(refused, schema=SENT), done]))

    def _there(self, wanted: Mapping[str, Row]) -> dict[str, Card]:
        """Cards with the codes; a code is one card's in a cabinet, so reading ends with the last one found."""
        found: dict[str, Card] = {}
        for card in self.read_cards():
            if card.vendor_code in wanted:
                found[card.vendor_code] = card
            if len(found) == len(wanted):
                break
        return found

    def _judged(self, wanted: Mapping[str, Row], there: Mapping[str, Card]) -> tuple[list[dict[str, Any]], dict[str, dict[int, Charc]]]:
        """Rows that cannot be sent, and the codes of the others with what their subjects know."""
        subjects = {sku: there[sku].subject_id if sku in there else subject_of(row) for sku, row in wanted.items()}
        known = {subject: self._charcs(subject) for subject in dict.fromkeys(subjects.values()) if subject is not None}
        refused: list[dict[str, Any]] = []
        fit: dict[str, dict[int, Charc]] = {}
        for sku, row in wanted.items():
            subject = subjects[sku]
            charcs = None if subject is None else known[subject]
            reason, words = _refused_before(row, there.get(sku), charcs)
            if reason is None and isinstance(charcs, dict):
                fit[sku] = charcs
            else:
                refused.append(told(row["item_id"], sku, "refused", reason, words))
        return refused, fit

    def _charcs(self, subject_ref: int) -> dict[int, Charc] | str:
        """What the subject knows, or what Wildberries says where it does not know the subject."""
        try:
            return self.read_charcs(subject_ref)
        except Rejected as error:
            return words_of(error)

    def _send_card_lot(self, lot: pl.DataFrame, bodies: Bodies) -> pl.DataFrame:
        """The lot sent; what is named as bad is taken out, a refusal that names nobody halves it between groups."""
        try:
            verdict = self._call_cards(lot, bodies)
            if not verdict.error:
                return all_rows(lot, "pending", None, None)
            words, named = verdict.error_text, verdict.additional_errors
        except Rejected as error:
            words, named = words_of(error), next((one.get("additionalErrors") for one in refusals(error)), None)
        bad = _named(lot, words, named)
        clusters = lot["cluster"].unique(maintain_order=True)
        if bad.is_empty() and len(clusters) == 1:
            return all_rows(lot, "refused", "card_is_refused", vendors_words("card_is_refused", words))
        is_first = pl.col("cluster").is_in(clusters[: len(clusters) // 2].implode())
        good = lot.join(bad, on="channel_sku", how="anti", maintain_order="left")
        rest = [good] if bad.height else [lot.filter(is_first), lot.filter(~is_first)]
        return pl.concat([bad, *(self._send_card_lot(part, bodies) for part in rest if part.height)])

    def _call_cards(self, lot: pl.DataFrame, bodies: Bodies) -> Verdict:
        is_new = bool(lot["is_new"][0])
        if is_new:
            groups = lot.group_by("cluster", "subject", maintain_order=True).agg("channel_sku")
            body = [{"subjectID": one["subject"], "variants": [bodies[sku] for sku in one["channel_sku"]]} for one in groups.to_dicts()]
            path, limit = "/content/v2/cards/upload", CARDS_UPLOAD
        else:
            body = [bodies[sku] for sku in lot["channel_sku"]]
            path, limit = "/content/v2/cards/update", CARDS_UPDATE
        connection = self._services["content"]
        response = connection.call("POST", path, json=body, limits={limit: 1, CONTENT: 1}, is_repeatable=not is_new)
        return connection.read(response, VERDICT, is_repeatable=not is_new)


def _refused_before(row: Row, card: Card | None, charcs: dict[int, Charc] | str | None) -> tuple[str | None, str | None]:
    """Why a row is not even sent, and the vendor's words or the name of what is wrong."""
    if card is None and row["refs"] is not None:
        return "listing_is_gone", None
    if card is not None and len(card.sizes) > 1:
        return "card_has_sizes", None
    if charcs is None:
        return "card_has_no_category", None
    if isinstance(charcs, str):
        return "category_is_wrong", charcs
    name = unfit(row, charcs)
    return ("attribute_is_not_a_number", name) if name else (None, None)


def _row(row: Row, card: Card | None, mark: dict[str, Any]) -> dict[str, Any]:
    task = Task(**mark, nm_id=card.nm_id if card else None, card_at=card.updated_at if card else None, pictures=json.loads(row["pictures"]))
    return {
        "item_id": row["item_id"],
        "channel_sku": row["channel_sku"],
        "task_ref": task.model_dump_json(),
        "is_new": card is None,
        "subject": None if card else subject_of(row),
        "group": None if card else row["group_sku"],
    }


def _body(row: Row, card: Card | None, charcs: dict[int, Charc]) -> dict[str, Any]:
    return changed_card(card, row, charcs) if card else new_card(row, charcs)


def _lots(rows: list[dict[str, Any]]) -> list[pl.DataFrame]:
    """Batches of new cards and batches of known ones; ``cluster`` names a group of at most 30 that is sent whole."""
    schema = {"item_id": pl.Int64, "channel_sku": pl.String, "task_ref": pl.String, "is_new": pl.Boolean, "subject": pl.Int64}
    frame = pl.DataFrame(rows, schema={**schema, "group": pl.String})
    group = pl.struct(pl.coalesce(pl.format("g{}", "group"), pl.format("s{}", "channel_sku")), "subject").rank("dense").cast(pl.Int64)
    part = pl.int_range(pl.len()).over("group") // GROUP_MAX
    numbered = (
        frame.with_columns(group=group)
        .with_columns(part=part)
        .with_columns(cluster=pl.struct("group", "part").rank("dense").cast(pl.Int64))
        .sort("is_new", "cluster", maintain_order=True)
        .with_columns(by_group=pl.col("cluster").rank("dense").over("is_new").cast(pl.Int64) - 1)
        .with_columns(by_group=pl.when("is_new").then(pl.col("by_group") // GROUPS_MAX).otherwise(0))
        .with_columns(size=pl.int_range(pl.len()).over("is_new", "by_group"))
        .with_columns(by_size=pl.col("size").max().over("is_new", "by_group", "cluster") // LOT_MAX)
    )
    return numbered.drop("group", "part", "size").partition_by("is_new", "by_group", "by_size", maintain_order=True)


def _named(lot: pl.DataFrame, words: str, named: object) -> pl.DataFrame:
    """The rows of a refused lot that the answer names, each with what it says of it."""
    said = {sku: text for sku, text in named.items() if isinstance(text, str)} if isinstance(named, dict) else {}
    bad = lot.filter(pl.col("channel_sku").is_in(list(said)))
    sentences = {sku: vendors_words("card_is_refused", f"{words}: {said[sku]}") for sku in bad["channel_sku"]}
    sentence = pl.col("channel_sku").replace_strict(sentences, return_dtype=pl.String, default=None)
    return all_rows(bad, "refused", "card_is_refused", None).with_columns(sentence=sentence)

"""Cards of an Ozon cabinet: found by our code, sent whole, judged by Ozon later.

Source: `reference/marketplaces.md` §2; https://docs.ozon.ru/api/seller/#tag/ProductAPI
"""

from collections.abc import Sequence
from datetime import timedelta

import polars as pl

from adapters.errors import Rejected
from adapters.lots import all_rows, isolated, send_lots
from adapters.ozon import answers, paths
from adapters.ozon.card import CARD_VATS, card
from adapters.ozon.client import OzonClient
from adapters.ozon.limits import CARDS
from adapters.ozon.money import roubles
from adapters.ozon.reasons import judged, with_sentences
from validation.listings import CardSent, ListingFound
from validation.quarantine import Judged, refuse

PRODUCT = {"channel_sku": pl.String(), "product_id": pl.Int64(), "sku": pl.Int64(), "is_archived": pl.Boolean()}
FATE = {"channel_sku": pl.String(), "status": pl.String(), "code": pl.String(), "words": pl.String(), "has_faults": pl.Boolean()}
TAKEN = ("imported", "skipped")
"""``skipped``: nothing in the card was new."""
CATEGORY = pl.Struct({"category": pl.Int64, "type": pl.Int64})
SENT = list(CardSent.to_schema().columns)


class OzonCatalog(OzonClient):
    """Finds and sends cards. The item goes whole each time, so sending it again does no harm."""

    # https://docs.ozon.ru/api/seller/#operation/ProductAPI_GetProductInfoList
    PRODUCTS_MAX = 1000
    # https://docs.ozon.ru/api/seller/#operation/ProductAPI_ImportProductsV3
    CARDS_MAX = 100
    SKU_MAX = 50
    # A card that its task does not name for so long is not being worked on.
    PATIENCE = timedelta(hours=1)

    def find_listings(self, skus: Sequence[str]) -> Judged:
        """Codes found in the cabinet.

        Args:
            skus: our codes.

        Returns:
            `ListingFound`, ``refs`` with ``product_id`` and ``sku`` (null while Ozon has not given one); `RowRefused` for a code that
            Ozon cannot hold, one that several cards share and one of a card in the archive. A code in neither is not there.

        Raises:
            SyncError: Ozon could not be asked.
        """
        codes = pl.DataFrame({"channel_sku": skus}, schema={"channel_sku": pl.String}).unique(maintain_order=True)
        illegal = codes.filter(~self._is_legal()).with_columns(reason=pl.lit("sku_is_illegal"))
        products = self.read_products(skus).with_columns(
            reason=pl.when(pl.len().over("channel_sku") > 1)
            .then(pl.lit("sku_repeats_on_channel"))
            .when("is_archived")
            .then(pl.lit("listing_is_archived"))
        )
        found = products.filter(pl.col("reason").is_null())
        unfit = products.filter(pl.col("reason").is_not_null()).unique("channel_sku", maintain_order=True)
        refused = pl.concat([illegal, unfit], how="diagonal").with_columns(row=pl.lit(None, pl.Int64))
        return Judged(
            ListingFound.validate(found.select("channel_sku", refs=pl.struct("product_id", "sku").struct.json_encode())),
            refuse(refused, entity="listing", key=pl.col("channel_sku")),
        )

    def read_products(self, skus: Sequence[str]) -> pl.DataFrame:
        """Cards with exactly these codes, one row per card: ``channel_sku, product_id, sku, is_archived``.

        A code that Ozon cannot hold is not asked for: it would spoil the question for the others.
        """
        codes = pl.Series("channel_sku", skus, dtype=pl.String).unique(maintain_order=True)
        asked = pl.DataFrame({"channel_sku": codes}).filter(self._is_legal())
        products = [
            (product.offer_id, product.id, product.sku or None, product.is_archived or product.is_autoarchived)
            for lot in asked.iter_slices(self.PRODUCTS_MAX)
            for product in self.ask(paths.PRODUCTS, {"offer_id": lot["channel_sku"].to_list()}, answers.PRODUCTS).items
        ]
        return pl.DataFrame(products, schema=PRODUCT, orient="row").join(asked, on="channel_sku", how="semi")

    def send_cards(self, cards: pl.DataFrame) -> pl.DataFrame:
        """Send whole cards, at most 100 in a call.

        Args:
            cards: `CardWanted`; what Ozon needs and a card has not is refused here.

        Returns:
            `CardSent`, ``pending`` with Ozon's task where it was taken to be looked at.

        Raises:
            Retryable: nothing at all was sent, and it may be tried again.
            Unauthorized: nothing at all was sent, the key is bad.
        """
        checked = (
            cards.with_columns(pl.col("category").str.json_decode(CATEGORY).alias("place"))
            .unnest("place", separator=".")
            .with_columns(price=roubles(pl.col("price_kopecks")), task_ref=pl.lit(None, pl.String), words=pl.lit(None, pl.String))
            .with_columns(reason=_missing())
        )
        refused = checked.filter(pl.col("reason").is_not_null()).pipe(with_sentences).with_columns(outcome=pl.lit("refused"))
        ready = checked.filter(pl.col("reason").is_null()).drop("reason", "words")
        sent = send_lots(list(ready.iter_slices(self.CARDS_MAX)), lambda lot: isolated(lot, self._send_cards))
        parts = [part.select(SENT) for part in (refused, sent) if not part.is_empty()]
        return CardSent.validate(pl.concat(parts)) if parts else CardSent.empty()

    def read_card_results(self, pending: pl.DataFrame) -> pl.DataFrame:
        """What Ozon has decided since.

        Args:
            pending: `CardPending`.

        Returns:
            `CardSent`; ``unknown`` where Ozon has forgotten the task or says a word we do not know.

        Raises:
            SyncError: Ozon could not be asked; asking again does no harm.
        """
        tasks = pending.partition_by("task_ref", maintain_order=True)
        read = [self._read_task(task).select(SENT) for task in tasks]
        return CardSent.validate(pl.concat(read)) if read else CardSent.empty()

    def _is_legal(self) -> pl.Expr:
        return pl.col("channel_sku").str.len_chars().is_between(1, self.SKU_MAX)

    def _send_cards(self, lot: pl.DataFrame) -> pl.DataFrame:
        items = [card(row) for row in lot.to_dicts()]
        taken = self.tell(paths.IMPORT, {"items": items}, answers.IMPORT_TAKEN, limits={CARDS: 1}, is_repeatable=True)
        return all_rows(lot, "pending", None, None).with_columns(task_ref=pl.lit(str(taken.result.task_id)))

    def _read_task(self, task: pl.DataFrame) -> pl.DataFrame:
        try:
            told = self.ask(paths.IMPORT_RESULT, {"task_id": int(task["task_ref"][0])}, answers.IMPORT_INFO)
        except Rejected as error:
            return all_rows(task, "unknown", "outcome_is_unknown", error.sentence).with_columns(task_ref=pl.lit(None, pl.String))
        fates = pl.DataFrame([_fate(one) for one in told.result.items], schema=FATE, orient="row")
        both = task.join(fates.unique("channel_sku", keep="last"), on="channel_sku", how="left", maintain_order="left")
        is_lost = pl.col("status").is_null() & (pl.col("sent_at") < self._clock.now() - self.PATIENCE)
        is_pending = (pl.col("status").is_null() & ~is_lost) | (pl.col("status") == "pending").fill_null(False)
        waiting = all_rows(both.filter(is_pending), "pending", None, None)
        lost = both.filter(is_lost).with_columns(reason=pl.lit("card_is_lost")).pipe(with_sentences).with_columns(outcome=pl.lit("refused"))
        decided = both.filter(~is_pending & ~is_lost).select(task.columns)
        fate = fates.with_columns(is_taken=pl.col("status").is_in(TAKEN) & ~pl.col("has_faults"))
        known = fate.filter(pl.col("status").is_in([*TAKEN, "failed"]))
        done = judged(decided, known, on=["channel_sku"], otherwise="card_is_refused")
        nowhere = pl.lit(None, pl.String)
        settled = [part.with_columns(task_ref=nowhere).select(SENT) for part in (lost, done)]
        return pl.concat([waiting.select(SENT), *settled])


def _missing() -> pl.Expr:
    """What Ozon would refuse a card for anyway."""
    sizes = pl.concat_list(pl.col("weight_g", "length_mm", "width_mm", "height_mm").fill_null(0))
    return (
        pl.when(pl.any_horizontal(pl.col("place.category", "place.type").is_null()))
        .then(pl.lit("card_has_no_category"))
        .when(pl.col("price_kopecks").fill_null(0) <= 0)
        .then(pl.lit("card_has_no_price"))
        .when(~pl.col("vat").is_in(CARD_VATS).fill_null(False))
        .then(pl.lit("vat_is_known"))
        .when(sizes.list.min() <= 0)
        .then(pl.lit("card_has_no_dimensions"))
    )


def _fate(told: answers.CardResult) -> tuple[str, str, str | None, str, bool]:
    faults = [error for error in told.errors if not error.is_warning]
    code = next((error.code for error in faults if error.code), None)
    return told.offer_id, told.status, code, "; ".join(error.words for error in faults), bool(faults)

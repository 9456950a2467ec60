"""Cards of a WooCommerce site: made and changed at once, each with an outcome of its own in a 200.

The site knows no key of a repeated call, so a code is looked up before its card is made and wherever it is not known whether it was
(`reference/services.md` §3).
"""

from collections.abc import Callable, Sequence

import polars as pl

from adapters.errors import ContractBroken, OutcomeUnknown, Rejected, SyncError
from adapters.lots import all_rows, send_lots
from adapters.woocommerce import answers, paths
from adapters.woocommerce.card import known_product, known_variation, new_product, options_of
from adapters.woocommerce.catalog import WooCommerceCatalog
from adapters.woocommerce.goods import REFS
from adapters.woocommerce.reasons import SKU_IS_TAKEN, judged, refused, rows_told
from adapters.woocommerce.variants import Parents
from validation.listings import CardSent
from validation.reasons import sentence_of

SENT = list(CardSent.to_schema().columns)
TOLD = ("outcome", "reason", "sentence")


class WooCommerceCards(WooCommerceCatalog):
    """Makes and changes products and variations. A card's code, pictures and price are said when it is made and never again."""

    def send_cards(self, cards: pl.DataFrame) -> pl.DataFrame:
        """Send cards, at most 100 in a call; variants under their product, which is made or given their options first.

        A card whose code is on the site already is changed instead of made.

        Args:
            cards: `CardWanted`.

        Returns:
            `CardSent`; nothing is ever ``pending``.

        Raises:
            SyncError: nothing at all was sent.
        """
        rows = cards.with_columns(ref=pl.col("refs").str.json_decode(REFS)).unnest("ref")
        there, new = rows.filter(pl.col("id").is_not_null()), rows.filter(pl.col("id").is_null())
        unfit, there_too, absent = self._looked_up(new)
        parents = Parents(self, absent["group_sku"].drop_nulls().unique(maintain_order=True))
        lots = [*self._known_lots(pl.concat([there, there_too])), *self._new_lots(absent)]
        sent = send_lots(lots, lambda lot: self._send_cards(lot, parents))
        parts = [part.with_columns(task_ref=pl.lit(None, pl.String)).select(SENT) for part in (unfit, sent) if not part.is_empty()]
        return CardSent.validate(pl.concat(parts)) if parts else CardSent.empty()

    def read_card_results(self, pending: pl.DataFrame) -> pl.DataFrame:
        """Whether the cards are there: a site decides at once, so nothing waits for it.

        Args:
            pending: `CardPending`.

        Returns:
            `CardSent`, ``accepted`` where the card is there, else ``unknown``.

        Raises:
            SyncError: the site could not be asked.
        """
        found = self._found(pending)
        settled = [all_rows(found, "accepted", None, None), _unknown(pending.join(found, on="item_id", how="anti"))]
        return CardSent.validate(pl.concat(settled).with_columns(task_ref=pl.lit(None, pl.String)).select(SENT))

    def _looked_up(self, new: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
        """Rows that cannot be made, those that are there, with their ids, and those that are not."""
        found = self.find_listings(new["channel_sku"].to_list())
        told = found.refused.select("reason", "sentence", channel_sku="key").unique("channel_sku")
        bad = new.join(told, on="channel_sku", maintain_order="left")
        refs = found.passed.select("channel_sku", ref=pl.col("refs").str.json_decode(REFS)).unnest("ref")
        there = new.drop("id", "parent_id").join(refs, on="channel_sku", maintain_order="left").select(new.columns)
        absent = new.join(pl.concat([bad, there], how="diagonal"), on="item_id", how="anti", maintain_order="left")
        named = [bool(options_of(row)) for row in absent.select("characteristics").to_dicts()]
        is_nameless = pl.col("group_sku").is_not_null() & ~pl.Series(named, dtype=pl.Boolean)
        nameless = all_rows(absent.filter(is_nameless), "refused", "variant_is_nameless", sentence_of("variant_is_nameless"))
        unfit = pl.concat([bad.with_columns(outcome=pl.lit("refused")), nameless], how="diagonal")
        return unfit, there, absent.filter(~is_nameless)

    def _known_lots(self, rows: pl.DataFrame) -> list[pl.DataFrame]:
        lots = rows.partition_by("parent_id", maintain_order=True)
        return [part for lot in lots for part in lot.iter_slices(self.BATCH_MAX)]

    def _new_lots(self, rows: pl.DataFrame) -> list[pl.DataFrame]:
        lots = rows.partition_by("group_sku", maintain_order=True)
        return [part for lot in lots for part in lot.iter_slices(self.BATCH_MAX)]

    def _send_cards(self, lot: pl.DataFrame, parents: Parents) -> pl.DataFrame:
        if lot["id"][0] is not None:
            return self._change(lot)
        if lot["group_sku"][0] is None:
            return self._make(lot, paths.PRODUCTS_BATCH, [new_product(row) for row in lot.to_dicts()])
        try:
            parent_id, items = parents.variations(lot.to_dicts())
        except Rejected as error:
            return refused(lot, error, otherwise="card_is_refused")
        except LookupError:
            return all_rows(lot, "refused", "group_sku_is_taken", sentence_of("group_sku_is_taken"))
        return self._make(lot, paths.variations_batch(parent_id), items)

    def _change(self, lot: pl.DataFrame) -> pl.DataFrame:
        parent_id = lot["parent_id"][0]
        said: Callable[..., dict[str, object]] = known_variation if parent_id else known_product
        items = [{"id": row["id"], **said(row)} for row in lot.to_dicts()]
        try:
            told = self.tell("POST", paths.batch(parent_id), {"update": items}, answers.UPDATED, is_repeatable=True)
        except Rejected as error:
            return refused(lot, error, otherwise="card_is_refused")
        return judged(lot, rows_told(told.update), on="id", otherwise="card_is_refused").drop("code")

    def _make(self, lot: pl.DataFrame, path: str, items: Sequence[dict[str, object]]) -> pl.DataFrame:
        try:
            told = self.tell("POST", path, {"create": items}, answers.CREATED, is_repeatable=False)
        except OutcomeUnknown as unknown:
            return self._looked_after(lot, unknown)
        except Rejected as error:
            return refused(lot, error, otherwise="card_is_refused")
        if len(told.create) != lot.height:
            sentence = f"Сайт ответил о {len(told.create)} карточках, а отправлено {lot.height}: чей это ответ, неизвестно."
            raise ContractBroken(sentence, system="woocommerce", fragment=f"create: {len(told.create)}")
        numbered = lot.with_row_index("number")
        heard = rows_told(told.create).with_row_index("number")
        done = judged(numbered, heard, on="number", otherwise="card_is_refused").drop("number")
        is_taken = (pl.col("code") == SKU_IS_TAKEN).fill_null(False)
        return pl.concat([done.filter(~is_taken).drop("code"), self._adopted(done.filter(is_taken).drop("code"))])

    def _looked_after(self, lot: pl.DataFrame, unknown: OutcomeUnknown) -> pl.DataFrame:
        """Cards that may or may not have been made: they were not there a moment ago, so those that are there now are these."""
        try:
            found = self._found(lot)
        except SyncError:
            raise unknown from None
        return pl.concat([all_rows(found, "accepted", None, None), _unknown(lot.join(found, on="item_id", how="anti"))])

    def _adopted(self, taken: pl.DataFrame) -> pl.DataFrame:
        """Rows whose code the site says it has: changed where it is exactly our code, else refused as they are."""
        if taken.is_empty():
            return taken
        bare = taken.drop(TOLD)
        refs = self.find_listings(bare["channel_sku"].to_list()).passed
        ids = refs.select("channel_sku", ref=pl.col("refs").str.json_decode(REFS)).unnest("ref")
        ours = bare.drop("id", "parent_id").join(ids, on="channel_sku", maintain_order="left").select(bare.columns)
        changed = [self._change(lot) for lot in self._known_lots(ours)]
        return pl.concat([taken.join(ours, on="item_id", how="anti"), *changed])

    def _found(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Those of the rows whose code is on the site."""
        return rows.join(self.find_listings(rows["channel_sku"].to_list()).passed, on="channel_sku", how="semi", maintain_order="left")


def _unknown(rows: pl.DataFrame) -> pl.DataFrame:
    return all_rows(rows, "unknown", "outcome_is_unknown", sentence_of("outcome_is_unknown"))

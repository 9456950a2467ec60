"""Prices of a Yandex Market business: one for all its shops, or a shop's own."""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import partial

import polars as pl

from adapters.errors import Rejected
from adapters.lots import isolated, send_lots, vendors_words
from adapters.yandex_market.answers import OFFERS_HELD, OFFERS_PRICED, WRITTEN, OfferHeld, Price, as_kopecks
from adapters.yandex_market.client import REFS, YandexMarketClient, shop
from adapters.yandex_market.limits import (
    PRICES_READ,
    PRICES_SENT,
    QUARANTINE_READ,
    SHOP_PRICES_READ,
    SHOP_PRICES_SENT,
    SHOP_QUARANTINE_READ,
    of_business,
    of_campaign,
)
from adapters.yandex_market.reasons import Complaint, Complaints, complaints, complaints_of, refused, sent_without_the_bad
from validation.prices import PriceSent, PriceShown

# DiscountBase: whole roubles, and the discount from 5 to 99 %.
DISCOUNT_MIN = 5
DISCOUNT_MAX = 99
NUMBER = re.compile(r"\d+(\.\d+)?")


class YandexMarketPrices(YandexMarketClient):
    """Shows and takes prices in roubles; those that the Market holds back are told apart."""

    # updateBusinessPrices takes 500, updatePrices 2000
    PRICES_MAX = 500
    # getDefaultPrices and both lists of the quarantine take 200, getPricesByOfferIds 500 and gives them whole
    PRICES_ASKED_MAX = 200
    SHOP_PRICES_ASKED_MAX = 500

    def read_prices(self, listings: pl.DataFrame, campaigns: Sequence[str]) -> pl.DataFrame:
        """What is asked for, whether or not it is held back.

        Args:
            listings: ``listing_id, channel_sku, refs``.
            campaigns: shops with prices of their own; the empty one is the price of all shops.

        Returns:
            `PriceShown`, one row per listing and campaign.

        Raises:
            SyncError: the Market could not be asked.
        """
        known = listings.select("listing_id", offer_id=pl.col("refs").str.json_decode(REFS).struct.field("offer_id"))
        offer_ids = known["offer_id"].to_list()
        shown = [
            known.join(self._shown(campaign, offer_ids), on="offer_id", how="left", maintain_order="left").select(
                "listing_id", campaign_ref=pl.lit(campaign), price_kopecks="price_kopecks"
            )
            for campaign in campaigns or ("",)
        ]
        return PriceShown.validate(pl.concat(shown))

    def send_prices(self, offered: pl.DataFrame) -> pl.DataFrame:
        """Write prices, at most 500 in a call; a refused row does not hold back the others.

        Args:
            offered: `PriceOffered`.

        Returns:
            `PriceSent`, one row per row offered; a price that the Market holds back as suspicious is refused, with what it compares with.

        Raises:
            Retryable: nothing at all was written, and it may be tried again.
            Unauthorized: nothing at all was written, the key is bad.
        """
        old, price = pl.col("old_kopecks"), pl.col("price_kopecks")
        discount = (old - price) * 100
        is_odd = (old % 100 != 0) | (discount < old * DISCOUNT_MIN) | (discount > old * DISCOUNT_MAX)
        rows = offered.with_columns(offer_id=pl.col("refs").str.json_decode(REFS).struct.field("offer_id"), is_odd=is_odd.fill_null(False))
        good, odd = rows.filter(~pl.col("is_odd")), rows.filter("is_odd")
        lots = (
            good.with_columns(lot=pl.int_range(pl.len()).over("campaign_ref") // self.PRICES_MAX).partition_by(
                "campaign_ref", "lot", maintain_order=True
            )
            if good.height
            else []
        )
        sent = send_lots(lots, lambda lot: self._unheld(isolated(lot, self._send_prices)))
        unsent = odd.with_columns(
            outcome=pl.lit("refused"),
            reason=pl.lit("old_price_is_out_of_bounds"),
            sentence=pl.lit(vendors_words("old_price_is_out_of_bounds", None)),
        )
        return PriceSent.validate(pl.concat([sent, unsent], how="diagonal").select(PriceSent.to_schema().columns.keys()))

    def _shown(self, campaign: str, offer_ids: Sequence[str]) -> pl.DataFrame:
        """``offer_id, price_kopecks`` of those that have one."""
        prices = self._shop_prices(campaign, offer_ids) if campaign else self._prices(offer_ids)
        rows = [(offer_id, price.kopecks) for offer_id, price in prices]
        return pl.DataFrame(rows, schema={"offer_id": pl.String, "price_kopecks": pl.Int64}, orient="row").unique("offer_id")

    def _prices(self, offer_ids: Sequence[str]) -> Iterator[tuple[str, Price]]:
        for start in range(0, len(offer_ids), self.PRICES_ASKED_MAX):
            asked = list(offer_ids[start : start + self.PRICES_ASKED_MAX])
            limits = of_business(PRICES_READ, len(asked))
            path = self.business("offer-prices")
            for page in self.pages("POST", path, OFFERS_PRICED, limits=limits, limit=self.PRICES_ASKED_MAX, body={"offerIds": asked}):
                yield from ((offer.offer_id, offer.price) for offer in page.result.offers if offer.price)

    def _shop_prices(self, campaign: str, offer_ids: Sequence[str]) -> Iterator[tuple[str, Price]]:
        for start in range(0, len(offer_ids), self.SHOP_PRICES_ASKED_MAX):
            asked = list(offer_ids[start : start + self.SHOP_PRICES_ASKED_MAX])
            limits = of_campaign(campaign, SHOP_PRICES_READ, len(asked))
            told = self.ask("POST", shop(campaign, "offer-prices"), OFFERS_PRICED, limits=limits, body={"offerIds": asked})
            yield from ((offer.offer_id, offer.price) for offer in told.result.offers if offer.price)

    def _send_prices(self, lot: pl.DataFrame) -> pl.DataFrame:
        """A lot of one campaign.

        A price for all shops that comes without the least price for «Бестселлеры Маркета» removes it, so what was set there is sent along.
        """
        campaign = lot["campaign_ref"][0]
        least: dict[str, Decimal] = {}
        if not campaign:
            shown = self._prices(lot["offer_id"].to_list())
            least = {offer_id: price.minimum_for_bestseller for offer_id, price in shown if price.minimum_for_bestseller}
        return sent_without_the_bad(lot, partial(self._write_prices, campaign, least))

    def _write_prices(self, campaign: str, least: dict[str, Decimal], lot: pl.DataFrame) -> Complaints | None:
        skus = lot["offer_id"].to_list()
        rows = zip(skus, lot["price_kopecks"], lot["old_kopecks"], strict=True)
        body = {"offers": [{"offerId": sku, "price": _price(kopecks, old, least.get(sku))} for sku, kopecks, old in rows]}
        path = shop(campaign, "offer-prices/updates") if campaign else self.business("offer-prices/updates")
        limits = of_campaign(campaign, SHOP_PRICES_SENT, lot.height) if campaign else of_business(PRICES_SENT, lot.height)
        try:
            told = self.tell("POST", path, body, WRITTEN, limits=limits)
        except Rejected as error:
            return _of_shop(complaints_of(error, skus, reason="price_is_refused"), campaign)
        return None if told.status == "OK" else complaints(told.errors or (), skus, reason="price_is_refused")

    def _unheld(self, sent: pl.DataFrame) -> pl.DataFrame:
        """The rows sent; those that were taken and lie in the quarantine are refused.

        Where the quarantine is refused to us, what was taken stays taken, and the prices shown will tell.
        """
        taken = sent.filter(pl.col("outcome") == "accepted")
        if taken.is_empty():
            return sent
        try:
            offers = {offer.offer_id: offer for offer in self._held(taken["campaign_ref"][0], taken["offer_id"].to_list())}
        except Rejected:
            return sent
        held = {
            number: Complaint(reason="price_is_quarantined", words=words)
            for number, (offer_id, kopecks) in enumerate(zip(sent["offer_id"], sent["price_kopecks"], strict=True))
            if offer_id in offers and (words := _held_for(offers[offer_id], kopecks)) is not None
        }
        return pl.concat([sent[[number for number in range(sent.height) if number not in held]], refused(sent, held)]) if held else sent

    def _held(self, campaign: str, offer_ids: Sequence[str]) -> Iterator[OfferHeld]:
        path = shop(campaign, "price-quarantine") if campaign else self.business("price-quarantine")
        limits = of_campaign(campaign, SHOP_QUARANTINE_READ) if campaign else of_business(QUARANTINE_READ)
        for start in range(0, len(offer_ids), self.PRICES_ASKED_MAX):
            asked = {"offerIds": list(offer_ids[start : start + self.PRICES_ASKED_MAX])}
            for page in self.pages("POST", path, OFFERS_HELD, limits=limits, limit=self.PRICES_ASKED_MAX, body=asked):
                yield from page.result.offers


def _of_shop(found: Complaints, campaign: str) -> Complaints:
    """A shop's price is refused as a whole where the cabinet has one price for all shops."""
    if not (campaign and found.is_of_all):
        return found
    return Complaints(reason="shop_prices_are_off", words=found.words, is_of_all=True)


def _price(kopecks: int, old_kopecks: int | None, least: Decimal | None) -> dict[str, int | float | str]:
    """``PriceWithDiscountDTO``; a least price above the price itself is let go."""
    price: dict[str, int | float | str] = {"value": _roubles(kopecks), "currencyId": "RUR"}
    if old_kopecks is not None:
        price["discountBase"] = old_kopecks // 100
    if least is not None and as_kopecks(least) <= kopecks:
        price["minimumForBestseller"] = _roubles(as_kopecks(least))
    return price


def _roubles(kopecks: int) -> int | float:
    """As JSON spells it: the number nearest to two decimals is written with them."""
    return kopecks // 100 if kopecks % 100 == 0 else float(Decimal(kopecks) / 100)


def _held_for(offer: OfferHeld, kopecks: int) -> str | None:
    """Why this very price is held back; none where it is another that was."""
    for verdict in offer.verdicts or ():
        told = {part.name: part.value for part in verdict.params}
        current = told.get("CURRENT_PRICE", "")
        is_ours = as_kopecks(Decimal(current)) == kopecks if NUMBER.fullmatch(current) else True
        if is_ours and verdict.type != "LOW_PRICE_PROMO":
            known = {"LAST_VALID_PRICE": "прежняя цена", "MIN_PRICE": "порог"}
            return ", ".join(f"{name} {told[key]}" for key, name in known.items() if key in told)
    return None

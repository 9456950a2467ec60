"""What a channel takes for an order that the seller cancels.

**Ozon**: a share of the goods' price by the cabinet's error index of the last 14 days, at most 1500 roubles an order. Source:
https://docs.ozon.com/global/en/commissions/ozon-fees/fines, read 2026-11-22. The page speaks of realFBS under the international contract;
that the same bands hold for FBS is an assumption. The index is not known here: until the owner tells it, the first band that costs
anything is taken, because every cancellation drives the index up.

**Wildberries** and **Yandex Market**: no published text with a figure was found (2026-11-22; Yandex counts cancellations in its index of
quality, Wildberries in the offer's fines). Assumption `UNKNOWN_PERCENT`: as dear as Ozon's dearest band and without its ceiling, so that
an order is not cancelled where the price of that is unknown before one where it is known.

**The site**: nobody fines it.
"""

from decimal import Decimal

from pydantic import Field

from tasks.rules.price_rules import basis_points
from validation.part import Part

BASIS = 10_000
UNKNOWN_PERCENT = Decimal(9)
KINDS = ("woocommerce", "wildberries", "ozon", "yandex_market")


class Band(Part):
    """A share of the price that is taken where the cabinet's index of errors is above a figure."""

    above_index_percent: Decimal = Field(ge=0, le=100)
    percent: Decimal = Field(ge=0, le=100)


class Penalty(Part):
    """A share of the price and a fixed sum together, within bounds."""

    percent: Decimal = Field(default=Decimal(0), ge=0, le=100, description="of the cancelled goods' price, where there are no bands")
    bands: list[Band] = Field(default_factory=list, description="of the price by the index; the highest band passed counts")
    index_percent: Decimal = Field(default=Decimal(0), ge=0, le=100, description="the index as the cabinet shows it")
    fixed_kopecks: int = Field(default=0, ge=0)
    at_most_kopecks: int | None = Field(default=None, ge=0)

    def kopecks(self, price_kopecks: int | None) -> int:
        """Of an order of this price, half a kopeck and more rounded up; of an unknown price the ceiling, or the fixed sum without one."""
        if price_kopecks is None:
            return self.at_most_kopecks if self.at_most_kopecks is not None else self.fixed_kopecks
        share = (price_kopecks * basis_points(self._share()) * 2 + BASIS) // (BASIS * 2)
        whole = share + self.fixed_kopecks
        return whole if self.at_most_kopecks is None else min(whole, self.at_most_kopecks)

    def _share(self) -> Decimal:
        passed = [band for band in self.bands if self.index_percent > band.above_index_percent]
        return max(passed, key=lambda band: band.above_index_percent).percent if passed else self.percent


def _ozon() -> Penalty:
    told = {Decimal(4): Decimal(3), Decimal(10): Decimal(6), Decimal(20): Decimal(9)}
    bands = [Band(above_index_percent=above, percent=percent) for above, percent in told.items()]
    return Penalty(bands=bands, index_percent=Decimal(5), at_most_kopecks=150_000)


def _unknown() -> Penalty:
    return Penalty(percent=UNKNOWN_PERCENT)


class Penalties(Part):
    """By kind of channel.

    ``cost_price_type`` is 1C's price type that says what goods cost the shop: with it a cancelled order's lost margin counts too.
    """

    cost_price_type: str | None = Field(default=None, description="вид цены 1С, по которому товар закуплен: «Закупочная»")
    woocommerce: Penalty = Penalty()
    wildberries: Penalty = Field(default_factory=_unknown)
    ozon: Penalty = Field(default_factory=_ozon)
    yandex_market: Penalty = Field(default_factory=_unknown)

    def of(self, kind: str) -> Penalty:
        """Of a kind of channel; one that nobody knows costs what is assumed where nothing is published."""
        return {name: getattr(self, name) for name in KINDS}.get(kind) or _unknown()

"""What each channel takes: one frozen `Format` per kind, every figure with its source.

Sources: [spec] the vendors' own specifications, [text] their words beside it, [ours] a limit of ours where they set none. Facts:
`reference/marketplaces.md` §0–§4, `reference/services.md` §3.
"""

from dataclasses import dataclass
from typing import Literal

EAN_8, UPC_A, EAN_13, ITF_14 = 8, 12, 13, 14
ROUBLE = 100
TEXT = ()
"""No markup at all."""

Need = Literal["brand", "category", "type", "description", "pictures", "price", "size", "vat", "weight"]


@dataclass(frozen=True, kw_only=True)
class OldPrice:
    """How far a crossed-out price must be from the price.

    Args:
        percent: by how many percent of itself it must be lowered, at least and at most.
        unit_kopecks: what it is a multiple of.
        gaps: by how many kopecks or percent of the price it must exceed a price up to so many kopecks; in rising order.
        is_whole_percent: the channel is told a whole percent and computes the price itself.
    """

    percent: tuple[int, int] = (0, 100)
    unit_kopecks: int = 1
    gaps: tuple[tuple[int, int, int], ...] = ()
    is_whole_percent: bool = False


@dataclass(frozen=True, kw_only=True)
class Format:
    """What a kind of channel takes.

    Args:
        code_max: characters of our code.
        code_forbids: characters that are not put into a code, unless the settings say otherwise.
        title_max: characters of a title.
        description_max: characters of a description.
        description_tags: HTML elements a description may hold; none: plain text.
        barcode_lengths: digits of the barcodes it knows.
        pictures_max: addresses of pictures in a card.
        needs: what a new card is refused without.
        price_unit_kopecks: what a price is a multiple of.
        old_price: how far a crossed-out price must be from the price.
        vat: rates it can be told; none: it is told none.
    """

    code_max: int
    code_forbids: str = ""
    title_max: int
    description_max: int
    description_tags: tuple[str, ...] = TEXT
    barcode_lengths: tuple[int, ...] = (EAN_8, UPC_A, EAN_13, ITF_14)
    pictures_max: int = 30
    needs: frozenset[Need] = frozenset()
    price_unit_kopecks: int = 1
    old_price: OldPrice = OldPrice()
    vat: frozenset[str] = frozenset()


WOOCOMMERCE = Format(
    code_max=100,  # the lookup table's column is varchar(100)
    code_forbids="<>%",  # WordPress cleans a SKU of tags and of percent-encoded bytes, silently
    title_max=1000,  # [ours] the longest name we take from 1C; the column holds 65 535 bytes
    description_max=100_000,  # [ours] the column is a longtext
    description_tags=("b", "br", "div", "em", "h", "i", "li", "ol", "p", "strong", "table", "tbody", "td", "tr", "ul"),
    pictures_max=30,  # [ours] a site takes any number, one after the other, in the request's time
)

WILDBERRIES = Format(
    code_max=72,  # [spec] vendorCode
    code_forbids="/\\",  # unproven rather than forbidden: reference/marketplaces.md §1, §6
    title_max=60,  # [spec] title
    description_max=2000,  # [text] the standard; 1000 to 5000 by category
    pictures_max=30,  # [text] /content/v3/media/save
    needs=frozenset({"category", "size", "weight"}),  # [text] "for any goods"; zeros are put where they lack
    price_unit_kopecks=ROUBLE,  # [spec] price is an integer; "Price should be a whole number"
    old_price=OldPrice(percent=(1, 99), unit_kopecks=ROUBLE, is_whole_percent=True),  # [spec] price and discount in whole percent
)

OZON = Format(
    code_max=50,  # [spec] offer_id
    code_forbids="/\\",  # unproven rather than forbidden: reference/marketplaces.md §2, §6
    title_max=500,  # [spec] name
    description_max=6000,  # [ours] the specification gives attribute 4191 no limit
    pictures_max=30,  # [spec] images
    needs=frozenset({"category", "type", "price", "size", "vat", "weight"}),  # [spec] and [text] of /v3/product/import
    old_price=OldPrice(
        gaps=((399_99, 20_00, 0), (10_000_00, 0, 5), (10**15, 500_00, 0))  # [text] the table beside price
    ),
    vat=frozenset({"none", "0", "5", "7", "10", "20", "22"}),  # [spec] vat
)

YANDEX_MARKET = Format(
    code_max=255,  # [spec] ShopSku; its pattern forbids control characters only, which no channel gets
    title_max=256,  # [spec] OfferName
    description_max=6000,  # [spec] OfferDescription
    description_tags=("br", "div", "h", "li", "ol", "p", "ul"),  # [text] OfferDescription
    barcode_lengths=(EAN_8, UPC_A, EAN_13),  # [text] OfferBarcodes
    pictures_max=30,  # [spec] BaseOfferDTO
    needs=frozenset({"brand", "category", "description", "pictures"}),  # [text] of offer-mappings/update
    old_price=OldPrice(percent=(5, 99), unit_kopecks=ROUBLE),  # [text] DiscountBase
)

FORMATS = {"woocommerce": WOOCOMMERCE, "wildberries": WILDBERRIES, "ozon": OZON, "yandex_market": YANDEX_MARKET}
"""By the ``kind`` of a channel's settings."""

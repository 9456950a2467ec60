"""Cards of a channel out of 1C's goods: legal there, or refused before anything is sent."""

from hashlib import blake2b

import polars as pl

from tasks.rules.card_rules import CardRules, CategoryRule
from tasks.rules.codes import suffix_of
from tasks.rules.figures import exact, first_fault
from tasks.rules.formats import Format
from tasks.rules.groups import is_within, nearest
from tasks.rules.properties import json_list, value_of, values_of
from tasks.rules.texts import description, one_line, titles
from validation.checks import has_check_digit
from validation.listings import CardWanted
from validation.quarantine import Judged, refuse

SIZES = ("length_mm", "width_mm", "height_mm")
MM = {"cm": 10, "mm": 1}
WHOLE_GROUP_FROM = 2
"""A fault that as many goods of a group and all of them have is the group's."""
OF_SETTINGS = ("card_has_category", "card_has_type")
UNHASHED = ("refs", "price_kopecks", "content_hash")
NO_GROUP = "без группы"
GROUP_CODE = "ГР"
GROUP_DIGITS = 12
NOTHING = "\0"
BETWEEN = "\x1f"
URL_UNSAFE = {
    sign: "".join(f"%{byte:02X}" for byte in sign.encode())
    for sign in (*' "#%<>?[]\\^`{|}«»№–—', *map(chr, range(0x400, 0x500)))
}  # fmt: skip


def cards(
    items: pl.DataFrame, codes: pl.DataFrame, kept: pl.DataFrame, prices: pl.DataFrame, *, rules: CardRules, channel: Format
) -> Judged:
    """What the cards of a channel are to say.

    Args:
        items: `ItemKept`, the whole catalogue.
        codes: `CodeIssued`, a code for each item.
        kept: ``item_id, refs, is_ours`` of `CardKept`: the cards that are there, and whether we made them.
        prices: ``item_id, campaign_ref, price_kopecks`` of `prices`.
        rules: the channel's section of the settings.
        channel: what its kind takes.

    Returns:
        `CardWanted`, one row per item whose card is to be made or may be changed. Refused: what the channel would refuse; a fault that
        every item of a group has is one row.
    """
    told = items.join(codes.select("item_id", channel_sku="code"), on="item_id", maintain_order="left").with_columns(_barcode(channel))
    there = told.join(kept.select("item_id", "refs", "is_ours"), on="item_id", how="left", maintain_order="left")
    sold = there.filter(_is_written(rules), is_within(rules.groups) if rules.groups is not None else pl.lit(True))
    worded = sold.join(titles(sold, channel), on="item_id", maintain_order="left").join(
        _account_prices(prices), on="item_id", how="left", maintain_order="left"
    )
    measured = worded.with_columns(*_sizes(rules), place=nearest([rule.group for rule in rules.categories]))
    made = _categorised(measured, rules.categories).with_columns(
        description(channel),
        brand=_brand(rules),
        vat=pl.col("vat") if channel.vat else pl.lit(None, pl.String),
        barcodes=json_list(pl.concat_list("code_digits").list.drop_nulls()),
        picture_list=_pictures(rules, channel),
    )
    judged = made.with_columns(reason=_fault(channel), pictures=json_list(pl.col("picture_list")))
    passed = _hashed(judged.filter(pl.col("reason").is_null()).join(_group_codes(sold), on="item_ref", how="left", maintain_order="left"))
    return Judged(passed, _refused(judged))


def content_hashes(cards: pl.DataFrame) -> pl.Series:
    """A digest of each row: of what the card says, in columns' own order, the same in every version of every library.

    Joined by polars, digested by Python one text at a time: 1 µs each, which nothing stable in polars does.
    """
    spoken = [pl.col(name).cast(pl.String).fill_null(NOTHING) for name in CardWanted.to_schema().columns if name not in UNHASHED]
    texts = cards.select(pl.concat_str(spoken, separator=BETWEEN)).to_series()
    return pl.Series("content_hash", [blake2b(text.encode(), digest_size=16).hexdigest() for text in texts], dtype=pl.String)


def _is_written(rules: CardRules) -> pl.Expr:
    is_there = pl.col("refs").is_not_null()
    return (~is_there & rules.creates) | (is_there & pl.col("is_ours").fill_null(False) & rules.updates)


def _account_prices(prices: pl.DataFrame) -> pl.DataFrame:
    """The price for the whole account, else that of the first campaign."""
    return prices.sort("campaign_ref").group_by("item_id", maintain_order=True).agg(pl.col("price_kopecks").first())


def _barcode(channel: Format) -> pl.Expr:
    """``code_digits``: the item's barcode, its product's where that has no other item; null where it is wrong or another's too."""
    is_only = pl.col("item_ref") == pl.col("product_ref")
    digits = pl.coalesce("barcode", pl.when(is_only).then(pl.col("product_barcode")))
    is_sound = digits.str.len_chars().is_in(channel.barcode_lengths) & has_check_digit(digits) & ~digits.is_duplicated()
    return pl.when(is_sound).then(digits).alias("code_digits")


def _sizes(rules: CardRules) -> list[pl.Expr]:
    """Sides out of the named properties and the weight of 1C, else those of the nearest group."""
    place = nearest([one.group for one in rules.sizes])
    named = (rules.length_property, rules.width_property, rules.height_property)
    own = [_millimetres(name, MM[rules.size_unit]) if name else pl.lit(None, pl.Int64) for name in named]
    told = dict(zip(SIZES, own, strict=True)) | {"weight_g": pl.when(pl.col("weight_g") > 0).then("weight_g")}
    usual = {name: dict(enumerate(getattr(one, name) for one in rules.sizes)) for name in told}
    return [
        pl.coalesce(size, place.replace_strict(usual[name], default=None, return_dtype=pl.Int64)).alias(name) for name, size in told.items()
    ]


def _millimetres(name: str, unit_mm: int) -> pl.Expr:
    """Upwards to a whole one; null where nothing of the kind is said."""
    size = exact(value_of("properties", name).str.extract(r"^(\d{1,6}(?:[.,]\d{1,3})?)")) * unit_mm
    whole = size.ceil().cast(pl.Int64, strict=False)
    return pl.when(whole > 0).then(whole)


def _categorised(items: pl.DataFrame, categories: list[CategoryRule]) -> pl.DataFrame:
    """With ``category``, ``type`` and ``attributes`` by the rule at ``place``; null where there is none."""
    nothing = items.filter(pl.col("place").is_null()).with_columns(
        category=pl.lit(None, pl.String), type=pl.lit(None, pl.Int64), attributes=pl.lit("[]")
    )
    parts = [
        items.filter(pl.col("place") == place).with_columns(
            category=pl.lit(_category(rule)), type=pl.lit(rule.type, pl.Int64), attributes=_attributes(rule)
        )
        for place, rule in enumerate(categories)
    ]
    return pl.concat([nothing, *parts]).sort("item_id", maintain_order=True)


def _category(rule: CategoryRule) -> str:
    return f'{{"category":{rule.category}' + (f',"type":{rule.type}}}' if rule.type is not None else "}")


def _attributes(rule: CategoryRule) -> pl.Expr:
    """JSON list of ``{"id", "values"}``; an attribute without a value is left out."""
    told = []
    for one in rule.attributes:
        if one.property is None:
            values = pl.concat_list(pl.lit(one.value))
        else:
            own, products = (values_of(column, one.property) for column in ("characteristics", "properties"))
            values = pl.when(own.list.len() > 0).then(own).otherwise(products)
        text = pl.concat_str(pl.lit(f'{{"id":{one.id},"values":'), json_list(values), pl.lit("}"))
        told.append(pl.when(values.list.len() > 0).then(text))
    listed = pl.concat_str(*told, separator=",", ignore_nulls=True) if told else pl.lit("")
    return pl.concat_str(pl.lit("["), listed, pl.lit("]"))


def _brand(rules: CardRules) -> pl.Expr:
    told = one_line(value_of("properties", rules.brand_property)) if rules.brand_property else pl.lit(None, pl.String)
    return pl.coalesce(pl.when(told != "").then(told), pl.lit(rules.brand, pl.String))


def _pictures(rules: CardRules, channel: Format) -> pl.Expr:
    """Addresses, as many as the channel takes; only those that are addresses already where the files are not reachable."""
    names = pl.col("pictures").str.json_decode(pl.List(pl.String))
    name = pl.element().str.replace_all("\\", "/", literal=True).str.strip_chars_start("/")
    is_address = pl.element().str.contains(r"^https?://")
    ours = pl.lit(f"{rules.pictures_url}/") + name.str.replace_many(URL_UNSAFE) if rules.pictures_url else pl.lit(None, pl.String)
    return names.list.eval(pl.when(is_address).then(pl.element()).otherwise(ours).drop_nulls()).list.head(channel.pictures_max)


def _fault(channel: Format) -> pl.Expr:
    there = {
        "category": ("card_has_category", pl.col("category").is_not_null()),
        "type": ("card_has_type", pl.col("type").is_not_null()),
        "price": ("card_has_price", pl.col("price_kopecks").is_not_null()),
        "vat": ("card_has_vat", pl.col("vat").is_not_null()),
        "size": ("card_has_size", pl.all_horizontal(pl.col(SIZES).is_not_null())),
        "weight": ("card_has_weight", pl.col("weight_g").is_not_null()),
        "brand": ("card_has_brand", pl.col("brand").is_not_null()),
        "description": ("card_has_description", pl.col("description").is_not_null()),
        "pictures": ("card_has_picture", pl.col("picture_list").list.len() > 0),
    }
    claims = dict(claim for need, claim in there.items() if need in channel.needs)
    titled = {"card_has_title": pl.col("title") != ""}
    known = {"card_vat_is_taken": pl.col("vat").is_in(channel.vat)} if channel.vat else {}
    return first_fault(**(titled | claims | known))


def _group_codes(sold: pl.DataFrame) -> pl.DataFrame:
    """``item_ref, group_sku`` of items that have siblings: out of the product's ``Ид``, so that it is the same for ever."""
    variants = sold.filter(pl.col("item_ref") != pl.col("product_ref")).select("item_ref", "product_ref")
    products = variants["product_ref"].unique()
    coded = pl.Series([GROUP_CODE + suffix_of(ref)[:GROUP_DIGITS] for ref in products], dtype=pl.String)
    return variants.select("item_ref", group_sku=pl.col("product_ref").replace_strict(products, coded, return_dtype=pl.String)).unique()


def _hashed(cards: pl.DataFrame) -> pl.DataFrame:
    bare = cards.with_columns(content_hash=pl.lit(""))
    return CardWanted.validate(bare.with_columns(content_hashes(bare)).select(*CardWanted.to_schema().columns))


def _refused(judged: pl.DataFrame) -> pl.DataFrame:
    counted = judged.with_columns(goods=pl.len().over("group_path"), alike=pl.len().over("group_path", "reason"))
    faulty = counted.filter(pl.col("reason").is_not_null())
    is_whole = (pl.col("alike") == pl.col("goods")) & (pl.col("goods") >= WHOLE_GROUP_FROM) | pl.col("reason").is_in(OF_SETTINGS)
    groups = faulty.filter(is_whole).group_by("group_path", "reason", maintain_order=True).agg(items=pl.len())
    single = faulty.filter(~is_whole).select("channel_sku", "item_ref", "title", "group_path", "reason")
    told = ((groups, pl.col("group_path").fill_null(NO_GROUP)), (single, pl.col("channel_sku")))
    return pl.concat([refuse(rows.with_columns(row=pl.lit(None, pl.Int64)), entity="card", key=key) for rows, key in told])

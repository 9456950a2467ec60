"""Titles and descriptions of cards: clean, within the channel's maximum, cut where a word ends.

Markup: 1C's descriptions are often pasted from a site. Only what is surely an HTML element is one: «t < 200 °C» stays.
"""

from html.entities import html5

import polars as pl

from tasks.rules.formats import Format
from tasks.rules.properties import all_values

BLOCKS = ("blockquote", "br", "center", "dd", "div", "dl", "dt", "h", "hr", "li", "ol", "p", "pre", "table", "tbody", "thead", "tr", "ul")
WORDS = (
    "a", "abbr", "b", "big", "body", "code", "em", "font", "head", "html", "i", "iframe", "img", "link", "meta", "o:p", "s", "small",
    "span", "strike", "strong", "sub", "sup", "td", "th", "title", "u",
)  # fmt: skip
HIDDEN = r"(?is)<!--.*?-->|<script\b.*?</script\s*>|<style\b.*?</style\s*>"
ATTRIBUTES = r"""(?:\s+[a-zA-Z_:-]+(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'<>]+))?)*"""
INVISIBLE = r"[\p{Cc}\p{Co}\p{Cn}\x{ad}\x{200b}\x{2060}\x{feff}\x{202a}-\x{202e}\x{2066}-\x{2069}--[\n\t]]"
DANGLING = " \n\t,;:.–—-+&/|(«"
ENTITIES = {f"&{name}": text for name, text in html5.items() if name.endswith(";")} | {
    f"&#{point};": chr(point) for point in (*range(0x20, 0x7F), *range(0xA0, 0x500), *range(0x2010, 0x2300))
}
LEAST_NAME = 20
"""Characters of a title that stay the name's own, however much there is to tell variants apart by."""


def one_line(text: pl.Expr) -> pl.Expr:
    """Plain text on one line."""
    return plain(text).str.replace_all(r"\s+", " ")


def plain(text: pl.Expr) -> pl.Expr:
    """Text without markup: what was a block becomes a line; nothing invisible, no space too many."""
    shown = text.str.replace_all(HIDDEN, "").str.replace_all(_element("li", slash=""), "\n– ")
    lines = shown.str.replace_all(_element(*BLOCKS), "\n").str.replace_all(_element(*WORDS), "")
    return _spaced(lines.str.replace_many(ENTITIES))


def marked_up(text: pl.Expr, elements: tuple[str, ...]) -> pl.Expr:
    """Text with these elements only, bare of attributes; a line's end is a ``<br>``."""
    bare = text.str.replace_all(HIDDEN, "").str.replace_all(_element(*elements), "<$1$2>")
    lines = bare.str.replace_all(_element(*(set(BLOCKS) - set(elements))), "\n")
    spaced = _spaced(lines.str.replace_all(_element(*(set(WORDS) - set(elements))), ""))
    return spaced.str.replace_all(r"\n*(</?(?:br|div|h[1-6]?|li|ol|p|ul)>)\n*", "$1").str.replace_all("\n", "<br>", literal=True)


def cut(text: pl.Expr, most: int | pl.Expr) -> pl.Expr:
    """At most so many characters, ending with a whole word where there is more than one."""
    head, following = text.str.slice(0, most), text.str.slice(most, 1)
    is_broken = following.str.contains(r"\S").fill_null(False)
    words = head.str.replace(r"\s+\S*$", "")
    shortened = pl.when(is_broken).then(words).otherwise(head).str.strip_chars_end(DANGLING)
    return pl.when(text.str.len_chars() <= most).then(text).otherwise(_without_open_ends(shortened))


def titles(items: pl.DataFrame, channel: Format) -> pl.DataFrame:
    """``item_id, title``: 1C's name of the item, with whatever tells it from its siblings in brackets where the name does not say it.

    Empty where it has no name.

    A name that is too long is cut; what tells variants apart is not, as long as the name keeps `LEAST_NAME` characters.

    Args:
        items: `ItemKept`.
        channel: what its kind takes.
    """
    own, product_name = (one_line(pl.col(column)).str.normalize("NFC") for column in ("name", "product_name"))
    name = pl.coalesce(pl.when(own != "").then(own), product_name)
    told = items.select("item_id", name=name, product_name=product_name, values=all_values("characteristics"))
    unsaid = told.explode("values").filter(~pl.col("name").str.contains(pl.col("values"), literal=True))
    lacking = unsaid.group_by("item_id", maintain_order=True).agg(unsaid="values")
    full = told.join(lacking, on="item_id", how="left", maintain_order="left")
    whole = pl.col("name") + _bracketed("unsaid", channel)
    tail = _bracketed("values", channel)
    short = cut(pl.col("product_name"), channel.title_max - tail.str.len_chars().cast(pl.Int64)) + tail
    title = pl.when(whole.str.len_chars() <= channel.title_max).then(whole).otherwise(short)
    return full.select("item_id", title=pl.when(pl.col("name") != "").then(title).otherwise(pl.lit("")))


def description(channel: Format) -> pl.Expr:
    """``description`` as the channel takes it, null where nothing is left of it."""
    words = plain(pl.col("description"))
    text = cut(words, channel.description_max)
    if channel.description_tags:
        marked = marked_up(pl.col("description"), channel.description_tags)
        text = pl.when(marked.str.len_chars() <= channel.description_max).then(marked).otherwise(text)
    return pl.when(words != "").then(text).alias("description")


def _bracketed(values: str, channel: Format) -> pl.Expr:
    told = one_line(pl.col(values).list.join(", ")).fill_null("")
    within = cut(told, channel.title_max - LEAST_NAME - len(" ()"))
    return pl.when(told != "").then(pl.format(" ({})", within)).otherwise(pl.lit(""))


def _without_open_ends(text: pl.Expr) -> pl.Expr:
    """A bracket that the cut left open goes with what is in it, if that is the smaller part; a quotation mark goes alone."""
    closed = text.str.replace(r"^(.{12,}?)\s*\([^()]*$", "$1")
    return closed.str.replace(r"«([^«»]*)$", "$1").str.strip_chars_end(DANGLING)


def _element(*names: str, slash: str = "/?") -> str:
    told = "|".join("h[1-6]?" if name == "h" else name for name in sorted(names))
    return rf"(?i)<({slash})({told}){ATTRIBUTES}\s*/?>"


def _spaced(text: pl.Expr) -> pl.Expr:
    lines = text.str.replace_all(r"\r\n?|[\x{85}\x{2028}\x{2029}]", "\n").str.replace_all(INVISIBLE, "")
    single = lines.str.replace_all(r"[^\S\n]+", " ").str.replace_all(r" ?\n ?", "\n")
    return single.str.replace_all(r"\n{3,}", "\n\n").str.strip_chars()

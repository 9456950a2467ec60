"""Codes of items on a channel: legal there, nobody else's, the same for ever.

A code is the item's article wherever that is legal and nobody else's. «КР-7/2» stays where a slash is allowed and becomes «КР-7-2»
where it is not; an article that several items share, or none at all, gets a short suffix out of the item's ``Ид``. Codes are told apart
without regard to case. The way back is the listing table, never the code.
"""

from base64 import b32encode
from dataclasses import dataclass
from hashlib import blake2b

import polars as pl

from tasks.rules.formats import Format
from validation.assortment import CodeIssued

STAND_INS = "-_.~"
"""What may stand for a forbidden character, the first that is not forbidden itself."""
NAMELESS = "ТОВАР"
SUFFIX_LENGTH = 6
LONGEST_SUFFIX = 20
ODD_CASES = r"[^\x00-\x7f\x{400}-\x{4ff}«»№–—]"
"""Letters outside these may have several small ones to one capital (ς), or a capital of several letters (ß)."""


@dataclass(frozen=True)
class CodeRules:
    """What a code on a channel may look like.

    Args:
        longest: characters.
        forbids: characters that may not stand in it; neither letters nor digits.
    """

    longest: int
    forbids: str = ""

    @property
    def stand_in(self) -> str:
        """What stands for a forbidden character, and before a suffix."""
        return next(sign for sign in STAND_INS if sign not in self.forbids)

    @property
    def illegal(self) -> str:
        """A pattern of what a code may not have: spaces at its ends, double or odd ones, invisible and forbidden characters."""
        return r"^\s|\s$|\s\s|[^\S ]|\p{C}" + (f"|{_any_of(self.forbids)}" if self.forbids else "")


def code_rules(channel: Format, forbids: str | None = None) -> CodeRules:
    """The rules of a kind of channel; ``forbids`` is the setting ``code_forbids``, none for the kind's own."""
    return CodeRules(channel.code_max, channel.code_forbids if forbids is None else forbids)


def issue_codes(wanted: pl.DataFrame, issued: pl.DataFrame, rules: CodeRules) -> pl.DataFrame:
    """The code of every item: the one it has, else a new one.

    Args:
        wanted: `CodeWanted`, the whole catalogue, so that a shared article is seen to be shared.
        issued: `CodeIssued`, everything ever issued on the channel.
        rules: what a code may look like.

    Returns:
        `CodeIssued`, one row per row of ``wanted``, in its order. Does not depend on the order of any rows.
    """
    owned = issued.group_by("item_id").agg(pl.col("code").min())
    known = wanted.select("item_id").join(owned, on="item_id", how="left", maintain_order="left")
    if not known["code"].has_nulls():
        return CodeIssued.validate(known)
    new = _new_codes(wanted, known["code"].is_null(), folded_codes(issued), rules)
    told = known.join(new, on="item_id", how="left", maintain_order="left", suffix="_new")
    return CodeIssued.validate(told.select("item_id", pl.coalesce("code", "code_new")))


def folded(codes: pl.Series) -> pl.Series:
    """Codes without regard to case; at least as coarse as Unicode's case folding."""
    lower = codes.str.to_lowercase()
    return lower.str.to_uppercase().str.to_lowercase() if lower.str.contains(ODD_CASES).any() else lower


def folded_codes(issued: pl.DataFrame) -> pl.DataFrame:
    """``fold``, codes that nobody may get any more."""
    return issued.select(fold=folded(issued["code"]))


def suffix_of(text: str) -> str:
    """A digest for people: capitals and digits of which none looks like another. The same text gives the same one for ever."""
    return b32encode(blake2b(text.encode(), digest_size=15).digest()).decode()


def _new_codes(wanted: pl.DataFrame, is_new: pl.Series, taken: pl.DataFrame, rules: CodeRules) -> pl.DataFrame:
    articles = _folded(wanted.select("item_id", "item_ref", article=_article()), "article")
    shared = articles.group_by("fold").agg(pl.len()).filter(pl.col("len") > 1).select("fold")
    new = articles.filter(is_new)
    alone = new.join(shared, on="fold", how="anti").drop_nulls("fold")
    named = _free(alone.filter(~_is_illegal(rules)), taken).select("item_id", "fold", code="article")
    rest = new.join(named, on="item_id", how="anti")
    if rest.is_empty():
        return named.select("item_id", "code")
    taken = pl.concat([taken, articles.select("fold").drop_nulls()])
    stems = rest.select("item_id", "item_ref", code=_stem(rules))
    cleaned = _folded(stems.join(alone, on="item_id", how="semi").drop_nulls("code"), "code")
    cleaned = _free(cleaned.filter(~pl.col("fold").is_duplicated()), taken).select("item_id", "fold", "code")
    rest = stems.join(cleaned, on="item_id", how="anti").with_columns(pl.col("code").fill_null(NAMELESS))
    suffixed = _suffixed(rest, pl.concat([taken, cleaned.select("fold")]), rules)
    return pl.concat([frame.select("item_id", "code") for frame in (named, cleaned, suffixed)])


def _suffixed(rest: pl.DataFrame, taken: pl.DataFrame, rules: CodeRules) -> pl.DataFrame:
    """Stems with a suffix; who meets another's code tries a longer one, both of a pair, so that their order does not matter."""
    done = [rest.clear().select("item_id", "code")]
    attempt = 0
    while not rest.is_empty():
        length = min(SUFFIX_LENGTH + attempt, LONGEST_SUFFIX)
        seeds = rest.select(pl.format("{}/{}/{}", "item_ref", "item_id", pl.lit(attempt)) if attempt else "item_ref").to_series()
        suffixes = pl.Series([suffix_of(seed)[:length] for seed in seeds], dtype=pl.String)
        stem = _cut(pl.col("code"), rules.longest - length - 1).str.strip_chars_end(f" {rules.stand_in}")
        tried = _folded(rest.select("item_id", stem + rules.stand_in + suffixes), "code")
        free = _free(tried.filter(~pl.col("fold").is_duplicated()), taken)
        done.append(free.select("item_id", "code"))
        taken = pl.concat([taken, free.select("fold")])
        rest = rest.join(free, on="item_id", how="anti")
        attempt += 1
    return pl.concat(done)


def _folded(frame: pl.DataFrame, column: str) -> pl.DataFrame:
    return frame.with_columns(fold=folded(frame[column]))


def _free(candidates: pl.DataFrame, taken: pl.DataFrame) -> pl.DataFrame:
    return candidates.join(taken, on="fold", how="anti")


def _article() -> pl.Expr:
    """The item's own, else its product's; an empty one is none."""
    return pl.coalesce(pl.when(pl.col(column) != "").then(pl.col(column)) for column in ("article", "product_article"))


def _is_illegal(rules: CodeRules) -> pl.Expr:
    article = pl.col("article")
    return article.str.contains(rules.illegal) | (article.str.len_chars() > rules.longest)


def _stem(rules: CodeRules) -> pl.Expr:
    """The article made legal; null where nothing readable is left of it."""
    plain = pl.col("article").str.replace_all(r"[\p{C}--\s--\p{Cc}]", "").str.replace_all(r"[\s\p{Cc}]+", " ")
    allowed = plain.str.replace_all(_any_of(rules.forbids), rules.stand_in, literal=False) if rules.forbids else plain
    bare = allowed.str.strip_chars(" ")
    return pl.when(bare.str.contains(r"[\p{L}\p{N}]")).then(_cut(bare, rules.longest))


def _cut(text: pl.Expr, length: int) -> pl.Expr:
    return text.str.slice(0, length).str.strip_chars_end(" ")


def _any_of(signs: str) -> str:
    return "[" + "".join(f"\\x{{{ord(sign):x}}}" for sign in signs) + "]"

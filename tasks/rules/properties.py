"""Properties of goods out of the JSON text they travel as: object name → text, number or list of texts.

Names are the shop's own and without number, so that no schema can be given; a JSON string is exact enough for a pattern.
"""

import json
import re

import polars as pl

STRING = r'"(?:[^"\\]|\\.)*"'
VALUE = rf'{STRING}|\[(?:{STRING}|[^\]"])*\]|[^\s,}}]+'
ESCAPES = {'\\"': '"', "\\\\": "\\", "\\/": "/", "\\n": "\n", "\\r": "\n", "\\t": "\t"}


def values_of(column: str, name: str) -> pl.Expr:
    """The values under a name, a list of texts; empty where there is none.

    A name begins after a brace or a comma, so that the end of a longer one with an escaped quote in it is none.
    """
    key = re.escape(json.dumps(name, ensure_ascii=False))
    return _texts(pl.col(column).str.extract(rf"[{{,]\s*{key}\s*:\s*({VALUE})"))


def value_of(column: str, name: str) -> pl.Expr:
    """The first value under a name; null where there is none."""
    return values_of(column, name).list.first()


def all_values(column: str) -> pl.Expr:
    """The values under every name, in their order, a list of texts."""
    pairs = pl.col(column).str.extract_all(rf"{STRING}\s*:\s*(?:{VALUE})")
    return _texts(pairs.list.eval(pl.element().str.replace(rf"^{STRING}\s*:\s*", "")).list.join(","))


def json_list(texts: pl.Expr) -> pl.Expr:
    """A list of texts as JSON text."""
    return pl.struct(list=texts).struct.json_encode().str.strip_prefix('{"list":').str.strip_suffix("}")


def _texts(value: pl.Expr) -> pl.Expr:
    told = value.fill_null("").str.extract_all(rf'{STRING}|[^\s,\[\]"]+')
    plain = pl.element().str.strip_prefix('"').str.strip_suffix('"').str.replace_many(ESCAPES).str.strip_chars()
    return told.list.eval(plain.filter((plain != "") & (pl.element() != "null")))

"""How 1C writes numbers, and what is wrong with a row: expressions shared by the rules that read text."""

import polars as pl

EXACT = pl.Decimal(38, 6)


def exact(text: pl.Expr) -> pl.Expr:
    """A decimal as 1C writes it: a dot or a comma, spaces between thousands; null where it is none."""
    plain = text.str.replace_all(r"[\s\x{A0}\x{202F}]", "").str.replace(",", ".", literal=True)
    return plain.str.extract(r"^(-?\d{1,18}(?:\.\d{1,6})?)0*$").cast(EXACT, strict=False)


def kopecks(text: pl.Expr) -> pl.Expr:
    """Money in kopecks, a fraction of one rounded half away from zero; null where it is no number."""
    hundredfold = exact(text) * 100
    half = pl.when(hundredfold < 0).then(-0.5).otherwise(0.5).cast(EXACT)
    return (hundredfold + half).cast(pl.Int64, strict=False)


def first_fault(**claims: pl.Expr) -> pl.Expr:
    """The name of the first claim that does not hold, in the order given; null where all hold. A null claim holds."""
    faults = [pl.when(claim.fill_null(True).not_()).then(pl.lit(name)) for name, claim in claims.items()]
    return pl.coalesce([*faults, pl.lit(None, pl.String)])

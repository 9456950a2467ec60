"""Recipes that stand outside 1C, in ``utyug.toml`` or on an Excel sheet: read as text, judged, and taken whole or not at all."""

from collections.abc import Sequence
from datetime import date

import polars as pl
from pydantic import Field, field_validator, model_validator

from tasks.rules.figures import first_fault
from validation.assortment import RecipeKept, RecipeRead
from validation.part import Part
from validation.quarantine import Judged, refuse

READ = ("bundle", "promotion", "valid_from", "valid_to", "part", "pcs")
RECIPE = ("owner", "promotion", "begins", "ends")
"""What one recipe is told by; ``owner`` is the bundle, or what was written where it is not known."""
DATES = ("%Y-%m-%d", "%d.%m.%Y")


class Recipe(Part):
    """What a bundle is made of, always or for a time; goods by article or ``Ид``. It goes before 1C's recipe."""

    bundle: str = Field(min_length=1, description="артикул или Ид комплекта")
    promotion: str = Field(default="", description="название акции; без него это обычный состав")
    valid_from: date | None = Field(default=None, description="первый день")
    valid_to: date | None = Field(default=None, description="последний день, включительно")
    parts: dict[str, int] = Field(min_length=1, description="артикул или Ид детали → штук")

    @field_validator("parts")
    @classmethod
    def _pieces_are_positive(cls, parts: dict[str, int]) -> dict[str, int]:
        if odd := [part for part, pcs in parts.items() if pcs < 1]:
            raise ValueError(f"количество детали в комплекте должно быть больше нуля: {', '.join(odd)}")
        return parts

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> "Recipe":
        if self.valid_from and self.valid_to and self.valid_from > self.valid_to:
            raise ValueError(f"состав комплекта {self.bundle} кончается раньше, чем начинается")
        return self


def recipes_read(recipes: Sequence[Recipe]) -> pl.DataFrame:
    """Recipes of the settings as `RecipeRead`; ``row`` is the place of the recipe, from 1."""
    rows = [
        (place, one.bundle, one.promotion, _iso(one.valid_from), _iso(one.valid_to), part, str(pcs))
        for place, one in enumerate(recipes, 1)
        for part, pcs in one.parts.items()
    ]
    return RecipeRead.validate(pl.DataFrame(rows, schema=dict.fromkeys(("row", *READ), pl.String) | {"row": pl.Int64}, orient="row"))


def judge_recipes(read: pl.DataFrame, items: pl.DataFrame) -> Judged:
    """Recipes that may be sold under, and rows that are wrong.

    A recipe with one wrong row is refused whole: a bundle without a part of it would sell what is not there.

    Args:
        read: `RecipeRead`.
        items: `ItemKept`, or its ``item_id, item_ref, article, product_article``.

    Returns:
        `RecipeKept`; `RowRefused` with every row of a refused recipe.
    """
    known = _named(items)
    found = _cleaned(read).join(_called(known, "bundle"), on="bundle", how="left", maintain_order="left")
    found = found.join(_called(known, "part"), on="part", how="left", maintain_order="left")
    owned = found.with_columns(owner=pl.coalesce(pl.col("bundle_id").cast(pl.String), "bundle"))
    faulty = owned.with_columns(reason=_fault())
    spoilt = pl.col("reason").is_not_null().any().over(*RECIPE)
    reason = pl.when(spoilt).then(pl.coalesce("reason", pl.lit("recipe_is_whole")))
    judged = faulty.with_columns(reason=reason)
    passed = judged.filter(pl.col("reason").is_null()).select(
        bundle_id="bundle_id", component_id="part_id", pcs="pieces", promotion="promotion", valid_from="begins", valid_to="ends"
    )
    refused = refuse(
        judged.filter(pl.col("reason").is_not_null()).select("row", *READ, "reason"), entity="recipe", key=pl.format("{}|{}", *_keys())
    )
    return Judged(RecipeKept.validate(passed), refused)


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _keys() -> tuple[pl.Expr, pl.Expr]:
    return pl.col("bundle").fill_null(""), pl.col("part").fill_null("")


def _cleaned(read: pl.DataFrame) -> pl.DataFrame:
    """With the text of dates and pieces read; null where it is none."""
    texts = read.with_columns(pl.col(name).str.strip_chars() for name in READ).with_columns(
        pl.when(pl.col(name) != "").then(pl.col(name)).alias(name) for name in READ
    )
    pieces = pl.col("pcs").str.extract(r"^(\d{1,6})(?:[.,]0+)?$").cast(pl.Int64)
    return texts.with_columns(pl.col("promotion").fill_null(""), begins=_day("valid_from"), ends=_day("valid_to"), pieces=pieces)


def _day(column: str) -> pl.Expr:
    """Excel adds a midnight to its dates, and people leave out the century."""
    day = pl.col(column).str.replace(r"[T ]0?0:00(:00(\.0+)?)?$", "").str.replace(r"^(\d+\.\d+)\.(\d\d)$", "${1}.20${2}")
    return pl.coalesce(day.str.to_date(pattern, strict=False) for pattern in DATES)


def _named(items: pl.DataFrame) -> pl.DataFrame:
    """``name, item_id, is_one``: each ``Ид``, and each article that is none; ``is_one``: only one item is called so."""
    refs = items.select(name="item_ref", item_id="item_id")
    articles = items.select(name=pl.coalesce("article", "product_article"), item_id="item_id").drop_nulls()
    both = pl.concat([refs, articles.join(refs, on="name", how="anti")])
    return both.group_by("name").agg(pl.col("item_id").first(), is_one=pl.len() == 1)


def _called(known: pl.DataFrame, column: str) -> pl.DataFrame:
    return known.rename({"name": column, "item_id": f"{column}_id", "is_one": f"{column}_is_one"})


def _fault() -> pl.Expr:
    is_read = (pl.col(text).is_null() | pl.col(day).is_not_null() for text, day in (("valid_from", "begins"), ("valid_to", "ends")))
    return first_fault(
        recipe_bundle_is_known=pl.col("bundle_id").is_not_null(),
        component_is_known=pl.col("part_id").is_not_null(),
        recipe_article_is_one=pl.col("bundle_is_one") & pl.col("part_is_one"),
        recipe_is_not_its_own_part=pl.col("bundle_id") != pl.col("part_id"),
        recipe_pcs_is_whole=(pl.col("pieces") > 0).fill_null(False),
        recipe_date_is_read=pl.all_horizontal(is_read),
        recipe_period_is_right=pl.col("begins") <= pl.col("ends"),
        recipe_part_is_not_repeated=pl.len().over(*RECIPE, "part_id") == 1,
    )

"""Recipes told outside 1C: from the settings and an Excel sheet into the hub."""

import polars as pl
from prefect import task

from adapters.errors import WorkbookRefused
from adapters.hub.assortment import Assortment
from adapters.hub.channel_refusals import ChannelRefusals
from adapters.hub.hub import Hub
from adapters.hub.incidents import Incidents
from adapters.settings import Settings
from adapters.workbook.recipes import read_recipes
from tasks.policy import policy
from tasks.rules.bundles import in_force
from tasks.rules.recipes import judge_recipes, recipes_read

SOURCE = "recipes"
"""Of their rows in the quarantine, as a channel's name is of its."""
UNREAD = "recipes_unread"
SHEET, SETTINGS = "лист Excel, строка {}", "utyug.toml, состав № {}"


@task(name="составы комплектов", **policy)
def take_recipes(hub: Hub, settings: Settings) -> None:
    """Tell the hub the recipes of the sheet and of the settings; what is wrong with them goes into the quarantine.

    Where both speak of one bundle and promotion, the sheet is believed. A workbook that cannot be read is an incident, and everything
    told before stays.
    """
    book, incidents = Assortment(hub), Incidents(hub)
    told_in_settings = recipes_read(settings.recipes)
    try:
        on_sheet = read_recipes(settings.recipes_workbook) if settings.recipes_workbook else told_in_settings.clear()
    except WorkbookRefused as error:
        incidents.report(kind=UNREAD, cause=SOURCE, sentence=error.sentence)
        return
    incidents.recover(kind=UNREAD, cause=SOURCE)
    items = book.items()
    sheet, told = judge_recipes(on_sheet, items), judge_recipes(told_in_settings, items)
    book.tell_recipes(_first_of(sheet.passed, told.passed))
    unclear = in_force(book.recipes(), book.bundles(), settings.today(hub.clock.now())).refused
    refused = pl.concat([_placed(sheet.refused, SHEET), _placed(told.refused, SETTINGS), _placed(unclear, "")])
    ChannelRefusals(hub).settle(SOURCE, entity="recipe", keys=None, refused=_once(refused))


def _first_of(sheet: pl.DataFrame, told: pl.DataFrame) -> pl.DataFrame:
    return pl.concat([sheet, told.join(sheet, on=["bundle_id", "promotion"], how="anti")])


def _placed(refused: pl.DataFrame, where: str) -> pl.DataFrame:
    """With where each row stands; null for what stands nowhere."""
    place = pl.format(where, "row") if where else pl.lit(None, pl.String)
    return refused.with_columns(place=place)


def _once(refused: pl.DataFrame) -> pl.DataFrame:
    """`RowRefused`, one row per key and reason as the quarantine keeps them, the sentence with every place."""
    one = refused.group_by("entity", "key", "reason", maintain_order=True)
    told = one.agg(pl.col("sentence", "row", "payload").first(), places=pl.col("place").drop_nulls().unique(maintain_order=True))
    where = pl.format("{} Где: {}.", "sentence", pl.col("places").list.join("; "))
    sentence = pl.when(pl.col("places").list.len() > 0).then(where).otherwise("sentence")
    return told.select("entity", "key", "reason", sentence=sentence, row="row", payload="payload")

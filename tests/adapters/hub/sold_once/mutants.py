"""The hub with one rule weaker, each as somebody might well have written it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import polars as pl
import pytest

from adapters.hub import ledger_sales, offer_rows, offers
from tasks.rules import ledger, offer
from tasks.rules.bounds import Bounds
from tasks.rules.ledger import Line
from tasks.rules.offer import Offer, Reading, Withdrawn
from tests.adapters.hub.sold_once.cabinet import Cabinet

Patch = pytest.MonkeyPatch


def settles_without_a_poll(patch: Patch) -> None:
    """What is shown is believed, whatever was ordered meanwhile."""
    real = offer.settled_pcs

    def settled(one: Offer, *, poll_began_at: datetime | None, known_open_pcs: int, bounds: Bounds) -> int | None:
        at = one.reading.ended_at + bounds.visible if one.reading else None
        return real(one, poll_began_at=at, known_open_pcs=known_open_pcs, bounds=bounds)

    patch.setattr(offer, "settled_pcs", settled)


def knows_no_s(patch: Patch) -> None:
    """A read-back is taken for the present."""
    patch.setattr(Bounds, "stale", property(lambda _: timedelta(0)))


def knows_no_t(patch: Patch) -> None:
    """A write is taken for dead with the end of its call."""
    patch.setattr(Bounds, "effective", property(lambda _: timedelta(0)))


def knows_no_r(patch: Patch) -> None:
    """A cancelled piece that is not shown yet is taken for one that never will be."""

    def returning(withdrawn: tuple[Withdrawn, ...], read_at: datetime, bounds: Bounds) -> int:
        return sum(one.pcs for one in withdrawn if one.learned_at >= read_at)

    patch.setattr(offer, "returning_pcs", returning)


def ignores_reserved(patch: Patch) -> None:
    """Only what is for sale counts."""
    real = offer.settled_pcs

    def settled(one: Offer, **told: Any) -> int | None:
        return real(replace(one, reading=replace(one.reading, reserved_pcs=0) if one.reading else None), **told)

    patch.setattr(offer, "settled_pcs", settled)


def gives_cancelled_pieces_to_the_pool(patch: Patch) -> None:
    """As one would: the order is gone, its pieces are free."""
    patch.setattr(ledger_sales, "cancel", lambda line: ledger.cancel(_without_return(line)))


def polls_only_living_orders(patch: Patch) -> None:
    """An order that is cancelled when it is first listed is nobody's business."""
    real, alive = Cabinet.listed, set[str]()

    def listed(cabinet: Cabinet, at: datetime, since: datetime) -> list[Any]:
        rows = real(cabinet, at, since)
        alive.update(row[0].ref for row in rows if row[1] != "cancelled")
        return [row for row in rows if row[0].ref in alive]

    patch.setattr(Cabinet, "listed", listed)


def sets_aside_after_sending(patch: Patch) -> None:
    """The exposure grows when the channel has answered."""
    real = offer_rows.Held.take

    def take(one: offer_rows.Held, pools: dict[Any, int], pcs: int, reason: str, *, may_owe: bool = False) -> None:
        if reason != "offered":
            real(one, pools, pcs, reason, may_owe=may_owe)

    patch.setattr(offer_rows.Held, "take", take)


def sends_whatever_it_is_given(patch: Patch) -> None:
    """A figure leaves as often as somebody comes with it, and whenever."""
    real = offers.Offers.leave

    def leave(book: offers.Offers, told: offers.Told, figures: pl.DataFrame) -> pl.DataFrame:
        real(book, told, figures)
        return figures

    patch.setattr(offers.Offers, "leave", leave)


def counts_from_when_it_was_set_aside(patch: Patch) -> None:
    """A write's time runs from when its pieces were set aside, however long its call takes."""
    real = offers.Offers.leave

    def leave(book: offers.Offers, told: offers.Told, figures: pl.DataFrame) -> pl.DataFrame:
        with book._hub.engine.begin() as connection:
            before = connection.exec_driver_sql("select listing_id, leave_by_at, alive_until_at from offer").all()
        left = real(book, told, figures)
        with book._hub.engine.begin() as connection:
            for row in before:
                connection.exec_driver_sql(
                    "update offer set leave_by_at = %s, alive_until_at = %s where listing_id = %s",
                    (row.leave_by_at, row.alive_until_at, row.listing_id),
                )
        return left

    patch.setattr(offers.Offers, "leave", leave)


def forgets_what_a_freeze_overtook(patch: Patch) -> None:
    """A 0 that is shown is the end of it."""
    real = offer.write

    def write(one: Offer, pcs: int, now: datetime, bounds: Bounds) -> Offer:
        made = real(one, pcs, now, bounds)
        return made if pcs else replace(made, alive_until_at=None)

    patch.setattr(offer, "write", write)


def believes_an_equal_figure(patch: Patch) -> None:
    """What was written is shown, so it has taken effect."""

    def shows(one: Offer, reading: Reading, bounds: Bounds) -> bool:
        write = one.write
        return write is not None and write.pcs > 0 and write.sent_at is not None and reading.shown_pcs == write.pcs

    patch.setattr(offer, "shows_write", shows)


def pays_only_the_difference(patch: Patch) -> None:
    """A figure of two where one is shown costs one piece."""
    take, pool_pcs = offer_rows.Held.take, offer_rows.Held.pool_pcs

    def differing(one: offer_rows.Held, pools: dict[Any, int], pcs: int, reason: str, *, may_owe: bool = False) -> None:
        take(one, pools, max(0, pcs - one.exposed_pcs()) if reason == "offered" else pcs, reason, may_owe=may_owe)

    patch.setattr(offer_rows.Held, "take", differing)
    patch.setattr(offer_rows.Held, "pool_pcs", lambda one, pools: pool_pcs(one, pools) + one.exposed_pcs())


def connects_for_nothing(patch: Patch) -> None:
    """What a channel shows when it is connected is left in the pool."""
    real = offer_rows.Held.take

    def take(one: offer_rows.Held, pools: dict[Any, int], pcs: int, reason: str, *, may_owe: bool = False) -> None:
        if reason != "connected":
            real(one, pools, pcs, reason, may_owe=may_owe)

    patch.setattr(offer_rows.Held, "take", take)
    patch.setattr(offer, "is_edited", lambda *_, **__: False)


def _without_return(line: Line) -> Line:
    return replace(line, returns_to=None)


Mutant = Callable[[Patch], None]

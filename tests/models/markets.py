"""The markets and shops that are explored: small ones by the tests, wide ones by `python -m tests.models`."""

from dataclasses import replace

from tests.models.bundles import Shop
from tests.models.offer_hub import OfferHub
from tests.models.timed import Clockwork
from tests.models.told import Kept, Luck, Market, Side
from tests.models.world import Budget, World

ONE_CANCELLED = Luck(cancels=1)

HONEST = Market(pieces=2)
TROUBLED = Market(crashes=True, refuses=True, expires=True)
CANCELLING = Market(luck=ONE_CANCELLED, cancels_unseen=True, restores_unlearned=True)
STALE = replace(CANCELLING, reads_stale=True)
UNPAID = replace(CANCELLING, leaves_unpaid=True)
EVERYTHING = replace(STALE, leaves_unpaid=True, crashes=True, refuses=True, expires=True)

SELLING_ALREADY = Side(shown=1, old=1, replica=(1, 0), hub=OfferHub().connect(1, 0))
CONNECTING = Market(pieces=2, sides=(SELLING_ALREADY,))
EDITED = Market(pieces=3, has_site=False, luck=Luck(edits=1), sides=(Side(shown=1, hub=Kept(exposed=1)),))

MARKETS: dict[str, tuple[Market, int]] = {
    "an honest channel": (HONEST, 1_700),
    "three pieces": (Market(pieces=3), 5_500),
    "crashes, refusals, writes too late to leave": (replace(TROUBLED, pieces=2), 2_300),
    "one order cancelled, seen or not, restored early, late or never": (CANCELLING, 1_500),
    "the same with two pieces": (replace(CANCELLING, pieces=2), 15_000),
    "two orders cancelled": (replace(CANCELLING, luck=Luck(cancels=2)), 5_000),
    "old figures are shown": (replace(STALE, luck=Luck(), pieces=2), 3_500),
    "old figures are shown, one order cancelled": (STALE, 5_000),
    "unpaid reservations, one order cancelled": (UNPAID, 2_500),
    "unpaid reservations, two pieces": (replace(UNPAID, luck=Luck(), pieces=2), 2_500),
    "everything at once": (EVERYTHING, 10_000),
    "two channels": (Market(channels=2, crashes=True), 2_500),
    "two channels, one order cancelled": (replace(CANCELLING, channels=2), 15_000),
    "a channel that sells already": (CONNECTING, 500),
    "the same while old figures are shown and an order is cancelled": (replace(CONNECTING, reads_stale=True, luck=ONE_CANCELLED), 5_000),
    "a second channel while one is being connected": (replace(CONNECTING, sides=(Side(), SELLING_ALREADY)), 2_000),
    "the shelf loses a piece and gets one": (Market(pieces=2, luck=Luck(shrinks=1, deliveries=1)), 10_000),
    "the shelf loses a piece, two channels": (Market(pieces=1, channels=2, luck=Luck(shrinks=1)), 2_500),
}

NEEDED: dict[str, tuple[Market, int]] = {
    "set aside before it leaves": (Market(), 5),
    "all of it, not the difference": (HONEST, 12),
    "the pool has it whole": (Market(), 5),
    "one unsettled write": (Market(pieces=3), 13),
    "a freeze leaves what it overtakes alive": (Market(), 9),
    "what a withdrawn freeze overtook still lives": (Market(pieces=3, expires=True), 14),
    "leaves once": (TROUBLED, 7),
    "leaves in time": (TROUBLED, 7),
    "withdrawn only where it never left": (Market(), 6),
    "every positive write is dead first": (Market(), 8),
    "a complete poll L later": (Market(), 7),
    "all statuses": (CANCELLING, 11),
    "equality proves nothing": (HONEST, 15),
    "cancellations since are no proof": (replace(CANCELLING, cancels_unseen=False, pieces=2), 20),
    "a proof is judged with the poll": (replace(CANCELLING, cancels_unseen=False, pieces=2), 11),
    "all of it sold is judged with the poll": (replace(CANCELLING, pieces=2), 23),
    "S after sending": (replace(HONEST, reads_stale=True), 20),
    "S after the last write is dead": (Market(reads_stale=True), 8),
    "reserved is counted": (Market(leaves_unpaid=True), 9),
    "shown and reserved are of one moment": (Market(leaves_unpaid=True, reads_stale=True), 10),
    "learned since is counted": (CANCELLING, 11),
    "R is waited for": (CANCELLING, 12),
    "S after R is waited for": (STALE, 14),
    "cancelled pieces go to the exposure": (CANCELLING, 9),
    "old orders come from the pool": (CONNECTING, 4),
    "connecting closes the pool": (CONNECTING, 2),
    "connecting grants nothing": (CONNECTING, 5),
}
"""Without the rule the market is oversold, and so many steps are the shortest way to it."""

LIVE: dict[str, tuple[Market, int]] = {
    "any figure may be written": (replace(TROUBLED, has_site=False, luck=ONE_CANCELLED, pieces=2), 15_000),
    "old figures are shown": (Market(reads_stale=True, has_site=False, crashes=True, luck=ONE_CANCELLED), 1_000),
    "a channel that sells already": (replace(CONNECTING, has_site=False), 150),
    "everything is wished for": (replace(TROUBLED, has_site=False, luck=ONE_CANCELLED, pieces=2, target=2), 800),
    "half of it is wished for": (replace(TROUBLED, has_site=False, luck=ONE_CANCELLED, pieces=2, target=1), 3_000),
    "nothing is wished for any more": (
        Market(pieces=2, has_site=False, target=0, sides=(Side(shown=2, hub=Kept(exposed=2)),)),
        50,
    ),
    "less is wished for than is shown": (
        Market(pieces=2, has_site=False, target=1, crashes=True, refuses=True, sides=(Side(shown=2, hub=Kept(exposed=2)),)),
        100,
    ),
}

SHOPS: dict[str, tuple[Shop, int]] = {
    "a bundle of both and the first alone": (Shop(pieces=(1, 1)), 8_000),
    "two of the first in the bundle": (Shop(pieces=(2, 1), recipes=((2, 1), (1, 0))), 20_000),
    "a line of the bundle's order is cancelled": (Shop(pieces=(1, 1), recipes=((1, 1),), luck=ONE_CANCELLED, loses_lines=True), 2_000),
    "a recipe changes": (Shop(pieces=(2, 0), recipes=((1, 0),), new_recipe=(2, 0)), 1_500),
}

SHOPS_NEEDED: dict[str, tuple[Shop, str]] = {
    "a recipe changes while nothing is exposed": (SHOPS["a recipe changes"][0], "OVERSELL"),
}

WIDE: dict[str, Market] = {
    "A4r A6r A8r: cancellations, crashes, refusals, 2 pieces": replace(CANCELLING, pieces=2, crashes=True, refuses=True, expires=True),
    "A10r: the same, 3 pieces": replace(CANCELLING, pieces=3, crashes=True, refuses=True),
    "A10r: the same, 2 channels": replace(CANCELLING, channels=2, crashes=True),
    "A10r: the same, 2 channels and 2 pieces": replace(CANCELLING, channels=2, pieces=2),
    "A11r: old figures too, 2 pieces": replace(STALE, pieces=2, crashes=True),
    "A12r: unpaid reservations too, 2 pieces": replace(UNPAID, pieces=2, crashes=True),
    "A13r: everything at once, 1 piece, 2 cancellations": replace(EVERYTHING, luck=Luck(cancels=2)),
    "A13r: everything at once, 2 pieces": replace(EVERYTHING, pieces=2),
    "A15r: 2 channels of which one sells already, 3 pieces": replace(CONNECTING, pieces=3, sides=(Side(), SELLING_ALREADY), crashes=True),
    "F1: the shelf loses two of 3 pieces": Market(pieces=3, luck=Luck(shrinks=2, deliveries=1)),
}

WIDE_SHOPS: dict[str, Shop] = {
    "C1: a + b and a, a line cancelled": Shop(pieces=(1, 1), luck=ONE_CANCELLED, loses_lines=True),
    "C1: the same with more of a": Shop(pieces=(2, 1), luck=ONE_CANCELLED, loses_lines=True),
    "C2: 2a + b and a, a line cancelled": Shop(pieces=(2, 1), recipes=((2, 1), (1, 0)), luck=ONE_CANCELLED, loses_lines=True),
}

ONEC_FIELD = World(forms_files_early=True, repeats_files=True)

WIDE_ONEC: dict[str, World] = {
    "B0: a delivery and a cancellation, 3 orders": World(orders=3, budget=Budget(deliveries=1, cancels=1)),
    "B1r: early and repeated files, a delivery and a cancellation, 3 orders": replace(
        ONEC_FIELD, orders=3, budget=Budget(deliveries=1, cancels=1)
    ),
    "B4r: changes only, a delivery and a cancellation, 3 orders": replace(
        ONEC_FIELD, orders=3, lists_changes_only=True, budget=Budget(deliveries=1, cancels=1)
    ),
}

WIDE_TIMED: dict[str, Clockwork] = {
    "by the clock: a cancellation": Clockwork(stale=0, cancels=1),
    "by the clock: a cancellation, old figures": Clockwork(cancels=1),
}

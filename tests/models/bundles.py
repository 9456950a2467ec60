"""Listings that share parts: a bundle of two items and a single listing of the first, on one channel each, with a site that takes parts.

Every listing is a side of the offer model; what it may sell is what every part's account is enough for. A single line of a bundle's order
may be cancelled, and a recipe may change.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from tests.models.offers import Model
from tests.models.told import NO_LUCK, NOTHING, Luck, Market, Side

Parts = tuple[int, int]
"""Pieces of the first item, pieces of the second."""


class Listing(NamedTuple):
    """A side and the accounts of its parts; ``apart``: parts still sold of orders that lost a line, or were sold under an older recipe."""

    recipe: Parts
    side: Side = Side()
    accounts: Parts = (0, 0)
    apart: Parts = (0, 0)


class State(NamedTuple):
    """Parts sold on the site, and the listings."""

    site: Parts
    luck: Luck
    listings: tuple[Listing, ...]


@dataclass(frozen=True, kw_only=True)
class Shop:
    """What there is of both items, what is listed, and what may happen."""

    pieces: Parts
    recipes: tuple[Parts, ...] = ((1, 1), (1, 0))
    new_recipe: Parts | None = None
    luck: Luck = NO_LUCK
    loses_lines: bool = False
    most: int = 1


class Bundles:
    """The steps of such a shop, the hub obeying every rule but the dropped one."""

    def __init__(self, shop: Shop, *, dropped: str | None = None) -> None:
        self.shop = shop
        self.dropped = dropped
        self.model = Model(Market(pieces=shop.most), dropped=dropped)

    def start(self) -> State:
        """Nothing exposed."""
        return State((0, 0), self.shop.luck, tuple(Listing(recipe) for recipe in self.shop.recipes))

    def fault(self, state: State) -> str | None:
        """More pieces of an item in living orders than there are."""
        for item in (0, 1):
            living = state.site[item]
            for one in state.listings:
                living += one.apart[item] + one.recipe[item] * (one.side.old + one.side.new + one.side.known)
            if living > self.shop.pieces[item]:
                return "OVERSELL"
        return None

    def is_good(self, state: State) -> bool:
        """Nothing is exposed that is not shown."""
        return all(
            one.accounts == _times(one.recipe, one.side.shown) and one.side.hub.pcs == NOTHING and not (one.side.old or one.side.new)
            for one in state.listings
        )

    def steps(self, state: State) -> Iterator[tuple[str, State]]:
        """Everything that may happen next."""
        pools = self._pools(state)
        for item, name in enumerate("ab"):
            if pools[item] > 0:
                taken = (1, 0) if item == 0 else (0, 1)
                yield f"site sells {name}", state._replace(site=_plus(state.site, taken))
        for index, one in enumerate(state.listings):
            free = min(pools[item] // one.recipe[item] for item in (0, 1) if one.recipe[item])
            for label, side, luck in self.model.side_steps(one.side, free, state.luck):
                yield f"{label} of {one.recipe}", self._with(state, index, self._moved(one, side, label), luck)
            for label, new, luck in self._recipe_steps(one, state.luck):
                yield label, self._with(state, index, new, luck)

    def _moved(self, one: Listing, side: Side, label: str) -> Listing:
        """The parts' accounts follow what happened to the whole; settling gives back every part that is above it."""
        accounts = _plus(one.accounts, _times(one.recipe, side.hub.exposed - one.side.hub.exposed))
        if label.startswith("settled") and self.dropped != "every part settles":
            most = _times(one.recipe, int(label.removeprefix("settled at ")))
            accounts = (min(one.accounts[0], most[0]), min(one.accounts[1], most[1]))
        return self._counted(one._replace(side=side, accounts=accounts))

    def _recipe_steps(self, one: Listing, luck: Luck) -> Iterator[tuple[str, Listing, Luck]]:
        side = one.side
        if self.shop.loses_lines and side.known and luck.cancels and one.recipe[1]:
            lost, kept = (one.recipe[0], 0), (0, one.recipe[1])
            fewer = one._replace(side=side._replace(known=side.known - 1), apart=_plus(one.apart, kept), accounts=_plus(one.accounts, lost))
            yield "line a cancelled", self._counted(fewer), luck._replace(cancels=luck.cancels - 1)
        new = self.shop.new_recipe
        is_free = one.accounts == (0, 0) and side.hub.pcs == NOTHING and not side.hub.is_alive
        if new and one.recipe == self.shop.recipes[0] and (is_free or self.dropped == "a recipe changes while nothing is exposed"):
            apart = _plus(one.apart, _times(one.recipe, side.known))
            yield "recipe changes", one._replace(recipe=new, side=side._replace(known=0), apart=apart), luck

    def _counted(self, one: Listing) -> Listing:
        exposed = min(one.accounts[item] // one.recipe[item] for item in (0, 1) if one.recipe[item])
        return one._replace(side=one.side._replace(hub=one.side.hub._replace(exposed=exposed)))

    def _pools(self, state: State) -> Parts:
        left = [self.shop.pieces[item] - state.site[item] for item in (0, 1)]
        for one in state.listings:
            sold = _times(one.recipe, one.side.known + one.side.lost_old + one.side.lost_new)
            for item in (0, 1):
                left[item] -= sold[item] + one.accounts[item] + one.apart[item]
        return left[0], left[1]

    def _with(self, state: State, index: int, one: Listing, luck: Luck) -> State:
        return state._replace(listings=(*state.listings[:index], one, *state.listings[index + 1 :]), luck=luck)


def _plus(one: Parts, other: Parts) -> Parts:
    return one[0] + other[0], one[1] + other[1]


def _times(parts: Parts, pcs: int) -> Parts:
    return parts[0] * pcs, parts[1] * pcs

"""Carts at checkout: as a site asks for them, as they are held, as they are refused."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Self

from tasks.rules.checkout import Asked, Got, Recipe, Short

LIVE = frozenset({"held", "committed", "ordered"})
"""States in which the cart has its pieces."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Cart:
    """What a buyer wants.

    Args:
        channel: the site.
        key: the site's own name of the cart: the same key is the same cart.
        lines: pieces by the site's code.
        ttl_s: how long it is to be held; as in the settings by default.
        accepts_backorder: the buyer would wait for what is still to come.
    """

    channel: str
    key: str
    lines: Mapping[str, int]
    ttl_s: float | None = None
    accepts_backorder: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class HeldLine:
    """A line of a held cart: ``recipe`` is what it is sold under, ``backordered_pcs`` of its pieces are promised of a receipt."""

    sku: str
    item_id: int
    pcs: int
    recipe: Recipe
    promotion: str = ""
    backordered_pcs: int = 0
    promised_on: date | None = None

    @classmethod
    def of(cls, got: Got) -> Self:
        """A line as it was served."""
        line = got.line
        if line.item_id is None:
            raise ValueError(f"nothing that is called {line.sku} can be held")
        return cls(
            sku=line.sku,
            item_id=line.item_id,
            pcs=line.pcs,
            recipe=line.recipe,
            promotion=line.promotion,
            backordered_pcs=got.backordered_pcs,
            promised_on=got.promised_on,
        )

    @classmethod
    def kept(cls, row: Mapping[str, Any]) -> Self:
        """A line as the table ``hold`` keeps it."""
        promised_on = date.fromisoformat(row["promised_on"]) if row["promised_on"] else None
        recipe = tuple((int(item_id), int(pcs)) for item_id, pcs in row["recipe"])
        return cls(**{**row, "recipe": recipe, "promised_on": promised_on})

    def as_kept(self) -> dict[str, Any]:
        """The line for the table ``hold``."""
        return {
            "sku": self.sku,
            "item_id": self.item_id,
            "pcs": self.pcs,
            "recipe": [list(part) for part in self.recipe],
            "promotion": self.promotion,
            "backordered_pcs": self.backordered_pcs,
            "promised_on": self.promised_on.isoformat() if self.promised_on else None,
        }

    def asked(self) -> Asked:
        """The line as it would be asked for again."""
        return Asked(sku=self.sku, pcs=self.pcs, item_id=self.item_id, recipe=self.recipe, promotion=self.promotion)


@dataclass(frozen=True, kw_only=True, slots=True)
class Held:
    """A cart that has its pieces. ``is_new``: they were taken now."""

    hold_id: str
    state: str
    expires_at: datetime
    lines: tuple[HeldLine, ...]
    order_ref: str | None = None
    is_new: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Refused:
    """A cart that got nothing: every line that is short; none where its key belongs to another cart (``is_other_cart``)."""

    shortages: tuple[Short, ...] = ()
    is_other_cart: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Hold:
    """A row of the table ``hold``."""

    hold_id: str
    channel: str
    key: str
    state: str
    order_ref: str | None
    lines: tuple[HeldLine, ...]
    expires_at: datetime
    committed_at: datetime | None

    @classmethod
    def kept(cls, row: Mapping[str, Any]) -> Self:
        """A row of the table, its cart read."""
        named = {name: row[name] for name in cls.__dataclass_fields__ if name != "lines"}
        return cls(**named, lines=tuple(HeldLine.kept(line) for line in row["cart"]))

    @property
    def account(self) -> str:
        """Where its pieces are."""
        return account_of(self.hold_id)

    @property
    def item_ids(self) -> set[int]:
        """Items its pieces are of."""
        return items_of(self.lines)

    def cart(self, *, ttl_s: float | None = None) -> Cart:
        """The cart, to be asked for again."""
        is_patient = any(line.backordered_pcs for line in self.lines)
        lines = {line.sku: line.pcs for line in self.lines}
        return Cart(channel=self.channel, key=self.key, lines=lines, ttl_s=ttl_s, accepts_backorder=is_patient)

    def held(self) -> Held:
        """What the site is told of it."""
        return Held(hold_id=self.hold_id, state=self.state, expires_at=self.expires_at, lines=self.lines, order_ref=self.order_ref)


def account_of(hold_id: str) -> str:
    """The ledger's account of a hold."""
    return f"hold:{hold_id}"


def items_of(lines: Sequence[HeldLine]) -> set[int]:
    """Items that lines are made of."""
    return {item_id for line in lines for item_id, _ in line.recipe}

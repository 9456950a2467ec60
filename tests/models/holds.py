"""Carts at checkout: held, committed before money is taken, ordered; expired, given up, reconciled away, and answers lost on the way.

What a cart gets is decided by `tasks.rules.checkout.serve_cart` on what the shelves have left.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple, TypeAlias

from tasks.rules.checkout import Asked, Short, serve_cart

NONE, HELD, COMMITTED, ENDED, ORDERED = range(5)
PLACE = "main"


class Cart(NamedTuple):
    """``state``: the hub's hold; ``is_paid``: the site took money; ``is_left``: the site gave up; ``is_late``: its order had its time to come."""

    state: int = NONE
    is_paid: bool = False
    is_left: bool = False
    is_late: bool = False


State: TypeAlias = tuple[Cart, ...]
"""In the order of `Checkout.wanted`."""


@dataclass(frozen=True, kw_only=True)
class Checkout:
    """Pieces by item, and what every buyer has in the cart: item → pieces, each a line."""

    pieces: tuple[int, ...]
    wanted: tuple[tuple[tuple[int, int], ...], ...]


class Holds:
    """The steps of a checkout, everybody obeying every rule but the dropped one."""

    def __init__(self, checkout: Checkout, *, dropped: str | None = None) -> None:
        self.checkout = checkout
        self.dropped = dropped
        self._is_served = lru_cache(maxsize=None)(self._serve)

    def start(self) -> State:
        """Nobody has asked."""
        return (Cart(),) * len(self.checkout.wanted)

    def fault(self, state: State) -> str | None:
        """More pieces paid for than there are."""
        return "OVERSELL" if any(pcs < 0 for pcs in self._left([cart.is_paid for cart in state])) else None

    def is_good(self, state: State) -> bool:
        """Everything that nobody paid for can be sold."""
        is_taken = [cart.state in (HELD, COMMITTED, ORDERED) for cart in state]
        return is_taken == [cart.is_paid for cart in state]

    def steps(self, state: State) -> Iterator[tuple[str, State]]:
        """Everything that may happen next."""
        for number, cart in enumerate(state):
            for label, new in self._cart_steps(state, number, cart):
                yield f"{label} #{number}", (*state[:number], new, *state[number + 1 :])

    def _cart_steps(self, state: State, number: int, cart: Cart) -> Iterator[tuple[str, Cart]]:
        is_free = self._is_served(number, self._free(state))
        if cart.state == NONE and is_free:
            yield "held", cart._replace(state=HELD)
        if cart.state == HELD:
            yield "expires", cart._replace(state=ENDED)
            yield "committed", cart._replace(state=COMMITTED, is_paid=True)
            yield "committed, answer lost", cart._replace(state=COMMITTED, is_left=True)
        if cart.state == ENDED and not cart.is_paid and not cart.is_left:
            is_honoured = self.dropped == "an expired hold takes again"
            if is_free or is_honoured:
                yield "committed after its time", cart._replace(state=COMMITTED, is_paid=True)
        if cart.state == COMMITTED:
            if cart.is_paid:
                yield "its order comes", cart._replace(state=ORDERED)
            elif not cart.is_late:
                yield "its order would have been seen", cart._replace(is_late=True)
            is_due = cart.is_late or self.dropped == "reconciled only when the order would have been seen"
            if is_due and self.dropped != "a commit without an order is reconciled away":
                yield "reconciled away", cart._replace(state=ENDED)
        if self.dropped == "money after a granted commit" and cart.state in (HELD, ENDED) and not cart.is_paid:
            yield "pays at once", cart._replace(is_paid=True)

    def _serve(self, number: int, free: tuple[int, ...]) -> bool:
        lines = [Asked(sku=str(item), pcs=pcs, item_id=item, recipe=((item, 1),)) for item, pcs in self.checkout.wanted[number]]
        answer = serve_cart(lines, {(item, PLACE): pcs for item, pcs in enumerate(free)})
        if self.dropped == "the whole cart or nothing":
            return not all(isinstance(line, Short) for line in answer) or len(answer) < len(lines)
        return not any(isinstance(line, Short) for line in answer)

    def _free(self, state: State) -> tuple[int, ...]:
        return self._left([cart.state in (HELD, COMMITTED, ORDERED) for cart in state])

    def _left(self, is_taken: list[bool]) -> tuple[int, ...]:
        left = list(self.checkout.pieces)
        for lines, taken in zip(self.checkout.wanted, is_taken, strict=True):
            for item, pcs in lines if taken else ():
                left[item] -= pcs
        return tuple(left)


def is_routine(label: str) -> bool:
    """What the hub and a site that is up do by themselves."""
    return not any(word in label for word in ("lost", "held"))

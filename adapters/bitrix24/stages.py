"""Our states and the stages of a portal's pipeline, both ways; and whose word counts where they differ.

There is no memory of what was written last: the stage that a deal stands at is read backwards and compared. A deal moves on only
forwards by our hand, along `RANK`. Where people have moved it as far as our state or beyond, it stays where they put it, until our
state goes further than theirs. A stage that no mapping knows has its place in the pipeline: it stays while the stage of our state comes
before it, and yields to one that comes after.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Self

from adapters.bitrix24.answers import Stage

RANK = {"unpaid": 0, "new": 1, "confirmed": 2, "shipped": 3, "delivered": 4, "cancelled": 5, "returned": 6}
"""How far an order has come; a state that is not here is nobody's reason to move a deal."""

READ_AS = ("new", "confirmed", "shipped", "delivered", "cancelled", "returned", "unpaid", "other")
"""Of several states that share a stage, the first of these is what people mean by it: they move deals, and do not pay for buyers."""

FINAL = ("S", "F")


@dataclass(frozen=True, kw_only=True, slots=True)
class Stages:
    """The mapping of one pipeline.

    Args:
        codes: state here → stage there.
        read: stage there → state here, where that is not the former read backwards.
    """

    codes: Mapping[str, str]
    read: Mapping[str, str]

    @classmethod
    def of_pipeline(cls, category_id: int, statuses: Mapping[str, str], read_statuses: Mapping[str, str]) -> Self:
        """With stages spelt as the portal spells those of this pipeline: ``C5:NEW`` in any but the common one."""
        return cls(
            codes={state: _code(category_id, stage) for state, stage in statuses.items()},
            read={_code(category_id, stage): state for stage, state in read_statuses.items()},
        )

    def state(self, stage: str) -> str | None:
        """What a stage is here; none for one that is not mapped."""
        states = self._states(stage)
        return next((state for state in READ_AS if state in states), None)

    def is_ranked(self, stage: str) -> bool:
        """Whether it says how far an order has come."""
        return bool(self._ranks(stage))

    def step(self, state: str, stage: str, places: Mapping[str, tuple[bool, int]]) -> str | None:
        """The stage that a deal is to be moved to; none where it stays.

        Args:
            state: the order's.
            stage: where the deal stands.
            places: of stages in the pipeline, as `places_of` tells them.
        """
        wanted = self.codes.get(state)
        if wanted is None or wanted == stage or state not in RANK:
            return None
        if ranks := self._ranks(stage):
            return wanted if max(ranks) < RANK[state] else None
        if stage not in places or wanted not in places:
            return None
        return wanted if places[stage] < places[wanted] else None

    def _ranks(self, stage: str) -> list[int]:
        return [RANK[state] for state in self._states(stage) if state in RANK]

    def _states(self, stage: str) -> frozenset[str]:
        if stage in self.read:
            return frozenset({self.read[stage]})
        return frozenset(state for state, code in self.codes.items() if code == stage)


def places_of(stages: Iterable[Stage]) -> dict[str, tuple[bool, int]]:
    """Where each stage stands: those under way in the portal's order, those that end a deal after them."""
    return {one.status_id: (one.semantics in FINAL, one.sort) for one in stages}


def pipeline(category_id: int) -> str:
    """The portal's name of the pipeline's stages."""
    return f"DEAL_STAGE_{category_id}" if category_id else "DEAL_STAGE"


def _code(category_id: int, stage: str) -> str:
    return f"C{category_id}:{stage}" if category_id and ":" not in stage else stage

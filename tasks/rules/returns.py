"""What comes back: one return of flesh and blood, whoever tells of it.

A channel, a carrier and a manager each tell what they see, by keys of their own. Each tells a piece at most once, so that of an order line
as many pieces have come back as the one who tells most of them says: what another tells is of the same pieces while it fits among them.
Counting a return twice would write it into 1C twice and sell a piece that is not there; counting it once at worst asks a person, because
nobody else's figure fits.

Pieces of a line that share their fate are a batch. Of each source a batch has at most one telling, and that is of all its pieces: a
telling of fewer parts the batch.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from validation.returns import WORKBOOK

RANKS = {"announced": 0, "coming": 1, "ready": 2, "gone": 3, "received": 4}
"""How far pieces have come. What somebody has in his hands is not gone."""
RECEIVED, CANCELLED = "received", "cancelled"
UNKNOWN, ASK = "unknown", "ask"
USUAL = {"sellable": "restock", "defect": ASK, "unknown": ASK}
"""What is done with pieces in a condition, where nobody has decided."""

Fault = Literal["return_is_within_sold", "return_is_in_onec_already"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Batch:
    """Pieces of one order line that share their fate.

    Args:
        batch_id: 0: not written yet.
        return_id: the return it is part of; 0: a new one.
        pcs: units of the order's line.
        tellers: source → its key of the return.
        is_settled: 1C has been told of it; it neither goes nor grows.
        parted_from: the batch that it was part of.
    """

    batch_id: int = 0
    return_id: int = 0
    pcs: int
    tellers: Mapping[str, str] = field(default_factory=dict)
    is_settled: bool = False
    parted_from: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Placed:
    """The batches of a line with a telling placed among them; ``fault``: it was not, and they are as they were."""

    batches: tuple[Batch, ...]
    fault: Fault | None = None


def place(batches: Sequence[Batch], source: str, return_ref: str, pcs: int, *, sold_pcs: int) -> Placed:
    """Have a source tell of so many pieces, no matter how many it told of before; 0: of none after all.

    Args:
        batches: of one order line, the oldest first.
        source: who tells.
        return_ref: its key of the return.
        pcs: how many.
        sold_pcs: pieces of the line that were sold and not cancelled.
    """
    told_pcs = sum(batch.pcs for batch in batches if batch.tellers.get(source) == return_ref)
    if pcs < told_pcs:
        return _released(batches, source, return_ref, told_pcs - pcs)
    if pcs == told_pcs:
        return Placed(batches=tuple(batches))
    return _claimed(batches, source, return_ref, pcs - told_pcs, sold_pcs)


def returned_pcs(batches: Iterable[Batch]) -> int:
    """What all of them come to."""
    return sum(batch.pcs for batch in batches)


def _claimed(batches: Sequence[Batch], source: str, return_ref: str, pcs: int, sold_pcs: int) -> Placed:
    """Pieces that the source has not told of yet, a batch that fits exactly before others; what nobody else tells of is a new batch."""
    free = [batch for batch in batches if source not in batch.tellers]
    exact = [batch for batch in free if batch.pcs == pcs][:1]
    left = pcs
    placed: dict[int, tuple[Batch, ...]] = {id(batch): (batch,) for batch in batches}
    for batch in exact or free:
        taken = min(batch.pcs, left)
        if taken:
            placed[id(batch)] = _parted(batch, taken, {**batch.tellers, source: return_ref})
            left -= taken
    if left > sold_pcs - returned_pcs(batches) and left:
        return Placed(batches=tuple(batches), fault="return_is_within_sold")
    return Placed(batches=_grown([one for batch in batches for one in placed[id(batch)]], source, return_ref, left))


def _grown(batches: Sequence[Batch], source: str, return_ref: str, pcs: int) -> tuple[Batch, ...]:
    """More pieces that nobody else tells of: of the batch that is this telling's alone, else a new one."""
    alone = next((batch for batch in batches if batch.tellers == {source: return_ref} and not batch.is_settled), None)
    if not pcs:
        return tuple(batches)
    if alone is None:
        return (*batches, Batch(pcs=pcs, tellers={source: return_ref}))
    return tuple(replace(batch, pcs=batch.pcs + pcs) if batch is alone else batch for batch in batches)


def _released(batches: Sequence[Batch], source: str, return_ref: str, pcs: int) -> Placed:
    """Pieces that the source no longer tells of, the newest first; those that nobody tells of any more are not coming back."""
    left, freed = pcs, list[Batch]()
    placed: dict[int, tuple[Batch, ...]] = {id(batch): (batch,) for batch in batches}
    for batch in reversed([batch for batch in batches if batch.tellers.get(source) == return_ref and not batch.is_settled]):
        taken = min(batch.pcs, left)
        if taken:
            others = {name: ref for name, ref in batch.tellers.items() if name != source}
            one, *rest = _parted(batch, taken, others)
            freed.append(one)
            placed[id(batch)] = tuple(rest)
            left -= taken
    if left:
        return Placed(batches=tuple(batches), fault="return_is_in_onec_already")
    return Placed(batches=_joined([one for batch in batches for one in placed[id(batch)]], freed))


def _joined(kept: Sequence[Batch], freed: Sequence[Batch]) -> tuple[Batch, ...]:
    """What others tell of freed pieces is of pieces that are known besides, as far as these others do not tell of those yet.

    Else two who tell of one piece each would be taken for two pieces, because a third had told of both.
    """
    batches = [*kept, *(replace(one, tellers={}) for one in freed)]
    for one in freed:
        for source, return_ref in sorted(one.tellers.items()):
            batches = _told(batches, source, return_ref, one.pcs)
    return tuple(batch for batch in batches if batch.tellers)


def _told(batches: Sequence[Batch], source: str, return_ref: str, pcs: int) -> list[Batch]:
    """So many pieces told of by a source, of the first batches that it does not tell of."""
    left, told = pcs, list[Batch]()
    for batch in batches:
        taken = 0 if source in batch.tellers else min(batch.pcs, left)
        left -= taken
        told += _parted(batch, taken, {**batch.tellers, source: return_ref}) if taken else [batch]
    return told


def _parted(batch: Batch, pcs: int, tellers: Mapping[str, str]) -> tuple[Batch, ...]:
    """So many pieces of a batch told of by these, and the rest as it was."""
    told = replace(batch, pcs=pcs, tellers=tellers)
    if pcs == batch.pcs:
        return (told,)
    rest = replace(batch, batch_id=0, pcs=batch.pcs - pcs, parted_from=batch.batch_id or batch.parted_from)
    return told, rest


@dataclass(frozen=True, kw_only=True, slots=True)
class Telling:
    """What a source says of pieces, in its newest report."""

    source: str
    state: str
    condition: str = UNKNOWN
    decision: str | None = None
    reason: str | None = None
    received_at: datetime | None = None
    last_seen_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Fate:
    """What becomes of a batch."""

    state: str
    condition: str
    decision: str
    reason: str | None
    received_at: datetime | None

    @property
    def is_open(self) -> bool:
        """Whether it is on its way still, or lies there and nobody has decided."""
        return RANKS[self.state] < RANKS["gone"] or (self.state == RECEIVED and self.decision == ASK)

    @property
    def is_due(self) -> bool:
        """Whether 1C must know of it."""
        return self.state == RECEIVED and self.decision != ASK


def fate(tellings: Iterable[Telling]) -> Fate:
    """What several sources' tellings of the same pieces come to, in whatever order they came.

    A person who has looked goes before what others suppose; of several others a defect is believed.
    """
    ordered = sorted(tellings, key=lambda one: (one.source != WORKBOOK, one.source))
    state = max((one.state for one in ordered), key=RANKS.__getitem__)
    condition = _condition(ordered)
    decided = next((one.decision for one in ordered if one.decision is not None), None)
    fits = decided if decided is not None and (decided != "restock" or condition == "sellable") else USUAL[condition]
    arrived = [one.received_at for one in ordered if one.state == RECEIVED and one.received_at is not None]
    return Fate(
        state=state,
        condition=condition,
        decision=fits,
        reason=next((one.reason for one in ordered if one.reason), None),
        received_at=min(arrived, default=None),
    )


def _condition(ordered: Sequence[Telling]) -> str:
    seen = next((one.condition for one in ordered if one.source == WORKBOOK and one.condition != UNKNOWN), None)
    told = {one.condition for one in ordered} - {UNKNOWN}
    return seen or ("defect" if "defect" in told else "sellable" if told else UNKNOWN)


def is_newer(known: str, told: str, known_at: datetime | None, told_at: datetime | None) -> bool:
    """Whether a source's report goes before the one that it gave of the same return: by its instants, else by how far it has come.

    Without instants a return that was called off stays so.
    """
    if known_at is not None and told_at is not None and known_at != told_at:
        return told_at > known_at
    ranks = {**RANKS, CANCELLED: len(RANKS)}
    return ranks[told] >= ranks[known]


def account_of(state: str, condition: str, decision: str, *, is_booked: bool) -> str | None:
    """Where pieces rest that are neither a buyer's any more nor in 1C's free stock; None: they are in 1C's figure, or nowhere.

    Returns:
        ``coming``, ``sellable`` (until 1C's next count has them), ``defect``, ``unknown``, ``to_supplier``, ``written_off``.
    """
    if state == "gone" or (is_booked and decision == "restock"):
        return None
    if state != RECEIVED:
        return "coming"
    if decision == "restock":
        return "sellable"
    named = {"to_supplier": "to_supplier", "write_off": "written_off"}
    return named.get(decision, "defect" if condition == "defect" else "unknown")

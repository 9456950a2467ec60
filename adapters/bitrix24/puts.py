"""Writing to a portal: plans of what is to be made or changed, in batches, and what became of each.

Bitrix24 has no key that it keeps unique (`reference/services.md` §4): what nobody can tell of is looked up and never made a second time
on a guess.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from adapters.bitrix24 import answers
from adapters.bitrix24.client import Bitrix24Client, in_lots, parsed
from adapters.bitrix24.commands import Command
from adapters.bitrix24.limits import PAGE, WRITES_MAX
from adapters.bitrix24.reasons import failure, is_forbidden, is_passing, refusal
from adapters.errors import ContractBroken, OutcomeUnknown, SyncError
from tasks.rules.crm import Put


class Referenced(Protocol):
    """A customer or an order."""

    @property
    def ref(self) -> str:
        """Ours."""
        ...


R = TypeVar("R", bound=Referenced)


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """What is to be done so that the portal has one customer or order as it is.

    Args:
        ref: ours.
        item_id: the portal's id; none where it is to be made.
        steps: commands in their order, the first of which makes the item where it is to be made; none where all is as it should be.
        sentence: what the manager should know although it is well.
        private: what the commands say of a person.
        is_gone: people deleted it, and it is not made anew.
    """

    ref: str
    item_id: int | None
    steps: tuple[Command, ...]
    sentence: str | None = None
    private: tuple[str, ...] = ()
    is_gone: bool = False


class Bitrix24Puts(Bitrix24Client):
    """Carries out plans."""

    def put(self, rows: Sequence[R], plan: Callable[[Sequence[R]], list[Plan]]) -> list[Put]:
        """One answer per row; of rows with one reference the last counts, and all have its answer.

        Args:
            rows: customers or orders.
            plan: looks up what is there and says what is to be done; each lot of rows is planned just before it leaves.

        Raises:
            SyncError: nothing at all was done.
        """
        latest = {row.ref: row for row in rows}
        puts: dict[str, Put] = {}
        try:
            for lot in in_lots(list(latest.values()), PAGE):
                for put in self._carried_out(lot, plan):
                    puts[put.ref] = put
        except SyncError as error:
            if not puts:
                raise
            puts = {ref: _unknown(ref, error.sentence) for ref in latest} | puts
        return [puts[row.ref] for row in rows]

    def _carried_out(self, rows: Sequence[R], plan: Callable[[Sequence[R]], list[Plan]]) -> Iterator[Put]:
        plans = plan(rows)
        yield from (_accepted(one, one.item_id) for one in plans if not one.steps)
        for lot in _batches([one for one in plans if one.steps]):
            try:
                told = self.batch(_lines(lot), is_repeatable=False)
            except (OutcomeUnknown, ContractBroken) as error:
                yield from self._looked_up([row for row in rows if row.ref in {one.ref for one in lot}], plan, error)
                continue
            yield from self._judged_lot(lot, told)

    def _judged_lot(self, lot: Sequence[Plan], told: answers.Batch) -> Iterator[Put]:
        """What the portal said of a batch.

        Raises:
            SyncError: it did nothing of it, for a reason that lies in no row.
        """
        firsts = [_first_failed(_keys(number, one), told) for number, one in enumerate(lot)]
        closed = [one for one in firsts if one is not None and (is_passing(one) or is_forbidden(one))]
        if not told.result and len(closed) == len(lot):
            raise failure(closed[0], self._clock.now())
        for number, one in enumerate(lot):
            yield self._judged(one, _keys(number, one), told)

    def _judged(self, plan: Plan, keys: Sequence[str], told: answers.Batch) -> Put:
        item_id = plan.item_id
        if item_id is None and keys[0] in told.result:
            try:
                item_id = parsed(answers.MADE, told.result[keys[0]]).item.id
            except ContractBroken as error:
                return _unknown(plan.ref, error.sentence)
        failed = _first_failed(keys, told)
        if failed is not None and not is_passing(failed):
            return Put(ref=plan.ref, outcome="refused", foreign_ref=_text(item_id), sentence=refusal(failed, plan.private))
        if failed is not None:
            return _unknown(plan.ref, failure(failed, self._clock.now()).sentence, item_id)
        if not all(key in told.result for key in keys):
            return _unknown(plan.ref, "Битрикс24 оборвал пакет на середине: дошла ли запись, неизвестно.", item_id)
        return _accepted(plan, item_id)

    def _looked_up(self, rows: Sequence[R], plan: Callable[[Sequence[R]], list[Plan]], error: SyncError) -> Iterator[Put]:
        """What became of a batch without an answer: what is there as it should be was taken; of the rest nobody can tell."""
        try:
            plans = plan(rows)
        except SyncError:
            yield from (_unknown(row.ref, error.sentence) for row in rows)
            return
        for one in plans:
            yield _unknown(one.ref, error.sentence, one.item_id) if one.steps else _accepted(one, one.item_id)


def _batches(plans: Sequence[Plan]) -> Iterator[list[Plan]]:
    """Plans whose commands fit in one batch; those of one plan stay together, since the later speak of the first."""
    lot: list[Plan] = []
    for plan in plans:
        if lot and sum(len(one.steps) for one in lot) + len(plan.steps) > WRITES_MAX:
            yield lot
            lot = []
        lot.append(plan)
    if lot:
        yield lot


def _lines(lot: Sequence[Plan]) -> dict[str, str]:
    keyed = [(_keys(number, plan), plan) for number, plan in enumerate(lot)]
    return {key: step.line(keys[0]) for keys, plan in keyed for key, step in zip(keys, plan.steps, strict=True)}


def _keys(number: int, plan: Plan) -> list[str]:
    return [f"r{number}s{at}" for at, _ in enumerate(plan.steps)]


def _first_failed(keys: Sequence[str], told: answers.Batch) -> answers.Failed | None:
    return next((told.result_error[key] for key in keys if key in told.result_error), None)


def _accepted(plan: Plan, item_id: int | None) -> Put:
    """What there was nothing to do for was taken, or is gone."""
    if plan.is_gone:
        return Put(ref=plan.ref, outcome="gone")
    return Put(ref=plan.ref, outcome="accepted", foreign_ref=_text(item_id), sentence=plan.sentence)


def _unknown(ref: str, sentence: str, item_id: int | None = None) -> Put:
    return Put(ref=ref, outcome="unknown", foreign_ref=_text(item_id), sentence=sentence)


def _text(item_id: int | None) -> str | None:
    return None if item_id is None else str(item_id)

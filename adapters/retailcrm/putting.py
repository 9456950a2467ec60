"""Putting rows into an account: what is there is changed, what is not is made, and nothing is made twice.

The account has no key of idempotency but our reference, by which everything is looked up before it is made, and again where an answer
was lost (`reference/services.md` §2).
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Generic, Protocol, TypeVar

from adapters.errors import ContractBroken, OutcomeUnknown, Refused, Rejected, Retryable, SyncError
from adapters.lots import UNKNOWN_MAX
from adapters.retailcrm import answers, paths, refusals
from adapters.retailcrm.client import RetailCrmClient
from adapters.retailcrm.limits import UPLOAD_MAX
from tasks.rules.crm import Put


class Ours(Protocol):
    """A row of ours."""

    @property
    def ref(self) -> str:
        """Its reference."""
        ...


class Theirs(Protocol):
    """What the account shows of it."""

    @property
    def id(self) -> int:
        """The account's own."""
        ...


Row = TypeVar("Row", bound=Ours)
Shown = TypeVar("Shown", bound=Theirs)
Row_contra = TypeVar("Row_contra", bound=Ours, contravariant=True)
There = TypeVar("There", bound=Theirs)


class Desk(Protocol[Row_contra, There]):
    """What differs between kinds of rows."""

    entity: paths.Entity
    name: str

    def find(self, rows: Sequence[Row_contra]) -> dict[str, There]:
        """Those that are there, by our references.

        Raises:
            SyncError: the account could not be asked.
        """
        ...

    def is_gone(self, row: Row_contra) -> bool:
        """Whether a row that is not there is not to be made either: people deleted it."""
        ...

    def new(self, row: Row_contra) -> dict[str, Any]:
        """One that is to be made."""
        ...

    def changed(self, row: Row_contra, shown: There) -> dict[str, Any]:
        """What is to be changed of one that is there; nothing where nothing differs."""
        ...

    def learn(self, row: Row_contra, sent: dict[str, Any], errors: Sequence[str]) -> bool:
        """Whether a refused row, said anew, may be taken."""
        ...

    def of_person(self, row: Row_contra) -> Iterable[str]:
        """What of it nobody may read in a refusal."""
        ...


@dataclass(frozen=True, kw_only=True)
class Step(Generic[Row]):
    """One write, and whom it is about; done, it says what is to be done besides."""

    rows: Sequence[Row]
    do: Callable[[], Iterable["Step[Row]"]]


class Putting(Generic[Row, Shown]):
    """One putting of rows.

    Args:
        client: the account.
        desk: what kind of rows.
        rows: to be put; of two with one reference the later counts.
    """

    def __init__(self, client: RetailCrmClient, desk: Desk[Row, Shown], rows: Sequence[Row]) -> None:
        self._client = client
        self._desk = desk
        self._rows = {row.ref: row for row in rows}
        self._refs = [row.ref for row in rows]
        self._puts: dict[str, Put] = {}
        self._unsure: dict[str, str] = {}
        self._is_begun = False

    def run(self) -> list[Put]:
        """One answer per row, in their order.

        Raises:
            SyncError: nothing at all was put.
        """
        steps = deque(self._steps(list(self._rows.values())))
        silent = 0
        while steps and silent < UNKNOWN_MAX:
            step = steps.popleft()
            try:
                steps.extend(step.do())
                silent = 0
            except OutcomeUnknown as error:
                self._doubt(step, error)
                silent += 1
            except (Retryable, Refused, ContractBroken) as error:
                if not self._is_begun and not isinstance(error, ContractBroken):
                    raise
                self._doubt(step, error)
                break
            self._is_begun = True
        self._look_again()
        return [self._puts.get(ref) or self._unknown(ref) for ref in self._refs]

    def _steps(self, rows: Sequence[Row]) -> Iterator[Step[Row]]:
        there = self._desk.find(rows)
        absent = [row for row in rows if row.ref not in there]
        self._puts |= {row.ref: Put(ref=row.ref, outcome="gone") for row in absent if self._desk.is_gone(row)}
        new = [row for row in absent if row.ref not in self._puts]
        for at in range(0, len(new), UPLOAD_MAX):
            yield self._step(self._upload, new[at : at + UPLOAD_MAX])
        yield from self._changes([row for row in rows if row.ref in there], there)

    def _changes(self, rows: Sequence[Row], there: dict[str, Shown]) -> Iterator[Step[Row]]:
        """Of what is there; what does not differ is done at once."""
        for row in rows:
            shown = there[row.ref]
            if self._desk.changed(row, shown):
                yield self._step(partial(self._change, shown), [row])
            else:
                self._accept(row.ref, shown.id)

    def _step(self, do: Callable[[Sequence[Row]], Iterable[Step[Row]]], rows: Sequence[Row]) -> Step[Row]:
        return Step(rows=rows, do=lambda: do(rows))

    def _upload(self, rows: Sequence[Row]) -> Iterable[Step[Row]]:
        """Many at once; those of a partial failure are looked up, and go alone if they are not there, so that each hears its own reason."""
        bodies = [self._desk.new(row) for row in rows]
        try:
            made = self._client.tell(paths.upload(self._desk.entity), {self._desk.entity: bodies}, answers.UPLOADED).made
        except Rejected as error:
            if refusals.is_of_any_row(error):
                raise
            made = _made_of(error)
        for one in made:
            if one.external_id in self._rows:
                self._accept(one.external_id, one.id)
        self._is_begun = True
        left = [row for row in rows if row.ref not in self._puts]
        there = self._desk.find(left) if left else {}
        alone = [self._step(self._make, [row]) for row in left if row.ref not in there]
        return [*alone, *self._changes([row for row in left if row.ref in there], there)]

    def _make(self, rows: Sequence[Row]) -> Iterable[Step[Row]]:
        (row,) = rows
        body = self._desk.new(row)
        return self._said(row, body, lambda: self._client.tell(paths.create(self._desk.entity), {self._desk.name: body}, answers.MADE).id)

    def _change(self, shown: Shown, rows: Sequence[Row]) -> Iterable[Step[Row]]:
        (row,) = rows
        body = self._desk.changed(row, shown)
        path, fields = paths.edit(self._desk.entity, shown.id), {"by": "id", self._desk.name: body}
        return self._said(row, body, lambda: self._client.tell(path, fields, answers.MADE).id, shown)

    def _said(self, row: Row, body: dict[str, Any], say: Callable[[], int], shown: Shown | None = None) -> Iterable[Step[Row]]:
        try:
            self._accept(row.ref, say())
        except Rejected as error:
            if refusals.is_of_any_row(error):
                raise
            if self._desk.learn(row, body, refusals.errors_of(error)):
                again = self._make if shown is None else partial(self._change, shown)
                return [self._step(again, [row])]
            sentence = refusals.sentence_of(error, self._desk.of_person(row))
            self._puts[row.ref] = Put(ref=row.ref, outcome="refused", foreign_ref=_ref(shown), sentence=sentence)
        return []

    def _accept(self, ref: str, foreign_id: int) -> None:
        self._puts[ref] = Put(ref=ref, outcome="accepted", foreign_ref=str(foreign_id))

    def _doubt(self, step: Step[Row], error: SyncError) -> None:
        self._unsure |= {row.ref: error.sentence for row in step.rows if row.ref not in self._puts}

    def _look_again(self) -> None:
        """Whoever's answer was lost may be there all the same; where that cannot be learned either, it stays unknown."""
        rows = [self._rows[ref] for ref in self._unsure]
        try:
            there = self._desk.find(rows) if rows else {}
        except SyncError as error:
            self._unsure |= dict.fromkeys(self._unsure, error.sentence)
            return
        for row in rows:
            shown = there.get(row.ref)
            if shown is not None and not self._desk.changed(row, shown):
                self._accept(row.ref, shown.id)

    def _unknown(self, ref: str) -> Put:
        untold = "RetailCRM перестал отвечать раньше, чем дошла очередь. Запись уйдёт в следующий раз."
        return Put(ref=ref, outcome="unknown", sentence=self._unsure.get(ref, untold))


def _made_of(error: Rejected) -> list[answers.Made]:
    """The rows that a refused upload has made all the same (460); none of one that was refused whole."""
    try:
        return answers.UPLOADED.validate_json(error.answer).made
    except ValueError:
        return []


def _ref(shown: Theirs | None) -> str | None:
    return None if shown is None else str(shown.id)

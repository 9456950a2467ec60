"""Labels of Ozon's postings: asked for as a task, fetched when it is made.

One task for each posting, so that one that is not ready holds up none of the others. The methods replaced those of the saved specification
on 2026-11-02. Source: `reference/marketplaces.md` §2 (Labels).
"""

from collections.abc import Sequence
from typing import Literal

from pydantic import Field, TypeAdapter

from adapters.errors import Refused, Rejected
from adapters.ozon import paths
from adapters.ozon.answers import Answer
from adapters.ozon.client import message_of
from adapters.ozon.limits import ALL
from adapters.ozon.shipping import OzonShipping
from tasks.rules.labels import LabelAsked, LabelMade

BIG = "big_label"
"""The label with the address; the small one repeats its number."""
NOT_YET = "Этикетку Ozon даёт через минуту после сборки отправления. Utyug попросит её ещё раз."


class LabelTask(Answer):
    """A file that is being made."""

    task_id: int
    task_type: str = BIG


class LabelTasks(Answer):
    """Of /v3/posting/fbs/package-label/create."""

    tasks: list[LabelTask] = Field(min_length=1)


class Unprinted(Answer):
    """A posting that is not in the file, and why."""

    message: str = ""


class LabelStatus(Answer):
    """How far a file is."""

    code: str
    unprinted_postings: list[Unprinted] = Field(default_factory=list)


class LabelError(Answer):
    """Why there is no file."""

    message: str = ""


class LabelFile(Answer):
    """Of /v2/posting/fbs/package-label/get."""

    error: LabelError | None = None
    file_url: str = ""
    status: LabelStatus

    @property
    def words(self) -> str:
        """Why the posting is not in the file."""
        told = [one.message for one in self.status.unprinted_postings] + [self.error.message if self.error else ""]
        return next(filter(None, told), "")


TASKS = TypeAdapter(LabelTasks)
FILE = TypeAdapter(LabelFile)


class OzonLabels(OzonShipping):
    """`adapters.capabilities.PrintsLabels`."""

    def make_labels(self, asked: Sequence[LabelAsked]) -> list[LabelMade]:
        """PDF labels, in their order.

        Raises:
            SyncError: Ozon could not be asked.
        """
        return [self._read(one) if one.form_ref else self._ask(one) for one in asked]

    def _ask(self, asked: LabelAsked) -> LabelMade:
        """Asking again makes another file of the same label, which does no harm."""
        body = {"posting_numbers": [asked.order_ref]}
        try:
            told = self.tell(paths.LABELS_ASKED, body, TASKS, limits={ALL: 1}, is_repeatable=True)
        except Rejected as error:
            return _none(asked, "not_yet", message_of(error.answer))
        task = next((one for one in told.tasks if one.task_type == BIG), told.tasks[0])
        return LabelMade(subject=asked.subject, state="pending", kind=asked.kind, form_ref=str(task.task_id))

    def _read(self, asked: LabelAsked) -> LabelMade:
        """A file that is gone from where it lay is made anew, as one that was not made at all."""
        body = {"task_id": int(asked.form_ref or 0)}
        try:
            told = self.tell(paths.LABELS_MADE, body, FILE, limits={ALL: 1}, is_repeatable=True)
        except Rejected as error:
            return _none(asked, "not_yet", message_of(error.answer))
        if told.status.code == "completed" and told.file_url:
            try:
                return LabelMade(subject=asked.subject, state="ready", kind=asked.kind, content=self.fetch(told.file_url))
            except Refused:
                # A place for files says 403 of what has expired; no key of ours was shown there.
                return _none(asked, "not_yet", "")
        if told.status.code in {"completed", "error"}:
            return _none(asked, "not_yet", told.words)
        return LabelMade(subject=asked.subject, state="pending", kind=asked.kind, form_ref=asked.form_ref)


def _none(asked: LabelAsked, state: Literal["not_yet", "refused"], words: str) -> LabelMade:
    said = f" Площадка пишет: «{words[:200]}»." if words else ""
    return LabelMade(subject=asked.subject, state=state, kind=asked.kind, sentence=NOT_YET + said)

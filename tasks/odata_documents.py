"""Writing the documents that CommerceML cannot carry into a base of 1C: what the outbox owes it (DESIGN §5)."""

from collections.abc import Iterator, Sequence
from typing import Literal

from adapters.errors import Misconfigured, Rejected, SyncError
from adapters.hub.hub import Hub
from adapters.hub.outbox import Answer, Claimed, Outbox
from adapters.onec.odata.answers import INTERNAL, error_of
from adapters.onec.odata.base import OnecOdata
from adapters.onec.odata.documents import CALLED, document_key
from adapters.onec.odata.names import DocumentKind
from adapters.onec.odata.owed import TARGET, read_owed
from adapters.onec.odata.settings import OdataSettings
from tasks.deliver import Delivered, drained, failed

TRIES = 3
KINDS: dict[str, DocumentKind] = {"shipment": "shipment", "return": "return"}


def deliver_to_odata(hub: Hub, name: str, settings: OdataSettings, onec: OnecOdata) -> Iterator[Delivered]:
    """Write every document that a base is owed and that its settings let be written; others wait.

    Each is looked up by its own key before it is made, so that a second attempt writes no second document.

    Args:
        hub: the hub.
        name: of the base.
        settings: of its OData.
        onec: the base.
    """

    def tell(claimed: Sequence[Claimed]) -> tuple[list[Answer], SyncError | None]:
        return _told(onec, claimed)

    if settings.documents:
        yield from drained(Outbox(hub), f"{TARGET}:{name}", settings.documents, tell)


def _told(onec: OnecOdata, claimed: Sequence[Claimed]) -> tuple[list[Answer], SyncError | None]:
    """One by one; a base that stops answers for the one that was under way, the rest are as free as before."""
    answers: list[Answer] = []
    for one in claimed:
        try:
            answers.append(_put(onec, one))
        except SyncError as error:
            return answers + failed([one.outbox_id], error), error
    return answers, None


def _put(onec: OnecOdata, one: Claimed) -> Answer:
    """What 1C, or the settings, will never take as it is waits for a person; what 1C merely failed at is tried a few times more."""
    kind, owed = KINDS[one.kind], read_owed(one.detail)
    try:
        put = onec.put_document(kind, document_key(kind, one.subject), owed.header, owed.lines)
    except Rejected as error:
        outcome: Literal["later", "refused"] = "later" if _may_pass(error) and one.attempts + 1 < TRIES else "refused"
        return Answer(outbox_id=one.outbox_id, outcome=outcome, sentence=error.sentence)
    except Misconfigured as wrong:
        return Answer(outbox_id=one.outbox_id, outcome="refused", sentence=str(wrong))
    if put.document.is_deleted:
        sentence = (
            f"Документ 1С «{CALLED[kind]}» № {put.document.number} помечен на удаление, и Utyug его не трогает. "
            "Если это ошибка, снимите пометку и запустите deliver с requeue=true; если нет, делать ничего не нужно."
        )
        return Answer(outbox_id=one.outbox_id, outcome="refused", foreign_ref=put.document.number, sentence=sentence)
    return Answer(outbox_id=one.outbox_id, outcome="accepted", foreign_ref=put.document.number)


def _may_pass(error: Rejected) -> bool:
    """Whether 1C names no fault of the document's: somebody may have held a lock. It says the same of a field that is not filled."""
    told = error_of(error.answer)
    return told is not None and told.code == INTERNAL

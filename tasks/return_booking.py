"""Returns that 1C has posted: from its next count on their good pieces are in its figure, and rest nowhere else."""

from collections.abc import Iterator

from adapters.errors import SyncError
from adapters.hub.hub import Hub
from adapters.hub.return_documents import ReturnDocuments
from adapters.hub.returns import Returns
from adapters.onec.odata.documents import document_key
from adapters.onec.odata.opening import open_odata
from adapters.onec.odata.settings import OdataSettings
from adapters.settings import Settings
from tasks.returns import ReturnsRead
from tasks.rules.return_rules import DOCUMENT


def note_posted(hub: Hub, settings: Settings) -> Iterator[ReturnsRead]:
    """Ask each base for the documents of returns that it has, and note the returns whose documents are all posted.

    Yields:
        Of each base that documents of returns are written into, whether it answered.
    """
    waiting = ReturnDocuments(hub).unbooked()
    unposted = {one for documents in waiting.values() for one in documents}
    for base, told in sorted(settings.onec.by_odata.items()):
        if DOCUMENT in told.documents:
            stopped_by = _drop_posted(hub, base, told, unposted)
            yield ReturnsRead(source=f"odata:{base}", stopped_by=stopped_by)
    booked = [return_id for return_id, documents in waiting.items() if unposted.isdisjoint(documents)]
    if booked:
        Returns(hub).note_booked(booked)


def _drop_posted(hub: Hub, base: str, told: OdataSettings, unposted: set[tuple[str, str]]) -> SyncError | None:
    try:
        with open_odata(told, hub=hub) as onec:
            keys = {document_key("return", subject): (base, subject) for of, subject in sorted(unposted) if of == base}
            found = onec.find_documents("return", list(keys))
            unposted -= {keys[key] for key, document in found.items() if document.is_posted}
    except SyncError as error:
        return error
    return None

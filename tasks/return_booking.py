"""Returns whose documents somebody has posted in 1C: its next count has their pieces."""

from adapters.hub.hub import Hub
from adapters.hub.return_booking import unbooked
from adapters.hub.returns import Returns
from adapters.onec.odata.base import OnecOdata
from adapters.onec.odata.documents import document_key
from adapters.onec.odata.owed import TARGET


def note_posted(hub: Hub, base: str, onec: OnecOdata) -> int:
    """Look whether documents of returns are posted; how many returns that makes. One is booked when all of its documents are.

    Raises:
        SyncError: the base does not say.
    """
    waiting = unbooked(hub, f"{TARGET}:{base}")
    keys = {subject: document_key("return", subject) for subjects in waiting.values() for subject in subjects}
    if not keys:
        return 0
    found = onec.find_documents("return", list(keys.values()))
    posted = {key for key, document in found.items() if document.is_posted and not document.is_deleted}
    booked = [return_id for return_id, subjects in waiting.items() if all(keys[subject] in posted for subject in subjects)]
    Returns(hub).note_booked(booked)
    return len(booked)
